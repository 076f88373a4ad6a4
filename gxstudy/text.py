"""Characters and numbers: fold look-alikes, make label keys, read one printed number. Standard library only.

Stored text is always the printed text; folding serves comparison alone. Numbers are read without compatibility folding,
for that would turn ``10²`` into 102 and ``①`` into 1.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

__all__ = ["Reading", "fold", "join_lines", "label_key", "read_number", "squeeze"]

Status = Literal["read", "blank", "slash", "annotated", "unreadable"]

# The CJK Radicals Supplement (U+2E80-2EF3) and the CJK strokes, each with its unified ideograph: Unicode's property
# Equivalent_Unified_Ideograph, version 14. NFKC folds the Kangxi radicals, and of these only ⺟ and ⻳; ⺀ has no
# equivalent. Text layers of several producers contain them in place of the ideographs, for both have one glyph.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬"
    "⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷"
    "⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜"
    "⻰龙⻱龜⻲亀㇆𠃌㇏乀㇐一㇑丨㇒丿㇓丿㇔丶㇕𠃍㇖乛㇗𠃊㇘𠃎㇙𠄌㇚亅㇛𡿨㇜𠃋㇝乀㇞𠃑㇟乚㇠乙㇡𠄎"
)
# Kangxi radicals whose NFKC equivalent is the other of two forms that fonts draw alike: ⼾, ⾭ and ⿈.
_FORMS = "戶户靑青黃黄"
# The soft hyphen is among the dashes: many PDF fonts give it for a printed hyphen.
_DASHES = "‐‑‒–—―⸺⸻−─━－ー﹣﹘⁃˗➖\u00ad"
_FOLDS = str.maketrans(
    dict(zip(_RADICALS[::2], _RADICALS[1::2], strict=True))
    | dict(zip(_FORMS[::2], _FORMS[1::2], strict=True))
    | dict.fromkeys(_DASHES, "-")
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"\s+")
_NOT_LABEL = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return ``text`` with look-alike characters replaced by the usual ones.

    Compatibility forms (full width, circled, Kangxi radicals) by NFKC, the CJK Radicals Supplement by table, all dashes
    by ``-``; invisible characters are dropped. For comparison, never for storage or for reading numbers.
    """
    visible = _INVISIBLE.sub("", text).translate(_FOLDS)
    return unicodedata.normalize("NFKC", visible).translate(_FOLDS)


def squeeze(text: str) -> str:
    """Return ``text`` folded and without any white space."""
    return _SPACES.sub("", fold(text))


@lru_cache(maxsize=1 << 14)
def label_key(text: str) -> str:
    """Return the letters and digits of ``text``, folded, lower case: what two prints of one label have in common.

    White space, brackets, quotation marks and other punctuation are dropped, for they differ between prints.
    """
    return _NOT_LABEL.sub("", fold(text).lower())


def join_lines(lines: tuple[str, ...] | list[str]) -> str:
    """Join the lines of one cell or paragraph: without a space, except between two Latin letters."""
    joined = ""
    for line in lines:
        part = line.strip()
        if _is_latin(joined[-1:]) and _is_latin(part[:1]):
            joined += " "
        joined += part
    return joined


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


class Reading(NamedTuple):
    """One printed number: its value (None where there is none) and how it was read."""

    value: int | Decimal | None
    status: Status


# What may stand in a printed number, and nothing else: full-width digits and marks, dashes as minus, strokes. A tab or
# another control character is white space, for Word's text export ends a cell with one.
_PRINTED = str.maketrans(
    dict(zip("０１２３４５６７８９＋，．（）", "0123456789+,.()", strict=True))
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys("／∕⁄╱＼\\", "/")
    | dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
    | dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
)
# White space inside a number (but for that after a separator) means that two things stand in one cell.
_PARTED = re.compile(r"[0-9.+-]\s+[0-9.,]")
# Fifteen digits are more than any figure of the form has, and the most that a double holds exactly. A leading zero is
# the mark of a number torn in two, or of several cells run together.
_WHOLE = r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[1-9][0-9]{0,14})"
_NUMBER = rf"{_WHOLE}(?:\.[0-9]{{1,15}})?"
_UNIT = r"(?:件|个|条|项|次|份|起|元|万元|亿元|宗|部|人次|人|例|页|家|类|笔|批)"
_FIGURE = re.compile(
    rf"(?:(?P<sign>[+-])|(?P<change>增加?|新增|减少?))?(?P<number>{_NUMBER})"
    rf"(?P<note>{_UNIT}?(?:\([^()]*[^\W\d_][^()]*\))?)"
)
_ZERO = frozenset("〇零")
_NO_NUMBER = re.compile(r"[/-]+|无|暂无|无数据|不适用|[Nn]/?[Aa]")


@lru_cache(maxsize=1 << 14)
def read_number(raw: str) -> Reading:
    """Read what is printed in one number cell. Nothing is guessed.

    Parameters
    ----------
    raw
        The text of the cell, as printed.

    Returns
    -------
    Reading
        ``read``: a plain number (a sign, thousands separators and full-width digits allowed), or the word 〇 or 零.
        ``annotated``: a number with a unit, a bracketed note or a word for its sign (``22（其中修订16件）``,
        ``251000元``, ``减2``); the value is the number as printed, no unit is converted.
        ``slash``: a stroke, a dash, or a word that says that there is no number (无, 不适用), which is not zero.
        ``blank``: nothing.
        ``unreadable``: anything else, among it numbers with a space inside, wrongly grouped thousands (``12,34``),
        leading zeros, more than 15 digits, circled and raised digits, digits of other scripts,
        round figures (``约30``).
    """
    printed = raw.translate(_PRINTED)
    text = _SPACES.sub("", printed)
    if not text:
        return Reading(None, "blank")
    if _NO_NUMBER.fullmatch(text):
        return Reading(None, "slash")
    if text in _ZERO:
        return Reading(0, "read")
    match = _FIGURE.fullmatch(text)
    if match is None or _PARTED.search(printed.partition("(")[0]):
        return Reading(None, "unreadable")
    digits = match["number"].replace(",", "")
    size = Decimal(digits) if "." in digits else int(digits)
    change = match["change"] or ""
    value = -size if match["sign"] == "-" or change.startswith("减") else size
    return Reading(value, "annotated" if change or match["note"] else "read")
