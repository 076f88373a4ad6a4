"""Real reports, cell by cell: what is read is what is printed, and nothing wrong passes unmarked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import gxstudy as gx
from gxstudy.findings import Code
from gxstudy.report import Report

REPORTS = ("hongze-2023", "hongze-2024", "hotan-science-2024")


def truth(shared: Path, name: str) -> dict[tuple[str, str, str], str]:
    with (shared / "reports" / f"{name}.truth.csv").open(encoding="utf-8", newline="") as file:
        return {(line["table"], line["row"], line["column"]): line["printed"] for line in csv.DictReader(file)}


def read(shared: Path, name: str) -> Report:
    return gx.read_report(shared / "reports" / f"{name}.pdf")


@pytest.mark.parametrize("name", REPORTS)
def test_every_cell_is_read_as_printed(shared: Path, name: str) -> None:
    report = read(shared, name)
    found = {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries}
    assert found == truth(shared, name)
    assert {entry.status for entry in report.entries} == {"read"}


@pytest.mark.parametrize("name", REPORTS)
def test_every_figure_has_its_place_on_a_page(shared: Path, name: str) -> None:
    report = read(shared, name)
    for entry in report.entries:
        assert entry.boxes
        for box in entry.boxes:
            assert 1 <= box.page <= report.pages
            assert 0 <= box.x0 < box.x1 <= 596
            assert 0 <= box.top < box.bottom <= 843
    places = {(entry.boxes[0], entry.table) for entry in report.entries}
    assert len(places) == len(report.entries)


@pytest.mark.parametrize(
    "name, organ, year, yuan",
    [
        ("hongze-2023", "洪泽区人民政府", 2023, 0),
        ("hongze-2024", "淮安市洪泽区人民政府", 2024, 0),
        ("hotan-science-2024", "和田地区科技局", 2024, None),
    ],
)
def test_who_when_and_the_fee(shared: Path, name: str, organ: str, year: int, yuan: int | None) -> None:
    report = read(shared, name)
    assert (report.organ, report.year, report.edition) == (organ, year, "2021")
    assert report.fee.stated == "none"
    assert report.fee.yuan == yuan
    assert report.fee.text


def test_the_broken_totals_of_hongze_2023_are_contradicted_and_named(shared: Path) -> None:
    report = read(shared, "hongze-2023")
    broken = {(check.at, check.left, check.right) for check in report.checks if not check.holds}
    assert broken == {("review", 11, 0), ("suit_after_review", 5, 0)}
    contradicted = {(entry.table, entry.row) for entry in report.entries if entry.grade == "contradicted"}
    assert contradicted == {("disputes", "review"), ("disputes", "suit_after_review")}
    errors = [found for found in report.findings if found.severity == "error"]
    assert [(found.code, found.where.row) for found in errors] == [
        (Code.IDENTITY_FAILED, "review"),
        (Code.IDENTITY_FAILED, "suit_after_review"),
    ]
    assert "11" in errors[0].message
    assert errors[0].where.page == 4


@pytest.mark.parametrize("name", REPORTS)
def test_figures_that_add_up_are_proved(shared: Path, name: str) -> None:
    report = read(shared, name)
    grades = {entry.grade for entry in report.entries if entry.table == "applications"}
    assert grades == {"proved"}
    assert {entry.grade for entry in report.entries if entry.table == "disclosure"} == {"unchecked"}


@pytest.mark.parametrize("name", ["hongze-2024", "hotan-science-2024"])
def test_nothing_is_called_wrong_that_is_right_on_paper(shared: Path, name: str) -> None:
    report = read(shared, name)
    assert not [found for found in report.findings if found.severity == "error"]
    assert all(check.holds for check in report.checks)
    warnings = {found.code for found in report.findings if found.severity == "warning"}
    assert warnings == ({Code.PROSE_DISAGREES} if name == "hongze-2024" else set())


def test_the_prose_of_hongze_2024_disagrees_with_its_table(shared: Path) -> None:
    report = read(shared, "hongze-2024")
    (found,) = [found for found in report.findings if found.code is Code.PROSE_DISAGREES]
    assert "17" in found.message
    assert "95" in found.message
    assert (found.where.table, found.where.row) == ("applications", "new")


def test_the_report_as_text_gives_the_figures_of_its_pdf(shared: Path) -> None:
    pdf = read(shared, "hotan-science-2024")
    text = gx.read_report(shared / "reports" / "hotan-science-2024.txt")

    def figures(report: Report) -> list[tuple[str, str, str, str, object, str, str]]:
        return [(e.table, e.row, e.column, e.raw, e.value, e.status, e.grade) for e in report.entries]

    assert figures(text) == figures(pdf)
    assert (text.organ, text.year, text.edition, text.kind) == (pdf.organ, pdf.year, pdf.edition, "text")
    assert (text.fee.stated, text.fee.yuan) == (pdf.fee.stated, pdf.fee.yuan)
    assert not [found for found in text.findings if found.severity != "info"]
