"""Figures broken over lines in tables without rules: put together, or seen to be left over.

A figure too long for its column stands on two lines, one above and one below the line of its row. Both lie nearer to
that line than any other row can: they overlap it. What is left over near a row and may belong to it makes its place
doubtful, for a place is blank only where nothing printed can belong there.
"""

from __future__ import annotations

from collections.abc import Sequence

from gxstudy.grids.lines import SPACE_GAP
from gxstudy.layout import Word, overlap
from gxstudy.text import join_lines, read_number, squeeze

__all__ = ["CLOSE", "LONG", "NEAR", "Originals", "fold", "has_label", "is_part", "may_belong", "together", "touching"]

NEAR = 0.8
"""What stands nearer to a row than this multiple of its height may belong to it."""
CLOSE = 0.35
"""The same of a row of figures without a label: it may be the rest of wrapped figures, or a row of its own."""
CENTRED = 0.2
"""The two lines of a figure lie as far above as below their row, but for this multiple of its height."""

LEVEL = 0.4
"""Words higher or lower than another by more than this share of its height do not stand on one line with it."""
OVERLAP = 0.2
"""The halves of a figure overlap the line of their row by more than this share of its height."""
THIRD = 0.4
"""The lines of a figure on three lines are no further apart than this multiple of their height."""
COLUMN = 12
"""So many lines above and below that of its row hold figures of the column of a figure."""
REACH = 3
"""So many lines from that of their row, at most, halves are looked for: labels set upright have lines of their own."""

LONG = 200
"""A line of more words than this is no row of a table."""

_CHANGE = frozenset("增加减少约共新净")
_IN_FIGURES = frozenset("0123456789.,+-/()件万元其中修订") | _CHANGE

Originals = dict[Word, tuple[Word, ...]]
"""The words that a word put together stands for."""


def touching(line: Sequence[Word]) -> list[list[Word]]:
    """Return the words of a line, those that touch together."""
    found: list[list[Word]] = []
    for word in line:
        if found and word.x0 - found[-1][-1].x1 < SPACE_GAP * (word.bottom - word.top):
            found[-1].append(word)
        else:
            found.append([word])
    return found


def fold(lines: Sequence[list[Word]]) -> tuple[list[list[Word]], Originals]:
    """Return lines of text with figures that are broken over two lines put on the line of their row.

    Parameters
    ----------
    lines
        Lines from top to bottom, each from left to right.

    Returns
    -------
    list of list of Word
        The same lines, without those that held halves of figures alone. A figure put together is one word, as high as
        its row.
    dict
        The words that each such word stands for.
    """
    kept = [part for line in lines for part in _levels(line)]
    originals: Originals = {}
    # What stands beside a label first: then halves of figures are no rows of their own.
    for index in sorted(range(len(kept)), key=lambda index: not has_label(kept[index])):
        line = kept[index]
        if not line or len(line) > LONG:
            continue
        row = max(line, key=_width)
        nearest = [
            near for near in range(max(0, index - REACH), min(len(kept), index + 1 + REACH)) if len(kept[near]) <= LONG
        ]
        above = [piece for near in nearest if near < index for piece in _overlapping(kept[near], row, -1)]
        below = [piece for near in nearest if near > index for piece in _overlapping(kept[near], row, 1)]
        found = [[upper, lower] for upper in above if (lower := _lower_half(upper, below, row, line)) is not None]
        halves = [half for parts in found for half in parts]
        # A merged label between two rows overlaps both: then their labels are left over, right of it.
        if not any(map(_is_number, line)) and any(
            piece not in halves and piece[0].x0 > row.x1 for piece in (*above, *below)
        ):
            continue
        if has_label(line):
            figures = len(found) + sum(map(_is_number, line))
            around = kept[max(0, index - COLUMN) : index + COLUMN]
            column = [near for near in around if 2 * sum(map(_is_number, near)) > figures]
            found += _on_three_lines(
                kept, nearest, index, [originals.get(word, (word,)) for near in column for word in near]
            )
        gone = {word for parts in found for part in parts for word in part}
        for near in nearest if found else ():
            kept[near] = [word for word in kept[near] if word not in gone]
        for parts in found:
            word = together(parts, row)
            originals[word] = tuple(original for part in parts for original in part)
            kept[index] = sorted([*kept[index], word], key=lambda other: other.x0)
    return [line for line in kept if line], originals


def may_belong(piece: Sequence[Word], top: float, bottom: float, *, near: float, blank: bool) -> bool:
    """Return whether a piece that is left over may belong to a place of a row from ``top`` to ``bottom``.

    It stands no further from the row than the multiple ``near`` of its height (:data:`NEAR`, :data:`CLOSE`).
    What has nothing but what may stand in a figure may: digits, strokes, units, words of change (增加). Where nothing
    stands in the place (``blank``), so may whatever holds a digit or half a pair of brackets: every figure broken over
    lines has such pieces.
    """
    height = piece[0].bottom - piece[0].top
    if max(top - piece[0].bottom, piece[0].top - bottom) > near * height:
        return False
    text = squeeze("".join(word.text for word in piece))
    if set(text) <= _IN_FIGURES:
        return True
    return blank and (any(character.isdigit() for character in text) or text.count("(") != text.count(")"))


def is_part(text: str) -> bool:
    """Return whether a text has digits and nothing but what may stand in a figure."""
    folded = set(squeeze(text))
    return any(map(str.isdigit, folded)) and folded <= _CHANGE | set("0123456789,.+-件万元")


def has_label(line: Sequence[Word]) -> bool:
    """Return whether a line has words that are no figures and no parts of one."""
    return any(not set(squeeze(word.text)) <= _IN_FIGURES for word in line)


def _on_three_lines(
    lines: Sequence[list[Word]], near: Sequence[int], index: int, others: Sequence[Sequence[Word]]
) -> list[list[list[Word]]]:
    """Return the figures of a row that are broken over three lines, each as its lines.

    Where one of the ``others`` in the column of a figure is longer than a line of it, that line was not full. There,
    and where digits stand over or under a stroke, the lines are rows of their own.
    """
    found = [parts for word in lines[index] if (parts := _thirds(word, lines, near, index)) is not None]
    part = {word for parts in found for words in parts for word in words}
    beside = [
        word
        for place in near
        if place != index and not part.isdisjoint(lines[place])
        for word in lines[place]
        if _is_number(word)
    ]
    full = all(
        len(longer.text) <= len(word.text)
        for _, (word,), _ in found
        for other in others
        for longer in other
        if longer.text.isdigit() and overlap(longer.x0, longer.x1, word.x0, word.x1) > 0
    )
    alone = all(
        is_part(word.text) == is_part(other.text) or overlap(word.x0, word.x1, other.x0, other.x1) <= 0
        for word in lines[index]
        for other in beside
    )
    return found if full and alone else []


def _thirds(word: Word, lines: Sequence[list[Word]], near: Sequence[int], index: int) -> list[list[Word]] | None:
    """Return the three lines of a figure that is broken around the line of its row; None where it is not.

    The first two are full: as long as each other, and the third no longer.
    """
    if not word.text.isdigit():
        return None
    height = word.bottom - word.top
    found: list[list[Word]] = []
    for side in (-1, 1):
        stacked = [
            [other]
            for place in near
            if (place - index) * side > 0 and not has_label(lines[place])
            for other in lines[place]
            if overlap(other.x0, other.x1, word.x0, word.x1) > 0
            and 0.8 * height < side * (_middle(other) - _middle(word)) < (1 + THIRD) * height
        ]
        if len(stacked) != 1 or not stacked[0][0].text.isdigit():
            return None
        found.append(stacked[0])
    first, last = found[0][0], found[1][0]
    if len(first.text) != len(word.text) or len(last.text) > len(word.text):
        return None
    level = abs(_middle(first) + _middle(last) - 2 * _middle(word)) < 2 * CENTRED * height
    return [[first], [word], [last]] if level else None


def _levels(line: list[Word]) -> list[list[Word]]:
    """Return a line as the words above, at and below the height of its widest, from top to bottom.

    Halves of figures, and merged labels set upright, may tie rows that stand close to each other into one line.
    """
    if len(line) > LONG:
        return [line]
    row = max(line, key=_width)
    away = LEVEL * (row.bottom - row.top)
    above = [word for word in line if _middle(word) < _middle(row) - away]
    below = [word for word in line if _middle(word) > _middle(row) + away]
    if not above and not below:
        return [line]
    level = [word for word in line if abs(_middle(word) - _middle(row)) <= away]
    return [*(_levels(above) if above else ()), level, *(_levels(below) if below else ())]


def _overlapping(line: Sequence[Word], row: Word, side: int) -> list[list[Word]]:
    """Return the pieces of a line that reach into the height of ``row`` from above (``side`` -1) or below (1)."""
    height = row.bottom - row.top
    return [
        piece
        for piece in touching(line)
        if side * (_middle(piece[0]) - _middle(row)) > 0
        and overlap(piece[0].top, piece[0].bottom, row.top, row.bottom) > OVERLAP * height
    ]


def _middle(word: Word) -> float:
    return (word.top + word.bottom) / 2


def _width(word: Word) -> float:
    return word.x1 - word.x0


def _is_number(word: Word) -> bool:
    return read_number(word.text).status in ("read", "annotated", "slash")


def _lower_half(
    upper: Sequence[Word], below: Sequence[list[Word]], row: Word, line: Sequence[Word]
) -> list[Word] | None:
    """Return the one piece below a row that completes ``upper`` to a figure; None where its line has one there."""
    x0, x1 = upper[0].x0, upper[-1].x1
    if any(overlap(word.x0, word.x1, x0, x1) > 0 for word in line):
        return None
    under = [piece for piece in below if overlap(piece[0].x0, piece[-1].x1, x0, x1) > 0]
    if len(under) != 1:
        return None
    lower = under[0]
    if abs(_middle(upper[0]) + _middle(lower[0]) - 2 * _middle(row)) > 2 * CENTRED * (row.bottom - row.top):
        return None
    text = join_lines(["".join(word.text for word in part) for part in (upper, lower)])
    return lower if read_number(text).status in ("read", "annotated") else None


def together(parts: Sequence[Sequence[Word]], row: Word) -> Word:
    """Return the parts of a broken figure as one word on the line of ``row``."""
    words = [word for part in parts for word in part]
    return Word(
        "".join(word.text for word in words),
        min(word.x0 for word in words),
        row.top,
        max(word.x1 for word in words),
        row.bottom,
        tuple(certainty for word in words for certainty in word.certainties),
        any(word.garbled for word in words),
    )
