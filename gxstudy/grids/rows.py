"""Lines of text -> rows of a table without rules: which lines hold figures, and which go with each of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gxstudy.layout import Word, overlap
from gxstudy.text import squeeze

__all__ = [
    "APART",
    "BAND",
    "CLOSE",
    "FIGURE",
    "Line",
    "begun",
    "centre",
    "closed",
    "cut",
    "goes_on",
    "is_numbered",
    "is_wrapped",
    "part_labels",
    "row_lines",
]

APART = 1.0
"""Words on one line further apart than this multiple of their height stand in different columns."""
SET_WIDE = 0.25
"""Digits nearer to each other than this multiple of their height may be those of one number."""
FIGURES_LIMIT = 60
"""A line of more figures than this is no row of a table."""
CLOSE = 0.4
"""Lines of one row are no further apart than this multiple of their height."""
WRAP = 0.5
"""Between two rules the lines of one figure are no further apart: the rules may part groups of rows only."""
OWN = 0.55
"""Lines further apart than this multiple of their height, all of them, are rows of their own."""
BAND = 8.0
"""Rules further apart than this multiple of a line's height do not bound one row."""
FLUSH = 0.15
"""Words begin at one place but for this multiple of their height."""
NEAR_LINES = 3
"""So many lines above and below a figure may show that it stands in a column."""
ALIKE = 2
"""More words of labels than this that begin at one place, one of them first on its line, are a column of labels."""
FIGURE = re.compile(r"(?:[+-]|增加?|新增|减少?)?\d[\d,]*(?:\.\d+)?(?:[件万元]{1,2})?(?:\([^()]+\))?|[/\\|-]+")
_ITEM = re.compile(r"\d{1,2}[.、]\D")
_NUMBERED = re.compile(r"\(?[一二三四五六七八九十]{1,3}[).、]|\d{1,2}[.、](?!\d)")


@dataclass(slots=True)
class Line:
    """A line of text cut into pieces that stand apart."""

    pieces: list[list[Word]]
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """The height at its middle."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """From its highest word to its lowest."""
        return self.bottom - self.top

    @property
    def size(self) -> float:
        """The height of its highest word."""
        return max(word.bottom - word.top for piece in self.pieces for word in piece)

    @property
    def figures(self) -> list[list[Word]]:
        """The figures at the end of the line, leftmost first."""
        found: list[list[Word]] = []
        for piece in reversed(self.pieces):
            if not _is_figure(piece):
                break
            found.append(piece)
        return found[::-1] if len(found) <= FIGURES_LIMIT else []

    @property
    def labels(self) -> list[list[Word]]:
        """The pieces before its figures."""
        return self.pieces[: len(self.pieces) - len(self.figures)]


def closed(line: list[Word]) -> list[Word]:
    """Return a line whose figures are one word each where they are set wide: single characters close to each other.

    No column of figures is so narrow that a digit of the next stands so close.
    """
    if not any(_is_set_wide(before, word) for before, word in pairwise(line)):
        return line
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if _is_set_wide(before, word):
            parts[-1].append(word)
        else:
            parts.append([word])
    return [word for part in parts for word in _put_together(part)]


def _is_set_wide(before: Word, word: Word) -> bool:
    """Return whether two words are single characters so close that they may be those of one word."""
    near = SET_WIDE * (word.bottom - word.top)
    level = max(abs(word.top - before.top), abs(word.bottom - before.bottom)) < near
    return len(before.text) == len(word.text) == 1 and level and 0 <= word.x0 - before.x1 < near


def _put_together(part: list[Word]) -> list[Word]:
    """Return characters as one word where they are a figure."""
    text = "".join(word.text for word in part)
    if len(part) == 1 or not any(map(str.isdigit, text)) or not FIGURE.fullmatch(squeeze(text)):
        return part
    return [
        Word(
            text,
            part[0].x0,
            min(word.top for word in part),
            part[-1].x1,
            max(word.bottom for word in part),
            tuple(certainty for word in part for certainty in word.certainties),
            any(word.garbled for word in part),
        )
    ]


def cut(line: list[Word]) -> Line:
    """Return a line of words cut into pieces, figures each on their own."""
    pieces = [[line[0]]]
    for before, word in pairwise(line):
        if word.x0 - before.x1 > APART * (word.bottom - word.top):
            pieces.append([word])
        else:
            pieces[-1].append(word)
    parted = _in_doubt(_parted(pieces))
    return Line(parted, min(word.top for word in line), max(word.bottom for word in line))


def _in_doubt(pieces: list[list[Word]]) -> list[list[Word]]:
    """Return pieces of a line, its figures marked where two stand so close that they may be one number, set wide.

    Then none of them can be counted to tell which column it is of. Those that may be one are: they make one column.
    """
    groups = [list(pieces[0])]
    for before, piece in pairwise(pieces):
        if _is_figure(before) and _is_figure(piece) and _may_be_one(before[0], piece[0]):
            groups[-1] += piece
        else:
            groups.append(list(piece))
    if len(groups) == len(pieces):
        return pieces
    whole = [_put_together(group) if _is_figure(group[:1]) else group for group in groups]
    return [[piece[0]._replace(garbled=True)] if _is_figure(piece) else piece for piece in whole]


def _may_be_one(before: Word, word: Word) -> bool:
    """Return whether two figures stand so close that they may be one number; no column is as narrow as a digit."""
    if not before.text.isdigit() or not word.text.isdigit():
        return False
    near = APART if len(before.text) == len(word.text) == 1 else SET_WIDE
    return word.x0 - before.x1 < near * (word.bottom - word.top)


def _parted(pieces: list[list[Word]]) -> list[list[Word]]:
    """Return ``pieces`` with figures side by side taken apart, and those that stand close to the end of a label."""
    parted: list[list[Word]] = []
    for piece in pieces:
        if all(FIGURE.fullmatch(squeeze(word.text)) for word in piece):
            parted += [[word] for word in piece]
        else:
            parted.append(piece)
    first = next((index for index, piece in enumerate(parted) if _is_figure(piece)), len(parted))
    if 0 < first < len(parted) and all(_is_figure(piece) for piece in parted[first:]):
        label = parted[first - 1]
        while len(label) > 1 and FIGURE.fullmatch(squeeze(label[-1].text)):
            parted.insert(first, [label.pop()])
    return parted


def part_figures(lines: Sequence[Line]) -> None:
    """Part single figures from labels that stand close before them, where they begin, end or lie as others near do."""
    for index, line in enumerate(lines):
        *label, figure = line.pieces[-1]
        if not label or not FIGURE.fullmatch(squeeze(figure.text)) or FIGURE.fullmatch(squeeze(label[-1].text)):
            continue
        near = [*lines[max(0, index - NEAR_LINES) : index], *lines[index + 1 : index + 1 + NEAR_LINES]]
        others = [word for other in near for piece in other.pieces for word in piece if word is not other.pieces[0][0]]
        if any(_is_flush(figure, other) for other in others):
            line.pieces[-1:] = [label, [figure]]


def _is_flush(word: Word, other: Word) -> bool:
    """Return whether two words begin, end or have their middle at one place."""
    near = FLUSH * (word.bottom - word.top)
    sides = word.x0 - other.x0, word.x1 - other.x1, (word.x0 + word.x1 - other.x0 - other.x1) / 2
    return min(map(abs, sides)) < near


def part_labels(lines: Sequence[Line]) -> None:
    """Part the labels of a table where those of other rows begin: columns of labels may stand close to each other.

    The lines of a merged label are as wide as it is, one character where it is set upright; what stands right of them
    is another label, too. So is what begins with a number behind a word.
    """
    labels = [piece for line in lines for piece in line.labels]
    begins = [piece[0].x0 for piece in labels]
    words = [word.x0 for piece in labels for word in piece]
    firsts = [line.pieces[0][0] for line in lines if line.labels]
    for line in lines:
        for label in line.labels:
            cuts = [
                place
                for place, (before, word) in enumerate(pairwise(label), 1)
                if (_alike(begins, word) and _alike(words, word) > ALIKE)
                or (place == 1 and _is_merged(before, firsts))
                or (_ITEM.match(squeeze(word.text)) and not before.text[-1:].isdigit())
            ]
            if cuts:
                index = next(index for index, piece in enumerate(line.pieces) if piece is label)
                ends = [0, *cuts, len(label)]
                line.pieces[index : index + 1] = [label[start:end] for start, end in pairwise(ends)]


def _alike(begins: Sequence[float], word: Word) -> int:
    return sum(abs(other - word.x0) < FLUSH * (word.bottom - word.top) for other in begins)


def _is_merged(word: Word, others: Sequence[Word]) -> bool:
    """Return whether a word fills a line of a merged label: others before labels begin and end where it does.

    Labels of rows may be as wide as each other, but all of them begin with a number.
    """
    near = FLUSH * (word.bottom - word.top)
    alike = [other for other in others if abs(other.x0 - word.x0) < near and abs(other.x1 - word.x1) < near]
    return len(alike) > 1 + (len(word.text) == 1) and not all(is_numbered(other.text) for other in alike)


def _is_figure(piece: list[Word]) -> bool:
    """Return whether a piece is one word that is a figure."""
    return len(piece) == 1 and FIGURE.fullmatch(squeeze(piece[0].text)) is not None


def centre(piece: Sequence[Word]) -> float:
    """Return the middle of a piece between left and right."""
    return (piece[0].x0 + piece[-1].x1) / 2


def goes_on(lines: list[Line], index: int, row: int, rules: list[float]) -> bool:
    """Return whether line ``index`` is more of the row of figures above it."""
    return is_wrapped(lines, index, row, rules) or _more_label(lines, index, row)


def is_wrapped(lines: list[Line], index: int, row: int, rules: list[float]) -> bool:
    """Return whether line ``index`` goes on with the figures of line ``row`` that were wrapped in narrow columns.

    Between two rules it does, unless it looks like a row; without rules: figures alone, close below a row's.
    """
    line, above = lines[index], lines[row]
    figures = line.figures
    if not figures or not _aligned(above.figures, figures):
        return False
    if _banded(above, rules):
        # As many figures with a label of their own may be the next row, where rules part groups of rows only.
        rest = not line.labels or len(figures) < len(above.figures)
        near = line.top - lines[index - 1].bottom < WRAP * line.height
        return rest and near and _same_band(above, line, rules)
    fewer = len(figures) < len(above.figures) and line.top - above.bottom < 1.5 * line.height
    below = bool(above.labels) and line.top - above.bottom < 0.4 * line.height and index - 1 == row
    return not line.labels and line.top - lines[index - 1].bottom < 0.4 * line.height and (fewer or below)


def _banded(line: Line, rules: list[float]) -> bool:
    """Return whether a line stands between two rules near enough to each other to bound a row."""
    after = bisect_right(rules, line.middle)
    return 0 < after < len(rules) and rules[after] - rules[after - 1] < BAND * line.height


def _same_band(upper: Line, lower: Line, rules: list[float]) -> bool:
    """Return whether no rule stands between two lines."""
    return bisect_right(rules, upper.middle) == bisect_right(rules, lower.middle)


def _more_label(lines: list[Line], index: int, row: int) -> bool:
    """Return whether line ``index``, below the last row of figures, goes on with that row's label."""
    line, above, figures = lines[index], lines[index - 1], lines[row].figures
    if line.figures or len(line.pieces) > 1 or line.pieces[-1][-1].x1 >= figures[0][0].x0:
        return False
    if line.top - above.bottom > 0.4 * line.height:
        return False
    labels = above.labels if index - 1 == row else above.pieces
    if labels and is_numbered(line.pieces[0][0].text):
        return False
    return not labels or any(
        overlap(line.pieces[0][0].x0, line.pieces[0][-1].x1, piece[0].x0, piece[-1].x1) > 0 for piece in labels
    )


def _aligned(first: list[list[Word]], second: list[list[Word]]) -> bool:
    """Return whether the figures of one line stand in the columns of the other."""
    few, many = sorted((first, second), key=len)
    pitch = _leeway([centre(piece) for piece in many])
    return all(any(abs(centre(a) - centre(b)) < pitch for b in many) for a in few)


def _leeway(centres: Sequence[float]) -> float:
    """Return how far a figure may stray from its column: less than half the distance of two columns."""
    return min((b - a for a, b in pairwise(centres)), default=60.0) * 0.45


def begun(lines: list[Line], row: int, index: int) -> bool:
    """Return whether a label that begins with a number stands between row ``row`` and line ``index``, close above it.

    Then the figures of the line are those of that label, not more of the row above.
    """
    above = lines[row].labels
    if not above or index - row < 2 or lines[index].top - lines[index - 1].bottom > CLOSE * lines[index].height:
        return False
    return any(not line.figures and _is_numbered(line, above[-1:]) for line in lines[row + 1 : index])


def row_lines(lines: list[Line], start: int, rows: list[int], rules: list[float]) -> list[list[int]]:
    """Return the rows of a table, each as the lines it consists of: those with its figures, and those of its label.

    Between two rows of figures there may be rows without any: each begins behind a rule, or with a label that begins
    with a number; or all lines are too far apart for one label.
    """
    parts = _before(lines, start, rows[0], rules)
    for upper, lower in pairwise(rows):
        between = list(range(upper + 1, lower))
        first, *others = _segments(lines, [upper, *between, lower], rules)
        parts[-1] += first[1:]
        parts += others
    last = parts[-1]
    while last[-1] + 1 < len(lines) and goes_on(lines, last[-1] + 1, rows[-1], rules):
        last.append(last[-1] + 1)
    return parts


def _before(lines: list[Line], start: int, row: int, rules: list[float]) -> list[list[int]]:
    """Return the first row of figures, with rows without figures above it.

    A first row without a label on its own line has it on the lines above, up to the widest gap.
    """
    first = lines[row].figures[0][0].x0
    above = [index for index in range(start, row) if lines[index].pieces[-1][-1].x1 < first]
    while above and above != list(range(above[0], row)):
        above.pop(0)
    if not above:
        return [[row]]
    own = lines[row].labels[-1] if lines[row].labels else lines[above[-1]].pieces[-1]
    numbered = [index for index in above if _is_numbered(lines[index], [own])]
    if not rules and numbered and (len(numbered) > 1 or _is_numbered(lines[row], [own])):
        return _cut_before([*above[above.index(numbered[0]) :], row], [*numbered[1:], row][: len(numbered)])
    parted = [after for before, after in pairwise([*above, row]) if _ruled_off(lines, before, after, rules)]
    if parted and numbered:
        return _cut_before([*above[above.index(numbered[0]) :], row], parted)
    if lines[row].labels:
        return [[row]]
    if parted:
        return [list(range(parted[-1], row + 1))]
    cut = _cut_at(lines, [*above, row], rules) if len(above) > 1 else above[0]
    return [[*(index for index in above if index >= cut), row]]


def _segments(lines: list[Line], indices: list[int], rules: list[float]) -> list[list[int]]:
    """Return the lines from one row of figures to the next as rows: the first and the last, and those between."""
    parted = [after for before, after in pairwise(indices) if _ruled_off(lines, before, after, rules)]
    if parted:
        return _cut_before(indices, parted)
    owns = [lines[index].labels[-1] for index in (indices[-1], indices[0]) if lines[index].labels]
    numbered = [index for index in indices[1:] if _is_numbered(lines[index], owns)]
    if numbered and (len(numbered) > 1 or len(indices) == 2):
        return _cut_before(indices, numbered)
    if all(lines[after].top - lines[before].bottom > OWN * lines[after].height for before, after in pairwise(indices)):
        return [[index] for index in indices]
    return _cut_before(indices, [_cut_at(lines, indices, rules)] if len(indices) > 2 else [indices[-1]])


def _ruled_off(lines: list[Line], before: int, after: int, rules: list[float]) -> bool:
    """Return whether a rule stands between two lines."""
    return any(lines[before].middle < rule < lines[after].middle for rule in rules)


def _cut_before(indices: list[int], cuts: list[int]) -> list[list[int]]:
    """Return ``indices`` in parts that begin with the first and with each of ``cuts``."""
    parts: list[list[int]] = [[]]
    for index in indices:
        if index in cuts and parts[-1]:
            parts.append([])
        parts[-1].append(index)
    return parts


def _cut_at(lines: list[Line], indices: list[int], rules: list[float]) -> int:
    """Return the first of the lines between two rows that belongs to the lower one.

    After a rule; at the one line whose label begins with a number; or after the widest gap.
    """
    for before, after in pairwise(indices):
        if _ruled_off(lines, before, after, rules):
            return after
    owns = [lines[index].labels[-1] for index in (indices[-1], indices[0]) if lines[index].labels]
    numbered = [index for index in indices[1:] if _is_numbered(lines[index], owns)]
    if len(numbered) == 1:
        return numbered[0]
    gaps = [
        (lines[after].top - lines[before].bottom, -abs(position - (len(indices) - 2) / 2), after)
        for position, (before, after) in enumerate(pairwise(indices))
    ]
    return max(gaps)[2]


def is_numbered(label: str) -> bool:
    """Return whether a label begins with a number."""
    return _NUMBERED.match(squeeze(label)) is not None


def _is_numbered(line: Line, owns: Sequence[list[Word]]) -> bool:
    """Return whether the last label on a line begins with a number, and stands over or under one of ``owns``."""
    if not line.labels:
        return False
    label = line.labels[-1]
    under = any(overlap(label[0].x0, label[-1].x1, own[0].x0, own[-1].x1) > 0 for own in owns)
    return under and is_numbered(label[0].text)
