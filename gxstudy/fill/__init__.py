"""Grids x Form -> Sheets: find the form's rows and columns, across pages and grids; one Entry for each place.

The grids say where rows and columns lie; the form says what they are. Rows are matched by the order of the form and the
likeness of labels together, so that one bad label does not shift the rest; columns by the header, by order, and by
position where those fail. What cannot be placed is never guessed: it is a finding, and the entry unreadable or absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill import applications, disclosure, disputes
from gxstudy.fill.entries import Entry, Grade, Sheet, Status, absent, entry_of, place_of_entry
from gxstudy.fill.printed import Run, runs
from gxstudy.fill.prints import foreign, of_report, prints_of, repeated
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Grid

__all__ = ["Copy", "Entry", "Filled", "Grade", "Sheet", "Status", "entry_of", "fill", "place_of_entry"]


class Copy(NamedTuple):
    """One of several prints of a table in one report: as filled in, and the grid in which it begins."""

    sheet: Sheet
    grid: Grid
    taken: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """The sheets of a report, the edition they were printed on (None when no table tells), and what was noticed.

    ``pages`` are the first and the last page of the tables that were taken. ``copies`` are all whole prints of the
    tables that are printed more than once; ``rivals`` are places of a sheet (table, row, column) where further rows of
    the same table give other figures.
    """

    sheets: tuple[Sheet, ...]
    edition: str | None
    findings: tuple[Finding, ...]
    pages: tuple[int, int] = (1, 1)
    copies: tuple[Copy, ...] = ()
    rivals: frozenset[tuple[str, str, str]] = frozenset()


def fill(grids: tuple[Grid, ...], *, year: int | None = None, take: Mapping[str, int] | None = None) -> Filled:
    """Fill the form from the grids of a report.

    Parameters
    ----------
    grids
        The grids of all pages, in document order.
    year
        The year reported on, used only where the tables themselves do not tell the edition.
    take
        Which whole print of a table to take, counted from 0, by its key; the first where it is not said.

    Returns
    -------
    Filled
        No sheets when none of the three tables was found.
    """
    parts, far = of_report(runs(grids))
    findings = [foreign(far)] if far else []
    prints = {key: prints_of(key, parts) for key in ("disclosure", "applications", "disputes")}
    taken = {key: of.whole[(take or {}).get(key, 0)] for key, of in prints.items()}
    by_table = {key: of.every[taken[key]] for key, of in prints.items()}
    findings += [repeated(key, of, taken[key]) for key, of in prints.items() if len(of.every) > 1]
    if not any(by_table.values()):
        return Filled((), None, tuple(findings))
    blocks, noticed = disclosure.fill(by_table["disclosure"])
    findings += noticed
    rows, noticed = applications.fill(by_table["applications"])
    findings += noticed
    results, noticed, differing = disputes.fill(by_table["disputes"])
    findings += noticed
    if not (blocks.entries or rows or results):
        return Filled((), None, tuple(findings))
    edition = _edition(blocks, rows, year)
    sheets = (
        _disclosure_sheet(blocks, edition, findings),
        _sheet("applications", rows, edition, findings),
        _sheet("disputes", results, edition, findings),
    )
    pages = [run.rows[0].grid.page for one in by_table.values() for run in one]
    again = [found for found in findings if found.code is Code.TABLE_REPEATED and found.where.row is None]
    if len({found.where.table for found in again}) > 1:
        message = (
            "more than one report stands in this file; the first was read, and no title tells where another begins"
        )
        findings.append(finding(Code.SEVERAL_REPORTS, message, Place(page=again[0].where.page)))
    copies = [
        Copy(_copied(key, of.every[number], edition), of.every[number][0].rows[0].grid, number == taken[key])
        for key, of in prints.items()
        if len(of.whole) > 1
        for number in of.whole
    ]
    rivals = blocks.rivals | differing
    return Filled(sheets, edition, tuple(findings), (min(pages), max(pages)), tuple(copies), rivals)


def _copied(table: str, one: list[Run], edition: str | None) -> Sheet:
    """Return one print of a table as filled in; what is noticed of it is not said."""
    if table == "disclosure":
        return _disclosure_sheet(disclosure.fill(one)[0], edition, [])
    return _sheet(table, applications.fill(one)[0], edition, [])


def _edition(blocks: disclosure.Blocks, rows: dict[tuple[str, str], Entry], year: int | None) -> str | None:
    """Return the edition of most blocks of table two, and of table three where its rows tell; else that of the year."""
    told = [edition for edition, _ in {(edition, _block(edition, row)) for row, edition in blocks.editions.items()}]
    told += [forms.editions()[-1]] * bool(_split_rows(rows))
    found = [edition for edition in told if edition]
    if found:
        return max(forms.editions(), key=lambda edition: (found.count(edition), edition))
    form = forms.for_year(year) if year is not None else None
    return form.edition if form is not None else None


def _block(edition: str, row: str) -> str:
    """Return the key of the block of table two that has ``row`` in ``edition``."""
    blocks = forms.load(edition).table("disclosure").blocks if edition else ()
    return next((block.key for block in blocks if row in block.rows), "")


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
