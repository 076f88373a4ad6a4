"""The PDF reader: what is printed is what is given, wherever and however it stands; what cannot be read is said."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operators import A4, HELVETICA, pages, stream, text
from pypdf.generic import DictionaryObject

import gxstudy as gx
from gxstudy import grids
from gxstudy.errors import EncryptedFileError, NoTextLayerError, TruncatedFileError
from gxstudy.findings import Code
from gxstudy.layout import Page, Word
from gxstudy.readers import pdf
from gxstudy.specimens import Layout, Specimen, draw, expected, invented
from gxstudy.text import read_number

BARE = Specimen("某县人民政府", 2024, {}, overview=("本报告由本机关编制。",))
SPECIMEN = replace(BARE, figures=invented(BARE, seed=5))


def first(data: bytes) -> Page:
    return pdf.read(data).pages[0]


def words(data: bytes) -> list[str]:
    return [word.text for page in pdf.read(data).pages for word in page.words]


def codes(data: bytes) -> list[str]:
    return [found.code.value for found in pdf.read(data).findings]


def figures(data: bytes) -> dict[tuple[str, str, str], str]:
    return {(entry.table, entry.row, entry.column): entry.raw for entry in gx.read_report(data).entries}


def near(one: Iterable[Word], other: Iterable[Word], *, within: float = 1.0) -> bool:
    """Whether two pages have the same words at the same places, in any order."""
    places = [sorted((w.text, w.x0, w.top, w.x1, w.bottom) for w in page) for page in (one, other)]
    return [w[0] for w in places[0]] == [w[0] for w in places[1]] and all(
        abs(a - b) <= within for v, w in zip(*places, strict=True) for a, b in zip(v[1:], w[1:], strict=True)
    )


# Words ----------------------------------------------------------------------------------------------------------------


def test_a_word_lies_where_it_is_printed_measured_from_the_top_left() -> None:
    page = first(pages(text("123", 100, 700)))
    (word,) = page.words
    assert (page.width, page.height) == (595, 842)
    assert word.text == "123"
    assert word.x0 == pytest.approx(100, abs=0.1)
    assert word.x1 == pytest.approx(100 + 3 * 5.56, abs=0.1)
    assert word.top < 842 - 700 < word.bottom
    assert not word.garbled


def test_words_part_at_spaces_and_gaps() -> None:
    assert words(pages(text("12 34", 100, 700))) == ["12", "34"]
    assert words(pages(text("12", 100, 700) + text("34", 120, 700))) == ["12", "34"]


def test_pieces_of_a_number_that_touch_are_one_word() -> None:
    assert words(pages(text("12", 100, 700) + text("34", 111.1, 700))) == ["1234"]
    assert words(pages("BT /F 10 Tf 100 700 Td [(1) -20 (2) 15 (34)] TJ ET")) == ["1234"]


def test_numbers_on_both_sides_of_a_rule_are_two_however_near() -> None:
    touching = text("12", 100, 700) + text("34", 111.5, 700)
    assert words(pages(touching)) == ["1234"]
    assert words(pages(touching + "0.5 w 111.3 690 m 111.3 720 l S")) == ["12", "34"]


def test_a_number_that_goes_on_behind_a_rule_is_in_neither_cell() -> None:
    """Its point, and full-width figures, parted it in silence: 8,314 was read as 314."""
    song = b"""<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [
        << /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light
        /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>] >>"""
    full = "BT /S 10 Tf 200 700 Td <FF18FF0CFF13FF11FF14> Tj ET"
    rules = "0.5 w 108.5 690 m 108.5 720 l S 215 690 m 215 720 l S"
    page = first(pages("BT /F 10 Tf 100 700 Td (8,314) Tj ET " + full + " " + rules, fonts={"F": HELVETICA, "S": song}))
    assert [word.text for word in page.words] == ["8,", "314", "８，", "３１４"]
    assert all(word.garbled for word in page.words)


def test_text_printed_twice_to_look_bold_is_one_word() -> None:
    assert words(pages(text("586", 100, 700) + text("586", 100.3, 700))) == ["586"]


def test_invisible_text_of_a_scan_is_read_and_white_text_too() -> None:
    # An OCR layer is drawn invisibly; it is a text layer all the same.
    assert words(pages("3 Tr " + text("586", 100, 700))) == ["586"]


# Where pages lie ------------------------------------------------------------------------------------------------------

UPRIGHT = pdf.read(draw(SPECIMEN))


@pytest.mark.parametrize("entry", [True, False], ids=["with /Rotate", "without"])
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_upright(turned: int, entry: bool) -> None:
    document = pdf.read(draw(SPECIMEN, Layout(rotate=turned, rotate_entry=entry)))  # type: ignore[arg-type]
    for page, upright in zip(document.pages, UPRIGHT.pages, strict=True):
        assert (page.width, page.height) == pytest.approx((upright.width, upright.height), abs=0.1)
        assert near(page.words, upright.words)
        assert len(page.rulings) == len(upright.rulings)


@pytest.mark.parametrize(
    "layout",
    [
        Layout(origin=(100, -50)),
        Layout(crop=30),
        Layout(origin=(-300, 40), crop=30, rotate=90),
        Layout(form_xobjects="page"),
        Layout(form_xobjects="rules", rule_style="filled"),
        Layout(form_xobjects="page", rotate=270, crop=10),
        Layout(text_scale=0.05),
        Layout(tagged=True),
        Layout(white_behind=True),
    ],
    ids=repr,
)
def test_where_the_page_lies_and_how_it_is_wrapped_changes_nothing(layout: Layout) -> None:
    document = pdf.read(draw(SPECIMEN, layout))
    for page, upright in zip(document.pages, UPRIGHT.pages, strict=True):
        assert near(page.words, upright.words)
        assert [len(grid.cells) for grid in grids.find(page)] == [len(grid.cells) for grid in grids.find(upright)]


def test_forms_in_forms_are_followed_with_their_matrices() -> None:
    inner = stream(b"0.5 w 0 0 m 100 0 l S", "/Type /XObject /Subtype /Form /BBox [0 -5 200 5] /Matrix [2 0 0 2 0 0]")
    outer = stream(
        b"q 1 0 0 1 50 0 cm /Inner Do Q",
        "/Type /XObject /Subtype /Form /BBox [0 -900 900 900] /Matrix [1 0 0 1 0 100] "
        "/Resources << /XObject << /Inner 5 0 R >> >>",
    )
    data = pages(text("1", 80, 650) + "q 1 0 0 1 10 500 cm /Outer Do Q", forms={"Outer": outer, "Inner": inner})
    (ruling,) = first(data).rulings
    assert (ruling.x0, ruling.x1) == pytest.approx((60, 260), abs=1.5)
    assert ruling.top == pytest.approx(842 - 600, abs=0.1)


# Rulings --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "drawn, count",
    [
        ("0.5 w 100 600 m 300 600 l S", 1),
        ("0 w 100 600 m 300 600 l S", 1),
        ("100 600 200 0.7 re f", 1),
        ("100 600 m 300 600 l 300 600.7 l 100 600.7 l h f", 1),
        ("[3 2] 0 d 0.5 w 100 600 m 300 600 l S", 1),
        ("100 600 200 0.7 re 100 580 200 0.7 re 100 560 200 0.7 re f", 3),
        ("0.5 w 100 600 200 50 re S", 4),
        ("1 g 100 600 200 0.7 re f", 0),
        ("1 G 100 600 m 300 600 l S", 0),
        ("100 600 200 50 re f", 0),
        ("100 600 m 300 600 l n", 0),
        ("0.5 w 100 600 m 150 700 250 500 300 600 c S", 0),
        ("0.5 w 100 600 m 160 600 240 600 300 600 c S", 1),
        ("0.5 w 100 600 m 100 600 100 500 100 500 c 150 500 200 500 250 500 c S", 2),
        ("0.5 w 100 600 m 300 700 l S", 0),
        ("700 600 m 900 600 l S", 0),
        ("q 10 0 0 10 0 0 cm 0.4 w 10 60 m 30 60 l S Q", 1),
    ],
    ids=[
        "stroke",
        "hairline",
        "thin rectangle",
        "thin polygon",
        "dashed",
        "many in one path",
        "a box",
        "white fill",
        "white stroke",
        "shading",
        "not painted",
        "curve",
        "straight curve",
        "two straight curves",
        "slanted",
        "beyond the page",
        "drawn larger than its width says",
    ],
)
def test_lines_that_print_are_rulings(drawn: str, count: int) -> None:
    found = first(pages(text("1", 80, 650) + drawn)).rulings
    assert len([r for r in found if r.x1 - r.x0 + r.bottom - r.top > 1]) == count


# What is left out, and what cannot be read ----------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["内部资料", "2024"])
def test_a_watermark_is_left_out_and_said(mark: str) -> None:
    data = draw(SPECIMEN, Layout(watermark=mark))
    document = pdf.read(data)
    for page, upright in zip(document.pages, UPRIGHT.pages, strict=True):
        assert near(page.words, upright.words)
    assert [(found.code, found.where.page) for found in document.findings] == [
        (Code.OVERLAY_DROPPED, page.number) for page in document.pages
    ]
    assert all(mark in found.message for found in document.findings)


@pytest.mark.parametrize("table", ["disclosure", "applications", "disputes"])
def test_a_red_stamp_over_a_table_changes_no_figure(table: str) -> None:
    layout = Layout(stamp=table)
    assert figures(draw(SPECIMEN, layout)) == expected(SPECIMEN, layout)


def test_a_stamp_over_a_figure_is_left_out_and_the_figure_stays() -> None:
    data = pages(text("586", 100, 700) + text("SEAL", 105, 701, colour="1 0 0 rg") + text("12", 300, 700))
    assert words(data) == ["586", "12"]
    (found,) = pdf.read(data).findings
    assert found.code is Code.OVERLAY_DROPPED
    assert "SEAL" in found.message


def test_a_figure_in_colour_is_never_taken_for_a_stamp() -> None:
    over = text("586", 100, 700) + text("777", 104, 701, colour="1 0 0 rg")
    assert sorted(words(pages(over))) == ["586", "777"]


RING = "1 0 0 RG 40 700 m 40 780 160 780 160 700 c 160 620 40 620 40 700 c S "
"""The ring of a stamp."""


def test_the_number_of_a_stamp_is_the_stamps_and_a_figure_in_its_ring_is_not() -> None:
    """Printed over the figure of a cell it was read with it: 360211002313 for 13."""
    seal = RING + text("SEAL", 80, 730, colour="1 0 0 rg")
    over = text("13", 100, 690) + text("3602110023", 52, 690, colour="1 0 0 rg")
    assert words(pages(seal + over)) == ["13"]
    assert words(pages(seal + text("4521", 80, 690, colour="1 0 0 rg"))) == ["4521"]
    assert sorted(words(pages(RING + over))) != ["13"]


def test_red_figures_alone_are_figures() -> None:
    assert words(pages(text("586", 100, 700, colour="1 0 0 rg"))) == ["586"]


@pytest.mark.parametrize(
    "x, y", [(-8, 700), (582, 700), (300, -6), (300, 838)], ids=["left", "right", "below", "above"]
)
def test_text_that_the_edge_of_the_page_cuts_cannot_be_read(x: float, y: float) -> None:
    found = {word.text: word.garbled for word in first(pages(text("1234", x, y) + text("77", 300, 400))).words}
    assert found == {"1234": True, "77": False}


def test_text_beyond_the_page_is_not_there() -> None:
    assert words(pages(text("1234", 700, 700) + text("77", 300, 400))) == ["77"]


def test_digits_above_the_line_of_a_figure_are_the_mark_of_a_note_and_make_no_number() -> None:
    found = first(pages(text("12", 100, 700) + text("3", 111.2, 703.5, size=6) + text("45", 200, 700))).words
    assert [(word.text, word.garbled) for word in found] == [("123", True), ("45", False)]


# A font of Chinese characters that every reader knows by name, and one whose line hangs below its characters, as those
# of symbols for formulas do.
CHINESE = b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [3 0 R] >>"
CHINESE_MORE = (
    b"""<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 4 0 R
/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>""",
    b"""<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0 /Ascent 880
/Descent -120 /CapHeight 700 /StemV 80 >>""",
)
SYMBOLS = b"""<< /Type /Font /Subtype /TrueType /BaseFont /Arial /FirstChar 45 /LastChar 45 /Widths [333]
/Encoding /WinAnsiEncoding /FontDescriptor 3 0 R >>"""
HANGING = b"""<< /Type /FontDescriptor /FontName /Arial /Flags 32 /FontBBox [0 -1000 1000 100] /ItalicAngle 0 /Ascent 40
/Descent -960 /CapHeight 700 /StemV 80 >>"""


@pytest.mark.parametrize("mark", list("）、。”"))
def test_the_empty_half_of_a_mark_that_hangs_over_a_rule_is_not_in_the_next_cell(mark: str) -> None:
    label = f"不计其他情形{mark}".encode("utf-16-be").hex()
    content = f"BT /C 10 Tf 100 700 Td <{label}> Tj ET {text('757', 168, 700, font='H')} 0.5 w 164 690 m 164 715 l S"
    assert words(pages(content, fonts={"C": CHINESE, "H": HELVETICA}, more=CHINESE_MORE)) == [
        f"不计其他情形{mark}",
        "757",
    ]


def test_a_minus_sign_of_a_font_for_formulas_stands_on_its_own_line() -> None:
    content = text("12", 100, 700, font="H") + text("-", 130, 700, font="F")
    number, minus = first(pages(content, fonts={"F": SYMBOLS, "H": HELVETICA}, more=(HANGING,))).words
    assert (number.top + number.bottom) / 2 == pytest.approx((minus.top + minus.bottom) / 2, abs=1.5)


# A font whose codes tell nothing: glyph numbers in a font of two bytes, or pictures of glyphs under names of their own.
NUMBERED = b"<< /Type /Font /Subtype /Type0 /BaseFont /Foo /Encoding /Identity-H /DescendantFonts [3 0 R] >>"
DESCENDANT = b"""<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Foo /DW 600 /FontDescriptor 4 0 R
/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"""
DESCRIPTOR = b"""<< /Type /FontDescriptor /FontName /Foo /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 900
/Descent -100 /CapHeight 700 /StemV 80 >>"""
DRAWN = b"""<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0]
/CharProcs << /g1 3 0 R /g2 3 0 R >> /FirstChar 49 /LastChar 50 /Widths [600 600]
/Encoding << /Type /Encoding /Differences [49 /g1 /g2] >> >>"""
WITHOUT_UNICODE = {
    "glyph numbers": (NUMBERED, (DESCENDANT, DESCRIPTOR)),
    "drawn glyphs": (DRAWN, (stream(b"600 0 0 0 500 700 d1 0 0 500 700 re f"),)),
}


@pytest.mark.parametrize(
    "kind, shown",
    [
        ("glyph numbers", "0031"),
        ("glyph numbers", "00310032"),
        ("glyph numbers", "00ad"),
        ("glyph numbers", "002f"),
        ("glyph numbers", "0014"),
        ("drawn glyphs", "31"),
        ("drawn glyphs", "3231"),
    ],
)
def test_a_glyph_without_unicode_value_is_never_a_number(kind: str, shown: str) -> None:
    font, more = WITHOUT_UNICODE[kind]
    content = f"BT /F 10 Tf 100 700 Td <{shown}> Tj ET {text('7', 200, 700, font='H')}"
    data = pages(content, fonts={"F": font, "H": HELVETICA}, more=more)
    strange, plain = first(data).words
    assert strange.garbled
    assert (plain.text, plain.garbled) == ("7", False)
    assert codes(data) == ["unmapped_glyphs"]


def without_unicode(data: bytes) -> bytes:
    """The file with the Unicode values taken from its fonts."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for thing in writer._objects:
        if isinstance(thing, DictionaryObject) and "/ToUnicode" in thing:
            del thing["/ToUnicode"]
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_report_whose_font_has_no_unicode_values_is_not_believed_on_any_page() -> None:
    document = pdf.read(without_unicode(draw(SPECIMEN)))
    distrusted = [found.where.page for found in document.findings if found.code is Code.TEXT_LAYER_UNTRUSTED]
    assert distrusted == [page.number for page in document.pages]
    figures = [word for page in document.pages for word in page.words if read_number(word.text).value is not None]
    assert all(word.garbled for word in figures)


# Pages that cannot be used --------------------------------------------------------------------------------------------


def test_a_page_of_pictures_among_pages_of_text_is_said() -> None:
    document = pdf.read(pages(text("1", 100, 700), "100 100 400 400 re f"))
    assert [(found.code, found.where.page) for found in document.findings] == [(Code.PAGE_WITHOUT_TEXT, 2)]


def test_an_empty_page_is_nothing_to_speak_of() -> None:
    assert pdf.read(pages(text("1", 100, 700), "")).findings == ()


def test_pages_without_any_text_are_a_scan() -> None:
    with pytest.raises(NoTextLayerError, match="none of the 2 pages has a text layer"):
        pdf.read(pages("100 100 400 400 re f", ""))


def test_a_page_that_cannot_be_loaded_is_said_and_the_rest_read() -> None:
    data = pages(text("1", 100, 700), text("2", 100, 700), text("3", 100, 700))
    broken = data.replace(b"[5 0 R 7 0 R 9 0 R]", b"[5 0 R 99 0 R 9 0 R]")
    assert broken != data
    document = pdf.read(broken)
    assert [word.text for page in document.pages for word in page.words] == ["1", "3"]
    assert [(found.code, found.where.page) for found in document.findings] == [(Code.PAGE_UNREADABLE, 2)]
    assert [page.number for page in document.pages] == [1, 3]


def test_a_file_without_pages_is_damaged() -> None:
    with pytest.raises(TruncatedFileError):
        pdf.read(pages(text("1", 100, 700)).replace(b"/Kids [5 0 R] /Count 1", b"/Kids [] /Count 0"))


def encrypted(data: bytes, *, user: str, owner: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, owner, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_file_that_asks_for_a_password_says_so() -> None:
    with pytest.raises(EncryptedFileError, match="asks for a password"):
        pdf.read(encrypted(pages(text("1", 100, 700)), user="secret", owner="other"))


def test_a_file_that_only_forbids_changes_is_read() -> None:
    assert words(encrypted(pages(text("586", 100, 700)), user="", owner="other")) == ["586"]


# Pictures of pages ----------------------------------------------------------------------------------------------------


def picture(data: bytes, number: int, *, scale: float) -> np.ndarray:
    wide, high, pixels = pdf.render(data, number, scale=scale)
    return np.frombuffer(pixels, np.uint8).reshape(high, wide, 3)


@pytest.mark.parametrize(
    "layout",
    [
        Layout(),
        Layout(rotate=90),
        Layout(rotate=180),
        Layout(rotate=270, rotate_entry=False),
        Layout(rotate=90, rotate_entry=False, origin=(50, -20)),
        Layout(landscape=True, paper="a3"),
        Layout(crop=40, origin=(-300, 40)),
        Layout(crop=25, rotate=270),
        Layout(form_xobjects="page"),
    ],
    ids=repr,
)
def test_the_ink_of_every_figure_lies_in_its_box_on_the_picture(layout: Layout) -> None:
    scale = 2.0
    data = draw(SPECIMEN, layout)
    report = gx.read_report(data)
    shown = {page.number: page for page in pdf.read(data).pages}
    drawn = {number: picture(data, number, scale=scale).min(axis=2) < 128 for number in shown}
    for number, page in shown.items():
        high, wide = drawn[number].shape
        assert (wide, high) == pytest.approx((page.width * scale, page.height * scale), abs=2)
    for entry in report.entries:
        (box,) = entry.boxes
        dark = drawn[box.page]
        left, top, right, bottom = (round(edge * scale) for edge in box[1:])
        inside = dark[top:bottom, left:right].sum()
        assert inside > 0, entry
        # Nothing of the figure reaches out of its box: a ring of a point around it is white.
        assert dark[top - 2 : bottom + 2, left - 2 : right + 2].sum() == inside, entry


def test_a_page_that_is_not_there_cannot_be_drawn() -> None:
    with pytest.raises(TruncatedFileError, match="page 7"):
        pdf.render(pages(text("1", 100, 700)), 7)


# Anything on a page ---------------------------------------------------------------------------------------------------

numbers = st.floats(-2000, 2000, allow_nan=False).map(lambda value: f"{value:.3f}")
operators_ = st.one_of(
    st.tuples(numbers, numbers).map(lambda a: f"{a[0]} {a[1]} m"),
    st.tuples(numbers, numbers).map(lambda a: f"{a[0]} {a[1]} l"),
    st.tuples(numbers, numbers, numbers, numbers).map(lambda a: " ".join(a) + " re"),
    st.tuples(*[numbers] * 6).map(lambda a: " ".join(a) + " c"),
    st.tuples(*[numbers] * 6).map(lambda a: " ".join(a) + " cm"),
    st.tuples(*[numbers] * 6, st.sampled_from(["12", "7.5", "/", "abc"])).map(
        lambda a: f"BT /F 9 Tf {' '.join(a[:6])} Tm ({a[6]}) Tj ET"
    ),
    st.sampled_from(
        ["S", "f", "B", "n", "h", "q", "Q", "0 w", "500 w", "1 g", "1 0 0 RG", "[3 2] 0 d", "W n", "BT", "ET"]
    ),
)


@given(st.lists(operators_, max_size=30), st.sampled_from([0, 90, 180, 270]))
def test_whatever_is_drawn_boxes_are_in_order_and_words_touch_the_page(drawn: list[str], turned: int) -> None:
    data = pages(text("1", 100, 700) + "\n".join(drawn), page=f"{A4} /Rotate {turned}")
    try:
        document = pdf.read(data)
    except NoTextLayerError:
        return
    (page,) = document.pages
    for word in page.words:
        assert word.text
        assert word.x0 < word.x1
        assert word.top < word.bottom
        assert word.x1 > 0
        assert word.bottom > 0
        assert word.x0 < page.width
        assert word.top < page.height
    for ruling in page.rulings:
        assert ruling.x0 <= ruling.x1
        assert ruling.top <= ruling.bottom
        assert ruling.x0 == ruling.x1 or ruling.top == ruling.bottom
    grids.find(page)


@pytest.mark.parametrize("claims", [(1315, -121), (24029, -7399)])
@pytest.mark.parametrize("most", ["lifted", "sound"])
def test_characters_of_a_font_that_lifts_them_stand_on_the_line_of_the_others(
    claims: tuple[int, int], most: str
) -> None:
    # TeX has Chinese in fonts of 256 characters: each claims the height of its own, some of them absurdly much.
    def font(ascent: int, descent: int, first: int) -> list[bytes]:
        box = f"/FontBBox [0 {descent} 1000 {ascent}] /Ascent {ascent} /Descent {descent}"
        kin = f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /FontDescriptor {first + 1} 0 R"
        return [
            f"<< /Type /FontDescriptor /FontName /Song /Flags 6 {box} /ItalicAngle 0 /StemV 93 >>".encode(),
            f"{kin} /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>".encode(),
        ]

    def type0(kin: int) -> bytes:
        how = "/Subtype /Type0 /BaseFont /Song /Encoding /UniGB-UCS2-H"
        return f"<< /Type /Font {how} /DescendantFonts [{kin} 0 R] >>".encode()

    more = [*font(*claims, first=2), *font(880, -120, first=4)]
    texts = {"L": "政府信息", "S": "公开"} if most == "lifted" else {"L": "政府", "S": "信息公开"}
    content = "".join(
        f"BT /{name} 10 Tf 1 0 0 1 {x} 700 Tm <{text.encode('utf-16-be').hex()}> Tj ET "
        for x, (name, text) in zip((100, 200), texts.items(), strict=True)
    )
    data = pages(
        content + text("123", 300, 700),
        fonts={"L": type0(4), "S": type0(6), "F": HELVETICA},
        more=more,
    )
    (page,) = pdf.read_pages(data).pages
    assert {word.text for word in page.words} == {*texts.values(), "123"}
    assert all(842 - 712 < word.top < word.bottom < 842 - 696 for word in page.words), page.words
    assert all(word.bottom - word.top > 5 for word in page.words), page.words


def test_text_of_a_size_below_zero_that_its_matrix_turns_over_is_upright() -> None:
    content = "".join(
        f"BT /F {size} Tf {way} 0 0 {way} 100 {y} Tm ({said}) Tj ET "
        for size, way, y, said in ((-12, -1, 700, "12"), (-9, -1, 680, "345"))
    )
    (page,) = pdf.read_pages(pages(content)).pages
    assert [(word.text, round(word.x0)) for word in page.words] == [("12", 100), ("345", 100)]
    assert page.words[0].bottom < page.words[1].bottom < 300
