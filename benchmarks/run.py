"""Time gxstudy and its peers on the same reports, in one process, taking turns; print a Markdown table.

Usage: python benchmarks/run.py [FOLDER] [--rounds N]     (by default data/raw/reports, 5 rounds after a warm-up)

The floor is what PDFium needs to load every page and its text page. The times say nothing about what comes back: a
general extractor returns grids, gxstudy the filled form with grades.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter


def floor(path: Path) -> None:
    """PDFium alone: every page and its text page."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            page.get_textpage().close()
            page.close()


def gxstudy(path: Path) -> None:
    """From file to tidy frame, audited."""
    import gxstudy as gx

    gx.tidy(gx.read_report(path))


def pdf_oxide(path: Path) -> None:
    """Tables of every page."""
    from pdf_oxide import PdfDocument

    pdf = PdfDocument(str(path))
    for number in range(pdf.page_count()):
        pdf.extract_tables(number)


def pdfplumber(path: Path) -> None:
    """Tables of every page."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_tables()


def camelot_vector(path: Path) -> None:
    """Ruled tables of every page, by Camelot's fastest engine."""
    import camelot

    camelot.read_pdf(str(path), pages="all", flavor="lattice", engine="vector")


READERS: tuple[Callable[[Path], None], ...] = (floor, gxstudy, pdf_oxide, pdfplumber, camelot_vector)


def seconds(reader: Callable[[Path], None], path: Path) -> float:
    """The time of one reading, with no garbage left over from the one before."""
    gc.collect()
    start = perf_counter()
    reader(path)
    return perf_counter() - start


def main() -> None:
    """Time every reader on every report and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data/raw/reports"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    paths = sorted(options.folder.glob("*.pdf"))
    if not paths:
        sys.exit(f"no PDF in {options.folder}; name a folder that holds some")
    logging.disable(logging.WARNING)  # peers log what they cannot use in a font

    print("| report | " + " | ".join(f"{reader.__name__} ms (x floor)" for reader in READERS) + " |")
    print("|---" * (len(READERS) + 1) + "|")
    for path in paths:
        for reader in READERS:
            reader(path)
        rounds = [[seconds(reader, path) for reader in READERS] for _ in range(options.rounds)]
        medians = [median(times) for times in zip(*rounds, strict=True)]
        cells = " | ".join(f"{1000 * time:.1f} ({time / medians[0]:.1f})" for time in medians)
        print(f"| {path.stem} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
