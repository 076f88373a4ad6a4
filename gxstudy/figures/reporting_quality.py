"""Sums that fail, with what could have failed; numbers of the text against the table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from gxstudy.figures.base import MARKS, DataFigure, Lang, Width, inches, legend, marks_of, one_of, stamp, style
from gxstudy.figures.rows import MARGIN, Band, Block, Line, foot, heading, notes, place, rows
from gxstudy.figures.words import named, worded
from gxstudy.forms import load
from gxstudy.studies.reporting_quality import Failure, Prose, ReportingQuality

__all__ = ["reporting_quality"]

_WORDS = worded(
    en={
        "failures": "Sums that fail",
        "balance": "in = out",
        "outcomes": "outcomes = total",
        "applicants": "applicants = total",
        "results": "results = total",
        "any": "any of these",
        "tests": "tests",
        "tests_not_zero": "tests of more than zeros",
        "reports": "reports",
        "axis": "Share that fails (%)",
        "prose": "Text against table",
        "axis_prose": "Share that differs (%)",
        "applications_received": "received",
        "applications_carried_in": "carried in",
        "applications_handled": "handled",
        "applications_carried_out": "carried out",
        "reviews": "reviews",
        "suits": "suits",
        "note": "Lines: Wilson {level:g}% intervals. Counts: failures / tests or reports.",
    },
    zh={
        "failures": "勾稽关系不成立",
        "balance": "收＝办＋转",
        "outcomes": "分项＝总计",
        "applicants": "申请人＝总计",
        "results": "结果＝总计",
        "any": "以上任一",
        "tests": "检验",
        "tests_not_zero": "非零检验",
        "reports": "报告",
        "axis": "不成立比例（%）",
        "prose": "文字与表格",
        "axis_prose": "不一致比例（%）",
        "applications_received": "新收",
        "applications_carried_in": "上年结转",
        "applications_handled": "办结",
        "applications_carried_out": "结转下年",
        "reviews": load("2021").table("disputes").row("review").label,
        "suits": "行政诉讼",
        "note": "横线：{level:g}% Wilson 区间；计数：不成立数／检验数或报告数。",
    },
)
_BASES = {"tests": MARKS[0], "tests_not_zero": MARKS[1], "reports": MARKS[2]}


def reporting_quality(result: ReportingQuality, *, lang: Lang = "en", width: Width = "column") -> DataFigure:
    """Draw failures by sum and base and, where text was compared with tables, how often the two differ.

    Parameters
    ----------
    result
        Of :func:`gxstudy.studies.reporting_quality`.
    lang
        Of the labels.
    width
        ``column`` is 89 mm, ``page`` 183 mm (in the journal's style in force).

    Raises
    ------
    CallError
        When there is no such language or width.
    """
    one_of("lang", lang, _WORDS)
    words = _WORDS[lang]
    compared = [row for row in result.prose if row.n]
    parts = list(dict.fromkeys(row.part for row in compared))
    marks = marks_of(parts)
    failing = [
        Band(named(identity, words), tuple(_failure(row) for row in result.failures if row.identity == identity))
        for identity in dict.fromkeys(row.identity for row in result.failures)
    ]
    differing = [
        Band(
            named(key, words),
            tuple(
                Line(100 * row.share, 100 * row.low, 100 * row.high, f"{row.differ}/{row.n}", marks[row.part])
                for row in compared
                if row.key == key
            ),
        )
        for key in dict.fromkeys(row.key for row in compared)
    ]
    with style():
        figure = DataFigure(figsize=(inches(width), 1))
        above = _in_percent(figure, failing)
        above.axes.set_xlabel(words["axis"], labelpad=2)
        below = _in_percent(figure, differing) if differing else None
        left = max(above.left, 0.0 if below is None else below.left)
        right = max(above.right, 0.0 if below is None else below.right)
        said = [words["note"].format(level=100 * result.level)]
        low = foot(said)
        tall = 0.0 if below is None else 0.36 + below.height + 0.46
        figure.set_size_inches(inches(width), low + tall + 0.34 + above.height + 0.42)
        high = figure.get_size_inches()[1]
        place(figure, above, bottom=low + tall + 0.34, left=left, right=right)
        heading(figure, words["failures"], y=high - 0.1)
        legend(figure, [(words[of], mark) for of, mark in _BASES.items()], x=MARGIN, y=high - 0.28)
        if below is not None:
            below.axes.set_xlabel(words["axis_prose"], labelpad=2)
            place(figure, below, bottom=low + 0.36, left=left, right=right)
            heading(figure, words["prose"], y=low + tall - 0.12)
            legend(figure, [(named(part, words), marks[part]) for part in parts], x=MARGIN, y=low + tall - 0.3)
        notes(figure, said)
        stamp(figure, parts, words)
        figure.data = pd.concat(
            [
                pd.DataFrame.from_records(list(result.failures), columns=list(Failure._fields)),
                pd.DataFrame.from_records(compared, columns=list(Prose._fields)),
            ],
            keys=["failures", "prose"],
            names=["panel", None],
        ).reset_index("panel")
        figure.draw_without_rendering()
    return figure


def _failure(row: Failure) -> Line:
    return Line(100 * row.share, 100 * row.low, 100 * row.high, f"{row.fails}/{row.n}", _BASES[row.of])


def _in_percent(figure: DataFigure, bands: Sequence[Band]) -> Block:
    """Draw shares on an axis that ends at 50 or 100 %, whichever all intervals fit."""
    half = all(line.high <= 50 for band in bands for line in band.lines if not math.isnan(line.high))
    ticks = (0, 10, 20, 30, 40, 50) if half else (0, 25, 50, 75, 100)
    return rows(figure, bands, limits=(0, ticks[-1]), ticks=ticks)
