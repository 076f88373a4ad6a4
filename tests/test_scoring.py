"""The benchmark's scoring: lenient to tables without a form, strict to entries with keys, and never blind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gxstudy import forms

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
TABLE = forms.load("2021").table("applications")
TRUTH = {
    ("applications", row, column): str(100 * i + j)
    for i, (row, columns) in enumerate(
        {row.key: [column.key for column in TABLE.columns] for row in TABLE.rows if not row.replaces}.items(), 1
    )
    for j, column in enumerate(columns, 1)
}
"""A different figure in every place of table three."""
LABELS = {row.key: row.label for row in TABLE.rows}


@pytest.fixture(scope="module")
def score() -> Iterator[ModuleType]:
    if not BENCHMARKS.is_dir():
        pytest.skip("the benchmarks are not part of this copy")
    sys.path.insert(0, str(BENCHMARKS))
    import score as module

    yield module
    sys.path.remove(str(BENCHMARKS))


def grid() -> list[list[str]]:
    rows: dict[str, list[str]] = {}
    for (_, row, _), printed in TRUTH.items():
        rows.setdefault(row, []).append(printed)
    return [["", LABELS[row], *figures] for row, figures in rows.items()]


def test_a_whole_table_is_all_right(score: ModuleType) -> None:
    assert score.of_grids([grid()], TRUTH) == (len(TRUTH), 0, 0)


def test_a_table_cut_in_two_without_labels_is_still_right(score: ModuleType) -> None:
    bare = [["", "", *row[2:]] for row in grid()]
    assert score.of_grids([bare[:10], bare[10:]], TRUTH) == (len(TRUTH), 0, 0)


def test_figures_fused_in_one_cell_are_taken_apart(score: ModuleType) -> None:
    fused = [[row[1], " ".join(row[2:5]), *row[5:]] for row in grid()]
    assert score.of_grids([fused], TRUTH) == (len(TRUTH), 0, 0)
    with_label = [[" ".join(row[1:])] for row in grid()]
    assert score.of_grids([with_label], TRUTH) == (len(TRUTH), 0, 0)


def test_shifted_columns_are_wrong(score: ModuleType) -> None:
    shifted = [[row[1], *row[3:], row[2]] for row in grid()]
    assert score.of_grids([shifted], TRUTH) == (0, len(TRUTH), 0)


def test_a_lost_row_is_missing_and_shifts_nothing(score: ModuleType) -> None:
    rows = grid()
    del rows[6]
    assert score.of_grids([rows], TRUTH) == (len(TRUTH) - 7, 0, 7)


def test_one_figure_lost_costs_one_figure(score: ModuleType) -> None:
    rows = grid()
    del rows[3][4]
    right, wrong, missing = score.of_grids([rows], TRUTH)
    assert (right, wrong, missing) == (len(TRUTH) - 1, 0, 1)


def test_prose_in_a_grid_gives_nothing(score: ModuleType) -> None:
    assert score.of_grids([[["本年新收政府信息公开申请 95 件"], ["", ""]], []], TRUTH) == (0, 0, len(TRUTH))


def test_entries_count_under_their_own_keys_only(score: ModuleType) -> None:
    entries = [(*place, printed, "read", "proved") for place, printed in TRUTH.items()]
    assert score.of_entries(entries, TRUTH) == (len(TRUTH), 0, 0)
    first, second = entries[:2]
    moved = [(*first[:3], *second[3:]), (*second[:3], *first[3:]), *entries[2:]]
    assert score.of_entries(moved, TRUTH) == (len(TRUTH) - 2, 2, 0)


def test_what_is_said_to_be_unreadable_is_missing_and_a_figure_in_a_blank_is_wrong(score: ModuleType) -> None:
    truth = {("applications", "new", "total"): "7", ("applications", "new", "other"): ""}
    said = [
        ("applications", "new", "total", "7 | 8", "unreadable", "unchecked"),
        ("applications", "new", "other", "8", "read", "unchecked"),
    ]
    assert score.of_entries(said, truth) == (0, 1, 1)
    assert score.printed_figures(truth) == 1


def test_relations_are_those_of_neighbours_that_are_not_blank(score: ModuleType) -> None:
    truth = [[["a", "", "b"], ["c", "d", ""]]]
    assert score.relations(truth, truth) == (3, 3, 3)  # a and b, c and d, a over c
    assert score.exact(truth, truth) == 1
    swapped = [[["b", "", "a"], ["c", "d", ""]]]
    assert score.relations(swapped, truth).both == 1
    assert score.exact(swapped, truth) == 0
