"""How much of the text stands in last year's report already: the share of pairs up to each degree of likeness."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from gxstudy.errors import CallError
from gxstudy.figures.base import BAND, INK, MARKS, PALE, DataFigure, Lang, Width, inches, one_of, stamp, style
from gxstudy.figures.rows import MARGIN, foot, heading, notes
from gxstudy.figures.words import worded
from gxstudy.studies.copying import BENCHMARK, Comparison, Copying
from gxstudy.studies.simulate import SIMULATED

__all__ = ["copying"]

_WORDS = worded(
    en={
        "title": "Text that the other report has too",
        "year_before": "own report, year before (n = {n:,})",
        "other_organ": "other organ, same year (n = {n:,})",
        "axis": "Share of the text's shingles found in the other (%)",
        "share": "Pairs up to this (%)",
        "benchmark": "CASS, data of 2016: up to {at:g}%",
        "planted": "planted: {at:.0f}%",
        "note": "Shingles of {length} characters; numbers count as one sign. n: pairs of reports.",
    },
    zh={
        "title": "文字重复程度",
        "year_before": "本机关上年报告（n = {n:,}）",
        "other_organ": "同年其他机关（n = {n:,}）",
        "axis": "本报告片段见于另一报告的比例（%）",
        "share": "累计比例（%）",
        "benchmark": "社科院2016年数据：最高{at:g}%",
        "planted": "设定值{at:.0f}%",
        "note": "以{length}字为一片段，数字视为同一符号；n：报告对数。",
    },
)
_KINDS = {"year_before": (MARKS[0].colour, "-"), "other_organ": (MARKS[1].colour, (0, (4, 1.5)))}


def copying(result: Copying, *, lang: Lang = "en", width: Width = "column", planted: float | None = None) -> DataFigure:
    """Draw the distribution of ``kept`` for reports a year apart and, as base rate, for other organs.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.copying`.
    lang
        Of the labels.
    width
        ``column`` is 89 mm, ``page`` 183 mm (in the journal's style in force).
    planted
        Of invented texts: the true mean share.

    Raises
    ------
    CallError
        When there is no such language or width, or no pair of texts in the result.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    if not result.pairs:
        msg = "there is nothing to draw: no two texts of one organ follow one another, and none are of one year"
        raise CallError(msg)
    with style():
        said = [words["note"].format(length=result.length)]
        low, plot = foot(said), 1.7
        wide, high = inches(width), low + 0.36 + plot + 0.8
        figure = DataFigure(figsize=(wide, high))
        left = MARGIN + 0.45
        axes = figure.add_axes(
            (left / wide, (low + 0.36) / high, (wide - left - 2 * MARGIN - 0.05) / wide, plot / high)
        )
        axes.set_xlim(-2, 102)
        axes.set_ylim(0, 100)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.set_xlabel(words["axis"], labelpad=2)
        axes.set_ylabel(words["share"], labelpad=2)
        for tick in (25, 50, 75, 100):
            axes.axhline(tick, color=BAND, lw=0.5, zorder=0)
        for at, (kind, (colour, dashes)) in enumerate(_KINDS.items()):
            values = np.sort([100 * pair.kept for pair in result.pairs if pair.kind == kind])
            if len(values):
                steps = 100 * np.arange(len(values) + 1) / len(values)
                axes.step([-2, *values, 102], [*steps, 100], where="post", color=colour, lw=1.1, ls=dashes, zorder=3)
            label = words[kind].format(n=len(values))
            y = high - 0.28 - 0.14 * at
            ends = [MARGIN / wide, (MARGIN + 0.2) / wide]
            figure.add_artist(Line2D(ends, [y / high] * 2, color=colour, lw=1.1, ls=dashes))
            figure.text((MARGIN + 0.26) / wide, y / high, label, color=colour, va="center_baseline")
        upright = [(100 * BENCHMARK, "benchmark", PALE)]
        if planted is not None:
            upright.append((100 * planted, "planted", INK))
        for row, (value, key, colour) in enumerate(sorted(upright)):  # the line furthest to the right is the tallest
            y = 102 + 7 * row
            axes.plot([value] * 2, [0, y + 5], color=colour, lw=0.7, ls=(0, (1.5, 1)), zorder=2, clip_on=False)
            axes.text(value - 1, y, words[key].format(at=value), size=6, color=colour, ha="right", va="bottom")
        heading(figure, words["title"], y=high - 0.1)
        notes(figure, said)
        stamp(figure, [SIMULATED] if result.simulated else [], words)
        figure.data = pd.DataFrame.from_records(list(result.pairs), columns=list(Comparison._fields))
        figure.draw_without_rendering()
    return figure
