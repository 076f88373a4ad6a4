"""A specimen and a layout -> the bytes of a PDF, set by Typst with packaged fonts: same input, same bytes."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from gxstudy import forms
from gxstudy.specimens.cells import Cell, Part, parts
from gxstudy.specimens.values import Layout, Specimen

if TYPE_CHECKING:
    import typst

__all__ = ["draw"]

_FONTS = {"serif": "Noto Serif SC", "sans": "Noto Sans SC"}
_A4 = (595.28, 841.89)


def draw(specimen: Specimen, layout: Layout | None = None) -> bytes:
    """Typeset one report.

    Parameters
    ----------
    specimen
        What it says.
    layout
        How it is set; by default plainly, as :class:`Layout` describes.

    Returns
    -------
    bytes
        A PDF with a subset of the font embedded and no date in it. The same input gives the same bytes with the same
        version of Typst.

    Raises
    ------
    CallError
        When the layout asks for something that the specimen does not have.
    """
    data = json.dumps(_data(specimen, layout or Layout()), ensure_ascii=False, sort_keys=True)
    pdf = _compiler().compile(_template(), format="pdf", sys_inputs={"data": data}, pdf_tags=False)
    if not isinstance(pdf, bytes):
        msg = "Typst returned no single PDF"
        raise TypeError(msg)
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """Return the compiler with its fonts: one for the life of the process, for fonts load slowly."""
    import pylopdf_fonts_zh_cn as fonts
    import typst

    return typst.Compiler(font_paths=[str(fonts.serif_path().parent)], ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return resources.files("gxstudy.specimens").joinpath("report.typ").read_bytes()


def _data(specimen: Specimen, layout: Layout) -> dict[str, Any]:
    """Return everything the template needs, as plain JSON values."""
    title = specimen.title or f"{specimen.organ}{specimen.year}年政府信息公开工作年度报告"
    if layout.title_break and not specimen.title:
        title = f"{specimen.organ}\n{specimen.year}年政府信息公开工作年度报告"
    return {
        "title": title.replace("\n", ""),
        "title-lines": title,
        "footer": specimen.footer,
        "font": _FONTS[layout.font],
        "page": {
            "width": _A4[0],
            "height": _A4[1],
            "margins": layout.margins,
            "size": layout.body_size,
            "leading": layout.leading,
            "numbers": layout.page_numbers,
            "bold": layout.bold,
        },
        "table": {
            "size": layout.table_size,
            "width": layout.table_width,
            "padding": layout.padding,
            "rule": layout.rule,
        },
        "flow": _flow(specimen, layout),
    }


def _flow(specimen: Specimen, layout: Layout) -> list[dict[str, Any]]:
    """Return the six sections in order: headings, paragraphs, table parts."""
    form = forms.load(specimen.edition)
    drawn = parts(specimen, layout)
    flow: list[dict[str, Any]] = []
    for number, (heading, paragraphs) in enumerate(
        (
            ("一、总体情况", specimen.overview),
            (form.table("disclosure").section, ()),
            (form.table("applications").section, ()),
            (form.table("disputes").section, ()),
            ("五、存在的主要问题及改进情况", specimen.problems),
            ("六、其他需要报告的事项", specimen.other),
        )
    ):
        key = {1: "disclosure", 2: "applications", 3: "disputes"}.get(number)
        if key in layout.new_page:
            flow.append({"kind": "page"})
        flow.append({"kind": "heading", "text": heading})
        flow += [{"kind": "paragraph", "text": text} for text in paragraphs]
        flow += [_part(part, layout) for part in drawn if part.table == key]
    return flow


def _part(part: Part, layout: Layout) -> dict[str, Any]:
    return {
        "kind": "table",
        "break-before": part.break_before,
        "widths": part.widths,
        "cells": [_cell(cell, layout) for cell in sorted(part.cells, key=lambda cell: (cell.y, cell.x))],
    }


def _cell(cell: Cell, layout: Layout) -> dict[str, Any]:
    left = cell.role in ("label", "stub")
    return {
        "x": cell.x,
        "y": cell.y,
        "text": cell.text,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "align": "left" if left else layout.align if cell.role == "figure" else "center",
        "bold": cell.role in ("band", "head") and layout.bold != "none",
        "shade": layout.shade if cell.role == "band" else "",
        "way": layout.outcome_label if cell.role == "outcome" else "flat",
        "open": cell.open,
    }
