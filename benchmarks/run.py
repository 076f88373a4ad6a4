"""Time gxstudy and its peers on the same reports in one run, score what they return, and write RESULTS.md.

    make bench            or, where the bench extra is installed:
    python benchmarks/run.py [--rounds N] [--fast-rounds N] [--tables N] [--out FILE]

README.md says what is measured, how, and what is not.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import platform
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import distinct
import score
import tables
from score import NO_RELATIONS, NOTHING, Relations, Score, Truth

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PATIENCE = 180.0
"""Seconds after which a call is given up and its process ended."""

FLOOR, OURS, REPORT, GRIDS = "PDFium floor", "gxstudy read_report + tidy", "gxstudy read_report", "gxstudy grids.find"
OXIDE = "pdf_oxide extract_tables"
VECTOR, LATTICE = 'camelot lattice, engine="vector"', "camelot lattice (default)"
PEERS = (OXIDE, VECTOR, LATTICE, "pdfplumber extract_tables", "tabula lattice", "img2table")
TIMED = (FLOOR, OURS, REPORT, *PEERS)
FAST = (FLOOR, OURS, REPORT, OXIDE)
RULED = (GRIDS, *PEERS)
UNRULED = (OURS, OXIDE, "camelot network", "camelot stream", "pdfplumber, text strategy", "tabula stream")
TYPESET_TIMED = ("hotan-science-2024", "suqian-2024", "shanghai-office-2019")
"""Reports of data/raw that are timed; all of them are scored."""


Seconds = dict[str, dict[str, list[float]]]
"""Of every call that succeeded, by reader and name of the file."""


@dataclass(frozen=True, slots=True)
class Case:
    """One PDF and what is printed in it."""

    name: str
    path: Path
    truth: Truth
    timed: bool = False


@dataclass(slots=True)
class Worker:
    """One reader in a process of its own."""

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

    def _answer(self) -> dict[str, Any] | None:
        assert self.process is not None
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        return json.loads(line) if line else None

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def started(reader: str) -> Worker:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "worker.py"), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    worker = Worker(reader, process)
    told = worker._answer() or {"missing": "its process ended while it was imported"}
    if "missing" in told:
        worker.missing = told["missing"]
        worker.end()
        return worker
    worker.versions, worker.seconds_to_import, worker.peak = told["versions"], told["import"], told["peak"]
    return worker


# ------------------------------------------------------------------------------------------------------- the files


def cases() -> list[Case]:
    return [*_published(), *_typeset()]


def _published() -> list[Case]:
    """Return the real reports beside the checkout, where they are."""
    found = []
    for path in sorted((ROOT.parent / "shared" / "reports").glob("*.pdf")):
        truth = path.with_suffix(".truth.csv")
        if truth.is_file():
            with truth.open(encoding="utf-8", newline="") as file:
                places = {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}
            found.append(Case(f"{path.stem} (as published)", path, places, timed=True))
    return found


def _typeset() -> list[Case]:
    """Return the reports of data/raw, which are typeset from published figures."""
    truths: dict[str, Truth] = {}
    with (ROOT / "data" / "raw" / "typeset" / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truths.setdefault(row["report_id"], {})[row["table"], row["row"], row["column"]] = row["printed"]
    return [
        Case(f"{path.stem} (typeset)", path, truths[path.stem], timed=path.stem in TYPESET_TIMED)
        for path in sorted((ROOT / "data" / "raw" / "reports").glob("*.pdf"))
        if path.stem in truths
    ]


def _distinct(folder: Path) -> list[Case]:
    found = []
    for name, data, truth in distinct.reports():
        path = folder / f"{name}.pdf"
        path.write_bytes(data)
        found.append(Case(name, path, truth))
    return found


def _without_rules(folder: Path, known: Iterable[Case]) -> list[Case]:
    """Return copies of reports from which every drawn path is taken out: the same words, no rules."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    found = []
    for case in known:
        document = pypdfium2.PdfDocument(case.path)
        for page in document:
            for item in list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)):
                page.remove_obj(item)
            page.gen_content()
        written = io.BytesIO()
        document.save(written)
        document.close()
        path = folder / f"unruled {case.path.parent.name} {case.path.name}"
        path.write_bytes(written.getvalue())
        found.append(Case(case.name, path, case.truth))
    return found


# ---------------------------------------------------------------------------------------------------------- timing


def timed(
    workers: Sequence[Worker], known: Sequence[Case], rounds: int, warm_up: int
) -> dict[str, dict[str, list[float]]]:
    """Return the seconds of every call, by reader and case: every reader on every file in turn, round after round.

    The order of readers turns by one from file to file, so that nobody always follows the same neighbour.
    """
    seconds: Seconds = {worker.reader: {} for worker in workers}
    turn = 0
    for number in range(warm_up + rounds):
        for case in known:
            turn += 1
            shift = turn % len(workers)
            for worker in (*workers[shift:], *workers[:shift]):
                told = worker.ask(case.path)
                if told is not None and number >= warm_up:
                    seconds[worker.reader].setdefault(case.name, []).append(told["seconds"])
    return seconds


def scored(worker: Worker, known: Sequence[Case], grades: dict[str, Score] | None = None) -> dict[str, Score]:
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


# --------------------------------------------------------------------------------------------------------- the page


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join("---" if n == 0 else "---:" for n in range(len(head))) + "|",
    ]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}" if seconds < 0.1 else f"{1000 * seconds:,.0f}"


def times(name: str, seconds: Seconds, known: Sequence[Case]) -> list[float] | None:
    """Return the medians of a reader over ``known``; None where one is missing."""
    medians = [statistics.median(found) for case in known if (found := seconds.get(name, {}).get(case.name))]
    return medians if len(medians) == len(known) else None


def ratio(a: Sequence[float] | None, b: Sequence[float] | None) -> str:
    """Return the geometric mean over the files of the ratios of medians."""
    if a is None or b is None:
        return "-"
    return f"{statistics.geometric_mean(x / y for x, y in zip(a, b, strict=True)):.2f}"


def timing_table(
    workers: Sequence[Worker],
    seconds: dict[str, dict[str, list[float]]],
    known: Sequence[Case],
    peaks: dict[str, float],
) -> str:
    floor, oxide = times(FLOOR, seconds, known), times(OXIDE, seconds, known)
    rows = []
    for worker in workers:
        if worker.missing:
            rows.append([worker.reader, f"not run: {worker.missing}", *[""] * (len(known) + 3)])
            continue
        medians = [
            ms(statistics.median(found)) if (found := seconds[worker.reader].get(case.name)) else "failed"
            for case in known
        ]
        own = times(worker.reader, seconds, known)
        rows.append(
            [
                worker.reader,
                *medians,
                ratio(own, floor),
                ratio(own, oxide),
                f"{peaks[worker.reader]:.0f}",
                f"{worker.seconds_to_import:.2f}",
            ]
        )
    return table(["ms", *(case.name for case in known), "to the floor", "to pdf_oxide", "peak MiB", "import s"], rows)


def goal(seconds: Seconds, groups: dict[str, Sequence[Case]]) -> str:
    rows = []
    for name, known in groups.items():
        ours, floor, oxide = (times(reader, seconds, known) for reader in (OURS, FLOOR, OXIDE))
        if not known or ours is None or floor is None:
            continue
        to_floor = statistics.geometric_mean(a / b for a, b in zip(ours, floor, strict=True))
        row = [name, f"{to_floor:.2f}", "yes" if to_floor <= 2.5 else "no"]
        if oxide is None:
            row += ["-", "-"]
        else:
            to_oxide = statistics.geometric_mean(a / b for a, b in zip(ours, oxide, strict=True))
            row += [f"{to_oxide:.2f}", "yes" if to_oxide <= 1.0 else "no"]
        rows.append(row)
    return table(["read_report + tidy", "times the floor", "at most 2.5", "times pdf_oxide", "at most 1"], rows)


def score_table(results: dict[str, dict[str, Score]], known: Sequence[Case], workers: dict[str, Worker]) -> str:
    rows = []
    count = sum(score.printed_figures(case.truth) for case in known)
    for reader, by_case in results.items():
        if workers[reader].missing:
            rows.append([reader, f"not run: {workers[reader].missing}", *[""] * (len(known) + 2)])
            continue
        total = sum(by_case.values(), start=NOTHING)
        cells = [_cell(by_case[case.name]) for case in known]
        rows.append([reader, *cells, f"{total.right} of {count}", str(total.wrong), str(total.missing)])
    heads = [f"{case.name}, {score.printed_figures(case.truth)}" for case in known]
    return table(["right (wrong)", *heads, "all right", "wrong", "missing"], rows)


def _cell(one: Score) -> str:
    return f"{one.right} ({one.wrong})" if one.wrong else str(one.right)


def grade_table(grades: dict[str, Score]) -> str:
    order = ("proved", "consistent", "confirmed", "unchecked", "contradicted")
    rows = [
        [grade, f"{grades[grade].right + grades[grade].wrong:,}", str(grades[grade].wrong)]
        for grade in order
        if grade in grades
    ]
    return table(["grade", "figures with a known print", "wrong"], rows)


def general_table(sheets: Sequence[tables.Sheet], paths: Sequence[Path], workers: dict[str, Worker]) -> str:
    count = sum(len(sheet.tables) for sheet in sheets)
    rows = []
    for reader in RULED:
        worker = workers[reader]
        if worker.missing:
            rows.append([reader, f"not run: {worker.missing}", *[""] * (len(tables.STYLES) + 3)])
            continue
        total, exact = NO_RELATIONS, 0
        styles = dict.fromkeys(tables.STYLES, NO_RELATIONS)
        seconds = []
        for sheet, path in zip(sheets, paths, strict=True):
            told = worker.ask(path, result=True)
            found = told["grids"] if told is not None else []
            if told is not None:
                seconds.append(told["seconds"])
            relations: Relations = score.relations(found, sheet.tables)
            total += relations
            styles[sheet.style] += relations
            exact += score.exact(found, sheet.tables)
        rows.append(
            [
                reader,
                f"{total.f1:.3f}",
                f"{exact} of {count}",
                *(f"{styles[style].f1:.3f}" for style in tables.STYLES),
                ms(statistics.median(seconds)) if seconds else "-",
            ]
        )
    return table(["reader", "F1", "tables exact", *tables.STYLES, "ms a page"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds of all readers (after one to warm up)")
    parser.add_argument("--fast-rounds", type=int, default=20, help="timed rounds of the fast readers alone")
    parser.add_argument("--tables", type=int, default=40, help="pages of general ruled tables")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    wanted = parser.parse_args()
    begun, load = time.monotonic(), os.getloadavg()[0]
    known = cases()
    stopwatch = [case for case in known if case.timed]
    needed = dict.fromkeys((*TIMED, *RULED, *UNRULED))
    workers = {reader: started(reader) for reader in needed}
    try:
        with tempfile.TemporaryDirectory(prefix="gxstudy-bench-") as name:
            folder = Path(name)
            running = [workers[reader] for reader in TIMED if not workers[reader].missing]
            progress("timing all readers")
            slow = timed(running, stopwatch, wanted.rounds, 1)
            peaks = {worker.reader: worker.peak for worker in workers.values()}
            progress("timing the fast readers")
            fast = timed([worker for worker in running if worker.reader in FAST], stopwatch, wanted.fast_rounds, 2)
            progress("scoring reports")
            grades: dict[str, Score] = {}
            right = {reader: scored(workers[reader], known, grades) for reader in (OURS, *PEERS)}
            progress("scoring reports with distinct figures")
            specimens = _distinct(folder)
            apart = {reader: scored(workers[reader], specimens, grades) for reader in (OURS, *PEERS)}
            progress("scoring reports without rules")
            bare = _without_rules(folder, stopwatch)
            unruled = {reader: scored(workers[reader], bare) for reader in UNRULED}
            progress("scoring general tables")
            sheets = list(tables.sheets(wanted.tables, seed=2013))
            paths = [folder / f"{sheet.name}.pdf" for sheet in sheets]
            for sheet, path in zip(sheets, paths, strict=True):
                path.write_bytes(sheet.data)
            general = general_table(sheets, paths, workers)
    finally:
        for worker in workers.values():
            worker.end()
    published = [case for case in stopwatch if "published" in case.name]
    typeset = [case for case in stopwatch if "published" not in case.name]
    versions = {name: version for worker in workers.values() for name, version in worker.versions.items()}
    errors = [f"- {worker.reader}: {error}" for worker in workers.values() for error in dict.fromkeys(worker.errors)]
    command = " ".join(["python benchmarks/run.py", *sys.argv[1:]])
    wanted.out.write_text(
        PAGE.format(
            command=command,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
            load=f"{load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end",
            minutes=f"{(time.monotonic() - begun) / 60:.1f}",
            versions=", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
            absent="" if published else NOT_THERE,
            goal=goal(fast, {"published reports": published, "typeset reports": typeset}),
            fast_rounds=wanted.fast_rounds,
            fast=timing_table([workers[reader] for reader in FAST], fast, stopwatch, peaks),
            rounds=wanted.rounds,
            slow=timing_table([workers[reader] for reader in TIMED], slow, stopwatch, peaks),
            right=score_table(right, known, workers),
            apart=score_table(apart, specimens, workers),
            grades=grade_table(grades),
            unruled=score_table(unruled, bare, workers),
            pages=wanted.tables,
            general=general,
            errors="\n".join(errors) or "None.",
        ),
        encoding="utf-8",
    )
    progress(f"written: {wanted.out.name}")


def progress(what: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(what, flush=True)


NOT_THERE = """
The published reports, which may not be redistributed, were not there: only typeset ones were read.
"""

PAGE = """# Results

Written by `{command}`; README.md in this folder says what the numbers mean and what they do not.

- Python {python}, {system}; load average {load}; {minutes} minutes
- {versions}
{absent}
## The aim

`read_report` and `tidy` together no slower than pdf_oxide's `extract_tables`, and within 2.5 times of what PDFium needs
to load every page and its text page. Ratios are geometric means over the files, from the table below.

{goal}

## Time of the fast readers

Medians of {fast_rounds} interleaved rounds after 2 to warm up, milliseconds.

{fast}

## Time of all readers

Medians of {rounds} interleaved rounds after 1 to warm up, milliseconds. Peak memory is that of one process over these
files.

{slow}

## Figures read rightly: reports

gxstudy is scored strictly (the printed text under the right keys), the others leniently (see README.md).

{right}

## Figures read rightly: a different figure in every cell

The same forms and scorings with figures that all differ, so that no shifted column can hide behind equal zeros.

{apart}

## Wrong figures by grade

Of the figures gxstudy gave in the two tables above. (The figures of the second do not add up, on purpose.)

{grades}

## Figures read rightly: the timed reports with their rules taken out

{unruled}

## Any ruled tables

{pages} pages of tables with random spans, sizes and texts in eight styles of rules. F1 of neighbour relations over all
pages (ICDAR 2013), and tables given back with every text at its place. gxstudy takes part with `grids.find` alone,
without a form.

{general}

## Failures

{errors}
"""

if __name__ == "__main__":
    main()
