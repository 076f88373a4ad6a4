"""The break of 2024: regressions worked out another way, planted shifts, and where none is estimated."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from chain import organ, read
from drawn import assert_chinese, assert_glyphs, assert_printable, points, texts
from scipy import stats

import gxstudy as gx
from gxstudy import figures
from gxstudy.errors import CallError
from gxstudy.forms import editions, load
from gxstudy.panel import Panel, panel
from gxstudy.studies import resample, review_first, simulate
from gxstudy.studies.breaks import BREAKS
from gxstudy.studies.review_first import COVERED, ENOUGH_ORGANS, OTHERS, SINCE, Jump, ReviewFirst

TOTALS = {
    "rv": "disputes.review.total",
    "ld": "disputes.suit_direct.total",
    "lp": "disputes.suit_after_review.total",
}


def made(reports: list[dict[str, Any]]) -> Panel:
    """A panel of the totals of table four."""
    frame = pd.DataFrame(
        [
            {
                "report_id": f"{one['organ']}-{one['year']}",
                "edition": "2021",
                "part": "p",
                **{k: v for k, v in one.items() if k not in TOTALS},
            }
            for one in reports
        ]
    )
    values = pd.DataFrame({place: [one.get(key) for one in reports] for key, place in TOTALS.items()}, dtype="float64")
    states = pd.DataFrame("read", index=values.index, columns=values.columns).mask(values.isna(), "blank")
    return Panel(frame.join(values), states, states.replace("read", "unchecked").where(states == "read"), ())


def even(*, after: int = 5, organs: int = ENOUGH_ORGANS, last: int = 2025) -> list[dict[str, Any]]:
    """Organs with 10 direct suits of 20 in every year, and ``after`` of 20 from 2024 on."""
    return [
        {"organ": f"o{number}", "year": year, "rv": 10, "ld": ld, "lp": 20 - ld}
        for number in range(organs)
        for year in range(2020, last + 1)
        for ld in [after if year >= SINCE else 10]
    ]


def jump(result: ReviewFirst, measure: str = "direct_suits", group: str = "all", kind: str = "law") -> Jump:
    (found,) = (row for row in result.jumps if (row.measure, row.group, row.kind) == (measure, group, kind))
    return found


def test_the_rows_that_the_law_covers_are_those_of_articles_14_to_16() -> None:
    (table,) = (table for table in load(editions()[-1]).tables if table.key == "applications")
    articles = {row.key: row.article for row in table.rows if row.key.startswith(("denied.", "unavailable."))}
    assert {key for key, article in articles.items() if article[:2] in {"14", "15", "16"}} == set(COVERED)
    assert set(articles) == {*COVERED, *OTHERS}
    assert SINCE in {one.year for one in BREAKS}


def test_a_level_series_that_halves_jumps_to_one_half() -> None:
    result = review_first(made(even(organs=ENOUGH_ORGANS + 1)))
    found = jump(result)
    assert found.ratio == pytest.approx(0.5)
    assert (found.organs, found.years_before, found.years_after, found.why_not) == (ENOUGH_ORGANS + 1, 4, 2, "")
    years = [row for row in result.years if row.measure == "direct_suits" and row.group == "all"]
    assert [row.value for row in years] == [0.5] * 4 + [0.25] * 2
    assert [row.expected for row in years[-2:]] == pytest.approx([0.5, 0.5])
    assert all(math.isnan(row.expected) for row in years[:4])
    assert jump(result, "to_review").ratio == pytest.approx((10 / 15) / (10 / 20))
    assert all(row.ratio == pytest.approx(0.5) for row in result.robustness if row.measure == "direct_suits")
    assert jump(result, kind="placebo_year").ratio == pytest.approx(1)


def test_a_trend_is_no_jump() -> None:
    """Shares fall by a tenth every year; the sum of all organs is exactly on the line."""
    reports = [
        {"organ": f"o{number}", "year": year, "rv": 5, "ld": round(1e6 * 0.9 ** (year - 2020)), "lp": 0}
        for number in range(ENOUGH_ORGANS)
        for year in range(2020, 2026)
    ]
    for one in reports:
        one["lp"] = 2_000_000 - one["ld"]
    result = review_first(made(reports))
    assert jump(result).ratio == pytest.approx(1, abs=1e-4)
    (level,) = (row for row in result.robustness if row.check == "no_trend" and row.measure == "direct_suits")
    assert level.ratio < 0.75


def test_the_regression_is_that_of_a_formula() -> None:
    """The same by statsmodels' formulas, from the counts of the panel."""
    invented = simulate.disputes(organs=30, years=7, seed=5, moved=0.5)
    found = jump(review_first(invented))
    frame = invented.frame.assign(
        ld=invented.frame[TOTALS["ld"]],
        suits=invented.frame[TOTALS["ld"]] + invented.frame[TOTALS["lp"]],
        law=(invented.frame["year"] >= 2024).astype(int),
        t=invented.frame["year"] - 2024,
    )
    plain = smf.poisson("ld ~ t + law + law:t", frame, exposure=frame["suits"].clip(lower=0.01)).fit(
        disp=False, cov_type="cluster", cov_kwds={"groups": frame["organ"].factorize()[0]}, use_t=True
    )
    assert found.ratio == pytest.approx(math.exp(plain.params["law"]), rel=1e-4)
    low, high = np.exp(plain.conf_int().loc["law"])
    assert (found.low, found.high) == pytest.approx((low, high), rel=2e-3)


def test_only_organs_that_report_on_every_year_count() -> None:
    reports = [*even(), {"organ": "late", "year": 2025, "rv": 0, "ld": 1000, "lp": 0}]
    result = review_first(made(reports))
    assert jump(result).ratio == pytest.approx(0.5)
    assert len(result.reports) == len(reports)
    assert {row.organs for row in result.years if row.measure == "direct_suits" and row.group == "all"} == {20}


@pytest.mark.parametrize(
    "reports, why",
    [
        (even(organs=5), "5 of 20 organs that report on every year"),
        (even(last=2023), "no year from 2024 on"),
        ([one for one in even() if one["year"] > 2021], "2 of 3 years before 2024"),
        (even(after=0), "nothing is counted in 2024; nothing is counted in 2025"),
        ([one for one in even(organs=1) if one["year"] == 2024], "1 of 20 organs"),
    ],
)
def test_what_cannot_be_estimated_is_not(reports: list[dict[str, Any]], why: str) -> None:
    result = review_first(made(reports))
    found = jump(result)
    assert why in found.why_not
    assert math.isnan(found.ratio)
    assert len(result.to_frame()) == len(result.jumps)
    assert "Left out" in result.to_markdown()


def test_a_series_that_begins_with_nothing_has_no_trend_to_go_on_from() -> None:
    reports = even()
    for one in reports:
        one["ld"] = one["ld"] if one["year"] >= 2023 else 0
    assert jump(review_first(made(reports))).why_not == "too few cases to fit the trends"


def test_what_is_left_out_is_counted() -> None:
    reports = [
        {"organ": "a", "year": 2019, "rv": 1, "ld": 1, "lp": 1},
        {"organ": "a", "year": 2023, "rv": None, "ld": 1, "lp": 1},
        {"organ": "a", "year": 2024, "rv": 1, "ld": 1, "lp": 1},
        {"organ": "b", "year": 2024, "rv": 1, "ld": 1, "lp": 1},
    ]
    made_up = made(reports)
    made_up.frame["organ_id"] = ["A", "A", "A", "A"]
    result = review_first(made_up, first=2020)
    assert {item.reason: item.n for item in result.exclusions} == {
        "early": 1,
        "figure_missing": 1,
        "organ_year_repeated": 1,
        "grounds_missing": 1,
    }
    assert [row.report_id for row in result.reports] == ["a-2024"]


def truth(invented: Panel, above: str, below: str, *, covered: float | None = None) -> float:
    """What was planted: the expected ratio with the law, by that without it, in its first year."""
    rows = invented.frame[invented.frame["year"] == SINCE]
    if covered is not None:
        rows = rows[rows["covered"] == covered]
    with_law, without = rows[above].sum(), rows[f"{above}_without"].sum()
    if not below:
        return float(with_law / without)
    return float(with_law / rows[below].sum() / (without / rows[f"{below}_without"].sum()))


@pytest.mark.parametrize("corpora, organs", [(2, 40), pytest.param(60, 40, marks=pytest.mark.slow)])
def test_planted_shifts_are_covered_as_often_as_stated(corpora: int, organs: int) -> None:
    """Intervals hold what was planted, and 1 where nothing was: in organs hardly touched, in other years."""
    held: dict[str, list[bool]] = {"moved": [], "per_refusal": [], "untouched": [], "placebo": [], "no_law": []}
    for seed in range(corpora):
        invented = simulate.disputes(organs=organs, years=7, seed=seed, moved=0.6, drift=0.03)
        result = review_first(invented)
        found = jump(result, group="mostly_covered")
        held["moved"].append(found.low <= truth(invented, "direct", "suits", covered=0.9) <= found.high)
        found = jump(result, "direct_per_refusal")
        held["per_refusal"].append(found.low <= truth(invented, "direct", "") <= found.high)
        found = jump(result, group="hardly_covered")
        held["untouched"].append(found.low <= truth(invented, "direct", "suits", covered=0.1) <= found.high)
        held["placebo"] += [
            row.low <= 1 <= row.high
            for row in result.jumps
            if row.kind == "placebo_year" and row.measure in {"direct_suits", "disputes_per_refusal"}
        ]
        none = jump(review_first(simulate.disputes(organs=organs, years=7, seed=1000 + seed)))
        held["no_law"].append(none.low <= 1 <= none.high)
    for name, these in held.items():
        least = stats.binom.ppf(0.002, len(these), 0.93)
        assert sum(these) >= least, (name, sum(these), len(these))


@pytest.mark.parametrize("organs", [pytest.param(20, marks=pytest.mark.slow)])
def test_a_planted_shift_comes_back_through_the_page(organs: int) -> None:
    """Figures -> PDF -> extraction -> study, of reports on seven years."""
    invented = simulate.disputes(organs=organs, years=7, seed=3, moved=0.9, median_size=200)
    through = panel(gx.tidy(read(invented)))
    before, after = review_first(invented), review_first(through)
    for one, other in zip(before.jumps, after.jumps, strict=True):
        assert one[5:-1] == pytest.approx(other[5:-1], nan_ok=True)
    found = jump(after)
    assert found.low <= truth(invented, "direct", "suits") <= found.high
    assert found.ratio < 1


def test_the_counts_come_back_through_the_page() -> None:
    invented = simulate.disputes(organs=2, years=2, seed=3, moved=0.5)
    through = review_first(panel(gx.tidy(read(invented)))).reports
    once = review_first(invented).reports
    names = {f"organ {number + 1:04}": organ(number) for number in range(2)}
    assert sorted((names[row.organ], *row[4:], row.year) for row in once) == sorted(
        (row.organ, *row[4:], row.year) for row in through
    )


def test_wrong_calls_say_what_there_is() -> None:
    with pytest.raises(CallError, match="level is 1"):
        review_first(made(even(organs=1)), level=1)
    empty = made(even(organs=1))
    with pytest.raises(CallError, match=r"no column 'disputes\.review\.total'"):
        review_first(Panel(empty.frame, empty.states[[]], empty.grades[[]], ()))
    result = review_first(made(even(organs=1)))
    for wrong, message in (
        ({"measure": "all"}, "measure='all'"),
        ({"lang": "fr"}, "lang='fr'"),
        ({"part": "q"}, "part='q'"),
        ({"measure": "to_review"}, "no jump of to_review is estimated"),
    ):
        with pytest.raises(CallError, match=message):
            figures.review_first(result, **wrong)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def invented() -> ReviewFirst:
    return review_first(simulate.disputes(organs=40, years=7, seed=2, moved=0.6))


@pytest.mark.parametrize("lang, width, millimetres", [("en", "column", 89), ("zh", "column", 89), ("zh", "page", 183)])
def test_figures_fit_and_show_what_the_tables_say(
    invented: ReviewFirst, lang: Any, width: Any, millimetres: float
) -> None:
    figure = figures.review_first(invented, lang=lang, width=width)
    drawn = [row for row in invented.years if row.measure == "direct_suits" and row.group != "all"]
    assert sorted(y for _, y in points(figure)) == pytest.approx(sorted(100 * row.value for row in drawn))
    assert ("SIMULATED DATA" if lang == "en" else "模拟数据") in texts(figure)
    assert {one.en if lang == "en" else one.zh for one in BREAKS} <= set(texts(figure))
    found = jump(invented, group="mostly_covered")
    assert any(f"{found.ratio:.2f}" in text for text in texts(figure))
    rates = figures.review_first(invented, measure="disputes_per_refusal", lang=lang, width=width)
    single = figures.review_first(review_first(made(even(organs=3))), lang=lang, width=width)
    assert ("SIMULATED DATA" if lang == "en" else "模拟数据") not in texts(single)
    assert any(("No jump is estimated" if lang == "en" else "未作跳变估计") in text for text in texts(single))
    assert len(points(single)) == 3 * 6
    for one in (figure, rates, single):
        assert_printable(one, millimetres=millimetres)
        assert_glyphs(one)
    if lang == "zh":
        assert_chinese(figure, foreign=set())


def test_a_thousand_organs_take_seconds() -> None:
    """Every interval fetches what is drawn once, and the shares of all reports are taken together."""
    invented = simulate.disputes(organs=1000, years=6, seed=1, moved=0.5)
    before = time.process_time()
    result = review_first(invented)
    assert time.process_time() - before < 10
    assert len(result.reports) == 6000
    assert jump(result, group="mostly_covered").high < 1


def test_an_interval_is_that_of_reports_drawn_pair_by_pair() -> None:
    """The plain way: a sample of organs a time, above and below fetched apart; the same numbers to the last digit."""
    numbers = np.random.default_rng(4)
    below = numbers.integers(1, 60, 300).astype("float64")
    above = numbers.binomial(below.astype("int64"), 0.3).astype("float64")
    drawn = stats.bootstrap(
        (above, below),
        lambda top, bottom, axis: top.sum(axis=axis) / bottom.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=resample.RESAMPLES,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(20190515),
    ).confidence_interval
    assert resample.ratio_of_sums(above, below, level=0.9) == pytest.approx(tuple(drawn), rel=1e-12)
