"""Figures broken over lines between two rules across: what stands close under each other there is one figure.

Where rules part all rows, they tell what lines of text cannot: which lines are those of one row. It has its label on
one line, or on lines of which only the first begins with a number. Then whatever stands right of the label, between the
same two rules, is of this row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gxstudy.grids.lines import text_lines
from gxstudy.grids.rows import BAND, CLOSE, is_numbered
from gxstudy.grids.wrapped import Originals, has_label, together
from gxstudy.layout import Ruling, Word, overlap
from gxstudy.text import read_number, squeeze

__all__ = ["fold"]

SNAP = 2.0
"""Pieces of one rule lie no further apart than this (points)."""
EDGE = 3.0
"""Figures may reach this far (points) beyond the ends of the rules over and under them."""

LEVEL = 0.25
"""Words on one line have their middle at one height but for this multiple of theirs."""


class _Rule(NamedTuple):
    """A rule across: at which height, from where to where."""

    top: float
    x0: float
    x1: float


def fold(words: Sequence[Word], rulings: Sequence[Ruling]) -> tuple[list[Word], Originals]:
    """Return words, figures that are broken over lines between two rules put on the line of their label.

    Parameters
    ----------
    words
        What stands on a page outside its ruled tables.
    rulings
        Its straight lines.

    Returns
    -------
    list of Word
        The same words, each broken figure as one.
    dict
        The words that each such word stands for.
    """
    rules = _rules(rulings)
    bands: list[list[Word]] = [[] for _ in range(len(rules) + 1)]
    tops = [rule.top for rule in rules]
    for word in words:
        bands[bisect_right(tops, (word.top + word.bottom) / 2)].append(word)
    originals: Originals = {}
    kept = list(bands[0])
    for (over, under), band in zip(pairwise(rules), bands[1:], strict=False):
        kept += _folded(band, over, under, originals)
    return ([*kept, *bands[-1]] if rules else kept), originals


def _rules(rulings: Sequence[Ruling]) -> list[_Rule]:
    """Return the rules across a page from top to bottom, the pieces of each together."""
    found: list[_Rule] = []
    for x0, top, x1, *_ in sorted((r for r in rulings if r.top == r.bottom), key=lambda r: r.top):
        if found and top - found[-1].top <= SNAP:
            last = found[-1]
            found[-1] = _Rule(last.top, min(last.x0, x0), max(last.x1, x1))
        else:
            found.append(_Rule(top, x0, x1))
    return found


def _folded(band: list[Word], over: _Rule, under: _Rule, originals: Originals) -> list[Word]:
    """Return the words between two rules, those of broken figures put together where all are those of one row."""
    labels = [word for word in band if has_label([word])]
    label = _label(labels)
    if not band or (labels and not label):
        return band
    end = max((line[-1].x1 for line in label), default=0.0)
    before, figures = [word for word in band if word.x0 < end], [word for word in band if word.x0 >= end]
    # Words of another row may stand behind figures; only a number of a label stands before it.
    if any(not has_label([word]) and squeeze(word.text)[-1:] != "." for word in before):
        return band
    stacks = _stacks(figures)
    if all(len(stack) == 1 for stack in stacks) or not all(map(_is_one, stacks)):
        return band
    own = [word for line in label for word in line]
    if own and not overlap(*_height(own), *_height(figures)) > 0:
        return band  # a heading of what comes next
    others = [word for word in labels if word not in own and is_numbered(word.text)]
    beside = [word for word in figures if any(_is_level(word, other) for other in others)]
    if beside and all(word in beside or any(_is_level(word, other) for other in own) for word in figures):
        return band  # those of two rows, each beside its own label
    middle = over.top + under.top
    row = label[(len(label) - 1) // 2][0] if label else min(band, key=lambda word: abs(word.top + word.bottom - middle))
    left, right = max(over.x0, under.x0) - EDGE, min(over.x1, under.x1) + EDGE
    if under.top - over.top > BAND * (row.bottom - row.top):
        return band
    if not all(left < word.x0 and word.x1 < right for word in figures):
        return band
    made = {together([[word] for word in stack], row): tuple(stack) for stack in stacks}
    originals.update(made)
    return [*before, *made]


def _height(words: Sequence[Word]) -> tuple[float, float]:
    return min(word.top for word in words), max(word.bottom for word in words)


def _is_level(word: Word, other: Word) -> bool:
    """Return whether two words have their middle at one height."""
    return abs(word.top + word.bottom - other.top - other.bottom) < 2 * LEVEL * (other.bottom - other.top)


def _label(labels: Sequence[Word]) -> list[list[Word]]:
    """Return the lines of the rightmost of labels between two rules; none where they may be those of several rows."""
    if not labels:
        return []
    last = max(labels, key=lambda word: word.x1)
    lines = text_lines([word for word in labels if overlap(word.x0, word.x1, last.x0, last.x1) > 0])
    numbered = [is_numbered(line[0].text) for line in lines]
    return lines if len(lines) == 1 or (numbered[0] and not any(numbered[1:])) else []


def _stacks(words: Sequence[Word]) -> list[list[Word]]:
    """Return words in columns from left to right, those of each from top to bottom."""
    found: list[list[Word]] = []
    reach = 0.0
    for word in sorted(words, key=lambda word: word.x0):
        if found and word.x0 < reach:
            found[-1].append(word)
            reach = max(reach, word.x1)
        else:
            found.append([word])
            reach = word.x1
    return [sorted(stack, key=lambda word: word.top) for stack in found]


def _is_one(stack: Sequence[Word]) -> bool:
    """Return whether words under each other are the lines of one figure: close, the first digits fill their line."""
    if len(stack) == 1:
        return True
    near = all(-CLOSE < (low.top - high.bottom) / (high.bottom - high.top) < CLOSE for high, low in pairwise(stack))
    digits = [word.text for word in stack if word.text.isdigit()]
    if not near or not digits or any(len(text) > len(digits[0]) for text in digits):
        return False
    return read_number("".join(word.text for word in stack)).status in ("read", "annotated")
