"""A document that holds several reports -> a document for each: offices publish those of all their organs in one file.

The form tells that another report has begun: its tables come again. Where that one begins its title tells, the last one
before its tables. Tables that come again without a title are another print in the same report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from math import inf
from typing import NamedTuple

from gxstudy import grids, prose
from gxstudy.fill.printed import runs
from gxstudy.fill.prints import prints_of
from gxstudy.layout import Document, Grid, Page, Paragraph

__all__ = ["identity", "named", "number_of", "parted"]

BEFORE_TITLE = 4
"""So many short paragraphs before a title at the head of a page are of the same report: an organ, a number, a date."""
SHORT = 40
"""Characters of a short paragraph, which is no sentence."""
_NUMBERED = re.compile(r"#([2-9]|[1-9]\d+)$")
_TABLES = ("disclosure", "applications")
"""Tables whose first row tells that they begin anew."""


class _Item(NamedTuple):
    """A table or a paragraph: the place of its page in the document, and where it begins on it.

    ``at``: points from the top of a drawn page; the place among the blocks of a marked-up one.
    """

    page: int
    at: float
    block: Grid | Paragraph


class _Cut(NamedTuple):
    """Where a report begins: the place of the page in the document, and where on it; -inf for its head."""

    page: int
    at: float


def named(report_id: str, number: int) -> str:
    """Return the name of a report of a file, counted from 0: the first has that of the file."""
    return report_id if number == 0 else f"{report_id}#{number + 1}"


def number_of(report_id: str) -> int:
    """Return which report of its file has a name, counted from 0."""
    told = _NUMBERED.search(report_id)
    return int(told[1]) - 1 if told else 0


def identity(sha256: str, report_id: str) -> tuple[str, int]:
    """Return by what a report is known whatever its file is called: the hash of the file, and its number in it."""
    return sha256, number_of(report_id)


def parted(document: Document) -> tuple[Document, ...]:
    """Return a document for each report that stands in one.

    Parameters
    ----------
    document
        What a reader made of a file.

    Returns
    -------
    tuple of Document
        In their order; pages keep their numbers, and a page on which one report ends and the next begins is in both,
        each time with its own part. The document itself where it holds one report, or where nothing tells where
        another begins.
    """
    cuts = _cuts(list(_items(document)))
    if len(cuts) < 2:
        return (document,)
    ends = [*cuts[1:], _Cut(len(document.pages), -inf)]
    return tuple(_between(document, start, end) for start, end in zip(cuts, ends, strict=True))


def _items(document: Document) -> Iterator[_Item]:
    """Yield tables and paragraphs in reading order."""
    for place, page in enumerate(document.pages):
        if page.blocks is not None:
            yield from (_Item(place, float(number), block) for number, block in enumerate(page.blocks))
            continue
        tables = grids.find(page)
        on_page = [_Item(place, grid.tops[0], grid) for grid in tables]
        on_page += [_Item(place, text.boxes[0].top, text) for text in grids.paragraphs(page, tables) if text.boxes]
        yield from sorted(on_page, key=lambda item: item.at)


def _cuts(items: Sequence[_Item]) -> list[_Cut]:
    """Return where each report begins whose title is found."""
    tables = {id(item.block): number for number, item in enumerate(items) if isinstance(item.block, Grid)}
    parts = runs(tuple(item.block for item in items if isinstance(item.block, Grid)))
    of_form = sorted(tables[id(row.grid)] for run in parts for row in run.rows if id(row.grid) in tables)
    begun = []
    for table in _TABLES:
        prints = prints_of(table, parts)
        first = (prints.every[number][0].rows[0] for number in prints.whole if prints.every[number])
        begun += [(tables[id(row.grid)], table) for row in first if id(row.grid) in tables]
    cuts: list[_Cut] = []
    seen: set[str] = set()
    for number, table in sorted(begun):
        if not cuts or table in seen:
            before = max((place for place in of_form if place < number), default=-1)
            title = _title(items[before + 1 : number])
            if title is not None:
                cuts.append(_head(items, before + 1 + title))
                seen = set()
            elif not cuts:
                cuts.append(_Cut(0, -inf))
        seen.add(table)
    return cuts


def _title(items: Sequence[_Item]) -> int | None:
    """Return where the title of a report stands among what is printed before its tables; None where there is none.

    Before it may stand the rest of the report before, whose title may come again on every page, or the contents of the
    file. Its own may come twice, on a cover and over the text.
    """
    texts = [(number, item.block) for number, item in enumerate(items) if isinstance(item.block, Paragraph)]
    titles = prose.titles([text for _, text in texts])
    if not titles:
        return None
    last = titles[-1]
    same = takewhile(lambda title: last.organ and (title.organ, title.year) == (last.organ, last.year), titles[::-1])
    return texts[[last, *same][-1].number][0]


def _head(items: Sequence[_Item], title: int) -> _Cut:
    """Return where the report of a title begins: at the head of the page, where little stands over the title."""
    page = items[title].page
    first = next(number for number, item in enumerate(items) if item.page == page)
    over = [item.block for item in items[first:title]]
    texts = [block for block in over if isinstance(block, Paragraph) and _is_short(block.text)]
    if len(texts) == len(over) <= BEFORE_TITLE and not prose.titles(texts):
        return _Cut(page, -inf)
    return _Cut(page, items[title].at)


def _is_short(text: str) -> bool:
    return len(text) < SHORT and not text.endswith(("。", "；", "."))


def _between(document: Document, start: _Cut, end: _Cut) -> Document:
    pages = [
        _part(page, start.at if place == start.page else -inf, end.at if place == end.page else inf)
        for place, page in enumerate(document.pages)
        if start.page <= place < end.page or (place == end.page and end.at > -inf)
    ]
    numbers = {page.number for page in pages}
    noticed = tuple(found for found in document.findings if found.where.page is None or found.where.page in numbers)
    return replace(document, pages=tuple(pages), findings=noticed)


def _part(page: Page, start: float, end: float) -> Page:
    """Return what of a page stands between two heights, or between two of its blocks."""
    if start == -inf and end == inf:
        return page
    if page.blocks is not None:
        own = [block for number, block in enumerate(page.blocks) if start <= number < end]
        return replace(page, blocks=tuple(own))
    return replace(
        page,
        words=tuple(word for word in page.words if start <= (word.top + word.bottom) / 2 < end),
        rulings=tuple(ruling for ruling in page.rulings if start <= (ruling.top + ruling.bottom) / 2 < end),
        drawings=tuple(box for box in page.drawings if start <= (box.top + box.bottom) / 2 < end),
    )
