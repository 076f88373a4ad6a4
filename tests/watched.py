"""The reader of a build, watched: what it touched besides the bytes it was given, and what it cost.

Every file read adds a line to a log: its hash, the seconds of processor time it took (those of processes it started
too), and everything it did that reading needs not.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from gxstudy import read_report
from gxstudy.report import Report

__all__ = ["Reader", "Watched", "told"]

_TRIAL = [sys.executable, "-m", "gxstudy.readers.trial"]
_ASKED = ("fc-list", "system_profiler")
"""Programs that matplotlib, which Camelot loads, asks for fonts once."""
_FORBIDDEN = (
    "socket.connect",
    "socket.get",
    "socket.send",
    "urllib.",
    "ftplib.",
    "http.",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
)
_FORBIDDEN += (
    "os.symlink",
    "os.truncate",
    "os.exec",
    "os.system",
    "os.fork",
    "os.posix_spawn",
    "shutil.",
    "ctypes.dlopen",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_done: list[str] = []
_watching: list[bool] = []


class Watched(NamedTuple):
    """What one file did: its hash, seconds of processor time, and what it should not have done."""

    sha256: str
    seconds: float
    forbidden: tuple[str, ...]


def _is_scratch(path: object) -> bool:
    """Whether a path is one below the folder of the worker for temporary files."""
    if not isinstance(path, str):
        return False
    return Path(path).resolve().is_relative_to(Path(tempfile.gettempdir()).resolve())


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, _, flags = arguments
        written = isinstance(flags, int) and flags & _WRITES
        if written and not isinstance(path, int) and path != os.devnull and not _is_scratch(path):
            _done.append(f"{event} {path}")
    elif event == "subprocess.Popen":
        command = arguments[1]
        known = isinstance(command, list) and (command[:3] == _TRIAL or Path(command[0]).name in _ASKED)
        if not known:
            _done.append(f"{event} {command}")
    elif event in {"os.remove", "os.rmdir"} and arguments[-1] != -1:
        return  # of an open folder, which is cleared: that call was seen
    elif event.startswith(_FORBIDDEN) and not any(_is_scratch(one) for one in arguments):
        _done.append(f"{event} {arguments}")


sys.addaudithook(_hook)


def _used() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Reader(NamedTuple):
    """Reads a report and tells in a log what that took."""

    log: str

    def __call__(self, data: bytes) -> Report:
        begun = _used()
        _done.clear()
        _watching.append(True)
        try:
            return read_report(data)
        finally:
            _watching.clear()
            line = json.dumps([hashlib.sha256(data).hexdigest(), _used() - begun, sorted(set(_done))]) + "\n"
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(log, line.encode())
            os.close(log)


def told(log: Path) -> list[Watched]:
    """Return what was told of every file so far."""
    lines = log.read_text("ascii").splitlines()
    return [Watched(sha256, seconds, tuple(done)) for sha256, seconds, done in map(json.loads, lines)]
