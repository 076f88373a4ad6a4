"""Plain text in every way that tables are written in it."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markup import contents

from gxstudy import forms
from gxstudy.errors import EmptyFileError, TruncatedFileError, UnknownFileKindError, UnreadableFileError
from gxstudy.findings import Code
from gxstudy.layout import Document, Grid, Paragraph
from gxstudy.readers import text, text_parted
from gxstudy.report import read_report

Item = str | list[str]
Place = tuple[str, str, str]


def read(written: str) -> list[str | list[list[str]]]:
    return contents(text.read(written.encode()))


# A whole report, every figure another number, in reading order: what each way of writing starts from.


def report_items() -> tuple[list[Item], dict[Place, str]]:
    form = forms.load("2021")
    number = count(11)
    truth: dict[Place, str] = {}

    def figure(table: str, row: str, column: str) -> str:
        truth[table, row, column] = str(next(number))
        return truth[table, row, column]

    disclosure, applications, disputes = form.tables
    items: list[Item] = ["清河县统计局2024年政府信息公开工作年度报告", "一、总体情况", "2024年，未收到复议。"]
    items.append(disclosure.section)
    for block in disclosure.blocks:
        items.append([block.label])
        items.append([disclosure.stub, *(disclosure.column(key).label for key in block.columns)])
        items += [
            [disclosure.row(row).label, *(figure("disclosure", row, key) for key in block.columns)]
            for row in block.rows
        ]
    items.append(applications.section)
    labels = {column.key: column.label for column in applications.columns}
    items.append([applications.stub, "申请人情况"])
    items.append([labels["natural_person"], "法人或其他组织", labels["total"]])
    items.append([labels[key] for key in list(labels)[1:-1]])
    printed: set[str] = set()
    for row in applications.rows:
        if row.replaces:
            continue
        groups = [group for group in applications.parents(row.group) if group.key not in printed]
        printed |= {group.key for group in groups}
        figures = [figure("applications", row.key, column.key) for column in applications.columns]
        items.append([*(group.label for group in groups), row.label, *figures])
    items.append(disputes.section)
    items.append([disputes.rows[0].label, "行政诉讼"])
    items.append([*(column.label for column in disputes.columns), *(row.label for row in disputes.rows[1:])])
    items.append([column.label for _ in disputes.rows[1:] for column in disputes.columns])
    items.append([figure("disputes", row.key, column.key) for row in disputes.rows for column in disputes.columns])
    items += ["五、存在的主要问题及改进情况", "需要继续改进。", "六、其他需要报告的事项", "本年度未收取信息处理费。"]
    return items, truth


def by_lines(write: Callable[[list[str]], str]) -> Callable[[Sequence[Item]], str]:
    return lambda items: "\n".join(write(item) if isinstance(item, list) else item for item in items)


def broken_piped(items: Sequence[Item]) -> str:
    """Every cell on a line that ends with a pipe, rows filled up with pipes to the width of their table."""
    lines: list[str] = []
    widths = iter((4, 10, 15))
    width = 0
    for item in items:
        if isinstance(item, str):
            lines.append(item)
            width = next(widths) if item.startswith(("二、", "三、", "四、")) else width
            continue
        lines += [f"{cell} |" for cell in item]
        lines += ["|" * (width - len(item))] if width > len(item) else []
    return "\n".join(lines)


WRITINGS: dict[str, Callable[[Sequence[Item]], str]] = {
    "one cell a line after a tab": by_lines(lambda row: "\n".join("\t" + cell for cell in row) + "\n"),
    "tabs": by_lines("\t".join),
    "tabs on lines of their own": lambda items: "\n\n".join(
        "\n\n\t\n\n".join(item) if isinstance(item, list) else item for item in items
    ),
    "pipes": by_lines(lambda row: "| " + " | ".join(row) + " |"),
    "pipes without the outer ones": by_lines(" | ".join),
    "tight pipes": by_lines(lambda row: "|" + "|".join(row) + "|"),
    "pipes filled up": by_lines(lambda row: "| " + " | ".join(row) + " | " + "|" * (10 - len(row))),
    "one cell a line before a pipe": by_lines(lambda row: "\n".join(f"{cell} |" for cell in row)),
    "one cell a line before a pipe, filled up": broken_piped,
    "a pipe on a line between two cells": lambda items: "\n".join(
        "\n|\n".join([*item, ""]).rstrip("\n") if isinstance(item, list) else item for item in items
    ),
    "drawn pipes": by_lines(lambda row: f"├{'─' * 40}┤\n│{'│'.join(row)}│"),
    "commas": by_lines(",".join),
    "wide gaps": by_lines("    ".join),
    "single spaces": by_lines(" ".join),
    "one cell a line": by_lines("\n".join),
    "one cell a line between empty ones": lambda items: "\n\n".join(
        "\n\n".join(item) if isinstance(item, list) else item for item in items
    ),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_writing_of_a_report_gives_every_figure(writing: str) -> None:
    items, truth = report_items()
    if writing == "pipes without the outer ones":
        items = [item for item in items if isinstance(item, str) or len(item) > 1]
    report = read_report(WRITINGS[writing](items).encode())
    assert {(e.table, e.row, e.column): e.raw for e in report.entries} == truth
    assert {entry.status for entry in report.entries} == {"read"}
    assert (report.kind, report.organ, report.year, report.fee.stated) == ("text", "清河县统计局", 2024, "none")
    assert "需要继续改进。" in [paragraph.text for paragraph in report.paragraphs]


@pytest.mark.parametrize("writing", WRITINGS)
@given(data=st.data())
def test_a_lost_figure_is_never_made_up_for(writing: str, data: st.DataObject) -> None:
    """With one figure left out of a row of table three, no place shows a figure of another place as its own."""
    items, truth = report_items()
    figures = [
        index for index, item in enumerate(items) if isinstance(item, list) and len(item) > 7 and item[-1].isdigit()
    ]
    index = data.draw(st.sampled_from(figures[:-1]))
    row = items[index]
    assert isinstance(row, list)
    lost = data.draw(st.integers(1, 7))
    items[index] = [*row[: len(row) - lost], *row[len(row) - lost + 1 :]]
    if writing == "pipes without the outer ones":
        items = [item for item in items if isinstance(item, str) or len(item) > 1]
    report = read_report(WRITINGS[writing](items).encode())
    for entry in report.entries:
        if entry.status == "read":
            assert entry.raw == truth[entry.table, entry.row, entry.column]
    assert any(finding.severity == "error" for finding in report.findings)


@pytest.mark.parametrize("writing", WRITINGS)
@given(data=st.data())
def test_blank_cells_move_no_figure(writing: str, data: st.DataObject) -> None:
    items, truth = report_items()
    for index, item in enumerate(items):
        if isinstance(item, list) and len(item) > 7 and item[-1].isdigit() and len(item) < 15:
            blank = data.draw(st.sets(st.integers(1, 7), max_size=3) if index % 3 == 0 else st.just(set[int]()))
            items[index] = ["" if len(item) - place in blank else cell for place, cell in enumerate(item)]
    if writing == "pipes without the outer ones":
        items = [item for item in items if isinstance(item, str) or len(item) > 1]
    report = read_report(WRITINGS[writing](items).encode())
    for entry in report.entries:
        if entry.status == "read":
            assert entry.raw == truth[entry.table, entry.row, entry.column]


# One cell a line after a tab, as Word exports it


def exported(*lines: str) -> str:
    """Lines of the export behind enough rows to tell what it is."""
    return "\n".join(["\t规章\n\t0\n\t0\n\t0\n", "\t行政许可\n\t7\n", *lines])


def test_rows_end_at_empty_lines_and_grids_at_prose() -> None:
    assert read(exported("二、情况", "\t甲", "\t1", "", "\t乙", "", "")) == [
        [["规章", "0", "0", "0"], ["行政许可", "7"]],
        "二、情况",
        [["甲", "1"], ["乙"]],
    ]


def test_a_line_without_a_tab_goes_on_with_its_cell_but_not_with_a_figure() -> None:
    assert read(exported("\t商业", "企业", "\t0", "三、收到的申请", "正文。"))[1:] == ["三、收到的申请", "正文。"]
    (first, *_) = read(exported("\t商业", "企业", "\t0"))
    assert first == [["规章", "0", "0", "0"], ["行政许可", "7"], ["商业企业", "0"]]


def test_two_lines_of_digits_in_one_cell_are_not_run_together() -> None:
    (grid,) = read(exported("\t一十", "1", "2"))
    assert isinstance(grid, list)
    assert grid[-1] == ["一十1 2"]


def test_empty_cells_stay_and_rows_may_differ_in_length() -> None:
    (grid,) = read(exported("\t", "\t ", "\t丙", "\t5", ""))
    assert isinstance(grid, list)
    assert grid[-1] == ["", "", "丙", "5"]


def test_a_sentence_that_is_only_indented_with_a_tab_is_prose() -> None:
    assert read(exported("正文", "\t本年度未收到政府信息公开申请。", ""))[1:] == [
        "正文",
        "本年度未收到政府信息公开申请。",
    ]


def test_marks_of_bookmarks_are_taken_out() -> None:
    assert read("[bookmark: _GoBack]2024年，本局[bookmark: a]未收取费用。") == ["2024年，本局未收取费用。"]


CELL = st.text(st.characters(categories=("L", "N", "P"), max_codepoint=0xFFFF), min_size=1, max_size=8).filter(
    lambda cell: not text_parted.PROSE.search(cell) and "[" not in cell
)


@given(st.lists(st.lists(st.one_of(CELL, st.just("")), min_size=1, max_size=12), min_size=1, max_size=8))
def test_cells_after_tabs_come_back_as_they_were(table: list[list[str]]) -> None:
    written = "\n".join("\n".join("\t" + cell for cell in row) + "\n" for row in table)
    first, grid = read("\t规章\n\t1\n\t2\n\t3\n\t4\n\n正文\n" + written)[1:]
    assert first == "正文"
    assert grid == table


@given(st.lists(st.lists(CELL.filter(lambda cell: "|" not in cell), min_size=2, max_size=9), min_size=5, max_size=8))
def test_cells_between_tabs_or_pipes_come_back_as_they_were(table: list[list[str]]) -> None:
    assert read("\n".join("\t".join(row) for row in table)) == [table]
    piped = "\n".join("| " + " | ".join(row) + " |" for row in table)
    assert read(piped) == [table]


def read_or_refused(data: bytes) -> Document | str:
    try:
        return text.read(data)
    except UnreadableFileError as error:
        return str(error)


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda written: written.encode("utf-8", "replace")))
)
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    document = read_or_refused(data)
    assert document
    if isinstance(document, Document):
        for block in document.pages[0].blocks or ():
            assert block.text.strip() if isinstance(block, Paragraph) else block.cells


# Pipes and spaces


def test_the_rule_of_a_markdown_table_is_no_row() -> None:
    written = "| 甲 | 乙 |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | |\n|  | 6 |"
    assert read(written) == [[["甲", "乙"], ["1", "2"], ["3", "4"], ["5", ""], ["", "6"]]]


def test_a_row_of_single_dashes_is_no_rule() -> None:
    """It was taken for the rule of a markdown table, and its strokes were said to be blank."""
    written = "| 甲 | 乙 |\n| - | - |\n| 1 | 2 |\n| - | - |\n| -- | -- |\n| --- | :--: |\n| 5 | 6 |"
    assert read(written) == [[["甲", "乙"], ["1", "2"], ["-", "-"], ["--", "--"], ["5", "6"]]]


@pytest.mark.parametrize("end", ["", " |"])
def test_labels_over_columns_that_are_broken_over_lines_are_whole(end: str) -> None:
    cells = [
        "信息内容",
        "本年\n制发件数",
        "本年\n废止\n件数",
        "现行有\n效件数",
        "规章",
        "1",
        "-",
        "3",
        "行政规范性\n文件",
        "4",
    ]
    cells += ["5", "/", "信息内容", "本年处理\n决定数量", "行政许可", "7", "行政处罚", "-"]
    (grid,) = read("\n".join(cell + end for cell in cells))
    assert grid == [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "1", "-", "3"],
        ["行政规范性文件", "4", "5", "/"],
        ["信息内容", "本年处理决定数量"],
        ["行政许可", "7"],
        ["行政处罚", "-"],
    ]


def test_figures_behind_two_labels_of_rows_are_nobodys() -> None:
    """The two made one row, and the figures were read as those of the first; programs that draw the text out of a
    page write the figures of the first behind both.
    """
    lines = ["规章", "1", "2", "3", "行政规范性文件", "4", "5", "6", "行政许可", "7", "（五）不予 2.重复申请", "处理"]
    lines += ["3.要求提供公开出版物", "8", "9", "重复申请", "10", "行政处罚"]
    assert read("\n".join(lines)) == [
        [
            ["规章", "1", "2", "3"],
            ["行政规范性文件", "4", "5", "6"],
            ["行政许可", "7"],
            ["（五）不予 2.重复申请", "处理"],
            ["3.要求提供公开出版物", "8 9"],
            ["重复申请", "10"],
            ["行政处罚"],
        ]
    ]


def test_labels_of_several_lines_between_pipes_on_lines_of_their_own() -> None:
    row = ["一、本年新收政府信息公开\n申请数量", "1", "2", "3", "4", "5", "6", "21"]
    rows = "\n|\n".join(
        ["自然人", "商业\n企业", *row, "二、上年结转政府信息公开申请数量", "", "", "0", "", "", "", "0"]
    )
    found = read(f"三、收到和处理政府信息公开申请情况\n如下：\n{rows}\n|\n五、存在的主要问题及改进情况\n没有。")
    assert found == [
        "三、收到和处理政府信息公开申请情况",
        "如下：",
        [
            ["自然人"],
            ["商业企业"],
            ["一、本年新收政府信息公开申请数量", *row[1:]],
            ["二、上年结转政府信息公开申请数量", "", "", "0", "", "", "", "0"],
        ],
        "五、存在的主要问题及改进情况",
        "没有。",
    ]


def test_lines_of_one_cell_between_two_drawn_rules_are_joined() -> None:
    rule = "+----------+----+"
    rows = [f"| 行政规范 | {n}  |\n| 性文件   |    |\n{rule}" for n in range(1, 6)]
    assert read("\n".join([rule, *rows])) == [[["行政规范性文件", str(n)] for n in range(1, 6)]]


def test_marks_of_markdown_are_no_part_of_the_text() -> None:
    written = "# 某县统计局2024年政府信息公开工作年度报告\n\n**一、总体情况**\n\n| 甲 | 乙 |\n|---|---|\n"
    written += "| **合计** | **12** |\n| 社会<br>公益<br/>组织 | &nbsp; |\n| ~~3~~ | 1**2 |\n| 4 | 5 |\n"
    assert read(written) == [
        "某县统计局2024年政府信息公开工作年度报告",
        "一、总体情况",
        [["甲", "乙"], ["合计", "12"], ["社会公益组织", ""], ["~~3~~", "1**2"], ["4", "5"]],
    ]


@pytest.mark.parametrize("sign", [",", ";"])
def test_a_table_of_a_spreadsheet_saved_as_text(sign: str) -> None:
    lines = [
        ["某县统计局2024年政府信息公开工作年度报告", "", "", ""],
        ["信息内容", "本年制发件数", "本年\n废止件数", "现行有效件数"],
    ]
    lines += [
        ["规章", "1", "", "3"],
        ["行政规范性文件", "4", "1,205", "6"],
        ["行政许可", "7", "", ""],
        ["行政处罚", "8", "", ""],
    ]
    lines += [["行政强制", "9", "", ""], ["行政事业性收费", f"1{sign}2", "", ""]]
    written = "\n".join(sign.join(f'"{cell}"' if set(cell) & set(",;\n") else cell for cell in line) for line in lines)
    title, grid = read(written)
    assert title == lines[0][0]
    assert grid == [[cell.replace("\n", "") for cell in line] for line in lines[1:]]
    open_mark = read(written.replace("规章", '"规章'))
    assert isinstance(open_mark[1], list)
    assert ["行政许可", "7", "", ""] in open_mark[1]


def test_wrapped_labels_of_a_printed_page_are_put_together() -> None:
    table = [
        "一、本年新收政府信息公开申请数量 21 0 0 0 0 0 21",
        "二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0",
        "三",
        "、",
        "（二）部分公开（区分处理的，只计这一情 形，不",
        "计其他情形）",
        "4 0 0 0 0 0 4",
        "（三）不",
        "予公开",
        "1.属于国家秘密 1 0 0 0 0 0 1",
        "- 3 -",
        "5.要求行政机关确认或重新出",
        "具已获取信息 0 0 0 0 0 0 0",
        "四、政府信息公开行政复议、行政诉讼情况",
    ]
    (grid, section) = read("\n".join(table))
    assert grid == [
        ["一、本年新收政府信息公开申请数量", "21", "0", "0", "0", "0", "0", "21"],
        ["二、上年结转政府信息公开申请数量", "0", "0", "0", "0", "0", "0", "0"],
        ["（二）部分公开（区分处理的，只计这一情 形，不计其他情形）", "4", "0", "0", "0", "0", "0", "4"],
        ["（三）不予公开"],
        ["1.属于国家秘密", "1", "0", "0", "0", "0", "0", "1"],
        ["5.要求行政机关确认或重新出具已获取信息", "0", "0", "0", "0", "0", "0", "0"],
    ]
    assert section == "四、政府信息公开行政复议、行政诉讼情况"


def test_two_rows_that_ran_together_keep_the_figures_of_both() -> None:
    """The figures of the first were taken for a part of the label, and those of the second for its own."""
    rows = [f"{n}.重复申请 {n} 0 0 0 0 0 {n}" for n in range(1, 6)]
    (grid,) = read("\n".join([*rows, "6.属于四类过程性信息 971 715 906 于行政执法案卷 1 2 3 4 5 6 21"]))
    assert isinstance(grid, list)
    together = ["6.属于四类过程性信息", "971", "715", "906", "于行政执法案卷"]
    assert grid[-1] == [*together, *map(str, (1, 2, 3, 4, 5, 6, 21))]


PRINTED = [f"{n}.重复申请 {n} 0 0 0 0 0 {n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["行政强制 减 3314"], [["行政强制", "减3314"]]),
        (["行政强制 347 万元 902"], [["行政强制", "347万元", "902"]]),
        (["政府集中采购 999. 35 7"], [["政府集中采购", "999. 35", "7"]]),
        (["行政许可 252", "7", "行政处罚 8"], [["行政许可", "252 7"], ["行政处罚", "8"]]),
        (["行政许可 25", "万元", "行政处罚 8"], [["行政许可", "25 万元"], ["行政处罚", "8"]]),
        (["行政许可 - -", "行政处罚 8 -"], [["行政许可", "-", "-"], ["行政处罚", "8", "-"]]),
    ],
)
def test_words_beside_a_figure_are_a_part_of_its_cell(lines: list[str], expected: list[list[str]]) -> None:
    """A sign in words was taken for a part of the label, and the second line of a figure was lost."""
    (grid,) = read("\n".join([*PRINTED, *lines]))
    assert isinstance(grid, list)
    assert grid[5:] == expected


def test_figures_behind_two_labels_on_lines_of_their_own_are_nobodys_nor_are_the_next() -> None:
    lines = [
        "三 （一）予以公开",
        "、 1.属于国家秘密",
        "1 2 3 4 5 6 21",
        "本 2.其他法律行政法规禁止公开",
        "2 2 3 4 5 6 22",
    ]
    (grid,) = read("\n".join([*PRINTED, *lines]))
    assert isinstance(grid, list)
    assert [row[1:] for row in grid[5:] if len(row) > 1] == [["1 2 3 4 5 6 21"], ["2 2 3 4 5 6 22"]]


# Bytes

SENTENCE = "清河县统计局2024年政府信息公开工作年度报告\r\n本年度未收到政府信息公开申请。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_encodings_and_line_ends(encoding: str) -> None:
    expected = SENTENCE.split("\r\n")
    assert contents(text.read(SENTENCE.encode(encoding))) == expected
    assert contents(text.read(SENTENCE.replace("\r\n", "\r").encode(encoding))) == expected


@pytest.mark.parametrize(
    "data,error,words",
    [
        (b"", EmptyFileError, "white space"),
        (b"\xef\xbb\xbf \r\n\t", EmptyFileError, "white space"),
        (SENTENCE.encode()[:-2], TruncatedFileError, "damaged or cut off at byte"),
        (SENTENCE.encode("utf-16")[:-1], TruncatedFileError, "damaged or cut off at byte"),
        (b"\xff\x81\xfe abc \xff", UnknownFileKindError, "save it as UTF-8"),
        (b"0" * (text.LARGEST + 1), UnreadableFileError, f"at most {text.LARGEST}"),
    ],
    ids=["empty", "white", "cut", "cut-utf16", "unknown", "large"],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        text.read(data)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_a_few_damaged_bytes_cost_no_other_character_and_are_said(encoding: str) -> None:
    lines = ["一、总体情况", *["本年度收到政府信息公开申请十二件。"] * 20, "收到申请35件。"]
    data = bytearray("\r\n".join(lines).encode(encoding))
    at = 5 * len("一".encode(encoding))
    data[at : at + 2] = b"\x00\xdc" if encoding == "utf-16-le" else b"\xff\xff"
    document = text.read((b"\xff\xfe" if encoding == "utf-16-le" else b"") + bytes(data))
    found = contents(document)
    assert isinstance(found[0], str)
    assert found[0].startswith("一、总体情")
    assert "\ufffd" in found[0]
    assert found[1:] == lines[1:]
    (said,) = document.findings
    assert said.code is Code.UNMAPPED_GLYPHS
    assert f"the first at byte {at}" in said.message


def test_a_damaged_figure_in_a_text_is_unreadable() -> None:
    items, truth = report_items()
    place = ("applications", "new", "total")
    source = WRITINGS["tabs"](items).encode()
    figure = truth[place].encode()
    report = read_report(source.replace(b"\t" + figure + b"\n", b"\t" + figure[:-1] + b"\xff\n", 1))
    found = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    assert (found[place].status, found[place].value) == ("unreadable", None)
    assert all(found[other].raw == printed for other, printed in truth.items() if other != place)
    assert Code.UNMAPPED_GLYPHS in {noticed.code for noticed in report.findings}


def test_a_stray_zero_byte_parts_digits_and_never_joins_them() -> None:
    (grid,) = read(exported("\t乙", "\t1\x002"))
    assert isinstance(grid, list)
    assert grid[-1] == ["乙", "1 2"]


@pytest.mark.parametrize(
    "unit",
    [b"0", b"\t", b"|", b"| ", b"\n", b"-", b" 0", b"a|\n", b"a\n\t\n", b"0 0 0 0\n", "收到申请1件".encode()],
)
def test_endless_input_ends(unit: bytes) -> None:
    size = text.LARGEST // 8
    start = time.process_time()
    assert read_or_refused(unit * (size // len(unit)) + b"x")
    assert time.process_time() - start < 10


def test_fifty_megabytes_are_refused_at_once() -> None:
    start = time.process_time()
    with pytest.raises(UnreadableFileError, match="52428800 bytes"):
        text.read(b"0" * (50 * 2**20))
    assert time.process_time() - start < 1


# The real document


def test_the_real_export_cell_by_cell(shared: Path) -> None:
    document = text.read((shared / "reports" / "hotan-science-2024.txt").read_bytes())
    parts = contents(document)
    grids = [part for part in parts if isinstance(part, list)]
    assert document.kind == "text"
    assert [len(grid) for grid in grids] == [14, 28, 4]
    assert [max(map(len, grid)) for grid in grids] == [4, 10, 15]
    assert grids[1][2] == ["", "", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", ""]
    assert grids[2][3] == ["0"] * 15
    assert not any("bookmark" in part for part in parts if isinstance(part, str))
    assert parts[-2:] == ["和田地区科技局", "2025年1月15日"]
    assert all(
        cell.row_span == cell.column_span == 1
        for block in document.pages[0].blocks or ()
        if isinstance(block, Grid)
        for cell in block.cells
    )


def test_the_real_export_gives_the_true_figures(shared: Path) -> None:
    report = read_report(shared / "reports" / "hotan-science-2024.txt")
    with (shared / "reports" / "hotan-science-2024.truth.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}
    assert len(truth) == 200
    assert {(e.table, e.row, e.column): e.raw for e in report.entries} == truth
    assert report.findings == ()


@pytest.mark.parametrize("name", ["hotan-science-2024", "hongze-2023", "hongze-2024"])
def test_the_text_copied_out_of_a_real_pdf_gives_the_true_figures(shared: Path, name: str) -> None:
    import pypdfium2

    pages = pypdfium2.PdfDocument(shared / "reports" / f"{name}.pdf")
    copied = "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    report = read_report(copied.encode())
    with (shared / "reports" / f"{name}.truth.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}
    assert {(e.table, e.row, e.column): e.raw for e in report.entries} == truth
