"""Text broken into lines, Chinese and Latin mixed."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["wrap"]

# What stays on one line: white space; a short bracketed note; a Latin word, to its hyphen; one wide character with the
# brackets and punctuation that cling to it.
_UNITS = re.compile(r"\s+|(?:（[^（）]{1,6}）|[!-,.-~]+-?|[“‘《〈【（]*\S)[，。、；：？！）”’》〉】]*")


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break ``text`` at spaces, hyphens and between wide characters into lines of at most ``width``.

    A word that is wider stands on a line of its own.
    """
    lines = [""]
    for unit in _UNITS.findall(text):
        if lines[-1] and measure(lines[-1] + unit.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(unit.lstrip())
        else:
            lines[-1] += unit
    return lines
