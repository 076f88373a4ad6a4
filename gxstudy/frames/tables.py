"""Columns -> dataframes, with the dtypes of the data dictionary; and the wide view.

Importing this module loads no pandas: its calls do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from gxstudy import forms
from gxstudy.audit import accept as accepted
from gxstudy.errors import CallError
from gxstudy.frames.dictionary import DType, Product, product
from gxstudy.frames.records import Columns, of_reports
from gxstudy.report import Report

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from pandas.api.extensions import ExtensionArray

__all__ = ["as_frame", "checks", "facts", "findings", "reports", "tidy", "wide"]


def tidy(report: Report | Iterable[Report], *, accept: Literal["proposals"] | None = None) -> pd.DataFrame:
    """Return one row for each figure, in print order.

    Parameters
    ----------
    report
        One report, or several.
    accept
        With "proposals", the other readings that the sums of a scanned report propose (``report.proposals``) are taken
        as values: their status is *proposed*, ``raw`` stays as read, and the grades are those that follow (no figure
        in a sum that holds by a proposal alone is *proved*). By default nothing is changed.

    Returns
    -------
    DataFrame
        Columns in order: ``report_id``, ``organ`` (str), ``year`` (Int64), ``edition``, ``table``, ``row``, ``column``
        (str), ``value`` (float64, missing where no number is printed: blank is not zero), ``raw``, ``status``,
        ``grade`` (str), ``page`` (Int64), ``x0``, ``top``, ``x1``, ``bottom`` (float64; points from the top left of
        the page), ``source`` (str). The box is the union of the lines on the first page where the figure stands.
        The same dtypes when there is no row. :func:`gxstudy.codebook` says what each key means.

    Raises
    ------
    CallError
        When something else than a report is given, or something else than proposals is to be accepted.
    """
    given = _each(report)
    return _frame("figures", given if _as_read(accept) else map(_with_proposals, given))


def reports(report: Report | Iterable[Report]) -> pd.DataFrame:
    """Return one row for each report: what it is, what it says of the fee, and how many figures and findings it has.

    Returns
    -------
    DataFrame
        ``path``, ``registry_organ`` and ``registry_year`` are known in a dataset only, else missing.
    """
    return _frame("reports", report)


def facts(report: Report | Iterable[Report]) -> pd.DataFrame:
    """Return one row for each count said in prose, with the clause that says it and its place."""
    return _frame("facts", report)


def checks(report: Report | Iterable[Report]) -> pd.DataFrame:
    """Return one row for each sum tested, with both sides and whether it holds."""
    return _frame("checks", report)


def findings(report: Report | Iterable[Report]) -> pd.DataFrame:
    """Return one row for each finding, with its place as far as it is known."""
    return _frame("findings", report)


def _as_read(accept: object) -> bool:
    if accept not in (None, "proposals"):
        msg = f"accept={accept!r}: what can be accepted is 'proposals', or nothing (None)"
        raise CallError(msg)
    return accept is None


def _with_proposals(report: Report) -> Report:
    return replace(report, sheets=accepted(report.sheets, report.proposals))


def _frame(name: str, report: Report | Iterable[Report]) -> pd.DataFrame:
    return as_frame(product(name), of_reports(name, _each(report)))


def _each(given: object) -> tuple[Report, ...]:
    several = tuple(given) if isinstance(given, Iterable) else (given,)
    for one in several:
        if not isinstance(one, Report):
            msg = f"expected a Report or several; got {type(one).__name__}. gxstudy.read_report(path) gives a Report"
            raise CallError(msg)
    return several


def as_frame(of: Product, columns: Columns) -> pd.DataFrame:
    """Return ``columns`` as a dataframe with the dtypes of the data dictionary.

    Parameters
    ----------
    of
        The product whose columns they are.
    columns
        One list for each field, all of one length.
    """
    import pandas as pd

    return pd.DataFrame({field.name: _array(columns[field.name], field.dtype) for field in of.fields}, copy=False)


def _array(values: Sequence[Any], dtype: DType) -> ExtensionArray | np.ndarray:
    import numpy as np
    import pandas as pd

    if dtype == "str":
        import pyarrow as pa

        # What pd.array(values, dtype="str") gives, at a third of its cost.
        strings: Any = pa.chunked_array([pa.array(values, pa.large_string())])
        arrow_strings: Any = pd.arrays.ArrowStringArray
        array: ExtensionArray = arrow_strings(strings, dtype=pd.StringDtype("pyarrow", na_value=np.nan))
        return array
    if dtype == "Int64" and None not in values:  # the same at a third of its cost
        return pd.arrays.IntegerArray(np.array(values, np.int64), np.zeros(len(values), np.bool_))
    if dtype == "Int64":
        return pd.array(values, dtype="Int64")
    return np.array(values, dtype=dtype)


def wide(figures: pd.DataFrame) -> pd.DataFrame:
    """Lay tidy figures out with one row a report and one column a figure.

    Only numbers are laid out: a blank, a stroke and an absent place are all missing here, and are told apart by the
    ``status`` of the tidy frame. :func:`gxstudy.panel` keeps them, and counts what it leaves out.

    Parameters
    ----------
    figures
        What :func:`tidy` gives.

    Returns
    -------
    DataFrame
        ``report_id``, ``organ``, ``year``, ``edition`` (``2019+2021`` where a report uses both), then one float64
        column ``table.row.column`` for each figure met, in print order; rows in the order in which reports first
        appear.

    Raises
    ------
    CallError
        When a column is missing, or one report has two figures for one place.
    """
    import numpy as np
    import pandas as pd

    needed = ("report_id", "organ", "year", "edition", "table", "row", "column", "value")
    missing = [name for name in needed if name not in figures.columns]
    if missing:
        msg = f"the frame has no column {missing[0]!r}; expected the columns of gxstudy.tidy(report)"
        raise CallError(msg)
    row_of, names = pd.factorize(figures["report_id"])
    keys = [pd.factorize(figures[name]) for name in ("table", "row", "column")]
    shape = tuple(max(len(found), 1) for _, found in keys)
    places, distinct = pd.factorize(np.ravel_multi_index(tuple(codes for codes, _ in keys), shape))
    labels = [
        ".".join(str(found[int(index)]) for (_, found), index in zip(keys, np.unravel_index(place, shape), strict=True))
        for place in distinct
    ]
    cells = row_of.astype("int64") * max(len(labels), 1) + places
    _refuse_twice(figures, cells)
    numbers = np.full((len(names), len(labels)), np.nan)
    numbers.ravel()[cells] = figures["value"].to_numpy(dtype="float64", na_value=np.nan)
    order = sorted(range(len(labels)), key=lambda index: _print_order(labels[index]))
    about = figures.drop_duplicates("report_id")[["report_id", "organ", "year"]].reset_index(drop=True)
    pairs = figures[["report_id", "edition"]].drop_duplicates().sort_values("edition", kind="stable")
    editions = pairs.groupby("report_id", sort=False)["edition"].agg("+".join)
    about["edition"] = about["report_id"].map(editions).astype(figures["edition"].dtype)
    laid_out = pd.DataFrame(numbers[:, order], columns=pd.Index([labels[index] for index in order], dtype="str"))
    return pd.concat([about, laid_out], axis="columns")


def _refuse_twice(figures: pd.DataFrame, cells: object) -> None:
    import pandas as pd

    twice = pd.Series(cells).duplicated().to_numpy()
    if twice.any():
        where = figures.loc[twice].iloc[0]
        msg = (
            f"report {where['report_id']!r} has two figures for {where['table']}.{where['row']}.{where['column']}; "
            "give every report once, under a report_id of its own"
        )
        raise CallError(msg)


def _print_order(label: str) -> tuple[int, str]:
    ranks = _ranks()
    return (ranks.get(label, len(ranks)), label)


@cache
def _ranks() -> dict[str, int]:
    """Return the rank of every figure of every edition, the newest edition first, in print order."""
    order: dict[str, int] = {}
    for edition in reversed(forms.editions()):
        for table in forms.load(edition).tables:
            printed = {*table.places(), *table.places(variant=True)}
            for row in table.rows:
                for column in table.columns:
                    if (row.key, column.key) in printed:
                        order.setdefault(f"{table.key}.{row.key}.{column.key}", len(order))
    return order
