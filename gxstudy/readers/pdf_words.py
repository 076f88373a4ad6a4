"""The characters of a PDF page -> its words: what stands together, is seen, and is no overlay."""

from __future__ import annotations

from functools import partial
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Ruling, Word
from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_again import once, printed_again
from gxstudy.readers.pdf_frame import Frame, levelled
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
from gxstudy.readers.pdf_layer import misnamed
from gxstudy.readers.pdf_painted import THIN, Painted
from gxstudy.readers.pdf_seen import OVER_SHARE, overprinted, struck, unseen
from gxstudy.readers.pdf_stamps import of_a_stamp, overlay, stamped
from gxstudy.readers.pdfium import PdfPage, Rectangle

__all__ = ["EDGE", "SHOWN", "Found", "rulings_of", "words_of"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

WORD_GAP = 0.4
"""Characters further apart than this share of their height belong to two words."""
SPACE_GAP = 0.12
"""Letters and figures with a space between them and a gap wider than this share of their height are two words."""
MADE_UP_GAP = 0.3
"""The same where the space is not printed."""
GOES_ON = 0.06
"""Figures nearer to each other than this share of their height are those of one number; cells have wider margins."""
DASH_GAP = 4.0
"""A vertical line drawn in dashes parts words in its gaps too (points)."""
MOST_HIDDEN = 0.5
"""A page of which more of the text is not seen has a text layer for searching, not for reading."""
TALL = 1.7
"""Chinese characters so many times as high as wide (or the other way) are not measured right by their font."""
ABOVE = 0.88
"""Share of a Chinese character that stands above its line."""
UNEVEN, LIFTED = 1.3, 0.12
"""A Chinese character so many times as high as wide may be lifted by its font, and is by this share of its width."""
BLANKS_LIMIT = 500
"""Texts of blanks alone on one page that are asked whether they print something."""
TINY = 0.2
"""Numbers lower and narrower than this share of most numbers of a page are a speck: nobody reads them."""
SHOWN = 40
"""Characters shown of a text that is left out."""
POINTS = np.frombuffer(".,．，".encode("utf-32-le"), np.uint32)
"""What stands between the digits of a number."""
EDGE = 2.0
"""Characters that reach this far (points) beyond the edge of the page are cut."""


_word, _ruling = partial(tuple.__new__, Word), partial(tuple.__new__, Ruling)
"""Make named tuples of tuples, in half the time of a call with their fields: a page has thousands."""


class Found(NamedTuple):
    """The words of a page, what was noticed about them, and where something else shows in place of a character."""

    words: tuple[Word, ...]
    findings: list[Finding]
    unread: tuple[Rectangle, ...] = ()


class _Glyphs(NamedTuple):
    """Characters of a page by their number, and their boxes."""

    kept: npt.NDArray[np.intp]
    boxes: Boxes

    def take(self, which: npt.NDArray[np.intp] | Bools) -> _Glyphs:
        return _Glyphs(self.kept[which], self.boxes.take(which))


class _Seen(NamedTuple):
    """Characters of a page that are seen, by their number, with their boxes as PDFium gives them.

    ``torn``: those of them beside one that is not seen.
    """

    kept: npt.NDArray[np.intp]
    raw: Floats
    torn: npt.NDArray[np.intp]


def rulings_of(frame: Frame, segments: Floats) -> tuple[Ruling, ...]:
    """Return straight lines (n x 5: x0, y0, x1, y1 and the width, in user space) as they are seen upright."""
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
            rulings.append(_ruling((x0, middle, x1, middle, width)))
        if dot or across < down:
            middle = (x0 + x1) / 2
            rulings.append(_ruling((middle, top, middle, bottom, width)))
    return tuple(rulings)


def words_of(
    page: PdfPage,
    frame: Frame,
    rulings: tuple[Ruling, ...],
    number: int,
    level: tuple[float, ...] | None,
    painted: Painted | None,
) -> Found:
    """Return the words of a page.

    Parameters
    ----------
    page, frame
        The page, and how it is held.
    rulings
        Its straight lines.
    number
        The page, counted from 1, for what is noticed.
    level
        The matrix that makes a page lie straight that lies askew; None for one that does.
    painted
        What the page paints; None where all characters are to be taken for seen.
    """
    findings: list[Finding] = []
    text = page.text()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = KINDS[np.minimum(codes, len(KINDS) - 1)]
    if misnamed := _inked_blanks(page, kinds):
        codes, kinds = codes.copy(), kinds.copy()
        codes[misnamed], kinds[misnamed] = 0xFFFD, UNKNOWN
    kept = np.flatnonzero(kinds != LINE_END)
    raw = _sound_boxes(page, codes[kept], kept)
    seen = _Seen(kept, raw if level is None else levelled(raw, level), kept[:0])
    unread: tuple[Rectangle, ...] = ()
    if painted is not None:
        seen, unread = _seen(page, painted, seen, _may_be_figure(codes[kept], kinds[kept]), number, findings)
    boxes = frame.place_glyphs(seen.raw)
    strokes = np.flatnonzero(kinds[seen.kept] == STROKE)
    if len(strokes):
        ink = page.tight_boxes(seen.kept[strokes].tolist())
        boxes = straightened(boxes, strokes, frame.place_glyphs(ink if level is None else levelled(ink, level)))
    sized = (boxes.x1 > boxes.x0) & (boxes.bottom > boxes.top)
    spaces = seen.kept[sized & (kinds[seen.kept] == BLANK)]
    shown = (boxes.x1 > boxes.x0) & (boxes.bottom > boxes.top) & (kinds[seen.kept] != BLANK)
    glyphs = _without_overlay(page, _Glyphs(seen.kept, boxes).take(shown), number, findings)
    if not len(glyphs.kept):
        return Found((), findings, unread)
    kept, boxes = _in_order(codes, kinds, glyphs)
    codes, kinds = codes[kept], kinds[kept]
    boxes = given_way(kinds, boxes)
    gaps = _gaps(kept, spaces)
    joined, parted = _joined(boxes, codes, ink_middles(kinds, boxes), gaps, rulings)
    if painted is not None and painted.laid:
        laid = np.array([owner in painted.laid for owner in page.text_objects(kept.tolist())], np.bool_)
        parted |= joined & (laid[1:] != laid[:-1])
    starts = np.concatenate(([0], np.flatnonzero(~joined) + 1))
    text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    texts = [text[start:end] for start, end in pairwise([*starts.tolist(), len(kept)])]
    edges = Boxes(
        np.minimum.reduceat(boxes.x0, starts),
        np.minimum.reduceat(boxes.top, starts),
        np.maximum.reduceat(boxes.x1, starts),
        np.maximum.reduceat(boxes.bottom, starts),
    )
    damaged = _unmapped(page, kinds, kept, number, findings) | _cut(frame, boxes)
    if len(seen.torn):
        damaged |= np.isin(kept, seen.torn)
    damaged[:-1] |= parted
    damaged[1:] |= parted
    figures = np.array([i for i, word in enumerate(texts) if word.isdigit()], np.intp)
    over = () if painted is None else rulings_of(frame, painted.over)
    garbled = np.logical_or.reduceat(damaged, starts) | raised(codes, boxes, starts)
    garbled |= struck(figures, edges, rulings, over) | overprinted(figures, edges)
    if len(figures):
        sizes = np.maximum(edges.bottom - edges.top, edges.x1 - edges.x0)[figures]
        garbled[figures[sizes < TINY * median(sizes)]] = True
    columns = (texts, *(edge.tolist() for edge in edges), repeat((), len(texts)), garbled.tolist())
    words = tuple(map(_word, zip(*columns, strict=True)))
    wide, high = frame.size
    left_out = (edges.x1 <= 0) | (edges.bottom <= 0) | (edges.x0 >= wide) | (edges.top >= high)
    inked = stamped(page, texts, figures, edges, kept[starts])
    if inked is not None:
        shown_text = " ".join(texts[i] for i in np.flatnonzero(inked))
        message = f"coloured text over other text was left out on page {number}: {shown_text!r}"
        findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
        left_out |= inked
    if left_out.any():
        words = tuple(word for word, drop in zip(words, left_out.tolist(), strict=True) if not drop)
    return Found(words, findings, unread)


def _inked_blanks(page: PdfPage, kinds: npt.NDArray[np.uint8]) -> list[int]:
    """Return the characters that are said to be blank and print something: their font names them wrongly.

    Only those are asked that are not set together with others: a figure of such ones would pass for a blank cell.
    """
    blank = kinds == BLANK
    places = np.flatnonzero(blank)
    owners = page.text_objects(places.tolist())
    own = [(place, owner) for place, owner in zip(places.tolist(), owners, strict=True) if owner]
    if not own:
        return []
    last = len(kinds) - 1
    beside = {place + step for place, _ in own for step in (-1, 1) if 0 <= place + step <= last}
    mixed = set(page.text_objects([place for place in beside if not blank[place]]))
    alone = {owner for _, owner in own if owner not in mixed}
    inked = {owner for owner in sorted(alone)[:BLANKS_LIMIT] if objects.has_ink(page, owner)}
    return [place for place, owner in own if owner in inked]


def _seen(
    page: PdfPage, painted: Painted, every: _Seen, figures: Bools, number: int, findings: list[Finding]
) -> tuple[_Seen, tuple[Rectangle, ...]]:
    """Return the characters that are seen and no stamp's, and where something else shows in place of others."""
    kept, raw, torn = every
    unread: tuple[Rectangle, ...] = ()
    owners = page.text_objects(kept[figures].tolist())
    if misnamed(page, [owner for owner in dict.fromkeys(owners) if owner]):
        message = f"the text of page {number} cannot be believed: figures are named there that are not the ones printed"
        findings.append(finding(Code.TEXT_LAYER_UNTRUSTED, message, Place(page=number)))
    hidden = unseen(page, painted, kept, raw, figures, owners)
    if hidden is not None:
        unread = hidden.places
        if hidden.share > MOST_HIDDEN:
            message = f"the text of page {number} cannot be believed: most of it is not seen on the page"
            findings.append(finding(Code.TEXT_LAYER_UNTRUSTED, message, Place(page=number)))
        else:
            if len(gone := kept[hidden.characters]):
                message = f"text that is not seen on page {number} was left out: {_begin(page, gone)!r}"
                findings.append(finding(Code.HIDDEN_TEXT, message, Place(page=number)))
            torn = kept[hidden.torn]
            dropped = np.concatenate((hidden.characters, hidden.copies))
            kept, raw = np.delete(kept, dropped), np.delete(raw, dropped, axis=0)
    stamp = of_a_stamp(page, painted, kept, raw)
    if stamp is not None:
        message = f"text of a stamp was left out on page {number}: {_begin(page, kept[stamp])!r}"
        findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
        kept, raw = kept[~stamp], raw[~stamp]
    return _Seen(kept, raw, torn), unread


def _begin(page: PdfPage, indices: npt.NDArray[np.intp]) -> str:
    """Return the first of some characters, for a message."""
    text = page.text()
    return "".join(text[i] for i in indices[:SHOWN])


def _without_overlay(page: PdfPage, glyphs: _Glyphs, number: int, findings: list[Finding]) -> _Glyphs:
    if not len(glyphs.kept):
        return glyphs
    dropped = overlay(page, glyphs.kept, glyphs.boxes)
    if dropped is None:
        return glyphs
    shown = _begin(page, glyphs.kept[dropped])
    message = f"text drawn across the page or pale and large was left out on page {number}: {shown!r}"
    findings.append(finding(Code.OVERLAY_DROPPED, message, Place(page=number)))
    return glyphs.take(~dropped)


def _in_order(codes: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint8], glyphs: _Glyphs) -> _Glyphs:
    """Return characters without those printed twice over themselves, and brackets behind what stands before them."""
    single = once(codes[glyphs.kept], glyphs.boxes)
    if single is not None:
        glyphs = glyphs.take(single)
    again = printed_again(codes[glyphs.kept], glyphs.boxes)
    if again is not None:
        glyphs = glyphs.take(~again)
    ordered = order(kinds[glyphs.kept], glyphs.boxes)
    return glyphs if ordered is None else glyphs.take(ordered)


def _cut(frame: Frame, boxes: Boxes) -> Bools:
    """Return which characters the edge of the page cuts: what they are part of cannot be believed as a whole."""
    wide, high = frame.size
    x0, top, x1, bottom = boxes
    cut: Bools = (x0 < -EDGE) | (top < -EDGE) | (x1 > wide + EDGE) | (bottom > high + EDGE)
    return cut


def _sound_boxes(page: PdfPage, codes: npt.NDArray[np.uint32], kept: npt.NDArray[np.intp]) -> Floats:
    """Return the characters' loose boxes, those of absurd size (fonts for vertical writing) replaced by the ink's.

    Fonts written anew by another producer may claim to be several times as high as they are: Chinese characters, which
    are square, tell by how much. Then each character stands on its line as high as it is, most of it above.
    """
    boxes = page.loose_boxes(kept.tolist())
    square = np.flatnonzero((codes >= 0x4E00) & (codes <= 0x9FFF))
    if len(square):
        wide, high = boxes[square, 2] - boxes[square, 0], boxes[square, 1] - boxes[square, 3]
        shown = (wide > 0) & (high > 0)
        if shown.any() and (ratio := median(high[shown] / wide[shown])) <= 1 / TALL:
            boxes[:, [0, 2]] = page.tight_boxes(kept.tolist())[:, [0, 2]]
        elif (high > UNEVEN * wide).any():
            _set_down(page, boxes, codes, kept, ratio if shown.any() else 1.0)
    sizes = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 1] - boxes[:, 3])
    real = sizes[sizes > 0]
    if not len(real):
        return boxes
    odd = np.flatnonzero(sizes > 2.5 * median(real))
    if len(odd):
        boxes[odd] = page.tight_boxes(kept[odd].tolist())
    return boxes


def _set_down(
    page: PdfPage, boxes: Floats, codes: npt.NDArray[np.uint32], kept: npt.NDArray[np.intp], ratio: float
) -> None:
    """Put characters on their lines whose font says that they are higher than they are.

    The parts in which old fonts come (a few characters each) claim to be as high as their highest character, or more:
    only some of a page may be lifted. ``ratio``: of the height of most Chinese characters to their width; where they
    are absurdly tall, so are others, unless they would be left with less than half the height of those.
    """
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 1] - boxes[:, 3]
    square = ((codes >= 0x3001) & (codes <= 0x9FFF) | (codes >= 0xFF01) & (codes <= 0xFF60)) & (wide > 0)
    tall = square & (high > UNEVEN * wide)
    size = np.where(square, wide, high / ratio)
    if ratio >= TALL:
        tall |= ~square & (2 * size > median(wide[square]))
    at = np.flatnonzero(tall)
    line = page.baselines(kept[at].tolist())
    if ratio < TALL:
        lifted = (boxes[at, 1] + boxes[at, 3]) / 2 - line > (ABOVE - 0.5 + LIFTED) * size[at]
        at, line = at[lifted], line[lifted]
    boxes[at, 1], boxes[at, 3] = line + ABOVE * size[at], line - (1 - ABOVE) * size[at]


def _may_be_figure(codes: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint8]) -> Bools:
    figure: Bools = (kinds == SUSPECT) | (kinds == STROKE) | ((codes >= 0xFF10) & (codes <= 0xFF19))
    return figure


def _is_digit(codes: npt.NDArray[np.uint32]) -> Bools:
    digit: Bools = (codes >= 0x30) & (codes <= 0x39)
    return digit


def _is_number(codes: npt.NDArray[np.uint32], joined: Bools) -> Bools:
    """Return which characters are digits, full-width ones too, or parts of a number between two of them.

    ``joined``: whether the next character continues the word of each but the last.
    """
    digit: Bools = _is_digit(codes) | ((codes >= 0xFF10) & (codes <= 0xFF19))
    number = digit.copy()
    number[1:-1] |= np.isin(codes[1:-1], POINTS) & digit[:-2] & digit[2:] & joined[:-1] & joined[1:]
    return number


def _gaps(kept: npt.NDArray[np.intp], spaces: npt.NDArray[np.intp]) -> Floats:
    """Return, for each character but the last, the widest gap to the next one of its word, as a share of their height.

    A space parts figures and letters even where the gap is small; one that PDFium makes up, for the characters are set
    wide, less so. ``spaces`` are those printed.
    """
    before, behind = np.searchsorted(spaces, kept[:-1]), np.searchsorted(spaces, kept[1:])
    made_up = np.where(kept[1:] - kept[:-1] > 1, MADE_UP_GAP, WORD_GAP)
    return np.where(before < behind, SPACE_GAP, made_up).astype(np.float32)


def _joined(
    boxes: Boxes, codes: npt.NDArray[np.uint32], middle: Floats, most: Floats, rulings: tuple[Ruling, ...]
) -> tuple[Bools, Bools]:
    """Return, for each character but the last, whether the next one continues its word, and whether a rule cuts it.

    ``middle``: that of each character's ink. ``most``: the gap between plain characters of one word, at most, as a
    share of their height. A rule cuts a number that is too wide for its cell: its figures go on behind the rule.
    """
    x0, top, x1, bottom = boxes
    height = bottom - top
    height = np.minimum(height[:-1], height[1:])
    level = np.minimum(bottom[:-1], bottom[1:]) - np.maximum(top[:-1], top[1:]) > 0.5 * height
    gap = x0[1:] - x1[:-1]
    joined: Bools = level & (gap < WORD_GAP * height) & (gap > -0.6 * height)
    plain = codes < 0x80
    joined &= ~(plain[:-1] & plain[1:] & (gap > most * height))
    figures = _is_digit(codes)
    # Slanting digits reach over the next one, but this begins where the one before would end if it stood upright.
    over = (gap < -OVER_SHARE * height) & (x0[1:] - x0[:-1] < OVER_SHARE * height)
    joined &= ~(figures[:-1] & figures[1:] & over)
    # A vertical ruling between the middles of two characters parts them, whatever their distance.
    verticals = np.array([(r.x0, r.top, r.bottom) for r in rulings if r.x0 == r.x1], np.float32)
    cut = np.zeros(len(joined), np.bool_)
    if len(verticals):
        number = _is_number(codes, joined)
        goes_on = number[:-1] & number[1:] & (gap < GOES_ON * height)
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


def _unmapped(
    page: PdfPage, kinds: npt.NDArray[np.uint8], kept: npt.NDArray[np.intp], number: int, findings: list[Finding]
) -> Bools:
    """Return which characters have no Unicode value of their own; only those that could pass for a figure are asked."""
    unmapped: Bools = kinds == UNKNOWN
    asked = np.flatnonzero((kinds == SUSPECT) | (kinds == STROKE))
    unmapped[asked] = page.unmapped(kept[asked].tolist())
    if unmapped.any():
        message = (
            f"{int(unmapped.sum())} characters on page {number} have no Unicode value in their font; "
            "what they print cannot be read"
        )
        findings.append(finding(Code.UNMAPPED_GLYPHS, message, Place(page=number)))
    return unmapped
