"""Invented figures for tests and benchmarks: sums that hold or not, all numbers different or most of them zero."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal

from gxstudy import forms
from gxstudy.specimens.values import Place, Specimen, places

__all__ = ["Kind", "invented"]

Kind = Literal["distinct", "unbalanced", "sparse"]
_Values = dict[Place, int]


def invented(specimen: Specimen, *, seed: int, kind: Kind = "distinct", zero: str = "0") -> dict[Place, str]:
    """Invent a figure for every place that ``specimen`` prints.

    Parameters
    ----------
    specimen
        Its form, variant and blocks decide which places there are; its own figures are not looked at.
    seed
        The same seed gives the same figures.
    kind
        ``distinct``: every identity holds and no number stands twice, so that a shifted cell is seen. ``unbalanced``:
        no number stands twice, sums are left to chance. ``sparse``: every identity holds, most figures are zero.
    zero
        What is printed for zero: ``0``, ``/``, ``-``, or nothing.

    Returns
    -------
    dict
        Printed text by place.
    """
    numbers = random.Random(seed)
    shown = places(specimen)
    while True:
        if kind == "unbalanced":
            values = dict(zip(shown, numbers.sample(range(1, 10_000), len(shown)), strict=True))
        else:
            values = _balanced(specimen, shown, numbers, kind)
        if kind == "sparse" or len(set(values.values())) == len(values):
            return {place: str(value) if value else zero for place, value in values.items()}


def _balanced(specimen: Specimen, shown: tuple[Place, ...], numbers: random.Random, kind: Kind) -> _Values:
    form = forms.load(specimen.edition)
    leaves = _few(numbers) if kind == "sparse" else iter(numbers.sample(range(1, 1000), 400))
    totals = {identity.table: identity for identity in form.identities if identity.along == "row"}
    values: _Values = {place: next(leaves) for place in shown}
    for column in totals["applications"].left:
        _balance_column(values, column)
    for table, row, column in shown:
        if table in totals and column in totals[table].right:
            values[table, row, column] = sum(values[table, row, term] for term in totals[table].left)
    return values


def _balance_column(values: _Values, column: str) -> None:
    """Set the total handled to the sum of the outcomes, and the new applications to what then balances."""
    rows = [row for table, row, at in values if table == "applications" and at == column]
    outcomes = [row for row in rows if row not in ("new", "carried_in", "handled_total", "carried_out")]

    def value(row: str) -> int:
        return values.get(("applications", row, column), 0)

    handled = sum(map(value, outcomes))
    if "handled_total" in rows:
        values["applications", "handled_total", column] = handled
    if "carried_in" in rows:
        values["applications", "carried_in", column] = min(value("carried_in"), handled + value("carried_out"))
    if "new" in rows:
        values["applications", "new", column] = handled + value("carried_out") - value("carried_in")


def _few(numbers: random.Random) -> Iterator[int]:
    while True:
        yield numbers.randint(1, 30) if numbers.random() < 0.15 else 0
