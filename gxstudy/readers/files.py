"""The one door: a path, bytes or an open file -> bytes -> the reader for what they are."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, NamedTuple

from gxstudy.errors import CallError, UnknownFileKindError
from gxstudy.layout import Document
from gxstudy.readers.kinds import kind_of

__all__ = ["Loaded", "Source", "document", "load"]

Source = str | Path | bytes | BinaryIO


class Loaded(NamedTuple):
    """The bytes of a file, and its path (None when it came without one)."""

    data: bytes
    path: str | None


def load(source: Source) -> Loaded:
    """Return the bytes of ``source``.

    Parameters
    ----------
    source
        A path, the bytes themselves, or a file opened in binary mode.

    Raises
    ------
    CallError
        When it is none of these.
    OSError
        When the path cannot be opened.
    """
    if isinstance(source, bytes):
        return Loaded(source, None)
    if isinstance(source, str | Path):
        return Loaded(Path(source).read_bytes(), str(source))
    if hasattr(source, "read"):
        data = source.read()
        if isinstance(data, bytes):
            name = getattr(source, "name", None)
            return Loaded(data, name if isinstance(name, str) else None)
    msg = f"expected a path, bytes or a file opened in binary mode; got {type(source).__name__}"
    raise CallError(msg)


def document(data: bytes) -> Document:
    """Return what the reader for this kind of file makes of it. The kind is told by the content, never by a suffix.

    Raises
    ------
    UnreadableFileError
        When there is nothing in it to read; the branches (:mod:`gxstudy.errors`) say why.
    """
    kind = kind_of(data)
    if kind == "pdf":
        from gxstudy.readers import pdf

        return pdf.read(data)
    if kind == "html":
        from gxstudy.readers import html

        return html.read(data)
    if kind == "docx":
        from gxstudy.readers import docx

        return docx.read(data)
    if kind == "text":
        from gxstudy.readers import text

        return text.read(data)
    msg = f"the file is of the kind {kind!r}, which this version does not read; save it as PDF"
    raise UnknownFileKindError(msg)
