"""Report -> plain columns of each product, in the order of the data dictionary. No dataframe library is loaded here.

A value is text, a whole number, a float, a truth value or None: what a dataframe, a Parquet file and JSON all hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain, repeat
from types import MappingProxyType
from typing import get_args

from gxstudy.fill import Grade
from gxstudy.findings import Severity
from gxstudy.frames.dictionary import AS_READ, Product, product
from gxstudy.layout import Box, union
from gxstudy.report import Report

__all__ = ["Columns", "Value", "columns", "of_reports"]

Value = str | int | float | bool | None
Row = tuple[Value, ...]
Columns = dict[str, list[Value]]

_EDGES = ("x0", "top", "x1", "bottom")
_NOWHERE: Row = (None, None, None, None, None)


def of_reports(name: str, reports: Iterable[Report]) -> Columns:
    """Return the columns of the product ``name`` for ``reports``, in their order."""
    if name == "figures":
        return _finished(product(name), _figures(reports))
    rows = _ROWS[name]
    return columns(product(name), chain.from_iterable(rows(report) for report in reports))


def columns(of: Product, rows: Iterable[Row]) -> Columns:
    """Turn rows into columns, with every text such that it can be written as UTF-8."""
    turned = dict(zip(of.columns, map(list, zip(*rows, strict=True)), strict=False))
    return _finished(of, turned or {name: [] for name in of.columns})


def _finished(of: Product, turned: Columns) -> Columns:
    """Return columns with every text such that it can be written as UTF-8, and places to 0.01 points."""
    for field in of.fields:
        if field.dtype == "str":
            turned[field.name] = _writable(turned[field.name])
        elif field.name in _EDGES:
            turned[field.name] = _rounded(turned[field.name])
    return turned


def _rounded(edges: list[Value]) -> list[Value]:
    """Return coordinates to 0.01 points."""
    import numpy as np

    if None in edges:
        return [round(edge, 2) if isinstance(edge, float) else edge for edge in edges]
    rounded: list[Value] = np.round(np.array(edges, np.float64), 2).tolist()
    return rounded


def _writable(texts: list[Value]) -> list[Value]:
    """Replace what no text file can hold (half a surrogate pair, NUL), which damaged files do contain, by U+FFFD."""
    distinct = {text for text in set(texts) if isinstance(text, str)}
    joined = "".join(distinct)
    if "\x00" not in joined and joined.isascii():
        return texts
    try:
        joined.encode()
    except UnicodeEncodeError:
        pass
    else:
        if "\x00" not in joined:
            return texts
    return [
        text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\x00", "\ufffd")
        if isinstance(text, str)
        else text
        for text in texts
    ]


def _place(boxes: tuple[Box, ...]) -> Row:
    """Return page and box of what stands at ``boxes``: their union on the first of their pages."""
    if len(boxes) == 1:
        return boxes[0]
    return union(boxes)[0] if boxes else _NOWHERE


def _number(value: int | Decimal | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


def _figures(reports: Iterable[Report]) -> Columns:
    """Return the columns of the figures: there are hundreds in a report, so they are not turned from rows."""
    turned: Columns = {name: [] for name in product("figures").columns}
    for report in reports:
        for sheet in report.sheets:
            count = len(sheet.entries)
            if not count:
                continue
            table, row, column, raw, values, status, grade, boxes, _ = zip(*sheet.entries, strict=True)
            parts: tuple[Iterable[Value], ...] = (
                repeat(report.report_id, count),
                repeat(report.organ, count),
                repeat(report.year, count),
                repeat(sheet.edition, count),
                *(table, row, column, map(_number, values), raw, status, grade),
                *zip(*map(_place, boxes), strict=True),
                repeat(report.source, count),
            )
            for whole, part in zip(turned.values(), parts, strict=True):
                whole.extend(part)
    return turned


def _reports(report: Report) -> Iterator[Row]:
    entries = report.entries
    statuses = Counter(entry.status for entry in entries)
    grades = Counter(entry.grade for entry in entries)
    severities = Counter(finding.severity for finding in report.findings)
    held = sum(check.holds for check in report.checks)
    yield (
        report.report_id,
        report.organ,
        report.year,
        report.edition,
        report.kind,
        report.pages,
        report.source,
        report.sha256,
        report.fee.stated,
        _number(report.fee.yuan),
        _number(report.fee.billed),
        report.fee.cases,
        report.fee.text or None,
        len(entries),
        *(statuses[status] for status in AS_READ),
        len(report.proposals),
        *(grades[grade] for grade in get_args(Grade)),
        held,
        len(report.checks) - held,
        *(severities[severity] for severity in get_args(Severity)),
        *(None,) * 14,
    )


def _facts(report: Report) -> Iterator[Row]:
    for fact in report.facts:
        yield (
            *(report.report_id, report.organ, report.year, fact.key, _number(fact.value), fact.text),
            *_place(fact.boxes),
            report.source,
        )


def _checks(report: Report) -> Iterator[Row]:
    for check in report.checks:
        yield (
            *(report.report_id, report.organ, report.year, check.identity, check.table, check.at),
            *(_number(check.left), _number(check.right), check.holds),
            " ".join(f"{row}.{column}" for row, column in check.entries),
        )


def _findings(report: Report) -> Iterator[Row]:
    for code, severity, message, where in report.findings:
        yield (*(report.report_id, report.organ, report.year, code.value, severity, message), *where, report.source)


_ROWS: Mapping[str, Callable[[Report], Iterator[Row]]] = MappingProxyType(
    {"reports": _reports, "facts": _facts, "checks": _checks, "findings": _findings}
)
