"""Specimens: what is asked for stands on the pages, the same bytes every time."""

from __future__ import annotations

import csv
import ctypes
import hashlib
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import strategies
from hypothesis import given

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.specimens import (
    Break,
    Layout,
    Specimen,
    bind,
    draw,
    expected,
    filler,
    invented,
    places,
    read_typeset,
    wording,
    write_raw,
)
from gxstudy.specimens.cells import parts
from gxstudy.text import squeeze

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"


def raw_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def pages(pdf: bytes) -> list[str]:
    return [squeeze(text) for text in raw_pages(pdf)]


def numbers(pdf: bytes) -> list[str]:
    """The numbers of four digits that begin with 1, sorted, as often as they stand there."""
    return sorted(re.findall(r"(?<!\d)1\d{3}(?!\d)", "\n".join(raw_pages(pdf))))


def numbered(edition: str = "2021", *, variant: bool = False) -> Specimen:
    """A specimen with a number of its own in every cell."""
    empty = Specimen("某县人民政府", 2024 if edition == "2021" else 2019, {}, edition, variant)
    figures = {place: str(1000 + index) for index, place in enumerate(places(empty))}
    return Specimen(empty.organ, empty.year, figures, edition, variant, footer="重新排版自公开数据")


@pytest.mark.parametrize("report", read_typeset(RAW), ids=lambda report: report.report_id)
def test_committed_pdf_is_what_its_figures_typeset_to(report):
    committed = (RAW / "reports" / f"{report.report_id}.pdf").read_bytes()
    assert draw(report.specimen, report.layout) == committed


def test_writing_raw_again_changes_nothing(tmp_path):
    (tmp_path / "typeset").mkdir()
    for name in ("reports.csv", "figures.csv"):
        (tmp_path / "typeset" / name).write_bytes((RAW / "typeset" / name).read_bytes())
    write_raw(tmp_path)
    assert (tmp_path / "registry.csv").read_bytes() == (RAW / "registry.csv").read_bytes()


def test_registry_names_every_report_by_its_hash():
    with (RAW / "registry.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["path"]: line["sha256"] for line in csv.DictReader(file)}
    found = {
        f"reports/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.glob("reports/*.pdf")
    }
    assert lines == found
    assert len(lines) == 12


def test_every_page_names_its_source_and_says_that_it_is_typeset_again():
    for report in read_typeset(RAW):
        for text in pages((RAW / "reports" / f"{report.report_id}.pdf").read_bytes()):
            assert "重新排版自公开数据" in text, report.report_id
            assert squeeze(report.source).replace("-", "") in text.replace("-", ""), report.report_id


def test_printed_quirks_are_kept():
    def text(report_id: str) -> str:
        return "".join(pages((RAW / "reports" / f"{report_id}.pdf").read_bytes()))

    assert "251000元" in text("shanghai-office-2019")
    assert "55(含自然失效29件)" in text("shanghai-office-2025")
    assert "2.其他法律行政止公开" in text("hongze-2023")
    assert "申请17件" in text("hongze-2024")


def test_counts_of_the_readme_are_those_of_the_published_figures():
    with (RAW / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    readme = (RAW / "README.md").read_text("utf-8")
    first = [line for line in lines if "selection=" not in line["notes"]]
    second = [line for line in lines if "selection=repeat_year" in line["notes"]]
    assert len(first) + len(second) == len(lines) == 921
    for part, name in ((first, "no `selection` in `notes`"), (second, "`selection=repeat_year`")):
        counts = [line["prose.applications_received"] or line["applications.new.total"] for line in part]
        said = [count for count in counts if count]
        assert f"| {name} | {len(part)} | {len(said)} | {said.count('0')} |" in readme


@pytest.mark.parametrize("edition, variant", [("2019", False), ("2021", False), ("2021", True)])
def test_every_figure_is_printed_once(edition, variant):
    specimen = numbered(edition, variant=variant)
    assert numbers(draw(specimen)) == sorted(specimen.figures.values())


def test_break_prints_the_header_again_only_when_asked_to():
    specimen = numbered()
    for header, times in ((False, 1), (True, 2)):
        layout = Layout(breaks=(Break("applications", 12, header=header),))
        pdf = draw(specimen, layout)
        assert "".join(pages(pdf)).count("法人或其他组织") == times
        assert numbers(pdf) == sorted(specimen.figures.values())


@pytest.mark.parametrize("labels, on_first, on_second", [("first", 1, 0), ("second", 0, 1), ("both", 1, 1)])
def test_break_puts_the_label_where_it_was_asked_to(labels, on_first, on_second):
    drawn = pages(draw(numbered(), Layout(breaks=(Break("applications", 10, labels=labels),))))
    assert [text.count("(三)不予公开") for text in drawn] == [on_first, on_second]


def test_break_through_text_leaves_figures_above_and_the_rest_of_the_label_below():
    specimen = numbered()
    first, second = pages(draw(specimen, Layout(breaks=(Break("applications", 23, inside_text=True),), table_size=7)))
    assert first.count("5.要求行政机关确认") == 1
    assert second.count("或重新出具已获取信息") == 1
    assert specimen.printed("applications", "rejected.reconfirm", "total") in first


def test_break_outside_the_table_is_refused():
    with pytest.raises(CallError, match="does not fall inside applications"):
        draw(numbered(), Layout(breaks=(Break("applications", 28),)))


def test_figure_at_a_place_that_the_form_does_not_print_is_refused():
    with pytest.raises(CallError, match="prints no place"):
        Specimen("某局", 2024, {("applications", "other", "total"): "1"})


def test_same_input_same_bytes():
    assert draw(numbered()) == draw(numbered())


# Invented figures -----------------------------------------------------------------------------------------------------


def failing(specimen: Specimen) -> list[tuple[str, str]]:
    """The identities of the form that the figures break, summed here by hand."""
    form = forms.load(specimen.edition)
    broken = []
    for identity in form.identities:
        table = form.table(identity.table)
        for line in table.rows if identity.along == "row" else table.columns:
            left, right = (
                sum(
                    int(
                        specimen.printed(
                            table.key, *((line.key, term) if identity.along == "row" else (term, line.key))
                        )
                        or 0
                    )
                    for term in terms
                )
                for terms in (identity.left, identity.right)
            )
            if left != right:
                broken.append((identity.key, line.key))
    return broken


@pytest.mark.parametrize("kind", ["distinct", "sparse"])
@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("seed", range(5))
def test_invented_figures_add_up(kind, edition, seed):
    empty = Specimen("某局", 2024, {}, edition)
    assert failing(replace(empty, figures=invented(empty, seed=seed, kind=kind))) == []


def test_unbalanced_figures_do_not_add_up():
    empty = Specimen("某局", 2024, {})
    assert failing(replace(empty, figures=invented(empty, seed=1, kind="unbalanced")))


@pytest.mark.parametrize("kind", ["distinct", "unbalanced"])
def test_no_invented_number_stands_twice(kind):
    figures = invented(Specimen("某局", 2024, {}, variant=True), seed=7, kind=kind)
    assert len(set(figures.values())) == len(figures) == 186


# Layouts --------------------------------------------------------------------------------------------------------------

ONLY_DRAWN = {
    **{
        f"rules {style}": Layout(rule_style=style)
        for style in ("dashed", "dashes", "pieces", "doubled", "filled", "polygons")
    },
    **{f"ruled {which}": Layout(ruled=which) for which in ("horizontal", "heads", "none")},
    **{f"outer {which}": Layout(outer=which) for which in ("missing", "white", "no_sides")},
    "shaded": Layout(shade="#c6d9f1", shade_heads="#eeeeee"),
    "landscape": Layout(landscape=True),
    "a3": Layout(paper="a3"),
    "rules in a form": Layout(form_xobjects="rules", rule_style="filled"),
    "page in a form": Layout(form_xobjects="page", crop=10),
    "large font, small matrix": Layout(text_scale=0.05),
    "single glyphs": Layout(single_glyphs=True),
    "white behind": Layout(white_behind=True),
    "tagged": Layout(tagged=True),
    "skewed parts": Layout(skew=0.2, breaks=(Break("applications", 12, page=False, gap=8),)),
    "separate blocks": Layout(disclosure="blocks"),
    "disputes split": Layout(disputes="split"),
    "disputes in a matrix": Layout(disputes="matrix"),
    "disputes down": Layout(disputes="down"),
    "other order": Layout(order=("disputes", "applications", "disclosure")),
}


@pytest.mark.parametrize("layout", ONLY_DRAWN.values(), ids=ONLY_DRAWN.keys())
def test_layout_changes_no_figure_and_gives_the_same_bytes_again(layout):
    specimen = numbered()
    pdf = draw(specimen, layout)
    assert numbers(pdf) == sorted(specimen.figures.values())
    assert draw(specimen, layout) == pdf
    assert pdf != draw(specimen)


def test_twice_drawn_bold_doubles_headings_but_no_figure():
    specimen = numbered()
    document = pypdfium2.PdfDocument(draw(specimen, Layout(bold="twice")))
    drawn = sum(1 for page in document for thing in page.get_objects() if thing.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT)
    document.close()
    document = pypdfium2.PdfDocument(draw(specimen))
    once = sum(1 for page in document for thing in page.get_objects() if thing.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT)
    document.close()
    assert once < drawn < 2 * once - len(specimen.figures)


def stroked_paths(pdf: bytes) -> int:
    """The paths that are stroked and not filled, on all pages."""
    raw = pypdfium2.raw
    count = 0
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
                fill, stroke = ctypes.c_int(), ctypes.c_int()
                raw.FPDFPath_GetDrawMode(thing, fill, stroke)
                count += bool(stroke.value) and not fill.value
    return count


@pytest.mark.parametrize("style", ["filled", "polygons"])
@pytest.mark.parametrize("form_xobjects", ["none", "rules", "page"])
def test_no_rule_stays_stroked_where_all_are_to_be_filled(style, form_xobjects):
    plain = Layout(tagged=True, rule_colour="#1f4e79", per_sheet=2)
    assert stroked_paths(draw(numbered(), plain)) > 50
    drawn = draw(numbered(), replace(plain, rule_style=style, form_xobjects=form_xobjects))
    assert stroked_paths(drawn) == 0


@pytest.mark.parametrize("rotate", [90, 180, 270])
@pytest.mark.parametrize("form_xobjects", ["none", "page"])
def test_turned_pages_hold_the_same_digits(rotate, form_xobjects):
    def digits(pdf: bytes) -> Counter[str]:
        return Counter(char for text in raw_pages(pdf) for char in text if char.isdigit())

    turned = Layout(rotate=rotate, origin=(-30, 50), crop=20, form_xobjects=form_xobjects)
    assert digits(draw(numbered(), turned)) == digits(draw(numbered()))


def test_rotated_page_shows_upright_and_without_entry_lies_on_its_side():
    with pypdfium2.PdfDocument(draw(numbered(), Layout(rotate=90))) as document:
        assert document[0].get_rotation() == 90
        assert document[0].get_width() < document[0].get_height()
    with pypdfium2.PdfDocument(draw(numbered(), Layout(rotate=90, rotate_entry=False))) as document:
        assert document[0].get_rotation() == 0
        assert document[0].get_width() > document[0].get_height()


def test_crop_leaves_a_margin_outside_what_is_shown():
    with pypdfium2.PdfDocument(draw(numbered(), Layout(crop=25, origin=(100, -40)))) as document:
        left, low, _, _ = document[0].get_cropbox()
        assert (left, low) == (100, -40)
        assert document[0].get_mediabox()[0] == 75


@pytest.mark.parametrize(
    "layout, printed",
    [
        (Layout(digits="full"), "１０１２"),
        (Layout(thousands=","), "1,012"),
        (Layout(thousands="，", digits="full"), "１，０１２"),
        (Layout(numbering="、"), "3、危及“三安全一稳定”"),
        (Layout(quotes="corner"), "3.危及「三安全一稳定」"),
        (Layout(brackets="half"), "(三)不予公开"),
        (Layout(label_spaces="one"), "1.属于 国家秘密"),
        (Layout(label_spaces="all"), "自 然 人"),
        (Layout(look_alikes="kangxi"), "⾏政许可"),
        (Layout(look_alikes="radicals"), "1.属于国家秘密"),
        (Layout(look_alikes="full_width"), "１．属于国家秘密"),
        (Layout(labels=(("denied.state_secret", "1.国密"),)), "1.国密"),
        (Layout(note_row="注：甲。"), "注：甲。"),
        (Layout(note_line="单位：件"), "单位：件"),
        (Layout(running_head="眉题"), "眉题"),
        (Layout(page_numbers="of"), "第 1 页 共 2 页"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_and_figures_are_printed_as_asked(layout, printed):
    text = "".join(raw_pages(draw(numbered(), replace(layout, widths=(0.4, 1.4, 4, 1.0), table_size=6))))
    assert printed in text.replace("\r\n", "")


def test_kangxi_radicals_stand_in_place_of_characters_everywhere():
    text = "".join(raw_pages(draw(numbered(), Layout(look_alikes="kangxi"))))
    assert "⾏" in text
    assert "行" not in text


def test_expected_is_what_is_printed_with_wrapped_lines_joined():
    specimen = numbered()
    wanted = expected(specimen, Layout(figure_wrap=2, digits="full"))
    assert wanted["applications", "new", "natural_person"] == "１０１０"
    assert set(wanted) == set(places(specimen))


def test_hybrid_takes_the_columns_of_the_other_edition_in_one_block():
    empty = Specimen("某局", 2022, {}, foreign_blocks=("article_20_1",))
    keys = {(row, column) for table, row, column in places(empty) if table == "disclosure"}
    assert ("regulations", "newly_made") in keys
    assert ("licensing", "decisions") in keys
    assert ("regulations", "made") not in keys


def test_rows_left_out_are_not_printed():
    text = "".join(pages(draw(Specimen("某局", 2024, {}, without=("carried_in",)))))
    assert "二、上年结转" not in text
    assert "一、本年新收" in text


def test_bound_files_keep_their_pages_in_order():
    specimen = numbered()
    drawn = pages(bind(filler(3), draw(specimen)))
    assert len(drawn) == 3 + len(pages(draw(specimen)))
    assert "第3号文件" in drawn[2]
    assert "政府信息公开工作年度报告" in drawn[3]


def test_order_must_name_every_table_once():
    with pytest.raises(CallError, match="each once"):
        Layout(order=("applications", "disclosure"))


@given(strategies.cases(hybrids=True, notes=True))
def test_no_cut_and_no_layout_loses_or_repeats_a_figure(case):
    specimen = case.specimen
    printed = Counter(
        cell.text for part in parts(specimen, case.layout) for cell in part.cells if cell.role == "figure"
    )
    wanted = Counter(wording.figure(specimen.printed(*place), case.layout) for place in places(specimen))
    del printed[""], wanted[""]
    assert printed == wanted


@given(strategies.cases(hybrids=True))
def test_no_two_cells_of_a_part_cover_one_place(case):
    for part in parts(case.specimen, case.layout):
        covered = Counter(
            (x, y)
            for cell in part.cells
            for x in range(cell.x, cell.x + cell.colspan)
            for y in range(cell.y, cell.y + cell.rowspan)
        )
        assert set(covered.values()) == {1}
        assert len(covered) == len(part.widths) * part.height


@given(strategies.cases(hybrids=True, notes=True))
def test_case_as_written_in_a_failure_can_be_pasted_back(case):
    assert eval(repr(case), {"Case": strategies.Case, "Layout": Layout, "Break": Break}) == case
