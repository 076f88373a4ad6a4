"""Plain text -> Document: exports of Word, copies from a browser, text drawn out of a PDF.

Text has no one way to write a table. Each way that is met has a recogniser here: one pure function that says from the
lines whether it fits, and one that turns lines into rows and paragraphs. Nothing is guessed about missing cells: a row
has the cells that its lines give, and rows of unequal length stay so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from gxstudy.errors import EmptyFileError, TruncatedFileError, UnknownFileKindError, UnreadableFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Cell, Document, Grid, Page, Paragraph
from gxstudy.readers import text_parted
from gxstudy.readers.text_labels import Item, Row, is_figure, is_form_label, join_cell_lines, rows_by_label
from gxstudy.readers.text_labels import labels as label_keys
from gxstudy.readers.text_parted import PROSE
from gxstudy.text import label_key

__all__ = ["LARGEST", "blocks", "decode", "is_form_label", "join_cell_lines", "read"]

LARGEST = 2 * 2**20
"""Largest file accepted, in bytes; a report as text has some ten thousand of them."""


def read(data: bytes) -> Document:
    """Read a plain-text file.

    Parameters
    ----------
    data
        The bytes of the file, in UTF-8, UTF-16 or GB18030.

    Returns
    -------
    Document
        One page with the paragraphs and grids (origin ``markup``) in reading order, no boxes.

    Raises
    ------
    EmptyFileError
        When there is nothing but white space.
    TruncatedFileError
        When the last character is cut off, or more than a few are damaged.
    UnknownFileKindError
        When they are text in no known encoding.
    UnreadableFileError
        When there are more than :data:`LARGEST`.
    """
    written, findings = decode(data)
    lines = tuple(_lines(written))
    if not any(line.strip() for line in lines):
        msg = f"the file holds only white space ({len(data)} bytes); fetch it again"
        raise EmptyFileError(msg)
    return Document("text", (Page(1, 0, 0, blocks=blocks(lines)),), findings)


def blocks(lines: Sequence[str]) -> tuple[Grid | Paragraph, ...]:
    """Return the paragraphs and grids that lines of text make, by the way of writing tables that fits them.

    Parameters
    ----------
    lines
        Lines without their ends; a tab at the beginning of a line counts, white space at its end does not stand there.
    """
    shape = next(shape for shape in _SHAPES if shape.fits(lines))
    return tuple(_blocks(shape.items(lines)))


# Bytes to lines -------------------------------------------------------------------------------------------------------

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CJK = re.compile("[\u4e00-\u9fff]")
_USUAL = re.compile("[\t\r\n -~\u2010-\u2027\u3000-\u301f\u4e00-\u9fff\uff00-\uff60]")
# Word's export writes a line break inside a cell as a vertical tab; other control characters stand for nothing.
_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\v\f\x85"}
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,100}\]", re.IGNORECASE)


DAMAGED = 0.02
"""Share of characters that may be damaged for the rest to be believed."""


def decode(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a file: by its byte order mark, else the first of UTF-16, UTF-8, GB18030 that fits strictly.

    Where a few bytes fit nothing, what they stood for is U+FFFD, from which no number is read, and a finding says so.

    Raises
    ------
    TruncatedFileError
        When the last character is cut off, or more than a few are damaged.
    UnknownFileKindError
        When no encoding fits.
    UnreadableFileError
        When there are more than :data:`LARGEST`.
    """
    if len(data) > LARGEST:
        msg = f"the text has {len(data)} bytes; at most {LARGEST} are read, and a report has some ten thousand"
        raise UnreadableFileError(msg)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    unmarked = _without_mark(data)
    if unmarked is not None:
        return _strictly(data, unmarked)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        first = error.start
        if _is_chinese(data.decode("utf-8", "replace")):
            return _damaged(data, "utf-8", error)
    try:
        return data.decode("gb18030"), ()
    except UnicodeDecodeError as error:
        if _is_chinese(data.decode("gb18030", "replace")):
            return _damaged(data, "gb18030", error)
        msg = (
            f"the file is text in no encoding known here: UTF-8 fails at byte {first}, GB18030 at byte {error.start}; "
            "save it as UTF-8"
        )
        raise UnknownFileKindError(msg) from error


def _strictly(data: bytes, encoding: str) -> tuple[str, tuple[Finding, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        return _damaged(data, encoding, error)


def _damaged(data: bytes, encoding: str, error: UnicodeDecodeError) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of which ``error`` says the first damaged byte, and a finding."""
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost > DAMAGED * len(text) or (lost == 1 and text.endswith("\ufffd")):
        msg = (
            f"the file is {encoding.upper()} text but damaged or cut off at byte {error.start} of {len(data)}, "
            f"{lost} characters in all; fetch it again"
        )
        raise TruncatedFileError(msg) from error
    message = f"{lost} characters are damaged, the first at byte {error.start} (as {encoding.upper()})"
    return text, (finding(Code.UNMAPPED_GLYPHS, message, Place(page=1)),)


def _without_mark(data: bytes) -> str | None:
    """Return the kind of UTF-16 that ``data`` is without saying so; None when it is not."""
    if data.count(0) * 100 < len(data):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            sample = data[:4096].decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_USUAL.findall(sample)) > 0.9 * len(sample):
            return encoding
    return None


def _is_chinese(text: str) -> bool:
    """Return whether ``text`` is Chinese but for a few characters: UTF-8 read as GB18030 is other characters."""
    return text.count("\ufffd") * 20 < len(_CJK.findall(text))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of ``text``: trailing spaces off (a leading tab stays), marks of bookmarks out."""
    for line in _LINE_ENDS.split(_BOOKMARK.sub("", text.removeprefix("\ufeff")).translate(_CONTROLS)):
        yield line.rstrip(" \u3000\xa0") if line.strip() else line.strip(" \u3000\xa0")


# Rows and paragraphs to blocks ----------------------------------------------------------------------------------------


def _blocks(items: Iterable[Item]) -> Iterator[Grid | Paragraph]:
    for is_row, group in groupby(items, key=lambda item: isinstance(item, tuple)):
        if is_row:
            yield _grid([item for item in group if isinstance(item, tuple)])
        else:
            yield from (Paragraph(1, text_parted.unmarked(item)) for item in group if isinstance(item, str))


def _grid(rows: Sequence[Row]) -> Grid:
    cells = tuple(
        Cell(number, column, 1, 1, text) for number, row in enumerate(rows) for column, text in enumerate(row)
    )
    return Grid(1, "markup", len(rows), max(len(row) for row in rows), cells)


# One cell a line, each after a tab; an empty line ends the row (Word's export) ----------------------------------------


def _is_cells(lines: Sequence[str]) -> bool:
    single = sum(line.startswith("\t") and "\t" not in line.strip() and bool(line.strip()) for line in lines)
    rows = sum(_is_row_of_tabs(line) for line in lines)
    return single >= 5 and single > 2 * rows


def _cells(lines: Sequence[str]) -> Iterator[Item]:
    row: list[list[str]] = []
    for line in (*lines, ""):
        if line.startswith("\t"):
            row.append([line.strip()])
        elif row and line and not is_figure(join_cell_lines(row[-1])):
            row[-1].append(line)
        else:
            if row:
                yield from _finished(row)
                row = []
            if line:
                yield line.strip()


def _finished(row: list[list[str]]) -> Iterator[Item]:
    """Yield the row, or the paragraph that was only indented with a tab."""
    cells = tuple(join_cell_lines(parts) for parts in row)
    if len(cells) == 1 and PROSE.search(cells[0]):
        yield cells[0]
    else:
        yield cells


# One row a line, cells parted by tabs (spreadsheets, browsers) --------------------------------------------------------

_LONE_TABS = re.compile(r"\n((?:\t\n)+)")


def _is_row_of_tabs(line: str) -> bool:
    return "\t" in line.strip(" \u3000\xa0") and bool(line.strip()) and "\t" in line.strip("\t ").strip()


def _is_tabbed(lines: Sequence[str]) -> bool:
    return sum(_is_row_of_tabs(line) or line == "\t" for line in lines) >= 5


def _tabbed(lines: Sequence[str]) -> Iterator[Item]:
    # A browser that copies cells with paragraphs in them puts the tab between two cells on a line of its own.
    text = "\n".join(line for line in lines if line)
    for line in _LONE_TABS.sub(lambda match: "\t" * match[1].count("\t"), text).split("\n"):
        if "\t" not in line.strip() and not line.startswith("\t"):
            yield line.strip()
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        filled = [cell for cell in cells if cell]
        yield filled[0] if len(filled) == 1 and PROSE.search(filled[0]) else cells


# One cell a line with nothing to tell cells from prose: the labels of the form do -------------------------------------


def _is_bare(lines: Sequence[str]) -> bool:
    labels = label_keys()
    return sum(len(line) < 60 and label_key(line) in labels.rows for line in lines) >= 5


_UNIT = re.compile("件|[万亿]?元|[（(]其中[^()（）]*[)）]")
"""What may stand behind a figure on a line of its own."""


def _bare(lines: Sequence[str]) -> Iterator[Item]:
    labels = label_keys()
    cells: list[str] = []
    filled = [line.strip() for line in lines if line.strip() and not _PAGE_NUMBER.fullmatch(line)]
    for line in _whole_labels(filled):
        key = label_key(line) if len(line) < 60 else ""
        known = key in labels.rows or key in labels.columns
        if cells and _UNIT.fullmatch(line) and is_figure(cells[-1]):
            cells[-1] += line
            continue
        if known or (cells and key not in labels.sections and (is_figure(line) or _may_be_label(line))):
            cells.append(line)
            continue
        yield from rows_by_label(cells)
        cells = []
        yield line
    yield from rows_by_label(cells)


_HEADING = re.compile(r"[一二三四五六]、")


def _may_be_label(line: str) -> bool:
    return len(line) < 60 and not PROSE.search(line) and not _HEADING.match(line)


# One row a line, columns parted by spaces (pdftotext -layout, copies from a PDF) --------------------------------------

_PAGE_NUMBER = re.compile(r"\s*(?:[-—–－]\s*\d{1,3}\s*[-—–－]|第\s*\d{1,3}\s*页)\s*")
_GAP = re.compile(r"[ \u3000\xa0]{2,}")
_NUMBERED = re.compile(r"[一二三四五六七八九]、|[（(][一二三四五六七八九][)）]|\d[.．、]")


def _is_spaced(lines: Sequence[str]) -> bool:
    return sum(len(_figures_at_end(line)) > 1 for line in lines) >= 5


def _figures_at_end(line: str) -> Row:
    """Return the label, if any, and the figures with which ``line`` ends; nothing when it ends with none.

    What stands behind a label of the form and is no figure belongs to the first one: a sign in words, half a number.
    """
    words = _words(line)
    count = 0
    while count < len(words) and is_figure(words[-1 - count]):
        count += 1
    if not count:
        return ()
    before, figures = words[: len(words) - count], words[-count:]
    if not before:
        return tuple(figures)
    end = next((end for end in range(len(before), 0, -1) if _ends_with_label(before[:end])), len(before))
    if end < len(before) and not any(map(is_figure, before[end:])) and any(map(_has_digit, before[end:])):
        figures = [" ".join([*before[end:], figures[0]]), *figures[1:]]
        before = before[:end]
    return (" ".join(before), *figures)


def _words(line: str) -> list[str]:
    """Return the words of ``line``; a figure keeps the unit or note behind it, and the sign in words before it."""
    words: list[str] = []
    for word in line.split():
        if words and is_figure(f"{words[-1]}{word}") and _is_beside(words[-1], word):
            words[-1] += word
        else:
            words.append(word)
    return words


def _is_beside(before: str, behind: str) -> bool:
    """Return whether one of two words is a number, and the other its unit, note or sign in words."""
    if is_figure(before):
        return _has_digit(before) and not is_figure(behind) and not behind[0].isdigit() and behind[0] not in ".,，．"
    return _has_digit(behind) and is_figure(behind) and not _has_digit(before)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _ends_with_label(words: Sequence[str]) -> bool:
    return any(label_key("".join(words[start:])) in label_keys().leaves for start in range(len(words)))


_SHORT_ROW = 7
"""Figures of a row of table three; one of table two has three at most."""


def _spaced(lines: Sequence[str]) -> Iterator[Item]:
    """Yield rows and paragraphs.

    Figures without a label on their line are those of the label before them. Where two labels stand there, or none,
    the lines of a table are in no certain order: what follows on lines of its own is one cell, and no figure.
    """
    pending: list[str] = []
    inside = doubtful = False
    last: Row = ()
    for line in (line.strip() for line in lines if line.strip() and not _PAGE_NUMBER.fullmatch(line)):
        if last and not pending and _is_rest(line) and sum(map(is_figure, last)) < _SHORT_ROW:
            start = next((number for number, cell in enumerate(last) if is_figure(cell)), len(last) - 1)
            last = (*last[:start], " ".join((*last[start:], line)))
            continue
        row = _spaced_row(line, inside=inside)
        if last:
            yield last
            last = ()
        if row:
            inside = True
            alone = is_figure(row[0])
            leaves = sum(_ends_with_label(line.split()) for line in pending)
            label = _taken(pending, "" if alone else row[0])
            doubtful = doubtful or (alone and (leaves > 1 or not label))
            yield from ((part,) for part in _whole_labels(pending))
            pending = []
            figures = row if alone else row[1:]
            if alone and doubtful and label:
                figures = (" ".join(row),)
            last = (label, *figures) if label else row
        elif inside and _may_be_label(line) and label_key(line) not in label_keys().sections and len(pending) < 60:
            if len(line) > 1:  # a merged label set upright gives one character a line
                pending.append(line)
        else:
            yield from (*pending, line)
            pending = []
            inside = doubtful = False
    yield from ((last,) if last else ())
    yield from pending


def _is_rest(line: str) -> bool:
    """Return whether a line is but a number, a unit or a note: the rest of a figure of the row above it."""
    if " " in line or not line:
        return False
    return is_figure(line) or is_figure(f"1{line}")


def _spaced_row(line: str, *, inside: bool) -> Row:
    """Return the cells of a line that is a row; nothing when it is none."""
    figures = _figures_at_end(line)
    labels = label_keys()
    if figures and (len(figures) > 3 or label_key(figures[0]) in labels.rows or (inside and len(figures) > 1)):
        if any(map(is_figure, figures[0].split()[1:])):  # figures inside the label: two rows ran together
            return tuple(line.split())
        return (*_parted(figures[0]), *figures[1:])
    parts = tuple(line.split())
    return parts if all(label_key(part) in labels.rows or label_key(part) in labels.columns for part in parts) else ()


def _parted(label: str) -> Row:
    """Part merged labels on the left from the row's own: where the rest is one of the form's, or at wide gaps."""
    words = label.split()
    rows = label_keys().rows
    for start in range(len(words)):
        if label_key("".join(words[start:])) in rows:
            return (*words[:start], join_cell_lines(words[start:]))
    return tuple(_GAP.split(label))


def _taken(pending: list[str], label: str) -> str:
    """Return the label of a row, with the lines over it that begin it; those are taken out of ``pending``.

    Figures without a label take the lines from the last numbered one on; a label takes lines only when they make it one
    of the form's.
    """
    labels = label_keys()
    if label_key(label) in labels.rows:
        return label
    for start in range(len(pending) - 1, max(-1, len(pending) - 5), -1):
        # Beside the lines of a label may stand those of a merged one on its left: the last word of each is its own.
        parts = [*pending[start:], label] if label else pending[start:]
        for whole in (join_cell_lines(parts), join_cell_lines([part.split()[-1] for part in parts])):
            if label_key(whole) in labels.rows:
                del pending[start:]
                return whole
        if not label and _NUMBERED.match(pending[start]):
            del pending[start:]
            return join_cell_lines(parts)
    return label


_LONGEST_PART = 40


def _whole_labels(lines: Sequence[str]) -> Iterator[str]:
    """Yield ``lines``, those together that make up a label of the form (社会, 公益, 组织)."""
    labels = label_keys()
    start = 0
    while start < len(lines):
        most = min(len(lines), start + 4) if len(lines[start]) < _LONGEST_PART else start + 1
        ends = [end for end in range(most, start, -1) if end == start + 1 or not any(map(is_figure, lines[start:end]))]
        whole = {end: label_key("".join(lines[start:end])) for end in ends}
        end = next((end for end in ends if whole[end] in labels.columns or whole[end] in labels.rows), start + 1)
        yield join_cell_lines(lines[start:end])
        start = end


def _is_prose(_lines: Sequence[str]) -> bool:
    return True


def _prose(lines: Sequence[str]) -> Iterator[Item]:
    yield from (line.strip() for line in lines if line.strip())


class _Shape(NamedTuple):
    """One way of writing tables as text: whether lines are written so, and what they hold."""

    fits: Callable[[Sequence[str]], bool]
    items: Callable[[Sequence[str]], Iterator[Item]]


_SHAPES = (
    _Shape(_is_cells, _cells),
    _Shape(text_parted.is_between_pipes, text_parted.between_pipes),
    _Shape(text_parted.is_piped, text_parted.piped),
    _Shape(_is_tabbed, _tabbed),
    _Shape(text_parted.is_delimited, text_parted.delimited),
    _Shape(_is_spaced, _spaced),
    _Shape(_is_bare, _bare),
    _Shape(_is_prose, _prose),
)
