"""A sheet as its form prints it: rows and columns in the form's order, neighbouring labels merged."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from gxstudy import forms
from gxstudy.display.words import Node
from gxstudy.forms import Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gxstudy.fill import Entry, Sheet

__all__ = ["Branch", "Cell", "Filled", "beside_form", "branches", "printed_cells"]


class Branch(NamedTuple):
    """A label over ``length`` leaves from ``start`` on, at ``level``, that runs over ``depth`` levels."""

    level: int
    start: int
    length: int
    depth: int
    node: Node


def branches(chains: Sequence[tuple[Node, ...]]) -> tuple[Branch, ...]:
    """Merge the labels of neighbouring leaves; each chain is a leaf's label with those above it, outermost first."""
    deepest = max(map(len, chains), default=0)
    found: list[Branch] = []
    for level in range(deepest):
        for chain, group in groupby(range(len(chains)), key=lambda leaf: chains[leaf][: level + 1]):
            leaves = list(group)
            if len(chain) > level:
                is_leaf = len(chains[leaves[0]]) == level + 1
                depth = deepest - level if is_leaf else 1
                found.append(Branch(level, leaves[0], len(leaves), depth, chain[-1]))
    return tuple(found)


class Filled(NamedTuple):
    """A sheet beside its form: the rows and columns that stand on it, in the form's order, and its entries by place."""

    table: Table
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    entries: dict[tuple[str, str], Entry]

    def row_chains(self) -> tuple[tuple[Node, ...], ...]:
        """Return the label of every row with those of its groups, outermost first."""
        return tuple((*self.table.parents(row.group), row) for row in self.rows)

    def column_chains(self) -> tuple[tuple[Node, ...], ...]:
        """Return the label of every column with those of its groups, outermost first."""
        return tuple((*self.table.parents(column.group), column) for column in self.columns)


def beside_form(sheet: Sheet) -> Filled:
    """Return ``sheet`` beside its form.

    Raises
    ------
    CallError
        When an entry stands at a place that the form does not have.
    """
    table = forms.load(sheet.edition).table(sheet.table)
    for entry in sheet.entries:
        table.row(entry.row)
        table.column(entry.column)
    used = {entry.row for entry in sheet.entries}
    return Filled(
        table,
        tuple(row for row in table.rows if row.key in used),
        table.columns,
        {(entry.row, entry.column): entry for entry in sheet.entries},
    )


class Cell(NamedTuple):
    """A cell of the printed table: a label (of ``node``, or the printed text ``stub``) or the figure at ``place``."""

    role: Literal["head", "stub", "label", "figure"]
    row_span: int
    column_span: int
    node: Node | None = None
    stub: str = ""
    place: tuple[str, str] | None = None


def printed_cells(filled: Filled) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of cells in which the form prints the table, merged labels as spans."""
    if filled.table.layout == "blocks":
        return _blocks(filled)
    if filled.table.layout == "across":
        return _across(filled)
    return _matrix(filled)


def _matrix(filled: Filled) -> tuple[tuple[Cell, ...], ...]:
    labels, heads = branches(filled.row_chains()), branches(filled.column_chains())
    label_width = max((branch.level + branch.depth for branch in labels), default=1)
    head_height = max(branch.level + branch.depth for branch in heads)
    printed: list[list[Cell]] = [[] for _ in range(head_height)]
    printed[0].append(Cell("stub", head_height, label_width, stub=filled.table.stub))
    for branch in heads:
        printed[branch.level].append(Cell("head", branch.depth, branch.length, branch.node))
    for index, row in enumerate(filled.rows):
        cells = [Cell("label", one.length, one.depth, one.node) for one in labels if one.start == index]
        cells += [Cell("figure", 1, 1, place=(row.key, column.key)) for column in filled.columns]
        printed.append(cells)
    return tuple(map(tuple, printed))


def _across(filled: Filled) -> tuple[tuple[Cell, ...], ...]:
    chains = [(*chain, column) for chain in filled.row_chains() for column in filled.columns]
    heads = branches(chains)
    printed: list[list[Cell]] = [[] for _ in range(max((len(chain) for chain in chains), default=0))]
    for branch in heads:
        printed[branch.level].append(Cell("head", branch.depth, branch.length, branch.node))
    printed.append(
        [Cell("figure", 1, 1, place=(row.key, column.key)) for row in filled.rows for column in filled.columns]
    )
    return tuple(map(tuple, printed))


def _blocks(filled: Filled) -> tuple[tuple[Cell, ...], ...]:
    width = max(len(block.columns) for block in filled.table.blocks)
    printed: list[tuple[Cell, ...]] = []
    for block in filled.table.blocks:
        spans = [1] * (len(block.columns) - 1) + [width - len(block.columns) + 1]
        columns = [filled.table.column(key) for key in block.columns]
        printed.append((Cell("head", 1, width + 1, block),))
        printed.append(
            (
                Cell("stub", 1, 1, stub=filled.table.stub),
                *(Cell("head", 1, span, column) for span, column in zip(spans, columns, strict=True)),
            )
        )
        for row in (filled.table.row(key) for key in block.rows):
            figures = (
                Cell("figure", 1, span, place=(row.key, column.key))
                for span, column in zip(spans, columns, strict=True)
            )
            printed.append((Cell("label", 1, 1, row), *figures))
    return tuple(printed)
