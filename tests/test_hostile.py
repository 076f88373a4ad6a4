"""Files that are no reports, broken or built to do harm: an error that says so, or a finding and the rest read.

Each is read in a process of its own with two gigabytes of address space; the limits of time are stated where they hold.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple
from unittest.mock import patch

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operators import A4, HELVETICA, assembled, pages, stream, text
from strategies import Case

import gxstudy as gx
from gxstudy.errors import EmptyFileError, UnreadableFileError
from gxstudy.readers import trial
from gxstudy.specimens import Layout, bind

SECONDS = 10.0
"""Processor time that any of these files may take, its trial in other processes included."""
PATIENCE = 900
"""Wall-clock time, for machines that are busy with other things."""
REPORT = Case(seed=3).pdf
FIGURES = {place: text for place, text in Case(seed=3).expected.items() if text}

_READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
import gxstudy as gx
data = sys.stdin.buffer.read()
try:
    report = gx.read_report(data)
    told = {"figures": [[e.table, e.row, e.column, e.raw] for e in report.entries if e.raw], "error": "", "message": ""}
    told["findings"] = sorted({(f.code.value, f.where.page or 0) for f in report.findings})
except gx.errors.UnreadableFileError as error:
    told = {"figures": [], "findings": [], "error": type(error).__name__, "message": str(error)}
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
told["seconds"] = sum(u.ru_utime + u.ru_stime for u in used)
print(json.dumps(told))
"""


class Outcome(NamedTuple):
    """What came of a file: the error and what it says, or figures and findings (code and page); processor time."""

    error: str
    message: str
    figures: dict[tuple[str, str, str], str]
    findings: set[tuple[str, int]]
    seconds: float


def read(data: bytes) -> Outcome:
    ran = subprocess.run([sys.executable, "-c", _READ], input=data, capture_output=True, timeout=PATIENCE, check=False)
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    told = json.loads(ran.stdout)
    figures = {(table, row, column): raw for table, row, column, raw in told["figures"]}
    findings = {(code, page) for code, page in told["findings"]}
    return Outcome(told["error"], told["message"], figures, findings, told["seconds"])


# Files that are nothing -----------------------------------------------------------------------------------------------


def test_an_empty_file() -> None:
    with pytest.raises(EmptyFileError):
        gx.read_report(b"")


@settings(max_examples=200)
@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"<html>", b"PK\x03\x04", b"\xff\xfe", b"BM"]))
def test_any_bytes_are_a_report_or_an_error_that_says_why(data: bytes, head: bytes) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        gx.read_report(head + data)
    assert str(caught.value).startswith("bytes:")


@settings(max_examples=60)
@given(st.integers(0, len(REPORT)))
def test_a_report_cut_off_anywhere_gives_its_figures_or_an_error(at: int) -> None:
    try:
        report = gx.read_report(REPORT[:at])
    except UnreadableFileError:
        return
    found = {(e.table, e.row, e.column): e.raw for e in report.entries if e.raw}
    assert found.items() <= FIGURES.items()


def damaged(data: bytes, numbers: random.Random) -> bytes:
    """The file with bits flipped, pieces cut out, moved or overwritten, and numbers made absurd."""
    found = bytearray(data)
    for _ in range(numbers.choice((1, 1, 3, 10, 50))):
        at = numbers.randrange(len(found))
        kind = numbers.randrange(6)
        if kind == 0:
            found[at] ^= 1 << numbers.randrange(8)
        elif kind == 1:
            other, size = numbers.randrange(len(found)), numbers.randrange(200)
            found[at : at + size] = found[other : other + size]
        elif kind == 2:
            del found[at : at + numbers.randrange(500)]
        elif kind == 3:
            found[at : at + 20] = numbers.randbytes(numbers.randrange(50))
        elif (digit := found.find(b"0", at)) >= 0:
            found[digit : digit + 1] = str(numbers.choice((-1, 7, 2**31, 2**32, 10**18))).encode()
    return bytes(found)


def unpacked(data: bytes) -> bytes:
    """The file with the contents of its pages in plain sight, where damage hits operators."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        contents = page.get_contents()
        assert contents is not None
        plain = pypdf.generic.DecodedStreamObject()
        plain.set_data(contents.get_data())
        page[pypdf.generic.NameObject("/Contents")] = writer._add_object(plain)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


PLAIN = unpacked(REPORT)


@given(st.integers(0, 2**32 - 1), st.sampled_from([REPORT, PLAIN]))
def test_a_damaged_report_is_a_report_or_an_error(seed: int, data: bytes) -> None:
    with patch.dict(
        sys.modules, {"rapidocr": None}
    ):  # of recognition test_hostile_files.py has some: it takes seconds a page
        try:
            report = gx.read_report(damaged(data, random.Random(seed)))
        except UnreadableFileError:
            return
    assert report.entries


_READ_ALL = """
import pathlib, sys
sys.modules["rapidocr"] = None  # recognition of hundreds of broken pages takes minutes: test_hostile_files.py has some
import gxstudy as gx
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        gx.read_report(path)
    except gx.errors.UnreadableFileError:
        pass
    print(path.name)
"""


def test_hundreds_of_damaged_reports_crash_nothing(tmp_path) -> None:
    for number in range(200):
        data = damaged((REPORT, PLAIN)[number % 2], random.Random(number))
        (tmp_path / f"{number:03}").write_bytes(data)
    command = [sys.executable, "-c", _READ_ALL, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    assert len(ran.stdout.split()) == 200


# Files that cannot be opened, or lead nowhere -------------------------------------------------------------------------

ONE = pages(text("12", 100, 700))
LEAST = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
    HELVETICA,
    f"<< /Type /Page /Parent 2 0 R {A4} /Resources << /Font << /F 3 0 R >> >> /Contents 5 0 R >>".encode(),
    stream(text("12", 100, 700).encode()),
]


LOOPS = {
    "a page that is its own parent": (ONE.replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), "TruncatedFileError"),
    "a tree that holds itself": (
        ONE.replace(b"/Kids [5 0 R] /Count 1", b"/Kids [2 0 R 5 0 R 2 0 R] /Count 99999999"),
        "NotAReportError",
    ),
    "two thousand million pages said": (ONE.replace(b"/Count 1", b"/Count 2147483647"), "NotAReportError"),
    "a page that is its own content": (ONE.replace(b"/Contents 4 0 R", b"/Contents 5 0 R"), "NoTextLayerError"),
    "a table of references that is its own predecessor": (
        assembled(LEAST, trailer=f"/Prev {assembled(LEAST).rindex(b'xref' + bytes([10]) + b'0')}"),
        "NotAReportError",
    ),
    "no page at all": (ONE.replace(b"/Kids [5 0 R] /Count 1", b"/Kids [] /Count 0"), "TruncatedFileError"),
    "pictures only": (pages("100 100 400 400 re f"), "NoTextLayerError"),
    "a page of no size": (pages(text("12", 100, 700), page="/MediaBox [0 0 0 0]"), "NotAReportError"),
    "a page turned inside out": (pages(text("12", 100, 700), page="/MediaBox [595 842 0 0]"), "NotAReportError"),
    "a page of infinite size": (pages(text("12", 9, 9), page=f"/MediaBox [0 0 {10**38} {10**38}]"), "NotAReportError"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_leads_nowhere_ends(name: str) -> None:
    data, error = LOOPS[name]
    outcome = read(data)
    assert outcome.error == error
    assert outcome.seconds < SECONDS


# Pages that explode ---------------------------------------------------------------------------------------------------


def scattered(count: int, drawn: Callable[[random.Random], str]) -> bytes:
    numbers = random.Random(1)
    return "".join(drawn(numbers) for _ in range(count)).encode()


def a_line(numbers: random.Random) -> str:
    x, y = numbers.randrange(595), numbers.randrange(842)
    return f"{x} {y} m {x + 40} {y} l S\n" if numbers.random() < 0.5 else f"{x} {y} m {x} {y + 40} l S\n"


def figures_at(placed: Iterable[str], *, size: int) -> bytes:
    shown = "".join(f"1 0 0 1 {figure} Tj\n" for figure in placed)
    return pages(f"BT /F {size} Tf\n{shown}ET", packed=True)


def gigabyte(of: bytes) -> bytes:
    """A zlib stream that unpacks to a gigabyte of ``of``, made of one block written many times."""
    piece = of * ((1 << 20) // len(of))
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    total = 1
    for _ in range(1 << 10):
        total = zlib.adler32(piece, total)
    return b"\x78\xda" + block * (1 << 10) + packer.flush() + total.to_bytes(4, "big")


def of_one_page(packed: bytes, filters: str) -> bytes:
    """A file of one page with content that is packed already."""
    body = b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(packed), filters.encode(), packed)
    return assembled([*LEAST[:4], body])


def forms(depth: int, times: int) -> bytes:
    """A page whose form draws a form ``times`` times, which draws a form, ``depth`` levels deep."""
    made = {}
    for level in range(depth):
        body = b"/Next Do\n" * times if level < depth - 1 else b"0.5 w 10 10 m 50 10 l S\n"
        inner = f"/Resources << /XObject << /Next {5 + level} 0 R >> >>"
        made[f"X{level}"] = stream(body, f"/Type /XObject /Subtype /Form /BBox [0 0 600 900] {inner}")
    return pages(text("12", 100, 700) + "/X0 Do", forms=made)


LOST: dict[str, Callable[[], bytes]] = {
    "a million lines": lambda: pages(b"0.5 w\n" + scattered(1_000_000, a_line), packed=True),
    "a million rectangles in one path": lambda: pages(
        scattered(1_000_000, lambda n: f"{n.randrange(595)} {n.randrange(842)} 20 0.5 re\n") + b"f", packed=True
    ),
    "a line of a million corners": lambda: pages(
        b"0 0 m\n" + scattered(1_000_000, lambda n: f"{n.randrange(595)} {n.randrange(842)} l\n") + b"S", packed=True
    ),
    "a million figures": lambda: figures_at(
        (f"{10 + i % 1000 / 2} {800 - i // 1000 / 2} Tm (7)" for i in range(1_000_000)), size=1
    ),
    "thirty thousand figures over each other": lambda: figures_at(
        (f"{i % 50 / 99:.2f} {400 + i // 50 / 99:.2f} Tm (7{i})" for i in range(30_000)), size=9
    ),
    "three million digits": lambda: pages(b"BT /F 9 Tf 10 400 Td (" + b"7" * 3_000_000 + b") Tj ET", packed=True),
    "graph paper": lambda: pages(
        "".join(f"{i * 7} 0 m {i * 7} 14000 l S 0 {i * 7} m 14000 {i * 7} l S\n" for i in range(2000)),
        page="/MediaBox [0 0 14400 14400]",
        packed=True,
    ),
    "forms forty deep": lambda: forms(40, 1),
    "forms that double thirty times": lambda: forms(30, 2),
    "forms that grow tenfold twelve times": lambda: forms(12, 10),
    "a form that draws itself twice": lambda: pages(
        "/X Do",
        forms={
            "X": stream(
                b"/X Do /X Do 10 10 m 50 10 l S",
                "/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << /XObject << /X 4 0 R >> >>",
            )
        },
    ),
    "a gigabyte of spaces": lambda: of_one_page(gigabyte(b" "), "/FlateDecode"),
    "a gigabyte packed twice": lambda: of_one_page(zlib.compress(gigabyte(b"q Q "), 9), "[/FlateDecode /FlateDecode]"),
    "ten million states": lambda: pages(b"q " * 10_000_000, packed=True),
}
CUT = {
    "a million lines",
    "a million figures",
    "thirty thousand figures over each other",
    "a line of a million corners",
    "a million rectangles in one path",
    "forms forty deep",
    "forms that double thirty times",
    "forms that grow tenfold twelve times",
    "a form that draws itself twice",
    "a gigabyte of spaces",
    "a gigabyte packed twice",
    "ten million states",
}
"""Those that are cut off, and say so; the others are read to the end, or are no tables."""


SLOW = {"a million rectangles in one path", "a line of a million corners", "thirty thousand figures over each other"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in LOST])
def test_a_page_that_explodes_is_cut_off_and_the_report_behind_it_is_read(name: str) -> None:
    outcome = read(bind(LOST[name](), REPORT))
    assert outcome.error == ""
    assert outcome.figures == FIGURES
    assert (("page_cut_off", 1) in outcome.findings) == (name in CUT)
    assert outcome.seconds < SECONDS


@pytest.mark.parametrize("name", ["three million digits", "forms that double thirty times", "a gigabyte of spaces"])
def test_an_exploding_page_alone_is_an_error_that_says_why(name: str) -> None:
    outcome = read(LOST[name]())
    assert outcome.error == ("NotAReportError" if name == "three million digits" else "UnreadableFileError")
    assert "explodes" in outcome.message or "no annual report" in outcome.message
    assert outcome.seconds < SECONDS


def test_a_page_of_two_hundred_inches_is_read() -> None:
    outcome = read(bind(pages(text("12", 7000, 7000, size=300), page="/MediaBox [0 0 14400 14400]"), REPORT))
    assert outcome.figures == FIGURES
    assert outcome.seconds < SECONDS


def test_a_huge_picture_is_never_decoded() -> None:
    entries = "/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    picture = stream(b"\0" * 400_000_000, entries, packed=True)
    data = pages(text("12", 100, 700) + "q 500 0 0 500 0 0 cm /I Do Q", forms={"I": picture})
    outcome = read(bind(data, REPORT))
    assert outcome.figures == FIGURES
    assert outcome.seconds < SECONDS


def test_many_pages_are_read_in_time() -> None:
    outcome = read(pages(*[text("12", 100, 700)] * 5000))
    assert outcome.error == "NotAReportError"
    assert outcome.seconds < SECONDS


# Which files are tried first ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout",
    [Layout(), Layout(form_xobjects="page", rotate=90), Layout(form_xobjects="rules"), Layout(tagged=True)],
    ids=repr,
)
def test_reports_are_read_without_a_trial(layout: Layout) -> None:
    assert not trial.look(Case(layout=layout).pdf).explosive


@pytest.mark.parametrize("name", [name for name in LOST if name.startswith(("forms", "a form", "a gigabyte", "ten"))])
def test_what_is_small_and_explodes_is_tried_first(name: str) -> None:
    assert trial.look(LOST[name]()).explosive


def test_real_reports_are_read_without_a_trial(shared) -> None:
    for path in (shared / "reports").glob("*.pdf"):
        assert not trial.look(path.read_bytes()).explosive, path.name


def test_forms_that_draw_text_alone_are_read_without_a_trial() -> None:
    shared_by_all = b"<< /Font << /F 4 0 R >> /XObject << /A 5 0 R /B 6 0 R >> >>"
    entries = "/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources 3 0 R"
    drawn = {name: stream(text("12", 100, y).encode(), entries, packed=True) for name, y in (("A", 600), ("B", 500))}
    data = pages("/A Do /B Do", forms=drawn, more=[shared_by_all])
    assert not trial.look(data).explosive
    assert trial.look(data.replace(drawn["A"], stream(b"/B Do", entries, packed=True))).explosive


def test_a_picture_of_one_colour_is_read_without_a_trial() -> None:
    entries = "/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    assert not trial.look(pages("/I Do", forms={"I": stream(bytes(40_000_000), entries, packed=True)})).explosive


def test_a_trial_finds_the_pages_that_load() -> None:
    harmless = pages(text("1", 100, 700))
    assert trial.sound_pages(bind(harmless, LOST["a gigabyte of spaces"](), harmless)) == {0, 2}


def test_a_trial_of_a_file_that_cannot_be_opened_leaves_the_error_to_its_reader() -> None:
    assert trial.sound_pages(b"%PDF-1.7\nnothing") is None
