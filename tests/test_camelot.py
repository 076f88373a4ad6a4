"""The second reader: Camelot's tables as our grids, and two readings compared."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

import pytest

from gxstudy import grids as native
from gxstudy.errors import MissingDependencyError
from gxstudy.fill import Sheet, fill
from gxstudy.fill.agree import agree
from gxstudy.fill.entries import Entry, Grade, Status
from gxstudy.findings import Code
from gxstudy.layout import Grid
from gxstudy.readers import camelot, pdf

# ------------------------------------------------------------------------------------------- PDFs drawn by hand

LEFT, TOP, WIDE, HIGH = 80.0, 700.0, 60.0, 24.0
"""Where the drawn table begins (points from the bottom left of the page), and the size of its places."""
SPANS = (
    (0, 0, 2, 1, "stub"),
    (0, 1, 1, 3, "merged"),
    (1, 1, 1, 1, "11"),
    (1, 2, 1, 1, "22"),
    (1, 3, 2, 1, "tall"),
    (2, 0, 1, 1, "row"),
    (2, 1, 1, 2, "33"),
    (3, 0, 1, 1, "last"),
    (3, 1, 1, 1, "44"),
    (3, 2, 1, 1, ""),
    (3, 3, 1, 1, "66"),
)
"""Row, column, row span, column span and text of every cell."""


def table(spans: Iterable[tuple[int, int, int, int, str]] = SPANS) -> str:
    drawn = ["0.5 w"]
    for row, column, row_span, column_span, text in spans:
        x, y = LEFT + column * WIDE, TOP - (row + row_span) * HIGH
        drawn.append(f"{x} {y} {column_span * WIDE} {row_span * HIGH} re S")
        drawn.append(f"BT /F 9 Tf {x + 12} {y + row_span * HIGH / 2 - 3} Td ({text}) Tj ET")
    return "\n".join(drawn)


def document(*contents: str, page: str = "/MediaBox [0 0 595 842]") -> bytes:
    """A PDF with one page for each of ``contents``; ``page`` are further entries of every page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for content in contents:
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        stream = len(objects)
        resources = "/Resources << /Font << /F 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {page} {resources} /Contents {stream} 0 R >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def structure(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span, cell.text) for cell in grid.cells]


# ------------------------------------------------------------------------------------------------------- grids


def test_cells_come_with_their_spans_and_text() -> None:
    found = camelot.grids(document(table()))
    assert found.findings == ()
    (grid,) = found.grids
    assert grid.origin == "camelot"
    assert (grid.page, grid.rows, grid.columns) == (1, 4, 4)
    assert structure(grid) == list(SPANS)


def test_boxes_are_points_from_the_top_left() -> None:
    (grid,) = camelot.grids(document(table())).grids
    assert grid.lefts == pytest.approx([LEFT + n * WIDE for n in range(5)], abs=0.6)
    assert grid.tops == pytest.approx([842 - TOP + n * HIGH for n in range(5)], abs=0.6)
    tall = next(cell for cell in grid.cells if cell.text == "tall")
    assert tall.box is not None
    assert tall.box == pytest.approx(
        (1, LEFT + 3 * WIDE, 842 - TOP + HIGH, LEFT + 4 * WIDE, 842 - TOP + 3 * HIGH), abs=0.6
    )


QUARTER = (
    "0 1 -1 0 842 0 cm\n"  # user space turned a quarter, so that what is drawn in it stands upright under /Rotate 90
)
PAGES = {
    "plain": ("", "/MediaBox [0 0 595 842]"),
    "offset": ("1 0 0 1 100 -50 cm\n", "/MediaBox [100 -50 695 792]"),
    "cropped": ("", "/MediaBox [0 0 595 842] /CropBox [20 30 500 800]"),
    "crop wider than the page": ("", "/MediaBox [0 0 595 842] /CropBox [-10 30 900 800]"),
    "rotated": (QUARTER, "/MediaBox [0 0 842 595] /Rotate 90"),
    "rotated and cropped": (QUARTER, "/MediaBox [0 0 842 595] /CropBox [10 20 800 560] /Rotate 90"),
    "rotated and offset": ("1 0 0 1 30 40 cm\n" + QUARTER, "/MediaBox [30 40 872 635] /Rotate 90"),
    "turned upside down": ("-1 0 0 -1 595 842 cm\n", "/MediaBox [0 0 595 842] /Rotate 180"),
    "text drawn sideways": (QUARTER, "/MediaBox [0 0 842 595]"),
}


@pytest.mark.parametrize("before, page", PAGES.values(), ids=PAGES)
def test_both_readers_see_the_same_grid_wherever_the_page_lies(before: str, page: str) -> None:
    # More rows of text than the table has, so that the direction of the page's text is beyond doubt.
    prose = "\n".join(f"BT /F 9 Tf 80 {500 - 14 * n} Td (some words of prose, line {n}) Tj ET" for n in range(12))
    data = document(before + table() + "\n" + prose, page=page)
    (own,) = native.find(pdf.read(data).pages[0])
    (second,) = camelot.grids(data).grids
    assert structure(second) == structure(own) == list(SPANS)
    assert second.lefts == pytest.approx(own.lefts, abs=1)
    assert second.tops == pytest.approx(own.tops, abs=1)


def test_only_the_pages_asked_for_are_read_in_page_order() -> None:
    data = document(table(), "", table(), table())
    assert [grid.page for grid in camelot.grids(data, pages=(4, 3, 2, 4, 9)).grids] == [3, 4]
    assert [grid.page for grid in camelot.grids(data).grids] == [1, 3, 4]


def test_a_table_without_rules_is_inferred_from_its_text() -> None:
    lines = []
    for row in range(6):
        for column, text in enumerate((f"label {row}", f"{row}1", f"{row}2", f"{row}3")):
            lines.append(f"BT /F 10 Tf {80 + 100 * column} {700 - 18 * row} Td ({text}) Tj ET")
    data = document("\n".join(lines))
    assert camelot.grids(data).grids == ()
    (grid,) = camelot.unruled_grids(data).grids
    rows = [tuple(cell.text for cell in grid.cells if cell.row == row) for row in range(grid.rows)]
    assert rows == [(f"label {row}", f"{row}1", f"{row}2", f"{row}3") for row in range(6)]


# ------------------------------------------------------------------------------------------------- bad input


def test_a_page_too_heavy_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = table() + "\n" + "0 0 m 1 1 l S\n" * 2000
    monkeypatch.setattr(camelot, "CONTENT_LIMIT", 20_000)
    found = camelot.grids(document(table(), heavy, table()))
    assert [grid.page for grid in found.grids] == [1, 3]
    assert [(noticed.code, noticed.where.page) for noticed in found.findings] == [(Code.SECOND_READER_FAILED, 2)]
    assert "20,000 bytes" in found.findings[0].message


def test_pages_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camelot, "PAGE_LIMIT", 2)
    found = camelot.grids(document(table(), table(), table()))
    assert [grid.page for grid in found.grids] == [1, 2]
    assert "first 2 of 3 pages" in found.findings[0].message


def test_what_camelot_cannot_open_is_a_finding_without_the_name_of_a_temporary_folder() -> None:
    found = camelot.grids(b"%PDF-1.4\nnothing that a parser could hold on to")
    assert found.grids == ()
    (noticed,) = found.findings
    assert noticed.code == Code.SECOND_READER_FAILED
    assert tempfile.gettempdir() not in noticed.message


def test_without_camelot_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "camelot.io", None)
    with pytest.raises(MissingDependencyError, match="pip install camelot-py"):
        camelot.grids(document(table()))


def test_nothing_is_left_behind_or_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = [logging.getLogger(name).level for name in ("camelot", "playa")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        camelot.grids(document(table(), ""))
        camelot.unruled_grids(document("", table()))
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert [logging.getLogger(name).level for name in ("camelot", "playa")] == before


# ------------------------------------------------------------------------------------------ two readings compared


def entry(column: str, raw: str, value: int | None, status: Status = "read", grade: Grade = "unchecked") -> Entry:
    return Entry("applications", "new", column, raw, value, status, grade, ())


def sheet(*entries: Entry) -> tuple[Sheet, ...]:
    return (Sheet("applications", "2021", entries),)


def test_agreement_confirms_what_was_unchecked_and_nothing_else() -> None:
    first = sheet(
        entry("natural_person", "3", 3),
        entry("business", "4", 4, grade="proved"),
        entry("research", "5", 5, grade="contradicted"),
        entry("other", "", None, "blank"),
        entry("total", "x", None, "unreadable"),
    )
    (compared,), (counted,) = agree(first, first)
    assert [found.grade for found in compared.entries] == [
        "confirmed",
        "proved",
        "contradicted",
        "confirmed",
        "unchecked",
    ]
    assert counted.code == Code.SECOND_READER_USED
    assert "agree: 5, that differ: 0, that it did not find: 0" in counted.message


@pytest.mark.parametrize(
    "own, second",
    [
        (("3", 3, "read"), ("8", 8, "read")),
        (("", None, "blank"), ("0", 0, "read")),
        (("/", None, "slash"), ("", None, "blank")),
        (("", None, "absent"), ("0", 0, "read")),
        (("1 2", None, "unreadable"), ("12", 12, "read")),
    ],
)
def test_a_difference_leaves_the_grade_and_shows_both(
    own: tuple[str, int | None, Status], second: tuple[str, int | None, Status]
) -> None:
    (compared,), (differing, counted) = agree(sheet(entry("total", *own)), sheet(entry("total", *second)))
    assert compared.entries[0] == entry("total", *own)
    assert differing.code == Code.READERS_DISAGREE
    assert (differing.where.table, differing.where.row, differing.where.column) == ("applications", "new", "total")
    assert all(repr(raw) in differing.message for raw, _, status in (own, second) if status == "read")
    assert "agree: 0, that differ: 1" in counted.message


def test_prints_that_mean_the_same_agree() -> None:
    (compared,), _ = agree(sheet(entry("total", "1,234", 1234)), sheet(entry("total", "1234", 1234)))
    assert compared.entries[0].grade == "confirmed"
    assert compared.entries[0].raw == "1,234"


@pytest.mark.parametrize(
    "own, second",
    [
        (("", None, "absent"), ("", None, "blank")),
        (("1 2", None, "unreadable"), ("1 2 | 3", None, "unreadable")),
        (("", None, "absent"), ("x", None, "unreadable")),
    ],
)
def test_where_neither_has_a_figure_there_is_no_difference(
    own: tuple[str, int | None, Status], second: tuple[str, int | None, Status]
) -> None:
    (compared,), (counted,) = agree(sheet(entry("total", *own)), sheet(entry("total", *second)))
    assert compared.entries[0] == entry("total", *own)
    assert "that differ: 0" in counted.message


def test_what_the_second_reader_did_not_find_stays_unchecked_and_is_counted() -> None:
    first = sheet(entry("business", "3", 3), entry("total", "3", 3))
    (compared,), (counted,) = agree(first, sheet(entry("total", "3", 3)))
    assert [found.grade for found in compared.entries] == ["unchecked", "confirmed"]
    assert "agree: 1, that differ: 0, that it did not find: 1" in counted.message


def test_a_figure_only_the_second_reader_has_is_a_difference() -> None:
    _, findings = agree(sheet(entry("total", "3", 3)), sheet(entry("total", "3", 3), entry("business", "9", 9)))
    assert [noticed.code for noticed in findings] == [Code.READERS_DISAGREE, Code.SECOND_READER_USED]
    assert "'9'" in findings[0].message


@pytest.mark.parametrize("name", ["hongze-2023", "hongze-2024", "hotan-science-2024"])
def test_both_readers_agree_on_every_figure_of_the_real_reports(shared: Path, name: str) -> None:
    data = (shared / "reports" / f"{name}.pdf").read_bytes()
    own = fill(tuple(grid for page in pdf.read(data).pages for grid in native.find(page)))
    second = fill(camelot.grids(data).grids)
    compared, findings = agree(own.sheets, second.sheets)
    assert [noticed.code for noticed in findings] == [Code.SECOND_READER_USED]
    assert {found.grade for part in compared for found in part.entries if found.status != "absent"} == {"confirmed"}
