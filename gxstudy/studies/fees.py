"""What reports say about the information-processing fee, and what the amounts prove about how it was charged.

A statement has one of five states (:data:`STATES`). Amounts are inverted by the arithmetic of the Measures
(:mod:`gxstudy.fees`); applications dropped because the fee was not paid are row 22 of table three. The parts of a
sample are strata and are never pooled. Source of the rules: 国办函〔2020〕109号, in force 1 January 2021.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd

from gxstudy.errors import CallError
from gxstudy.fees import LARGEST, PAGES, Proof, by_pages, methods, pages_giving, proof
from gxstudy.panel import FULL_REPORTS, Exclusion, Panel
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = [
    "MEASURES_FROM",
    "STATES",
    "Amount",
    "Bound",
    "Estimate",
    "Fees",
    "Fit",
    "Payment",
    "Robustness",
    "State",
    "Unpaid",
    "fees",
]

MEASURES_FROM = 2021
"""First year in which the fee of the Measures (国办函〔2020〕109号) could be charged."""

_DROPPED = "applications.other.unpaid_fee.total"
_HANDLED = "applications.handled_total.total"
_SOFT = ("organ_inferred", "host_third_party")
_FEE_QUERY = "query_worded_on_fee"
_CASE_COLUMNS = ("case", "organ", "year", "cases", "yuan", "state")
_CASE_STATES = {"notice": "billed", "collected": "collected"}
_CASES = "cases"


class State(NamedTuple):
    """One of the five things a report can say of the fee."""

    key: str
    meaning: str


STATES: tuple[State, ...] = (
    State("silent", "the whole report was read and says nothing of the fee"),
    State("none", "it says that no fee was charged, or prints an amount of 0"),
    State("unpaid", "a fee was asked for and nothing came in"),
    State("billed", "a fee was asked for; whether anything came in is not said"),
    State("collected", "an amount above 0 came in"),
)
"""What a report says of the fee, from nothing to money. The last three are *charged*."""

_CHARGED = ("unpaid", "billed", "collected")
Proved = Literal["pages", "items", "open", "impossible", "rounded"]


class Estimate(NamedTuple):
    """The share of one state, or of ``charged`` (the last three together).

    ``of``: ``whole``, among reports read whole, where silence can be seen; ``spoke``, among statements in view.
    """

    state: str
    of: str
    part: str
    group: str
    organs: int
    hits: int
    n: int
    share: float
    low: float
    high: float


class Amount(NamedTuple):
    """One amount, and what it proves.

    ``source``: ``report`` (what one report says in all) or ``case``. ``yuan`` is the amount tested: that billed where
    it is said, else that collected (taken to be paid in full). ``cases`` is missing where it is not said. ``possible``:
    the methods that can give it. ``proof``: ``pages`` (at least one case by page), ``items`` (every case by item),
    ``open``, ``impossible``; ``rounded`` amounts are not tested. ``pages``: of a single case, the page count that
    costs it. ``by_chance``: share of whole-yuan amounts of that height that charging by page can give.
    """

    source: str
    key: str
    organ: str
    year: int
    part: str
    state: str
    cases: int | None
    yuan: float
    possible: str
    proof: Proved
    pages: int | None
    by_chance: float


class Bound(NamedTuple):
    """What share of ``n`` amounts includes charging by page: between ``least`` and ``most``, as far as amounts prove.

    ``cases``: of amounts for one case, several, an unknown number, or all. ``n`` counts ``pages``, ``items`` and
    ``open``; ``impossible`` and ``rounded`` amounts stand outside. ``low`` and ``high`` are the outer ends of the
    Wilson intervals of the two.
    """

    source: str
    part: str
    cases: str
    n: int
    pages: int
    items: int
    open: int
    impossible: int
    rounded: int
    least: float
    most: float
    low: float
    high: float


class Fit(NamedTuple):
    """Single cases with an exact amount against the two schedules: how many fit, and how many would by chance.

    ``expected``: were the amounts any whole number of yuan of that height; ``expected_of_tens``: any multiple of ten.
    """

    source: str
    part: str
    schedule: str
    n: int
    fit: int
    expected: float
    expected_of_tens: float


class Unpaid(NamedTuple):
    """Applications dropped because the fee was not paid (row 22 of table three).

    ``any``: reports with at least one, of those with a figure there; ``applications``: those dropped, of all handled in
    the same reports (bootstrap interval by organ); ``though_none``: reports that say no fee was charged and yet have
    one; ``though_silent``: reports read whole that say nothing and yet have one.
    """

    measure: str
    part: str
    hits: int
    n: int
    share: float
    low: float
    high: float
    interval: str


class Payment(NamedTuple):
    """Money that came in against money asked for, in ``n`` reports that say both; bootstrap interval by organ."""

    part: str
    organs: int
    n: int
    billed: float
    collected: float
    share: float
    low: float
    high: float


class Robustness(NamedTuple):
    """The share ``charged`` again, under another choice."""

    check: str
    of: str
    part: str
    organs: int
    hits: int
    n: int
    share: float
    low: float
    high: float


_SHARE = ("share", "low", "high")


@dataclass(frozen=True, slots=True)
class Fees(Result):
    """The five states, and what amounts and unpaid charges tell.

    Attributes
    ----------
    estimates
        By state, base, part and group; the group ``all`` first.
    amounts
        Every amount above 0 that a report or a case gives.
    bounds, fits
        What the amounts prove about the method; how sharp the test is on single cases.
    unpaid, payments
        Applications dropped for the fee; money collected against money billed.
    robustness
        ``charged`` again: as estimated, without soft rows (``without_soft_marks``), without reports found by asking
        for the fee (``without_fee_queries``), each organ's latest report alone (``latest_year``), with the years before
        the Measures (``with_years_before``).
    exclusions, flags
        Reports left out; reports kept although something about them is soft.
    by, level
        The column of ``group``, and the level of the intervals.
    """

    estimates: tuple[Estimate, ...]
    amounts: tuple[Amount, ...]
    bounds: tuple[Bound, ...]
    fits: tuple[Fit, ...]
    unpaid: tuple[Unpaid, ...]
    payments: tuple[Payment, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    by: str | None
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("estimates", Estimate._fields, _SHARE),
        TableSpec("amounts", Amount._fields, ("by_chance",)),
        TableSpec("bounds", Bound._fields, ("least", "most", "low", "high")),
        TableSpec("fits", Fit._fields),
        TableSpec("unpaid", Unpaid._fields, _SHARE),
        TableSpec("payments", Payment._fields, _SHARE),
        TableSpec("robustness", Robustness._fields, _SHARE),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        meanings = "; ".join(f"{state.key}: {state.meaning}" for state in STATES)
        return (
            f"States of a statement, {meanings}. Shares among reports read whole, or among statements in view (spoke). "
            f"Wilson intervals, {100 * self.level:g} %; reports of one organ are not independent. "
            f"{left_out(self.exclusions)}"
        )


def fees(panel: Panel, *, cases: pd.DataFrame | None = None, by: str | None = None, level: float = 0.95) -> Fees:
    """Say how often a fee is charged, how much, by which method, and how often applications are dropped for it.

    Parameters
    ----------
    panel
        Needs the column ``fee_stated`` (``none``, ``charged``, ``unclear`` or missing). Uses, where they are there,
        ``fee_yuan`` (collected) or ``prose.fee_yuan``, ``fee_billed``, ``fee_cases``,
        ``applications.other.unpaid_fee.total`` and ``applications.handled_total.total``. ``gx.panel(corpus.figures,
        about=corpus.reports)`` has them all. A report counts as read whole where its part is ``full_reports`` or it
        has a ``sha256`` (a column of ``corpus.reports``); of any other, no statement means that none was in view.
        Organs are told apart by ``panel.whose``.
    cases
        Single cases, one row each: ``case``, ``organ``, ``year``, ``cases``, ``yuan``, ``state`` (``notice`` or
        ``collected``) and, where amounts are rounded, a boolean ``rounded``. They are never added to the reports.
    by
        A column of ``panel.frame`` to split the states by; None for no split.
    level
        Of the intervals.

    Raises
    ------
    CallError
        When a column is missing, a case has an unknown state, or ``level`` is no level.
    """
    said = _statements(panel, by)
    before = said["year"] < MEASURES_FROM
    unseen = ~before & said["state"].eq("unseen")
    contradictory = ~before & said["state"].eq("contradictory")
    unclear = ~before & said["state"].eq("unclear")
    groupless = ~before & ~unseen & ~contradictory & ~unclear & said["group"].isna()
    kept = said[~(before | unseen | contradictory | unclear | groupless)]
    why_before = f"about a year before {MEASURES_FROM}, when there was no such fee"
    left_out = (
        Exclusion("before_measures", int(before.sum()), "reports", why_before),
        Exclusion("unseen", int(unseen.sum()), "reports", "seen in part, and no statement on the fee in that part"),
        Exclusion("contradictory", int(contradictory.sum()), "reports", "says that none was charged, and an amount"),
        Exclusion("unclear", int(unclear.sum()), "reports", "speaks of the fee in words that could not be read"),
        Exclusion("group_unknown", int(groupless.sum()), "reports", f"{by} is not known"),
    )
    spoke = kept["state"] != "silent"
    flags = (
        *(Exclusion(mark, int((kept[mark] & spoke).sum()), "reports", _WHY[mark]) for mark in (*_SOFT, _FEE_QUERY)),
        Exclusion("citywide", int((kept["scope_citywide"] & spoke).sum()), "reports", "covers more than the organ"),
        Exclusion("contradicted", int(kept["contradicted"].sum()), "reports", "a sum of the form fails on row 22"),
    )
    parts = list(dict.fromkeys(kept["part"]))
    groups = ["all"] if by is None else ["all", *sorted(set(kept["group"]))]
    amounts = (*_of_reports(kept), *(() if cases is None else _of_cases(cases)))
    return Fees(
        estimates=tuple(
            row
            for part in parts
            for of in ("whole", "spoke")
            for group in groups
            for row in _estimates(of, part, group, kept, level=level)
        ),
        amounts=amounts,
        bounds=tuple(_bounds(amounts, level=level)),
        fits=tuple(_fits(amounts)),
        unpaid=tuple(row for part in parts for row in _unpaid(part, kept, level=level)),
        payments=tuple(_payment(part, kept, level=level) for part in parts),
        robustness=tuple(row for part in parts for row in _robustness(part, kept, said, level=level)),
        exclusions=(*panel.exclusions, *(item for item in left_out if item.n)),
        flags=tuple(item for item in flags if item.n),
        by=by,
        level=level,
    )


_WHY = {
    "organ_inferred": "the organ's name is inferred",
    "host_third_party": "not found on the organ's own site",
    _FEE_QUERY: "found by asking for the fee",
}


def _statements(panel: Panel, by: str | None) -> pd.DataFrame:
    """Bring what is known of the fee under one roof: a row a report with its ``state``, amounts and marks."""
    frame, states = panel.frame, panel.states
    if "fee_stated" not in frame:
        msg = "the panel has no column 'fee_stated'; give gx.panel(..., about=corpus.reports), or a column of that name"
        raise CallError(msg)
    if by is not None and (by not in frame or by in states):
        described = [name for name in frame.columns if name not in states.columns]
        msg = f"the panel has no column {by!r} to split by; it has {', '.join(described)}"
        raise CallError(msg)
    said = frame[["report_id", "organ", "year", "part"]].assign(whose=panel.whose)
    said["group"] = "all" if by is None else frame[by].astype("str").where(frame[by].notna())
    said["stated"] = frame["fee_stated"]
    said["yuan"] = _number(frame, "fee_yuan").fillna(_number(frame, "prose.fee_yuan"))
    said["billed"], said["cases"] = _number(frame, "fee_billed"), _number(frame, "fee_cases")
    said["dropped"], said["handled"] = _number(frame, _DROPPED), _number(frame, _HANDLED)
    said["whole"] = frame["part"].eq(FULL_REPORTS)
    if "sha256" in frame:
        said["whole"] |= frame["sha256"].notna()
    for mark in (*_SOFT, "scope_citywide"):
        said[mark] = frame[mark].eq(True) if mark in frame else False
    notes = frame["notes"].fillna("").astype("str") if "notes" in frame else pd.Series("", index=frame.index)
    said[_FEE_QUERY] = notes.str.contains(_FEE_QUERY, regex=False)
    said["contradicted"] = panel.grades[_DROPPED].eq("contradicted") if _DROPPED in panel.grades else False
    said["state"] = _states(said)
    return said


def _number(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    if name not in frame:
        return pd.Series(np.nan, index=frame.index)
    return pd.to_numeric(frame[name]).astype("float64")


def _states(said: pd.DataFrame) -> pd.Series[str]:
    none, charged = said["stated"].eq("none"), said["stated"].eq("charged") | (said["billed"] > 0)
    came_in = said["yuan"] > 0
    nothing_came_in = said["yuan"].eq(0)
    chosen = np.select(
        [
            none & (came_in | (said["billed"] > 0)),
            came_in,
            charged & nothing_came_in,
            charged,
            none | nothing_came_in | said["billed"].eq(0),
            said["stated"].eq("unclear"),
            said["whole"],
        ],
        ["contradictory", "collected", "unpaid", "billed", "none", "unclear", "silent"],
        default="unseen",
    )
    return pd.Series(chosen, index=said.index)


def _base(of: str, reports: pd.DataFrame) -> pd.DataFrame:
    return reports[reports["whole"]] if of == "whole" else reports[reports["state"] != "silent"]


def _estimates(of: str, part: str, group: str, kept: pd.DataFrame, *, level: float) -> Iterable[Estimate]:
    stratum = kept[(kept["part"] == part) & ((kept["group"] == group) | (group == "all"))]
    base = _base(of, stratum)
    if of == "whole" and not kept.loc[kept["part"] == part, "whole"].any():
        return
    shown = [state.key for state in STATES if of == "whole" or state.key != "silent"]
    for state in (*shown, "charged"):
        keys = _CHARGED if state == "charged" else (state,)
        found = proportion(int(base["state"].isin(keys).sum()), len(base), level=level)
        yield Estimate(state, of, part, group, base["whose"].nunique(), *found)


def _of_reports(kept: pd.DataFrame) -> Iterable[Amount]:
    yuan = kept["billed"].where(kept["billed"] > 0, kept["yuan"])
    told = kept.assign(tested=yuan)[yuan > 0]
    columns = ("report_id", "organ", "year", "part", "state", "tested", "cases")
    for key, organ, year, part, state, amount, cases in zip(*(told[name] for name in columns), strict=True):
        number = int(cases) if cases >= 1 else None
        yield _amount("report", (key, organ, int(year), part, state), float(amount), number, rounded=False)


def _of_cases(cases: pd.DataFrame) -> Iterable[Amount]:
    missing = [name for name in _CASE_COLUMNS if name not in cases.columns]
    if missing:
        got = ", ".join(map(str, cases.columns))
        msg = f"cases= has no column {missing[0]!r}; expected {', '.join(_CASE_COLUMNS)}; got {got}"
        raise CallError(msg)
    rounded = cases["rounded"].eq(True) if "rounded" in cases else pd.Series(False, index=cases.index)
    columns = [cases[name] for name in _CASE_COLUMNS]
    for key, organ, year, number, yuan, state, about in zip(*columns, rounded, strict=True):
        if state not in _CASE_STATES:
            msg = f"case {key!r} has state {state!r}; expected one of {', '.join(_CASE_STATES)}"
            raise CallError(msg)
        if yuan > 0:
            whose = (str(key), "" if pd.isna(organ) else str(organ), int(year), _CASES, _CASE_STATES[state])
            yield _amount("case", whose, float(yuan), None if pd.isna(number) else int(number), rounded=bool(about))


def _amount(
    source: str, whose: tuple[str, str, int, str, str], yuan: float, cases: int | None, *, rounded: bool
) -> Amount:
    if rounded:
        return Amount(source, *whose, cases, yuan, "", "rounded", None, math.nan)
    if yuan % 1 or yuan > LARGEST:
        return Amount(source, *whose, cases, yuan, "", "impossible", None, math.nan)
    amount = int(yuan)
    possible = " ".join(methods(amount, cases=cases))
    pages = pages_giving(amount) if cases == 1 else ()
    by_chance = _page_density(amount) if cases == 1 else 1 / min(step.rate for step in PAGES.fixed if step.rate)
    return Amount(
        source,
        *whose,
        cases,
        yuan,
        possible,
        _PROVED[proof(amount, cases=cases)],
        pages[0] if pages else None,
        by_chance,
    )


_PROVED: dict[Proof, Proved] = {
    Proof.PAGES: "pages",
    Proof.ITEMS: "items",
    Proof.OPEN: "open",
    Proof.IMPOSSIBLE: "impossible",
}


def _page_density(yuan: int) -> float:
    """Return what share of the whole-yuan amounts in the bracket of ``yuan`` some page count costs."""
    charged = [bracket for bracket in PAGES.fixed if bracket.rate]
    bracket = next(one for one in charged if one.last is None or yuan <= by_pages(one.last))
    return 1 / bracket.rate


def _bounds(amounts: Sequence[Amount], *, level: float) -> Iterable[Bound]:
    for source, part in dict.fromkeys((row.source, row.part) for row in amounts):
        here = [row for row in amounts if (row.source, row.part) == (source, part)]
        kinds = {
            "one": [row for row in here if row.cases == 1],
            "several": [row for row in here if row.cases is not None and row.cases > 1],
            "unknown": [row for row in here if row.cases is None],
            "all": here,
        }
        for kind, rows in kinds.items():
            if not rows:
                continue
            counted = {name: sum(row.proof == name for row in rows) for name in (*_PROVED.values(), "rounded")}
            n = counted["pages"] + counted["items"] + counted["open"]
            least, most = (proportion(hits, n, level=level) for hits in (counted["pages"], n - counted["items"]))
            yield Bound(
                source, part, kind, n, **counted, least=least.share, most=most.share, low=least.low, high=most.high
            )


def _fits(amounts: Sequence[Amount]) -> Iterable[Fit]:
    for source, part in dict.fromkeys((row.source, row.part) for row in amounts):
        single = [
            row
            for row in amounts
            if (row.source, row.part) == (source, part) and row.cases == 1 and row.proof != "rounded"
        ]
        if single:
            densities = [_page_density(int(row.yuan)) for row in single]
            fit = sum(row.pages is not None for row in single)
            of_tens = sum(min(1.0, 10 * density) for density in densities)
            yield Fit(source, part, "pages", len(single), fit, sum(densities), of_tens)
            fit = sum("items" in row.possible.split() for row in single)
            yield Fit(source, part, "items", len(single), fit, len(single) / 100, len(single) / 10)


def _unpaid(part: str, kept: pd.DataFrame, *, level: float) -> Iterable[Unpaid]:
    printed = kept[(kept["part"] == part) & kept["dropped"].notna()]
    if printed.empty:
        return
    for measure, reports in (
        ("any", printed),
        ("though_none", printed[printed["state"] == "none"]),
        ("though_silent", printed[printed["state"] == "silent"]),
    ):
        yield Unpaid(
            measure, part, *proportion(int((reports["dropped"] > 0).sum()), len(reports), level=level), "wilson"
        )
    both = printed[printed["handled"].notna()]
    dropped, handled = int(both["dropped"].sum()), int(both["handled"].sum())
    low, high = ratio_by_organ(both["dropped"], both["handled"], both["whose"], level=level)
    share = dropped / handled if handled else math.nan
    yield Unpaid("applications", part, dropped, handled, share, low, high, "bootstrap by organ")


def _payment(part: str, kept: pd.DataFrame, *, level: float) -> Payment:
    both = kept[(kept["part"] == part) & (kept["billed"] > 0) & kept["yuan"].notna()]
    billed, collected = float(both["billed"].sum()), float(both["yuan"].sum())
    share = collected / billed if billed else math.nan
    low, high = ratio_by_organ(both["yuan"], both["billed"], both["whose"], level=level)
    return Payment(part, both["whose"].nunique(), len(both), billed, collected, share, low, high)


def _robustness(part: str, kept: pd.DataFrame, said: pd.DataFrame, *, level: float) -> Iterable[Robustness]:
    own = kept[kept["part"] == part]
    known = said[(said["part"] == part) & ~said["state"].isin(["unseen", "contradictory"]) & said["group"].notna()]
    choices = {
        "as_estimated": own,
        "without_soft_marks": own[~own[[*_SOFT, "scope_citywide"]].any(axis="columns")],
        "without_fee_queries": own[~own[_FEE_QUERY]],
        "latest_year": own,
        "with_years_before": known,
    }
    for of in ("whole", "spoke"):
        if of == "whole" and not own["whole"].any():
            continue
        for check, reports in choices.items():
            base = _base(of, reports)
            if check == "latest_year":
                base = base.sort_values("year").drop_duplicates("whose", keep="last")
            found = proportion(int(base["state"].isin(_CHARGED).sum()), len(base), level=level)
            yield Robustness(check, of, part, base["whose"].nunique(), *found)
