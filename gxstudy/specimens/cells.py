"""A specimen's tables as parts of grids: which text stands in which cell, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.specimens import wording
from gxstudy.specimens.values import Break, Layout, Specimen, blocks

__all__ = ["Cell", "Part", "foreign", "parts"]

Role = Literal["band", "head", "stub", "outcome", "group", "label", "figure", "note"]


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

    @property
    def bottom(self) -> int:
        """The grid row below the cell."""
        return self.y + self.rowspan


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table as it stands in one piece: relative column widths, cells, and ``head`` header rows.

    ``new_page``: it begins a page; ``gap``: else, the space above it in points, None for the usual.
    """

    table: str
    widths: tuple[float, ...]
    cells: tuple[Cell, ...]
    head: int
    new_page: bool = False
    gap: float | None = None

    @property
    def height(self) -> int:
        """The number of grid rows."""
        return max(cell.bottom for cell in self.cells)


def parts(specimen: Specimen, layout: Layout) -> tuple[Part, ...]:
    """Return the parts of the three tables, in the order of the form, cut where ``layout`` says so."""
    whole = (*_disclosure(specimen, layout), _applications(specimen, layout), *_disputes(specimen, layout))
    cut = (piece for part in whole for piece in _cut_at(_written(part, layout), layout.breaks))
    return tuple(_skewed(list(cut), layout.skew))


def foreign() -> Part:
    """Return a table that is none of the form's: other words, and numbers of five digits."""
    rows = (
        ("序号", "公开方式", "数量（条）", "同比"),
        *(
            (str(number), kind, str(70_000 + 37 * number), f"{number}.5%")
            for number, kind in enumerate(("政府网站", "政务新媒体", "政府公报", "新闻发布会", "其他"), start=1)
        ),
        ("", "总计", "70814", "3.1%"),
    )
    cells = tuple(
        Cell(x, y, text, "head" if y == 0 else "label" if x == 1 else "figure")
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
    )
    return Part("foreign", (0.6, 2.0, 1.2, 1.0), cells, 1)


def _written(part: Part, layout: Layout) -> Part:
    """Write every text as the layout does."""
    return replace(
        part,
        cells=tuple(
            replace(cell, text=(wording.figure if cell.role == "figure" else wording.label)(cell.text, layout))
            for cell in part.cells
        ),
    )


def _skewed(drawn: list[Part], skew: float) -> Iterator[Part]:
    seen: set[str] = set()
    for part in drawn:
        odd = part.table in seen
        seen ^= {part.table}
        yield replace(part, widths=(part.widths[0] * (1 + skew), *part.widths[1:])) if odd else part


# Table two ------------------------------------------------------------------------------------------------------------


def _disclosure(specimen: Specimen, layout: Layout) -> Iterator[Part]:
    chosen = blocks(specimen)
    for index, group in enumerate([[block] for block in chosen] if layout.disclosure == "blocks" else [chosen]):
        part = _block_grid(specimen, layout, group)
        yield replace(part, gap=6.0) if index else part


def _block_grid(specimen: Specimen, layout: Layout, chosen: Sequence[tuple[forms.Table, forms.Block]]) -> Part:
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


# Table three ----------------------------------------------------------------------------------------------------------


def _applications(specimen: Specimen, layout: Layout) -> Part:
    table = forms.load(specimen.edition).table("applications")
    cells = _column_header(table, x=3, bottom=3)
    cells.append(Cell(0, 0, table.stub, "stub", colspan=3, rowspan=3))
    said = dict(layout.labels)
    shown = dict.fromkeys(row for row, _ in table.places(variant=specimen.variant) if row not in specimen.without)
    rows = tuple(table.row(key) for key in shown)
    for y, row in enumerate(rows, start=3):
        depth = len(table.parents(row.group))
        cells.append(Cell(depth, y, said.get(row.key, row.label), "label", colspan=3 - depth))
        for index, column in enumerate(table.columns):
            cells.append(Cell(3 + index, y, specimen.printed("applications", row.key, column.key), "figure"))
    for depth in (0, 1):
        cells += _row_groups(table, rows, said, depth)
    if layout.note_row:
        cells.append(Cell(0, 3 + len(rows), layout.note_row, "note", colspan=3 + len(table.columns)))
    first, second, third, figure = layout.widths
    return Part("applications", (first, second, third, *([figure] * len(table.columns))), tuple(cells), 3)


def _row_groups(table: forms.Table, rows: Sequence[forms.Row], said: dict[str, str], depth: int) -> list[Cell]:
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for y, row in enumerate(rows, start=3):
        parents = table.parents(row.group)
        if len(parents) > depth:
            spans.setdefault(parents[depth].key, []).append(y)
    for key, ys in spans.items():
        text = said.get(f"group:{key}", table.group(key).label)
        cells.append(Cell(depth, ys[0], text, "group" if depth else "outcome", rowspan=len(ys)))
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


# Table four -----------------------------------------------------------------------------------------------------------


def _disputes(specimen: Specimen, layout: Layout) -> Iterator[Part]:
    table = forms.load(specimen.edition).table("disputes")
    if layout.disputes == "matrix":
        yield _disputes_matrix(specimen, table)
    elif layout.disputes == "down":
        yield _disputes_down(specimen, table)
    elif layout.disputes == "split":
        grouped: dict[str | None, list[forms.Row]] = {}
        for row in table.rows:
            grouped.setdefault(row.group, []).append(row)
        for index, rows in enumerate(grouped.values()):
            part = _disputes_across(specimen, table, rows)
            yield replace(part, gap=10.0) if index else part
    else:
        yield _disputes_across(specimen, table, table.rows)


def _disputes_across(specimen: Specimen, table: forms.Table, rows: Sequence[forms.Row]) -> Part:
    width = len(table.columns)
    deep = max(len(table.parents(row.group)) for row in rows) + 1
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        depth = len(table.parents(row.group))
        for group in table.parents(row.group):
            spans.setdefault(group.key, []).append(index * width)
        cells.append(Cell(index * width, depth, row.label, "head", colspan=width, rowspan=deep - depth))
        for offset, column in enumerate(table.columns):
            x = index * width + offset
            cells.append(Cell(x, deep, column.label, "head"))
            cells.append(Cell(x, deep + 1, specimen.printed("disputes", row.key, column.key), "figure"))
    for key, xs in spans.items():
        cells.append(Cell(xs[0], 0, table.group(key).label, "head", colspan=width * len(xs)))
    return Part("disputes", tuple(1.0 for _ in range(width * len(rows))), tuple(cells), deep + 1)


def _dispute_labels(table: forms.Table, *, first: int, each: int) -> list[Cell]:
    """Return the labels of table four's three parts in two columns, each ``each`` rows high, from row ``first``."""
    cells: list[Cell] = []
    spans: dict[str, list[int]] = {}
    for index, row in enumerate(table.rows):
        depth = len(table.parents(row.group))
        y = first + index * each
        cells.append(Cell(depth, y, row.label, "label", colspan=2 - depth, rowspan=each))
        for group in table.parents(row.group):
            spans.setdefault(group.key, []).append(y)
    for key, ys in spans.items():
        cells.append(Cell(0, ys[0], table.group(key).label, "label", rowspan=each * len(ys)))
    return cells


def _disputes_matrix(specimen: Specimen, table: forms.Table) -> Part:
    cells = [Cell(0, 0, "", "head", colspan=2), *_dispute_labels(table, first=1, each=1)]
    for x, column in enumerate(table.columns, start=2):
        cells.append(Cell(x, 0, column.label, "head"))
        for y, row in enumerate(table.rows, start=1):
            cells.append(Cell(x, y, specimen.printed("disputes", row.key, column.key), "figure"))
    return Part("disputes", (1.0, 2.0, *(1.0 for _ in table.columns)), tuple(cells), 1)


def _disputes_down(specimen: Specimen, table: forms.Table) -> Part:
    each = len(table.columns)
    cells = _dispute_labels(table, first=0, each=each)
    for index, row in enumerate(table.rows):
        for offset, column in enumerate(table.columns):
            y = index * each + offset
            cells.append(Cell(2, y, column.label, "label"))
            cells.append(Cell(3, y, specimen.printed("disputes", row.key, column.key), "figure"))
    return Part("disputes", (1.2, 2.0, 1.5, 1.5), tuple(cells), 0)


# Cuts -----------------------------------------------------------------------------------------------------------------


def _cut_at(part: Part, breaks: Sequence[Break]) -> list[Part]:
    """Cut a part at its breaks, from the last to the first."""
    pieces: list[Part] = []
    rest = part
    for at in sorted((at for at in breaks if at.table == part.table), key=lambda at: at.row, reverse=True):
        if not part.head < at.row < part.height:
            rows = f"rows {part.head + 1} to {part.height - 1}"
            msg = f"a break before row {at.row} does not fall inside {part.table}, {rows}"
            raise CallError(msg)
        rest, tail = _cut(rest, at)
        pieces.insert(0, tail)
    return [rest, *pieces]


def _cut(part: Part, at: Break) -> tuple[Part, Part]:
    above: list[Cell] = []
    below: list[Cell] = []
    start = part.head if at.header else 0
    extra = 1 if at.inside_text else 0
    for cell in part.cells:
        if cell.bottom < at.row or (cell.bottom == at.row and not at.inside_text):
            above.append(cell)
        elif cell.y >= at.row:
            below.append(replace(cell, y=cell.y - at.row + start + extra))
        elif cell.bottom == at.row and cell.role == "figure":
            above.append(cell)
            below.append(replace(cell, y=start, text="", rowspan=1))
        else:
            through = cell.role == "label" and cell.bottom == at.row
            first, second = _split_text(cell, "split" if through else at.labels)
            above.append(replace(cell, text=first, rowspan=at.row - cell.y))
            below.append(replace(cell, text=second, y=start, rowspan=cell.bottom - at.row + extra))
    head = [cell for cell in part.cells if cell.bottom <= start]
    if at.open:
        above = [replace(cell, open=(*cell.open, "bottom")) if cell.bottom == at.row else cell for cell in above]
        if not at.header:
            below = [replace(cell, open=(*cell.open, "top")) if cell.y == 0 else cell for cell in below]
    return (
        replace(part, cells=tuple(above)),
        replace(part, cells=(*head, *below), head=start, new_page=at.page, gap=None if at.page else at.gap),
    )


def _split_text(cell: Cell, where: str) -> tuple[str, str]:
    """Part the text of a label between the two sides of a cut."""
    if where == "first":
        return cell.text, ""
    if where == "second":
        return "", cell.text
    if where == "both":
        return cell.text, cell.text
    keep = max(1, (len(cell.text) + 1) // 2)
    return cell.text[:keep], cell.text[keep:]
