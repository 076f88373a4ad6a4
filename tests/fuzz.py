"""Build datasets of files that were made to do harm, for so many seconds, and say what came of them.

    make fuzz            or:
    python tests/fuzz.py [--seconds N] [--begin N] [--family NAME] [--keep FOLDER]

A file that ends in an error nobody thought of, in a crash, in too much time or memory, or that touches anything but
itself, is a fault, and is kept in a folder.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import mutants
import watched

from gxstudy import corpus

FAULTS = ("unexpected_error", "crashed", "timed_out", "out_of_memory")
SECONDS = 30.0
"""Processor time that a file may take; pages that are recognised take some seconds each."""
AT_ONCE = 10


def batch(
    folder: Path, numbers: range, families: tuple[str, ...], *, timeout: float
) -> tuple[Counter[str], dict[str, str]]:
    """Build one dataset of mutants; return how many files ended how, and the faults by the name of their file."""
    raw = folder / "raw"
    raw.mkdir()
    names: dict[str, str] = {}
    for mutant in mutants.mutants(numbers, families):
        (raw / mutant.name).write_bytes(mutant.data)
        names[hashlib.sha256(mutant.data).hexdigest()] = mutant.name
    log = folder / "watched.jsonl"
    built = corpus.build(raw, folder / "out", timeout=timeout, reader=watched.Reader(str(log)))
    outcomes = Counter(built.failures["reason"]) + Counter(read=len(built.reports))
    faults = {
        str(row.path): f"{row.reason}: {row.message}" for row in built.failures.itertuples() if row.reason in FAULTS
    }
    for one in watched.told(log):
        if one.forbidden:
            faults[names[one.sha256]] = f"touched {', '.join(one.forbidden)}"
        elif one.seconds > SECONDS:
            faults.setdefault(names[one.sha256], f"took {one.seconds:.1f} s of the processor")
    return outcomes, faults


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--begin", type=int, default=0, help="the first number")
    parser.add_argument("--family", action="append", choices=mutants.FAMILIES, help="only these")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one file")
    parser.add_argument("--keep", type=Path, default=Path(".cache/fuzz"), help="where faults are kept")
    wanted = parser.parse_args()
    families = tuple(wanted.family or mutants.FAMILIES)
    outcomes: Counter[str] = Counter()
    found = 0
    begun = time.monotonic()
    for begin in itertools.count(wanted.begin, AT_ONCE):
        if time.monotonic() - begun > wanted.seconds:
            break
        with tempfile.TemporaryDirectory(prefix="gxstudy-fuzz-") as name:
            came, faults = batch(Path(name), range(begin, begin + AT_ONCE), families, timeout=wanted.timeout)
            outcomes += came
            for fault, said in faults.items():
                wanted.keep.mkdir(parents=True, exist_ok=True)
                (wanted.keep / fault).write_bytes(Path(name, "raw", fault).read_bytes())
                say(f"{fault}: {said}")
            found += len(faults)
        say(f"up to {begin + AT_ONCE}: {outcomes.total()} files, {dict(outcomes.most_common())}")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
