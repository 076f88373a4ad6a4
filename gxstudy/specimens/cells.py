"""A specimen's tables as parts of grids: which text stands in which cell, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.specimens.values import Break, Layout, Specimen, blocks

__all__ = ["Cell", "Part", "parts"]

Role = Literal["band", "head", "stub", "outcome", "group", "label", "figure"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a part: its place and spans in grid rows and columns, its printed text, and what it is.

    ``open`` names sides (``top``, ``bottom``) without a rule.
    """

    x: int
    y: int
    text: str
    role: Role
    colspan: int = 1
    rowspan: int = 1
    open: tuple[Literal["top", "bottom"], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table as it stands in one piece: relative column widths, cells, and ``head`` header rows."""

    table: str
    widths: tuple[float, ...]
    cells: tuple[Cell, ...]
    head: int
    break_before: bool = False


def parts(specimen: Specimen, layout: Layout) -> tuple[Part, ...]:
    """Return the parts of the three tables in print order, page breaks taken."""
    whole = (_disclosure(specimen, layout), _applications(specimen, layout), _disputes(specimen))
    return tuple(piece for part in whole for piece in _broken(part, layout.breaks))


def _disclosure(specimen: Specimen, layout: Layout) -> Part:
    chosen = blocks(specimen)
    units = lcm(*(len(block.columns) for _, block in chosen))
    cells: list[Cell] = []
    y = 0
    for table, block in chosen:
        cells.append(Cell(0, y, block.label, "band", colspan=units + 1))
        cells.append(Cell(0, y + 1, table.stub, "head"))
        span = units // len(block.columns)
        for index, key in enumerate(block.columns):
            cells.append(Cell(1 + index * span, y + 1, table.column(key).label, "head", colspan=span))
        y += 2
        for row in block.rows:
            cells.append(Cell(0, y, table.row(row).label, "label"))
            for index, key in enumerate(block.columns):
                printed = specimen.printed("disclosure", row, key)
                cells.append(Cell(1 + index * span, y, printed, "figure", colspan=span))
            y += 1
    label, figures = layout.disclosure_widths
    return Part("disclosure", (label, *(figures / units for _ in range(units))), tuple(cells), 0)


def _applications(specimen: Specimen, layout: Layout) -> Part:
    table = forms.load(specimen.edition).table("applications")
    cells = _column_header(table, x=3, bottom=3)
    cells.append(Cell(0, 0, table.stub, "stub", colspan=3, rowspan=3))
    said = dict(layout.labels)
    printed = tuple(dict.fromkeys(row for row, _ in table.places(variant=specimen.variant)))
    rows = tuple(table.row(key) for key in printed)
    for y, row in enumerate(rows, start=3):
        depth = len(table.parents(row.group))
        label = said.get(row.key, row.label)
        cells.append(Cell(depth, y, label, "label", colspan=3 - depth))
        for index, column in enumerate(table.columns):
            cells.append(Cell(3 + index, y, specimen.printed("applications", row.key, column.key), "figure"))
    for depth in (0, 1):
        cells += _row_groups(table, rows, depth)
    first, second, third, figure = layout.widths
    return Part("applications", (first, second, third, *([figure] * len(table.columns))), tuple(cells), 3)


def _row_groups(table: forms.Table, rows: Sequence[forms.Row], depth: int) -> list[Cell]:
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for y, row in enumerate(rows, start=3):
        parents = table.parents(row.group)
        if len(parents) > depth:
            spans.setdefault(parents[depth].key, []).append(y)
    for key, ys in spans.items():
        group = table.group(key)
        cells.append(Cell(depth, ys[0], group.label, "group" if depth else "outcome", rowspan=len(ys)))
    return cells


def _column_header(table: forms.Table, *, x: int, bottom: int) -> list[Cell]:
    """Return the labels of columns under their merged groups, each down to ``bottom`` or to its first child."""
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for index, column in enumerate(table.columns):
        parents = table.parents(column.group)
        cells.append(Cell(x + index, len(parents), column.label, "head", rowspan=bottom - len(parents)))
        for group in parents:
            spans.setdefault(group.key, []).append(x + index)
    for key, xs in spans.items():
        depth = len(table.parents(key)) - 1
        cells.append(Cell(xs[0], depth, table.group(key).label, "head", colspan=len(xs)))
    return cells


def _disputes(specimen: Specimen) -> Part:
    table = forms.load(specimen.edition).table("disputes")
    width = len(table.columns)
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for index, row in enumerate(table.rows):
        parents = table.parents(row.group)
        for group in parents:
            spans.setdefault(group.key, []).append(index * width)
        cells.append(Cell(index * width, len(parents), row.label, "head", colspan=width, rowspan=2 - len(parents)))
        for offset, column in enumerate(table.columns):
            cells.append(Cell(index * width + offset, 2, column.label, "head"))
            printed = specimen.printed("disputes", row.key, column.key)
            cells.append(Cell(index * width + offset, 3, printed, "figure"))
    for key, xs in spans.items():
        cells.append(Cell(xs[0], 0, table.group(key).label, "head", colspan=width * len(xs)))
    return Part("disputes", tuple(1.0 for _ in range(width * len(table.rows))), tuple(cells), 3)


# Page breaks ----------------------------------------------------------------------------------------------------------


def _broken(part: Part, breaks: Sequence[Break]) -> list[Part]:
    """Cut a part at its breaks, from the last to the first."""
    pieces: list[Part] = []
    rest = part
    height = max(cell.y + cell.rowspan for cell in part.cells)
    for at in sorted((at for at in breaks if at.table == part.table), key=lambda at: at.row, reverse=True):
        if not part.head < at.row < height:
            msg = f"a break before row {at.row} does not fall inside {part.table}, rows {part.head + 1} to {height - 1}"
            raise CallError(msg)
        rest, tail = _cut(rest, at)
        pieces.insert(0, tail)
    return [rest, *pieces]


def _cut(part: Part, at: Break) -> tuple[Part, Part]:
    before: list[Cell] = []
    after: list[Cell] = []
    head = [cell for cell in part.cells if cell.y < part.head] if at.header else []
    shift = (part.head if at.header else 0) - at.row + (1 if at.inside_text else 0)
    for cell in part.cells:
        end = cell.y + cell.rowspan
        if end <= at.row:
            first, second = _through_text(cell, at)
            before.append(first)
            if second is not None:
                after.append(replace(second, y=0 if not at.header else part.head))
        elif cell.y >= at.row:
            after.append(replace(cell, y=cell.y + shift))
        else:
            top, bottom = _split_text(cell, at)
            lowered = max(0, at.row + shift - (1 if at.inside_text else 0))
            before.append(replace(cell, text=top, rowspan=at.row - cell.y))
            after.append(replace(cell, text=bottom, y=lowered, rowspan=end - at.row + (1 if at.inside_text else 0)))
    if at.open:
        last = max(cell.y + cell.rowspan for cell in before)
        before = [replace(cell, open=("bottom",)) if cell.y + cell.rowspan == last else cell for cell in before]
        if not at.header:
            after = [replace(cell, open=("top",)) if cell.y == 0 else cell for cell in after]
    return (
        replace(part, cells=tuple(before)),
        replace(part, cells=(*head, *after), head=part.head if at.header else 0, break_before=True),
    )


def _through_text(cell: Cell, at: Break) -> tuple[Cell, Cell | None]:
    """Part the label of the row above a break that runs through its text; its figures stay above."""
    if not at.inside_text or cell.y + cell.rowspan != at.row:
        return cell, None
    if cell.role != "label":
        return cell, replace(cell, text="", rowspan=1)
    keep = (len(cell.text) + 1) // 2
    return replace(cell, text=cell.text[:keep]), replace(cell, text=cell.text[keep:])


def _split_text(cell: Cell, at: Break) -> tuple[str, str]:
    """Part the text of a label that spans a break."""
    if at.labels == "second":
        return "", cell.text
    if at.labels == "both":
        return cell.text, cell.text
    if at.labels == "split":
        keep = max(1, len(cell.text) // 2)
        return cell.text[:keep], cell.text[keep:]
    return cell.text, ""
