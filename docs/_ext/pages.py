"""Pages made from the code: the commands, the codebook, the grades. They cannot fall behind it."""

from __future__ import annotations

import gettext
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import click
from sphinx.application import Sphinx

from gxstudy.cli import commands
from gxstudy.cli.speech import DOMAIN, LOCALES
from gxstudy.display.words import GRADE_MEANING, GRADES, STATUS_MEANING
from gxstudy.frames.codebook import codebook_markdown

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
MADE = Path(__file__).resolve().parents[1] / "made"
Lang = Literal["en", "zh"]


def command_pages() -> Iterator[str]:
    """Yield the help of the command and of each of its parts, as `gxstudy --help` gives it."""
    yield "# The command\n\nWhat `--help` says. In a Chinese locale the same is said in Chinese.\n"
    context = click.Context(commands, info_name="gxstudy", terminal_width=92, max_content_width=92)
    yield f"## gxstudy\n\n```text\n{commands.get_help(context)}\n```\n"
    for name, command in sorted(commands.commands.items()):
        inner = click.Context(command, info_name=f"gxstudy {name}", terminal_width=92, max_content_width=92)
        yield f"## gxstudy {name}\n\n```text\n{command.get_help(inner)}\n```\n"


def grade_table(lang: Lang) -> Iterator[str]:
    """Yield what the grades of figures are."""
    say = _say(lang)
    yield {"en": "| grade | meaning |", "zh": "| 等级 | 含义 |"}[lang] + "\n|---|---|"
    yield from (f"| {grade} | {say(GRADE_MEANING[grade])} |" for grade in GRADES)


def status_table(lang: Lang) -> Iterator[str]:
    """Yield what the statuses of figures are."""
    say = _say(lang)
    yield {"en": "| status | meaning |", "zh": "| 状态 | 含义 |"}[lang] + "\n|---|---|"
    yield {
        "en": "| read | a plain number |\n| slash | a stroke, a dash or a word for none |",
        "zh": "| read | 一个普通的数字 |\n| slash | 斜线、横线，或表示“无”的字 |",
    }[lang]
    yield from (f"| {status} | {say(meaning)} |" for status, meaning in STATUS_MEANING.items())


def _say(lang: Lang) -> Callable[[str], str]:
    """Return what says a text of the command in a language."""
    return gettext.translation(DOMAIN, LOCALES, languages=["zh"]).gettext if lang == "zh" else str


def measured() -> Iterator[str]:
    """Yield every further file that a benchmark wrote, whole."""
    yield "# What else was measured\n\nEach part is the file that a benchmark wrote, and names the command."
    for path in sorted(BENCHMARKS.glob("*.md")):
        if path.name not in {"README.md", "RESULTS.md"}:
            yield f"\n```{{include}} ../../benchmarks/{path.name}\n:heading-offset: 1\n```"


def write(app: Sphinx) -> None:
    """Write the pages before the sources are read."""
    MADE.mkdir(exist_ok=True)
    parts = {
        "commands.md": command_pages(),
        "grades.inc": grade_table("en"),
        "grades_zh.inc": grade_table("zh"),
        "statuses.inc": status_table("en"),
        "statuses_zh.inc": status_table("zh"),
        "measured.md": measured(),
        "codebook.md": iter([inspect.cleandoc(codebook_markdown())]),
        "codebook_zh.md": iter([inspect.cleandoc(codebook_markdown(lang="zh"))]),
    }
    for name, lines in parts.items():
        text = "\n".join(lines) + "\n"
        place = MADE / name
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the pages written."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
