"""The tables of this room, read once: kinds of organ, central bodies, areas, aliases, reforms, lineages of places."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from gxstudy.errors import CallError
from gxstudy.organs.values import LEVELS, SECTORS, Level, Sector

__all__ = [
    "Alias",
    "Area",
    "Kind",
    "Lineage",
    "Match",
    "Reform",
    "aliases",
    "areas",
    "central",
    "find_kind",
    "kinds",
    "lineages",
    "reforms",
    "without_kinds",
]

_HERE = Path(__file__).parent
_Word = TypeVar("_Word", bound=str)


class Kind(NamedTuple):
    """One row of ``kinds.csv``: a pattern in the name of an organ, and what it says.

    ``vertical`` is ``province`` where only the provincial body is led from above. ``district`` is ``other`` where the
    place in the name is not the district that the organ works for (customs, universities), so that it tells no level.
    """

    key: str
    sector: Sector
    pattern: str
    vertical: Literal["yes", "no", "province"]
    district: Literal["place", "other"]
    example: str


class Area(NamedTuple):
    """One row of ``areas.csv``: a zone, new area or corps division that is no administrative division."""

    name: str
    level: Level
    province: str
    prefecture: str | None
    county: str | None


class Alias(NamedTuple):
    """One row of ``aliases.csv``: a short name of a place that no rule gives."""

    alias: str
    name: str
    province: str


class Reform(NamedTuple):
    """One row of ``reforms.csv``: what a reform made of one kind of organ.

    ``same`` says whether the organ afterwards is the one before under another name. Where it is not, what the organ
    had carried over cannot be followed by name.
    """

    year: int
    before: str
    after: str
    same: bool
    reason: str
    source: str


class Lineage(NamedTuple):
    """One row of ``lineage.csv``: what a change of administrative divisions made of one county."""

    year: int
    before: str
    before_name: str
    after: str
    after_name: str
    same: bool
    reason: str


class Match(NamedTuple):
    """Where in a name which kind of organ stands."""

    kind: Kind
    start: int
    end: int


def _rows(table: str) -> Iterator[dict[str, str]]:
    with (_HERE / table).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _one_of(word: str, words: tuple[_Word, ...], where: str) -> _Word:
    for known in words:
        if word == known:
            return known
    msg = f"{where}: {word!r} is not one of {', '.join(words)}"
    raise CallError(msg)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the patterns of kinds of organ. Where two match at one place of a name, the earlier row counts."""
    return tuple(
        Kind(
            row["kind"],
            _one_of(row["sector"], SECTORS, "kinds.csv"),
            row["pattern"],
            _one_of(row["vertical"], ("yes", "no", "province"), "kinds.csv"),
            _one_of(row["district"], ("place", "other"), "kinds.csv"),
            row["example"],
        )
        for row in _rows("kinds.csv")
    )


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{number}>{kind.pattern})" for number, kind in enumerate(kinds())))


def find_kind(text: str, start: int = 0) -> Match | None:
    """Return the leftmost kind of organ that ``text`` names from ``start`` on: what is named first is the main duty."""
    found = _pattern().search(text, start)
    if found is None or found.lastgroup is None:
        return None
    return Match(kinds()[int(found.lastgroup[1:])], found.start(), found.end())


def without_kinds(text: str) -> tuple[str, ...]:
    """Return what is left of ``text`` between the words for kinds of organ."""
    pieces, last = [], 0
    for found in _pattern().finditer(text):
        pieces.append(text[last : found.start()])
        last = found.end()
    return (*pieces, text[last:])


@cache
def central() -> dict[str, Sector]:
    """Return the sectors of central bodies by name."""
    return {row["name"]: _one_of(row["sector"], SECTORS, "central.csv") for row in _rows("central.csv")}


@cache
def areas() -> dict[str, Area]:
    """Return the areas that are no administrative divisions, by name."""
    return {
        row["name"]: Area(
            row["name"],
            _one_of(row["level"], LEVELS, "areas.csv"),
            row["province"],
            row["prefecture"] or None,
            row["county"] or None,
        )
        for row in _rows("areas.csv")
    }


@cache
def aliases() -> tuple[Alias, ...]:
    """Return the short names of places that no rule gives."""
    return tuple(Alias(row["alias"], row["name"], row["province"]) for row in _rows("aliases.csv"))


@cache
def reforms() -> tuple[Reform, ...]:
    """Return what reforms made of kinds of organ, with reason and source of each."""
    return tuple(
        Reform(int(row["year"]), row["before"], row["after"], row["same"] == "yes", row["reason"], row["source"])
        for row in _rows("reforms.csv")
    )


@cache
def lineages() -> tuple[Lineage, ...]:
    """Return what became of counties whose name or code changed since 2019, with the reason of each."""
    return tuple(
        Lineage(
            int(row["year"]),
            row["before"],
            row["before_name"],
            row["after"],
            row["after_name"],
            row["same"] == "yes",
            row["reason"],
        )
        for row in _rows("lineage.csv")
    )
