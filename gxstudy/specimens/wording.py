"""How labels and figures are written: the same words in other characters."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from gxstudy.specimens.values import Layout, Place, Specimen, places

__all__ = ["expected", "figure", "label", "prose"]

_QUOTES = {"curly": "“”", "straight": '""', "corner": "「」", "none": ("", "")}
_FULL_DIGITS = str.maketrans("0123456789.,-+()", "０１２３４５６７８９．，－＋（）")
_NUMBERED = re.compile(r"^(\d)\.")
_WHOLE = re.compile(r"^\d{4,}(?=$|\.)")
# Characters that look like others of the CJK Radicals Supplement.
_RADICALS = str.maketrans("民见车长门页风马食西青首鱼", "⺠⻅⻋⻓⻔⻚⻛⻢⻝⻄⻘⻡⻥")


@cache
def _kangxi() -> dict[int, int]:
    """Return the Kangxi radical of every character that has one."""
    return {ord(unicodedata.normalize("NFKC", chr(code))): code for code in range(0x2F00, 0x2FD6)}


def prose(text: str, layout: Layout) -> str:
    """Return running text as ``layout`` writes it."""
    if layout.look_alikes == "kangxi":
        return text.translate(_kangxi())
    if layout.look_alikes == "radicals":
        return text.translate(_RADICALS)
    return text


def label(text: str, layout: Layout) -> str:
    """Return a label as ``layout`` writes it."""
    written = _NUMBERED.sub(lambda match: match[1] + layout.numbering, text)
    opening, closing = _QUOTES[layout.quotes]
    written = written.replace("“", opening).replace("”", closing)
    if layout.brackets == "half":
        written = written.translate(str.maketrans("（）", "()"))
    if layout.look_alikes == "full_width":
        written = written.translate(_FULL_DIGITS)
    if layout.label_spaces == "all" and len(written) <= 4:
        written = " ".join(written)
    elif layout.label_spaces == "one" and len(written) > 4:
        middle = len(written) // 2
        written = f"{written[:middle]} {written[middle:]}"
    return prose(written, layout)


def figure(text: str, layout: Layout) -> str:
    """Return the text of a figure's cell as ``layout`` writes it."""
    written = text
    if layout.thousands:
        written = _WHOLE.sub(lambda match: f"{int(match[0]):,}".replace(",", layout.thousands), written)
    if layout.digits == "full":
        written = written.translate(_FULL_DIGITS)
    if layout.figure_wrap:
        step = layout.figure_wrap
        written = "\n".join(written[start : start + step] for start in range(0, len(written), step))
    return written


def expected(specimen: Specimen, layout: Layout) -> dict[Place, str]:
    """Return what a reader should find in every cell, blank ones included; the lines of a wrapped figure are joined."""
    return {place: figure(specimen.printed(*place), layout).replace("\n", "") for place in places(specimen)}
