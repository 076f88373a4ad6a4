"""Table four: results of reviews and suits, printed side by side; also split in two, or turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gxstudy import forms
from gxstudy.fill.dispute_places import TABLE, Pairs, Place, placed, places, values_of
from gxstudy.fill.entries import Entry, from_cell
from gxstudy.fill.printed import PrintedRow, Run, place_of
from gxstudy.findings import Code, Finding, finding
from gxstudy.layout import Cell
from gxstudy.text import read_number

__all__ = ["TABLE", "fill"]


@dataclass(frozen=True, slots=True)
class _Filling:
    """What was taken so far, what was noticed, and where a second row has other figures."""

    entries: dict[Place, Entry] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    rivals: set[tuple[str, str, str]] = field(default_factory=set)


def fill(runs: Sequence[Run]) -> tuple[dict[Place, Entry], list[Finding], frozenset[tuple[str, str, str]]]:
    """Return the entries of table four by (row, column), what was noticed, and where a second row has other figures.

    A figure belongs to the block and the result whose labels stand over it or to its left. Where that does not settle
    every figure, fifteen figures in one row are taken in the order of the form.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    """
    filling = _Filling()
    blank: Pairs = []
    pending: list[PrintedRow] = []
    for row, pairs in placed(runs):
        if not row.drawn and not any(cell.text.strip() for cell in values_of(row)):
            blank += pairs or ()
        elif pairs is None:
            pending.append(row)
        else:
            _take(row, pairs, filling)
    settled = _settle(pending, filling.entries)
    # A marked-up row of blanks may be one of a header whose merged cells are filled up: it takes what is left, unless
    # figures are left over too, which may be those of its places.
    if not any(found.code is Code.ROW_WIDTH_DIFFERS for found in settled):
        for place, cell in blank:
            filling.entries.setdefault(place, from_cell(TABLE, *place, cell))
    return filling.entries, filling.findings + settled, frozenset(filling.rivals)


def _take(row: PrintedRow, pairs: Pairs, filling: _Filling) -> None:
    """Add the figures of a row whose places are known."""
    entries = filling.entries
    if _follows_blanks(pairs, entries):
        message = "a row of blanks stands over the figures of this table; the figures were taken"
        filling.findings.append(finding(Code.TABLE_REPEATED, message, place_of(row, TABLE)))
        entries.update((place, from_cell(TABLE, *place, cell)) for place, cell in pairs)
        return
    for place, cell in pairs:
        if place not in entries:
            entries[place] = from_cell(TABLE, *place, cell)
        elif cell.text.strip() and row.grid.origin == "unruled":
            entries[place] = _torn(entries[place], cell)
        elif cell.text.strip():
            _second(row, pairs, filling)
            return


def _second(row: PrintedRow, pairs: Pairs, filling: _Filling) -> None:
    """Say that a further row has figures for places that have some, and where they differ."""
    message = "a second row of figures stands in this table; the first was taken"
    filling.findings.append(finding(Code.TABLE_REPEATED, message, place_of(row, TABLE)))
    filling.rivals.update((TABLE, *place) for place, cell in pairs if _differs(filling.entries.get(place), cell))


def _follows_blanks(pairs: Sequence[tuple[Place, Cell]], entries: Mapping[Place, Entry]) -> bool:
    """Return whether figures stand under nothing in all their places: of a heading, or of a row cut by a page."""
    figures = any(cell.text.strip() for _, cell in pairs)
    return figures and all(place in entries and not entries[place].raw.strip() for place, _ in pairs)


def _differs(entry: Entry | None, cell: Cell) -> bool:
    """Return whether a cell holds another figure than an entry, or a stroke where the entry has nothing."""
    if entry is None:
        return False
    return entry.value != read_number(cell.text).value or bool(entry.raw.strip()) != bool(cell.text.strip())


def _torn(entry: Entry, cell: Cell) -> Entry:
    """Return an entry for two figures in one place of a table without rules: one may be the rest of the other."""
    return entry._replace(
        raw=f"{entry.raw} {cell.text}",
        value=None,
        status="unreadable",
        boxes=(*entry.boxes, *cell.boxes),
        certainties=(*entry.certainties, *cell.certainties),
    )


def _settle(pending: Sequence[PrintedRow], entries: dict[Place, Entry]) -> list[Finding]:
    """Add the figures of the one row that found no place, when they are as many as the places left without one."""
    left = [place for place in places() if place not in entries]
    findings = []
    for row in pending:
        cells = values_of(row)
        shown = " | ".join(cell.text or "blank" for cell in cells)
        if len(pending) == 1 and len(cells) == len(left) < len(places()):
            blocks = ", ".join(dict.fromkeys(forms.load("2021").table(TABLE).row(block).label for block, _ in left))
            message = (
                f"no label stands over the figures {shown}; they were taken for {blocks}, which nothing else gives"
            )
            findings.append(finding(Code.LABEL_MISSING, message, place_of(row, TABLE)))
            entries.update((place, from_cell(TABLE, *place, cell)) for place, cell in zip(left, cells, strict=True))
        else:
            message = f"the figures {shown} cannot be given to blocks and results; they were not taken"
            findings.append(finding(Code.ROW_WIDTH_DIFFERS, message, place_of(row, TABLE)))
    return findings
