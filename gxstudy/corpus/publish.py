"""A dataset made here -> its place elsewhere, the manifest last: who opens it sees the old one, none, or the new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gxstudy.corpus.dataset import MANIFEST
from gxstudy.corpus.storage import elsewhere
from gxstudy.errors import CallError

if TYPE_CHECKING:
    from upath import UPath

__all__ = ["put"]

_BEGUN = ".gxstudy-begun"


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
    before = _read_manifest(there)
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


def _read_manifest(there: UPath) -> bytes | None:
    try:
        return bytes((there / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
