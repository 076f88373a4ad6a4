"""Which characters of a PDF page are seen, and what is printed there that is no text.

A page edited afterwards keeps what it no longer shows: figures under a white box, in white, or set to be invisible.
And what it shows may be drawn: figures as outlines or pictures. The text alone would tell of neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.layout import Ruling
from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_glyphs import Boxes, middles
from gxstudy.readers.pdf_painted import BOX_SEGMENTS, DRAWING, PICTURE, SHADE, Painted, around
from gxstudy.readers.pdfium import WHITE, PdfPage, Rectangle

__all__ = ["OVER_SHARE", "Unseen", "drawings", "overprinted", "struck", "unseen"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

PAIRS_LIMIT = 20_000_000
"""Characters times boxes that are compared on one page; where there are more, all text is taken for seen."""
NEARLY_WHITE = 240
"""Of white no part of the colour is less than this (0 to 255)."""
GREY = np.array([0.299, 0.587, 0.114])
"""Shares of red, green and blue in how light a colour is."""
DARK = 0.5
"""A box paler than this (0 black, 1 white) is shading; a darker one in a cell without text hides what stood there."""
SPECK, STRIKE = 1.5, 60.0
"""A line through a figure is longer than the one and shorter than the other (points)."""
ANY = 10_000.0
"""A line that is laid over the page may be of any length."""
THROUGH = 0.3
"""It stands further than this share of the figure's height from its top and bottom."""
STRUCK_SHARE = 0.3
"""It runs through more of the figure than this share of its height: half a digit."""
OVER_SHARE = 0.4
"""Figures that lie over each other by more than this share of their height, across and down, are two prints."""
SOLID = 128
"""What lies under a point of a picture shows through where that has less opacity (0 to 255)."""
HIDING_SHARE = 0.5
"""A picture that is opaque over more than this share of a character hides it."""
BESIDE = 0.2
"""A character stands where another one stood when their boxes are nearer than this share of a width."""


class Unseen(NamedTuple):
    """Which characters are not seen (places among those asked for), and what share of all that is.

    ``torn``: those that are seen, while the one before or after them on their line is not.
    ``places``: where they stand. What hides them may show another text, or the text itself, painted in another way.
    """

    characters: npt.NDArray[np.intp]
    torn: npt.NDArray[np.intp]
    share: float
    places: tuple[Rectangle, ...]


def unseen(
    page: PdfPage, painted: Painted, indices: npt.NDArray[np.intp], boxes: Floats, figures: Bools
) -> Unseen | None:
    """Return which characters of a page are not seen; None where all are.

    Parameters
    ----------
    page, painted
        The page, and what it paints.
    indices
        Characters, by their number.
    boxes
        Their boxes: left, top, right, bottom (n x 4, top > bottom).
    figures
        Which of them are digits. Where all of these are seen, so is the rest.
    """
    over = _over_text(painted)
    if not _some_unseen(page, painted, over, indices[figures], boxes[figures]):
        return None
    return _unseen(page, painted, over, indices, boxes)


class _Over(NamedTuple):
    """Boxes and pictures that are painted after the first text: the objects, their boxes, and their ``order``.

    ``order``: the place of every object of the page in the order of painting.
    """

    handles: Sequence[int]
    boxes: Floats
    order: dict[int, int]

    def covers(self, x: Floats, y: Floats, owners: Sequence[int | None]) -> Bools:
        """Return, for every point and each of these, whether it was painted there after the point's object (n x m)."""
        if not self.handles or len(x) * len(self.handles) > PAIRS_LIMIT:
            return np.zeros((len(x), 0), np.bool_)
        x0, y0, x1, y1 = self.boxes.T
        x, y = x[:, None], y[:, None]
        covered: Bools = (x0 < x) & (x < x1) & (y0 < y) & (y < y1)
        if covered.any():
            painted = np.array([self.order.get(owner or 0, len(self.order)) for owner in owners])
            covered &= np.array([self.order[handle] for handle in self.handles]) > painted[:, None]
        return covered


class _Masks:
    """How opaque the pictures of a page are; each is drawn once, and only when a character stands under it."""

    def __init__(self, page: PdfPage) -> None:
        self._page = page
        self._known: dict[int, npt.NDArray[np.uint8] | None] = {}

    def hides(self, handle: int, box: Floats, character: Floats) -> bool:
        """Return whether an object is opaque over most of a character (left, top, right, bottom) under it.

        Stamps and watermarks are pictures with masks: the text under them shows between their strokes.
        """
        if handle not in self._known:
            is_picture = objects.kinds([handle]) == [objects.PICTURE]
            self._known[handle] = objects.picture_opacity(self._page, handle) if is_picture else None
        opacity = self._known[handle]
        if opacity is None:
            return True
        high, wide = opacity.shape
        x0, y0, x1, y1 = box.tolist()
        left, top, right, bottom = character.tolist()
        across = slice(max(0, int((left - x0) / (x1 - x0) * wide)), int((right - x0) / (x1 - x0) * wide) + 1)
        down = slice(max(0, int((y1 - top) / (y1 - y0) * high)), int((y1 - bottom) / (y1 - y0) * high) + 1)
        return bool((opacity[down, across] >= SOLID).mean() > HIDING_SHARE)


def _over_text(painted: Painted) -> _Over:
    order = dict(zip(painted.order, count(), strict=False))
    solid = np.flatnonzero((painted.paints.kinds != DRAWING) & ~painted.paints.pale)
    if not len(solid) or not painted.texts:
        return _Over((), painted.paints.boxes[:0], order)
    first = order[painted.texts[0]]
    after = [place for place in solid.tolist() if order[painted.paints.handles[place]] > first]
    return _Over([painted.paints.handles[place] for place in after], painted.paints.boxes[after], order)


def _some_unseen(page: PdfPage, painted: Painted, over: _Over, indices: npt.NDArray[np.intp], boxes: Floats) -> bool:
    """Return whether some of the figures of a page may not be seen; it is asked of every page."""
    modes = set(objects.text_modes(painted.texts))
    if objects.INVISIBLE in modes or objects.CLIPPING in modes:
        return True
    owners = page.text_objects(indices.tolist())
    own = [owner for owner in dict.fromkeys(owners) if owner]
    if _is_pale(objects.fills(own)).any() and _odd(own):
        return True
    return bool(over.covers(*middles(boxes), owners).any())


def _unseen(
    page: PdfPage, painted: Painted, over: _Over, indices: npt.NDArray[np.intp], boxes: Floats
) -> Unseen | None:
    odd = _odd(painted.texts)
    x, y = middles(boxes)
    owners = page.text_objects(indices.tolist())
    covered = over.covers(x, y, owners)
    asked = np.flatnonzero(covered.any(axis=1) | np.array([owner in odd for owner in owners]))
    masks = _Masks(page)
    hidden: list[int] = []
    under: list[int] = []  # what hides each of them, by its place in the order of painting
    for place, row in zip(asked.tolist(), covered[asked], strict=True):
        owner = owners[place]
        if owner is None or owner not in over.order:
            continue
        at = float(x[place]), float(y[place])
        covers = [
            over.handles[i]
            for i in np.flatnonzero(row).tolist()
            if _covers(over.handles[i], *at) and masks.hides(over.handles[i], over.boxes[i], boxes[place])
        ]
        why = odd.get(owner)
        if why == "white" and not covers and _has_ground(painted, over.order, over.order[owner], *at):
            continue
        if covers or why is not None:
            hidden.append(place)
            under.append(max([over.order[owner], *(over.order[each] for each in covers)]))
    if not hidden:
        return None
    stand = tuple((left, bottom, right, top) for left, top, right, bottom in boxes[hidden].tolist())
    again = _printed_again(painted, owners, boxes, dict(zip(hidden, under, strict=True)), over.order)
    hidden = [place for place in hidden if place not in again]
    printing = int(((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 1] > boxes[:, 3])).sum())
    if not hidden:
        return None
    gone = set(hidden)
    torn = [
        beside
        for place in hidden
        for beside in (place - 1, place + 1)
        if 0 <= beside < len(indices) and beside not in gone and _touch(boxes[place], boxes[beside])
    ]
    places = np.array(hidden, np.intp), np.array(torn, np.intp)
    return Unseen(*places, len(hidden) / max(1, printing), stand)


def _touch(one: Floats, other: Floats) -> bool:
    """Return whether two characters stand close to each other on one line."""
    high = one[1] - one[3]
    gap = max(one[0], other[0]) - min(one[2], other[2])
    return bool(other[2] > other[0] and abs(one[1] - other[1]) < BESIDE * high and -BESIDE < gap / high < BESIDE)


def _printed_again(
    painted: Painted, owners: Sequence[int | None], boxes: Floats, hidden: dict[int, int], order: dict[int, int]
) -> set[int]:
    """Return the hidden characters that are painted again where they were, and are seen.

    PDFium gives the first only of the same characters over each other. The text object of the second then has no
    character there, though it is painted after what hides the first.
    """
    bounds = objects.bounds(painted.texts)
    left: dict[int, list[int]] = {}
    for place, owner in enumerate(owners):
        if owner is not None:
            left.setdefault(owner, []).append(place)
    again = set()
    for place, at in hidden.items():
        x, y = (boxes[place, 0] + boxes[place, 2]) / 2, (boxes[place, 1] + boxes[place, 3]) / 2
        over = (bounds[:, 0] < x) & (x < bounds[:, 2]) & (bounds[:, 1] < y) & (y < bounds[:, 3])
        for text in (painted.texts[each] for each in np.flatnonzero(over).tolist()):
            reach = BESIDE * (boxes[place, 2] - boxes[place, 0])
            near = (boxes[o, 0] - reach < x < boxes[o, 2] + reach for o in left.get(text, ()))
            if order[text] > at and not any(near):
                again.add(place)
    return again


def drawings(painted: Painted) -> tuple[Rectangle, ...]:
    """Return where a page shows what is neither text nor line nor paper nor shading (boxes in user space)."""
    handles, kinds, boxes, _ = painted.paints
    shades = np.flatnonzero(kinds == SHADE)
    dark = shades[objects.fills([handles[i] for i in shades.tolist()])[:, :3] @ GREY < (1 - DARK) * 255]
    drawn = np.flatnonzero((kinds == PICTURE) | (kinds == DRAWING)).tolist()
    drawn += [i for i in dark.tolist() if _clip_boxes(handles[i]) is not None]
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes[drawn].tolist())


def struck(figures: npt.NDArray[np.intp], edges: Boxes, rulings: Sequence[Ruling], over: Sequence[Ruling]) -> Bools:
    """Return which words are figures that a line runs through: they are no longer meant.

    Parameters
    ----------
    figures
        Which words are figures.
    edges
        The boxes of all words.
    rulings, over
        The lines of the page, most of them of tables, and those that are laid over it.
    """
    found = np.zeros(len(edges.x0), np.bool_)
    own = ((r.top, r.x0, r.x1, 0.0) for r in rulings if r.top == r.bottom and SPECK < r.x1 - r.x0 < STRIKE)
    laid = ((r.top, r.x0, r.x1, ANY) for r in over if r.top == r.bottom)
    across = sorted([*own, *laid])
    if not across or not len(figures):
        return found
    at, starts, ends, beyond = np.array(across, np.float32).T
    x0, top, x1, bottom = edges.take(figures)
    high = bottom - top
    first = np.searchsorted(at, top + THROUGH * high)
    last = np.searchsorted(at, bottom - THROUGH * high)
    for place in np.flatnonzero(first < last).tolist():
        some = slice(first[place], last[place])
        shared = np.minimum(ends[some], x1[place]) - np.maximum(starts[some], x0[place])
        reach = high[place] + beyond[some]
        near = (starts[some] > x0[place] - reach) & (ends[some] < x1[place] + reach)
        found[figures[place]] = bool((near & (shared > STRUCK_SHARE * high[place])).any())
    return found


def overprinted(figures: npt.NDArray[np.intp], edges: Boxes) -> Bools:
    """Return which words are figures that are printed over other figures; ``figures``: which words are some."""
    found = np.zeros(len(edges.x0), np.bool_)
    order = figures[np.argsort(edges.top[figures], kind="stable")]
    x0, top, x1, bottom = edges.take(order)
    if not _may_overlap(x0, top, x1, bottom):
        return found
    for step in range(1, len(order)):  # figures that begin further down, until none begins within another
        if not (near := top[step:] < bottom[:-step]).any():
            break
        shared = np.minimum(x1[step:], x1[:-step]) - np.maximum(x0[step:], x0[:-step])
        deep = np.minimum(bottom[step:], bottom[:-step]) - top[step:]
        high = np.minimum(bottom[step:] - top[step:], bottom[:-step] - top[:-step])
        over = np.flatnonzero(near & (shared > OVER_SHARE * high) & (deep > OVER_SHARE * high))
        found[order[over]] = found[order[over + step]] = True
    return found


def _may_overlap(x0: Floats, top: Floats, x1: Floats, bottom: Floats) -> bool:
    """Return whether some of the boxes, given from top to bottom, may lie over each other on one line."""
    if len(x0) < 2:
        return False
    least, most = (bottom - top).min(), (bottom - top).max()
    line = np.concatenate(([0], np.cumsum(top[1:] - top[:-1] > most - OVER_SHARE * least)))
    apart = line * float(x1.max() - x0.min() + 1)  # lines one behind the other
    along = np.argsort(starts := x0 + apart, kind="stable")
    ends = np.maximum.accumulate((x1 + apart)[along])
    return bool((ends[:-1] - starts[along][1:] > OVER_SHARE * least).any())


def _odd(texts: Sequence[int]) -> dict[int, str]:
    """Return the text objects that may not show, and why."""
    modes = objects.text_modes(texts)
    colours = objects.fills(texts)
    pale = _is_pale(colours)
    paleness = objects.paleness(colours)
    found = {}
    for text, mode, is_pale, opacity, how_pale in zip(texts, modes, pale, colours[:, 3], paleness, strict=True):
        if mode == objects.CLIPPING:
            found[text] = "clipping"
        elif mode == objects.INVISIBLE or (mode == 0 and is_pale and opacity == 0):
            found[text] = "invisible"
        elif mode == 0 and is_pale and how_pale > WHITE:
            found[text] = "white"
    return found


def _is_pale(colours: npt.NDArray[np.uint32]) -> Bools:
    pale: Bools = (colours[:, 3] == 0) | (colours[:, :3].min(axis=1, initial=255) > NEARLY_WHITE)
    return pale


def _covers(handle: int, x: float, y: float) -> bool:
    """Return whether a box or picture hides what was painted at a point before it."""
    if objects.transparent(handle):
        return False
    clips = _clip_boxes(handle)
    return clips is not None and all(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in clips)


def _clip_boxes(handle: int) -> list[Rectangle] | None:
    """Return the boxes that bound what is painted of a box or picture; None where it is cut to another shape.

    Cut to the space between two boxes, one in the other, a filled box is the border of a cell.
    """
    boxes: list[Rectangle] = []
    for points in objects.clips(handle, BOX_SEGMENTS):
        if points is None:
            return None
        if points:
            boxes.append(around(points))
    return boxes


def _has_ground(painted: Painted, order: dict[int, int], text: int, x: float, y: float) -> bool:
    """Return whether something that is not white lies under white text, painted at place ``text`` of ``order``."""
    handles, kinds, boxes, _ = painted.paints
    x0, y0, x1, y1 = boxes.T
    for place in np.flatnonzero((x0 < x) & (x < x1) & (y0 < y) & (y < y1)).tolist():
        shows = kinds[place] in (PICTURE, DRAWING) or objects.paleness(objects.fills([handles[place]]))[0] < WHITE
        if shows and order[handles[place]] < text:
            return True
    return objects.SHADING in objects.kinds(painted.order)
