"""Intervals that take reports of one organ together: organs are drawn with replacement, with all their reports."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

__all__ = ["RESAMPLES", "ratio_by_organ", "ratio_of_sums"]

Floats = npt.NDArray[np.float64]

RESAMPLES = 4999
"""Samples drawn for every interval."""
_SEED = 20190515
_AT_ONCE = 1 << 20  # organs drawn at once, all samples together: what a cache nearly holds


def ratio_by_organ(
    top: pd.Series[float], bottom: pd.Series[float], organs: pd.Series[str], *, level: float
) -> tuple[float, float]:
    """Return the percentile interval of ``sum(top) / sum(bottom)`` when organs are drawn with replacement.

    Parameters
    ----------
    top, bottom, organs
        One value a report. No value may be missing.
    level
        Of the interval.

    Returns
    -------
    tuple of float
        Both nan for fewer than two organs with something at the bottom: one organ says nothing of others. The same
        reports give the same interval, in any order and under any names.
    """
    sums = pd.DataFrame({"top": top, "bottom": bottom}).groupby(organs).sum()
    sums = sums[sums["bottom"] > 0].sort_values(["bottom", "top"])  # what organs are called changes nothing
    if len(sums) < 2:
        return math.nan, math.nan
    return ratio_of_sums(sums["top"].to_numpy(), sums["bottom"].to_numpy(), level=level)


def ratio_of_sums(top: Floats, bottom: Floats, *, level: float) -> tuple[float, float]:
    """Return the percentile interval of ``top.sum() / bottom.sum()``, one value an organ, organs drawn together."""
    both = top + 1j * bottom  # one array, so that what is drawn is fetched once

    def ratio(drawn: npt.NDArray[np.complex128], axis: int) -> Floats:
        found: Floats = drawn.real.sum(axis=axis) / drawn.imag.sum(axis=axis)
        return found

    drawn = stats.bootstrap(
        (both,),
        ratio,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, _AT_ONCE // len(top)),
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(drawn.low), float(drawn.high)
