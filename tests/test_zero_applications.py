from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chain import read
from hypothesis import given, settings
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy.errors import CallError
from gxstudy.panel import Exclusion, Panel, panel, published
from gxstudy.studies import simulate, zero_applications
from gxstudy.studies.result import proportion
from gxstudy.studies.zero_applications import BENCHMARK, DEFINITIONS, Estimate, Robustness, ZeroApplications

PUBLISHED = Path(__file__).parents[1] / "data" / "raw" / "published_figures.csv"
FIGURES = {
    "new": "applications.new.total",
    "persons": "applications.new.natural_person",
    "carried": "applications.carried_in.total",
    "said": "prose.applications_received",
    "said_carried": "prose.applications_carried_in",
}
Z = 1.959963984540054


def made(reports: Sequence[dict[str, Any]], *, grades: Sequence[str | None] | None = None) -> Panel:
    """A panel from short rows: a figure is a number, or the state that stands in its place (``unseen`` by default)."""
    usual = {"year": 2024, "edition": "2021", "part": "p"}
    described = [
        {
            "report_id": str(at),
            "organ": f"o{at}",
            **usual,
            **{key: report[key] for key in report.keys() - FIGURES.keys()},
        }
        for at, report in enumerate(reports)
    ]
    frame = pd.DataFrame(described)
    cells = {place: [report.get(name, "unseen") for report in reports] for name, place in FIGURES.items()}
    values = pd.DataFrame(
        {place: [_number(cell) for cell in column] for place, column in cells.items()}, dtype="float64"
    )
    states = pd.DataFrame(
        {place: [cell if isinstance(cell, str) else "read" for cell in column] for place, column in cells.items()}
    )
    graded = pd.DataFrame(None, index=frame.index, columns=states.columns, dtype="object")
    if grades is not None:
        graded[FIGURES["new"]] = list(grades)
    return Panel(frame.join(values), states, graded, ())


def _number(cell: float | str) -> float:
    return math.nan if isinstance(cell, str) else float(cell)


def estimate(result: ZeroApplications, definition: str = "stated", part: str = "p", group: str = "all") -> Estimate:
    (found,) = (row for row in result.estimates if (row.definition, row.part, row.group) == (definition, part, group))
    return found


def checked(result: ZeroApplications, check: str, part: str = "p") -> Robustness:
    (found,) = (row for row in result.robustness if (row.check, row.part) == (check, part))
    return found


def zero_of(report: dict[str, Any], definition: str) -> int | None:
    """What one report is under one definition: 1 zero, 0 not, None where the definition does not apply."""
    found = estimate(zero_applications(made([report]), definitions=[definition]), definition)
    return None if found.n == 0 else found.zeros


CASES: tuple[tuple[str, dict[str, Any], tuple[int | None, ...]], ...] = (
    # stated, new, new_and_carried_in, blank, silent
    ("table zero", {"new": 0}, (1, 1, None, 1, 1)),
    ("table some", {"new": 3}, (0, 0, None, 0, 0)),
    ("nothing to handle", {"new": 0, "carried": 0}, (1, 1, 1, 1, 1)),
    ("work left over", {"new": 0, "carried": 2}, (1, 1, 0, 1, 1)),
    ("left over, in prose", {"new": 0, "said_carried": 2}, (1, 1, 0, 1, 1)),
    ("the table goes before the text", {"new": 3, "said": 0}, (0, 0, None, 0, 0)),
    ("prose alone", {"said": 0}, (1, None, None, None, 1)),
    ("prose alone, some", {"said": 4, "new": "absent", "carried": 0}, (0, None, 0, None, 0)),
    ("blank, prose some", {"new": "blank", "said": 4}, (0, None, None, 1, 0)),
    ("blank, text silent", {"new": "blank", "said": "absent"}, (None, None, None, 1, 1)),
    ("stroke, text silent", {"new": "slash", "said": "absent"}, (None, None, None, 1, 1)),
    ("blank, text not looked at", {"new": "blank"}, (None, None, None, 1, None)),
    (
        "blank total, applicants filled",
        {"new": "blank", "persons": 2, "said": "absent"},
        (None, None, None, None, None),
    ),
    ("blank total, applicants zero", {"new": "blank", "persons": 0, "said": "absent"}, (None, None, None, 1, 1)),
    ("no table, text silent", {"new": "absent", "said": "absent"}, (None, None, None, None, 1)),
    ("no table, text not looked at", {"new": "absent"}, (None,) * 5),
    ("not seen", {"said": "absent"}, (None,) * 5),
    ("unreadable", {"new": "unreadable", "said": "absent"}, (None,) * 5),
    ("unreadable, prose zero", {"new": "unreadable", "said": 0}, (1, None, None, None, 1)),
)


@pytest.mark.parametrize("report, expected", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_each_definition_makes_of_a_report(report: dict[str, Any], expected: tuple[int | None, ...]) -> None:
    assert tuple(zero_of(report, definition.key) for definition in DEFINITIONS) == expected


def wilson(hits: int, n: int) -> tuple[float, float]:
    share, square = hits / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_are_those_of_the_closed_form(counts: tuple[int, int]) -> None:
    found = proportion(*counts, level=0.95)
    assert (found.low, found.high) == pytest.approx(wilson(*counts), abs=1e-12)
    assert found.low <= found.share <= found.high


def test_a_share_of_nothing_is_missing_and_a_false_share_an_error() -> None:
    assert all(math.isnan(number) for number in proportion(0, 0, level=0.95)[2:])
    with pytest.raises(CallError, match="3 of 2"):
        proportion(3, 2, level=0.95)
    with pytest.raises(CallError, match="level is 95"):
        proportion(1, 2, level=95)


def test_a_share_by_hand() -> None:
    found = estimate(zero_applications(made([{"said": 0}] * 3 + [{"said": 5}] * 7 + [{}] * 2)))
    assert found[:7] == ("stated", "p", "all", 12, 10, 3, 10)
    assert (found.share, found.low, found.high) == pytest.approx((0.3, *wilson(3, 10)))


def test_parts_are_never_pooled() -> None:
    result = zero_applications(made([{"said": 0, "part": "purposive"}] * 4 + [{"said": 1, "part": "full_reports"}] * 4))
    assert {row.part for row in result.estimates} == {"purposive", "full_reports"}
    assert [estimate(result, part=part).share for part in ("purposive", "full_reports")] == [1.0, 0.0]


def test_groups_are_ordered_and_add_up() -> None:
    levels = ["township", "county", "county", "province", "township", "county"]
    result = zero_applications(made([{"said": at % 2, "level": level} for at, level in enumerate(levels)]), by="level")
    rows = [row for row in result.estimates if row.definition == "stated"]
    assert [row.group for row in rows] == ["all", "province", "county", "township"]
    assert rows[0].n == sum(row.n for row in rows[1:]) == 6
    assert rows[0].zeros == sum(row.zeros for row in rows[1:]) == 3


def test_years_run_forwards_and_other_groups_from_the_largest() -> None:
    reports = [{"said": 0, "year": year, "sector": sector} for year, sector in ((2024, "a"), (2019, "b"), (2021, "b"))]
    for by, groups in (("year", ["all", "2019", "2021", "2024"]), ("sector", ["all", "b", "a"])):
        result = zero_applications(made(reports), by=by, definitions=["stated"])
        assert [row.group for row in result.estimates] == groups


def test_an_unknown_group_is_counted_out() -> None:
    result = zero_applications(made([{"said": 0, "level": "county"}, {"said": 0, "level": None}]), by="level")
    assert estimate(result).n == 1
    assert [(item.reason, item.n) for item in result.exclusions] == [("group_unknown", 1)]


def test_citywide_totals_are_left_out_and_soft_rows_flagged() -> None:
    reports: list[dict[str, Any]] = [
        {"said": 900, "scope_citywide": True},
        {"said": 0, "organ_inferred": True},
        {"said": 0, "host_third_party": True},
        {"said": 2},
    ]
    result = zero_applications(made(reports, grades=[None, None, None, "contradicted"]))
    assert (estimate(result).zeros, estimate(result).n) == (2, 3)
    assert [(item.reason, item.n) for item in result.exclusions] == [("scope_citywide", 1)]
    flags = {item.reason: item.n for item in result.flags}
    assert flags == {"organ_inferred": 1, "host_third_party": 1, "contradicted": 1}
    assert checked(result, "with_citywide")[2:5] == (4, 2, 4)
    assert checked(result, "without_soft_marks")[2:5] == (1, 0, 1)


def test_exclusions_of_the_panel_travel_along() -> None:
    panel = made([{"said": 0}])
    gone = Exclusion("organ_unknown", 4, "reports", "no name")
    assert zero_applications(Panel(panel.frame, panel.states, panel.grades, (gone,))).exclusions == (gone,)


def test_agreement_is_measured_on_the_same_reports() -> None:
    reports: list[dict[str, Any]] = [
        *([{"new": 0, "carried": 0}] * 2),
        *([{"new": 0, "carried": 5}] * 6),
        *([{"new": 3, "carried": 0}] * 4),
        {"new": 0},
    ]
    result = zero_applications(made(reports))
    (row,) = (row for row in result.agreement if row.definition == "new_and_carried_in")
    assert row[2:7] == (12, 2, 6, 0, 4)
    assert row.p == pytest.approx(2 * 0.5**6)


def test_transitions_by_hand() -> None:
    years = {
        "a": {2019: 0, 2020: 0, 2021: 3},  # 0 -> 0, 0 -> +
        "b": {2020: 2, 2021: 0},  # + -> 0
        "c": {2019: 1, 2020: 1, 2022: 0},  # + -> +; the gap is no pair
        "d": {2021: 0},
    }
    reports = [{"organ": organ, "year": year, "said": n} for organ, seen in years.items() for year, n in seen.items()]
    (row,) = zero_applications(made(reports)).transitions
    assert row[:7] == ("p", 3, 4, 1, 1, 1, 1)
    assert (row.stayed, row.became) == (0.5, 0.5)
    assert (row.mcnemar_p, row.fisher_p) == (1.0, 1.0)


def test_a_pair_over_two_parts_belongs_to_neither() -> None:
    reports = [
        {"organ": "a", "year": 2020, "said": 0, "part": "p"},
        {"organ": "a", "year": 2021, "said": 0, "part": "q"},
    ]
    (row,) = zero_applications(made(reports)).transitions
    assert (row.part, row.zero_zero) == ("across_parts", 1)


def test_latest_year_counts_an_organ_once() -> None:
    reports = [{"organ": "a", "year": year, "said": 0} for year in range(2019, 2024)] + [{"organ": "b", "said": 1}]
    result = zero_applications(made([*reports, {"organ": "a", "year": 2024, "said": 9}]))
    assert checked(result, "as_estimated")[2:5] == (2, 5, 7)
    assert checked(result, "latest_year")[2:5] == (2, 0, 2)


def test_the_unseen_bound_the_answer() -> None:
    result = zero_applications(made([{"said": 0}] * 2 + [{"said": 1}] * 3 + [{}] * 5))
    assert [checked(result, check).share for check in ("unseen_as_some", "unseen_as_zero")] == [0.2, 0.7]


def test_bootstrap_is_the_same_every_time_and_missing_for_one_organ() -> None:
    panel = made([{"said": number % 3} for number in range(30)])
    first, second = (checked(zero_applications(panel), "bootstrap_by_organ") for _ in range(2))
    assert first == second
    assert first.low < first.share < first.high
    alone = checked(zero_applications(made([{"said": 0}])), "bootstrap_by_organ")
    assert math.isnan(alone.low)


@pytest.mark.parametrize("share", [0.03, 0.23, 0.48])
def test_planted_shares_are_covered_at_the_stated_rate(share: float) -> None:
    samples, size = 300, 60
    rng = np.random.default_rng(7)
    zero = rng.random((samples, size)) < share
    reports = [
        {"said": 0 if zero[sample, at] else 1 + at, "province": f"s{sample:03}"}
        for sample in range(samples)
        for at in range(size)
    ]
    result = zero_applications(made(reports), by="province", definitions=["stated"])
    covered = np.mean([row.low <= share <= row.high for row in result.estimates if row.group != "all"])
    assert 0.92 <= covered <= 0.99
    assert estimate(result).share == pytest.approx(share, abs=0.01)


def test_organs_that_never_change_need_the_bootstrap() -> None:
    """Five like years of one organ are one observation: Wilson's interval is far too short, the bootstrap's is not."""
    share, samples, organs = 0.4, 60, 50
    rng = np.random.default_rng(11)
    reports = [
        {"organ": f"{sample}-{organ}", "year": year, "said": said, "part": f"s{sample:02}"}
        for sample in range(samples)
        for organ, said in enumerate(np.where(rng.random(organs) < share, 0, 5).tolist())
        for year in range(2019, 2024)
    ]
    result = zero_applications(made(reports), definitions=["stated"])
    covered = {
        check: np.mean([row.low <= share <= row.high for row in result.robustness if row.check == check])
        for check in ("as_estimated", "bootstrap_by_organ", "latest_year")
    }
    assert covered["as_estimated"] < 0.8
    assert covered["bootstrap_by_organ"] >= 0.87
    assert covered["latest_year"] >= 0.87


def test_planted_persistence_is_recovered() -> None:
    stays, turns, samples, organs = 0.8, 0.1, 60, 60
    rng = np.random.default_rng(3)
    zero = rng.random((samples, organs)) < 1 / 3
    reports = []
    for year in (2021, 2022, 2023):
        reports += [
            {"organ": f"{sample}-{at}", "year": year, "said": 0 if zero[sample, at] else 4, "part": f"s{sample:02}"}
            for sample in range(samples)
            for at in range(organs)
        ]
        zero = rng.random((samples, organs)) < np.where(zero, stays, turns)
    rows = zero_applications(made(reports), definitions=["stated"]).transitions
    assert {row.pairs for row in rows} == {2 * organs}
    assert np.mean([row.stayed_low <= stays <= row.stayed_high for row in rows]) >= 0.88
    assert np.mean([row.became_low <= turns <= row.became_high for row in rows]) >= 0.88
    assert np.mean([row.fisher_p < 0.001 for row in rows]) >= 0.99
    assert np.mean([row.mcnemar_p < 0.05 for row in rows]) <= 0.1


figure = st.one_of(st.integers(0, 3), st.sampled_from(["blank", "slash", "absent", "unseen", "unreadable"]))
reports_of_anything = st.lists(
    st.fixed_dictionaries(
        {
            "organ": st.sampled_from("abcd"),
            "new": figure,
            "persons": figure,
            "carried": figure,
            "said": figure,
            "level": st.sampled_from(["county", "township"]),
            "part": st.sampled_from(["purposive", "repeat_year"]),
            "scope_citywide": st.booleans(),
        }
    ),
    min_size=1,
    max_size=12,
).map(lambda reports: [{**report, "year": 2000 + at} for at, report in enumerate(reports)])


@settings(deadline=None, max_examples=25)
@given(reports_of_anything)
def test_whatever_the_reports_the_counts_hang_together(reports: list[dict[str, Any]]) -> None:
    result = zero_applications(made(reports), by="level")
    counted = [report for report in reports if not report["scope_citywide"]]
    for part in {report["part"] for report in counted}:
        for definition in DEFINITIONS:
            whole = estimate(result, definition.key, part)
            split = [row for row in result.estimates if row[:2] == whole[:2] and row.group != "all"]
            assert sum(row.zeros for row in split) == whole.zeros <= whole.n <= whole.reports
            assert sum(row.n for row in split) == whole.n
            assert whole.n == 0 or 0 <= whole.low <= whole.share <= whole.high <= 1
        by_key = {definition.key: estimate(result, definition.key, part) for definition in DEFINITIONS}
        assert by_key["blank"].zeros >= by_key["new"].zeros
        assert by_key["silent"].zeros - by_key["stated"].zeros == by_key["silent"].n - by_key["stated"].n
        assert by_key["new_and_carried_in"].n <= by_key["stated"].n
    for row in result.agreement:
        assert row.n == row.both_zero + row.only_stated + row.only_this + row.neither
        if row.definition in {"new", "silent"}:
            assert row.only_stated == row.only_this == 0
    for move in result.transitions:
        assert move.pairs == move.zero_zero + move.zero_some + move.some_zero + move.some_some


def test_wrong_calls_say_what_there_is() -> None:
    panel = made([{"said": 0, "level": "county"}])
    with pytest.raises(CallError, match=r"no column 'tier' to split by; it has .*level"):
        zero_applications(panel, by="tier")
    with pytest.raises(CallError, match=r"no column 'prose\.applications_received' to split by"):
        zero_applications(panel, by="prose.applications_received")
    with pytest.raises(CallError, match="'none'; there are: stated, new"):
        zero_applications(panel, definitions=["none"])
    with pytest.raises(CallError, match="level is 1"):
        zero_applications(panel, level=1)
    bare = Panel(panel.frame.drop(columns=list(FIGURES.values())), pd.DataFrame(index=[0]), pd.DataFrame(index=[0]), ())
    with pytest.raises(CallError, match="neither"):
        zero_applications(bare)


def test_the_tables_of_a_result() -> None:
    result = zero_applications(made([{"said": 0}, {"said": 1}]), definitions=["stated"])
    frame = result.to_frame()
    assert list(frame.columns) == list(Estimate._fields)
    assert frame.loc[0, "share"] == 0.5
    assert len(result.to_frame("robustness")) == len(result.robustness)
    text = result.to_markdown()
    assert "share %" in text
    assert "| 50.0 " in text
    assert "Wilson intervals, 95 %" in text
    latex = result.to_latex()
    assert r"\toprule" in latex
    assert r"95 \%" in latex
    assert r"share \%" in latex
    assert result.to_latex("flags").count(r"\\") == 1
    with pytest.raises(CallError, match="it has estimates, agreement"):
        result.to_frame("nothing")


def test_a_result_does_not_change() -> None:
    result = zero_applications(made([{"said": 0}]))
    with pytest.raises(FrozenInstanceError):
        result.level = 0.5  # type: ignore[misc]


def test_the_benchmark_is_the_published_one() -> None:
    assert [(row.year, row.share) for row in BENCHMARK] == [(2008, 0.23), (2009, 0.22), (2010, 0.25)]


def test_the_published_reports_give_the_published_counts() -> None:
    """The counts in the list's README, before and after totals that cover more than the organ are left out."""
    result = zero_applications(published(PUBLISHED), definitions=["stated"])
    assert checked(result, "with_citywide", "repeat_year")[3:5] == (196, 407)
    assert checked(result, "with_citywide", "purposive")[3:5] == (79, 196)
    assert estimate(result, part="repeat_year")[5:7] == (195, 398)
    assert estimate(result, part="purposive")[5:7] == (79, 195)


def test_planted_zeros_survive_the_page() -> None:
    """Figures -> PDF -> extraction -> study: zeros, blanks and numbers come back as what they were."""
    rng = np.random.default_rng(8)
    size = 12
    zero, blank = rng.random(size) < 0.4, rng.random(size) < 0.25
    new = np.where(blank, np.nan, np.where(zero, 0.0, 7.0))
    reports = pd.DataFrame({"organ": [f"organ {at}" for at in range(size)], "year": 2024})
    planted = simulate.as_panel(reports, {FIGURES["new"]: new.tolist(), FIGURES["carried"]: [0.0] * size})
    through = panel(gx.tidy(read(planted)))
    before, after = (zero_applications(one, definitions=["stated", "new", "blank"]) for one in (planted, through))
    assert [row[5:] for row in before.estimates] == [row[5:] for row in after.estimates]
    assert [(row.definition, row.zeros, row.n) for row in after.estimates] == [
        ("stated", int((zero & ~blank).sum()), int((~blank).sum())),
        ("new", int((zero & ~blank).sum()), int((~blank).sum())),
        ("blank", int((zero | blank).sum()), size),
    ]
