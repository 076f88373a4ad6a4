"""A dataset -> the reports that wait at the desk."""

from __future__ import annotations

from pathlib import Path

from gxstudy.corpus import Corpus
from gxstudy.desk.session import Waiting

__all__ = ["waiting"]

_DOUBTFUL = ("grade_contradicted", "grade_doubtful", "status_unreadable")


def waiting(corpus: Corpus, raw: Path) -> tuple[Waiting, ...]:
    """Return the reports of a dataset that hold figures in doubt, those with the fewest first.

    A report with one figure in doubt is the likeliest to have been misread, one with hundreds to be of a kind of its
    own.
    """
    reports = corpus.reports
    names, paths, hashes = (reports[name].tolist() for name in ("report_id", "path", "sha256"))
    doubtful = reports[list(_DOUBTFUL)].sum(axis="columns")
    numbers = doubtful.where(doubtful > 0, reports["proposals"]).tolist()
    found = [
        Waiting(name, raw / path, sha256, int(number))
        for name, path, sha256, number in zip(names, paths, hashes, numbers, strict=True)
    ]
    return tuple(sorted((one for one in found if one.figures), key=lambda one: one.figures))
