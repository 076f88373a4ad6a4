"""Files that hold several reports: each is read as if it stood alone, whatever stands between them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import differences, page, web_page
from strategies import Case, plain_cases

import gxstudy as gx
from gxstudy.audit import Captioned, own_prints
from gxstudy.cli import commands
from gxstudy.corrections import Correction, in_force
from gxstudy.desk.session import Session, Waiting
from gxstudy.errors import CallError
from gxstudy.fill import fill
from gxstudy.layout import Document, Grid, Page, Paragraph
from gxstudy.readers import files
from gxstudy.report import Report
from gxstudy.several import named, parted
from gxstudy.specimens import Layout, bind, draw

FIRST, SECOND, THIRD = (
    Case(seed=1, organ="某市财政局"),
    Case(seed=2, organ="某市科学技术局", year=2023, overview=1),
    Case(seed=3, organ="某市教育局", edition="2019", year=2020),
)


def told(report: Report) -> tuple[object, ...]:
    """What a report says, wherever it stands."""
    figures = [(one.table, one.row, one.column, one.raw, one.value, one.status, one.grade) for one in report.entries]
    facts = [(fact.key, fact.value, fact.text) for fact in report.facts]
    return report.organ, report.year, report.edition, figures, facts, report.fee.stated, report.fee.yuan


def alone(*cases: Case) -> list[tuple[object, ...]]:
    return [told(gx.read_report(case.pdf)) for case in cases]


def codes(report: Report) -> list[str]:
    return [found.code.value for found in report.findings]


def test_reports_bound_together_are_read_as_each_alone() -> None:
    reports = gx.read_reports(bind(FIRST.pdf, SECOND.pdf, THIRD.pdf), report_id="汇编")
    assert [told(report) for report in reports] == alone(FIRST, SECOND, THIRD)
    assert [report.report_id for report in reports] == ["汇编", "汇编#2", "汇编#3"]
    assert not any("several_reports" in codes(report) for report in reports)


def test_pages_keep_the_numbers_of_the_file() -> None:
    first, second = gx.read_report(FIRST.pdf), gx.read_reports(bind(FIRST.pdf, SECOND.pdf))[1]
    assert second.pages == gx.read_report(SECOND.pdf).pages
    own = gx.read_report(SECOND.pdf)
    for there, here in zip(second.entries, own.entries, strict=True):
        assert [box._replace(page=box.page - first.pages) for box in there.boxes] == list(here.boxes)


def test_of_several_the_first_is_read_and_the_others_are_said() -> None:
    report = gx.read_report(bind(FIRST.pdf, SECOND.pdf, THIRD.pdf))
    assert told(report) == alone(FIRST)[0]
    said = [found for found in report.findings if found.code.value == "several_reports"]
    assert [found.message for found in said] == [
        "3 reports stand in this file; the first was read, read_reports reads each"
    ]
    assert said[0].where.page == report.pages + 1


def test_a_file_of_one_report_is_one() -> None:
    reports = gx.read_reports(FIRST.pdf, report_id="one")
    assert [report.report_id for report in reports] == ["one"]
    assert reports[0] == gx.read_report(FIRST.pdf, report_id="one")


@settings(max_examples=6)
@given(st.lists(plain_cases(), min_size=2, max_size=3))
def test_whatever_is_bound_together_is_read_as_each_alone(cases: list[Case]) -> None:
    cases = [replace(case, organ=f"某市{name}局") for case, name in zip(cases, ("水利", "审计", "统计"), strict=False)]
    reports = gx.read_reports(bind(*(case.pdf for case in cases)))
    assert [told(report) for report in reports] == alone(*cases)


def test_reports_on_one_web_page() -> None:
    body = "".join(web_page(case.specimen) for case in (FIRST, SECOND, THIRD))
    reports = gx.read_reports(page(body).encode())
    assert [report.organ for report in reports] == [case.organ for case in (FIRST, SECOND, THIRD)]
    for report, case in zip(reports, (FIRST, SECOND, THIRD), strict=True):
        assert differences(report, case.expected) == {}
        assert report.year == case.year


def test_years_of_one_organ() -> None:
    cases = [Case(seed=year, year=year) for year in (2021, 2022, 2023)]
    reports = gx.read_reports(bind(*(case.pdf for case in cases)))
    assert [report.year for report in reports] == [2021, 2022, 2023]
    assert [told(report) for report in reports] == alone(*cases)


def test_a_cover_and_contents_are_of_no_report() -> None:
    titles = [f"{case.organ}{case.year}年政府信息公开工作年度报告" for case in (FIRST, SECOND)]
    cover = [Paragraph(1, text) for text in ("某市2023年政府信息公开工作年度报告汇编", "目录", *titles)]
    parts = parted(Document("html", (Page(1, 0.0, 0.0, blocks=(*cover, *blocks(FIRST), *blocks(SECOND))),)))
    assert [part.pages[0].blocks for part in parts] == [tuple(blocks(FIRST)), tuple(blocks(SECOND))]


def test_a_title_on_a_cover_and_over_the_text() -> None:
    cover = [Paragraph(1, text) for text in ("某市科学技术局2023年政府信息公开工作年度报告", "2024年1月")]
    document = Document("html", (Page(1, 0.0, 0.0, blocks=(*blocks(FIRST), *cover, *blocks(SECOND))),))
    assert [len(part.pages[0].blocks or ()) for part in parted(document)] == [
        len(blocks(FIRST)),
        2 + len(blocks(SECOND)),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "{organ}\n{year}年政府信息公开工作年度报告",
        "{year}年度{organ}\n政府信息公开\n工作年度报告",
        "{organ}政府信息公开工作年度报告\n（{year}年）",
        "关于{organ}{year}年政府信息公开工作情况的报告",
        "{organ}{year}年政府信息公开工作年度报\n告",
    ],
)
def test_titles_of_several_lines(title: str) -> None:
    pdfs = [
        draw(replace(case.specimen, title=title.format(organ=case.organ, year=case.year)), case.layout)
        for case in (FIRST, SECOND)
    ]
    reports = gx.read_reports(bind(*pdfs))
    assert [told(report) for report in reports] == [told(gx.read_report(pdf)) for pdf in pdfs]
    assert [(report.organ, report.year) for report in reports] == [(case.organ, case.year) for case in (FIRST, SECOND)]


def test_reports_that_begin_in_the_middle_of_a_page() -> None:
    parts = parted(stacked(FIRST.pdf, SECOND.pdf, THIRD.pdf))
    assert len(parts) == 3
    for part, case in zip(parts, (FIRST, SECOND, THIRD), strict=True):
        texts = "".join(word.text for each in part.pages for word in each.words)
        assert [case.organ in texts, sum(other.organ in texts for other in (FIRST, SECOND, THIRD))] == [True, 1]


def test_tables_in_another_order() -> None:
    cases = [replace(case, layout=Layout(order=("disputes", "applications", "disclosure"))) for case in (SECOND, THIRD)]
    reports = gx.read_reports(bind(FIRST.pdf, *(case.pdf for case in cases)))
    assert [told(report) for report in reports] == alone(FIRST, *cases)


def test_two_pages_on_a_sheet() -> None:
    cases = [replace(case, layout=Layout(per_sheet=2)) for case in (FIRST, SECOND)]
    reports = gx.read_reports(bind(*(case.pdf for case in cases)))
    assert [told(report) for report in reports] == alone(*cases)


def test_the_same_report_twice() -> None:
    reports = gx.read_reports(bind(FIRST.pdf, FIRST.pdf))
    assert [told(report) for report in reports] == alone(FIRST, FIRST)


def test_the_table_of_a_unit_without_a_title_is_of_the_same_report() -> None:
    unit = [block for block in blocks(SECOND) if isinstance(block, Grid)]
    document = Document("html", (Page(1, 0.0, 0.0, blocks=(*blocks(FIRST), *unit)),))
    assert parted(document) == (document,)


def test_a_running_head_begins_no_report() -> None:
    head = Paragraph(1, "某市财政局2024年政府信息公开工作年度报告")
    first = [*blocks(FIRST), head, Paragraph(1, "六、其他需要报告的事项"), head, Paragraph(1, "无。")]
    parts = parted(Document("html", (Page(1, 0.0, 0.0, blocks=(*first, *blocks(SECOND))),)))
    assert [len(part.pages[0].blocks or ()) for part in parts] == [len(first), len(blocks(SECOND))]


def test_a_first_report_without_a_title_is_not_lost() -> None:
    untitled = blocks(FIRST)[next(i for i, block in enumerate(blocks(FIRST)) if isinstance(block, Grid)) :]
    parts = parted(Document("html", (Page(1, 0.0, 0.0, blocks=(*untitled, *blocks(SECOND))),)))
    assert [len(part.pages[0].blocks or ()) for part in parts] == [len(untitled), len(blocks(SECOND))]


def test_what_tells_of_one_table_tells_of_another_only_if_that_is_printed_as_often() -> None:
    """The fourth print of table three was told to be the organ's own, and a fourth of table two was looked for."""
    filled = fill(tuple(block for case in (FIRST, SECOND) for block in blocks(case) if isinstance(block, Grid)))
    two, other, three, fourth = filled.copies
    own = Captioned(fourth, ("某市财政局",))
    prints = [Captioned(each, ("下属单位",)) for each in (two, other, three, three, three)]
    assert own_prints([*prints, own], "某市财政局", ()) == {"applications": 3}
    assert own_prints([*prints[:3], own], "某市财政局", ()) == {"disclosure": 1, "applications": 1}


def test_names() -> None:
    assert [named("a", number) for number in range(3)] == ["a", "a#2", "a#3"]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    place = tmp_path / "汇编.pdf"
    place.write_bytes(bind(FIRST.pdf, SECOND.pdf))
    return place


def test_check_has_a_line_for_each(collection: Path) -> None:
    lines = run("check", collection).output.splitlines()
    assert [re.findall(r"^. (.*?): (.*?), (\d+)", line) for line in lines] == [
        [(str(collection), "某市财政局", "2024")],
        [(f"{collection}#2", "某市科学技术局", "2023")],
    ]
    told = [json.loads(line) for line in run("check", "--json", collection).output.splitlines()]
    assert [(one["file"], one["report_id"]) for one in told] == [(str(collection), "汇编"), (str(collection), "汇编#2")]


def test_show_and_trace_take_the_one_asked_for(collection: Path) -> None:
    assert "某市财政局" in run("show", collection).output
    assert "某市科学技术局" in run("show", collection, "--report", "2").output
    figure = ("applications", "new", "total")
    drawn, expected = collection.with_suffix(".png"), collection.with_name("expected.png")
    assert run("trace", collection, *figure, "--report", "2", "--out", drawn).exit_code == 0
    gx.trace(gx.read_reports(collection)[1], *figure).save(expected)
    assert drawn.read_bytes() == expected.read_bytes()


def test_a_report_that_a_file_does_not_hold_is_refused(collection: Path) -> None:
    result = run("show", collection, "--report", "3")
    assert result.exit_code == CallError.exit_code
    assert f"{collection} holds 2 reports; there is no number 3" in result.output


def test_the_desk_opens_the_report_of_its_name(collection: Path) -> None:
    digest = hashlib.sha256(collection.read_bytes()).hexdigest()
    waiting = [Waiting(name, collection, digest, 1) for name in ("汇编", "汇编#2")]
    session = Session(waiting, collection.parent / "corrections.csv", "reader")
    assert [told(session._opened(one)) for one in waiting] == alone(FIRST, SECOND)  # type: ignore[arg-type]


def test_a_correction_is_of_one_report_of_its_file() -> None:
    one = Correction("汇编#2", "applications", "new", "total", "1", "2", "corrected", "reader", "", "", "0" * 64)
    other = one._replace(report_id="汇编", new="3")
    assert in_force([one, other]) == (one, other)
    assert in_force([one, other, one._replace(report_id="另名#2", decision="undone")]) == (other,)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], prog_name="gxstudy")


def blocks(case: Case) -> Sequence[Grid | Paragraph]:
    """The tables and paragraphs of a report as a web page gives them."""
    found = files.document(page(web_page(case.specimen)).encode()).pages[0].blocks
    assert found
    return found


def stacked(*pdfs: bytes) -> Document:
    """All pages of some PDFs, one under the other, as one page."""
    pages = [each for pdf in pdfs for each in files.document(pdf).pages]
    down, words, rulings = 0.0, [], []
    for each in pages:
        words += [word._replace(top=word.top + down, bottom=word.bottom + down) for word in each.words]
        rulings += [rule._replace(top=rule.top + down, bottom=rule.bottom + down) for rule in each.rulings]
        down += each.height
    return Document("pdf", (Page(1, pages[0].width, down, tuple(words), tuple(rulings)),))
