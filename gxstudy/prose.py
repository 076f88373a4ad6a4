"""The narrative -> Facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from gxstudy.layout import Box

__all__ = ["Fact", "Fee", "Heading"]


class Fact(NamedTuple):
    """One count said in prose: ``key`` names the quantity, ``text`` is the clause that says it, ``boxes`` where."""

    key: str
    value: int | Decimal
    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Fee:
    """What a report says about the information-processing fee (国办函〔2020〕109号).

    ``stated``: ``"none"`` (says that none was charged), ``"charged"``, or None (says nothing). Amounts in yuan.
    """

    stated: Literal["none", "charged"] | None = None
    yuan: int | Decimal | None = None
    billed: int | Decimal | None = None
    cases: int | None = None
    text: str = ""
    boxes: tuple[Box, ...] = ()


class Heading(NamedTuple):
    """Who reports on which year, from the title (or, failing that, from the text), and where it is said."""

    organ: str | None
    year: int | None
    text: str
    boxes: tuple[Box, ...]
