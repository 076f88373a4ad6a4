"""Word documents: the final text, merged cells, text boxes, fields; other packages, damage and hostile files."""

from __future__ import annotations

import copy
import io
import random
import resource
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markup import (
    Rework,
    Td,
    W,
    WordQuirks,
    as_they_are,
    contents,
    differences,
    docx_table,
    package,
    paragraph,
    run,
    spans,
    text_box,
    unmarked,
    word_document,
    zipped,
)
from strategies import Case, cases, plain_cases

import gxstudy as gx
from gxstudy.errors import (
    EmptyFileError,
    EncryptedFileError,
    NoTextLayerError,
    TruncatedFileError,
    UnknownFileKindError,
    UnreadableFileError,
)
from gxstudy.findings import Code
from gxstudy.layout import Paragraph
from gxstudy.readers import docx
from gxstudy.report import Report
from gxstudy.specimens import Layout


def blocks(body: str) -> list[str | list[list[str]]]:
    """Paragraphs as strings, grids as lists of rows of texts."""
    return contents(docx.read(package(body)))


def places(body: str) -> dict[str, tuple[int, int, int, int]]:
    return spans(docx.read(package(body)))


def text(runs: str) -> str:
    (only,) = blocks(f"<w:p>{runs}</w:p>")
    assert isinstance(only, str)
    return only


def read(case: Case, quirks: WordQuirks | None = None, *, rework: Rework = as_they_are) -> Report:
    return gx.read_report(word_document(case.specimen, case.layout, quirks or WordQuirks(), rework=rework))


# The same report in three kinds of file -------------------------------------------------------------------------------


def test_one_report_in_three_kinds_of_file_gives_the_same_frames(shared: Path) -> None:
    reports = [gx.read_report(shared / "reports" / f"hotan-science-2024.{ending}") for ending in ("pdf", "docx", "txt")]
    assert [report.kind for report in reports] == ["pdf", "docx", "text"]
    columns = ["organ", "year", "edition", "table", "row", "column", "value", "raw", "status", "grade"]
    frames = [gx.tidy(report)[columns] for report in reports]
    assert len(frames[0]) == 200
    for frame in frames[1:]:
        assert frame.equals(frames[0])
    assert len({(report.fee.stated, report.fee.yuan, report.fee.text) for report in reports}) == 1
    assert reports[0].fee.stated == "none"
    assert reports[1].findings == reports[2].findings == ()
    assert [block.text for block in reports[1].paragraphs] == [block.text for block in reports[2].paragraphs]


# Text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "runs, expected",
    [
        (run("政府") + run("信息"), "政府信息"),
        (run(" 5 ") + run("件"), "5 件"),
        (f"<w:del>{run('旧')}<w:r><w:delText>旧</w:delText></w:r></w:del><w:ins>{run('新')}</w:ins>", "新"),
        (f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>", "新"),
        (f"<w:ins><w:del>{run('又')}</w:del></w:ins>{run('新')}", "新"),
        (run("藏", "<w:vanish/>") + run("见"), "见"),
        (run("见", '<w:vanish w:val="0"/>') + run("也", '<w:vanish w:val="false"/>'), "见也"),
        (f"<w:hyperlink><w:smartTag>{run('链')}</w:smartTag></w:hyperlink>", "链"),
        (f'<w:fldSimple w:instr="DATE">{run("2024年")}</w:fldSimple>', "2024年"),
        (
            '<w:bookmarkStart w:id="1" w:name="甲"/>'
            + run("书")
            + '<w:bookmarkEnd w:id="1"/><w:r><w:lastRenderedPageBreak/></w:r>',
            "书",
        ),
        (f"<w:sdt><w:sdtPr><w:alias w:val='甲'/></w:sdtPr><w:sdtContent>{run('控')}</w:sdtContent></w:sdt>", "控"),
        (f"<w:ruby><w:rt>{run('yin')}</w:rt><w:rubyBase>{run('音')}</w:rubyBase></w:ruby>", "音"),
        (run("12") + run("3", '<w:vertAlign w:val="superscript"/>'), "12³"),
        (run("12") + run("3", '<w:vertAlign w:val="baseline"/>'), "123"),
        (run("1", "<w:strike/>") + run("2", '<w:strike w:val="0"/>'), "1\u03362"),
        (run("1", "<w:dstrike/>"), "1\u0336"),
        ("<w:r><w:t>2019</w:t><w:noBreakHyphen/><w:t>2020</w:t><w:softHyphen/></w:r>", "2019-2020"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "\uf0fc"),
        ('<w:r><w:sym w:font="x" w:char="zz"/></w:r>', "\ufffd"),
        ("<m:oMath><m:r><m:t>5</m:t></m:r></m:oMath>", "5"),
        ("<w:r><w:tab/><w:t>首</w:t><w:tab/><w:t>尾</w:t></w:r>", "首\t尾"),
        (run("正") + "<w:r><w:footnoteReference w:id='2'/></w:r>", "正"),
    ],
)
def test_the_text_of_a_paragraph_is_what_is_printed(runs: str, expected: str) -> None:
    assert text(runs) == expected


def field(*parts: str) -> str:
    return "".join(
        f'<w:r><w:fldChar w:fldCharType="{part}"/></w:r>' if part in ("begin", "separate", "end") else part
        for part in parts
    )


CODE = "<w:r><w:instrText> PAGE </w:instrText></w:r>"


@pytest.mark.parametrize(
    "runs, expected",
    [
        (field("begin", CODE, "separate", run("7"), "end") + run("页"), "7页"),
        (field("begin", CODE, run("码"), "separate", run("7"), "end"), "7"),
        (field("begin", CODE, "end") + run("无果"), "无果"),
        (field("begin", field("begin", CODE, "separate", run("内"), "end"), CODE, "separate", run("外"), "end"), "外"),
        (field("separate", "end") + run("乱"), "\ufffd乱"),
        (field("begin", CODE, run("7"), "end") + run("无果"), "\ufffd无果"),
        (field(run("9"), "separate", run("7"), "end"), "9\ufffd7"),
    ],
)
def test_of_a_field_the_result_is_kept(runs: str, expected: str) -> None:
    assert text(runs) == expected


def test_a_field_left_open_does_not_swallow_the_rest() -> None:
    assert blocks(f"<w:p>{field('begin', CODE)}</w:p>{paragraph('正文')}") == ["正文"]


def test_soft_and_page_breaks_end_lines() -> None:
    body = (
        "<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:cr/><w:t>三</w:t><w:br w:type='page'/><w:t>四</w:t></w:r></w:p>"
    )
    assert blocks(body) == ["一", "二", "三", "四"]


@pytest.mark.parametrize("mark", ["del", "moveFrom"])
def test_a_paragraph_whose_end_is_deleted_runs_on(mark: str) -> None:
    first = f"<w:p><w:pPr><w:rPr><w:{mark} w:id='1'/></w:rPr></w:pPr>{run('政府信息')}</w:p>"
    assert blocks(first + paragraph("公开工作") + paragraph("年度报告")) == ["政府信息公开工作", "年度报告"]


def test_a_text_box_follows_its_paragraph_and_is_read_once() -> None:
    box = text_box(paragraph("框一") + paragraph("框二"))
    assert blocks(f"<w:p>{run('前')}{box}{run('后')}</w:p>") == ["前后", "框一", "框二"]
    old = f"<v:shape><v:textbox><w:txbxContent>{paragraph('旧框')}</w:txbxContent></v:textbox></v:shape>"
    assert blocks(f"<w:p><w:r><w:pict>{old}</w:pict></w:r></w:p>") == ["旧框"]


def test_a_table_in_a_text_box_is_a_table() -> None:
    table = docx_table([[Td("甲"), Td("1")], [Td("乙"), Td("2")]])
    assert blocks(f"<w:p>{run('前')}{text_box(table)}</w:p>") == ["前", [["甲", "1"], ["乙", "2"]]]


def test_a_text_box_in_a_cell_belongs_to_the_cell() -> None:
    cell = f"<w:tc><w:p>{text_box(paragraph('5'))}</w:p></w:tc>"
    assert blocks(f"<w:tbl><w:tr><w:tc>{paragraph('甲')}</w:tc>{cell}</w:tr></w:tbl>") == [[["甲", "5"]]]


def test_a_picture_in_a_cell_is_no_blank_but_a_floating_stamp_is_nothing() -> None:
    def cells(drawing: str) -> list[str | list[list[str]]]:
        drawn = f"<w:tc><w:p><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p></w:tc>"
        return blocks(tbl(tc("甲") + drawn, tc("乙") + "<w:tc><w:p/></w:tc>"))

    assert cells("<wp:inline/>") == [[["甲", "\ufffc"], ["乙", ""]]]
    assert cells("<wp:anchor/>") == [[["甲", ""], ["乙", ""]]]


# Tables ---------------------------------------------------------------------------------------------------------------


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(content)}</w:tc>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


RESTART, GO_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_merged_cells_have_their_spans() -> None:
    body = tbl(
        tc("甲", RESTART) + tc("乙", '<w:gridSpan w:val="2"/>') + tc("丙"),
        tc("", GO_ON) + tc("丁") + tc("戊", RESTART) + tc("己"),
        tc("", '<w:vMerge w:val="continue"/>') + tc("庚") + tc("", GO_ON) + tc("辛"),
    )
    assert places(body) == {
        "甲": (0, 0, 3, 1),
        "乙": (0, 1, 1, 2),
        "丙": (0, 3, 1, 1),
        "丁": (1, 1, 1, 1),
        "戊": (1, 2, 2, 1),
        "己": (1, 3, 1, 1),
        "庚": (2, 1, 1, 1),
        "辛": (2, 3, 1, 1),
    }


def test_merged_cells_that_lie() -> None:
    """A cell goes on with none above it, or with one that begins elsewhere: it stands for itself."""
    assert places(
        tbl(tc("甲", GO_ON) + tc("1"), tc("乙", '<w:gridSpan w:val="2"/>') + tc("2"), tc("丙") + tc("丁", GO_ON))
    ) == {
        "甲": (0, 0, 1, 1),
        "1": (0, 1, 1, 1),
        "乙": (1, 0, 1, 2),
        "2": (1, 2, 1, 1),
        "丙": (2, 0, 1, 1),
        "丁": (2, 1, 1, 1),
    }
    assert places(tbl(tc("甲", '<w:gridSpan w:val="x"/>') + tc("1", '<w:gridSpan w:val="99999"/>')))["1"] == (
        0,
        1,
        1,
        100,
    )


def test_what_a_merged_cell_covers_is_not_printed() -> None:
    assert blocks(tbl(tc("甲", RESTART) + tc("1"), tc("盖", GO_ON) + tc("2"))) == [[["甲", "1"], ["2"]]]
    assert blocks(tbl(tc("甲", '<w:hMerge w:val="restart"/>') + tc("盖", "<w:hMerge/>") + tc("1"))) == [[["甲", "1"]]]


def test_rows_and_cells_that_are_hidden_or_deleted_are_not_there() -> None:
    rows = "".join(
        f"<w:tr><w:trPr>{properties}</w:trPr>{tc(label)}{tc('1')}</w:tr>"
        for label, properties in (
            ("甲", ""),
            ("乙", "<w:del w:id='1'/>"),
            ("丙", "<w:hidden/>"),
            ("丁", "<w:ins w:id='2'/>"),
        )
    )
    deleted = tc("9", '<w:cellDel w:id="3"/>')
    assert blocks(f"<w:tbl>{rows}<w:tr>{tc('戊')}{deleted}{tc('2')}</w:tr></w:tbl>") == [
        [["甲", "1"], ["丁", "1"], ["戊", "2"]]
    ]


def test_a_row_may_begin_further_in() -> None:
    second = f"<w:trPr><w:gridBefore w:val='1'/></w:trPr>{tc('2')}"
    assert places(tbl(tc("甲") + tc("1"), second))["2"] == (1, 1, 1, 1)


def test_tables_in_tables() -> None:
    inner = tbl(tc("甲") + tc("1"), tc("乙") + tc("2"))
    outer = f"<w:tbl><w:tr><w:tc>{paragraph('前')}{inner}{paragraph('后')}</w:tc></w:tr></w:tbl>"
    assert blocks(outer) == ["前", [["甲", "1"], ["乙", "2"]], "后"]
    boxed = f"<w:tc>{tbl(tc('3'))}<w:p/></w:tc>"
    assert blocks(f"<w:tbl><w:tr>{tc('甲')}{boxed}</w:tr></w:tbl>") == [[["甲", "3"]]]


def test_lines_and_paragraphs_of_a_cell_are_joined() -> None:
    label = paragraph("本年新\n制作") + paragraph("数量")
    figures = paragraph("1") + paragraph("2")
    assert blocks(tbl(f"<w:tc>{label}</w:tc><w:tc>{figures}</w:tc>")) == [[["本年新制作数量", "1 2"]]]


# Documents that other programs write ----------------------------------------------------------------------------------


def test_a_document_of_another_library_is_read() -> None:
    case = Case()
    document = python_docx.Document()
    document.add_heading(f"{case.organ}{case.year}年政府信息公开工作年度报告", 0)
    from gxstudy.specimens.cells import parts

    for part in parts(case.specimen, case.layout):
        table = document.add_table(part.height, len(part.widths))
        for cell in part.cells:
            first, last = table.cell(cell.y, cell.x), table.cell(cell.bottom - 1, cell.x + cell.colspan - 1)
            merged = first.merge(last)
            merged.text = cell.text
    document.add_paragraph("本年度未收取信息处理费。")
    saved = io.BytesIO()
    document.save(saved)
    report = gx.read_report(saved.getvalue())
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year, report.kind, report.fee.stated) == (case.organ, case.year, "docx", "none")


def test_tab_stops_write_tables_but_indents_do_not() -> None:
    indented = "".join(f"<w:p><w:r><w:tab/><w:t>{word}政府信息公开。</w:t></w:r></w:p>" for word in "一二三四五六")
    assert blocks(indented) == [f"{word}政府信息公开。" for word in "一二三四五六"]
    rows = "".join(f"<w:p><w:r><w:t>{word}</w:t><w:tab/><w:t>1</w:t></w:r></w:p>" for word in "一二三四五")
    assert blocks(rows) == [[[word, "1"] for word in "一二三四五"]]


def test_a_word_document_has_no_places_on_paper() -> None:
    report = read(Case())
    assert (report.kind, report.pages) == ("docx", 1)
    assert all(entry.boxes == () for entry in report.entries)


def test_files_inserted_as_they_are_are_said_not_to_be_read() -> None:
    document = docx.read(package(paragraph("正文") + '<w:altChunk w:id="1"/>'))
    (found,) = document.findings
    assert (found.code, found.severity) == (Code.PAGE_UNREADABLE, "error")


def test_an_embedded_workbook_is_said_not_to_be_read() -> None:
    data = '<w:p><w:r><w:object><v:shape><v:imagedata/></v:shape><o:OLEObject xmlns:o="urn:o" ProgID="Excel.Sheet.12"/>'
    document = docx.read(package(paragraph("正文") + data + "</w:object></w:r></w:p>"))
    (found,) = document.findings
    assert found.code is Code.PAGE_UNREADABLE
    assert "Excel.Sheet.12" in found.message


@pytest.mark.parametrize(
    "lost",
    [
        "<w:r><w:x>12</w:x></w:r>",
        "<w:r><w:t>1</w:t><w:x>2</w:x></w:r>",
        "<w:r><w:t/>12</w:r>",
        "<w:r>12</w:r>",
        field("begin", CODE, run("12"), "end"),
        '<w:r><w:drawing><wp:anchor><p:pic xmlns:p="urn:p"/></wp:anchor></w:drawing></w:r>',
    ],
)
def test_what_may_be_a_figure_in_a_cell_does_not_make_it_blank(lost: str) -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    rows = row.format(paragraph("甲"), f"<w:p>{lost}</w:p>") + row.format(paragraph("乙"), paragraph("2"))
    (grid,) = blocks(f"<w:tbl>{rows}</w:tbl>")
    assert isinstance(grid, list)
    assert grid[1] == ["乙", "2"]
    assert set(grid[0][1]) & {"\ufffd", "\ufffc"}


# Round trip -----------------------------------------------------------------------------------------------------------

quirky = st.builds(
    WordQuirks,
    runs=st.booleans(),
    changes=st.booleans(),
    hidden=st.booleans(),
    fields=st.booleans(),
    controls=st.booleans(),
    boxes=st.booleans(),
    nested=st.integers(0, 2),
    strict=st.booleans(),
    target=st.sampled_from(["word/document.xml", "word/document2.xml", "word/main/text.xml"]),
)


@given(case=plain_cases(hybrids=True, notes=True), quirks=quirky)
def test_a_document_is_read_exactly_whatever_the_quirks(case: Case, quirks: WordQuirks) -> None:
    report = read(case, quirks)
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year) == (case.organ, case.year)


@settings(max_examples=100)
@given(case=cases(of=("wording", "structure"), hybrids=True, notes=True), quirks=quirky)
def test_nothing_is_wrong_without_a_mark(case: Case, quirks: WordQuirks) -> None:
    assert unmarked(read(case, quirks), case.expected) == {}


def test_a_lost_cell_makes_its_row_unreadable() -> None:
    case = Case()
    report = read(
        case,
        rework=lambda table, rows: [
            row[:-1] if table == "applications" and n == 7 else row for n, row in enumerate(rows)
        ],
    )
    wrong = differences(report, case.expected)
    assert {row for _, row, _ in wrong} == {"denied.state_secret"}
    assert {status for _, _, status in wrong.values()} == {"unreadable"}


@pytest.mark.parametrize("disputes", ["across", "split", "matrix", "down"])
def test_disputes_in_every_shape(disputes: str) -> None:
    case = Case(layout=Layout(disputes=disputes))  # type: ignore[arg-type]
    assert differences(read(case), case.expected) == {}
    blank = replace(case, kind="sparse", zero="")
    assert differences(read(blank), blank.expected) == {}


# Other packages, damage, hostile files --------------------------------------------------------------------------------

DOCUMENT = package(paragraph("正文") * 50)


@given(st.integers(0, len(DOCUMENT) - 1))
def test_a_cut_off_document_says_so(length: int) -> None:
    with pytest.raises(TruncatedFileError, match="cut off or damaged"):
        docx.read(DOCUMENT[:length])


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 255))
def test_a_damaged_document_is_read_or_refused(at: int, flip: int) -> None:
    damaged = bytearray(DOCUMENT)
    damaged[at] ^= flip
    try:
        document = docx.read(bytes(damaged))
    except UnreadableFileError:
        return
    assert document.pages[0].blocks


def test_missing_parts_are_named() -> None:
    with pytest.raises(TruncatedFileError, match=r"no part '/word/document\.xml'"):
        docx.read(zipped({"word/styles.xml": "<a/>"}))
    without_relations = zipped(
        {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{paragraph("文")}</w:body></w:document>'}
    )
    assert docx.read(without_relations).pages[0].blocks == (Paragraph(1, "文"),)


def test_a_damaged_part_is_named() -> None:
    with pytest.raises(TruncatedFileError, match=r"'word/document\.xml'.*cannot be read"):
        docx.read(package("<w:p><w:r>"))


def test_packages_of_other_kinds_are_named() -> None:
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="/xl/workbook.xml"/></Relationships>'
    with pytest.raises(UnknownFileKindError, match="begins with <workbook>"):
        docx.read(zipped({"_rels/.rels": relations, "xl/workbook.xml": "<workbook/>"}))


def test_documents_without_text() -> None:
    with pytest.raises(EmptyFileError, match="no text"):
        docx.read(package("<w:p/>"))
    picture = "<w:p><w:r><w:drawing><wp:inline/></w:drawing></w:r></w:p>"
    with pytest.raises(NoTextLayerError, match="2 pictures and no text"):
        docx.read(package(picture * 2))


def test_a_password_is_asked_for() -> None:
    locked = bytearray(DOCUMENT)
    start = 0
    while (start := locked.find(b"PK\x01\x02", start)) >= 0:
        locked[start + 8] |= 1
        start += 4
    with pytest.raises(EncryptedFileError, match="password"):
        docx.read(bytes(locked))
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedFileError, match="password"):
        gx.read_report(container)


def _with_type(declared: str, *, encoding: str = "UTF-8") -> bytes:
    source = (
        f'<?xml version="1.0" encoding="{encoding}"?>{declared}<w:document xmlns:w="{W}"><w:body>'
        "<w:p><w:r><w:t>a&x;b</w:t></w:r></w:p></w:body></w:document>"
    )
    return zipped({"word/document.xml": source.encode(encoding)})


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE w [<!ENTITY x "y">]>',
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/w.dtd">',
        "<!DOCTYPE w [<!ENTITY l0 'ha'>"
        + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
        + "<!ENTITY x '&l11;'>]>",
    ],
)
def test_no_document_type_is_declared(declared: str, encoding: str) -> None:
    with pytest.raises(UnreadableFileError, match="document type declaration"):
        docx.read(_with_type(declared, encoding=encoding))


def _bomb(content: bytes) -> bytes:
    return zipped({"_rels/.rels": "<Relationships/>", "word/document.xml": content})


def _lying_about_its_size() -> bytes:
    """A part of 80 MB that says it has 100 bytes."""
    lying = bytearray(_bomb(b"<" + b" " * 80_000_000))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = lying.rfind(signature)
        lying[start + offset : start + offset + 4] = (100).to_bytes(4, "little")
    return bytes(lying)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (lambda: _bomb(b" " * 100_000_000), "expands from"),
    "a bomb that says it is small": (_lying_about_its_size, "cut off or damaged"),
    "steep, not large": (lambda: _bomb(b"<w:p/>" * 3_000_000), "times its size"),
    "many tags": (lambda: package("".join(f"<w:p w:a='{n}'/>" for n in range(1_100_000))), "tags; at most"),
    "deep nesting": (lambda: package("<w:ins>" * 5000 + "</w:ins>" * 5000), "Excessive depth"),
    "deep tables": (lambda: package("<w:tbl><w:tr><w:tc>" * 900 + "</w:tc></w:tr></w:tbl>" * 900), "Excessive depth"),
    "endless text": (
        lambda: package("".join(paragraph(f"政府信息公开{n}" * 2_000) for n in range(150))),
        "characters of text",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_time_and_memory(name: str) -> None:
    build, message = HOSTILE[name]
    data = build()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(UnreadableFileError, match=message):
        docx.read(data)
    assert time.process_time() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_only_the_parts_that_are_needed_are_opened() -> None:
    with zipfile.ZipFile(io.BytesIO(DOCUMENT)) as archive:
        files: dict[str, str | bytes] = {info.filename: archive.read(info) for info in archive.infolist()}
    files |= {"word/media/image1.png": b"0" * 50_000_000, "word/styles.xml": "<broken", "../../etc/x": "x"}
    assert docx.read(zipped(files)).pages == docx.read(DOCUMENT).pages


def test_a_document_is_read_in_a_blink(shared: Path) -> None:
    data = (shared / "reports" / "hotan-science-2024.docx").read_bytes()
    times = []
    for _ in range(5):
        start = time.process_time()
        docx.read(data)
        times.append(time.process_time() - start)
    assert min(times) < 0.2


# Structure shaken -----------------------------------------------------------------------------------------------------

_WRAPS = ("ins", "sdtContent", "smartTag", "hyperlink", "customXml", "fldSimple", "moveTo", "dir")
_STRAYS = (
    *(
        "p",
        "tc",
        "tr",
        "tbl",
        "r",
        "sdt",
        "del",
        "ins",
        "txbxContent",
        "vMerge",
        "bookmarkStart",
        "proofErr",
        "fldChar",
    ),
    *("br", "tab", "lastRenderedPageBreak", "sectPr", "tcPr", "trPr", "rPr", "vanish", "gridSpan", "t"),
)


def shaken(data: bytes, numbers: random.Random) -> bytes:
    """A Word document with elements put in, wrapped, moved, doubled or taken out, none of them with a figure in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, str | bytes] = {info.filename: archive.read(info) for info in archive.infolist()}
    root = etree.fromstring(files["word/document.xml"])  # type: ignore[arg-type]
    for _ in range(numbers.choice((1, 2, 5))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)][2:]
        element, kind = numbers.choice(elements), numbers.randrange(5)
        parent = element.getparent()
        if kind == 0:
            element.addprevious(etree.Element(f"{{{W}}}{numbers.choice(_STRAYS)}"))
        elif kind == 1 and parent is not None:
            wrap = etree.Element(f"{{{W}}}{numbers.choice(_WRAPS)}")
            parent.replace(element, wrap)
            wrap.append(element)
        elif kind == 2:
            for name in element.attrib:
                element.set(name, numbers.choice(("0", "1", "2", "99", "x", "restart", "continue", "")))
        elif parent is not None and not any(character.isdigit() for character in "".join(element.itertext())):
            if kind == 3:
                parent.remove(element)
            else:
                element.addnext(copy.deepcopy(element))
    return zipped(files | {"word/document.xml": etree.tostring(root)})


@settings(max_examples=25)
@given(case=plain_cases(kinds=("distinct",)), seed=st.integers(0, 2**32 - 1))
def test_a_document_whose_structure_is_shaken_is_read_rightly_or_says_so(case: Case, seed: int) -> None:
    data = shaken(word_document(case.specimen, case.layout), random.Random(seed))
    try:
        report = gx.read_report(data)
    except UnreadableFileError:
        return
    grades = {(entry.table, entry.row, entry.column): entry.grade for entry in report.entries}
    wrong = {place: seen for place, seen in unmarked(report, case.expected).items() if seen[2] != "blank"}
    assert {place: seen for place, seen in wrong.items() if grades.get(place) != "contradicted"} == {}
