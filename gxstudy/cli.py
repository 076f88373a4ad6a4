"""The command ``gxstudy``: reports shown and checked, datasets built, notebooks run, figures drawn.

Heavy libraries are imported inside the commands, so that ``gxstudy --help`` is quick. Every error of
:mod:`gxstudy.errors` ends as one message on standard error and its exit code, never as a traceback.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

import gxstudy
from gxstudy.errors import CallError, GxstudyError, UnreadableFileError

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from gxstudy.figures.base import Format, Lang, Width
    from gxstudy.report import Report

__all__ = ["main", "normalised", "run_notebook"]

_FILE = click.Path(path_type=Path)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_SECOND_READER = click.option(
    "--second-reader",
    type=click.Choice(["camelot"]),
    help="Read a PDF twice and compare; it takes some ten times as long.",
)
_RAW, _PROCESSED = Path("data/raw"), Path("data/processed")
_SECONDS, _MEBIBYTES = 60.0, 2048
_CELL_SECONDS = 600
_FLEETING = frozenset({"execution", "ExecuteTime", "collapsed", "scrolled", "trusted"})
_KERNEL_ENVIRONMENT = {
    "COLUMNS": "100",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}


class _Commands(click.Group):
    """A group of commands that turns the errors of gxstudy, and missing files, into messages."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GxstudyError as error:
            _say(str(error))
            ctx.exit(error.exit_code)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
            _say(_os_message(error))
            ctx.exit(UnreadableFileError.exit_code)


def _say(message: str) -> None:
    click.echo(f"gxstudy: {message}", err=True)


def _os_message(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
    Exit codes:
       0  all is fine
       1  something is wrong: a figure that cannot be believed, a notebook that fails
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


@commands.command()
@click.argument("file", type=_FILE)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the labels."
)
@_SECOND_READER
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


@commands.command()
@click.argument("file", type=_FILE)
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


@commands.command()
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, one a line.")
@_SECOND_READER
@click.pass_context
def check(
    ctx: click.Context, files: tuple[Path, ...], second_reader: Literal["camelot"] | None, *, as_json: bool
) -> None:
    """Check reports: one line a file.

    It says how many figures there are of each grade, how many sums fail and what was noticed.

    Exit code: 0 when all is fine; 1 when a figure cannot be believed as printed (a finding of severity error);
    that of the error when a file cannot be read. Of several files, the highest.
    """
    worst = 0
    for file in files:
        code, line = _checked(file, second_reader, as_json=as_json)
        worst = max(worst, code)
        click.echo(line, err=code > 1 and not as_json)
    ctx.exit(worst)


def _checked(file: Path, second_reader: Literal["camelot"] | None, *, as_json: bool) -> tuple[int, str]:
    """Return the exit code for one file and the line on it."""
    from gxstudy.report import read_report

    try:
        report = read_report(file, second_reader=second_reader)
    except (GxstudyError, OSError) as error:
        code = error.exit_code if isinstance(error, GxstudyError) else UnreadableFileError.exit_code
        message = _os_message(error) if isinstance(error, OSError) else str(error)
        if as_json:
            told = {"kind": type(error).__name__, "message": message, "exit_code": code}
            return code, json.dumps({"file": str(file), "error": told}, ensure_ascii=False)
        return code, f"gxstudy: {message}"
    code = int(any(one.severity == "error" for one in report.findings))
    return code, _as_json(file, report) if as_json else _as_line(file, report, code)


def _as_line(file: Path, report: Report, code: int) -> str:
    from gxstudy.display import words

    failed = sum(not one.holds for one in report.checks)
    severities = Counter(one.severity for one in report.findings)
    by_severity = ", ".join(f"{severities[one]} {one}" for one in ("error", "warning", "info") if severities[one])
    findings = words.count(len(report.findings), "finding") + (f" ({by_severity})" if by_severity else "")
    return (
        f"{'✗' if code else '✓'} {file}: {words.who(report)}; form {report.edition}; {words.grade_counts(report)}; "
        f"{words.count(failed, 'failed sum')}; {findings}"
    )


def _as_json(file: Path, report: Report) -> str:
    from gxstudy.display import words

    told = {
        "file": str(file),
        "report_id": report.report_id,
        "sha256": report.sha256,
        "organ": report.organ,
        "year": report.year,
        "edition": report.edition,
        "pages": report.pages,
        "grades": dict(sorted(Counter(one.grade for one in report.entries).items())),
        "statuses": dict(sorted(Counter(one.status for one in report.entries).items())),
        "failed_sums": [
            {
                "identity": one.identity,
                "table": one.table,
                "at": one.at,
                "left": str(one.left),
                "right": str(one.right),
                "text": words.sum_text(report, one),
            }
            for one in report.checks
            if not one.holds
        ],
        "findings": [
            {
                "code": one.code.value,
                "severity": one.severity,
                "message": one.message,
                "where": {key: value for key, value in one.where._asdict().items() if value is not None},
            }
            for one in report.findings
        ],
    }
    return json.dumps(told, ensure_ascii=False)


_JOBS = click.option(
    "--jobs", type=click.IntRange(min=1), help="Reports read at the same time  [default: one a processor]"
)


@commands.command()
@click.argument("raw", type=_FOLDER)
@click.argument("out", type=_FOLDER)
@_JOBS
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=_SECONDS, show_default=True, help="Seconds for one file."
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=_MEBIBYTES,
    show_default=True,
    help="Mebibytes for one file (Linux).",
)
def build(raw: Path, out: Path, jobs: int | None, timeout: float, memory: int) -> None:
    """Read the reports of a folder into a dataset.

    Every report below RAW is read; what RAW/registry.csv says of it goes with it. OUT holds figures, reports, facts,
    checks, findings and failures (CSV and Parquet) with a manifest; the same files give the same bytes. A file that
    cannot be read is a row of failures, not an end of the work. An interrupted build goes on where it was.
    """
    _build(raw, out, jobs=jobs, timeout=timeout, memory=memory)


def _build(raw: Path, out: Path, *, jobs: int | None, timeout: float, memory: int) -> None:
    """Build with a bar on a terminal, and quietly elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gxstudy import corpus

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("reports", total=None)

        def told(state: corpus.Progress) -> None:
            description = f"reports, {state.kept} known, {state.failed} failed"
            bar.update(task, total=state.total, completed=state.done, description=description)

        built = corpus.build(raw, out, jobs=jobs, timeout=timeout, memory=memory, progress=told)
    counts = built.manifest["counts"]
    click.echo(f"{out}: {counts['read']} of {counts['files']} files read, {counts['rows']['figures']} figures")
    if counts["failed"]:
        click.echo(f"{out}: {counts['failed']} failed, see failures.csv", err=True)


@commands.command()
@click.option("--raw", type=_FOLDER, default=_RAW, show_default=True, help="Holds published_figures.csv.")
@click.option("--processed", type=_FOLDER, default=_PROCESSED, show_default=True, help="The dataset.")
@click.option("--out", type=_FOLDER, help="Where to save them  [default: figures in the dataset]")
@click.option(
    "--lang", "langs", type=click.Choice(["en", "zh"]), multiple=True, help="Language of the labels  [default: both]"
)
@click.option("--format", "formats", default="pdf,svg,png", show_default=True, help="Kinds of files, with commas.")
@click.option(
    "--width", type=click.Choice(["column", "page"]), default="column", show_default=True, help="Of the printed figure."
)
def figures(raw: Path, processed: Path, out: Path | None, langs: tuple[Lang, ...], formats: str, width: Width) -> None:
    """Draw the figures of the studies.

    They are drawn from the dataset and the list of published figures. Beside each stand the numbers it shows, as CSV.
    """
    from gxstudy.figures import draw_all, sources

    known, folder = sources(processed, raw), out or processed / "figures"
    kinds = cast("list[Format]", formats.split(","))
    _tell(draw_all(known, folder, langs=langs or ("en", "zh"), formats=kinds, width=width))


def _tell(drawn: Iterable[tuple[Path, ...]]) -> None:
    """Say the name of each figure when its files are written."""
    for files in drawn:
        click.echo(str(files[-1].with_suffix("")))


@commands.command()
@click.argument("folder", type=_FOLDER, default=Path("notebooks"))
def notebooks(folder: Path) -> None:
    """Run the notebooks of a folder in place.

    By default the folder is notebooks. What changes from run to run is left out: times, versions, random cell ids.
    The same notebook on the same data gives the same bytes.
    """
    _run_notebooks(folder)


def _run_notebooks(folder: Path) -> None:
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        msg = f"there is no notebook (*.ipynb) in {folder.resolve()}"
        raise CallError(msg)
    for path in paths:
        click.echo(str(path))
        run_notebook(path)


@commands.command()
@click.option("--root", type=_FOLDER, default=Path(), help="The project's folder  [default: this one]")
@_JOBS
def reproduce(root: Path, jobs: int | None) -> None:
    """Do everything again.

    Read data/raw into data/processed, run the notebooks, draw the figures.
    """
    from gxstudy.figures import draw_all, sources

    raw, processed, folder = root / _RAW, root / _PROCESSED, root / "notebooks"
    for needed in (raw, folder):
        if not needed.is_dir():
            msg = f"there is no folder {needed.resolve()}: run this in the project's folder, or name it with --root"
            raise CallError(msg)
    _build(raw, processed, jobs=jobs, timeout=_SECONDS, memory=_MEBIBYTES)
    _run_notebooks(folder)
    _tell(draw_all(sources(processed, raw), processed / "figures"))


def run_notebook(path: Path) -> None:
    """Run one notebook from top to bottom in its own folder and write it back, :func:`normalised`.

    Raises
    ------
    GxstudyError
        When a cell fails; the notebook is then left as it was.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this environment's kernel, not one of the user's
    notebook = _empty_notebook(path)
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--HistoryManager.enabled=False", "--log-level=ERROR"],
    )
    try:
        client.execute(env={**os.environ, **_KERNEL_ENVIRONMENT})
    except CellExecutionError as error:
        msg = f"{path}, {_failed_cell(notebook)}: {error.ename}: {error.evalue}"
        raise GxstudyError(msg) from error
    except (CellTimeoutError, DeadKernelError) as error:
        msg = f"{path}, {_failed_cell(notebook)}: the kernel died or gave no answer within {_CELL_SECONDS} s"
        raise GxstudyError(msg) from error
    result = nbformat.from_dict(normalised(notebook))  # type: ignore[no-untyped-call]
    written: str = nbformat.writes(result)  # type: ignore[no-untyped-call]
    path.write_text(written.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _failed_cell(notebook: NotebookNode) -> str:
    """Name the code cell that ran last."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [number for number, cell in enumerate(cells, 1) if cell.execution_count or cell.outputs]
    return f"code cell {ran[-1] if ran else 1}"


def _empty_notebook(path: Path) -> NotebookNode:
    """Return the notebook at ``path`` normalised and without outputs."""
    import nbformat

    try:
        plain = normalised(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no notebook of format 4; open it in JupyterLab and save it again"
        raise CallError(msg) from error
    for cell in plain["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    notebook: NotebookNode = nbformat.reads(json.dumps(plain), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def normalised(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return ``notebook`` without what changes from run to run or from machine to machine.

    Execution times and the patch version of Python go; cells without an id are numbered; the kernel is ``python3``.
    """
    cells = [
        {
            **cell,
            "id": cell.get("id", f"cell-{number}"),
            "metadata": {key: value for key, value in cell["metadata"].items() if key not in _FLEETING},
        }
        for number, cell in enumerate(notebook["cells"], 1)
    ]
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "version": "3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def main() -> None:
    """Run the command. Characters that the output cannot show become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    commands(prog_name="gxstudy")
