"""What Typst does not do: other ways to draw a rule or bold text, form XObjects, turned and cropped pages.

What a page draws leaves Typst in lines of one kind: a rule is one stroked line inside its own ``q ... Q``, text one
``BT ... ET`` inside its own, and no text holds a line feed. So content streams are edited as bytes, line by line, and
packed once; none is parsed into operations. pypdf keeps what lies around them: pages, resources, objects. Files that
need nothing of this are not touched.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gxstudy.errors import MissingDependencyError
from gxstudy.specimens.values import Layout

if TYPE_CHECKING:
    import pypdf
    from pypdf.generic import DictionaryObject, StreamObject

__all__ = ["bind", "finish"]

_STYLES_OF_TYPST = ("stroke", "dashed")
_SHIFTS = {"twice": (0.3, 0.0), "shadow": (0.9, -0.9)}
"""By how much the second print of bold text is moved, to the right and up."""


def finish(pdf: bytes, layout: Layout) -> bytes:
    """Return ``pdf`` with what ``layout`` asks for beyond Typst.

    Raises
    ------
    MissingDependencyError
        When something is asked for and pypdf is not installed.
    """
    text = layout.bold in _SHIFTS or layout.text_scale != 1.0
    rules = layout.rule_style not in _STYLES_OF_TYPST or layout.form_xobjects == "rules"
    turn = layout.rotate or layout.askew or layout.origin != (0.0, 0.0) or layout.crop
    fonts, sheets = layout.font_height != 1.0, layout.per_sheet > 1
    if not (text or rules or turn or fonts or sheets or layout.form_xobjects == "page"):
        return pdf
    writer = _writer(pdf)
    if fonts:
        _raise_fonts(writer, layout.font_height)
    contents = [_content(page) for page in writer.pages]
    if text:
        contents = [_text_redrawn(content, layout) for content in contents]
    if rules:
        contents = [
            _rules_redrawn(writer, page, content, layout) for page, content in zip(writer.pages, contents, strict=True)
        ]
    if layout.form_xobjects == "page":
        contents = [_in_one_form(writer, page, content) for page, content in zip(writer.pages, contents, strict=True)]
    if sheets:
        writer, contents = _on_sheets(writer, contents, layout.per_sheet)
    if turn:
        contents = [_turned(page, content, layout) for page, content in zip(writer.pages, contents, strict=True)]
    for page, content in zip(writer.pages, contents, strict=True):
        _set_content(writer, page, content)
    return _bytes(writer)


def bind(*pdfs: bytes) -> bytes:
    """Return one PDF with the pages of all, in order.

    Raises
    ------
    MissingDependencyError
        When pypdf is not installed.
    """
    writer = _writer(pdfs[0])
    for pdf in pdfs[1:]:
        writer.append(BytesIO(pdf))
    return _bytes(writer)


def _writer(pdf: bytes) -> pypdf.PdfWriter:
    try:
        import pypdf
    except ImportError as error:
        msg = "this layout needs pypdf, which is not installed: pip install pypdf"
        raise MissingDependencyError(msg) from error
    return pypdf.PdfWriter(clone_from=BytesIO(pdf))


def _bytes(writer: pypdf.PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _content(page: pypdf.PageObject) -> bytes:
    """Return what a page draws: Typst writes one stream a page."""
    return bytes(cast("StreamObject", page["/Contents"].get_object()).get_data())


def _set_content(writer: pypdf.PdfWriter, page: pypdf.PageObject, content: bytes) -> None:
    from pypdf.generic import NameObject, StreamObject

    if "/Contents" in page:
        cast("StreamObject", page["/Contents"].get_object()).set_data(content)
        return
    stream = StreamObject()
    stream.set_data(content)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())


# Rules and text -------------------------------------------------------------------------------------------------------


def _pattern(written: bytes) -> re.Pattern[bytes]:
    """Return a pattern in which ``#`` is a number."""
    return re.compile(written.replace(b"#", rb"-?[\d.]+"), re.MULTILINE)


_MATRIX = b" ".join([b"(#)"] * 6)
_RULE = _pattern(
    rb"^q " + _MATRIX + rb" cm(?P<colour>/\w+ CS [\d. ]+ SCN)(?: (?P<width>#) w)? # M(?:\[[^]\n]*\] # d)?"
    rb" (?P<x0>#) (?P<y0>#) m (?P<x1>#) (?P<y1>#) l\nS\nQ$"
)
_BOLD = _pattern(rb"^q " + _MATRIX + rb" cm([^\n]*\nBT 2 Tr/(?:[^\n]*\n)*?ET\nQ)$")
_FONT = _pattern(rb"( Tr/\w+) (#) Tf (#) (#) (#) (#) (# # Tm)")


class _Rule(NamedTuple):
    """A straight line on the page, with its thickness and the operations that set its colour."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    colour: bytes


def _rules_redrawn(writer: pypdf.PdfWriter, page: pypdf.PageObject, content: bytes, layout: Layout) -> bytes:
    """Return a page's content with its rules drawn in the way asked for, where they stand or in a form at the end."""
    style = layout.rule_style

    def drawn(found: re.Match[bytes]) -> bytes:
        return found[0] if style in _STYLES_OF_TYPST else _drawn(_rule(found), style)

    if layout.form_xobjects != "rules":
        return _RULE.sub(drawn, content)
    rules = [drawn(found) for found in _RULE.finditer(content)]
    if not rules:
        return content
    return b"\n".join((_RULE.sub(b"", content), _in_small_form(writer, page, b"\n".join(rules))))


def _rule(found: re.Match[bytes]) -> _Rule:
    a, b, c, d, e, f = (float(value) for value in found.groups()[:6])
    x0, y0, x1, y1 = (float(value) for value in found.group("x0", "y0", "x1", "y1"))
    return _Rule(
        a * x0 + c * y0 + e,
        b * x0 + d * y0 + f,
        a * x1 + c * y1 + e,
        b * x1 + d * y1 + f,
        float(found["width"] or 1),
        found["colour"],
    )


def _drawn(rule: _Rule, style: str) -> bytes:
    """Draw one rule in another way."""
    if style not in ("filled", "polygons"):
        lines = (b"%s m %s l S" % (_numbers(x0, y0), _numbers(x1, y1)) for x0, y0, x1, y1 in _strokes(rule, style))
        return b"q %s %s w %s Q" % (rule.colour, _numbers(rule.width), b" ".join(lines))
    colour = rule.colour.replace(b"CS", b"cs").replace(b"SCN", b"scn")
    half = rule.width / 2
    left, right = sorted((rule.x0, rule.x1))
    low, high = sorted((rule.y0, rule.y1))
    if high - low > right - left:
        left, right = left - half, right + half
    else:
        low, high = low - half, high + half
    if style == "filled":
        return b"q %s %s re f Q" % (colour, _numbers(left, low, right - left, high - low))
    corners = (_numbers(x, y) for x, y in ((right, low), (right, high), (left, high)))
    return b"q %s %s m %s l h f Q" % (colour, _numbers(left, low), b" l ".join(corners))


def _strokes(rule: _Rule, style: str) -> Iterator[tuple[float, float, float, float]]:
    length = abs(rule.x1 - rule.x0) + abs(rule.y1 - rule.y0)
    dx, dy = ((rule.x1 - rule.x0) / length, (rule.y1 - rule.y0) / length) if length else (0.0, 0.0)
    if style in ("doubled", "apart"):
        shift = 3.0 if style == "apart" else rule.width + 0.75
        for sign in (-0.5, 0.5):
            x, y = sign * shift * abs(dy), sign * shift * abs(dx)
            yield rule.x0 + x, rule.y0 + y, rule.x1 + x, rule.y1 + y
    else:
        step, drawn = (4.5, 3.0) if style == "dashes" else (14.0, 14.0)
        start = 0.0
        while start < length:
            end = min(start + drawn, length)
            yield rule.x0 + dx * start, rule.y0 + dy * start, rule.x0 + dx * end, rule.y0 + dy * end
            start += step


def _text_redrawn(content: bytes, layout: Layout) -> bytes:
    """Return a page's content with bold text printed twice, and by a font and a matrix of another size."""
    scale = layout.text_scale

    def twice(found: re.Match[bytes]) -> bytes:
        shape, body = b" ".join(found.groups()[:4]), found[7].replace(b" 2 Tr/", b" 0 Tr/")
        right, up = _SHIFTS[layout.bold]
        moved = _numbers(float(found[5]) + right, float(found[6]) + up)
        return b"q %s %s %s cm%s\nq %s %s cm%s" % (shape, found[5], found[6], body, shape, moved, body)

    def scaled(found: re.Match[bytes]) -> bytes:
        name, size, *matrix, rest = found.groups()
        smaller = _numbers(*(float(value) * scale for value in matrix))
        return b"%s %s Tf %s %s" % (name, _numbers(float(size) / scale), smaller, rest)

    if layout.bold in _SHIFTS:
        content = _BOLD.sub(twice, content)
    return _FONT.sub(scaled, content) if scale != 1.0 else content


def _numbers(*values: float) -> bytes:
    return b" ".join(_number(value) for value in values)


def _number(value: float) -> bytes:
    return (f"{value:.4f}".rstrip("0").rstrip(".")).encode()


def _objects(*values: float) -> list[Any]:
    from pypdf.generic import FloatObject, NumberObject

    return [NumberObject(value) if isinstance(value, int) else FloatObject(round(value, 4)) for value in values]


# Form XObjects --------------------------------------------------------------------------------------------------------

_SCALE = 0.05


def _in_small_form(writer: pypdf.PdfWriter, page: pypdf.PageObject, drawn: bytes) -> bytes:
    """Put drawings into a form XObject whose matrix enlarges twentyfold what its content draws small."""
    inner = b"q %s cm\n%s\nQ" % (_numbers(_SCALE, 0, 0, _SCALE, 0, 0), drawn)
    matrix = (1 / _SCALE, 0, 0, 1 / _SCALE, 0, 0)
    box = [float(value) * _SCALE for value in page.mediabox]
    return b"q /%s Do Q" % _form(writer, page, inner, matrix, box)


def _in_one_form(writer: pypdf.PdfWriter, page: pypdf.PageObject, content: bytes) -> bytes:
    """Put a page's whole content into a form XObject that lies 40 points off and is drawn back into place."""
    name = _form(writer, page, content, (1, 0, 0, 1, 40, 40), [float(value) for value in page.mediabox])
    return b"q 1 0 0 1 -40 -40 cm /%s Do Q" % name


def _form(
    writer: pypdf.PdfWriter, page: pypdf.PageObject, data: bytes, matrix: Sequence[float], box: Sequence[float]
) -> bytes:
    """Add a form XObject to a page; return its name."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

    resources = cast("DictionaryObject", page["/Resources"])
    form = StreamObject()
    form.set_data(data)
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(_objects(*box))
    form[NameObject("/Matrix")] = ArrayObject(_objects(*matrix))
    form[NameObject("/Resources")] = DictionaryObject(resources)
    objects = DictionaryObject(cast("DictionaryObject", resources.get("/XObject", DictionaryObject())))
    name = f"X{len(objects)}"
    objects[NameObject(f"/{name}")] = writer._add_object(form.flate_encode())
    shared = DictionaryObject(resources)
    shared[NameObject("/XObject")] = objects
    page[NameObject("/Resources")] = shared
    return name.encode()


# Pages ----------------------------------------------------------------------------------------------------------------

_NAMED = re.compile(rb"/(\w+)(?= (?:cs|CS|gs|Do|[\d.]+ Tf)\b)")
"""A resource where it is used. Text holds none: it is written as glyphs of two bytes, the first far below a letter."""


def _on_sheets(
    writer: pypdf.PdfWriter, contents: Sequence[bytes], per_sheet: int
) -> tuple[pypdf.PdfWriter, list[bytes]]:
    """Return the pages of ``writer``, 2 or 4 on a sheet of their own size, and what the sheets draw."""
    import pypdf
    from pypdf.generic import NameObject

    sheets = pypdf.PdfWriter()
    drawn: list[bytes] = []
    pages = list(writer.pages)
    for first in range(0, len(pages), per_sheet):
        width, height = float(pages[first].mediabox.width), float(pages[first].mediabox.height)
        wide, high = (height, width) if per_sheet == 2 else (width, height)
        scale = min(wide / 2 / width, high / (per_sheet // 2) / height)
        group = pages[first : first + per_sheet]
        parts = []
        for index, content in enumerate(contents[first : first + per_sheet]):
            right, up = index % 2 * wide / 2, (per_sheet // 2 - 1 - index // 2) * high / 2
            placed = f"{scale:.10f} 0 0 {scale:.10f} {right:.6f} {up:.6f}".encode()
            renamed = _NAMED.sub(rb"/\1of%d" % index, content)
            parts.append(b"q %s cm %s re W n\n%s\nQ" % (placed, _numbers(0, 0, width, height), renamed))
        drawn.append(b"\n".join(parts))
        sheet = sheets.add_blank_page(wide, high)
        sheet[NameObject("/Resources")] = _joined([page["/Resources"] for page in group]).clone(sheets)
    return sheets, drawn


def _joined(resources: Sequence[Any]) -> DictionaryObject:
    """Return the resources of several pages as those of one, each name with the number of its page behind it."""
    from pypdf.generic import DictionaryObject, NameObject

    joined = DictionaryObject()
    for index, page in enumerate(resources):
        for kind, entries in page.items():
            named = entries.get_object()
            if not isinstance(named, DictionaryObject):
                continue
            into = cast("DictionaryObject", joined.setdefault(NameObject(kind), DictionaryObject()))
            for name in named:
                into[NameObject(f"{name}of{index}")] = named.raw_get(name)
    return joined


def _raise_fonts(writer: pypdf.PdfWriter, times: float) -> None:
    """Let every font claim to be so many times as high as it is."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject

    for item in writer._objects:
        if isinstance(item, DictionaryObject) and item.get("/Type") == "/FontDescriptor":
            for name in ("/Ascent", "/Descent"):
                item[NameObject(name)] = _objects(round(times * float(cast("NumberObject", item[name]))))[0]


def _turned(page: pypdf.PageObject, content: bytes, layout: Layout) -> bytes:
    """Move and crop a page; return what it draws, turned."""
    from pypdf.generic import NameObject, NumberObject, RectangleObject

    width, height = float(page.mediabox.width), float(page.mediabox.height)
    a, b, c, d, e, f = {
        0: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        90: (0.0, 1.0, -1.0, 0.0, height, 0.0),
        180: (-1.0, 0.0, 0.0, -1.0, width, height),
        270: (0.0, -1.0, 1.0, 0.0, 0.0, width),
    }[layout.rotate]
    wide, high = (height, width) if layout.rotate in (90, 270) else (width, height)
    left, low = layout.origin
    margin = layout.crop
    shown = RectangleObject((left, low, left + wide, low + high))
    page.mediabox = RectangleObject((left - margin, low - margin, left + wide + margin, low + high + margin))
    page.cropbox = shown
    page.trimbox = page.bleedbox = page.artbox = shown
    if layout.rotate and layout.rotate_entry:
        page[NameObject("/Rotate")] = NumberObject(layout.rotate)
    cos, sin = math.cos(math.radians(layout.askew)), math.sin(math.radians(layout.askew))
    x, y = left + wide / 2, low + high / 2
    askew = _numbers(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    return b"q %s cm %s cm\n%s\nQ" % (askew, _numbers(a, b, c, d, e + left, f + low), content)
