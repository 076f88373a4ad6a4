"""The reports that are read, and what is printed in them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from score import Truth

from gxstudy import specimens
from gxstudy.specimens import Break, Layout, Specimen

ROOT = Path(__file__).resolve().parent.parent
TIMED = ("hotan-science-2024", "suqian-2024", "shanghai-office-2019")
"""Reports of data/raw that are timed; all of them are scored."""


@dataclass(frozen=True, slots=True)
class Case:
    """One PDF and what is printed in it."""

    name: str
    path: Path
    truth: Truth
    timed: bool = False


def published() -> list[Case]:
    """Return the real reports beside the checkout, where they are."""
    found = []
    for path in sorted((ROOT.parent / "shared" / "reports").glob("*.pdf")):
        truth = path.with_suffix(".truth.csv")
        if truth.is_file():
            with truth.open(encoding="utf-8", newline="") as file:
                places = {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}
            found.append(Case(f"{path.stem}, published", path, places, timed=True))
    return found


def typeset() -> list[Case]:
    """Return the reports of data/raw, which are typeset from published figures."""
    truths: dict[str, Truth] = {}
    with (ROOT / "data" / "raw" / "typeset" / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truths.setdefault(row["report_id"], {})[row["table"], row["row"], row["column"]] = row["printed"]
    return [
        Case(f"{path.stem}, typeset", path, truths[path.stem], timed=path.stem in TIMED)
        for path in sorted((ROOT / "data" / "raw" / "reports").glob("*.pdf"))
        if path.stem in truths
    ]


def without_rules(folder: Path, known: Iterable[Case]) -> list[Case]:
    """Return copies of reports from which every drawn path is taken out: the same words, no rules.

    PDFium writes the pages anew, which some fonts do not survive: reports whose text changes by it are left out.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    found = []
    for case in known:
        document = pypdfium2.PdfDocument(case.path)
        before = [page.get_textpage().get_text_bounded() for page in document]
        for page in document:
            for item in list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)):
                page.remove_obj(item)
            page.gen_content()
        written = io.BytesIO()
        document.save(written)
        document.close()
        bare = pypdfium2.PdfDocument(written.getvalue())
        after = [page.get_textpage().get_text_bounded() for page in bare]
        bare.close()
        if sorted("".join(before)) == sorted("".join(after)):
            path = folder / f"{case.name}, without rules.pdf"
            path.write_bytes(written.getvalue())
            found.append(Case(case.name, path, case.truth))
    return found


LAYOUTS: dict[str, Layout] = {
    "plain": Layout(),
    "break inside a group": Layout(breaks=(Break("applications", 12, labels="split", open=True),)),
    "break, header again": Layout(breaks=(Break("applications", 9, header=True),), font="sans"),
    "break inside a label": Layout(breaks=(Break("applications", 14, inside_text=True, open=True),)),
    "tight, right-aligned": Layout(table_size=7.0, padding=(1.0, 1.0), align="right", rule=0.3),
    "shaded, narrow": Layout(shade="#c6d9f1", table_width=0.8, outcome_label="rotated"),
}
EDITIONS = (("2021", False), ("2021", True), ("2019", False))
"""Edition, and whether （六）其他处理 is one row."""


def distinct(folder: Path) -> Iterator[Case]:
    """Draw reports with a different figure in every cell, one for each layout, the editions in turn.

    What shifts, doubles or loses a figure cannot go unseen in them.
    """
    for number, (name, layout) in enumerate(LAYOUTS.items()):
        edition, variant = EDITIONS[number % len(EDITIONS)]
        year = 2019 if edition == "2019" else 2024
        bare = Specimen("某某市某某区人民政府", year, figures={}, edition=edition, variant=variant)
        places = specimens.places(bare)
        figures = random.Random(f"distinct/{number}").sample(range(1, 2000), len(places))
        truth = {place: str(figure) for place, figure in zip(places, figures, strict=True)}
        path = folder / f"distinct {number}.pdf"
        path.write_bytes(specimens.draw(replace(bare, figures=truth), layout))
        yield Case(f"{name}, {edition}", path, truth)
