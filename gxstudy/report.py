"""One file -> Report."""

from __future__ import annotations

from dataclasses import dataclass

from gxstudy.audit import Check
from gxstudy.errors import CallError
from gxstudy.fill import Entry, Sheet
from gxstudy.findings import Finding
from gxstudy.layout import Kind, Paragraph
from gxstudy.prose import Fact, Fee

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """One annual report as read.

    ``report_id`` is the caller's name for it (by default the file name without its ending); ``source`` what was read,
    ``sha256`` the hash of its bytes. ``paragraphs`` is the narrative in reading order, tables left out.
    """

    report_id: str
    source: str
    sha256: str
    kind: Kind
    pages: int
    organ: str | None
    year: int | None
    edition: str
    sheets: tuple[Sheet, ...]
    facts: tuple[Fact, ...]
    fee: Fee
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    paragraphs: tuple[Paragraph, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry of every sheet, in print order."""
        return tuple(entry for sheet in self.sheets for entry in sheet.entries)

    def entry(self, table: str, row: str, column: str) -> Entry:
        """Return one entry by its keys.

        Raises
        ------
        CallError
            When the report has no such place.
        """
        for sheet in self.sheets:
            if sheet.table == table:
                for entry in sheet.entries:
                    if entry.row == row and entry.column == column:
                        return entry
        msg = f"report {self.report_id!r} has no figure at ({table!r}, {row!r}, {column!r}); see gx.tidy(report) for those it has"
        raise CallError(msg)
