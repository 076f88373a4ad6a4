"""Results -> the files of a dataset, in bounded memory, the same bytes each time.

Rows are sorted by ``report_id`` and stay in the order of the report; findings about the dataset follow those of the
report they concern. Every file is written aside first; then they take the place of the old ones together.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gxstudy.corpus.inventory import Failure, Inventory, RawFile
from gxstudy.corpus.results import LIBRARIES, Head, body, version
from gxstudy.findings import SEVERITY, Code
from gxstudy.frames.dictionary import PRODUCTS, DType, Field, Product, product
from gxstudy.frames.export import neutral
from gxstudy.frames.records import Columns, columns
from gxstudy.frames.tables import as_frame
from gxstudy.text import squeeze

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv, parquet

__all__ = ["FORMAT", "MANIFEST", "replace", "write"]

MANIFEST = "manifest.json"
FORMAT = 1
"""Number of the layout of a dataset, told in its manifest."""

_INPUTS = "inputs.sha256"
_PACKAGE = "datapackage.json"
_BATCH_ROWS = 1 << 14
_GROUP_ROWS = 1 << 17


class _Outcome(NamedTuple):
    """A file that was read or tried, and what came of it."""

    file: RawFile
    head: Head


def write(folder: Path, inventory: Inventory, heads: Mapping[str, Head], result_of: Callable[[str], bytes]) -> None:
    """Write a dataset into an empty folder.

    Parameters
    ----------
    folder
        Where.
    inventory
        What is in the raw folder.
    heads
        What came of each file, by its hash.
    result_of
        Gives the result of a file by its hash; asked for once, so that they need not be held.
    """
    told = [_Outcome(file, heads[file.sha256]) for file in inventory.files]
    reports = [outcome for outcome in told if outcome.head.outcome == "read"]
    failures = [*inventory.failures, *(_failure(outcome) for outcome in told if outcome.head.outcome == "failed")]
    failures.sort(key=lambda failure: failure.path)
    added = _findings(reports)
    with ExitStack() as stack:
        writers = {of.name: stack.enter_context(_Writer(folder, of)) for of in PRODUCTS}
        for file, told_of in reports:
            for name, table in _complete(file, told_of, body(result_of(file.sha256)), added.get(file.report_id, [])):
                writers[name].add(table)
        writers["failures"].add(columns(product("failures"), failures))
    rows = {name: writer.rows for name, writer in writers.items()}
    listing = "".join(f"{sha256}  {path}\n" for path, sha256 in inventory.hashes)
    (folder / _INPUTS).write_bytes(listing.encode())
    _write_json(folder / _PACKAGE, _data_package(folder))
    counts = {
        "files": len(told) + len(inventory.failures),
        "read": len(reports),
        "failed": len(failures),
        "failed_by_reason": dict(sorted(Counter(failure.reason for failure in failures).items())),
        "not_reports": inventory.not_reports,
        "ignored_by_ending": dict(inventory.ignored),
        "rows": rows,
    }
    _write_json(folder / MANIFEST, _manifest(folder, inventory, counts))


def replace(staged: Path, out: Path) -> None:
    """Put the files of ``staged`` in the place of those that an earlier build wrote to ``out``.

    The manifest goes first and comes last: a dataset without one is not complete, and is not opened. Files that no
    build wrote (such as drawn figures) stay.
    """
    for place in staged.iterdir():
        with place.open("rb") as file:
            os.fsync(file.fileno())
    manifest = out / MANIFEST
    new = {place.name for place in staged.iterdir()}
    stale = set(json.loads(manifest.read_bytes())["sha256"]) - new if manifest.exists() else set()
    manifest.unlink(missing_ok=True)
    for name in sorted(stale):
        (out / name).unlink(missing_ok=True)
    for name in sorted(new - {MANIFEST}):
        (staged / name).replace(out / name)
    (staged / MANIFEST).replace(manifest)
    shutil.rmtree(staged)


def _failure(outcome: _Outcome) -> Failure:
    file, said = outcome.file, outcome.file.registered
    told = (outcome.head.reason, outcome.head.message, file.sha256)
    return Failure(file.path, *told, said.source or file.path, said.organ, said.year)


def _of(file: RawFile, told: Head) -> tuple[str | None, int | None]:
    """Return organ and year: as printed, and where that is silent as the registry says."""
    return told.organ or file.registered.organ, told.year if told.year is not None else file.registered.year


def _findings(reports: list[_Outcome]) -> dict[str, list[tuple[Code, str]]]:
    """Return what only the whole dataset shows, by ``report_id``."""
    found: dict[str, list[tuple[Code, str]]] = defaultdict(list)
    together: dict[tuple[str | None, int | None], list[RawFile]] = defaultdict(list)
    for file, told in reports:
        said = file.registered
        if file.listed is False:
            found[file.report_id].append((Code.NOT_IN_REGISTRY, f"the registry does not list {file.path}"))
        if said.organ and told.organ and squeeze(said.organ) != squeeze(told.organ):
            message = f"the report names {told.organ}, the registry {said.organ}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
        if said.year is not None and told.year is not None and said.year != told.year:
            message = f"the report is on {told.year}, the registry says {said.year}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
        organ, year = _of(file, told)
        if organ and year is not None:
            together[squeeze(organ), year].append(file)
    for (_, year), files in together.items():
        for file in files if len(files) > 1 else ():
            others = ", ".join(other.path for other in files if other is not file)
            message = f"the same organ has another report on {year}: {others}"
            found[file.report_id].append((Code.SEVERAL_OF_ORGAN_AND_YEAR, message))
    return found


def _complete(
    file: RawFile, told: Head, tables: dict[str, Columns], added: list[tuple[Code, str]]
) -> Iterator[tuple[str, Columns]]:
    """Yield the columns of each product with what the content of the file does not say."""
    organ, year = _of(file, told)
    source = file.registered.source or file.path
    severities = Counter(SEVERITY[code] for code, _ in added)
    for name, table in tables.items():
        if name == "findings" and added:
            of = product("findings")
            rows = ({"code": code.value, "severity": SEVERITY[code], "message": message} for code, message in added)
            more = columns(of, (tuple(row.get(field) for field in of.columns) for row in rows))
            table = {field: values + more[field] for field, values in table.items()}  # noqa: PLW2901
        height = len(table["report_id"])
        same: Columns = {"report_id": [file.report_id], "organ": [organ], "year": [year], "source": [source]}
        if name == "reports":
            said = file.registered
            same |= {
                "sha256": [file.sha256],
                "path": [file.path],
                "registry_organ": [said.organ],
                "registry_year": [said.year],
            }
            for severity, times in severities.items():
                (before,) = table[f"findings_{severity}"]
                same[f"findings_{severity}"] = [int(before or 0) + times]
        yield name, {field: same[field] * height if field in same else values for field, values in table.items()}


class _Writer:
    """Writes one product as Parquet and CSV, batch by batch."""

    def __init__(self, folder: Path, of: Product) -> None:
        self.of = of
        self.rows = 0
        self._folder = folder
        self._waiting: Columns = {name: [] for name in of.columns}
        self._group: list[pa.RecordBatch] = []
        self._schema = _schema(of)

    def __enter__(self) -> _Writer:
        from pyarrow import csv, parquet

        self._parquet: parquet.ParquetWriter = parquet.ParquetWriter(
            self._folder / f"{self.of.name}.parquet",
            self._schema,
            version="2.6",
            compression="zstd",
            use_dictionary=True,
            data_page_version="1.0",
        )
        self._csv: csv.CSVWriter = csv.CSVWriter(self._folder / f"{self.of.name}.csv", self._schema)
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._flush()
            self._write_group()
        self._parquet.close()
        self._csv.close()

    def add(self, table: Columns) -> None:
        """Add rows."""
        for name, waiting in self._waiting.items():
            waiting.extend(table[name])
        if len(self._waiting[self.of.columns[0]]) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        arrays = [
            pa.array(self._waiting[name], type=kind)
            for name, kind in zip(self.of.columns, self._schema.types, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._csv.write_table(neutral(pa.Table.from_batches([batch])))
        self._group.append(batch)
        self.rows += batch.num_rows
        self._waiting = {name: [] for name in self.of.columns}
        if sum(batch.num_rows for batch in self._group) >= _GROUP_ROWS:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        table = pa.Table.from_batches(self._group, schema=self._schema)
        if table.num_rows:
            self._parquet.write_table(table, row_group_size=table.num_rows)
        self._group = []


def _schema(of: Product) -> pa.Schema:
    """Return the Arrow schema that gives back the dtypes of the data dictionary in pandas."""
    import pyarrow as pa

    return pa.Schema.from_pandas(as_frame(of, {name: [] for name in of.columns}), preserve_index=False)


def _manifest(folder: Path, inventory: Inventory, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "gxstudy": version("gxstudy"),
        "libraries": {library: version(library) for library in LIBRARIES if version(library)},
        "inputs": {"list": _INPUTS, "registry_sha256": inventory.registry},
        "counts": counts,
        "sha256": {place.name: _sha256(place) for place in sorted(folder.iterdir())},
    }


def _data_package(folder: Path) -> dict[str, Any]:
    """Return the description of the CSV files after the Frictionless Data Package standard."""
    return {
        "profile": "tabular-data-package",
        "name": "gxstudy-dataset",
        "title": "Annual reports on open government information: figures as printed, with status, grade and place",
        "resources": [_resource(folder, of) for of in PRODUCTS],
    }


def _resource(folder: Path, of: Product) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_table_schema(field) for field in of.fields], "missingValues": [""]}
    if of.key:
        schema["primaryKey"] = list(of.key)
    if "report_id" in of.columns and of.name != "reports":
        reference = {"resource": "reports", "fields": "report_id"}
        schema["foreignKeys"] = [{"fields": "report_id", "reference": reference}]
    place = folder / f"{of.name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": of.name,
        "path": place.name,
        "description": f"One row is {of.row}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": place.stat().st_size,
        "hash": f"sha256:{_sha256(place)}",
        "schema": schema,
    }


_TYPES: Mapping[DType, str] = {"str": "string", "Int64": "integer", "float64": "number", "bool": "boolean"}


def _table_schema(field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = ({"required": True} if field.required else {}) | (
        {"enum": list(field.values)} if field.values else {}
    )
    return (
        {"name": field.name, "type": _TYPES[field.dtype], "description": field.description}
        | ({"unit": field.unit} if field.unit else {})
        | ({"trueValues": ["true"], "falseValues": ["false"]} if field.dtype == "bool" else {})
        | ({"constraints": limits} if limits else {})
    )


def _write_json(place: Path, value: dict[str, Any]) -> None:
    place.write_bytes((json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
