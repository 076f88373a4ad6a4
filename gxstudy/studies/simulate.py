"""Invented corpora with a planted truth: they show what a method can find where the data at hand cannot.

Every panel made here has the part :data:`SIMULATED`, and whoever draws it says so on the figure itself. The same
arguments and seed give the same corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from gxstudy.forms import editions, load
from gxstudy.panel import Panel

__all__ = ["SIMULATED", "as_panel", "outcomes"]

SIMULATED = "simulated"
"""The ``part`` of everything invented."""


def as_panel(reports: pd.DataFrame, figures: Mapping[str, Sequence[float]]) -> Panel:
    """Lay invented figures out as a panel.

    Parameters
    ----------
    reports
        One row a report, with ``organ`` and ``year`` and whatever else is known of it.
    figures
        One column a figure, by ``table.row.column`` or ``prose.key``; missing where the report leaves the place blank.

    Returns
    -------
    Panel
        Part :data:`SIMULATED`, edition ``2021``; states ``read`` and ``blank``, grades ``unchecked``; in the order
        given.
    """
    frame = reports.reset_index(drop=True)
    head = pd.DataFrame(
        {
            "report_id": frame["organ"] + "-" + frame["year"].astype("str"),
            "organ": frame["organ"],
            "year": frame["year"].astype("int64"),
            "edition": "2021",
            "part": SIMULATED,
        }
    )
    values = pd.DataFrame(dict(figures), index=frame.index, dtype="float64")
    states = pd.DataFrame("read", index=values.index, columns=values.columns).mask(values.isna(), "blank")
    grades = states.replace("read", "unchecked").where(states == "read")
    known = frame[frame.columns.difference(head.columns, sort=False)]
    return Panel(pd.concat([head, known, values], axis="columns"), states, grades, ())


_APPLICANTS = {
    "natural_person": 0.75,
    "business": 0.12,
    "research": 0.02,
    "public_interest": 0.02,
    "legal_service": 0.06,
    "other": 0.03,
}


def outcomes(
    *, organs: int, seed: int, years: int = 1, business_odds: float = 1.0, median_size: float = 150.0
) -> Panel:
    """Invent what became of the applications of many organs, with two planted truths.

    An application ends without an answer on its matter (rejected, other) with the organ's own probability; otherwise
    the organ does not have the information (unavailable) with another one of its own; and where it has it, it gives it
    (in full, in part) with its ``willingness``, else denies. So willingness is what an organ decides, and the rest is
    what it is asked.

    Parameters
    ----------
    organs, years
        How many reports: each organ has one in every year, from 2024 back. All that is planted stays the same.
    seed
        Of all that is drawn.
    business_odds
        The odds of disclosure where the organ has the information, of businesses against all other applicants; the
        same in every organ. Businesses are more common where less is held, so that lumping organs together misleads.
    median_size
        Applications handled by the middle organ in a year; organs differ by a factor of about ten.

    Returns
    -------
    Panel
        All of the table of applications, every sum of which holds. ``panel.frame`` has the planted ``willingness`` (of
        applicants other than businesses) and ``held``, the planted share of held information, for each organ.
    """
    numbers = np.random.default_rng(seed)
    willingness = expit(numbers.normal(logit(0.85), 0.8, organs))
    absent = numbers.normal(logit(0.35), 0.9, organs)
    procedural = expit(numbers.normal(logit(0.15), 0.7, organs))
    sizes = np.maximum(1, numbers.lognormal(np.log(median_size), 1.1, organs))
    mix = np.tile(list(_APPLICANTS.values()), (organs, 1))
    business = list(_APPLICANTS).index("business")
    mix[:, business] *= np.exp(0.8 * (absent - logit(0.35)))
    mix /= mix.sum(axis=1, keepdims=True)
    gives = np.repeat(willingness[:, None], len(_APPLICANTS), axis=1)
    gives[:, business] = expit(logit(willingness) + np.log(business_odds))
    ends = _endings(numbers, gives, held=1 - expit(absent), procedural=procedural)

    rows: list[dict[str, float]] = []
    for year in range(2024 - years + 1, 2025):
        handled = numbers.multinomial(numbers.poisson(sizes), mix)
        counts = numbers.multinomial(handled, ends)
        carried_out = numbers.binomial(handled, 0.06)
        carried_in = numbers.binomial(handled, 0.05)
        table = {"new": handled + carried_out - carried_in, "carried_in": carried_in}
        table |= {row: counts[:, :, at] for at, row in enumerate(_outcome_rows())}
        table |= {"handled_total": handled, "carried_out": carried_out}
        for organ in range(organs):
            figures = {f"applications.{row}.total": float(cells[organ].sum()) for row, cells in table.items()}
            for at, applicant in enumerate(_APPLICANTS):
                figures |= {f"applications.{row}.{applicant}": float(cells[organ, at]) for row, cells in table.items()}
            rows.append({"organ": organ, "year": year, **figures})
    made = pd.DataFrame(rows).sort_values(["organ", "year"], ignore_index=True)
    whose = made["organ"].astype("int64").to_numpy()
    reports = pd.DataFrame(
        {
            "organ": [f"organ {number + 1:03}" for number in whose],
            "year": made["year"].astype("int64"),
            "willingness": willingness[whose],
            "held": (1 - expit(absent))[whose],
        }
    )
    places = [name for name in made.columns if name.startswith("applications.")]
    return as_panel(reports, {name: made[name].tolist() for name in places})


def _outcome_rows() -> tuple[str, ...]:
    """Return the outcome rows of the newest form, without the total and without the row that replaces others."""
    (table,) = (table for table in load(editions()[-1]).tables if table.key == "applications")
    apart = {"new", "carried_in", "handled_total", "carried_out"}
    return tuple(row.key for row in table.rows if row.key not in apart and not row.replaces)


def _endings(
    numbers: np.random.Generator,
    gives: npt.NDArray[np.float64],
    *,
    held: npt.NDArray[np.float64],
    procedural: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the probability of each outcome row, by organ and applicant."""
    on_merits, known = 1 - procedural[:, None], held[:, None]
    shares = {
        "granted": 0.75 * on_merits * known * gives,
        "partial": 0.25 * on_merits * known * gives,
        "denied": on_merits * known * (1 - gives),
        "unavailable": on_merits * (1 - known) + 0 * gives,
        "rejected": 0.5 * procedural[:, None] + 0 * gives,
        "other": 0.5 * procedural[:, None] + 0 * gives,
    }
    groups = [row.partition(".")[0] for row in _outcome_rows()]
    within = {group: iter(numbers.dirichlet(np.ones(groups.count(group)))) for group in shares}
    ends = np.stack([shares[group] * next(within[group]) for group in groups], axis=-1)
    exact: npt.NDArray[np.float64] = ends / ends.sum(axis=-1, keepdims=True)
    return exact
