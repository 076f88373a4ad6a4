"""Reports as dataframes: the columns and dtypes promised, nothing lost or invented, nothing a spreadsheet runs."""

from __future__ import annotations

import csv
import dataclasses
import subprocess
import sys
import timeit
from decimal import Decimal
from itertools import product as pairs
from pathlib import Path

import handmade
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import errors, forms, frames
from gxstudy.corpus import work
from gxstudy.errors import CallError
from gxstudy.fill import Entry, Sheet
from gxstudy.findings import Code, Place, finding
from gxstudy.frames.dictionary import REASONS
from gxstudy.layout import Box
from gxstudy.prose import Fact, Fee
from gxstudy.report import Report

TIDY = "report_id organ year edition table row column value raw status grade page x0 top x1 bottom source"
NAMES = ("figures", "reports", "facts", "checks", "findings")
FRAMES = dict(zip(NAMES, (frames.tidy, frames.reports, frames.facts, frames.checks, frames.findings), strict=True))


def one(*entries: Entry, edition: str = "2021") -> Report:
    return dataclasses.replace(handmade.report(), sheets=(Sheet("applications", edition, entries),), checks=())


def entry(raw: str = "1", value: int | Decimal | None = 1, boxes: tuple[Box, ...] = ()) -> Entry:
    return Entry("applications", "new", "total", raw, value, "read", "unchecked", boxes)


def test_tidy_has_the_columns_of_the_design_in_order() -> None:
    assert " ".join(frames.tidy(handmade.report()).columns) == TIDY


@pytest.mark.parametrize("name", NAMES)
def test_dtypes_are_those_of_the_dictionary_with_and_without_rows(name: str) -> None:
    report = handmade.report(
        handmade.HONGZE_DISPUTES,
        facts=(Fact("reviews", 3, "收到行政复议3件", (Box(1, 0, 0, 1, 1),)),),
        findings=(finding(Code.ORGAN_UNKNOWN, "no organ"),),
    )
    full, empty = FRAMES[name](report), FRAMES[name](())
    expected = {field.name: field.dtype for field in frames.product(name).fields}
    assert len(full) > 0
    assert len(empty) == 0
    assert {column: str(dtype) for column, dtype in full.dtypes.items()} == expected
    assert {column: str(dtype) for column, dtype in empty.dtypes.items()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_dtypes_hold_where_organ_and_year_are_unknown(name: str) -> None:
    frame = FRAMES[name](handmade.report(handmade.HONGZE_DISPUTES, organ=None, year=None))
    expected = [field.dtype for field in frames.product(name).fields]
    assert [str(dtype) for dtype in frame.dtypes] == expected
    assert frame["organ"].isna().all()
    assert frame["year"].isna().all()


def test_blank_and_slash_are_missing_and_zero_is_zero() -> None:
    printed = {
        ("applications", "granted", "business"): "",
        ("applications", "granted", "research"): "/",
        ("applications", "granted", "natural_person"): "0",
    }
    frame = frames.tidy(handmade.report(printed)).set_index(["row", "column"])
    cells = frame.loc["granted"].loc[["business", "research", "natural_person"]]
    assert cells["status"].tolist() == ["blank", "slash", "read"]
    assert cells["raw"].tolist() == ["", "/", "0"]
    assert cells["value"].isna().tolist() == [True, True, False]
    assert cells["value"].iloc[2] == 0


def test_rows_are_the_entries_in_print_order() -> None:
    report = handmade.report(handmade.HONGZE_DISPUTES)
    frame = frames.tidy(report)
    assert list(zip(frame["table"], frame["row"], frame["column"], frame["raw"], strict=True)) == [
        entry[:4] for entry in report.entries
    ]


def test_box_is_the_union_on_the_first_page() -> None:
    boxes = (Box(3, 1, 1, 2, 2), Box(2, 10.004, 20, 30, 40), Box(2, 5, 25, 12, 44.449))
    (row,) = frames.tidy(one(entry(boxes=boxes)))[["page", "x0", "top", "x1", "bottom"]].itertuples(index=False)
    assert tuple(row) == (2, 5.0, 20.0, 30.0, 44.45)


def test_a_figure_without_a_place_has_no_page() -> None:
    assert frames.tidy(one(entry()))[["page", "x0", "top", "x1", "bottom"]].isna().all(axis=None)


def test_decimals_are_floats() -> None:
    assert frames.tidy(one(entry("12.5", Decimal("12.5"))))["value"].tolist() == [12.5]


def test_edition_is_that_of_the_sheet() -> None:
    report = one(entry(), edition="2019")
    assert report.edition == "2021"
    assert frames.tidy(report)["edition"].tolist() == ["2019"]
    assert frames.reports(report)["edition"].tolist() == ["2021"]


def test_several_reports_stand_under_one_another() -> None:
    first, second = handmade.report(), dataclasses.replace(handmade.report(), report_id="second", year=None)
    frame = frames.tidy(report for report in (first, second))
    assert frame["report_id"].tolist() == [first.report_id] * 200 + ["second"] * 200
    assert frame["year"].isna().sum() == 200


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(CallError, match="read_report"):
        frames.tidy("data/raw/report.pdf")  # type: ignore[arg-type]
    with pytest.raises(CallError, match="int"):
        frames.tidy(3)  # type: ignore[arg-type]


def test_characters_no_file_can_hold_are_replaced() -> None:
    frame = frames.tidy(one(entry("1\ud8002\x00件"), entry("三")))
    assert frame["raw"].tolist() == ["1\ufffd\ufffd\ufffd2\ufffd件", "三"]


def test_reports_count_what_is_in_them() -> None:
    report = dataclasses.replace(
        handmade.report(
            {**handmade.HONGZE_DISPUTES, ("applications", "new", "other"): "/"},
            fee=Fee("charged", yuan=Decimal("12.5"), billed=20, cases=3),
            findings=(finding(Code.ORGAN_UNKNOWN, "no organ"), finding(Code.OPEN_BORDER, "closed")),
        )
    )
    (row,) = frames.reports(report).to_dict("records")
    figures, findings = frames.tidy(report), frames.findings(report)
    assert row["entries"] == len(figures) == 200
    for column in ("status", "grade"):
        counted = {name.removeprefix(f"{column}_"): row[name] for name in row if name.startswith(f"{column}_")}
        assert {key: times for key, times in counted.items() if times} == figures[column].value_counts().to_dict()
    for severity, times in findings["severity"].value_counts().items():
        assert row[f"findings_{severity}"] == times
    assert (row["checks_held"], row["checks_failed"]) == (
        frames.checks(report)["holds"].sum(),
        (~frames.checks(report)["holds"]).sum(),
    )
    assert (row["fee_stated"], row["fee_yuan"], row["fee_billed"], row["fee_cases"]) == ("charged", 12.5, 20, 3)


def test_a_fee_not_spoken_of_is_missing_and_not_none() -> None:
    row = frames.reports(handmade.report(fee=Fee())).iloc[0]
    assert row[["fee_stated", "fee_yuan", "fee_billed", "fee_cases"]].isna().all()


def test_facts_and_findings_keep_their_place() -> None:
    report = handmade.report(
        facts=(Fact("applications_received", 17, "收到申请17件", (Box(1, 1, 2, 3, 4), Box(1, 0, 4, 2, 6))),),
        findings=(finding(Code.ROW_ABSENT, "no row", Place("applications", "granted", None, 2, 1.006, 2, 3, 4)),),
    )
    fact, found = frames.facts(report).iloc[0], frames.findings(report).iloc[0]
    assert (fact["key"], fact["value"], fact["text"]) == ("applications_received", 17, "收到申请17件")
    assert fact[["page", "x0", "top", "x1", "bottom"]].tolist() == [1, 0, 2, 3, 6]
    assert (found["code"], found["severity"], found["row"]) == ("row_absent", "warning", "granted")
    assert pd.isna(found["column"])
    assert found[["page", "x0", "top"]].tolist() == [2, 1.01, 2]


def test_checks_name_the_places_that_took_part() -> None:
    frame = frames.checks(handmade.report(handmade.HONGZE_DISPUTES))
    failed = frame[~frame["holds"]].set_index("at")
    assert failed.index.tolist() == ["review", "suit_after_review"]
    assert failed.loc["review", ["left", "right"]].tolist() == [11, 0]
    assert failed.loc["review", "entries"] == (
        "review.upheld review.corrected review.other review.pending review.total"
    )


def test_a_report_of_two_hundred_figures_takes_milliseconds() -> None:
    report = handmade.report(box=Box(1, 1.234, 2, 3, 4))
    assert min(timeit.repeat(lambda: frames.tidy(report), number=1, repeat=20)) < 0.010


# The wide view --------------------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 10**6).map(str) | st.sampled_from(["", "/", "0"])
PLACES = [("applications", "new", column.key) for column in forms.load("2021").table("applications").columns]


@given(st.lists(st.dictionaries(st.sampled_from(PLACES), NUMBERS), min_size=1, max_size=4))
def test_wide_holds_every_number_and_no_other(printed: list[dict[handmade.Place, str]]) -> None:
    tidy = frames.tidy(
        dataclasses.replace(handmade.report(cells), report_id=f"r{number}") for number, cells in enumerate(printed)
    )
    wide = frames.wide(tidy)
    assert wide["report_id"].tolist() == [f"r{number}" for number in range(len(printed))]
    numbers = wide.set_index("report_id").drop(columns=["organ", "year", "edition"])
    long = numbers.stack()  # noqa: PD013
    expected = tidy.assign(place=tidy["table"] + "." + tidy["row"] + "." + tidy["column"]).dropna(subset="value")
    assert long.dropna().to_dict() == expected.set_index(["report_id", "place"])["value"].to_dict()
    assert set(numbers.columns) == set(tidy["table"] + "." + tidy["row"] + "." + tidy["column"])


def test_wide_is_in_print_order_whatever_the_order_of_reports() -> None:
    old = dataclasses.replace(handmade.report(edition="2019", year=2020), report_id="old")
    new = dataclasses.replace(handmade.report(), report_id="new")
    variant = dataclasses.replace(handmade.report(variant=True), report_id="variant")
    ways = [frames.wide(frames.tidy(order)) for order in ((old, new, variant), (variant, new, old))]
    assert ways[0].columns.tolist() == ways[1].columns.tolist()
    columns = ways[0].columns.tolist()
    assert columns[:4] == ["report_id", "organ", "year", "edition"]
    assert columns.index("applications.new.total") < columns.index("applications.granted.natural_person")
    assert columns.index("applications.other.other.total") < columns.index("applications.handled_total.total")
    row = ways[0].set_index("report_id").loc["old"]
    assert row["edition"] == "2019"
    assert np.isnan(row["disclosure.charges.amount_10k_yuan"])
    assert row["disclosure.charges.change"] == 0


def test_wide_says_when_a_report_uses_two_editions() -> None:
    report = handmade.report()
    mixed = dataclasses.replace(report, sheets=(report.sheets[0], Sheet("disputes", "2019", report.sheets[2].entries)))
    assert frames.wide(frames.tidy(mixed))["edition"].tolist() == ["2019+2021"]


def test_wide_refuses_two_figures_for_one_place() -> None:
    report = handmade.report()
    with pytest.raises(CallError, match=r"two figures for disclosure\.regulations\.made"):
        frames.wide(frames.tidy((report, report)))


def test_wide_refuses_what_is_not_tidy() -> None:
    with pytest.raises(CallError, match="no column 'table'"):
        frames.wide(frames.tidy(handmade.report()).drop(columns="table"))


def test_wide_of_nothing_is_empty() -> None:
    assert frames.wide(frames.tidy(())).shape == (0, 4)


# CSV ------------------------------------------------------------------------------------------------------------------


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠SUM(A1)", "=", "'0"],
)
def test_no_text_is_a_formula(tmp_path: Path, text: str) -> None:
    frames.write_csv(pd.DataFrame({"raw": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv") == [f"'{text}"]


@pytest.mark.parametrize("text", ["-", "--", "－", "-5", "+5", "-12.50", "-3%", "0", "1,234", "无", "公开=是", "/"])
def test_printed_figures_are_left_alone(tmp_path: Path, text: str) -> None:
    frames.write_csv(pd.DataFrame({"raw": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv") == [text]


WRITABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)


@given(st.lists(WRITABLE | st.sampled_from(["=1", "'=1", "-", "\r\n", '"', '",\n"']), min_size=1))
def test_taking_one_apostrophe_away_gives_the_text_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    frames.write_csv(pd.DataFrame({"raw": pd.array(texts, dtype="str")}), path)
    assert [text.removeprefix("'") for text in cells(path)] == texts


def test_csv_reads_back_as_the_same_numbers(tmp_path: Path) -> None:
    frame = frames.tidy(handmade.report({("applications", "new", "total"): ""}, box=Box(1, 0.1, 1 / 3, 3, 4)))
    frames.write_csv(frame, tmp_path / "figures.csv")
    data = (tmp_path / "figures.csv").read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")
    back = pd.read_csv(
        tmp_path / "figures.csv", dtype=frame.dtypes.to_dict(), keep_default_na=False, na_values={"value": ""}
    )
    pd.testing.assert_frame_equal(back, frame)


def test_bom_for_excel(tmp_path: Path) -> None:
    frames.write_csv(pd.DataFrame({"organ": ["某县"]}), tmp_path / "a.csv", bom=True)
    assert (tmp_path / "a.csv").read_bytes() == b'\xef\xbb\xbf"organ"\n"' + "某县".encode() + b'"\n'


# The dictionary and the codebook --------------------------------------------------------------------------------------


def test_fields_are_named_once_and_described() -> None:
    for product in frames.PRODUCTS:
        assert len(set(product.columns)) == len(product.columns), product.name
        assert set(product.key) <= set(product.columns), product.name
        assert all(field.description for field in product.fields), product.name


def test_every_error_of_a_file_has_a_reason() -> None:
    branches = [errors.UnreadableFileError, *errors.UnreadableFileError.__subclasses__()]
    assert {work.reason(branch("why")) for branch in branches} <= set(REASONS)


@pytest.mark.parametrize("edition,variant", list(pairs(forms.editions(), (False, True))), ids=str)
def test_every_figure_is_in_the_codebook(edition: str, variant: bool) -> None:
    report = handmade.report(edition=edition, variant=variant)  # type: ignore[arg-type]
    key = ["edition", "table", "row", "column"]
    joined = frames.tidy(report).merge(frames.codebook(), on=key, how="left", validate="one_to_one", indicator=True)
    assert (joined["_merge"] == "both").all()
    assert joined[["row_label", "row_en", "column_label", "column_en", "unit"]].notna().all(axis=None)


def test_codebook_names_the_sums_of_a_figure() -> None:
    book = frames.codebook().set_index(["edition", "table", "row", "column"])
    assert book.loc[("2021", "applications", "new", "total"), "identities"] == "balance applicants"
    assert book.loc[("2021", "applications", "granted", "business"), "identities"] == "outcomes applicants"
    assert book.loc[("2021", "applications", "other", "total"), "identities"] == "outcomes applicants"
    assert book.loc[("2021", "applications", "other", "total"), "stands_for"] == (
        "other.no_correction other.unpaid_fee other.other"
    )
    assert pd.isna(book.loc[("2021", "disclosure", "charges", "amount_10k_yuan"), "identities"])
    assert (
        book.loc[("2021", "applications", "denied.query", "total"), "row_above"]
        == "三、本年度办理结果 / （三）不予公开"
    )
    assert book.loc[("2021", "disputes", "suit_direct", "total"), "row_above"] == "行政诉讼"


def test_codebook_in_markdown_has_every_label_and_field() -> None:
    text = frames.codebook_markdown()
    for edition in forms.editions():
        for table in forms.load(edition).tables:
            for value in (*table.rows, *table.columns):
                assert f"| `{value.key}` |" in text
                assert value.label in text
                assert value.en in text
    for product in frames.PRODUCTS:
        for field in product.fields:
            assert f"| `{field.name}` | {field.dtype} |" in text
    assert text == frames.codebook_markdown()


def test_frames_load_no_pandas_before_they_are_made() -> None:
    code = "import sys, gxstudy.frames; sys.exit(bool({'pandas', 'numpy', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
