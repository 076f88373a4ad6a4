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
from hypothesis import given
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy import figures
from gxstudy.errors import CallError
from gxstudy.fees import by_pages
from gxstudy.panel import Exclusion, Panel, panel, published, stack
from gxstudy.studies import fees, simulate
from gxstudy.studies.fees import STATES, Amount, Bound, Estimate, Fees, Fit, Unpaid

RAW = Path(__file__).parents[1] / "data" / "raw"
DROPPED, HANDLED = "applications.other.unpaid_fee.total", "applications.handled_total.total"
FIGURES = {"dropped": DROPPED, "handled": HANDLED, "told": "prose.fee_yuan"}


def made(reports: Sequence[dict[str, Any]]) -> Panel:
    """A panel from short rows; every report has an organ of its own and counts as read whole unless it says so."""
    usual = {"year": 2024, "edition": "2021", "part": "full_reports", "fee_stated": None}
    frame = pd.DataFrame(
        [
            {"report_id": str(at), "organ": f"o{at}", **usual, **{k: v for k, v in report.items() if k not in FIGURES}}
            for at, report in enumerate(reports)
        ]
    )
    values = pd.DataFrame(
        {place: [report.get(name, math.nan) for report in reports] for name, place in FIGURES.items()}, dtype="float64"
    )
    states = pd.DataFrame("read", index=values.index, columns=values.columns).mask(values.isna(), "absent")
    return Panel(frame.join(values), states, states.replace("read", "unchecked").where(states == "read"), ())


def cases(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {"case": "a", "organ": None, "year": 2024, "cases": 1, "yuan": 380, "state": "collected", "rounded": False}
    return pd.DataFrame([{**usual, **row} for row in rows])


def estimate(result: Fees, state: str, of: str = "whole", part: str = "full_reports", group: str = "all") -> Estimate:
    (found,) = (row for row in result.estimates if row[:4] == (state, of, part, group))
    return found


def states_of(result: Fees, of: str = "whole", part: str = "full_reports") -> dict[str, int]:
    return {
        row.state: row.hits for row in result.estimates if (row.of, row.part) == (of, part) and row.state != "charged"
    }


def unpaid(result: Fees, measure: str, part: str = "full_reports") -> Unpaid:
    (found,) = (row for row in result.unpaid if (row.measure, row.part) == (measure, part))
    return found


def bound(result: Fees, kind: str = "all", source: str = "case") -> Bound:
    (found,) = (row for row in result.bounds if (row.source, row.cases) == (source, kind))
    return found


STATEMENTS: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({}, "silent"),
    ({"fee_stated": "none"}, "none"),
    ({"fee_stated": "none", "fee_yuan": 0.0}, "none"),
    ({"fee_yuan": 0.0}, "none"),
    ({"fee_stated": "charged", "fee_yuan": 0.0, "fee_billed": 420.0}, "unpaid"),
    ({"fee_stated": "charged", "fee_yuan": 0.0}, "unpaid"),
    ({"fee_stated": "charged"}, "billed"),
    ({"fee_stated": "charged", "fee_billed": 420.0}, "billed"),
    ({"fee_billed": 420.0}, "billed"),
    ({"fee_stated": "charged", "fee_yuan": 380.0}, "collected"),
    ({"fee_yuan": 380.0, "fee_billed": 420.0}, "collected"),
    ({"told": 380.0}, "collected"),
    ({"fee_stated": "none", "fee_yuan": 380.0}, None),
    ({"fee_stated": "none", "fee_billed": 380.0}, None),
)


@pytest.mark.parametrize("report, state", STATEMENTS)
def test_what_a_statement_is(report: dict[str, Any], state: str | None) -> None:
    result = fees(made([report]))
    if state is None:
        assert result.estimates == ()
        assert [(item.reason, item.n) for item in result.exclusions] == [("contradictory", 1)]
    else:
        assert {key for key, hits in states_of(result).items() if hits} == {state}


def test_words_that_could_not_be_read_are_neither_silence_nor_a_denial() -> None:
    result = fees(made([{"fee_stated": "unclear"}, {"fee_stated": "none"}, {}]))
    assert [(item.reason, item.n) for item in result.exclusions] == [("unclear", 1)]
    assert states_of(result) == {"silent": 1, "none": 1, "unpaid": 0, "billed": 0, "collected": 0}


def test_silence_is_seen_only_in_reports_read_whole() -> None:
    part = {"part": "purposive"}
    result = fees(made([part, {**part, "fee_stated": "none"}, {**part, "sha256": "x"}, {}]))
    assert [(item.reason, item.n) for item in result.exclusions] == [("unseen", 1)]
    assert states_of(result, "spoke", "purposive") == {"none": 1, "unpaid": 0, "billed": 0, "collected": 0}
    assert estimate(result, "silent", "whole", "purposive").hits == 1
    assert estimate(result, "silent").hits == 1


def test_without_a_report_read_whole_silence_is_not_estimated() -> None:
    result = fees(made([{"part": "purposive", "fee_stated": "none"}]))
    assert {row.of for row in result.estimates} == {"spoke"}
    assert "silent" not in {row.state for row in result.estimates}


def test_years_before_the_measures_are_left_out_and_kept_as_a_check() -> None:
    result = fees(made([{"year": 2020}, {"year": 2021, "fee_stated": "none"}]))
    assert [(item.reason, item.n) for item in result.exclusions] == [("before_measures", 1)]
    assert estimate(result, "none").n == 1
    (row,) = (row for row in result.robustness if (row.check, row.of) == ("with_years_before", "whole"))
    assert row.n == 2


def test_shares_by_hand() -> None:
    result = fees(made([{"fee_stated": "none"}] * 6 + [{"fee_yuan": 380.0}] * 3 + [{}]))
    found = estimate(result, "collected")
    assert found[:7] == ("collected", "whole", "full_reports", "all", 10, 3, 10)
    assert (found.share, found.low, found.high) == pytest.approx((0.3, 0.1077913, 0.6032219))
    assert estimate(result, "collected", "spoke")[5:7] == (3, 9)
    assert estimate(result, "charged").hits == 3


def test_groups_add_up() -> None:
    reports = [{"level": "county"}, {"level": "county", "fee_stated": "none"}, {"level": "city"}, {"level": None}]
    result = fees(made(reports), by="level")
    assert [row.group for row in result.estimates if row.state == "none" and row.of == "whole"] == [
        "all",
        "city",
        "county",
    ]
    assert estimate(result, "silent").n == 3
    assert ("group_unknown", 1) in [(item.reason, item.n) for item in result.exclusions]


PRESS = (("chengdu", 54_700, 1_500), ("xian", 83_460, 2_219))
SUQIAN = (("shuyang resources", 420, 72), ("sucheng resources", 140, 44), ("shuyang civil", 880, 109))
SIHONG = (("sihong office", 1_080, 119), ("bancheng", 270, 57), ("suqian 2025", 380, 68))


@pytest.mark.parametrize("name, yuan, pages", PRESS + SUQIAN + SIHONG)
def test_single_cases_invert_to_the_published_pages(name: str, yuan: int, pages: int) -> None:
    (found,) = fees(made([{}]), cases=cases({"case": name, "yuan": yuan})).amounts
    assert found.pages == pages
    assert found.proof == ("open" if yuan % 100 == 0 else "pages")


@pytest.mark.parametrize(
    "yuan, number, proof, possible",
    [
        (1_500, 15, "open", "items pages mixed"),  # 泗洪县公安局 2023
        (600, 6, "open", "items pages mixed"),  # 宿迁市公安局 2023
        (290, 2, "pages", "pages mixed"),  # 泗洪县人民政府 2023
        (2_950, 25, "pages", "pages mixed"),  # the sum of the city
        (400, None, "open", "items pages mixed"),
        (3_940, None, "pages", "pages mixed"),
        (2_800, 1, "items", "items"),
        (385, 1, "impossible", ""),
        (380.5, 1, "impossible", ""),
    ],
)
def test_what_an_amount_proves(yuan: float, number: int | None, proof: str, possible: str) -> None:
    (found,) = fees(made([{}]), cases=cases({"yuan": yuan, "cases": number})).amounts
    assert (found.proof, found.possible) == (proof, possible)


def test_the_municipality_of_2025() -> None:
    """400 yuan collected, 203 applications of 13,810 dropped for the fee; the amount says nothing of the method."""
    report = {"fee_stated": "charged", "fee_yuan": 400.0, "dropped": 203, "handled": 13_810}
    result = fees(made([report]))
    (amount,) = result.amounts
    assert (amount.yuan, amount.cases, amount.proof) == (400, None, "open")
    found = unpaid(result, "applications")
    assert (found.hits, found.n) == (203, 13_810)
    assert found.share == pytest.approx(203 / 13_810)
    assert math.isnan(found.low)
    assert unpaid(result, "any")[2:4] == (1, 1)


def test_billed_is_tested_where_it_is_said() -> None:
    (amount,) = fees(made([{"fee_yuan": 300.0, "fee_billed": 420.0, "fee_cases": 1.0}])).amounts
    assert (amount.yuan, amount.pages, amount.state) == (420, 72, "collected")


def test_rounded_amounts_are_not_tested() -> None:
    result = fees(made([{}]), cases=cases({"yuan": 120_000, "rounded": True}, {"case": "b"}))
    assert [row.proof for row in result.amounts] == ["rounded", "pages"]
    assert (bound(result).n, bound(result).rounded) == (1, 1)
    assert [row.n for row in result.fits] == [1, 1]


def test_how_sharp_a_single_case_is() -> None:
    """Up to 700 yuan every tenth amount is a page amount, up to 2,700 every twentieth, beyond every fortieth."""
    rows = [{"case": str(yuan), "yuan": yuan} for yuan in (380, 880, 54_700, 55_000)]
    result = fees(made([{}]), cases=cases(*rows))
    assert [row.by_chance for row in result.amounts] == [1 / 10, 1 / 20, 1 / 40, 1 / 40]
    by_schedule = {row.schedule: row for row in result.fits}
    assert by_schedule["pages"] == Fit("case", "cases", "pages", 4, 3, pytest.approx(0.2), pytest.approx(2.0))
    assert by_schedule["items"] == Fit("case", "cases", "items", 4, 2, 0.04, 0.4)


def test_reports_and_cases_are_never_added() -> None:
    result = fees(made([{"fee_yuan": 380.0, "fee_cases": 1.0}]), cases=cases({"yuan": 140}))
    assert {(row.source, row.part, row.n) for row in result.bounds if row.cases == "all"} == {
        ("report", "full_reports", 1),
        ("case", "cases", 1),
    }


charged_cases = st.lists(st.one_of(st.integers(31, 3_000), st.integers(-60, -1)), min_size=1, max_size=5)


@given(st.lists(charged_cases, min_size=1, max_size=8))
def test_the_truth_lies_between_the_bounds(reports: list[list[int]]) -> None:
    """A case is pages (positive) or, negative, hundreds of yuan by item: whatever they are, no amount proves a lie."""
    yuan = [sum(by_pages(size) if size > 0 else -100 * size for size in report) for report in reports]
    known = cases(*({"case": str(at), "yuan": yuan[at], "cases": len(report)} for at, report in enumerate(reports)))
    result = fees(made([{}]), cases=known)
    for row, report in zip(result.amounts, reports, strict=True):
        assert row.proof != "impossible"
        assert row.proof != "pages" or max(report) > 0
        assert row.proof != "items" or max(report) < 0
    found, truth = bound(result), np.mean([max(report) > 0 for report in reports])
    assert found.n == len(reports) == found.pages + found.items + found.open
    assert found.low <= found.least <= truth <= found.most <= found.high


def test_none_said_although_applications_were_dropped() -> None:
    reports = [
        {"fee_stated": "none", "dropped": 3, "handled": 30},
        {"fee_stated": "none", "dropped": 0, "handled": 10},
        {"dropped": 1, "handled": 10},
        {"fee_stated": "none"},
    ]
    result = fees(made(reports))
    assert unpaid(result, "though_none")[2:4] == (1, 2)
    assert unpaid(result, "though_silent")[2:4] == (1, 1)
    assert unpaid(result, "any")[2:4] == (2, 3)
    found = unpaid(result, "applications")
    assert (found.hits, found.n, found.share) == (4, 50, 0.08)
    assert found.low <= found.share <= found.high


def test_money_in_against_money_asked() -> None:
    reports = [
        {"fee_yuan": 0.0, "fee_billed": 100.0, "fee_stated": "charged"},
        {"fee_yuan": 300.0, "fee_billed": 300.0},
        {"fee_yuan": 999.0},
    ]
    (found,) = fees(made(reports)).payments
    assert (found.n, found.organs, found.billed, found.collected, found.share) == (2, 2, 400, 300, 0.75)
    assert (found.low, found.high) == (0.0, 1.0)
    (none,) = fees(made([{"fee_yuan": 999.0}])).payments
    assert none.n == 0
    assert math.isnan(none.share)


def test_soft_rows_and_queries_about_the_fee_are_flagged_and_dropped_as_a_check() -> None:
    reports = [
        {"fee_stated": "none", "part": "p", "organ_inferred": True},
        {"fee_stated": "none", "part": "p", "notes": "query_worded_on_fee=1"},
        {"fee_stated": "none", "part": "p", "notes": ""},
    ]
    frame = made([{"organ_inferred": False, "notes": "", **report} for report in reports])
    result = fees(frame)
    assert {(item.reason, item.n) for item in result.flags} == {("organ_inferred", 1), ("query_worded_on_fee", 1)}
    n = {row.check: row.n for row in result.robustness}
    assert (n["as_estimated"], n["without_soft_marks"], n["without_fee_queries"]) == (3, 2, 2)


def test_latest_year_counts_an_organ_once() -> None:
    reports = [{"organ": "a", "year": year, "fee_yuan": 380.0} for year in (2021, 2022)] + [
        {"organ": "a", "year": 2023}
    ]
    result = fees(made(reports))
    (row,) = (row for row in result.robustness if (row.check, row.of) == ("latest_year", "whole"))
    assert (row.hits, row.n) == (0, 1)


def test_exclusions_of_the_panel_travel_along() -> None:
    gone = Exclusion("organ_unknown", 4, "reports", "no name")
    frame = made([{}])
    assert fees(Panel(frame.frame, frame.states, frame.grades, (gone,))).exclusions == (gone,)


PLANTED = {"silent": 0.3, "none": 0.45, "unpaid": 0.06, "billed": 0.07, "collected": 0.12}


def test_planted_shares_are_covered_at_the_stated_rate() -> None:
    samples, size = 60, 120
    corpus = simulate.charges(reports=samples * size, seed=4, states=PLANTED)
    corpus.frame["sample"] = [f"s{at // size:03}" for at in range(samples * size)]
    result = fees(corpus, by="sample")
    truth = {**PLANTED, "charged": 0.25}
    for state, share in truth.items():
        rows = [row for row in result.estimates if row.state == state and row.of == "whole" and row.group != "all"]
        assert len(rows) == samples
        assert np.mean([row.low <= share <= row.high for row in rows]) >= 0.88, state
        assert estimate(result, state, part="simulated").share == pytest.approx(share, abs=0.02)


def test_the_planted_method_lies_between_the_bounds() -> None:
    corpus = simulate.charges(reports=400, seed=9, states=PLANTED, by_page=0.6, several=0.5)
    result = fees(corpus)
    found = bound(result, source="report")
    truth = corpus.frame["has_pages"].dropna().mean()
    assert found.least <= truth <= found.most
    assert found.least > 0.5
    assert all(row.proof != "impossible" for row in result.amounts)


def test_planted_payment_is_covered_at_the_stated_rate() -> None:
    """Each organ pays all, half or nothing of what it is asked, 55 % on the average; large sums weigh more."""
    rng = np.random.default_rng(8)
    covered = []
    for _ in range(40):
        billed = np.round(rng.lognormal(6, 0.6, 60))
        paid = np.round(billed * rng.choice([0.0, 0.5, 1.0], size=60, p=[0.3, 0.3, 0.4]))
        reports = [
            {"fee_stated": "charged", "fee_billed": asked, "fee_yuan": got}
            for asked, got in zip(billed, paid, strict=True)
        ]
        (found,) = fees(made(reports)).payments
        covered.append(found.low <= 0.55 <= found.high)
    assert np.mean(covered) >= 0.87


SENTENCES = {
    "silent": "无其他需要报告的事项。",
    "none": "2024年度未收取信息处理费。",
    "unpaid": "2024年，发出收费通知{cases}件，金额{billed}元，申请人均未缴纳，实际收取0元。",
    "billed": "2024年，本机关发出收费通知{cases}件，应收{billed}元。",
    "both": "2024年，发出收费通知{cases}件，应收{billed}元，实际收取信息处理费{yuan}元。",
    "collected": "2024年，本机关依法收取信息处理费{yuan}元，涉及{cases}件。",
}


def test_planted_states_survive_the_page() -> None:
    """Invented charges, set as PDF, read again: the study finds the same states, amounts and proofs."""
    corpus = simulate.charges(reports=40, seed=12, states=PLANTED)
    texts = {}
    for at, row in corpus.frame.iterrows():
        sentence = SENTENCES["both" if row["state"] == "collected" and row["fee_billed"] > 0 else row["state"]]
        texts[at] = (sentence.format(**{name: f"{row[f'fee_{name}']:.0f}" for name in ("yuan", "billed", "cases")}),)
    reports = read(corpus, texts=texts)
    found = fees(panel(gx.tidy(reports), about=gx.reports(reports)))
    planted = fees(corpus)
    assert states_of(found) == states_of(planted, part="simulated")
    assert [row[5:] for row in sorted(found.amounts, key=by_amount)] == [
        row[5:] for row in sorted(planted.amounts, key=by_amount)
    ]
    assert unpaid(found, "applications")[2:] == unpaid(planted, "applications", "simulated")[2:]
    assert found.payments[0][1:5] == planted.payments[0][1:5]


def by_amount(row: Amount) -> tuple[float, int, str]:
    return row.yuan, row.cases or 0, row.state


def known_cases() -> pd.DataFrame:
    return pd.read_csv(RAW / "fee_cases.csv")


def test_the_cases_known_fit_the_page_schedule() -> None:
    result = fees(published(RAW / "published_figures.csv"), cases=known_cases())
    by_schedule = {row.schedule: (row.fit, row.n) for row in result.fits}
    assert by_schedule == {"pages": (8, 8), "items": (1, 8)}
    assert bound(result)[3:9] == (11, 8, 0, 3, 0, 2)


def test_published_reports_that_speak_of_the_fee_say_none() -> None:
    result = fees(published(RAW / "published_figures.csv"))
    assert states_of(result, "spoke", "purposive")["none"] == estimate(result, "none", "spoke", "purposive").n == 6
    assert states_of(result, "spoke", "repeat_year")["none"] == estimate(result, "none", "spoke", "repeat_year").n == 23
    assert {item.reason for item in result.exclusions} == {"before_measures", "unseen"}


def test_wrong_calls_say_what_there_is() -> None:
    frame = made([{"level": "county"}])
    with pytest.raises(CallError, match="no column 'fee_stated'"):
        fees(Panel(frame.frame.drop(columns="fee_stated"), frame.states, frame.grades, ()))
    with pytest.raises(CallError, match=r"no column 'tier' to split by; it has .*level"):
        fees(frame, by="tier")
    with pytest.raises(CallError, match="no column 'yuan'"):
        fees(frame, cases=cases({}).drop(columns="yuan"))
    with pytest.raises(CallError, match="state 'paid'; expected one of notice, collected"):
        fees(frame, cases=cases({"state": "paid"}))
    with pytest.raises(CallError, match="level is 95"):
        fees(made([{"fee_stated": "none"}]), level=95)


def test_the_tables_of_a_result() -> None:
    result = fees(made([{"fee_yuan": 54_700.0, "fee_cases": 1.0}, {"fee_yuan": 400.0}]))
    assert list(result.to_frame().columns) == list(Estimate._fields)
    text = result.to_markdown("amounts")
    assert "| 54700 " in text
    assert "| 1500 " in text
    assert "Wilson intervals, 95 %" in text
    assert r"\toprule" in result.to_latex("bounds")
    for spec in result.specs:
        assert result.to_markdown(spec.name)


@pytest.fixture(scope="module")
def result() -> Fees:
    full = made([{"fee_stated": "none"}] * 6 + [{"fee_yuan": 400.0}, {"fee_yuan": 2_950.0, "fee_cases": 25.0}, {}])
    seen = published(RAW / "published_figures.csv")
    return fees(stack([full, seen]), cases=known_cases())


@pytest.mark.parametrize("width, millimetres", [("column", 89), ("page", 183)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_is_printable(result: Fees, lang: Any, width: Any, millimetres: float) -> None:
    figure = figures.fees(result, lang=lang, width=width)
    assert_printable(figure, millimetres=millimetres)
    assert_glyphs(figure)
    if lang == "zh":
        assert_chinese(figure, foreign={"n", "Wilson"})


def test_the_figure_shows_the_result(result: Fees) -> None:
    figure = figures.fees(result)
    shown = [row for row in result.estimates if row.of == ("whole" if row.part == "full_reports" else "spoke")]
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(100 * row.share for row in shown))
    assert sorted(x for x, _ in points(figure, 1)) == sorted(row.yuan for row in result.amounts)
    assert {"23/23", "6/6", "n = 10"} <= set(texts(figure))
    assert set(figure.data["panel"]) == {"states", "amounts"}
    assert "SIMULATED DATA" not in texts(figure)


def test_a_figure_of_invented_data_says_so_and_shows_what_was_planted() -> None:
    result = fees(simulate.charges(reports=150, seed=1, states=PLANTED))
    figure = figures.fees(result, planted=PLANTED)
    assert "SIMULATED DATA" in texts(figure)
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert upright == pytest.approx([100 * share for share in (*PLANTED.values(), 0.25)])
    assert_printable(figure, millimetres=89)
    assert_printable(figures.fees(result, lang="zh", planted=PLANTED), millimetres=89)


def test_a_figure_without_amounts() -> None:
    figure = figures.fees(fees(made([{"fee_stated": "none"}])))
    assert len(figure.axes) == 1
    assert_printable(figure, millimetres=89)


def test_states_are_five() -> None:
    assert [state.key for state in STATES] == ["silent", "none", "unpaid", "billed", "collected"]


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(CallError, match="nothing to draw"):
        figures.fees(fees(made([{"part": "purposive"}])))
