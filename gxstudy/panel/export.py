"""A dataset -> files for other programs: CSV for spreadsheets, Stata with labels, one wide file of organs and years.

Importing this module loads no pandas: its calls do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.frames.chinese import in_chinese
from gxstudy.frames.dictionary import PRODUCTS, Field, product
from gxstudy.frames.export import write_batches, write_csv
from gxstudy.panel.pieces import panel

if TYPE_CHECKING:
    import pandas as pd

    from gxstudy.corpus import Corpus
    from gxstudy.panel.frame import Panel

__all__ = ["KINDS", "Kind", "Lang", "export", "stata_name"]

Kind = Literal["csv", "stata", "wide"]
Lang = Literal["en", "zh"]
KINDS: Mapping[Kind, str] = {
    "csv": "each product as CSV, with the mark by which Excel knows UTF-8",
    "stata": "figures, reports and the wide organ-year file as Stata .dta, with variable and value labels",
    "wide": "one row an organ and year, one column a figure, as CSV; what was found in each place in a second file",
}

_WIDE = "organ_years"
_STATA_ROWS = 20_000_000
_STATA_NAME, _STATA_LABEL, _STATA_TEXT = 32, 80, 2045
_FIXED = datetime(2000, 1, 1)
"""In place of the time of writing: the same bytes each time."""
_INITIALS = frozenset({"natural_person", "public_interest", "legal_service"})
_SHORT = {"disclosure": "disc", "applications": "app", "disputes": "disp"}


def export(corpus: Corpus, folder: str | Path, *, to: Kind, lang: Lang = "en") -> tuple[Path, ...]:
    """Write a dataset for other programs. In no CSV file is there a text that a spreadsheet would run.

    Parameters
    ----------
    corpus
        What :func:`gxstudy.open` gives.
    folder
        Where to write; not the folder of a dataset. Files of the same names are replaced.
    to
        One of :data:`KINDS`. ``csv`` takes little memory, whatever the dataset; ``wide`` that of the panel; ``stata``
        that of all figures.
    lang
        Language of the labels in Stata. Variables and the keys of figures are named in English always.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    CallError
        When the kind is not known, the folder holds a dataset, or it has more figures than Stata is given here.
    """
    target = Path(folder)
    if to not in KINDS:
        msg = f"to={to!r}: a dataset is exported to {', '.join(KINDS)}"
        raise CallError(msg)
    if (target / "manifest.json").exists():
        msg = f"{target} holds a dataset, which an export is no part of; give another folder"
        raise CallError(msg)
    target.mkdir(parents=True, exist_ok=True)
    match to:
        case "csv":
            return tuple(_csv(corpus, of.name, target) for of in PRODUCTS)
        case "wide":
            return _wide(panel(corpus), target)
        case "stata":
            return _stata(corpus, target, lang)


def _csv(corpus: Corpus, name: str, folder: Path) -> Path:
    place = folder / f"{name}.csv"
    scanned = corpus.scan(name)
    write_batches(scanned.schema, scanned.to_batches(), place, bom=True)
    return place


def _wide(laid_out: Panel, folder: Path) -> tuple[Path, ...]:
    places = list(laid_out.states.columns)
    known = laid_out.frame[["report_id", "organ", "year"]]
    states = known.join(laid_out.states.astype("str"))
    files = {f"{_WIDE}.csv": laid_out.frame, f"{_WIDE}_states.csv": states[[*known.columns, *places]]}
    for name, frame in files.items():
        write_csv(frame, folder / name, bom=True)
    return tuple(folder / name for name in files)


def _stata(corpus: Corpus, folder: Path, lang: Lang) -> tuple[Path, ...]:
    rows = corpus.manifest["counts"]["rows"]["figures"]
    if rows > _STATA_ROWS:
        msg = f"{corpus.path} has {rows} figures, more than the {_STATA_ROWS} that are written for Stata; export to csv"
        raise CallError(msg)
    written = []
    for name in ("figures", "reports"):
        frame = getattr(corpus, name)
        written.append(
            _write_stata(frame, {one.name: one for one in product(name).fields}, {}, folder / f"{name}.dta", lang)
        )
    laid_out = panel(corpus)
    frame = laid_out.frame
    labels = {place: _place_label(place, lang) for place in laid_out.states.columns}
    fields = {one.name: one for one in product("reports").fields}
    written.append(_write_stata(frame, fields, labels, folder / f"{_WIDE}.dta", lang))
    return tuple(written)


def _write_stata(
    frame: pd.DataFrame, fields: Mapping[str, Field], labels: Mapping[str, str], place: Path, lang: Lang
) -> Path:
    """Write one frame; texts of a closed list become numbers with labels, other texts stay texts."""
    import pandas as pd

    names = {str(name): stata_name(str(name)) for name in frame.columns}
    told: dict[str, pd.Series] = {}
    values: dict[str, dict[float, str]] = {}
    for name, short in names.items():
        column, field = frame[name], fields.get(name)
        words = _words(field, column, lang)
        if words is not None:
            codes = {word: number for number, word in enumerate(words, start=1)}
            told[short] = (
                column.map(codes).astype("float64") if column.isna().any() else column.map(codes).astype("int32")
            )
            values[short] = {codes[word]: said for word, said in words.items()}
        elif column.dtype == "bool":
            told[short] = column.astype("int8")
        elif pd.api.types.is_numeric_dtype(column):
            told[short] = (
                column.astype("float64") if column.isna().any() or column.dtype == "float64" else column.astype("int32")
            )
        else:
            told[short] = column.astype("object").where(column.notna(), "")
    made = pd.DataFrame(told)
    long = [name for name in made if made[name].dtype == "object" and made[name].map(_bytes).max() > _STATA_TEXT]
    about = {
        short: labels.get(name) or (_said(fields[name].description, lang) if name in fields else name)
        for name, short in names.items()
    }
    made.to_stata(
        place,
        write_index=False,
        version=118,
        time_stamp=_FIXED,
        data_label="gxstudy dataset",
        variable_labels={name: _cut(text) for name, text in about.items()},
        value_labels=values,
        convert_strl=long,
    )
    return place


def _bytes(text: object) -> int:
    return len(str(text).encode())


def _words(field: Field | None, column: pd.Series, lang: Lang) -> dict[str, str] | None:
    """Return the texts that may stand in a column, with their labels; None where the list is not closed."""
    closed = [*_keys().get(field.name, ()), *list(field.values)] if field is not None and field.dtype == "str" else []
    if not closed:
        return None
    met = [str(word) for word in column.dropna().unique()]
    words = [*dict.fromkeys((*closed, *sorted(met)))]
    return {word: _label(field.name if field else "", word) if lang == "zh" else word for word in words}


@cache
def _keys() -> Mapping[str, tuple[str, ...]]:
    """Return the keys of rows and columns of every edition, the newest first."""
    tables = [table for edition in reversed(forms.editions()) for table in forms.load(edition).tables]
    return {
        "row": tuple(dict.fromkeys(row.key for table in tables for row in table.rows)),
        "column": tuple(dict.fromkeys(column.key for table in tables for column in table.columns)),
    }


def _label(of: str, word: str) -> str:
    """Return a key in Chinese: as the form prints it, or as the dictionary says."""
    for edition in reversed(forms.editions()):
        for table in forms.load(edition).tables:
            known = {
                "table": {table.key: table.zh},
                "row": {row.key: row.label for row in table.rows},
                "column": {column.key: column.label for column in table.columns},
            }.get(of, {})
            if word in known:
                return known[word]
    return in_chinese(word)


@cache
def _places() -> Mapping[str, tuple[str, str]]:
    """Return of each figure its row and column in English and as printed, the newest edition first."""
    told: dict[str, tuple[str, str]] = {}
    for edition in reversed(forms.editions()):
        for table in forms.load(edition).tables:
            for row in table.rows:
                for column in table.columns:
                    name = f"{table.key}.{row.key}.{column.key}"
                    told.setdefault(name, (f"{row.en}: {column.en}", f"{row.label}：{column.label}"))
    return told


def _place_label(place: str, lang: Lang) -> str:
    english, chinese = _places().get(place, (place, place))
    return chinese if lang == "zh" else english


def _said(text: str, lang: Lang) -> str:
    return in_chinese(text) if lang == "zh" else text


def _cut(text: str) -> str:
    return text if len(text) <= _STATA_LABEL else text[: _STATA_LABEL - 1] + "…"


def stata_name(name: str) -> str:
    """Return the name of a column as Stata takes it: letters, digits and _, at most 32.

    ``applications.denied.law_prohibits.natural_person`` is ``app_denied_law_prohibits_np``. A name that is still too
    long is cut, and ends in four signs of its hash.
    """
    table, *rest = name.split(".")
    if table in _SHORT and len(rest) > 1:
        *row, column = rest
        initials = "".join(word[0] for word in column.split("_"))
        full = "_".join((_SHORT[table], *row, initials if column in _INITIALS else column))
        name = full if len(full) <= _STATA_NAME or "_" not in column else "_".join((_SHORT[table], *row, initials))
    short = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not re.match(r"[A-Za-z_]", short):
        short = f"_{short}"
    if len(short) <= _STATA_NAME:
        return short
    return f"{short[: _STATA_NAME - 5]}_{hashlib.sha256(name.encode()).hexdigest()[:4]}"
