"""The result of reading one file, as bytes; and the folder that keeps results, so that nothing is read twice.

A result is a line of JSON (what came of the file: of each of its reports who reports on which year, and how many bytes
follow for it), then for each report the columns of every product as compressed JSON. It holds what the content of the
file decides and nothing else: names, sources and paths are added when a dataset is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, NamedTuple

from gxstudy.frames.dictionary import PRODUCTS
from gxstudy.frames.records import Columns, of_reports
from gxstudy.report import Report

__all__ = [
    "LIBRARIES",
    "Head",
    "Kept",
    "LostError",
    "Stored",
    "body",
    "failed",
    "fingerprint",
    "heads",
    "read",
    "version",
]

LIBRARIES = (
    "camelot-py",
    "cnloc",
    "lxml",
    "onnxruntime",
    "opencv-python-headless",
    "pandas",
    "pyarrow",
    "pypdfium2",
    "rapidfuzz",
    "rapidocr",
)
"""Libraries on which the bytes of a dataset depend."""

_OF_REPORTS = tuple(product.name for product in PRODUCTS if product.name != "failures")
_DIGEST = hashlib.sha256().digest_size


class Head(NamedTuple):
    """What came of a file, or of one report in it: a report of ``organ`` and ``year``, or a failure and why.

    ``figures`` is how many figures the report has, ``same`` a digest of what is printed in each place: two reports with
    the same figures have one. ``contradicted``, ``unreadable`` and ``proved`` count figures.
    """

    outcome: Literal["read", "failed"]
    organ: str | None = None
    year: int | None = None
    reason: str = ""
    message: str = ""
    figures: int = 0
    same: str = ""
    contradicted: int = 0
    unreadable: int = 0
    proved: int = 0


def read(reports: Sequence[Report]) -> bytes:
    """Return the result for a file that was read: its reports, one at least."""
    packed = [_packed(report) for report in reports]
    return _line([(len(one), *_head(report)) for one, report in zip(packed, reports, strict=True)]) + b"".join(packed)


def _packed(report: Report) -> bytes:
    columns = {name: of_reports(name, (report,)) for name in _OF_REPORTS}
    told = {
        name: {field: values if len(set(values)) > 1 else values[:1] for field, values in table.items()}
        | {"": [len(table["report_id"])]}
        for name, table in columns.items()
    }
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode("ascii"), level=1)


def _head(report: Report) -> Head:
    (organ,) = of_reports("reports", (report,))["organ"]
    entries = report.entries
    places = sorted((one.table, one.row, one.column, one.status, str(_number(one.value))) for one in entries)
    grades, statuses = Counter(one.grade for one in entries), Counter(one.status for one in entries)
    return Head(
        outcome="read",
        organ=organ if isinstance(organ, str) else None,
        year=report.year,
        figures=len(entries),
        same=hashlib.sha256(repr(places).encode()).hexdigest()[:16],
        contradicted=grades["contradicted"],
        unreadable=statuses["unreadable"],
        proved=grades["proved"],
    )


def _number(value: int | Decimal | None) -> float | None:
    return None if value is None else float(value)


def failed(reason: str, message: str) -> bytes:
    """Return the result for a file from which no report was read."""
    written = message.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return _line([(0, *Head("failed", reason=reason, message=written))])


def _line(told: list[tuple[Any, ...]]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"


def heads(result: bytes) -> tuple[Head, ...]:
    """Return what came of a file: its reports in order, or one failure."""
    return tuple(Head(*told) for _, *told in json.loads(result[: result.index(b"\n")]))


def body(result: bytes, number: int = 0) -> dict[str, Columns]:
    """Return the columns of every product of a report that was read, by its number in the file."""
    line, _, packed = result.partition(b"\n")
    sizes = [size for size, *_ in json.loads(line)]
    start = sum(sizes[:number])
    told: dict[str, Columns] = json.loads(zlib.decompress(packed[start : start + sizes[number]]))
    tables = {}
    for name, table in told.items():
        (rows,) = table.pop("")
        tables[name] = {
            field: values * rows if len(values) == 1 and isinstance(rows, int) else values
            for field, values in table.items()
        }
    return tables


class Kept(NamedTuple):
    """A folder of results, one file each. ``key`` is what a result depends on besides the bytes of the file.

    A ``tag`` keeps apart results that hold under some condition only.
    """

    folder: Path
    key: str

    def get(self, sha256: str, *, tag: str = "") -> bytes | None:
        """Return the result kept for a file, None when there is none (or what is there was cut off)."""
        place = self._place(sha256, tag)
        try:
            kept = place.read_bytes()
        except FileNotFoundError:
            return None
        digest, result = kept[:_DIGEST], kept[_DIGEST:]
        return result if hashlib.sha256(result).digest() == digest else None

    def put(self, sha256: str, result: bytes, *, tag: str = "") -> None:
        """Keep a result; whoever is interrupted in the middle leaves nothing that could be taken for one."""
        place = self._place(sha256, tag)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(hashlib.sha256(result).digest() + result)
        part.replace(place)

    def prune(self, used: Iterable[tuple[str, str]]) -> None:
        """Delete every result but those of ``used``, pairs of the hash of a file and a tag."""
        stay = {self._place(sha256, tag) for sha256, tag in used}
        for place in self.folder.glob("??/*"):
            if place not in stay:
                place.unlink()

    def _place(self, sha256: str, tag: str) -> Path:
        name = hashlib.sha256(f"{self.key}\n{sha256}\n{tag}".encode()).hexdigest()
        return self.folder / name[:2] / name[2:]


class LostError(LookupError):
    """A result that is known to be kept is gone, or was cut off."""


class Stored(NamedTuple):
    """Results that are kept, by the hash of the file: where, and under which tag each."""

    kept: Kept
    tags: Mapping[str, str]

    def of(self, sha256: str) -> bytes:
        """Return the result for a file; raises :class:`LostError` where it is gone."""
        result = self.kept.get(sha256, tag=self.tags[sha256])
        if result is None:
            raise LostError(sha256)
        return result

    def some(self, hashes: Iterable[str]) -> Stored:
        """Return those of some files alone."""
        return Stored(self.kept, {sha256: self.tags[sha256] for sha256 in hashes})


def fingerprint(reader: str) -> str:
    """Return the hash of all that a result depends on besides the file: our code and forms, libraries, the reader."""
    told = hashlib.sha256(f"{reader}\n".encode())
    for library in LIBRARIES:
        told.update(f"{library} {version(library)}\n".encode())
    package = Path(__file__).parents[1]
    for place in sorted((*package.rglob("*.py"), *package.rglob("*.toml"))):
        told.update(f"{place.relative_to(package).as_posix()} ".encode())
        told.update(hashlib.sha256(place.read_bytes()).digest())
    return told.hexdigest()


def version(library: str) -> str:
    """Return the version of an installed library, empty when it is not installed."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""
