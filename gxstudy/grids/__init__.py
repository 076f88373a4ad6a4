"""Rulings and words of a page -> grids with spans, and the prose that stands outside them.

Lines decide where they are drawn (:mod:`gxstudy.grids.ruled`); what is left over is looked through for figures in
columns without lines (:mod:`gxstudy.grids.unruled`). Nothing here knows the form.
"""

from __future__ import annotations

from collections.abc import Sequence

from gxstudy.grids import ruled, unruled
from gxstudy.grids.lines import is_page_number, line_box, line_text, paragraph_lines, text_lines
from gxstudy.grids.ruled import DEFAULT, Tolerance
from gxstudy.layout import Grid, Page, Paragraph, Word
from gxstudy.text import join_lines

__all__ = ["Tolerance", "find", "paragraphs"]


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
    drawn = ruled.find(page, tolerance)
    outside = _outside(page.words, drawn)
    if not unruled.worth_a_look(outside):
        return tuple(drawn)
    return tuple(sorted([*drawn, *unruled.find(page, outside)], key=lambda grid: (grid.tops[0], grid.lefts[0])))


def paragraphs(page: Page, grids: Sequence[Grid]) -> tuple[Paragraph, ...]:
    """Return the prose of a page: its words outside ``grids``, lines joined to paragraphs, page numbers left out."""
    if page.blocks is not None:
        return tuple(block for block in page.blocks if isinstance(block, Paragraph))
    lines = [line for line in text_lines(_outside(page.words, grids)) if not is_page_number(line, page.height)]
    return tuple(
        Paragraph(
            page.number,
            join_lines([line_text(line) for line in part]),
            tuple(line_box(page.number, line) for line in part),
        )
        for part in paragraph_lines(lines)
    )


def _outside(words: Sequence[Word], grids: Sequence[Grid]) -> list[Word]:
    """Return the words whose middle lies in none of ``grids``."""
    outside = list(words)
    for grid in grids:
        x0, top, x1, bottom = grid.lefts[0], grid.tops[0], grid.lefts[-1], grid.tops[-1]
        outside = [
            word
            for word in outside
            if not (top <= (word.top + word.bottom) / 2 <= bottom and x0 <= (word.x0 + word.x1) / 2 <= x1)
        ]
    return outside
