"""The numbers that Word counts by itself: 一、 and （二） and 1. before headings and labels.

They stand in no paragraph. A paragraph names a list and a level, by itself or through its style; the list says how its
levels are written (``%1、``), and counting is left to the program that shows the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

__all__ = ["WORD", "Numbering", "Numbers", "attribute", "child", "numbering"]

LEVELS = 9
LARGEST = 9999
"""Largest number that is written out."""
BULLET = "•"

WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
"""Namespaces of Word's own elements: transitional and strict."""


class _Level(NamedTuple):
    """How one level of a list is written. ``style``: the paragraph style that stands for it."""

    start: int
    form: str
    text: str
    suffix: bool
    restart: int
    legal: bool
    style: str


class _List(NamedTuple):
    """A list: the shape with whose other lists it counts on, how its levels are written, and where some begin anew."""

    shape: str
    levels: tuple[_Level | None, ...]
    starts: Mapping[int, int]


class _Style(NamedTuple):
    based_on: str
    list_id: str | None
    level: int | None


@dataclass(frozen=True, slots=True)
class Numbering:
    """The lists of a document and the paragraph styles that belong to them."""

    lists: Mapping[str, _List] = field(default_factory=dict)
    styles: Mapping[str, _Style] = field(default_factory=dict)
    default_style: str = ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of a local name."""
    return None if element is None else next(element.iterchildren("{*}" + name), None)


def attribute(element: etree._Element | None, name: str) -> str:
    """Return the value of an attribute of Word's namespace, "" where it is absent."""
    if element is None:
        return ""
    return next((value for space in WORD if (value := element.get(f"{{{space}}}{name}")) is not None), "")


def numbering(lists: etree._Element, styles: etree._Element | None) -> Numbering:
    """Return what the parts ``numbering`` and ``styles`` of a document say.

    Parameters
    ----------
    lists, styles
        The roots of the two parts; styles may be missing.
    """
    known, default = _styles(styles)
    shapes = {attribute(one, "abstractNumId"): one for one in lists.iterchildren("{*}abstractNum")}
    linked = {link: key for key, one in shapes.items() if (link := attribute(child(one, "styleLink"), "val"))}
    found: dict[str, _List] = {}
    for one in lists.iterchildren("{*}num"):
        key = attribute(child(one, "abstractNumId"), "val")
        shape = shapes.get(key)
        if shape is None:
            continue
        key = linked.get(attribute(child(shape, "numStyleLink"), "val"), key)
        levels = _levels(shapes[key])
        starts: dict[int, int] = {}
        for override in one.iterchildren("{*}lvlOverride"):
            level = _number(attribute(override, "ilvl"), 0)
            if level >= LEVELS:
                continue
            own = child(override, "lvl")
            if own is not None:
                levels[level] = _level(own)
            begin = child(override, "startOverride")
            if begin is not None:
                starts[level] = _number(attribute(begin, "val"), 1)
        found[attribute(one, "numId")] = _List(key, tuple(levels), starts)
    return Numbering(found, known, default)


def _styles(styles: etree._Element | None) -> tuple[dict[str, _Style], str]:
    known: dict[str, _Style] = {}
    default = ""
    for one in styles.iterchildren("{*}style") if styles is not None else ():
        if attribute(one, "type") not in ("", "paragraph"):
            continue
        key = attribute(one, "styleId")
        told = child(child(one, "pPr"), "numPr")
        known[key] = _Style(attribute(child(one, "basedOn"), "val"), *_named(told))
        if attribute(one, "default") in ("1", "true", "on"):
            default = key
    return known, default


def _named(told: etree._Element | None) -> tuple[str | None, int | None]:
    """Return the list and the level that a ``numPr`` names, None for what it leaves open."""
    named, level = child(told, "numId"), child(told, "ilvl")
    return (
        None if named is None else attribute(named, "val"),
        None if level is None else min(_number(attribute(level, "val"), 0), LEVELS - 1),
    )


def _levels(shape: etree._Element) -> list[_Level | None]:
    levels: list[_Level | None] = [None] * LEVELS
    for one in shape.iterchildren("{*}lvl"):
        number = _number(attribute(one, "ilvl"), 0)
        if number < LEVELS:
            levels[number] = _level(one)
    return levels


def _level(element: etree._Element) -> _Level:
    restart, legal = child(element, "lvlRestart"), child(element, "isLgl")
    return _Level(
        start=_number(attribute(child(element, "start"), "val"), 0),
        form=attribute(child(element, "numFmt"), "val") or "decimal",
        text=attribute(child(element, "lvlText"), "val")[:100],
        suffix=attribute(child(element, "suff"), "val") != "nothing",
        restart=LEVELS if restart is None else _number(attribute(restart, "val"), 0),
        legal=legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
        style=attribute(child(element, "pStyle"), "val"),
    )


def _number(text: str, otherwise: int) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else otherwise


@dataclass(slots=True, eq=False)
class Numbers:
    """Counting through a document from its beginning. ``unknown``: ways to write a number that are not known."""

    numbering: Numbering
    unknown: set[str] = field(default_factory=set)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def before(self, style: etree._Element | None) -> str:
        """Return what Word writes before a paragraph with these properties (``pPr``), and count it; "" for nothing."""
        found = self._list_of(style)
        if found is None:
            return ""
        key, number = found
        of = self.numbering.lists[key]
        level = of.levels[number]
        if level is None:
            return ""
        counts = self._count(key, of, number)
        if level.form == "bullet":
            return BULLET + " "
        text = level.text
        for place in range(LEVELS):
            if f"%{place + 1}" in text:
                text = text.replace(f"%{place + 1}", self._written(of, counts, place, legal=level.legal))
        return text + " " if level.suffix and text[-1:].isascii() and text[-1:] not in ("", ")", " ") else text

    def _list_of(self, properties: etree._Element | None) -> tuple[str, int] | None:
        """Return the list and the level of a paragraph: its own, else those of its style and of what that rests on."""
        key, level = _named(child(properties, "numPr"))
        name = attribute(child(properties, "pStyle"), "val") or self.numbering.default_style
        first = name
        seen: set[str] = set()
        while key is None and name in self.numbering.styles and name not in seen:
            seen.add(name)
            style = self.numbering.styles[name]
            key = style.list_id
            level = level if level is not None else style.level
            if key is not None and level is None:
                level = self._level_of(key, name) or self._level_of(key, first)
            name = style.based_on
        return None if key is None or key not in self.numbering.lists else (key, level or 0)

    def _level_of(self, key: str, style: str) -> int | None:
        levels = self.numbering.lists[key].levels if key in self.numbering.lists else ()
        return next((number for number, one in enumerate(levels) if one is not None and one.style == style), None)

    def _count(self, key: str, of: _List, number: int) -> list[int | None]:
        """Count one on at a level; the levels below it begin anew."""
        counts = self._counts.setdefault(of.shape, [None] * LEVELS)
        level = of.levels[number]
        start = level.start if level is not None else 1
        if number in of.starts and (key, number) not in self._begun:
            counts[number] = of.starts[number]
        else:
            now = counts[number]
            counts[number] = start if now is None else now + 1
        self._begun.add((key, number))
        for below in range(number + 1, LEVELS):
            lower = of.levels[below]
            if lower is None or number < lower.restart:
                counts[below] = None
        return counts

    def _written(self, of: _List, counts: list[int | None], place: int, *, legal: bool) -> str:
        level = of.levels[place]
        count = counts[place]
        if count is None:
            count = level.start if level is not None else 1
        form = "decimal" if legal or level is None else level.form
        written = _write(count, form)
        if written is None:
            self.unknown.add(form)
            return ""
        return written


# Numbers in words -----------------------------------------------------------------------------------------------------

_DIGITS, _UNITS = "〇一二三四五六七八九", ("", "十", "百", "千")
_LEGAL_DIGITS, _LEGAL_UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)
_COUNTED = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand")
)
_LEGAL = frozenset(("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"))
_ENCLOSED = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def _write(count: int, form: str) -> str | None:
    """Return a count as a level of ``form`` (ST_NumberFormat) writes it; None where that is not known."""
    if form in ("none", "bullet"):
        return ""
    if not 0 <= count <= LARGEST or form in ("decimal", "decimalHalfWidth"):
        return str(count)
    if form == "decimalZero":
        return f"{count:02}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return str(count).translate(_FULL_WIDTH)
    if form in _COUNTED:
        return _counted(count, _DIGITS, _UNITS)
    if form in _LEGAL:
        return _counted(count, _LEGAL_DIGITS, _LEGAL_UNITS)
    if form in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(_DIGITS[int(digit)] for digit in str(count))
    if form in _ENCLOSED:
        return chr(0x2460 + count - 1) if 1 <= count <= 20 else str(count)
    if form in ("ideographTraditional", "ideographZodiac"):
        signs = _STEMS if form == "ideographTraditional" else _BRANCHES
        return signs[(count - 1) % len(signs)] if count else str(count)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1) if count else ""
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(count) if form == "upperRoman" else _roman(count).lower()
    return None


def _counted(count: int, digits: str, units: tuple[str, ...]) -> str:
    """Return a count in words: 十一, 二十, 一百零五."""
    if count < 10:
        return digits[count]
    zero = "零"
    written, gap = "", False
    for place in range(len(str(count)) - 1, -1, -1):
        digit = count // 10**place % 10
        if digit:
            written += (zero if gap else "") + digits[digit] + units[place]
        gap = bool(written) and not digit
    # Ten is 十, not 一十, where it comes first.
    return written.removeprefix(digits[1]) if 10 <= count < 20 else written


def _roman(count: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        times, count = divmod(count, value)
        written += sign * times
    return written
