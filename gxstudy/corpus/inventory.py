"""A folder of raw files -> which of them to read, under which name, and what its registry says of them.

Two ways. Without a registry, every file below the folder whose ending is one of :data:`SUFFIXES` is read. With
``registry.csv`` in the folder, the files it lists are read, and so are unlisted files of those endings. Files beginning
with a dot or ``~``, and read-me and licence files, are never taken for reports. What is not looked at is counted.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gxstudy.corpus.index import Index, Stamp, sha256_of, stamp
from gxstudy.corpus.storage import is_here, walk
from gxstudy.corrections import FILE as CORRECTIONS
from gxstudy.corrections import Correction, in_force, load
from gxstudy.errors import CallError
from gxstudy.lists import read_rows

__all__ = ["REGISTRY", "SUFFIXES", "Failure", "Inventory", "RawFile", "Registered", "take"]

REGISTRY = "registry.csv"
SUFFIXES = (
    *(".pdf", ".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml", ".docx", ".doc", ".rtf", ".txt"),
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff"),
)
"""Endings of files that are read unless the registry says otherwise. What a file is, its content decides."""

_COLUMNS = ("sha256", "report_id", "source", "organ", "year", "published", "kind")
_AT_ONCE = 1 << 12
"""Files hashed between two times that their hashes are written down."""
_ASIDE = re.compile(r"(?:[.~].*|(?:readme|licen[cs]e|robots)(?:[._-].*)?)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Registered(NamedTuple):
    """What the registry says of a file. ``sha256`` is what its hash should be, ``published`` a date, 2025-01-31."""

    sha256: str | None = None
    source: str | None = None
    organ: str | None = None
    year: int | None = None
    published: str | None = None


_UNREGISTERED = Registered()


class RawFile(NamedTuple):
    """One file to read. ``path`` is relative to the raw folder; ``listed`` is None where there is no registry."""

    path: str
    place: Path
    sha256: str
    report_id: str
    registered: Registered
    listed: bool | None


class Failure(NamedTuple):
    """One file from which no report was read; the fields are those of the product ``failures``."""

    path: str
    reason: str
    message: str
    sha256: str | None
    source: str
    registry_organ: str | None
    registry_year: int | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is in a raw folder.

    ``files`` are those to read, sorted by ``report_id``; ``failures`` those that cannot be. ``hashes`` has every file
    that was hashed, sorted by path. ``not_reports`` counts files that the registry lists as something else, ``ignored``
    files not looked at, by ending; ``corrections`` are those in force.
    """

    files: tuple[RawFile, ...]
    failures: tuple[Failure, ...]
    hashes: tuple[tuple[str, str], ...]
    not_reports: int
    ignored: tuple[tuple[str, int], ...]
    registry: str | None
    corrections: tuple[Correction, ...] = ()


class _Listed(NamedTuple):
    path: str
    place: Path
    report_id: str | None
    registered: Registered
    is_report: bool
    listed: bool | None


def take(raw: Path, *, leave_out: Path, jobs: int, index: Index, rehash: bool = False) -> Inventory:
    """Find the files below ``raw`` and hash those that may have changed since they were hashed last.

    Parameters
    ----------
    raw
        The folder.
    leave_out
        A folder that is not entered (that of the dataset, which may lie below ``raw``).
    jobs
        How many files are hashed at once.
    index
        Knows the hashes of files from earlier times.
    rehash
        Hash every file, whatever the index knows.

    Raises
    ------
    CallError
        When the registry or the file of corrections cannot be understood.
    """
    found, closed = _walk(raw, leave_out)
    registry = raw / REGISTRY
    rows = _read_registry(registry, raw) if registry.is_file() else None
    listed = {row.path: row for row in rows or ()}
    ignored = Counter[str]()
    candidates = list(listed.values())
    for path, place in found.items():
        if path in listed or path in (REGISTRY, CORRECTIONS):
            continue
        name = PurePosixPath(path)
        if name.suffix.lower() in SUFFIXES and not _ASIDE.fullmatch(name.name):
            candidates.append(_Listed(path, place, None, _UNREGISTERED, True, None if rows is None else False))
        else:
            ignored[name.suffix.lower()] += 1
    candidates.sort(key=lambda one: one.path)
    hashes = _hashes(candidates, jobs, index, rehash=rehash)
    files, failures = _sort_out(candidates, hashes)
    return Inventory(
        files=tuple(sorted(files, key=lambda file: file.report_id)),
        failures=(*closed, *failures),
        hashes=tuple(
            (one.path, found) for one, found in zip(candidates, hashes, strict=True) if isinstance(found, str)
        ),
        not_reports=sum(not one.is_report for one in candidates),
        ignored=tuple(sorted(ignored.items())),
        registry=sha256_of(registry) if rows is not None else None,
        corrections=in_force(load(raw / CORRECTIONS)),
    )


def _walk(raw: Path, leave_out: Path) -> tuple[dict[str, Path], list[Failure]]:
    """Return every regular file below ``raw`` by its path, and the folders that could not be entered."""
    if not is_here(raw):
        return {_on_one_line(path): place for path, place in walk(raw)}, []
    found: dict[str, Path] = {}
    closed: list[Failure] = []

    def refused(error: OSError) -> None:
        path = _printable(Path(error.filename), raw)
        message = f"the folder cannot be entered: {error.strerror}"
        closed.append(Failure(path, "not_opened", message, None, path, None, None))

    for folder, folders, names in os.walk(raw, onerror=refused):
        folders[:] = sorted(name for name in folders if name[0] != "." and Path(folder, name).resolve() != leave_out)
        for name in names:
            place = Path(folder, name)
            if place.is_file() or (place.is_symlink() and not place.exists()):
                found[_printable(place, raw)] = place
    return found, closed


def _printable(place: Path, raw: Path) -> str:
    """Return the path below ``raw`` such that it can be written as UTF-8 on one line."""
    text = place.relative_to(raw).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _on_one_line(text)


def _on_one_line(text: str) -> str:
    return _CONTROLS.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


def _read_registry(registry: Path, raw: Path) -> list[_Listed]:
    """Return the rows of a registry.

    ``path`` (below the folder of the registry) is needed; ``sha256``, ``report_id``, ``source``, ``organ``, ``year``,
    ``published`` and ``kind`` are used where they are there, other columns are not. ``kind``, where given, says whether
    a file is a ``report``; else its ending does.
    """
    rows = read_rows(registry)
    if rows and "path" not in rows[0]:
        msg = f"{registry}: no column 'path'; expected at least path, got {', '.join(map(str, rows[0]))}"
        raise CallError(msg)
    listed = [_row(registry, number, row, raw) for number, row in enumerate(rows, start=2)]
    for what, values in (("path", [one.path for one in listed]), ("report_id", [one.report_id for one in listed])):
        twice = [value for value, times in Counter(values).items() if value is not None and times > 1]
        if twice:
            msg = f"{registry}: the {what} {twice[0]!r} stands twice; give every file one row and a name of its own"
            raise CallError(msg)
    return listed


def _row(registry: Path, number: int, row: dict[str, str], raw: Path) -> _Listed:
    said = {key: (row.get(key) or "").strip() or None for key in _COLUMNS}
    path = (row["path"] or "").strip()
    name = PurePosixPath(path)
    if not path or name.is_absolute() or ".." in name.parts or "\\" in path:
        msg = f"{registry}, line {number}: the path {path!r} is not one below the folder of the registry, parted by /"
        raise CallError(msg)
    year = said["year"]
    if year is not None and not re.fullmatch(r"[0-9]{4}", year):
        msg = f"{registry}, line {number}: the year is {year!r}; expected four digits or nothing"
        raise CallError(msg)
    published = said["published"]
    if published is not None and not _is_date(published):
        msg = f"{registry}, line {number}: published is {published!r}; expected a date like 2025-01-31, or nothing"
        raise CallError(msg)
    digest = said["sha256"]
    return _Listed(
        path=name.as_posix(),
        place=raw / name,
        report_id=said["report_id"],
        registered=Registered(
            digest and digest.lower(), said["source"], said["organ"], int(year) if year else None, published
        ),
        is_report=said["kind"] == "report" if said["kind"] else name.suffix.lower() in SUFFIXES,
        listed=True,
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _hashes(candidates: list[_Listed], jobs: int, index: Index, *, rehash: bool) -> list[str | OSError]:
    """Return the hash of each file, or why there is none. What was learnt is written down now and then."""
    hashes: list[str | OSError] = []
    with ThreadPoolExecutor(jobs) as pool:
        for start in range(0, len(candidates), _AT_ONCE):
            some = candidates[start : start + _AT_ONCE]
            stamps = [_stamp(one.place) for one in some]
            known = [
                None if rehash or isinstance(now, OSError) else index.hash_of(one.path, now)
                for one, now in zip(some, stamps, strict=True)
            ]
            others = [one.place for one, digest in zip(some, known, strict=True) if digest is None]
            hashed = pool.map(_hash, others)
            for one, now, digest in zip(some, stamps, known, strict=True):
                found = next(hashed) if digest is None else digest
                hashes.append(found)
                if digest is None and isinstance(found, str) and isinstance(now, Stamp):
                    index.learn_hash(one.path, now, found)
            if others:
                index.commit()
    return hashes


def _stamp(place: Path) -> Stamp | OSError:
    try:
        return stamp(place)
    except OSError as error:
        return error


def _hash(place: Path) -> str | OSError:
    try:
        return sha256_of(place)
    except OSError as error:
        return error


def _sort_out(candidates: list[_Listed], hashes: list[str | OSError]) -> tuple[list[RawFile], list[Failure]]:
    """Part the files to read from those that cannot be: missing, not as registered, or there twice."""
    files: list[RawFile] = []
    failures: list[Failure] = []
    first: dict[str, str] = {}
    names = _names(candidates)
    for one, name, digest in zip(candidates, names, hashes, strict=True):
        trouble = _trouble(one, digest)
        if isinstance(digest, str) and trouble is None and one.is_report:
            known = first.setdefault(digest, one.path)
            if known == one.path:
                files.append(RawFile(one.path, one.place, digest, name, one.registered, one.listed))
                continue
            trouble = ("duplicate", f"the same bytes as {known}, which is read in its place")
        if trouble is not None:
            failures.append(_failure(one, *trouble, sha256=digest if isinstance(digest, str) else None))
    return files, failures


def _trouble(one: _Listed, digest: str | OSError) -> tuple[str, str] | None:
    if isinstance(digest, FileNotFoundError):
        said = "the registry lists the file, but it is not there" if one.listed else "the link leads to no file"
        return "missing", said
    if isinstance(digest, OSError):
        return "not_opened", f"the file cannot be opened: {digest.strerror}"
    expected = one.registered.sha256
    if expected is not None and digest != expected:
        return (
            "hash_differs",
            f"the SHA-256 is {digest}, the registry says {expected}; fetch the file again or mend the registry",
        )
    return None


def _failure(one: _Listed, reason: str, message: str, *, sha256: str | None) -> Failure:
    said = one.registered
    return Failure(one.path, reason, message, sha256, said.source or one.path, said.organ, said.year)


def _names(candidates: list[_Listed]) -> Iterator[str]:
    """Yield the ``report_id`` of each: the registry's, else the path without its ending.

    The ending stays where two files differ in nothing else, or where the registry gave the name to another file.
    """
    stems = Counter(str(PurePosixPath(one.path).with_suffix("")) for one in candidates if one.is_report)
    given = {one.report_id for one in candidates}
    for one in candidates:
        stem = str(PurePosixPath(one.path).with_suffix(""))
        yield one.report_id or (stem if stems[stem] == 1 and stem not in given else one.path)
