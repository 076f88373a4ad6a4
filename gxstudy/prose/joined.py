"""Paragraphs -> one folded text without white space, with the way back to what is printed; and the numbers in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from gxstudy.layout import Box, Paragraph
from gxstudy.text import fold

__all__ = [
    "ARABIC",
    "HAN_NUMERAL",
    "SENTENCE",
    "Joined",
    "clause_start",
    "exact",
    "fold_in_place",
    "han_number",
    "join",
    "of_another_year",
    "without_spaces",
    "year_digits",
]


def _one_to_one() -> dict[int, str]:
    """Return the look-alikes that fold to exactly one character, so that folding moves no offset.

    The full-width comma stays: it parts clauses, while the half-width one may stand inside a number.
    """
    ranges = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0xFE50, 0xFE6C), range(0xFF01, 0xFF5F))
    table = {code: folded for span in ranges for code in span if len(folded := fold(chr(code))) == 1}
    table |= {ord(dash): "-" for dash in "‐‑‒–—―−─━"}
    del table[ord("，")]
    return table


_FOLDS = _one_to_one()
_BLANK = "\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f"
_BLANKS = re.compile(f"[{_BLANK}]+")
_INK = re.compile(f"[^{_BLANK}]")
_QUOTED = re.compile(r"(?<=《)[^《》。\n]{1,80}(?=》)")
_NUMBERED = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[、是章]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d))"
)
_PAGE_NUMBER = re.compile(r"-+\d{1,3}-+|第\d{1,3}页(?:[,，/]?共\d{1,3}页)?|\d{1,3}/\d{1,3}")
_THOUSANDS = re.compile(
    r"(?<![\d.,])(?<!\d，)(?<!分别为)(?<!各为)\d{1,3}(?:，\d{3})+(?=(?:\.\d{1,2})?[万余多]?[元件份条宗个])"
)
"""A number parted by full-width commas: no unit follows what stands before them, so they part no clauses."""
_HAN_YEAR = re.compile(r"二[〇○零oO0][〇○零oO一二三四五六七八九0-9]{2}(?=年)")
_HAN_DIGITS = str.maketrans("〇○零oO一二三四五六七八九二", "000001234567892")

SENTENCE = re.compile(r"[^。;!?\n]{1,1500}")
"""One sentence of a joined text; an endless one is cut, for the time it takes grows with the square of its length."""


@dataclass(frozen=True, slots=True)
class Joined:
    """All paragraphs in one text, folded, without white space; a line feed parts what does not run on.

    ``starts``: where each paragraph begins. ``lines``: each paragraph by itself. ``text`` has the titles of documents
    (《…》) blanked out, ``plain`` has them; both are of one length.
    """

    paragraphs: tuple[Paragraph, ...]
    starts: tuple[int, ...]
    lines: tuple[str, ...]
    text: str
    plain: str

    def quote(self, start: int, end: int) -> tuple[str, tuple[Box, ...]]:
        """Return what is printed between two offsets, and the boxes of the paragraphs in which it stands."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)
        within = self.paragraphs[first:last]
        printed = []
        for paragraph, offset in zip(within, self.starts[first:last], strict=True):
            ink = [match.start() for match in _INK.finditer(paragraph.text)]
            kept = ink[max(0, start - offset) : end - offset]
            printed.append(paragraph.text[kept[0] : kept[-1] + 1] if kept else "")
        return "".join(printed), tuple(box for paragraph in within for box in paragraph.boxes)


def join(paragraphs: Sequence[Paragraph]) -> Joined:
    """Join ``paragraphs``; empty ones and page numbers are left out."""
    return _join(tuple(paragraphs))


@lru_cache(maxsize=2)
def _join(paragraphs: tuple[Paragraph, ...]) -> Joined:
    """Join once for all that is asked of one narrative."""
    kept: list[Paragraph] = []
    lines: list[str] = []
    starts: list[int] = []
    pieces: list[str] = []
    offset = 0
    for paragraph in paragraphs:
        line = fold_in_place(without_spaces(paragraph.text))
        if not line or _PAGE_NUMBER.fullmatch(line):
            continue
        if lines and not _runs_on(lines[-1], line):
            pieces.append("\n")
            offset += 1
        kept.append(paragraph)
        lines.append(line)
        starts.append(offset)
        pieces.append(line)
        offset += len(line)
    plain = _THOUSANDS.sub(lambda match: match[0].replace("，", ","), year_digits("".join(pieces)))
    text = _QUOTED.sub(lambda match: "*" * len(match[0]), plain) if "《" in plain else plain
    return Joined(tuple(kept), tuple(starts), tuple(lines), text, plain)


def _runs_on(line: str, following: str) -> bool:
    """Whether a paragraph that reads ``line`` goes on in ``following``."""
    if line[-1] in "。;:!?" or _NUMBERED.match(following) or (len(line) < 45 and line.endswith(("报告", "年报"))):
        return False
    return not (_NUMBERED.match(line) and len(line) < 30 and "，" not in line)


def without_spaces(text: str) -> str:
    """Return ``text`` without white space and invisible characters."""
    return _BLANKS.sub("", text)


def fold_in_place(text: str) -> str:
    """Return ``text`` with look-alikes folded, every character at its place."""
    return text.translate(_FOLDS)


def year_digits(text: str) -> str:
    """Return ``text`` with years in Chinese digits (二〇二四年) in Arabic ones, every character at its place."""
    return _HAN_YEAR.sub(lambda match: match[0].translate(_HAN_DIGITS), text) if "二" in text else text


def clause_start(sentence: str, offset: int) -> int:
    """Return where the clause of ``offset`` begins."""
    return max(sentence.rfind(mark, 0, offset) for mark in "，,:") + 1


_YEAR = re.compile(r"20\d\d(?=年)|[去往前]年|上一?年")
_SET_ASIDE = re.compile(r"年?度?(?:同期)?(?:相比|结转|未办结)")


def of_another_year(lead: str, year: int | None) -> bool:
    """Whether what follows ``lead`` is said of a year other than ``year``: the last year named there is not that one.

    With no year known: whether several are named.
    """
    named = [match[0] for match in _YEAR.finditer(lead) if not _SET_ASIDE.match(lead, match.end())]
    if not named:
        return False
    if year is not None:
        return named[-1] != str(year)
    return not named[-1].isdigit() or len(set(named)) > 1


ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?)"
"""Pattern of a number in Arabic digits, for :func:`exact`."""
HAN_NUMERAL = r"[零〇○一二两三四五六七八九十百千万]{1,12}"
"""Pattern of what may be a Chinese numeral, for :func:`han_number`."""

_HAN_VALUES = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_FORMAL_HAN = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


def exact(number: str, scale: str | None) -> int | Decimal:
    """Return a number in Arabic digits (or 零) times its scale (万 ...), exactly."""
    value = Decimal(number.replace(",", "").replace("零", "0")) * _SCALES[scale or ""]
    return int(value) if value == value.to_integral_value() else value


def han_number(numeral: str) -> int | None:
    """Return the value of a Chinese numeral below 100 million (一百二十三, 二〇, 贰佰); None when it is none."""
    numeral = numeral.translate(_FORMAL_HAN)
    if not numeral:
        return None
    if len(numeral) > 1 and all(char in _HAN_VALUES for char in numeral):
        digits = "".join(str(_HAN_VALUES[char]) for char in numeral)
        return int(digits) if set(numeral) & set("零〇○") else None
    high, _, low = numeral.rpartition("万")
    total = 0
    for part, scale in ((high, 10_000), (low, 1)):
        value = _below_10_000(part)
        if value is None:
            return None
        total += value * scale
    return None if "万" in numeral and not high else total


def _below_10_000(numeral: str) -> int | None:
    total, unit = 0, 10_000
    digit: int | None = None
    for char in numeral:
        if char in _HAN_UNITS:
            leading_ten = char == "十" and total == 0 and digit is None
            if _HAN_UNITS[char] >= unit or (digit is None and not leading_ten) or digit == 0:
                return None
            unit = _HAN_UNITS[char]
            total += (1 if digit is None else digit) * unit
            digit = None
        elif char in _HAN_VALUES:
            if digit:
                return None
            digit = _HAN_VALUES[char]
        else:
            return None
    return total + (digit or 0)
