"""Reports that stand together -> the files of their part, here or in processes of their own: the same bytes.

A part depends on nothing but its reports, so that parts are written beside one another. The process that asks for them
writes too: it takes parts that no other has begun.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gxstudy.corpus import parts
from gxstudy.corpus.choice import Chosen
from gxstudy.corpus.index import Made, sha256_of
from gxstudy.corpus.inventory import RawFile
from gxstudy.corpus.parts import Part
from gxstudy.corpus.results import Head, body
from gxstudy.corpus.work import end_with_parent
from gxstudy.corrections import Correction, correct
from gxstudy.findings import SEVERITY, Code
from gxstudy.frames.dictionary import PRODUCTS, Product, product
from gxstudy.frames.export import neutral
from gxstudy.frames.records import Columns, columns
from gxstudy.frames.tables import as_frame
from gxstudy.organs import identity, locate

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv, parquet

__all__ = [
    "NOTHING",
    "Job",
    "Known",
    "Outcome",
    "Source",
    "Writer",
    "choice_of",
    "job",
    "made",
    "said_of",
    "write_jobs",
]

_BATCH_ROWS = 1 << 14
_GROUP_ROWS = 1 << 17
_OF_REPORTS = tuple(of for of in PRODUCTS if of.name != "failures")


class Outcome(NamedTuple):
    """A file that was read or tried, and what came of it: of one that holds several reports, of that ``number``."""

    file: RawFile
    head: Head
    number: int = 0


class Known(NamedTuple):
    """What its file does not say of a report: what became of it among its rivals, findings, decisions of people.

    ``organ_id`` is that of an organ which others of the dataset would share by name alone; of any other it is None.
    """

    chosen: Chosen | None
    findings: tuple[tuple[Code, str], ...]
    corrections: tuple[Correction, ...] = ()
    organ_id: str | None = None


NOTHING = Known(None, ())
"""Nothing is known of a report but what its file says."""
_PLACED = ("province", "prefecture", "county", "code", "level", "sector")


class Source(Protocol):
    """Where the results of reading are."""

    def of(self, sha256: str) -> bytes:
        """Return the result for a file, by its hash."""
        ...

    def some(self, hashes: Iterable[str]) -> Source:
        """Return what gives these results, to be sent to another process."""
        ...


class Job(NamedTuple):
    """A part to write: its ``names`` of files by product, what it is made of, and the digest of all that."""

    names: Mapping[str, tuple[str, ...]]
    members: tuple[Outcome, ...]
    known: Mapping[str, Known]
    inputs: str


def job(part: Part, members: Iterable[Outcome], known: Mapping[str, Known]) -> Job:
    """Return what is to be written for a part."""
    told = hashlib.sha256(part.name.encode())
    concerned = {}
    reports = tuple(members)
    for file, head, number in reports:
        of_report = known.get(file.report_id, NOTHING)
        told.update(f"{(*file[:1], *file[2:], number, *said_of(file, head), of_report)}\n".encode())
        if of_report is not NOTHING:
            concerned[file.report_id] = of_report
    return Job({of.name: _files(part, of) for of in _OF_REPORTS}, reports, concerned, told.hexdigest())


def write_jobs(jobs: Sequence[Job], staged: Path, source: Source, *, processes: int) -> list[dict[str, Made]]:
    """Write parts, several at a time; this process is one of so many.

    Parameters
    ----------
    jobs
        What to write.
    staged
        The folder to write to.
    source
        Has the results of reading.
    processes
        How many processes write at once, this one included.

    Returns
    -------
    list of dict
        Of every job, in order, the files that were written, by name.
    """
    waiting = deque(enumerate(jobs))
    found: dict[int, dict[str, Made]] = {}

    def write_all(write: Callable[[Job], dict[str, Made]]) -> None:
        while True:
            try:
                number, one = waiting.popleft()
            except IndexError:
                return
            try:
                found[number] = write(one)
            except BaseException:
                waiting.clear()
                raise

    def write_there(one: Job) -> dict[str, Made]:
        try:
            return pool.submit(_write, one, staged, source.some(_hashes(one))).result()
        except BrokenProcessPool:
            return _write(one, staged, source)

    figures = sum(outcome.head.figures for one in jobs for outcome in one.members)
    helpers = min(processes, len(jobs), figures // parts.PART_ROWS) - 1  # a process is started for a part's worth
    if helpers > 0:
        context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
        with (
            ProcessPoolExecutor(helpers, mp_context=context, initializer=end_with_parent) as pool,
            ThreadPoolExecutor(helpers) as threads,
        ):
            others = [threads.submit(write_all, write_there) for _ in range(helpers)]
            write_all(lambda one: _write(one, staged, source))
            for other in others:
                other.result()
    write_all(lambda one: _write(one, staged, source))
    return [found[number] for number in range(len(jobs))]


def _hashes(one: Job) -> Iterator[str]:
    return (outcome.file.sha256 for outcome in one.members)


def _write(one: Job, staged: Path, source: Source) -> dict[str, Made]:
    with ExitStack() as stack:
        writers = {
            of.name: stack.enter_context(Writer(of, *(staged / name for name in one.names[of.name])))
            for of in _OF_REPORTS
        }
        for file, head, number in one.members:
            of_report = one.known.get(file.report_id, NOTHING)
            tables = body(source.of(file.sha256), number)
            if of_report.corrections:
                tables = correct(tables, of_report.corrections, sha256=file.sha256)
            for name, table in _complete(file, head, tables, of_report):
                writers[name].add(table)
    return {
        name: made(staged, name, one.inputs, writers[of.name].rows) for of in _OF_REPORTS for name in one.names[of.name]
    }


def _files(part: Part, of: Product) -> tuple[str, ...]:
    """Return the names of the files of a product: Parquet, and where the dataset is whole CSV too."""
    return (part.file(of.name),) if part.name else (part.file(of.name), f"{of.name}.csv")


def made(staged: Path, name: str, inputs: str, rows: int) -> Made:
    """Say from what a file was made that was written to ``staged``."""
    place = staged / name
    return Made(name, inputs, sha256_of(place), place.stat().st_size, rows)


def choice_of(outcome: Outcome, known: Mapping[str, Known]) -> str | None:
    """Return what became of a report among its rivals; None where its organ or year is not known."""
    organ, year = said_of(outcome.file, outcome.head)
    if organ is None or year is None:
        return None
    chosen = known.get(outcome.file.report_id, NOTHING).chosen
    return "only" if chosen is None else chosen.choice


def said_of(file: RawFile, told: Head) -> tuple[str | None, int | None]:
    """Return organ and year: as printed, and where that is silent as the registry says."""
    return told.organ or file.registered.organ, told.year if told.year is not None else file.registered.year


def _complete(file: RawFile, told: Head, tables: dict[str, Columns], known: Known) -> Iterator[tuple[str, Columns]]:
    """Yield the columns of each product with what the content of the file does not say."""
    organ, year = said_of(file, told)
    source = file.registered.source or file.path
    chosen, added, _, _ = known
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
                "choice": [choice_of(Outcome(file, told), {file.report_id: known})],
                "choice_kept": [chosen.kept if chosen else None],
                "choice_why": [chosen.why if chosen else None],
            }
            same |= _whose(organ, year, known)
            for severity, times in severities.items():
                (before,) = table[f"findings_{severity}"]
                same[f"findings_{severity}"] = [int(before or 0) + times]
        yield name, {field: same[field] * height if field in same else values for field, values in table.items()}


def _whose(organ: str | None, year: int | None, known: Known) -> Columns:
    """Return the columns that say which organ reports, where it is and what it does; missing where that is unknown."""
    if organ is None or year is None:
        return {name: [None] for name in ("organ_id", *_PLACED)}
    located = locate(organ, year=year)
    placed: Columns = {name: [getattr(located, name)] for name in _PLACED}
    return placed | {"organ_id": [known.organ_id or identity(organ, year)]}


class Writer:
    """Writes one product as Parquet, and as CSV where asked for, batch by batch."""

    def __init__(self, of: Product, place: Path, plain: Path | None = None) -> None:
        self.of = of
        self.rows = 0
        self._place = place
        self._plain = plain
        self._waiting: Columns = {name: [] for name in of.columns}
        self._group: list[pa.RecordBatch] = []
        self._schema = _schema(of)

    def __enter__(self) -> Writer:
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
