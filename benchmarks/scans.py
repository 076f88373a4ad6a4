"""Reports whose figures are known, scanned in many ways, read back: figures right, errors in silence, seconds a page.

    .venv/bin/python benchmarks/scans.py [--reports N] [--jobs J] [--seed S] [--only NAME ...] [--out FILE]

It needs the extras `test` and `ocr`. The reports are drawn with figures that are all different; where ../shared/reports
is at hand, those reports are scanned too. Programs that others wrote (``scan_programs.py``) make some of the pictures;
those that are not installed are left out. Without --out the table is only printed. The same number of reports, seed and
versions give the same counts, with any number of jobs.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from scan_programs import installed, with_hidden_layer

import gxstudy as gx
from gxstudy.errors import UnreadableFileError
from gxstudy.specimens import Layout, Specimen, draw, expected, invented
from gxstudy.specimens.invented import Kind
from gxstudy.specimens.scan import Scan, as_pdf, pictures
from gxstudy.text import read_number

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "reports"
Place = tuple[str, str, str]

CLAIMS = ("read", "annotated", "blank", "slash")
"""Statuses that say something about the print."""
MARKED = ("contradicted", "doubtful")
"""Grades that say: do not believe this."""

PLAIN = Scan(dpi=200, skew=1.0, noise=8.0, jpeg=70)
WAYS: dict[str, Scan] = {
    "clean, 200 dpi": Scan(),
    "skew 1°, noise, JPEG 70, 150 dpi": replace(PLAIN, dpi=150),
    "skew 1°, noise, JPEG 70, 200 dpi": PLAIN,
    "skew 1°, noise, JPEG 70, 300 dpi": replace(PLAIN, dpi=300),
    "skew 3°, 200 dpi": replace(PLAIN, skew=-3.0),
    "noise 16, blur, JPEG 50, 200 dpi": Scan(skew=0.5, noise=16.0, blur=0.8, jpeg=50),
    "light falls to two thirds, JPEG 60": Scan(skew=-0.7, light=0.35, noise=8.0, jpeg=60),
    "dust, skew 1°, JPEG 70": replace(PLAIN, speckles=0.3),
    "black and white, 200 dpi (CCITT)": Scan(skew=0.7, noise=10.0, mode="bilevel"),
    "black and white, 300 dpi (CCITT)": Scan(dpi=300, skew=-0.7, noise=10.0, mode="bilevel"),
    "black and white, dust, 200 dpi": Scan(skew=0.4, noise=10.0, speckles=0.3, mode="bilevel"),
    "perspective 4 %, light, JPEG 60": Scan(skew=1.5, perspective=0.04, light=0.25, noise=6.0, jpeg=60),
    "on its side, JPEG 70": replace(PLAIN, turns=1),
    "on its head, JPEG 70": replace(PLAIN, turns=2),
}
LAYERS = {"hidden text of another report over the picture": False, "the same, in a form XObject": True}
"""Scans with a text layer whose figures are wrong: whether it stands in a form XObject."""
LAYOUTS = (
    Layout(),
    Layout(table_size=10.5, font="sans", shade="#c6d9f1"),
    Layout(table_size=8.0, rule=0.35, padding=(2.0, 1.5)),
    Layout(table_size=10.0, rule=1.0, disputes="down", thousands=True),
)


PAGE = """# Scans

Reports drawn with known figures, scanned by `gxstudy.specimens.scan` (the page turned, bent, lit, dusted, blurred, made
noisy, compressed) or turned into pictures by programs that others wrote, and read by `gx.read_report`; the published
reports of the tests too, where they are at hand. *Wrong in silence*: a figure that is not what is printed, and that
neither a grade (contradicted, doubtful) nor a finding marks. *Processor s a page*: one thread, all work of a reading.

    {command}

{table}
"""
ORGAN = "某某县人民政府办公室"
OVERVIEW = (
    "2023年，本机关主动公开政府信息1203条，受理政府信息公开申请25件，均在法定期限内办结。",
    "全年未收取政府信息公开信息处理费。",
)


class Report(NamedTuple):
    """A PDF and what it prints, as numbers."""

    name: str
    data: bytes
    truth: dict[Place, str]


@dataclass(slots=True)
class Counts:
    """What came of the figures of some scans."""

    figures: int = 0
    right: int = 0
    told: int = 0
    silent: int = 0
    doubted: int = 0
    pages: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    failed: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        for name in ("figures", "right", "told", "silent", "doubted", "pages", "seconds", "cpu", "failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.grades += other.grades
        self.errors += other.errors


def drawn(number: int, seed: int) -> Iterator[Report]:
    for index in range(number):
        empty = Specimen(ORGAN, 2023, {}, edition="2019" if index % 3 == 2 else "2021", overview=OVERVIEW)
        kind: Kind = "sparse" if index % 4 == 3 else "distinct"
        specimen = replace(empty, figures=invented(empty, seed=seed + index, kind=kind))
        layout = LAYOUTS[index % len(LAYOUTS)]
        yield Report(f"drawn {index}", draw(specimen, layout), expected(specimen, layout))


def shared() -> Iterator[Report]:
    for path in sorted(SHARED.glob("*.pdf")):
        with path.with_suffix(".truth.csv").open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        yield Report(path.stem, path.read_bytes(), {(r["table"], r["row"], r["column"]): r["printed"] for r in rows})


def scan_of(report: Report, way: str) -> bytes:
    """Return a report scanned in a way."""
    if way in WAYS:
        return as_pdf(pictures(report.data, WAYS[way]), jpeg=WAYS[way].jpeg or 95)
    if way in LAYERS:
        (other,) = drawn(1, seed=1000)
        return with_hidden_layer(as_pdf(pictures(report.data, PLAIN)), other.data, form=LAYERS[way])
    return installed()[way](report.data)


def measure(report: Report, way: str) -> Counts:
    scan = scan_of(report, way)
    counts = Counts()
    start, cpu = time.perf_counter(), time.process_time()
    try:
        read = gx.read_report(scan)
    except UnreadableFileError as error:
        counts.failed = 1
        counts.figures = counts.told = len(report.truth)
        counts.errors.append(f"{report.name}, {way}: {error}")
        return counts
    finally:
        counts.seconds, counts.cpu = time.perf_counter() - start, time.process_time() - cpu
    counts.pages = read.pages
    found = {(entry.table, entry.row, entry.column): entry for entry in read.entries}
    marked = {(one.where.table, one.where.row, one.where.column) for one in read.findings if one.severity != "info"}
    for place, printed in report.truth.items():
        counts.figures += 1
        entry = found.get(place)
        if entry is None:
            counts.told += 1
            continue
        counts.grades[entry.grade] += 1
        wanted = read_number(printed)
        if (entry.value, entry.status) == (wanted.value, wanted.status):
            counts.right += 1
            counts.doubted += entry.grade == "doubtful"
        elif entry.status in CLAIMS and entry.grade not in MARKED and place not in marked:
            counts.silent += 1
            counts.errors.append(
                f"SILENT {report.name}, {way}: {'.'.join(place)} prints {printed!r}, read {entry.raw!r}, "
                f"{entry.status}, {entry.grade}, {entry.certainties}"
            )
        else:
            counts.told += 1
            counts.errors.append(
                f"told {report.name}, {way}: {'.'.join(place)} prints {printed!r}, read {entry.raw!r}, "
                f"{entry.status}, {entry.grade}, {entry.certainties}"
            )
    return counts


def table(counts: dict[str, Counts]) -> str:
    heads = (
        *("scan", "pages", "figures", "right", "right %", "wrong or missing, and said", "wrong in silence"),
        *("right but doubted", "processor s a page"),
    )
    lines = [f"| {' | '.join(heads)} |", "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for way, each in counts.items():
        share = 100 * each.right / max(1, each.figures)
        lines.append(
            f"| {way} | {each.pages} | {each.figures} | {each.right} | {share:.2f} | {each.told} | {each.silent} "
            f"| {each.doubted} | {each.cpu / max(1, each.pages):.1f} |"
        )
    return "\n".join(lines)


def _measured(job: tuple[Report, str]) -> tuple[str, Counts]:
    report, way = job
    return way, measure(report, way)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--seed", type=int, default=0)
    known = [*WAYS, *LAYERS, *installed()]
    parser.add_argument("--only", nargs="*", default=known, help="names of scans")
    parser.add_argument("--no-shared", action="store_true")
    parser.add_argument("--errors", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    reports = [*drawn(asked.reports, asked.seed), *(() if asked.no_shared else shared())]
    ways = [way for way in known if any(name in way for name in asked.only)]
    counts = {way: Counts() for way in ways}
    # Not forked: what draws reports has threads, which a copy of this process would wait for in vain.
    with ProcessPoolExecutor(asked.jobs, get_context("spawn")) as pool:
        for way, each in pool.map(_measured, [(report, way) for way in ways for report in reports]):
            counts[way].add(each)
    text = table(counts)
    print(text)
    if asked.out:
        only = "" if len(ways) == len(known) else " --only " + " ".join(f'"{name}"' for name in asked.only)
        drawn_only = " --no-shared" if asked.no_shared else ""
        command = f"benchmarks/scans.py --reports {asked.reports} --seed {asked.seed}{drawn_only}{only}"
        asked.out.write_text(PAGE.format(command=command, table=text), encoding="utf-8")
    errors = [error for each in counts.values() for error in each.errors]
    if asked.errors:
        asked.errors.write_text("\n".join(errors) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
