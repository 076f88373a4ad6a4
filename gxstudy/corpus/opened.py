"""A dataset on disk -> dataframes, each loaded when it is asked for, or read piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gxstudy.corpus.dataset import FORMAT, MANIFEST
from gxstudy.errors import CallError

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow import dataset

__all__ = ["Corpus", "Piece", "open"]


class Piece(NamedTuple):
    """Some of the reports of a dataset, with all that belongs to them."""

    figures: pd.DataFrame
    facts: pd.DataFrame
    reports: pd.DataFrame


@dataclass(frozen=True, repr=False)
class Corpus:
    """A dataset on disk. Each dataframe is loaded when it is first asked for.

    Attributes
    ----------
    path
        The folder.
    """

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says: versions, counts of files in, read and failed, and the hash of every file."""
        told: dict[str, Any] = json.loads((self.path / MANIFEST).read_bytes())
        return told

    @cached_property
    def figures(self) -> pd.DataFrame:
        """One row for each figure, as :func:`gxstudy.tidy` gives it."""
        return self._load("figures")

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row for each report, with what the registry says of it."""
        return self._load("reports")

    @cached_property
    def facts(self) -> pd.DataFrame:
        """One row for each count said in prose."""
        return self._load("facts")

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row for each sum tested."""
        return self._load("checks")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row for each finding, those about the dataset included."""
        return self._load("findings")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row for each file from which no report was read, with the reason."""
        return self._load("failures")

    def scan(self, name: str) -> dataset.Dataset:
        """Return a product as a dataset of pyarrow: filters and columns are chosen before anything is read.

        Parameters
        ----------
        name
            ``figures``, ``reports``, ``facts``, ``checks``, ``findings`` or ``failures``.

        Examples
        --------
        >>> import pyarrow.compute as pc
        >>> scanned = open("data/processed").scan("figures")
        >>> scanned.count_rows(filter=(pc.field("row") == "new") & (pc.field("column") == "total"))
        12
        """
        from pyarrow import dataset

        return dataset.dataset(self.files(name), format="parquet")

    def pieces(self, *, figures: Sequence[str], facts: Sequence[str]) -> Iterator[Piece]:
        """Yield the reports of the dataset some at a time, each in one piece with all its figures and facts.

        All reports of one organ, by its name, on one year are in one piece.

        Parameters
        ----------
        figures, facts
            The columns of each that are wanted.
        """
        import pandas as pd

        names = ("figures", "facts", "reports")
        for files in zip(*(self.files(name) for name in names), strict=True):
            yield Piece(
                pd.read_parquet(files[0], columns=list(figures)),
                pd.read_parquet(files[1], columns=list(facts)),
                pd.read_parquet(files[2]),
            )

    def files(self, name: str) -> list[Path]:
        """Return the Parquet files of a product, in order; reports stand in files of the same number in each."""
        written = (told for told in self.manifest["sha256"] if told.startswith(f"{name}.parquet"))
        found = [self.path / told for told in sorted(written)]
        if not found:
            msg = f"the dataset {self.path} has no product {name!r}"
            raise CallError(msg)
        return found

    def _load(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_parquet(self.path / f"{name}.parquet")

    def _repr_html_(self) -> str:
        from gxstudy.corpus.shown import html

        return html(self)

    def __repr__(self) -> str:
        """Say where it is and how much is in it."""
        counts = self.manifest["counts"]
        return (
            f"Corpus({str(self.path)!r}: {counts['read']} reports read of {counts['files']} files, "
            f"{counts['failed']} failed, {counts['rows']['figures']} figures)"
        )


def open(path: str | Path) -> Corpus:
    """Open a dataset without loading it.

    Raises
    ------
    CallError
        When there is no complete dataset, or one of another layout.
    """
    folder = Path(path)
    try:
        layout = json.loads((folder / MANIFEST).read_bytes()).get("format")
    except FileNotFoundError:
        msg = f"{folder} holds no complete dataset (no {MANIFEST}); build one with: gxstudy build RAW {folder}"
        raise CallError(msg) from None
    except (ValueError, AttributeError) as error:
        msg = f"{folder / MANIFEST} is no manifest ({error}); build it again with: gxstudy build RAW {folder}"
        raise CallError(msg) from error
    if layout != FORMAT:
        msg = f"{folder} is a dataset of layout {layout!r}; this version reads {FORMAT}: build it again"
        raise CallError(msg)
    return Corpus(folder)
