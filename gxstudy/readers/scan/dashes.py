"""Rules that are drawn as dashes: many short strokes on one level, of like length and close together."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Dashed", "dashed"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

SHORTEST, LONGEST, THICKEST = 1.2, 12.0, 2.6
"""Points of a dash: how long it is at least and at most, how thick at most."""
LEVEL, GAP = 0.7, 8.5
"""Points by which two dashes of a rule lie apart: across it, and along it."""
FEWEST, UNLIKE = 4, 2.5
"""Dashes of a rule at least; how many times longer than most the longest are at most."""


class Dashed(NamedTuple):
    """A dashed rule: its row, from where to where it runs, and how thick its dashes are, in pixels."""

    at: float
    start: float
    end: float
    width: float


def dashed(thin: Grey, scale: float) -> list[Dashed]:
    """Return the dashed rules across a picture of thin ink, ``scale`` pixels a point."""
    flat = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, max(3, round(SHORTEST * scale))), np.uint8))
    _, _, stats, middles = cv2.connectedComponentsWithStats(flat, connectivity=8)
    x, wide, high = stats[1:, 0], stats[1:, 2], stats[1:, 3]
    is_dash = (wide <= LONGEST * scale) & (high <= THICKEST * scale) & (wide > high)
    levels, lefts, widths, heights = (
        np.asarray(part[is_dash], np.float64) for part in (middles[1:, 1] + 0.5, x, wide, high)
    )
    found: list[Dashed] = []
    order = np.argsort(levels, kind="stable")
    while len(order):
        first = levels[order[0]]
        level = order[levels[order] - first <= 2 * LEVEL * scale]
        near = level[np.abs(levels[level] - np.median(levels[level])) <= LEVEL * scale]
        order = order[~np.isin(order, near)] if len(near) else order[1:]
        near = near[np.argsort(lefts[near], kind="stable")]
        gaps = lefts[near][1:] - (lefts[near] + widths[near])[:-1]
        for run in np.split(near, np.flatnonzero(gaps > GAP * scale) + 1):
            if _is_rule(widths[run]):
                ends, at = lefts[run] + widths[run], float(np.median(levels[run]))
                found.append(Dashed(at, float(lefts[run[0]]), float(ends.max()), float(heights[run].mean())))
    return found


def _is_rule(lengths: Floats) -> bool:
    return len(lengths) >= FEWEST and float(np.quantile(lengths, 0.9)) <= UNLIKE * float(np.median(lengths))
