"""Invented corpora with a planted truth: they show what a method can find where the data at hand cannot.

Every panel made here has the part :data:`SIMULATED`, and whoever draws it says so on the figure itself. The same
arguments and seed give the same corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gxstudy.panel import Panel

__all__ = ["SIMULATED", "as_panel"]

SIMULATED = "simulated"
"""The ``part`` of everything invented."""


def as_panel(reports: pd.DataFrame, figures: Mapping[str, Sequence[float]]) -> Panel:
    """Lay invented figures out as a panel.

    Parameters
    ----------
    reports
        One row a report, with ``organ`` and ``year`` and whatever else is known of it.
    figures
        One column a figure, by ``table.row.column`` or ``prose.key``; missing where the report leaves the place blank.

    Returns
    -------
    Panel
        Part :data:`SIMULATED`, edition ``2021``; states ``read`` and ``blank``, grades ``unchecked``; in the order
        given.
    """
    frame = reports.reset_index(drop=True)
    head = pd.DataFrame(
        {
            "report_id": frame["organ"] + "-" + frame["year"].astype("str"),
            "organ": frame["organ"],
            "year": frame["year"].astype("int64"),
            "edition": "2021",
            "part": SIMULATED,
        }
    )
    values = pd.DataFrame(dict(figures), index=frame.index, dtype="float64")
    states = pd.DataFrame("read", index=values.index, columns=values.columns).mask(values.isna(), "blank")
    grades = states.replace("read", "unchecked").where(states == "read")
    known = frame[frame.columns.difference(head.columns, sort=False)]
    return Panel(pd.concat([head, known, values], axis="columns"), states, grades, ())
