"""A folder of files built to do harm becomes a dataset: no crash, no hang, nothing written elsewhere, no network."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import fuzz
import mutants
import numpy as np
import pytest
import watched
from operators import pages
from test_corpus import folder

from gxstudy import corpus, grids, read_report
from gxstudy.errors import NoTextLayerError, UnreadableFileError
from gxstudy.frames.dictionary import REASONS
from gxstudy.layout import Page, Ruling, Word
from gxstudy.readers.scan import recogniser, upright
from gxstudy.report import Report
from gxstudy.specimens import bind

RECOGNISED = ("sizes", "operators")
"""Families of which many files have pages to recognise, which takes seconds."""
CHEAP = tuple(family for family in mutants.FAMILIES if family not in RECOGNISED)


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the temporary files of the system; its name is short, as those of sockets must be."""
    place = tmp_path_factory.mktemp("t")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def left_in(temporary: Path) -> list[str]:
    """What is there but the folder in which processes of Python talk with one another."""
    return [place.name for place in temporary.iterdir() if not place.name.startswith("pymp-")]


def tree(place: Path) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in place.rglob("*")
        if path.is_file()
    }


def test_files_built_to_do_harm_are_read_or_fail_with_a_reason(tmp_path: Path, temporary: Path) -> None:
    raw = folder(tmp_path / "raw", {one.name: one.data for one in mutants.mutants(range(2), CHEAP)})
    (raw / "sound.pdf").write_bytes(mutants.sound()[0])
    before, log = tree(tmp_path), tmp_path / "log"
    built = corpus.build(raw, tmp_path / "out", reader=watched.Reader(str(log)), jobs=2)
    reasons = built.failures.set_index("path")["reason"].to_dict()
    assert set(reasons.values()) <= set(REASONS)
    assert {path: reason for path, reason in reasons.items() if reason in fuzz.FAULTS} == {}
    assert "sound" in set(built.reports["report_id"])
    assert len(reasons) + len(built.reports) == 2 * len(CHEAP) + 1
    after = tree(tmp_path)
    assert {name: after[name] for name in before} == before
    assert {name.partition("/")[0] for name in after.keys() - before.keys()} == {"out", "log"}
    assert left_in(temporary) == []
    for one in watched.told(log):
        assert one.forbidden == ()
        assert one.seconds < fuzz.SECONDS


@pytest.mark.slow
def test_more_than_a_thousand_files_built_to_do_harm_are_read_or_fail_with_a_reason(tmp_path: Path) -> None:
    numbers = range(100, 156)
    outcomes, faults = fuzz.batch(tmp_path, numbers, tuple(mutants.FAMILIES), timeout=120)
    assert faults == {}
    assert outcomes.total() == len(numbers) * len(mutants.FAMILIES) >= 1000


def leaving(data: bytes) -> Report:
    """Write what libraries write, and hang."""
    handle, _ = tempfile.mkstemp()
    os.write(handle, data)
    Path(tempfile.mkdtemp(prefix="gxstudy-"), "report.pdf").write_bytes(data)
    Path(os.environ["MPLCONFIGDIR"], "fontlist.json").write_bytes(data)
    time.sleep(60)
    raise AssertionError


def test_a_worker_that_is_ended_leaves_nothing_behind(tmp_path: Path, temporary: Path) -> None:
    raw = folder(tmp_path / "raw", {"a.txt": "a", "b.txt": "b"})
    before = tree(tmp_path)
    built = corpus.build(raw, tmp_path / "out", reader=leaving, timeout=1.5, jobs=2)
    assert built.failures["reason"].tolist() == ["timed_out", "timed_out"]
    new = tree(tmp_path).keys() - before.keys()
    assert not [name for name in new if "report.pdf" in name or "fontlist" in name or not name.startswith("out/")]
    assert left_in(temporary) == []


def test_a_mutant_is_the_same_each_time() -> None:
    first, second = (dict(mutants.mutants([3], ("cut", "numbers", "xref", "nested", "word"))) for _ in range(2))
    assert first == second
    assert len(set(first.values())) == 5


def test_the_sound_reports_that_are_mutated_are_sound() -> None:
    """Else the mutants would be refused at the door."""
    read = [read_report(data) for data in mutants.sound()]
    for number in range(0, len(read), 3):
        figures = [[(e.table, e.row, e.column, e.raw) for e in one.entries] for one in read[number : number + 3]]
        assert figures[0] == figures[1] == figures[2]
        assert any(raw for *_, raw in figures[0])


# Faults that were found so --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(20, 5000), (5000, 1), (1250, 5000), (1400, 1000)])
def test_a_strip_of_a_page_is_not_enlarged_to_gigabytes(shape: tuple[int, int]) -> None:
    """The network that looks for lines enlarges a picture until its short side is long enough."""
    broad = recogniser._broadened(np.zeros(shape, np.uint8))
    assert max(broad.shape) <= recogniser.LONGEST_STRIP * min(broad.shape)
    assert max(broad.shape) == max(shape)
    assert not broad[: shape[0], : shape[1]].any()


@pytest.mark.parametrize("box", ["[842 0 0 842]", "[0 0 0 0]", "[0 14400 -1 842]", "[]"])
def test_a_page_without_a_size_is_not_drawn(box: str) -> None:
    """It has no text layer, and so was to be drawn and recognised."""
    nothing = pages("", page=f"/MediaBox [595 0 595 842] /CropBox {box}")
    with pytest.raises(NoTextLayerError):
        read_report(nothing)
    report = read_report(bind(nothing, mutants.sound()[0]))
    assert [entry.raw for entry in report.entries] == [entry.raw for entry in read_report(mutants.sound()[0]).entries]


def test_a_network_without_memory_says_so_as_others_do() -> None:
    def network(_: object) -> None:
        msg = "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Status Message: std::bad_alloc"
        raise RuntimeError(msg)

    with pytest.raises(MemoryError):
        recogniser._in_memory(network, None)


def test_a_row_of_thousands_of_labels_is_looked_through_once() -> None:
    """The last labels of a row were joined in every way there is: 20,000 cells took minutes."""
    cells = "<td>一、本年新收政府信息公开申请数量</td>" * 2000
    page = f"<html><h1>某县人民政府2023年政府信息公开工作年度报告</h1><table><tr>{cells}</tr></table></html>"
    begun = time.process_time()
    with suppress(UnreadableFileError):
        read_report(page.encode())
    assert time.process_time() - begun < 20


def test_a_word_far_beyond_its_page_costs_no_memory() -> None:
    strokes = tuple(Ruling(10 + i % 50, 10, 10.5 + i % 50, 10, 0.1) for i in range(3000))
    assert grids.find(Page(1, 595.0, 842.0, (Word("1", 0.0, 10.0, 1e12, 20.0),), strokes)) is not None


def test_a_picture_of_a_tiny_scale_is_not_enlarged() -> None:
    """A page of absurd size is drawn very small; its picture is shrunk for a first look, and never enlarged."""
    paper = np.full((1200, 900), 255, np.uint8)
    assert upright._shrunk(paper, 1e6).shape == paper.shape
    assert not upright.ink(paper, 1e-6).any()
