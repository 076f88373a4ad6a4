"""Whose report it is, and what to call the organ, where a caller may say that several names are one organ's."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gxstudy.errors import CallError
from gxstudy.panel import identities

__all__ = ["told_apart"]


def told_apart(reports: pd.DataFrame, same_organ: Mapping[str, str] | None) -> pd.DataFrame:
    """Return of every report ``whose`` it is and the ``organ`` to name it by.

    Parameters
    ----------
    reports
        ``organ`` (as printed), ``year`` and, where it is known, ``organ_id``.
    same_organ
        Names that are one organ's: each other name -> the one to use. It goes before ``organ_id``.

    Returns
    -------
    DataFrame
        With the index of ``reports``. ``whose``: :func:`gxstudy.panel.identities`, but for names in ``same_organ``,
        which have that of the name to use. ``organ``: the name to use, else that of the organ's latest report.

    Raises
    ------
    CallError
        When a name in ``same_organ`` is that of no report, or makes two reports of one organ and year.
    """
    renamed = dict(same_organ or {})
    printed = reports["organ"].astype("str")
    for name in renamed:
        if not printed.eq(name).any():
            msg = f"same_organ= names {name!r}, and no report is of an organ of that name"
            raise CallError(msg)
    used = printed.map(lambda name: renamed.get(name, name))
    whose = identities(reports)
    of_name = dict(zip(printed, whose, strict=True))
    given = printed.isin(list(renamed))
    whose = whose.mask(given, used.map(lambda name: of_name.get(name, name)))
    told = pd.DataFrame({"whose": whose, "year": reports["year"], "organ": used, "printed": printed})
    merged = told[told["whose"].isin(set(whose[given]))]
    twice = merged[merged.duplicated(["whose", "year"], keep=False)]
    if not twice.empty:
        who = " and ".join(dict.fromkeys(twice["printed"]))
        msg = f"same_organ= makes one organ of {who}, and that has two reports on {twice['year'].iloc[0]}"
        raise CallError(msg)
    latest = told.sort_values("year", kind="stable").groupby("whose")["organ"].last()
    return told[["whose"]].assign(organ=told["whose"].map(latest))
