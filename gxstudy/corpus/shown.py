"""A dataset as HTML for a notebook: who reports on which years, from which files, how well it is read, what is wrong.

As a report shows itself (:mod:`gxstudy.display`): styled in place, nothing from outside, readable on a light and on a
dark page, every number in words too. Only the few columns that are needed are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gxstudy.display.style import GRADE_TINTS, HEAD_TINT, LINE, MUTED, RULE, SEVERITY_TINTS, heading
from gxstudy.display.words import GRADE_MEANING, GRADES, SEVERITY_SIGNS, WITHOUT_FIGURE, count
from gxstudy.findings import KINDS, Code
from gxstudy.frames.dictionary import REASONS

if TYPE_CHECKING:
    from pyarrow import dataset

__all__ = ["Shown", "html"]

MOST_REPORTS = 15
"""Reports that are listed; of more, those with most to look at."""
MOST_YEARS = 12
_REPORT_COLUMNS = (
    *("report_id", "organ", "year", "kind", "entries", "grade_contradicted", "grade_doubtful", "status_unreadable"),
    *("proposals", "checks_held", "checks_failed", "findings_error", "findings_warning"),
)
_Row = Mapping[str, Any]


class Shown(Protocol):
    """What is needed of a dataset to show it."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def manifest(self) -> Mapping[str, Any]: ...  # noqa: D102
    def scan(self, name: str) -> dataset.Dataset: ...  # noqa: D102


def html(corpus: Shown) -> str:
    """Return a dataset as an HTML fragment."""
    reports: Sequence[_Row] = corpus.scan("reports").to_table(columns=list(_REPORT_COLUMNS)).to_pylist()
    counts = corpus.manifest["counts"]
    organs = {row["organ"] for row in reports if row["organ"] is not None}
    years = sorted({row["year"] for row in reports if row["year"] is not None})
    span = f", {years[0]}–{years[-1]}" if len(years) > 1 else "".join(f", {year}" for year in years)
    failed = f"{counts['failed']} failed" if counts["failed"] else "none failed"
    names = f"{len(organs)} {'name of an organ' if len(organs) == 1 else 'names of organs'}"
    who = f"{count(len(reports), 'report')}, {names}{span}"
    made = f"{corpus.path} · {count(counts['files'], 'file')}, {failed} · gxstudy {corpus.manifest['gxstudy']}"
    parts = [
        '<div lang="zh-Hans" style="font-size:13px;line-height:1.45;max-width:1000px">',
        f'<div style="font-size:17px;font-weight:bold">{escape(who)}</div>',
        f'<div style="{MUTED}">{escape(made)}</div>',
        *_grades(corpus),
        *_sums(reports),
        heading("Reports by year and kind of file"),
        _by_year(reports, years),
        *_failures(counts["failed_by_reason"]),
        *_findings(corpus),
        *_list(reports),
        "</div>",
    ]
    return "\n".join(parts)


def _grades(corpus: Shown) -> list[str]:
    """Return the figures by grade: a bar, and the same in words; places without a figure by status."""
    pairs = corpus.scan("figures").to_table(columns=["status", "grade"]).group_by(["status", "grade"])
    grades, statuses = Counter[str](), Counter[str]()
    for row in pairs.aggregate([([], "count_all")]).to_pylist():
        if row["status"] in WITHOUT_FIGURE:
            statuses[row["status"]] += row["count_all"]
        else:
            grades[row["grade"]] += row["count_all"]
    total = grades.total()
    met = [grade for grade in GRADES if grades[grade]]
    bar = "".join(
        f'<span title="{grade}: {grades[grade]:,}" style="display:inline-block;height:14px;'
        f'width:{100 * grades[grade] / total:.2f}%;background-color:{GRADE_TINTS[grade].rpartition(",")[0]},0.65)">'
        "</span>"
        for grade in met
    )
    said = "".join(
        f'<span style="display:inline-block;margin-right:18px" title="{GRADE_MEANING[grade]}">'
        f'<span style="background-color:{GRADE_TINTS[grade].rpartition(",")[0]},0.65);padding:0px 6px">&nbsp;</span> '
        f'{grades[grade]:,} {grade} <span style="{MUTED}">{_share(grades[grade], total)}</span></span>'
        for grade in met
    )
    rest = ", ".join(f"{statuses[status]:,} {status}" for status in WITHOUT_FIGURE if statuses[status])
    beside = f' <span style="{MUTED}">and {rest}</span>' if rest else ""
    line = f"border:{LINE};line-height:0;font-size:0;margin:4px 0;white-space:nowrap;overflow:hidden"
    return [
        heading("Figures by grade"),
        f"<div>{count(total, 'figure')}{beside}</div>",
        f'<div style="{line}">{bar}</div>' if total else "",
        f"<div>{said}</div>",
    ]


def _share(part: int, total: int) -> str:
    """Return a share in percent that is only 0 or 100 where nothing or all is meant."""
    share = 100 * part / total
    if part == total:
        return "100%"
    return "&lt;0.1%" if share < 0.1 else "&gt;99.9%" if share > 99.9 else f"{share:.1f}%"


def _sums(reports: Sequence[_Row]) -> list[str]:
    held, failed = (sum(row[f"checks_{which}"] for row in reports) for which in ("held", "failed"))
    with_failed = sum(row["checks_failed"] > 0 for row in reports)
    told = f"{held:,} sums of the form hold, {failed:,} fail"
    told += f" (in {count(with_failed, 'report')})" if failed else ""
    proposals = sum(row["proposals"] for row in reports)
    told += f"; {count(proposals, 'other reading')} proposed" if proposals else ""
    return [f"<div>{told}</div>"]


def _by_year(reports: Sequence[_Row], years: Sequence[int]) -> str:
    """Return how many reports there are of each kind of file and year; of many years the early ones in one column."""
    shown = [*years[-MOST_YEARS:]]
    columns: list[tuple[str, frozenset[int | None]]] = [(str(year), frozenset({year})) for year in shown]
    if len(years) > MOST_YEARS:
        columns.insert(0, (f"to {shown[0] - 1}", frozenset(years[:-MOST_YEARS])))
    if any(row["year"] is None for row in reports):
        columns.append(("unknown", frozenset({None})))
    cells = Counter((row["kind"], row["year"]) for row in reports)
    lines = []
    for kind in sorted({row["kind"] for row in reports}):
        numbers = [sum(cells[kind, year] for year in wanted) for _, wanted in columns]
        lines.append([kind, *map(str, numbers), str(sum(numbers))])
    totals = [sum(number for (_, year), number in cells.items() if year in wanted) for _, wanted in columns]
    lines.append(["all", *map(str, totals), str(len(reports))])
    return _table(["", *(name for name, _ in columns), "all"], lines)


def _failures(by_reason: Mapping[str, int]) -> list[str]:
    if not by_reason:
        return []
    lines = [
        [reason, REASONS.get(reason, ""), str(number)]
        for reason, number in sorted(by_reason.items(), key=lambda one: (-one[1], one[0]))
    ]
    return [heading("Files from which no report was read"), _table(["reason", "what it is", "files"], lines, text=2)]


def _findings(corpus: Shown) -> list[str]:
    """Return what was noticed, by code, the gravest first."""
    table = corpus.scan("findings").to_table(columns=["code", "report_id"])
    numbers = Counter(str(code) for code in table["code"].to_pylist())
    of = Counter(
        code for code, _ in set(zip(*(table[name].to_pylist() for name in ("code", "report_id")), strict=True))
    )
    if not numbers:
        return [heading("No findings")]
    gravity = list(SEVERITY_SIGNS)
    codes = sorted(
        (Code(name) for name in numbers), key=lambda code: (gravity.index(KINDS[code].severity), -numbers[code], code)
    )
    lines, signs = [], []
    for code in codes:
        kind = KINDS[code]
        lines.append(
            [SEVERITY_SIGNS[kind.severity], code.value, kind.en, kind.zh, f"{numbers[code]:,}", f"{of[code]:,}"]
        )
        signs.append(SEVERITY_TINTS[kind.severity])
    return [
        heading("Findings"),
        _table(["", "code", "what it is", "含义", "findings", "reports"], lines, text=4, first=signs),
    ]


def _list(reports: Sequence[_Row]) -> list[str]:
    """Return the reports; of many, those with most to look at."""

    def wrong(row: _Row) -> tuple[int, ...]:
        return (-row["findings_error"], -row["grade_contradicted"] - row["grade_doubtful"], -row["findings_warning"])

    in_order = sorted(reports, key=lambda row: (row["organ"] or "", row["year"] or 0, row["report_id"]))
    chosen = in_order if len(reports) <= MOST_REPORTS else sorted(in_order, key=wrong)[:MOST_REPORTS]
    title = "Reports" if chosen is in_order else f"The {MOST_REPORTS} reports with most to look at"
    lines = [
        [
            row["report_id"],
            row["organ"] or "organ unknown",
            str(row["year"] or "unknown"),
            row["kind"],
            *(
                str(number)
                for number in (
                    row["checks_failed"],
                    row["grade_contradicted"],
                    row["grade_doubtful"] + row["status_unreadable"],
                    row["proposals"],
                    row["findings_error"],
                    row["findings_warning"],
                )
            ),
        ]
        for row in chosen
    ]
    names = ["report_id", "organ", "year", "file", "failed sums", "contradicted", "doubtful, unreadable", "proposals"]
    names += ["errors", "warnings"]
    return [heading(title), _table(names, lines, text=2)] if lines else []


def _table(
    heads: Sequence[str], lines: Iterable[Sequence[str]], *, text: int = 1, first: Sequence[str] | None = None
) -> str:
    """Return a table; its first ``text`` columns are words, the others numbers. ``first`` tints the first column."""
    style = f"border-collapse:collapse;border-top:{RULE};border-bottom:{RULE};font-size:13px;line-height:1.35"

    def cell(tag: str, value: str, column: int, tint: str) -> str:
        align = "left" if column < text else "right"
        own = f"border:{LINE};padding:2px 8px;text-align:{align};font-weight:normal;background-color:{tint}"
        own += ";white-space:nowrap" if column == 0 else ""
        if value == "0":
            return f'<{tag} style="{own}"><span style="{MUTED}">0</span></{tag}>'
        return f'<{tag} style="{own}">{escape(value)}</{tag}>'

    head = "".join(cell("th", name, column, HEAD_TINT) for column, name in enumerate(heads))
    rows = [f'<tr style="background-color:transparent">{head}</tr>']
    for number, line in enumerate(lines):
        tints = [first[number] if first is not None and column == 0 else "transparent" for column in range(len(line))]
        cells = "".join(cell("td", value, column, tints[column]) for column, value in enumerate(line))
        rows.append(f'<tr style="background-color:transparent">{cells}</tr>')
    return "\n".join([f'<table style="{style}">', *rows, "</table>"])
