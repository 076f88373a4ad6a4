from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chain import read
from drawn import assert_chinese, assert_glyphs, assert_printable, points, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio

import gxstudy as gx
from gxstudy import figures
from gxstudy.errors import CallError
from gxstudy.forms import load
from gxstudy.panel import Exclusion, Panel, disclosure_rate, fill_proved, panel, stack
from gxstudy.studies import grounds, simulate
from gxstudy.studies.grounds import FACTUAL, OUTCOMES, Applicant, Entropy, Factual, Grounds, Outcome

RAW = Path(__file__).parents[1] / "data" / "raw"
WHO = ("natural_person", "business", "research", "public_interest", "legal_service", "other")
(TABLE,) = (table for table in load("2021").tables if table.key == "applications")
ROWS = tuple(row.key for row in TABLE.rows if row.key not in ("new", "carried_in", "carried_out"))
FIRST = {outcome: next(row for row in ROWS if row.partition(".")[0] == outcome) for outcome in OUTCOMES} | {
    "other": "other"
}


def made(reports: list[dict[str, Any]]) -> Panel:
    """A panel from short rows.

    An outcome (or a single row of the form) has a number, all of natural persons, or a dictionary of numbers by
    applicant; an outcome's number stands in the first of its rows.
    """
    frame = pd.DataFrame(
        {
            "organ": [report.get("organ", f"o{at}") for at, report in enumerate(reports)],
            "year": [report.get("year", 2024) for report in reports],
        }
    )
    figures = {f"applications.{row}.{who}": [0.0] * len(reports) for row in ROWS for who in (*WHO, "total")}
    for at, report in enumerate(reports):
        for name, number in report.items():
            if name in ("organ", "year"):
                continue
            cells = number if isinstance(number, dict) else {"natural_person": number}
            for who, n in cells.items():
                for row in (FIRST.get(name, name), "handled_total"):
                    figures[f"applications.{row}.{who}"][at] += n
                    figures[f"applications.{row}.total"][at] += n
    return simulate.as_panel(frame, figures)


def outcome(result: Grounds, name: str, part: str = "simulated") -> Outcome:
    (found,) = (row for row in result.outcomes if (row.outcome, row.part) == (name, part))
    return found


def factual(result: Grounds, definition: str = "unavailable_or_denied") -> Factual:
    (found,) = (row for row in result.factual if row.definition == definition)
    return found


def entropy(result: Grounds, of: str = "grounds") -> Entropy:
    (found,) = (row for row in result.entropy if row.of == of)
    return found


def compared(result: Grounds, applicant: str = "business", of: str = "handled") -> Applicant:
    (found,) = (row for row in result.applicants if (row.applicant, row.of) == (applicant, of))
    return found


@pytest.fixture(scope="module")
def real() -> Panel:
    reports = [gx.read_report(path) for path in sorted((RAW / "reports").glob("*.pdf"))]
    return panel(pd.concat([gx.tidy(report) for report in reports]))


@pytest.fixture(scope="module")
def few(real: Panel) -> Grounds:
    return grounds(real)


@pytest.fixture(scope="module")
def invented() -> Grounds:
    return grounds(simulate.outcomes(organs=60, seed=8, business_odds=2.0))


def test_shares_by_hand() -> None:
    one = {"granted": 4, "partial": 1, "denied": 1, "unavailable": 2, "rejected": 1, "other": 1}
    result = grounds(made([one, {"granted": 10}]))
    found = {name: outcome(result, name) for name in OUTCOMES}
    assert {name: row.n for name, row in found.items()} == {**one, "granted": 14}
    assert found["granted"].pooled == pytest.approx(0.7)
    assert (found["granted"].lowest, found["granted"].median, found["granted"].highest) == pytest.approx((0.4, 0.7, 1))
    assert sum(row.pooled for row in found.values()) == pytest.approx(1)


def test_factual_grounds_by_hand() -> None:
    reports = [
        {"denied.internal": 2, "denied.query": 2, "unavailable": 6, "rejected": 5, "granted": 5},
        {"denied.process": 3, "unavailable": 1},
        {"granted": 9},
    ]
    result = grounds(made(reports))
    first = factual(result)
    assert (first.hits, first.n, first.reports) == (7, 14, 2)
    assert (first.organs_above, first.organs, first.p) == (1, 2, 1.0)
    second = factual(result, "without_queries")
    assert (second.hits, second.n) == (7, 12)
    third = factual(result, "all_not_statutory")
    assert (third.hits, third.n) == (12, 19)


@pytest.mark.parametrize("counts", [[1] * 8, [8, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_entropy_is_that_of_the_closed_form(counts: list[int]) -> None:
    rows = [row for row in ROWS if row.startswith("denied.")]
    found = entropy(grounds(made([dict(zip(rows, counts, strict=True))])))
    shares = [n / sum(counts) for n in counts if n]
    bits = -sum(share * math.log2(share) for share in shares)
    assert (found.bits, found.effective, found.most) == pytest.approx((bits, 2**bits, 3.0))
    assert found.bias == pytest.approx((len(shares) - 1) / (2 * sum(counts) * math.log(2)))
    assert math.isnan(found.without_one_low)


def test_the_bias_of_the_entropy_is_what_small_samples_lack() -> None:
    shares = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.03, 0.02])
    truth = float(stats.entropy(shares, base=2))
    rng = np.random.default_rng(2)
    rows = [row for row in ROWS if row.startswith("denied.")]
    sampled = rng.multinomial(80, shares, 200).tolist()
    reports = grounds(made([dict(zip(rows, counts, strict=True)) for counts in sampled])).reports
    lack = truth - np.mean([row.entropy for row in reports])
    assert lack == pytest.approx(np.mean([row.grounds_used - 1 for row in reports]) / (160 * math.log(2)), abs=0.015)
    assert lack > 0.04


def test_grounds_say_how_many_use_them_and_how_much_stands_in_one_report() -> None:
    result = grounds(made([{"denied.internal": 6}, {"denied.internal": 2, "denied.query": 4}, {"granted": 1}]))
    found = {row.ground: row for row in result.denied}
    assert len(found) == 8
    internal = found["denied.internal"]
    assert (internal.reports_using, internal.n, internal.denied, internal.article) == (2, 8, 12, "16(1)")
    assert internal.in_one_report == 0.75
    assert found["denied.state_secret"].n == 0
    assert math.isnan(found["denied.state_secret"].in_one_report)


def test_one_stratum_gives_the_plain_odds_ratio_and_its_woolf_interval() -> None:
    cells = {"granted": {"business": 20, "natural_person": 30}, "denied": {"business": 10, "natural_person": 60}}
    found = compared(grounds(made([cells])))
    assert (found.disclosed, found.not_disclosed, found.other_disclosed, found.other_not) == (20, 10, 30, 60)
    assert found.odds_ratio == found.crude == pytest.approx(4)
    half = 1.959964 * math.sqrt(1 / 20 + 1 / 10 + 1 / 30 + 1 / 60)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((math.log(4) - half, math.log(4) + half))
    assert found.low < odds_ratio([[20, 10], [30, 60]]).confidence_interval().high
    assert (found.strata, found.organs, found.rare) == (1, 1, False)
    assert math.isnan(found.organ_low)
    assert math.isnan(found.p_alike)


def test_mantel_and_haenszel_by_hand() -> None:
    """Within each report the odds are three times those of natural persons; lumped together they look smaller."""
    strata = [((30, 10), (20, 20)), ((10, 20), (10, 60))]
    reports = [
        {"granted": {"business": a, "natural_person": c}, "denied": {"business": b, "natural_person": d}}
        for (a, b), (c, d) in strata
    ]
    found = compared(grounds(made(reports)))
    top = sum(a * d / (a + b + c + d) for (a, b), (c, d) in strata)
    bottom = sum(b * c / (a + b + c + d) for (a, b), (c, d) in strata)
    assert found.odds_ratio == pytest.approx(top / bottom) == pytest.approx(3)
    assert found.crude == pytest.approx(40 * 80 / (30 * 30))
    assert found.p_alike == pytest.approx(1, abs=1e-6)


def test_reports_that_compare_nothing_are_no_strata() -> None:
    both = {"granted": {"business": 6, "natural_person": 7}, "denied": {"business": 8, "natural_person": 9}}
    one_kind = {"granted": {"business": 50}, "denied": {"business": 50}}
    one_end = {"granted": {"business": 50, "natural_person": 50}}
    found = compared(grounds(made([both, one_kind, one_end])))
    assert (found.strata, found.disclosed, found.not_disclosed) == (1, 6, 8)


def test_rare_cells_are_marked_and_have_no_interval_by_organ() -> None:
    report = {"granted": {"business": 45, "natural_person": 99}, "denied": {"business": 4, "natural_person": 90}}
    found = compared(grounds(made([report, report])))
    assert found.rare is False  # 8 in the smallest cell of both together
    found = compared(grounds(made([report])))
    assert found.rare is True
    never = {"granted": {"business": 45, "natural_person": 99}, "denied": {"natural_person": 90}}
    found = compared(grounds(made([never, never])))
    assert (found.odds_ratio, found.rare) == (math.inf, True)
    assert all(math.isnan(end) for end in (found.low, found.high, found.organ_low, found.organ_high))


def test_a_kind_that_never_applied_is_shown_without_an_odds_ratio() -> None:
    found = compared(grounds(made([{"granted": 3, "denied": 3}])), "research")
    assert (found.strata, found.disclosed, found.rare) == (0, 0, True)
    assert math.isnan(found.odds_ratio)


def test_the_denominator_changes_the_odds() -> None:
    report = {
        "granted": {"business": 20, "natural_person": 20},
        "denied": {"business": 20, "natural_person": 20},
        "unavailable": {"business": 60},
        "rejected": {"natural_person": 60},
    }
    result = grounds(made([report]))
    assert [compared(result, of=of).odds_ratio for of in ("handled", "decided_on_merits", "resolvable")] == [
        pytest.approx(1.0),
        pytest.approx(0.25),
        pytest.approx(1.0),
    ]


def test_blanks_and_false_sums_are_left_out_and_counted() -> None:
    known = made([{"granted": 4}, {"granted": 5}, {"granted": 6}, {}])
    known.frame.loc[0, "applications.denied.query.total"] = math.nan
    known.frame.loc[1, "applications.handled_total.total"] = 50
    result = grounds(known)
    assert [row.handled for row in result.reports] == [6]
    assert {item.reason: item.n for item in result.exclusions} == {
        "figure_missing": 1,
        "figures_disagree": 1,
        "nothing_to_divide_by": 1,
    }


def test_an_unprinted_total_does_not_matter() -> None:
    known = made([{"granted": 4, "denied": 1}])
    known.frame["applications.handled_total.total"] = math.nan
    assert outcome(grounds(known), "granted").pooled == 0.8


def test_a_blank_applicant_keeps_a_report_from_that_comparison_alone() -> None:
    known = made([{"granted": 4, "denied": 5}, {"granted": 4, "denied": 5}])
    known.frame.loc[0, "applications.granted.research"] = math.nan
    result = grounds(known)
    assert outcome(result, "granted").reports == 2
    assert {item.reason: item.n for item in result.exclusions} == {"applicants_missing": 1}


def test_exclusions_of_the_panel_travel_along_and_contradicted_figures_are_flagged() -> None:
    known = made([{"granted": 4, "denied": 5}])
    known.grades["applications.granted.total"] = "contradicted"
    gone = Exclusion("organ_unknown", 4, "reports", "no name")
    result = grounds(Panel(known.frame, known.states, known.grades, (gone,)))
    assert result.exclusions == (gone,)
    assert [(item.reason, item.n) for item in result.flags] == [("contradicted", 1)]


def test_parts_are_never_pooled() -> None:
    one, two = made([{"granted": 1, "denied": 3, "organ": "a"}]), made([{"granted": 3, "denied": 1, "organ": "b"}])
    two.frame["part"] = "purposive"
    result = grounds(stack([one, two]))
    assert [outcome(result, "granted", part).pooled for part in ("simulated", "purposive")] == [0.25, 0.75]


def test_the_real_reports(few: Grounds, real: Panel) -> None:
    (city,) = (row for row in few.reports if row.report_id == "hangzhou-2025")
    assert [getattr(city, name) for name in OUTCOMES] == [5548, 2168, 730, 3421, 457, 1486]
    assert round(100 * city.factual, 1) == 82.4
    assert round(100 * city.unavailable / city.handled, 1) == 24.8
    assert (factual(few).organs_above, factual(few).organs) == (7, 7)
    assert all(row.factual > 0.5 for row in few.reports)
    by_applicant = {
        who: disclosure_rate(real, of="handled", applicant=who).frame.query("report_id == 'hangzhou-2025'").iloc[0]
        for who in ("natural_person", "business", "public_interest", "legal_service")
    }
    assert [round(100 * row["rate"], 1) for row in by_applicant.values()] == [55.9, 66.7, 95.5, 20.7]
    assert [by_applicant[who]["denominator"] for who in ("public_interest", "legal_service")] == [44, 121]


def test_real_rare_cells_are_shown_as_rare(few: Grounds) -> None:
    found = compared(few, "public_interest")
    assert (found.disclosed, found.not_disclosed, found.rare) == (45, 4, True)
    legal = compared(few, "legal_service")
    # decided independently, legal services fare worse; drawn by organ, nothing can be said
    assert legal.high < 1 < legal.organ_high
    assert legal.p_alike < 0.001


def test_a_report_of_blanks_that_are_proved_to_be_zero_can_be_added(real: Panel) -> None:
    result = grounds(fill_proved(real))
    (added,) = (row for row in result.reports if row.report_id == "shanghai-office-2019")
    assert [getattr(added, name) for name in OUTCOMES] == [272, 3, 35, 337, 158, 0]


@pytest.mark.parametrize("corpora", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_planted_odds_are_covered_at_the_stated_rate_and_lumping_misleads(corpora: int) -> None:
    found = [
        compared(grounds(simulate.outcomes(organs=40, seed=seed, business_odds=2.0)), of="resolvable")
        for seed in range(corpora)
    ]
    least = stats.binom.ppf(0.002, corpora, 0.93)
    assert sum(row.low <= 2 <= row.high for row in found) >= least
    assert sum(row.organ_low <= 2 <= row.organ_high for row in found) >= least
    assert np.exp(np.mean([math.log(row.odds_ratio) for row in found])) == pytest.approx(2, rel=0.1)
    assert np.exp(np.mean([math.log(row.crude) for row in found])) < 1.5


@pytest.mark.parametrize("corpora", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_without_a_planted_effect_none_is_found_more_often_than_stated(corpora: int) -> None:
    made_up = (simulate.outcomes(organs=40, seed=seed) for seed in range(100, 100 + corpora))
    found = [compared(grounds(one), of="resolvable") for one in made_up]
    assert sum(not row.low <= 1 <= row.high for row in found) <= stats.binom.ppf(0.998, corpora, 0.07)


counts = st.fixed_dictionaries({name: st.integers(0, 12) for name in OUTCOMES})


@settings(max_examples=10)
@given(st.lists(counts, min_size=1, max_size=6))
def test_whatever_the_reports_the_counts_hang_together(reports: list[dict[str, int]]) -> None:
    spread = [
        {name: {"natural_person": n - n // 3, "business": n // 3} for name, n in report.items()} for report in reports
    ]
    result = grounds(made(spread))
    some = [report for report in reports if sum(report.values())]
    assert len(result.reports) == len(some)
    assert sum(row.n for row in result.outcomes) == sum(sum(report.values()) for report in some)
    for row in result.outcomes:
        assert 0 <= row.lowest <= row.median <= row.highest <= 1
    for row in result.applicants:
        assert math.isnan(row.low) or row.low <= row.odds_ratio <= row.high
    if some:
        assert sum(row.n for row in result.denied) == outcome(result, "denied").n


def test_wrong_calls_say_what_there_is() -> None:
    known = made([{"granted": 4}])
    with pytest.raises(CallError, match="level is 95"):
        grounds(known, level=95)
    short = known.states.columns.drop("applications.denied.query.total")
    with pytest.raises(CallError, match=r"no column 'applications\.denied\.query\.total'"):
        grounds(Panel(known.frame, known.states[short], known.grades[short], ()))
    totals = [name for name in known.states if name.endswith(".total")]
    with pytest.raises(CallError, match="the six applicants"):
        grounds(Panel(known.frame, known.states[totals], known.grades[totals], ()))


def test_tables_are_printed_with_their_note(few: Grounds) -> None:
    text = few.to_markdown("factual")
    assert FACTUAL[0].formula in text
    assert "3 reports: an outcome is blank, unreadable or not there" in few.note
    assert r"\begin{tabular}" in few.to_latex("applicants")


def test_figures_that_went_through_pdf_and_extraction_give_the_same_result() -> None:
    planted = simulate.outcomes(organs=6, seed=12, median_size=60, business_odds=2.0)
    bridged = [name for name in planted.states if name.startswith("applications.other.") and name.count(".") == 2]
    printed = planted.states.columns.difference(bridged)
    whole = Panel(planted.frame, planted.states[printed], planted.grades[printed], ())
    back = grounds(panel(pd.concat([gx.tidy(report) for report in read(whole)])))
    there = grounds(planted)
    assert sorted(row[4:] for row in back.reports) == sorted(row[4:] for row in there.reports)
    for first, second in zip(back.applicants, there.applicants, strict=True):
        assert first[3:9] == second[3:9]
        assert first.odds_ratio == pytest.approx(second.odds_ratio, nan_ok=True)


# The figures.


@pytest.mark.parametrize("width, millimetres", [("column", 89), ("page", 183)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_fit_at_print_size(few: Grounds, invented: Grounds, lang: Any, width: Any, millimetres: float) -> None:
    for figure in (
        figures.grounds(few, lang=lang, width=width),
        figures.grounds(invented, lang=lang, width=width),
        figures.applicants(few, of="handled", lang=lang, width=width),
        figures.applicants(few, of="resolvable", lang=lang, width=width),
        figures.applicants(invented, of="resolvable", lang=lang, width=width, planted=2.0),
    ):
        assert_printable(figure, millimetres=millimetres)
        assert_glyphs(figure)
        if lang == "zh":
            assert_chinese(figure, foreign=set())


def test_bars_add_up_to_the_shares_of_the_result(few: Grounds) -> None:
    figure = figures.grounds(few)
    widths = sorted(round(patch.get_width(), 6) for patch in figure.axes[0].patches)
    reports = [100 * getattr(row, name) / row.handled for row in few.reports for name in OUTCOMES]
    together = [100 * row.pooled for row in few.outcomes]
    assert widths == pytest.approx(sorted([*reports, *together]), abs=1e-5)
    expected = [100 * row.factual for row in few.reports] + [100 * factual(few).pooled]
    assert sorted(x for x, _ in points(figure, 1)) == pytest.approx(sorted(expected))
    assert len(figure.data) == 9
    assert {f"n = {row.handled:,}" for row in few.reports} <= set(texts(figure))


def test_marks_stand_at_the_odds_ratios_and_rare_ones_are_open(few: Grounds) -> None:
    figure = figures.applicants(few, of="handled")
    shown = [row for row in few.applicants if row.of == "handled" and row.strata]
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(row.odds_ratio for row in shown))
    marks = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in marks}
    for row in shown:
        assert (faces[row.odds_ratio] == "white") == row.rare
    assert "45 of 49; 3 reports" in texts(figure)


def test_invented_data_say_so_on_the_figure(few: Grounds, invented: Grounds) -> None:
    for figure in (figures.grounds(invented), figures.applicants(invented, of="resolvable", planted=2.0)):
        assert "SIMULATED DATA" in texts(figure)
    assert "模拟数据" in texts(figures.applicants(invented, of="resolvable", lang="zh"))
    assert "SIMULATED DATA" not in texts(figures.grounds(few))


def test_wrong_figures_are_refused(few: Grounds) -> None:
    with pytest.raises(TypeError, match="of"):
        figures.applicants(few)  # type: ignore[call-arg]
    with pytest.raises(CallError, match="of='received'; expected one of handled"):
        figures.applicants(few, of="received")
    with pytest.raises(CallError, match="nothing to draw"):
        figures.grounds(grounds(made([{}])))
