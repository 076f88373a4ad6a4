"""Where a figure stands in a file without pages: its table as HTML, with the cell marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markup import Quirks, WordQuirks, web_page, word_document
from strategies import Case, plain_cases
from test_readers_text import WRITINGS, report_items

import gxstudy as gx
from gxstudy.errors import CallError
from gxstudy.findings import Code, Place, finding
from gxstudy.report import Report
from gxstudy.trace import Fragment


def marked(fragment: Fragment) -> list[str]:
    """The texts of the cells with a frame."""
    cells = lxml_html.fromstring(fragment.html).iter("td")
    return [cell.text_content() for cell in cells if "outline:3px" in cell.get("style", "")]


def figures_are_found(report: Report, data: bytes, first: int) -> None:
    for entry in report.entries[first::31]:
        if entry.status != "absent":
            fragment = gx.trace(report, entry.table, entry.row, entry.column, file=data)
            assert isinstance(fragment, Fragment)
            assert marked(fragment) == [entry.raw], entry


@settings(max_examples=4, deadline=None)
@given(
    first=st.integers(0, 30),
    case=plain_cases(kinds=("distinct",)),
    quirks=st.builds(Quirks, covered=st.sampled_from(["left_out", "instead"])),
)
def test_the_cell_of_a_web_page_is_marked(first: int, case: Case, quirks: Quirks) -> None:
    data = web_page(case.specimen, case.layout, quirks).encode()
    figures_are_found(gx.read_report(data), data, first)


@settings(max_examples=4, deadline=None)
@given(
    first=st.integers(0, 30),
    case=plain_cases(kinds=("distinct",)),
    quirks=st.builds(WordQuirks, nested=st.integers(0, 1)),
)
def test_the_cell_of_a_word_document_is_marked(first: int, case: Case, quirks: WordQuirks) -> None:
    data = word_document(case.specimen, case.layout, quirks)
    figures_are_found(gx.read_report(data), data, first)


@pytest.mark.parametrize("writing", ["tabs", "pipes"])
def test_the_cell_of_a_text_is_marked(writing: str) -> None:
    items, truth = report_items()
    data = WRITINGS[writing](items).encode()
    report = gx.read_report(data)
    for place in list(truth)[::17]:
        assert marked(gx.trace(report, *place, file=data)) == [truth[place]]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    case = Case()
    path = tmp_path / "report.html"
    path.write_text(web_page(case.specimen, case.layout), encoding="utf-8")
    return path


def test_the_caption_says_what_is_printed_and_the_fragment_shows_itself(page: Path) -> None:
    report = gx.read_report(page)
    fragment = gx.trace(report, "disputes", "review", "total")
    assert isinstance(fragment, Fragment)
    raw = report.entry("disputes", "review", "total").raw
    assert fragment.caption.splitlines()[:3] == [
        "行政复议 / 总计",
        "Administrative reconsideration / Total",
        f'printed "{raw}", read, consistent',
    ]
    assert fragment._repr_html_() == fragment.html
    assert repr(fragment) == "<Fragment: 行政复议 / 总计>"
    assert "script" not in fragment.html
    assert fragment == gx.trace(report, "disputes", "review", "total", file=page.read_bytes())


def test_a_finding_marks_the_figures_it_is_about(page: Path) -> None:
    report = gx.read_report(page)
    row = [entry.raw for entry in report.entries if (entry.table, entry.row) == ("applications", "partial")]
    fragment = gx.trace(report, finding(Code.ROW_WIDTH_DIFFERS, "odd", Place("applications", row="partial")))
    assert marked(fragment) == row
    with pytest.raises(CallError, match="no place in a table: nobody"):
        gx.trace(report, finding(Code.ORGAN_UNKNOWN, "nobody"))


def test_overlay_tints_every_figure_of_every_table(page: Path) -> None:
    report = gx.read_report(page)
    fragment = gx.overlay(report, 1)
    assert isinstance(fragment, Fragment)
    titles = [cell.get("title", "") for cell in lxml_html.fromstring(fragment.html).iter("td")]
    told = {title.partition(":")[0] for title in titles if title}
    assert told == {f"{entry.table} · {entry.row} · {entry.column}" for entry in report.entries}
    with pytest.raises(CallError, match="pages 1 to 1, not 2"):
        gx.overlay(report, 2)


def test_a_fragment_is_saved_as_a_page_and_not_under_the_name_of_a_picture(page: Path, tmp_path: Path) -> None:
    fragment = gx.trace(gx.read_report(page), "applications", "new", "total")
    saved = fragment.save(tmp_path / "place.html")
    assert saved.read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<meta charset="utf-8">')
    assert marked(Fragment(saved.read_text(encoding="utf-8"), "")) == marked(fragment)  # type: ignore[arg-type]
    with pytest.raises(CallError, match=r"no pages to draw, its table is shown as HTML; name it place\.html"):
        fragment.save(tmp_path / "place.png")


def test_text_of_the_file_is_never_markup_of_the_fragment(tmp_path: Path) -> None:
    case = Case()
    data = (
        web_page(case.specimen, case.layout).replace("自然人", "自然人&lt;script&gt;alert(1)&lt;/script&gt;").encode()
    )
    report = gx.read_report(data)
    assert "<script" not in gx.trace(report, "applications", "new", "total", file=data).html  # type: ignore[union-attr]


def test_of_a_very_long_table_the_rows_around_the_figure_are_shown(tmp_path: Path) -> None:
    case = Case()
    source = web_page(case.specimen, case.layout)
    many = "<tr><td colspan=8>参考栏</td><td colspan=7>略</td></tr>" * 80
    head, cut, rest = source.rpartition("</table>")
    data = f"{head}{many}{cut}{rest}".encode()
    report = gx.read_report(data)
    fragment = gx.trace(report, "disputes", "review", "total", file=data)
    assert marked(fragment) == [report.entry("disputes", "review", "total").raw]
    assert fragment.html.count("<tr>") < 60
    assert "rows below" in fragment.html


def test_an_absent_figure_and_a_file_that_changed_say_so(page: Path) -> None:
    report = gx.read_report(page)
    with pytest.raises(CallError, match="is not the file that report"):
        gx.trace(report, "applications", "new", "total", file=page.read_bytes() + b" ")
    with pytest.raises(CallError, match="no figure at"):
        gx.trace(report, "applications", "new", "bogus")
