"""Correction rates: three denominators beside one another, a funnel of organs, and what shrinking does."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd
from matplotlib.axes import Axes

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    INK,
    MARKS,
    PALE,
    DataFigure,
    Lang,
    Width,
    beside,
    extent,
    inches,
    legend,
    one_of,
    one_part,
    point,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, Band, Line, foot, heading, notes, place, rows
from gxstudy.figures.words import named, worded
from gxstudy.panel import CorrectionOf, Route
from gxstudy.studies.correction_rates import CorrectionRates, Limit, Standing, Summary

__all__ = ["correction_rates", "funnel", "shrinkage"]

_WORDS = worded(
    en={
        "axis": "Corrected (%)",
        "review": "review",
        "suit_direct": "direct suits",
        "suit_after_review": "suits after review",
        "corrected": "Corrected, by what they are divided by",
        "all_cases": "÷ all cases",
        "closed": "÷ closed cases",
        "upheld_or_corrected": "÷ (upheld + corrected)",
        "of_all_cases": "of all cases",
        "of_closed": "of closed cases",
        "of_upheld_or_corrected": "of cases upheld or corrected",
        "rows_note": "Lines: {level:g}% intervals, organs drawn with replacement. Counts: corrected / cases.",
        "title": "{route}: corrected, {of}",
        "cases": "Cases (logarithmic)",
        "note": "n = {organs:,} organs, {cases:,} cases; control limits: exact binomial.",
        "beyond": "Beyond the 95% limits: {outside:,}; {by_chance:.1f} expected if all were alike.",
        "centre": "all: {rate:.1f}%",
        "rate": "rate as counted",
        "shrunk": "drawn towards the mean",
        "planted": "Planted rate (%)",
        "estimate": "Estimate (%)",
        "shrunk_note": "n = {organs:,} organs, {cases:,} cases. Line: estimate = planted rate.",
    },
    zh={
        "axis": "纠错率（%）",
        "review": "复议",
        "suit_direct": "直接诉讼",
        "suit_after_review": "复议后诉讼",
        "corrected": "结果纠正所占比例（按分母）",
        "all_cases": "÷总计",
        "closed": "÷已结",
        "upheld_or_corrected": "÷（维持＋纠正）",
        "of_all_cases": "占全部案件",
        "of_closed": "占已结案件",
        "of_upheld_or_corrected": "占维持与纠正案件",
        "rows_note": "横线：{level:g}% 区间（按机关重抽样）；计数：纠正数／案件数。",
        "title": "{route}：结果纠正{of}",
        "cases": "案件数（对数）",
        "note": "{organs:,}个机关，{cases:,}件；控制限：精确二项分布。",
        "beyond": "95% 控制限外：{outside:,}个；若各机关无差异，预期{by_chance:.1f}个。",
        "centre": "合计{rate:.1f}%",
        "rate": "原始比例",
        "shrunk": "向均值收缩",
        "planted": "设定值（%）",
        "estimate": "估计值（%）",
        "shrunk_note": "{organs:,}个机关，{cases:,}件；斜线：估计值等于设定值。",
    },
)
_KEYS = ("all_cases", "closed", "upheld_or_corrected")
_ROUTES = ("review", "suit_direct", "suit_after_review")
_DIVISORS = dict(zip(_KEYS, (MARKS[2], MARKS[0], MARKS[1]), strict=True))
_FEW = 12
_NAMED_AT = 80  # per cent: the limits are named where they come down to this
_CLEAR = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


def correction_rates(result: CorrectionRates, *, lang: Lang = "en", width: Width = "column") -> DataFigure:
    """Draw the three correction rates of each route, with their intervals.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.correction_rates`.
    lang
        Of the labels.
    width
        A ``column`` or a ``page`` of the journal (:func:`gxstudy.figures.style`).

    Raises
    ------
    CallError
        When there is no such language or width, or no case in the result.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    shown = [row for row in result.summary if row.cases]
    if not shown:
        msg = "there is nothing to draw: no report has a case"
        raise CallError(msg)
    parts = list(dict.fromkeys(row.part for row in shown))
    with style():
        figure = DataFigure(figsize=(inches(width), 1))
        bands = []
        for route, part in product(_ROUTES, parts):
            lines = tuple(
                Line(
                    100 * row.pooled,
                    100 * row.low,
                    100 * row.high,
                    f"{row.corrected:,}/{row.cases:,}",
                    _DIVISORS[row.definition],
                )
                for row in shown
                if (row.route, row.part) == (route, part)
            )
            label = words[route] if len(parts) == 1 else f"{words[route]}\n{named(part, words)}"
            bands += [Band(label, lines)] if lines else []
        ends = [row.high for row in shown if row.high >= 0] + [row.pooled for row in shown]
        step = 10 if max(ends) <= 0.5 else 25
        ticks = list(range(0, 101, step))
        ticks = [tick for tick in ticks if tick < 100 * max(ends) + step]
        block = rows(figure, bands, limits=(0, ticks[-1]), ticks=ticks)
        said = [words["rows_note"].format(level=100 * result.level)]
        top, bottom = 0.42, foot(said) + 0.36
        figure.set_size_inches(inches(width), bottom + block.height + top)
        place(figure, block, bottom=bottom, left=block.left, right=block.right)
        block.axes.set_xlabel(words["axis"], labelpad=2)
        heading(figure, words["corrected"], y=_high(figure) - 0.1)
        legend(figure, [(words[key], _DIVISORS[key]) for key in _KEYS], x=MARGIN, y=_high(figure) - 0.28)
        notes(figure, said)
        stamp(figure, parts, words)
        figure.data = pd.DataFrame.from_records(shown, columns=list(Summary._fields))
        figure.draw_without_rendering()
    return figure


def _high(figure: DataFigure) -> float:
    return float(figure.get_size_inches()[1])


def _of_one(result: CorrectionRates, route: str, of: str, part: str | None) -> tuple[Summary, list[Standing]]:
    """Return the summary and the organs of one rate; the part must be named where there are several."""
    one_of("route", route, _ROUTES)
    one_of("of", of, _KEYS)
    summaries = [row for row in result.summary if (row.route, row.definition) == (route, of) and row.cases]
    if not summaries:
        msg = f"there is nothing to draw: no report has a case of {route} by {of}"
        raise CallError(msg)
    parts = [row.part for row in summaries]
    chosen = one_part(parts, part)
    (summary,) = (row for row in summaries if row.part == chosen)
    return summary, [row for row in result.organs if row[:3] == summary[:3]]


def funnel(
    result: CorrectionRates,
    *,
    route: Route,
    of: CorrectionOf,
    part: str | None = None,
    lang: Lang = "en",
    width: Width = "column",
) -> DataFigure:
    """Draw the organs of one rate in a funnel: rates against cases, with control limits.

    Organs on or beyond the outer limits are filled; up to twelve organs are all named, of more none.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.correction_rates`.
    route, of
        Which rate; there is no default.
    part
        Of the sample; may be left out where there is one.
    lang
        Of the labels. Organs are named by their ``report_id`` without the year in English, by name in Chinese.
    width
        A ``column`` or a ``page``.

    Raises
    ------
    CallError
        When there is no such route, rate, part, language or width, or no case.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    summary, organs = _of_one(result, route, of, part)
    limits = [row for row in result.limits if row[:3] == summary[:3]]
    with style():
        said = [
            words["note"].format(organs=summary.organs, cases=summary.cases),
            words["beyond"].format(outside=summary.outside, by_chance=summary.by_chance),
        ]
        low, plot = foot(said) + 0.36, 2.1
        wide, high = inches(width), low + plot + 0.32
        figure = DataFigure(figsize=(wide, high))
        left, right = MARGIN + 0.42, MARGIN + 0.1
        axes = figure.add_axes((left / wide, low / high, (wide - left - right) / wide, plot / high))
        label = beside(axes, 100 * summary.pooled, words["centre"].format(rate=100 * summary.pooled), colour=INK)
        right += extent(figure, label)
        axes.set_position((left / wide, low / high, (wide - left - right) / wide, plot / high))
        axes.set_xscale("log")
        axes.set_xlim(0.8, limits[-1].cases)
        ticks = [tick for power in range(7) for tick in (10**power, 3 * 10**power) if tick <= limits[-1].cases]
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.xaxis.set_minor_formatter("")
        axes.set_ylim(-4, 104)
        axes.set_yticks([0, 25, 50, 75, 100])
        for tick in (25, 50, 75, 100):
            axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
        _draw_limits(axes, limits)
        for row in organs:
            mark = MARKS[0] if row.beyond == "99.8" else MARKS[1]
            point(axes, row.cases, 100 * row.rate, mark._replace(face=mark.colour if row.beyond == "99.8" else "white"))
        if len(organs) <= _FEW:
            _name(axes, organs, chinese=lang == "zh")
        axes.set_xlabel(words["cases"], labelpad=2)
        axes.set_ylabel(words["axis"], labelpad=2)
        title = words["title"].format(route=_capital(words[route]), of=words[f"of_{of}"])
        heading(figure, title, y=high - 0.1)
        notes(figure, said)
        stamp(figure, [summary.part], words)
        figure.data = pd.concat(
            [
                pd.DataFrame.from_records(organs, columns=list(Standing._fields)),
                pd.DataFrame.from_records(limits, columns=list(Limit._fields)),
            ],
            keys=["organs", "limits"],
            names=["panel", None],
        ).reset_index("panel")
        figure.draw_without_rendering()
    return figure


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _draw_limits(axes: Axes, limits: Sequence[Limit]) -> None:
    """Draw the centre and both pairs of limits, and name these where they begin."""
    x = [row.cases for row in limits]
    centre = 100 * limits[0].centre
    axes.axhline(centre, color=INK, lw=0.7, zorder=1)
    lines = {
        "95%": ("low_inner", "high_inner", (0, (3, 2))),
        "99.8%": ("low_outer", "high_outer", "-"),
    }
    for name, (lower, upper, dashes) in lines.items():
        for field in (lower, upper):
            y = [100 * float(getattr(row, field)) for row in limits]
            axes.plot(x, y, color=PALE, lw=0.7, ls=dashes, zorder=1)
            start = next((at for at, value in enumerate(y) if 0 <= value <= _NAMED_AT), None)
            if field == upper and start is not None:
                axes.text(1.1 * x[start], y[start], name, size=6, color=PALE, va="center", bbox=_CLEAR, zorder=2)


def _name(axes: Axes, organs: Sequence[Standing], *, chinese: bool) -> None:
    """Name every organ beside its mark, where no other name or mark is."""
    taken = [(box.x0, box.y0, box.x1, box.y1) for box in (text.get_window_extent() for text in axes.texts)]
    for row in organs:
        at = axes.transData.transform((row.cases, 100 * row.rate))
        taken.append((at[0] - 10, at[1] - 10, at[0] + 10, at[1] + 10))
    edges = axes.get_window_extent()
    for row in organs:
        name = row.organ if chinese else re.sub(r"-\d{4}$", "", row.latest)
        label = axes.text(row.cases, 100 * row.rate, name, size=6, color=INK, va="center", bbox=_CLEAR, zorder=3)
        x, y = axes.transData.transform((row.cases, 100 * row.rate))
        size = label.get_window_extent()
        for right, up in product((1, 0), (0, 1, -1, 2, -2, 3, -3)):
            x0 = x + 12 if right else x - 12 - size.width
            y0 = y - size.height / 2 + up * size.height
            box = (x0, y0, x0 + size.width, y0 + size.height)
            inside = box[0] >= edges.x0 and box[2] <= edges.x1 and box[1] >= edges.y0 and box[3] <= edges.y1 + 10
            if inside and not any(_overlap(box, other) for other in taken):
                break
        taken.append(box)
        left, middle = axes.transData.inverted().transform((box[0], (box[1] + box[3]) / 2))
        label.set_position((float(left), float(middle)))


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def shrinkage(
    result: CorrectionRates,
    *,
    route: Route,
    of: CorrectionOf,
    planted: Mapping[str, float],
    part: str | None = None,
    lang: Lang = "en",
    width: Width = "column",
) -> DataFigure:
    """Draw, for invented organs, the rate as counted and the shrunk one against the planted one.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.correction_rates`, with organs enough for shrunk rates.
    route, of
        Which rate.
    planted
        The true rate of every organ, by name.
    part, lang, width
        As for :func:`funnel`.

    Raises
    ------
    CallError
        As for :func:`funnel`; when nothing was shrunk, or an organ has no planted rate.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    summary, organs = _of_one(result, route, of, part)
    if math.isnan(organs[0].shrunk):
        msg = f"nothing was shrunk: {summary.organs} organs have a case, which are too few"
        raise CallError(msg)
    unknown = [row.organ for row in organs if row.organ not in planted]
    if unknown:
        msg = f"planted= has no rate for {unknown[0]!r}"
        raise CallError(msg)
    with style():
        said = [words["shrunk_note"].format(organs=summary.organs, cases=summary.cases)]
        low, plot = foot(said) + 0.36, 2.1
        wide, high = inches(width), low + plot + 0.56
        figure = DataFigure(figsize=(wide, high))
        left = MARGIN + 0.42
        axes = figure.add_axes((left / wide, low / high, (wide - left - MARGIN - 0.1) / wide, plot / high))
        axes.set_ylim(-2, 102)
        axes.set_yticks([0, 25, 50, 75, 100])
        most = 100 * max(planted[row.organ] for row in organs)
        step = 10 if most <= 60 else 25
        end = min(100, step * math.ceil(most / step))
        axes.set_xlim(-0.02 * end, 1.02 * end)
        axes.set_xticks(range(0, end + 1, step))
        for tick in (25, 50, 75, 100):
            axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
        axes.plot([0, end], [0, end], color=PALE, lw=0.7, zorder=1)
        counted, shrunk = MARKS[1], MARKS[0]
        for row in organs:
            true = 100 * planted[row.organ]
            axes.plot([true, true], [100 * row.rate, 100 * row.shrunk], color=BAND, lw=0.5, zorder=2)
            point(axes, true, 100 * row.rate, counted)
            point(axes, true, 100 * row.shrunk, shrunk)
        axes.set_xlabel(words["planted"], labelpad=2)
        axes.set_ylabel(words["estimate"], labelpad=2)
        title = words["title"].format(route=_capital(words[route]), of=words[f"of_{of}"])
        heading(figure, title, y=high - 0.1)
        legend(figure, [(words["rate"], counted), (words["shrunk"], shrunk)], x=MARGIN, y=high - 0.28)
        notes(figure, said)
        stamp(figure, [summary.part], words)
        drawn = pd.DataFrame.from_records(organs, columns=list(Standing._fields))
        figure.data = drawn.assign(planted=drawn["organ"].map(dict(planted)))
        figure.draw_without_rendering()
    return figure
