"""How often organs are corrected in review and in court, by three denominators, and who stands out.

Correction rates rest on few cases, and organs differ: a rate of 100 % may be one case of one. So every rate is shown
beside the control limits of a funnel and, where there are organs enough, drawn towards the mean of all organs as far as
its few cases demand (:mod:`gxstudy.studies.shrink`). 结果纠正 is what the form prints; nothing here is called a lost
case. The parts of a sample are strata and are never pooled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, get_args

import numpy as np
import pandas as pd

from gxstudy.errors import CallError
from gxstudy.panel import (
    CORRECTION_RATES,
    CorrectionOf,
    Exclusion,
    Panel,
    RateDefinition,
    Route,
    correction_rate,
)
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportions
from gxstudy.studies.shrink import (
    LIMITS,
    Beta,
    Counts,
    alike,
    control_limits,
    expected_beyond,
    fitted,
    posterior,
    two_sided,
)

__all__ = [
    "ENOUGH_ORGANS",
    "REVIEW_FIRST",
    "CorrectionRates",
    "Limit",
    "Robustness",
    "Standing",
    "Summary",
    "correction_rates",
]

ENOUGH_ORGANS = 20
"""With fewer organs that have a case, no distribution of true rates is fitted: no rate is shrunk."""
REVIEW_FIRST = 2024
"""First year in which non-disclosure had to go to review before court (行政复议法, art. 23)."""
_ROUTES: tuple[Route, ...] = get_args(Route)


class Summary(NamedTuple):
    """One rate by one route, over a part.

    ``pooled`` divides the sums; ``low`` and ``high`` draw organs with replacement. ``p_alike``: how probable rates that
    differ as much would be, were all organs corrected equally often (0.001 is the least that can come out). ``mean``
    and ``spread`` are those of the fitted distribution of organs' true rates, of which nine in ten lie between
    ``nine_low`` and ``nine_high``; missing with fewer than :data:`ENOUGH_ORGANS` organs. ``outside`` organs lie on or
    beyond the 95 % control limits, where ``by_chance`` would be expected if all were alike.
    """

    definition: str
    route: str
    part: str
    organs: int
    reports: int
    corrected: int
    cases: int
    pooled: float
    low: float
    high: float
    p_alike: float
    mean: float
    spread: float
    nine_low: float
    nine_high: float
    outside: int
    by_chance: float


class Standing(NamedTuple):
    """One organ, all its reports together, named as in its ``latest`` (a ``report_id``).

    ``low`` and ``high``: Wilson. ``shrunk`` is the rate drawn towards that of all organs, with its interval, which
    takes the fitted distribution as known: at 95 % it held 92 to 95 % of planted rates in invented corpora of 20 to 200
    organs. ``p`` is the exact binomial probability of a count at least as far from the pooled rate; ``p_spread`` the
    same when organs differ as much as they do here. ``beyond``: the control limit on or beyond which the rate lies
    (``95``, ``99.8``, or nothing); of many organs some do by chance.
    """

    definition: str
    route: str
    part: str
    organ: str
    latest: str
    reports: int
    corrected: int
    cases: int
    rate: float
    low: float
    high: float
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    p: float
    p_spread: float
    beyond: str


class Limit(NamedTuple):
    """The control limits at a number of cases: where a rate stands out from the pooled one. nan: no count does."""

    definition: str
    route: str
    part: str
    cases: int
    centre: float
    low_inner: float
    high_inner: float
    low_outer: float
    high_outer: float


class Robustness(NamedTuple):
    """A pooled rate again, under another choice."""

    check: str
    definition: str
    route: str
    part: str
    organs: int
    corrected: int
    cases: int
    pooled: float


_SHARES = ("pooled", "low", "high")


@dataclass(frozen=True, slots=True)
class CorrectionRates(Result):
    """Correction rates of review and suits.

    Attributes
    ----------
    summary
        By route, definition and part.
    organs
        The same for every organ with a case, most cases first.
    limits
        The funnel's control limits, by route, definition and part.
    robustness
        Reports on 2024 and later, when non-disclosure had to go to review first (``since_review_first``), and before
        (``before_review_first``); each organ's latest report alone (``latest_year``); the organ with most cases dropped
        (``without_largest``); reports that add up the organs of a place dropped (``without_citywide``); reports with a
        figure that a sum of the form contradicts dropped (``without_contradicted``).
    exclusions, flags
        Reports left out, by route; reports kept although something about them is soft.
    level
        Of the intervals.
    """

    summary: tuple[Summary, ...]
    organs: tuple[Standing, ...]
    limits: tuple[Limit, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("summary", Summary._fields, (*_SHARES, "mean", "nine_low", "nine_high")),
        TableSpec("organs", Standing._fields, ("rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high")),
        TableSpec("limits", Limit._fields, Limit._fields[4:]),
        TableSpec("robustness", Robustness._fields, ("pooled",)),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def definitions(self) -> tuple[RateDefinition, ...]:
        """The three definitions, in order."""
        return CORRECTION_RATES

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        meanings = "; ".join(f"{item.key}: {item.formula}" for item in self.definitions)
        few = sorted({f"{row.route} ({row.part})" for row in self.summary if row.organs < ENOUGH_ORGANS})
        return (
            f"Correction rates, all of the same reports. {meanings}. Pooled: organs drawn with replacement, "
            f"{100 * self.level:g} %; single organs: Wilson; control limits: exact binomial."
            + (f" Fewer than {ENOUGH_ORGANS} organs with a case, nothing shrunk: {', '.join(few)}." if few else "")
            + f" {left_out(self.exclusions)}"
        )


def correction_rates(panel: Panel, *, level: float = 0.95) -> CorrectionRates:
    """Take the three correction rates of review and suits, of all organs together and of each.

    Parameters
    ----------
    panel
        Needs the table of disputes. Organs are told apart by ``panel.whose``.
    level
        Of the intervals; the control limits have levels of their own (:data:`gxstudy.studies.shrink.LIMITS`).

    Returns
    -------
    CorrectionRates
        By route (review, suits brought at once, suits after review), of reports all five figures of which are known
        and fit one another. A blank is no zero; :func:`gxstudy.panel.fill_proved` fills what sums prove.

    Raises
    ------
    CallError
        When the panel lacks a column, or ``level`` is no level.
    """
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a number between 0 and 1, such as 0.95"
        raise CallError(msg)
    taken = {route: _taken(panel, route) for route in _ROUTES}
    parts = sorted(set(panel.frame["part"]))
    cells = [(route, item.key, part) for route in _ROUTES for item in CORRECTION_RATES for part in parts]
    described = [_described(key, route, part, taken[route].reports, level=level) for route, key, part in cells]
    return CorrectionRates(
        summary=tuple(summary for summary, _, _ in described),
        organs=tuple(row for _, rows, _ in described for row in rows),
        limits=tuple(row for _, _, rows in described for row in rows),
        robustness=tuple(row for cell in cells for row in _robustness(*cell, taken[cell[0]].reports)),
        exclusions=(*panel.exclusions, *(item for route in _ROUTES for item in taken[route].exclusions)),
        flags=tuple(item for route in _ROUTES for item in taken[route].flags),
        level=level,
    )


class _Taken(NamedTuple):
    """Reports of which the rates of a route can be taken: ``above.KEY`` and ``below.KEY``; what was left out, kept."""

    reports: pd.DataFrame
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]


def _taken(panel: Panel, route: Route) -> _Taken:
    rates = {key: correction_rate(panel, route=route, of=key).frame for key in get_args(CorrectionOf)}
    frame = panel.frame[["report_id", "organ", "year", "part"]].assign(whose=panel.whose)
    missing, disagree, doubted = (pd.Series(False, index=frame.index) for _ in range(3))
    for key, rate in rates.items():
        frame[f"above.{key}"], frame[f"below.{key}"] = rate["numerator"], rate["denominator"]
        missing |= rate["left_out"].eq("figure_missing")
        disagree |= rate["left_out"].eq("figures_disagree")
        doubted |= rate["grade"].eq("contradicted")
    other = panel.frame[f"disputes.{route}.other"]
    missing |= other.isna()
    disagree &= ~missing
    frame["contradicted"] = doubted
    frame["citywide"] = panel.frame["scope_citywide"].eq(True) if "scope_citywide" in panel.frame else False
    frame = frame[~(missing | disagree)]
    named = route.replace("_", " ")
    exclusions = (
        Exclusion("figure_missing", int(missing.sum()), "reports", f"{named}: a figure is not there"),
        Exclusion("figures_disagree", int(disagree.sum()), "reports", f"{named}: the part is larger than the whole"),
    )
    flags = (
        Exclusion("contradicted", int(frame["contradicted"].sum()), "reports", f"{named}: a sum of the form fails"),
        Exclusion("citywide", int(frame["citywide"].sum()), "reports", f"{named}: adds up the organs of a place"),
        Exclusion("no_case", int(frame["below.all_cases"].eq(0).sum()), "reports", f"{named}: there was no case"),
    )
    return _Taken(frame, tuple(item for item in exclusions if item.n), tuple(item for item in flags if item.n))


def _by_organ(key: str, part: str, reports: pd.DataFrame) -> pd.DataFrame:
    """Return one row an organ with a case, named as in its latest report; most cases first."""
    own = reports[(reports["part"] == part) & (reports[f"below.{key}"] > 0)].sort_values("year", kind="stable")
    organs = own.groupby("whose").agg(
        organ=("organ", "last"),
        latest=("report_id", "last"),
        reports=("report_id", "size"),
        corrected=(f"above.{key}", "sum"),
        cases=(f"below.{key}", "sum"),
    )
    return organs.astype({"corrected": "int64", "cases": "int64"}).sort_values(
        ["cases", "corrected", "organ"], ascending=[False, False, True]
    )


def _described(
    key: str, route: str, part: str, reports: pd.DataFrame, *, level: float
) -> tuple[Summary, list[Standing], list[Limit]]:
    organs = _by_organ(key, part, reports)
    hits, n = organs["corrected"].to_numpy(), organs["cases"].to_numpy()
    if not len(n):
        nowhere = [math.nan] * (len(Summary._fields) - 9)
        return Summary._make((key, route, part, 0, 0, 0, 0, *nowhere, 0, 0.0)), [], []
    pooled = float(hits.sum() / n.sum())
    prior = fitted(hits, n) if len(organs) >= ENOUGH_ORGANS else None
    standings = [
        Standing._make((key, route, part, *who, *row))
        for who, row in zip(
            organs.itertuples(index=False, name=None), _standing(hits, n, pooled, prior, level=level), strict=True
        )
    ]
    nine = (math.nan, math.nan)
    if prior is not None:
        unknown = np.array([0])
        _, low, high = posterior(unknown, unknown, prior, level=0.9)
        nine = (float(low[0]), float(high[0]))
    top, bottom = (pd.Series(one, dtype="float64") for one in (hits, n))
    summary = Summary(
        key,
        route,
        part,
        len(organs),
        int(organs["reports"].sum()),
        int(hits.sum()),
        int(n.sum()),
        pooled,
        *ratio_by_organ(top, bottom, pd.Series(organs.index.astype("str")), level=level),
        alike(hits, n),
        math.nan if prior is None else prior.mean,
        math.nan if prior is None else prior.spread,
        *nine,
        outside=sum(bool(row.beyond) for row in standings),
        by_chance=expected_beyond(n, pooled, level=LIMITS[0]),
    )
    return summary, standings, list(_limits(key, route, part, n, pooled))


def _standing(
    hits: Counts, n: Counts, pooled: float, prior: Beta | None, *, level: float
) -> Iterable[tuple[float | str, ...]]:
    """Yield for each organ what stands in :class:`Standing` from ``rate`` on."""
    unknown = np.full(len(n), math.nan)
    shrunk = (unknown, unknown, unknown) if prior is None else posterior(hits, n, prior, level=level)
    p = two_sided(hits, n, Beta(pooled, 0.0))
    p_spread = unknown if prior is None else two_sided(hits, n, prior)
    rates = proportions(hits.tolist(), n.tolist(), level=level)
    for at, rate in enumerate(rates):
        beyond = [f"{100 * limit:g}" for limit in LIMITS if p[at] <= 1 - limit]
        yield (
            *rate[2:],
            *(float(one[at]) for one in (*shrunk, p, p_spread)),
            beyond[-1] if beyond else "",
        )


def _limits(key: str, route: str, part: str, n: Counts, pooled: float) -> Iterable[Limit]:
    """Yield the limits from 1 case to half as many again as any organ has, evenly on a logarithmic scale."""
    grid = np.unique(np.geomspace(1, 1.5 * n.max(), 200).astype("int64"))
    (low, high), (lowest, highest) = (control_limits(grid, pooled, level=level) for level in LIMITS)
    for row in zip(grid.tolist(), low, high, lowest, highest, strict=True):
        yield Limit(key, route, part, row[0], pooled, *(float(one) for one in row[1:]))


def _robustness(route: str, key: str, part: str, reports: pd.DataFrame) -> Iterable[Robustness]:
    own = reports[(reports["part"] == part) & (reports[f"below.{key}"] > 0)]
    if own.empty:
        return
    largest = own.groupby("whose")[f"below.{key}"].sum().astype("int64").idxmax()
    choices = {
        "as_estimated": own,
        "before_review_first": own[own["year"] < REVIEW_FIRST],
        "since_review_first": own[own["year"] >= REVIEW_FIRST],
        "latest_year": own.sort_values("year", kind="stable").drop_duplicates("whose", keep="last"),
        "without_largest": own[own["whose"] != largest],
        "without_citywide": own[~own["citywide"]],
        "without_contradicted": own[~own["contradicted"]],
    }
    for check, kept in choices.items():
        corrected, cases = int(kept[f"above.{key}"].sum()), int(kept[f"below.{key}"].sum())
        pooled = corrected / cases if cases else math.nan
        yield Robustness(check, key, route, part, kept["whose"].nunique(), corrected, cases, pooled)
