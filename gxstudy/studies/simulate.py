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

from gxstudy.fees import by_pages
from gxstudy.forms import editions, load
from gxstudy.panel import Panel

__all__ = ["SIMULATED", "as_panel", "charges", "disputes", "narratives", "outcomes", "queues"]

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
        same in every organ. Businesses turn to less willing organs more, so that lumping organs together misleads.
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
    mix[:, business] *= np.exp(logit(0.85) - logit(willingness))
    mix /= mix.sum(axis=1, keepdims=True)
    gives = np.repeat(willingness[:, None], len(_APPLICANTS), axis=1)
    gives[:, business] = expit(logit(willingness) + np.log(business_odds))
    ends = _endings(numbers, gives, held=1 - expit(absent), procedural=procedural)

    made: list[pd.DataFrame] = []
    for year in range(2024 - years + 1, 2025):
        handled = numbers.multinomial(numbers.poisson(sizes), mix)
        counts = numbers.multinomial(handled, ends)
        carried_out = numbers.binomial(handled, 0.06)
        carried_in = numbers.binomial(handled, 0.05)
        table = {"new": handled + carried_out - carried_in, "carried_in": carried_in}
        table |= {row: counts[:, :, at] for at, row in enumerate(_outcome_rows())}
        other = sum((cells for row, cells in table.items() if row.startswith("other.")), 0 * handled)
        table |= {"other": other, "handled_total": handled, "carried_out": carried_out}
        figures = {f"applications.{row}.total": cells.sum(axis=1) for row, cells in table.items()}
        for at, applicant in enumerate(_APPLICANTS):
            figures |= {f"applications.{row}.{applicant}": cells[:, at] for row, cells in table.items()}
        made.append(pd.DataFrame({"number": np.arange(organs), "year": year, **figures}))
    of_all = pd.concat(made).sort_values(["number", "year"], ignore_index=True)
    whose = of_all.pop("number").to_numpy()
    reports = pd.DataFrame(
        {
            "organ": [f"organ {number + 1:03}" for number in whose],
            "year": of_all.pop("year"),
            "willingness": willingness[whose],
            "held": (1 - expit(absent))[whose],
        }
    )
    return as_panel(reports, {name: of_all[name].tolist() for name in of_all.columns})


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


def charges(
    *,
    reports: int,
    seed: int,
    states: Mapping[str, float],
    by_page: float = 0.7,
    paid: float = 0.8,
    several: float = 0.4,
    dropped: float = 0.01,
) -> Panel:
    """Invent what reports say of the fee: how many charge, how, and what is paid are planted.

    Parameters
    ----------
    reports
        How many, each of an organ of its own, on 2024.
    seed
        Of all that is drawn.
    states
        The planted share of each state of a statement (``silent``, ``none``, ``unpaid``, ``billed``, ``collected``);
        they add up to 1.
    by_page
        Probability that a case is charged by page (31 to a few hundred pages, as the Measures price them); else by
        item, at 100 yuan for each of a few items.
    paid
        Probability that a billed case is paid, in reports where something is.
    several
        Probability that a charging report has two to five cases instead of one.
    dropped
        Share of the applications handled that end because the fee was not paid, in reports that charge.

    Returns
    -------
    Panel
        With ``fee_stated``, ``fee_yuan``, ``fee_billed``, ``fee_cases`` and, planted, ``state``, ``has_pages`` (some
        case is charged by page). Reports that say what was billed and what came in say both; a third of those that
        collect give the amount that came in alone, and then all of it was paid. ``sha256`` is ``invented``: the
        reports count as read whole.
    """
    numbers = np.random.default_rng(seed)
    drawn = numbers.choice(list(states), size=reports, p=list(states.values()))
    rows, unpaid, handled = [], [], numbers.poisson(numbers.lognormal(np.log(150), 1.0, reports)) + 1
    for at, state in enumerate(drawn.tolist()):
        charged = state in {"unpaid", "billed", "collected"}
        cases = 0 if not charged else int(numbers.integers(2, 6)) if numbers.random() < several else 1
        pages = numbers.random(cases) < by_page
        sizes = 31 + np.floor(numbers.exponential(60, cases)).astype(int)
        items = 100 * numbers.integers(1, 9, cases)
        yuan = np.where(pages, by_pages(sizes), items)
        alone = state == "collected" and numbers.random() < 1 / 3
        got = yuan if alone else np.where(numbers.random(cases) < paid, yuan, 0)
        if state == "collected" and not got.any():
            got = yuan
        rows.append(
            {
                "organ": f"organ {at + 1:04}",
                "year": 2024,
                "state": state,
                "has_pages": bool(pages.any()) if charged else None,
                "fee_stated": {"silent": None, "none": "none"}.get(state, "charged"),
                "fee_yuan": {"unpaid": 0.0, "collected": float(got.sum())}.get(state, np.nan),
                "fee_billed": float(yuan.sum()) if charged and not alone else np.nan,
                "fee_cases": float(cases) if charged else np.nan,
                "sha256": "invented",
            }
        )
        unpaid.append(float(numbers.binomial(handled[at], dropped)) if charged else 0.0)
    figures = {
        "applications.other.unpaid_fee.total": unpaid,
        "applications.handled_total.total": handled.astype("float64").tolist(),
    }
    return as_panel(pd.DataFrame(rows), figures)


def queues(
    *,
    organs: int,
    years: int,
    seed: int,
    days: float,
    growth: float = 0.0,
    rush: float = 0.0,
    misreported: float = 0.0,
    median_size: float = 150.0,
    scenario: str = "",
) -> Panel:
    """Invent queues of applications: every one arrives on a day, takes its time, and leaves.

    Parameters
    ----------
    organs, years
        Reports on the last ``years`` years up to 2024, of organs of very different sizes.
    seed
        Of all that is drawn.
    days
        Planted mean of the working days an application takes (gamma distributed, half as wide as its mean; the same
        in all organs); a year has 250.
    growth
        Of the arrivals from year to year: 0.2 for a fifth more every year.
    rush
        Share of what is open at a year's end that is answered just before it. It shortens the stock that is printed
        by far more than the time that applications take.
    misreported
        Probability that a report prints another number carried in than the year before carried out (its number of new
        applications makes up for it, so that the sums of each report hold).
    median_size
        Applications that the middle organ receives in the first year.
    scenario
        A name, to tell several corpora apart: the part is then ``simulated_`` and the name, and organs have it too.

    Returns
    -------
    Panel
        Four totals of table three. ``panel.frame`` has the planted ``days``, the mean days that the applications of the
        organ took over all years (``took``), and ``misreported``.
    """
    numbers = np.random.default_rng(seed)
    year_days = 250
    first = 2024 - years + 1
    rows: list[dict[str, object]] = []
    for organ in range(organs):
        size = max(1.0, numbers.lognormal(np.log(median_size), 1.0))
        came = []
        for year in range(-1, years):  # one year more, so that the first has something to carry in
            arrivals = numbers.poisson(size * (1 + growth) ** year)
            came.append(year_days * (year + numbers.random(arrivals)))
        arrived = np.concatenate(came)
        left = arrived + numbers.gamma(4.0, days / 4.0, len(arrived))
        ends = np.floor(left / year_days)
        hurried = (ends > np.floor(arrived / year_days)) & (numbers.random(len(arrived)) < rush)
        left = np.where(hurried, year_days * (np.floor(arrived / year_days) + 1) - 1e-6, left)
        took = float((left - arrived).mean())
        for year in range(years):
            start, end = year_days * year, year_days * (year + 1)
            carried_in = int(((arrived < start) & (left >= start)).sum())
            new = int(((arrived >= start) & (arrived < end)).sum())
            carried_out = int(((arrived < end) & (left >= end)).sum())
            wrong = year > 0 and numbers.random() < misreported
            shift = int(numbers.integers(1, 4)) if wrong else 0
            rows.append(
                {
                    "organ": f"{scenario or 'organ'} {organ + 1:04}",
                    "year": first + year,
                    "days": days,
                    "took": took,
                    "misreported": wrong,
                    "new": new - shift if new >= shift else new,
                    "carried_in": carried_in + shift,
                    "handled_total": carried_in + new - carried_out + (shift if new < shift else 0),
                    "carried_out": carried_out,
                }
            )
    made = pd.DataFrame(rows)
    cells = ("new", "carried_in", "handled_total", "carried_out")
    figures = {f"applications.{cell}.total": made[cell].astype("float64").tolist() for cell in cells}
    panel = as_panel(made[["organ", "year", "days", "took", "misreported"]], figures)
    if scenario:
        panel.frame["part"] = f"{SIMULATED}_{scenario}"
    return panel


_LETTERS = "一二三四五六七八九十上下左右天地日月山川水火木金土人大小中东西南北春夏秋冬风云雨雪花草树石田马牛羊鱼鸟"


def narratives(
    *, organs: int, years: int, seed: int, kept: float, common: float = 0.2, sentences: int = 40
) -> pd.DataFrame:
    """Invent texts: strings of characters without meaning, a planted share of whose sentences stay from year to year.

    Parameters
    ----------
    organs, years
        How many texts; the years end with 2024.
    seed
        Of all that is drawn.
    kept
        Probability that a sentence of an organ's own stands again the year after, with another number in it.
    common
        Share of the sentences that all organs have alike in every year: the phrases of the notice.
    sentences
        In every text.

    Returns
    -------
    DataFrame
        ``organ``, ``year``, ``text``, and the planted share of sentences that the text before had too (``planted``;
        missing in the first year).
    """
    numbers = np.random.default_rng(seed)

    def sentence() -> str:
        return "".join(numbers.choice(list(_LETTERS), size=int(numbers.integers(20, 45))).tolist())

    everybodys = [sentence() for _ in range(round(common * sentences))]
    rows = []
    for organ in range(organs):
        own = [sentence() for _ in range(sentences - len(everybodys))]
        for year in range(2024 - years + 1, 2025):
            stays = numbers.random(len(own)) < kept
            first = year == 2024 - years + 1
            if not first:
                own = [old if stay else sentence() for old, stay in zip(own, stays.tolist(), strict=True)]
            text = "。".join(f"{line}{int(numbers.integers(1, 5000))}件" for line in (*everybodys, *own))
            planted = np.nan if first else (len(everybodys) + int(stays.sum())) / sentences
            rows.append({"organ": f"organ {organ + 1:04}", "year": year, "text": text, "planted": planted})
    return pd.DataFrame(rows)


def disputes(
    *,
    organs: int,
    years: int,
    seed: int,
    mean: float = 0.15,
    spread: float = 0.05,
    moved: float = 0.0,
    since: int = 2024,
    drift: float = 0.0,
    median_size: float = 100.0,
) -> Panel:
    """Invent reviews and suits: how often each organ is corrected, and which disputes a new law sends to review first.

    An organ's refusals are of two kinds: those that the law covers (articles 14 to 16) and others. One in five is
    disputed; a dispute goes to court at once or to review, and one review in four goes on to court. One case in ten is
    pending, one in five ends otherwise, and the rest are judged.

    Parameters
    ----------
    organs, years
        How many reports: each organ has one in every year, from 2025 back.
    seed
        Of all that is drawn.
    mean, spread
        Of the organs' planted probabilities of being corrected in a judged review (beta distributed; ``spread`` as in
        :class:`gxstudy.studies.shrink.Beta`). In court it is a third of that.
    moved
        Share of the covered disputes headed for court that go to review instead from ``since`` on; the others go on as
        before. In half of the organs nine in ten refusals are covered, in the other half one in ten.
    since
        First year of the law.
    drift
        Of the direct route's share from year to year, in all disputes: 0.05 for a twentieth more every year.
    median_size
        Refusals of the middle organ in a year.

    Returns
    -------
    Panel
        The table of disputes, and the rows of refusals of the table of applications. ``panel.frame`` has the planted
        ``correctable``, ``covered`` and, as expectations with and without the law, ``direct``, ``suits``,
        ``direct_without`` and ``suits_without``.
    """
    numbers = np.random.default_rng(seed)
    sizes = np.maximum(1.0, numbers.lognormal(np.log(median_size), 0.8, organs))
    prone = 1 / spread - 1
    correctable = numbers.beta(mean * prone, (1 - mean) * prone, organs)
    covered = np.where(np.arange(organs) % 2 == 0, 0.9, 0.1)
    straight = expit(numbers.normal(logit(0.35), 0.5, organs))
    at_once = ("denied.query", *(row for row in _outcome_rows() if row.startswith("unavailable.")))
    through_review = tuple(row for row in _outcome_rows() if row.startswith("denied.") and row not in at_once)
    rows: list[dict[str, object]] = []
    for organ in range(organs):
        for year in range(2025 - years + 1, 2026):
            direct = min(1.0, float(straight[organ]) * (1 + drift) ** (year - since))
            kept = (1 - moved if year >= since else 1.0, 1.0)
            size = sizes[organ] * np.array([covered[organ], 1 - covered[organ]])
            refused = numbers.poisson(size)
            disputed = numbers.binomial(refused, 0.2)
            went = numbers.binomial(disputed, direct * np.array(kept))
            reviews = int((disputed - went).sum())
            cases = {
                "review": reviews,
                "suit_direct": int(went.sum()),
                "suit_after_review": int(numbers.binomial(reviews, 0.25)),
            }
            row: dict[str, object] = {"organ": f"organ {organ + 1:04}", "year": year}
            row |= {"correctable": correctable[organ], "covered": covered[organ]}
            for kind, names in ((0, through_review), (1, at_once)):
                spread_out = numbers.multinomial(refused[kind], np.full(len(names), 1 / len(names)))
                row |= {f"applications.{name}.total": n for name, n in zip(names, spread_out.tolist(), strict=True)}
            for route, n in cases.items():
                probable = correctable[organ] / (1 if route == "review" else 3)
                ends = numbers.multinomial(n, [0.7 * (1 - probable), 0.7 * probable, 0.2, 0.1])
                names = ("upheld", "corrected", "other", "pending")
                row |= {f"disputes.{route}.{name}": ended for name, ended in zip(names, ends.tolist(), strict=True)}
                row[f"disputes.{route}.total"] = n
            for name, keeps in (("", kept), ("_without", (1.0, 1.0))):
                at_court = 0.2 * size * direct * np.array(keeps)
                row[f"direct{name}"] = float(at_court.sum())
                row[f"suits{name}"] = float((at_court + 0.25 * (0.2 * size - at_court)).sum())
            rows.append(row)
    made = pd.DataFrame(rows)
    places = [name for name in made.columns if "." in name]
    known = made.columns.difference(places, sort=False)
    return as_panel(made[known], {name: made[name].astype("float64").tolist() for name in places})
