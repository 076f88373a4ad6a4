"""What a PDF page shows: figures that are covered, hidden, struck out, drawn, or laid over the page in fields."""

from __future__ import annotations

import pytest
from operators import A4, HELVETICA, pages, stream, text

from gxstudy import grids
from gxstudy.findings import Code
from gxstudy.readers import pdf
from gxstudy.text import read_number

CELLS = "".join(f"{x} 690 60 20 re S " for x in (60, 120, 180))
LABELS = text("label of a row", 300, 600) + text("and of the next", 300, 580) + text("77", 190, 695)
OLD, NEW = text("586", 130, 695), text("12", 130, 695)
WHITE = "1 g 121 691 58 18 re f 0 g "


def read(content: str, *, page: str = A4, more: tuple[bytes, ...] = ()) -> tuple[str, str, list[Code]]:
    """The text of the middle one of three cells, what it says when it is read as a figure, and what was noticed."""
    document = pdf.read(pages(CELLS + LABELS + content, page=page, more=more))
    (grid,) = grids.find(document.pages[0])
    assert [cell.text for cell in grid.cells][2] == "77"
    cell = grid.cells[1]
    status = "unreadable" if cell.garbled else read_number(cell.text).status
    return cell.text, status, [found.code for found in document.findings]


def test_a_figure_is_what_stands_in_its_cell() -> None:
    assert read(OLD) == ("586", "read", [])
    assert read("") == ("", "blank", [])


@pytest.mark.parametrize(
    "hidden",
    [
        OLD + WHITE,
        "q 3 Tr " + OLD + "Q ",
        text("586", 130, 695, colour="1 g"),
        OLD + "q 58 0 0 18 121 691 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q ",
    ],
    ids=["under a white box", "invisible", "white", "under a picture"],
)
def test_a_figure_that_is_not_seen_never_runs_together_with_the_one_that_is(hidden: str) -> None:
    assert read(hidden + NEW) == ("12", "read", [Code.HIDDEN_TEXT])
    assert read(hidden) == ("\ufffc", "unreadable", [Code.HIDDEN_TEXT])  # what hides it may be the figure itself


def test_what_stands_beside_the_page_does_not_make_its_text_one_that_is_not_seen() -> None:
    """A sheet wider than its pages: each was recognised, for most of its text is cut off."""
    beside = "".join(text("1234567890" * 5, -900, y) for y in range(100, 600, 50))
    assert read(OLD + "q 3 Tr " + beside + "Q ") == ("586", "read", [Code.HIDDEN_TEXT])


def test_a_figure_that_slants_is_one_figure() -> None:
    assert read("q 1 0 0.36 1 -250 0 cm " + OLD + "Q ") == ("586", "read", [])


def test_a_figure_that_goes_on_behind_a_rule_cannot_be_read() -> None:
    assert read(text("5867", 110, 695))[1] == "unreadable"


def test_a_figure_that_is_covered_and_printed_again_is_there() -> None:
    assert read(OLD + WHITE + OLD) == ("586", "read", [])


FRAME = bytes(0 if 2 <= row < 14 and 1 <= column < 15 else 255 for row in range(16) for column in range(16))
"""How opaque each point of the picture of a stamp is: a frame, and nothing inside it."""
SIZE = "/Type /XObject /Subtype /Image /Width 16 /Height 16 "
GREY = SIZE + "/BitsPerComponent 8 /ColorSpace /DeviceGray "
STENCIL = bytes(0b11111111 if 2 <= row < 14 else 0 for row in range(16) for _ in range(2))
STAMPS = {
    "with a mask": stream(bytes(256), GREY + "/SMask 3 0 R"),
    "with a colour that is left out": stream(bytes(255 - value for value in FRAME), GREY + "/Mask [255 255]"),
    "that is a stencil": stream(STENCIL, SIZE + "/BitsPerComponent 1 /ImageMask true"),
}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
@pytest.mark.parametrize("place", ["70 0 0 70 115 660", "595 0 0 842 0 0"], ids=["over a cell", "over the page"])
def test_text_shows_through_the_picture_of_a_stamp(stamp: bytes, place: str) -> None:
    """What stood under a picture was hidden, masks or not: a stamp took figures away, a watermark the whole page."""
    data = pages(CELLS + LABELS + OLD + f"q {place} cm /X Do Q ", forms={"X": stamp}, more=(stream(FRAME, GREY),))
    document = pdf.read(data)
    (grid,) = grids.find(document.pages[0])
    assert [cell.text for cell in grid.cells] == ["", "586", "77"]
    assert document.findings == ()


def test_what_lies_under_a_pale_form_is_seen() -> None:
    state, box = b"<< /Type /ExtGState /ca %s >>", b"q 0.8 g 121 691 58 18 re f Q "
    group = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency >>"
    drawn = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /ExtGState << /G 3 0 R >> "
    for opacity, shown in ((b"0.3", "586"), (b"1", "\ufffc")):
        form = stream(b"/G gs /K Do", drawn + "/XObject << /K 4 0 R >> >>")
        data = pages(CELLS + LABELS + OLD + "/X Do ", forms={"X": form}, more=(state % opacity, stream(box, group)))
        document = pdf.read(data)
        assert shown in [cell.text for grid in grids.find(document.pages[0]) for cell in grid.cells]


def test_a_figure_of_which_a_part_is_covered_cannot_be_read() -> None:
    assert read(OLD + "1 g 141 691 20 18 re f 0 g ")[1] == "unreadable"


def drawn(content: str, entries: str = "") -> bytes:
    resources = f"/Resources << /Font << /F {HELVETICA.decode()} >> >>"
    return stream(content.encode(), f"/Type /XObject /Subtype /Form {entries or '/BBox [0 0 595 842]'} {resources}")


ELLIPSE = "1 g 125 699 m 125 710 160 710 160 699 c 160 688 125 688 125 699 c f 0 g "
FLOW = "<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 1 0] /Extend [true true] /Function %s >>"
WHITE_FLOW = FLOW % "<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [1] /N 1 >>"


@pytest.mark.parametrize(
    "hidden",
    [
        f"q 0 0 9 9 re W n {OLD} Q ",
        f"q 4 Tr {text('8', 150, 600)} 0 Tr {OLD} Q ",
        f"q 1 G 1 Tr {OLD} Q ",
        OLD + "q 1 G 12 w 128 699 m 150 699 l S Q ",
        OLD + ELLIPSE,
        OLD + "q 121 691 58 18 re W n /S sh Q ",
        "q 0.7 g 120 690 60 20 re f Q " + text("586", 130, 695, colour="0.7 g"),
        OLD + "1 g 125 691 30 8.5 re f 125 699 30 8.5 re f 0 g ",
    ],
    ids=[
        "cut away",
        "cut to the shape of other text",
        "drawn with white strokes",
        "under a white line",
        "under a white ellipse",
        "under a white shading",
        "in the colour of its ground",
        "under two boxes",
    ],
)
def test_a_figure_that_nobody_sees_is_told_by_drawing_the_page(hidden: str) -> None:
    def said(content: str) -> list[str]:
        data = pages(CELLS + LABELS + content, resources=f"/Shading << /S {WHITE_FLOW} >>")
        document = pdf.read(data)
        assert [found.code for found in document.findings] == [Code.HIDDEN_TEXT]
        return [cell.text for grid in grids.find(document.pages[0]) for cell in grid.cells]

    assert "\ufffc" in said(hidden)
    assert "12" in said(hidden + NEW)


MASK = (
    "/ExtGState << /G << /SMask << /Type /Mask /S /Luminosity /G 3 0 R /BC [0] >> >> /C << /ca 0 >> /H << /ca 0.5 >> >>"
)
GROUP = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >>"


def masked(content: str, light: str = "0 g") -> bytes:
    group = stream(f"{light} 0 0 141 842 re f".encode(), GROUP)
    return pages(CELLS + LABELS + content, resources=MASK, more=(group,), forms={"X": drawn(OLD)})


def test_what_a_mask_takes_away_is_not_read() -> None:
    for content in (f"q /G gs {OLD} Q ", "q /G gs /X Do Q ", f"q /C gs {OLD} Q ", "q /C gs /X Do Q "):
        (grid,) = grids.find(pdf.read(masked(content)).pages[0])
        assert grid.cells[1].text == "\ufffc"
    (grid,) = grids.find(pdf.read(masked(f"q /G gs {OLD} Q ", "1 g")).pages[0])
    assert grid.cells[1].garbled
    (grid,) = grids.find(pdf.read(masked(f"q /H gs {OLD} Q ")).pages[0])
    assert (grid.cells[1].text, grid.cells[1].garbled) == ("586", False)


def test_a_figure_that_is_covered_and_corrected_in_part_is_the_one_that_shows() -> None:
    over = f"1 g 128 692 30 14 re f {text('986', 130, 695)}"
    assert read(OLD + over) == ("986", "read", [Code.HIDDEN_TEXT])


def test_the_shadow_of_a_figure_changes_nothing() -> None:
    for shadow in (f"q /H gs {text('586', 130.8, 694.2)} Q ", f"q /H gs {text('586', 131.5, 693.5)} Q "):
        for content in (shadow + OLD, OLD + shadow, shadow + shadow.replace("130", "131")):
            (grid,) = grids.find(pdf.read(masked(content)).pages[0])
            assert (grid.cells[1].text, grid.cells[1].garbled) == ("586", False)


def shown(content: str, unicode: str) -> tuple[str, list[Code]]:
    """The middle one of three cells, its figures in a font that names 5, 8 and 6 as ``unicode`` says (hexadecimal)."""
    names = unicode.split()
    pairs = "".join(f"<{ord(code):02x}> <{name}> " for code, name in zip("586", names, strict=True))
    table = stream(
        f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar {pairs} endbfchar".encode()
    )
    named = HELVETICA.replace(b">>", b"/ToUnicode 3 0 R >>")
    document = pdf.read(pages(CELLS + LABELS + content, fonts={"F": HELVETICA, "G": named}, more=(table,)))
    (grid,) = grids.find(document.pages[0])
    return grid.cells[1].text, [found.code for found in document.findings]


def test_a_figure_as_small_as_a_speck_is_not_read() -> None:
    assert read(text("586", 130, 695, size=0.6))[1] == "unreadable"
    assert read(text("586", 130, 695, size=4))[:2] == ("586", "read")


@pytest.mark.parametrize("name", ["0020", "200b", "3000"])
def test_figures_that_their_font_calls_blank_are_not_blank(name: str) -> None:
    figures = text("586", 130, 695, font="G")
    cell, codes = shown(figures, " ".join([name] * 3))
    assert set(cell) == {"\ufffd"}
    assert codes == [Code.UNMAPPED_GLYPHS]
    assert shown(figures, "0035 0038 0036") == ("586", [])
    assert shown(text("   ", 130, 695, font="G"), "0035 0038 0036") == ("", [])


def test_text_given_in_place_of_figures_is_not_believed_when_it_is_another() -> None:
    given = "/Span << /ActualText ({}) >> BDC {} EMC "
    halves = f"{text('5', 130, 695)} {text('86', 135.56, 695)}"
    for figures in (OLD, halves):
        assert read(given.format("586", figures)) == ("586", "read", [])
        assert read(given.format("12", figures))[2] == [Code.TEXT_LAYER_UNTRUSTED]


@pytest.mark.parametrize("clip", ["120 690 16 20 re", "120 690 60 8.5 re", "120 690 16 20 re 143 690 20 20 re"])
def test_a_figure_that_is_cut_cannot_be_read(clip: str) -> None:
    assert read(f"q {clip} W n {OLD} Q ")[1] == "unreadable"
    form = drawn(f"q {clip} W n {OLD} Q ")
    (grid,) = grids.find(pdf.read(pages(CELLS + LABELS + "/X Do ", forms={"X": form})).pages[0])
    assert grid.cells[1].garbled


def test_a_figure_is_cut_by_the_form_that_it_stands_in() -> None:
    for box, garbled in (("0 0 138 842", True), ("0 0 152 842", False)):
        for turned, matrix in (("", ""), ("/Matrix [1 0 0 1 20 0]", "1 0 0 1 -20 0 cm ")):
            form = drawn(OLD, f"/BBox [{box}] {turned}")
            data = pages(f"{CELLS} {LABELS} q {matrix} /X Do Q ", forms={"X": form})
            (grid,) = grids.find(pdf.read(data).pages[0])
            assert grid.cells[1].garbled == garbled


@pytest.mark.parametrize(
    "shown",
    [
        f"q 120 690 60 20 re W n {OLD} Q ",
        f"q 125 699 m 125 710 160 710 160 699 c 160 688 125 688 125 699 c W n {OLD} Q ",
        OLD + "q 0 0 9 9 re W n 1 g 121 691 58 18 re f Q ",
        f"q 1 G 2 w 1 Tr {OLD} Q {OLD}",
        OLD + "q 1 G 2 w 121 691 58 18 re S Q ",
        OLD + "1 0 0 rg 134 691 m 141 691 l 142 699 l 141 708 l 134 708 l 133 699 l h f 0 g ",
    ],
    ids=[
        "cut to its cell",
        "cut to a circle around it",
        "a white box that is cut away",
        "a white rim behind it",
        "a white frame around it",
        "the ink of a stamp over it",
    ],
)
def test_a_figure_that_shows_is_read_whatever_lies_around_it(shown: str) -> None:
    assert read(shown)[:2] == ("586", "read")


@pytest.mark.parametrize("over", ["125 691 30 6.5 re", "125 699.5 30 6.5 re"], ids=["its foot", "its head"])
def test_a_figure_of_which_half_is_covered_cannot_be_read(over: str) -> None:
    assert read(f"{OLD} 1 g {over} f 0 g ")[1] == "unreadable"


@pytest.mark.parametrize(
    "ground",
    ["0 0.2 0.5 rg 120 690 60 20 re f ", "q 60 0 0 20 120 690 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q "],
    ids=["a dark box", "a picture"],
)
def test_white_figures_on_a_dark_ground_are_seen(ground: str) -> None:
    assert read(ground + text("586", 130, 695, colour="1 g")) == ("586", "read", [])


def test_a_white_box_behind_each_text_hides_nothing() -> None:
    assert read(WHITE + OLD) == ("586", "read", [])


def test_a_box_that_lets_through_what_is_under_it_hides_nothing() -> None:
    entries = f"{A4} /Group << /S /Transparency >>"
    state = "<< /Type /ExtGState /BM /Multiply >>"
    form = stream(
        b"/G gs 1 1 0 rg 121 691 58 18 re f",
        f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /ExtGState << /G {state} >> >>",
    )
    content = CELLS + LABELS + OLD + "/M Do"
    document = pdf.read(pages(content, page=entries, forms={"M": form}))
    (grid,) = grids.find(document.pages[0])
    assert grid.cells[1].text == "586"


@pytest.mark.parametrize("line", ["128 698.5 m 149 698.5 l S ", "128 698 21 0.6 re f "], ids=["drawn", "filled"])
def test_a_figure_that_is_struck_out_is_not_read(line: str) -> None:
    assert read(OLD + line)[1] == "unreadable"
    assert read(OLD + line + text("12", 150, 695))[1] == "unreadable"


def test_a_figure_that_is_underlined_is_read() -> None:
    assert read(OLD + "128 693.5 m 149 693.5 l S ")[:2] == ("586", "read")


def test_slanting_figures_reach_over_one_another_and_are_one_number() -> None:
    slanting = "BT /F 10 Tf 1 0 0.33 1 130 695 Tm (586) Tj ET "
    assert read(slanting)[:2] == ("586", "read")


def test_two_figures_over_each_other_are_no_number() -> None:
    assert read(OLD + text("12", 133, 695))[1] == "unreadable"


SEVEN = "130 695 m 135 695 l 139 702 l 139 703 l 131 703 l 131 702 l 137.5 702 l h f "
ROUND = "130 699 m 130 704 138 704 138 699 c 138 694 130 694 130 699 c h f "


@pytest.mark.parametrize(
    "drawing",
    [
        SEVEN,
        ROUND,
        ROUND.replace(" f", " S"),
        "q 12 0 0 8 130 695 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q ",
        "0 g 125 692 40 14 re f ",
    ],
    ids=["an outline of lines", "an outline of curves", "a stroke of a pen", "a picture", "a black box"],
)
def test_a_cell_with_a_drawing_in_it_is_not_blank(drawing: str) -> None:
    assert read(drawing)[:2] == ("\ufffc", "unreadable")
    assert read("0.9 g 120 690 60 20 re f " + drawing)[:2] == ("\ufffc", "unreadable")


def test_shading_is_no_drawing() -> None:
    assert read("0.9 g 120 690 60 20 re f ") == ("", "blank", [])


RING = "q 120 690 60 20 re 121 691 58 18 re W* n {} 0 0 0 rg 120 690 60 20 re f Q "


def test_a_border_that_is_a_box_cut_to_a_ring_is_no_drawing_and_hides_nothing() -> None:
    assert read(RING.format("")) == ("", "blank", [])
    assert read(OLD + RING.format("")) == ("586", "read", [])


def test_a_border_that_is_filled_between_two_boxes_is_four_lines() -> None:
    frame = "120 690 60 20 re 121 691 58 18 re f* "
    assert read(frame) == ("", "blank", [])
    boxes = "".join(f"{x + 1} 691 58 18 re {x} 690 60 20 re f* " for x in (60, 120, 180))
    (grid,) = grids.find(pdf.read(pages(boxes + LABELS + OLD)).pages[0])
    assert [cell.text for cell in grid.cells] == ["", "586", "77"]


def over(kind: str, content: bytes, entries: str = "", box: str = "121 691 179 709") -> tuple[str, tuple[bytes, ...]]:
    """A page with something laid over it: the entries of the page, and the objects that it needs."""
    form = stream(content, "/Type /XObject /Subtype /Form /BBox [0 0 58 18] /Resources << /Font << /H {} >> >>")
    form = form.replace(b"{}", HELVETICA)
    note = f"<< /Type /Annot /Subtype /{kind} /Rect [{box}] /F 4 /AP << /N 3 0 R >> {entries} >>".encode()
    return f"{A4} /Annots [4 0 R]", (form, note)


VALUE = b"BT /H 9 Tf 9 5 Td (12) Tj ET"
FIELD = "/FT /Tx /T (a) /V (12)"


@pytest.mark.parametrize("kind, entries", [("Widget", FIELD), ("FreeText", "/Contents (12)")])
def test_what_is_typed_over_a_page_is_read(kind: str, entries: str) -> None:
    page, more = over(kind, VALUE, entries)
    assert read("", page=page, more=more) == ("12", "read", [])
    assert read(OLD, page=page, more=more)[1] == "unreadable"  # over each other
    page, more = over(kind, b"1 g 0 0 58 18 re f 0 g " + VALUE, entries)
    assert read(OLD, page=page, more=more) == ("12", "read", [Code.HIDDEN_TEXT])


def test_what_is_hidden_or_marks_a_figure_only_changes_nothing() -> None:
    page, (form, note) = over("FreeText", VALUE, "/Contents (12)")
    assert read(OLD, page=page, more=(form, note.replace(b"/F 4", b"/F 2"))) == ("586", "read", [])
    for kind in ("Highlight", "Square", "Link"):
        page, more = over(kind, b"1 0 0 RG 1 1 56 16 re S")
        assert read(OLD, page=page, more=more) == ("586", "read", [])


def test_a_note_that_runs_together_with_a_figure_is_no_part_of_it() -> None:
    page, more = over("FreeText", b"BT /H 9 Tf 0 4 Td (1) Tj ET", "/Contents (1)", box="125 691 183 709")
    assert read(OLD, page=page, more=more)[1] == "unreadable"


@pytest.mark.parametrize("kind, colour", [("Highlight", b"1 1 0"), ("Redact", b"0 0 0")])
def test_a_mark_that_hides_a_figure_hides_it(kind: str, colour: bytes) -> None:
    page, more = over(kind, colour + b" rg 0 0 58 18 re f", "/QuadPoints [121 709 179 709 121 691 179 691]")
    assert read(OLD, page=page, more=more) == ("\ufffc", "unreadable", [Code.HIDDEN_TEXT])


@pytest.mark.parametrize(
    "kind, entries",
    [("StrikeOut", "/QuadPoints [128 705 150 705 128 693 150 693] /C [1 0 0]"), ("Square", "/IC [1 1 1] /C [1 1 1]")],
)
def test_marks_without_a_picture_are_drawn_as_a_viewer_would(kind: str, entries: str) -> None:
    page, (form, note) = over(kind, b"", entries)
    assert read(OLD, page=page, more=(form, note.replace(b"/AP << /N 3 0 R >>", b"")))[1] == "unreadable"


def test_a_figure_that_is_struck_out_afterwards_is_not_read() -> None:
    page, more = over("StrikeOut", b"0 9 m 58 9 l S")
    assert read(OLD, page=page, more=more)[1] == "unreadable"


def test_a_field_whose_value_is_not_drawn_is_not_blank() -> None:
    page, (form, note) = over("Widget", b"", FIELD)
    assert read("", page=page, more=(form, note.replace(b"/AP << /N 3 0 R >>", b"")))[1] == "unreadable"


def test_a_page_with_text_for_searching_only_is_not_believed() -> None:
    document = pdf.read(pages("3 Tr " + CELLS + LABELS + OLD))
    assert [found.code for found in document.findings] == [Code.TEXT_LAYER_UNTRUSTED]
    assert "586" in [word.text for word in document.pages[0].words]
