"""The stamp over a page that is drawn, not pictured: a ring, and text in the ring's ink inside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_glyphs import middles
from gxstudy.readers.pdf_painted import DRAWING, Painted
from gxstudy.readers.pdfium import Colour, PdfPage, Rectangle

__all__ = ["of_a_stamp"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

LEAST_RING = 25.0
"""A smaller drawing (points) is no ring of a stamp."""
OVAL = 2.0
"""A ring is wider than high by this factor at most, or the other way."""
VIVID = 0.4
"""Ink farther from grey than this may be that of a stamp."""
ALIKE = 8
"""Two inks are one when red, green and blue differ by no more (0 to 255)."""


def of_a_stamp(page: PdfPage, painted: Painted, indices: npt.NDArray[np.intp], boxes: Floats) -> Bools | None:
    """Return which characters of a page are a stamp's; None where none is.

    They lie inside a ring in a vivid ink, and have that ink, which nothing outside the rings has. Only letters and
    stars are taken for a stamp's: a figure, or the stroke in place of one, may be printed in any colour.

    Parameters
    ----------
    page, painted
        The page, and what it paints.
    indices
        Characters, by their number.
    boxes
        Their boxes: left, top, right, bottom (n x 4, top > bottom).
    """
    inks = [(box, ink) for handle, box in _rings(painted) for ink in _inks(handle)]
    if not inks:
        return None
    x, y = middles(boxes)
    colours = np.array([colour[:3] for colour in page.colours(indices.tolist())], np.int32).reshape(-1, 3)
    found = np.zeros(len(indices), np.bool_)
    for ink in {ink for _, ink in inks}:
        alike = np.abs(colours - np.array(ink[:3])).max(axis=1) <= ALIKE
        inside = np.zeros(len(indices), np.bool_)
        for (x0, y0, x1, y1), other in inks:
            if other == ink:
                inside |= (x0 < x) & (x < x1) & (y0 < y) & (y < y1)
        if not (alike & ~inside).any():
            found |= alike & inside
    text = page.text()
    for place in np.flatnonzero(found).tolist():
        character = text[indices[place]]
        found[place] = character.isalpha() or unicodedata.category(character) == "So"
    return found if found.any() else None


def _rings(painted: Painted) -> Iterator[tuple[int, Rectangle]]:
    handles, kinds, boxes = painted.paints
    for place in np.flatnonzero(kinds == DRAWING).tolist():
        x0, y0, x1, y1 = boxes[place].tolist()
        wide, high = x1 - x0, y1 - y0
        if min(wide, high) > LEAST_RING and 1 / OVAL < wide / high < OVAL:
            yield handles[place], (x0, y0, x1, y1)


def _inks(ring: int) -> set[Colour]:
    """Return the vivid colours that a drawing is stroked or filled with; one that is not known is black."""
    colours = [*objects.fills([ring]).tolist(), *objects.strokes([ring]).tolist()]
    return {colour for colour in (Colour(*each) for each in colours) if colour.vividness > VIVID}
