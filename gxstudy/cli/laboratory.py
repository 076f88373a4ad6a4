"""The command ``lab``: the notebooks in JupyterLab, with the environment they need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from gettext import gettext as _
from pathlib import Path

import click

from gxstudy.cli.options import FOLDER
from gxstudy.errors import CallError

__all__ = ["environment", "lab", "open_lab"]

_UNSET = ("MPLBACKEND", "JUPYTER_NO_CONFIG")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=FOLDER, default=Path("notebooks"))
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTION OF JUPYTERLAB]...")
@click.pass_context
def lab(ctx: click.Context, folder: Path, options: tuple[str, ...]) -> None:
    """Open the notebooks in JupyterLab.

    JupyterLab and the kernel are those of the environment gxstudy is in, whatever others are on the machine; its
    commands come first in the terminals of JupyterLab. Options of JupyterLab may follow the folder.

    \b
      gxstudy lab
      gxstudy lab my/notebooks --no-browser --port 9000
    """  # noqa: D301
    ctx.exit(open_lab(folder, options))


def open_lab(folder: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab in ``folder`` until it is closed, and return its exit code.

    Raises
    ------
    CallError
        When there is no such folder.
    """
    if not folder.is_dir():
        msg = _("there is no folder {folder}; name the folder of your notebooks").format(folder=folder)
        raise CallError(msg)
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}", *options]
    try:
        return subprocess.run(command, env=environment(os.environ), check=False).returncode
    except KeyboardInterrupt:  # JupyterLab got it too, and has asked whether to stop
        return 0


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for JupyterLab: this environment first, and figures drawn into the notebook."""
    kept = {name: value for name, value in given.items() if name not in _UNSET}
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, *([given["PATH"]] if given.get("PATH") else [])])
    return {**kept, "PATH": path, "JUPYTER_PREFER_ENV_PATH": "1"}
