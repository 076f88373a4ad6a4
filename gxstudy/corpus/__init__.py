"""Many files -> one dataset: which files, read in worker processes, kept by hash, failures as rows, one manifest.

A dataset is a folder. ``figures``, ``reports``, ``facts``, ``checks``, ``findings`` and ``failures`` stand there each
as Parquet and as CSV (:mod:`gxstudy.frames.dictionary` says what their columns are); a large one has no CSV, and
``figures.parquet`` and the others are folders of Parquet files by year (:mod:`gxstudy.corpus.parts`), which pandas,
polars, pyarrow, DuckDB and R read as one. ``manifest.json`` has the versions, the counts and the hash of every file,
``inputs.sha256`` the hashes of the raw files (``sha256sum -c`` reads it), ``datapackage.json`` describes the files by
the Frictionless standard. The same raw files give the same bytes.
``.cache`` in the same folder keeps what was read; it is no part of the dataset and may be deleted at any time.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gxstudy.corpus import cluster, dataset, inventory, publish, storage, work
from gxstudy.corpus.compare import Comparison, diff
from gxstudy.corpus.index import Index, forget
from gxstudy.corpus.inventory import Inventory
from gxstudy.corpus.opened import Corpus, open
from gxstudy.corpus.results import Head, Kept, LostError, Stored, fingerprint, heads
from gxstudy.corpus.work import Limits, Reader, Run, Task
from gxstudy.errors import CallError, StorageError
from gxstudy.frames.dictionary import PRODUCTS
from gxstudy.report import read_reports

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Comparison", "Corpus", "Progress", "build", "diff", "open"]

_CACHE = ".cache"
_TODAY = "today"
_INDEX = "index.sqlite"
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG})
"""Numbers of the errors that are those of a disk."""
_RESULTS_AT_ONCE = 256
"""Results between two times that the index is written down."""


class Progress(NamedTuple):
    """How far a build is, in files: ``kept`` of those ``done`` were known from an earlier build."""

    done: int
    failed: int
    kept: int
    total: int


def build(
    raw: str | Path,
    out: str | Path,
    *,
    jobs: int | None = None,
    timeout: float = 180.0,
    memory: int = 2048,
    cache: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    reader: Reader = read_reports,
    rehash: bool = False,
    client: Client | None = None,
) -> Corpus:
    """Read every report below a folder and write one dataset.

    A file that cannot be read, crashes, hangs or eats memory becomes a row of ``failures`` and costs nothing else. What
    was read is kept, by the hash of the file and the version of everything that reads it: a build that was interrupted
    goes on from there, and one with ten new files reads ten. Where nothing changed, nothing is written. The bytes are
    those that an undisturbed build of the same files gives.

    Parameters
    ----------
    raw
        The folder, or an address that fsspec knows (``s3://bucket/reports``). Files of the endings
        :data:`gxstudy.corpus.inventory.SUFFIXES` are read. Where it holds a ``registry.csv`` (``path``, and if known
        ``sha256``, ``report_id``, ``source``, ``organ``, ``year``, ``published``, ``kind``), its files are read too;
        one that is missing or has another hash is a failure, one it does not list a finding. Decisions of people on
        single figures in ``corrections.csv`` (:func:`gxstudy.desk`) are applied on top of what is read.
    out
        The folder of the dataset, or an address that fsspec knows; then a copy is kept on this machine, which is what
        is opened in the end, and from which the next build goes on. Files there that no build wrote are left alone.
    jobs
        Number of worker processes; by default one for each processor that may be used.
    timeout
        Seconds that one file may take. A page that has to be recognised takes up to ten.
    memory
        Mebibytes that one file may take beyond what an idle worker holds (Linux).
    cache
        Where to keep what was read; by default in ``out/.cache``, where what is no longer needed is deleted.
    progress
        Called with a :class:`Progress` after each file, in the order in which they are done.
    reader
        What reads the bytes of a file, to a report or all that it holds; importable by name, since workers import it.
    rehash
        Hash every file, of the raw ones and of the dataset. By default a file that has the size, times and number
        (inode) that it had when it was hashed is taken to be the same; a file system may tell none of these truly.
    client
        A client of a Dask cluster (not an asynchronous one), whose workers then read the files, under the same limits
        and to the same bytes. They need the same versions installed, and ``raw`` at the same path.

    Returns
    -------
    Corpus
        The dataset, opened. Where the report does not print who reports on which year, ``organ`` and ``year`` are
        those of the registry; where both speak, the report is followed and a disagreement is a finding. Of a file that
        holds several reports each is one of the dataset: the first under the name of the file, the second under that
        name with ``#2``. Of these the registry is asked for the first alone.

    Raises
    ------
    CallError
        When there is no folder ``raw``, the registry cannot be understood, ``out`` holds other files of the same
        names, or another build is writing to it.
    StorageError
        When the dataset cannot be written, because the disk is full or fails. What was read is kept.
    """
    _refuse_in_worker()
    source, target = storage.place(raw), storage.here(out)
    _check(source, target, jobs, timeout, memory)
    _check_reader(reader)
    limits, processes = Limits(timeout, memory), jobs or _processors()
    told = progress or _ignore
    key = fingerprint(_name(reader))
    kept = Kept(Path(cache) if cache is not None else target / _CACHE / "results", key)
    run = _run(client, reader, processes, limits, scratch=target / _CACHE / "scratch")
    with _storage(target), _alone(target), _alone_there(out, target):
        index_place = target / _CACHE / _INDEX

        def update() -> None:
            with Index(index_place, key) as index:
                if rehash:
                    index.distrust()
                taken = inventory.take(source, leave_out=target.resolve(), jobs=processes, index=index, rehash=rehash)
                _update(target, taken, kept, limits, run, told, index, prune=cache is None, processes=processes)

        try:
            update()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged in the middle: all it knows can be found out again
            forget(index_place)
            update()
        if storage.is_elsewhere(out):
            publish.put(target, str(out))
    return open(target)


def _update(
    out: Path,
    taken: Inventory,
    kept: Kept,
    limits: Limits,
    run: Run,
    progress: Callable[[Progress], None],
    index: Index,
    *,
    prune: bool,
    processes: int,
) -> None:
    """Bring the dataset up to what was found, unless it is already."""
    state = f"{dataset.digest(taken)}, {limits.tag}"
    if index.said("dataset") == state and all(index.made(out, name) for name in index.names()):
        progress(_all_known(taken, out))
        return
    index.say("dataset", None)
    results = _read_and_write(out, taken, kept, limits, run, progress, index, processes=processes)
    if prune:
        kept.prune(results.tags.items())
    if _TODAY not in results.tags.values():
        index.say("dataset", state)


def _all_known(taken: Inventory, out: Path) -> Progress:
    failed: int = open(out).manifest["counts"]["failed"]
    total = len(taken.files) + len(taken.failures)
    return Progress(total, failed, len(taken.files), total)


def _read_and_write(
    out: Path,
    taken: Inventory,
    kept: Kept,
    limits: Limits,
    run: Run,
    progress: Callable[[Progress], None],
    index: Index,
    *,
    processes: int,
) -> _Results:
    """Read what is not known, and write the dataset; results that turn out to be lost are read again."""
    staged = out / _CACHE / "new"
    while True:
        results = _Results(kept, {}, {})
        _find_kept(taken, results, limits, index)
        _read_others(taken, results, limits, run, progress, index)
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
        try:
            stored = Stored(kept, results.tags)
            names = dataset.write(staged, out, taken, results.heads, stored, index, processes=processes)
        except LostError:
            lost = [sha256 for sha256, tag in results.tags.items() if kept.get(sha256, tag=tag) is None]
            index.forget_results(lost)
            continue
        dataset.replace(staged, out, names)
        index.keep_names(names)
        return results


class _Results(NamedTuple):
    """The results of one build, by the hash of the file: where they are kept, under which tag, and how they begin."""

    kept: Kept
    tags: dict[str, str]
    heads: dict[str, tuple[Head, ...]]

    def note(self, sha256: str, tag: str, told: tuple[Head, ...]) -> None:
        """Remember where the result for a file is."""
        self.tags[sha256] = tag
        self.heads[sha256] = told


def _find_kept(taken: Inventory, results: _Results, limits: Limits, index: Index) -> None:
    """Note which files were read by an earlier build, or failed by the same limits."""
    tags = ("", limits.tag)
    for file in taken.files:
        known = index.came_of(file.sha256)
        if known is not None and known[0] in tags:
            results.note(file.sha256, *known)
            continue
        for tag in tags:
            result = results.kept.get(file.sha256, tag=tag)
            if result is not None:
                results.note(file.sha256, tag, heads(result))
                index.learn_result(file.sha256, tag, heads(result))
                break
    index.commit()


def _read_others(
    taken: Inventory,
    results: _Results,
    limits: Limits,
    run: Run,
    progress: Callable[[Progress], None],
    index: Index,
) -> None:
    """Read the files of which no result is kept, and keep theirs."""
    tasks = [Task(file.place, file.sha256) for file in taken.files if file.sha256 not in results.tags]
    known = len(results.tags)
    failed = len(taken.failures) + sum(told[0].outcome == "failed" for told in results.heads.values())
    done = len(taken.failures) + known
    total = len(taken.failures) + len(taken.files)
    progress(Progress(done, failed, known, total))
    for number, (task, result, holds) in enumerate(run(tasks), start=1):
        tag = {"always": "", "under_limits": limits.tag, "today": _TODAY}[holds]
        results.kept.put(task.sha256, result, tag=tag)
        results.note(task.sha256, tag, heads(result))
        index.learn_result(task.sha256, tag, results.heads[task.sha256])
        if number % _RESULTS_AT_ONCE == 0:
            index.commit()
        done += 1
        failed += results.heads[task.sha256][0].outcome == "failed"
        progress(Progress(done, failed, known, total))
    index.commit()


def _run(client: Client | None, reader: Reader, jobs: int, limits: Limits, *, scratch: Path) -> Run:
    """Return the way of reading files: on a cluster where there is one, else here."""
    if client is None:
        return work.here(reader, jobs=jobs, limits=limits, scratch=scratch)
    return cluster.on(client, reader, limits=limits, name=_name(reader))


def _ignore(_: Progress) -> None:
    """Nobody wants to know."""


def _check(raw: Path, out: Path, jobs: int | None, timeout: float, memory: int) -> None:
    if not raw.is_dir():
        msg = f"there is no folder {raw}; the first argument is the folder of the raw files"
        raise CallError(msg)
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file; the second argument is the folder of the dataset"
        raise CallError(msg)
    if out.resolve() == raw.resolve():
        msg = f"{out} is the folder of the raw files; a dataset needs a folder of its own"
        raise CallError(msg)
    names = {f"{product.name}.{suffix}" for product in PRODUCTS for suffix in ("parquet", "csv")}
    if not (out / dataset.MANIFEST).exists() and not (out / _CACHE).exists():
        others = sorted(place.name for place in out.iterdir() if place.name in names) if out.exists() else []
        if others:
            msg = f"{out} holds {others[0]}, which no build wrote; move it away or give another folder"
            raise CallError(msg)
    for name, value in (("jobs", jobs), ("timeout", timeout), ("memory", memory)):
        if value is not None and not value > 0:
            msg = f"{name} is {value}; expected more than 0"
            raise CallError(msg)


def _check_reader(reader: Reader) -> None:
    try:
        pickle.dumps(reader)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        msg = f"worker processes cannot import the reader {_name(reader)}: {error}; define it by name in a module"
        raise CallError(msg) from error


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the dataset for one build; the system lets go of it when the process ends, however it ends."""
    from filelock import FileLock, Timeout

    cache = out / _CACHE
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n", encoding="ascii")
    try:
        with FileLock(cache / "lock", timeout=0):
            yield
    except Timeout:
        msg = f"another build is writing to {out}; wait for it, or give another folder"
        raise CallError(msg) from None


def _alone_there(out: str | Path, target: Path) -> AbstractContextManager[None]:
    """Hold the place elsewhere of which ``target`` is the copy here, where there is one."""
    return publish.alone(str(out), cache=target / _CACHE) if storage.is_elsewhere(out) else nullcontext()


@contextmanager
def _storage(out: Path) -> Iterator[None]:
    """Say of an error of the disk what it stopped and what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StorageError(_stopped(out, str(error))) from error
    except OSError as error:
        if error.errno not in _DISK:
            raise
        where = error.filename or out
        raise StorageError(_stopped(out, f"{where}: {error.strerror}")) from error


def _stopped(out: Path, said: str) -> str:
    return (
        f"the dataset {out} cannot be written ({said}); make room or mend that and build again: what was read is kept "
        "and is not read twice"
    )


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _name(reader: Reader) -> str:
    return f"{getattr(reader, '__module__', '')}.{getattr(reader, '__qualname__', repr(reader))}"


def _refuse_in_worker() -> None:
    """Refuse to build while a worker of another build imports the script that runs it."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        msg = (
            "this script builds a dataset when it is imported, and worker processes import it; "
            'put the call below `if __name__ == "__main__":`'
        )
        raise CallError(msg)
