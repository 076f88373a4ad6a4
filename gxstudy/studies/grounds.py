"""What becomes of applications, on which grounds information is not given, and who is given it.

Shares of the outcomes; the eight grounds of denial and their entropy; whether "we do not have it" still outweighs
statutory refusal, as it did in 2008 to 2010; and the odds of disclosure by kind of applicant, compared within each
report (Mantel and Haenszel). The parts of a sample are strata and are never pooled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from gxstudy.errors import CallError
from gxstudy.forms import editions, load
from gxstudy.panel import DISCLOSURE_RATES, Exclusion, Panel, RateDefinition
from gxstudy.studies.odds import RARE, REFERENCE, Applicant, compared
from gxstudy.studies.resample import ratio_by_organ
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = [
    "BENCHMARK",
    "FACTUAL",
    "OUTCOMES",
    "RARE",
    "Applicant",
    "Benchmark",
    "Entropy",
    "Factual",
    "FactualDefinition",
    "Ground",
    "Grounds",
    "Outcome",
    "Report",
    "grounds",
]

OUTCOMES = ("granted", "partial", "denied", "unavailable", "rejected", "other")
"""What can become of an application: disclosed in full, in part; denied, unavailable, not processed, other."""

_APPLICANTS = ("business", "research", "public_interest", "legal_service", "other")
_BASES = ("handled", "decided_on_merits", "resolvable")


class FactualDefinition(NamedTuple):
    """What counts as a factual ground, and what it is set against."""

    key: str
    factual: tuple[str, ...]
    others: tuple[str, ...]
    formula: str


FACTUAL: tuple[FactualDefinition, ...] = (
    FactualDefinition("unavailable_or_denied", ("unavailable",), ("denied",), "unavailable / (unavailable + denied)"),
    FactualDefinition(
        "without_queries",
        ("unavailable",),
        ("denied", "-denied.query"),
        "unavailable / (unavailable + denied, without row 8 of the grounds: queries, no ground of articles 14 to 16)",
    ),
    FactualDefinition(
        "all_not_statutory",
        ("unavailable", "rejected", "other"),
        ("denied",),
        "(unavailable + not processed + other) / (all that was not disclosed)",
    ),
)
"""Ways to ask whether factual and operational grounds outweigh statutory ones. The study of 2011 counted "not held",
"unclear" and "elsewhere" as factual; on the forms since 2019 the last is part of ``unavailable.not_held``."""


class Benchmark(NamedTuple):
    """What was found before, in words: the study printed no share that could be set beside these."""

    finding: str
    sample: str
    source: str


BENCHMARK: tuple[Benchmark, ...] = (
    Benchmark(
        "most requests were granted; refusals were mainly factual-operational (not held, unclear, elsewhere)",
        "245 reports of 88 bodies on 2008 to 2010: 27 ministries, 31 provinces, 30 cities drawn at random",
        "《法学》 2011 (10), as reported at http://m.110.com/flzs/272601.html",
    ),
)


class Outcome(NamedTuple):
    """The share of one outcome among all applications handled.

    ``pooled`` counts applications alike; its interval draws organs with replacement. ``median`` is that of organs, each
    with all its years; its interval is exact, and missing where there are too few organs for one. ``lowest`` and
    ``highest`` are of reports.
    """

    outcome: str
    part: str
    reports: int
    organs: int
    n: int
    handled: int
    pooled: float
    pooled_low: float
    pooled_high: float
    median: float
    median_low: float
    median_high: float
    lowest: float
    highest: float


class Report(NamedTuple):
    """One report: its outcomes as counts and the share of ``unavailable`` in unavailable and denied (Wilson)."""

    part: str
    report_id: str
    organ: str
    year: int
    handled: int
    granted: int
    partial: int
    denied: int
    unavailable: int
    rejected: int
    other: int
    factual: float
    factual_low: float
    factual_high: float
    grounds_used: int
    entropy: float


class Ground(NamedTuple):
    """One ground of denial: its share of all denials, how many reports use it, and how much of it stands in one report.

    ``article`` is that of the Regulations of 2019, as the form has it. The interval draws organs with replacement.
    """

    ground: str
    article: str
    part: str
    reports_using: int
    reports: int
    n: int
    denied: int
    share: float
    low: float
    high: float
    in_one_report: float


class Entropy(NamedTuple):
    """How spread denials are over the ``kinds`` grounds, all reports of a part together.

    ``bits`` is Shannon's entropy, at most ``most``; ``effective`` is the number of equally common grounds that have the
    same. A sample's entropy is too low by about ``bias`` bits (Miller), which is not added. ``without_one_low`` and
    ``without_one_high``: lowest and highest when one organ is left out.
    """

    of: str
    part: str
    reports: int
    organs: int
    denied: int
    kinds: int
    bits: float
    most: float
    effective: float
    bias: float
    without_one_low: float
    without_one_high: float


class Factual(NamedTuple):
    """How far factual and operational grounds outweigh the others, under one definition (:data:`FACTUAL`).

    ``pooled`` with organs drawn with replacement; ``organs_above`` of ``organs`` have a share above one half, a share
    of organs with Wilson's interval, and ``p`` is the exact two-sided one of a fair coin.
    """

    definition: str
    part: str
    reports: int
    hits: int
    n: int
    pooled: float
    pooled_low: float
    pooled_high: float
    median: float
    organs_above: int
    organs: int
    above: float
    above_low: float
    above_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Grounds(Result):
    """Outcomes, grounds and applicants.

    Attributes
    ----------
    outcomes
        By outcome and part.
    factual
        By definition and part.
    denied
        By ground and part.
    entropy
        By part: of all eight grounds (``grounds``), and without queries (``grounds_without_queries``).
    applicants
        By applicant, denominator and part.
    reports
        One row a report.
    exclusions
        Reports left out of everything, and of the comparison of applicants (``applicants_missing``).
    flags
        Reports kept although a sum of the form fails on a figure of theirs.
    level
        Of the intervals.
    """

    outcomes: tuple[Outcome, ...]
    factual: tuple[Factual, ...]
    denied: tuple[Ground, ...]
    entropy: tuple[Entropy, ...]
    applicants: tuple[Applicant, ...]
    reports: tuple[Report, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("outcomes", Outcome._fields, Outcome._fields[6:]),
        TableSpec(
            "factual",
            Factual._fields,
            ("pooled", "pooled_low", "pooled_high", "median", "above", "above_low", "above_high"),
        ),
        TableSpec("denied", Ground._fields, ("share", "low", "high", "in_one_report")),
        TableSpec("entropy", Entropy._fields),
        TableSpec("applicants", Applicant._fields, ("rate", "other_rate")),
        TableSpec("reports", Report._fields, ("factual", "factual_low", "factual_high")),
        TableSpec("exclusions", Exclusion._fields),
        TableSpec("flags", Exclusion._fields),
    )

    @property
    def definitions(self) -> tuple[RateDefinition, ...]:
        """The denominators under which applicants are compared."""
        return tuple(definition for definition in DISCLOSURE_RATES if definition.key in _BASES)

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        bases = "; ".join(f"{item.key}: {item.formula}" for item in self.definitions)
        return (
            f"Shares of the outcomes of all applications handled. Factual grounds: {FACTUAL[0].formula}. Odds ratios "
            f"of disclosure against natural persons, each report a stratum (Mantel-Haenszel), by denominator. {bases}. "
            f"{100 * self.level:g} % intervals; pooled shares draw organs with replacement. {left_out(self.exclusions)}"
        )


def grounds(panel: Panel, *, level: float = 0.95) -> Grounds:
    """Tell what became of applications, why information was not given, and to whom it was.

    Parameters
    ----------
    panel
        Needs the table of applications: the column ``total`` for outcomes and grounds, the six applicants for the
        comparison. Organs are told apart by ``panel.whose``.
    level
        Of the intervals.

    Returns
    -------
    Grounds
        Of reports whose outcome rows all hold figures that add up to the total handled, where that is printed, and are
        not all 0. Reports that lack an applicant's figure stay out of the comparison of applicants only.

    Raises
    ------
    CallError
        When the panel lacks a column, or ``level`` is no level.
    """
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a number between 0 and 1, such as 0.95"
        raise CallError(msg)
    rows = _rows()
    needed = [f"applications.{row}.total" for leaves in rows.values() for row in leaves]
    missing = [name for name in needed if name not in panel.states]
    if missing:
        msg = f"the panel has no column {missing[0]!r}; it needs the table of applications, with its outcomes"
        raise CallError(msg)
    taken, exclusions = _taken(panel, rows)
    applicants, without = _by_applicant(panel, rows, taken)
    doubted = int((panel.grades.loc[taken.index, needed] == "contradicted").any(axis="columns").sum())
    parts = sorted(set(taken["part"]))
    own = {part: taken[taken["part"] == part] for part in parts}
    return Grounds(
        outcomes=tuple(_outcome(name, part, own[part], level=level) for part in parts for name in OUTCOMES),
        factual=tuple(_factual(item, part, own[part], level=level) for part in parts for item in FACTUAL),
        denied=tuple(_ground(row, part, own[part], level=level) for part in parts for row in rows["denied"]),
        entropy=tuple(row for part in parts for row in _entropies(part, own[part], rows["denied"])),
        applicants=tuple(
            compared(applicant, base, part, applicants, level=level)
            for part in parts
            for base in _BASES
            for applicant in _APPLICANTS
        ),
        reports=tuple(_report(row, rows["denied"], level=level) for _, row in taken.iterrows()),
        exclusions=(*panel.exclusions, *exclusions, *without),
        flags=(Exclusion("contradicted", doubted, "reports", "a sum of the form fails on a figure"),)
        if doubted
        else (),
        level=level,
    )


def _rows() -> dict[str, tuple[str, ...]]:
    """Return the rows of each outcome; ``other`` is the one row that stands for its three (the panel bridges them)."""
    (table,) = (table for table in load(editions()[-1]).tables if table.key == "applications")
    keys = [row.key for row in table.rows]
    return {
        outcome: (outcome,) if outcome in keys else tuple(key for key in keys if key.startswith(f"{outcome}."))
        for outcome in OUTCOMES
    }


def _sums(panel: Panel, rows: dict[str, tuple[str, ...]], applicant: str) -> pd.DataFrame:
    """Return the outcomes of one kind of applicant; missing where one of their rows is."""
    return pd.DataFrame(
        {
            outcome: panel.frame[[f"applications.{row}.{applicant}" for row in leaves]].sum(
                axis="columns", skipna=False
            )
            for outcome, leaves in rows.items()
        }
    )


def _taken(panel: Panel, rows: dict[str, tuple[str, ...]]) -> tuple[pd.DataFrame, tuple[Exclusion, ...]]:
    """Return the reports whose outcomes are known: who, the outcomes, the eight grounds, and how many were handled."""
    sums = _sums(panel, rows, "total")
    frame = panel.frame[["report_id", "organ", "year", "part"]].assign(whose=panel.whose).join(sums)
    for row in rows["denied"]:
        frame[row] = panel.frame[f"applications.{row}.total"]
    frame["handled"] = sums.sum(axis="columns", skipna=False)
    total = panel.frame.get("applications.handled_total.total", frame["handled"])
    incomplete = frame["handled"].isna()
    differs = ~incomplete & total.notna() & (total != frame["handled"])
    nothing = ~incomplete & ~differs & (frame["handled"] == 0)
    counted = (
        Exclusion("figure_missing", int(incomplete.sum()), "reports", "an outcome is blank, unreadable or not there"),
        Exclusion("figures_disagree", int(differs.sum()), "reports", "the outcomes do not add up to the total handled"),
        Exclusion("nothing_to_divide_by", int(nothing.sum()), "reports", "no application was handled"),
    )
    return frame[~incomplete & ~differs & ~nothing], tuple(item for item in counted if item.n)


def _outcome(name: str, part: str, own: pd.DataFrame, *, level: float) -> Outcome:
    shares = own[name] / own["handled"]
    organs = own.groupby("whose")[[name, "handled"]].sum()
    return Outcome(
        name,
        part,
        len(own),
        len(organs),
        int(own[name].sum()),
        int(own["handled"].sum()),
        float(own[name].sum() / own["handled"].sum()),
        *ratio_by_organ(own[name], own["handled"], own["whose"], level=level),
        *_median((organs[name] / organs["handled"]).to_numpy(), level=level),
        float(shares.min()),
        float(shares.max()),
    )


def _median(values: npt.NDArray[np.float64], *, level: float) -> tuple[float, float, float]:
    """Return the median and its exact interval, from order statistics; nan where there are too few values for one."""
    middle = float(np.median(values))
    low, high = np.asarray(stats.quantile_test(values, q=middle, p=0.5).confidence_interval(level), dtype="float64")
    return middle, float(low), float(high)


def _halves(definition: FactualDefinition, own: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return what is factual, and that with all it is set against."""
    factual = own[list(definition.factual)].sum(axis="columns")
    others = sum((-own[name[1:]] if name.startswith("-") else own[name] for name in definition.others), 0 * factual)
    return factual, factual + others


def _factual(definition: FactualDefinition, part: str, own: pd.DataFrame, *, level: float) -> Factual:
    hits, n = _halves(definition, own)
    organs = pd.DataFrame({"hits": hits, "n": n}).groupby(own["whose"]).sum().query("n > 0")
    shares = organs["hits"] / organs["n"]
    above = proportion(int((shares > 0.5).sum()), len(shares), level=level)
    decided = int((shares != 0.5).sum())
    return Factual(
        definition.key,
        part,
        int((n > 0).sum()),
        int(hits.sum()),
        int(n.sum()),
        float(hits.sum() / n.sum()) if n.sum() else math.nan,
        *ratio_by_organ(hits, n, own["whose"], level=level),
        float(shares.median()),
        above.hits,
        above.n,
        above.share,
        above.low,
        above.high,
        float(stats.binomtest(above.hits, decided).pvalue) if decided else math.nan,
    )


def _ground(row: str, part: str, own: pd.DataFrame, *, level: float) -> Ground:
    (table,) = (table for table in load(editions()[-1]).tables if table.key == "applications")
    (article,) = (known.article or "" for known in table.rows if known.key == row)
    count, denied = own[row].sum(), own["denied"].sum()
    return Ground(
        row,
        article,
        part,
        int((own[row] > 0).sum()),
        len(own),
        int(count),
        int(denied),
        float(count / denied) if denied else math.nan,
        *ratio_by_organ(own[row], own["denied"], own["whose"], level=level),
        float(own[row].max() / count) if count else math.nan,
    )


def _entropies(part: str, own: pd.DataFrame, denied: Sequence[str]) -> list[Entropy]:
    """Return the entropy of the grounds, all of them and without queries."""
    kinds = {"grounds": list(denied), "grounds_without_queries": [row for row in denied if row != "denied.query"]}
    return [_entropy(of, part, own, rows) for of, rows in kinds.items()]


def _entropy(of: str, part: str, own: pd.DataFrame, rows: list[str]) -> Entropy:
    organs = own.groupby("whose")[rows].sum().to_numpy()
    counts = organs.sum(axis=0)
    without = [_bits(counts - organ) for organ in organs]
    known = [bits for bits in without if not math.isnan(bits)]
    bits, n = _bits(counts), int(counts.sum())
    return Entropy(
        of,
        part,
        len(own),
        len(organs),
        n,
        len(rows),
        bits,
        math.log2(len(rows)),
        2.0**bits,
        (int((counts > 0).sum()) - 1) / (2 * n * math.log(2)) if n else math.nan,
        min(known, default=math.nan),
        max(known, default=math.nan),
    )


def _bits(counts: npt.NDArray[np.float64]) -> float:
    return float(stats.entropy(counts, base=2)) if counts.sum() > 0 else math.nan


def _report(row: pd.Series[float], denied: Sequence[str], *, level: float) -> Report:
    factual = proportion(int(row["unavailable"]), int(row["unavailable"] + row["denied"]), level=level)
    counts = np.array([row[name] for name in denied], dtype="float64")
    return Report(
        part=str(row["part"]),
        report_id=str(row["report_id"]),
        organ=str(row["organ"]),
        year=int(row["year"]),
        handled=int(row["handled"]),
        granted=int(row["granted"]),
        partial=int(row["partial"]),
        denied=int(row["denied"]),
        unavailable=int(row["unavailable"]),
        rejected=int(row["rejected"]),
        other=int(row["other"]),
        factual=factual.share,
        factual_low=factual.low,
        factual_high=factual.high,
        grounds_used=int((counts > 0).sum()),
        entropy=_bits(counts),
    )


def _by_applicant(
    panel: Panel, rows: dict[str, tuple[str, ...]], taken: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Exclusion, ...]]:
    """Return ``yes.BASE.APPLICANT`` and ``no.BASE.APPLICANT`` of the reports that have all six applicants."""
    frame = taken[["report_id", "whose", "part"]].copy()
    for applicant in (REFERENCE, *_APPLICANTS):
        names = [f"applications.{row}.{applicant}" for leaves in rows.values() for row in leaves]
        if not set(names) <= set(panel.states.columns):
            msg = f"the panel has no column {names[0]!r}; it needs the six applicants of the table of applications"
            raise CallError(msg)
        sums = _sums(panel, rows, applicant).loc[taken.index]
        yes = sums[["granted", "partial"]].sum(axis="columns", skipna=False)
        no = {
            "handled": sums[["denied", "unavailable", "rejected", "other"]].sum(axis="columns", skipna=False),
            "decided_on_merits": sums[["denied", "unavailable"]].sum(axis="columns", skipna=False),
            "resolvable": sums["denied"],
        }
        for base in _BASES:
            frame[f"yes.{base}.{applicant}"], frame[f"no.{base}.{applicant}"] = yes, no[base]
    whole = frame.notna().all(axis="columns")
    left_out = int((~whole).sum())
    why = "a figure by applicant is blank or not there; left out of the comparison of applicants alone"
    return frame[whole], (Exclusion("applicants_missing", left_out, "reports", why),) if left_out else ()
