"""Series over years: the breaks in law and form, as upright lines with their names above."""

from __future__ import annotations

import math
from collections.abc import Collection

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from gxstudy.figures.base import PALE, Lang
from gxstudy.studies.breaks import within

__all__ = ["NAMES", "draw_breaks"]

NAMES = 0.24
"""Height in inches that the names of breaks take above the axes: two lines."""

_LINE, _FREE = 0.11, 0.03


def draw_breaks(axes: Axes, years: Collection[int], *, lang: Lang) -> None:
    """Draw every break within ``years`` half a year before the first report that it touches, and name it.

    A name that would run into the next goes up a line; one that would leave the figure stands left of its line.
    To be called when the axes are where they stay.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    high = axes.get_position().height * figure.get_size_inches()[1]
    over = blended_transform_factory(axes.transData, axes.transAxes)
    right, row = math.inf, 0
    for one in reversed(within(years)):
        at, name = one.year - 0.5, one.en if lang == "en" else one.zh
        axes.axvline(at, color=PALE, lw=0.6, ls=(0, (3, 2)), zorder=2, clip_on=False)
        text = axes.text(at, 1, name, transform=over, size=6, color=PALE, va="bottom")
        if text.get_window_extent().x1 > figure.bbox.x1:
            text.set(ha="right")
        box = text.get_window_extent()
        row = row + 1 if box.x1 + _FREE * figure.dpi > right else 0
        text.set_y(1 + (0.03 + _LINE * row) / high)
        if row:
            axes.plot([at, at], [1, 1 + (0.03 + _LINE * row) / high], color=PALE, lw=0.6, transform=over, clip_on=False)
        right = box.x0
