"""The calls into PDFium that the PDF reader needs, with plain numbers in and out.

PDFium's own objects are plain numbers (handles) outside of this module: :mod:`gxstudy.readers.pdf_objects` asks what a
page draws. Prototypes take addresses
instead of typed pointers, and results go to one reused buffer, because a report has thousands of glyphs and each call
counts. PDFium is not thread-safe: every use goes through :func:`opened`, which holds a lock.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2  # noqa: F401  (starts the library, and ends it with the process)
import pypdfium2.raw as pdfium

from gxstudy.errors import EncryptedFileError, TruncatedFileError

__all__ = ["Colour", "Pdf", "PdfPage", "Rectangle", "call", "opened"]

Floats = npt.NDArray[np.float32]
Rectangle = tuple[float, float, float, float]
"""A box in user space: left, bottom, right, top."""

PATH_LIMIT = 200_000
"""Page objects looked at on one page before the rest is left out."""
GLYPH_LIMIT = 50_000
"""Characters read from one page before the rest is left out."""
AHEAD_LIMIT = 20_000
"""Page objects after which no further page is loaded ahead."""
WHITE = 0.97
"""What is paler than this does not print."""
VIVID = 0.4
"""A colour further from grey than this (0 to 1) may be a stamp's ink."""

_LOCK = threading.RLock()


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


_Box, _Rgba = ctypes.c_float * 4, ctypes.c_uint * 4  # named, because ctypes would make the type anew for every call
_Ink, _Point = ctypes.c_double * 4, ctypes.c_double * 2
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
_font_size = call("FPDFText_GetFontSize", ctypes.c_double, _void, _int)
_map_error = call("FPDFText_HasUnicodeMapError", _int, _void, _int)
_fill_of_char = call("FPDFText_GetFillColor", _bool, _void, _int, _void, _void, _void, _void)
_count_objects = call("FPDFPage_CountObjects", _int, _void)


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
        self.own_objects: int | None = None
        """How many objects the page painted itself before something was laid over it; None where nothing was."""
        self._text: int | None = None
        self._characters: str | None = None

    @property
    def handle(self) -> int:
        """PDFium's own page, for calls into it by other modules of this room."""
        return self._page

    @property
    def document(self) -> int:
        """PDFium's own document."""
        return self._document

    def load_again(self) -> None:
        """Load the page anew after something was laid over it: what it painted itself is known by its number."""
        self.own_objects = self.objects()
        handle = _load_page(self._document, self._index)
        if handle:
            self.close()
            self._page, self._text, self._characters = handle, None, None

    @contextmanager
    def once_more(self) -> Iterator[PdfPage | None]:
        """Load the page a second time, to change objects of that one; None where PDFium cannot."""
        handle = _load_page(self._document, self._index)
        other = PdfPage(handle, self._document, self._index) if handle else None
        try:
            yield other
        finally:
            if other is not None:
                other.close()

    def forget_text(self) -> None:
        """Let the text be asked for anew after something was taken off the page."""
        if self._text is not None:
            _close_text(self._text)
        self._text = self._characters = None

    def frame(self) -> tuple[float, float, float, float, int]:
        """Return the visible box (left, bottom, right, top) in user space and the quarter turns applied for display."""
        box = _Box()  # left, top, right, bottom
        _bounding_box(self._page, ctypes.addressof(box))
        return box[0], box[3], box[2], box[1], _rotation(self._page)

    def text(self) -> str:
        """Return the page's characters in PDFium's order, at most :data:`GLYPH_LIMIT`, one code point each."""
        if self._characters is None:
            text_page = self._text_page()
            kept = min(max(0, _count_chars(text_page)), GLYPH_LIMIT)
            buffer = bytearray(2 * (kept + 1))
            start = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
            written = _get_text(text_page, 0, kept, start) - 1 if kept else 0
            text = buffer[: 2 * max(0, written)].decode("utf-16-le", "surrogatepass")
            if len(text) != kept:
                text = "".join(chr(_get_unicode(text_page, i) or 0xFFFD) for i in range(kept))
            self._characters = text
        return self._characters

    def objects(self) -> int:
        """Return how many objects the page draws, those inside Form XObjects not counted."""
        return max(0, int(_count_objects(self._page)))

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
        found = _Ink()  # left, right, bottom, top
        a = ctypes.addressof(found)
        for box, index in zip(boxes, indices, strict=True):
            if _tight_box(self._text_page(), index, a, a + 8, a + 16, a + 24):
                box[:] = found[0], found[3], found[1], found[2]
        return boxes

    def baselines(self, indices: list[int]) -> Floats:
        """Return the height (y, in user space) on which each character of ``indices`` stands."""
        found = _Point()
        a = ctypes.addressof(found)
        heights = np.zeros(len(indices), np.float32)
        for place, index in enumerate(indices):
            if _origin(self._text_page(), index, a, a + 8):
                heights[place] = found[1]
        return heights

    def angles(self, indices: list[int]) -> list[float]:
        """Return the angle (radians, counter-clockwise from the page's x axis) of each character of ``indices``."""
        return list(map(_char_angle, repeat(self._text_page()), indices))

    def font_sizes(self, indices: list[int]) -> list[float]:
        """Return the size of the font of each character of ``indices`` before any matrix; some are below zero."""
        return list(map(_font_size, repeat(self._text_page()), indices))

    def unmapped(self, indices: list[int]) -> list[bool]:
        """Return, for each character of ``indices``, whether its font gives it no Unicode value."""
        return list(map((1).__eq__, map(_map_error, repeat(self._text_page()), indices)))

    def text_objects(self, indices: Sequence[int]) -> list[int | None]:
        """Return the handle of the text object of each character of ``indices``; None for those made up by PDFium."""
        return list(map(_text_object, repeat(self._text_page()), indices))

    def colours(self, indices: list[int]) -> list[Colour]:
        """Return the fill colour of each character of ``indices`` (black where PDFium knows none)."""
        rgba = _Rgba()
        a = ctypes.addressof(rgba)
        text_page = self._text_page()
        return [
            Colour(*rgba) if _fill_of_char(text_page, index, a, a + 4, a + 8, a + 12) else Colour(0, 0, 0, 255)
            for index in indices
        ]

    def close(self) -> None:
        """Release what PDFium holds for the page."""
        if self._text is not None:
            _close_text(self._text)
        _close_page(self._page)

    def _text_page(self) -> int:
        if self._text is None:
            self._text = _load_text(self._page)
        return self._text


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
