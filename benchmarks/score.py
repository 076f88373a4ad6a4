"""How many figures a reader got right: one lenient scoring for tables without a form, one strict for entries with keys.

Tables of general extractors know no form, so they are read here with the form at hand and with every doubt decided in
their favour: where a row could be taken in several ways, the best way counts. What is asked is only that the right
number stands in the right row at the right place of the row. The rules are in README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import NamedTuple

from peers import Entries, Grid
from rapidfuzz import fuzz

from gxstudy import forms
from gxstudy.text import label_key, read_number, squeeze

Truth = dict[tuple[str, str, str], str]
"""The printed text of every place by table, row and column, in print order; "" where a cell is blank."""


class Score(NamedTuple):
    right: int
    wrong: int
    missing: int

    def __add__(self, other: Score) -> Score:  # type: ignore[override]
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


NOTHING = Score(0, 0, 0)


def printed_figures(truth: Truth) -> int:
    """Return how many places are not blank: only those are scored."""
    return sum(bool(squeeze(printed)) for printed in truth.values())


class Line(NamedTuple):
    """One row of a raw table: the text that is no number, and the ways to read its numbers."""

    label: str
    readings: tuple[tuple[str, ...], ...]


def of_entries(entries: Entries, truth: Truth) -> Score:
    """Strict: the printed text under the same keys.

    What is read in a blank cell is wrong too; what is said to be unreadable is missing.
    """
    found = {
        (table, row, column): "" if status == "unreadable" else raw for table, row, column, raw, status, _ in entries
    }
    score = NOTHING
    for place, printed in truth.items():
        raw = found.get(place)
        if not squeeze(printed):
            score += Score(0, bool(raw), 0)
        elif raw is not None and squeeze(raw) == squeeze(printed):
            score += Score(1, 0, 0)
        elif raw:
            score += Score(0, 1, 0)
        else:
            score += Score(0, 0, 1)
    return score


def of_grids(grids: Sequence[Grid], truth: Truth) -> Score:
    """Lenient: the best that can be made of plain tables."""
    lines = [line for grid in grids for line in _lines(grid)]
    by_row: dict[str, dict[str, list[str]]] = {}
    for (table, row, _), printed in truth.items():
        by_row.setdefault(table, {}).setdefault(row, []).append(squeeze(printed))
    score = _disclosure(lines, by_row.get("disclosure", {}))
    score += _applications(lines, by_row.get("applications", {}))
    return score + _disputes(lines, by_row.get("disputes", {}))


# ------------------------------------------------------------------------------------------------------ raw tables


def _is_number(text: str) -> bool:
    return read_number(text).status in ("read", "annotated", "slash")


def _lines(grid: Grid) -> list[Line]:
    width = max((len(row) for row in grid), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in grid]
    numbered = [column for column in range(width) if any(_is_number(row[column]) for row in rows)]
    return [_line(row, numbered) for row in rows]


def _line(row: Sequence[str], numbered: Sequence[int]) -> Line:
    label, tokens = [], []
    last_label = -1
    for column, cell in enumerate(row):
        parts = cell.split()
        if parts and all(_is_number(part) for part in parts):
            tokens += parts  # numbers that stand in one cell are taken apart
        elif parts:
            are_numbers, last = [(numeric, list(run)) for numeric, run in groupby(parts, _is_number)][-1]
            numbers = last if are_numbers else []
            label.append(cell)
            last_label = column
            tokens = numbers if len(numbers) > 3 else []  # a label fused with its numbers
    readings = (
        tuple(squeeze(token) for token in tokens),
        tuple(squeeze(row[column]) for column in numbered),
        tuple(squeeze(cell) for cell in row[last_label + 1 :]),
    )
    return Line(label_key("".join(label)), readings)


def _compared(line: Line, wanted: Sequence[str]) -> Score | None:
    """Return the best score of a row; a reading of another length counts by what stands in the right order.

    None where no reading has about as many figures as the row.
    """
    count = _nothing_of(wanted).missing
    scores = []
    for reading in line.readings:
        if len(reading) == len(wanted):
            pairs = [(a, b) for a, b in zip(reading, wanted, strict=True) if a and b]
            right = sum(a == b for a, b in pairs)
            wrong = len(pairs) - right
        elif abs(len(reading) - len(wanted)) <= 2:
            blocks = SequenceMatcher(None, reading, wanted, autojunk=False).get_matching_blocks()
            right = sum(bool(wanted[n]) for block in blocks for n in range(block.b, block.b + block.size))
            wrong = 0
        else:
            continue
        scores.append(Score(right, wrong, count - right - wrong))
    return max(scores, default=None, key=lambda one: (one.right, -one.wrong))


def _nothing_of(wanted: Sequence[str]) -> Score:
    return Score(0, 0, sum(map(bool, wanted)))


# ------------------------------------------------------------------------------------------------- the three tables


def _labels(table: str) -> dict[str, list[str]]:
    """Return the label keys of every row over all editions."""
    known: dict[str, list[str]] = {}
    for edition in forms.editions():
        for row in forms.load(edition).table(table).rows:
            known.setdefault(row.key, []).extend(label_key(label) for label in (row.label, *row.synonyms))
    return known


def _disclosure(lines: Sequence[Line], rows: dict[str, list[str]]) -> Score:
    labels = _labels("disclosure")
    score = NOTHING
    for row, wanted in rows.items():
        named = [line for line in lines if any(label in line.label for label in labels[row])]
        found = [one for line in named if (one := _compared(line, wanted)) is not None]
        score += max(found, default=_nothing_of(wanted), key=lambda one: (one.right, -one.wrong))
    return score


def _applications(lines: Sequence[Line], rows: dict[str, list[str]]) -> Score:
    """Align the rows of numbers with the form's rows, in order: by label, an unlabelled one by its place."""
    labels = _labels("applications")
    printed = [line for line in lines if any(1 <= _numbers(reading) <= 9 for reading in line.readings)]
    keys = list(rows)
    gains = [[_gain(line, labels[key]) for key in keys] for line in printed]
    best = [[0] * (len(keys) + 1) for _ in range(len(printed) + 1)]
    for i in range(1, len(printed) + 1):
        for j in range(1, len(keys) + 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + gains[i - 1][j - 1])
    matched: dict[str, Line] = {}
    i, j = len(printed), len(keys)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            matched[keys[j]] = printed[i]
    score = NOTHING
    for key, wanted in rows.items():
        line = matched.get(key)
        found = _compared(line, wanted) if line is not None else None
        score += found if found is not None else _nothing_of(wanted)
    return score


def _numbers(reading: Sequence[str]) -> int:
    return len(reading) - reading.count("")


def _gain(line: Line, labels: Sequence[str]) -> int:
    """Return what it is worth to take a line for a row; one of few numbers counts only by its label."""
    few = all(_numbers(reading) < 5 for reading in line.readings)
    if not line.label:
        return 0 if few else 10
    likeness = max(fuzz.partial_ratio(label, line.label) if len(line.label) >= len(label) else 0.0 for label in labels)
    if likeness < 85:
        likeness = max(fuzz.ratio(label, line.label) for label in labels)
    return 100 if likeness >= 85 else 0 if few else 1


def _disputes(lines: Sequence[Line], rows: dict[str, list[str]]) -> Score:
    wanted = [printed for figures in rows.values() for printed in figures]
    if not wanted:
        return NOTHING
    found = [one for line in lines if (one := _compared(line, wanted)) is not None]
    return max(found, default=_nothing_of(wanted), key=lambda one: (one.right, one.wrong))


# ----------------------------------------------------------------------------------------------------- any tables


class Relations(NamedTuple):
    """Neighbouring texts, as the ICDAR 2013 table competition counts them: found, true, and both."""

    found: int
    true: int
    both: int

    def __add__(self, other: Relations) -> Relations:  # type: ignore[override]
        return Relations(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        return 2 * self.both / (self.found + self.true) if self.found + self.true else 0.0


NO_RELATIONS = Relations(0, 0, 0)


def relations(grids: Sequence[Grid], truth: Sequence[Grid]) -> Relations:
    """Compare the neighbour relations of all tables of a page."""
    found = [pair for grid in grids for pair in _neighbours(grid)]
    true = [pair for grid in truth for pair in _neighbours(grid)]
    left = list(true)
    both = 0
    for pair in found:
        if pair in left:
            left.remove(pair)
            both += 1
    return Relations(len(found), len(true), both)


def exact(grids: Sequence[Grid], truth: Sequence[Grid]) -> int:
    """Return how many of the true tables are among ``grids`` with every text at its place."""
    found = [_plain(grid) for grid in grids]
    return sum(_plain(grid) in found for grid in truth)


def _plain(grid: Grid) -> Grid:
    return [["".join(cell.split()) for cell in row] for row in grid]


def _neighbours(grid: Grid) -> list[tuple[str, str, str]]:
    """Return (text, next text, direction) for every text and the next one that is not blank, rightward and downward."""
    rows = _plain(grid)
    width = max((len(row) for row in rows), default=0)
    columns = [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]
    pairs = []
    for lines, direction in ((rows, "right"), (columns, "down")):
        for line in lines:
            texts = [text for text in line if text]
            pairs += [(a, b, direction) for a, b in pairwise(texts)]
    return pairs
