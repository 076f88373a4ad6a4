"""The odds of disclosure of one kind of applicant against another, compared within reports."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable

from gxstudy.studies.resample import ratio_of_sums

__all__ = ["RARE", "REFERENCE", "Applicant", "compared"]

REFERENCE = "natural_person"
"""Whom the others are compared with."""
RARE = 5
"""A comparison with fewer applications than that in one of its four cells is rare."""


class Applicant(NamedTuple):
    """The odds of disclosure of one kind of applicant against those of natural persons, within reports.

    ``of`` names the denominator (:data:`gxstudy.panel.DISCLOSURE_RATES`). ``disclosed`` and ``not_disclosed`` are
    applications of this kind, in the ``strata`` reports where both kinds and both outcomes occur; ``other_disclosed``
    and ``other_not`` those of natural persons there. ``crude`` is the odds ratio of these sums, ``odds_ratio`` that of
    Mantel and Haenszel. ``low`` and ``high`` hold if every application is decided independently of others;
    ``organ_low`` and ``organ_high`` draw organs with replacement (missing where ``rare``). ``p_alike`` tests that the
    odds ratio is the same in all reports (Breslow and Day, as corrected by Tarone). ``rare``: fewer than :data:`RARE`
    in one of the four cells; then no interval can be relied on.
    """

    applicant: str
    of: str
    part: str
    strata: int
    organs: int
    disclosed: int
    not_disclosed: int
    other_disclosed: int
    other_not: int
    rate: float
    other_rate: float
    crude: float
    odds_ratio: float
    low: float
    high: float
    organ_low: float
    organ_high: float
    p_alike: float
    rare: bool


def compared(applicant: str, base: str, part: str, frame: pd.DataFrame, *, level: float) -> Applicant:
    """Compare one kind of applicant with natural persons.

    Parameters
    ----------
    applicant, base, part
        Whom, by which denominator, in which part of the sample.
    frame
        One row a report: ``whose`` it is, its ``part``, and for both kinds of applicant the columns ``yes.BASE.WHO``
        and ``no.BASE.WHO``, how many were disclosed and how many of the base were not.
    level
        Of the intervals.
    """
    columns = [f"{answer}.{base}.{who}" for who in (applicant, REFERENCE) for answer in ("yes", "no")]
    cells = frame.loc[frame["part"] == part, columns].set_axis(["a", "b", "c", "d"], axis="columns")
    margins = (cells["a"] + cells["b"], cells["c"] + cells["d"], cells["a"] + cells["c"], cells["b"] + cells["d"])
    telling = pd.concat(margins, axis="columns").gt(0).all(axis="columns")
    cells = cells[telling]
    organs = frame.loc[cells.index, "whose"]
    a, b, c, d = (int(cells[name].sum()) for name in ("a", "b", "c", "d"))
    rare = min(a, b, c, d) < RARE
    size = cells.sum(axis="columns")
    for_it, against = cells["a"] * cells["d"] / size, cells["b"] * cells["c"] / size
    ratio = float(for_it.sum() / against.sum()) if against.sum() else (math.inf if for_it.sum() else math.nan)
    low = high = alike = organ_low = organ_high = math.nan
    if 0 < ratio < math.inf:
        table = StratifiedTable([np.array([[row.a, row.b], [row.c, row.d]]) for row in cells.itertuples()])
        ratio = float(table.oddsratio_pooled)
        low, high = (float(end) for end in table.oddsratio_pooled_confint(alpha=1 - level))
        alike = float(table.test_equal_odds(adjust=True).pvalue) if len(cells) > 1 else math.nan
    if not rare:
        organ_low, organ_high = _odds_by_organ(for_it, against, organs, level=level)
    return Applicant(
        applicant,
        base,
        part,
        len(cells),
        organs.nunique(),
        a,
        b,
        c,
        d,
        a / (a + b) if a + b else math.nan,
        c / (c + d) if c + d else math.nan,
        a * d / (b * c) if b * c else math.nan,
        ratio,
        low,
        high,
        organ_low,
        organ_high,
        alike,
        rare,
    )


def _odds_by_organ(
    for_it: pd.Series[float], against: pd.Series[float], organs: pd.Series[str], *, level: float
) -> tuple[float, float]:
    """Return the percentile interval of the pooled odds ratio, organs drawn with replacement."""
    sums = pd.DataFrame({"for_it": for_it, "against": against}).groupby(organs).sum()
    if len(sums) < 2:
        return math.nan, math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return ratio_of_sums(sums["for_it"].to_numpy(), sums["against"].to_numpy(), level=level)
