"""Word documents (.docx) -> Document: the final text, tables with their merged cells, everything in reading order.

Only the main part of the package is opened, and what numbers its paragraphs. What is not seen on paper is left out:
text that tracked changes delete or move away, hidden text and rows, the codes of fields. Notes, comments, headers and
footers are other parts, and are not read.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from gxstudy.errors import (
    EncryptedFileError,
    TruncatedFileError,
    UnknownFileKindError,
    UnreadableFileError,
)
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Document, Page
from gxstudy.readers.docx_numbers import WORD, Numbering, Numbers, attribute, child, numbering
from gxstudy.readers.markup import LOWERED, RAISED, Item, OpenCell, RowCell, blocks, placed, refuse_without_text, struck

__all__ = ["LARGEST_PART", "MOST_TAGS", "STEEPEST", "read"]

LARGEST_PART = 64 * 2**20
"""Largest part of a document accepted, in bytes as it expands; the text of a report has some hundred thousand."""
STEEPEST = 500
"""Most bytes that one packed byte may expand to, in a part of more than a megabyte; text expands ten to forty times."""
MOST_TAGS = 1_000_000
"""Most ``<`` accepted in a part; a report has some ten thousand."""
WIDEST = 100
"""Columns that one cell may span; the form has 10."""


def read(data: bytes) -> Document:
    """Read a Word document.

    Parameters
    ----------
    data
        The bytes of the file: an Office Open XML package, transitional or strict.

    Returns
    -------
    Document
        One page with the paragraphs and grids (origin ``markup``) in reading order, no boxes. What stands in a text box
        follows the paragraph that holds it.

    Raises
    ------
    EmptyFileError
        When the document has no text.
    NoTextLayerError
        When it holds pictures only.
    TruncatedFileError
        When the package is cut off or damaged, or a part that it needs is missing.
    EncryptedFileError
        When it asks for a password.
    UnknownFileKindError
        When it is a package of another kind (a workbook, a presentation).
    UnreadableFileError
        When a part is larger than any report, or has a document type declaration, which no Word document has.
    """
    with _package(data) as package:
        root, name = _main_part(package)
        walk = _Walk()
        walk.numbers, unread = _numbers(package, name)
    found = blocks(walk.items(root))
    if not found:
        refuse_without_text("Word document", walk.pictures)
    return Document("docx", (Page(1, 0, 0, blocks=found),), _findings(walk, unread))


def _findings(walk: _Walk, unread: str) -> tuple[Finding, ...]:
    noticed = []
    if walk.inserted_files:
        message = f"{walk.inserted_files} files inserted into the Word document as they are (altChunk) were not read"
        noticed.append(finding(Code.PAGE_UNREADABLE, message, Place(page=1)))
    if walk.embedded:
        programs = ", ".join(sorted(set(walk.embedded)))
        message = f"{len(walk.embedded)} objects embedded in the Word document ({programs}) were not read"
        noticed.append(finding(Code.PAGE_UNREADABLE, message, Place(page=1)))
    if unread:
        message = f"the numbers that Word counts by itself before headings and labels are missing: {unread}"
        noticed.append(finding(Code.NUMBERING_UNREAD, message, Place(page=1)))
    elif walk.numbers.unknown:
        forms = ", ".join(sorted(walk.numbers.unknown))
        message = (
            f"some numbers that Word counts by itself are missing: they are written as {forms}, which is not known"
        )
        noticed.append(finding(Code.NUMBERING_UNREAD, message, Place(page=1)))
    return tuple(noticed)


# The package ----------------------------------------------------------------------------------------------------------

_USUAL_MAIN_PART = "word/document.xml"
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _package(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        msg = f"the Word document is cut off or damaged ({error}); fetch it again"
        raise TruncatedFileError(msg) from error


def _parts(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the parts of a package by their names, in lower case."""
    return {posixpath.normpath("/" + info.filename.replace("\\", "/")).lower(): info for info in package.infolist()}


def _related(package: zipfile.ZipFile, name: str, kind: str) -> str | None:
    """Return the name of the part of ``kind`` that belongs to the part ``name`` ("/" for the whole package)."""
    folder, part = posixpath.split(name)
    info = _parts(package).get(posixpath.join(folder, "_rels", f"{part}.rels").lower())
    if info is not None:
        for relation in _parsed(package, info).iter("{*}Relationship"):
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                return posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
    return None


def _numbers(package: zipfile.ZipFile, main: str) -> tuple[Numbers, str]:
    """Return what numbers the paragraphs, and why that cannot be read ("" when it can)."""
    names = _parts(package)
    try:
        lists = names.get((_related(package, main, "numbering") or "").lower())
        if lists is None:
            return Numbers(Numbering()), ""
        styles = names.get((_related(package, main, "styles") or "").lower())
        told = numbering(_parsed(package, lists), None if styles is None else _parsed(package, styles))
    except UnreadableFileError as error:
        return Numbers(Numbering()), str(error)
    return Numbers(told), ""


def _main_part(package: zipfile.ZipFile) -> tuple[etree._Element, str]:
    """Return the root of the part that the package names as its document, and the name of that."""
    names = _parts(package)
    target = _related(package, "/", "officeDocument") or "/" + _USUAL_MAIN_PART
    if target.lower() not in names:
        msg = f"the Word document has no part {target!r}, which should hold its text; fetch it again"
        raise TruncatedFileError(msg)
    root = _parsed(package, names[target.lower()])
    name = etree.QName(root)
    if name.localname != "document" or name.namespace not in WORD:
        msg = f"the package holds no Word document: its main part begins with <{name.localname}>; save it as PDF"
        raise UnknownFileKindError(msg)
    return root, target


def _parsed(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> etree._Element:
    data = _unpacked(package, info)
    if (tags := data.count(b"<")) > MOST_TAGS:
        msg = f"the part {info.filename!r} has {tags} tags; at most {MOST_TAGS} are read. Save the report alone"
        raise UnreadableFileError(msg)
    if b"<!DOCTYPE" in data.replace(b"\x00", b""):
        raise _declares_type(info)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        said = error.msg.partition(", use XML_PARSE_HUGE")[0].partition(", try XML_PARSE_HUGE")[0]
        msg = f"the part {info.filename!r} of the Word document cannot be read: {said}; save the document anew"
        raise (TruncatedFileError(msg) if said == error.msg else UnreadableFileError(msg)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _declares_type(info)
    return root


def _declares_type(info: zipfile.ZipInfo) -> UnreadableFileError:
    return UnreadableFileError(
        f"the part {info.filename!r} has a document type declaration, which no Word document has; it was not read. "
        "Save the document anew"
    )


def _unpacked(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 1:
        msg = f"the part {info.filename!r} of the Word document asks for a password; save it without one"
        raise EncryptedFileError(msg)
    steep = info.file_size > 2**20 and info.file_size > STEEPEST * info.compress_size
    if info.file_size > LARGEST_PART or steep:
        msg = (
            f"the part {info.filename!r} expands from {info.compress_size} to {info.file_size} bytes; at most "
            f"{LARGEST_PART} and {STEEPEST} times its size are read, and a report has some hundred thousand"
        )
        raise UnreadableFileError(msg)
    if info.compress_type not in _STORED_OR_DEFLATED:
        msg = f"the part {info.filename!r} is packed by method {info.compress_type}; expected 0 or 8. Save it anew"
        raise UnreadableFileError(msg)
    try:
        # No more than the size declared is ever unpacked; a false declaration fails the check sum.
        return package.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        msg = f"the part {info.filename!r} of the Word document is cut off or damaged ({error}); fetch it again"
        raise TruncatedFileError(msg) from error


# The main part --------------------------------------------------------------------------------------------------------

_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MATHEMATICS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
)
_PREFIXES = (
    dict.fromkeys(WORD, "w:")
    | dict.fromkeys(_MATHEMATICS, "m:")
    | dict.fromkeys(_DRAWING, "wp:")
    | {_COMPATIBILITY: "mc:", "urn:schemas-microsoft-com:vml": "v:"}
)
_SKIPPED = frozenset(
    {
        *("w:pPr", "w:rPr", "w:tblPr", "w:tblPrEx", "w:tblGrid", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr"),
        *("w:sdtEndPr", "w:del", "w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "w:rt", "w:rubyPr"),
        *("w:ffData", "w:fldData", "w:altChunkPr", "w:customXmlPr", "w:smartTagPr"),
    }
)
# Pictures in the line and, of what floats, those, charts and diagrams; no frames of text.
_PICTURES = frozenset(("wp:inline", "v:imagedata", "?:pic", "?:chart", "?:relIds"))
_OFF = frozenset(("0", "false", "off", "none"))


@dataclass(slots=True, eq=False)
class _Scope:
    """Something that holds paragraphs: the document, a cell, a text box; with the fields that are open in it.

    ``printed`` is False for a cell that only goes on with the one above it; ``unseen``: text was left out because it
    stands in the code of a field.
    """

    cell: OpenCell
    fields: list[Literal["code", "result"]] = field(default_factory=list)
    printed: bool = True
    unseen: bool = False


@dataclass(slots=True, eq=False)
class _Walk:
    """One way through the main part. ``pictures`` and ``inserted_files`` count what was passed.

    ``embedded`` are the programs of objects in it; ``numbers`` counts the paragraphs that Word numbers.
    """

    scopes: list[_Scope] = field(default_factory=lambda: [_Scope(OpenCell())])
    tables: list[list[list[RowCell]]] = field(default_factory=list)
    pictures: int = 0
    inserted_files: int = 0
    embedded: list[str] = field(default_factory=list)
    numbers: Numbers = field(default_factory=lambda: Numbers(Numbering()))
    _names: dict[str, str] = field(default_factory=dict)

    def items(self, root: etree._Element) -> tuple[Item, ...]:
        """Return the lines and tables of the document."""
        walk = etree.iterwalk(root, events=("start", "end"))
        passed_over = False
        for event, element in walk:
            name = self._name(element.tag)
            if event == "start":
                if name in _SKIPPED or not self._open(name, element):
                    walk.skip_subtree()
                    passed_over = True  # its end comes next
                elif element.text is not None and name.startswith("w:") and name != "w:t":
                    self._loose(element.text)
            elif passed_over:
                passed_over = False
            else:
                self._close(name, element)
            if event == "end" and element.tail is not None and name.startswith("w:"):
                self._loose(element.tail)
        self.scopes[0].cell.end_line()
        return tuple(self.scopes[0].cell.items)

    def _name(self, tag: str) -> str:
        """Return the name of a tag with a prefix for its namespace."""
        name = self._names.get(tag)
        if name is None:
            space, _, local = tag[1:].partition("}")
            name = self._names[tag] = _PREFIXES.get(space, "?:") + local
        return name

    @property
    def _cell(self) -> OpenCell:
        return self.scopes[-1].cell

    def _open(self, name: str, element: etree._Element) -> bool:
        """Open an element; False when it is passed over."""
        if name in ("w:t", "m:t"):
            self._write(element)
        elif name == "w:r":
            return not _set(_property(element, "rPr", "vanish"))
        elif name == "w:p":
            self.scopes[-1].fields.clear()
            self._number(element)
        elif name == "w:tbl":
            self._cell.end_line()
            self.tables.append([])
        elif name == "w:tr":
            return self._open_row(element)
        elif name == "w:tc":
            return self._open_cell(element)
        elif name == "w:txbxContent":
            self.scopes.append(_Scope(OpenCell()))
        elif name in ("mc:Choice", "mc:Fallback"):  # of several ways to draw one thing the first is taken
            previous = element.getprevious()
            return previous is None or self._name(previous.tag) != "mc:Choice"
        else:
            self._mark(name, element)
        return True

    def _mark(self, name: str, element: etree._Element) -> None:
        """Take note of an element that stands for a character, a picture, or the part of a field."""
        if name in ("w:br", "w:cr"):
            self._cell.end_line()
        elif name in ("w:tab", "w:ptab"):
            self._cell.write("\t")
        elif name == "w:noBreakHyphen":
            self._cell.write("-")
        elif name == "w:sym":
            self._cell.write(_symbol(attribute(element, "char")))
        elif name == "w:fldChar":
            self._field(attribute(element, "fldCharType"))
        elif name in _PICTURES:
            self.pictures += 1
            self._cell.pictured = True
        elif name == "w:altChunk":
            self.inserted_files += 1
        elif name == "?:OLEObject":
            self.embedded.append(element.get("ProgID") or "of no name")

    def _loose(self, text: str) -> None:
        """Write text that stands where no text may stand so that no figure is read from it."""
        if not text.isspace():
            self._cell.write(f"\ufffd{text}")

    def _field(self, kind: str) -> None:
        """Take note of a part of a field; one without a result or a beginning loses text, or shows too much."""
        scope = self.scopes[-1]
        if kind == "begin":
            scope.fields.append("code")
        elif kind == "separate" and scope.fields:
            scope.fields[-1] = "result"
            scope.unseen = False
        elif kind == "separate":
            self._cell.write("\ufffd")
        elif kind == "end" and scope.fields and scope.fields.pop() == "code":
            self._end_unseen()

    def _end_unseen(self) -> None:
        """Mark the line where text was left out as the code of a field that has no result."""
        if self.scopes[-1].unseen:
            self._cell.write("\ufffd")
        self.scopes[-1].unseen = False

    def _number(self, paragraph: etree._Element) -> None:
        """Write the number that Word gives a paragraph; one that is hidden, or runs into the next, has none."""
        style = child(paragraph, "pPr")
        if not self.numbers.numbering.lists or not self.scopes[-1].printed or _ends_with_deleted_mark(paragraph):
            return
        if not _set(child(child(style, "rPr"), "vanish")):
            self._cell.write(self.numbers.before(style))

    def _write(self, element: etree._Element) -> None:
        if not element.text:
            return
        if "code" in self.scopes[-1].fields:
            self.scopes[-1].unseen |= not element.text.isspace()
            return
        text = element.text.replace("\n", " ")
        run = element.getparent()
        style = None if run is None else child(run, "rPr")
        if style is not None:
            raised = attribute(child(style, "vertAlign"), "val")
            if raised in ("superscript", "subscript"):
                text = text.translate(RAISED if raised == "superscript" else LOWERED)
            if _set(child(style, "strike")) or _set(child(style, "dstrike")):
                text = struck(text)
        self._cell.write(text)

    def _open_row(self, element: etree._Element) -> bool:
        if not self.tables or _property(element, "trPr", "del") is not None:
            return False
        if _set(_property(element, "trPr", "hidden")):
            return False
        self.tables[-1].append([])
        return True

    def _open_cell(self, element: etree._Element) -> bool:
        if not self.tables or not self.tables[-1] or _property(element, "tcPr", "cellDel") is not None:
            return False
        row = self.tables[-1][-1]
        span = _count(_property(element, "tcPr", "gridSpan"), least=1)
        if row:
            column = row[-1].column + row[-1].cell.column_span
        else:
            tr = element.getparent()
            column = 0 if tr is None else _count(_property(tr, "trPr", "gridBefore"), least=0, absent=0)
        cell = OpenCell(column_span=span)
        printed = True
        across = _property(element, "tcPr", "hMerge")
        if across is not None and attribute(across, "val") != "restart" and row:
            row[-1].cell.column_span += span
            printed = False
        else:
            down = _property(element, "tcPr", "vMerge")
            state: Literal["", "begins", "goes_on"] = ""
            if down is not None:
                state = "begins" if attribute(down, "val") == "restart" else "goes_on"
            row.append(RowCell(column, cell, state))
            printed = state != "goes_on"
        self.scopes.append(_Scope(cell, printed=printed))
        return True

    def _close(self, name: str, element: etree._Element) -> None:
        if name == "w:p":
            self._end_unseen()
            if not _ends_with_deleted_mark(element):
                self._cell.end_line()
        elif name == "w:tc":
            self.scopes.pop().cell.end_line()
        elif name == "w:tbl":
            table = placed(self.tables.pop())
            if table.cells:
                self._cell.items.append(table)
        elif name == "w:txbxContent":
            box = self.scopes.pop().cell
            box.end_line()
            self._cell.after_line(box.items)


def _property(element: etree._Element, group: str, name: str) -> etree._Element | None:
    return child(child(element, group), name)


def _set(switch: etree._Element | None) -> bool:
    """Return whether a property that may be on or off is on; its mere presence means on."""
    return switch is not None and attribute(switch, "val").lower() not in _OFF


def _count(element: etree._Element | None, *, least: int, absent: int = 1) -> int:
    text = attribute(element, "val")
    return max(least, min(int(text[:9]), WIDEST)) if text.isascii() and text.isdigit() else absent


def _symbol(code: str) -> str:
    """Return the character of a symbol font: most lie in the private use area, where they mean nothing as text."""
    try:
        return chr(int(code[:6], 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _ends_with_deleted_mark(paragraph: etree._Element) -> bool:
    """Return whether the end of a paragraph is deleted or moved away: the next one goes on with its line."""
    style = _property(paragraph, "pPr", "rPr")
    return style is not None and (child(style, "del") is not None or child(style, "moveFrom") is not None)
