"""Parts of a PDF page drawn by PDFium, with some of its objects left out: what shows is what makes a difference."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterable
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from gxstudy.readers.pdf_frame import Frame
from gxstudy.readers.pdfium import PdfPage, Rectangle, call

__all__ = ["CHEQUERED", "displayed", "drawn", "switch"]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

CHEQUERED = np.array([[(37, 113, 200), (211, 90, 17)], [(211, 90, 17), (37, 113, 200)]], np.uint8)
"""A ground on which all that is painted shows: what has one of the two colours differs from the other."""
SIDE_LIMIT = 4_000
"""Pixels of the longer side of a picture; larger areas are drawn smaller."""

_Matrix, _Rectangle = ctypes.c_float * 6, ctypes.c_float * 4
_void, _int = ctypes.c_void_p, ctypes.c_int
_set_active = call("FPDFPageObj_SetIsActive", _int, _void, _int)
_create = call("FPDFBitmap_CreateEx", _void, _int, _int, _int, _void, _int)
_destroy = call("FPDFBitmap_Destroy", None, _void)
_render = call("FPDF_RenderPageBitmapWithMatrix", None, _void, _void, _void, _void, _int, long=True)


def switch(handles: Iterable[int], *, on: bool) -> None:
    """Let objects of a page be drawn and read, or be left out as if they were not there."""
    deque(map(_set_active, handles, repeat(int(on))), maxlen=0)


def drawn(page: PdfPage, area: Rectangle, scale: float, ground: Pixels | None = None) -> Pixels:
    """Return a part of a page as PDFium draws it (height x width x 4: blue, green, red, and 255).

    Parameters
    ----------
    page
        The page.
    area
        Left, top, right, bottom in points, as PDFium displays the page, from its top left.
    scale
        Pixels a point.
    ground
        What the page is drawn on, repeated as often as it takes (h x w x 3); white where it is None.
    """
    x0, y0, x1, y1 = area
    scale = min(scale, SIDE_LIMIT / max(x1 - x0, y1 - y0, 1.0))
    wide, high = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    pixels = np.full((high, wide, 4), 255, np.uint8)
    if ground is not None:
        repeats = (-(-high // ground.shape[0]), -(-wide // ground.shape[1]), 1)
        pixels[:, :, :3] = np.tile(ground, repeats)[:high, :wide]
    bitmap = _create(wide, high, pdfium.FPDFBitmap_BGRx, pixels.ctypes.data, 4 * wide)
    if not bitmap:
        return pixels
    matrix = _Matrix(scale, 0, 0, scale, -x0 * scale, -y0 * scale)
    clip = _Rectangle(0, 0, wide, high)
    _render(bitmap, page.handle, ctypes.addressof(matrix), ctypes.addressof(clip), 0)
    _destroy(bitmap)
    return pixels


def displayed(page: PdfPage, boxes: Floats) -> Floats:
    """Return boxes of user space (left, top, right, bottom; n x 4) as the page is displayed, from its top left."""
    shown = Frame(*page.frame(), straight=True)
    return np.stack(shown.place_glyphs(boxes), axis=1)
