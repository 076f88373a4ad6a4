"""The stamp over a page that is drawn, not pictured: a ring, and text in the ring's ink inside it."""

from __future__ import annotations

import ctypes
import unicodedata

import numpy as np
import numpy.typing as npt

from gxstudy.readers.pdfium import Colour, Lines, Paint, PdfPage, call, fills

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

_void, _int = ctypes.c_void_p, ctypes.c_int
_stroke_colour = call("FPDFPageObj_GetStrokeColor", _int, _void, _void, _void, _void, _void)


def of_a_stamp(page: PdfPage, lines: Lines, indices: npt.NDArray[np.intp], boxes: Floats) -> Bools | None:
    """Return which characters of a page are a stamp's; None where none is.

    They lie inside a ring in a vivid ink, and have that ink, which nothing outside the rings has. Only letters and
    stars are taken for a stamp's: a figure, or the stroke in place of one, may be printed in any colour.

    Parameters
    ----------
    page, lines
        The page, and what it paints.
    indices
        Characters, by their number.
    boxes
        Their boxes: left, top, right, bottom (n x 4, top > bottom).
    """
    rings = [paint for paint in lines.paints if _is_round(paint)]
    inks = [(ring.box, ink) for ring in rings for ink in _inks(ring)]
    if not inks:
        return None
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
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


def _is_round(paint: Paint) -> bool:
    x0, y0, x1, y1 = paint.box
    wide, high = x1 - x0, y1 - y0
    return paint.kind == "drawing" and min(wide, high) > LEAST_RING and 1 / OVAL < wide / high < OVAL


def _inks(ring: Paint) -> set[Colour]:
    """Return the vivid colours that a drawing is stroked or filled with."""
    rgba = (ctypes.c_uint * 4)()
    a = ctypes.addressof(rgba)
    found = [Colour(*fills([ring.handle])[0].tolist())]
    if _stroke_colour(ring.handle, a, a + 4, a + 8, a + 12):
        found.append(Colour(*rgba))
    return {colour for colour in found if colour.vividness > VIVID}
