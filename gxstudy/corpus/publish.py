"""A dataset made here -> its place elsewhere, the manifest last: who opens it sees the old one, none, or the new.

A file there tells other machines that a build is writing to it.
"""

from __future__ import annotations

import json
import platform
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gxstudy.corpus.dataset import MANIFEST
from gxstudy.corpus.storage import elsewhere
from gxstudy.errors import CallError

if TYPE_CHECKING:
    from upath import UPath

__all__ = ["alone", "put"]

_BEGUN = ".gxstudy-begun"
_LOCK = ".gxstudy-lock"


@contextmanager
def alone(address: str, *, cache: Path) -> Iterator[None]:
    """Hold a place elsewhere for one build.

    Parameters
    ----------
    address
        The place.
    cache
        A folder of this machine for the place, held by this build already. It keeps the name under which this machine
        holds the place: what a build that was ended has left there does not shut out the next one here.

    Raises
    ------
    CallError
        When another machine holds it; one that was ended in the middle holds it until its file there is deleted.
    """
    there = elsewhere(address)
    lock = there / _LOCK
    name = cache / "holder"
    if not name.exists():
        name.write_text(f"{platform.node()} {uuid.uuid4().hex}", encoding="utf-8")
    ours = name.read_bytes()
    there.mkdir(parents=True, exist_ok=True)
    if _read(lock) != ours:
        try:
            with there.fs.open(lock.path, "xb") as file:
                file.write(ours)
        except FileExistsError:
            pass
        except (ValueError, NotImplementedError):  # a kind of storage that cannot tell
            if not lock.exists():
                lock.write_bytes(ours)
    holder = _read(lock)
    if holder != ours:
        who = (holder or b"").decode("utf-8", "replace").rpartition(" ")[0] or "another machine"
        msg = (
            f"another build, on {who}, is writing to {address}; wait for it, or give another address. "
            f"If that build was ended, delete {lock}"
        )
        raise CallError(msg)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def put(dataset: Path, address: str) -> None:
    """Put a dataset in its place elsewhere: what is there already stays, what no longer belongs to it goes.

    Parameters
    ----------
    dataset
        The folder here.
    address
        Where it is to be. Files there that no build wrote are left alone.

    Raises
    ------
    CallError
        When files of the same names are there that no build wrote.
    """
    there = elsewhere(address)
    manifest = (dataset / MANIFEST).read_bytes()
    new: dict[str, str] = json.loads(manifest)["sha256"]
    before = _read(there / MANIFEST)
    if before == manifest:
        return
    old: dict[str, str] = json.loads(before)["sha256"] if before is not None else {}
    strangers = [name for name in new if before is None and not _begun(there) and (there / name).exists()]
    if strangers:
        msg = f"{address} holds {strangers[0]}, which no build wrote; move it away or give another address"
        raise CallError(msg)
    there.mkdir(parents=True, exist_ok=True)
    (there / _BEGUN).write_bytes(b"")
    if before is not None:
        (there / MANIFEST).unlink()
    for name in sorted(old.keys() - new.keys()):
        (there / name).unlink(missing_ok=True)
    for name in sorted(new):
        if old.get(name) != new[name] or not (there / name).exists():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            there.fs.put_file(str(dataset / name), (there / name).path)
    (there / MANIFEST).write_bytes(manifest)
    (there / _BEGUN).unlink()


def _begun(there: UPath) -> bool:
    return (there / _BEGUN).exists()


def _read(file: UPath) -> bytes | None:
    try:
        return bytes(file.read_bytes())
    except FileNotFoundError:
        return None
