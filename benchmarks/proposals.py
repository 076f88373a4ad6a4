"""What proposals are worth: digits of real tables misread by a simulated recogniser, and what the sums then propose.

    .venv/bin/python benchmarks/proposals.py [--tables N] [--seed S] [--out FILE]

The tables are those of data/raw: real published figures. A recogniser is simulated (its faults, and how sure it is of
them, are assumptions: the page says them), with and without errors that stood in print before it read. Without --out
the page is only printed. The same number of tables and seed give the same counts.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gxstudy import forms
from gxstudy.audit import propose
from gxstudy.fill import Entry, Sheet
from gxstudy.specimens.raw import read_typeset
from gxstudy.text import read_number

ROOT = Path(__file__).resolve().parent.parent
RATES = (0.005, 0.01, 0.02, 0.05)
WRONG_IN_PRINT = (0, 1, 2)
ALIKE = ("08", "06", "17", "38", "56", "68", "89", "49", "35", "27")
LETTERS = {"0": "OoQ", "1": "lI|", "2": "Z", "5": "S", "6": "b", "7": "T", "8": "B", "9": "g"}

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Printed:
    """One table of a report: what is printed in each of its places."""

    table: str
    edition: str
    figures: dict[Place, str]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the recogniser makes of one figure; ``wrong`` when that is not what is printed."""

    raw: str
    certainties: tuple[float, ...]
    wrong: bool


def printed_tables(raw: Path) -> tuple[Printed, ...]:
    """Return the tables three and four of data/raw of which every figure is known."""
    tables = []
    for report in read_typeset(raw):
        said = report.specimen
        for key in ("applications", "disputes"):
            places = forms.load(said.edition).table(key).places(variant=said.variant)
            known = {(row, column): text for (table, row, column), text in said.figures.items() if table == key}
            if all(place in known for place in places):
                tables.append(Printed(key, said.edition, {place: known[place] for place in places}))
    return tuple(tables)


def recognise(printed: str, rate: float, numbers: random.Random) -> Recognised:
    """Read one figure, each digit wrongly with the probability ``rate``; how, is said in :data:`HEAD`."""
    characters: list[str] = []
    certainties: list[float] = []
    for digit in printed:
        sure = numbers.uniform(0.985, 1) if numbers.random() > 0.02 else numbers.uniform(0.5, 0.985)
        seen = digit
        if digit.isdigit() and numbers.random() < rate:
            sure = numbers.uniform(0.2, 0.5) if numbers.random() < 0.6 else numbers.uniform(0.6, 1)
            seen = misread(digit, numbers)
        characters += seen
        certainties += [sure] * len(seen)
    raw = "".join(characters)
    if printed and not raw:
        return Recognised("\ufffd", (0.0,), wrong=True)
    return Recognised(raw, tuple(certainties), wrong=raw != printed)


def misread(digit: str, numbers: random.Random) -> str:
    alike = [pair.replace(digit, "") for pair in ALIKE if digit in pair]
    kind = numbers.random()
    if kind < 0.75:
        return numbers.choice(alike)
    if kind < 0.87:
        return numbers.choice([other for other in "0123456789" if other != digit])
    if kind < 0.92:
        return ""
    return digit * 2 if kind < 0.95 else numbers.choice(LETTERS.get(digit, "?"))


def spoil(figures: dict[Place, str], errors: int, numbers: random.Random) -> dict[Place, str]:
    """Print ``errors`` figures wrongly: one more or less, one digit another, a zero, or a number in place of a zero."""
    spoilt = dict(figures)
    for place in numbers.sample([place for place, text in figures.items() if text.isdigit()], errors):
        value = int(figures[place])
        kind = numbers.random()
        if kind < 0.4:
            wrong = value + (numbers.choice((-1, 1)) if value else 1)
        elif kind < 0.7:
            digits = list(str(value))
            digits[numbers.randrange(len(digits))] = numbers.choice("0123456789")
            wrong = int("".join(digits))
        else:
            wrong = 0 if value else numbers.randint(1, 20)
        spoilt[place] = str(wrong)
    return spoilt


def read_once(printed: Printed, rate: float, errors: int, numbers: random.Random) -> Counter[str]:
    """Recognise one table and hold what is proposed against what is printed."""
    figures = spoil(printed.figures, errors, numbers)
    read = {place: recognise(text, rate, numbers) for place, text in figures.items()}
    entries = []
    for (row, column), seen in read.items():
        value, status = read_number(seen.raw)
        entries.append(Entry(printed.table, row, column, seen.raw, value, status, "unchecked", (), seen.certainties))
    result = propose((Sheet(printed.table, printed.edition, tuple(entries)),))
    counts = Counter(tables=1, figures=len(figures), misread=sum(seen.wrong for seen in read.values()))
    for one in result.proposals:
        right = str(one.value_proposed) == figures[one.row, one.column]
        counts["right" if right else "wrong"] += 1
    return counts


HEAD = """# What proposals are worth

Written by `{command}`. The tables are those of `data/raw` of which every figure is known: {tables} tables
with real figures, taken in turn. The recogniser is simulated. Of the digits it misreads three in four are taken for one
that looks alike; of the others most for any digit, some for a letter, lost or doubled. Three in five misread digits are
doubted (certainty 0.2 to 0.5, as where two readings differ), the others have 0.6 to 1. Of right characters one in fifty
is doubted too (0.5 to 0.985). These shares are assumptions.

*Right* is a proposal that is what was printed, *wrong* one that is not. What is neither was not offered: another
explanation was too near, or the sums do not reach so far. Errors in print stood there before the recogniser read: a
total left at zero, one more or less, one digit another. Here every table has as many as said; few real ones have any.
"""
COLUMNS = (
    "errors in print",
    "digits misread",
    "figures",
    "misread",
    "right",
    "share",
    "wrong",
    "wrong in 1,000 tables",
)


def page(tables: int, seed: int) -> str:
    """Return the page of results."""
    known = printed_tables(ROOT / "data" / "raw")
    command = f"python benchmarks/proposals.py --tables {tables} --seed {seed}"
    parts = [HEAD.format(command=command, tables=len(known))]
    for key, title in (("applications", "Table three"), ("disputes", "Table four")):
        chosen = [printed for printed in known if printed.table == key]
        rows = [result(chosen, errors, rate, tables, seed) for errors in WRONG_IN_PRINT for rate in RATES]
        lines = [COLUMNS, ("---:",) * len(COLUMNS), *rows]
        parts.append(f"## {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    return "\n".join(parts)


def result(chosen: Sequence[Printed], errors: int, rate: float, tables: int, seed: int) -> tuple[str, ...]:
    """Return one row of the page."""
    numbers = random.Random(f"{seed} {chosen[0].table} {errors} {rate}")
    counts: Counter[str] = Counter()
    for number in range(tables):
        counts += read_once(chosen[number % len(chosen)], rate, errors, numbers)
    share = f"{counts['right'] / counts['misread']:.1%}" if counts["misread"] else ""
    told = (counts["figures"], counts["misread"], counts["right"])
    wrong = (f"{counts['wrong']:,}", f"{1000 * counts['wrong'] / tables:.1f}")
    return (str(errors), f"{rate:.1%}", *(f"{count:,}" for count in told), share, *wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, default=300, help="tables read at each rate (default 300)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    parser.add_argument("--out", type=Path, help="write the page to this file")
    asked = parser.parse_args()
    began = time.perf_counter()
    written = page(asked.tables, asked.seed)
    print(written)
    print(f"{time.perf_counter() - began:.0f} s")
    if asked.out is not None:
        asked.out.write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
