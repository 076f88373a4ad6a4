from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from chain import read
from drawn import assert_chinese, assert_glyphs, assert_printable, points, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import gxstudy as gx
from gxstudy import figures
from gxstudy.errors import CallError
from gxstudy.panel import DISCLOSURE_RATES, DisclosureOf, Exclusion, Panel, disclosure_rate, fill_proved, panel, stack
from gxstudy.studies import denominators, simulate
from gxstudy.studies.denominators import BENCHMARK, Agreement, Denominators, Summary, swapped_pairs
from gxstudy.studies.resample import ratio_by_organ

RAW = Path(__file__).parents[1] / "data" / "raw"
KEYS: tuple[DisclosureOf, ...] = get_args(DisclosureOf)
ROWS = {row: f"applications.{row}.total" for row in ("new", "carried_in", "granted", "partial", "handled_total")}
DENIED, UNAVAILABLE = DISCLOSURE_RATES[5].below[2:], DISCLOSURE_RATES[4].below[10:]


def made(reports: list[dict[str, Any]]) -> Panel:
    """A panel from short rows: ``denied`` and ``unavailable`` stand in the first row of their kind, 0 in the others."""
    frame = pd.DataFrame(
        {
            "organ": [report.get("organ", f"o{at}") for at, report in enumerate(reports)],
            "year": [report.get("year", 2024) for report in reports],
        }
    )
    figures = {place: [float(report.get(row, 0)) for report in reports] for row, place in ROWS.items()}
    for kind, rows in (("denied", DENIED), ("unavailable", UNAVAILABLE)):
        for at, row in enumerate(rows):
            figures[f"applications.{row}.total"] = [float(report.get(kind, 0) * (at == 0)) for report in reports]
    return simulate.as_panel(frame, figures)


def plain(granted: int, partial: int, denied: int, unavailable: int, **more: Any) -> dict[str, Any]:
    """A report in which nothing is carried over or ends otherwise."""
    handled = granted + partial + denied + unavailable
    counts = {"granted": granted, "partial": partial, "denied": denied, "unavailable": unavailable}
    return {**counts, "new": handled, "carried_in": 0, "handled_total": handled, **more}


def summary(result: Denominators, key: str, part: str = "simulated") -> Summary:
    (found,) = (row for row in result.summary if (row.definition, row.part) == (key, part))
    return found


def agreement(result: Denominators, first: str, second: str) -> Agreement:
    (found,) = (row for row in result.agreement if (row.first, row.second) == (first, second))
    return found


@pytest.fixture(scope="module")
def real() -> Panel:
    reports = [gx.read_report(path) for path in sorted((RAW / "reports").glob("*.pdf"))]
    return panel(pd.concat([gx.tidy(report) for report in reports]))


@pytest.fixture(scope="module")
def invented() -> Denominators:
    return denominators(simulate.outcomes(organs=60, seed=8), against="willingness")


def test_rates_by_hand() -> None:
    result = denominators(made([plain(3, 1, 2, 4), plain(6, 0, 0, 4)]))
    assert [row[5:11] for row in result.side_by_side] == [
        pytest.approx((0.3, 0.4, 0.4, 0.4, 0.4, 4 / 6)),
        pytest.approx((0.6, 0.6, 0.6, 0.6, 0.6, 1.0)),
    ]
    assert [row.spread for row in result.side_by_side] == pytest.approx([4 / 6 - 0.3, 0.4])
    found = summary(result, "resolvable")
    assert (found.numerator, found.denominator, found.pooled) == (10, 12, pytest.approx(10 / 12))
    assert found.median == pytest.approx((4 / 6 + 1) / 2)
    assert (found.lowest, found.highest) == pytest.approx((4 / 6, 1.0))


def test_an_organ_with_several_years_is_one_organ_in_the_median() -> None:
    years = [plain(1, 0, 1, 0, organ="a", year=2022), plain(8, 0, 0, 0, organ="a", year=2023)]
    result = denominators(made([*years, plain(1, 0, 3, 0, organ="b")]))
    found = summary(result, "handled")
    assert (found.reports, found.organs) == (3, 2)
    assert found.median == pytest.approx((0.9 + 0.25) / 2)


def test_two_names_of_one_organ_are_one_where_its_id_is_known() -> None:
    known = made([plain(1, 0, 1, 0, organ="a", year=2022), plain(8, 0, 0, 0, organ="the a", year=2023)])
    assert summary(denominators(known), "handled").organs == 2
    known.frame["organ_id"] = "a"
    assert summary(denominators(known), "handled").organs == 1


def test_the_median_has_an_exact_interval_or_none() -> None:
    rates = [plain(at, 0, 10 - at, 0) for at in range(1, 7)]
    six, five = denominators(made(rates)), denominators(made(rates[:5]))
    assert (summary(six, "handled").median_low, summary(six, "handled").median_high) == pytest.approx((0.1, 0.6))
    assert math.isnan(summary(five, "handled").median_low)  # 5 of 5 on one side: 1 in 16, more than 1 in 20


def test_agreement_by_hand() -> None:
    # by what is handled 1 > 2 > 3, by what could be resolved 3 > 2 > 1
    result = denominators(made([plain(6, 0, 3, 1), plain(5, 0, 1, 4), plain(4, 0, 0, 6)]))
    found = agreement(result, "handled", "resolvable")
    assert (found.swapped, found.pairs, found.tau, found.n, found.organs) == (3, 3, -1.0, 3, 3)
    assert found.p == pytest.approx(2 / 6)  # one order of six, on either side
    assert (found.low, found.high, found.interval) == (-1.0, -1.0, "without_one_organ")
    assert agreement(result, "handled_or_pending", "received").tau == 1.0


def test_ranks_start_with_the_highest_and_ties_are_shared() -> None:
    result = denominators(made([plain(1, 0, 1, 0), plain(3, 0, 1, 0), plain(2, 0, 2, 0)]))
    assert [row.rank for row in result.rates if row.definition == "handled"] == [2.5, 1.0, 2.5]


def test_a_rate_that_is_no_share_has_no_interval() -> None:
    result = denominators(made([plain(3, 1, 2, 4)]))
    missing = {row.definition: math.isnan(row.low) for row in result.rates}
    assert missing == {key: key == "received" for key in KEYS}


def test_all_rates_are_of_the_same_reports_and_the_others_are_counted() -> None:
    short = made([plain(3, 1, 2, 4), plain(3, 1, 2, 4), plain(0, 0, 0, 5), plain(0, 0, 0, 0)])
    short.frame.loc[1, "applications.new.total"] = math.nan
    result = denominators(short)
    assert {row.reports for row in result.summary} == {1}
    assert [(item.reason, item.n) for item in result.exclusions] == [("figure_missing", 1), ("nothing_to_divide_by", 2)]


def test_exclusions_of_the_panel_travel_along_and_soft_rows_are_flagged() -> None:
    gone = Exclusion("organ_unknown", 4, "reports", "no name")
    known = made([plain(3, 1, 2, 4), plain(300, 100, 200, 400)])
    known.frame["scope_citywide"] = [True, False]
    known.grades["applications.granted.total"] = ["contradicted", "proved"]
    result = denominators(Panel(known.frame, known.states, known.grades, (gone,)))
    assert result.exclusions == (gone,)
    assert {item.reason: item.n for item in result.flags} == {"scope_citywide": 1, "contradicted": 1, "small": 1}
    again = {(row.check, row.definition): row.reports for row in result.robustness}
    assert again["without_contradicted", "handled"] == again["without_small", "handled"] == 1


def test_parts_are_never_pooled() -> None:
    one, two = made([plain(1, 0, 3, 0, organ="a")]), made([plain(3, 0, 1, 0, organ="b")])
    two.frame["part"] = "purposive"
    result = denominators(stack([one, two]))
    assert [summary(result, "handled", part).pooled for part in ("simulated", "purposive")] == [0.25, 0.75]
    assert all(row.n == 1 and math.isnan(row.tau) for row in result.agreement)


def test_dropping_the_busiest_organ_drops_all_its_years() -> None:
    years = [plain(90, 0, 10, 0, organ="a", year=year) for year in (2022, 2023)]
    result = denominators(made([*years, plain(1, 0, 3, 0, organ="b")]))
    checks = {
        row.check: (row.reports, row.organs, row.pooled) for row in result.robustness if row.definition == "handled"
    }
    assert checks["without_largest"] == (1, 1, 0.25)
    assert checks["latest_year"][:2] == (2, 2)
    assert checks["without_small"][:2] == (2, 1)


def test_the_real_reports(real: Panel) -> None:
    result = denominators(real)
    assert [row[5:11] for row in result.side_by_side if row.report_id == "hangzhou-2025"] == [
        pytest.approx((0.402, 0.527, 0.548, 0.559, 0.650, 0.914), abs=5e-4)
    ]
    assert {row.reports for row in result.summary} == {8}
    assert {item.reason: item.n for item in result.exclusions}["figure_missing"] == 3
    # the office that comes last by what it handled comes fifth where only what it could give or refuse counts
    ranks = {row.definition: row.rank for row in result.rates if row.report_id == "shanghai-office-2025"}
    assert (ranks["handled"], ranks["resolvable"]) == (8, 5)
    assert agreement(result, "handled", "resolvable").tau == pytest.approx(10 / 28)
    assert agreement(result, "handled", "resolvable").swapped == 9


def test_a_report_of_blanks_that_are_proved_to_be_zero_can_be_added(real: Panel) -> None:
    more = denominators(fill_proved(real))
    (added,) = (row for row in more.side_by_side if row.report_id == "shanghai-office-2019")
    assert added.handled == pytest.approx(275 / 805)
    assert {row.reports for row in more.summary} == {9}


def test_benchmarks_follow_from_their_counts() -> None:
    for row in BENCHMARK:
        assert row.definition in KEYS
        assert row.source
        if row.above is not None and row.below is not None:
            assert row.rate == row.above / row.below
    assert round(100 * BENCHMARK[0].rate, 2) == 30.80


four = st.tuples(*[st.integers(0, 9)] * 4).filter(lambda counts: counts[0] + counts[2] > 0)


@settings(max_examples=10)
@given(st.lists(four, min_size=1, max_size=9))
def test_whatever_the_reports_the_counts_hang_together(reports: list[tuple[int, int, int, int]]) -> None:
    known = made([plain(*counts) for counts in reports])
    result = denominators(known)
    for key in KEYS:
        row = summary(result, key)
        rates = disclosure_rate(known, of=key).frame
        assert (row.numerator, row.denominator) == (rates["numerator"].sum(), rates["denominator"].sum())
        assert row.lowest <= row.median <= row.highest
        if len(reports) > 1:
            assert row.pooled_low <= row.pooled <= row.pooled_high
    for pair in result.agreement:
        assert pair.pairs == len(reports) * (len(reports) - 1) // 2
        if not math.isnan(pair.tau):
            x, y = ([row.rate for row in result.rates if row.definition == key] for key in (pair.first, pair.second))
            assert pair.tau == pytest.approx(float(stats.kendalltau(x, y).statistic))


def test_the_ranking_by_what_could_be_resolved_recovers_the_planted_willingness(invented: Denominators) -> None:
    with_truth = {row.first: row for row in invented.agreement if row.second == "willingness"}
    assert with_truth["resolvable"].low > 0.4
    for key in ("handled_in_full", "handled", "decided_on_merits"):
        assert with_truth[key].high < with_truth["resolvable"].low
        assert with_truth[key].interval == "percentile"


def test_intervals_of_a_pooled_rate_cover_the_truth_with_many_organs_and_too_seldom_with_seven() -> None:
    """What drawing organs with replacement is worth; the truth is that of very many organs of the same kind."""

    def counts(organs: int, seed: int) -> pd.DataFrame:
        frame = disclosure_rate(simulate.outcomes(organs=organs, seed=seed), of="resolvable").frame
        return frame[["numerator", "denominator", "organ"]].astype({"numerator": "float64", "denominator": "float64"})

    everyone, drawn = counts(4000, 99), counts(7 * 150 + 80 * 80, 1)
    truth, covered, start = everyone["numerator"].sum() / everyone["denominator"].sum(), {}, 0
    for organs, samples in ((7, 150), (80, 80)):
        held = []
        for _ in range(samples):
            some = drawn.iloc[start : start + organs]
            low, high = ratio_by_organ(some["numerator"], some["denominator"], some["organ"], level=0.95)
            held.append(low <= truth <= high)
            start += organs
        covered[organs] = np.mean(held)
    assert 0.65 <= covered[7] <= 0.92
    assert covered[80] >= 0.85


def test_a_column_of_ones_own_can_be_compared() -> None:
    known = made([plain(3, 1, 2, 4), plain(6, 0, 1, 4), plain(1, 0, 1, 4)])
    known.frame["index"] = [2.0, 3.0, math.nan]
    result = denominators(known, against="index")
    assert agreement(result, "handled", "index").tau == 1.0
    assert {row.n for row in result.agreement} == {2}
    assert [(item.reason, item.n) for item in result.exclusions] == [("against_unknown", 1)]


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"level": 95}, "level is 95"),
        ({"against": "index"}, "no numeric column 'index'"),
        ({"against": "organ"}, "no numeric column 'organ'"),
    ],
)
def test_wrong_calls_say_what_there_is(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        denominators(made([plain(3, 1, 2, 4)]), **wrong)


def test_tables_are_printed_with_their_note(invented: Denominators) -> None:
    text = invented.to_markdown()
    assert "handled: (in full + in part) / handled" in text
    assert "| resolvable" in text
    assert r"\begin{tabular}" in invented.to_latex("agreement")
    assert list(invented.to_frame("side_by_side").columns[5:11]) == list(KEYS)
    few = denominators(made([plain(3, 1, 2, 4)]))
    assert "Fewer than 10 organs (simulated): a description of these alone" in few.note


def test_figures_that_went_through_pdf_and_extraction_give_the_same_result() -> None:
    planted = simulate.outcomes(organs=6, seed=12, median_size=60)
    planted.frame["organ"] = [f"{name}县人民政府" for name in ("甲子", "乙子", "丙子", "丁子", "戊子", "己子")]
    bridged = [name for name in planted.states if name.startswith("applications.other.") and name.count(".") == 2]
    printed = planted.states.columns.difference(bridged)
    whole = Panel(planted.frame, planted.states[printed], planted.grades[printed], ())
    back = denominators(panel(pd.concat([gx.tidy(report) for report in read(whole)])))
    there = denominators(planted)
    assert {(row.definition, *row[5:8]) for row in back.rates} == {(row.definition, *row[5:8]) for row in there.rates}
    assert sorted(row[4:6] for row in back.summary) == sorted(row[4:6] for row in there.summary)


# The figures.


@pytest.fixture(scope="module")
def few(real: Panel) -> Denominators:
    return denominators(real)


@pytest.mark.parametrize("width, millimetres", [("column", 89), ("page", 183)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_fit_at_print_size(
    few: Denominators, invented: Denominators, lang: Any, width: Any, millimetres: float
) -> None:
    for figure in (
        figures.denominators(few, lang=lang, width=width),
        figures.denominators(invented, lang=lang, width=width),
        figures.rank_agreement(few, against="handled", lang=lang, width=width),
        figures.rank_agreement(invented, against="willingness", lang=lang, width=width),
    ):
        assert_printable(figure, millimetres=millimetres)
        assert_glyphs(figure)
        if lang == "zh":
            assert_chinese(figure, foreign=set())


def test_lines_show_the_rates_of_the_result(few: Denominators) -> None:
    figure = figures.denominators(few)
    shown = {tuple(np.round(line.get_ydata(), 9)) for line in figure.axes[0].lines if len(line.get_xdata()) == 6}
    assert shown == {tuple(np.round([100 * rate for rate in row[5:11]], 9)) for row in few.side_by_side}
    for row in few.side_by_side:
        assert f"{row.report_id}\nn = {row.applications:,}" in texts(figure)
    assert figure.data["rate"].tolist() == [row.rate for row in few.rates]


def test_many_reports_have_a_median_and_invented_ones_say_so(invented: Denominators) -> None:
    figure = figures.denominators(invented)
    assert sorted(y for _, y in points(figure)) == pytest.approx(sorted(100 * row.median for row in invented.summary))
    for drawn, said in ((figure, "SIMULATED DATA"), (figures.denominators(invented, lang="zh"), "模拟数据")):
        assert said in texts(drawn)
    assert "SIMULATED DATA" in texts(figures.rank_agreement(invented, against="willingness"))


def test_real_reports_carry_no_such_stamp(few: Denominators) -> None:
    assert "SIMULATED DATA" not in texts(figures.denominators(few))


def test_rank_agreement_shows_each_tau_once(invented: Denominators) -> None:
    figure = figures.rank_agreement(invented, against="willingness")
    expected = [row.tau for row in invented.agreement if row.second == "willingness"]
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(expected))
    assert len(figure.data) == 6


def test_wrong_figures_are_refused(few: Denominators) -> None:
    with pytest.raises(CallError, match="against='luck'; expected one of"):
        figures.rank_agreement(few, against="luck")
    with pytest.raises(CallError, match="lang='fr'"):
        figures.denominators(few, lang="fr")  # type: ignore[arg-type]
    with pytest.raises(CallError, match="nothing to draw"):
        figures.denominators(denominators(made([plain(0, 0, 0, 0)])))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=40))
def test_swapped_pairs_are_those_seen_when_every_pair_is_looked_at(pairs: list[tuple[int, int]]) -> None:
    """All pairs of 6,000 reports at once filled the memory; tau says how many they are."""
    first, second = (np.array(values, dtype="float64") for values in zip(*pairs, strict=True))
    plain = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(pairs, 2))
    assert swapped_pairs(first, second) == plain
