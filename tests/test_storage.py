"""Folders elsewhere are read, and datasets put there, as if they were here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster
from test_corpus import THREE, dataset, folder, reader
from upath import UPath

import gxstudy as gx
from gxstudy import corpus
from gxstudy.cli import commands
from gxstudy.corpus import parts, storage
from gxstudy.errors import CallError, MissingDependencyError

FILES = THREE | {"nonsense.pdf": "nonsense", ".hidden/x.pdf": "甲县|2024|9", "note.zip": "?"}
REGISTRY = "path,organ,year\n2023/a.pdf,甲县,2023\ngone.pdf,丁县,2023\n"


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = fsspec.filesystem("memory")
    found.store.clear()
    found.pseudo_dirs[:] = [""]
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def raw_in_memory(files: dict[str, str]) -> str:
    for name, content in files.items():
        place = UPath("memory://bucket/raw") / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode())
    return "memory://bucket/raw"


def there(address: str) -> dict[str, bytes]:
    fs = fsspec.filesystem("memory")
    top = UPath(address).path
    return {path.removeprefix(f"{top}/"): fs.cat_file(path) for path in fs.find(top)}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A cluster in this process, whose memory it shares."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as local,
        Client(local) as connected,
    ):
        yield connected


def test_a_dataset_from_elsewhere_to_elsewhere_has_the_bytes_of_one_made_here(tmp_path: Path, client: Client) -> None:
    files = FILES | {"registry.csv": REGISTRY}
    here = corpus.build(folder(tmp_path / "raw", files), tmp_path / "here", reader=reader, jobs=2)
    out = "memory://bucket/out"
    built = corpus.build(raw_in_memory(files), out, reader=reader, client=client)
    assert there(out) == dataset(here.path)
    assert dataset(built.path) == dataset(here.path)
    assert {"missing", "unexpected_error"} <= set(built.failures["reason"])


def test_what_is_elsewhere_is_read_once(client: Client) -> None:
    raw, out = raw_in_memory(FILES), "memory://bucket/out"
    corpus.build(raw, out, reader=reader, client=client)
    before = there(out)
    seen: list[corpus.Progress] = []
    corpus.build(raw, out, reader=reader, client=client, progress=seen.append)
    assert {(state.kept, state.total) for state in seen} == {(4, 4)}
    assert there(out) == before
    (UPath(raw) / "2023" / "a.pdf").write_bytes("甲县|2023|7".encode())
    (UPath(raw) / "b.html").unlink()
    again = corpus.build(raw, out, reader=reader, client=client)
    assert again.manifest["counts"]["files"] == 3
    assert there(out) != before
    manifest = json.loads(there(out)["manifest.json"])
    assert there(out).keys() == {*manifest["sha256"], "manifest.json"}


def test_files_elsewhere_that_no_build_wrote_stay(client: Client) -> None:
    raw, out = raw_in_memory(THREE), "memory://bucket/out"
    UPath(out).mkdir(parents=True)
    (UPath(out) / "mine.txt").write_bytes(b"mine")
    corpus.build(raw, out, reader=reader, client=client)
    assert there(out)["mine.txt"] == b"mine"
    (UPath(out) / "manifest.json").unlink()
    (UPath(raw) / "b.html").unlink()
    with pytest.raises(CallError, match="which no build wrote"):
        corpus.build(raw, out, reader=reader, client=client)


@pytest.mark.parametrize("address", ["https://a.example/reports", "http://a.example/", "nonsense://a/b"])
def test_what_is_no_storage_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(CallError):
        corpus.build(address, tmp_path / "out")
    with pytest.raises(CallError):
        corpus.build(folder(tmp_path / "raw", THREE), address)


def test_a_kind_of_storage_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match="s3fs"):
        corpus.build("s3://bucket/raw", tmp_path / "out")


def test_a_folder_elsewhere_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="there is no folder memory://bucket/none"):
        corpus.build("memory://bucket/none", tmp_path / "out")


def test_a_path_of_this_machine_is_one(tmp_path: Path) -> None:
    assert storage.place(str(tmp_path)) == tmp_path
    assert storage.here(tmp_path) == tmp_path


def test_the_command_names_the_address_that_was_given(tmp_path: Path) -> None:
    empty = tmp_path / "raw"
    empty.mkdir()
    (empty / "one.txt").write_text("no report", encoding="utf-8")
    said = CliRunner().invoke(commands, ["build", str(empty), "memory://out/data"])
    assert said.exit_code == 0, said.output
    assert "memory://out/data: 0 of 1 files read" in said.output


@pytest.mark.parametrize("layout", ["whole", "parted"])
def test_a_dataset_elsewhere_is_opened_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    if layout == "parted":
        monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    raw = folder(tmp_path / "raw", FILES)
    here = corpus.open(corpus.build(raw, tmp_path / "here", reader=reader, jobs=1).path)
    corpus.build(raw, "memory://bucket/out", reader=reader, jobs=1)
    opened = corpus.open("memory://bucket/out")
    assert opened.manifest == here.manifest
    assert "memory://bucket/out" in repr(opened)
    assert str(here.path) not in opened._repr_html_()
    for name in ("figures", "reports", "facts", "checks", "findings", "failures"):
        pd.testing.assert_frame_equal(getattr(opened, name), getattr(here, name))
        assert opened.scan(name).to_table().equals(here.scan(name).to_table())
    first, second = gx.panel(opened), gx.panel(here)
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(first.states, second.states)
    folder(raw, {"2023/a.pdf": "甲县|2023|8"})
    changed = corpus.build(raw, tmp_path / "changed", reader=reader, jobs=1)
    told, expected = (pd.concat(corpus.diff(one, changed).figures()) for one in (opened, here))
    assert len(told) > 0
    pd.testing.assert_frame_equal(told, expected)


def test_what_is_no_dataset_elsewhere_is_not_opened() -> None:
    with pytest.raises(CallError, match="memory://bucket/none holds no complete dataset"):
        corpus.open("memory://bucket/none")
    with pytest.raises(CallError, match="address of the web"):
        corpus.open("https://a.example/dataset")
    with pytest.raises(MissingDependencyError, match="s3fs"):
        corpus.open("s3://bucket/dataset")


def test_a_second_build_into_a_place_elsewhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines, each with a copy of its own, wrote to one address at once."""
    raw, out = folder(tmp_path / "raw", THREE), "memory://bucket/out"
    refused: list[str] = []

    def on_another_machine(_: corpus.Progress) -> None:
        with monkeypatch.context() as there:
            there.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
            with pytest.raises(CallError, match=r"another build, on .*, is writing to memory://bucket/out") as error:
                corpus.build(raw, out, reader=reader, jobs=1)
            refused.append(str(error.value))

    corpus.build(raw, out, reader=reader, jobs=1, progress=on_another_machine)
    assert refused
    assert "delete memory://bucket/out/.gxstudy-lock" in refused[0]
    assert ".gxstudy-lock" not in there(out)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    corpus.build(raw, out, reader=reader, jobs=1)


def test_a_build_that_was_ended_does_not_shut_out_the_next_one_of_its_machine(tmp_path: Path) -> None:
    raw, out = folder(tmp_path / "raw", THREE), "memory://bucket/out"
    corpus.build(raw, out, reader=reader, jobs=1)
    holder = storage.here(out) / ".cache" / "holder"
    (UPath(out) / ".gxstudy-lock").write_bytes(holder.read_bytes())
    corpus.build(raw, out, reader=reader, jobs=1)
    assert ".gxstudy-lock" not in there(out)
    (UPath(out) / ".gxstudy-lock").write_bytes(b"elsewhere 1")
    with pytest.raises(CallError, match="another build, on elsewhere, is writing"):
        corpus.build(raw, out, reader=reader, jobs=1)
