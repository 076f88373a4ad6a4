"""The command ``fetch``: a list of addresses into a folder of files."""

from __future__ import annotations

from pathlib import Path

import click

from gxstudy.cli.options import FOLDER

__all__ = ["fetch"]


@click.command()
@click.argument("registry", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("out", type=FOLDER)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds between two requests to one host, at least.",
)
@click.option("--hosts", type=click.IntRange(min=1), default=8, show_default=True, help="Hosts asked at the same time.")
@click.option(
    "--tries", type=click.IntRange(min=1), default=4, show_default=True, help="How often an address is tried."
)
@click.option(
    "--size", type=click.IntRange(min=1), default=64, show_default=True, help="Mebibytes of one file, at most."
)
@click.option("--contact", default="", metavar="TEXT", help="Who asks: a mail address or page, told to the hosts.")
@click.option("--refresh", is_flag=True, help="Ask again for what is there, on condition that it has changed.")
@click.option("--ignore-robots", is_flag=True, help="Do not follow robots.txt; only where a host has given you leave.")
@click.option("--allow-private", is_flag=True, help="Also ask addresses that are not of the public internet.")
def fetch(
    registry: Path,
    out: Path,
    delay: float,
    hosts: int,
    tries: int,
    size: int,
    contact: str,
    *,
    refresh: bool,
    ignore_robots: bool,
    allow_private: bool,
) -> None:
    """Fetch the files of a list of addresses.

    REGISTRY is a CSV file with a column url (or source); sha256, organ, year, kind and report_id are used where they
    are there. OUT is a folder that `gxstudy build OUT DATASET` takes as it is: registry.csv says what came from where
    and when, headers.jsonl what the hosts said with it, fetch_failures.csv for which addresses nothing came, and why.

    Hosts are asked for one thing at a time, and as their robots.txt allows. An interrupted fetch goes on where it was;
    what failed is asked again by the next one.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    import gxstudy as gx
    from gxstudy.fetch import FetchProgress

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("addresses", total=None)

        def told(state: FetchProgress) -> None:
            description = f"addresses, {state.kept} there already, {state.failed} failed"
            bar.update(task, total=state.total, completed=state.done, description=description)

        folder = gx.fetch(
            registry,
            out,
            delay=delay,
            hosts=hosts,
            tries=tries,
            mebibytes=size,
            contact=contact,
            robots=not ignore_robots,
            refresh=refresh,
            allow_private=allow_private,
            progress=told,
        )
    click.echo(f"{out}: {folder.fetched} fetched, {folder.kept} there already")
    if folder.failed:
        click.echo(f"{out}: {folder.failed} failed, see fetch_failures.csv", err=True)
