"""The fee Measures against worked examples, published cases, and a charge added up unit by unit."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import fees
from gxstudy.errors import CallError
from gxstudy.fees import Method, Proof, Reading, Request

# Worked examples of the two schedules (国办函〔2020〕109号 arts. 4 and 5), item rates by reading A.
ITEMS = {
    10: 0,
    11: 100,
    25: 1_500,
    30: 2_000,
    31: 2_200,
    35: 3_000,
    40: 4_000,
    45: 5_500,
    50: 7_000,
    60: 11_000,
    100: 37_000,
}
PAGES = {30: 0, 31: 10, 68: 380, 100: 700, 150: 1_700, 200: 2_700, 201: 2_740, 1_500: 54_700, 2_219: 83_460}
# Charges in public: case, requests, yuan, pages behind a single amount.
# Pages printed: Chengdu 2024 (China Newsweek), Xi'an 2025 (press). The rest: annual reports of 宿迁市 2023-2025, where
# pages are not printed and follow from the amount.
PUBLISHED = [
    ("chengdu-2024", 1, 54_700, 1_500),
    ("xian-2025", 1, 83_460, 2_219),
    ("suqian-2023-shuyang-resources", 1, 420, 72),
    ("suqian-2023-sucheng-resources", 1, 140, 44),
    ("suqian-2024-shuyang-civil", 1, 880, 109),
    ("suqian-2024-sihong-office", 1, 1_080, 119),
    ("suqian-2024-bancheng", 1, 270, 57),
    ("suqian-2025", 1, 380, 68),
]
COUNTS = st.integers(0, 3_000)
READINGS = st.sampled_from(Reading)


def item_rate(place: int, reading: Reading) -> int:
    """The rate of the place-th item of the month, from the words of article 4 and nothing else."""
    if place <= 10:
        return 0
    if place <= 30:
        return 100
    step = (place - 31) // 10
    return 100 * (step + 2) if reading is Reading.A else 100 * (step + 1)


def page_rate(place: int) -> int:
    return 0 if place <= 30 else 10 if place <= 100 else 20 if place <= 200 else 40


def test_worked_examples() -> None:
    assert {n: fees.by_items(n) for n in ITEMS} == ITEMS
    assert {n: fees.by_pages(n) for n in PAGES} == PAGES


def test_readings_part_at_item_31() -> None:
    assert [fees.by_items(n, reading="B") for n in (30, 31, 40, 41, 51)] == [2_000, 2_100, 3_000, 3_200, 5_300]
    assert fees.by_items(40) == fees.by_items(40, reading=Reading.A) == fees.by_items(40, reading="A") == 4_000
    with pytest.raises(CallError, match=r"reading: expected 'A' or 'B'.*got 'C'"):
        fees.by_items(40, reading="C")  # type: ignore[call-overload]


@pytest.mark.parametrize("case,cases,yuan,pages", PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_published_single_cases(case: str, cases: int, yuan: int, pages: int) -> None:
    assert fees.by_pages(pages) == yuan
    assert fees.pages_giving(yuan) == (pages,)
    assert fees.methods(yuan, cases=cases) == ((Method.ITEMS, Method.PAGES) if yuan % 100 == 0 else (Method.PAGES,))


@pytest.mark.parametrize(
    "cases,yuan,expected",
    [
        (15, 1_500, Proof.OPEN),  # 泗洪县公安局 2023: 15 chargeable items at 100, or pages
        (6, 600, Proof.OPEN),  # 宿迁市公安局 2023
        (2, 290, Proof.PAGES),  # 泗洪县人民政府 2023
        (None, 3_940, Proof.PAGES),  # 淮安市 2024, cases not stated
        (None, 400, Proof.OPEN),  # Hangzhou style report 2025, cases not stated
    ],
)
def test_published_sums(cases: int | None, yuan: int, expected: Proof) -> None:
    assert fees.proof(yuan, cases=cases) is expected


def test_rounded_press_amounts_have_no_page_count() -> None:
    # Putian "about 120,000" and Jinan "over 150,000" (Initium 2023-09-10) are rounded: no count gives them exactly.
    for yuan, below in ((120_000, 3_132), (150_000, 3_882)):
        assert fees.pages_giving(yuan) == ()
        assert fees.by_pages(below) < yuan < fees.by_pages(below + 1)


@given(COUNTS, READINGS)
def test_charge_is_the_sum_of_the_rates_of_its_units(n: int, reading: Reading) -> None:
    assert fees.by_items(n, reading=reading) == sum(item_rate(place, reading) for place in range(1, n + 1))
    assert fees.by_pages(n) == sum(page_rate(place) for place in range(1, n + 1))


@given(COUNTS, st.sampled_from([fees.ITEMS_A, fees.ITEMS_B, fees.PAGES]))
def test_charge_is_additive_over_the_listed_brackets(n: int, schedule: fees.Schedule) -> None:
    brackets = schedule.brackets(n)
    assert all(earlier.last is not None and earlier.last + 1 == later.first for earlier, later in pairwise(brackets))
    by_bracket = sum(b.rate * (min(n, b.last or n) - b.first + 1) for b in brackets)
    assert (
        by_bracket
        == {
            fees.ITEMS_A: lambda: fees.by_items(n),
            fees.ITEMS_B: lambda: fees.by_items(n, reading="B"),
            fees.PAGES: lambda: fees.by_pages(n),
        }[schedule]()
    )


@given(st.integers(0, fees.LARGEST - 1), READINGS)
def test_charge_never_falls_and_b_is_never_dearer(n: int, reading: Reading) -> None:
    assert fees.by_items(n, reading=reading) <= fees.by_items(n + 1, reading=reading)
    assert fees.by_pages(n) <= fees.by_pages(n + 1)
    assert fees.by_items(n, reading="B") <= fees.by_items(n, reading="A")


@given(st.lists(st.integers(0, fees.LARGEST)), READINGS)
def test_vectorised_equals_scalar(counts: list[int], reading: Reading) -> None:
    items = [fees.by_items(n, reading=reading) for n in counts]
    pages = [fees.by_pages(n) for n in counts]
    for many in (counts, tuple(counts), np.array(counts, dtype=np.int64), pd.Series(counts, dtype="Int64")):
        got_items, got_pages = fees.by_items(many, reading=reading), fees.by_pages(many)
        assert got_items.dtype == np.int64
        assert got_pages.dtype == np.int64
        assert (got_items.tolist(), got_pages.tolist()) == (items, pages)


def test_kinds_of_input() -> None:
    assert type(fees.by_items(np.int64(45))) is int
    assert type(fees.by_pages(68.0)) is int  # type: ignore[call-overload]  # from a float column, one value
    assert fees.by_items(np.array([[45], [40]], dtype=np.uint8)).tolist() == [[5_500], [4_000]]
    assert fees.by_pages(pd.Series([68.0, 31.0], index=["x", "y"])).tolist() == [380, 10]
    assert fees.by_pages(range(30, 33)).tolist() == [0, 10, 20]
    assert fees.by_items(np.array([45], dtype=np.float16)).tolist() == [5_500]
    assert fees.by_items([]).dtype == np.int64


@pytest.mark.parametrize(
    "bad",
    [
        -1,
        45.5,
        float("nan"),
        float("inf"),
        True,
        np.True_,
        None,
        "45",
        {45: 1},
        pd.NA,
        fees.LARGEST + 1,
        np.timedelta64(45, "ns"),
    ],
    ids=repr,
)
def test_bad_counts_are_refused_alone_and_with_their_place(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"^items: expected a whole number from 0 to 1,000,000,000, got"):
        fees.by_items(bad)
    with pytest.raises(ValueError, match=r"^pages\[1\]: expected"):
        fees.by_pages([31, bad])


@pytest.mark.parametrize(
    "bad",
    [
        np.array([1.0, np.nan]),
        np.array([1, -1]),
        np.array([1, 2**64 - 1], dtype=np.uint64),
        pd.Series([1, None], dtype="Int64"),
        pd.Series(["1", "2"]),
    ],
    ids=repr,
)
def test_bad_arrays_name_the_place(bad: Any) -> None:
    with pytest.raises(CallError, match=r"^items\[[01]\]: expected a whole number"):
        fees.by_items(bad)


@pytest.mark.parametrize(
    "bad",
    [np.array([True]), np.array([1j]), np.array([1], dtype="m8[ns]"), np.ma.masked_array([1, 2], mask=[False, True])],
)
def test_arrays_of_other_things_are_refused(bad: Any) -> None:
    with pytest.raises(CallError, match="none of them masked"):
        fees.by_pages(bad)


def test_largest_count_fits_int64_exactly() -> None:
    exact = fees.by_items(fees.LARGEST)
    assert exact == fees.by_items([fees.LARGEST])[0] < np.iinfo(np.int64).max
    assert fees.by_pages(fees.LARGEST) == 2_700 + 40 * (fees.LARGEST - 200)


@given(st.integers(31, 20_000_000), st.integers(11, 400_000), READINGS)
def test_inverses_round_trip(pages: int, items: int, reading: Reading) -> None:
    assert fees.pages_giving(fees.by_pages(pages)) == (pages,)
    yuan = fees.by_items(items, reading=reading)
    if yuan <= fees.LARGEST:
        assert fees.items_giving(yuan, reading=reading) == (items,)


@given(st.integers(0, fees.LARGEST), READINGS)
def test_inverses_give_only_what_costs_the_amount(yuan: int, reading: Reading) -> None:
    assert all(fees.by_pages(n) == yuan for n in fees.pages_giving(yuan))
    assert all(fees.by_items(n, reading=reading) == yuan for n in fees.items_giving(yuan, reading=reading))


def test_inverses_where_flat_or_skipped() -> None:
    assert fees.items_giving(0) == tuple(range(11))
    assert fees.pages_giving(0) == tuple(range(31))
    assert (fees.items_giving(400), fees.pages_giving(400)) == ((14,), (70,))
    assert (fees.items_giving(2_100), fees.items_giving(2_100, reading="B")) == ((), (31,))
    assert (fees.items_giving(380), fees.pages_giving(710), fees.pages_giving(fees.LARGEST)) == ((), (), ())


@pytest.mark.parametrize("reading", Reading)
def test_methods_agree_with_every_sum_of_charges(reading: Reading) -> None:
    top = 3_600
    months = [0]
    for place in range(1, 401):
        months.append(months[-1] + item_rate(place, reading))
    item = {b - a for i, a in enumerate(months) for b in months[i + 1 :] if 0 < b - a <= top}
    page = {sum(page_rate(place) for place in range(1, n + 1)) for n in range(31, 240)}
    reached: dict[tuple[int, bool, bool], set[int]] = {(0, False, False): {0}}
    for k in range(4):
        for (cases, by_item, by_page), sums in list(reached.items()):
            if cases != k:
                continue
            for charges, key in ((item, (k + 1, True, by_page)), (page, (k + 1, by_item, True))):
                more = {total + charge for total in sums for charge in charges if total + charge <= top}
                reached[key] = reached.get(key, set()) | more
    used = {Method.ITEMS: (True, False), Method.PAGES: (False, True), Method.MIXED: (True, True)}
    for cases in (1, 2, 3, 4):
        for yuan in range(1, top + 1):
            expected = tuple(m for m, how in used.items() if yuan in reached.get((cases, *how), set()))
            assert fees.methods(yuan, cases=cases) == expected, (cases, yuan)


@given(st.integers(1, 100_000))
def test_unstated_cases_are_any_number_of_cases(yuan: int) -> None:
    stated = {method for cases in range(1, 6) for method in fees.methods(yuan, cases=cases)}
    assert set(fees.methods(yuan, cases=None)) == stated


@pytest.mark.parametrize(
    "yuan,cases,expected",
    [
        (380, 1, Proof.PAGES),
        (400, 1, Proof.OPEN),
        (2_800, 1, Proof.ITEMS),  # no page count: 2,780 and 2,820 are neighbours
        (2_800, 2, Proof.OPEN),
        (705, None, Proof.IMPOSSIBLE),
        (710, 1, Proof.IMPOSSIBLE),
        (710, 2, Proof.PAGES),
        (100, 2, Proof.PAGES),  # two cases by item cost 200 at least
        (10, 2, Proof.IMPOSSIBLE),
    ],
)
def test_proof(yuan: int, cases: int | None, expected: Proof) -> None:
    assert fees.proof(yuan, cases=cases) is expected


@pytest.mark.parametrize("yuan,cases", [(0, 1), (-10, 1), (380, 0), (380.5, 1), (True, 1)])
def test_proof_refuses_what_is_no_charge(yuan: Any, cases: int) -> None:
    with pytest.raises(CallError, match="from 1 to"):
        fees.proof(yuan, cases=cases)


def ask(day: int, *, month: int = 3, items: int = 1, pages: int | None = None, agency: str = "甲") -> Request:
    return Request(applicant="某人", agency=agency, date=date(2024, month, day), items=items, pages=pages)


def test_ledger_charges_the_rise_and_keeps_the_order_given() -> None:
    late, early, april = ask(20, items=4), ask(2, items=29), ask(1, month=4, items=12)
    book = fees.ledger([late, early, april])
    assert [(line.request, line.before, line.after, line.yuan) for line in book.lines] == [
        (late, 29, 33, 100 + 3 * 200),
        (early, 0, 29, 1_900),
        (april, 0, 12, 200),
    ]
    assert book.yuan == 2_800
    assert [line.yuan for line in fees.ledger([late, early], reading="B").lines] == [400, 1_900]


def test_ledger_takes_requests_of_one_day_in_the_order_given() -> None:
    assert [line.yuan for line in fees.ledger([ask(5, items=10), ask(5, items=2)]).lines] == [0, 200]
    assert [line.yuan for line in fees.ledger([ask(5, items=2), ask(5, items=10)]).lines] == [0, 200]
    assert [line.before for line in fees.ledger([ask(5, items=2), ask(5, items=10)]).lines] == [0, 2]


def test_ledger_starts_anew_each_month_of_each_year() -> None:
    march = [Request(applicant="某人", agency="甲", date=date(year, 3, 1), items=10) for year in (2023, 2024)]
    assert fees.ledger([*march, ask(1, month=4, items=10)]).yuan == 0
    assert fees.ledger([*march, ask(2, items=1)]).yuan == 100


def test_ledger_assumptions_are_options() -> None:
    elsewhere = [ask(1, items=10), ask(2, items=1, agency="乙")]
    assert fees.ledger(elsewhere).yuan == 0
    assert fees.ledger(elsewhere, across_agencies=True).yuan == 100
    copies = [ask(1, items=10, pages=68), ask(2)]
    assert [line.yuan for line in fees.ledger(copies).lines] == [380, 0]
    assert [line.yuan for line in fees.ledger(copies, pages_use_places=True).lines] == [380, 100]
    book = fees.ledger(copies, reading="B", across_agencies=True, pages_use_places=True)
    assert (book.reading, book.across_agencies, book.pages_use_places) == (Reading.B, True, True)


REQUESTS = st.lists(
    st.builds(
        Request,
        applicant=st.sampled_from(["张", "李"]),
        agency=st.sampled_from(["甲", "乙"]),
        date=st.dates(date(2023, 12, 1), date(2024, 2, 29)),
        items=st.integers(1, 25),
        pages=st.none() | st.integers(0, 400),
    ),
    max_size=30,
)


@given(REQUESTS, READINGS, st.booleans(), st.booleans())
def test_ledger_totals_are_the_fee_of_the_month(
    requests: list[Request], reading: Reading, across: bool, places: bool
) -> None:
    book = fees.ledger(requests, reading=reading, across_agencies=across, pages_use_places=places)
    assert [line.request for line in book.lines] == requests
    assert all(line.yuan == fees.by_pages(line.request.pages) for line in book.lines if line.request.pages is not None)
    months: dict[tuple[str, str, str], list[fees.Line]] = {}
    for line in book.lines:
        asked = line.request
        key = (asked.applicant, "" if across else asked.agency, asked.date.strftime("%Y-%m"))
        months.setdefault(key, []).append(line)
    for lines in months.values():
        by_item = [line for line in lines if line.request.pages is None]
        items = sum(line.request.items for line in (lines if places else by_item))
        assert max(line.after for line in lines) == items
        charged = sum(line.yuan for line in by_item)
        whole = fees.by_items(items, reading=reading)
        assert charged <= whole if places else charged == whole


@pytest.mark.parametrize(
    "field,value",
    [
        ("applicant", " "),
        ("agency", None),
        ("date", datetime(2024, 3, 1, 9)),
        ("date", "2024-03-01"),
        ("items", 0),
        ("items", True),
        ("pages", -1),
    ],
)
def test_request_refuses_what_it_cannot_place(field: str, value: Any) -> None:
    good: dict[str, Any] = {"applicant": "某人", "agency": "甲", "date": date(2024, 3, 1), "items": 1, "pages": None}
    with pytest.raises(CallError, match=f"^{field}: expected"):
        Request(**(good | {field: value}))


def test_ledger_stops_beyond_the_largest_count() -> None:
    with pytest.raises(CallError, match="items of 某人 in 2024-03"):
        fees.ledger([ask(1, items=fees.LARGEST), ask(2)])


def test_whole_floats_and_numpy_counts_stay_int_in_the_ledger() -> None:
    book = fees.ledger([ask(1, items=np.int64(12)), ask(2, items=3.0)])  # type: ignore[arg-type]
    assert [type(line.yuan) for line in book.lines] == [int, int]
    assert book.yuan == 500


def test_import_is_cheap() -> None:
    code = "import sys, gxstudy.fees as f; assert f.by_items(45) == 5500; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
