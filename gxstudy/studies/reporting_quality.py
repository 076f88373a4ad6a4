"""How good the numbers of reports are: sums that fail, text against table, and what else was noticed, with base rates.

A rate of failures means little without what could have failed: how many sums the form has, how many of them blanks
left open, and how many compare 0 with 0. All three are counted beside every rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import pandas as pd

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.findings import Code
from gxstudy.forms import Identity, Table
from gxstudy.panel import Exclusion, Panel
from gxstudy.prose import PLACES
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = [
    "Covered",
    "Difference",
    "Failure",
    "Noticed",
    "Prose",
    "Quality",
    "ReportingQuality",
    "reporting_quality",
]

_CHECKS = ("report_id", "identity", "table", "left", "right", "holds")
_FINDINGS = ("report_id", "code", "severity")
_REPORTS = ("report_id", "organ", "year", "edition")


class Failure(NamedTuple):
    """How often a sum of the form fails.

    ``of``: ``tests`` that could be made; ``tests_not_zero``, those that compare more than 0 with 0; ``reports`` with at
    least one test (a report fails where one of its tests does). ``identity`` is ``any`` for all together.
    ``possible`` are the tests (or reports) that the form provides for; ``possible - n`` were left open by blanks or a
    missing table; for ``tests_not_zero`` it is the tests made.
    """

    identity: str
    table: str
    of: str
    fails: int
    n: int
    possible: int
    share: float
    low: float
    high: float


class Prose(NamedTuple):
    """A number said in the text against the table: ``differ`` of the ``n`` reports that give both.

    ``said`` reports say the number; ``unclear`` ones say two different numbers, and are not compared.
    """

    key: str
    part: str
    said: int
    unclear: int
    differ: int
    n: int
    share: float
    low: float
    high: float


class Difference(NamedTuple):
    """One number that text and table give differently."""

    report_id: str
    organ: str
    year: int
    part: str
    key: str
    said: float
    printed: float


class Noticed(NamedTuple):
    """A code of the findings: how many there are, and in how many of the ``n`` reports."""

    code: str
    severity: str
    findings: int
    reports: int
    n: int
    share: float
    low: float
    high: float


class Covered(NamedTuple):
    """What sums can see: of the figures of a table, those that stand in at least one of the form's sums.

    One misprinted figure breaks every sum in which it stands; one that stands in none is never seen.
    """

    edition: str
    table: str
    figures: int
    covered: int
    share: float


class Quality(NamedTuple):
    """One report: sums possible, tested, failed, comparing 0 with 0; numbers that text and table give differently."""

    report_id: str
    organ: str
    year: int
    edition: str
    possible: int
    tested: int
    failed: int
    zero: int
    prose_differs: int


_SHARE = ("share", "low", "high")


@dataclass(frozen=True, slots=True)
class ReportingQuality(Result):
    """Failures with their base rates.

    Attributes
    ----------
    failures
        By identity and base.
    prose, differences
        Text against table, by quantity and part; and every number that differs. Empty without ``panel``.
    noticed
        Findings by code, the gravest first.
    covered
        What the sums of each edition can see.
    reports
        The same for every report.
    exclusions
        What was left out.
    level
        Of the intervals.
    """

    failures: tuple[Failure, ...]
    prose: tuple[Prose, ...]
    differences: tuple[Difference, ...]
    noticed: tuple[Noticed, ...]
    covered: tuple[Covered, ...]
    reports: tuple[Quality, ...]
    exclusions: tuple[Exclusion, ...]
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("failures", Failure._fields, _SHARE),
        TableSpec("prose", Prose._fields, _SHARE),
        TableSpec("differences", Difference._fields),
        TableSpec("noticed", Noticed._fields, _SHARE),
        TableSpec("covered", Covered._fields, ("share",)),
        TableSpec("reports", Quality._fields),
        TableSpec("exclusions", Exclusion._fields),
    )

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        return (
            "A sum fails where its two sides differ as printed, or where what is printed already exceeds a complete "
            "other side; a sum left open by a blank is no test. A failed sum says that a figure in it is wrong, not "
            f"which. Wilson intervals, {100 * self.level:g} %; tests within a report are not independent. "
            f"{left_out(self.exclusions)}"
        )


def reporting_quality(
    checks: pd.DataFrame,
    findings: pd.DataFrame,
    *,
    reports: pd.DataFrame,
    panel: Panel | None = None,
    level: float = 0.95,
) -> ReportingQuality:
    """Estimate how often sums fail and texts differ from tables, each with what could have failed.

    Parameters
    ----------
    checks, findings, reports
        As :class:`gxstudy.Corpus` has them (or :func:`gxstudy.checks`, :func:`gxstudy.reports` and
        ``gxstudy.frames.findings`` give them): one row a sum tested, a thing noticed, a report.
    panel
        For text against table: columns ``prose.KEY`` and those of the tables. It may hold other reports than ``checks``
        (published figures seen in part); its parts stay apart.
    level
        Of the intervals.

    Raises
    ------
    CallError
        When a column is missing, a check or finding is of a report that ``reports`` does not have, or ``level`` is no
        level.
    """
    for what, frame, needed in (
        ("checks", checks, _CHECKS),
        ("findings", findings, _FINDINGS),
        ("reports", reports, _REPORTS),
    ):
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            msg = f"{what} has no column {missing[0]!r}; expected {', '.join(needed)}"
            raise CallError(msg)
        unknown = frame.loc[~frame["report_id"].isin(reports["report_id"]), "report_id"]
        if not unknown.empty:
            msg = f"{what} has report {unknown.iloc[0]!r}, which is not among reports="
            raise CallError(msg)
    possible = _possible(reports, findings)
    prose, differences = ((), ()) if panel is None else _prose(panel, level=level)
    without = len(reports) - checks["report_id"].nunique()
    why = "no sum could be tested: blanks, or no table of the form"
    return ReportingQuality(
        failures=tuple(_failures(checks, possible, level=level)),
        prose=tuple(prose),
        differences=tuple(differences),
        noticed=tuple(_noticed(findings, len(reports), level=level)),
        covered=tuple(_covered()),
        reports=tuple(_qualities(reports, checks, possible, differences)),
        exclusions=(
            *(() if panel is None else panel.exclusions),
            *((Exclusion("untested", without, "reports", why),) if without else ()),
        ),
        level=level,
    )


def _possible(reports: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return how often each identity can be tested in each report, by the form on which it is printed."""
    variant = set(findings.loc[findings["code"].eq(Code.VARIANT_ROW.value), "report_id"])
    prints = pd.DataFrame(
        {
            "report_id": reports["report_id"],
            "edition": reports["edition"],
            "variant": reports["report_id"].isin(variant),
        }
    )
    rows = []
    for edition, varied in dict.fromkeys(zip(prints["edition"], prints["variant"], strict=True)):
        form = forms.load(edition)
        for identity in form.identities:
            places = _tested_at(identity, form.table(identity.table), variant=varied)
            rows.append((edition, varied, identity.key, identity.table, len(places)))
    tested = pd.DataFrame(rows, columns=["edition", "variant", "identity", "table", "possible"])
    return prints.merge(tested, on=["edition", "variant"])[["report_id", "identity", "table", "possible"]]


def _tested_at(identity: Identity, table: Table, *, variant: bool) -> tuple[str, ...]:
    places = table.places(variant=variant)
    return tuple(dict.fromkeys(column if identity.along == "column" else row for row, column in places))


def _failures(checks: pd.DataFrame, possible: pd.DataFrame, *, level: float) -> Iterable[Failure]:
    known = list(dict.fromkeys(zip(possible["identity"], possible["table"], strict=True)))
    for identity, table in (*known, ("any", "any")):
        made, could = checks, possible
        if identity != "any":
            made = checks[checks["identity"].eq(identity) & checks["table"].eq(table)]
            could = possible[possible["identity"].eq(identity) & possible["table"].eq(table)]
        not_zero = made[made["left"].ne(0) | made["right"].ne(0)]
        by_report = made.groupby("report_id")["holds"].all()
        for of, holds, most in (
            ("tests", made["holds"], int(could["possible"].sum())),
            ("tests_not_zero", not_zero["holds"], len(made)),
            ("reports", by_report, could["report_id"].nunique()),
        ):
            found = proportion(int((~holds).sum()), len(holds), level=level)
            yield Failure(identity, table, of, found.hits, found.n, most, *found[2:])


def _prose(panel: Panel, *, level: float) -> tuple[list[Prose], list[Difference]]:
    rates: list[Prose] = []
    differences: list[Difference] = []
    frame, states = panel.frame, panel.states
    for key, places in PLACES.items():
        columns = [".".join(place) for place in places]
        name = f"prose.{key}"
        if not columns or not {name, *columns} <= set(states.columns):
            continue
        compared = pd.DataFrame({"said": frame[name], "printed": frame[columns].sum(axis="columns", skipna=False)})
        compared["report_id"], compared["organ"] = frame["report_id"], frame["organ"]
        compared["year"], compared["part"], compared["key"] = frame["year"], frame["part"], key
        unclear = states[name].eq("unreadable")
        both = compared["said"].notna() & compared["printed"].notna()
        differ = both & compared["said"].ne(compared["printed"])
        for part in frame["part"].unique():
            here = frame["part"].eq(part)
            said = int((here & compared["said"].notna()).sum())
            found = proportion(int((here & differ).sum()), int((here & both).sum()), level=level)
            if said or (here & unclear).any():
                rates.append(Prose(key, part, said, int((here & unclear).sum()), found.hits, found.n, *found[2:]))
        fields = [compared.loc[differ, name] for name in Difference._fields]
        differences += [Difference(*row) for row in zip(*fields, strict=True)]
    return rates, differences


def _noticed(findings: pd.DataFrame, n: int, *, level: float) -> Iterable[Noticed]:
    grave: Sequence[Literal["error", "warning", "info"]] = ("error", "warning", "info")
    for severity in grave:
        of_severity = findings[findings["severity"].eq(severity)]
        counts = of_severity.groupby("code").agg(findings=("code", "size"), reports=("report_id", "nunique"))
        for code, found, concerned in counts.sort_values(
            ["reports", "findings"], ascending=False, kind="stable"
        ).itertuples(name=None):
            yield Noticed(str(code), severity, found, *proportion(concerned, n, level=level))


def _covered() -> Iterable[Covered]:
    for edition in forms.editions():
        form = forms.load(edition)
        for table in form.tables:
            rows = {
                key
                for one in form.identities
                if one.table == table.key and one.along == "column"
                for key in (*one.left, *one.right)
            }
            columns = {
                key
                for one in form.identities
                if one.table == table.key and one.along == "row"
                for key in (*one.left, *one.right)
            }
            places = table.places()
            inside = sum(row in rows or column in columns for row, column in places)
            yield Covered(edition, table.key, len(places), inside, inside / len(places))


def _qualities(
    reports: pd.DataFrame, checks: pd.DataFrame, possible: pd.DataFrame, differences: Sequence[Difference]
) -> Iterable[Quality]:
    could = possible.groupby("report_id")["possible"].sum()
    counted = pd.DataFrame(
        {
            "report_id": checks["report_id"],
            "tested": 1,
            "failed": ~checks["holds"],
            "zero": checks["left"].eq(0) & checks["right"].eq(0),
        }
    )
    sums = counted.groupby("report_id").sum().reindex(reports["report_id"]).fillna(0).astype("int64")
    differs = pd.Series([row.report_id for row in differences], dtype="str").value_counts()
    for report_id, organ, year, edition in zip(*(reports[name] for name in _REPORTS), strict=True):
        tested, failed, zero = (int(sums.loc[report_id, name]) for name in ("tested", "failed", "zero"))
        yield Quality(
            report_id, organ, year, edition, int(could[report_id]), tested, failed, zero, int(differs.get(report_id, 0))
        )
