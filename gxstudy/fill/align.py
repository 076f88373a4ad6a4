"""Which printed row is which row of the form: order and likeness of labels together.

A label may be misprinted, cut off or missing; its neighbours still say which row it is. Printed rows and form rows
keep their order, so the best alignment is found by dynamic programming over both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from gxstudy import forms
from gxstudy.text import label_key

__all__ = [
    "Label",
    "Match",
    "align",
    "all_between",
    "begins",
    "fused",
    "holds_another",
    "likeness",
    "longest_label",
    "orders",
    "stands_under",
]

EXACT = 100.0
CONTAINED = 90.0
"""What a label is worth that holds the whole label of the form and more (of a neighbouring column)."""
WHOLE = 5
"""Labels shorter than this may stand in others by chance."""
ENOUGH = 62.0
"""Labels less alike than this (0 to 100) are not taken for one another."""
NAMELESS = 30.0
"""What a printed row without a label is worth at a form row."""
PASSED_FORM = -2.0
"""Cost of a form row that is not printed."""
PASSED_PRINT = -12.0
"""Cost of a printed row that is no form row."""
KIN = 4.0
"""Bonus for the right merged label above, and malus for a wrong one."""


class Label(NamedTuple):
    """The label of one printed row: its own, and the merged one it stands under (label keys; "" for none)."""

    own: str
    above: str


@cache
def _whole(table: str) -> frozenset[str]:
    """Return the labels of rows of ``table`` that are long enough to stand for themselves."""
    return frozenset(label for row in _known(table) for label in row.labels if len(label) >= WHOLE)


@cache
def _labels(table: str) -> frozenset[str]:
    return frozenset(label for row in _known(table) for label in row.labels)


@lru_cache(maxsize=1 << 12)
def fused(table: str, printed: str) -> bool:
    """Return whether a printed label key holds the labels of two rows: a rule between them was not seen."""
    labels = _labels(table)
    if printed in labels:
        return False
    if any(printed.startswith(label) and printed[len(label) :] in labels for label in labels):
        return True
    inside = [label for label in _whole(table) if label in printed]
    return any(one not in other and other not in one for one in inside for other in inside)


@lru_cache(maxsize=1 << 12)
def holds_another(table: str, above: str) -> bool:
    """Return whether the key of a merged label holds the whole label of a row beside its own text."""
    return any(label != above and label in above for label in _whole(table))


@cache
def orders(table: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of ``table`` in print order, for every edition, with and without rows in place of others."""
    found = (
        tuple(dict.fromkeys(row for row, _ in forms.load(edition).table(table).places(variant=variant)))
        for edition in forms.editions()
        for variant in (False, True)
    )
    return tuple(dict.fromkeys(found))


def all_between(table: str, before: str | None, rows: Sequence[str | None], after: str | None) -> bool:
    """Return whether ``rows`` are all that some edition prints between two rows (None: the beginning, the end)."""
    for order in orders(table):
        if (before is None or before in order) and (after is None or after in order):
            first = 0 if before is None else order.index(before) + 1
            last = len(order) if after is None else order.index(after)
            if order[first:last] == tuple(rows):
                return True
    return False


@lru_cache(maxsize=1 << 12)
def stands_under(table: str, row: str, label: str) -> bool:
    """Return whether a label key is that of the merged label over ``row``."""
    return any(known.key == row and label in known.above for known in _known(table))


def begins(table: str, row: str, label: Label) -> bool:
    """Return whether a printed label is the beginning of that of ``row``: the rest of it stands elsewhere."""
    own = label.own
    return bool(own) and any(
        known.startswith(own) and known != own for each in _known(table) if each.key == row for known in each.labels
    )


@cache
def longest_label(table: str, row: str) -> int:
    """Return the length of the longest label key of ``row``."""
    return max(len(label) for known in _known(table) if known.key == row for label in known.labels)


class Match(NamedTuple):
    """A form row for a printed row (None: no row of the form), and whether the label was exactly one of its prints."""

    row: str | None
    exact: bool


class _Known(NamedTuple):
    key: str
    labels: frozenset[str]
    above: frozenset[str]


@cache
def _known(table: str) -> tuple[_Known, ...]:
    """Return the rows of ``table`` over all editions, in print order, with the keys of their labels."""
    known: dict[str, _Known] = {}
    for edition in reversed(forms.editions()):
        form = forms.load(edition).table(table)
        for row in form.rows:
            above = form.parents(row.group)[-1:]
            labels = frozenset(label_key(label) for label in (row.label, *row.synonyms))
            parents = frozenset(label_key(label) for group in above for label in (group.label, *group.synonyms))
            if row.key not in known:
                known[row.key] = _Known(row.key, labels, parents)
    return tuple(known.values())


def likeness(printed: str, labels: frozenset[str]) -> float:
    """Return how alike a printed label key and the nearest of ``labels`` are, 0 to 100."""
    if printed in labels:
        return EXACT
    if any(len(label) >= WHOLE and label in printed for label in labels):
        return CONTAINED
    from rapidfuzz import fuzz

    return max(fuzz.ratio(printed, label) for label in labels)


def align(table: str, printed: Sequence[Label]) -> list[Match]:
    """Return, for each printed row, the row of ``table`` that it is.

    Parameters
    ----------
    table
        Key of the table.
    printed
        The labels of the printed rows, in order.
    """
    known = _known(table)
    anchors = _anchors(known, printed)
    matches: list[Match] = []
    passed = 0
    for row, number in (*anchors, (len(known), len(printed))):
        # What lies between two labels that are exact belongs between their rows.
        matches += _best(known[passed:row], printed[len(matches) : number])
        if number < len(printed):
            matches.append(Match(known[row].key, exact=True))
        passed = row + 1
    return matches


def _anchors(known: tuple[_Known, ...], printed: Sequence[Label]) -> list[tuple[int, int]]:
    """Return the (form row, printed row) positions of exact labels; none when they are not in the form's order."""
    positions = {label: index for index, row in enumerate(known) for label in row.labels}
    anchors = [
        (positions[label.own], number) for number, label in enumerate(printed) if label.own and label.own in positions
    ]
    in_order = all(before[0] < after[0] for before, after in pairwise(anchors))
    return anchors if in_order else []


def _score(label: Label, row: _Known, exact: frozenset[str]) -> float:
    """Return how well a printed label fits a row; ``exact`` are the labels of all rows, none of which is another's."""
    if not label.own:
        score = NAMELESS
    elif label.own in exact and label.own not in row.labels:
        return -1000.0
    else:
        score = likeness(label.own, row.labels)
        if score < ENOUGH:
            return -1000.0
    if label.above and row.above:
        score += KIN if label.above in row.above else -KIN
    return score


def _best(known: tuple[_Known, ...], printed: Sequence[Label]) -> list[Match]:
    """Return the alignment of the highest total score."""
    if not printed:
        return []
    wide = len(known) + 1
    exact = frozenset(label for row in known for label in row.labels)
    totals = [[PASSED_FORM * j for j in range(wide)]]
    steps = [["form"] * wide]
    for label in printed:
        above = totals[-1]
        line = [above[0] + PASSED_PRINT]
        step = ["print"]
        for j, row in enumerate(known, 1):
            choices = (
                (above[j - 1] + _score(label, row, exact), "match"),
                (line[j - 1] + PASSED_FORM, "form"),
                (above[j] + PASSED_PRINT, "print"),
            )
            total, taken = max(choices, key=lambda choice: choice[0])
            line.append(total)
            step.append(taken)
        totals.append(line)
        steps.append(step)
    matches: list[Match] = [Match(None, exact=False)] * len(printed)
    i, j = len(printed), len(known)
    while i > 0:
        taken = steps[i][j]
        if taken == "match":
            matches[i - 1] = Match(known[j - 1].key, printed[i - 1].own in known[j - 1].labels)
            i, j = i - 1, j - 1
        elif taken == "form":
            j -= 1
        else:
            i -= 1
    return matches
