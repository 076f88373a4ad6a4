"""A dataset for other programs: what Excel, Stata, polars, DuckDB and a validator of data packages make of it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pytest
from pandas.io.stata import StataReader
from pyarrow import dataset
from test_corpus import folder
from test_panel_dataset import FILES, reader

from gxstudy import corpus, forms
from gxstudy.corpus import parts
from gxstudy.errors import CallError
from gxstudy.frames.dictionary import PRODUCTS
from gxstudy.panel import panel
from gxstudy.panel.export import export, stata_name

NEW = "applications.new.total"
RUNS = ('=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1")


def make(path: Path) -> corpus.Corpus:
    files = {f"formula{number}.pdf": f"{text}|2022|5" for number, text in enumerate(RUNS)}
    broken = {"broken.pdf": "no report at all"}
    return corpus.build(folder(path / "raw", FILES | files | broken), path / "out", reader=reader)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> corpus.Corpus:
    return make(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> corpus.Corpus:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PARTED_ABOVE", 400)
        patch.setattr(parts, "PART_ROWS", 600)
        return make(tmp_path_factory.mktemp("parted"))


@pytest.fixture(params=["whole", "parted"])
def built(request: pytest.FixtureRequest) -> corpus.Corpus:
    made: corpus.Corpus = request.getfixturevalue(request.param)
    return made


# Read by others -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["figures", "reports", "facts"])
def test_every_engine_reads_the_same_table_from_one_path(built: corpus.Corpus, name: str) -> None:
    place = built.path / f"{name}.parquet"
    mine = getattr(built, name)
    files = str(place / "**" / "*.parquet") if place.is_dir() else str(place)
    assert place.is_dir() == (built.manifest["parted_by"] == "year")
    by_polars = pl.read_parquet(place)
    by_arrow = dataset.dataset(place, format="parquet").to_table()
    by_hive = dataset.dataset(place, format="parquet", partitioning="hive").to_table()
    by_duckdb = duckdb.sql("SELECT * FROM read_parquet($1)", params=[files])
    assert by_polars.columns == by_arrow.column_names == by_hive.column_names == by_duckdb.columns == list(mine.columns)
    assert len(by_polars) == by_arrow.num_rows == by_hive.num_rows == len(by_duckdb) == len(mine)
    years = mine["year"].value_counts().to_dict()
    assert dict(by_polars["year"].drop_nulls().value_counts().iter_rows()) == years
    told = duckdb.sql(
        "SELECT year, count(*) FROM read_parquet($1) WHERE year IS NOT NULL GROUP BY year", params=[files]
    )
    assert dict(told.fetchall()) == years
    assert by_polars["year"].null_count() == mine["year"].isna().sum() > 0


def test_the_data_package_is_valid(built: corpus.Corpus) -> None:
    place = built.path / "datapackage.json"
    described = {resource["path"] for resource in json.loads(place.read_bytes())["resources"]}
    assert described == {name for name in built.manifest["sha256"] if name.endswith((".csv", ".parquet"))}
    report = frictionless.validate(place)
    assert report.valid, report.flatten(["type", "note", "fieldName", "rowNumber"])[:5]
    rows = Counter[str]()
    for task in report.tasks:
        if not task.name.endswith("-parquet") or task.name.count("-") > 1:
            rows[task.name.partition("-")[0]] += task.stats.get("rows") or 0
    assert {of.name: rows[of.name] for of in PRODUCTS} == built.manifest["counts"]["rows"]


def test_a_value_the_dictionary_does_not_know_is_not_valid(tmp_path: Path) -> None:
    made = make(tmp_path)
    table = made.path / "reports.csv"
    table.write_text(table.read_text(encoding="utf-8").replace('"pdf"', '"papyrus"', 1), encoding="utf-8")
    report = frictionless.validate(made.path / "datapackage.json")
    assert {error[0] for error in report.flatten(["type"])} >= {"constraint-error"}


# Exports --------------------------------------------------------------------------------------------------------------


def test_csv_for_excel_runs_nothing_and_keeps_the_numbers(built: corpus.Corpus, tmp_path: Path) -> None:
    files = export(built, tmp_path / "csv", to="csv")
    assert [place.name for place in files] == [f"{of.name}.csv" for of in PRODUCTS]
    for place in files:
        assert place.read_bytes().startswith(b"\xef\xbb\xbf")
        with place.open(encoding="utf-8-sig", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {*"=@\t\r＝"} or (cell[:1] in {*"+-"} and not _number(cell))]
    read = pd.read_csv(files[0], encoding="utf-8-sig")
    assert read["value"].sum() == built.figures["value"].sum()
    organs = {str(organ) for organ in pd.read_csv(files[1], encoding="utf-8-sig")["organ"].dropna()}
    assert {f"'{text}" for text in RUNS if text == text.strip()} <= organs


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_wide_file_is_the_panel_with_what_was_found_beside_it(built: corpus.Corpus, tmp_path: Path) -> None:
    values, states = (pd.read_csv(place, encoding="utf-8-sig") for place in export(built, tmp_path / "w", to="wide"))
    laid_out = panel(built)
    assert values[NEW].tolist() == laid_out.frame[NEW].tolist()
    assert states[NEW].tolist() == laid_out.states[NEW].tolist()
    assert values["report_id"].tolist() == states["report_id"].tolist()
    blank = states["applications.granted.total"] == "blank"
    assert blank.any()
    assert values.loc[blank, "applications.granted.total"].isna().all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_stata_has_labels_of_variables_and_values(whole: corpus.Corpus, tmp_path: Path, lang: str) -> None:
    figures, reports, wide = export(whole, tmp_path / "dta", to="stata", lang=lang)  # type: ignore[arg-type]
    with StataReader(figures) as read:
        table, labels, values = read.read(), read.variable_labels(), read.value_labels()
    assert len(table) == len(whole.figures)
    assert table["value"].sum() == whole.figures["value"].sum()
    assert labels["status"] == {"en": "what stands there", "zh": "格内情况"}[lang]
    assert {"en": "granted", "zh": "（一）予以公开"}[lang] in set(values["row"].values())
    assert (table["organ"] == "").sum() == whole.figures["organ"].isna().sum()
    with StataReader(wide) as read:
        table, labels = read.read(), read.variable_labels()
    assert table["app_new_total"].tolist() == panel(whole).frame[NEW].tolist()
    told = {"en": "Disclosed: Natural person", "zh": "（一）予以公开：自然人"}[lang]
    assert labels["app_granted_np"] == told
    assert max(map(len, labels.values())) <= 80
    again = export(whole, tmp_path / "again", to="stata", lang=lang)  # type: ignore[arg-type]
    assert [place.read_bytes() for place in again] == [place.read_bytes() for place in (figures, reports, wide)]


def test_names_for_stata_are_short_and_differ() -> None:
    names = {
        f"{table.key}.{row.key}.{column.key}"
        for edition in forms.editions()
        for table in forms.load(edition).tables
        for row in table.rows
        for column in table.columns
    }
    short = {stata_name(name) for name in names}
    assert len(short) == len(names)
    assert max(map(len, short)) <= 32
    assert stata_name("applications.denied.security_stability.natural_person") == "app_denied_security_stability_np"
    assert stata_name("disclosure.charges.amount_10k_yuan") == "disc_charges_amount_10k_yuan"
    assert len(stata_name("prose." + "x" * 50)) == 32
    assert stata_name("2") == "_2"


def test_what_cannot_be_exported_is_refused(whole: corpus.Corpus, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="holds a dataset"):
        export(whole, whole.path, to="csv")
    with pytest.raises(CallError, match="csv, stata, wide"):
        export(whole, tmp_path, to="spss")  # type: ignore[arg-type]
