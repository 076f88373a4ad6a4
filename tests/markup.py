"""Filled forms written as web pages and Word documents: plainly, and with the quirks that real ones have.

A specimen's tables come as cells with their places (:func:`gxstudy.specimens.cells.parts`); rewriting them as rows of
marked-up cells is where most quirks arise, writing them down is where the others do.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from gxstudy import forms
from gxstudy.findings import Code
from gxstudy.layout import Document, Grid, Paragraph
from gxstudy.report import Report
from gxstudy.specimens import Layout, Place, Specimen
from gxstudy.specimens.cells import Part, parts
from gxstudy.text import read_number, squeeze

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
Rework = Callable[[str, list[Row]], list[Row]]


def as_they_are(_table: str, lines: list[Row]) -> list[Row]:
    return lines


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

MENUS = """
<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li>政府信息公开年报</li></ul>
<div>当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 政府信息公开年报</div>
<div class="meta">发布时间：2025-01-24 10:31 来源：办公室 浏览次数：
<script>document.write("12<table><tr><td>3")</script></div>
<div style="display:none"><table><tr><td>一、本年新收政府信息公开申请数量</td><td>1</td><td>2</td></tr></table></div>
"""
FOOTER = """
<div class="footer"><p>主办：办公室 | 网站地图 | 联系我们</p><p>备案号 0123456789</p>
<select><option>相关链接</option></select></div>
"""


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


def web_page(
    specimen: Specimen,
    layout: Layout | None = None,
    quirks: Quirks = PLAIN,
    *,
    rework: Rework = as_they_are,
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


# DOCX -----------------------------------------------------------------------------------------------------------------

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{target}"/>'
    "</Relationships>"
)


@dataclass(frozen=True, slots=True)
class WordQuirks:
    """How a Word document is written; all fields but the last are off in a plain one.

    runs
        Every character is a run of its own, with bookmarks and marks of the spelling checker between.
    changes
        Every text was another one before, which a tracked change deletes; rows and cells were deleted and inserted.
    hidden
        Hidden text stands in every cell.
    fields
        Every text is the result of a field.
    controls
        Every cell stands in a content control, and so does its text.
    boxes
        Every figure stands in a text box, drawn in two ways.
    nested
        So many tables of one cell stand around every table.
    strict
        The namespaces are those of the strict standard.
    target
        The name of the main part.
    """

    runs: bool = False
    changes: bool = False
    hidden: bool = False
    fields: bool = False
    controls: bool = False
    boxes: bool = False
    nested: int = 0
    strict: bool = False
    target: str = "word/document.xml"


def package(body: str, *, target: str = "word/document.xml", strict: bool = False) -> bytes:
    """A Word document with this body."""
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {_SPACES}><w:body>{body}</w:body></w:document>'
    if strict:
        document = document.replace(W, STRICT)
    return zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS.format(target=target), target: document})


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def paragraph(text: str, quirks: WordQuirks = WordQuirks()) -> str:
    """A paragraph; line feeds in the text are soft breaks."""
    return f"<w:p><w:pPr><w:jc w:val='center'/></w:pPr>{_text(text, quirks) if text else ''}</w:p>"


def run(text: str, properties: str = "") -> str:
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r><w:rPr>{properties}<w:sz w:val='21'/></w:rPr>{inner}</w:r>"


def _text(text: str, quirks: WordQuirks) -> str:
    written = run(text)
    if quirks.runs:
        between = '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="1" w:name="b"/><w:bookmarkEnd w:id="1"/>'
        written = between.join(run(character) for character in text)
    if quirks.changes:
        deleted = '<w:del w:id="2"><w:r><w:delText>旧7</w:delText></w:r></w:del>'
        moved = f'<w:moveFrom w:id="3">{run("移8")}</w:moveFrom>'
        written = f'{deleted}<w:ins w:id="4">{written}</w:ins>{moved}'
    if quirks.fields:
        code = '<w:r><w:instrText xml:space="preserve"> =SUM(LEFT) </w:instrText></w:r>'
        kinds = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
        written = f"{kinds[0]}{code}{run('9')}{kinds[1]}{written}{kinds[2]}"
    if quirks.hidden:
        written += run("藏6", "<w:vanish/>") + run("", '<w:vanish w:val="0"/>')
    if quirks.controls:
        written = f"<w:sdt><w:sdtPr><w:alias w:val='a5'/></w:sdtPr><w:sdtContent>{written}</w:sdtContent></w:sdt>"
    return written


def text_box(content: str) -> str:
    """A paragraph's run that holds a text box with ``content``, drawn for new and for old programs."""
    inner = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor>'
        f"<wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f"<v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def docx_rows(part: Part) -> list[Row]:
    """The rows of a part as Word has them: a cell goes on in every row that it spans."""
    lines: list[Row] = [[] for _ in range(part.height)]
    for cell in sorted(part.cells, key=lambda cell: cell.x):
        role: Role = "figure" if cell.role == "figure" else "label"
        lines[cell.y].append(Td(cell.text, role, cell.colspan, cell.rowspan))
        for y in range(cell.y + 1, cell.bottom):
            lines[y].append(Td("", "cover", cell.colspan, merge=True))
    return lines


def docx_table(lines: Sequence[Row], quirks: WordQuirks = WordQuirks()) -> str:
    written = "".join(_word_row(row, quirks) for row in lines)
    if quirks.changes:
        written += f'<w:tr><w:trPr><w:del w:id="5"/></w:trPr><w:tc>{paragraph("删行5")}</w:tc></w:tr>'
    table = f"<w:tbl><w:tblPr/><w:tblGrid/>{written}</w:tbl>"
    for _ in range(quirks.nested):
        table = f"<w:tbl><w:tr><w:tc>{table}<w:p/></w:tc></w:tr></w:tbl>"
    return table


def _word_row(row: Row, quirks: WordQuirks) -> str:
    cells = "".join(_tc(td, quirks) for td in row)
    if quirks.changes:
        cells += f'<w:tc><w:tcPr><w:cellDel w:id="6"/></w:tcPr>{paragraph("删格4")}</w:tc>'
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _tc(td: Td, quirks: WordQuirks) -> str:
    properties = f'<w:gridSpan w:val="{td.colspan}"/>' if td.colspan > 1 else ""
    if td.merge:
        properties += "<w:vMerge/>"
    elif td.rowspan > 1:
        properties += '<w:vMerge w:val="restart"/>'
    content = paragraph(td.text, quirks)
    if quirks.boxes and td.role == "figure" and td.text:
        content = f"<w:p>{text_box(content)}</w:p>"
    cell = f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{cell}</w:sdtContent></w:sdt>" if quirks.controls else cell


def word_document(
    specimen: Specimen,
    layout: Layout | None = None,
    quirks: WordQuirks = WordQuirks(),
    *,
    rework: Rework = as_they_are,
) -> bytes:
    """A report as a Word document. ``rework`` may change the rows of every part before they are written."""
    layout = layout or Layout()
    form = forms.load(specimen.edition)
    drawn = parts(specimen, layout)
    flow = [paragraph(f"{specimen.organ}{specimen.year}年政府信息公开工作年度报告", quirks), paragraph("一、总体情况")]
    flow += [paragraph(text, quirks) for text in specimen.overview]
    for key in layout.order:
        flow.append(paragraph(form.table(key).section, quirks))
        for part in drawn:
            if part.table == key:
                flow += [docx_table(rework(key, docx_rows(part)), quirks), "<w:p/>"]
    flow.append(paragraph("五、存在的主要问题及改进情况"))
    flow += [paragraph(text, quirks) for text in specimen.problems]
    flow.append(paragraph("六、其他需要报告的事项"))
    flow += [paragraph(text, quirks) for text in specimen.other]
    return package("".join(flow), target=quirks.target, strict=quirks.strict)


# What comes back ------------------------------------------------------------------------------------------------------


def differences(report: Report, expected: Mapping[Place, str]) -> dict[Place, tuple[str, str, str]]:
    """Every place whose entry is not exactly what was written: (written, read, status)."""
    found = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    wrong = {}
    for place in expected | dict.fromkeys(found, ""):
        written, entry = expected.get(place, ""), found.get(place)
        raw, status = (entry.raw, entry.status) if entry is not None else ("", "absent")
        if (raw, status) != (written, read_number(written).status) and (place in expected or status != "absent"):
            wrong[place] = (written, raw, status)
    return wrong


def unmarked(report: Report, expected: Mapping[Place, str]) -> dict[Place, tuple[str, str, str]]:
    """The places that are wrong and do not say so.

    Those that say so: the unreadable ones; absent ones with a finding about their row or table; blank ones in a table
    of which a row was not recognised. A space where a line ended is not wrong: two lines of digits are kept apart.
    """
    rows = {(one.where.table, one.where.row) for one in report.findings if one.where.row}
    absent = {one.where.table for one in report.findings if one.code is Code.TABLE_ABSENT}
    lost = {one.where.table for one in report.findings if one.code is Code.UNKNOWN_ROW}

    def said(place: Place, raw: str, status: str) -> bool:
        if status == "absent":
            return place[:2] in rows or place[0] in absent
        return (
            status == "unreadable"
            or (status == "blank" and place[0] in lost)
            or squeeze(raw) == squeeze(expected[place])
        )

    return {place: seen for place, seen in differences(report, expected).items() if not said(place, *seen[1:])}


def contents(document: Document) -> list[str | list[list[str]]]:
    """Return the paragraphs of a marked-up document as strings, its grids as lists of rows of texts."""
    (page,) = document.pages
    assert page.blocks is not None
    return [
        block.text
        if isinstance(block, Paragraph)
        else [[cell.text for cell in block.cells if cell.row == number] for number in range(block.rows)]
        for block in page.blocks
    ]


def only_grid(document: Document) -> Grid:
    """Return the one grid of a marked-up document."""
    (page,) = document.pages
    assert page.blocks is not None
    (grid,) = (block for block in page.blocks if isinstance(block, Grid))
    return grid


def spans(document: Document) -> dict[str, tuple[int, int, int, int]]:
    """Return where the texts of a document's one grid stand: row, column, row span, column span."""
    cells = only_grid(document).cells
    return {cell.text: (cell.row, cell.column, cell.row_span, cell.column_span) for cell in cells}
