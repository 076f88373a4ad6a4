"""Table two: headed blocks, each with columns of its own. The blocks also tell which edition was printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from gxstudy import forms
from gxstudy.fill import marked
from gxstudy.fill.align import ENOUGH, fused, likeness
from gxstudy.fill.entries import Entry, from_cell
from gxstudy.fill.printed import Hit, PrintedRow, Run, columns_of, is_figure, is_label, place_of, vocabulary
from gxstudy.findings import Code, Finding, finding
from gxstudy.layout import Cell, Grid, overlap
from gxstudy.text import label_key, read_number

__all__ = ["TABLE", "Blocks", "fill"]

TABLE = "disclosure"


@dataclass(frozen=True, slots=True)
class Blocks:
    """What table two gave: entries by (row, column), and the edition each row was printed on ("" when both fit).

    ``rivals``: places of the form where a second row gives another figure.
    """

    entries: dict[tuple[str, str], Entry]
    editions: dict[str, str]
    rivals: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Filling:
    """What was taken so far, as :class:`Blocks` has it; the rows read under no header; what was noticed."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    editions: dict[str, str] = field(default_factory=dict)
    rivals: set[tuple[str, str, str]] = field(default_factory=set)
    headless: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: Code, message: str, row: PrintedRow, key: str | None = None) -> None:
        """Add what is noticed of a printed row, which is ``key`` of the form where that is known."""
        self.findings.append(finding(code, message, place_of(row, TABLE, key)))


@dataclass(frozen=True, slots=True)
class _Header:
    """The columns named by the last header row: for each printed column what it may be, and where it lies.

    ``after`` are all cells after 信息内容, blank ones included.
    """

    hits: tuple[tuple[Hit, ...], ...]
    cells: tuple[Cell, ...]
    after: tuple[Cell, ...]
    page: int


class _RowLabel(NamedTuple):
    """Which of the cells of a row names it, the row's key, and whether the label is exactly a print of it."""

    position: int
    key: str
    exact: bool


class _Open(NamedTuple):
    """A row without figures that may go on in the next: its key, its label, and the grid where it stands."""

    key: str
    label: Cell
    grid: Grid

    @property
    def last(self) -> int:
        """The last row of the grid beside its label."""
        return self.label.row + self.label.row_span - 1


def _may_go_on(row: PrintedRow, cells: Sequence[Cell], before: _Open) -> bool:
    """Return whether a row stands where the figures of the row before may: beside its label, or behind a page break."""
    at_foot = before.last == before.grid.rows - 1 and row.grid.page == before.grid.page + 1
    beside = row.grid is before.grid and row.number <= before.last
    printed = [cell.text for cell in cells if cell.text.strip()]
    return (at_foot or beside) and bool(printed) and all(map(is_figure, printed))


def fill(runs: Sequence[Run]) -> tuple[Blocks, list[Finding]]:
    """Return the entries of table two, and what was noticed.

    Parameters
    ----------
    runs
        The parts of grids that belong to this table, in document order.
    """
    filling = _Filling()
    header: _Header | None = None
    before: _Open | None = None
    for row in (row for run in runs for row in run.rows):
        cells = [cell for cell in row.cells if cell.row == row.number]
        named = _header(row, cells)
        if named is not None:
            header = named
            continue
        label = _row_label(cells)
        if label is None:
            _take_lower(row, cells, before, header, filling)
            before = None
        elif values := cells[label.position + 1 :]:
            before = _take_named(row, label, cells[label.position], values, header, filling)
    return Blocks(filling.entries, filling.editions, frozenset(filling.rivals)), filling.findings


def _take_named(
    row: PrintedRow, label: _RowLabel, named: Cell, values: Sequence[Cell], header: _Header | None, filling: _Filling
) -> _Open | None:
    """Add the figures behind the label of a row; return the row where it has none, and they may stand lower."""
    key = label.key
    if not label.exact:
        message = f"the label reads {named.text!r}; the form has {_rows()[key][0]!r}"
        filling.say(Code.LABEL_DIFFERS, message, row, key)
    edition, pairs = _columns(row, key, values, header)
    if pairs is None:
        shown = " | ".join(cell.text or "blank" for cell in values)
        message = f"{len(values)} cells ({shown}) cannot be given to the columns of this block; they were not taken"
        filling.say(Code.ROW_WIDTH_DIFFERS, message, row, key)
        return None
    pairs = [(column, marked.unless_for_two(cell, named, row.grid)) for column, cell in pairs]
    if header is not None:
        _drop_headless(row, key, filling)
    elif key not in filling.editions:
        filling.headless.add(key)
    filling.editions[key] = edition
    filled = any(cell.text.strip() for cell in values)
    # The rest of a label behind a break has no figures beside it: that does not make them blank.
    unsure = not label.exact and (not filled or fused(TABLE, label_key(named.text)))
    _take(row, key, pairs, filling, unsure=unsure)
    return None if filled or not row.drawn else _Open(key, named, row.grid)


def _take_lower(
    row: PrintedRow, cells: Sequence[Cell], before: _Open | None, header: _Header | None, filling: _Filling
) -> None:
    """Add the figures of a row without a label to those of the row before where it goes on here; else say it."""
    if before is None or not _may_go_on(row, cells, before):
        _unknown(row, cells, filling.findings)
        return
    key = before.key
    values = [cell for cell in cells if cell.text.strip() or not _over(cell, before.label)]
    pairs = _columns(row, key, values, header)[1]
    if pairs:
        filling.say(Code.LABEL_MISSING, f"the row {_rows()[key][0]} is cut between its label and its figures", row, key)
        filling.entries.update(((key, at), from_cell(TABLE, key, at, cell)) for at, cell in pairs)
        return
    _unknown(row, cells, filling.findings)
    lost = [at for at in filling.entries if at[0] == key]  # its own, under columns that none knows
    filling.entries.update((at, filling.entries[at]._replace(value=None, status="unreadable")) for at in lost)


def _drop_headless(row: PrintedRow, key: str, filling: _Filling) -> None:
    """Forget what was read of a row under no header: here it stands under one."""
    if key not in filling.headless:
        return
    filling.headless.remove(key)
    for place in [place for place in filling.entries if place[0] == key]:
        del filling.entries[place]
    message = f"{_rows()[key][0]} is printed twice in this table; the print under a header was taken"
    filling.say(Code.TABLE_REPEATED, message, row, key)


def _take(row: PrintedRow, key: str, pairs: Sequence[tuple[str, Cell]], filling: _Filling, *, unsure: bool) -> None:
    """Add the figures of a row whose columns are known, up to one that has a figure; ``unsure``: as unreadable."""
    entries = filling.entries
    for column, cell in pairs:
        if (key, column) in entries:
            message = f"{_rows()[key][0]} is printed twice in this table; the first was taken"
            filling.say(Code.TABLE_REPEATED, message, row, key)
            others = {(key, name): read_number(value.text).value for name, value in pairs}
            filling.rivals.update(
                (TABLE, *at) for at, value in others.items() if at in entries and entries[at].value != value
            )
            return
        entry = from_cell(TABLE, key, column, cell)
        entries[key, column] = entry._replace(value=None, status="unreadable") if unsure else entry


@cache
def _rows() -> dict[str, tuple[str, frozenset[str], tuple[str, ...]]]:
    """Return for each row key: its label, the keys of all its prints, the editions that have it."""
    rows: dict[str, tuple[str, frozenset[str], tuple[str, ...]]] = {}
    for edition in reversed(forms.editions()):
        for row in forms.load(edition).table(TABLE).rows:
            labels = frozenset(label_key(label) for label in (row.label, *row.synonyms))
            label, known, seen = rows.get(row.key, (row.label, frozenset(), ()))
            rows[row.key] = (label, known | labels, (*seen, edition))
    return rows


@cache
def _block_columns(edition: str, row: str) -> tuple[str, ...]:
    """Return the columns of the block that holds ``row`` in ``edition`` (none where it has no such row)."""
    for block in forms.load(edition).table(TABLE).blocks:
        if row in block.rows:
            return block.columns
    return ()


def _header(row: PrintedRow, cells: Sequence[Cell]) -> _Header | None:
    """Return the columns that this row names; None where it is no header row."""
    columns = columns_of(TABLE)
    named = [(cell, columns[key]) for cell in cells if (key := label_key(cell.text)) in columns]
    if not named:
        return None
    stub = next((cell for cell in cells if _is_stub(cell.text)), None)
    after = tuple(cell for cell in cells if stub is None or cell.column > stub.column)
    hits = []
    kept = []
    for cell in (cell for cell in after if cell.text.strip()):
        found = columns.get(label_key(cell.text))
        if found is None:
            found = _nearest(label_key(cell.text))
        hits.append(found)
        kept.append(cell)
    return _Header(tuple(hits), tuple(kept), after, row.grid.page)


def _nearest(key: str) -> tuple[Hit, ...]:
    inside = [label for label in columns_of(TABLE) if label in key]
    if any(one not in other and other not in one for one in inside for other in inside):
        return ()  # two headings run into each other
    best: tuple[Hit, ...] = ()
    score = ENOUGH
    for label, hits in columns_of(TABLE).items():
        alike = likeness(key, frozenset((label,)))
        if alike > score:
            best, score = hits, alike
    return best


def _is_stub(text: str) -> bool:
    return any(hit.kind == "stub" for hit in vocabulary(TABLE).get(label_key(text), ()))


def _row_label(cells: Sequence[Cell]) -> _RowLabel | None:
    """Return the label of a row; None where no cell names a row of the form."""
    words = vocabulary(TABLE)
    labels = [(index, label_key(cell.text)) for index, cell in enumerate(cells) if is_label(cell.text)]
    for index, key in labels:
        for hit in words.get(key, ()):
            if hit.kind == "row":
                return _RowLabel(index, hit.key, exact=True)
    for (first, begun), (second, ended) in pairwise(labels):  # parted over two cells
        for hit in words.get(begun + ended, ()):
            if hit.kind == "row" and second == first + 1:
                return _RowLabel(second, hit.key, exact=True)
    for index, key in labels:
        if any(hit.kind in ("block", "stub", "column") for hit in words.get(key, ())) or not cells[index + 1 :]:
            continue
        score, row = max((likeness(key, known), row) for row, (_, known, _) in _rows().items())
        if score >= ENOUGH:
            return _RowLabel(index, row, exact=False)
    return None


def _columns(
    row: PrintedRow, key: str, values: Sequence[Cell], header: _Header | None
) -> tuple[str, list[tuple[str, Cell]] | None]:
    """Return the edition of the block and the (column, cell) pairs of one data row; None where they cannot be told.

    The header names the columns; the figures go to them by order, for prints of real reports have header and data rows
    whose raster columns differ. Where the numbers differ they go by horizontal position.
    """
    editions = _rows()[key][2]
    if header is None:
        fitting = [edition for edition in editions if len(_block_columns(edition, key)) == len(values)]
        if len(fitting) != 1 or row.grid.origin == "unruled":  # where a column without a figure is not seen
            return "", None
        return fitting[0], list(zip(_block_columns(fitting[0], key), values, strict=True))
    fits = {edition: _fit(header, edition, key) for edition in editions}
    best = max(editions, key=lambda edition: (fits[edition], edition))
    if not fits[best].named:
        return "", None
    both = len(set(fits.values())) == 1 and len(editions) > 1
    names = [next((hit.key for hit in hits if hit.edition == best), None) for hits in header.hits]
    if row.grid.origin == "unruled" and not set(_block_columns(best, key)) <= set(names):
        return "", None  # a heading on lines of its own was not seen: the figures may be under it
    astray = row.grid.origin == "unruled" and any(
        cell.text.strip() and not _over(cell, head) for cell, head in zip(values, header.cells, strict=False)
    )
    if len(values) == len(names) and not astray:
        paired = list(zip(names, values, strict=True))
    elif row.drawn:
        paired = []
        for name, head in zip(names, header.cells, strict=True):
            under = [cell for cell in values if _over(cell, head)]
            if len(under) != 1:
                return "", None
            paired.append((name, under[0]))
        taken = [cell for _, cell in paired]
        if any(cell.text.strip() and taken.count(cell) != 1 for cell in values):
            return "", None
    else:
        fitted = _without_fillers(values, header)
        if fitted is None:
            return "", None
        paired = list(zip(names, fitted, strict=True))
    wanted = _block_columns(best, key)
    pairs = [(name, cell) for name, cell in paired if name is not None and name in wanted]
    if any(name is None or name not in wanted for name, cell in paired if cell.text.strip()):
        return "", None
    return ("" if both else best), pairs


def _without_fillers(values: Sequence[Cell], header: _Header) -> list[Cell] | None:
    """Return a figure for every column of a marked-up row whose merged cells are filled up with blank ones.

    Where their number does not tell, they stand where the columns are named, if the header row is filled up alike.
    """
    fitted = marked.fitted(values, len(header.cells))
    if fitted is not None or len(values) != len(header.after):
        return fitted
    found = [cell for cell, head in zip(values, header.after, strict=True) if head in header.cells]
    return None if any(cell.text.strip() and cell not in found for cell in values) else found


class _Fit(NamedTuple):
    """How many columns of a block a header names, and whether these are all it has and all of the block."""

    named: int
    whole: bool


def _fit(header: _Header, edition: str, row: str) -> _Fit:
    """Return how well a header fits ``row``'s block in ``edition``."""
    wanted = _block_columns(edition, row)
    named = sum(any(hit.edition == edition and hit.key in wanted for hit in hits) for hits in header.hits)
    return _Fit(named, named == len(wanted) == len(header.hits))


def _over(cell: Cell, head: Cell) -> bool:
    if cell.box is None or head.box is None:
        return False
    shared = overlap(cell.box.x0, cell.box.x1, head.box.x0, head.box.x1)
    return shared > 0.5 * min(cell.box.x1 - cell.box.x0, head.box.x1 - head.box.x0)


def _unknown(row: PrintedRow, cells: Sequence[Cell], findings: list[Finding]) -> None:
    """Say that a row with figures is no row of the form; headings and empty rows are passed over."""
    words = vocabulary(TABLE)
    texts = [cell.text for cell in cells if cell.text.strip()]
    if not texts or any(hit.kind in ("block", "stub") for text in texts for hit in words.get(label_key(text), ())):
        return
    if len(texts) == 1 and is_label(texts[0]):
        return
    message = f"the row {' | '.join(texts)!r} is no row of the form; its figures were not taken"
    findings.append(finding(Code.UNKNOWN_ROW, message, place_of(row, TABLE)))
