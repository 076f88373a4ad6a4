"""What is printed over a page and is none of its text: stamps that are drawn, not pictured, and watermarks."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_glyphs import Boxes, median, middles
from gxstudy.readers.pdf_painted import DRAWING, Painted
from gxstudy.readers.pdfium import VIVID, Colour, PdfPage, Rectangle

__all__ = ["is_lettering", "of_a_stamp", "overlay", "stamped"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

LEAST_RING = 25.0
"""A smaller drawing (points) is no ring of a stamp."""
OVAL = 2.0
"""A ring is wider than high by this factor at most, or the other way."""
SERIAL = 6
"""So many digits in one go, in the ink of a stamp and inside its ring, are its number or date."""
ALIKE = 8
"""Two inks are one when red, green and blue differ by no more (0 to 255)."""
BLOCK = 4_000_000
"""Pairs of words compared at a time, when a stamp is looked for."""
PAIRS_LIMIT = 20_000
"""Words that lie over each other are looked at up to so many pairs, to find out which ink is a stamp's."""
BIG = 1.6
"""Characters higher than this multiple of the page's median may be an overlay (a watermark)."""
PALE = 0.55
"""Big characters painted paler than this (0 black, 1 white) are an overlay."""
DULL = 0.2
"""A colour with less distance from grey (0 to 1) is print."""


def of_a_stamp(page: PdfPage, painted: Painted, indices: npt.NDArray[np.intp], boxes: Floats) -> Bools | None:
    """Return which characters of a page are a stamp's; None where none is.

    They lie inside a ring in a vivid ink, and have that ink, which nothing outside the rings has. Letters and stars are
    taken for a stamp's, and beside them its number or date: a figure, or the stroke in place of one, may be printed in
    any colour, but hardly so long.

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
    inked = np.flatnonzero(found)
    for place in inked.tolist():
        character = text[indices[place]]
        found[place] = character.isalpha() or unicodedata.category(character) == "So"
    if not found.any():
        return None
    for run in np.split(inked, np.flatnonzero(np.diff(indices[inked]) != 1) + 1):
        if sum(text[index].isdigit() for index in indices[run].tolist()) >= SERIAL:
            found[run] = True
    return found


def _rings(painted: Painted) -> Iterator[tuple[int, Rectangle]]:
    handles, kinds, boxes, _ = painted.paints
    for place in np.flatnonzero(kinds == DRAWING).tolist():
        x0, y0, x1, y1 = boxes[place].tolist()
        wide, high = x1 - x0, y1 - y0
        if min(wide, high) > LEAST_RING and 1 / OVAL < wide / high < OVAL:
            yield handles[place], (x0, y0, x1, y1)


def _inks(ring: int) -> set[Colour]:
    """Return the vivid colours that a drawing is stroked or filled with; one that is not known is black."""
    colours = [*objects.fills([ring]).tolist(), *objects.strokes([ring]).tolist()]
    return {colour for colour in (Colour(*each) for each in colours) if colour.vividness > VIVID}


def stamped(
    page: PdfPage, texts: list[str], figures: npt.NDArray[np.intp], edges: Boxes, firsts: npt.NDArray[np.intp]
) -> Bools | None:
    """Return which words are a stamp's: those in the vivid colour of a word that lies over a grey one; None for none.

    Figures are never taken for a stamp's: two figures over each other stay, and cannot be read.

    Parameters
    ----------
    page
        The page.
    texts
        The words.
    figures
        Which of them are figures.
    edges
        Their boxes.
    firsts
        The number of the first character of each.
    """
    pairs = _over_each_other(figures, edges)
    if not len(pairs):
        return None
    involved = np.unique(pairs)
    colour = dict(zip(involved.tolist(), page.colours(firsts[involved].tolist()), strict=True))
    inks = set()
    for one, other in pairs.tolist():
        dull, vivid = sorted((colour[one], colour[other]), key=lambda each: each.vividness)
        if dull.vividness < DULL < VIVID < vivid.vividness:
            inks.add(vivid)
    if not inks:
        return None
    colours = page.colours(firsts.tolist())
    found = np.array([ink in inks and is_lettering(text) for ink, text in zip(colours, texts, strict=True)], np.bool_)
    return found if found.any() else None


def _over_each_other(figures: npt.NDArray[np.intp], edges: Boxes) -> npt.NDArray[np.intp]:
    """Return pairs of words that lie over each other (n x 2), the first of them no figure."""
    x0, top, x1, bottom = edges
    height = bottom - top
    every = np.ones(len(x0), np.bool_)
    every[figures] = False
    labels = np.flatnonzero(every)
    step = max(1, BLOCK // max(1, len(x0)))
    found = []
    for some in (labels[at : at + step] for at in range(0, len(labels), step)):
        one, other = np.nonzero((top[some, None] < bottom) & (bottom[some, None] > top))  # on one line
        one = some[one]
        shared_x = np.minimum(x1[one], x1[other]) - np.maximum(x0[one], x0[other])
        shared_y = np.minimum(bottom[one], bottom[other]) - np.maximum(top[one], top[other])
        over = (shared_x > 1.0) & (shared_y > 0.35 * np.minimum(height[one], height[other])) & (one != other)
        if over.any():
            found.append(np.stack((one[over], other[over]), axis=1)[:PAIRS_LIMIT])
    return np.concatenate(found)[:PAIRS_LIMIT] if found else np.empty((0, 2), np.intp)


def is_lettering(text: str) -> bool:
    """Return whether a word is no figure, nor a stroke in place of one: it has letters or a star, and no digit."""
    return any(each.isalpha() or each == "★" for each in text) and not any(map(str.isdigit, text))


def overlay(page: PdfPage, kept: npt.NDArray[np.intp], boxes: Boxes) -> Bools | None:
    """Return which characters are drawn over the page: askew, or big and pale; None where none is.

    ``kept``: the characters, by their number.
    """
    x0, top, x1, bottom = boxes
    height = bottom - top
    dropped = np.zeros(len(kept), np.bool_)
    middle, line = (x0 + x1) / 2, (top + bottom) / 2
    dx, dy = middle[1:] - middle[:-1], line[1:] - line[:-1]
    reach = np.maximum(height, x1 - x0)[:-1]
    near, far = 0.2 * reach, 2.5 * reach
    askew = (dx > near) & (dx < far) & (np.abs(dy) > near) & (np.abs(dy) < far)
    # Two steps in one slanting direction; lines of a cell that follow each other make one at most.
    if (askew[:-1] & askew[1:] & (dy[:-1] * dy[1:] > 0)).any():
        angles = np.array(page.angles(kept.tolist())) / (math.pi / 2)
        dropped |= np.abs(angles - np.round(angles)) > 0.03
    big = (height > BIG * median(height)) & ~dropped
    if not big.any():
        return dropped if dropped.any() else None
    sizes = np.round(height)
    for size in sorted(set(sizes[big].tolist())):
        alike = np.flatnonzero(big & (sizes == size))
        # A watermark is painted in one colour: three characters of a size tell whether to look at them all.
        sample = page.colours(kept[alike[:: max(1, len(alike) // 3)]].tolist())
        if any(colour.paleness > PALE for colour in sample):
            pale = np.array([colour.paleness > PALE for colour in page.colours(kept[alike].tolist())])
            dropped[alike[pale]] = True
    return dropped if dropped.any() else None
