"""Files -> results, in worker processes with limits. A file that crashes, hangs or eats memory costs itself alone.

A result is bytes (:mod:`gxstudy.corpus.results`), so that it can be kept on disk and sent from one machine to another.
Neither pandas nor pyarrow is loaded by a worker on our behalf.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from pebble import ProcessExpired, ProcessPool

from gxstudy.corpus.results import failed, read
from gxstudy.errors import GxstudyError, UnreadableFileError
from gxstudy.report import Report

__all__ = [
    "Done",
    "Limits",
    "Place",
    "Reader",
    "Run",
    "Task",
    "came_of",
    "crashed",
    "end_with_parent",
    "here",
    "read_file",
    "reason",
    "run",
    "started",
    "stop",
]

Reader = Callable[[bytes], Report | Sequence[Report]]
"""Reads the bytes of a file, to a report or all that it holds."""

_MEBIBYTE = 1 << 20
_SOCKET_ROOM = 75
"""Bytes that the folder for temporary files may have in its name: those of sockets in it are at most 107 long."""
_PATIENCE = 30.0
"""Seconds beyond the limit of a file after which a pool that reports nothing is given up."""
_TASKS_A_WORKER = 1000
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_LONGEST = 600


Holds = Literal["always", "under_limits", "today"]

_Promise = Future[tuple[bytes, Holds]]


class Limits(NamedTuple):
    """What one file may cost: ``seconds`` of time, and ``mebibytes`` of memory beyond what an idle worker holds."""

    seconds: float
    mebibytes: int

    @property
    def tag(self) -> str:
        """A name for these limits."""
        return f"{self.seconds:g} s, {self.mebibytes} MiB"


class Place(Protocol):
    """Where a file is: a path, here or on another machine."""

    def read_bytes(self) -> bytes:
        """Return the bytes of the file."""
        ...


class Task(NamedTuple):
    """One file to read, by where it is and what its bytes hash to."""

    place: Place
    sha256: str


class Done(NamedTuple):
    """What came of a task, and for how long that holds."""

    task: Task
    result: bytes
    holds: Holds


class Run(Protocol):
    """A way of reading files: here (:func:`here`), or on other machines.

    Every task given comes back once, as a :class:`Done`, in any order and as soon as it is known. A file that crashes,
    hangs or eats memory is a ``Done`` with a result made by :func:`gxstudy.corpus.results.failed`, never an exception;
    an exception means that nothing can be read at all. What :func:`read_file` returns is the same wherever it runs.
    """

    def __call__(self, tasks: Iterable[Task], /) -> Iterator[Done]:
        """Read the files."""
        ...


def here(reader: Reader, *, jobs: int, limits: Limits, scratch: Path | None = None) -> Run:
    """Return the way of reading files in ``jobs`` worker processes of this machine, at most one a file.

    ``scratch`` is a folder for what libraries write while they read; it is emptied before and removed behind. By
    default it is made where the system has its temporary files.
    """

    def read_here(tasks: Iterable[Task], /) -> Iterator[Done]:
        given = tuple(tasks)
        with _emptied(scratch) as folder:
            yield from run(given, reader=reader, jobs=min(jobs, max(len(given), 1)), limits=limits, scratch=folder)

    return read_here


@contextmanager
def _emptied(folder: Path | None) -> Iterator[Path]:
    """Give a folder that is empty, and remove it with what a worker that was ended has left there."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="gxstudy-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(tasks: Iterable[Task], *, reader: Reader, jobs: int, limits: Limits, scratch: Path) -> Iterator[Done]:
    """Read files in worker processes, and yield what came of each as it comes.

    Every file is a task of its own, so that the limit of time holds for each. A file whose worker dies is tried once
    more, alone, after all others: the fault may have been another's. ``scratch`` is where workers put temporary files.

    Raises
    ------
    GxstudyError
        When no worker can be started.
    """
    waiting = deque(tasks)
    suspects: deque[Task] = deque()
    running: dict[_Promise, Task] = {}
    pool: ProcessPool | None = None
    try:
        while waiting or suspects or running:
            pool = pool or started(reader, jobs, limits, scratch)
            trial = not waiting and not running
            broken = not _start(pool, suspects if trial else waiting, 1 if trial else 2 * jobs, running, reader, limits)
            finished, _ = wait(running, timeout=limits.seconds + _PATIENCE, return_when=FIRST_COMPLETED)
            for future in finished:
                outcome = came_of(future, limits)
                if outcome is not None:
                    yield Done(running.pop(future), *outcome)
                elif trial:
                    yield Done(running.pop(future), crashed(), "under_limits")
                elif isinstance(future.exception(), ProcessExpired):
                    suspects.append(running.pop(future))
                else:
                    broken = True
            if broken or not finished:
                stop(pool)
                pool = None
                if trial:
                    yield from (Done(task, crashed(), "under_limits") for task in running.values())
                else:
                    suspects.extend(running.values())
                running.clear()
    finally:
        if pool is not None:
            stop(pool)


def _start(
    pool: ProcessPool,
    queue: deque[Task],
    width: int,
    running: dict[_Promise, Task],
    reader: Reader,
    limits: Limits,
) -> bool:
    """Hand tasks to the pool until ``width`` are with it; False when it takes none, because it is broken."""
    while queue and len(running) < width:
        try:
            promise = pool.schedule(read_file, args=(queue[0], reader), timeout=limits.seconds)
        except RuntimeError:
            return False
        running[promise] = queue.popleft()
    return True


def came_of(future: _Promise, limits: Limits) -> tuple[bytes, Holds] | None:
    """Return what came of a task, None when its worker (or the whole pool) died."""
    try:
        return future.result()
    except TimeoutError:
        message = f"reading took longer than {limits.seconds:g} seconds and was stopped; give it more with timeout="
        return failed("timed_out", message), "under_limits"
    except (ProcessExpired, BrokenProcessPool, CancelledError):
        return None


def crashed() -> bytes:
    """Return the result for a file whose worker died twice."""
    message = "the process that read the file died, twice: a fault in a library, or no memory left on the machine"
    return failed("crashed", message)


def started(reader: Reader, jobs: int, limits: Limits, scratch: Path) -> ProcessPool:
    """Return a pool whose workers have shown that they start, and put their temporary files in ``scratch``."""
    how = "spawn" if sys.platform == "win32" else "forkserver"
    context = multiprocessing.get_context(how)
    context.set_forkserver_preload(["gxstudy.corpus.work", "gxstudy.readers.pdf"])
    arguments = (reader, limits.mebibytes, scratch)
    pool = ProcessPool(jobs, _TASKS_A_WORKER, initializer=_prepare, initargs=arguments, context=context)
    try:
        pool.schedule(_ready).result(timeout=2 * _PATIENCE)
    except (BrokenProcessPool, ProcessExpired, TimeoutError) as error:
        stop(pool)
        msg = (
            "no worker process can be started. A script that builds a dataset must do so below "
            '`if __name__ == "__main__":`, since workers import it; otherwise the machine may be short of memory'
        )
        if how == "forkserver" and len(os.fsencode(tempfile.gettempdir())) > _SOCKET_ROOM:
            msg = (
                f"no worker process can be started: the folder for temporary files, {tempfile.gettempdir()}, has too "
                f"long a name for sockets in it (more than {_SOCKET_ROOM} bytes); set TMPDIR to one with a shorter name"
            )
        raise GxstudyError(msg) from error
    return pool


def stop(pool: ProcessPool) -> None:
    """End a pool and its workers."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _ready() -> bool:
    return True


def _prepare(_: Reader, mebibytes: int, scratch: Path) -> None:
    """Make a new worker one that ends with its parent, however that ends, and keeps to its memory.

    The reader is an argument so that what it needs is loaded, and weighs nothing, when the limit is set. Libraries of
    linear algebra get one thread: the workers are the threads, and each reserves memory by the processor. What a
    library writes on the way goes to ``scratch``, where nothing of it stays when the worker is ended.
    """
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    os.environ |= dict.fromkeys(("TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), str(scratch))
    tempfile.tempdir = str(scratch)
    end_with_parent()
    _limit_memory(mebibytes)


def end_with_parent() -> None:
    """Have this process end when the one that started it does, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _limit_memory(mebibytes: int) -> None:
    """Let the worker take that much address space beyond what it has; where the system has such a limit."""
    if sys.platform == "win32":
        return
    import resource

    status = Path("/proc/self/statm")
    if not status.exists():
        return
    held = int(status.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    limit = held + mebibytes * _MEBIBYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def read_file(task: Task, reader: Reader) -> tuple[bytes, Holds]:
    """Read one file in this process; return its result, and for how long it holds."""
    try:
        data = task.place.read_bytes()
    except MemoryError:
        return _out_of_memory(), "under_limits"
    except OSError as error:
        return failed("not_opened", f"the file cannot be opened: {error.strerror or type(error).__name__}"), "today"
    digest = hashlib.sha256(data).hexdigest()
    if digest != task.sha256:
        return failed("changed", "the file was changed while the dataset was being built; build it again"), "today"
    try:
        found = reader(data)
        return read([found] if isinstance(found, Report) else found), "always"
    except UnreadableFileError as error:
        return failed(reason(error), str(error).removeprefix(f"bytes:{digest[:12]}: ")), "always"
    except MemoryError:
        return _out_of_memory(), "under_limits"
    except BaseException as error:  # a panic of a compiled library is no Exception, and costs this file alone too
        return failed("unexpected_error", _unexpected(error)), "always"


def _out_of_memory() -> bytes:
    return failed("out_of_memory", "reading took more memory than a file may; give it more with memory=")


def reason(error: UnreadableFileError) -> str:
    """Return the key of an error: EncryptedFileError is ``encrypted_file``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__.removesuffix("Error")).lower()


def _unexpected(error: BaseException) -> str:
    """Say what went wrong and where in our code, in words that are the same each time."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "gxstudy" in Path(frame.filename).parts]
    where = f", in {Path(ours[-1].filename).name} line {ours[-1].lineno}" if ours else ""
    said = _ADDRESS.sub("0x…", str(error))[:_LONGEST]
    return f"{type(error).__name__}: {said}{where}; please report it with the file"
