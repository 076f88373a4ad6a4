"""A list of addresses becomes a folder that a build reads, whatever the hosts do; only the internet is asked."""

from __future__ import annotations

import csv
import gzip
import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import Answer, Server, plain, raw, serving
from strategies import Case

import gxstudy as gx
from gxstudy import corpus
from gxstudy.cli import commands
from gxstudy.errors import CallError, GxstudyError
from gxstudy.fetch import FetchProgress, Folder, addresses, asking, names
from gxstudy.fetch.records import read_addresses

PDF = Case(seed=7).pdf
OK = plain(PDF, Content_Type="application/pdf", ETag='"one"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as told:
        yield told


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr(asking, "BACKOFF", 0.001)


def listed(path: Path, rows: list[dict[str, str]]) -> Path:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def fetch(tmp_path: Path, *rows: str | dict[str, str], **options: Any) -> Folder:
    registry = listed(tmp_path / "addresses.csv", [row if isinstance(row, dict) else {"url": row} for row in rows])
    chosen = {"delay": 0.0, "allow_private": True, "seconds": 5.0, "tries": 2} | options
    return gx.fetch(registry, tmp_path / "raw", **chosen)


def table(place: Path) -> list[dict[str, str]]:
    with place.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def failures(folder: Folder) -> dict[str, str]:
    """The reason for each address that failed."""
    return {row["url"]: row["reason"] for row in table(folder.path / "fetch_failures.csv")}


def why(tmp_path: Path, server: Server, *answers: Answer, **options: Any) -> tuple[str, str, int]:
    """The reason and the message of an address that answers so, and how often it was tried."""
    folder = fetch(tmp_path, server.on("/a.pdf", *answers), server.on("/good.pdf", OK), **options)
    assert [row["source"] for row in table(folder.path / "registry.csv")] == [server.url("/good.pdf")]
    (row,) = table(folder.path / "fetch_failures.csv")
    assert not list((folder.path / ".fetch").glob("*.part"))
    return row["reason"], row["message"], int(row["tries"])


def names_known(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]]) -> None:
    """Answer for these names; others are looked up."""

    def resolve(host: str, port: int) -> list[str]:
        return known[host] if host in known else addresses.look_up(host, port)

    monkeypatch.setattr(asking.Asker.__init__, "__kwdefaults__", {"resolve": resolve})


# What comes out -------------------------------------------------------------------------------------------------------


def test_a_fetched_folder_is_built_as_it_is(tmp_path: Path, server: Server) -> None:
    row = {"url": server.on("/%E5%B9%B4%E6%8A%A5.pdf", OK), "organ": "某局", "year": "2023"}
    folder = fetch(tmp_path, row, server.url("/gone.pdf"))
    assert (folder.fetched, folder.kept, folder.failed) == (1, 0, 1)
    (kept,) = table(folder.path / "registry.csv")
    digest = hashlib.sha256(PDF).hexdigest()
    named = hashlib.sha256(row["url"].encode()).hexdigest()[:12]
    assert kept["path"] == f"127.0.0.1/年报-{named}.pdf"
    assert (folder.path / kept["path"]).read_bytes() == PDF
    assert (kept["sha256"], kept["source"], kept["final_url"]) == (digest, row["url"], row["url"])
    assert (kept["status"], kept["content_type"], kept["bytes"], kept["note"]) == (
        "200",
        "application/pdf",
        str(len(PDF)),
        "",
    )
    assert abs(time.time() - time.mktime(time.strptime(kept["fetched"], "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 60
    (headers,) = [json.loads(line) for line in (folder.path / "headers.jsonl").read_text("ascii").splitlines()]
    assert ["etag", '"one"'] in headers["headers"]
    built = corpus.build(folder.path, tmp_path / "out", jobs=1)
    assert built.reports[["source", "registry_organ", "registry_year"]].to_numpy().tolist() == [
        [row["url"], "某局", 2023]
    ]
    assert built.failures.empty


def test_columns_of_the_list_go_with_the_files(tmp_path: Path, server: Server) -> None:
    row = {"source": server.on("/a", OK), "report_id": "a-2024", "kind": "report", "=note": "x", "path": "b/a.pdf"}
    folder = fetch(tmp_path, row)
    (kept,) = table(folder.path / "registry.csv")
    assert row.items() <= kept.items()
    assert (folder.path / "b" / "a.pdf").read_bytes() == PDF


@pytest.mark.parametrize(
    "path,body,suffix,note",
    [
        ("/a.pdf", PDF, ".pdf", ""),
        ("/a.pdf", b"<html><body>not found", ".html", "the address ends in .pdf, what came is .html"),
        ("/a", b"<html><body>report", ".html", ""),
        ("/a.htm", b"<html><body>report", ".html", ""),
        ("/a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".doc", ""),
        ("/a.zip", b"PK\x03\x04" + bytes(99), ".zip", ""),
        ("/a.pdf", b"Rar!\x1a\x07\x00", ".rar", "the address ends in .pdf, what came is .rar"),
        ("/a.jpg", b"\xff\xd8\xff\xe0" + bytes(99), ".jpg", ""),
        ("/a.exe", bytes(range(256)), ".bin", ""),
    ],
)
def test_the_ending_is_told_by_what_came(
    tmp_path: Path, server: Server, path: str, body: bytes, suffix: str, note: str
) -> None:
    folder = fetch(tmp_path, server.on(path, plain(body, Content_Type="application/pdf")))
    (kept,) = table(folder.path / "registry.csv")
    assert Path(kept["path"]).suffix == suffix
    assert kept["note"] == note


@given(
    st.text(max_size=300),
    st.sampled_from(["a.pdf", "a", "con", "../../etc/passwd", "%2e%2e%2fx", ".hidden", "~a", "a\x00b"]),
)
def test_a_name_is_safe_on_any_system_and_always_the_same(text: str, last: str) -> None:
    name = names.name_of(f"http://host.example:80/{text}/{last}", ".pdf")
    host, _, file = name.partition("/")
    assert host == "host.example"
    assert "/" not in file
    assert file[0] not in ".~"
    assert not set(file) & set('\\:*?"<>|\x00\n\r')
    assert len(file.encode()) < 255
    assert name == names.name_of(f"http://host.example:80/{text}/{last}", ".pdf")


def test_two_addresses_that_end_alike_have_two_names(tmp_path: Path, server: Server) -> None:
    folder = fetch(tmp_path, server.on("/1/a.pdf", OK), server.on("/2/a.pdf", OK), server.on("/1/a.pdf?x=1", OK))
    assert len({row["path"] for row in table(folder.path / "registry.csv")}) == 3


# Hosts that misbehave -------------------------------------------------------------------------------------------------


def test_a_silent_host_is_given_up(tmp_path: Path, server: Server) -> None:
    told = why(tmp_path, server, raw(b"", pause=30), seconds=0.3)
    assert told[0] == "too_slow"
    assert told[2] == 2


def test_a_body_that_trickles_has_an_end(tmp_path: Path, server: Server) -> None:
    began = time.monotonic()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    told = why(tmp_path, server, raw(head, b"x", pause=0.05, endless=True), deadline=0.5, tries=1)
    assert told[0] == "too_slow"
    assert time.monotonic() - began < 5


def test_a_head_that_trickles_has_an_end(tmp_path: Path, server: Server) -> None:
    told = why(tmp_path, server, raw(b"HTTP/1.1 200 OK\r\n", b"X", pause=0.05, endless=True), deadline=0.5, tries=1)
    assert told[0] == "too_slow"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5000\r\n\r\n" + PDF[:1000],
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PDF)[:1000],
    ],
    ids=["length", "chunks", "bad chunk", "gzip"],
)
def test_an_answer_cut_off_is_tried_again_and_never_kept(tmp_path: Path, server: Server, body: bytes) -> None:
    assert why(tmp_path, server, raw(b"HTTP/1.1 200 OK\r\n" + body))[::2] == ("cut_off", 2)


def test_an_answer_cut_off_once_comes_the_second_time(tmp_path: Path, server: Server) -> None:
    address = server.on("/a.pdf", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%PDF"), OK)
    assert fetch(tmp_path, address).failed == 0


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_host_in_trouble_is_tried_again(tmp_path: Path, server: Server, status: int) -> None:
    folder = fetch(tmp_path, server.on("/a.pdf", plain(b"", status=status), OK))
    assert (folder.fetched, server.paths()) == (1, ["/a.pdf", "/a.pdf"])


@pytest.mark.parametrize("status", [204, 206, 300, 304, 400, 401, 403, 404, 410, 418, 501])
def test_a_clear_no_is_not_asked_again(tmp_path: Path, server: Server, status: int) -> None:
    reason, message, tries = why(tmp_path, server, plain(b"", status=status))
    assert (reason, tries) == ("status", 1)
    assert str(status) in message


@pytest.mark.parametrize("date", [False, True])
def test_retry_after_is_kept_to(tmp_path: Path, server: Server, date: bool) -> None:
    said = formatdate(time.time() + 2, usegmt=True) if date else "1"
    fetch(tmp_path, server.on("/a.pdf", plain(b"", status=429, Retry_After=said), OK))
    first, second = (one.at for one in server.asked if one.path == "/a.pdf")
    assert second - first >= 0.95


def test_a_host_that_asks_for_an_hour_is_left_for_the_next_fetch(tmp_path: Path, server: Server) -> None:
    folder = fetch(tmp_path, server.on("/a.pdf", plain(b"", status=503, Retry_After="3600")), patience=1)
    assert failures(folder) == {server.url("/a.pdf"): "asked_to_wait"}
    server.on("/a.pdf", OK)
    assert fetch(tmp_path, server.url("/a.pdf")).fetched == 1


def test_redirects_are_followed_to_the_limit(tmp_path: Path, server: Server) -> None:
    server.on("/1", plain(b"", status=302, Location="2"))
    server.on("/2", plain(b"", status=301, Location="/3?x=é".encode().decode("latin-1")))
    server.on("/3?x=%C3%83%C2%A9", OK)
    server.on("/3?x=%C3%A9", OK)
    folder = fetch(tmp_path, server.url("/1"), redirects=2)
    (kept,) = table(folder.path / "registry.csv")
    assert (kept["source"], kept["final_url"].partition("?")[0]) == (server.url("/1"), server.url("/3"))
    (tmp_path / "b").mkdir()
    assert failures(fetch(tmp_path / "b", server.url("/1"), redirects=1)) == {server.url("/1"): "too_many_redirects"}


def test_a_circle_of_redirects_ends(tmp_path: Path, server: Server) -> None:
    server.on("/b", plain(b"", status=302, Location="/a.pdf"))
    told = why(tmp_path, server, plain(b"", status=302, Location="/b"))
    assert told[::2] == ("too_many_redirects", 1)
    assert len(server.paths()) == 6 + 1


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:text/plain,a", "gopher://127.0.0.1", "http://[::1"]
)
def test_a_redirect_out_of_the_web_is_refused(tmp_path: Path, server: Server, location: str) -> None:
    told = why(tmp_path, server, plain(b"", status=302, Location=location))
    assert told[0] in ("bad_address", "bad_answer")
    assert told[2] == 1


def test_a_redirect_to_nowhere_is_a_failure(tmp_path: Path, server: Server) -> None:
    assert why(tmp_path, server, plain(b"", status=302))[0] == "status"


def test_a_body_without_end_is_cut_at_the_limit(tmp_path: Path, server: Server) -> None:
    endless = raw(b"HTTP/1.1 200 OK\r\n\r\n", bytes(1 << 16), endless=True)
    assert why(tmp_path, server, endless, mebibytes=1)[::2] == ("too_large", 1)


def test_a_body_that_says_it_is_too_large_is_not_read(tmp_path: Path, server: Server) -> None:
    huge = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", pause=30)
    assert why(tmp_path, server, huge, mebibytes=1)[0] == "too_large"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_unpacks_to_hundreds_of_megabytes_is_cut_at_the_limit(tmp_path: Path, server: Server, coding: str) -> None:
    import resource
    import zlib

    packer = zlib.compressobj(1, wbits=31 if coding == "gzip" else 15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 8)) + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert why(tmp_path, server, plain(packed, Content_Encoding=coding), mebibytes=8)[0] == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "identity"])
def test_an_answer_packed_unasked_is_unpacked(tmp_path: Path, server: Server, coding: str) -> None:
    import zlib

    body = {"deflate": zlib.compress(PDF), "identity": PDF}.get(coding) or gzip.compress(PDF)
    folder = fetch(tmp_path, server.on("/a.pdf", plain(body, Content_Encoding=coding)))
    (kept,) = table(folder.path / "registry.csv")
    assert kept["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize("coding,body", [("br", PDF), ("gzip", PDF), ("gzip, gzip", gzip.compress(PDF))])
def test_an_answer_packed_otherwise_is_a_failure(tmp_path: Path, server: Server, coding: str, body: bytes) -> None:
    assert why(tmp_path, server, plain(body, Content_Encoding=coding))[0] == "bad_answer"


@pytest.mark.parametrize(
    "answer", [b"\x00\xff nonsense\r\n\r\n", b"HTTP/9.9 banana\r\n\r\n", b""], ids=["noise", "version", "silence"]
)
def test_what_is_no_http_is_a_failure(tmp_path: Path, server: Server, answer: bytes) -> None:
    assert why(tmp_path, server, raw(answer))[0] in ("cut_off", "bad_answer")


def test_headers_without_end_are_a_failure(tmp_path: Path, server: Server) -> None:
    endless = raw(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 4000 + b"\r\n", endless=True)
    assert why(tmp_path, server, endless)[0] in ("cut_off", "bad_answer")


def test_an_empty_answer_is_a_failure(tmp_path: Path, server: Server) -> None:
    assert why(tmp_path, server, plain(b""))[0] == "empty"


def test_a_file_with_another_hash_is_not_kept(tmp_path: Path, server: Server) -> None:
    row = {"url": server.on("/a.pdf", OK), "sha256": "0" * 64}
    folder = fetch(tmp_path, row, {"url": server.on("/b.pdf", OK), "sha256": hashlib.sha256(PDF).hexdigest().upper()})
    assert failures(folder) == {server.url("/a.pdf"): "hash_differs"}
    assert [row["source"] for row in table(folder.path / "registry.csv")] == [server.url("/b.pdf")]


# Rows that cannot be followed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row,reason",
    [
        ({"url": ""}, "bad_row"),
        ({"url": "file:///etc/passwd"}, "bad_address"),
        ({"url": "/etc/passwd"}, "bad_address"),
        ({"url": "ftp://example.org/a.pdf"}, "bad_address"),
        ({"url": "http://[::1/a.pdf"}, "bad_address"),
        ({"url": "http://exa mple/a.pdf"}, "no_connection"),
        ({"url": "http:///a.pdf"}, "bad_address"),
        ({"url": "http://例え..example/a.pdf"}, "bad_address"),
        ({"url": "http://a.example/" + "x" * 100_000}, "bad_address"),
        ({"url": "GOOD", "path": "../a.pdf"}, "bad_row"),
        ({"url": "GOOD", "path": "/a.pdf"}, "bad_row"),
        ({"url": "GOOD", "path": "a/../../b.pdf"}, "bad_row"),
        ({"url": "GOOD", "path": "C:\\a.pdf"}, "bad_row"),
        ({"url": "GOOD", "path": ".fetch/journal.jsonl"}, "bad_row"),
        ({"url": "GOOD", "path": "Registry.csv"}, "bad_row"),
        ({"url": "GOOD", "path": "a\nb.pdf"}, "bad_row"),
        ({"url": "GOOD", "path": "x" * 300}, "bad_row"),
        ({"url": "GOOD", "path": "127.0.0.1"}, "bad_row"),
        ({"url": "GOOD", "year": "24"}, "bad_row"),
        ({"url": "GOOD", "sha256": "abc"}, "bad_row"),
    ],
)
def test_a_bad_row_costs_itself_alone(tmp_path: Path, server: Server, row: dict[str, str], reason: str) -> None:
    good = server.on("/good.pdf", OK)
    server.on("/odd.pdf", OK)
    folder = fetch(tmp_path, good, {**row, "url": row["url"].replace("GOOD", server.url("/odd.pdf"))})
    assert [one["reason"] for one in table(folder.path / "fetch_failures.csv")] == [reason]
    assert folder.fetched == 1
    assert {place.name for place in tmp_path.iterdir()} == {"addresses.csv", "raw"}


def test_an_address_listed_twice_is_fetched_once(tmp_path: Path, server: Server) -> None:
    folder = fetch(tmp_path, server.on("/a.pdf", OK), server.url("/a.pdf"))
    assert server.paths() == ["/a.pdf"]
    (row,) = table(folder.path / "fetch_failures.csv")
    assert (row["line"], row["reason"], row["message"]) == ("3", "twice", "line 2 has the same url, and is followed")


def test_a_link_in_the_folder_leads_nowhere_else(tmp_path: Path, server: Server) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "raw" / "b").symlink_to(tmp_path / "elsewhere")
    folder = fetch(tmp_path, {"url": server.on("/a.pdf", OK), "path": "b/a.pdf"})
    assert list(failures(folder).values()) == ["bad_row"]
    assert not list((tmp_path / "elsewhere").iterdir())


def test_failures_are_harmless_in_a_spreadsheet(tmp_path: Path) -> None:
    folder = fetch(tmp_path, '=HYPERLINK("http://a")')
    assert table(folder.path / "fetch_failures.csv")[0]["url"] == '\'=HYPERLINK("http://a")'


def test_a_list_without_addresses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no column 'url' or 'source'"):
        read_addresses(listed(tmp_path / "a.csv", [{"address": "http://a"}]))
    (tmp_path / "b.csv").write_bytes("url\n年报".encode("gb18030"))
    with pytest.raises(CallError, match="UTF-8"):
        read_addresses(tmp_path / "b.csv")


# Addresses that are not of the public internet ------------------------------------------------------------------------

PRIVATE = [
    *("127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.9.9", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
    *("169.254.169.254", "169.254.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "100::1"),
]
PUBLIC = ["8.8.8.8", "223.5.5.5", "2001:4860:4860::8888", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("number", PRIVATE)
def test_a_number_that_is_not_public_is_known(number: str) -> None:
    assert not addresses.is_public(number)


@pytest.mark.parametrize("number", PUBLIC)
def test_a_public_number_is_known(number: str) -> None:
    assert addresses.is_public(number)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "0",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ),
        *("[::ffff:7f00:1]", "[::]", "127.0.0.1.", "LOCALHOST", "１２７.0.0.1", "169.254.169.254", "user@127.0.0.1"),
    ],
)
def test_this_machine_is_not_asked_however_it_is_written(tmp_path: Path, server: Server, host: str) -> None:
    server.on("/a.pdf", OK)
    folder = fetch(tmp_path, server.url("/a.pdf", host=host), allow_private=False)
    assert next(iter(failures(folder).values())) in ("refused_address", "no_connection", "bad_address")
    assert not server.asked


@pytest.fixture
def half_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 is taken for a public number, the rest of this machine is not."""
    truly = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda number: number == "127.0.0.1" or truly(number))


@pytest.mark.parametrize(
    "to",
    [
        *("http://127.0.0.2:{port}/secret", "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/secret"),
        *(
            "http://localhost.localdomain:{port}/secret",
            "http://0.0.0.0:{port}/secret",
            "http://2130706434:{port}/secret",
        ),
        "//127.0.0.2:{port}/secret",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(
    tmp_path: Path, server: Server, half_public: None, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    names_known(monkeypatch, {"localhost.localdomain": ["127.0.0.2"]})
    server.on("/secret", OK)
    server.on("/a.pdf", plain(b"", status=302, Location=to.format(port=server.port)))
    folder = fetch(tmp_path, server.url("/a.pdf"), allow_private=False)
    assert list(failures(folder).values()) == ["refused_address"]
    assert server.paths() == ["/a.pdf"]


def test_a_name_is_looked_up_once_and_the_checked_number_is_asked(
    tmp_path: Path, server: Server, half_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers with a public number first and a private one then (rebinding) wins nothing."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]])
    used: list[tuple[str, list[str]]] = []

    def resolve(host: str, port: int) -> list[str]:
        used.append((host, next(answers)))
        return used[-1][1]

    monkeypatch.setattr(asking.Asker.__init__, "__kwdefaults__", {"resolve": resolve})
    server.on("/a.pdf", OK)
    folder = fetch(tmp_path, server.url("/a.pdf", host="rebinding.example"), allow_private=False, robots=False)
    assert folder.fetched == 1
    assert [one.host for one in server.asked] == [f"rebinding.example:{server.port}"]
    assert used == [("rebinding.example", ["127.0.0.1"])]
    again = fetch(tmp_path, server.url("/b.pdf", host="rebinding.example"), allow_private=False, robots=False)
    assert list(failures(again).values()) == ["refused_address"]
    assert len(server.asked) == 1


def test_of_several_numbers_only_public_ones_are_asked(
    tmp_path: Path, server: Server, half_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    names_known(monkeypatch, {"two.example": ["127.0.0.2", "::1", "127.0.0.1"]})
    connected: list[str] = []
    truly = addresses.Guard._connected

    def watched(guard: addresses.Guard, number: str, *rest: Any) -> Any:
        connected.append(number)
        return truly(guard, number, *rest)

    monkeypatch.setattr(addresses.Guard, "_connected", watched)
    server.on("/a.pdf", OK)
    folder = fetch(tmp_path, server.url("/a.pdf", host="two.example"), allow_private=False)
    assert folder.fetched == 1
    assert set(connected) == {"127.0.0.1"}


def test_proxies_of_the_environment_are_not_used(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(tmp_path, server.on("/a.pdf", OK)).fetched == 1


# Politeness -----------------------------------------------------------------------------------------------------------


def test_one_host_is_asked_one_thing_at_a_time_and_not_too_often(tmp_path: Path, server: Server) -> None:
    rows = [server.on(f"/{number}.pdf", OK) for number in range(4)]
    fetch(tmp_path, *rows, delay=0.2)
    times = [one.at for one in server.asked]
    assert len(times) == 5
    assert min(b - a for a, b in itertools.pairwise(times)) > 0.15


def test_hosts_do_not_wait_for_one_another(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [server.url("/a.pdf", host=f"127.0.0.{number}") for number in range(1, 5)]
    server.on("/a.pdf", plain(PDF))
    hosts = {f"127.0.0.{number}": ["127.0.0.1"] for number in range(1, 5)}
    names_known(monkeypatch, hosts)
    began = time.monotonic()
    assert fetch(tmp_path, *rows, delay=2, hosts=4).fetched == 4
    assert time.monotonic() - began < 7  # two requests to each, two seconds apart: 8 one after the other


ROBOTS = """
User-agent: *
Disallow: /closed/
Allow: /closed/open.pdf$
Crawl-delay: 0.3

User-agent: gxstudy
Disallow: /not-for-us
Disallow: /closed/
Allow: /closed/open.pdf$
Crawl-delay: 0.3
"""


def test_robots_txt_is_followed(tmp_path: Path, server: Server) -> None:
    server.on("/robots.txt", plain(ROBOTS.encode()))
    paths = ["/closed/a.pdf", "/closed/open.pdf", "/not-for-us.pdf", "/a.pdf"]
    folder = fetch(tmp_path, *(server.on(path, OK) for path in paths))
    assert failures(folder) == {server.url(path): "robots" for path in ("/closed/a.pdf", "/not-for-us.pdf")}
    assert [one.path for one in server.asked] == ["/robots.txt", "/closed/open.pdf", "/a.pdf"]
    times = [one.at for one in server.asked if one.path != "/robots.txt"]
    assert times[1] - times[0] > 0.25


def test_robots_txt_holds_behind_a_redirect_too(tmp_path: Path, server: Server) -> None:
    server.on("/robots.txt", plain(b"User-agent: *\nDisallow: /closed"))
    server.on("/closed", OK)
    folder = fetch(tmp_path, server.on("/a.pdf", plain(b"", status=302, Location="/closed")))
    assert list(failures(folder).values()) == ["robots"]
    assert server.paths() == ["/a.pdf"]


@pytest.mark.parametrize(
    "answer,reason",
    [
        (plain(b"", status=404), None),
        (plain(b"", status=403), None),
        (plain(b"\xff\xfe\x00nonsense"), None),
        (plain(b"User-agent: *\nAllow: /\n" + b"#" * (1 << 20)), None),
        (plain(b"", status=500), "robots_unreachable"),
        (plain(b"", status=302, Location="/robots.txt"), "robots_unreachable"),
    ],
    ids=["none", "forbidden", "noise", "long", "broken", "circle"],
)
def test_what_robots_txt_answers_decides(tmp_path: Path, server: Server, answer: Answer, reason: str | None) -> None:
    server.on("/robots.txt", answer)
    folder = fetch(tmp_path, server.on("/a.pdf", OK))
    assert failures(folder).get(server.url("/a.pdf")) == reason
    assert server.paths() == ([] if reason else ["/a.pdf"])


def test_robots_txt_is_left_aside_when_told_so(tmp_path: Path, server: Server) -> None:
    server.on("/robots.txt", plain(b"User-agent: *\nDisallow: /"))
    assert fetch(tmp_path, server.on("/a.pdf", OK), robots=False).fetched == 1


def test_a_dead_host_is_told_from_one_that_forbids(tmp_path: Path, server: Server) -> None:
    with serving() as other:
        dead = other.url("/a.pdf")
    folder = fetch(tmp_path, dead, dead + "2", server.on("/good.pdf", OK))
    assert failures(folder) == {dead: "no_connection", dead + "2": "no_connection"}


def test_hosts_are_told_who_asks(tmp_path: Path, server: Server) -> None:
    fetch(tmp_path, server.on("/a.pdf", OK), contact="someone@example.org")
    assert {one.headers["user-agent"] for one in server.asked} == {
        f"gxstudy/{gx.__version__} (research on government information disclosure; someone@example.org)"
    }
    with pytest.raises(CallError, match="contact"):
        fetch(tmp_path, server.url("/a.pdf"), contact="a\r\nX-Evil: 1")


# Again ----------------------------------------------------------------------------------------------------------------


def test_what_is_there_is_not_asked_for_again(tmp_path: Path, server: Server) -> None:
    rows = [server.on("/a.pdf", OK), server.url("/b.pdf")]
    fetch(tmp_path, *rows)
    before = (tmp_path / "raw" / "registry.csv").read_bytes()
    seen: list[FetchProgress] = []
    folder = fetch(tmp_path, *rows, progress=seen.append)
    assert (folder.fetched, folder.kept, folder.failed) == (0, 1, 1)
    assert server.paths() == ["/a.pdf", "/b.pdf", "/b.pdf"]
    assert seen[0] == FetchProgress(0, 0, 0, 2)
    assert seen[-1] == FetchProgress(2, 1, 1, 2)
    assert (tmp_path / "raw" / "registry.csv").read_bytes() == before


def test_a_file_that_was_lost_or_changed_is_fetched_again(tmp_path: Path, server: Server) -> None:
    rows = [server.on("/a.pdf", OK), server.on("/b.pdf", OK)]
    folder = fetch(tmp_path, *rows)
    first, second = (folder.path / row["path"] for row in table(folder.path / "registry.csv"))
    first.unlink()
    second.write_bytes(b"altered")
    assert fetch(tmp_path, *rows).fetched == 2
    assert first.read_bytes() == second.read_bytes() == PDF
    assert [place.read_bytes() for place in second.parent.glob("~*")] == [b"altered"]


def test_a_refresh_asks_on_condition_that_something_changed(tmp_path: Path, server: Server) -> None:
    fetch(tmp_path, server.on("/a.pdf", OK))
    server.on("/a.pdf", plain(b"", status=304))
    folder = fetch(tmp_path, server.url("/a.pdf"), refresh=True)
    assert (folder.fetched, folder.kept) == (0, 1)
    asked = server.asked[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"one"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_a_refresh_keeps_what_was_there_before(tmp_path: Path, server: Server) -> None:
    other = Case(seed=8).pdf
    fetch(tmp_path, server.on("/a.pdf", OK))
    server.on("/a.pdf", plain(other))
    folder = fetch(tmp_path, server.url("/a.pdf"), refresh=True)
    (kept,) = table(folder.path / "registry.csv")
    place = folder.path / kept["path"]
    assert place.read_bytes() == other
    digest = hashlib.sha256(PDF).hexdigest()
    assert (place.parent / f"~{digest[:12]}-{place.name}").read_bytes() == PDF
    assert corpus.build(folder.path, tmp_path / "out", jobs=1).manifest["counts"]["files"] == 1


def test_a_failure_of_a_refresh_leaves_what_was_there(tmp_path: Path, server: Server) -> None:
    fetch(tmp_path, server.on("/a.pdf", OK))
    server.on("/a.pdf", plain(b"", status=404))
    folder = fetch(tmp_path, server.url("/a.pdf"), refresh=True)
    assert failures(folder) == {server.url("/a.pdf"): "status"}
    assert fetch(tmp_path, server.url("/a.pdf")).kept == 1


_ENDLESS = """
import sys
import gxstudy as gx
gx.fetch(sys.argv[1], sys.argv[2], delay=0.05, allow_private=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_fetch_that_is_killed_goes_on_where_it_was(tmp_path: Path, server: Server, how: int) -> None:
    rows = [server.on(f"/{number}.pdf", OK) for number in range(12)]
    registry = listed(tmp_path / "addresses.csv", [{"url": row} for row in rows])
    out = tmp_path / "raw"
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_ENDLESS), registry, out], stderr=subprocess.DEVNULL
    )
    try:
        while len(server.asked) < 6:
            assert running.poll() is None
            time.sleep(0.01)
        os.kill(running.pid, how)
    finally:
        running.wait(20)
    asked = len(server.paths())
    assert asked < 12
    journal = out / ".fetch" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"url": "http://torn')
    folder = fetch(tmp_path, *rows)
    assert (folder.fetched + folder.kept, folder.failed) == (12, 0)
    assert folder.kept >= 3
    assert len(server.paths()) - asked == folder.fetched
    assert [row["source"] for row in table(out / "registry.csv")] == rows
    assert not list((out / ".fetch").glob("*.part"))


def test_a_journal_of_nonsense_is_refused(tmp_path: Path, server: Server) -> None:
    fetch(tmp_path, server.on("/a.pdf", OK))
    (tmp_path / "raw" / ".fetch" / "journal.jsonl").write_bytes(b"nonsense\n")
    with pytest.raises(GxstudyError, match=r"journal\.jsonl, line 1"):
        fetch(tmp_path, server.url("/a.pdf"))


def test_two_fetches_into_one_folder_are_refused(tmp_path: Path, server: Server) -> None:
    (tmp_path / "raw" / ".fetch").mkdir(parents=True)
    with FileLock(tmp_path / "raw" / ".fetch" / "lock"), pytest.raises(CallError, match="another fetch"):
        fetch(tmp_path, server.on("/a.pdf", OK))


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "registry.csv").write_text("path\n")
    with pytest.raises(CallError, match="no fetch wrote"):
        fetch(tmp_path, "http://a.example/a.pdf")


def test_the_command_fetches_and_says_what_failed(tmp_path: Path, server: Server) -> None:
    registry = listed(tmp_path / "a.csv", [{"url": server.on("/a.pdf", OK)}, {"url": server.url("/gone.pdf")}])
    arguments = ["fetch", str(registry), str(tmp_path / "raw"), "--delay", "0", "--allow-private"]
    ran = CliRunner().invoke(commands, arguments)
    assert ran.exit_code == 0
    assert "1 fetched, 0 there already" in ran.output
    assert "1 failed, see fetch_failures.csv" in ran.output
    assert "--allow-private" in CliRunner().invoke(commands, ["fetch", "--help"]).output
