"""Results -> figures for papers. Every number drawn comes from the result; nothing is computed here.

Figures are made for print at one of two widths, in English or Chinese, in colours that colour-blind readers can tell
apart and that differ in grey, with marks of different shape besides. The one font, Noto Sans SC, comes from a package
and carries both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

import matplotlib as mpl
import pandas as pd
import pylopdf_fonts_zh_cn
import typst
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import blended_transform_factory

from gxstudy.errors import CallError
from gxstudy.studies.breaks import BREAKS
from gxstudy.studies.zero_applications import BENCHMARK, Estimate, ZeroApplications

__all__ = ["DataFigure", "save", "zero_applications"]

Lang = Literal["en", "zh"]
Width = Literal["column", "page"]

_MM = 1 / 25.4
_WIDTHS: dict[str, float] = {"column": 89 * _MM, "page": 183 * _MM}
_INK, _PALE, _BAND = "#1a1a1a", "#6b6b6b", "#e4e4e4"
_DPI = 600
_PAGE = b"""
#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.figure), format: "svg")
"""


class _Mark(NamedTuple):
    shape: str
    colour: str
    face: str


# Okabe and Ito's vermilion, blue and black: apart in grey as well; open, full and square besides.
_MARKS = (
    _Mark("o", "#0072B2", "#0072B2"),
    _Mark("o", "#D55E00", "white"),
    _Mark("s", "#1a1a1a", "#1a1a1a"),
    _Mark("D", "#009E73", "white"),
    _Mark("^", "#CC79A7", "#CC79A7"),
)
_PART_MARKS = {"repeat_year": _MARKS[0], "purposive": _MARKS[1], "full_reports": _MARKS[2]}

_EN = {
    "all": "all reports",
    "purposive": "purposive",
    "repeat_year": "outcome not named",
    "full_reports": "read in full",
    "stated": "zero stated anywhere",
    "new": "table: new = 0",
    "new_and_carried_in": "new + carried in = 0",
    "blank": "blank taken as 0",
    "silent": "silence taken as 0",
    "hr": "human resources",
    "urban_mgmt": "urban management",
    "axis": "Reports with zero applications (%)",
    "axis_stated": "Reports stating zero applications (%)",
    "benchmark": "State Council bodies,{space}{first}–{last}:{space}{low:.0f}–{high:.0f}%",
    "note": "Lines: Wilson {level:g}% intervals. Counts: zeros / reports the definition applies to.",
    "year": "Year reported on",
    "space": " ",
}
_ZH = {
    "all": "全部报告",
    "purposive": "有意检索",
    "repeat_year": "检索未指定结果",
    "full_reports": "全文读取",
    "stated": "任一处称为零",
    "new": "表中新收为零",
    "new_and_carried_in": "新收与结转均为零",
    "blank": "空白计为零",
    "silent": "未提及计为零",
    "national": "国家",
    "province": "省级",
    "prefecture": "市级",
    "county": "县级",
    "township": "乡级",
    "government": "政府",
    "finance": "财政",
    "health": "卫生健康",
    "audit": "审计",
    "statistics": "统计",
    "science": "科技",
    "culture": "文化旅游",
    "justice": "司法",
    "forestry": "林业",
    "meteorology": "气象",
    "water": "水利",
    "market": "市场监管",
    "education": "教育",
    "police": "公安",
    "industry": "工信",
    "emergency": "应急管理",
    "housing": "住建",
    "agriculture": "农业农村",
    "urban_mgmt": "城市管理",
    "transport": "交通运输",
    "natural_resources": "自然资源",
    "environment": "生态环境",
    "commerce": "商务",
    "civil_affairs": "民政",
    "medical_insurance": "医疗保障",
    "veterans": "退役军人",
    "data": "数据",
    "hr": "人社",
    "tax": "税务",
    "sport": "体育",
    "other": "其他",
    "axis": "零申请报告所占比例（%）",
    "axis_stated": "称零申请的报告所占比例（%）",
    "benchmark": "国务院机构，{space}{first}—{last}年：{space}{low:.0f}%—{high:.0f}%",
    "note": "横线：{level:g}% Wilson 区间；计数：零申请数／可判定报告数。",
    "year": "报告年度",
    "space": "",
}
_WORDS: dict[str, dict[str, str]] = {"en": _EN, "zh": _ZH}


class DataFigure(Figure):
    """A figure that knows the numbers it shows (``data``)."""

    data: pd.DataFrame

    def _repr_png_(self) -> bytes:
        shown = BytesIO()
        with _style():
            self.savefig(shown, format="png", metadata={"Software": None})
        return shown.getvalue()


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
        When there is no such language, width, or definition in the result.
    """
    _one_of("lang", lang, _WORDS)
    _one_of("width", width, _WIDTHS)
    if result.by is None:
        shown = list(result.estimates)
    else:
        _one_of("definition", definition, [item.key for item in result.definitions])
        shown = [row for row in result.estimates if row.definition == definition]
    words = _WORDS[lang]
    with _style():
        if result.by == "year":
            figure = _by_year(shown, result, words, width=_WIDTHS[width], lang=lang)
        else:
            figure = _in_rows(shown, result, words, width=_WIDTHS[width])
        figure.data = pd.DataFrame.from_records(shown, columns=list(Estimate._fields))
        figure.draw_without_rendering()
    return figure


def save(figure: DataFigure, folder: str | Path, name: str) -> tuple[Path, ...]:
    """Write a figure for print: ``name.pdf``, ``name.svg``, ``name.png`` and the numbers it shows as ``name.csv``.

    The same figure gives the same bytes. Text stays text: in the PDF with the font embedded (the glyphs used, as
    OpenType outlines), in the SVG by the font's name, with any sans-serif in its place. The PNG has 600 dots an inch.

    Returns
    -------
    tuple of Path
        The four files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pdf, svg, png, csv = (folder / f"{name}.{ending}" for ending in ("pdf", "svg", "png", "csv"))
    with _style():
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
        figure.savefig(png, dpi=_DPI, metadata={"Software": None})
    # Typst sets the PDF from the SVG: matplotlib can embed this font's outlines as Type 3 alone, which journals refuse.
    pdf.write_bytes(
        typst.compile(_PAGE, format="pdf", font_paths=_fonts(), sys_inputs={"figure": svg.read_text("utf-8")})
    )
    figure.data.to_csv(csv, index=False, lineterminator="\n")
    return pdf, svg, png, csv


def _one_of(what: str, value: str, known: Sequence[str] | dict[str, Any]) -> None:
    if value not in known:
        msg = f"{what}={value!r}; expected one of {', '.join(known)}"
        raise CallError(msg)


def _font() -> Path:
    return pylopdf_fonts_zh_cn.sans_path()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_font().parent])


@cache
def _family() -> str:
    font_manager.fontManager.addfont(str(_font()))
    return font_manager.FontProperties(fname=str(_font())).get_name()


def _style() -> AbstractContextManager[None]:
    """Return the context in which every figure here is drawn and saved."""
    return mpl.rc_context(
        {
            "font.family": [_family(), "sans-serif"],
            "font.size": 7,
            "axes.labelsize": 7,
            "xtick.labelsize": 7,
            "ytick.labelsize": 7,
            "text.color": _INK,
            "axes.labelcolor": _INK,
            "axes.edgecolor": _INK,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.width": 0.6,
            "ytick.major.size": 2.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": True,
            "svg.fonttype": "none",
            "svg.hashsalt": "gxstudy",
            "figure.dpi": 200,
            "savefig.bbox": None,
        }
    )


def _named(key: str, words: dict[str, str]) -> str:
    return words.get(key, key.replace("_", " "))


def _marks(parts: Sequence[str]) -> dict[str, _Mark]:
    free = iter(_MARKS[3:] + _MARKS[:3])
    return {part: _PART_MARKS[part] if part in _PART_MARKS else next(free) for part in parts}


def _in_rows(shown: Sequence[Estimate], result: ZeroApplications, words: dict[str, str], *, width: float) -> DataFigure:
    """One row a group (or definition), its parts under one another, the counts beside them at the right."""
    field = "definition" if result.by is None else "group"
    keys = list(dict.fromkeys(getattr(row, field) for row in shown))
    parts = list(dict.fromkeys(row.part for row in shown))
    marks = _marks(parts)
    step, gap = (0.118, 0.13) if len(keys) <= 12 else (0.105, 0.05)
    top, bottom = 0.42, 0.56
    pitch = step * len(parts) + gap
    height = top + pitch * len(keys) + bottom
    figure = DataFigure(figsize=(width, height))
    axes = figure.add_axes((0.5, bottom / height, 0.3, pitch * len(keys) / height))
    axes.set_xlim(-2, 102)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_ylim(len(keys) * pitch, 0)
    axes.set_yticks([(at + 0.5) * pitch for at in range(len(keys))], [_named(key, words) for key in keys])
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(words["axis_stated" if {row.definition for row in shown} == {"stated"} else "axis"], labelpad=2)
    for tick in (0, 25, 50, 75, 100):
        axes.axvline(tick, color=_BAND, lw=0.5, zorder=0)

    beside = blended_transform_factory(axes.transAxes, axes.transData)
    counts = []
    for at, key in enumerate(keys):
        if at and key != "all":
            axes.axhline(at * pitch, color=_BAND, lw=0.5, zorder=0)
        for row in (row for row in shown if getattr(row, field) == key):
            y = at * pitch + gap / 2 + step * (parts.index(row.part) + 0.5)
            mark = marks[row.part]
            if row.n:
                _interval(axes, (100 * row.low, 100 * row.high), (y, y), mark)
                _point(axes, 100 * row.share, y, mark)
            counts.append(axes.text(1.03, y, _count(row), transform=beside, va="center", color=mark.colour, size=6.5))
    stated = [at for at, key in enumerate(keys) if result.by is not None or key == "stated"]
    if "stated" in {row.definition for row in shown}:
        low, high = _benchmark()
        axes.fill_betweenx([stated[0] * pitch, (stated[-1] + 1) * pitch], low, high, color=_BAND, lw=0, zorder=1)
        axes.text(low, -0.03, _benchmark_label(words, space=words["space"]), size=6, color=_PALE, va="bottom")

    margin = 1.5 * _MM
    left = margin + max(_extent(figure, label) for label in axes.get_yticklabels()) + 5 / 72
    right = margin + max(_extent(figure, count) for count in counts)
    inner = (width - left - right) / 1.03
    axes.set_position((left / width, bottom / height, inner / width, pitch * len(keys) / height))
    _key(figure, parts, marks, words, x=margin, y=height - 0.11)
    note = words["note"].format(level=100 * result.level)
    figure.text(margin / width, 0.05 / height, note, size=6, color=_PALE, va="bottom")
    return figure


def _by_year(
    shown: Sequence[Estimate], result: ZeroApplications, words: dict[str, str], *, width: float, lang: Lang
) -> DataFigure:
    """Years from left to right, a mark a part; the counts under each year; breaks in law and form named at the top."""
    rows = [row for row in shown if row.group != "all"]
    years = sorted({int(row.group) for row in rows})
    parts = list(dict.fromkeys(row.part for row in rows))
    marks = _marks(parts)
    line, margin, top, plot = 0.12, 1.5 * _MM, 0.44, 1.65
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
        axes.axhline(tick, color=_BAND, lw=0.5, zorder=0)
    if rows[0].definition == "stated":
        low, high = _benchmark()
        axes.axhspan(low, high, color=_BAND, lw=0, zorder=1)
        beside = axes.text(years[-1] + 0.55, (low + high) / 2, _benchmark_label(words, space="\n"), size=6, color=_PALE)
        beside.set(va="center", linespacing=1.15)
        right += _extent(figure, beside)
    under = blended_transform_factory(axes.transData, axes.transAxes)
    for change in (change for change in BREAKS if years[0] < change.year <= years[-1]):
        axes.axvline(change.year - 0.5, color=_PALE, lw=0.6, ls=(0, (3, 2)), zorder=2)
        label = change.en if lang == "en" else change.zh
        axes.text(change.year - 0.5, 1.02, label, transform=under, size=6, color=_PALE, va="bottom")
    for row in rows:
        at = parts.index(row.part)
        x = int(row.group) + 0.16 * (at - (len(parts) - 1) / 2)
        mark = marks[row.part]
        if row.n:
            _interval(axes, (x, x), (100 * row.low, 100 * row.high), mark)
            _point(axes, x, 100 * row.share, mark)
        y = -(0.26 + line * (at + 0.5)) / plot
        axes.text(int(row.group), y, _count(row), transform=under, ha="center", va="center", size=6, color=mark.colour)
    left = margin + 0.42
    axes.set_position((left / width, bottom / height, (width - left - right) / width, plot / height))
    axes.set_xlabel(words["year"], labelpad=9 + 72 * line * len(parts))
    _key(figure, parts, marks, words, x=margin, y=height - 0.11)
    note = words["note"].format(level=100 * result.level)
    figure.text(margin / width, 0.05 / height, note, size=6, color=_PALE, va="bottom")
    return figure


def _interval(axes: Axes, x: tuple[float, float], y: tuple[float, float], mark: _Mark) -> None:
    axes.plot(x, y, color=mark.colour, lw=1.0, solid_capstyle="butt", zorder=3)


def _point(axes: Axes, x: float, y: float, mark: _Mark) -> None:
    axes.plot([x], [y], mark.shape, mfc=mark.face, mec=mark.colour, ms=3.6, mew=0.9, zorder=4, clip_on=False)


def _count(row: Estimate) -> str:
    return f"{row.zeros}/{row.n}" if row.n else "–"


def _benchmark() -> tuple[float, float]:
    shares = [row.share for row in BENCHMARK]
    return 100 * min(shares), 100 * max(shares)


def _benchmark_label(words: dict[str, str], *, space: str) -> str:
    low, high = _benchmark()
    return words["benchmark"].format(first=BENCHMARK[0].year, last=BENCHMARK[-1].year, low=low, high=high, space=space)


def _extent(figure: Figure, text: Text) -> float:
    """Return the width of a text in inches."""
    return text.get_window_extent().width / figure.dpi


def _key(
    figure: DataFigure, parts: Sequence[str], marks: dict[str, _Mark], words: dict[str, str], *, x: float, y: float
) -> None:
    """Name the parts in one line, each after its mark, in its colour; ``x`` and ``y`` in inches."""
    width, height = figure.get_size_inches()
    for part in parts:
        mark = marks[part]
        figure.add_artist(
            Line2D(
                [(x + 0.03) / width],
                [y / height],
                marker=mark.shape,
                mfc=mark.face,
                mec=mark.colour,
                ms=3.6,
                mew=0.9,
                ls="none",
            )
        )
        label = figure.text((x + 0.1) / width, y / height, _named(part, words), color=mark.colour, va="center_baseline")
        x += 0.1 + _extent(figure, label) + 0.14
