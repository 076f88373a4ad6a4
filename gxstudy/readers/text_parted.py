"""Tables of plain text whose cells are parted by a character: pipes in all the ways they are written, and commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from gxstudy.readers.text_labels import (
    Item,
    Row,
    is_figure,
    is_form_label,
    join_cell_lines,
    labels,
    rows_by_label,
)
from gxstudy.text import label_key

__all__ = [
    "PROSE",
    "between_pipes",
    "delimited",
    "is_between_pipes",
    "is_delimited",
    "is_piped",
    "piped",
    "unmarked",
    "with_pipes",
]

PROSE = re.compile(r"[。；;]$|。.{10}")
"""What no cell reads like."""

# Pipes ----------------------------------------------------------------------------------------------------------------

_PIPES = str.maketrans(
    dict.fromkeys("│┃║｜∣❘┆┊╎¦", "|")
    | dict.fromkeys("├┤┼┌┐└┘┬┴╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+")
    | {"─": "-", "━": "-", "═": "="}
)
_RULE = frozenset("|:+-= ")
_LONG_RULE = re.compile(r"[+=:]|-{3}")
_FILLERS = re.compile(r"(?<=\| )\|{2,}$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}\s+")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_FEW_RULES = 3
"""Rules of a table that has them over and under its header and at its end only."""


def with_pipes(lines: Sequence[str]) -> Sequence[str]:
    """Return ``lines`` with pipes for the signs that stand for them: drawn rules, full-width ones."""
    if sum(line != line.translate(_PIPES) for line in lines) < 5:
        return lines
    return [line.translate(_PIPES) for line in lines]


def is_piped(lines: Sequence[str]) -> bool:
    """Return whether pipes part the cells of a row."""
    return sum("|" in line for line in with_pipes(lines)) >= 5


def piped(lines: Sequence[str]) -> Iterator[Item]:
    """Yield rows whose cells are parted by pipes: on one line, or each on a line that ends with one."""
    lines = [line.strip() for line in with_pipes(lines) if line.strip()]
    broken = sum(line.count("|") == 1 and line.endswith("|") for line in lines)
    one_a_line = 2 * broken > sum("|" in line for line in lines)
    lines = list(_whole_cells(lines)) if one_a_line else lines
    for has_pipes, group in groupby(lines, key=lambda line: "|" in line or _is_drawn_rule(line)):
        part = list(group)
        if not has_pipes:
            yield from part
        elif one_a_line:
            yield from _broken_rows(part)
        else:
            yield from _ruled_rows(part)


def _whole_cells(lines: Sequence[str]) -> Iterator[str]:
    """Yield ``lines``, a cell that ends with a pipe in one with those before it that make it a label of the form."""
    before: list[str] = []
    for line in lines:
        if "|" not in line:
            before.append(line)
            continue
        starts = range(max(0, len(before) - 3), len(before))
        start = next((n for n in starts if is_form_label("".join((*before[n:], line)))), len(before))
        yield from before[:start]
        yield join_cell_lines((*before[start:], line))
        before = []
    yield from before


def _is_drawn_rule(line: str) -> bool:
    return line.startswith("+") and line.endswith("+") and _RULE.issuperset(line)


def _ruled_rows(lines: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a table; where a rule follows every row, those between two rules are one of several lines."""
    rules = [number for number, line in enumerate(lines) if _is_rule(line, second=number == 1)]
    drawn = sum(_is_drawn_rule(line) for line in lines)
    start = 0
    for end in (*rules, len(lines)):
        rows = [_piped_row(line) for line in lines[start:end]]
        start = end + 1
        if drawn > _FEW_RULES and len(rows) > 1 and len({len(row) for row in rows}) == 1:
            yield tuple(join_cell_lines([part for part in parts if part]) for parts in zip(*rows, strict=True))
        else:
            yield from rows


def _is_rule(line: str, *, second: bool) -> bool:
    """Return whether a line is a rule. One or two dashes in every cell are strokes, but for the line under the header.

    A line of pipes and spaces alone is a row of blank cells.
    """
    if not _RULE.issuperset(line) or set(line) <= {"|", " "}:
        return False
    return second or _LONG_RULE.search(line) is not None


def _piped_row(line: str) -> Row:
    """Return the cells of one line; pipes without a space between them at its end only fill up a merged cell."""
    line = _FILLERS.sub("", line).strip()
    return tuple(_cell(cell) for cell in line.removeprefix("|").removesuffix("|").split("|"))


def _cell(text: str) -> str:
    """Return a cell without the marks of Markdown: its line breaks, bold type, spaces that keep it open."""
    return unmarked(join_cell_lines(_BREAK.split(text.replace("&nbsp;", " ")))).strip()


def unmarked(line: str) -> str:
    """Return a line without what Markdown writes at its beginning for a heading, and around all of it for bold type."""
    bare = _HEADING.sub("", line)
    bold = _BOLD.fullmatch(bare)
    return bare if bold is None else bold[1]


def _broken_rows(lines: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a table of which every cell stands on a line that ends with a pipe.

    Lines of several pipes fill up a row to its width, and the first of them tells that width.
    """
    cells: list[str] = []
    fillers: list[bool] = []
    width = 0
    for line in lines:
        if set(line) == {"|"} and len(line) > 1:
            cells += [""] * len(line)
            fillers += [True] * len(line)
            width = width or len(cells)
        else:
            parts = line.removeprefix("|").split("|") if line != "|" else ["", ""]
            texts = parts[:-1] if line.endswith("|") else parts
            cells += [text.strip() for text in texts]
            fillers += [False] * len(texts)
    if not width or len(cells) % width:
        yield from rows_by_label([cell for cell, filler in zip(cells, fillers, strict=True) if not filler])
        return
    rows = [
        tuple(cell for cell, filler in zip(cells[start:end], fillers[start:end], strict=True) if not filler)
        for start, end in zip(range(0, len(cells), width), range(width, len(cells) + 1, width), strict=True)
    ]
    # A single pipe that fills up a row looks like a blank cell; rows that were filled up with several tell the figures.
    figures = max(
        (len(row) - _labels_in(row) for row in rows if any(map(is_figure, row)) and len(row) < width), default=width
    )
    for row in rows:
        end = _labels_in(row) + figures
        yield row if any(row[end:]) else row[:end]


def _labels_in(row: Row) -> int:
    """Return how many cells stand up to the last one that is neither a figure nor blank."""
    return max((index + 1 for index, cell in enumerate(row) if cell and not is_figure(cell)), default=0)


# One pipe between two cells, on a line of its own ---------------------------------------------------------------------


_FEW_PIPES = 10


def is_between_pipes(lines: Sequence[str]) -> bool:
    """Return whether a line that holds nothing but a pipe stands between two cells, and nothing parts the rows."""
    lone = sum(line.strip() == "|" for line in lines)
    return lone >= _FEW_PIPES and 10 * lone > 9 * sum("|" in line for line in lines)


def between_pipes(lines: Sequence[str]) -> Iterator[Item]:
    """Yield the rows that labels of the form tell, and what stands between tables."""
    cells: list[str] = []
    chunk: list[str] = []
    begun = False
    for line in (*lines, None):
        if line is not None and line.strip() != "|":
            chunk.append(line.strip())
            continue
        before, cell = _last_cell(chunk, is_last=line is None, is_first=not begun)
        if before:
            yield from rows_by_label(cells)
            cells = []
            yield from before
        if cell is not None:
            cells.append(cell)
        chunk, begun = [], True
    yield from rows_by_label(cells)


def _last_cell(chunk: Sequence[str], *, is_last: bool, is_first: bool) -> tuple[list[str], str | None]:
    """Part the lines between two pipes into prose and the cell that follows it; a cell may have several lines."""
    filled = [line for line in chunk if line]
    if is_last:
        return filled, None
    for start in range(len(filled)):
        if is_form_label(join_cell_lines(filled[start:])):
            return filled[:start], join_cell_lines(filled[start:])
    start = len(filled) - 1 if is_first else 0
    start = next((number + 1 for number in reversed(range(len(filled))) if _is_no_cell(filled[number])), start)
    return filled[:start], join_cell_lines(filled[start:])


def _is_no_cell(line: str) -> bool:
    return PROSE.search(line) is not None or label_key(line) in labels().sections


# Commas and semicolons (tables of a spreadsheet saved as text) --------------------------------------------------------

_DELIMITERS = ",;，；"
_FEW_ROWS = 5
_MOST_LINES = 10


def _delimiter(lines: Sequence[str]) -> str | None:
    """Return the sign that parts labels of the form from figures on at least five lines; None where there is none."""
    return next(
        (sign for sign in _DELIMITERS if sum(_is_delimited_row(line, sign) for line in lines) >= _FEW_ROWS), None
    )


def _is_delimited_row(line: str, sign: str) -> bool:
    """Return whether a line is a label of a row and figures, blank cells among them."""
    if sign not in line:
        return False
    cells = [cell.strip(' "') for cell in line.split(sign)]
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and is_figure(filled[-1]) and any(label_key(cell) in labels().rows for cell in filled)


def is_delimited(lines: Sequence[str]) -> bool:
    """Return whether commas or semicolons part the cells of a row."""
    return _delimiter(lines) is not None


def delimited(lines: Sequence[str]) -> Iterator[Item]:
    """Yield the rows of a table that a spreadsheet wrote: a cell with the delimiter in it stands in quotation marks."""
    sign = _delimiter(lines)
    if sign is None:
        return
    for cells in _fields(lines, sign):
        row = tuple(join_cell_lines(cell.split("\n")) for cell in cells)
        filled = [cell for cell in row if cell]
        prose = PROSE.search("".join(filled[-1:])) or (len(filled) == 1 and not is_form_label(filled[0]))
        if prose or len(row) == 1:
            yield from ((sign.join(row).rstrip(sign),) if filled else ())
        else:
            yield row


def _fields(lines: Sequence[str], sign: str) -> list[list[str]]:
    """Return the cells of each row; where a quotation mark is not closed within a cell, none of them means anything."""
    ended = [f"{line}\n" for line in lines]
    try:
        rows = list(csv.reader(ended, delimiter=sign, skipinitialspace=True))
        closed = all(cell.count("\n") < _MOST_LINES for row in rows for cell in row)
    except csv.Error:
        closed = False
    return rows if closed else list(csv.reader(ended, delimiter=sign, quoting=csv.QUOTE_NONE))
