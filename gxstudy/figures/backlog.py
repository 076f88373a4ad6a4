"""Days implied by what is left over, and one year's report against the next."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    INK,
    MARKS,
    PALE,
    DataFigure,
    Lang,
    Mark,
    Width,
    extent,
    inches,
    legend,
    one_of,
    point,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, Band, Block, Line, foot, heading, notes, place, rows
from gxstudy.figures.words import Words, named, worded
from gxstudy.studies.backlog import CONVENTIONS, DEADLINE, Backlog, Continuous, Estimate, Gap, Load
from gxstudy.studies.simulate import SIMULATED

__all__ = ["backlog"]

_WORDS = worded(
    en={
        "reports": "Days implied by the stock (Little's law)",
        "parts": "Days implied by the stock, all reports together",
        "opening": "stock on 1 January",
        "closing": "stock on 31 December",
        "mean": "mean of the two",
        "axis": "Working days",
        "deadline": "time limit: {days}",
        "planted": "planted: {days:g}",
        "continuity": "This year's figure against the one last year's report leads to",
        "carry_over": "carried in",
        "regulations_stock": "in force",
        "differ": "{rule}: {fails} of {n} differ",
        "expected": "Expected from last year's report",
        "printed": "Printed",
        "pairs": "{n} pairs of years; {empty} of {all} tests compare 0 with 0.",
        "day_note": "Days: stock / handled × {days:g} working days a year, a mean over all applications.",
        "part_note": "Lines: {level:g}% intervals, organs drawn with replacement. n: reports.",
        "simulated_steady": "steady",
        "simulated_growth": "growing arrivals",
        "simulated_rush": "rush at year's end",
    },
    zh={
        "reports": "由结转数推算的办理时间（利特尔法则）",
        "parts": "由结转数推算的办理时间（合并计算）",
        "opening": "年初结转",
        "closing": "年末结转",
        "mean": "两者均值",
        "axis": "工作日",
        "deadline": "法定期限{days}",
        "planted": "设定值{days:g}",
        "continuity": "本年数字与按上年报告推得的数字",
        "carry_over": "上年结转",
        "regulations_stock": "现行有效",
        "differ": "{rule}：{n}处中{fails}处不符",
        "expected": "按上年报告应为",
        "printed": "本年所载",
        "pairs": "{n}对相邻年度；{all}处检验中{empty}处两侧均为0。",
        "day_note": "天数＝结转数／办结数×全年{days:g}个工作日，为全部申请的平均数。",
        "part_note": "横线：{level:g}% 区间（按机关重抽样）；n：报告数。",
        "simulated_steady": "平稳",
        "simulated_growth": "申请增长",
        "simulated_rush": "年末突击办理",
    },
)
_STOCKS: dict[str, Mark] = {"opening": MARKS[1], "closing": MARKS[0], "mean": Mark("|", INK, INK)}
_RULES: dict[str, Mark] = {"carry_over": MARKS[0], "regulations_stock": MARKS[1]}
_FEW = 24
_SQUARE = 2.0


def backlog(result: Backlog, *, lang: Lang = "en", width: Width = "column", planted: float | None = None) -> DataFigure:
    """Draw the days under the three stocks and, where years follow one another, how one report fits the next.

    Up to 24 reports are drawn one by one, the longest days first; of more, the pooled days of each part.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.backlog`.
    lang
        Of the labels. Reports are named by ``report_id`` in English, by organ and year in Chinese.
    width
        ``column`` is 89 mm, ``page`` 183 mm (in the journal's style in force).
    planted
        Of invented data: the true mean of days.

    Raises
    ------
    CallError
        When there is no such language or width, or no report of which days are known.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    one_by_one = [row for row in result.reports if row.days_opening >= 0 or row.days_closing >= 0]
    if not one_by_one:
        msg = "there is nothing to draw: of no report both a stock and applications handled are known"
        raise CallError(msg)
    parts = list(dict.fromkeys(row.part for row in result.estimates))
    single = len(one_by_one) <= _FEW
    with style():
        figure = DataFigure(figsize=(inches(width), 1))
        if single:
            above = _reports(figure, one_by_one, words, chinese=lang == "zh")
        else:
            above = _parts(figure, result.estimates, words, planted)
        above.axes.set_xlabel(words["axis"], labelpad=2)
        said = [words["day_note"].format(days=result.working_days)]
        if not single:
            said.append(words["part_note"].format(level=100 * result.level))
        below = _continuity(figure, result.gaps, words) if result.gaps else None
        low = foot(said)
        tall = 0.0 if below is None else 0.36 + below.height + 0.6
        figure.set_size_inches(inches(width), low + tall + 0.36 + above.height + 0.56)
        high = figure.get_size_inches()[1]
        place(figure, above, bottom=low + tall + 0.36, left=above.left, right=above.right)
        heading(figure, words["reports" if single else "parts"], y=high - 0.1)
        legend(figure, [(words[item.key], _STOCKS[item.key]) for item in CONVENTIONS], x=MARGIN, y=high - 0.28)
        if below is not None:
            whole, tall_enough = figure.get_size_inches()
            corner = (MARGIN + below.left) / whole, (low + 0.36) / tall_enough
            below.axes.set_position((*corner, _SQUARE / whole, _SQUARE / tall_enough))
            heading(figure, words["continuity"], y=low + tall - 0.12)
            legend(figure, _rules(result.continuity, words), x=MARGIN, y=low + tall - 0.3)
            heading(figure, _pairs(result, words), y=low + tall - 0.47)
        notes(figure, said)
        stamp(figure, [SIMULATED] if any(part.startswith(SIMULATED) for part in parts) else [], words)
        figure.data = pd.concat(
            [
                pd.DataFrame.from_records(one_by_one, columns=list(Load._fields))
                if single
                else pd.DataFrame.from_records(list(result.estimates), columns=list(Estimate._fields)),
                pd.DataFrame.from_records(list(result.gaps), columns=list(Gap._fields)),
            ],
            keys=["days", "continuity"],
            names=["panel", None],
        ).reset_index("panel")
        figure.draw_without_rendering()
    return figure


def _reports(figure: DataFigure, reports: Sequence[Load], words: Words, *, chinese: bool) -> Block:
    """One line a report: the days under each stock, joined."""
    shown = sorted(reports, key=lambda row: max(_days(row).values()))
    step = 0.15
    axes = figure.add_axes((0.4, 0.5, 0.3, 0.3))
    axes.set_ylim(-0.5, len(shown) - 0.5)
    most = max(max(_days(row).values()) for row in shown)
    end = max(1.06 * most, 1.3 * DEADLINE)
    axes.set_xlim(-0.02 * end, end)
    axes.set_xticks([tick for tick in _ticks(end) if tick <= end])
    labels = [f"{row.organ} {row.year}" if chinese else row.report_id for row in shown]
    axes.set_yticks(range(len(shown)), labels)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    axes.axvline(DEADLINE, color=PALE, lw=0.6, ls=(0, (3, 2)), zorder=1)
    label = words["deadline"].format(days=DEADLINE)
    axes.text(DEADLINE, len(shown) - 0.45, label, size=6, color=PALE, ha="left", va="bottom")
    for at, row in enumerate(shown):
        days = _days(row)
        axes.axhline(at, color=BAND, lw=0.5, zorder=0)
        axes.plot([min(days.values()), max(days.values())], [at, at], color=PALE, lw=0.8, zorder=2)
        for key, value in days.items():
            point(axes, value, at, _STOCKS[key])
    left = max(extent(figure, label) for label in axes.get_yticklabels()) + 5 / 72
    return Block(axes, len(shown) * step + 0.05, left, 0.0)


def _days(row: Load) -> dict[str, float]:
    days = {"opening": row.days_opening, "closing": row.days_closing, "mean": row.days_mean}
    return {key: value for key, value in days.items() if value >= 0}


def _parts(figure: DataFigure, estimates: Sequence[Estimate], words: Words, planted: float | None) -> Block:
    """One band a part: the pooled days under each stock, with their intervals."""
    pooled = [row for row in estimates if row.statistic == "pooled" and row.measure.startswith("days_") and row.n]
    bands = []
    known = list(words)
    for part in sorted(
        {row.part for row in pooled}, key=lambda part: (known.index(part) if part in words else 0, part)
    ):
        lines = tuple(
            Line(row.value, row.low, row.high, f"n = {row.n:,}", _STOCKS[row.measure.removeprefix("days_")])
            for row in pooled
            if row.part == part
        )
        bands.append(Band(named(part, words), lines, planted))
    most = max([row.high for row in pooled if row.high >= 0] + [row.value for row in pooled] + [planted or 0.0])
    ticks = _ticks(most)
    block = rows(figure, bands, limits=(0, ticks[-1]), ticks=ticks)
    if planted is not None:
        label = words["planted"].format(days=planted)
        block.axes.text(planted, -0.02, label, size=6, color=INK, ha="center", va="bottom")
    return block


def _ticks(most: float) -> list[int]:
    """Return round numbers from 0 to the first that ``most`` does not exceed."""
    step = next(step * 10**power for power in range(9) for step in (1, 2, 5) if most <= 7 * step * 10**power)
    return [step * number for number in range(math.ceil(most / step) + 1)]


def _continuity(figure: DataFigure, gaps: Sequence[Gap], words: Words) -> Block:
    """Figures against what last year leads to, on a scale that is linear to 10 and logarithmic beyond."""
    axes = figure.add_axes((0.4, 0.1, 0.3, 0.3))
    most = max(max(abs(gap.expected), abs(gap.printed)) for gap in gaps)
    for axis, scale, limit in (
        (axes.xaxis, axes.set_xscale, axes.set_xlim),
        (axes.yaxis, axes.set_yscale, axes.set_ylim),
    ):
        scale("symlog", linthresh=10, linscale=0.6)
        limit(-1.5, max(12.0, 1.6 * most))
        ticks = [0, *(10**power for power in range(1, 8) if 10**power <= max(12.0, 1.6 * most))]
        axis.set_ticks(ticks, [f"{tick:,}" for tick in ticks])
        axis.set_minor_formatter("")
    axes.axline((0, 0), (1, 1), color=PALE, lw=0.6, zorder=1)
    for gap in gaps:
        point(axes, gap.expected, gap.printed, _RULES.get(gap.rule, MARKS[2]))
    axes.set_xlabel(words["expected"], labelpad=2)
    axes.set_ylabel(words["printed"], labelpad=2)
    left = max(extent(figure, label) for label in axes.get_yticklabels()) + 0.2
    return Block(axes, _SQUARE, left, 0.0)


def _rules(continuity: Sequence[Continuous], words: Words) -> list[tuple[str, Mark]]:
    return [
        (
            words["differ"].format(rule=named(row.rule, words), fails=row.fails, n=row.n),
            _RULES.get(row.rule, MARKS[2]),
        )
        for row in continuity
        if row.at == "every"
    ]


def _pairs(result: Backlog, words: Words) -> str:
    pairs = {(row.organ, row.year) for row in result.pairs if row.tests}
    tests, empty = sum(row.tests for row in result.pairs), sum(row.empty for row in result.pairs)
    return words["pairs"].format(n=len(pairs), empty=empty, all=tests)
