"""The review desk: one doubtful figure at a time beside its place on the page, decided with one key."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gxstudy import corrections as kept
from gxstudy.desk.session import Session, Waiting
from gxstudy.errors import CallError, MissingDependencyError

if TYPE_CHECKING:
    from gxstudy.corpus import Corpus
    from gxstudy.desk.widget import Desk

__all__ = ["Session", "Waiting", "desk", "waiting"]

_DOUBTFUL = "grade in ('contradicted', 'doubtful') or status == 'unreadable'"


def desk(
    corpus: Corpus,
    raw: str | Path | None = None,
    *,
    corrections: str | Path | None = None,
    who: str | None = None,
    lang: Literal["en", "zh"] = "en",
) -> Desk:
    """Open the review desk, in JupyterLab.

    It shows one figure at a time: its place on the page, the printed row, the sums it is in, and what is proposed. One
    key decides, and the decision is on the disk before the next figure is shown: ``a`` accepts what is proposed,
    ``k`` keeps what was read (it does stand there so), ``c`` and a number correct it, ``s`` leaves it for later, ``u``
    takes the last step back. :func:`gxstudy.build` applies the decisions.

    Parameters
    ----------
    corpus
        A dataset, as :func:`gxstudy.open` or :func:`gxstudy.build` gives it.
    raw
        The folder of the raw files; by default the folder ``raw`` beside the dataset.
    corrections
        The file of decisions; by default ``corrections.csv`` in that folder, where a build finds it.
    who
        The name to stand in it; by default that of the user of this computer.
    lang
        Language of the desk and of the labels.

    Returns
    -------
    Desk
        A widget; its ``session`` can be driven from Python as well.

    Raises
    ------
    CallError
        When the folder of the raw files is not there, or the file of decisions cannot be understood.
    MissingDependencyError
        When anywidget is not installed (``pip install 'gxstudy[desk]'``).
    """
    folder = Path(raw) if raw is not None else corpus.path.resolve().parent / "raw"
    if not folder.is_dir():
        msg = f"there is no folder {folder}; say where the raw files are: gx.desk(corpus, raw)"
        raise CallError(msg)
    try:
        from gxstudy.desk.widget import Desk
    except ImportError as error:
        msg = "the desk needs anywidget, which is not installed: pip install 'gxstudy[desk]'"
        raise MissingDependencyError(msg) from error
    place = Path(corrections) if corrections is not None else folder / kept.FILE
    return Desk(Session(waiting(corpus, folder), place, who or getpass.getuser(), lang=lang), lang=lang)


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
