"""A PDF with a text layer -> Document, through PDFium.

The reader reports what is printed: words with their boxes and rulings, in points from the top left of the page as a
person would hold it to read (the page's rotation applied, and text drawn sideways turned upright). It decides nothing
about tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.errors import NoTextLayerError, TruncatedFileError, UnreadableFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Box, Document, Page, Ruling, Word
from gxstudy.readers import pdfium, trial
from gxstudy.readers.pdf_again import once, printed_again
from gxstudy.readers.pdf_glyphs import (
    BLANK,
    KINDS,
    LINE_END,
    STROKE,
    SUSPECT,
    UNKNOWN,
    Boxes,
    given_way,
    ink_middles,
    median,
    order,
    raised,
    straightened,
)
from gxstudy.readers.pdf_layer import distrust, hides_text
from gxstudy.readers.pdf_over import lay_over
from gxstudy.readers.pdf_painted import THIN, Painted, painted
from gxstudy.readers.pdf_prose import Line, clean, prose_lines
from gxstudy.readers.pdf_seen import OVER_SHARE, drawings, overprinted, struck, unseen
from gxstudy.readers.pdf_stamps import of_a_stamp
from gxstudy.readers.pdfium import PdfPage, Rectangle

__all__ = ["read", "read_pages", "render", "size", "with_text"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

PAGES_LIMIT = 20_000
"""Pages read from one file before the rest is left out."""
AHEAD = 8
"""Pages loaded at once."""
OBJECTS_LIMIT = 5_000_000
"""Drawn objects of a file after which no further page is read."""
WORD_GAP = 0.4
"""Characters further apart than this share of their height belong to two words."""
SPACE_GAP = 0.12
"""Letters and figures with a space between them and a gap wider than this share of their height are two words."""
GOES_ON = 0.06
"""Figures nearer to each other than this share of their height are those of one number; cells have wider margins."""
DASH_GAP = 4.0
"""A vertical line drawn in dashes parts words in its gaps too (points)."""
VIVID, DULL = 0.4, 0.2
"""A colour with more than this distance from grey (0 to 1) may be a stamp's ink; one with less is print."""
MOST_HIDDEN = 0.5
"""A page of which more of the text is not seen has a text layer for searching, not for reading."""
ASKEW_SAMPLE = 60
"""Characters of a page that are asked whether it lies askew."""
LEAST_ASKEW, MOST_ASKEW = math.radians(0.1), math.radians(2.5)
"""A page that lies less askew is read as it is; one that lies more is something else."""
TALL = 1.7
"""Chinese characters so many times as high as wide (or the other way) are not measured right by their font."""
ABOVE = 0.88
"""Share of a Chinese character that stands above its line."""
EDGE = 2.0
"""Characters that reach this far (points) beyond the edge of the page are cut."""
BLOCK = 4_000_000
"""Pairs of words compared at a time, when a stamp is looked for."""
PAIRS_LIMIT = 20_000
"""Words that lie over each other are looked at up to so many pairs, to find out which ink is a stamp's."""
BIG = 1.6
"""Characters higher than this multiple of the page's median may be an overlay (a watermark)."""
PALE = 0.55
"""Big characters painted paler than this (0 black, 1 white) are an overlay."""


class _Frame(NamedTuple):
    """The visible box of a page in user space, and the clockwise quarter turns that make its text upright.

    ``straight``: most of its text lies exactly along its edges.
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int
    straight: bool

    @property
    def size(self) -> tuple[float, float]:
        wide, high = self.right - self.left, self.top - self.bottom
        return (high, wide) if self.turns % 2 else (wide, high)

    def place(self, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Boxes:
        """Return boxes of user space as they are seen upright from the top left."""
        if self.turns == 1:
            return Boxes(y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left)
        if self.turns == 2:
            return Boxes(self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom)
        if self.turns == 3:
            return Boxes(self.top - y1, self.right - x1, self.top - y0, self.right - x0)
        return Boxes(x0 - self.left, self.top - y1, x1 - self.left, self.top - y0)

    def place_glyphs(self, raw: Floats) -> Boxes:
        """Return boxes of characters, as PDFium gives them, as they are seen upright from the top left."""
        left, top, right, bottom = raw.T
        return self.place(left, bottom, right, top)


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
    sound = trial.sound_pages(data) if trial.explosive(data) else None
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
                page, noticed = _page(loaded, number)
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
        turns = _frame(loaded).turns
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
        return _frame(loaded).size


def _page(loaded: PdfPage, number: int) -> tuple[Page, list[Finding]]:
    findings: list[Finding] = []
    undrawn = lay_over(loaded)
    why = "its text layer is hidden under a picture" if hides_text(loaded) else distrust(loaded.text())
    if why is not None:
        message = f"the text of page {number} cannot be believed: {why}"
        findings.append(finding(Code.TEXT_LAYER_UNTRUSTED, message, Place(page=number)))
    frame = _frame(loaded)
    wide, high = frame.size
    spans = prose_lines(loaded.text(), first=number == 1)
    if spans is not None and (words := _prose(loaded, spans, frame)):
        return Page(number, wide, high, words), findings
    level = _level(loaded, frame)
    lines = painted(loaded, level)
    if loaded.more_text() or lines.cut_off:
        message = (
            f"page {number} holds more than {pdfium.GLYPH_LIMIT:,} characters or {pdfium.PATH_LIMIT:,} drawn objects; "
            "what lies beyond that was not read"
        )
        findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
    rulings = _rulings(frame, lines.segments)
    found = _words(loaded, frame, rulings, number, level, None if why else lines)
    words = found.words
    findings += found.findings
    if not words and lines.objects:
        message = f"page {number} has no text, only pictures or drawings; what stands there was not read"
        findings.append(finding(Code.PAGE_WITHOUT_TEXT, message, Place(page=number)))
    shown = (*undrawn, *drawings(lines), *found.unread)
    return Page(number, wide, high, words, rulings, drawings=_boxes(frame, number, shown)), findings


def _boxes(frame: _Frame, number: int, rectangles: Sequence[Rectangle]) -> tuple[Box, ...]:
    if not rectangles:
        return ()
    places = frame.place(*np.array(rectangles, np.float32).T)
    return tuple(Box(number, *each) for each in zip(*(edge.tolist() for edge in places), strict=True))


class _Found(NamedTuple):
    """The words of a page, what was noticed about them, and where something else shows in place of a character."""

    words: tuple[Word, ...]
    findings: list[Finding]
    unread: tuple[Rectangle, ...] = ()


def _prose(loaded: PdfPage, spans: list[Line], frame: _Frame) -> tuple[Word, ...]:
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


def _frame(loaded: PdfPage) -> _Frame:
    """Return the page's frame, turned so that most of its text is upright."""
    left, bottom, right, top, turns = loaded.frame()
    text = loaded.text()
    step = max(1, len(text) // 24)
    angles = loaded.angles([i for i in range(step // 2, len(text), step) if not text[i].isspace()])
    straight = 2 * angles.count(0.0) > len(angles)
    if angles:
        # PDFium's angle grows clockwise; text that runs down the page is upright after three quarter turns.
        quarters = [round(-angle / (math.pi / 2)) % 4 for angle in angles if math.isfinite(angle)]  # damage has none
        upright = max(range(4), key=quarters.count)
        if 2 * quarters.count(upright) > len(angles):
            turns = upright
    return _Frame(left, bottom, right, top, turns, straight)


def _level(loaded: PdfPage, frame: _Frame) -> tuple[float, ...] | None:
    """Return the matrix that makes a page lie straight which lies askew as a whole; None for one that lies straight."""
    if frame.straight:
        return None
    text = loaded.text()
    some = [i for i in range(0, len(text), max(1, len(text) // ASKEW_SAMPLE)) if not text[i].isspace()]
    angles = np.array([angle for angle in loaded.angles(some) if math.isfinite(angle)])
    if not len(angles):
        return None
    askew = angles - np.round(angles / (math.pi / 2)) * (math.pi / 2)
    angle = -float(np.median(askew))  # PDFium's angle grows clockwise
    if not LEAST_ASKEW < abs(angle) < MOST_ASKEW or np.mean(np.abs(askew + angle) < LEAST_ASKEW) < 0.8:
        return None
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2
    return cos, -sin, sin, cos, x - cos * x - sin * y, y + sin * x - cos * y


def _levelled(boxes: Floats, level: tuple[float, ...]) -> Floats:
    """Return boxes (left, top, right, bottom) of user space with their middles where the level page has them."""
    a, b, c, d, e, f = level
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    right, up = a * x + c * y + e - x, b * x + d * y + f - y
    moved = boxes + np.stack((right, up, right, up), axis=1)
    return np.where((boxes[:, 2:3] > boxes[:, 0:1]), moved, boxes).astype(np.float32)


def _rulings(frame: _Frame, segments: Floats) -> tuple[Ruling, ...]:
    if not len(segments):
        return ()
    *ends, widths = segments.T
    columns = (column.tolist() for column in (*frame.place(*ends), widths))
    wide, high = frame.size
    rulings = []
    for x0, top, x1, bottom, width in zip(*columns, strict=True):
        if x1 < 0 or bottom < 0 or x0 > wide or top > high:
            continue
        across, down = x1 - x0, bottom - top
        dot = across < THIN and down < THIN  # it may be of a dotted line either way
        if dot or across >= down:
            middle = (top + bottom) / 2
            rulings.append(Ruling(x0, middle, x1, middle, width))
        if dot or across < down:
            middle = (x0 + x1) / 2
            rulings.append(Ruling(middle, top, middle, bottom, width))
    return tuple(rulings)


def _words(
    loaded: PdfPage,
    frame: _Frame,
    rulings: tuple[Ruling, ...],
    number: int,
    level: tuple[float, ...] | None,
    lines: Painted | None,
) -> _Found:
    """Return the words of a page; without ``lines``, all characters are taken for seen."""
    findings: list[Finding] = []
    printed = loaded.text()
    codes = np.frombuffer(printed.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = KINDS[np.minimum(codes, len(KINDS) - 1)]
    kept = np.flatnonzero(kinds != LINE_END)
    raw = _sound_boxes(loaded, codes[kept], kept)
    raw = raw if level is None else _levelled(raw, level)
    hidden = unseen(loaded, lines, kept, raw, _may_be_figure(codes[kept])) if lines is not None else None
    unread, torn = () if hidden is None else hidden.places, kept[:0]
    if hidden is not None and hidden.share > MOST_HIDDEN:
        message = f"the text of page {number} cannot be believed: most of it is not seen on the page"
        findings.append(finding(Code.TEXT_LAYER_UNTRUSTED, message, Place(page=number)))
    elif hidden is not None and len(hidden.characters):
        text = "".join(printed[i] for i in kept[hidden.characters][:40])
        message = f"text that is not seen on page {number} was left out: {text!r}"
        findings.append(finding(Code.HIDDEN_TEXT, message, Place(page=number)))
        torn = kept[hidden.torn]
        kept, raw = np.delete(kept, hidden.characters), np.delete(raw, hidden.characters, axis=0)
    stamp = of_a_stamp(loaded, lines, kept, raw) if lines is not None else None
    if stamp is not None:
        text = "".join(printed[i] for i in kept[stamp][:40])
        message = f"text of a stamp was left out on page {number}: {text!r}"
        findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
        kept, raw = kept[~stamp], raw[~stamp]
    boxes = frame.place_glyphs(raw)
    strokes = np.flatnonzero(kinds[kept] == STROKE)
    if len(strokes):
        ink = loaded.tight_boxes(kept[strokes].tolist())
        boxes = straightened(boxes, strokes, frame.place_glyphs(ink if level is None else _levelled(ink, level)))
    shown = (boxes.x1 > boxes.x0) & (boxes.bottom > boxes.top) & (kinds[kept] != BLANK)
    kept, boxes = kept[shown], boxes.take(shown)
    if not len(kept):
        return _Found((), findings, unread)
    overlay = _overlay(loaded, kept, boxes)
    if overlay.any():
        text = "".join(printed[i] for i in kept[overlay][:40])
        message = f"text drawn across the page or pale and large was left out on page {number}: {text!r}"
        findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
        kept, boxes = kept[~overlay], boxes.take(~overlay)
        if not len(kept):
            return _Found((), findings, unread)
    single = once(codes[kept], boxes)
    if single is not None:
        kept, boxes = kept[single], boxes.take(single)
    again = printed_again(codes[kept], boxes)
    if again is not None:
        kept, boxes = kept[~again], boxes.take(~again)
    ordered = order(kinds[kept], boxes)
    if ordered is not None:
        kept, boxes = kept[ordered], boxes.take(ordered)
    boxes = given_way(kinds[kept], boxes)
    codes = codes[kept]
    joined, parted = _joined(boxes, codes, ink_middles(kinds[kept], boxes), kept[1:] - kept[:-1] > 1, rulings)
    starts = np.concatenate(([0], np.flatnonzero(~joined) + 1))
    text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    wide, high = frame.size
    x0, top, x1, bottom = boxes
    # What the edge of the page or a rule cuts cannot be believed as a whole.
    cut = (x0 < -EDGE) | (top < -EDGE) | (x1 > wide + EDGE) | (bottom > high + EDGE)
    unmapped = _unmapped(loaded, kinds[kept], kept)
    if unmapped.any():
        message = (
            f"{int(unmapped.sum())} characters on page {number} have no Unicode value in their font; "
            "what they print cannot be read"
        )
        findings.append(finding(Code.UNMAPPED_GLYPHS, message, Place(page=number)))
    firsts = starts.tolist()
    texts = [text[start:end] for start, end in pairwise([*firsts, len(kept)])]
    edges = Boxes(
        np.minimum.reduceat(x0, starts),
        np.minimum.reduceat(top, starts),
        np.maximum.reduceat(x1, starts),
        np.maximum.reduceat(bottom, starts),
    )
    cut |= np.isin(kept, torn)
    cut[:-1] |= parted
    cut[1:] |= parted
    damaged = np.logical_or.reduceat(unmapped | cut, starts) | raised(codes, boxes, starts)
    over = () if lines is None else _rulings(frame, lines.over)
    garbled = (damaged | struck(texts, edges, rulings, over) | overprinted(texts, edges)).tolist()
    columns = (texts, *(edge.tolist() for edge in edges), repeat((), len(texts)), garbled)
    words = tuple(map(_word, zip(*columns, strict=True)))
    stamped = _stamped(loaded, texts, edges, kept[starts])
    if stamped.any():
        text = " ".join(texts[i] for i in np.flatnonzero(stamped))
        message = f"coloured text over other text was left out on page {number}: {text!r}"
        findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
    left_out = stamped | (edges.x1 <= 0) | (edges.bottom <= 0) | (edges.x0 >= wide) | (edges.top >= high)
    if left_out.any():
        words = tuple(word for word, drop in zip(words, left_out, strict=True) if not drop)
    return _Found(words, findings, unread)


def _stamped(loaded: PdfPage, texts: list[str], edges: Boxes, firsts: npt.NDArray[np.intp]) -> Bools:
    """Return which words are a stamp's: those in the vivid colour of a word that lies over a grey one.

    Figures are never taken for a stamp's: two figures over each other stay, and cannot be read.
    """
    stamped = np.zeros(len(texts), np.bool_)
    labels = np.array([i for i, text in enumerate(texts) if not text.isdigit()], np.intp)
    x0, top, x1, bottom = edges
    height = bottom - top
    found = []
    for some in np.array_split(labels, 1 + len(labels) * len(texts) // BLOCK):
        one, other = np.nonzero((top[some, None] < bottom) & (bottom[some, None] > top))  # on one line
        one = some[one]
        shared_x = np.minimum(x1[one], x1[other]) - np.maximum(x0[one], x0[other])
        shared_y = np.minimum(bottom[one], bottom[other]) - np.maximum(top[one], top[other])
        over = (shared_x > 1.0) & (shared_y > 0.35 * np.minimum(height[one], height[other])) & (one != other)
        if over.any():
            found.append(np.stack((one[over], other[over]), axis=1)[:PAIRS_LIMIT])
    if not found:
        return stamped
    pairs = np.concatenate(found)[:PAIRS_LIMIT]
    involved = np.unique(pairs)
    colour = dict(zip(involved.tolist(), loaded.colours(firsts[involved].tolist()), strict=True))
    inks = set()
    for one, other in pairs.tolist():
        dull, vivid = sorted((colour[one], colour[other]), key=lambda each: each.vividness)
        if dull.vividness < DULL < VIVID < vivid.vividness:
            inks.add(vivid)
    if inks:
        for index, ink in enumerate(loaded.colours(firsts.tolist())):
            stamped[index] = ink in inks and _is_lettering(texts[index])
    return stamped


def _is_lettering(text: str) -> bool:
    """Return whether a word is no figure, nor a stroke in place of one: it has letters or a star, and no digit."""
    return any(each.isalpha() or each == "★" for each in text) and not any(map(str.isdigit, text))


def _sound_boxes(loaded: PdfPage, codes: npt.NDArray[np.uint32], kept: npt.NDArray[np.intp]) -> Floats:
    """Return the characters' loose boxes, those of absurd size (fonts for vertical writing) replaced by the ink's.

    Fonts written anew by another producer may claim to be several times as high as they are: Chinese characters, which
    are square, tell by how much. Then each character stands on its line as high as it is, most of it above.
    """
    boxes = loaded.loose_boxes(kept.tolist())
    square = np.flatnonzero((codes >= 0x4E00) & (codes <= 0x9FFF))
    if len(square):
        wide, high = boxes[square, 2] - boxes[square, 0], boxes[square, 1] - boxes[square, 3]
        shown = (wide > 0) & (high > 0)
        if shown.any() and not 1 / TALL < (ratio := median(high[shown] / wide[shown])) < TALL:
            every = kept.tolist()
            if ratio > 1:
                size, line = (boxes[:, 1] - boxes[:, 3]) / ratio, loaded.baselines(every)
                boxes[:, 1], boxes[:, 3] = line + ABOVE * size, line - (1 - ABOVE) * size
            else:
                boxes[:, [0, 2]] = loaded.tight_boxes(every)[:, [0, 2]]
    sizes = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 1] - boxes[:, 3])
    real = sizes[sizes > 0]
    if not len(real):
        return boxes
    odd = np.flatnonzero(sizes > 2.5 * median(real))
    if len(odd):
        boxes[odd] = loaded.tight_boxes(kept[odd].tolist())
    return boxes


_word = partial(tuple.__new__, Word)


def _may_be_figure(codes: npt.NDArray[np.uint32]) -> Bools:
    kinds = KINDS[np.minimum(codes, len(KINDS) - 1)]
    figure: Bools = (kinds == SUSPECT) | (kinds == STROKE) | ((codes >= 0xFF10) & (codes <= 0xFF19))
    return figure


def _is_digit(codes: npt.NDArray[np.uint32]) -> Bools:
    digit: Bools = (codes >= 0x30) & (codes <= 0x39)
    return digit


def _joined(
    boxes: Boxes, codes: npt.NDArray[np.uint32], middle: Floats, spaced: Bools, rulings: tuple[Ruling, ...]
) -> tuple[Bools, Bools]:
    """Return, for each character but the last, whether the next one continues its word, and whether a rule cuts it.

    ``middle``: that of each character's ink. ``spaced``: a space stands between the two. Between figures it parts words
    even where the gap is small. A rule cuts a number that is too wide for its cell: its figures go on behind the rule.
    """
    x0, top, x1, bottom = boxes
    height = bottom - top
    height = np.minimum(height[:-1], height[1:])
    level = np.minimum(bottom[:-1], bottom[1:]) - np.maximum(top[:-1], top[1:]) > 0.5 * height
    gap = x0[1:] - x1[:-1]
    joined: Bools = level & (gap < WORD_GAP * height) & (gap > -0.6 * height)
    plain = codes < 0x80
    joined &= ~(spaced & plain[:-1] & plain[1:] & (gap > SPACE_GAP * height))
    figures = _is_digit(codes)
    # Slanting digits reach over the next one, but this begins where the one before would end if it stood upright.
    over = (gap < -OVER_SHARE * height) & (x0[1:] - x0[:-1] < OVER_SHARE * height)
    joined &= ~(figures[:-1] & figures[1:] & over)
    # A vertical ruling between the middles of two characters parts them, whatever their distance.
    verticals = np.array([(r.x0, r.top, r.bottom) for r in rulings if r.x0 == r.x1], np.float32)
    cut = np.zeros(len(joined), np.bool_)
    if len(verticals):
        goes_on = figures[:-1] & figures[1:] & (gap < GOES_ON * height)
        verticals = verticals[np.argsort(verticals[:, 0])]
        line = (top + bottom) / 2
        first = np.searchsorted(verticals[:, 0], middle[:-1], "right")
        last = np.searchsorted(verticals[:, 0], middle[1:], "left")
        pairs = np.flatnonzero(joined & (first < last))
        while len(pairs):  # the first vertical between each pair, then the second ...
            between, y = verticals[first[pairs]], line[pairs]
            crossed = (between[:, 1] - DASH_GAP <= y) & (y <= between[:, 2] + DASH_GAP)
            joined[pairs[crossed]] = False
            cut[pairs[crossed]] = goes_on[pairs[crossed]]
            first[pairs] += 1
            pairs = pairs[~crossed & (first[pairs] < last[pairs])]
    return joined, cut


def _overlay(loaded: PdfPage, kept: npt.NDArray[np.intp], boxes: Boxes) -> Bools:
    """Return which characters are drawn over the page: askew, or big and pale."""
    x0, top, x1, bottom = boxes
    height = bottom - top
    dropped = np.zeros(len(kept), np.bool_)
    middle, line = (x0 + x1) / 2, (top + bottom) / 2
    dx, dy = middle[1:] - middle[:-1], line[1:] - line[:-1]
    reach = np.maximum(height, x1 - x0)[:-1]
    near, far = 0.2 * reach, 2.5 * reach
    askew = (dx > near) & (dx < far) & (np.abs(dy) > near) & (np.abs(dy) < far)
    # Two steps in one slanting direction; lines of a cell that follow each other make one at most.
    if (askew[:-1] & askew[1:] & (dy[:-1] * dy[1:] > 0)).any():
        angles = np.array(loaded.angles(kept.tolist())) / (math.pi / 2)
        dropped |= np.abs(angles - np.round(angles)) > 0.03
    big = (height > BIG * median(height)) & ~dropped
    if not big.any():
        return dropped
    sizes = np.round(height)
    for size in sorted(set(sizes[big].tolist())):
        alike = np.flatnonzero(big & (sizes == size))
        # A watermark is painted in one colour: three characters of a size tell whether to look at them all.
        sample = loaded.colours(kept[alike[:: max(1, len(alike) // 3)]].tolist())
        if any(colour.paleness > PALE for colour in sample):
            pale = np.array([colour.paleness > PALE for colour in loaded.colours(kept[alike].tolist())])
            dropped[alike[pale]] = True
    return dropped


def _unmapped(loaded: PdfPage, kinds: npt.NDArray[np.uint8], kept: npt.NDArray[np.intp]) -> Bools:
    """Return which characters have no Unicode value of their own; only those that could pass for a figure are asked."""
    unmapped: Bools = kinds == UNKNOWN
    asked = np.flatnonzero((kinds == SUSPECT) | (kinds == STROKE))
    unmapped[asked] = loaded.unmapped(kept[asked].tolist())
    return unmapped
