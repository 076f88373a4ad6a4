"""What people decided about single figures: kept in ``corrections.csv``, applied on top of what was read.

A line is one decision. Nothing is ever deleted: the last line on a figure counts, and one that says ``undone`` takes
the one before it back. A correction holds for the file it was made on (``sha256``) and for the text that was read there
(``old``); where either is another now, it is not applied, and that is a finding.

A corrected figure has the status *corrected* and the value of ``new``; its ``raw`` stays what was read. Sums, grades
and findings are those that follow.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from gxstudy.audit import Audit, Check, audit
from gxstudy.errors import CallError
from gxstudy.fill import Entry, Grade, Sheet, Status, place_of_entry
from gxstudy.findings import Code, Finding, Place, Severity, finding
from gxstudy.frames.dictionary import product
from gxstudy.frames.records import Columns, Value
from gxstudy.layout import Box
from gxstudy.lists import read_rows
from gxstudy.prose import Fact
from gxstudy.several import identity
from gxstudy.text import read_number

__all__ = ["FILE", "Applied", "Correction", "append", "apply", "correct", "in_force", "load"]

FILE = "corrections.csv"
"""Name of the file in the folder of the raw files."""

Decision = Literal["corrected", "as_printed", "undone"]

_RUNS = re.compile(r"[=+\-@\t\r\n＝＋－＠']")
_HARMLESS = re.compile(r"[+\-－]?[0-9][0-9,]*(?:\.[0-9]+)?|[\-－]+")
_SETTLED = (Code.MISREAD_PROPOSED, Code.MISREAD_AMBIGUOUS, Code.DOUBTFUL_FIGURE)


class Correction(NamedTuple):
    """One decision on one figure.

    ``old`` is the text that was read (``raw``), ``new`` the text that a person read, empty for a blank cell.
    ``decision``: ``corrected``, ``as_printed`` (looked at, and it does stand there so), or ``undone``. ``when`` is a
    time in UTC, ``sha256`` the hash of the file.
    """

    report_id: str
    table: str
    row: str
    column: str
    old: str
    new: str
    decision: Decision
    who: str
    when: str
    why: str
    sha256: str

    @property
    def whose(self) -> tuple[str, int]:
        """Which report it was made on: the hash of its file, and its number in it."""
        return identity(self.sha256, self.report_id)

    @property
    def place(self) -> tuple[str, str, str]:
        """The keys of the figure."""
        return (self.table, self.row, self.column)


class Applied(NamedTuple):
    """What corrections make of the tables of a report.

    ``sheets`` are corrected and newly graded, ``checks`` and ``findings`` those that follow; ``without`` is what the
    audit says of the tables as read; ``applied`` counts the corrections applied.
    """

    sheets: tuple[Sheet, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    without: Audit
    applied: int


def load(path: str | Path) -> tuple[Correction, ...]:
    """Return every line of a file of corrections, in order; nothing where there is no such file.

    Raises
    ------
    CallError
        When the file is not CSV in UTF-8 with the columns of :class:`Correction`, or a decision is not known.
    """
    place = Path(path) if isinstance(path, str) else path
    if not place.exists():
        return ()
    return tuple(_correction(place, number, row) for number, row in enumerate(read_rows(place), start=1))


def _correction(place: Path, number: int, row: Mapping[str | None, str | None]) -> Correction:
    missing = [name for name in Correction._fields if row.get(name) is None]
    if missing or None in row:
        msg = f"{place}, correction {number}: expected the columns {', '.join(Correction._fields)}"
        raise CallError(f"{msg}; there is no {missing[0]!r}" if missing else f"{msg}; there are more")
    told = [_as_was(row[name] or "") for name in Correction._fields]
    report_id, table, key, column, old, new, decision, who, when, why, sha256 = told
    if decision not in get_args(Decision):
        known = ", ".join(get_args(Decision))
        msg = f"{place}, correction {number}: the decision is {decision!r}; expected one of {known}"
        raise CallError(msg)
    known_as = cast("Decision", decision)
    return Correction(report_id, table, key, column, old, new, known_as, who, when, why, sha256)


def append(path: str | Path, *corrections: Correction) -> None:
    """Add lines to a file of corrections, which is made if need be. On return they are on the disk."""
    place = Path(path)
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    begun = place.exists() and place.stat().st_size > 0
    if not begun:
        writer.writerow(Correction._fields)
    elif not place.read_bytes().endswith(b"\n"):
        line.write("\n")
    writer.writerows([_neutral(text) for text in correction] for correction in corrections)
    descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        rest = line.getvalue().encode()
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _neutral(text: str) -> str:
    """Return the text with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if _RUNS.match(text) and not _HARMLESS.fullmatch(text) else text


def _as_was(text: str) -> str:
    """Take the apostrophe of :func:`_neutral` away again."""
    return text[1:] if text.startswith("'") and _neutral(text[1:]) == text else text


def in_force(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return the decisions that count: the last on each figure of each report, those undone left out."""
    last: dict[tuple[tuple[str, int], tuple[str, str, str]], Correction] = {}
    for one in corrections:
        key = (one.whose, one.place)
        last.pop(key, None)
        if one.decision != "undone":
            last[key] = one
    return tuple(last.values())


def apply(sheets: Sequence[Sheet], facts: Sequence[Fact], corrections: Iterable[Correction]) -> Applied:
    """Apply corrections to the tables of one report.

    Parameters
    ----------
    sheets
        The tables as read.
    facts
        The counts of its prose, which are tested against the tables.
    corrections
        Those made on its file, as :func:`in_force` gives them.

    Returns
    -------
    Applied
        A correction of a figure that is not there, whose text is another than it was, or whose new text is no number
        is a finding, and is not applied.
    """
    at = {(one.table, one.row, one.column): one for sheet in sheets for one in sheet.entries}
    changed: dict[tuple[str, str, str], Entry] = {}
    noticed: list[Finding] = []
    for one in corrections:
        entry = at.get(one.place)
        trouble = _trouble(one, entry)
        if trouble:
            noticed.append(finding(Code.CORRECTION_NOT_APPLIED, trouble, _where(one, entry)))
        elif entry is not None and one.decision == "corrected":
            value, _ = read_number(one.new)
            changed[one.place] = entry._replace(value=value, status="corrected", certainties=())
            said = f"{one.old!r} was read, {one.new!r} is taken: {one.who}, {one.when}" + (
                f": {one.why}" if one.why else ""
            )
            noticed.append(finding(Code.FIGURE_CORRECTED, said, _where(one, entry)))
    without = audit(tuple(map(_ungraded, sheets)), facts)
    told = audit(tuple(_ungraded(sheet, changed) for sheet in sheets), facts)
    graded = tuple(_graded(*three) for three in zip(sheets, without.sheets, told.sheets, strict=True))
    return Applied(graded, told.checks, (*told.findings, *noticed), without, len(changed))


def _ungraded(sheet: Sheet, changed: Mapping[tuple[str, str, str], Entry] | None = None) -> Sheet:
    """Return the sheet with what changed, as if it had never been audited."""
    new = (changed or {}).get
    entries = (new((one.table, one.row, one.column), one) for one in sheet.entries)
    return replace(sheet, entries=tuple(one._replace(grade="unchecked") for one in entries))


def _graded(sheet: Sheet, before: Sheet, after: Sheet) -> Sheet:
    """Return ``after``, with the grades that ``sheet`` had wherever the audit sees no difference.

    A second reader, or a recogniser, may have given a grade that the sums alone do not.
    """
    entries = (
        is_ if is_.status == "corrected" or is_.grade != as_read.grade else is_._replace(grade=was.grade)
        for was, as_read, is_ in zip(sheet.entries, before.entries, after.entries, strict=True)
    )
    return replace(after, entries=tuple(entries))


def _trouble(one: Correction, entry: Entry | None) -> str:
    """Say why a correction cannot be applied; nothing when it can."""
    made = f"a correction of {'.'.join(one.place)} by {one.who or 'nobody named'} ({one.when}) is not applied: "
    if entry is None:
        return f"{made}the report has no such place"
    if entry.raw != one.old:
        return f"{made}it was made on {one.old!r}, and {entry.raw!r} is read there now; look at it again"
    if one.decision == "corrected" and read_number(one.new).status == "unreadable":
        return f"{made}{one.new!r} cannot be read as a number"
    return ""


def _where(one: Correction, entry: Entry | None) -> Place:
    if entry is None:
        return Place(*one.place)
    told = place_of_entry(entry)
    return Place(*told[:4], *(None if edge is None else round(edge, 2) for edge in told[4:]))


def correct(tables: Mapping[str, Columns], corrections: Sequence[Correction], *, sha256: str) -> dict[str, Columns]:
    """Apply corrections to the columns of every product of one report.

    Parameters
    ----------
    tables
        The columns of ``figures``, ``reports``, ``facts``, ``checks`` and ``findings``.
    corrections
        Those in force that name the file or the report.
    sha256
        Hash of the file. Corrections made on another file are findings, and are not applied.

    Returns
    -------
    dict
        New columns; where nothing is to be applied, equal to those given.
    """
    told = dict(tables)
    others = [one for one in corrections if one.sha256 != sha256]
    ours = [one for one in corrections if one.sha256 == sha256]
    sheets, facts = _sheets(tables["figures"]), _facts(tables["facts"])
    after = apply(sheets, facts, ours)
    before = after.without
    if after.applied:
        told["figures"] = _figures(tables["figures"], after)
        told["checks"] = _checks(tables["checks"], before, after)
    told["findings"] = _findings(tables["findings"], before, after, [_of_another_file(one) for one in others])
    told["reports"] = _report(tables["reports"], told)
    return told


def _of_another_file(one: Correction) -> Finding:
    message = (
        f"a correction of {'.'.join(one.place)} by {one.who or 'nobody named'} ({one.when}) is not applied: it was "
        f"made on another file of this name (SHA-256 {one.sha256[:12]}…); look at it again"
    )
    return finding(Code.CORRECTION_NOT_APPLIED, message, Place(*one.place))


# Columns <-> values


def _rows(columns: Columns) -> Iterator[dict[str, Value]]:
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def _number(value: Value) -> int | Decimal | None:
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(repr(value))
    return value if isinstance(value, int) else None


def _boxes(row: Mapping[str, Value]) -> tuple[Box, ...]:
    page, x0, top, x1, bottom = (row[name] for name in ("page", "x0", "top", "x1", "bottom"))
    if page is None or x0 is None or top is None or x1 is None or bottom is None:
        return ()
    return (Box(int(page), float(x0), float(top), float(x1), float(bottom)),)


def _sheets(figures: Columns) -> tuple[Sheet, ...]:
    """Return the tables that columns of figures hold: a new one where the key of the table or its edition changes."""
    sheets: list[Sheet] = []
    for row in _rows(figures):
        entry = Entry(
            *(str(row["table"]), str(row["row"]), str(row["column"]), str(row["raw"] or "")),
            _number(row["value"]),
            cast("Status", row["status"]),
            cast("Grade", row["grade"]),
            _boxes(row),
        )
        if sheets and (sheets[-1].table, sheets[-1].edition) == (entry.table, row["edition"]):
            sheets[-1] = replace(sheets[-1], entries=(*sheets[-1].entries, entry))
        else:
            sheets.append(Sheet(entry.table, str(row["edition"]), (entry,)))
    return tuple(sheets)


def _facts(facts: Columns) -> tuple[Fact, ...]:
    return tuple(
        Fact(str(row["key"]), _number(row["value"]) or 0, str(row["text"] or ""), _boxes(row)) for row in _rows(facts)
    )


def _figures(figures: Columns, after: Applied) -> Columns:
    """Return the figures with values, statuses and grades as corrected."""
    entries = [entry for sheet in after.sheets for entry in sheet.entries]
    values: list[Value] = [float(one.value) if isinstance(one.value, Decimal) else one.value for one in entries]
    statuses: list[Value] = [one.status for one in entries]
    grades: list[Value] = [one.grade for one in entries]
    return {**figures, "value": values, "status": statuses, "grade": grades}


def _checks(checks: Columns, before: Audit, after: Applied) -> Columns:
    """Return the checks: those that came out otherwise in the place of the old, new ones at the end."""
    old = {(one.identity, one.table, one.at): one for one in before.checks}
    new = {(one.identity, one.table, one.at): one for one in after.checks}
    rows = []
    for row in _rows(checks):
        key = (str(row["identity"]), str(row["table"]), str(row["at"]))
        if old.get(key) == new.get(key):
            rows.append(row)
        elif key in new:
            rows.append({**row, **_check(new[key])})
    head = next(_rows(checks), dict.fromkeys(checks))
    rows += [{**head, **_check(one)} for key, one in new.items() if key not in old]
    return _columns("checks", rows)


def _check(one: Check) -> dict[str, Value]:
    left, right = (float(side) if isinstance(side, Decimal) else side for side in (one.left, one.right))
    places = " ".join(f"{row}.{column}" for row, column in one.entries)
    told: dict[str, Value] = {"identity": one.identity, "table": one.table, "at": one.at}
    return told | {"left": left, "right": right, "holds": one.holds, "entries": places}


def _findings(findings: Columns, before: Audit, after: Applied, more: Sequence[Finding]) -> Columns:
    """Return the findings without those that a correction settled, and with those that it gave rise to."""
    gone = Counter(map(_key, (Counter(before.findings) - Counter(after.findings)).elements()))
    new = [*(Counter(after.findings) - Counter(before.findings)).elements(), *more]
    corrected = {one.where[:3] for one in after.findings if one.code is Code.FIGURE_CORRECTED}
    rows = []
    for row in _rows(findings):
        place = (row["table"], row["row"], row["column"])
        key = (str(row["code"]), *place)
        if gone[key] > 0:
            gone[key] -= 1
        elif not (row["code"] in _SETTLED and place in corrected):
            rows.append(row)
    head = next(_rows(findings), dict.fromkeys(findings))
    rows += [{**head, **_finding(one)} for one in new]
    return _columns("findings", rows)


def _key(one: Finding) -> tuple[Value, ...]:
    return (one.code.value, *one.where[:3])


def _finding(one: Finding) -> dict[str, Value]:
    place = one.where
    told: dict[str, Value] = {"code": one.code.value, "severity": one.severity, "message": one.message}
    edges = {
        name: None if edge is None else round(edge, 2) for name, edge in zip(place._fields[4:], place[4:], strict=True)
    }
    return told | dict(zip(place._fields[:4], place[:4], strict=True)) | edges


def _columns(name: str, rows: Sequence[Mapping[str, Value]]) -> Columns:
    return {field: [row.get(field) for row in rows] for field in product(name).columns}


def _report(report: Columns, told: Mapping[str, Columns]) -> Columns:
    """Return the row of the report with the counts that its other rows give."""
    statuses, grades = Counter(told["figures"]["status"]), Counter(told["figures"]["grade"])
    severities, holds = Counter(told["findings"]["severity"]), Counter(told["checks"]["holds"])
    counts: dict[str, int] = {f"status_{one}": statuses[one] for one in get_args(Status)}
    counts |= {f"grade_{one}": grades[one] for one in get_args(Grade)}
    counts |= {f"findings_{one}": severities[one] for one in get_args(Severity)}
    counts |= {"checks_held": holds[True], "checks_failed": holds[False]}
    if "proposals" in report:
        counts["proposals"] = sum(code == Code.MISREAD_PROPOSED for code in told["findings"]["code"])
    return {name: [counts[name]] if name in counts else values for name, values in report.items()}
