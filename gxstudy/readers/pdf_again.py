"""Text of a PDF that is printed twice over itself: shadows, outlines, bold that is faked, pages put over themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gxstudy.readers.pdf_glyphs import Boxes, median

__all__ = ["once", "printed_again"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TWICE = 0.35
"""What is nearer to the same thing before it than this share of its size is the same, printed twice."""
LEAST = 0.5
"""Points: no characters are taken for smaller than this."""
MOST = 1e6
"""Places of a raster in each direction."""


def once(codes: npt.NDArray[np.uint32], boxes: Boxes) -> npt.NDArray[np.intp] | None:
    """Return which characters are not printed a second time over themselves, one by one; None where all are.

    PDFium leaves out most of them, but not those further off than a small share of the font's size.
    """
    same = np.flatnonzero(codes[1:] == codes[:-1])
    if not len(same):
        return None
    first, second = boxes.take(same), boxes.take(same + 1)
    over = np.abs(second.x0 - first.x0) < TWICE * (first.x1 - first.x0)
    over &= np.abs(second.top - first.top) < TWICE * (first.bottom - first.top)
    return np.delete(np.arange(len(codes)), same[over] + 1) if over.any() else None


def printed_again(codes: npt.NDArray[np.uint32], boxes: Boxes) -> Bools | None:
    """Return which characters stand where the same one stands already, wherever that comes in the page's content.

    Parameters
    ----------
    codes
        The Unicode values of the characters.
    boxes
        Their boxes.

    Returns
    -------
    numpy.ndarray or None
        One bool for each character; None where there is no such one.
    """
    wide, high = boxes.x1 - boxes.x0, boxes.bottom - boxes.top
    # A pair nearer than half a step is in one place of one of four rasters; no two figures of one number are.
    step = TWICE * max(median(high), LEAST)
    x, y = (boxes.x0 + boxes.x1) / 2, (boxes.top + boxes.bottom) / 2
    across, down = np.clip(x / step, -MOST, MOST), np.clip(y / step, -MOST, MOST)
    rasters = [_places(codes, across, down), _places(codes, across + 0.5, down + 0.5)]
    if not any(map(_any_alike, rasters)):
        return None
    rasters += [_places(codes, across + 0.5, down), _places(codes, across, down + 0.5)]
    pairs = []
    for places in rasters:
        order = np.argsort(places, kind="stable")
        alike = np.flatnonzero(places[order][1:] == places[order][:-1])
        pairs.append(np.stack((order[alike], order[alike + 1])))
    before, after = np.concatenate(pairs, axis=1)
    over = np.abs(x[after] - x[before]) < TWICE * wide[before]
    over &= np.abs(y[after] - y[before]) < TWICE * high[before]
    again = np.zeros(len(codes), np.bool_)
    again[after[over]] = True
    return again if over.any() else None


def _places(codes: npt.NDArray[np.uint32], across: Floats, down: Floats) -> npt.NDArray[np.uint32]:
    """Return a number for each character and its place in a raster: the same for the same, seldom for another."""
    x, y = across.astype(np.int32).view(np.uint32), down.astype(np.int32).view(np.uint32)
    places: npt.NDArray[np.uint32] = (
        codes * np.uint32(0x9E3779B1) + x * np.uint32(0x85EBCA6B) + y * np.uint32(0xC2B2AE35)
    )
    return places


def _any_alike(places: npt.NDArray[np.uint32]) -> bool:
    ordered = np.sort(places)
    return bool((ordered[1:] == ordered[:-1]).any())
