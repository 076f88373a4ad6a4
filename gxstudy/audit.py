"""Identities -> Checks, Findings, the grade of every Entry."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

__all__ = ["Check"]


class Check(NamedTuple):
    """One identity tested in one place.

    ``identity`` is its key in the form; ``along`` and ``at`` say where (the column, or the row, of ``table``);
    ``left`` and ``right`` are the two sums; ``entries`` the (row, column) places that took part.
    """

    identity: str
    table: str
    at: str
    left: int | Decimal
    right: int | Decimal
    holds: bool
    entries: tuple[tuple[str, str], ...]
