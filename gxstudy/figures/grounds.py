"""What becomes of applications, and the odds of disclosure by kind of applicant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import blended_transform_factory

from gxstudy.errors import CallError
from gxstudy.figures.base import (
    BAND,
    INK,
    PALE,
    DataFigure,
    Lang,
    Mark,
    Width,
    extent,
    inches,
    interval,
    legend,
    marks_of,
    one_of,
    point,
    stamp,
    style,
)
from gxstudy.figures.rows import MARGIN, foot, notes
from gxstudy.figures.words import Words, named, worded
from gxstudy.forms import load
from gxstudy.studies.grounds import OUTCOMES, RARE, Applicant, Grounds
from gxstudy.studies.simulate import SIMULATED

__all__ = ["applicants", "grounds"]

_FORM = load("2021").table("applications")
_KINDS = ("natural_person", "business", "research", "public_interest", "legal_service")
_APPLICANTS: Words = {key: _FORM.column(key).label for key in _KINDS}
_WORDS = worded(
    en={
        "granted": "in full",
        "partial": "in part",
        "denied": "denied",
        "unavailable": "unavailable",
        "rejected": "not processed",
        "other": "other",
        "pooled": "all together",
        "n": "n = {n:,}",
        "axis": "Applications handled (%)",
        "factual": "Unavailable, of these\nand denied (%)",
        "note": "n: applications handled. Lines: {level:g}% intervals; all together: {organs:,} organs resampled.",
        "note_many": "Small marks: {reports:,} reports. Lines: {level:g}% intervals, {organs:,} organs resampled.",
        "natural_person": "natural persons",
        "business": "businesses",
        "research": "research bodies",
        "public_interest": "public-interest bodies",
        "legal_service": "legal services",
        "applicant_other": "other applicants",
        "odds": "Odds ratio of disclosure (natural persons: 1)",
        "handled": "Of all handled",
        "decided_on_merits": "Of disclosed, denied, unavailable",
        "resolvable": "Of disclosed and denied",
        "strata": "{disclosed:,} of {all:,}; {strata:,} reports",
        "none": "nothing to compare",
        "thick": "Thick: {level:g}% if decisions are independent; thin: organs drawn with replacement.",
        "rare": "Pale: fewer than {rare} applications in a cell; not to be relied on.",
        "planted": "Dotted: planted.",
    },
    zh={
        "granted": "予以公开",
        "partial": "部分公开",
        "denied": "不予公开",
        "unavailable": "无法提供",
        "rejected": "不予处理",
        "other": "其他处理",
        "pooled": "合计",
        "n": "办结{n:,}件",
        "axis": "占办结申请（%）",
        "factual": "无法提供÷（无法\n提供＋不予公开）%",
        "note": "横线：{level:g}% 区间；合计按{organs:,}个机关重抽样。",
        "note_many": "小标记：{reports:,}份报告；横线：{level:g}% 区间，按{organs:,}个机关重抽样。",
        **_APPLICANTS,
        "applicant_other": "其他组织",
        "odds": "获公开的优势比（以自然人为1）",
        "handled": "以全部办结为基数",
        "decided_on_merits": "以公开、不予公开、无法提供为基数",
        "resolvable": "以公开与不予公开为基数",
        "strata": "公开{disclosed:,}／{all:,}；{strata:,}份报告",
        "none": "无可比较",
        "thick": "粗线：各决定相互独立时的{level:g}% 区间；细线：按机关重抽样。",
        "rare": "浅色：某格不足{rare}件，不足为凭。",
        "planted": "虚线：预设值。",
    },
)

_FEW = 12
_COLOURS = {
    "granted": "#0b3c5d",
    "partial": "#6fa8d0",
    "denied": "#b34700",
    "unavailable": "#f3c88b",
    "rejected": "#7f7f7f",
    "other": "#dadada",
}
_FAINT = "#a8a8a8"
_PITCH = 0.235


class _Row(NamedTuple):
    """One bar, and one point beside it: shares between 0 and 1."""

    name: str
    n: int
    shares: tuple[float, ...]
    factual: tuple[float, float, float]
    mark: Mark


def grounds(result: Grounds, *, lang: Lang = "en", width: Width = "column") -> DataFigure:
    """Draw what became of applications, report by report and all together, and the share of factual grounds.

    Up to twelve reports have a bar each; of more, those of a part are one bar, and small marks beside it.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.grounds`.
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
    if not result.reports:
        msg = "this result has no report whose outcomes are known: there is nothing to draw"
        raise CallError(msg)
    with style():
        figure = _bars(result, words, lang=lang, width=inches(width))
        figure.draw_without_rendering()
    return figure


def applicants(
    result: Grounds,
    *,
    of: str,
    lang: Lang = "en",
    width: Width = "column",
    planted: float | None = None,
) -> DataFigure:
    """Draw the odds of disclosure of each kind of applicant against natural persons.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.grounds`.
    of
        The denominator: ``handled``, ``decided_on_merits`` or ``resolvable``. There is no default.
    lang, width
        As for :func:`grounds`.
    planted
        The odds ratio planted for businesses in an invented corpus, to be drawn beside what was found.

    Raises
    ------
    CallError
        When there is no such denominator, language or width, or no report in which applicants can be compared.
    """
    one_of("lang", lang, _WORDS)
    one_of("of", of, [item.key for item in result.definitions])
    words = _WORDS[lang]
    shown = [row for row in result.applicants if row.of == of]
    if not any(row.strata for row in shown):
        msg = "there is nothing to draw: no report has two kinds of applicant and, of both, both outcomes"
        raise CallError(msg)
    with style():
        figure = _forest(shown, result, words, of=of, width=inches(width), planted=planted)
        figure.data = pd.DataFrame.from_records(shown, columns=list(Applicant._fields))
        figure.draw_without_rendering()
    return figure


def _rows(result: Grounds, words: Words, *, lang: Lang) -> list[_Row]:
    marks = marks_of(list(dict.fromkeys(row.part for row in result.outcomes)))
    together = []
    for part, mark in marks.items():
        own = [row for row in result.outcomes if row.part == part]
        (factual,) = (row for row in result.factual if row.part == part and row.definition == "unavailable_or_denied")
        name = words["pooled"] if len(marks) == 1 else named(part, words)
        ends = (factual.pooled, factual.pooled_low, factual.pooled_high)
        together.append(_Row(name, own[0].handled, tuple(row.pooled for row in own), ends, mark))
    if len(result.reports) > _FEW:
        return together
    ranked = sorted(result.reports, key=lambda row: -(row.granted + row.partial) / row.handled)
    single = [
        _Row(
            row.report_id if lang == "en" else f"{row.organ} {row.year}",
            row.handled,
            tuple(getattr(row, outcome) / row.handled for outcome in OUTCOMES),
            (row.factual, row.factual_low, row.factual_high),
            marks[row.part],
        )
        for row in ranked
    ]
    return [*together, *single]


def _bars(result: Grounds, words: Words, *, lang: Lang, width: float) -> DataFigure:
    shown = _rows(result, words, lang=lang)
    few = len(result.reports) <= _FEW
    organs = sum(row.organs for row in result.outcomes if row.outcome == OUTCOMES[0])
    told = words["note" if few else "note_many"].format(
        level=100 * result.level, organs=organs, reports=len(result.reports)
    )
    pitch = _PITCH if few else 0.42
    stamped = SIMULATED in {row.part for row in result.outcomes}
    top, bottom, plot = 0.4 if stamped else 0.22, 0.5 + foot([told]), pitch * len(shown)
    height = top + plot + bottom
    figure = DataFigure(figsize=(width, height))
    bars, dots = (figure.add_axes((left, 0.3, 0.2, 0.3)) for left in (0.3, 0.6))
    for axes in (bars, dots):
        axes.set_ylim(len(shown), 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 50, 100])
    room = _labels(figure, bars, shown, words)
    for at, row in enumerate(shown):
        _stack(bars, at, row.shares)
    for tick in (0, 50, 100):
        dots.axvline(tick, color=PALE if tick == 50 else BAND, lw=0.5, zorder=0)
    for at, row in enumerate(shown):
        _dot(dots, at + 0.5, row.factual, row.mark)
    if not few:
        for at, part in enumerate(dict.fromkeys(row.part for row in result.outcomes)):
            own = [100 * row.factual for row in result.reports if row.part == part and not math.isnan(row.factual)]
            dots.plot(own, [at + 0.82] * len(own), "|", color=_FAINT, ms=3, mew=0.4, zorder=2)
    bars.set_xlabel(words["axis"], labelpad=2)
    dots.set_xlabel(words["factual"], labelpad=2, linespacing=1.05)
    free = width - MARGIN * 2.4 - room
    for axes, start, share in ((bars, 0.0, 0.55), (dots, 0.63, 0.37)):
        left = MARGIN + room + start * free
        axes.set_position((left / width, bottom / height, share * free / width, plot / height))
    _colours(figure, words, y=height - top + 0.11)
    notes(figure, [told])
    stamp(figure, [row.part for row in result.outcomes], words)
    figure.data = pd.DataFrame(
        [(row.name, row.n, *row.shares, *row.factual) for row in shown],
        columns=["row", "handled", *OUTCOMES, "factual", "factual_low", "factual_high"],
    )
    return figure


def _labels(figure: DataFigure, axes: Axes, shown: Sequence[_Row], words: Words) -> float:
    """Name the bars at the left, each with its n below; return the room that takes."""
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    room = 0.0
    for at, row in enumerate(shown):
        for text, shift, colour in ((row.name, 0.3, INK), (words["n"].format(n=row.n), 0.72, PALE)):
            label = axes.annotate(
                text, (0, at + shift), (-4, 0), xycoords=beside, textcoords="offset points", ha="right", va="center"
            )
            label.set(size=6, color=colour)
            room = max(room, extent(figure, label))
    return room + 5 / 72


def _stack(axes: Axes, at: int, shares: Sequence[float]) -> None:
    """Draw one bar of all outcomes, with the shares that have room for a number."""
    start = 0.0
    for outcome, share in zip(OUTCOMES, shares, strict=True):
        colour = _COLOURS[outcome]
        axes.add_patch(Rectangle((start, at + 0.14), 100 * share, 0.72, facecolor=colour, edgecolor="white", lw=0.4))
        if share >= 0.095:
            ink = "white" if outcome in ("granted", "denied", "rejected") else INK
            text = f"{100 * share:.0f}"
            axes.text(start + 50 * share, at + 0.52, text, size=6, ha="center", va="center", color=ink)
        start += 100 * share


def _dot(axes: Axes, y: float, ends: tuple[float, float, float], mark: Mark) -> None:
    value, low, high = (100 * end for end in ends)
    if not math.isnan(low):
        interval(axes, (low, high), (y, y), mark)
    if not math.isnan(value):
        point(axes, value, y, mark)


def _colours(figure: DataFigure, words: Words, *, y: float) -> None:
    """Name the colours of the bars in one line, in their order."""
    width, height = figure.get_size_inches()
    x = MARGIN
    for outcome in OUTCOMES:
        corner = (x / width, (y - 0.035) / height)
        size = (0.07 / width, 0.07 / height)
        figure.add_artist(Rectangle(corner, *size, facecolor=_COLOURS[outcome], edgecolor="none"))
        label = figure.text((x + 0.1) / width, y / height, words[outcome], size=6, va="center_baseline")
        x += 0.1 + extent(figure, label) + 0.09


def _forest(
    shown: Sequence[Applicant], result: Grounds, words: Words, *, of: str, width: float, planted: float | None
) -> DataFigure:
    kinds = list(dict.fromkeys(row.applicant for row in shown))
    parts = list(dict.fromkeys(row.part for row in shown))
    marks = marks_of(parts)
    told = [words["thick"].format(level=100 * result.level)]
    last = [words["rare"].format(rare=RARE)] if any(row.rare and row.strata for row in shown) else []
    last += [words["planted"]] if planted is not None else []
    told += [" ".join(last)] if last else []
    band = 0.27 * len(parts)
    top, bottom, plot = 0.3, 0.42 + foot(told), band * len(kinds)
    height = top + plot + bottom
    figure = DataFigure(figsize=(width, height))
    axes = figure.add_axes((0.3, bottom / height, 0.4, plot / height))
    axes.set_xscale("log", base=2)
    ticks = _ticks(shown)
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, [f"{tick:g}" if tick >= 1 else f"1/{1 / tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(len(kinds), 0)
    axes.set_yticks(
        [at + 0.5 for at in range(len(kinds))], [words.get(f"applicant_{kind}", words[kind]) for kind in kinds]
    )
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    for tick in ticks:
        axes.axvline(tick, color=PALE if tick == 1 else BAND, lw=0.6 if tick == 1 else 0.5, zorder=0)
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    texts: list[Text] = []
    for row in shown:
        at = kinds.index(row.applicant)
        y = at + (parts.index(row.part) + 0.5) / len(parts)
        mark = marks[row.part]
        if row.rare:
            mark = mark._replace(colour=_FAINT, face="white")
        _odds(axes, row, y, mark)
        for text, shift, size in ((_ratio(row), -0.2, 6.5), (_counts(row, words), 0.22, 6)):
            label = axes.text(1.03, y + shift / len(parts), text, transform=beside, va="center", size=size)
            label.set_color(PALE if size == 6 or row.rare else mark.colour)
            texts.append(label)
        if planted is not None and row.applicant == "business":
            axes.plot([planted] * 2, [at + 0.05, at + 0.95], color=INK, lw=0.8, ls=(0, (1.5, 1)), zorder=2)
    left = MARGIN + max(extent(figure, label) for label in axes.get_yticklabels()) + 5 / 72
    right = MARGIN + max(extent(figure, text) for text in texts)
    axes.set_position((left / width, bottom / height, (width - left - right) / 1.03 / width, plot / height))
    axes.set_xlabel(words["odds"], labelpad=2, loc="right")
    heads = [(named(part, words), marks[part]) for part in parts] if len(parts) > 1 else []
    head = figure.text(MARGIN / width, 1 - 0.11 / height, words[of], va="center_baseline")
    legend(figure, heads, x=MARGIN + extent(figure, head) + 0.15, y=height - 0.11)
    notes(figure, told)
    stamp(figure, parts, words)
    return figure


def _ticks(shown: Sequence[Applicant]) -> list[float]:
    """Return powers of 2 or 4 that take in the marks and intervals, between 1/64 and 64."""
    ends = [end for row in shown for end in (row.odds_ratio, row.low, row.high, row.organ_low, row.organ_high)]
    reach = max((abs(math.log2(end)) for end in ends if 0 < end < math.inf), default=1.0)
    if reach <= 2:
        return [2.0**power for power in range(-2, 3)]
    steps = min(math.ceil(reach / 2), 3)
    return [4.0**power for power in range(-steps, steps + 1)]


def _odds(axes: Axes, row: Applicant, y: float, mark: Mark) -> None:
    """Draw the two intervals and the mark; what lies beyond the axes ends there."""
    low, high = axes.get_xlim()
    for ends, wide in (((row.organ_low, row.organ_high), 0.6), ((row.low, row.high), 1.8)):
        if not any(math.isnan(end) for end in ends):
            axes.plot([max(ends[0], low), min(ends[1], high)], [y, y], color=mark.colour, lw=wide, zorder=3)
    if low <= row.odds_ratio <= high:
        point(axes, row.odds_ratio, y, mark)
    elif not math.isnan(row.odds_ratio):
        beyond = (high, ">") if row.odds_ratio > high else (low, "<")
        axes.plot([beyond[0]], [y], beyond[1], color=mark.colour, ms=3.6, zorder=4, clip_on=False)


def _ratio(row: Applicant) -> str:
    if math.isnan(row.odds_ratio):
        return "–"
    return "∞" if math.isinf(row.odds_ratio) else f"{row.odds_ratio:.2f}"


def _counts(row: Applicant, words: Words) -> str:
    if row.strata == 0:
        return words["none"]
    return words["strata"].format(disclosed=row.disclosed, all=row.disclosed + row.not_disclosed, strata=row.strata)
