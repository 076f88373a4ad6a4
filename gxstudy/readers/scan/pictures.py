"""The pictures in a file: PNG, JPEG, TIFF and their like -> grey pictures of pages, with their size in points."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.errors import TruncatedFileError, UnknownFileKindError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PIXELS_LIMIT", "Picture", "count", "pictures"]

Grey = npt.NDArray[np.uint8]

PIXELS_LIMIT = 60_000_000
"""Pixels of a page beyond which it is not opened (A4 at 800 dots an inch)."""
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000")
LONG_SIDE = 842.0
"""Points of the long side of a page (A4) where the file does not say, or says what cannot be."""
INCHES = (7.0, 25.0)
"""The long side of a page that is believed."""

_REDUCED = 254  # TIFF: what kind of picture a frame is; its first bit says a smaller copy of another


class Picture(NamedTuple):
    """A page as a grey picture, and how many of its pixels are a point."""

    grey: Grey
    scale: float


def count(data: bytes) -> int:
    """Return how many pages a file of pictures holds.

    Raises
    ------
    UnreadableFileError
        When no picture can be opened.
    """
    with _opened(data) as image:
        return len(_frames(image))


def pictures(data: bytes) -> Iterator[Picture | str]:
    """Return the pages of a file of pictures, one after another; a text that says why, where one cannot be opened.

    A TIFF has a page for each of its pictures; of every other kind the first picture is the page.
    """
    with _opened(data) as image:
        for frame in _frames(image):
            try:
                image.seek(frame)
                yield _picture(image)
            except (OSError, ValueError, SyntaxError, EOFError) as error:
                yield f"the picture cannot be unpacked ({error})"


def _opened(data: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        msg = "the file begins like a picture, but none can be opened in it; it is damaged or of a rare kind"
        raise TruncatedFileError(msg) from error
    except Image.DecompressionBombError as error:
        msg = f"the picture has more pixels than a page can have; the limit is {PIXELS_LIMIT:,}"
        raise UnknownFileKindError(msg) from error
    except (OSError, ValueError, SyntaxError) as error:
        msg = f"the picture cannot be opened ({error}); it is damaged: fetch it again"
        raise TruncatedFileError(msg) from error


def _frames(image: Image) -> list[int]:
    if image.format != "TIFF":
        return [0]
    frames = []
    for index in range(getattr(image, "n_frames", 1)):
        image.seek(index)
        kind = getattr(image, "tag_v2", {}).get(_REDUCED, 0)
        if not int(kind or 0) & 1:
            frames.append(index)
    return frames or [0]


def _picture(image: Image) -> Picture:
    from PIL import ImageOps

    wide, high = image.size
    if wide * high > PIXELS_LIMIT:
        msg = f"{wide:,} x {high:,} pixels are more than the limit of {PIXELS_LIMIT:,}"
        raise ValueError(msg)
    dots = image.info.get("dpi", (0, 0))
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        deep = np.asarray(upright, np.float32)
        grey = np.clip(deep / max(1.0, float(deep.max()) / 255), 0, 255).astype(np.uint8)
    else:
        if upright.has_transparency_data:
            from PIL import Image

            solid = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", solid.size, "white"), solid)
        grey = np.asarray(upright.convert("L"), np.uint8)
    return Picture(np.ascontiguousarray(grey), _scale(max(wide, high), dots))


def _scale(long_side: int, dots: tuple[float, float]) -> float:
    """Return the pixels a point: as the file says where that gives a page of a usual size, else as of A4."""
    try:
        said = float(dots[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        said = 0.0
    if said > 0 and INCHES[0] <= long_side / said <= INCHES[1]:
        return said / 72
    return long_side / LONG_SIDE
