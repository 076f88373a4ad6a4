from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chain import read
from drawn import assert_chinese, assert_glyphs, assert_printable, points, texts
from hypothesis import given, settings
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy import figures
from gxstudy.errors import CallError
from gxstudy.panel import Exclusion, Panel, panel, published, stack
from gxstudy.studies import backlog, simulate
from gxstudy.studies.backlog import Backlog, Continuous, Estimate, Load
from gxstudy.studies.resample import ratio_by_organ

RAW = Path(__file__).parents[1] / "data" / "raw"
FIGURES = {
    "new": "applications.new.total",
    "cin": "applications.carried_in.total",
    "handled": "applications.handled_total.total",
    "cout": "applications.carried_out.total",
    "cin_people": "applications.carried_in.natural_person",
    "cout_people": "applications.carried_out.natural_person",
    "made": "disclosure.normative_documents.made",
    "repealed": "disclosure.normative_documents.repealed",
    "in_force": "disclosure.normative_documents.in_force",
    "said_new": "prose.applications_received",
    "said_cin": "prose.applications_carried_in",
    "said_handled": "prose.applications_handled",
}
M2025 = {"new": 14_069, "cin": 560, "handled": 13_810, "cout": 819}


def made(reports: Sequence[dict[str, Any]]) -> Panel:
    """A panel from short rows; figures that are not named are missing."""
    usual = {"year": 2024, "edition": "2021", "part": "p"}
    frame = pd.DataFrame(
        [
            {"report_id": str(at), "organ": f"o{at}", **usual, **{k: v for k, v in report.items() if k not in FIGURES}}
            for at, report in enumerate(reports)
        ]
    )
    values = pd.DataFrame(
        {place: [report.get(name, math.nan) for report in reports] for name, place in FIGURES.items()}, dtype="float64"
    )
    states = pd.DataFrame("read", index=values.index, columns=values.columns).mask(values.isna(), "blank")
    return Panel(frame.join(values), states, states.replace("read", "unchecked").where(states == "read"), ())


def estimate(result: Backlog, measure: str, statistic: str = "pooled", part: str = "p") -> Estimate:
    (found,) = (row for row in result.estimates if row[:3] == (measure, statistic, part))
    return found


def one(report: dict[str, Any], **options: Any) -> Load:
    (found,) = backlog(made([report]), **options).reports
    return found


def rule(result: Backlog, key: str, at: str = "every") -> Continuous:
    (found,) = (row for row in result.continuity if (row.rule, row.at) == (key, at))
    return found


def test_the_municipality_of_2025() -> None:
    """819 open at the end of the year, 13,810 handled: 14.8 working days; with the mean of both stocks, 12.5."""
    found = one(M2025)
    assert round(found.days_closing, 1) == 14.8
    assert round(found.days_mean, 1) == 12.5
    assert found.days_opening == pytest.approx(560 / 13_810 * 250)
    assert round(100 * found.carry_over, 1) == 5.6
    assert (found.load, found.balance) == (14_629, 0)


def test_the_year_has_as_many_working_days_as_the_caller_says() -> None:
    assert one(M2025, working_days=248).days_closing == pytest.approx(819 / 13_810 * 248)
    with pytest.raises(CallError, match="working_days is 0"):
        backlog(made([M2025]), working_days=0)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, 1_000), st.integers(1, 10_000))
def test_closing_days_are_the_odds_of_the_carry_over_rate(new: int, cin: int, handled: int) -> None:
    """Where in and out agree, what is carried over and what is handled are the whole load."""
    cout = new + cin - handled
    if cout < 0:
        return
    found = one({"new": new, "cin": cin, "handled": handled, "cout": cout})
    assert found.days_closing == pytest.approx(250 * found.carry_over / (1 - found.carry_over))
    assert found.low <= found.carry_over <= found.high
    between = sorted((found.days_opening, found.days_closing))
    assert between[0] - 1e-9 <= found.days_mean <= between[1] + 1e-9


def test_nothing_handled_implies_no_days() -> None:
    result = backlog(
        made([{"new": 3, "cin": 0, "handled": 0, "cout": 3}, {"new": 0, "cin": 0, "handled": 0, "cout": 0}])
    )
    assert all(math.isnan(row.days_closing) for row in result.reports)
    assert result.reports[0].carry_over == 1
    assert math.isnan(result.reports[1].carry_over)
    assert [(item.reason, item.n) for item in result.exclusions] == [("idle", 2)]


def test_a_load_that_cannot_be_is_no_rate() -> None:
    found = one({"new": 3, "cin": 0, "handled": 3, "cout": 9})
    assert math.isnan(found.carry_over)
    assert found.balance == -9


def test_the_text_speaks_where_the_table_is_silent() -> None:
    found = one({"said_new": 10, "said_cin": 2, "said_handled": 10})
    assert (found.source, found.days_opening, found.load) == ("text", 50, 12)
    assert math.isnan(found.days_closing)
    both = one({"said_new": 99, **M2025})
    assert (both.source, both.new) == ("table", 14_069)


def test_what_is_left_out_is_counted() -> None:
    reports: list[dict[str, Any]] = [
        {**M2025, "wording_partial": True},
        {**M2025, "scope_citywide": True},
        {"new": 5},
        {"handled": 5},
        M2025,
    ]
    result = backlog(made(reports))
    assert {item.reason: item.n for item in result.exclusions} == {
        "wording_partial": 1,
        "scope_citywide": 1,
        "unseen": 2,
    }
    assert len(result.reports) == 1


def test_pooled_and_median_by_hand() -> None:
    reports = [
        {"new": 100, "cin": 10, "handled": 100, "cout": 10},
        {"new": 50, "cin": 0, "handled": 40, "cout": 10},
        {"new": 10, "cin": 0, "handled": 10, "cout": 0},
    ]
    result = backlog(made(reports))
    assert estimate(result, "carry_over").value == pytest.approx(20 / 170)
    assert estimate(result, "days_closing").value == pytest.approx(250 * 20 / 150)
    assert estimate(result, "days_opening").value == pytest.approx(250 * 10 / 150)
    assert estimate(result, "days_mean").value == pytest.approx(250 * 15 / 150)
    assert estimate(result, "days_closing", "median").value == pytest.approx(25.0)
    checks = {(row.check, row.convention): row for row in result.robustness}
    assert checks["flow_new", "closing"].days == pytest.approx(250 * 20 / 160)
    assert checks["balanced", "closing"].n == 3
    assert checks["without_largest", "closing"].days == pytest.approx(250 * 10 / 50)


YEARS = (
    {"organ": "a", "year": 2022, "cout": 4, "cout_people": 4, "in_force": 10},
    {"organ": "a", "year": 2023, "cin": 4, "cin_people": 3, "made": 2, "repealed": 1, "in_force": 11, "cout": 7},
    {"organ": "a", "year": 2024, "cin": 7, "made": 0, "repealed": 0, "in_force": 13},
    {"organ": "b", "year": 2022, "cout": 1},
    {"organ": "b", "year": 2024, "cin": 9},
)


def test_rules_between_years_by_hand() -> None:
    result = backlog(made(YEARS))
    gaps = {(gap.rule, gap.at, gap.year): (gap.expected, gap.printed, gap.gap) for gap in result.gaps}
    assert gaps == {
        ("carry_over", "total", 2023): (4, 4, 0),
        ("carry_over", "natural_person", 2023): (4, 3, -1),
        ("carry_over", "total", 2024): (7, 7, 0),
        ("regulations_stock", "normative_documents", 2023): (11, 11, 0),
        ("regulations_stock", "normative_documents", 2024): (11, 13, 2),
    }
    assert rule(result, "carry_over")[2:5] == (1, 3, 0)
    assert rule(result, "carry_over", "natural_person")[2:5] == (1, 1, 0)
    assert rule(result, "carry_over").widest_gap == -1
    assert rule(result, "carry_over", "pair")[2:4] == (1, 2)
    assert rule(result, "regulations_stock", "pair")[2:4] == (1, 2)
    assert {(row.organ, row.year, row.rule, row.fails, row.tests) for row in result.pairs} == {
        ("a", 2023, "carry_over", 1, 2),
        ("a", 2024, "carry_over", 0, 1),
        ("a", 2023, "regulations_stock", 0, 1),
        ("a", 2024, "regulations_stock", 1, 1),
    }


def test_a_missing_side_is_no_test_and_counted() -> None:
    result = backlog(made([{"organ": "a", "year": 2023, "cout": 4}, {"organ": "a", "year": 2024}]))
    assert result.gaps == ()
    assert [(row.tests, row.untested) for row in result.pairs] == [(0, 1)]
    assert ("untested", 1) in [(item.reason, item.n) for item in result.flags]


def test_zeros_on_both_sides_are_counted_apart() -> None:
    result = backlog(made([{"organ": "a", "year": 2023, "cout": 0}, {"organ": "a", "year": 2024, "cin": 0}]))
    assert rule(result, "carry_over")[2:5] == (0, 1, 1)
    assert rule(result, "carry_over", "pair").empty == 1


HONGZE = (
    {"organ": "洪泽区人民政府", "year": 2023, "cout": 5},
    {"organ": "淮安市洪泽区人民政府", "year": 2024, "cin": 5},
)


def test_names_are_paired_by_the_caller_alone() -> None:
    alone = backlog(made(HONGZE))
    assert alone.pairs == ()
    assert alone.candidates == (("洪泽区人民政府", 2023, "淮安市洪泽区人民政府", 2024),)
    result = backlog(made(HONGZE), same_organ={"洪泽区人民政府": "淮安市洪泽区人民政府"})
    (pair,) = result.pairs
    assert (pair.organ, pair.named) == ("淮安市洪泽区人民政府", "洪泽区人民政府 → 淮安市洪泽区人民政府")
    assert (pair.fails, pair.tests) == (0, 1)
    assert result.candidates == ()


def test_two_reports_of_an_organ_on_one_year_are_counted_and_not_set_against_each_other() -> None:
    """One organ by its id, under two names in one year: a batch is not stopped by it."""
    known = made((*HONGZE, {"organ": "淮安市洪泽区人民政府", "year": 2023, "cout": 4}))
    known.frame["organ_id"] = "320813-government"
    result = backlog(known)
    assert {item.reason: item.n for item in result.flags}["organ_year_repeated"] == 1
    assert [(gap.year, gap.expected, gap.printed) for gap in result.gaps] == [(2024, 5, 5)]
    with pytest.raises(CallError, match="two reports on 2023"):
        backlog(known, same_organ={"洪泽区人民政府": "淮安市洪泽区人民政府"})


def test_two_reports_of_one_year_are_no_candidates_and_cannot_be_one_organ() -> None:
    both = (*HONGZE, {"organ": "淮安市洪泽区人民政府", "year": 2023})
    assert backlog(made(both)).candidates == ()
    with pytest.raises(CallError, match="two reports on 2023"):
        backlog(made(both), same_organ={"洪泽区人民政府": "淮安市洪泽区人民政府"})
    with pytest.raises(CallError, match="'洪泽', and no report"):
        backlog(made(HONGZE), same_organ={"洪泽": "淮安市洪泽区人民政府"})


figure = st.one_of(st.none(), st.integers(0, 50))


@settings(max_examples=25)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"organ": st.sampled_from("ab"), "year": st.integers(2020, 2023), "part": st.sampled_from("pq")}
            | dict.fromkeys(("new", "cin", "handled", "cout", "made", "repealed", "in_force"), figure)
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda report: (report["organ"], report["year"]),
    )
)
def test_whatever_the_reports_the_counts_hang_together(reports: list[dict[str, Any]]) -> None:
    result = backlog(made([{k: math.nan if v is None else v for k, v in report.items()} for report in reports]))
    out = sum(item.n for item in result.exclusions if item.reason in {"unseen", "wording_partial", "scope_citywide"})
    assert len(result.reports) + out == len(reports)
    assert sum(row.tests for row in result.pairs) == len(result.gaps)
    assert sum(row.fails for row in result.pairs) == sum(gap.gap != 0 for gap in result.gaps)
    for row in result.continuity:
        assert 0 <= row.fails <= row.n
        assert row.low <= row.share <= row.high
    for row in result.estimates:
        assert row.n <= len(result.reports)


def test_intervals_by_organ_do_not_hang_on_names_or_order() -> None:
    top, bottom = pd.Series([1.0, 5, 2, 8]), pd.Series([10.0, 20, 30, 40])
    found = ratio_by_organ(top, bottom, pd.Series(list("abca")), level=0.95)
    turned = ratio_by_organ(top[::-1], bottom[::-1], pd.Series(list("zyxz"))[::-1], level=0.95)
    assert found == turned
    assert found[0] < 16 / 100 < found[1]
    assert all(math.isnan(end) for end in ratio_by_organ(top, bottom, pd.Series(["a"] * 4), level=0.95))


def test_planted_days_are_covered_at_the_stated_rate() -> None:
    """A steady queue: all three stocks give the planted time, and their intervals hold it."""
    covered: dict[str, list[bool]] = {}
    for seed in range(30):
        result = backlog(simulate.queues(organs=40, years=2, seed=seed, days=15, median_size=60))
        for convention in ("opening", "closing", "mean"):
            row = estimate(result, f"days_{convention}", part="simulated")
            covered.setdefault(convention, []).append(row.low <= 15 <= row.high)
    for convention, held in covered.items():
        assert np.mean(held) >= 0.85, convention


def test_growth_lowers_the_opening_stock_and_a_rush_all_of_them() -> None:
    growing = backlog(simulate.queues(organs=80, years=3, seed=1, days=15, growth=0.3))
    assert estimate(growing, "days_opening", part="simulated").high < 13
    assert 14.5 < estimate(growing, "days_closing", part="simulated").value < 16.5
    rushed = simulate.queues(organs=80, years=3, seed=1, days=15, rush=0.5)
    assert rushed.frame["took"].mean() > 14
    assert all(
        estimate(backlog(rushed), f"days_{stock}", part="simulated").high < 9
        for stock in ("opening", "closing", "mean")
    )


def test_planted_misreports_are_found_and_their_rate_covered() -> None:
    covered = []
    for seed in range(30):
        corpus = simulate.queues(organs=30, years=3, seed=seed, days=15, misreported=0.15)
        result = backlog(corpus)
        pair = rule(result, "carry_over", "pair")
        assert pair.fails == corpus.frame["misreported"].sum()
        assert pair.n == 60
        assert all(row.balance == 0 for row in result.reports)
        covered.append(pair.low <= 0.15 <= pair.high)
    assert np.mean(covered) >= 0.87


def test_planted_queues_survive_the_page() -> None:
    """Invented queues, set as PDF, read again: the study of both ends is the same."""
    corpus = simulate.queues(organs=9, years=3, seed=5, days=12, misreported=0.2)
    found, planted = backlog(panel(gx.tidy(read(corpus)))), backlog(corpus)
    assert [row[1:2] + row[3:] for row in found.estimates] == [row[1:2] + row[3:] for row in planted.estimates]
    assert rule(found, "carry_over", "pair") == rule(planted, "carry_over", "pair")
    assert sorted((gap.year, gap.expected, gap.printed) for gap in found.gaps) == sorted(
        (gap.year, gap.expected, gap.printed) for gap in planted.gaps
    )
    assert rule(found, "carry_over", "pair").fails == corpus.frame["misreported"].sum() > 0


@pytest.fixture(scope="module")
def bundled() -> Backlog:
    reports = [gx.read_report(path) for path in sorted((RAW / "reports").glob("*.pdf"))]
    full = panel(gx.tidy(reports), facts=gx.facts(reports), about=gx.reports(reports))
    return backlog(full, same_organ={"洪泽区人民政府": "淮安市洪泽区人民政府"})


def test_the_bundled_reports_fit_one_another(bundled: Backlog) -> None:
    tests = {(row.organ, row.year, row.rule): (row.fails, row.tests, row.untested) for row in bundled.pairs}
    assert tests == {
        ("宿迁市", 2024, "carry_over"): (0, 7, 0),
        ("宿迁市", 2025, "carry_over"): (0, 0, 7),
        ("淮安市洪泽区人民政府", 2024, "carry_over"): (0, 7, 0),
        ("宿迁市", 2024, "regulations_stock"): (0, 2, 0),
        ("宿迁市", 2025, "regulations_stock"): (0, 2, 0),
        ("淮安市洪泽区人民政府", 2024, "regulations_stock"): (0, 2, 0),
    }
    stock = {(gap.organ, gap.year): gap.printed for gap in bundled.gaps if gap.at == "normative_documents"}
    assert stock["宿迁市", 2024] == 597 + 50 - 227 == 420
    assert stock["宿迁市", 2025] == 420 + 61 - 59 == 422


def test_published_reports_give_stocks_from_their_text() -> None:
    result = backlog(published(RAW / "published_figures.csv"))
    assert estimate(result, "days_opening", part="repeat_year").n > 15
    assert estimate(result, "days_closing", part="repeat_year").n > 15
    assert {row.source for row in result.reports} == {"text"}
    assert all(row.balance == 0 or math.isnan(row.balance) for row in result.reports)


def test_wrong_calls_say_what_there_is() -> None:
    frame = made([M2025])
    without = [FIGURES["handled"], FIGURES["said_handled"]]
    bare = Panel(frame.frame.drop(columns=without), frame.states.drop(columns=without), frame.grades, ())
    with pytest.raises(CallError, match="neither"):
        backlog(bare)
    with pytest.raises(CallError, match="level is 2"):
        backlog(frame, level=2)


def test_the_tables_of_a_result() -> None:
    gone = Exclusion("organ_unknown", 4, "reports", "no name")
    frame = made([M2025, {**M2025, "year": 2023}])
    result = backlog(Panel(frame.frame, frame.states, frame.grades, (gone,)))
    assert result.exclusions == (gone,)
    assert list(result.to_frame("reports").columns) == list(Load._fields)
    text = result.to_markdown("reports")
    assert "| 14.8 " in text
    assert "| 13810 " in text
    assert "250 working days" in text
    for spec in result.specs:
        assert result.to_markdown(spec.name)
        assert r"\toprule" in result.to_latex(spec.name)


@pytest.mark.parametrize("width, millimetres", [("column", 89), ("page", 183)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_is_printable(bundled: Backlog, lang: Any, width: Any, millimetres: float) -> None:
    figure = figures.backlog(bundled, lang=lang, width=width)
    assert_printable(figure, millimetres=millimetres)
    assert_glyphs(figure)
    if lang == "zh":
        assert_chinese(figure, foreign={"n"})


def test_the_figure_shows_the_result(bundled: Backlog) -> None:
    figure = figures.backlog(bundled)
    days = [value for row in bundled.reports for value in row[-3:] if not math.isnan(value)]
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(days))
    assert points(figure, 1) == [(gap.expected, gap.printed) for gap in bundled.gaps]
    assert {"carried in: 0 of 14 differ", "in force: 0 of 6 differ", "hangzhou-2025"} <= set(texts(figure))
    assert "3 pairs of years; 12 of 20 tests compare 0 with 0." in texts(figure)
    assert set(figure.data["panel"]) == {"days", "continuity"}


def scenarios() -> Panel:
    makers = {"steady": {}, "growth": {"growth": 0.3}, "rush": {"rush": 0.5}}
    return stack(
        [simulate.queues(organs=20, years=2, seed=3, days=15, scenario=name, **more) for name, more in makers.items()]
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_figure_of_invented_queues_says_so_and_shows_what_was_planted(lang: Any) -> None:
    result = backlog(scenarios())
    figure = figures.backlog(result, lang=lang, planted=15)
    assert ("SIMULATED DATA" if lang == "en" else "模拟数据") in texts(figure)
    pooled = [row.value for row in result.estimates if row.statistic == "pooled" and row.measure.startswith("days")]
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(pooled))
    assert [text for text in texts(figure) if text in {"steady", "growing arrivals", "rush at year's end"}] == (
        ["steady", "growing arrivals", "rush at year's end"] if lang == "en" else []
    )
    assert_printable(figure, millimetres=89)
    assert_glyphs(figure)


def test_a_figure_without_pairs_of_years() -> None:
    figure = figures.backlog(backlog(made([M2025])))
    assert len(figure.axes) == 1
    assert_printable(figure, millimetres=89)


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(CallError, match="nothing to draw"):
        figures.backlog(backlog(made([{"new": 1}])))
