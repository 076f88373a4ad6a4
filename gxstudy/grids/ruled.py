"""Rulings and words -> grids: the tables of a page that are drawn with lines.

What a person does with a ruled table, step by step: lines that lie on each other are one line; lines that touch are one
table; their coordinates are its rows and columns; where no line stands between two neighbours they are one cell; a word
belongs where its middle lies. Borders left open (at a page break, or by a print without outer lines) are closed at the
end of the lines that cross them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from gxstudy.grids.lines import line_box, line_text, text_lines
from gxstudy.layout import Box, Cell, Grid, GridOrigin, Page, Ruling, Word, overlap
from gxstudy.text import join_lines, squeeze

__all__ = ["DEFAULT", "Tolerance", "as_seen", "cell_of", "find"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far prints stray, in points."""

    snap_points: float = 2.5
    """Lines nearer than this to each other are one line (doubled rules, rounding)."""
    gap_points: float = 4.0
    """Pieces of one line with a smaller gap between them are joined (dashes)."""
    dash_points: float = 6.5
    """Dashes and the gaps between them are no longer than this; a gap may be wider than the dashes."""
    touch_points: float = 3.0
    """Lines that end this near to each other touch."""
    least_points: float = 5.0
    """What is shorter than this when its pieces are joined is no line (dots, ticks)."""
    annex_rows: float = 1.5
    """Lines across without crossing lines belong to a table this many rows (its highest) away."""
    open_points: float = 6.0
    """Lines that run this far beyond the last crossing line leave the table open there."""


DEFAULT = Tolerance()

LINES_LIMIT = 3_000
"""Of more lines than this across (or down) a page, the longest are looked at: what has more is a drawing."""
PLACES_LIMIT = 50_000
"""A raster of more places than this is no table (graph paper, hatching)."""
CROSSED_SHARE = 0.4
"""A word that reaches over more than this share of a column holds what stands there, too."""
BORDER_SHARE = 0.6
"""A line must cover this share of a cell's side to part it from its neighbour."""

new = tuple.__new__
"""Makes a named tuple of a tuple, in half the time of a call with its fields: a page has thousands of boxes."""

POINTS = frozenset(".,．，")
"""A point at the end of a line may hang out of its cell: it is of the cell where it begins."""
EDGE = 2.0
"""Cells that reach this far (points) beyond the edge of the page are cut."""
LONGEST_SIDE = 14_400.0
"""Points of the longest side that a page of a PDF has (200 inches)."""
STROKE_POINTS = 40.0
"""Lines shorter than this may be strokes of characters."""
STROKES = 60
"""Fewer lines inside words than this on a page are no writing."""
WRITING_ROWS = 4
"""Strokes of one line of characters make no more rows than this."""
DASH_GAP = 1.5
"""The gap between two dashes is no wider than this multiple of the longer one."""
NOTE = ("（", "(")
"""What a note to a figure begins with."""
TOUCHING = 0.25
"""Texts nearer than this share of their height are one text."""
STRUCK = 0.4
"""A rule nearer to the middle of a word than half this share of its height runs through it."""
STRUCK_SHARE = 0.3
"""Rules through words on this share of the rows of a table: the words are not where they belong."""
STROKES_FOLDED = "-/\\|"
"""Strokes in place of a figure, as they are when look-alikes are folded."""
MIXED = 1.05
"""Figures of one cell that differ in height by more than this ratio are not parts of one."""
GUTTER_POINTS = 7.0
"""Lines further apart than this (points) may have text between them, however small."""
GUTTER_SHARE = 0.6
"""Lines nearer to each other than this share of a word's height are the borders of two cells, one beside the other."""


class _Segment(NamedTuple):
    """A line on one coordinate (``at``) from ``start`` to ``end``."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class _Frame:
    """The lines of one table. ``cut``: its left side is drawn and its right side is not, as where a page cuts it."""

    across: list[_Segment] = field(default_factory=list)
    down: list[_Segment] = field(default_factory=list)
    origin: GridOrigin = "ruled"
    cut: bool = False


_AT, _START = itemgetter(0), itemgetter(1)


def find(page: Page, tolerance: Tolerance = DEFAULT) -> list[Grid]:
    """Return the ruled tables of a drawn page, from top to bottom."""
    frames, loose = _frames(page, tolerance)
    for frame in frames:
        _close(frame, loose, tolerance)
    grids = [grid for frame in frames if (grid := _grid(page, frame)) is not None and len(grid.cells) > 1]
    grids = [grid for grid in grids if not _is_writing(page, grid)]
    return sorted(grids, key=lambda grid: (grid.tops[0], grid.lefts[0]))


# ---------------------------------------------------------------------------------------------- lines and tables


def _frames(page: Page, tolerance: Tolerance) -> tuple[list[_Frame], list[_Segment]]:
    """Return the tables' lines (straight lines merged, those that touch taken together) and the lines across alone."""
    level: list[_Segment] = []
    upright: list[_Segment] = []
    for x0, top, x1, bottom, _ in _without_strokes(page):
        if top == bottom and x1 > x0:
            level.append(new(_Segment, (top, x0, x1)))
        if x0 == x1 and bottom > top:
            upright.append(new(_Segment, (x0, top, bottom)))
    across, down = _merged(level, tolerance), _merged(upright, tolerance)
    near = tolerance.touch_points
    places = [v.at for v in down]
    own = len(across)
    parents = list(range(own + len(down)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for i, (at, start, end) in enumerate(across):
        for j in range(bisect_left(places, start - near), bisect_right(places, end + near)):
            _, top, bottom = down[j]
            if top - near <= at <= bottom + near:
                parents[root(own + j)] = i
    frames: dict[int, _Frame] = {}
    for i, h in enumerate(across):
        frames.setdefault(root(i), _Frame()).across.append(h)
    for j, v in enumerate(down, own):
        frames.setdefault(root(j), _Frame()).down.append(v)
    tables = [frame for frame in frames.values() if frame.across and frame.down]
    for frame in tables:  # lines of two tables may stand nearer to each other than two of one
        frame.across = _snapped(frame.across, tolerance.snap_points)
        frame.down = _snapped(frame.down, tolerance.snap_points)
    return tables, [line for frame in frames.values() if not frame.down for line in frame.across]


def _without_strokes(page: Page) -> Sequence[Ruling]:
    """Return the lines of a page, without the strokes of characters where those are drawn as lines too (bold text)."""
    if len(page.rulings) < STROKES:
        return page.rulings
    short = [max(r.x1 - r.x0, r.bottom - r.top) < STROKE_POINTS for r in page.rulings]
    if sum(short) < STROKES:
        return page.rulings
    words: dict[tuple[int, int], list[Word]] = {}
    for word in page.words:
        # A word may reach far beyond its page.
        left, right = max(word.x0, page.left), min(word.x1, page.right, LONGEST_SIDE)
        for x in range(int(left // STROKE_POINTS), int(right // STROKE_POINTS) + 1):
            words.setdefault((x, int((word.top + word.bottom) / 2 // STROKE_POINTS)), []).append(word)
    strokes = [is_short and _is_stroke(ruling, words) for ruling, is_short in zip(page.rulings, short, strict=True)]
    if sum(strokes) < STROKES:
        return page.rulings
    return [ruling for ruling, stroke in zip(page.rulings, strokes, strict=True) if not stroke]


def _is_stroke(line: Ruling, words: dict[tuple[int, int], list[Word]]) -> bool:
    """Return whether a short line lies inside a word, not at its edge: a dash beside it is one of a rule."""
    x, y = int((line.x0 + line.x1) / 2 // STROKE_POINTS), int((line.top + line.bottom) / 2 // STROKE_POINTS)
    for row in (y - 1, y, y + 1):
        for word in words.get((x, row), ()):
            level = line.top == line.bottom
            edge, beside = (0.1 * (word.bottom - word.top), 1.0) if level else (-1.0, 0.0)
            if (
                word.x0 - beside < line.x0
                and line.x1 < word.x1 + beside
                and word.top + edge < line.top
                and line.bottom < word.bottom - edge
            ):
                return True
    return False


def _merged(segments: list[_Segment], tolerance: Tolerance) -> list[_Segment]:
    """Return ``segments`` by coordinate, the pieces of (nearly) one that follow each other joined."""
    merged: list[_Segment] = []
    for level in _levels(segments, tolerance.snap_points):
        if len(level) == 1:
            merged += level
            continue
        level.sort(key=_START)
        pieces = [level[0]]
        end = level[0].end
        length = end - level[0].start
        for segment in level[1:]:
            _, next_start, next_end = segment
            gap, longer = next_start - end, max(length, next_end - next_start)
            length = next_end - next_start
            if gap <= tolerance.gap_points or (max(longer, gap) <= tolerance.dash_points and gap <= DASH_GAP * longer):
                pieces.append(segment)
                end = max(end, next_end)
            else:
                merged.append(_joined(pieces, end))
                pieces, end = [segment], next_end
        merged.append(_joined(pieces, end))
    kept = [s for s in merged if s.end - s.start >= tolerance.least_points]
    if len(kept) > LINES_LIMIT:
        kept = sorted(sorted(kept, key=lambda s: s.start - s.end)[:LINES_LIMIT], key=_AT)
    return kept


def _joined(pieces: Sequence[_Segment], end: float) -> _Segment:
    """Return the line that pieces of (nearly) one coordinate, given from its start on, make."""
    return _Segment(sum(map(_AT, pieces)) / len(pieces), pieces[0].start, end)


def _snapped(lines: list[_Segment], near: float) -> list[_Segment]:
    """Return the lines of one table, those no further apart than ``near`` (points) put on one coordinate."""
    snapped: list[_Segment] = []
    for level in _levels(lines, near):
        at = (level[0].at + level[-1].at) / 2
        snapped += [line._replace(at=at) for line in level] if level[0].at != level[-1].at else level
    return snapped


def _levels(lines: list[_Segment], near: float) -> Iterator[list[_Segment]]:
    """Yield lines by coordinate, those (nearly) on one together: no further than ``near`` from the first of them."""
    lines.sort(key=_AT)
    first = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].at - lines[first].at > near:
            yield lines[first:index]
            first = index


def _close(frame: _Frame, loose: list[_Segment], tolerance: Tolerance) -> None:
    """Add the outer lines that a table lacks, at the end of the lines that run beyond its last crossing line.

    A table without lines at its sides may have rows across its whole width that no line touches: a line of its width
    close above or below it is its own.
    """
    drawn = len(frame.across), len(frame.down)
    for lines, crossing, few in (
        (frame.across, frame.down, drawn[1] < 3),
        (frame.down, frame.across, drawn[0] < 3),
    ):
        first, last = min(s.at for s in lines), max(s.at for s in lines)
        before = [s for s in crossing if s.start < first - tolerance.open_points]
        after = [s for s in crossing if s.end > last + tolerance.open_points]
        start, end = min(s.at for s in crossing), max(s.at for s in crossing)
        is_open_before = len(before) > 1 or any(few or start < s.at < end for s in before)
        if is_open_before:
            lines.append(_Segment(min(s.start for s in before), start, end))
            frame.origin = "open"
        if len(after) > 1 or any(few or start < s.at < end for s in after):
            lines.append(_Segment(max(s.end for s in after), start, end))
            frame.origin = "open"
            frame.cut = lines is frame.down and not is_open_before
    if frame.origin == "open" and loose:
        _annex(frame, loose, tolerance)


def _annex(frame: _Frame, loose: list[_Segment], tolerance: Tolerance) -> None:
    start, end = min(s.start for s in frame.across), max(s.end for s in frame.across)
    tops = sorted(s.at for s in frame.across)
    reach = tolerance.annex_rows * max((b - a for a, b in pairwise(tops)), default=0.0)
    like = [
        s for s in loose if abs(s.start - start) < tolerance.open_points and abs(s.end - end) < tolerance.open_points
    ]
    for line in sorted(like, key=lambda s: -s.at):
        if 0 < min(s.at for s in frame.across) - line.at <= reach:
            frame.across.append(line)
            frame.down += [_Segment(edge, line.at, tops[0]) for edge in (start, end)]
    for line in sorted(like, key=lambda s: s.at):
        if 0 < line.at - max(s.at for s in frame.across) <= reach:
            frame.across.append(line)
            frame.down += [_Segment(edge, tops[-1], line.at) for edge in (start, end)]


# ------------------------------------------------------------------------------------------------------- cells


def _grid(page: Page, frame: _Frame) -> Grid | None:
    lefts = sorted({s.at for s in frame.down})
    tops = sorted({s.at for s in frame.across})
    if _has_gutters(lefts) or _has_gutters(tops):
        _fill_gutters(page, frame)
        lefts = sorted({s.at for s in frame.down})
        tops = sorted({s.at for s in frame.across})
    rows, columns = len(tops) - 1, len(lefts) - 1
    if rows < 1 or columns < 1 or rows * columns > PLACES_LIMIT:
        return None
    over = [[False] * columns for _ in range(rows + 1)]  # a line over row r (and under row r - 1) at column c
    row_at = {top: row for row, top in enumerate(tops)}
    for s in frame.across:
        _mark(over[row_at[s.at]], lefts, s)
    beside = [[False] * rows for _ in range(columns + 1)]  # a line left of column c at row r
    column_at = {left: column for column, left in enumerate(lefts)}
    for s in frame.down:
        _mark(beside[column_at[s.at]], tops, s)
    owner, spans = _spans(rows, columns, over, list(zip(*beside, strict=True)))
    words: list[list[Word]] = [[] for _ in spans]
    crossing: list[tuple[int, set[int]]] = []
    struck: dict[int, list[tuple[str, int]]] = {}  # words and their columns, by the edge of a row through their middle
    for word in page.words:
        _, x0, top, x1, bottom, _, _ = word
        column = bisect_right(lefts, x0 if word.text in POINTS else (x0 + x1) / 2) - 1
        if 0 <= column < columns and 0 <= (row := bisect_right(tops, (top + bottom) / 2) - 1) < rows:
            words[owner[row][column]].append(word)
            edge = row if top + bottom < tops[row] + tops[row + 1] else row + 1
            if abs(top + bottom - 2 * tops[edge]) < STRUCK * (bottom - top) and over[edge][column]:
                struck.setdefault(edge, []).append((word.text, column))
            if (x1 > lefts[column + 1] or x0 < lefts[column]) and _is_figures(word.text):
                crossing.append((owner[row][column], set(_crossed(word, owner[row], lefts))))
    number = page.number
    cells = tuple(
        cell_of(
            number,
            span,
            inside,
            new(Box, (number, lefts[span[1]], tops[span[0]], lefts[span[1] + span[3]], tops[span[0] + span[2]])),
        )
        for span, inside in zip(spans, words, strict=True)
    )
    if crossing:
        cells = _without_crossed(cells, crossing)
    if any(cell.text.startswith(NOTE) for cell in cells):
        cells = _without_cut_off(cells)
    row, column, *_ = spans[last := owner[-1][-1]]
    if not words[last] and not (any(over[-1][column:]) or any(beside[-1][row:])):
        open_corner = cells[last]._replace(garbled=True)  # nothing bounds it: the rest of the row may stand elsewhere
        cells = (*cells[:last], open_corner, *cells[last + 1 :])
    if frame.cut:
        cells = _without_last(cells, columns)
    if struck:
        edges = _through_rows(struck, rows)
        lost = {owner[row][column] for row, column in _beside_struck(struck) if 0 <= row < rows}
        cells = tuple(cell._replace(garbled=True) if place in lost else cell for place, cell in enumerate(cells))
        cells = _without_struck(cells, edges) if edges else cells
    return as_seen(page, Grid(number, frame.origin, rows, columns, cells, tuple(lefts), tuple(tops)))


def _without_last(cells: Sequence[Cell], columns: int) -> tuple[Cell, ...]:
    """Return cells, the empty ones of the last column marked: the table goes on behind them, and their text may."""
    return tuple(
        cell._replace(garbled=True) if not cell.text and cell.column + cell.column_span == columns else cell
        for cell in cells
    )


def _through_rows(struck: Mapping[int, Sequence[tuple[str, int]]], rows: int) -> set[int]:
    """Return the edges of rows that part no rows: many of a table run through words, or one through a row of it.

    A line through a figure and what stands beside it is that of neither row: the words may be those of both.
    """
    if len(struck) > 1 and len(struck) >= STRUCK_SHARE * rows:
        return set(struck)
    return {
        edge for edge, words in struck.items() if len(words) > 1 and not all(_has_letters(text) for text, _ in words)
    }


def _beside_struck(struck: Mapping[int, Sequence[tuple[str, int]]]) -> Iterator[tuple[int, int]]:
    """Yield the places (row, column) over and under the edges that run through a figure: it may be that of either."""
    for edge, words in struck.items():
        for text, column in words:
            if not _has_letters(text):
                yield from ((edge - 1, column), (edge, column))


def _without_struck(cells: Sequence[Cell], edges: set[int]) -> tuple[Cell, ...]:
    """Return cells, the figures and blanks beside some edges of rows marked: words lie on these, in neither row."""
    rows = edges | {edge - 1 for edge in edges}
    return tuple(
        cell._replace(garbled=True)
        if not rows.isdisjoint(range(cell.row, cell.row + cell.row_span)) and not _has_letters(cell.text)
        else cell
        for cell in cells
    )


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def as_seen(page: Page, grid: Grid) -> Grid:
    """Return a grid whose empty cells that the edge of its page cuts are marked: nobody can say that they are blank."""
    if (
        grid.lefts[0] >= page.left - EDGE
        and grid.tops[0] >= -EDGE
        and grid.lefts[-1] <= page.right + EDGE
        and grid.tops[-1] <= page.height + EDGE
    ):
        return grid
    return replace(
        grid, cells=tuple(cell._replace(garbled=True) if _is_cut(cell, page) else cell for cell in grid.cells)
    )


def _is_cut(cell: Cell, page: Page) -> bool:
    """Return whether a cell is empty and reaches beyond the edge of its page."""
    if cell.text or cell.box is None:
        return False
    _, x0, top, x1, bottom = cell.box
    return x0 < page.left - EDGE or top < -EDGE or x1 > page.right + EDGE or bottom > page.height + EDGE


def _is_figures(text: str) -> bool:
    """Return whether a word holds digits and nothing of a label."""
    return any("0" <= character <= "9" for character in text) and not any(map(str.isalpha, text))


def _crossed(word: Word, owners: Sequence[int], lefts: Sequence[float]) -> Iterator[int]:
    """Yield the cells of a row that a word reaches far into."""
    for column, own in enumerate(owners):
        width = lefts[column + 1] - lefts[column]
        if overlap(word.x0, word.x1, lefts[column], lefts[column + 1]) > CROSSED_SHARE * width:
            yield own


def _without_crossed(cells: Sequence[Cell], crossing: Sequence[tuple[int, set[int]]]) -> tuple[Cell, ...]:
    """Return cells, those that cannot be told apart marked: figures of several columns were recognised as one word.

    ``crossing`` are the cell of such a word, and those that it reaches into. Where these hold nothing else, no figure
    can be said to stand in the one, nor the others to be blank.
    """
    lost: set[int] = set()
    for own, reached in crossing:
        empty = {place for place in reached - {own} if not cells[place].text}
        lost |= {own, *empty} if empty else set()
    return tuple(cell._replace(garbled=True) if place in lost else cell for place, cell in enumerate(cells))


def _without_cut_off(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return cells, those marked whose number and note touch across a line: the number may be that of either cell."""
    ends = {(cell.row, cell.column + cell.column_span): place for place, cell in enumerate(cells)}
    lost: set[int] = set()
    for place, cell in enumerate(cells):
        before = ends.get((cell.row, cell.column))
        if before is None or not cell.text.startswith(NOTE) or not _is_figures(cells[before].text):
            continue
        figure, note = cells[before].boxes[-1], cell.boxes[0]
        level = min(figure.bottom, note.bottom) - max(figure.top, note.top)
        if level > 0 and note.x0 - figure.x1 < TOUCHING * level:
            lost |= {before, place}
    return tuple(cell._replace(garbled=True) if place in lost else cell for place, cell in enumerate(cells))


def _is_writing(page: Page, grid: Grid) -> bool:
    """Return whether lines are strokes of characters drawn as lines, no higher than a word that stands there too."""
    left, right, top, bottom = grid.lefts[0], grid.lefts[-1], grid.tops[0], grid.tops[-1]
    if grid.rows > WRITING_ROWS:
        return False
    return any(
        0.9 * (word.bottom - word.top) > bottom - top
        and overlap(word.top, word.bottom, top, bottom) > 0
        and overlap(word.x0, word.x1, left, right) > 0
        for word in page.words
    )


def _is_mixed(words: Sequence[Word]) -> bool:
    """Return whether figures of two sizes stand in one cell: the number of the page, or the mark of a note, lies there.

    Parts of one figure are printed in one size. Boxes of a recogniser are no measure of it.
    """
    heights = [w.bottom - w.top for w in words if w.text.isdigit() and w.text.isascii() and not w.certainties]
    return len(heights) > 1 and max(heights) > MIXED * min(heights)


def _is_two(lines: Sequence[str]) -> bool:
    """Return whether a stroke alone on its line stands over or under a number: it may be that of another row.

    Joined to it, the stroke would be a sign.
    """
    if len(lines) < 2 or not any(map(str.isdigit, lines)):
        return False
    return any(not squeeze(line).strip(STROKES_FOLDED) for line in lines)


def _has_gutters(edges: Sequence[float]) -> bool:
    return any(b - a < GUTTER_POINTS for a, b in pairwise(edges))


def _fill_gutters(page: Page, frame: _Frame) -> None:
    """Put the two lines at the sides of a gutter together: every cell may be drawn with a border of its own.

    A gutter is too narrow for the words of the table.
    """
    left, right = min(s.at for s in frame.down), max(s.at for s in frame.down)
    top, bottom = min(s.at for s in frame.across), max(s.at for s in frame.across)
    inside = [w for w in page.words if left <= (w.x0 + w.x1) / 2 <= right and top <= (w.top + w.bottom) / 2 <= bottom]
    if not inside:
        return
    highs = sorted(word.bottom - word.top for word in inside)
    widest = min(GUTTER_POINTS, GUTTER_SHARE * highs[len(highs) // 2])
    frame.across, frame.down = _snapped(frame.across, widest), _snapped(frame.down, widest)


def _mark(sides: list[bool], edges: list[float], line: _Segment) -> None:
    """Mark which sides between ``edges`` a line covers: all between its ends, and what is covered enough at these."""
    _, start, end = line
    first, last = max(bisect_right(edges, start) - 1, 0), min(bisect_left(edges, end), len(sides)) - 1
    if last - first > 1:
        sides[first + 1 : last] = [True] * (last - first - 1)
    for index in (first, last) if first < last else range(first, last + 1):
        low, high = edges[index], edges[index + 1]
        if min(high, end) - max(low, start) >= BORDER_SHARE * (high - low):
            sides[index] = True


def _spans(
    rows: int, columns: int, over: Sequence[Sequence[bool]], beside: Sequence[Sequence[bool]]
) -> tuple[list[list[int]], list[tuple[int, int, int, int]]]:
    """Return who owns each place of the raster, and the (row, column, row span, column span) of every cell.

    ``over`` and ``beside`` say, row by row, which places have a line over them and left of them.
    """
    owner = [[-1] * columns for _ in range(rows)]
    spans: list[tuple[int, int, int, int]] = []
    for row, (owners, lines) in enumerate(zip(owner, beside, strict=True)):
        for column in range(columns):
            if owners[column] >= 0:
                continue
            right = column + 1
            while right < columns and owners[right] < 0 and not lines[right]:
                right += 1
            bottom = row + 1
            while (
                bottom < rows
                and True not in over[bottom][column:right]
                and True not in beside[bottom][column + 1 : right]
                and max(owner[bottom][column:right]) < 0
            ):
                bottom += 1
            for r in range(row, bottom):
                owner[r][column:right] = [len(spans)] * (right - column)
            spans.append((row, column, bottom - row, right - column))
    return owner, spans


def cell_of(page: int, span: tuple[int, int, int, int], words: Sequence[Word], box: Box) -> Cell:
    """Return the cell of a (row, column, row span, column span) with the words that stand in it."""
    if not words:
        return new(Cell, (*span, "", (), box, False, ()))
    if len(words) == 1:
        text, x0, top, x1, bottom, certainties, garbled = words[0]
        return new(Cell, (*span, text, (new(Box, (page, x0, top, x1, bottom)),), box, garbled, certainties))
    lines = text_lines(words)
    texts = [line_text(line) for line in lines]
    return Cell(
        *span,
        join_lines(texts),
        tuple([line_box(page, line) for line in lines]),
        box,
        any(word.garbled for word in words) or _is_mixed(words) or _is_two(texts),
        tuple(certainty for line in lines for word in line for certainty in word.certainties),
    )
