"""What stands on a layer of a PDF that is switched off is not on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from operators import A4, HELVETICA, pages, stream, text

from gxstudy import grids
from gxstudy.findings import Code
from gxstudy.readers import pdf, trial

CELLS = "".join(f"{x} 690 60 20 re S " for x in (60, 120, 180))
LABELS = text("label of a row", 300, 600) + text("and of the next", 300, 580) + text("77", 190, 695)
OLD, NEW = text("586", 130, 695), text("12", 130, 695)
LAYER = b"<< /Type /OCG /Name (L) >>"
OFF = "/OCProperties << /OCGs [3 0 R 4 0 R] /D << /OFF [3 0 R] >> >>"
NAMES = "/Properties << /A 3 0 R /B 4 0 R /C 5 0 R >>"


def on(layer: str, content: str) -> str:
    return f"/OC /{layer} BDC {content} EMC "


def form(content: str, entries: str = "") -> bytes:
    drawn = f"/Resources << /Font << /F {HELVETICA.decode()} >> {NAMES} >> {entries}"
    return stream(content.encode(), f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {drawn}")


def file(content: str, *, forms: dict[str, bytes] | None = None, layers: str = OFF, third: bytes = LAYER) -> bytes:
    more = (LAYER, LAYER, third)
    return pages(CELLS + LABELS + content, forms=forms, more=more, catalogue=layers, resources=NAMES)


def read(data: bytes) -> tuple[str, list[Code]]:
    """The text of the middle one of three cells, and what was noticed."""
    document = pdf.read(data)
    (grid,) = grids.find(document.pages[0])
    assert [cell.text for cell in grid.cells][0::2] == ["", "77"]
    return grid.cells[1].text, [found.code for found in document.findings]


MEMBERS = b"<< /Type /OCMD /OCGs [3 0 R 4 0 R] /P /%s >>"
WAYS: dict[str, Callable[[str], bytes]] = {
    "marked content": lambda new: file(on("A", OLD) + new),
    "the base state": lambda new: file(
        on("A", OLD) + new, layers=OFF.replace("/OFF [3 0 R]", "/BaseState /OFF /ON [4 0 R]")
    ),
    "a form": lambda new: file("/X Do " + new, forms={"X": form(OLD, "/OC 3 0 R")}),
    "a form in marked content": lambda new: file(on("A", "/X Do ") + new, forms={"X": form(OLD)}),
    "marked content in a form": lambda new: file("/X Do " + new, forms={"X": form(on("A", OLD))}),
    "a layer on one that is off": lambda new: file(on("A", on("B", OLD)) + new),
    "one of two must be on, and is not": lambda new: file(on("C", OLD) + new, third=MEMBERS % b"AllOn"),
    "an expression": lambda new: file(on("C", OLD) + new, third=b"<< /Type /OCMD /VE [/And 3 0 R [/Not 4 0 R]] >>"),
}


@pytest.mark.parametrize("drawn", WAYS.values(), ids=WAYS)
def test_a_figure_on_a_layer_that_is_off_is_not_read(drawn: Callable[[str], bytes]) -> None:
    assert read(drawn("")) == ("\ufffc", [Code.HIDDEN_TEXT])
    assert read(drawn(NEW)) == ("12", [Code.HIDDEN_TEXT])


def test_a_figure_on_a_layer_that_is_on_is_read() -> None:
    assert read(file(on("B", OLD))) == ("586", [])
    assert read(file("/X Do ", forms={"X": form(OLD, "/OC 4 0 R")})) == ("586", [])
    assert read(file(on("C", OLD), third=MEMBERS % b"AnyOn")) == ("586", [])


PICTURE = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /OC 3 0 R"


@pytest.mark.parametrize(
    "cover", [on("A", "1 g 121 691 58 18 re f 0 g "), "q 58 0 0 18 121 691 cm /X Do Q "], ids=["a box", "a picture"]
)
def test_what_is_off_covers_nothing_and_rules_nothing(cover: str) -> None:
    forms = {"X": stream(b"\xff", PICTURE)}
    assert read(file(OLD + cover, forms=forms)) == ("586", [])
    assert read(file(cover, forms=forms)) == ("", [])
    assert read(file(OLD + on("A", "132 690 m 132 710 l S "))) == ("586", [])


def test_layers_below_what_is_laid_over_the_page_are_off_too() -> None:
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [61 691 119 709] /F 4 /AP << /N 4 0 R >> /Contents (5) >>"
    shown = form("BT /F 9 Tf 80 695 Td (5) Tj ET")
    content = CELLS + LABELS + on("A", OLD)
    more = (LAYER, shown, note)
    data = pages(content, page=f"{A4} /Annots [5 0 R]", more=more, catalogue=OFF, resources=NAMES)
    (grid,) = grids.find(pdf.read(data).pages[0])
    assert [cell.text for cell in grid.cells][1:] == ["\ufffc", "77"]


def test_only_files_with_layers_pay_for_the_search() -> None:
    assert not trial.look(pages(OLD)).layered
    assert trial.look(file(OLD)).layered
    packed = stream(b"1 0 << /Type /Catalog /OCProperties << >> >>", "/Type /ObjStm /N 1 /First 4", packed=True)
    assert trial.look(pages(OLD, more=(packed,))).layered
