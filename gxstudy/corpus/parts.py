"""Which reports stand together in the files of a dataset. It depends on nothing but the reports.

Up to :data:`PARTED_ABOVE` figures a dataset is one file a product. Beyond, each product is a folder of Parquet files,
one folder a year in it, and a year of more than :data:`PART_ROWS` figures several files, by the hash of the organ's
name. So one more report changes one part, and all reports of one organ on one year stand in the same part.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gxstudy.text import squeeze

__all__ = ["PARTED_ABOVE", "PART_ROWS", "Part", "Place", "parts"]

PARTED_ABOVE = 500_000
"""Figures up to which a dataset is one file a product (200 a report: some 2,500 reports)."""
PART_ROWS = 1 << 17
"""Figures beyond which a year has several files."""

_UNKNOWN = "unknown"


class Place(NamedTuple):
    """What decides where a report stands."""

    report_id: str
    organ: str | None
    year: int | None
    figures: int


class Part(NamedTuple):
    """Some reports that stand together: ``name`` is empty where they are all, else like ``2024/part-00``."""

    name: str
    members: tuple[int, ...]

    def file(self, product: str) -> str:
        """Return the name of the Parquet file of a product."""
        return f"{product}.parquet/{self.name}.parquet" if self.name else f"{product}.parquet"


def parts(places: Iterable[Place]) -> tuple[Part, ...]:
    """Put reports into parts, in the order of their names; ``members`` number the reports, in the order given."""
    known = tuple(places)
    if sum(one.figures for one in known) <= PARTED_ABOVE:
        return (Part("", tuple(range(len(known)))),)
    by_year: dict[int | None, list[int]] = defaultdict(list)
    for number, one in enumerate(known):
        by_year[one.year].append(number)
    return tuple(
        part
        for year in sorted(by_year, key=lambda year: (year is None, year or 0))
        for part in _of_year(_UNKNOWN if year is None else f"{year}", known, by_year[year])
    )


def _of_year(year: str, known: tuple[Place, ...], members: list[int]) -> Iterator[Part]:
    figures, bits = sum(known[number].figures for number in members), 0
    while figures > PART_ROWS << bits:
        bits += 1
    buckets: dict[int, list[int]] = defaultdict(list)
    for number in members:
        buckets[_bucket(known[number], bits)].append(number)
    width = max(2, (bits + 3) // 4)
    for bucket in sorted(buckets):
        yield Part(f"{year}/part-{bucket:0{width}x}", tuple(buckets[bucket]))


def _bucket(one: Place, bits: int) -> int:
    whose = squeeze(one.organ) if one.organ else f"report {one.report_id}"
    return int.from_bytes(hashlib.sha256(whose.encode()).digest()[:4]) >> (32 - bits)
