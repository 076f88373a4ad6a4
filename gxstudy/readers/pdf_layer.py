"""Whether the text layer of a PDF page can be believed.

A font without a map to Unicode gives text that looks like text and means nothing: its characters tell. Recognition by
somebody else's program gives a layer hidden behind the picture of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdfium import PATH_LIMIT, PdfPage

__all__ = ["distrust", "hides_text", "misnamed"]

FEW = 30
"""Fewer characters than this tell nothing."""
UNKNOWN_SHARE = 0.2
"""With more characters than this share that stand for nothing, a page is garbled."""
COMMON_SHARE = 0.03
"""With fewer characters than this share that are common in Chinese, a page of Chinese characters is garbled."""
PICTURE_DEPTH = 2
"""First and last objects of a page among which the picture of a scanned page is looked for."""
PICTURE_SHARE = 0.6
"""Share of the page that such a picture covers at least."""
DEPTH = 8
"""Depth of forms in forms in which text is looked for."""
HALF = 127
"""A picture that is less opaque than this on the whole (0 to 255) does not hide the text under it."""

_UNKNOWN = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PRINTED = re.compile(r"[^\s\d./,%-]")
_COMMON = re.compile("[的一是在不了有和人这中大为上个以要对年可他分出行会于用部第法项本其与条及等息信公开政府理办机关]")
_LATIN_WORDS = re.compile(r"\b(?:the|of|and|to|in|de|la|und|der)\b", re.IGNORECASE)
_LABELS = ("信息", "公开", "申请", "其他")


def distrust(text: str) -> str | None:
    """Return why the text of a page cannot be believed, in words; None where nothing speaks against it.

    Parameters
    ----------
    text
        All characters of the text layer of the page.
    """
    if any(label in text for label in _LABELS):
        unknown = len(_UNKNOWN.findall(text))
        return _garbled(unknown) if unknown > UNKNOWN_SHARE * len(text) else None
    printed = _PRINTED.findall(text)
    if len(printed) < FEW:
        return None
    unknown = len(_UNKNOWN.findall(text))
    if unknown > UNKNOWN_SHARE * len(printed):
        return _garbled(unknown)
    chinese = _CHINESE.findall(text)
    if not chinese:
        return None if _LATIN_WORDS.search(text) else "its text layer holds no Chinese character"
    if len(chinese) >= FEW and len(_COMMON.findall(text)) < COMMON_SHARE * len(chinese):
        return "its text layer holds Chinese characters that make no text"
    return None


def _garbled(unknown: int) -> str:
    return f"{unknown} characters of its text layer stand for nothing"


def misnamed(page: PdfPage, texts: Sequence[int]) -> bool:
    """Return whether a page names figures otherwise than their own glyphs: text is given in place of theirs.

    The text of such a page is asked for once more without what is given. ``texts``: the text objects of its figures.
    """
    if not objects.given_texts(texts):
        return False
    with page.once_more() as other:
        if other is None:
            return True
        count = min(other.objects(), PATH_LIMIT)
        every = _texts(objects.of_page(other, range(count)), 0)
        given = objects.given_texts(every)
        before = _digits(other, given.values())
        objects.take_given_texts(given)
        other.forget_text()
        after = _digits(other, given.values())
    return any(own and own != named for named, own in zip(before, after, strict=True))


def _texts(handles: Sequence[int], depth: int) -> list[int]:
    found = []
    for handle, kind in zip(handles, objects.kinds(handles), strict=True):
        if kind == objects.TEXT:
            found.append(handle)
        elif kind == objects.FORM and depth < DEPTH:
            found += _texts(objects.inner(handle), depth + 1)
    return found


def _digits(page: PdfPage, groups: Iterable[set[int]]) -> list[str]:
    """Return the digits of each of some groups of text objects."""
    text = page.text()
    owners = page.text_objects(range(len(text)))
    digits = [(owner, character) for owner, character in zip(owners, text, strict=True) if character.isdigit()]
    return ["".join(character for owner, character in digits if owner in group) for group in groups]


def hides_text(page: PdfPage) -> bool:
    """Return whether most text is invisible, or hidden under a picture of the whole page, as behind a scan.

    Such a picture is drawn first or last; on any other page two or three objects are looked at. One that is mostly
    transparent, a stamp or a watermark, hides nothing.
    """
    count = min(page.objects(), PATH_LIMIT)
    places = sorted({*range(min(PICTURE_DEPTH, count)), *range(max(0, count - PICTURE_DEPTH), count)})
    ends = zip(places, objects.of_page(page, places), strict=True)
    covering = [(place, handle) for place, handle in ends if _covers(page, handle)]
    if not covering:
        return False
    texts: list[tuple[int, int, int]] = []  # the place of an object, how many texts it has, how many are invisible
    for place, handle in enumerate(objects.of_page(page, range(count))):
        parts = [handle, *objects.inner(handle)]
        own = [part for part, kind in zip(parts, objects.kinds(parts), strict=True) if kind == objects.TEXT]
        if own:
            texts.append((place, len(own), objects.text_modes(own).count(objects.INVISIBLE)))
    if not texts:
        return False
    over = (place for place, handle in reversed(covering) if place > texts[0][0] and _is_opaque(page, handle))
    last = next(over, -1)
    hidden = sum(every if place < last else invisible for place, every, invisible in texts)
    return hidden > 4 * (sum(every for _, every, _ in texts) - hidden)


def _is_opaque(page: PdfPage, picture: int) -> bool:
    opacity = objects.picture_opacity(page, picture)
    return opacity is None or float(opacity.mean()) > HALF


def _covers(page: PdfPage, handle: int) -> bool:
    """Return whether an object is a picture over most of the page."""
    if objects.kinds([handle]) != [objects.PICTURE]:
        return False
    x0, y0, x1, y1 = objects.bounds([handle])[0].tolist()
    left, bottom, right, top, _ = page.frame()
    wide, high = min(x1, right) - max(x0, left), min(y1, top) - max(y0, bottom)
    return bool(wide > 0 and high > 0 and wide * high > PICTURE_SHARE * (right - left) * (top - bottom))
