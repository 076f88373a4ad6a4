"""Disputes before and after review came first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    MARKS,
    PALE,
    DataFigure,
    Lang,
    Mark,
    Width,
    apart,
    beside,
    extent,
    inches,
    interval,
    one_of,
    one_part,
    point,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, foot, heading, notes
from gxstudy.figures.trend import NAMES, draw_breaks
from gxstudy.figures.words import Words, worded
from gxstudy.studies.review_first import (
    ENOUGH_ORGANS,
    MEASURES,
    YEARS_BEFORE,
    Count,
    Jump,
    ReviewFirst,
    Year,
)

__all__ = ["review_first"]

_WORDS = worded(
    en={
        "direct_suits": "Direct suits, share of all suits (%)",
        "to_review": "Reviews, share of reviews and direct suits (%)",
        "direct_per_refusal": "Direct suits per 100 refusals",
        "disputes_per_refusal": "Reviews and direct suits per 100 refusals",
        "all": "all organs",
        "mostly_covered": "mostly covered",
        "hardly_covered": "hardly covered",
        "year": "Year reported on",
        "ratio": "× {ratio:.2f}\n({low:.2f}–{high:.2f})",
        "note": "Dots: sums, {level:g}% intervals by organ; lines: segmented fit; dashed: earlier trend.",
        "groups": "Covered: refusals that must go to review first. Below: {unit}. ×: jump at {since}.",
        "suits": "suits",
        "disputes": "reviews and direct suits",
        "refusals": "refusals",
        "single": "One line an organ. n: {unit}; {level:g}% Wilson intervals.",
        "no_jump": "No jump is estimated: {why}.",
        "few_organs": "{n} of the {needed} organs needed report on every year",
        "few_years": "{n} of the {needed} years needed lie before {since}",
        "none_counted": "some year has no such case",
    },
    zh={
        "direct_suits": "直接起诉占全部诉讼（%）",
        "to_review": "复议占复议与直接起诉（%）",
        "direct_per_refusal": "每百件未予公开的直接起诉",
        "disputes_per_refusal": "每百件未予公开的复议与直接起诉",
        "all": "全部机关",
        "mostly_covered": "多数须先复议",
        "hardly_covered": "少数须先复议",
        "year": "报告年度",
        "ratio": "×{ratio:.2f}\n（{low:.2f}—{high:.2f}）",
        "note": "点：合计及{level:g}% 区间（按机关重抽样）；实线：分段拟合；虚线：原趋势延伸。",
        "groups": "分组依据：未予公开中须先复议者所占比例。数字：{unit}；×：{since}年跳变。",
        "suits": "诉讼数",
        "disputes": "复议与直接起诉数",
        "refusals": "未予公开数",
        "single": "每线一个机关；数字：{unit}；{level:g}% Wilson 区间。",
        "no_jump": "未作跳变估计：{why}。",
        "few_organs": "逐年报告的机关须有{needed}个，现有{n}个",
        "few_years": "{since}年前须有{needed}年，现有{n}年",
        "none_counted": "个别年度无此类案件",
    },
)
_UNITS = {
    "direct_suits": "suits",
    "to_review": "disputes",
    "direct_per_refusal": "refusals",
    "disputes_per_refusal": "refusals",
}
_GROUPS: dict[str, Mark] = {"mostly_covered": MARKS[0], "hardly_covered": MARKS[1], "all": MARKS[2]}
_EACH = (*MARKS, *(mark._replace(face="white" if mark.face != "white" else mark.colour) for mark in MARKS))
_LINE, _PLOT = 0.12, 1.9


def review_first(
    result: ReviewFirst,
    *,
    measure: str = "direct_suits",
    part: str | None = None,
    lang: Lang = "en",
    width: Width = "column",
) -> DataFigure:
    """Draw a series cut at the break, for organs mostly and hardly covered by the law.

    Where no jump is estimated, the share of direct suits of every organ, one line each, and why there is no estimate.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.review_first`.
    measure
        A key of :data:`gxstudy.studies.review_first.MEASURES`; ``direct_suits`` alone can be drawn without an estimate.
    part
        Of the sample; may be left out where there is one.
    lang
        Of the labels. Organs are named by their ``report_id`` without the year in English, by name in Chinese.
    width
        A ``column`` or a ``page``.

    Raises
    ------
    CallError
        When there is no such measure, part, language or width, or nothing to draw.
    """
    one_of("lang", lang, _WORDS)
    one_of("measure", measure, [item.key for item in MEASURES])
    words = _WORDS[lang]
    parts = list(dict.fromkeys(row.part for row in result.reports))
    if not parts:
        msg = "there is nothing to draw: no report gives the totals of table four"
        raise CallError(msg)
    chosen = one_part(parts, part)
    jumps = {row.group: row for row in result.jumps if (row.measure, row.kind, row.part) == (measure, "law", chosen)}
    groups = [group for group in ("mostly_covered", "hardly_covered") if not jumps[group].why_not] or ["all"]
    with style():
        if jumps["all"].why_not:
            shown = [row for row in result.reports if row.part == chosen and row.share >= 0]
            if measure != "direct_suits" or not shown:
                msg = f"there is nothing to draw: no jump of {measure} is estimated ({jumps['all'].why_not})"
                raise CallError(msg)
            figure = _single(shown, jumps["all"], words, width=inches(width), lang=lang, level=result.level)
            figure.data = pd.DataFrame.from_records(shown, columns=list(Count._fields))
        else:
            years = [
                row for row in result.years if (row.measure, row.part) == (measure, chosen) and row.group in groups
            ]
            figure = _series(
                years, [jumps[group] for group in groups], words, width=inches(width), lang=lang, result=result
            )
            figure.data = pd.DataFrame.from_records(years, columns=list(Year._fields))
        stamp(figure, [chosen], words)
        figure.draw_without_rendering()
    return figure


def _axes(
    years: Sequence[int],
    label: str,
    words: Words,
    said: Sequence[str],
    counts: Sequence[tuple[Mark, dict[int, int]]],
    *,
    width: float,
) -> tuple[DataFigure, Axes]:
    """Return a figure with its axes: years along the foot, a line of counts under them for each mark."""
    low = foot(said) + 0.42 + _LINE * len(counts)
    high = low + _PLOT + NAMES + 0.28
    figure = DataFigure(figsize=(width, high))
    axes = figure.add_axes((0.2, low / high, 0.6, _PLOT / high))
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_xticks(years)
    axes.set_xlabel(words["year"], labelpad=4 + 72 * _LINE * len(counts))
    under = blended_transform_factory(axes.transData, axes.transAxes)
    for at, (mark, of_year) in enumerate(counts):
        y = -(0.26 + _LINE * (at + 0.2)) / _PLOT
        for year, n in of_year.items():
            axes.text(year, y, f"{n:,}", transform=under, ha="center", va="center", size=6, color=mark.colour)
    heading(figure, label, y=high - 0.1)
    notes(figure, said)
    return figure, axes


def _fit(figure: DataFigure, axes: Axes, years: Sequence[int], room: float, *, most: float, lang: Lang) -> None:
    """Give the axes their scale and the room that labels beside them leave."""
    step, top = _scale(most)
    axes.set_ylim(0, top)
    axes.set_yticks(range(0, top + 1, step))
    for tick in axes.get_yticks()[1:]:
        axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
    wide = figure.get_size_inches()[0]
    left = MARGIN + max(extent(figure, label) for label in axes.get_yticklabels()) + 6 / 72
    box = axes.get_position()
    axes.set_position((left / wide, box.y0, (wide - left - MARGIN - room) / wide, box.height))
    draw_breaks(axes, years, lang=lang)


def _scale(most: float) -> tuple[int, int]:
    """Return the step of the ticks and the last of them, for values up to ``most``."""
    step = next(step * 10**power for power in range(9) for step in (1, 2, 5) if most <= 5 * step * 10**power)
    return step, step * max(1, math.ceil(most / step))


def _series(
    rows: Sequence[Year], jumps: Sequence[Jump], words: Words, *, width: float, lang: Lang, result: ReviewFirst
) -> DataFigure:
    years = sorted({row.year for row in rows})
    unit = words[_UNITS[rows[0].measure]]
    said = [
        words["note"].format(level=100 * result.level),
        words["groups"].format(unit=unit, since=result.since),
    ]
    counts = [(_GROUPS[jump.group], {row.year: row.below for row in rows if row.group == jump.group}) for jump in jumps]
    figure, axes = _axes(years, words[rows[0].measure], words, said, counts, width=width)
    room, ends = 0.0, []
    for at, jump in enumerate(jumps):
        mark = _GROUPS[jump.group]
        own = sorted((row for row in rows if row.group == jump.group), key=lambda row: row.year)
        shift = 0.1 * (at - (len(jumps) - 1) / 2)
        for row in own:
            interval(axes, (row.year + shift,) * 2, (100 * row.low, 100 * row.high), mark)
            point(axes, row.year + shift, 100 * row.value, mark)
        for side in ([row for row in own if row.year < result.since], [row for row in own if row.year >= result.since]):
            axes.plot(
                [row.year for row in side], [100 * row.fitted for row in side], color=mark.colour, lw=1.1, zorder=2
            )
        gone_on = [row for row in own if row.expected >= 0]
        axes.plot(
            [row.year for row in gone_on],
            [100 * row.expected for row in gone_on],
            color=mark.colour,
            lw=0.9,
            ls=(0, (2, 1.2)),
            zorder=2,
        )
        ends.append((100 * own[-1].fitted, jump, mark))
    drawn = [value for row in rows for value in (row.value, row.high, row.expected) if value >= 0]
    most = 100 * max(drawn)
    ends.sort(key=lambda end: end[0])
    top = _scale(most)[1]
    for y, (_, jump, mark) in zip(apart([end[0] for end in ends], gap=0.2 * top, top=0.9 * top), ends, strict=True):
        ratio = words["ratio"].format(ratio=jump.ratio, low=jump.low, high=jump.high)
        label = beside(axes, y, f"{words[jump.group]}\n{ratio}", colour=mark.colour)
        room = max(room, extent(figure, label) + 0.06)
    _fit(figure, axes, years, room, most=most, lang=lang)
    return figure


def _single(
    reports: Sequence[Count], jump: Jump, words: Words, *, width: float, lang: Lang, level: float
) -> DataFigure:
    """Every organ a line, its counts of suits beside its marks."""
    lines: dict[str, list[Count]] = {}
    for row in sorted(reports, key=lambda row: row.year):
        lines.setdefault(_short(row, lang), []).append(row)
    if jump.organs < ENOUGH_ORGANS:
        why = words["few_organs"].format(n=jump.organs, needed=ENOUGH_ORGANS)
    elif jump.years_before < YEARS_BEFORE:
        why = words["few_years"].format(n=jump.years_before, needed=YEARS_BEFORE, since=jump.since)
    else:
        why = words["none_counted"]
    said = [words["single"].format(unit=words["suits"], level=100 * level), words["no_jump"].format(why=why)]
    years = list(range(min(row.year for row in reports), max(row.year for row in reports) + 1))
    figure, axes = _axes(years, words["direct_suits"], words, said, [], width=width)
    room, places = 0.0, []
    for at, (name, own) in enumerate(lines.items()):
        mark = _EACH[at] if len(lines) <= len(_EACH) else Mark("o", PALE, PALE)
        shift = min(0.09, 0.8 / len(lines)) * (at - (len(lines) - 1) / 2)
        axes.plot(
            [row.year + shift for row in own], [100 * row.share for row in own], color=mark.colour, lw=0.9, zorder=2
        )
        for row in own:
            interval(axes, (row.year + shift,) * 2, (100 * row.low, 100 * row.high), mark)
            point(axes, row.year + shift, 100 * row.share, mark)
        n = ", ".join(f"{row.direct + row.after_review:,}" for row in own)
        places.append((100 * own[-1].share, f"{name}\nn = {n}", mark))
    if len(lines) > len(_EACH):
        places = []
    places.sort(key=lambda item: item[0])
    for y, (_, name, mark) in zip(apart([item[0] for item in places], gap=11.0, top=96.0), places, strict=True):
        room = max(room, extent(figure, beside(axes, y, name, colour=mark.colour)) + 0.06)
    _fit(figure, axes, years, room, most=100, lang=lang)
    return figure


def _short(row: Count, lang: Lang) -> str:
    return row.organ if lang == "zh" else row.report_id.removesuffix(f"-{row.year}")
