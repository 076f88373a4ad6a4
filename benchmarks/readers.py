"""Every reader in a process of its own, started here and asked here; ``worker.py`` is the other end."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PATIENCE = 180.0
"""Seconds after which a call is given up and its process ended."""


@dataclass(slots=True)
class Worker:
    """A reader's process. ``missing`` says why there is none; ``peak`` is in MiB."""

    reader: str
    process: subprocess.Popen[str] | None
    versions: dict[str, str] = field(default_factory=dict)
    missing: str = ""
    seconds_to_import: float = 0.0
    peak: float = 0.0
    errors: list[str] = field(default_factory=list)

    def ask(self, path: Path, *, result: bool = False) -> dict[str, Any] | None:
        """Return the answer on one file; None where the reader failed or was given up."""
        if self.process is None or self.process.stdin is None:
            return None
        self.process.stdin.write(json.dumps({"path": str(path), "result": result}) + "\n")
        self.process.stdin.flush()
        told = self._answer()
        if told is None:
            self.errors.append(f"{path.name}: no answer in {PATIENCE:.0f} s or the process ended; not asked again")
            self.end()
            return None
        self.peak = max(self.peak, told["peak"])
        if "error" in told:
            self.errors.append(f"{path.name}: {told['error'][:200]}")
            return None
        return told

    def begin(self) -> None:
        """Wait until the reader is imported."""
        told = self._answer() or {"missing": "its process ended while it was imported"}
        if "missing" in told:
            self.missing = told["missing"]
            self.end()
            return
        self.versions, self.seconds_to_import, self.peak = told["versions"], told["import"], told["peak"]

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _answer(self) -> dict[str, Any] | None:
        if self.process is None or self.process.stdout is None:
            return None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        return json.loads(line) if line else None


def started(reader: str) -> Worker:
    """Start the process of a reader and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "worker.py"), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=HERE.parent,
    )
    worker = Worker(reader, process)
    worker.begin()
    return worker
