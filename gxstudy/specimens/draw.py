"""A specimen and a layout -> the bytes of a PDF, set by Typst with packaged fonts: same input, same bytes."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from gxstudy import forms
from gxstudy.specimens import finish, wording
from gxstudy.specimens.cells import Cell, Part, foreign, parts
from gxstudy.specimens.values import Layout, Specimen

if TYPE_CHECKING:
    import typst

__all__ = ["draw", "filler"]

_FONTS = {"serif": "Noto Serif SC", "sans": "Noto Sans SC"}
_PAPERS = {"a4": (595.28, 841.89), "a3": (841.89, 1190.55)}
_SIDES = ("top", "bottom", "left", "right")


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
        version of Typst (and of pypdf, for what only it can do).

    Raises
    ------
    CallError
        When the layout asks for something that the specimen does not have.
    MissingDependencyError
        When the layout asks for something that only pypdf can do, and pypdf is not installed.
    """
    chosen = layout or Layout()
    return finish.finish(_typeset(_data(specimen, chosen) | {"flow": _flow(specimen, chosen)}, chosen), chosen)


def filler(pages: int, *, layout: Layout | None = None) -> bytes:
    """Typeset ``pages`` pages of prose without tables: what a gazette holds before a report (see :func:`bind`)."""
    chosen = layout or Layout()
    empty = Specimen("某市人民政府", 2024, {}, title="公报")
    flow: list[dict[str, Any]] = []
    for number in range(1, pages + 1):
        if number > 1:
            flow.append({"kind": "page"})
        flow.append({"kind": "heading", "text": f"第{number}号文件"})
        flow += [{"kind": "paragraph", "text": f"本页为第{number}页，内容仅供排版之用，与任何机关无关。" * 3}] * 4
    return finish.finish(_typeset(_data(empty, chosen) | {"flow": flow}, chosen), chosen)


def _typeset(data: dict[str, Any], layout: Layout) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    pdf = _compiler().compile(_template(), format="pdf", sys_inputs=inputs, pdf_tags=layout.tagged)
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
    """Return everything the template needs but what flows over the pages, as plain JSON values."""
    title = specimen.title or f"{specimen.organ}{specimen.year}年政府信息公开工作年度报告"
    if layout.title_break and not specimen.title:
        title = f"{specimen.organ}\n{specimen.year}年政府信息公开工作年度报告"
    width, height = _PAPERS[layout.paper]
    return {
        "title": title.replace("\n", ""),
        "title-lines": wording.prose(title, layout),
        "footer": specimen.footer,
        "fonts": [layout.latin, _FONTS[layout.font]] if layout.latin else [_FONTS[layout.font]],
        "page": {
            "width": height if layout.landscape else width,
            "height": width if layout.landscape else height,
            "margins": layout.margins,
            "size": layout.body_size,
            "leading": layout.leading,
            "numbers": layout.page_numbers,
            "head": layout.running_head,
            "watermark": layout.watermark,
            "bold": layout.bold != "none",
            "single": layout.single_glyphs,
            "white": layout.white_behind,
        },
        "table": {
            "size": layout.table_size,
            "width": layout.table_width,
            "padding": layout.padding,
            "rule": layout.rule,
            "dashed": layout.rule_style == "dashed",
            "tracking": layout.tracking,
            "stand": layout.stand,
        },
    }


def _flow(specimen: Specimen, layout: Layout) -> list[dict[str, Any]]:
    """Return the six sections in order: headings, paragraphs, table parts."""
    form = forms.load(specimen.edition)
    drawn = parts(specimen, layout)
    flow = _section("一、总体情况", specimen.overview, layout)
    if layout.extra == "first":
        flow.append(_part(foreign(), layout))
    for key in layout.order:
        if key in layout.new_page:
            flow.append({"kind": "page"})
        flow += _section(form.table(key).section, (), layout)
        if layout.note_line:
            flow.append({"kind": "note", "text": layout.note_line})
        own = [_part(part, layout) for part in drawn if part.table == key]
        flow += own[:1]
        for part in own[1:]:
            flow += [part | {"above": layout.continued}]
        if key == layout.stamp:
            flow.append({"kind": "stamp", "text": specimen.organ})
    flow += _section("五、存在的主要问题及改进情况", specimen.problems, layout)
    flow += _section("六、其他需要报告的事项", specimen.other, layout)
    return [*flow, _part(foreign(), layout)] if layout.extra == "last" else flow


def _section(heading: str, paragraphs: tuple[str, ...], layout: Layout) -> list[dict[str, Any]]:
    written = [{"kind": "paragraph", "text": wording.prose(text, layout)} for text in paragraphs]
    return [{"kind": "heading", "text": wording.prose(heading, layout)}, *written]


def _part(part: Part, layout: Layout) -> dict[str, Any]:
    ends = frozenset((0, part.height))
    heads = ends.union(*((cell.y, cell.bottom) for cell in part.cells if cell.role in ("band", "head")))
    ruled = heads if layout.ruled == "heads" else frozenset(range(part.height + 1))
    return {
        "kind": "table",
        "above": "",
        "new-page": part.new_page,
        "gap": part.gap,
        "widths": part.widths,
        "cells": [
            _cell(cell, part.table, _edges(cell, ruled, ends, len(part.widths), layout), layout)
            for cell in sorted(part.cells, key=lambda cell: (cell.y, cell.x))
        ],
    }


def _cell(cell: Cell, table: str, edges: tuple[str, ...], layout: Layout) -> dict[str, Any]:
    left = cell.role in ("label", "stub", "note")
    shade = {"band": layout.shade, "head": layout.shade_heads}.get(cell.role, "")
    turned = cell.role == "head" and cell.colspan == 1 and table in ("applications", "disputes")
    return {
        "x": cell.x,
        "y": cell.y,
        "text": cell.text,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "align": "left" if left else layout.align if cell.role == "figure" else "center",
        "bold": cell.role in ("band", "head"),
        "shade": shade,
        "ink": layout.ink_figures if cell.role == "figure" else layout.ink_heads if shade else "",
        "figure": cell.role == "figure",
        "way": layout.outcome_label if cell.role == "outcome" else layout.heads if turned else "flat",
        "edges": dict(zip(_SIDES, edges, strict=True)),
    }


def _edges(
    cell: Cell, ruled: frozenset[int], ends: frozenset[int], width: int, layout: Layout
) -> tuple[str, str, str, str]:
    """Return the colour of the rule on each side of a cell, top, bottom, left, right; empty where there is none.

    ``ruled``: the horizontal edges of the part that may have a rule; ``ends``: the first and the last of all.
    ``width``: columns of the part.
    """

    def across(y: int, side: str) -> str:
        if side in cell.open or layout.ruled == "none" or y not in ruled:
            return ""
        return _outer(layout, sideways=False) if y in ends else layout.rule_colour

    def down(x: int) -> str:
        if layout.ruled != "all":
            return ""
        return _outer(layout, sideways=True) if x in (0, width) else layout.rule_colour

    return (
        across(cell.y, "top"),
        across(cell.bottom, "bottom"),
        down(cell.x),
        down(cell.x + cell.colspan),
    )


def _outer(layout: Layout, *, sideways: bool) -> str:
    if layout.outer == "white":
        return "#ffffff"
    missing = layout.outer == "missing" or (layout.outer == "no_sides" and sideways)
    return "" if missing else layout.rule_colour
