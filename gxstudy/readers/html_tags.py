"""Broken tags of a web page: where a bracket or a quotation mark is lost, a tag swallows the text behind it.

A browser shows none of that text, and a parser says nothing. Here such a tag is ended where its text begins, and the
text is set off with :data:`MARK`, from which no figure is read: the cell keeps its place, and is not blank.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["MARK", "Mended", "mended"]

MARK = "\ufffd"
"""Stands where a broken tag ends."""
SHOWN = 40
"""Characters of a broken tag that are quoted."""


class Mended(NamedTuple):
    """A page whose broken tags are ended, and how these begin."""

    source: str
    broken: tuple[str, ...]


# A value in quotation marks: without a tag in it; or with one, if it ends as it should and does not end its own tag.
_QUOTED = r""""[^"<]*+"|'[^'<]*+'|"[^"<>]*<[^"]*+"(?=[\s/>])|'[^'<>]*<[^']*+'(?=[\s/>])"""
_VALUE = rf"""\s*+=\s*+(?:{_QUOTED}|[^\s"'<>][^\s<>]*+|(?=>))"""
_FIGURE = r"\d[\d.,]*+(?=[\s/<>])"
_ATTRIBUTE = rf"[\s/]*+(?!{_FIGURE})[^\s/<>=]++(?:{_VALUE})?+"
# What is no tag, or holds none, is stepped over; to the end of the page where it does not end.
_PASSED_OVER = (
    r"!--(?:.*?-->|.*)|(?P<raw>(?i:script|style|textarea|title|iframe|xmp))\b[^>]*+>(?:.*?(?i:</(?P=raw))(?=[\s/>])|.*)"
)
_BROKEN = rf"(?P<name>/?[A-Za-z][^\s/<>]*+)(?P<given>(?:{_ATTRIBUTE})*+)[\s/]*+(?=[^\s/>])"
_SCAN = re.compile(rf"<(?:{_PASSED_OVER}|{_BROKEN})", re.DOTALL)
_ONE = re.compile(_ATTRIBUTE, re.DOTALL)
_KNOWN = re.compile(
    r"/?(?:table|thead|tbody|tfoot|tr|td|th|p|div|span|font|strong|br|b|i|u|em|a|center|h[1-6])(?![a-z])",
    re.IGNORECASE,
)
_BETWEEN_CELLS = frozenset(("table", "thead", "tbody", "tfoot", "tr"))
_BRACKET = re.compile("[<>]")


def mended(source: str) -> Mended:
    """Return a page with its broken tags ended where the text that they swallowed begins.

    Parameters
    ----------
    source
        The characters of the page.

    Notes
    -----
    A tag is broken where another begins inside it, where a value has no second quotation mark, and where a number
    stands for an attribute.
    """
    parts: list[str] = []
    broken: list[str] = []
    written = place = 0
    while (found := _SCAN.search(source, place)) is not None:
        place = found.end()
        if found["name"] is None:
            continue
        bracket = _BRACKET.search(source, place)
        end = bracket.start() if bracket is not None else len(source)
        closed = bracket is not None and bracket[0] == ">"
        parts += (source[written : found.start()], _ended(found, source[place:end], closed=closed))
        written = place = end + closed
        broken.append(source[found.start() : place][:SHOWN])
    return Mended("".join((*parts, source[written:])) if broken else source, tuple(broken))


def _ended(found: re.Match[str], rest: str, *, closed: bool) -> str:
    """Return a broken tag with its end, and behind that what it swallowed.

    ``rest`` is what stands behind its attributes; a value that its own bracket ended (``closed``) is one of those.
    """
    known = _KNOWN.match(found["name"])
    name = known[0] if known is not None else found["name"]
    attributes = list(_ONE.finditer(found["given"]))
    valued = [one.end() for one in attributes if "=" in one[0]]
    end = valued[-1] if valued else 0
    swallowed = found["name"][len(name) :] + found["given"][end:] + rest
    if closed and rest.startswith("="):
        swallowed = ""
    marked = bool(swallowed.strip()) or not (name.startswith("/") or name.lower() in _BETWEEN_CELLS)
    return f"<{name}{found['given'][:end]}>{MARK if marked else ''}{swallowed.strip()}"
