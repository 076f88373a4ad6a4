"""The sources of the documentation: links, commands and pages hold, without the site being built."""

from __future__ import annotations

import ast
import re
import shlex
import sys
from pathlib import Path

import click
import pytest

from gxstudy.cli import commands

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for folder in ("", "en", "zh") for path in (DOCS / folder).glob("*.md"))
MADE = {"codebook.md", "codebook_zh.md", "commands.md", "measured.md"}

sys.path.insert(0, str(DOCS / "_ext"))
import offline  # noqa: E402


def name(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


def cells(path: Path) -> list[str]:
    """The code that is run when a page is built."""
    found = re.findall(
        r"^```\{code-cell\} python\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [re.sub(r"^:tags:.*\n", "", code) for code in found]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_to_a_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    links += re.findall(r"^```\{include\} (\S+)", text, re.MULTILINE)
    missing = [link for link in links if link and not (path.parent / link).exists()]
    assert [link for link in missing if Path(link).name not in MADE and Path(link).suffix != ".inc"] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_command_exists_with_the_options_it_is_given(path: Path) -> None:
    shells = re.findall(r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for line in "".join(shells).splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["gxstudy"]:
            command = commands.commands[words[1]]
            command.make_context(f"gxstudy {words[1]}", words[2:], resilient_parsing=True)


@pytest.mark.parametrize("path", [path for path in PAGES if cells(path)], ids=name)
def test_the_code_of_a_page_is_python(path: Path) -> None:
    for code in cells(path):
        ast.parse(code)


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^((?:en|zh)/\w+)$", index, re.MULTILINE))
    assert listed == {name(path).removesuffix(".md") for path in PAGES if path.parent != DOCS}


@pytest.mark.parametrize("lang, ending", [("en", ""), ("zh", "_zh")])
def test_the_guide_takes_grades_and_statuses_from_the_code(lang: str, ending: str) -> None:
    text = (DOCS / lang / "reading.md").read_text(encoding="utf-8")
    for what in ("grades", "statuses"):
        assert f"```{{include}} ../made/{what}{ending}.inc\n```" in text


def test_the_chinese_guide_has_the_pages_of_the_english_one_that_a_reader_needs() -> None:
    for page in ("start", "reading", "files", "desk", "limits"):
        english, chinese = (cells(DOCS / lang / f"{page}.md") for lang in ("en", "zh"))
        assert page == "desk" or len(chinese) >= len(english)


def test_a_misspelt_option_would_be_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        commands.commands["build"].make_context("gxstudy build", ["raw", "out", "--job", "--speed", "3"])


@pytest.mark.parametrize(
    "body, said",
    [
        ('<script src="https://example.org/a.js"></script>', "loads https://example.org/a.js"),
        ('<img src="gone.png">', "loads gone.png, which is not there"),
        ('<a href="gone.html">x</a>', "leads to gone.html, which is not there"),
        ('<a href="#gone">x</a>', "the page has no such place"),
    ],
    ids=["script", "picture", "page", "place"],
)
def test_the_look_at_the_built_site_sees_what_is_wrong(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "index.html").write_text(
        f'<p id="here">{body}</p><a href="#here">up</a><a href="https://x.org">out</a>'
    )
    (found,) = offline.faults(tmp_path)
    assert said in found
