"""The list of addresses that comes in, the journal of what came of them, and the folder that goes out."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gxstudy.corpus.inventory import REGISTRY
from gxstudy.errors import CallError, GxstudyError
from gxstudy.fetch.values import Reason
from gxstudy.lists import read_rows

__all__ = ["FAILURES", "HEADERS", "Address", "Failed", "Fetched", "Journal", "read_addresses", "write"]

FAILURES = "fetch_failures.csv"
HEADERS = "headers.jsonl"

_OF_BUILD = ("path", "sha256", "source")
_OURS = ("final_url", "status", "content_type", "bytes", "fetched", "note")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_UNSAFE = re.compile(r"[.~]|.*[\x00-\x1f\x7f:]")
_FORMULA = tuple("=+-@\t\r＝＋－＠'")


class Address(NamedTuple):
    """One row of the list: ``line`` is where it stands, ``rest`` its other columns, in their order.

    ``sha256`` is what the file should hash to, ``path`` where it should be, both None where the list does not say.
    """

    line: int
    url: str
    sha256: str | None
    path: str | None
    rest: tuple[tuple[str, str], ...]


class Fetched(NamedTuple):
    """What came for one address, when (UTC), and from where; ``note`` says what is odd about it."""

    url: str
    path: str
    sha256: str
    bytes: int
    status: int
    final_url: str
    fetched: str
    headers: tuple[tuple[str, str], ...]
    note: str

    def header(self, name: str) -> str | None:
        """Return a header by its name in small letters."""
        return next((value for key, value in self.headers if key == name), None)


class Failed(NamedTuple):
    """One row of the list for which nothing came, with the reason; ``status`` is None where nobody answered."""

    line: int
    url: str
    reason: Reason
    message: str
    status: int | None
    tries: int


# What comes in --------------------------------------------------------------------------------------------------------


def read_addresses(registry: Path) -> tuple[list[Address], list[Failed]]:
    """Return the rows of a list of addresses, and those that cannot be followed.

    Parameters
    ----------
    registry
        CSV in UTF-8. The column ``url`` (or ``source``) is the address. ``sha256``, ``path`` and every other column are
        kept; ``report_id``, ``organ``, ``year`` and ``kind`` are what a build uses.

    Raises
    ------
    CallError
        When it is no such list.
    """
    rows = read_rows(registry)
    columns = list(rows[0]) if rows else []
    named = "url" if "url" in columns else "source"
    if rows and (named not in columns or None in columns):
        msg = f"{registry}: no column 'url' or 'source' for the addresses; got {', '.join(map(str, columns))}"
        raise CallError(msg)
    addresses: list[Address] = []
    failed: list[Failed] = []
    seen: dict[str, dict[str, int]] = {"url": {}, "path": {}, "report_id": {}}
    for line, row in enumerate(rows, start=2):
        said = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        if None in row:
            failed.append(
                Failed(line, said[named], Reason.BAD_ROW, "the row has more fields than the first line", None, 0)
            )
            continue
        trouble = _trouble(said, said[named]) or _twice(said | {"url": said[named]}, seen, line)
        if trouble is not None:
            failed.append(Failed(line, said[named], *trouble, None, 0))
            continue
        rest = tuple((key, value) for key, value in said.items() if key not in {named, *_OF_BUILD, *_OURS})
        digest = said.get("sha256", "").lower()
        addresses.append(Address(line, said[named], digest or None, said.get("path") or None, rest))
    return addresses, failed


def _trouble(said: dict[str, str], url: str) -> tuple[Reason, str] | None:
    """Return why a row cannot be followed, as reason and message."""
    if not url:
        return Reason.BAD_ROW, "the row holds no address"
    if said.get("year") and not re.fullmatch(r"[0-9]{4}", said["year"]):
        return Reason.BAD_ROW, f"the year is {said['year']!r}; expected four digits or nothing"
    if said.get("sha256") and not re.fullmatch(r"[0-9a-fA-F]{64}", said["sha256"]):
        return Reason.BAD_ROW, f"the sha256 is {said['sha256']!r}; expected 64 hexadecimal digits or nothing"
    path = PurePosixPath(said.get("path") or "a")
    parts = path.parts
    if str(path).lower() in (REGISTRY, HEADERS, FAILURES):
        return Reason.BAD_ROW, f"the path {said['path']!r} is that of a file that a fetch writes itself"
    if path.is_absolute() or "\\" in str(path) or not parts or any(map(_UNSAFE.match, parts)):
        return (
            Reason.BAD_ROW,
            f"the path {said['path']!r} is not a plain one below the folder, parted by /",
        )
    return None


def _twice(said: dict[str, str], seen: dict[str, dict[str, int]], line: int) -> tuple[Reason, str] | None:
    """Return what an earlier row has already said, and remember this one."""
    for what, lines in seen.items():
        value = said.get(what)
        if value and value in lines:
            return Reason.TWICE, f"line {lines[value]} has the same {what}, and is followed"
    for what, lines in seen.items():
        if said.get(what):
            lines[said[what]] = line
    return None


# What is remembered ---------------------------------------------------------------------------------------------------


class Journal:
    """The file to which everything that came is written the moment it is in its place.

    Whoever is killed while writing leaves at most a last line without an end, which is not read.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self.known: dict[str, Fetched] = {}
        lines = place.read_bytes().split(b"\n")[:-1] if place.exists() else []
        for number, line in enumerate(lines, start=1):
            try:
                told = json.loads(line)
                entry = Fetched(**told | {"headers": tuple((str(k), str(v)) for k, v in told["headers"])})
            except (ValueError, TypeError, KeyError) as error:
                msg = (
                    f"{place}, line {number}: not a line of this journal ({error}); move the folder away and begin anew"
                )
                raise GxstudyError(msg) from error
            self.known[entry.url] = entry
        part = place.with_suffix(".part")
        part.write_bytes(b"".join(map(_line, self.known.values())))
        part.replace(place)
        self._file = place.open("ab")

    def add(self, entry: Fetched) -> None:
        """Remember what came for an address."""
        self.known[entry.url] = entry
        self._file.write(_line(entry))
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(entry: Fetched) -> bytes:
    return json.dumps(entry._asdict(), ensure_ascii=True).encode("ascii") + b"\n"


# What goes out --------------------------------------------------------------------------------------------------------


def write(folder: Path, rows: Sequence[tuple[Address, Fetched]], failed: Iterable[Failed]) -> None:
    """Write the registry that a build reads, the headers of every answer, and the failures.

    Rows stand in the order of the list of addresses.
    """
    extra = list(dict.fromkeys(key for address, _ in rows for key, _ in address.rest))
    columns = (*_OF_BUILD, *extra, *_OURS)
    table = ([_cells(address, entry)[name] for name in columns] for address, entry in rows)
    _write_csv(folder / REGISTRY, columns, table)
    _replace(folder / HEADERS, b"".join(_line(entry) for _, entry in rows))
    told = sorted(failed, key=lambda one: one.line)
    _write_csv(folder / FAILURES, Failed._fields, ([*map(_neutral, map(_text, one))] for one in told))


def _cells(address: Address, entry: Fetched) -> dict[str, str]:
    kind = (entry.header("content-type") or "").partition(";")[0].strip().lower()
    return dict(address.rest) | {
        "path": entry.path,
        "sha256": entry.sha256,
        "source": entry.url,
        "final_url": entry.final_url,
        "status": str(entry.status),
        "content_type": kind if _TYPE.fullmatch(kind) else "",
        "bytes": str(entry.bytes),
        "fetched": entry.fetched,
        "note": entry.note,
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _neutral(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before what begins like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_csv(place: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> None:
    part = place.with_name(f".{place.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    part.replace(place)


def _replace(place: Path, data: bytes) -> None:
    part = place.with_name(f".{place.name}.part")
    part.write_bytes(data)
    part.replace(place)
