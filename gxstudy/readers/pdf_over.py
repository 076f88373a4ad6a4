"""What is laid over a PDF page and shows with it: the values of form fields, notes typed or drawn over a cell.

They are no part of the page's own content, from which PDFium takes its text. Laid into the page they are read like
what was printed there.
"""

from __future__ import annotations

import ctypes

import pypdfium2.raw as pdfium

from gxstudy.readers.pdfium import PdfPage, Rectangle, call

__all__ = ["lay_over"]

TEXT_LEAST = 4
"""Bytes of a text of PDFium that says something: one character and the end."""

_FREE_TEXT, _WIDGET = 3, 20
_SHOWING = frozenset({_FREE_TEXT, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, _WIDGET, 24, 28})
"""Kinds of annotations that show something: fields, notes typed over a page, lines, boxes, marks, stamps, ink, bars.

Not links, nor icons of notes.
"""
_HIDDEN = 0b100010
"""Flags: not shown at all; not shown on a screen."""

_void, _int, _ulong = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
_count = call("FPDFPage_GetAnnotCount", _int, _void)
_get = call("FPDFPage_GetAnnot", _void, _void, _int)
_close = call("FPDFPage_CloseAnnot", None, _void)
_remove = call("FPDFPage_RemoveAnnot", _int, _void, _int)
_kind = call("FPDFAnnot_GetSubtype", _int, _void)
_flags = call("FPDFAnnot_GetFlags", _int, _void)
_rectangle = call("FPDFAnnot_GetRect", _int, _void, _void)
_appearance = call("FPDFAnnot_GetAP", _ulong, _void, _int, _void, _ulong)
_bitmap = call("FPDFBitmap_CreateEx", _void, _int, _int, _int, _void, _int)
_destroy = call("FPDFBitmap_Destroy", None, _void)
_render = call("FPDF_RenderPageBitmap", None, _void, _void, _int, _int, _int, _int, _int, _int, long=True)
_string = call("FPDFAnnot_GetStringValue", _ulong, _void, ctypes.c_char_p, _void, _ulong)
_flatten = call("FPDFPage_Flatten", _int, _void, _int, long=True)


def lay_over(page: PdfPage) -> tuple[Rectangle, ...]:
    """Make what shows over a page a part of it.

    Returns
    -------
    tuple
        Where something stands that PDFium cannot draw: left, bottom, right, top in user space of fields and notes that
        have a text but no picture of it.
    """
    count = _count(page.handle)
    if count <= 0:
        return ()
    _draw_missing(page)
    shown = False
    undrawn = []
    for index in range(count - 1, -1, -1):
        annotation = _get(page.handle, index)
        if not annotation:
            continue
        kind = _kind(annotation)
        shows = kind in _SHOWING and not _flags(annotation) & _HIDDEN
        if shows and _appearance(annotation, 0, None, 0) < TEXT_LEAST:
            if _says(annotation, kind):
                undrawn.append(_place(annotation))
            shows = False
        _close(annotation)
        if shows:
            shown = True
        else:
            _remove(page.handle, index)
    if shown and _flatten(page.handle, 0) == 1:
        page.load_again()
    return tuple(undrawn)


def _draw_missing(page: PdfPage) -> None:
    """Let PDFium make the pictures of annotations that have none; it does so when it draws them."""
    bitmap = _bitmap(1, 1, pdfium.FPDFBitmap_BGRx, None, 0)
    if bitmap:
        _render(bitmap, page.handle, 0, 0, 1, 1, 0, pdfium.FPDF_ANNOT)
        _destroy(bitmap)


def _says(annotation: int, kind: int) -> bool:
    """Return whether a field or note has a text. That of a field may stand with another part of it."""
    key = {_WIDGET: b"V", _FREE_TEXT: b"Contents"}.get(kind)
    return key is not None and int(_string(annotation, key, None, 0)) >= TEXT_LEAST


def _place(annotation: int) -> Rectangle:
    box = (ctypes.c_float * 4)()  # left, top, right, bottom
    _rectangle(annotation, ctypes.addressof(box))
    left, top, right, bottom = box
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
