"""Tidy figures -> organ-year panel: one row a report, one column a figure, every loss counted.

Two sources give the same shape: :func:`lay_out` takes the tidy frame of reports read in full, :func:`published` the
list of figures transcribed from reports of which only a part could be seen. A blank stays missing and is never zero:
what was found in each place (a number, a blank, a stroke, nothing) stands in a frame of its own, beside the numbers.

Importing this module loads no pandas: its calls do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gxstudy.errors import CallError
from gxstudy.forms import editions, load

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FULL_REPORTS",
    "MARKS",
    "NEEDED",
    "Exclusion",
    "Panel",
    "Wide",
    "bridge",
    "identities",
    "in_print_order",
    "lay_out",
    "published",
    "stack",
]

FULL_REPORTS = "full_reports"
"""The ``part`` of a panel made from reports read in full."""

MARKS = (
    "scope_citywide",
    "organ_inferred",
    "host_third_party",
    "wording_partial",
    "handled_incl_carry",
    "form_as_printed",
)
"""Boolean columns that soften a row: see :func:`published`."""

NEEDED = ("report_id", "organ", "year", "edition", "table", "row", "column", "value", "status", "grade")
_DESCRIBED = ("organ", "year", "province", "prefecture", "county", "level", "sector", "form", "source_url", "notes")


class Exclusion(NamedTuple):
    """How many of what were left out, or set aside, and why."""

    reason: str
    n: int
    unit: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """Reports as rows, figures as columns.

    Attributes
    ----------
    frame
        One row an organ and year, sorted by part, organ and year. Columns that say which report it is (``report_id``,
        ``organ``, ``year``, ``edition``, ``part``, and what else is known), then one column a figure, named
        ``table.row.column`` or ``prose.key``; float64, missing where no number stands.
    states
        The figure columns of ``frame`` again, with what was found there: ``read``, ``annotated``, ``derived``,
        ``blank``, ``slash``, ``unreadable``, ``absent`` (the report has no such place) or ``unseen`` (the place could
        not be seen).
    grades
        The figure columns of ``frame`` again, with the grade that the sums of the form give each; missing without one.
    exclusions
        What was left out on the way, counted.
    """

    frame: pd.DataFrame
    states: pd.DataFrame
    grades: pd.DataFrame
    exclusions: tuple[Exclusion, ...]

    @property
    def whose(self) -> pd.Series[str]:
        """The organ of each row, as :func:`identities` tells it; every study tells organs apart by it.

        Two names of one organ are two organs without ``organ_id``: ``about=`` of :func:`panel` takes what
        :func:`gxstudy.organs.table` gives.
        """
        return identities(self.frame)

    def __repr__(self) -> str:
        """Say how much there is, and of when."""
        if self.frame.empty:
            return "Panel(no reports)"
        years = self.frame["year"]
        return (
            f"Panel({len(self.frame)} reports of {self.frame['organ'].nunique()} organs, {years.min()}-{years.max()}, "
            f"{len(self.states.columns)} figures each; parts: {', '.join(sorted(self.frame['part'].unique()))})"
        )


def identities(frame: pd.DataFrame) -> pd.Series[str]:
    """Return whose each row is: the id of ``organ_id`` where that is known, else the name in ``organ``.

    A row without an id has that of its name elsewhere in the frame, where the name has one there and no other.
    """
    names = frame["organ"].astype("str")
    if "organ_id" not in frame:
        return names
    ids = frame["organ_id"].astype("object")
    known = ids.notna()
    pairs = frame.loc[known, ["organ", "organ_id"]].astype("str").drop_duplicates()
    of_name = pairs.drop_duplicates("organ", keep=False).set_index("organ")["organ_id"]
    return ids.where(known, names.map(of_name)).fillna(names).astype("str")


def lay_out(figures: pd.DataFrame, *, facts: pd.DataFrame | None, about: pd.DataFrame | None) -> Panel:
    """Lay out the tidy figures of some reports, as :func:`gxstudy.panel` says."""
    import pandas as pd

    _need(figures, NEEDED, "the tidy frame")
    tidy = figures[list(NEEDED)].copy()
    tidy["place"] = tidy["table"] + "." + tidy["row"] + "." + tidy["column"]
    twice = tidy[tidy.duplicated(["report_id", "place"])]
    if not twice.empty:
        msg = (
            f"report {twice.iloc[0]['report_id']!r} has two figures for {twice.iloc[0]['place']!r} in the tidy frame; "
            "give every report once (was one file read twice under the same report_id?)"
        )
        raise CallError(msg)
    tidy["value"] = pd.to_numeric(tidy["value"]).astype("float64")
    reports = tidy.groupby("report_id", sort=True)
    frame = reports[["organ", "year"]].first()
    pairs = tidy[["report_id", "edition"]].drop_duplicates().dropna().sort_values(["report_id", "edition"])
    frame["edition"] = pairs.groupby("report_id")["edition"].agg("+".join).reindex(frame.index, fill_value="")
    frame["part"] = FULL_REPORTS
    places = in_print_order(tuple(tidy["place"].unique()))
    cells = tidy.set_index(["report_id", "place"])
    wide = Wide(*(cells[name].unstack("place")[places] for name in ("value", "status", "grade")))  # noqa: PD010
    if about is not None:
        frame, wide = _describe(frame, wide, about)
    if facts is not None:
        frame, wide = _listen(frame, wide, facts)
    wide = wide._replace(states=wide.states.astype("object").where(wide.states.notna(), "absent"))
    wide, foreign = _without_foreign_units(bridge(wide))
    why = "an amount of money printed with a unit of its own; no unit is converted"
    return _finish(frame, wide, (Exclusion("unit_in_cell", foreign, "figures", why),) if foreign else ())


def published(path: str | Path) -> Panel:
    """Read the list of figures transcribed from published reports (``data/raw/published_figures.csv``).

    Only the first part of these reports could be seen. An empty cell therefore says nothing about the report: its
    state is ``unseen``, and it is missing, not zero. Figures of the tables and figures said in prose are different
    columns (``applications.new.total``, ``prose.applications_received``).

    Parameters
    ----------
    path
        The CSV file. One row an organ and year; columns ``table.row.column`` and ``prose.*`` hold figures, ``notes``
        further marks as ``key=value``, separated by ``;``.

    Returns
    -------
    Panel
        ``part`` is ``purposive`` for rows without a ``selection=`` note (many were found by asking for reports that
        say no application was received) and otherwise what the note says (``repeat_year``: found without naming an
        outcome). The parts answer different questions and are never to be pooled silently.
        ``prose.applications_carried_in`` is the number carried over from the year before as the text says it (notes
        ``narr_prev``, ``prose_prev``), ``prose.applications_carried_out`` that carried over to the year after
        (``narr_carried``, ``prose_carried_out``). The columns of :data:`MARKS`: ``scope_citywide`` (covers more than
        the organ), ``organ_inferred`` (name from the address or the context), ``host_third_party`` (not on the organ's
        own site), ``wording_partial`` (the count is said of persons, of organisations or of online applications alone),
        ``handled_incl_carry``, ``form_as_printed``.

    Raises
    ------
    CallError
        When a column is missing or an organ and year stand there twice.
    """
    import pandas as pd

    text = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    _need(text, _DESCRIBED, str(path))
    notes = text["notes"].map(_notes)
    frame = text[list(_DESCRIBED)].rename(columns={"form": "edition"}).replace("", None)
    frame["notes"] = text["notes"]
    frame["year"] = text["year"].astype("int64")
    frame["part"] = notes.map(lambda note: note.get("selection", "purposive"))
    for mark, keys in {
        "scope_citywide": ("scope_citywide", "scope", "scope_departments"),
        "organ_inferred": ("organ_inferred", "organ_from_host"),
        "host_third_party": ("host_third_party", "host_ip_only"),
        "wording_partial": ("wording_only_natural_persons", "wording_only_organisations", "wording_only_online"),
        "handled_incl_carry": ("handled_incl_carry",),
        "form_as_printed": ("form_as_printed",),
    }.items():
        frame[mark] = notes.map(lambda note, keys=keys: any(key in note for key in keys))
    twice = frame[frame.duplicated(["organ", "year"])]
    if not twice.empty:
        organ, year = twice.iloc[0][["organ", "year"]]
        msg = f"{path}: {organ} has two rows for {year}; expected one row an organ and year"
        raise CallError(msg)
    frame.index = pd.Index(frame["organ"] + "-" + text["year"], name="report_id")

    tables = {table.key for edition in editions() for table in load(edition).tables}
    places = [name for name in text.columns if name.split(".")[0] in {*tables, "prose"} and name != "prose.fee_stated"]
    printed = text[places].set_axis(frame.index)
    printed["prose.applications_carried_in"] = [note.get("narr_prev", note.get("prose_prev", "")) for note in notes]
    printed["prose.applications_carried_out"] = [
        note.get("narr_carried", note.get("prose_carried_out", "")) for note in notes
    ]
    if "prose.fee_stated" in text:
        frame["fee_stated"] = text["prose.fee_stated"].replace("", None).to_numpy()
    values = pd.DataFrame({name: pd.to_numeric(printed[name], errors="coerce") for name in printed}).astype("float64")
    states = pd.DataFrame("read", index=printed.index, columns=printed.columns)
    states = states.mask(values.isna(), "unreadable").mask(printed == "/", "slash").mask(printed == "", "unseen")
    grades = states.replace("read", "unchecked").where(states == "read")
    return _finish(frame, Wide(values, states, grades), ())


def stack(panels: Sequence[Panel]) -> Panel:
    """Put several panels under one another, each keeping its parts.

    An organ and year that an earlier panel already has is left out of the later one, and counted. A figure that one
    panel has no column for is ``unseen`` there.

    Raises
    ------
    CallError
        When there is nothing to stack.
    """
    import pandas as pd

    if not panels:
        msg = "stack() got no panels; give at least one"
        raise CallError(msg)
    places = in_print_order(tuple({name: None for panel in panels for name in panel.states.columns}))
    frame = pd.concat([panel.frame.drop(columns=panel.states.columns) for panel in panels], ignore_index=True)
    wides = [Wide(panel.frame[panel.states.columns], panel.states, panel.grades) for panel in panels]
    wide = Wide(*(pd.concat(alike, ignore_index=True).reindex(columns=places) for alike in zip(*wides, strict=True)))
    for mark in frame.columns.intersection(list(MARKS)):
        frame[mark] = frame[mark].eq(True)
    again = frame.duplicated(["organ", "year"])
    exclusions = tuple(exclusion for panel in panels for exclusion in panel.exclusions)
    if again.any():
        why = "an earlier panel already has a report of this organ and year"
        exclusions = (*exclusions, Exclusion("in_earlier_panel", int(again.sum()), "reports", why))
    wide = wide._replace(states=wide.states.fillna("unseen"))
    return _sorted(frame[~again], wide, exclusions)


class Wide(NamedTuple):
    """The figures of a panel: three frames of one shape, rows reports, columns places."""

    numbers: pd.DataFrame
    states: pd.DataFrame
    grades: pd.DataFrame


def _need(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        got = ", ".join(map(str, frame.columns))
        msg = f"{what} has no column {missing[0]!r}; expected {', '.join(columns)}; got {got}"
        raise CallError(msg)


def _notes(text: str) -> dict[str, str]:
    pairs = (note.strip().partition("=") for note in text.split(";") if note.strip())
    return {key: value for key, _, value in pairs}


def in_print_order(places: Sequence[str]) -> list[str]:
    """Return the names of figures in the order of the form, newest edition first, others after them."""
    order: dict[str, int] = {}
    for edition in reversed(editions()):
        for table in load(edition).tables:
            printed = {*table.places(), *table.places(variant=True)}
            for row, column in ((row.key, column.key) for row in table.rows for column in table.columns):
                if (row, column) in printed:
                    order.setdefault(f"{table.key}.{row}.{column}", len(order))
    return sorted(places, key=lambda place: (order.get(place, len(order)), place))


def _describe(frame: pd.DataFrame, wide: Wide, about: pd.DataFrame) -> tuple[pd.DataFrame, Wide]:
    """Add what ``about`` knows, and the reports that only it knows."""
    _need(about, ("report_id", "organ", "year"), "the frame given as about=")
    twice = about.loc[about["report_id"].duplicated(), "report_id"]
    if not twice.empty:
        msg = f"about= has report {twice.iloc[0]!r} twice; expected one row a report"
        raise CallError(msg)
    known = about.set_index("report_id")
    index = frame.index.union(known.index).rename("report_id")
    frame = frame.reindex(index)
    for name in known.columns:
        told = known[name].reindex(index)
        if name in frame.columns and name != "part":
            frame[name] = frame[name].where(frame[name].notna(), told)
        else:
            frame[name] = told
    frame["part"] = frame["part"].astype("object").where(frame["part"].notna(), FULL_REPORTS)
    return frame, Wide(*(part.reindex(index) for part in wide))


def _listen(frame: pd.DataFrame, wide: Wide, facts: pd.DataFrame) -> tuple[pd.DataFrame, Wide]:
    """Add the numbers said in the text, and the reports that only the text knows."""
    import pandas as pd

    _need(facts, ("report_id", "organ", "year", "key", "value"), "the frame given as facts=")
    heard = facts.drop_duplicates(["report_id", "key", "value"])
    index = frame.index.union(pd.Index(heard["report_id"].unique())).rename("report_id")
    whose = heard.drop_duplicates("report_id").set_index("report_id")[["organ", "year"]]
    frame = frame.reindex(index)
    for name in whose.columns:
        frame[name] = frame[name].where(frame[name].notna(), whose[name].reindex(index))
    frame["part"] = frame["part"].fillna(FULL_REPORTS)
    once = heard.drop_duplicates(["report_id", "key"])
    again = heard[heard.duplicated(["report_id", "key"])]
    numbers, differing = (
        pd.crosstab(some["report_id"], some["key"], some["value"], aggfunc="first")
        .reindex(index=index, columns=sorted(once["key"].unique()))
        .astype("float64")
        .add_prefix("prose.")
        for some in (once, again)
    )
    states = numbers.astype("object").mask(numbers.notna(), "read").where(numbers.notna(), "absent")
    states = states.mask(differing.notna(), "unreadable")
    numbers = numbers.mask(differing.notna())
    grades = states.replace("read", "unchecked").where(states == "read")
    added = Wide(numbers, states, grades)
    return frame, Wide(*(old.reindex(index).join(new) for old, new in zip(wide, added, strict=True)))


def bridge(wide: Wide) -> Wide:
    """Give a row that may stand in place of others their sum, where those others hold numbers and it is not printed."""
    values, states, grades = (part.copy() for part in wide)
    for table in load(editions()[-1]).tables:
        for row, column in ((row, column) for row in table.rows if row.replaces for column in table.columns):
            whole = f"{table.key}.{row.key}.{column.key}"
            parts = [f"{table.key}.{part}.{column.key}" for part in row.replaces]
            if not set(parts) <= set(values.columns):
                continue
            if whole not in values.columns:
                values[whole], states[whole], grades[whole] = float("nan"), "absent", None
            summed = (states[whole] == "absent") & values[parts].notna().all(axis="columns")
            failed = summed & (grades[parts] == "contradicted").any(axis="columns")
            values[whole] = values[whole].mask(summed, values[parts].sum(axis="columns"))
            states[whole] = states[whole].mask(summed, "derived")
            grades[whole] = grades[whole].astype("object").mask(summed, "unchecked").mask(failed, "contradicted")
    places = in_print_order(tuple(values.columns))
    return Wide(values[places], states[places], grades[places])


def _without_foreign_units(wide: Wide) -> tuple[Wide, int]:
    """Set amounts that carry a printed unit to missing (the column's unit is not theirs), and count them."""
    columns = {
        (table.key, column.key)
        for edition in editions()
        for table in load(edition).tables
        for column in table.columns
        if column.fractional
    }
    money = [name for name in wide.numbers.columns if (name.split(".")[0], name.split(".")[-1]) in columns]
    foreign = wide.states[money] == "annotated"
    numbers = wide.numbers.copy()
    numbers[money] = numbers[money].mask(foreign)
    return wide._replace(numbers=numbers), int(foreign.to_numpy().sum())


def _finish(frame: pd.DataFrame, wide: Wide, exclusions: tuple[Exclusion, ...]) -> Panel:
    """Leave out what has no organ, no year or a rival, and count it."""
    nameless = frame["organ"].isna()
    yearless = ~nameless & frame["year"].isna()
    known = frame[~nameless & ~yearless]
    choices = known["choice"] if "choice" in known else known["organ"].where(known["organ"].isna())
    chosen = known[~choices.isin(["duplicate", "superseded", "contested"])]
    whose = [chosen["organ"], chosen["year"]]
    rivals = chosen.duplicated(["organ", "year"], keep=False)
    differ = rivals & False
    for part in (wide.numbers, wide.states) if rivals.any() else ():
        kinds = part.loc[chosen.index].groupby(whose).transform("nunique", dropna=False)
        differ |= rivals & (kinds > 1).any(axis="columns")
    copies = rivals & ~differ & chosen.duplicated(["organ", "year"])
    contested = int(differ.sum()) + int((choices == "contested").sum())
    repeated = int(copies.sum()) + int((choices == "duplicate").sum())
    superseded = int((choices == "superseded").sum())
    counted = (
        Exclusion("organ_unknown", int(nameless.sum()), "reports", "the report does not say whose it is"),
        Exclusion("year_unknown", int(yearless.sum()), "reports", "the report does not say which year it is about"),
        Exclusion("organ_year_contested", contested, "reports", "one organ and year, but figures that differ"),
        Exclusion("organ_year_repeated", repeated, "reports", "repeats another report of its organ and year"),
        Exclusion("organ_year_superseded", superseded, "reports", "another report of its organ and year is kept"),
    )
    kept = chosen.index[~differ & ~copies]
    frame = frame.loc[kept].reset_index()
    frame["year"] = frame["year"].astype("int64")
    wide = Wide(*(part.loc[kept].reset_index(drop=True) for part in wide))
    return _sorted(frame, wide, (*exclusions, *(exclusion for exclusion in counted if exclusion.n)))


def _sorted(frame: pd.DataFrame, wide: Wide, exclusions: tuple[Exclusion, ...]) -> Panel:
    head = ["report_id", "organ", "year", "edition", "part"]
    frame = frame[[*head, *frame.columns.difference(head, sort=False)]]
    order = frame.sort_values(["part", "organ", "year"], kind="stable").index
    frame, states, grades = (part.loc[order].reset_index(drop=True) for part in (frame.join(wide.numbers), *wide[1:]))
    return Panel(frame, states, grades, exclusions)
