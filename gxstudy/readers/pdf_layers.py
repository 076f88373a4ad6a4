"""Layers of a PDF page that are switched off: what stands on them is no part of what a person sees.

Which they are depends on the file's settings, which PDFium knows when it draws, not when it gives text. So each part
of a page that may be on such a layer is drawn alone: where nothing appears, it is taken off the page.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_drawn import CHEQUERED, displayed, drawn, switch
from gxstudy.readers.pdf_painted import NESTING_LIMIT
from gxstudy.readers.pdfium import PATH_LIMIT, PdfPage, Rectangle, call

__all__ = ["Hidden", "take_off"]

PARTS_LIMIT = 400
"""Parts of one page that are drawn alone; of further ones it is not known whether they show."""
TIME_LIMIT = 5.0
"""Time of the processor (seconds) for the parts of one page, further ones are drawn no more."""
SIDE = 800.0
"""Pixels of the longer side of the page when a part of it is drawn."""

_void, _int, _ulong = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
_count_marks = call("FPDFPageObj_CountMarks", _int, _void)
_mark = call("FPDFPageObj_GetMark", _void, _void, _ulong)
_mark_name = call("FPDFPageObjMark_GetName", _int, _void, _void, _ulong, _void)
_remove = call("FPDFPage_RemoveObject", _int, _void, _void)
_remove_inner = call("FPDFFormObj_RemoveObject", _int, _void, _void)
_LAYER = "OC\0".encode("utf-16-le")
_name = ctypes.create_string_buffer(16)
_size = ctypes.c_ulong()


class Hidden(NamedTuple):
    """What was taken off a page: its text, and where its figures stood (boxes in user space).

    ``cut_off``: the page has more parts than were looked at.
    """

    text: str
    figures: tuple[Rectangle, ...]
    cut_off: bool


def take_off(page: PdfPage) -> Hidden:
    """Take off a page what is on layers that are switched off: text, lines, pictures."""
    handles = objects.of_page(page, range(min(page.objects(), PATH_LIMIT)))
    switch(handles, on=False)
    search = _Search(page)
    unseen = list(dict.fromkeys(search.unseen(handles, 0)))
    switch(handles, on=True)
    if not unseen and not search.inside:
        return Hidden("", (), search.left < 0)
    text, figures = _text_of(page, {*unseen, *(handle for _, handle in search.inside)})
    for form, handle in search.inside:
        _remove_inner(form, handle)
    for handle in unseen:
        _remove(page.handle, handle)
    if page.own_objects is not None:
        page.own_objects -= len(set(handles[: page.own_objects]) & set(unseen))
    page.forget_text()
    return Hidden(text, figures, search.left < 0)


class _Search:
    """Looks for the parts of a page that do not show, while all of the page is switched off."""

    def __init__(self, page: PdfPage) -> None:
        left, bottom, right, top, _ = page.frame()
        self.inside: list[tuple[int, int]] = []
        """Parts of forms that do not show, each with its form."""
        self.left = PARTS_LIMIT
        self._end = time.process_time() + TIME_LIMIT
        self._page = page
        corners = displayed(page, np.array([[left, top, right, bottom]], np.float32))[0]
        self._area = (float(corners[0]), float(corners[1]), float(corners[2]), float(corners[3]))
        self._scale = SIDE / max(right - left, top - bottom, 1.0)
        self._empty = self._drawn()

    def unseen(self, handles: Sequence[int], depth: int) -> Iterator[int]:
        """Yield those objects that do not show, and keep those of forms in ``inside``."""
        for mark, marked in _marked(handles).items():
            if mark and not self._shows(marked):
                yield from marked
        for handle, kind in zip(handles, objects.kinds(handles), strict=True):
            if kind not in (objects.FORM, objects.PICTURE):
                continue
            if not self._shows([handle]):
                yield handle
            elif kind == objects.FORM and depth < NESTING_LIMIT:
                inner = objects.inner(handle)
                switch([handle], on=True)
                switch(inner, on=False)
                self.inside += [(handle, each) for each in dict.fromkeys(self.unseen(inner, depth + 1))]
                switch(inner, on=True)
                switch([handle], on=False)

    def _shows(self, handles: Sequence[int]) -> bool:
        self.left -= 1
        if time.process_time() > self._end:
            self.left = -1
        if self.left < 0 or _any_invisible(handles):
            return True
        switch(handles, on=True)
        shows = bool((self._drawn() != self._empty).any())
        switch(handles, on=False)
        return shows

    def _drawn(self) -> npt.NDArray[np.uint8]:
        return drawn(self._page, self._area, self._scale, CHEQUERED)


def _marked(handles: Sequence[int]) -> dict[int, list[int]]:
    """Return the objects of each piece of content that is marked as belonging to a layer."""
    pieces: dict[int, list[int]] = {}
    for handle in handles:
        for number in range(max(0, _count_marks(handle))):
            mark = _mark(handle, number)
            named = mark and _mark_name(mark, _name, len(_name), ctypes.addressof(_size))
            if named and _name.raw[: _size.value] == _LAYER:
                pieces.setdefault(mark, []).append(handle)
    return pieces


def _any_invisible(handles: Sequence[int]) -> bool:
    """Return whether there is text that is not painted: it shows nothing, on a layer or not."""
    parts = [part for handle in handles for part in (handle, *objects.inner(handle))]
    texts = [part for part, kind in zip(parts, objects.kinds(parts), strict=True) if kind == objects.TEXT]
    modes = objects.text_modes(texts)
    return objects.INVISIBLE in modes or objects.CLIPPING in modes


def _text_of(page: PdfPage, gone: set[int]) -> tuple[str, tuple[Rectangle, ...]]:
    """Return the text of objects, and the boxes of its figures."""
    forms = [handle for handle in gone if objects.kinds([handle]) == [objects.FORM]]
    while forms:
        inner = objects.inner(forms.pop())
        gone |= set(inner)
        forms += [handle for handle, kind in zip(inner, objects.kinds(inner), strict=True) if kind == objects.FORM]
    text = page.text()
    owners = page.text_objects(range(len(text)))
    places = [place for place, owner in enumerate(owners) if owner in gone]
    boxes = page.loose_boxes([place for place in places if text[place].isdigit()])
    stand = tuple((left, bottom, right, top) for left, top, right, bottom in boxes.tolist())
    return "".join(text[place] for place in places).strip(), stand
