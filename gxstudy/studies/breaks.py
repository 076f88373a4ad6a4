"""Breaks in law and form: between the years on either side, figures may differ for reasons that are not the organs'."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BREAKS", "Break"]


class Break(NamedTuple):
    """From reports on ``year`` on, something else holds."""

    year: int
    en: str
    zh: str
    source: str


BREAKS: tuple[Break, ...] = (
    Break(2021, "new form, fees", "新格式、收费办法", "国办公开办函〔2021〕30号; 国办函〔2020〕109号"),
    Break(2024, "review first", "复议前置", "行政复议法 (2023), art. 23, in force 1 January 2024"),
)
"""Those that touch the number of applications and what becomes of them, in order."""
