"""Hypothesis strategies: filled forms and the layouts in which they may be printed.

A layout is put together from five parts, each of which is mostly left plain; what is drawn shrinks towards the plain
report. Only such combinations are drawn as a person could read on paper: a figure never runs out of its cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from hypothesis import strategies as st

from gxstudy.specimens import Break, Layout, Place, Specimen, draw, expected, invented
from gxstudy.specimens.cells import parts
from gxstudy.specimens.invented import Kind

PartName = Literal["setting", "pages", "rules", "wording", "structure"]
PARTS: tuple[PartName, ...] = ("setting", "pages", "rules", "wording", "structure")

ORGANS = ("某县人民政府", "某市科学技术局", "某省人民政府办公厅", "某区某街道办事处")
KINDS: tuple[Kind, ...] = ("distinct", "unbalanced", "sparse")
NOTES = ("注：其中修订16件", "注：本表由各单位填报。")
BEHIND = ("件", "（其中修订16件）", "元", "万元", ".35", ".07万元")
BEFORE = ("-", "+", "减", "增加")
"""What is printed with figures of table two: units, notes, decimals behind them, signs before them."""
OVERVIEWS = (
    ("本报告由本机关编制。",),
    (
        "（一）主动公开情况。2024年，通过政府网站公开信息12345条，同比增长3.5%；政务新媒体发布678条，阅读量9万余次。",
        "（二）依申请公开情况。全年收到申请23件，上年结转1件，办结24件，其中予以公开12件、部分公开3件、其他处理9件。",
        "1.规范办理流程，按期答复率100%。2.完善台账。3.加强会商，涉及行政复议2件、行政诉讼1件，均未被纠错。",
    ),
    ("一是制发规范性文件5件，废止2件。", "二是行政许可15件，行政处罚6件，行政强制1件。", "三是收费0元。"),
)


DARK = "#1f4e79"
"""Shading under headings in white."""


@dataclass(frozen=True, slots=True)
class Case:
    """A filled form and how it is printed, in few enough words to be written down as a regression.

    ``noted``: what stands with some figures of table two, by row and column. ``overview``: number of the text before
    the tables.
    """

    edition: str = "2021"
    year: int = 2024
    organ: str = ORGANS[0]
    variant: bool = False
    foreign_blocks: tuple[str, ...] = ()
    seed: int = 0
    kind: Kind = "distinct"
    zero: str = "0"
    noted: tuple[tuple[str, str, str], ...] = ()
    overview: int = 0
    layout: Layout = field(default_factory=Layout)

    @property
    def specimen(self) -> Specimen:
        empty = Specimen(
            self.organ,
            self.year,
            {},
            self.edition,
            variant=self.variant,
            foreign_blocks=self.foreign_blocks,
            overview=OVERVIEWS[self.overview],
            footer="重新排版自公开数据",
        )
        figures = invented(empty, seed=self.seed, kind=self.kind, zero=self.zero)
        for row, column, note in self.noted:
            figure = figures["disclosure", row, column]
            figures["disclosure", row, column] = note + figure if note in BEFORE else figure + note
        return replace(empty, figures=figures)

    @property
    def pdf(self) -> bytes:
        return draw(self.specimen, self.layout)

    @property
    def expected(self) -> dict[Place, str]:
        return expected(self.specimen, self.layout)


@st.composite
def plain_cases(
    draw: st.DrawFn, *, kinds: tuple[Kind, ...] = KINDS, hybrids: bool = False, notes: bool = False
) -> Case:
    """Filled forms of both editions, plainly set.

    ``kinds``: as :func:`gxstudy.specimens.invented` has them. ``hybrids``: some with blocks of the other edition.
    ``notes``: some with a unit or a bracketed note behind figures of table two.
    """
    edition = draw(st.sampled_from(["2021", "2019"]))
    kind = draw(st.sampled_from(kinds))
    case = Case(
        edition,
        draw(st.integers(2021, 2025) if edition == "2021" else st.integers(2019, 2020)),
        draw(st.sampled_from(ORGANS)),
        variant=edition == "2021" and draw(st.booleans()),
        foreign_blocks=draw(st.sampled_from([(), ("article_20_1",), ("article_20_5", "article_20_6")]))
        if hybrids
        else (),
        seed=draw(st.integers(0, 2**32 - 1)),
        kind=kind,
        zero=draw(st.sampled_from(["0", "/", "-", "—", ""])) if kind == "sparse" else "0",
        overview=draw(st.integers(0, len(OVERVIEWS) - 1)),
    )
    if not notes:
        return case
    figures = case.specimen.figures
    numbered = [
        (row, column) for (table, row, column), text in figures.items() if table == "disclosure" and text.isdigit()
    ]
    chosen = draw(st.lists(st.sampled_from(numbered), unique=True, max_size=3)) if numbered else []
    return replace(case, noted=tuple((*place, draw(st.sampled_from([*BEHIND, *BEFORE]))) for place in chosen))


def _setting() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "font": st.sampled_from(["serif", "sans"]),
            "body_size": st.sampled_from([14.0, 10.5, 16.0]),
            "table_size": st.sampled_from([8.0, 7.5, 6.5]),
            "bold": st.sampled_from(["stroke", "none", "twice", "shadow"]),
            "font_height": st.sampled_from([1.0, 2.5]),
            "title_break": st.booleans(),
            "single_glyphs": st.booleans(),
            "text_scale": st.sampled_from([1.0, 0.05]),
            "white_behind": st.booleans(),
            "widths": st.sampled_from(
                [(0.6, 1.5, 4.2, 1.0), (0.9, 1.0, 3.0, 0.9), (0.5, 1.8, 5.0, 1.2), (1, 1, 1, 0.55)]
            ),
            "disclosure_widths": st.sampled_from([(1.2, 3.0), (1.0, 1.0), (2.0, 1.5)]),
            "padding": st.sampled_from([(2.5, 2.5), (1.0, 1.0), (2.0, 6.0)]),
            "align": st.sampled_from(["center", "right", "left"]),
            "shade": st.sampled_from(["", "#c6d9f1", "#dddddd", DARK]),
            "shade_heads": st.sampled_from(["", "#eeeeee", DARK]),
            "latin": st.sampled_from(["", "Libertinus Serif", "DejaVu Sans Mono"]),
            "ink_figures": st.sampled_from(["", "#c00000", "#0000ff"]),
            "stand": st.sampled_from(["horizon", "top", "bottom"]),
            "tracking": st.sampled_from([0.0, 0.1, 0.2]),
            "heads": st.sampled_from(["flat", "stacked", "rotated"]),
        },
    )


def _pages() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "margins": st.sampled_from([(72, 72, 72, 72), (50, 60, 50, 60)]),
            "paper": st.sampled_from(["a4", "a3"]),
            "landscape": st.booleans(),
            "rotate": st.sampled_from([0, 90, 180, 270]),
            "askew": st.sampled_from([0.0, 0.6, -1.5]),
            "origin": st.sampled_from([(0.0, 0.0), (100.0, -50.0), (-300.0, 40.0)]),
            "crop": st.sampled_from([0.0, 30.0]),
            "per_sheet": st.sampled_from([1, 2]),
            "form_xobjects": st.sampled_from(["none", "rules", "page"]),
            "page_numbers": st.sampled_from(["dashes", "none", "plain", "of"]),
            "running_head": st.sampled_from(["", "政府信息公开工作年度报告", "2024"]),
            "watermark": st.sampled_from(["", "内部资料", "2024"]),
            "tagged": st.booleans(),
        },
    )


def _rules() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "rule": st.sampled_from([0.5, 0.1, 0.25, 1.0, 1.5]),
            "rule_colour": st.sampled_from(["#000000", "#7f7f7f", "#1f4e79"]),
            "rule_style": st.sampled_from(
                ["stroke", "dashed", "dashes", "pieces", "doubled", "apart", "filled", "polygons"]
            ),
            "ruled": st.sampled_from(["all", "all", "all", "horizontal", "heads", "none"]),
            "outer": st.sampled_from(["drawn", "missing", "white", "no_sides"]),
        },
    )


def _wording() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "outcome_label": st.sampled_from(["stacked", "rotated", "flat"]),
            "labels": st.sampled_from(
                [
                    (),
                    (("denied.law_prohibits", "2.其他法律行政止公开"),),
                    (("partial", "（二）部分公开"), ("group:other", "")),
                    (("rejected.repeat", ""),),
                ]
            ),
            "brackets": st.sampled_from(["full", "half"]),
            "quotes": st.sampled_from(["curly", "straight", "corner", "none"]),
            "numbering": st.sampled_from([".", "、", "．"]),
            "look_alikes": st.sampled_from(["none", "kangxi", "radicals", "full_width"]),
            "label_spaces": st.sampled_from(["none", "one", "all"]),
            "digits": st.sampled_from(["half", "full"]),
            "thousands": st.sampled_from(["", ",", "，"]),
            "figure_wrap": st.sampled_from([0, 2, 3]),
        },
    )


@st.composite
def _structure(draw: st.DrawFn, specimen: Specimen) -> dict[str, Any]:
    chosen = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "order": st.permutations(["disclosure", "applications", "disputes"]).map(tuple),
                "new_page": st.sampled_from([(), ("applications",), ("disclosure", "disputes")]),
                "disclosure": st.sampled_from(["whole", "blocks"]),
                "disputes": st.sampled_from(["across", "split", "matrix", "down"]),
                "note_row": st.sampled_from(["", *NOTES]),
                "note_line": st.sampled_from(["", "单位：件"]),
                "continued": st.sampled_from(["", "续表"]),
                "extra": st.sampled_from(["", "first", "last"]),
                "skew": st.sampled_from([0.0, 0.1]),
            },
        )
    )
    chosen["breaks"] = draw(_breaks(specimen, Layout(**chosen)))
    return chosen


@st.composite
def _breaks(draw: st.DrawFn, specimen: Specimen, layout: Layout) -> tuple[Break, ...]:
    """Up to three cuts in table three and one in table two, where that is in one grid."""
    found: list[Break] = []
    for table, most in (("applications", 3), ("disclosure", 1 if layout.disclosure == "whole" else 0)):
        part = next(part for part in parts(specimen, layout) if part.table == table)
        rows = draw(st.sets(st.integers(part.head + 1, part.height - 1), max_size=most))
        long = {cell.bottom for cell in part.cells if cell.role == "label" and len(cell.text) >= 8}
        found += [draw(_break(table, row, long=row in long)) for row in sorted(rows)]
    return tuple(found)


@st.composite
def _break(draw: st.DrawFn, table: str, row: int, *, long: bool) -> Break:
    """One cut; ``long``: the label above it is long enough for the cut to run through its text."""
    page = draw(st.sampled_from([True, True, False]))
    gap = 0.0 if page else draw(st.sampled_from([6.0, 0.0, 20.0]))
    return Break(
        table,
        row,
        header=draw(st.booleans()) if page or gap else False,
        labels=draw(st.sampled_from(["first", "second", "both", "split"])),
        inside_text=draw(st.booleans()) if page and long else False,
        open=draw(st.booleans()) if page else False,
        page=page,
        gap=gap,
    )


@st.composite
def layouts(draw: st.DrawFn, specimen: Specimen, *, of: tuple[PartName, ...] = PARTS) -> Layout:
    """Layouts in which ``specimen`` may be printed, changed in the parts named and plain in the others."""
    chosen: dict[str, Any] = {}
    for part in of:
        strategy = {"setting": _setting, "pages": _pages, "rules": _rules, "wording": _wording}.get(part)
        chosen |= draw(_structure(specimen) if strategy is None else strategy())
    return _legible(Layout(**chosen))


def _legible(layout: Layout) -> Layout:
    """Take back what would make figures run out of their cells, or leave nothing to tell two columns apart."""
    if DARK in (layout.shade, layout.shade_heads):
        layout = replace(layout, shade=DARK, shade_heads=DARK, ink_heads="#ffffff")
    if layout.tracking and (layout.digits == "full" or layout.thousands or layout.latin == "DejaVu Sans Mono"):
        layout = replace(layout, tracking=0.0)
    wide = layout.digits == "full" or layout.thousands or layout.tracking or layout.latin == "DejaVu Sans Mono"
    if wide:
        layout = replace(layout, table_size=min(layout.table_size, 6.5))
    if layout.rule_style in ("doubled", "apart"):
        layout = replace(layout, padding=(max(layout.padding[0], 2.5), max(layout.padding[1], 2.5)))
    if layout.ruled != "all":
        layout = replace(layout, align="center", padding=(4.0, 2.5), figure_wrap=0)
    return layout


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    of: tuple[PartName, ...] = PARTS,
    kinds: tuple[Kind, ...] = KINDS,
    hybrids: bool = False,
    notes: bool = False,
) -> Case:
    """Filled forms, each with a layout changed in the parts named ``of``."""
    case = draw(plain_cases(kinds=kinds, hybrids=hybrids, notes=notes))
    return replace(case, layout=draw(layouts(case.specimen, of=of)))
