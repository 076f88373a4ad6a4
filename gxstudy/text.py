"""Characters and numbers: fold look-alikes, make label keys, read one printed number. Standard library only.

Stored text is always the printed text; folding serves comparison alone.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

__all__ = ["Reading", "fold", "join_lines", "label_key", "read_number", "squeeze"]

Status = Literal["read", "blank", "slash", "annotated", "unreadable"]

# CJK Radicals Supplement (U+2E80-2EF3) and their unified ideographs (Unicode, Equivalent_Unified_Ideograph). NFKC folds
# the Kangxi radicals but leaves nearly all of these as they are; text layers of several producers contain them.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇几⺉刂⺊卜⺌小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王"
    "⺪疋⺫罒⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冈⺵罒⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶"
    "⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞飠⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_DASHES = "‐‑‒–—―−─━－ー﹣⁃"  # noqa: RUF001
_FOLDS = str.maketrans(
    dict(zip(_RADICALS[::2], _RADICALS[1::2], strict=True)) | dict.fromkeys(_DASHES, "-") | {"／": "/"}  # noqa: RUF001
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]")
_SPACES = re.compile(r"\s+")
_NOT_LABEL = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return ``text`` with look-alike characters replaced by the usual ones.

    Compatibility forms (full width, circled, Kangxi radicals) by NFKC, the CJK Radicals Supplement by table, all dashes
    by ``-``; invisible characters are dropped. For comparison, never for storage.
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS))


def squeeze(text: str) -> str:
    """Return ``text`` folded and without any white space."""
    return _SPACES.sub("", fold(text))


@lru_cache(maxsize=1 << 14)
def label_key(text: str) -> str:
    """Return the letters and digits of ``text``, folded, lower case: what two prints of one label have in common.

    White space, brackets, quotation marks and other punctuation are dropped, for they differ between prints.
    """
    return _NOT_LABEL.sub("", fold(text)).lower()


_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")


def join_lines(lines: tuple[str, ...] | list[str]) -> str:
    """Join the lines of one cell or paragraph: without a space, except between two Latin letters."""
    joined = ""
    for line in lines:
        part = line.strip()
        if joined and part and joined[-1].isascii() and part[0].isascii() and joined[-1].isalpha() and part[0].isalpha():
            joined += " "
        joined += part
    return joined


class Reading(NamedTuple):
    """One printed number: its value (None where there is none) and how it was read."""

    value: int | Decimal | None
    status: Status


_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_UNIT = r"(?:件|个|条|项|次|份|起|元|万元|亿元|宗|部|人次|人|例|页|家|类)"
_ANNOTATED = re.compile(rf"(?P<number>{_NUMBER.pattern})(?P<note>{_UNIT}?(?:\([^()]*\))?)")
_TWO_NUMBERS = re.compile(r"\d\s+\d")
_SLASH = re.compile(r"[/\\|-]+|无数据")


@lru_cache(maxsize=1 << 14)
def read_number(raw: str) -> Reading:
    """Read what is printed in one number cell.

    Parameters
    ----------
    raw
        The text of the cell, as printed.

    Returns
    -------
    Reading
        ``read``: a plain number (thousands separators, full-width digits and inner white space allowed). ``annotated``:
        a number with a unit or a bracketed note (``22（其中修订16件）``, ``251000元``); the value is the number as
        printed, no unit is converted. ``slash``: a stroke or dash. ``blank``: nothing. ``unreadable``: anything else,
        two numbers with a space between them included.
    """
    text = squeeze(raw)
    if not text:
        return Reading(None, "blank")
    if _TWO_NUMBERS.search(fold(raw)):
        return Reading(None, "unreadable")
    if _SLASH.fullmatch(text):
        return Reading(None, "slash")
    if text.isascii() and text.isdigit() and len(text) < 16:
        return Reading(int(text), "read")
    match = _ANNOTATED.fullmatch(text)
    if match is None:
        return Reading(None, "unreadable")
    number = Decimal(match["number"].replace(",", ""))
    value = int(number) if number == number.to_integral_value() and "." not in match["number"] else number
    return Reading(value, "annotated" if match["note"] else "read")
