"""What the labels of the form say about cells that are written one after another: which of them make a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from gxstudy import forms
from gxstudy.text import join_lines, label_key, read_number

__all__ = ["Item", "Labels", "Row", "is_figure", "is_form_label", "join_cell_lines", "labels", "rows_by_label"]

Row = tuple[str, ...]
Item = str | Row
"""One thing in reading order: a paragraph, or the cells of a row."""


class Labels(NamedTuple):
    """Label keys of the forms.

    ``rows`` begin a row, ``leaves`` of them are followed by figures in every edition; ``columns`` stand over columns,
    ``stubs`` in the corner; ``sections`` are titles.
    """

    rows: frozenset[str]
    leaves: frozenset[str]
    columns: frozenset[str]
    stubs: frozenset[str]
    sections: frozenset[str]


@cache
def labels() -> Labels:
    """Return the label keys of all editions."""
    rows: set[str] = set()
    leaves: set[str] = set()
    groups: set[str] = set()
    columns: set[str] = set()
    stubs: set[str] = set()
    sections: set[str] = set()
    for edition in forms.editions():
        for table in forms.load(edition).tables:
            sections.add(label_key(table.section))
            for row in table.rows:
                of_rows = columns if table.layout == "across" else leaves
                of_rows.update(map(label_key, (row.label, *row.synonyms)))
            groups.update(label_key(block.label) for block in table.blocks)
            (stubs if table.blocks else groups).add(label_key(table.stub))
            for column in table.columns:
                columns.update(map(label_key, (column.label, *column.synonyms)))
            for group in table.groups:
                across = group.axis == "column" or table.layout == "across"
                (columns if across else groups).update(map(label_key, (group.label, *group.synonyms)))
    rows = (leaves | groups | stubs) - {""}
    return Labels(*map(frozenset, (rows, leaves - groups - {""}, columns, stubs, sections)))


def is_form_label(text: str) -> bool:
    """Return whether ``text`` is a label in a table of some edition of the form."""
    known, key = labels(), label_key(text)
    return key in known.rows or key in known.columns


def is_figure(text: str) -> bool:
    """Return whether ``text`` is what a cell of figures holds: a number, a stroke, a word for none."""
    return read_number(text).status in ("read", "annotated", "slash")


def join_cell_lines(parts: Sequence[str]) -> str:
    """Join the lines of one cell. Two lines that end and begin with a digit are kept apart: they may be two numbers."""
    text = ""
    for part in (part.strip() for part in parts):
        apart = text[-1:].isdigit() and part[:1].isdigit()
        text = f"{text} {part}" if apart else join_lines((text, part))
    return text


def rows_by_label(cells: Iterable[str]) -> Iterator[Row]:
    """Yield rows: a label of a row begins one after figures or column labels, figures begin one after column labels.

    The labels over the columns of table three or four stand in reading order, not in that of the columns: each is a row
    by itself. Those of table two follow 信息内容 on one line. A blank cell behind figures is one of them. Where two
    labels of rows stand before figures, either may be theirs: they make one cell, from which no figure is read.
    """
    bare = ""
    for row in _rows(cells):
        leaf = next((cell for cell in row if _is_leaf(cell)), "")
        figures = [cell for cell in row if is_figure(cell)]
        if bare and leaf and figures:
            start = row.index(figures[0])
            yield (*row[:start], " ".join(row[start:]))
        else:
            yield row
        bare = leaf if row[-1].strip() and not figures else ""


def _rows(cells: Iterable[str]) -> Iterator[Row]:
    known = labels()
    row: list[str] = []
    figures = columns = stub = leaf = False
    for cell in cells:
        figure, key = is_figure(cell), label_key(cell)
        blank = not cell.strip()
        column = not figure and key in known.columns
        if key in known.stubs:
            begins = True
        elif column:
            begins = not stub or figures
        elif figure or (blank and (figures or leaf)):
            begins = columns and not figures
        else:
            begins = figures or columns or (leaf and key in known.rows)
        if begins and row:
            yield tuple(row)
            row = []
            figures = columns = leaf = False
        stub = stub if row else key in known.stubs
        figures = figures or figure or (blank and leaf)
        columns = columns or column
        leaf = leaf or _is_leaf(cell)
        row.append(cell)
    if row:
        yield tuple(row)


def _is_leaf(cell: str) -> bool:
    """Return whether a cell holds a label that has a row of figures of its own, alone or behind a merged one."""
    return label_key(cell) in labels().leaves or any(label_key(word) in labels().leaves for word in cell.split())
