"""What reports say of the fee, and what the amounts prove about how it was charged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.transforms import blended_transform_factory

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
    marks_of,
    one_of,
    point,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, Band, Block, Line, foot, heading, notes, place, rows
from gxstudy.figures.words import Words, named, worded
from gxstudy.studies.fees import STATES, Amount, Estimate, Fees

__all__ = ["fees"]

_WORDS = worded(
    en={
        "states": "What reports say of the fee",
        "amounts": "How was the fee charged? What each amount proves",
        "silent": "nothing said",
        "none": "none charged",
        "unpaid": "charged, unpaid",
        "billed": "charged, payment not said",
        "collected": "charged and collected",
        "charged": "charged (the three together)",
        "axis": "Share (%)",
        "yuan": "Yuan (logarithmic)",
        "pages": "by page",
        "items": "by item",
        "open": "either",
        "impossible": "neither",
        "rounded": "rounded, not tested",
        "report": "in a report",
        "case": "in the case list",
        "one": "1 case",
        "several": "2 or more",
        "unknown": "number not said",
        "source_of": "{source}, {cases}",
        "note": "Lines: Wilson {level:g}% intervals. Counts: reports / those in which it could be seen.",
        "planted": "Dotted: planted share.",
    },
    zh={
        "states": "报告对信息处理费的表述",
        "amounts": "金额能证明的计费方式",
        "silent": "未提及",
        "none": "称未收取",
        "unpaid": "已通知，未缴纳",
        "billed": "已通知，缴纳与否未说明",
        "collected": "已收取",
        "charged": "收费（后三项合计）",
        "axis": "比例（%）",
        "yuan": "金额（元，对数坐标）",
        "pages": "按量",
        "items": "按件",
        "open": "两者皆可",
        "impossible": "两者皆不可",
        "rounded": "约数，未检验",
        "report": "年报",
        "case": "个案",
        "one": "1件",
        "several": "2件以上",
        "unknown": "件数不详",
        "source_of": "{source}，{cases}",
        "note": "横线：{level:g}% Wilson 区间；计数：该情形报告数／可判定报告数。",
        "planted": "虚线：设定值。",
    },
)
_PROOFS: dict[str, Mark] = {
    "pages": MARKS[0],
    "open": MARKS[1],
    "items": MARKS[2],
    "impossible": MARKS[3],
    "rounded": Mark("^", PALE, "white"),
}
_MANY = 40
_DOT = 0.07  # inches that a mark takes


def fees(
    result: Fees, *, lang: Lang = "en", width: Width = "column", planted: Mapping[str, float] | None = None
) -> DataFigure:
    """Draw the states of the statements with their intervals and, below, every amount with what it proves.

    Of each part of a sample the widest base is shown: reports read whole where there are any, else statements in view.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.fees`, for all groups together.
    lang
        Of the labels.
    width
        ``column`` is 89 mm, ``page`` 183 mm.
    planted
        Of invented data: the true share of each state, drawn beside what was found.

    Raises
    ------
    CallError
        When there is no such language or width, or no statement in the result.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    if not result.estimates:
        msg = "there is nothing to draw: no report in the result says anything of the fee, nor was any read whole"
        raise CallError(msg)
    parts = list(dict.fromkeys(row.part for row in result.estimates))
    of = {part: "whole" if _seen_whole(result, part) else "spoke" for part in parts}
    shown = [row for row in result.estimates if row.group == "all" and row.of == of[row.part]]
    marks = marks_of(parts)
    truth = dict(planted or {})
    if truth:
        truth["charged"] = sum(truth.get(state, 0.0) for state in ("unpaid", "billed", "collected"))
    bands = [
        Band(words[state], _lines(shown, state, marks), 100 * truth[state] if state in truth else None)
        for state in (*(state.key for state in STATES), "charged")
    ]
    with style():
        figure = DataFigure(figsize=(inches(width), 1))
        above = rows(figure, [band for band in bands if band.lines], limits=(0, 100), ticks=(0, 25, 50, 75, 100))
        above.axes.set_xlabel(words["axis"], labelpad=2)
        below = _amounts(figure, result.amounts, words) if result.amounts else None
        left = max(above.left, 0.0 if below is None else below.left)
        right = max(above.right, 0.0 if below is None else below.right)
        said = [words["note"].format(level=100 * result.level), *([words["planted"]] if truth else [])]
        low = foot(said)
        tall = 0.0 if below is None else 0.36 + below.height + 0.5
        figure.set_size_inches(inches(width), low + tall + 0.34 + above.height + 0.42)
        high = figure.get_size_inches()[1]
        place(figure, above, bottom=low + tall + 0.34, left=left, right=right)
        heading(figure, words["states"], y=high - 0.1)
        legend(figure, [(named(part, words), marks[part]) for part in parts], x=MARGIN, y=high - 0.28)
        if below is not None:
            place(figure, below, bottom=low + 0.36, left=left, right=right)
            heading(figure, words["amounts"], y=low + tall - 0.12)
            proofs = {row.proof for row in result.amounts}
            legend(
                figure,
                [(words[key], mark) for key, mark in _PROOFS.items() if key in proofs],
                x=MARGIN,
                y=low + tall - 0.3,
            )
        notes(figure, said)
        stamp(figure, parts, words)
        figure.data = pd.concat(
            [
                pd.DataFrame.from_records(shown, columns=list(Estimate._fields)),
                pd.DataFrame.from_records(list(result.amounts), columns=list(Amount._fields)),
            ],
            keys=["states", "amounts"],
            names=["panel", None],
        ).reset_index("panel")
        figure.draw_without_rendering()
    return figure


def _seen_whole(result: Fees, part: str) -> bool:
    return any(row.part == part and row.of == "whole" and row.n for row in result.estimates)


def _lines(shown: Sequence[Estimate], state: str, marks: Mapping[str, Mark]) -> tuple[Line, ...]:
    return tuple(
        Line(100 * row.share, 100 * row.low, 100 * row.high, f"{row.hits}/{row.n}" if row.n else "–", marks[row.part])
        for row in shown
        if row.state == state
    )


def _amounts(figure: DataFigure, amounts: Sequence[Amount], words: Words) -> Block:
    """One row for each source and number of cases; amounts that lie on one another are set apart upwards."""
    kinds = [
        (source, cases)
        for source in ("report", "case")
        for cases in ("one", "several", "unknown")
        if any((row.source, _cases(row)) == (source, cases) for row in amounts)
    ]
    step = 0.24 if len(amounts) <= _MANY else 0.5
    axes = figure.add_axes((0.4, 0.1, 0.3, 0.3))
    axes.set_xscale("log")
    smallest, largest = min(row.yuan for row in amounts), max(row.yuan for row in amounts)
    axes.set_xlim(min(90.0, 0.8 * smallest), 1.35 * largest)
    axes.set_ylim(len(kinds) * step, 0)
    labels = [words["source_of"].format(source=words[source], cases=words[cases]) for source, cases in kinds]
    axes.set_yticks([(at + 0.5) * step for at in range(len(kinds))], labels)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    ticks = [
        float(tick)
        for tick in (10, 100, 1_000, 10_000, 100_000, 1_000_000)
        if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]
    ]
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    axes.tick_params(axis="x", which="minor", length=1.5, width=0.4)
    axes.xaxis.set_minor_formatter("")
    axes.set_xlabel(words["yuan"], labelpad=2)
    decades = math.log10(axes.get_xlim()[1] / axes.get_xlim()[0])
    apart = 10 ** (2 * _DOT * decades / figure.get_figwidth())  # axes take about half of the width
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    counts = []
    for at, kind in enumerate(kinds):
        if at:
            axes.axhline(at * step, color=BAND, lw=0.5, zorder=0)
        here = sorted((row for row in amounts if (row.source, _cases(row)) == kind), key=lambda row: row.yuan)
        lanes: list[float] = []
        for row in here:
            lane = next((number for number, last in enumerate(lanes) if row.yuan > apart * last), len(lanes))
            lanes[lane : lane + 1] = [row.yuan]
            offset = (lane % 5 + 1) // 2 * (1 if lane % 2 else -1)
            point(axes, row.yuan, (at + 0.5 + 0.18 * offset * (1 if step < 0.3 else 0.9)) * step, _PROOFS[row.proof])
        text = axes.text(
            1.03, (at + 0.5) * step, f"n = {len(here)}", transform=beside, va="center", color=INK, size=6.5
        )
        counts.append(text)
    left = max(extent(figure, label) for label in axes.get_yticklabels()) + 5 / 72
    return Block(axes, len(kinds) * step, left, max(extent(figure, count) for count in counts))


def _cases(row: Amount) -> str:
    if row.cases is None:
        return "unknown"
    return "one" if row.cases == 1 else "several"
