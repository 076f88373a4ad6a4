"""``python -m gxstudy.specimens [RAW]``: typeset the reports of data/raw again from the tables beside them."""

from __future__ import annotations

import sys
from pathlib import Path

from gxstudy.specimens.raw import write_raw


def main(arguments: list[str]) -> None:
    """Write ``reports/*.pdf`` and ``registry.csv`` under the folder named, by default ``data/raw``."""
    raw = Path(arguments[0]) if arguments else Path("data/raw")
    for path in write_raw(raw):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
