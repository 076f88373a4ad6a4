"""The command ``build``: a folder of reports into a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from gxstudy.cli.options import FOLDER, JOBS, MEBIBYTES, SECONDS

__all__ = ["build", "build_dataset"]


@click.command()
@click.argument("raw", type=FOLDER)
@click.argument("out", type=FOLDER)
@JOBS
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=SECONDS, show_default=True, help="Seconds for one file."
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=MEBIBYTES,
    show_default=True,
    help="Mebibytes for one file (Linux).",
)
def build(raw: Path, out: Path, jobs: int | None, timeout: float, memory: int) -> None:
    """Read the reports of a folder into a dataset.

    Every report below RAW is read; what RAW/registry.csv says of it goes with it. OUT holds figures, reports, facts,
    checks, findings and failures (CSV and Parquet) with a manifest; the same files give the same bytes. A file that
    cannot be read is a row of failures, not an end of the work. An interrupted build goes on where it was.
    """
    build_dataset(raw, out, jobs=jobs, timeout=timeout, memory=memory)


def build_dataset(raw: Path, out: Path, *, jobs: int | None, timeout: float, memory: int) -> None:
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
