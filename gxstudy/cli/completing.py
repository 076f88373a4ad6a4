"""The command ``completion``: the script that lets the shell complete the words of ``gxstudy``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from gxstudy import forms

__all__ = ["columns", "completion", "rows", "tables"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and keys.

    \b
      bash: gxstudy completion bash >> ~/.bashrc
      zsh:  gxstudy completion zsh >> ~/.zshrc
      fish: gxstudy completion fish > ~/.config/fish/completions/gxstudy.fish
    """  # noqa: D301
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(ctx.find_root().command, {}, "gxstudy", "_GXSTUDY_COMPLETE").source())


def tables(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the key of a table."""
    found = {table.key: table.zh for edition in forms.editions() for table in forms.load(edition).tables}
    return _items(found, incomplete)


def rows(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the key of a row of the table named before."""
    return _items({row.key: row.label for table in _named(ctx) for row in table.rows}, incomplete)


def columns(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the key of a column of the table named before."""
    return _items({column.key: column.label for table in _named(ctx) for column in table.columns}, incomplete)


def _named(ctx: click.Context) -> list[forms.Table]:
    key = ctx.params.get("table")
    return [table for edition in forms.editions() for table in forms.load(edition).tables if table.key == key]


def _items(found: dict[str, str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(key, help=label) for key, label in found.items() if key.startswith(incomplete)]
