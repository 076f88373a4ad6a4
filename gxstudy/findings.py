"""What is noticed about a document: a closed list of codes, each with its severity, and the place it concerns.

A :class:`Finding` is never an exception and never a log line: it travels with the report and ends as a row of a
dataframe. The severities: ``error``, figures at that place cannot be believed as printed; ``warning``, a person should
look; ``info``, something was handled, and is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

__all__ = ["SEVERITY", "Code", "Finding", "Place", "Severity", "finding"]

Severity = Literal["error", "warning", "info"]


class Code(StrEnum):
    """The closed list of findings."""

    # identities and figures
    IDENTITY_FAILED = "identity_failed"
    PROSE_DISAGREES = "prose_disagrees"
    READERS_DISAGREE = "readers_disagree"
    UNREADABLE_FIGURE = "unreadable_figure"
    ANNOTATED_FIGURE = "annotated_figure"
    NEGATIVE_FIGURE = "negative_figure"
    FRACTIONAL_COUNT = "fractional_count"
    DOUBTFUL_FIGURE = "doubtful_figure"
    MISREAD_PROPOSED = "misread_proposed"
    MISREAD_AMBIGUOUS = "misread_ambiguous"
    FIGURE_CORRECTED = "figure_corrected"
    CORRECTION_NOT_APPLIED = "correction_not_applied"
    # the form
    TABLE_ABSENT = "table_absent"
    TABLE_REPEATED = "table_repeated"
    ROW_ABSENT = "row_absent"
    COLUMN_ABSENT = "column_absent"
    UNKNOWN_ROW = "unknown_row"
    UNKNOWN_COLUMN = "unknown_column"
    LABEL_DIFFERS = "label_differs"
    LABEL_MISSING = "label_missing"
    STRAY_TEXT = "stray_text"
    ROW_WIDTH_DIFFERS = "row_width_differs"
    VARIANT_ROW = "variant_row"
    WRONG_ERA_FORM = "wrong_era_form"
    HYBRID_FORM = "hybrid_form"
    # the page
    OPEN_BORDER = "open_border"
    UNRULED_TABLE = "unruled_table"
    OVERLAY_DROPPED = "overlay_dropped"
    UNMAPPED_GLYPHS = "unmapped_glyphs"
    PAGE_CUT_OFF = "page_cut_off"
    PAGE_UNREADABLE = "page_unreadable"
    PAGE_WITHOUT_TEXT = "page_without_text"
    NUMBERING_UNREAD = "numbering_unread"
    TEXT_LAYER_UNTRUSTED = "text_layer_untrusted"
    PAGE_RECOGNISED = "page_recognised"
    DOUBTFUL_TEXT = "doubtful_text"
    SECOND_READER_USED = "second_reader_used"
    SECOND_READER_ALONE = "second_reader_alone"
    SECOND_READER_FAILED = "second_reader_failed"
    # the document
    SEVERAL_REPORTS = "several_reports"
    ORGAN_UNKNOWN = "organ_unknown"
    YEAR_UNKNOWN = "year_unknown"
    YEAR_DISAGREES = "year_disagrees"
    EDITION_UNKNOWN = "edition_unknown"
    # the dataset
    NOT_IN_REGISTRY = "not_in_registry"
    REGISTRY_DISAGREES = "registry_disagrees"
    SEVERAL_OF_ORGAN_AND_YEAR = "several_of_organ_and_year"


_SEVERITY: dict[Code, Severity] = {
    Code.IDENTITY_FAILED: "error",
    Code.PROSE_DISAGREES: "warning",
    Code.READERS_DISAGREE: "error",
    Code.UNREADABLE_FIGURE: "error",
    Code.ANNOTATED_FIGURE: "info",
    Code.NEGATIVE_FIGURE: "warning",
    Code.FRACTIONAL_COUNT: "warning",
    Code.DOUBTFUL_FIGURE: "warning",
    Code.MISREAD_PROPOSED: "warning",
    Code.MISREAD_AMBIGUOUS: "warning",
    Code.FIGURE_CORRECTED: "info",
    Code.CORRECTION_NOT_APPLIED: "warning",
    Code.TABLE_ABSENT: "warning",
    Code.TABLE_REPEATED: "warning",
    Code.ROW_ABSENT: "warning",
    Code.COLUMN_ABSENT: "warning",
    Code.UNKNOWN_ROW: "warning",
    Code.UNKNOWN_COLUMN: "warning",
    Code.LABEL_DIFFERS: "info",
    Code.LABEL_MISSING: "warning",
    Code.STRAY_TEXT: "warning",
    Code.ROW_WIDTH_DIFFERS: "error",
    Code.VARIANT_ROW: "info",
    Code.WRONG_ERA_FORM: "warning",
    Code.HYBRID_FORM: "warning",
    Code.OPEN_BORDER: "info",
    Code.UNRULED_TABLE: "info",
    Code.OVERLAY_DROPPED: "info",
    Code.UNMAPPED_GLYPHS: "warning",
    Code.PAGE_CUT_OFF: "error",
    Code.PAGE_UNREADABLE: "error",
    Code.PAGE_WITHOUT_TEXT: "warning",
    Code.NUMBERING_UNREAD: "warning",
    Code.TEXT_LAYER_UNTRUSTED: "warning",
    Code.PAGE_RECOGNISED: "info",
    Code.DOUBTFUL_TEXT: "warning",
    Code.SECOND_READER_USED: "info",
    Code.SECOND_READER_ALONE: "warning",
    Code.SECOND_READER_FAILED: "warning",
    Code.SEVERAL_REPORTS: "warning",
    Code.ORGAN_UNKNOWN: "warning",
    Code.YEAR_UNKNOWN: "warning",
    Code.YEAR_DISAGREES: "warning",
    Code.EDITION_UNKNOWN: "warning",
    Code.NOT_IN_REGISTRY: "info",
    Code.REGISTRY_DISAGREES: "warning",
    Code.SEVERAL_OF_ORGAN_AND_YEAR: "warning",
}
SEVERITY: Mapping[Code, Severity] = MappingProxyType(_SEVERITY)
"""Severity of every code; fixed, so that a count of errors means the same in every dataset."""


class Place(NamedTuple):
    """Where a finding is: as much of it as is known.

    ``table``, ``row`` and ``column`` are keys of the forms; the coordinates are points from the top left of ``page``
    (counted from 1), None for a file without geometry.
    """

    table: str | None = None
    row: str | None = None
    column: str | None = None
    page: int | None = None
    x0: float | None = None
    top: float | None = None
    x1: float | None = None
    bottom: float | None = None


class Finding(NamedTuple):
    """One thing noticed, with its place."""

    code: Code
    severity: Severity
    message: str
    where: Place


def finding(code: Code, message: str, where: Place | None = None) -> Finding:
    """Return the finding of ``code`` with the severity that belongs to it."""
    return Finding(code, SEVERITY[code], message, where or Place())
