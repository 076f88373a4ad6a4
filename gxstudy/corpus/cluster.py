"""Files -> results on a Dask cluster: the same reading under the same limits, wherever the workers are.

Each worker of the cluster reads in processes of its own, as a build on one machine does (:mod:`gxstudy.corpus.work`):
a file that crashes a library, hangs or eats memory ends such a process and never the worker. A worker that is lost
costs its files another try. Files are opened where they are read, so that workers need the same path (a shared file
system) or an address that fsspec knows.
"""

from __future__ import annotations

import multiprocessing
import threading
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future as LocalFuture
from concurrent.futures import wait as local_wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gxstudy.corpus import work
from gxstudy.corpus.results import fingerprint
from gxstudy.corpus.work import Done, Holds, Limits, Reader, Run, Task
from gxstudy.errors import CallError, GxstudyError, MissingDependencyError

if TYPE_CHECKING:
    from distributed import Client, Future, Worker
    from pebble import ProcessPool

__all__ = ["connected", "on"]

_PATIENCE = 60.0
"""Seconds beyond the limit of a file after which a cluster that reports nothing is given up."""
_AHEAD = 3
"""So many files are with the cluster for each of its threads."""

_Outcome = tuple[bytes, Holds] | None


def connected(address: str, *, timeout: float = 30.0) -> Client:
    """Return a client of the cluster whose scheduler is at ``address``.

    Raises
    ------
    GxstudyError
        When nobody answers there.
    MissingDependencyError
        When distributed is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        msg = "a cluster needs distributed, which is not installed: pip install 'gxstudy[cluster]'"
        raise MissingDependencyError(msg) from error
    try:
        return Client(address, timeout=timeout, name="gxstudy")
    except (OSError, ValueError) as error:
        msg = f"no scheduler of a Dask cluster answers at {address} ({error}); expected an address like tcp://host:8786"
        raise GxstudyError(msg) from error


def on(client: Client, reader: Reader, *, limits: Limits, name: str) -> Run:
    """Return the way of reading files on a cluster.

    Parameters
    ----------
    client
        A client of the cluster, not an asynchronous one.
    reader
        What reads the bytes of a file; importable by name where the workers are.
    limits
        What one file may cost.
    name
        The name of the reader, of which the fingerprint of all that a result depends on is made.

    Raises
    ------
    CallError
        When the client is asynchronous.
    """
    if client.asynchronous:
        msg = "the client is asynchronous; give one made with asynchronous=False"
        raise CallError(msg)

    def read_there(tasks: Iterable[Task], /) -> Iterator[Done]:
        key = f"gxstudy-{uuid.uuid4().hex}"
        try:
            client.register_plugin(_plugin(_Reading(reader, limits, name, fingerprint(name))), name=key)
        except (ImportError, AttributeError, OSError) as error:
            msg = f"the workers of the cluster cannot read ({error}); install the same gxstudy[cluster] on each of them"
            raise GxstudyError(msg) from error
        try:
            yield from _run(client, key, tasks, limits)
        finally:
            client.unregister_worker_plugin(key)

    return read_there


def _run(client: Client, key: str, tasks: Iterable[Task], limits: Limits) -> Iterator[Done]:
    """Hand files to the cluster and yield what came of each as it comes.

    A file whose reading ends its process, or its worker again and again, is tried once more, alone, after all others.
    """
    from distributed import wait

    waiting = deque(tasks)
    suspects: deque[Task] = deque()
    running: dict[Future[_Outcome], Task] = {}
    try:
        while waiting or suspects or running:
            trial = not waiting and not running
            queue, width = (suspects, 1) if trial else (waiting, _width(client))
            while queue and len(running) < width:
                task = queue.popleft()
                future = client.submit(_read, task, key, key=f"{key}-{uuid.uuid4().hex}", pure=False)
                running[future] = task
            try:
                finished = wait(list(running), timeout=limits.seconds + _PATIENCE, return_when="FIRST_COMPLETED").done
            except TimeoutError as error:
                raise GxstudyError(_silent(client)) from error
            for future, outcome in _outcomes(client, finished):
                task = running.pop(future)
                if outcome is not None:
                    yield Done(task, *outcome)
                elif trial:
                    yield Done(task, work.crashed(), "under_limits")
                else:
                    suspects.append(task)
    finally:
        client.cancel(list(running))


def _width(client: Client) -> int:
    """Return how many files the cluster may have at once."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return _AHEAD * max(1, sum(int(worker["nthreads"]) for worker in workers))


def _outcomes(client: Client, finished: Iterable[Future[_Outcome]]) -> Iterator[tuple[Future[_Outcome], _Outcome]]:
    """Yield what came of each; None where its process or its workers died."""
    from distributed import KilledWorker

    sound = [future for future in finished if future.status == "finished"]
    yield from zip(sound, client.gather(sound), strict=True)
    for future in finished:
        if future.status == "finished":
            continue
        error = future.exception() if future.status == "error" else None
        if isinstance(error, GxstudyError):
            raise error
        if error is not None and not isinstance(error, KilledWorker):
            msg = f"a worker of the cluster cannot read: {type(error).__name__}: {error}"
            raise GxstudyError(msg) from error
        yield future, None


def _silent(client: Client) -> str:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    said = f"its {len(workers)} workers have finished no file for too long" if workers else "it has no workers"
    return f"the cluster is silent: {said}. What was read is kept; mend the cluster and build again"


# On a worker ----------------------------------------------------------------------------------------------------------


def _read(task: Task, key: str) -> _Outcome:
    """Read one file on a worker of the cluster; None where the process that read it died."""
    from distributed import get_worker

    plugin: Any = get_worker().plugins[key]
    outcome: _Outcome = plugin.reading.read(task)
    return outcome


class _Bytes(NamedTuple):
    """A file that was opened already: its bytes, or why there are none."""

    data: bytes
    error: OSError | None

    def read_bytes(self) -> bytes:
        if self.error is not None:
            raise self.error
        return self.data


class _Reading:
    """The processes of one worker that read for one build, started when the first file comes."""

    def __init__(self, reader: Reader, limits: Limits, name: str, expected: str) -> None:
        self._reader = reader
        self._limits = limits
        self._name = name
        self._expected = expected

    def begin(self, threads: int, scratch: Path) -> None:
        """Make ready on a worker of so many threads, which has a folder for temporary files."""
        self._threads = threads
        self._scratch = scratch
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._same = fingerprint(self._name) == self._expected

    def end(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                work.stop(self._pool)
            self._pool = None

    def read(self, task: Task) -> _Outcome:
        """Read one file in a process of its own; None when that died."""
        if not self._same:
            msg = "a worker of the cluster has another version of gxstudy or of a library it reads with"
            raise GxstudyError(msg)
        pool = self._started()
        arguments = (_opened(task), self._reader)
        try:
            future: LocalFuture[tuple[bytes, Holds]]
            future = pool.schedule(work.read_file, args=arguments, timeout=self._limits.seconds)
        except RuntimeError:  # the pool is broken, by this file or another
            self._give_up(pool)
            return None
        ended, _ = local_wait([future], timeout=self._limits.seconds + _PATIENCE / 2)
        outcome = work.came_of(future, self._limits) if ended else None
        if outcome is None and not (ended and pool.active):
            self._give_up(pool)
        return outcome

    def _started(self) -> ProcessPool:
        with self._lock:
            if self._pool is None:
                # A worker under a nanny is a daemon, which may have no children; these end with it by themselves.
                process: Any = multiprocessing.current_process()
                process._config.pop("daemon", None)
                self._pool = work.started(self._reader, self._threads, self._limits, self._scratch)
            return self._pool

    def _give_up(self, pool: ProcessPool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
                work.stop(pool)


def _opened(task: Task) -> Task:
    """Return the task with the bytes in it, where only this process may be able to open the file."""
    if isinstance(task.place, Path):
        return task
    try:
        return task._replace(place=_Bytes(task.place.read_bytes(), None))
    except OSError as error:
        return task._replace(place=_Bytes(b"", error))


def _plugin(reading: _Reading) -> Any:
    """Return the plugin that brings the reading to every worker, those that come later too."""
    from distributed import WorkerPlugin

    class Plugin(WorkerPlugin):
        """Holds the processes of one worker."""

        def __init__(self) -> None:
            self.reading = reading

        def setup(self, worker: Worker) -> None:
            """Make ready."""
            self.reading.begin(worker.state.nthreads, Path(worker.local_directory))

        def teardown(self, worker: Worker) -> None:
            """End the processes."""
            del worker
            self.reading.end()

    return Plugin()
