"""Two datasets differ in figures: which were added, removed or changed, whatever became of the files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from test_corpus import folder, reader

from gxstudy import corpus
from gxstudy.cli import commands
from gxstudy.corpus import parts

OLD = {"a.pdf": "甲县|2023|1", "b.pdf": "甲县|2024|2", "c.pdf": "乙县|2024|3", "x.pdf": "|2024|8", "y.pdf": "丙县||9"}


@pytest.fixture(params=["whole", "parted"])
def layout(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "parted":
        monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
        monkeypatch.setattr(parts, "PART_ROWS", 300)
    return str(request.param)


def compared(tmp_path: Path, new: Mapping[str, str], old: Mapping[str, str] = OLD) -> corpus.Comparison:
    sides = [
        corpus.build(folder(tmp_path / f"raw-{name}", files), tmp_path / name, reader=reader)
        for name, files in (("old", old), ("new", new))
    ]
    return corpus.diff(*sides)


def figures(told: corpus.Comparison) -> pd.DataFrame:
    return pd.concat([*told.figures(), pd.DataFrame(columns=["kind", "column"])], ignore_index=True)


def test_nothing_differs_where_only_files_do(tmp_path: Path, layout: str) -> None:
    moved = {f"elsewhere/{name}": content for name, content in OLD.items() if name[0] in "abc"}
    told = compared(tmp_path, {**moved, "x.pdf": OLD["x.pdf"], "y.pdf": OLD["y.pdf"]})
    assert figures(told).empty
    assert set(told.counts().values()) == {0}


def test_a_part_that_is_the_same_is_not_read(tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = compared(tmp_path, OLD)
    monkeypatch.setattr(corpus.Comparison, "_of", None)
    assert set(told.counts().values()) == {0}


def test_a_changed_figure_is_told_with_both_sides(tmp_path: Path, layout: str) -> None:
    told = compared(tmp_path, OLD | {"b.pdf": "甲县|2024|22"})
    found = figures(told)
    assert set(found["organ"]) == {"甲县"}
    assert set(found["year"]) == {2024}
    row = found.query("table == 'applications' and row == 'new' and column == 'total'").iloc[0]
    assert row[["kind", "value_old", "value_new", "status_old", "status_new"]].tolist() == [
        "value",
        2,
        22,
        "read",
        "read",
    ]
    assert told.counts()["value"] == (found["kind"] == "value").sum() > 0
    assert told.reports.empty


def test_reports_that_came_and_went_bring_and_take_their_figures(tmp_path: Path, layout: str) -> None:
    new = {name: content for name, content in OLD.items() if name != "a.pdf"} | {"d.pdf": "丁县|2024|4"}
    told = compared(tmp_path, new)
    assert told.counts() == {
        **dict.fromkeys(("value", "status", "grade", "reports_renamed", "reports_choice"), 0),
        "added": 200,
        "removed": 200,
        "reports_added": 1,
        "reports_removed": 1,
    }
    assert told.reports[["change", "organ_old", "organ_new"]].astype("object").fillna("").to_numpy().tolist() == [
        ["added", "", "丁县"],
        ["removed", "甲县", ""],
    ]
    gone = figures(told).query("kind == 'removed'")
    assert set(gone["organ"]) == {"甲县"}
    assert gone["status_new"].isna().all()


def test_an_organ_that_is_now_read_is_a_report_renamed(tmp_path: Path, layout: str) -> None:
    told = compared(tmp_path, OLD | {"x.pdf": "壬县|2024|8"})
    assert told.counts()["reports_renamed"] == 1
    assert figures(told).empty
    row = told.reports.iloc[0]
    assert (row["report_id_old"], row["organ_new"]) == ("x", "壬县")
    assert pd.isna(row["organ_old"])


def test_a_duplicate_that_came_changes_nothing(tmp_path: Path, layout: str) -> None:
    told = compared(tmp_path, OLD | {"z.pdf": "甲县|2024|2 "})
    assert set(told.counts().values()) == {0}


def test_a_corrected_issue_that_is_kept_changes_the_figures_of_its_organ(tmp_path: Path, layout: str) -> None:
    files = OLD | {"z.pdf": "甲县|2024|7", "registry.csv": "path,published\nb.pdf,2025-01-01\nz.pdf,2025-06-01\n"}
    told = compared(tmp_path, files)
    assert told.reports[["change", "report_id_old", "report_id_new"]].to_numpy().tolist() == [["choice", "b", "z"]]
    row = figures(told).query("table == 'applications' and row == 'new' and column == 'total'").iloc[0]
    assert (row["value_old"], row["value_new"]) == (2, 7)


def test_layouts_are_compared_with_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = corpus.build(folder(tmp_path / "raw", OLD), tmp_path / "old", reader=reader)
    monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
    new = corpus.build(tmp_path / "raw", tmp_path / "new", reader=reader)
    assert new.manifest["parted_by"] == "year"
    assert set(corpus.diff(old, new).counts().values()) == {0}
    assert set(corpus.diff(new, old).counts().values()) == {0}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["diff", *map(str, arguments)])


def test_the_command_tells_what_differs_and_fails(tmp_path: Path, layout: str) -> None:
    told = compared(tmp_path, OLD | {"b.pdf": "甲县|2024|22", "d.pdf": "丁县|2023|4"})
    old, new = told.old.path, told.new.path
    same = run(old, old)
    assert (same.exit_code, same.output) == (0, "no figure differs\n")
    result = run(old, new)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "report added: - -> d (丁县 2023)"
    assert "value: 甲县 2024 applications.new.total: 2 read" in result.output
    assert re.fullmatch(r"200 added, \d+ value(, \d+ grade)?, 1 reports_added", lines[-1])
    assert len(lines) == 1 + (len(figures(told)) - 200) + 2
    assert run(old, new, "--limit", "0").output.splitlines()[1] == f"... and {len(figures(told))} more figures"
    rows = [json.loads(line) for line in run(old, new, "--json").output.splitlines()]
    assert rows[-1] == {"counts": told.counts()}
    assert sum(row.get("kind") == "added" for row in rows) == 200
    assert run(old, tmp_path / "nowhere").exit_code == 2
