"""One report -> an Excel workbook: its tables laid out as the form prints them, what is odd as comments.

The same report gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import east_asian_width

from gxstudy.display import words
from gxstudy.display.printed import Cell, Filled, beside_form, printed_cells
from gxstudy.findings import KINDS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell as ExcelCell
    from openpyxl.worksheet.worksheet import Worksheet

    from gxstudy.fill import Entry, Grade
    from gxstudy.report import Report

__all__ = ["to_excel"]

_FILLS: dict[Grade, str] = {
    "proved": "DCF1EA",
    "consistent": "DEEFF9",
    "confirmed": "CFE4F1",
    "unchecked": "F0F0F0",
    "recognised": "F0F0F0",
    "doubtful": "F9E3B5",
    "contradicted": "F3C5A5",
}
_UNREADABLE = "EBCFDF"
_HEAD = "F7F7F7"
_AUTHOR = "gxstudy"
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000  # characters that a cell of Excel holds, nearly
_THEN = datetime(2026, 1, 1)  # Excel knows no time zones
_CHANGED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_NARROW, _WIDE = 13.0, 46.0
_LINE = 15.0  # points
_AIR = 1.15  # what words leave free at the end of a line


def to_excel(report: Report, path: str | Path, *, lang: Literal["zh", "en", "both"] = "both") -> Path:
    """Write one report as an Excel workbook.

    Parameters
    ----------
    report
        What to write.
    path
        Where; an existing file is replaced.
    lang
        Language of the labels.

    Returns
    -------
    Path
        ``path``. A sheet a table, laid out as the form prints it: a number where one is read (of up to 15 digits, as
        Excel holds them), else the printed text. The colour of a figure is its grade; a comment says what is odd: the
        text as printed where the number alone would not tell it, the status, the sums that fail. A last sheet has the
        findings and what the text says.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = _AUTHOR
    book.properties.created = _THEN
    del book[book.sheetnames[0]]
    for sheet in report.sheets:
        filled = beside_form(sheet)
        _table(book, report, filled, lang)
    _noticed(book, report)
    target = Path(path)
    target.write_bytes(_settled(book))
    return target


def _table(book: Workbook, report: Report, filled: Filled, lang: Literal["zh", "en", "both"]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    page = book.create_sheet(filled.table.key)
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    _write(page, 1, 1, words.who(report), bold=True)
    _write(page, 2, 1, filled.table.section if lang != "en" else filled.table.en, bold=True)
    failed = {
        place: [check for check in report.checks if check.table == filled.table.key and place in check.entries]
        for place in filled.entries
    }
    for row, column, cell in _placed(printed_cells(filled)):
        at = (row + 3, column + 1)
        _merge(page, at, cell)
        if cell.place is None:
            head = cell.role in {"head", "stub"}
            text = cell.stub if cell.node is None else words.label(cell.node, lang)
            _write(page, *at, text, fill=_HEAD if head else None, centred=head, boxed=True)
            continue
        entry = filled.entries.get(cell.place)
        sums = [
            words.sum_text(report, one, lang="en" if lang == "en" else "zh", said="zh" if lang == "zh" else "en")
            for one in failed.get(cell.place, [])
            if not one.holds
        ]
        _figure(page, at, entry, sums)
    stub = printed_cells(filled)[0][0]
    wide = {"matrix": stub.column_span, "blocks": 1, "across": 0}[filled.table.layout]
    widths = [_WIDE if number == wide else _NARROW for number in range(1, page.max_column + 1)]
    for number, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    for row, lines in _lines(filled, widths, lang).items():
        page.row_dimensions[row + 3].height = _LINE * lines


def _lines(filled: Filled, widths: list[float], lang: Literal["zh", "en", "both"]) -> dict[int, int]:
    """Return how many lines each printed row needs for its labels."""
    lines: dict[int, int] = {}
    for row, column, cell in _placed(printed_cells(filled)):
        text = cell.stub if cell.node is None else words.label(cell.node, lang)
        size = sum(2.0 if east_asian_width(character) in "WF" else 1.0 for character in text)
        needed = ceil(size * _AIR / sum(widths[column : column + cell.column_span]) / cell.row_span)
        for down in range(cell.row_span):
            lines[row + down] = max(lines.get(row + down, 1), needed)
    return lines


def _placed(printed: tuple[tuple[Cell, ...], ...]) -> Iterator[tuple[int, int, Cell]]:
    """Yield each cell with its row and column, counted from 0; what spans push aside is moved, as in HTML."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(printed):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            taken |= {
                (row + down, column + right) for down in range(cell.row_span) for right in range(cell.column_span)
            }
            yield row, column, cell
            column += cell.column_span


def _merge(page: Worksheet, at: tuple[int, int], cell: Cell) -> None:
    if cell.row_span > 1 or cell.column_span > 1:
        row, column = at
        page.merge_cells(
            start_row=row,
            start_column=column,
            end_row=row + cell.row_span - 1,
            end_column=column + cell.column_span - 1,
        )


def _figure(page: Worksheet, at: tuple[int, int], entry: Entry | None, sums: Iterable[str]) -> None:
    from openpyxl.comments import Comment

    if entry is None or entry.status == "absent":
        cell = _write(page, *at, "", boxed=True)
        said = [words.STATUS_MEANING["absent"]]
    else:
        fill = _UNREADABLE if entry.status == "unreadable" else _FILLS[entry.grade]
        blank = entry.status == "blank" and entry.grade != "contradicted"
        shown = " ".join(entry.raw.split()) if entry.value is None else entry.value
        cell = _write(page, *at, shown, fill=None if blank else fill, boxed=True)
        said = [*_odd(entry), *(f"{words.GRADE_SIGNS['contradicted']} {text}" for text in sums)]
    if said:
        cell.comment = Comment(_text("\n".join(said)), _AUTHOR, width=340, height=30 + 22 * len(said))


def _odd(entry: Entry) -> Iterator[str]:
    """Say what the number alone does not tell."""
    raw = " ".join(entry.raw.split())
    if entry.value is not None and raw != str(entry.value):
        yield f'printed "{raw}"' if entry.status != "corrected" else f'read "{raw}"'
    if entry.status in words.STATUS_MEANING and entry.status != "blank":
        yield f"{entry.status}: {words.STATUS_MEANING[entry.status]}"
    if entry.grade in {"contradicted", "doubtful"}:
        yield f"{entry.grade}: {words.GRADE_MEANING[entry.grade]}"


def _write(
    page: Worksheet,
    row: int,
    column: int,
    value: str | int | Decimal,
    *,
    fill: str | None = None,
    bold: bool = False,
    centred: bool = False,
    boxed: bool = False,
) -> ExcelCell:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell: ExcelCell = page.cell(row, column)
    if isinstance(value, str):
        cell.value = _text(value) or None
        if cell.value is not None:
            cell.data_type = "s"  # what looks like a formula is text too
    else:
        cell.value = value
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    if bold:
        cell.font = Font(bold=True)
    if boxed:
        line = Side(style="thin", color="BBBBBB")
        cell.border = Border(left=line, right=line, top=line, bottom=line)
        cell.alignment = Alignment(horizontal="center" if centred else None, vertical="center", wrap_text=True)
    return cell


def _text(text: str) -> str:
    return _NO_TEXT.sub("\ufffd", text)[:_LONGEST]


def _noticed(book: Workbook, report: Report) -> None:
    from openpyxl.utils import get_column_letter

    page = book.create_sheet("findings")
    heads = ("severity", "code", "table", "row", "column", "page", "message", "含义")
    rows: list[tuple[str | int, ...]] = [
        (one.severity, one.code.value, *(place or "" for place in one.where[:4]), one.message, KINDS[one.code].zh)
        for one in words.findings(report)
    ]
    rows += [("", f"text: {one.key}", "", "", "", "", f"{one.value}: {one.text}") for one in report.facts]
    rows.append(("", "text: fee", "", "", "", "", words.fee_text(report.fee)))
    rows.append(("", "file", "", "", "", "", f"{report.report_id}, SHA-256 {report.sha256}"))
    for column, head in enumerate(heads, start=1):
        _write(page, 1, column, head, bold=True)
        page.column_dimensions[get_column_letter(column)].width = {"message": 80.0, "含义": 40.0}.get(head, 18.0)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            _write(page, number, column, value)


def _settled(book: Workbook) -> bytes:
    """Return the bytes of a workbook without the time at which it was written."""
    written = io.BytesIO()
    book.save(written)
    settled = io.BytesIO()
    with zipfile.ZipFile(written) as given, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = given.read(name)
            if name == "docProps/core.xml":
                data = _CHANGED.sub(rb"\g<1>" + _THEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), data)
            kept.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
