"""Text for a terminal: tables ruled by a few lines, wide (CJK) characters counted as two columns."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Literal

from gxstudy.display import words
from gxstudy.display.printed import Filled, beside_form, branches
from gxstudy.display.wrapping import wrap
from gxstudy.forms import Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.text import Text

    from gxstudy.display.words import Lang, Shown
    from gxstudy.fill import Entry, Grade
    from gxstudy.findings import Severity

__all__ = ["terminal"]

_STYLES: dict[Grade, str] = {
    "proved": "green",
    "consistent": "cyan",
    "confirmed": "cyan",
    "unchecked": "",
    "recognised": "",
    "doubtful": "yellow",
    "contradicted": "bold red",
}
_SEVERITY_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "info": "dim"}
_NARROWEST_LABEL, _FAIR_LABEL = 20, 34
_HEAD_WIDTHS: dict[Lang, tuple[int, ...]] = {"zh": (8, 4), "en": (12,), "both": (12,)}


def terminal(report: Shown, *, lang: Literal["zh", "en"] = "zh", width: int = 100, colour: bool = False) -> str:
    """Return ``report`` as text: its tables with failed sums below them, facts, fee statement, findings, legend.

    Parameters
    ----------
    report
        What to show.
    lang
        The language of the labels: as printed, or English.
    width
        Columns of the terminal; at least 60 and at most 120 are used.
    colour
        Whether to colour by grade (ANSI). The plain signs, explained in the last lines, stand there in either case.
    """
    from rich.console import Console
    from rich.text import Text

    width = max(60, min(width, 120))
    lines = [Text(words.who(report), "bold"), Text(words.form_text(report)), Text(words.grade_counts(report))]
    for sheet in report.sheets:
        filled = beside_form(sheet)
        lines += [Text(), Text(filled.table.section if lang == "zh" else filled.table.en, "bold")]
        lines += _blocks(filled, lang) if filled.table.layout == "blocks" else _matrix(filled, lang, width)
        for check in report.checks:
            if check.table == sheet.table and not check.holds:
                lines += _item("✗", words.sum_text(report, check, lang=lang), "bold red", width)
        for proposal in report.proposals:
            if proposal.table == sheet.table:
                text = words.proposal_text(report, proposal, lang=lang)
                lines += _item(words.STATUS_SIGNS["proposed"], text, "yellow", width)
    for table in words.absent_tables(report):
        lines += [Text(), Text(table.section if lang == "zh" else table.en, "bold")]
        lines += _item("!", _("not in the report"), "yellow", width)
    lines += [Text(), Text(_("In the text"), "bold")]
    for fact in report.facts:
        lines += _item(" ", f"{fact.key} = {fact.value}  “{fact.text}”  {words.pages_text(fact.boxes)}", "", width)
    lines += _item(" ", f"{_('fee')}: {words.fee_text(report.fee)}  {words.pages_text(report.fee.boxes)}", "", width)
    lines += [Text(), Text(_("Findings") if report.findings else _("No findings"), "bold")]
    for one in words.findings(report):
        sign, style = words.SEVERITY_SIGNS[one.severity], _SEVERITY_STYLES[one.severity]
        lines += _item(sign, words.finding_text(report, one, lang=words.spoken()), style, width)
    lines += [Text(), *_legend(report, width)]
    console = Console(
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        emoji=False,
    )
    with console.capture() as captured:
        for line in lines:
            line.rstrip()
            console.print(line, soft_wrap=True)
    return captured.get()


def _item(sign: str, text: str, style: str, width: int) -> list[Text]:
    from rich.text import Text

    first, *others = _wrap(text.strip(), width - 4)
    return [Text.assemble((f"  {sign} ", style), first), *(Text(f"    {line}") for line in others)]


def _legend(report: Shown, width: int) -> list[Text]:
    from rich.text import Text

    parts = [
        f"{words.GRADE_SIGNS.get(grade, _('no sign'))} {grade}: {_(words.GRADE_MEANING[grade])}"
        for grade in words.legend_grades(report)
    ]
    parts += [
        f"{words.STATUS_SIGNS[status]} {status}: {_(words.STATUS_MEANING[status])}"
        for status in words.legend_statuses(report)
    ]
    return [Text(line, "dim") for part in parts for line in _wrap(part, width)]


def _wrap(text: str, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` columns."""
    from rich.cells import cell_len

    return wrap(text, width, cell_len)


def _figure(entry: Entry | None) -> tuple[str, str, str]:
    """Return what a terminal shows of one figure: its text, its sign, its style."""
    if entry is None or entry.status == "absent":
        return words.STATUS_SIGNS["absent"], "", "dim"
    style = _STYLES[entry.grade]
    if entry.status == "blank":
        failed = entry.grade == "contradicted"
        return (
            words.STATUS_SIGNS["blank"],
            words.GRADE_SIGNS["contradicted"] if failed else "",
            style if failed else "dim",
        )
    if entry.status == "unreadable":
        return words.figure(entry)[:10], words.signs(entry), "bold magenta"
    shown = str(entry.value) if entry.status == "annotated" else words.figure(entry)
    signs = words.signs(entry)
    if entry.grade != "contradicted" and entry.status != "slash":
        signs += words.GRADE_SIGNS.get(entry.grade, "")
    return shown, signs, style


def _put(line: Text, text: str, edge: int, style: str = "") -> None:
    """Append ``text`` so that it ends at the terminal column ``edge``."""
    from rich.cells import cell_len

    line.append(" " * (edge - line.cell_len - cell_len(text)))
    line.append(text, style)


def _heads(heads: Sequence[Sequence[str]], edges: Sequence[int], stub: str = "") -> list[Text]:
    """Return the lines of wrapped column heads, right and bottom aligned, with ``stub`` before the last."""
    from rich.text import Text

    height = max(map(len, heads))
    lines = [Text() for _ in range(height - 1)] + [Text(stub, "dim")]
    for number, line in enumerate(lines):
        for head, edge in zip(heads, edges, strict=True):
            missing = height - len(head)
            _put(line, head[number - missing] if number >= missing else "", edge)
    return lines


def _figures(line: Text, figures: Iterable[tuple[str, str, str]], edges: Sequence[int]) -> Text:
    from rich.cells import cell_len

    for (text, sign, style), edge in zip(figures, edges, strict=True):
        _put(line, f"{text}{sign}", edge + cell_len(sign), style)
    return line


def _matrix(filled: Filled, lang: Lang, width: int) -> list[Text]:
    """Lay out rows by columns: groups of rows indented, groups of columns as a line over their columns."""
    from rich.cells import cell_len
    from rich.text import Text

    shown = [[_figure(filled.entries.get((row.key, column.key))) for column in filled.columns] for row in filled.rows]
    gap = 2 + max((cell_len(sign) for row in shown for _, sign, _ in row), default=0)
    labels = branches(filled.row_chains())
    widest = max((2 * branch.level + cell_len(words.label(branch.node, lang)) for branch in labels), default=0)
    for head_width in _HEAD_WIDTHS[lang]:
        heads = [_wrap(words.label(column, lang), head_width) for column in filled.columns]
        widths = [max(2, *map(cell_len, head)) for head in heads]
        widths = [max(wide, *(cell_len(row[number][0]) for row in shown)) for number, wide in enumerate(widths)]
        room = width - sum(widths) - gap * len(widths)
        if room >= min(widest, _FAIR_LABEL):
            break
    label_width = max(_NARROWEST_LABEL, min(widest, room))
    edges = [label_width + sum(widths[: number + 1]) + gap * (number + 1) for number in range(len(widths))]
    edges = [edge - gap + 2 for edge in edges]
    rule = Text("─" * (edges[-1] + gap - 2), "dim")

    lines = [rule]
    chains = filled.column_chains()
    groups = [branch for branch in branches(chains) if isinstance(branch.node, Group)]
    for level in range(max(map(len, chains)) - 1):
        line = Text()
        for branch in groups:
            if branch.level == level:
                start = edges[branch.start] - widths[branch.start]
                end = edges[branch.start + branch.length - 1]
                title = f" {words.label(branch.node, lang)} "
                before = (end - start - cell_len(title)) // 2
                _put(line, "─" * before + title, start + before + cell_len(title), "dim")
                line.append("─" * (end - line.cell_len), "dim")
        lines.append(line)
    lines += [*_heads(heads, edges), rule]
    for index, figures in enumerate(shown):
        for branch in labels:
            if branch.start == index:
                first, *others = _wrap(words.label(branch.node, lang), label_width - 2 * branch.level - 2)
                lines.append(Text("  " * branch.level + first))
                lines += [Text("  " * (branch.level + 1) + other) for other in others]
        _figures(lines[-1], figures, edges)
    return [*lines, rule]


def _blocks(filled: Filled, lang: Lang) -> list[Text]:
    """Lay out the headed parts of a table one under another, their columns aligned."""
    from rich.cells import cell_len
    from rich.text import Text

    label_width = 4 + max(cell_len(words.label(row, lang)) for row in filled.table.rows)
    edges = [label_width + 18 * (number + 1) for number in range(max(len(one.columns) for one in filled.table.blocks))]
    rule = Text("─" * (edges[-1] + 2), "dim")
    lines = [rule]
    for block in filled.table.blocks:
        own = edges[: len(block.columns)]
        lines += _heads(
            [_wrap(words.label(filled.table.column(key), lang), 16) for key in block.columns],
            own,
            words.label(block, lang),
        )
        for row in (filled.table.row(key) for key in block.rows):
            figures = (_figure(filled.entries.get((row.key, key))) for key in block.columns)
            lines.append(_figures(Text(f"  {words.label(row, lang)}"), figures, own))
    return [*lines, rule]
