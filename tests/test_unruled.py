"""Tables without rules, or with rules across alone: rows and columns told by where words stand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Case, cases

import gxstudy as gx
from gxstudy import grids, report
from gxstudy.errors import UnknownFormError
from gxstudy.fill import Entry, Filled, fill
from gxstudy.findings import Code, finding
from gxstudy.grids import wrapped
from gxstudy.grids.heads import Place, columns
from gxstudy.grids.rows import Line, cut
from gxstudy.layout import Cell, Document, Grid, Page, Ruling, Word
from gxstudy.readers import pdf
from gxstudy.specimens import Layout, Specimen, draw, invented
from gxstudy.text import read_number, squeeze

RAW = Path(__file__).parents[1] / "data" / "raw"
REPORTS = sorted(path.stem for path in (RAW / "reports").glob("*.pdf"))

Align = Literal["center", "right", "left"]
Ruled = Literal["none", "heads", "horizontal"]
Place3 = tuple[str, str, str]


def bare(document: Document) -> Filled:
    """The form as filled in from the words of a document alone."""
    pages = [replace(page, rulings=()) for page in document.pages]
    return fill(tuple(grid for page in pages for grid in grids.find(page)))


def entries(filled: Filled) -> dict[Place3, Entry]:
    return {(entry.table, entry.row, entry.column): entry for sheet in filled.sheets for entry in sheet.entries}


def unlike(found: dict[Place3, Entry], printed: dict[Place3, str]) -> dict[Place3, str]:
    """What is not as printed."""
    read = {place: entry.raw for place, entry in found.items() if entry.status not in ("unreadable", "absent")}
    return {place: text for place, text in printed.items() if text and squeeze(read.get(place, "")) != squeeze(text)}


def silent(found: dict[Place3, Entry], printed: dict[Place3, str]) -> list[Place3]:
    """The places where something else is said than what is printed."""
    claims = {place: entry for place, entry in found.items() if entry.status not in ("unreadable", "absent")}
    return [
        place
        for place, entry in claims.items()
        if (entry.value, entry.status) != tuple(read_number(printed.get(place, "")))[:2]
    ]


# Whole reports --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_a_real_report_without_its_rules_is_read_exactly(name: str) -> None:
    with (RAW / "typeset" / "figures.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["report_id"] == name]
    printed = {(line["table"], line["row"], line["column"]): line["printed"] for line in lines}
    found = entries(bare(pdf.read((RAW / "reports" / f"{name}.pdf").read_bytes())))
    assert len(printed) > 20
    assert unlike(found, printed) == {}
    assert silent(found, printed) == []


@pytest.mark.parametrize("name", ["hongze-2023", "hongze-2024", "hotan-science-2024"])
def test_a_published_report_without_its_rules_is_read_as_with_them(shared: Path, name: str) -> None:
    document = pdf.read((shared / "reports" / f"{name}.pdf").read_bytes())
    ruled = entries(fill(tuple(grid for page in document.pages for grid in grids.find(page))))
    printed = {place: entry.raw for place, entry in ruled.items()}
    found = entries(bare(document))
    assert silent(found, printed) == []
    assert unlike(found, printed) == {}


@pytest.mark.parametrize("ruled", ["none", "heads", "horizontal"])
@pytest.mark.parametrize("align", ["center", "right", "left"])
def test_figures_may_be_set_to_either_side(align: Align, ruled: Ruled) -> None:
    case = Case(seed=11, layout=Layout(align=align, ruled=ruled))
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert unlike(found, case.expected) == {}
    assert silent(found, case.expected) == []


@settings(max_examples=20)
@given(
    cases(hybrids=True, notes=True),
    st.sampled_from(["none", "heads", "horizontal"]),
    st.sampled_from(["center", "right", "left"]),
    st.sampled_from([(4.0, 2.5), (1.0, 1.0), (2.0, 6.0)]),
)
def test_no_layout_without_rules_errs_in_silence(
    case: Case, ruled: Ruled, align: Align, padding: tuple[float, float]
) -> None:
    case = replace(case, layout=replace(case.layout, ruled=ruled, align=align, padding=padding))
    try:
        told = gx.read_report(case.pdf)
    except gx.errors.UnreadableFileError:
        return
    found = {(entry.table, entry.row, entry.column): entry for entry in told.entries if entry.grade != "contradicted"}
    assert silent(found, case.expected) == []


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("ruled", ["none", "heads", "horizontal"])
def test_figures_with_a_word_of_change_are_figures(ruled: Ruled, edition: str) -> None:
    """A row with 增加572 in it was none: it was not found, or its figures run together with those of the next."""
    of = "newly_made" if edition == "2019" else "made"
    noted = (("normative_documents", of, "增加"), ("regulations", of, "减"))
    case = Case(edition, 2019 if edition == "2019" else 2024, seed=4, noted=noted, layout=Layout(ruled=ruled))
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert unlike(found, case.expected) == {}
    assert silent(found, case.expected) == []


@pytest.mark.parametrize("ruled", ["none", "horizontal"])
def test_digits_that_are_set_wide_are_one_figure(ruled: Ruled) -> None:
    """Each digit was taken for a figure of its own, and nothing of the report was read."""
    case = Case(seed=7, layout=Layout(ruled=ruled, tracking=0.2, table_size=6.5))
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert unlike(found, case.expected) == {}
    assert silent(found, case.expected) == []


@pytest.mark.parametrize("row", ["rejected.reconfirm", "other.no_correction"])
def test_two_figures_beside_a_label_of_several_lines_are_a_row(row: str) -> None:
    """A line of two figures alone was taken for a heading: it ended the table, and its row was not found."""
    case = Case(seed=3, kind="sparse", zero="", layout=Layout(ruled="none", padding=(4.0, 2.5)))
    kept = {place: text for place, text in case.specimen.figures.items() if place[:2] != ("applications", row)}
    figures = kept | {("applications", row, "business"): "7", ("applications", row, "total"): "7"}
    specimen = replace(case.specimen, figures=figures)
    found = {(e.table, e.row, e.column): e for e in gx.read_report(draw(specimen, case.layout)).entries}
    assert [found["applications", row, column].raw for column in ("business", "total")] == ["7", "7"]
    assert silent(found, figures) == []


def test_a_unit_under_its_figure_is_not_left_out_in_silence() -> None:
    """541件 with 件 on the next line was 541, a plain number."""
    words = [*_row(("行政处罚", "12", "541", "7"), 100.0), *_row(("行政强制", "8", "9", "10"), 114.0)]
    unit = Word("件", 362, 108, 371, 117)
    found = grids.find(Page(1, 595.0, 842.0, (*words, unit)))
    cells = [cell for grid in found for cell in grid.cells if cell.text.startswith("541")]
    assert [cell.garbled or cell.text == "541件" for cell in cells] == [True]


def test_the_numbers_of_two_pages_on_one_sheet_are_no_row() -> None:
    rows = [("一、本年新收政府信息公开申请数量", *"1234567"), ("二、上年结转政府信息公开申请数量", *"7654321")]
    words = [word for n, row in enumerate(rows) for word in _row(row, 770.0 + 14 * n)]
    for numbers, wanted in ((("3", "4"), 2), (("3", "7"), 3)):
        feet = [Word(text, x, 798, x + 5, 807) for text, x in zip(numbers, (200, 510), strict=True)]
        (grid,) = grids.find(Page(1, 595.0, 842.0, (*words, *feet)))
        assert grid.rows == wanted


def test_figures_under_the_label_of_a_row_that_is_blank_are_not_its_own() -> None:
    """The row below has no label: its figures were given to the row above it, which is blank."""
    layout = Layout(ruled="none", padding=(4.0, 2.5), labels=(("rejected.repeat", ""),))
    other = ("article_20_5", "article_20_6")
    case = Case("2021", 2021, "某县人民政府", foreign_blocks=other, seed=1, kind="sparse", zero="", layout=layout)
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert case.expected["applications", "rejected.repeat", "total"] == "29"
    assert silent(found, case.expected) == []


# Words moved, joined and written in another order --------------------------------------------------------------------


def drawn(
    change: Callable[[list[Word]], Sequence[Word]], *, layout: Layout | None = None
) -> tuple[dict[Place3, Entry], dict[Place3, str]]:
    """A report without rules whose words are changed page by page, as filled in, and what is printed in it."""
    blank = Specimen("清河县统计局", 2024, {})
    figures = {place: str(figure) for place, figure in invented(blank, seed=5).items()}
    document = pdf.read(draw(replace(blank, figures=figures), layout or Layout(padding=(4.0, 2.5))))
    pages = tuple(replace(page, words=tuple(change(list(page.words)))) for page in document.pages)
    return entries(bare(replace(document, pages=pages))), figures


def test_figures_are_seen_in_whatever_order_they_are_written() -> None:
    """Lines written from right to left were passed over: a page that is turned upside down has them."""
    for change in (lambda words: words[::-1], lambda words: sorted(words, key=lambda word: (word.x0, word.top))):
        found, printed = drawn(change)
        assert unlike(found, printed) == {}


def test_figures_that_touch_leave_no_column_blank() -> None:
    """The two were taken to stand in the one column, and the other for blank."""

    def touch(words: list[Word]) -> list[Word]:
        for one, other in pairwise(words):
            if one.text.isdigit() and other.text.isdigit() and len(one.text) > 2 and one.top == other.top:
                joined = one._replace(text=one.text + other.text, x1=other.x1)
                return [joined if word is one else word for word in words if word is not other]
        return words

    found, printed = drawn(touch)
    assert unlike(found, printed)
    assert silent(found, printed) == []


def test_a_label_that_touches_its_first_figure_leaves_it_not_blank() -> None:
    def touch(words: list[Word]) -> list[Word]:
        for one, other in pairwise(words):
            if one.text.endswith("数量") and other.text.isdigit() and one.top == other.top:
                joined = one._replace(text=one.text + other.text, x1=other.x1)
                return [joined if word is one else word for word in words if word is not other]
        return words

    found, printed = drawn(touch)
    assert found["applications", "new", "natural_person"].status != "blank"
    assert silent(found, printed) == []


def test_a_page_number_close_under_a_row_is_no_rest_of_its_figures() -> None:
    """The strokes around it made it figures of some row, and the rows at both sides of the break unreadable."""
    number = [Word(text, 290 + 7 * n, 790, 295 + 7 * n, 807) for n, text in enumerate("-3-")]
    first = [
        *_row(("一、本年新收政府信息公开申请数量", *"1234567"), 755),
        *_row(("二、上年结转政府信息公开申请数量", *"2345671"), 769),
    ]
    second = [*_row(("（一）予以公开", *"3456712"), 80), *_row(("（三）不予公开", *"4567123"), 94)]
    pages = [Page(3, 595.0, 842.0, (*first, *number)), Page(4, 595.0, 842.0, tuple(second))]
    found = entries(fill(tuple(grid for page in pages for grid in grids.find(page))))
    for row, figures in (("new", "1234567"), ("carried_in", "2345671"), ("granted", "3456712")):
        assert [found["applications", row, key].status for key in _columns(found)] == ["read"] * 7
        assert [found["applications", row, key].raw for key in _columns(found)] == list(figures)


def test_the_next_table_close_under_one_is_another() -> None:
    """Its heading and its labels were taken for labels of the table above, its figures for columns left of that's."""
    from gxstudy.grids import find

    rows = [("一、本年新收政府信息公开申请数量", *"1234567"), ("二、上年结转政府信息公开申请数量", *"7654321")]
    words = [
        *_row(rows[0], 100.0),
        *_row(rows[1], 112.0),
        Word("四、政府信息公开行政复议、行政诉讼情况", 60, 124, 330, 139),
        *(Word(text, 60 + 30 * n, 142, 84 + 30 * n, 151) for n, text in enumerate(("维持", "纠正", "其他", "总计"))),
        *(Word(str(n), 70 + 30 * n, 154, 75 + 30 * n, 163) for n in range(4)),
    ]
    found = find(Page(1, 595.0, 842.0, tuple(words)))
    assert [grid.columns for grid in found] == [8, 4]
    assert not any("行政复议" in cell.text for cell in found[0].cells)


def _row(texts: Sequence[str], top: float) -> list[Word]:
    label, *figures = texts
    return [
        Word(label, 60, top, 60 + 9.0 * len(label), top + 9),
        *(Word(text, 330 + 30 * n, top, 335 + 30 * n, top + 9) for n, text in enumerate(figures)),
    ]


def test_a_merged_label_close_beside_a_label_is_not_part_of_it() -> None:
    """（三）不予公开 was read as the beginning of 4.保护第三方合法权益, whose figures were not believed."""
    labels = ["1.属于国家秘密", "2.其他法律行政法规禁止公开", "3.危及“三安全一稳定”", "4.保护第三方合法权益"]
    words = [
        word._replace(x0=word.x0 + 60, x1=word.x1 + 60) if word.text == label else word
        for n, label in enumerate(labels)
        for word in _row((label, *"1234567"), 100.0 + 14 * n)
    ]
    words.append(Word("（三）不予公", 62, 142, 116, 151))
    (grid,) = grids.find(Page(1, 595.0, 842.0, tuple(words)))
    own = [cell.text for cell in grid.cells if cell.text and not cell.text.isdigit()]
    assert own == [*labels[:3], "（三）不予公", labels[3]]


def test_rows_that_an_upright_label_ties_together_are_rows_of_their_own() -> None:
    """The characters of a merged label, half a line beside the rows, joined three rows into one line."""
    words = [word for n in range(4) for word in _row((f"{n + 1}.属于国家秘密", *"1234567"), 100.0 + 6.1 * n)]
    words = [word._replace(bottom=word.top + 6.6, x1=word.x1 - 30 * (len(word.text) > 1)) for word in words]
    words += [Word(text, 50, 103 + 6.1 * n, 56, 109.6 + 6.1 * n) for n, text in enumerate("三本年")]
    (grid,) = grids.find(Page(1, 595.0, 842.0, tuple(words)))
    assert [[cell.text for cell in grid.cells if cell.row == row][-7:] for row in range(grid.rows)] == [
        list("1234567")
    ] * 4


@pytest.mark.parametrize("line", [0, 1, 2])
def test_figures_may_stand_beside_any_line_of_their_label(line: int) -> None:
    """Beside the first or the last line, and all lines as far apart as rows, the label was torn."""
    label = "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"
    parts = [label[:14], label[14:28], label[28:]]
    texts = [("1.信访举报投诉类申请", *"1234567"), ("2.重复申请", *"2345671")]
    words = [word for n, row in enumerate(texts) for word in _row(row, 100.0 + 18 * n)]
    for n, part in enumerate(parts):
        words += _row((part, *("3456712" if n == line else "")), 136.0 + 18 * n)
    words += _row(("（七）总计", *"4567123"), 190.0)
    found = entries(fill(grids.find(Page(1, 595.0, 842.0, tuple(words)))))
    read = [found["applications", "other.unpaid_fee", key].raw for key in _columns(found)]
    assert read == list("3456712")
    total = [found["applications", "handled_total", key].raw for key in _columns(found)]
    assert total == list("4567123")


def _columns(found: dict[Place3, Entry]) -> list[str]:
    return list(dict.fromkeys(column for table, _, column in found if table == "applications"))


# Table two ------------------------------------------------------------------------------------------------------------


def block(
    heads: Sequence[tuple[str, float, float]], rows: Sequence[tuple[str, Sequence[tuple[str, float, float]]]]
) -> Grid:
    words = [Word(text, x0, 120, x1, 129) for text, x0, x1 in heads]
    for n, (label, figures) in enumerate(rows):
        top = 134.0 + 14 * n
        words.append(Word(label, 62, top, 62 + 9.0 * len(label), top + 9))
        words += [Word(text, x0, top, x1, top + 9) for text, x0, x1 in figures]
    found = grids.find(Page(1, 595.0, 842.0, (*words, Word("第二十条第（一）项", 250, 106, 331, 115))))
    return found[0]


HEADS = (
    ("信息内容", 110.0, 146.0),
    ("本年制发件数", 225.0, 279.0),
    ("本年废止件数", 338.0, 392.0),
    ("现行有效件数", 452.0, 506.0),
)
SIDES = {
    "right": [("22", 296.0, 306.0), ("7", 415.0, 420.0), ("235", 517.0, 532.0)],
    "left": [("22", 190.0, 200.0), ("7", 305.0, 310.0), ("235", 420.0, 435.0)],
    "middle": [("22", 247.0, 257.0), ("7", 362.0, 367.0), ("235", 472.0, 487.0)],
}


@pytest.mark.parametrize("side", SIDES)
def test_figures_that_stand_beside_their_headings_are_theirs(side: str) -> None:
    """Each heading without a figure under it was taken for a column that is blank."""
    grid = block(HEADS, [("规章", SIDES[side]), ("行政规范性文件", SIDES[side])])
    found = entries(fill((grid,)))
    for row in ("regulations", "normative_documents"):
        read = {column: found["disclosure", row, column].raw for column in ("made", "repealed", "in_force")}
        assert read == {"made": "22", "repealed": "7", "in_force": "235"}


def test_headings_that_touch_are_told_apart_by_the_form() -> None:
    heads = (("信息内容本年制发件数", 110.0, 200.0), ("本年废止件数现行有效件数", 201.5, 309.0))
    figures = [("22", 160.0, 170.0), ("7", 205.0, 210.0), ("235", 260.0, 275.0)]
    found = entries(fill((block(heads, [("规章", figures), ("行政规范性文件", figures)]),)))
    assert [found["disclosure", "regulations", column].raw for column in ("made", "repealed", "in_force")] == [
        "22",
        "7",
        "235",
    ]


def test_where_a_column_without_figures_cannot_be_told_nothing_is_said() -> None:
    """Two figures beside three headings, each between two of them: of which they are nothing tells."""
    heads = HEADS[1:]
    figures = [("22", 296.0, 306.0), ("7", 415.0, 420.0)]
    found = entries(fill((block(heads, [("规章", figures), ("行政规范性文件", figures)]),)))
    assert {entry.status for entry in found.values()} <= {"unreadable", "absent"}


def test_the_rest_of_figures_whose_beginnings_the_row_above_took_is_not_believed() -> None:
    """Set to the top of their row, the first lines of wrapped figures stood beside the label above."""
    layout = Layout(ruled="heads", stand="top", figure_wrap=2)
    case = Case("2019", 2019, seed=4, kind="sparse", zero="", layout=layout)
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert silent(found, case.expected) == []


def test_two_parts_of_table_four_under_each_other_are_not_one_row_of_headings() -> None:
    """The first part is blank; its headings and those of the second were as many as the form has places."""
    layout = Layout(paper="a3", landscape=True, ruled="none", disputes="split", continued="续表")
    case = Case(seed=2954422716, kind="sparse", zero="", layout=layout)
    found = {(e.table, e.row, e.column): e for e in gx.read_report(case.pdf).entries}
    assert silent(found, case.expected) == []


# Columns and headings -------------------------------------------------------------------------------------------------


def line(*places: tuple[float, float]) -> Line:
    return cut([Word("件数", x0, 100, x1, 109) for x0, x1 in places])


THREE = line((100, 120), (200, 220), (300, 320))


@pytest.mark.parametrize(
    "figures, wanted",
    [
        ([(105, 110), (205, 210), (305, 310)], [(100, 120), (200, 220), (300, 320)]),
        ([(140, 150), (240, 250), (340, 350)], [(100, 150), (200, 250), (300, 350)]),
        ([(70, 80), (170, 180), (270, 280)], [(70, 120), (170, 220), (270, 320)]),
        (
            [(140, 150), (340, 350)],
            [(100, 150), (200, 220), (300, 350)],
        ),  # the last shows the side: the second is blank
        ([(105, 110), (305, 310)], [(100, 120), (200, 220), (300, 320)]),
        ([(140, 150), (240, 250)], [(140, 150), (240, 250)]),  # of which two of the three, nothing tells
        ([(105, 110), (130, 135), (205, 210), (305, 310)], [(105, 110), (130, 135), (205, 210), (305, 310)]),
    ],
)
def test_a_heading_for_every_column_of_figures(
    figures: list[tuple[float, float]], wanted: list[tuple[float, float]]
) -> None:
    assert columns([Place(*each) for each in figures], [THREE], 0.0, 50.0) == [Place(*each) for each in wanted]


def test_a_heading_over_several_columns_is_none_of_them() -> None:
    over = line((120, 310))
    places = [Place(105, 110), Place(205, 210), Place(305, 310)]
    assert columns(places, [THREE, over], 0.0, 50.0) == [Place(100, 120), Place(200, 220), Place(300, 320)]
    assert columns(places, [THREE, over, line((230, 290))], 0.0, 50.0) == [*columns(places, [THREE], 0.0, 50.0)]


def test_figures_without_a_table_and_figures_that_lie_on_each_other_are_no_failure() -> None:
    lone = [Word("1", x0, 0, x0 + 1, bottom) for x0, bottom in ((0, 1), (0, 2), (3, 2), (0, 0.5), (2, 1))]
    assert grids.find(Page(1, 595.0, 842.0, tuple(lone))) == ()
    heaped = [Word("1", x0, 0, x1, 1) for x0, x1 in ((0, 2), (0, 1), (2, 3), (0, 1), (2, 3))]
    assert all(list(grid.lefts) == sorted(grid.lefts) for grid in grids.find(Page(1, 595.0, 842.0, tuple(heaped))))


def test_rows_that_the_second_reader_leaves_over_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing told that tables of the form had been found, nor why none of them was taken."""
    case = Case(seed=11)
    read = fill(tuple(grid for page in pdf.read(case.pdf).pages for grid in grids.find(page)))
    over = finding(Code.UNKNOWN_ROW, "the row '' (1 2 3) is no row of the form; its figures were not taken")
    monkeypatch.setattr(grids, "find", lambda _: ())
    monkeypatch.setattr(report, "_with_camelot", lambda *_: replace(read, findings=(over,)))
    with pytest.raises(UnknownFormError, match=r"1 rows of figures in them without a place.*\(1 2 3\)"):
        gx.read_report(case.pdf)
    monkeypatch.setattr(report, "_with_camelot", lambda *_: replace(read, findings=()))
    assert Code.SECOND_READER_ALONE in [found.code for found in gx.read_report(case.pdf).findings]


@pytest.mark.parametrize("before", ["增加", "减少", "-", "+"])
@pytest.mark.parametrize("align", ["center", "left"])
def test_a_figure_whose_beginning_stands_on_the_line_above_is_not_its_rest_alone(before: str, align: Align) -> None:
    """增加 over 198 was passed over, and 198 read."""
    blank = Specimen("清河县统计局", 2024, {})
    figures = {place: f"{before}{figure}" for place, figure in invented(blank, seed=5).items()}
    layout = Layout(ruled="none", figure_wrap=2, table_size=6.5, align=align)
    found = {
        (e.table, e.row, e.column): e for e in gx.read_report(draw(replace(blank, figures=figures), layout)).entries
    }
    assert found
    assert silent(found, figures) == []


@pytest.mark.parametrize("upper, lower", [("-5", "5"), ("5", "2")])
def test_the_rest_of_a_figure_at_the_foot_of_a_page_is_no_number_of_the_page(upper: str, lower: str) -> None:
    """The first and the last line of -5855 were left out, and 85 was read."""
    printed = {
        (80.0, 700.0): "信息内容",
        (150.0, 700.0): "本年制发件数",
        (250.0, 700.0): "本年废止件数",
        (30.0, 712.0): "规章",
        (150.0, 712.0): "86",
        (250.0, 712.0): "39",
        (30.0, 724.0): "行政规范性文件",
        (150.0, 724.0): "91",
        (250.0, 724.0): "43",
        (140.0, 745.0): "第二十条第（八）项",
        (80.0, 758.0): "信息内容",
        (150.0, 758.0): "本年收费金额（单位：万元）",
        (150.0, 774.0): upper,
        (30.0, 785.0): "行政事业性收费",
        (150.0, 785.0): "85",
        (150.0, 796.0): lower,
        (290.0, 820.0): "- 1 -",
    }
    words = tuple(
        Word(text, x0, top, x0 + sum(8.0 if each > "一" else 4.0 for each in text), top + 8.0)
        for (x0, top), text in printed.items()
    )
    cells = [cell for grid in grids.find(Page(1, 595.0, 842.0, words)) for cell in grid.cells]
    (cell,) = (cell for cell in cells if "85" in cell.text)
    assert cell.garbled or cell.text == f"{upper}85{lower}"
    assert "- 1 -" not in [cell.text for cell in cells]


def page_of(*printed: tuple[float, float, str], rules: Sequence[float] = ()) -> Page:
    """A page of words 8 points high, each by its left edge and top, and rules across it."""
    words = tuple(
        Word(text, x0, top, x0 + sum(8.0 if each > "一" else 4.0 for each in text), top + 8.0)
        for x0, top, text in printed
    )
    return Page(1, 595.0, 842.0, words, tuple(Ruling(20.0, top, 400.0, top, 0.5) for top in rules))


def row_of(page: Page, label: str) -> list[Cell]:
    """The cells behind the first label that begins so."""
    for grid in grids.find(page):
        for cell in grid.cells:
            if cell.text.startswith(label):
                return [other for other in grid.cells if other.row == cell.row and other.column > cell.column]
    raise AssertionError(label)


HEADINGS = (
    (30.0, 700.0, "信息内容"),
    (150.0, 700.0, "制发件数"),
    (250.0, 700.0, "废止件数"),
    (350.0, 700.0, "有效件数"),
)


def test_digits_set_so_wide_that_they_may_be_two_figures_are_not_believed() -> None:
    """The 13 of a row with a blank in its last column was read as 1 and 3."""
    made, *others = (Word(text, x, 700.0, x + 4.0, 708.0) for x, text in ((150.0, "2"), (250.0, "1"), (256.4, "3")))
    line = cut([Word("规章", 30.0, 700.0, 46.0, 708.0), made, *others])
    assert [word.text for (word,) in line.figures] == ["2", "13"]
    assert all(word.garbled for (word,) in line.figures)


@pytest.mark.parametrize("figures", [{250.0: "0"}, {150.0: "—", 250.0: "0"}])
def test_a_figure_between_two_lines_of_its_label_is_no_number_of_the_page(figures: dict[float, str]) -> None:
    """The 0 of the last row but one was left out, and its place said to be blank."""
    page = page_of(
        *HEADINGS,
        *((30.0, 712.0, "1.信访举报"), (150.0, 712.0, "86"), (250.0, 712.0, "39"), (350.0, 712.0, "125")),
        *((30.0, 745.0, "2.申请人逾期未按要求缴"), (30.0, 754.0, "纳费用")),
        *((x, 749.5, text) for x, text in figures.items()),
        *((30.0, 766.0, "3.其他"), (150.0, 766.0, "3"), (250.0, 766.0, "4"), (350.0, 766.0, "7")),
    )
    shown = {cell.box.x0: cell for cell in row_of(page, "2.申请人") if cell.box is not None}
    assert [cell.text for _, cell in sorted(shown.items())] == [figures.get(x, "") for x in (150.0, 250.0, 350.0)]


@pytest.mark.parametrize("text", ["/", "—", "增加", "件"])
def test_what_stands_close_to_a_blank_place_and_may_be_its_figure_makes_it_doubtful(text: str) -> None:
    """Set lower than the figure beside it, a stroke was left over and its place said to be blank."""
    page = page_of(
        *HEADINGS[:3],
        *((30.0, 712.0, "规章"), (150.0, 712.0, "86"), (250.0, 712.0, "39")),
        *((30.0, 740.0, "行政规范性文件"), (150.0, 740.0, "12")),
        *((152.0, 748.5, "元"), (252.0, 748.5, text)),
    )
    *_, blank = row_of(page, "行政规范性文件")
    assert blank.garbled


def test_a_part_of_a_figure_among_the_labels_makes_the_column_over_it_doubtful() -> None:
    """件 alone was taken for a label, and the 3 over it given to the next heading."""
    page = page_of(
        *HEADINGS,
        *((30.0, 712.0, "行政处罚"), (170.0, 712.0, "3")),
        *((30.0, 728.0, "行政强制"), (166.0, 728.0, "件"), (360.0, 728.0, "0")),
        *((30.0, 100.0, "规章"), (150.0, 100.0, "1"), (250.0, 100.0, "2"), (350.0, 100.0, "4")),
    )
    (three,) = (cell for cell in row_of(page, "行政处罚") if cell.text)
    assert three.text == "3"
    assert three.garbled


def test_figures_broken_over_lines_between_rules_are_whole() -> None:
    """The figures of a row stood at the top of it, their label lower: none was read."""
    page = page_of(
        *HEADINGS,
        *((30.0, 716.0, "规章"), (150.0, 712.0, "28"), (150.0, 721.0, "4"), (250.0, 712.0, "48"), (250.0, 721.0, "9.")),
        *((250.0, 730.0, "35"), (350.0, 712.0, "7")),
        *((30.0, 748.0, "行政规范性文件"), (150.0, 744.0, "86"), (250.0, 744.0, "增加"), (250.0, 753.0, "19")),
        *((250.0, 762.0, "6"), (350.0, 744.0, "101"), (350.0, 753.0, "3")),
        rules=(695.0, 710.0, 741.0, 773.0),
    )
    assert [cell.text for cell in row_of(page, "规章")] == ["284", "489.35", "7"]
    assert [cell.text for cell in row_of(page, "行政规范性文件")] == ["86", "增加196", "1013"]
    assert not any(cell.garbled for cell in row_of(page, "规章"))


def test_the_first_row_of_a_page_that_slid_makes_no_columns_for_the_others() -> None:
    """The table had twice as many columns, and none of its rows was read."""
    columns = (250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 540.0)
    rows = {
        "4.保护第三方": (22.0, ("11", "12", "13", "14", "15", "16", "81")),
        "5.属于三类": (0.0, ("21", "22", "23", "24", "25", "26", "131")),
        "6.属于四类": (0.0, ("31", "", "33", "34", "35", "36", "169")),
    }
    page = page_of(
        *((60.0, 80.0 + 16 * number, label) for number, label in enumerate(rows)),
        *(
            (x + moved, 80.0 + 16 * number, text)
            for number, (moved, texts) in enumerate(rows.values())
            for x, text in zip(columns, texts, strict=True)
            if text
        ),
    )
    for label, (_, texts) in rows.items():
        cells = row_of(page, label)
        assert [cell.text for cell in cells] == list(texts)
        assert not any(cell.garbled for cell in cells)


def test_the_heading_of_the_next_table_is_no_label_of_broken_figures() -> None:
    """No rule at the foot of the table: figures right of the heading were put beside it, their places left blank."""
    page = page_of(
        *HEADINGS,
        *((30.0, 712.0, "规章"), (150.0, 712.0, "5"), (250.0, 712.0, "2"), (350.0, 712.0, "3")),
        *((30.0, 730.0, "规范性文件"), (150.0, 730.0, "-"), (250.0, 726.0, "11"), (250.0, 735.0, "万元")),
        *((350.0, 730.0, "-"), (160.0, 762.0, "第二十条第（五）项")),
        rules=(695.0, 710.0, 723.0, 772.0),
    )
    *_, second, third = row_of(page, "规范性文件")
    assert (second.text, third.text) == ("11万元", "-")


@pytest.mark.parametrize(
    "upper, lower", [((30.0, "规章"), (30.0, "行政规范性文件")), ((110.0, "3.其他"), (30.0, "（七）总计"))]
)
def test_figures_of_two_rows_between_two_rules_are_not_put_together(
    upper: tuple[float, str], lower: tuple[float, str]
) -> None:
    """Rules may part groups of rows only."""
    page = page_of(
        *HEADINGS,
        *((upper[0], 712.0, upper[1]), (200.0, 712.0, "28"), (260.0, 712.0, "48"), (350.0, 712.0, "7")),
        *((lower[0], 721.0, lower[1]), (200.0, 721.0, "4"), (260.0, 721.0, "12"), (350.0, 721.0, "5")),
        rules=(695.0, 710.0, 731.0),
    )
    found = {cell.text for grid in grids.find(page) for cell in grid.cells if not cell.garbled}
    assert not found & {"284", "4812", "75"}


@pytest.mark.parametrize("stroke", ["-", "21"])
def test_figures_of_three_tight_rows_are_not_one_on_three_lines(stroke: str) -> None:
    """Two labels wrap, the one between does not: 28, 25 and 23 under each other were read as 282523."""

    def line(middle: float, *words: tuple[float, str]) -> list[Word]:
        return [Word(text, x, middle - 5.7, x + 4.5 * len(text), middle + 5.7) for x, text in words]

    rows = [
        line(100, (80, "一、本年新收"), (290, "120"), (330, "59"), (500, "420")),
        line(116, (80, "（二）部分公开（区分处理的，只计这一")),
        line(120, (290, stroke), (330, "16"), (500, "28")),
        line(125, (80, "情形，不计其他情形）")),
        line(135, (80, "1.属于国家秘密"), (290, "25"), (330, stroke), (500, "25")),
        line(145, (80, "2.其他法律行政法规禁止")),
        line(150, (290, "2"), (330, "21"), (500, "23")),
        line(155, (80, "公开")),
    ]
    folded, originals = wrapped.fold(rows)
    assert folded == rows
    assert originals == {}
