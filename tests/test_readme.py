"""What README.md says is what happens: its Python, its commands, its output, its numbers, its links."""

from __future__ import annotations

import ast
import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_reproduce import same_platform

from gxstudy.cli import commands

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DRAWS_EVERYTHING = {"figures", "reproduce"}  # tests/test_reproduce.py does
OPENS_A_BROWSER = {"desk", "lab"}
OF_THE_READER = re.compile(r"my-report\.pdf|[A-Z]+(?:\.csv)?")
OUTPUT_OF_CHECK = "gxstudy check data/raw/reports/hongze-*.pdf"


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands_told() -> list[list[str]]:
    """Every call of `gxstudy` in a shell block or between backticks that has arguments, without comments."""
    lines = [*"".join(blocks("sh")).splitlines(), *re.findall(r"`(gxstudy [^`]+)`", README)]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("gxstudy ")]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, as the folder one stands in."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns(".cache"))
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("checkout")
def test_the_ten_lines_run_and_give_what_they_say() -> None:
    (block,) = blocks("python")
    lines = [line for line in block.splitlines() if line]
    assert len(lines) == 10
    names: dict[str, object] = {}
    compared = 0
    for line in lines:
        code, _, comment = line.partition("  # ")
        is_value = isinstance(ast.parse(code).body[0], ast.Expr)
        value = eval(code, names) if is_value else exec(code, names)
        if comment.startswith(("(", "[")):
            assert repr(value) == comment, code
            compared += 1
    assert compared == 3


@pytest.mark.parametrize("arguments", commands_told(), ids=" ".join)
def test_every_command_runs(checkout: Path, arguments: list[str]) -> None:
    assert arguments[0] in commands.commands
    if any(OF_THE_READER.fullmatch(part) for part in arguments):
        commands.commands[arguments[0]].make_context(arguments[0], arguments[1:], resilient_parsing=True)
        return
    if arguments[0] in DRAWS_EVERYTHING | OPENS_A_BROWSER:
        return
    expanded = [name for part in arguments for name in (sorted(map(str, Path().glob(part))) if "*" in part else [part])]
    result = CliRunner().invoke(commands, expanded)
    assert result.exit_code == (1 if arguments[0] == "check" else 0), result.output


@pytest.mark.usefixtures("checkout")
def test_check_says_what_is_shown() -> None:
    assert OUTPUT_OF_CHECK in README
    files = sorted(map(str, Path("data/raw/reports").glob("hongze-*.pdf")))
    (shown,) = blocks("text")
    assert CliRunner().invoke(commands, ["check", *files]).stdout == shown


@same_platform
def test_the_picture_is_the_output_of_the_command_beside_it(checkout: Path) -> None:
    (arguments,) = (told for told in commands_told() if told[0] == "trace")
    assert CliRunner().invoke(commands, arguments).exit_code == 0
    assert (checkout / "docs" / "trace.png").read_bytes() == (ROOT / "docs" / "trace.png").read_bytes()


def test_the_exit_codes_are_those_of_the_help() -> None:
    told = CliRunner().invoke(commands, ["--help"]).output
    helped = re.findall(r"^ +(\d+)  (\S.*)$", told, re.MULTILINE)
    assert re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE) == helped
    assert len(helped) >= 11


def test_the_numbers_of_the_data_are_right() -> None:
    with (ROOT / "data" / "raw" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        notes = [row["notes"] for row in csv.DictReader(file)]
    repeated = sum("selection=repeat_year" in note for note in notes)
    assert f"Figures of {len(notes)} further reports" in README
    assert f"{len(notes) - repeated} of them were found" in README
    assert f"{repeated} were found without naming an outcome" in README
    assert len(list((ROOT / "data" / "raw" / "reports").glob("*.pdf"))) == 12
    assert "Twelve reports, read in full" in README


def test_every_notebook_is_named() -> None:
    notebooks = [path.name for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert [name for name in notebooks if f"(notebooks/{name})" not in README] == []


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)|src=\"([^\"]+)\"", README)
    paths = [link or source for link, source in links]
    assert len(paths) >= 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
