"""The language of help and messages: English, or Chinese where the locale is Chinese.

The words are in ``locale/zh/LC_MESSAGES/gxstudy.po``, those of the command library included; a module says a message
with ``gettext``. :mod:`gxstudy.cli.catalogue` renews and compiles the list.
"""

from __future__ import annotations

import gettext
import inspect
from collections.abc import Iterator
from pathlib import Path

import click

__all__ = ["DOMAIN", "LOCALES", "commands_below", "translate"]

DOMAIN = "gxstudy"
LOCALES = Path(__file__).parent / "locale"


def translate(group: click.Group) -> None:
    """Take the language of the locale (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), for messages and for the help of a group.

    Where the locale is of another language than Chinese, everything stays English.
    """
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)
    for command in commands_below(group):
        if command.help:
            command.help = gettext.gettext(inspect.cleandoc(command.help))
        for param in command.params:
            if isinstance(param, click.Option) and param.help:
                param.help = gettext.gettext(param.help)


def commands_below(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and, for a group, those in it."""
    yield command
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from commands_below(one)
