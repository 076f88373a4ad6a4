"""All figures of the studies, drawn from a dataset and the list of published figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pandas as pd

from gxstudy import corpus, studies
from gxstudy.figures.backlog import backlog
from gxstudy.figures.base import FORMATS, DataFigure, Format, Lang, Width, one_of, save
from gxstudy.figures.copying import copying
from gxstudy.figures.correction_rates import correction_rates, funnel, shrinkage
from gxstudy.figures.denominators import denominators, rank_agreement
from gxstudy.figures.fees import fees
from gxstudy.figures.grounds import applicants, grounds
from gxstudy.figures.reporting_quality import reporting_quality
from gxstudy.figures.review_first import review_first
from gxstudy.figures.zero_applications import zero_applications
from gxstudy.panel import Panel, panel, published, stack
from gxstudy.studies import simulate

__all__ = ["DRAWINGS", "Draw", "Drawing", "Sources", "draw_all", "sources"]

LANGS: tuple[Lang, ...] = ("en", "zh")
_SEED = 2019


class Sources(NamedTuple):
    """What figures are drawn from.

    Reports read in full, those seen in part, and both (their parts kept apart); single cases of the fee; the dataset.
    """

    full: Panel
    seen: Panel
    both: Panel
    cases: pd.DataFrame | None
    read: corpus.Corpus


class Draw(Protocol):
    """Draws one figure in a language, at a width."""

    def __call__(self, *, lang: Lang, width: Width) -> DataFigure:
        """Return the figure."""
        ...


class Drawing(NamedTuple):
    """One figure: the name of its files, and what computes its result and returns how to draw it."""

    name: str
    compute: Callable[[Sources], Draw]


def _zero(by: str | None) -> Callable[[Sources], Draw]:
    return lambda known: partial(zero_applications, studies.zero_applications(known.both, by=by))


def _denominators(known: Sources) -> Draw:
    return partial(denominators, studies.denominators(known.full))


def _rank_agreement(_: Sources) -> Draw:
    invented = studies.denominators(simulate.outcomes(organs=200, seed=_SEED), against="willingness")
    return partial(rank_agreement, invented, against="willingness")


def _grounds(known: Sources) -> Draw:
    return partial(grounds, studies.grounds(known.full))


def _applicants(known: Sources) -> Draw:
    return partial(applicants, studies.grounds(known.full), of="handled")


def _applicants_simulated(_: Sources) -> Draw:
    invented = studies.grounds(simulate.outcomes(organs=200, seed=_SEED, business_odds=2.0))
    return partial(applicants, invented, of="resolvable", planted=2.0)


def _fees(known: Sources) -> Draw:
    return partial(fees, studies.fees(known.both, cases=known.cases))


def _fees_simulated(_: Sources) -> Draw:
    planted = {"silent": 0.30, "none": 0.45, "unpaid": 0.05, "billed": 0.05, "collected": 0.15}
    invented = simulate.charges(reports=400, seed=1, states=planted, by_page=0.7)
    return partial(fees, studies.fees(invented), planted=planted)


def _correction_rates(known: Sources) -> Draw:
    return partial(correction_rates, studies.correction_rates(known.full))


def _funnel(known: Sources) -> Draw:
    return partial(funnel, studies.correction_rates(known.full), route="review", of="closed")


def _funnel_simulated(_: Sources) -> Draw:
    return partial(funnel, studies.correction_rates(_invented_disputes()), route="review", of="upheld_or_corrected")


def _shrinkage_simulated(_: Sources) -> Draw:
    invented = _invented_disputes()
    planted = dict(zip(invented.frame["organ"], invented.frame["correctable"], strict=True))
    result = studies.correction_rates(invented)
    return partial(shrinkage, result, route="review", of="upheld_or_corrected", planted=planted)


def _invented_disputes() -> Panel:
    return simulate.disputes(organs=80, years=1, seed=_SEED, mean=0.2, spread=0.08, median_size=200)


def _review_first(known: Sources) -> Draw:
    return partial(review_first, studies.review_first(known.full))


def _review_first_simulated(_: Sources) -> Draw:
    invented = simulate.disputes(organs=100, years=7, seed=_SEED, moved=0.6, drift=0.02)
    return partial(review_first, studies.review_first(invented))


def _backlog(known: Sources) -> Draw:
    return partial(backlog, studies.backlog(known.full))


def _backlog_simulated(_: Sources) -> Draw:
    steady, growth, rush = (
        simulate.queues(organs=100, years=3, seed=3, days=15, growth=growing, rush=hurried, scenario=name)
        for name, growing, hurried in (("steady", 0.0, 0.0), ("growth", 0.3, 0.0), ("rush", 0.0, 0.5))
    )
    return partial(backlog, studies.backlog(stack([steady, growth, rush])), planted=15)


def _reporting_quality(known: Sources) -> Draw:
    # The texts of the bundled reports repeat their tables by construction; only those seen elsewhere are compared.
    checks, findings, reports = known.read.checks, known.read.findings, known.read.reports
    return partial(reporting_quality, studies.reporting_quality(checks, findings, reports=reports, panel=known.seen))


def _copying_simulated(_: Sources) -> Draw:
    texts = simulate.narratives(organs=40, years=3, seed=1, kept=0.7)
    result = studies.copying(texts, simulated=True)
    return partial(copying, result, planted=float(texts["planted"].mean()))


DRAWINGS: tuple[Drawing, ...] = (
    Drawing("zero_applications", _zero(None)),
    Drawing("zero_applications_by_year", _zero("year")),
    Drawing("zero_applications_by_level", _zero("level")),
    Drawing("zero_applications_by_sector", _zero("sector")),
    Drawing("denominators", _denominators),
    Drawing("rank_agreement_simulated", _rank_agreement),
    Drawing("grounds", _grounds),
    Drawing("applicants", _applicants),
    Drawing("applicants_simulated", _applicants_simulated),
    Drawing("fees", _fees),
    Drawing("fees_simulated", _fees_simulated),
    Drawing("correction_rates", _correction_rates),
    Drawing("funnel", _funnel),
    Drawing("funnel_simulated", _funnel_simulated),
    Drawing("shrinkage_simulated", _shrinkage_simulated),
    Drawing("review_first", _review_first),
    Drawing("review_first_simulated", _review_first_simulated),
    Drawing("backlog", _backlog),
    Drawing("backlog_simulated", _backlog_simulated),
    Drawing("reporting_quality", _reporting_quality),
    Drawing("copying_simulated", _copying_simulated),
)
"""Every figure, in the order of the notebooks."""


def sources(processed: str | Path, raw: str | Path) -> Sources:
    """Return the panels that figures are drawn from.

    Parameters
    ----------
    processed
        The dataset, as :func:`gxstudy.build` leaves it.
    raw
        The folder that holds ``published_figures.csv`` and, where single cases of the fee are known, ``fee_cases.csv``.
    """
    read = corpus.open(processed)
    full = panel(read.figures, facts=read.facts, about=read.reports)
    seen, listed = published(Path(raw) / "published_figures.csv"), Path(raw) / "fee_cases.csv"
    cases = pd.read_csv(listed, encoding="utf-8") if listed.exists() else None
    return Sources(full, seen, stack([full, seen]), cases, read)


def draw_all(
    known: Sources,
    folder: str | Path,
    *,
    langs: Sequence[Lang] = LANGS,
    formats: Sequence[Format] = FORMATS,
    width: Width = "column",
    drawings: Sequence[Drawing] = DRAWINGS,
) -> Iterator[tuple[Path, ...]]:
    """Draw every figure and save it, one after the other.

    Parameters
    ----------
    known
        From :func:`sources`.
    folder
        Where to save them: ``NAME.ENDING`` in English, ``NAME_zh.ENDING`` in Chinese.
    langs, formats, width
        What to draw; see :func:`gxstudy.figures.save` and :func:`gxstudy.figures.style`.
    drawings
        Which figures.

    Yields
    ------
    tuple of Path
        The files of one figure in one language.

    Raises
    ------
    CallError
        When there is no such language, format or width.
    """
    for lang in langs:
        one_of("langs", lang, LANGS)
    for drawing in drawings:
        draw = drawing.compute(known)
        for lang in langs:
            ending = "" if lang == "en" else f"_{lang}"
            yield save(draw(lang=lang, width=width), folder, f"{drawing.name}{ending}", formats=formats)
