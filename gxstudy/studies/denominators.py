"""How far the disclosure rate depends on what it is divided by.

Six rates in use, all from the same table (:data:`gxstudy.panel.DISCLOSURE_RATES`), are taken of the same reports, so
that they differ by definition alone. Do they rank organs alike? The parts of a sample are strata and are never pooled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from gxstudy.errors import CallError
from gxstudy.panel import DISCLOSURE_RATES, DisclosureOf, Exclusion, Panel, RateDefinition, disclosure_rate
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Proportion, Result, TableSpec, left_out, proportions

__all__ = [
    "BENCHMARK",
    "ENOUGH_ORGANS",
    "Agreement",
    "Benchmark",
    "Denominators",
    "Rate",
    "Robustness",
    "SideBySide",
    "Summary",
    "denominators",
]

ENOUGH_ORGANS = 10
"""With fewer organs no interval is given for a rank correlation."""
SMALL = 100
"""A report with fewer applications handled is small: its rates move by percentage points with single cases."""
_HANDLED = "applications.handled_total.total"
_RESAMPLES = 499
_SEED = 20190515


class Benchmark(NamedTuple):
    """A published rate: what was counted above and below the line, and the definition here that is nearest to it."""

    definition: str
    who: str
    period: str
    above: int | None
    below: int | None
    rate: float
    differs: str
    source: str


_PUTUO = "http://www.shpt.gov.cn/shpt/tjsj-tjsjzhzwqfbzfwj2021/20220725/847939.html"
_UK = (
    "Cabinet Office, Freedom of Information statistics: annual 2022 bulletin, "
    "https://www.gov.uk/government/statistics/freedom-of-information-statistics-annual-2022/"
    "freedom-of-information-statistics-annual-2022-bulletin"
)

BENCHMARK: tuple[Benchmark, ...] = (
    Benchmark(
        "handled", "Shanghai Putuo district", "first half of 2022", 81, 263, 81 / 263,
        "none: 公开率 is disclosed / answered; printed as 30.80%", _PUTUO,
    ),
    Benchmark(
        "received", "Shanghai Putuo district", "first half of 2022", 81, 267, 81 / 267,
        "not printed there: the same 81 over the 267 received", _PUTUO,
    ),
    Benchmark(
        "resolvable", "United Kingdom, central government", "2022", None, 37_679, 0.59,
        "'resolvable' there includes requests still open (6%) and those refused for cost or as vexatious; "
        "39% in full and 20% in part, printed in whole per cent", _UK,
    ),
)  # fmt: skip
"""Published rates, for context: other bodies, other years, and in the last case another law."""


class Rate(NamedTuple):
    """One rate of one report.

    ``low`` and ``high`` are Wilson's interval: what chance alone would do if every application were decided
    independently. They are missing where the counts above the line are not among those below. ``rank`` among the
    reports of the part, 1 the highest, ties shared.
    """

    definition: str
    part: str
    report_id: str
    organ: str
    year: int
    numerator: int
    denominator: int
    rate: float
    low: float
    high: float
    rank: float


class SideBySide(NamedTuple):
    """The six rates of one report. ``spread`` is the highest less the lowest; ``applications`` are those handled."""

    part: str
    report_id: str
    organ: str
    year: int
    applications: int
    handled_in_full: float
    handled_or_pending: float
    received: float
    handled: float
    decided_on_merits: float
    resolvable: float
    spread: float


class Summary(NamedTuple):
    """One rate, of all reports of a part.

    ``pooled`` divides the sums: applications count alike, and busy organs rule. Its interval draws organs with
    replacement, and is too short for few: at 95 % it covered the truth of invented corpora in four of five samples of
    seven organs, and as promised in samples of eighty. ``median`` is that of organs, each with all its years: organs
    count alike. Its interval is exact, from order statistics, and missing where there are too few organs for one.
    ``lowest`` and ``highest`` are of reports.
    """

    definition: str
    part: str
    reports: int
    organs: int
    numerator: int
    denominator: int
    pooled: float
    pooled_low: float
    pooled_high: float
    median: float
    median_low: float
    median_high: float
    lowest: float
    highest: float


class Agreement(NamedTuple):
    """How far two rates rank the ``n`` reports of a part alike.

    ``swapped`` of ``pairs`` of reports stand the other way round in the second rate. ``tau`` is Kendall's tau-b; ``p``
    is that of no association, exact where no ranks are tied (two rates share their counts above the line, so that no
    association is not to be expected). ``low`` and ``high``: from :data:`ENOUGH_ORGANS` organs on the percentile
    interval, organs drawn with replacement (``interval`` is ``percentile``); with fewer, no interval, but the lowest
    and highest tau when one organ is left out (``without_one_organ``).
    """

    first: str
    second: str
    part: str
    n: int
    organs: int
    swapped: int
    pairs: int
    tau: float
    p: float
    low: float
    high: float
    interval: str


class Robustness(NamedTuple):
    """Pooled rate and median again, under another choice."""

    check: str
    definition: str
    part: str
    reports: int
    organs: int
    pooled: float
    median: float


@dataclass(frozen=True, slots=True)
class Denominators(Result):
    """Six disclosure rates of the same reports.

    Attributes
    ----------
    summary
        By definition and part.
    side_by_side
        By report: the six rates in one row.
    rates
        By report and definition, with both counts, interval and rank.
    agreement
        By pair of definitions and part; with ``against``, also each definition with that column.
    robustness
        Each organ's latest report alone (``latest_year``); small reports dropped (``without_small``); the organ with
        most applications dropped (``without_largest``); reports with a figure that a sum of the form contradicts
        dropped (``without_contradicted``).
    exclusions, flags
        Reports left out; reports kept although something about them is soft.
    level, against
        Level of the intervals; the column of the panel that ranks were compared with.
    """

    summary: tuple[Summary, ...]
    side_by_side: tuple[SideBySide, ...]
    rates: tuple[Rate, ...]
    agreement: tuple[Agreement, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    level: float
    against: str | None

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("summary", Summary._fields, Summary._fields[6:]),
        TableSpec("side_by_side", SideBySide._fields, SideBySide._fields[5:]),
        TableSpec("rates", Rate._fields, ("rate", "low", "high")),
        TableSpec("agreement", Agreement._fields),
        TableSpec("robustness", Robustness._fields, ("pooled", "median")),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def definitions(self) -> tuple[RateDefinition, ...]:
        """The six definitions, in order."""
        return DISCLOSURE_RATES

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        meanings = "; ".join(f"{item.key}: {item.formula}" for item in self.definitions)
        organs = {(row.part, row.organs) for row in self.summary}
        few = [part for part, n in sorted(organs) if n < ENOUGH_ORGANS]
        return (
            f"Disclosure rates, all of the same reports. {meanings}. Pooled: organs drawn with replacement, "
            f"{100 * self.level:g} %; median of organs: exact interval."
            + (f" Fewer than {ENOUGH_ORGANS} organs ({', '.join(few)}): a description of these alone." if few else "")
            + f" {left_out(self.exclusions)}"
        )


def denominators(panel: Panel, *, level: float = 0.95, against: str | None = None) -> Denominators:
    """Take six disclosure rates of the same reports, and compare how they rank them.

    Parameters
    ----------
    panel
        Needs the table of applications (column ``total``). Organs are told apart by ``panel.whose``.
    level
        Of the intervals.
    against
        A numeric column of ``panel.frame``, such as an index of transparency or, in an invented corpus, what was
        planted: every rate's ranking is compared with it too.

    Returns
    -------
    Denominators
        Of reports of which all six rates can be taken; the others are counted by what they lack. Reports marked
        ``scope_citywide`` are kept: their rates are rates of a place, not of an organ, and are flagged.

    Raises
    ------
    CallError
        When the panel lacks a column, ``against`` is no number, or ``level`` is no level.
    """
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a number between 0 and 1, such as 0.95"
        raise CallError(msg)
    taken, exclusions, flags = _taken(panel, against)
    parts = sorted(set(taken["part"]))
    compared = [definition.key for definition in DISCLOSURE_RATES] + ([against] if against else [])
    return Denominators(
        summary=tuple(_summary(key, part, taken, level=level) for part in parts for key in _keys()),
        side_by_side=tuple(_side_by_side(row) for _, row in taken.iterrows()),
        rates=tuple(row for item in DISCLOSURE_RATES for row in _rates(item, taken, level=level)),
        agreement=tuple(
            _agreement(first, second, part, taken[taken["part"] == part], level=level)
            for part in parts
            for first, second in combinations(compared, 2)
        ),
        robustness=tuple(row for part in parts for row in _robustness(part, taken[taken["part"] == part])),
        exclusions=(*panel.exclusions, *exclusions),
        flags=flags,
        level=level,
        against=against,
    )


def _keys() -> tuple[str, ...]:
    return tuple(definition.key for definition in DISCLOSURE_RATES)


def _taken(panel: Panel, against: str | None) -> tuple[pd.DataFrame, tuple[Exclusion, ...], tuple[Exclusion, ...]]:
    """Return the reports of which all six rates can be taken: ``KEY``, ``above.KEY``, ``below.KEY``, ``rank.KEY``."""
    rates = {key: disclosure_rate(panel, of=key).frame for key in get_args(DisclosureOf)}
    frame = rates["handled"][["report_id", "organ", "year", "part"]].assign(whose=panel.whose)
    frame["applications"] = panel.frame[_HANDLED]
    for key, rate in rates.items():
        frame[f"above.{key}"], frame[f"below.{key}"], frame[key] = rate["numerator"], rate["denominator"], rate["rate"]
    reasons = pd.DataFrame({key: rate["left_out"] for key, rate in rates.items()})
    grades = pd.DataFrame({key: rate["grade"] for key, rate in rates.items()})
    frame["contradicted"] = (grades == "contradicted").any(axis="columns")
    order = ("figures_disagree", "figure_missing", "nothing_to_divide_by")
    why = {
        "figures_disagree": "a count is negative, or the part is larger than the whole",
        "figure_missing": "a figure that one of the rates needs is blank, unreadable, absent or was not seen",
        "nothing_to_divide_by": "one of the rates would be divided by 0",
    }
    reason = pd.Series(pd.NA, index=frame.index, dtype="str")
    for key in reversed(order):
        reason = reason.mask((reasons == key).any(axis="columns"), key)
    counts = reason.value_counts()
    exclusions = [Exclusion(key, int(counts[key]), "reports", why[key]) for key in order if key in counts]
    kept = reason.isna()
    if against is not None:
        frame[against] = _numbers(panel, against)
        unknown = kept & frame[against].isna()
        kept &= ~unknown
        if unknown.any():
            exclusions.append(Exclusion("against_unknown", int(unknown.sum()), "reports", f"{against} is not known"))
    citywide = panel.frame["scope_citywide"].eq(True) if "scope_citywide" in panel.frame else kept & False
    flags = (
        Exclusion("scope_citywide", int((kept & citywide).sum()), "reports", "adds up the organs of a place"),
        Exclusion("contradicted", int((kept & frame["contradicted"]).sum()), "reports", "a sum of the form fails"),
        Exclusion("small", int((kept & (frame["applications"] < SMALL)).sum()), "reports", f"under {SMALL} handled"),
    )
    taken = frame[kept].copy()
    for key in _keys():
        taken[f"rank.{key}"] = taken.groupby("part")[key].rank(ascending=False)
    return taken, tuple(exclusions), tuple(item for item in flags if item.n)


def _numbers(panel: Panel, name: str) -> pd.Series[float]:
    if name not in panel.frame or not pd.api.types.is_numeric_dtype(panel.frame[name]):
        numeric = [str(known) for known in panel.frame.select_dtypes("number").columns if known not in panel.states]
        msg = f"the panel has no numeric column {name!r} to compare ranks with; it has {', '.join(numeric)}"
        raise CallError(msg)
    return panel.frame[name].astype("float64")


def _rates(definition: RateDefinition, taken: pd.DataFrame, *, level: float) -> Iterable[Rate]:
    key = definition.key
    above, below = (taken[f"{side}.{key}"].astype("int64").tolist() for side in ("above", "below"))
    unknown = Proportion(0, 0, math.nan, math.nan, math.nan)
    found = proportions(above, below, level=level) if definition.is_share else [unknown] * len(taken)
    who = (taken[name].tolist() for name in ("part", "report_id", "organ", "year"))
    values = (taken[name].tolist() for name in (key, f"rank.{key}"))
    for part, report, organ, year, top, bottom, share, rate, rank in zip(
        *who, above, below, found, *values, strict=True
    ):
        yield Rate(key, str(part), str(report), str(organ), int(year), top, bottom, rate, share.low, share.high, rank)


def _side_by_side(row: pd.Series[float]) -> SideBySide:
    rates = [float(row[key]) for key in _keys()]
    described = (str(row["part"]), str(row["report_id"]), str(row["organ"]), int(row["year"]), int(row["applications"]))
    return SideBySide._make((*described, *rates, max(rates) - min(rates)))


def _summary(key: str, part: str, taken: pd.DataFrame, *, level: float) -> Summary:
    own = taken[taken["part"] == part]
    above, below = own[f"above.{key}"].astype("float64"), own[f"below.{key}"].astype("float64")
    organs = _by_organ(own, key)
    test = stats.quantile_test(organs.to_numpy(), q=float(organs.median()), p=0.5)
    low, high = np.asarray(test.confidence_interval(level), dtype="float64")
    return Summary(
        key,
        part,
        len(own),
        len(organs),
        int(above.sum()),
        int(below.sum()),
        float(above.sum() / below.sum()),
        *ratio_by_organ(above, below, own["whose"], level=level),
        float(organs.median()),
        float(low),
        float(high),
        float(own[key].min()),
        float(own[key].max()),
    )


def _by_organ(own: pd.DataFrame, key: str) -> pd.Series[float]:
    """Return one rate an organ, of all its years."""
    sums = own.groupby("whose")[[f"above.{key}", f"below.{key}"]].sum().astype("float64")
    return sums[f"above.{key}"] / sums[f"below.{key}"]


def _agreement(first: str, second: str, part: str, own: pd.DataFrame, *, level: float) -> Agreement:
    x, y = own[first].to_numpy(dtype="float64"), own[second].to_numpy(dtype="float64")
    p = float(stats.kendalltau(x, y).pvalue) if len(own) > 1 else math.nan
    rows = own.groupby("whose").indices
    whose = [np.asarray(rows[organ]) for organ in sorted(set(own["whose"].tolist()))]
    if len(whose) < ENOUGH_ORGANS:
        without = [_tau(np.delete(x, rows), np.delete(y, rows)) for rows in whose]
        ends = (min(without), max(without), "without_one_organ")
    else:
        ends = (*_interval(x, y, whose, level=level), "percentile")
    pairs = len(own) * (len(own) - 1) // 2
    return Agreement(first, second, part, len(own), len(whose), swapped_pairs(x, y), pairs, _tau(x, y), p, *ends)


def swapped_pairs(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> int:
    """Count the pairs that ``x`` orders one way and ``y`` the other, from tau b: no pair is looked at alone."""
    tau = _tau(x, y)
    if math.isnan(tau):
        return 0

    def tied(*values: npt.NDArray[np.float64]) -> int:
        alike = np.unique(np.column_stack(values), axis=0, return_counts=True)[1].tolist()
        return sum(count * (count - 1) // 2 for count in alike)

    pairs, in_x, in_y = len(x) * (len(x) - 1) // 2, tied(x), tied(y)
    unlike = pairs - in_x - in_y + tied(x, y)
    return round((unlike - tau * math.sqrt(pairs - in_x) * math.sqrt(pairs - in_y)) / 2)


def _tau(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    return float(stats.kendalltau(x, y).statistic) if len(x) > 1 else math.nan


def _interval(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    organs: Sequence[npt.NDArray[np.int64]],
    *,
    level: float,
) -> tuple[float, float]:
    """Return the percentile interval of tau, organs drawn with replacement."""

    def tau(drawn: npt.NDArray[np.int64]) -> float:
        rows = np.concatenate([organs[number] for number in drawn])
        return _tau(x[rows], y[rows])

    found = stats.bootstrap(
        (np.arange(len(organs)),),
        tau,
        vectorized=False,
        n_resamples=_RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _robustness(part: str, own: pd.DataFrame) -> list[Robustness]:
    largest = own.groupby("whose")["applications"].sum().idxmax()
    choices = {
        "as_taken": own,
        "latest_year": own.sort_values("year").drop_duplicates("whose", keep="last"),
        "without_small": own[own["applications"] >= SMALL],
        "without_largest": own[own["whose"] != largest],
        "without_contradicted": own[~own["contradicted"]],
    }
    rows = []
    for check, reports in choices.items():
        for key in _keys():
            below = float(reports[f"below.{key}"].sum())
            pooled = float(reports[f"above.{key}"].sum()) / below if below else math.nan
            median = float(_by_organ(reports, key).median())
            rows.append(Robustness(check, key, part, len(reports), reports["whose"].nunique(), pooled, median))
    return rows
