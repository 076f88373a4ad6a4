"""A level picture -> its rules, and the cells that they enclose, in pixels.

A stroke of a character is no rule: a rule is long, or it runs from one rule to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Cells", "Rule", "cells", "rules"]

Grey = npt.NDArray[np.uint8]

LIMIT = 3_000
"""Pieces of rules looked at each way; the longest are kept."""
SHORTEST_ACROSS, SHORTEST_DOWN = 14.0, 8.5
"""Points below which a stroke is no piece of a rule."""
LONG = 40.0
"""Points from which a stroke is a rule wherever it ends."""
THICKEST = 3.5
"""Points beyond which a stroke is no rule."""
BESIDE, FULL = 2.0, 0.25
"""Points beside a long rule at which at most this share is ink; a row of bold text has more."""
APART = 1.6
"""Points up to which two pieces lie on one rule."""
GAP = 6.0
"""Points up to which a gap in a rule is closed."""
REACH = 3.0
"""Points up to which a rule that ends before another touches it."""


class Rule(NamedTuple):
    """A straight line of pixels: ``at`` its row (across) or column (down), from ``start`` to ``end``, its width."""

    at: float
    start: float
    end: float
    width: float


class Cells(NamedTuple):
    """What rules enclose: ``labels`` names the cell of each pixel (0: none), ``boxes`` by label x0, top, x1, bottom."""

    labels: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]


def rules(ink: Grey, scale: float) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules across and down a picture of ink.

    Parameters
    ----------
    ink
        Height x width, 255 where there is ink.
    scale
        Pixels a point.
    """
    beside = np.ascontiguousarray(ink.T)
    across = _joined(_pieces(ink, scale, SHORTEST_ACROSS), scale)
    down = _joined(_pieces(beside, scale, SHORTEST_DOWN), scale)
    while True:
        kept_across = [rule for rule in across if _is_rule(rule, down, ink, scale)]
        kept_down = [rule for rule in down if _is_rule(rule, kept_across, beside, scale)]
        if len(kept_across) == len(across) and len(kept_down) == len(down):
            break
        across, down = kept_across, kept_down
    crossed = [rule for rule in down if _touched(rule, across, scale) or rule.end - rule.start > LONG * scale]
    return (
        tuple(_drawn_to(rule, crossed, scale) for rule in across),
        tuple(_drawn_to(rule, across, scale) for rule in crossed),
    )


def cells(across: Sequence[Rule], down: Sequence[Rule], shape: tuple[int, int], scale: float) -> Cells:
    """Return the cells that the rules of a picture of ``shape`` enclose, tables left open at an edge closed."""
    height, width = shape
    drawn = np.zeros((height, width), np.uint8)
    for rule in (*across, *_closing(down, across, scale)):
        cv2.line(drawn, (round(rule.start), round(rule.at)), (round(rule.end), round(rule.at)), 255, 1)
    for rule in (*down, *_closing(across, down, scale)):
        cv2.line(drawn, (round(rule.at), round(rule.start)), (round(rule.at), round(rule.end)), 255, 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(drawn), connectivity=4)
    boxes = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1).astype(np.int32)
    outside = (boxes[:, 0] <= 0) | (boxes[:, 1] <= 0) | (boxes[:, 2] >= width) | (boxes[:, 3] >= height)
    tiny = (stats[:, 2] < 4 * scale) | (stats[:, 3] < 4 * scale)
    keep = ~(outside | tiny)
    keep[0] = False
    names = np.zeros(count, np.int32)
    names[keep] = np.arange(1, int(keep.sum()) + 1)
    kept = np.concatenate([np.zeros((1, 4), np.int32), boxes[keep]])
    return Cells(names[labels].astype(np.int32), kept)


def _pieces(ink: Grey, scale: float, shortest: float) -> list[Rule]:
    """Return the straight strokes across a picture of ink."""
    calm = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 2 * round(0.5 * scale) + 1), np.uint8))
    thick = cv2.dilate(calm, np.ones((3, 1), np.uint8))
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(7, round(shortest * scale))), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_WIDTH], kind="stable")[:LIMIT] + 1
    pieces = []
    for index in order.tolist():
        x, y, wide, high, area = stats[index].tolist()
        thickness = max(1.0, area / wide - 2)
        if thickness > THICKEST * scale:
            continue
        if high > thickness + 2 + max(2.0, 0.02 * wide):  # text that ran together, or a rule with text on it
            pieces += _levels(labels[y : y + high, x : x + wide] == index, x, y, round(shortest * scale), scale)
            continue
        pieces.append(Rule(y + high / 2, x, x + wide, thickness))
    return pieces


def _levels(mask: npt.NDArray[np.bool_], x: int, y: int, shortest: int, scale: float) -> list[Rule]:
    """Return the rows of a blot that are filled for most of its width: a rule that text touches."""
    height, wide = mask.shape
    if wide < LONG * scale:
        return []
    full = mask.sum(axis=1) > 0.7 * wide
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    found = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start - 2 <= THICKEST * scale and wide >= shortest:
            found.append(Rule(y + (start + end) / 2, x, x + wide, max(1.0, end - start - 2.0)))
    return found if len(found) * 3 <= height else []


def _joined(pieces: list[Rule], scale: float) -> list[Rule]:
    """Return rules of which pieces on one level, with small gaps between them, are put together."""
    ordered = sorted(pieces, key=lambda rule: rule.at)
    joined: list[Rule] = []
    while ordered:
        level = [rule for rule in ordered if rule.at - ordered[0].at <= APART * scale]
        ordered = ordered[len(level) :]
        level.sort(key=lambda rule: rule.start)
        run = [level[0]]
        for rule in level[1:]:
            if rule.start - max(one.end for one in run) <= GAP * scale:
                run.append(rule)
            else:
                joined.append(_one(run))
                run = [rule]
        joined.append(_one(run))
    return joined


def _one(run: Sequence[Rule]) -> Rule:
    lengths = np.array([rule.end - rule.start for rule in run])
    at = float(np.average([rule.at for rule in run], weights=lengths))
    width = float(np.average([rule.width for rule in run], weights=lengths))
    return Rule(at, min(rule.start for rule in run), max(rule.end for rule in run), width)


def _is_rule(rule: Rule, others: Iterable[Rule], ink: Grey, scale: float) -> bool:
    """Return whether a stroke begins and ends at strokes of the other way, or is long with paper on both its sides."""
    near = [other.at for other in others if other.start - REACH * scale <= rule.at <= other.end + REACH * scale]
    if all(any(abs(at - edge) <= REACH * scale for at in near) for edge in (rule.start, rule.end)):
        return True
    if rule.end - rule.start < LONG * scale:
        return False
    away = rule.width / 2 + BESIDE * scale
    sides = [round(rule.at + side * away) for side in (-1, 1)]
    strips = [ink[max(0, y - 1) : y + 2, round(rule.start) : round(rule.end)] for y in sides]
    return all(not strip.size or float(strip.mean()) < FULL * 255 for strip in strips)


def _touched(rule: Rule, others: Iterable[Rule], scale: float) -> bool:
    near = REACH * scale
    return any(
        other.start - near <= rule.at <= other.end + near and rule.start - near <= other.at <= rule.end + near
        for other in others
    )


def _drawn_to(rule: Rule, others: Iterable[Rule], scale: float) -> Rule:
    """Return a rule whose ends lie on the rules that they nearly touch."""
    near = REACH * scale
    meets = [other.at for other in others if other.start - near <= rule.at <= other.end + near]
    start = min((at for at in meets if abs(at - rule.start) <= near), default=rule.start)
    end = max((at for at in meets if abs(at - rule.end) <= near), default=rule.end)
    return rule._replace(start=start, end=end)


def _closing(lines: Sequence[Rule], crossing: Sequence[Rule], scale: float) -> list[Rule]:
    """Return the lines that close tables where several rules end together beyond the last one that crosses them."""
    found = []
    for is_end in (False, True):
        ends = sorted((rule.end if is_end else rule.start, rule.at) for rule in lines)
        runs: list[list[tuple[float, float]]] = []
        for end in ends:
            if runs and end[0] - runs[-1][-1][0] <= REACH * scale:
                runs[-1].append(end)
            else:
                runs.append([end])
        for run in runs:
            at = min(end for end, _ in run) if is_end else max(end for end, _ in run)
            start, stop = min(place for _, place in run), max(place for _, place in run)
            closed = any(
                abs(rule.at - at) <= 2 * REACH * scale and rule.start <= stop and rule.end >= start for rule in crossing
            )
            if len(run) > 2 and not closed:
                found.append(Rule(at, start, stop, 1.0))
    return found
