"""Pages of a PDF that hold prose alone: their lines as PDFium gives them, without looking at every glyph.

Half the pages of a report are prose. Of them only the lines of text are wanted, with their places; rules and single
glyphs are not. A page is taken for prose only when nothing in it could belong to a table: no label that only tables
have, no line that ends in a figure that stands apart, few lines that are short, and none at the edge to the next page.
"""

from __future__ import annotations

import re

__all__ = ["Line", "clean", "lines_of", "prose_lines"]

Line = tuple[int, int]
"""First and last character (inclusive) of a line of text."""

LEAST_LINES = 4
"""A page of fewer lines is read in full: it costs next to nothing."""
SHORT = 12
"""A line of fewer characters is short: it may be a cell."""
LONG = 24
"""A line of more characters that ends in one figure is a line of prose broken there."""
SHORT_SHARE = 0.3
"""With more short lines than this share of all a page may hold a table."""

_LINE = re.compile(r"[^\r\n\x00\ufffe]+")
_PAGE_NUMBER = re.compile(r"[-—–－ ]*\d{1,4}[-—–－ ]*")
_FIGURE = r"(?:[\d０-９][\d,，.．０-９]*|[/／—–－-])"
_CELL = rf"(?:{_FIGURE}(?:[^\W\d_]{{1,2}})?(?:[（(][^（()）]*[)）])?|[无零])"
"""A figure, with its unit and a note."""
_TAIL = re.compile(r"[\d０-９/／—–－无零)）-]")
"""One of these is among the last three characters of a line that ends in a figure, its unit or its note."""
_FIGURES_AT_END = re.compile(rf"(?:^|\s){_CELL}\s+{_CELL}$")
_FIGURE_AT_END = re.compile(rf"(?:^|\s){_CELL}$")
_LABELS = ("信息内容", "第二十条第", "申请人情况", "结果维持")
"""Labels of the tables that prose has no use for, without the spaces and line ends in them."""
_IDLE_SPACE = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
_SENTENCE_END = ("。", "；", "：", "！", "？", "）", ";", ":", ".")


def lines_of(text: str) -> list[Line]:
    """Return the lines of a page's text that print something."""
    lines = []
    for match in _LINE.finditer(text):
        line = match.group()
        if stripped := line.strip():
            start = match.start() + line.index(stripped)
            lines.append((start, start + len(stripped) - 1))
    return lines


def prose_lines(text: str, *, first: bool) -> list[Line] | None:
    """Return the lines of a page of prose; None when the page may hold a part of a table.

    Parameters
    ----------
    text
        All text of the page, its lines parted by line feeds.
    first
        Whether it is the first page, whose title may be short.
    """
    squeezed = "".join(text.split())
    if any(label in squeezed for label in _LABELS):
        return None
    spans = lines_of(text)
    lines: list[str] = []
    for start, end in spans:
        line = text[start : end + 1]
        if not line[-1].isalpha() and _PAGE_NUMBER.fullmatch(line):
            continue
        if _TAIL.search(line[-3:]) and _ends_in_figures(line):
            return None
        lines.append(line)
    if len(lines) < LEAST_LINES:
        return None
    short = [len(line) < SHORT and not line.endswith(_SENTENCE_END) for line in lines]
    if sum(short) > SHORT_SHARE * len(lines) or short[-1] or (short[0] and not first):
        return None
    return spans


def _ends_in_figures(line: str) -> bool:
    """Return whether a line may be a row of a table: figures at its end, or one after a short label."""
    return bool(_FIGURES_AT_END.search(line) or (len(line) < LONG and _FIGURE_AT_END.search(line)))


def clean(line: str) -> str:
    """Return a line without the spaces that only the setting put there: all but those between two Latin words."""
    return line if line.split() == [line] else _IDLE_SPACE.sub("", line)
