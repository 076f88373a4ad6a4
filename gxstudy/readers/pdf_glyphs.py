"""What kind of character each glyph of a page is, and where its ink stands: arrays in, arrays out.

Fonts measure a glyph by the box of its line and by its advance. Both may lie far from the ink: brackets and marks of
Chinese fonts are empty on one side, and symbol fonts have lines of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "BLANK",
    "KINDS",
    "LINE_END",
    "OPENING",
    "STROKE",
    "SUSPECT",
    "UNKNOWN",
    "Boxes",
    "given_way",
    "ink_middles",
    "median",
    "middles",
    "order",
    "raised",
    "straightened",
]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

OTHER, BLANK, LINE_END, OPENING, CLOSING, SUSPECT, STROKE, UNKNOWN = range(8)
KINDS = np.zeros(0x10000, np.uint8)
"""What a character is: blank, the end of a line, a bracket that opens, a bracket or mark that closes, one that could
pass for a figure, a dash or stroke that stands for one, or unknown."""
KINDS[0x2B:0x3A] = KINDS[0xE000:0xF900] = KINDS[0xFFF0:] = KINDS[:0x20] = SUSPECT
KINDS[[0x2D, 0x2F, 0x5C, 0xAD, 0x2212]] = STROKE
KINDS[0x2010:0x2016] = STROKE
KINDS[0xFFFD] = UNKNOWN
KINDS[[ord(c) for c in "（［｛《〈「『【〔〖“‘"]] = OPENING
KINDS[[ord(c) for c in "）］｝》〉」』】〕〗”’、，。．：；！？"]] = CLOSING
KINDS[[ord(c) for c in " \t\f\v\u00a0\u3000\u2002\u2003\u2009\u200b\ufeff\u0000\ufffe"]] = BLANK
KINDS[[0x0A, 0x0D]] = LINE_END

HALF_EMPTY = 0.7
"""Brackets and marks wider than this share of their height are empty on one side."""
OFF_LINE = 0.2
"""Ink of a dash that lies further than this share of a character from the middle of its box: the box is wrong."""
RAISED = 0.2
"""Digits of one word that stand further than this share of their height above others are no digits of its number."""


class Boxes(NamedTuple):
    """Boxes as four columns."""

    x0: Floats
    top: Floats
    x1: Floats
    bottom: Floats

    def take(self, which: npt.NDArray[np.intp] | Bools) -> Boxes:
        """Return some of the boxes."""
        return Boxes(self.x0[which], self.top[which], self.x1[which], self.bottom[which])


def median(values: npt.NDArray[Any]) -> float:
    """Return the (upper) median of ``values``."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def middles(boxes: Floats) -> tuple[Floats, Floats]:
    """Return the middles (x, y) of boxes as PDFium gives them: left, top, right, bottom (n x 4)."""
    both: Floats = (boxes[:, :2] + boxes[:, 2:]) / np.float32(2)
    return both[:, 0], both[:, 1]


def order(kinds: npt.NDArray[np.uint8], boxes: Boxes) -> npt.NDArray[np.intp] | None:
    """Return an order with each opening bracket behind the narrow character before it; None where all stand so.

    PDFium orders what stands on a line by left edges. The left half of a wide bracket is empty and may lie over the
    digit before it, so that 901（件） would come as 90（1件）.
    """
    before = np.flatnonzero(kinds[:-1] == OPENING)
    if not len(before):
        return None
    x0, top, x1, bottom = boxes
    middle, line = (x0 + x1) / 2, (top + bottom) / 2
    level = np.abs(line[before + 1] - line[before]) < 0.5 * (bottom[before] - top[before])
    swapped = before[level & (middle[before + 1] < middle[before])]
    if not len(swapped):
        return None
    moved = np.arange(len(kinds))
    moved[swapped], moved[swapped + 1] = swapped + 1, swapped
    return moved


def given_way(kinds: npt.NDArray[np.uint8], boxes: Boxes) -> Boxes:
    """Return boxes in which the empty half of an opening bracket gives way to the character before it.

    Where both lie over each other, words that begin with them would stand on their line the wrong way round.
    """
    opening = np.flatnonzero(kinds[1:] == OPENING) + 1
    if not len(opening):
        return boxes
    x0, top, x1, bottom = boxes
    before = opening - 1
    wide, high = x1[opening] - x0[opening], bottom[opening] - top[opening]
    shared = np.minimum(bottom[opening], bottom[before]) - np.maximum(top[opening], top[before])
    level = shared > 0.5 * np.minimum(high, bottom[before] - top[before])
    over = level & (wide > HALF_EMPTY * high) & (x1[before] > x0[opening]) & (x1[before] < x0[opening] + 0.6 * wide)
    if not over.any():
        return boxes
    lefts = x0.copy()
    lefts[opening[over]] = x1[before[over]]
    return boxes._replace(x0=lefts)


def ink_middles(kinds: npt.NDArray[np.uint8], boxes: Boxes) -> Floats:
    """Return the middle of each character from left to right; of a wide bracket or mark, that of its half with ink.

    Typesetters let the empty half hang out at the end of a line, into the cell beside.
    """
    wide = boxes.x1 - boxes.x0
    middles = (boxes.x0 + boxes.x1) / 2
    for kind, share in ((OPENING, 0.25), (CLOSING, -0.25)):
        which = np.flatnonzero(kinds == kind)
        which = which[wide[which] > HALF_EMPTY * (boxes.bottom[which] - boxes.top[which])]
        middles[which] += share * wide[which]
    return middles.astype(np.float32)


def straightened(boxes: Boxes, strokes: npt.NDArray[np.intp], ink: Boxes) -> Boxes:
    """Return boxes with those of dashes and strokes around their ink where their fonts put them elsewhere.

    A minus sign of a font for formulas claims a line that begins at its height and reaches far below it: as it is
    measured it would stand in the row below.

    Parameters
    ----------
    boxes
        Of all characters, in points as they are seen.
    strokes
        Which of them are dashes or strokes.
    ink
        The boxes of the ink of those.
    """
    top, bottom = boxes.top[strokes], boxes.bottom[strokes]
    others = np.delete(boxes.bottom - boxes.top, strokes)
    others = others[others > 0]
    usual = median(others) if len(others) else np.inf
    middle, half = (ink.top + ink.bottom) / 2, np.minimum(bottom - top, usual) / 2
    off = (ink.x1 > ink.x0) & (np.abs(middle - (top + bottom) / 2) > 2 * OFF_LINE * half)
    if not off.any():
        return boxes
    tops, bottoms = boxes.top.copy(), boxes.bottom.copy()
    tops[strokes[off]], bottoms[strokes[off]] = middle[off] - half[off], middle[off] + half[off]
    return Boxes(boxes.x0, tops, boxes.x1, bottoms)


def raised(codes: npt.NDArray[np.uint32], boxes: Boxes, starts: npt.NDArray[np.intp]) -> Bools:
    """Return which words hold digits above or below the line of their others: the mark of a note, or an exponent.

    ``starts``: the first character of each word.
    """
    digits = ((codes >= 0x30) & (codes <= 0x39)) | ((codes >= 0xFF10) & (codes <= 0xFF19))
    line = boxes.bottom
    lowest = np.maximum.reduceat(np.where(digits, line, -np.inf), starts)
    highest = np.minimum.reduceat(np.where(digits, line, np.inf), starts)
    height = np.maximum.reduceat(np.where(digits, line - boxes.top, 0), starts)
    found: Bools = lowest - highest > RAISED * height
    return found
