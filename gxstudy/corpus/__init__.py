"""Many files -> one dataset: which files, read in worker processes, kept by hash, failures as rows, one manifest.

A dataset is a folder. ``figures``, ``reports``, ``facts``, ``checks``, ``findings`` and ``failures`` stand there each
as Parquet and as CSV (:mod:`gxstudy.frames.dictionary` says what their columns are); ``manifest.json`` has the
versions, the counts and the hash of every file, ``inputs.sha256`` the hashes of the raw files (``sha256sum -c`` reads
it), ``datapackage.json`` describes the CSV files after the Frictionless standard. The same raw files give the same
bytes.
``.cache`` in the same folder keeps what was read; it is no part of the dataset and may be deleted at any time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gxstudy.corpus import dataset, inventory, work
from gxstudy.corpus.inventory import Inventory
from gxstudy.corpus.results import Head, Kept, fingerprint, head
from gxstudy.corpus.work import Limits, Reader, Run, Task
from gxstudy.errors import CallError, GxstudyError
from gxstudy.frames.dictionary import PRODUCTS
from gxstudy.report import read_report

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Corpus", "Progress", "build", "open"]

_CACHE = ".cache"
_TODAY = "today"


class Progress(NamedTuple):
    """How far a build is, in files: ``kept`` of those ``done`` were known from an earlier build."""

    done: int
    failed: int
    kept: int
    total: int


@dataclass(frozen=True, repr=False)
class Corpus:
    """A dataset on disk. Each dataframe is loaded when it is first asked for.

    Attributes
    ----------
    path
        The folder.
    """

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says: versions, counts of files in, read and failed, and the hash of every file."""
        told: dict[str, Any] = json.loads((self.path / dataset.MANIFEST).read_bytes())
        return told

    @cached_property
    def figures(self) -> pd.DataFrame:
        """One row for each figure, as :func:`gxstudy.tidy` gives it."""
        return self._load("figures")

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row for each report, with what the registry says of it."""
        return self._load("reports")

    @cached_property
    def facts(self) -> pd.DataFrame:
        """One row for each count said in prose."""
        return self._load("facts")

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row for each sum tested."""
        return self._load("checks")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row for each finding, those about the dataset included."""
        return self._load("findings")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row for each file from which no report was read, with the reason."""
        return self._load("failures")

    def _load(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_parquet(self.path / f"{name}.parquet")

    def __repr__(self) -> str:
        """Say where it is and how much is in it."""
        counts = self.manifest["counts"]
        return (
            f"Corpus({str(self.path)!r}: {counts['read']} reports read of {counts['files']} files, "
            f"{counts['failed']} failed, {counts['rows']['figures']} figures)"
        )


def open(path: str | Path) -> Corpus:
    """Open a dataset without loading it.

    Raises
    ------
    CallError
        When there is no complete dataset, or one of another layout.
    """
    folder = Path(path)
    try:
        layout = json.loads((folder / dataset.MANIFEST).read_bytes()).get("format")
    except FileNotFoundError:
        msg = f"{folder} holds no complete dataset (no {dataset.MANIFEST}); build one with: gxstudy build RAW {folder}"
        raise CallError(msg) from None
    if layout != dataset.FORMAT:
        msg = f"{folder} is a dataset of layout {layout!r}; this version reads {dataset.FORMAT}: build it again"
        raise CallError(msg)
    return Corpus(folder)


def build(
    raw: str | Path,
    out: str | Path,
    *,
    jobs: int | None = None,
    timeout: float = 60.0,
    memory: int = 2048,
    cache: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    reader: Reader = read_report,
) -> Corpus:
    """Read every report below a folder and write one dataset.

    A file that cannot be read, crashes, hangs or eats memory becomes a row of ``failures`` and costs nothing else. What
    was read is kept, by the hash of the file and the version of everything that reads it: a build that was interrupted
    goes on from there, and one with ten new files reads ten.

    Parameters
    ----------
    raw
        The folder. Files of the endings :data:`gxstudy.corpus.inventory.SUFFIXES` are read. Where it holds a
        ``registry.csv`` (``path``, and if known ``sha256``, ``report_id``, ``source``, ``organ``, ``year``, ``kind``),
        its files are read too; one that is missing or has another hash is a failure, one it does not list a finding.
    out
        The folder of the dataset. Files there that no build wrote are left alone.
    jobs
        Number of worker processes; by default one for each processor that may be used.
    timeout
        Seconds that one file may take.
    memory
        Mebibytes that one file may take beyond what an idle worker holds (Linux).
    cache
        Where to keep what was read; by default in ``out/.cache``, where what is no longer needed is deleted.
    progress
        Called with a :class:`Progress` after each file, in the order in which they are done.
    reader
        What reads the bytes of a file; importable by name, since workers import it.

    Returns
    -------
    Corpus
        The dataset, opened. Where the report does not print who reports on which year, ``organ`` and ``year`` are
        those of the registry; where both speak, the report is followed and a disagreement is a finding.

    Raises
    ------
    CallError
        When there is no folder ``raw``, the registry cannot be understood, ``out`` holds other files of the same
        names, or another build is writing to it.
    """
    _refuse_in_worker()
    source, target = Path(raw), Path(out)
    _check(source, target, jobs, timeout, memory)
    _check_reader(reader)
    limits, processes = Limits(timeout, memory), jobs or _processors()
    with _alone(target):
        taken = inventory.take(source, leave_out=target.resolve(), jobs=processes)
        kept = Kept(Path(cache) if cache is not None else target / _CACHE / "results", fingerprint(_name(reader)))
        results = _Results(kept, {}, {})
        _find_kept(taken, results, limits)
        run = work.here(reader, jobs=processes, limits=limits)
        _read_others(taken, results, limits, run, progress or _ignore)
        staged = target / _CACHE / "new"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
        dataset.write(staged, taken, results.heads, results.of)
        dataset.replace(staged, target)
        if cache is None:
            kept.prune(results.tags.items())
    return open(target)


class _Results(NamedTuple):
    """The results of one build, by the hash of the file: where they are kept, under which tag, and how they begin."""

    kept: Kept
    tags: dict[str, str]
    heads: dict[str, Head]

    def note(self, sha256: str, tag: str, result: bytes) -> None:
        """Remember where the result for a file is."""
        self.tags[sha256] = tag
        self.heads[sha256] = head(result)

    def of(self, sha256: str) -> bytes:
        """Return the result for a file."""
        result = self.kept.get(sha256, tag=self.tags[sha256])
        if result is None:
            msg = f"the result of a file that was just read is gone from {self.kept.folder}; build again"
            raise GxstudyError(msg)
        return result


def _find_kept(taken: Inventory, results: _Results, limits: Limits) -> None:
    """Note which files were read by an earlier build, or failed by the same limits."""
    for file in taken.files:
        for tag in ("", limits.tag):
            result = results.kept.get(file.sha256, tag=tag)
            if result is not None:
                results.note(file.sha256, tag, result)
                break


def _read_others(
    taken: Inventory,
    results: _Results,
    limits: Limits,
    run: Run,
    progress: Callable[[Progress], None],
) -> None:
    """Read the files of which no result is kept, and keep theirs."""
    tasks = [Task(file.place, file.sha256) for file in taken.files if file.sha256 not in results.tags]
    known = len(results.tags)
    failed = len(taken.failures) + sum(told.outcome == "failed" for told in results.heads.values())
    done = len(taken.failures) + known
    total = len(taken.failures) + len(taken.files)
    progress(Progress(done, failed, known, total))
    for task, result, holds in run(tasks):
        tag = {"always": "", "under_limits": limits.tag, "today": _TODAY}[holds]
        results.kept.put(task.sha256, result, tag=tag)
        results.note(task.sha256, tag, result)
        done += 1
        failed += results.heads[task.sha256].outcome == "failed"
        progress(Progress(done, failed, known, total))


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
