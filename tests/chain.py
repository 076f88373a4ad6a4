"""Invented corpora through the whole chain: figures -> PDF -> extraction. Studies of both ends must agree."""

from __future__ import annotations

import numpy as np

import gxstudy as gx
from gxstudy.panel import Panel
from gxstudy.report import Report
from gxstudy.specimens import Specimen, draw

_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def organ(number: int) -> str:
    """A name that a report can carry; 120 different ones."""
    return f"{_STEMS[number % 10]}{_BRANCHES[number // 10]}县人民政府"


def printed(panel: Panel, at: int) -> dict[tuple[str, str, str], str]:
    """The figures of one row of a panel as a table prints them; a missing one stays blank."""
    row = panel.frame.iloc[at]
    figures = {}
    for name in panel.states.columns:
        table, rest = name.split(".", 1)
        if table != "prose" and not np.isnan(row[name]):
            figures[table, *rest.rsplit(".", 1)] = f"{row[name]:.0f}"
    return figures


def read(
    panel: Panel, *, texts: dict[int, tuple[str, ...]] | None = None, overview: dict[int, tuple[str, ...]] | None = None
) -> list[Report]:
    """Set every row of a panel as a report of its own and read it again, in the order of the panel."""
    numbers = {name: at for at, name in enumerate(dict.fromkeys(panel.frame["organ"]))}
    reports = []
    for at, (name, year) in enumerate(zip(panel.frame["organ"], panel.frame["year"], strict=True)):
        specimen = Specimen(
            organ(numbers[name]),
            int(year),
            printed(panel, at),
            overview=(overview or {}).get(at, ()),
            other=(texts or {}).get(at, ()),
        )
        reports.append(gx.read_report(draw(specimen), report_id=f"r{at:04}"))
    return reports
