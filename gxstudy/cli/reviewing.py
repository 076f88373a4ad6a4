"""The command ``desk``: the review desk in JupyterLab."""

from __future__ import annotations

import json
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from gxstudy.cli.laboratory import open_lab
from gxstudy.cli.options import FOLDER, PROCESSED, RAW
from gxstudy.errors import CallError

__all__ = ["desk"]


@click.command()
@click.argument("processed", type=FOLDER, default=PROCESSED)
@click.option("--raw", type=FOLDER, default=RAW, show_default=True, help="The raw files of the dataset.")
@click.option("--who", help="The name to stand beside your decisions  [default: that of the user]")
@click.option(
    "--notebook",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("desk.ipynb"),
    show_default=True,
    help="The notebook in which the desk stands; it is written where it is not there.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTION OF JUPYTERLAB...]")
@click.pass_context
def desk(
    ctx: click.Context, processed: Path, raw: Path, who: str | None, notebook: Path, options: tuple[str, ...]
) -> None:
    """Look at the doubtful figures of a dataset, one by one, in JupyterLab.

    Each stands beside its place on the page, the sums it is in, and what is proposed. One key decides. Decisions are
    added to corrections.csv in the folder of the raw files, at once; the next build applies them.

    \b
      gxstudy desk
      gxstudy desk my/dataset --raw my/reports --who Li
      gxstudy build my/reports my/dataset
    """  # noqa: D301
    from gxstudy import corpus

    corpus.open(processed)
    if not raw.is_dir():
        msg = _("there is no folder {folder}; name the folder of the raw files with --raw").format(folder=raw)
        raise CallError(msg)
    if not notebook.exists():
        written = json.dumps(_notebook(processed, raw, who), ensure_ascii=False, indent=1)
        notebook.write_text(written + "\n", encoding="utf-8")
    click.echo(_("{notebook}: run its cell (Shift+Enter) to sit down at the desk").format(notebook=notebook))
    ctx.exit(open_lab(notebook.resolve().parent, (str(notebook.resolve()), *options)))


def _notebook(processed: Path, raw: Path, who: str | None) -> dict[str, Any]:
    """Return a notebook with the desk in it."""
    from gxstudy.display.words import spoken

    named = ("" if who is None else f", who={who!r}") + (", lang='zh'" if spoken() == "zh" else "")
    source = f"import gxstudy as gx\n\ngx.desk(gx.open({str(processed.resolve())!r}), {str(raw.resolve())!r}{named})"
    code: dict[str, Any] = {
        "cell_type": "code",
        "id": "desk",
        "metadata": {},
        "source": source,
        "execution_count": None,
        "outputs": [],
    }
    text = {"cell_type": "markdown", "id": "keys", "metadata": {}, "source": _keys()}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [text, code], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _keys() -> str:
    """Return what stands above the desk."""
    return _(
        "# The review desk\n"
        "\n"
        "Run the cell below (Shift+Enter), click on the desk, and use the keys.\n"
        "\n"
        "| key | what it does |\n"
        "|---|---|\n"
        "| `a` | accept the number that is proposed |\n"
        "| `p` | accept all numbers that are proposed in this report; one step to undo |\n"
        "| `k` | keep what was read: it does stand there so |\n"
        "| `w` | keep the whole sum: it is the report that does not add up |\n"
        "| `c` | correct: type the figure as it is printed, then Enter |\n"
        "| `s` | leave it for later |\n"
        "| `u` | undo the last step |\n"
        "\n"
        "Every decision is saved at once. `gxstudy build` applies them.\n"
    )
