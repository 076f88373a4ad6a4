"""Rulings and words of a page -> grids: pages made by hand, one habit of print after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import grids
from gxstudy.layout import Grid, Page, Ruling, Word

WIDTH, HEIGHT = 595.0, 842.0
SIZE = 10.0
"""Height of a line of text; a digit is half as wide, a Chinese character as wide."""
LEFTS = (100.0, 200.0, 300.0, 400.0)
TOPS = (100.0, 130.0, 160.0)
TEXTS = (("甲", "1", "22"), ("乙", "3", "4"))

Rows = Sequence[Sequence[str]]


def across(y: float, x0: float = LEFTS[0], x1: float = LEFTS[-1], width: float = 0.5) -> Ruling:
    return Ruling(x0, y, x1, y, width)


def down(x: float, top: float = TOPS[0], bottom: float = TOPS[-1], width: float = 0.5) -> Ruling:
    return Ruling(x, top, x, bottom, width)


def text_width(text: str) -> float:
    return sum(SIZE / 2 if ord(character) < 0x100 else SIZE for character in text)


def word(text: str, middle: float, line: float, *, garbled: bool = False) -> Word:
    """A word whose middle lies at ``middle`` on the line with the middle ``line``."""
    half = text_width(text) / 2
    return Word(text, middle - half, line - SIZE / 2, middle + half, line + SIZE / 2, garbled=garbled)


def words_in(lefts: Sequence[float], tops: Sequence[float], texts: Rows) -> list[Word]:
    """The words of a table without spans: a word in the middle of each cell that is not blank."""
    return [
        word(text, (x0 + x1) / 2, (top + bottom) / 2)
        for (top, bottom), line in zip(pairwise(tops), texts, strict=True)
        for (x0, x1), text in zip(pairwise(lefts), line, strict=True)
        if text
    ]


def lattice(lefts: Sequence[float] = LEFTS, tops: Sequence[float] = TOPS) -> list[Ruling]:
    return [
        *(across(y, lefts[0], lefts[-1]) for y in tops),
        *(down(x, tops[0], tops[-1]) for x in lefts),
    ]


def page(words: Iterable[Word], rulings: Iterable[Ruling] = ()) -> Page:
    return Page(1, WIDTH, HEIGHT, tuple(words), tuple(rulings))


def texts(grid: Grid) -> list[list[str]]:
    """The texts of a grid's cells, row by row."""
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def only(found: Sequence[Grid]) -> Grid:
    assert len(found) == 1, [texts(grid) for grid in found]
    return found[0]


PLAIN = words_in(LEFTS, TOPS, TEXTS)
WANTED = [list(line) for line in TEXTS]


# Ruled tables ---------------------------------------------------------------------------------------------------------


def test_a_lattice_gives_its_cells_with_their_places() -> None:
    grid = only(grids.find(page(PLAIN, lattice())))
    assert (grid.origin, grid.rows, grid.columns, grid.lefts, grid.tops) == ("ruled", 2, 3, LEFTS, TOPS)
    assert texts(grid) == WANTED
    last = grid.cells[-1]
    assert last.box == (1, 300.0, 130.0, 400.0, 160.0)
    (ink,) = last.boxes
    assert (ink.x0, ink.x1) == (347.5, 352.5)


def test_an_empty_cell_is_a_cell_without_text_that_knows_where_it_is() -> None:
    blank = [other for other in PLAIN if other.text != "22"]
    grid = only(grids.find(page(blank, lattice())))
    cell = next(cell for cell in grid.cells if (cell.row, cell.column) == (0, 2))
    assert (cell.text, cell.boxes) == ("", ())
    assert cell.box == (1, 300.0, 100.0, 400.0, 130.0)


def test_where_no_line_parts_neighbours_they_are_one_cell() -> None:
    rulings = [
        *(across(y) for y in (100, 160)),
        across(130, 200, 400),  # not through the first column
        *(down(x) for x in (100, 200, 400)),
        down(300, 130, 160),  # not through the first row
    ]
    words = [word("标签", 150, 130), word("两列", 300, 115), word("5", 250, 145), word("6", 350, 145)]
    grid = only(grids.find(page(words, rulings)))
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in grid.cells] == [
        (0, 0, 2, 1, "标签"),
        (0, 1, 1, 2, "两列"),
        (1, 1, 1, 1, "5"),
        (1, 2, 1, 1, "6"),
    ]


@st.composite
def partitions(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, int, int, int]]]:
    """A raster parted into rectangles: (row, column, row span, column span), row by row."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    free = {(row, column) for row in range(rows) for column in range(columns)}
    spans = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) not in free:
                continue
            wide = draw(st.integers(1, 3))
            while wide > 1 and not all((row, column + x) in free for x in range(wide)):
                wide -= 1
            high = draw(st.integers(1, 3))
            while high > 1 and not all((row + y, column + x) in free for y in range(high) for x in range(wide)):
                high -= 1
            free -= {(row + y, column + x) for y in range(high) for x in range(wide)}
            spans.append((row, column, high, wide))
    return rows, columns, spans


@given(partitions())
def test_any_spans_are_found_where_every_row_and_column_shows_an_edge(
    drawn: tuple[int, int, list[tuple[int, int, int, int]]],
) -> None:
    rows, columns, spans = drawn
    edges_across = {row for row, _, _, _ in spans}
    edges_down = {column for _, column, _, _ in spans}
    if len(edges_across) < rows or len(edges_down) < columns or len(spans) < 2:
        return  # no line tells that there are two of them
    lefts = [50 + 60.0 * column for column in range(columns + 1)]
    tops = [50 + 25.0 * row for row in range(rows + 1)]
    words, rulings = [], []
    for number, (row, column, high, wide) in enumerate(spans):
        x0, x1, top, bottom = lefts[column], lefts[column + wide], tops[row], tops[row + high]
        rulings += [across(top, x0, x1), across(bottom, x0, x1), down(x0, top, bottom), down(x1, top, bottom)]
        words.append(word(str(number), (x0 + x1) / 2, (top + bottom) / 2))
    grid = only(grids.find(page(words, rulings)))
    assert [(c.row, c.column, c.row_span, c.column_span) for c in grid.cells] == spans
    assert [c.text for c in grid.cells] == [str(number) for number in range(len(spans))]


@pytest.mark.parametrize(
    "rulings",
    [
        [r for r in lattice() if r != across(160)],
        [r for r in lattice() if r != across(100)],
        [r for r in lattice() if r not in (across(100), across(160))],
        [r for r in lattice() if r not in (down(100), down(400))],
        [r for r in lattice() if r not in (down(100), down(400), across(100), across(160))],
    ],
    ids=["open below", "open above", "open above and below", "no sides", "no outer line at all"],
)
def test_a_border_left_open_is_closed_at_the_end_of_the_lines_that_cross_it(rulings: list[Ruling]) -> None:
    grid = only(grids.find(page(PLAIN, rulings)))
    assert grid.origin == "open"
    assert (grid.lefts, grid.tops) == (LEFTS, TOPS)
    assert texts(grid) == WANTED


def test_lines_that_overshoot_by_a_little_open_no_border() -> None:
    rulings = [*(across(y, 98, 402) for y in TOPS), *(down(x, 98, 162) for x in LEFTS)]
    grid = only(grids.find(page(PLAIN, rulings)))
    assert grid.origin == "ruled"
    assert texts(grid) == WANTED


def test_lines_that_end_a_little_short_touch() -> None:
    rulings = [*(across(y, 101.5, 398.5) for y in TOPS), *(down(x, 101.5, 158.5) for x in LEFTS)]
    grid = only(grids.find(page(PLAIN, rulings)))
    assert (grid.rows, grid.columns) == (2, 3)
    assert texts(grid) == WANTED


def test_doubled_rules_are_one_rule() -> None:
    doubled = [r._replace(top=r.top + d, bottom=r.bottom + d) for r in lattice() if r.top == r.bottom for d in (0, 1.2)]
    doubled += [r._replace(x0=r.x0 + d, x1=r.x1 + d) for r in lattice() if r.x0 == r.x1 for d in (0, 1.2)]
    grid = only(grids.find(page(PLAIN, doubled)))
    assert (grid.rows, grid.columns) == (2, 3)
    assert texts(grid) == WANTED


def cut_up(ruling: Ruling, step: float, drawn: float) -> list[Ruling]:
    """``ruling`` in pieces of ``drawn`` points, one every ``step`` points."""
    pieces = []
    start, end = (ruling.x0, ruling.x1) if ruling.top == ruling.bottom else (ruling.top, ruling.bottom)
    while start < end:
        stop = min(start + drawn, end)
        if ruling.top == ruling.bottom:
            pieces.append(ruling._replace(x0=start, x1=stop))
        else:
            pieces.append(ruling._replace(top=start, bottom=stop))
        start += step
    return pieces


@pytest.mark.parametrize("step, drawn", [(4.5, 3.0), (6.0, 3.0), (14.0, 14.0), (2.0, 0.6)], ids=str)
def test_dashes_dots_and_pieces_are_lines(step: float, drawn: float) -> None:
    rulings = [piece for ruling in lattice() for piece in cut_up(ruling, step, drawn)]
    grid = only(grids.find(page(PLAIN, rulings)))
    assert (grid.rows, grid.columns) == (2, 3)
    assert texts(grid) == WANTED


def test_ticks_are_no_lines() -> None:
    ticks = [down(x, 128, 132) for x in (230, 250, 270)]
    grid = only(grids.find(page(PLAIN, [*lattice(), *ticks])))
    assert (grid.rows, grid.columns) == (2, 3)


def test_a_number_wrapped_in_a_narrow_cell_is_one_number_with_two_boxes() -> None:
    words = [other for other in PLAIN if other.text != "22"]
    words += [word("12", 350, 109), word("34", 350, 121)]
    grid = only(grids.find(page(words, lattice())))
    cell = next(cell for cell in grid.cells if (cell.row, cell.column) == (0, 2))
    assert cell.text == "1234"
    assert [box.top for box in cell.boxes] == [104, 116]


def test_two_numbers_apart_on_one_line_of_a_cell_are_not_run_together() -> None:
    words = [other for other in PLAIN if other.text != "22"]
    words += [word("12", 320, 115), word("34", 380, 115)]
    grid = only(grids.find(page(words, lattice())))
    assert next(cell.text for cell in grid.cells if (cell.row, cell.column) == (0, 2)) == "12 34"


def test_a_cell_that_the_edge_of_the_page_cuts_is_not_blank() -> None:
    # Only what lies on the page is seen: a column that runs out of it may hold any figure.
    lefts = (300.0, 400.0, 500.0, 600.0)
    grid = only(grids.find(page(words_in(lefts, TOPS, (("甲", "1", ""), ("乙", "", ""))), lattice(lefts))))
    assert [(cell.row, cell.column) for cell in grid.cells if cell.garbled] == [(0, 2), (1, 2)]


@pytest.mark.parametrize("bounded", [True, False])
def test_a_blank_corner_that_no_line_bounds_is_not_blank(bounded: bool) -> None:
    end = TOPS[-1] if bounded else TOPS[-2]
    rulings = [across(y) for y in TOPS[:-1]] + [across(TOPS[-1], LEFTS[0], LEFTS[1])]
    rulings += [*map(down, LEFTS[:2]), *(down(x, TOPS[0], TOPS[-2]) for x in LEFTS[2:-1])]
    rulings.append(down(LEFTS[-1], TOPS[0], end))
    rows = [*TEXTS[:-1], [TEXTS[-1][0], *[""] * (len(LEFTS) - 2)]]
    grid = only(grids.find(page(words_in(LEFTS, TOPS, rows), rulings)))
    last = [cell for cell in grid.cells if cell.row == grid.rows - 1]
    assert [(cell.column, cell.garbled) for cell in last] == [(0, False), (1, not bounded)]


def test_a_column_without_rules_that_the_edge_of_the_page_cuts_is_not_blank() -> None:
    # The longest figure still reaches in from beyond the edge; shorter ones of its column are not to be seen.
    lefts, tops = (300.0, 420.0, 480.0, 540.0, 650.0), (100.0, 120.0, 140.0, 160.0)
    lines = words_in(lefts, tops, (("甲", "1", "2", "60063"), ("乙", "3", "4", ""), ("丙", "5", "6", "")))
    grid = only(grids.find(page(lines)))
    assert [cell.garbled for cell in grid.cells if cell.column == grid.columns - 1][-2:] == [True, True]


def test_figures_of_two_sizes_in_one_cell_are_not_one_figure() -> None:
    # The number of the page, printed into a table that is too long for it.
    number = Word("7", 348.0, 149.0, 353.0, 160.0)
    grid = only(grids.find(page([*PLAIN, number], lattice())))
    assert [(cell.text, cell.garbled) for cell in grid.cells if cell.row == 1] == [
        ("乙", False),
        ("3", False),
        ("47", True),
    ]


@pytest.mark.parametrize("stroke", ["-", "—", "/"])
def test_a_stroke_over_a_number_in_one_cell_is_no_sign(stroke: str) -> None:
    """A stroke of one row and the 21 of the next were -21."""
    both = [word(stroke, 250.0, 110.0), word("21", 250.0, 121.0), word("22", 350.0, 115.0)]
    rulings = [*map(across, TOPS), *map(down, LEFTS)]
    (grid,) = grids.find(Page(1, WIDTH, HEIGHT, tuple(both), tuple(rulings)))
    assert [(cell.text, cell.garbled) for cell in grid.cells if cell.text] == [(f"{stroke}21", True), ("22", False)]


def test_a_garbled_word_spoils_its_cell_and_no_other() -> None:
    words = [replaced._replace(garbled=replaced.text == "3") for replaced in PLAIN]
    grid = only(grids.find(page(words, lattice())))
    assert [cell.text for cell in grid.cells if cell.garbled] == ["3"]


def test_the_number_of_a_section_begins_a_paragraph() -> None:
    # A title as wide as the text, and the first heading close below it in nearly the same size.
    lines = [word("某市某区某局2023年政府信息公开工作年度报告", 297, 100), word("一、总体情况", 200, 125)]
    wide = [word("本年度本机关主动公开政府信息若干条", 297, 150)]
    found = grids.paragraphs(page([*lines, *wide]), ())
    assert [each.text for each in found][:2] == [lines[0].text, "一、总体情况"]


def steps(start: float, end: float, step: float) -> list[float]:
    return [start + index * step for index in range(int((end - start) / step) + 1)]


def dashed(lefts: Sequence[float], tops: Sequence[float], *, dash: float, gap: float) -> list[Ruling]:
    """Rules in dashes; whole ones at the outside."""
    x0, x1, y0, y1 = lefts[0], lefts[-1], tops[0], tops[-1]
    found = [*(across(y, x0, x1) for y in (y0, y1)), *(down(x, y0, y1) for x in (x0, x1))]
    for x in lefts[1:-1]:
        found += [down(x, y, min(y + dash, y1)) for y in steps(y0, y1, dash + gap)]
    for y in tops[1:-1]:
        found += [across(y, x, min(x + dash, x1)) for x in steps(x0, x1, dash + gap)]
    return found


@pytest.mark.parametrize("dash, gap", [(4.0, 5.6), (4.0, 4.0), (2.0, 3.0), (1.0, 3.5)])
def test_gaps_between_dashes_may_be_wider_than_these(dash: float, gap: float) -> None:
    grid = only(grids.find(page(PLAIN, dashed(LEFTS, TOPS, dash=dash, gap=gap))))
    assert grid.origin == "ruled"
    assert texts(grid) == [list(row) for row in TEXTS]


def test_cells_with_round_corners_are_not_dashes() -> None:
    # Each cell has borders of its own, which end before its corners; those of several rows in line look like dashes.
    lefts, tops = steps(100, 400, 60), steps(100, 185.5, 14.25)
    cells = [(x0 + 1.5, y0 + 1.5, x1 - 1.5, y1 - 1.5) for y0, y1 in pairwise(tops) for x0, x1 in pairwise(lefts)]
    borders = [across(y, x0 + 2.62, x1 - 2.62) for x0, y0, x1, y1 in cells for y in (y0, y1)]
    borders += [down(x, y0 + 2.62, y1 - 2.62) for x0, y0, x1, y1 in cells for x in (x0, x1)]
    words = [
        Word(str(i), x0 + 20, y + 2, x0 + 20 + text_width(str(i)), y + 10) for i, (x0, y, _, _) in enumerate(cells)
    ]
    grid = only(grids.find(page(words, borders)))
    assert [cell.text for cell in grid.cells] == [str(i) for i in range(len(cells))]


def test_dashes_close_beside_figures_are_no_strokes_of_them() -> None:
    # Figures set right against dashed rules, half a point from them, in rows as low as they are.
    lefts, tops = steps(100, 400, 30), steps(100, 380, 14)
    figures = [[str(100 * row + column) for column in range(len(lefts) - 1)] for row in range(1, len(tops))]
    words = [
        Word(text, x1 - 0.5 - text_width(text), top + 2, x1 - 0.5, top + 12)
        for top, row in zip(tops, figures, strict=False)
        for x1, text in zip(lefts[1:], row, strict=True)
    ]
    grid = only(grids.find(page(words, dashed(lefts, tops, dash=4.0, gap=4.0))))
    assert grid.origin == "ruled"
    assert texts(grid) == figures


def test_labels_that_lie_on_the_rules_are_in_no_row() -> None:
    # A font that claims no height lets its characters stand half a row too high.
    tops = (100.0, 112.0, 124.0, 136.0, 148.0)
    rows = (("甲", "1", "2"), ("乙", "3", ""), ("丙", "5", "6"), ("丁", "7", "8"))
    sound = words_in(LEFTS, tops, rows)
    raised = [
        each if each.text.isdigit() else each._replace(top=each.top - 6, bottom=each.bottom - 6) for each in sound
    ]
    grid = only(grids.find(page(raised, lattice(LEFTS, tops))))
    assert all(cell.garbled for cell in grid.cells if cell.column > 0)
    assert not any(cell.garbled for cell in only(grids.find(page(sound, lattice(LEFTS, tops)))).cells)


def test_a_line_through_a_row_of_words_is_an_edge_of_no_row() -> None:
    """The border of a merged cell drawn too short: half of the row it runs through was a row of blanks."""
    tops = (100.0, 130.0, 145.0, 160.0)
    drawn = [across(y) for y in (100.0, 130.0, 160.0)] + [down(x) for x in LEFTS]
    words = words_in(LEFTS, (100.0, 130.0, 160.0), (("甲", "1", "22"), ("乙", "3", "4")))
    assert not any(cell.garbled for cell in only(grids.find(page(words, drawn))).cells)
    grid = only(grids.find(page(words, [*drawn, across(tops[2])])))
    assert {cell.row for cell in grid.cells if cell.garbled} == {1, 2}
    assert all(cell.garbled == (cell.row > 0) for cell in grid.cells if cell.text != "乙" and cell.column > 0)


def test_a_line_through_one_figure_leaves_it_to_neither_cell() -> None:
    """A line under a figure set too high reached from side to side: the half without the figure was a blank."""
    words = words_in(LEFTS, TOPS, TEXTS)
    middle = (TOPS[1] + TOPS[2]) / 2
    grid = only(grids.find(page(words, [*lattice(), across(middle, LEFTS[1], LEFTS[2])])))
    garbled = {(cell.column, cell.text) for cell in grid.cells if cell.garbled}
    assert garbled == {(1, ""), (1, "3")}


def test_a_blank_at_the_right_of_a_table_that_is_bounded_at_its_left_only_is_no_blank() -> None:
    """A sheet wider than its pages: text in the middle of a cut cell stands on the next page."""
    words = words_in(LEFTS, TOPS, (("甲", "1", ""), ("乙", "", "4")))
    sides = {LEFTS[0], LEFTS[-1]}
    lines = [across(y) for y in TOPS]
    inner = [down(x) for x in LEFTS if x not in sides]

    def doubtful(*upright: Ruling) -> set[tuple[int, int]]:
        grid = only(grids.find(page(words, [*lines, *inner, *upright])))
        return {(cell.row, cell.column) for cell in grid.cells if cell.garbled}

    assert doubtful(down(LEFTS[0])) == {(0, 2)}
    assert doubtful() == doubtful(*map(down, sides)) == set()


def test_a_box_around_a_paragraph_is_no_table() -> None:
    words = [word("本报告由本机关编制，供查阅。", 250, 115)]
    boxed = [across(100), across(160), down(100), down(400)]
    assert grids.find(page(words, boxed)) == ()
    (paragraph,) = grids.paragraphs(page(words, boxed), ())
    assert paragraph.text == "本报告由本机关编制，供查阅。"


def test_a_line_under_a_heading_is_no_table() -> None:
    assert grids.find(page([word("年度报告", 250, 90)], [across(100)])) == ()


def test_two_tables_side_by_side_are_two() -> None:
    right = [x + 340 for x in LEFTS[:3]]
    words = PLAIN[:2] + words_in(right, TOPS, (("7", "8"), ("9", "10")))
    found = grids.find(page(words, [*lattice(LEFTS[:3]), *lattice(right)]))
    assert [texts(grid) for grid in found] == [[["甲", "1"], ["", ""]], [["7", "8"], ["9", "10"]]]


def test_tables_come_from_top_to_bottom_whatever_the_order_of_their_lines() -> None:
    low = [top + 200 for top in TOPS]
    words = [*words_in(LEFTS, low, (("丙", "5", "6"), ("丁", "7", "8"))), *PLAIN]
    found = grids.find(page(words, [*lattice(LEFTS, low), *lattice()]))
    assert [texts(grid)[0][0] for grid in found] == ["甲", "丙"]


def test_tables_that_share_no_line_but_stand_close_are_two() -> None:
    low = [top + 66 for top in TOPS]
    words = [*PLAIN, *words_in(LEFTS, low, (("丙", "5", "6"), ("丁", "7", "8")))]
    found = grids.find(page(words, [*lattice(), *lattice(LEFTS, low)]))
    assert [grid.rows for grid in found] == [2, 2]


def test_words_outside_the_lines_are_prose_and_words_inside_are_not() -> None:
    words = [*PLAIN, word("表三如下", 250, 80), word("注：无", 150, 180)]
    found = grids.find(page(words, lattice()))
    assert [paragraph.text for paragraph in grids.paragraphs(page(words, lattice()), found)] == ["表三如下", "注：无"]


# Tables without all rules ---------------------------------------------------------------------------------------------

COLUMNS = (150.0, 250.0, 330.0, 410.0)


def unruled(lines: Sequence[tuple[float, Sequence[str]]]) -> list[Word]:
    return [word(text, middle, line) for line, row in lines for middle, text in zip(COLUMNS, row, strict=True) if text]


def test_figures_under_each_other_are_columns_and_a_blank_keeps_its_column() -> None:
    words = unruled([(120, ("甲项", "1", "22", "3")), (140, ("乙项", "4", "", "6")), (160, ("丙项", "7", "8", "999"))])
    grid = only(grids.find(page(words)))
    assert grid.origin == "unruled"
    assert texts(grid) == [["甲项", "1", "22", "3"], ["乙项", "4", "", "6"], ["丙项", "7", "8", "999"]]


def test_a_dash_and_a_stroke_are_figures_of_their_columns() -> None:
    words = unruled([(120, ("甲项", "1", "/", "3")), (140, ("乙项", "-", "5", "6"))])
    assert texts(only(grids.find(page(words)))) == [["甲项", "1", "/", "3"], ["乙项", "-", "5", "6"]]


def test_rules_across_alone_part_the_rows_of_wrapped_labels() -> None:
    words = unruled([(130, ("", "1", "2", "3")), (170, ("", "4", "5", "6"))])
    words += [word("甲项前", 150, 124), word("半后半", 150, 136), word("乙项前", 150, 164), word("半后半", 150, 176)]
    rules = [across(y, 100, 450) for y in (110, 150, 190)]
    grid = only(grids.find(page(words, rules)))
    assert texts(grid) == [["甲项前半后半", "1", "2", "3"], ["乙项前半后半", "4", "5", "6"]]


def test_a_heading_above_is_not_swallowed_by_a_table_without_lines() -> None:
    heading = [Word("二、主动公开政府信息情况", 100, 60, 268, 74)]
    words = [
        *heading,
        *unruled([(110, ("项目", "一", "二", "三")), (130, ("甲项", "1", "2", "3")), (150, ("乙", "4", "5", "6"))]),
    ]
    found = grids.find(page(words))
    assert not any("主动公开" in cell.text for grid in found for cell in grid.cells)
    assert [p.text for p in grids.paragraphs(page(words), found)] == ["二、主动公开政府信息情况"]


def test_prose_with_numbers_is_no_table() -> None:
    lines = [
        "2024年，本机关收到政府信息公开申请17件，上年结转2件，",
        "其中予以公开12件，部分公开3件，不予公开4件，均已办结。",
        "全年行政复议1件，行政诉讼0件，无其他需要报告的事项。",
    ]
    words = [Word(text, 72, 100 + 20 * n, 500, 112 + 20 * n) for n, text in enumerate(lines)]
    assert grids.find(page(words)) == ()


@pytest.mark.parametrize("number", ["- 3 -", "3", "第 3 页 共 5 页", "3/5", "— 3 —"])
def test_page_numbers_are_neither_figures_nor_prose(number: str) -> None:
    words = [*unruled([(120, ("甲项", "1", "2", "3")), (140, ("乙项", "4", "5", "6"))]), word(number, 297, 800)]
    found = grids.find(page(words))
    assert texts(only(found)) == [["甲项", "1", "2", "3"], ["乙项", "4", "5", "6"]]
    assert grids.paragraphs(page(words), found) == ()


def test_a_page_number_high_above_the_edge_is_no_row_of_the_table_over_it() -> None:
    """The margin below it was wide: its strokes and its number were three columns of figures."""
    words = unruled([(700, ("甲项", "1", "2", "3")), (715, ("乙项", "4", "5", "6"))])
    number = [word(text, middle, 730) for text, middle in (("-", 291.0), ("3", 297.0), ("-", 303.0))]
    rows = [["甲项", "1", "2", "3"], ["乙项", "4", "5", "6"]]
    assert texts(only(grids.find(page([*words, *number])))) == rows
    last = unruled([(730, ("丙项", "-", "3", "-"))])
    assert texts(only(grids.find(page([*words, *last])))) == [*rows, ["丙项", "-", "3", "-"]]
    assert texts(only(grids.find(page([*words, *last[1:]])))) != rows


def test_a_number_alone_in_the_middle_of_a_page_is_prose() -> None:
    assert [p.text for p in grids.paragraphs(page([word("3", 297, 400)]), ())] == ["3"]


# Marked-up pages and degenerate input ---------------------------------------------------------------------------------


def test_the_grids_of_a_marked_up_page_are_returned_as_they_are() -> None:
    made = only(grids.find(page(PLAIN, lattice())))
    marked_up = replace(page([]), blocks=(replace(made, origin="markup"),))
    assert grids.find(marked_up) == (replace(made, origin="markup"),)


def test_an_empty_page_has_nothing() -> None:
    assert grids.find(page([])) == ()
    assert grids.paragraphs(page([]), ()) == ()


coordinates = st.floats(-100, 1000, allow_nan=False, width=32)


@st.composite
def any_rulings(draw: st.DrawFn) -> Ruling:
    x0, x1 = sorted(draw(st.tuples(coordinates, coordinates)))
    top, bottom = sorted(draw(st.tuples(coordinates, coordinates)))
    if draw(st.booleans()):
        return Ruling(x0, top, x1, top, 0.5)
    return Ruling(x0, top, x0, bottom, 0.5)


@st.composite
def any_words(draw: st.DrawFn) -> Word:
    x0, top = draw(st.tuples(coordinates, coordinates))
    text = draw(st.sampled_from(["1", "23", "/", "-", "甲", "总计", "4,567", "第二十条第（一）项", "8件"]))
    wide, high = draw(st.floats(0.1, 200)), draw(st.floats(0.1, 60))
    return Word(text, x0, top, x0 + wide, top + high)


@given(st.lists(any_words(), max_size=40), st.lists(any_rulings(), max_size=40))
def test_whatever_stands_on_a_page_every_word_is_given_once(words: list[Word], rulings: list[Ruling]) -> None:
    drawn = page(words, rulings)
    found = grids.find(drawn)
    for grid in found:
        covered = [
            (row, column)
            for cell in grid.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        ]
        if grid.origin != "unruled":  # the header of an unruled table has cells where it has words
            assert len(covered) == grid.rows * grid.columns
        assert len(set(covered)) == len(covered)
        assert list(grid.lefts) == sorted(grid.lefts)
        assert list(grid.tops) == sorted(grid.tops)
    grids.paragraphs(drawn, found)


def test_borders_of_two_tables_that_stand_near_to_one_line_stay_where_they_are() -> None:
    """They were put on the line in their middle, and a dash close to the border came into the next cell."""

    def table(top: float, border: float) -> list[Ruling]:
        level = [Ruling(50.0, y, 150.0, y, 0.1) for y in (top, top + 10.0, top + 20.0)]
        return [*level, *(Ruling(x, top, x, top + 20.0, 0.1) for x in (50.0, border, 150.0))]

    dash = Word("-", 101.0, 22.0, 101.6, 28.0)
    page = Page(1, 200.0, 200.0, (dash,), (*table(20.0, 102.0), *table(80.0, 99.7)))
    first, second = grids.find(page)
    assert [cell.text for cell in first.cells] == ["-", "", "", ""]
    assert (first.lefts[1], second.lefts[1]) == (102.0, 99.7)


def test_a_numbered_label_close_behind_the_label_of_its_group_is_one_of_its_own() -> None:
    """The first row of a group at the foot of a page, the group's label wrapped beside it: 不予 1.属于国家秘密公开."""

    def row(line: float, label: list[tuple[float, str]], *figures: str) -> list[Word]:
        texts = [*label, *((300.0 + 50 * place, figure) for place, figure in enumerate(figures))]
        return [word(text, x0 + text_width(text) / 2, line) for x0, text in texts]

    words = [
        *row(100, [(98, "（一）予以公开")], "464", "887", "574"),
        *row(118, [(98, "（二）部分公开")], "477", "463", "521"),
        *row(136, [(99, "（三）不予"), (152, "1.属于国家秘密")], "190", "824", "525"),
        *row(148, [(119, "公开")]),
    ]
    (grid,) = grids.find(Page(1, WIDTH, HEIGHT, tuple(words)))
    read = [cell.text for cell in grid.cells if cell.row == 2]
    assert read == ["（三）不予公开", "1.属于国家秘密", "190", "824", "525"]


@pytest.mark.parametrize("gap, spoilt", [(0.0, True), (6.0, False)])
def test_a_number_cut_off_from_its_note_by_a_line_may_be_that_of_either_cell(gap: float, spoilt: bool) -> None:
    note = word("（含上年）", (LEFTS[1] + LEFTS[2]) / 2, TOPS[0] + 5)
    note = note._replace(x0=LEFTS[1] + gap / 2, x1=LEFTS[1] + gap / 2 + text_width("（含上年）"))
    figure = word("1", 0, TOPS[0] + 5)._replace(x0=LEFTS[1] - gap / 2 - 5, x1=LEFTS[1] - gap / 2)
    (grid,) = grids.find(page([figure, note], lattice()))
    assert [cell.garbled for cell in grid.cells[:2]] == [spoilt, spoilt]
