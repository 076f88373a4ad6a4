"""Which characters of a PDF page are seen, and what is printed there that is no text.

A page edited afterwards keeps what it no longer shows: figures under a white box, in white, or set to be invisible.
And what it shows may be drawn: figures as outlines or pictures. The text alone would tell of neither.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.layout import Ruling
from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_doubt import Inks, Looked, cut, doubtful, look_at
from gxstudy.readers.pdf_glyphs import BLANK, KINDS, Boxes, middles
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
EMPTY, NARROW = 0.25, 0.1
"""Shares of the box of a figure that its font leaves empty above and below, and at its sides."""
COPY = 0.35
"""The same character nearer than this share of its size is printed twice."""
BESIDE = 0.2
"""A character stands where another one stood when their boxes are nearer than this share of a width."""


class Unseen(NamedTuple):
    """Which characters are not seen (places among those asked for), and what share of all on the page they are.

    ``copies``: those that are printed again at the same place by text that is seen: shadows, what was corrected.
    ``torn``: those that are seen, while the one before or after them on their line is not.
    ``places``: where they stand. What hides them may show another text, or the text itself, painted in another way.
    """

    characters: npt.NDArray[np.intp]
    copies: npt.NDArray[np.intp]
    torn: npt.NDArray[np.intp]
    share: float
    places: tuple[Rectangle, ...]


def unseen(
    page: PdfPage,
    painted: Painted,
    indices: npt.NDArray[np.intp],
    boxes: Floats,
    figures: Bools,
    owners: Sequence[int | None],
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
    owners
        The text objects of those.
    """
    over = _over_text(painted)
    inks = _inks(owners, set(objects.text_modes(painted.texts)))
    if not _any_odd(inks) and not len(_doubts(painted, over, owners, boxes[figures], inks).places):
        return None
    owners = page.text_objects(indices.tolist())
    x, y = middles(boxes)
    hidden = []
    odd = _odd(painted.texts)
    for place in [i for i, owner in enumerate(owners) if owner in odd and owner in over.order]:
        owner = owners[place] or 0
        at = float(x[place]), float(y[place])
        if odd[owner] != "white" or not _has_ground(painted, over.order, over.order[owner], *at):
            hidden.append(place)
    doubts = _doubts(painted, over, owners, boxes, _inks(owners, inks.modes))
    text = page.text()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)[indices]
    asked = [place for place in doubts.places.tolist() if owners[place] and KINDS[min(codes[place], 0xFFFF)] != BLANK]
    alike = _alike(codes, boxes, [place for place in asked if place not in hidden])
    doubtful = {*hidden, *doubts.places.tolist()}
    copies = [place for place, others in alike.items() if not doubtful.issuperset(others)]
    left = {place: others for place, others in alike.items() if doubtful.issuperset(others)}
    repeated = _repeated(painted, owners, boxes, [*hidden, *left])
    again = {place for place in hidden if any(over.order[t] > over.order[owners[place] or 0] for t in repeated[place])}
    groups = {
        place: frozenset({owners[place] or 0, *(owners[other] or 0 for other in others), *repeated[place]})
        for place, others in left.items()
    }
    looked = _looked_at(page, painted, indices, groups, doubts, set(owners))
    stand = [*hidden, *looked.hidden.tolist()]
    hidden = [place for place in stand if place not in again]
    shown_in_part = [place for place in looked.torn.tolist() if figures[place]]
    if not hidden and not shown_in_part and not copies:
        return None
    gone = {*hidden, *copies}
    beside = (
        beside
        for place in hidden
        for beside in (place - 1, place + 1)
        if 0 <= beside < len(indices)
        and beside not in gone
        and not repeated.get(beside)
        and _touch(boxes[place], boxes[beside])
    )
    torn = np.array([*beside, *shown_in_part], np.intp)
    within = _within(page, boxes)
    printing = int(((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 1] > boxes[:, 3]) & within).sum())
    places = tuple((left, bottom, right, top) for left, top, right, bottom in boxes[stand].tolist())
    return Unseen(
        np.array(hidden, np.intp), np.array(copies, np.intp), torn, int(within[hidden].sum()) / max(1, printing), places
    )


def _within(page: PdfPage, boxes: Floats) -> Bools:
    """Return which characters reach into the page: a sheet wider than its pages has its other columns beside them."""
    left, bottom, right, top, _ = page.frame()
    within: Bools = (boxes[:, 2] > left) & (boxes[:, 0] < right) & (boxes[:, 1] > bottom) & (boxes[:, 3] < top)
    return within


class _Over(NamedTuple):
    """What is painted after the first text and is neither text nor line: the objects, their boxes, and their ``order``.

    ``order``: the place of every object of the page in the order of painting.
    """

    handles: Sequence[int]
    boxes: Floats
    order: dict[int, int]

    def touches(self, boxes: Floats, owners: Sequence[int | None]) -> Bools:
        """Return over which characters one of these was painted after the character's object, if only over a part.

        ``boxes``: left, top, right, bottom (n x 4, top > bottom).
        """
        found = np.zeros(len(boxes), np.bool_)
        if not self.handles or len(boxes) * len(self.handles) > PAIRS_LIMIT:
            return found
        left, top, right, bottom = boxes.T
        empty, narrow = EMPTY * (top - bottom), NARROW * (right - left)
        left, bottom, right, top = left + narrow, bottom + empty, right - narrow, top - empty
        x0, y0, x1, y1 = self.boxes.T
        touched: Bools = (x0 < right[:, None]) & (left[:, None] < x1) & (y0 < top[:, None]) & (bottom[:, None] < y1)
        if touched.any():
            painted = np.array([self.order.get(owner or 0, len(self.order)) for owner in owners])
            touched &= np.array([self.order[handle] for handle in self.handles]) > painted[:, None]
            found |= touched.any(axis=1)
        return found


class _Doubts(NamedTuple):
    """Characters that may not show as a whole, by their places, and which of them because they may be cut."""

    places: npt.NDArray[np.intp]
    cut: Bools


def _doubts(painted: Painted, over: _Over, owners: Sequence[int | None], boxes: Floats, inks: Inks) -> _Doubts:
    is_cut = cut(painted, owners, boxes, inks)
    places = np.flatnonzero(is_cut | doubtful(painted, over.order, owners, boxes, inks) | over.touches(boxes, owners))
    return _Doubts(places, is_cut[places])


def _over_text(painted: Painted) -> _Over:
    order = dict(zip(painted.order, count(), strict=False))
    solid = np.flatnonzero(~painted.paints.pale)
    if not len(solid) or not painted.texts:
        return _Over((), painted.paints.boxes[:0], order)
    first = order[painted.texts[0]]
    after = [place for place in solid.tolist() if order[painted.paints.handles[place]] > first]
    return _Over([painted.paints.handles[place] for place in after], painted.paints.boxes[after], order)


def _inks(owners: Sequence[int | None], modes: Collection[int]) -> Inks:
    own = [owner for owner in dict.fromkeys(owners) if owner]
    return Inks(modes, own, objects.fills(own))


def _any_odd(inks: Inks) -> bool:
    """Return whether some of the figures of a page may be painted so that they do not show."""
    if objects.INVISIBLE in inks.modes or objects.CLIPPING in inks.modes:
        return True
    return bool(_is_pale(inks.fills).any() and _odd(inks.texts))


def _looked_at(
    page: PdfPage,
    painted: Painted,
    indices: npt.NDArray[np.intp],
    groups: dict[int, frozenset[int]],
    doubts: _Doubts,
    known: set[int | None],
) -> Looked:
    """Return which of some characters are hidden, and which are torn, by their places.

    ``groups``: the characters, and the text objects that print each. ``known``: all that have characters.
    """
    if not groups:
        return Looked(doubts.places[:0], doubts.places[:0])
    places = np.array(list(groups), np.intp)
    is_cut = np.isin(places, doubts.places[doubts.cut])
    looked = look_at(page, painted, indices[places].tolist(), list(groups.values()), known, is_cut)
    return Looked(places[looked.hidden], places[looked.torn])


def _alike(codes: npt.NDArray[np.uint32], boxes: Floats, places: list[int]) -> dict[int, list[int]]:
    """Return, for some characters, where the same one is printed nearly over it: a shadow, or what has one."""
    x, y = middles(boxes)
    wide = boxes[:, 2] - boxes[:, 0]
    reach_x, reach_y = COPY * wide, COPY * (boxes[:, 1] - boxes[:, 3])
    found = {}
    for place in places:
        near = (np.abs(x - x[place]) < reach_x[place]) & (np.abs(y - y[place]) < reach_y[place])
        near &= np.abs(wide - wide[place]) < reach_x[place]
        found[place] = [other for other in np.flatnonzero(near & (codes == codes[place])).tolist() if other != place]
    return found


def _touch(one: Floats, other: Floats) -> bool:
    """Return whether two characters stand close to each other on one line."""
    high = one[1] - one[3]
    gap = max(one[0], other[0]) - min(one[2], other[2])
    return bool(other[2] > other[0] and abs(one[1] - other[1]) < BESIDE * high and -BESIDE < gap / high < BESIDE)


def _repeated(painted: Painted, owners: Sequence[int | None], boxes: Floats, places: list[int]) -> dict[int, list[int]]:
    """Return, for some characters, the text objects that lie over them and have no character there.

    PDFium gives the first only of the same characters over each other. The text object of the second then has no
    character there, though it may be painted after what hides the first.
    """
    bounds = objects.bounds(painted.texts)
    left: dict[int, list[int]] = {}
    for place, owner in enumerate(owners):
        if owner is not None:
            left.setdefault(owner, []).append(place)
    found = {}
    for place in places:
        x, y = (boxes[place, 0] + boxes[place, 2]) / 2, (boxes[place, 1] + boxes[place, 3]) / 2
        over = (bounds[:, 0] < x) & (x < bounds[:, 2]) & (bounds[:, 1] < y) & (y < bounds[:, 3])
        reach = BESIDE * (boxes[place, 2] - boxes[place, 0])
        found[place] = [
            text
            for text in (painted.texts[each] for each in np.flatnonzero(over).tolist())
            if not any(boxes[o, 0] - reach < x < boxes[o, 2] + reach for o in left.get(text, ()))
        ]
    return found


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
