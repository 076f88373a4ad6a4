"""Estimates as rows: one band a group, its lines under one another, the counts beside them at the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import blended_transform_factory

from gxstudy.figures.base import BAND, INK, MM, PALE, DataFigure, Mark, extent, interval, point

__all__ = ["MARGIN", "Band", "Block", "Line", "foot", "heading", "notes", "place", "rows"]

MARGIN = 1.5 * MM
"""Free space at the edges of a figure, in inches."""

_STEP, _GAP, _NOTE = 0.118, 0.13, 0.11


class Line(NamedTuple):
    """One estimate: a mark at ``value``, a line from ``low`` to ``high``, what is written beside; nan draws nothing."""

    value: float
    low: float
    high: float
    beside: str
    mark: Mark


class Band(NamedTuple):
    """One group of lines; ``planted`` is the truth of invented data, drawn as an upright stroke."""

    label: str
    lines: tuple[Line, ...]
    planted: float | None = None


class Block(NamedTuple):
    """Axes with their height and what stands beside them, in inches."""

    axes: Axes
    height: float
    left: float
    right: float


def rows(figure: DataFigure, bands: Sequence[Band], *, limits: tuple[float, float], ticks: Sequence[float]) -> Block:
    """Draw bands on new axes of ``figure``; :func:`place` puts them where they belong."""
    tops = [0.0]
    for band in bands:
        tops.append(tops[-1] + _STEP * max(1, len(band.lines)) + _GAP)
    axes = figure.add_axes((0.4, 0.4, 0.3, 0.3))
    reach = limits[1] - limits[0]
    axes.set_xlim(limits[0] - 0.02 * reach, limits[1] + 0.02 * reach)
    axes.set_xticks(list(ticks))
    axes.set_ylim(tops[-1], 0)
    middles = [(top + below) / 2 for top, below in pairwise(tops)]
    axes.set_yticks(middles, [band.label for band in bands])
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)
    for tick in ticks:
        axes.axvline(tick, color=BAND, lw=0.5, zorder=0)
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    counts: list[Text] = []
    for (top, below), band in zip(pairwise(tops), bands, strict=True):
        if top:
            axes.axhline(top, color=BAND, lw=0.5, zorder=0)
        if band.planted is not None:
            inside = (top + _GAP / 4, below - _GAP / 4)
            axes.plot([band.planted] * 2, inside, color=INK, lw=0.8, ls=(0, (1.5, 1)), zorder=2)
        for at, line in enumerate(band.lines):
            y = top + _GAP / 2 + _STEP * (at + 0.5)
            if not math.isnan(line.value):
                interval(axes, (line.low, line.high), (y, y), line.mark)
                point(axes, line.value, y, line.mark)
            text = axes.text(1.03, y, line.beside, transform=beside, va="center", color=line.mark.colour, size=6.5)
            counts.append(text)
    return Block(axes, tops[-1], *_beside(figure, axes, counts))


def _beside(figure: DataFigure, axes: Axes, counts: Sequence[Text]) -> tuple[float, float]:
    left = max((extent(figure, label) for label in axes.get_yticklabels()), default=0.0)
    return left + 5 / 72, max((extent(figure, count) for count in counts), default=0.0)


def place(figure: DataFigure, block: Block, *, bottom: float, left: float, right: float) -> None:
    """Put axes ``bottom`` inches above the foot of the figure, with ``left`` and ``right`` inches beside them."""
    width, height = figure.get_size_inches()
    inner = (width - 2 * MARGIN - left - right) / (1.03 if right else 1.0)
    block.axes.set_position(((MARGIN + left) / width, bottom / height, inner / width, block.height / height))


def heading(figure: DataFigure, text: str, *, y: float, pale: bool = False) -> None:
    """Write a line at the left edge, ``y`` inches above the foot of the figure; small and pale for a note."""
    width, height = figure.get_size_inches()
    size, colour = (6, PALE) if pale else (7, INK)
    figure.text(MARGIN / width, y / height, text, size=size, color=colour, va="center_baseline")


def notes(figure: DataFigure, lines: Sequence[str]) -> None:
    """Write small lines at the foot of the figure; they take :func:`foot` inches."""
    for at, line in enumerate(reversed(lines)):
        heading(figure, line, y=0.08 + _NOTE * at, pale=True)


def foot(lines: Sequence[str]) -> float:
    """Return the height in inches that notes take."""
    return 0.08 + _NOTE * len(lines)
