"""How a page of a PDF is held to be read: what of it is seen, which way is up, and whether it lies askew."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.readers.pdf_glyphs import Boxes
from gxstudy.readers.pdfium import PdfPage

__all__ = ["Frame", "frame_of", "level_of", "levelled"]

Floats = npt.NDArray[np.float32]

ASKEW_SAMPLE = 60
"""Characters of a page that are asked whether it lies askew."""
LEAST_ASKEW, MOST_ASKEW = math.radians(0.1), math.radians(2.5)
"""A page that lies less askew is read as it is; one that lies more is something else."""


class Frame(NamedTuple):
    """The visible box of a page in user space, and the clockwise quarter turns that make its text upright.

    ``straight``: most of its text lies exactly along its edges.
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int
    straight: bool

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as it is held."""
        wide, high = self.right - self.left, self.top - self.bottom
        return (high, wide) if self.turns % 2 else (wide, high)

    def place(self, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Boxes:
        """Return boxes of user space as they are seen upright from the top left."""
        if self.turns == 1:
            return Boxes(y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left)
        if self.turns == 2:
            return Boxes(self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom)
        if self.turns == 3:
            return Boxes(self.top - y1, self.right - x1, self.top - y0, self.right - x0)
        return Boxes(x0 - self.left, self.top - y1, x1 - self.left, self.top - y0)

    def place_glyphs(self, raw: Floats) -> Boxes:
        """Return boxes of characters, as PDFium gives them, as they are seen upright from the top left."""
        left, top, right, bottom = raw.T
        return self.place(left, bottom, right, top)


def frame_of(loaded: PdfPage) -> Frame:
    """Return the page's frame, turned so that most of its text is upright."""
    left, bottom, right, top, turns = loaded.frame()
    text = loaded.text()
    step = max(1, len(text) // 24)
    some = [i for i in range(step // 2, len(text), step) if not text[i].isspace()]
    angles = loaded.angles(some)
    straight = 2 * angles.count(0.0) > len(angles)
    if not straight:  # a size below zero turns characters over once more
        angles = [angle + math.pi * (size < 0) for angle, size in zip(angles, loaded.font_sizes(some), strict=True)]
    if angles:
        # PDFium's angle grows clockwise; text that runs down the page is upright after three quarter turns.
        quarters = [round(-angle / (math.pi / 2)) % 4 for angle in angles if math.isfinite(angle)]  # damage has none
        upright = max(range(4), key=quarters.count)
        if 2 * quarters.count(upright) > len(angles):
            turns = upright
    return Frame(left, bottom, right, top, turns, straight)


def level_of(loaded: PdfPage, frame: Frame) -> tuple[float, ...] | None:
    """Return the matrix that makes a page lie straight which lies askew as a whole; None for one that lies straight."""
    if frame.straight:
        return None
    text = loaded.text()
    some = [i for i in range(0, len(text), max(1, len(text) // ASKEW_SAMPLE)) if not text[i].isspace()]
    angles = np.array([angle for angle in loaded.angles(some) if math.isfinite(angle)])
    if not len(angles):
        return None
    askew = angles - np.round(angles / (math.pi / 2)) * (math.pi / 2)
    angle = -float(np.median(askew))  # PDFium's angle grows clockwise
    if not LEAST_ASKEW < abs(angle) < MOST_ASKEW or np.mean(np.abs(askew + angle) < LEAST_ASKEW) < 0.8:
        return None
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2
    return cos, -sin, sin, cos, x - cos * x - sin * y, y + sin * x - cos * y


def levelled(boxes: Floats, level: tuple[float, ...]) -> Floats:
    """Return boxes (left, top, right, bottom) of user space with their middles where the level page has them."""
    a, b, c, d, e, f = level
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    right, up = a * x + c * y + e - x, b * x + d * y + f - y
    moved = boxes + np.stack((right, up, right, up), axis=1)
    return np.where((boxes[:, 2:3] > boxes[:, 0:1]), moved, boxes).astype(np.float32)
