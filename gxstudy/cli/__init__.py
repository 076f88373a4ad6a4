"""The command ``gxstudy``: reports shown and checked, datasets built, notebooks run, figures drawn.

Each command lives in a module of its own, as a ``click.command()``; the list at the end of this one adds it. Heavy
libraries are imported inside the commands, so that ``gxstudy --help`` is quick.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

import gxstudy
from gxstudy.cli.building import build
from gxstudy.cli.checking import check
from gxstudy.cli.comparing import diff
from gxstudy.cli.completing import completion
from gxstudy.cli.doctor import diagnoses
from gxstudy.cli.drawing import figures
from gxstudy.cli.exporting import codebook, export
from gxstudy.cli.fetching import fetch
from gxstudy.cli.group import Commands
from gxstudy.cli.laboratory import lab
from gxstudy.cli.looking import show, trace
from gxstudy.cli.reproducing import reproduce
from gxstudy.cli.reviewing import desk
from gxstudy.cli.running import notebooks
from gxstudy.cli.speech import translate

__all__ = ["commands", "main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(gxstudy.__version__, prog_name="gxstudy")
def commands() -> None:
    """Figures from Chinese annual reports on open government information.

    A report is read as printed: its three statutory tables, each figure with the place where it stands and a grade that
    says how far the form's own sums bear it out.

    \b
    Look at a report and at the place of one figure, then check many:
      gxstudy show report.pdf
      gxstudy trace report.pdf applications new total --out place.png
      gxstudy check reports/*.pdf
      gxstudy check reports/*.pdf --json | jq .failed_sums

    \b
    Make a dataset of a folder, or everything the project has:
      gxstudy build data/raw data/processed
      gxstudy reproduce

    \b
    What changed since the last one, what its columns mean, and tables for Excel and Stata:
      gxstudy diff published/dataset my/dataset
      gxstudy codebook --format html --out codebook.html
      gxstudy export my/dataset my/tables --to stata

    \b
    Decide on the doubtful figures, and build again with what you decided:
      gxstudy desk my/dataset --raw my/reports

    \b
    Is everything here? Open the notebooks:
      gxstudy doctor
      gxstudy lab

    \b
    Exit codes:
       0  all is fine
       1  something is wrong, or differs: a figure that cannot be believed, a notebook that fails
       2  a wrong call
      10  the file cannot be read; in particular:
      11  it is empty
      12  it is no kind of file that is read
      13  it is cut off or damaged
      14  it asks for a password
      15  it holds pictures only (a scan)
      16  it is not an annual report
      17  its tables follow no known edition of the form
    """  # noqa: D301


for _command in (
    show,
    trace,
    check,
    fetch,
    build,
    diff,
    export,
    codebook,
    figures,
    notebooks,
    reproduce,
    lab,
    desk,
    diagnoses,
    completion,
):
    commands.add_command(_command)


def main() -> None:
    """Run the command, in the language of the locale. Characters that cannot be shown become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    translate(commands)
    commands(prog_name="gxstudy")
