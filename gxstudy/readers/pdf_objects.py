"""Questions to PDFium about the objects of a page, asked of many at a time: lists of handles in, arrays out."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from gxstudy.readers.pdfium import PdfPage, call

__all__ = [
    "CLIPPING",
    "CLIPPING_TOO",
    "CURVE",
    "FORM",
    "INVISIBLE",
    "LINE",
    "MOVE",
    "PATH",
    "PICTURE",
    "SHADING",
    "TEXT",
    "bounds",
    "clip_counts",
    "clips",
    "draw_modes",
    "fills",
    "given_texts",
    "has_ink",
    "inner",
    "inner_count",
    "kinds",
    "matrix",
    "of_page",
    "opacity",
    "paleness",
    "picture_opacity",
    "segment_count",
    "segment_counts",
    "segments",
    "stroke_widths",
    "strokes",
    "take_given_texts",
    "text_modes",
    "transparent",
]

Floats = npt.NDArray[np.float32]
Colours = npt.NDArray[np.uint32]

TEXT, PATH, FORM = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM
PICTURE, SHADING = pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING
INVISIBLE, CLIPPING = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP
"""Text that is not painted at all, and text that only bounds what is painted after it."""
CLIPPING_TOO = pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP
"""This one and those behind it: text that bounds what is painted after it, whether it is painted itself or not."""
MOVE, LINE = pdfium.FPDF_SEGMENT_MOVETO, pdfium.FPDF_SEGMENT_LINETO
CURVE = pdfium.FPDF_SEGMENT_BEZIERTO

_void, _int, _ulong = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
_get_object = call("FPDFPage_GetObject", _void, _void, _int)
_form_count = call("FPDFFormObj_CountObjects", _int, _void)
_form_object = call("FPDFFormObj_GetObject", _void, _void, _ulong)
_kind = call("FPDFPageObj_GetType", _int, _void)
_bounds = call("FPDFPageObj_GetBounds", _int, _void, _void, _void, _void, _void)
_matrix = call("FPDFPageObj_GetMatrix", _int, _void, _void)
_stroke_colour = call("FPDFPageObj_GetStrokeColor", _int, _void, _void, _void, _void, _void)
_fill_colour = call("FPDFPageObj_GetFillColor", _int, _void, _void, _void, _void, _void)
_stroke_width = call("FPDFPageObj_GetStrokeWidth", _int, _void, _void)
_transparent = call("FPDFPageObj_HasTransparency", _int, _void)
_rendered_text = call("FPDFTextObj_GetRenderedBitmap", _void, _void, _void, _void, ctypes.c_float, long=True)
_count_marks = call("FPDFPageObj_CountMarks", _int, _void)
_mark = call("FPDFPageObj_GetMark", _void, _void, _ulong)
_remove_mark = call("FPDFPageObj_RemoveMark", _int, _void, _void)
_given_text = call("FPDFPageObjMark_GetParamStringValue", _int, _void, ctypes.c_char_p, _void, _ulong, _void)
_draw_mode = call("FPDFPath_GetDrawMode", _int, _void, _void, _void)
_text_mode = call("FPDFTextObj_GetTextRenderMode", _int, _void)
_segment_count = call("FPDFPath_CountSegments", _int, _void)
_segment = call("FPDFPath_GetPathSegment", _void, _void, _int)
_segment_point = call("FPDFPathSegment_GetPoint", _int, _void, _void, _void)
_segment_kind = call("FPDFPathSegment_GetType", _int, _void)
_rendered = call("FPDFImageObj_GetRenderedBitmap", _void, _void, _void, _void, long=True)
_bitmap_format = call("FPDFBitmap_GetFormat", _int, _void)
_bitmap_wide = call("FPDFBitmap_GetWidth", _int, _void)
_bitmap_high = call("FPDFBitmap_GetHeight", _int, _void)
_bitmap_stride = call("FPDFBitmap_GetStride", _int, _void)
_bitmap_buffer = call("FPDFBitmap_GetBuffer", _void, _void)
_destroy_bitmap = call("FPDFBitmap_Destroy", None, _void)
_clip = call("FPDFPageObj_GetClipPath", _void, _void)
_clip_paths = call("FPDFClipPath_CountPaths", _int, _void)
_clip_segments = call("FPDFClipPath_CountPathSegments", _int, _void, _int)
_clip_segment = call("FPDFClipPath_GetPathSegment", _void, _void, _int, _int)

PIXELS_LIMIT = 16_000_000
"""Of pictures that are drawn larger (pixels, one a point) it is not asked what shows through them."""

_floats = (ctypes.c_float * 6)()
"""One buffer for all answers: only one PDF is open at a time (:func:`gxstudy.readers.pdfium.opened`)."""
_first, _second = ctypes.addressof(_floats), ctypes.addressof(_floats) + 4


def of_page(page: PdfPage, places: Iterable[int]) -> list[int]:
    """Return objects of a page, by their places among all but those inside Form XObjects."""
    return list(map(_get_object, repeat(page.handle), places))


def inner_count(form: int) -> int:
    """Return how many objects a Form XObject draws."""
    return max(0, int(_form_count(form)))


def inner(form: int) -> list[int]:
    """Return the objects of a Form XObject."""
    return list(map(_form_object, repeat(form), range(inner_count(form))))


def kinds(handles: Sequence[int]) -> list[int]:
    """Return what each object is: :data:`TEXT`, :data:`PATH`, :data:`FORM`, :data:`PICTURE` or :data:`SHADING`."""
    return list(map(_kind, handles))


def bounds(handles: Sequence[int]) -> Floats:
    """Return the boxes of objects where they stand (n x 4: left, bottom, right, top)."""
    boxes = np.zeros((len(handles), 4), np.float32)
    _each(_bounds, handles, *_columns(boxes))
    return boxes


def matrix(handle: int) -> tuple[float, ...]:
    """Return the matrix of an object (a to f)."""
    _matrix(handle, _first)
    return tuple(_floats)


def fills(handles: Sequence[int]) -> Colours:
    """Return the colours that objects are filled with (n x 4: red, green, blue, opacity); black where none is known."""
    return _colours(_fill_colour, handles)


def strokes(handles: Sequence[int]) -> Colours:
    """Return the colours that objects are stroked with, as :func:`fills` does."""
    return _colours(_stroke_colour, handles)


def paleness(colours: Colours) -> npt.NDArray[np.float64]:
    """Return how little each colour shows on paper, as :attr:`gxstudy.readers.pdfium.Colour.paleness` does."""
    red, green, blue, opacity = colours.T
    shade = (0.299 * red + 0.587 * green + 0.114 * blue) / 255
    shown: npt.NDArray[np.float64] = opacity / 255 * (1 - shade)
    return 1 - shown


def transparent(handles: Sequence[int]) -> list[bool]:
    """Return whether objects have a mask, an opacity or a way of blending: what they paint may not show."""
    return list(map(bool, map(_transparent, handles)))


def opacity(handle: int) -> int:
    """Return how opaque an object is painted: 0 to 255; 255 where PDFium knows none."""
    return int(fills([handle])[0, 3])


def picture_opacity(page: PdfPage, picture: int) -> npt.NDArray[np.uint8] | None:
    """Return how opaque a picture is, with its masks: one value (0 to 255) for each point, from its top left.

    None for one that is opaque throughout, or too large to tell.
    """
    x0, y0, x1, y1 = bounds([picture])[0].tolist()
    if not (x1 - x0) * (y1 - y0) < PIXELS_LIMIT:
        return None
    bitmap = _rendered(page.document, page.handle, picture)
    if not bitmap:
        return None
    try:
        high, stride = _bitmap_high(bitmap), _bitmap_stride(bitmap)
        if _bitmap_format(bitmap) not in (pdfium.FPDFBitmap_BGRA, pdfium.FPDFBitmap_BGRA_Premul):
            return None
        pixels = np.frombuffer(ctypes.string_at(_bitmap_buffer(bitmap), stride * high), np.uint8)
        return pixels.reshape(high, stride)[:, 3 : 4 * _bitmap_wide(bitmap) : 4]
    finally:
        _destroy_bitmap(bitmap)


def has_ink(page: PdfPage, text: int) -> bool:
    """Return whether a text object prints anything."""
    bitmap = _rendered_text(page.document, page.handle, text, 1.0)
    if not bitmap:
        return False
    try:
        return any(ctypes.string_at(_bitmap_buffer(bitmap), _bitmap_stride(bitmap) * _bitmap_high(bitmap)))
    finally:
        _destroy_bitmap(bitmap)


def draw_modes(paths: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return whether each path is filled and whether it is stroked (n x 2)."""
    modes = np.zeros((len(paths), 2), np.int32)
    _each(_draw_mode, paths, *_columns(modes))
    shown: npt.NDArray[np.bool_] = modes != 0
    return shown


def stroke_widths(paths: Sequence[int]) -> Floats:
    """Return the width (points) that each path is stroked with."""
    widths = np.zeros((len(paths), 1), np.float32)
    _each(_stroke_width, paths, *_columns(widths))
    return widths[:, 0]


def text_modes(texts: Sequence[int]) -> list[int]:
    """Return how each text object is painted: :data:`INVISIBLE`, :data:`CLIPPING`, or so that it is seen."""
    return list(map(_text_mode, texts))


def given_texts(texts: Sequence[int]) -> dict[int, set[int]]:
    """Return, for each text that is given in place of others (by its mark), the text objects of those."""
    groups: dict[int, set[int]] = {}
    for text in compress(texts, map((0).__lt__, map(_count_marks, texts))):
        for mark in [_mark(text, number) for number in range(_count_marks(text))]:
            if mark and _given_text(mark, b"ActualText", None, 0, _first):
                groups.setdefault(mark, set()).add(text)
    return groups


def take_given_texts(given: Mapping[int, set[int]]) -> None:
    """Take from text objects the text given in place of their own, as :func:`given_texts` returns it."""
    for mark, texts in given.items():
        for text in texts:
            _remove_mark(text, mark)


def segment_count(path: int) -> int:
    """Return how many segments a path has."""
    return int(_segment_count(path))


def segment_counts(paths: Sequence[int]) -> npt.NDArray[np.int32]:
    """Return how many segments each path has."""
    return np.array(list(map(_segment_count, paths)), np.int32)


def segments(path: int, count: int) -> Iterator[tuple[int, float, float]]:
    """Yield the first ``count`` segments of a path: :data:`MOVE`, :data:`LINE` or another kind, and where it ends."""
    for number in range(count):
        segment = _segment(path, number)
        _segment_point(segment, _first, _second)
        yield _segment_kind(segment), _floats[0], _floats[1]


def clip_counts(handles: Sequence[int]) -> list[int]:
    """Return how many paths each object is cut to."""
    return list(map(_clip_paths, map(_clip, handles)))


def clips(handle: int, most: int) -> Iterator[list[tuple[float, float]] | None]:
    """Yield the points of each path that an object is cut to; None for a path of more than ``most`` segments."""
    clip = _clip(handle)
    for path in range(max(0, _clip_paths(clip)) if clip else 0):
        count = _clip_segments(clip, path)
        if count > most:
            yield None
            continue
        points = []
        for number in range(count):
            _segment_point(_clip_segment(clip, path, number), _first, _second)
            points.append((_floats[0], _floats[1]))
        yield points


def _colours(colour: Any, handles: Sequence[int]) -> Colours:
    rgba = np.zeros((len(handles), 4), np.uint32)
    rgba[:, 3] = 255
    _each(colour, handles, *_columns(rgba))
    return rgba


def _columns(rows: npt.NDArray[Any]) -> list[range]:
    """Return the addresses of the values of ``rows``, column by column."""
    start, size, step = rows.ctypes.data, rows.itemsize, rows.strides[0]
    return [range(a, a + step * len(rows), step) for a in range(start, start + step, size)] if len(rows) else []


def _each(question: Any, handles: Sequence[int], *addresses: range) -> None:
    """Ask PDFium once for each of ``handles``, with an address of each column of addresses."""
    if handles:
        deque(map(question, handles, *addresses), maxlen=0)
