"""Digits that a recogniser misread, found by the form's own sums: proposals, never repairs.

Table three is a product code: every figure lies in the sum of a row and in one or two sums of a column, so that one
misread digit makes sums fail that cross in one place. The cheapest explanation of all failed sums is looked for
(:mod:`gxstudy.audit.explain`): misread digits, at what it takes to misread them
(:mod:`gxstudy.audit.misreading`), or sums that are wrong on paper. What no other explanation comes near to, and what
makes every sum with the figure hold, is proposed.

Only what a recogniser read from a picture is ever taken for misread. In a text layer, a web page or a Word file what
stands there is what is reported: where its sums fail, the report itself is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from gxstudy import forms
from gxstudy.audit.checks import Test, graded, run_tests, tests
from gxstudy.audit.explain import Change, Explanation, Figure, Sum, explain
from gxstudy.audit.misreading import misreadings, worth
from gxstudy.fill import Entry, Sheet, place_of_entry
from gxstudy.findings import Code, Finding, Place, finding

__all__ = ["MARGIN", "WRONG_IN_PRINT", "Proposal", "Proposed", "accept", "propose"]

WRONG_IN_PRINT = 5.0
"""Cost of holding that a sum fails on paper: about one sum in 150, on a natural logarithm."""
WRONG_FIGURE = 9.0
"""Cost of holding that a figure is wrong on paper, and by chance just so as a misreading would be: one in 8,000."""
MARGIN = 3.0
"""How far behind any other explanation must be: twenty times less likely."""
LARGEST = 10**9
"""Figures above this are left alone."""
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another reading of one recognised figure, borne out by the sums of the form.

    Attributes
    ----------
    table, row, column
        The keys of the place.
    raw
        What was recognised there; it stays in the report.
    value_read
        The number that gives, None where it could not be read as one.
    value_proposed
        The number with which every sum that contains the figure holds.
    reason
        Which sums fail as read and hold with the number proposed.
    mends
        Those sums, each as (identity, row or column in which it was tested).
    cost, runner_up
        Cost of the explanation of all failed sums of the table of which this is a part, and of the cheapest other in
        which this figure has another value (at least that). Minus the natural logarithm of a probability: a
        difference of 3 is a factor of 20.
    """

    table: str
    row: str
    column: str
    raw: str
    value_read: int | Decimal | None
    value_proposed: int
    reason: str
    mends: tuple[tuple[str, str], ...]
    cost: float
    runner_up: float


class Proposed(NamedTuple):
    """What is proposed for a report, and what is said where nothing can be."""

    proposals: tuple[Proposal, ...]
    findings: tuple[Finding, ...]


class _Model(NamedTuple):
    """A sheet as figures and sums: ``entries`` and ``tests`` say of which entry and test each is one."""

    figures: tuple[Figure, ...]
    entries: tuple[int, ...]
    sums: tuple[Sum, ...]
    tests: tuple[Test, ...]


def propose(sheets: Sequence[Sheet]) -> Proposed:
    """Return other readings of recognised figures, where the sums of the form leave only one.

    Parameters
    ----------
    sheets
        The filled-in tables of one report. Figures without ``certainties`` are taken as printed.

    Returns
    -------
    Proposed
        In print order. Of explanations that come near one another none is proposed; a finding says so.
    """
    proposals: list[Proposal] = []
    findings: list[Finding] = []
    for sheet in sheets:
        if not any(entry.certainties for entry in sheet.entries):
            continue
        model = _model(sheet)
        if all(one.firm for one in model.sums):
            continue
        found = explain(model.figures, model.sums, wrong_in_print=WRONG_IN_PRINT, margin=MARGIN)
        if not found.whole:
            findings.append(_given_up(sheet, model))
            continue
        clear = _clear(sheet, model, found)
        new = [_proposal(sheet, model, change, found) for change in clear]
        proposals += new
        findings += [_said(sheet, one) for one in new]
        findings += _not_offered(sheet, model, found, clear)
    return Proposed(tuple(proposals), tuple(findings))


def accept(sheets: Sequence[Sheet], proposals: Iterable[Proposal]) -> tuple[Sheet, ...]:
    """Return ``sheets`` with what was proposed as values, and the grades that follow.

    The status is *proposed* and ``raw`` stays as read. A sum that a proposal made hold proves less than one that holds
    as read: no figure in it is *proved*, at most *consistent*.
    """
    values = {(one.table, one.row, one.column): one.value_proposed for one in proposals}
    if not values:
        return tuple(sheets)
    return tuple(_accepted(sheet, values) for sheet in sheets)


def _accepted(sheet: Sheet, values: dict[tuple[str, str, str], int]) -> Sheet:
    entries = tuple(
        entry
        if (value := values.get((entry.table, entry.row, entry.column))) is None
        else entry._replace(value=value, status="proposed")
        for entry in sheet.entries
    )
    if entries == sheet.entries:
        return sheet
    changed = replace(sheet, entries=tuple(entry._replace(grade="unchecked") for entry in entries))
    results = run_tests(changed)
    leaning = {
        index
        for test, _ in results
        if any(entries[index].status == "proposed" for index in test.terms)
        for index in test.terms
    }
    regraded = graded(changed, results)
    return replace(
        regraded,
        entries=tuple(
            entry._replace(grade="consistent") if index in leaning and entry.grade == "proved" else entry
            for index, entry in enumerate(regraded.entries)
        ),
    )


def _model(sheet: Sheet) -> _Model:
    """Return the sums of a sheet that can be tested, or could if what is unreadable were read."""
    kept: list[Test] = []
    sums: list[Sum] = []
    for test in tests(sheet):
        entries = [sheet.entries[index] for index in test.terms]
        if not test.whole or not all(_number(entry) is not None or _unread(entry) for entry in entries):
            continue
        residual = sum(_number(sheet.entries[index]) or 0 for index in test.left) - sum(
            _number(sheet.entries[index]) or 0 for index in test.right
        )
        kept.append(test)
        sums.append(Sum(residual, firm=residual == 0 and not any(map(_unread, entries))))
    inside: dict[int, list[tuple[int, int]]] = {}
    for number, test in enumerate(kept):
        for index in test.left:
            inside.setdefault(index, []).append((number, 1))
        for index in test.right:
            inside.setdefault(index, []).append((number, -1))
    order = tuple(sorted(inside))
    figures = tuple(_figure(sheet.entries[index], tuple(inside[index])) for index in order)
    return _Model(figures, order, tuple(sums), tuple(kept))


def _number(entry: Entry) -> int | None:
    """Return the count read at a place; None where there is none that could take part."""
    return entry.value if isinstance(entry.value, int) and 0 <= entry.value <= LARGEST else None


def _unread(entry: Entry) -> bool:
    """Return whether something was recognised at a place that is no number."""
    return entry.status == "unreadable" and bool(entry.certainties)


def _figure(entry: Entry, sums: tuple[tuple[int, int], ...]) -> Figure:
    if _unread(entry):
        return Figure(sums, {}, unread=True, worth=worth(entry.raw))
    if not entry.certainties or entry.value is None:
        return Figure(sums, {})
    digits = str(entry.value)
    costs = misreadings(digits, _of_digits(entry, digits), dearest=WRONG_FIGURE - MARGIN)
    return Figure(sums, {printed - int(entry.value): cost for printed, cost in costs.items()})


def _of_digits(entry: Entry, digits: str) -> tuple[float, ...]:
    """Return the certainty of each digit of a figure; the least of all where they cannot be told apart."""
    characters = re.sub(r"\s", "", entry.raw).translate(_FULL_WIDTH)
    at = [index for index, character in enumerate(characters) if character.isascii() and character.isdigit()]
    if len(characters) == len(entry.certainties) and "".join(characters[index] for index in at) == digits:
        return tuple(entry.certainties[index] for index in at)
    return (min(entry.certainties),) * len(digits)


def _clear(sheet: Sheet, model: _Model, found: Explanation) -> list[Change]:
    """Return the changes that no other explanation disputes and with which all sums of their figures hold."""
    untested = {index for test in tests(sheet) if test not in model.tests for index in test.terms}
    clear = [
        change
        for change, without in zip(found.changes, found.without, strict=True)
        if without >= found.cost + MARGIN and model.entries[change.figure] not in untested
    ]
    while True:
        residuals = _residuals(model, clear)
        settled = {change.figure for change in clear}
        open_ = {
            number
            for index, figure in enumerate(model.figures)
            if figure.unread and index not in settled
            for number, _ in figure.sums
        }
        kept = [
            change
            for change in clear
            if not any(residuals[number] or number in open_ for number, _ in model.figures[change.figure].sums)
        ]
        if kept == clear:
            return clear
        clear = kept


def _residuals(model: _Model, changes: Iterable[Change]) -> list[int]:
    residuals = [one.residual for one in model.sums]
    for index, delta in changes:
        for number, sign in model.figures[index].sums:
            residuals[number] += sign * delta
    return residuals


def _proposal(sheet: Sheet, model: _Model, change: Change, found: Explanation) -> Proposal:
    entry = sheet.entries[model.entries[change.figure]]
    mended = [
        (model.tests[number], model.sums[number])
        for number, _ in model.figures[change.figure].sums
        if not model.sums[number].firm
    ]
    told = "; ".join(f"{_where(sheet, test)} ({_says(sheet, test)})" for test, _ in mended)
    value = change.delta + (0 if entry.value is None else int(entry.value))
    failing = "cannot be tested" if entry.value is None else "fail"
    reason = f"with {value} in place of {entry.raw!r} these sums hold, which {failing} as read: {told}"
    return Proposal(
        *(entry.table, entry.row, entry.column, entry.raw, entry.value, value, reason),
        mends=tuple((test.identity, test.at) for test, _ in mended),
        cost=round(found.cost, 2),
        runner_up=round(found.without[found.changes.index(change)], 2),
    )


def _where(sheet: Sheet, test: Test) -> str:
    table = forms.load(sheet.edition).table(sheet.table)
    return table.column(test.at).label if test.along == "column" else table.row(test.at).label


def _says(sheet: Sheet, test: Test) -> str:
    known = forms.load(sheet.edition).identities
    return next(one.en for one in known if one.key == test.identity and one.table == sheet.table)


def _said(sheet: Sheet, one: Proposal) -> Finding:
    sums = "a sum" if len(one.mends) == 1 else f"{len(one.mends)} sums"
    holds = "holds" if len(one.mends) == 1 else "hold"
    message = f"probably misread: with {one.value_proposed} in place of {one.raw!r} {sums} with this figure {holds}"
    return finding(Code.MISREAD_PROPOSED, message, _place(sheet, one))


def _place(sheet: Sheet, at: Proposal | Entry) -> Place:
    return place_of_entry(next(one for one in sheet.entries if (one.row, one.column) == (at.row, at.column)))


def _not_offered(sheet: Sheet, model: _Model, found: Explanation, clear: Sequence[Change]) -> list[Finding]:
    """Say which misreadings would explain failed sums but are not the only ones that do."""
    said = []
    for change, rival in zip(found.changes, found.rivals, strict=True):
        if change in clear:
            continue
        entry = sheet.entries[model.entries[change.figure]]
        other = " with ".join(_change(sheet, model, one) for one in rival or () if one not in found.changes)
        if rival is None:
            rest = "but not every sum with it could be tested and would hold"
        elif other:
            rest = f"so would {other}"
        else:
            rest = "so would a sum that is wrong in print"
        message = f"{_change(sheet, model, change)} would explain sums that fail; {rest}: nothing is proposed"
        said.append(finding(Code.MISREAD_AMBIGUOUS, message, _place(sheet, entry)))
    return said


def _change(sheet: Sheet, model: _Model, change: Change) -> str:
    entry = sheet.entries[model.entries[change.figure]]
    value = change.delta + (0 if entry.value is None else int(entry.value))
    return f"{value} in place of {entry.raw!r} at {entry.row} {entry.column}"


def _given_up(sheet: Sheet, model: _Model) -> Finding:
    failing = sum(not one.firm for one in model.sums)
    message = (
        f"{failing} sums fail or cannot be tested: too many to tell which digits were misread; nothing is proposed"
    )
    return finding(Code.MISREAD_AMBIGUOUS, message, Place(table=sheet.table))
