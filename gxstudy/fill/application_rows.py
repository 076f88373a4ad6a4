"""The printed rows of table three: the columns that its header names, and each row as a label and figures.

What a page break, or the want of rules, has parted is one row again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from gxstudy import forms
from gxstudy.fill import marked
from gxstudy.fill.align import Label, all_between
from gxstudy.fill.printed import PrintedRow, Run, columns_of, is_figure, is_label, vocabulary
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Cell, Grid
from gxstudy.text import join_lines, label_key

__all__ = ["TABLE", "Heading", "Line", "has_figures", "lines_of", "rows_of"]

TABLE = "applications"
FULL = 1.0
"""Points by which figures that fill a column may differ."""
ASTRIDE = 0.2
"""A cell that has more than this share of its width on either side of a line lies over it."""
LINES = 5
"""So many lines at most has the label of a row."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns of figures as a header names them: key, first and last raster column, left and right edge.

    ``others``: raster columns under headings that are none of the form's. Without any keys, no figure can be given to a
    column.
    """

    grid: Grid
    keys: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    edges: tuple[tuple[float, float], ...]
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One printed row of figures: its label and its cells to the right of it.

    ``beside``: the key of what else stands in its label columns and spans no other row.
    """

    row: PrintedRow
    text: str
    label: Label
    values: tuple[Cell, ...]
    heading: Heading | None
    beside: str = ""

    @property
    def filled(self) -> bool:
        """Whether something is printed in its cells."""
        return any(cell.text.strip() for cell in self.values)


def lines_of(runs: Sequence[Run], findings: list[Finding]) -> list[Line]:
    """Return the rows of table three as printed, from top to bottom; what is noticed of headers goes to ``findings``.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    findings
        What was noticed so far.
    """
    lines: list[Line] = []
    heading: Heading | None = None
    for run in runs:
        start = _first_data_row(run.rows)
        heading = _heading(run.rows[:start], findings) or heading
        edge = _label_edge(run, start, heading)
        fillers = marked.fillers(run.rows[start:], TABLE, _wanted(heading))
        part = [line for row in run.rows[start:] if (line := _line(row, edge, heading, fillers)) is not None]
        lines = _stitch(lines, _joined(part) if run.rows[0].grid.origin == "unruled" else part)
    return lines


def has_figures(cell: Cell) -> bool:
    """Return whether a cell holds figures, or a part of one."""
    return is_figure(cell.text) or (not is_label(cell.text) and any(character.isdigit() for character in cell.text))


def _first_data_row(rows: Sequence[PrintedRow]) -> int:
    """Return the number of header rows at the top: those that name columns, up to the first with a row or figures."""
    words = vocabulary(TABLE)
    headed = 0
    for index, row in enumerate(rows):
        labels = [label_key(cell.text) for cell in row.cells if cell.text and cell.row == row.number]
        hits = [hit for label in labels for hit in words.get(label, ())]
        if any(hit.kind == "row" and label not in _ambiguous() for label in labels for hit in words.get(label, ())):
            break
        if sum(is_figure(cell.text) for cell in row.cells) >= 4:
            break
        named = sum(hit.kind == "column" for hit in {hit for hit in hits if hit.edition == forms.editions()[-1]})
        over = any(hit.kind == "stub" or hit.key in _over_columns() for hit in hits)
        if named > 1 or over or (named and headed == index and _is_heading(row)):
            headed = index + 1
    return headed


def _is_heading(row: PrintedRow) -> bool:
    """Return whether a line of a table without rules holds names of columns alone, and nothing where labels are."""
    if row.grid.origin != "unruled":
        return False
    printed = [cell for cell in row.cells if cell.row == row.number and cell.text.strip()]
    return printed[0].column > 0 and all(label_key(cell.text) in _ambiguous() for cell in printed)


@cache
def _over_columns() -> frozenset[str]:
    """Return the groups that stand over columns."""
    groups = forms.load(forms.editions()[-1]).table(TABLE).groups
    return frozenset(group.key for group in groups if group.axis == "column")


@cache
def _ambiguous() -> frozenset[str]:
    """Return the labels of columns: some of them (其他, 总计) could pass for those of rows."""
    return frozenset(columns_of(TABLE))


def _heading(rows: Sequence[PrintedRow], findings: list[Finding]) -> Heading | None:
    """Return the columns that the header rows name; None where there is no header, or it tells nothing.

    Then the columns are those of the form in its order; unless a row has two headings the other way round.
    """
    found = _clear_heading(rows, findings)
    if found is not None or not any(map(_is_turned, rows)):
        return found
    message = "the headings stand in another order than those of the form, and nothing tells which figure is whose"
    findings.append(finding(Code.UNKNOWN_COLUMN, message, Place(table=TABLE, page=rows[0].grid.page)))
    return Heading(rows[0].grid, (), (), ())


def _clear_heading(rows: Sequence[PrintedRow], findings: list[Finding]) -> Heading | None:
    """Return the columns that the header rows name; None where there is no header, or not all of it can be told."""
    columns = columns_of(TABLE)
    form = forms.load("2021").table(TABLE)
    named: dict[str, Cell] = {}
    for row in rows:
        for cell in row.cells:
            hits = columns.get(label_key(cell.text)) if cell.row == row.number else None
            if hits:
                named.setdefault(hits[0].key, cell)
    if len(named) < 3:
        return None
    ordered = sorted(named.items(), key=lambda item: item[1].column)
    grid = rows[0].grid
    missing = [column for column in form.columns if column.key not in named]
    if missing and grid.origin == "unruled":
        return None  # where no line parts them, headings run into each other
    if missing:
        message = f"the header does not name {', '.join(column.label for column in missing)}"
        findings.append(finding(Code.UNKNOWN_COLUMN, message, Place(table=TABLE, page=grid.page)))
    others = _others(rows, [cell for _, cell in ordered])
    if missing and (others or len(missing) > 1 or missing[0] is form.columns[0]):
        return None  # the heading may be misprinted: the columns may be all there
    if others:
        message = f"the header names {', '.join(cell.text for cell in others)}, which the form does not have"
        findings.append(finding(Code.UNKNOWN_COLUMN, message, Place(table=TABLE, page=grid.page)))
    if any(a.column + a.column_span > b.column for (_, a), (_, b) in pairwise(ordered)):
        return None  # two headings over one column: they tell nothing
    if not rows[0].drawn and not all(map(marked.columns_hold, rows)):
        return None  # spans that lie give the headings an order they do not have
    keys = tuple(key for key, _ in ordered)
    spans = tuple((cell.column, cell.column + cell.column_span) for _, cell in ordered)
    edges = tuple((cell.box.x0, cell.box.x1) if cell.box is not None else (0.0, 0.0) for _, cell in ordered)
    beside = tuple((cell.column, cell.column + cell.column_span) for cell in others)
    return Heading(grid, keys, spans, edges, beside)


def _is_turned(row: PrintedRow) -> bool:
    """Return whether the headings in a row stand in another order than the form's."""
    order = _columns()
    hits = [columns_of(TABLE).get(label_key(cell.text)) for cell in row.cells if cell.row == row.number]
    places = [order.index(found[0].key) for found in hits if found]
    return places != sorted(places)


def _others(rows: Sequence[PrintedRow], named: Sequence[Cell]) -> list[Cell]:
    """Return the headings among those of columns, or behind them, that the form does not have."""
    first = min(cell.column for cell in named)
    low = max(cell.row + cell.row_span for cell in named)
    return [
        cell
        for row in rows
        for cell in row.cells
        if cell.row == row.number
        and cell.column >= first
        and cell.text.strip()
        and cell.row + cell.row_span == low
        and label_key(cell.text) not in vocabulary(TABLE)
        and not any(
            cell.column < other.column + other.column_span and other.column < cell.column + cell.column_span
            for other in named
        )
    ]


def _label_edge(run: Run, start: int, heading: Heading | None) -> int:
    """Return the first raster column that holds figures."""
    if not run.rows[0].drawn:
        return 0
    if heading is not None and heading.spans and heading.grid is run.rows[0].grid:
        return heading.spans[0][0]
    words = vocabulary(TABLE)
    ends = [
        cell.column + cell.column_span
        for row in run.rows[start:]
        for cell in row.cells
        if cell.text
        and label_key(cell.text) not in _ambiguous()
        and any(hit.kind in ("row", "group") for hit in words.get(label_key(cell.text), ()))
    ]
    figures = [cell.column for row in run.rows[start:] for cell in row.cells if is_figure(cell.text)]
    if not ends:
        return min(figures, default=0)
    # A label that the page break cut is not among the known ones: then the figures say where they begin.
    wanted = len(forms.load(forms.editions()[-1]).table(TABLE).columns)
    wide = run.rows[0].grid.columns
    return min(figures) if figures and wide - max(ends) != wanted == wide - min(figures) else max(ends)


def _line(row: PrintedRow, edge: int, heading: Heading | None, fillers: marked.Fillers) -> Line | None:
    """Return a printed row as label and figures; None for an empty one, and for a header printed again."""
    if row.drawn:
        values = tuple(cell for cell in row.cells if cell.column >= edge)
        if values and all(cell.row < row.number for cell in values):
            return None  # a line that parts no figures: the row is the one above
        astride = [cell for cell in row.cells if _straddles(cell, edge, row)]
        if astride:
            values = tuple(cell._replace(garbled=True) for cell in values)
        labels = [cell for cell in row.cells if cell.column < edge and cell.text.strip() and cell not in astride]
        high = min((cell.row_span for cell in values), default=1)
        alone = [cell.text for cell in labels if _is_own(cell, row, high)]
        own, beside = alone[-1] if alone else "", "".join(map(label_key, alone[:-1]))
        above = next((cell.text for cell in reversed(labels) if not _is_own(cell, row, high)), "")
    else:
        parted = marked.part(row, TABLE)
        if parted is None:
            return None
        own, above, beside = parted.own, parted.above, ""
        values = _without_fillers(row, parted, heading, fillers)
        values = _with_those_of_two(row, parted.behind, values, _wanted(heading))
    if not own and not any(cell.text.strip() for cell in values):
        return None
    if not own and row.grid.origin == "unruled" and not any(map(has_figures, values)):
        return None  # a running head
    columns = columns_of(TABLE)
    if sum([label_key(cell.text) in columns for cell in values]) > 1:
        return None
    key = label_key(own)
    if not rows_of(key) and any(hit.kind == "group" for hit in vocabulary(TABLE).get(key, ())):
        if not any(cell.text.strip() for cell in values):
            return None  # a merged label on a line of its own
        own, above, key = "", own, ""
    return Line(row, own, Label(key, label_key(above)), values, heading, beside)


def _straddles(cell: Cell, edge: int, row: PrintedRow) -> bool:
    """Return whether a cell of figures, or a blank, lies over the line between labels and figures: the row has slid."""
    if not cell.column < edge < cell.column + cell.column_span or cell.row != row.number or is_label(cell.text):
        return False
    lefts = row.grid.lefts
    if cell.box is None or edge >= len(lefts):
        return False
    beyond = ASTRIDE * (cell.box.x1 - cell.box.x0)
    return cell.box.x0 + beyond < lefts[edge] < cell.box.x1 - beyond


def _is_own(cell: Cell, row: PrintedRow, high: int) -> bool:
    """Return whether a label belongs to ``row`` alone: it begins there, and is no higher than the row's figures."""
    return cell.row == row.number and cell.row_span <= high


@cache
def _columns() -> tuple[str, ...]:
    return tuple(column.key for column in forms.load("2021").table(TABLE).columns)


def _with_those_of_two(row: PrintedRow, label: Cell | None, values: tuple[Cell, ...], wanted: int) -> tuple[Cell, ...]:
    """Return the figures of a marked-up row, those not to be believed that stand for a row above or below it, too."""
    if label is None:
        return values
    own = tuple(marked.unless_for_two(cell, label, row.grid) for cell in values)
    behind = label.column + label.column_span
    above = [cell for cell in row.cells if cell.row < row.number and cell.column >= behind]
    if not above or len(own) + len(above) != wanted or not marked.columns_hold(row):
        return own
    reaching = (cell._replace(garbled=bool(cell.text.strip())) for cell in above)
    return tuple(sorted((*own, *reaching), key=lambda cell: cell.column))


def _wanted(heading: Heading | None) -> int:
    """Return how many cells of figures a row has: one a column of the form, and one under every further heading."""
    return len(_columns()) + (len(heading.others) if heading is not None else 0)


def _without_fillers(
    row: PrintedRow, parted: marked.Parted, heading: Heading | None, fillers: marked.Fillers
) -> tuple[Cell, ...]:
    """Return the figures of a marked-up row without blanks that only fill up merged cells; all where these are unclear.

    Their number tells; else, where the table fills up its rows, their place under the heading where the columns hold,
    or that they stand at one end. One cell too many in a single row may be anywhere.
    """
    wanted = _wanted(heading)
    values = parted.values
    surplus = len(values) - wanted
    filled = sum(bool(cell.text.strip()) for cell in values)
    if surplus > 0 and 0 < filled < wanted and not fillers.explain(row, parted, surplus):
        return values
    found = marked.fitted(values, wanted, behind=parted.behind)
    if found is None and heading is not None and heading.keys and heading.grid is row.grid and marked.columns_hold(row):
        found = marked.under(sorted((*heading.spans, *heading.others)), values)
    if found is None:
        found = marked.trimmed(values, wanted)
    return values if found is None else tuple(found)


def _stitch(before: list[Line], after: list[Line]) -> list[Line]:
    """Join two parts of the table, and the two halves of a row that a page break cut through."""
    if not before or not after:
        return before + after
    first, second = before[-1], after[0]
    empty_first = not first.filled
    empty_second = not second.filled
    wrapped = not (empty_first or empty_second)
    if (wrapped and not _halved(before, second)) or not (first.text or second.text):
        return before + after
    whole = join_lines([first.text, second.text])
    rows = _row_labels()
    halves = first.label.own in rows, second.label.own in rows
    if label_key(whole) not in rows or (any(halves) if wrapped else all(halves)):
        return before + after
    if (not first.text and _passes(before[-2:-1], second)) or (not second.text and _passes([first], *after[1:2])):
        return before + after  # a row without a label stands between them
    kept = second if empty_first else first
    values = tuple(map(_whole, first.values, second.values)) if wrapped else kept.values
    joined = Line(
        kept.row, whole, Label(label_key(whole), first.label.above or second.label.above), values, kept.heading
    )
    return [*before[:-1], joined, *after[1:]]


def _passes(before: Sequence[Line], *after: Line) -> bool:
    """Return whether the form has rows between the last of some lines and the line behind them.

    It may have some where no rule parts the lines, and what one of them is called is no row of the form.
    """
    if not before or not after:
        return False
    one, other = rows_of(before[-1].label.own), rows_of(after[0].label.own)
    if not one or not other:
        return before[-1].row.grid.origin == "unruled"
    return not any(all_between(TABLE, row, (), following) for row in one for following in other)


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a table without rules, those put together that have but one label and one row of figures."""
    joined: list[Line] = []
    at = 0
    while at < len(lines):
        size = next((size for size in range(LINES, 1, -1) if _is_one(lines[at : at + size], size)), 1)
        part = lines[at : at + size]
        if size > 1:
            whole = join_lines([line.text for line in part])
            above = next((line.label.above for line in part if line.label.above), "")
            kept = next(line for line in part if line.filled)
            joined.append(replace(kept, text=whole, label=Label(label_key(whole), above)))
        else:
            joined += part
        at += size
    return joined


def _is_one(lines: Sequence[Line], size: int) -> bool:
    """Return whether lines are those of one row: together they are its label, and figures stand among them once."""
    filled = [number for number, line in enumerate(lines) if line.filled]
    if len(lines) < size or len(filled) != 1:
        return False
    if not lines[filled[0]].text and filled[0] in (0, size - 1):
        return False  # figures over or under a label may be those of another
    rows = _row_labels()
    exact = sum(line.label.own in rows for line in lines)
    return exact < 2 and label_key(join_lines([line.text for line in lines])) in rows


def rows_of(label: str) -> list[str]:
    """Return the rows that the key of a label may mean."""
    return [hit.key for hit in vocabulary(TABLE).get(label, ()) if hit.kind == "row"]


@cache
def _row_labels() -> frozenset[str]:
    return frozenset(word for word, hits in vocabulary(TABLE).items() if any(hit.kind == "row" for hit in hits))


def _halved(before: Sequence[Line], second: Line) -> bool:
    """Return whether the figures of a row may be the rest of those of the row before, wrapped where a page break cut.

    A figure wraps where its column is full: nothing in that column is wider than its first half.
    """
    first = before[-1]
    if len(first.values) != len(second.values):
        return False
    for place, (upper, lower) in enumerate(zip(first.values, second.values, strict=True)):
        if not upper.text.strip() or not lower.text.strip():
            continue
        column = [line.values[place] for line in before if len(line.values) == len(first.values)]
        widest = max(_wide(cell) for cell in (*column, lower))
        if _wide(upper) + FULL < widest:
            return False
    return True


def _wide(cell: Cell) -> float:
    return max((box.x1 - box.x0 for box in cell.boxes), default=0.0)


def _whole(first: Cell, second: Cell) -> Cell:
    """Return a cell that a page break cut through, as its lines are joined elsewhere."""
    return first._replace(
        text=join_lines([first.text, second.text]),
        boxes=(*first.boxes, *second.boxes),
        garbled=first.garbled or second.garbled,
        certainties=(*first.certainties, *second.certainties),
    )
