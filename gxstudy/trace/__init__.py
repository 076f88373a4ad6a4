"""Where any figure stands: the page picture with its box, or the table of the file with its cell marked.

It is drawn from the file itself, which must still be the one that was read: the hash of its bytes says so.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, overload

from gxstudy.display import words
from gxstudy.errors import CallError
from gxstudy.findings import Code, Finding
from gxstudy.layout import Box
from gxstudy.readers import files
from gxstudy.trace.pages import File, Picture, cropped, overlaid, traced

if TYPE_CHECKING:
    from gxstudy.fill import Entry
    from gxstudy.report import Report

__all__ = ["Picture", "crop", "overlay", "trace"]


@overload
def trace(report: Report, table: str, row: str, column: str, *, file: str | Path | bytes | None = None) -> Picture: ...


@overload
def trace(report: Report, table: Finding, /, *, file: str | Path | bytes | None = None) -> Picture: ...


def trace(
    report: Report,
    table: str | Finding,
    row: str | None = None,
    column: str | None = None,
    *,
    file: str | Path | bytes | None = None,
) -> Picture:
    """Return the page on which a figure stands, with the figure boxed and enlarged beside it.

    Parameters
    ----------
    report
        A report read from a file with pages (PDF, or pictures).
    table, row, column
        The keys of a figure; or, in place of the three, one of ``report.findings``.
    file
        The file, where it is not at ``report.source`` any more or the report was read from bytes.

    Returns
    -------
    Picture
        PNG; one strip a page for a figure that runs over several.

    Raises
    ------
    CallError
        When the report has no such place, nothing is printed there, the file has no pages to draw, or the file is
        not the one that was read.
    """
    if isinstance(table, Finding):
        boxes, caption = _finding_boxes(report, table), _finding_caption(table)
    elif row is None or column is None:
        msg = "trace takes a report with table, row and column, or with one finding"
        raise CallError(msg)
    else:
        entry = report.entry(table, row, column)
        boxes, caption = _entry_boxes(report, entry), _entry_caption(report, entry)
    return traced(_data(report, file), boxes, caption)


def overlay(report: Report, page: int, *, file: str | Path | bytes | None = None) -> Picture:
    """Return a page with what was found on it: rulings (blue), cells (grey), figures by grade, the rows they belong to.

    Parameters
    ----------
    report
        A report read from a file with pages (PDF, or pictures).
    page
        The page, counted from 1.
    file
        As for :func:`trace`.

    Raises
    ------
    CallError
        When there is no such page, the file has no pages to draw, or the file is not the one that was read.
    """
    from gxstudy import grids

    _must_have_pages(report)
    if not 1 <= page <= report.pages:
        msg = f"report {report.report_id!r} has the pages 1 to {report.pages}, not {page}"
        raise CallError(msg)
    data = _data(report, file)
    drawn = next((one for one in files.document(data.data).pages if one.number == page), None)
    if drawn is None:
        msg = f"page {page} of {report.report_id!r} cannot be loaded; see report.findings"
        raise CallError(msg)
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
        As for :func:`trace`.
    """
    entry = report.entry(table, row, column)
    boxes = _entry_boxes(report, entry)
    return cropped(_data(report, file), boxes, _entry_caption(report, entry))


# What to show


def _must_have_pages(report: Report) -> None:
    if report.kind not in ("pdf", "scan"):
        msg = f"report {report.report_id!r} was read from a file of kind {report.kind!r}, which has no pages to draw"
        raise CallError(msg)


def _entry_boxes(report: Report, entry: Entry) -> tuple[Box, ...]:
    _must_have_pages(report)
    if not entry.boxes:
        place = words.place_text(report, entry.table, entry.row, entry.column)
        msg = f"report {report.report_id!r} prints nothing at {place}: the status of the figure is {entry.status!r}"
        raise CallError(msg)
    return entry.boxes


def _finding_boxes(report: Report, finding: Finding) -> tuple[Box, ...]:
    """Return the boxes of the place of a finding; for keys alone those of the figures there; else the whole page."""
    _must_have_pages(report)
    where = finding.where
    if where.page is not None and None not in (where.x0, where.top, where.x1, where.bottom):
        return (Box(where.page, where.x0 or 0.0, where.top or 0.0, where.x1 or 0.0, where.bottom or 0.0),)
    if where.row is not None or where.column is not None:
        boxes = tuple(
            box
            for entry in report.entries
            if entry.table == where.table and where.row in {None, entry.row} and where.column in {None, entry.column}
            for box in entry.boxes
        )
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
    return f"{finding.severity}: {finding.code}\n{finding.message}"


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
