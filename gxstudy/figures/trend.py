"""Series over years: the breaks in law and form, as upright lines with their names above."""

from __future__ import annotations

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

    A name that would run into the one before it, or out of the figure, is moved: up a line, or to the left of its own.
    To be called when the axes are where they stay.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    high = axes.get_position().height * figure.get_size_inches()[1]
    over = blended_transform_factory(axes.transData, axes.transAxes)
    ends = [0.0, 0.0]
    for one in within(years):
        axes.axvline(one.year - 0.5, color=PALE, lw=0.6, ls=(0, (3, 2)), zorder=2, clip_on=False)
        text = axes.text(one.year - 0.5, 1, one.en if lang == "en" else one.zh, transform=over, size=6, color=PALE)
        text.set_va("bottom")
        box = text.get_window_extent()
        if box.x1 > figure.bbox.x1:
            text.set_ha("right")
            box = text.get_window_extent()
        free = _FREE * figure.dpi
        row = 0 if box.x0 >= ends[0] + free or not ends[0] else 1
        text.set_y(1 + (0.03 + _LINE * row) / high)
        if row:
            axes.plot(
                [one.year - 0.5] * 2, [1, 1 + (0.03 + _LINE) / high], color=PALE, lw=0.6, transform=over, clip_on=False
            )
        ends[row] = box.x1
