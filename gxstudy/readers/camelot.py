"""A second reader: the tables of a PDF as Camelot sees them, in our values.

Camelot shares no code with our own reader: it parses the file with another library, takes its lines from the parsed
page and gives text to cells by rules of its own. Where both readers agree, what is left to doubt is the print. It is
slow to import and to run, so nothing here is loaded before it is asked for.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gxstudy.errors import MissingDependencyError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Box, Cell, Grid
from gxstudy.text import join_lines

if TYPE_CHECKING:
    from playa import ContentStream, Page

__all__ = ["CONTENT_LIMIT", "PAGE_LIMIT", "Found", "grids", "unruled_grids"]

PAGE_LIMIT = 60
"""Pages read of one file before the rest is left out."""
CONTENT_LIMIT = 2_000_000
"""Bytes of drawing operators on one page, nested forms included, beyond which Camelot is not given the page."""
PACKED_LIMIT = 1_000_000
"""The same before they are unpacked."""
NESTING_LIMIT = 8
"""Depth of Form XObjects looked into when a page is weighed."""

_UNMAPPED = "(cid:"
"""What Camelot's parser writes for a glyph without a Unicode value."""

Parser = Literal["lattice", "network"]


class Found(NamedTuple):
    """The grids of a file, in page order, and what was left out."""

    grids: tuple[Grid, ...]
    findings: tuple[Finding, ...]


def grids(data: bytes, *, pages: Sequence[int] | None = None) -> Found:
    """Return the ruled tables of a PDF as Camelot's lattice parser finds them from the lines drawn in the file.

    Parameters
    ----------
    data
        The bytes of the file.
    pages
        The pages to read, counted from 1; all where None. At most :data:`PAGE_LIMIT` are read.

    Returns
    -------
    Found
        Grids of the origin ``"camelot"``, with spans where Camelot sees no border; boxes in points from the top left of
        the page, its rotation applied. A page that Camelot fails on, or that holds more than :data:`CONTENT_LIMIT`
        bytes of drawing operators, is a finding.

    Raises
    ------
    MissingDependencyError
        When Camelot cannot be imported.
    """
    return _found(data, pages, "lattice")


def unruled_grids(data: bytes, *, pages: Sequence[int] | None = None) -> Found:
    """Return the tables of a PDF as Camelot infers them from the alignment of its text, for tables without rules.

    Every cell has a span of one, and a label over several lines stands in several rows: this is a second attempt, for
    files in which no table is ruled. Of Camelot's two parsers for such tables this is the network parser, which gets
    more figures of the form right than its stream parser does (benchmarks/RESULTS.md). Parameters and errors are those
    of :func:`grids`.
    """
    return _found(data, pages, "network")


def _found(data: bytes, pages: Sequence[int] | None, parser: Parser) -> Found:
    try:
        import playa
        from camelot.io import read_pdf
    except ImportError as error:
        msg = f"the second reader needs Camelot, which cannot be imported ({error}); install it: pip install camelot-py"
        raise MissingDependencyError(msg) from error
    options = {"engine": "vector"} if parser == "lattice" else {}
    found: list[Grid] = []
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="gxstudy-") as folder, _quiet():
        path = Path(folder) / "report.pdf"
        path.write_bytes(data)
        try:
            document = playa.parse(data, space="page")
            count = len(document.pages)
        except Exception as error:  # whatever a foreign parser raises on a damaged file
            return Found((), (_failed(error, path, None),))
        wanted = sorted({page for page in pages if 1 <= page <= count}) if pages is not None else range(1, count + 1)
        if len(wanted) > PAGE_LIMIT:
            message = f"the second reader was given the first {PAGE_LIMIT} of {len(wanted)} pages"
            findings.append(finding(Code.SECOND_READER_FAILED, message))
        for number in wanted[:PAGE_LIMIT]:
            try:
                with playa.open(path, space="page") as document:
                    page = document.pages[number - 1]
                    if _too_heavy(page):
                        message = (
                            f"page {number} holds more than {CONTENT_LIMIT:,} bytes of drawing; "
                            "the second reader was not given it"
                        )
                        findings.append(finding(Code.SECOND_READER_FAILED, message, Place(page=number)))
                        continue
                    tables = read_pdf(str(path), pages=str(number), flavor=parser, suppress_stdout=True, **options)
                    on_page = [grid for table in tables if (grid := _grid(table, number, page)) is not None]
            except Exception as error:  # as above
                findings.append(_failed(error, path, number))
                continue
            found += sorted(on_page, key=lambda grid: (grid.tops[0], grid.lefts[0]))
    return Found(tuple(found), tuple(findings))


def _failed(error: Exception, path: Path, page: int | None) -> Finding:
    where = "the file" if page is None else f"page {page}"
    said = str(error).replace(str(path), path.name)  # the folder has another name at every run
    message = f"the second reader failed on {where}: {type(error).__name__}: {said}"
    return finding(Code.SECOND_READER_FAILED, message, Place(page=page))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Camelot and its parser write to their logs, for as long as they work for us."""
    loggers = [logging.getLogger(name) for name in ("camelot", "playa")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _too_heavy(page: Page) -> bool:
    """Return whether a page holds more drawing operators than Camelot should be given."""
    packed = unpacked = 0
    level = list(page.streams)
    resources: list[Any] = [page.resources]
    seen: set[int] = set()
    for _ in range(NESTING_LIMIT + 1):
        for stream in level:
            packed += len(stream.rawdata or b"")
            if packed > PACKED_LIMIT:
                return True
            unpacked += len(stream.buffer)
            if unpacked > CONTENT_LIMIT:
                return True
        level = _forms(resources, seen)
        resources = [form.attrs.get("Resources") for form in level]
    return False


def _forms(resources: Sequence[Any], seen: set[int]) -> list[ContentStream]:
    """Return the Form XObjects that ``resources`` name and that were not ``seen`` before."""
    from playa.pdftypes import ContentStream, dict_value, resolve1

    forms: list[ContentStream] = []
    for named in resources:
        for value in dict_value(dict_value(named or {}).get("XObject") or {}).values():
            stream = resolve1(value)
            if not isinstance(stream, ContentStream) or getattr(stream.get("Subtype"), "name", None) != "Form":
                continue
            if stream.objid is None or stream.objid not in seen:
                forms.append(stream)
                seen.add(stream.objid or 0)
    return forms


# ------------------------------------------------------------------------------------------------ Camelot's values


def _grid(table: Any, number: int, page: Page) -> Grid | None:
    """Return a table of Camelot's as a Grid; None where it has but one cell."""
    left, top = _corner(table, page)
    lefts = tuple(float(x) - left for x in (*(edge[0] for edge in table.cols), table.cols[-1][1]))
    tops = tuple(top - float(y) for y in (*(edge[0] for edge in table.rows), table.rows[-1][1]))
    cells = []
    for row, column, row_span, column_span in _spans(table.cells):
        covered = [table.cells[r][c] for r in range(row, row + row_span) for c in range(column, column + column_span)]
        text = join_lines([line for cell in covered for line in cell.text.split("\n")])
        box = Box(number, lefts[column], tops[row], lefts[column + column_span], tops[row + row_span])
        cells.append(Cell(row, column, row_span, column_span, text, (), box, _UNMAPPED in text))
    if len(cells) < 2:
        return None
    return Grid(number, "camelot", len(tops) - 1, len(lefts) - 1, tuple(cells), lefts, tops)


def _corner(table: Any, page: Page) -> tuple[float, float]:
    """Return the top left corner of the visible page in the coordinates of ``table``.

    Those count from the bottom left of the MediaBox after the page's own rotation, and after the quarter turn that
    Camelot adds where most text stands upright only then.
    """
    from playa.utils import transform_bbox

    extra = {"clockwise": -90, "anticlockwise": 90}.get(table.rotation, 0)
    media, crop = page.mediabox, page.cropbox
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if shown[0] >= shown[2] or shown[1] >= shown[3]:
        shown = media
    turned = page.rotate
    visible = transform_bbox(page.set_initial_ctm("page", turned + extra), shown)
    page.set_initial_ctm("page", turned)
    return float(visible[0]), float(visible[3])


def _spans(cells: Sequence[Sequence[Any]]) -> list[tuple[int, int, int, int]]:
    """Return (row, column, row span, column span) of the cells that Camelot's borders enclose, row by row."""
    rows, columns = len(cells), len(cells[0])
    taken: set[tuple[int, int]] = set()
    spans: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            right = column + 1
            while right < columns and (row, right) not in taken and not _parted(cells[row], right):
                right += 1
            bottom = row + 1
            while bottom < rows and _continues(cells, bottom, column, right):
                bottom += 1
            taken.update((r, c) for r in range(row, bottom) for c in range(column, right))
            spans.append((row, column, bottom - row, right - column))
    return spans


def _parted(row: Sequence[Any], column: int) -> bool:
    """Return whether a border stands between ``column`` and the one before it."""
    return bool(row[column - 1].right or row[column].left)


def _continues(cells: Sequence[Sequence[Any]], row: int, first: int, end: int) -> bool:
    """Return whether ``row`` continues the cell over columns ``first`` to ``end`` of the row above it."""
    open_above = not any(cells[row - 1][c].bottom or cells[row][c].top for c in range(first, end))
    return open_above and not any(_parted(cells[row], c) for c in range(first + 1, end))
