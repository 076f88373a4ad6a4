"""What is committed under data/processed and notebooks is what data/raw gives, to the last bit."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gxstudy.cli import commands

ROOT = Path(__file__).resolve().parents[1]
RAW, PROCESSED, NOTEBOOKS = ROOT / "data" / "raw", ROOT / "data" / "processed", ROOT / "notebooks"
TOLD = "the committed files are not what this code makes of data/raw; `make reproduce` makes them anew"

# The last bits of a drawn line are those of the processor that drew it.
same_platform = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="the committed pictures were drawn on Linux x86_64",
)


def run(*arguments: str | Path) -> None:
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


def contents(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    """The bytes of the files in a folder (not below it), by name."""
    return {place.name: place.read_bytes() for place in folder.glob(pattern) if place.is_file()}


def pictures(folder: Path) -> dict[str, bytes]:
    """The files of figures that are not the numbers behind them."""
    return {name: data for name, data in contents(folder).items() if not name.endswith(".csv")}


def differing(made: dict[str, bytes], committed: dict[str, bytes]) -> list[str]:
    """The names that only one side has, or whose bytes differ."""
    return sorted(name for name in made | committed if made.get(name) != committed.get(name))


def test_a_difference_is_seen_on_either_side() -> None:
    assert differing({"a": b"1", "b": b"2"}, {"a": b"1", "b": b"3", "c": b""}) == ["b", "c"]
    assert differing({"a": b"1"}, {}) == ["a"]


def test_the_dataset_is_what_the_raw_files_give(tmp_path: Path) -> None:
    run("build", RAW, tmp_path)
    made = contents(tmp_path)
    assert {"figures.parquet", "figures.csv", "manifest.json", "datapackage.json"} <= set(made)
    assert differing(made, contents(PROCESSED)) == [], TOLD


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The figures of the studies, drawn from the committed dataset."""
    folder = tmp_path_factory.mktemp("figures")
    run("figures", "--raw", RAW, "--processed", PROCESSED, "--out", folder)
    return folder


def test_the_numbers_of_every_figure_are_those_of_the_studies(drawn: Path) -> None:
    made = contents(drawn, "*.csv")
    assert len(made) >= 4
    assert differing(made, contents(PROCESSED / "figures", "*.csv")) == [], TOLD


@same_platform
def test_every_figure_is_drawn_the_same(drawn: Path) -> None:
    made = pictures(drawn)
    assert {Path(name).suffix for name in made} == {".pdf", ".svg", ".png"}
    assert differing(made, pictures(PROCESSED / "figures")) == [], TOLD


@same_platform
@pytest.mark.slow
def test_everything_again_gives_the_same_bytes(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    shutil.copytree(NOTEBOOKS, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    run("reproduce", "--root", tmp_path)
    notebooks = contents(tmp_path / "notebooks")
    assert notebooks
    assert differing(notebooks, contents(NOTEBOOKS)) == [], TOLD
    made = contents(tmp_path / "data" / "processed")
    assert differing(made, contents(PROCESSED)) == [], TOLD
