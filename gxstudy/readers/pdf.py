"""A PDF with a text layer -> Document, through PDFium.

The reader reports what is printed: words with their boxes and rulings, in points from the top left of the page as a
person would hold it to read (the page's rotation applied, and text drawn sideways turned upright). A point is a unit of
the page's user space: a ``UserUnit`` that enlarges the page is left aside, as PDFium does. It decides nothing about
tables.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gxstudy.errors import NoTextLayerError, TruncatedFileError, UnreadableFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Box, Document, Page, Word
from gxstudy.readers import pdfium, trial
from gxstudy.readers.pdf_frame import Frame, frame_of, level_of
from gxstudy.readers.pdf_layer import distrust, hides_text
from gxstudy.readers.pdf_layers import take_off
from gxstudy.readers.pdf_over import lay_over
from gxstudy.readers.pdf_painted import painted
from gxstudy.readers.pdf_prose import Line, clean, prose_lines
from gxstudy.readers.pdf_seen import drawings
from gxstudy.readers.pdf_words import EDGE, SHOWN, rulings_of, words_of
from gxstudy.readers.pdfium import PdfPage, Rectangle

__all__ = ["read", "read_pages", "render", "size", "with_text"]

PAGES_LIMIT = 20_000
"""Pages read from one file before the rest is left out."""
AHEAD = 8
"""Pages loaded at once."""
OBJECTS_LIMIT = 5_000_000
"""Drawn objects of a file after which no further page is read."""


def read(data: bytes) -> Document:
    """Read every page of a PDF.

    Parameters
    ----------
    data
        The bytes of the file.

    Returns
    -------
    Document
        Drawn pages (words and rulings), with findings for what was left out: pages that cannot be loaded, pages cut off
        at a limit, overlays, pages that hold pictures only.

    Raises
    ------
    EncryptedFileError
        When the file asks for a password.
    TruncatedFileError
        When no document or no page can be opened.
    NoTextLayerError
        When no page has any text: a scan.
    UnreadableFileError
        When no page can be loaded within the limits of :mod:`gxstudy.readers.trial`.
    """
    return with_text(read_pages(data))


def with_text(document: Document) -> Document:
    """Return a document as it is.

    Raises
    ------
    NoTextLayerError
        When no page has any text: a scan.
    """
    if not any(page.words for page in document.pages):
        msg = (
            f"none of the {len(document.pages)} pages has a text layer: the PDF is a scan; "
            "it needs character recognition before gxstudy can read it: pip install 'gxstudy[ocr]'"
        )
        raise NoTextLayerError(msg)
    return document


def read_pages(data: bytes) -> Document:
    """Read every page of a PDF as :func:`read` does; pages without text are no error, however many there are."""
    pages: list[Page] = []
    findings: list[Finding] = []
    look = trial.look(data)
    sound = trial.sound_pages(data) if look.explosive else None
    if sound is not None and not sound:
        msg = f"no page of the PDF can be loaded within {_limits()}: something in it explodes when it is unpacked"
        raise UnreadableFileError(msg)
    with pdfium.opened(data) as pdf:
        objects = 0
        for index in range(pdf.page_count):
            number = index + 1
            if index >= PAGES_LIMIT or objects > OBJECTS_LIMIT:
                message = (
                    f"the file holds more than {PAGES_LIMIT:,} pages or {OBJECTS_LIMIT:,} drawn objects; "
                    f"its {pdf.page_count} pages were read up to page {index}"
                )
                findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
                break
            if sound is not None and index not in sound:
                message = f"page {number} cannot be loaded within {_limits()}; the rest of the file was read"
                findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
                continue
            with pdf.page(index, ahead=AHEAD if sound is None else 1) as loaded:
                if loaded is None:
                    message = f"page {number} cannot be loaded; the rest of the file was read"
                    findings.append(finding(Code.PAGE_UNREADABLE, message, Place(page=number)))
                    continue
                objects += loaded.objects()
                page, noticed = _page(loaded, number, layered=look.layered)
                pages.append(page)
                findings += noticed
    if not pages:
        msg = "the PDF opens but none of its pages can be loaded; it is damaged: fetch it again"
        raise TruncatedFileError(msg)
    return Document("pdf", tuple(pages), tuple(findings))


def _limits() -> str:
    return f"{trial.MEMORY_LIMIT >> 20:,} MB and {trial.TIME_LIMIT} seconds"


def render(data: bytes, page: int, *, scale: float = 2.0) -> tuple[int, int, bytes]:
    """Return the picture of a page, upright as :func:`read` places its words.

    Parameters
    ----------
    data
        The bytes of the file.
    page
        The page, counted from 1.
    scale
        Pixels a point.

    Returns
    -------
    tuple
        Width and height in pixels, and the RGB bytes, row by row.

    Raises
    ------
    TruncatedFileError
        When there is no such page, or it has no size.
    """
    import pypdfium2

    with pdfium.opened(data) as pdf, pdf.page(page - 1) as loaded:
        if loaded is None:
            msg = f"page {page} cannot be loaded; the file has {pdf.page_count} pages"
            raise TruncatedFileError(msg)
        displayed = loaded.frame()[4]
        turns = frame_of(loaded).turns
        document = pypdfium2.PdfDocument(data)
        try:
            bitmap = document[page - 1].render(
                scale=scale, rotation=90 * ((turns - displayed) % 4), rev_byteorder=True, prefer_bgrx=False
            )
        except ValueError as error:
            msg = f"page {page} cannot be drawn: it has no size"
            raise TruncatedFileError(msg) from error
        else:
            pixels = bitmap.to_numpy()[:, :, :3]
            return int(pixels.shape[1]), int(pixels.shape[0]), np.ascontiguousarray(pixels).tobytes()
        finally:
            document.close()


def size(data: bytes, page: int) -> tuple[float, float]:
    """Return width and height, in points, of a page (counted from 1) as :func:`read` turns it."""
    with pdfium.opened(data) as pdf, pdf.page(page - 1) as loaded:
        if loaded is None:
            msg = f"page {page} cannot be loaded; the file has {pdf.page_count} pages"
            raise TruncatedFileError(msg)
        return frame_of(loaded).size


def _layers(loaded: PdfPage, number: int) -> tuple[tuple[Rectangle, ...], list[Finding]]:
    """Take off a page what is on layers that are off, and return where figures of it stood."""
    hidden = take_off(loaded)
    findings = []
    if hidden.text:
        message = f"text on a layer that is off was left out on page {number}: {hidden.text[:SHOWN]!r}"
        findings.append(finding(Code.HIDDEN_TEXT, message, Place(page=number)))
    if hidden.cut_off:
        message = f"page {number} has more parts on layers than were looked at; some of what was read may not show"
        findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
    return hidden.figures, findings


def _page(loaded: PdfPage, number: int, *, layered: bool) -> tuple[Page, list[Finding]]:
    undrawn = lay_over(loaded)
    off, findings = _layers(loaded, number) if layered else ((), [])
    why = "its text layer is hidden under a picture" if hides_text(loaded) else distrust(loaded.text())
    if why is not None:
        message = f"the text of page {number} cannot be believed: {why}"
        findings.append(finding(Code.TEXT_LAYER_UNTRUSTED, message, Place(page=number)))
    frame = frame_of(loaded)
    wide, high = frame.size
    spans = prose_lines(loaded.text(), first=number == 1)
    if spans is not None and (words := _prose(loaded, spans, frame)):
        return Page(number, wide, high, words), findings
    level = level_of(loaded, frame)
    lines = painted(loaded, level)
    if loaded.more_text() or lines.cut_off:
        message = (
            f"page {number} holds more than {pdfium.GLYPH_LIMIT:,} characters or {pdfium.PATH_LIMIT:,} drawn objects; "
            "what lies beyond that was not read"
        )
        findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
    rulings = rulings_of(frame, lines.segments)
    found = words_of(loaded, frame, rulings, number, level, None if why else lines)
    words = found.words
    findings += found.findings
    if not words and lines.objects:
        message = f"page {number} has no text, only pictures or drawings; what stands there was not read"
        findings.append(finding(Code.PAGE_WITHOUT_TEXT, message, Place(page=number)))
    shown = (*off, *undrawn, *drawings(lines), *found.unread)
    return Page(number, wide, high, words, rulings, drawings=_boxes(frame, number, shown)), findings


def _boxes(frame: Frame, number: int, rectangles: Sequence[Rectangle]) -> tuple[Box, ...]:
    if not rectangles:
        return ()
    places = frame.place(*np.array(rectangles, np.float32).T)
    return tuple(Box(number, *each) for each in zip(*(edge.tolist() for edge in places), strict=True))


def _prose(loaded: PdfPage, spans: list[Line], frame: Frame) -> tuple[Word, ...]:
    """Return the lines of a page of prose, each as one word; none when their boxes cannot be the lines' own."""
    text = loaded.text()
    ends = [index for span in spans for index in span]
    boxes = frame.place_glyphs(loaded.loose_boxes(ends))
    x0, x1 = boxes.x0[0::2], boxes.x1[1::2]
    top = np.minimum(boxes.top[0::2], boxes.top[1::2])
    bottom = np.maximum(boxes.bottom[0::2], boxes.bottom[1::2])
    wide, high = frame.size
    level = np.abs(boxes.top[0::2] - boxes.top[1::2]) < 0.5 * (bottom - top)
    inside = (x0 > -EDGE) & (x1 < wide + EDGE) & (top > -EDGE) & (bottom < high + EDGE)
    if not (level & inside & (x1 > x0)).all():
        return ()
    columns = (edge.tolist() for edge in (x0, top, x1, bottom))
    texts = [clean(text[start : end + 1]) for start, end in spans]
    return tuple(Word(*each) for each in zip(texts, *columns, strict=True))
