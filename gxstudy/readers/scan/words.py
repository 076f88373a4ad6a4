"""A level picture with its cells -> words, each character with its certainty.

Lines of text are found on the whole page and parted where a rule stands between cells. What is short and no label is
read twice: as the line it was found as, and cut out close to its ink. Readings that differ are kept with little
certainty. Ink of which nothing comes is said to be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from gxstudy.readers.scan.recogniser import FIGURE, TWINS, Recognised, Recogniser
from gxstudy.readers.scan.rulings import Cells
from gxstudy.text import read_number

__all__ = ["Line", "lines", "read"]

Grey = npt.NDArray[np.uint8]
Pixels = tuple[int, int, int, int]
"""Left, top, right, bottom."""

DETECT_DPI = 120.0
"""Pixels an inch at which lines of text are looked for."""
TALL, WIDE = 3.6, 2.4
"""Points from which ink in a cell is a part of a figure, by its height or (a dash) its width; else it may be dust."""
NEAR = 0.45
"""What may be dust belongs to a figure within this share of the figure's height (a point, a comma)."""
SMALLEST = 1.2
"""Square points of ink that make a line of text."""
PAD = (2.2, 4.3)
"""Points of paper above and below, and at the sides, of a figure that is cut out."""
DIFFERENT = 0.5
"""The most certainty of a figure whose two readings differ."""
LIKE_FIGURES = frozenset(FIGURE + "".join(TWINS.values()) + "oOQDCcUuㅇ。○〇()（）lI|!iSsZzBbgqG·•●'‘’，、：:;—一_~^*+")
"""Characters that a recogniser gives for badly printed figures, and the figures."""
MOSTLY = 0.75
"""Share of its height that a line of text shares with the next at most; pieces of one line share more."""
REMNANT = 1.0
"""Points up to which ink along the edge of a cell is what is left of its rule."""
SHORT = 14
"""Characters up to which a piece of text in a cell may be a figure."""


class Line(NamedTuple):
    """A piece of text on one line: what it says, where it stands (pixels), and whether it cannot be believed.

    ``figure`` is what it says if it can only be a figure.
    """

    text: str
    box: Pixels
    certainties: tuple[float, ...]
    unreadable: bool = False
    figure: Recognised = Recognised("", ())


def lines(flat: Grey, scale: float, recogniser: Recogniser) -> npt.NDArray[np.int32]:
    """Return the boxes of the lines of text of a picture, n x 4 pixels."""
    factor = min(1.0, DETECT_DPI / 72 / scale)
    height, width = flat.shape
    size = (max(32, round(width * factor)), max(32, round(height * factor)))
    found = recogniser.lines(np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8))
    boxes = np.rint(found / factor).astype(np.int32)
    return np.clip(boxes, 0, [width, height, width, height]).astype(np.int32)


def read(
    flat: Grey, ink: Grey, boxes: npt.NDArray[np.int32], cells: Cells, scale: float, recogniser: Recogniser
) -> list[Line]:
    """Return every piece of text of a picture.

    Parameters
    ----------
    flat, ink
        The picture, level and of even light, and where it has ink.
    boxes
        Its lines of text, as :func:`lines` finds them.
    cells
        Its cells.
    scale
        Pixels a point.
    recogniser
        The networks.
    """
    by_cell: dict[int, list[Line]] = {}
    for box in _apart(boxes, ink):
        for cell, part in _parted(box, cells, scale):
            inside = _trimmed(part, ink, scale, _inner(cells, cell, scale))
            if inside is None:
                continue
            for piece in _upright_pieces(inside, ink):
                said, figure = recogniser.read_figure(_cut(flat, piece, scale, _inner(cells, cell, scale)))
                if said.text:
                    line = Line(said.text, piece, said.certainties, figure=figure)
                    by_cell.setdefault(cell, []).append(line)
    found = by_cell.pop(0, [])
    for cell in range(1, len(cells.boxes)):
        found += _cell(flat, ink, by_cell.get(cell, []), _inner(cells, cell, scale), scale, recogniser)
    return found


def _cell(
    flat: Grey, ink: Grey, first: list[Line], inner: Pixels | None, scale: float, recogniser: Recogniser
) -> list[Line]:
    """Return the text of one cell: figures read a second time, what was overlooked read now."""
    is_figure = _may_be_figure(first)
    if inner is None or (first and not is_figure and not _may_be_dusty(first)):
        return first
    part, kept = _printed(ink, inner, scale)
    if kept is None:
        return [line for line in first if not _looks_like_figure(line.text)]
    on_it = [line for line in first if _meet(line.box, kept)]
    free, figure = recogniser.read_figure(_close(flat, part, kept, inner, scale))
    if first and not is_figure and not _is_figure(free.text):
        return first
    if not _looks_like_figure(free.text) and not on_it:
        # Nothing was found here at first: a label that was overlooked, or ink that says nothing.
        if free.certainty >= DIFFERENT:
            return [Line(free.text, kept, free.certainties)]
        return [Line("\ufffd", kept, (0.0,), unreadable=True)]
    once = Recognised(
        "".join(line.figure.text for line in on_it), tuple(c for line in on_it for c in line.figure.certainties)
    )
    best = _agreed(once, figure)
    if not _is_figure(best.text):
        best = _without_dust(flat, ink, inner, scale, recogniser) or best
    if not best.text:
        return [Line("\ufffd", kept, (0.0,), unreadable=True)]
    return [Line(best.text, kept, best.certainties)]


def _may_be_figure(found: Sequence[Line]) -> bool:
    text = "".join(line.text for line in found)
    return len(text) <= SHORT and _looks_like_figure(text)


def _may_be_dusty(found: Sequence[Line]) -> bool:
    """Return whether what is sure of a short text is a figure: the rest may be dust beside it."""
    pairs = [pair for line in found for pair in zip(line.text, line.certainties, strict=True)]
    sure = "".join(character for character, certainty in pairs if certainty >= DIFFERENT)
    return len(pairs) <= SHORT and any(map(str.isdigit, sure)) and _looks_like_figure(sure)


def _without_dust(flat: Grey, ink: Grey, inner: Pixels, scale: float, recogniser: Recogniser) -> Recognised | None:
    """Return the figure of a cell read without all that may be dust, with little certainty; None if it is none."""
    part, kept = _printed(ink, inner, scale, dust=False)
    if kept is None:
        return None
    free, figure = recogniser.read_figure(_close(flat, part, kept, inner, scale))
    if not _is_figure(figure.text) or not _looks_like_figure(free.text):
        return None
    return Recognised(figure.text, tuple(min(DIFFERENT, certainty) for certainty in figure.certainties))


def _looks_like_figure(text: str) -> bool:
    return set(text) <= LIKE_FIGURES


def _agreed(once: Recognised, again: Recognised) -> Recognised:
    """Return one reading of a figure from the reading of its line and that of its ink cut out.

    Where they agree, each character has the mean of its certainties. Where they differ, the one that is a number is
    taken, or the more certain of two, and its certainty is small.
    """
    if once.text == again.text and _is_figure(once.text):
        pairs = zip(once.certainties, again.certainties, strict=True)
        return Recognised(once.text, tuple(round((a + b) / 2, 3) for a, b in pairs))
    readings = [one for one in (again, once) if one.text]
    numbers = [one for one in readings if _is_figure(one.text)]
    taken = max(numbers or readings, key=lambda one: one.certainty, default=again)
    return Recognised(taken.text, tuple(min(DIFFERENT, certainty) for certainty in taken.certainties))


def _is_figure(text: str) -> bool:
    return bool(text) and read_number(text).status in ("read", "slash")


# -------------------------------------------------------------------------------------------------- pieces of a page


def _apart(boxes: npt.NDArray[np.int32], ink: Grey) -> list[Pixels]:
    """Return lines of text of which each two that overlap are cut where least ink is: lines set close together."""
    ends = boxes[np.argsort(boxes[:, 1] + boxes[:, 3], kind="stable")].tolist()
    for number, upper in enumerate(ends):
        for lower in ends[number + 1 :]:
            x0, x1 = max(upper[0], lower[0]), min(upper[2], lower[2])
            shared = upper[3] - lower[1]
            if x0 >= x1 or shared <= 0 or shared > MOSTLY * min(upper[3] - upper[1], lower[3] - lower[1]):
                continue
            inked = ink[lower[1] : upper[3], x0:x1].sum(axis=1, dtype=np.int64)
            upper[3] = lower[1] = lower[1] + int(np.median(np.flatnonzero(inked == inked.min())))
    return [(x0, top, x1, bottom) for x0, top, x1, bottom in ends if top < bottom]


def _parted(box: Pixels, cells: Cells, scale: float) -> list[tuple[int, Pixels]]:
    """Return the parts of a line of text by the cells over which it lies (0: none)."""
    x0, top, x1, bottom = box
    height, width = cells.labels.shape
    middle = min(max((top + bottom) // 2, 0), height - 1)
    row = cells.labels[middle, max(0, x0) : min(width, x1)]
    if not len(row):
        return []
    edges = np.flatnonzero(np.diff(row, prepend=row[0] - 1, append=row[-1] - 1))
    runs = [(int(row[start]), x0 + int(start), x0 + int(end)) for start, end in pairwise(edges.tolist())]
    named = [run for run in runs if run[2] - run[1] > 1.5 * scale]
    parts: list[tuple[int, Pixels]] = []
    for cell, start, end in named:
        if parts and parts[-1][0] == cell:
            parts[-1] = (cell, (parts[-1][1][0], top, end, bottom))
        else:
            parts.append((cell, (start, top, end, bottom)))
    return parts


def _inner(cells: Cells, cell: int, scale: float) -> Pixels | None:
    """Return the inside of a cell, its rules left out; None outside of all cells."""
    if not cell:
        return None
    x0, top, x1, bottom = cells.boxes[cell].tolist()
    inset = max(1, round(0.7 * scale))
    return (x0 + inset, top + inset, x1 - inset, bottom - inset)


def _trimmed(box: Pixels, ink: Grey, scale: float, inner: Pixels | None) -> Pixels | None:
    """Return the box of the ink in ``box`` (inside a cell, if it is in one); None where there is none."""
    x0, top, x1, bottom = box
    reach = round(1.0 * scale)
    x0, top, x1, bottom = x0 - reach, top - reach, x1 + reach, bottom + reach
    if inner is not None:
        x0, top, x1, bottom = max(x0, inner[0]), max(top, inner[1]), min(x1, inner[2]), min(bottom, inner[3])
    x0, top = max(0, x0), max(0, top)
    part = ink[top:bottom, x0:x1]
    if not part.size:
        return None
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    found = (x0 + int(columns[0]), top + int(rows[0]), x0 + int(columns[-1]) + 1, top + int(rows[-1]) + 1)
    return found if (found[2] - found[0]) * (found[3] - found[1]) >= SMALLEST * scale * scale else None


def _upright_pieces(box: Pixels, ink: Grey) -> list[Pixels]:
    """Return a line, or the characters of a line that runs down the page."""
    x0, top, x1, bottom = box
    wide, high = x1 - x0, bottom - top
    if high < 1.6 * wide or high < 2:
        return [box]
    filled = np.asarray(ink[top:bottom, x0:x1] > 0).max(axis=1)
    pieces: list[Pixels] = []
    start: int | None = None
    for y in range(high + 1):
        is_ink = y < high and bool(filled[y])
        if is_ink and start is None:
            start = y
        elif not is_ink and start is not None and (y - start >= 0.72 * wide or y == high):
            pieces.append((x0, top + start, x1, top + y))
            start = None
    if start is not None:
        pieces.append((x0, top + start, x1, bottom))
    return pieces if len(pieces) > 1 else [box]


def _cut(flat: Grey, box: Pixels, scale: float, inner: Pixels | None) -> Grey:
    """Return the picture of a line with a little paper around it, never beyond the rules of its cell."""
    across, down = round(2.2 * scale), round(1.4 * scale)
    x0, top, x1, bottom = box[0] - across, box[1] - down, box[2] + across, box[3] + down
    height, width = flat.shape
    edge = inner or (0, 0, width, height)
    inside = flat[max(top, edge[1], 0) : min(bottom, edge[3]), max(x0, edge[0], 0) : min(x1, edge[2])]
    above, left = max(0, max(top, edge[1], 0) - top), max(0, max(x0, edge[0], 0) - x0)
    below, right = max(0, bottom - top - above - inside.shape[0]), max(0, x1 - x0 - left - inside.shape[1])
    whole = cv2.copyMakeBorder(inside, above, below, left, right, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(whole, np.uint8)


def _printed(ink: Grey, inner: Pixels, scale: float, *, dust: bool = True) -> tuple[Grey, Pixels | None]:
    """Return what is printed in a cell, as its ink without dust and the box of that; None for a blank.

    Small specks near a figure may be parts of it, and are kept unless ``dust`` is False.
    """
    x0, top, x1, bottom = inner
    part = ink[top:bottom, x0:x1]
    if not part.size:
        return part, None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    left, upper, wide, high = (stats[1:, index] for index in range(4))
    height, width = part.shape
    at_edge = ((upper <= 0) | (upper + high >= height)) & (high <= REMNANT * scale) & (wide > 2 * high)
    at_edge |= ((left <= 0) | (left + wide >= width)) & (wide <= REMNANT * scale) & (high > 2 * wide)
    main = (high >= TALL * scale) | ((wide >= WIDE * scale) & (wide > 2 * high))
    main &= ~at_edge
    if not main.any():
        return part, None
    ends = (left + wide, upper + high)
    hull = (left[main].min(), upper[main].min(), ends[0][main].max(), ends[1][main].max())
    reach = NEAR * max(hull[3] - hull[1], TALL * scale)
    small = (left < hull[2] + reach) & (ends[0] > hull[0] - reach) & (upper < hull[3] + 0.6 * scale)
    small &= (ends[1] > hull[1]) & (wide * high >= scale * scale * 0.3) & ~at_edge
    kept = main | (small & dust)
    box = (left[kept].min(), upper[kept].min(), ends[0][kept].max(), ends[1][kept].max())
    names = np.concatenate([[False], kept])
    printed = np.where(names[labels], 255, 0).astype(np.uint8)
    return printed, (x0 + int(box[0]), top + int(box[1]), x0 + int(box[2]), top + int(box[3]))


def _meet(a: Pixels, b: Pixels) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _close(flat: Grey, printed: Grey, box: Pixels, inner: Pixels, scale: float) -> Grey:
    """Return the picture of a figure cut out close to its ink, dust made white."""
    around = cv2.dilate(printed, np.ones((2 * round(0.8 * scale) + 1,) * 2, np.uint8))
    x0, top, x1, bottom = box[0] - inner[0], box[1] - inner[1], box[2] - inner[0], box[3] - inner[1]
    clean = np.where(around > 0, flat[inner[1] : inner[3], inner[0] : inner[2]], 255).astype(np.uint8)
    down, across = (round(points * scale) for points in PAD)
    close = clean[top:bottom, x0:x1]
    return np.asarray(cv2.copyMakeBorder(close, down, down, across, across, cv2.BORDER_CONSTANT, value=255), np.uint8)
