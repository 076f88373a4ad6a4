"""Reports made by hand from the forms: for tests of what comes after reading."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from gxstudy import forms
from gxstudy.audit import Check
from gxstudy.fill import Entry, Grade, Sheet
from gxstudy.findings import Finding
from gxstudy.layout import Box, Kind
from gxstudy.prose import Fact, Fee
from gxstudy.report import Report
from gxstudy.text import read_number

Place = tuple[str, str, str]
HONGZE_DISPUTES: dict[Place, str] = {
    ("disputes", "review", "upheld"): "10",
    ("disputes", "review", "corrected"): "1",
    ("disputes", "suit_after_review", "upheld"): "5",
}
"""Parts of 11 and 5 beside totals of 0, as a real report prints them."""


def _number(entry: Entry) -> int | Decimal:
    return 0 if entry.value is None else entry.value


def checks(form: forms.Form, entries: tuple[Entry, ...]) -> tuple[Check, ...]:
    at = {(entry.table, entry.row, entry.column): entry for entry in entries}
    found: list[Check] = []
    for identity in form.identities:
        table = form.table(identity.table)
        lines = table.columns if identity.along == "column" else table.rows
        for line in lines:
            sides: list[list[Entry]] = []
            for terms in (identity.left, identity.right):
                rows = [*terms, "other"] if identity.key == "outcomes" and terms is identity.left else terms
                places = [
                    (table.key, term, line.key) if identity.along == "column" else (table.key, line.key, term)
                    for term in dict.fromkeys(rows)
                ]
                sides.append([at[place] for place in places if place in at])
            if all(sides) and all(entry.status != "absent" for side in sides for entry in side):
                left, right = (sum(map(_number, side)) for side in sides)
                places2 = tuple((entry.row, entry.column) for side in sides for entry in side)
                found.append(Check(identity.key, table.key, line.key, left, right, left == right, places2))
    return tuple(found)


def report(
    printed: Mapping[Place, str] | None = None,
    *,
    edition: Literal["2019", "2021"] = "2021",
    variant: bool = False,
    absent: frozenset[Place] = frozenset(),
    tables: tuple[str, ...] = ("disclosure", "applications", "disputes"),
    organ: str | None = "某某县人民政府",
    year: int | None = 2023,
    kind: Kind = "pdf",
    source: str = "handmade.pdf",
    sha256: str = "0" * 64,
    facts: tuple[Fact, ...] = (),
    fee: Fee | None = None,
    findings: tuple[Finding, ...] = (),
    box: Box | None = None,
) -> Report:
    """A report on which every figure is "0", but for those ``printed`` (by table, row, column) and ``absent``."""
    form = forms.load(edition)
    printed = printed or {}
    sheets: list[Sheet] = []
    for key in tables:
        entries: list[Entry] = []
        for row, column in form.table(key).places(variant=variant):
            place = (key, row, column)
            raw = "" if place in absent else printed.get(place, "0")
            value, status = read_number(raw)
            boxes = (box,) if box and place not in absent else ()
            entries.append(Entry(*place, raw, value, "absent" if place in absent else status, "unchecked", boxes))
        sheets.append(Sheet(key, edition, tuple(entries)))
    unknown = set(printed) - {(one.table, one.row, one.column) for sheet in sheets for one in sheet.entries}
    assert not unknown, unknown
    tested = checks(form, tuple(entry for sheet in sheets for entry in sheet.entries))

    def grade(entry: Entry) -> Grade:
        mine = [one for one in tested if one.table == entry.table and (entry.row, entry.column) in one.entries]
        along = {one.key: one.along for one in form.identities}
        if not mine:
            return "unchecked"
        if not all(one.holds for one in mine):
            return "contradicted"
        return "proved" if {along[one.identity] for one in mine} == {"row", "column"} else "consistent"

    graded = tuple(
        Sheet(sheet.table, sheet.edition, tuple(entry._replace(grade=grade(entry)) for entry in sheet.entries))
        for sheet in sheets
    )
    return Report(
        report_id="handmade",
        source=source,
        sha256=sha256,
        kind=kind,
        pages=1,
        organ=organ,
        year=year,
        edition=edition,
        sheets=graded,
        facts=facts,
        fee=fee or Fee(),
        checks=tested,
        findings=findings,
        paragraphs=(),
    )
