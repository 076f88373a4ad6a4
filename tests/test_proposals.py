"""Misread digits of a scan: proposed where the sums leave one reading only, and never repaired."""

from __future__ import annotations

import itertools
from dataclasses import replace

import handmade
import pytest
from filled import Places, consistent_applications, sheet
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy import display
from gxstudy.audit import Proposed, accept, audit, propose
from gxstudy.audit.explain import Figure, Sum, explain
from gxstudy.audit.misreading import misreadings, worth
from gxstudy.errors import CallError
from gxstudy.fill import Sheet
from gxstudy.findings import Code
from gxstudy.layout import Document, Page, Word
from gxstudy.readers import files
from gxstudy.report import Report
from gxstudy.specimens import Specimen, draw
from gxstudy.specimens.invented import invented

SURE, DOUBTED = 0.995, 0.4
Place = tuple[str, str]


def scanned(table: str, printed: Places, doubted: tuple[Place, ...] = (), *, sure: float = SURE) -> tuple[Sheet, ...]:
    """A sheet as a recogniser gives it, audited: sure of every character but for those of the places ``doubted``."""
    plain = sheet(table, printed)
    entries = tuple(
        entry._replace(
            certainties=(DOUBTED if (entry.row, entry.column) in doubted else sure,) * len("".join(entry.raw.split()))
        )
        for entry in plain.entries
    )
    return audit((replace(plain, entries=entries),)).sheets


def values(result: Proposed) -> dict[Place, int]:
    return {(one.row, one.column): one.value_proposed for one in result.proposals}


def codes(result: Proposed) -> set[Code]:
    return {found.code for found in result.findings}


SMALL: Places = {
    ("new", "natural_person"): "13",
    ("new", "business"): "4",
    ("new", "total"): "17",
    ("granted", "natural_person"): "10",
    ("granted", "business"): "4",
    ("granted", "total"): "14",
    ("denied.query", "natural_person"): "3",
    ("denied.query", "total"): "3",
    ("handled_total", "natural_person"): "13",
    ("handled_total", "business"): "4",
    ("handled_total", "total"): "17",
}


def test_one_misread_digit_is_proposed_back_with_the_sums_it_mends() -> None:
    place = ("granted", "natural_person")
    sheets = scanned("applications", SMALL | {place: "16"}, (place,))
    result = propose(sheets)
    (one,) = result.proposals
    assert (one.table, one.row, one.column) == ("applications", *place)
    assert (one.raw, one.value_read, one.value_proposed) == ("16", 16, 10)
    assert one.mends == (("outcomes", "natural_person"), ("applicants", "granted"))
    assert "with 10 in place of '16' these sums hold, which fail as read" in one.reason
    assert one.runner_up - one.cost == pytest.approx(3)
    (found,) = result.findings
    assert found.code is Code.MISREAD_PROPOSED
    assert (found.where.row, found.where.column, found.where.page) == (*place, 1)


def test_nothing_read_is_changed_by_a_proposal() -> None:
    place = ("granted", "natural_person")
    sheets = scanned("applications", SMALL | {place: "16"}, (place,))
    before = tuple(sheets[0].entries)
    propose(sheets)
    assert sheets[0].entries == before
    (entry,) = [entry for entry in sheets[0].entries if (entry.row, entry.column) == place]
    assert (entry.value, entry.status, entry.grade) == (16, "read", "contradicted")


def test_in_a_text_layer_a_wrong_sum_is_the_report_s_own() -> None:
    wrong = sheet("applications", SMALL | {("granted", "natural_person"): "16"})
    checked = audit((wrong,))
    assert propose(checked.sheets) == Proposed((), ())
    assert {found.code for found in checked.findings} == {Code.IDENTITY_FAILED}


def test_a_figure_of_the_text_layer_is_never_taken_for_misread_beside_recognised_ones() -> None:
    place = ("granted", "natural_person")
    (mixed,) = scanned("applications", SMALL | {place: "16"}, (place,))
    digital = tuple(
        entry._replace(certainties=()) if (entry.row, entry.column) == place else entry for entry in mixed.entries
    )
    assert propose((replace(mixed, entries=digital),)).proposals == ()


def test_a_sum_that_is_wrong_in_print_is_left_alone_where_the_recogniser_is_sure() -> None:
    for wrong in ("16", "11", "9", "18"):
        sheets = scanned("applications", SMALL | {("granted", "natural_person"): wrong}, sure=0.9999)
        assert propose(sheets).proposals == (), wrong


def test_a_misread_digit_in_a_row_that_is_wrong_in_print_too_is_not_proposed() -> None:
    place = ("granted", "natural_person")
    printed = SMALL | {("granted", "total"): "15", ("handled_total", "total"): "18", ("new", "total"): "18"}
    result = propose(scanned("applications", printed | {place: "16"}, (place,)))
    assert result.proposals == ()


def test_two_readings_that_explain_as_much_are_said_and_not_proposed() -> None:
    # 8 for 3 and 3 for 8 in one row: its sum holds, and any other row with a 3 and an 8 there explains as much.
    rows = ("granted", "partial", "denied.query")
    printed: Places = {}
    for row in rows:
        printed |= {(row, "natural_person"): "3", (row, "business"): "8", (row, "total"): "11"}
    for row in ("handled_total", "new"):
        printed |= {(row, "natural_person"): "9", (row, "business"): "24", (row, "total"): "33"}
    doubted = tuple((row, column) for row in rows for column in ("natural_person", "business"))
    misread = printed | {("partial", "natural_person"): "8", ("partial", "business"): "3"}
    only = propose(scanned("applications", misread, doubted))
    assert values(only) == {("partial", "natural_person"): 3, ("partial", "business"): 8}
    also = misread | {("granted", "natural_person"): "8", ("granted", "business"): "3", ("denied.query", "total"): "11"}
    also |= {("handled_total", "natural_person"): "14", ("handled_total", "business"): "19"}
    also |= {("new", "natural_person"): "14", ("new", "business"): "19"}
    result = propose(scanned("applications", also, doubted))
    assert result.proposals == ()
    assert codes(result) == {Code.MISREAD_AMBIGUOUS}
    assert all("nothing is proposed" in found.message for found in result.findings)


def test_an_unreadable_figure_that_the_sums_determine_is_proposed() -> None:
    place = ("granted", "natural_person")
    for raw in ("1O", "\ufffd", "lO", "?0"):
        sheets = scanned("applications", SMALL | {place: raw}, (place,))
        (one,) = propose(sheets).proposals
        assert (one.raw, one.value_read, one.value_proposed) == (raw, None, 10)
        assert "cannot be tested as read" in one.reason


def test_an_unreadable_figure_unlike_what_the_sums_ask_for_is_not_proposed() -> None:
    place = ("granted", "natural_person")
    sheets = scanned("applications", SMALL | {place: "9%47%2"}, (place,))
    assert propose(sheets).proposals == ()


def test_a_blank_is_not_a_misread_figure() -> None:
    sheets = scanned("applications", SMALL | {("granted", "natural_person"): ""})
    assert propose(sheets) == Proposed((), ())


def test_one_sum_alone_is_not_enough_to_tell_which_of_its_figures_was_misread() -> None:
    printed = {("review", "upheld"): "13", ("review", "corrected"): "3", ("review", "total"): "18"}
    result = propose(scanned("disputes", printed))
    assert result.proposals == ()
    printed = {("review", "upheld"): "1O", ("review", "corrected"): "1", ("review", "total"): "11"}
    assert values(propose(scanned("disputes", printed, (("review", "upheld"),)))) == {("review", "upheld"): 10}


def test_where_nearly_every_sum_fails_the_search_ends_and_says_so() -> None:
    printed: Places = {
        (entry.row, entry.column): str(7 * number * number % 997 + 1)
        for number, entry in enumerate(sheet("applications", {}).entries)
    }
    sheets = scanned("applications", printed, tuple(printed))
    result = propose(sheets)
    assert result.proposals == ()
    assert codes(result) == {Code.MISREAD_AMBIGUOUS}
    assert "too many to tell" in result.findings[0].message


# One misread digit, whatever the table --------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(consistent_applications(), st.data())
def test_one_misread_digit_is_proposed_back_rightly_or_not_at_all(printed: Places, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(printed)))
    digits = printed[place]
    at = data.draw(st.integers(0, len(digits) - 1))
    wrong = digits[:at] + data.draw(st.sampled_from("0123456789".replace(digits[at], ""))) + digits[at + 1 :]
    assume(str(int(wrong)) == wrong)
    doubted = (place,) if data.draw(st.booleans()) else ()
    result = propose(scanned("applications", printed | {place: wrong}, doubted))
    assert values(result) in ({place: int(digits)}, {})
    if doubted:
        assert values(result) == {place: int(digits)}


@settings(max_examples=15, deadline=None)
@given(consistent_applications())
def test_nothing_is_proposed_where_every_sum_holds(printed: Places) -> None:
    assert propose(scanned("applications", printed, tuple(printed))) == Proposed((), ())


@settings(max_examples=15, deadline=None)
@given(consistent_applications(), st.data())
def test_with_what_is_proposed_every_sum_of_the_figure_holds(printed: Places, data: st.DataObject) -> None:
    wrong = dict(printed)
    places = data.draw(st.lists(st.sampled_from(sorted(printed)), min_size=1, max_size=4, unique=True))
    for place in places:
        wrong[place] = str(data.draw(st.integers(0, 3000)))
    sheets = scanned("applications", wrong, tuple(places))
    result = propose(sheets)
    accepted = accept(sheets, result.proposals)
    failed = {(check.identity, check.at) for check in audit(accepted).checks if not check.holds}
    for one in result.proposals:
        assert failed.isdisjoint(one.mends)
        assert one.raw == wrong[one.row, one.column]


# The search itself ----------------------------------------------------------------------------------------------------


@st.composite
def puzzles(draw: st.DrawFn) -> tuple[tuple[Figure, ...], tuple[Sum, ...]]:
    """Two rows and two columns of two figures each, as small as a table that crosses can be."""
    costs = st.sampled_from([1.0, 2.0, 3.5, 4.0])
    readings = st.dictionaries(st.integers(-3, 3).filter(bool), costs, max_size=3)
    figures = tuple(Figure(((row, 1), (2 + column, 1)), draw(readings)) for row in (0, 1) for column in (0, 1))
    sums = tuple(Sum(residual, residual == 0) for residual in draw(st.tuples(*[st.integers(-3, 3)] * 4)))
    return figures, sums


def every_explanation(figures: tuple[Figure, ...], sums: tuple[Sum, ...]) -> list[tuple[float, tuple[int, ...]]]:
    """The cost and the changes of every explanation, by trying all."""
    found = []
    for deltas in itertools.product(*[(0, *figure.misread) for figure in figures]):
        residuals = [one.residual for one in sums]
        for figure, delta in zip(figures, deltas, strict=True):
            for number, sign in figure.sums:
                residuals[number] += sign * delta
        failing = [number for number, residual in enumerate(residuals) if residual]
        if not any(sums[number].firm for number in failing):
            cost = sum(figure.misread[delta] for figure, delta in zip(figures, deltas, strict=True) if delta)
            found.append((cost + 5.0 * len(failing), deltas))
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(puzzles())
def test_the_search_finds_the_cheapest_explanation_and_how_far_ahead_it_is(
    puzzle: tuple[tuple[Figure, ...], tuple[Sum, ...]],
) -> None:
    figures, sums = puzzle
    found = explain(figures, sums, wrong_in_print=5.0, margin=3.0)
    tried = every_explanation(figures, sums)
    assert found.whole
    assert found.cost == pytest.approx(tried[0][0])
    for change, without in zip(found.changes, found.without, strict=True):
        other = min(cost for cost, deltas in tried if deltas[change.figure] != change.delta)
        assert without == pytest.approx(min(other, found.cost + 3.0))


def test_the_costs_of_misreading() -> None:
    costs = misreadings("18", (0.999, 0.6), dearest=20.0)
    assert costs[13] < costs[14] < costs[78]  # 3 is like 8 and that digit was doubted; 4 is not; 7 for a sure 1
    assert 18 not in costs
    assert {118, 188, 1, 8} <= costs.keys()  # a digit lost or too many
    assert 3 not in misreadings("13", (0.9, 0.9), dearest=2.0)
    assert set(misreadings("18", (0.999, 0.6), dearest=6.0)) < set(costs)


def test_what_may_stand_where_no_number_was_read() -> None:
    cost = worth("1O")
    near, far = cost(10), cost(13)
    assert near is not None
    assert far is not None
    assert near < far
    assert cost(-1) is None
    assert cost(100_000) is None


# What a reader of the report sees -------------------------------------------------------------------------------------


@pytest.fixture
def report() -> Report:
    place = ("granted", "natural_person")
    sheets = scanned("applications", SMALL | {place: "16"}, (place,))
    checked = audit(sheets)
    result = propose(sheets)
    return replace(
        handmade.report(kind="scan"),
        sheets=sheets,
        checks=checked.checks,
        findings=(*checked.findings, *result.findings),
        proposals=result.proposals,
    )


def test_tidy_takes_proposals_only_when_asked_to(report: Report) -> None:
    query = "row == 'granted' and column == 'natural_person'"
    as_read = gx.tidy(report).query(query).iloc[0]
    assert (as_read["value"], as_read["status"], as_read["grade"]) == (16.0, "read", "contradicted")
    taken = gx.tidy(report, accept="proposals").query(query).iloc[0]
    assert (taken["value"], taken["raw"], taken["status"], taken["grade"]) == (10.0, "16", "proposed", "consistent")
    assert gx.tidy(report).query(query).iloc[0].equals(as_read)


def test_a_sum_that_holds_by_a_proposal_proves_no_figure(report: Report) -> None:
    grades = gx.tidy(report, accept="proposals").set_index(["row", "column"])["grade"]
    assert grades["granted", "total"] == "consistent"
    assert grades["new", "natural_person"] == "proved"
    assert "contradicted" not in set(grades)


@pytest.mark.parametrize("wrong", ["all", True, "proposal", 1])
def test_only_proposals_can_be_accepted(report: Report, wrong: object) -> None:
    with pytest.raises(CallError, match=r"accept=.*'proposals', or nothing"):
        gx.tidy(report, accept=wrong)  # type: ignore[arg-type]


def test_both_outputs_show_what_is_proposed(report: Report) -> None:
    said = display.terminal(report, lang="en")
    assert "10, not '16'?" in " ".join(said.split())
    assert "At least 20 times as likely" in " ".join(said.split())
    shown = display.html(report)
    assert "16✗ » 10?" in shown
    assert "10 is proposed" in shown


def test_a_report_without_proposals_shows_none() -> None:
    assert "»" not in display.terminal(handmade.report())
    assert handmade.report().proposals == ()


def test_a_proposal_is_frozen(report: Report) -> None:
    (one,) = report.proposals
    with pytest.raises(AttributeError):
        one.cost = 0.0  # type: ignore[misc]


# From the words of a page to the report -------------------------------------------------------------------------------


def test_a_misread_word_of_a_page_comes_back_as_a_proposal(monkeypatch: pytest.MonkeyPatch) -> None:
    specimen = Specimen("某某县教育局", 2023, {})
    figures = invented(specimen, seed=3)
    place = ("applications", "granted", "natural_person")
    pdf = draw(replace(specimen, figures=figures))
    printed = figures[place]
    wrong = ("9" if printed[0] == "4" else "4") + printed[1:]
    plain = files.document(pdf)

    def as_recognised(word: Word) -> Word:
        text, sure = (wrong, DOUBTED) if word.text == printed else (word.text, SURE)
        return word._replace(text=text, certainties=(sure,) * len(text))

    pages = tuple(replace(page, words=tuple(map(as_recognised, page.words))) for page in plain.pages)
    monkeypatch.setattr(files, "document", lambda _: Document("scan", pages))
    report = gx.read_report(pdf)
    assert report.entry(*place).raw == wrong
    assert [(one.table, one.row, one.column) for one in report.proposals] == [place]
    assert [one.code for one in report.findings if one.where.row == place[1] and one.where.column == place[2]] == [
        Code.DOUBTFUL_FIGURE,
        Code.MISREAD_PROPOSED,
    ]
    taken = gx.tidy(report, accept="proposals")
    assert taken.loc[taken["status"] == "proposed", ["value", "raw"]].to_numpy().tolist() == [[float(printed), wrong]]
    assert gx.reports(report)["proposals"].tolist() == [1]
    monkeypatch.setattr(files, "document", lambda _: replace(plain, pages=tuple(digital(pages))))
    assert gx.read_report(pdf).proposals == ()


def digital(pages: tuple[Page, ...]) -> list[Page]:
    """The same words as a text layer would give them."""
    return [replace(page, words=tuple(word._replace(certainties=()) for word in page.words)) for page in pages]
