"""The numbers of the notebooks, worked out again from the raw files without this package: sums and closed forms."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[1]
RAW, DRAWN, NOTEBOOKS = ROOT / "data" / "raw", ROOT / "data" / "processed" / "figures", ROOT / "notebooks"
Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The interval of Wilson, 1927, at 95 %."""
    z, share = 1.959963984540054, hits / n
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return min(max(0.0, low), share), max(min(1.0, high), share)


def notebook(number: str) -> str:
    """All that a notebook says and shows, its spaces made one."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    said = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        said.append("".join(cell["source"]))
        outputs = cell.get("outputs", ())
        said += ["".join(one.get("text", one.get("data", {}).get("text/plain", ""))) for one in outputs]
    return re.sub(r"\s+", " ", "\n".join(said))


# published figures


def notes(row: Row) -> dict[str, str]:
    pairs = (one.strip().partition("=") for one in row["notes"].split(";") if one.strip())
    return {key: value for key, _, value in pairs}


def number(row: Row, *names: str) -> int | None:
    """The first of these places that holds a number."""
    return next((int(row[name]) for name in names if row[name].isdigit()), None)


CITYWIDE = {"scope_citywide", "scope", "scope_departments"}
PUBLISHED = rows(RAW / "published_figures.csv")


def part(row: Row) -> str:
    return notes(row).get("selection", "purposive")


def asked(row: Row) -> int | None:
    """How many applications the report says it received, in its table or else in its text."""
    return number(row, "applications.new.total", "prose.applications_received")


ORGANS = [row for row in PUBLISHED if not CITYWIDE & set(notes(row))]


@pytest.mark.parametrize("split", ["", "_by_level", "_by_sector", "_by_year"])
def test_shares_of_stated_zeros(split: str) -> None:
    field = split.removeprefix("_by_")
    zeros: Counter[tuple[str, str]] = Counter()
    n, seen = zeros.copy(), zeros.copy()
    for row in ORGANS:
        for group in ("all", row[field]) if field else ("all",):
            seen[part(row), group] += 1
            n[part(row), group] += asked(row) is not None
            zeros[part(row), group] += asked(row) == 0
    told = [
        row
        for row in rows(DRAWN / f"zero_applications{split}.csv")
        if row["definition"] == "stated" and row["part"] != "full_reports" and int(row["reports"])
    ]
    assert {(row["part"], row["group"]) for row in told} == {key for key in seen if key[1]}
    for row in told:
        key = (row["part"], row["group"])
        assert (int(row["reports"]), int(row["n"]), int(row["zeros"])) == (seen[key], n[key], zeros[key])
        if n[key]:
            low, high = wilson(zeros[key], n[key])
            assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high), abs=1e-9)


def test_what_is_said_of_zeros_in_words() -> None:
    said = notebook("02")
    second = [row for row in ORGANS if part(row) == "repeat_year"]
    known = [row for row in second if asked(row) is not None]
    assert 0.45 < sum(asked(row) == 0 for row in known) / len(known) < 0.55
    assert "about half state zero" in said
    first = [row for row in PUBLISHED if part(row) == "purposive"]
    assert f"**Purposive**: {len(first)} rows" in said
    assert f"(`repeat_year`): {len(PUBLISHED) - len(first)} rows" in said
    assert f"{len(PUBLISHED)} published reports on 2019-2025" in said
    assert {row["year"] for row in PUBLISHED} == {str(year) for year in range(2019, 2026)}
    science = [row for row in known if row["sector"] == "science"]
    zero = sum(asked(row) == 0 for row in science)
    assert f"science bureaus ({zero} of {len(science)} state zero)" in said
    assert wilson(zero, len(science))[0] > wilson(195, 398)[1]
    found = {row["organ"] for row in first}
    inherited = [row for row in known if row["organ"] in found]
    assert f"of its rows with a number, {len(inherited)} belong to such organs" in said
    levels = [
        (sum(asked(row) == 0 for row in known if row["level"] == level), sum(row["level"] == level for row in known))
        for level in ("province", "prefecture", "county", "township")
    ]
    shares = [zeros / n for zeros, n in levels]
    assert shares == sorted(shares)
    assert wilson(*levels[1])[1] < wilson(*levels[3])[0]
    unseen = len(second) - len(known)
    zeros = sum(asked(row) == 0 for row in known)
    for hits in (zeros, zeros + unseen):
        low, high = wilson(hits, len(second))
        assert f"{hits} {len(second)} {hits / len(second):.3f} {low:.3f} {high:.3f}" in said


def test_years_that_follow_one_another() -> None:
    said = notebook("02")
    full = {row["report_id"]: row for row in rows(RAW / "typeset" / "reports.csv")}
    by_organ: dict[str, dict[int, int]] = defaultdict(dict)
    for row in ORGANS:
        if asked(row) is not None:
            by_organ[row["organ"]][int(row["year"])] = int(asked(row) == 0)
    for key, row in full.items():
        by_organ[row["organ"]][int(row["year"])] = int(PRINTED[key]["applications.new.total"] == "0")
    pairs = [(years[year], years[year + 1]) for years in by_organ.values() for year in years if year + 1 in years]
    crossed = Counter(pairs)
    assert f"There are {len(pairs)}." in said
    assert crossed[0, 1] == 0
    assert "Not one organ with applications had none the year after" in said
    assert (crossed[1, 1], crossed[1, 1] + crossed[1, 0]) == (8, 9)
    assert "eight of nine zeros were followed by a zero" in said


def test_statements_on_the_fee() -> None:
    spoke = [row for row in PUBLISHED if row["prose.fee_stated"] and int(row["year"]) >= 2021]
    assert {row["prose.fee_stated"] for row in spoke} == {"none"}
    told = {
        (row["part"], row["state"]): (float(row["hits"]), float(row["n"]))
        for row in rows(DRAWN / "fees.csv")
        if row["panel"] == "states" and row["of"] == "spoke"
    }
    counted = Counter(part(row) for row in spoke)
    assert {name: told[name, "none"] for name in counted} == {name: (n, n) for name, n in counted.items()}
    assert f"All {len(spoke)} statements in view in the two other parts" in notebook("05")


def test_days_from_published_texts() -> None:
    """Stock carried in or out x 250 / handled, added up by part; reports on some applications only are left out."""
    said = notebook("07")
    partial = {"wording_only_natural_persons", "wording_only_organisations", "wording_only_online"}
    for name in ("purposive", "repeat_year"):
        for stock in ("opening", "closing"):
            known = []
            for row in ORGANS:
                note = notes(row)
                keys = ("narr_prev", "prose_prev") if stock == "opening" else ("narr_carried", "prose_carried_out")
                told = next((note[key] for key in keys if key in note), "")
                if stock == "opening":
                    told = row["applications.carried_in.total"] or told
                handled = number(row, "prose.applications_handled")
                if part(row) == name and not partial & set(note) and told.isdigit() and handled:
                    known.append((row["organ"], int(told), handled))
            days = 250 * sum(told for _, told, _ in known) / sum(handled for _, _, handled in known)
            organs = len({organ for organ, _, _ in known})
            assert f"days_{stock} pooled {organs} {len(known)} {days:.2f}" in said, (name, stock)
            middle = median(250 * told / handled for _, told, handled in known)
            assert f"median {organs} {len(known)} {middle:.2f}" in said


# reports read in full, from what was transcribed


def printed() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(RAW / "typeset" / "figures.csv"):
        found[row["report_id"]][f"{row['table']}.{row['row']}.{row['column']}"] = row["printed"]
    return dict(found)


PRINTED = printed()
DENIED = ("state_secret", "law_prohibits", "security_stability", "third_party", "internal", "process")
DENIED = tuple(f"denied.{one}" for one in (*DENIED, "enforcement_file", "query"))
UNAVAILABLE = tuple(f"unavailable.{one}" for one in ("not_held", "not_existing", "unclear"))


def total(report: str, *lines: str) -> int:
    """The sum of some rows of table three; an error where one of them is not there."""
    return sum(int(PRINTED[report][f"applications.{line}.total"]) for line in lines)


def test_six_disclosure_rates() -> None:
    disclosed = ("granted", "partial")
    bases = {
        "handled_in_full": (("granted",), ("handled_total",)),
        "handled_or_pending": (disclosed, ("new", "carried_in")),
        "received": (disclosed, ("new",)),
        "handled": (disclosed, ("handled_total",)),
        "decided_on_merits": (disclosed, (*disclosed, *DENIED, *UNAVAILABLE)),
        "resolvable": (disclosed, (*disclosed, *DENIED)),
    }
    told = rows(DRAWN / "denominators.csv")
    assert len(told) == 6 * 8
    for row in told:
        above, below = (total(row["report_id"], *lines) for lines in bases[row["definition"]])
        assert (int(row["numerator"]), int(row["denominator"])) == (above, below)
        assert float(row["rate"]) == pytest.approx(above / below)
    reports = {row["report_id"] for row in told}
    said = notebook("03")
    for key, (above, below) in bases.items():
        hits, n = (sum(total(report, *lines) for report in reports) for lines in (above, below))
        assert f"{key} 8 6 {hits} {n} {hits / n:.3f}" in said


def test_factual_grounds() -> None:
    reports = {row["report_id"] for row in rows(DRAWN / "denominators.csv")}
    unavailable, denied = (sum(total(one, *lines) for one in reports) for lines in (UNAVAILABLE, DENIED))
    (told,) = (row for row in rows(DRAWN / "grounds.csv") if row["row"] == "all together")
    assert float(told["factual"]) == pytest.approx(unavailable / (unavailable + denied))
    assert all(total(one, *UNAVAILABLE) > total(one, *DENIED) for one in reports)
    said = notebook("04")
    assert f"hits {unavailable} " in said
    assert "85% of the two together" in said
    assert round(100 * unavailable / (unavailable + denied)) == 85
    for ground in DENIED:
        n = sum(total(one, ground) for one in reports)
        assert re.search(rf"{re.escape(ground)} [\d()]+ \d 8 {n} {denied} {n / denied:.3f} ", said), ground


def test_odds_of_applicants() -> None:
    """Mantel and Haenszel's odds ratio: sums of ad/n over sums of bc/n, over reports where it can be taken."""
    told = {row["applicant"]: row for row in rows(DRAWN / "applicants.csv") if row["of"] == "handled"}

    def cell(report: str, line: str, who: str) -> int:
        return int(PRINTED[report][f"applications.{line}.{who}"])

    for who, row in told.items():
        for_it = against = disclosed = refused = 0.0
        strata = 0
        for report in {row["report_id"] for row in rows(DRAWN / "denominators.csv")}:
            try:
                a, c = (cell(report, "granted", one) + cell(report, "partial", one) for one in (who, "natural_person"))
                b, d = (cell(report, "handled_total", one) - given for one, given in ((who, a), ("natural_person", c)))
            except (KeyError, ValueError):
                continue
            n = a + b + c + d
            if min(a + b, c + d, a + c, b + d) > 0:
                strata += 1
                disclosed, refused = disclosed + a, refused + b
                for_it, against = for_it + a * d / n, against + b * c / n
        assert (int(row["strata"]), float(row["disclosed"]), float(row["not_disclosed"])) == (
            strata,
            disclosed,
            refused,
        )
        if against:
            assert float(row["odds_ratio"]) == pytest.approx(for_it / against)


ROUTES = ("review", "suit_direct", "suit_after_review")


def disputes(report: str, route: str) -> dict[str, int] | None:
    cells = {name: PRINTED[report].get(f"disputes.{route}.{name}", "") for name in
             ("upheld", "corrected", "other", "pending", "total")}  # fmt: skip
    return {name: int(one) for name, one in cells.items()} if all(one.isdigit() for one in cells.values()) else None


def test_nine_correction_rates() -> None:
    said = notebook("06")
    told = {(row["route"], row["definition"]): row for row in rows(DRAWN / "correction_rates.csv")}
    assert len(told) == 9
    for route in ROUTES:
        known = [one for one in (disputes(report, route) for report in PRINTED) if one is not None]
        known = [one for one in known if one["corrected"] <= one["total"] - one["pending"]]
        bases = {
            "all_cases": [one["total"] for one in known],
            "closed": [one["total"] - one["pending"] for one in known],
            "upheld_or_corrected": [one["upheld"] + one["corrected"] for one in known],
        }
        for key, below in bases.items():
            hits = sum(one["corrected"] for one, n in zip(known, below, strict=True) if n)
            row = told[route, key]
            assert (int(row["corrected"]), int(row["cases"])) == (hits, sum(below))
            assert int(row["reports"]) == sum(n > 0 for n in below)
            assert f"{row['organs']} {row['reports']} {hits} {sum(below)}" in said
    all_cases = {route: told[route, "all_cases"] for route in ROUTES}
    for route in ROUTES:
        assert f"{100 * int(all_cases[route]['corrected']) / int(all_cases[route]['cases']):.1f}%" in said
    counts = [int(row["cases"]) for row in all_cases.values()]
    assert "({:,} reviews, {} direct suits and {} suits after review".format(*counts) in said


def test_direct_suits_of_each_report() -> None:
    told = rows(DRAWN / "review_first.csv")
    for row in told:
        direct, after = (disputes(row["report_id"], route) for route in ROUTES[1:])
        assert direct is not None
        assert after is not None
        suits = direct["total"] + after["total"]
        assert (int(row["direct"]), int(row["after_review"])) == (direct["total"], after["total"])
        assert float(row["share"]) == pytest.approx(direct["total"] / suits)
        assert (float(row["low"]), float(row["high"])) == pytest.approx(wilson(direct["total"], suits))
    suqian = [row for row in told if row["report_id"].startswith("suqian")]
    shares = [f"{100 * float(row['share']):.0f}%" for row in sorted(suqian, key=lambda row: row["year"])]
    assert "{}, {} and {} of all suits".format(*shares) in notebook("06")


def test_days_of_each_report() -> None:
    for row in rows(DRAWN / "backlog.csv"):
        if row["panel"] != "days":
            continue
        handled = total(row["report_id"], "handled_total")
        for name, line in (("opening", "carried_in"), ("closing", "carried_out")):
            if row[f"days_{name}"]:
                days = 250 * total(row["report_id"], line) / handled
                assert float(row[f"days_{name}"]) == pytest.approx(days)


def test_sums_that_fail() -> None:
    """Table four of one report: parts beside a total that they do not give; nowhere else."""
    failed = [
        (report, route)
        for report in PRINTED
        for route in ROUTES
        for one in [disputes(report, route)]
        if one is not None and one["upheld"] + one["corrected"] + one["other"] + one["pending"] != one["total"]
    ]
    assert failed == [("hongze-2023", "review"), ("hongze-2023", "suit_after_review")]
    assert "2 of 382 tests, 1 of 12 reports" in notebook("08")


def test_charges_by_page() -> None:
    """10 yuan from page 31, 20 from 101, 40 from 201, page by page."""

    def charge(pages: int) -> int:
        return sum(
            0 if page <= 30 else 10 if page <= 100 else 20 if page <= 200 else 40 for page in range(1, pages + 1)
        )

    exact = [row for row in rows(RAW / "fee_cases.csv") if row["cases"] == "1" and row["rounded"] == "false"]
    told = {row["key"]: row for row in rows(DRAWN / "fees.csv") if row["source"] == "case"}
    assert len(exact) == 8
    for row in exact:
        pages = int(float(told[row["case"]]["pages"]))
        assert charge(pages) == int(row["yuan"])
        assert row["pages"] in {"", str(pages)}
    proved = [row for row in exact if int(row["yuan"]) % 100]
    assert len(proved) == 7
    assert "Seven of eight single cases with an exact amount prove charging by page" in notebook("05")


def test_every_notebook_is_as_promised() -> None:
    """A question, a definition, the data; robustness; what was published; how to run it; and little code."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert [path.name[:2] for path in paths] == [f"{number:02}" for number in range(1, 10)]
    for path in paths:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]
        lines = [line for line in code if line.strip() and not line.lstrip().startswith("#")]
        assert len(lines) <= 60, path.name
        assert not any(re.match(r"\s*(def|class|async def) |.*\blambda\b.*:$", line) for line in lines), path.name
        said = notebook(path.name[:2])
        for promised in wanted(path.name):
            assert promised.lower() in said.lower(), (path.name, promised)


def wanted(name: str) -> Iterable[str]:
    always = ("**question", "**definition", "**data", "how robust", "your own reports")
    return always if name.startswith("01") else (*always, "published before")
