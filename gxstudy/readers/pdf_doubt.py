"""Figures of a PDF page that may not show as a whole: cheap signs for which they are, and what drawing them tells.

What is painted over a figure may be of any shape, and so may be what it is cut to. The page is drawn with and without
the figures in doubt: what makes no difference is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf_objects as objects
from gxstudy.readers.pdf_drawn import CHEQUERED, displayed, drawn, switch
from gxstudy.readers.pdf_glyphs import middles
from gxstudy.readers.pdf_painted import SHADE, Painted, cut_to
from gxstudy.readers.pdfium import VIVID, WHITE, PdfPage

__all__ = ["Inks", "Looked", "cut", "doubtful", "look_at"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

EMPTY = 0.2
"""Share of a character's box, above and below, that its font leaves empty."""
REACH = 0.08
"""A figure may reach beyond what it is cut to by this share of its height."""
ALIKE = 0.2
"""A figure may be lost in its ground when both differ by less in how light they are (0 to 1)."""
SCALE, PIXELS = 4.0, 1_500_000.0
"""Pixels a point with which figures in doubt are drawn, and how many at most in all."""
OBJECTS_LIMIT = 20_000
"""Pages of more objects are not drawn: their figures in doubt are taken for torn."""
LIGHT = 0.7
"""A colour lighter than this (0 to 1) is no stamp's ink."""
GROUPS = 8
"""Figures in doubt that lie over each other are drawn one after the other, so many at one place."""
FAINT = 30
"""Text with less opacity than this (0 to 255) may not be seen."""
SHOWS = 24
"""A point shows something where a part of its colour (0 to 255) differs by more."""
HIDDEN_SHARE, TORN_SHARE = 0.1, 0.5
"""A figure is hidden where less than the one share of its points shows, and torn where less than the other does."""
WHOLE, EDGE = 0.8, 1.0
"""More than this share of the width and height of a figure shows where it is whole, but for so many pixels."""


class Inks(NamedTuple):
    """The ways in which text of a page is painted, and some of its text objects with the colours of their filling."""

    modes: Collection[int]
    texts: Sequence[int]
    fills: npt.NDArray[np.uint32]


class Looked(NamedTuple):
    """The places of the characters, among those looked at, that are not seen, and of those that are seen in part."""

    hidden: npt.NDArray[np.intp]
    torn: npt.NDArray[np.intp]


def doubtful(painted: Painted, order: dict[int, int], owners: Sequence[int | None], boxes: Floats, inks: Inks) -> Bools:
    """Return which figures may be cut by other text, masked or pale, or lost in their ground.

    Parameters
    ----------
    painted
        What the page paints.
    order
        The place of its objects in the order of painting.
    owners
        The text object of each figure.
    boxes
        Their boxes: left, top, right, bottom (n x 4, top > bottom).
    inks
        How the text objects are painted.
    """
    odd: set[int] = set()
    if max(inks.modes, default=0) >= objects.CLIPPING_TOO:
        odd |= _behind_text(painted, order, inks.texts)
    if any(mode % 4 in (1, 2) for mode in inks.modes):
        odd |= _pale_strokes(inks.texts)
    odd |= painted.dim.intersection(inks.texts)
    # An opacity of its own tells how a watermark shows; what else is transparent has a mask, or a way of blending.
    plain = (inks.fills[:, 3] > FAINT) & (inks.fills[:, 3] < 255)
    masked = zip(inks.texts, objects.transparent(inks.texts), plain.tolist(), strict=True)
    odd |= {text for text, is_transparent, is_plain in masked if is_transparent and not is_plain}
    found = _lost(painted, order, owners, boxes, inks)
    return found | np.array([owner in odd for owner in owners], np.bool_) if odd else found


def _behind_text(painted: Painted, order: dict[int, int], owners: Sequence[int]) -> set[int]:
    """Return the text objects that may be cut to the shape of other text."""
    modes = zip(painted.texts, objects.text_modes(painted.texts), strict=True)
    first = next(order[text] for text, mode in modes if mode >= objects.CLIPPING_TOO)
    return {owner for owner in owners if order.get(owner, 0) > first}


def _pale_strokes(owners: Sequence[int]) -> set[int]:
    """Return the text objects that are stroked in a colour that does not show."""
    stroked = [owner for owner, mode in zip(owners, objects.text_modes(owners), strict=True) if mode % 4 in (1, 2)]
    pale = objects.paleness(objects.strokes(stroked)) > WHITE
    return {owner for owner, is_pale in zip(stroked, pale.tolist(), strict=True) if is_pale}


def _lost(painted: Painted, order: dict[int, int], owners: Sequence[int | None], boxes: Floats, inks: Inks) -> Bools:
    """Return which characters stand on a box of nearly their own colour."""
    found = np.zeros(len(boxes), np.bool_)
    handles, kinds, places, _ = painted.paints
    shades = np.flatnonzero(kinds == SHADE)
    if not len(shades) or not inks.texts:
        return found
    grounds = objects.paleness(objects.fills([handles[i] for i in shades.tolist()]))
    own = objects.paleness(inks.fills)
    near = np.flatnonzero((grounds > own.min() - ALIKE) & (grounds < own.max() + ALIKE))
    if not len(near):
        return found
    ink_of = dict(zip(inks.texts, own.tolist(), strict=True))
    ink = np.array([ink_of.get(owner or 0, np.inf) for owner in owners])
    at = np.array([order.get(owner or 0, 0) for owner in owners])
    x, y = middles(boxes)
    for ground, shade in zip(grounds[near].tolist(), shades[near].tolist(), strict=True):
        x0, y0, x1, y1 = places[shade]
        behind = (x0 < x) & (x < x1) & (y0 < y) & (y < y1) & (at > order[handles[shade]])
        found |= behind & (np.abs(ink - ground) < ALIKE)
    return found


def cut(painted: Painted, owners: Sequence[int | None], boxes: Floats, inks: Inks) -> Bools:
    """Return which characters may reach beyond what their text objects are cut to; arguments as of :func:`doubtful`."""
    found = np.zeros(len(boxes), np.bool_)
    bounds = cut_to(painted, inks.texts)
    if not bounds:
        return found
    which = [place for place, owner in enumerate(owners) if owner in bounds]
    left, bottom, right, top = np.array([bounds[owners[place] or 0] for place in which], np.float32).T
    x0, y1, x1, y0 = boxes[which].T
    reach, empty = REACH * (y1 - y0), EMPTY * (y1 - y0)
    across = (x0 < left - reach) | (x1 > right + reach)
    found[which] = across | (y0 + empty < bottom - reach) | (y1 - empty > top + reach)
    return found


def look_at(
    page: PdfPage,
    painted: Painted,
    indices: list[int],
    groups: Sequence[frozenset[int]],
    known: Collection[int | None],
    is_cut: Bools,
) -> Looked:
    """Draw a page with and without some characters, and tell which of them are seen.

    Parameters
    ----------
    page, painted
        The page, and what it paints.
    indices, groups
        The characters, and of each the text objects that print it: its own, and those that print it there again.
    known
        The text objects of all characters of the page. What is painted exactly over other text has none.
    is_cut
        Which of the characters may be cut.
    """
    boxes = displayed(page, page.tight_boxes(indices))
    hidden, torn = np.zeros(len(indices), np.bool_), np.zeros(len(indices), np.bool_)
    left = np.flatnonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    if len(left) and len(painted.order) <= OBJECTS_LIMIT:
        drawing = _Drawing(page, painted, boxes[left], known)
        for _ in range(GROUPS):
            alone = [i for i in left.tolist() if len(groups[i]) == 1]
            some = np.array(alone or left.tolist(), np.intp)  # what stands for others is drawn apart from all else
            some = some[_apart(boxes[some], [groups[i] for i in some.tolist()])]
            shown = drawing.of({text for i in some.tolist() for text in groups[i]})
            for i in some.tolist():
                hidden[i], torn[i] = drawing.judged(*shown, boxes[i], cut=bool(is_cut[i]))
            left = np.setdiff1d(left, some)
            if not len(left):
                break
    torn[left] = True
    return Looked(np.flatnonzero(hidden), np.flatnonzero(torn))


def _apart(boxes: Floats, groups: Sequence[frozenset[int]]) -> Bools:
    """Return characters of which none lies over one of another group; the first is among them."""
    x0, y0, x1, y1 = boxes.T
    number = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    of = np.array([number[group] for group in groups])
    taken = np.zeros(len(boxes), np.bool_)
    for one in range(len(number)):
        own = np.flatnonzero(of == one)
        over = (x0[own, None] < x1[taken]) & (x1[own, None] > x0[taken])
        over &= (y0[own, None] < y1[taken]) & (y1[own, None] > y0[taken])
        if not over.any():
            taken[own] = True
    return taken


class _Drawing:
    """Draws the part of a page on which some characters stand (``boxes``: n x 4, as displayed)."""

    def __init__(self, page: PdfPage, painted: Painted, boxes: Floats, known: Collection[int | None]) -> None:
        self._page, self._painted = page, painted
        self._twins = [text for text in painted.texts if text not in known]
        x0, y0 = (boxes[:, :2].min(axis=0) - 2).tolist()
        x1, y1 = (boxes[:, 2:].max(axis=0) + 2).tolist()
        self._area = x0, y0, x1, y1
        self._scale = min(SCALE, (PIXELS / ((x1 - x0) * (y1 - y0))) ** 0.5)
        self._whole = drawn(page, self._area, self._scale)
        self._inked = _is_ink(self._whole)
        shades = painted.paints.boxes[painted.paints.kinds == SHADE]
        for box in displayed(page, shades[:, [0, 3, 2, 1]]):
            self._inked[self._part(box)] = False
        switch(painted.order, on=False)
        self._empty = [drawn(page, self._area, self._scale, ground) for ground in (None, CHEQUERED)]
        switch(painted.order, on=True)

    def of(self, texts: set[int]) -> tuple[Bools, Bools, Bools]:
        """Return the points at which text objects show: on the page, alone on white, and alone on any ground.

        What the ink of a stamp covers was meant to be read, and counts as shown.

        What is printed over them once more goes with them.
        """
        group = [*texts, *self._over(texts)]
        switch(group, on=False)
        without = drawn(self._page, self._area, self._scale)
        switch(self._painted.order, on=False)
        switch(group, on=True)
        alone = [drawn(self._page, self._area, self._scale, ground) for ground in (None, CHEQUERED)]
        switch(self._painted.order, on=True)
        on_white, on_any = map(_differ, self._empty, alone)
        shown = _differ(self._whole, without)
        shown |= on_white & self._inked
        return shown, on_white, on_any

    def _over(self, texts: set[int]) -> list[int]:
        own = objects.bounds(list(texts)).tolist()
        twins = zip(self._twins, objects.bounds(self._twins).tolist(), strict=True)
        return [twin for twin, box in twins if any(_overlap(box, other) for other in own)]

    def judged(self, seen: Bools, on_white: Bools, on_any: Bools, box: Floats, *, cut: bool) -> tuple[bool, bool]:
        """Return whether a character is hidden, and whether it is torn; ``cut``: it may be cut to a part of itself."""
        part = self._part(box)
        seen = seen[part]
        ink = on_white[part] if on_white[part].any() else on_any[part]
        shown, every = int(seen.sum()), int(ink.sum())
        if shown == 0 or shown < HIDDEN_SHARE * every:
            return True, False
        if shown < TORN_SHARE * every or not _whole(_size(seen), _size(ink)):
            return False, True
        wide, high = ((box[2:] - box[:2]) * self._scale).tolist()
        return False, cut and not _whole(_size(ink), (high, wide))

    def _part(self, box: Floats) -> tuple[slice, slice]:
        """Return the points of a box as displayed."""
        x, y = self._area[:2]
        x0, y0, x1, y1 = ((box - np.array((x, y, x, y), np.float32)) * self._scale).tolist()
        return (
            slice(max(0, math.floor(y0)), max(0, math.ceil(y1))),
            slice(max(0, math.floor(x0)), max(0, math.ceil(x1))),
        )


def _overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _size(points: Bools) -> tuple[float, float]:
    """Return the height and width of what shows, in pixels."""
    down, across = np.nonzero(points)
    if not len(down):
        return 0.0, 0.0
    return float(np.ptp(down) + 1), float(np.ptp(across) + 1)


def _whole(some: tuple[float, float], every: tuple[float, float]) -> bool:
    return some[0] + EDGE > WHOLE * every[0] and some[1] + EDGE > WHOLE * every[1]


def _differ(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> Bools:
    """Return at which points two pictures differ so that it shows."""
    differs: Bools = one.view(np.uint32)[:, :, 0] != other.view(np.uint32)[:, :, 0]
    where = np.nonzero(differs)
    differs[where] = np.abs(one[where].astype(np.int16) - other[where]).max(axis=1, initial=0) > SHOWS
    return differs


def _is_ink(picture: npt.NDArray[np.uint8]) -> Bools:
    """Return which points have the ink of a stamp: far from grey, and no light colour."""
    blue, green, red = (picture[:, :, part] for part in range(3))
    most = np.maximum(np.maximum(blue, green), red)
    reach = most - np.minimum(np.minimum(blue, green), red)
    dark = 0.114 * blue + 0.587 * green + 0.299 * red < LIGHT * 255
    inked: Bools = (reach > VIVID * 255) & dark
    return inked
