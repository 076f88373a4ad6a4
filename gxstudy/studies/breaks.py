"""Breaks in law and form: between the years on either side, figures may differ for reasons that are not the organs'."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

__all__ = ["BREAKS", "Break", "within"]


class Break(NamedTuple):
    """From reports on ``year`` on, something else holds; ``since`` is the day itself."""

    year: int
    since: str
    en: str
    zh: str
    source: str


BREAKS: tuple[Break, ...] = (
    Break(
        2019,
        "2019-05-15",
        "2019 form",
        "2019年格式",
        "政府信息公开条例 (2019), in force 15 May 2019; 国办公开办函〔2019〕60号. Reports on 2019 mix two regimes",
    ),
    Break(
        2021,
        "2021-01-01",
        "2021 form, fees",
        "2021年格式、收费办法",
        "国办公开办函〔2021〕30号; 国办函〔2020〕109号",
    ),
    Break(2024, "2024-01-01", "review first", "复议前置", "行政复议法 (2023), art. 23, in force 1 January 2024"),
    Break(
        2025,
        "2025-06-01",
        "interpretation",
        "司法解释",
        "法释〔2025〕8号, in force 1 June 2025. Reports on 2025 mix two regimes",
    ),
)
"""Those that touch the number of applications and what becomes of them, in order."""


def within(years: Collection[int]) -> tuple[Break, ...]:
    """Return the breaks that a series of these years must name: those with such a year on their far side."""
    return tuple(one for one in BREAKS if years and min(years) <= one.year <= max(years))
