"""Marked-up rows, whose columns may lie: what the order of their cells says, and where columns hold after all.

Spans in web pages and Word documents are wrong often enough: merged cells whose covered positions are written as blank
cells too, header and data rows that part the same width differently, spans that reach too far. Within one row the order
of cells is never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill.align import likeness
from gxstudy.fill.printed import PrintedRow, columns_of, is_figure, is_label, vocabulary
from gxstudy.layout import Cell, Grid
from gxstudy.text import label_key

__all__ = ["Fillers", "Parted", "columns_hold", "fillers", "fitted", "part", "trimmed", "under", "unless_for_two"]

_TABLES = ("disclosure", "applications", "disputes")


class Parted(NamedTuple):
    """A row parted into its label, the text of the merged label it stands under, and the cells of figures.

    ``behind`` is the last cell of the label.
    """

    own: str
    above: str
    values: tuple[Cell, ...]
    behind: Cell | None


class Fillers(NamedTuple):
    """How the rows of a marked-up table are filled up with blank cells.

    ``usual``: so many cells more than figures in at least half of its rows; ``spanned``: rows whose label spans columns
    have a blank cell for each column that it covers; ``width``: so many columns, spans counted, at least half of them
    take up.
    """

    usual: int
    spanned: bool
    width: int

    def explain(self, row: PrintedRow, parted: Parted, surplus: int) -> bool:
        """Return whether a row may have so many cells too many as the table is written, not by damage."""
        span = parted.behind.column_span if parted.behind is not None else 1
        return surplus == self.usual or (self.spanned and surplus == span - 1) or _width(row) == self.width


def _width(row: PrintedRow) -> int:
    return sum(cell.column_span for cell in row.cells)


def fillers(rows: Sequence[PrintedRow], table: str, wanted: int) -> Fillers:
    """Return how the rows of a marked-up table are filled up, where each holds as many figures as are ``wanted``."""
    if not rows or rows[0].drawn:
        return Fillers(0, spanned=False, width=0)
    parted = [found for row in rows if (found := part(row, table)) is not None and found.behind is not None]
    surplus = [len(each.values) - wanted for each in parted]
    spans = [each.behind.column_span for each in parted if each.behind is not None]
    covered = [more == span - 1 for more, span in zip(surplus, spans, strict=True) if span > 1]
    common = max(set(surplus), key=surplus.count, default=0)
    usual = common if common > 0 and 2 * surplus.count(common) >= len(surplus) else 0
    widths = [_width(row) for row in rows]
    width = max(set(widths), key=widths.count)
    return Fillers(
        usual,
        spanned=sum(covered) > 1 and 2 * sum(covered) > len(covered),
        width=width if 2 * widths.count(width) >= len(widths) else 0,
    )


def columns_hold(row: PrintedRow) -> bool:
    """Return whether the cells of ``row``, those included that reach into it, lie side by side all across its grid.

    Only then may a cell be said to stand under another.
    """
    end = 0
    for cell in row.cells:
        if cell.column != end:
            return False
        end += cell.column_span
    return end == row.grid.columns


def unless_for_two(cell: Cell, label: Cell, grid: Grid) -> Cell:
    """Return a cell of figures, not to be believed where it stands for the row below that of its label, too.

    It is higher than the label. In a marked-up table, whose spans may lie, the row below has to leave room for it: both
    are as wide, and the one below has the label of a row and fewer figures and blanks.
    """
    below = label.row + label.row_span
    if not cell.text.strip() or not below < min(cell.row + cell.row_span, grid.rows):
        return cell
    widths = [_whole_width(grid, row) for row in (below - 1, below)]
    if grid.origin == "markup" and (None in widths or widths[0] != widths[1]):
        return cell
    upper, lower = ([c.text for c in grid.cells if c.row == row] for row in (cell.row, below))
    fewer = sum(map(is_label, lower)) - len(lower) > sum(map(is_label, upper)) - len(upper)
    if grid.origin == "markup" and not (fewer and any(map(_is_of_row, lower))):
        return cell
    return cell._replace(garbled=True)


def _is_of_row(text: str) -> bool:
    """Return whether a label is that of a row of figures in some table of the form."""
    key = label_key(text)
    return any(hit.kind == "row" for table in _TABLES for hit in vocabulary(table).get(key, ()))


def _whole_width(grid: Grid, row: int) -> int | None:
    """Return the columns that the cells in a row of a grid take; None where these do not lie side by side."""
    spans = sorted((c.column, c.column_span) for c in grid.cells if c.row <= row < c.row + c.row_span)
    end = 0
    for column, span in spans:
        if column != end:
            return None
        end += span
    return end


def fitted(values: Sequence[Cell], wanted: int, *, behind: Cell | None = None) -> list[Cell] | None:
    """Return as many of ``values`` as are ``wanted``, the others being blank fillers; None where that is not certain.

    Certain it is when the figures are as many as wanted, when all are blank, and when the fillers stand behind the
    label (``behind``), whose span counts them already.
    """
    surplus = len(values) - wanted
    if surplus <= 0:
        return None if surplus else list(values)
    filled = [cell for cell in values if cell.text.strip()]
    if not filled:
        return list(values[:wanted])
    if len(filled) == wanted:
        return filled
    counted = behind is not None and behind.column_span == surplus + 1
    return list(values[surplus:]) if counted and filled[0] not in values[:surplus] else None


def trimmed(values: Sequence[Cell], wanted: int) -> list[Cell] | None:
    """Return ``values`` without the blanks at one end of the row; None where the fillers may stand at either."""
    surplus = len(values) - wanted
    filled = [index for index, cell in enumerate(values) if cell.text.strip()]
    if surplus <= 0 or not filled or len(filled) > wanted:
        return None
    left, right = filled[0] >= surplus, filled[-1] < wanted
    if left == right:
        return None
    return list(values[surplus:] if left else values[:wanted])


def under(spans: Sequence[tuple[int, int]], values: Sequence[Cell]) -> list[Cell] | None:
    """Return the cell that begins under each of ``spans`` (raster columns), where that leaves out only blanks.

    To be asked only where :func:`columns_hold` for the rows of both.
    """
    found = []
    for start, end in spans:
        there = [cell for cell in values if start <= cell.column < end]
        chosen = [cell for cell in there if cell.text.strip()] or there[:1]
        if len(chosen) != 1:
            return None
        found.append(chosen[0])
    left_out = [cell for cell in values if cell.text.strip() and cell not in found]
    return None if left_out else found


def part(row: PrintedRow, table: str) -> Parted | None:
    """Part a row after its labels; None for a row of column labels, which is a header printed again.

    The label of the row is its last one, or its last ones together where only together they are one of the form's.
    """
    own = [cell for cell in row.cells if cell.row == row.number]
    if sum(label_key(cell.text) in columns_of(table) for cell in own) > 1:
        return None
    labels = [index for index, cell in enumerate(own) if is_label(cell.text)]
    above = [cell.text for cell in row.cells if cell.row < row.number and _is_group(table, cell.text)]
    if not labels:
        return Parted("", above[-1] if above else "", tuple(own), None)
    figures = (index for index, cell in enumerate(own) if index > labels[0] and is_figure(cell.text))
    end = next(figures, len(own))
    last = max(index for index in labels if index < end)
    texts = [cell.text for cell in own[: last + 1] if is_label(cell.text)]
    start = _label_start(table, texts)
    above += texts[:start]
    return Parted("".join(texts[start:]), above[-1] if above else "", tuple(own[last + 1 :]), own[last])


_TOGETHER = 8
"""So many cells of a row, at most, are one label together: a row may have any number of cells."""


def _label_start(table: str, texts: Sequence[str]) -> int:
    """Return from which of ``texts`` on they are, together, most like the label of a row."""
    last = len(texts) - 1
    first = max(0, len(texts) - _TOGETHER)
    keys = {start: label_key("".join(texts[start:])) for start in range(last, first - 1, -1)}
    exact = next((start for start, key in keys.items() if key in _row_labels(table)), None)
    if exact is not None:
        return exact
    if _is_group(table, texts[last]):
        return last
    free = [start for start in keys if not any(_is_group(table, text) for text in texts[start:])]
    return max(free, key=lambda start: (likeness(keys[start], _row_labels(table)), start))


@cache
def _row_labels(table: str) -> frozenset[str]:
    labels: set[str] = set()
    for edition in forms.editions():
        for row in forms.load(edition).table(table).rows:
            labels.update(map(label_key, (row.label, *row.synonyms)))
    return frozenset(labels)


def _is_group(table: str, text: str) -> bool:
    return any(hit.kind == "group" for hit in vocabulary(table).get(label_key(text), ()))
