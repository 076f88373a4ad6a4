"""Large datasets: what memory they take beside what is asked of them. Made from results, so that nothing is read."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import handmade
import pytest

from gxstudy.corpus import dataset, parts, results, writing
from gxstudy.corpus.index import Index
from gxstudy.corpus.inventory import Inventory, RawFile, Registered

MEASURE = """
import resource, sys
import gxstudy as gx

made = gx.panel(gx.open(sys.argv[1]))
own = sum(frame.memory_usage(index=False).sum() for frame in (made.frame, made.states, made.grades))
print(len(made.frame), int(own), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
MEBIBYTE = 1 << 20


class Held(NamedTuple):
    """Results in memory."""

    results: dict[str, bytes]

    def of(self, sha256: str) -> bytes:
        """Return one."""
        return self.results[sha256]

    def some(self, hashes: Iterable[str]) -> Held:
        """Return some."""
        return Held({sha256: self.results[sha256] for sha256 in hashes})


def write(folder: Path, reports: int, *, processes: int = 1) -> Path:
    """Write a dataset of so many reports of 200 figures, on eight years."""
    read = [
        results.read(
            [handmade.report({("applications", "new", "total"): str(number)}, organ="某县", year=2018 + number)]
        )
        for number in range(8)
    ]
    files = [
        RawFile(f"{number:06d}.pdf", folder, hashlib.sha256(b"%d" % number).hexdigest(), f"{number:06d}",
                Registered(organ=f"{number // 8}县"), None)
        for number in range(reports)
    ]  # fmt: skip
    nameless = [(results.heads(one)[0]._replace(organ=None),) for one in read]
    result = {file.sha256: read[int(file.report_id) % 8] for file in files}
    heads = {file.sha256: nameless[int(file.report_id) % 8] for file in files}
    staged, out = folder / "staged", folder / "out"
    staged.mkdir(parents=True)
    out.mkdir()
    taken = Inventory(tuple(files), (), tuple((file.path, file.sha256) for file in files), 0, (), None)
    with Index(folder / "index", "key") as index:
        names = dataset.write(staged, out, taken, heads, Held(result), index, processes=processes)
    dataset.replace(staged, out, names)
    return out


def contents(out: Path) -> dict[str, str]:
    """Return the hashes of the files of a dataset."""
    files = (place for place in out.rglob("*") if place.is_file())
    return {place.relative_to(out).as_posix(): hashlib.sha256(place.read_bytes()).hexdigest() for place in files}


def test_several_processes_write_the_bytes_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are written beside one another; the parent wrote them alone while the other processors did nothing."""
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    monkeypatch.setattr(parts, "PART_ROWS", 600)
    started: list[int] = []
    monkeypatch.setattr(
        writing, "ProcessPoolExecutor", lambda most, **more: started.append(most) or ProcessPoolExecutor(most, **more)
    )
    alone, together = (contents(write(tmp_path / f"{n}", 80, processes=n)) for n in (1, 3))
    assert len([name for name in alone if name.startswith("figures.parquet/")]) > 8
    assert alone == together
    assert started == [2]


def test_a_process_that_dies_while_writing_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    monkeypatch.setattr(parts, "PART_ROWS", 600)
    alone = contents(write(tmp_path / "1", 80))
    monkeypatch.setattr(writing, "end_with_parent", os.abort)
    assert contents(write(tmp_path / "2", 80, processes=2)) == alone


def test_what_cannot_be_written_by_another_process_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    monkeypatch.setattr(parts, "PART_ROWS", 600)
    monkeypatch.setattr(Held, "some", lambda *_: Lost())
    with pytest.raises(results.LostError):
        write(tmp_path, 80, processes=2)


class Lost(NamedTuple):
    """Results that are gone."""

    def of(self, sha256: str) -> bytes:
        """Return none."""
        raise results.LostError(sha256)

    def some(self, _: Iterable[str]) -> Lost:
        """Return none."""
        return self


def measured(out: Path) -> tuple[int, int, int]:
    """Return the reports of the panel of a dataset, the bytes of the panel, and those that making it took at most."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(out)], capture_output=True, text=True, check=True)
    rows, own, most = map(int, done.stdout.split())
    return rows, own, most


@pytest.mark.slow
def test_a_panel_takes_its_own_memory_and_that_of_one_piece(tmp_path: Path) -> None:
    few, many = (measured(write(tmp_path / f"{reports}", reports)) for reports in (4_000, 20_000))
    assert (few[0], many[0]) == (4_000, 20_000)
    more = many[1] - few[1]
    assert more > 60 * MEBIBYTE
    assert many[2] - few[2] < 1.5 * more + 40 * MEBIBYTE


@pytest.mark.slow
def test_writing_takes_the_memory_of_one_part(tmp_path: Path) -> None:
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import pathlib, test_large
test_large.write(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
    most = [
        int(
            subprocess.run(
                [sys.executable, "-c", code, str(tmp_path / str(reports)), str(reports)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for reports in (4_000, 20_000)
    ]
    assert most[1] - most[0] < 80 * MEBIBYTE
