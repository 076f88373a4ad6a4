"""Shares of zero applications, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.transforms import blended_transform_factory

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    MM,
    PALE,
    DataFigure,
    Lang,
    Width,
    extent,
    inches,
    interval,
    legend,
    marks_of,
    one_of,
    point,
    style,
)
from gxstudy.figures.trend import NAMES, draw_breaks
from gxstudy.figures.words import named, worded
from gxstudy.studies.zero_applications import BENCHMARK, Estimate, ZeroApplications

__all__ = ["zero_applications"]

_WORDS = worded(
    en={
        "stated": "zero stated anywhere",
        "new": "table: new = 0",
        "new_and_carried_in": "new + carried in = 0",
        "blank": "blank taken as 0",
        "silent": "silence taken as 0",
        "axis": "Reports with zero applications (%)",
        "axis_stated": "Reports stating zero applications (%)",
        "benchmark": "State Council bodies,{space}{first}–{last}:{space}{low:.0f}–{high:.0f}%",
        "note": "Lines: Wilson {level:g}% intervals. Counts: zeros / reports the definition applies to.",
        "year": "Year reported on",
    },
    zh={
        "stated": "任一处称为零",
        "new": "表中新收为零",
        "new_and_carried_in": "新收与结转均为零",
        "blank": "空白计为零",
        "silent": "未提及计为零",
        "axis": "零申请报告所占比例（%）",
        "axis_stated": "称零申请的报告所占比例（%）",
        "benchmark": "国务院机构，{space}{first}—{last}年：{space}{low:.0f}%—{high:.0f}%",
        "note": "横线：{level:g}% Wilson 区间；计数：零申请数／可判定报告数。",
        "year": "报告年度",
    },
)


def zero_applications(
    result: ZeroApplications, *, lang: Lang = "en", width: Width = "column", definition: str = "stated"
) -> DataFigure:
    """Draw shares of zero applications with their intervals.

    Without ``by``, one row a definition of zero; split by year, years from left to right with the breaks in law and
    form; split by anything else, one row a group. Parts of the sample have a mark of their own each.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.zero_applications`.
    lang
        Of the labels.
    width
        ``column`` is 89 mm, ``page`` 183 mm.
    definition
        Which definition of zero to show where the result is split.

    Raises
    ------
    CallError
        When there is no such language, width, or definition in the result, or no report.
    """
    one_of("lang", lang, _WORDS)
    if result.by is None:
        shown = list(result.estimates)
    else:
        one_of("definition", definition, [item.key for item in result.definitions])
        shown = [row for row in result.estimates if row.definition == definition]
    words = _WORDS[lang]
    if not shown:
        msg = "there is nothing to draw: the panel has no report"
        raise CallError(msg)
    with style():
        if result.by == "year":
            figure = _by_year(shown, result, words, width=inches(width), lang=lang)
        else:
            figure = _in_rows(shown, result, words, width=inches(width))
        figure.data = pd.DataFrame.from_records(shown, columns=list(Estimate._fields))
        figure.draw_without_rendering()
    return figure


def _in_rows(shown: Sequence[Estimate], result: ZeroApplications, words: dict[str, str], *, width: float) -> DataFigure:
    """One row a group (or definition), its parts under one another, the counts beside them at the right."""
    field = "definition" if result.by is None else "group"
    keys = list(dict.fromkeys(getattr(row, field) for row in shown))
    parts = list(dict.fromkeys(row.part for row in shown))
    marks = marks_of(parts)
    step, gap = (0.118, 0.13) if len(keys) <= 12 else (0.105, 0.05)
    top, bottom = 0.42, 0.56
    pitch = step * len(parts) + gap
    height = top + pitch * len(keys) + bottom
    figure = DataFigure(figsize=(width, height))
    axes = figure.add_axes((0.5, bottom / height, 0.3, pitch * len(keys) / height))
    axes.set_xlim(-2, 102)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_ylim(len(keys) * pitch, 0)
    axes.set_yticks([(at + 0.5) * pitch for at in range(len(keys))], [named(key, words) for key in keys])
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(words["axis_stated" if {row.definition for row in shown} == {"stated"} else "axis"], labelpad=2)
    for tick in (0, 25, 50, 75, 100):
        axes.axvline(tick, color=BAND, lw=0.5, zorder=0)

    beside = blended_transform_factory(axes.transAxes, axes.transData)
    counts = []
    for at, key in enumerate(keys):
        if at and key != "all":
            axes.axhline(at * pitch, color=BAND, lw=0.5, zorder=0)
        for row in (row for row in shown if getattr(row, field) == key):
            y = at * pitch + gap / 2 + step * (parts.index(row.part) + 0.5)
            mark = marks[row.part]
            if row.n:
                interval(axes, (100 * row.low, 100 * row.high), (y, y), mark)
                point(axes, 100 * row.share, y, mark)
            counts.append(axes.text(1.03, y, _count(row), transform=beside, va="center", color=mark.colour, size=6.5))
    stated = [at for at, key in enumerate(keys) if result.by is not None or key == "stated"]
    if "stated" in {row.definition for row in shown}:
        low, high = _benchmark()
        axes.fill_betweenx([stated[0] * pitch, (stated[-1] + 1) * pitch], low, high, color=BAND, lw=0, zorder=1)
        axes.text(low, -0.03, _benchmark_label(words, space=words["space"]), size=6, color=PALE, va="bottom")

    margin = 1.5 * MM
    left = margin + max(extent(figure, label) for label in axes.get_yticklabels()) + 5 / 72
    right = margin + max(extent(figure, count) for count in counts)
    inner = (width - left - right) / 1.03
    axes.set_position((left / width, bottom / height, inner / width, pitch * len(keys) / height))
    legend(figure, [(named(part, words), marks[part]) for part in parts], x=margin, y=height - 0.11)
    note = words["note"].format(level=100 * result.level)
    figure.text(margin / width, 0.05 / height, note, size=6, color=PALE, va="bottom")
    return figure


def _by_year(
    shown: Sequence[Estimate], result: ZeroApplications, words: dict[str, str], *, width: float, lang: Lang
) -> DataFigure:
    """Years from left to right, a mark a part; the counts under each year; breaks in law and form named at the top."""
    rows = [row for row in shown if row.group != "all"]
    years = sorted({int(row.group) for row in rows})
    parts = list(dict.fromkeys(row.part for row in rows))
    marks = marks_of(parts)
    line, margin, top, plot = 0.12, 1.5 * MM, 0.24 + NAMES, 1.65
    bottom = 0.66 + line * len(parts)
    height = top + plot + bottom
    right = margin
    figure = DataFigure(figsize=(width, height))
    axes = figure.add_axes((0.2, bottom / height, 0.7, plot / height))
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_xticks(years)
    axes.set_ylim(-2, 102)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_ylabel(words["axis_stated" if {row.definition for row in shown} == {"stated"} else "axis"], labelpad=2)
    for tick in (25, 50, 75, 100):
        axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
    if rows[0].definition == "stated":
        low, high = _benchmark()
        axes.axhspan(low, high, color=BAND, lw=0, zorder=1)
        beside = axes.text(years[-1] + 0.55, (low + high) / 2, _benchmark_label(words, space="\n"), size=6, color=PALE)
        beside.set(va="center", linespacing=1.15)
        right += extent(figure, beside)
    under = blended_transform_factory(axes.transData, axes.transAxes)
    for row in rows:
        at = parts.index(row.part)
        x = int(row.group) + 0.16 * (at - (len(parts) - 1) / 2)
        mark = marks[row.part]
        if row.n:
            interval(axes, (x, x), (100 * row.low, 100 * row.high), mark)
            point(axes, x, 100 * row.share, mark)
        y = -(0.26 + line * (at + 0.5)) / plot
        axes.text(int(row.group), y, _count(row), transform=under, ha="center", va="center", size=6, color=mark.colour)
    left = margin + 0.42
    axes.set_position((left / width, bottom / height, (width - left - right) / width, plot / height))
    draw_breaks(axes, years, lang=lang)
    axes.set_xlabel(words["year"], labelpad=9 + 72 * line * len(parts))
    legend(figure, [(named(part, words), marks[part]) for part in parts], x=margin, y=height - 0.11)
    note = words["note"].format(level=100 * result.level)
    figure.text(margin / width, 0.05 / height, note, size=6, color=PALE, va="bottom")
    return figure


def _count(row: Estimate) -> str:
    return f"{row.zeros}/{row.n}" if row.n else "–"


def _benchmark() -> tuple[float, float]:
    shares = [row.share for row in BENCHMARK]
    return 100 * min(shares), 100 * max(shares)


def _benchmark_label(words: dict[str, str], *, space: str) -> str:
    low, high = _benchmark()
    return words["benchmark"].format(first=BENCHMARK[0].year, last=BENCHMARK[-1].year, low=low, high=high, space=space)
