"""The calls into PDFium that the PDF reader needs, with plain numbers in and out.

PDFium's own objects never leave this module: a page becomes arrays of glyphs and lines. Prototypes take addresses
instead of typed pointers, and results go to one reused buffer, because a report has thousands of glyphs and each call
counts. PDFium is not thread-safe: every use goes through :func:`opened`, which holds a lock.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2  # noqa: F401  (starts the library, and ends it with the process)
import pypdfium2.raw as pdfium

from gxstudy.errors import EncryptedFileError, TruncatedFileError

__all__ = ["Colour", "Lines", "Paint", "Pdf", "PdfPage", "call", "fills", "opened"]

Floats = npt.NDArray[np.float32]

PATH_LIMIT = 200_000
"""Page objects looked at on one page before the rest is left out."""
GLYPH_LIMIT = 50_000
"""Characters read from one page before the rest is left out."""
AHEAD_LIMIT = 20_000
"""Page objects after which no further page is loaded ahead."""
NESTING_LIMIT = 8
"""Depth of Form XObjects followed."""
PICTURE_DEPTH = 2
"""First and last objects of a page among which the picture of a scanned page is looked for."""
PICTURE_SHARE = 0.6
"""Share of the page that such a picture covers at least."""
WHITE = 0.97
"""What is paler than this does not print."""
STRAIGHT = 1.0
"""Ends of a line on a page that lay askew are at most this far (points) from straight across or down."""
SPECK = 0.5
"""What is smaller than this both ways (points) is not looked at."""
THIN = 3.0
"""A filled rectangle or a bounding box narrower than this (points) is a line."""
BOX_SEGMENTS = 5
"""A path of more segments is more than one box."""
SHORT = 15.0
"""A thin path of many segments, shorter than this (points), may be the outline of a digit."""

_LOCK = threading.RLock()
_TEXT, _PATH, _FORM = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM
_IMAGE, _INVISIBLE = pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
_MOVE = pdfium.FPDF_SEGMENT_MOVETO
_LINE = pdfium.FPDF_SEGMENT_LINETO


def call(name: str, result: Any, *arguments: Any, long: bool = False) -> Any:
    """Return PDFium's function ``name`` with a prototype of our own, apart from the one of pypdfium2.

    Only ``long`` calls let other threads run meanwhile: to let them costs a tenth of a short one.
    """
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    if address is None:
        msg = f"PDFium has no function {name}"
        raise ImportError(msg)
    prototype = ctypes.CFUNCTYPE if long else ctypes.PYFUNCTYPE
    return prototype(result, *arguments)(address)


_int, _void, _ulong, _bool = ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int
_load_document = call("FPDF_LoadMemDocument64", _void, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, long=True)
_close_document = call("FPDF_CloseDocument", None, _void, long=True)
_last_error = call("FPDF_GetLastError", _ulong)
_page_count = call("FPDF_GetPageCount", _int, _void)
_load_page = call("FPDF_LoadPage", _void, _void, _int, long=True)
_close_page = call("FPDF_ClosePage", None, _void, long=True)
_bounding_box = call("FPDF_GetPageBoundingBox", _bool, _void, _void)
_rotation = call("FPDFPage_GetRotation", _int, _void)
_load_text = call("FPDFText_LoadPage", _void, _void, long=True)
_close_text = call("FPDFText_ClosePage", None, _void, long=True)
_count_chars = call("FPDFText_CountChars", _int, _void)
_get_text = call("FPDFText_GetText", _int, _void, _int, _int, _void)
_get_unicode = call("FPDFText_GetUnicode", ctypes.c_uint, _void, _int)
_loose_box = call("FPDFText_GetLooseCharBox", _bool, _void, _int, _void)
_tight_box = call("FPDFText_GetCharBox", _bool, _void, _int, _void, _void, _void, _void)
_origin = call("FPDFText_GetCharOrigin", _bool, _void, _int, _void, _void)
_text_object = call("FPDFText_GetTextObject", _void, _void, _int)
_char_angle = call("FPDFText_GetCharAngle", ctypes.c_float, _void, _int)
_map_error = call("FPDFText_HasUnicodeMapError", _int, _void, _int)
_fill_of_char = call("FPDFText_GetFillColor", _bool, _void, _int, _void, _void, _void, _void)
_count_objects = call("FPDFPage_CountObjects", _int, _void)
_get_object = call("FPDFPage_GetObject", _void, _void, _int)
_form_count = call("FPDFFormObj_CountObjects", _int, _void)
_form_object = call("FPDFFormObj_GetObject", _void, _void, _ulong)
_object_type = call("FPDFPageObj_GetType", _int, _void)
_object_bounds = call("FPDFPageObj_GetBounds", _bool, _void, _void, _void, _void, _void)
_object_matrix = call("FPDFPageObj_GetMatrix", _bool, _void, _void)
_stroke_color = call("FPDFPageObj_GetStrokeColor", _bool, _void, _void, _void, _void, _void)
_fill_color = call("FPDFPageObj_GetFillColor", _bool, _void, _void, _void, _void, _void)
_stroke_width = call("FPDFPageObj_GetStrokeWidth", _bool, _void, _void)
_draw_mode = call("FPDFPath_GetDrawMode", _bool, _void, _void, _void)
_text_mode = call("FPDFTextObj_GetTextRenderMode", _int, _void)
_segment_count = call("FPDFPath_CountSegments", _int, _void)
_segment = call("FPDFPath_GetPathSegment", _void, _void, _int)
_segment_point = call("FPDFPathSegment_GetPoint", _bool, _void, _void, _void)
_segment_type = call("FPDFPathSegment_GetType", _int, _void)


class Paint(NamedTuple):
    """What a page paints besides lines and text: an object, what it is, and its box in user space.

    ``paper``: a box filled with white. ``shade``: one filled with another colour.
    """

    handle: int
    kind: Literal["paper", "shade", "picture", "drawing"]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Lines:
    """Straight painted lines of a page, in user space: rows of (x0, y0, x1, y1, width), x0 <= x1 and y0 <= y1.

    ``over``: those of what is laid over the page (:mod:`gxstudy.readers.pdf_over`). ``texts``: the handles of its text
    objects. ``paints``: what else it paints. ``order``: the handles of all in the order in which they are painted.
    """

    segments: Floats
    over: Floats
    objects: int
    cut_off: bool
    texts: tuple[int, ...]
    paints: tuple[Paint, ...]
    order: tuple[int, ...]


class Colour(NamedTuple):
    """Red, green, blue and opacity, 0 to 255."""

    red: int
    green: int
    blue: int
    opacity: int

    @property
    def paleness(self) -> float:
        """How little it shows on paper: 0.0 black, 1.0 white or transparent."""
        shade = (0.299 * self.red + 0.587 * self.green + 0.114 * self.blue) / 255
        return 1 - self.opacity / 255 * (1 - shade)

    @property
    def vividness(self) -> float:
        """How far it is from grey: 0.0 to 1.0."""
        return (max(self[:3]) - min(self[:3])) / 255


class PdfPage:
    """One loaded page."""

    def __init__(self, handle: int, document: int, index: int) -> None:
        self._page = handle
        self._document, self._index = document, index
        self._own: int | None = None
        self._text: int | None = None
        self._characters: str | None = None

    @property
    def handle(self) -> int:
        """PDFium's own page, for calls into it by other modules of this room."""
        return self._page

    def load_again(self) -> None:
        """Load the page anew after something was laid over it: what it painted itself is known by its number."""
        self._own = self.objects()
        handle = _load_page(self._document, self._index)
        if handle:
            self.close()
            self._page, self._text, self._characters = handle, None, None

    def frame(self) -> tuple[float, float, float, float, int]:
        """Return the visible box (left, bottom, right, top) in user space and the quarter turns applied for display."""
        box = (ctypes.c_float * 4)()  # left, top, right, bottom
        _bounding_box(self._page, ctypes.addressof(box))
        return box[0], box[3], box[2], box[1], _rotation(self._page)

    def text(self) -> str:
        """Return the page's characters in PDFium's order, at most :data:`GLYPH_LIMIT`, one code point each."""
        if self._characters is None:
            text_page = self._text_page()
            kept = min(max(0, _count_chars(text_page)), GLYPH_LIMIT)
            buffer = ctypes.create_string_buffer(2 * (kept + 1))
            written = _get_text(text_page, 0, kept, ctypes.addressof(buffer)) - 1 if kept else 0
            text = buffer.raw[: 2 * max(0, written)].decode("utf-16-le", "surrogatepass")
            if len(text) != kept:
                text = "".join(chr(_get_unicode(text_page, i) or 0xFFFD) for i in range(kept))
            self._characters = text
        return self._characters

    def objects(self) -> int:
        """Return how many objects the page draws, those inside Form XObjects not counted."""
        return max(0, int(_count_objects(self._page)))

    def hides_text(self) -> bool:
        """Return whether most text is invisible, or hidden under a picture of the whole page, as behind a scan.

        Such a picture is drawn first or last; on any other page two or three objects are looked at.
        """
        count = min(self.objects(), PATH_LIMIT)
        places = sorted({*range(min(PICTURE_DEPTH, count)), *range(max(0, count - PICTURE_DEPTH), count)})
        covering = [place for place in places if self._covers(_get_object(self._page, place))]
        if not covering:
            return False
        hidden = shown = 0
        for place, handle in enumerate(map(_get_object, repeat(self._page), range(count))):
            inside = range(max(0, _form_count(handle))) if _object_type(handle) == _FORM else ()
            for each in [handle, *map(_form_object, repeat(handle), inside)]:
                if _object_type(each) == _TEXT:
                    is_hidden = place < covering[-1] or _text_mode(each) == _INVISIBLE
                    hidden, shown = hidden + is_hidden, shown + (not is_hidden)
        return hidden > 4 * shown

    def _covers(self, handle: int) -> bool:
        """Return whether an object is a picture over most of the page."""
        if _object_type(handle) != _IMAGE:
            return False
        bounds = (ctypes.c_float * 4)()  # left, bottom, right, top
        a = ctypes.addressof(bounds)
        _object_bounds(handle, a, a + 4, a + 8, a + 12)
        left, bottom, right, top, _ = self.frame()
        wide, high = min(bounds[2], right) - max(bounds[0], left), min(bounds[3], top) - max(bounds[1], bottom)
        return wide > 0 and high > 0 and wide * high > PICTURE_SHARE * (right - left) * (top - bottom)

    def more_text(self) -> bool:
        """Return whether the page has more characters than :meth:`text` gives."""
        return int(_count_chars(self._text_page())) > len(self.text())

    def loose_boxes(self, indices: Sequence[int]) -> Floats:
        """Return the boxes of the characters of ``indices`` from the fonts' measures.

        Rows of left, top, right, bottom (n x 4, in user space, so that top > bottom), as PDFium gives them; line ends
        and spaces that PDFium makes up have boxes of no size.
        """
        boxes = np.zeros((len(indices), 4), np.float32)
        start = boxes.ctypes.data
        addresses = range(start, start + 16 * len(indices), 16)
        deque(map(_loose_box, repeat(self._text_page()), indices, addresses), maxlen=0)
        return boxes

    def tight_boxes(self, indices: list[int]) -> Floats:
        """Return the boxes of the ink of the characters of ``indices``, ordered as those of :meth:`loose_boxes`."""
        boxes = np.zeros((len(indices), 4), np.float32)
        found = (ctypes.c_double * 4)()  # left, right, bottom, top
        a = ctypes.addressof(found)
        for box, index in zip(boxes, indices, strict=True):
            if _tight_box(self._text_page(), index, a, a + 8, a + 16, a + 24):
                box[:] = found[0], found[3], found[1], found[2]
        return boxes

    def baselines(self, indices: list[int]) -> Floats:
        """Return the height (y, in user space) on which each character of ``indices`` stands."""
        found = (ctypes.c_double * 2)()
        a = ctypes.addressof(found)
        heights = np.zeros(len(indices), np.float32)
        for place, index in enumerate(indices):
            if _origin(self._text_page(), index, a, a + 8):
                heights[place] = found[1]
        return heights

    def angles(self, indices: list[int]) -> list[float]:
        """Return the angle (radians, counter-clockwise from the page's x axis) of each character of ``indices``."""
        return list(map(_char_angle, repeat(self._text_page()), indices))

    def unmapped(self, indices: list[int]) -> list[bool]:
        """Return, for each character of ``indices``, whether its font gives it no Unicode value."""
        return list(map((1).__eq__, map(_map_error, repeat(self._text_page()), indices)))

    def text_objects(self, indices: Sequence[int]) -> list[int | None]:
        """Return the handle of the text object of each character of ``indices``; None for those made up by PDFium."""
        return list(map(_text_object, repeat(self._text_page()), indices))

    def colours(self, indices: list[int]) -> list[Colour]:
        """Return the fill colour of each character of ``indices`` (black where PDFium knows none)."""
        rgba = (ctypes.c_uint * 4)()
        a = ctypes.addressof(rgba)
        text_page = self._text_page()
        return [
            Colour(*rgba) if _fill_of_char(text_page, index, a, a + 4, a + 8, a + 12) else Colour(0, 0, 0, 255)
            for index in indices
        ]

    def lines(self, level: tuple[float, ...] | None = None) -> Lines:
        """Return the straight lines painted on the page, Form XObjects included.

        Strokes, and filled rectangles thinner than :data:`THIN`. White ones are left out: they do not print.
        ``level`` is the matrix that makes a page lie straight that lies askew; None for one that does.
        """
        count = max(0, _count_objects(self._page))
        kept = min(count, PATH_LIMIT)
        collector = _LineCollector(kept, askew=level is not None)
        handles = list(map(_get_object, repeat(self._page), range(kept)))
        own = kept if self._own is None else min(kept, self._own)
        collector.walk(handles[:own], level, 0)
        found, collector.found = collector.found, []
        if own < kept:
            collector.walk(handles[own:], level, 0)
        return Lines(
            _finite(found),
            _finite(collector.found),
            count,
            count > kept or collector.cut_off,
            tuple(collector.texts),
            tuple(collector.paints),
            tuple(collector.order),
        )

    def close(self) -> None:
        """Release what PDFium holds for the page."""
        if self._text is not None:
            _close_text(self._text)
        _close_page(self._page)

    def _text_page(self) -> int:
        if self._text is None:
            self._text = _load_text(self._page)
        return self._text


def _finite(found: list[tuple[float, float, float, float, float]]) -> Floats:
    lines = np.array(found, np.float32).reshape(-1, 5)
    return lines[np.isfinite(lines).all(axis=1)]


class _LineCollector:
    """Walks page objects and keeps the straight lines; one set of buffers for all of them."""

    def __init__(self, budget: int, *, askew: bool = False) -> None:
        self.found: list[tuple[float, float, float, float, float]] = []
        self.texts: list[int] = []
        self.paints: list[Paint] = []
        self.order: list[int] = []
        self._askew = askew
        self.cut_off = False
        self._left = max(budget, PATH_LIMIT)
        self._floats = (ctypes.c_float * 6)()

    def walk(self, handles: list[int], outer: tuple[float, ...] | None, depth: int) -> None:
        self._left -= len(handles)
        if self._left < 0:
            self.cut_off = True
            return
        kinds = list(map(_object_type, handles))
        self._paths([handle for handle, kind in zip(handles, kinds, strict=True) if kind == _PATH], outer)
        self.texts += [handle for handle, kind in zip(handles, kinds, strict=True) if kind == _TEXT]
        if _IMAGE in kinds:
            pictures = [handle for handle, kind in zip(handles, kinds, strict=True) if kind == _IMAGE]
            bounds = np.zeros((len(pictures), 4), np.float32)
            _each(_object_bounds, pictures, *_columns(bounds))
            for picture, box in zip(pictures, bounds.tolist(), strict=True):
                self.paints.append(Paint(picture, "picture", _placed(box, outer)))
        if _FORM not in kinds:
            self.order += handles
            return
        for handle, kind in zip(handles, kinds, strict=True):
            if kind != _FORM:
                self.order.append(handle)
            else:
                if depth == NESTING_LIMIT:
                    self.cut_off = True
                    continue
                inner = max(0, _form_count(handle))
                if inner > self._left:
                    self.cut_off = True
                    continue
                children = list(map(_form_object, repeat(handle), range(inner)))
                self.walk(children, _compose(self._matrix(handle), outer), depth + 1)

    def _matrix(self, handle: int) -> tuple[float, ...]:
        _object_matrix(handle, ctypes.addressof(self._floats))
        return tuple(self._floats)

    def _paths(self, paths: list[int], outer: tuple[float, ...] | None) -> None:
        modes = np.zeros((len(paths), 2), np.int32)  # fill, stroke
        _each(_draw_mode, paths, *_columns(modes))
        painted = [(path, mode[1], mode[0]) for path, mode in zip(paths, modes.tolist(), strict=True) if any(mode)]
        strokes = [path for path, stroked, _ in painted if stroked]
        fills = [path for path, stroked, _ in painted if not stroked]
        printing = {*_printing(_stroke_color, strokes), *_printing(_fill_color, fills)}
        bounds = np.zeros((len(painted), 4), np.float32)  # left, bottom, right, top
        _each(_object_bounds, [path for path, _, _ in painted], *_columns(bounds))
        widths = np.zeros((len(strokes), 1), np.float32)
        _each(_stroke_width, strokes, *_columns(widths))
        width_of = dict(zip(strokes, widths[:, 0].tolist(), strict=True))
        for (path, stroked, filled), (x0, y0, x1, y1) in zip(painted, bounds.tolist(), strict=True):
            wide, high = x1 - x0, y1 - y0
            broad = wide >= THIN and high >= THIN
            if filled and broad and (stroked or path not in printing):
                self._paint(path, (x0, y0, x1, y1), outer, white=not stroked)
            if path not in printing or (wide < SPECK and high < SPECK):
                continue
            if self._askew:
                lines = len(self.found)
                self._slanting(path, outer, stroke=bool(stroked))
                drawn = _segment_count(path) > BOX_SEGMENTS if stroked else filled
                if drawn and broad and len(self.found) == lines:
                    self._paint(path, (x0, y0, x1, y1), outer)
                continue
            if not stroked:
                if not broad:
                    self._keep(x0, y0, x1, y1, min(wide, high), outer)
                    if wide < SHORT and high < SHORT and _segment_count(path) > BOX_SEGMENTS + 1:
                        self._paint(path, (x0, y0, x1, y1), outer)
                    continue
                lines = len(self.found)
                if _segment_count(path) > BOX_SEGMENTS:
                    self._filled(path, outer)
                if len(self.found) == lines or (wide < 3 * SHORT and high < SHORT):
                    self._paint(path, (x0, y0, x1, y1), outer)
                continue
            width = width_of[path]
            if _segment_count(path) > 2:
                lines = len(self.found)
                self._segments(path, width, outer)
                if len(self.found) == lines:
                    self._paint(path, (x0, y0, x1, y1), outer)
            # The bounds of a stroke are widened by half its width (by more in some versions): take the middle.
            # A dash is short: what is thinner the other way lies level.
            elif wide < THIN + width and wide <= high:
                self._keep((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, width, outer)
            elif high < THIN + width:
                self._keep(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, width, outer)

    def _paint(
        self, path: int, box: tuple[float, ...], outer: tuple[float, ...] | None, *, white: bool = False
    ) -> None:
        """Keep what is no line: a box, which has few segments, or a drawing."""
        filled: Literal["paper", "shade"] = "paper" if white else "shade"
        kind: Literal["paper", "shade", "drawing"] = filled if _segment_count(path) <= BOX_SEGMENTS else "drawing"
        placed = _placed(box, outer)
        if self._askew and kind != "drawing":
            corners = [point for points in self._turned(path, outer) for point in points]
            if corners:
                xs, ys = zip(*corners, strict=True)
                placed = min(xs), min(ys), max(xs), max(ys)
        self.paints.append(Paint(path, kind, placed))

    def _filled(self, handle: int, outer: tuple[float, ...] | None) -> None:
        """Keep the thin rectangles of a path that fills several at once, and the sides of its thin frames."""
        before: tuple[float, float, float, float] | None = None
        for points in self._subpaths(handle):
            if len(points) < 4:
                continue
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            box = x0, y0, x1, y1 = min(xs), min(ys), max(xs), max(ys)
            if min(x1 - x0, y1 - y0) < THIN:
                self._keep(x0, y0, x1, y1, min(x1 - x0, y1 - y0), outer)
                before = None
            elif before is not None and (sides := _sides(before, box)):
                for side in sides:
                    self._keep(*side, outer)
                before = None
            else:
                before = box

    def _slanting(self, handle: int, outer: tuple[float, ...] | None, *, stroke: bool) -> None:
        """Keep the lines of a path whose points are to be turned first: their bounds are wider than they are."""
        _stroke_width(handle, ctypes.addressof(self._floats))
        width = self._floats[0]
        for points in self._turned(handle, outer):
            if stroke:
                for (xa, ya), (xb, yb) in pairwise(points):
                    if abs(xa - xb) < STRAIGHT or abs(ya - yb) < STRAIGHT:
                        self._keep(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb), width, None)
            elif len(points) >= 4:
                xs, ys = [x for x, _ in points], [y for _, y in points]
                if (thin := min(max(xs) - min(xs), max(ys) - min(ys))) < THIN:
                    self._keep(min(xs), min(ys), max(xs), max(ys), thin, None)

    def _turned(self, handle: int, outer: tuple[float, ...] | None) -> Iterator[list[tuple[float, float]]]:
        a, b, c, d, e, f = outer or (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        for path in self._subpaths(handle):
            yield [(a * x + c * y + e, b * x + d * y + f) for x, y in path]

    def _segments(self, handle: int, width: float, outer: tuple[float, ...] | None) -> None:
        for points in self._subpaths(handle):
            for (xa, ya), (xb, yb) in pairwise(points):
                if abs(xa - xb) < 0.5 or abs(ya - yb) < 0.5:
                    self._keep(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb), width, outer)

    def _subpaths(self, handle: int) -> Iterator[list[tuple[float, float]]]:
        count = _segment_count(handle)
        self._left -= count
        if self._left < 0:
            self.cut_off = True
            return
        a, b, c, d, e, f = self._matrix(handle)
        x, y = ctypes.addressof(self._floats), ctypes.addressof(self._floats) + 4
        points: list[tuple[float, float]] = []
        for index in range(count):
            segment = _segment(handle, index)
            kind = _segment_type(segment)
            _segment_point(segment, x, y)
            u, v = self._floats[0], self._floats[1]
            point = (a * u + c * v + e, b * u + d * v + f)
            if kind == _MOVE:
                if len(points) > 1:
                    yield points
                points = [point]
            elif kind == _LINE:
                points.append(point)
            else:  # a curve breaks the line
                if len(points) > 1:
                    yield points
                points = [point]
        if len(points) > 2:
            points.append(points[0])
        if len(points) > 1:
            yield points

    def _keep(self, x0: float, y0: float, x1: float, y1: float, width: float, outer: tuple[float, ...] | None) -> None:
        self.found.append((*_placed((x0, y0, x1, y1), outer), width))


def _sides(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> list[tuple[float, float, float, float, float]]:
    """Return the lines between two boxes, one just inside the other: the border of a cell; else none.

    Rows of x0, y0, x1, y1 and the width, of the sides that there are.
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


def _placed(box: Sequence[float], outer: tuple[float, ...] | None) -> tuple[float, float, float, float]:
    """Return a box in the space of the page; ``outer`` is the matrix of the form that it stands in."""
    x0, y0, x1, y1 = box
    if outer is None:
        return x0, y0, x1, y1
    a, b, c, d, e, f = outer
    xa, ya, xb, yb = a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f
    return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)


def fills(handles: list[int]) -> npt.NDArray[np.uint32]:
    """Return the fill colours of page objects (n x 4: red, green, blue, opacity); black where PDFium knows none."""
    rgba = np.zeros((len(handles), 4), np.uint32)
    rgba[:, 3] = 255
    _each(_fill_color, handles, *_columns(rgba))
    return rgba


def _columns(rows: npt.NDArray[Any]) -> list[range]:
    """Return the addresses of the values of ``rows``, column by column."""
    start, size, step = rows.ctypes.data, rows.itemsize, rows.strides[0]
    return [range(a, a + step * len(rows), step) for a in range(start, start + step, size)] if len(rows) else []


def _each(call: Any, handles: list[int], *addresses: range) -> None:
    """Call PDFium once for each of ``handles``, with an address of each column of addresses."""
    if handles:
        deque(map(call, handles, *addresses), maxlen=0)


def _printing(colour: Any, paths: list[int]) -> Iterator[int]:
    """Yield those of ``paths`` whose ``colour`` is not (nearly) white; one that PDFium does not know is black."""
    rgba = np.zeros((len(paths), 4), np.uint32)
    rgba[:, 3] = 255
    _each(colour, paths, *_columns(rgba))
    pale: dict[tuple[int, ...], bool] = {}
    for path, ink in zip(paths, map(tuple, rgba.tolist()), strict=True):
        if ink not in pale:
            pale[ink] = not Colour(*ink).paleness < WHITE
        if not pale[ink]:
            yield path


class Pdf:
    """An open PDF."""

    def __init__(self, handle: int) -> None:
        self._document = handle
        self._loaded: dict[int, PdfPage | None] = {}
        self.page_count: int = _page_count(handle)

    @contextmanager
    def page(self, index: int, *, ahead: int = 1) -> Iterator[PdfPage | None]:
        """Load page ``index`` (from 0); None where PDFium cannot.

        With ``ahead`` so many pages are loaded at once, with their text, for those that are asked for next: PDFium
        takes less time for pages in a row.
        """
        if index not in self._loaded:
            self.close()
            objects = 0
            for number in range(index, min(index + ahead, self.page_count)):
                handle = _load_page(self._document, number)
                page = self._loaded[number] = PdfPage(handle, self._document, number) if handle else None
                if page is not None and ahead > 1:
                    page.text()
                    objects += page.objects()
                if objects > AHEAD_LIMIT:
                    break
        page = self._loaded.pop(index, None)
        try:
            yield page
        finally:
            if page is not None:
                page.close()

    def close(self) -> None:
        """Close the pages that were loaded ahead."""
        for page in self._loaded.values():
            if page is not None:
                page.close()
        self._loaded = {}


@contextmanager
def opened(data: bytes) -> Iterator[Pdf]:
    """Open ``data`` as a PDF, one at a time in a process.

    Raises
    ------
    EncryptedFileError
        When it asks for a password.
    TruncatedFileError
        When PDFium finds no document in it.
    """
    with _LOCK:
        handle = _load_document(data, len(data), None)
        if not handle:
            if _last_error() in (4, 5):
                msg = "the PDF asks for a password; save an unprotected copy and read that"
                raise EncryptedFileError(msg)
            msg = (
                f"the file begins like a PDF but no document can be opened in its {len(data):,} bytes; "
                "it is cut off or damaged: fetch it again"
            )
            raise TruncatedFileError(msg)
        pdf = Pdf(handle)
        try:
            yield pdf
        finally:
            pdf.close()
            _close_document(handle)


def _compose(inner: tuple[float, ...], outer: tuple[float, ...] | None) -> tuple[float, ...]:
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
