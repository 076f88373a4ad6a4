from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy.errors import CallError
from gxstudy.panel import (
    CORRECTION_RATES,
    DISCLOSURE_RATES,
    CorrectionOf,
    DisclosureOf,
    Panel,
    Route,
    correction_rate,
    disclosure_rate,
)
from gxstudy.panel.rates import ROUTES
from gxstudy.studies.simulate import as_panel, outcomes

DENIED = (
    *("state_secret", "law_prohibits", "security_stability", "third_party"),
    *("internal", "process", "enforcement_file", "query"),
)
UNAVAILABLE = ("not_held", "not_existing", "unclear")
# The whole of one published report: applications by outcome, then the three routes of review and suit.
CITY = {
    "new": 14069,
    "carried_in": 560,
    "granted": 5548,
    "partial": 2168,
    **{f"denied.{row}": n for row, n in zip(DENIED, (13, 30, 11, 51, 104, 85, 286, 150), strict=True)},
    **{f"unavailable.{row}": n for row, n in zip(UNAVAILABLE, (3222, 180, 19), strict=True)},
    "handled_total": 13810,
}
RESULTS = ("upheld", "corrected", "other", "pending", "total")
DISPUTES = {
    "review": (376, 97, 196, 121, 790),
    "suit_direct": (16, 1, 12, 27, 56),
    "suit_after_review": (74, 1, 30, 51, 156),
}
# What those figures give, in per cent, as worked out by hand.
DISCLOSED = {
    "handled_in_full": 40.2,
    "handled_or_pending": 52.7,
    "received": 54.8,
    "handled": 55.9,
    "decided_on_merits": 65.0,
    "resolvable": 91.4,
}
CORRECTED = {
    "all_cases": {"review": 12.3, "suit_direct": 1.8, "suit_after_review": 0.6},
    "closed": {"review": 14.5, "suit_direct": 3.4, "suit_after_review": 1.0},
    "upheld_or_corrected": {"review": 20.5, "suit_direct": 5.9, "suit_after_review": 1.3},
}


def city(**changed: float) -> Panel:
    """A panel of one report; a figure is changed by its row (applications) or ``route__result`` (disputes)."""
    figures = {f"applications.{row}.total": float(n) for row, n in CITY.items()}
    for route, counts in DISPUTES.items():
        figures |= {f"disputes.{route}.{result}": float(n) for result, n in zip(RESULTS, counts, strict=True)}
    for name, number in changed.items():
        key = f"disputes.{name.replace('__', '.')}" if "__" in name else f"applications.{name}.total"
        assert key in figures
        figures[key] = number
    reports = pd.DataFrame({"organ": ["a"], "year": [2025]})
    return as_panel(reports, {name: [number] for name, number in figures.items()})


@pytest.mark.parametrize("of", get_args(DisclosureOf))
def test_disclosure_rates_of_a_published_report(of: DisclosureOf) -> None:
    (rate,) = disclosure_rate(city(), of=of).frame["rate"]
    assert round(100 * rate, 1) == DISCLOSED[of]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("of", get_args(CorrectionOf))
def test_correction_rates_of_a_published_report(of: CorrectionOf, route: Route) -> None:
    (rate,) = correction_rate(city(), route=route, of=of).frame["rate"]
    assert round(100 * rate, 1) == CORRECTED[of][route]


def test_both_counts_are_whole_numbers_beside_the_rate() -> None:
    frame = disclosure_rate(city(), of="resolvable").frame
    assert frame[["numerator", "denominator"]].dtypes.astype("str").tolist() == ["Int64", "Int64"]
    assert frame[["numerator", "denominator"]].iloc[0].tolist() == [7716, 8446]
    frame = correction_rate(city(), route="review", of="closed").frame
    assert frame[["numerator", "denominator"]].iloc[0].tolist() == [97, 669]


def test_there_is_no_default_denominator() -> None:
    with pytest.raises(TypeError, match="of"):
        disclosure_rate(city())  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="of"):
        correction_rate(city(), route="review")  # type: ignore[call-arg]


def test_every_name_is_documented_once() -> None:
    assert [item.key for item in DISCLOSURE_RATES] == list(get_args(DisclosureOf))
    assert [item.key for item in CORRECTION_RATES] == list(get_args(CorrectionOf))
    for item in (*DISCLOSURE_RATES, *CORRECTION_RATES):
        assert item.formula
        assert item.meaning
        assert item.used_by


def test_a_blank_is_no_zero() -> None:
    result = disclosure_rate(city(partial=math.nan), of="handled")
    assert result.frame["rate"].isna().all()
    assert result.frame["numerator"].isna().all()
    assert result.frame["left_out"].tolist() == ["figure_missing"]
    assert [(item.reason, item.n) for item in result.exclusions] == [("figure_missing", 1)]
    # what is not needed may be missing
    assert disclosure_rate(city(partial=math.nan), of="handled_in_full").exclusions == ()


def test_nothing_divided_by_nothing_is_no_rate() -> None:
    result = correction_rate(city(review__corrected=0, review__upheld=0), route="review", of="upheld_or_corrected")
    assert result.frame["rate"].isna().all()
    assert result.frame["denominator"].tolist() == [0]
    assert [(item.reason, item.n) for item in result.exclusions] == [("nothing_to_divide_by", 1)]


@pytest.mark.parametrize(
    "changed", [{"review__total": 50}, {"review__total": 0}, {"review__pending": 791}, {"review__corrected": -1}]
)
def test_figures_that_contradict_each_other_give_no_rate(changed: dict[str, float]) -> None:
    result = correction_rate(city(**changed), route="review", of="closed")
    assert [(item.reason, item.n) for item in result.exclusions] == [("figures_disagree", 1)]
    assert result.frame["rate"].isna().all()


def test_a_printed_total_of_0_beside_eleven_cases_allows_one_of_the_three_rates_and_marks_it() -> None:
    zero = {"review__upheld": 10, "review__corrected": 1, "review__other": 0, "review__pending": 0, "review__total": 0}
    panel = city(**zero)
    panel.grades.loc[:, [name for name in panel.grades if name.startswith("disputes.review.")]] = "contradicted"
    for of in ("all_cases", "closed"):
        assert [item.reason for item in correction_rate(panel, route="review", of=of).exclusions] == [
            "figures_disagree"
        ]
    kept = correction_rate(panel, route="review", of="upheld_or_corrected")
    assert kept.frame["rate"].tolist() == pytest.approx([1 / 11])
    assert [(item.reason, item.n) for item in kept.flags] == [("contradicted", 1)]


def test_disclosures_of_old_applications_may_exceed_the_new_ones() -> None:
    busy = city(new=100.0)
    assert disclosure_rate(busy, of="received").frame["rate"].tolist() == pytest.approx([77.16])
    assert [item.reason for item in disclosure_rate(busy, of="handled_or_pending").exclusions] == ["figures_disagree"]


def test_the_lowest_grade_of_the_figures_is_that_of_the_rate() -> None:
    panel = city()
    for place, grade in (("granted", "proved"), ("partial", "consistent"), ("handled_total", "confirmed")):
        panel.grades[f"applications.{place}.total"] = grade
    assert disclosure_rate(panel, of="handled").frame["grade"].tolist() == ["consistent"]
    assert disclosure_rate(panel, of="handled_in_full").frame["grade"].tolist() == ["confirmed"]
    panel.grades["applications.partial.total"] = None
    assert disclosure_rate(panel, of="handled").frame["grade"].isna().all()


def test_rows_stay_in_step_with_the_panel() -> None:
    panel = outcomes(organs=7, seed=3, median_size=20)
    panel.frame.loc[2, "applications.granted.total"] = math.nan
    rates = disclosure_rate(panel, of="handled").frame
    assert rates.index.equals(panel.frame.index)
    assert rates["report_id"].tolist() == panel.frame["report_id"].tolist()
    assert rates["rate"].isna().tolist() == [at == 2 for at in range(7)]


def test_applicants_have_rates_of_their_own() -> None:
    panel = outcomes(organs=5, seed=1)
    business = disclosure_rate(panel, of="handled", applicant="business").frame
    assert business["denominator"].tolist() == panel.frame["applications.handled_total.business"].tolist()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda panel: disclosure_rate(panel, of="answered"), "of='answered' names no rate.*'handled'"),
        (
            lambda panel: disclosure_rate(panel, of="handled", applicant="robot"),
            "applicant='robot'; expected one of nat",
        ),
        (lambda panel: correction_rate(panel, route="appeal", of="closed"), "route='appeal'; expected one of review"),
        (lambda panel: correction_rate(panel, route="review", of="handled"), "of='handled' names no rate"),
        (lambda panel: disclosure_rate(panel, of="handled", applicant="business"), "no column 'applications.granted.b"),
    ],
)
def test_wrong_calls_say_what_there_is(call: Any, message: str) -> None:
    with pytest.raises(CallError, match=message):
        call(city())


counts = st.integers(0, 60)


@given(
    st.lists(st.fixed_dictionaries({row: st.one_of(counts, st.none()) for row in CITY}), min_size=1, max_size=8),
    st.sampled_from(get_args(DisclosureOf)),
)
def test_every_report_has_a_rate_between_0_and_1_or_a_reason(
    reports: list[dict[str, int | None]], of: DisclosureOf
) -> None:
    figures = {
        f"applications.{row}.total": [
            math.nan if report[row] is None else float(report[row] or 0) for report in reports
        ]
        for row in CITY
    }
    head = pd.DataFrame({"organ": [f"o{at}" for at in range(len(reports))], "year": 2024})
    result = disclosure_rate(as_panel(head, figures), of=of)
    rates, reasons = result.frame["rate"], result.frame["left_out"]
    assert (rates.notna() ^ reasons.notna()).all()
    assert sum(item.n for item in result.exclusions) == reasons.notna().sum()
    known = result.frame[rates.notna()]
    assert (known["numerator"] / known["denominator"] == known["rate"]).all()
    if result.definition.is_share:
        assert known["rate"].between(0, 1).all()


def test_the_six_rates_stand_in_order_of_what_they_leave_out() -> None:
    """Each base is part of the one before it, so that the rate can only rise, report by report."""
    panel = outcomes(organs=40, seed=4)
    rates = [disclosure_rate(panel, of=of).frame["rate"] for of in ("handled_in_full", "handled")]
    rates += [disclosure_rate(panel, of=of).frame["rate"] for of in ("decided_on_merits", "resolvable")]
    for lower, higher in pairwise(rates):
        both = lower.notna() & higher.notna()
        assert (lower[both] <= higher[both]).all()


def test_the_rates_are_at_the_top_of_the_package() -> None:
    assert gx.disclosure_rate is disclosure_rate
    assert gx.correction_rate is correction_rate
    assert "in full + in part) / handled: 1 reports" in repr(disclosure_rate(city(), of="handled"))
