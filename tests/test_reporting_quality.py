from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chain import organ
from drawn import assert_chinese, assert_glyphs, assert_printable, points, texts
from hypothesis import given, settings
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy import figures, forms, frames
from gxstudy.errors import CallError
from gxstudy.panel import Panel, panel, published, stack
from gxstudy.specimens import Specimen, draw, invented
from gxstudy.studies import copying, reporting_quality, simulate
from gxstudy.studies.copying import BENCHMARK, Copying, shingles
from gxstudy.studies.reporting_quality import Failure, Prose, ReportingQuality

RAW = Path(__file__).parents[1] / "data" / "raw"


def reports(*ids: str, edition: str = "2021") -> pd.DataFrame:
    return pd.DataFrame({"report_id": ids, "organ": ids, "year": 2024, "edition": edition})


def checks(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    names = ["report_id", "identity", "table", "left", "right"]
    made = pd.DataFrame(list(rows), columns=names).astype({"left": "float64", "right": "float64"})
    return made.assign(holds=made["left"].eq(made["right"]))


def findings(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["report_id", "code", "severity"])


def texts_and_tables(*rows: tuple[str, float, float]) -> Panel:
    """Reports of one part each, the number received as the text and as the table give it."""
    frame = pd.DataFrame(
        {
            "report_id": [str(at) for at in range(len(rows))],
            "organ": [f"o{at}" for at in range(len(rows))],
            "year": 2024,
            "part": [row[0] for row in rows],
            "prose.applications_received": [row[1] for row in rows],
            "applications.new.total": [row[2] for row in rows],
        }
    )
    states = frame.iloc[:, 4:].notna().replace({True: "read", False: "absent"})
    return Panel(frame, states, states, ())


def failure(result: ReportingQuality, identity: str = "any", of: str = "tests") -> Failure:
    (found,) = (row for row in result.failures if (row.identity, row.of) == (identity, of))
    return found


def prose(result: ReportingQuality, part: str, key: str = "applications_received") -> Prose:
    (found,) = (row for row in result.prose if (row.key, row.part) == (key, part))
    return found


def test_failures_by_hand() -> None:
    made = checks(
        ("a", "balance", "applications", 5, 5),
        ("a", "balance", "applications", 0, 0),
        ("a", "results", "disputes", 11, 0),
        ("b", "balance", "applications", 3, 4),
        ("b", "balance", "applications", 2, 2),
    )
    result = reporting_quality(made, findings(), reports=reports("a", "b", "c"))
    assert failure(result)[2:6] == ("tests", 2, 5, 3 * 42)
    assert failure(result, of="tests_not_zero")[3:6] == (2, 4, 5)
    assert failure(result, of="reports")[3:6] == (2, 2, 3)
    assert failure(result, "balance")[3:6] == (1, 4, 21)
    assert failure(result, "balance", "reports")[3:6] == (1, 2, 3)
    assert failure(result, "results")[3:6] == (1, 1, 9)
    assert failure(result, "outcomes")[3:6] == (0, 0, 21)
    assert math.isnan(failure(result, "outcomes").share)
    assert [(item.reason, item.n) for item in result.exclusions] == [("untested", 1)]
    assert [row[4:] for row in result.reports] == [(42, 3, 1, 1, 0), (42, 2, 1, 0, 0), (42, 0, 0, 0, 0)]
    assert (failure(result).low, failure(result).high) == pytest.approx((0.1176, 0.7693), abs=1e-4)


@pytest.mark.parametrize("edition, variant, possible", [("2021", False, 42), ("2021", True, 40), ("2019", False, 40)])
def test_how_many_sums_a_form_has(edition: str, variant: bool, possible: int) -> None:
    """Seven columns twice, the rows of table three (25, or 23 where other is one row), and the three of table four."""
    noticed = findings(("a", "variant_row", "info")) if variant else findings()
    result = reporting_quality(checks(), noticed, reports=reports("a", edition=edition))
    assert failure(result).possible == possible == result.reports[0].possible


def test_what_sums_can_see() -> None:
    result = reporting_quality(checks(), findings(), reports=reports("a"))
    seen = {(row.edition, row.table): (row.covered, row.figures) for row in result.covered}
    assert seen == {
        ("2019", "disclosure"): (0, 22),
        ("2019", "applications"): (161, 161),
        ("2019", "disputes"): (15, 15),
        ("2021", "disclosure"): (0, 10),
        ("2021", "applications"): (175, 175),
        ("2021", "disputes"): (15, 15),
    }


def test_findings_are_counted_by_report() -> None:
    noticed = findings(
        ("a", "open_border", "info"),
        ("a", "open_border", "info"),
        ("b", "open_border", "info"),
        ("b", "identity_failed", "error"),
    )
    result = reporting_quality(checks(), noticed, reports=reports("a", "b", "c", "d"))
    assert [row[:6] for row in result.noticed] == [
        ("identity_failed", "error", 1, 1, 4, 0.25),
        ("open_border", "info", 3, 2, 4, 0.5),
    ]


def test_text_against_table_by_hand() -> None:
    nan = math.nan
    known = texts_and_tables(("p", 17, 95), ("p", 3, 3), ("p", 3, nan), ("q", 4, 4), ("q", nan, 2))
    result = reporting_quality(checks(), findings(), reports=reports("0", "x"), panel=known)
    assert prose(result, "p")[2:6] == (3, 0, 1, 2)
    assert prose(result, "q")[2:6] == (1, 0, 0, 1)
    (difference,) = result.differences
    assert difference == ("0", "o0", 2024, "p", "applications_received", 17, 95)
    assert [row.prose_differs for row in result.reports] == [1, 0]


def test_a_text_that_says_two_numbers_is_unclear() -> None:
    known = texts_and_tables(("p", math.nan, 3))
    states = known.states.assign(**{"prose.applications_received": "unreadable"})
    result = reporting_quality(
        checks(), findings(), reports=reports("0"), panel=Panel(known.frame, states, known.grades, ())
    )
    assert prose(result, "p")[2:6] == (0, 1, 0, 0)


def test_wrong_calls_say_what_there_is() -> None:
    with pytest.raises(CallError, match="checks has no column 'holds'"):
        reporting_quality(checks().drop(columns="holds"), findings(), reports=reports("a"))
    with pytest.raises(CallError, match="findings has report 'z'"):
        reporting_quality(checks(), findings(("z", "open_border", "info")), reports=reports("a"))
    with pytest.raises(CallError, match="level is 0"):
        reporting_quality(checks(), findings(), reports=reports("a"), level=0)


test_row = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from([("balance", "applications"), ("applicants", "applications"), ("results", "disputes")]),
    st.integers(0, 2),
    st.integers(0, 2),
)


@settings(max_examples=25)
@given(st.lists(test_row, max_size=30))
def test_whatever_the_tests_the_counts_hang_together(rows: list[tuple[str, tuple[str, str], int, int]]) -> None:
    made = checks(*((report, *kind, left, right) for report, kind, left, right in rows))
    result = reporting_quality(made, findings(), reports=reports("a", "b", "c"))
    whole = failure(result)
    assert whole.fails == sum(left != right for *_, left, right in rows) == sum(row.failed for row in result.reports)
    assert whole.n == len(rows) == sum(row.tested for row in result.reports)
    assert failure(result, of="tests_not_zero").fails == whole.fails
    assert whole.n - failure(result, of="tests_not_zero").n == sum(row.zero for row in result.reports)
    for row in result.failures:
        assert row.fails <= row.n
        assert row.n == 0 or row.low <= row.share <= row.high


@pytest.fixture(scope="module")
def corpus() -> Sequence[gx.Report]:
    """32 invented reports, read from their pages: 12 with one figure misprinted, 8 with another number in the text."""
    rng = np.random.default_rng(6)
    made = []
    for at in range(32):
        plain = Specimen(organ(at), 2024, {})
        values = invented(plain, seed=at)
        received = int(values["applications", "new", "total"])
        if at % 8 < 3:
            place = list(values)[int(rng.integers(10, len(values)))]  # the ten of table two stand in no sum
            values[place] = str(int(values[place]) + 1)
        said = received + 1 if at % 4 == 3 else int(values["applications", "new", "total"])
        overview = (f"2024年，本机关收到政府信息公开申请{said}件。",)
        made.append(gx.read_report(draw(Specimen(organ(at), 2024, values, overview=overview)), report_id=f"r{at:02}"))
    return made


def quality(corpus: Sequence[gx.Report]) -> ReportingQuality:
    known = panel(gx.tidy(corpus), facts=gx.facts(corpus), about=gx.reports(corpus))
    return reporting_quality(gx.checks(corpus), frames.findings(corpus), reports=gx.reports(corpus), panel=known)


def test_planted_misprints_survive_the_page(corpus: Sequence[gx.Report]) -> None:
    """Every misprinted figure of tables three and four breaks a sum; every planted difference of text is found."""
    result = quality(corpus)
    assert {row.report_id for row in result.reports if row.failed} == {f"r{at:02}" for at in range(32) if at % 8 < 3}
    assert failure(result, of="reports")[3:5] == (12, 32)
    assert failure(result).n == failure(result).possible == 32 * 42
    assert {row.report_id for row in result.differences} == {f"r{at:02}" for at in range(32) if at % 4 == 3}
    assert prose(result, "full_reports")[4:6] == (8, 32)
    assert {row.code: row.reports for row in result.noticed} == {"identity_failed": 12, "prose_disagrees": 8}


def test_planted_rates_are_covered_at_the_stated_rate() -> None:
    """Reports misprint with 10 %; a report of 42 sums then fails in at least one."""
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(30):
        wrong = rng.random(80) < 0.1
        made = checks(*((f"r{at}", "results", "disputes", 3, 3 + int(bad)) for at, bad in enumerate(wrong)))
        row = failure(
            reporting_quality(made, findings(), reports=reports(*(f"r{at}" for at in range(80)))), of="reports"
        )
        covered.append(row.low <= 0.1 <= row.high)
    assert np.mean(covered) >= 0.88


@pytest.fixture(scope="module")
def bundled() -> ReportingQuality:
    read = [gx.read_report(path) for path in sorted((RAW / "reports").glob("*.pdf"))]
    full = panel(gx.tidy(read), facts=gx.facts(read), about=gx.reports(read))
    seen = published(RAW / "published_figures.csv")
    return reporting_quality(
        gx.checks(read), frames.findings(read), reports=gx.reports(read), panel=stack([full, seen])
    )


def test_the_bundled_reports_fail_where_the_originals_do(bundled: ReportingQuality) -> None:
    assert failure(bundled)[3:6] == (2, 382, 498)
    assert failure(bundled, of="tests_not_zero")[3:5] == (2, 239)
    assert failure(bundled, of="reports")[3:5] == (1, 12)
    assert {(row.report_id, row.said, row.printed) for row in bundled.differences} == {
        ("hongze-2024", 17, 95),
        ("长春市退役军人事务局-2023", 2, 3),
    }
    assert prose(bundled, "purposive")[4:6] == (1, 6)


def test_the_tables_of_a_result(bundled: ReportingQuality) -> None:
    assert list(bundled.to_frame().columns) == list(Failure._fields)
    assert "| 382 " in bundled.to_markdown()
    for spec in bundled.specs:
        assert bundled.to_markdown(spec.name)
        assert r"\toprule" in bundled.to_latex(spec.name)


@pytest.mark.parametrize("width, millimetres", [("column", 89), ("page", 183)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_is_printable(bundled: ReportingQuality, lang: Any, width: Any, millimetres: float) -> None:
    figure = figures.reporting_quality(bundled, lang=lang, width=width)
    assert_printable(figure, millimetres=millimetres)
    assert_glyphs(figure)
    if lang == "zh":
        assert_chinese(figure, foreign={"Wilson"})


def test_the_figure_shows_the_result(bundled: ReportingQuality) -> None:
    figure = figures.reporting_quality(bundled)
    assert sorted(x for x, _ in points(figure)) == pytest.approx(sorted(100 * row.share for row in bundled.failures))
    compared = [row for row in bundled.prose if row.n]
    assert sorted(x for x, _ in points(figure, 1)) == pytest.approx(sorted(100 * row.share for row in compared))
    assert {"2/382", "2/239", "1/12", "1/6"} <= set(texts(figure))
    assert len(figure.data) == len(bundled.failures) + len(compared)


def test_a_figure_without_texts() -> None:
    result = reporting_quality(checks(("a", "results", "disputes", 3, 4)), findings(), reports=reports("a"))
    figure = figures.reporting_quality(result)
    assert len(figure.axes) == 1
    assert_printable(figure, millimetres=89)


def test_every_identity_has_a_name_on_the_figure(bundled: ReportingQuality) -> None:
    keys = {identity.key for edition in forms.editions() for identity in forms.load(edition).identities}
    assert keys == {row.identity for row in bundled.failures} - {"any"}
    shown = {label.get_text() for label in figures.reporting_quality(bundled).axes[0].get_yticklabels()}
    assert not shown & keys


# Copied text.


def told(*rows: tuple[str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["organ", "year", "text"])


def pair(result: Copying, kind: str = "year_before") -> tuple[float, float]:
    (found,) = (row for row in result.pairs if row.kind == kind)
    return found.jaccard, found.kept


def test_likeness_by_hand() -> None:
    """abcd, bcde in one; bcde, cdef, defg in the other: one in common, of four in either and two of this year's."""
    result = copying(told(("a", 2023, "bcdefg"), ("a", 2024, "abcde")), length=4)
    assert pair(result) == (1 / 4, 1 / 2)


@pytest.mark.parametrize(
    "before, after, kept",
    [
        ("本年收到申请12件，同比增长", "本年收到申请 3,400 件。同比增长", 1.0),
        ("本年收到申请12件", "去岁办结复议零宗", 0.0),
        ("公开。平台。建设", "公开平台建设", 1.0),
    ],
)
def test_numbers_and_punctuation_make_no_difference(before: str, after: str, kept: float) -> None:
    assert pair(copying(told(("a", 2023, before), ("a", 2024, after)), length=4))[1] == kept


@given(st.text("abc。1", max_size=30), st.text("abc。1", max_size=30), st.integers(1, 6))
def test_likeness_is_a_likeness(one: str, other: str, length: int) -> None:
    mine, theirs = (shingles(text, length=length) for text in (one, other))
    result = copying(told(("a", 2023, other), ("a", 2024, one)), length=length)
    if not mine or not theirs:
        assert result.pairs == ()
        assert result.exclusions[0].n == 2 - bool(mine) - bool(theirs)
        return
    jaccard, kept = pair(result)
    turned = copying(told(("a", 2023, one), ("a", 2024, other)), length=length)
    assert jaccard == pair(turned)[0]
    assert 0 <= jaccard <= kept <= 1
    assert (jaccard == 1) == (mine == theirs)
    assert (kept == 1) == (mine <= theirs)


def test_pairs_follow_one_another_and_the_base_is_of_one_year() -> None:
    text = "政府信息公开工作年度报告"
    result = copying(told(*((name, year, text) for name in "ab" for year in (2021, 2022, 2024))))
    assert [(row.organ, row.year) for row in result.pairs if row.kind == "year_before"] == [("a", 2022), ("b", 2022)]
    assert [(row.organ, row.against, row.year) for row in result.pairs if row.kind == "other_organ"] == [
        ("a", "b", 2021),
        ("a", "b", 2022),
        ("a", "b", 2024),
    ]
    assert all(row.reached == row.n for row in result.estimates)


def test_names_are_paired_by_the_caller() -> None:
    rows = told(("甲区政府", 2023, "政府信息公开工作年度报告"), ("某市甲区政府", 2024, "政府信息公开工作年度报告"))
    assert copying(rows).pairs == ()
    assert pair(copying(rows, same_organ={"甲区政府": "某市甲区政府"})) == (1.0, 1.0)


def test_many_organs_are_sampled_the_same_way_every_time() -> None:
    rows = simulate.narratives(organs=80, years=1, seed=1, kept=0.5, sentences=3)
    first, second = copying(rows), copying(rows.iloc[::-1])
    assert first.pairs == second.pairs
    assert len(first.pairs) == 2_000 < 80 * 79 // 2
    assert len({(row.organ, row.against) for row in first.pairs}) == 2_000
    assert all(row.organ != row.against for row in first.pairs)


def test_wrong_texts_are_said() -> None:
    with pytest.raises(CallError, match="no column 'text'"):
        copying(told().drop(columns="text"))
    with pytest.raises(CallError, match="a has two texts of 2024"):
        copying(told(("a", 2024, "x"), ("a", 2024, "y")))
    with pytest.raises(CallError, match="length is 0"):
        copying(told(), length=0)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_planted_copying_is_recovered(kept: float) -> None:
    """To a few points: a kept sentence loses the shingles across its ends when a neighbour goes."""
    rows = simulate.narratives(organs=25, years=3, seed=7, kept=kept, common=0.25)
    result = copying(rows, simulated=True)
    by_pair = {(row.organ, row.year): row.kept for row in result.pairs if row.kind == "year_before"}
    planted = {(row.organ, row.year): row.planted for row in rows.dropna().itertuples()}
    assert by_pair.keys() == planted.keys()
    errors = [by_pair[key] - planted[key] for key in planted]
    assert abs(float(np.mean(errors))) < 0.05
    base = next(row for row in result.estimates if (row.kind, row.measure) == ("other_organ", "kept"))
    assert base.median == pytest.approx(0.25, abs=0.04)


def test_planted_copying_survives_the_page() -> None:
    """Paragraphs set as PDF and read again are as alike as they were."""
    rows = simulate.narratives(organs=6, years=2, seed=3, kept=0.6, sentences=12)
    names = {name: organ(at) for at, name in enumerate(rows["organ"].unique())}
    read = []
    for name, year, text in zip(rows["organ"], rows["year"], rows["text"], strict=True):
        report = gx.read_report(draw(Specimen(names[name], year, {}, overview=(text,))))
        said = "".join(paragraph.text for paragraph in report.paragraphs)
        read.append((name, year, said[said.index(text[:6]) :]))
    found, planted = copying(told(*read)), copying(rows)
    likeness = {(row.organ, row.year): row.kept for row in planted.pairs if row.kind == "year_before"}
    for row in found.pairs:
        if row.kind == "year_before":
            assert row.kept == pytest.approx(likeness[row.organ, row.year], abs=0.12)
            assert row.kept >= likeness[row.organ, row.year] - 0.01


def copied() -> Copying:
    rows = simulate.narratives(organs=12, years=3, seed=1, kept=0.7, sentences=15)
    return copying(rows, simulated=True)


@pytest.mark.parametrize("planted", [None, 0.75, 0.95])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_of_copying_says_that_its_texts_are_invented(lang: Any, planted: float | None) -> None:
    figure = figures.copying(copied(), lang=lang, planted=planted)
    assert ("SIMULATED DATA" if lang == "en" else "模拟数据") in texts(figure)
    assert_printable(figure, millimetres=89)
    assert_glyphs(figure)
    if lang == "zh":
        assert_chinese(figure, foreign={"n"})


def test_the_figure_of_copying_shows_the_result() -> None:
    result = copied()
    figure = figures.copying(result, planted=0.75)
    own = np.sort([100 * row.kept for row in result.pairs if row.kind == "year_before"])
    (line,) = (line for line in figure.axes[0].lines if len(line.get_xdata()) == len(own) + 2)
    assert np.asarray(line.get_xdata())[1:-1] == pytest.approx(own)
    assert np.asarray(line.get_ydata())[-1] == 100
    upright = sorted(
        line.get_xdata()[0]
        for line in figure.axes[0].lines
        if len(line.get_xdata()) == 2 and line.get_linestyle() == "--"
    )
    assert upright[-2:] == pytest.approx([75, 100 * BENCHMARK])
    assert len(figure.data) == len(result.pairs)


def test_real_texts_carry_no_stamp() -> None:
    result = copying(told(("a", 2023, "政府信息公开工作报告"), ("a", 2024, "政府信息公开工作报告")))
    figure = figures.copying(result)
    assert "SIMULATED DATA" not in texts(figure)
    assert_printable(figure, millimetres=89)


def test_the_tables_of_copying() -> None:
    result = copied()
    assert "The texts are invented" in result.to_markdown()
    for spec in result.specs:
        assert result.to_markdown(spec.name)


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(CallError, match="nothing to draw"):
        figures.copying(copying(told(("a", 2024, "政府信息公开工作报告"))))
