"""What a specimen says and how it is set: two frozen values. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gxstudy import forms
from gxstudy.errors import CallError

__all__ = ["Break", "Layout", "Place", "Specimen", "blocks", "places"]

Place = tuple[str, str, str]
"""Table, row and column, by the keys of the form."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """What one report says.

    Parameters
    ----------
    organ, year
        As the title prints them.
    figures
        The printed text of every cell that is not blank, by (table, row, column).
    edition
        The form: ``2019`` or ``2021``.
    variant
        （六）其他处理 is printed as one row although the form has three.
    foreign_blocks
        Blocks of table two that are printed with the rows and columns of the other edition.
    overview, problems, other
        Paragraphs of the sections one, five and six.
    footer
        What stands at the foot of every page beside the page number.
    title
        The title, with line feeds; by default organ, year and 政府信息公开工作年度报告 in one line.
    """

    organ: str
    year: int
    figures: Mapping[Place, str]
    edition: str = "2021"
    variant: bool = False
    foreign_blocks: tuple[str, ...] = ()
    overview: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    footer: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        known = set(places(self))
        for place in self.figures:
            if place not in known:
                msg = f"form {self.edition} as asked for (variant={self.variant}) prints no place {place}"
                raise CallError(msg)

    def printed(self, table: str, row: str, column: str) -> str:
        """Return the printed text of one cell, empty where it is blank."""
        return self.figures.get((table, row, column), "")


def blocks(specimen: Specimen) -> tuple[tuple[forms.Table, forms.Block], ...]:
    """Return the blocks of table two in print order, each with the table of the edition it is taken from."""
    own = forms.load(specimen.edition).table("disclosure")
    (foreign_edition,) = (edition for edition in forms.editions() if edition != specimen.edition)
    foreign = forms.load(foreign_edition).table("disclosure")
    chosen = []
    for block in own.blocks:
        table = foreign if block.key in specimen.foreign_blocks else own
        found = next((other for other in table.blocks if other.key == block.key), None)
        if found is None:
            msg = f"block {block.key!r} does not exist in form {foreign_edition}"
            raise CallError(msg)
        chosen.append((table, found))
    return tuple(chosen)


def places(specimen: Specimen) -> tuple[Place, ...]:
    """Return every place that the specimen prints, blank or not, in print order."""
    form = forms.load(specimen.edition)
    found = [
        ("disclosure", row, column) for _, block in blocks(specimen) for row in block.rows for column in block.columns
    ]
    for key in ("applications", "disputes"):
        found += [(key, row, column) for row, column in form.table(key).places(variant=specimen.variant)]
    return tuple(found)


class Break(NamedTuple):
    """A page break inside a table, before its grid row ``row`` (header rows count, the first is 0).

    ``header``: the header rows are printed again. ``labels``: where the text of a label stands that spans the break.
    ``inside_text``: the break runs through row ``row - 1``: the rest of its label stands on the next page, in a row
    without figures. ``open``: no rule closes the part before, none opens the part after.
    """

    table: str
    row: int
    header: bool = False
    labels: Literal["first", "second", "both", "split"] = "first"
    inside_text: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a specimen is set. The defaults are a plain report; every field is one way in which real ones differ.

    Lengths are in points. ``widths`` are relative: for table three the three label columns and a column of figures, for
    table two the label column and all columns of figures together.

    ``new_page`` names tables whose section begins a page; ``labels`` are printed labels of table three in place of the
    form's, by row; ``shade`` fills the block headings of table two; ``rule`` is the thickness of rules.
    """

    font: Literal["serif", "sans"] = "serif"
    body_size: float = 14.0
    table_size: float = 9.0
    leading: float = 0.9
    margins: tuple[float, float, float, float] = (72.0, 72.0, 72.0, 72.0)
    title_break: bool = False

    widths: tuple[float, float, float, float] = (0.6, 1.5, 4.2, 1.0)
    disclosure_widths: tuple[float, float] = (1.2, 3.0)
    table_width: float = 1.0
    padding: tuple[float, float] = (2.5, 2.5)
    align: Literal["center", "right", "left"] = "center"
    shade: str = ""
    rule: float = 0.5
    outcome_label: Literal["stacked", "rotated", "flat"] = "stacked"
    bold: Literal["none", "stroke"] = "stroke"
    breaks: tuple[Break, ...] = ()
    new_page: tuple[str, ...] = ()
    page_numbers: Literal["none", "dashes", "plain", "of"] = "dashes"
    labels: tuple[tuple[str, str], ...] = ()
