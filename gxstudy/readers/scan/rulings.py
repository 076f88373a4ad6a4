"""A level picture -> its rules, and the cells that they enclose, in pixels.

A stroke of a character is no rule: a rule is long, or it runs from one rule to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from gxstudy.readers.scan.dashes import dashed

__all__ = ["Cells", "Rule", "cells", "rules", "without"]

Grey = npt.NDArray[np.uint8]

LIMIT = 3_000
"""Pieces of rules looked at each way; the longest are kept."""
SHORTEST_ACROSS, SHORTEST_DOWN = 14.0, 8.5
"""Points below which a stroke is no piece of a rule."""
LONG, LONGEST = 40.0, 100.0
"""Points from which a stroke is a rule if paper is on both its sides, or if it begins or ends at another."""
DARKER = 32
"""Levels by which a rule is darker than the paper beside it."""
DASHED = 3
"""Long dashed rules across a page with dashed rules at least."""
OFF, MANY_ROWS = 0.12, 0.2
"""Share of its length at which a dashed rule may have ink beside it; the same of a rule down three rows or more."""
THICKEST = 3.5
"""Points beyond which a stroke is no rule."""
BESIDE, FULL = 2.0, 0.25
"""Points beside a long rule at which less than this share is ink; a row of bold text has more."""
NEXT = (0.6, 1.8)
"""Points beside a rule down a row or two within which there is no ink; on a stroke of a character stand others."""
ONE_ROW, TWO_ROWS, CROSSED, TALL_ROW, LOOSE, BOTH_ROWS = 0.06, 0.06, 0.08, 0.25, 0.25, 0.5
"""Share of a rule's length that may have ink there: down one row; down two, and at an end, on both its sides; down one
row higher than a character, at an end that meets no rule, and down each of two rows, on either side."""
TALLEST = 17.0
"""Points that no stroke of a character in a table is high."""
MARGIN = 0.4
"""Points of the blurred edge of a rule."""
SLOPE, RAGGED = 0.03, 0.6
"""How steep a rule of a level page is at most, and how many points its edges stray from straight ones."""
WHOLE = 0.95
"""Share of a long rule that is drawn; characters in a row leave more open."""
APART = 1.6
"""Points up to which two pieces lie on one rule."""
SMALL_GAP, GAP = 0.7, 6.0
"""Points up to which a gap in a rule is closed: where another rule crosses it, and elsewhere."""
REACH = 3.0
"""Points up to which a rule that ends before another is drawn on to it."""
DASH = 6.0
"""The same for a dashed rule, which may end with a gap and a dash that is not to be told from what crosses it."""
TOUCH = 1.0
"""Points up to which a stroke that ends before a rule touches it; characters in narrow rows come nearly as close."""


class Rule(NamedTuple):
    """A straight line of pixels: ``at`` its row (across) or column (down), from ``start`` to ``end``, its width.

    ``filled`` is the share of it that is drawn; of one that is ``dashed`` it is taken for whole.
    """

    at: float
    start: float
    end: float
    width: float
    filled: float = 1.0
    dashed: bool = False


class Cells(NamedTuple):
    """What rules enclose: ``labels`` names the cell of each pixel (0: none), ``boxes`` by label x0, top, x1, bottom."""

    labels: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]


def rules(flat: Grey, ink: Grey, scale: float) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules across and down a picture.

    Parameters
    ----------
    flat, ink
        The picture, level and of even light (0 black to 255 white), and 255 where it has ink.
    scale
        Pixels a point.
    """
    beside = np.ascontiguousarray(ink.T)
    thin, thin_beside = _thin(flat, scale), _thin(np.ascontiguousarray(flat.T), scale)
    strokes_across = _pieces(thin, scale, SHORTEST_ACROSS)
    strokes_down = _pieces(thin_beside, scale, SHORTEST_DOWN)
    dashes = [Rule(*rule, dashed=True) for rule in dashed(thin, scale)]
    long = [rule for rule in dashes if rule.end - rule.start > LONGEST * scale and _stands_off(rule, ink, 1, scale)]
    if len(long) >= DASHED:  # else what looks dashed are strokes of figures, one over the other
        strokes_across += dashes
        strokes_down += [Rule(*rule, dashed=True) for rule in dashed(thin_beside, scale)]
    across = _joined(strokes_across, strokes_down, scale)
    down = _joined(strokes_down, strokes_across, scale)
    while True:
        kept_across = [rule for rule in across if _is_rule(rule, down, ink, scale) and _stands_off(rule, ink, 1, scale)]
        kept_down = [
            rule for rule in down if _is_rule(rule, kept_across, beside, scale) and _stands_off(rule, beside, 0, scale)
        ]
        kept_down = _aligned(kept_down, kept_across, beside, scale)
        if kept_across == across and kept_down == down:
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


def without(picture: Grey, across: Sequence[Rule], down: Sequence[Rule], scale: float, *, paper: int) -> Grey:
    """Return a picture with ``paper`` where the rules are drawn: what is left of a rule is read as print."""
    clean = picture.copy()
    for rule in across:
        (left, right), (top, bottom) = _margins(rule, scale)
        clean[top:bottom, left:right] = paper
    for rule in down:
        (top, bottom), (left, right) = _margins(rule, scale)
        clean[top:bottom, left:right] = paper
    return clean


def _margins(rule: Rule, scale: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the pixels of a rule with its blurred edges: along it, and across it."""
    blur = MARGIN * scale
    half = rule.width / 2 + blur
    return (
        (max(0, round(rule.start - blur)), round(rule.end + blur) + 1),
        (max(0, round(rule.at - half)), round(rule.at + half) + 1),
    )


def _thin(flat: Grey, scale: float) -> Grey:
    """Return where a picture is darker than what lies above and below: 255, elsewhere 0."""
    dark = cv2.bitwise_not(cv2.GaussianBlur(flat, (0, 0), 0.2 * scale))
    thin = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, np.ones((2 * round(THICKEST * scale / 2) + 3, 1), np.uint8))
    return np.where(thin > DARKER, 255, 0).astype(np.uint8)


def _pieces(thin: Grey, scale: float, shortest: float) -> list[Rule]:
    """Return the straight strokes across a picture of thin ink."""
    calm = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, 2 * round(0.5 * scale) + 1), np.uint8))
    thick = cv2.dilate(calm, np.ones((3, 1), np.uint8))
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(7, round(shortest * scale))), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_WIDTH], kind="stable")[:LIMIT] + 1
    pieces = []
    for index in order.tolist():
        x, y, wide, high, area = stats[index].tolist()
        thickness = max(1.0, area / wide - 2)
        if high > min(thickness, THICKEST * scale) + 2 + max(2.0, 0.02 * wide):  # text, or a rule that text touches
            mask = labels[y : y + high, x : x + wide] == index
            pieces += _straight(mask, x, y, scale) or _levels(mask, x, y, scale)
        elif thickness <= THICKEST * scale:
            pieces.append(Rule(y + high / 2, x, x + wide, thickness))
    return pieces


def _straight(mask: npt.NDArray[np.bool_], x: int, y: int, scale: float) -> list[Rule]:
    """Return a blot as the rule that it is if it is thin and runs straight, however ragged its edges; else nothing."""
    places = np.arange(mask.shape[1])
    filled = mask.sum(axis=0)
    middles = (mask * np.arange(mask.shape[0])[:, None]).sum(axis=0) / filled
    slope, start = np.polyfit(places, middles, 1)
    astray = np.abs(middles - start - slope * places)
    thickness = float(np.median(filled)) - 2
    if abs(slope) > SLOPE or np.quantile(astray, 0.9) > RAGGED * scale:
        return []
    if thickness > THICKEST * scale or np.quantile(filled, 0.9) - 2 > thickness + 2 * RAGGED * scale:
        return []
    return [Rule(y + float(middles.mean()) + 0.5, x, x + mask.shape[1], max(1.0, thickness))]


def _levels(mask: npt.NDArray[np.bool_], x: int, y: int, scale: float) -> list[Rule]:
    """Return the rows of a blot that are filled for most of its width: a rule that text touches."""
    height, wide = mask.shape
    if wide < LONG * scale:
        return []
    full = mask.sum(axis=1) > 0.7 * wide
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    found = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start - 2 <= THICKEST * scale:
            found.append(Rule(y + (start + end) / 2, x, x + wide, max(1.0, end - start - 2.0)))
    return found if len(found) * 3 <= height else []


def _joined(pieces: list[Rule], crossing: list[Rule], scale: float) -> list[Rule]:
    """Return rules of which pieces on one level, with small gaps between them, are put together.

    A gap in which a stroke of the other way lies is as wide as that at most: a rule does not break where it meets one.
    """
    ordered = sorted(pieces, key=lambda rule: rule.at)
    joined: list[Rule] = []
    while ordered:
        level = [rule for rule in ordered if rule.at - ordered[0].at <= APART * scale]
        ordered = ordered[len(level) :]
        level.sort(key=lambda rule: rule.start)
        run = [level[0]]
        for rule in level[1:]:
            end = max(one.end for one in run)
            width = _crossing(rule.at, end, rule.start, crossing)
            if rule.start - end <= (GAP * scale if width is None else SMALL_GAP * scale + width):
                run.append(rule)
            else:
                joined.append(_one(run))
                run = [rule]
        joined.append(_one(run))
    return joined


def _crossing(at: float, start: float, end: float, crossing: list[Rule]) -> float | None:
    """Return the width of the widest stroke that crosses a gap, None where none does."""
    widths = [rule.width for rule in crossing if start - 1 <= rule.at <= end + 1 and rule.start <= at <= rule.end]
    return max(widths, default=None)


def _one(run: Sequence[Rule]) -> Rule:
    lengths = np.array([rule.end - rule.start for rule in run])
    at = float(np.average([rule.at for rule in run], weights=lengths))
    width = float(np.average([rule.width for rule in run], weights=lengths))
    start, end = min(rule.start for rule in run), max(rule.end for rule in run)
    is_dashed = float(lengths[[rule.dashed for rule in run]].sum()) > (end - start) / 2
    return Rule(at, start, end, width, min(1.0, float(lengths.sum()) / (end - start)), is_dashed)


def _is_rule(rule: Rule, others: Iterable[Rule], ink: Grey, scale: float) -> bool:
    """Return whether a stroke begins and ends at strokes of the other way, or is long with paper on both its sides."""
    touch, reach = (DASH, DASH) if rule.dashed else (TOUCH, REACH)
    touch, reach = touch * scale, reach * scale
    near = [other for other in others if other.start - reach <= rule.at <= other.end + reach]
    ends = (rule.start, rule.end)
    if all(any(abs(o.at - edge) <= touch + o.width / 2 for o in near) for edge in ends):
        return True
    length = rule.end - rule.start
    if rule.dashed:
        return sum(rule.start - touch <= other.at <= rule.end + touch for other in near) > 1
    if length < LONG * scale or rule.filled < WHOLE:
        return False
    if length >= LONGEST * scale and any(abs(o.at - edge) <= REACH * scale for o in near for edge in ends):
        return True
    return _beside(rule, ink, BESIDE, scale) < FULL


def _stands_off(rule: Rule, ink: Grey, side: int, scale: float) -> bool:
    """Return whether a rule is whole, or has paper beside it: on one side (0) or both (1). Print may look dashed."""
    return not rule.dashed or sorted(_sides(rule, ink, scale))[side] < OFF


def _aligned(down: list[Rule], across: Sequence[Rule], beside: Grey, scale: float) -> list[Rule]:
    """Return ``down`` without strokes of characters that are as high as a row, or several of them one over the other.

    A rule runs down three rows or more, or has paper on its sides. A stroke that lengthens one is cut off.
    """
    kept = []
    for rule in down:
        parts = [(part, _sides(part, beside, scale)) for part in _rows(rule, across, scale)]
        while len(parts) > 1 and _lengthens(rule, rule.end, parts[-1][1], across, scale):
            parts.pop()
        while len(parts) > 1 and _lengthens(rule, rule.start, parts[0][1], across, scale):
            parts.pop(0)
        measure = max if len(parts) == 1 else min
        inked = sum(measure(sides) for _, sides in parts) / len(parts)
        tallest = max(part.end - part.start for part, _ in parts)
        tall = len(parts) <= 2 and tallest > TALLEST * scale and (len(parts) > 1 or inked < TALL_ROW)
        if len(parts) == 2 and min(max(sides) for _, sides in parts) > BOTH_ROWS:
            continue
        if (len(parts) > 2 and inked < MANY_ROWS) or tall or inked < (ONE_ROW, TWO_ROWS)[min(len(parts), 2) - 1]:
            kept.append(rule._replace(start=parts[0][0].start, end=parts[-1][0].end))
    return kept


def _lengthens(rule: Rule, end: float, sides: tuple[float, float], across: Sequence[Rule], scale: float) -> bool:
    """Return whether the last part of a rule, up to ``end``, is a stroke of a character that stands on its line."""
    meets = any(
        abs(other.at - end) <= REACH * scale and other.start - REACH * scale <= rule.at <= other.end + REACH * scale
        for other in across
    )
    return min(sides) > CROSSED or (not meets and max(sides) > LOOSE)


def _sides(rule: Rule, ink: Grey, scale: float) -> tuple[float, float]:
    """Return, for each side of a rule, the share of it that has ink close by; its ends are not looked at."""
    short, near, far = round(1.5 * scale), rule.width / 2 + NEXT[0] * scale, rule.width / 2 + NEXT[1] * scale
    start, end = round(rule.start) + short, round(rule.end) - short
    shares = []
    for low, high in ((rule.at - far, rule.at - near), (rule.at + near, rule.at + far)):
        strip = ink[max(0, round(low)) : max(0, round(high)) + 1, start:end]
        shares.append(float((strip > 0).any(axis=0).mean()) if strip.size else 0.0)
    return shares[0], shares[1]


def _rows(rule: Rule, across: Sequence[Rule], scale: float) -> list[Rule]:
    """Return the parts of a rule between those that cross it."""
    inner = 2 * scale
    cuts = sorted(
        other.at
        for other in across
        if rule.start + inner < other.at < rule.end - inner
        and other.start - REACH * scale <= rule.at <= other.end + REACH * scale
    )
    return [
        rule._replace(start=start, end=end)
        for start, end in pairwise([rule.start, *cuts, rule.end])
        if end - start > 2 * inner
    ] or [rule]


def _beside(rule: Rule, ink: Grey, points: float, scale: float) -> float:
    """Return the share of ink ``points`` beside a rule, on the side that has more."""
    away, short = rule.width / 2 + points * scale, round(1.5 * scale)
    shares = [0.0]
    for y in (round(rule.at - away), round(rule.at + away)):
        strip = ink[max(0, y - 1) : y + 2, round(rule.start) + short : round(rule.end) - short]
        if strip.size:
            shares.append(float(strip.mean()) / 255)
    return max(shares)


def _touched(rule: Rule, others: Iterable[Rule], scale: float) -> bool:
    near = REACH * scale
    return any(
        other.start - near <= rule.at <= other.end + near and rule.start - near <= other.at <= rule.end + near
        for other in others
    )


def _drawn_to(rule: Rule, others: Iterable[Rule], scale: float) -> Rule:
    """Return a rule whose ends lie on the rules that they nearly touch."""
    near = (DASH if rule.dashed else REACH) * scale
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
