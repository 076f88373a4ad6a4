"""Which print of a table is the organ's own, where a report prints it more than once; and what if nothing tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gxstudy.fill import Copy, Sheet
from gxstudy.prose import PLACES, Fact
from gxstudy.text import squeeze

__all__ = ["Captioned", "contested", "differing", "own_prints"]

HEADING = 40
"""A longer paragraph is no heading of a table."""
_OTHERS = re.compile("下属|所属|附属|直属|二级单位|下级")
_OWN = re.compile("本机关|本级|本单位|汇总|合计|全[省市县区]")
_NAME = re.compile(
    r"^[（(一二三四五六七八九十)）、.．\d]*([\u4e00-\u9fff]{2,25}?"
    r"(?:局|委员会|委|办公室|厅|中心|院|镇|乡|街道|街道办事处|处|所|站|队|公司|学校|大学|中学|小学))"
    r"(?=20\d\d年|政府信息|收到|情况|[:：（(]|$)"
)
"""A name that stands alone or before what the table is of."""


class Captioned(NamedTuple):
    """One print of a table with what stands over it."""

    copy: Copy
    caption: tuple[str, ...]


def own_prints(prints: Sequence[Captioned], organ: str | None, facts: Sequence[Fact]) -> dict[str, int]:
    """Return for each table which of its whole prints is the organ's own, where the text tells.

    Parameters
    ----------
    prints
        The whole prints of the tables that are printed more than once, in document order.
    organ
        Who reports.
    facts
        The counts that the text gives: they are those of the organ.

    Returns
    -------
    dict
        Table and number of the print among its whole ones. A table is left out where two prints have as much for
        themselves. Where several tables are printed equally often, one report follows another, and what tells of one
        table tells of all.
    """
    told: dict[str, int] = {}
    tables = Counter(each.copy.sheet.table for each in prints)
    for table in tables:
        known = [_evidence(each, organ, facts) for each in prints if each.copy.sheet.table == table]
        best = max(known)
        if known.count(best) == 1:
            told[table] = known.index(best)
    if len(tables) > 1 and len(set(told.values())) == len(set(tables.values())) == 1:
        return dict.fromkeys(tables, next(iter(told.values())))
    return told


def _evidence(print_: Captioned, organ: str | None, facts: Sequence[Fact]) -> int:
    """Return what speaks for a print: its caption, and counts of the text that it agrees with."""
    score = 0
    headings = [line for line in map(squeeze, print_.caption) if len(line) <= HEADING and "。" not in line]
    for line in headings:
        name = _NAME.match(line)
        if organ is not None and organ in line:
            score += 1
        elif _OTHERS.search(line) or (name is not None and (organ is None or name[1] not in organ)):
            score -= 1
        elif _OWN.search(line):
            score += 1
    values = {(entry.table, entry.row, entry.column): entry.value for entry in print_.copy.sheet.entries}
    agrees: dict[str, bool] = {}
    for fact in facts:
        places = PLACES.get(fact.key, ())
        numbers = [value for place in places if (value := values.get(place)) is not None]
        if places and len(numbers) == len(places):
            agrees[fact.key] = agrees.get(fact.key, False) or sum(numbers) == fact.value
    return score + sum(1 if right else -1 for right in agrees.values())


def differing(prints: Sequence[Captioned], told: Mapping[str, int]) -> frozenset[tuple[str, str, str]]:
    """Return the places where the prints of a table differ that nothing tells apart."""
    found: set[tuple[str, str, str]] = set()
    values: dict[tuple[str, str, str], set[str]] = {}
    for copy, _ in prints:
        if copy.sheet.table in told:
            continue
        for entry in copy.sheet.entries:
            place = (entry.table, entry.row, entry.column)
            seen = values.setdefault(place, set())
            seen.add(f"{entry.status} {entry.value}")
            if len(seen) > 1:
                found.add(place)
    return frozenset(found)


def contested(sheets: Sequence[Sheet], rivals: frozenset[tuple[str, str, str]]) -> tuple[Sheet, ...]:
    """Return graded sheets where figures that another print of the same place contradicts are *contradicted*."""
    if not rivals:
        return tuple(sheets)
    return tuple(
        Sheet(
            sheet.table,
            sheet.edition,
            tuple(
                entry._replace(grade="contradicted")
                if (entry.table, entry.row, entry.column) in rivals and entry.status not in ("absent", "unreadable")
                else entry
                for entry in sheet.entries
            ),
        )
        for sheet in sheets
    )
