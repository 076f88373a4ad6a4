"""Decisions of people: written so that nothing is lost, applied where they still hold, and said where they do not."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import handmade
import pytest

from gxstudy import read_report
from gxstudy.audit import audit
from gxstudy.corrections import Correction, append, apply, correct, in_force, load
from gxstudy.errors import CallError
from gxstudy.findings import Code
from gxstudy.frames.records import Columns, of_reports
from gxstudy.prose import Fact
from gxstudy.report import Report

HASH = "0" * 64
REPORTS = Path(__file__).resolve().parents[1] / "data" / "raw" / "reports"
REVIEW_TOTAL = Correction(
    "handmade", "disputes", "review", "total", "0", "11", "corrected", "Li", "2026-03-01T08:00:00Z", "smudge", HASH
)


def audited(report: Report) -> Report:
    """The report with the grades, checks and findings that it has when it is read."""
    told = audit(report.sheets, report.facts)
    return replace(report, sheets=told.sheets, checks=told.checks, findings=(*told.findings, *report.findings))


HONGZE = audited(handmade.report(handmade.HONGZE_DISPUTES))


def columns(report: Report) -> dict[str, Columns]:
    return {name: of_reports(name, (report,)) for name in ("figures", "reports", "facts", "checks", "findings")}


def at(figures: Columns, table: str, row: str, column: str) -> dict[str, object]:
    keys = list(zip(figures["table"], figures["row"], figures["column"], strict=True))
    return {name: values[keys.index((table, row, column))] for name, values in figures.items()}


# The file


def test_a_line_comes_back_as_it_was_written_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    odd = REVIEW_TOTAL._replace(old='1\n2, "三"', new="", why="=HYPERLINK(1)", who="'Li", decision="as_printed")
    append(path, REVIEW_TOTAL)
    append(path, odd)
    append(path, REVIEW_TOTAL._replace(old="-5"))
    assert load(path) == (REVIEW_TOTAL, odd, REVIEW_TOTAL._replace(old="-5"))
    with path.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert list(told[0]) == list(Correction._fields)
    assert told[1]["why"] == "'=HYPERLINK(1)"  # a spreadsheet does not run it
    assert told[2]["old"] == "-5"


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    append(path, REVIEW_TOTAL)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    append(path, REVIEW_TOTAL)
    assert load(path) == (REVIEW_TOTAL, REVIEW_TOTAL)


def test_no_file_is_no_correction(tmp_path: Path) -> None:
    assert load(tmp_path / "corrections.csv") == ()


@pytest.mark.parametrize(
    "text, said",
    [
        ("report_id,table\nx,disputes\n", "correction 1: expected the columns report_id, table, row"),
        (",".join(Correction._fields) + "\n" + ",".join(["a", *"bcdef", "guessed", *"hijk"]) + "\n", "'guessed'"),
        ("\xff\xfe", "cannot be read as CSV in UTF-8"),
    ],
    ids=["columns", "decision", "encoding"],
)
def test_a_file_of_another_kind_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CallError, match=said):
        load(path)


def test_the_last_line_on_a_figure_counts_and_undone_takes_it_back() -> None:
    other = REVIEW_TOTAL._replace(row="suit_direct")
    again = REVIEW_TOTAL._replace(new="12")
    assert in_force([REVIEW_TOTAL, other, again]) == (other, again)
    assert in_force([REVIEW_TOTAL, other, REVIEW_TOTAL._replace(decision="undone")]) == (other,)
    elsewhere = REVIEW_TOTAL._replace(sha256="f" * 64, decision="undone")
    assert in_force([REVIEW_TOTAL, elsewhere]) == (REVIEW_TOTAL,)


# Applying


def test_a_corrected_figure_keeps_what_was_read_and_its_sums_are_tested_anew() -> None:
    assert HONGZE.entry("disputes", "review", "total").grade == "contradicted"
    told = apply(HONGZE.sheets, HONGZE.facts, [REVIEW_TOTAL])
    entries = {(one.table, one.row, one.column): one for sheet in told.sheets for one in sheet.entries}
    total = entries["disputes", "review", "total"]
    assert (total.raw, total.value, total.status, total.grade) == ("0", 11, "corrected", "consistent")
    assert entries["disputes", "review", "upheld"].grade == "consistent"
    assert entries["disputes", "suit_after_review", "total"].grade == "contradicted"
    assert sum(not one.holds for one in told.checks) == 1
    (said,) = (one for one in told.findings if one.code is Code.FIGURE_CORRECTED)
    assert said.message == "'0' was read, '11' is taken: Li, 2026-03-01T08:00:00Z: smudge"
    assert told.applied == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        (REVIEW_TOTAL._replace(old="1"), "it was made on '1', and '0' is read there now"),
        (REVIEW_TOTAL._replace(old="1", decision="as_printed"), "it was made on '1'"),
        (REVIEW_TOTAL._replace(row="appeal"), "the report has no such place"),
        (REVIEW_TOTAL._replace(new="eleven"), "'eleven' cannot be read as a number"),
    ],
    ids=["text", "as-printed", "place", "number"],
)
def test_a_correction_that_does_not_fit_is_said_and_changes_nothing(wrong: Correction, said: str) -> None:
    told = apply(HONGZE.sheets, HONGZE.facts, [wrong])
    assert told.sheets == HONGZE.sheets
    (noticed,) = (one for one in told.findings if one.code is Code.CORRECTION_NOT_APPLIED)
    assert said in noticed.message
    assert noticed.where[:3] == wrong.place


def test_a_cell_can_be_corrected_to_blank() -> None:
    told = apply(HONGZE.sheets, (), [REVIEW_TOTAL._replace(new="")])
    (total,) = (one for sheet in told.sheets for one in sheet.entries if one[:3] == REVIEW_TOTAL.place)
    assert (total.value, total.status, total.grade) == (None, "corrected", "unchecked")


def test_grades_that_sums_do_not_give_stay_where_nothing_changed() -> None:
    confirmed = replace(
        HONGZE,
        sheets=tuple(
            replace(sheet, entries=tuple(one._replace(grade="confirmed") for one in sheet.entries))
            if sheet.table == "disclosure"
            else sheet
            for sheet in HONGZE.sheets
        ),
    )
    told = apply(confirmed.sheets, (), [REVIEW_TOTAL])
    assert {one.grade for sheet in told.sheets if sheet.table == "disclosure" for one in sheet.entries} == {"confirmed"}


# The columns of a dataset


def test_columns_are_corrected_and_counts_follow() -> None:
    before = columns(HONGZE)
    after = correct(before, [REVIEW_TOTAL], sha256=HASH)
    total = at(after["figures"], *REVIEW_TOTAL.place)
    assert (total["raw"], total["value"], total["status"], total["grade"]) == ("0", 11, "corrected", "consistent")
    assert before["reports"]["checks_failed"] == [2]
    assert after["reports"]["checks_failed"] == [1]
    assert after["reports"]["status_corrected"] == [1]
    assert after["findings"]["code"].count("identity_failed") == 1
    assert after["findings"]["code"].count("figure_corrected") == 1
    assert after["reports"]["findings_error"] == [1]
    assert set(map(len, after["findings"].values())) == {len(after["findings"]["code"])}


def test_columns_are_those_of_the_report_read_with_the_right_figure() -> None:
    """What a correction gives is what reading the figure rightly would have given, but for raw and status."""
    rightly = columns(audited(handmade.report({**handmade.HONGZE_DISPUTES, REVIEW_TOTAL.place: "11"})))
    corrected = correct(columns(HONGZE), [REVIEW_TOTAL], sha256=HASH)
    for name in ("value", "grade"):
        assert corrected["figures"][name] == rightly["figures"][name]
    for name in ("identity", "table", "at", "left", "right", "holds", "entries"):
        assert corrected["checks"][name] == rightly["checks"][name]


def test_what_the_prose_says_is_compared_with_the_corrected_figure() -> None:
    fact = Fact("reviews", 11, "行政复议11件", ())
    before = columns(audited(handmade.report(handmade.HONGZE_DISPUTES, facts=(fact,))))
    assert "prose_disagrees" in before["findings"]["code"]
    assert "prose_disagrees" not in correct(before, [REVIEW_TOTAL], sha256=HASH)["findings"]["code"]


def test_nothing_to_apply_leaves_the_columns_as_they_are() -> None:
    before = columns(HONGZE)
    assert correct(before, [], sha256=HASH) == before
    assert correct(before, [REVIEW_TOTAL._replace(decision="as_printed")], sha256=HASH) == before


def test_a_correction_made_on_another_file_of_the_name_is_said_and_not_applied() -> None:
    before = columns(HONGZE)
    after = correct(before, [REVIEW_TOTAL._replace(sha256="f" * 64)], sha256=HASH)
    assert after["figures"] == before["figures"]
    assert after["findings"]["code"][-1] == "correction_not_applied"
    assert "made on another file of this name (SHA-256 ffffffffffff" in str(after["findings"]["message"][-1])
    assert after["reports"]["findings_warning"] == [int(before["reports"]["findings_warning"][0] or 0) + 1]


@pytest.mark.parametrize("name", sorted(path.stem for path in REPORTS.glob("*.pdf")))
def test_columns_of_a_real_report_say_again_what_the_report_says(name: str) -> None:
    """Sheets made again from columns are audited as the report was: nothing is lost on the way through a dataset."""
    report = read_report(REPORTS / f"{name}.pdf")
    told = columns(report)
    place = ("applications", "new", "total")
    raw = report.entry(*place).raw
    one = Correction(name, *place, raw, raw, "corrected", "Li", "", "", report.sha256)
    after = correct(told, [one], sha256=report.sha256)
    for product in ("facts", "checks"):
        assert after[product] == told[product]
    assert [code for code in after["findings"]["code"] if code != "figure_corrected"] == told["findings"]["code"]
    assert after["figures"]["grade"] == told["figures"]["grade"]
    assert sum(status == "corrected" for status in after["figures"]["status"]) == 1
