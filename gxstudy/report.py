"""One file -> Report: read, find the grids, fill the form, read the prose, audit."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from gxstudy import display, forms, grids, prose, several
from gxstudy.audit import Captioned, Check, Proposal, audit, contested, differing, own_prints, propose
from gxstudy.errors import CallError, NotAReportError, UnknownFormError, UnreadableFileError
from gxstudy.fill import Entry, Filled, Sheet, fill
from gxstudy.fill.agree import agree
from gxstudy.findings import Code, Finding, Place, finding
from gxstudy.layout import Document, Grid, Kind, Paragraph, place_of_text
from gxstudy.prose import Fact, Fee, Heading
from gxstudy.readers import files
from gxstudy.readers.files import Source

__all__ = ["Report", "read_report", "read_reports"]


LONG_PAGES = 40
"""A document of more pages than this holds more than one report."""
AFTER_PAGES = 3
"""Pages behind the tables that are still of their report, in a long document."""
TITLE_LENGTH = 60
_LEFT_OVER = (Code.UNKNOWN_ROW, Code.ROW_WIDTH_DIFFERS)
_TITLE = re.compile("信息公开.{0,12}年(?:度)?报(?:告)?|年度报告$")


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """One annual report as read.

    ``report_id`` is the caller's name for it (by default the file name without its ending); ``source`` what was read,
    ``sha256`` the hash of its bytes. ``paragraphs`` is the narrative in reading order, tables left out. ``proposals``
    are other readings of figures recognised from a picture; ``sheets`` are as read, whatever is proposed.
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
    proposals: tuple[Proposal, ...] = ()

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
        msg = (
            f"report {self.report_id!r} has no figure at ({table!r}, {row!r}, {column!r}); "
            "gx.tidy(report) lists those it has"
        )
        raise CallError(msg)

    def __repr__(self) -> str:
        """Return one line: who, which year, how many figures of which grade, what is wrong."""
        return display.summary(self)

    def __str__(self) -> str:
        """Return the tables as text, as ``gxstudy show`` prints them."""
        return display.terminal(self)

    def _repr_html_(self) -> str:
        """Return the tables as the form prints them, for a notebook."""
        return display.html(self)


def read_report(
    source: Source, *, report_id: str | None = None, second_reader: Literal["camelot"] | None = None
) -> Report:
    """Read one annual report.

    Parameters
    ----------
    source
        A path, the bytes of a file, or an open binary file. What it is, is decided by its content.
    report_id
        A name for the report; by default the file name without its ending, or the beginning of the hash for bytes.
    second_reader
        Read a PDF with Camelot too and compare the two readings: agreement lifts *unchecked* to *confirmed*,
        disagreement is a finding. It costs some ten times the time.

    Returns
    -------
    Report
        Every figure of the three statutory tables (form editions 2019 and 2021) with its printed text, status, grade
        and place; the counts of the prose; the checks and findings. Of a file that holds several reports the first,
        with a finding that says so: :func:`read_reports` reads each.

    Raises
    ------
    UnreadableFileError
        When no report can be read from it; the branches (:mod:`gxstudy.errors`) say why.
    CallError
        When a second reader is asked for that does not exist, or for a file that is no PDF.
    OSError
        When the path cannot be opened.
    """
    loaded = _loaded(source, report_id)
    with loaded.blamed():
        document = files.document(loaded.data)
        second = _second_reading(loaded.data, document, second_reader)
        report = _report(loaded.data, document, second, loaded.name)
        parts = _parts(report, document)
        if len(parts) == 1:
            return report
        second = _second_reading(loaded.data, parts[0], second_reader)
        first = _report(loaded.data, parts[0], second, loaded.name)
        message = f"{len(parts)} reports stand in this file; the first was read, read_reports reads each"
        place = Place(page=parts[1].pages[0].number)
        return replace(first, findings=(*first.findings, finding(Code.SEVERAL_REPORTS, message, place)))


def read_reports(
    source: Source, *, report_id: str | None = None, second_reader: Literal["camelot"] | None = None
) -> tuple[Report, ...]:
    """Read every annual report of a file: offices publish those of all their organs, or of all years, in one.

    Parameters
    ----------
    source, report_id, second_reader
        As of :func:`read_report`. The first report has the name ``report_id``, the second ``report_id#2``.

    Returns
    -------
    tuple of Report
        In their order, at least one. Another report begins where tables of the form come again under a title of a
        report; where no title is found between them, they are another print in the same one, which a finding says.
        Pages keep the numbers that they have in the file.

    Raises
    ------
    UnreadableFileError
        When no report can be read from it; the branches (:mod:`gxstudy.errors`) say why.
    CallError
        When the source is none, or a second reader is asked for that does not exist, or for a file that is no PDF.
    OSError
        When the path cannot be opened.
    """
    loaded = _loaded(source, report_id)
    with loaded.blamed():
        data, document = loaded.data, files.document(loaded.data)
        second = _second_reading(data, document, second_reader)
        report = _report(data, document, second, loaded.name)
        parts = _parts(report, document)
        if len(parts) == 1:
            return (report,)
        return tuple(
            _report(data, part, _second_reading(data, part, second_reader), loaded.name.of(number))
            for number, part in enumerate(parts)
        )


def _parts(report: Report, document: Document) -> tuple[Document, ...]:
    """Return a document for each report of a file, looked for where a table of the first one read comes again."""
    again = any(found.code is Code.TABLE_REPEATED for found in report.findings)
    return several.parted(document) if again else (document,)


class _Name(NamedTuple):
    report_id: str
    source: str
    sha256: str

    def of(self, number: int) -> _Name:
        """Return the name of one of several reports, counted from 0."""
        return self._replace(report_id=several.named(self.report_id, number))


class _Loaded(NamedTuple):
    data: bytes
    name: _Name

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Name the file in an error that says why it cannot be read."""
        try:
            yield
        except UnreadableFileError as error:
            if str(error).startswith(f"{self.name.source}: "):
                raise
            msg = f"{self.name.source}: {error}"
            raise type(error)(msg) from error


def _loaded(source: Source, report_id: str | None) -> _Loaded:
    data, path = files.load(source)
    digest = hashlib.sha256(data).hexdigest()
    label = path if path is not None else f"bytes:{digest[:12]}"
    known_as = report_id or (Path(path).stem if path is not None else digest[:12])
    return _Loaded(data, _Name(known_as, label, digest))


def _report(data: bytes, document: Document, second: Filled | None, name: _Name) -> Report:
    found, paragraphs, filled = _filled(document)
    if _has_gaps(filled):
        whole = files.completed(data, document)
        if whole is not None:
            document = whole
            found, paragraphs, filled = _filled(document)
    if not filled.sheets:
        filled = _fallback(data, document, tuple(paragraphs), found)
    pages = _pages_of_report(paragraphs, filled)
    narrative = tuple(paragraph for paragraph in paragraphs if paragraph.page in pages)
    heading = prose.heading(narrative)
    if filled.edition is None and heading.year is not None:
        filled = fill(tuple(found), year=heading.year)
    facts, fee = prose.facts(narrative), prose.fee(narrative)
    filled, rivals = _own(document, found, filled, facts, heading)
    checked = audit(filled.sheets, facts)
    proposed = propose(checked.sheets)
    sheets = contested(checked.sheets, rivals)
    compared: tuple[Finding, ...] = ()
    if second is not None:
        sheets, differences = agree(sheets, second.sheets)
        compared = (*(found for found in second.findings if found.code is Code.SECOND_READER_FAILED), *differences)
    findings = (
        *_page_findings(document, pages),
        *_heading_findings(heading),
        *_fee_findings(fee),
        *_edition_findings(heading, filled),
        *_grid_findings(grid for grid in found if filled.pages[0] <= grid.page <= filled.pages[1]),
        *filled.findings,
        *checked.findings,
        *proposed.findings,
        *compared,
    )
    return Report(
        report_id=name.report_id,
        source=name.source,
        sha256=name.sha256,
        kind=document.kind,
        pages=len(document.pages),
        organ=heading.organ,
        year=heading.year,
        edition=filled.edition or forms.editions()[-1],
        sheets=sheets,
        facts=facts,
        fee=fee,
        checks=checked.checks,
        findings=findings,
        paragraphs=narrative,
        proposals=proposed.proposals,
    )


def _filled(document: Document) -> tuple[list[Grid], list[Paragraph], Filled]:
    """Return the tables of a document, its paragraphs, and the form filled from them."""
    found: list[Grid] = []
    paragraphs: list[Paragraph] = []
    for page in document.pages:
        on_page = grids.find(page)
        found += on_page
        paragraphs += grids.paragraphs(page, on_page)
    return found, paragraphs, fill(tuple(found))


def _own(
    document: Document, found: list[Grid], filled: Filled, facts: tuple[Fact, ...], heading: Heading
) -> tuple[Filled, frozenset[tuple[str, str, str]]]:
    """Return the form filled from the organ's own tables, where some are printed again for a unit of it.

    And the places where other prints, or further rows of the same, give other figures and nothing tells which is its
    own. Where one report follows another the first is read, and the others contradict nothing.
    """
    if not filled.copies or any(noticed.code is Code.SECOND_READER_ALONE for noticed in filled.findings):
        return filled, filled.rivals
    pages = {page.number: page for page in document.pages}
    prints = []
    for copy in filled.copies:
        page = pages[copy.grid.page]
        on_page = [grid for grid in found if grid.page == page.number]
        prints.append(Captioned(copy, grids.caption(page, copy.grid, on_page, grids.paragraphs(page, on_page))))
    told = own_prints(prints, heading.organ, facts)
    several = any(noticed.code is Code.SEVERAL_REPORTS for noticed in filled.findings)
    if any(told.values()):
        filled = fill(tuple(found), year=heading.year, take=told)
    return filled, frozenset() if several else differing(prints, told) | filled.rivals


def _has_gaps(filled: Filled) -> bool:
    """Return whether a place of the form was not found: then pages that hold pictures only are worth recognising."""
    return not filled.sheets or any(entry.status == "absent" for sheet in filled.sheets for entry in sheet.entries)


def _second_reading(data: bytes, document: Document, reader: str | None) -> Filled | None:
    """Return the form as the second reader fills it; None when none is asked for."""
    if reader is None:
        return None
    if reader != "camelot":
        msg = f"no second reader {reader!r}; there is: camelot"
        raise CallError(msg)
    if document.kind != "pdf":
        msg = f"the second reader reads PDF; this file is of the kind {document.kind!r}"
        raise CallError(msg)
    return _with_camelot(data, document)


def _with_camelot(data: bytes, document: Document) -> Filled:
    """Return the form filled from Camelot's grids: those it sees ruled or, where they hold no table of it, inferred."""
    from gxstudy.readers import camelot

    pages = [page.number for page in document.pages if page.words]
    ruled = camelot.grids(data, pages=pages)
    filled = fill(ruled.grids)
    noticed = ruled.findings
    if not filled.sheets:
        inferred = camelot.unruled_grids(data, pages=pages)
        filled = fill(inferred.grids)
        noticed = (*noticed, *inferred.findings)
    return replace(filled, findings=(*noticed, *filled.findings))


def _fallback(data: bytes, document: Document, paragraphs: tuple[Paragraph, ...], found: list[Grid]) -> Filled:
    """Return the form filled by the second reader, for a report in which no table of the form was found.

    Nobody checks the second reader here: what it read is taken only where every row of figures found its place.

    Raises
    ------
    UnreadableFileError
        When the file is no report, or the second reader finds no table either, or rows without a place.
    """
    if document.kind == "pdf" and _speaks_of_itself(paragraphs):
        filled = _with_camelot(data, document)
        over = [found for found in filled.findings if found.code in _LEFT_OVER]
        if filled.sheets and not over:
            message = "no table of the form was found by its rules and words; the second reader found them"
            return replace(filled, findings=(finding(Code.SECOND_READER_ALONE, message), *filled.findings))
        if filled.sheets:
            msg = (
                "no table of the form was found by its rules and words; the second reader found tables of it, but "
                f"{len(over)} rows of figures in them without a place, so that none was taken; the first: "
                f"{over[0].message}"
            )
            raise UnknownFormError(msg)
    raise _no_form(paragraphs, found)


def _pages_of_report(paragraphs: Sequence[Paragraph], filled: Filled) -> range:
    """Return the pages of the report that the tables are of, where it is part of a long document (a gazette).

    They begin with the last title before the tables, and end some pages behind them.
    """
    first, last = filled.pages
    if not paragraphs or paragraphs[-1].page <= LONG_PAGES:
        return range(sys.maxsize)
    titles = [
        paragraph.page
        for paragraph in paragraphs
        if paragraph.page <= first and len(paragraph.text) < TITLE_LENGTH and _TITLE.search(paragraph.text)
    ]
    start = max(titles, default=max(1, first - LONG_PAGES // 2))
    return range(start, last + AFTER_PAGES + 1)


def _page_findings(document: Document, pages: range) -> list[Finding]:
    """Return what the reader noticed; of the pages of a long document that are not of the report, each code once."""
    noticed: list[Finding] = []
    elsewhere: dict[Code, list[Finding]] = {}
    for found in document.findings:
        if found.where.page is None or found.where.page in pages:
            noticed.append(found)
        else:
            elsewhere.setdefault(found.code, []).append(found)
    for code, (first, *more) in elsewhere.items():
        on = len({first.where.page, *(found.where.page for found in more)})
        message = f"on {on} pages that are not of this report, the first: {first.message}"
        noticed.append(finding(code, message, Place(page=first.where.page)) if more else first)
    return noticed


def _speaks_of_itself(paragraphs: tuple[Paragraph, ...]) -> bool:
    """Return whether the text calls itself a report on information disclosure."""
    text = "".join(paragraph.text for paragraph in paragraphs)
    return "信息公开" in text and any(word in text for word in ("年度报告", "工作报告", "年报"))


def _no_form(paragraphs: tuple[Paragraph, ...], found: list[Grid]) -> UnreadableFileError:
    if _speaks_of_itself(paragraphs):
        msg = (
            f"the file is a report on information disclosure, but none of its {len(found)} tables is one of the "
            "statutory form (editions 2019 and 2021); earlier forms and reports in prose only are not read"
        )
        return UnknownFormError(msg)
    msg = (
        "the file can be read but is no annual report on government information disclosure: "
        f"none of the form's three tables is among its {len(found)} tables, and no title says so"
    )
    return NotAReportError(msg)


def _heading_findings(heading: Heading) -> list[Finding]:
    noticed = list(heading.findings)
    if heading.organ is None:
        noticed.append(finding(Code.ORGAN_UNKNOWN, "no title or signature names the organ"))
    if heading.year is None:
        noticed.append(finding(Code.YEAR_UNKNOWN, "no title or statistical period names the year reported on"))
    return noticed


def _fee_findings(fee: Fee) -> list[Finding]:
    if fee.stated != "unclear":
        return []
    message = f"the text speaks of the information-processing fee, but not so that it can be read: {fee.text!r}"
    return [finding(Code.FEE_UNCLEAR, message, place_of_text(fee.boxes))]


def _edition_findings(heading: Heading, filled: Filled) -> list[Finding]:
    if filled.edition is None:
        message = "nothing printed tells which edition of the form this is; it was taken for the newest"
        return [finding(Code.EDITION_UNKNOWN, message)]
    due = forms.for_year(heading.year) if heading.year is not None else None
    if due is not None and due.edition != filled.edition:
        message = (
            f"the report on {heading.year} is printed on the {filled.edition} form; the {due.edition} form was due"
        )
        return [finding(Code.WRONG_ERA_FORM, message)]
    return []


def _grid_findings(found: Iterable[Grid]) -> list[Finding]:
    noticed = []
    for grid in found:
        if grid.origin in ("open", "unruled"):
            place = Place(page=grid.page, x0=grid.lefts[0], top=grid.tops[0], x1=grid.lefts[-1], bottom=grid.tops[-1])
            if grid.origin == "open":
                message = f"a table on page {grid.page} has no closing line; it was closed at the end of its rules"
                noticed.append(finding(Code.OPEN_BORDER, message, place))
            else:
                message = f"a table on page {grid.page} has no rules; its columns were inferred from its words"
                noticed.append(finding(Code.UNRULED_TABLE, message, place))
    return noticed
