"""What a page of a PDF paints besides its characters: straight lines, boxes, pictures and drawings, and in which order.

Straight lines may be tables. What else is painted may hide text that was painted before it, or show what no text tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdfium import PATH_LIMIT, WHITE, PdfPage, Rectangle

__all__ = [
    "BOX_SEGMENTS",
    "DRAWING",
    "PAPER",
    "PICTURE",
    "SHADE",
    "THIN",
    "VEIL",
    "Painted",
    "Paints",
    "around",
    "cut_to",
    "painted",
]

Floats = npt.NDArray[np.float32]
Matrix = tuple[float, ...]
Line = tuple[float, float, float, float, float]
"""x0, y0, x1, y1 and the width."""

NESTING_LIMIT = 8
"""Depth of Form XObjects followed."""
STRAIGHT = 1.0
"""Ends of a line on a page that lay askew are at most this far (points) from straight across or down."""
FLAT = 0.1
"""A curve whose points lie nearer than this (points) to one line is that line."""
SPECK = 0.5
"""What is smaller than this both ways (points) is not looked at."""
THIN = 3.0
"""A filled rectangle or a bounding box narrower than this (points) is a line."""
BOX_SEGMENTS = 5
"""A path of more segments is more than one box."""
SHORT = 15.0
"""A thin path of many segments, shorter than this (points), may be the outline of a digit."""

OPAQUE = 255
"""What is painted with less opacity does not hide what lies under it."""

PAPER, SHADE, PICTURE, DRAWING, VEIL = range(5)
"""What is painted: a box filled with white, one filled with another colour, a picture, what is none of these; and what
shows nothing itself but may lie over text: a white line, colours that flow."""
LEAST_VEIL, WIDE_VEIL = 1.0, 4.0
"""White lines thinner than the one (points) hide no figure, nor do those around a box thinner than the other."""

EVERYWHERE, NOWHERE = (-np.inf, -np.inf, np.inf, np.inf), (np.inf, np.inf, -np.inf, -np.inf)


class Paints(NamedTuple):
    """What a page paints besides lines and text: the objects, what each of them is, and their boxes in user space.

    ``kinds``: :data:`PAPER`, :data:`SHADE`, :data:`PICTURE`, :data:`DRAWING` or :data:`VEIL`. ``boxes``: left, bottom,
    right, top (n x 4). ``pale``: which of them stand in a form that is painted so that what lies under it shows
    through.
    """

    handles: tuple[int, ...]
    kinds: npt.NDArray[np.uint8]
    boxes: Floats
    pale: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Painted:
    """What a page paints.

    ``segments``: the straight lines, in user space: rows of (x0, y0, x1, y1, width), x0 <= x1 and y0 <= y1. ``over``:
    those of what is laid over the page (:mod:`gxstudy.readers.pdf_over`). ``texts``: the handles of its text objects,
    and ``paints``: what else there is. ``order``: the handles of all in the order in which they are painted.
    ``within``: of text objects inside forms, the matrix of the form and the box that it is cut to. ``laid``: the text
    objects of what is laid over the page, and ``dim`` those in forms that have a mask or an opacity.
    """

    segments: Floats
    over: Floats
    objects: int
    cut_off: bool
    texts: tuple[int, ...]
    paints: Paints
    order: tuple[int, ...]
    within: Mapping[int, tuple[Matrix | None, Rectangle]]
    laid: frozenset[int]
    dim: frozenset[int]


def painted(page: PdfPage, level: Matrix | None = None) -> Painted:
    """Return what a page paints, Form XObjects included.

    Lines are strokes, and filled rectangles thinner than :data:`THIN`. White ones are left out: they do not print.

    Parameters
    ----------
    page
        The page.
    level
        The matrix that makes a page lie straight that lies askew; None for one that does.
    """
    handles = objects.of_page(page, range(min(page.objects(), PATH_LIMIT)))
    collector = _Collector(level)
    own = len(handles) if page.own_objects is None else min(len(handles), page.own_objects)
    collector.walk(handles[:own], level, 0)
    found, collector.found = collector.found, []
    texts = len(collector.texts)
    if own < len(handles):
        collector.walk(handles[own:], level, 0)
    return Painted(
        _finite(found),
        _finite(collector.found),
        page.objects(),
        page.objects() > len(handles) or collector.cut_off,
        tuple(collector.texts),
        collector.paints(),
        tuple(collector.order),
        collector.within,
        frozenset(collector.texts[texts:]),
        frozenset(collector.dim),
    )


def cut_to(painted: Painted, texts: Sequence[int]) -> dict[int, Rectangle]:
    """Return the boxes that some text objects are cut to (user space), of those that are cut at all.

    A box of less than no size stands for another shape, and for nothing.
    """
    found: dict[int, Rectangle] = {}
    counts = objects.clip_counts(texts)
    if not painted.within and max(counts, default=0) <= 0:
        return found
    for text, count in zip(texts, counts, strict=True):
        within = painted.within.get(text)
        if count <= 0 and within is None:
            continue
        matrix, box = within or (None, EVERYWHERE)
        found[text] = _shared(box, _clip_box(text, matrix)) if count > 0 else box
    return found


def _clip_box(handle: int, outer: Matrix | None) -> Rectangle:
    box = EVERYWHERE
    for points in objects.clips(handle, BOX_SEGMENTS):
        box = _shared(box, _placed(around(points), outer) if points else NOWHERE)
    return box


def _shared(one: Rectangle, other: Rectangle) -> Rectangle:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _finite(found: list[Line]) -> Floats:
    lines = np.array(found, np.float32).reshape(-1, 5)
    return lines[np.isfinite(lines).all(axis=1)]


class _Collector:
    """Walks page objects and keeps what they paint."""

    def __init__(self, level: Matrix | None) -> None:
        self.found: list[Line] = []
        self.texts: list[int] = []
        self.order: list[int] = []
        self.within: dict[int, tuple[Matrix | None, Rectangle]] = {}
        self.dim: list[int] = []
        self.cut_off = False
        self._bounds = EVERYWHERE
        self._handles: list[int] = []
        self._kinds: list[int] = []
        self._boxes: list[Sequence[float]] = []
        self._pale: list[bool] = []
        self._inside_pale = False
        self._askew = level is not None
        self._left = PATH_LIMIT

    def paints(self) -> Paints:
        """Return what was painted besides lines and text."""
        boxes = np.array(self._boxes, np.float32).reshape(-1, 4)
        return Paints(tuple(self._handles), np.array(self._kinds, np.uint8), boxes, np.array(self._pale, np.bool_))

    def walk(self, handles: list[int], outer: Matrix | None, depth: int) -> None:
        """Keep what some objects paint; ``outer`` is the matrix of the form that they stand in."""
        self._left -= len(handles)
        if self._left < 0:
            self.cut_off = True
            return
        kinds = objects.kinds(handles)
        self._paths(_of_kind(objects.PATH, handles, kinds), outer)
        if objects.PICTURE in kinds:
            pictures = _of_kind(objects.PICTURE, handles, kinds)
            self._paint(pictures, [PICTURE] * len(pictures), objects.bounds(pictures).tolist(), outer)
        if objects.SHADING in kinds:
            flowing = _of_kind(objects.SHADING, handles, kinds)
            self._paint(flowing, [VEIL] * len(flowing), objects.bounds(flowing).tolist(), outer)
        if depth:
            self.within.update(dict.fromkeys(_of_kind(objects.TEXT, handles, kinds), (outer, self._bounds)))
        if objects.FORM not in kinds:
            self.texts += _of_kind(objects.TEXT, handles, kinds)
            self.order += handles
            return
        for handle, kind in zip(handles, kinds, strict=True):
            if kind == objects.FORM:
                self._form(handle, outer, depth)
            else:
                self.order.append(handle)
                if kind == objects.TEXT:
                    self.texts.append(handle)

    def _form(self, handle: int, outer: Matrix | None, depth: int) -> None:
        if depth == NESTING_LIMIT or objects.inner_count(handle) > self._left:
            self.cut_off = True
            return
        before = self._inside_pale, self._bounds
        texts = len(self.texts)
        self._inside_pale |= objects.opacity(handle) < OPAQUE
        self._bounds = _shared(self._bounds, _clip_box(handle, outer))
        self.walk(objects.inner(handle), _compose(objects.matrix(handle), outer), depth + 1)
        self._inside_pale, self._bounds = before
        if objects.transparent([handle])[0]:
            self.dim += self.texts[texts:]

    def _paths(self, every: list[int], outer: Matrix | None) -> None:
        modes = objects.draw_modes(every)
        seen = np.flatnonzero(modes.any(axis=1))
        paths = [every[i] for i in seen.tolist()]
        if not paths:
            return
        fill, stroke = modes[seen].T
        printing, widths = _inks(paths, stroke)
        boxes = objects.bounds(paths)
        wide, high = (boxes[:, 2:].astype(np.float64) - boxes[:, :2]).T
        broad = (wide >= THIN) & (high >= THIN)
        behind = np.flatnonzero(fill & broad & (stroke | ~printing))
        if len(behind):
            self._ground([paths[i] for i in behind.tolist()], stroke[behind], boxes[behind], outer)
        if not printing.all():
            self._veil(paths, ~printing & ~(fill & broad), stroke, boxes, widths, outer)
        shown = np.flatnonzero(printing & ((wide >= SPECK) | (high >= SPECK)))
        columns = (stroke, fill, broad, boxes, widths)
        lists = ([paths[i] for i in shown.tolist()], *(column[shown].tolist() for column in columns))
        for path, stroked, filled, is_broad, box, width in zip(*lists, strict=True):
            if self._askew:
                self._slanting(path, box, width, outer, stroked=stroked, filled=filled, broad=is_broad)
            elif stroked:
                self._stroke(path, box, width, outer)
            else:
                self._fill(path, box, outer, broad=is_broad)

    def _ground(self, paths: list[int], stroke: npt.NDArray[np.bool_], boxes: Floats, outer: Matrix | None) -> None:
        """Keep what is filled behind its border, or with white."""
        kinds = np.where(stroke, SHADE, PAPER)
        kinds[objects.segment_counts(paths) > BOX_SEGMENTS] = DRAWING
        self._paint(paths, kinds.tolist(), boxes.tolist(), outer)

    def _veil(
        self,
        paths: list[int],
        white: npt.NDArray[np.bool_],
        stroke: npt.NDArray[np.bool_],
        boxes: Floats,
        widths: Floats,
        outer: Matrix | None,
    ) -> None:
        """Keep white lines that may hide what lies under them."""
        across = (boxes[:, 2:] - boxes[:, :2]).min(axis=1)
        wide = np.where(stroke, widths, across) >= LEAST_VEIL
        places = np.flatnonzero(white & wide)
        counts = objects.segment_counts([paths[i] for i in places.tolist()])
        places = places[~stroke[places] | (counts <= 2) | (widths[places] >= WIDE_VEIL)]
        self._paint([paths[i] for i in places.tolist()], [VEIL] * len(places), boxes[places].tolist(), outer)

    def _fill(self, path: int, box: Sequence[float], outer: Matrix | None, *, broad: bool) -> None:
        x0, y0, x1, y1 = box
        wide, high = x1 - x0, y1 - y0
        count = objects.segment_count(path)
        if not broad:
            self._keep(x0, y0, x1, y1, min(wide, high), outer)
            if wide < SHORT and high < SHORT and count > BOX_SEGMENTS + 1:
                self._draw(path, box, count, outer)
            return
        lines = len(self.found)
        if count > BOX_SEGMENTS:
            self._filled(path, outer)
        if len(self.found) == lines or (wide < 3 * SHORT and high < SHORT):
            self._draw(path, box, count, outer)

    def _stroke(self, path: int, box: Sequence[float], width: float, outer: Matrix | None) -> None:
        x0, y0, x1, y1 = box
        wide, high = x1 - x0, y1 - y0
        count = objects.segment_count(path)
        if count > 2:
            lines = len(self.found)
            self._segments(path, width, outer)
            if len(self.found) == lines:
                self._draw(path, box, count, outer)
        # The bounds of a stroke are widened by half its width (by more in some versions): take the middle.
        # A dash is short: what is thinner the other way lies level.
        elif wide < THIN + width and wide <= high:
            self._keep((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, width, outer)
        elif high < THIN + width:
            self._keep(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, width, outer)
        else:  # it slants, or is drawn larger than the width said
            self._segments(path, width, outer)

    def _draw(self, path: int, box: Sequence[float], count: int, outer: Matrix | None) -> None:
        """Keep what is no line: a box, which has few segments (``count``), or a drawing."""
        self._paint([path], [SHADE if count <= BOX_SEGMENTS else DRAWING], [box], outer)

    def _paint(
        self, handles: list[int], kinds: list[int], boxes: Sequence[Sequence[float]], outer: Matrix | None
    ) -> None:
        self._handles += handles
        self._kinds += kinds
        self._pale += [self._inside_pale] * len(handles)
        places = boxes if outer is None else [_placed(box, outer) for box in boxes]
        if self._askew:
            places = [
                (self._box_of(handle, outer) if kind in (PAPER, SHADE) else None) or place
                for handle, kind, place in zip(handles, kinds, places, strict=True)
            ]
        self._boxes += places

    def _box_of(self, path: int, outer: Matrix | None) -> Rectangle | None:
        """Return the box around the points of a path that are to be turned first; None for one without points."""
        corners = [point for points in self._turned(path, outer) for point in points]
        return around(corners) if corners else None

    def _filled(self, path: int, outer: Matrix | None) -> None:
        """Keep the thin rectangles of a path that fills several at once, and the sides of its thin frames."""
        before: Rectangle | None = None
        for points in self._subpaths(path):
            if len(points) < 4:
                continue
            box = x0, y0, x1, y1 = around(points)
            if min(x1 - x0, y1 - y0) < THIN:
                self._keep(x0, y0, x1, y1, min(x1 - x0, y1 - y0), outer)
                before = None
            elif before is not None and (sides := _sides(before, box)):
                for side in sides:
                    self._keep(*side, outer)
                before = None
            else:
                before = box

    def _slanting(
        self,
        path: int,
        box: Sequence[float],
        width: float,
        outer: Matrix | None,
        *,
        stroked: bool,
        filled: bool,
        broad: bool,
    ) -> None:
        """Keep the lines of a path whose points are to be turned first: their bounds are wider than they are."""
        lines = len(self.found)
        for points in self._turned(path, outer):
            if stroked:
                for (xa, ya), (xb, yb) in pairwise(points):
                    if abs(xa - xb) < STRAIGHT or abs(ya - yb) < STRAIGHT:
                        self._keep(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb), width, None)
            elif len(points) >= 4:
                x0, y0, x1, y1 = around(points)
                if (thin := min(x1 - x0, y1 - y0)) < THIN:
                    self._keep(x0, y0, x1, y1, thin, None)
        count = objects.segment_count(path)
        drawn = count > BOX_SEGMENTS if stroked else filled
        if drawn and broad and len(self.found) == lines:
            self._draw(path, box, count, outer)

    def _turned(self, path: int, outer: Matrix | None) -> Iterator[list[tuple[float, float]]]:
        a, b, c, d, e, f = outer or (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        for points in self._subpaths(path):
            yield [(a * x + c * y + e, b * x + d * y + f) for x, y in points]

    def _segments(self, path: int, width: float, outer: Matrix | None) -> None:
        for points in self._subpaths(path):
            for (xa, ya), (xb, yb) in pairwise(points):
                if abs(xa - xb) < 0.5 or abs(ya - yb) < 0.5:
                    self._keep(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb), width, outer)

    def _subpaths(self, path: int) -> Iterator[list[tuple[float, float]]]:
        count = objects.segment_count(path)
        self._left -= count
        if self._left < 0:
            self.cut_off = True
            return
        a, b, c, d, e, f = objects.matrix(path)
        points: list[tuple[float, float]] = []
        bend: list[tuple[float, float]] = []  # of a curve, which has three
        for kind, u, v in objects.segments(path, count):
            point = (a * u + c * v + e, b * u + d * v + f)
            if kind == objects.LINE:
                points.append(point)
                continue
            if kind == objects.CURVE:
                bend.append(point)
                if len(bend) < 3:
                    continue
                if points and _is_straight([points[-1], *bend]):
                    points.append(point)
                    bend = []
                    continue
            if len(points) > 1:  # a curve breaks the line
                yield points
            points, bend = [point], []
        if len(points) > 2:
            points.append(points[0])
        if len(points) > 1:
            yield points

    def _keep(self, x0: float, y0: float, x1: float, y1: float, width: float, outer: Matrix | None) -> None:
        self.found.append((*_placed((x0, y0, x1, y1), outer), width))


def _is_straight(points: list[tuple[float, float]]) -> bool:
    """Return whether a curve, by its four points, is a line along an edge of the page."""
    return any(max(values) - min(values) < FLAT for values in zip(*points, strict=True))


def _of_kind(kind: int, handles: list[int], kinds: list[int]) -> list[int]:
    return list(compress(handles, map(kind.__eq__, kinds)))


def _inks(paths: list[int], stroke: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Return which paths print, because the colour of their stroke or else their filling shows, and their widths.

    A colour that PDFium does not know is black. The width is that of the stroke: 0 where there is none.
    """
    strokes, fills = list(compress(paths, stroke.tolist())), list(compress(paths, (~stroke).tolist()))
    colours = np.empty((len(paths), 4), np.uint32)
    colours[stroke], colours[~stroke] = objects.strokes(strokes), objects.fills(fills)
    widths = np.zeros(len(paths), np.float32)
    widths[stroke] = objects.stroke_widths(strokes)
    return objects.paleness(colours) < WHITE, widths


def around(points: Sequence[tuple[float, float]]) -> Rectangle:
    """Return the box around points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _sides(one: Rectangle, other: Rectangle) -> list[Line]:
    """Return the lines between two boxes, one just inside the other: the border of a cell; else none.

    Those of the sides that there are.
    """
    larger = max(one[2] - one[0], one[3] - one[1])
    around = (one[0] - other[0], one[1] - other[1], other[2] - one[2], other[3] - one[3])
    inside = all(wide >= 0 for wide in around) or all(wide <= 0 for wide in around)
    if larger < SHORT or not inside or max(map(abs, around)) >= THIN:
        return []
    left, bottom, right, top = ((a + b) / 2 for a, b in zip(one, other, strict=True))
    lines = (
        (left, bottom, left, top),
        (left, bottom, right, bottom),
        (right, bottom, right, top),
        (left, top, right, top),
    )
    return [(*line, abs(wide)) for line, wide in zip(lines, around, strict=True) if wide]


def _placed(box: Sequence[float], outer: Matrix | None) -> Rectangle:
    """Return a box in the space of the page; ``outer`` is the matrix of the form that it stands in."""
    x0, y0, x1, y1 = box
    if outer is None:
        return x0, y0, x1, y1
    a, b, c, d, e, f = outer
    xa, ya, xb, yb = a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f
    return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)


def _compose(inner: Matrix, outer: Matrix | None) -> Matrix:
    """Return the matrix that applies ``inner``, then ``outer``."""
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
