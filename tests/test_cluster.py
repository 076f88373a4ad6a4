"""The same reading on a cluster: a scheduler and two worker processes, one of which is killed."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from test_corpus import THREE, dataset, folder, reader

from gxstudy import corpus
from gxstudy.corpus import cluster, work
from gxstudy.corpus.results import heads
from gxstudy.corpus.work import Limits, Task
from gxstudy.errors import CallError, GxstudyError

TESTS = Path(__file__).parent
LIMITS = Limits(20, 2048)
BAD = {
    "crash.pdf": "crash",
    "eat.pdf": "eat",
    "hang.pdf": "hang",
    "nonsense.pdf": "nonsense",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *sys.path]))
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
            Client(local) as connected,
        ):
            yield connected


def pids(client: Client) -> list[int]:
    return list(client.run(os.getpid).values())


def test_a_cluster_gives_the_bytes_of_one_machine_though_a_worker_is_killed(tmp_path: Path, client: Client) -> None:
    slow = {f"slow{number}.txt": f"slow 0.2 {number}" for number in range(8)}
    raw = folder(tmp_path / "raw", {**THREE, **BAD, **slow})
    alone = corpus.build(raw, tmp_path / "alone", reader=reader, jobs=2, timeout=2)
    victim = pids(client)[0]
    killed = threading.Event()

    def kill(state: corpus.Progress) -> None:
        if state.done == 4 and not killed.is_set():
            os.kill(victim, signal.SIGKILL)
            killed.set()

    together = corpus.build(raw, tmp_path / "together", reader=reader, client=client, timeout=2, progress=kill)
    assert killed.is_set()
    assert victim not in pids(client)
    assert dataset(together.path) == dataset(alone.path)
    assert together.manifest["counts"]["failed"] == len(BAD)


class Poison:
    """A file that ends the worker which opens it."""

    def read_bytes(self) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""


class Held(Poison):
    """A file that only one process has."""

    def read_bytes(self) -> bytes:
        return "甲县|2023|1".encode()


def test_a_file_that_kills_its_workers_is_given_up_and_the_others_are_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)
    sound = hashlib.sha256(Held().read_bytes()).hexdigest()
    tasks = [Task(Held(), sound), Task(Poison(), "poison"), Task(Held(), sound), Task(Held(), "other")]
    done = list(cluster.on(client, reader, limits=LIMITS, name="reader")(tasks))
    assert sorted((one.task.sha256, heads(one.result)[0].reason, one.holds) for one in done) == sorted(
        [
            (sound, "", "always"),
            (sound, "", "always"),
            ("poison", "crashed", "under_limits"),
            ("other", "changed", "today"),
        ]
    )
    assert work.crashed() in [one.result for one in done]


def test_nothing_is_left_on_the_workers(client: Client) -> None:
    def left(dask_worker: Any) -> list[str]:
        return [name for name in dask_worker.plugins if name.startswith("gxstudy")]

    run = cluster.on(client, reader, limits=LIMITS, name="reader")([Task(Held(), "x")])
    next(run)
    assert [len(names) for names in client.run(left).values()] == [1, 1]
    assert list(run) == []
    assert [len(names) for names in client.run(left).values()] == [0, 0]


def test_workers_of_another_version_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "fingerprint", "another {}".format)
    with pytest.raises(GxstudyError, match="another version"):
        list(cluster.on(client, reader, limits=LIMITS, name="reader")([Task(Held(), "x")]))


def test_a_cluster_that_is_not_there_is_said() -> None:
    with pytest.raises(GxstudyError, match="no scheduler"):
        cluster.connected("tcp://127.0.0.1:9", timeout=0.5)


def test_an_asynchronous_client_is_refused() -> None:
    class Asynchronous:
        asynchronous = True

    with pytest.raises(CallError, match="asynchronous"):
        cluster.on(Asynchronous(), reader, limits=LIMITS, name="reader")  # type: ignore[arg-type]
