"""The commands ``show`` and ``trace``: one report, and the place of one figure."""

from __future__ import annotations

import json
import os
import shutil
import sys
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gxstudy.cli.completing import columns, rows, tables
from gxstudy.cli.machine import about, figures
from gxstudy.cli.options import FILE, REPORT, SECOND_READER
from gxstudy.errors import CallError

if TYPE_CHECKING:
    from gxstudy.report import Report

__all__ = ["show", "trace"]


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the labels."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: what check --json says, and every figure.")
@REPORT
@SECOND_READER
def show(
    file: Path, lang: Literal["zh", "en"], number: int, second_reader: Literal["camelot"] | None, *, as_json: bool
) -> None:
    """Show the tables of one report.

    Below them stand the sums that fail, what the text says, and what was noticed. Each figure carries a plain sign
    where it is not proved; the last lines explain those that occur.

    \b
      gxstudy show report.pdf
      gxstudy show report.pdf --lang en
      gxstudy show report.pdf --json | jq '.figures[] | select(.grade == "contradicted")'
    """  # noqa: D301
    from gxstudy import display

    report = _read(file, number, second_reader)
    if as_json:
        click.echo(json.dumps({**about(file, report), "figures": figures(report)}, ensure_ascii=False))
        return
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((100, 24)).columns
    click.echo(display.terminal(report, lang=lang, width=width, colour=colour), nl=False, color=colour)


@click.command()
@click.argument("file", type=FILE)
@click.argument("table", shell_complete=tables)
@click.argument("row", shell_complete=rows)
@click.argument("column", shell_complete=columns)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write it: .png for PDF and scans, .html for other files. Without an ending the one that fits.",
)
@REPORT
def trace(file: Path, table: str, row: str, column: str, out: Path, number: int) -> None:
    """Draw the page of one figure, with its place boxed.

    Of a web page, a Word file or a text, which have no pages, the table is written as HTML, with the cell marked.

    TABLE, ROW and COLUMN are the keys of the figure, as a dataset has them.

    \b
      gxstudy trace report.pdf applications new total --out place.png
      gxstudy trace report.docx applications new total --out place.html
    """  # noqa: D301
    from gxstudy.trace import trace

    if not out.parent.is_dir():
        msg = _("there is no folder {folder} to write {name} to").format(folder=out.parent, name=out.name)
        raise CallError(msg)
    shown = trace(_read(file, number), table, row, column)
    click.echo(f"{shown.save(out)}: {shown.caption.splitlines()[0]}")


def _read(file: Path, number: int, second_reader: Literal["camelot"] | None = None) -> Report:
    """Return one report of a file, counted from 1."""
    from gxstudy.display import words
    from gxstudy.report import read_report, read_reports

    if number == 1:
        return read_report(file, second_reader=second_reader)
    reports = read_reports(file, second_reader=second_reader)
    if number > len(reports):
        msg = _("{file} holds {held}; there is no number {number}").format(
            file=file, held=words.count(len(reports), "report"), number=number
        )
        raise CallError(msg)
    return reports[number - 1]
