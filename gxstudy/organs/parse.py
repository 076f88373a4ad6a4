"""The name of an organ -> its parts: places, zone, township, duty, branch. It is read from its beginning."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gxstudy.organs.places import COUNTY, PREFECTURE, PROVINCE, Division, below, first_place, gazetteer
from gxstudy.organs.tables import Area, Match, areas, central, find_kind
from gxstudy.organs.values import Level, Reason
from gxstudy.organs.zones import Branch, branch, is_branch_of_unknown_rank, township, zone
from gxstudy.text import squeeze

__all__ = ["Parsed", "central_body", "parse"]

_BRACKETED = re.compile(r"\([^()]*\)")
_STATE = re.compile(r"^(?:中华人民共和国|中国共产党|中共)(?=.)")
_CENTRAL_OFFICE = re.compile(r"(?:办公厅|办公室)?")
# 区财政局, 县人民政府: the rank of a place whose name is not given. 市 may be a prefecture or a county.
_RELATIVE: dict[str, Level] = {
    "省": "province",
    "自治区": "province",
    "州": "prefecture",
    "县": "county",
    "旗": "county",
}
_RELATIVE_PLACE = re.compile(r"(?:自治区|[省州县旗区市])(?=委|人民政府|政府|人大|政协)|(?:自治区|[省州县旗市])(?=.)")
_RANK_FIELDS = {PROVINCE: "province", PREFECTURE: "prefecture", COUNTY: "county"}


class Parsed(NamedTuple):
    """A name taken apart: what stands where, before it is decided what that means."""

    text: str = ""
    divisions: tuple[Division, ...] = ()
    area: Area | None = None
    zone: str | None = None
    township: str | None = None
    kind: Match | None = None
    tail: str = ""
    level: Level | None = None
    is_short: bool = False
    is_central: bool = False
    of_central: bool = False
    reasons: tuple[Reason, ...] = ()

    def because(self, what: str, by: str) -> Parsed:
        """Return the same with one more reason."""
        return self._replace(reasons=(*self.reasons, Reason(what, by)))


@lru_cache(maxsize=1 << 14)
def parse(name: str, year: int) -> Parsed:
    """Take the name of an organ apart, with the divisions of ``year``."""
    folded = squeeze(name)
    text = _STATE.sub("", _BRACKETED.sub("", folded))
    bracketed = [found[0][1:-1] for found in _BRACKETED.finditer(folded)]
    parsed = Parsed(text=text)
    start = 0
    body = central_body(text)
    if body:
        rest = text[len(body) :]
        if _CENTRAL_OFFICE.fullmatch(rest):
            parsed = parsed._replace(is_central=True, level="national", tail=text, kind=find_kind(text))
            return parsed.because("level", f"central.csv: {body}").because("sector", f"central.csv: {body}")
        start = len(body)
        parsed = parsed._replace(of_central=True).because("vertical", f"central.csv: branch of {body}")
    parsed, start = _places(parsed, start, year)
    for inside in bracketed:
        parsed = _place_in_brackets(parsed, inside, year)
    parsed, start = _parts(parsed, start)
    return _duty(parsed, start, year)


def central_body(text: str) -> str:
    """Return the central body that ``text`` begins with, or nothing."""
    bodies = central()
    return next((text[:end] for end in range(min(len(text), 18), 2, -1) if text[:end] in bodies), "")


def _places(parsed: Parsed, start: int, year: int) -> tuple[Parsed, int]:
    """Read the places with which the name begins, each within the one before."""
    known = gazetteer()
    while True:
        area = _area(parsed, start)
        if area is not None:
            parsed = _into_area(parsed, area, year)
            start += len(area.name)
            continue
        found = first_place(known.full, parsed.text, start, year, parsed.divisions)
        how = "name"
        if found is None:
            found, how = first_place(known.bare, parsed.text, start, year, parsed.divisions), "short name"
            if found is None or not _short_name_holds(parsed, start, found.end, found.divisions, year):
                return parsed, start
        parsed = _into(parsed, found.divisions, f"{how} {parsed.text[start : found.end]}", year)
        parsed = parsed._replace(is_short=how == "short name")
        start = found.end


def _short_name_holds(parsed: Parsed, start: int, end: int, divisions: tuple[Division, ...], year: int) -> bool:
    """Tell whether a place without the word for its rank (合江生态环境局) is meant as a place.

    A province always. Another only before a zone, before a place within it, or directly before the word for a kind of
    organ; and not where such a word begins with the name itself.
    """
    if all(division.rank == PROVINCE for division in divisions):
        return True
    kind = find_kind(parsed.text, start)
    if kind is not None and kind.start == start and kind.end >= end:
        return False
    if first_place(gazetteer().full, parsed.text, end, year, divisions) or zone(parsed.text, end):
        return True
    kind = find_kind(parsed.text, end)
    return kind is not None and kind.start == end


def _area(parsed: Parsed, start: int) -> Area | None:
    known = areas()
    for end in range(min(len(parsed.text), start + 18), start + 2, -1):
        area = known.get(parsed.text[start:end])
        if area is not None and (not parsed.divisions or any(_holds(one, area) for one in parsed.divisions)):
            return area
    return None


def _holds(division: Division, area: Area) -> bool:
    place = division.place
    return (
        place.province == area.province
        and (place.prefecture is None or area.prefecture is None or place.prefecture == area.prefecture)
        and (place.county is None or area.county is None or place.county == area.county)
    )


def _into_area(parsed: Parsed, area: Area, year: int) -> Parsed:
    known = gazetteer().full
    zone_name = parsed.zone if area.level == "corps" else area.name
    parsed = parsed._replace(area=area, zone=zone_name, level=area.level).because("level", f"areas.csv: {area.name}")
    within: tuple[Division, ...] = ()
    for name in (area.province, area.prefecture, area.county):
        if name:
            found = first_place(known, name, 0, year, within)
            within = found.divisions if found else within
    if parsed.divisions and max(one.rank for one in parsed.divisions) >= max((one.rank for one in within), default=0):
        return parsed
    return _into(parsed._replace(divisions=()), within, f"areas.csv: {area.name}", year)


def _into(parsed: Parsed, divisions: tuple[Division, ...], by: str, year: int) -> Parsed:
    years = {(one.first, one.last) for one in divisions if not one.first <= year <= one.last}
    when = f"{year}" if not years else " or ".join(sorted(f"{first}-{last}" for first, last in years))
    what = _RANK_FIELDS[max(one.rank for one in divisions)]
    return parsed._replace(divisions=divisions).because(what, f"{by}, divisions of {when}")


def _place_in_brackets(parsed: Parsed, inside: str, year: int) -> Parsed:
    """乌鲁木齐经济技术开发区(乌鲁木齐市头屯河区): the zone and the district are one administration."""
    read, _ = _places(Parsed(text=inside), 0, year)
    lower = bool(parsed.divisions and read.divisions) and all(
        any(below(one, other) for other in parsed.divisions) for one in read.divisions
    )
    if not lower or any(one.rank != COUNTY for one in read.divisions):
        return parsed
    return parsed._replace(divisions=read.divisions, level="county").because("county", f"in brackets: {inside}")


def _parts(parsed: Parsed, start: int) -> tuple[Parsed, int]:
    """Read the zone and the township that follow the places."""
    text = parsed.text
    part = None if parsed.zone else zone(text, start)
    town = township(text, start)
    # 新城街道办事处 is a sub-district called 新城; 高新区新城街道办事处 is one of that name in a zone.
    if part is not None and (town is None or township(text, part.end) is not None):
        level = parsed.level if parsed.level == "county" else "development_zone"
        parsed = parsed._replace(zone=part.name, level=level).because("level", f"zone {part.name}")
        start, town = part.end, township(text, part.end)
    if town is None:
        return parsed, start
    parsed = parsed._replace(township=town.name, level="township").because("level", f"township {town.name}")
    return parsed, town.end


def _duty(parsed: Parsed, start: int, year: int) -> Parsed:
    """Read what kind of organ it is, and the branch in its name."""
    if not parsed.divisions and parsed.area is None and parsed.level is None:
        parsed, start = _relative_place(parsed, start)
    found = branch(parsed.text, start)
    # The last word of a township belongs to the kind (街道办事处); a branch of a central body may name none of its own.
    kind = find_kind(parsed.text, start - 2 if parsed.township else start)
    if kind is None and parsed.of_central:
        kind = find_kind(parsed.text)
    if kind is not None:
        word = parsed.text[kind.start : kind.end]
        parsed = parsed._replace(kind=kind).because("sector", f"kinds.csv: {kind.kind.key}, {word}")
    parsed = parsed._replace(tail=parsed.text[start:])
    if found is None or kind is None or kind.start >= found.start:
        return parsed
    return _into_branch(parsed, found, start, year)


def _relative_place(parsed: Parsed, start: int) -> tuple[Parsed, int]:
    """Read the word for the rank of a place that is not named (县财政局)."""
    found = _RELATIVE_PLACE.match(parsed.text, start)
    if found is None or find_kind(parsed.text, start) is None:
        return parsed, start
    level = _RELATIVE.get(found[0])
    if level is not None:
        parsed = parsed._replace(level=level).because("level", f"the word {found[0]}")
    return parsed, found.end()


def _into_branch(parsed: Parsed, found: Branch, start: int, year: int) -> Parsed:
    """Go to the place, area or zone that a branch is named after; what is left of the name is that of its bureau."""
    known = gazetteer()
    where = found.where
    at_place = parsed._replace(tail=parsed.text[start : found.start] + found.kind)
    for names in (known.full, known.bare) if parsed.divisions else ():
        named = first_place(names, where, 0, year, parsed.divisions)
        if named is not None and named.end == len(where):
            return _into(at_place, named.divisions, f"branch {where}{found.kind}", year)
    near = [area for area in areas().values() if area.name.startswith(where) and _fits(parsed, area)]
    if len(near) == 1:
        return _into_area(at_place, near[0], year)
    part = zone(where if where.endswith(("区", "城", "园")) else where + "区", 0)
    if part is not None and part.end >= len(where):
        at_zone = at_place._replace(zone=part.name, level="development_zone")
        return at_zone.because("level", f"branch {where}{found.kind}")
    if is_branch_of_unknown_rank(found):
        by = f"unknown: branch {where}{found.kind} of no known place"
        return parsed._replace(level=None).because("level", by)
    return parsed


def _fits(parsed: Parsed, area: Area) -> bool:
    return any(_holds(one, area) for one in parsed.divisions)
