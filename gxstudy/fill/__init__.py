"""Grids x Form -> Sheets: find the form's rows and columns, across pages and grids; one Entry for each place.

The grids say where rows and columns lie; the form says what they are. Rows are matched by the order of the form and the
likeness of labels together, so that one bad label does not shift the rest; columns by the header, by order, and by
position where those fail. What cannot be placed is never guessed: it is a finding, and the entry unreadable or absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gxstudy import forms
from gxstudy.fill import applications, disclosure, disputes
from gxstudy.fill.entries import Entry, Grade, Sheet, Status, absent, place_of_entry
from gxstudy.fill.printed import PrintedRow, Run, names_row, runs, vocabulary
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Grid
from gxstudy.text import label_key

__all__ = ["Entry", "Filled", "Grade", "Sheet", "Status", "fill", "place_of_entry"]


WHOLE_SHARE = 0.7
"""A print of a table with a smaller share of the labels of another print is not whole."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The sheets of a report, the edition they were printed on (None when no table tells), and what was noticed.

    ``pages`` are the first and the last page of the tables that were taken.
    """

    sheets: tuple[Sheet, ...]
    edition: str | None
    findings: tuple[Finding, ...]
    pages: tuple[int, int] = (1, 1)


def fill(grids: tuple[Grid, ...], *, year: int | None = None) -> Filled:
    """Fill the form from the grids of a report.

    Parameters
    ----------
    grids
        The grids of all pages, in document order.
    year
        The year reported on, used only where the tables themselves do not tell the edition.

    Returns
    -------
    Filled
        No sheets when none of the three tables was found.
    """
    parts = runs(grids)
    findings: list[Finding] = []
    by_table = {key: _first_copy(key, parts, findings) for key in ("disclosure", "applications", "disputes")}
    if not any(by_table.values()):
        return Filled((), None, tuple(findings))
    blocks, noticed = disclosure.fill(by_table["disclosure"])
    findings += noticed
    rows, noticed = applications.fill(by_table["applications"])
    findings += noticed
    results, noticed = disputes.fill(by_table["disputes"])
    findings += noticed
    if not (blocks.entries or rows or results):
        return Filled((), None, tuple(findings))
    edition = _edition(blocks, rows, year)
    sheets = (
        _disclosure_sheet(blocks, edition, findings),
        _sheet("applications", rows, edition, findings),
        _sheet("disputes", results, edition, findings),
    )
    pages = [run.rows[0].grid.page for taken in by_table.values() for run in taken]
    repeated = [found for found in findings if found.code is Code.TABLE_REPEATED and found.where.row is None]
    if len(repeated) > 1:
        message = "more than one report stands in this file; the first was read, split the file to read the others"
        findings.append(finding(Code.SEVERAL_REPORTS, message, Place(page=repeated[0].where.page)))
    return Filled(sheets, edition, tuple(findings), (min(pages), max(pages)))


def _first_copy(table: str, parts: list[Run], findings: list[Finding]) -> list[Run]:
    """Return the runs of ``table``; of a table that begins anew further on, only those of its first whole print.

    A print that has much fewer labels of the form than another is a table of some other kind.
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
    if len(prints) == 1:
        return prints[0]
    known = [len(_labels(table, rows)) for rows in prints]
    chosen = next(index for index, count in enumerate(known) if count >= WHOLE_SHARE * max(known))
    other = prints[1 if chosen == 0 else 0][0].rows[0]
    number = forms.load(forms.editions()[-1]).table(table).number
    what = (
        "the first print was taken"
        if chosen == 0
        else f"the print with most of the form's labels, number {chosen + 1}, was taken"
    )
    findings.append(
        finding(
            Code.TABLE_REPEATED, f"table {number} is printed again; {what}", Place(table=table, page=other.grid.page)
        )
    )
    return prints[chosen]


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


def _edition(blocks: disclosure.Blocks, rows: dict[tuple[str, str], Entry], year: int | None) -> str | None:
    told = [edition for edition in blocks.editions.values() if edition]
    told += [forms.editions()[-1]] * len(_split_rows(rows))
    if told:
        return max(forms.editions(), key=lambda edition: (told.count(edition), edition))
    form = forms.for_year(year) if year is not None else None
    return form.edition if form is not None else None


def _split_rows(rows: dict[tuple[str, str], Entry]) -> set[str]:
    """Return the printed rows of table three that only the newest edition has."""
    newest = forms.load(forms.editions()[-1]).table("applications")
    return {row for row, _ in rows} & {replaced for variant in newest.rows for replaced in variant.replaces}


def _disclosure_sheet(blocks: disclosure.Blocks, edition: str | None, findings: list[Finding]) -> Sheet:
    """Return table two in print order: each block on the edition it was printed on, absent ones on the report's."""
    told = edition or forms.editions()[-1]
    strays = {row: other for row, other in blocks.editions.items() if other and other != told}
    if strays:
        other = next(iter(strays.values()))
        names = ", ".join(forms.load(other).table("disclosure").row(row).label for row in strays)
        message = f"{names} stand in columns of the {other} form, the rest of the table in those of the {told} form"
        findings.append(finding(Code.HYBRID_FORM, message, Place(table="disclosure")))
    places: list[tuple[str, str]] = []
    for row, column in forms.load(told).table("disclosure").places():
        if row not in strays:
            places.append((row, column))
    for row, other in strays.items():
        places += [place for place in forms.load(other).table("disclosure").places() if place[0] == row]
    places += [place for place in blocks.entries if place not in places]
    entries = tuple(blocks.entries.get(place) or absent("disclosure", *place) for place in places)
    _say_absent("disclosure", told, entries, findings)
    return Sheet("disclosure", told, entries)


def _sheet(table: str, found: dict[tuple[str, str], Entry], edition: str | None, findings: list[Finding]) -> Sheet:
    told = forms.editions()[-1] if _split_rows(found) else edition or forms.editions()[-1]
    form = forms.load(told).table(table)
    printed = {row for row, _ in found}
    variant = next((row for row in form.rows if row.replaces and row.key in printed), None)
    if variant is not None:
        both = printed & set(variant.replaces)
        message = f"{variant.label} is printed as one row" + (" beside the rows it stands for" if both else "")
        findings.append(finding(Code.VARIANT_ROW, message, Place(table=table, row=variant.key)))
    places = list(form.places(variant=variant is not None))
    printed_too = set(found) - set(places)
    if printed_too:
        places += [place for place in found if place in printed_too]
        order = {row.key: index for index, row in enumerate(form.rows)}
        places.sort(key=lambda place: order.get(place[0], len(order)))
    entries = tuple(found.get(place) or absent(table, *place) for place in places)
    _say_absent(table, told, entries, findings)
    return Sheet(table, told, entries)


def _say_absent(table: str, edition: str, entries: tuple[Entry, ...], findings: list[Finding]) -> None:
    statuses = {entry.status for entry in entries}
    if entries and "absent" not in statuses:
        return
    form = forms.load(edition).table(table)
    if statuses <= {"absent"}:
        message = f"table {form.number} ({form.zh}) was not found"
        findings.append(finding(Code.TABLE_ABSENT, message, Place(table=table)))
        return
    lines: dict[str, list[Entry]] = {}
    for entry in entries:
        lines.setdefault(entry.row, []).append(entry)
    for row, line in lines.items():
        if all(entry.status == "absent" for entry in line):
            label = next((known.label for known in form.rows if known.key == row), row)
            findings.append(finding(Code.ROW_ABSENT, f"the row {label!r} was not found", Place(table=table, row=row)))
        else:
            for entry in line:
                if entry.status == "absent":
                    message = f"no cell was found under {entry.column!r}"
                    findings.append(finding(Code.COLUMN_ABSENT, message, Place(table, row, entry.column)))
