"""Web archives (MHTML: .mht, .mhtml, and the .doc that Word saves as a page of one file) -> the web page inside.

A browser or Word packs the page and its pictures as the parts of one e-mail. The page is the part that the archive
names as its start, else the first that is a page; :mod:`gxstudy.readers.html` reads it.
"""

from __future__ import annotations

import re
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from gxstudy.errors import TruncatedFileError, UnknownFileKindError, UnreadableFileError

__all__ = ["LARGEST", "page"]

LARGEST = 32 * 2**20
"""Largest archive accepted, in bytes; its pictures are most of it."""
MOST_PARTS = 2000
"""Most parts accepted; a page has one for each of its pictures."""
LARGEST_HEAD = 2**16
"""Bytes within which the head of an archive ends."""
_END_OF_HEAD = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_PAGES = frozenset(("text/html", "application/xhtml+xml"))


def page(data: bytes) -> bytes:
    """Return the bytes of the web page in an archive.

    Parameters
    ----------
    data
        The bytes of the archive.

    Raises
    ------
    TruncatedFileError
        When the page in it is cut off or damaged.
    UnknownFileKindError
        When there is no web page in it.
    UnreadableFileError
        When it is larger than any report.
    """
    if len(data) > LARGEST:
        msg = f"the web archive has {len(data)} bytes; at most {LARGEST} are read. Save the page without its pictures"
        raise UnreadableFileError(msg)
    if _END_OF_HEAD.search(data, 0, LARGEST_HEAD) is None:
        why = f"its head has no end within {LARGEST_HEAD} bytes"
        raise _damaged(why)
    if (parts := data.count(b"\n--")) > MOST_PARTS:
        msg = f"the web archive has {parts} parts; at most {MOST_PARTS} are read. Save the report alone"
        raise UnreadableFileError(msg)
    try:
        found = _page(BytesParser(policy=policy.compat32).parsebytes(data.lstrip()))
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise _damaged(str(error)) from error
    if found is None:
        msg = "the web archive (MHTML) holds no web page; save the report as a page or as PDF"
        raise UnknownFileKindError(msg)
    if not found.strip():
        why = "the page in it is empty"
        raise _damaged(why)
    return found


def _page(archive: Message) -> bytes | None:
    pages = [part for part in archive.walk() if part.get_content_type() in _PAGES]
    start = str(archive.get_param("start") or "").strip("<> ")
    named = [part for part in pages if start and str(part.get("Content-ID", "")).strip("<> ") == start]
    return next(map(_content, (*named, *pages)), None)


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    if part.defects:
        raise _damaged("; ".join(sorted({type(defect).__name__ for defect in part.defects})))
    return content if isinstance(content, bytes) else b""


def _damaged(why: str) -> TruncatedFileError:
    return TruncatedFileError(f"the web archive (MHTML) is cut off or damaged ({why}); fetch it again")
