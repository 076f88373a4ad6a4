"""Figures -> a report PDF in the statutory layout: for the project's own data, for tests and for benchmarks."""

from __future__ import annotations

from gxstudy.specimens.draw import draw, filler
from gxstudy.specimens.finish import bind
from gxstudy.specimens.invented import invented
from gxstudy.specimens.raw import RawReport, read_typeset, write_raw
from gxstudy.specimens.values import Break, Layout, Place, Specimen, blocks, places
from gxstudy.specimens.wording import expected

__all__ = [
    "Break",
    "Layout",
    "Place",
    "RawReport",
    "Specimen",
    "bind",
    "blocks",
    "draw",
    "expected",
    "filler",
    "invented",
    "places",
    "read_typeset",
    "write_raw",
]
