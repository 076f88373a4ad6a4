"""Blanks that the form's own sums leave no doubt about. Nothing is filled unless somebody asks for it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gxstudy.forms import editions, load
from gxstudy.panel.frame import Exclusion, Panel, Wide, bridge

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fill_proved"]

_EMPTY = ("blank", "slash")
_Sum = tuple[tuple[str, ...], tuple[str, ...]]


def fill_proved(panel: Panel) -> Panel:
    """Fill the blanks whose number follows from the figures printed around them.

    Two rules, applied to every sum of the form until nothing changes. *Zeros*: the terms of one side are all printed,
    and those printed on the other already add up to as much; counts cannot be negative, so the blanks are 0. *Totals*:
    a total is blank and all its parts are known; it is their sum. Anything else stays blank, above all where a sum
    fails, or where not every place could be read.

    Parameters
    ----------
    panel
        Of reports whose places were looked at: a place that is ``unseen``, ``absent`` or ``unreadable`` keeps every sum
        that contains it from being used.

    Returns
    -------
    Panel
        The same reports. Filled places have the state ``derived`` and the grade ``unchecked``, and are counted among
        the exclusions as ``blank_proved``. A row that stands for others is their sum, as in :func:`gxstudy.panel`.
    """
    values, states = panel.frame[list(panel.states.columns)].copy(), panel.states.copy()
    grades = panel.grades.copy()
    filled = 0
    for report, edition in zip(panel.frame.index.tolist(), panel.frame["edition"], strict=True):
        found = _solved(values.loc[report].dropna().to_dict(), states.loc[report], str(edition))
        for place, number in found.items():
            values.loc[report, place] = number
            states.loc[report, place] = "derived"
            grades.loc[report, place] = "unchecked"
        filled += len(found)
    wide = bridge(Wide(values, states, grades))
    frame = panel.frame.drop(columns=values.columns).join(wide.numbers)
    why = "left blank, and filled on request: the form's own sums leave one number"
    told = (Exclusion("blank_proved", filled, "figures", why),) if filled else ()
    return Panel(frame, wide.states, wide.grades, (*panel.exclusions, *told))


def _solved(known: dict[str, float], states: pd.Series[str], edition: str) -> dict[str, float]:
    """Return the numbers of the blanks that can be told."""
    empty = {str(place) for place in states.index[states.isin(_EMPTY)]}
    sums = [
        one for one in _sums(edition, states) if all(place in known or place in empty for side in one for place in side)
    ]
    found: dict[str, float] = {}
    while True:
        new: dict[str, float] = {}
        for left, right in sums:
            new |= _told(left, right, known) | _told(right, left, known)
        if not new:
            return found
        known = known | new
        found |= new


def _told(whole: tuple[str, ...], parts: tuple[str, ...], known: dict[str, float]) -> dict[str, float]:
    """Return what one side of a sum, all known, says of the blanks on the other."""
    blanks = [place for place in parts if place not in known]
    if not blanks or any(place not in known for place in whole):
        return {}
    left = sum(known[place] for place in whole) - sum(known[place] for place in parts if place in known)
    if left == 0:
        return dict.fromkeys(blanks, 0.0)
    return {blanks[0]: left} if len(parts) == 1 else {}


def _sums(edition: str, states: pd.Series[str]) -> list[_Sum]:
    """Return every sum of the form as two sides of panel columns; none for a report whose edition is not one."""
    if edition not in editions():
        return []
    form = load(edition)
    tables = {table.key: table for table in form.tables}
    sums: list[_Sum] = []
    for identity in form.identities:
        table = tables[identity.table]
        instead = {
            part: row.key
            for row in table.rows
            for part in row.replaces
            if all(states.get(f"{table.key}.{one}.total", "absent") == "absent" for one in row.replaces)
        }
        rows = [row.key for row in table.rows if row.key not in instead]
        across = [column.key for column in table.columns] if identity.along == "column" else rows
        for at in across:
            left, right = (
                tuple(dict.fromkeys(_place(table.key, instead.get(term, term), at, identity.along) for term in side))
                for side in (identity.left, identity.right)
            )
            sums.append((left, right))
    return [one for one in sums if all(place in states.index for side in one for place in side)]


def _place(table: str, term: str, at: str, along: str) -> str:
    return f"{table}.{term}.{at}" if along == "column" else f"{table}.{at}.{term}"
