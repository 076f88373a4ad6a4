"""Results -> the files of a dataset, in bounded memory, the same bytes each time.

Rows are sorted by ``report_id`` in each file and stay in the order of the report; findings about the dataset follow
those of the report they concern. Which reports stand in one file :mod:`gxstudy.corpus.parts` says. A part whose reports
are those of an earlier build is left as it is. The others are written aside first; then they take the place of the old
ones together.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gxstudy.corpus.choice import Candidate, Chosen, choose
from gxstudy.corpus.index import Index, Made, sha256_of
from gxstudy.corpus.inventory import Failure, Inventory, RawFile
from gxstudy.corpus.package import data_package, schemas
from gxstudy.corpus.parts import Part, Place, parts
from gxstudy.corpus.results import LIBRARIES, Head, body, version
from gxstudy.corrections import Correction, correct
from gxstudy.findings import SEVERITY, Code
from gxstudy.frames.dictionary import PRODUCTS, Product, product
from gxstudy.frames.export import neutral
from gxstudy.frames.records import Columns, columns
from gxstudy.frames.tables import as_frame
from gxstudy.organs import divisions_source
from gxstudy.text import squeeze

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv, parquet

__all__ = ["FORMAT", "MANIFEST", "digest", "replace", "write"]

MANIFEST = "manifest.json"
FORMAT = 2
"""Number of the layout of a dataset, told in its manifest."""

_INPUTS = "inputs.sha256"
_PACKAGE = "datapackage.json"
_BATCH_ROWS = 1 << 14
_GROUP_ROWS = 1 << 17
_OF_REPORTS = tuple(of for of in PRODUCTS if of.name != "failures")


class _Outcome(NamedTuple):
    """A file that was read or tried, and what came of it."""

    file: RawFile
    head: Head


class _Known(NamedTuple):
    """What its file does not say of a report: what became of it among its rivals, findings, decisions of people."""

    chosen: Chosen | None
    findings: tuple[tuple[Code, str], ...]
    corrections: tuple[Correction, ...] = ()


_NOTHING = _Known(None, ())


def digest(inventory: Inventory) -> str:
    """Return the digest of all that a dataset is made from, but the versions of what makes it."""
    told = hashlib.sha256(f"{FORMAT} {inventory.registry} {inventory.not_reports} {inventory.ignored}\n".encode())
    for file in inventory.files:
        told.update(f"{(file.path, file.sha256, file.report_id, *file.registered, file.listed)}\n".encode())
    for failure in inventory.failures:
        told.update(f"{tuple(failure)}\n".encode())
    for correction in inventory.corrections:
        told.update(f"{tuple(correction)}\n".encode())
    for path, sha256 in inventory.hashes:
        told.update(f"{sha256} {path}\n".encode())
    return told.hexdigest()


def write(
    staged: Path,
    out: Path,
    inventory: Inventory,
    heads: Mapping[str, Head],
    result_of: Callable[[str], bytes],
    index: Index,
) -> frozenset[str]:
    """Write what is new of a dataset into an empty folder.

    Parameters
    ----------
    staged
        The empty folder.
    out
        Where the dataset will be, and where an earlier one may be.
    inventory
        What is in the raw folder.
    heads
        What came of each file, by its hash.
    result_of
        Gives the result of a file by its hash; asked for once, so that they need not be held.
    index
        Knows from what the files in ``out`` were made, and learns it of the new ones.

    Returns
    -------
    frozenset of str
        The names of all files of the dataset: those in ``staged``, and those in ``out`` that stay.
    """
    told = [_Outcome(file, heads[file.sha256]) for file in inventory.files]
    reports = [outcome for outcome in told if outcome.head.outcome == "read"]
    failures = [*inventory.failures, *(_failure(outcome) for outcome in told if outcome.head.outcome == "failed")]
    failures.sort(key=lambda failure: failure.path)
    known = _known(reports, inventory.corrections)
    layout = parts(Place(file.report_id, *_of(file, head), head.figures) for file, head in reports)
    files: dict[str, Made] = {}
    for part in layout:
        members = [reports[number] for number in part.members]
        files |= _write_part(staged, out, part, members, known, result_of, index)
    files |= _write_failures(staged, failures)
    listing = "".join(f"{sha256}  {path}\n" for path, sha256 in inventory.hashes)
    (staged / _INPUTS).write_bytes(listing.encode())
    files[_INPUTS] = _made(staged, _INPUTS, "", len(inventory.hashes))
    for name, described in {**schemas(files), _PACKAGE: data_package(files)}.items():
        _write_json(staged / name, described)
        files[name] = _made(staged, name, "", 0)
    counts = {
        "files": len(told) + len(inventory.failures),
        "read": len(reports),
        "failed": len(failures),
        "failed_by_reason": dict(sorted(Counter(failure.reason for failure in failures).items())),
        "not_reports": inventory.not_reports,
        "ignored_by_ending": dict(inventory.ignored),
        "rows": {of.name: _rows(files, of) for of in PRODUCTS},
        "corrections": _counted(reports, inventory.corrections),
        "choices": dict(sorted(Counter(_choice(outcome, known) or "unknown" for outcome in reports).items())),
    }
    _write_json(staged / MANIFEST, _manifest(inventory, counts, files, parted=bool(layout and layout[0].name)))
    files[MANIFEST] = _made(staged, MANIFEST, "", 0)
    for name, made in files.items():
        if (staged / name).exists():
            index.learn_made(staged / name, made)
    index.commit()
    return frozenset(files)


def replace(staged: Path, out: Path, names: frozenset[str]) -> None:
    """Put the files of ``staged`` in the place of those that an earlier build wrote to ``out``.

    The manifest goes first and comes last: a dataset without one is not complete, and is not opened. Of the files of an
    earlier dataset those stay that are in ``names``. Files that no build wrote (such as drawn figures) stay.
    """
    new = sorted(place.relative_to(staged).as_posix() for place in staged.rglob("*") if place.is_file())
    for name in new:
        with (staged / name).open("rb") as file:
            os.fsync(file.fileno())
    stale = _written_before(out) - names
    (out / MANIFEST).unlink(missing_ok=True)
    _settle(out)
    for name in sorted(stale):
        (out / name).unlink(missing_ok=True)
    for folder in sorted({(out / name).parent for name in stale} - {out}, reverse=True):
        _remove_empty(folder, out)
    for name in new:
        if name != MANIFEST:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(out / name)
    for folder in sorted({(out / name).parent for name in new}, reverse=True):
        _settle(folder)
    (staged / MANIFEST).replace(out / MANIFEST)
    _settle(out)
    shutil.rmtree(staged)


def _written_before(out: Path) -> set[str]:
    """Return the names of all files that builds wrote: told by the manifest, and named as only a build names them.

    A build that was ended while its files took their places has left no manifest.
    """
    try:
        names = set(json.loads((out / MANIFEST).read_bytes())["sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        names = set()
    for of in PRODUCTS:
        names |= {
            name
            for name in (f"{of.name}.csv", f"{of.name}.parquet", f"{of.name}.schema.json")
            if (out / name).is_file()
        }
        below = out / f"{of.name}.parquet"
        names |= {place.relative_to(out).as_posix() for place in below.rglob("*") if place.is_file()}
    return names


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder, and those above it, as far as they are empty."""
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _settle(folder: Path) -> None:
    """Have the names in a folder outlast a loss of power, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        known = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(known)
        finally:
            os.close(known)


def _write_part(
    staged: Path,
    out: Path,
    part: Part,
    members: list[_Outcome],
    known: Mapping[str, _Known],
    result_of: Callable[[str], bytes],
    index: Index,
) -> dict[str, Made]:
    """Write the files of a part, unless they are there, made from the same."""
    told = hashlib.sha256(part.name.encode())
    for file, head in members:
        about = (*file[:1], *file[2:], *_of(file, head), known.get(file.report_id, _NOTHING))
        told.update(f"{about}\n".encode())
    inputs = told.hexdigest()
    names = {of.name: _files(part, of) for of in _OF_REPORTS}
    there = {name: index.made(out, name) for some in names.values() for name in some}
    if all(made is not None and made.inputs == inputs for made in there.values()):
        return {name: made for name, made in there.items() if made is not None}
    with ExitStack() as stack:
        writers = {
            of.name: stack.enter_context(_Writer(of, *(staged / name for name in names[of.name]))) for of in _OF_REPORTS
        }
        for file, head in members:
            of_report = known.get(file.report_id, _NOTHING)
            tables = body(result_of(file.sha256))
            if of_report.corrections:
                tables = correct(tables, of_report.corrections, sha256=file.sha256)
            for name, table in _complete(file, head, tables, of_report):
                writers[name].add(table)
    return {name: _made(staged, name, inputs, writers[of.name].rows) for of in _OF_REPORTS for name in names[of.name]}


def _write_failures(staged: Path, failures: list[Failure]) -> dict[str, Made]:
    of = product("failures")
    names = (f"{of.name}.parquet", f"{of.name}.csv")
    with _Writer(of, *(staged / name for name in names)) as writer:
        writer.add(columns(of, failures))
    return {name: _made(staged, name, "", len(failures)) for name in names}


def _files(part: Part, of: Product) -> tuple[str, ...]:
    """Return the names of the files of a product: Parquet, and where the dataset is whole CSV too."""
    return (part.file(of.name),) if part.name else (part.file(of.name), f"{of.name}.csv")


def _made(staged: Path, name: str, inputs: str, rows: int) -> Made:
    place = staged / name
    return Made(name, inputs, sha256_of(place), place.stat().st_size, rows)


def _rows(files: Mapping[str, Made], of: Product) -> int:
    return sum(made.rows for name, made in files.items() if name.startswith(f"{of.name}.parquet"))


def _choice(outcome: _Outcome, known: Mapping[str, _Known]) -> str | None:
    organ, year = _of(*outcome)
    if organ is None or year is None:
        return None
    chosen = known.get(outcome.file.report_id, _NOTHING).chosen
    return "only" if chosen is None else chosen.choice


def _counted(reports: list[_Outcome], corrections: Sequence[Correction]) -> dict[str, int]:
    """Count the corrections in force, and those of them that concern no report of the dataset."""
    concern = sum(map(len, _decided(reports, corrections).values()))
    return {"in_force": len(corrections), "of_no_report": len(corrections) - concern}


def _failure(outcome: _Outcome) -> Failure:
    file, said = outcome.file, outcome.file.registered
    told = (outcome.head.reason, outcome.head.message, file.sha256)
    return Failure(file.path, *told, said.source or file.path, said.organ, said.year)


def _of(file: RawFile, told: Head) -> tuple[str | None, int | None]:
    """Return organ and year: as printed, and where that is silent as the registry says."""
    return told.organ or file.registered.organ, told.year if told.year is not None else file.registered.year


def _known(reports: list[_Outcome], corrections: Sequence[Correction]) -> dict[str, _Known]:
    """Return what their files do not say, by ``report_id``, of the reports of which there is something to say."""
    found: dict[str, list[tuple[Code, str]]] = defaultdict(list)
    for file, head in reports:
        said = file.registered
        if file.listed is False:
            found[file.report_id].append((Code.NOT_IN_REGISTRY, f"the registry does not list {file.path}"))
        if said.organ and head.organ and squeeze(said.organ) != squeeze(head.organ):
            message = f"the report names {head.organ}, the registry {said.organ}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
        if said.year is not None and head.year is not None and said.year != head.year:
            message = f"the report is on {head.year}, the registry says {said.year}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
    chosen = choose(
        Candidate(file.report_id, file.path, file.registered.published, *_of(file, head), head)
        for file, head in reports
    )
    for file, head in reports:
        one = chosen.get(file.report_id)
        if one is not None:
            others = ", ".join(one.others)
            message = f"the same organ has another report on {_of(file, head)[1]}: {others}; {one.choice}: {one.why}"
            found[file.report_id].append((Code.SEVERAL_OF_ORGAN_AND_YEAR, message))
    decided = _decided(reports, corrections)
    return {
        name: _Known(chosen.get(name), tuple(found.get(name, ())), decided.get(name, ())) for name in (*found, *decided)
    }


def _decided(reports: list[_Outcome], corrections: Sequence[Correction]) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections that concern each report: made on its file, or on another file of its name."""
    ours = {file.sha256: file.report_id for file, _ in reports}
    names = set(ours.values())
    found: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        name = ours.get(one.sha256, one.report_id)
        if name in names:
            found[name].append(one)
    return {name: tuple(some) for name, some in found.items()}


def _complete(file: RawFile, told: Head, tables: dict[str, Columns], known: _Known) -> Iterator[tuple[str, Columns]]:
    """Yield the columns of each product with what the content of the file does not say."""
    organ, year = _of(file, told)
    source = file.registered.source or file.path
    chosen, added, _ = known
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
                "registry_published": [said.published],
                "choice": [_choice(_Outcome(file, told), {file.report_id: known})],
                "choice_kept": [chosen.kept if chosen else None],
                "choice_why": [chosen.why if chosen else None],
            }
            for severity, times in severities.items():
                (before,) = table[f"findings_{severity}"]
                same[f"findings_{severity}"] = [int(before or 0) + times]
        yield name, {field: same[field] * height if field in same else values for field, values in table.items()}


class _Writer:
    """Writes one product as Parquet, and as CSV where asked for, batch by batch."""

    def __init__(self, of: Product, place: Path, plain: Path | None = None) -> None:
        self.of = of
        self.rows = 0
        self._place = place
        self._plain = plain
        self._waiting: Columns = {name: [] for name in of.columns}
        self._group: list[pa.RecordBatch] = []
        self._schema = _schema(of)

    def __enter__(self) -> _Writer:
        from pyarrow import csv, parquet

        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._parquet: parquet.ParquetWriter = parquet.ParquetWriter(
            self._place, self._schema, version="2.6", compression="zstd", use_dictionary=True, data_page_version="1.0"
        )
        self._csv: csv.CSVWriter | None = csv.CSVWriter(self._plain, self._schema) if self._plain else None
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._flush()
            self._write_group()
        self._parquet.close()
        if self._csv is not None:
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
        if self._csv is not None:
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


def _manifest(
    inventory: Inventory, counts: dict[str, Any], files: Mapping[str, Made], *, parted: bool
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "gxstudy": version("gxstudy"),
        "libraries": {library: version(library) for library in LIBRARIES if version(library)},
        "divisions": divisions_source(),
        "inputs": {"list": _INPUTS, "registry_sha256": inventory.registry},
        "parted_by": "year" if parted else None,
        "counts": counts,
        "sha256": {name: files[name].sha256 for name in sorted(files)},
    }


def _write_json(place: Path, value: dict[str, Any]) -> None:
    place.write_bytes((json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
