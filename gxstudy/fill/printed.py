"""The rows of a grid as they are printed, and the vocabulary of the forms that tells labels apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from gxstudy import forms
from gxstudy.findings import Place
from gxstudy.layout import Box, Cell, Grid
from gxstudy.text import label_key, read_number

__all__ = [
    "NEAR",
    "Hit",
    "PrintedRow",
    "Run",
    "columns_of",
    "is_figure",
    "is_label",
    "names_row",
    "place_of",
    "rows_of",
    "runs",
    "telling_labels",
    "vocabulary",
]

_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")
_EVERYDAY = frozenset({"其他"})
"""Labels of the form that any table may have: they tell nothing but that an open table goes on."""
NEAR = 3.0
"""Points between the same edge of a column on two pages, at most."""
WIDE = 5
"""Grids of as many columns in the same places are parts of one table."""


class Hit(NamedTuple):
    """What a label means in one table: the key of a row, column, group or block in some edition."""

    kind: Literal["row", "column", "group", "block", "stub"]
    key: str
    edition: str


@cache
def vocabulary(table: str) -> dict[str, tuple[Hit, ...]]:
    """Return every label key of ``table``, over all editions, with what it may mean."""
    words: dict[str, list[Hit]] = {}

    def add(labels: tuple[str, ...], hit: Hit) -> None:
        for label in labels:
            known = words.setdefault(label_key(label), [])
            if hit not in known:
                known.append(hit)

    for edition in forms.editions():
        form = forms.load(edition).table(table)
        groups = {group.key: group.label for group in form.groups}
        for row in form.rows:
            add((row.label, *row.synonyms), Hit("row", row.key, edition))
            if form.key == "disputes" and row.group:  # the heading of a part of its own
                add((groups[row.group] + row.label,), Hit("row", row.key, edition))
        for column in form.columns:
            add((column.label, *column.synonyms), Hit("column", column.key, edition))
        for group in form.groups:
            add((group.label, *group.synonyms), Hit("group", group.key, edition))
        for block in form.blocks:
            add((block.label,), Hit("block", block.key, edition))
        if form.stub:
            add((form.stub,), Hit("stub", "stub", edition))
    return {word: tuple(hits) for word, hits in words.items()}


@cache
def columns_of(table: str) -> dict[str, tuple[Hit, ...]]:
    """Return the label keys of the columns of ``table`` alone."""
    found = {}
    for word, hits in vocabulary(table).items():
        kept = tuple(hit for hit in hits if hit.kind == "column")
        if kept:
            found[word] = kept
    return found


@cache
def telling_labels() -> dict[str, str]:
    """Return the label keys that stand in one table only, with that table."""
    tables = tuple(table.key for table in forms.load(forms.editions()[-1]).tables)
    seen: dict[str, set[str]] = {}
    for table in tables:
        for word in vocabulary(table):
            seen.setdefault(word, set()).add(table)
    return {word: next(iter(found)) for word, found in seen.items() if len(found) == 1}


@lru_cache(maxsize=1 << 14)
def is_label(text: str) -> bool:
    """Return whether ``text`` holds Chinese characters and is no number with a note."""
    return _CJK.search(text) is not None and read_number(text).status == "unreadable"


@lru_cache(maxsize=1 << 14)
def is_figure(text: str) -> bool:
    """Return whether ``text`` reads as a number or as a stroke in place of one."""
    return read_number(text).status in ("read", "annotated", "slash")


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a grid: the cells that cover it from left to right, those that began further up included."""

    grid: Grid
    number: int
    cells: tuple[Cell, ...]

    @property
    def drawn(self) -> bool:
        """Whether the columns of its cells can be trusted."""
        return self.grid.origin != "markup"

    def box(self) -> Box | None:
        """Return where its own cells stand."""
        boxes = [cell.box for cell in self.cells if cell.box is not None and cell.row == self.number]
        if not boxes:
            return None
        return Box(
            boxes[0].page,
            min(b.x0 for b in boxes),
            min(b.top for b in boxes),
            max(b.x1 for b in boxes),
            max(b.bottom for b in boxes),
        )


def place_of(row: PrintedRow, table: str, key: str | None = None) -> Place:
    """Return where a printed row stands, as the row ``key`` of ``table`` where it is known to be one."""
    box = row.box()
    if box is None:
        return Place(table=table, row=key, page=row.grid.page)
    return Place(table, key, None, box.page, box.x0, box.top, box.x1, box.bottom)


def rows_of(grid: Grid) -> list[PrintedRow]:
    """Return the rows of ``grid``, each with all cells that cover it."""
    rows: list[list[Cell]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        for number in range(cell.row, min(cell.row + cell.row_span, grid.rows)):
            rows[number].append(cell)
    return [
        PrintedRow(grid, number, tuple(sorted(cells, key=attrgetter("column")))) for number, cells in enumerate(rows)
    ]


def stacked(grid: Grid) -> Grid:
    """Return an unruled grid with the labels of its header put together: no rule says how many lines one takes.

    Over each column, lines that together read as the label of a column are one cell.
    """
    first = min((cell.row for cell in grid.cells if is_figure(cell.text)), default=0)
    merged: list[Cell] = []
    gone: set[tuple[int, int]] = set()
    known = {word for table in forms.load(forms.editions()[-1]).tables for word in columns_of(table.key)}
    for column in range(grid.columns):
        over = [cell for cell in grid.cells if cell.row < first and cell.column == column and cell.text]
        over.sort(key=lambda cell: cell.row)
        end = len(over)
        while end:
            start = next((i for i in range(end) if label_key("".join(c.text for c in over[i:end])) in known), end - 1)
            part = over[start:end]
            if len(part) > 1:
                gone.update((cell.row, cell.column) for cell in part)
                merged.append(_stack(part))
            end = start
    kept = [cell for cell in grid.cells if (cell.row, cell.column) not in gone]
    cells = tuple(sorted([*kept, *merged], key=lambda cell: (cell.row, cell.column)))
    return replace(grid, cells=cells)


def named(grid: Grid) -> Grid:
    """Return an unruled grid with the headings of table two over the columns of figures, in order.

    Headings may touch each other, or stand beside their figures. Where a line names as many columns as there are
    columns of figures, and no other line names one, every one of these has the heading that is its in order.
    """
    filled = sorted({cell.column for cell in grid.cells if is_figure(cell.text)})
    first = min((cell.row for cell in grid.cells if is_figure(cell.text)), default=0)
    cells = list(grid.cells)
    for row in range(first):
        own = [cell for cell in cells if cell.row == row and cell.text]
        labels = _labels_in("".join(label_key(cell.text) for cell in own))
        over = [
            cell.column for cell in own if label_key(cell.text) in columns_of("disclosure") and cell.column_span == 1
        ]
        elsewhere = any(
            label_key(cell.text) in columns_of("disclosure") for cell in cells if cell.row < first and cell.row != row
        )
        if len(labels) == len(filled) and over != filled and not elsewhere:
            top, bottom = grid.tops[row], grid.tops[row + 1]
            cells = [cell for cell in cells if cell.row != row]
            for column, label in zip(filled, labels, strict=True):
                box = Box(grid.page, grid.lefts[column], top, grid.lefts[column + 1], bottom)
                cells.append(Cell(row, column, 1, 1, label, (), box))
    return replace(grid, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


@lru_cache(maxsize=1 << 10)
def _labels_in(text: str) -> tuple[str, ...]:
    """Return the labels of columns of table two that ``text`` consists of, behind that of its labels; () for none."""
    stubs = [word for word, hits in vocabulary("disclosure").items() if any(hit.kind == "stub" for hit in hits)]
    ways = [_parted(text.removeprefix(stub)) for stub in ("", *stubs) if text.startswith(stub)]
    found = {way for some in ways for way in some}
    return found.pop() if len(found) == 1 else ()


def _parted(text: str) -> list[tuple[str, ...]]:
    """Return all ways in which ``text`` is labels of columns of table two, one behind the other."""
    if not text:
        return [()]
    return [
        (label, *rest)
        for label in columns_of("disclosure")
        if text.startswith(label)
        for rest in _parted(text.removeprefix(label))
    ]


def _stack(part: list[Cell]) -> Cell:
    first, last = part[0], part[-1]
    boxes = [cell.box for cell in part if cell.box is not None]
    box = boxes[0]._replace(x1=max(b.x1 for b in boxes), bottom=boxes[-1].bottom) if boxes else None
    return first._replace(
        row_span=last.row - first.row + 1,
        column_span=1,
        text="".join(cell.text for cell in part),
        boxes=tuple(b for cell in part for b in cell.boxes),
        certainties=tuple(certainty for cell in part for certainty in cell.certainties),
        box=box,
    )


def names_row(table: str, row: PrintedRow, key: str) -> bool:
    """Return whether a cell of its own in ``row`` carries the label of the row ``key`` of ``table``."""
    words = vocabulary(table)
    return any(
        hit.kind == "row" and hit.key == key
        for cell in row.cells
        if cell.row == row.number and cell.text
        for hit in words.get(label_key(cell.text), ())
    )


class Run(NamedTuple):
    """Consecutive rows of one grid that belong to one table."""

    table: str
    rows: tuple[PrintedRow, ...]


def runs(grids: tuple[Grid, ...]) -> list[Run]:
    """Return the parts of ``grids`` that belong to the form's tables, in document order.

    A row belongs to the table whose labels it carries; a row with no telling label goes with the row before it (or,
    at the top of a grid, after it). A grid without any telling label belongs to the table that was open before it when
    it holds figures, or when both have no rules and it stands close under that table, where the rest of wrapped figures
    may stand; otherwise it is no part of the form.
    """
    telling = telling_labels()
    found: list[Run] = []
    open_table: str | None = None
    for grid in grids:
        rows = rows_of(named(stacked(grid)) if grid.origin == "unruled" else grid)
        votes = [_vote(row, telling, open_table) for row in rows]
        if not any(votes):
            if open_table is None or not (
                _continues(rows) or _close_under(grid, found[-1]) or _rest_of(open_table, rows, found[-1])
            ):
                continue
            votes = [open_table] * len(votes)
        known = next(vote for vote in votes if vote)
        start = 0
        current = known
        for index, vote in enumerate(votes):
            if vote is not None and vote != current:
                found.append(Run(current, tuple(rows[start:index])))
                start, current = index, vote
        found.append(Run(current, tuple(rows[start:])))
        open_table = current
    return found


def _vote(row: PrintedRow, telling: dict[str, str], open_table: str | None) -> str | None:
    votes: dict[str, int] = {}
    for cell in row.cells:
        if cell.row == row.number and cell.text:
            label = label_key(cell.text)
            table = telling.get(label)
            if table is not None and is_label(cell.text) and (label not in _EVERYDAY or table == open_table):
                votes[table] = votes.get(table, 0) + 1
    return max(votes, key=lambda table: votes[table]) if votes else None


def _continues(rows: list[PrintedRow]) -> bool:
    """Return whether a grid without known labels looks like rows of figures."""
    return any(sum(is_figure(cell.text) for cell in row.cells) >= 5 for row in rows)


def _rest_of(table: str, rows: list[PrintedRow], before: Run) -> bool:
    """Return whether a ruled grid on the next page is a row or two of ``table``.

    Figures, with labels of its columns; or nothing but figures and blanks, in the columns of the grid before.
    """
    grid, above = rows[0].grid, before.rows[0].grid
    if grid.origin not in ("ruled", "open") or grid.page != above.page + 1:
        return False
    texts = [cell.text for cell in grid.cells if cell.text.strip()]
    labels = [text for text in texts if not is_figure(text)]
    if not labels and grid.columns >= WIDE and grid.columns == above.columns:
        return all(abs(one - other) < NEAR for one, other in zip(grid.lefts, above.lefts, strict=True))
    return bool(labels) and len(texts) > len(labels) and all(label_key(text) in columns_of(table) for text in labels)


def _close_under(grid: Grid, before: Run) -> bool:
    """Return whether two grids without rules are parted by less than the height of a row."""
    above = before.rows[0].grid
    if grid.origin != "unruled" or above.origin != "unruled" or grid.page != above.page:
        return False
    return grid.tops[0] - above.tops[-1] < grid.tops[1] - grid.tops[0]
