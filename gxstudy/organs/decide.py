"""The parts of an organ's name -> what they tell of it. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gxstudy.organs.parse import Parsed, central_body, parse
from gxstudy.organs.places import COUNTY, PREFECTURE, PROVINCE, Division, gazetteer
from gxstudy.organs.tables import central
from gxstudy.organs.values import Level, Organ, Reason

__all__ = ["locate"]

_RANKS: dict[int, Level] = {PROVINCE: "province", PREFECTURE: "prefecture", COUNTY: "county"}
_PLACE_FIELDS = ("province", "prefecture", "county")
# How many of these an organ of a level has; one of another level, or of an unknown one, has all three.
_PLACES_OF: dict[Level | None, int] = {"national": 0, "province": 1, "corps": 1, "prefecture": 2}
_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})


@lru_cache(maxsize=1 << 14)
def locate(name: str, *, year: int | None = None) -> Organ:
    """Return what the name of an organ tells: its place, level, sector, and whether it is led from above.

    Nothing is guessed: what the name does not tell is None and listed in ``unknown``. A name that fits several places
    keeps them as ``candidates``. Reasons say which row of which table decided.

    Parameters
    ----------
    name
        As a report prints it: ``宿迁市科学技术局``, ``国家税务总局广州市白云区税务局``. Any string will do.
    year
        The year that the report is about: places are those of its end. Divisions are known up to 2024; of later years
        those of 2024 are taken, and the reason says so. Names that no place had in that year are looked for in the
        years nearest to it. Without a year, the last one known.

    Raises
    ------
    MissingDependencyError
        When the package with the table of divisions is not installed.
    """
    last = gazetteer().last_year
    parsed = parse(name, last if year is None else min(year, last))
    if year is not None and year > last and parsed.divisions:
        parsed = parsed.because("code", f"divisions of {last}, the last year known")
    return _organ(name, parsed)


def _organ(name: str, parsed: Parsed) -> Organ:
    fields = list(_shared(parsed.divisions))
    level, reasons = _level(parsed)
    body = central_body(parsed.text) if parsed.is_central else ""
    sector = central()[body] if body else parsed.kind.kind.sector if parsed.kind else None
    if sector is None and parsed.township:
        sector, reasons = "government", (*reasons, Reason("sector", f"township {parsed.township}"))
    vertical = _vertical(parsed, level)
    unknown = list(_unknown_places(parsed, level))
    unknown += [what for what, value in (("level", level), ("vertical", vertical), ("sector", sector)) if value is None]
    codes = {one.place.code for one in parsed.divisions}
    if len(codes) != 1 and level != "national":
        unknown.append("code")
    return Organ(
        name=name,
        province=fields[0],
        prefecture=fields[1],
        county=fields[2],
        code=codes.pop() if len(codes) == 1 else None,
        area=parsed.zone or (parsed.area.name if parsed.area else None),
        township=parsed.township,
        level=level,
        vertical=vertical,
        kind=parsed.kind.kind.key if parsed.kind else None,
        sector=sector,
        unknown=tuple(what for what in (*_PLACE_FIELDS, "code", "level", "vertical", "sector") if what in unknown),
        candidates=tuple(one.place for one in parsed.divisions) if len(parsed.divisions) > 1 else (),
        reasons=reasons,
    )


def _shared(divisions: tuple[Division, ...]) -> Iterator[str | None]:
    """Give of each part of the place what all candidates share."""
    for number in range(3):
        names = {one.place[number] for one in divisions}
        yield names.pop() if len(names) == 1 else None


def _level(parsed: Parsed) -> tuple[Level | None, tuple[Reason, ...]]:
    if parsed.level is not None:
        return parsed.level, parsed.reasons
    if parsed.kind is not None and parsed.kind.kind.district == "other":
        by = f"unknown: kinds.csv, {parsed.kind.kind.key}: its district is not the place in its name"
        return None, (*parsed.reasons, Reason("level", by))
    ranks = {one.rank for one in parsed.divisions}
    if len(ranks) != 1 or any(reason.field == "level" for reason in parsed.reasons):
        return None, parsed.reasons
    if parsed.kind is None:
        return None, (*parsed.reasons, Reason("level", "unknown: no kind of organ after the place"))
    if ranks == {PROVINCE} and parsed.is_short and parsed.kind.start > len(parsed.text) - len(parsed.tail):
        return None, (*parsed.reasons, Reason("level", "unknown: only in this province, by its short name"))
    level = _RANKS[ranks.pop()]
    return level, (*parsed.reasons, Reason("level", "the lowest place in the name"))


def _vertical(parsed: Parsed, level: Level | None) -> bool | None:
    if parsed.of_central:
        return True
    if parsed.is_central:
        return False
    if parsed.kind is None:
        return False if parsed.township else None
    told = parsed.kind.kind.vertical
    return told == "yes" or (told == "province" and level == "province")


def _unknown_places(parsed: Parsed, level: Level | None) -> Iterator[str]:
    """Give the parts of the place that apply to an organ of this level and are not known."""
    for number, what in enumerate(_PLACE_FIELDS[: _PLACES_OF.get(level, 3)]):
        named = {one.place[number] for one in parsed.divisions}
        if len(named) != 1 or (None in named and not _has_none(parsed.divisions, number)):
            yield what


def _has_none(divisions: tuple[Division, ...], number: int) -> bool:
    """Tell whether places have no such part: no prefecture in Beijing or above Xiantao, no counties in Dongguan."""
    if number == PREFECTURE - 1:
        return all(one.rank == COUNTY or one.place.province in _MUNICIPALITIES for one in divisions)
    return all(one.rank == PREFECTURE and one.prefecture_code in gazetteer().without_counties for one in divisions)
