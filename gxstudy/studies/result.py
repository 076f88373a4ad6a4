"""What every study returns: plain rows with their intervals, n, exclusions and the definition used."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from gxstudy.errors import CallError
from gxstudy.panel import Exclusion

__all__ = ["Proportion", "Result", "TableSpec", "left_out", "proportion", "proportions"]


class Proportion(NamedTuple):
    """A share with its interval; all three are nan where ``n`` is 0."""

    hits: int
    n: int
    share: float
    low: float
    high: float


def proportion(hits: int, n: int, *, level: float) -> Proportion:
    """Return ``hits / n`` with its Wilson score interval.

    Raises
    ------
    CallError
        When ``level`` does not lie between 0 and 1, or ``hits`` between 0 and ``n``.
    """
    (found,) = proportions((hits,), (n,), level=level)
    return found


def proportions(hits: Sequence[int], n: Sequence[int], *, level: float) -> list[Proportion]:
    """Return every ``hits / n`` with its Wilson score interval, as :func:`proportion` does, all at once.

    Raises
    ------
    CallError
        When ``level`` does not lie between 0 and 1, or some ``hits`` between 0 and its ``n``.
    """
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a number between 0 and 1, such as 0.95"
        raise CallError(msg)
    for some, of in zip(hits, n, strict=True):
        if not 0 <= some <= of:
            msg = f"{some} of {of} is no share; expected 0 <= hits <= n"
            raise CallError(msg)
    known = [at for at, of in enumerate(n) if of]
    above, below = (np.array([counts[at] for at in known], dtype="float64") for counts in (hits, n))
    lows, highs = proportion_confint(above, below, alpha=1 - level, method="wilson")
    found = [Proportion(0, 0, math.nan, math.nan, math.nan)] * len(n)
    for at, low, high in zip(known, lows.tolist(), highs.tolist(), strict=True):
        share = hits[at] / n[at]
        found[at] = Proportion(hits[at], n[at], share, max(0.0, min(low, share)), min(1.0, max(high, share)))
    return found


def left_out(exclusions: Iterable[Exclusion]) -> str:
    """Return the sentence that says what a study left out and why, for its note."""
    return f"Left out: {'; '.join(f'{item.n} {item.unit}: {item.why}' for item in exclusions) or 'nothing'}."


class TableSpec(NamedTuple):
    """One table of a result: the attribute that holds its rows, their fields, and which of those are shares."""

    name: str
    fields: tuple[str, ...]
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result(ABC):
    """A study's answer. Its tables are tuples of rows; the first is the main one."""

    specs: ClassVar[tuple[TableSpec, ...]]

    @property
    @abstractmethod
    def note(self) -> str:
        """What a reader must know to read the tables: definition, interval, what was left out."""

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """Return one table of the result, unrounded (shares between 0 and 1).

        Parameters
        ----------
        table
            Its name; by default the main one.

        Raises
        ------
        CallError
            When the result has no such table.
        """
        spec = self._spec(table)
        return pd.DataFrame.from_records(list(getattr(self, spec.name)), columns=list(spec.fields))

    def to_markdown(self, table: str | None = None) -> str:
        """Return one table for a page of text (shares in percent), with its note below."""
        return f"{self._printed(table).to_markdown(index=False, disable_numparse=True)}\n\n{self.note}"

    def to_latex(self, table: str | None = None) -> str:
        """Return one table for a paper (booktabs; shares in percent), with its note as caption."""
        spec, frame = self._spec(table), self.to_frame(table)
        columns = "".join("r" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
        caption = self.note.translate({ord(sign): f"\\{sign}" for sign in "%&#_"})
        printed = self._printed(table)
        return printed.to_latex(
            index=False, escape=True, column_format=columns, caption=caption, label=f"tab:{spec.name}"
        )

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _spec(self, table: str | None) -> TableSpec:
        for spec in self.specs:
            if table in (None, spec.name):
                return spec
        msg = f"this result has no table {table!r}; it has {', '.join(spec.name for spec in self.specs)}"
        raise CallError(msg)

    def _printed(self, table: str | None) -> pd.DataFrame:
        spec, frame = self._spec(table), self.to_frame(table)
        printed = {
            f"{name} %" if name in spec.shares else name.replace("_", " "): [
                _written(value, share=name in spec.shares) for value in frame[name]
            ]
            for name in spec.fields
        }
        return pd.DataFrame(printed)


def _written(value: object, *, share: bool) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return ""
    if share:
        return f"{100 * value:.1f}"
    if value.is_integer():
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.1f}"
