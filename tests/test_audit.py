"""The audit: what a sum proves, what it leaves open, and that no changed digit goes unnoticed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from filled import Places, consistent_applications, sheet
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import forms
from gxstudy.audit import audit
from gxstudy.findings import Code
from gxstudy.prose import Fact


@given(consistent_applications())
def test_a_table_that_adds_up_is_proved_everywhere(printed: Places) -> None:
    result = audit((sheet("applications", printed),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"proved"}
    assert all(check.holds for check in result.checks)
    assert len(result.checks) == 25 + 7 + 7
    assert result.findings == ()


@given(consistent_applications("2019"))
def test_the_2019_form_adds_up_with_one_row_for_other(printed: Places) -> None:
    result = audit((sheet("applications", printed, edition="2019"),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"proved"}
    assert len(result.checks) == 23 + 7 + 7


@given(consistent_applications(variant=True))
def test_one_row_in_place_of_three_takes_part_in_their_sum(printed: Places) -> None:
    result = audit((sheet("applications", printed, variant=True),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"proved"}


@given(consistent_applications(), st.data())
def test_one_changed_digit_contradicts_its_row_and_its_column(printed: Places, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(printed)))
    digits = printed[place]
    at = data.draw(st.integers(0, len(digits) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[at]]))
    wrong = digits[:at] + digit + digits[at + 1 :]
    if int(wrong) == int(digits) or str(int(wrong)) != wrong:  # a leading zero is unreadable
        return
    result = audit((sheet("applications", printed | {place: wrong}),))
    grade = {(entry.row, entry.column): entry.grade for entry in result.sheets[0].entries}
    row, column = place
    assert grade[place] == "contradicted"
    assert all(grade[row, other.key] == "contradicted" for other in forms.load("2021").table("applications").columns)
    failed = {(check.identity, check.at) for check in result.checks if not check.holds}
    assert ("applicants", row) in failed
    assert any(at == column for identity, at in failed if identity != "applicants")
    assert {found.code for found in result.findings} == {Code.IDENTITY_FAILED}
    assert len(result.findings) == len(failed)


@given(consistent_applications(), st.data())
def test_a_blank_proves_nothing_and_is_not_taken_for_zero(printed: Places, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(printed)))
    result = audit((sheet("applications", printed | {place: ""}),))
    grade = {(entry.row, entry.column): entry.grade for entry in result.sheets[0].entries}
    row, column = place
    assert grade[place] == "unchecked"
    in_its_row = [grade[row, other.key] for other in forms.load("2021").table("applications").columns]
    assert "proved" not in in_its_row
    assert not any(check.holds and (row, column) in check.entries for check in result.checks)
    # What is printed may still prove the sum wrong: a total smaller than its parts.
    for check in result.checks:
        if not check.holds:
            assert check.left != check.right


def test_parts_beyond_their_total_fail_whatever_a_blank_stands_for() -> None:
    printed = {("new", "natural_person"): "7", ("new", "business"): "", ("new", "total"): "5"}
    result = audit((sheet("applications", printed),))
    failed = [check for check in result.checks if check.identity == "applicants" and not check.holds]
    assert [(check.at, check.left, check.right) for check in failed] == [("new", 7, 5)]
    grade = {(entry.row, entry.column): entry.grade for entry in result.sheets[0].entries}
    assert grade["new", "natural_person"] == "contradicted"
    assert grade["new", "business"] == "unchecked"


def test_a_total_beyond_its_parts_is_open_while_a_part_is_blank() -> None:
    printed = {("new", "natural_person"): "3", ("new", "business"): "", ("new", "total"): "5"}
    result = audit((sheet("applications", printed),))
    assert not [check for check in result.checks if check.identity == "applicants" and check.at == "new"]


@pytest.mark.parametrize("total", ["0", "12"])
def test_a_total_of_results_that_is_not_their_sum_is_said_with_both_sides(total: str) -> None:
    printed = {("review", "upheld"): "10", ("review", "corrected"): "1", ("review", "total"): total}
    result = audit((sheet("disputes", printed),))
    (found,) = result.findings
    assert found.code is Code.IDENTITY_FAILED
    assert "10 + 1 = 11" in found.message
    assert total in found.message
    assert "行政复议" in found.message
    grade = {(entry.row, entry.column): entry.grade for entry in result.sheets[0].entries}
    assert {grade["review", column] for column in ("upheld", "corrected", "other", "pending", "total")} == {
        "contradicted"
    }
    assert grade["suit_direct", "total"] == "consistent"


def test_table_two_is_unchecked_for_no_identity_contains_it() -> None:
    result = audit((sheet("disclosure", {("charges", "amount_10k_yuan"): "7730.28"}),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"unchecked"}
    assert result.findings == ()


def test_single_figures_are_looked_at() -> None:
    printed = {
        ("regulations", "made"): "-3",
        ("regulations", "repealed"): "1.5",
        ("regulations", "in_force"): "约3",
        ("normative_documents", "made"): "22（其中修订16件）",
    }
    result = audit((sheet("disclosure", printed),))
    assert [(found.code, found.where.column) for found in result.findings] == [
        (Code.NEGATIVE_FIGURE, "made"),
        (Code.FRACTIONAL_COUNT, "repealed"),
        (Code.UNREADABLE_FIGURE, "in_force"),
        (Code.ANNOTATED_FIGURE, "made"),
    ]
    assert all(found.where.page == 1 for found in result.findings)


def test_the_2019_change_column_may_be_negative() -> None:
    result = audit((sheet("disclosure", {("licensing", "change"): "-3"}, edition="2019"),))
    assert result.findings == ()


def test_prose_is_held_against_the_table() -> None:
    table = sheet("applications", {("new", "natural_person"): "95", ("new", "total"): "95"})
    wrong = Fact("applications_received", 17, "收到申请17件", ())
    right = Fact("applications_received", 95, "收到申请95件", ())
    assert [found.code for found in audit((table,), (wrong,)).findings].count(Code.PROSE_DISAGREES) == 1
    assert Code.PROSE_DISAGREES not in [found.code for found in audit((table,), (right,)).findings]


def test_decimals_are_added_exactly() -> None:
    printed = {("review", "upheld"): "0.1", ("review", "corrected"): "0.2", ("review", "total"): "0.3"}
    result = audit((sheet("disputes", printed),))
    (check,) = [check for check in result.checks if check.at == "review"]
    assert check.holds
    assert check.left == Decimal("0.3")


@pytest.mark.parametrize(
    "raw, said",
    [
        ("约30", "'约30' cannot be read as a number"),
        ("190", "'190' was read here, but it may be damaged, only a part of what is printed, or of another place"),
        ("", "nothing was read here, but something printed near it may belong here"),
    ],
)
def test_a_finding_says_truly_why_a_place_has_no_figure(raw: str, said: str) -> None:
    """Of figures left in doubt it was said that '190' cannot be read as a number."""
    plain = sheet("disputes", {})
    doubted = plain.entries[0]._replace(raw=raw, value=None, status="unreadable")
    (found,) = audit((replace(plain, entries=(doubted, *plain.entries[1:])),)).findings
    assert (found.code, found.message) == (Code.UNREADABLE_FIGURE, said)
