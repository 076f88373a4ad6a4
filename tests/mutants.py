"""Files built to do harm: mutations of sound reports, and files written by hand, each told by a family and a number.

The same family and number always give the same bytes. Used by the tests and by ``make fuzz``.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import pypdf
from operators import A4, HELVETICA, assembled, pages, stream, text
from strategies import Case

from gxstudy.specimens import Break, Layout

__all__ = ["FAMILIES", "Mutant", "mutants", "sound"]

_LAYOUTS = (
    Layout(),
    Layout(single_glyphs=True, shade="#c6d9f1", breaks=(Break("applications", 12),)),
    Layout(font="sans", form_xobjects="page", rotate=90, tagged=True),
    Layout(ruled="none", table_size=8.0, align="center", padding=(4.0, 2.5)),
    Layout(rule_style="dashes", disclosure="blocks", disputes="split"),
    Layout(form_xobjects="rules", look_alikes="kangxi", thousands=",", table_size=6.5),
)


class Mutant(NamedTuple):
    """One file: its name tells the family, the number and the kind."""

    name: str
    data: bytes


Family = Callable[[random.Random], bytes]


@cache
def sound() -> tuple[bytes, ...]:
    """Reports as they should be, each as typeset, with its contents in plain sight, and with objects in streams."""
    found = []
    for seed, layout in enumerate(_LAYOUTS):
        data = Case(edition=("2021", "2019")[seed % 2], year=2020 + seed % 2, seed=seed, layout=layout).pdf
        found += [data, unpacked(data), in_streams(data)]
    return tuple(found)


def unpacked(data: bytes) -> bytes:
    """The file with every stream in plain sight, where damage hits operators, fonts and their tables."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for place in range(1, len(writer._objects) + 1):
        found = writer.get_object(place)
        if isinstance(found, pypdf.generic.StreamObject) and found.get("/Filter") == "/FlateDecode":
            plain = pypdf.generic.DecodedStreamObject()
            plain.set_data(found.get_data())
            plain.update({key: value for key, value in found.items() if key not in ("/Filter", "/DecodeParms")})
            writer._objects[place - 1] = plain
    return _written(writer)


def in_streams(data: bytes) -> bytes:
    """The file with its plain objects in object streams, and with a stream of cross references."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    plain, streams = {}, {}
    for number in range(1, len(writer._objects) + 1):
        found = writer.get_object(number)
        out = io.BytesIO()
        if found is None:
            continue
        found.write_to_stream(out)
        (streams if isinstance(found, pypdf.generic.StreamObject) else plain)[number] = out.getvalue()
    last = len(writer._objects)
    root = writer.root_object.indirect_reference.idnum
    return with_object_streams(plain, streams, root=root, last=last)


def with_object_streams(plain: dict[int, bytes], streams: dict[int, bytes], *, root: int, last: int) -> bytes:
    """A file of the objects given, the plain ones in one object stream."""
    offsets, bodies = [], b""
    for number, body in plain.items():
        offsets.append(f"{number} {len(bodies)}")
        bodies += body + b" "
    head = " ".join(offsets).encode() + b" "
    holder, table = last + 1, last + 2
    packed = zlib.compress(head + bodies)
    written = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    entries = {0: (0, 0, 65535)}
    for index, number in enumerate(plain):
        entries[number] = (2, holder, index)
    objects = streams | {
        holder: b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(plain), len(head), len(packed), packed)
    }
    for number, body in objects.items():
        entries[number] = (1, len(written), 0)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    entries[table] = (1, start, 0)
    rows = b"".join(
        kind.to_bytes(1, "big") + place.to_bytes(4, "big") + extra.to_bytes(2, "big")
        for kind, place, extra in (entries.get(number, (0, 0, 65535)) for number in range(table + 1))
    )
    written += (
        b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Root %d 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        % (table, table + 1, root, len(rows), rows)
    )
    return bytes(written) + b"startxref\n%d\n%%%%EOF\n" % start


def _written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# Damage that knows nothing of the format ------------------------------------------------------------------------------


def cut(numbers: random.Random) -> bytes:
    data = numbers.choice(sound())
    at = numbers.randrange(len(data))
    return data[at:] if numbers.random() < 0.2 else data[:at]


def flipped(numbers: random.Random) -> bytes:
    found = bytearray(numbers.choice(sound()))
    for _ in range(numbers.choice((1, 3, 10, 100, 1000, 10_000))):
        found[numbers.randrange(len(found))] ^= 1 << numbers.randrange(8)
    return bytes(found)


def shuffled(numbers: random.Random) -> bytes:
    found = bytearray(numbers.choice(sound()))
    for _ in range(numbers.choice((1, 5, 30))):
        at, other, size = numbers.randrange(len(found)), numbers.randrange(len(found)), numbers.randrange(2000)
        match numbers.randrange(4):
            case 0:
                del found[at : at + size]
            case 1:
                found[at:at] = found[other : other + size]
            case 2:
                found[at : at + size] = found[other : other + size]
            case _:
                found[at : at + 20] = numbers.randbytes(numbers.randrange(60))
    return bytes(found)


def glued(numbers: random.Random) -> bytes:
    """Pieces of two reports, of which one may end before the other begins."""
    one, other = numbers.choice(sound()), numbers.choice(sound())
    return one[: numbers.randrange(len(one))] + other[numbers.randrange(len(other)) :]


# Damage that knows the format -----------------------------------------------------------------------------------------

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_REFERENCE = re.compile(rb"(\d+) 0 R\b")
_NAME = re.compile(rb"/[A-Z][A-Za-z0-9]+")
_ODD_NUMBERS = (
    *(b"0", b"-1", b"1", b"255", b"65535", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"1e10", b"--5"),
    *(b"99999999999999999999", b"0.00000000001", b"340282350000000000000000000000000000000", b"nan", b"+-.", b"null"),
)
_ODD_VALUES = (
    b"null",
    b"[]",
    b"<<>>",
    b"()",
    b"<>",
    b"true",
    b"/X",
    b"[0 0 0 0]",
    b"99999 0 R",
    b"1 0 R",
    b"[null null]",
)


def numbers_changed(numbers: random.Random) -> bytes:
    return _some_changed(numbers, _NUMBER, lambda _: numbers.choice(_ODD_NUMBERS))


def references_changed(numbers: random.Random) -> bytes:
    def other(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % numbers.choice((int(found[1]), 1, 2, 3, 0, numbers.randrange(40), 10**9))

    return _some_changed(numbers, _REFERENCE, other)


def names_changed(numbers: random.Random) -> bytes:
    known = sorted({found[0] for found in _NAME.finditer(sound()[1])})
    return _some_changed(numbers, _NAME, lambda _: numbers.choice([*known, b"/", b"/#00", b"/" + b"A" * 5000]))


def values_changed(numbers: random.Random) -> bytes:
    value = re.compile(rb"(?<=[A-Za-z]) (?:\d+ 0 R|\[[^\[\]]{0,80}\]|\d+)(?=[ \n/>])")
    return _some_changed(numbers, value, lambda _: b" " + numbers.choice(_ODD_VALUES))


def _some_changed(numbers: random.Random, what: re.Pattern[bytes], new: Callable[[re.Match[bytes]], bytes]) -> bytes:
    """A report in which a few of what a pattern finds are other, with cross references that fit (or not)."""
    data = numbers.choice(sound()[1::3])
    share = numbers.choice((0.001, 0.005, 0.02, 0.2))
    changed = what.sub(lambda found: new(found) if numbers.random() < share else found[0], data)
    return renumbered(changed) if numbers.random() < 0.7 else changed


def renumbered(data: bytes) -> bytes:
    """The file with a table of cross references that leads to its objects."""
    start = data.rfind(b"xref\n0")
    start = data.rfind(b"\nxref") + 1 if start < 0 else start
    body = data[:start] if start > 0 else data
    places = {int(found[1]): found.start(1) for found in re.finditer(rb"(?m)^(\d{1,6}) 0 obj\b", body)}
    root = re.search(rb"/Root (\d+) 0 R", data)
    last = max(places, default=0)
    rows = b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(last + 1)
    )
    trailer = b"trailer\n<< /Size %d /Root %s 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        last + 1,
        root[1] if root else b"1",
        len(body),
    )
    return body + b"xref\n0 %d\n" % (last + 1) + rows + trailer


def cross_references(numbers: random.Random) -> bytes:
    """A report whose table of cross references lies, or leads round in a circle."""
    data = numbers.choice(sound())
    at = data.rfind(b"startxref")
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    match numbers.randrange(6):
        case 0:
            return data[:at] + b"startxref\n%d\n%%%%EOF" % numbers.randrange(2 * len(data))
        case 1:
            return data.replace(b"trailer\n<<", b"trailer\n<< /Prev %d " % start)
        case 2:
            circle = b"xref\n0 0\ntrailer\n<< /Size 9 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF"
            return data + circle % (len(data), len(data))
        case 3:
            tail = b""
            for _ in range(2000):  # a long chain of updates, each behind the last
                place = len(data) + len(tail)
                tail += b"xref\n0 0\ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\n" % start
                start = place
            return data + tail + b"startxref\n%d\n%%%%EOF" % start
        case 4:
            rows = bytearray(data)
            for found in re.finditer(rb"\d{10} \d{5} n", data):
                if numbers.random() < 0.3:
                    rows[found.start() : found.start() + 10] = b"%010d" % numbers.randrange(len(data))
            return bytes(rows)
        case _:
            return re.sub(rb"/Size \d+", b"/Size %d" % numbers.choice((0, 1, 2**31 - 1, 10**9)), data)


# Files written by hand ------------------------------------------------------------------------------------------------

_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
_TREE = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
_PAGE = f"<< /Type /Page /Parent 2 0 R {A4} /Resources << /Font << /F 3 0 R >> >> /Contents 5 0 R >>".encode()
_CONTENT = stream(text("12", 100, 700).encode())


def nested(numbers: random.Random) -> bytes:
    """Things within things, far too deep."""
    depth = numbers.choice((100, 1000, 20_000, 300_000))
    kind = numbers.randrange(9)
    left, right = ((b"[", b"]"), (b"<</A", b">>"), (b"(", b")"))[kind % 3]
    deep = left * depth + b" 1 " + right * (depth if numbers.random() < 0.7 else 0)
    match kind:
        case 0 | 1 | 2:
            return assembled([_CATALOGUE[:-2] + b" /X " + deep + b" >>", _TREE, HELVETICA, _PAGE, _CONTENT])
        case 3 | 4 | 5:
            return assembled([_CATALOGUE, _TREE, HELVETICA, _PAGE, stream(deep + b" Tj " + deep)])
        case 6:
            levels = min(depth, 5000)
            tree = [
                b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (n + 1, n - 1) for n in range(2, levels)
            ]
            return assembled([_CATALOGUE, *tree, _PAGE.replace(b"5 0 R", b"%d 0 R" % (levels + 1)), _CONTENT])
        case 7:
            return pages(b"q " * depth + b"BT /F 1 Tf " * depth + b"(1) Tj " * 10, packed=True)
        case _:
            filters = b"/ASCIIHexDecode " * min(depth, 1000)
            return assembled([*_least(), b"<< /Length 9 /Filter [%s] >>\nstream\n3132333e>\nendstream" % filters])


def _least() -> list[bytes]:
    return [_CATALOGUE, _TREE, HELVETICA, _PAGE]


def bombs(numbers: random.Random) -> bytes:
    """Little that becomes much when it is unpacked, drawn or looked up."""
    kind = numbers.randrange(10)
    huge = numbers.choice((10**7, 10**8, 10**9))
    if kind == 0:
        return _packed(_blocks(numbers.choice((b"q ", b" ", b"(1) Tj ", b"0 0 m 9 9 l S "))), b"/FlateDecode")
    if kind == 1:
        return _packed(zlib.compress(zlib.compress(bytes(min(huge, 10**8)), 9), 9), b"[/FlateDecode /FlateDecode]")
    if kind == 2:
        return _packed(b"\x81A" * 10**6, b"/RunLengthDecode")
    if kind == 3:
        return _packed(
            zlib.compress(b"0" * 10**6), b"/FlateDecode", b"/DecodeParms << /Predictor 15 /Columns %d >>" % huge
        )
    if kind == 4:
        size = b"/Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 16" % (huge, huge)
        filters = numbers.choice((b"/DCTDecode", b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/FlateDecode"))
        image = b"<< /Type /XObject /Subtype /Image %s /Filter %s /Length 99 >>\nstream\n%s\nendstream"
        return pages("q 500 0 0 500 0 0 cm /I Do Q", forms={"I": image % (size, filters, numbers.randbytes(99))})
    if kind == 5:
        rows = b"<0000> <ffff> <" + b"4e00" * 200 + b">\n"
        table = b"begincmap 100 beginbfrange\n" + rows * 20_000 + b"endbfrange endcmap"
        font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [3 0 R]"
        font += b" /ToUnicode 4 0 R >>"
        return pages(
            "BT /F 9 Tf 10 700 Td <00010002> Tj ET", fonts={"F": font}, more=[HELVETICA, stream(table, packed=True)]
        )
    if kind == 6:
        glyph = stream(b"0 0 0 0 1000 1000 d1 /F 1 Tf (AAAAAAAAAAAAAAAA) Tj", "")
        font = (
            b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65"
        )
        font += b" /Widths [1] /CharProcs << /A 3 0 R >> /Encoding << /Differences [65 /A] >>"
        font += b" /Resources << /Font << /F 4 0 R >> >> >>"
        return pages("BT /F 9 Tf 10 700 Td (AAAA) Tj ET", fonts={"F": font}, more=[glyph])
    if kind == 7:
        widths = b"[" + b"0 [1] " * 200_000 + b"]"
        font = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W %s /DW 1000 >>" % widths
        outer = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [3 0 R] >>"
        return pages("BT /F 9 Tf 10 700 Td <00010002> Tj ET", fonts={"F": outer}, more=[font])
    if kind == 8:
        kids = b"[" + b"5 0 R " * 100_000 + b"]"
        return pages(text("12", 100, 700)).replace(b"/Kids [5 0 R]", b"/Kids " + kids)
    pattern = b"0 0 5 5 re f " * 100_000
    return pages(b"/P gs " + pattern, packed=True)


def _packed(body: bytes, filters: bytes, more: bytes = b"") -> bytes:
    packed = b"<< /Length %d /Filter %s %s >>\nstream\n%s\nendstream" % (len(body), filters, more, body)
    return assembled([*_least(), packed])


def _blocks(of: bytes, count: int = 1 << 9) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(of * ((1 << 20) // len(of))) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * count + packer.flush() + b"\0\0\0\0"


def actions(numbers: random.Random) -> bytes:
    """A sound report that asks the viewer to run, open, send, write or fetch something."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(numbers.choice(sound()[::3])))
    for name in ("../../../outside.txt", "/outside.txt", "C:\\outside.exe", "a\x00b.txt"):
        writer.add_attachment(name, numbers.randbytes(1000))
    generic = pypdf.generic
    for key, more in (
        (
            "/JavaScript",
            {"/JS": "app.launchURL('http://127.0.0.1:9/'); this.exportDataObject({cName: 'a', nLaunch: 2});"},
        ),
        ("/Launch", {"/F": "/bin/sh", "/Win": "cmd.exe"}),
        ("/URI", {"/URI": "http://127.0.0.1:9/"}),
        ("/SubmitForm", {"/F": "http://127.0.0.1:9/"}),
        ("/GoToR", {"/F": "\\\\127.0.0.1\\share\\a.pdf"}),
        ("/ImportData", {"/F": "/etc/hosts"}),
    ):
        action = generic.DictionaryObject({generic.NameObject("/S"): generic.NameObject(key)})
        for name, value in more.items():
            action[generic.NameObject(name)] = generic.create_string_object(value)
        writer.root_object[generic.NameObject("/OpenAction")] = writer._add_object(action)
        for page in writer.pages:
            page[generic.NameObject("/AA")] = generic.DictionaryObject({generic.NameObject("/O"): action})
    return _written(writer)


def sizes(numbers: random.Random) -> bytes:
    """Pages of absurd sizes, places and turns, with a report behind them or none."""
    odd = ("0", "-1", "1e38", "-1e38", "0.0000001", "14400", "99999999", "null", "(a)", "595", "842")
    boxes = " ".join(
        f"/{name} [{' '.join(numbers.choice(odd) for _ in range(numbers.choice((4, 4, 4, 3, 5, 0))))}]"
        for name in ("MediaBox", "CropBox", "TrimBox", "BleedBox")
    )
    more = f"/Rotate {numbers.choice((0, 90, 45, -90, 270, 2**31, 7))} /UserUnit {numbers.choice((1, 0, -1, 1e9))}"
    data = numbers.choice(sound()[1::3])
    if numbers.random() < 0.5:
        return re.sub(rb"/MediaBox ?\[[^\]]*\]", f"{boxes} {more}".encode(), data)
    return pages(text("12", 100, 700), page=f"{boxes} {more}")


_OPERATORS = tuple(
    "q Q cm w J j M d ri i gs m l c v y h re S s f F f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ "  # noqa: SIM905
    "' \" d0 d1 CS cs SC SCN sc scn G g RG rg K k sh BI ID EI Do MP DP BMC BDC EMC BX EX".split()
)


def operators(numbers: random.Random) -> bytes:
    """A page of operators and operands at random."""
    operands = (
        "0",
        "1",
        "-1",
        "700",
        "1e30",
        "-1e30",
        "0.00001",
        "99999999999",
        "(12)",
        "<4e00>",
        "/F",
        "[(1) -9999 (2)]",
    )
    words = []
    for _ in range(numbers.choice((50, 2000, 50_000))):
        words += [numbers.choice(operands) for _ in range(numbers.choice((0, 1, 2, 4, 6)))] + [
            numbers.choice(_OPERATORS)
        ]
    return pages("BT /F 9 Tf 100 700 Td " + " ".join(words), packed=numbers.random() < 0.5)


def crowded(numbers: random.Random) -> bytes:
    """Pages so full of rulings and figures that whatever is not linear does not end."""
    kind = numbers.randrange(5)
    if kind == 0:
        n = numbers.choice((100, 400, 1500))
        drawn = "".join(
            f"{i * 500 / n:.3f} 0 m {i * 500 / n:.3f} 800 l S 0 {i * 800 / n:.3f} m 500 {i * 800 / n:.3f} l S\n"
            for i in range(n)
        )
        cells = "".join(text(str(i % 10), i % 50 * 10 + 3, i // 50 * 10 + 3, size=4) for i in range(4000))
        return pages(drawn + cells, packed=True)
    if kind == 1:
        count = numbers.choice((100, 1000))
        grid = "".join(f"50 {y} m 550 {y} l S\n" for y in range(100, 700, 20)) + "".join(
            f"{x} 100 m {x} 680 l S\n" for x in range(50, 551, 50)
        )
        return pages(*[grid + text("12", 60, 110)] * count, packed=True)
    if kind == 2:
        return pages(
            "".join(
                text(str(i), numbers.random() * 500, numbers.random() * 800, size=numbers.choice((1, 9, 90)))
                for i in range(20_000)
            ),
            packed=True,
        )
    if kind == 3:
        return pages(
            "".join(
                f"{numbers.random() * 500} {numbers.random() * 800} 40 {numbers.choice((0.1, 0.5, 30))} re f\n"
                for _ in range(50_000)
            ),
            packed=True,
        )
    from gxstudy.specimens import bind

    return bind(*[numbers.choice(sound()[::3]) for _ in range(numbers.choice((5, 40)))])


# Other kinds of files -------------------------------------------------------------------------------------------------

_TITLE = "某县人民政府2023年政府信息公开工作年度报告"
_HEAD = f"<html><head><meta charset=utf-8><title>{_TITLE}</title></head><body><h1>{_TITLE}</h1>"
_ROW = "<tr><td>三、本年度办理结果</td>" + "<td>0</td>" * 7 + "</tr>"


def web_pages(numbers: random.Random) -> bytes:
    kind = numbers.randrange(11)
    n = numbers.choice((1000, 20_000, 200_000))
    span = numbers.choice((1000, 65_535, 10**9, -1, 0))
    bodies: tuple[Callable[[], str], ...] = (
        lambda: "<div>" * n,
        lambda: "<table><tr><td>" * n,
        lambda: f"<table><tr><td rowspan={span} colspan={span}>1</td></tr>{_ROW * 50}</table>",
        lambda: "<table>" + "".join(f"<tr><td rowspan={i} colspan={i}>1" for i in range(1, 1500)) + "</table>",
        lambda: "<table>" + _ROW * min(n, 20_000) + "</table>",
        lambda: f"<table>{_ROW}</table>" * min(n, 5000),
        lambda: "&lt;" * n + "&#x110000;&#0;&#55296;" * 100,
        lambda: "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hosts'>]>&b;<iframe src=http://127.0.0.1:9/></iframe>",
        lambda: "<p>" + "收到政府信息公开申请1件，" * n,
        lambda: "<table><tr>" + "<td>一、本年新收政府信息公开申请数量" * min(n, 20_000) + "</table>",
        lambda: "<script>while(true){}</script><meta http-equiv=refresh content='0;url=file:///'><table>" + _ROW * 30,
    )
    data = (_HEAD + bodies[kind]()).encode("gb18030" if numbers.random() < 0.2 else "utf-8")
    if numbers.random() < 0.3:
        found = bytearray(data[:200_000])
        for _ in range(100):
            found[numbers.randrange(len(found))] = numbers.randrange(256)
        return bytes(found)
    return data


def word_files(numbers: random.Random) -> bytes:
    """Word documents: parts missing, broken or huge, entities, tables within tables, spans without end."""
    n = numbers.choice((10, 1000, 50_000))
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    title = f"<w:p><w:r><w:t>{_TITLE}</w:t></w:r></w:p>"
    cell = "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
    deep = min(n, 3000)
    span = numbers.choice((5, 10**6, 2**31, -1))
    bodies: tuple[Callable[[], str], ...] = (
        lambda: f"<w:tbl><w:tr>{cell * 7}</w:tr></w:tbl>" * min(n, 3000),
        lambda: "<w:tbl><w:tr><w:tc>" * deep + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * deep,
        lambda: (
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{span}"/><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
        ),
        lambda: f"<w:tbl><w:tr>{cell * n}</w:tr></w:tbl>",
        lambda: "<w:p><w:r><w:t>" + "收到申请1件" * n,
        lambda: "&lol9;",
    )
    kind = numbers.randrange(len(bodies))
    entities = ""
    if kind == 5:
        growing = "".join(f'<!ENTITY lol{i} "{f"&lol{i - 1};" * 10}">' for i in range(1, 10))
        entities = f'<!DOCTYPE a [<!ENTITY lol0 "lol">{growing}<!ENTITY x SYSTEM "file:///etc/hosts">]>'
    document = f'<?xml version="1.0"?>{entities}<w:document {w}><w:body>{title}{bodies[kind]()}</w:body></w:document>'
    kinds = "application/vnd.openxmlformats"
    formats = "http://schemas.openxmlformats.org"
    link = f"{formats}/officeDocument/2006/relationships"
    types = (
        f'<Types xmlns="{formats}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{kinds}-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" '
        f'ContentType="{kinds}-officedocument.wordprocessingml.document.main+xml"/>'
        "</Types>"
    )
    relation = f'<Relationships xmlns="{formats}/package/2006/relationships"><Relationship Id="a" Type="{link}'
    rels = f'{relation}/officeDocument" Target="word/document.xml"/></Relationships>'
    inner = f'{relation}/image" Target="http://127.0.0.1:9/a.png" TargetMode="External"/></Relationships>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = {
            "[Content_Types].xml": types,
            "_rels/.rels": rels,
            "word/document.xml": document,
            "word/_rels/document.xml.rels": inner,
            "../../outside.txt": "x",
        }
        for name, part in parts.items():
            if name.startswith("..") or numbers.random() > 0.05:
                archive.writestr(name, part)
        if numbers.random() < 0.2:
            archive.writestr("word/media/zeros.bin", bytes(2 * 10**8))
    data = bytearray(out.getvalue())
    if numbers.random() < 0.3:
        for _ in range(numbers.choice((1, 20))):
            data[numbers.randrange(len(data))] ^= 1 << numbers.randrange(8)
    return bytes(data)


def rich_texts(numbers: random.Random) -> bytes:
    """Rich text: groups and tables in one another, words without end, binaries of a lying length, damage."""
    n = numbers.choice((10, 1000, 50_000))
    row = r"\trowd\cellx1000\cellx2000\intbl 1\cell 2\cell\row"
    bodies = (
        row * min(n, 5000),
        "{" * n + "5" + "}" * n,
        rf"\itap{n} 5\nestcell\nestrow" * 20,
        r"\trowd" + r"\cellx5" * n + r"\intbl 5" + r"\cell" * n + r"\row",
        rf"{{\pict\bin{n} }}5\par",
        r"\u25919\'3f" * n + r"\par",
        r"\f99999999\uc99999999\cellx-99999999\clvmrg\row\cell" * 20,
    )
    title = "".join(f"\\u{ord(character)}?" for character in _TITLE)
    data = bytearray(rf"{{\rtf1\ansi\ansicpg936 {title}\par {numbers.choice(bodies)}}}".encode("ascii"))
    for _ in range(numbers.choice((0, 0, 5, 100))):
        data[numbers.randrange(6, len(data))] = numbers.choice(b"\\{}'0a\x00\xff")
    return bytes(data)


def plain_texts(numbers: random.Random) -> bytes:
    n = numbers.choice((100, 10_000, 300_000))
    lines = (
        "一、本年新收政府信息公开申请数量 0 0 0 0 0 0 0\n",
        "三、本年度办理结果（一）予以公开 1 2 3 4 5 6 21\n",
        "收到申请1件，其中" * 3,
        "（" * 50,
        "1" * 200,
        "｜ 0 " * 100 + "\n",
        "　" * 300,
        "\u202e\u0000\ufeff",
        "本年度收取信息处理费0元，",
    )
    body = "".join(numbers.choice(lines) for _ in range(n // 10))
    encoding = numbers.choice(("utf-8", "gb18030", "utf-16", "utf-8-sig", "utf-16-be"))
    data = bytearray((_TITLE + "\n" + body).encode(encoding, "replace"))
    for _ in range(numbers.choice((0, 0, 5, 500))):
        data[numbers.randrange(len(data))] = numbers.randrange(256)
    return bytes(data)


def noise(numbers: random.Random) -> bytes:
    heads = (
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"<html>",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf1",
        b"",
    )
    return numbers.choice(heads) + numbers.randbytes(numbers.choice((10, 1000, 100_000)))


FAMILIES: dict[str, tuple[Family, str]] = {
    "cut": (cut, ".pdf"),
    "flipped": (flipped, ".pdf"),
    "shuffled": (shuffled, ".pdf"),
    "glued": (glued, ".pdf"),
    "numbers": (numbers_changed, ".pdf"),
    "references": (references_changed, ".pdf"),
    "names": (names_changed, ".pdf"),
    "values": (values_changed, ".pdf"),
    "xref": (cross_references, ".pdf"),
    "nested": (nested, ".pdf"),
    "bombs": (bombs, ".pdf"),
    "actions": (actions, ".pdf"),
    "sizes": (sizes, ".pdf"),
    "operators": (operators, ".pdf"),
    "crowded": (crowded, ".pdf"),
    "web": (web_pages, ".html"),
    "word": (word_files, ".docx"),
    "rich": (rich_texts, ".rtf"),
    "text": (plain_texts, ".txt"),
    "noise": (noise, ".pdf"),
}
"""How to make a file of each family, and its ending."""


def mutants(numbers: Sequence[int], families: Sequence[str] = tuple(FAMILIES)) -> Iterator[Mutant]:
    """Yield one file of each family for each number."""
    for number in numbers:
        for family in families:
            make, suffix = FAMILIES[family]
            yield Mutant(f"{family}-{number}{suffix}", make(random.Random(f"{family} {number}")))
