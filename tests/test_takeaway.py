"""A workbook that looks like the form and says what is odd; citations that programs can read."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import handmade
import openpyxl
import pytest

import gxstudy
from gxstudy.errors import CallError

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"


def workbook(path: Path, report: gxstudy.Report) -> openpyxl.Workbook:
    assert gxstudy.to_excel(report, path) == path
    return openpyxl.load_workbook(path)


def test_tables_are_laid_out_as_the_form_prints_them(tmp_path: Path) -> None:
    report = gxstudy.read_report(RAW / "reports" / "hongze-2023.pdf")
    book = workbook(tmp_path / "one.xlsx", report)
    assert book.sheetnames == ["disclosure", "applications", "disputes", "findings"]
    noticed = list(book["findings"].values)
    assert (noticed[0][1], noticed[0][-1]) == ("code", "含义")
    assert (noticed[1][1], noticed[1][-1]) == ("identity_failed", "合计不成立")
    disputes = book["disputes"]
    assert disputes["A1"].value == "洪泽区人民政府, 2023"
    merged = {str(area) for area in disputes.merged_cells.ranges}
    assert {"A3:E3", "A4:A5", "F3:O3", "F4:J4", "K4:O4"} <= merged
    assert disputes["A3"].value.startswith("行政复议")
    assert [cell.value for cell in disputes[6]] == [10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0]


def test_every_figure_is_in_the_workbook_once(tmp_path: Path) -> None:
    report = gxstudy.read_report(RAW / "reports" / "hotan-science-2024.pdf")
    book = workbook(tmp_path / "one.xlsx", report)
    for sheet in report.sheets:
        values = [cell.value for row in book[sheet.table].iter_rows(min_row=3) for cell in row]
        numbers = [value for value in values if isinstance(value, (int, float))]
        assert sorted(numbers) == sorted(entry.value for entry in sheet.entries if entry.value is not None)


def test_a_comment_says_what_the_number_does_not(tmp_path: Path) -> None:
    printed = {
        **handmade.HONGZE_DISPUTES,
        ("disclosure", "licensing", "decisions"): "12件",
        ("disclosure", "penalties", "decisions"): "l2",
        ("disclosure", "coercion", "decisions"): "",
    }
    book = workbook(tmp_path / "one.xlsx", handmade.report(printed))
    said = {cell.value: cell.comment.text for row in book["disclosure"].iter_rows() for cell in row if cell.comment}
    assert said[12].startswith('printed "12件"\nannotated: ')
    assert said["l2"].startswith("unreadable: ")
    totals = [cell for cell in book["disputes"][6] if cell.comment]
    assert len(totals) == 10
    assert "行政复议: 10+1+0+0 = 11, printed 0" in totals[0].comment.text


def test_what_looks_like_a_formula_is_text_and_what_no_workbook_holds_is_replaced(tmp_path: Path) -> None:
    printed = {("disclosure", "licensing", "decisions"): '=HYPERLINK("x")', ("disputes", "review", "upheld"): "1\x012"}
    book = workbook(tmp_path / "one.xlsx", handmade.report(printed, organ="=1+1"))
    cells = [cell for row in book["disclosure"].iter_rows() for cell in row]
    (hostile,) = (cell for cell in cells if cell.value == '=HYPERLINK("x")')
    assert hostile.data_type == "s"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "1\ufffd2" in [cell.value for row in book["disputes"].iter_rows() for cell in row]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    report = gxstudy.read_report(RAW / "reports" / "hongze-2023.pdf")
    first, second = (gxstudy.to_excel(report, tmp_path / name) for name in ("one.xlsx", "two.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as kept:
        assert {one.date_time for one in kept.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-01-01T00:00:00Z" in kept.read("docProps/core.xml")


def test_a_report_is_cited_by_what_it_prints_and_by_its_hash() -> None:
    report = gxstudy.read_report(RAW / "reports" / "hongze-2023.pdf")
    told = gxstudy.cite(report)
    assert told.startswith("@misc{hongze-2023,\n")
    assert "  author = {{洪泽区人民政府}},\n" in told
    assert "  title = {{洪泽区人民政府2023年政府信息公开工作年度报告}},\n" in told
    assert report.sha256 in told
    (item,) = json.loads(gxstudy.cite(report, style="csl"))
    assert item["author"] == [{"literal": "洪泽区人民政府"}]
    assert item["type"] == "report"


def test_special_characters_do_not_break_bibtex() -> None:
    odd = handmade.report(organ="A & B_{x} 100% #1 \\ $ ~ ^", source="https://example.org/a_b?x=1&y=2")
    told = gxstudy.cite(odd)
    assert "A \\& B\\_\\{x\\} 100\\% \\#1 \\textbackslash  \\$ \\textasciitilde  \\textasciicircum " in told
    assert "  url = {https://example.org/a_b?x=1&y=2},\n" in told
    bare = re.sub(r"\\[{}]", "", told)
    assert bare.count("{") == bare.count("}")


def test_a_dataset_is_cited_with_its_software_and_if_asked_with_every_report(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, as_ in (("hongze-2023", "甲"), ("hongze-2024", "hongze 2024")):
        shutil.copy(RAW / "reports" / f"{name}.pdf", raw / f"{as_}.pdf")
    corpus = gxstudy.build(raw, tmp_path / "out", jobs=1)
    dataset, software = json.loads(gxstudy.cite(corpus, style="csl"))
    assert dataset["title"] == "Figures of 2 annual reports on open government information in China, 2023–2024"
    assert software["version"] == gxstudy.__version__
    items = json.loads(gxstudy.cite(corpus, style="csl", reports=True))
    assert {item["id"] for item in items[2:]} == {f"gx-{corpus.reports['sha256'][1][:12]}", "hongze-2024"} or len(
        {item["id"] for item in items}
    ) == 4
    assert gxstudy.cite(corpus, reports=True).count("@misc{") == 4


def test_what_cannot_be_cited_says_so() -> None:
    with pytest.raises(CallError, match="expected one of bibtex, csl"):
        gxstudy.cite(handmade.report(), style="apa")  # type: ignore[arg-type]
    with pytest.raises(CallError, match="not int"):
        gxstudy.cite(3)  # type: ignore[arg-type]
