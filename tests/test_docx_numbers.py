"""The numbers that Word counts by itself stand before headings and labels as on paper."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from markup import W, differences, package, paragraph, run, word_document, zipped
from strategies import Case

import gxstudy as gx
from gxstudy.findings import Code
from gxstudy.layout import Grid, Paragraph
from gxstudy.readers import docx


def level(number: int, form: str, text: str, more: str = "") -> str:
    told = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}'
    return f'<w:lvl w:ilvl="{number}">{told}</w:lvl>'


OUTLINE = (
    level(0, "chineseCountingThousand", "%1、", '<w:pStyle w:val="Heading"/><w:suff w:val="nothing"/>')
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
)


def numbered(
    body: str, levels: str = OUTLINE, *, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> bytes:
    """A Word document whose list 1 is written with ``levels``; its style Heading is the first of them."""
    with zipfile.ZipFile(io.BytesIO(package(body))) as archive:
        files: dict[str, str | bytes] = {info.filename: archive.read(info) for info in archive.infolist()}
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    files["word/_rels/document.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{kind}/numbering" Target="numbering.xml"/>'
        f'<Relationship Id="b" Type="{kind}/styles" Target="styles.xml"/></Relationships>'
    )
    files["word/numbering.xml"] = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{nums}</w:numbering>'
    )
    files["word/styles.xml"] = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:default="1" w:styleId="a"/>'
        '<w:style w:type="paragraph" w:styleId="Heading"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        "</w:style>"
        '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Heading"/></w:style></w:styles>'
    )
    return zipped(files)


def item(text: str, at: int | None = 0, *, of: str = "1", more: str = "") -> str:
    told = "" if at is None else f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{of}"/></w:numPr>'
    return f"<w:p><w:pPr>{more}{told}</w:pPr>{run(text) if text else ''}</w:p>"


def lines(data: bytes) -> list[str]:
    (found,) = docx.read(data).pages
    assert found.blocks is not None
    return [block.text for block in found.blocks if isinstance(block, Paragraph)]


def test_headings_carry_the_numbers_that_word_counts() -> None:
    body = (
        item("总体情况")
        + item("甲", 1)
        + item("乙", 1)
        + item("丙", 2)
        + item("主动公开")
        + item("丁", 1)
        + item("戊", 2)
    )
    assert lines(numbered(body)) == [
        "一、总体情况",
        "（一）甲",
        "（二）乙",
        "1. 丙",
        "二、主动公开",
        "（一）丁",
        "1. 戊",
    ]


def test_a_style_numbers_its_paragraphs_unless_they_say_otherwise() -> None:
    heading, below = '<w:pStyle w:val="Heading"/>', '<w:pStyle w:val="Child"/>'
    body = item("甲", None, more=heading) + item("乙", None, more=below) + item("丙", of="0", more=heading)
    body += item("丁", None) + item("戊", 1, more=heading)
    assert lines(numbered(body)) == ["一、甲", "二、乙", "丙", "丁", "（一）戊"]


def test_lists_of_one_shape_count_on_unless_one_begins_anew() -> None:
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{more}</w:num>'
        for number, more in (
            (1, ""),
            (2, ""),
            (3, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'),
        )
    )
    body = item("甲") + item("乙", of="2") + item("丙", of="3") + item("丁", of="3") + item("戊", of="9")
    assert lines(numbered(body, nums=nums)) == ["一、甲", "二、乙", "五、丙", "六、丁", "戊"]


def test_what_is_deleted_or_hidden_is_not_counted() -> None:
    gone = "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr><w:rPr>{}</w:rPr></w:pPr>{}</w:p>"
    deleted = gone.format("<w:del w:id='1'/>", '<w:del w:id="2"><w:r><w:delText>旧</w:delText></w:r></w:del>')
    hidden = gone.format("<w:vanish/>", run("藏", "<w:vanish/>"))
    assert lines(numbered(item("甲") + deleted + hidden + item("乙"))) == ["一、甲", "二、乙"]


@pytest.mark.parametrize(
    "form, written",
    [
        ("decimal", ["1", "9", "10", "21"]),
        ("chineseCountingThousand", ["一", "九", "十", "二十一"]),
        ("chineseLegalSimplified", ["壹", "玖", "拾", "贰拾壹"]),
        ("ideographDigital", ["一", "九", "一〇", "二一"]),
        ("decimalEnclosedCircleChinese", ["①", "⑨", "⑩", "21"]),
        ("upperRoman", ["I", "IX", "X", "XXI"]),
        ("lowerLetter", ["a", "i", "j", "u"]),
        ("ideographTraditional", ["甲", "壬", "癸", "甲"]),
        ("decimalZero", ["01", "09", "10", "21"]),
        ("decimalFullWidth", ["１", "９", "１０", "２１"]),
        ("none", ["", "", "", ""]),
    ],
)
def test_numbers_are_written_as_the_list_says(form: str, written: list[str]) -> None:
    body = "".join(item("项") for _ in range(21))
    found = lines(numbered(body, level(0, form, "%1）")))
    assert [found[number - 1] for number in (1, 9, 10, 21)] == [f"{number}）项" for number in written]


def test_a_hundred_and_more_in_words() -> None:
    found = lines(numbered(item("项") * 120, level(0, "chineseCountingThousand", "第%1项：")))
    assert [found[number - 1].partition("项")[0] for number in (20, 100, 101, 110, 120)] == [
        "第二十",
        "第一百",
        "第一百零一",
        "第一百一十",
        "第一百二十",
    ]


def test_labels_in_a_table_are_numbered_and_what_a_merged_cell_covers_is_not() -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>" + paragraph("0") + "</w:tc></w:tr>"
    covered = (
        "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>" + item("") + "</w:tc><w:tc>" + paragraph("3") + "</w:tc></w:tr>"
    )
    first = (
        "<w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + item("国家秘密") + "</w:tc><w:tc>" + paragraph("1")
    )
    body = f"<w:tbl>{first}</w:tc></w:tr>{covered}{row.format(item('其他'))}</w:tbl>"
    (page,) = docx.read(numbered(body, level(0, "decimal", "%1."))).pages
    assert page.blocks is not None
    (grid,) = page.blocks
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.cells] == ["1. 国家秘密", "1", "3", "2. 其他", "0"]


def test_a_bullet_before_a_figure_makes_it_no_number_as_on_paper() -> None:
    body = f"<w:tbl><w:tr><w:tc>{paragraph('甲')}</w:tc><w:tc>{item('5')}</w:tc></w:tr></w:tbl>"
    (page,) = docx.read(numbered(body, level(0, "bullet", "\uf0b7"))).pages
    assert page.blocks is not None
    (grid,) = page.blocks
    assert isinstance(grid, Grid)
    assert grid.cells[1].text == "• 5"


def test_a_report_whose_numbers_word_counts_is_read_as_one_that_has_them() -> None:
    case = Case()
    with zipfile.ZipFile(io.BytesIO(word_document(case.specimen, case.layout))) as archive:
        written = archive.read("word/document.xml").decode()
    body = re.search("<w:body>(.*)</w:body>", written, re.DOTALL)
    assert body is not None

    def counted(found: re.Match[str]) -> str:
        at = 1 if found["second"] else 2
        told = f"<w:numPr><w:ilvl w:val='{at}'/><w:numId w:val='1'/></w:numPr>"
        return f"<w:p><w:pPr>{found['rest']}{told}</w:pPr>{found['runs']}"

    paragraphs = re.sub(
        r'<w:p><w:pPr>(?P<rest>(?:(?!</w:pPr>).)*)</w:pPr>(?P<runs>(?:(?!</w:p>|<w:t ).)*<w:t xml:space="preserve">)'
        r"(?:（(?P<second>[一二三四五六七])）|(?P<third>\d)\.)",
        counted,
        body[1],
    )
    assert paragraphs.count("<w:numPr>") == 7 + 19
    assert ">属于国家秘密" in paragraphs
    report = gx.read_report(numbered(paragraphs))
    plain = gx.read_report(word_document(case.specimen, case.layout))
    assert differences(report, case.expected) == {}
    assert report.findings == plain.findings


@pytest.mark.parametrize("part", ["word/numbering.xml", "word/styles.xml", "word/_rels/document.xml.rels"])
def test_numbers_that_cannot_be_read_cost_nothing_else_and_are_said(part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(numbered(item("甲")))) as archive:
        files: dict[str, str | bytes] = {info.filename: archive.read(info) for info in archive.infolist()}
    document = docx.read(zipped(files | {part: "<broken"}))
    (found,) = document.findings
    assert found.code is Code.NUMBERING_UNREAD
    assert part in found.message


def test_a_way_to_write_numbers_that_is_not_known_is_said() -> None:
    (found,) = docx.read(numbered(item("甲"), level(0, "hebrew1", "%1、"))).findings
    assert found.code is Code.NUMBERING_UNREAD
    assert "hebrew1" in found.message


def test_styles_that_rest_on_one_another_in_a_circle_end() -> None:
    with zipfile.ZipFile(io.BytesIO(numbered(item("甲", None, more='<w:pStyle w:val="x"/>')))) as archive:
        files: dict[str, str | bytes] = {info.filename: archive.read(info) for info in archive.infolist()}
    files["word/styles.xml"] = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="x"><w:basedOn w:val="y"/></w:style>'
        '<w:style w:styleId="y"><w:basedOn w:val="x"/></w:style></w:styles>'
    )
    assert lines(zipped(files)) == ["甲"]
