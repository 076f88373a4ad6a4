"""The statutory forms as data: one TOML file an edition, and the loader that checks it.

Nothing else in gxstudy repeats a label, a row list or an identity: filling, audit, codebook, display and specimens all
take them from here. A new print of a label is a line in ``synonyms``.

Source: the report formats of the national office for the openness of government affairs, 国办公开办函〔2019〕60号 (reports
on 2019 and 2020) and 国办公开办函〔2021〕30号 (reports on 2021 and later); articles are those of the Regulations on Open
Government Information as revised in 2019.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeVar

from gxstudy.errors import CallError
from gxstudy.text import label_key

__all__ = [
    "Block",
    "Column",
    "Continuity",
    "Form",
    "Group",
    "Identity",
    "Row",
    "Table",
    "editions",
    "for_year",
    "load",
    "parse",
]

Along = Literal["row", "column"]


@dataclass(frozen=True, slots=True)
class Group:
    """A merged label over several rows (``axis = "row"``) or columns. It holds no figures itself."""

    key: str
    label: str
    en: str
    axis: Along
    synonyms: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. ``fractional``: decimals are legal; ``signed``: negative figures are legal."""

    key: str
    label: str
    en: str
    unit: str
    synonyms: tuple[str, ...] = ()
    group: str | None = None
    fractional: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures. ``article`` is that of the Regulations; ``replaces`` lists rows in whose place it may stand."""

    key: str
    label: str
    en: str
    synonyms: tuple[str, ...] = ()
    group: str | None = None
    article: str | None = None
    source: str | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of table two with its own heading and columns."""

    key: str
    label: str
    en: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One statutory table.

    ``layout``: ``matrix`` (rows by columns), ``blocks`` (headed parts with columns of their own) or ``across`` (the rows
    are printed side by side, as groups of columns).
    """

    key: str
    number: str
    zh: str
    en: str
    layout: Literal["matrix", "blocks", "across"]
    section: str
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    groups: tuple[Group, ...] = ()
    blocks: tuple[Block, ...] = ()

    def column(self, key: str) -> Column:
        """Return the column of ``key``; :class:`CallError` where there is none."""
        return _named(self.columns, key, f"column of table {self.key!r}")

    def row(self, key: str) -> Row:
        """Return the row of ``key``; :class:`CallError` where there is none."""
        return _named(self.rows, key, f"row of table {self.key!r}")

    def group(self, key: str) -> Group:
        """Return the group of ``key``; :class:`CallError` where there is none."""
        return _named(self.groups, key, f"group of table {self.key!r}")

    def parents(self, key: str | None) -> tuple[Group, ...]:
        """Return the groups above a row or column whose group is ``key``, outermost first."""
        chain: list[Group] = []
        while key is not None:
            group = self.group(key)
            chain.append(group)
            key = group.parent
        return tuple(reversed(chain))

    def places(self, *, variant: bool = False) -> tuple[tuple[str, str], ...]:
        """Return every (row, column) that the form prints, in print order.

        With ``variant``, rows that may stand in place of others are taken instead of those.
        """
        replaced = {key for row in self.rows for key in row.replaces}
        left_out = replaced if variant else {row.key for row in self.rows if row.replaces}
        if self.blocks:
            return tuple((row, column) for block in self.blocks for row in block.rows for column in block.columns)
        return tuple((row.key, column.key) for row in self.rows if row.key not in left_out for column in self.columns)


@dataclass(frozen=True, slots=True)
class Identity:
    """A sum that must hold inside one report.

    ``along = "column"``: in each column, the rows ``left`` add up to the rows ``right``. ``along = "row"``: in each row,
    the columns ``left`` add up to the columns ``right``.
    """

    key: str
    table: str
    along: Along
    left: tuple[str, ...]
    right: tuple[str, ...]
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class Continuity:
    """A sum that must hold between two years of one organ: ``this_year`` = ``last_year`` + ``plus`` - ``minus``.

    ``plus`` and ``minus`` are this year's. ``along`` as in :class:`Identity`; ``rows`` limits it to some rows.
    """

    key: str
    table: str
    along: Along
    this_year: tuple[str, ...]
    last_year: tuple[str, ...]
    en: str
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One edition of the form."""

    edition: str
    notice: str
    first_year: int
    last_year: int | None
    tables: tuple[Table, ...]
    identities: tuple[Identity, ...]
    continuities: tuple[Continuity, ...]

    def table(self, key: str) -> Table:
        """Return the table of ``key``; :class:`CallError` where there is none."""
        return _named(self.tables, key, f"table of form {self.edition}")


_Named = TypeVar("_Named", Column, Row, Group, Table)


def _named(values: tuple[_Named, ...], key: str, what: str) -> _Named:
    for value in values:
        if value.key == key:
            return value
    msg = f"no {what} has the key {key!r}; there are: {', '.join(value.key for value in values)}"
    raise CallError(msg)


def editions() -> tuple[str, ...]:
    """Return the editions of the form, oldest first."""
    return ("2019", "2021")


@cache
def load(edition: str) -> Form:
    """Return the form of ``edition``, read from package data and checked.

    Raises
    ------
    CallError
        When there is no such edition.
    """
    if edition not in editions():
        msg = f"no form edition {edition!r}; there are: {', '.join(editions())}"
        raise CallError(msg)
    name = f"form{edition}.toml"
    return parse(resources.files("gxstudy.forms").joinpath(name).read_text("utf-8"), name=name)


def for_year(year: int) -> Form | None:
    """Return the form that reports on ``year`` must follow; None before 2019."""
    for edition in reversed(editions()):
        form = load(edition)
        if form.first_year <= year <= (form.last_year or year):
            return form
    return None


def parse(toml: str, *, name: str = "form") -> Form:
    """Read one edition from TOML and check it.

    Parameters
    ----------
    toml
        The text of the file.
    name
        What to call it in messages.

    Raises
    ------
    ValueError
        On an unknown or missing key, a label printed twice in one place, or an identity that names a missing row.
    """
    reader = _Reader(name)
    data = tomllib.loads(toml)
    head = reader.fields(
        data, "the file", needs={"edition", "notice", "first_year", "tables"}, may={"last_year", "identities", "continuities"}
    )
    tables = tuple(reader.table(key, value) for key, value in head["tables"].items())
    identities = tuple(reader.identity(item, tables) for item in head.get("identities", ()))
    continuities = tuple(reader.continuity(item, tables) for item in head.get("continuities", ()))
    return Form(
        head["edition"], head["notice"], head["first_year"], head.get("last_year"), tables, identities, continuities
    )


class _Reader:
    """Turns parsed TOML into values, with messages that say where in ``name`` something is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: str, what: str) -> ValueError:
        return ValueError(f"{self.name}, {where}: {what}")

    def fields(self, data: dict[str, Any], where: str, *, needs: set[str], may: set[str]) -> dict[str, Any]:
        unknown = sorted(data.keys() - needs - may)
        missing = sorted(needs - data.keys())
        if unknown:
            raise self.fail(where, f"unknown key {unknown[0]!r}; expected {', '.join(sorted(needs | may))}")
        if missing:
            raise self.fail(where, f"missing key {missing[0]!r}")
        return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}

    def table(self, key: str, data: dict[str, Any]) -> Table:
        where = f"[tables.{key}]"
        if "same_as" in data:
            return self._same_as(key, data, where)
        head = self.fields(
            data,
            where,
            needs={"number", "zh", "en", "layout", "section", "columns", "rows"},
            may={"stub", "groups", "blocks"},
        )
        if head["layout"] not in ("matrix", "blocks", "across"):
            raise self.fail(where, f"layout is {head['layout']!r}; expected 'matrix', 'blocks' or 'across'")
        table = Table(
            key=key,
            number=head["number"],
            zh=head["zh"],
            en=head["en"],
            layout=head["layout"],
            section=head["section"],
            stub=head.get("stub", ""),
            columns=tuple(self._column(item, where) for item in head["columns"]),
            rows=tuple(self._row(item, where) for item in head["rows"]),
            groups=tuple(self._group(item, where) for item in head.get("groups", ())),
            blocks=tuple(self._block(item, where) for item in head.get("blocks", ())),
        )
        self._check(table, where)
        return table

    def _same_as(self, key: str, data: dict[str, Any], where: str) -> Table:
        head = self.fields(data, where, needs={"same_as"}, may={"without_rows"})
        other = load(head["same_as"]).table(key)
        without = head.get("without_rows", ())
        for row in without:
            if row not in {known.key for known in other.rows}:
                raise self.fail(where, f"without_rows names {row!r}, which form {head['same_as']} does not have")
        rows = tuple(
            Row(
                row.key,
                row.label,
                row.en,
                row.synonyms,
                row.group,
                row.article,
                row.source,
                tuple(replaced for replaced in row.replaces if replaced not in without),
            )
            for row in other.rows
            if row.key not in without
        )
        used = {group.key for row in rows for group in other.parents(row.group)}
        groups = tuple(group for group in other.groups if group.axis == "column" or group.key in used)
        return Table(
            key, other.number, other.zh, other.en, other.layout, other.section, other.stub, other.columns, rows, groups
        )

    def _column(self, data: dict[str, Any], where: str) -> Column:
        fields = self.fields(
            data,
            f"{where} column {data.get('key', '?')}",
            needs={"key", "label", "en", "unit"},
            may={"synonyms", "group", "fractional", "signed"},
        )
        return Column(**fields)

    def _row(self, data: dict[str, Any], where: str) -> Row:
        fields = self.fields(
            data,
            f"{where} row {data.get('key', '?')}",
            needs={"key", "label", "en"},
            may={"synonyms", "group", "article", "source", "replaces"},
        )
        return Row(**fields)

    def _group(self, data: dict[str, Any], where: str) -> Group:
        fields = self.fields(
            data,
            f"{where} group {data.get('key', '?')}",
            needs={"key", "label", "en", "axis"},
            may={"synonyms", "parent"},
        )
        return Group(**fields)

    def _block(self, data: dict[str, Any], where: str) -> Block:
        fields = self.fields(
            data,
            f"{where} block {data.get('key', '?')}",
            needs={"key", "label", "en", "columns", "rows"},
            may=set(),
        )
        return Block(**fields)

    def _check(self, table: Table, where: str) -> None:
        rows = {row.key for row in table.rows}
        columns = {column.key for column in table.columns}
        groups = {group.key for group in table.groups}
        for kind, keys in (
            ("row", [row.key for row in table.rows]),
            ("column", [column.key for column in table.columns]),
            ("group", [group.key for group in table.groups]),
        ):
            for key in keys:
                if keys.count(key) > 1:
                    raise self.fail(where, f"the {kind} key {key!r} stands twice")
        self._check_labels(table, where)
        for row in table.rows:
            if row.group is not None and row.group not in groups:
                raise self.fail(where, f"row {row.key!r} names the missing group {row.group!r}")
            for replaced in row.replaces:
                if replaced not in rows:
                    raise self.fail(where, f"row {row.key!r} replaces the missing row {replaced!r}")
        for column in table.columns:
            if column.group is not None and column.group not in groups:
                raise self.fail(where, f"column {column.key!r} names the missing group {column.group!r}")
        for group in table.groups:
            if group.parent is not None and group.parent not in groups:
                raise self.fail(where, f"group {group.key!r} names the missing parent {group.parent!r}")
        for block in table.blocks:
            for key in block.rows:
                if key not in rows:
                    raise self.fail(where, f"block {block.key!r} names the missing row {key!r}")
            for key in block.columns:
                if key not in columns:
                    raise self.fail(where, f"block {block.key!r} names the missing column {key!r}")

    def _check_labels(self, table: Table, where: str) -> None:
        for kind, values in (("row", table.rows), ("column", table.columns)):
            seen: dict[tuple[str | None, str], str] = {}
            for value in values:
                for label in {label_key(text) for text in (value.label, *value.synonyms)}:
                    place = (value.group, label)
                    if seen.setdefault(place, value.key) != value.key:
                        raise self.fail(
                            where, f"the {kind}s {seen[place]!r} and {value.key!r} share the label {value.label!r}"
                        )

    def _terms(self, data: dict[str, Any], tables: tuple[Table, ...], where: str, sides: tuple[str, ...]) -> None:
        table = next((table for table in tables if table.key == data["table"]), None)
        if table is None:
            raise self.fail(where, f"names the missing table {data['table']!r}")
        if data["along"] not in ("row", "column"):
            raise self.fail(where, f"along is {data['along']!r}; expected 'row' or 'column'")
        kind, known = (
            ("row", {row.key for row in table.rows})
            if data["along"] == "column"
            else ("column", {column.key for column in table.columns})
        )
        for side in sides:
            for term in data.get(side, ()):
                if term not in known:
                    raise self.fail(where, f"{side} names the missing {kind} {term!r} of table {table.key!r}")

    def identity(self, data: dict[str, Any], tables: tuple[Table, ...]) -> Identity:
        where = f"identity {data.get('key', '?')}"
        fields = self.fields(data, where, needs={"key", "table", "along", "left", "right", "en", "source"}, may=set())
        self._terms(fields, tables, where, ("left", "right"))
        return Identity(**fields)

    def continuity(self, data: dict[str, Any], tables: tuple[Table, ...]) -> Continuity:
        where = f"continuity {data.get('key', '?')}"
        fields = self.fields(
            data,
            where,
            needs={"key", "table", "along", "this_year", "last_year", "en"},
            may={"plus", "minus", "rows"},
        )
        self._terms(fields, tables, where, ("this_year", "last_year", "plus", "minus"))
        return Continuity(**fields)
