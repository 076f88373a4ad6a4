"""The codebook: what every key and every column means, made from the forms and the data dictionary.

Importing this module loads no pandas: :func:`codebook` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from gxstudy import forms
from gxstudy.findings import SEVERITY
from gxstudy.forms import Form, Row, Table
from gxstudy.frames.dictionary import PRODUCTS, REASONS, Field, Product

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PLACES", "codebook", "codebook_markdown"]

PLACES = Product(
    "codebook",
    "one place of an edition of the form",
    (
        Field("edition", "str", "edition of the form", required=True, values=forms.editions()),
        Field("table", "str", "key of the table", required=True),
        Field("row", "str", "key of the row", required=True),
        Field("column", "str", "key of the column", required=True),
        Field("table_zh", "str", "title of the table, as printed", required=True),
        Field("table_en", "str", "title of the table, in English", required=True),
        Field("row_above", "str", "merged labels over the row, as printed, outermost first, parted by /"),
        Field("row_label", "str", "label of the row, as printed", required=True),
        Field("row_en", "str", "label of the row, in English", required=True),
        Field("column_above", "str", "merged labels over the column, as printed, outermost first, parted by /"),
        Field("column_label", "str", "label of the column, as printed", required=True),
        Field("column_en", "str", "label of the column, in English", required=True),
        Field("unit", "str", "unit of the figure", required=True),
        Field("article", "str", "article of the Regulations on Open Government Information behind the row"),
        Field("source", "str", "where the row comes from, if not from the Regulations"),
        Field("stands_for", "str", "rows in whose place this one may be printed, parted by a space"),
        Field("identities", "str", "keys of the sums that contain the figure, parted by a space"),
    ),
    ("edition", "table", "row", "column"),
)


def codebook() -> pd.DataFrame:
    """Return one row for each place of each edition of the form.

    Returns
    -------
    DataFrame
        In print order, oldest edition first. ``edition``, ``table``, ``row`` and ``column`` are those of
        :func:`gxstudy.tidy`, to which it can be joined. A row that is printed in place of others (``stands_for``) is
        listed beside them. All columns are text.
    """
    import pandas as pd

    rows = [row for edition in forms.editions() for row in _places(forms.load(edition))]
    columns = dict(zip(PLACES.columns, zip(*rows, strict=True), strict=True))
    return pd.DataFrame({name: pd.array(list(values), dtype="str") for name, values in columns.items()})


def codebook_markdown() -> str:
    """Return the codebook as Markdown: forms with their labels and sums, then every column of every product."""
    parts = [
        "# Codebook",
        "Made from the forms and the data dictionary of gxstudy. Labels are given as the form prints them.",
    ]
    for edition in reversed(forms.editions()):
        parts += _form_in_markdown(forms.load(edition))
    parts += ["## Columns of the data"]
    for product in PRODUCTS:
        parts += [f"### {product.name}", f"One row is {product.row}." + _key(product), _fields_in_markdown(product)]
    parts += ["## Codes of findings", _table(("code", "severity"), ((code.value, SEVERITY[code]) for code in SEVERITY))]
    parts += ["## Reasons of failures", _table(("reason", "what it is"), REASONS.items())]
    return "\n\n".join(parts) + "\n"


def _places(form: Form) -> Iterator[tuple[str | None, ...]]:
    for table in form.tables:
        for row, column in _positions(table):
            yield (
                *(form.edition, table.key, row.key, column, table.zh, table.en),
                _above(table, row.group),
                *(row.label, row.en),
                _above(table, table.column(column).group),
                *(table.column(column).label, table.column(column).en, table.column(column).unit),
                row.article,
                row.source,
                " ".join(row.replaces) or None,
                " ".join(_sums(form, table, row, column)) or None,
            )


def _positions(table: Table) -> list[tuple[Row, str]]:
    """Return every place of a table in print order: those of either print, where a row may stand for others."""
    printed = {*table.places(), *table.places(variant=True)}
    return [(row, column.key) for row in table.rows for column in table.columns if (row.key, column.key) in printed]


def _above(table: Table, group: str | None) -> str | None:
    return " / ".join(parent.label for parent in table.parents(group)) or None


def _sums(form: Form, table: Table, row: Row, column: str) -> Iterator[str]:
    """Yield the identities that contain a place; a row that stands for others is in the sums of those."""
    for identity in form.identities:
        terms = {*identity.left, *identity.right}
        inside = not terms.isdisjoint({row.key, *row.replaces}) if identity.along == "column" else column in terms
        if identity.table == table.key and inside:
            yield identity.key


def _form_in_markdown(form: Form) -> Iterator[str]:
    until = f"{form.first_year} to {form.last_year}" if form.last_year else f"{form.first_year} and later"
    yield f"## The form of {form.edition}"
    yield f"{form.notice}, for reports on {until}."
    for table in form.tables:
        yield f"### `{table.key}`: {table.number}、{table.zh}"
        yield f"{table.en}."
        rows = (
            (
                f"`{row.key}`",
                _above(table, row.group) or "",
                row.label,
                row.en,
                row.article or row.source or "",
                ", ".join(f"`{column}`" for of, column in _positions(table) if of is row),
            )
            for row in table.rows
        )
        yield _table(("row", "above", "label", "English", "article or source", "columns"), rows)
        columns = (
            (f"`{column.key}`", _above(table, column.group) or "", column.label, column.en, column.unit)
            for column in table.columns
        )
        yield _table(("column", "above", "label", "English", "unit"), columns)
        yield from _sums_in_markdown(form, table)


def _sums_in_markdown(form: Form, table: Table) -> Iterator[str]:
    inside = [
        (f"`{identity.key}`", _each(identity.along), identity.en, identity.source)
        for identity in form.identities
        if identity.table == table.key
    ]
    if inside:
        yield _table(("sum", "tested in", "says", "source"), inside)
    between = [(f"`{rule.key}`", _each(rule.along), rule.en) for rule in form.continuities if rule.table == table.key]
    if between:
        yield _table(("sum between two years", "tested in", "says"), between)


def _each(along: Literal["row", "column"]) -> str:
    return f"each {along}"


def _key(product: Product) -> str:
    return f" Its key: {', '.join(f'`{name}`' for name in product.key)}." if product.key else ""


def _fields_in_markdown(product: Product) -> str:
    rows = (
        (
            f"`{field.name}`",
            field.dtype,
            field.unit,
            field.description + (f": {', '.join(field.values)}" if 0 < len(field.values) <= 12 else ""),
        )
        for field in product.fields
    )
    return _table(("column", "dtype", "unit", "what it is"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(map(_line, (head, ["---"] * len(head), *rows)))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
