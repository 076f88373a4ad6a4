"""Figures in columns without lines -> grids.

A line of text with figures that stand apart is a row; figures under each other are a column. Labels may take several
lines: the lines between two rows go to the one they stand nearer to, or, where horizontal rules part the rows, to the
row between their rules. A blank place is seen as a column with nothing in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from gxstudy.grids import bands
from gxstudy.grids.heads import Place, columns, headings_of
from gxstudy.grids.lines import is_page_number, text_lines
from gxstudy.grids.rows import (
    APART,
    FIGURE,
    Line,
    begun,
    centre,
    closed,
    cut,
    goes_on,
    is_wrapped,
    part_figures,
    part_labels,
    row_lines,
)
from gxstudy.grids.ruled import as_seen, cell_of
from gxstudy.grids.wrapped import CLOSE, LONG, NEAR, Originals, fold, has_label, is_part, may_belong, touching
from gxstudy.layout import Box, Cell, Grid, Page, Word, overlap
from gxstudy.text import read_number, squeeze

__all__ = ["find", "worth_a_look"]

PROSE_SHARE = 0.5
"""An unbroken line wider than this share of the page is prose."""
PROSE_INK = 0.85
"""A line is unbroken when words cover more than this share of it."""
PROSE_PIECES = 4
"""A line of more words that stand apart than this is no prose, however close they stand."""
HEADER_LINES = 9
"""Lines above the first row of figures that may be its header."""
AROUND = 12
"""So many lines above and below a row may hold parts of its figures."""
BIGGER = 1.25
"""A line higher than this multiple of a row of figures is a heading of the text, not of the table."""
MANY = 8
"""Fewer figures than this are of no table whose figures are printed in some order other than line by line."""
LONG_RULE = 40.0
"""Pieces of a rule that are shorter together (points) part no rows: they are the dots of an upright one."""
TWO_PAGES = 0.3
"""The numbers of two pages side by side are further apart than this share of the width of both."""
NEAR_LINES = 3.5
"""Lines further apart than this multiple of their height are not of one table."""
FOOT = 0.75
"""The number of a page, with strokes or words around it, is the last line under this share of its height."""


class _Stray(NamedTuple):
    """Words that touch, on a line that is no row with a label; ``near``: how near to a row it may belong to it."""

    words: list[Word]
    near: float


class _Text(NamedTuple):
    """What stands on a page outside its ruled tables: lines, the rules that part their rows, and what is no row.

    ``shared``: lines that two rows may hold, the last of one table and the first of the next.
    """

    lines: list[Line]
    rules: list[float]
    originals: Originals
    strays: dict[int, list[_Stray]]
    shared: frozenset[int]

    def printed(self, word: Word) -> tuple[Word, ...]:
        """Return the words that one put together stands for; any other as it is."""
        return self.originals.get(word, (word,))


class _Block(NamedTuple):
    """A table: its first line, the lines that hold figures, and for each row all its lines."""

    start: int
    rows: list[int]
    parts: list[list[int]]


def worth_a_look(words: Sequence[Word]) -> bool:
    """Return whether some words are figures that stand apart from the word beside them on their line, or under it.

    Words are looked at in the order in which they are printed: a figure on two lines has its second part after the
    first. Where many figures are printed in some other order, they are looked at line by line.
    """
    apart, plain = _stand_apart(words)
    return apart or (plain >= MANY and any(_stand_apart(line)[0] for line in text_lines(words)))


def _stand_apart(words: Sequence[Word]) -> tuple[bool, int]:
    """Return whether three figures stand apart from the word before them or under it, and how many figures there are.

    These are counted only where none do.
    """
    found = plain = 0
    for before, word in pairwise(words):
        if not _is_plain(word):
            continue
        plain += 1
        high = word.bottom - word.top
        level = abs(word.top - before.top) < 0.5 * high
        apart = level and (word.x0 - before.x1 > 0.9 * APART * high or before.x0 - word.x1 > 0.9 * APART * high)
        under = 0.5 * high < word.top - before.top < 2 * high and word.x0 < before.x1 and before.x0 < word.x1
        if apart or (under and _is_plain(before)):
            found += 1
            if found == 3:
                return True, plain
    return False, plain


def _is_plain(word: Word) -> bool:
    # What begins with a Chinese character, as nearly all words do, begins with it when folded too.
    return not "一" <= word.text[:1] <= "鿿" and FIGURE.fullmatch(squeeze(word.text)) is not None


def find(page: Page, words: Sequence[Word]) -> list[Grid]:
    """Return the unruled tables among ``words``, those of ``page`` outside its ruled tables."""
    words, between = bands.fold(words, page.rulings)
    folded, originals = fold([closed(line) for line in text_lines(words)])
    originals |= between
    printed = [
        line
        for index, line in enumerate(folded)
        if not _numbers_page(folded, index, page) and not _numbers_two(line, page)
    ]
    lines = [cut(line) for line in printed]
    part_figures(lines)
    rules = _row_rules(page, lines)
    tables = _blocks(lines, page.width, rules)
    for start, end in pairwise([*(start for start, _ in tables), len(lines)]):
        part_labels(lines[start:end])
    blocks = [_Block(start, rows, row_lines(lines, start, rows, rules)) for start, rows in tables]
    owned = {
        i for block in blocks for part in block.parts if any(has_label(lines[j].pieces[0]) for j in part) for i in part
    }
    rows = {index for block in blocks for index in block.rows}
    strays = {
        index: [_Stray(piece, CLOSE if index in rows else NEAR) for piece in touching(line)]
        for index, line in enumerate(printed)
        if index not in owned and len(line) <= LONG
    }
    held = Counter(index for block in blocks for part in block.parts for index in part)
    text = _Text(lines, rules, originals, strays, frozenset(index for index, many in held.items() if many > 1))
    return [_grid(page, text, block) for block in blocks]


def _numbers_two(line: list[Word], page: Page) -> bool:
    """Return whether a line is the numbers of two pages, one after the other, that are printed side by side."""
    width, end = max(
        ((word.x0 - before.x1, index) for index, (before, word) in enumerate(pairwise(line), 1)), default=(0.0, 0)
    )
    halves = line[:end], line[end:]
    if width < TWO_PAGES * page.width or not all(is_page_number(half, page.height) for half in halves):
        return False
    first, second = (
        int("".join(character for word in half for character in word.text if character.isdecimal())) for half in halves
    )
    return second == first + 1


def _numbers_page(lines: list[list[Word]], index: int, page: Page) -> bool:
    """Return whether a line is the number of its page, and not the rest of a figure, close to a row of others."""
    line = lines[index]
    if not is_page_number(line, page.height, foot=FOOT):
        return False
    high = line[0].bottom - line[0].top
    together = all(word.x0 - before.x1 < APART * high for before, word in pairwise(line))
    set_off = together and read_number("".join(word.text for word in line)).status != "read"
    if not is_page_number(line, page.height):
        return set_off and line is lines[-1]
    if set_off:
        return True  # strokes on both sides or words around it: no part of a figure
    beside = [lines[side] for side in (index - 1, index + 1) if 0 <= side < len(lines)]
    return not any(_is_near(line, other) or _is_level(line, other) for other in beside)


def _is_near(line: Sequence[Word], other: Sequence[Word]) -> bool:
    """Return whether a line stands close to another with figures in it, or to one figure right over or under it."""
    high = line[0].bottom - line[0].top
    if max(line[0].top - other[0].bottom, other[0].top - line[0].bottom) >= NEAR * high:
        return False
    figures = [word for word in other if FIGURE.fullmatch(squeeze(word.text))]
    return len(figures) > 1 or any(overlap(word.x0, word.x1, line[0].x0, line[-1].x1) > 0 for word in figures)


def _is_level(line: Sequence[Word], other: Sequence[Word]) -> bool:
    """Return whether a line stands beside another, in part: nothing is printed beside the number of a page."""
    return min(line[0].bottom, other[0].bottom) > max(line[0].top, other[0].top)


def _row_rules(page: Page, lines: list[Line]) -> list[float]:
    """Return where rules across the page part its rows of figures; none where they are too few to part them all."""
    level = sorted((r.top, r.x1 - r.x0) for r in page.rulings if r.top == r.bottom)
    long: dict[float, float] = {}  # pieces of one rule lie at one height
    first = -2.0
    for top, length in level:
        first = first if long and top - first <= 2.0 else top
        long[first] = long.get(first, 0.0) + length
    rules = [top for top, length in long.items() if length > LONG_RULE]
    rows = [line.middle for line in lines if line.figures]
    inside = sum(rows[0] < rule < rows[-1] for rule in rules) if rows else 0
    return rules if 2 * inside >= len(rows) - 1 else []


def _blocks(lines: list[Line], width: float, rules: list[float]) -> list[tuple[int, list[int]]]:
    """Return the tables as (first header line, lines that hold figures): what stands between two headings.

    Two figures are a row too: its label may stand on the lines above and below. They alone, without a heading, are no
    table.

    A line that reaches in among the figures without being one (a header, a heading) ends the table above it.
    """
    blocks: list[tuple[int, list[int]]] = []
    free = 0
    rows: list[int] = []

    def finish() -> None:
        nonlocal rows, free
        start = _first_header(lines, free, rows[0], width) if rows else 0
        headed = any(has_label(piece) for line in lines[start : rows[0] if rows else 0] for piece in line.pieces)
        if rows and (headed or any(lines[row].labels or len(lines[row].figures) > 2 for row in rows)):
            parts = [rows[:1], rows[1:]] if _is_slid(lines, rows) else [rows]
            blocks.extend((part[0] if part is not parts[0] else start, part) for part in parts)
            free = rows[-1] + 1
            while free < len(lines) and goes_on(lines, free, rows[-1], rules):
                free += 1
        rows = []

    for index, line in enumerate(lines):
        figures = line.figures
        if figures and (line.labels or len(figures) >= 2 or (rows and begun(lines, rows[-1], index))):
            if rows and is_wrapped(lines, index, rows[-1], rules):
                continue
            if rows and not _behind_labels(lines, rows, figures):
                finish()
            rows.append(index)
        elif rows and is_wrapped(lines, index, rows[-1], rules):
            continue
        elif rows and (
            _reaches_in(line, [lines[row] for row in rows])
            or line.size > BIGGER * max(lines[row].size for row in rows)
            or line.top - lines[index - 1].bottom > NEAR_LINES * line.height
        ):
            finish()
    finish()
    return blocks


def _is_slid(lines: list[Line], rows: Sequence[int]) -> bool:
    """Return whether the first row of a page has slid: as many figures as those below it have columns, under none.

    It has columns of its own, in the same order: together there would be twice as many as there are.
    """
    first, *others = rows
    figures = lines[first].figures
    if len(figures) < 2 or not others or not lines[first].labels:
        return False
    places = _places(lines, others)
    return len(places) == len(figures) and not any(_meets(word, place) for (word,) in figures for place in places)


def _reaches_in(line: Line, rows: Sequence[Line]) -> bool:
    """Return whether a line without figures stands in among those of ``rows``: it is no label, but a heading.

    Where the figures are one column, set to its right side, headings may end before it: what begins behind all labels.
    """
    if line.pieces[-1][-1].x1 > min(row.figures[0][0].x0 for row in rows):
        return True
    labels = [row.labels[-1][-1].x1 for row in rows if row.labels]
    return bool(labels) and line.pieces[-1][0].x0 > max(labels) and all(len(row.figures) == 1 for row in rows)


def _behind_labels(lines: list[Line], rows: Sequence[int], figures: Sequence[Sequence[Word]]) -> bool:
    """Return whether figures stand behind the labels of ``rows``: among them, they are those of another table."""
    return all(lines[row].labels[-1][-1].x1 < figures[0][0].x1 for row in rows if lines[row].labels)


def _first_header(lines: list[Line], free: int, row: int, width: float) -> int:
    """Return the first of the lines above ``row`` that may be its header: near, and no prose."""
    start = row
    while (
        start > free
        and row - start < HEADER_LINES
        and (not _is_prose(lines[start - 1], width) or (start == row and _within(lines[row - 1], lines[row])))
        and lines[start - 1].size < BIGGER * lines[row].size
        and lines[start].top - lines[start - 1].bottom < NEAR_LINES * lines[start - 1].height
    ):
        start -= 1
    return start


def _within(line: Line, row: Line) -> bool:
    """Return whether a line without gaps is as wide as a row of many figures without a label: headings that touch."""
    figures = row.figures
    if row.labels or len(figures) < MANY:
        return False
    return (
        abs(line.pieces[0][0].x0 - figures[0][0].x0) < 2 * line.height
        and abs(line.pieces[-1][-1].x1 - figures[-1][-1].x1) < 2 * line.height
    )


def _is_prose(line: Line, width: float) -> bool:
    """Return whether a line is wide and (nearly) without gaps."""
    if len(headings_of(line)) > PROSE_PIECES:
        return False
    extent = line.pieces[-1][-1].x1 - line.pieces[0][0].x0
    inked = sum(word.x1 - word.x0 for piece in line.pieces for word in piece)
    return extent > PROSE_SHARE * width and inked > PROSE_INK * extent


def _places(lines: list[Line], rows: Sequence[int]) -> list[Place]:
    """Return where the figures of ``rows`` stand under each other, from left to right.

    Figures that overlap are one column. Where a wide one bridges two, the row with the most figures decides.
    """
    found: list[Place] = []
    for piece in sorted((piece for row in rows for piece in lines[row].figures), key=lambda piece: piece[0].x0):
        x0, x1 = piece[0].x0, piece[-1].x1
        if found and x0 < found[-1].x1:
            found[-1] = found[-1]._replace(x1=max(x1, found[-1].x1))
        else:
            found.append(Place(x0, x1))
    fullest = max((lines[row].figures for row in rows), key=len)
    return found if len(found) >= len(fullest) else [Place(piece[0].x0, piece[-1].x1) for piece in fullest]


def _grid(page: Page, text: _Text, block: _Block) -> Grid:
    """Return a block as a grid: header lines, then its rows; label columns, then a column for each place of figures."""
    lines, (start, rows, parts) = text.lines, block
    header = [index for index in range(start, rows[0]) if index not in {i for part in parts for i in part}]
    labels = [_label_cells(lines, part) for part in parts]
    edge = max((word.x1 for cells in labels for cell in cells for word in cell), default=0.0)
    wide = max((len(cells) for cells in labels), default=0)
    left = min(
        word.x0
        for index in {*header, *(i for part in parts for i in part)}
        for piece in lines[index].pieces
        for word in piece
    )
    above = [lines[index] for index in reversed(header)]
    places = columns(_places(lines, rows), above, left if wide else -inf, edge)
    first = (edge + places[0].x0) / 2 if left < edge < places[0].x0 else places[0].x0 - 1.0
    between = sorted((a.x1 + b.x0) / 2 for a, b in pairwise(places))
    starts = [left + (first - left) * i / wide for i in range(wide)]
    last = max(word.x1 for index in (*header, *rows) for piece in lines[index].pieces for word in piece)
    lefts = tuple(sorted((*starts, first, *between, max(last, places[-1].x1) + 1.0)))  # figures may lie on others
    tops = _tops(lines, header, parts)
    among = {
        i
        for i, place in enumerate(places)
        for names in labels
        if any(_meets(word, place) for word in _parts_among(names))
    }
    cells: list[Cell] = []
    for number, index in enumerate(header):
        cells += _header_cells(page, lines[index], (number, tops[number], tops[number + 1]), lefts, places)
    for number, (part, names) in enumerate(zip(parts, labels, strict=True), len(header)):
        top, bottom = tops[number], tops[number + 1]
        broken = _is_broken(names)
        for column in range(wide):
            words = names[column - (wide - len(names))] if column >= wide - len(names) else []
            box = Box(page.number, lefts[column], top, lefts[column + 1], bottom)
            cell = cell_of(page.number, (number, column, 1, 1), words, box)
            cells.append(cell._replace(garbled=True) if broken and _is_plain_figure(words) else cell)
        strays = _left_over(text, part)
        printed = [each for i in part for piece in lines[i].pieces for word in piece for each in text.printed(word)]
        high = min(word.top for word in printed), max(word.bottom for word in printed)
        figures: list[list[Word]] = [[] for _ in places]
        outside: set[int] = set()  # columns that part of a figure was given to which stands under none
        for index in part:
            for piece in lines[index].figures:
                figures[column := _column(between, piece)] += piece
                if not any(_meets(word, places[column]) for word in piece):
                    outside.add(column)
        if number == len(header):
            over = [word for index in header for piece in lines[index].pieces for word in piece if is_part(word.text)]
            torn = {i for i, place in enumerate(places) for word in over if _meets(word, place)}
        else:
            torn = set()
        lost = bool(_parts_among(names))  # it may be the figure of any blank place
        doubtful = not text.shared.isdisjoint(part) or not (bool(text.rules) or _is_beside(names[-1:], figures))
        crossed = _crossed([word for index in part for piece in lines[index].pieces for word in piece], figures, places)
        for column, words in enumerate(figures, wide):
            box = Box(page.number, lefts[column], top, lefts[column + 1], bottom)
            rest = [
                word
                for piece, near in _of_column(strays, places, column - wide, lefts[column : column + 2])
                if may_belong(piece, *high, near=near, blank=not words)
                for word in piece
            ]
            whole = [original for word in (*words, *rest) for original in text.printed(word)]
            cell = cell_of(page.number, (number, column, 1, 1), whole, box)
            cells.append(
                cell._replace(garbled=True)
                if rest or column - wide in crossed | torn | outside | among or doubtful or (lost and not words)
                else cell
            )
    return as_seen(page, Grid(page.number, "unruled", len(tops) - 1, len(lefts) - 1, tuple(cells), lefts, tops))


def _parts_among(labels: Sequence[Sequence[Word]]) -> list[Word]:
    """Return what was taken for a label behind those of a row, but is a part of a figure: its column is another's."""
    return [word for words in labels[1:] if not has_label(words) for word in words]


def _meets(word: Word, place: Place) -> bool:
    return overlap(word.x0, word.x1, place.x0, place.x1) > 0


def _crossed(words: Sequence[Word], figures: Sequence[Sequence[Word]], places: Sequence[Place]) -> set[int]:
    """Return the columns of a row that a word reaches into from beside, none of its figures there, and its own.

    Columns may stand so close that a label and a figure, or two figures, touch: no rule parts them.
    """
    found: set[int] = set()
    for column, (place, own) in enumerate(zip(places, figures, strict=True)):
        across = [] if own else [word for word in words if _meets(word, place)]
        if across:
            found |= {column, *(i for i, others in enumerate(figures) if any(word in others for word in across))}
    return found


def _is_beside(label: Sequence[Sequence[Word]], figures: Sequence[Sequence[Word]]) -> bool:
    """Return whether figures stand on a line of their label, or between two: over or under it they may be another's."""
    own = [word for words in label for word in words]
    found = [word for words in figures for word in words]
    if not own or not found:
        return True
    top, bottom = min(word.top for word in own), max(word.bottom for word in own)
    first, last = min(word.top for word in found), max(word.bottom for word in found)
    return top <= (first + last) / 2 <= bottom or first <= (top + bottom) / 2 <= last


def _is_broken(cells: Sequence[Sequence[Word]]) -> bool:
    """Return whether what is no figure, nor said in place of one, stands right of a figure: a part of a broken one."""
    first = next((index for index, words in enumerate(cells) if _is_plain_figure(words)), len(cells))
    return any(read_number("".join(word.text for word in words)).status == "unreadable" for words in cells[first + 1 :])


def _is_plain_figure(words: Sequence[Word]) -> bool:
    return bool(words) and read_number("".join(word.text for word in words)).status in ("read", "annotated", "slash")


def _left_over(text: _Text, part: Sequence[int]) -> list[_Stray]:
    """Return what is left over on the lines around a row, no rule between."""
    first, last = min(part), max(part)
    around = [*range(max(0, first - AROUND), first), *range(last + 1, min(len(text.lines), last + 1 + AROUND))]
    band = bisect_right(text.rules, (text.lines[first].top + text.lines[last].bottom) / 2)
    return [
        stray
        for line in around
        if bisect_right(text.rules, text.lines[line].middle) == band
        for stray in text.strays.get(line, ())
    ]


def _of_column(strays: Sequence[_Stray], places: Sequence[Place], column: int, sides: Sequence[float]) -> list[_Stray]:
    """Return what stands in ``column``, between ``sides``, and in no other."""
    found = []
    for stray in strays:
        x0, x1 = stray.words[0].x0, stray.words[-1].x1
        over = [i for i, place in enumerate(places) if overlap(place.x0, place.x1, x0, x1) > 0]
        if over == [column] or (not over and sides[0] <= (x0 + x1) / 2 < sides[1]):
            found.append(stray)
    return found


def _column(between: Sequence[float], piece: Sequence[Word]) -> int:
    """Return the column that a piece stands in; ``between``: where one column ends and the next begins."""
    return bisect_right(between, centre(piece))


def _label_cells(lines: list[Line], part: list[int]) -> list[list[Word]]:
    """Return the label words of a row as cells from left to right: pieces above each other are one cell."""
    cells: list[list[Word]] = []
    for piece in sorted((piece for index in part for piece in lines[index].labels), key=lambda piece: piece[0].x0):
        for cell in cells:
            x0, x1 = min(word.x0 for word in cell), max(word.x1 for word in cell)
            if overlap(piece[0].x0, piece[-1].x1, x0, x1) > 0.3 * min(piece[-1].x1 - piece[0].x0, x1 - x0):
                cell.extend(piece)
                break
        else:
            cells.append(list(piece))
    return cells


def _tops(lines: list[Line], header: list[int], parts: list[list[int]]) -> tuple[float, ...]:
    groups = [[index] for index in header] + parts
    tops = [min(lines[index].top for index in groups[0])]
    for above, below in pairwise(groups):
        middle = (max(lines[index].bottom for index in above) + min(lines[index].top for index in below)) / 2
        tops.append(max(middle, tops[-1] + 0.1))
    tops.append(max(tops[-1] + 0.1, *(lines[index].bottom for index in groups[-1])))
    return tuple(tops)


def _header_cells(
    page: Page, line: Line, row: tuple[int, float, float], lefts: Sequence[float], places: Sequence[Place]
) -> list[Cell]:
    """Return one line of the header as cells: each word over its column, those it covers, or the nearest."""
    number, top, bottom = row
    labels = len(lefts) - 1 - len(places)
    found: dict[int, tuple[int, list[Word]]] = {}
    for piece in headings_of(line):
        covered = [i for i, place in enumerate(places) if overlap(place.x0, place.x1, piece[0].x0, piece[-1].x1) > 0]
        if len(covered) > 1:
            covered = [i for i in covered if piece[0].x0 <= places[i].centre <= piece[-1].x1]
        if not covered and labels and centre(piece) < lefts[labels]:
            at = (0, labels)
        elif not covered:
            at = (labels + _column(lefts[labels + 1 : -1], piece), 1)
        else:
            at = (labels + covered[0], len(covered))
        wide, words = found.get(at[0], (1, []))
        found[at[0]] = max(wide, at[1]), [*words, *piece]
    cells = []
    starts = [*sorted(found), len(lefts) - 1]
    for column, behind in pairwise(starts):
        wide, words = found[column]
        span = min(wide, behind - column)
        box = Box(page.number, lefts[column], top, lefts[column + span], bottom)
        cell = cell_of(page.number, (number, column, 1, span), words, box)
        # A figure beside what none can be is of a row that was not seen as one.
        cells.append(cell._replace(garbled=True) if _is_plain_figure(words) else cell)
    return cells
