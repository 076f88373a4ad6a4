"""The command ``build``: a folder of reports into a dataset."""

from __future__ import annotations

import json
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gxstudy.cli.options import JOBS, MEBIBYTES, PLACE, SECONDS

if TYPE_CHECKING:
    from gxstudy.corpus import Corpus

__all__ = ["build", "build_dataset", "tell_counts"]


@click.command()
@click.argument("raw", type=PLACE)
@click.argument("out", type=PLACE)
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
@click.option(
    "--cluster", metavar="ADDRESS", help="Read on the Dask cluster whose scheduler is there: tcp://host:8786."
)
@click.option("--rehash", is_flag=True, help="Trust no file's size and times: hash every file again.")
@click.option("--json", "as_json", is_flag=True, help="The counts as one JSON object.")
def build(
    raw: str | Path,
    out: str | Path,
    jobs: int | None,
    timeout: float,
    memory: int,
    cluster: str | None,
    *,
    rehash: bool,
    as_json: bool,
) -> None:
    """Read the reports of a folder into a dataset.

    Every report below RAW is read; what RAW/registry.csv says of it goes with it. OUT holds figures, reports, facts,
    checks, findings and failures (CSV and Parquet; Parquet by year where there are many) with a manifest; the same
    files give the same bytes. A file that cannot be read is a row of failures, not an end of the work. An interrupted
    build goes on where it was, and one with nothing new writes nothing. RAW and OUT may be addresses that fsspec knows,
    such as s3://bucket/reports.

    \b
      gxstudy build my/reports my/dataset
      gxstudy build my/reports my/dataset --json | jq .failed_by_reason
    """  # noqa: D301
    built = build_dataset(raw, out, jobs=jobs, timeout=timeout, memory=memory, cluster=cluster, rehash=rehash)
    if as_json:
        click.echo(json.dumps(built.manifest["counts"], ensure_ascii=False))
    else:
        tell_counts(built, out)


def build_dataset(
    raw: str | Path,
    out: str | Path,
    *,
    jobs: int | None,
    timeout: float,
    memory: int,
    cluster: str | None = None,
    rehash: bool = False,
) -> Corpus:
    """Build with a bar on a terminal, and quietly elsewhere."""
    from contextlib import nullcontext

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gxstudy import corpus
    from gxstudy.corpus.cluster import connected

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    bars = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    with nullcontext() if cluster is None else connected(cluster) as client, bars as bar:
        task = bar.add_task("reports", total=None)

        def told(state: corpus.Progress) -> None:
            description = f"reports, {state.kept} known, {state.failed} failed"
            bar.update(task, total=state.total, completed=state.done, description=description)

        return corpus.build(
            raw, out, jobs=jobs, timeout=timeout, memory=memory, progress=told, client=client, rehash=rehash
        )


def tell_counts(built: Corpus, out: str | Path) -> None:
    """Say how much of a dataset was read, and on standard error how much was not."""
    counts = built.manifest["counts"]
    said = _("{out}: {read} of {files} files read, {figures} figures")
    rows = counts["rows"]
    click.echo(said.format(out=out, read=counts["read"], files=counts["files"], figures=rows["figures"]))
    if counts["failed"]:
        click.echo(_("{out}: {failed} failed, see failures.csv").format(out=out, failed=counts["failed"]), err=True)
