"""Table four: to which block and which result every printed figure belongs.

The table is printed in many ways: blocks side by side, under each other, turned, or with one row a result; its headings
may stand on the page before. Each way has its own function; what none of them settles stays without a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from gxstudy import forms
from gxstudy.fill import marked
from gxstudy.fill.printed import NEAR, PrintedRow, Run, is_figure, is_label, vocabulary
from gxstudy.layout import Box, Cell, Grid
from gxstudy.text import label_key

__all__ = ["TABLE", "Pairs", "Place", "placed", "places", "values_of"]

TABLE = "disputes"
Place = tuple[str, str]
"""Block and result."""
Pairs = list[tuple[Place, Cell]]
"""Figures of one row, each with its place."""


@dataclass(frozen=True, slots=True)
class _Heads:
    """The labels over the rows of a run; ``carried``: they are those of a grid before, of ``wide`` columns."""

    labels: tuple[Cell, ...] = ()
    wide: int = 0
    carried: bool = True


def placed(runs: Sequence[Run]) -> Iterator[tuple[PrintedRow, Pairs | None]]:
    """Yield every row that holds figures or their blanks, with the place of each; None where one has no clear place.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    """
    turns = _by_turns([row for run in runs for row in run.rows])
    heads = _Heads()
    block: str | None = None
    for run in runs:
        heads = _heads(run, heads)
        for row in run.rows:
            if not _is_data(row) and not (row.drawn and turns.get(_at(row))):
                continue
            pairs = _pairs(row, run.rows, heads, turns, block)
            if pairs is not None:
                pairs = [(place, _unless_for_two(row, cell)) for place, cell in pairs]
            if pairs is not None and (row.drawn or any(cell.text.strip() for cell in values_of(row))):
                named = {at for (at, _), _ in pairs}
                block = next(iter(named)) if len(named) == 1 else None
            yield row, pairs


def _unless_for_two(row: PrintedRow, cell: Cell) -> Cell:
    """Return a figure, not to be believed where it is higher than a label beside it."""
    beside = (label for label in row.cells if label.column < cell.column and _known(label.text))
    for label in beside:
        cell = marked.unless_for_two(cell, label, row.grid)
    return cell


def _heads(run: Run, before: _Heads) -> _Heads:
    """Return the labels over the rows of a run: its own, or where it has none those over the run before."""
    own = _labels(run.rows) if run.rows[0].drawn else []
    if not own:
        return replace(before, carried=True)
    grid = run.rows[0].grid
    return _Heads(tuple(_with_headings(own, before.labels, grid)), grid.columns, carried=False)


def _pairs(
    row: PrintedRow,
    rows: Sequence[PrintedRow],
    heads: _Heads,
    turns: Mapping[tuple[int, int], Pairs | None],
    block: str | None,
) -> Pairs | None:
    """Return the place of every figure of a row, by the first way that settles it.

    ``rows`` are those of its run; ``turns`` what :func:`_by_turns` says; ``block`` the one block of the row before.
    """
    turned, unruled = _at(row) in turns, row.grid.origin == "unruled"
    pairs = turns.get(_at(row))
    if pairs is None and not (turned and unruled):
        pairs = _by_heads(row, rows, heads)
    if pairs is None and not turned and block is not None:
        pairs = _continued(row, block)
    if pairs is None:
        pairs = _in_order(row, rows)
    if pairs is None and not turned and unruled:
        pairs = _by_reading(row, rows)
    return pairs


def _by_heads(row: PrintedRow, rows: Sequence[PrintedRow], heads: _Heads) -> Pairs | None:
    """Return the place of every figure by the labels over its run and those beside it."""
    if not row.drawn:
        return _as_marked_up(row, rows)
    moved = heads.carried and row.grid.columns != heads.wide
    return _by_labels(row, _moved(heads.labels, row) if moved else heads.labels, carried=heads.carried)


def _in_order(row: PrintedRow, rows: Sequence[PrintedRow]) -> Pairs | None:
    """Return the places of a row that has as many figures as the form, in its order; not where labels say otherwise."""
    values = values_of(row)
    if len(values) != len(places()) or _is_labelled(row) or _under_others(row, rows):
        return None
    return list(zip(places(), values, strict=True))


@cache
def places() -> tuple[Place, ...]:
    """Return the places of the table in the order of the form."""
    return forms.load("2021").table(TABLE).places()


@lru_cache(maxsize=1 << 14)
def _meaning(text: str, kind: str) -> str | None:
    hits = vocabulary(TABLE).get(label_key(text), ())
    return next((hit.key for hit in hits if hit.kind == kind), None)


def _known(text: str) -> bool:
    return bool(text) and label_key(text) in vocabulary(TABLE)


def values_of(row: PrintedRow) -> list[Cell]:
    """Return the cells of a row that hold figures, or nothing."""
    return [cell for cell in row.cells if cell.row == row.number and not is_label(cell.text)]


def _is_data(row: PrintedRow) -> bool:
    """Return whether a row holds figures: several cells of its own that are no labels, or a figure beside a label."""
    own = [cell for cell in row.cells if cell.row == row.number]
    labels = sum(is_label(cell.text) for cell in own)
    if len(own) - labels >= 3 and labels <= 2:
        return True
    if not row.drawn and 0 < labels < min(4, len(own)) and any(_meaning(cell.text, "column") for cell in own):
        return True
    return any(is_figure(cell.text) for cell in own) and any(_known(cell.text) for cell in row.cells)


def _is_labelled(row: PrintedRow) -> bool:
    """Return whether a row of a table without rules has labels: then its first figures are not those of the form."""
    return row.grid.origin == "unruled" and any(is_label(cell.text) for cell in row.cells)


def _under_others(row: PrintedRow, rows: Sequence[PrintedRow]) -> bool:
    """Return whether, without rules, a row with blanks has figures under other results than their order says.

    Two parts of the table under each other may have as many columns together as the form has places.
    """
    values = values_of(row)
    if row.grid.origin != "unruled" or all(cell.text.strip() for cell in values):
        return False
    over = {cell.column: key for cell in _labels(rows) if (key := _meaning(cell.text, "column"))}
    return any(over.get(cell.column, column) != column for cell, (_, column) in zip(values, places(), strict=True))


def _labels(rows: Sequence[PrintedRow]) -> list[Cell]:
    return [cell for row in rows for cell in row.cells if cell.row == row.number and _known(cell.text)]


def _by_labels(row: PrintedRow, labels: Sequence[Cell], *, carried: bool) -> Pairs | None:
    """Return the place of every figure by the labels over it and to its left; None where one has no clear place.

    Of the labels over it the lowest counts: where the table is in two parts that touch, those of the first stand over
    the second too. ``carried``: the labels are those of the grid before, on another page.
    """
    pairs: Pairs = []
    seen: set[tuple[str, str]] = set()
    for cell in values_of(row):
        over = [
            label
            for label in labels
            if (carried or label.row + label.row_span <= cell.row) and _shares_columns(label, cell)
        ]
        beside = [
            label
            for label in labels
            if not carried
            and label.column + label.column_span <= cell.column
            and label.row <= cell.row < label.row + label.row_span
        ]
        if any(_meaning(label.text, "row") and _is_under_result(label, labels) for label in beside):
            return None  # the headings stand a column beside their figures
        if not carried and not any(_meaning(label.text, "row") for label in beside) and _is_of_part_above(over):
            return None
        blocks, results = (_meant(over, beside, kind) for kind in ("row", "column"))
        if len(blocks) != 1 or len(results) != 1:
            if cell.text.strip():
                return None
            continue
        place = (blocks.pop(), results.pop())
        if place in seen:
            return None
        seen.add(place)
        pairs.append((place, cell))
    return pairs or None


def _is_under_result(block: Cell, labels: Sequence[Cell]) -> bool:
    """Return whether the label of a row takes part of a column that a result is the heading of."""
    return any(
        label.row + label.row_span <= block.row and _meaning(label.text, "column") and _shares_columns(label, block)
        for label in labels
    )


def _is_of_part_above(over: Sequence[Cell]) -> bool:
    """Return whether results are named once more under a block and its results: they are those of a block unknown."""
    block = max((label.row for label in over if _meaning(label.text, "row")), default=None)
    results = [label.row for label in over if _meaning(label.text, "column")]
    return block is not None and any(block < row < max(results) for row in results)


def _meant(over: Sequence[Cell], beside: Sequence[Cell], kind: str) -> set[str]:
    """Return what the labels beside a figure and the lowest of those over it mean, as ``kind`` of label."""
    known = [(label.row, key) for label in over if (key := _meaning(label.text, kind))]
    lowest = max((row for row, _ in known), default=0)
    return {key for row, key in known if row == lowest} | {
        key for label in beside if (key := _meaning(label.text, kind))
    }


def _continued(row: PrintedRow, block: str) -> Pairs | None:
    """Return the place of a row of one figure whose block was named on the page before: that of the figure above."""
    named = [cell for cell in row.cells if _meaning(cell.text, "row")]
    results = _results(row)
    if named or len(results) != 1:
        return None
    values = _beside_result(row)
    if len(values) != 1 or not values[0].text.strip():
        return None
    return [((block, results[0]), values[0])]


def _at(row: PrintedRow) -> tuple[int, int]:
    """Return what tells a printed row from those of all other grids."""
    return id(row.grid), row.number


def _by_turns(rows: Sequence[PrintedRow]) -> dict[tuple[int, int], Pairs | None]:
    """Return the place of every row of one figure, where each result has a row; None where it is not clear.

    The results follow each other, block after block. The label of a block, centred over its rows or cut off from them
    by a page, may stand beside any of them, so that it is that of the rows before it too. Where the labels of several
    results run together beside the name of another block, rows are lost: what follows may be of any block.
    """
    order = [column.key for column in forms.load("2021").table(TABLE).columns]
    named = [(row, _results(row)) for row in rows if row.drawn]
    if any(len(results) > 1 and row.grid.origin != "unruled" for row, results in named):
        return {}  # results stand side by side
    turns: list[list[tuple[PrintedRow, str, list[Cell]]]] = []
    blocks: list[set[str]] = []
    lost: set[str] = set()
    for row, results in named:
        beside = {key for cell in row.cells if (key := _meaning(cell.text, "row"))}
        if len(results) != 1:
            lost |= beside if any(is_figure(cell.text) for cell in values_of(row)) else set()
            continue
        others = lost.difference(*blocks[-1:])
        if others or not turns or order.index(results[0]) <= order.index(turns[-1][-1][1]):
            turns.append([])
            blocks.append({block for block, _ in places()} if others else set())
            lost = set()
        turns[-1].append((row, results[0], _beside_result(row)))
        blocks[-1] |= beside
    return {
        _at(row): [((next(iter(block)), result), figures[0])] if len(block) == 1 else None
        for turn, block in zip(turns, blocks, strict=True)
        for row, result, figures in turn
        if len(figures) == 1
    }


def _results(row: PrintedRow) -> list[str]:
    return [key for cell in row.cells if cell.row == row.number and (key := _meaning(cell.text, "column"))]


def _beside_result(row: PrintedRow) -> list[Cell]:
    """Return the figures of a row, and in a ruled one the blank cells behind the label of its result."""
    label = next(cell for cell in row.cells if cell.row == row.number and _meaning(cell.text, "column"))
    ruled = row.grid.origin != "unruled"
    return [cell for cell in values_of(row) if (ruled and cell.column > label.column) or cell.text.strip()]


def _with_headings(own: list[Cell], above: Sequence[Cell], grid: Grid) -> list[Cell]:
    """Return the labels of a grid, under those of a kind its own rows lack, results or blocks, in the grid before.

    Only where their columns are those of this grid.
    """
    lacking = [kind for kind in ("column", "row") if not any(_meaning(cell.text, kind) for cell in own)]
    heads = [cell for cell in above if any(_meaning(cell.text, kind) for kind in lacking)]
    if not all(_has_column(grid, cell) for cell in heads):
        return own
    bottom = max((cell.row + cell.row_span for cell in heads), default=0)
    return [*(cell._replace(row=cell.row - bottom) for cell in heads), *own]


def _has_column(grid: Grid, cell: Cell) -> bool:
    """Return whether a grid has edges where those of a cell of another grid are."""
    end = cell.column + cell.column_span
    if cell.box is None or end >= len(grid.lefts):
        return False
    return abs(grid.lefts[cell.column] - cell.box.x0) < NEAR and abs(grid.lefts[end] - cell.box.x1) < NEAR


def _moved(labels: Sequence[Cell], row: PrintedRow) -> list[Cell]:
    """Return labels of a grid over the columns of another one, in which figures or blanks stand under them."""
    moved = []
    for label in labels:
        under = [cell for cell in values_of(row) if label.box is not None and _stands_under(cell, label.box)]
        if under:
            first, last = under[0], under[-1]
            span = last.column + last.column_span - first.column
            moved.append(label._replace(column=first.column, column_span=span))
    return moved


def _stands_under(cell: Cell, box: Box) -> bool:
    """Return whether the middle of a text, or of a cell without one, lies between the sides of a box."""
    boxes = cell.boxes or ((cell.box,) if cell.box is not None else ())
    if not boxes:
        return False
    middle = (min(each.x0 for each in boxes) + max(each.x1 for each in boxes)) / 2
    return box.x0 <= middle <= box.x1


def _shares_columns(label: Cell, cell: Cell) -> bool:
    return label.column < cell.column + cell.column_span and cell.column < label.column + label.column_span


def _as_marked_up(row: PrintedRow, rows: Sequence[PrintedRow]) -> Pairs | None:
    """Return the places of a marked-up row of figures: by the labels where all columns hold, else by order."""
    pairs = _by_labels(row, _labels(rows), carried=False) if all(map(marked.columns_hold, rows)) else None
    results = len(forms.load("2021").table(TABLE).columns)
    if pairs and (len(pairs) == len(values_of(row)) or len(pairs) % results == 0):
        return pairs
    return _by_reading(row, rows)


def _by_reading(row: PrintedRow, rows: Sequence[PrintedRow]) -> Pairs | None:
    """Return the places of a row of figures whose columns cannot be trusted: by order and its own labels."""
    values = values_of(row)
    own = [cell.text for cell in row.cells if cell.row == row.number and _known(cell.text)]
    over = [cell for r in rows for cell in r.cells if r.number <= row.number]
    blocks = list(dict.fromkeys(key for cell in over if (key := _meaning(cell.text, "row"))))
    results = [column.key for column in forms.load("2021").table(TABLE).columns]
    if _has_unknown_part([r for r in rows if r.number <= row.number]):
        return None
    named = {key for text in own if (key := _meaning(text, "row"))}
    resulting = {key for text in own if (key := _meaning(text, "column"))}
    if len(named) > 1 or len(resulting) > 1:
        return None  # a cell was lost between two labels
    block, result = next(iter(named), None), next(iter(resulting), None)
    if not own:
        if row.drawn and _totals([cell for cell in dict.fromkeys(over) if is_label(cell.text)]) > len(blocks):
            return None  # more blocks are printed than are known
        places = [(key, column) for key in blocks for column in results]
    elif block is not None and result is None:
        places = [(block, column) for column in results]
    elif result is not None and block is None and len(values) >= len(blocks) > 1 and not any(map(_is_of_one, rows)):
        places = [(key, result) for key in blocks]
    elif result is not None:
        above = [
            key
            for r in rows
            for c in r.cells
            if c.row == r.number <= row.number and (key := _meaning(c.text, "row")) is not None
        ]
        places = [(key, result) for key in above[-1:]]
    else:
        return None
    before = [cell for cell in row.cells if cell.row == row.number and is_label(cell.text)]
    if row.drawn and not all(cell.text.strip() for cell in values):
        return None  # without lines, a blank may stand for no column at all
    filled = marked.fitted(values, len(places), behind=before[-1] if before else None)
    return list(zip(places, filled, strict=True)) if filled and (not row.drawn or len(values) == len(filled)) else None


def _totals(cells: Sequence[Cell]) -> int:
    """Return how many totals are named in cells, run together with other labels or not: one a block."""
    total = forms.load("2021").table(TABLE).columns[-1]
    printed = label_key("".join(cell.text for cell in cells))
    return sum(printed.count(label_key(name)) for name in (total.label, *total.synonyms))


def _has_unknown_part(rows: Sequence[PrintedRow]) -> bool:
    """Return whether an unknown label stands over results that were named before: theirs is another block."""
    named = lost = False
    for cell in (cell for row in rows for cell in row.cells if cell.row == row.number and is_label(cell.text)):
        if _meaning(cell.text, "column"):
            if lost:
                return True
            named = True
        elif _meaning(cell.text, "row"):
            lost = False
        elif not _known(cell.text):
            lost = named
    return False


def _is_of_one(row: PrintedRow) -> bool:
    """Return whether a row names a block and a result and has a cell for that one figure."""
    own = [cell.text for cell in row.cells if cell.row == row.number]
    labels = [text for text in own if _known(text)]
    return (
        len(labels) < min(4, len(own))
        and any(_meaning(text, "row") for text in labels)
        and any(_meaning(text, "column") for text in labels)
    )
