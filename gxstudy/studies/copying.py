"""How much of a report's text was in last year's report already, and how much is in everybody's.

Texts are compared by their shingles: all runs of a few characters, numbers written as one sign, blanks and punctuation
left out. Reports of one organ on years that follow one another are the pairs; reports of different organs on one year
are the base rate, for the notice prescribes headings and everybody uses the same phrases.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from gxstudy.errors import CallError
from gxstudy.panel import Exclusion
from gxstudy.studies.names import told_apart
from gxstudy.studies.result import Result, TableSpec, left_out, proportion

__all__ = ["BENCHMARK", "Comparison", "Copying", "Estimate", "copying", "shingles"]

BENCHMARK = 0.9
"""Some reports were up to 90 % the same as the year before: Law Institute of the Chinese Academy of Social Sciences,
Blue Book of 2017 (transparency index, data of 2016), as reported. How it was measured is not known."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_OTHER = re.compile(r"[^\w#]|_")
_BASE_PAIRS = 2000
_SEED = 2017
_COLUMNS = ("organ", "year", "text")


class Comparison(NamedTuple):
    """Two texts. ``kind``: ``year_before`` (one organ) or ``other_organ`` (one year; ``against`` names the other).

    ``jaccard``: shingles in both, of those in either. ``kept``: of the shingles of this text (in ``year``), the share
    that the other has too: what one would call copied.
    """

    kind: str
    organ: str
    year: int
    against: str
    shingles: int
    jaccard: float
    kept: float


class Estimate(NamedTuple):
    """One measure over the pairs of one kind: median and quartiles; how many of the ``n`` reach the benchmark."""

    kind: str
    measure: str
    organs: int
    n: int
    median: float
    lower_quartile: float
    upper_quartile: float
    reached: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Copying(Result):
    """Text kept from year to year.

    Attributes
    ----------
    estimates
        By kind and measure.
    pairs
        Every comparison. Of the base rate at most 2,000 are drawn, the same every time.
    exclusions
        Texts left out.
    length, simulated, level
        Characters of a shingle; whether the texts are invented (as the caller says); the level of the intervals.
    """

    estimates: tuple[Estimate, ...]
    pairs: tuple[Comparison, ...]
    exclusions: tuple[Exclusion, ...]
    length: int
    simulated: bool
    level: float

    specs: ClassVar[tuple[TableSpec, ...]] = (
        TableSpec("estimates", Estimate._fields, ("share", "low", "high")),
        TableSpec("pairs", Comparison._fields),
        TableSpec("exclusions", Exclusion._fields),
    )

    @property
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""
        invented = "The texts are invented. " if self.simulated else ""
        return (
            f"{invented}Shingles of {self.length} characters, numbers as one sign, no punctuation. kept: share of this "
            "text's shingles that the other text has; jaccard: shared by both, of those in either. year_before: one "
            "organ, the year before; other_organ: the same year, another organ (base rate). reached: pairs at or above "
            f"{BENCHMARK:g}; Wilson intervals, {100 * self.level:g} %. {left_out(self.exclusions)}"
        )


def shingles(text: str, *, length: int = 8) -> frozenset[str]:
    """Return the distinct runs of ``length`` characters of a text.

    Numbers become one sign, so that a sentence with a new number is the same sentence; blanks and punctuation go.
    """
    plain = _OTHER.sub("", _NUMBER.sub("#", text))
    return frozenset(plain[at : at + length] for at in range(len(plain) - length + 1))


def copying(
    texts: pd.DataFrame,
    *,
    same_organ: Mapping[str, str] | None = None,
    length: int = 8,
    simulated: bool = False,
    level: float = 0.95,
) -> Copying:
    """Compare each report's text with that of the year before, and with other organs' as a base rate.

    Parameters
    ----------
    texts
        One row a report: ``organ``, ``year``, ``text`` (the narrative without the tables, as
        ``"".join(paragraph.text for paragraph in report.paragraphs)`` gives it). With ``organ_id`` too
        (:func:`gxstudy.organs.table`), an organ stays the same under another name.
    same_organ
        Names that are one organ's: each other name -> the one to use; before ``organ_id``.
    length
        Characters of a shingle. Shorter ones meet by chance, longer ones miss sentences that were touched up.
    simulated
        Say on everything made of the result that the texts are invented.
    level
        Of the intervals.

    Raises
    ------
    CallError
        When a column is missing, an organ has two texts of one year, ``length`` is not above 0, or ``level`` is no
        level.
    """
    missing = [name for name in _COLUMNS if name not in texts.columns]
    if missing:
        msg = f"texts has no column {missing[0]!r}; expected {', '.join(_COLUMNS)}"
        raise CallError(msg)
    if length < 1:
        msg = f"length is {length!r}; expected the characters of a shingle, such as 8"
        raise CallError(msg)
    told = told_apart(texts, same_organ)
    known: dict[tuple[str, int], frozenset[str]] = {}
    for whose, organ, year, text in zip(told["whose"], *(texts[name] for name in _COLUMNS), strict=True):
        key = (whose, int(year))
        if key in known:
            msg = f"{organ} has two texts of {key[1]}; expected one row an organ and year"
            raise CallError(msg)
        known[key] = shingles("" if pd.isna(text) else text, length=length)
    short = [key for key, found in known.items() if not found]
    usable = {key: found for key, found in sorted(known.items()) if found}
    names = dict(zip(told["whose"], told["organ"], strict=True))
    pairs = (*_year_before(usable), *_other_organs(usable))
    why = f"no text, or one shorter than {length} characters"
    return Copying(
        estimates=tuple(_estimates(pairs, level=level)),
        pairs=tuple(pair._replace(organ=names[pair.organ], against=names[pair.against]) for pair in pairs),
        exclusions=(Exclusion("too_short", len(short), "reports", why),) if short else (),
        length=length,
        simulated=simulated,
        level=level,
    )


_Texts = Mapping[tuple[str, int], frozenset[str]]


def _compared(
    kind: str, this: tuple[str, int], against: str, mine: frozenset[str], theirs: frozenset[str]
) -> Comparison:
    both = len(mine & theirs)
    return Comparison(kind, *this, against, len(mine), both / (len(mine) + len(theirs) - both), both / len(mine))


def _year_before(texts: _Texts) -> Iterable[Comparison]:
    for (organ, year), mine in texts.items():
        theirs = texts.get((organ, year - 1))
        if theirs is not None:
            yield _compared("year_before", (organ, year), organ, mine, theirs)


def _other_organs(texts: _Texts) -> Iterable[Comparison]:
    by_year: dict[int, list[str]] = {}
    for organ, year in texts:
        by_year.setdefault(year, []).append(organ)
    sizes = {year: len(organs) * (len(organs) - 1) // 2 for year, organs in sorted(by_year.items())}
    total = sum(sizes.values())
    drawn: Iterable[int] = range(total)
    if total > _BASE_PAIRS:
        drawn = sorted(np.random.default_rng(_SEED).choice(total, size=_BASE_PAIRS, replace=False).tolist())
    starts = list(accumulate(sizes.values(), initial=0))
    years = list(sizes)
    for number in drawn:
        at = bisect_right(starts, number) - 1
        one, other = _pair(number - starts[at])
        year, organs = years[at], by_year[years[at]]
        yield _compared(
            "other_organ", (organs[one], year), organs[other], texts[organs[one], year], texts[organs[other], year]
        )


def _pair(number: int) -> tuple[int, int]:
    """Return the pair of ``number`` when all pairs (0, 1), (0, 2), (1, 2), (0, 3) ... stand in a row."""
    second = (1 + math.isqrt(1 + 8 * number)) // 2
    return number - second * (second - 1) // 2, second


def _estimates(pairs: tuple[Comparison, ...], *, level: float) -> Iterable[Estimate]:
    for kind in ("year_before", "other_organ"):
        here = [pair for pair in pairs if pair.kind == kind]
        organs = len({pair.organ for pair in here} | {pair.against for pair in here})
        for measure in ("kept", "jaccard"):
            values = [pair.kept if measure == "kept" else pair.jaccard for pair in here]
            lower, middle, upper = np.quantile(values, [0.25, 0.5, 0.75]).tolist() if values else [math.nan] * 3
            found = proportion(sum(value >= BENCHMARK for value in values), len(values), level=level)
            yield Estimate(kind, measure, organs, found.n, middle, lower, upper, found.hits, *found[2:])
