"""Pictures of pages -> Document, by character recognition (the extra ``ocr``).

A page is made level, its rules are found, its text is recognised; what comes out are words and rulings as of any drawn
page, each character with the certainty of the recogniser. Coordinates are points of the page made level and turned
upright: :func:`level` gives that page.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from gxstudy.errors import NoTextLayerError, TruncatedFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Document, Page, Ruling, Word
from gxstudy.readers.scan import pictures
from gxstudy.readers.scan.pictures import Picture

if TYPE_CHECKING:
    from gxstudy.readers.scan.recogniser import Recogniser
    from gxstudy.readers.scan.words import Line

__all__ = ["DOUBT", "PAGES_LIMIT", "SIDES", "Picture", "level", "page", "picture_at", "read", "scaled", "with_bar"]

Grey = npt.NDArray[np.uint8]
Each = TypeVar("Each")

PAGES_LIMIT = 300
"""Pages recognised of one file before the rest is left out."""
DPI = (150.0, 300.0)
"""Pixels an inch between which a page is looked at."""
SIDES = (1200, 5000)
"""Pixels of a long side between which a page is looked at, whatever its size in inches."""
DOUBT = 0.9
"""A figure in the text is doubted when one of its characters has less certainty than this."""
LINES_TRIED = 4
"""Lines that are read to see whether a page stands on its head."""
SURE = 0.9
"""Mean certainty of these lines from which a page is taken to stand upright."""
LEAST_PIXELS = 64
"""Pixels of the short side of a picture below which it is no page."""


class _Level(NamedTuple):
    """A page made level and upright, its lines of text, and the quarter turns that it took."""

    flat: Grey
    scale: float
    lines: npt.NDArray[np.int32]
    turns: int


def read(data: bytes) -> Document:
    """Read a file of pictures: a TIFF has a page for each of its pictures, every other kind is one page.

    Parameters
    ----------
    data
        The bytes of the file.

    Returns
    -------
    Document
        Drawn pages (words and rulings), with findings that say what was recognised and what could not be.

    Raises
    ------
    MissingDependencyError
        When the extra ``ocr`` is not installed.
    UnreadableFileError
        When no picture can be opened.
    """
    from gxstudy.readers.scan.recogniser import recogniser

    total = pictures.count(data)
    networks = recogniser()
    pages: list[Page] = []
    findings: list[Finding] = []
    refused = ""
    for number, taken in enumerate(with_bar(pictures.pictures(data), total), 1):
        if number > PAGES_LIMIT:
            message = f"the file holds {total} pictures; those after page {PAGES_LIMIT} were not read"
            findings.append(finding(Code.PAGE_CUT_OFF, message, Place(page=number)))
            break
        if isinstance(taken, str):
            refused = refused or taken
            findings.append(finding(Code.PAGE_UNREADABLE, f"page {number}: {taken}", Place(page=number)))
            continue
        made, noticed = page(taken, number, "the file holds pictures", networks)
        pages.append(made)
        findings += noticed
    if not pages:
        msg = f"{refused or 'no picture can be opened'}; the file is damaged: fetch it again"
        raise TruncatedFileError(msg)
    if not any(made.words for made in pages):
        msg = f"no text could be recognised on the {len(pages)} pages of the file"
        raise NoTextLayerError(msg)
    return Document("scan", tuple(pages), tuple(findings))


def page(taken: Picture, number: int, why: str, networks: Recogniser | None = None) -> tuple[Page, list[Finding]]:
    """Recognise one page.

    Parameters
    ----------
    taken
        The page as a grey picture.
    number
        Its number in the file, from 1.
    why
        Why it was recognised, in words.
    networks
        The recogniser, where it is loaded already.

    Returns
    -------
    tuple
        The page, and what was noticed.

    Raises
    ------
    MissingDependencyError
        When the extra ``ocr`` is not installed.
    """
    from gxstudy.readers.scan import rulings, upright, words
    from gxstudy.readers.scan.recogniser import recogniser

    networks = networks or recogniser()
    upright_page = _level(taken, networks)
    flat, scale = upright_page.flat, upright_page.scale
    height, width = flat.shape
    ink = upright.ink(flat, scale)
    across, down = rulings.rules(flat, ink, scale)
    cells = rulings.cells(across, down, (height, width), scale)
    print_alone = rulings.without(flat, across, down, scale, paper=255)
    ink_alone = rulings.without(ink, across, down, scale, paper=0)
    found = words.read(print_alone, ink_alone, upright_page.lines, cells, scale, networks)
    drawn = [Ruling(r.start / scale, r.at / scale, r.end / scale, r.at / scale, r.width / scale) for r in across]
    drawn += [Ruling(r.at / scale, r.start / scale, r.at / scale, r.end / scale, r.width / scale) for r in down]
    said = tuple(_word(line, scale) for line in found)
    message = f"page {number} was read by character recognition: {why}"
    if upright_page.turns:
        message += f"; it was turned by {90 * upright_page.turns} degrees"
    noticed = [finding(Code.PAGE_RECOGNISED, message, Place(page=number))]
    noticed += _doubts(found, said, cells.labels, number)
    return Page(number, width / scale, height / scale, said, tuple(drawn)), noticed


def level(taken: Picture) -> Picture:
    """Return a page as :func:`page` places its words: level and upright.

    Raises
    ------
    MissingDependencyError
        When the extra ``ocr`` is not installed.
    """
    from gxstudy.readers.scan.recogniser import recogniser

    made = _level(taken, recogniser())
    return Picture(made.flat, made.scale)


def scaled(taken: Picture, scale: float) -> Grey:
    """Return a page at ``scale`` pixels a point."""
    import cv2

    height, width = taken.grey.shape
    size = (round(width / taken.scale * scale), round(height / taken.scale * scale))
    how = cv2.INTER_AREA if scale < taken.scale else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(taken.grey, size, interpolation=how), np.uint8)


def picture_at(data: bytes, number: int) -> Picture:
    """Return the page ``number`` of a file of pictures.

    Raises
    ------
    UnreadableFileError
        When there is no such page.
    """
    taken = next((each for place, each in enumerate(pictures.pictures(data), 1) if place == number), "no such page")
    if isinstance(taken, str):
        msg = f"page {number}: {taken}"
        raise TruncatedFileError(msg)
    return taken


def _level(taken: Picture, networks: Recogniser) -> _Level:
    from gxstudy.readers.scan import upright, words

    grey, scale = _sized(taken)
    flat = upright.straightened(upright.even(upright.unscreened(grey, scale), scale), scale)
    lines = words.lines(flat, scale, networks)
    turns = 0
    if _lies(lines):
        flat, turns = upright.turned(flat, 1), 1
        lines = words.lines(flat, scale, networks)
    if _certainty(flat, lines, networks) < SURE:
        over = upright.turned(flat, 2)
        height, width = flat.shape
        turned = np.array([width, height, width, height], np.int32) - lines[:, [2, 3, 0, 1]]
        if _certainty(over, turned, networks) > _certainty(flat, lines, networks):
            flat, lines, turns = over, words.lines(over, scale, networks), turns + 2
    return _Level(flat, scale, lines, turns)


def _sized(taken: Picture) -> tuple[Grey, float]:
    """Return a picture scaled to what the networks can use."""
    import cv2

    scale, grey = taken.scale, np.asarray(taken.grey, np.uint8)
    height, width = grey.shape
    if min(height, width) < LEAST_PIXELS:
        larger = cv2.copyMakeBorder(grey, 0, LEAST_PIXELS, 0, LEAST_PIXELS, cv2.BORDER_CONSTANT, value=255)
        grey = np.asarray(larger, np.uint8)
        height, width = grey.shape
    factor = min(max(1.0, DPI[0] / 72 / scale), DPI[1] / 72 / scale)
    longest = max(height, width) * factor
    factor *= min(max(1.0, SIDES[0] / longest), SIDES[1] / longest)
    if abs(factor - 1) < 0.02:
        return grey, scale
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8), scale * factor


def _lies(lines: npt.NDArray[np.int32]) -> bool:
    """Return whether most text runs down the page: it lies on its side."""
    if not len(lines):
        return False
    wide, high = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    longer = np.maximum(wide, high)
    plain = longer > 2 * np.minimum(wide, high)
    return float(longer[plain & (high > wide)].sum()) > float(longer[plain & (wide > high)].sum())


def _certainty(flat: Grey, lines: npt.NDArray[np.int32], networks: Recogniser) -> float:
    """Return how certain the longest lines of a page are, read as it stands; 1.0 where there is none to tell."""
    wide = lines[:, 2] - lines[:, 0]
    order = np.argsort(-wide, kind="stable")[:LINES_TRIED]
    read = []
    for x0, top, x1, bottom in lines[order].tolist():
        if x1 - x0 > 2 * (bottom - top) and bottom > top:
            read.append(np.mean(networks.read(flat[top:bottom, x0:x1]).certainties or (0.0,)))
    return float(np.mean(read)) if read else 1.0


def _word(line: Line, scale: float) -> Word:
    x0, top, x1, bottom = (edge / scale for edge in line.box)
    return Word(line.text, x0, top, x1, bottom, line.certainties, line.unreadable)


def _doubts(found: list[Line], said: tuple[Word, ...], cells: npt.NDArray[np.int32], number: int) -> Iterator[Finding]:
    """Return the lines of prose in which a digit is doubted; those in cells are graded with the tables."""
    for line, word in zip(found, said, strict=True):
        x0, top, x1, bottom = line.box
        if cells[(top + bottom) // 2, (x0 + x1) // 2]:
            continue
        least = min(
            (sure for character, sure in zip(line.text, line.certainties, strict=True) if character.isdigit()),
            default=1.0,
        )
        if least < DOUBT:
            message = f"a digit in {line.text!r} was recognised with a certainty of {least:.2f}"
            yield finding(
                Code.DOUBTFUL_TEXT, message, Place(None, None, None, number, word.x0, word.top, word.x1, word.bottom)
            )


def with_bar(pages: Iterable[Each], total: int) -> Iterator[Each]:
    """Return ``pages`` with a bar that shows how far the work is: on a terminal, for more than two pages."""
    if total < 3 or not sys.stderr.isatty() or multiprocessing.parent_process() is not None:
        return iter(pages)
    from rich.console import Console
    from rich.progress import track

    bar = track(pages, "pages recognised", total=total, console=Console(stderr=True), transient=True)
    return iter(bar)
