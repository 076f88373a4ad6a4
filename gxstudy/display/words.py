"""What terminal and notebook both say of a report, in words and signs.

In the terminal of a Chinese locale the words are Chinese: the command sets the language (``gettext``). Keys of grades
and statuses stay as they are, for they are those of the data.
"""

from __future__ import annotations

import gettext
import math
from collections import Counter
from typing import TYPE_CHECKING, Literal, Protocol

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.findings import KINDS, Code
from gxstudy.forms import Block, Column, Form, Group, Row, Table

if TYPE_CHECKING:
    from gxstudy.audit import Check, Proposal
    from gxstudy.fill import Entry, Grade, Sheet, Status
    from gxstudy.findings import Finding, Place, Severity
    from gxstudy.layout import Box, Kind
    from gxstudy.prose import Fact, Fee

__all__ = [
    "GRADES",
    "GRADE_MEANING",
    "GRADE_SIGNS",
    "NOUNS",
    "SEVERITY_SIGNS",
    "STATUS_MEANING",
    "STATUS_SIGNS",
    "WITHOUT_FIGURE",
    "Lang",
    "Node",
    "Shown",
    "Spoken",
    "absent_tables",
    "because_text",
    "count",
    "fee_text",
    "figure",
    "finding_text",
    "findings",
    "form_text",
    "grade_counts",
    "label",
    "legend_grades",
    "legend_statuses",
    "pages_text",
    "place_text",
    "proposal_text",
    "proposals",
    "signs",
    "spoken",
    "sum_text",
    "summary",
    "where_text",
    "who",
]

Lang = Literal["zh", "en", "both"]
Spoken = Literal["zh", "en"]
Node = Row | Column | Group | Block

GRADES: tuple[Grade, ...] = (
    "proved",
    "consistent",
    "confirmed",
    "unchecked",
    "recognised",
    "doubtful",
    "contradicted",
)
GRADE_MEANING: dict[Grade, str] = {
    "proved": "the sums of its row and of its column hold",
    "consistent": "in at least one sum, and all hold",
    "confirmed": "in no sum; a second reader agrees",
    "unchecked": "in no sum that can be tested",
    "recognised": "recognised from a picture; in no sum that can be tested",
    "doubtful": "recognised from a picture with doubt; in no sum that can be tested",
    "contradicted": "in a sum that fails",
}
GRADE_SIGNS: dict[Grade, str] = {
    "consistent": "'",
    "confirmed": "+",
    "unchecked": "°",
    "recognised": "~",
    "doubtful": "≈",
    "contradicted": "✗",
}
STATUS_SIGNS: dict[Status, str] = {
    "blank": "·",
    "absent": "∅",
    "unreadable": "?",
    "annotated": "*",
    "derived": "=",
    "proposed": "»",
    "corrected": "✎",
}
STATUS_MEANING: dict[Status, str] = {
    "blank": "nothing is printed (not zero)",
    "absent": "the report has no such row or column",
    "unreadable": "printed, but not a number",
    "annotated": "printed with a unit or note",
    "derived": "computed, not printed",
    "proposed": "read otherwise; the number that the sums propose",
    "corrected": "read otherwise, corrected by a person",
}
SEVERITY_SIGNS: dict[Severity, str] = {"error": "✗", "warning": "!", "info": "i"}
WITHOUT_FIGURE: tuple[Status, ...] = ("blank", "slash", "unreadable", "absent")
_MANY_TERMS = 6
_BETWEEN: dict[Spoken, tuple[str, str, str]] = {"en": ("printed", "and", "but"), "zh": ("印作", "且", "但")}
"""Before a printed total; between two sides that are equal; between two that are not."""
NOUNS = ("figure", "finding", "failed sum", "proposal", "page", "processor", "grid", "ruling", "report")
"""What :func:`count` counts."""
_ = gettext.gettext


class Shown(Protocol):
    """What is needed of a report to show it."""

    @property
    def report_id(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def pages(self) -> int: ...  # noqa: D102
    @property
    def organ(self) -> str | None: ...  # noqa: D102
    @property
    def year(self) -> int | None: ...  # noqa: D102
    @property
    def edition(self) -> str: ...  # noqa: D102
    @property
    def sheets(self) -> tuple[Sheet, ...]: ...  # noqa: D102
    @property
    def facts(self) -> tuple[Fact, ...]: ...  # noqa: D102
    @property
    def fee(self) -> Fee: ...  # noqa: D102
    @property
    def checks(self) -> tuple[Check, ...]: ...  # noqa: D102
    @property
    def findings(self) -> tuple[Finding, ...]: ...  # noqa: D102
    @property
    def proposals(self) -> tuple[Proposal, ...]: ...  # noqa: D102


def summary(report: Shown) -> str:
    """Return one line on ``report``: who, which year, how many figures of which grade, what is wrong."""
    failed = sum(not check.holds for check in report.checks)
    return (
        f"<Report {who(report)}, form {report.edition}: {grade_counts(report)}; "
        f"{count(failed, 'failed sum')}{proposals(report)}; {count(len(report.findings), 'finding')}>"
    )


def proposals(report: Shown) -> str:
    """Return how many other readings are proposed, after a semicolon; nothing where none is."""
    return f"; {count(len(report.proposals), 'proposal')}" if report.proposals else ""


def place_text(report: Shown, table: str, row: str, column: str, *, lang: Lang = "zh") -> str:
    """Return the printed labels of one place of the form, row / column.

    Raises
    ------
    CallError
        When the form has no such place.
    """
    printed_on = _form(report, table).table(table)
    return f"{_full(printed_on, printed_on.row(row), lang)} / {_full(printed_on, printed_on.column(column), lang)}"


def who(report: Shown) -> str:
    """Return organ and year."""
    return f"{report.organ or _('organ unknown')}, {report.year or _('year unknown')}"


def count(number: int, noun: str) -> str:
    """Return ``number`` with ``noun`` in the singular or plural."""
    said = gettext.gettext(noun)
    return f"{number:,} {said}" if said != noun else f"{number:,} {noun}{'' if number == 1 else 's'}"


def form_text(report: Shown) -> str:
    """Return the line on the file: its id, kind and pages, and the form it follows."""
    form = forms.load(report.edition)
    return (
        f"{report.report_id} · {report.kind}, {count(report.pages, 'page')} · {_('form')} {form.edition}, {form.notice}"
    )


def grade_counts(report: Shown) -> str:
    """Return how many figures the report has, by grade, and how many places without one, by status."""
    entries = _entries(report)
    figures = [entry for entry in entries if entry.status not in WITHOUT_FIGURE]
    grades = Counter(entry.grade for entry in figures)
    statuses = Counter(entry.status for entry in entries)
    graded = ", ".join(f"{grades[grade]} {grade}" for grade in GRADES if grades[grade])
    rest = [f"{statuses[status]} {status}" for status in WITHOUT_FIGURE if statuses[status]]
    return ", ".join([count(len(figures), "figure") + (f" ({graded})" if graded else ""), *rest])


def legend_grades(report: Shown) -> tuple[Grade, ...]:
    """Return the grades met in ``report``, best first; those of places without a figure count only if contradicted."""
    met = {
        entry.grade for entry in _entries(report) if entry.status not in WITHOUT_FIGURE or entry.grade == "contradicted"
    }
    return tuple(grade for grade in GRADES if grade in met)


def legend_statuses(report: Shown) -> tuple[Status, ...]:
    """Return the statuses met in ``report`` that have a sign."""
    met = {entry.status for entry in _entries(report)}
    return tuple(status for status in STATUS_SIGNS if status in met)


def label(node: Node, lang: Lang) -> str:
    """Return the label of a row, column, group or block."""
    if lang == "both":
        return f"{node.label} {node.en}"
    return node.label if lang == "zh" else node.en


def pages_text(boxes: tuple[Box, ...]) -> str:
    """Return the pages on which ``boxes`` lie; empty for a file without geometry."""
    pages = sorted({box.page for box in boxes})
    return f"p. {', '.join(map(str, pages))}" if pages else ""


def sum_text(report: Shown, check: Check, *, lang: Lang = "zh", said: Spoken | None = None) -> str:
    """Return an identity tested in one place with its two sides: ``行政复议: 10+1+0+0 = 11, printed 0``.

    Of more than six terms those that are zero or blank are left out. ``lang`` is the language of the labels, ``said``
    that of the words between them; by default that of the command.

    Raises
    ------
    CallError
        When the form has no such identity.
    """
    form = _form(report, check.table)
    table = form.table(check.table)
    identity = next((one for one in form.identities if one.key == check.identity and one.table == check.table), None)
    if identity is None:
        msg = f"form {form.edition} has no identity {check.identity!r} in table {check.table!r}"
        raise CallError(msg)
    along_row = identity.along == "row"
    right = [place for place in check.entries if place[along_row] in identity.right]
    left = [place for place in check.entries if place not in right]
    where = _full(table, table.row(check.at) if along_row else table.column(check.at), lang)
    left_side = f"{where}: {_side(report, check, left, str(check.left))}"
    printed, holding, failing = _BETWEEN[said or spoken()]
    if len(identity.right) > 1:
        return f"{left_side}, {holding if check.holds else failing} {_side(report, check, right, str(check.right))}"
    if along_row:
        return f"{left_side}, {printed} {check.right}"
    return f"{left_side}, {printed} {check.right} ({_full(table, table.row(identity.right[0]), lang)})"


def proposal_text(report: Shown, one: Proposal, *, lang: Lang = "zh") -> str:
    """Return what is proposed for a figure, why, and by how much it is likelier than anything else.

    ``lang`` is that of the labels; the words are those of the command.
    """
    place = place_text(report, one.table, one.row, one.column, lang=lang)
    times = int(math.exp(min(one.runner_up - one.cost, 9)))
    if spoken() == "zh":
        because = because_text(report, one, lang="zh")
        return f"{place}：{one.value_proposed}，而不是“{one.raw}”？{because}。可能性至少是其他任何读法的 {times} 倍。"
    odds = f"At least {times} times as likely as any other reading."
    return f"{place}: {one.value_proposed}, not {one.raw!r}? {_upper(one.reason)}. {odds}"


def because_text(report: Shown, one: Proposal, *, lang: Lang) -> str:
    """Return why another reading is proposed: which sums fail as read and hold with it."""
    if lang != "zh":
        return one.reason
    form = _form(report, one.table)
    table = form.table(one.table)
    along = {identity.key: identity.along for identity in form.identities if identity.table == one.table}
    sums = [_full(table, table.row(at) if along[key] == "row" else table.column(at), lang) for key, at in one.mends]
    failing = "照读无法检验" if one.value_read is None else "照读不成立"
    return f"以 {one.value_proposed} 代替“{one.raw}”，下列合计便成立（{failing}）：{'、'.join(dict.fromkeys(sums))}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def fee_text(fee: Fee) -> str:
    """Return what a report says about the fee."""
    if fee.stated is None:
        return _("the report does not say whether a fee was charged")
    if fee.stated == "unclear":
        return _("the report speaks of it in words that cannot be read")
    if fee.stated == "none":
        return _("none charged")
    amounts = ((fee.yuan, _("yuan collected")), (fee.billed, _("yuan billed")), (fee.cases, _("cases")))
    return ", ".join([_("charged"), *(f"{amount} {what}" for amount, what in amounts if amount is not None)])


def spoken() -> Spoken:
    """Return the language of the words: Chinese where the command speaks Chinese."""
    return "en" if gettext.gettext("finding") == "finding" else "zh"


def finding_text(report: Shown, one: Finding, *, lang: Lang) -> str:
    """Return a finding in words.

    In English its page and message; in Chinese its page, place and kind, with the sums or the reading proposed, and
    behind it, in brackets, the message where that says more; in both, its kind in Chinese before the English.
    """
    kind = KINDS[one.code]
    page = f"p. {one.where.page}: " if one.where.page else ""
    if lang == "en":
        return f"{page}{one.message}"
    if lang == "both":
        return f"{page}{kind.zh} · {one.message}"
    page = f"第 {one.where.page} 页" if one.where.page else ""
    place = " ".join(part for part in (page, where_text(report, one.where)) if part)
    return f"{place}：{_in_chinese(report, one)}" if place else _in_chinese(report, one)


def where_text(report: Shown, where: Place, *, lang: Lang = "zh") -> str:
    """Return as much of a place of the form as is known, by its labels: table / row / column; keys the form lacks."""
    if where.table is None:
        return ""
    table = _form(report, where.table).table(where.table)
    rows = {row.key: row for row in table.rows}
    columns = {column.key: column for column in table.columns}
    parts = [table.en if lang == "en" else f"表{table.number}"]
    if where.row is not None:
        parts.append(_full(table, rows[where.row], lang) if where.row in rows else where.row)
    if where.column is not None:
        parts.append(_full(table, columns[where.column], lang) if where.column in columns else where.column)
    return " / ".join(parts)


def _in_chinese(report: Shown, one: Finding) -> str:
    kind, place = KINDS[one.code], one.where[:3]
    if kind.more == "nothing":
        return kind.zh
    if kind.more == "figure":
        entry = next((one for one in _entries(report) if (one.table, one.row, one.column) == place), None)
        if entry is not None:
            value = "" if entry.value is None else f"，读作 {entry.value}"
            return f"{kind.zh}（印作“{' '.join(entry.raw.split())}”{value}）"
    if one.code is Code.IDENTITY_FAILED and (check := _failed(report, one)) is not None:
        return f"{kind.zh}（{sum_text(report, check, said='zh')}）"
    if one.code is Code.MISREAD_PROPOSED:
        for proposal in report.proposals:
            if (proposal.table, proposal.row, proposal.column) == place:
                return f"{kind.zh}（{because_text(report, proposal, lang='zh')}）"
    return f"{kind.zh}（{one.message}）"


def _failed(report: Shown, one: Finding) -> Check | None:
    """Return the sum that a finding says fails: both are told in the same order."""
    failed = [check for check in report.checks if not check.holds]
    said = [other for other in report.findings if other.code is Code.IDENTITY_FAILED]
    if len(failed) != len(said) or one not in said:
        return None
    check = failed[said.index(one)]
    return check if check.table == one.where.table and check.at in one.where[1:3] else None


def findings(report: Shown) -> tuple[Finding, ...]:
    """Return what was noticed, the gravest first, otherwise in the order it was noticed."""
    gravity = list(SEVERITY_SIGNS)
    return tuple(sorted(report.findings, key=lambda one: gravity.index(one.severity)))


def absent_tables(report: Shown) -> tuple[Table, ...]:
    """Return the tables of the report's form that the report does not have."""
    present = {sheet.table for sheet in report.sheets}
    return tuple(table for table in forms.load(report.edition).tables if table.key not in present)


def figure(entry: Entry) -> str:
    """Return what is printed, on one line; the value where it is computed, proposed or corrected."""
    if entry.status in ("derived", "proposed", "corrected"):
        return "" if entry.value is None else str(entry.value)
    return " ".join(entry.raw.split())


def signs(entry: Entry) -> str:
    """Return the signs that a figure carries in either output: of its status, and the cross of a failed sum."""
    return STATUS_SIGNS.get(entry.status, "") + (GRADE_SIGNS["contradicted"] if entry.grade == "contradicted" else "")


def _entries(report: Shown) -> tuple[Entry, ...]:
    return tuple(entry for sheet in report.sheets for entry in sheet.entries)


def _form(report: Shown, table: str) -> Form:
    """Return the form that ``table`` was printed on; the report's own where the table is not there."""
    editions = [sheet.edition for sheet in report.sheets if sheet.table == table]
    return forms.load(editions[0] if editions else report.edition)


def _full(table: Table, node: Row | Column, lang: Lang) -> str:
    """Return the label of ``node``, after that of its group where that is a group within a group."""
    parents = table.parents(node.group)
    named = (parents[-1], node) if len(parents) > 1 else (node,)
    return " ".join(label(one, lang) for one in named)


def _side(report: Shown, check: Check, places: list[tuple[str, str]], total: str) -> str:
    values = {
        (entry.row, entry.column): "·" if entry.value is None else str(entry.value)
        for entry in reversed(_entries(report))
        if entry.table == check.table
    }
    terms = [values.get(place, "·") for place in places]
    if len(terms) > _MANY_TERMS:
        terms = [term for term in terms if term not in {"0", "·"}]
    if len(terms) < 2:
        return total
    return f"{'+'.join(f'({term})' if term.startswith('-') else term for term in terms)} = {total}"
