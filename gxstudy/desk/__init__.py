"""The review desk: one doubtful figure at a time beside its place on the page, decided with one key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gxstudy.errors import CallError, MissingDependencyError

if TYPE_CHECKING:
    from gxstudy.corpus import Corpus
    from gxstudy.desk.widget import Desk

__all__ = ["desk"]


def desk(
    corpus: Corpus,
    raw: str | Path | None = None,
    *,
    corrections: str | Path | None = None,
    who: str | None = None,
    lang: Literal["en", "zh"] = "en",
) -> Desk:
    """Open the review desk, in JupyterLab.

    It shows one figure at a time: its place on the page (of a file without pages its table, with the cell marked), the
    printed row, the sums it is in, and what is proposed. One key decides, and the decision is on the disk before the
    next figure is shown: ``a`` accepts what is proposed, ``p`` all that is proposed in the report, ``k`` keeps what was
    read (it does stand there so), ``w`` keeps the whole failed sum, ``c`` and a number correct it, ``s`` leaves it for
    later, ``u`` takes the last step back. :func:`gxstudy.build` applies the decisions.

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
    import getpass

    from gxstudy.corrections import FILE
    from gxstudy.desk.session import Session
    from gxstudy.desk.waiting import waiting

    try:
        from gxstudy.desk.widget import Desk
    except ImportError as error:
        msg = "the desk needs anywidget, which is not installed: pip install 'gxstudy[desk]'"
        raise MissingDependencyError(msg) from error
    place = Path(corrections) if corrections is not None else folder / FILE
    return Desk(Session(waiting(corpus, folder), place, who or getpass.getuser(), lang=lang), lang=lang)
