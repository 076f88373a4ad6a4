"""Plain values of this room: what is known of an organ from its name, and the closed lists of its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

__all__ = ["LEVELS", "SECTORS", "Level", "Organ", "Place", "Reason", "Sector"]

Level = Literal["national", "province", "prefecture", "county", "township", "development_zone", "corps"]
Sector = Literal[
    "agriculture",
    "audit",
    "civil_affairs",
    "commerce",
    "culture",
    "data",
    "education",
    "emergency",
    "environment",
    "finance",
    "forestry",
    "government",
    "health",
    "housing",
    "hr",
    "industry",
    "justice",
    "market",
    "medical_insurance",
    "meteorology",
    "natural_resources",
    "other",
    "police",
    "science",
    "sport",
    "statistics",
    "tax",
    "transport",
    "urban_mgmt",
    "veterans",
    "water",
]

LEVELS: tuple[Level, ...] = get_args(Level)
"""Closed list of levels.

The first five are the rank of the place an organ works for. ``development_zone`` is an organ of a zone, new area or
scenic area with an administration of its own, whose rank its name does not tell; ``corps`` one of 新疆生产建设兵团.
"""
SECTORS: tuple[Sector, ...] = get_args(Sector)
"""Closed list of sectors; ``other`` is a kind of organ that is known and has no sector of its own."""


class Reason(NamedTuple):
    """Which row of a table, or which rule, decided a field."""

    field: str
    by: str


class Place(NamedTuple):
    """One administrative division as it was called in one year."""

    province: str
    prefecture: str | None
    county: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Organ:
    """What the name of an organ tells of it.

    Attributes
    ----------
    name
        As given.
    province, prefecture, county
        Full names as of that year. None: unknown, or not applicable (a prefecture's organ has no county, a district of
        Beijing no prefecture); ``unknown`` tells the two apart.
    code
        Six-digit administrative code, as of that year, of the lowest of these places.
    area
        Zone, new area or division of the corps that the organ belongs to, as written in the name.
    township
        Township, town or sub-district, as written in the name.
    level
        One of :data:`LEVELS`.
    vertical
        Whether it is led from the ministry down rather than by the government of its place (tax, customs, meteorology);
        None where the kind of organ is unknown. County branches of a prefecture's bureau are not meant.
    kind
        Key of the row of ``kinds.csv`` that the name falls under: finer than the sector.
    sector
        One of :data:`SECTORS`.
    unknown
        Fields that apply to the organ and are not known.
    candidates
        Where the name fits several places, all of them; the fields on which they differ are unknown.
    reasons
        What decided each field.
    """

    name: str
    province: str | None
    prefecture: str | None
    county: str | None
    code: str | None
    area: str | None
    township: str | None
    level: Level | None
    vertical: bool | None
    kind: str | None
    sector: Sector | None
    unknown: tuple[str, ...]
    candidates: tuple[Place, ...]
    reasons: tuple[Reason, ...]
