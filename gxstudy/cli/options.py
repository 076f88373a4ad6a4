"""Options and defaults that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["FILE", "FOLDER", "JOBS", "MEBIBYTES", "PLACE", "PROCESSED", "RAW", "REPORT", "SECONDS", "SECOND_READER"]

FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)


class _Place(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A folder of this machine, or an address that fsspec knows."""

    name = "folder"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        """Return an address as it is, anything else as a path."""
        if isinstance(value, str) and "://" in value:
            return value
        found: Path = FOLDER.convert(value, param, ctx)
        return found


PLACE = _Place()
RAW, PROCESSED = Path("data/raw"), Path("data/processed")
SECONDS, MEBIBYTES = 180.0, 2048
SECOND_READER = click.option(
    "--second-reader",
    type=click.Choice(["camelot"]),
    help="Read a PDF twice and compare; it takes some ten times as long.",
)
REPORT = click.option(
    "--report",
    "number",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which report, of a file that holds several.",
)
JOBS = click.option(
    "--jobs", type=click.IntRange(min=1), help="Reports read at the same time  [default: one a processor]"
)
