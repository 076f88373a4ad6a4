"""The command ``reproduce``: everything the project has, made anew."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path

import click

from gxstudy.cli.building import build_dataset, tell_counts
from gxstudy.cli.drawing import tell
from gxstudy.cli.options import FOLDER, JOBS, MEBIBYTES, PROCESSED, RAW, SECONDS
from gxstudy.cli.running import run_notebooks
from gxstudy.errors import CallError

__all__ = ["reproduce"]


@click.command()
@click.option("--root", type=FOLDER, default=Path(), help="The project's folder  [default: this one]")
@JOBS
def reproduce(root: Path, jobs: int | None) -> None:
    """Do everything again.

    Read data/raw into data/processed, run the notebooks, draw the figures.
    """
    from gxstudy.figures import draw_all, sources

    raw, processed, folder = root / RAW, root / PROCESSED, root / "notebooks"
    for needed in (raw, folder):
        if not needed.is_dir():
            advice = _("there is no folder {folder}: run this in the project's folder, or name it with --root")
            msg = advice.format(folder=needed.resolve())
            raise CallError(msg)
    built = build_dataset(raw, processed, jobs=jobs, timeout=SECONDS, memory=MEBIBYTES)
    tell_counts(built, processed)
    run_notebooks(folder)
    tell(draw_all(sources(processed, raw), processed / "figures"))
