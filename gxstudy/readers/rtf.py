r"""Rich text (.rtf, and many a .doc that is one inside) -> Document: the final text, tables with their merged cells.

A file is groups in braces, control words (``\cell``) and text in bytes. What a word sets holds until its group ends.
What is not seen on paper is left out, as in a Word document: deleted and hidden text, the codes of fields; headers,
footers and notes are not read. Cells are placed by the right edges that each row gives.

References
----------
Microsoft, *Rich Text Format (RTF) Specification*, version 1.9.1 (2008).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from gxstudy.errors import TruncatedFileError, UnreadableFileError
from gxstudy.layout import Document, Page
from gxstudy.readers.markup import (
    LOWERED,
    RAISED,
    MarkedTable,
    OpenCell,
    RowCell,
    blocks,
    placed,
    refuse_without_text,
    struck,
)

__all__ = ["DEEPEST", "LARGEST", "MOST_CELLS", "MOST_WORDS", "NESTED", "read"]

LARGEST = 256 * 2**20
"""Largest file accepted, in bytes; a report has a few million, and its pictures some more."""
MOST_WORDS = 4_000_000
"""Most control words, groups and runs of text accepted outside of pictures; a report has some hundred thousand."""
DEEPEST = 500
"""Groups that may stand one in another."""
NESTED = 10
"""Tables that may stand one in another."""
MOST_CELLS = 100
"""Cells that a row may have; the form has 16."""
NEAR = 30
"""Twips (1/20 point) up to which two edges of cells are one."""


def read(data: bytes) -> Document:
    """Read a file of rich text.

    Parameters
    ----------
    data
        The bytes of the file.

    Returns
    -------
    Document
        One page with the paragraphs and grids (origin ``markup``) in reading order, no boxes. What stands in a text box
        follows the paragraph that holds it.

    Raises
    ------
    EmptyFileError
        When the file has no text.
    NoTextLayerError
        When it holds pictures only.
    TruncatedFileError
        When its groups are not all closed.
    UnreadableFileError
        When it is larger than any report, or its groups or tables lie too deep in one another.
    """
    if len(data) > LARGEST:
        msg = f"the RTF file has {len(data)} bytes; at most {LARGEST} are read. Save the report alone"
        raise UnreadableFileError(msg)
    walk = _Walk(_fonts(data))
    found = blocks(walk.items(data))
    if not found:
        refuse_without_text("RTF file", walk.pictures)
    return Document("rtf", (Page(1, 0, 0, blocks=found),))


# Bytes and characters -------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<sign>[\s\S])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\x00]+)"
)
_BRACE = re.compile(rb"\\bin(?P<bin>[0-9]{1,10}) ?|\\[\s\S]|[{}]")
_FONT = re.compile(rb"\\f([0-9]{1,6})(?![0-9])[^{};]*?\\fcharset([0-9]{1,3})")
_CODE_PAGE = re.compile(rb"\\ansicpg([0-9]{1,5})")
_WIDE = {"gb18030", "big5hkscs", "cp932", "cp949"}
_CHARSETS = {128: 932, 129: 949, 134: 936, 136: 950, 77: 10000, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256}
_CHARSETS |= {186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850}
_SYMBOLS = 2
_CODECS = {936: "gb18030", 54936: "gb18030", 20936: "gb18030", 10008: "gb18030", 950: "big5hkscs", 65001: "utf-8"}
_CODECS |= {10000: "mac_roman", 437: "cp437", 850: "cp850", 874: "cp874", 932: "cp932", 949: "cp949"}
_CODECS |= {number: f"cp{number}" for number in range(1250, 1259)}


class _Fonts(NamedTuple):
    """The code page of the file, and the character set of each font."""

    codec: str
    charsets: dict[int, int]


def _fonts(data: bytes) -> _Fonts:
    said = _CODE_PAGE.search(data[:4096])
    codec = _CODECS.get(int(said[1]) if said else 1252, "ascii")
    start = data.find(b"{\\fonttbl")
    end = _after(data, start + 1) if start >= 0 else 0
    fonts = {int(font): int(charset) for font, charset in _FONT.findall(data[max(0, start) : end])}
    return _Fonts(codec, fonts)


def _decoded(raw: bytes, font: int, fonts: _Fonts) -> str:
    """Return bytes as text, by the font they are set in; what cannot be decoded is U+FFFD."""
    if raw.isascii():
        return raw.decode("ascii")
    charset = fonts.charsets.get(font, 1)
    if charset == _SYMBOLS:
        return "".join(chr(0xF000 + byte) for byte in raw)
    codec = _CODECS[_CHARSETS[charset]] if charset in _CHARSETS else fonts.codec
    if (codec not in _WIDE and fonts.codec in _WIDE) or charset not in _CHARSETS:
        # Producers set Chinese in a font said to be Western: bytes that are valid by the page of the file are that.
        try:
            return raw.decode(fonts.codec)
        except UnicodeDecodeError:
            codec = codec if charset in _CHARSETS else "cp1252" if charset == 0 else fonts.codec
    return raw.decode(codec, "replace")


def _after(data: bytes, place: int) -> int:
    """Return where the group ends in which ``place`` lies, behind its brace.

    Raises
    ------
    TruncatedFileError
        When it does not end.
    """
    depth = 1
    while (found := _BRACE.search(data, place)) is not None:
        place = found.end()
        if found["bin"]:
            place += int(found["bin"])
        elif found[0] == b"{":
            depth += 1
        elif found[0] == b"}":
            depth -= 1
            if not depth:
                return place
    raise _cut_off(len(data))


def _cut_off(length: int) -> TruncatedFileError:
    return TruncatedFileError(f"the RTF file is cut off: it ends after {length} bytes inside a group; fetch it again")


# What control words mean ----------------------------------------------------------------------------------------------

_PASSED_OVER = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "info", "pntxtb", "pntxta"),
        *("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote"),
        *("annotation", "xe", "tc", "rxe", "bkmkstart", "bkmkend", "filetbl", "nonesttables", "shprslt", "nonshppict"),
        *("themedata", "private", "template", "fldinst", "datafield", "atnid", "atnauthor", "objdata", "objclass"),
    )
)
"""Destinations of which nothing is read."""
_HOLDERS = frozenset(("object", "upr", "shp", "shpinst", "shppict", "shpgrp", "do"))
"""Destinations of which only a part is read: one of :data:`_HELD`."""
_HELD = frozenset(("result", "ud", "shptxt", "dptxbxtext", "pict"))
_STARRED = frozenset(("nesttableprops", *_HOLDERS, *_HELD))
"""Destinations marked as new (``\\*``) that are read all the same."""
_BOXES = frozenset(("shptxt", "dptxbxtext"))
_SIGNS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_CHARACTERS = {
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
}
_WITHOUT_NUMBER = frozenset(
    (
        *("intbl", "pard", "plain", "cell", "nestcell", "row", "nestrow", "par", "line", "tab", "nosupersub"),
        *("ql", "qc", "qr", "qj", "ltrpar", "rtlpar", "ltrch", "rtlch", "ltrrow", "rtlrow", "loch", "hich", "dbch"),
    )
)
"""Words that take no number: one behind them is text whose space was lost."""
_LARGEST_NUMBER = {"fs": 3276, "lang": 65535, "langfe": 65535, "langnp": 65535, "langfenp": 65535}
_ENDS = frozenset(("par", "line", "page", "column", "sect", "softline", "softpage"))


class _Style(NamedTuple):
    """What holds in a group.

    ``level``: the tables that the paragraph lies in; ``held``: its destination is read; ``inner``: what is said of a
    row is of one in a table in a table; ``listed``: it is the number of a paragraph.
    """

    font: int = 0
    skip: int = 1
    level: int = 0
    held: bool = True
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    raised: Literal["", "up", "down"] = ""
    inner: bool = False
    listed: bool = False


class _Edge(NamedTuple):
    """The right edge of a cell in a row, in twips; how it is merged."""

    at: int
    across: bool = False
    down: Literal["", "begins", "goes_on"] = ""


@dataclass(slots=True, eq=False)
class _Row:
    """How the cells of a row lie: from ``left`` on, each to its edge."""

    left: int = 0
    edges: list[_Edge] = field(default_factory=list)
    across: bool = False
    down: Literal["", "begins", "goes_on"] = ""


@dataclass(slots=True, eq=False)
class _Table:
    """A table that is being read: its rows as far as they are whole, the cells of the next one."""

    rows: list[tuple[_Row, list[OpenCell]]] = field(default_factory=list)
    cells: list[OpenCell] = field(default_factory=list)
    cell: OpenCell = field(default_factory=OpenCell)


@dataclass(slots=True, eq=False)
class _Scope:
    """Something that holds paragraphs: the document, or a text box, opened by the group number ``depth``."""

    depth: int
    body: OpenCell = field(default_factory=OpenCell)
    tables: list[_Table] = field(default_factory=list)
    row: _Row = field(default_factory=_Row)
    inner_row: _Row = field(default_factory=_Row)
    in_row: bool = False

    @property
    def cell(self) -> OpenCell:
        return self.tables[-1].cell if self.tables else self.body


@dataclass(slots=True, eq=False)
class _Walk:
    """One way through a file. ``pictures`` counts what was passed."""

    fonts: _Fonts
    pictures: int = 0
    _styles: list[_Style] = field(default_factory=lambda: [_Style()])
    _scopes: list[_Scope] = field(default_factory=lambda: [_Scope(0)])
    _raw: bytearray = field(default_factory=bytearray)
    _skipped: int = 0
    _half: int = 0

    def items(self, data: bytes) -> tuple[str | MarkedTable, ...]:
        """Return the lines and tables of the file."""
        place, words = 0, 0
        starred = False
        while (found := _TOKEN.search(data, place)) is not None:
            place = found.end()
            words += 1
            if words > MOST_WORDS:
                msg = f"the RTF file has more than {MOST_WORDS} control words; a report has some hundred thousand"
                raise UnreadableFileError(msg)
            word = found["word"]
            if word is not None:
                name, number = word.decode("ascii"), found["number"]
                if self._is_passed_over(name, starred=starred):
                    place = _after(data, place)
                    self._close()
                elif name == "bin":
                    place += int(number or 0)
                else:
                    self._word(name, None if number is None else int(number))
                    if number is not None and _holds_text(name, number.decode("ascii"), self.fonts):
                        self._lost(number.decode("ascii"))
                starred = False
            elif found["hex"] is not None:
                self._bytes(bytes.fromhex(found["hex"].decode("ascii")), 1)
            elif found["text"] is not None:
                self._text(found["text"])
            elif found["brace"] == b"{":
                self._open()
            elif found["brace"] == b"}":
                if self._close():
                    break
            else:
                starred = found["sign"] == b"*"
                self._sign(found["sign"])
        if len(self._styles) > 1:
            raise _cut_off(len(data))
        scope = self._scopes[0]
        self._at(0)
        scope.body.end_line()
        return tuple(scope.body.items)

    # Groups

    def _open(self) -> None:
        self._flush()
        self._skipped = 0
        if len(self._styles) > DEEPEST:
            msg = f"the RTF file has groups more than {DEEPEST} deep; save it anew"
            raise UnreadableFileError(msg)
        self._styles.append(self._styles[-1])

    def _close(self) -> bool:
        """Close a group; return whether it was the outermost."""
        self._flush()
        self._skipped = 0
        if len(self._styles) > 1:
            self._styles.pop()
        if len(self._scopes) > 1 and self._scopes[-1].depth > len(self._styles):
            self._at(0)
            box = self._scopes.pop().body
            box.end_line()
            self._scopes[-1].cell.after_line(box.items)
        return len(self._styles) == 1

    def _is_passed_over(self, name: str, *, starred: bool) -> bool:
        """Return whether nothing of the group is read that a word opens; take note of one that is read in part."""
        if name == "pict":
            self.pictures += 1
            self._flush()
            self._here().pictured = True
            return True
        if name in _PASSED_OVER or (starred and name not in _STARRED):
            self._flush()
            return len(self._styles) > 1
        return False

    # Text

    @property
    def _style(self) -> _Style:
        return self._styles[-1]

    def _set(self, style: _Style) -> None:
        self._styles[-1] = style

    def _bytes(self, raw: bytes, count: int) -> None:
        """Take bytes, of which the first ``count`` may stand for a character that was given already."""
        dropped = min(self._skipped, count)
        self._skipped -= dropped
        self._raw += raw[dropped:]

    def _text(self, raw: bytes) -> None:
        self._bytes(raw, len(raw))

    def _flush(self) -> None:
        """Write the bytes that were gathered: a character may be two of them, each in another token."""
        if self._raw:
            raw = bytes(self._raw)
            self._raw.clear()
            self._write(_decoded(raw, self._style.font, self.fonts))

    def _write(self, text: str) -> None:
        style = self._style
        if not style.held or style.hidden or style.deleted:
            return
        if style.raised:
            text = text.translate(RAISED if style.raised == "up" else LOWERED)
        self._here().write(struck(text) if style.struck else text)

    def _unicode(self, number: int) -> None:
        """Write a character given by its number; two surrogates make one."""
        code = number + 0x10000 if number < 0 else number
        self._flush()
        half, self._half = self._half, 0
        if 0xD800 <= code < 0xDC00:
            self._half = code
        elif 0xDC00 <= code < 0xE000:
            self._write(chr(0x10000 + ((half - 0xD800) << 10) + code - 0xDC00) if half else "\ufffd")
        else:
            self._write(chr(code) if 0 < code < 0x110000 else "\ufffd")
        self._skipped = self._style.skip

    def _lost(self, number: str) -> None:
        """Write digits that a word swallowed so that no figure is read from them."""
        self._flush()
        self._write(f"\ufffd{number}")

    def _sign(self, sign: bytes) -> None:
        if self._skipped:
            self._skipped -= 1
        elif sign in b"\r\n":
            self._end_paragraph()
        elif sign in _SIGNS:
            self._flush()
            self._write(_SIGNS[sign])

    # Words

    def _word(self, name: str, number: int | None) -> None:
        if name == "u":
            self._unicode(number or 0)
            return
        if self._skipped:  # a word counts as one character of those that stand for one already given
            self._skipped -= 1
            return
        self._flush()
        if name in _CHARACTERS:
            self._write(" " if name == "tab" and self._style.listed else _CHARACTERS[name])
        elif name in _ENDS:
            self._end_paragraph()
        elif name in _HOLDERS or name in _HELD:
            self._destination(name)
        elif not self._style.held:
            return
        elif not self._in_table(name, number):
            self._set(_styled(self._style, name, number))

    def _destination(self, name: str) -> None:
        if name in _BOXES:
            self._scopes.append(_Scope(len(self._styles)))
            self._set(_Style(font=self._style.font, skip=self._style.skip))
        else:
            self._set(self._style._replace(held=name in _HELD))

    def _in_table(self, name: str, number: int | None) -> bool:
        """Take note of a word that is about a table; return whether it was one."""
        scope, row = self._scopes[-1], self._row
        if name == "nesttableprops":
            self._set(self._style._replace(inner=True))
        elif name == "trowd":
            row.left, row.edges, row.across, row.down = 0, [], False, ""
            scope.in_row = True
        elif name == "trleft":
            row.left = number or 0
        elif name in ("clmrg", "clvmgf", "clvmrg"):
            row.across = row.across or name == "clmrg"
            row.down = {"clvmgf": "begins", "clvmrg": "goes_on"}.get(name, row.down)  # type: ignore[assignment]
        elif name == "cellx":
            if len(row.edges) < MOST_CELLS:
                row.edges.append(_Edge(number or 0, row.across, row.down))
            row.across, row.down = False, ""
        elif name in ("cell", "nestcell"):
            self._end_cell(1 if name == "cell" else max(2, self._style.level))
        elif name in ("row", "nestrow"):
            self._end_row(1 if name == "row" else max(2, self._style.level))
        else:
            return False
        return True

    @property
    def _row(self) -> _Row:
        return self._scopes[-1].inner_row if self._style.inner else self._scopes[-1].row

    # Paragraphs and tables

    def _here(self) -> OpenCell:
        """Return the cell in which the paragraph lies."""
        scope = self._scopes[-1]
        level = max(self._style.level, 1 if scope.in_row else 0)
        if level != len(scope.tables):
            self._at(level)
        return scope.cell

    def _end_paragraph(self) -> None:
        self._flush()
        if self._style.held and not self._style.deleted:
            self._here().end_line()

    def _at(self, level: int) -> None:
        """Open or close tables until ``level`` are open."""
        if level > NESTED:
            msg = f"the RTF file has tables {level} deep in one another; at most {NESTED} are read. Save it anew"
            raise UnreadableFileError(msg)
        scope = self._scopes[-1]
        while len(scope.tables) < level:
            scope.cell.end_line()
            scope.tables.append(_Table())
        while len(scope.tables) > level:
            table = scope.tables[-1]
            left_over = table.cell.finish()
            if table.cells:  # a row that does not end is one all the same
                if left_over:
                    table.cells.append(table.cell)
                table.rows.append((_copied(scope.row), table.cells))
                left_over = ()
            scope.tables.pop()
            scope.cell.end_line()
            if table.rows:
                scope.cell.items.append(_whole(table.rows))
            scope.cell.items += left_over

    def _end_cell(self, level: int) -> None:
        self._at(level)
        table = self._scopes[-1].tables[-1]
        table.cells.append(table.cell)
        table.cell = OpenCell()

    def _end_row(self, level: int) -> None:
        scope = self._scopes[-1]
        scope.in_row = scope.in_row and level > 1
        if len(scope.tables) < level:
            return
        self._at(level)
        table = scope.tables[-1]
        if table.cells:
            table.cell.end_line()
            table.cells[-1].items += table.cell.items  # what stands behind the last cell is kept in it
            table.rows.append((_copied(self._row), table.cells))
            table.cells, table.cell = [], OpenCell()


def _holds_text(name: str, number: str, fonts: _Fonts) -> bool:
    """Return whether the number behind a word is, or ends with, text: the space between them was lost.

    So it is where the word takes none, or no such number: one that begins with a zero, a size larger than any, a font
    that is not declared although one is with whose number this begins.
    """
    if name in _WITHOUT_NUMBER or name.startswith("intbl"):
        return True
    if name == "u" or name in _HOLDERS:
        return False
    if number[:1] == "0" and number != "0":
        return True
    if name == "f" and int(number) not in fonts.charsets:
        return any(number[:end].isdigit() and int(number[:end]) in fonts.charsets for end in range(1, len(number)))
    return int(number) > _LARGEST_NUMBER.get(name, int(number))


def _copied(row: _Row) -> _Row:
    return _Row(row.left, list(row.edges))


def _styled(style: _Style, name: str, number: int | None) -> _Style:
    """Return a style with what a word sets."""
    on = number != 0
    if name == "f":
        return style._replace(font=number or 0)
    if name in ("listtext", "pntext"):
        return style._replace(listed=True)
    if name == "uc":
        return style._replace(skip=min(max(number if number is not None else 1, 0), 10))
    if name in ("intbl", "itap"):
        return style._replace(level=max(style.level, 1) if name == "intbl" else min(max(number or 0, 0), NESTED + 1))
    if name == "pard":
        return style._replace(level=0)
    if name == "plain":
        return style._replace(hidden=False, deleted=False, struck=False, raised="")
    if name == "v":
        return style._replace(hidden=on)
    if name == "deleted":
        return style._replace(deleted=on)
    if name in ("strike", "striked"):
        return style._replace(struck=on)
    if name in ("super", "sub", "nosupersub"):
        return style._replace(raised="" if name == "nosupersub" or not on else "up" if name == "super" else "down")
    return style


def _whole(rows: Iterable[tuple[_Row, list[OpenCell]]]) -> MarkedTable:
    """Return a table of rows whose cells end at edges of their own, each cell in the columns between all edges."""
    edged = [(_edges(row, len(cells)), cells) for row, cells in rows]
    columns = _columns(at for edges, _ in edged for at in (edges[0].at, *(edge.at for edge in edges[1:])))
    made: list[list[RowCell]] = []
    for edges, cells in edged:
        line: list[RowCell] = []
        for (left, edge), cell in zip(pairwise(edges), cells, strict=True):
            start, end = columns[left.at], columns[edge.at]
            if edge.across and line:
                line[-1].cell.column_span += end - start
                line[-1].cell.items += cell.finish()
            elif end > start or cell.finish():
                cell.column_span = max(1, end - start)
                line.append(RowCell(start, cell, edge.down))
        made.append(line)
    return placed(made)


def _edges(row: _Row, cells: int) -> list[_Edge]:
    """Return the left edge of a row and the right edges of its ``cells``, rising; those not given are made up."""
    found = [_Edge(row.left)]
    for edge in row.edges[:cells]:
        found.append(edge._replace(at=max(edge.at, found[-1].at)))
    while len(found) <= cells:
        found.append(_Edge(found[-1].at + 1000))
    return found


def _columns(places: Iterable[int]) -> dict[int, int]:
    """Return the number of the column that begins at each place; places close together are one."""
    numbers: dict[int, int] = {}
    number, last = -1, 0
    for place in sorted(set(places)):
        if number < 0 or place - last > NEAR:
            number += 1
        numbers[place], last = number, place
    return numbers
