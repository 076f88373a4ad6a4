"""What was measured -> the text of RESULTS.md."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import score
import tables
from readers import Worker
from reports import Case
from score import NO_RELATIONS, NOTHING, Relations, Score

FLOOR, OURS, OXIDE = "PDFium floor", "gxstudy read_report + tidy", "pdf_oxide extract_tables"
TO_FLOOR, TO_OXIDE = 2.5, 1.0
"""The aim: at most so many times the floor, and pdf_oxide."""

Times = dict[str, dict[str, list[float]]]
"""Seconds of every call that succeeded, by reader and name of the file."""


@dataclass(slots=True)
class Timing:
    """Wall-clock and processor seconds."""

    wall: Times = field(default_factory=dict)
    busy: Times = field(default_factory=dict)


@dataclass(slots=True)
class General:
    """What one reader made of the general tables."""

    relations: dict[str, Relations]
    exact: int
    seconds: list[float]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    line = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, line, *rows))


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}" if seconds < 0.1 else f"{1000 * seconds:,.0f}"


def medians(name: str, times: Times, known: Sequence[Case]) -> list[float] | None:
    """Return the medians of a reader over ``known``; None where one is missing."""
    found = [statistics.median(seconds) for case in known if (seconds := times.get(name, {}).get(case.name))]
    return found if found and len(found) == len(known) else None


def ratio(a: Sequence[float] | None, b: Sequence[float] | None) -> float | None:
    """Return the geometric mean over the files of the ratios of medians."""
    if a is None or b is None:
        return None
    return statistics.geometric_mean(x / y for x, y in zip(a, b, strict=True))


def shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


SHARED = """
Other programs ran on the processors meanwhile (see the load average): a reader's wall-clock time then is mostly
waiting, by chance more or less of it, and says nothing about the aim. The processor time decides.
"""


def goal(timing: Timing, groups: Mapping[str, Sequence[Case]]) -> str:
    rows = []
    for name, known in groups.items():
        for clock, times in (("wall", timing.wall), ("processor", timing.busy)):
            ours, floor, oxide = (medians(reader, times, known) for reader in (OURS, FLOOR, OXIDE))
            row = [f"{name}, {clock} time"]
            for measured, most in ((ratio(ours, floor), TO_FLOOR), (ratio(ours, oxide), TO_OXIDE)):
                row += [shown(measured), "-" if measured is None else "yes" if measured <= most else "no"]
            rows.append(row)
    head = [
        "read_report + tidy",
        "times the floor",
        f"at most {TO_FLOOR:g}",
        "times pdf_oxide",
        f"at most {TO_OXIDE:g}",
    ]
    return table(head, rows)


def timing_table(workers: Sequence[Worker], times: Times, known: Sequence[Case], peaks: Mapping[str, float]) -> str:
    floor, oxide = medians(FLOOR, times, known), medians(OXIDE, times, known)
    rows = []
    for worker in workers:
        if worker.missing:
            rows.append([worker.reader, f"not run: {worker.missing}", *[""] * (len(known) + 3)])
            continue
        own = [times.get(worker.reader, {}).get(case.name) for case in known]
        whole = medians(worker.reader, times, known)
        rows.append(
            [
                worker.reader,
                *(ms(statistics.median(seconds)) if seconds else "failed" for seconds in own),
                shown(ratio(whole, floor)),
                shown(ratio(whole, oxide)),
                f"{peaks[worker.reader]:.0f}",
                f"{worker.seconds_to_import:.2f}",
            ]
        )
    return table(["ms", *(case.name for case in known), "to the floor", "to pdf_oxide", "peak MiB", "import s"], rows)


def score_table(
    results: Mapping[str, Mapping[str, Score]], known: Sequence[Case], workers: Mapping[str, Worker]
) -> str:
    readers = [reader for reader in results if not workers[reader].missing]
    rows = []
    for case in known:
        printed = score.printed_figures(case.truth)
        rows.append([case.name, str(printed), *(_cell(results[reader][case.name]) for reader in readers)])
    totals = [sum(results[reader].values(), start=NOTHING) for reader in readers]
    printed = sum(score.printed_figures(case.truth) for case in known)
    rows.append(["**all**", f"**{printed}**", *(f"**{_cell(total)}**" for total in totals)])
    return table(["figures right (wrong)", "printed", *readers], rows)


def _cell(one: Score) -> str:
    return f"{one.right} ({one.wrong})" if one.wrong else str(one.right)


def grade_table(grades: Mapping[str, Score]) -> str:
    order = ("proved", "consistent", "confirmed", "unchecked", "contradicted")
    rows = [
        [grade, f"{grades[grade].right + grades[grade].wrong:,}", str(grades[grade].wrong)]
        for grade in order
        if grade in grades
    ]
    return table(["grade", "figures with a known print", "wrong"], rows)


def general_table(results: Mapping[str, General], count: int, workers: Mapping[str, Worker]) -> str:
    rows = []
    for reader, found in results.items():
        if workers[reader].missing:
            rows.append([reader, f"not run: {workers[reader].missing}", *[""] * (len(tables.STYLES) + 2)])
            continue
        total = sum(found.relations.values(), start=NO_RELATIONS)
        styles = [f"{found.relations[style].f1:.3f}" for style in tables.STYLES]
        speed = ms(statistics.median(found.seconds)) if found.seconds else "-"
        rows.append([reader, f"{total.f1:.3f}", f"{found.exact} of {count}", *styles, speed])
    return table(["reader", "F1", "tables exact", *tables.STYLES, "ms a page"], rows)


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
to load every page and its text page. Ratios are geometric means over the files, from the rounds of the next table.

{goal}
{shared}
## Time of the fast readers

Medians of {fast_rounds} interleaved rounds after 2 to warm up, milliseconds of wall-clock time.

{fast}

The same rounds, milliseconds of processor time (all threads of the process), which suffers less from what else runs on
the machine:

{busy}

## Time of all readers

Medians of {rounds} interleaved rounds after 1 to warm up, milliseconds of wall-clock time. Peak memory is that of one
process over these files.

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

## Figures read rightly: reports with their rules taken out

{unruled}

## Any ruled tables

{pages} pages of tables with random spans, sizes and texts in eight styles of rules. F1 of neighbour relations over all
pages (ICDAR 2013), and tables given back with every text at its place. gxstudy takes part with `grids.find` alone,
without a form, on pages looked at in full (`read_report` passes over pages without anything of a form).

{general}

## Failures

{errors}
"""
