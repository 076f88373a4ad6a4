"""A picture as it came -> the page as it was printed: even light, straight lines.

Everything is found on the page itself: the background from its brightest parts, the skew from the sharpness of its rows
and columns, perspective from the points in which its rules would meet.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["even", "ink", "straightened", "turned", "unscreened"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

STEEPEST = 10.0
"""Degrees of skew looked for."""
COARSE = 72.0
"""Pixels an inch at which the skew is looked for first."""
LONG = 0.2
"""A rule as long as this share of the page tells its perspective."""
DOT, DOTS, WINDOW = 0.6, 0.2, 8.0
"""Square points of a dot of a halftone at most; how many stand on a square point at least, in so wide a square."""
BENT = 1.0
"""Pixels by which a rule may leave its row or column before the page is straightened."""


def even(grey: Grey, scale: float) -> Grey:
    """Return a picture with its background made white, shaded bands of tables among it.

    Parameters
    ----------
    grey
        Height x width, 0 black to 255 white.
    scale
        Pixels a point.
    """
    height, width = grey.shape
    step = max(1, round(2 * scale))
    small = cv2.resize(grey, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    paper = cv2.medianBlur(paper, 5)
    background = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(background, 32), scale=255), np.uint8)


def unscreened(grey: Grey, scale: float) -> Grey:
    """Return a picture without halftones: the dots that stand for grey where there is black and white only.

    Parameters
    ----------
    grey
        Height x width, 0 black to 255 white.
    scale
        Pixels a point.
    """
    dark = np.where(grey < 128, 255, 0).astype(np.uint8)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] <= DOT * scale * scale
    if small.sum() < DOTS * WINDOW**2:
        return grey
    places = np.rint(middles[small]).astype(np.intp)
    dots = np.zeros(grey.shape, np.float32)
    dots[places[:, 1], places[:, 0]] = 1
    side = 2 * round(WINDOW * scale / 2) + 1
    crowd = cv2.boxFilter(dots, -1, (side, side), normalize=False)
    crowded = np.zeros(len(stats), np.bool_)
    crowded[small] = crowd[places[:, 1], places[:, 0]] >= DOTS * WINDOW**2
    if not crowded.any():
        return grey
    around = cv2.dilate(crowded[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    print_alone = (dark > 0) & ~crowded[labels]
    return np.where(around & ~print_alone, 255, grey).astype(np.uint8)


def ink(flat: Grey, scale: float) -> Grey:
    """Return where a picture of even light is darker than what surrounds it: 255, elsewhere 0. Thin rules stay."""
    calm = cv2.GaussianBlur(flat, (0, 0), 0.25 * scale)
    block = max(3, round(6 * scale) * 2 + 1)
    found = cv2.adaptiveThreshold(calm, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 24)
    found[calm > 225] = 0
    return np.asarray(found, np.uint8)


def turned(grey: Grey, quarters: int) -> Grey:
    """Return a picture turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(grey, -quarters))


class _Lines(NamedTuple):
    """Rules as homogeneous lines (n x 3, normalised), their middles (n x 2) and lengths."""

    lines: Floats
    middles: Floats
    lengths: Floats


def straightened(flat: Grey, scale: float) -> Grey:
    """Return a picture of even light with its rows level: skew removed, and perspective where rules show it.

    Parameters
    ----------
    flat
        A picture of even light.
    scale
        Pixels a point.
    """
    matrix = _rotation(flat.shape, _skew(flat, scale))
    level = _warped(flat, matrix)
    found = ink(level, scale)
    across, down = _rules(found, scale), _rules(np.ascontiguousarray(found.T), scale)
    down = _Lines(down.lines[:, [1, 0, 2]], down.middles[:, ::-1], down.lengths)
    bend = _unbent(across, down, flat.shape)
    return level if bend is None else _warped(flat, bend @ matrix)


def _warped(flat: Grey, matrix: Floats) -> Grey:
    if np.allclose(matrix, np.eye(3)):
        return flat
    height, width = flat.shape
    made = cv2.warpPerspective(flat, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.asarray(made, np.uint8)


def _rotation(shape: tuple[int, ...], degrees: float) -> Floats:
    height, width = shape
    return np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0.0, 0.0, 1.0]])


def _skew(flat: Grey, scale: float) -> float:
    """Return the angle, in degrees, by which turning counter-clockwise makes rows and columns sharpest."""
    small = _shrunk(flat, COARSE / 72 / scale)
    angle = _sharpest(small, np.arange(-STEEPEST, STEEPEST + 0.1, 0.5))
    finer = _shrunk(flat, 2 * COARSE / 72 / scale)
    angle = _sharpest(finer, angle + np.arange(-0.4, 0.41, 0.1))
    angle = _sharpest(finer, angle + np.arange(-0.06, 0.07, 0.02))
    return angle if abs(angle) > 0.03 else 0.0


def _shrunk(flat: Grey, factor: float) -> Grey:
    height, width = flat.shape
    factor = min(1.0, factor)
    size = (max(32, round(width * factor)), max(32, round(height * factor)))
    return np.asarray(255 - cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sharpest(dark: Grey, angles: npt.NDArray[np.float64]) -> float:
    height, width = dark.shape
    best, found = -1.0, 0.0
    for angle in sorted(angles.tolist(), key=abs):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        level = cv2.warpAffine(dark, matrix, (width, height), flags=cv2.INTER_LINEAR)
        rows = cv2.reduce(level, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel() / width
        columns = cv2.reduce(level, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel() / height
        sharpness = float(np.square(np.diff(rows)).sum() + np.square(np.diff(columns)).sum())
        if sharpness > best * (1 + 1e-9):
            best, found = sharpness, angle
    return found


def _rules(found: Grey, scale: float) -> _Lines:
    """Return the long lines across a picture of ink."""
    width = found.shape[1]
    thick = cv2.dilate(found, np.ones((3, 1), np.uint8))
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(9, round(20 * scale))), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    lines, middles, lengths = [], [], []
    for index in range(1, count):
        x, y, wide, high, area = stats[index].tolist()
        if wide < LONG * width or area > 4 * scale * wide or high > 0.2 * wide:
            continue
        ys, xs = np.nonzero(labels[y : y + high, x : x + wide] == index)
        vx, vy, x0, y0 = cv2.fitLine(np.stack([xs + x, ys + y], 1).astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)
        a, b = -float(vy[0]), float(vx[0])
        lines.append((a, b, -(a * float(x0[0]) + b * float(y0[0]))))
        middles.append((x + wide / 2, float(y0[0])))
        lengths.append(wide)
    return _Lines(
        np.array(lines, np.float64).reshape(-1, 3),
        np.array(middles, np.float64).reshape(-1, 2),
        np.array(lengths, np.float64),
    )


def _unbent(across: _Lines, down: _Lines, shape: tuple[int, ...]) -> Floats | None:
    """Return the map that makes rules across level and those down upright; None where they are, or too few tell."""
    height, width = shape
    if not _tells(across, 1, height):
        return None
    drift = np.abs(across.lines[:, 0]) * across.lengths
    drift_down = np.abs(down.lines[:, 1]) * down.lengths if _tells(down, 0, width) else np.zeros(1)
    if max(drift.max(), drift_down.max()) < BENT:
        return None
    half = max(height, width) / 2
    centred = np.array([[1 / half, 0, -width / 2 / half], [0, 1 / half, -height / 2 / half], [0, 0, 1]])
    left = _meeting(across, centred)
    upper = _meeting(down, centred) if _tells(down, 0, width) else np.array([0.0, 1.0, 0.0])
    horizon = np.cross(left, upper)
    if abs(horizon[2]) < 1e-9:
        return None
    horizon = horizon / horizon[2]
    if np.hypot(horizon[0], horizon[1]) > 0.5:
        return None  # no page is seen so steeply: what was found were no rules
    flat = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], horizon])
    first, second = (flat @ left)[:2], (flat @ upper)[:2]
    first, second = first / np.hypot(*first), second / np.hypot(*second)
    first, second = first * np.sign(first[0] or 1.0), second * np.sign(second[1] or 1.0)
    if abs(first[1]) > 0.2 or abs(second[0]) > 0.2:
        return None
    axes = np.eye(3)
    axes[:2, :2] = np.linalg.inv(np.stack([first, second], axis=1))
    made = np.linalg.inv(centred) @ axes @ flat @ centred
    return np.asarray(made / made[2, 2], np.float64)


def _tells(rules: _Lines, axis: int, extent: int) -> bool:
    """Return whether there are rules enough, and far enough apart, to tell how the page lies."""
    return len(rules.lengths) >= 3 and float(np.ptp(rules.middles[:, axis])) > LONG * extent


def _meeting(rules: _Lines, centred: Floats) -> Floats:
    """Return the point (homogeneous) nearest to all rules, in centred coordinates."""
    lines = rules.lines @ np.linalg.inv(centred)
    lines /= np.hypot(lines[:, 0], lines[:, 1])[:, None]
    weighted = lines * rules.lengths[:, None]
    _, _, right = np.linalg.svd(weighted, full_matrices=False)
    point: Floats = right[-1]
    return point
