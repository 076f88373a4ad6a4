"""PDFs written operator by operator: what no typesetter would draw."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

__all__ = ["A4", "HELVETICA", "assembled", "pages", "stream", "text"]

A4 = "/MediaBox [0 0 595 842]"
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(content: bytes, entries: str = "", *, packed: bool = False) -> bytes:
    """A stream object; ``entries`` go into its dictionary."""
    data = zlib.compress(content, 9) if packed else content
    extra = " /Filter /FlateDecode" if packed else ""
    return b"<< /Length %d%s %s >>\nstream\n%s\nendstream" % (len(data), extra.encode(), entries.encode(), data)


def assembled(objects: Sequence[bytes], *, trailer: str = "") -> bytes:
    """A file with ``objects`` numbered from 1 (the catalogue), with a sound table of cross references."""
    written = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        written += b"%010d 00000 n \n" % offset
    size = f"/Size {len(objects) + 1} /Root 1 0 R {trailer}"
    return bytes(written) + f"trailer\n<< {size} >>\nstartxref\n{start}\n%%EOF\n".encode()


def pages(
    *contents: str | bytes,
    page: str = A4,
    fonts: Mapping[str, bytes] | None = None,
    forms: Mapping[str, bytes] | None = None,
    more: Sequence[bytes] = (),
    packed: bool = False,
    catalogue: str = "",
    resources: str = "",
) -> bytes:
    """A file with one page for each of ``contents``.

    ``page``: further entries of every page; ``resources`` of what it draws with, and ``catalogue`` of the file.
    ``fonts`` and ``forms`` are objects by their names; the first of ``more`` is object 3, the fonts and forms follow
    it.
    """
    fonts, forms = fonts or {"F": HELVETICA}, forms or {}
    objects = [f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(), b"", *more, *fonts.values(), *forms.values()]
    first = 3 + len(more)
    named = " ".join(f"/{name} {first + index} 0 R" for index, name in enumerate(fonts))
    drawn = " ".join(f"/{name} {first + len(fonts) + index} 0 R" for index, name in enumerate(forms))
    resources = f"/Resources << /Font << {named} >> /XObject << {drawn} >> {resources} >>"
    kids = []
    for content in contents:
        data = content.encode("latin-1") if isinstance(content, str) else content
        objects.append(stream(data, packed=packed))
        entries = f"<< /Type /Page /Parent 2 0 R {page} {resources} /Contents {len(objects)} 0 R >>"
        objects.append(entries.encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return assembled(objects)


def text(value: str, x: float, y: float, *, size: float = 10, font: str = "F", colour: str = "0 g") -> str:
    """Operators that show ``value`` (Latin) with its baseline at (x, y)."""
    return f"{colour} BT /{font} {size} Tf {x} {y} Td ({value}) Tj ET\n"
