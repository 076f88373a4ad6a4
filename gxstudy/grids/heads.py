"""Which heading stands over which column of figures, where no rule tells.

Figures and headings of one column share a cell, but may be set to different sides of it: a figure need not stand under
its heading, yet never stands under another's. Every column of figures has a heading of its own, in the same order.
Where that leaves more than one way, the side on which figures stand that could not stand otherwise is the side of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gxstudy.grids.rows import Line
from gxstudy.grids.wrapped import touching
from gxstudy.layout import Word, overlap

__all__ = ["Place", "columns", "headings_of"]

FLUSH = 0.6
"""Lines of one heading begin, end or have their middle at one place, but for this multiple of their height."""


class Place(NamedTuple):
    """From where to where a column of figures, or a heading, reaches."""

    x0: float
    x1: float

    @property
    def centre(self) -> float:
        """The middle between left and right."""
        return (self.x0 + self.x1) / 2


class _Head(NamedTuple):
    """The heading of a column: what its lowest line covers, and all of its lines."""

    low: Place
    whole: Place


def headings_of(line: Line) -> list[list[Word]]:
    """Return the words of a line of the header, those that touch together."""
    return touching([word for piece in line.pieces for word in piece])


def columns(figures: Sequence[Place], header: Sequence[Line], left: float, edge: float) -> list[Place]:
    """Return the columns of a table from left to right: those of figures, and those that only a heading shows.

    Parameters
    ----------
    figures
        Where figures stand under each other.
    header
        The lines above them, from below.
    left, edge
        Where the labels of rows begin and end.

    Returns
    -------
    list of Place
        Each as wide as its figures and its heading. The columns of figures alone, where it is not certain which
        heading is whose.
    """
    heads = _heads(header, left, edge, figures[0].x0)
    owners = _owners(figures, heads)
    if owners is None:
        return list(figures)
    found = [head.whole for head in heads]
    narrow = [head.low for head in heads]
    for place, owner in zip(figures, owners, strict=True):
        found[owner] = _both(place, found[owner])
        narrow[owner] = _both(place, narrow[owner])
    return next((each for each in (found, narrow) if all(a.x1 <= b.x0 for a, b in pairwise(each))), list(figures))


def _both(first: Place, second: Place) -> Place:
    return Place(min(first.x0, second.x0), max(first.x1, second.x1))


def _heads(header: Sequence[Line], left: float, edge: float, first: float) -> list[_Head]:
    """Return the headings that stand over one column each, from left to right.

    What stands over several is a heading of theirs, and what stands alone above all lines of several headings is one
    of the table. The heading of the labels is none of a column. ``first``: where the first figures begin.
    """
    lines = [
        [Place(words[0].x0, words[-1].x1) for words in headings_of(line) if not _has_digits(words)] for line in header
    ]
    lines = [[place for place in line if place.centre > max(edge, (left + first) / 2)] for line in lines]
    top = max((number for number, line in enumerate(lines) if len(line) > 1), default=-1)
    found: list[_Head] = []
    for number, (line, places) in enumerate(zip(header, lines, strict=True)):
        for place in places:
            under = [index for index, head in enumerate(found) if _meet(head.whole, place)]
            if not under and (number <= top or not found):
                found.append(_Head(place, place))
            elif len(under) == 1 and _flush(found[under[0]].whole, place, FLUSH * line.size):
                head = found[under[0]]
                found[under[0]] = head._replace(whole=_both(head.whole, place))
    return sorted(found, key=lambda head: head.whole.x0)


def _has_digits(words: Sequence[Word]) -> bool:
    """Return whether words may be a figure with a note that is wrapped, which is not the name of a column."""
    return any(character.isdigit() for word in words for character in word.text)


def _meet(first: Place, second: Place) -> bool:
    return overlap(first.x0, first.x1, second.x0, second.x1) > 0


def _flush(first: Place, second: Place, near: float) -> bool:
    return min(abs(first.x0 - second.x0), abs(first.x1 - second.x1), abs(first.centre - second.centre)) < near


def _owners(figures: Sequence[Place], heads: Sequence[_Head]) -> list[int] | None:
    """Return for each column of figures which heading is its own; None where that is not certain."""
    choices = [_choices(place, heads) for place in figures]
    first, last = _leftmost(choices), _rightmost(choices, len(heads))
    if first is None or first == last:
        return first
    sides = {
        place.centre > heads[one].low.centre
        for place, one, other in zip(figures, first, last or first, strict=True)
        if one == other and not _meet(heads[one].whole, place)
    }
    if len(sides) != 1:
        return None
    (side,) = sides
    choices = [
        [one for one in some if _meet(heads[one].low, place) or (place.centre > heads[one].low.centre) == side]
        for place, some in zip(figures, choices, strict=True)
    ]
    first = _leftmost(choices)
    return first if first == _rightmost(choices, len(heads)) else None


def _choices(place: Place, heads: Sequence[_Head]) -> list[int]:
    """Return which headings may be that of a column of figures: the one over it, or those beside it."""
    over = [index for index, head in enumerate(heads) if _meet(head.low, place)]
    if over:
        return over
    before = sum(head.low.centre < place.centre for head in heads)
    return [index for index in (before - 1, before) if 0 <= index < len(heads)]


def _leftmost(choices: Sequence[Sequence[int]]) -> list[int] | None:
    """Return the first choice of each that lies behind that of the one before; None where there is none."""
    found: list[int] = []
    for some in choices:
        after = [one for one in some if not found or one > found[-1]]
        if not after:
            return None
        found.append(min(after))
    return found


def _rightmost(choices: Sequence[Sequence[int]], many: int) -> list[int] | None:
    """Return the last choice of each that lies before that of the next one; None where there is none."""
    turned = _leftmost([[many - 1 - one for one in some] for some in reversed(choices)])
    return None if turned is None else [many - 1 - one for one in reversed(turned)]
