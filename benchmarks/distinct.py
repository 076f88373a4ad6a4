"""Reports with a different figure in every cell: what shifts, doubles or loses a figure cannot go unseen in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from score import Truth

from gxstudy import specimens
from gxstudy.specimens import Break, Layout, Specimen

LAYOUTS: dict[str, Layout] = {
    "plain": Layout(),
    "break inside a group": Layout(breaks=(Break("applications", 12, labels="split", open=True),)),
    "break, header again": Layout(breaks=(Break("applications", 9, header=True),), font="sans"),
    "break inside a label": Layout(breaks=(Break("applications", 14, inside_text=True, open=True),)),
    "tight and right-aligned": Layout(table_size=7.0, padding=(1.0, 1.0), align="right", rule=0.3),
    "shaded, narrow": Layout(shade="#c6d9f1", table_width=0.8, outcome_label="rotated"),
}
EDITIONS = (("2021", False), ("2021", True), ("2019", False))


def reports() -> Iterator[tuple[str, bytes, Truth]]:
    """Draw one report for each layout, the editions in turn."""
    for number, (name, layout) in enumerate(LAYOUTS.items()):
        edition, variant = EDITIONS[number % len(EDITIONS)]
        bare = Specimen(
            organ="某某市某某区人民政府",
            year=2019 if edition == "2019" else 2024,
            figures={},
            edition=edition,
            variant=variant,
        )
        places = specimens.places(bare)
        figures = random.Random(f"distinct/{number}").sample(range(1, 2000), len(places))
        truth = {place: str(figure) for place, figure in zip(places, figures, strict=True)}
        yield f"{name}, {edition}", specimens.draw(replace(bare, figures=truth), layout), truth
