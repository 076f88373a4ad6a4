"""Filled forms written as web pages and Word documents: plainly, and with the quirks that real ones have.

A specimen's tables come as cells with their places (:func:`gxstudy.specimens.cells.parts`); rewriting them as rows of
marked-up cells is where most quirks arise, writing them down is where the others do.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal

from gxstudy import forms
from gxstudy.specimens import Layout, Specimen
from gxstudy.specimens.cells import Part, parts

Role = Literal["label", "figure", "cover"]


@dataclass(frozen=True, slots=True)
class Td:
    """One marked-up cell. ``merge``: it continues the cell above (DOCX)."""

    text: str
    role: Role = "label"
    colspan: int = 1
    rowspan: int = 1
    merge: bool = False


Row = list[Td]


@dataclass(frozen=True, slots=True)
class Quirks:
    """How a document is written. The defaults are a plain one.

    covered
        Positions that a merged cell covers: left out, as they should be; or written as blank cells, with the spans
        given as well (``doubled``) or not at all (``instead``).
    spans
        Right, or drawn at random.
    blank
        What is written in a blank cell.
    lines
        Cells have their text in one piece, or broken over paragraphs or lines; labels are broken anywhere.
    head
        Header rows stand in the body, in a thead, or in a thead after the body.
    layout
        So many tables for layout stand around everything.
    menus
        Menus, a footer, scripts and what is hidden stand around the report.
    split_labels
        Labels are parted over two cells.
    unclosed
        End tags that may be left out are.
    wrapped
        Every cell's text stands in so many elements.
    """

    covered: Literal["left_out", "doubled", "instead"] = "left_out"
    spans: Literal["right", "random"] = "right"
    blank: str = ""
    lines: Literal["one", "paragraphs", "breaks"] = "one"
    head: Literal["body", "thead", "late"] = "body"
    layout: int = 0
    menus: bool = False
    split_labels: bool = False
    unclosed: bool = False
    wrapped: int = 0
    seed: int = 0


PLAIN = Quirks()


def rows(part: Part) -> list[Row]:
    """The rows of a part as they should be marked up."""
    lines: list[Row] = [[] for _ in range(part.height)]
    for cell in sorted(part.cells, key=lambda cell: (cell.y, cell.x)):
        role: Role = "figure" if cell.role == "figure" else "label"
        lines[cell.y].append(Td(cell.text, role, cell.colspan, cell.rowspan))
    return lines


def distorted(part: Part, quirks: Quirks) -> list[Row]:
    """The rows of a part as ``quirks`` mark them up."""
    dice = random.Random(quirks.seed)
    lines = rows(part) if quirks.covered == "left_out" else _covered(part, quirks.covered)
    if quirks.split_labels and part.table != "disputes":
        lines = [_split_label(row) for row in lines]
    if quirks.spans == "random":
        lines = [
            [replace(td, colspan=dice.choice((1, 1, 2, 3)), rowspan=dice.choice((1, 1, 1, 2, 3))) for td in row]
            for row in lines
        ]
    return lines


def _covered(part: Part, how: Literal["left_out", "doubled", "instead"]) -> list[Row]:
    """Rows with a blank cell at every position that a merged one covers."""
    at = {(cell.x, cell.y): cell for cell in part.cells}
    lines: list[Row] = []
    for y in range(part.height):
        row: Row = []
        for x in range(len(part.widths)):
            cell = at.get((x, y))
            if cell is None:
                row.append(Td("", "cover"))
                continue
            role: Role = "figure" if cell.role == "figure" else "label"
            spans = (cell.colspan, cell.rowspan) if how == "doubled" else (1, 1)
            row.append(Td(cell.text, role, *spans))
        lines.append(row)
    return lines


def _split_label(row: Row) -> Row:
    """The label next to the figures, parted over two cells where it is long."""
    last = max((index for index, td in enumerate(row) if td.role == "label"), default=-1)
    if last < 0 or len(row[last].text) < 6 or not any(td.role == "figure" for td in row):
        return row
    td, middle = row[last], len(row[last].text) // 2
    halves = [replace(td, text=td.text[:middle], colspan=1), replace(td, text=td.text[middle:])]
    return [*row[:last], *halves, *row[last + 1 :]]


# HTML -----------------------------------------------------------------------------------------------------------------

MENUS = """<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li>政府信息公开年报</li></ul>
<div>当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 政府信息公开年报</div>
<div class="meta">发布时间：2025-01-24 10:31 来源：办公室 浏览次数：<script>document.write("12<table><tr><td>3")</script></div>
<div style="display:none"><table><tr><td>一、本年新收政府信息公开申请数量</td><td>1</td><td>2</td></tr></table></div>"""
FOOTER = """<div class="footer"><p>主办：办公室 | 网站地图 | 联系我们</p><p>备案号 0123456789</p>
<select><option>相关链接</option></select></div>"""


def html_table(lines: Sequence[Row], quirks: Quirks = PLAIN, *, head: int = 0) -> str:
    written = [_tr(row, quirks) for row in lines]
    if head and quirks.head == "thead":
        body = "".join(written[head:])
        inner = f"<thead>{''.join(written[:head])}</thead><tbody>{body}</tbody>"
    elif head and quirks.head == "late":
        inner = f"<tbody>{''.join(written[head:])}</tbody><thead>{''.join(written[:head])}</thead>"
    else:
        inner = "".join(written)
    return f'<table border="1" cellspacing="0">{inner}</table>'


def _tr(row: Row, quirks: Quirks) -> str:
    cells = "".join(_td(td, quirks) for td in row)
    return f"<tr>{cells}" if quirks.unclosed else f"<tr>{cells}</tr>\n"


def _td(td: Td, quirks: Quirks) -> str:
    spans = f' colspan="{td.colspan}"' if td.colspan > 1 else ""
    spans += f" rowspan={td.rowspan}" if td.rowspan > 1 else ""
    text = _lines(td, quirks) if td.text.strip() else quirks.blank
    for _ in range(quirks.wrapped):
        text = f'<p class="MsoNormal"><span lang="EN-US" style="font-size:9pt">{text}<o:p></o:p></span></p>'
    end = "" if quirks.unclosed else "</td>"
    return f'<td{spans} style="width:30px">{text}{end}'


def _lines(td: Td, quirks: Quirks) -> str:
    text = escape(td.text).replace("\n", "<br>")
    if quirks.lines == "one" or td.role != "label" or len(td.text) < 4 or "&" in text:
        return text
    middle = len(text) // 2
    if quirks.lines == "breaks":
        return f"{text[:middle]}<br/>{text[middle:]}"
    return f"<p>{text[:middle]}</p><p>{text[middle:]}</p>"


def html(
    specimen: Specimen,
    layout: Layout | None = None,
    quirks: Quirks = PLAIN,
    *,
    rework: Callable[[str, list[Row]], list[Row]] = lambda table, lines: lines,
) -> str:
    """A report as a web page. ``rework`` may change the rows of every part before they are written."""
    layout = layout or Layout()
    form = forms.load(specimen.edition)
    drawn = parts(specimen, layout)
    flow = [f"<h1>{escape(specimen.organ)}{specimen.year}年政府信息公开工作年度报告</h1>", "<p>一、总体情况</p>"]
    flow += [f"<p>{escape(text)}</p>" for text in specimen.overview]
    for key in layout.order:
        flow.append(f"<p>{form.table(key).section}</p>")
        flow += [
            html_table(rework(key, distorted(part, quirks)), quirks, head=part.head)
            for part in drawn
            if part.table == key
        ]
    flow.append("<p>五、存在的主要问题及改进情况</p>")
    flow += [f"<p>{escape(text)}</p>" for text in specimen.problems]
    flow.append("<p>六、其他需要报告的事项</p>")
    flow += [f"<p>{escape(text)}</p>" for text in specimen.other]
    return page("\n".join(flow), quirks)


def page(body: str, quirks: Quirks = PLAIN) -> str:
    for number in range(quirks.layout):
        side = "<td width=5>&nbsp;</td>" if number % 2 else '<td valign="top">栏目导航<br>部门介绍</td>'
        body = f"<table width=1000><tr>{side}<td>{body}</td></tr></table>"
    if quirks.menus:
        body = f"{MENUS}{body}{FOOTER}"
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>年报</title></head><body>{body}</body></html>'
