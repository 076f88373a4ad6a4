"""The codebook: what every key and every column means, made from the forms and the data dictionary.

Importing this module loads no pandas: :func:`codebook` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from gxstudy import forms
from gxstudy.findings import KINDS
from gxstudy.forms import Form, Row, Table
from gxstudy.frames.chinese import in_chinese
from gxstudy.frames.dictionary import PRODUCTS, REASONS, Field, Product

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PLACES", "Lang", "codebook", "codebook_html", "codebook_markdown"]

Lang = Literal["en", "zh"]
_MANY = 10
_SAY: Mapping[Lang, Callable[[str], str]] = MappingProxyType({"en": str, "zh": in_chinese})
_STYLE = (
    "body{margin:0;font:16px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "color:#1a1a1a;background:#fff}"
    "main{max-width:72rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}"
    "th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#f0f0f0}code{font-size:.9em}"
)

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


def codebook_markdown(*, lang: Lang = "en") -> str:
    """Return the codebook as Markdown: forms with their labels and sums, then every column of every product.

    Parameters
    ----------
    lang
        Language of what is said; the labels of the form stand there in both.
    """
    say = _SAY[lang]
    parts = [
        f"# {say('Codebook')}",
        say("Made from the forms and the data dictionary of gxstudy. Labels are given as the form prints them."),
    ]
    for edition in reversed(forms.editions()):
        parts += _form_in_markdown(forms.load(edition), lang)
    parts += [f"## {say('Columns of the data')}"]
    for product in PRODUCTS:
        head = f"One row is {product.row}." if lang == "en" else f"每行是{say(product.row)}。"
        parts += [f"### {product.name}", head + _key(product, lang), _fields_in_markdown(product, lang)]
    codes = ((code.value, say(kind.severity), kind.zh if lang == "zh" else kind.en) for code, kind in KINDS.items())
    parts += [f"## {say('Codes of findings')}", _table(map(say, ("code", "severity", "what it is")), codes)]
    reasons = ((reason, say(text)) for reason, text in REASONS.items())
    parts += [f"## {say('Reasons of failures')}", _table(map(say, ("reason", "what it is")), reasons)]
    return "\n\n".join(parts) + "\n"


def codebook_html(*, lang: Lang = "en") -> str:
    """Return the codebook as one HTML page that stands alone."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(codebook_markdown(lang=lang))
    page = {"en": "en", "zh": "zh-CN"}[lang]
    return (
        f'<!DOCTYPE html>\n<html lang="{page}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>gxstudy: {_SAY[lang]('Codebook')}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


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


def _form_in_markdown(form: Form, lang: Lang) -> Iterator[str]:
    say = _SAY[lang]
    if lang == "en":
        until = f"{form.first_year} to {form.last_year}" if form.last_year else f"{form.first_year} and later"
        yield f"## The form of {form.edition}"
        yield f"{form.notice}, for reports on {until}."
    else:
        until = f"{form.first_year}至{form.last_year}年度" if form.last_year else f"{form.first_year}年度起"
        yield f"## {form.edition}年版格式"
        yield f"{form.notice}，用于{until}的报告。"
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
        yield _table(map(say, ("row", "above", "label", "English", "article or source", "columns")), rows)
        columns = (
            (f"`{column.key}`", _above(table, column.group) or "", column.label, column.en, say(column.unit))
            for column in table.columns
        )
        yield _table(map(say, ("column", "above", "label", "English", "unit")), columns)
        yield from _sums_in_markdown(form, table, lang)


def _sums_in_markdown(form: Form, table: Table, lang: Lang) -> Iterator[str]:
    say = _SAY[lang]
    inside = [
        (f"`{identity.key}`", say(f"each {identity.along}"), say(identity.en), say(identity.source))
        for identity in form.identities
        if identity.table == table.key
    ]
    if inside:
        yield _table(map(say, ("sum", "tested in", "says", "source")), inside)
    between = [
        (f"`{rule.key}`", say(f"each {rule.along}"), say(rule.en))
        for rule in form.continuities
        if rule.table == table.key
    ]
    if between:
        yield _table(map(say, ("sum between two years", "tested in", "says")), between)


def _key(product: Product, lang: Lang) -> str:
    names = ", ".join(f"`{name}`" for name in product.key)
    return (f" Its key: {names}." if lang == "en" else f"主键：{names}。") if names else ""


def _fields_in_markdown(product: Product, lang: Lang) -> str:
    say = _SAY[lang]
    rows = (
        (
            f"`{field.name}`",
            field.dtype,
            say(field.unit),
            say(field.description) + (f": {_words(field, lang)}" if 0 < len(field.values) <= _MANY else ""),
        )
        for field in product.fields
    )
    return _table(map(say, ("column", "dtype", "unit", "what it is")), rows)


def _words(field: Field, lang: Lang) -> str:
    """Return the closed list of a column; in Chinese each with what it means, where that is another word."""
    said = ((word, _SAY[lang](word)) for word in list(field.values))
    return ", ".join(word if word == meaning else f"{word}（{meaning}）" for word, meaning in said)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    return "\n".join(map(_line, (names, ["---"] * len(names), *rows)))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
