"""What the narrative says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from gxstudy.findings import Finding
from gxstudy.layout import Box

__all__ = ["PLACES", "Fact", "Fee", "Heading"]


class Fact(NamedTuple):
    """One count said in prose: ``key`` names the quantity, ``text`` is the clause that says it, ``boxes`` where."""

    key: str
    value: int | Decimal
    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Fee:
    """What a report says about the information-processing fee (国办函〔2020〕109号).

    ``stated``: ``"none"`` (says that none was charged), ``"charged"``, ``"unclear"`` (speaks of the year's fee in words
    that cannot be read: see ``text``), or None (says nothing). Amounts in yuan:
    ``yuan`` collected, ``billed`` in notices sent out; ``cases`` is the number of cases charged (of notices, where only
    those are counted). Each is None where it is not said.
    """

    stated: Literal["none", "charged", "unclear"] | None = None
    yuan: int | Decimal | None = None
    billed: int | Decimal | None = None
    cases: int | None = None
    text: str = ""
    boxes: tuple[Box, ...] = ()


class Heading(NamedTuple):
    """Who reports on which year, from the title (or, failing that, from the text), and where it is said.

    ``findings``: the year of the title and the statistical period disagree.
    """

    organ: str | None
    year: int | None
    text: str
    boxes: tuple[Box, ...]
    findings: tuple[Finding, ...] = ()


PLACES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
        "applications_received": (("applications", "new", "total"),),
        "applications_carried_in": (("applications", "carried_in", "total"),),
        "applications_handled": (("applications", "handled_total", "total"),),
        "applications_carried_out": (("applications", "carried_out", "total"),),
        "applications_answered": (),
        "reviews": (("disputes", "review", "total"),),
        "suits": (("disputes", "suit_direct", "total"), ("disputes", "suit_after_review", "total")),
        "items_disclosed": (),
    }
)
"""The closed list of quantities, and the places (table, row, column) of the forms whose sum each should equal.

Those without places stand in no table: items disclosed on the organ's own initiative, and applications answered
(答复), which leave out those withdrawn or dropped and are therefore not the total handled.
"""
