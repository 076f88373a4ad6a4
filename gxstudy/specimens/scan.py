"""A report PDF -> pictures of its pages as a scanner, a copier or a telephone gives them. Same seed, same bytes.

What happens to a page on its way, in the order in which it happens: the paper lies askew or turned, the lens sees it
in perspective, dust lies on the glass, the optics blur, light falls unevenly, the sensor adds noise, a copier keeps
black and white only, and the file is compressed with loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from time import gmtime
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from gxstudy.readers import pdf

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Scan", "as_pdf", "as_tiff", "pictures", "scanned"]

Grey = npt.NDArray[np.uint8]
"""A picture: height x width, 0 black to 255 white."""

_EPOCH = gmtime(1767225600)


@dataclass(frozen=True, slots=True)
class Scan:
    """What happens to a page."""

    dpi: int = 200
    """Pixels an inch."""
    skew: float = 0.0
    """Degrees by which the page lies askew, clockwise."""
    turns: int = 0
    """Quarter turns of the page, clockwise."""
    perspective: float = 0.0
    """Share of the page's width by which its upper edge is seen shorter than the lower one."""
    light: float = 0.0
    """Share of the light that the darkest corner lacks."""
    speckles: float = 0.0
    """Specks of dust, a square centimetre."""
    blur: float = 0.0
    """Standard deviation of the blur, in pixels."""
    noise: float = 0.0
    """Standard deviation of the noise, in levels of 256."""
    mode: Literal["grey", "bilevel"] = "grey"
    """``bilevel``: black and white only, as a fax or a copier keeps it."""
    jpeg: int | None = None
    """Quality of the compression, 1 to 95; None for none."""
    seed: int = 0


def pictures(document: bytes, how: Scan) -> tuple[Image, ...]:
    """Return the pages of a PDF, scanned.

    Parameters
    ----------
    document
        The bytes of the PDF.
    how
        What happens to its pages. Each page has noise and dust of its own.
    """
    from PIL import Image

    made = []
    for number in (page.number for page in pdf.read_pages(document).pages):
        width, height, pixels = pdf.render(document, number, scale=how.dpi / 72)
        clean = np.asarray(Image.frombytes("RGB", (width, height), pixels).convert("L"))
        image = Image.fromarray(scanned(clean, how, page=number))
        if how.mode == "bilevel":
            image = image.convert("1", dither=Image.Dither.NONE)
        image.info["dpi"] = (how.dpi, how.dpi)
        made.append(image)
    return tuple(made)


def scanned(clean: Grey, how: Scan, *, page: int = 1) -> Grey:
    """Return one picture with what ``how`` asks for done to it."""
    import cv2

    random = np.random.default_rng((how.seed, page))
    seen = np.ascontiguousarray(np.rot90(clean, -how.turns))
    seen = _placed(seen, how)
    height, width = seen.shape
    light = seen.astype(np.float32)
    if how.speckles:
        _dust(light, how, random)
    if how.blur:
        light = cv2.GaussianBlur(light, (0, 0), how.blur).astype(np.float32)
    if how.light:
        across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
        light *= (1 - how.light * (across + down) / 2).astype(np.float32)
    if how.noise:
        light += random.normal(0, how.noise, light.shape).astype(np.float32)
    grey = np.clip(np.rint(light), 0, 255).astype(np.uint8)
    if how.mode == "bilevel":
        return np.where(grey < 160, 0, 255).astype(np.uint8)
    if how.jpeg is not None:
        _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, how.jpeg])
        grey = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return grey


def as_pdf(images: Sequence[Image], *, jpeg: int = 75) -> bytes:
    """Return a PDF that holds one picture a page and no text: JPEG for grey ones, CCITT group 4 for black and white."""
    first, *others = images
    dpi = float(first.info.get("dpi", (200, 200))[0])
    packing = {} if first.mode == "1" else {"quality": jpeg}
    dates = {"creationDate": _EPOCH, "modDate": _EPOCH}
    buffer = BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=dpi, **packing, **dates)
    return buffer.getvalue()


def as_tiff(images: Sequence[Image]) -> bytes:
    """Return a TIFF of all pages, packed without loss."""
    first, *others = images
    buffer = BytesIO()
    packing = "group4" if first.mode == "1" else "tiff_lzw"
    dpi = first.info.get("dpi", (200, 200))
    first.save(buffer, "TIFF", save_all=True, append_images=others, compression=packing, dpi=dpi)
    return buffer.getvalue()


def _placed(seen: Grey, how: Scan) -> Grey:
    """Return the picture turned by the skew and drawn together at its upper edge."""
    import cv2

    if not how.skew and not how.perspective:
        return seen
    height, width = seen.shape
    angle = np.deg2rad(how.skew)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    centre = np.array([width / 2, height / 2], np.float32)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    placed = (corners - centre) @ turn + centre
    inset = how.perspective * width / 2
    placed[0] += (inset, inset / 2)
    placed[1] += (-inset, 0)
    matrix = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    turned = cv2.warpPerspective(seen, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.asarray(turned, np.uint8)


def _dust(light: npt.NDArray[np.float32], how: Scan, random: np.random.Generator) -> None:
    """Draw specks of up to a quarter of a millimetre."""
    import cv2

    height, width = light.shape
    centimetre = how.dpi / 2.54
    count = round(how.speckles * width * height / centimetre**2)
    across, down = random.uniform(0, width, count), random.uniform(0, height, count)
    sizes = random.uniform(0.02, 0.125, count) / 10 * centimetre
    shades = random.uniform(0, 140, count)
    for x, y, size, shade in zip(across, down, sizes, shades, strict=True):
        cv2.circle(light, (int(x), int(y)), round(float(size)), float(shade), -1)
