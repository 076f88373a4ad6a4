"""What the grades are worth: reports drawn with known figures in mixed layouts, read back, and counted by grade.

    .venv/bin/python benchmarks/grades.py [--reports N] [--jobs J] [--seed S] [--minutes M] [--out FILE]
        [--failures FILE]

It needs the extra `test` (the layouts are those of tests/strategies.py). Without --out the tables are only printed.
The same number of reports, seed and versions give the same counts, with any number of jobs, unless --minutes ends the
run before all are read; what is written says how many were.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import gxstudy as gx
from gxstudy.errors import CallError, UnreadableFileError
from gxstudy.specimens import Layout, Place, Specimen, draw, expected
from gxstudy.text import read_number, squeeze

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from strategies import PARTS, Case, PartName, cases  # noqa: E402  (the layouts are drawn as the tests draw them)

GRADES = ("proved", "consistent", "confirmed", "unchecked", "contradicted")
CLAIMS = ("read", "annotated", "blank", "slash")
"""Statuses that say something about the print; the others say that it was not read."""
CHUNK = 20
"""Reports a worker draws at a time."""
SHOWN = 12
"""Silent errors listed in the tables."""


# ------------------------------------------------------------------------------------------------- what is drawn


@dataclass(frozen=True, slots=True)
class Family:
    """Layouts alike: which parts of a layout are drawn at random, and what is added after that."""

    name: str
    parts: tuple[PartName, ...]
    added: str = ""
    share: int = 1


FAMILIES = (
    Family("plain", ()),
    Family("fonts, sizes, widths, inks", ("setting",)),
    Family("pages", ("pages",)),
    Family("rules", ("rules",)),
    Family("wording", ("wording",)),
    Family("structure and breaks", ("structure",), share=2),
    Family("red stamp", ("setting", "pages"), "stamp"),
    Family("sideways, no /Rotate", ("pages",), "sideways"),
    Family("rows not printed", ("wording",), "rows"),
    Family("everything, ruled", PARTS, "ruled", share=3),
    Family("everything", PARTS, share=3),
)
KINDS = ("distinct", "distinct", "distinct", "distinct", "sparse", "unbalanced")
"""Kinds of figures, in the shares in which they are drawn."""
BROKEN = 0.25
"""Share of reports in which some printed figures are changed, so that their sums fail."""
ROWS = ("carried_in", "denied.query", "rejected.petition", "granted", "carried_out", "unavailable.unclear")


@dataclass(frozen=True, slots=True)
class Print:
    """A report as printed: its figures, its layout, and the case that it was made from."""

    specimen: Specimen
    layout: Layout
    case: Case


def printed(case: Case, family: Family) -> Print:
    """Return what to print for a case: changed as its family says, and in some reports with sums broken."""
    numbers = random.Random(f"{family.name}/{case.seed}")
    layout = case.layout
    specimen = case.specimen
    if family.added == "stamp":
        stamp = numbers.choice(("disclosure", "applications", "disputes"))
        layout = replace(layout, stamp=stamp, table_width=numbers.choice((1.0, 0.9)))
    elif family.added == "sideways":
        layout = replace(layout, rotate=numbers.choice((90, 180, 270)), rotate_entry=False)
    elif family.added == "ruled":
        layout = replace(layout, ruled="all", leading=numbers.choice((0.9, 0.6)))
    elif family.added == "rows":
        gone = tuple(numbers.sample(ROWS, numbers.randint(1, 2)))
        figures = {place: text for place, text in specimen.figures.items() if place[1] not in gone}
        specimen = replace(specimen, figures=figures, without=gone)
    if numbers.random() < BROKEN:
        specimen = replace(specimen, figures=broken(specimen, numbers))
    return Print(specimen, layout, case)


def broken(specimen: Specimen, numbers: random.Random) -> dict[Place, str]:
    """Return the figures of a report with one to three of them printed wrong by a digit."""
    figures = dict(specimen.figures)
    counted = sorted(place for place, text in figures.items() if text.isdigit() and place[0] != "disclosure")
    for place in numbers.sample(counted, min(len(counted), numbers.randint(1, 3))):
        text = figures[place]
        at = numbers.randrange(len(text))
        digit = numbers.choice([d for d in "123456789" if d != text[at]])
        figures[place] = text[:at] + digit + text[at + 1 :]
    return figures


# ----------------------------------------------------------------------------------------------- what is counted


@dataclass(slots=True)
class Tally:
    """Counts of one family of layouts; cells by grade and status, of them wrong."""

    reports: int = 0
    refused: int = 0
    undrawn: int = 0
    places: int = 0
    missed: int = 0
    flawed: int = 0
    silent: int = 0
    having: Counter[str] = field(default_factory=Counter)
    flawed_having: Counter[str] = field(default_factory=Counter)
    silent_having: Counter[str] = field(default_factory=Counter)
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("reports", "refused", "undrawn", "places", "missed", "flawed", "silent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.having += other.having
        self.flawed_having += other.flawed_having
        self.silent_having += other.silent_having
        self.cells += other.cells
        self.wrong += other.wrong
        self.failures += other.failures


def features(what: Print) -> Iterator[str]:
    """Yield what a print has that may make it hard to read."""
    layout = what.layout
    yield f"form {what.specimen.edition}"
    yield f"rules: {layout.ruled}"
    yield f"rules drawn as {layout.rule_style}"
    if layout.ruled == "all":
        yield f"outer border {layout.outer}, rules: all"
    yield f"table four {layout.disputes}"
    told = {
        "cut by a page or a gap": bool(layout.breaks),
        "cut, and no rule at the cut": any(cut.open for cut in layout.breaks),
        "cut through a row": any(cut.inside_text for cut in layout.breaks),
        "a stamp over a table": bool(layout.stamp),
        "a watermark": bool(layout.watermark),
        "column headings stacked or turned": layout.heads != "flat",
        "white headings on a dark ground": bool(layout.ink_heads),
        "figures in colour": bool(layout.ink_figures),
        "space between the characters of figures": bool(layout.tracking),
        "a table that is none of the form's": bool(layout.extra),
        "figures broken over lines": bool(layout.figure_wrap),
        "full-width figures": layout.digits == "full",
        "labels missing or misprinted": bool(layout.labels),
        "（六）其他处理 in one row": what.specimen.variant,
        "blocks of the other form": bool(what.specimen.foreign_blocks),
        "several pages on a sheet": layout.per_sheet > 1,
        "rows not printed": bool(what.specimen.without),
        "zeros left blank": what.case.kind == "sparse" and not what.case.zero,
        "zeros left blank, rules: all": what.case.kind == "sparse" and not what.case.zero and layout.ruled == "all",
    }
    yield from (name for name, has in told.items() if has)


def count(what: Print, tally: Tally) -> None:
    """Draw and read one report, and count every place of it.

    A claim is wrong where the value differs from the printed one, or a blank or stroke is said for something else. A
    place that is unreadable or absent although something is printed there is missed, never wrong.
    """
    try:
        pdf = draw(what.specimen, what.layout)
    except CallError:  # a break outside a table that has lost rows
        tally.undrawn += 1
        return
    truth = expected(what.specimen, what.layout)
    tally.reports += 1
    try:
        report = gx.read_report(pdf)
    except UnreadableFileError as error:
        tally.refused += 1
        tally.having.update(features(what))
        tally.flawed_having.update(features(what))
        tally.missed += sum(bool(text) for text in truth.values())
        tally.places += len(truth)
        tally.failures.append(f"refused: {error}\n  {_pasted(what)}")
        return
    found = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    silent: list[str] = []
    loud: list[str] = []
    flawed = False
    for place in truth | dict.fromkeys(found, ""):
        entry, text = found.get(place), truth.get(place, "")
        tally.places += 1
        if entry is None or entry.status not in CLAIMS:
            lost = bool(squeeze(text))
            tally.missed += lost
            flawed |= lost
            if entry is not None:
                tally.cells[entry.grade, entry.status] += 1
            continue
        tally.cells[entry.grade, entry.status] += 1
        told = read_number(text)
        if (entry.value, entry.status) != (told.value, told.status):
            flawed = True
            tally.wrong[entry.grade, entry.status] += 1
            told_as = f"{entry.raw!r} ({entry.status}, {entry.grade})"
            where = loud if entry.grade == "contradicted" else silent
            where.append(f"{'.'.join(place)}: printed {text!r}, read {told_as}")
    tally.flawed += flawed
    for feature in features(what):
        tally.having[feature] += 1
        tally.flawed_having[feature] += flawed
        tally.silent_having[feature] += len(silent)
    tally.silent += len(silent)
    if silent or loud:
        kind = f"silent: {len(silent)} places" if silent else f"contradicted: {len(loud)} places"
        tally.failures.append("\n  ".join([kind, *(silent or loud)[:3], _pasted(what)]))


def _pasted(what: Print) -> str:
    return f"{replace(what.case, layout=what.layout)!r} without={what.specimen.without!r}"


def drawn(number: int, family: Family) -> Case:
    """Return the case of seed ``number``.

    Of the two examples of a search the first is the plainest possible; a longer one would vary few cases many times.
    The second differs from the first in what is drawn first, always: so that is a number that nobody uses.
    """
    found: list[Case] = []

    @seed(number)
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), cases(of=family.parts, kinds=KINDS, hybrids=True, notes=True))
    def look(_: int, case: Case) -> None:
        found.append(case)

    look()
    return found[-1]


def chunk(index: int, first: int, size: int) -> tuple[int, Tally]:
    """Draw ``size`` reports of family ``index`` with the seeds from ``first`` on, and count them."""
    family = FAMILIES[index]
    tally = Tally()
    for number in range(first, first + size):
        count(printed(drawn(number, family), family), tally)
    return index, tally


def plan(reports: int, seed_of_first: int) -> Iterator[tuple[int, int, int]]:
    """Yield (family, first seed, size) so that the families have their shares of ``reports``."""
    shares = sum(family.share for family in FAMILIES)
    for index, family in enumerate(FAMILIES):
        size = round(reports * family.share / shares)
        first = seed_of_first * 10_000_000 + index * 100_000
        for start in range(0, size, CHUNK):
            yield index, first + start, min(CHUNK, size - start)


def run(reports: int, *, jobs: int, first: int, minutes: float | None = None) -> list[Tally]:
    """Return the tally of every family; after ``minutes`` no further part is begun."""
    tallies = [Tally() for _ in FAMILIES]
    work = list(plan(reports, first))
    random.Random(0).shuffle(work)
    started = time.monotonic()
    results: dict[int, tuple[int, Tally]] = {}
    with ProcessPoolExecutor(jobs) as pool:
        waiting = {pool.submit(chunk, *part): position for position, part in enumerate(work)}
        for done, future in enumerate(as_completed(waiting), 1):
            results[waiting[future]] = future.result()
            passed = time.monotonic() - started
            sys.stderr.write(f"\r{done}/{len(work)} parts, {passed:.0f} s")
            if minutes is not None and passed > 60 * minutes:
                pool.shutdown(wait=True, cancel_futures=True)
                results.update(
                    (waiting[each], each.result()) for each in waiting if each.done() and not each.cancelled()
                )
                break
    sys.stderr.write("\n")
    for position in sorted(results):
        index, tally = results[position]
        tallies[index].add(tally)
    return tallies


# ------------------------------------------------------------------------------------------------ what is written


def upper_bound(wrong: int, cells: int) -> float:
    """Return the upper end of the one-sided 95 % interval of Clopper and Pearson (about 3/n where none is wrong)."""
    from scipy import stats

    return 1.0 if wrong >= cells else float(stats.beta.ppf(0.95, wrong + 1, cells - wrong))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2g}" if whole and part else "0"


def by_grade(total: Tally) -> str:
    """Return the table of wrong values by grade and status."""
    rows = []
    for grade in GRADES:
        told = [(status, total.cells[grade, status]) for status in CLAIMS if total.cells[grade, status]]
        for status, cells in told:
            wrong = total.wrong[grade, status]
            rows.append(
                (
                    f"*{grade}*, {status}",
                    f"{cells:,}",
                    f"{wrong:,}",
                    _share(wrong, cells),
                    f"{upper_bound(wrong, cells):.1e}",
                )
            )
        if len(told) > 1:
            cells, wrong = sum(n for _, n in told), sum(total.wrong[grade, status] for status, _ in told)
            rows.append(
                (
                    f"**{grade}, all**",
                    f"{cells:,}",
                    f"{wrong:,}",
                    _share(wrong, cells),
                    f"{upper_bound(wrong, cells):.1e}",
                )
            )
    return _table(("grade, status", "cells", "wrong", "share", "at most (95 %)"), rows)


def by_family(tallies: Sequence[Tally]) -> str:
    """Return the table of silent errors and of figures not read by family of layouts."""
    rows = [
        (
            family.name,
            f"{tally.reports:,}",
            f"{tally.places:,}",
            tally.silent,
            tally.missed,
            tally.refused,
            f"{100 * (1 - (tally.flawed + tally.refused) / max(1, tally.reports)):.1f} %",
        )
        for family, tally in zip(FAMILIES, tallies, strict=True)
    ]
    head = ("layouts", "reports", "places", "silent errors", "not read", "refused", "reports read whole")
    return _table(head, rows)


def by_feature(total: Tally) -> str:
    """Return the table of what the prints have, the hardest first."""
    shares = {name: total.flawed_having[name] / reports for name, reports in total.having.items()}
    rows = [
        (name, f"{total.having[name]:,}", total.silent_having[name], f"{100 * (1 - shares[name]):.1f} %")
        for name in sorted(shares, key=lambda name: (-shares[name], name))
    ]
    return _table(("the print has", "reports", "silent errors", "reports read whole"), rows)


def page(tallies: Sequence[Tally], command: str) -> str:
    """Return GRADES.md."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("gxstudy", "pypdfium2", "typst", "hypothesis")
    )
    silent = [text for tally in tallies for text in tally.failures if text.startswith("silent")]
    listed = "\n".join(f"- `{text.splitlines()[1].strip()}`" for text in silent[:SHOWN]) or "None."
    return TEXT.format(
        command=command,
        versions=f"Python {platform.python_version()}, {versions}",
        reports=f"{total.reports:,}",
        places=f"{total.places:,}",
        grades=by_grade(total),
        families=by_family(tallies),
        features=by_feature(total),
        silent=f"{total.silent:,}",
        silent_reports=f"{len(silent):,}",
        listed=listed,
    )


TEXT = """# What the grades are worth

Written by `{command}` ({versions}).

{reports} reports with figures known in advance were drawn by `gxstudy.specimens` in mixed layouts, read with
`gx.read_report`, and all {places} places compared with what was printed. The layouts are those of `tests/strategies.py`
(every field of `Layout`), with red stamps, pages on their side and rows left out added; both editions, hybrids of the
two, figures that are all different, sparse, or do not add up, and in a quarter of the reports one to three figures
printed wrong by a digit, so that sums fail on paper.

## Wrong values by grade

*Wrong*: the value that is given, or the blank or stroke that is said to stand there, is not what is printed. A figure
that is said to be unreadable or absent is not wrong but not read. *At most*: upper end of the one-sided 95 % interval
of Clopper and Pearson for the share of wrong cells, about 3/n where none was wrong. It takes cells for independent,
which those of one report are not, and it holds for layouts like these, not for all that exist.

{grades}

*Contradicted* cells are those of a sum that fails, most of them right: arithmetic cannot tell which term is wrong.

## Silent errors by layout

*Silent*: wrong, and not contradicted by any sum. *Not read*: something is printed, and the entry says that it is
unreadable or absent. *Refused*: no table was found. *Read whole*: every place as printed.

{families}

Silent errors: {silent}, in {silent_reports} reports; the first place of each, up to a dozen:

{listed}

## What makes a report hard to read

The same reports by what their print has; most have several of these, so that the rows are not independent.

{features}

What is known to fail, and how:

- **No rules, or rules across only, and blanks instead of zeros.** Only a number before a label, or a wide gap, tells
  which rows are blank, and only a heading which columns are: without these, labels of several rows may run together and
  columns without a figure are not seen. Such rows are called unreadable or absent, with a finding.
- **An outer border that is white or missing, and a cut right there.** Two rows with no rule between them stand in one
  cell, and their figures read as one wrapped number. Where their labels run together they are called unreadable; where
  the label of one stands outside the table, only the sums tell: the row and its columns are contradicted.
- **A red stamp without a ring, whose characters fall into a cell without touching the figure**: they stay in that cell,
  which is then called unreadable.
- **A label missing beside a row that is missing** is not guessed: the row is called unreadable.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=220, help="how many reports to draw (default 220)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--out", type=Path, help="write the tables to this file")
    parser.add_argument("--failures", type=Path, help="write every refused report and wrong value to this file")
    parser.add_argument("--minutes", type=float, help="begin no further part after so many minutes")
    chosen = parser.parse_args()
    tallies = run(chosen.reports, jobs=chosen.jobs, first=chosen.seed, minutes=chosen.minutes)
    command = f"benchmarks/grades.py --reports {chosen.reports} --seed {chosen.seed}"
    if chosen.minutes is not None:
        command += f" --minutes {chosen.minutes:g}"
    written = page(tallies, command)
    print(written)
    if chosen.out:
        chosen.out.write_text(written, encoding="utf-8")
    if chosen.failures:
        failures = [text for tally in tallies for text in tally.failures]
        chosen.failures.write_text("\n\n".join(failures) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
