"""What web pages and Word documents share: paragraphs and tables in reading order -> paragraphs and grids.

Tables may hold tables. Those that only lay out a page are dissolved: what stands in their cells stands there in order.
Those that hold data become grids. Cells keep the place and the span that the file gives them, which may be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple, NoReturn, Union

from gxstudy.errors import EmptyFileError, NoTextLayerError, UnreadableFileError
from gxstudy.layout import Cell, Grid, Paragraph
from gxstudy.readers import text
from gxstudy.text import read_number

__all__ = [
    "LOWERED",
    "PICTURE",
    "RAISED",
    "Item",
    "MarkedCell",
    "MarkedTable",
    "OpenCell",
    "RowCell",
    "blocks",
    "clean",
    "placed",
    "refuse_without_text",
    "struck",
]

PICTURE = "\ufffc"
"""Stands for a picture in a cell that holds nothing else: it may show a figure, so the cell is not blank."""

Item = Union[str, "MarkedTable"]
"""A line of text, or a table."""


class MarkedCell(NamedTuple):
    """A cell where the file puts it, with what stands in it."""

    row: int
    column: int
    row_span: int
    column_span: int
    items: tuple[Item, ...]


class MarkedTable(NamedTuple):
    """A table of a file, for data or for layout, with its number of rows."""

    rows: int
    cells: tuple[MarkedCell, ...]


# Lines ----------------------------------------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys(
    (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
)
_SPACES = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F), " ")
_UNSEEN = str.maketrans(_INVISIBLE | _SPACES)
_STROKE = "\u0336"
RAISED = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
"""For text set above the line: a footnote's number behind a figure must not become a part of it."""
LOWERED = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
"""For text set below the line."""


def clean(line: str) -> str:
    """Return ``line`` without characters that show nothing; spaces of any width are common ones."""
    return line if line.isascii() else line.translate(_UNSEEN)


def struck(line: str) -> str:
    """Return ``line`` with a stroke through every character: crossed out, no figure can be read from it."""
    return "".join(character if character.isspace() else character + _STROKE for character in line)


# What a reader gathers ------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class OpenCell:
    """A cell (the document itself, a text box) that is being read. ``pictured``: a picture stands in it."""

    row_span: int = 1
    column_span: int = 1
    items: list[Item] = field(default_factory=list)
    pictured: bool = False
    _line: list[str] = field(default_factory=list)
    _after: list[Item] = field(default_factory=list)

    def write(self, part: str) -> None:
        """Add to the line."""
        self._line.append(part)

    def end_line(self, *, as_is: bool = False) -> None:
        """End the line: without white space at its ends, not at all when nothing else is on it, unless ``as_is``."""
        if not (self._line or self._after or as_is):
            return
        line = clean("".join(self._line))
        self._line.clear()
        if not as_is:
            line = line.strip()
        if line or as_is:
            self.items.append(line)
        if self._after:
            self.items += self._after
            self._after.clear()

    def after_line(self, items: Iterable[Item]) -> None:
        """Put ``items`` behind the line that is being written."""
        self._after += items

    def finish(self) -> tuple[Item, ...]:
        """Return what stands in the cell."""
        self.end_line()
        return tuple(self.items) if self.items or not self.pictured else (PICTURE,)


class RowCell(NamedTuple):
    """A cell of a row as the file has it: where it begins, and whether it only goes on with the one above."""

    column: int
    cell: OpenCell
    down: Literal["", "begins", "goes_on"]


def refuse_without_text(what: str, pictures: int) -> NoReturn:
    """Say that a file (a Word document) has no text, and so many pictures.

    Raises
    ------
    NoTextLayerError
        When it has pictures: a scan.
    EmptyFileError
        When it has none.
    """
    if pictures:
        msg = (
            f"the {what} has {pictures} pictures and no text: a scan, to be read with character recognition; "
            "save it as PDF"
        )
        raise NoTextLayerError(msg)
    msg = f"the {what} has no text; fetch it again"
    raise EmptyFileError(msg)


def placed(rows: Sequence[Sequence[RowCell]]) -> MarkedTable:
    """Return the cells of a table; one that goes on with the one above it makes that longer, and is not printed."""
    places: list[list[int]] = []
    found: list[RowCell] = []
    above: dict[int, int] = {}
    for number, row in enumerate(rows):
        over, above = above, {}
        for one in row:
            index = over.get(one.column) if one.down == "goes_on" else None
            if index is None:
                index = len(found)
                found.append(one)
                places.append([number, 0])
            places[index][1] += 1
            if one.down:
                above[one.column] = index
    cells = tuple(
        MarkedCell(number, one.column, row_span, one.cell.column_span, one.cell.finish())
        for (number, row_span), one in zip(places, found, strict=True)
    )
    return MarkedTable(len(rows), cells)


# Tables to grids ------------------------------------------------------------------------------------------------------

MANY_FIGURES = 10
"""A table with so many figures is one of data, whatever else stands in it."""
LONG_CELL = 400
"""Characters from which on what stands in a cell is prose, and half as many where it has several lines."""
SEVERAL_LINES = 3
_PROSE = re.compile(r"[。；;]$|.{60}")


class _Filled(NamedTuple):
    """A cell with what stands in it: as lines and grids, as lines alone, and as one line."""

    cell: MarkedCell
    parts: tuple[str | Grid, ...]
    lines: tuple[str, ...]
    text: str


def _filled(cell: MarkedCell) -> _Filled:
    parts = tuple(_dissolved(cell.items))
    lines = tuple(line for part in parts for line in ((part,) if isinstance(part, str) else _rows_as_lines(part)))
    return _Filled(cell, parts, lines, text.join_cell_lines([line.replace("\t", " ") for line in lines]))


def _rows_as_lines(grid: Grid) -> Iterator[str]:
    """Yield the rows of a grid as lines, spaces between its cells."""
    for _, row in groupby(grid.cells, key=lambda cell: cell.row):
        line = " ".join(cell.text for cell in row if cell.text)
        if line:
            yield line


def blocks(items: Sequence[Item]) -> tuple[Grid | Paragraph, ...]:
    """Return the paragraphs and grids of a document in reading order.

    Lines that write a table without marking it up (cells parted by ``|``, one cell a line) become grids as well.

    Raises
    ------
    UnreadableFileError
        When there is more text than plain text may have.
    """
    found: list[Grid | Paragraph] = []
    lines: list[str] = []
    parts = tuple(_dissolved(items))
    length = sum(len(part) + 1 for part in parts if isinstance(part, str))
    if length > text.LARGEST:
        msg = (
            f"the document has {length} characters of text; at most {text.LARGEST} are read, and a report has some ten "
            "thousand. Save the report alone"
        )
        raise UnreadableFileError(msg)
    for part in parts:
        if isinstance(part, str):
            lines.append(part)
            continue
        found += text.blocks(lines)
        lines.clear()
        found.append(part)
    found += text.blocks(lines)
    return tuple(found)


def _dissolved(items: Iterable[Item]) -> Iterator[str | Grid]:
    """Yield lines and grids; what stands in tables for layout in the order of their cells."""
    for item in items:
        if isinstance(item, str):
            yield item
            continue
        cells = [_filled(cell) for cell in item.cells]
        if _holds_data(cells):
            yield from _split(item.rows, cells)
        else:
            for filled in cells:
                yield from (part for part in filled.parts if part != PICTURE)


def _holds_data(cells: Sequence[_Filled]) -> bool:
    """Return whether a table is one, and not a frame for prose or for other tables."""
    inner = [cell for filled in cells for part in filled.parts if isinstance(part, Grid) for cell in part.cells]
    plain = [filled for filled in cells if all(isinstance(part, str) for part in filled.parts)]
    figures = sum(_is_figure(filled.text) for filled in plain)
    if inner and figures <= sum(_is_figure(cell.text) for cell in inner) and len(plain) < 4 * len(inner):
        return False
    by_row: dict[int, list[_Filled]] = {}
    for filled in plain:
        by_row.setdefault(filled.cell.row, []).append(filled)
    wide = [filled for row in by_row.values() if len(row) > 1 for filled in row]
    if sum(filled.text not in ("", PICTURE) for filled in wide) < 2:
        return False
    return figures >= MANY_FIGURES or not any(_is_article(filled) for filled in wide)


def _is_figure(printed: str) -> bool:
    return read_number(printed).status in ("read", "annotated", "slash")


def _is_article(filled: _Filled) -> bool:
    length = sum(map(len, filled.lines))
    return length > LONG_CELL or (2 * length > LONG_CELL and len(filled.lines) >= SEVERAL_LINES)


def _split(rows: int, cells: Sequence[_Filled]) -> Iterator[str | Grid]:
    """Yield the grid of a table, parted where prose runs across it: a report may be one table from title to signature.

    Prose is a row of one cell that no other reaches into: over or under all rows of several cells whatever is no figure
    and no label of the form, between them only what reads like a sentence.
    """
    by_row: list[list[_Filled]] = [[] for _ in range(rows)]
    reached: set[int] = set()
    for filled in cells:
        by_row[filled.cell.row].append(filled)
        reached.update(range(filled.cell.row + 1, filled.cell.row + filled.cell.row_span))
    wide = [number for number, row in enumerate(by_row) if len(row) > 1]
    start = 0
    for number, row in enumerate(by_row):
        if len(row) != 1 or number in reached or row[0].cell.row_span > 1 or not row[0].lines:
            continue
        outside = number < wide[0] or number > wide[-1]
        if (
            text.is_form_label(row[0].text)
            or _is_figure(row[0].text)
            or not (outside or _PROSE.search(row[0].lines[-1]))
        ):
            continue
        yield from _grid(by_row[start:number], start)
        yield from row[0].lines
        start = number + 1
    yield from _grid(by_row[start:], start)


def _grid(by_row: Sequence[Sequence[_Filled]], start: int) -> Iterator[Grid]:
    """Yield the grid of these rows, of which the first is number ``start`` of the table; nothing without a cell."""
    cells = tuple(
        Cell(
            filled.cell.row - start,
            filled.cell.column,
            min(filled.cell.row_span, len(by_row) - filled.cell.row + start),
            filled.cell.column_span,
            filled.text,
        )
        for row in by_row
        for filled in row
    )
    if cells:
        columns = max(cell.column + cell.column_span for cell in cells)
        yield Grid(1, "markup", len(by_row), columns, cells)
