"""Tables of a file without pages (web page, Word, text) as they stand in it, with the cells of figures marked.

The file is read again with a number on every cell, which the figures then carry: so it is known where each came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gxstudy import grids
from gxstudy.display import words
from gxstudy.errors import CallError
from gxstudy.fill import fill
from gxstudy.layout import Box
from gxstudy.trace.pages import GRADE_COLOURS, MARK, Colour

if TYPE_CHECKING:
    from gxstudy.fill import Entry
    from gxstudy.layout import Cell, Document, Grid
    from gxstudy.report import Report

__all__ = ["Fragment", "marked", "tinted"]

MOST_ROWS = 60
"""Rows of a table that are shown whole; of a longer one those around what is marked."""
AROUND = 12
_LINE = "1px solid rgba(128,128,128,0.4)"
_MUTED = "opacity:0.65"


@dataclass(frozen=True, slots=True)
class Fragment:
    """HTML that shows itself in a notebook. ``html`` holds it, ``caption`` says in words what it shows."""

    html: str
    caption: str

    def __repr__(self) -> str:
        return f"<Fragment: {self.caption.splitlines()[0]}>"

    def _repr_html_(self) -> str:
        return self.html

    def save(self, path: str | Path) -> Path:
        """Write a page with the fragment to ``path`` and return the path; a name without an ending gets ``.html``.

        Raises
        ------
        CallError
            When the name ends otherwise: this is no picture.
        """
        path = Path(path)
        if not path.suffix:
            path = path.with_suffix(".html")
        if path.suffix.lower() not in (".html", ".htm"):
            msg = (
                f"{path.name}: the report has no pages to draw, its table is shown as HTML; "
                f"name it {path.with_suffix('.html').name}"
            )
            raise CallError(msg)
        title = escape(self.caption.splitlines()[0])
        page = f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{title}</title>\n{self.html}\n'
        path.write_text(page, encoding="utf-8", newline="\n")
        return path


class _Mark(NamedTuple):
    """How a cell is marked, and what is said of it on hover."""

    style: str
    title: str


_Spot = tuple[int, int, int]
"""A cell: the number of its grid, its row and its column."""


def marked(document: Document, report: Report, entries: Sequence[Entry], caption: str) -> Fragment:
    """Return the tables in which ``entries`` stand, with their cells marked.

    Parameters
    ----------
    document
        What the reader makes of the file now.
    report
        The report that was read from it.
    entries
        Figures of the report.
    caption
        What is shown, in words.

    Raises
    ------
    CallError
        When none of the figures is in a table of the file.
    """
    tables, spots = _located(document, report)
    marks = {
        spot: _Mark(_style(MARK, 0.30, line=True), _told(entry))
        for entry in entries
        for spot in spots.get((entry.table, entry.row, entry.column), ())
    }
    if not marks:
        entry = entries[0]
        msg = f"report {report.report_id!r} has no table with a cell for {entry.table}, {entry.row}, {entry.column}"
        raise CallError(msg)
    return _fragment(tables, marks, caption, band=True)


def tinted(document: Document, report: Report, caption: str) -> Fragment:
    """Return all tables that hold figures of ``report``, with the cell of each tinted by its grade."""
    tables, spots = _located(document, report)
    marks = {
        spot: _Mark(_style(GRADE_COLOURS[entry.grade], 0.30, line=False), _told(entry))
        for entry in report.entries
        for spot in spots.get((entry.table, entry.row, entry.column), ())
    }
    fragment = _fragment(tables, marks, caption, band=False)
    return Fragment(f"{fragment.html}\n{_legend(report)}", caption)


def _located(
    document: Document, report: Report
) -> tuple[tuple[Grid, ...], Mapping[tuple[str, str, str], tuple[_Spot, ...]]]:
    """Return the grids of a document, and the cells from which each figure of ``report`` was read."""
    tables = tuple(grid for page in document.pages for grid in grids.find(page))
    numbered = tuple(
        replace(grid, cells=tuple(_numbered(cell, number) for cell in grid.cells)) for number, grid in enumerate(tables)
    )
    read = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    spots = {}
    for sheet in fill(numbered, year=report.year).sheets:
        for entry in sheet.entries:
            place = (entry.table, entry.row, entry.column)
            if place in read and read[place].raw in (entry.raw, "") and entry.boxes:
                spots[place] = tuple((box.page, round(box.top), round(box.x0)) for box in entry.boxes)
    return tables, spots


def _numbered(cell: Cell, number: int) -> Cell:
    """Return a cell whose box is not where it stands on paper but which cell of which grid it is."""
    where = Box(number, cell.column, cell.row, cell.column + cell.column_span, cell.row + cell.row_span)
    return cell._replace(boxes=(where,))


def _style(colour: Colour, strength: float, *, line: bool) -> str:
    red, green, blue = colour
    outline = f";outline:3px solid rgb({red},{green},{blue});font-weight:bold" if line else ""
    return f"background-color:rgba({red},{green},{blue},{strength}){outline}"


def _told(entry: Entry) -> str:
    return f"{entry.table} · {entry.row} · {entry.column}: {entry.status}, {entry.grade}"


def _legend(report: Report) -> str:
    chips = (
        f'<span style="{_style(GRADE_COLOURS[grade], 0.30, line=False)};padding:0 6px">{grade}</span> '
        f"{escape(words.GRADE_MEANING[grade])}"
        for grade in words.legend_grades(report)
    )
    return f'<div style="font-size:12px;margin-top:8px">{" · ".join(chips)}</div>'


def _fragment(tables: Sequence[Grid], marks: Mapping[_Spot, _Mark], caption: str, *, band: bool) -> Fragment:
    first, *others = caption.splitlines()
    parts = ['<div lang="zh-Hans" style="font-size:13px;line-height:1.4;max-width:1000px">']
    parts.append(f'<div style="font-weight:bold">{escape(first)}</div>')
    parts += [f'<div style="{_MUTED}">{escape(line)}</div>' for line in others]
    for number in sorted({grid for grid, _, _ in marks}):
        here = {(row, column): mark for (grid, row, column), mark in marks.items() if grid == number}
        parts.append(_table(tables[number], here, band=band))
    return Fragment("\n".join([*parts, "</div>"]), caption)


def _table(grid: Grid, marks: Mapping[tuple[int, int], _Mark], *, band: bool) -> str:
    rows = {row for row, _ in marks}
    start, end = 0, grid.rows
    if grid.rows > MOST_ROWS and band:
        start, end = max(0, min(rows) - AROUND), min(grid.rows, max(rows) + AROUND + 1)
    lines = ['<table style="border-collapse:collapse;margin-top:8px">']
    if start:
        lines.append(_left_out(grid, f"{start} rows above"))
    covered: set[tuple[int, int]] = set()
    for number, cells in groupby(grid.cells, key=lambda cell: cell.row):
        if start <= number < end:
            lines.append(f"<tr>{_row(cells, number, end, marks, covered, tint=band and number in rows)}</tr>")
    if end < grid.rows:
        lines.append(_left_out(grid, f"{grid.rows - end} rows below"))
    return "\n".join([*lines, "</table>"])


def _left_out(grid: Grid, what: str) -> str:
    return f'<tr><td colspan="{grid.columns}" style="{_MUTED};text-align:center">{what}</td></tr>'


def _row(
    cells: Iterable[Cell],
    number: int,
    end: int,
    marks: Mapping[tuple[int, int], _Mark],
    covered: set[tuple[int, int]],
    *,
    tint: bool,
) -> str:
    """Return the cells of a row; a place before them that nothing covers is empty."""
    written, next_column = "", 0
    for cell in sorted(cells, key=lambda cell: cell.column):
        gaps = sum((number, column) not in covered for column in range(next_column, cell.column))
        written += f'<td style="border:{_LINE}"></td>' * gaps
        down, across = min(cell.row_span, end - number), cell.column_span
        covered.update(
            (row, column) for row in range(number, number + down) for column in range(cell.column, cell.column + across)
        )
        next_column = cell.column + across
        written += _cell(cell, down, marks.get((cell.row, cell.column)), tint=tint)
    return written


def _cell(cell: Cell, down: int, mark: _Mark | None, *, tint: bool) -> str:
    spans = (f' rowspan="{down}"' if down > 1 else "") + (
        f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    )
    style = f"border:{_LINE};padding:2px 7px;text-align:center;vertical-align:middle"
    if mark is not None:
        return f'<td{spans} style="{style};{mark.style}" title="{escape(mark.title)}">{escape(cell.text)}</td>'
    return f'<td{spans} style="{style}{";" + _style(MARK, 0.08, line=False) if tint else ""}">{escape(cell.text)}</td>'
