"""The command ``notebooks``: notebooks run in place, the same bytes each time."""

from __future__ import annotations

import json
import os
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gxstudy.cli.options import FOLDER
from gxstudy.errors import CallError, GxstudyError

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["normalised", "notebooks", "run_notebook", "run_notebooks"]

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


@click.command()
@click.argument("folder", type=FOLDER, default=Path("notebooks"))
def notebooks(folder: Path) -> None:
    """Run the notebooks of a folder in place.

    By default the folder is notebooks. What changes from run to run is left out: times, versions, random cell ids.
    The same notebook on the same data gives the same bytes.
    """
    run_notebooks(folder)


def run_notebooks(folder: Path) -> None:
    """Run every notebook of a folder, and say which."""
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        msg = _("there is no notebook (*.ipynb) in {folder}").format(folder=folder.resolve())
        raise CallError(msg)
    for path in paths:
        click.echo(str(path))
        run_notebook(path)


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
        said = _("{path}, {cell}: the kernel died or gave no answer within {seconds} s")
        msg = said.format(path=path, cell=_failed_cell(notebook), seconds=_CELL_SECONDS)
        raise GxstudyError(msg) from error
    result = nbformat.from_dict(normalised(notebook))  # type: ignore[no-untyped-call]
    written: str = nbformat.writes(result)  # type: ignore[no-untyped-call]
    path.write_text(written.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _failed_cell(notebook: NotebookNode) -> str:
    """Name the code cell that ran last."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [number for number, cell in enumerate(cells, 1) if cell.execution_count or cell.outputs]
    return _("code cell {number}").format(number=ran[-1] if ran else 1)


def _empty_notebook(path: Path) -> NotebookNode:
    """Return the notebook at ``path`` normalised and without outputs."""
    import nbformat

    try:
        plain = normalised(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        msg = _("{path} is no notebook of format 4; open it in JupyterLab and save it again").format(path=path)
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
