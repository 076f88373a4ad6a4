"""The review desk without a browser: what is looked at first, what a decision does, what is on the disk."""

from __future__ import annotations

import getpass
import shutil
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import handmade
import markup
import pytest
from test_readers_text import WRITINGS, report_items

import gxstudy
from gxstudy import specimens
from gxstudy.audit import Proposal, audit
from gxstudy.corrections import Correction, in_force, load
from gxstudy.desk.cases import doubtful
from gxstudy.desk.session import Session, Waiting
from gxstudy.desk.waiting import waiting
from gxstudy.desk.widget import Desk
from gxstudy.errors import CallError
from gxstudy.report import Report
from gxstudy.trace import crop

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
REVIEW_TOTAL = ("disputes", "review", "total")


def audited(report: Report) -> Report:
    told = audit(report.sheets, report.facts)
    return replace(report, sheets=told.sheets, checks=told.checks)


def named(report_id: str, sha256: str, printed: dict[tuple[str, str, str], str]) -> Report:
    return audited(replace(handmade.report(printed, sha256=sha256), report_id=report_id))


MISREAD = {("applications", "new", "natural_person"): "7"}
REPORTS = {
    "one": named("one", "1" * 64, MISREAD),
    "two": named("two", "2" * 64, handmade.HONGZE_DISPUTES),
    "fine": named("fine", "3" * 64, {}),
}
PROPOSAL = Proposal(
    *("applications", "new", "natural_person", "7", 7, 0, "read as 7; with 0 each of these holds"),
    mends=(("applicants", "new"),),
    cost=1.0,
    runner_up=9.0,
)


def sit(folder: Path, *names: str, who: str = "Li") -> Session:
    """Sit down at the desk, with a clock that stands still."""
    reports = [Waiting(name, Path(name), REPORTS[name].sha256, 5) for name in names or ("one", "two")]
    return Session(
        reports,
        folder / "corrections.csv",
        who,
        clock=lambda: "2026-03-01T08:00:00Z",
        read=lambda _, report_id: REPORTS[report_id],
    )


def place(session: Session) -> tuple[str, str, str]:
    assert session.case is not None
    return session.case.place


# What is looked at


def test_the_figure_where_failed_sums_cross_comes_first() -> None:
    cases = doubtful(REPORTS["one"], [])
    assert cases[0].place == ("applications", "new", "natural_person")
    assert [one.holds for one in cases[0].sums] == [False, False]
    assert "自然人" not in cases[0].label
    assert {case.reason for case in cases} == {"sum"}
    assert len(cases) == len({case.place for case in cases}) == 10


def test_a_proposal_comes_before_everything_and_says_why() -> None:
    (first, *_) = doubtful(replace(REPORTS["two"], proposals=(PROPOSAL,)), [])
    assert (first.reason, first.proposed) == ("proposal", "0")
    assert first.because.startswith("read as 7")


def test_an_unreadable_figure_comes_before_failed_sums() -> None:
    report = named("x", "4" * 64, {**handmade.HONGZE_DISPUTES, ("disputes", "suit_direct", "other"): "l2"})
    first, second, *_ = doubtful(report, [])
    assert (first.place, first.reason) == (("disputes", "suit_direct", "other"), "unreadable")
    assert second.reason == "sum"


def test_a_report_without_doubt_gives_nothing_to_look_at() -> None:
    assert doubtful(REPORTS["fine"], []) == ()


def test_the_printed_row_stands_beside_the_figure() -> None:
    (case,) = (one for one in doubtful(REPORTS["two"], [], lang="zh") if one.place == REVIEW_TOTAL)
    assert [(one.raw, one.here) for one in case.row] == [
        *(("10", False), ("1", False), ("0", False), ("0", False), ("0", True))
    ]
    assert case.label == "行政复议 / 总计"


def test_what_a_correction_settles_is_no_longer_in_doubt() -> None:
    before = doubtful(REPORTS["two"], [])
    one = Correction("two", *REVIEW_TOTAL, "0", "11", "corrected", "Li", "", "", "2" * 64)
    after = doubtful(REPORTS["two"], [one])
    assert {case.place[1] for case in before} == {"review", "suit_after_review"}
    assert {case.place[1] for case in after} == {"suit_after_review"}
    elsewhere = one._replace(sha256="f" * 64)
    assert doubtful(REPORTS["two"], [elsewhere]) == before


def test_a_decision_on_a_text_that_is_no_longer_read_there_is_asked_for_again() -> None:
    stale = Correction("two", *REVIEW_TOTAL, "8", "8", "as_printed", "Li", "", "", "2" * 64)
    assert REVIEW_TOTAL in {case.place for case in doubtful(REPORTS["two"], [stale])}


# The work


def test_a_decision_is_on_the_disk_at_once_and_the_next_figure_comes(tmp_path: Path) -> None:
    session = sit(tmp_path)
    assert place(session) == ("applications", "new", "natural_person")
    session.correct(" 0 ", "a seven that is none")
    assert load(tmp_path / "corrections.csv") == (
        Correction(
            *("one", "applications", "new", "natural_person", "7", "0", "corrected"),
            *("Li", "2026-03-01T08:00:00Z", "a seven that is none", "1" * 64),
        ),
    )
    assert session.case is not None
    assert session.case.report_id == "two"  # every sum of the first report holds now
    assert session.progress.decided == 1


def test_another_sitting_goes_on_where_the_last_ended(tmp_path: Path) -> None:
    first = sit(tmp_path)
    first.correct("0")
    first.keep()
    second = sit(tmp_path, who="Wang")
    assert second.case == first.case
    assert second.progress == first.progress


def test_keeping_says_so_and_does_not_ask_again(tmp_path: Path) -> None:
    session = sit(tmp_path, "two")
    kept = place(session)
    left = session.progress.left
    session.keep("it is printed so")
    (line,) = load(session.path)
    assert (line.decision, line.old, line.new) == ("as_printed", line.new, line.old)
    assert session.progress.left == left - 1
    assert place(session) != kept


def test_undo_takes_back_step_by_step_and_nothing_is_deleted(tmp_path: Path) -> None:
    session = sit(tmp_path)
    start = session.case
    session.correct("0")
    session.skip()
    session.undo()
    assert session.case is not None
    assert session.case.report_id == "two"
    assert session.progress.skipped == 0
    session.undo()
    assert session.case == start
    assert not session.can_undo
    session.undo()
    assert [line.decision for line in load(session.path)] == ["corrected", "undone"]
    assert in_force(load(session.path)) == ()
    session.correct("0")
    assert [line.decision for line in load(session.path)] == ["corrected", "undone", "corrected"]


def test_undo_reaches_back_into_the_last_sitting(tmp_path: Path) -> None:
    sit(tmp_path).correct("0")
    session = sit(tmp_path, who="Wang")
    session.undo()
    assert place(session) == ("applications", "new", "natural_person")
    assert load(session.path)[-1].who == "Wang"


def test_undo_shows_the_figure_it_takes_back_even_where_others_come_first(tmp_path: Path) -> None:
    session = sit(tmp_path, "two")
    places = []
    for _ in range(4):
        places.append(place(session))
        session.keep()
    for expected in reversed(places):
        session.undo()
        assert place(session) == expected


def test_a_whole_sum_is_kept_at_once_and_undone_at_once(tmp_path: Path) -> None:
    session = sit(tmp_path, "two")
    start = session.case
    session.keep_all("it is printed so")
    lines = load(session.path)
    assert [line.place for line in lines] == [
        ("disputes", "review", column) for column in ("upheld", "corrected", "other", "pending", "total")
    ]
    assert {line.decision for line in lines} == {"as_printed"}
    assert (session.progress.decided, session.progress.left) == (5, 5)
    assert place(session)[1] == "suit_after_review"
    session.undo()
    assert session.case == start
    assert session.progress.decided == 0
    assert in_force(load(session.path)) == ()


def test_keeping_a_sum_still_asks_for_what_is_in_doubt_for_another_reason(tmp_path: Path) -> None:
    report = named("two", "2" * 64, {**handmade.HONGZE_DISPUTES, ("disputes", "review", "other"): "l2"})
    one = Waiting("two", Path("two"), report.sha256, 5)
    session = Session([one], tmp_path / "corrections.csv", "Li", read=lambda _, __: report)
    assert place(session) == ("disputes", "review", "other")
    session.skip()
    session.keep_all()
    assert ("disputes", "review", "other") not in {line.place for line in load(session.path)}


def test_what_is_left_for_later_comes_back_when_asked_for(tmp_path: Path) -> None:
    session = sit(tmp_path, "two")
    first = session.case
    for _ in range(session.progress.left):
        session.skip()
    assert session.case is None
    assert session.progress.skipped == 10
    session.again()
    assert session.case == first


def test_a_proposal_is_accepted_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REPORTS, "one", replace(REPORTS["one"], proposals=(PROPOSAL,)))
    session = sit(tmp_path, "one")
    session.accept()
    (line,) = load(session.path)
    assert (line.new, line.why) == ("0", PROPOSAL.reason)
    assert session.case is None


OTHER = replace(PROPOSAL, row="granted", column="business", raw="0", value_read=0, value_proposed=3, reason="other")


def test_all_proposals_of_a_report_are_accepted_one_by_one_and_undone_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REPORTS, "one", replace(REPORTS["one"], proposals=(PROPOSAL, OTHER)))
    monkeypatch.setitem(REPORTS, "two", replace(REPORTS["two"], proposals=(PROPOSAL,)))
    session = sit(tmp_path)
    start = session.case
    assert session.proposals == 2
    session.accept_all()
    assert [(line.report_id, line.row, line.old, line.new, line.decision, line.why) for line in load(session.path)] == [
        ("one", "new", "7", "0", "corrected", PROPOSAL.reason),
        ("one", "granted", "0", "3", "corrected", "other"),
    ]
    assert session.progress.decided == 2
    session.undo()
    assert session.case == start
    assert session.progress.decided == 0
    assert in_force(load(session.path)) == ()
    session.skip()
    session.accept_all("looked at")
    assert [(line.row, line.why) for line in in_force(load(session.path))] == [("granted", "looked at")]


@pytest.mark.parametrize(
    "step, said",
    [
        (lambda session: session.accept(), "nothing is proposed"),
        (lambda session: session.accept_all(), "nothing is proposed in this report"),
        (lambda session: session.correct("l7"), "'l7' cannot be read as a number"),
        (lambda session: session.correct("7"), "'7' is what was read"),
    ],
    ids=["no-proposal", "no-proposals", "no-number", "same"],
)
def test_a_step_that_cannot_be_taken_says_why_and_writes_nothing(tmp_path: Path, step: Any, said: str) -> None:
    session = sit(tmp_path)
    before = session.case
    with pytest.raises(CallError, match=said):
        step(session)
    assert session.case == before
    assert not session.path.exists()


def test_a_file_that_changed_or_is_gone_is_said_and_passed_over(tmp_path: Path) -> None:
    gone = Waiting("gone", tmp_path / "gone.pdf", "9" * 64, 3)
    changed = Waiting("hongze-2023", RAW / "reports" / "hongze-2023.pdf", "9" * 64, 3)
    session = Session([gone, changed], tmp_path / "corrections.csv", "Li")
    assert session.case is None
    assert "No such file" in session.trouble["gone"]
    assert "is another file than when the dataset was built" in session.trouble["hongze-2023"]
    with pytest.raises(CallError, match="no figure is left"):
        session.keep()


# The widget, as the browser drives it


def press(desk: Desk, **content: str) -> dict[str, Any]:
    """Send what a key sends, and return what is then shown."""
    desk._handle_custom_msg(content, [])
    view: dict[str, Any] = desk.view
    return view


def test_keys_drive_the_session_and_the_view_follows(tmp_path: Path) -> None:
    desk = Desk(sit(tmp_path))
    assert desk.view["case"]["raw"] == "7"
    assert desk.view["undo"] is False
    shown = press(desk, do="correct", new="x")
    assert "cannot be read as a number" in shown["trouble"]
    shown = press(desk, do="correct", new="0", why=" seen ")
    assert shown["trouble"] == ""
    assert shown["case"]["report"].startswith("two")
    assert load(desk.session.path)[0].why == "seen"
    assert press(desk, do="undo")["case"]["raw"] == "7"
    assert "no such step" in press(desk, do="jump")["trouble"]


def test_a_full_disk_is_said_and_nothing_counts_as_decided(tmp_path: Path) -> None:
    session = sit(tmp_path / "none")
    shown = press(Desk(session), do="keep")
    assert "cannot be written" in shown["trouble"]
    assert shown["progress"]["decided"] == 0


def test_the_desk_of_a_dataset_shows_the_page_and_a_build_applies_what_is_decided(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("hongze-2023", "hongze-2024"):
        shutil.copy(RAW / "reports" / f"{name}.pdf", raw)
    corpus = gxstudy.build(raw, tmp_path / "processed", jobs=1)
    assert [(one.report_id, one.figures) for one in waiting(corpus, raw)] == [("hongze-2023", 10)]
    desk = gxstudy.desk(corpus)
    assert desk.session.who == getpass.getuser()
    first = desk.view["case"]
    assert first["picture"]
    assert first["sums"][0]["holds"] is False
    with pytest.raises(CallError, match="say where the raw files are"):
        gxstudy.desk(corpus, tmp_path / "none")
    while desk.session.case is not None and desk.session.case.place != REVIEW_TOTAL:
        desk.session.skip()
    press(desk, do="correct", new="11", why="misread")
    again = gxstudy.build(raw, tmp_path / "processed", jobs=1)
    (total,) = again.figures.query("status == 'corrected'").to_dict("records")
    assert (total["raw"], total["value"], total["grade"]) == ("0", 11, "consistent")
    assert again.reports.set_index("report_id")["checks_failed"].to_dict() == {"hongze-2023": 1, "hongze-2024": 0}
    assert "figure_corrected" in set(again.findings["code"])
    assert again.manifest["counts"]["corrections"] == {"in_force": 1, "of_no_report": 0}
    assert [one.figures for one in waiting(again, raw)] == [5]
    elsewhere = gxstudy.build(raw, tmp_path / "fresh", jobs=1)
    for name in ("figures.csv", "reports.csv", "findings.csv", "checks.csv"):  # whatever was there before
        assert (elsewhere.path / name).read_bytes() == (again.path / name).read_bytes()
    desk.session.undo()
    undone = gxstudy.build(raw, tmp_path / "processed", jobs=1)
    assert "corrected" not in set(undone.figures["status"])
    assert len(waiting(undone, raw)) == 1
    (raw / "hongze-2023.pdf").write_bytes((raw / "hongze-2024.pdf").read_bytes() + b"\n")
    desk.session.correct("11")
    other = gxstudy.build(raw, tmp_path / "processed", jobs=1)
    (said,) = other.findings.query("code == 'correction_not_applied'").to_dict("records")
    assert "made on another file of this name" in said["message"]
    assert "corrected" not in set(other.figures["status"])


def test_the_crop_is_the_strip_of_the_page_with_the_figure() -> None:
    report = gxstudy.read_report(RAW / "reports" / "hongze-2023.pdf")
    picture = crop(report, *REVIEW_TOTAL)
    page = gxstudy.overlay(report, report.entry(*REVIEW_TOTAL).boxes[0].page)
    assert picture.width == page.width
    assert picture.height < page.height / 4
    assert "10+1+0+0 = 11, printed 0" in picture.caption


@pytest.mark.parametrize("kind", ["html", "docx", "txt"])
def test_of_a_file_without_pages_the_desk_shows_the_table_with_nothing_in_it_that_runs(
    tmp_path: Path, kind: str
) -> None:
    odd = "7 < 8" if kind == "txt" else "<script>7</script>"
    if kind == "txt":
        items, truth = report_items()
        printed = {truth["disputes", "review", "total"]: odd}
        lines = [one if isinstance(one, str) else [printed.get(cell, cell) for cell in one] for one in items]
        data = WRITINGS["tabs"](lines).encode()
    else:
        blank = specimens.Specimen("某市人民政府", 2024, {})
        specimen = replace(blank, figures=specimens.invented(blank, seed=3) | {("disputes", "review", "total"): odd})
        data = markup.word_document(specimen) if kind == "docx" else markup.web_page(specimen).encode()
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / f"report.{kind}").write_bytes(data)
    corpus = gxstudy.build(raw, tmp_path / "processed", jobs=1)
    first = gxstudy.desk(corpus, raw).view["case"]
    assert (first["picture"], first["raw"]) == ("", odd)
    assert escape(odd) in first["fragment"]
    assert "outline:3px" in first["fragment"]
    assert "<script" not in first["fragment"]


def test_a_reason_is_told_in_the_language_of_the_desk() -> None:
    report = replace(REPORTS["one"], proposals=(PROPOSAL,))
    (first, *_) = doubtful(report, [], lang="zh")
    assert first.because == "以 0 代替“7”，下列合计便成立（照读不成立）：一、本年新收政府信息公开申请数量"
