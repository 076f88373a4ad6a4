"""Which characters of a PDF page are seen, and what is printed there that is no text.

A page edited afterwards keeps what it no longer shows: figures under a white box, in white, or set to be invisible.
And what it shows may be drawn: figures as outlines or pictures. The text alone would tell of neither.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.layout import Ruling
from gxstudy.readers.pdf_glyphs import Boxes
from gxstudy.readers.pdfium import BOX_SEGMENTS, WHITE, Colour, Lines, Paint, PdfPage, call, fills

__all__ = ["OVER_SHARE", "Unseen", "drawings", "overprinted", "struck", "unseen"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Rectangle = tuple[float, float, float, float]

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
BESIDE = 0.2
"""A character stands where another one stood when their boxes are nearer than this share of a width."""
INVISIBLE, CLIPPING = 3, 7
"""Text that is not painted at all, and text that only bounds what is painted after it."""

_void, _int, _float = ctypes.c_void_p, ctypes.c_int, ctypes.c_float
_fill_colour = call("FPDFPageObj_GetFillColor", _int, _void, _void, _void, _void, _void)
_bounds = call("FPDFPageObj_GetBounds", _int, _void, _void, _void, _void, _void)
_mode = call("FPDFTextObj_GetTextRenderMode", _int, _void)
_transparent = call("FPDFPageObj_HasTransparency", _int, _void)
_kind = call("FPDFPageObj_GetType", _int, _void)
_clip = call("FPDFPageObj_GetClipPath", _void, _void)
_clip_paths = call("FPDFClipPath_CountPaths", _int, _void)
_clip_segments = call("FPDFClipPath_CountPathSegments", _int, _void, _int)
_clip_segment = call("FPDFClipPath_GetPathSegment", _void, _void, _int, _int)
_point = call("FPDFPathSegment_GetPoint", _int, _void, _void, _void)

_SHADING = 4


class Unseen(NamedTuple):
    """Which characters are not seen (places among those asked for), and what share of all that is.

    ``torn``: those that are seen, while the one before or after them on their line is not.
    ``places``: where they stand. What hides them may show another text, or the text itself, painted in another way.
    """

    characters: npt.NDArray[np.intp]
    torn: npt.NDArray[np.intp]
    share: float
    places: tuple[Rectangle, ...]


def unseen(page: PdfPage, lines: Lines, indices: npt.NDArray[np.intp], boxes: Floats, figures: Bools) -> Unseen | None:
    """Return which characters of a page are not seen; None where all are.

    Parameters
    ----------
    page, lines
        The page, and what it paints.
    indices
        Characters, by their number.
    boxes
        Their boxes: left, top, right, bottom (n x 4, top > bottom).
    figures
        Which of them are digits. Where all of these are seen, so is the rest.
    """
    if not _some_unseen(page, lines, indices[figures], boxes[figures]):
        return None
    return _unseen(page, lines, indices, boxes)


def _some_unseen(page: PdfPage, lines: Lines, indices: npt.NDArray[np.intp], boxes: Floats) -> bool:
    """Return whether some of the figures of a page may not be seen; it is asked of every page."""
    modes = set(map(_mode, lines.texts))
    if INVISIBLE in modes or CLIPPING in modes:
        return True
    if not len(indices):
        return False
    owners = page.text_objects(indices.tolist())
    own = list(dict.fromkeys(owner for owner in owners if owner))
    if _odd(own):
        return True
    over = _over_text(lines)
    if not over:
        return False
    covered = _inside(*_middles(boxes), over)
    if not covered.any():
        return False
    order = dict(zip(lines.order, count(), strict=False))
    painted = np.array([order.get(owner or 0, len(order)) for owner in owners])
    return bool((covered & (np.array([order[paint.handle] for paint in over]) > painted[:, None])).any())


def _unseen(page: PdfPage, lines: Lines, indices: npt.NDArray[np.intp], boxes: Floats) -> Unseen | None:
    odd = _odd(lines.texts)
    over = _over_text(lines)
    x, y = _middles(boxes)
    order = dict(zip(lines.order, count(), strict=False))
    owners = page.text_objects(indices.tolist())
    painted = np.array([order.get(owner or 0, len(order)) for owner in owners])
    covered = _inside(x, y, over)
    if over:
        covered &= np.array([order[paint.handle] for paint in over]) > painted[:, None]
    asked = np.flatnonzero(covered.any(axis=1) | np.array([owner in odd for owner in owners]))
    hidden: list[int] = []
    under: list[int] = []  # what hides each of them, by its place in the order of painting
    stand: list[Rectangle] = []
    for place, row in zip(asked.tolist(), covered[asked], strict=True):
        owner = owners[place]
        if owner is None or owner not in order:
            continue
        at = float(x[place]), float(y[place])
        covers = [paint for paint in (over[each] for each in np.flatnonzero(row).tolist()) if _covers(paint, *at)]
        why = odd.get(owner)
        if why == "white" and not covers and _has_ground(lines, order, order[owner], *at):
            continue
        if covers or why is not None:
            hidden.append(place)
            under.append(max([order[owner], *(order[paint.handle] for paint in covers)]))
            left, top, right, bottom = boxes[place].tolist()
            stand.append((left, bottom, right, top))
    if not hidden:
        return None
    again = _printed_again(page, lines, indices, boxes, dict(zip(hidden, under, strict=True)), order)
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
    return Unseen(*places, len(hidden) / max(1, printing), tuple(stand))


def _touch(one: Floats, other: Floats) -> bool:
    """Return whether two characters stand close to each other on one line."""
    high = one[1] - one[3]
    gap = max(one[0], other[0]) - min(one[2], other[2])
    return bool(other[2] > other[0] and abs(one[1] - other[1]) < BESIDE * high and -BESIDE < gap / high < BESIDE)


def _printed_again(
    page: PdfPage,
    lines: Lines,
    indices: npt.NDArray[np.intp],
    boxes: Floats,
    hidden: dict[int, int],
    order: dict[int, int],
) -> set[int]:
    """Return the hidden characters that are painted again where they were, and are seen.

    PDFium gives the first only of the same characters over each other. The text object of the second then has no
    character there, though it is painted after what hides the first.
    """
    bounds = np.zeros((len(lines.texts), 4), np.float32)  # left, bottom, right, top
    for row, text in zip(bounds, lines.texts, strict=True):
        a = row.ctypes.data
        _bounds(text, a, a + 4, a + 8, a + 12)
    owners = page.text_objects(indices.tolist())
    left: dict[int, list[int]] = {}
    for place, owner in enumerate(owners):
        if owner is not None:
            left.setdefault(owner, []).append(place)
    again = set()
    for place, at in hidden.items():
        x, y = (boxes[place, 0] + boxes[place, 2]) / 2, (boxes[place, 1] + boxes[place, 3]) / 2
        over = (bounds[:, 0] < x) & (x < bounds[:, 2]) & (bounds[:, 1] < y) & (y < bounds[:, 3])
        for text in (lines.texts[each] for each in np.flatnonzero(over).tolist()):
            reach = BESIDE * (boxes[place, 2] - boxes[place, 0])
            near = (boxes[o, 0] - reach < x < boxes[o, 2] + reach for o in left.get(text, ()))
            if order[text] > at and not any(near):
                again.add(place)
    return again


def drawings(lines: Lines) -> tuple[Rectangle, ...]:
    """Return where a page shows what is neither text nor line nor paper nor shading (boxes in user space)."""
    shades = [paint for paint in lines.paints if paint.kind == "shade"]
    dark = fills([paint.handle for paint in shades])[:, :3] @ GREY < (1 - DARK) * 255
    drawn = [paint.box for paint in lines.paints if paint.kind in ("picture", "drawing")]
    boxes = [paint for paint, is_dark in zip(shades, dark.tolist(), strict=True) if is_dark]
    return (*drawn, *(paint.box for paint in boxes if _clip_boxes(paint) is not None))


def struck(texts: Sequence[str], edges: Boxes, rulings: Sequence[Ruling], over: Sequence[Ruling]) -> Bools:
    """Return which figures a line runs through: they are no longer meant.

    ``rulings`` are those of the page, most of them of tables; ``over`` those that are laid over it.
    """
    found = np.zeros(len(texts), np.bool_)
    own = ((r.top, r.x0, r.x1, 0.0) for r in rulings if r.top == r.bottom and SPECK < r.x1 - r.x0 < STRIKE)
    laid = ((r.top, r.x0, r.x1, ANY) for r in over if r.top == r.bottom)
    across = sorted([*own, *laid])
    figures = np.array([i for i, text in enumerate(texts) if text.isdigit()], np.intp)
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


def overprinted(texts: Sequence[str], edges: Boxes) -> Bools:
    """Return which figures are printed over other figures."""
    found = np.zeros(len(texts), np.bool_)
    figures = np.array([i for i, text in enumerate(texts) if text.isdigit()], np.intp)
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
    modes = np.array(list(map(_mode, texts)), np.int32)
    colours = fills(list(texts))
    pale = (modes == 0) & ((colours[:, 3] == 0) | (colours[:, :3].min(axis=1, initial=255) > NEARLY_WHITE))
    found = {}
    for place in np.flatnonzero((modes == INVISIBLE) | (modes == CLIPPING) | pale).tolist():
        colour = Colour(*colours[place].tolist())
        if modes[place] == CLIPPING:
            found[texts[place]] = "clipping"
        elif modes[place] == INVISIBLE or colour.opacity == 0:
            found[texts[place]] = "invisible"
        elif colour.paleness > WHITE:
            found[texts[place]] = "white"
    return found


def _over_text(lines: Lines) -> list[Paint]:
    """Return the boxes and pictures that are painted after the first text."""
    solid = [paint for paint in lines.paints if paint.kind != "drawing"]
    if not solid or not lines.texts:
        return []
    order = dict(zip(lines.order, count(), strict=False))
    first = min(order[handle] for handle in lines.texts)
    return [paint for paint in solid if order[paint.handle] > first]


def _middles(boxes: Floats) -> tuple[Floats, Floats]:
    middles: Floats = (boxes[:, :2] + boxes[:, 2:]) / np.float32(2)
    return middles[:, 0], middles[:, 1]


def _inside(x: Floats, y: Floats, paints: Sequence[Paint]) -> Bools:
    """Return, for every point and box, whether the one lies in the other (n x m)."""
    if not paints or len(x) * len(paints) > PAIRS_LIMIT:
        return np.zeros((len(x), 0), np.bool_)
    x0, y0, x1, y1 = np.array([paint.box for paint in paints], np.float32).T
    across: Bools = (x0 < x[:, None]) & (x[:, None] < x1)
    within: Bools = across & (y0 < y[:, None]) & (y[:, None] < y1)
    return within


def _covers(paint: Paint, x: float, y: float) -> bool:
    """Return whether a box or picture hides what was painted at a point before it."""
    if _transparent(paint.handle):
        return False
    clips = _clip_boxes(paint)
    return clips is not None and all(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in clips)


def _clip_boxes(paint: Paint) -> list[Rectangle] | None:
    """Return the boxes that bound what is painted of a box or picture; None where it is cut to another shape.

    Cut to the space between two boxes, one in the other, a filled box is the border of a cell.
    """
    clip = _clip(paint.handle)
    boxes: list[Rectangle] = []
    point = (_float * 2)()
    a = ctypes.addressof(point)
    for path in range(max(0, _clip_paths(clip)) if clip else 0):
        count = _clip_segments(clip, path)
        if count > BOX_SEGMENTS:
            return None
        xs, ys = [], []
        for number in range(count):
            _point(_clip_segment(clip, path, number), a, a + 4)
            xs.append(point[0])
            ys.append(point[1])
        if xs:
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return boxes


def _shade(paint: Paint) -> float:
    """Return how pale a filled box is."""
    rgba = (ctypes.c_uint * 4)()
    a = ctypes.addressof(rgba)
    known = _fill_colour(paint.handle, a, a + 4, a + 8, a + 12)
    return Colour(*rgba).paleness if known else 0.0


def _has_ground(lines: Lines, order: dict[int, int], text: int, x: float, y: float) -> bool:
    """Return whether something that is not white lies under white text, painted at place ``text`` of ``order``."""
    for paint in lines.paints:
        x0, y0, x1, y1 = paint.box
        under = x0 < x < x1 and y0 < y < y1 and order[paint.handle] < text
        if under and (paint.kind in ("picture", "drawing") or _shade(paint) < WHITE):
            return True
    return any(_kind(handle) == _SHADING for handle in lines.order)
