"""Two datasets -> which figures changed, not which files: the gate before a new version is published.

Reports are matched by organ and year where one of them counts there, else by ``report_id``. Parts of the same bytes on
both sides are not read, and no more of the others than one part at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from gxstudy.corpus.opened import Corpus, read

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "Comparison", "Kind", "diff"]

Kind = Literal["added", "removed", "value", "status", "grade"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What became of a figure: it is new, it is gone, or its value, its status or its grade alone is another."""

_CELL = ("table", "row", "column")
_TOLD = ("value", "status", "grade")
_COLUMNS = ("kind", "report", "organ", "year", *_CELL, *(f"{name}_{side}" for name in _TOLD for side in ("old", "new")))
_LEFT_OUT = ("duplicate", "superseded")
_REPORT = ("report_id", "organ", "year", "choice")


class _Side(NamedTuple):
    """The reports of one dataset: which of them are compared, and the number of the part where each stands."""

    corpus: Corpus
    reports: pd.DataFrame


@dataclass(frozen=True, repr=False)
class Comparison:
    """What differs between two datasets.

    Attributes
    ----------
    old, new
        The datasets.
    """

    old: Corpus
    new: Corpus

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row for each report that only one side has, or that counts on one side only.

        ``change`` is ``added``, ``removed``, ``renamed`` (the same ``report_id``, another organ or year) or ``choice``
        (another of several reports of the organ and year is kept); ``organ``, ``year`` and ``report_id`` on both sides.
        """
        pairs = self._pairs
        change = pairs["part_old"].isna().map({True: "added", False: ""}).astype("object")
        change = change.mask(pairs["part_new"].isna(), "removed")
        both = change == ""
        moved = both & ~(_same(pairs["organ_old"], pairs["organ_new"]) & _same(pairs["year_old"], pairs["year_new"]))
        chosen = (pairs["choice_old"] == "kept") | (pairs["choice_new"] == "kept")
        other = both & chosen & (pairs["report_id_old"] != pairs["report_id_new"])
        change = change.mask(other, "choice").mask(moved, "renamed")
        told = pairs.assign(change=change)[change != ""].sort_values("change", kind="stable")
        names = ["change", *(f"{name}_{side}" for name in ("organ", "year", "report_id") for side in ("old", "new"))]
        return told[names].reset_index(drop=True)

    def figures(self) -> Iterator[pd.DataFrame]:
        """Yield the figures that differ, some at a time, one row each.

        Columns: ``kind`` (one of :data:`KINDS`: of value, status and grade the first that differs), ``report`` (whether
        it is ``added``, ``removed`` or on ``both`` sides), ``organ``, ``year``, ``table``, ``row``, ``column``, and
        ``value``, ``status`` and ``grade`` with ``_old`` and ``_new``.
        """
        pairs = self._pairs
        for part in sorted(set(pairs["part_new"].dropna())):
            some = pairs[pairs["part_new"] == part]
            if not self._is_same(int(part), some):
                yield from self._of(some)
        gone = pairs[pairs["part_new"].isna()]
        for part in sorted(set(gone["part_old"])):
            yield from self._of(gone[gone["part_old"] == part])

    def counts(self) -> dict[str, int]:
        """Count figures by kind, and reports by change (``reports_added`` ...)."""
        kinds: Counter[str] = Counter()
        for some in self.figures():
            kinds.update(some["kind"])
        return count(kinds, self.reports)

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        """Return the matched reports, one row each, and those without a match."""
        import pandas as pd

        old, new = _of_dataset(self.old), _of_dataset(self.new)
        keys = ["organ_key", "year_key"]
        both = new.dropna(subset=keys).merge(old.dropna(subset=keys), on=keys, suffixes=("_new", "_old"))
        rest = [side[~side["report_id"].isin(both[f"report_id_{name}"])] for side, name in ((new, "new"), (old, "old"))]
        others = rest[0].merge(rest[1], on="report_id", how="outer", suffixes=("_new", "_old"))
        others["report_id_old"] = others["report_id"].where(others["part_old"].notna())
        others["report_id_new"] = others["report_id"].where(others["part_new"].notna())
        names = [
            f"{name}_{side}" for name in ("report_id", "organ", "year", "choice", "part") for side in ("old", "new")
        ]
        return pd.concat([both[names], others[names]], ignore_index=True)

    def _is_same(self, part: int, some: pd.DataFrame) -> bool:
        """Tell whether a part has the same bytes on both sides, and its reports are matched with themselves."""
        name = _names(self.new)[part]
        if self.old.manifest["sha256"].get(name) != self.new.manifest["sha256"][name]:
            return False
        return bool((some["report_id_old"] == some["report_id_new"]).all())

    def _of(self, some: pd.DataFrame) -> Iterator[pd.DataFrame]:
        new, old = _figures(self.new, some, "new"), _figures(self.old, some, "old")
        joined = new.merge(old, on=["pair", *_CELL], how="outer", suffixes=("_new", "_old"), indicator="side")
        kind = joined["side"].map({"left_only": "added", "right_only": "removed", "both": ""}).astype("object")
        for name in reversed(_TOLD):
            differs = (joined["side"] == "both") & ~_same(joined[f"{name}_old"], joined[f"{name}_new"])
            kind = kind.mask(differs, name)
        found = joined[kind != ""].assign(kind=kind[kind != ""])
        sides = some["part_old"].isna().map({True: "added", False: "both"}).mask(some["part_new"].isna(), "removed")
        found["report"] = found["pair"].map(sides)
        for name in ("organ", "year"):
            of_pair = some[f"{name}_new"].where(some[f"{name}_new"].notna(), some[f"{name}_old"])
            found[name] = found["pair"].map(of_pair)
        if not found.empty:
            yield found.sort_values(["organ", "year", "pair", *_CELL], kind="stable")[list(_COLUMNS)].reset_index(
                drop=True
            )


def diff(old: Corpus, new: Corpus) -> Comparison:
    """Compare two datasets, figure by figure. Nothing is read before it is asked for.

    Parameters
    ----------
    old, new
        What :func:`gxstudy.open` gives. Reports that do not count (duplicates, superseded ones) are left out on either
        side.
    """
    return Comparison(old, new)


def count(kinds: Counter[str], reports: pd.DataFrame) -> dict[str, int]:
    """Count what differs, none left out: figures by kind, and reports by change."""
    changes = Counter(reports["change"])
    by_change = {f"reports_{name}": changes[name] for name in ("added", "removed", "renamed", "choice")}
    return {**{kind: kinds[kind] for kind in KINDS}, **by_change}


def _names(corpus: Corpus) -> list[str]:
    return [place.relative_to(corpus.path).as_posix() for place in corpus.files("figures")]


def _of_dataset(corpus: Corpus) -> pd.DataFrame:
    """Return the reports of a dataset that count, or may, each with the number of its part.

    ``organ_key`` and ``year_key`` are missing where the report is not the only one that counts of its organ and year.
    """
    import pandas as pd

    reports = pd.concat(
        [read(place, columns=_REPORT).assign(part=part) for part, place in enumerate(corpus.files("reports"))],
        ignore_index=True,
    )
    reports = reports[~reports["choice"].isin(_LEFT_OUT)]
    counts = reports["choice"].isin(["only", "kept"]) & ~reports.duplicated(["organ", "year"], keep=False)
    return reports.assign(organ_key=reports["organ"].where(counts), year_key=reports["year"].where(counts))


def _figures(corpus: Corpus, some: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the figures of matched reports on one side; ``pair`` is the number of the match."""
    import pandas as pd

    wanted = some[some[f"part_{side}"].notna()]
    pair_of = dict(zip(wanted[f"report_id_{side}"], wanted.index, strict=True))
    columns = ["report_id", *_CELL, *_TOLD]
    files = corpus.files("figures")
    frames = [
        read(files[int(part)], columns=columns, filters=[("report_id", "in", _ids(wanted, side, part))])
        for part in sorted(set(wanted[f"part_{side}"]))
    ]
    found = pd.concat(frames, ignore_index=True) if frames else read(files[0], columns=columns).iloc[:0]
    return found.assign(pair=found["report_id"].map(pair_of).astype("int64")).drop(columns="report_id")


def _ids(wanted: pd.DataFrame, side: str, part: float) -> Sequence[str]:
    ids: list[str] = wanted.loc[wanted[f"part_{side}"] == part, f"report_id_{side}"].tolist()
    return ids


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    """Tell where two columns hold the same; missing is the same as missing."""
    return ((one == other).fillna(value=False).astype("bool")) | (one.isna() & other.isna())
