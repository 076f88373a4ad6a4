"""Plain values that describe a document, and interval arithmetic on them.

Every reader ends in a :class:`Document`; everything after the readers knows only these values. Two kinds of page
exist. A page that was *drawn* (PDF, scan) carries words and rulings, and :mod:`gxstudy.grids` finds its tables. A page
that was *marked up* (HTML, DOCX, text) carries its grids and paragraphs as the file gives them, in reading order, and
has no geometry.

Coordinates are points (1/72 inch), origin at the top left of the page as a reader sees it (rotation applied).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gxstudy.findings import Finding, Place

__all__ = [
    "Box",
    "Cell",
    "Document",
    "Grid",
    "GridOrigin",
    "Kind",
    "Page",
    "Paragraph",
    "Ruling",
    "Word",
    "overlap",
    "place_of_text",
    "union",
]

Kind = Literal["pdf", "scan", "html", "docx", "rtf", "text"]
GridOrigin = Literal["ruled", "open", "unruled", "markup", "camelot"]


class Box(NamedTuple):
    """A rectangle on a page. ``page`` counts from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class Word(NamedTuple):
    """A run of characters that stand together on one line.

    ``certainties`` is empty for a text layer; a recogniser gives one number from 0 to 1 for each character of ``text``.
    ``garbled`` is True when a glyph of the word has no Unicode value, so that ``text`` cannot be believed.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    certainties: tuple[float, ...] = ()
    garbled: bool = False


class Ruling(NamedTuple):
    """A straight printed line, horizontal (``top == bottom``) or vertical (``x0 == x1``), with its width."""

    x0: float
    top: float
    x1: float
    bottom: float
    width: float


class Cell(NamedTuple):
    """A cell of a grid with its span. ``boxes`` are where its text stands (one a line); ``box`` is the cell itself.

    A position covered by a cell of larger span has no cell of its own; an empty cell has the text ``""``.
    ``certainties`` are those of its words in reading order, one for each character that is no white space; empty where
    no recogniser was at work.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    boxes: tuple[Box, ...] = ()
    box: Box | None = None
    garbled: bool = False
    certainties: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed: cells with spans, in row-major order.

    ``lefts`` and ``tops`` are the column and row edges (empty when the file has no geometry).
    A ``markup`` grid may lie about its columns (a row with fewer cells than others, wrong spans); a drawn one does not.
    """

    page: int
    origin: GridOrigin
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    lefts: tuple[float, ...] = ()
    tops: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of prose, its lines joined, with the boxes of its lines."""

    page: int
    text: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``blocks`` is None for a drawn page; for a marked-up one, grids and paragraphs in reading order.

    ``drawings`` are where a drawn page shows what is neither text nor line nor shading: pictures, outlines of figures,
    fields whose value is not drawn, boxes over what stood there. ``left`` is the left edge, not 0 for the right
    half of a sheet.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    blocks: tuple[Grid | Paragraph, ...] | None = None
    drawings: tuple[Box, ...] = ()
    left: float = 0.0

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of one file, with what it noticed on the way."""

    kind: Kind
    pages: tuple[Page, ...]
    findings: tuple[Finding, ...] = ()


def overlap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Return the length that the intervals [a0, a1] and [b0, b1] share (0.0 when they are apart)."""
    return max(0.0, min(a1, b1) - max(a0, b0))


def union(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """Return one box for each page on which ``boxes`` lie, in page order."""
    pages: dict[int, Box] = {}
    for box in boxes:
        seen = pages.get(box.page)
        pages[box.page] = (
            box
            if seen is None
            else Box(
                box.page,
                min(seen.x0, box.x0),
                min(seen.top, box.top),
                max(seen.x1, box.x1),
                max(seen.bottom, box.bottom),
            )
        )
    return tuple(pages[number] for number in sorted(pages))


def place_of_text(boxes: Sequence[Box]) -> Place:
    """Return where text stands that has a box for each line: its first line; nowhere where it has none."""
    if not boxes:
        return Place()
    page, x0, top, x1, bottom = boxes[0]
    return Place(page=page, x0=x0, top=top, x1=x1, bottom=bottom)
