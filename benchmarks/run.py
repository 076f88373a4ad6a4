"""Time gxstudy and its peers on the same reports in one run, score what they return, and write RESULTS.md.

    make bench            or, where the bench extra is installed:
    python benchmarks/run.py [--rounds N] [--fast-rounds N] [--tables N] [--out FILE]

README.md says what is measured, how, and what is not.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import page
import reports
import score
import tables
from page import FLOOR, OURS, OXIDE, General, Timing
from readers import Worker, started
from reports import Case
from score import NO_RELATIONS, NOTHING, Score

VECTOR, LATTICE = 'camelot lattice, engine="vector"', "camelot lattice (default)"
PEERS = (OXIDE, VECTOR, LATTICE, "pdfplumber extract_tables", "tabula lattice", "img2table")
TIMED = (FLOOR, OURS, "gxstudy read_report", *PEERS)
FAST = (FLOOR, OURS, "gxstudy read_report", OXIDE)
RULED = ("gxstudy grids.find", *PEERS)
UNRULED = (OURS, OXIDE, "camelot network", "camelot stream", "pdfplumber, text strategy", "tabula stream")


def timed(workers: Sequence[Worker], known: Sequence[Case], *, rounds: int, warm_up: int) -> Timing:
    """Time every reader on every file in turn, round after round.

    The order of readers turns by one from file to file, so that nobody always follows the same neighbour.
    """
    timing = Timing()
    turn = 0
    for number in range(warm_up + rounds):
        for case in known:
            turn += 1
            shift = turn % len(workers)
            for worker in (*workers[shift:], *workers[:shift]):
                told = worker.ask(case.path)
                if told is not None and number >= warm_up:
                    timing.wall.setdefault(worker.reader, {}).setdefault(case.name, []).append(told["seconds"])
                    timing.busy.setdefault(worker.reader, {}).setdefault(case.name, []).append(told["busy"])
    return timing


def scored(worker: Worker, known: Sequence[Case], grades: dict[str, Score] | None = None) -> dict[str, Score]:
    """Score a reader on every file; count gxstudy's figures into ``grades``."""
    found: dict[str, Score] = {}
    for case in known:
        told = worker.ask(case.path, result=True)
        if told is None:
            found[case.name] = Score(0, 0, score.printed_figures(case.truth))
        elif "entries" in told:
            entries = [tuple(entry) for entry in told["entries"]]
            found[case.name] = score.of_entries(entries, case.truth)
            if grades is not None:
                for entry in entries:
                    place = {entry[:3]: case.truth[entry[:3]]} if entry[:3] in case.truth else {}
                    grades[entry[-1]] = grades.get(entry[-1], NOTHING) + score.of_entries([entry], place)
        else:
            found[case.name] = score.of_grids(told["grids"], case.truth)
    return found


def any_tables(worker: Worker, sheets: Sequence[tables.Sheet], folder: Path) -> General:
    """Score a reader on general tables."""
    found = General(dict.fromkeys(tables.STYLES, NO_RELATIONS), 0, [])
    for sheet in sheets:
        path = folder / f"{sheet.name}.pdf"
        path.write_bytes(sheet.data)
        told = worker.ask(path, result=True) or {"grids": []}
        found.relations[sheet.style] += score.relations(told["grids"], sheet.tables)
        found.exact += score.exact(told["grids"], sheet.tables)
        if "seconds" in told:
            found.seconds.append(told["seconds"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds of all readers (after one to warm up)")
    parser.add_argument("--fast-rounds", type=int, default=40, help="timed rounds of the fast readers alone")
    parser.add_argument("--tables", type=int, default=40, help="pages of general ruled tables")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "RESULTS.md")
    wanted = parser.parse_args()
    workers: dict[str, Worker] = {}
    try:
        for reader in dict.fromkeys((*TIMED, *RULED, *UNRULED)):
            workers[reader] = started(reader)
        text = measured(workers, wanted)
    finally:
        for worker in workers.values():
            worker.end()
    wanted.out.write_text(text, encoding="utf-8")
    print(f"written: {wanted.out.name}")


def measured(workers: Mapping[str, Worker], wanted: argparse.Namespace) -> str:
    """Run everything and return the page."""
    begun, load = time.monotonic(), os.getloadavg()[0]
    published, typeset = reports.published(), reports.typeset()
    known = [*published, *typeset]
    stopwatch = [case for case in known if case.timed]
    ready = [workers[reader] for reader in TIMED if not workers[reader].missing]
    with tempfile.TemporaryDirectory(prefix="gxstudy-bench-") as name:
        folder = Path(name)
        print("timing the fast readers", flush=True)
        quick = [worker for worker in ready if worker.reader in FAST]
        fast = timed(quick, stopwatch, rounds=wanted.fast_rounds, warm_up=2)
        print("timing all readers", flush=True)
        slow = timed(ready, stopwatch, rounds=wanted.rounds, warm_up=1)
        peaks = {worker.reader: worker.peak for worker in workers.values()}
        print("scoring reports", flush=True)
        grades: dict[str, Score] = {}
        right = {reader: scored(workers[reader], known, grades) for reader in (OURS, *PEERS)}
        drawn = list(reports.distinct(folder))
        apart = {reader: scored(workers[reader], drawn, grades) for reader in (OURS, *PEERS)}
        bare = reports.without_rules(folder, known)
        unruled = {reader: scored(workers[reader], bare) for reader in UNRULED}
        print("scoring general tables", flush=True)
        sheets = list(tables.sheets(wanted.tables, seed=2013))
        general = {reader: any_tables(workers[reader], sheets, folder) for reader in RULED}
    versions = {name: version for worker in workers.values() for name, version in worker.versions.items()}
    errors = [f"- {worker.reader}: {error}" for worker in workers.values() for error in dict.fromkeys(worker.errors)]
    groups = {"published reports": [case for case in published if case.timed]} if published else {}
    groups["typeset reports"] = [case for case in typeset if case.timed]
    rounds = f"--rounds {wanted.rounds} --fast-rounds {wanted.fast_rounds} --tables {wanted.tables}"
    return page.PAGE.format(
        command=f"python benchmarks/run.py {rounds}",
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        load=f"{load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end",
        minutes=f"{(time.monotonic() - begun) / 60:.1f}",
        versions=", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
        absent="" if published else page.NOT_THERE,
        goal=page.goal(fast, groups),
        shared=page.SHARED if load > (os.cpu_count() or 1) else "",
        fast_rounds=wanted.fast_rounds,
        fast=page.timing_table([workers[reader] for reader in FAST], fast.wall, stopwatch, peaks),
        busy=page.timing_table([workers[reader] for reader in FAST], fast.busy, stopwatch, peaks),
        rounds=wanted.rounds,
        slow=page.timing_table([workers[reader] for reader in TIMED], slow.wall, stopwatch, peaks),
        right=page.score_table(right, known, workers),
        apart=page.score_table(apart, drawn, workers),
        grades=page.grade_table(grades),
        unruled=page.score_table(unruled, bare, workers),
        pages=wanted.tables,
        general=page.general_table(general, sum(len(sheet.tables) for sheet in sheets), workers),
        errors="\n".join(errors) or "None.",
    )


if __name__ == "__main__":
    main()
