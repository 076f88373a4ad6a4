"""A dataset built again costs what changed, and is what an undisturbed build writes, whatever happened before."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from test_corpus import THREE, folder, other_reader, reader

from gxstudy import corpus
from gxstudy.corpus import parts
from gxstudy.corpus.index import Index, stamp
from gxstudy.corpus.inventory import take
from gxstudy.errors import CallError, StorageError

PRODUCTS = ("figures", "reports", "facts", "checks", "findings", "failures")
MANY = {
    f"{number:02d}.pdf": f"{'甲乙丙丁'[number % 4]}县|{2021 + number % 3 or ''}|{number}" for number in range(12)
} | {
    "without-year.pdf": "戊县||3",
    "without-organ.pdf": "|2022|4",
    "broken.pdf": "locked",
}


def contents(out: Path) -> dict[str, bytes]:
    """The bytes of everything in a dataset, the cache left out."""
    return {
        place.relative_to(out).as_posix(): place.read_bytes()
        for place in out.rglob("*")
        if place.is_file() and ".cache" not in place.relative_to(out).parts
    }


def stamps(out: Path) -> dict[str, tuple[int, ...]]:
    return {name: tuple(stamp(out / name)) for name in contents(out)}


def age(raw: Path) -> None:
    """Make raw files look as if they were not written just now; what was changed lately is hashed each time."""
    for place in raw.rglob("*"):
        if place.is_file():
            os.utime(place, ns=(10**18, 10**18))


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let results depend on the reader alone, so that an editor at work on the library does not enter."""
    monkeypatch.setattr(corpus, "fingerprint", str)


@pytest.fixture(params=["whole", "parted"])
def layout(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both layouts, the second as if a few figures were too many for one file."""
    if request.param == "parted":
        monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
        monkeypatch.setattr(parts, "PART_ROWS", 600)
    return str(request.param)


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    monkeypatch.setattr(parts, "PART_ROWS", 600)


# Nothing new ----------------------------------------------------------------------------------------------------------


def test_a_build_with_nothing_new_writes_nothing(tmp_path: Path, layout: str) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    before = stamps(out)
    assert ("figures.parquet" in before) == (layout == "whole")
    assert "manifest.json" in before
    seen: list[corpus.Progress] = []
    corpus.build(raw, out, reader=reader, progress=seen.append)
    assert stamps(out) == before
    assert seen == [corpus.Progress(done=15, failed=1, kept=15, total=15)]


def test_nothing_is_hashed_or_read_where_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    old = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: old() + 10**10)
    corpus.build(raw, out, reader=reader)
    hashed: list[Path] = []
    monkeypatch.setattr(corpus.inventory, "sha256_of", hashed.append)
    monkeypatch.setattr(corpus.results.Kept, "get", None)
    corpus.build(raw, out, reader=reader)
    assert hashed == []
    monkeypatch.undo()
    (raw / "00.pdf").write_text("甲县|2021|77", encoding="utf-8")
    assert "77" in set(corpus.build(raw, out, reader=reader).figures["raw"])


def test_an_edit_that_keeps_size_and_time_is_seen_by_the_time_of_change(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    age(raw)
    corpus.build(raw, out, reader=reader)
    (raw / "b.html").write_text("乙县|2024|9", encoding="utf-8")
    age(raw)
    assert "9" in set(corpus.build(raw, out, reader=reader).figures["raw"])


def test_a_file_changed_just_now_is_not_trusted(tmp_path: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.pdf": "x"})
    with Index(tmp_path / "index", "key") as index:
        take(raw, leave_out=tmp_path, jobs=1, index=index)
        assert index.hash_of("a.pdf", stamp(raw / "a.pdf")) is None


def test_rehash_trusts_no_time_and_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    right = contents(out)
    lying = {place: stamp(place) for place in (raw / "b.html", out / "figures.csv")}
    monkeypatch.setattr(Index, "hash_of", lambda _, path, __: "0" * 64 if path == "b.html" else None)
    (out / "figures.csv").write_bytes(b"x" * lying[out / "figures.csv"].size)
    os.utime(out / "figures.csv", ns=(10**18, lying[out / "figures.csv"].modified))
    corpus.build(raw, out, reader=reader, rehash=True)
    assert contents(out) == right


@pytest.mark.parametrize("harm", ["gone", "other", "torn"])
def test_a_dataset_that_was_touched_is_made_good(tmp_path: Path, layout: str, harm: str) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    right = contents(out)
    for name in ("manifest.json", next(name for name in right if name.startswith("figures.parquet"))):
        match harm:
            case "gone":
                (out / name).unlink()
            case "other":
                (out / name).write_bytes(b"mine")
            case "torn":
                (out / name).write_bytes(right[name][:100])
    if harm != "gone":
        (out / "manifest.json").unlink()
    corpus.build(raw, out, reader=reader)
    assert contents(out) == right


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_a_torn_manifest_is_no_dataset_and_is_written_anew(tmp_path: Path, layout: str, torn: bytes) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    right = contents(out)
    (out / "manifest.json").write_bytes(torn)
    with pytest.raises(CallError, match="build it again"):
        corpus.open(out)
    corpus.build(raw, out, reader=reader)
    assert contents(out) == right


@pytest.mark.parametrize("damage", [b"", b"no database", None], ids=["empty", "other", "gone"])
def test_a_damaged_index_costs_time_alone(tmp_path: Path, damage: bytes | None) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    right, index = contents(out), out / ".cache" / "index.sqlite"
    index.unlink() if damage is None else index.write_bytes(damage)
    seen: list[corpus.Progress] = []
    corpus.build(raw, out, reader=reader, progress=seen.append)
    assert seen[0].kept == 15
    assert contents(out) == right


def test_an_index_damaged_within_is_begun_anew(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    right, index = contents(out), out / ".cache" / "index.sqlite"
    data = bytearray(index.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    index.write_bytes(data)
    folder(raw, {"new.pdf": "己县|2023|1"})
    corpus.build(raw, out, reader=reader)
    (raw / "new.pdf").unlink()
    corpus.build(raw, out, reader=reader)
    assert contents(out) == right


def test_another_reader_makes_every_part_anew(tmp_path: Path, layout: str) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    assert set(corpus.build(raw, out, reader=other_reader).reports["kind"]) == {"html"}


# Something new --------------------------------------------------------------------------------------------------------


def test_only_the_parts_that_changed_are_written(tmp_path: Path, parted: None) -> None:
    raw, out = folder(tmp_path / "raw", MANY), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    before = stamps(out)
    folder(raw, {"new.pdf": "己县|2023|1"})
    corpus.build(raw, out, reader=reader)
    after = stamps(out)
    changed = {name for name, told in after.items() if before.get(name) != told}
    years = {name.split("/")[1] for name in changed if "/" in name}
    assert years == {"2023"}
    assert {name for name in before if "/2022/" in name} <= set(after) - changed


def test_any_way_there_ends_in_the_same_bytes(tmp_path: Path, layout: str) -> None:
    dice = random.Random(7)
    raw, out = folder(tmp_path / "raw", dict(list(MANY.items())[:5])), tmp_path / "out"
    names = sorted(MANY)
    for _ in range(4):
        corpus.build(raw, out, reader=reader)
        for name in dice.sample(names, 4):
            if (raw / name).exists() and dice.random() < 0.5:
                (raw / name).unlink()
            else:
                folder(raw, {name: MANY[name]})
    corpus.build(raw, out, reader=reader)
    fresh = tmp_path / "fresh"
    corpus.build(raw, fresh, reader=reader)
    assert contents(out) == contents(fresh)


def test_growing_and_shrinking_over_the_limit_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    small = contents(out)
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    folder(raw, {"c.pdf": "丙县|2023|1"})
    large = corpus.build(raw, out, reader=reader)
    assert (out / "figures.parquet" / "2024").is_dir()
    assert not (out / "figures.csv").exists()
    assert large.figures.groupby("year").size().to_dict() == {2023: 400, 2024: 400}
    monkeypatch.undo()
    (raw / "c.pdf").unlink()
    corpus.build(raw, out, reader=reader)
    assert contents(out) == small


def test_what_is_in_both_layouts_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = folder(tmp_path / "raw", MANY)
    whole = corpus.build(raw, tmp_path / "whole", reader=reader)
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    monkeypatch.setattr(parts, "PART_ROWS", 600)
    several = corpus.build(raw, tmp_path / "parted", reader=reader)
    assert several.manifest["counts"] == whole.manifest["counts"]
    assert several.manifest["parted_by"] == "year"
    for name in PRODUCTS:
        one, other = getattr(whole, name), getattr(several, name)
        pd.testing.assert_frame_equal(other.sort_values(one.columns[0], kind="stable", ignore_index=True), one)
    together = {(part, report) for part in several.files("reports") for report in pd.read_parquet(part)["organ"]}
    assert len(several.files("reports")) > 4
    organ_years = several.reports.dropna(subset=["organ", "year"]).groupby(["organ", "year"]).ngroups
    assert len([pair for pair in together if isinstance(pair[1], str)]) <= organ_years + 1


# Ends in the middle ---------------------------------------------------------------------------------------------------

SCRIPT = """
import sys, os
sys.path.insert(0, {tests!r})
import test_corpus
from gxstudy import corpus
from gxstudy.corpus import parts
parts.PARTED_ABOVE, parts.PART_ROWS = 400, 600
corpus.fingerprint = str
if __name__ == "__main__":
    if {at}:
        calls = 0
        def counted(event, arguments):
            global calls
            if event in {{"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}} and {out!r} in str(arguments[0]):
                calls += 1
                if calls == {at}:
                    os.kill(os.getpid(), 9)
        sys.addaudithook(counted)
    corpus.build({raw!r}, {out!r}, reader=test_corpus.reader, jobs=1)
    print(calls if {at} else 0)
"""


def killed_at(at: int, raw: Path, out: Path) -> int:
    """Build in a process that ends itself, as by kill -9, at that touch of a file of the dataset."""
    source = SCRIPT.format(tests=str(Path(__file__).parent), raw=str(raw), out=str(out), at=at)
    place = out.parent / "script.py"
    place.write_text(source, encoding="utf-8")
    return subprocess.run([sys.executable, str(place)], capture_output=True, check=False, timeout=120).returncode


@pytest.mark.slow
def test_killed_at_any_touch_of_a_file_the_next_build_ends_the_same(tmp_path: Path, parted: None) -> None:
    raw, old = folder(tmp_path / "raw", dict(list(MANY.items())[4:])), tmp_path / "old"
    corpus.build(raw, old, reader=reader)
    folder(raw, MANY)
    (raw / "11.pdf").unlink()
    right = contents(corpus.build(raw, tmp_path / "undisturbed", reader=reader).path)
    at, codes = 1, set()
    while True:
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(old, out)
        code = killed_at(at, raw, out)
        codes.add(code)
        if (out / "manifest.json").exists():
            seen = corpus.open(out)
            assert {len(seen.figures), len(seen.reports) * 200} == {seen.manifest["counts"]["rows"]["figures"]}
        corpus.build(raw, out, reader=reader)
        assert contents(out) == right, f"killed at touch {at}"
        if code == 0:
            break
        at += 5
    assert codes == {0, -signal.SIGKILL}
    assert at > 100


@pytest.mark.parametrize("at", [40, 80, 120, 160])
def test_killed_while_files_are_written_or_moved_the_next_build_ends_the_same(
    tmp_path: Path, parted: None, at: int
) -> None:
    raw, out = folder(tmp_path / "raw", dict(list(MANY.items())[4:])), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    folder(raw, MANY)
    (raw / "11.pdf").unlink()
    assert killed_at(at, raw, out) == -signal.SIGKILL
    corpus.build(raw, out, reader=reader)
    assert contents(out) == contents(corpus.build(raw, tmp_path / "undisturbed", reader=reader).path)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB, most of it taken by a file beside the dataset."""
    place = tmp_path / "tiny"
    place.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(how, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be made here")
    (place / "beside").write_bytes(bytes(1_408 << 10))
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, tiny: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tiny / "out"
    corpus.build(raw, out, reader=reader)
    before = contents(out)
    folder(raw, {f"more/{number:03d}.pdf": f"县{number}|2024|{number}" for number in range(60)})
    with pytest.raises(StorageError, match=r"No space left|disk is full"):
        corpus.build(raw, out, reader=reader)
    assert contents(out) == before
    (tiny / "beside").unlink()
    shutil.rmtree(raw / "more")
    corpus.build(raw, out, reader=reader)
    assert contents(out) == before


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_an_error_of_the_disk_while_files_take_their_places(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    raw, out = folder(tmp_path / "raw", THREE), tmp_path / "out"
    corpus.build(raw, out, reader=reader)
    folder(raw, MANY)
    real, calls = os.replace if call == "replace" else os.fsync, iter(range(1000))

    def fails(*arguments: object, **options: object) -> None:
        if next(calls) > 8 and "results" not in str(arguments[0]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(*arguments, **options)  # type: ignore[arg-type]

    if call == "replace":
        monkeypatch.setattr(Path, "replace", fails)
    else:
        monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StorageError, match="No space"):
        corpus.build(raw, out, reader=reader)
    monkeypatch.undo()
    if layout == "parted":
        monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
        monkeypatch.setattr(parts, "PART_ROWS", 600)
    corpus.build(raw, out, reader=reader)
    assert contents(out) == contents(corpus.build(raw, tmp_path / "undisturbed", reader=reader).path)


def test_two_builds_at_once_into_one_place(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", {"slow.pdf": "slow 20 1"}), tmp_path / "out"
    place = tmp_path / "script.py"
    place.write_text(SCRIPT.format(tests=str(Path(__file__).parent), raw=str(raw), out=str(out), at=0))
    with subprocess.Popen([sys.executable, str(place)]) as first:
        try:
            deadline = time.monotonic() + 60
            while not (out / ".cache" / "index.sqlite").exists():
                time.sleep(0.05)
                assert time.monotonic() < deadline
            with pytest.raises(CallError, match="another build is writing"):
                corpus.build(raw, out, reader=reader)
        finally:
            first.kill()


# Names of parts -------------------------------------------------------------------------------------------------------


def test_parts_depend_on_the_reports_alone_and_hold_each_once() -> None:
    places = [
        parts.Place(f"r{number}", f"县{number % 700}", 2019 + number % 5 if number % 50 else None, 200)
        for number in range(5000)
    ]
    found = parts.parts(places)
    assert sorted(member for part in found for member in part.members) == list(range(5000))
    assert {part.name.split("/")[0] for part in found} == {"2019", "2020", "2021", "2022", "2023", "unknown"}
    assert max(sum(places[member].figures for member in part.members) for part in found) < 1.5 * parts.PART_ROWS
    members = {part.name: {places[member].report_id for member in part.members} for part in found}
    again = parts.parts(list(reversed(places)))
    assert {part.name: {places[-1 - member].report_id for member in part.members} for part in again} == members
    assert [part.name for part in parts.parts(places[:2000])] == [""]
