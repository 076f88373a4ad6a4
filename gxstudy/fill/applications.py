"""Table three: rows by applicants, over as many grids and pages as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from gxstudy import forms
from gxstudy.fill import marked
from gxstudy.fill.align import Label, Match, align, all_between, fused, holds_another, longest_label, stands_under
from gxstudy.fill.entries import Entry, from_cell
from gxstudy.fill.printed import PrintedRow, Run, columns_of, is_figure, is_label, place_of, vocabulary
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Box, Cell, Grid, overlap
from gxstudy.text import join_lines, label_key

__all__ = ["TABLE", "fill"]

TABLE = "applications"
APART = 0.9
"""Lines of figures further apart than this, in heights of a line, are seldom one figure."""
PADDING = 11.0
"""Points of a cell that its text leaves free on both sides together."""
FULL = 1.0
"""Points by which figures that fill a column may differ."""
MORE = 3
"""So many characters more than the longest label of its row has, and a printed label holds some of another."""
LINES = 5
"""So many lines at most has the label of a row."""
FEW = 2
"""More rows of figures left over than this, in a table without lines, and none of its rows is believed."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """The columns of figures as a header names them: key, first and last raster column, left and right edge.

    ``others``: raster columns under headings that are none of the form's.
    """

    grid: Grid
    keys: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    edges: tuple[tuple[float, float], ...]
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed row of figures: its label and its cells to the right of it.

    ``beside``: the key of what else stands in its label columns and spans no other row.
    """

    row: PrintedRow
    text: str
    label: Label
    values: tuple[Cell, ...]
    heading: _Heading | None
    beside: str = ""

    @property
    def filled(self) -> bool:
        """Whether something is printed in its cells."""
        return any(cell.text.strip() for cell in self.values)


def fill(runs: Sequence[Run]) -> tuple[dict[tuple[str, str], Entry], list[Finding]]:
    """Return the entries of table three by (row, column), and what was noticed.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    """
    findings: list[Finding] = []
    lines: list[_Line] = []
    heading: _Heading | None = None
    for run in runs:
        start = _first_data_row(run.rows)
        heading = _heading(run.rows[:start], findings) or heading
        edge = _label_edge(run, start, heading)
        fillers = marked.fillers(run.rows[start:], TABLE, len(_columns()))
        part = [line for row in run.rows[start:] if (line := _line(row, edge, heading, fillers)) is not None]
        lines = _stitch(lines, _joined(part) if run.rows[0].grid.origin == "unruled" else part)
    entries: dict[tuple[str, str], Entry] = {}
    matches = align(TABLE, [line.label for line in lines])
    doubtful = _doubtful(lines, matches)
    for index, (line, match, in_doubt) in enumerate(zip(lines, matches, doubtful, strict=True)):
        if match.row is None:
            if line.filled:
                shown = " ".join(cell.text for cell in line.values)
                message = f"the row {line.text!r} ({shown}) is no row of the form; its figures were not taken"
                findings.append(finding(Code.UNKNOWN_ROW, message, place_of(line.row, TABLE)))
            continue
        if not match.exact:
            findings.append(_label_finding(line, match.row))
        read = _values(line, match.row, findings)
        beside = "" if stands_under(TABLE, match.row, line.beside) else line.beside
        if (
            in_doubt
            or fused(TABLE, beside + line.label.own)
            or _shared(line)
            or _run_together(line, match)
            or _stacked(line)
            or _robbed(lines, index)
        ):
            read = {where: entry._replace(value=None, status="unreadable") for where, entry in read.items()}
        entries.update(read)
    return entries, findings


def _doubtful(lines: Sequence[_Line], matches: Sequence[Match]) -> list[bool]:
    """Return which rows may hold only a part of their figures.

    Where no rule parts the rows, figures left over beside a row may be the rest of its own, wrapped, and figures
    without a label those of any row near them. There, and where a break cuts the table, a part of a label may stand
    alone: that no figures stand beside it does not make them blank. Rows without labels are told by their place only
    where all the form has there are printed.
    """
    guessed = _guessed(lines, matches)
    over = [
        match.row is None and any(map(_has_figures, line.values)) for line, match in zip(lines, matches, strict=True)
    ]
    spoilt = sum(over) > FEW
    doubtful = []
    for index, (line, match) in enumerate(zip(lines, matches, strict=True)):
        near = slice(max(0, index - 1), index + 2)
        # Two pages of a sheet may come in the wrong order: then a label is cut where the table begins or ends.
        at_break = any(other.row.grid is not line.row.grid for other in lines[near])
        at_break |= any(over) and index in (0, len(lines) - 1)
        in_parts = line.row.grid.origin == "unruled" and sum(not other.exact for other in matches[near]) > 1
        bare = (at_break or in_parts) and not match.exact and not line.filled
        # A break may cut through a row whose figures are wrapped: the rest of them stands beyond it.
        cut = any(
            over[other] and lines[other].row.grid is not line.row.grid and not (match.exact and lines[other].text)
            for other in (index - 1, index + 1)
            if 0 <= other < len(lines)
        )
        stray = spoilt or any(over[near]) or not line.text
        doubtful.append(bare or cut or index in guessed or (line.row.grid.origin == "unruled" and stray))
    return doubtful


def _has_figures(cell: Cell) -> bool:
    """Return whether a cell holds figures, or a part of one."""
    return is_figure(cell.text) or (not is_label(cell.text) and any(character.isdigit() for character in cell.text))


def _guessed(lines: Sequence[_Line], matches: Sequence[Match]) -> set[int]:
    """Return the rows without labels between whose neighbours the form has more rows, or others."""
    named = [bool(line.label.own) and match.row is not None for line, match in zip(lines, matches, strict=True)]
    guessed: set[int] = set()
    if all(named):
        return guessed
    edges = [-1, *(index for index, known in enumerate(named) if known), len(lines)]
    for before, after in pairwise(edges):
        between = [index for index in range(before + 1, after) if matches[index].row is not None or lines[index].filled]
        first = matches[before].row if before >= 0 else None
        last = matches[after].row if after < len(lines) else None
        if not all_between(TABLE, first, [matches[index].row for index in between], last):
            guessed.update(between)
    return guessed


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


def _heading(rows: Sequence[PrintedRow], findings: list[Finding]) -> _Heading | None:
    """Return the columns that the header rows name; None where there is no header."""
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
    return _Heading(grid, keys, spans, edges, beside)


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


def _run_together(line: _Line, match: Match) -> bool:
    """Return whether the label of a row without lines holds more than its own: its figures may be those of the rest."""
    if line.row.grid.origin != "unruled" or match.exact or match.row is None:
        return False
    return len(line.label.own) >= longest_label(TABLE, match.row) + MORE


def _shared(line: _Line) -> bool:
    """Return whether figures of a ruled row are higher than its label: they stand for the row below, too."""
    if not line.row.drawn or not line.text:
        return False
    label = max((cell.row_span for cell in line.row.cells if cell.text == line.text), default=1)
    return any(cell.row_span > label for cell in line.values)


def _stacked(line: _Line) -> bool:
    """Return whether figures over one another are those of two rows whose rule was not seen.

    The merged label beside them holds that of another row, too; or they stand a line apart though the upper one leaves
    room for more digits: a figure wraps where its cell is full.
    """
    if not line.row.drawn or not any(len(cell.boxes) > 1 and _lines(cell) > 1 for cell in line.values):
        return False
    return holds_another(TABLE, line.label.above) or any(_parted(cell) for cell in line.values)


def _robbed(lines: Sequence[_Line], index: int) -> bool:
    """Return whether a row without figures stands beside one that has those of two rows, and no rule parts them."""
    line = lines[index]
    if line.row.grid.origin != "unruled" or line.filled:
        return False
    beside = (lines[near] for near in (index - 1, index + 1) if 0 <= near < len(lines))
    return any(other.row.grid is line.row.grid and _stacked(other) for other in beside)


def _lines(cell: Cell) -> int:
    return len({(box.page, round(box.top)) for box in cell.boxes})


def _parted(cell: Cell) -> bool:
    """Return whether the first two lines of figures in a cell are too far apart to be one that wraps."""
    if cell.box is None or len(cell.boxes) < 2 or not cell.text.isdigit():
        return False
    upper, lower = cell.boxes[:2]
    height, width = upper.bottom - upper.top, upper.x1 - upper.x0
    if upper.page != lower.page or lower.top - upper.bottom < APART * height:
        return False
    return cell.box.x1 - cell.box.x0 - width > PADDING + height


def _label_edge(run: Run, start: int, heading: _Heading | None) -> int:
    """Return the first raster column that holds figures."""
    if not run.rows[0].drawn:
        return 0
    if heading is not None and heading.grid is run.rows[0].grid:
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


def _line(row: PrintedRow, edge: int, heading: _Heading | None, fillers: marked.Fillers) -> _Line | None:
    """Return a printed row as label and figures; None for an empty one, and for a header printed again."""
    if row.drawn:
        values = tuple(cell for cell in row.cells if cell.column >= edge)
        if values and all(cell.row < row.number for cell in values):
            return None  # a line that parts no figures: the row is the one above
        labels = [cell for cell in row.cells if cell.column < edge and cell.text.strip()]
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
    if not own and not any(cell.text.strip() for cell in values):
        return None
    if not own and row.grid.origin == "unruled" and not any(map(_has_figures, values)):
        return None  # a running head
    columns = columns_of(TABLE)
    if sum([label_key(cell.text) in columns for cell in values]) > 1:
        return None
    key = label_key(own)
    if not any(hit.kind == "row" for hit in vocabulary(TABLE).get(key, ())) and any(
        hit.kind == "group" for hit in vocabulary(TABLE).get(key, ())
    ):
        if not any(cell.text.strip() for cell in values):
            return None  # a merged label on a line of its own
        own, above, key = "", own, ""
    return _Line(row, own, Label(key, label_key(above)), values, heading, beside)


def _is_own(cell: Cell, row: PrintedRow, high: int) -> bool:
    """Return whether a label belongs to ``row`` alone: it begins there, and is no higher than the row's figures."""
    return cell.row == row.number and cell.row_span <= high


@cache
def _columns() -> tuple[str, ...]:
    return tuple(column.key for column in forms.load("2021").table(TABLE).columns)


def _without_fillers(
    row: PrintedRow, parted: marked.Parted, heading: _Heading | None, fillers: marked.Fillers
) -> tuple[Cell, ...]:
    """Return the figures of a marked-up row without blanks that only fill up merged cells; all where these are unclear.

    Their number tells; else, where the table fills up its rows, their place under the heading where the columns hold,
    or that they stand at one end. One cell too many in a single row may be anywhere.
    """
    wanted = len(_columns())
    values = parted.values
    surplus = len(values) - wanted
    filled = sum(bool(cell.text.strip()) for cell in values)
    if surplus > 0 and 0 < filled < wanted and not fillers.explain(row, parted, surplus):
        return values
    found = marked.fitted(values, wanted, behind=parted.behind)
    if found is None and heading is not None and heading.grid is row.grid and marked.columns_hold(row):
        found = marked.under(heading.spans, values)
    if found is None:
        found = marked.trimmed(values, wanted)
    return values if found is None else tuple(found)


def _stitch(before: list[_Line], after: list[_Line]) -> list[_Line]:
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
    kept = second if empty_first else first
    values = tuple(map(_whole, first.values, second.values)) if wrapped else kept.values
    joined = _Line(
        kept.row, whole, Label(label_key(whole), first.label.above or second.label.above), values, kept.heading
    )
    return [*before[:-1], joined, *after[1:]]


def _joined(lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines of a table without rules, those put together that have but one label and one row of figures."""
    joined: list[_Line] = []
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


def _is_one(lines: Sequence[_Line], size: int) -> bool:
    """Return whether lines are those of one row: together they are its label, and figures stand among them once."""
    filled = [number for number, line in enumerate(lines) if line.filled]
    if len(lines) < size or len(filled) != 1:
        return False
    if not lines[filled[0]].text and filled[0] in (0, size - 1):
        return False  # figures over or under a label may be those of another
    rows = _row_labels()
    exact = sum(line.label.own in rows for line in lines)
    return exact < 2 and label_key(join_lines([line.text for line in lines])) in rows


@cache
def _row_labels() -> frozenset[str]:
    return frozenset(word for word, hits in vocabulary(TABLE).items() if any(hit.kind == "row" for hit in hits))


def _halved(before: Sequence[_Line], second: _Line) -> bool:
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


def _values(line: _Line, row: str, findings: list[Finding]) -> dict[tuple[str, str], Entry]:
    """Return the entries of one printed row; its figures are given to columns by order, or by where they stand."""
    form = forms.load("2021").table(TABLE)
    heading = line.heading
    if heading is not None and len(heading.keys) < len(form.columns) == len(line.values):
        line, heading = replace(line, heading=None), None  # a heading is missing, not its column
    keys = heading.keys if heading is not None else tuple(column.key for column in form.columns)
    values = line.values
    slid = _slid(line)
    if len(values) == len(keys) and not slid and not _shifted(line) and not _unseen_column(line):
        return {(row, key): from_cell(TABLE, row, key, cell) for key, cell in zip(keys, values, strict=True)}
    placed = _by_place(values, heading) if heading is not None and line.row.drawn and not slid else None
    if heading is not None and heading.others and not slid:
        placed = _in_raster(line, heading)
        if placed is not None:
            return {(row, key): from_cell(TABLE, row, key, cell) for key, cell in placed.items()}
    if heading is not None and line.row.grid.origin == "unruled" and heading.grid is not line.row.grid:
        placed = _under_headings(line, heading)
    found: dict[tuple[str, str], Entry] = {}
    if placed is not None:
        for key, cell in placed.items():
            found[row, key] = from_cell(TABLE, row, key, cell)
        lost = [cell for cell in values if cell not in placed.values() and cell.text.strip()]
        if len(found) == len(keys) and not lost:
            return found
    shown = " | ".join(cell.text or "blank" for cell in values)
    message = (
        f"the row has {len(values)} cells where the form has {len(keys)} ({shown}); "
        "which figure belongs to which column is not certain"
    )
    findings.append(finding(Code.ROW_WIDTH_DIFFERS, message, place_of(line.row, TABLE, row)))
    for key in keys:
        if (row, key) not in found:
            boxes = tuple(box for cell in values for box in cell.boxes)
            found[row, key] = Entry(TABLE, row, key, shown, None, "unreadable", "unchecked", boxes)
    return found


def _slid(line: _Line) -> bool:
    """Return whether a ruled row may have slid to the left for want of a merged label that goes on beside it.

    A blank stands between its label and the first column of figures, and another where its total would be.
    """
    if line.row.grid.origin not in ("ruled", "open") or not line.values or line.values[-1].text.strip():
        return False
    own = [cell for cell in line.row.cells if cell.row == line.row.number and cell.column < line.values[0].column]
    return len(own) > 1 and not own[-1].text.strip() and line.filled


def _unseen_column(line: _Line) -> bool:
    """Return whether a blank may stand for no column: without lines, one is seen by its figures or its heading."""
    grid = line.row.grid
    if grid.origin != "unruled" or (line.heading is not None and line.heading.grid is grid):
        return False
    seen = {cell.column for cell in grid.cells if is_figure(cell.text)}
    return any(cell.column not in seen for cell in line.values)


def _shifted(line: _Line) -> bool:
    """Return whether figures in number as the form wants stand under other columns than their order says."""
    heading = line.heading
    if heading is None or not line.row.drawn or heading.grid is not line.row.grid:
        return False
    return any(
        not (start < cell.column + cell.column_span and cell.column < end)
        for cell, (start, end) in zip(line.values, heading.spans, strict=True)
    )


def _by_place(values: Sequence[Cell], heading: _Heading) -> dict[str, Cell] | None:
    """Return the cell under each column of the header, by horizontal position; None where one cell lies under two."""
    placed: dict[str, Cell] = {}
    for cell in values:
        if cell.box is None:
            return None
        box: Box = cell.box
        under = [
            key
            for key, (x0, x1) in zip(heading.keys, heading.edges, strict=True)
            if overlap(box.x0, box.x1, x0, x1) > 0.5 * min(x1 - x0, box.x1 - box.x0)
        ]
        if len(under) != 1 or under[0] in placed:
            if not cell.text.strip():
                continue
            return None
        placed[under[0]] = cell
    return placed


def _in_raster(line: _Line, heading: _Heading) -> dict[str, Cell] | None:
    """Return the cell under each heading by raster columns; None where any cell does not begin and end with one.

    Cells under headings that the form does not have are left out.
    """
    grid = line.row.grid
    held = line.row.drawn or marked.columns_hold(line.row)
    if not held or grid.origin == "unruled" or grid.columns != heading.grid.columns:
        return None
    cells = {(cell.column, cell.column + cell.column_span): cell for cell in line.values}
    if set(cells) != {*heading.spans, *heading.others}:
        return None
    return {key: cells[span] for key, span in zip(heading.keys, heading.spans, strict=True)}


def _under_headings(line: _Line, heading: _Heading) -> dict[str, Cell] | None:
    """Return a cell for each column of a header further up, for a part of the table without rules that has fewer.

    Where nothing stands in a column of such a part, its figures do not show it. None where not every figure of the part
    stands under one heading, those of one column under the same, or something left over may be of the row.
    """
    grid = line.row.grid
    if heading.grid.origin != "unruled" or not line.values or any(cell.garbled for cell in line.values):
        return None
    under: dict[int, set[str]] = {}
    for cell in grid.cells:
        if is_figure(cell.text):
            under.setdefault(cell.column, set()).update(_headings_over(cell, heading))
    if any(len(keys) != 1 for keys in under.values()):
        return None
    columns = {column: next(iter(keys)) for column, keys in under.items()}
    filled = [cell for cell in line.values if cell.text.strip()]
    if len(set(columns.values())) < len(columns) or any(cell.column not in columns for cell in filled):
        return None
    placed = {columns[cell.column]: cell for cell in filled}
    top, bottom = grid.tops[line.row.number], grid.tops[line.row.number + 1]
    for key, (x0, x1) in zip(heading.keys, heading.edges, strict=True):
        if key not in placed:
            placed[key] = Cell(line.row.number, 0, 1, 1, "", (), Box(grid.page, x0, top, x1, bottom))
    return placed


def _headings_over(cell: Cell, heading: _Heading) -> set[str]:
    """Return the columns of a header that the text of a cell stands under, or two where it stands between them."""
    x0, x1 = min(box.x0 for box in cell.boxes), max(box.x1 for box in cell.boxes)
    return {
        key for key, (left, right) in zip(heading.keys, heading.edges, strict=True) if overlap(x0, x1, left, right) > 0
    }


def _label_finding(line: _Line, row: str) -> Finding:
    place = place_of(line.row, TABLE, row)
    label = next(
        known.label
        for edition in reversed(forms.editions())
        for known in forms.load(edition).table(TABLE).rows
        if known.key == row
    )
    if not line.text:
        message = f"the row has no label; by its place it is {label!r}"
        return finding(Code.LABEL_MISSING, message, place)
    return finding(Code.LABEL_DIFFERS, f"the label reads {line.text!r}; the form has {label!r}", place)
