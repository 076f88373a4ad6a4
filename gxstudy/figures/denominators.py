"""Six disclosure rates of the same reports, and how alike two of them rank them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    INK,
    MARKS,
    DataFigure,
    Lang,
    Mark,
    Width,
    apart,
    extent,
    inches,
    legend,
    marks_of,
    one_of,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, Band, Line, notes, place, rows
from gxstudy.figures.words import Words, named, worded
from gxstudy.studies.denominators import Agreement, Denominators, Rate, SideBySide

__all__ = ["denominators", "rank_agreement"]

_WORDS = worded(
    en={
        "axis": "Disclosure rate (%)",
        "in_full": "in full",
        "in_part": "disclosed in full or in part",
        "handled_in_full": "÷\nhandled",
        "handled_or_pending": "÷\nnew +\ncarried in",
        "received": "÷\nnew",
        "handled": "÷\nhandled",
        "decided_on_merits": "÷\ndenied +\nunavail-\nable +\ndisclosed",
        "resolvable": "÷\ndenied +\ndisclosed",
        "n": "n = {n:,}",
        "note": "One line a report; in colour the one that moves most. n: applications handled.",
        "note_many": "Pale: {n:,} reports; marks and figures: median of organs.",
        "tau": "Kendall tau with {what}",
        "willingness": "planted willingness",
        "row_handled_in_full": "in full ÷ handled",
        "row_handled_or_pending": "disclosed ÷ (new + carried in)",
        "row_received": "disclosed ÷ new",
        "row_handled": "disclosed ÷ handled",
        "row_decided_on_merits": "disclosed ÷ (disclosed +\ndenied + unavailable)",
        "row_resolvable": "disclosed ÷ (disclosed + denied)",
        "percentile": "Lines: {level:g}% intervals, organs drawn with replacement. n = {n:,} reports.",
        "without_one_organ": "Lines: range when one organ is left out. n = {n:,} reports of {organs:,} organs.",
    },
    zh={
        "axis": "公开率（%）",
        "in_full": "全部公开",
        "in_part": "全部或部分公开",
        "handled_in_full": "÷\n办结",
        "handled_or_pending": "÷\n新收、\n结转",
        "received": "÷\n新收",
        "handled": "÷\n办结",
        "decided_on_merits": "÷\n公开、\n不予公开、\n无法提供",
        "resolvable": "÷\n公开、\n不予公开",
        "n": "办结{n:,}件",
        "note": "每线一份报告；彩色者变动最大。",
        "note_many": "浅线：{n:,}份报告；标记与数字：各机关中位数。",
        "tau": "与“{what}”的肯德尔等级相关",
        "willingness": "预设公开意愿",
        "row_handled_in_full": "全部公开÷办结",
        "row_handled_or_pending": "公开÷（新收＋结转）",
        "row_received": "公开÷新收",
        "row_handled": "公开÷办结",
        "row_decided_on_merits": "公开÷（公开＋不予公开＋无法提供）",
        "row_resolvable": "公开÷（公开＋不予公开）",
        "percentile": "横线：{level:g}% 区间，按机关重抽样；{n:,}份报告。",
        "without_one_organ": "横线：逐一剔除机关后的范围；{organs:,}个机关，{n:,}份报告。",
    },
)

_FEW = 12
_PITCH = 11.0
_LINE, _PALER = "#4d4d4d", "#c9c9c9"


def denominators(result: Denominators, *, lang: Lang = "en", width: Width = "column") -> DataFigure:
    """Draw the six rates of every report, one line a report.

    Up to twelve reports are named, at the right; of more the median of organs is drawn over pale lines.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.denominators`.
    lang
        Of the labels.
    width
        A ``column`` or a ``page`` of the journal (:func:`gxstudy.figures.style`).

    Raises
    ------
    CallError
        When there is no such language or width, or no report in the result.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    if not result.rates:
        msg = "this result has no report of which the six rates could be taken: there is nothing to draw"
        raise CallError(msg)
    with style():
        figure = _drawn(result, words, lang=lang, width=inches(width))
        figure.data = pd.DataFrame.from_records(list(result.rates), columns=list(Rate._fields))
        figure.draw_without_rendering()
    return figure


def rank_agreement(result: Denominators, *, against: str, lang: Lang = "en", width: Width = "column") -> DataFigure:
    """Draw how alike each rate and ``against`` rank the reports.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.denominators`.
    against
        One of the six rates, or the column that the result was compared with.
    lang, width
        As for :func:`denominators`.

    Raises
    ------
    CallError
        When there is no such language or width, or nothing was compared with ``against``.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    shown = [row for row in result.agreement if against in (row.first, row.second)]
    one_of("against", against, sorted({name for row in result.agreement for name in (row.first, row.second)}))
    parts = list(dict.fromkeys(row.part for row in shown))
    marks = marks_of(parts)
    keys = [item.key for item in result.definitions if item.key != against]
    with style():
        figure = DataFigure(figsize=(inches(width), 1))
        bands = [Band(_row(key, words), tuple(_line(row, marks) for row in shown if key in row[:2])) for key in keys]
        lowest = min([0.0, *(row.low for row in shown if not math.isnan(row.low)), *(row.tau for row in shown)])
        start = math.floor(lowest * 2) / 2
        ticks = [tick / 2 for tick in range(int(start * 2), 3)]
        block = rows(figure, bands, limits=(start, 1), ticks=ticks)
        top, bottom = 0.3, 0.56
        figure.set_size_inches(inches(width), bottom + block.height + top)
        place(figure, block, bottom=bottom, left=block.left, right=block.right)
        what = named(against, words) if against == result.against else named(f"row_{against}", words)
        block.axes.set_xlabel(words["tau"].format(what=what), labelpad=2, loc="right")
        if len(parts) > 1:
            named_marks = [(named(part, words), marks[part]) for part in parts]
            legend(figure, named_marks, x=MARGIN, y=figure.get_figheight() - 0.11)
        told = {row.interval: words[row.interval].format(level=100 * result.level, **_sizes(row)) for row in shown}
        notes(figure, list(told.values()))
        stamp(figure, parts, words)
        figure.data = pd.DataFrame.from_records(shown, columns=list(Agreement._fields))
        figure.draw_without_rendering()
    return figure


def _sizes(row: Agreement) -> dict[str, int]:
    return {"n": row.n, "organs": row.organs}


def _row(key: str, words: Words) -> str:
    return named(f"row_{key}", words)


def _line(row: Agreement, marks: dict[str, Mark]) -> Line:
    return Line(row.tau, row.low, row.high, f"{row.tau:.2f}".replace("-", "−"), marks[row.part])


def _drawn(result: Denominators, words: Words, *, lang: Lang, width: float) -> DataFigure:
    keys = [item.key for item in result.definitions]
    parts = list(dict.fromkeys(row.part for row in result.rates))
    few = len(result.side_by_side) <= _FEW
    top, bottom, plot = 0.47, 0.7, 2.1
    height = top + bottom + plot
    figure = DataFigure(figsize=(width, height))
    axes = figure.add_axes((0.2, bottom / height, 0.5, plot / height))
    axes.set_xlim(-0.3, len(keys) - 0.7)
    axes.set_ylim(0, max(100.0, *(100 * row.rate for row in result.rates)))
    axes.set_yticks([0, 25, 50, 75, 100])
    for tick in (25, 50, 75, 100):
        axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
    if few:
        right = MARGIN + _each(figure, axes, result, words, lang=lang)
    else:
        right = MARGIN + 0.08
        _many(axes, result)
    left = MARGIN + 0.24
    axes.set_position((left / width, bottom / height, (width - left - right) / width / 1.02, plot / height))
    _divisors(axes, keys, words, plot)
    label = figure.text(MARGIN / width, 1 - 0.11 / height, words["axis"], va="center_baseline")
    if len(parts) > 1:
        marks = marks_of(parts)
        x = MARGIN + extent(figure, label) + 0.15
        legend(figure, [(named(part, words), marks[part]) for part in parts], x=x, y=height - 0.11)
    notes(figure, [words["note" if few else "note_many"].format(n=len(result.side_by_side))])
    stamp(figure, parts, words)
    return figure


def _values(row: SideBySide) -> list[float]:
    return [100 * float(getattr(row, name)) for name in SideBySide._fields[5:-1]]


def _each(figure: DataFigure, axes: Axes, result: Denominators, words: Words, *, lang: Lang) -> float:
    """Draw a line a report and name it at the right, the one that moves most in colour; return the room names need."""
    marks = marks_of(list(dict.fromkeys(row.part for row in result.side_by_side)))
    moved = max(result.side_by_side, key=lambda row: row.spread)
    ranked = sorted(result.side_by_side, key=lambda row: _values(row)[-1])
    heights = apart([_values(row)[-1] for row in ranked], gap=min(_PITCH, 100 / len(ranked)), top=100.0)
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    room = 0.0
    for row, y in zip(ranked, heights, strict=True):
        mark = MARKS[1] if row is moved else Mark(marks[row.part].shape, _LINE, _LINE)
        values = _values(row)
        where = range(len(values))
        axes.plot(where, values, color=mark.colour, lw=1.3 if row is moved else 0.7, zorder=4 if row is moved else 3)
        axes.plot(where, values, mark.shape, mfc=mark.face, mec=mark.colour, ms=2.6, mew=0.8, zorder=5, clip_on=False)
        end = axes.get_xlim()[1]
        axes.plot([len(values) - 1, end], [values[-1], y], color=mark.colour, lw=0.4, zorder=2, clip_on=False)
        name = row.report_id if lang == "en" else f"{row.organ} {row.year}"
        text = f"{name}\n{words['n'].format(n=row.applications)}"
        label = axes.text(1.02, y, text, transform=beside, size=6, va="center", color=mark.colour, linespacing=1.05)
        label.set_color(mark.colour if row is moved else INK)
        room = max(room, extent(figure, label))
    return room + 0.04


def _many(axes: Axes, result: Denominators) -> None:
    """Draw pale lines, and over them the median of organs of each part."""
    for report in result.side_by_side:
        values = _values(report)
        axes.plot(range(len(values)), values, color=_PALER, lw=0.4, zorder=1)
    marks = marks_of(list(dict.fromkeys(row.part for row in result.summary)))
    for part, mark in marks.items():
        middles = [100 * row.median for row in result.summary if row.part == part]
        axes.plot(range(len(middles)), middles, color=mark.colour, lw=1.3, zorder=3)
        axes.plot(range(len(middles)), middles, mark.shape, mfc=mark.face, mec=mark.colour, ms=3.2, zorder=4)
        for at, middle in enumerate(middles):
            box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
            axes.text(at, middle + 5, f"{middle:.0f}", size=6.5, ha="center", va="bottom", bbox=box, zorder=5)


def _divisors(axes: Axes, keys: Sequence[str], words: Words, plot: float) -> None:
    """Write what is divided over the rates, and what it is divided by under them."""
    axes.set_xticks(range(len(keys)), [words[key] for key in keys], size=6, linespacing=1.05)
    over = blended_transform_factory(axes.transData, axes.transAxes)
    line, text = 1 + 0.06 / plot, 1 + 0.08 / plot
    for first, last, key in ((0, 0, "in_full"), (1, len(keys) - 1, "in_part")):
        axes.plot([first - 0.28, last + 0.28], [line, line], color=INK, lw=0.6, transform=over, clip_on=False)
        axes.text((first + last) / 2, text, words[key], transform=over, size=6, ha="center", va="bottom")
