"""Several reports of one organ on one year -> which of them counts, and why.

Reports with the same figures are duplicates: one is kept. Where figures differ, the one published last is kept, if the
registry says when each was published; else the one that the sums of the form bear out better. Where neither tells them
apart, none is kept. Nothing is deleted: the choice stands beside each report, and :func:`gxstudy.panel` follows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gxstudy.corpus.results import Head
from gxstudy.frames.dictionary import Choice
from gxstudy.text import squeeze

__all__ = ["Candidate", "Chosen", "choose"]


class Candidate(NamedTuple):
    """A report that was read: its name, path and date of publication, whose it is and on which year, and its head."""

    report_id: str
    path: str
    published: str | None
    organ: str | None
    year: int | None
    head: Head


class Chosen(NamedTuple):
    """What became of one of several reports of one organ and year.

    ``kept`` is the ``report_id`` of the one that counts; ``others`` are the paths of the other reports.
    """

    choice: Choice
    kept: str | None
    why: str
    others: tuple[str, ...]


def choose(candidates: Iterable[Candidate], ids: Mapping[tuple[str, int], str]) -> dict[str, Chosen]:
    """Return what became of every report whose organ has several on its year, by ``report_id``.

    ``ids`` are those of organs, by name and year (:func:`gxstudy.organs.same_organ`).
    """
    named = [(one.organ, one.year, one) for one in candidates if one.organ and one.year is not None]
    together: dict[tuple[str, int], list[Candidate]] = defaultdict(list)
    for organ, year, one in named:
        together[ids.get((organ, year)) or squeeze(organ), year].append(one)
    return {name: chosen for rivals in together.values() if len(rivals) > 1 for name, chosen in _among(rivals)}


def _among(rivals: list[Candidate]) -> Iterator[tuple[str, Chosen]]:
    alike: dict[str, list[Candidate]] = defaultdict(list)
    for one in sorted(rivals):
        alike[one.head.same].append(one)
    kept, why = _best(alike)
    for same, copies in alike.items():
        for one in copies:
            others = tuple(sorted(other.path for other in rivals if other is not one))
            if kept is None:
                yield one.report_id, Chosen("contested", None, why, others)
            elif one is kept:
                yield one.report_id, Chosen("kept", kept.report_id, why, others)
            elif same == kept.head.same:
                told = f"the same figures as {kept.report_id}, which is kept"
                yield one.report_id, Chosen("duplicate", kept.report_id, told, others)
            else:
                told = f"{kept.report_id} is kept: {why}"
                yield one.report_id, Chosen("superseded", kept.report_id, told, others)


def _best(alike: Mapping[str, list[Candidate]]) -> tuple[Candidate | None, str]:
    """Return the report to keep of those whose figures differ, and what decided."""
    first = [copies[0] for copies in alike.values()]
    if len(first) == 1:
        return first[0], "the first of those with the same figures"
    dates = [max((one.published or "" for one in copies), default="") for copies in alike.values()]
    last = max(dates)
    if all(dates) and dates.count(last) == 1:
        return first[dates.index(last)], f"published last, on {last}"
    left = first
    for said, counts in (
        ("the fewest contradicted figures", [one.head.contradicted for one in left]),
        ("the fewest unreadable figures", [one.head.unreadable for one in left]),
        ("the most proved figures", [-one.head.proved for one in left]),
    ):
        best = min(counts)
        if counts.count(best) == 1:
            return left[counts.index(best)], f"{said} ({abs(best)})"
        if counts.count(best) < len(counts):
            break
    return None, "nothing tells which of them is right: neither dates of publication nor the sums of the form"
