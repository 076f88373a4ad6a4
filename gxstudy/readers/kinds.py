"""What kind of file some bytes are: decided by content, never by suffix."""

from __future__ import annotations

import re
from typing import Literal

from gxstudy.errors import EmptyFileError, UnknownFileKindError

__all__ = ["FileKind", "kind_of"]

FileKind = Literal["pdf", "html", "docx", "text", "image"]

_HEAD = 1024
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|meta)\b", re.IGNORECASE)


def kind_of(data: bytes) -> FileKind:
    """Return the kind of a file from its first bytes.

    Parameters
    ----------
    data
        The bytes of the file.

    Raises
    ------
    EmptyFileError
        When there are none.
    UnknownFileKindError
        When the content is of no kind that gxstudy reads; the message says how to convert what can be converted.
    """
    if not data.strip(b"\x00\t\r\n "):
        msg = f"the file is empty ({len(data)} bytes, none of them content); fetch it again"
        raise EmptyFileError(msg)
    head = data[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        if b"word/" in data or b"[Content_Types].xml" in head:
            return "docx"
        msg = "the file is a ZIP archive; expected a report. Unpack it and read the files inside"
        raise UnknownFileKindError(msg)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        msg = (
            "the file is a legacy binary Office document (.doc or .wps); save it as .docx or PDF first, "
            "for instance with: soffice --headless --convert-to docx FILE"
        )
        raise UnknownFileKindError(msg)
    if head.startswith(b"{\\rtf"):
        msg = "the file is RTF; save it as .docx or PDF first, for instance with: soffice --headless --convert-to docx FILE"
        raise UnknownFileKindError(msg)
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8", b"BM")):
        return "image"
    text = _probe(head)
    if text is None:
        msg = (
            f"the file begins with {head[:8]!r}, which is no PDF, web page, Word document or plain text; "
            "expected one of these"
        )
        raise UnknownFileKindError(msg)
    return "html" if _HTML.search(text) else "text"


def _probe(head: bytes) -> bytes | None:
    """Return ``head`` as bytes of ASCII-compatible text; None when it is no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if head.startswith(b"\xff\xfe") else "utf-16-be"
        return head[2:].decode(encoding, "replace").encode("utf-8")
    if b"\x00" in head:
        return None
    control = sum(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in head)
    return head if control <= len(head) // 100 else None
