"""HTML for a notebook: the tables laid out as the form prints them, each figure tinted by its grade.

The style stands in ``style`` attributes and the tints are translucent: such a fragment survives the sanitisers of
notebook viewers and reads on a light and on a dark page alike; where a viewer drops the style as well, merged cells
and signs remain.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gxstudy.display import words
from gxstudy.display.printed import Cell, Filled, beside_form, printed_cells
from gxstudy.display.style import GRADE_TINTS, HEAD_TINT, LINE, MUTED, RULE, UNREADABLE_TINT, heading, noted
from gxstudy.forms import Block, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gxstudy.audit import Check, Proposal
    from gxstudy.display.words import Lang, Shown, Spoken
    from gxstudy.fill import Entry

__all__ = ["html"]


def html(report: Shown, *, lang: Lang = "both") -> str:
    """Return ``report`` as an HTML fragment: its tables with failed sums below them, facts, fee statement, findings.

    Each figure carries a ``title`` (shown on hover) with its printed text, status, grade and the sums that contain it.

    Parameters
    ----------
    report
        What to show.
    lang
        The language of the labels: as printed, English, or both.
    """
    parts = [
        f'<div lang="{"en" if lang == "en" else "zh-Hans"}" style="font-size:13px;line-height:1.45;max-width:1000px">',
        f'<div style="font-size:17px;font-weight:bold">{escape(words.who(report))}</div>',
        f'<div style="{MUTED}">{escape(words.form_text(report))}</div>',
        f"<div>{escape(words.grade_counts(report))}</div>",
    ]
    said: Spoken | None = "zh" if lang == "zh" else None
    for sheet in report.sheets:
        filled = beside_form(sheet)
        failed = [check for check in report.checks if check.table == sheet.table and not check.holds]
        parts += [_title(filled.table, lang), _table(report, filled, lang)]
        parts += [noted("✗", words.sum_text(report, check, lang=lang, said=said), "error") for check in failed]
        parts += [
            noted(words.STATUS_SIGNS["proposed"], words.proposal_text(report, one, lang=lang), "warning")
            for one in report.proposals
            if one.table == sheet.table
        ]
    for table in words.absent_tables(report):
        parts += [_title(table, lang), noted("!", "not in the report", "warning")]
    parts.append(heading("In the text"))
    for fact in report.facts:
        parts.append(_said(f"{fact.key} = {fact.value}", fact.text, words.pages_text(fact.boxes)))
    parts.append(_said(f"fee: {words.fee_text(report.fee)}", report.fee.text, words.pages_text(report.fee.boxes)))
    parts.append(heading("Findings" if report.findings else "No findings"))
    for one in words.findings(report):
        parts.append(
            noted(words.SEVERITY_SIGNS[one.severity], words.finding_text(report, one, lang=lang), one.severity)
        )
    return "\n".join([*parts, _legend(report), "</div>"])


def _title(table: Table, lang: Lang) -> str:
    english = f' <span style="{MUTED}">{escape(table.en)}</span>' if lang == "both" else ""
    text = escape(table.en if lang == "en" else table.section)
    return f'<div style="font-weight:bold;font-size:14px;margin-top:18px;margin-bottom:4px">{text}{english}</div>'


def _said(what: str, text: str, pages: str) -> str:
    quoted = f" “{escape(text)}”" if text else ""
    return f'<div style="margin-top:3px">{escape(what)}<span style="{MUTED}">{quoted} {pages}</span></div>'


def _legend(report: Shown) -> str:
    chips: list[tuple[str, str, str, str]] = [
        (GRADE_TINTS[grade], "✗" if grade == "contradicted" else "0", grade, words.GRADE_MEANING[grade])
        for grade in words.legend_grades(report)
    ]
    chips += [
        (
            UNREADABLE_TINT if status == "unreadable" else "transparent",
            words.STATUS_SIGNS[status],
            status,
            words.STATUS_MEANING[status],
        )
        for status in words.legend_statuses(report)
    ]
    parts = [
        f'<span style="display:inline-block;margin-right:18px"><span style="background-color:{tint};border:{LINE};'
        f'padding:0px 6px">{sign}</span> {name}: {meaning}</span>'
        for tint, sign, name, meaning in chips
    ]
    return f'<div style="font-size:12px;margin-top:14px;opacity:0.8">{" ".join(parts)}</div>'


def _table(report: Shown, filled: Filled, lang: Lang) -> str:
    tested: dict[tuple[str, str], list[Check]] = {}
    for check in report.checks:
        if check.table == filled.table.key:
            for place in check.entries:
                tested.setdefault(place, []).append(check)
    proposed = {(one.row, one.column): one for one in report.proposals if one.table == filled.table.key}
    style = f"border-collapse:collapse;border-top:{RULE};border-bottom:{RULE};font-size:13px;line-height:1.35"
    rows = [f'<table style="{style}">']
    for cells in printed_cells(filled):
        row = ""
        for cell in cells:
            if cell.place is None:
                row += _label_cell(cell, lang)
            else:
                entry = filled.entries.get(cell.place)
                tooltip = _tooltip(report, entry, tested.get(cell.place, []), lang)
                row += _figure_cell(cell, entry, tooltip, proposed.get(cell.place))
        rows.append(f'<tr style="background-color:transparent">{row}</tr>')
    return "\n".join([*rows, "</table>"])


def _spans(cell: Cell) -> str:
    rows = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    return rows + (f' colspan="{cell.column_span}"' if cell.column_span > 1 else "")


def _label_cell(cell: Cell, lang: Lang) -> str:
    style = f"border:{LINE};padding:3px 5px;vertical-align:middle;white-space:normal;"
    if cell.node is None:
        text = escape(cell.stub) if lang != "en" else ""
        return f'<th{_spans(cell)} style="{style}text-align:left;{MUTED}">{text}</th>'
    head, block = cell.role == "head", isinstance(cell.node, Block)
    text = escape(cell.node.en) if lang == "en" else _in_pairs(cell.node.label) if head else escape(cell.node.label)
    if lang == "both":
        between = "<br>" if head and not block else " "
        text += f'{between}<span style="{MUTED};font-size:11px">{escape(cell.node.en)}</span>'
    style += "text-align:center;min-width:40px;word-break:keep-all;" if head else "text-align:left;"
    style += f"font-weight:{'bold' if block else 'normal'};background-color:{HEAD_TINT if block else 'transparent'}"
    return f'<th{_spans(cell)} style="{style}">{text}</th>'


def _in_pairs(label: str) -> str:
    """Return a head that may be broken between words, which are pairs of characters: 结果 | 维持."""
    if len(label) % 2 or not all("\u4e00" <= sign <= "\u9fff" for sign in label):
        return f'<span style="word-break:normal">{escape(label)}</span>'
    return "<wbr>".join(label[at : at + 2] for at in range(0, len(label), 2))


def _tooltip(report: Shown, entry: Entry | None, checks: Iterable[Check], lang: Lang) -> str:
    if entry is None or entry.status == "absent":
        return f"absent: {words.STATUS_MEANING['absent']}"
    labels: Spoken = "zh" if lang == "zh" else "en"
    said: Spoken | None = "zh" if lang == "zh" else None
    sums = [
        f"✓ {check.identity}: {check.left} = {check.right}"
        if check.holds
        else f"✗ {check.identity}: {words.sum_text(report, check, lang=labels, said=said)}"
        for check in checks
    ]
    return "\n".join([f"printed “{words.figure(entry)}” · {entry.status} · {entry.grade}", *sums])


def _tint(entry: Entry) -> str:
    if entry.status == "unreadable":
        return UNREADABLE_TINT
    return "transparent" if entry.status == "blank" and entry.grade != "contradicted" else GRADE_TINTS[entry.grade]


def _figure_cell(cell: Cell, entry: Entry | None, tooltip: str, proposed: Proposal | None) -> str:
    if entry is None or entry.status == "absent":
        shown, tint = words.STATUS_SIGNS["absent"], "transparent"
    else:
        shown = words.figure(entry) + words.signs(entry)
        tint = _tint(entry)
        if proposed is not None:
            shown += f" {words.STATUS_SIGNS['proposed']} {proposed.value_proposed}?"
            tooltip += f"\n{words.STATUS_SIGNS['proposed']} {proposed.value_proposed} is proposed: {proposed.reason}"
    weight = "font-weight:bold;" if entry is not None and entry.grade == "contradicted" else ""
    style = f"border:{LINE};padding:3px 7px;text-align:right;{weight}background-color:{tint}"
    return f'<td{_spans(cell)} style="{style}" title="{escape(tooltip)}">{escape(shown)}</td>'
