"""Table three: which printed row is which of the form, how far it is believed, and which figure is of which column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from gxstudy import forms
from gxstudy.fill import marked
from gxstudy.fill.align import Match, align, all_between, begins, fused, holds_another, longest_label, stands_under
from gxstudy.fill.application_rows import TABLE, Heading, Line, has_figures, lines_of, rows_of
from gxstudy.fill.entries import Entry, from_cell
from gxstudy.fill.printed import Run, is_figure, place_of
from gxstudy.findings import Code, Finding, finding
from gxstudy.layout import Box, Cell, overlap

__all__ = ["fill"]

APART = 0.9
"""Lines of figures further apart than this, in heights of a line, are seldom one figure."""
OFF = 0.4
"""Figures whose middle is further from that of a label of one line, in its heights, do not stand beside it."""
PADDING = 11.0
"""Points of a cell that its text leaves free on both sides together."""
MORE = 3
"""So many characters more than the longest label of its row has, and a printed label holds some of another."""
FEW = 2
"""More rows of figures left over than this, in a table without lines, and none of its rows is believed."""


def fill(runs: Sequence[Run]) -> tuple[dict[tuple[str, str], Entry], list[Finding]]:
    """Return the entries of table three by (row, column), and what was noticed.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    """
    findings: list[Finding] = []
    lines = _wary(lines_of(runs, findings))
    entries: dict[tuple[str, str], Entry] = {}
    matches = _with_strays(lines, align(TABLE, [line.label for line in lines]), findings)
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
            or _astray(lines, index)
        ):
            read = {where: entry._replace(value=None, status="unreadable") for where, entry in read.items()}
        entries.update(read)
    return entries, findings


def _with_strays(lines: Sequence[Line], matches: Sequence[Match], findings: list[Finding]) -> list[Match]:
    """Return the matches, those added of rows that stand out of the form's order and whose labels are exactly theirs.

    Only between rules, or in marked-up tables, where a label is surely that of its figures.
    """
    taken = {match.row for match in matches}
    own = [
        set(rows_of(line.label.own)) if match.row is None else set() for line, match in zip(lines, matches, strict=True)
    ]
    found = list(matches)
    for index, (line, rows) in enumerate(zip(lines, own, strict=True)):
        if len(rows) != 1 or rows & taken or own.count(rows) > 1 or line.row.grid.origin == "unruled":
            continue
        (row,) = rows
        if not line.filled or (line.label.above and not stands_under(TABLE, row, line.label.above)):
            continue
        found[index] = Match(row, exact=True)
        message = f"the row {line.text!r} stands out of the order of the form; it was taken for what its label says"
        findings.append(finding(Code.LABEL_DIFFERS, message, place_of(line.row, TABLE, row)))
    return found


def _wary(lines: Sequence[Line]) -> list[Line]:
    """Return lines whose blanks are marked, without rules, where a cell above or below may hold the figures of two."""
    wary = []
    for index, line in enumerate(lines):
        beside = _beside(lines, index) if line.row.grid.origin == "unruled" else ()
        torn = {cell.column for _, near in beside for cell in near.values if cell.garbled and len(cell.boxes) > 1}
        values = (c._replace(garbled=True) if c.column in torn and not c.text.strip() else c for c in line.values)
        wary.append(replace(line, values=tuple(values)) if torn else line)
    return wary


def _doubtful(lines: Sequence[Line], matches: Sequence[Match]) -> list[bool]:
    """Return which rows may hold only a part of their figures.

    Where no rule parts the rows, figures left over beside a row may be the rest of its own, wrapped, and figures
    without a label those of any row near them. There, and where a break cuts the table, a part of a label may stand
    alone: that no figures stand beside it does not make them blank. Rows without labels are told by their place only
    where all the form has there are printed.
    """
    guessed = _guessed(lines, matches)
    over = [
        match.row is None and any(map(has_figures, line.values)) for line, match in zip(lines, matches, strict=True)
    ]
    spoilt = sum(over) > FEW
    doubtful = []
    for index, (line, match) in enumerate(zip(lines, matches, strict=True)):
        near = slice(max(0, index - 1), index + 2)
        # Two pages of a sheet may come in the wrong order: then a label is cut where the table begins or ends.
        at_break = any(other.row.grid is not line.row.grid for other in lines[near])
        at_break |= any(over) and index in (0, len(lines) - 1)
        in_parts = line.row.grid.origin == "unruled" and sum(not other.exact for other in matches[near]) > 1
        in_parts |= line.row.grid.origin == "unruled" and match.row is not None and begins(TABLE, match.row, line.label)
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


def _guessed(lines: Sequence[Line], matches: Sequence[Match]) -> set[int]:
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


def _run_together(line: Line, match: Match) -> bool:
    """Return whether the label of a row without lines holds more than its own: its figures may be those of the rest."""
    if line.row.grid.origin != "unruled" or match.exact or match.row is None:
        return False
    return len(line.label.own) >= longest_label(TABLE, match.row) + MORE


def _shared(line: Line) -> bool:
    """Return whether figures of a ruled row are higher than its label: they stand for the row below, too."""
    if not line.row.drawn or not line.text:
        return False
    label = max((cell.row_span for cell in line.row.cells if cell.text == line.text), default=1)
    return any(cell.row_span > label for cell in line.values)


def _stacked(line: Line) -> bool:
    """Return whether figures over one another are those of two rows whose rule was not seen.

    The merged label beside them holds that of another row, too; or they stand a line apart though the upper one leaves
    room for more digits: a figure wraps where its cell is full.
    """
    if not line.row.drawn or not any(len(cell.boxes) > 1 and _lines(cell) > 1 for cell in line.values):
        return False
    return holds_another(TABLE, line.label.above) or any(_parted(cell) for cell in line.values)


def _robbed(lines: Sequence[Line], index: int) -> bool:
    """Return whether a row without figures stands beside one that has those of two rows, and no rule parts them."""
    line = lines[index]
    if line.row.grid.origin != "unruled" or line.filled:
        return False
    return any(_stacked(near) for _, near in _beside(lines, index))


def _astray(lines: Sequence[Line], index: int) -> bool:
    """Return whether, without rules, no figure stands beside its label, or those of the next row stand towards this."""
    line = lines[index]
    if line.row.grid.origin != "unruled":
        return False
    if line.filled:
        return _side(line) != 0
    return any(_side(near) == -side for side, near in _beside(lines, index))


def _beside(lines: Sequence[Line], index: int) -> Iterator[tuple[int, Line]]:
    """Yield the rows above (-1) and below (1) a row in its own grid."""
    for side in (-1, 1):
        near = index + side
        if 0 <= near < len(lines) and lines[near].row.grid is lines[index].row.grid:
            yield side, lines[near]


def _side(line: Line) -> int:
    """Return where the figures of a row stand: -1 above its label, 1 below it, 0 beside it or without a label."""
    label = [box for cell in line.row.cells if cell.text == line.text for box in cell.boxes]
    figures = [box for cell in line.values if cell.text.strip() for box in cell.boxes]
    if not line.text or not label or not figures:
        return 0
    top, bottom = min(box.top for box in figures), max(box.bottom for box in figures)
    above, below = min(box.top for box in label), max(box.bottom for box in label)
    if len(label) == 1 and abs(top + bottom - above - below) > 2 * OFF * (below - above):
        return 1 if top + bottom > above + below else -1
    return -1 if bottom <= above else int(top >= below)


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


def _values(line: Line, row: str, findings: list[Finding]) -> dict[tuple[str, str], Entry]:
    """Return the entries of one printed row; its figures are given to columns by order, or by where they stand."""
    form = forms.load("2021").table(TABLE)
    heading = line.heading
    if heading is not None and 0 < len(heading.keys) < len(form.columns) == len(line.values):
        line, heading = replace(line, heading=None), None  # a heading is missing, not its column
    keys = heading.keys if heading is not None else ()
    unknown = heading is not None and not keys
    keys = keys or tuple(column.key for column in form.columns)
    values = line.values
    slid = _slid(line) or unknown
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


def _slid(line: Line) -> bool:
    """Return whether a ruled row may have slid to the left for want of a merged label that goes on beside it.

    A blank stands between its label and the first column of figures, and another where its total would be.
    """
    if line.row.grid.origin not in ("ruled", "open") or not line.values or line.values[-1].text.strip():
        return False
    own = [cell for cell in line.row.cells if cell.row == line.row.number and cell.column < line.values[0].column]
    return len(own) > 1 and not own[-1].text.strip() and line.filled


def _unseen_column(line: Line) -> bool:
    """Return whether a blank may stand for no column: without lines, one is seen by its figures or its heading."""
    grid = line.row.grid
    if grid.origin != "unruled" or (line.heading is not None and line.heading.grid is grid):
        return False
    seen = {cell.column for cell in grid.cells if is_figure(cell.text)}
    return any(cell.column not in seen for cell in line.values)


def _shifted(line: Line) -> bool:
    """Return whether figures in number as the form wants stand under other columns than their order says."""
    heading = line.heading
    if heading is None or not line.row.drawn or heading.grid is not line.row.grid:
        return False
    return any(
        not (start < cell.column + cell.column_span and cell.column < end)
        for cell, (start, end) in zip(line.values, heading.spans, strict=True)
    )


def _by_place(values: Sequence[Cell], heading: Heading) -> dict[str, Cell] | None:
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


def _in_raster(line: Line, heading: Heading) -> dict[str, Cell] | None:
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


def _under_headings(line: Line, heading: Heading) -> dict[str, Cell] | None:
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
    if len(set(columns.values())) < len(columns):
        return None
    if any(cell.column not in columns or _headings_over(cell, heading) != {columns[cell.column]} for cell in filled):
        return None
    placed = {columns[cell.column]: cell for cell in filled}
    top, bottom = grid.tops[line.row.number], grid.tops[line.row.number + 1]
    reach = max((box.x1 for cell in line.row.cells if cell not in line.values for box in cell.boxes), default=0.0)
    for key, (x0, x1) in zip(heading.keys, heading.edges, strict=True):
        if key not in placed:
            if reach > (x0 + x1) / 2:
                return None  # what stands there was taken for a part of the label
            placed[key] = Cell(line.row.number, 0, 1, 1, "", (), Box(grid.page, x0, top, x1, bottom))
    return placed


def _headings_over(cell: Cell, heading: Heading) -> set[str]:
    """Return the columns of a header that the text of a cell stands under, or two where it stands between them."""
    x0, x1 = min(box.x0 for box in cell.boxes), max(box.x1 for box in cell.boxes)
    return {
        key for key, (left, right) in zip(heading.keys, heading.edges, strict=True) if overlap(x0, x1, left, right) > 0
    }


def _label_finding(line: Line, row: str) -> Finding:
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
