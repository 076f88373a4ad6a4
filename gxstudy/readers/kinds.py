"""What kind of file some bytes are: decided by content, never by suffix."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from typing import Literal

from gxstudy.errors import EmptyFileError, EncryptedFileError, TruncatedFileError, UnknownFileKindError

__all__ = ["FileKind", "kind_of"]

FileKind = Literal["pdf", "html", "mhtml", "docx", "rtf", "text", "image"]

_PDF_HEAD = 1024  # ISO 32000-1, annex H.3.4.1: viewers accept a header within the first 1024 bytes
_TEXT_HEAD = 8192

_CONVERT = "save it as .docx or PDF first, for instance with: soffice --headless --convert-to docx FILE"
_UNPACK = "unpack it and read the files inside"
_PRINT = "open it in its own program and save it as PDF"

_PDF_OBJECT = re.compile(rb"\b\d+ \d+ obj\b")
_IMAGES = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\x00|MM\x00\*|GIF8[79]a|BM.{4}\x00{4}|RIFF.{4}WEBP|\x00{3}\x0cjP {2}",
    re.DOTALL,
)
_REFUSED = (
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x1f\x8b", "compressed with gzip", "unpack it with: gzip -d"),
)
# What the names inside a ZIP archive say about it; the first that fits.
_ARCHIVES = (
    ("xl/", "an Excel workbook", _PRINT),
    ("ppt/", "a PowerPoint presentation", _PRINT),
    ("OFD.xml", "an OFD document", _PRINT),
    ("META-INF/manifest.xml", "an OpenDocument file", _CONVERT),
    ("", "a ZIP archive", _UNPACK),
)
# The streams that tell the programs of old binary files; the first that is there.
_OLE_STREAMS = (
    ("WordDocument", "a legacy binary Office document (.doc or .wps)", _CONVERT),
    ("Workbook", "a legacy binary Excel workbook (.xls or .et)", _PRINT),
    ("Book\0", "a legacy binary Excel workbook (.xls or .et)", _PRINT),
    ("PowerPoint Document", "a legacy binary PowerPoint presentation (.ppt or .dps)", _PRINT),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|title|body|meta|style|script|table|tbody|tr|td|div|span|font|center|p|br|h[1-6])\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:\s*+(?:<!--.*?-->|<\?[^>]*>))*+\s*+", re.DOTALL)
_FEW_TAGS = 5
_FAR_APART = 500
"""Characters a tag from which on a file that does not begin with one is a text that speaks of tags."""
# The head of an e-mail: lines of a name and a value (which may go on in the next line), among them these two.
_MIME = re.compile(r"(?:[A-Za-z][\w-]*:.*(?:\r?\n|\r)(?:[ \t].*(?:\r?\n|\r))*)+")
_MIME_VERSION = re.compile(r"(?im)^mime-version:")
_MIME_PAGE = re.compile(r"(?im)^content-type:\s*(?:multipart/(?:related|mixed|alternative)|text/html)")
_REFUSED_TEXTS = (
    (re.compile('<\\?mso-application progid="Word|<w:wordDocument|<pkg:package'), "Word's XML of one file", _CONVERT),
    (re.compile(rf"(?is)\A<\?xml(?!.*{_HTML.pattern})"), "XML, but no web page", _PRINT),
)


def kind_of(data: bytes) -> FileKind:
    """Return the kind of a file from its content.

    Parameters
    ----------
    data
        The bytes of the file.

    Raises
    ------
    EmptyFileError
        When there are none, or white space alone.
    TruncatedFileError
        When it begins like a Word document (or another ZIP archive) whose end is missing.
    EncryptedFileError
        When it is an Office document with a password.
    UnknownFileKindError
        When the content is of no kind that gxstudy reads; the message says how to convert what can be converted.
    """
    if not data.strip(b"\x00\t\n\v\f\r "):
        raise _empty(data)
    head = data[:_PDF_HEAD]
    if head.startswith(b"%PDF-") or (b"%PDF-" in head and _PDF_OBJECT.search(data)):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        _refuse_other_archives(data)
        return "docx"
    if head.startswith(_OLE):
        raise _office(data)
    if _IMAGES.match(head):
        return "image"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return "rtf"
    for start, name, remedy in _REFUSED:
        if head.startswith(start):
            raise _unknown(name, remedy)
    text = _text(data[:_TEXT_HEAD])
    if text is None:
        msg = (
            f"the file begins with {head[:8]!r}, which is no PDF, web page, Word document or plain text; "
            "expected one of these"
        )
        raise UnknownFileKindError(msg)
    return _kind_of_text(text, data)


def _kind_of_text(text: str, data: bytes) -> FileKind:
    start = text.lstrip("\ufeff \t\r\n")
    if not start.strip() and len(data) <= _TEXT_HEAD:
        raise _empty(data)
    head = _MIME.match(start)
    if head is not None and _MIME_VERSION.search(head[0]) and _MIME_PAGE.search(head[0]):
        return "mhtml"
    for sign, name, remedy in _REFUSED_TEXTS:
        if sign.search(start):
            raise _unknown(name, remedy)
    return "html" if _is_page(start, data) else "text"


def _is_page(start: str, data: bytes) -> bool:
    """Return whether a file begins like a web page, or is full of tags; a text may name one."""
    before = _BEFORE.match(start)
    if _HTML.match(start, before.end() if before is not None else 0):
        return True
    whole = start if len(data) <= _TEXT_HEAD else _text(data) or start
    tags = sum(tag[0].lower() != "<br" for tag in _HTML.finditer(whole))  # text tables have them, too
    return tags >= _FEW_TAGS and tags * _FAR_APART > len(whole)


def _empty(data: bytes) -> EmptyFileError:
    return EmptyFileError(f"the file is empty ({len(data)} bytes, none of them content); fetch it again")


def _unknown(name: str, remedy: str) -> UnknownFileKindError:
    return UnknownFileKindError(f"the file is {name}; {remedy}")


def _refuse_other_archives(data: bytes) -> None:
    """Raise unless ``data`` is a Word document; told by the names in the archive's directory."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/") for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        msg = (
            f"the file begins like a Word document or a ZIP archive but is damaged or cut off ({error}); fetch it again"
        )
        raise TruncatedFileError(msg) from error
    if any(name.startswith("word/") for name in names):
        return
    for start, name, remedy in _ARCHIVES:
        if any(known.startswith(start) for known in names) or not start:
            raise _unknown(name, remedy)


def _office(data: bytes) -> EncryptedFileError | UnknownFileKindError:
    """Return the error for an OLE container: legacy Office, or newer Office behind a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return EncryptedFileError("the Office document asks for a password; save it without one")
    for stream, name, remedy in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return _unknown(name, remedy)
    return _unknown("an Office container of an unknown kind (.doc, .wps, .msg …)", _PRINT)


def _text(head: bytes) -> str | None:
    """Return the beginning of a text, decoded as it fits best; None when it is no text."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _decoded(head[len(mark) :], encoding)
    for encoding in _wide(head) if b"\x00" in head else ("utf-8", "gb18030"):
        text = _decoded(head, encoding)
        if text is not None:
            return text
    return None


def _wide(head: bytes) -> tuple[str, ...]:
    """Return the encoding of UTF-16 without a mark: its digits have a zero byte on one side, 一 and 开 on the other."""
    zeros = head.count(0)
    low = head[1::2].count(0)
    if zeros * 50 < len(head) or zeros < low * 4 < zeros * 3:
        return ()
    return ("utf-16-le",) if low * 2 > zeros else ("utf-16-be",)


def _decoded(head: bytes, encoding: str) -> str | None:
    """Return ``head`` decoded, a last cut character left out; None when more than a twentieth is no text.

    A few bad characters are let through: what is damaged is for the reader of the text to say.
    """
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    bad = sum(
        character == "\ufffd"
        or (unicodedata.category(character) in ("Cc", "Cn", "Cs") and character not in "\t\n\v\f\r\x07")
        for character in text
    )
    return text if bad * 20 <= len(text) else None
