"""The pages of a PDF whose text is missing or cannot be believed, read by character recognition instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gxstudy.errors import MissingDependencyError, NoTextLayerError, TruncatedFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Document, Page
from gxstudy.readers import pdf, scan
from gxstudy.readers.scan.pictures import PIXELS_LIMIT, Picture

__all__ = ["mended", "picture_at", "picture_of"]

Grey = npt.NDArray[np.uint8]

SCALE = 3.0
"""Pixels a point (216 an inch) at which a page is drawn to be read."""
FINER = 2
"""How many times as large a page is drawn that is set in type: the strokes of small print are thinner than a pixel."""
BLANK_LIMIT, LEAST_TEXT = 10, 5
"""So many pages in a row with fewer characters than that, and the rest is no scan of a report: photographs, blanks."""
HALF_SURE = 0.5
"""Certainty of each character of a text layer that cannot be believed, and that nothing could replace."""

_WHY = {
    Code.PAGE_WITHOUT_TEXT: "it has no text layer",
    Code.TEXT_LAYER_UNTRUSTED: "its text layer cannot be believed",
}
_INSTALL = "pip install 'gxstudy[ocr]'"


def mended(data: bytes, document: Document) -> Document:
    """Return a document with the pages recognised whose text is missing or cannot be believed.

    Pages cut off at a limit are not: to draw them would take as long as to read them.

    Where character recognition is not installed they stay as they are: blank, or with text of half certainty.

    Parameters
    ----------
    data
        The bytes of the PDF.
    document
        What :func:`gxstudy.readers.pdf.read_pages` made of it.

    Raises
    ------
    NoTextLayerError
        When no page has text, and none can be recognised.
    """
    asked: dict[int, Finding] = {}
    too_much = {noticed.where.page for noticed in document.findings if noticed.code is Code.PAGE_CUT_OFF}
    for noticed in document.findings:
        if noticed.code in _WHY and noticed.where.page is not None and noticed.where.page not in too_much:
            asked.setdefault(noticed.where.page, noticed)
    if not asked:
        return document
    try:
        from gxstudy.readers.scan.recogniser import recogniser

        recogniser()
    except MissingDependencyError as error:
        return _as_it_is(document, asked, error)
    pages = {page.number: page for page in document.pages}
    noticed_on: dict[int, list[Finding]] = {}
    left: list[int] = []
    blank = 0
    for done, number in enumerate(scan.with_bar(sorted(asked), len(asked))):
        if done >= scan.PAGES_LIMIT or blank >= BLANK_LIMIT:
            left = sorted(asked)[done:]
            why = f"the {blank} pages before show no text" if blank >= BLANK_LIMIT else f"{done} pages of the file were"
            message = f"page {number} and {len(left) - 1:,} further pages were not recognised: {why}"
            noticed_on[number] = [finding(Code.PAGE_CUT_OFF, message, Place(page=number))]
            pages |= {page: _halved(pages[page]) for page in left}
            break
        try:
            taken = picture_of(data, pages[number])
        except TruncatedFileError as error:
            noticed_on[number] = [finding(Code.PAGE_UNREADABLE, str(error), Place(page=number))]
            continue
        pages[number], noticed_on[number] = scan.page(taken, number, _reason(asked[number]))
        blank = blank + 1 if _says_nothing(pages[number]) else 0
    if not any(page.words for page in pages.values()):
        msg = f"none of the {len(pages)} pages has a text layer, and no text could be recognised on them"
        raise NoTextLayerError(msg)
    done_with = asked.keys() - set(left)
    findings = [found for found in document.findings if found.where.page not in done_with or not _is_of_layer(found)]
    findings += [found for number in sorted(noticed_on) for found in noticed_on[number]]
    is_scan = all(page.number in asked for page in document.pages if page.words or page.number in asked)
    return Document("scan" if is_scan else "pdf", tuple(pages[n] for n in sorted(pages)), tuple(findings))


def _says_nothing(page: Page) -> bool:
    return sum(len(word.text) for word in page.words if not word.garbled) < LEAST_TEXT


def picture_of(data: bytes, page: Page) -> Picture:
    """Return a page as a grey picture, drawn so large that its smallest print can be read."""
    long, short = max(page.width, page.height, 1.0), max(min(page.width, page.height), 1.0)
    low, high = scan.SIDES
    scale = min(max(SCALE, low / long), high / long, (PIXELS_LIMIT / long / short) ** 0.5)
    if _is_typed(page) and FINER**2 * scale**2 * long * short <= PIXELS_LIMIT:
        return Picture(_darkest(_grey(data, page.number, FINER * scale)), scale)
    return Picture(_grey(data, page.number, scale), scale)


def _grey(data: bytes, number: int, scale: float) -> Grey:
    width, height, pixels = pdf.render(data, number, scale=scale)
    coloured = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(np.rint(coloured @ weights), np.uint8)


def _is_typed(page: Page) -> bool:
    """Return whether a page is set in type, not a picture with a text layer over it."""
    large = page.width * page.height / 2
    return bool(page.words) and all((box.x1 - box.x0) * (box.bottom - box.top) < large for box in page.drawings)


def _darkest(grey: Grey) -> Grey:
    """Return the darkest pixel of each block: strokes thinner than a pixel are not faint, as they would be drawn."""
    height, width = (-(-length // FINER) * FINER for length in grey.shape)
    whole = np.full((height, width), 255, np.uint8)
    whole[: grey.shape[0], : grey.shape[1]] = grey
    blocks = whole.reshape(height // FINER, FINER, width // FINER, FINER)
    return np.asarray(blocks.min(axis=(1, 3)), np.uint8)


def picture_at(data: bytes, number: int) -> Picture:
    """Return the page ``number`` of a PDF as :func:`picture_of` does."""
    return picture_of(data, Page(number, *pdf.size(data, number)))


def _reason(found: Finding) -> str:
    return found.message.partition(": ")[2] or _WHY[found.code]


def _is_of_layer(found: Finding) -> bool:
    """Return whether a finding is about the text layer that recognition replaced."""
    return found.code in (*_WHY, Code.UNMAPPED_GLYPHS, Code.OVERLAY_DROPPED)


def _as_it_is(document: Document, asked: dict[int, Finding], error: MissingDependencyError) -> Document:
    if not any(page.words for page in document.pages):
        msg = f"none of the {len(document.pages)} pages has a text layer: the PDF is a scan; to read it: {_INSTALL}"
        raise NoTextLayerError(msg) from error
    findings = [
        found._replace(message=f"{found.message}; character recognition would read it: {_INSTALL}")
        if found.code in _WHY and _INSTALL not in found.message
        else found
        for found in document.findings
    ]
    pages = [_halved(page) if page.number in asked else page for page in document.pages]
    return replace(document, pages=tuple(pages), findings=tuple(findings))


def _halved(page: Page) -> Page:
    words = tuple(word._replace(certainties=(HALF_SURE,) * len(word.text)) for word in page.words)
    return replace(page, words=words)
