"""Build a dataset of ten thousand reports and write down what it costs, in SCALE.md.

    make bench-scale      or:
    python benchmarks/scale.py [--files N] [--some N] [--rounds N] [--folder FOLDER] [--out FILE]

The reports are typeset once (scale_corpus.py) and kept. Every build is the command `gxstudy build`, in a process of its
own; the memory and the processor time of it and of all its workers are read from the system while it runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import scale_corpus
import scale_page
from scale_page import MEBIBYTE, NEW, Built, Measured

PAUSE = 0.25


def build(raw: Path, out: Path, *, jobs: int) -> Built:
    """Build as a user would, and watch it."""
    load = os.getloadavg()[0]
    begun = time.monotonic()
    command = [sys.executable, "-m", "gxstudy", "build", str(raw), str(out), "--jobs", str(jobs)]
    running = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    samples: list[tuple[float, float, float]] = []
    busy: dict[int, float] = {}
    while running.poll() is None:
        own, all_of_it, resident = 0.0, 0.0, 0.0
        for process in _family(running):
            try:
                held = process.memory_full_info()
                used = process.cpu_times()
            except psutil.Error:
                continue
            busy[process.pid] = used.user + used.system
            own += held.pss / MEBIBYTE if process.pid == running.pid else 0.0
            all_of_it += held.pss / MEBIBYTE
            resident += held.rss / MEBIBYTE
        samples.append((all_of_it, own, resident))
        time.sleep(PAUSE)
    seconds = time.monotonic() - begun
    if running.returncode:
        msg = f"{' '.join(command)} ended with {running.returncode}"
        raise RuntimeError(msg)
    totals = [total for total, _, _ in samples]
    quarters = [
        totals[len(totals) * q // 4 : max(len(totals) * (q + 1) // 4, len(totals) * q // 4 + 1)] for q in range(4)
    ]
    first, second, third, last = (max(part, default=0.0) for part in quarters)
    return Built(
        seconds,
        sum(busy.values()),
        max(totals),
        max(own for _, own, _ in samples),
        max(resident for _, _, resident in samples),
        (first, second, third, last),
        load,
    )


def _family(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    try:
        yield from root.children(recursive=True)
    except psutil.Error:
        return


def linked(files: list[Path], source: Path, target: Path) -> None:
    """Put some files of a folder into another, without copying them."""
    for file in files:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, place)


def sizes(out: Path) -> dict[str, int]:
    """Return the bytes of a dataset by the ending of its files, and those of its cache."""
    found: dict[str, int] = {}
    for place in out.rglob("*"):
        if place.is_file():
            hidden = ".cache" in place.relative_to(out).parts
            name = "the cache (may be deleted)" if hidden else place.suffix.removeprefix(".") or place.name
            found[name] = found.get(name, 0) + place.stat().st_size
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="reports in all")
    parser.add_argument("--some", type=int, default=3000, help="reports of which one worker and two are compared")
    parser.add_argument("--rounds", type=int, default=2, help="how often they are compared")
    parser.add_argument("--folder", type=Path, default=Path(".cache/scale"), help="where the reports are kept")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "SCALE.md")
    wanted = parser.parse_args()
    raw, more = wanted.folder / "raw", wanted.folder / "more"
    scale_corpus.typeset(raw, range(wanted.files), jobs=2)
    scale_corpus.typeset(more, range(200_000, 200_000 + NEW), jobs=1)
    wanted.out.write_text(measured(raw, more, wanted), encoding="utf-8")
    print(f"written: {wanted.out.name}")


def measured(raw: Path, more: Path, wanted: argparse.Namespace) -> str:
    """Run everything and return the page."""
    work = wanted.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    files = sorted(raw.rglob("*.pdf"))[: wanted.files]
    linked(files, raw, work / "all")
    linked(files[:: max(1, len(files) // wanted.some)][: wanted.some], raw, work / "some")
    compared: dict[int, list[Built]] = {1: [], 2: []}
    for number in range(wanted.rounds):
        for jobs in (1, 2) if number % 2 == 0 else (2, 1):
            shutil.rmtree(work / "out-some", ignore_errors=True)
            compared[jobs].append(build(work / "some", work / "out-some", jobs=jobs))
            print(f"{wanted.some} files, {jobs} workers: {compared[jobs][-1].seconds:.1f} s", flush=True)
    whole = build(work / "all", work / "out", jobs=2)
    print(f"{len(files)} files, 2 workers: {whole.seconds:.1f} s", flush=True)
    same = [build(work / "all", work / "out", jobs=2) for _ in range(3)]
    counts, held = _counts(work / "out"), sizes(work / "out")
    added = sorted(more.rglob("*.pdf"))
    linked(added, more, work / "all")
    ten = build(work / "all", work / "out", jobs=2)
    raw_bytes = sum(file.stat().st_size for file in files)
    shutil.rmtree(work)
    return scale_page.written(Measured(len(files), wanted.some, raw_bytes, compared, whole, same, ten, held, counts))


def _counts(out: Path) -> dict[str, int]:
    import gxstudy as gx

    told = gx.open(out).manifest["counts"]
    return {"read": told["read"], "failed": told["failed"], "figures": told["rows"]["figures"]}


if __name__ == "__main__":
    main()
