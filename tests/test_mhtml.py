"""Web archives: the page inside is read as any page; damage and hostile archives end in an error."""

from __future__ import annotations

import base64
import quopri
import resource
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import differences, web_page
from strategies import Case, plain_cases

import gxstudy as gx
from gxstudy.errors import TruncatedFileError, UnknownFileKindError, UnreadableFileError
from gxstudy.readers import mhtml

PICTURE = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <p@x>\r\n\r\niVBORw0KGgo=\r\n"


def part(page: bytes, *, written: str = "quoted-printable", name: str = "page@x", kind: str = "text/html") -> bytes:
    body = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "8bit": bytes}[written](page)
    head = f"Content-Type: {kind}\r\nContent-ID: <{name}>\r\nContent-Transfer-Encoding: {written}\r\n\r\n"
    return head.encode() + body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"


def archive(*parts: bytes, start: str = "") -> bytes:
    named = f';\r\n\tstart="<{start}>"' if start else ""
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://a/b\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--M--"{named}\r\n\r\n'
    )
    return head.encode() + b"".join(b"----M--\r\n" + one for one in parts) + b"----M----\r\n"


@settings(max_examples=15)
@given(
    case=plain_cases(),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    written=st.sampled_from(["quoted-printable", "base64", "8bit"]),
)
def test_a_report_in_a_web_archive_is_read_exactly(case: Case, encoding: str, written: str) -> None:
    page = web_page(case.specimen).encode(encoding)
    report = gx.read_report(archive(part(page, written=written), PICTURE))
    assert differences(report, case.expected) == {}
    assert (report.kind, report.organ, report.year) == ("html", case.organ, case.year)


def test_the_part_that_the_archive_names_is_read_before_others() -> None:
    parts = (part(b"<p>first", name="a@x"), PICTURE, part(b"<p>second", name="b@x"))
    assert mhtml.page(archive(*parts)).strip() == b"<p>first"
    assert mhtml.page(archive(*parts, start="b@x")).strip() == b"<p>second"
    assert mhtml.page(archive(*parts, start="c@x")).strip() == b"<p>first"


def test_an_archive_of_one_part() -> None:
    head = b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    case = Case()
    report = gx.read_report(head + web_page(case.specimen).encode())
    assert differences(report, case.expected) == {}


def test_an_archive_without_a_page_or_with_an_empty_one_says_so() -> None:
    with pytest.raises(UnknownFileKindError, match="holds no web page"):
        mhtml.page(archive(PICTURE))
    with pytest.raises(TruncatedFileError, match="the page in it is empty"):
        mhtml.page(archive(part(b"")))


@settings(max_examples=25)
@given(st.floats(0.01, 0.99), st.sampled_from(["quoted-printable", "base64"]))
def test_an_archive_cut_off_anywhere_gives_its_figures_or_an_error(at: float, written: str) -> None:
    case = Case()
    data = archive(part(web_page(case.specimen).encode(), written=written), PICTURE)
    try:
        report = gx.read_report(data[: int(at * len(data))])
    except UnreadableFileError:
        return
    found = {(e.table, e.row, e.column): e.raw for e in report.entries if e.raw}
    cut = "page_cut_off" in {found.code.value for found in report.findings}
    assert cut or found.items() <= case.expected.items()


HOSTILE = {
    "large": (lambda: archive(part(b"x" * (mhtml.LARGEST + 1), written="8bit")), "at most"),
    "archives in archives": (
        lambda: (
            b"MIME-Version: 1.0\r\n"
            + b"".join(
                f'Content-Type: multipart/related; boundary="{n}"\r\n\r\n--{n}\r\n'.encode() for n in range(1_900)
            )
        ),
        "damaged|holds no web page",
    ),
    "many parts": (lambda: archive(*[PICTURE] * 100_000), "parts; at most"),
    "long head": (
        lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n" + b"a: b\r\n" * 500_000 + b"\r\nx",
        "its head has no end",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_in_bounded_time_and_memory(name: str) -> None:
    build, message = HOSTILE[name]
    data = build()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(UnreadableFileError, match=message):
        gx.read_report(data)
    assert time.process_time() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024
