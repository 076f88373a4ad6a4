"""Whether the duty to go to review first, from 1 January 2024, moved disputes from direct suits to review.

行政复议法 (2023), art. 23, sends non-disclosure to review before court; the Supreme People's Court reads that as
decisions under articles 14 to 16 of the Regulations (法释〔2025〕8号), which are rows 5 to 11 of table three. Other
refusals still go to court at once. The series is cut at the break (segmented regression): what the years before lead to
is set against what came. Placebos: breaks in years without a law, and organs whose refusals are hardly covered.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from gxstudy.errors import CallError
from gxstudy.panel import Exclusion, Panel
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportions

__all__ = [
    "COVERED",
    "ENOUGH_ORGANS",
    "MEASURES",
    "OTHERS",
    "SINCE",
    "YEARS_BEFORE",
    "Count",
    "Jump",
    "Measure",
    "ReviewFirst",
    "Robustness",
    "Year",
    "review_first",
]

SINCE = 2024
"""First year of the law: in force 1 January 2024."""
ENOUGH_ORGANS = 20
"""With fewer organs that report on every year, no jump is estimated."""
YEARS_BEFORE = 3
"""With fewer years before the break, there is no trend to go on from, and no jump is estimated."""

COVERED = (
    "denied.state_secret",
    "denied.law_prohibits",
    "denied.security_stability",
    "denied.third_party",
    "denied.internal",
    "denied.process",
    "denied.enforcement_file",
)
"""Refusals that must go to review first: rows 5 to 11 of table three (articles 14 to 16)."""
OTHERS = ("denied.query", "unavailable.not_held", "unavailable.not_existing", "unavailable.unclear")
"""Refusals that may go to court at once: row 12, and what is not there to give."""

_LEAST = 0.01  # what stands for nothing below the line, where the logarithm of the exposure is taken
_FAR = 10.0  # a logarithm of a ratio that no series of counts has: some year has next to none
_TOTALS = {
    "review": ("disputes.review.total",),
    "direct": ("disputes.suit_direct.total",),
    "after": ("disputes.suit_after_review.total",),
    "covered": tuple(f"applications.{row}.total" for row in COVERED),
    "others": tuple(f"applications.{row}.total" for row in OTHERS),
}


class Measure(NamedTuple):
    """One series: what is added up above and below the line, and what the law should do to it."""

    key: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    formula: str
    expected: str


MEASURES: tuple[Measure, ...] = (
    Measure("direct_suits", ("direct",), ("direct", "after"), "direct suits / all suits", "falls"),
    Measure("to_review", ("review",), ("review", "direct"), "reviews / (reviews + direct suits)", "rises"),
    Measure(
        "direct_per_refusal",
        ("direct",),
        ("covered", "others"),
        "direct suits / (refused under articles 14 to 16 + other refusals)",
        "falls",
    ),
    Measure(
        "disputes_per_refusal",
        ("review", "direct"),
        ("covered", "others"),
        "(reviews + direct suits) / (refused under articles 14 to 16 + other refusals)",
        "stays, if disputes only move",
    ),
)
"""The series. The form does not say which refusal a dispute is about, so that none can be split by ground."""


class Year(NamedTuple):
    """One measure in one year, over a group of organs; ``low`` and ``high`` draw organs with replacement.

    ``fitted`` is what the regression gives, ``expected`` what the years before lead to (from the break on): both
    missing where no jump is estimated.
    """

    measure: str
    group: str
    part: str
    year: int
    organs: int
    above: int
    below: int
    value: float
    low: float
    high: float
    fitted: float
    expected: float


class Jump(NamedTuple):
    """How much a measure changed at a break, against what the years before it lead to.

    ``ratio`` is that of the first year from ``since`` on to the one expected: 1 for no jump. ``low``, ``high`` and
    ``p`` let organs differ and repeat themselves (errors clustered by organ, t with ``organs`` - 1 degrees of freedom).
    ``group``: ``all`` organs; those whose refusals are ``mostly_covered`` and ``hardly_covered`` by the law, as the
    years before it have them. ``kind``: ``law`` for the break of the law, ``placebo_year`` for one in a year without a
    law, of the years before it alone. ``why_not`` says what is lacking where there is no estimate.
    """

    measure: str
    kind: str
    since: int
    group: str
    part: str
    organs: int
    years_before: int
    years_after: int
    ratio: float
    low: float
    high: float
    p: float
    why_not: str


class Count(NamedTuple):
    """One report: its reviews and suits, its refusals, and the share of suits that were direct (Wilson interval)."""

    report_id: str
    organ: str
    year: int
    part: str
    reviews: int
    direct: int
    after_review: int
    covered: float
    others: float
    share: float
    low: float
    high: float


class Robustness(NamedTuple):
    """The jump of the law again, under another choice; all organs."""

    check: str
    measure: str
    part: str
    organs: int
    ratio: float
    low: float
    high: float
    why_not: str


@dataclass(frozen=True, slots=True)
class ReviewFirst(Result):
    """The break of 2024 in disputes about information.

    Attributes
    ----------
    jumps
        By measure and group, with placebos.
    years
        The series themselves, over organs that report on every year.
    reports
        Every report with its counts; it need not be in a series.
    robustness
        One trend before and after (``one_trend``); no trend at all (``no_trend``); without the first year of the law,
        when cases of the year before were still open (``without_first_year``); without the organ with most below the
        line (``without_largest``).
    exclusions, flags
        Reports left out; reports kept although a sum of the form fails on one of the totals.
    since, level
        As called.
    """

    jumps: tuple[Jump, ...]
    years: tuple[Year, ...]
    reports: tuple[Count, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    since: int
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("jumps", Jump._fields),
        TableSpec("years", Year._fields),
        TableSpec("reports", Count._fields, ("share", "low", "high")),
        TableSpec("robustness", Robustness._fields),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures, in order."""
        return MEASURES

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        meanings = "; ".join(f"{item.key}: {item.formula}" for item in self.measures)
        return (
            f"Jumps at {self.since} as a ratio to what the years before lead to; organs that report on every year. "
            f"{meanings}. Intervals, {100 * self.level:g} %: errors clustered by organ. {left_out(self.exclusions)}"
        )


def review_first(panel: Panel, *, since: int = SINCE, first: int | None = None, level: float = 0.95) -> ReviewFirst:
    """Estimate how far the routes of disputes jumped when review had to come first.

    Parameters
    ----------
    panel
        Needs the totals of the table of disputes; with the rows of refusals of the table of applications, also what
        rests on them. Organs are told apart by ``panel.whose``.
    since
        First year of the law.
    first
        First year of the series: reports before it are left out. By default the panel's first.
    level
        Of the intervals.

    Returns
    -------
    ReviewFirst
        Only organs with all figures of a measure in every year from the first to the last of their part count in a
        jump, so that it is not one of who reports. Poisson regression of the count above the line, that below it as
        exposure: a trend, a jump at the break and another trend after it (where two years or more follow).

    Raises
    ------
    CallError
        When the panel lacks the totals of disputes, or ``level`` is no level.
    """
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a number between 0 and 1, such as 0.95"
        raise CallError(msg)
    counted, exclusions, flags = _counted(panel, first)
    jumps: list[Jump] = []
    years: list[Year] = []
    robustness: list[Robustness] = []
    for part in sorted(set(panel.frame["part"])):
        for measure in MEASURES:
            series = _series(counted[counted["part"] == part], measure)
            groups = _groups(series, since=since)
            for group, own in groups.items():
                law = _Cut("law", since)
                found = _jump(measure.key, law, group, part, own, level=level)
                jumps.append(found.jump)
                years.extend(_years(measure.key, group, part, own, found, level=level))
            before = series[series["year"] < since]
            jumps.extend(
                _jump(measure.key, _Cut("placebo_year", year), "all", part, before, level=level).jump
                for year in sorted(set(before["year"]))[YEARS_BEFORE:]
            )
            robustness.extend(_robustness(measure.key, part, groups["all"], since=since, level=level))
    reports = tuple(_reports(counted, level=level))
    return ReviewFirst(
        tuple(jumps), tuple(years), reports, tuple(robustness), (*panel.exclusions, *exclusions), flags, since, level
    )


def _counted(panel: Panel, first: int | None) -> tuple[pd.DataFrame, tuple[Exclusion, ...], tuple[Exclusion, ...]]:
    """Return every report with its sums, missing where a figure is; what was left out; what is soft."""
    needed = [name for key in ("review", "direct", "after") for name in _TOTALS[key]]
    lacking = [name for name in needed if name not in panel.states]
    if lacking:
        msg = f"the panel has no column {lacking[0]!r}; make it with gxstudy.panel() from reports with table four"
        raise CallError(msg)
    counted = panel.frame[["report_id", "organ", "year", "part"]].assign(whose=panel.whose)
    for key, names in _TOTALS.items():
        there = [name for name in names if name in panel.states]
        sums = panel.frame[there].sum(axis="columns", skipna=False)
        counted[key] = sums if len(there) == len(names) else math.nan
    counted["contradicted"] = (panel.grades[needed] == "contradicted").any(axis="columns")
    early = counted["year"] < (counted["year"].min() if first is None else first)
    unknown = ~early & ~counted[["review", "direct", "after"]].ge(0).all(axis="columns")
    again = (
        ~early
        & ~unknown
        & counted[~early & ~unknown].duplicated(["whose", "year", "part"]).reindex(counted.index, fill_value=False)
    )
    kept = counted[~early & ~unknown & ~again]
    no_grounds = kept[["covered", "others"]].isna().any(axis="columns")
    told = (
        Exclusion("early", int(early.sum()), "reports", f"about a year before {first}"),
        Exclusion("figure_missing", int(unknown.sum()), "reports", "a total of table four is not there, or below 0"),
        Exclusion("organ_year_repeated", int(again.sum()), "reports", "a second report of its organ and year"),
        Exclusion("grounds_missing", int(no_grounds.sum()), "reports", "refusals not all there: no rate per refusal"),
    )
    doubted = Exclusion(
        "contradicted", int(kept["contradicted"].sum()), "reports", "a sum of the form fails on a total of table four"
    )
    return kept, tuple(item for item in told if item.n), (doubted,) if doubted.n else ()


def _reports(counted: pd.DataFrame, *, level: float) -> Iterable[Count]:
    columns = ("report_id", "organ", "year", "part", "review", "direct", "after", "covered", "others")
    direct, after = (counted[name].astype("int64").tolist() for name in ("direct", "after"))
    shares = proportions(direct, [one + other for one, other in zip(direct, after, strict=True)], level=level)
    for row, share in zip(zip(*(counted[name].tolist() for name in columns), strict=True), shares, strict=True):
        yield Count._make((*row[:4], *map(int, row[4:7]), *row[7:], *share[2:]))


def _series(counted: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return ``above`` and ``below`` of the organs that have them in every year of the part."""
    series = counted[["whose", "year", "covered", "others"]].copy()
    series["above"] = counted[list(measure.above)].sum(axis="columns", skipna=False)
    series["below"] = counted[list(measure.below)].sum(axis="columns", skipna=False)
    span = range(int(counted["year"].min()), int(counted["year"].max()) + 1) if len(counted) else range(0)
    known = series.dropna(subset=["above", "below"])
    years = known.groupby("whose")["year"].transform("nunique")
    return known[years == len(span)].sort_values(["whose", "year"], ignore_index=True)


def _groups(series: pd.DataFrame, *, since: int) -> dict[str, pd.DataFrame]:
    """Split organs by what share of their refusals before the break the law covers: more than half, or less."""
    before = series[series["year"] < since].groupby("whose")[["covered", "others"]].sum(min_count=1)
    refused = before["covered"] + before["others"]
    share = (before["covered"] / refused.where(refused > 0)).reindex(series["whose"]).to_numpy()
    return {"all": series, "mostly_covered": series[share > 0.5], "hardly_covered": series[share <= 0.5]}


class _Cut(NamedTuple):
    """Where a series is cut, and how its trend may run."""

    kind: str
    since: int
    trends: int = 2


class _Found(NamedTuple):
    """A jump, and the fitted and expected values by year."""

    jump: Jump
    fitted: dict[int, float]
    expected: dict[int, float]


def _why_not(series: pd.DataFrame, cut: _Cut, before: list[int], after: list[int]) -> str:
    """Return what is lacking for an estimate, or nothing."""
    needed = YEARS_BEFORE if cut.trends else 1
    organs = series["whose"].nunique()
    counts = series.groupby("year")["above"].sum()
    lacking = []
    if organs < ENOUGH_ORGANS:
        lacking.append(f"{organs} of {ENOUGH_ORGANS} organs that report on every year")
    if organs and len(before) < needed:
        lacking.append(f"{len(before)} of {needed} years before {cut.since}")
    if organs and not after:
        lacking.append(f"no year from {cut.since} on")
    lacking += [f"nothing is counted in {year}" for year in after if counts[year] == 0]
    if before and not counts[before].gt(0).any():
        lacking.append(f"nothing is counted before {cut.since}")
    return "; ".join(lacking)


def _design(years: pd.Series[int], cut: _Cut, *, bend: bool) -> pd.DataFrame:
    """Return the regressors: a level, a trend, a jump at the break, and another trend from there on."""
    after = (years >= cut.since).astype("float64")
    columns = {"level": after * 0 + 1, "jump": after}
    if cut.trends:
        columns["trend"] = (years - cut.since).astype("float64")
    if bend:
        columns["bend"] = after * (years - cut.since)
    return pd.DataFrame(columns)


def _jump(measure: str, cut: _Cut, group: str, part: str, series: pd.DataFrame, *, level: float) -> _Found:
    years = sorted(set(series["year"].tolist()))
    before, after = [year for year in years if year < cut.since], [year for year in years if year >= cut.since]
    why_not = _why_not(series, cut, before, after)
    head = (measure, cut.kind, cut.since, group, part, series["whose"].nunique(), len(before), len(after))
    if why_not:
        return _Found(Jump(*head, math.nan, math.nan, math.nan, math.nan, why_not), {}, {})
    bend = cut.trends == 2 and len(after) > 1
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", PerfectSeparationWarning
        )  # a series without noise; what is far off is told below
        fit = sm.GLM(
            series["above"],
            _design(series["year"], cut, bend=bend),
            family=sm.families.Poisson(),
            exposure=series["below"].clip(lower=_LEAST),
        ).fit(cov_type="cluster", cov_kwds={"groups": series["whose"].factorize()[0]}, use_t=True)
    effects = fit.params
    if not fit.converged or effects.drop("level").abs().max() > _FAR:
        return _Found(Jump(*head, math.nan, math.nan, math.nan, math.nan, "too few cases to fit the trends"), {}, {})
    low, high = (math.exp(end) for end in fit.conf_int(alpha=1 - level).loc["jump"])
    lines = _design(pd.Series(years), cut, bend=bend)
    fitted = np.exp(lines @ effects)
    expected = np.exp(lines.assign(jump=0.0, **({"bend": 0.0} if bend else {})) @ effects)
    return _Found(
        Jump(*head, math.exp(effects["jump"]), low, high, float(fit.pvalues["jump"]), ""),
        dict(zip(years, fitted.tolist(), strict=True)),
        {year: value for year, value in zip(years, expected.tolist(), strict=True) if year >= cut.since},
    )


def _years(measure: str, group: str, part: str, series: pd.DataFrame, found: _Found, *, level: float) -> Iterable[Year]:
    for year, own in series.groupby("year"):
        above, below = own["above"], own["below"]
        yield Year(
            measure,
            group,
            part,
            int(str(year)),
            own["whose"].nunique(),
            int(above.sum()),
            int(below.sum()),
            float(above.sum() / below.sum()) if below.sum() else math.nan,
            *ratio_by_organ(above, below, own["whose"], level=level),
            found.fitted.get(int(str(year)), math.nan),
            found.expected.get(int(str(year)), math.nan),
        )


def _robustness(measure: str, part: str, series: pd.DataFrame, *, since: int, level: float) -> Iterable[Robustness]:
    choices = {
        "as_estimated": (series, _Cut("law", since)),
        "one_trend": (series, _Cut("law", since, trends=1)),
        "no_trend": (series, _Cut("law", since, trends=0)),
        "without_first_year": (series[series["year"] != since], _Cut("law", since + 1)),
    }
    if len(series):
        largest = series.groupby("whose")["below"].sum().idxmax()
        choices["without_largest"] = (series[series["whose"] != largest], _Cut("law", since))
    for check, (kept, cut) in choices.items():
        jump = _jump(measure, cut, "all", part, kept, level=level).jump
        yield Robustness(check, measure, part, jump.organs, jump.ratio, jump.low, jump.high, jump.why_not)
