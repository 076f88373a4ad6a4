"""Tidy figures, or a dataset of any size -> organ-year panel.

A dataset is laid out piece by piece: beside the panel itself, memory holds one piece of it at a time. Importing this
module loads no pandas: its calls do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gxstudy.errors import CallError
from gxstudy.panel.frame import NEEDED, Exclusion, Panel, in_print_order, lay_out

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from gxstudy.corpus import Corpus

__all__ = ["panel"]

_FACTS = ("report_id", "organ", "year", "key", "value")


def panel(
    figures: pd.DataFrame | Corpus,
    *,
    facts: pd.DataFrame | None = None,
    about: pd.DataFrame | None = None,
    places: Sequence[str] | None = None,
) -> Panel:
    """Lay out tidy figures as an organ-year panel.

    Figures of the two editions share a column only where both forms ask for the same quantity under the same key; the
    two editions' charges, and their counts of documents, stay apart. The one bridge: ``applications.other.*``, one row
    on the form of 2019, is the sum of the three rows that stand in its place on the form of 2021, where all three hold
    a number (state ``derived``).

    Parameters
    ----------
    figures
        One row a figure, as :func:`gxstudy.tidy` gives it; or a dataset (:func:`gxstudy.open`), which is read piece by
        piece, never whole, with its facts and, unless ``about`` says otherwise, its reports.
    facts
        One row a number said in the text, as :func:`gxstudy.facts` gives it: columns ``prose.KEY``. A number said
        twice and differently is none (state ``unreadable``); a text that does not say it leaves it ``absent``. Without
        ``facts`` the text counts as not looked at.
    about
        What else is known of the reports, one row each, keyed by ``report_id``: its columns are added to the panel.

        A report without tables is in neither ``figures`` nor, if its text says no number, ``facts``. It is a row of the
        panel where ``about`` names it (with ``organ`` and ``year``): give ``corpus.reports``.
    places
        The figure columns to keep, by name; all by default. Fewer take less memory.

    Returns
    -------
    Panel
        ``part`` is ``full_reports`` unless ``about`` says otherwise. Left out and counted: reports without a known
        organ or year; several reports of one organ and year (where ``about`` has the column ``choice`` of a dataset,
        that is followed; else one is kept where all print the same figures, and none where they differ); amounts of
        money printed with a unit of their own (the amount alone is set to missing).

    Raises
    ------
    CallError
        When a column is missing, a report has two figures for one place, no report has a place that is to be kept, or
        facts are given beside a dataset.
    """
    import pandas as pd

    if isinstance(figures, pd.DataFrame):
        return _only(lay_out(figures, facts=facts, about=about), places)
    if facts is not None:
        msg = "panel() got facts= beside a dataset, whose own facts it takes; give one of the two"
        raise CallError(msg)
    return _only(_gathered(_pieces(figures, about, places)), places)


def _pieces(corpus: Corpus, about: pd.DataFrame | None, places: Sequence[str] | None) -> Iterator[Panel]:
    """Yield the panel of each piece of a dataset, and that of the reports which only ``about`` names."""
    rest = about
    for piece in corpus.pieces(figures=NEEDED, facts=_FACTS):
        described = piece.reports
        if about is not None and rest is not None:
            inside = about["report_id"].isin(piece.reports["report_id"])
            described, rest = about[inside], rest[~rest["report_id"].isin(piece.reports["report_id"])]
        yield _keep(lay_out(piece.figures, facts=piece.facts, about=described), places)
    if rest is not None and not rest.empty:
        yield _keep(lay_out(piece.figures.iloc[:0], facts=piece.facts.iloc[:0], about=rest), places)


def _only(laid_out: Panel, places: Sequence[str] | None) -> Panel:
    """Return a panel without other figures than these."""
    if places is not None:
        missing = [name for name in places if name not in laid_out.states.columns]
        if missing:
            msg = f"no report has the figure {missing[0]!r}; a figure is named table.row.column or prose.key"
            raise CallError(msg)
    return _keep(laid_out, places)


def _keep(laid_out: Panel, places: Sequence[str] | None) -> Panel:
    if places is None:
        return laid_out
    others = [name for name in laid_out.states.columns if name not in places]
    return Panel(
        laid_out.frame.drop(columns=others),
        laid_out.states.drop(columns=others),
        laid_out.grades.drop(columns=others),
        laid_out.exclusions,
    )


def _gathered(panels: Iterable[Panel]) -> Panel:
    """Put panels that share no report, and no organ and year, under one another, and sort the whole.

    A place that a piece has no column for is ``absent`` there: its reports were looked at. States and grades are kept
    as numbers of one byte until the end, where equal ones become one text.
    """
    import numpy as np
    import pandas as pd

    heads: list[pd.DataFrame] = []
    numbers, states, grades = _Parts(), _Parts(words={"absent": 0}), _Parts(words={None: 0})
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in panels:
        heads.append(one.frame.drop(columns=one.states.columns))
        numbers.add(one.frame[one.states.columns])
        states.add(one.states)
        grades.add(one.grades)
        counted.update({(told.reason, told.unit, told.why): told.n for told in one.exclusions})
    places = in_print_order(tuple({name: None for names, _ in states.parts for name in names}))
    head = pd.concat(heads, ignore_index=True).sort_values(["part", "organ", "year"], kind="stable")
    at = np.argsort(head.index.to_numpy())
    columns = pd.Index(places, dtype="str")
    laid = [pd.DataFrame(part.whole(places, at), columns=columns) for part in (numbers, states, grades)]
    frame = pd.concat([head.reset_index(drop=True), laid[0]], axis="columns")
    exclusions = tuple(Exclusion(reason, n, unit, why) for (reason, unit, why), n in sorted(counted.items()))
    return Panel(frame, laid[1], laid[2], exclusions)


class _Parts:
    """The figures of several panels, one of their three frames; texts as numbers in ``words``, where there are any."""

    def __init__(self, *, words: dict[str | None, int] | None = None) -> None:
        self.parts: list[tuple[list[str], np.ndarray]] = []
        self._words = words

    def add(self, frame: pd.DataFrame) -> None:
        """Add a frame."""
        import numpy as np
        import pandas as pd

        cells = frame.to_numpy(dtype="float64" if self._words is None else "object")
        if self._words is not None:
            codes, found = pd.factorize(cells.ravel(), use_na_sentinel=True)
            known = [self._words.setdefault(str(word), len(self._words)) for word in found]
            cells = np.array([*known, 0], dtype="int8")[codes].reshape(cells.shape)
        self.parts.append((list(frame.columns), cells))

    def whole(self, places: list[str], at: np.ndarray) -> np.ndarray:
        """Return one array with each row where ``at`` says; the parts are let go one by one."""
        import numpy as np

        column = {name: number for number, name in enumerate(places)}
        shape = (len(at), len(places))
        cells = np.full(shape, np.nan) if self._words is None else np.zeros(shape, dtype="int8")
        start = 0
        while self.parts:
            names, part = self.parts.pop(0)
            rows = at[start : start + len(part)]
            cells[np.ix_(rows, np.array([column[name] for name in names], dtype="intp"))] = part
            start += len(part)
        return cells if self._words is None else np.array(list(self._words), dtype="object")[cells]
