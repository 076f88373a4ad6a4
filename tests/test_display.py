from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import handmade
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from rich.cells import cell_len

import gxstudy as gx
from gxstudy import display, forms
from gxstudy.audit import Proposal, audit
from gxstudy.display import words
from gxstudy.display.as_text import _wrap
from gxstudy.display.printed import beside_form, printed_cells
from gxstudy.errors import CallError
from gxstudy.findings import KINDS, Code, Finding, Place, finding
from gxstudy.layout import Box
from gxstudy.prose import Fact, Fee
from gxstudy.report import Report

PROCESSED = Path(__file__).resolve().parents[1] / "data" / "processed"


def hongze() -> Report:
    return handmade.report(handmade.HONGZE_DISPUTES, variant=True)


def tables(fragment: str) -> list[list[list[tuple[str, str]]]]:
    """The (tag, text) standing at each position of each table, spans filled: what a reader sees."""
    found = []
    for table in lxml_html.fromstring(fragment).iter("table"):
        grid: dict[tuple[int, int], tuple[str, str]] = {}
        for y, row in enumerate(table.iter("tr")):
            x = 0
            for cell in row:
                while (y, x) in grid:
                    x += 1
                for down in range(int(cell.get("rowspan", "1"))):
                    for across in range(int(cell.get("colspan", "1"))):
                        assert (y + down, x + across) not in grid, "cells overlap"
                        grid[y + down, x + across] = (cell.tag, cell.text_content())
        height, width = (max(axis) + 1 for axis in zip(*grid, strict=True))
        assert len(grid) == height * width, "the table has holes"
        found.append([[grid[y, x] for x in range(width)] for y in range(height)])
    return found


@pytest.mark.parametrize("edition", forms.editions())
@pytest.mark.parametrize("variant", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_html_tables_are_whole_rectangles_with_every_label_of_the_form(
    edition: str, variant: bool, lang: display.Lang
) -> None:
    report = handmade.report(edition=edition, variant=variant)  # type: ignore[arg-type]
    shown = tables(display.html(report, lang=lang))
    assert len(shown) == 3
    for table, sheet in zip(shown, report.sheets, strict=True):
        text = " ".join(text for row in table for _, text in row)
        used = {entry.row for entry in sheet.entries}
        form_table = forms.load(edition).table(sheet.table)
        for node in (*(row for row in form_table.rows if row.key in used), *form_table.columns, *form_table.blocks):
            assert (node.en if lang == "en" else node.label) in text
        assert sum(cell[0] == "td" for row in table for cell in row) >= len(sheet.entries)


def test_html_prints_table_three_as_the_form_does() -> None:
    _, applications, _ = tables(display.html(hongze(), lang="zh"))
    assert len(applications) == 3 + 23
    assert {len(row) for row in applications} == {3 + 7}
    assert [text for _, text in applications[0]][3:] == ["申请人情况"] * 7
    assert [text for _, text in applications[1]][3:] == ["自然人", *["法人或其他组织"] * 5, "总计"]
    assert [text for _, text in applications[2]][3:5] == ["自然人", "商业企业"]
    assert [text for _, text in applications[3]][:3] == ["一、本年新收政府信息公开申请数量"] * 3
    assert [text for _, text in applications[7]][:3] == ["三、本年度办理结果", "（三）不予公开", "1.属于国家秘密"]
    assert [text for _, text in applications[23]][:3] == ["三、本年度办理结果", "（六）其他处理", "（六）其他处理"]


def test_html_prints_the_disputes_side_by_side() -> None:
    *_, disputes = tables(display.html(hongze(), lang="zh"))
    assert [text for _, text in disputes[0]] == ["行政复议"] * 5 + ["行政诉讼"] * 10
    assert [text for _, text in disputes[1]][4:6] == ["总计", "未经复议直接起诉"]
    assert [text for _, text in disputes[2]][4:6] == ["总计", "结果维持"]
    assert [text for _, text in disputes[3]] == ["10✗", "1✗", "0✗", "0✗", "0✗", *["0"] * 5, "5✗", *["0✗"] * 4]


def test_html_prints_the_blocks_of_table_two_to_the_full_width() -> None:
    disclosure, *_ = tables(display.html(handmade.report(edition="2019"), lang="zh"))
    assert [text for _, text in disclosure[0]] == ["第二十条第（一）项"] * 4
    charges = next(row for row in disclosure if row[0][1] == "行政事业性收费")
    assert [tag for tag, _ in charges] == ["th", "td", "td", "td"]
    assert len(disclosure) == 5 * 2 + 8


def test_html_says_of_a_failed_sum_both_sides_below_the_table_and_on_hover() -> None:
    root = lxml_html.fromstring(display.html(hongze(), lang="zh"))
    assert "行政复议: 10+1+0+0 = 11, 印作 0" in root.text_content()
    assert "10+1+0+0 = 11, printed 0" in display.html(hongze())
    titles = [cell.get("title") for cell in root.iter("td")]
    assert titles[-15] == ("printed “10” · read · contradicted\n✗ results: 行政复议: 10+1+0+0 = 11, 印作 0")
    assert titles[10].startswith("printed “0” · read · proved\n✓ ")


def test_html_escapes_whatever_a_document_says() -> None:
    evil = "<script>alert('x')</script>\"&"
    report = handmade.report(
        {("disclosure", "regulations", "made"): evil},
        organ=evil,
        facts=(Fact("applications_received", 1, evil, ()),),
        fee=Fee("charged", 400, text=evil),
        findings=(finding(Code.UNKNOWN_ROW, evil),),
    )
    fragment = display.html(replace(report, report_id=evil))
    assert "<script" not in fragment
    root = lxml_html.fromstring(fragment)
    assert root.text_content().count(evil) == 6
    assert next(root.iter("td")).get("title", "").startswith(f"printed “{evil}”")


@pytest.mark.parametrize(
    "found, said",
    [
        (finding(Code.ORGAN_UNKNOWN, "no title names it"), "标题和落款都没有写明机关"),
        (
            finding(Code.ROW_ABSENT, "the row 'x' was not found", Place("applications", "new")),
            "表三 / 一、本年新收政府信息公开申请数量：缺行：未找到表式中的这一行",
        ),
        (
            finding(Code.LABEL_DIFFERS, "the label reads 'x'", Place("disclosure", "regulations", page=2)),
            "第 2 页 表二 / 规章：标签与表式用语不同（the label reads 'x'）",
        ),
        (
            finding(Code.NEGATIVE_FIGURE, "'-1' is negative", Place("disclosure", "regulations", "made")),
            "表二 / 规章 / 本年制发件数：数字为负（印作“-1”，读作 -1）",
        ),
        (
            finding(Code.UNKNOWN_ROW, "odd", Place("disputes", "no_such", "total")),
            "表四 / no_such / 总计：表式中没有的行",
        ),
    ],
)
def test_a_finding_in_chinese_says_place_kind_and_what_only_the_message_says(found: Finding, said: str) -> None:
    report = handmade.report({("disclosure", "regulations", "made"): "-1"}, findings=(found,))
    text = lxml_html.fromstring(display.html(report, lang="zh")).text_content()
    assert said in text
    assert (found.message in text) == (KINDS[found.code].more == "message")
    assert found.message in lxml_html.fromstring(display.html(report)).text_content()


def test_each_of_two_failed_sums_of_one_column_is_told_with_its_own_sides() -> None:
    printed = {("applications", "new", "total"): "5", ("applications", "granted", "total"): "3"}
    drawn = handmade.report(printed)
    told = audit(drawn.sheets)
    report = replace(drawn, checks=told.checks, findings=told.findings)
    failed = [check for check in report.checks if not check.holds and check.at == "total"]
    assert len(failed) == 2
    text = lxml_html.fromstring(display.html(report, lang="zh")).text_content()
    for check in failed:
        assert f"合计不成立（{display.sum_text(report, check, said='zh')}）" in text


def test_html_needs_nothing_from_outside() -> None:
    for fragment in (display.html(hongze()), gx.open(PROCESSED)._repr_html_()):
        assert not re.search(r"<(script|style|link|img)|https?:|url\(|\bid=|\bclass=", fragment)


def test_blank_absent_slash_note_and_unreadable_stay_apart() -> None:
    printed = {
        ("disclosure", "regulations", "made"): "",
        ("disclosure", "regulations", "repealed"): "/",
        ("disclosure", "regulations", "in_force"): "22（其中修订16件）",
        ("disclosure", "normative_documents", "made"): "1 2",
    }
    gone = frozenset({("disclosure", "normative_documents", "repealed")})
    report = handmade.report(printed, absent=gone)
    disclosure, *_ = tables(display.html(report, lang="zh"))
    assert [text for _, text in disclosure[2][1:]] == ["·", "/", "22（其中修订16件）*"]
    assert [text for _, text in disclosure[3][1:]] == ["1 2?", "∅", "0"]
    lines = display.terminal(report).splitlines()
    assert next(line for line in lines if line.startswith("  规章")).split() == ["规章", "·", "/", "22*°"]
    assert next(line for line in lines if line.startswith("  行政规范性文件")).split()[1:] == ["1", "2?", "∅", "0°"]
    assert "blank: nothing is printed (not zero)" in display.terminal(report)


def test_terminal_shows_every_figure_under_its_column() -> None:
    printed = {
        ("applications", row, column): str(100 * y + x)
        for y, row in enumerate(["new", "denied.process", "other.other", "carried_out"], 1)
        for x, column in enumerate(["natural_person", "business", "research", "public_interest"], 1)
    }
    report = handmade.report(printed)
    lines = display.terminal(report).splitlines()
    edges: set[tuple[int, ...]] = set()
    for label in ("一、本年新收", "    6.属于四类过程性信息", "    3.其他", "四、结转下年度"):
        index = next(number for number, line in enumerate(lines) if line.startswith(label))
        line = next(line for line in lines[index:] if re.search(r"\d✗", line))
        edges.add(tuple(cell_len(line[: match.start()]) for match in re.finditer("✗", line)))
    assert len(edges) == 1
    assert len(edges.pop()) == 7


@pytest.mark.parametrize("width", [80, 100, 200])
def test_terminal_keeps_to_the_width(width: int) -> None:
    shown = display.terminal(handmade.report(), width=width)
    assert max(map(cell_len, shown.splitlines())) <= width


def test_terminal_is_plain_unless_colour_is_asked_for() -> None:
    report = hongze()
    plain, coloured = display.terminal(report), display.terminal(report, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[1;31m10✗\x1b[0m" in coloured


def test_terminal_lists_sums_facts_fee_findings_with_their_pages() -> None:
    box = (Box(4, 1, 2, 3, 4),)
    report = replace(
        hongze(),
        facts=(Fact("applications_received", 17, "收到17件", box),),
        fee=Fee("charged", 400, cases=1, boxes=box),
        findings=(finding(Code.PROSE_DISAGREES, "text 17, table 21", Place(page=2)),),
    )
    shown = display.terminal(report)
    assert "  ✗ 行政复议: 10+1+0+0 = 11, printed 0\n  ✗ 复议后起诉: 5+0+0+0 = 5, printed 0\n" in shown
    assert "applications_received = 17  “收到17件”  p. 4" in shown
    assert "fee: charged, 400 yuan collected, 1 cases  p. 4" in shown
    assert "  ! p. 2: text 17, table 21" in shown


def test_a_table_that_is_not_there_is_named() -> None:
    report = handmade.report(tables=("applications",))
    for shown in (display.terminal(report), display.html(report, lang="zh")):
        assert "四、政府信息公开行政复议、行政诉讼情况" in shown
        assert shown.count("not in the report") == 2


def test_sum_text_of_a_column_names_the_printed_total_and_leaves_zeros_out() -> None:
    report = handmade.report(
        {("applications", "granted", "business"): "12", ("applications", "partial", "business"): "3"}
    )
    texts = [display.sum_text(report, check) for check in report.checks if not check.holds]
    assert "法人或其他组织 商业企业: 12+3 = 15, printed 0 (（七）总计)" in texts
    balance = handmade.report({("applications", "carried_in", "total"): "7"})
    texts = [display.sum_text(balance, check, lang="en") for check in balance.checks if not check.holds]
    assert texts[0] == "Total: 0+7 = 7, but 0+0 = 0"


def test_sum_text_of_an_unknown_identity_is_refused() -> None:
    report = hongze()
    with pytest.raises(CallError, match="no identity 'nonsense'"):
        display.sum_text(report, report.checks[0]._replace(identity="nonsense"))


def test_summary_is_one_line() -> None:
    assert display.summary(hongze()) == (
        "<Report 某某县人民政府, 2023, form 2021: 186 figures "
        "(161 proved, 5 consistent, 10 unchecked, 10 contradicted); 2 failed sums; 0 findings>"
    )


def test_a_hybrid_shows_each_table_on_its_own_form() -> None:
    old, new = handmade.report(edition="2019"), handmade.report(edition="2021")
    report = replace(new, sheets=(old.sheets[0], *new.sheets[1:]))
    shown = display.html(report, lang="zh")
    assert "政府集中采购" in shown
    assert "逾期未按收费通知" in shown
    assert "政府集中采购" in display.terminal(report)


def test_an_entry_outside_the_form_is_an_error_not_a_loss() -> None:
    sheet = hongze().sheets[0]
    stray = replace(sheet, entries=(*sheet.entries, sheet.entries[0]._replace(row="bogus")))
    with pytest.raises(CallError, match="bogus"):
        beside_form(stray)


def test_place_text() -> None:
    assert display.place_text(hongze(), "applications", "denied.query", "other") == (
        "（三）不予公开 8.属于行政查询事项 / 法人或其他组织 其他"
    )


@given(st.text(alphabet="数据abc-（）“”，、1.2 公开", max_size=60), st.integers(min_value=8, max_value=40))
def test_wrapping_loses_nothing_but_space(text: str, width: int) -> None:
    lines = _wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == "" or line[0] not in "，、）”" for line in lines[1:])


@pytest.mark.parametrize("name", ["hotan-science-2024", "hongze-2023", "hongze-2024"])
def test_every_printed_figure_of_a_real_report_is_shown(shared: Path, name: str) -> None:
    with (shared / "reports" / f"{name}.truth.csv").open(encoding="utf-8") as file:
        truth = {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}
    report = handmade.report(truth, variant=("applications", "other", "total") in truth)
    for sheet in report.sheets:
        places = [cell.place for row in printed_cells(beside_form(sheet)) for cell in row if cell.place]
        assert sorted(places) == sorted((row, column) for table, row, column in truth if table == sheet.table)
    shown = [cell.text_content() for cell in lxml_html.fromstring(display.html(report)).iter("td")]
    assert sorted(text.rstrip("✗") for text in shown) == sorted(truth.values())


# A dataset ------------------------------------------------------------------------------------------------------------


def words_of(fragment: str) -> list[str]:
    """The text of every line and cell."""
    root = lxml_html.fromstring(fragment)
    return [" ".join(node.text_content().split()) for node in root.iter("div", "td", "th")]


def test_a_dataset_shows_who_when_what_how_well_and_what_was_found() -> None:
    corpus = gx.open(PROCESSED)
    fragment = corpus._repr_html_()
    said = words_of(fragment)
    organs, years = corpus.reports["organ"].nunique(), corpus.reports["year"]
    assert f"{len(corpus.reports)} reports, {organs} names of organs, {years.min()}–{years.max()}" in said
    figures = corpus.figures[~corpus.figures["status"].isin(["blank", "slash", "unreadable", "absent"])]
    text = lxml_html.fromstring(fragment).text_content()
    for grade, number in figures["grade"].value_counts().items():
        assert f"{number:,} {grade}" in text
    by_year, found, reports = tables(fragment)
    assert [text for _, text in by_year[-1]][-1] == str(len(corpus.reports))
    for name, year in zip([text for _, text in by_year[0]][1:-1], by_year[-1][1:-1], strict=True):
        assert year[1] == str((years == int(name)).sum())
    counted = corpus.findings.groupby("code")["report_id"].agg(["size", "nunique"])
    assert {row[1][1]: (int(row[4][1]), int(row[5][1])) for row in found[1:]} == {
        code: tuple(row) for code, row in zip(counted.index, counted.to_numpy().tolist(), strict=True)
    }
    assert {row[3][1] for row in found[1:]} == {KINDS[Code(code)].zh for code in counted.index}
    assert {row[0][1] for row in reports[1:]} == set(corpus.reports["report_id"])


def test_a_dataset_shows_the_files_that_failed_and_escapes_what_they_say(tmp_path: Path) -> None:
    raw = tmp_path / "<b>raw"
    raw.mkdir()
    (raw / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    fragment = gx.build(raw, tmp_path / "<b>out", jobs=1)._repr_html_()
    assert "<b>" not in fragment
    assert "0 reports, 0 names of organs" in words_of(fragment)
    by_year, failures = tables(fragment)
    assert [text for _, text in by_year[-1]] == ["all", "0"]
    assert [text for _, text in failures[1]] == ["truncated_file", "the file is cut off or damaged", "1"]


def test_a_proposal_is_told_in_the_language_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Proposal(
        *("applications", "new", "natural_person", "7", 7, 1, "with 1 in place of '7' this sum holds"),
        mends=(("applicants", "new"), ("balance", "natural_person")),
        cost=1.0,
        runner_up=5.0,
    )
    report = replace(handmade.report({("applications", "new", "natural_person"): "7"}), proposals=(one,))
    plain = "".join(display.terminal(report).split())
    assert "1, not '7'? With 1 in place of '7' this sum holds. At least 54 times as likely".replace(" ", "") in plain
    monkeypatch.setattr(words, "spoken", lambda: "zh")
    chinese = "".join(display.terminal(report).split())
    assert (
        "1，而不是“7”？以1代替“7”，下列合计便成立（照读不成立）：一、本年新收政府信息公开申请数量、自然人。" in chinese
    )
    assert "可能性至少是其他任何读法的54倍。" in chinese
