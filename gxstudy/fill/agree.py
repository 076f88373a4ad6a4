"""Two readings of one report, compared place by place."""

from __future__ import annotations

from collections.abc import Sequence

from gxstudy.fill.entries import Entry, Sheet, place_of_entry
from gxstudy.findings import Code, Finding, finding

__all__ = ["agree"]


def agree(sheets: Sequence[Sheet], other: Sequence[Sheet]) -> tuple[tuple[Sheet, ...], tuple[Finding, ...]]:
    """Compare the sheets of a report with those that a second reader gave of the same file.

    Agreement says that both readers took the same print from the same place of the form; it says nothing about the
    print. Nothing is changed but grades.

    Parameters
    ----------
    sheets
        The graded sheets of the first reader.
    other
        The sheets of the second reader; their grades do not matter.

    Returns
    -------
    tuple of Sheet
        ``sheets``, where *unchecked* has become *confirmed* at every place that both readings have with the same
        status and value. An unreadable or absent place is never confirmed; a blank is, when both find it blank.
    tuple of Finding
        Every place that the two readings have with different content, with both prints (also where the first has no
        such place and the second a figure); and one that counts what was compared.
    """
    second = {(entry.table, entry.row, entry.column): entry for sheet in other for entry in sheet.entries}
    compared: list[Sheet] = []
    findings: list[Finding] = []
    same = missed = 0
    for sheet in sheets:
        entries = []
        for entry in sheet.entries:
            twin = second.pop((entry.table, entry.row, entry.column), None)
            if twin is None or twin.status == "absent":
                missed += entry.status != "absent"
                entries.append(entry)
            elif entry.status == "absent" and twin.value is None:
                entries.append(entry)  # neither has a figure there
            elif _alike(entry, twin):
                same += 1
                lifted = entry.grade == "unchecked" and entry.status != "unreadable"
                entries.append(entry._replace(grade="confirmed") if lifted else entry)
            else:
                findings.append(_differ(entry, twin))
                entries.append(entry)
        compared.append(Sheet(sheet.table, sheet.edition, tuple(entries)))
    findings += [_only_second(entry) for entry in second.values() if entry.value is not None]
    message = (
        f"a second reader read the same file; places that agree: {same}, that differ: {len(findings)}, "
        f"that it did not find: {missed}"
    )
    return tuple(compared), (*findings, finding(Code.SECOND_READER_USED, message))


def _alike(first: Entry, second: Entry) -> bool:
    return (first.status, first.value) == (second.status, second.value)


def _differ(first: Entry, second: Entry) -> Finding:
    message = f"the first reader has {_shown(first)}, the second {_shown(second)}"
    return finding(Code.READERS_DISAGREE, message, place_of_entry(first if first.boxes else second))


def _only_second(entry: Entry) -> Finding:
    message = f"the first reader has no such place, the second reads {_shown(entry)} there"
    return finding(Code.READERS_DISAGREE, message, place_of_entry(entry))


def _shown(entry: Entry) -> str:
    if entry.status in ("read", "annotated", "slash"):
        return repr(entry.raw)
    if entry.status == "unreadable":
        return f"{entry.raw!r}, which is no number"
    return "a blank" if entry.status == "blank" else "no such place"
