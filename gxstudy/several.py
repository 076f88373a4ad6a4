"""A document that holds several reports -> a document for each: offices publish those of all their organs in one file.

The form tells that another report has begun: its tables come again. Where that one begins its title tells, the last one
before its tables. Tables that come again without a title are another print in the same report.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf
from typing import NamedTuple

from gxstudy import grids, prose
from gxstudy.fill.printed import Run, runs
from gxstudy.fill.prints import prints_of
from gxstudy.layout import Document, Grid, Page, Paragraph

__all__ = ["identity", "named", "number_of", "parted"]

BEFORE_TITLE = 4
"""So many short paragraphs before a title at the head of a page are of the same report: an organ, a number, a date."""
SHORT = 40
"""Characters of a short paragraph, which is no sentence."""
_NUMBERED = re.compile(r"#([2-9]|[1-9]\d+)$")
_SECTION_ONE = re.compile(r"\s*一\s*[、.．]")
_TABLES = ("disclosure", "applications")
"""Tables whose first row tells that they begin anew."""


class _Spot(NamedTuple):
    """Where something begins: the place of its page in the document, the half of it, and how far down.

    ``half``: 1 for the right one of two pages on one sheet, else 0. ``at``: points from the top of a drawn page; the
    place among the blocks of a marked-up one.
    """

    page: int
    half: int
    at: float


class _Item(NamedTuple):
    """A table or a paragraph, and where it begins."""

    spot: _Spot
    block: Grid | Paragraph


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
    end = _Spot(len(document.pages), 0, -inf)
    return tuple(_between(document, start, after) for start, after in pairwise([*cuts, end]))


def _items(document: Document) -> Iterator[_Item]:
    """Yield tables and paragraphs in reading order."""
    for place, page in enumerate(document.pages):
        if page.blocks is not None:
            yield from (_Item(_Spot(place, 0, float(number)), block) for number, block in enumerate(page.blocks))
            continue
        for half, part in enumerate(grids.halves(page)):
            tables = grids.find(part)
            found = [_Item(_Spot(place, half, grid.tops[0]), grid) for grid in tables]
            texts = (text for text in grids.paragraphs(part, tables) if text.boxes)
            found += [_Item(_Spot(place, half, text.boxes[0].top), text) for text in texts]
            yield from sorted(found, key=lambda item: item.spot)


def _cuts(items: Sequence[_Item]) -> list[_Spot]:
    """Return where each report begins: with the last title before its tables, when some of these come again."""
    parts = runs(tuple(item.block for item in items if isinstance(item.block, Grid)))
    begun = _begun(items, parts)
    titles = _titles(items)
    cuts: list[_Spot] = []
    seen: set[str] = set()
    for title, following in pairwise([None, *titles, None]):
        end = len(items) if following is None else following.number
        own = {table for number, table in begun if (title.number if title else -1) <= number < end}
        if not own:
            continue
        if not cuts or own & seen:
            cuts.append(_Spot(0, 0, -inf) if title is None else _head(items, title.number))
            seen = set()
        seen |= own
    return cuts


def _titles(items: Sequence[_Item]) -> list[prose.Title]:
    """Return the titles of reports and the numbers of the items with which they begin.

    A title may come again, over the text after a cover, and on every page: it is the same report until section one
    begins anew.
    """
    texts = [(number, item.block) for number, item in enumerate(items) if isinstance(item.block, Paragraph)]
    found: list[prose.Title] = []
    opened = False
    before = 0
    for title in prose.titles([text for _, text in texts]):
        opened |= any(_SECTION_ONE.match(text.text) for _, text in texts[before : title.number])
        before = title.number
        anew = opened and _opens(texts[title.number :])
        if not found or not _alike(found[-1], title) or anew:
            found.append(title._replace(number=texts[title.number][0]))
            opened = False
    return found


def _opens(texts: Sequence[tuple[int, Paragraph]]) -> bool:
    """Return whether section one begins among the first paragraphs after a title."""
    return any(_SECTION_ONE.match(text.text) for _, text in texts[: BEFORE_TITLE + 2])


def _alike(one: prose.Title, other: prose.Title) -> bool:
    """Return whether nothing in two titles tells that they are of two reports."""
    return all(a is None or b is None or a == b for a, b in ((one.organ, other.organ), (one.year, other.year)))


def _begun(items: Sequence[_Item], parts: Sequence[Run]) -> list[tuple[int, str]]:
    """Return where tables begin that may be those of another report: the number of an item, and the table."""
    numbers = {id(item.block): number for number, item in enumerate(items)}
    places = [(item.block.page, item.spot.half, item.spot.at) for item in items]
    begun = []
    for table in _TABLES:
        for rows in prints_of(table, parts).every:
            if rows:
                grid = rows[0].rows[0].grid
                at = numbers.get(id(grid))
                if at is None:  # grids without rules may be put together
                    at = max(bisect_right(places, (grid.page, 1, grid.tops[0])) - 1, 0)
                begun.append((at, table))
    return sorted(begun)


def _head(items: Sequence[_Item], title: int) -> _Spot:
    """Return where the report of a title begins: at the head of the page, where little stands over the title."""
    spot = items[title].spot
    first = next(number for number, item in enumerate(items) if item.spot[:2] == spot[:2])
    over = [item.block for item in items[first:title]]
    texts = [block for block in over if isinstance(block, Paragraph) and _is_short(block.text)]
    if len(texts) == len(over) <= BEFORE_TITLE and not prose.titles(texts):
        return spot._replace(at=-inf)
    return spot


def _is_short(text: str) -> bool:
    return len(text) < SHORT and not text.endswith(("。", "；", "."))


def _between(document: Document, start: _Spot, end: _Spot) -> Document:
    pages = [
        _part(page, place, start, end)
        for place, page in enumerate(document.pages)
        if start.page <= place < end.page or (place == end.page and end[1:] > (0, -inf))
    ]
    numbers = {page.number for page in pages}
    noticed = tuple(found for found in document.findings if found.where.page is None or found.where.page in numbers)
    return replace(document, pages=tuple(pages), findings=noticed)


def _part(page: Page, place: int, start: _Spot, end: _Spot) -> Page:
    """Return what of a page stands between two spots."""
    if start.page < place < end.page:
        return page
    if page.blocks is not None:
        blocks = (block for at, block in enumerate(page.blocks) if start <= _Spot(place, 0, at) < end)
        return replace(page, blocks=tuple(blocks))
    middle = page.width / 2 if len(grids.halves(page)) > 1 else inf

    def within(x0: float, top: float, bottom: float) -> bool:
        return start <= _Spot(place, int(x0 >= middle), (top + bottom) / 2) < end

    return replace(
        page,
        words=tuple(word for word in page.words if within(word.x0, word.top, word.bottom)),
        rulings=tuple(ruling for ruling in page.rulings if within(ruling.x0, ruling.top, ruling.bottom)),
        drawings=tuple(box for box in page.drawings if within(box.x0, box.top, box.bottom)),
    )
