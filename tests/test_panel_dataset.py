"""A dataset gives the panel that its frames give, whatever its layout; of several reports one is kept, and why."""

from __future__ import annotations

import textwrap
from pathlib import Path

import handmade
import pandas as pd
import pytest
from test_corpus import folder

from gxstudy import corpus
from gxstudy.corpus import parts
from gxstudy.corpus.choice import Candidate, choose
from gxstudy.corpus.results import Head
from gxstudy.errors import CallError
from gxstudy.layout import Box
from gxstudy.panel import Panel, panel
from gxstudy.prose import Fact
from gxstudy.report import Report

NEW = "applications.new.total"
FILES = {
    f"{organ}{year}.pdf": f"{organ}|{year}|{year - 2000 + place}"
    for place, organ in enumerate(("甲县", "乙县", "丙县", "丁县"))
    for year in range(2019, 2024)
} | {"yearless.pdf": "戊县||3", "nameless.pdf": "|2022|4"}


def reader(data: bytes) -> Report:
    """Make a report of `organ|year|cases`, on the form of its year; 丁县 prints one table and its number twice."""
    organ, year, cases = data.decode().strip().split("|")
    said = [int(cases), int(cases) + (year == "2023")] if organ == "丁县" else [int(cases)]
    return handmade.report(
        {("applications", "new", "total"): cases, ("applications", "granted", "total"): "" if year == "2021" else "1"},
        edition="2019" if year in {"2019", "2020"} else "2021",
        tables=("applications",) if organ == "丁县" else ("disclosure", "applications", "disputes"),
        organ=organ or None,
        year=int(year) if year else None,
        facts=tuple(Fact("applications_received", one, f"{one}件", (Box(1, 0, 0, 1, 1),)) for one in said),
        box=Box(1, 10, 20, 30, 40),
    )


@pytest.fixture(params=["whole", "parted"])
def built(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> corpus.Corpus:
    if request.param == "parted":
        monkeypatch.setattr(parts, "PARTED_ABOVE", 400)
        monkeypatch.setattr(parts, "PART_ROWS", 600)
    return corpus.build(folder(tmp_path / "raw", FILES), tmp_path / "out", reader=reader)


def same(one: Panel, other: Panel) -> None:
    for name in ("frame", "states", "grades"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_dtype=False)
    assert sorted(one.exclusions) == sorted(other.exclusions)


def test_a_dataset_gives_the_panel_of_its_frames(built: corpus.Corpus) -> None:
    given = panel(built)
    same(given, panel(built.figures, facts=built.facts, about=built.reports))
    assert len(given.frame) == 20
    assert {told.reason: told.n for told in given.exclusions} == {"organ_unknown": 1, "year_unknown": 1}
    assert given.frame.set_index(["organ", "year"]).loc[("丁县", 2023), "prose.applications_received"] != 26
    assert given.states.loc[0, NEW] == "read"


def test_what_else_is_known_replaces_the_reports(built: corpus.Corpus) -> None:
    about = built.reports[["report_id", "organ", "year"]].assign(level="county")
    extra = pd.DataFrame({"report_id": ["unseen"], "organ": ["己县"], "year": [2020], "level": ["township"]})
    about = pd.concat([about, extra], ignore_index=True)
    given = panel(built, about=about)
    same(given, panel(built.figures, facts=built.facts, about=about))
    assert given.frame["level"].value_counts().to_dict() == {"county": 20, "township": 1}


def test_places_that_are_asked_for_and_no_others(built: corpus.Corpus) -> None:
    places = [NEW, "applications.other.total"]
    given = panel(built, places=places)
    same(given, panel(built.figures, facts=built.facts, about=built.reports, places=places))
    assert sorted(given.states.columns) == sorted(places)
    with pytest.raises(CallError, match=r"applications\.odd\.total"):
        panel(built, places=["applications.odd.total"])
    with pytest.raises(CallError, match="facts"):
        panel(built, facts=built.facts)


def test_a_piece_has_whole_reports(built: corpus.Corpus) -> None:
    pieces = list(built.pieces(figures=("report_id", "value"), facts=("report_id",)))
    seen = [set(piece.figures["report_id"]) for piece in pieces]
    assert sum(map(len, seen)) == len(set().union(*seen)) == 22
    assert all(names == set(piece.reports["report_id"]) for names, piece in zip(seen, pieces, strict=True))


def test_a_scan_reads_what_it_is_asked_for(built: corpus.Corpus) -> None:
    import pyarrow.compute as pc

    where = (pc.field("row") == "new") & (pc.field("column") == "total") & (pc.field("year") == 2022)
    table = built.scan("figures").to_table(columns=["organ", "value"], filter=where)
    values = dict(zip(table["organ"].to_pylist(), table["value"].to_pylist(), strict=True))
    assert values == {"甲县": 22, "乙县": 23, "丙县": 24, "丁县": 25, None: 4}
    with pytest.raises(CallError, match="no product 'figure'"):
        built.scan("figure")


# Several reports of one organ and year --------------------------------------------------------------------------------


def chosen(tmp_path: Path, files: dict[str, str], published: str = "") -> corpus.Corpus:
    raw = folder(tmp_path / "raw", files)
    if published:
        (raw / "registry.csv").write_text(textwrap.dedent(published).lstrip(), encoding="utf-8")
    return corpus.build(raw, tmp_path / "out", reader=reader)


def told(built: corpus.Corpus) -> dict[str, tuple[object, ...]]:
    frame = built.reports[["report_id", "choice", "choice_kept"]].astype("object")
    return {row[0]: (row[1], row[2]) for row in frame.where(frame.notna(), None).itertuples(index=False)}


def test_the_same_figures_are_a_duplicate_and_counted_once(tmp_path: Path) -> None:
    built = chosen(tmp_path, {"b.pdf": "甲县|2022|5", "a.pdf": "甲县|2022|5 ", "c.pdf": "乙县|2022|6"})
    assert told(built) == {"a": ("kept", "a"), "b": ("duplicate", "a"), "c": ("only", None)}
    assert built.manifest["counts"]["choices"] == {"duplicate": 1, "kept": 1, "only": 1}
    given = panel(built)
    assert given.frame["report_id"].tolist() == ["c", "a"]
    assert [(one.reason, one.n) for one in given.exclusions] == [("organ_year_repeated", 1)]


def test_the_one_published_last_is_kept(tmp_path: Path) -> None:
    built = chosen(
        tmp_path,
        {"a.pdf": "甲县|2022|5", "b.pdf": "甲县|2022|6"},
        """
        path,published
        a.pdf,2023-03-01
        b.pdf,2023-01-31
        """,
    )
    assert told(built) == {"a": ("kept", "a"), "b": ("superseded", "a")}
    why = built.reports.set_index("report_id")["choice_why"]
    assert why["b"] == "a is kept: published last, on 2023-03-01"
    given = panel(built)
    assert given.frame[NEW].tolist() == [5]
    assert [(one.reason, one.n) for one in given.exclusions] == [("organ_year_superseded", 1)]


def candidate(name: str, published: str | None = None, *, same: str = "", counts: tuple[int, int, int]) -> Candidate:
    contradicted, unreadable, proved = counts
    read = Head("read", "甲县", 2022, "", "", 200, same or name, contradicted, unreadable, proved)
    return Candidate(name, f"{name}.pdf", published, "甲县", 2022, read)


@pytest.mark.parametrize(
    "rivals,kept,why",
    [
        ([("a", None, (1, 0, 90)), ("b", None, (0, 9, 10))], "b", "the fewest contradicted figures (0)"),
        ([("a", None, (0, 2, 90)), ("b", None, (0, 1, 10))], "b", "the fewest unreadable figures (1)"),
        ([("a", None, (0, 0, 90)), ("b", None, (0, 0, 91))], "b", "the most proved figures (91)"),
        ([("a", "2023-01-02", (9, 9, 0)), ("b", "2023-01-01", (0, 0, 90))], "a", "published last, on 2023-01-02"),
        ([("a", "2023-01-02", (0, 0, 90)), ("b", None, (1, 0, 90))], "a", "the fewest contradicted figures (0)"),
        ([("a", "2023-01-02", (0, 0, 90)), ("b", "2023-01-02", (0, 0, 90))], None, "nothing tells"),
        ([("a", None, (0, 0, 9)), ("b", None, (0, 0, 9)), ("c", None, (1, 0, 99))], None, "nothing tells"),
    ],
    ids=["contradicted", "unreadable", "proved", "last", "one-date", "same-day", "two-best"],
)
def test_what_decides_between_reports_whose_figures_differ(
    rivals: list[tuple[str, str | None, tuple[int, int, int]]], kept: str | None, why: str
) -> None:
    found = choose((candidate(name, date, counts=counts) for name, date, counts in rivals), {})
    assert {one.kept for one in found.values()} == {kept}
    assert all(why in one.why for one in found.values())
    expected = {name: "contested" if kept is None else "kept" if name == kept else "superseded" for name, *_ in rivals}
    assert {name: one.choice for name, one in found.items()} == expected


def test_a_duplicate_is_no_second_voice() -> None:
    found = choose(
        [
            candidate("a", counts=(0, 0, 5), same="x"),
            candidate("b", counts=(0, 0, 5), same="x"),
            candidate("c", counts=(0, 0, 9), same="y"),
        ],
        {},
    )
    assert {name: one.choice for name, one in found.items()} == {"a": "superseded", "b": "superseded", "c": "kept"}
    assert found["a"].others == ("b.pdf", "c.pdf")


def test_two_names_of_one_organ_are_found(tmp_path: Path) -> None:
    built = chosen(tmp_path, {"a.pdf": "洪泽区人民政府|2022|5", "b.pdf": "淮安市洪泽区人民政府|2022|5 "})
    assert told(built) == {"a": ("kept", "a"), "b": ("duplicate", "a")}


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"line 2: published is '31\.1\.2023'"):
        chosen(tmp_path, {"a.pdf": "甲县|2022|5"}, "path,published\na.pdf,31.1.2023\n")
