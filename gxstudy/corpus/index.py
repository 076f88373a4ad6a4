"""What earlier builds found out, in one small database beside the dataset, so that nothing is done twice.

Three things: the hash of a raw file as long as its size, times and number in the file system stay the same; what came
of each file (the head of its result); and from what each file of the dataset was made. All of it can be found out
again: where the database is missing, damaged or of another version, it is begun anew, and costs time alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gxstudy.corpus.results import Head
from gxstudy.corpus.storage import is_here, signature

__all__ = ["Index", "Made", "Stamp", "forget", "sha256_of", "stamp"]

_SETTLED = 2 * 10**9
"""Nanoseconds since the last change after which another change cannot leave the times of a file as they are."""

_TABLES = """
CREATE TABLE IF NOT EXISTS hashed (path TEXT PRIMARY KEY, stamp TEXT, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS came (sha256 TEXT PRIMARY KEY, tag TEXT, head TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made (
    name TEXT PRIMARY KEY, inputs TEXT, sha256 TEXT, bytes INTEGER, rows INTEGER, stamp TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (what TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Stamp(NamedTuple):
    """What the file system says of a file and a change of it changes: size, times in nanoseconds, and number."""

    size: int
    modified: int
    changed: int
    number: int


class Made(NamedTuple):
    """One file of a dataset: the digest of all it was made from, its SHA-256, its size and how many rows it has."""

    name: str
    inputs: str
    sha256: str
    bytes: int
    rows: int


class Index:
    """The database. ``key`` is what results depend on besides the bytes of a file; another key forgets them."""

    def __init__(self, place: Path, key: str) -> None:
        self._place = place
        try:
            self._open(key)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise
            forget(place)
            self._open(key)

    def _open(self, key: str) -> None:
        self._base = sqlite3.connect(self._place)
        try:
            self._base.executescript(_TABLES)
            if self.said("key") != key:
                with self._base:
                    self._base.execute("DELETE FROM came")
                    self._base.execute("DELETE FROM made")
                    self._base.execute("DELETE FROM said")
                    self._say("key", key)
        except sqlite3.DatabaseError:
            self._base.close()
            raise

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(sqlite3.DatabaseError):
            self._base.commit()
        self._base.close()

    def commit(self) -> None:
        """Write down what was learnt since the last time."""
        self._base.commit()

    def hash_of(self, path: str, now: Stamp) -> str | None:
        """Return the SHA-256 of the raw file at ``path``, None when it is not known or the file may have changed."""
        found = self._base.execute("SELECT stamp, sha256 FROM hashed WHERE path = ?", (path,)).fetchone()
        return str(found[1]) if found is not None and found[0] == _written(now) else None

    def learn_hash(self, path: str, before: Stamp, sha256: str) -> None:
        """Remember the hash of a raw file; not that of one changed so lately that another change would not show."""
        if time.time_ns() - max(before.modified, before.changed) > _SETTLED:
            self._base.execute("INSERT OR REPLACE INTO hashed VALUES (?, ?, ?)", (path, _written(before), sha256))

    def came_of(self, sha256: str) -> tuple[str, tuple[Head, ...]] | None:
        """Return the tag under which the result for a file is kept, and its heads."""
        found = self._base.execute("SELECT tag, head FROM came WHERE sha256 = ?", (sha256,)).fetchone()
        return (str(found[0]), tuple(Head(*told) for told in json.loads(found[1]))) if found is not None else None

    def learn_result(self, sha256: str, tag: str, heads: tuple[Head, ...]) -> None:
        """Remember what came of a file."""
        self._base.execute("INSERT OR REPLACE INTO came VALUES (?, ?, ?)", (sha256, tag, json.dumps(heads)))

    def forget_results(self, hashes: Iterable[str]) -> None:
        """Forget what came of these files."""
        with self._base:
            self._base.executemany("DELETE FROM came WHERE sha256 = ?", ((sha256,) for sha256 in hashes))

    def made(self, out: Path, name: str) -> Made | None:
        """Return of what the file ``name`` of the dataset was made, None when what is there is not that file."""
        query = "SELECT inputs, sha256, bytes, rows, stamp FROM made WHERE name = ?"
        found = self._base.execute(query, (name,)).fetchone()
        if found is None:
            return None
        *told, old = found
        known = Made(name, *told)
        try:
            now = _unmoved(stamp(out / name))
            same = old == now or sha256_of(out / name) == known.sha256
        except OSError:
            return None
        if same and old != now:
            self._base.execute("UPDATE made SET stamp = ? WHERE name = ?", (now, name))
        return known if same else None

    def learn_made(self, place: Path, made: Made) -> None:
        """Remember from what a file was made; ``place`` is where it was written, from where it will be moved."""
        self._base.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?, ?)", (*made, _unmoved(stamp(place))))

    def distrust(self) -> None:
        """Take no file of the dataset for what it was by its size and times: its hash is asked for."""
        with self._base:
            self._base.execute("UPDATE made SET stamp = ''")

    def names(self) -> tuple[str, ...]:
        """Return the names of all files of the dataset that are remembered, sorted."""
        return tuple(str(name) for (name,) in self._base.execute("SELECT name FROM made ORDER BY name"))

    def keep_names(self, names: Iterable[str]) -> None:
        """Forget every file of the dataset but these."""
        stale = set(self.names()) - set(names)
        self._base.executemany("DELETE FROM made WHERE name = ?", ((name,) for name in sorted(stale)))

    def said(self, what: str) -> str | None:
        """Return what was noted under a word."""
        found = self._base.execute("SELECT value FROM said WHERE what = ?", (what,)).fetchone()
        return str(found[0]) if found is not None else None

    def say(self, what: str, value: str | None) -> None:
        """Note something under a word at once; None strikes it out."""
        with self._base:
            self._say(what, value)

    def _say(self, what: str, value: str | None) -> None:
        self._base.execute("DELETE FROM said WHERE what = ?", (what,))
        if value is not None:
            self._base.execute("INSERT INTO said VALUES (?, ?)", (what, value))


def forget(place: Path) -> None:
    """Delete the database at ``place``."""
    for name in (place.name, f"{place.name}-journal"):
        place.with_name(name).unlink(missing_ok=True)


def stamp(place: Path) -> Stamp:
    """Return what the file system says of a file now."""
    if not is_here(place):
        size, number = signature(place)
        return Stamp(size, 0, 0, number)
    told = os.stat(place)  # noqa: PTH116
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)


def sha256_of(place: Path) -> str:
    """Return the SHA-256 of a file."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(told: Stamp) -> str:
    return " ".join(map(str, told))


def _unmoved(told: Stamp) -> str:
    """Write a stamp without the time that moving a file changes."""
    return f"{told.size} {told.modified} {told.number}"
