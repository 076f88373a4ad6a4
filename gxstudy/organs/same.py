"""One organ under several names: ids that outlive a change of name, of administrative divisions, or a reform.

An id is made of the first code of the place since 2018 and of the kind of organ: ``320813-science``. The tables
``lineage.csv`` and ``reforms.csv`` say what continues what, and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from gxstudy.organs.parse import Parsed, parse
from gxstudy.organs.places import gazetteer
from gxstudy.organs.tables import Lineage, lineages, reforms, without_kinds
from gxstudy.organs.zones import zone_key

__all__ = ["Links", "identity", "same_organ"]

# Words between and after the duties that differ between names of one organ (卫生健康局 and 卫生健康委员会).
# Others (中心, 支队, 研究院) make it another organ.
_FILLING = re.compile(
    r"(?:监督管理|监督|监管|管理|事务|工作|事业|发展|服务|保障|促进|行政|综合|资源|改革|建设|救援|委员会|办公室|分局|自治区"
    r"|[和与及暨化、局委厅办署市县区州盟旗省])+"
)


class Links(NamedTuple):
    """Which names are one organ.

    Attributes
    ----------
    ids
        The id of every name and year whose place is known.
    unknown
        Names and years without an id: the name does not tell the place, or fits several.
    contested
        Names and years whose id another organ claims in the same year (文化和旅游局 and 文化广电旅游局 of one county):
        they are told apart by their names as written.
    """

    ids: Mapping[tuple[str, int], str]
    unknown: tuple[tuple[str, int], ...]
    contested: tuple[tuple[str, int], ...]


def identity(name: str, year: int) -> str | None:
    """Return an id that an organ keeps when its name, its place's name or code, or the kind of organ is renamed.

    洪泽区人民政府 and 淮安市洪泽区人民政府 have one id. 扶贫开发局 and 乡村振兴局 of one county have one id: the reform
    of 2021 renamed the body as a whole. 乡村振兴局 and 农业农村局 have two: the one was dissolved into the other.
    An organ is known by the duty that is named first: 教育和体育局 continues 教育局. Townships are known by name alone.

    Returns
    -------
    str or None
        None where the name does not tell the place, or fits several.
    """
    return _id(parse(name, min(year, gazetteer().last_year)), year)


def same_organ(names_years: Iterable[tuple[str, int]]) -> Links:
    """Return which of these names, each with the year of its report, are one organ.

    Ids are those of :func:`identity`, except where two organs of one year would share one.
    """
    last = gazetteer().last_year
    parsed = {(name, year): parse(name, min(year, last)) for name, year in names_years}
    found = {pair: _id(read, pair[1]) for pair, read in parsed.items()}
    ids = {pair: one for pair, one in found.items() if one is not None}
    claims: dict[tuple[str, int], set[str]] = {}
    for pair, one in ids.items():
        claims.setdefault((one, pair[1]), set()).add(_wording(parsed[pair]))
    disputed = {one for (one, _), wordings in claims.items() if len(wordings) > 1}
    contested = tuple(pair for pair, one in ids.items() if one in disputed)
    as_written = {pair: f"{_place_id(parsed[pair], pair[1])}-{_wording(parsed[pair])}" for pair in contested}
    return Links(ids | as_written, tuple(pair for pair, one in found.items() if one is None), contested)


def _id(parsed: Parsed, year: int) -> str | None:
    place = _place_id(parsed, year)
    unit = _unit(parsed)
    return f"{place}-{unit}" if place and unit else None


def _wording(parsed: Parsed) -> str:
    return (parsed.zone or "") + (parsed.township or "") + parsed.tail


def _place_id(parsed: Parsed, year: int) -> str | None:
    if parsed.is_central:
        return "000000"
    codes = {one.place.code for one in parsed.divisions}
    return _first_code(codes.pop(), year) if len(codes) == 1 else None


@cache
def _changes() -> dict[str, Lineage]:
    """Return the change that each code came out of."""
    return {change.after: change for change in lineages() if change.same and change.before != change.after}


@cache
def _made_anew() -> dict[str, int]:
    """Return the year from which a code means another county than before (信都区 under the code of 桥西区)."""
    return {change.after: change.year for change in lineages() if not change.same and change.before == change.after}


def _first_code(code: str, year: int) -> str:
    """Return the first code of the county that has ``code`` in ``year``; one made anew under it says since when."""
    while code in _changes():
        code = _changes()[code].before
    since = _made_anew().get(code)
    return f"{code}@{since}" if since is not None and year >= since else code


def _unit(parsed: Parsed) -> str:
    """Return the part of an id that says which organ of its place it is."""
    if parsed.is_central:
        return parsed.tail
    within = [zone_key(parsed.zone)] if parsed.zone else [parsed.area.name] if parsed.area else []
    within += [parsed.township] if parsed.township else []
    if parsed.kind is None:
        return ".".join([*within, parsed.tail]) if parsed.tail or within else ""
    rest = "".join(_FILLING.sub("", piece) for piece in without_kinds(parsed.tail))
    duty = _first_kind(parsed.kind.kind.key)
    return ".".join([*within, f"{duty}:{rest}" if rest else duty])


@cache
def _first_kind(kind: str) -> str:
    """Return what a kind of organ was called before the reforms that renamed it."""
    before = {reform.after: reform.before for reform in reforms() if reform.same and reform.before != reform.after}
    while kind in before:
        kind = before[kind]
    return kind
