"""Grids x Form -> Sheets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from gxstudy.layout import Box

__all__ = ["Entry", "Grade", "Sheet", "Status"]

Status = Literal["read", "blank", "slash", "annotated", "unreadable", "absent", "derived"]
Grade = Literal["proved", "consistent", "confirmed", "unchecked", "contradicted"]


class Entry(NamedTuple):
    """One place of a form and what is printed there.

    ``raw`` is the printed text; ``value`` the number it gives, None where ``status`` says there is none; ``boxes`` where
    it stands (several when it wraps or runs over a page; empty for a file without geometry or an absent place).
    """

    table: str
    row: str
    column: str
    raw: str
    value: int | Decimal | None
    status: Status
    grade: Grade
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statutory table as filled in: an :class:`Entry` for each place, in print order.

    ``edition`` is that of the form the table was printed on. Where a row stands in place of others (（六）其他处理 as one
    row) the entries are those of the row that stands there.
    """

    table: str
    edition: str
    entries: tuple[Entry, ...]
