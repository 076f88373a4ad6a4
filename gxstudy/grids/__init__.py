"""Rulings and words of a page -> grids with spans, and the prose that stands outside them.

Lines decide where they are drawn (:mod:`gxstudy.grids.ruled`); what is left over is looked through for figures in
columns without lines (:mod:`gxstudy.grids.unruled`). Nothing here knows the form.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gxstudy.grids import ruled, unruled
from gxstudy.grids.lines import is_page_number, line_box, line_text, paragraph_lines, text_lines
from gxstudy.grids.ruled import DEFAULT, Tolerance
from gxstudy.layout import Box, Cell, Grid, Page, Paragraph, Word
from gxstudy.text import join_lines

__all__ = ["Tolerance", "caption", "find", "halves", "paragraphs"]

DRAWING = "\ufffc"
"""Stands for a drawing in a cell that holds nothing else: it may show a figure, so the cell is not blank."""
EDGE = 2.0
"""A drawing that is larger than a cell by more than this (points) is not one of the cell."""
LONG_TEXT = 10
"""Words of as many characters are labels of rows or prose."""
CAPTION_LINES = 2
"""Paragraphs over a table that may tell whose it is."""
LEAST_TEXTS = 3
"""A half of a page with fewer long words is no page of its own."""


def find(page: Page, *, tolerance: Tolerance = DEFAULT) -> tuple[Grid, ...]:
    """Return the tables of a page, from top to bottom.

    Parameters
    ----------
    page
        A page as a reader gives it. The grids of a marked-up page are returned as they are.
    tolerance
        How far prints stray.

    Returns
    -------
    tuple of Grid
        Only tables of two cells or more; a box around a paragraph is not a table.
    """
    if page.blocks is not None:
        return tuple(block for block in page.blocks if isinstance(block, Grid))
    return tuple(grid for half in halves(page) for grid in _find(half, tolerance))


def _find(page: Page, tolerance: Tolerance) -> list[Grid]:
    found = ruled.find(page, tolerance)
    outside = _outside(page.words, found)
    if unruled.worth_a_look(outside):
        found = sorted([*found, *unruled.find(page, outside)], key=lambda grid: (grid.tops[0], grid.lefts[0]))
    return [_with_drawings(grid, page.drawings) for grid in found] if page.drawings else found


def _with_drawings(grid: Grid, drawings: Sequence[Box]) -> Grid:
    """Return a grid whose cells without text are not blank where a drawing stands in them: it may show a figure.

    A drawing that reaches over several cells is a stamp, a picture behind the table, or shading.
    """
    lefts, tops = grid.lefts, grid.tops
    shown: dict[tuple[int, int], Box] = {}
    for drawing in drawings:
        x, y = (drawing.x0 + drawing.x1) / 2, (drawing.top + drawing.bottom) / 2
        column, row = bisect_right(lefts, x) - 1, bisect_right(tops, y) - 1
        if 0 <= column < grid.columns and 0 <= row < grid.rows:
            shown[row, column] = drawing
    if not shown:
        return grid
    return replace(grid, cells=tuple(_drawn(cell, grid, shown) for cell in grid.cells))


def _drawn(cell: Cell, grid: Grid, shown: Mapping[tuple[int, int], Box]) -> Cell:
    if cell.text:
        return cell
    last, end = cell.row + cell.row_span, cell.column + cell.column_span
    for (row, column), drawing in shown.items():
        if cell.row <= row < last and cell.column <= column < end:
            wide, high = drawing.x1 - drawing.x0, drawing.bottom - drawing.top
            if (
                wide < grid.lefts[end] - grid.lefts[cell.column] + EDGE
                and high < grid.tops[last] - grid.tops[cell.row] + EDGE
            ):
                return cell._replace(text=DRAWING, boxes=(drawing,))
    return cell


def paragraphs(page: Page, grids: Sequence[Grid]) -> tuple[Paragraph, ...]:
    """Return the prose of a page: its words outside ``grids``, lines joined to paragraphs, page numbers left out."""
    if page.blocks is not None:
        return tuple(block for block in page.blocks if isinstance(block, Paragraph))
    return tuple(paragraph for half in halves(page) for paragraph in _paragraphs(half, grids))


def caption(page: Page, grid: Grid, grids: Sequence[Grid], prose: Sequence[Paragraph]) -> tuple[str, ...]:
    """Return the last paragraphs, two at most, between a table of a page and the one before it.

    Parameters
    ----------
    page
        The page where ``grid`` stands.
    grid
        The table.
    grids
        All tables of the page.
    prose
        All paragraphs of the page.
    """
    if page.blocks is not None:
        before = page.blocks[: next((i for i, block in enumerate(page.blocks) if block is grid), 0)]
        last = max((i for i, block in enumerate(before) if isinstance(block, Grid)), default=-1)
        texts = [block.text for block in before[last + 1 :] if isinstance(block, Paragraph)]
    else:
        start = max((other.tops[-1] for other in grids if other.tops[-1] <= grid.tops[0]), default=0.0)
        texts = [each.text for each in prose if each.boxes and start <= each.boxes[0].top < grid.tops[0]]
    return tuple(texts[-CAPTION_LINES:])


def _paragraphs(page: Page, grids: Sequence[Grid]) -> tuple[Paragraph, ...]:
    lines = [line for line in text_lines(_outside(page.words, grids)) if not is_page_number(line, page.height)]
    return tuple(
        Paragraph(
            page.number,
            join_lines([line_text(line) for line in part]),
            tuple(line_box(page.number, line) for line in part),
        )
        for part in paragraph_lines(lines)
    )


def halves(page: Page) -> tuple[Page, ...]:
    """Return the page, or its left and its right half where two pages (or columns) are printed side by side.

    Nothing crosses the middle then, and text stands on both sides: on one side of a table only its figures would.
    """
    middle = page.width / 2
    if any(word.x0 < middle < word.x1 for word in page.words):
        return (page,)
    if any(ruling.x0 < middle < ruling.x1 for ruling in page.rulings):
        return (page,)
    left = tuple(word for word in page.words if word.x1 <= middle)
    right = tuple(word for word in page.words if word.x0 >= middle)
    if min(_texts(left), _texts(right)) < LEAST_TEXTS:
        return (page,)
    over = tuple(ruling for ruling in page.rulings if ruling.x0 >= middle)
    return (
        replace(page, width=middle, words=left, rulings=tuple(r for r in page.rulings if r.x1 <= middle)),
        replace(page, width=middle, words=right, rulings=over, left=middle),
    )


def _texts(words: Sequence[Word]) -> int:
    """Return how many words are too long for figures and headings of columns."""
    return sum(len(word.text) >= LONG_TEXT for word in words)


def _outside(words: Sequence[Word], grids: Sequence[Grid]) -> list[Word]:
    """Return the words whose middle lies in none of ``grids``."""
    outside = list(words)
    for grid in grids:
        x0, top, x1, bottom = grid.lefts[0], grid.tops[0], grid.lefts[-1], grid.tops[-1]
        outside = [
            word
            for word in outside
            if not (top <= (word[2] + word[4]) / 2 <= bottom and x0 <= (word[1] + word[3]) / 2 <= x1)
        ]
    return outside
