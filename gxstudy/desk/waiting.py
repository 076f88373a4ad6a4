"""A dataset -> the reports that wait at the desk."""

from __future__ import annotations

from pathlib import Path

from gxstudy.corpus import Corpus
from gxstudy.desk.session import Waiting

__all__ = ["waiting"]

_DOUBTFUL = "grade in ('contradicted', 'doubtful') or status == 'unreadable'"


def waiting(corpus: Corpus, raw: Path) -> tuple[Waiting, ...]:
    """Return the reports of a dataset that hold figures in doubt, those with the fewest first.

    A report with one figure in doubt is the likeliest to have been misread, one with hundreds to be of a kind of its
    own.
    """
    doubtful = corpus.figures.query(_DOUBTFUL)["report_id"].value_counts().to_dict()
    reports = corpus.reports
    proposed = reports["proposals"].tolist() if "proposals" in reports else [0] * len(reports)
    names, paths, hashes = (reports[name].tolist() for name in ("report_id", "path", "sha256"))
    found = [
        Waiting(name, raw / path, sha256, doubtful.get(name, 0) or int(number))
        for name, path, sha256, number in zip(names, paths, hashes, proposed, strict=True)
    ]
    return tuple(sorted((one for one in found if one.figures), key=lambda one: one.figures))
