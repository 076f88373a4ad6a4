"""Pages turned into pictures by programs that others wrote, as a scanner's or an office's software would leave them.

A way is left out where its program is not installed (poppler-utils, ghostscript, mupdf-tools).
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

__all__ = ["PROGRAMS", "installed", "with_hidden_layer"]

Way = Callable[[Path, Path], bytes]


def _run(*command: str | Path | int) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300)


def _bound(pages: Sequence[Path], kind: str, dpi: int, *, turned: float = 0.0, **packing: object) -> bytes:
    """Return the pictures of pages in one file, as Pillow binds them."""
    images = [Image.open(page) for page in pages]
    if turned:
        images = [image.rotate(turned, Image.Resampling.BICUBIC, fillcolor="white") for image in images]
    buffer = io.BytesIO()
    dots: dict[str, object] = {"resolution": float(dpi)} if kind == "PDF" else {"dpi": (dpi, dpi)}
    images[0].save(buffer, kind, save_all=True, append_images=images[1:], **dots, **packing)
    return buffer.getvalue()


def _poppler_jpeg(pdf: Path, place: Path) -> bytes:
    _run("pdftoppm", "-r", 150, "-gray", "-jpeg", "-jpegopt", "quality=50", pdf, place / "p")
    return _bound(sorted(place.glob("p*.jpg")), "PDF", 150)


def _poppler_mono(pdf: Path, place: Path) -> bytes:
    _run("pdftoppm", "-r", 200, "-mono", pdf, place / "p")
    return _bound(sorted(place.glob("p*.pbm")), "TIFF", 200, compression="group4")


def _poppler_askew(pdf: Path, place: Path) -> bytes:
    _run("pdftoppm", "-r", 300, pdf, place / "p")
    return _bound(sorted(place.glob("p*.ppm")), "PDF", 300, turned=-0.8, quality=60)


def _cairo_jpeg(pdf: Path, place: Path) -> bytes:
    _run("pdftocairo", "-r", 200, "-jpeg", "-jpegopt", "quality=70", pdf, place / "p")
    return _bound(sorted(place.glob("p*.jpg")), "PDF", 200, turned=0.5)


def _ghostscript(device: str, dots: str, ending: str) -> Way:
    def made(pdf: Path, place: Path) -> bytes:
        out = place / f"out.{ending}"
        quiet = ("-q", "-dNOPAUSE", "-dBATCH", "-dSAFER")
        _run("gs", *quiet, f"-sDEVICE={device}", f"-r{dots}", f"-sOutputFile={out}", pdf)
        return out.read_bytes()

    return made


def _mupdf(pdf: Path, place: Path) -> bytes:
    _run("mutool", "draw", "-q", "-r", 200, "-c", "gray", "-o", place / "p%03d.png", pdf)
    return _bound(sorted(place.glob("p*.png")), "PDF", 200, quality=40)


PROGRAMS: dict[str, tuple[str, Way]] = {
    "poppler, grey JPEG 50, 150 dpi": ("pdftoppm", _poppler_jpeg),
    "poppler, black and white, 200 dpi (TIFF)": ("pdftoppm", _poppler_mono),
    "poppler, skew 0.8°, JPEG 60, 300 dpi": ("pdftoppm", _poppler_askew),
    "cairo, skew 0.5°, JPEG, 200 dpi": ("pdftocairo", _cairo_jpeg),
    "ghostscript, fax of 204 x 196 dpi (TIFF)": ("gs", _ghostscript("tiffg4", "204x196", "tif")),
    "ghostscript, pictures in a PDF, 200 dpi": ("gs", _ghostscript("pdfimage8", "200", "pdf")),
    "mupdf, JPEG 40, 200 dpi": ("mutool", _mupdf),
}
"""A way: the program that it needs, and what makes the file."""


def installed() -> dict[str, Callable[[bytes], bytes]]:
    """Return the ways whose programs are there: the bytes of a PDF -> those of the pictures."""
    return {name: _on_bytes(way) for name, (program, way) in PROGRAMS.items() if shutil.which(program)}


def _on_bytes(way: Way) -> Callable[[bytes], bytes]:
    def made(data: bytes) -> bytes:
        with TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "in.pdf").write_bytes(data)
            return way(place / "in.pdf", place)

    return made


def with_hidden_layer(pictures: bytes, layer: bytes, *, form: bool) -> bytes:
    """Return a PDF of pictures with the text of another PDF set over it invisibly, as a bad recognition leaves it.

    ``form``: the text stands in a form XObject, not in the page itself.
    """
    writer = PdfWriter(clone_from=io.BytesIO(pictures))
    others = PdfReader(io.BytesIO(layer)).pages
    for number, page in enumerate(writer.pages):
        other = others[number % len(others)]
        stream = ContentStream(other.get_contents(), other.pdf)
        texts, within = [], False
        for operands, operator in stream.operations:
            within = within or operator == b"BT"
            if within and operator != b"Tr":
                texts.append((operands, operator))
            if operator == b"BT":
                texts.append(([NumberObject(3)], b"Tr"))
            within = within and operator != b"ET"
        stream.operations = texts
        held = DecodedStreamObject()
        held.set_data(stream.get_data())
        fonts = other["/Resources"]["/Font"].clone(writer)
        if form:
            held.update(
                {
                    NameObject("/Type"): NameObject("/XObject"),
                    NameObject("/Subtype"): NameObject("/Form"),
                    NameObject("/BBox"): page.mediabox,
                    NameObject("/Resources"): DictionaryObject({NameObject("/Font"): fonts}),
                }
            )
            resources = page["/Resources"]
            drawn = resources.setdefault(NameObject("/XObject"), DictionaryObject())
            drawn.get_object()[NameObject("/Layer")] = writer._add_object(held)
            added = b"/Layer Do"
        else:
            page["/Resources"][NameObject("/Font")] = fonts
            added = held.get_data()
        whole = DecodedStreamObject()
        whole.set_data(b"q " + page.get_contents().get_data() + b" Q\nq " + added + b" Q")
        page[NameObject("/Contents")] = writer._add_object(whole)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
