"""A folder of files becomes one dataset, whatever the files do to the process that reads them."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import handmade
import pandas as pd
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from strategies import Case

import gxstudy as gx
from gxstudy import corpus, frames, organs
from gxstudy.corpus import results, work
from gxstudy.corpus.inventory import SUFFIXES
from gxstudy.errors import CallError, EncryptedFileError, GxstudyError
from gxstudy.findings import Code, finding
from gxstudy.layout import Box
from gxstudy.prose import Fact
from gxstudy.report import Report
from gxstudy.specimens import bind

PRODUCTS = ("figures", "reports", "facts", "checks", "findings", "failures")


class Panic(BaseException):
    """What a compiled library may throw."""


def reader(data: bytes) -> Report:
    """Do what the file says; otherwise make a report of `organ|year|cases`."""
    order, _, rest = data.decode().partition(" ")
    match order:
        case "crash":
            ctypes.string_at(0)
        case "exit":
            os._exit(int(rest))
        case "hang":
            time.sleep(60)
        case "eat":
            bytearray(1 << 40)
        case "panic":
            msg = f"at {object.__repr__(object())}"
            raise Panic(msg)
        case "locked":
            msg = f"bytes:{hashlib.sha256(data).hexdigest()[:12]}: the file asks for a password"
            raise EncryptedFileError(msg)
        case "slow":
            time.sleep(float(rest.split()[0]))
            return _report("慢|2024|3")
    return _report(data.decode())


def other_reader(data: bytes) -> Report:
    return dataclasses.replace(reader(data), kind="html")


def pairs(data: bytes) -> list[Report]:
    first, second = _report(data.decode()), _report(data.decode().replace("|", "二|", 1))
    return [first, second]


def _report(said: str) -> Report:
    organ, year, cases = said.split("|")
    return handmade.report(
        {("applications", "new", "total"): cases},
        organ=organ or None,
        year=int(year) if year else None,
        facts=(Fact("applications_received", int(cases), f"收到申请{cases}件", (Box(1, 0, 0, 1, 1),)),),
        findings=(finding(Code.OPEN_BORDER, "closed"),),
        box=Box(1, 10, 20, 30, 40),
    )


def folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def dataset(path: Path) -> dict[str, bytes]:
    """The bytes of everything in a dataset, the cache left out."""
    return {place.name: place.read_bytes() for place in path.iterdir() if place.is_file()}


THREE = {"2023/a.pdf": "甲县|2023|1", "2024/a.pdf": "甲县|2024|2", "b.html": "乙县|2024|3"}


# What comes out -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> corpus.Corpus:
    raw = folder(tmp_path_factory.mktemp("raw"), THREE)
    return corpus.build(raw, tmp_path_factory.mktemp("out") / "processed", reader=reader, jobs=2)


def test_every_report_is_there_under_its_path(built: corpus.Corpus) -> None:
    assert built.reports[["report_id", "organ", "path"]].to_numpy().tolist() == [
        ["2023/a", "甲县", "2023/a.pdf"],
        ["2024/a", "甲县", "2024/a.pdf"],
        ["b", "乙县", "b.html"],
    ]
    assert built.reports["sha256"].tolist() == [digest(content) for content in THREE.values()]
    assert built.failures.empty


@pytest.mark.parametrize("name", PRODUCTS)
def test_parquet_csv_and_dictionary_agree(built: corpus.Corpus, name: str) -> None:
    frame = getattr(built, name)
    fields = frames.product(name).fields
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
        field.name: field.dtype for field in fields
    }
    missing = {column: [""] for column in frame.columns if column != "raw"}
    plain = pd.read_csv(
        built.path / f"{name}.csv", dtype=frame.dtypes.to_dict(), keep_default_na=False, na_values=missing
    )
    pd.testing.assert_frame_equal(plain, frame)


def test_frames_are_what_the_reports_give(built: corpus.Corpus) -> None:
    reports = [
        dataclasses.replace(_report(content), report_id=path.rpartition(".")[0], source=path)
        for path, content in THREE.items()
    ]
    for name, make in {"figures": frames.tidy, "facts": frames.facts, "checks": frames.checks}.items():
        pd.testing.assert_frame_equal(getattr(built, name), make(reports))


def test_manifest_counts_and_hashes_what_is_there(built: corpus.Corpus) -> None:
    counts = built.manifest["counts"]
    assert (counts["files"], counts["read"], counts["failed"]) == (3, 3, 0)
    assert counts["rows"] == {name: len(getattr(built, name)) for name in PRODUCTS}
    files = dataset(built.path)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"}
    assert built.manifest["sha256"] == hashes
    listing = files["inputs.sha256"].decode()
    assert listing == "".join(f"{digest(content)}  {path}\n" for path, content in THREE.items())


def test_no_place_and_no_day_is_in_the_dataset(built: corpus.Corpus) -> None:
    for name, content in dataset(built.path).items():
        assert str(built.path.parent).encode() not in content, name
        assert time.strftime("%Y-%m-%d").encode() not in content, name


def test_the_same_files_give_the_same_bytes(built: corpus.Corpus, tmp_path: Path) -> None:
    raw = folder(tmp_path / "elsewhere", dict(reversed(THREE.items())))
    again = corpus.build(raw, tmp_path / "out", reader=reader, jobs=1)
    assert dataset(again.path) == dataset(built.path)


def test_a_dataset_without_a_report_has_all_its_columns(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    empty = corpus.build(tmp_path / "raw", tmp_path / "out", reader=reader)
    for name in PRODUCTS:
        assert getattr(empty, name).columns.tolist() == list(frames.product(name).columns)
        assert getattr(empty, name).empty


def test_more_rows_than_a_batch_keep_their_order(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {f"{number:03d}.txt": f"县{number}|2024|{number}" for number in range(180)})
    built = corpus.build(raw, tmp_path / "out", reader=reader, jobs=2)
    received = built.figures.query("row == 'new' and column == 'total'")
    assert received["value"].tolist() == list(range(180))
    assert pq.ParquetFile(built.path / "figures.parquet").metadata.num_rows == 180 * 200
    assert len(pd.read_csv(built.path / "figures.csv")) == 180 * 200


# Files that cannot be read --------------------------------------------------------------------------------------------

BAD = {
    "crash.pdf": ("crash", "crashed"),
    "eat.pdf": ("eat", "out_of_memory"),
    "exit.pdf": ("exit 3", "crashed"),
    "hang.pdf": ("hang", "timed_out"),
    "locked.pdf": ("locked", "encrypted_file"),
    "nonsense.pdf": ("nonsense", "unexpected_error"),
    "panic.pdf": ("panic", "unexpected_error"),
}


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, corpus.Corpus]:
    raw = folder(tmp_path_factory.mktemp("raw"), {name: content for name, (content, _) in BAD.items()} | THREE)
    out = tmp_path_factory.mktemp("out")
    return raw, corpus.build(raw, out, reader=reader, jobs=2, timeout=2)


def test_bad_files_cost_themselves_alone(survived: tuple[Path, corpus.Corpus]) -> None:
    _, built = survived
    assert built.failures.set_index("path")["reason"].to_dict() == {name: reason for name, (_, reason) in BAD.items()}
    assert built.reports["report_id"].tolist() == ["2023/a", "2024/a", "b"]
    counts = built.manifest["counts"]
    assert (counts["files"], counts["read"], counts["failed"]) == (10, 3, 7)
    assert counts["failed_by_reason"]["crashed"] == 2


def test_failures_say_why_in_words_that_stay_the_same(survived: tuple[Path, corpus.Corpus]) -> None:
    said = survived[1].failures.set_index("path")["message"]
    assert said["locked.pdf"] == "the file asks for a password"
    assert said["panic.pdf"].startswith("Panic: at <object object at 0x…>")
    assert "2 seconds" in said["hang.pdf"]


def test_bad_files_are_not_read_again_under_the_same_limits(survived: tuple[Path, corpus.Corpus]) -> None:
    raw, built = survived
    before = dataset(built.path)
    seen: list[corpus.Progress] = []
    corpus.build(raw, built.path, reader=reader, timeout=2, progress=seen.append)
    assert seen == [corpus.Progress(done=10, failed=7, kept=10, total=10)]
    assert dataset(built.path) == before


def test_other_limits_give_a_bad_file_another_chance(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"slow.pdf": "slow 1.5"})
    short = corpus.build(raw, tmp_path / "out", reader=reader, timeout=0.3)
    assert short.failures["reason"].tolist() == ["timed_out"]
    long = corpus.build(raw, tmp_path / "out", reader=reader, timeout=30)
    assert long.failures.empty
    assert long.reports["organ"].tolist() == ["慢"]


def test_the_limit_of_memory_is_that_of_the_file(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "big"})
    assert corpus.build(raw, tmp_path / "a", reader=taker, memory=100).failures["reason"].tolist() == ["out_of_memory"]
    assert corpus.build(raw, tmp_path / "b", reader=taker, memory=500).failures.empty


def taker(data: bytes) -> Report:
    taken = bytearray(200 << 20)
    return handmade.report(organ=f"{len(taken) + len(data)}")


def test_a_pool_that_dies_under_everybody_is_replaced(tmp_path: Path) -> None:
    files = {f"{number:02d}.pdf": "exit 1" + " " * number for number in range(3)}
    raw = folder(tmp_path / "raw", files | {f"good{number}.pdf": f"县{number}|2024|1" for number in range(12)})
    built = corpus.build(raw, tmp_path / "out", reader=reader, jobs=2)
    assert built.failures["reason"].tolist() == ["crashed"] * 3
    assert len(built.reports) == 12


def test_an_unreadable_folder_and_a_broken_link_are_said(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", THREE)
    (raw / "gone.pdf").symlink_to(raw / "nowhere.pdf")
    (raw / "deaf.pdf").mkdir()
    os.mkfifo(raw / "pipe.pdf")
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    assert built.failures[["path", "reason"]].to_numpy().tolist() == [["gone.pdf", "missing"]]


def test_a_file_changed_in_between_is_a_failure_of_today(tmp_path: Path) -> None:
    place = folder(tmp_path, {"a.pdf": "甲县|2024|1"}) / "a.pdf"
    result, holds = work.read_file(work.Task(place, digest("what was hashed")), reader)
    assert (results.heads(result)[0].reason, holds) == ("changed", "today")
    place.unlink()
    result, holds = work.read_file(work.Task(place, digest("甲县|2024|1")), reader)
    assert (results.heads(result)[0].reason, holds) == ("not_opened", "today")


def test_every_report_of_a_file_is_one_of_the_dataset(tmp_path: Path) -> None:
    cases = [Case(seed=seed, organ=f"某市{name}局") for seed, name in enumerate(("水利", "审计", "统计"))]
    files = {"all.pdf": bind(*(case.pdf for case in cases)), "one.pdf": Case(seed=9, organ="某市教育局").pdf}
    registry = "path,organ,year\nall.pdf,某市水利局,2024\none.pdf,某市教育局,2024\n"
    raw = folder(tmp_path / "raw", {**files, "registry.csv": registry})
    built = corpus.build(raw, tmp_path / "out", jobs=1)
    told = built.reports.set_index("report_id")
    assert told["organ"].to_dict() == {
        "all": "某市水利局", "all#2": "某市审计局", "all#3": "某市统计局", "one": "某市教育局"
    }  # fmt: skip
    assert told["registry_organ"].dropna().to_dict() == {"all": "某市水利局", "one": "某市教育局"}
    assert told["path"].tolist() == ["all.pdf"] * 3 + ["one.pdf"]
    assert (built.manifest["counts"]["files"], built.manifest["counts"]["read"], len(told)) == (2, 2, 4)
    assert not built.findings["code"].isin(["registry_disagrees", "several_reports"]).any()
    for report in gx.read_reports(raw / "all.pdf"):
        one = built.figures.query("report_id == @report.report_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(one.drop(columns="source"), gx.tidy(report).drop(columns="source"))
    again: list[corpus.Progress] = []
    assert dataset(corpus.build(raw, tmp_path / "out", jobs=1, progress=again.append).path) == dataset(built.path)
    assert [seen.kept for seen in again] == [2]


def test_a_file_in_the_name_of_another_s_second_report_keeps_its_own(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "甲县|2024|1", "a#2.pdf": "丙县|2024|3"})
    built = corpus.build(raw, tmp_path / "out", reader=pairs, jobs=1)
    named = dict(zip(built.reports["report_id"], built.reports["organ"], strict=True))
    assert named == {"a": "甲县", "a.pdf#2": "甲县二", "a#2": "丙县", "a#2#2": "丙县二"}


# Interruptions --------------------------------------------------------------------------------------------------------

SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import test_corpus
from gxstudy import corpus
{guard}
    corpus.build({raw!r}, {out!r}, reader=test_corpus.reader, jobs=2)
"""


def script(tmp_path: Path, raw: Path, out: Path, *, guard: str = 'if __name__ == "__main__":') -> list[str]:
    place = tmp_path / "script.py"
    tests = str(Path(__file__).parent)
    place.write_text(textwrap.dedent(SCRIPT).format(tests=tests, raw=str(raw), out=str(out), guard=guard))
    return [sys.executable, str(place)]


def test_a_killed_build_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    slow = {f"{number:02d}.pdf": f"slow 0.2 {number}" for number in range(20)}
    raw, out = folder(tmp_path / "raw", slow), tmp_path / "out"
    process = subprocess.Popen(script(tmp_path, raw, out))
    while len(list(out.glob(".cache/results/*/*"))) < 4:
        time.sleep(0.02)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(CallError, match="no complete dataset"):
        corpus.open(out)
    seen: list[corpus.Progress] = []
    resumed = corpus.build(raw, out, reader=reader, progress=seen.append)
    assert 4 <= seen[0].kept < 20
    undisturbed = corpus.build(raw, tmp_path / "undisturbed", reader=reader, jobs=8)
    assert dataset(resumed.path) == dataset(undisturbed.path)


def test_workers_end_with_a_killed_build(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", {"a.pdf": f"slow 50 {tmp_path}"}), tmp_path / "out"
    process = subprocess.Popen(script(tmp_path, raw, out), env=os.environ | {"GXSTUDY_TEST": str(tmp_path)})
    mine = f"GXSTUDY_TEST={tmp_path}".encode()

    def alive() -> int:
        found = 0
        for place in Path("/proc").glob("[0-9]*/environ"):
            try:
                found += mine in place.read_bytes()
            except OSError:
                continue
        return found

    deadline = time.monotonic() + 20
    while alive() < 3:
        time.sleep(0.05)
        assert time.monotonic() < deadline
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while alive():
        time.sleep(0.05)
        assert time.monotonic() < deadline, "workers live on after the build was killed"


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", THREE)
    done = subprocess.run(
        script(tmp_path, raw, tmp_path / "out", guard="if True:"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert 'if __name__ == "__main__":' in done.stderr.splitlines()[-1]


def test_a_torn_result_is_read_again(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    kept = sorted(out.glob(".cache/results/*/*"))
    assert len(kept) == 3
    kept[0].write_bytes(kept[0].read_bytes()[:-9])
    kept[1].write_bytes(b"")
    kept[2].unlink()
    folder(raw, {"c.pdf": "丙县|2024|1"})
    built = corpus.build(raw, out, reader=reader)
    assert dataset(built.path) == dataset(corpus.build(raw, tmp_path / "fresh", reader=reader).path)
    assert len(list(out.glob(".cache/results/*/*"))) == 4


def test_a_build_killed_while_its_files_took_their_places_is_no_dataset(built: corpus.Corpus, tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    (out / "manifest.json").unlink()
    (out / "figures.csv").write_bytes(b"torn")
    folder(out, {".cache/new/figures.csv": "half"})
    with pytest.raises(CallError, match="gxstudy build"):
        corpus.open(out)
    assert dataset(corpus.build(raw, out, reader=reader).path) == dataset(built.path)


def test_a_second_build_into_one_place_is_refused(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    before = dataset(out)
    with FileLock(out / ".cache" / "lock"), pytest.raises(CallError, match="another build is writing"):
        corpus.build(folder(raw, {"c.pdf": "丙县|2024|1"}), out, reader=reader)
    assert dataset(out) == before


def test_an_error_while_writing_leaves_the_old_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    before = dataset(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corpus.dataset, "_write_json", full)
    with pytest.raises(OSError, match="No space"):
        corpus.build(folder(raw, {"c.pdf": "丙县|2024|1"}), out, reader=reader)
    assert dataset(out) == before
    monkeypatch.undo()
    assert len(corpus.build(raw, out, reader=reader).reports) == 4


# What is kept ---------------------------------------------------------------------------------------------------------


def test_only_new_files_are_read(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    folder(raw, {"c.pdf": "丙县|2024|1"})
    (raw / "2023/a.pdf").rename(raw / "moved.pdf")
    (raw / "b.html").unlink()
    seen: list[corpus.Progress] = []
    built = corpus.build(raw, out, reader=reader, progress=seen.append)
    assert [(one.done, one.kept, one.total) for one in seen] == [(2, 2, 3), (3, 2, 3)]
    assert built.reports["report_id"].tolist() == ["2024/a", "c", "moved"]
    assert set(built.figures["source"]) == {"2024/a.pdf", "c.pdf", "moved.pdf"}
    assert dataset(built.path) == dataset(corpus.build(raw, tmp_path / "fresh", reader=reader).path)
    assert len(list(out.glob(".cache/results/*/*"))) == 3


def test_another_reader_reads_anew(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    assert set(corpus.build(raw, out, reader=reader).reports["kind"]) == {"pdf"}
    assert set(corpus.build(raw, out, reader=other_reader).reports["kind"]) == {"html"}


def test_a_cache_of_ones_own_is_shared_and_not_pruned(tmp_path: Path) -> None:
    raw, kept = folder(tmp_path / "raw", THREE), tmp_path / "kept"
    corpus.build(raw, tmp_path / "one", reader=reader, cache=kept)
    (raw / "b.html").unlink()
    seen: list[corpus.Progress] = []
    corpus.build(raw, tmp_path / "two", reader=reader, cache=kept, progress=seen.append)
    assert [one.kept for one in seen] == [2]
    assert len(list(kept.glob("*/*"))) == 3


def test_files_that_no_build_wrote_stay_and_stale_ones_go(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    manifest = json.loads((out / "manifest.json").read_bytes())
    manifest["sha256"]["older.parquet"] = "0" * 64
    folder(
        out,
        {"manifest.json": json.dumps(manifest), "older.parquet": "x", "figures/one.svg": "<svg/>", "README.md": "mine"},
    )
    corpus.build(raw, out, reader=reader)
    assert (out / "figures" / "one.svg").read_text() == "<svg/>"
    assert (out / "README.md").read_text() == "mine"
    assert not (out / "older.parquet").exists()


def test_a_folder_of_other_files_is_not_written_over(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), folder(tmp_path / "out", {"figures.csv": "mine"})
    with pytest.raises(CallError, match=r"figures\.csv, which no build wrote"):
        corpus.build(raw, out, reader=reader)
    assert (out / "figures.csv").read_text() == "mine"


# Which files ----------------------------------------------------------------------------------------------------------


def test_only_what_may_be_a_report_is_read(tmp_path: Path) -> None:
    taken = {f"r{number}{suffix}": f"县{number}|2024|1" for number, suffix in enumerate(SUFFIXES)}
    aside = {"README.md": "x", "readme.txt": "x", "LICENSE.txt": "x", "a.csv": "x", ".hidden.pdf": "x"} | {
        "~$r.docx": "x",
        ".git/a.pdf": "x",
        "no-ending": "x",
        "LOUD.ZIP": "x",
    }
    loud = {"LOUD.PDF": "大县|2024|1"}
    built = corpus.build(folder(tmp_path / "raw", taken | aside | loud), tmp_path / "out", reader=reader)
    assert set(built.reports["path"]) == {*taken, *loud}
    assert built.failures.empty
    ignored = built.manifest["counts"]["ignored_by_ending"]
    assert ignored == {"": 1, ".csv": 1, ".docx": 1, ".md": 1, ".pdf": 1, ".txt": 2, ".zip": 1}


def test_a_dataset_below_the_raw_folder_is_not_read(tmp_path: Path) -> None:
    raw = folder(tmp_path, THREE)
    folder(raw / "processed", {"figures/drawn.pdf": "图县|2024|1"})
    assert len(corpus.build(raw, raw / "processed", reader=reader).reports) == 3


def test_files_that_differ_in_their_ending_alone_keep_it(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "甲县|2023|1", "a.txt": "甲县|2024|1", "b.pdf": "乙县|2024|1"})
    assert corpus.build(raw, tmp_path / "out", reader=reader).reports["report_id"].tolist() == ["a.pdf", "a.txt", "b"]


def test_a_name_that_is_no_utf8_does_not_stop_the_build(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", THREE)
    with open(os.fsencode(raw) + b"/\xff\xd0\n.pdf", "wb") as file:  # noqa: PTH123
        file.write("丙县|2024|1".encode())
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    assert set(built.reports["path"]) == {*THREE, "\\xff\\xd0\\x0a.pdf"}


def test_the_second_of_two_files_of_the_same_bytes_is_said_and_not_counted(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {**THREE, "z/copy.pdf": THREE["b.html"]})
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    assert built.failures[["path", "reason", "message"]].to_numpy().tolist() == [
        ["z/copy.pdf", "duplicate", "the same bytes as b.html, which is read in its place"]
    ]
    assert len(built.reports) == 3


def test_two_reports_of_one_organ_and_year_are_a_finding_at_both(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "甲县|2024|1", "b.pdf": "甲 县|2024|2", "c.pdf": "甲县|2023|1"})
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    found = built.findings.query("code == 'several_of_organ_and_year'")
    undecided = "contested: nothing tells which of them is right: neither dates of publication nor the sums of the form"
    assert found[["report_id", "message"]].to_numpy().tolist() == [
        ["a", f"the same organ has another report on 2024: b.pdf; {undecided}"],
        ["b", f"the same organ has another report on 2024: a.pdf; {undecided}"],
    ]
    assert found["source"].tolist() == ["a.pdf", "b.pdf"]
    per_report = built.findings.query("severity == 'warning'").groupby("report_id").size()
    assert built.reports.set_index("report_id")["findings_warning"].to_dict() == {"a": 1, "b": 1, "c": 0}
    assert per_report.to_dict() == {"a": 1, "b": 1}


# The registry ---------------------------------------------------------------------------------------------------------


def registry(raw: Path, text: str) -> Path:
    return folder(raw, {"registry.csv": textwrap.dedent(text).lstrip()})


def test_the_registry_names_reports_and_their_sources(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"x/a.pdf": "甲县|2023|1", "x/b.aspx": "乙县|2024|1", "c.csv": "a,b\n"})
    registry(
        raw,
        f"""
        path,sha256,report_id,source,organ,year,kind,note
        x/a.pdf,{digest("甲县|2023|1")},jia-2023,https://example.org/a,甲县,2023,,first
        x/b.aspx,{digest("乙县|2024|1").upper()},,,,,report,
        c.csv,{digest("a,b" + chr(10))},,,,,,
        """,
    )
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    rows = built.reports[["report_id", "source", "path", "registry_organ"]].astype("object")
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["jia-2023", "https://example.org/a", "x/a.pdf", "甲县"],
        ["x/b", "x/b.aspx", "x/b.aspx", None],
    ]
    assert built.failures.empty
    assert set(built.findings["code"]) == {"open_border"}
    assert built.manifest["counts"]["not_reports"] == 1
    assert built.manifest["inputs"]["registry_sha256"] == digest((raw / "registry.csv").read_text(encoding="utf-8"))


def test_what_is_missing_or_not_as_registered_is_a_failure(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "甲县|2023|1", "b.pdf": "乙县|2024|1", "data.csv": "new"})
    registry(
        raw,
        f"""
        path,sha256,source,organ,year
        a.pdf,{digest("old bytes")},https://example.org/a,甲县,2023
        gone.pdf,,https://example.org/gone,丁县,2022
        data.csv,{digest("old")},,,
        b.pdf,,,,
        """,
    )
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    assert built.reports["report_id"].tolist() == ["b"]
    failures = built.failures.set_index("path")
    assert failures["reason"].to_dict() == {"a.pdf": "hash_differs", "data.csv": "hash_differs", "gone.pdf": "missing"}
    assert failures.loc["gone.pdf", ["source", "registry_organ", "registry_year"]].tolist() == [
        "https://example.org/gone",
        "丁县",
        2022,
    ]
    assert digest("old bytes") in failures.loc["a.pdf", "message"]


def test_a_file_the_registry_does_not_list_is_read_and_said(tmp_path: Path) -> None:
    raw = registry(folder(tmp_path / "raw", THREE), "path\nb.html\n2023/a.pdf\n")
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    assert len(built.reports) == 3
    assert built.findings.query("code == 'not_in_registry'")["report_id"].tolist() == ["2024/a"]


def test_the_print_wins_over_the_registry_and_the_registry_over_silence(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "甲县|2024|1", "b.pdf": "||2", "c.pdf": " 丙县 |2024|3"})
    registry(raw, "path,organ,year\na.pdf,甲市,2023\nb.pdf,乙县,2022\nc.pdf,丙县,2024\n")
    built = corpus.build(raw, tmp_path / "out", reader=reader)
    told = built.reports.set_index("report_id")[["organ", "year", "registry_organ", "registry_year"]]
    assert told.loc["a"].tolist() == ["甲县", 2024, "甲市", 2023]
    assert told.loc["b"].tolist() == ["乙县", 2022, "乙县", 2022]
    for name in ("figures", "facts", "checks", "findings"):
        frame = getattr(built, name).query("report_id == 'b'")
        assert set(frame["organ"]) == {"乙县"}, name
        assert set(frame["year"]) == {2022}, name
    disagree = built.findings.query("code == 'registry_disagrees'")
    assert disagree["report_id"].tolist() == ["a", "a"]
    assert "甲市" in disagree["message"].iloc[0]
    assert "2023" in disagree["message"].iloc[1]


@pytest.mark.parametrize(
    "text,expected",
    [
        ("file\na.pdf\n", "no column 'path'"),
        ("path\n../a.pdf\n", "line 2"),
        ("path\n/etc/passwd\n", "line 2"),
        ("path\n\n \n", "line 2"),
        ("path,year\na.pdf,2024\nb.pdf,MMXX\n", "line 3"),
        ("path\na.pdf\na.pdf\n", "stands twice"),
        ("path,report_id\na.pdf,x\nb.pdf,x\n", "stands twice"),
        ('path\n"a.pdf\n', "CSV"),
    ],
)
def test_a_registry_that_cannot_be_understood_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    raw = folder(tmp_path / "raw", {**THREE, "registry.csv": text})
    with pytest.raises(CallError, match=expected):
        corpus.build(raw, tmp_path / "out", reader=reader)


def test_a_registry_in_another_encoding_is_refused_and_a_bom_is_not(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {**THREE, "registry.csv": "path,organ\nb.html,乙县\n".encode("gb18030")})
    with pytest.raises(CallError, match="UTF-8"):
        corpus.build(raw, tmp_path / "out", reader=reader)
    folder(raw, {"registry.csv": "path,organ\r\nb.html,乙县\r\n".encode("utf-8-sig")})
    built = corpus.build(raw, tmp_path / "out", reader=reader).reports
    assert built.set_index("report_id").loc["b", "registry_organ"] == "乙县"


# Calls ----------------------------------------------------------------------------------------------------------------


def test_wrong_calls_are_refused(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", THREE)
    for arguments, expected in (
        ((tmp_path / "nowhere", tmp_path / "out"), "there is no folder"),
        ((raw, raw), "a folder of its own"),
        ((raw, raw / "b.html"), "is a file"),
    ):
        with pytest.raises(CallError, match=expected):
            corpus.build(*arguments, reader=reader)
    for name in ("jobs", "timeout", "memory"):
        with pytest.raises(CallError, match=f"{name} is 0"):
            corpus.build(raw, tmp_path / "out", reader=reader, **{name: 0})
    with pytest.raises(CallError, match="cannot import the reader"):
        corpus.build(raw, tmp_path / "out", reader=lambda _: handmade.report())
    assert not (tmp_path / "out").exists()


def test_open_wants_a_dataset_of_this_layout(built: corpus.Corpus, tmp_path: Path) -> None:
    assert corpus.open(str(built.path)).reports.equals(built.reports)
    assert "3 reports read of 3 files" in repr(corpus.open(built.path))
    folder(tmp_path, {"manifest.json": '{"format": 99}'})
    with pytest.raises(CallError, match="99"):
        corpus.open(tmp_path)


def test_a_process_that_is_starting_does_not_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(CallError, match="__main__"):
        corpus.build(tmp_path, tmp_path / "out", reader=reader)


def test_no_worker_at_all_is_an_error_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_prepare", os.abort)
    with pytest.raises(GxstudyError, match="no worker process can be started"):
        corpus.build(folder(tmp_path / "raw", THREE), tmp_path / "out", reader=reader)


@pytest.mark.skipif(sys.platform == "win32", reason="no sockets in the folder for temporary files")
def test_a_temporary_folder_too_long_for_sockets_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr(work, "_prepare", os.abort)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(GxstudyError, match="set TMPDIR to one with a shorter name"):
        corpus.build(folder(tmp_path / "raw", THREE), tmp_path / "out", reader=reader)


# Results --------------------------------------------------------------------------------------------------------------


def test_a_result_gives_back_every_column() -> None:
    report = dataclasses.replace(_report("甲县|2024|7"), findings=())
    told = results.body(results.read([report]))
    for name, make in {"figures": frames.tidy, "reports": frames.reports, "findings": frames.findings}.items():
        made = frames.tables.as_frame(frames.product(name), told[name])
        pd.testing.assert_frame_equal(made, make(report))


def test_the_real_reader_reads_the_real_reports(shared: Path, tmp_path: Path) -> None:
    built = corpus.build(shared / "reports", tmp_path / "out")
    read = built.reports.set_index("report_id")
    for name in ("hongze-2023", "hongze-2024"):
        truth = pd.read_csv(shared / "reports" / f"{name}.truth.csv", dtype="str", keep_default_na=False)
        mine = built.figures[built.figures["report_id"] == name]
        joined = truth.merge(mine, on=["table", "row", "column"], how="outer", indicator=True)
        assert (joined["_merge"] == "both").all()
        assert (joined["printed"] == joined["raw"]).all()
    assert read.loc["hongze-2023", "year"] == 2023
    assert not [path for path in built.failures["path"] if path.endswith((".txt", ".docx", ".pdf"))]
    assert not set(built.failures["reason"]) & {"crashed", "timed_out", "out_of_memory", "unexpected_error"}


def test_the_dataset_says_where_an_organ_is_and_what_it_does(tmp_path: Path) -> None:
    out = tmp_path / "out"
    corpus.build(Path(__file__).parent.parent / "data" / "raw", out)
    reports = corpus.open(out).reports.set_index("report_id")
    told = organs.table(zip(reports["organ"], reports["year"].astype("int64"), strict=True))
    for name in ("organ_id", "province", "prefecture", "county", "code", "level", "sector"):
        by_pair = told.set_index(["organ", "year"])[name]
        expected = [by_pair[organ, int(year)] for organ, year in zip(reports["organ"], reports["year"], strict=True)]
        assert reports[name].fillna("").tolist() == pd.Series(expected).fillna("").tolist(), name
    assert reports.loc["hongze-2023", "organ_id"] == reports.loc["hongze-2024", "organ_id"]
    assert pd.isna(reports.loc["suqian-2024", "level"])  # 宿迁市 names a place and no body
