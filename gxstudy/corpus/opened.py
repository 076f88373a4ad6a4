"""A dataset on disk -> dataframes, each loaded when it is asked for, or read piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gxstudy.corpus.dataset import FORMAT, MANIFEST
from gxstudy.corpus.storage import is_here
from gxstudy.corpus.storage import place as place_of
from gxstudy.errors import CallError

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow import dataset
    from upath import UPath

__all__ = ["Corpus", "Piece", "open", "read"]


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
        The folder; of a dataset elsewhere, its address, which behaves like one.
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

        files = self.files(name)
        if is_here(self.path):
            return dataset.dataset(files, format="parquet")
        return dataset.dataset([_path(file) for file in files], format="parquet", filesystem=_filesystem(self.path))

    def pieces(self, *, figures: Sequence[str], facts: Sequence[str]) -> Iterator[Piece]:
        """Yield the reports of the dataset some at a time, each in one piece with all its figures and facts.

        All reports of one organ, by its name, on one year are in one piece.

        Parameters
        ----------
        figures, facts
            The columns of each that are wanted.
        """
        names = ("figures", "facts", "reports")
        for files in zip(*(self.files(name) for name in names), strict=True):
            yield Piece(read(files[0], columns=figures), read(files[1], columns=facts), read(files[2]))

    def files(self, name: str) -> list[Path]:
        """Return the Parquet files of a product, in order; reports stand in files of the same number in each."""
        written = (told for told in self.manifest["sha256"] if told.startswith(f"{name}.parquet"))
        found = [self.path / told for told in sorted(written)]
        if not found:
            msg = f"the dataset {self.path} has no product {name!r}"
            raise CallError(msg)
        return found

    def _load(self, name: str) -> pd.DataFrame:
        return read(self.path / f"{name}.parquet")

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


def read(
    place: Path,
    *,
    columns: Sequence[str] | None = None,
    filters: Sequence[tuple[str, str, Sequence[str]]] | None = None,
) -> pd.DataFrame:
    """Return a Parquet file of a dataset (or a folder of them), here or elsewhere, or some columns and rows of it."""
    import pandas as pd

    wanted = None if columns is None else list(columns)
    asked = None if filters is None else list(filters)
    if is_here(place):
        return pd.read_parquet(place, columns=wanted, filters=asked)
    return pd.read_parquet(_path(place), columns=wanted, filters=asked, filesystem=_filesystem(place))


def _filesystem(place: Path) -> Any:
    """Return the storage elsewhere that a path is of."""
    return cast("UPath", place).fs


def _path(place: Path) -> str:
    """Return where a file elsewhere is in its storage."""
    return cast("UPath", place).path


def open(path: str | Path) -> Corpus:
    """Open a dataset without loading it.

    Parameters
    ----------
    path
        Its folder, or an address that fsspec knows (``s3://bucket/dataset``): then only what is asked for is fetched,
        each time that it is.

    Raises
    ------
    CallError
        When there is no complete dataset, or one of another layout; when the address is one of the web, or of a kind
        that is not known.
    MissingDependencyError
        When what the address needs is not installed.
    """
    folder = place_of(path)
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
