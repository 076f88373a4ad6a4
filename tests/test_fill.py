"""Grids -> the form filled in: which row is which, which column is which, and nothing given a place by guessing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Case

import gxstudy as gx
from gxstudy import forms
from gxstudy.fill import Entry, Filled, fill
from gxstudy.findings import Code
from gxstudy.layout import Box, Cell, Grid
from gxstudy.specimens import Break, Layout, Specimen, bind, draw, expected, filler, invented

FORM = forms.load("2021").table("applications")
COLUMNS = tuple(column.key for column in FORM.columns)
HEADS = tuple(column.label for column in FORM.columns)
WIDE, HIGH = 40.0, 12.0


@dataclass(frozen=True)
class Row:
    """A row of table three as printed: what stands in the label's cell and in the figures' cells."""

    label: str
    figures: tuple[str, ...]
    above: str = ""


def form_rows(*, variant: bool = False) -> list[tuple[str, Row]]:
    """Every row of the 2021 form with figures of its own: row i has 100 i + 1 to 100 i + 7."""
    keys = list(dict.fromkeys(key for key, _ in FORM.places(variant=variant)))
    rows = []
    for number, key in enumerate(keys, 1):
        row = FORM.row(key)
        parents = FORM.parents(row.group)
        above = parents[-1].label if len(parents) > 1 else ""
        rows.append((key, Row(row.label, tuple(str(100 * number + column) for column in range(1, 8)), above)))
    return rows


def grid(lines: Sequence[Sequence[tuple[int, int, str]]], *, page: int = 1, wide: int = 9, top: float = 0) -> Grid:
    """A ruled grid; a line is a sequence of (column, columns covered, text)."""
    cells = []
    for number, line in enumerate(lines):
        for column, span, text in line:
            box = Box(page, column * WIDE, top + number * HIGH, (column + span) * WIDE, top + (number + 1) * HIGH)
            ink = (box,) if text else ()
            cells.append(Cell(number, column, 1, span, text, ink, box))
    lefts = tuple(column * WIDE for column in range(wide + 1))
    tops = tuple(top + number * HIGH for number in range(len(lines) + 1))
    return Grid(page, "ruled", len(lines), wide, tuple(cells), lefts, tops)


def header(heads: Sequence[str] = HEADS) -> list[tuple[int, int, str]]:
    return [(0, 2, ""), *((2 + index, 1, head) for index, head in enumerate(heads))]


def line(row: Row) -> list[tuple[int, int, str]]:
    labels = [(0, 1, row.above), (1, 1, row.label)] if row.above else [(0, 2, row.label)]
    return [*labels, *((2 + index, 1, figure) for index, figure in enumerate(row.figures))]


def three(rows: Sequence[Row], *, page: int = 1, heads: Sequence[str] | None = HEADS) -> Grid:
    """Table three with the header given (None: without one)."""
    return grid([*([header(heads)] if heads else []), *(line(row) for row in rows)], page=page)


def read(*grids: Grid) -> tuple[dict[tuple[str, str], Entry], Filled]:
    filled = fill(grids)
    entries = {(e.row, e.column): e for sheet in filled.sheets for e in sheet.entries if e.table == "applications"}
    return entries, filled


def values(entries: dict[tuple[str, str], Entry], row: str) -> tuple[str, ...]:
    return tuple(entries[row, column].raw if (row, column) in entries else "" for column in COLUMNS)


def statuses(entries: dict[tuple[str, str], Entry], row: str) -> set[str]:
    return {entries[row, column].status for column in COLUMNS if (row, column) in entries}


def noticed(filled: Filled, code: Code) -> list[tuple[str | None, str]]:
    return [(found.where.row, found.message) for found in filled.findings if found.code is code]


def altered(changes: dict[str, Row | None], *, variant: bool = False) -> list[Row]:
    """The rows of the form with some of them changed, or left out (None)."""
    rows = [(key, changes.get(key, row)) for key, row in form_rows(variant=variant)]
    return [row for _, row in rows if row is not None]


ROWS = dict(form_rows())


def assert_right_or_flagged(entries: dict[tuple[str, str], Entry], *, but: Sequence[str] = ()) -> None:
    """Every row has its own figures, or none that are claimed; ``but``: rows with other figures."""
    for key, row in ROWS.items():
        if key in but or statuses(entries, key) <= {"absent", "unreadable"}:
            continue
        assert values(entries, key) == row.figures, key


# Rows of table three --------------------------------------------------------------------------------------------------


def test_a_clean_table_is_filled_without_a_word() -> None:
    entries, filled = read(three(altered({})))
    for key, row in ROWS.items():
        assert values(entries, key) == row.figures
        assert statuses(entries, key) == {"read"}
    assert {found.code for found in filled.findings} == {Code.TABLE_ABSENT}  # the other two tables
    assert filled.edition == "2021"


@pytest.mark.parametrize(
    "key, label",
    [
        ("denied.law_prohibits", "2.其他法律行政止公开"),
        ("partial", "（二）部分公开（区分处理的，只计"),
        ("rejected.reconfirm", "5.要求行政机关确认或重新出"),
        ("handled_total", "（七） 总 计"),
        ("carried_out", "四、结转下年度继续办"),
        ("new", "⼀、本年新收政府信息公开申请数量"),
    ],
)
def test_a_label_cut_off_or_misprinted_is_still_its_row(key: str, label: str) -> None:
    entries, filled = read(three(altered({key: replace(ROWS[key], label=label)})))
    assert values(entries, key) == ROWS[key].figures
    assert statuses(entries, key) == {"read"}
    assert not noticed(filled, Code.UNKNOWN_ROW)


def test_a_missing_label_is_told_by_its_neighbours_and_said() -> None:
    entries, filled = read(three(altered({"denied.process": replace(ROWS["denied.process"], label="")})))
    assert values(entries, "denied.process") == ROWS["denied.process"].figures
    ((row, message),) = noticed(filled, Code.LABEL_MISSING)
    assert row == "denied.process"
    assert "6.属于四类过程性信息" in message


def test_a_missing_label_beside_a_missing_row_is_not_guessed() -> None:
    changes = {"denied.process": replace(ROWS["denied.process"], label=""), "denied.internal": None}
    entries, _ = read(three(altered(changes)))
    assert_right_or_flagged(entries)
    assert "read" not in statuses(entries, "denied.internal")


def test_a_row_that_is_no_row_of_the_form_takes_nobodys_place() -> None:
    strange = Row("9.属于领导批示件的内容", tuple("9999999"))
    rows = altered({})
    rows.insert(11, strange)
    entries, filled = read(three(rows))
    assert_right_or_flagged(entries)
    assert all(statuses(entries, key) == {"read"} for key in ROWS)
    ((_, message),) = noticed(filled, Code.UNKNOWN_ROW)
    assert strange.label in message
    assert "9 9 9" in message


def test_a_row_left_out_is_absent_and_shifts_nothing() -> None:
    entries, filled = read(three(altered({"carried_in": None, "denied.query": None})))
    assert_right_or_flagged(entries)
    assert statuses(entries, "carried_in") == statuses(entries, "denied.query") == {"absent"}
    assert [row for row, _ in noticed(filled, Code.ROW_ABSENT)] == ["carried_in", "denied.query"]


def test_two_rows_printed_in_each_others_place_keep_their_labels() -> None:
    rows = altered({})
    at = [row.label for row in rows].index("3.危及“三安全一稳定”")
    rows[at], rows[at + 1] = rows[at + 1], rows[at]
    entries, _ = read(three(rows))
    assert_right_or_flagged(entries)


def test_two_rows_in_one_for_want_of_a_rule_are_not_believed() -> None:
    rows = altered({"rejected.petition": None})
    at = [row.label for row in rows].index("2.重复申请")
    rows[at] = replace(rows[at], label="1.信访举报投诉类申请2.重复申请", figures=tuple("12" * 4)[:7])
    entries, _ = read(three(rows))
    assert_right_or_flagged(entries, but=("rejected.repeat",))
    assert statuses(entries, "rejected.repeat") == {"unreadable"}
    assert statuses(entries, "rejected.petition") == {"absent"}


@pytest.mark.parametrize("label", ["（六）其他处理（七）总计", "（七）总计四、结转下年度继续办理"])
def test_rows_with_short_labels_in_one_are_not_believed_either(label: str) -> None:
    entries, _ = read(three(altered({"handled_total": replace(ROWS["handled_total"], label=label)})))
    assert "read" not in statuses(entries, "handled_total")


def test_other_handling_may_be_one_row() -> None:
    rows = dict(form_rows(variant=True))
    entries, filled = read(three(list(rows.values())))
    assert values(entries, "other") == rows["other"].figures
    assert not any(row.startswith("other.") for row, _ in entries)
    assert [row for row, _ in noticed(filled, Code.VARIANT_ROW)] == ["other"]


def test_a_merged_label_on_a_line_of_its_own_is_no_row() -> None:
    lines = [header()]
    for row in ROWS.values():
        if row.above and row.label.startswith("1."):
            lines.append([(0, 9, row.above)])
        lines.append(line(replace(row, above="")))
    entries, filled = read(grid(lines))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())
    assert not noticed(filled, Code.UNKNOWN_ROW)


def test_a_note_under_the_table_is_no_row() -> None:
    lines = [header(), *(line(row) for row in ROWS.values()), [(0, 9, "注：其中修订16件，由3个单位填报。")]]
    entries, filled = read(grid(lines))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())
    assert not noticed(filled, Code.UNKNOWN_ROW)


# Columns of table three -----------------------------------------------------------------------------------------------


def test_columns_in_another_order_follow_their_headings() -> None:
    order = (6, 0, 2, 1, 3, 4, 5)
    rows = [replace(row, figures=tuple(row.figures[i] for i in order)) for row in ROWS.values()]
    entries, _ = read(three(rows, heads=[HEADS[i] for i in order]))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())


def test_a_column_that_is_not_printed_makes_no_other_column_wrong() -> None:
    lines = [
        [cell for cell in printed if cell[0] != 4] for printed in (header(), *(line(row) for row in ROWS.values()))
    ]
    entries, filled = read(grid(lines))
    for (row, column), entry in entries.items():
        if entry.value is not None:
            assert entry.raw == ROWS[row].figures[COLUMNS.index(column)]
    assert filled.findings


def test_a_row_with_a_cell_too_few_is_flagged_and_the_others_are_read() -> None:
    lines = [header(), *(line(row) for row in ROWS.values())]
    at = 1 + list(ROWS).index("rejected.repeat")
    lines[at] = [*lines[at][:-2], (7, 2, "603")]
    entries, filled = read(grid(lines))
    assert statuses(entries, "rejected.repeat") == {"unreadable"}
    assert [row for row, _ in noticed(filled, Code.ROW_WIDTH_DIFFERS)] == ["rejected.repeat"]
    assert_right_or_flagged(entries)
    assert statuses(entries, "rejected.publication") == {"read"}


def test_without_any_heading_the_order_of_the_form_is_taken() -> None:
    entries, _ = read(three(altered({}), heads=None))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())


# Over pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [True, False], ids=["header again", "no header"])
@pytest.mark.parametrize("at", [1, 2, 9, 14, 20, 24])
def test_a_table_cut_between_rows_goes_on(at: int, again: bool) -> None:
    rows = list(ROWS.values())
    entries, filled = read(three(rows[:at]), three(rows[at:], page=2, heads=HEADS if again else None))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())
    assert {entry.boxes[0].page for entry in entries.values()} == {1, 2}
    assert not noticed(filled, Code.TABLE_REPEATED)


@pytest.mark.parametrize("figures_above", [True, False])
def test_a_row_cut_through_by_the_page_is_one_row(figures_above: bool) -> None:
    rows = list(ROWS.values())
    at = list(ROWS).index("unavailable.not_existing")
    first, second = rows[at].label[:7], rows[at].label[7:]
    blank = ("",) * 7
    upper = replace(rows[at], label=first, figures=rows[at].figures if figures_above else blank)
    lower = replace(rows[at], label=second, figures=blank if figures_above else rows[at].figures)
    entries, _ = read(three([*rows[:at], upper]), three([lower, *rows[at + 1 :]], page=2, heads=None))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())


@pytest.mark.parametrize("above", [True, False])
def test_a_row_without_a_label_at_a_break_gives_its_figures_to_no_row_of_blanks(above: bool) -> None:
    """They were the two halves of one row: the figures of the one stood at the label of the other."""
    rows = dict(ROWS)
    bare, blank = ("rejected.repeat", "rejected.publication") if above else ("rejected.publication", "rejected.repeat")
    rows[bare] = replace(rows[bare], label="")
    rows[blank] = replace(rows[blank], figures=("",) * 7)
    at = list(rows).index("rejected.publication")
    entries, _ = read(three(list(rows.values())[:at]), three(list(rows.values())[at:], page=2, heads=None))
    assert values(entries, bare) == ROWS[bare].figures
    assert statuses(entries, blank) == {"blank"}


def test_without_rules_a_blank_beside_figures_that_may_be_of_two_rows_is_not_believed() -> None:
    rows = dict(ROWS)
    rows["denied.third_party"] = replace(
        rows["denied.third_party"], figures=("", *rows["denied.third_party"].figures[1:])
    )
    at = 1 + list(rows).index("denied.third_party")
    table = three(list(rows.values()))
    first = min(cell.column for cell in table.cells if cell.row == at and not cell.text)
    cells = tuple(
        cell._replace(garbled=True, boxes=cell.boxes * 2) if (cell.row, cell.column) == (at - 1, first) else cell
        for cell in table.cells
    )
    assert "blank" in statuses(read(table)[0], "denied.third_party")
    entries, _ = read(replace(table, cells=cells, origin="unruled"))
    assert entries["denied.third_party", "natural_person"].status == "unreadable"


def test_the_rest_of_a_label_alone_behind_a_break_is_no_row_of_blanks() -> None:
    rows = list(ROWS.values())
    at = list(ROWS).index("denied.third_party")
    rest = replace(rows[at], label="三方合法权益", figures=("",) * 7)
    entries, _ = read(three(rows[:at]), three([rest, *rows[at + 1 :]], page=2, heads=None))
    assert "blank" not in statuses(entries, "denied.third_party")
    assert_right_or_flagged(entries)


def test_the_first_line_of_a_label_without_rules_is_no_row_of_blanks() -> None:
    # The figures stand on the last line of the label, and that was taken for another row's.
    rows = list(ROWS.values())
    at = list(ROWS).index("other.no_correction")
    first = replace(rows[at], label="1.申请人无正当理由逾期不补正、", figures=("",) * 7)
    rest = replace(first, label="行政机关不再处理其政府信息公开申")
    entries, _ = read(replace(three([*rows[:at], first, rest, *rows[at + 1 :]]), origin="unruled"))
    assert statuses(entries, "other.no_correction") == {"unreadable"}
    assert_right_or_flagged(entries)


def test_the_beginning_of_a_label_without_rules_alone_is_no_row_of_blanks() -> None:
    # Its figures stand on the line of the merged label beside it.
    rows = dict(ROWS)
    key = "other.no_correction"
    rows[key] = replace(rows[key], label=rows[key].label[:-3], figures=("",) * 7)
    table = three(list(rows.values()))
    assert statuses(read(table)[0], key) == {"blank"}
    assert statuses(read(replace(table, origin="unruled"))[0], key) == {"unreadable"}


def test_a_table_printed_again_is_said_and_the_first_taken() -> None:
    other = [replace(row, figures=tuple("7777777")) for row in ROWS.values()]
    entries, filled = read(three(altered({})), three(other, page=2))
    assert all(values(entries, key) == row.figures for key, row in ROWS.items())
    assert len(noticed(filled, Code.TABLE_REPEATED)) == 1


# Any damage -----------------------------------------------------------------------------------------------------------


@st.composite
def damaged_tables(draw: st.DrawFn) -> list[Row]:
    """Table three with rows left out, and labels cut off, misprinted, taken away or replaced."""
    rows = []
    for row in ROWS.values():
        kind = draw(st.sampled_from(["as it is"] * 12 + ["gone", "cut", "no label", "foreign", "typo", "bare"]))
        if kind == "gone":
            continue
        label = {
            "cut": row.label[: max(3, len(row.label) // 2)],
            "no label": "",
            "foreign": draw(st.sampled_from(["情况说明", "上报单位", "第3页", "甲乙丙丁"])),
            "typo": row.label.replace("信息", "俭息").replace("申请", "由请"),
            "bare": row.label.partition(".")[2] or row.label,
        }.get(kind, row.label)
        rows.append(replace(row, label=label, above="" if kind == "bare" else row.above))
    return rows


@given(damaged_tables())
def test_whatever_happens_to_labels_no_figure_is_given_to_another_row(rows: list[Row]) -> None:
    if not rows:
        return
    entries, _ = read(three(rows))
    assert_right_or_flagged(entries)


# Tables two and four, forms of other years ----------------------------------------------------------------------------


def unlike(case: Case) -> dict[tuple[str, str, str], tuple[str, str]]:
    report = gx.read_report(case.pdf)
    found = {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries}
    return {
        place: (text, found.get(place, "none")) for place, text in case.expected.items() if found.get(place) != text
    }


@pytest.mark.parametrize("way", ["across", "split", "matrix", "down"])
@pytest.mark.parametrize("ruled", ["all", "horizontal", "none"])
def test_table_four_may_be_turned_or_split(way: str, ruled: str) -> None:
    padding = (2.5, 2.5) if ruled == "all" else (4.0, 2.5)
    assert unlike(Case(seed=8, layout=Layout(disputes=way, ruled=ruled, padding=padding))) == {}  # type: ignore[arg-type]


def test_headings_of_table_four_that_stand_a_column_beside_their_figures_are_not_believed() -> None:
    # A long table typeset only once: its header has not yet the widths of its body.
    four = forms.load("2021").table("disputes")
    heads = [(0, 2, ""), *((2 + index, 1, column.label) for index, column in enumerate(four.columns))]
    rows = [
        [(0, 3, row.label), *((3 + index, 1, f"{number}{index}") for index in range(len(four.columns) - 1))]
        for number, row in enumerate(four.rows, 1)
    ]
    filled = fill([grid([heads, *rows], wide=7)])
    assert {entry.status for sheet in filled.sheets for entry in sheet.entries} <= {"absent", "unreadable"}


@pytest.mark.parametrize("way", ["whole", "blocks"])
@pytest.mark.parametrize("edition, year", [("2019", 2020), ("2021", 2024)])
def test_table_two_may_be_a_table_a_block(way: str, edition: str, year: int) -> None:
    assert unlike(Case(edition, year, seed=8, layout=Layout(disclosure=way))) == {}  # type: ignore[arg-type]


def test_tables_may_come_in_any_order() -> None:
    order = ("disputes", "disclosure", "applications")
    assert unlike(Case(seed=8, layout=Layout(order=order))) == {}


def test_the_form_of_2019_is_told_from_its_tables() -> None:
    case = Case("2019", 2020, seed=8)
    report = gx.read_report(case.pdf)
    assert (report.edition, report.year) == ("2019", 2020)
    assert unlike(case) == {}
    assert not [found for found in report.findings if found.severity != "info"]


def test_a_form_of_the_wrong_years_is_read_and_said() -> None:
    case = Case("2019", 2023, seed=8)
    report = gx.read_report(case.pdf)
    assert report.edition == "2019"
    assert unlike(case) == {}
    (found,) = [found for found in report.findings if found.code is Code.WRONG_ERA_FORM]
    assert "2023" in found.message
    assert "2021" in found.message


@pytest.mark.parametrize("block", ["article_20_1", "article_20_5", "article_20_6", "article_20_8"])
def test_a_block_of_the_other_form_is_read_under_its_own_columns_and_said(block: str) -> None:
    case = Case("2021", 2022, foreign_blocks=(block,), seed=8)
    report = gx.read_report(case.pdf)
    assert report.edition == "2021"
    assert unlike(case) == {}
    (found,) = [found for found in report.findings if found.code is Code.HYBRID_FORM]
    assert "2019" in found.message


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize(
    "blocks",
    [("article_20_1",), ("article_20_5",), ("article_20_6",), ("article_20_8",), ("article_20_1", "article_20_6")],
)
def test_a_table_is_of_the_form_of_most_of_its_blocks(edition: str, blocks: tuple[str, ...]) -> None:
    """Rows were counted, and 本年处理决定数量 alone told nothing: one block of 2019 made the report one of 2019."""
    case = Case(edition, int(edition) + 1, foreign_blocks=blocks, seed=8, variant=edition == "2021")
    report = gx.read_report(case.pdf)
    assert report.edition == edition
    assert {(e.table, e.row, e.column): e.raw for e in report.entries if e.status != "absent"} == case.expected
    codes = [found.code for found in report.findings]
    assert codes.count(Code.HYBRID_FORM) == 1
    assert not {Code.WRONG_ERA_FORM, Code.COLUMN_ABSENT} & set(codes)


def merged(table: Grid, row: int, column: int) -> Grid:
    """The grid, where one of its cells covers the one below it, too."""
    cells = []
    for cell in table.cells:
        if (cell.row, cell.column) == (row, column):
            cells.append(cell._replace(row_span=2))
        elif (cell.row, cell.column) != (row + 1, column):
            cells.append(cell)
    return replace(table, cells=tuple(cells))


@pytest.mark.parametrize("origin", ["ruled", "markup"])
def test_a_figure_over_two_rows_is_not_that_of_the_upper_one(origin: Literal["ruled", "markup"]) -> None:
    """In a marked-up table the upper row had it, and all figures of the lower were lost."""
    table = replace(merged(three([row for _, row in form_rows()]), 4, 3), origin=origin)
    (sheet,) = (sheet for sheet in fill((table,)).sheets if sheet.table == "applications")
    upper, lower = ([entry for entry in sheet.entries if entry.row == key] for key, _ in form_rows()[3:5])
    statuses = ["read", "unreadable", *["read"] * 5] if origin == "markup" else ["unreadable"] * 7
    assert [[entry.status for entry in row] for row in (upper, lower)] == [statuses, statuses]


@pytest.mark.parametrize("origin", ["ruled", "markup"])
def test_a_figure_over_two_rows_of_tables_two_and_four_is_that_of_neither(origin: Literal["ruled", "markup"]) -> None:
    heads = [(0, 1, "信息内容"), (1, 1, "本年制发件数"), (2, 1, "本年废止件数"), (3, 1, "现行有效件数")]
    made = [[(0, 1, label), *((i, 1, f"{i}{i}") for i in (1, 2, 3))] for label in ("规章", "行政规范性文件")]
    blocks = ("行政复议", "未经复议直接起诉", "复议后起诉")
    suits = [[(0, 1, label), *((1 + i, 1, f"1{i}") for i in range(5))] for label in blocks]
    two = merged(grid([heads, *made], wide=4), 1, 2)
    four = merged(grid([[(0, 1, ""), *((1 + i, 1, RESULTS[i]) for i in range(5))], *suits], wide=6, top=90), 2, 3)
    found = [
        entry
        for sheet in fill((replace(two, origin=origin), replace(four, origin=origin))).sheets
        for entry in sheet.entries
    ]
    status = {(entry.row, entry.column): entry.status for entry in found}
    assert {status["regulations", "repealed"], status["suit_direct", "other"]} == {"unreadable"}
    assert status["normative_documents", "repealed"] == "absent"
    assert status["suit_after_review", "other"] in ("unreadable", "absent")


def test_figures_under_a_heading_of_their_own_do_not_make_blanks_of_the_form_fillers() -> None:
    """One cell too many a row, and those of the blanks were left out that have a label of two columns before them."""
    rows = [replace(row, figures=("", *row.figures[1:5], "", row.figures[6], "7")) for _, row in form_rows()]
    table = replace(grid([header((*HEADS, "上年数")), *map(line, rows)], wide=10), origin="markup")
    (sheet,) = (sheet for sheet in fill((table,)).sheets if sheet.table == "applications")
    assert [entry.raw for entry in sheet.entries] == [figure for row in rows for figure in row.figures[:7]]


def test_columns_in_another_order_are_not_those_of_the_form_when_spans_lie() -> None:
    """One cell too many in one row, and the headings counted no more: two columns had each other's figures."""
    turned = (*HEADS[:2], HEADS[3], HEADS[2], *HEADS[4:])
    rows = [line(row) for _, row in form_rows()]
    whole = replace(three([row for _, row in form_rows()], heads=turned), origin="markup")
    entries, _ = read(whole)
    first = form_rows()[0][1].figures
    assert values(entries, "new") == (*first[:2], first[3], first[2], *first[4:])
    ragged = replace(grid([header(turned), *rows[:-1], [*rows[-1], (9, 1, "")]], wide=10), origin="markup")
    entries, filled = read(ragged)
    assert {entry.status for entry in entries.values()} == {"unreadable"}
    assert noticed(filled, Code.UNKNOWN_COLUMN)


def test_a_drawn_header_in_another_order_that_lacks_columns_tells_nothing() -> None:
    """The columns of figures were looked for under its first heading, and it had none."""
    entries, filled = read(
        three([row for _, row in form_rows()], heads=(HEADS[0], HEADS[2], HEADS[1], HEADS[3], "", "", ""))
    )
    assert {entry.status for entry in entries.values()} == {"unreadable"}
    assert noticed(filled, Code.UNKNOWN_COLUMN)


def test_drawn_headings_in_another_order_two_of_them_lost_tell_no_column() -> None:
    heads = ("", "", HEADS[3], HEADS[2], *HEADS[4:])
    entries, filled = read(three([row for _, row in form_rows()], heads=heads))
    assert {entry.status for entry in entries.values()} == {"unreadable"}
    assert noticed(filled, Code.UNKNOWN_COLUMN)


@pytest.mark.parametrize("at", [3, 8, 12, 20])
@pytest.mark.parametrize("origin", ["ruled", "markup"])
def test_two_rows_that_changed_places_are_known_by_their_labels(at: int, origin: Literal["ruled", "markup"]) -> None:
    """One of them was no row of the form, and its figures were not taken."""
    rows = [row for _, row in form_rows()]
    rows[at], rows[at + 1] = rows[at + 1], rows[at]
    entries, filled = read(replace(three(rows), origin=origin))
    assert {key: values(entries, key) for key in ROWS} == {key: row.figures for key, row in ROWS.items()}
    ((_, message),) = noticed(filled, Code.LABEL_DIFFERS)
    assert "out of the order" in message


# Files that hold more than one report ---------------------------------------------------------------------------------


def test_of_two_reports_in_one_file_the_first_is_read_and_the_other_said() -> None:
    first, second = Case(seed=1, organ="某县人民政府"), Case(seed=2, organ="某市科学技术局")
    report = gx.read_report(bind(first.pdf, second.pdf))
    found = {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries}
    assert found == first.expected
    assert report.organ == "某县人民政府"
    assert Code.SEVERAL_REPORTS in {found.code for found in report.findings}


def test_one_table_with_further_rows_is_no_second_report_and_its_figures_are_contested() -> None:
    heads = [[(0, 5, "行政复议")], list(zip(range(5), (1,) * 5, RESULTS, strict=True))]
    rows = [[(index, 1, f"{number}{index}") for index in range(5)] for number in (1, 2, 3)]
    filled = fill((grid([*heads, *rows], wide=5),))
    codes = [found.code for found in filled.findings]
    assert codes.count(Code.TABLE_REPEATED) == 2
    assert Code.SEVERAL_REPORTS not in codes
    assert ("disputes", "review", "upheld") in filled.rivals


def a_form(first: int) -> tuple[Grid, ...]:
    """The three tables on the pages from ``first`` on."""
    heads = [(0, 1, "信息内容"), (1, 1, "本年制发件数"), (2, 1, "本年废止件数"), (3, 1, "现行有效件数")]
    made = [[(0, 1, label), *((i, 1, f"{i}{i}") for i in (1, 2, 3))] for label in ("规章", "行政规范性文件")]
    named = [(0, 1, "信息内容"), (1, 3, "本年处理决定数量")]
    done = [
        [(0, 1, label), (1, 3, figure)] for label, figure in (("行政许可", "7"), ("行政处罚", "8"), ("行政强制", "9"))
    ]
    two = grid([heads, *made, named, *done], wide=4, page=first)
    blocks = [(0, 5, "行政复议"), (5, 5, "未经复议直接起诉"), (10, 5, "复议后起诉")]
    results = [(index, 1, RESULTS[index % 5]) for index in range(15)]
    four = grid([blocks, results, [(index, 1, str(30 + index)) for index in range(15)]], wide=15, page=first + 2)
    return two, three([row for _, row in form_rows()], page=first + 1), four


def test_foreign_tables_of_a_gazette_are_one_finding_and_give_no_figures() -> None:
    """Each row of theirs was a finding, table four was that of another page, and no title was near the tables."""
    labels = ("行政复议", "行政诉讼", "结果维持", "行政许可", "行政处罚", "自然人", "商业企业", "总计", "某某镇")
    far = [
        grid(
            [
                [(0, 1, "项目"), (1, 1, "数量"), (2, 1, "总计")],
                *([(0, 1, x), (1, 1, "5"), (2, 1, "6")] for x in labels),
            ],
            page=page,
        )
        for page in range(1, 60, 2)
        if not 37 < page < 43
    ]
    before, behind = [table for table in far if table.page < 39], [table for table in far if table.page > 39]
    own = a_form(39)
    alone, filled = fill(own), fill((*before, *own, *behind))
    assert filled.sheets == alone.sheets
    assert filled.pages == (39, 41)
    (found,) = [found for found in filled.findings if found not in alone.findings]
    assert found.code is Code.FOREIGN_TABLES
    assert f"{len(far)} tables" in found.message


def test_prints_of_a_table_on_pages_after_each_other_are_none_foreign() -> None:
    tables = [table for first in (1, 9, 10, 12) for table in a_form(first)]
    filled = fill(tuple(tables))
    assert Code.FOREIGN_TABLES not in [found.code for found in filled.findings]
    assert [copy.grid.page for copy in filled.copies if copy.sheet.table == "applications"] == [2, 10, 11, 13]


GAZETTE_SECONDS = 15.0
"""Processor time for a report at the end of 500 pages of prose."""


def test_a_report_at_the_end_of_a_gazette_of_five_hundred_pages_is_read_in_time() -> None:
    case = Case(seed=4)
    data = bind(filler(500), case.pdf)
    began = time.process_time()
    report = gx.read_report(data)
    assert time.process_time() - began < GAZETTE_SECONDS
    assert {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries} == case.expected
    assert min(entry.boxes[0].page for entry in report.entries) == 501
    assert (report.organ, report.year, report.pages) == (case.organ, case.year, 502)


def test_a_report_followed_by_other_documents_is_read_too() -> None:
    case = Case(seed=4)
    report = gx.read_report(bind(case.pdf, filler(60)))
    assert {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries} == case.expected
    assert (report.organ, report.year) == (case.organ, case.year)


def test_a_file_with_no_table_of_the_form_has_no_sheets() -> None:
    assert fill(()).sheets == ()
    prices = grid([[(0, 2, "品名"), (2, 1, "单价")], [(0, 2, "苹果"), (2, 1, "5")]], wide=3)
    assert fill((prices,)).sheets == ()


def test_rows_not_printed_on_a_page_are_absent_not_zero() -> None:
    empty = Specimen("某县人民政府", 2024, {}, without=("carried_in", "denied.query"))
    specimen = replace(empty, figures=invented(empty, seed=3))
    report = gx.read_report(draw(specimen, Layout(breaks=(Break("applications", 9, header=True),))))
    assert report.entry("applications", "carried_in", "total").status == "absent"
    found = {(e.table, e.row, e.column): e.raw for e in report.entries if e.status != "absent"}
    assert found == expected(specimen, Layout())


# Blanks above figures -------------------------------------------------------------------------------------------------


def block(*lines: Sequence[str], page: int = 1) -> Grid:
    return grid([[(index, 1, text) for index, text in enumerate(line)] for line in lines], page=page, wide=4)


HEAD = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")


def made(*grids: Grid) -> tuple[list[tuple[str, str]], list[Code]]:
    filled = fill(grids)
    (sheet,) = (sheet for sheet in filled.sheets if sheet.table == "disclosure")
    entries = [entry for entry in sheet.entries if entry.row == "regulations"]
    return [(entry.raw, entry.status) for entry in entries], [found.code for found in filled.findings]


def test_figures_beside_a_label_are_those_of_its_row_though_a_line_parts_them_from_its_top() -> None:
    whole = block(HEAD, ("规章", "", "", ""), ("", "3", "4", "5"), ("行政规范性文件", "6", "7", "8"))
    cells = [cell._replace(row_span=2) if cell.text == "规章" else cell for cell in whole.cells]
    cells = [cell for cell in cells if (cell.row, cell.column) != (2, 0)]
    figures, codes = made(replace(whole, cells=tuple(cells)))
    assert figures == [("3", "read"), ("4", "read"), ("5", "read")]
    assert Code.LABEL_MISSING in codes


def test_figures_that_a_page_parts_from_their_label_are_those_of_its_row() -> None:
    first = block(("第二十条第（一）项", "", "", ""), HEAD, ("规章", "", "", ""))
    second = block(("", "3", "", "5"), ("行政规范性文件", "6", "7", "8"), page=2)
    figures, codes = made(first, second)
    assert figures == [("3", "read"), ("", "blank"), ("5", "read")]
    assert Code.LABEL_MISSING in codes


def test_a_row_whose_figures_on_the_next_page_fit_no_column_is_not_blank() -> None:
    first = block(HEAD, ("规章", "", "", ""))
    second = grid([[(0, 2, "3"), (2, 2, "/")], [(0, 1, "行政规范性文件"), (1, 3, "6")]], page=2, wide=4)
    figures, codes = made(first, second)
    assert figures == [("", "unreadable")] * 3
    assert Code.UNKNOWN_ROW in codes


def test_a_row_of_blanks_before_another_row_stays_blank() -> None:
    figures, codes = made(block(HEAD, ("规章", "", "", ""), ("行政规范性文件", "6", "7", "8")))
    assert figures == [("", "blank")] * 3
    assert Code.LABEL_MISSING not in codes


def test_a_row_of_blanks_over_the_figures_of_table_four_is_not_theirs() -> None:
    columns = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    heads = [(index * 5, 5, label) for index, label in enumerate(("行政复议", "未经复议直接起诉", "复议后起诉"))]
    named = [(index, 1, columns[index % 5]) for index in range(15)]
    blank = [(index, 1, "") for index in range(15)]
    figures = [(index, 1, str(10 + index)) for index in range(15)]
    filled = fill((grid([heads, named, blank, figures], wide=15),))
    (sheet,) = (sheet for sheet in filled.sheets if sheet.table == "disputes")
    assert [entry.raw for entry in sheet.entries] == [text for _, _, text in figures]
    assert Code.TABLE_REPEATED in [found.code for found in filled.findings]


def test_a_row_that_a_page_cuts_through_is_not_the_figures_of_table_four() -> None:
    """The last of its blanks, which no line bounds, is no blank: the row was taken and its figures contradicted it."""
    columns = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    heads = [(index * 5, 5, label) for index, label in enumerate(("行政复议", "未经复议直接起诉", "复议后起诉"))]
    before = grid([heads, [(index, 1, "") for index in range(15)]], wide=15)
    before = replace(before, cells=(*before.cells[:-1], before.cells[-1]._replace(garbled=True)))
    named = [(index, 1, columns[index % 5]) for index in range(15)]
    behind = grid([named, [(index, 1, str(10 + index)) for index in range(15)]], page=2, wide=15)
    assert [text for _, _, text in four(before, behind)] == [str(10 + index) for index in range(15)]


def test_a_stroke_in_a_second_row_of_table_four_is_another_figure_than_a_blank() -> None:
    columns = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    heads = [(index * 5, 5, label) for index, label in enumerate(("行政复议", "未经复议直接起诉", "复议后起诉"))]
    named = [(index, 1, columns[index % 5]) for index in range(15)]
    rows = [[(index, 1, text if index else "2") for index in range(15)] for text in ("", "—")]
    filled = fill((grid([heads, named, *rows], wide=15),))
    assert len([place for place in filled.rivals if place[0] == "disputes"]) == 14


def four(*grids: Grid) -> list[tuple[str, str, str]]:
    """Table four as it is read from ``grids``: block, result and text of every figure that is not absent."""
    (sheet,) = (sheet for sheet in fill(grids).sheets if sheet.table == "disputes")
    return [(entry.row, entry.column, entry.raw) for entry in sheet.entries if entry.status != "absent"]


RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
FOUR = tuple(forms.load("2021").table("disputes").places())


def test_a_row_of_table_four_alone_on_the_next_page_stands_under_the_headings_before() -> None:
    def row(block: str, first: int, *, before: str | None = None) -> list[tuple[int, int, str]]:
        labels = [(0, 1, before), (1, 1, block)] if before is not None else [(0, 2, block)]
        return [*labels, *((2 + index, 1, str(first + index)) for index in range(5))]

    heads = [(0, 2, ""), *((2 + index, 1, result) for index, result in enumerate(RESULTS))]
    first = grid([heads, row("行政复议", 10), row("未经复议直接起诉", 20, before="行政诉讼")], wide=7)
    second = grid([row("复议后起诉", 30, before="")], page=2, wide=7)
    assert [text for *_, text in four(first, second)] == [str(10 * block + i) for block in (1, 2, 3) for i in range(5)]
    moved = replace(second, lefts=tuple(left + 20 for left in second.lefts))
    assert {block for block, *_ in four(first, moved)} == {"review", "suit_direct"}


@pytest.mark.parametrize("printed", [{1: "15", 4: "15"}, {}, dict(enumerate(map(str, range(15))))])
def test_the_figures_of_table_four_alone_on_the_next_page_are_read(printed: dict[int, str]) -> None:
    """Too few figures, and the grid was none of the form; the label in its first row was one beside all others."""
    blocks = [(0, 5, ""), (5, 5, "未经复议直接起诉"), (10, 5, "复议后起诉")]
    results = [(index, 1, RESULTS[index % 5]) for index in range(15)]
    figures = [printed.get(index, "") for index in range(15)]
    heads = grid([[(0, 5, "行政复议"), (5, 10, "行政诉讼")], blocks, results], wide=15)
    below = grid([[(index, 1, text) for index, text in enumerate(figures)]], page=2, wide=15)
    assert four(heads, below) == [(*place, text) for place, text in zip(FOUR, figures, strict=True)]
    moved = replace(below, lefts=tuple(left + 20 for left in below.lefts))
    assert len(printed) > 4 or not fill((heads, moved)).sheets


def test_figures_under_headings_of_a_grid_with_fewer_columns_stand_where_they_are_printed() -> None:
    """The columns of both were counted from the left: the number of the page was the first figure."""
    blocks = [(3, 5, "行政复议"), (8, 5, "未经复议直接起诉"), (13, 5, "复议后起诉")]
    heads = grid([blocks, [(3 + index, 1, RESULTS[index % 5]) for index in range(15)]], wide=18)
    fewer = tuple(cell._replace(column=cell.column - 3) for cell in heads.cells)
    heads = replace(heads, columns=15, cells=fewer, lefts=heads.lefts[3:])
    figures = [(index, 1, "" if index < 3 else str(10 + index)) for index in range(18)]
    number = [(index, 1, "-1-"[index] if index < 3 else "") for index in range(18)]
    below = replace(grid([figures, number], top=3 * HIGH, wide=18), origin="unruled")
    assert four(heads, below) == [(*place, str(13 + index)) for index, place in enumerate(FOUR)]


@pytest.mark.parametrize("at", range(11, 14))
@pytest.mark.parametrize("zero", ["0", ""])
@pytest.mark.parametrize("beside", ["first", "last"])
def test_a_page_may_part_the_rows_of_a_block_of_table_four_from_its_label(at: int, zero: str, beside: str) -> None:
    figures = [zero if index % 3 else str(10 + index) for index in range(15)]
    label = {0: "行政复议", 5: "未经复议直接起诉", (10 if beside == "first" else at): "复议后起诉"}
    lines = [
        [(0, 1, label.get(index, "")), (1, 1, RESULTS[index % 5]), (2, 1, figure)]
        for index, figure in enumerate(figures)
    ]
    read = four(grid(lines[:at], wide=3), grid(lines[at:], page=2, wide=3))
    assert read == [(*place, figure) for place, figure in zip(FOUR, figures, strict=True)]


def test_a_row_that_slid_left_for_want_of_a_merged_label_is_not_believed() -> None:
    lines = [header(), *(line(row) for _, row in form_rows())]
    key, row = next((key, row) for key, row in form_rows() if key == "denied.third_party")
    at = next(index for index, cells in enumerate(lines) if row.label in [text for _, _, text in cells])
    shifted = (row.label, "", "7", "", "", "", "", "7", "")
    lines[at] = [(index, 1, text) for index, text in enumerate(shifted)]
    entries, filled = read(grid(lines))
    assert statuses(entries, key) == {"unreadable"}
    assert [row for row, _ in noticed(filled, Code.ROW_WIDTH_DIFFERS)] == [key]
    lines[at] = [(index, 1, text) for index, text in enumerate((row.label, "", "7", "", "", "", "", "", "7"))]
    entries, _ = read(grid(lines))
    assert values(entries, key) == ("7", "", "", "", "", "", "7")


@pytest.mark.parametrize("first", ["", "7"])
def test_a_row_whose_cells_lie_over_the_lines_of_the_others_is_not_believed(first: str) -> None:
    key, row = form_rows()[-1]
    lines = [[(2 * at, 2 * wide, text) for at, wide, text in cells] for cells in [header(), *map(line, ROWS.values())]]
    figures = (first, "8", "", "", "", "", "8")
    lines[-1] = [(0, 3, row.label), *((3 + 2 * at, 2, text) for at, text in enumerate(figures)), (17, 1, "")]
    entries, _ = read(grid(lines, wide=18))
    assert statuses(entries, key) == {"unreadable"}
    assert_right_or_flagged(entries)


@pytest.mark.parametrize("origin", ["ruled", "unruled", "markup"])
@pytest.mark.parametrize("named", [True, False])
def test_figures_under_a_block_without_a_known_name_are_not_those_of_the_block_above(origin: str, named: bool) -> None:
    blocks = ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）" if named else "再次起诉")
    lines: list[list[tuple[int, int, str]]] = []
    for number, block in enumerate(blocks, 1):
        figures = (f"{number}{index}" for index in range(5))
        lines += [[(0, 5, block)], list(zip(range(5), (1,) * 5, RESULTS, strict=True))]
        lines += [list(zip(range(5), (1,) * 5, figures, strict=True))]
    read = four(replace(grid(lines, wide=5), origin=origin))
    wanted = [f"{number}{index}" for number in (1, 2, 3) for index in range(5)]
    assert [text for _, _, text in read] in (wanted, wanted[:10])
    assert len(read) == 15 or not named
    lines[2] = [(index, 1, "") for index in range(5)]
    lines[3] = [(0, 5, "直接起诉")]
    sheets = fill((replace(grid(lines, wide=5), origin=origin),)).sheets
    assert not any(entry.raw for sheet in sheets for entry in sheet.entries if entry.row == "review")


@pytest.mark.parametrize("behind, wide, told", [("", 2, "blank"), (" ？ ？ ？", 8, "unreadable")])
def test_without_rules_what_stands_where_figures_would_is_no_blank(behind: str, wide: int, told: str) -> None:
    rows = [row for _, row in form_rows()]
    first = replace(three(rows[:3]), origin="unruled")
    second = grid([[(0, wide, rows[3].label + behind), (8, 1, "9")], line(rows[4])], page=2)
    entries, _ = read(first, replace(second, origin="unruled"))
    key = form_rows()[3][0]
    assert statuses(entries, key) - {"read"} == {told}


@pytest.mark.parametrize("at", [2, 3, 4, 5])
@pytest.mark.parametrize("sparse", [True, False])
def test_blocks_side_by_side_over_rows_of_results_are_those_of_the_page_before(at: int, sparse: bool) -> None:
    figures = [["" if sparse and (row + block) % 3 else f"{block}{row}" for block in range(3)] for row in range(5)]
    heads = [
        [(0, 1, ""), (1, 1, "行政复议"), (2, 2, "行政诉讼")],
        [(0, 1, ""), (1, 1, ""), (2, 1, "未经复议直接起诉"), (3, 1, "复议后起诉")],
    ]
    lines = [
        [(0, 1, label), *((1 + i, 1, text) for i, text in enumerate(row))]
        for label, row in zip(RESULTS, figures, strict=True)
    ]
    whole = [*heads, *lines]
    read = four(grid(whole[:at], wide=4), grid(whole[at:], page=2, wide=4))
    blocks = tuple(dict.fromkeys(block for block, _ in FOUR))
    columns = tuple(dict.fromkeys(column for _, column in FOUR))
    assert {(block, column): text for block, column, text in read} == {
        (block, column): figures[row][index] for index, block in enumerate(blocks) for row, column in enumerate(columns)
    }


def test_without_rules_five_figures_under_heads_of_more_blocks_than_are_known_are_not_those_of_one() -> None:
    def rows(named: str) -> list[list[tuple[int, int, str]]]:
        heads = [(0, 1, "结果维持 结果纠正"), (1, 1, "其他结果"), (2, 1, "尚未审结 总计"), (3, 2, named)]
        return [[(0, 5, "行政复议")], heads, [(index, 1, str(10 + index)) for index in range(5)]]

    sheets = fill((replace(grid(rows("结果维持 总计"), wide=5), origin="unruled"),)).sheets
    assert not any(entry.raw for sheet in sheets for entry in sheet.entries if entry.table == "disputes")
    assert [text for *_, text in four(replace(grid(rows(""), wide=5), origin="unruled"))] == [*map(str, range(10, 15))]
