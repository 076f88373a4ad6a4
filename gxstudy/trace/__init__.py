"""Where any figure stands: the page picture with its box, or the table of the file with its cell marked.

It is drawn from the file itself, which must still be the one that was read: the hash of its bytes says so.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, overload

from gxstudy.display import words
from gxstudy.errors import CallError
from gxstudy.findings import KINDS, SEVERITY_ZH, Code, Finding
from gxstudy.layout import Box
from gxstudy.readers import files
from gxstudy.trace import fragments
from gxstudy.trace.fragments import Fragment
from gxstudy.trace.pages import File, Picture, cropped, overlaid, traced

if TYPE_CHECKING:
    from gxstudy.fill import Entry
    from gxstudy.report import Report

__all__ = ["Fragment", "Picture", "crop", "overlay", "trace"]


@overload
def trace(
    report: Report, table: str, row: str, column: str, *, file: str | Path | bytes | None = None
) -> Picture | Fragment: ...


@overload
def trace(report: Report, table: Finding, /, *, file: str | Path | bytes | None = None) -> Picture | Fragment: ...


def trace(
    report: Report,
    table: str | Finding,
    row: str | None = None,
    column: str | None = None,
    *,
    file: str | Path | bytes | None = None,
) -> Picture | Fragment:
    """Return the page on which a figure stands, with the figure boxed and enlarged beside it.

    Of a file without pages (web page, Word, text) the table is shown, as it stands there, with the cell marked.

    Parameters
    ----------
    report
        The report.
    table, row, column
        The keys of a figure; or, in place of the three, one of ``report.findings``.
    file
        The file, where it is not at ``report.source`` any more or the report was read from bytes.

    Returns
    -------
    Picture or Fragment
        For PDF and scans PNG, one strip a page for a figure that runs over several; for other files HTML. Either shows
        itself in a notebook and has ``caption`` and ``save``.

    Raises
    ------
    CallError
        When the report has no such place, nothing is printed there, or the file is not the one that was read.
    """
    if isinstance(table, Finding):
        if not _has_pages(report):
            entries = _finding_entries(report, table)
            if not entries:
                msg = f"this finding has no place in a table: {table.message}"
                raise CallError(msg)
            return _marked(report, entries, _finding_caption(table), file)
        return traced(_data(report, file), _finding_boxes(report, table), _finding_caption(table))
    if row is None or column is None:
        msg = "trace takes a report with table, row and column, or with one finding"
        raise CallError(msg)
    entry = report.entry(table, row, column)
    if not _has_pages(report):
        _must_be_printed(report, entry, absent=entry.status == "absent")
        return _marked(report, (entry,), _entry_caption(report, entry), file)
    return traced(_data(report, file), _entry_boxes(report, entry), _entry_caption(report, entry))


def overlay(report: Report, page: int, *, file: str | Path | bytes | None = None) -> Picture | Fragment:
    """Return a page with what was found on it: rulings (blue), cells (grey), figures by grade, the rows they belong to.

    Of a file without pages (web page, Word, text) the tables are shown, with the cell of each figure tinted by its
    grade; the keys of the figure are its title.

    Parameters
    ----------
    report
        The report.
    page
        The page, counted from 1; a file without pages has one.
    file
        As for :func:`trace`.

    Raises
    ------
    CallError
        When there is no such page, or the file is not the one that was read.
    """
    from gxstudy import grids

    if not 1 <= page <= report.pages:
        msg = f"report {report.report_id!r} has the pages 1 to {report.pages}, not {page}"
        raise CallError(msg)
    data = _data(report, file)
    document = files.document(data.data)
    if data.recognised:  # pages of pictures among others were recognised because a table was missing
        document = files.completed(data.data, document) or document
    drawn = next((one for one in document.pages if one.number == page), None)
    if drawn is None:
        msg = f"page {page} of {report.report_id!r} cannot be loaded; see report.findings"
        raise CallError(msg)
    if not _has_pages(report):
        caption = f"{report.report_id}: {words.count(len(report.entries), 'figure')} by grade"
        return fragments.tinted(document, report, caption)
    found = grids.find(drawn)
    entries = [entry for entry in report.entries if any(box.page == page for box in entry.boxes)]
    caption = (
        f"{report.report_id}, page {page}: {words.count(len(drawn.rulings), 'ruling')}, "
        f"{words.count(len(found), 'grid')}, {words.count(len(entries), 'figure')}"
    )
    return overlaid(data, report, drawn, found, caption)


def crop(report: Report, table: str, row: str, column: str, *, file: str | Path | bytes | None = None) -> Picture:
    """Return the strip of the page on which a figure stands, at the width of the page, with the figure boxed.

    Parameters
    ----------
    report, file
        As for :func:`trace`.
    table, row, column
        The keys of a figure.

    Returns
    -------
    Picture
        PNG; one strip below the other for a figure that stands in several places.

    Raises
    ------
    CallError
        As for :func:`trace`; and when the file has no pages to draw.
    """
    entry = report.entry(table, row, column)
    boxes = _entry_boxes(report, entry)
    return cropped(_data(report, file), boxes, _entry_caption(report, entry))


# What to show


def _has_pages(report: Report) -> bool:
    return report.kind in ("pdf", "scan")


def _must_have_pages(report: Report) -> None:
    if not _has_pages(report):
        msg = f"report {report.report_id!r} was read from a file of kind {report.kind!r}, which has no pages to draw"
        raise CallError(msg)


def _entry_boxes(report: Report, entry: Entry) -> tuple[Box, ...]:
    _must_have_pages(report)
    _must_be_printed(report, entry, absent=not entry.boxes)
    return entry.boxes


def _must_be_printed(report: Report, entry: Entry, *, absent: bool) -> None:
    if absent:
        place = words.place_text(report, entry.table, entry.row, entry.column)
        msg = f"report {report.report_id!r} prints nothing at {place}: the status of the figure is {entry.status!r}"
        raise CallError(msg)


def _marked(report: Report, entries: tuple[Entry, ...], caption: str, file: str | Path | bytes | None) -> Fragment:
    return fragments.marked(files.document(_data(report, file).data), report, entries, caption)


def _finding_entries(report: Report, finding: Finding) -> tuple[Entry, ...]:
    """Return the figures that a finding is about."""
    where = finding.where
    return tuple(
        entry
        for entry in report.entries
        if entry.table == where.table and where.row in {None, entry.row} and where.column in {None, entry.column}
    )


def _finding_boxes(report: Report, finding: Finding) -> tuple[Box, ...]:
    """Return the boxes of the place of a finding; for keys alone those of the figures there; else the whole page."""
    where = finding.where
    if where.page is not None and None not in (where.x0, where.top, where.x1, where.bottom):
        return (Box(where.page, where.x0 or 0.0, where.top or 0.0, where.x1 or 0.0, where.bottom or 0.0),)
    if where.row is not None or where.column is not None:
        boxes = tuple(box for entry in _finding_entries(report, finding) for box in entry.boxes)
        if boxes:
            return boxes
    if where.page is not None:
        return (Box(where.page, 0.0, 0.0, 0.0, 0.0),)
    msg = f"this finding has no place on a page: {finding.message}"
    raise CallError(msg)


def _entry_caption(report: Report, entry: Entry) -> str:
    checks = [
        check
        for check in report.checks
        if check.table == entry.table and (entry.row, entry.column) in check.entries and not check.holds
    ]
    lines = [
        words.place_text(report, entry.table, entry.row, entry.column),
        words.place_text(report, entry.table, entry.row, entry.column, lang="en"),
        f'printed "{words.figure(entry)}", {entry.status}, {entry.grade}',
        *(f"× {words.sum_text(report, check)}" for check in checks),
    ]
    return "\n".join(lines)


def _finding_caption(finding: Finding) -> str:
    kind = KINDS[finding.code]
    return f"{finding.severity}: {finding.code}\n{SEVERITY_ZH[finding.severity]}：{kind.zh}\n{finding.message}"


def _data(report: Report, file: str | Path | bytes | None) -> File:
    """Return the file that was read, or say why it cannot be had."""
    if isinstance(file, bytes):
        data, name = file, "the given bytes"
    else:
        path = Path(report.source if file is None else file)
        if not path.is_file():
            known = (
                "was not read from a path" if report.source.startswith("bytes:") else f"was read from {report.source}"
            )
            missing = "" if file is None else f", and there is no file {path}"
            msg = f"report {report.report_id!r} {known}{missing}; say where its file is: trace(..., file=path or bytes)"
            raise CallError(msg)
        data, name = files.load(path).data, str(path)
    digest = hashlib.sha256(data).hexdigest()
    if digest != report.sha256:
        msg = (
            f"{name} is not the file that report {report.report_id!r} was read from: its sha256 begins with "
            f"{digest[:12]}, that of the report with {report.sha256[:12]}; read it again, or pass the old file"
        )
        raise CallError(msg)
    recognised = (found.where.page for found in report.findings if found.code is Code.PAGE_RECOGNISED)
    return File(data, frozenset(page for page in recognised if page is not None))
