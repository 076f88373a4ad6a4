"""Identities -> Checks, Findings, the grade of every Entry.

The identities are those of the form (:mod:`gxstudy.forms`). Nothing is repaired: a sum that fails is said with both
sides, and every figure that took part in it is *contradicted*, for arithmetic cannot tell which of them is wrong.

A blank is not zero. A sum with blanks among its terms proves nothing, except where the figures that are printed
already exceed a complete other side: then it fails whatever the blanks stand for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill import Entry, Grade, Sheet, entry_of, place_of_entry
from gxstudy.findings import Code, Finding, finding
from gxstudy.forms import Along
from gxstudy.prose import PLACES, Fact
from gxstudy.text import read_number

__all__ = ["DOUBT", "Audit", "Check", "Test", "audit", "graded", "run_tests", "tests"]

DOUBT = 0.95
"""A recogniser doubts a figure when one of its characters has less certainty than this."""


class Check(NamedTuple):
    """One identity tested in one place.

    ``identity`` is its key in the form; ``at`` the column (or the row) of ``table`` in which it was tested; ``left``
    and ``right`` are the two sums; ``entries`` the (row, column) places that took part, the left side first.
    """

    identity: str
    table: str
    at: str
    left: int | Decimal
    right: int | Decimal
    holds: bool
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """Sheets with their grades, the checks behind them, and what was noticed."""

    sheets: tuple[Sheet, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]


class Test(NamedTuple):
    """An identity in one place, as positions in a sheet's entries. ``whole``: the sheet has a cell for every term."""

    identity: str
    along: Along
    at: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    whole: bool

    @property
    def terms(self) -> tuple[int, ...]:
        """Both sides, the left one first."""
        return (*self.left, *self.right)


def audit(sheets: tuple[Sheet, ...], facts: Sequence[Fact] = ()) -> Audit:
    """Test every identity of the form on ``sheets``, and the counts of the prose against the tables.

    Parameters
    ----------
    sheets
        The filled-in tables of one report.
    facts
        The counts that the report's prose gives.

    Returns
    -------
    Audit
        The sheets with grades: *proved* (every row identity and every column identity that contains the entry holds,
        at least one of each), *consistent* (one holds and none fails), *contradicted* (one fails), *unchecked*. What
        was recognised from a picture is *recognised* in place of unchecked, *doubtful* where the recogniser doubts it.
    """
    sheets_graded: list[Sheet] = []
    checks: list[Check] = []
    findings: list[Finding] = []
    for sheet in sheets:
        results = run_tests(sheet)
        checks += [check for _, check in results if check is not None]
        findings += _figures(sheet)
        findings += [_failed(sheet, test, check) for test, check in results if check is not None and not check.holds]
        sheets_graded.append(graded(sheet, results))
        findings += _doubted(sheets_graded[-1])
    findings += _prose(sheets_graded, facts)
    return Audit(tuple(sheets_graded), tuple(checks), tuple(findings))


@lru_cache(maxsize=256)
def _of_form(edition: str, table: str, places: tuple[tuple[str, str], ...]) -> tuple[Test, ...]:
    """Return the identities of ``table`` in each place of a sheet whose entries stand at ``places``."""
    form = forms.load(edition)
    position = {place: index for index, place in enumerate(places)}
    rows, columns = dict.fromkeys(row for row, _ in places), dict.fromkeys(column for _, column in places)
    variants = {
        replaced: row.key
        for row in form.table(table).rows
        if row.key in rows and not any(key in rows for key in row.replaces)
        for replaced in row.replaces
    }
    found = []
    for identity in form.identities:
        if identity.table != table:
            continue
        for at in columns if identity.along == "column" else rows:
            sides = []
            whole = True
            for terms in (identity.left, identity.right):
                keys = dict.fromkeys(variants.get(term, term) for term in terms)
                named = [(key, at) if identity.along == "column" else (at, key) for key in keys]
                whole = whole and all(place in position for place in named)
                sides.append(tuple(position[place] for place in named if place in position))
            found.append(Test(identity.key, identity.along, at, sides[0], sides[1], whole))
    return tuple(found)


def tests(sheet: Sheet) -> tuple[Test, ...]:
    """Return the identities of the form in each place of a sheet."""
    return _of_form(sheet.edition, sheet.table, tuple((entry.row, entry.column) for entry in sheet.entries))


def run_tests(sheet: Sheet) -> list[tuple[Test, Check | None]]:
    """Return every identity of a sheet with its check; None where blanks leave it open."""
    values = [entry.value for entry in sheet.entries]
    places = tuple((entry.row, entry.column) for entry in sheet.entries)
    results: list[tuple[Test, Check | None]] = []
    for test in _of_form(sheet.edition, sheet.table, places):
        left = [value for value in map(values.__getitem__, test.left) if value is not None]
        right = [value for value in map(values.__getitem__, test.right) if value is not None]
        left_whole = test.whole and len(left) == len(test.left)
        right_whole = test.whole and len(right) == len(test.right)
        total_left, total_right = sum(left), sum(right)
        check: Check | None = None
        if (
            (left_whole and right_whole)
            or (right_whole and total_left > total_right)
            or (left_whole and total_right > total_left)
        ):
            named = tuple([places[index] for index in (*test.left, *test.right) if values[index] is not None])
            holds = left_whole and right_whole and total_left == total_right
            check = Check(test.identity, sheet.table, test.at, total_left, total_right, holds, named)
        results.append((test, check))
    return results


def graded(sheet: Sheet, results: Sequence[tuple[Test, Check | None]]) -> Sheet:
    """Return the sheet with the grade of every entry.

    For each entry: which identities contain it along its row and along its column, and how each of them came out.
    """
    size = len(sheet.entries)
    failed, held, open_ = [False] * size, [0] * size, [False] * size
    for test, check in results:
        bit = 1 if test.along == "row" else 2
        for index in (*test.left, *test.right):
            if check is None:
                open_[index] = True
            elif check.holds:
                held[index] |= bit
            else:
                failed[index] = True
    entries = []
    for index, entry in enumerate(sheet.entries):
        grade: Grade = "unchecked"
        if entry.value is not None:
            if failed[index]:
                grade = "contradicted"
            elif held[index] == 3 and not open_[index]:
                grade = "proved"
            elif held[index]:
                grade = "consistent"
            elif entry.certainties:
                grade = "doubtful" if min(entry.certainties) < DOUBT else "recognised"
        entries.append(entry if grade == "unchecked" else entry_of((*entry[:6], grade, *entry[7:])))
    return Sheet(sheet.table, sheet.edition, tuple(entries))


def _failed(sheet: Sheet, test: Test, check: Check) -> Finding:
    form = forms.load(sheet.edition)
    table = form.table(sheet.table)
    identity = next(known for known in form.identities if known.key == test.identity)
    where = table.column(test.at).label if test.along == "column" else table.row(test.at).label
    left, right = (
        " + ".join(str(entry.value) for index in side if (entry := sheet.entries[index]).value)
        for side in (test.left, test.right)
    )
    message = (
        f"{where}: {identity.en} fails: {_sum(left, check.left)} on one side, {_sum(right, check.right)} on the other"
    )
    last = sheet.entries[test.right[-1]]
    row, column = (None, test.at) if test.along == "column" else (test.at, None)
    return finding(Code.IDENTITY_FAILED, message, place_of_entry(last)._replace(row=row, column=column))


def _sum(terms: str, total: int | Decimal) -> str:
    return f"{terms} = {total}" if "+" in terms else str(total)


def _figures(sheet: Sheet) -> list[Finding]:
    """Return what is noticed about single figures."""
    found = []
    columns = {
        column.key: column for edition in forms.editions() for column in forms.load(edition).table(sheet.table).columns
    }
    for entry in sheet.entries:
        if entry.status == "read" and isinstance(entry.value, int) and entry.value >= 0:
            continue
        place = place_of_entry(entry)
        if entry.status == "unreadable":
            found.append(finding(Code.UNREADABLE_FIGURE, _why_unreadable(entry.raw), place))
        elif entry.status == "annotated":
            message = f"{entry.raw!r} was read as {entry.value}; its unit or note was left as printed"
            found.append(finding(Code.ANNOTATED_FIGURE, message, place))
        if entry.value is None:
            continue
        column = columns[entry.column]
        if entry.value < 0 and not column.signed:
            found.append(finding(Code.NEGATIVE_FIGURE, f"{entry.raw!r} is negative", place))
        if isinstance(entry.value, Decimal) and not column.fractional and entry.value % 1:
            found.append(finding(Code.FRACTIONAL_COUNT, f"{entry.raw!r} is no whole number", place))
    return found


def _why_unreadable(raw: str) -> str:
    """Say why a place has no figure: what stands there is no number, or cannot be believed to be that of the place."""
    status = read_number(raw).status
    if status == "unreadable":
        return f"{raw!r} cannot be read as a number"
    if status == "blank":
        return "nothing was read here, but something printed near it may belong here"
    return f"{raw!r} was read here, but it may be damaged, only a part of what is printed, or of another place"


def _doubted(sheet: Sheet) -> list[Finding]:
    """Return the figures that a recogniser doubts and no sum proves; of those that fail, what may be misread."""
    return [
        finding(
            Code.DOUBTFUL_FIGURE,
            f"{entry.raw!r} was recognised with a certainty of {min(entry.certainties):.2f}, and no sum proves it",
            place_of_entry(entry),
        )
        for entry in sheet.entries
        if entry.certainties
        and min(entry.certainties) < DOUBT
        and entry.status != "unreadable"
        and entry.grade not in ("proved", "consistent")
    ]


def _prose(sheets: Sequence[Sheet], facts: Sequence[Fact]) -> list[Finding]:
    """Return the counts of the prose that differ from the table.

    A text may give several counts under one key (those of a county, those of its office): none is wrong where one of
    them is the table's.
    """
    values: Mapping[tuple[str, str, str], Entry] = {
        (entry.table, entry.row, entry.column): entry for sheet in sheets for entry in sheet.entries
    }
    found: dict[str, list[Finding]] = {}
    right: set[str] = set()
    for fact in facts:
        places = PLACES.get(fact.key, ())
        entries = [entry for place in places if (entry := values.get(place)) is not None]
        numbers = [entry.value for entry in entries if entry.value is not None]
        if not places or len(numbers) < len(places):
            continue
        if sum(numbers) == fact.value:
            right.add(fact.key)
            continue
        names = " + ".join(f"{entry.row} {entry.column}" for entry in entries)
        message = f"the text says {fact.value} ({fact.text!r}), the table has {sum(numbers)} ({names})"
        first = entries[0]
        place = place_of_entry(first)
        found.setdefault(fact.key, []).append(finding(Code.PROSE_DISAGREES, message, place))
    return [each for key, findings in found.items() if key not in right for each in findings]
