"""What share of organs received no request for information in a year.

The answer hangs on what counts as zero, so every definition is computed beside the others (:data:`DEFINITIONS`), each
on the reports to which it can be applied. The parts of a sample are strata and are never pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from gxstudy.errors import CallError
from gxstudy.panel import FULL_REPORTS, Exclusion, Panel
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = [
    "BENCHMARK",
    "DEFINITIONS",
    "Agreement",
    "Benchmark",
    "Definition",
    "Estimate",
    "Robustness",
    "Transition",
    "ZeroApplications",
    "zero_applications",
]

_NEW = "applications.new.total"
_CARRIED = "applications.carried_in.total"
_SAID_NEW = "prose.applications_received"
_SAID_CARRIED = "prose.applications_carried_in"
_APPLICANTS = "applications.new."
_SOFT = ("organ_inferred", "host_third_party", "wording_partial")
_PARTS = ("purposive", "repeat_year", FULL_REPORTS)
_LEVELS = ("national", "province", "prefecture", "county", "township")


class Definition(NamedTuple):
    """What counts as zero, and of which reports it can be said."""

    key: str
    zero: str
    base: str


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "stated",
        "the report says that it received no application: in table three or, where no figure stands there, in its text",
        "reports that give the number anywhere",
    ),
    Definition("new", "table three prints 0 new applications", "reports with a figure in that place"),
    Definition(
        "new_and_carried_in",
        "no new application and none carried in from the year before: nothing to handle",
        "reports that give both numbers",
    ),
    Definition(
        "blank",
        "table three prints 0 new applications, or leaves the place blank or struck through",
        "reports with that place in view; none where the total is blank but an applicant column holds a figure above 0",
    ),
    Definition(
        "silent",
        "zero is stated, or no number is given at all: the place blank, struck through or absent and the text silent",
        "reports seen whole, and those that give the number",
    ),
)
"""What counts as zero, from what a report states to what it leaves out."""


class Benchmark(NamedTuple):
    """A published share; without an interval, for the counts behind it were not published."""

    year: int
    share: float
    population: str
    source: str


_PKU = "Center for Public Participation, Peking University, study of annual reports, May 2011"
_PKU_URL = "http://taiwan.cn/xwzx/PoliticsNews/201105/t20110520_1863749.htm"

BENCHMARK: tuple[Benchmark, ...] = tuple(
    Benchmark(year, share, "State Council bodies", f"{_PKU}, as reported at {_PKU_URL}")
    for year, share in ((2008, 0.23), (2009, 0.22), (2010, 0.25))
)
"""Share of State Council bodies whose report *stated* zero applications (definition ``stated``), printed in whole per
cent. Another population under the Regulations of 2008: context, not a baseline."""


class Estimate(NamedTuple):
    """One share.

    ``reports`` are all in the stratum, ``n`` those of them to which the definition applies, from ``organs`` organs.
    """

    definition: str
    part: str
    group: str
    reports: int
    organs: int
    zeros: int
    n: int
    share: float
    low: float
    high: float


class Agreement(NamedTuple):
    """A definition against ``stated`` on the ``n`` reports to which both apply, and McNemar's exact p for a shift."""

    definition: str
    part: str
    n: int
    both_zero: int
    only_stated: int
    only_this: int
    neither: int
    p: float


class Transition(NamedTuple):
    """Years that follow one another, in one organ: zero or some applications (``stated``) in the first and the second.

    ``stayed`` is the share of zeros that are zero again, ``became`` that of the others that turn zero. ``mcnemar_p``:
    is one direction of change more common than the other? ``fisher_p``: does the second year depend on the first?
    """

    part: str
    organs: int
    pairs: int
    zero_zero: int
    zero_some: int
    some_zero: int
    some_some: int
    stayed: float
    stayed_low: float
    stayed_high: float
    became: float
    became_low: float
    became_high: float
    mcnemar_p: float
    fisher_p: float


class Robustness(NamedTuple):
    """The share of ``stated`` zeros again, under another choice."""

    check: str
    part: str
    organs: int
    zeros: int
    n: int
    share: float
    low: float
    high: float
    interval: str


_SHARE = ("share", "low", "high")


@dataclass(frozen=True, slots=True)
class ZeroApplications(Result):
    """Shares of reports with zero applications.

    Attributes
    ----------
    estimates
        By definition, part and group; the group ``all`` first.
    agreement
        How far each definition and ``stated`` say the same of the same reports.
    transitions
        From one year to the next in one organ; ``across_parts`` where the two reports belong to different parts.
    robustness
        The overall share again: citywide totals kept (``with_citywide``); doubtful rows dropped
        (``without_soft_marks``); each organ's latest report alone (``latest_year``); organs of other parts dropped
        (``organs_of_this_part``); organs drawn with replacement (``bootstrap_by_organ``); all reports without a number
        taken as some and as zero (``unseen_as_some``, ``unseen_as_zero``): the widest the answer can be.
    exclusions, flags
        Reports left out; reports kept although something about them is soft.
    by, level
        The column of ``group``, and the level of the intervals.
    """

    estimates: tuple[Estimate, ...]
    agreement: tuple[Agreement, ...]
    transitions: tuple[Transition, ...]
    robustness: tuple[Robustness, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    by: str | None
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("estimates", Estimate._fields, _SHARE),
        TableSpec("agreement", Agreement._fields),
        TableSpec(
            "transitions",
            Transition._fields,
            ("stayed", "stayed_low", "stayed_high", "became", "became_low", "became_high"),
        ),
        TableSpec("robustness", Robustness._fields, _SHARE),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions used, in order."""
        used = {estimate.definition for estimate in self.estimates}
        return tuple(definition for definition in DEFINITIONS if definition.key in used)

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        meanings = "; ".join(f"{item.key}: {item.zero} (of {item.base})" for item in self.definitions)
        return (
            f"Zero means, {meanings}. Wilson intervals, {100 * self.level:g} %; "
            f"reports of one organ are not independent. {left_out(self.exclusions)}"
        )


def zero_applications(
    panel: Panel, *, by: str | None = None, level: float = 0.95, definitions: Sequence[str] | None = None
) -> ZeroApplications:
    """Estimate the share of reports with zero applications, under each definition of zero.

    Parameters
    ----------
    panel
        Needs the column ``applications.new.total`` or ``prose.applications_received``; uses, where they are there,
        ``applications.carried_in.total``, ``prose.applications_carried_in``, the applicant columns and the marks of
        :data:`gxstudy.panel.MARKS`. Organs are told apart by ``panel.whose``. Reports marked ``scope_citywide`` add up
        many organs and are left out.
    by
        A column of ``panel.frame`` to split by (``level``, ``sector``, ``year``, ``province`` ...); None for no split.
    level
        Of the intervals.
    definitions
        Keys of :data:`DEFINITIONS`; all by default.

    Returns
    -------
    ZeroApplications
        Always by ``part``. Intervals are Wilson's: right for reports drawn independently. An organ with several years
        counts several times; ``robustness`` has one report an organ, and a bootstrap over organs.

    Raises
    ------
    CallError
        When the panel has no such column, there is no such definition, or ``level`` is no level.
    """
    used = _definitions(definitions)
    evidence = _evidence(panel, by)
    citywide = evidence["scope_citywide"]
    groupless = ~citywide & evidence["group"].isna()
    kept = evidence[~citywide & ~groupless]
    left_out = (
        Exclusion("scope_citywide", int(citywide.sum()), "reports", "adds up the organs of a place, and is no organ"),
        Exclusion("group_unknown", int(groupless.sum()), "reports", f"{by} is not known"),
    )
    soft = {mark: int(kept.loc[kept["stated"].notna(), mark].sum()) for mark in _SOFT}
    flags = (
        Exclusion("organ_inferred", soft["organ_inferred"], "reports", "the organ's name is inferred"),
        Exclusion("host_third_party", soft["host_third_party"], "reports", "not found on the organ's own site"),
        Exclusion("wording_partial", soft["wording_partial"], "reports", "the number is of some applications only"),
        Exclusion("contradicted", int(kept["contradicted"].sum()), "reports", "a sum of the form fails on the figure"),
        Exclusion("total_blank", int(kept["hidden"].sum()), "reports", "the total is blank, the applicants are not"),
    )
    parts = _ordered(kept["part"], _PARTS)
    groups = ["all"] if by is None else ["all", *_groups(kept)]
    return ZeroApplications(
        estimates=tuple(
            _estimate(key, part, group, kept, level=level) for key in used for part in parts for group in groups
        ),
        agreement=tuple(_agreement(key, part, kept) for key in used if key != "stated" for part in parts),
        transitions=_transitions(kept, level=level),
        robustness=tuple(row for part in parts for row in _robustness(part, kept, evidence, level=level)),
        exclusions=(*panel.exclusions, *(item for item in left_out if item.n)),
        flags=tuple(item for item in flags if item.n),
        by=by,
        level=level,
    )


def _definitions(keys: Sequence[str] | None) -> tuple[str, ...]:
    known = tuple(definition.key for definition in DEFINITIONS)
    for key in keys or ():
        if key not in known:
            msg = f"no definition of zero is called {key!r}; there are: {', '.join(known)}"
            raise CallError(msg)
    return known if keys is None else tuple(key for key in known if key in keys)


def _evidence(panel: Panel, by: str | None) -> pd.DataFrame:
    """Bring what the definitions need under one roof: a row a report, a column ``zero.KEY`` (1, 0 or missing) each."""
    frame, states = panel.frame, panel.states
    if _NEW not in frame and _SAID_NEW not in frame:
        msg = f"the panel has neither {_NEW!r} nor {_SAID_NEW!r}; one of them must hold the number of applications"
        raise CallError(msg)
    if by is not None and (by not in frame or by in states):
        described = [name for name in frame.columns if name not in states.columns]
        msg = f"the panel has no column {by!r} to split by; it has {', '.join(described)}"
        raise CallError(msg)
    missing = pd.Series(np.nan, index=frame.index)
    new, carried, said_new, said_carried = (
        frame.get(name, missing) for name in (_NEW, _CARRIED, _SAID_NEW, _SAID_CARRIED)
    )
    place = states.get(_NEW, pd.Series("unseen", index=frame.index))
    text = states.get(_SAID_NEW, pd.Series("unseen", index=frame.index))
    applicants = [name for name in states.columns if name.startswith(_APPLICANTS) and name != _NEW]
    empty = place.isin(["blank", "slash"])
    hidden = empty & (frame[applicants] > 0).any(axis="columns")
    stated = new.fillna(said_new)
    carried = carried.fillna(said_carried)
    mute = stated.isna() & (empty | (place == "absent")) & ~hidden & (text == "absent")

    evidence = frame[["year", "part"]].assign(whose=panel.whose)
    evidence["group"] = "all" if by is None else frame[by].astype("str").where(frame[by].notna())
    for mark in ("scope_citywide", *_SOFT):
        evidence[mark] = frame[mark].eq(True) if mark in frame else False
    evidence["contradicted"] = panel.grades[_NEW].eq("contradicted") if _NEW in panel.grades else False
    evidence["hidden"] = hidden
    evidence["stated"] = stated
    evidence["zero.stated"] = _truth(stated == 0, stated.notna())
    evidence["zero.new"] = _truth(new == 0, new.notna())
    evidence["zero.new_and_carried_in"] = _truth(stated + carried == 0, stated.notna() & carried.notna())
    evidence["zero.blank"] = _truth((new == 0) | empty, new.notna() | (empty & ~hidden))
    evidence["zero.silent"] = _truth((stated == 0) | mute, stated.notna() | mute)
    return evidence


def _truth(zero: pd.Series[bool], applies: pd.Series[bool]) -> pd.Series[float]:
    return zero.astype("float64").where(applies)


def _ordered(values: pd.Series[str], known: Sequence[str]) -> list[str]:
    """Return the values that occur: the known in their order, then the others by name."""
    there = set(values)
    return [*(value for value in known if value in there), *sorted(there - set(known))]


def _groups(kept: pd.DataFrame) -> list[str]:
    """Return the groups: levels from the top, years forwards, anything else from the largest n."""
    there = set(kept["group"])
    if there <= set(_LEVELS) or all(group.isdigit() for group in there):
        return _ordered(kept["group"], _LEVELS)
    n = kept.groupby("group")["stated"].count()
    return sorted(there, key=lambda group: (-int(n[group]), group))


def _estimate(key: str, part: str, group: str, kept: pd.DataFrame, *, level: float) -> Estimate:
    stratum = kept[(kept["part"] == part) & ((kept["group"] == group) | (group == "all"))]
    judged = stratum[stratum[f"zero.{key}"].notna()]
    found = proportion(int(judged[f"zero.{key}"].sum()), len(judged), level=level)
    return Estimate(key, part, group, len(stratum), judged["whose"].nunique(), *found)


def _agreement(key: str, part: str, kept: pd.DataFrame) -> Agreement:
    both = kept.loc[kept["part"] == part, ["zero.stated", f"zero.{key}"]].dropna() == 1
    stated, this = both["zero.stated"], both[f"zero.{key}"]
    both_zero, only_stated, only_this, neither = _crossed(stated, this)
    p = _mcnemar(both_zero, only_stated, only_this, neither)
    return Agreement(key, part, len(both), both_zero, only_stated, only_this, neither, p)


def _crossed(first: pd.Series[bool], second: pd.Series[bool]) -> tuple[int, int, int, int]:
    """Count both, first alone, second alone, neither."""
    return (
        int((first & second).sum()),
        int((first & ~second).sum()),
        int((~first & second).sum()),
        int((~first & ~second).sum()),
    )


def _mcnemar(both: int, first: int, second: int, neither: int) -> float:
    """Return McNemar's exact p; 1 where nothing changed, nan where there is nothing."""
    if first + second == 0:
        return float("nan") if both + neither == 0 else 1.0
    return float(mcnemar([[both, first], [second, neither]], exact=True).pvalue)


def _transitions(kept: pd.DataFrame, *, level: float) -> tuple[Transition, ...]:
    judged = kept[kept["zero.stated"].notna()].sort_values(["whose", "year"])
    before = judged.groupby("whose")[["year", "zero.stated", "part"]].shift()
    follows = judged["year"] - before["year"] == 1
    pairs = pd.DataFrame(
        {
            "whose": judged["whose"],
            "part": judged["part"].where(judged["part"] == before["part"], "across_parts"),
            "first": before["zero.stated"],
            "second": judged["zero.stated"],
        }
    )[follows]
    parts = _ordered(pairs["part"], _PARTS)
    return tuple(_transition(part, pairs[pairs["part"] == part], level=level) for part in parts)


def _transition(part: str, pairs: pd.DataFrame, *, level: float) -> Transition:
    zero_zero, zero_some, some_zero, some_some = _crossed(pairs["first"] == 1, pairs["second"] == 1)
    stayed = proportion(zero_zero, zero_zero + zero_some, level=level)
    became = proportion(some_zero, some_zero + some_some, level=level)
    fisher = stats.fisher_exact(np.array([[zero_zero, zero_some], [some_zero, some_some]])).pvalue
    return Transition(
        part,
        pairs["whose"].nunique(),
        len(pairs),
        zero_zero,
        zero_some,
        some_zero,
        some_some,
        *stayed[2:],
        *became[2:],
        _mcnemar(zero_zero, zero_some, some_zero, some_some),
        float(fisher),
    )


def _robustness(part: str, kept: pd.DataFrame, evidence: pd.DataFrame, *, level: float) -> list[Robustness]:
    own, judged = kept[kept["part"] == part], kept[(kept["part"] == part) & kept["stated"].notna()]
    elsewhere = set(kept.loc[kept["part"] != part, "whose"])
    choices = {
        "as_estimated": judged,
        "with_citywide": evidence[(evidence["part"] == part) & evidence["group"].notna() & evidence["stated"].notna()],
        "without_soft_marks": judged[~judged[list(_SOFT)].any(axis="columns")],
        "latest_year": judged.sort_values("year").drop_duplicates("whose", keep="last"),
        "organs_of_this_part": judged[~judged["whose"].isin(elsewhere)],
        "unseen_as_some": own.assign(**{"zero.stated": own["zero.stated"].fillna(0.0)}),
        "unseen_as_zero": own.assign(**{"zero.stated": own["zero.stated"].fillna(1.0)}),
    }
    rows = []
    for check, reports in choices.items():
        found = proportion(int(reports["zero.stated"].sum()), len(reports), level=level)
        rows.append(Robustness(check, part, reports["whose"].nunique(), *found, "wilson"))
    low, high = ratio_by_organ(judged["zero.stated"], judged["zero.stated"] * 0 + 1, judged["whose"], level=level)
    by_organ = rows[0]._replace(check="bootstrap_by_organ", low=low, high=high, interval="percentile")
    return [*rows[:5], by_organ, *rows[5:]]
