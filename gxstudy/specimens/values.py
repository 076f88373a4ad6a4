"""What a specimen says and how it is set: two frozen values. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
    without
        Rows of table three that are not printed at all.
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
    without: tuple[str, ...] = ()
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
        shown = form.table(key).places(variant=specimen.variant)
        found += [(key, row, column) for row, column in shown if key == "disputes" or row not in specimen.without]
    return tuple(found)


class Break(NamedTuple):
    """A place where a table is cut, before its grid row ``row`` (header rows count, the first is 0).

    ``header``: the header rows are printed again. ``labels``: where the text of a label stands that spans the cut.
    ``inside_text``: the cut runs through row ``row - 1``: the rest of its label stands after it, in a row without
    figures. ``open``: no rule closes the part before, none opens the part after. ``page``: the part after begins a
    page; else it is a grid of its own, ``gap`` points below.
    """

    table: str
    row: int
    header: bool = False
    labels: Literal["first", "second", "both", "split"] = "first"
    inside_text: bool = False
    open: bool = False
    page: bool = True
    gap: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Layout:
    """How a specimen is set. The defaults are a plain report; every field is one way in which real ones differ.

    Lengths are in points, colours are written ``#rrggbb``.

    Parameters
    ----------
    font, body_size, table_size, leading
        ``leading`` is the space between lines of prose, in em.
    latin
        The font of digits and Latin letters; empty for that of everything else.
    bold
        How headings are made bold: by a stroke around the glyphs, by printing them twice 0.3 points apart, by printing
        them a second time as a shadow 0.9 points to the right and below, or not.
    font_height
        The fonts claim to be so many times as high as they are.
    title_break
        The title is broken between organ and year.
    single_glyphs
        Every glyph is a text object of its own.
    text_scale
        Text is drawn by a matrix of this scale with a font larger by as much.
    white_behind
        White rectangles lie behind all text.
    margins
        Left, top, right, bottom.
    paper, landscape
        The page as it is shown.
    rotate, rotate_entry
        The content is turned by so many degrees and the page says so, so that it shows upright; without the entry it
        lies on its side.
    askew
        The content lies turned by so many degrees, counter-clockwise.
    origin
        The lower left corner of the page, which is elsewhere than (0, 0).
    crop
        The page is larger than what is shown by so much on every side.
    per_sheet
        So many pages are printed on one, made smaller: 2 side by side on its side, 4 in two rows.
    form_xobjects
        What is drawn by way of form XObjects with a matrix of their own: nothing, the rules, or the whole page.
    page_numbers, running_head, watermark
        What stands on every page beside the footer.
    stamp
        The table over which a red stamp lies, or nothing.
    tagged
        The PDF has structure tags.
    rule, rule_colour
        Thickness and colour of rules.
    rule_style
        ``stroke``; ``dashed`` (a stroke with a dash pattern); ``dashes`` (many short strokes with gaps); ``pieces``
        (many short strokes end to end); ``doubled``; ``apart`` (each cell has borders of its own, 3 points from those
        of the next); ``filled`` (thin filled rectangles); ``polygons`` (thin filled paths).
    ruled
        Which rules there are: all, the horizontal ones, those around headings, none.
    outer
        The outer border: drawn, missing, white, or missing at the left and right.
    widths
        Relative: the three label columns of table three, and a column of figures.
    disclosure_widths
        Relative: the label column of table two, and all columns of figures together.
    table_width
        As a share of the width of the text.
    padding
        Inside cells, horizontal and vertical.
    align
        Of figures.
    skew
        The first column of every second part of a table is wider by this share, so that parts do not line up.
    shade, shade_heads
        Fill of the block headings of table two, and of all column headings; empty for none.
    ink_heads, ink_figures
        Colour of the text of what is shaded, and of figures; empty for black.
    stand
        Where figures stand in a cell that is higher than they.
    tracking
        Space between the characters of figures, in em.
    heads
        Column headings of tables three and four: along the line, glyphs stacked, or turned by 90 degrees.
    outcome_label
        三、本年度办理结果: glyphs stacked, the line turned by 90 degrees, or broken over lines as the column is narrow.
    labels
        Printed labels in place of the form's, by key of the row or group of table three; may be empty.
    brackets, quotes, numbering, look_alikes, label_spaces
        How labels are written: （） or (); “” or others; ``1.`` or ``1、``; Kangxi radicals, other CJK radicals or
        full-width forms in place of characters; one space inside, or one between all characters of short labels.
    digits, thousands, figure_wrap
        How figures are written: full width; with separators; broken after so many characters (0: never).
    order
        The tables in print order, each under its own heading.
    new_page
        Tables whose section begins a page.
    breaks
        Where tables are cut.
    disclosure
        Table two in one grid, or a grid a block.
    disputes
        Table four: as printed on the form; review and suits in grids of their own; ``matrix`` (a row for each of the
        three, a column for each result); ``down`` (a row for each figure).
    note_row, note_line
        A last row across table three; a line above every table.
    continued
        A line above every part of a table but the first: 续表.
    extra
        A table that is none of the form's, with figures of its own: nowhere, in the first section, or in the last.
    """

    font: Literal["serif", "sans"] = "serif"
    body_size: float = 14.0
    table_size: float = 9.0
    leading: float = 0.9
    latin: Literal["", "Libertinus Serif", "DejaVu Sans Mono"] = ""
    bold: Literal["none", "stroke", "twice", "shadow"] = "stroke"
    font_height: float = 1.0
    title_break: bool = False
    single_glyphs: bool = False
    text_scale: float = 1.0
    white_behind: bool = False

    margins: tuple[float, float, float, float] = (72.0, 72.0, 72.0, 72.0)
    paper: Literal["a4", "a3"] = "a4"
    landscape: bool = False
    rotate: Literal[0, 90, 180, 270] = 0
    rotate_entry: bool = True
    askew: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    crop: float = 0.0
    per_sheet: Literal[1, 2, 4] = 1
    form_xobjects: Literal["none", "rules", "page"] = "none"
    page_numbers: Literal["none", "dashes", "plain", "of"] = "dashes"
    running_head: str = ""
    watermark: str = ""
    stamp: str = ""
    tagged: bool = False

    rule: float = 0.5
    rule_colour: str = "#000000"
    rule_style: Literal["stroke", "dashed", "dashes", "pieces", "doubled", "apart", "filled", "polygons"] = "stroke"
    ruled: Literal["all", "horizontal", "heads", "none"] = "all"
    outer: Literal["drawn", "missing", "white", "no_sides"] = "drawn"

    widths: tuple[float, float, float, float] = (0.6, 1.5, 4.2, 1.0)
    disclosure_widths: tuple[float, float] = (1.2, 3.0)
    table_width: float = 1.0
    padding: tuple[float, float] = (2.5, 2.5)
    align: Literal["center", "right", "left"] = "center"
    skew: float = 0.0
    shade: str = ""
    shade_heads: str = ""
    ink_heads: str = ""
    ink_figures: str = ""
    stand: Literal["horizon", "top", "bottom"] = "horizon"
    tracking: float = 0.0
    heads: Literal["flat", "stacked", "rotated"] = "flat"

    outcome_label: Literal["stacked", "rotated", "flat"] = "stacked"
    labels: tuple[tuple[str, str], ...] = ()
    brackets: Literal["full", "half"] = "full"
    quotes: Literal["curly", "straight", "corner", "none"] = "curly"
    numbering: Literal[".", "、", "．"] = "."
    look_alikes: Literal["none", "kangxi", "radicals", "full_width"] = "none"
    label_spaces: Literal["none", "one", "all"] = "none"
    digits: Literal["half", "full"] = "half"
    thousands: Literal["", ",", "，"] = ""
    figure_wrap: int = 0

    order: tuple[str, ...] = ("disclosure", "applications", "disputes")
    new_page: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    disclosure: Literal["whole", "blocks"] = "whole"
    disputes: Literal["across", "split", "matrix", "down"] = "across"
    note_row: str = ""
    note_line: str = ""
    continued: str = ""
    extra: Literal["", "first", "last"] = ""

    def __post_init__(self) -> None:
        if sorted(self.order) != ["applications", "disclosure", "disputes"]:
            msg = f"order is {self.order}; expected disclosure, applications and disputes, each once"
            raise CallError(msg)

    def __repr__(self) -> str:
        said = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return f"Layout({', '.join(f'{name}={value!r}' for name, value, default in said if value != default)})"
