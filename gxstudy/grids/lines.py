"""Words -> lines of text -> paragraphs: what the ruled, the unruled and the prose parts of a page share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from math import inf
from operator import itemgetter

from gxstudy.layout import Box, Word

__all__ = ["is_page_number", "line_box", "line_text", "paragraph_lines", "text_lines"]

SPACE_GAP = 0.3
"""Words on one line further apart than this share of their height are joined with a space."""


DIGITS_GAP = 0.12
"""The same of two words that end and begin with a digit: a reader keeps them apart only where a space is printed."""


def text_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Return words as lines from top to bottom, each from left to right."""
    lines: list[list[Word]] = []
    above, below = inf, -inf  # of the word before
    for word in sorted(words, key=_line_order):
        _, _, top, _, bottom, _, _ = word
        if min(bottom, below) - max(top, above) > 0.5 * min(bottom - top, below - above):
            lines[-1].append(word)
        else:
            lines.append([word])
        above, below = top, bottom
    for line in lines:
        if len(line) > 1:
            line.sort(key=_LEFT)
    return lines


_LEFT = itemgetter(1)
_box = partial(tuple.__new__, Box)


def _line_order(word: Word) -> tuple[float, float]:
    _, x0, top, _, bottom, _, _ = word
    return (top + bottom, x0)


def line_text(line: Sequence[Word]) -> str:
    """Return the text of a line, with a space where words stand apart."""
    text = line[0].text
    for before, word in pairwise(line):
        digits = before.text[-1:].isdigit() and word.text[:1].isdigit() and not word.certainties
        if word.x0 - before.x1 > (DIGITS_GAP if digits else SPACE_GAP) * (word.bottom - word.top):
            text += " "
        text += word.text
    return text


def line_box(page: int, line: Sequence[Word]) -> Box:
    """Return the box around a line."""
    if len(line) == 1:
        _, x0, top, x1, bottom, _, _ = line[0]
        return _box((page, x0, top, x1, bottom))
    return Box(page, line[0].x0, min(w.top for w in line), max(w.x1 for w in line), max(w.bottom for w in line))


_PAGE_NUMBER = re.compile(r"[-—–－─~·. ]*(?:第 ?)?\d{1,4}(?: ?页)?(?: ?[/／共] ?\d{1,4}(?: ?页)?)?[-—–－─~·. ]*")


def is_page_number(line: Sequence[Word], height: float, *, foot: float = 0.88) -> bool:
    """Return whether a line near the upper or lower edge of a page of ``height`` points is its number.

    ``foot``: the share of the page above the line that it may stand under.
    """
    at_edge = line[0].top > foot * height or line[0].bottom < 0.1 * height
    return at_edge and _PAGE_NUMBER.fullmatch(line_text(line)) is not None


_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、")
"""How the heading of a section begins."""


def paragraph_lines(lines: list[list[Word]]) -> list[list[list[Word]]]:
    """Return lines grouped to paragraphs.

    A new one begins at an indent, after a short line or a wide gap, and with the number of a section.
    """
    if not lines:
        return []
    left = min(line[0].x0 for line in lines)
    right = max(line[-1].x1 for line in lines)
    parts: list[list[list[Word]]] = [[lines[0]]]
    for before, line in pairwise(lines):
        em = line[0].bottom - line[0].top
        indented = line[0].x0 - left > 0.8 * em
        short = right - before[-1].x1 > 1.8 * em
        apart = line[0].top - before[0].bottom > 2.5 * em
        sized = abs(em - (before[0].bottom - before[0].top)) > 0.25 * em
        if indented or short or apart or sized or _SECTION.match(line[0].text):
            parts.append([line])
        else:
            parts[-1].append(line)
    return parts
