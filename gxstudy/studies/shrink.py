"""Many rates of unequal weight: how far they differ by more than chance, and what each is worth.

The counts above the line of a rate are binomial given the organ's own true rate; the true rates follow a beta
distribution over organs. Its mean and spread are estimated by maximum likelihood from all organs together, and each
organ's rate is then the mean of its posterior (empirical Bayes): those with few cases are drawn towards the mean.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

__all__ = [
    "LIMITS",
    "Beta",
    "Counts",
    "Floats",
    "alike",
    "control_limits",
    "expected_beyond",
    "fitted",
    "posterior",
    "two_sided",
]

LIMITS = (0.95, 0.998)
"""Levels of the inner and the outer control limits."""
_SEED = 20190515
_RESAMPLES = 999
_CELLS = 5_000_000  # cells of random tables drawn at once: what memory holds easily
_LEAST, _MOST = -13.0, 13.0  # logit of the spread: from as good as none to as good as all

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Beta(NamedTuple):
    """A beta distribution of true rates.

    ``spread`` is the correlation between two cases of one organ: 0 where all organs have one rate, 1 where each has 0
    or 1. ``a`` and ``b`` are the usual parameters, infinite where ``spread`` is 0.
    """

    mean: float
    spread: float

    @property
    def a(self) -> float:
        """The first parameter."""
        return math.inf if self.spread == 0 else self.mean * (1 / self.spread - 1)

    @property
    def b(self) -> float:
        """The second parameter."""
        return math.inf if self.spread == 0 else (1 - self.mean) * (1 / self.spread - 1)


def fitted(hits: Counts, n: Counts) -> Beta | None:
    """Fit the distribution of true rates by maximum likelihood (beta-binomial).

    Parameters
    ----------
    hits, n
        One value an organ, all ``n`` above 0.

    Returns
    -------
    Beta or None
        None where nothing can be told of a distribution: no organ, or all hits or none. ``spread`` is 0 where the
        counts differ no more than binomial ones do.
    """
    total = int(n.sum())
    if not 0 < int(hits.sum()) < total:
        return None
    pooled = float(hits.sum() / total)
    alike_loss = -float(np.sum(stats.binom.logpmf(hits, n, pooled)))

    def loss(at: Floats) -> float:
        one = Beta(float(special.expit(at[0])), float(special.expit(at[1])))
        return -float(np.sum(stats.betabinom.logpmf(hits, n, one.a, one.b)))

    bounds = ((_LEAST, _MOST), (_LEAST, _MOST))
    starts = [np.array([special.logit(pooled), spread]) for spread in (-4.0, -1.0)]
    found = min(
        (optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda one: one.fun
    )
    if not found.fun < alike_loss:
        return Beta(pooled, 0.0)
    return Beta(float(special.expit(found.x[0])), float(special.expit(found.x[1])))


def posterior(hits: Counts, n: Counts, prior: Beta, *, level: float) -> tuple[Floats, Floats, Floats]:
    """Return each organ's true rate given its counts: mean, and the ends of the central interval.

    The interval takes the fitted distribution as known: with few organs it is too short.
    """
    if prior.spread == 0:
        alike = np.full(len(n), prior.mean)
        return alike, alike, alike
    known = stats.beta(prior.a + hits, prior.b + n - hits)
    low, high = known.ppf((1 - level) / 2), known.ppf((1 + level) / 2)
    return np.asarray(known.mean()), np.asarray(low), np.asarray(high)


def control_limits(n: Counts, rate: float, *, level: float) -> tuple[Floats, Floats]:
    """Return the exact binomial control limits of a rate at ``n`` cases.

    A count of ``k`` lies on or beyond a limit just when the probability of so many (or so few), or more extreme, is at
    most ``(1 - level) / 2``; between whole counts the limits follow the incomplete beta function.

    Returns
    -------
    tuple of arrays
        Lower and upper limit as rates; nan where no count is that extreme.
    """
    tail = (1 - level) / 2
    if not 0 < rate < 1:
        nowhere = np.full(len(n), math.nan)
        return nowhere, nowhere
    low, high = special.bdtrik(tail, n, rate), special.bdtrik(1 - tail, n, rate) + 1
    low = np.where(stats.binom.cdf(0, n, rate) <= tail, low, math.nan)
    high = np.where(stats.binom.sf(n - 1, n, rate) <= tail, high, math.nan)
    return low / n, high / n


def expected_beyond(n: Counts, rate: float, *, level: float) -> float:
    """Return how many of organs with ``n`` cases lie on or beyond the control limits if all have one true rate."""
    tail = (1 - level) / 2
    counted = stats.binom(n, rate)
    low, high = counted.ppf(tail), counted.isf(tail)
    below = np.where(counted.cdf(low) <= tail, counted.cdf(low), counted.cdf(low - 1))
    above = np.where(counted.sf(high - 1) <= tail, counted.sf(high - 1), counted.sf(high))
    return float((below + above).sum())


def two_sided(hits: Counts, n: Counts, within: Beta) -> Floats:
    """Return, for each organ, how probable a count at least as extreme is: twice the smaller tail, at most 1.

    ``within`` is what organs differ by anyhow; a spread of 0 gives the exact binomial test.
    """
    if within.spread == 0:
        tails = np.minimum(stats.binom.cdf(hits, n, within.mean), stats.binom.sf(hits - 1, n, within.mean))
    else:
        shape = (n, within.a, within.b)
        tails = np.minimum(stats.betabinom.cdf(hits, *shape), stats.betabinom.sf(hits - 1, *shape))
    probable: Floats = np.clip(2 * tails, 0, 1)
    return probable


def alike(hits: Counts, n: Counts) -> float:
    """Return the probability of rates that differ as much, were they all the same: Pearson's chi-square, by drawing.

    Random tables with the same margins are drawn, so that small counts do no harm; one in a thousand is the least that
    can come out. nan for fewer than two organs, or where there are no hits or nothing else.
    """
    if len(n) < 2 or not 0 < hits.sum() < n.sum():
        return math.nan
    drawn = stats.MonteCarloMethod(
        n_resamples=_RESAMPLES, batch=max(1, _CELLS // (2 * len(n))), rng=np.random.default_rng(_SEED)
    )
    table = np.stack([hits, n - hits], axis=1)
    return float(stats.chi2_contingency(table, correction=False, method=drawn).pvalue)
