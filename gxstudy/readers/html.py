"""Saved web pages -> Document: tables as their cells are marked up, everything else as paragraphs, in reading order.

Menus and footers stay as paragraphs: what belongs to the report is told later, by its words. Nothing is fetched, and no
entity of a document type is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from lxml import etree

from gxstudy.errors import EmptyFileError, UnknownFileKindError, UnreadableFileError
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Document, Grid, Page, Paragraph
from gxstudy.readers.html_seen import (
    LINE_THROUGH,
    UNSEEN,
    Sheets,
    is_hidden,
    is_pale_part,
    is_written_later,
    starts_at_zero,
)
from gxstudy.readers.html_tags import MARK, mended
from gxstudy.readers.markup import LOWERED, RAISED, Item, MarkedCell, MarkedTable, OpenCell, blocks, clean, struck

__all__ = ["LARGEST", "MOST_TAGS", "read"]

LARGEST = 16 * 2**20
"""Largest file accepted, in bytes: a page with its pictures in it; without them it has some hundred thousand."""
MOST_TAGS = 200_000
"""Most ``<`` accepted; a report that Word saved as a page has some ten thousand."""
MOST_ATTRIBUTES = 200
"""Most attributes accepted in one tag: the time that the parser takes grows with the square of their number."""
WIDEST = 100
"""Columns that one cell may span, and rows; the form has 10 and 28."""
MOST_POSITIONS = 1_000_000
"""Most positions that the cells of all tables may cover."""
SHOWN = 40
"""Characters of a text that are quoted in a finding."""
MOST_SHOWN = 3
"""Broken tags that are quoted in a finding."""


def read(data: bytes) -> Document:
    """Read a saved web page.

    Parameters
    ----------
    data
        The bytes of the file, in UTF-8, UTF-16, GB18030 (GBK, GB2312) or Big5, whatever it declares.

    Returns
    -------
    Document
        One page with the paragraphs and grids (origin ``markup``) in reading order, no boxes. What is hidden is left
        out, unless all tables are: then a script was to show them.

    Raises
    ------
    EmptyFileError
        When the page has no content.
    UnknownFileKindError
        When the bytes are in no known encoding.
    UnreadableFileError
        When the page is larger, more deeply nested or wider than any report.
    """
    if len(data) > LARGEST:
        msg = f"the page has {len(data)} bytes; at most {LARGEST} are read. Save the report alone, without pictures"
        raise UnreadableFileError(msg)
    source, findings = _decoded(data)
    _refuse_overladen(source)
    whole, broken = mended(source)
    if not _IS_PAGE.search(whole):
        whole = f'<div style="white-space:pre-line">{whole}</div>'
    root = _parsed(whole)
    if _OTHERWISE.search(whole):
        _rename(root)
    drawn = _DRAWN.search(whole) is not None
    sheets = Sheets(whole)
    walk = _Walk(sheets, also_hidden=False, drawn=drawn)
    found = blocks(walk.items(root))
    if not any(isinstance(block, Grid) for block in found):
        # The hidden half is read only where nothing else can be.
        all_of_it = _Walk(sheets, also_hidden=True, drawn=drawn)
        shown_by_script = blocks(all_of_it.items(root))
        if any(isinstance(block, Grid) for block in shown_by_script):
            walk, found = all_of_it, shown_by_script
    if not found:
        msg = f"the page has no content ({len(data)} bytes); if a script loads it, save the page from a browser"
        raise EmptyFileError(msg)
    found = (*_heading(root, found), *found)
    if _cut_off(source):
        message = "the page ends inside a table: it was not saved to its end, and its last figure may be cut"
        findings = (*findings, finding(Code.PAGE_CUT_OFF, message, Place(page=1)))
    return Document("html", (Page(1, 0, 0, blocks=found),), (*findings, *_broken(broken), *map(_stray, walk.stray)))


def _broken(tags: Sequence[str]) -> tuple[Finding, ...]:
    """Return a finding for the tags of a page that are broken."""
    if not tags:
        return ()
    shown = ", ".join(repr(tag) for tag in tags[:MOST_SHOWN]) + (", …" if len(tags) > MOST_SHOWN else "")
    message = f"{len(tags)} tags of the page are broken ({shown}); no figure was read from what stands in them"
    return (finding(Code.UNMAPPED_GLYPHS, message, Place(page=1)),)


def _stray(text: str) -> Finding:
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    message = f"{shown!r} stands between two cells of a row, where a tag was lost: it was taken for a cell of its own"
    return finding(Code.STRAY_TEXT, message, Place(page=1))


# Bytes to characters --------------------------------------------------------------------------------------------------

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_BIG5 = frozenset((b"big5", b"big5-hkscs", b"x-x-big5", b"cn-big5"))
_USUAL = re.compile("政府|[资資][讯訊]|信息|公[开開]|年度|[报報]告|行政|申[请請]")
DAMAGED = 0.02
"""Share of characters that may be damaged for the rest to be believed."""


def _decoded(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the characters of a page: what fits strictly counts for more than what the page declares.

    A mark of the byte order first, then UTF-8, then GB18030, or Big5 where that is declared and gives the usual words.
    A page of which a few bytes fit nothing (a description cut in the middle of a character) is read with a finding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _damaged(data[len(mark) :], encoding)
    if data.count(0) * 8 > len(data):
        return _damaged(data, "utf-16-le" if data[:2].endswith(b"\x00") else "utf-16-be")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data, 0, 4096)
    candidates = ["gb18030", "utf-8"]
    if declared is not None and declared[1].lower() in _BIG5:
        candidates.append("big5hkscs")
    texts = {encoding: data.decode(encoding, "replace") for encoding in candidates}
    best = max(candidates, key=lambda encoding: _likely(texts[encoding]))
    return _damaged(data, best)


def _likely(text: str) -> tuple[int, int]:
    return len(_USUAL.findall(text)), -text.count("\ufffd")


def _damaged(data: bytes, encoding: str) -> tuple[str, tuple[Finding, ...]]:
    """Return the characters, and a finding where bytes are none.

    Raises
    ------
    UnknownFileKindError
        When these are more than a few.
    """
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        first = error.start
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost > DAMAGED * len(text):
        msg = (
            f"the page is in no encoding known here: {encoding.upper()} fits best, but fails at byte {first} and "
            f"{lost} times in all; save it as UTF-8"
        )
        raise UnknownFileKindError(msg)
    message = f"{lost} characters of the page are damaged, the first at byte {first} (as {encoding.upper()})"
    return text, (finding(Code.UNMAPPED_GLYPHS, message, Place(page=1)),)


# Characters to a tree -------------------------------------------------------------------------------------------------


_ATTRIBUTE = r"""[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+"""
_OVERLADEN = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{{MOST_ATTRIBUTES}}}")


_IS_PAGE = re.compile(r"<(?:!doctype|html|head|body|p|br|li|h[1-6])[\s/>]", re.IGNORECASE)
"""What pages have. A text with tables marked up in it has none of these, and there the ends of lines count."""


def _refuse_overladen(source: str) -> None:
    """Raise where a page has more tags, or a tag more attributes, than any page of a report."""
    tags = source.count("<")
    if tags > MOST_TAGS:
        msg = f"the page has {tags} tags; at most {MOST_TAGS} are read. Save the report alone"
        raise UnreadableFileError(msg)
    if _OVERLADEN.search(source):
        msg = f"a tag of the page has {MOST_ATTRIBUTES} attributes or more; no page of a report has"
        raise UnreadableFileError(msg)


def _parsed(source: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(
            source.replace("\x00", "\ufffd").encode("utf-8", "replace"), parser
        )
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        msg = f"the page has no content ({len(source)} characters)"
        raise EmptyFileError(msg)
    fatal = [entry.message for entry in parser.error_log if entry.level >= etree.ErrorLevels.FATAL]
    if fatal:
        said = fatal[0].partition(", use XML_PARSE_HUGE")[0].partition(", try XML_PARSE_HUGE")[0]
        msg = f"the page cannot be read to its end: {said}. Save the report alone"
        raise UnreadableFileError(msg)
    return root


_OTHERWISE = re.compile(r"role\s*=\s*[\"']?(?:row|cell|gridcell)\b|display\s*:\s*table-", re.IGNORECASE)
_ROLES = {
    **dict.fromkeys(("table", "grid", "treegrid", "inline-table"), "table"),
    **dict.fromkeys(("rowgroup", "table-row-group"), "tbody"),
    **dict.fromkeys(("table-header-group",), "thead"),
    **dict.fromkeys(("row", "table-row"), "tr"),
    **dict.fromkeys(("cell", "gridcell", "columnheader", "rowheader", "table-cell"), "td"),
}
_DISPLAY = re.compile(r"(?<![\w-])display\s*:\s*([\w-]+)", re.IGNORECASE)


def _rename(root: etree._Element) -> None:
    """Give the elements that are a table, its rows and cells by their role or style the names of such."""
    for element in root.iter("div", "span", "p", "ul", "li", "dl", "dd", "section"):
        shown = _DISPLAY.search(element.get("style") or "")
        name = _ROLES.get(shown[1].lower() if shown is not None else "") or _ROLES.get(element.get("role") or "")
        if name is not None:
            element.tag = name
            element.set("rowspan", element.get("aria-rowspan") or "1")
            element.set("colspan", element.get("aria-colspan") or "1")


_HEADING = re.compile("[^。]{0,60}(?:信息|政务)公开[^。]{0,20}(?:报告|年报)[^。]{0,12}")
_SITE = re.compile(r"\s*[-_|–—]+\s*")


def _heading(root: etree._Element, found: Sequence[Grid | Paragraph]) -> tuple[Paragraph, ...]:
    """Return the title of the page, without the name of the site, where the page shows no heading of a report."""
    if any(isinstance(block, Paragraph) and _HEADING.fullmatch(block.text) for block in found):
        return ()
    title = _SITE.split(clean(root.findtext(".//title") or "").strip())[0]
    return (Paragraph(1, title),) if _HEADING.fullmatch(title) else ()


def _cut_off(source: str) -> bool:
    """Return whether the source ends inside a table (tables that a script writes do not count)."""
    opened = max(source.rfind("<table"), source.rfind("<TABLE"))
    if opened < 0:
        return False
    rest = source[opened:].lower()
    script_ends, script_begins = rest.find("</script"), rest.find("<script")
    in_script = script_ends >= 0 and not 0 <= script_begins < script_ends
    return "</table" not in rest and not in_script


# Tree to lines and tables ---------------------------------------------------------------------------------------------

_SKIPPED = frozenset(
    {
        *("script", "style", "noscript", "template", "title", "link", "meta", "iframe", "frame", "object", "embed"),
        *("applet", "svg", "audio", "video", "canvas", "map", "select", "option", "datalist", "textarea", "button"),
    }
)
# What is passed over and may show a figure all the same: a cell that holds nothing else is not blank.
_SHOWING = frozenset(
    ("iframe", "object", "embed", "applet", "svg", "video", "canvas", "select", "textarea", "button", "noscript")
)
_BREAKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "center",
            "dd",
            "details",
            "dir",
            "div",
        ),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("header", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "p", "plaintext", "pre", "search"),
        *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp"),
    }
)
_KEEP_WHITE = frozenset(("pre", "listing", "plaintext", "xmp"))
_CROSSED = frozenset(("del", "s", "strike"))
_TELLING = _KEEP_WHITE | _CROSSED | {"sup", "sub"}
_GROUPS = frozenset(("thead", "tbody", "tfoot"))
_CELLS = frozenset(("td", "th"))
_SHIFT = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_DRAWN = re.compile(r"content\s*:\s*(?:attr\(|[\"'][^\"'\\]*\d)", re.IGNORECASE)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_FIELDS = frozenset(("", "text", "number", "tel"))
_WHITE = re.compile(r"[ \t\r\n\f]+")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_BETWEEN_WIDE = re.compile(f"(?<=[{_WIDE}])[ \t]*[\r\n][ \t\r\n\f]*(?=[{_WIDE}])")
_NUMBER = re.compile(r"\s*\+?(\d{1,9})")


class _Row(NamedTuple):
    """A row of a table: the group of rows it stands in, and its cells."""

    group: str
    number_of_group: int
    cells: list[OpenCell]


@dataclass(slots=True, eq=False)
class _OpenTable:
    """A table that is being read, and how many cells are open around it."""

    depth: int
    rows: list[_Row] = field(default_factory=list)
    group: str = "tbody"
    number_of_group: int = 0

    def open_group(self, group: str) -> None:
        self.group = group
        self.number_of_group += 1

    def open_row(self) -> None:
        self.rows.append(_Row(self.group, self.number_of_group, []))

    def open_cell(self, cell: OpenCell) -> None:
        if not self.rows or self.rows[-1].number_of_group != self.number_of_group:
            self.open_row()
        self.rows[-1].cells.append(cell)


class _State(NamedTuple):
    """What an open element brings about: how its text is shown, and what it opened.

    ``white`` says what line ends and tabs in the source mean: nothing, lines, or lines and columns of a table.
    """

    white: Literal["nothing", "lines", "all"] = "nothing"
    crossed: bool = False
    shifted: dict[int, int] | None = None
    opened: Literal["", "cell", "table"] = ""


@dataclass(slots=True, eq=False)
class _Walk:
    """One way through a page.

    ``drawn``: the style sheet may write figures into cells; ``cells``: the page and the open cells; ``states``: the
    open elements, None for one that is passed over; ``stray``: texts that stood in a row, outside its cells.
    """

    sheets: Sheets
    also_hidden: bool
    drawn: bool = False
    cells: list[OpenCell] = field(default_factory=lambda: [OpenCell()])
    tables: list[_OpenTable] = field(default_factory=list)
    states: list[_State | None] = field(default_factory=lambda: [_State()])
    positions: int = 0
    stray: list[str] = field(default_factory=list)

    def items(self, root: etree._Element) -> tuple[Item, ...]:
        """Return the lines and tables of the page."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if self._open(element):
                    self._write(element.text, element)
                else:
                    walk.skip_subtree()
            else:
                self._close(element.tag)
                self._write(element.tail, element.getparent())
        return self.cells[0].finish()

    def _open(self, element: etree._Element) -> bool:
        """Open an element; False when it is passed over."""
        tag = element.tag
        style = element.get("style")
        if tag in _BREAKS:
            self.cells[-1].end_line()
        if not self.also_hidden and style is not None and tag in _CELLS and self.tables and UNSEEN.search(style):
            self._open_cell(element)  # its place stays
            self.cells.pop()
        hidden = not self.also_hidden and (
            is_hidden(element, style) or (bool(self.tables) and self.sheets.hides(element))
        )
        if hidden or _is_passed_over(element):
            shows = tag in _SHOWING or (tag == "script" and "write" in (element.text or ""))
            self.cells[-1].pictured |= bool(self.tables) and shows and not hidden
            self.states.append(None)
            return False
        if self.tables and is_pale_part(element, style):
            self.cells[-1].write(MARK)
            self.states.append(None)
            return False
        opened: Literal["", "cell", "table"] = ""
        if tag == "table":
            self.tables.append(_OpenTable(len(self.cells)))
            opened = "table"
        elif self.tables and tag in _CELLS:
            self._open_cell(element)
            opened = "cell"
        elif self.tables and tag == "tr":
            self.tables[-1].open_row()
        elif self.tables and tag in _GROUPS:
            self.tables[-1].open_group(tag)
        elif self.tables and tag in ("img", "input"):
            self._picture_or_field(element)
        if self.tables:
            self.cells[-1].pictured |= is_written_later(element) or self.sheets.writes(element)
            if starts_at_zero(element):
                self.cells[-1].write(MARK)
        state = _state(self._state(), tag, style, opened)
        self.states.append(state._replace(crossed=True) if self.tables and self.sheets.crosses(element) else state)
        return True

    def _open_cell(self, element: etree._Element) -> None:
        cell = OpenCell(_span(element.get("rowspan"), least=0), _span(element.get("colspan"), least=1))
        cell.pictured = self.drawn and element.get("class") is not None
        self.tables[-1].open_cell(cell)
        self.cells.append(cell)

    def _picture_or_field(self, element: etree._Element) -> None:
        if element.tag == "img":
            self.cells[-1].pictured |= not _is_spacer(element)
        elif element.get("type", "").lower() in _FIELDS:
            self._write(element.get("value"), element)

    def _state(self) -> _State:
        state = self.states[-1]
        return state if state is not None else _State()

    def _close(self, tag: str) -> None:
        state = self.states.pop()
        if state is None:
            return
        if tag in _BREAKS:
            self.cells[-1].end_line(as_is=self._is_source(state))
        if state.opened == "cell":
            self.cells.pop().end_line()
        elif state.opened == "table":
            table = self._placed(self.tables.pop())
            if table.cells:
                self.cells[-1].items.append(table)

    def _write(self, text: str | None, inside: etree._Element | None) -> None:
        if not text:
            return
        if self.tables and len(self.cells) == self.tables[-1].depth and _in_row(inside) and not text.isspace():
            self._write_stray(text)
            return
        state = self._state()
        if state.shifted is not None:
            text = text.translate(state.shifted)
        if state.crossed:
            text = struck(text)
        cell = self.cells[-1]
        if state.white == "nothing":
            cell.write(_WHITE.sub(" ", _BETWEEN_WIDE.sub("", text)))
            return
        for number, line in enumerate(_LINE_ENDS.split(text)):
            if number:
                cell.end_line(as_is=self._is_source(state))
            cell.write(line if state.white == "all" else _WHITE.sub(" ", line))

    def _write_stray(self, text: str) -> None:
        """Put a text that stands in a row, but in none of its cells, into a cell of its own."""
        cell = OpenCell()
        cell.write(_WHITE.sub(" ", text))
        self.tables[-1].open_cell(cell)
        self.stray.append(text.strip())

    def _is_source(self, state: _State) -> bool:
        """Return whether the white space of a line may write a table: it counts, and the line stands in no cell."""
        return state.white == "all" and len(self.cells) == 1

    def _placed(self, table: _OpenTable) -> MarkedTable:
        """Return the cells at their places: each at the first that no cell of a row above reaches into.

        Spans may lie; one that reaches beyond its group of rows ends there.
        """
        head = next((row.number_of_group for row in table.rows if row.group == "thead"), None)
        rows = sorted(
            table.rows,
            key=lambda row: 0 if row.number_of_group == head else 2 if row.group == "tfoot" else 1,
        )
        cells: list[MarkedCell] = []
        number = 0
        for _, group in groupby(rows, key=lambda row: row.number_of_group):
            part = list(group)
            end = number + len(part)
            taken: dict[int, int] = {}
            for row in part:
                column = 0
                for cell in row.cells:
                    while taken.get(column, 0) > number:
                        column += 1
                    row_span = min(cell.row_span or end, end - number)
                    self._count(row_span * cell.column_span)
                    if row_span > 1:
                        for covered in range(column, column + cell.column_span):
                            taken[covered] = max(taken.get(covered, 0), number + row_span)
                    cells.append(MarkedCell(number, column, row_span, cell.column_span, cell.finish()))
                    column += cell.column_span
                number += 1
        return MarkedTable(number, tuple(cells))

    def _count(self, positions: int) -> None:
        self.positions += positions
        if self.positions > MOST_POSITIONS:
            msg = f"the cells of the page cover more than {MOST_POSITIONS} positions; a report has some five hundred"
            raise UnreadableFileError(msg)


def _in_row(element: etree._Element | None) -> bool:
    """Return whether an element is a row of a table, or stands in one."""
    while element is not None and element.tag not in ("table", "caption"):
        if element.tag == "tr":
            return True
        element = element.getparent()
    return False


def _state(before: _State, tag: str, style: str | None, opened: Literal["", "cell", "table"]) -> _State:
    """Return the state inside an element; a cell begins anew, whatever was left open around its table."""
    if style is None and not opened and tag not in _TELLING:
        return before if not before.opened else before._replace(opened="")
    white, crossed, shifted, _ = _State() if opened else before
    if tag in _KEEP_WHITE:
        white = "all"
    elif style is not None and white == "nothing" and _PRE.search(style):
        white = "lines"
    crossed = crossed or tag in _CROSSED or (style is not None and LINE_THROUGH.search(style) is not None)
    shift = _SHIFT.search(style) if style is not None and not opened else None
    if tag in ("sup", "sub") or shift is not None:
        shifted = RAISED if (tag if shift is None else shift[1].lower()) in ("sup", "super") else LOWERED
    return _State(white, crossed, shifted, opened)


def _is_passed_over(element: etree._Element) -> bool:
    """Return whether nothing of an element is read; readings over a character only where there is a character."""
    if element.tag in ("rt", "rp"):
        return next(element.iterancestors("ruby"), None) is not None
    return element.tag in _SKIPPED


def _span(declared: str | None, *, least: int) -> int:
    match = _NUMBER.match(declared) if declared else None
    return max(least, min(int(match[1]), WIDEST)) if match is not None else 1


def _is_spacer(element: etree._Element) -> bool:
    """Return whether a picture only keeps a cell open."""
    sizes = [element.get("width"), element.get("height")]
    return any(size is not None and size.strip().removesuffix("px") in ("0", "1", "2", "3") for size in sizes)
