"""Pictures of pages, with what stands on them framed, enlarged or coloured."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gxstudy import forms
from gxstudy.display.wrapping import wrap
from gxstudy.errors import CallError
from gxstudy.layout import Box, union
from gxstudy.readers import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from gxstudy.fill import Grade
    from gxstudy.layout import Grid, Page, Ruling
    from gxstudy.report import Report

__all__ = ["GRADE_COLOURS", "MARK", "Colour", "File", "Picture", "cropped", "overlaid", "traced"]

Colour = tuple[int, int, int]

_PAGE_SCALE = 1.3  # pixels a point
_OVERLAY_SCALE = 2.0
_LENS_SCALE = 4.0
_CROP_SCALE = 2.0
_AROUND = 55.0  # points above and below a figure that a crop shows
_LENS = (150.0, 80.0)  # points around a figure that the lens shows at least
_SIDE = 600  # pixels
_MARGIN = 18
_LABEL, _SMALLEST_LABEL = 13, 9  # pixels
_INK: Colour = (34, 34, 34)
_PAPER: Colour = (255, 255, 255)
MARK: Colour = (213, 94, 0)
_THREAD: Colour = (236, 165, 112)
GRADE_COLOURS: dict[Grade, Colour] = {
    "proved": (0, 158, 115),
    "consistent": (86, 180, 233),
    "confirmed": (0, 114, 178),
    "unchecked": (128, 128, 128),
    "recognised": (128, 128, 128),
    "doubtful": (230, 159, 0),
    "contradicted": (213, 94, 0),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that shows itself in a notebook. ``png`` holds its bytes, ``caption`` what it shows, in words."""

    png: bytes
    width: int
    height: int
    caption: str

    def __repr__(self) -> str:
        return f"<Picture {self.width}x{self.height}: {self.caption.splitlines()[0]}>"

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str | Path) -> Path:
        """Write the picture to ``path`` as PNG and return the path; a name without an ending gets ``.png``.

        Raises
        ------
        CallError
            When the name ends otherwise.
        """
        path = Path(path)
        if not path.suffix:
            path = path.with_suffix(".png")
        if path.suffix.lower() != ".png":
            msg = f"{path.name}: the page is shown as a picture, PNG; name it {path.with_suffix('.png').name}"
            raise CallError(msg)
        path.write_bytes(self.png)
        return path


class File(NamedTuple):
    """The bytes of a report, and which of its pages were recognised from pictures."""

    data: bytes
    recognised: frozenset[int]


def traced(file: File, boxes: Sequence[Box], caption: str) -> Picture:
    """Return the pages on which ``boxes`` lie, one below the other, each with its boxes framed and enlarged."""
    strips = [_strip(file, page, on_page, caption) for page, on_page in _by_page(boxes)]
    return _picture(_stacked(strips), caption)


def cropped(file: File, boxes: Sequence[Box], caption: str) -> Picture:
    """Return the strips of the pages on which ``boxes`` lie, one below the other, with the boxes framed."""
    return _picture(_stacked([_band(file, page, on_page) for page, on_page in _by_page(boxes)]), caption)


def overlaid(file: File, report: Report, page: Page, found: Sequence[Grid], caption: str) -> Picture:
    """Return a page with its rulings, the cells of ``found``, and the figures of ``report`` by grade."""
    image = _rendered(file, page.number, _OVERLAY_SCALE)
    _draw_reasoning(image, report, page.number, page.rulings, found)
    return _picture(image, caption)


def _by_page(boxes: Sequence[Box]) -> list[tuple[int, list[Box]]]:
    return [(page, [box for box in boxes if box.page == page]) for page in sorted({box.page for box in boxes})]


def _rendered(file: File, page: int, scale: float) -> Image:
    from PIL import Image

    width, height, pixels = files.picture(file.data, page, scale=scale, recognised=page in file.recognised)
    return Image.frombytes("RGB", (width, height), pixels)


def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import sans_path

    return ImageFont.truetype(sans_path(), size, layout_engine=ImageFont.Layout.BASIC)


def _strip(data: File, page: int, boxes: Sequence[Box], caption: str) -> Image:
    """Draw one page with ``boxes`` on the left, the lens and the caption on the right."""
    from PIL import Image, ImageDraw

    picture = _rendered(data, page, _PAGE_SCALE)
    canvas = Image.new("RGB", (picture.width + _SIDE + 3 * _MARGIN, picture.height + 2 * _MARGIN), _PAPER)
    canvas.paste(picture, (_MARGIN, _MARGIN))
    draw = ImageDraw.Draw(canvas)
    draw.rectangle(
        (_MARGIN - 1, _MARGIN - 1, _MARGIN + picture.width, _MARGIN + picture.height), outline=(205, 205, 205)
    )
    left = picture.width + 2 * _MARGIN
    (whole,) = union(tuple(boxes))
    marked = [box for box in boxes if box.x1 > box.x0]
    if not marked:
        _text(draw, (left, _MARGIN), caption, page)
        return canvas
    for box in marked:
        _frame(canvas, _on_canvas(box, _PAGE_SCALE, -_MARGIN, -_MARGIN), 2)
    lens, origin, scale = _lens(data, whole)
    for box in marked:
        _frame(lens, _on_canvas(box, scale, *origin), 3)
    middle = _MARGIN + (whole.top + whole.bottom) / 2 * _PAGE_SCALE
    top = round(max(_MARGIN, min(middle - lens.height / 2, canvas.height - lens.height - 170 - _MARGIN)))
    _, y0, x1, y1 = _on_canvas(whole, _PAGE_SCALE, -_MARGIN, -_MARGIN)
    for start, end in (((x1 + 3, y0 - 3), (left, top)), ((x1 + 3, y1 + 3), (left, top + lens.height))):
        draw.line((*start, *end), fill=_THREAD, width=1)
    canvas.paste(lens, (left, top))
    draw.rectangle((left - 1, top - 1, left + lens.width, top + lens.height), outline=MARK)
    _text(draw, (left, top + lens.height + 12), caption, page)
    return canvas


def _band(data: File, page: int, boxes: Sequence[Box]) -> Image:
    """Draw the strip of a page that holds ``boxes``."""
    (whole,) = union(tuple(boxes))
    picture = _rendered(data, page, _CROP_SCALE)
    top = max(0, round((whole.top - _AROUND) * _CROP_SCALE))
    bottom = min(picture.height, round((whole.bottom + _AROUND) * _CROP_SCALE))
    strip = picture.crop((0, top, picture.width, bottom))
    for box in boxes:
        _frame(strip, _on_canvas(box, _CROP_SCALE, 0, top), 3)
    return strip


def _lens(data: File, box: Box) -> tuple[Image, tuple[float, float], float]:
    """Return the surroundings of ``box`` enlarged, where they begin on the page (pixels at that scale), the scale."""
    width, height = max(_LENS[0], box.x1 - box.x0 + 40), max(_LENS[1], box.bottom - box.top + 30)
    scale = min(_LENS_SCALE, _SIDE / width, 2 * _SIDE / height)
    page = _rendered(data, box.page, scale)
    x0 = (box.x0 + box.x1 - width) / 2 * scale
    top = (box.top + box.bottom - height) / 2 * scale
    x0 = min(max(0.0, x0), max(0.0, page.width - width * scale))
    top = min(max(0.0, top), max(0.0, page.height - height * scale))
    left, upper = round(x0), round(top)
    size = (min(page.width, left + round(width * scale)), min(page.height, upper + round(height * scale)))
    return page.crop((left, upper, *size)), (left, upper), scale


def _on_canvas(box: Box, scale: float, left: float, top: float) -> tuple[int, int, int, int]:
    return (
        round(box.x0 * scale - left),
        round(box.top * scale - top),
        round(box.x1 * scale - left),
        round(box.bottom * scale - top),
    )


def _frame(image: Image, area: tuple[int, int, int, int], line: int) -> None:
    """Tint ``area`` lightly and draw a frame around it."""
    from PIL import Image, ImageDraw

    x0, y0, x1, y1 = area
    around = (x0 - line - 1, y0 - line - 1, x1 + line + 1, y1 + line + 1)
    inside = image.crop((x0, y0, x1 + 1, y1 + 1))
    image.paste(Image.blend(inside, Image.new("RGB", inside.size, MARK), 0.18), (x0, y0))
    ImageDraw.Draw(image).rectangle(around, outline=MARK, width=line)


def _text(draw: ImageDraw, at: tuple[int, int], caption: str, page: int) -> None:
    """Write ``caption`` and the page, broken to the width of the side."""
    font = _font(17)
    x, y = at
    for text in [*caption.splitlines(), f"p. {page}"]:
        for line in wrap(text, _SIDE, font.getlength):
            rest = line
            while rest:  # a word wider than the side is broken
                length = next((at for at in range(len(rest), 1, -1) if font.getlength(rest[:at]) <= _SIDE), 1)
                draw.text((x, y), rest[:length], fill=_INK, font=font)
                rest = rest[length:]
                y += 25


def _draw_reasoning(image: Image, report: Report, page: int, rulings: Sequence[Ruling], found: Sequence[Grid]) -> None:
    from PIL import Image, ImageDraw

    scale = _OVERLAY_SCALE
    veil = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(veil)
    for grid in found:
        for cell in grid.cells:
            if cell.box is not None:
                x0, y0, x1, y1 = _on_canvas(cell.box, scale, 0, 0)
                draw.rectangle((x0 + 4, y0 + 4, x1 - 4, y1 - 4), outline=(128, 128, 128, 130), width=1)
    for ruling in rulings:
        line = (ruling.x0 * scale, ruling.top * scale, ruling.x1 * scale, ruling.bottom * scale)
        draw.line(line, fill=(0, 114, 178, 220), width=1)
    left = min((grid.lefts[0] for grid in found if grid.lefts), default=0.0) * scale
    for sheet in report.sheets:
        across = forms.load(sheet.edition).table(sheet.table).layout == "across"
        named: set[str] = set()
        for entry in sheet.entries:
            for area in (_on_canvas(box, scale, 0, 0) for box in entry.boxes if box.page == page):
                x0, y0, x1, y1 = area
                colour = GRADE_COLOURS[entry.grade]
                draw.rectangle((x0 - 3, y0 - 2, x1 + 3, y1 + 2), fill=(*colour, 70), outline=(*colour, 230), width=1)
                if entry.row not in named:
                    named.add(entry.row)
                    font = _font(_LABEL) if across else _fitting(entry.row, left - 8)
                    at = (x0 - 2, y1 + 12) if across else (max(2, left - font.getlength(entry.row) - 6), y0)
                    draw.text(at, entry.row, fill=(*MARK, 255), font=font)
    image.paste(Image.alpha_composite(image.convert("RGBA"), veil).convert("RGB"))


def _fitting(text: str, room: float) -> FreeTypeFont:
    """Return the font in which ``text`` fits into ``room``, down to a size that can still be read."""
    sizes = range(_LABEL, _SMALLEST_LABEL, -1)
    return next((font for font in map(_font, sizes) if font.getlength(text) <= room), _font(_SMALLEST_LABEL))


def _stacked(strips: Sequence[Image]) -> Image:
    from PIL import Image

    canvas = Image.new("RGB", (max(strip.width for strip in strips), sum(strip.height for strip in strips)), _PAPER)
    y = 0
    for strip in strips:
        canvas.paste(strip, (0, y))
        y += strip.height
    return canvas


def _picture(image: Image, caption: str) -> Picture:
    from PIL import Image

    buffer = BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return Picture(buffer.getvalue(), image.width, image.height, caption)
