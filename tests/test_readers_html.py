"""Saved web pages: what is a table, where its cells stand, what is text; bytes, lies, and hostile pages."""

from __future__ import annotations

import random
import re
import resource
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import (
    PLAIN,
    Quirks,
    Rework,
    Row,
    as_they_are,
    contents,
    differences,
    only_grid,
    page,
    spans,
    unmarked,
    web_page,
)
from strategies import Case, cases, plain_cases
from test_readers_text import WRITINGS, report_items

import gxstudy as gx
from gxstudy.errors import EmptyFileError, UnknownFileKindError, UnreadableFileError
from gxstudy.findings import Code
from gxstudy.layout import Grid, Paragraph
from gxstudy.readers import html
from gxstudy.report import Report
from gxstudy.specimens import Layout
from gxstudy.text import read_number


def blocks(body: str) -> list[str | list[list[str]]]:
    """Paragraphs as strings, grids as lists of rows of texts."""
    return contents(html.read(f"<body>{body}</body>".encode()))


def grid(body: str) -> Grid:
    return only_grid(html.read(f"<body>{body}</body>".encode()))


def places(body: str) -> dict[str, tuple[int, int, int, int]]:
    return spans(html.read(f"<body>{body}</body>".encode()))


def cell(inner: str) -> str:
    """The text of a table cell with this content."""
    found = grid(f"<table><tr><td>标签</td><td>{inner}</td></tr><tr><td>标签</td><td>2</td></tr></table>")
    return found.cells[1].text


def read(case: Case, quirks: Quirks = PLAIN, *, rework: Rework = as_they_are) -> Report:
    return gx.read_report(web_page(case.specimen, case.layout, quirks, rework=rework).encode())


def codes(report: Report) -> set[str]:
    return {found.code.value for found in report.findings}


# Characters -----------------------------------------------------------------------------------------------------------

SENTENCE = "和田地区科技局2024年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "declared", ["utf-8", "gb2312", "gbk", "GB18030", "iso-8859-1", "big5", "utf-16", "x-user", ""]
)
@pytest.mark.parametrize("written", ["utf-8", "gbk", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_bytes_count_and_not_what_the_page_declares(declared: str, written: str) -> None:
    source = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head>'
        f"<body><p>{SENTENCE}</p></body></html>"
    )
    (found,) = html.read(source.encode(written)).pages
    assert found.blocks == (Paragraph(1, SENTENCE),)


@pytest.mark.parametrize("declared", ["GB2312", "UTF-8", "UTF-7"])
def test_an_xml_declaration_is_no_more_believed(declared: str) -> None:
    source = f'<?xml version="1.0" encoding="{declared}"?><!DOCTYPE html><html><body>{SENTENCE}</body></html>'
    for written in ("utf-8", "gb18030"):
        (found,) = html.read(source.encode(written)).pages
        assert found.blocks == (Paragraph(1, SENTENCE),)


def test_big5_is_read_where_it_is_declared_and_gives_words() -> None:
    source = '<meta charset="big5"><p>2019年度政府資訊公開報告</p>'
    (found,) = html.read(source.encode("big5")).pages
    assert found.blocks == (Paragraph(1, "2019年度政府資訊公開報告"),)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_in_two_is_said_and_costs_no_other(encoding: str) -> None:
    cut = "政府信息公开工作".encode(encoding)[:-1]
    source = b'<meta name="description" content="' + cut + b'">' + f"<p>{SENTENCE * 4}</p>".encode(encoding)
    document = html.read(source)
    assert document.pages[0].blocks == (Paragraph(1, SENTENCE * 4),)
    (found,) = document.findings
    assert found.code is Code.UNMAPPED_GLYPHS
    assert str(source.index(cut) + len(cut) - len(cut) % (3 if encoding == "utf-8" else 2)) in found.message


def test_a_damaged_figure_is_unreadable() -> None:
    written = web_page(Case().specimen).encode()
    figure = Case().expected["applications", "granted", "total"].encode()
    damaged = written.replace(b">" + figure + b"<", b">" + figure[:1] + b"\xff" + figure[1:] + b"<")
    entry = gx.read_report(damaged).entry("applications", "granted", "total")
    assert (entry.status, "\ufffd" in entry.raw) == ("unreadable", True)


def test_bytes_in_no_encoding_are_refused() -> None:
    noise = bytes(range(128, 256)) * 40
    with pytest.raises(UnknownFileKindError, match="in no encoding known here"):
        html.read(b"<html><body>" + noise)


@pytest.mark.parametrize(
    "source", ["", "<html></html>", "<body><script>load()</script></body>", "<p>&nbsp;<p>\u200b", "<!-- -->"]
)
def test_a_page_without_content_says_so(source: str) -> None:
    with pytest.raises(EmptyFileError, match="no content"):
        html.read(source.encode())


# Text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inner, text",
    [
        ("本年新<br>制作数量", "本年新制作数量"),
        ("<p>本年新</p>\n<p>制作数量</p>", "本年新制作数量"),
        ("本年新\n     制作数量", "本年新制作数量"),
        ("<span>5</span><span>7</span>", "57"),
        ("<b>5</b>\n<b>7</b>", "5 7"),
        ("<p>5</p><p>7</p>", "5 7"),
        ("12<br>34", "12 34"),
        ("1,<br>234", "1,234"),
        ("12<br>（其中修订3件）", "12（其中修订3件）"),
        ("&nbsp;&nbsp;5&nbsp;", "5"),
        ("&nbsp;", ""),
        ("\u3000<br>\u200b&#65279;", ""),
        ("<p class=MsoNormal><o:p>&nbsp;</o:p></p>", ""),
        ("1\u200b2&shy;3", "123"),
        ("5<!-- 6 -->7", "57"),
        ("5<script>document.write(6)</script>", "5"),
        ("<span style='display: none'>6</span>5<span hidden>7</span>", "5"),
        ("<span style='visibility:hidden'>6</span>5", "5"),
        ("<div style='display:block'>5</div>", "5"),
        ("<input type=text value=5>", "5"),
        ("<input type=hidden value=6>5", "5"),
        ("a<wbr>b &amp; &lt;c&gt; &#x4e00;", "ab & <c> 一"),
        ("<pre>5\n</pre>", "5"),
        ("/", "/"),
    ],
)
def test_the_text_of_a_cell(inner: str, text: str) -> None:
    assert cell(inner) == text


@pytest.mark.parametrize(
    "inner",
    [
        "10<sup>2</sup>",
        "5<sub>1</sub>",
        "<del>12</del>15",
        "<s>12</s>",
        "<span style='text-decoration: line-through'>1</span>5",
        "<img src=5.gif>",
        "5<br>7",
        "5 7",
    ],
)
def test_what_is_raised_crossed_out_or_a_picture_is_no_figure(inner: str) -> None:
    case = Case()
    report = read(
        case, rework=lambda _, rows: [[replace(td, text="@@") if td.text == "1" else td for td in row] for row in rows]
    )
    place = ("applications", "granted", "research")
    written = web_page(case.specimen).replace(f">{case.expected[place]}<", f">{inner}<", 1)
    entry = gx.read_report(written.encode()).entry(*place)
    assert (entry.status, entry.value) == ("unreadable", None)
    assert differences(report, case.expected) == {}


def test_what_is_left_open_around_a_table_does_not_cross_out_its_figures() -> None:
    assert [
        row[1]
        for row in grid_rows("<s><sup>注<table><tr><td>甲</td><td>5</td></tr><tr><td>乙</td><td>6</td></tr></table>")
    ] == [
        "5",
        "6",
    ]


def grid_rows(body: str) -> list[list[str]]:
    (rows,) = (block for block in blocks(body) if isinstance(block, list))
    return rows


def test_paragraphs_are_what_the_page_shows_as_lines() -> None:
    body = (
        "<h1>标题</h1><div>一<p>二</p>三<ul><li>四<li>五</ul></div><span>六</span><span>七</span><br>八"
        "<p>&nbsp;&nbsp;九\n十<p>十一<hr>十二<textarea>无</textarea><select><option>无</select>"
    )
    assert blocks(body) == ["标题", "一", "二", "三", "四", "五", "六七", "八", "九十", "十一", "十二"]


def test_a_page_whose_content_a_script_would_show_is_read_all_the_same() -> None:
    table = "<table><tr><td>甲</td><td>5</td></tr><tr><td>乙</td><td>6</td></tr></table>"
    assert blocks(f"<div style='display:none'>{table}</div>") == [[["甲", "5"], ["乙", "6"]]]
    assert blocks(f"<div style='display:none'>{table}</div>{table.replace('5', '7')}") == [[["甲", "7"], ["乙", "6"]]]
    (found,) = html.read(f"<body style='visibility:hidden'>{SENTENCE}</body>".encode()).pages
    assert found.blocks == (Paragraph(1, SENTENCE),)


def test_the_title_of_the_page_stands_in_for_a_heading_that_is_not_shown() -> None:
    case = Case()
    written = web_page(case.specimen).replace("<h1>", "<!--").replace("</h1>", "-->")
    title = f"{case.organ}{case.year}年政府信息公开工作年度报告 - 某县人民政府网站"
    titled = gx.read_report(written.replace("<title>年报", f"<title>{title}").encode())
    assert (titled.organ, titled.year) == (case.organ, case.year)
    assert gx.read_report(written.encode()).organ is None
    other = web_page(case.specimen).replace("<title>年报", "<title>某市2020年政府信息公开工作年度报告")
    assert gx.read_report(other.encode()).organ == case.organ


# Cells ----------------------------------------------------------------------------------------------------------------


def test_spans_place_cells_as_a_browser_does() -> None:
    body = "<table><tr><th rowspan=2 colspan=2>甲<th>乙<th rowspan=3>丙<tr><td>丁<tr><td>戊<td>己<td>庚<td>辛</table>"
    assert places(body) == {
        "甲": (0, 0, 2, 2),
        "乙": (0, 2, 1, 1),
        "丙": (0, 3, 3, 1),
        "丁": (1, 2, 1, 1),
        "戊": (2, 0, 1, 1),
        "己": (2, 1, 1, 1),
        "庚": (2, 2, 1, 1),
        "辛": (2, 4, 1, 1),
    }


@pytest.mark.parametrize(
    "spans, expected",
    [
        ("rowspan=0", (2, 1)),
        ("rowspan=9", (2, 1)),
        ("colspan=0", (1, 1)),
        ("colspan=-3", (1, 1)),
        ("colspan=' +2px'", (1, 2)),
        ("rowspan=x colspan=''", (1, 1)),
        ("colspan=99999999999999", (1, 100)),
    ],
)
def test_spans_that_make_no_sense_are_clamped(spans: str, expected: tuple[int, int]) -> None:
    found = places(f"<table><tr><td {spans}>甲<td>乙<td>丙<tr><td>丁<td>戊</table>")["甲"]
    assert found[2:] == expected


def test_a_cell_does_not_reach_out_of_its_group_of_rows() -> None:
    body = "<table><thead><tr><th rowspan=3>甲<th>乙<tbody><tr><td>丙<td>丁<tr><td>戊<td>己</table>"
    found = places(body)
    assert found["甲"] == (0, 0, 1, 1)
    assert found["丙"] == (1, 0, 1, 1)


def test_the_head_is_first_and_the_foot_last_wherever_they_are_written() -> None:
    body = (
        "<table><tfoot><tr><td>己<td>6</tfoot><tbody><tr><td>丙<td>3</tbody><thead><tr><td>甲<td>1</thead>"
        "<tbody><tr><td>丁<td>4</tbody><thead><tr><td>戊<td>5</thead></table>"
    )
    assert grid_rows(body) == [["甲", "1"], ["丙", "3"], ["丁", "4"], ["戊", "5"], ["己", "6"]]


def test_hidden_cells_and_rows_are_not_there_but_invisible_ones_keep_their_place() -> None:
    body = (
        "<table><tr><td>甲<td style='display:none'>9<td>1<tr style='display:none'><td>乙<td>2<td>3"
        "<tr><td>丙<td style='visibility: hidden'>9</table>"
    )
    assert grid_rows(body) == [["甲", "1"], ["丙", ""]]


def test_cells_without_rows_and_rows_without_a_table() -> None:
    assert blocks("<table><td>甲<td>1<tr><td>乙<td>2</table>") == [[["甲", "1"], ["乙", "2"]]]
    assert blocks("<td>甲</td><td>1</td><p>乙") == ["甲", "1", "乙"]
    assert blocks("<table>丙<tr><td>甲<td>1</tr>戊</table>") == ["丙", "戊", [["甲", "1"]]]


def test_a_figure_whose_tag_was_lost_stays_in_its_row_and_is_said() -> None:
    """It was read as a line before the table, and the figures behind it moved by one column."""
    case = Case()
    source = web_page(case.specimen, case.layout)
    tags = list(re.finditer(r"</td><td[^>]*>(?=\d+</td>)", source))
    for tag in (tags[0], tags[20], tags[-1]):
        report = gx.read_report(f"{source[: tag.start()]}</td>{source[tag.end() :]}".encode())
        assert differences(report, case.expected) == {}
        (found,) = [found for found in report.findings if found.code is Code.STRAY_TEXT]
        assert "a tag was lost" in found.message


BROKEN = {
    "no bracket": "<td 731</td>",
    "no bracket, no space": "<td731</td>",
    "another tag inside": "<td<p>731</p></td>",
    "in an element of the cell": "<td><span 731</span></td>",
    "no second mark": '<td style="width:30px>731</td>',
    "another mark": "<td style='width:30px\">731</td>",
    "no mark and no bracket": '<td style="width:30px731</td>',
    "a value without marks": "<td width=30731</td>",
    "a number for an attribute": "<td 731/td>",
    "a number behind an attribute": '<td width="30" 731></td>',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_figure_that_a_broken_tag_swallowed_is_not_blank(name: str) -> None:
    """A browser shows none of it, and the cell was read as a blank one."""
    case = Case(kind="unbalanced", seed=3)
    figures = {**case.specimen.figures, ("applications", "partial", "business"): "731"}
    source = web_page(replace(case.specimen, figures=figures))
    report = gx.read_report(re.sub(r"<td[^>]*>731</td>", lambda _: BROKEN[name], source).encode())
    entry = report.entry("applications", "partial", "business")
    assert (entry.value, entry.status) == (None, "unreadable")
    assert set(unmarked(report, case.expected)) <= {("applications", "partial", "business")}
    assert "unmapped_glyphs" in codes(report)
    others = {place: text for place, text in case.expected.items() if place[1:] != ("partial", "business")}
    assert not differences(report, others).keys() & others.keys()


@pytest.mark.parametrize(
    "cell",
    [
        '<td style="font-family:"宋体",serif" nowrap>1</td>',
        '<td title="1 > 0" onclick="if(a>b){c()}">1</td>',
        "<td title='<b>注</b>' data-v=\"<p>\">1</td>",
        '<td width=30" align=>1</td>',
        "<td width = '30'style=''>1</td >",
        "<td><!-- <td 12</td> -->1<script>if (a<b && c) d='<td'</script></td>",
        '<td><img alt="a<b" src=/a/b/>1<br/></td>',
    ],
)
def test_a_tag_that_is_only_written_oddly_is_not_broken(cell: str) -> None:
    document = html.read(f"<table><tr><td>甲</td>{cell}</tr><tr><td>乙</td><td>2</td></tr></table>".encode())
    assert contents(document)[-1] == ROWS
    assert document.findings == ()


def test_an_end_tag_without_its_bracket_does_not_join_two_cells() -> None:
    document = html.read("<table><tr><td>甲</td><td>1</td<td>3</td></tr><tr><td>乙<td>2<td>4</table>".encode())
    assert contents(document) == [[["甲", "1", "3"], ["乙", "2", "4"]]]
    (found,) = document.findings
    assert "'</td'" in found.message


@pytest.mark.parametrize(
    "shown", ["<svg><text>5</text></svg>", "<textarea>5</textarea>", "<iframe srcdoc='5'></iframe>"]
)
def test_a_cell_whose_figure_is_drawn_by_what_is_not_read_is_not_blank(shown: str) -> None:
    assert grid_rows(f"<table><tr><td>甲<td>{shown}<tr><td>乙<td>2</table>")[0][1] == "\ufffc"


def test_the_reading_of_a_character_is_left_out_and_nothing_else() -> None:
    body = "<table><tr><td><ruby>甲<rp>(<rt>jia<rp>)</ruby><td><rp>1</rp><tr><td>乙<td>2</table>"
    assert grid_rows(body) == [["甲", "1"], ["乙", "2"]]


@pytest.mark.parametrize("between", [" ", "\n\t", "&nbsp;", "<!-- 12 -->", "<script>7</script>", "<form>"])
def test_nothing_that_is_seen_between_two_cells_is_no_cell(between: str) -> None:
    body = f"<table><tr><td>甲</td>{between}<td>1</td></tr><tr><td>乙<td>2</table>"
    assert grid_rows(body) == [["甲", "1"], ["乙", "2"]]


@pytest.mark.parametrize(
    "unseen",
    [
        *(
            "opacity:0",
            "opacity: 0.0;",
            "mso-hide:all",
            "font-size:0",
            "font-size: 0px; color:red",
            "color:transparent",
        ),
        *("font-size:0.0pt", "color:rgba(0, 0, 0, 0)", "position:absolute;left:-9999px"),
    ],
)
def test_text_without_ink_is_no_part_of_a_figure(unseen: str) -> None:
    body = f'<table><tr><td>甲<td><span style="{unseen}">7</span>1<tr><td>乙<td style="opacity:0.9;font-size:0">'
    assert grid_rows(f'{body}<b style="font-size:9pt">2</b></table>') == ROWS


def test_a_mark_raised_by_a_style_is_no_part_of_a_figure() -> None:
    body = '<table><tr><td>甲<td>1<span style="vertical-align: super">2</span><tr><td>乙<td>2</table>'
    assert grid_rows(body)[0] == ["甲", "1²"]


@pytest.mark.parametrize(
    "cell",
    [
        '<td data-value="12"></td>',
        '<td><span class="count" data-to="12"></span></td>',
        '<td class="n12"></td><style>.n12:before{content:"12"}</style>',
        '<td class="n" data-x="12"></td><style>.n::after{content:attr(data-x)}</style>',
        '<td><em data-shown="12"></em></td>',
        '<td><span v-text="row.number"></span></td>',
        '<td><el-input value="12"></el-input></td>',
        '<td><input placeholder="12"></td>',
        "<td><script>document.write(12)</script></td>",
        "<td><noscript>12</noscript></td>",
        "<td id=n12></td><script>$('#n12').text(12)</script>",
        '<td><b id="n12"></b></td><script>fill("n" + row)</script>',
    ],
)
def test_a_figure_that_a_script_or_a_style_sheet_writes_is_not_blank(cell: str) -> None:
    assert grid_rows(f"<table><tr><td>甲</td>{cell}<tr><td>乙<td>2</table>")[0][1] == "\ufffc"


@pytest.mark.parametrize(
    "cell",
    ['<td id="row1">', '<td class="n" data-row="3">', '<td><span data-v-7ba5bd90=""></span>', "<td><span></span>"],
)
def test_what_a_blank_cell_is_called_writes_nothing_into_it(cell: str) -> None:
    script = "<script>show('rows')</script>"
    assert grid_rows(f"{script}<table><tr><td>甲</td>{cell}</td></tr><tr><td>乙<td>2</table>")[0][1] == ""


@pytest.mark.parametrize("shown", ["0", "--"])
def test_what_a_script_counts_up_from_is_no_figure(shown: str) -> None:
    body = f'<table><tr><td>甲<td><b data-to="12">{shown}</b><tr><td>乙<td><b data-to="0">0</b></table>'
    (first, second) = (text for _, text in grid_rows(body))
    assert read_number(first).status == "unreadable"
    assert second == "0"


@pytest.mark.parametrize(
    "sheet, hidden",
    [
        (".x{display:none}", True),
        ("span.x, .y { color: red; display : none !important }", True),
        ("#x{display:none}", True),
        ("td.x{display:none}", False),
        (".x .y{display:none}", False),
        (".x{display:none} .x.on{display:block}", False),
        ("@media print{.x{display:none}}", False),
        ("/* .x{display:none} */", False),
    ],
)
def test_what_the_style_sheet_of_the_page_hides_is_no_part_of_a_figure(sheet: str, hidden: bool) -> None:
    body = f'<style>{sheet}</style><table><tr><td>甲<td>1<span class="z x" id=x>7</span><tr><td>乙<td>2</table>'
    assert grid_rows(body) == [["甲", "1" if hidden else "17"], ["乙", "2"]]


def test_figures_that_the_style_sheet_of_the_page_crosses_out_are_none() -> None:
    sheet = "<style>.old{text-decoration:line-through}</style>"
    body = f"{sheet}<table><tr><td>甲<td><i class=old>7</i>1<tr><td>乙<td>2</table>"
    assert read_number(grid_rows(body)[0][1]).status == "unreadable"


@pytest.mark.parametrize("white", ['<font color="#FFFFFF">0</font>', "<span style='color:white'>0<o:p></o:p></span>"])
def test_white_figures_beside_others_are_no_part_of_these(white: str) -> None:
    body = f"<table><tr><td>甲<td>{white}5<tr bgcolor=navy><td>乙<td>{white}</table>"
    (first, second) = (text for _, text in grid_rows(body))
    assert read_number(first).status == "unreadable"
    assert second == "0"


@pytest.mark.parametrize("how", ["style", "role"])
def test_a_table_of_other_elements_keeps_its_blank_cells(how: str) -> None:
    names = {"style": ("table", "table-row", "table-cell"), "role": ("table", "row", "cell")}[how]
    table, row, cell = (f'<div style="display: {name}">' if how == "style" else f"<span role={name}>" for name in names)
    end = "</div>" if how == "style" else "</span>"
    body = f"{table}{row}{cell}甲{end}{cell}{end}{cell}1{end}{end}{row}{cell}乙{end}{cell}2{end}{cell}3{end}{end}{end}"
    assert grid_rows(body) == [["甲", "", "1"], ["乙", "2", "3"]]


def test_lines_count_in_a_text_with_tables_marked_up_in_it() -> None:
    """Programs that turn a page into Markdown write its tables so; its lines ran together to one paragraph."""
    source = f"# 某县统计局2024年政府信息公开工作年度报告\n\n## 一、总体情况\n没有。\n\n{DATA}\n\n五、问题\n"
    expected = ["某县统计局2024年政府信息公开工作年度报告", "一、总体情况", "没有。", ROWS, "五、问题"]
    assert contents(html.read(source.encode())) == expected


# Tables for layout ----------------------------------------------------------------------------------------------------

DATA = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
ROWS: list[list[str]] = [["甲", "1"], ["乙", "2"]]


@pytest.mark.parametrize(
    "body, expected",
    [
        (f"<table><tr><td>前{DATA}后</td></tr></table>", ["前", ROWS, "后"]),
        (f"<table><tr><td>菜单</td><td>{DATA}</td><td>旁</td></tr></table>", ["菜单", ROWS, "旁"]),
        (f"<table><tr><td>{DATA}</td></tr><tr><td>{DATA}</td></tr></table>", [ROWS, ROWS]),
        (f"<table><tr><td><table><tr><td>{DATA}</table></table>", [ROWS]),
        ("<table><tr><td>一<tr><td>二</table>", ["一", "二"]),
        ("<table><tr><td><img src=x></td><td>标题</td><td>&nbsp;</td></tr></table>", ["标题"]),
        (f"<table><tr><td>菜单<td>{'正文。' * 140}</table>", ["菜单", "正文。" * 140]),
        (
            f"<table><tr><td>菜单<td><p>{'正文。' * 40}<p>{'又文。' * 30}<p>末。</table>",
            ["菜单", "正文。" * 40, "又文。" * 30, "末。"],
        ),
    ],
)
def test_a_table_for_layout_leaves_what_stands_in_it(body: str, expected: list[object]) -> None:
    assert blocks(body) == expected


def test_a_small_table_inside_a_cell_of_data_is_text_of_that_cell() -> None:
    inner = "<table><tr><td>3</td><td>4</td></tr></table>"
    rows = "".join(f"<tr><td>行{number}<td>{number}<td>{number}</tr>" for number in range(8))
    assert grid_rows(f"<table>{rows}<tr><td>末<td>{inner}<td><table><tr><td>5</table></table>")[-1] == [
        "末",
        "3 4",
        "5",
    ]


def test_prose_that_runs_across_a_table_is_prose() -> None:
    body = (
        "<table><tr><td colspan=2>某局2023年政府信息公开工作年度报告<tr><td colspan=2>一、总体情况</tr>"
        "<tr><td>甲<td>1<tr><td colspan=2>（五）不予处理<tr><td colspan=2>本年度未收到申请。<tr><td>乙<td>2"
        "<tr><td colspan=2>某局<br>2024年1月5日</table>"
    )
    assert blocks(body) == [
        "某局2023年政府信息公开工作年度报告",
        "一、总体情况",
        [["甲", "1"], ["（五）不予处理"]],
        "本年度未收到申请。",
        [["乙", "2"]],
        "某局",
        "2024年1月5日",
    ]


def test_a_whole_report_in_one_table_is_read() -> None:
    """Some organs save the sheet of a spreadsheet as a page: title, prose and tables are rows of one table."""
    case = Case(layout=Layout(disputes="across"))
    written = web_page(case.specimen, case.layout)
    head, _, rest = written.partition("<h1>")
    rest, _, tail = rest.rpartition("</body>")
    for tag in ("h1", "p"):
        rest = rest.replace(f"<{tag}>", "<tr><td colspan=16>").replace(f"</{tag}>", "</td></tr>")
    rest = rest.replace('<table border="1" cellspacing="0">', "").replace("</table>", "")
    report = gx.read_report(f"{head}<table><tr><td colspan=16>{rest}</table></body>{tail}".encode())
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year) == (case.organ, case.year)


# Tables that are not marked up as such --------------------------------------------------------------------------------


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_flattened_table_in_pre_is_read_as_in_text(writing: str) -> None:
    items, truth = report_items()
    if writing == "pipes without the outer ones":
        items = [item for item in items if isinstance(item, str) or len(item) > 1]
    report = gx.read_report(page(f"<pre>{WRITINGS[writing](items)}</pre>").encode())
    assert {(e.table, e.row, e.column): e.raw for e in report.entries} == truth
    assert (report.kind, report.organ, report.year) == ("html", "清河县统计局", 2024)


@pytest.mark.parametrize("writing", ["pipes", "tight pipes", "single spaces", "wide gaps", "one cell a line"])
@pytest.mark.parametrize("lines", ["<p>{}</p>", "<div><span>{}</span></div>", "{}<br>"])
def test_a_flattened_table_in_paragraphs_is_read_too(writing: str, lines: str) -> None:
    items, truth = report_items()
    written = WRITINGS[writing](items).split("\n")
    body = "\n".join(lines.format(line.replace("  ", "&nbsp; ")) for line in written)
    report = gx.read_report(page(body, Quirks(menus=True)).encode())
    assert {(e.table, e.row, e.column): e.raw for e in report.entries} == truth
    assert "需要继续改进。" in [paragraph.text for paragraph in report.paragraphs]


# Real pages -----------------------------------------------------------------------------------------------------------

DISTINCT = st.builds(
    Case,
    edition=st.sampled_from(["2021", "2019"]),
    year=st.just(2020),
    seed=st.integers(0, 2**32 - 1),
    variant=st.just(False),
)


@pytest.mark.parametrize(
    "quirks",
    [
        PLAIN,
        Quirks(covered="doubled", blank="&nbsp;"),
        Quirks(covered="instead", blank="<br>"),
        Quirks(spans="random"),
        Quirks(covered="instead", spans="random", blank="\u3000"),
        Quirks(lines="breaks"),
        Quirks(lines="paragraphs", wrapped=2, blank="&nbsp;"),
        Quirks(head="thead"),
        Quirks(head="late"),
        Quirks(layout=3, menus=True),
        Quirks(split_labels=True),
        Quirks(unclosed=True, menus=True, layout=2),
    ],
    ids=repr,
)
@pytest.mark.parametrize("edition", ["2021", "2019"])
@pytest.mark.parametrize("kind", ["distinct", "sparse"])
def test_a_quirk_of_real_pages_moves_no_figure(quirks: Quirks, edition: str, kind: str) -> None:
    case = Case(edition, int(edition), kind=kind, zero="/")  # type: ignore[arg-type]
    for seed in range(3):
        report = read(replace(case, seed=seed), replace(quirks, seed=seed))
        assert differences(report, replace(case, seed=seed).expected) == {}
        assert (report.organ, report.year, report.edition) == (case.organ, case.year, edition)
        assert not [found for found in report.findings if found.severity == "error"]


def test_the_shanghai_report_of_2019() -> None:
    """Header 1+2+1 over data 2+1+1, blanks for zeros, a unit in a cell, line breaks in labels."""
    report = gx.read_report(page(SHANGHAI, Quirks(menus=True)).encode())
    assert (report.organ, report.year, report.edition) == ("上海市人民政府办公厅", 2019, "2019")
    read = {(e.row, e.column): (e.raw, e.status) for e in report.entries if e.table == "disclosure"}
    assert read["regulations", "newly_made"] == ("11", "read")
    assert read["regulations", "newly_disclosed"] == ("12", "read")
    assert read["regulations", "total_disclosed"] == ("13", "read")
    assert read["licensing", "items_last_year"] == ("0", "read")
    assert read["licensing", "change"] == ("", "blank")
    assert read["licensing", "decisions"] == ("7", "read")
    assert read["other_services", "change"] == ("增2", "annotated")
    assert read["procurement", "amount"] == ("251000元", "annotated")
    applications = {(e.row, e.column): e.status for e in report.entries if e.table == "applications"}
    assert report.entry("applications", "new", "total").value == 859
    assert applications["partial", "total"] == "blank"
    assert set(applications.values()) == {"read", "blank"}


def _shanghai_row(label: str, figures: str) -> str:
    return f"<tr>{label}{''.join(f'<td>{figure}</td>' for figure in figures.split(','))}</tr>"


_N = "&nbsp;"
_APPLICATIONS = [
    ("<td colspan=3>一、本年新收政府信息公开申请数量</td>", "700,100,9,0,50,0,859"),
    ("<td colspan=3>二、上年结转政府信息公开申请数量</td>", f"18,{_N},{_N},{_N},{_N},{_N},18"),
    ("<td rowspan=20>三、本年度办理结果</td><td colspan=2>（一）予以公开</td>", f"300,{_N},{_N},{_N},{_N},{_N},{_N}"),
    ("<td colspan=2>（二）部分公开（区分处理的，只计这一情形，不计其他情形）</td>", ",".join([_N] * 7)),
    ("<td rowspan=8>（三）不予公开</td><td>1.属于国家秘密</td>", ",".join([_N] * 7)),
    ("<td>2.其他法律行政法规禁止公开</td>", ",".join([_N] * 7)),
    ("<td>3.危及“三安全一稳定”</td>", ",".join([_N] * 7)),
    ("<td>4.保护第三方合法权益</td>", f"{_N},{_N},5,{_N},{_N},{_N},{_N}"),
    ("<td>5.属于三类内部事务信息</td>", ",".join([_N] * 7)),
    ("<td>6.属于四类过程性信息</td>", ",".join([_N] * 7)),
    ("<td>7.属于行政执法案卷</td>", ",".join([_N] * 7)),
    ("<td>8.属于行政查询事项</td>", ",".join([_N] * 7)),
    ("<td rowspan=3>（四）无法提供</td><td>1.本机关不掌握相关政府信息</td>", f"400,{_N},{_N},{_N},{_N},{_N},{_N}"),
    ("<td>2.没有现成信息需要另行制作</td>", ",".join([_N] * 7)),
    ("<td>3.补正后申请内容仍不明确</td>", ",".join([_N] * 7)),
    ("<td rowspan=5>（五）不予处理</td><td>1.信访举报投诉类申请</td>", ",".join([_N] * 7)),
    ("<td>2.重复申请</td>", ",".join([_N] * 7)),
    ("<td>3.要求提供公开出版物</td>", ",".join([_N] * 7)),
    ("<td>4.无正当理由大量反复申请</td>", ",".join([_N] * 7)),
    ("<td>5.要求行政机关确认或重新出具已获取信息</td>", ",".join([_N] * 7)),
    ("<td colspan=2>（六）其他处理</td>", f"100,{_N},{_N},{_N},{_N},{_N},{_N}"),
    ("<td colspan=2>（七）总计</td>", "800,0,5,0,0,0,805"),
    ("<td colspan=3>四、结转下年度继续办理</td>", "72,0,0,0,0,0,72"),
]
SHANGHAI = f"""<h2>上海市人民政府办公厅2019年政府信息公开工作年度报告</h2>
<p>二、主动公开政府信息情况</p>
<table><tr><td colspan=4>第二十条第（一）项</td></tr>
<tr><td>信息内容<td>本年新<br>制作数量<td>本年新<br>公开数量<td>对外公开总数量</tr>
<tr><td>规章<td>11<td>12<td>13</tr><tr><td>规范性文件<td>21<td>22<td>23</tr>
<tr><td colspan=4>第二十条第（五）项</td></tr>
<tr><td>信息内容<td colspan=2>上一年项目数量<td>本年增/减<td>处理决定数量</tr>
<tr><td colspan=2>行政许可<td>0<td>{_N}<td>7</tr><tr><td colspan=2>其他对外管理服务事项<td>3<td>增2<td>8</tr>
<tr><td colspan=4>第二十条第（六）项</td></tr>
<tr><td>信息内容<td colspan=2>上一年项目数量<td>本年增/减<td>处理决定数量</tr>
<tr><td colspan=2>行政处罚<td>{_N}<td>{_N}<td>{_N}</tr><tr><td colspan=2>行政强制<td>{_N}<td>{_N}<td>9</tr>
<tr><td colspan=4>第二十条第（八）项</td></tr>
<tr><td>信息内容<td colspan=2>上一年项目数量<td>本年增/减</tr><tr><td colspan=2>行政事业性收费<td>1<td>2</tr>
<tr><td colspan=4>第二十条第（九）项</td></tr>
<tr><td>信息内容<td colspan=2>采购项目数量<td>采购总金额</tr>
<tr><td colspan=2>政府集中采购<td>4<td>251000元</tr></table>
<p>三、收到和处理政府信息公开申请情况</p>
<table><tr>
<td colspan=3 rowspan=3>（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）
<td colspan=7>申请人情况</tr>
<tr><td rowspan=2>自然人<td colspan=5>法人或其他组织<td rowspan=2>总计</tr>
<tr><td>商业<br>企业<td>科研<br>机构<td>社会公益组织<td>法律服务机构<td>其他</tr>
{"".join(_shanghai_row(*row) for row in _APPLICATIONS)}</table>"""


def _without(number: int, place: int) -> Rework:
    """Leave out one cell of figures of the table of applications."""

    def rework(table: str, lines: list[Row]) -> list[Row]:
        if table != "applications":
            return lines
        row = lines[number]
        figures = [index for index, td in enumerate(row) if td.role == "figure"]
        return [*lines[:number], [*row[: figures[place]], *row[figures[place] + 1 :]], *lines[number + 1 :]]

    return rework


@given(case=plain_cases(kinds=("distinct", "unbalanced")), number=st.integers(3, 25), place=st.integers(0, 6))
def test_a_lost_cell_makes_its_row_unreadable_and_moves_nothing(case: Case, number: int, place: int) -> None:
    report = read(case, rework=_without(number, place))
    wrong = differences(report, case.expected)
    assert len(wrong) == 7
    assert len({row for _, row, _ in wrong}) == 1
    assert {status for _, _, status in wrong.values()} == {"unreadable"}
    assert "row_width_differs" in codes(report)


@given(case=plain_cases(kinds=("sparse",)), number=st.integers(3, 25), place=st.integers(0, 6))
def test_a_lost_cell_among_blanks_is_flagged_too(case: Case, number: int, place: int) -> None:
    report = read(case, rework=_without(number, place))
    wrong = differences(report, case.expected)
    assert {status for _, _, status in wrong.values()} <= {"unreadable", "absent"}
    assert "row_width_differs" in codes(report)
    assert len({row for _, row, _ in wrong}) == 1


def test_a_lost_figure_of_the_disputes_is_flagged() -> None:
    case = Case()
    report = read(case, rework=lambda table, rows: [*rows[:-1], rows[-1][1:]] if table == "disputes" else rows)
    assert {place[0] for place in differences(report, case.expected)} == {"disputes"}
    assert {"row_width_differs", "table_absent"} <= codes(report)


def test_headings_whose_spans_lie_do_not_change_the_order_of_columns() -> None:
    """法人或其他组织 spans four columns, not five: placed as a browser does, 总计 comes to stand before 其他."""

    def rework(table: str, rows: list[Row]) -> list[Row]:
        return (
            [[replace(td, colspan=4) if td.text == "法人或其他组织" else td for td in row] for row in rows]
            if table == "applications"
            else rows
        )

    case = Case()
    assert differences(read(case, rework=rework), case.expected) == {}


def test_columns_in_another_order_are_read_by_their_headings_where_the_spans_are_right() -> None:
    def rework(table: str, rows: list[Row]) -> list[Row]:
        if table != "applications":
            return rows
        top, middle, bottom, *data = rows
        swapped = [[*row[:-7], row[-1], *row[-7:-1]] for row in data]
        return [top, [middle[2], middle[0], middle[1]], bottom, *swapped]

    case = Case()
    assert differences(read(case, rework=rework), case.expected) == {}


def test_blanks_under_headings_in_place_of_a_span() -> None:
    """Headings over two rows are written in the first of them, with a blank cell below."""

    def rework(table: str, rows: list[Row]) -> list[Row]:
        if table == "disclosure":
            return rows
        upper, lower = rows[1], rows[2]
        below = [replace(td, text="", rowspan=1) for td in upper if td.rowspan == 2]
        written = [replace(td, rowspan=1) for td in upper]
        filled = [below[0], *lower, below[-1]] if table == "applications" else [*below, *lower]
        return [rows[0], written, filled, *rows[3:]]

    case = Case()
    report = read(case, rework=rework)
    assert differences(report, case.expected) == {}
    assert codes(report) == set()


def test_value_cells_that_all_span_two_columns() -> None:
    def rework(table: str, rows: list[Row]) -> list[Row]:
        wide = {"法人或其他组织": 10, "申请人情况": 14}
        return (
            [
                [replace(td, colspan=wide.get(td.text, 2 if td.role == "figure" else td.colspan)) for td in row]
                for row in rows
            ]
            if table == "applications"
            else rows
        )

    case = Case()
    assert differences(read(case, rework=rework), case.expected) == {}


def test_a_label_that_spans_two_rows_by_mistake_is_still_the_label_of_its_row() -> None:
    case = Case()
    report = read(
        case,
        rework=lambda _, rows: [
            [replace(td, rowspan=2) if td.text == "2.重复申请" else td for td in row] for row in rows
        ],
    )
    assert differences(report, case.expected) == {}


def test_a_figure_that_no_number_can_be_read_from_is_not_taken_for_a_label() -> None:
    case = Case()
    place = ("applications", "rejected.repeat", "total")
    written = web_page(case.specimen).replace(f">{case.expected[place]}<", ">约30<", 1)
    report = gx.read_report(written.encode())
    assert report.entry(*place).status == "unreadable"
    assert report.entry(*place).raw.endswith("约30")
    assert {row for _, row, _ in differences(report, case.expected)} == {"rejected.repeat"}


def test_a_header_printed_again_in_the_middle_is_passed_over() -> None:
    case = Case()
    report = read(
        case, rework=lambda table, rows: [*rows[:12], *rows[:3], *rows[12:]] if table == "applications" else rows
    )
    assert differences(report, case.expected) == {}


def test_fillers_at_either_end_of_a_row_are_told_by_the_others() -> None:
    """Ten cells a row, no spans: where the columns hold, a blank is a figure or a filler by where it stands."""
    case = Case(kind="sparse", zero="", seed=11)
    report = read(case, Quirks(covered="instead", blank="&nbsp;"))
    assert differences(report, case.expected) == {}


def test_a_header_of_blanks_is_no_row_of_disputes() -> None:
    case = Case(kind="distinct", layout=Layout(disputes="split"))
    report = read(case, Quirks(covered="doubled", blank="&nbsp;"))
    assert differences(report, case.expected) == {}
    assert codes(report) == set()


@pytest.mark.parametrize("disputes", ["across", "split", "matrix", "down"])
@pytest.mark.parametrize("covered", ["left_out", "doubled", "instead"])
@pytest.mark.parametrize("spans", ["right", "random"])
def test_disputes_in_every_shape(disputes: str, covered: str, spans: str) -> None:
    for seed in range(4):
        case = Case(seed=seed, layout=Layout(disputes=disputes))  # type: ignore[arg-type]
        quirks = Quirks(covered=covered, spans=spans, seed=seed)  # type: ignore[arg-type]
        assert differences(read(case, quirks), case.expected) == {}


def test_a_table_of_blanks_is_blank_and_not_absent() -> None:
    case = Case()
    for table in ("disclosure", "applications", "disputes"):
        report = read(
            case,
            Quirks(blank="&nbsp;"),
            rework=lambda key, rows, table=table: [  # type: ignore[misc]
                [replace(td, text="") if td.role == "figure" and key == table else td for td in row] for row in rows
            ],
        )
        expected = {place: "" if place[0] == table else text for place, text in case.expected.items()}
        assert differences(report, expected) == {}


def test_tables_in_any_order() -> None:
    case = Case(layout=Layout(order=("disputes", "applications", "disclosure")))
    assert differences(read(case), case.expected) == {}


def test_two_reports_in_a_page_are_said() -> None:
    first, second = Case(seed=1), Case(seed=2, organ="某市科学技术局")
    report = gx.read_report(page(web_page(first.specimen) + web_page(second.specimen)).encode())
    assert differences(report, first.expected) == {}
    assert report.organ == first.organ
    assert "several_reports" in codes(report)


def test_notes_and_units_in_cells_stay_as_printed() -> None:
    case = Case(noted=(("regulations", "in_force", "（其中修订16件）"), ("charges", "amount_10k_yuan", "万元")))
    report = read(case)
    assert differences(report, case.expected) == {}
    assert report.entry("disclosure", "charges", "amount_10k_yuan").status == "annotated"


def test_a_page_that_was_not_saved_to_its_end_says_so() -> None:
    whole = web_page(Case().specimen, quirks=Quirks(menus=True))
    cut = whole[: whole.rindex("</td>") - 1]
    assert "page_cut_off" in codes(gx.read_report(cut.encode()))
    assert "page_cut_off" not in codes(gx.read_report(whole.encode()))
    scripted = whole.replace("</body>", "<script>s='<table><tr>'</script></body>")
    assert "page_cut_off" not in codes(gx.read_report(scripted.encode()))


def test_a_web_page_has_no_places_on_paper() -> None:
    report = read(Case())
    assert (report.kind, report.pages) == ("html", 1)
    assert all(entry.boxes == () for entry in report.entries)


# Round trip -----------------------------------------------------------------------------------------------------------

quirky = st.builds(
    Quirks,
    covered=st.sampled_from(["left_out", "doubled", "instead"]),
    spans=st.sampled_from(["right", "random"]),
    blank=st.sampled_from(["", "&nbsp;", "<br>", "\u3000", "&#8203;", "<p>&nbsp;</p>"]),
    lines=st.sampled_from(["one", "paragraphs", "breaks"]),
    head=st.sampled_from(["body", "thead", "late"]),
    layout=st.integers(0, 3),
    menus=st.booleans(),
    split_labels=st.booleans(),
    unclosed=st.booleans(),
    wrapped=st.integers(0, 2),
    seed=st.integers(0, 2**16),
)


@given(case=plain_cases(hybrids=True, notes=True), encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_a_plain_page_is_read_exactly(case: Case, encoding: str) -> None:
    report = gx.read_report(web_page(case.specimen).encode(encoding))
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year) == (case.organ, case.year)


@given(case=plain_cases(kinds=("distinct", "unbalanced"), hybrids=True), quirks=quirky)
def test_figures_are_read_exactly_whatever_the_quirks(case: Case, quirks: Quirks) -> None:
    report = read(case, quirks)
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year) == (case.organ, case.year)


@settings(max_examples=150)
@given(case=cases(of=("wording", "structure"), notes=True), quirks=quirky)
def test_nothing_is_wrong_without_a_mark(case: Case, quirks: Quirks) -> None:
    assert unmarked(read(case, quirks), case.expected) == {}


# Hostile pages --------------------------------------------------------------------------------------------------------

MEGABYTE = 2**20
HOSTILE = {
    "50 MB of cells": (b"<table>" + b"<td>" * (50 * MEGABYTE // 4), "at most 16777216 are read"),
    "15 MB of cells": (b"<table>" + b"<td>" * (15 * MEGABYTE // 4), "at most 200000 are read"),
    "deep nesting": (b"<div>" * 100_000 + b"x", "Excessive depth"),
    "tables in tables": (b"<table><tr><td>" * 60_000 + b"x", "Excessive depth"),
    "a million attributes": (b"<p " + b"a " * 1_000_000 + b">x", "attributes or more"),
    "attributes behind quoted brackets": (b"<p a='>' b=\">\"" + b" c=<" * 150_000 + b">x", "attributes or more"),
    "spans": (
        (b"<table>" + b"<tr>" + b"<td colspan=999 rowspan=65000>1</td>" * 50 + b"<tr><td>2" * 100 + b"</table>") * 400,
        "cover more than 1000000 positions",
    ),
    "endless text": (b"<p>" + "政府信息公开1 ".encode() * 300_000, "characters of text|limit exceeded"),
    "endless lines": (b"<pre>" + b"1\n" * 2_000_000, "characters of text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_refused_in_bounded_time_and_memory(name: str) -> None:
    data, message = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(UnreadableFileError, match=message):
        html.read(data)
    assert time.process_time() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_no_entity_is_resolved_and_nothing_is_fetched() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    source = (
        f'<!DOCTYPE html [<!ENTITY l0 "哈">{laughs}<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<html><link rel=stylesheet href=http://127.0.0.1:9/x.css><iframe src=file:///etc/passwd></iframe>"
        "<p>a&x;b&l11;c</html>"
    )
    (found,) = html.read(source.encode()).pages
    assert found.blocks is not None
    text = "".join(block.text for block in found.blocks if isinstance(block, Paragraph))
    assert "a&x;b&l11;c" in text
    assert "root:" not in text
    assert len(text) < 2000


def test_a_page_of_200_kilobytes_is_read_in_a_blink() -> None:
    td = "<td style='width:30px'><p class=MsoNormal><span lang=EN-US style='font-size:9pt'>0<o:p></o:p></span></p></td>"
    body = (
        "<table>"
        + ("<tr>" + td * 10 + "</tr>") * 120
        + "</table>"
        + "<li><a href='http://a/b'>菜单项目</a></li>" * 1500
    )
    data = page(body).encode()
    assert len(data) > 200_000
    times = []
    for _ in range(5):
        start = time.process_time()
        html.read(data)
        times.append(time.process_time() - start)
    assert min(times) < 0.2


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = html.read(b"<html>" + data)
    except UnreadableFileError:
        return
    assert document.pages[0].blocks


# Tags shaken ----------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<[^<>]*>")
_STRAYS = (
    *("<div>", "</div>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<p>", "<span", "<!--", "-->", "<b>"),
    *("&", "<script>", "<style>", "<![CDATA[", "<?x", "</tbody>", "<thead>", "<td colspan=2>", "<td rowspan=3>"),
)


def shaken(source: str, numbers: random.Random) -> str:
    """A page with tags lost, doubled, cut, put elsewhere or put in; no digit between tags is touched."""
    for _ in range(numbers.choice((1, 2, 5))):
        tags = [match.span() for match in _TAG.finditer(source)]
        start, end = numbers.choice(tags)
        tag = source[start:end]
        elsewhere = slice(*numbers.choice(tags))
        changed = numbers.choice(
            (
                "",
                tag + tag,
                tag[: numbers.randrange(1, len(tag))],
                tag.upper(),
                source[elsewhere],
                numbers.choice(_STRAYS) + tag,
                re.sub(r"\d+", lambda _: str(numbers.choice((0, 1, 3, 99, 10**9))), tag),
            )
        )
        source = source[:start] + changed + source[end:]
    return source


@settings(max_examples=25)
@given(case=plain_cases(kinds=("distinct",)), seed=st.integers(0, 2**32 - 1))
def test_a_page_whose_tags_are_shaken_is_read_or_refused_and_no_figure_is_made_up(case: Case, seed: int) -> None:
    try:
        report = gx.read_report(shaken(web_page(case.specimen), random.Random(seed)).encode())
    except UnreadableFileError:
        return
    printed = set(case.expected.values())
    made_up = {
        (entry.table, entry.row, entry.column): (entry.raw, entry.grade)
        for entry in report.entries
        if entry.value is not None and entry.raw not in printed
    }
    assert {place: seen for place, seen in made_up.items() if seen[1] not in ("contradicted", "unchecked")} == {}
