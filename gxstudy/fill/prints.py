"""The prints of a table: an organ may print the table of a subordinate unit too, and a file may hold two reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from operator import not_
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill.printed import PrintedRow, Run, is_label, names_row, telling_labels, vocabulary
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Grid
from gxstudy.text import label_key

__all__ = ["Parts", "Prints", "foreign", "of_report", "prints_of", "repeated"]

SHOWN = 12
"""Pages named in what is said of foreign tables."""
WHOLE_SHARE = 0.7
"""A print of a table with a smaller share of the labels of another print is not whole."""
TABLES = ("disclosure", "applications", "disputes")
NEAR_PAGES = 3
"""Pages over which one print of a table goes, behind its first, at most; and those between it and the next table."""
KNOWN_SHARE = 0.6
"""Of the labels of a part of a table this share is known, at least; foreign tables have some by chance."""
NEARLY = 0.8
"""Pages with this share of the labels hold the table, but for a rest on the page beside them."""
HALF = 0.5
"""Where no more than this share of its labels stand together, a table of the form is not there."""


class Parts(NamedTuple):
    """The runs that are of a report, and those of tables far from it that have some of the form's labels."""

    own: list[Run]
    foreign: list[Run]


def of_report(runs: Sequence[Run]) -> Parts:
    """Part the runs of a document into those of its report and those of foreign tables, as a gazette has many.

    Where most labels of a table of the form stand on pages together, there it is, and on the pages beside them. Runs of
    a table that is nowhere are taken near those of the others, and anywhere those whose labels are mostly of one table.
    A document of few pages is all one report.
    """
    pages = [run.rows[0].grid.page for run in runs]
    if not pages or max(pages) - min(pages) <= NEAR_PAGES:
        return Parts(list(runs), [])
    found = {table: _pages_of(table, [run for run in runs if run.table == table]) for table in {r.table for r in runs}}
    every = set().union(*found.values())
    own = [
        not every
        or page in found[run.table]
        or (not found[run.table] and any(abs(page - other) <= NEAR_PAGES for other in every))
        or _is_of_form(run.rows[0].grid)
        for run, page in zip(runs, pages, strict=True)
    ]
    return Parts(list(compress(runs, own)), list(compress(runs, map(not_, own))))


def _pages_of(table: str, runs: Sequence[Run]) -> set[int]:
    """Return the pages of the whole prints of a table, and those beside them; none where there is no such print."""
    labels: dict[int, set[str]] = {}
    for run in runs:
        labels.setdefault(run.rows[0].grid.page, set()).update(_labels(table, [run]))
    spans = [_shortest([page for page in labels if first <= page <= first + NEAR_PAGES], labels) for first in labels]
    known = [len(_together(labels, span)) for span in spans]
    form = forms.load(forms.editions()[-1]).table(table)
    most = max(known, default=0)
    if most < HALF * (len(form.rows) + len(form.columns)):
        return set()
    pages = {page for span, count in zip(spans, known, strict=True) if count >= WHOLE_SHARE * most for page in span}
    return {page + beside for page in pages for beside in (-1, 0, 1)}


def _is_of_form(grid: Grid) -> bool:
    """Return whether most labels of a grid are those of one table of the form, those that any table may have aside."""
    printed = {label_key(cell.text) for cell in grid.cells if is_label(cell.text)}
    known = [telling_labels()[label] for label in printed if label in telling_labels()]
    others = sum(not any(label in vocabulary(table) for table in TABLES) for label in printed)
    return max(map(known.count, TABLES)) >= KNOWN_SHARE * (len(known) + others)


def _shortest(pages: Sequence[int], labels: Mapping[int, set[str]]) -> Sequence[int]:
    """Return pages without those at either end that have hardly a label which the others lack."""
    enough = NEARLY * len(_together(labels, pages))
    while len(pages) > 1 and len(_together(labels, pages[:-1])) >= enough:
        pages = pages[:-1]
    while len(pages) > 1 and len(_together(labels, pages[1:])) >= enough:
        pages = pages[1:]
    return pages


def _together(labels: Mapping[int, set[str]], pages: Sequence[int]) -> set[str]:
    return set().union(*(labels[page] for page in pages))


def foreign(runs: Sequence[Run]) -> Finding:
    """Return what is to be said of foreign tables: how many there are, and on which pages."""
    pages = sorted({run.rows[0].grid.page for run in runs})
    tables = len({id(run.rows[0].grid) for run in runs})
    shown = ", ".join(map(str, pages[:SHOWN])) + (f" and {len(pages) - SHOWN} more" if len(pages) > SHOWN else "")
    message = f"{tables} tables far from those of the report have some of the form's labels (pages {shown}); left out"
    return finding(Code.FOREIGN_TABLES, message, Place(page=pages[0]))


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
