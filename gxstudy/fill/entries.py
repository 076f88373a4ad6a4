"""What a filled-in form is made of: entries and sheets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

from gxstudy.findings import Place
from gxstudy.layout import Box, Cell, place_of_text
from gxstudy.text import read_number

__all__ = ["Entry", "Grade", "Sheet", "Status", "absent", "entry_of", "from_cell", "place_of_entry"]

Status = Literal["read", "blank", "slash", "annotated", "unreadable", "absent", "derived", "proposed", "corrected"]
Grade = Literal["proved", "consistent", "confirmed", "unchecked", "recognised", "doubtful", "contradicted"]


class Entry(NamedTuple):
    """One place of a form and what is printed there.

    ``raw`` is the printed text; ``value`` the number it gives, None where ``status`` says there is none; ``boxes``
    where it stands (several when it wraps or runs over a page; empty for a file without geometry or an absent place).
    ``certainties``, from 0 to 1, are those of a recogniser, one for each character of ``raw`` that is no white space;
    empty for a figure that was not recognised from a picture.
    """

    table: str
    row: str
    column: str
    raw: str
    value: int | Decimal | None
    status: Status
    grade: Grade
    boxes: tuple[Box, ...]
    certainties: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statutory table as filled in: an :class:`Entry` for each place, in print order.

    ``edition`` is that of the form the table was printed on. Where a row stands in place of others (（六）其他处理 as
    one row) the entries are those of the row that stands there.
    """

    table: str
    edition: str
    entries: tuple[Entry, ...]


entry_of = partial(tuple.__new__, Entry)
"""Makes an entry of a tuple, in half the time of a call with its fields: a report has hundreds."""


def from_cell(table: str, row: str, column: str, cell: Cell) -> Entry:
    """Return the entry that ``cell`` gives: its text read as a number, unreadable when its glyphs cannot be trusted.

    The boxes are those of the text; for a blank the cell itself.
    """
    value, status = read_number(cell.text)
    if cell.garbled:
        value, status = None, "unreadable"
    boxes = cell.boxes or ((cell.box,) if cell.box is not None else ())
    return entry_of((table, row, column, cell.text, value, status, "unchecked", boxes, cell.certainties))


def absent(table: str, row: str, column: str) -> Entry:
    """Return the entry of a place that the report does not print."""
    return Entry(table, row, column, "", None, "absent", "unchecked", ())


def place_of_entry(entry: Entry) -> Place:
    """Return where a figure stands: its keys and, where the file has geometry, its first box."""
    return place_of_text(entry.boxes)._replace(table=entry.table, row=entry.row, column=entry.column)
