"""Whether the text layer of a PDF page can be believed: told from its characters alone.

A font without a map to Unicode gives text that looks like text and means nothing. Recognition by somebody else's
program gives a layer hidden behind the picture of the page; :meth:`gxstudy.readers.pdfium.PdfPage.hides_text` tells.
"""

from __future__ import annotations

import re

__all__ = ["distrust"]

FEW = 30
"""Fewer characters than this tell nothing."""
UNKNOWN_SHARE = 0.2
"""With more characters than this share that stand for nothing, a page is garbled."""
COMMON_SHARE = 0.03
"""With fewer characters than this share that are common in Chinese, a page of Chinese characters is garbled."""

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
