from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gxstudy.errors import CallError
from gxstudy.forms import editions, load
from gxstudy.panel import FULL_REPORTS, Exclusion, identities, panel, published, stack

NEW = "applications.new.total"
PUBLISHED = Path(__file__).parents[1] / "data" / "raw" / "published_figures.csv"


def tidy(
    report_id: str = "a-2024",
    *,
    organ: str | None = "甲局",
    year: int | None = 2024,
    edition: str = "2021",
    cells: dict[tuple[str, str, str], tuple[float | None, str]] | None = None,
    variant: bool = False,
    tables: tuple[str, ...] = ("disclosure", "applications", "disputes"),
) -> pd.DataFrame:
    """A whole report as a tidy frame: every place of the form, 0 unless ``cells`` says otherwise."""
    cells = cells or {}
    rows = []
    for table in load(edition).tables:
        if table.key not in tables:
            continue
        for row, column in table.places(variant=variant):
            value, status = cells.get((table.key, row, column), (0, "read"))
            grade = None if value is None else "proved"
            rows.append((report_id, organ, year, edition, table.key, row, column, value, status, grade))
    names = ["report_id", "organ", "year", "edition", "table", "row", "column", "value", "status", "grade"]
    return pd.DataFrame(rows, columns=names)


def test_every_figure_has_a_column_and_no_figure_is_lost() -> None:
    counted = {place: (number, "read") for number, place in enumerate(_places("2021"))}
    frame = panel(tidy(cells=counted)).frame
    assert len(frame) == 1
    for (table, row, column), (number, _) in counted.items():
        assert frame.loc[0, f"{table}.{row}.{column}"] == number


def _places(edition: str) -> list[tuple[str, str, str]]:
    return [(table.key, row, column) for table in load(edition).tables for row, column in table.places()]


@pytest.mark.parametrize("status", ["blank", "slash", "unreadable", "absent"])
def test_no_number_stays_missing_and_says_why(status: str) -> None:
    made = panel(tidy(cells={("applications", "new", "total"): (None, status)}))
    assert math.isnan(made.frame.loc[0, NEW])
    assert made.states.loc[0, NEW] == status
    assert pd.isna(made.grades.loc[0, NEW])


def test_columns_stand_in_print_order() -> None:
    made = panel(tidy().sample(frac=1, random_state=1))
    applications = [name for name in made.states.columns if name.startswith("applications.")]
    assert applications[0] == "applications.new.natural_person"
    assert applications[-1] == "applications.carried_out.total"
    assert made.states.columns[0].startswith("disclosure.")
    assert made.states.columns[-1].startswith("disputes.")


@settings(deadline=None, max_examples=8)
@given(st.randoms(use_true_random=False))
def test_order_of_the_tidy_rows_does_not_matter(random: object) -> None:
    rows = pd.concat([tidy("b", organ="乙局"), tidy("a", cells={("applications", "new", "total"): (7, "read")})])
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    once, again = panel(rows), panel(rows.iloc[order])
    pd.testing.assert_frame_equal(once.frame, again.frame)
    pd.testing.assert_frame_equal(once.states, again.states)


def test_other_outcomes_are_bridged_by_their_sum() -> None:
    parts = {
        ("applications", "other.no_correction", "total"): (2, "read"),
        ("applications", "other.unpaid_fee", "total"): (3, "read"),
        ("applications", "other.other", "total"): (4, "read"),
    }
    made = panel(pd.concat([tidy("a", cells=parts), tidy("b", organ="乙局", year=2019, edition="2019")]))
    new_form, old_form = made.frame.set_index("organ").loc["甲局"], made.frame.set_index("organ").loc["乙局"]
    assert new_form["applications.other.total"] == 9
    assert old_form["applications.other.total"] == 0
    states = made.states.set_index(made.frame["organ"])["applications.other.total"]
    assert states.to_dict() == {"甲局": "derived", "乙局": "read"}


def test_a_missing_part_is_not_bridged_as_zero() -> None:
    parts = {
        ("applications", "other.unpaid_fee", "total"): (None, "blank"),
        ("applications", "other.other", "total"): (4, "read"),
    }
    made = panel(tidy(cells=parts))
    assert math.isnan(made.frame.loc[0, "applications.other.total"])
    assert made.states.loc[0, "applications.other.total"] == "absent"


def test_a_contradicted_part_marks_the_sum() -> None:
    rows = tidy()
    place = (rows["row"] == "other.unpaid_fee") & (rows["column"] == "total")
    rows["grade"] = rows["grade"].mask(place, "contradicted")
    made = panel(rows)
    assert made.grades.loc[0, "applications.other.total"] == "contradicted"
    assert made.grades.loc[0, "applications.other.business"] == "unchecked"


def test_the_one_row_print_of_the_new_form_is_kept_as_read() -> None:
    made = panel(tidy(cells={("applications", "other", "total"): (5, "read")}, variant=True))
    assert made.frame.loc[0, "applications.other.total"] == 5
    assert made.states.loc[0, "applications.other.total"] == "read"


def test_charges_and_documents_of_the_two_editions_are_never_chained() -> None:
    made = panel(pd.concat([tidy("a", year=2019, edition="2019"), tidy("b", organ="乙局")]))
    for block in ("disclosure.charges.", "disclosure.regulations.", "disclosure.normative_documents."):
        for name in (name for name in made.states.columns if name.startswith(block)):
            assert made.frame[name].notna().sum() == 1, name
    assert made.frame["disclosure.licensing.decisions"].notna().all()


def test_a_key_that_both_editions_share_has_one_unit() -> None:
    units: dict[tuple[str, str], set[str]] = {}
    for edition in editions():
        for table in load(edition).tables:
            for column in table.columns:
                units.setdefault((table.key, column.key), set()).add(column.unit)
    assert {key: unit for key, unit in units.items() if len(unit) > 1} == {}


def test_an_amount_with_a_unit_in_its_cell_is_missing_and_counted() -> None:
    cells = {
        ("disclosure", "procurement", "amount"): (251000, "annotated"),
        ("disclosure", "regulations", "newly_made"): (22, "annotated"),
    }
    made = panel(tidy(year=2019, edition="2019", cells=cells))
    assert math.isnan(made.frame.loc[0, "disclosure.procurement.amount"])
    assert made.states.loc[0, "disclosure.procurement.amount"] == "annotated"
    assert made.frame.loc[0, "disclosure.regulations.newly_made"] == 22
    assert [(found.reason, found.n, found.unit) for found in made.exclusions] == [("unit_in_cell", 1, "figures")]


def test_reports_without_organ_or_year_are_counted_out() -> None:
    made = panel(pd.concat([tidy("a"), tidy("b", organ=None), tidy("c", year=None), tidy("d", organ=None, year=None)]))
    assert made.frame["report_id"].tolist() == ["a"]
    assert {found.reason: found.n for found in made.exclusions} == {"organ_unknown": 2, "year_unknown": 1}


def test_rivals_that_differ_are_all_left_out_and_copies_kept_once() -> None:
    differing = tidy("b", cells={("applications", "new", "total"): (1, "read")})
    assert panel(pd.concat([tidy("a"), differing])).frame.empty
    made = panel(pd.concat([tidy("a"), tidy("b"), differing.assign(report_id="c", organ="乙局")]))
    assert made.frame["report_id"].tolist() == ["c", "a"]
    assert [(found.reason, found.n) for found in made.exclusions] == [("organ_year_repeated", 1)]


def test_a_blank_and_a_zero_are_rivals_that_differ() -> None:
    blank = tidy("b", cells={("applications", "new", "total"): (None, "blank")})
    made = panel(pd.concat([tidy("a"), blank]))
    assert made.frame.empty
    assert [(found.reason, found.n) for found in made.exclusions] == [("organ_year_contested", 2)]


def test_one_place_twice_is_an_error() -> None:
    with pytest.raises(CallError, match="'a-2024' has two figures"):
        panel(pd.concat([tidy(), tidy()]))


def test_a_missing_column_is_an_error_that_names_it() -> None:
    with pytest.raises(CallError, match="no column 'status'"):
        panel(tidy().drop(columns="status"))


def test_about_adds_columns_and_reports_without_a_table() -> None:
    about = pd.DataFrame(
        {
            "report_id": ["a-2024", "mute"],
            "organ": ["别名", "丁局"],
            "year": [2024, 2023],
            "level": ["county", "township"],
            "part": [None, "asked_for"],
        }
    )
    made = panel(tidy(tables=("applications",)), about=about)
    by_id = made.frame.set_index("report_id")
    states = made.states.set_index(made.frame["report_id"])
    assert by_id.loc["a-2024", ["organ", "level", "part", NEW]].tolist() == ["甲局", "county", FULL_REPORTS, 0]
    assert by_id.loc["mute", ["organ", "year", "part"]].tolist() == ["丁局", 2023, "asked_for"]
    assert states.loc["mute", NEW] == "absent"


def test_facts_are_figures_of_the_text() -> None:
    said = [
        ("a-2024", "甲局", 2024, "applications_received", 3.0),
        ("a-2024", "甲局", 2024, "applications_received", 3.0),
        ("a-2024", "甲局", 2024, "reviews", 1.0),
        ("a-2024", "甲局", 2024, "reviews", 2.0),
        ("b-2024", "乙局", 2024, "reviews", 0.0),
    ]
    facts = pd.DataFrame(said, columns=["report_id", "organ", "year", "key", "value"])
    made = panel(tidy(tables=("applications",)), facts=facts)
    assert made.frame["organ"].tolist() == ["乙局", "甲局"]
    numbers = made.frame.set_index("organ")[["prose.applications_received", "prose.reviews"]]
    states = made.states.set_index(made.frame["organ"])[[*numbers.columns, NEW]]
    assert states.loc["甲局"].tolist() == ["read", "unreadable", "read"]
    assert states.loc["乙局"].tolist() == ["absent", "read", "absent"]
    assert numbers.loc["甲局", "prose.applications_received"] == 3
    assert math.isnan(numbers.loc["甲局", "prose.reviews"])
    assert made.grades.set_index(made.frame["organ"]).loc["乙局", "prose.reviews"] == "unchecked"


def test_without_facts_the_text_is_no_column() -> None:
    assert not any(name.startswith("prose.") for name in panel(tidy()).frame.columns)


def test_about_with_one_report_twice_is_an_error() -> None:
    about = pd.DataFrame({"report_id": ["a", "a"], "organ": ["甲局"] * 2, "year": [2024] * 2})
    with pytest.raises(CallError, match="'a' twice"):
        panel(tidy(), about=about)


HEAD = (
    "organ,year,province,prefecture,county,level,sector,form,source_url,"
    "applications.new.total,prose.applications_received,notes\n"
)


def test_published_keeps_unseen_slash_and_numbers_apart(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    lines = [
        "甲局,2023,,,,county,audit,2021,http://a,0,,",
        "乙局,2023,,,,county,audit,unknown,http://b,/,4,selection=repeat_year;narr_prev=2;organ_from_host",
        "丙局,2022,,,,township,audit,unknown,http://c,,some,scope=all;wording_only_online=1",
    ]
    file.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    made = published(file)
    frame, states = made.frame.set_index("organ"), made.states.set_index(made.frame["organ"])
    assert states[NEW].to_dict() == {"甲局": "read", "乙局": "slash", "丙局": "unseen"}
    assert states["prose.applications_received"].to_dict() == {"甲局": "unseen", "乙局": "read", "丙局": "unreadable"}
    assert frame.loc["甲局", NEW] == 0
    assert frame[NEW].isna().tolist() == (states[NEW] != "read").tolist()
    assert frame["part"].to_dict() == {"甲局": "purposive", "乙局": "repeat_year", "丙局": "purposive"}
    assert frame.loc["乙局", "prose.applications_carried_in"] == 2
    assert frame.loc["乙局", "organ_inferred"]
    assert frame.loc["丙局", ["scope_citywide", "wording_partial", "organ_inferred"]].tolist() == [True, True, False]
    assert frame.loc["甲局", "report_id"] == "甲局-2023"


def test_published_refuses_one_organ_year_twice(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(HEAD + "甲局,2023,,,,county,audit,2021,http://a,0,,\n" * 2, "utf-8")
    with pytest.raises(CallError, match="甲局 has two rows for 2023"):
        published(file)


def test_the_published_list_holds_what_its_readme_says() -> None:
    made = published(PUBLISHED)
    frame = made.frame
    assert (len(frame), frame["organ"].nunique()) == (921, 840)
    assert frame["part"].value_counts().to_dict() == {"repeat_year": 602, "purposive": 319}
    stated = frame[NEW].fillna(frame["prose.applications_received"])
    assert (stated.notna().sum(), (stated == 0).sum()) == (603, 275)
    second = stated[frame["part"] == "repeat_year"]
    assert (second.notna().sum(), (second == 0).sum()) == (407, 196)
    assert set(made.states.to_numpy().ravel()) == {"read", "unseen"}


def test_what_the_text_says_was_carried_in_balances() -> None:
    """Received + carried in = handled + carried out wherever all four are said: so the notes are what they seem."""
    frame = published(PUBLISHED).frame
    out = pd.to_numeric(frame["notes"].str.extract(r"(?:narr_carried|prose_carried_out)=(\d+)")[0])
    gap = (
        frame["prose.applications_received"]
        + frame["prose.applications_carried_in"]
        - frame["prose.applications_handled"]
        - out
    )
    assert gap.notna().sum() == 18
    assert (gap.dropna() == 0).all()


def test_stack_keeps_parts_and_counts_what_was_there_before(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(
        HEAD + "甲局,2024,,,,county,audit,2021,http://a,5,,\n丙局,2022,,,,township,audit,2021,http://c,0,,\n", "utf-8"
    )
    made = stack([panel(tidy()), published(file)])
    assert made.frame[["organ", "part"]].to_numpy().tolist() == [["甲局", FULL_REPORTS], ["丙局", "purposive"]]
    assert made.frame.loc[0, NEW] == 0
    assert made.states.loc[1, "applications.carried_in.total"] == "unseen"
    assert made.states.loc[0, "prose.applications_received"] == "unseen"
    assert made.frame["scope_citywide"].tolist() == [False, False]
    why = "an earlier panel already has a report of this organ and year"
    assert made.exclusions == (Exclusion("in_earlier_panel", 1, "reports", why),)


def test_stack_of_nothing_is_an_error() -> None:
    with pytest.raises(CallError, match="no panels"):
        stack([])


def test_a_panel_says_what_it_holds() -> None:
    made = panel(pd.concat([tidy("a"), tidy("b", organ="乙局", year=2019, edition="2019")]))
    assert repr(made).startswith("Panel(2 reports of 2 organs, 2019-2024")


def test_a_row_without_an_id_has_that_of_its_name_where_the_name_has_one_alone() -> None:
    """A list of figures without ids, stacked under reports that have them, does not make two organs of one."""
    rows = [
        ("甲局", "1"),
        ("甲局", None),
        ("乙局", "2"),
        ("丙局", None),
        ("朝阳区", "3"),
        ("朝阳区", "4"),
        ("朝阳区", None),
    ]
    frame = pd.DataFrame(rows, columns=["organ", "organ_id"])
    assert list(identities(frame)) == ["1", "1", "2", "丙局", "3", "4", "朝阳区"]
    assert list(identities(frame[["organ"]])) == [organ for organ, _ in rows]
    assert list(identities(frame.assign(organ_id=None))) == [organ for organ, _ in rows]
    assert list(identities(frame.iloc[:0])) == []
