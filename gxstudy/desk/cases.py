"""A report and the decisions on it -> the figures that a person should look at, the most telling first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from gxstudy import corrections, forms
from gxstudy.audit import Proposal
from gxstudy.corrections import Correction
from gxstudy.display import words
from gxstudy.fill import Entry
from gxstudy.report import Report
from gxstudy.several import identity

__all__ = ["Case", "Neighbour", "Reason", "Sum", "doubtful"]

Place = tuple[str, str, str]
Reason = Literal["proposal", "unreadable", "sum", "recogniser"]


class Sum(NamedTuple):
    """One sum with the figure in it, in words, and whether it holds."""

    text: str
    holds: bool


class Neighbour(NamedTuple):
    """One figure of the same printed row: the label of its column, what was read; ``here`` is the figure itself."""

    label: str
    raw: str
    here: bool


class Case(NamedTuple):
    """One figure to look at, with what a person needs to judge it.

    ``reason`` is the gravest; ``proposed`` the number that is proposed, with ``because``; empty where nothing is.
    ``fails_with`` are the places of all figures of the failed sums that this one is in, itself among them.
    """

    report_id: str
    sha256: str
    who: str
    entry: Entry
    label: str
    reason: Reason
    sums: tuple[Sum, ...]
    row: tuple[Neighbour, ...]
    proposed: str
    because: str
    fails_with: frozenset[Place]

    @property
    def whose(self) -> tuple[str, int]:
        """Which report it is of: the hash of its file, and its number in it."""
        return identity(self.sha256, self.report_id)

    @property
    def place(self) -> Place:
        """The keys of the figure."""
        return (self.entry.table, self.entry.row, self.entry.column)


def doubtful(report: Report, decisions: Iterable[Correction], *, lang: Literal["en", "zh"] = "en") -> tuple[Case, ...]:
    """Return the figures of a report that are in doubt and not yet decided on.

    They are those for which another reading is proposed, those that cannot be read as a number, those in a sum that
    fails, and those that a recogniser doubts. Corrections are applied first: what they settle is no longer in doubt.

    Parameters
    ----------
    report
        As read.
    decisions
        Those in force on its file.
    lang
        Language of the labels.

    Returns
    -------
    tuple of Case
        Proposals first, then unreadable figures; then those in the most failed sums, since the figure in which a
        failed row and a failed column cross is the likeliest to be wrong.
    """
    ours = tuple(one for one in decisions if one.whose == identity(report.sha256, report.report_id))
    told = corrections.apply(report.sheets, report.facts, ours)
    now = replace(report, sheets=told.sheets, checks=told.checks)
    decided = {one.place for one in ours if one.old == _raw(report, one.place)}
    proposals = {(one.table, one.row, one.column): one for one in report.proposals}
    failed: dict[Place, int] = {}
    for check in now.checks:
        if not check.holds:
            for row, column in check.entries:
                failed[check.table, row, column] = failed.get((check.table, row, column), 0) + 1
    found: list[tuple[tuple[int, int], Case]] = []
    for entry in now.entries:
        place = (entry.table, entry.row, entry.column)
        reason = _reason(entry, proposals)
        if reason is not None and place not in decided:
            rank = (("proposal", "unreadable", "sum", "recogniser").index(reason), -failed.get(place, 0))
            found.append((rank, _case(now, entry, reason, proposals.get(place), lang)))
    return tuple(case for _, case in sorted(found, key=lambda one: one[0]))


def _raw(report: Report, place: Place) -> str | None:
    return next((one.raw for one in report.entries if (one.table, one.row, one.column) == place), None)


def _reason(entry: Entry, proposals: Mapping[Place, Proposal]) -> Reason | None:
    if entry.status != "corrected" and (entry.table, entry.row, entry.column) in proposals:
        return "proposal"
    if entry.status == "unreadable":
        return "unreadable"
    if entry.grade == "contradicted":
        return "sum"
    return "recogniser" if entry.grade == "doubtful" else None


def _case(report: Report, entry: Entry, reason: Reason, proposal: Proposal | None, lang: Literal["en", "zh"]) -> Case:
    sums = tuple(
        Sum(words.sum_text(report, check, lang=lang, said=lang), check.holds)
        for check in report.checks
        if check.table == entry.table and (entry.row, entry.column) in check.entries
    )
    return Case(
        report_id=report.report_id,
        sha256=report.sha256,
        who=words.who(report),
        entry=entry,
        label=words.place_text(report, entry.table, entry.row, entry.column, lang=lang),
        reason=reason,
        sums=tuple(sorted(sums, key=lambda one: one.holds)),
        row=_row(report, entry, lang),
        proposed="" if proposal is None else str(proposal.value_proposed),
        because="" if proposal is None else words.because_text(report, proposal, lang=lang),
        fails_with=frozenset(
            (check.table, *place)
            for check in report.checks
            if check.table == entry.table and not check.holds and (entry.row, entry.column) in check.entries
            for place in check.entries
        ),
    )


def _row(report: Report, entry: Entry, lang: Literal["en", "zh"]) -> tuple[Neighbour, ...]:
    """Return the printed row of a figure."""
    neighbours = []
    for sheet in report.sheets:
        if sheet.table != entry.table:
            continue
        table = forms.load(sheet.edition).table(sheet.table)
        for other in sheet.entries:
            if other.row == entry.row:
                label = words.label(table.column(other.column), lang)
                neighbours.append(Neighbour(label, words.figure(other), other.column == entry.column))
    return tuple(neighbours)
