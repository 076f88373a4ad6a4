"""What is noticed about a document: a closed list of codes, each with its severity, and the place it concerns.

A :class:`Finding` is never an exception and never a log line: it travels with the report and ends as a row of a
dataframe. The severities: ``error``, figures at that place cannot be believed as printed; ``warning``, a person should
look; ``info``, something was handled, and is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

__all__ = ["KINDS", "SEVERITY", "SEVERITY_ZH", "Code", "Finding", "Kind", "Place", "Severity", "finding"]

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
    FOREIGN_TABLES = "foreign_tables"
    # the page
    OPEN_BORDER = "open_border"
    UNRULED_TABLE = "unruled_table"
    OVERLAY_DROPPED = "overlay_dropped"
    HIDDEN_TEXT = "hidden_text"
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
    FEE_UNCLEAR = "fee_unclear"
    EDITION_UNKNOWN = "edition_unknown"
    # the dataset
    NOT_IN_REGISTRY = "not_in_registry"
    REGISTRY_DISAGREES = "registry_disagrees"
    SEVERAL_OF_ORGAN_AND_YEAR = "several_of_organ_and_year"


class Kind(NamedTuple):
    """What a code stands for: its severity, and what it says in two languages.

    ``more`` is what there is to say beyond that and the place: nothing, the figure as printed and as read, or what only
    the message says.
    """

    severity: Severity
    en: str
    zh: str
    more: Literal["nothing", "figure", "message"] = "message"


_KINDS: dict[Code, Kind] = {
    Code.IDENTITY_FAILED: Kind("error", "a sum of the form does not hold", "合计不成立"),
    Code.PROSE_DISAGREES: Kind("warning", "the text gives another number than the table", "正文与表格所述不一致"),
    Code.READERS_DISAGREE: Kind("error", "two readers read different figures", "两个读取器读出的数字不一致"),
    Code.UNREADABLE_FIGURE: Kind("error", "no figure can be read here with certainty", "此处的数字无法确定", "figure"),
    Code.ANNOTATED_FIGURE: Kind("info", "a figure is printed with a unit or note", "数字带有单位或注释", "figure"),
    Code.NEGATIVE_FIGURE: Kind("warning", "a figure is negative", "数字为负", "figure"),
    Code.FRACTIONAL_COUNT: Kind("warning", "a count is no whole number", "件数不是整数", "figure"),
    Code.DOUBTFUL_FIGURE: Kind(
        "warning", "a figure was recognised with doubt, and no sum proves it", "识别把握不大，又无合计可证", "figure"
    ),
    Code.MISREAD_PROPOSED: Kind(
        "warning", "a figure was probably misread; another reading is proposed", "疑为误识，已提出另一读法"
    ),
    Code.MISREAD_AMBIGUOUS: Kind(
        "warning", "a figure may be misread; no single reading can be proposed", "疑为误识，但无法确定唯一读法"
    ),
    Code.FIGURE_CORRECTED: Kind("info", "a person corrected a figure", "数字已由人更正"),
    Code.CORRECTION_NOT_APPLIED: Kind(
        "warning", "a correction does not fit the file and was not applied", "更正与文件不符，未予应用"
    ),
    Code.TABLE_ABSENT: Kind("warning", "a table of the form was not found", "缺表：未找到表式中的这张表", "nothing"),
    Code.TABLE_REPEATED: Kind(
        "warning", "a table or row is printed more than once; one was taken", "表或行重复出现，只取其一"
    ),
    Code.ROW_ABSENT: Kind("warning", "a row of the form was not found", "缺行：未找到表式中的这一行", "nothing"),
    Code.COLUMN_ABSENT: Kind(
        "warning", "no cell was found under a column of the form", "缺格：这一列下未找到格子", "nothing"
    ),
    Code.UNKNOWN_ROW: Kind(
        "warning", "a row is not of the form; its figures were not taken", "表式中没有的行，其数字未取"
    ),
    Code.UNKNOWN_COLUMN: Kind("warning", "the header lacks a column of the form", "表头缺少表式中的列"),
    Code.LABEL_DIFFERS: Kind("info", "a label is worded otherwise than on the form", "标签与表式用语不同"),
    Code.LABEL_MISSING: Kind("warning", "a row has no label; its place says which it is", "该行没有标签，依位置判定"),
    Code.STRAY_TEXT: Kind("warning", "text stands between two cells of a row", "两格之间有多余文字"),
    Code.ROW_WIDTH_DIFFERS: Kind("error", "a row has another number of cells than the form", "该行的格数与表式不符"),
    Code.VARIANT_ROW: Kind("info", "rows of the form are printed as one", "表式中的数行合印为一行", "nothing"),
    Code.WRONG_ERA_FORM: Kind(
        "warning", "the report is printed on the form of other years", "所用表式不是该年度应用的版本"
    ),
    Code.HYBRID_FORM: Kind("warning", "one table mixes two editions of the form", "同一张表混用了两个版本的表式"),
    Code.FOREIGN_TABLES: Kind(
        "info",
        "tables far from the report that have labels of the form were left out",
        "远离报告、含有表式标签的表未计入",
    ),
    Code.OPEN_BORDER: Kind(
        "info",
        "a table has no closing line; it was closed at the end of its rules",
        "表格边框未封口，已在线条末端封闭",
        "nothing",
    ),
    Code.UNRULED_TABLE: Kind(
        "info",
        "a table has no lines; its columns were inferred from its words",
        "表格没有线条，各列由文字位置推定",
        "nothing",
    ),
    Code.OVERLAY_DROPPED: Kind(
        "info", "text laid over the page (a stamp, a watermark) was left out", "叠印在页面上的文字（印章、水印）未计入"
    ),
    Code.HIDDEN_TEXT: Kind("warning", "text that the page does not show was left out", "页面上看不见的文字未计入"),
    Code.UNMAPPED_GLYPHS: Kind("warning", "characters are damaged or stand for nothing", "有损坏或无法对应的字符"),
    Code.PAGE_CUT_OFF: Kind("error", "a page or file was not read to its end", "页面或文件未能读到末尾"),
    Code.PAGE_UNREADABLE: Kind("error", "a page cannot be read", "页面无法读取"),
    Code.PAGE_WITHOUT_TEXT: Kind(
        "warning", "a page has no text, only pictures or drawings", "页面没有文字，只有图片或图形", "nothing"
    ),
    Code.NUMBERING_UNREAD: Kind("warning", "numbers that Word counts by itself are missing", "Word 自动编号未能读出"),
    Code.TEXT_LAYER_UNTRUSTED: Kind("warning", "the text layer of a page cannot be believed", "页面的文字层不可信"),
    Code.PAGE_RECOGNISED: Kind("info", "a page was read by character recognition", "页面由文字识别读出"),
    Code.DOUBTFUL_TEXT: Kind("warning", "text with a digit was recognised with doubt", "含数字的文字识别把握不大"),
    Code.SECOND_READER_USED: Kind("info", "a second reader read the file as well", "另用第二个读取器读过"),
    Code.SECOND_READER_ALONE: Kind(
        "warning", "only the second reader found the tables", "只有第二个读取器找到表格", "nothing"
    ),
    Code.SECOND_READER_FAILED: Kind("warning", "the second reader failed", "第二个读取器未能读取"),
    Code.SEVERAL_REPORTS: Kind(
        "warning",
        "the file holds more than one report; the first was read",
        "文件中有多份报告，只读了第一份",
        "nothing",
    ),
    Code.ORGAN_UNKNOWN: Kind(
        "warning", "neither title nor signature names the organ", "标题和落款都没有写明机关", "nothing"
    ),
    Code.YEAR_UNKNOWN: Kind(
        "warning", "neither title nor statistical period names the year", "标题和统计期间都没有写明年度", "nothing"
    ),
    Code.YEAR_DISAGREES: Kind(
        "warning", "title and statistical period name different years", "标题与统计期间的年度不一致"
    ),
    Code.FEE_UNCLEAR: Kind(
        "warning", "the text speaks of the fee in words that cannot be read", "正文提到信息处理费，但读不出收取与否"
    ),
    Code.EDITION_UNKNOWN: Kind(
        "warning",
        "nothing tells the edition of the form; the newest was assumed",
        "无从判断表式版本，按最新版本读取",
        "nothing",
    ),
    Code.NOT_IN_REGISTRY: Kind("info", "the registry does not list the file", "登记表中没有该文件"),
    Code.REGISTRY_DISAGREES: Kind("warning", "the report says otherwise than the registry", "报告与登记表不一致"),
    Code.SEVERAL_OF_ORGAN_AND_YEAR: Kind(
        "warning", "there are several reports of this organ and year", "同一机关同一年度有多份报告"
    ),
}
KINDS: Mapping[Code, Kind] = MappingProxyType(_KINDS)
"""What each code stands for. The severity is fixed, so that a count of errors means the same in every dataset."""
SEVERITY: Mapping[Code, Severity] = MappingProxyType({code: kind.severity for code, kind in _KINDS.items()})
"""Severity of every code."""
SEVERITY_ZH: Mapping[Severity, str] = MappingProxyType({"error": "错误", "warning": "警告", "info": "提示"})
"""The severities in Chinese."""


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


class Printer(Protocol):
    """What a notebook writes with."""

    def text(self, obj: str, /) -> object: ...


class Finding(NamedTuple):
    """One thing noticed, with its place."""

    code: Code
    severity: Severity
    message: str
    where: Place

    def __str__(self) -> str:
        """Say it on one line, its kind in Chinese too."""
        keys = " / ".join(key for key in self.where[:3] if key is not None)
        page = "" if self.where.page is None else f"p. {self.where.page}"
        place = ", ".join(part for part in (page, keys) if part)
        said = f"{self.severity}: {self.code} {KINDS[self.code].zh}" + (f" ({place})" if place else "")
        return f"{said}: {self.message}"

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: ARG002
        """Show it so in a notebook, alone and in a list."""
        printer.text(str(self))


def finding(code: Code, message: str, where: Place | None = None) -> Finding:
    """Return the finding of ``code`` with the severity that belongs to it."""
    return Finding(code, SEVERITY[code], message, where or Place())
