"""Figures -> a report PDF in the statutory layout: for the project's own data, for tests and for benchmarks."""

from __future__ import annotations

from gxstudy.specimens.draw import draw
from gxstudy.specimens.raw import RawReport, read_typeset, write_raw
from gxstudy.specimens.values import Break, Layout, Place, Specimen, blocks, places

__all__ = ["Break", "Layout", "Place", "RawReport", "Specimen", "blocks", "draw", "places", "read_typeset", "write_raw"]
