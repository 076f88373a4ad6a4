"""One reader in one process: requests on standard input, answers on standard output, a line of JSON each.

    python benchmarks/worker.py "pdfplumber extract_tables"

Request: ``{"path": ..., "result": true}``. Answer: seconds of the call; with ``result`` also the tables (or, of
gxstudy, the entries) for scoring. The first answer comes unasked: the versions, or why the reader cannot be used.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.metadata
import io
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import peers


def main(name: str) -> None:
    answers = os.fdopen(os.dup(1), "w")  # what readers print must not mix with the answers
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    reader = peers.READERS[name]
    start = time.perf_counter()
    try:
        reader.load()
    except ImportError as error:
        say(answers, {"missing": str(error).splitlines()[0]})
        return
    seconds = time.perf_counter() - start
    say(answers, {"versions": versions(reader.distributions), "import": seconds, "peak": peak()})
    for line in sys.stdin:
        say(answers, answer(reader, json.loads(line)))


def answer(reader: peers.Reader, request: dict[str, Any]) -> dict[str, Any]:
    path = Path(request["path"])
    gc.collect()
    with contextlib.redirect_stdout(io.StringIO()):
        busy, start = time.process_time(), time.perf_counter()
        try:
            result = reader.read(path)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}".replace(str(path), path.name), "peak": peak()}
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
    told: dict[str, Any] = {"seconds": seconds, "busy": busy, "peak": peak()}
    if request.get("result"):
        told["grids"] = reader.grids(result)
        entries = getattr(reader, "entries", None)
        if entries is not None:
            told["entries"] = entries(result)
    return told


def versions(distributions: tuple[str, ...]) -> dict[str, str]:
    known = {}
    for name in distributions:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            known[name] = importlib.metadata.version(name)
    return known


def peak() -> float:
    """Return the peak resident size of this process in MiB (of itself alone, not of the one that started it)."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def say(answers: Any, told: dict[str, Any]) -> None:
    answers.write(json.dumps(told, ensure_ascii=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
