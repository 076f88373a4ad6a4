"""The commands ``show`` and ``trace``: one report, and the place of one figure."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

import click

from gxstudy.cli.options import FILE, SECOND_READER
from gxstudy.errors import CallError

__all__ = ["show", "trace"]


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the labels."
)
@SECOND_READER
def show(file: Path, lang: Literal["zh", "en"], second_reader: Literal["camelot"] | None) -> None:
    """Show the tables of one report.

    Below them stand the sums that fail, what the text says, and what was noticed. Each figure carries a plain sign
    where it is not proved; the last lines explain those that occur.
    """
    from gxstudy import display
    from gxstudy.report import read_report

    report = read_report(file, second_reader=second_reader)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((100, 24)).columns
    click.echo(display.terminal(report, lang=lang, width=width, colour=colour), nl=False, color=colour)


@click.command()
@click.argument("file", type=FILE)
@click.argument("table")
@click.argument("row")
@click.argument("column")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to write the picture (PNG)."
)
def trace(file: Path, table: str, row: str, column: str, out: Path) -> None:
    """Draw the page of one figure, with its place boxed.

    TABLE, ROW and COLUMN are the keys of the figure, as a dataset has them: applications new total.
    """
    from gxstudy.report import read_report
    from gxstudy.trace import trace

    if not out.parent.is_dir():
        msg = f"there is no folder {out.parent} to write {out.name} to"
        raise CallError(msg)
    picture = trace(read_report(file), table, row, column)
    picture.save(out)
    click.echo(f"{out}: {picture.caption.splitlines()[0]}")
