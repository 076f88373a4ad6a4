"""Table two: headed blocks, each with columns of its own. The blocks also tell which edition was printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
class _Header:
    """The columns named by the last header row: for each printed column what it may be, and where it lies.

    ``after`` are all cells after 信息内容, blank ones included.
    """

    hits: tuple[tuple[Hit, ...], ...]
    cells: tuple[Cell, ...]
    after: tuple[Cell, ...]
    page: int


class _Open(NamedTuple):
    """A row without figures that may go on in the next: its key, its label, and the grid where it stands."""

    key: str
    label: Cell
    grid: Grid

    @property
    def last(self) -> int:
        """The last row of the grid beside its label."""
        return self.label.row + self.label.row_span - 1


def _rest(row: PrintedRow, cells: Sequence[Cell], before: _Open, header: _Header | None) -> list[tuple[str, Cell]]:
    """Return the figures of a row that stand lower than its label begins, by their columns.

    A page or a line parts them from the blank cells above; nothing else stands beside them.
    """
    if not _may_go_on(row, cells, before):
        return []
    values = [cell for cell in cells if cell.text.strip() or not _over(cell, before.label)]
    pairs = _columns(row, before.key, values, header)[1]
    return pairs if pairs and any(cell.text.strip() for _, cell in pairs) else []


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
    findings: list[Finding] = []
    entries: dict[tuple[str, str], Entry] = {}
    editions: dict[str, str] = {}
    header: _Header | None = None
    headless: set[str] = set()
    rivals: set[tuple[str, str, str]] = set()
    before: _Open | None = None
    for row in (row for run in runs for row in run.rows):
        cells = [cell for cell in row.cells if cell.row == row.number]
        named = _header(row, cells)
        if named is not None:
            header = named
            continue
        position, key, exact = _row_label(cells)
        if key is None:
            if before is not None and (lower := _rest(row, cells, before, header)):
                message = f"the row {_rows()[before.key][0]} is cut between its label and its figures"
                findings.append(finding(Code.LABEL_MISSING, message, place_of(row, TABLE, before.key)))
                entries.update(((before.key, at), from_cell(TABLE, before.key, at, cell)) for at, cell in lower)
            else:
                _unknown(row, cells, findings)
                if before is not None and _may_go_on(row, cells, before):  # its own, under columns that none knows
                    lost = [at for at in entries if at[0] == before.key]
                    entries.update((at, entries[at]._replace(value=None, status="unreadable")) for at in lost)
            before = None
            continue
        values = list(cells[position + 1 :])
        if not values:
            continue
        if not exact:
            label = _rows()[key][0]
            message = f"the label reads {cells[position].text!r}; the form has {label!r}"
            findings.append(finding(Code.LABEL_DIFFERS, message, place_of(row, TABLE, key)))
        edition, pairs = _columns(row, key, values, header)
        if pairs is None:
            shown = " | ".join(cell.text or "blank" for cell in values)
            message = f"{len(values)} cells ({shown}) cannot be given to the columns of this block; they were not taken"
            findings.append(finding(Code.ROW_WIDTH_DIFFERS, message, place_of(row, TABLE, key)))
            continue
        if header is not None and key in headless:
            for place in [place for place in entries if place[0] == key]:
                del entries[place]
            message = f"{_rows()[key][0]} is printed twice in this table; the print under a header was taken"
            findings.append(finding(Code.TABLE_REPEATED, message, place_of(row, TABLE, key)))
        headless = headless - {key} if header is not None else headless | ({key} - editions.keys())
        editions[key] = edition
        for column, cell in pairs:
            if (key, column) in entries:
                message = f"{_rows()[key][0]} is printed twice in this table; the first was taken"
                findings.append(finding(Code.TABLE_REPEATED, message, place_of(row, TABLE, key)))
                others = {(key, name): read_number(value.text).value for name, value in pairs}
                rivals |= {(TABLE, *at) for at, value in others.items() if at in entries and entries[at].value != value}
                break
            entry = from_cell(TABLE, key, column, cell)
            # The rest of a label behind a break has no figures beside it: that does not make them blank.
            rest = not any(value.text.strip() for value in values)
            unsure = not exact and (rest or fused(TABLE, label_key(cells[position].text)))
            entries[key, column] = entry._replace(value=None, status="unreadable") if unsure else entry
        figures = not row.drawn or any(value.text.strip() for value in values)
        before = None if figures else _Open(key, cells[position], row.grid)
    return Blocks(entries, editions, frozenset(rivals)), findings


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


def _row_label(cells: Sequence[Cell]) -> tuple[int, str | None, bool]:
    """Return the position of the cell that names the row, the row's key, and whether the label is exactly its print."""
    words = vocabulary(TABLE)
    labels = [(index, label_key(cell.text)) for index, cell in enumerate(cells) if is_label(cell.text)]
    for index, key in labels:
        for hit in words.get(key, ()):
            if hit.kind == "row":
                return index, hit.key, True
    for (first, begun), (second, ended) in pairwise(labels):  # parted over two cells
        for hit in words.get(begun + ended, ()):
            if hit.kind == "row" and second == first + 1:
                return second, hit.key, True
    for index, key in labels:
        if any(hit.kind in ("block", "stub", "column") for hit in words.get(key, ())) or not cells[index + 1 :]:
            continue
        score, row = max((likeness(key, known), row) for row, (_, known, _) in _rows().items())
        if score >= ENOUGH:
            return index, row, False
    return -1, None, False


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
    best = max(editions, key=lambda edition: (_fit(header, edition, key), edition))
    if not _fit(header, best, key):
        return "", None
    both = len({_fit(header, edition, key) for edition in editions}) == 1 and len(editions) > 1
    names = [next((hit.key for hit in hits if hit.edition == best), None) for hits in header.hits]
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


def _fit(header: _Header, edition: str, row: str) -> int:
    """Return how many of the header's columns are columns of ``row``'s block in ``edition``."""
    wanted = _block_columns(edition, row)
    return sum(any(hit.edition == edition and hit.key in wanted for hit in hits) for hits in header.hits)


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
