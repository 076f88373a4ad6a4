"""The one door: a path, bytes or an open file -> bytes -> the reader for what they are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from gxstudy.errors import CallError, MissingDependencyError, NoTextLayerError
from gxstudy.findings import Code
from gxstudy.layout import Document
from gxstudy.readers.kinds import kind_of

if TYPE_CHECKING:
    from gxstudy.readers.scan import Picture

__all__ = ["Loaded", "Source", "completed", "document", "load", "picture"]

Source = str | Path | bytes | BinaryIO
_UNREAD = (Code.PAGE_WITHOUT_TEXT, Code.TEXT_LAYER_UNTRUSTED)


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

        read = pdf.read_pages(data)
        has_text = any(page.words for page in read.pages)
        if has_text and not any(found.code is Code.TEXT_LAYER_UNTRUSTED for found in read.findings):
            return read
        return pdf.with_text(completed(data, read) or read)
    if kind == "html":
        from gxstudy.readers import html

        return html.read(data)
    if kind == "mhtml":
        from gxstudy.readers import html, mhtml

        return html.read(mhtml.page(data))
    if kind == "docx":
        from gxstudy.readers import docx

        return docx.read(data)
    if kind == "rtf":
        from gxstudy.readers import rtf

        return rtf.read(data)
    if kind == "text":
        from gxstudy.readers import text

        return text.read(data)
    return _recognised(data)


def completed(data: bytes, document: Document) -> Document | None:
    """Return a PDF with its unread pages recognised: those that hold pictures only, or text that cannot be believed.

    A report is mostly text, and what else it shows is seldom a table: recognition costs seconds a page and is asked for
    where tables are missing.

    Parameters
    ----------
    data
        The bytes of the file.
    document
        What :func:`document` made of it.

    Returns
    -------
    Document or None
        None where there is no such page.

    Raises
    ------
    NoTextLayerError
        When no page has text, and none can be recognised.
    """
    if document.kind != "pdf" or not any(found.code in _UNREAD for found in document.findings):
        return None
    from gxstudy.readers.scan import in_pdf

    whole = in_pdf.mended(data, document)
    return None if whole is document else whole


def _recognised(data: bytes) -> Document:
    """Return what character recognition makes of a file of pictures."""
    from gxstudy.readers import scan

    try:
        return scan.read(data)
    except MissingDependencyError as error:
        msg = "the file holds pictures; to read them it needs character recognition: pip install 'gxstudy[ocr]'"
        raise NoTextLayerError(msg) from error


def picture(data: bytes, page: int, *, scale: float, recognised: bool) -> tuple[int, int, bytes]:
    """Return the picture of a page as its words are placed: width and height in pixels, the RGB bytes row by row.

    Parameters
    ----------
    data
        The bytes of the file.
    page
        The page, counted from 1.
    scale
        Pixels a point.
    recognised
        Whether it was read by character recognition: then it is shown level and upright.

    Raises
    ------
    MissingDependencyError
        When the extra ``ocr`` is not installed, for a page that was recognised.
    UnreadableFileError
        When there is no such page.
    """
    if not recognised:
        from gxstudy.readers import pdf

        return pdf.render(data, page, scale=scale)
    from gxstudy.readers import scan

    grey = scan.scaled(_level(data, page), scale)
    height, width = grey.shape
    return width, height, grey.repeat(3).tobytes()


@lru_cache(maxsize=2)
def _level(data: bytes, page: int) -> Picture:
    """Return a page that was recognised, level and upright; kept, for it is drawn several times over."""
    from gxstudy.readers import scan
    from gxstudy.readers.scan import in_pdf

    return scan.level(in_pdf.picture_at(data, page) if kind_of(data) == "pdf" else scan.picture_at(data, page))
