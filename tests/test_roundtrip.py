"""Any filled form, printed in any layout, is read back: the same entries, or a flag on what could not be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from strategies import Case, cases, plain_cases

import gxstudy as gx
from gxstudy import forms
from gxstudy.readers import pdf_stamps
from gxstudy.report import Report
from gxstudy.specimens import Break, Layout, Place, Specimen, draw, expected
from gxstudy.text import read_number, squeeze

RAW = Path(__file__).parents[1] / "data" / "raw" / "reports"
QUIET = {
    *("identity_failed", "open_border", "variant_row", "annotated_figure", "hybrid_form"),
    *("prose_disagrees", "negative_figure", "fractional_count"),
}
"""Findings that a plainly printed form may give: its figures are drawn at random."""


def unlike(report: Report, expected: dict[Place, str]) -> dict[Place, tuple[str, str, str]]:
    """Return every place whose entry is not what was printed: (printed, read, status)."""
    found = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    wrong = {}
    for place in expected | dict.fromkeys(found, ""):
        printed = expected.get(place, "")
        entry = found.get(place)
        raw, status = (entry.raw, entry.status) if entry is not None else ("", "absent")
        same = squeeze(raw) == squeeze(printed) and status == read_number(printed).status
        if not same and not (not printed and status == "absent"):
            wrong[place] = (printed, raw, status)
    return wrong


def silent(report: Report, expected: dict[Place, str]) -> dict[Place, tuple[str, str, str]]:
    """Return the places that are wrong without a flag: another figure than the printed one, or a blank.

    A place that could not be read is flagged by a finding of its own, of its row or its table; one that
    was read otherwise, by a sum that fails.
    """
    replaced = {row.key: row.replaces for row in forms.load("2021").table("applications").rows}
    said = {found.where[:3] for found in report.findings if found.severity != "info"}
    contradicted = {(entry.table, entry.row, entry.column) for entry in report.entries if entry.grade == "contradicted"}

    def flagged(table: str, row: str, column: str, status: str) -> bool:
        if status not in ("unreadable", "absent"):
            return (table, row, column) in contradicted
        rows = (row, *(key for key in replaced.get(row, ()) if table == "applications"))
        return not said.isdisjoint(((table, row, column), (table, None, None), *((table, key, None) for key in rows)))

    return {
        place: (printed, raw, status)
        for place, (printed, raw, status) in unlike(report, expected).items()
        if not flagged(*place, status)
    }


@given(plain_cases(hybrids=True, notes=True))
def test_a_plain_report_is_read_exactly(case: Case) -> None:
    report = gx.read_report(case.pdf)
    assert unlike(report, case.expected) == {}
    assert (report.organ, report.year) == (case.organ, case.year)
    if not case.foreign_blocks:
        assert report.edition == case.edition
        assert {found.code.value for found in report.findings} <= QUIET


@pytest.mark.parametrize("part", ["setting", "pages", "rules", "wording", "structure"])
def test_one_kind_of_distortion_is_read_exactly(part: str) -> None:
    """Without rules between its columns, which blanks a row has is not always certain; then that is said."""

    @settings(max_examples=25)
    @given(cases(of=(part,)))  # type: ignore[arg-type]
    def read_back(case: Case) -> None:
        blanks = case.layout.ruled != "all" and "" in case.expected.values()
        assert (silent if blanks else unlike)(gx.read_report(case.pdf), case.expected) == {}

    read_back()


@pytest.mark.parametrize("disputes", ["across", "down"])
@pytest.mark.parametrize("name", ["shanghai-office-2025", "shanghai-office-2019"])
def test_a_real_report_drawn_without_rules_is_read_exactly(name: str, disputes: Literal["across", "down"]) -> None:
    """In the report on 2019 most places are blank, and many rows have no figure at all."""
    real = gx.read_report(RAW / f"{name}.pdf")
    assert real.organ is not None
    assert real.year is not None
    figures = {(entry.table, entry.row, entry.column): entry.raw for entry in real.entries if entry.status != "absent"}
    again = Specimen(
        real.organ, real.year, figures, real.edition, variant=("applications", "other", "total") in figures
    )
    layout = Layout(ruled="none", padding=(4.0, 2.5), disputes=disputes)
    assert unlike(gx.read_report(draw(again, layout)), expected(again, layout)) == {}


@pytest.mark.parametrize("ruled", ["none", "horizontal"])
@pytest.mark.parametrize("length", [2, 3])
def test_figures_that_are_all_wrapped_are_read_without_rules(ruled: Literal["none", "horizontal"], length: int) -> None:
    case = Case(seed=5, layout=Layout(ruled=ruled, figure_wrap=length, padding=(4.0, 2.5)))
    assert unlike(gx.read_report(case.pdf), case.expected) == {}


@pytest.mark.parametrize("extra", ["first", "last"])
@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_table_with_a_row_for_others_is_not_table_three(edition: str, extra: Literal["first", "last"]) -> None:
    """其他 is a label of the form, and of any table: the row of it made the first row of table three unreadable."""
    case = Case(edition, 2019 if edition == "2019" else 2024, seed=3, layout=Layout(extra=extra))
    report = gx.read_report(case.pdf)
    assert unlike(report, case.expected) == {}
    assert {found.code.value for found in report.findings} <= QUIET


def test_blanks_on_the_right_half_of_a_sheet_are_blank() -> None:
    """The half was taken to end where the left one does, so that its empty cells were taken for cut off."""
    case = Case("2019", 2019, kind="sparse", zero="", layout=Layout(per_sheet=2))
    report = gx.read_report(case.pdf)
    assert unlike(report, case.expected) == {}
    assert sum(entry.status == "blank" for entry in report.entries) > 100


def test_white_headings_of_a_page_that_lies_askew_are_seen() -> None:
    """Their dark ground was not looked for on such a page, so that they were left out as white on white."""
    dark = "#1f4e79"
    case = Case(layout=Layout(askew=0.6, white_behind=True, shade=dark, shade_heads=dark, ink_heads="#ffffff"))
    report = gx.read_report(case.pdf)
    assert unlike(report, case.expected) == {}
    assert {found.code.value for found in report.findings} <= QUIET


@pytest.mark.parametrize("stamp", ["disclosure", "applications", "disputes"])
@pytest.mark.parametrize("askew", [0.0, 0.6])
def test_text_inside_the_ring_of_a_stamp_is_the_stamps(stamp: str, askew: float) -> None:
    """Characters of a stamp that fell into cells without touching a figure made these unreadable."""
    case = Case(organ="某省人民政府办公厅", layout=Layout(stamp=stamp, askew=askew, table_width=0.9))
    report = gx.read_report(case.pdf)
    assert unlike(report, case.expected) == {}
    assert {found.code.value for found in report.findings} <= {*QUIET, "overlay_dropped"}


def test_figures_in_the_ink_of_a_stamp_are_not_the_stamps() -> None:
    layout = Layout(stamp="applications", table_width=0.9, ink_figures="#ff4136")
    case = Case(kind="sparse", zero="—", layout=layout)
    assert silent(gx.read_report(case.pdf), case.expected) == {}


def test_a_bracket_behind_a_digit_of_a_lower_font_stands_behind_it() -> None:
    """Its empty half lies over the digit: 6312（其中修订16件） came as 631（其2中修订16件）, 631 with a note."""
    layout = Layout(latin="Libertinus Serif", single_glyphs=True, figure_wrap=3, align="left", table_size=6.5)
    case = Case(kind="unbalanced", layout=layout)
    _, row, column = next(place for place, text in case.specimen.figures.items() if len(text) == 4)
    case = replace(case, noted=((row, column, "（其中修订16件）"),))
    assert unlike(gx.read_report(case.pdf), case.expected) == {}


def test_a_point_that_hangs_out_of_its_cell_is_not_lost() -> None:
    """The point at the end of the first line lay on the border: 82.35 was read as 8235."""
    layout = Layout(latin="DejaVu Sans Mono", figure_wrap=3, align="right", padding=(1.0, 1.0), table_size=6.5)
    case = Case(seed=3, layout=layout)
    _, row, column = next(
        place for place, text in case.specimen.figures.items() if place[0] == "disclosure" and len(text) == 2
    )
    case = replace(case, noted=((row, column, ".35"),))
    assert unlike(gx.read_report(case.pdf), case.expected) == {}


def test_a_row_whose_figures_the_row_above_took_is_not_blank() -> None:
    """Without rules, figures at the top of their row were taken for the second line of those above."""
    cut = Break("applications", 23, labels="split")
    layout = Layout(ruled="heads", latin="Libertinus Serif", stand="top", padding=(4.0, 2.5), breaks=(cut,))
    case = Case("2019", 2019, kind="unbalanced", layout=replace(layout, font="sans", table_size=7.5, paper="a3"))
    assert silent(gx.read_report(case.pdf), case.expected) == {}


def test_the_rest_of_a_label_that_comes_first_is_no_blank_row() -> None:
    """The right page of a sheet came before the left one: the rest of 一、本年新收 alone was a blank row."""
    cuts = (
        Break("applications", 4, labels="split", inside_text=True),
        Break("applications", 6, header=True, labels="split", open=True),
        Break("applications", 14, labels="both", open=True),
    )
    layout = Layout(table_size=6.5, per_sheet=2, disclosure="blocks", disputes="down", breaks=cuts)
    case = Case("2019", 2019, layout=layout)
    assert silent(gx.read_report(case.pdf), case.expected) == {}


def bare_case(ruled: Literal["none", "heads", "horizontal"], edition: str, seed: int, **changes: Any) -> Case:
    """A report with few figures, blanks instead of zeros, and no rules between its columns."""
    layout = Layout(ruled=ruled, padding=(4.0, 2.5), **changes)
    return Case(edition, 2025 if edition == "2021" else 2019, seed=seed, kind="sparse", zero="", layout=layout)


BARE = {
    "a heading of table two in another line": bare_case("horizontal", "2019", 2040115863, disclosure_widths=(2.0, 1.5)),
    "a heading between two columns": bare_case("heads", "2019", 3532469593, disclosure_widths=(2.0, 1.5), per_sheet=2),
    "a column that its part does not show": replace(
        bare_case("none", "2021", 4133965516, note_row="注：其中修订16件", continued="续表"), variant=True
    ),
}


@pytest.mark.parametrize("case", BARE.values(), ids=BARE)
def test_without_rules_between_columns_figures_keep_their_row_and_column(case: Case) -> None:
    assert silent(gx.read_report(case.pdf), case.expected) == {}


@pytest.mark.parametrize("text", ["-", "/", "—", "8", "18元"])
def test_figures_and_strokes_in_colour_are_not_a_stamps(text: str) -> None:
    """Strokes in red were left out with a stamp, and the places of a whole report were blank."""
    assert not pdf_stamps.is_lettering(text)
    assert pdf_stamps.is_lettering("某县")
    assert pdf_stamps.is_lettering("★")


def assert_said_or_right(case: Case) -> None:
    """Several hard distortions at once cannot all be read; what is not read as printed is said."""
    try:
        report = gx.read_report(case.pdf)
    except gx.errors.UnreadableFileError:
        return
    assert silent(report, case.expected) == {}


@given(cases(hybrids=True, notes=True))
def test_every_distortion_at_once_never_errs_in_silence(case: Case) -> None:
    assert_said_or_right(case)


@pytest.mark.slow
@settings(max_examples=1500)
@given(cases(hybrids=True, notes=True))
def test_many_more_distortions_at_once_never_err_in_silence(case: Case) -> None:
    assert_said_or_right(case)
