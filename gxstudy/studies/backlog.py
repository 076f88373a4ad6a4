"""Applications left over at the year's end, the time they imply, and whether one year's report fits the next.

The form asks for no duration. Little's law gives one: mean days = stock / flow x working days of a year. The stock is
known on two days alone, so three conventions are computed side by side (:data:`CONVENTIONS`). Between two years of one
organ the forms' own rules are tested (:attr:`gxstudy.forms.Form.continuities`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import pandas as pd

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.forms import Continuity
from gxstudy.panel import Exclusion, Panel
from gxstudy.studies.names import told_apart
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = [
    "CONVENTIONS",
    "DEADLINE",
    "WORKING_DAYS",
    "Backlog",
    "Candidate",
    "Continuous",
    "Convention",
    "Estimate",
    "Gap",
    "Load",
    "Pair",
    "Robustness",
    "backlog",
]

WORKING_DAYS = 250
"""Working days of a year: 365 - 104 - 11 (劳社部发〔2008〕3号). From 2025 they are 248 (人社部发〔2025〕2号)."""

DEADLINE = 20
"""Working days within which an application is to be answered, without an extension (Regulations, art. 33)."""

_QUANTITIES = {
    "new": ("applications.new.total", "prose.applications_received"),
    "carried_in": ("applications.carried_in.total", "prose.applications_carried_in"),
    "handled": ("applications.handled_total.total", "prose.applications_handled"),
    "carried_out": ("applications.carried_out.total", "prose.applications_carried_out"),
}
_SHORTEST = 5  # characters that two names must have in common at their ends


class Convention(NamedTuple):
    """Which stock stands for that of the whole year."""

    key: str
    stock: str


CONVENTIONS: tuple[Convention, ...] = (
    Convention("opening", "carried in: what was open on 1 January"),
    Convention("closing", "carried out: what was open on 31 December"),
    Convention("mean", "the mean of the two"),
)
"""The stock of Little's law. None is right: the stock of the days between is not printed."""


class Estimate(NamedTuple):
    """One measure over a part of the sample.

    ``pooled``: sums over reports, bootstrap interval by organ; ``median``: of the reports, with their quartiles as
    ``low`` and ``high``. ``carry_over`` is carried out / (new + carried in), or handled + carried out where the text
    gives no new ones; the others are working days.
    """

    measure: str
    statistic: str
    part: str
    organs: int
    n: int
    value: float
    low: float
    high: float
    interval: str


class Load(NamedTuple):
    """One report: its applications, its carry-over rate with a Wilson interval, and the days under each convention.

    ``load`` is all there was to handle: new and carried in or, where one of them is not known, handled and carried
    out. ``source``: ``table``, or ``text`` where some number comes from prose. ``balance``: new + carried in -
    handled - carried out, which should be 0.
    """

    report_id: str
    organ: str
    year: int
    part: str
    source: str
    new: float
    carried_in: float
    handled: float
    carried_out: float
    load: float
    balance: float
    carry_over: float
    low: float
    high: float
    days_opening: float
    days_closing: float
    days_mean: float


class Continuous(NamedTuple):
    """How often a rule between two years fails.

    ``at`` is a column (or row) of the form; ``every`` place together; ``pair``: pairs of years with at least one
    failure. ``empty`` of the ``n`` compare 0 with 0, which says little. Gaps are those of the failures.
    """

    rule: str
    at: str
    fails: int
    n: int
    empty: int
    share: float
    low: float
    high: float
    median_gap: float
    widest_gap: float


class Pair(NamedTuple):
    """Two reports of one organ on years that follow one another, and how the rules between them come out.

    ``untested`` are places where a figure is missing. ``named`` is the other name of the organ, where it has one.
    """

    organ: str
    named: str
    year: int
    part: str
    rule: str
    fails: int
    tests: int
    empty: int
    untested: int


class Gap(NamedTuple):
    """One test: the figure printed for ``year`` against the one that last year's report leads to."""

    organ: str
    year: int
    part: str
    rule: str
    at: str
    expected: float
    printed: float
    gap: float


class Candidate(NamedTuple):
    """Two names in years that follow one another, one the end of the other: perhaps one organ. Nothing is paired."""

    first: str
    year: int
    second: str
    next_year: int


class Robustness(NamedTuple):
    """Pooled days again, under another choice."""

    check: str
    convention: str
    part: str
    n: int
    days: float


_SHARE = ("share", "low", "high")


@dataclass(frozen=True, slots=True)
class Backlog(Result):
    """Carry-over, implied days, and continuity.

    Attributes
    ----------
    estimates
        By measure and part.
    reports
        The same for every report.
    continuity, pairs, gaps
        The rules between years: by rule and place, by pair of years, and every single test.
    candidates
        Names of different organs that may be one: judge them, and give ``same_organ``.
    robustness
        Pooled days with arrivals in place of answers as the flow (``flow_new``), over reports whose four numbers are
        known and agree (``balanced``), and without the report that handled most (``without_largest``).
    exclusions, flags
        What was left out; what was kept although something about it is soft.
    working_days, level
        As called.
    """

    estimates: tuple[Estimate, ...]
    reports: tuple[Load, ...]
    continuity: tuple[Continuous, ...]
    pairs: tuple[Pair, ...]
    gaps: tuple[Gap, ...]
    candidates: tuple[Candidate, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    working_days: float
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("estimates", Estimate._fields),
        TableSpec("reports", Load._fields, ("carry_over", "low", "high")),
        TableSpec("continuity", Continuous._fields, _SHARE),
        TableSpec("pairs", Pair._fields),
        TableSpec("gaps", Gap._fields),
        TableSpec("candidates", Candidate._fields),
        TableSpec("robustness", Robustness._fields),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        stocks = "; ".join(f"{item.key}: {item.stock}" for item in CONVENTIONS)
        return (
            f"Days are stock / applications handled x {self.working_days:g} working days (Little's law); the stock is, "
            f"{stocks}. They are a mean over all applications in a steady state and no distribution. "
            f"Intervals, {100 * self.level:g} %, as named; Wilson's take applications as independent. "
            f"{left_out(self.exclusions)}"
        )


def backlog(
    panel: Panel,
    *,
    same_organ: Mapping[str, str] | None = None,
    working_days: float = WORKING_DAYS,
    level: float = 0.95,
) -> Backlog:
    """Estimate what is carried over, the days it implies, and how well consecutive years fit one another.

    Parameters
    ----------
    panel
        Needs ``applications.handled_total.total`` or ``prose.applications_handled``; uses the totals of new, carried in
        and carried out, from table three or else from the text, and for the rules between years every figure that
        they name. Reports marked ``scope_citywide`` or ``wording_partial`` are left out.
    same_organ
        Names that are one organ's: each other name -> the one to use. Nothing is guessed from names (see
        ``candidates``): organs are told apart by ``panel.whose``, and by this before it.
    working_days
        Of a year.
    level
        Of the intervals.

    Returns
    -------
    Backlog
        Always by ``part``. Pairs of years are formed over parts; a pair has the part of its later report. A gap between
        two years is no proof of misreporting: late correction, transfers between organs, mergers, another scope.

    Raises
    ------
    CallError
        When the panel has no number of applications handled, ``same_organ`` makes two reports of one organ and year,
        ``working_days`` is not above 0, or ``level`` is no level.
    """
    if not working_days > 0:
        msg = f"working_days is {working_days!r}; expected the working days of a year, such as {WORKING_DAYS}"
        raise CallError(msg)
    told = told_apart(panel.frame, same_organ)
    reports = _loads(panel, working_days=working_days).assign(whose=told["whose"])
    partly = reports["wording_partial"]
    citywide = ~partly & reports["scope_citywide"]
    no_stock = reports["carried_in"].isna() & reports["carried_out"].isna()
    unseen = ~partly & ~citywide & (reports["handled"].isna() | no_stock)
    kept = reports[~(partly | citywide | unseen)]
    left_out = (
        Exclusion("wording_partial", int(partly.sum()), "reports", "the numbers are of some applications only"),
        Exclusion("scope_citywide", int(citywide.sum()), "reports", "adds up the organs of a place, and is no organ"),
        Exclusion("unseen", int(unseen.sum()), "reports", "no number handled, or neither carried in nor carried out"),
        Exclusion("idle", int(kept["handled"].eq(0).sum()), "reports", "nothing was handled: no days are implied"),
    )
    named = panel.frame.assign(whose=told["whose"], organ=told["organ"], named=panel.frame["organ"])
    again = named.duplicated(["whose", "year"])
    tests = _tests(named[~again])
    untested = tests["gap"].isna()
    flags = (
        Exclusion("from_text", int(kept["source"].eq("text").sum()), "reports", "some number comes from the text"),
        Exclusion(
            "unbalanced", int((kept["balance"].abs() > 0).sum()), "reports", "what came in and went out disagree"
        ),
        Exclusion("untested", int(untested.sum()), "places", "between two years, a figure is missing on one side"),
        Exclusion(
            "organ_year_repeated", int(again.sum()), "reports", "a second report of its year: not set against it"
        ),
    )
    parts = list(dict.fromkeys(kept["part"]))
    return Backlog(
        estimates=tuple(
            row for part in parts for row in _estimates(part, kept, working_days=working_days, level=level)
        ),
        reports=tuple(_load(kept, level=level)),
        continuity=tuple(_continuity(tests[~untested], level=level)),
        pairs=tuple(_pairs(tests)),
        gaps=tuple(Gap(*row) for row in zip(*(tests.loc[~untested, name] for name in Gap._fields), strict=True)),
        candidates=tuple(_candidates(named)),
        robustness=tuple(row for part in parts for row in _robustness(part, kept, working_days=working_days)),
        exclusions=(*panel.exclusions, *(item for item in left_out if item.n)),
        flags=tuple(item for item in flags if item.n),
        working_days=working_days,
        level=level,
    )


def _loads(panel: Panel, *, working_days: float) -> pd.DataFrame:
    """Return every report with its numbers, its carry-over and its days."""
    frame = panel.frame
    if not any(name in frame for name in _QUANTITIES["handled"]):
        msg = f"the panel has neither {_QUANTITIES['handled'][0]!r} nor {_QUANTITIES['handled'][1]!r}"
        raise CallError(msg)
    loads = frame[["report_id", "organ", "year", "part"]].copy()
    for mark in ("wording_partial", "scope_citywide"):
        loads[mark] = frame[mark].eq(True) if mark in frame else False
    missing = pd.Series(math.nan, index=frame.index)
    from_text = pd.Series(False, index=frame.index)
    for key, (place, said) in _QUANTITIES.items():
        printed, told = (frame.get(name, missing) for name in (place, said))
        loads[key] = printed.fillna(told)
        from_text |= printed.isna() & told.notna()
    loads["source"] = from_text.map({True: "text", False: "table"})
    came, went = loads["new"] + loads["carried_in"], loads["handled"] + loads["carried_out"]
    loads["balance"] = came - went
    loads["load"] = came.fillna(went)
    loads["carry_over"] = (loads["carried_out"] / loads["load"]).where(loads["carried_out"] <= loads["load"])
    for convention in CONVENTIONS:
        flow = loads["handled"].where(loads["handled"] > 0)
        loads[f"days_{convention.key}"] = _stock(loads, convention.key) / flow * working_days
    return loads


def _stock(loads: pd.DataFrame, convention: str) -> pd.Series[float]:
    match convention:
        case "opening":
            return loads["carried_in"]
        case "closing":
            return loads["carried_out"]
        case _:
            return (loads["carried_in"] + loads["carried_out"]) / 2


def _load(kept: pd.DataFrame, *, level: float) -> Iterable[Load]:
    told = Load._fields[: Load._fields.index("carry_over")]
    days = [f"days_{convention.key}" for convention in CONVENTIONS]
    loads = [kept[name] for name in (*told, *days)]
    for *row, rate in zip(*loads, kept["carry_over"], strict=True):
        report = dict(zip(told, row, strict=False))
        open_, all_ = (0, 0) if math.isnan(rate) else (int(report["carried_out"]), int(report["load"]))
        share = proportion(open_, all_, level=level)
        yield Load._make((*row[: len(told)], *share[2:], *row[len(told) :]))


def _estimates(part: str, kept: pd.DataFrame, *, working_days: float, level: float) -> Iterable[Estimate]:
    for measure in ("carry_over", *(f"days_{convention.key}" for convention in CONVENTIONS)):
        known = kept[(kept["part"] == part) & kept[measure].notna()]
        organs, n = known["whose"].nunique(), len(known)
        if measure == "carry_over":
            top, bottom = known["carried_out"], known["load"]
        else:
            top, bottom = working_days * _stock(known, measure.removeprefix("days_")), known["handled"]
        pooled = float(top.sum() / bottom.sum()) if bottom.sum() else math.nan
        low, high = ratio_by_organ(top, bottom, known["whose"], level=level)
        yield Estimate(measure, "pooled", part, organs, n, pooled, low, high, "bootstrap by organ")
        middle, low, high = (float(known[measure].quantile(at)) for at in (0.5, 0.25, 0.75))
        yield Estimate(measure, "median", part, organs, n, middle, low, high, "quartiles")


def _robustness(part: str, kept: pd.DataFrame, *, working_days: float) -> Iterable[Robustness]:
    own = kept[kept["part"] == part]
    for convention in CONVENTIONS:
        known = own[own[f"days_{convention.key}"].notna()]
        arrived = known[known["new"] > 0]
        choices = {
            "as_estimated": (known, "handled"),
            "flow_new": (arrived, "new"),
            "balanced": (known[known["balance"].eq(0)], "handled"),
            "without_largest": (known.drop(index=known["handled"].nlargest(1).index), "handled"),
        }
        for check, (reports, flow) in choices.items():
            if len(reports):
                days = working_days * float(_stock(reports, convention.key).sum() / reports[flow].sum())
                yield Robustness(check, convention.key, part, len(reports), days)


def _rules() -> dict[str, Continuity]:
    """Return the rules between years of every edition, by key; the newest edition's where several have one."""
    return {rule.key: rule for edition in forms.editions() for rule in forms.load(edition).continuities}


def _places(rule: Continuity) -> Iterable[tuple[str, dict[str, tuple[str, ...]]]]:
    """Yield every place where a rule is tested, and the figures of each of its sides there."""
    table = next(
        table
        for edition in reversed(forms.editions())
        for table in forms.load(edition).tables
        if table.key == rule.table and rule in forms.load(edition).continuities
    )
    sides = {"this_year": rule.this_year, "last_year": rule.last_year, "plus": rule.plus, "minus": rule.minus}
    if rule.along == "column":
        for column in table.columns:
            yield (
                column.key,
                {side: tuple(f"{table.key}.{row}.{column.key}" for row in rows) for side, rows in sides.items()},
            )
        return
    for row in rule.rows or tuple(row.key for row in table.rows):
        yield row, {side: tuple(f"{table.key}.{row}.{column}" for column in columns) for side, columns in sides.items()}


_TESTED = ("whose", "organ", "named", "year", "part", "rule", "at", "expected", "printed", "gap")


def _tests(frame: pd.DataFrame) -> pd.DataFrame:
    """Test every rule in every place between reports on years that follow one another; an open test has no gap."""
    ordered = frame.sort_values(["organ", "whose", "year"], kind="stable")
    before = ordered.groupby("whose", sort=False).shift()
    follows = ordered["year"] - before["year"] == 1
    this, last = ordered[follows], before[follows]
    names = [now if now == once else f"{once} → {now}" for once, now in zip(last["named"], this["named"], strict=True)]
    found = [pd.DataFrame(columns=list(_TESTED)).astype({"gap": "float64"})]
    for rule in _rules().values():
        for at, sides in _places(rule):
            if not {name for names in sides.values() for name in names} <= set(frame.columns):
                continue
            expected = _total(last, sides["last_year"]) + _total(this, sides["plus"]) - _total(this, sides["minus"])
            printed = _total(this, sides["this_year"])
            test = this[["whose", "organ", "year", "part"]].assign(
                named=names, rule=rule.key, at=at, expected=expected, printed=printed, gap=printed - expected
            )
            found.append(test.loc[expected.notna() | printed.notna(), list(_TESTED)])
    return pd.concat([one for one in found if len(one)] or found, ignore_index=True)


def _total(reports: pd.DataFrame, places: Sequence[str]) -> pd.Series[float]:
    """Add figures up; missing where one of them is."""
    return reports[list(places)].sum(axis="columns", skipna=False)


def _continuity(tests: pd.DataFrame, *, level: float) -> Iterable[Continuous]:
    for rule in tests["rule"].unique():
        of_rule = tests[tests["rule"] == rule]
        for at in of_rule["at"].unique():
            yield _continuous(rule, at, of_rule[of_rule["at"] == at], level=level)
        yield _continuous(rule, "every", of_rule, level=level)
        pair = [of_rule["whose"], of_rule["year"]]
        fails = of_rule["gap"].ne(0).groupby(pair).any()
        empty = (of_rule["expected"].eq(0) & of_rule["printed"].eq(0)).groupby(pair).all()
        share = proportion(int(fails.sum()), len(fails), level=level)
        yield Continuous(rule, "pair", share.hits, share.n, int(empty.sum()), *share[2:], math.nan, math.nan)


def _continuous(rule: str, at: str, tests: pd.DataFrame, *, level: float) -> Continuous:
    gaps = tests.loc[tests["gap"].ne(0), "gap"]
    share = proportion(len(gaps), len(tests), level=level)
    empty = int((tests["expected"].eq(0) & tests["printed"].eq(0)).sum())
    middle, widest = (float(gaps.median()), max(gaps, key=abs)) if len(gaps) else (math.nan, math.nan)
    return Continuous(rule, at, share.hits, share.n, empty, *share[2:], middle, widest)


def _pairs(tests: pd.DataFrame) -> Iterable[Pair]:
    tests = tests.assign(
        tested=tests["gap"].notna(),
        fails=tests["gap"].notna() & tests["gap"].ne(0),
        empty=tests["expected"].eq(0) & tests["printed"].eq(0),
    )
    keys = ["whose", "organ", "named", "year", "part", "rule"]
    counted = tests.groupby(keys, sort=False)[["fails", "tested", "empty"]].sum()
    counted["untested"] = tests.groupby(keys, sort=False).size() - counted["tested"]
    for row in counted.reset_index().drop(columns="whose").itertuples(index=False, name=None):
        yield Pair(*row)


def _candidates(frame: pd.DataFrame) -> Iterable[Candidate]:
    """Yield names that end alike, where the years of one name follow those of the other and none is in both."""
    years = {str(organ): frozenset(map(int, seen)) for organ, seen in frame.groupby("organ")["year"]}
    for longer in sorted(years):
        for shorter in (longer[at:] for at in range(1, len(longer) - _SHORTEST + 1)):
            if shorter not in years or years[shorter] & years[longer]:
                continue
            for one, other in ((shorter, longer), (longer, shorter)):
                yield from (
                    Candidate(one, year, other, year + 1) for year in sorted(years[one]) if year + 1 in years[other]
                )
