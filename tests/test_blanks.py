from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy.forms import load
from gxstudy.panel import Panel, fill_proved, panel
from gxstudy.studies.simulate import outcomes

RAW = Path(__file__).parents[1] / "data" / "raw" / "reports"
NEW, CARRIED = "applications.new", "applications.carried_in"


@cache
def invented(seed: int) -> Panel:
    """One invented report, whole."""
    return outcomes(organs=1, seed=seed, median_size=30)


def emptied(seed: int, *, blank: list[str]) -> tuple[Panel, Panel]:
    """The same report twice: whole, and with places left blank."""
    whole = invented(seed)
    values, states, grades = whole.frame.copy(), whole.states.copy(), whole.grades.copy()
    values[blank] = math.nan
    states[blank] = "blank"
    grades[blank] = None
    return whole, Panel(values, states, grades, ())


def places() -> list[str]:
    (table,) = (table for table in load("2021").tables if table.key == "applications")
    return [f"applications.{row}.{column}" for row, column in table.places()]


@given(st.integers(0, 9), st.lists(st.sampled_from(places()), min_size=1, max_size=90, unique=True))
def test_whatever_is_filled_is_what_stood_there(seed: int, blank: list[str]) -> None:
    whole, holed = emptied(seed, blank=blank)
    filled = fill_proved(holed)
    derived = [name for name in filled.states if filled.states.loc[0, name] == "derived"]
    assert set(derived) <= set(blank)
    for name in derived:
        assert filled.frame.loc[0, name] == whole.frame.loc[0, name]
        assert filled.grades.loc[0, name] == "unchecked"
    assert sum(item.n for item in filled.exclusions if item.reason == "blank_proved") == len(derived)
    still = set(blank) - set(derived)
    assert all(math.isnan(filled.frame.loc[0, name]) for name in still)


def test_blank_zeros_beside_a_whole_sum_are_filled() -> None:
    whole, _ = emptied(3, blank=[])
    zeros = [name for name in places() if whole.frame.loc[0, name] == 0 and not name.endswith(".total")]
    assert len(zeros) > 30
    filled = fill_proved(emptied(3, blank=zeros)[1])
    assert (filled.frame[zeros] == 0).all(axis=None)


def test_a_blank_total_is_the_sum_of_its_parts() -> None:
    _, holed = emptied(5, blank=[f"{NEW}.total"])
    filled = fill_proved(holed)
    parts = [f"{NEW}.{who}" for who in ("natural_person", "business", "research")]
    parts += [f"{NEW}.{who}" for who in ("public_interest", "legal_service", "other")]
    assert filled.frame.loc[0, f"{NEW}.total"] == filled.frame.loc[0, parts].sum()


def test_a_sum_that_fails_fills_nothing() -> None:
    """The six applicants exceed the printed total: nothing can be said of a blank among them."""
    _, holed = emptied(5, blank=[f"{NEW}.research"])
    holed.frame[f"{NEW}.total"] = 0.0
    for other in ("applications.handled_total.research", "applications.granted.research"):
        holed.states[other] = "unreadable"
        holed.frame[other] = math.nan
    assert math.isnan(fill_proved(holed).frame.loc[0, f"{NEW}.research"])


@pytest.mark.parametrize("state", ["unseen", "absent", "unreadable"])
def test_a_place_that_could_not_be_read_keeps_its_sums_from_being_used(state: str) -> None:
    whole, holed = emptied(5, blank=[])
    for column in ("natural_person", "business", "research", "public_interest", "legal_service", "other", "total"):
        holed.frame[f"{CARRIED}.{column}"] = math.nan
        holed.states[f"{CARRIED}.{column}"] = state
    filled = fill_proved(holed)
    assert filled.exclusions == ()
    assert filled.frame[f"{CARRIED}.total"].isna().all()
    assert whole.frame[f"{CARRIED}.total"].notna().all()


def test_nothing_is_filled_unless_asked_for() -> None:
    report = gx.read_report(RAW / "shanghai-office-2019.pdf")
    plain = panel(gx.tidy(report))
    assert plain.states.loc[0, "applications.granted.total"] == "blank"
    assert math.isnan(plain.frame.loc[0, "applications.granted.total"])


def test_a_real_report_with_most_cells_blank_can_be_filled_from_its_sums() -> None:
    """Every column that holds a total handled adds up to it without its blanks; so the blanks are zeros."""
    report = gx.read_report(RAW / "shanghai-office-2019.pdf")
    filled = fill_proved(panel(gx.tidy(report)))
    row = filled.frame.iloc[0]
    outcome_rows = [name for name in filled.states if name.endswith(".total") and name.startswith("applications.")]
    apart = ("new", "carried_in", "handled_total", "carried_out")
    outcome_rows = [name for name in outcome_rows if name.split(".")[1] not in apart and row[name] == row[name]]
    assert row["applications.granted.total"] == 272
    assert row["applications.partial.total"] == 3
    assert row["applications.other.total"] == 0
    assert row[outcome_rows].sum() == row["applications.handled_total.total"] == 805
    # a row of table four without any figure stays blank: no sum says anything about it
    assert math.isnan(row["disputes.suit_after_review.total"])


def test_an_unknown_edition_is_left_alone() -> None:
    _, holed = emptied(5, blank=[f"{NEW}.total"])
    holed.frame["edition"] = ""
    pd.testing.assert_frame_equal(fill_proved(holed).frame, holed.frame, check_like=True)


def test_a_row_that_stands_for_others_is_their_sum_once_they_are_filled() -> None:
    who = "natural_person"
    cells = [f"applications.other.{row}.{who}" for row in ("no_correction", "unpaid_fee", "other")]
    whole, holed = emptied(5, blank=cells[1:])
    holed.frame[f"applications.other.{who}"] = math.nan
    holed.states[f"applications.other.{who}"] = "absent"
    column = [name for name in places() if name.endswith(f".{who}")]
    rest = [name for name in column if name.split(".")[1] not in ("new", "carried_in", "handled_total", "carried_out")]
    holed.frame[f"applications.handled_total.{who}"] = holed.frame[rest].sum(axis="columns")
    filled = fill_proved(holed)
    assert filled.frame.loc[0, f"applications.other.{who}"] == whole.frame.loc[0, cells[0]]
    assert filled.states.loc[0, f"applications.other.{who}"] == "derived"
