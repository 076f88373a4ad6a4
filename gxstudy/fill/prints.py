"""The prints of a table: an organ may print the table of a subordinate unit too, and a file may hold two reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill.printed import PrintedRow, Run, names_row, vocabulary
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.text import label_key

__all__ = ["Prints", "prints_of", "repeated"]

WHOLE_SHARE = 0.7
"""A print of a table with a smaller share of the labels of another print is not whole."""


class Prints(NamedTuple):
    """The runs of every print of a table, and the numbers of those that are whole (at least one)."""

    every: tuple[list[Run], ...]
    whole: tuple[int, ...]


def prints_of(table: str, parts: Sequence[Run]) -> Prints:
    """Return the prints of ``table``: it begins anew with its first row.

    A print that has much fewer labels of the form than another is a table of some other kind, and not whole.
    """
    opening = {"disclosure": "regulations", "applications": "new"}.get(table)
    prints: list[list[Run]] = [[]]
    begun = False
    for run in (run for run in parts if run.table == table):
        start = 0
        for index, row in enumerate(run.rows):
            if opening is None or not names_row(table, row, opening):
                continue
            if begun:
                head = _header_above(table, run.rows, start, index)
                if head > start:
                    prints[-1].append(Run(table, run.rows[start:head]))
                prints.append([])
                start = head
            begun = True
        prints[-1].append(Run(table, run.rows[start:]))
    known = [len(_labels(table, rows)) for rows in prints]
    whole = [number for number, count in enumerate(known) if count >= WHOLE_SHARE * max(known)]
    return Prints(tuple(prints), tuple(whole))


def repeated(table: str, prints: Prints, taken: int) -> Finding:
    """Return what is to be said of a table with several prints, of which number ``taken`` was taken."""
    other = prints.every[1 if taken == 0 else 0][0].rows[0]
    number = forms.load(forms.editions()[-1]).table(table).number
    if taken == 0:
        what = "the first print was taken"
    elif taken == prints.whole[0]:
        what = f"the print with most of the form's labels, number {taken + 1}, was taken"
    else:
        what = f"print number {taken + 1} was taken, for the text tells that it is the organ's own"
    message = f"table {number} is printed again; {what}"
    return finding(Code.TABLE_REPEATED, message, Place(table=table, page=other.grid.page))


def _header_above(table: str, rows: Sequence[PrintedRow], start: int, index: int) -> int:
    """Return where the header of a print begins whose first row of figures is ``index``: after the last row before."""
    head = index
    while head > start and not any(
        hit.kind == "row" for cell in rows[head - 1].cells for hit in vocabulary(table).get(label_key(cell.text), ())
    ):
        head -= 1
    return head


def _labels(table: str, runs: Sequence[Run]) -> set[str]:
    """Return the labels of the form that a print of ``table`` has."""
    keys = {label_key(cell.text) for run in runs for row in run.rows for cell in row.cells if cell.text}
    return keys & vocabulary(table).keys()
