"""Lists that people keep as CSV: the registry, addresses, decisions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from gxstudy.errors import CallError

__all__ = ["read_rows"]


def read_rows(path: Path) -> list[dict[str | Any, str | Any]]:
    """Return the rows of a list, by the names in its first line.

    Parameters
    ----------
    path
        CSV in UTF-8, with a byte order mark or without.

    Returns
    -------
    list of dict
        A field that a row lacks is None; what a row has beyond the first line stands under the key None.

    Raises
    ------
    CallError
        When it is not CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: cannot be read as CSV in UTF-8 ({error}); save it so"
        raise CallError(msg) from error
