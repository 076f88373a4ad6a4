"""Folders elsewhere: addresses that fsspec knows (``s3://``, ``memory://`` and others), used like folders here.

Raw files elsewhere are read where the workers are.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, cast

from gxstudy.errors import CallError, MissingDependencyError

if TYPE_CHECKING:
    from upath import UPath

__all__ = ["elsewhere", "here", "is_elsewhere", "is_here", "place", "signature", "walk"]

_WEB = ("http", "https", "ftp")


def is_elsewhere(address: str | Path) -> bool:
    """Return whether an address is one of fsspec rather than a path of this machine."""
    return isinstance(address, str) and "://" in address


def is_here(found: object) -> bool:
    """Return whether what :func:`place` gave is a path of this machine."""
    return isinstance(found, Path)


def place(address: str | Path) -> Path:
    """Return a folder, here or elsewhere, as something that behaves like a path.

    Raises
    ------
    CallError
        When the address is one of the web (fetch its files first), or of a kind that is not known.
    MissingDependencyError
        When what it needs is not installed.
    """
    return Path(address) if not is_elsewhere(address) else cast("Path", elsewhere(str(address)))


def elsewhere(address: str) -> UPath:
    """Return a folder elsewhere; raises as :func:`place` does."""
    if address.partition("://")[0].lower() in _WEB:
        msg = f"{address} is an address of the web; bring its files into a folder first, with: gxstudy fetch"
        raise CallError(msg)
    try:
        from upath import UPath
    except ImportError as error:
        msg = "storage elsewhere needs universal_pathlib, which is not installed: pip install 'gxstudy[cluster]'"
        raise MissingDependencyError(msg) from error
    try:
        found = UPath(address)
        found.fs  # noqa: B018 - what the kind of storage needs is imported here
    except ImportError as error:
        msg = f"{address}: {error}"
        raise MissingDependencyError(msg) from error
    except ValueError as error:
        msg = f"{address} is of no kind of storage that is known: {error}"
        raise CallError(msg) from error
    return found


def walk(raw: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file below a folder elsewhere, hidden folders left out, by its path below the folder."""
    top = cast("UPath", raw)
    begin = PurePosixPath(top.path)
    for folder, folders, files in top.fs.walk(top.path):
        at = PurePosixPath(folder if str(folder).startswith("/") or not begin.is_absolute() else f"/{folder}")
        inside = at.relative_to(begin)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            yield (inside / name).as_posix(), cast("Path", top / (inside / name).as_posix())


def signature(file: Path) -> tuple[int, int]:
    """Return the size of a file elsewhere, and a number that is another one when it has changed."""
    found = cast("UPath", file)
    told = str(found.fs.ukey(found.path)).encode()
    size = found.fs.info(found.path).get("size")
    return int(size or 0), int.from_bytes(hashlib.sha256(told).digest()[:6], "big")


def here(address: str | Path) -> Path:
    """Return a folder of this machine for a dataset: its own, or that of the copy of one elsewhere, always the same.

    The copy lies where programs keep what can be made again, and may be deleted.
    """
    if not is_elsewhere(address):
        return Path(address)
    elsewhere(str(address))
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, "gxstudy", hashlib.sha256(str(address).encode()).hexdigest()[:16])
