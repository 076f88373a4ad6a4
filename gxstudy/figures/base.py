"""What every figure has in common: sizes, colours, marks, the font, the numbers it carries, and how it is saved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

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
from gxstudy.figures.words import Words
from gxstudy.studies.simulate import SIMULATED

__all__ = [
    "BAND",
    "FORMATS",
    "INK",
    "JOURNALS",
    "MARKS",
    "MM",
    "PALE",
    "PART_MARKS",
    "WIDTHS",
    "DataFigure",
    "Format",
    "Journal",
    "Lang",
    "Mark",
    "Width",
    "apart",
    "beside",
    "extent",
    "family",
    "font",
    "inches",
    "interval",
    "legend",
    "marks_of",
    "one_of",
    "one_part",
    "point",
    "save",
    "stamp",
    "style",
]

Lang = Literal["en", "zh"]
Width = Literal["column", "page"]
Format = Literal["pdf", "svg", "png"]

FORMATS: tuple[Format, ...] = ("pdf", "svg", "png")
WIDTHS: tuple[Width, ...] = ("column", "page")
MM = 1 / 25.4
INK, PALE, BAND = "#1a1a1a", "#6b6b6b", "#e4e4e4"
_DPI = 600
_PAGE = b"""
#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.figure), format: "svg")
"""


class Journal(NamedTuple):
    """How wide a journal prints a column and a page, in millimetres."""

    column: float
    page: float
    source: str


JOURNALS: dict[str, Journal] = {
    "nature": Journal(89, 183, "https://research-figure-guide.nature.com/figures/building-and-exporting-figure-panels"),
    "elsevier": Journal(90, 190, "https://www.elsevier.com/about/policies-and-standards/author/artwork-and-media"),
}
"""What :func:`style` knows. Both ask for letters of 5 to 7 points, or 7 and no less than 6: all here have 7 or 6."""
_JOURNAL: ContextVar[Journal] = ContextVar("journal", default=JOURNALS["nature"])


class Mark(NamedTuple):
    """A mark of one shape and colour; its face is the colour or white."""

    shape: str
    colour: str
    face: str


# Okabe and Ito's vermilion, blue and black: apart in grey as well; open, full and square besides.
MARKS = (
    Mark("o", "#0072B2", "#0072B2"),
    Mark("o", "#D55E00", "white"),
    Mark("s", "#1a1a1a", "#1a1a1a"),
    Mark("D", "#009E73", "white"),
    Mark("^", "#CC79A7", "#CC79A7"),
)
PART_MARKS = {"repeat_year": MARKS[0], "purposive": MARKS[1], "full_reports": MARKS[2]}


class DataFigure(Figure):
    """A figure that knows the numbers it shows (``data``)."""

    data: pd.DataFrame

    def _repr_png_(self) -> bytes:
        shown = BytesIO()
        with style():
            self.savefig(shown, format="png", metadata={"Software": None})
        return shown.getvalue()


def save(figure: DataFigure, folder: str | Path, name: str, *, formats: Sequence[Format] = FORMATS) -> tuple[Path, ...]:
    """Write a figure for print (``name.pdf``, ``name.svg``, ``name.png``) and the numbers it shows (``name.csv``).

    The same figure gives the same bytes. Text stays text: in the PDF with the font embedded (the glyphs used, as
    OpenType outlines), in the SVG by the font's name, with any sans-serif in its place. The PNG has 600 dots an inch.

    Parameters
    ----------
    figure
        Any that a function of this package drew.
    folder, name
        Where to; the folder is made.
    formats
        Which of :data:`FORMATS`. The CSV is always written.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``, the CSV last.

    Raises
    ------
    CallError
        When there is no such format.
    """
    for wanted in formats:
        one_of("formats", wanted, FORMATS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = BytesIO()
    with style():
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    written = []
    for wanted in formats:
        path = folder / f"{name}.{wanted}"
        if wanted == "png":
            with style():
                figure.savefig(path, dpi=_DPI, metadata={"Software": None})
        else:
            path.write_bytes(drawn.getvalue() if wanted == "svg" else _pdf(drawn.getvalue()))
        written.append(path)
    csv = folder / f"{name}.csv"
    figure.data.to_csv(csv, index=False, lineterminator="\n")
    return (*written, csv)


def _pdf(svg: bytes) -> bytes:
    """Set the drawing as a PDF. Matplotlib could embed this font's outlines as Type 3 alone, which journals refuse."""
    return typst.compile(_PAGE, format="pdf", font_paths=_fonts(), sys_inputs={"figure": svg.decode("utf-8")})


@contextmanager
def style(*, journal: str | None = None) -> Iterator[None]:
    """Give the context in which every figure here is drawn and saved.

    For figures of one's own in the same look, and to draw those of this package at a journal's widths:

    >>> import matplotlib.figure
    >>> with style(journal="elsevier"):
    ...     own = matplotlib.figure.Figure(figsize=(inches("column"), 2))
    >>> round(own.get_figwidth() * 25.4)
    90

    Parameters
    ----------
    journal
        A key of :data:`JOURNALS`; by default the one around, or ``nature``.

    Raises
    ------
    CallError
        When there is no such journal.
    """
    if journal is not None:
        one_of("journal", journal, JOURNALS)
    before = _JOURNAL.set(_JOURNAL.get() if journal is None else JOURNALS[journal])
    try:
        with mpl.rc_context(
            {
                "font.family": [family(), "sans-serif"],
                "font.size": 7,
                "axes.labelsize": 7,
                "xtick.labelsize": 7,
                "ytick.labelsize": 7,
                "text.color": INK,
                "axes.labelcolor": INK,
                "axes.edgecolor": INK,
                "xtick.color": INK,
                "ytick.color": INK,
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
        ):
            yield
    finally:
        _JOURNAL.reset(before)


def inches(width: Width) -> float:
    """Return how wide a ``column`` or a ``page`` is, in inches, in the journal whose style is in force.

    Raises
    ------
    CallError
        When there is no such width.
    """
    one_of("width", width, WIDTHS)
    journal = _JOURNAL.get()
    return (journal.column if width == "column" else journal.page) * MM


def font() -> Path:
    """Return the font file of every figure."""
    return pylopdf_fonts_zh_cn.sans_path()


@cache
def family() -> str:
    """Return the font's name, as matplotlib knows it."""
    font_manager.fontManager.addfont(str(font()))
    return font_manager.FontProperties(fname=str(font())).get_name()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[font().parent])


def one_of(what: str, value: str, known: Collection[str]) -> None:
    """Raise CallError unless ``value`` is known."""
    if value not in known:
        msg = f"{what}={value!r}; expected one of {', '.join(known)}"
        raise CallError(msg)


def one_part(parts: Sequence[str], part: str | None) -> str:
    """Return the part to draw: the one named, or the only one there is; parts of a sample are not pooled."""
    if part is None and len(parts) > 1:
        msg = f"parts of a sample are not pooled; name one with part=: {', '.join(parts)}"
        raise CallError(msg)
    chosen = parts[0] if part is None else part
    one_of("part", chosen, parts)
    return chosen


def marks_of(parts: Sequence[str]) -> dict[str, Mark]:
    """Give every part of a sample its mark: the known theirs, the others what is left."""
    free = iter(MARKS[3:] + MARKS[:3])
    return {part: PART_MARKS[part] if part in PART_MARKS else next(free) for part in parts}


def interval(axes: Axes, x: tuple[float, float], y: tuple[float, float], mark: Mark) -> None:
    """Draw an interval as a line."""
    axes.plot(x, y, color=mark.colour, lw=1.0, solid_capstyle="butt", zorder=3)


def point(axes: Axes, x: float, y: float, mark: Mark) -> None:
    """Draw an estimate as a mark."""
    axes.plot([x], [y], mark.shape, mfc=mark.face, mec=mark.colour, ms=3.6, mew=0.9, zorder=4, clip_on=False)


def stamp(figure: Figure, parts: Collection[str], words: Words) -> None:
    """Write across the top right of the figure that its data are invented, if any of ``parts`` is."""
    if SIMULATED in parts:
        width, height = figure.get_size_inches()
        place = (1 - 1.5 * MM / width, 1 - 1.2 * MM / height)
        box = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": INK, "linewidth": 0.6}
        figure.text(*place, words["simulated_data"], ha="right", va="top", size=6.5, bbox=box)


def apart(places: Sequence[float], *, gap: float, top: float) -> list[float]:
    """Move rising places apart to at least ``gap`` and to ``top`` at most, from the top down."""
    moved = list(places)
    ceiling = top
    for at in reversed(range(len(moved))):
        moved[at] = min(moved[at], ceiling)
        ceiling = moved[at] - gap
    return moved


def extent(figure: Figure, text: Text) -> float:
    """Return the width of a text in inches."""
    return text.get_window_extent().width / figure.dpi


def beside(axes: Axes, y: float, text: str, *, colour: str) -> Text:
    """Write small text to the right of the axes, at the height of ``y`` in data."""
    across = blended_transform_factory(axes.transAxes, axes.transData)
    return axes.annotate(
        text,
        (1, y),
        xycoords=across,
        xytext=(4, 0),
        textcoords="offset points",
        size=6,
        va="center",
        color=colour,
        linespacing=1.1,
        annotation_clip=False,
    )


def legend(figure: DataFigure, named: Sequence[tuple[str, Mark]], *, x: float, y: float) -> None:
    """Name the marks in one line, each name after its mark, in its colour; ``x`` and ``y`` in inches."""
    width, height = figure.get_size_inches()
    for name, mark in named:
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
        label = figure.text((x + 0.1) / width, y / height, name, color=mark.colour, va="center_baseline")
        x += 0.1 + extent(figure, label) + 0.14
