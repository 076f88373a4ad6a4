"""What of a saved web page is seen: by attributes and styles, and by the style sheets and scripts that stand in it.

Style sheets and scripts in files of their own are not there: what they hide or write nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from gxstudy.text import squeeze

__all__ = ["LINE_THROUGH", "UNSEEN", "Sheets", "is_hidden", "is_pale_part", "is_written_later", "starts_at_zero"]

UNSEEN = re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
LINE_THROUGH = re.compile(r"text-decoration[\w-]{0,9}\s{0,9}:[^;:]{0,60}line-through", re.IGNORECASE)
_NEVER_HIDDEN = frozenset(("html", "body"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_FADED = re.compile(r"(?<![\w-])(?:opacity\s*:\s*0?\.?0+\s*(?:;|$|!)|mso-hide\s*:\s*all)", re.IGNORECASE)
_FAR_OFF = re.compile(r"(?<![\w-])(?:left|right|top)\s*:\s*-\d{4,}", re.IGNORECASE)
_TAKEN_OUT = re.compile(r"(?<![\w-])position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)
# A child may set another size or colour than these.
_WITHOUT_INK = re.compile(
    r"(?<![\w-])(?:font-size\s*:\s*0*\.?0+(?:px|pt|em|rem|%)?|color\s*:\s*(?:transparent|(?:rgb|hsl)a\([^()]*,\s*0\)))"
    r"\s*(?:;|$|!)",
    re.IGNORECASE,
)
_WHITE = r"(?:#fff(?:fff)?|white|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))"
_PALE = re.compile(rf"(?<![\w-])color\s*:\s*{_WHITE}\s*(?:;|$|!)", re.IGNORECASE)
_PALE_NAME = re.compile(_WHITE, re.IGNORECASE)
_GROUND = re.compile(r"(?<![\w-])background", re.IGNORECASE)
_SHOWN_LATER = (
    "data-value",
    "data-val",
    "data-num",
    "data-number",
    "data-count",
    "data-to",
    "data-end",
    "data-target",
    "data-text",
)
"""Attributes that a script shows as the figure of a cell, or a style sheet."""
_BOUND = ("v-text", "v-html", "ng-bind", "th:text", "data-bind", "x-text")
"""Beginnings of attributes that name what a script writes into an element."""
_INLINE = frozenset(("b", "em", "font", "i", "label", "span", "strong", "u"))
_FIGURE = re.compile(r"[-+]?\d[\d,.]*")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CONDITIONAL = re.compile(r"@[\w-]+[^{};@]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_SELECTOR = re.compile(r"(?:([a-z][\w]*+)|\*)?([.#][\w-]++)", re.IGNORECASE)
_NAME = re.compile(r"[.#][\w-]++")
_DISPLAY = re.compile(r"(?<![\w-])display\s*+:\s*+(?!none)", re.IGNORECASE)
_QUOTED = re.compile(r"""["']#?([A-Za-z][\w-]{0,39})["']""")
_DIGITS = "0123456789"


@dataclass(frozen=True)
class Sheets:
    """The style sheets and scripts that stand in a page, by what they do to the elements of its tables."""

    source: str

    @cached_property
    def _hidden(self) -> frozenset[tuple[str, str]]:
        """Tag (empty for any) and class or id of what is not displayed, and never is by another rule."""
        rules = list(self._rules())
        shown = {name for selector, body in rules if _DISPLAY.search(body) for name in _NAME.findall(selector)}
        hidden = (each for selector, body in rules if _HIDDEN.search(body) for each in _simple(selector))
        return frozenset((tag, name) for tag, name in hidden if name not in shown)

    @cached_property
    def _crossed(self) -> frozenset[tuple[str, str]]:
        rules = ((selector, body) for selector, body in self._rules() if LINE_THROUGH.search(body))
        return frozenset(each for selector, _ in rules for each in _simple(selector))

    @cached_property
    def _written(self) -> frozenset[str]:
        """Names in the scripts of the page, one of which may be that of an element."""
        return frozenset(name for script in _contents(self.source, "script") for name in _QUOTED.findall(script))

    def _rules(self) -> Iterator[tuple[str, str]]:
        for sheet in _contents(self.source, "style"):
            for rule in _CONDITIONAL.sub("", _COMMENT.sub("", sheet)).split("}"):
                selector, _, body = rule.partition("{")
                yield selector, body

    def hides(self, element: etree._Element) -> bool:
        """Return whether a style sheet of the page hides an element."""
        return _is_one_of(element, self._hidden)

    def crosses(self, element: etree._Element) -> bool:
        """Return whether a style sheet of the page draws a line through the text of an element."""
        return _is_one_of(element, self._crossed)

    def writes(self, element: etree._Element) -> bool:
        """Return whether a script of the page names an element, which is empty."""
        name = element.get("id") or ""
        return bool(name) and _is_empty(element) and not self._written.isdisjoint((name, name.rstrip(_DIGITS)))


def _contents(source: str, tag: str) -> Iterator[str]:
    """Yield what stands in the elements of a name."""
    opening, closing = (re.compile(f"{begin}{tag}", re.IGNORECASE) for begin in ("<", "</"))
    end = 0
    while (opened := opening.search(source, end)) is not None:
        begin = source.find(">", opened.end())
        closed = closing.search(source, begin) if begin >= 0 else None
        if closed is None:
            return
        yield source[begin + 1 : closed.start()]
        end = closed.end()


def _simple(selector: str) -> Iterator[tuple[str, str]]:
    """Yield tag and class or id of the parts of a selector that name no more than these."""
    for part in selector.split(","):
        match = _SELECTOR.fullmatch(part.strip())
        if match is not None:
            yield (match[1] or "").lower(), match[2]


def _is_one_of(element: etree._Element, named: frozenset[tuple[str, str]]) -> bool:
    if not named:
        return False
    names = [f".{name}" for name in (element.get("class") or "").split()]
    if element.get("id"):
        names.append(f"#{element.get('id')}")
    return any((tag, name) in named for name in names for tag in ("", element.tag))


def _is_empty(element: etree._Element) -> bool:
    return len(element) == 0 and not (element.text or "").strip()


def is_hidden(element: etree._Element, style: str | None) -> bool:
    """Return whether an element is not shown; the whole page never is, for a script shows it once it is loaded."""
    if element.tag in _NEVER_HIDDEN:
        return False
    if element.get("hidden") is not None:
        return True
    if style is None:
        return False
    if _HIDDEN.search(style) or UNSEEN.search(style) or _FADED.search(style):
        return True
    if len(element):
        return False
    return bool(_WITHOUT_INK.search(style) or (_FAR_OFF.search(style) and _TAKEN_OUT.search(style)))


def is_pale_part(element: etree._Element, style: str | None) -> bool:
    """Return whether an element is white figures beside others in a cell: they only keep these in their place."""
    if not (_PALE_NAME.fullmatch(element.get("color") or "") or (style is not None and _PALE.search(style))):
        return False
    text = squeeze("".join(map(str, element.itertext())))
    if _FIGURE.fullmatch(text) is None or (style is not None and _GROUND.search(style)):
        return False
    cell = next(element.iterancestors("td", "th"), None)
    return cell is not None and squeeze("".join(map(str, cell.itertext()))) != text


def is_written_later(element: etree._Element) -> bool:
    """Return whether an element has an attribute whose value a script shows in it, or is one that a script draws."""
    if any((element.get(name) or "").strip() for name in _SHOWN_LATER):
        return True
    if not _is_empty(element):
        return False
    given = {str(name): str(value) for name, value in element.attrib.items()}
    if "-" in element.tag or any(name.startswith(_BOUND) for name in given):
        return True
    if element.tag == "input":
        return bool((element.get("placeholder") or "").strip())
    return element.tag in _INLINE and any(
        name.startswith("data-") and _FIGURE.fullmatch(value.strip()) for name, value in given.items()
    )


def starts_at_zero(element: etree._Element) -> bool:
    """Return whether an element shows 0, or strokes, until a script puts the number in one of its attributes there."""
    text = squeeze(element.text or "")
    if len(element) or not text or text.strip("-—") not in ("", "0"):
        return False
    later = (squeeze(element.get(name) or "") for name in _SHOWN_LATER)
    return any(_FIGURE.fullmatch(value) and value.strip("0.") for value in later)
