"""Reports that were once read wrong without a word, shrunk, and named by what went wrong.

Each is the case as it was found (see strategies.py); what counts is that no place errs in silence.
"""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from markup import web_page
from pypdf.generic import DecodedStreamObject, NameObject
from strategies import Case
from test_roundtrip import silent, unlike

import gxstudy as gx
from gxstudy import forms, grids
from gxstudy.fill import fill
from gxstudy.fill.align import Label, align
from gxstudy.readers import pdf
from gxstudy.specimens import Break, Layout, Specimen, draw, invented
from gxstudy.text import label_key, read_number

FOUND = {
    # PDFium orders single glyphs by left edges; that of a wide bracket lies over the digit before it: 90（1 …
    "the digit before a wide bracket moved behind it": Case(
        "2019",
        2020,
        seed=4067,
        noted=(("normative_documents", "total_disclosed", "（其中修订16件）"),),
        layout=Layout(single_glyphs=True),
    ),
    # Without rules, a figure with a note in brackets made its row a header, and one cell was given to two columns.
    "one cell given to two columns of table two": Case(
        "2019",
        2019,
        noted=(("coercion", "change", "万元"), ("coercion", "decisions", "（其中修订16件）")),
        layout=Layout(table_size=6.5, ruled="none", padding=(4.0, 2.5), brackets="half", label_spaces="one"),
    ),
    # The rule at a cut was white: two rows of table two in one, their figures run together as if wrapped.
    "two rows of table two read as one": Case(
        "2019",
        2020,
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=4336,
        layout=Layout(table_size=7.5, outer="white", breaks=(Break("disclosure", 3, labels="split", page=False),)),
    ),
    "two rows of table two without a note read as one": Case(
        "2019",
        2019,
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=69083,
        layout=Layout(
            table_size=6.5,
            outer="missing",
            digits="full",
            breaks=(Break("disclosure", 10, labels="both", page=False),),
        ),
    ),
    # The rule at a cut was white: two rows of table three in one, their figures run together as if wrapped.
    "two rows of table three read as one": Case(
        "2021",
        2021,
        variant=True,
        layout=Layout(
            outer="missing",
            breaks=(
                Break("applications", 4, page=True),
                Break("applications", 5, page=True),
                Break("applications", 23, page=False),
            ),
        ),
    ),
    # On the page between, no rule across: its row was not seen, and the rest of its label stood alone on the next.
    "the rest of a label behind a break read as a row of blanks": Case(
        "2019",
        2019,
        "某市科学技术局",
        seed=1965,
        kind="sparse",
        zero="-",
        layout=Layout(
            table_size=6.5,
            landscape=True,
            outer="white",
            digits="full",
            breaks=(Break("applications", 8, header=True, labels="split", inside_text=True),),
        ),
    ),
    # One line across ran beyond the last line down: the labels were left outside the table.
    "a first row without its label read as blanks": Case(
        "2019",
        2019,
        seed=65536,
        layout=Layout(
            table_size=6.5,
            outer="missing",
            digits="full",
            thousands="，",
            breaks=(Break("applications", 4, header=True, labels="both", inside_text=True),),
        ),
    ),
    # Blank rows without rules down lend their labels to the next: （六）其他处理 took the figures of （七）总计.
    "figures of the total given to the row above it": Case(
        "2019",
        2020,
        seed=11038795,
        kind="sparse",
        zero="",
        layout=Layout(table_size=6.5, ruled="horizontal", padding=(4.0, 2.5), outer="white", digits="full"),
    ),
    # No header was seen and one figure in three columns: it was taken for a block of one column, of the other edition.
    "a figure in the first of three columns taken for the only one": Case(
        "2019",
        2019,
        seed=334,
        kind="sparse",
        zero="",
        noted=(("coercion", "items_last_year", "（其中修订16件）"),),
        layout=Layout(ruled="heads", padding=(4.0, 2.5)),
    ),
    "figures beside a row given to the row above them": Case(
        "2019",
        2019,
        seed=93582526,
        kind="sparse",
        zero="",
        layout=Layout(table_size=6.5, ruled="heads", padding=(4.0, 2.5), numbering="．", digits="full"),
    ),
    # Without rules the label of a block stands beside the middle of its rows: those before it went to the block before.
    "figures of table four given to the block before": Case(
        seed=8, layout=Layout(disputes="down", ruled="none", padding=(4.0, 2.5))
    ),
    # The last digits of wrapped totals stood on a line of their own, which was no row of anything.
    "a wrapped total of table four without its last digit": Case(
        "2019",
        2020,
        seed=678,
        layout=Layout(
            table_size=6.5,
            margins=(50, 60, 50, 60),
            ruled="horizontal",
            outer="no_sides",
            padding=(4.0, 2.5),
            digits="full",
            breaks=(Break("applications", 20, header=True, labels="second"),),
        ),
    ),
    # Two headings ran into one, which was taken for the first of them.
    "a figure under two headings given to the first": Case(
        "2019",
        2019,
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=1,
        kind="sparse",
        zero="",
        noted=(("regulations", "newly_made", "万元"),),
        layout=Layout(
            margins=(50, 60, 50, 60),
            ruled="none",
            padding=(4.0, 2.5),
            order=("applications", "disputes", "disclosure"),
        ),
    ),
    # The figure of the last column was wrapped before its note: its first line named a column with nothing in it.
    "a wrapped figure with a note taken for a blank": Case(
        "2019",
        2019,
        "某市科学技术局",
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=429712255,
        kind="unbalanced",
        noted=(("normative_documents", "total_disclosed", "（其中修订16件）"),),
        layout=Layout(
            table_size=7.5,
            single_glyphs=True,
            ruled="heads",
            outer="missing",
            disclosure_widths=(1.0, 1.0),
            padding=(4.0, 2.5),
            order=("disclosure", "disputes", "applications"),
        ),
    ),
    # Figures broken over the line above and the line below their row were on no row: their places seemed blank.
    "a figure with a note above and below its row taken for a blank": Case(
        "2019",
        2019,
        seed=1,
        noted=(("regulations", "newly_disclosed", "（其中修订16件）"),),
        layout=Layout(ruled="none", disclosure_widths=(1.0, 1.0), padding=(4.0, 2.5)),
    ),
    "figures in two columns above and below their rows taken for blanks": Case(
        "2019",
        2019,
        seed=1,
        noted=(
            ("other_services", "decisions", "（其中修订16件）"),
            ("licensing", "items_last_year", "（其中修订16件）"),
        ),
        layout=Layout(table_size=6.5, ruled="none", disclosure_widths=(2.0, 1.5), padding=(4.0, 2.5)),
    ),
    "wrapped totals of table four taken for blanks": Case(
        "2019",
        2019,
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=502,
        layout=Layout(table_size=6.5, ruled="horizontal", digits="full", padding=(4.0, 2.5)),
    ),
    # The dots of an upright rule were taken for rules across, each of which parted a row from the rest of its figure.
    "a figure on six lines between dotted rules taken for a blank": Case(
        "2019",
        2019,
        seed=6781,
        kind="sparse",
        zero="-",
        noted=(("other_services", "items_last_year", "（其中修订16件）"),),
        layout=Layout(per_sheet=2, rule_style="dashes", figure_wrap=2),
    ),
    # The row behind a cut has no label of its own: the rest of the label before it joined both rows' figures.
    "two rows at a cut joined as if their figures were wrapped": Case(
        "2019",
        2019,
        seed=1,
        layout=Layout(
            landscape=True,
            ruled="horizontal",
            padding=(4.0, 2.5),
            outcome_label="flat",
            labels=(("rejected.repeat", ""),),
            breaks=(Break("applications", 19, labels="both", inside_text=True, open=True),),
        ),
    ),
    # The rest of a label behind a cut was joined to the figures of the next row, whose label was missing.
    "figures of a row without a label given to the row before it": Case(
        "2019",
        2019,
        seed=1,
        layout=Layout(
            table_size=6.5,
            ruled="horizontal",
            padding=(4.0, 2.5),
            labels=(("rejected.repeat", ""),),
            brackets="half",
            breaks=(Break("applications", 19, labels="first", inside_text=True, open=True),),
        ),
    ),
    # The figures of the last row, wrapped near the foot of the page, were taken for the number of the page.
    "halves of a total taken for page numbers": Case(
        "2019",
        2019,
        seed=17133,
        layout=Layout(table_size=6.5, ruled="none", padding=(4.0, 2.5), digits="full"),
    ),
    # Beside a note broken over lines, the halves of other figures in its row were figures of their own.
    "the first half of a figure beside a broken note": Case(
        "2019",
        2019,
        seed=18895,
        noted=(("normative_documents", "newly_disclosed", "（其中修订16件）"),),
        layout=Layout(ruled="heads", figure_wrap=2, padding=(4.0, 2.5)),
    ),
    "the first half of a figure with its unit beside a broken note": Case(
        "2019",
        2019,
        foreign_blocks=("article_20_1",),
        seed=69619,
        noted=(("normative_documents", "made", "（其中修订16件）"),),
        layout=Layout(ruled="horizontal", figure_wrap=2, padding=(4.0, 2.5)),
    ),
    # Rules over the headings of a block bound several rows: a figure was taken for the rest of the one above it.
    "the first line of a figure joined to the figure of the row above": Case(
        "2019",
        2019,
        seed=1,
        noted=(("other_services", "decisions", "（其中修订16件）"),),
        layout=Layout(ruled="heads", figure_wrap=3, padding=(4.0, 2.5)),
    ),
    # Its last digit stood behind the rule of a narrow column: 5090 was 509, and 0 beside it.
    "a number too wide for its column cut by a rule": Case(
        "2019",
        2020,
        organ="某区某街道办事处",
        foreign_blocks=("article_20_1",),
        seed=3463,
        kind="unbalanced",
        noted=(("procurement", "projects", "万元"), ("other_services", "decisions", "万元")),
        overview=0,
        layout=Layout(
            body_size=16.0,
            table_size=6.5,
            latin="DejaVu Sans Mono",
            font_height=2.5,
            title_break=True,
            landscape=True,
            rotate=270,
            per_sheet=2,
            rule=0.1,
            rule_style="dashes",
            outer="no_sides",
            disclosure_widths=(1.0, 1.0),
            align="right",
            shade="#c6d9f1",
            stand="top",
            breaks=(Break(table="applications", row=21, header=True, labels="first", page=True, gap=0.0),),
        ),
    ),
    # The last line of a merged label beside figures at the foot of their cell: the row below took them.
    "figures at the foot of their cell given to the row below": Case(
        "2019",
        2020,
        kind="sparse",
        zero="",
        layout=Layout(
            ruled="heads",
            padding=(1.0, 1.0),
            stand="bottom",
            breaks=(Break("applications", 24, header=False, labels="second", open=True),),
        ),
    ),
    # The first line of a wrapped 增加342 passed for the label of a row: of the others 342, 6 and 9 were left.
    "what stands under a word of change": Case(
        foreign_blocks=("article_20_1",),
        noted=(("normative_documents", "newly_made", "增加"), ("regulations", "total_disclosed", ".35")),
        layout=Layout(ruled="none", stand="top", figure_wrap=2),
    ),
    # "4." is no figure: the 35 under it was given to the next column.
    "the rest of a figure given to the column beside it": Case(
        foreign_blocks=("article_20_1",),
        noted=(
            ("normative_documents", "newly_made", ".35"),
            ("penalties", "decisions", ".35"),
            ("regulations", "newly_made", "件"),
        ),
        layout=Layout(landscape=True, ruled="horizontal", align="right", figure_wrap=2),
    ),
    # The rows of one block without figures ran together, and the total of the next was taken for its own.
    "rows of table four lost between two blocks": Case(
        "2019", 2019, seed=154, kind="sparse", zero="", layout=Layout(ruled="none", disputes="down")
    ),
    # "6." is no figure: its row passed for one of the heading, with what was left of the others in it.
    "a row of wrapped figures taken for a heading": Case(
        "2019",
        2020,
        noted=(
            ("normative_documents", "newly_disclosed", "减"),
            ("licensing", "decisions", ".35"),
            ("normative_documents", "newly_made", ".35"),
        ),
        layout=Layout(ruled="none", stand="top", figure_wrap=2),
    ),
    "the last line of wrapped figures taken for a heading": Case(
        "2019",
        2019,
        noted=(("charges", "change", "件"), ("procurement", "amount", ".35")),
        layout=Layout(ruled="none", stand="bottom", figure_wrap=2),
    ),
    # 34, 9., 07 and 万元 under each other: put together, the figure was no longer close to what stood over its row.
    "figures over a row with a figure of four lines taken for blanks": Case(
        foreign_blocks=("article_20_5", "article_20_6"),
        seed=3064026908,
        noted=(("coercion", "decisions", "-"), ("penalties", "decisions", ".07万元")),
        layout=Layout(ruled="none", stand="top", figure_wrap=2),
    ),
    # Under two labels that ran together at the foot of a page, figures were given to the first row of the next.
    "figures without a label joined to the label behind a break": Case(
        "2019",
        2020,
        kind="sparse",
        zero="",
        layout=Layout(table_size=6.5, ruled="none", widths=(1, 1, 1, 0.55), heads="rotated"),
    ),
    # A heading on two lines of its own was no heading of the row between them: its figures went to the next.
    "figures under a heading that was not seen": Case(
        "2019",
        2020,
        seed=1,
        kind="sparse",
        zero="",
        layout=Layout(ruled="none", disclosure_widths=(2.0, 1.5), align="right"),
    ),
}


@pytest.mark.parametrize("case", FOUND.values(), ids=FOUND.keys())
def test_nothing_is_wrong_in_silence(case: Case) -> None:
    assert silent(gx.read_report(case.pdf), case.expected) == {}


EXACT = (
    "the digit before a wide bracket moved behind it",
    "one cell given to two columns of table two",
    "a figure with a note above and below its row taken for a blank",
    "figures in two columns above and below their rows taken for blanks",
)


@pytest.mark.parametrize("name", EXACT)
def test_what_is_printed_plainly_enough_is_read(name: str) -> None:
    case = FOUND[name]
    report = gx.read_report(case.pdf)
    found = {(e.table, e.row, e.column): e.raw for e in report.entries if e.table == "disclosure"}
    assert found == {place: text for place, text in case.expected.items() if place[0] == "disclosure"}


PRODUCERS = {
    "borders of each cell apart": Layout(rule_style="apart"),
    "shadows": Layout(bold="shadow"),
    "fonts that claim to be higher": Layout(font_height=2.5),
    "two pages on a sheet": Layout(per_sheet=2),
    "four pages on a sheet": Layout(per_sheet=4),
    "a page that lies askew": Layout(askew=0.6),
    "a cropped page that lies askew on its side": Layout(askew=-1.5, rotate=90, crop=30.0, rule_style="filled"),
}


@pytest.mark.parametrize("layout", PRODUCERS.values(), ids=PRODUCERS.keys())
def test_what_other_producers_do_is_read_exactly(layout: Layout) -> None:
    case = Case(seed=7, layout=layout)
    assert unlike(gx.read_report(case.pdf), case.expected) == {}


def test_the_label_of_one_row_is_never_taken_for_another() -> None:
    first, second = (
        label_key(row.label)
        for row in forms.load("2021").table("applications").rows
        if row.key in ("other.no_correction", "other.unpaid_fee")
    )
    matches = align("applications", [Label(second, ""), Label(first, "")])
    assert {match.row for match in matches if match.row} <= {"other.no_correction", "other.unpaid_fee"}
    assert matches[0].row in (None, "other.unpaid_fee")
    assert matches[1].row in (None, "other.no_correction")


def page(*rows: str) -> bytes:
    title = "<h1>某县人民政府2024年政府信息公开工作年度报告</h1>"
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<html><meta charset='utf-8'>{title}<table>{lines}</table></html>".encode()


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


def test_a_table_of_some_other_kind_before_the_form_is_not_taken_for_it() -> None:
    other = [cells("信息内容", "数量"), cells("规章", "1"), cells("行政许可", "777")]
    form = [
        cells("第二十条第（一）项"),
        cells("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
        cells("规章", "2", "3", "4"),
        cells("行政规范性文件", "5", "6", "7"),
        cells("第二十条第（五）项"),
        cells("信息内容", "本年处理决定数量"),
        cells("行政许可", "8"),
    ]
    report = gx.read_report(page(*other).replace(b"</html>", page(*form)))
    assert report.entry("disclosure", "licensing", "decisions").value == 8
    assert report.entry("disclosure", "regulations", "made").value == 2
    assert "table_repeated" in {found.code.value for found in report.findings}


def test_no_blanks_are_said_of_table_four_where_figures_are_left_over() -> None:
    header = cells("行政复议", "", "", "", "", "行政诉讼", "", "", "", "", "", "", "", "")
    blocks = cells("", "", "", "", "未经复议直接起诉", "", "", "", "", "复议后起诉", "", "", "")
    results = cells(*("结果维持", "结果纠正", "其他结果", "尚未审结", "总计") * 3)
    figures = cells("13", "", "", "", "13", "", "", "18", "", "18", "", "", "", "")
    first = page(cells("信息内容", "本年处理决定数量"), cells("行政许可", "8"))
    report = gx.read_report(first.replace(b"</html>", page(header, blocks, results, figures)))
    assert report.entry("disclosure", "licensing", "decisions").value == 8
    assert not [entry for entry in report.entries if entry.table == "disputes" and entry.status == "blank"]


def form_of(figures: int, *, new: int = 0) -> str:
    """Table three as a web page prints it, every figure the same but the number of new applications."""
    form = forms.load("2021").table("applications")
    head = cells("", *(column.label for column in form.columns))
    rows = [
        cells(row.label, *(str(new if new and row.key == "new" else figures) for _ in form.columns))
        for row in form.rows
        if not row.replaces
    ]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in (head, *rows))}</table>"


def of_two_prints(first: str, second: str, text: str = "") -> gx.Report:
    title = "<h1>某县人民政府2024年政府信息公开工作年度报告</h1>"
    prints = f"{first}{form_of(1, new=11)}{second}{form_of(2, new=22)}"
    return gx.read_report(f"<html><meta charset='utf-8'>{title}<p>{text}</p>{prints}</html>".encode())


@pytest.mark.parametrize(
    "first, second, text",
    [
        ("<p>某县教育局</p>", "<p>某县人民政府</p>", ""),
        (
            "<p>（一）下属单位收到和处理政府信息公开申请情况</p>",
            "<p>（二）本机关收到和处理政府信息公开申请情况</p>",
            "",
        ),
        ("", "", "2024年，本机关共收到政府信息公开申请22件。"),
    ],
    ids=["by names over the tables", "by words over the tables", "by a count of the text"],
)
def test_the_table_of_a_subordinate_unit_is_not_taken_for_the_own(first: str, second: str, text: str) -> None:
    report = of_two_prints(first, second, text)
    assert report.entry("applications", "new", "total").value == 22
    assert report.entry("applications", "granted", "total").value == 2
    (said,) = [found.message for found in report.findings if found.code.value == "table_repeated"]
    assert "print number 2 was taken" in said


def test_a_table_printed_twice_with_other_figures_contradicts_itself() -> None:
    report = of_two_prints("", "")
    assert {entry.grade for entry in report.entries if entry.table == "applications"} == {"contradicted"}
    same = gx.read_report(page(cells("x")).replace(b"</html>", f"{form_of(0)}{form_of(0)}</html>".encode()))
    assert {entry.grade for entry in same.entries if entry.table == "applications"} <= {"proved", "consistent"}


def form_with(figures: tuple[str, ...]) -> str:
    """Table three as a web page prints it, with ``figures`` in the row 予以公开 and blanks in the others."""
    form = forms.load("2021").table("applications")
    rows = (
        (row.label, *(figures if row.key == "granted" else ("",) * len(form.columns)))
        for row in form.rows
        if not row.replaces
    )
    head = cells("", *(column.label for column in form.columns))
    return "".join(f"<tr>{row}</tr>" for row in (head, *(cells(*row) for row in rows)))


@pytest.mark.parametrize("at", range(8))
def test_a_blank_cell_too_many_in_one_row_moves_no_figure(at: int) -> None:
    """It was taken for a filler at one end of the row, wherever it stood."""
    figures = ["", "3", "", "", "4", "", "7"]
    report = gx.read_report(
        page().replace(b"<table>", f"<table>{form_with((*figures[:at], '', *figures[at:]))}".encode())
    )
    entries = [entry for entry in report.entries if (entry.table, entry.row) == ("applications", "granted")]
    assert {entry.status for entry in entries} == {"unreadable"}
    assert {found.code.value for found in report.findings} >= {"row_width_differs"}


def test_a_figure_beside_two_results_is_given_to_neither() -> None:
    """The figure of the first was lost with its tag, so that the second stood in its row."""
    rows = [
        "<td rowspan=5>行政复议</td><td>结果维持</td><td>结果纠正</td><td>639</td>",
        *(cells(result, figure) for result, figure in (("其他结果", "806"), ("尚未审结", "628"), ("总计", "2627"))),
        "",
    ]
    report = gx.read_report(page(*rows))
    assert report.entry("disputes", "review", "upheld").value is None
    assert report.entry("disputes", "review", "corrected").value is None


def test_a_header_that_a_stray_tag_puts_below_the_figures_swaps_no_blocks() -> None:
    """The order of the blocks was that of their labels, those below the figures included."""
    case = Case(seed=3)
    source = web_page(case.specimen).replace("行政诉讼</td>", "行政诉讼<thead></td>")
    assert "行政诉讼<thead>" in source
    assert silent(gx.read_report(source.encode()), case.expected) == {}


def with_columns(*labels: str) -> gx.Report:
    """Table three as a web page prints it, under other headings; each figure is the number of its column."""
    rows = [(row.label, *map(str, range(1, len(labels) + 1))) for row in forms.load("2021").table("applications").rows]
    return gx.read_report(page(cells("", *labels), *(cells(*row) for row in rows)))


def test_columns_that_the_form_does_not_have_or_that_are_missing_spoil_no_others() -> None:
    labels = [column.label for column in forms.load("2021").table("applications").columns]

    def read(*labels: str) -> list[tuple[str, str]]:
        report = with_columns(*labels)
        return [(entry.raw, entry.status) for entry in report.entries if entry.row == "granted"]

    whole = [(str(number), "read") for number in range(1, 8)]
    assert read(*labels) == whole
    assert read(*labels[:3], "社会公益", *labels[4:]) == whole
    assert read(*labels, "备注") == whole
    shifted = [(str(number), "read") for number in (1, 2, 3, 5, 6, 7, 8)]
    assert read(*labels[:3], "新闻媒体", *labels[3:]) == shifted
    less = [("1", "read"), ("2", "read"), ("3", "read"), ("", "absent"), *whole[3:6]]
    assert read(*labels[:3], *labels[4:]) == less


def test_level_dashes_shorter_than_a_rule_is_thick_are_level() -> None:
    """Every one was taken for an upright line, and the page had no rule across."""
    bare = Specimen("清河县统计局", 2024, {})
    figures = invented(bare, seed=5)
    report = gx.read_report(draw(replace(bare, figures=figures), Layout(rule_style="dashes", per_sheet=2)))
    read = {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries}
    assert read == {place: str(figure) for place, figure in figures.items()}


@pytest.mark.parametrize("many", [2, 7])
def test_figures_recognised_as_one_word_are_not_blank_elsewhere(many: int) -> None:
    """The word was taken to stand in the middle cell, and its other figures for blanks."""
    bare = Specimen("清河县统计局", 2024, {})
    figures = invented(bare, seed=5)
    document = pdf.read(draw(replace(bare, figures=figures)))
    page = document.pages[1]
    tops = sorted({word.top for word in page.words if word.text.isdigit()})
    rows = [[word for word in page.words if word.text.isdigit() and word.top == top] for top in tops]
    whole = [row for row in rows if len(row) >= many]
    assert whole
    for row in whole[:6]:
        first, *rest = sorted(row, key=lambda word: word.x0)[:many]
        one = first._replace(text=" ".join(word.text for word in (first, *rest)), x1=rest[-1].x1)
        words = tuple(one if word is first else word for word in page.words if word not in rest)
        pages = [replace(other, words=words) if other is page else other for other in document.pages]
        filled = fill(tuple(grid for other in pages for grid in grids.find(other)))
        entries = [entry for sheet in filled.sheets for entry in sheet.entries]
        wrong = [entry for entry in entries if entry.raw != figures[entry.table, entry.row, entry.column]]
        assert len(wrong) >= many
        assert {entry.status for entry in wrong} == {"unreadable"}


@pytest.mark.parametrize("unit", ["件", "件（次）", "万元", "（其中修订一件）"])
def test_a_table_of_figures_with_units_on_a_page_of_prose_is_read(unit: str) -> None:
    """No line ended in a bare figure: the page was taken for prose, and its table for absent."""
    prose = ("全年公开的文件涉及机构职能、政策文件、规划计划与重大项目，及时回应社会关切。" * 6,) * 3
    bare = Specimen("清河县统计局", 2020, {}, edition="2019", overview=prose)
    figures = {place: f"{figure}{unit}" for place, figure in invented(bare, seed=5).items()}
    report = gx.read_report(draw(replace(bare, figures=figures), Layout(new_page=("applications", "disputes"))))
    disclosure = {(e.table, e.row, e.column): e.raw for e in report.entries if e.table == "disclosure"}
    assert disclosure == {place: figure for place, figure in figures.items() if place[0] == "disclosure"}


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.4, -0.4)])
@pytest.mark.parametrize("later", [False, True])
def test_a_run_of_figures_printed_twice_is_one_figure(shift: tuple[float, float], later: bool) -> None:
    """Text with an outline is printed run by run: 138 and 138 over it were read as 138138."""
    bare = Specimen("清河县统计局", 2024, {})
    figures = invented(bare, seed=5)
    writer = pypdf.PdfWriter(clone_from=BytesIO(draw(replace(bare, figures=figures))))
    moved = b"\nq 1 0 0 1 %f %f cm\n" % shift
    for page in writer.pages:
        single = page.get_contents().get_data()
        stream = DecodedStreamObject()
        if later:
            stream.set_data(b"q\n" + single + b"\nQ" + moved + single + b"\nQ\n")
        else:
            stream.set_data(
                re.sub(rb"BT.*?ET", lambda run: run[0] + moved + run[0] + b"\nQ\n", single, flags=re.DOTALL)
            )
        page[NameObject("/Contents")] = writer._add_object(stream)
    out = BytesIO()
    writer.write(out)
    report = gx.read_report(out.getvalue())
    assert {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries} == figures


@pytest.mark.parametrize("latin", ["", "Libertinus Serif"])
@pytest.mark.parametrize("printed", ["97 19", "9719"])
def test_figures_with_a_space_between_them_are_two(printed: str, latin: str) -> None:
    """A narrow space parted two words, and what puts the words of a cell together took them for one: 9719."""
    bare = Specimen("清河县统计局", 2024, {})
    figures = invented(bare, seed=5) | {("disclosure", "regulations", "in_force"): printed}
    report = gx.read_report(draw(replace(bare, figures=figures), Layout(latin=latin)))
    entry = report.entry("disclosure", "regulations", "in_force")
    assert (entry.raw, entry.status) == (printed, read_number(printed).status)
