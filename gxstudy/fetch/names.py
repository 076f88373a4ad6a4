"""The name of a file: safe on any system, the same each time, with the ending that fits what came."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from gxstudy.errors import UnreadableFileError
from gxstudy.readers.kinds import kind_of

__all__ = ["HEAD", "name_of", "note", "suffix_of"]

HEAD = 1 << 20
"""So many bytes are looked at to tell what a file is."""

_SUFFIXES = {"pdf": ".pdf", "html": ".html", "docx": ".docx", "rtf": ".rtf", "text": ".txt"}
_IMAGES = ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"))
_OTHERS = ((b"\xd0\xcf\x11\xe0", ".doc"), (b"PK\x03\x04", ".zip"), (b"Rar!", ".rar"), (b"7z\xbc\xaf", ".7z"))
_KNOWN = {".pdf", ".html", ".docx", ".doc", ".rtf", ".txt", ".png", ".jpg", ".tif", ".zip", ".rar", ".7z"}
_SAME = {".htm": ".html", ".shtml": ".html", ".jpeg": ".jpg", ".tiff": ".tif", ".wps": ".doc"}
_ODD = re.compile(r"[^\w.-]+")
_SLUG = 40


def name_of(url: str, suffix: str) -> str:
    """Return where the file of an address stands below the folder: a name that any system takes, always the same.

    Parameters
    ----------
    url
        The address.
    suffix
        The ending, with its dot, told by what came.
    """
    parts = urlsplit(url)
    host = _ODD.sub("_", (parts.hostname or "host").lower()).strip("._-") or "host"
    last = unicodedata.normalize("NFC", unquote(PurePosixPath(parts.path).name, errors="replace"))
    slug = _ODD.sub("_", PurePosixPath(last).stem).strip("._-")[:_SLUG] or "file"
    return f"{host}/{slug}-{hashlib.sha256(url.encode()).hexdigest()[:12]}{suffix}"


def suffix_of(head: bytes, url: str) -> str:
    """Return the ending that fits what came; what is of no known kind keeps that of its address, or none is known."""
    plain = next((suffix for start, suffix in (*_IMAGES, *_OTHERS[:1]) if head.startswith(start)), None)
    if plain is not None:
        return plain
    try:
        kind = kind_of(head)
    except UnreadableFileError:
        if head.startswith(b"PK\x03\x04") and (len(head) == HEAD or b"word/" in head):
            return ".docx"
        return next((suffix for start, suffix in _OTHERS if head.startswith(start)), ".bin")
    return _SUFFIXES.get(kind) or _asked_suffix(url) or ".bin"


def _asked_suffix(url: str) -> str:
    """Return the ending of an address, in its usual form; empty where it has none that tells a kind."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    suffix = _SAME.get(suffix, suffix)
    return suffix if suffix in _KNOWN else ""


def note(url: str, suffix: str) -> str:
    """Say what is odd about an ending, nothing where it is that of the address."""
    asked = _asked_suffix(url)
    return f"the address ends in {asked}, what came is {suffix}" if asked and asked != suffix else ""
