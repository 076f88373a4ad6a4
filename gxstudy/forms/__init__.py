"""The statutory forms as data: one TOML file an edition, and the loader that checks it.

Nothing else in gxstudy repeats a label, a row list or an identity: filling, audit, codebook, display and specimens all
take them from here. A new print of a label is a line in ``synonyms``.

Source: the report formats of the national office for the openness of government affairs, 国办公开办函〔2019〕60号
(reports on 2019 and 2020) and 国办公开办函〔2021〕30号 (reports on 2021 and later); articles are those of the
Regulations on Open Government Information as revised in 2019.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

    ``layout``: ``matrix`` (rows by columns), ``blocks`` (headed parts with columns of their own) or ``across`` (the
    rows are printed side by side, as groups of columns).
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

    ``along = "column"``: in each column, the rows ``left`` add up to the rows ``right``. ``along = "row"``: in each
    row, the columns ``left`` add up to the columns ``right``.
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
        When the text is no TOML, a key is unknown, missing or of the wrong type, a key or label stands twice in one
        place, or something is named that the form does not have.
    """
    reader = _Reader(name)
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise reader.fail(_FILE, f"not TOML: {error}") from error
    return reader.form(data)


_FILE = "the file"
_Type = Literal["a string", "a whole number", "true or false", "a list of strings", "a table", "a list of tables"]


def _is(value: object, expected: _Type) -> bool:
    """Return whether a TOML value is of the type that ``expected`` names."""
    match expected:
        case "a string":
            return isinstance(value, str) and bool(value.strip())
        case "a whole number":
            return type(value) is int
        case "true or false":
            return isinstance(value, bool)
        case "a list of strings":
            return isinstance(value, list) and all(_is(item, "a string") for item in value)
        case "a table":
            return isinstance(value, dict)
        case "a list of tables":
            return isinstance(value, list) and all(_is(item, "a table") for item in value)


class _Reader:
    """Turns parsed TOML into values, with messages that say where in ``name`` something is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: str, what: str) -> ValueError:
        return ValueError(f"{self.name}, {where}: {what}")

    def fields(
        self, data: dict[str, Any], where: str, *, needs: dict[str, _Type], may: dict[str, _Type]
    ) -> dict[str, Any]:
        expected = needs | may
        for key, value in data.items():
            if key not in expected:
                raise self.fail(where, f"unknown key {key!r}; expected {', '.join(sorted(expected))}")
            if not _is(value, expected[key]):
                raise self.fail(where, f"{key} is {value!r}; expected {expected[key]}")
        for key in needs:
            if key not in data:
                raise self.fail(where, f"missing key {key!r}")
        return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}

    def once(self, values: Sequence[str], where: str, what: str) -> None:
        for value in values:
            if values.count(value) > 1:
                raise self.fail(where, f"{what} {value!r} stands twice")

    def form(self, data: dict[str, Any]) -> Form:
        head = self.fields(
            data,
            _FILE,
            needs={"edition": "a string", "notice": "a string", "first_year": "a whole number", "tables": "a table"},
            may={
                "last_year": "a whole number",
                "identities": "a list of tables",
                "continuities": "a list of tables",
            },
        )
        first, last = head["first_year"], head.get("last_year")
        if last is not None and last < first:
            raise self.fail(_FILE, f"last_year {last} lies before first_year {first}")
        for key, value in head["tables"].items():
            if not _is(value, "a table"):
                raise self.fail(_FILE, f"tables.{key} is {value!r}; expected a table")
        tables = tuple(self._table(key, value, head["edition"]) for key, value in head["tables"].items())
        identities = tuple(self._identity(item, tables) for item in head.get("identities", ()))
        continuities = tuple(self._continuity(item, tables) for item in head.get("continuities", ()))
        keys = [*(identity.key for identity in identities), *(continuity.key for continuity in continuities)]
        self.once(keys, _FILE, "the identity")
        return Form(head["edition"], head["notice"], first, last, tables, identities, continuities)

    def _table(self, key: str, data: dict[str, Any], edition: str) -> Table:
        where = f"[tables.{key}]"
        table = self._same_as(key, data, where, edition) if "same_as" in data else self._written(key, data, where)
        self._check(table, where)
        return table

    def _written(self, key: str, data: dict[str, Any], where: str) -> Table:
        head = self.fields(
            data,
            where,
            needs={
                "number": "a string",
                "zh": "a string",
                "en": "a string",
                "layout": "a string",
                "section": "a string",
                "columns": "a list of tables",
                "rows": "a list of tables",
            },
            may={"stub": "a string", "groups": "a list of tables", "blocks": "a list of tables"},
        )
        if head["layout"] not in ("matrix", "blocks", "across"):
            raise self.fail(where, f"layout is {head['layout']!r}; expected 'matrix', 'blocks' or 'across'")
        return Table(
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

    def _same_as(self, key: str, data: dict[str, Any], where: str, edition: str) -> Table:
        head = self.fields(data, where, needs={"same_as": "a string"}, may={"without_rows": "a list of strings"})
        later = [known for known in editions() if known > edition]
        if head["same_as"] not in later:
            raise self.fail(
                where,
                f"same_as is {head['same_as']!r}; expected a later edition ({', '.join(later) or 'there is none'})",
            )
        other = next((known for known in load(head["same_as"]).tables if known.key == key), None)
        if other is None:
            raise self.fail(where, f"form {head['same_as']} has no table {key!r}")
        without = head.get("without_rows", ())
        for row in without:
            if row not in {known.key for known in other.rows}:
                raise self.fail(where, f"without_rows names {row!r}, which form {head['same_as']} does not have")
        rows = tuple(
            replace(row, replaces=tuple(replaced for replaced in row.replaces if replaced not in without))
            for row in other.rows
            if row.key not in without
        )
        used = {group.key for row in rows for group in other.parents(row.group)}
        groups = tuple(group for group in other.groups if group.axis == "column" or group.key in used)
        return replace(other, rows=rows, groups=groups)

    def _column(self, data: dict[str, Any], where: str) -> Column:
        fields = self.fields(
            data,
            f"{where} column {data.get('key', '?')}",
            needs={"key": "a string", "label": "a string", "en": "a string", "unit": "a string"},
            may={
                "synonyms": "a list of strings",
                "group": "a string",
                "fractional": "true or false",
                "signed": "true or false",
            },
        )
        return Column(**fields)

    def _row(self, data: dict[str, Any], where: str) -> Row:
        fields = self.fields(
            data,
            f"{where} row {data.get('key', '?')}",
            needs={"key": "a string", "label": "a string", "en": "a string"},
            may={
                "synonyms": "a list of strings",
                "group": "a string",
                "article": "a string",
                "source": "a string",
                "replaces": "a list of strings",
            },
        )
        return Row(**fields)

    def _group(self, data: dict[str, Any], where: str) -> Group:
        where = f"{where} group {data.get('key', '?')}"
        fields = self.fields(
            data,
            where,
            needs={"key": "a string", "label": "a string", "en": "a string", "axis": "a string"},
            may={"synonyms": "a list of strings", "parent": "a string"},
        )
        if fields["axis"] not in ("row", "column"):
            raise self.fail(where, f"axis is {fields['axis']!r}; expected 'row' or 'column'")
        return Group(**fields)

    def _block(self, data: dict[str, Any], where: str) -> Block:
        fields = self.fields(
            data,
            f"{where} block {data.get('key', '?')}",
            needs={
                "key": "a string",
                "label": "a string",
                "en": "a string",
                "columns": "a list of strings",
                "rows": "a list of strings",
            },
            may={},
        )
        return Block(**fields)

    def _check(self, table: Table, where: str) -> None:
        """Check that what a table names is there, once."""
        rows = tuple(row.key for row in table.rows)
        columns = tuple(column.key for column in table.columns)
        for keys, what in (
            (rows, "the row key"),
            (columns, "the column key"),
            (tuple(group.key for group in table.groups), "the group key"),
            (tuple(block.key for block in table.blocks), "the block key"),
            (tuple(row for block in table.blocks for row in block.rows), "among the rows of the blocks,"),
        ):
            self.once(keys, where, what)
        self._check_groups(table, where)
        self._check_labels(table, where)
        for row in table.rows:
            self._known(row.replaces, rows, where, f"row {row.key!r} replaces the missing row")
            if row.key in row.replaces:
                raise self.fail(where, f"row {row.key!r} replaces itself")
        if (table.layout == "blocks") != bool(table.blocks):
            raise self.fail(where, f"layout is {table.layout!r} and there are {len(table.blocks)} blocks")
        for block in table.blocks:
            self.once(block.columns, where, f"block {block.key!r}: the column")
            self._known(block.rows, rows, where, f"block {block.key!r} names the missing row")
            self._known(block.columns, columns, where, f"block {block.key!r} names the missing column")
        if table.blocks:
            printed = table.places()
            self._known(rows, [row for row, _ in printed], where, "no block has the row")
            self._known(columns, [column for _, column in printed], where, "no block has the column")

    def _known(self, keys: Iterable[str], known: Iterable[str], where: str, what: str) -> None:
        for key in keys:
            if key not in known:
                raise self.fail(where, f"{what} {key!r}")

    def _check_groups(self, table: Table, where: str) -> None:
        """Check that every row, column and group stands in a group of its own axis, and no group inside itself."""
        groups = {group.key: group for group in table.groups}
        named = (
            *((f"row {row.key!r}", row.group, "row") for row in table.rows),
            *((f"column {column.key!r}", column.group, "column") for column in table.columns),
            *((f"group {group.key!r}", group.parent, group.axis) for group in table.groups),
        )
        for who, key, axis in named:
            if key is not None and (key not in groups or groups[key].axis != axis):
                raise self.fail(where, f"{who} names the group {key!r}; there is no such group of {axis}s")
        for group in table.groups:
            above: list[str] = []
            parent = group.parent
            while parent is not None:
                if parent == group.key or parent in above:
                    raise self.fail(where, f"group {group.key!r} stands inside itself")
                above.append(parent)
                parent = groups[parent].parent

    def _check_labels(self, table: Table, where: str) -> None:
        """Check that no two rows, columns, blocks or groups of one place share a label."""
        for kind, values in (
            ("row", [(row.group, row.key, (row.label, *row.synonyms)) for row in table.rows]),
            ("column", [(column.group, column.key, (column.label, *column.synonyms)) for column in table.columns]),
            ("group", [(group.parent, group.key, (group.label, *group.synonyms)) for group in table.groups]),
            ("block", [(None, block.key, (block.label,)) for block in table.blocks]),
        ):
            seen: dict[tuple[str | None, str], str] = {}
            for group, key, labels in values:
                for label in labels:
                    printed = label_key(label)
                    if not printed:
                        raise self.fail(where, f"the {kind} {key!r} has the label {label!r}, which has no letters")
                    if seen.setdefault((group, printed), key) != key:
                        raise self.fail(
                            where, f"the {kind}s {seen[group, printed]!r} and {key!r} share the label {label!r}"
                        )

    def _terms(self, data: dict[str, Any], tables: tuple[Table, ...], where: str, sides: tuple[str, ...]) -> Table:
        table = next((table for table in tables if table.key == data["table"]), None)
        if table is None:
            raise self.fail(where, f"names the missing table {data['table']!r}")
        if data["along"] not in ("row", "column"):
            raise self.fail(where, f"along is {data['along']!r}; expected 'row' or 'column'")
        kind, known = (
            ("row", [row.key for row in table.rows])
            if data["along"] == "column"
            else ("column", [column.key for column in table.columns])
        )
        for side in sides:
            terms = data.get(side, ())
            self._known(terms, known, where, f"{side} names a {kind} that table {table.key!r} does not have,")
            self.once(terms, where, f"{side}: the {kind}")
            if side in data and not terms:
                raise self.fail(where, f"{side} is empty")
        return table

    def _identity(self, data: dict[str, Any], tables: tuple[Table, ...]) -> Identity:
        where = f"identity {data.get('key', '?')}"
        fields = self.fields(
            data,
            where,
            needs={
                "key": "a string",
                "table": "a string",
                "along": "a string",
                "left": "a list of strings",
                "right": "a list of strings",
                "en": "a string",
                "source": "a string",
            },
            may={},
        )
        self._terms(fields, tables, where, ("left", "right"))
        self.once(fields["left"] + fields["right"], where, "on both sides,")
        return Identity(**fields)

    def _continuity(self, data: dict[str, Any], tables: tuple[Table, ...]) -> Continuity:
        where = f"continuity {data.get('key', '?')}"
        fields = self.fields(
            data,
            where,
            needs={
                "key": "a string",
                "table": "a string",
                "along": "a string",
                "this_year": "a list of strings",
                "last_year": "a list of strings",
                "en": "a string",
            },
            may={"plus": "a list of strings", "minus": "a list of strings", "rows": "a list of strings"},
        )
        table = self._terms(fields, tables, where, ("this_year", "last_year", "plus", "minus"))
        if "rows" in fields:
            if fields["along"] == "column":
                raise self.fail(where, "rows limits an identity along rows; along is 'column'")
            self._known(fields["rows"], [row.key for row in table.rows], where, "rows names the missing row")
            self.once(fields["rows"], where, "rows:")
        return Continuity(**fields)
