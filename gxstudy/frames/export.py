"""Dataframes -> CSV that any program reads the same way, and that no spreadsheet runs.

UTF-8, lines end in LF, text in double quotes, numbers in the shortest form that reads back to the same number, missing
is an empty field. Importing this module loads neither pandas nor pyarrow: its calls do.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["neutral", "write_batches", "write_csv"]

_FORMULA = r"^[=+\-@\t\r\n＝＋－＠']"
_HARMLESS = r"^(?:[+\-－]?[0-9][0-9,]*(?:\.[0-9]+)?[%％]?|[\-－]+)$"


def write_csv(frame: pd.DataFrame, path: str | Path, *, bom: bool = False) -> None:
    """Write a dataframe as CSV, without its index.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that begins with an
    apostrophe: taking one leading apostrophe away gives the text back. Numbers and dashes are left as they are.

    Parameters
    ----------
    frame
        Any dataframe of text, numbers and truth values.
    path
        Where to write; an existing file is replaced.
    bom
        Begin with a byte order mark, without which Excel does not take the file for UTF-8.
    """
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    write_batches(table.schema, table.to_batches(), path, bom=bom)


def write_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch], path: str | Path, *, bom: bool) -> None:
    """Write batches of Arrow as one CSV file, as :func:`write_csv` does; no more than one is held."""
    import pyarrow as pa
    from pyarrow import csv

    with Path(path).open("wb") as out:
        if bom:
            out.write(b"\xef\xbb\xbf")
        with csv.CSVWriter(out, schema) as writer:
            for batch in batches:
                writer.write_table(neutral(pa.Table.from_batches([batch], schema=schema)))


def neutral(table: pa.Table) -> pa.Table:
    """Return an Arrow table with an apostrophe before every text that a spreadsheet would run as a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            text = table.column(index)
            runs = pc.and_not(pc.match_substring_regex(text, _FORMULA), pc.match_substring_regex(text, _HARMLESS))
            if pc.any(runs).as_py():
                marked = pc.replace_substring_regex(text, pattern=r"\A", replacement="'", max_replacements=1)
                table = table.set_column(index, field, pc.if_else(runs, marked, text))
    return table
