"""Every study on panels that nobody chose: one organ, gaps in years, all zero, all blank, the old form, nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from gxstudy import figures, studies
from gxstudy.errors import CallError
from gxstudy.figures import DataFigure
from gxstudy.forms import load
from gxstudy.panel import Panel, panel, stack
from gxstudy.studies import simulate
from gxstudy.studies.result import Result

Cells = dict[str, float | None]


def tidy(
    organ: str, year: int, *, edition: str = "2021", usual: float | None = 0, cells: Cells | None = None
) -> pd.DataFrame:
    """A whole report as a tidy frame: every place of the form holds ``usual`` (None: blank) unless ``cells`` has it."""
    rows = []
    for table in load(edition).tables:
        for row, column in table.places():
            value = (cells or {}).get(f"{table.key}.{row}.{column}", usual)
            status, grade = ("blank", None) if value is None else ("read", "unchecked")
            rows.append((f"{organ}-{year}", organ, year, edition, table.key, row, column, value, status, grade))
    names = ["report_id", "organ", "year", "edition", "table", "row", "column", "value", "status", "grade"]
    return pd.DataFrame(rows, columns=names).astype({"value": "float64"})


def laid_out(reports: list[pd.DataFrame], *, fee: str | None = None) -> Panel:
    """The panel of tidy frames, with what each report says of the fee."""
    together = pd.concat(reports, ignore_index=True)
    about = together[["report_id", "organ", "year"]].drop_duplicates().assign(fee_stated=fee, sha256="0")
    return panel(together, about=about)


BUSY: Cells = {
    "applications.new.total": 9.0,
    "applications.granted.total": 4.0,
    "applications.denied.internal.total": 2.0,
    "applications.unavailable.not_held.total": 3.0,
    "applications.handled_total.total": 9.0,
    "applications.new.natural_person": 9.0,
    "applications.granted.natural_person": 4.0,
    "applications.handled_total.natural_person": 9.0,
    "disputes.review.upheld": 1.0,
    "disputes.review.corrected": 1.0,
    "disputes.review.total": 2.0,
    "disputes.suit_direct.upheld": 1.0,
    "disputes.suit_direct.total": 1.0,
}


def empty() -> Panel:
    whole = laid_out([tidy("甲局", 2024)])
    return Panel(*(one.iloc[:0] for one in (whole.frame, whole.states, whole.grades)), ())


PANELS: dict[str, Callable[[], Panel]] = {
    "one_organ": lambda: laid_out([tidy("甲局", year, cells=BUSY) for year in range(2019, 2026)], fee="none"),
    "one_report": lambda: laid_out([tidy("甲局", 2024, cells=BUSY)], fee="charged"),
    "gaps": lambda: laid_out([tidy(f"{who}局", year, cells=BUSY) for who in "甲乙丙" for year in (2019, 2022, 2025)]),
    "all_zero": lambda: laid_out([tidy(f"{who}局", year) for who in "甲乙丙" for year in (2023, 2024)]),
    "all_blank": lambda: laid_out([tidy(f"{who}局", year, usual=None) for who in "甲乙丙" for year in (2023, 2024)]),
    "old_form": lambda: laid_out(
        [tidy(f"{who}局", year, edition="2019", cells=BUSY) for who in "甲乙丙" for year in (2019, 2020)]
    ),
    "nothing": empty,
}


class Study(NamedTuple):
    """What computes it, and what draws it."""

    compute: Callable[[Panel], Result]
    draw: tuple[Callable[[Result], DataFigure], ...]


def quality(known: Panel) -> Result:
    """Reporting quality of the same reports, no sum of which was tested."""
    checks = pd.DataFrame(columns=["report_id", "identity", "table", "at", "left", "right", "holds", "organ", "year"])
    findings = pd.DataFrame(columns=["report_id", "code", "severity", "table", "row", "column", "message"])
    reports = known.frame[["report_id", "organ", "year", "edition"]].assign(checks_failed=0, checks_held=0, pages=1)
    return studies.reporting_quality(checks, findings, reports=reports, panel=known)


def texts(known: Panel) -> Result:
    return studies.copying(known.frame.filter(["organ", "year", "organ_id"]).assign(text="本机关一年来做了许多工作"))


STUDIES: dict[str, Study] = {
    "zero_applications": Study(studies.zero_applications, (figures.zero_applications,)),
    "zero_by_year": Study(lambda known: studies.zero_applications(known, by="year"), (figures.zero_applications,)),
    "denominators": Study(studies.denominators, (figures.denominators,)),
    "grounds": Study(studies.grounds, (figures.grounds, lambda one: figures.applicants(one, of="handled"))),
    "fees": Study(studies.fees, (figures.fees,)),
    "backlog": Study(studies.backlog, (figures.backlog,)),
    "correction_rates": Study(
        studies.correction_rates,
        (figures.correction_rates, lambda one: figures.funnel(one, route="review", of="closed")),
    ),
    "review_first": Study(studies.review_first, (figures.review_first,)),
    "quality": Study(quality, (figures.reporting_quality,)),
    "copying": Study(texts, (figures.copying,)),
}


def assert_sound(result: Result) -> None:
    """All its tables can be printed; shares lie in 0 to 1 inside their intervals."""
    for spec in result.specs:
        frame = result.to_frame(spec.name)
        assert list(frame.columns) == list(spec.fields)
        assert result.to_markdown(spec.name).endswith(result.note)
        assert "\\begin{tabular}" in result.to_latex(spec.name)
        for name in spec.shares:
            known = frame[name].dropna()
            assert known.between(0, 1).all() or "received" in set(frame.get("definition", ())), (spec.name, name)
        if {"hits", "n", "share"} <= set(spec.fields):
            assert frame.loc[frame["n"].gt(0), "share"].notna().all()
            assert frame.loc[frame["n"].eq(0), "share"].isna().all()
        for low, middle, high in (("low", "share", "high"), ("low", "pooled", "high")):
            if {low, middle, high} <= set(spec.fields):
                told = frame.dropna(subset=[low, middle, high])
                assert (told[low] <= told[middle] + 1e-12).all()
                assert (told[middle] <= told[high] + 1e-12).all()


COMMON = {"one_organ", "all_zero", "all_blank", "nothing"}


@pytest.mark.parametrize(
    "kind", [kind if kind in COMMON else pytest.param(kind, marks=pytest.mark.slow) for kind in PANELS]
)
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_ends_in_a_result_and_a_figure_or_a_clear_error(study: str, kind: str) -> None:
    result = STUDIES[study].compute(PANELS[kind]())
    assert_sound(result)
    assert len(result.note) > 20
    for draw in STUDIES[study].draw:
        assert re.search("nothing to draw|expected one of|is drawn", told(draw, result))


def told(draw: Callable[[Result], DataFigure], result: Result) -> str:
    try:
        return f"{len(draw(result).data)} rows: it is drawn"
    except CallError as error:
        return str(error)


def test_what_the_old_form_has_in_common_is_compared_and_the_rest_is_not_there() -> None:
    """Twenty-two rows of table three and all of table four are the same; row 22, unpaid fees, is not."""
    old = laid_out([tidy("甲局", 2020, edition="2019", cells=BUSY)], fee="none")
    new = laid_out([tidy("甲局", 2020, cells=BUSY)], fee="none")
    once, again = (studies.grounds(one).outcomes for one in (old, new))
    assert [row[:7] for row in once] == [row[:7] for row in again]
    assert {row.handled for row in once} == {9}
    assert [row[:8] for row in studies.correction_rates(old).summary] == [
        row[:8] for row in studies.correction_rates(new).summary
    ]
    both = stack([old, laid_out([tidy("甲局", 2024, cells=BUSY)], fee="none")])
    assert math.isnan(both.frame.loc[0, "applications.other.unpaid_fee.total"])
    assert {row.n for row in studies.fees(both).unpaid if row.measure == "any"} == {1}


def test_a_place_without_zeros_or_blanks_is_nobodys_zero() -> None:
    blank, zero = (studies.zero_applications(PANELS[kind]()) for kind in ("all_blank", "all_zero"))
    found = {row.definition: (row.zeros, row.n) for row in blank.estimates if row.group == "all"}
    assert found["stated"] == found["new"] == (0, 0)
    assert found["blank"] == (6, 6)
    assert {(row.zeros, row.n) for row in zero.estimates if row.definition in {"stated", "new"}} == {(6, 6)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "study", ["zero_applications", "denominators", "grounds", "backlog", "correction_rates", "review_first"]
)
def test_five_thousand_organs(study: str) -> None:
    """A corpus of the size of a country: tables and figures come, and n is that of the panel."""
    if study in {"correction_rates", "review_first"}:
        known = simulate.disputes(organs=5000, years=5, seed=1, moved=0.5)
    elif study == "backlog":
        known = simulate.queues(organs=5000, years=2, seed=1, days=15, median_size=20)
    else:
        known = simulate.outcomes(organs=5000, seed=1)
    result = STUDIES[study].compute(known)
    assert_sound(result)
    for draw in STUDIES[study].draw:
        figure = draw(result)
        assert np.all(figure.get_size_inches() < 10)
    assert {row.organs for row in getattr(result, result.specs[0].name) if row.organs > 4000}


@pytest.mark.parametrize("study", [name for name in STUDIES if name != "quality"])
def test_an_organ_stays_the_same_under_a_new_name(study: str) -> None:
    """Fees and the backlog told organs by their printed name; all tell them by the id, where there is one."""
    years = range(2020, 2026)
    plain = laid_out([tidy(f"{who}局", year, cells=BUSY) for who in "甲乙丙" for year in years], fee="charged")
    renamed = Panel(plain.frame.copy(), plain.states, plain.grades, plain.exclusions)
    renamed.frame["organ_id"] = plain.frame["organ"].map({"甲局": "1", "乙局": "2", "丙局": "3"})
    later = plain.frame["year"].ge(2023) & plain.frame["organ"].eq("丙局")
    renamed.frame["organ"] = plain.frame["organ"].mask(later, "戊局")
    nameless = Panel(renamed.frame.drop(columns="organ_id"), plain.states, plain.grades, plain.exclusions)
    once, again, by_name = (tables(STUDIES[study].compute(one)) for one in (plain, renamed, nameless))
    assert once == again
    assert once != by_name


def tables(result: Result) -> list[str]:
    """All tables of a result without the names of organs, in an order of their own."""
    frames = (
        result.to_frame(spec.name).drop(columns=["organ", "named", "against"], errors="ignore") for spec in result.specs
    )
    return [one.sort_values(list(one)).to_csv(index=False) for one in frames]
