"""What Typst does not do: other ways to draw a rule or bold text, form XObjects, turned and cropped pages.

A rule leaves Typst as one stroked line inside its own ``q ... Q``; that regularity is what is used here. Files that
need nothing of this are not touched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gxstudy.errors import MissingDependencyError
from gxstudy.specimens.values import Layout

if TYPE_CHECKING:
    import pypdf

__all__ = ["bind", "finish"]

Operation = tuple[list[Any], bytes]
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
    redraw = (
        layout.rule_style not in _STYLES_OF_TYPST
        or layout.bold in _SHIFTS
        or layout.form_xobjects == "rules"
        or layout.text_scale != 1.0
    )
    turn = layout.rotate or layout.askew or layout.origin != (0.0, 0.0) or layout.crop
    fonts, sheets = layout.font_height != 1.0, layout.per_sheet > 1
    if not (redraw or turn or fonts or sheets or layout.form_xobjects == "page"):
        return pdf
    writer = _writer(pdf)
    if fonts:
        _raise_fonts(writer, layout.font_height)
    for page in writer.pages:
        if redraw:
            _redraw(writer, page, layout)
        if layout.form_xobjects == "page":
            _wrap_page(writer, page)
    if sheets:
        writer = _on_sheets(writer, layout.per_sheet)
    if turn:
        for page in writer.pages:
            _turn(writer, page, layout)
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


# Rules and bold text --------------------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    """A straight line on the page, with its thickness and the operations that set its colour."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    colour: tuple[Operation, ...]


def _redraw(writer: pypdf.PdfWriter, page: pypdf.PageObject, layout: Layout) -> None:
    from pypdf.generic import ContentStream

    content = ContentStream(page.get_contents(), writer)
    kept: list[Operation] = []
    rules: list[Operation] = []
    for group in _groups(content.operations):
        rule = _rule(group)
        if rule is not None:
            drawn = list(_drawn(rule, layout.rule_style))
            if layout.form_xobjects == "rules":
                rules += drawn
            else:
                kept += drawn
        elif layout.bold in _SHIFTS and _is_bold(group):
            kept += _twice(group, _SHIFTS[layout.bold])
        else:
            kept += group
    if layout.text_scale != 1.0:
        kept = [_scaled(operation, layout.text_scale) for operation in kept]
    if rules:
        kept += _in_xobject(writer, page, rules)
    content.operations = kept
    page.replace_contents(content)
    page.compress_content_streams()


def _groups(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Yield runs of operations from an outermost ``q`` to its ``Q``, and single operations outside."""
    group: list[Operation] = []
    depth = 0
    for operation in operations:
        depth += (operation[1] == b"q") - (operation[1] == b"Q")
        group.append(operation)
        if depth == 0:
            yield group
            group = []
    if group:
        yield group


def _rule(group: Sequence[Operation]) -> _Rule | None:
    """Return the one stroked line that a group draws; None where it draws anything else."""
    by_name = {name: operands for operands, name in group}
    names = [name for _, name in group]
    if names.count(b"m") != 1 or names.count(b"l") != 1 or b"S" not in names or names.count(b"cm") != 1:
        return None
    a, b, c, d, e, f = (float(value) for value in by_name[b"cm"])
    (x0, y0), (x1, y1) = ((float(value) for value in by_name[name]) for name in (b"m", b"l"))
    colour = tuple((operands, name) for operands, name in group if name in (b"CS", b"SCN", b"G", b"RG"))
    return _Rule(
        a * x0 + c * y0 + e,
        b * x0 + d * y0 + f,
        a * x1 + c * y1 + e,
        b * x1 + d * y1 + f,
        float(by_name[b"w"][0]) if b"w" in by_name else 1.0,
        colour,
    )


def _drawn(rule: _Rule, style: str) -> Iterator[Operation]:
    """Draw one rule in another way."""
    yield [], b"q"
    if style in ("filled", "polygons"):
        for operands, name in rule.colour:
            yield operands, {b"CS": b"cs", b"SCN": b"scn", b"G": b"g", b"RG": b"rg"}[name]
        half = rule.width / 2
        left, right = sorted((rule.x0, rule.x1))
        low, high = sorted((rule.y0, rule.y1))
        if high - low > right - left:
            left, right = left - half, right + half
        else:
            low, high = low - half, high + half
        if style == "filled":
            yield _numbers(left, low, right - left, high - low), b"re"
        else:
            yield _numbers(left, low), b"m"
            for x, y in ((right, low), (right, high), (left, high)):
                yield _numbers(x, y), b"l"
            yield [], b"h"
        yield [], b"f"
    else:
        yield from rule.colour
        yield _numbers(rule.width), b"w"
        for x0, y0, x1, y1 in _strokes(rule, style):
            yield _numbers(x0, y0), b"m"
            yield _numbers(x1, y1), b"l"
            yield [], b"S"
    yield [], b"Q"


def _strokes(rule: _Rule, style: str) -> Iterator[tuple[float, float, float, float]]:
    length = abs(rule.x1 - rule.x0) + abs(rule.y1 - rule.y0)
    dx, dy = ((rule.x1 - rule.x0) / length, (rule.y1 - rule.y0) / length) if length else (0.0, 0.0)
    if style in ("doubled", "apart"):
        shift = 3.0 if style == "apart" else rule.width + 0.75
        for sign in (-0.5, 0.5):
            x, y = sign * shift * abs(dy), sign * shift * abs(dx)
            yield rule.x0 + x, rule.y0 + y, rule.x1 + x, rule.y1 + y
    elif style in ("dashes", "pieces"):
        step, drawn = (4.5, 3.0) if style == "dashes" else (14.0, 14.0)
        start = 0.0
        while start < length:
            end = min(start + drawn, length)
            yield rule.x0 + dx * start, rule.y0 + dy * start, rule.x0 + dx * end, rule.y0 + dy * end
            start += step
    else:
        yield rule.x0, rule.y0, rule.x1, rule.y1


def _is_bold(group: Sequence[Operation]) -> bool:
    return any(name == b"Tr" and operands[0] == 2 for operands, name in group)


def _twice(group: Sequence[Operation], shift: tuple[float, float]) -> list[Operation]:
    """Draw filled and stroked text filled only, twice, the second time moved by ``shift``."""
    drawn: list[Operation] = []
    for right, up in ((0.0, 0.0), shift):
        for operands, name in group:
            if name == b"Tr":
                drawn.append((_numbers(0), name))
            elif name == b"cm":
                moved = _numbers(float(operands[4]) + right, float(operands[5]) + up)
                drawn.append(([*operands[:4], *moved], name))
            else:
                drawn.append((operands, name))
    return drawn


def _scaled(operation: Operation, scale: float) -> Operation:
    """Make a font larger and the text matrix smaller by as much."""
    operands, name = operation
    if name == b"Tf":
        return [operands[0], *_numbers(float(operands[1]) / scale)], name
    if name == b"Tm":
        return [*_numbers(*(float(value) * scale for value in operands[:4])), *operands[4:]], name
    return operation


def _numbers(*values: float) -> list[Any]:
    from pypdf.generic import FloatObject, NumberObject

    return [NumberObject(value) if isinstance(value, int) else FloatObject(round(value, 4)) for value in values]


# Form XObjects --------------------------------------------------------------------------------------------------------

_SCALE = 0.05


def _in_xobject(writer: pypdf.PdfWriter, page: pypdf.PageObject, drawn: Sequence[Operation]) -> list[Operation]:
    """Put operations into a form XObject whose matrix enlarges twentyfold what its content draws small."""
    from pypdf.generic import ContentStream, NameObject

    inner = ContentStream(None, writer)
    inner.operations = [([], b"q"), (_numbers(_SCALE, 0, 0, _SCALE, 0, 0), b"cm"), *drawn, ([], b"Q")]
    matrix = (1 / _SCALE, 0, 0, 1 / _SCALE, 0, 0)
    box = [float(value) * _SCALE for value in page.mediabox]
    name = _form(writer, page, inner.get_data(), matrix, box)
    return [([], b"q"), ([NameObject(name)], b"Do"), ([], b"Q")]


def _wrap_page(writer: pypdf.PdfWriter, page: pypdf.PageObject) -> None:
    """Put a page's whole content into a form XObject that lies 40 points off and is drawn back into place."""
    from pypdf.generic import ContentStream, NameObject

    contents = page.get_contents()
    data = b"" if contents is None else contents.get_data()
    name = _form(writer, page, data, (1, 0, 0, 1, 40, 40), [float(value) for value in page.mediabox])
    outer = ContentStream(None, writer)
    outer.operations = [
        ([], b"q"),
        (_numbers(1, 0, 0, 1, -40, -40), b"cm"),
        ([NameObject(name)], b"Do"),
        ([], b"Q"),
    ]
    page.replace_contents(outer)


def _form(
    writer: pypdf.PdfWriter, page: pypdf.PageObject, data: bytes, matrix: Sequence[float], box: Sequence[float]
) -> str:
    """Add a form XObject to a page; return its name."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

    resources = cast("DictionaryObject", page["/Resources"])
    form = StreamObject()
    form.set_data(data)
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(_numbers(*box))
    form[NameObject("/Matrix")] = ArrayObject(_numbers(*matrix))
    form[NameObject("/Resources")] = DictionaryObject(resources)
    objects = DictionaryObject(cast("DictionaryObject", resources.get("/XObject", DictionaryObject())))
    name = f"/X{len(objects)}"
    objects[NameObject(name)] = writer._add_object(form.flate_encode())
    shared = DictionaryObject(resources)
    shared[NameObject("/XObject")] = objects
    page[NameObject("/Resources")] = shared
    return name


# Pages ----------------------------------------------------------------------------------------------------------------


def _on_sheets(writer: pypdf.PdfWriter, per_sheet: int) -> pypdf.PdfWriter:
    """Return the pages of ``writer``, 2 or 4 on a sheet of their own size."""
    import pypdf

    sheets = pypdf.PdfWriter()
    pages = list(writer.pages)
    for first in range(0, len(pages), per_sheet):
        width, height = float(pages[first].mediabox.width), float(pages[first].mediabox.height)
        wide, high = (height, width) if per_sheet == 2 else (width, height)
        scale = min(wide / 2 / width, high / (per_sheet // 2) / height)
        sheet = sheets.add_blank_page(wide, high)
        for index, page in enumerate(pages[first : first + per_sheet]):
            right, up = index % 2 * wide / 2, (per_sheet // 2 - 1 - index // 2) * high / 2
            sheet.merge_transformed_page(page, pypdf.Transformation().scale(scale).translate(right, up))
    return sheets


def _raise_fonts(writer: pypdf.PdfWriter, times: float) -> None:
    """Let every font claim to be so many times as high as it is."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject

    for item in writer._objects:
        if isinstance(item, DictionaryObject) and item.get("/Type") == "/FontDescriptor":
            for name in ("/Ascent", "/Descent"):
                item[NameObject(name)] = _numbers(round(times * float(cast("NumberObject", item[name]))))[0]


def _turn(writer: pypdf.PdfWriter, page: pypdf.PageObject, layout: Layout) -> None:
    """Turn, move and crop a page."""
    from pypdf.generic import ContentStream, NameObject, NumberObject, RectangleObject

    width, height = float(page.mediabox.width), float(page.mediabox.height)
    a, b, c, d, e, f = {
        0: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        90: (0.0, 1.0, -1.0, 0.0, height, 0.0),
        180: (-1.0, 0.0, 0.0, -1.0, width, height),
        270: (0.0, -1.0, 1.0, 0.0, 0.0, width),
    }[layout.rotate]
    wide, high = (height, width) if layout.rotate in (90, 270) else (width, height)
    left, low = layout.origin
    content = ContentStream(page.get_contents(), writer)
    cos, sin = math.cos(math.radians(layout.askew)), math.sin(math.radians(layout.askew))
    x, y = left + wide / 2, low + high / 2
    content.operations = [
        ([], b"q"),
        (_numbers(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y), b"cm"),
        (_numbers(a, b, c, d, e + left, f + low), b"cm"),
        *content.operations,
        ([], b"Q"),
    ]
    page.replace_contents(content)
    page.compress_content_streams()
    margin = layout.crop
    shown = RectangleObject((left, low, left + wide, low + high))
    page.mediabox = RectangleObject((left - margin, low - margin, left + wide + margin, low + high + margin))
    page.cropbox = shown
    page.trimbox = page.bleedbox = page.artbox = shown
    if layout.rotate and layout.rotate_entry:
        page[NameObject("/Rotate")] = NumberObject(layout.rotate)
