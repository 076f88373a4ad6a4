"""``python -m gxstudy.cli.catalogue``: renew the list of messages and compile it.

What is said in English is gathered from the help of the commands, from the calls of ``_`` here, in the display and in
the command library, and from the closed lists of grades and statuses. Chinese that is there already is kept,
what is said no more is dropped. Needs Babel, which comes with JupyterLab.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from gxstudy.cli import commands
from gxstudy.cli.speech import DOMAIN, LOCALES, commands_below
from gxstudy.display import words

__all__ = ["messages", "renew"]

_HERE = LOCALES / "zh" / "LC_MESSAGES"
_FIXED = datetime(2026, 1, 1, tzinfo=UTC)
_CLICK = Path(click.__file__).parent


def messages() -> list[str]:
    """Return everything that the command says and may be said in another language, each once."""
    told = dict[str, None]()
    for command in commands_below(commands):
        if command.help:
            told[inspect.cleandoc(command.help)] = None
        told |= dict.fromkeys(one.help for one in command.params if isinstance(one, click.Option) and one.help)
    here = Path(__file__).parent
    for path in (*sorted(here.glob("*.py")), *sorted((here.parent / "display").glob("*.py"))):
        told |= dict.fromkeys(_said(path))
    told |= dict.fromkeys((*words.NOUNS, *words.GRADE_MEANING.values(), *words.STATUS_MEANING.values()))
    for path in sorted(_CLICK.glob("*.py")):
        told |= dict.fromkeys(_said(path))
    return list(told)


def _said(path: Path) -> Iterator[str]:
    """Yield the texts that a source hands to ``_``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
            (given, *_) = node.args
            if isinstance(given, ast.Constant) and isinstance(given.value, str) and len(given.value) > 1:
                yield given.value


def renew(folder: Path = _HERE) -> list[str]:
    """Write ``gxstudy.po`` and ``gxstudy.mo`` anew, and return what has no Chinese yet."""
    from babel.messages import Catalog, mofile, pofile

    place = folder / f"{DOMAIN}.po"
    with place.open("rb") as file:
        known = pofile.read_po(file, locale="zh")
    catalog = Catalog(
        locale="zh",
        project="gxstudy",
        version="1",
        header_comment="# What the command gxstudy says, in Chinese. Renew it with: make messages",
        last_translator="",
        language_team="",
        msgid_bugs_address="",
        copyright_holder="",
        creation_date=_FIXED,
        revision_date=_FIXED,
        fuzzy=False,
    )
    missing = []
    for text in messages():
        there = known.get(text)
        said = str(there.string) if there is not None and there.string else ""
        if not said:
            missing.append(text)
        catalog.add(text, said)
    with place.open("wb") as file:
        pofile.write_po(file, catalog, width=100, no_location=True, sort_output=True)
    with place.with_suffix(".mo").open("wb") as file:
        mofile.write_mo(file, catalog)
    return missing


if __name__ == "__main__":
    for line in renew():
        sys.stdout.write(f"{line.splitlines()[0]}\n")
