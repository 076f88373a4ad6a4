"""Pages that are pictures: made level, ruled, recognised; what is doubted is said, and nothing is fetched."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from filled import sheet
from operators import pages, stream, text
from PIL import Image, TiffImagePlugin
from pypdf import PdfWriter

import gxstudy as gx
from gxstudy.audit import audit
from gxstudy.errors import MissingDependencyError, NoTextLayerError, UnreadableFileError
from gxstudy.fill import Entry
from gxstudy.findings import Code, Finding, finding
from gxstudy.findings import Place as Where
from gxstudy.layout import Box, Document, Page, Word
from gxstudy.readers import files, pdf, scan
from gxstudy.readers.pdf_layer import distrust
from gxstudy.readers.scan import in_pdf, pictures, recogniser, rulings, upright, words
from gxstudy.readers.scan.recogniser import Recognised
from gxstudy.specimens import Layout, Place, Specimen, bind, draw, expected, invented
from gxstudy.specimens.scan import Scan, as_pdf, as_tiff, scanned
from gxstudy.specimens.scan import pictures as scans
from gxstudy.text import read_number

EMPTY = Specimen("某县人民政府", 2023, {}, overview=("本机关全年受理政府信息公开申请25件。",))
SPECIMEN = replace(EMPTY, figures=invented(EMPTY, seed=11))
USUAL = Scan(dpi=200, skew=1.0, noise=8.0, jpeg=70)
SCALE = 200 / 72


def png(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **more)
    return buffer.getvalue()


def page_of(table: str, data: bytes) -> int:
    """The page on which most figures of a table stand."""
    found = [box.page for entry in gx.read_report(data).entries if entry.table == table for box in entry.boxes]
    return max(set(found), key=found.count)


def differences(report: gx.Report, truth: dict[Place, str]) -> dict[Place, tuple[str, str]]:
    """What was printed and what was read, where they differ."""
    read = {(entry.table, entry.row, entry.column): entry for entry in report.entries}
    return {
        place: (printed, read[place].raw if place in read else "no such place")
        for place, printed in truth.items()
        if place not in read or (read[place].value, read[place].status) != read_number(printed)
    }


# A page made level --------------------------------------------------------------------------------------------------


def ruled(rows: int = 8, columns: int = 5, *, high: int = 90, wide: int = 220) -> np.ndarray:
    """A picture of an A4 page at 200 dots an inch with a table of nothing but rules."""
    paper = np.full((2339, 1654), 255, np.uint8)
    for row in range(rows + 1):
        cv2.line(paper, (200, 300 + row * high), (200 + columns * wide, 300 + row * high), 0, 2)
    for column in range(columns + 1):
        cv2.line(paper, (200 + column * wide, 300), (200 + column * wide, 300 + rows * high), 0, 2)
    return paper


def level(how: Scan, picture: np.ndarray | None = None) -> np.ndarray:
    seen = scanned(ruled() if picture is None else picture, how)
    return upright.straightened(upright.even(seen, SCALE), SCALE)


@pytest.mark.parametrize(
    "how",
    [
        Scan(),
        Scan(skew=1.0, noise=8, jpeg=70),
        Scan(skew=-4.5, noise=8, jpeg=70),
        Scan(skew=0.3, perspective=0.05, noise=8),
        Scan(skew=2.0, light=0.4, speckles=0.5, noise=8, jpeg=60),
        Scan(skew=-1.0, noise=10, mode="bilevel"),
    ],
    ids=["clean", "askew", "far askew", "perspective", "light and dust", "black and white"],
)
def test_a_table_askew_has_its_rules_and_cells_again(how: Scan) -> None:
    flat = level(how)
    ink = upright.ink(flat, SCALE)
    across, down = rulings.rules(flat, ink, SCALE)
    assert (len(across), len(down)) == (9, 6)
    gaps = np.diff([rule.at for rule in across])
    assert np.ptp(gaps) < 0.06 * gaps.mean()  # what perspective leaves at most
    cells = rulings.cells(across, down, ink.shape, SCALE)
    assert len(cells.boxes) - 1 == 8 * 5


def test_uneven_light_and_shaded_bands_become_white_and_print_stays_dark() -> None:
    paper = ruled()
    paper[392:478, 203:1298] = 190
    cv2.putText(paper, "4119", (600, 450), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    flat = upright.even(scanned(paper, Scan(light=0.4)), SCALE)
    band = flat[396:474, 210:560]
    assert np.median(band) > 240
    assert flat[410:455, 600:700].min() < 80


def test_strokes_of_characters_are_no_rules() -> None:
    paper = np.full((800, 800), 255, np.uint8)
    for row, column in product(range(6), range(12)):
        x, y = 60 + column * 44, 60 + row * 70
        cv2.line(paper, (x, y), (x + 36, y), 0, 4)  # 一
        cv2.line(paper, (x + 18, y), (x + 18, y + 38), 0, 4)  # 丨
    assert rulings.rules(paper, upright.ink(paper, SCALE), SCALE) == ((), ())


def test_strokes_one_over_the_other_in_a_high_row_are_no_rule() -> None:
    paper = ruled(rows=3, columns=2)
    for line in (0, 1):
        x, y = 300, 304 + 42 * line
        cv2.line(paper, (x, y), (x, y + 38), 0, 3)  # 忄
        for stroke in range(0, 38, 6):
            cv2.line(paper, (x + 4, y + stroke), (x + 30, y + stroke), 0, 3)
    flat = upright.even(paper, SCALE)
    across, down = rulings.rules(flat, upright.ink(flat, SCALE), SCALE)
    assert [round(rule.at) for rule in down] == [200, 420, 640]
    assert len(across) == 4


def test_a_table_of_dashed_rules_has_its_cells() -> None:
    paper = np.full((2339, 1654), 255, np.uint8)
    for number in range(9):
        for x in range(200, 1290, 14):
            cv2.line(paper, (x, 300 + 90 * number), (min(x + 8, 1300), 300 + 90 * number), 0, 2)
    for number in range(6):
        for y in range(300, 1010, 14):
            cv2.line(paper, (200 + 220 * number, y), (200 + 220 * number, min(y + 8, 1020)), 0, 2)
    flat = upright.even(paper, SCALE)
    across, down = rulings.rules(flat, upright.ink(flat, SCALE), SCALE)
    assert all(rule.dashed for rule in (*across, *down))
    assert {round((rule.at - 300) / 90) for rule in across} == set(range(9))
    assert len(rulings.cells(across, down, flat.shape, SCALE).boxes) - 1 == 8 * 5


def test_figures_one_over_the_other_are_no_dashed_rule() -> None:
    paper = ruled(rows=20, columns=3, high=30)
    for row in range(20):
        cv2.line(paper, (530, 306 + 30 * row), (530, 324 + 30 * row), 0, 3)  # 1
    flat = upright.even(paper, SCALE)
    _, down = rulings.rules(flat, upright.ink(flat, SCALE), SCALE)
    assert [round(rule.at) for rule in down] == [200, 420, 640, 860]


def test_halftones_are_taken_away_and_print_on_them_stays() -> None:
    paper = ruled()
    shaded = paper.copy()
    shaded[304:386:3, 204:1298:3] = 0
    cv2.putText(shaded, "4119", (600, 360), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 5)
    clean = upright.unscreened(shaded, SCALE)
    assert (clean[304:386, 430:560] < 128).sum() == 0
    assert (clean[304:386, 590:760] < 128).sum() > 1000
    assert (upright.unscreened(paper, SCALE) == paper).all()
    flat = upright.even(clean, SCALE)
    across, down = rulings.rules(flat, upright.ink(flat, SCALE), SCALE)
    assert (len(across), len(down)) == (9, 6)


def test_nothing_is_left_of_a_rule_that_could_be_read_as_print() -> None:
    paper = cv2.GaussianBlur(ruled(), (0, 0), 1.0)
    ink = upright.ink(paper, SCALE)
    across, down = rulings.rules(paper, ink, SCALE)
    assert ink.any()
    assert not rulings.without(ink, across, down, SCALE, paper=0).any()
    assert rulings.without(paper, across, down, SCALE, paper=255).min() > 200


def test_lines_set_close_together_are_cut_where_no_ink_is() -> None:
    ink = np.zeros((100, 200), np.uint8)
    ink[10:30, 20:180] = 255
    ink[36:56, 20:180] = 255
    cut = words._apart(np.array([[20, 10, 180, 46], [20, 20, 180, 56]], np.int32), ink)
    assert cut == [(20, 10, 180, 32), (20, 32, 180, 56)]
    beside = np.array([[20, 10, 90, 30], [95, 11, 180, 31]], np.int32)
    assert words._apart(beside, ink) == [(20, 10, 90, 30), (95, 11, 180, 31)]


@pytest.mark.parametrize(
    "text, certainties, dusty",
    [
        ("0中", (0.7, 0.1), True),
        ("1-二", (1.0, 0.3, 0.4), True),
        ("3件", (1.0, 0.98), False),
        ("中", (0.2,), False),
        ("其中12件", (0.9, 0.9, 1.0, 1.0, 0.4), False),
    ],
)
def test_what_is_unsure_beside_a_figure_may_be_dust(text: str, certainties: tuple[float, ...], dusty: bool) -> None:
    assert words._may_be_dusty([words.Line(text, (0, 0, 10, 10), certainties)]) == dusty


def test_a_table_cut_by_the_end_of_the_page_is_closed_for_its_cells_and_stays_open_in_its_rules() -> None:
    paper = ruled(rows=8)
    paper[300 + 8 * 90 - 6 :] = 255
    ink = upright.ink(paper, SCALE)
    across, down = rulings.rules(paper, ink, SCALE)
    assert (len(across), len(down)) == (8, 6)
    assert len(rulings.cells(across, down, ink.shape, SCALE).boxes) - 1 == 40


# What the networks say ------------------------------------------------------------------------------------------------


def test_each_character_keeps_the_peak_of_its_run_and_blanks_part_doubled_ones() -> None:
    places = np.array(
        [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.9, 0.0, 0.1], [0.3, 0.6, 0.1], [0, 0.1, 0.9]]
    )
    found = recogniser._decoded(places.astype(np.float32), ("", "1", "7"))
    assert found == Recognised("117", (0.8, 0.6, 0.9))


@pytest.mark.parametrize(
    "once, again, text, certainty",
    [
        (("21", (0.9, 1.0)), ("21", (1.0, 1.0)), "21", 0.95),
        (("21", (0.9, 1.0)), ("27", (1.0, 1.0)), "27", 0.5),
        (("2.", (1.0, 1.0)), ("2", (0.7,)), "2", 0.5),
        (("", ()), ("8", (0.99,)), "8", 0.5),
        (("8", (0.99,)), ("", ()), "8", 0.5),
        (("", ()), ("", ()), "", 0.0),
    ],
    ids=["agree", "differ", "dust", "overlooked at first", "overlooked at last", "nothing"],
)
def test_two_readings_that_differ_are_never_certain(
    once: tuple[str, tuple[float, ...]], again: tuple[str, tuple[float, ...]], text: str, certainty: float
) -> None:
    best = words._agreed(Recognised(*once), Recognised(*again))
    assert (best.text, best.certainty) == (text, pytest.approx(certainty))


def test_what_a_recogniser_doubts_and_no_sum_proves_is_marked() -> None:
    sure = sheet("disclosure", {("licensing", "decisions"): "550"})

    def recognised(certainty: float) -> tuple[Entry, ...]:
        return tuple(entry._replace(certainties=(certainty,) * len(entry.raw)) for entry in sure.entries)

    result = audit((replace(sure, entries=recognised(0.99)),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"recognised"}
    assert not result.findings
    result = audit((replace(sure, entries=recognised(0.6)),))
    assert {entry.grade for entry in result.sheets[0].entries} == {"doubtful"}
    assert [found.code for found in result.findings] == [Code.DOUBTFUL_FIGURE] * len(sure.entries)


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_tiff_has_a_page_a_picture_and_its_small_copies_are_none() -> None:
    page, small = Image.new("L", (1240, 1754), 255), Image.new("L", (124, 175), 255)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1
    buffer = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(buffer, new=True) as writer:
        for picture, more in ((page, {}), (small, {"tiffinfo": tags}), (page, {})):
            picture.save(writer, "TIFF", dpi=(150, 150), **more)
            writer.newFrame()
    data = buffer.getvalue()
    assert pictures.count(data) == 2
    assert [taken.grey.shape for taken in pictures.pictures(data) if not isinstance(taken, str)] == [(1754, 1240)] * 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_is_dark_where_it_is_printed(mode: str) -> None:
    grey = Image.new("L", (300, 400), 255)
    grey.paste(0, (100, 100, 200, 200))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode in ("LA", "RGBA"):  # what is transparent is paper
        picture = Image.merge("LA", (Image.new("L", grey.size, 0), Image.eval(grey, lambda v: 255 - v))).convert(mode)
    else:
        picture = grey.convert(mode)
    (taken,) = pictures.pictures(png(picture, "TIFF"))
    assert not isinstance(taken, str)
    assert (taken.grey[150, 150], taken.grey[10, 10]) == (0, 255)


def test_a_photograph_that_says_how_it_was_held_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (taken,) = pictures.pictures(png(Image.new("L", (400, 300), 255), "JPEG", exif=exif))
    assert not isinstance(taken, str)
    assert taken.grey.shape == (400, 300)


@pytest.mark.parametrize(
    "dots, scale",
    [((300, 300), 300 / 72), ((72, 72), 3508 / 842), ((1, 1), 3508 / 842), (None, 3508 / 842)],
    ids=["said", "screen", "absurd", "silent"],
)
def test_the_size_of_a_page_is_that_of_the_file_where_it_can_be(dots: tuple[int, int] | None, scale: float) -> None:
    picture = Image.new("1", (2480, 3508), 1)
    (taken,) = pictures.pictures(png(picture) if dots is None else png(picture, dpi=dots))
    assert not isinstance(taken, str)
    assert taken.scale == pytest.approx(scale, rel=0.01)


def test_a_picture_too_large_or_cut_off_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS_LIMIT", 10_000)
    (taken,) = pictures.pictures(png(Image.new("L", (200, 200), 255)))
    assert taken == "the picture cannot be unpacked (200 x 200 pixels are more than the limit of 10,000)"
    monkeypatch.undo()
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8))
    for kind in ("PNG", "JPEG", "TIFF"):
        data = png(noise, kind)
        with pytest.raises(UnreadableFileError):
            gx.read_report(data[: len(data) // 2])


# A text layer that cannot be believed ---------------------------------------------------------------------------------

PROSE = "2023年，本机关认真贯彻落实《中华人民共和国政府信息公开条例》，主动公开政府信息。"


@pytest.mark.parametrize(
    "layer, believed",
    [
        (PROSE, True),
        ("".join(chr(0xE000 + ord(c) % 0x1000) for c in PROSE), False),
        ("".join(chr(0x6000 + ord(c) * 7 % 0x2000) if c > "\u4e00" else c for c in PROSE), False),
        ("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOP QRSTUVWXYZ", False),
        ("The annual report of the county on the disclosure of government information", True),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24", True),
        ("第三页", True),
        ("", True),
    ],
    ids=["prose", "private use", "other characters", "codes", "english", "figures", "little", "nothing"],
)
def test_a_text_layer_is_believed_unless_it_makes_no_text(layer: str, believed: bool) -> None:
    assert (distrust(layer) is None) == believed


def test_no_page_of_the_real_reports_is_distrusted(shared: Path) -> None:
    for path in sorted((shared / "reports").glob("*.pdf")):
        codes = {found.code for found in pdf.read(path.read_bytes()).findings}
        assert Code.TEXT_LAYER_UNTRUSTED not in codes


PICTURE = (
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n"
    b"stream\n\xee\nendstream"
)
OVER_ALL = "q 595 0 0 842 0 0 cm /I Do Q"


@pytest.mark.parametrize(
    "content, believed",
    [
        (f"{OVER_ALL} 3 Tr {text('4119', 100, 700)}", False),
        (f"{text('4119', 100, 700)} {OVER_ALL}", False),
        (f"{OVER_ALL} {text('4119', 100, 700)}", True),
        (f"q 100 0 0 100 0 0 cm /I Do Q {text('4119', 100, 700)}", True),
        (text("4119", 100, 700), True),
    ],
    ids=["invisible on a scan", "under a scan", "on a background", "a small picture", "no picture"],
)
def test_text_hidden_behind_the_picture_of_its_page_is_somebody_elses_recognition(content: str, believed: bool) -> None:
    document = pdf.read(pages(content, forms={"I": PICTURE}))
    distrusted = any(found.code is Code.TEXT_LAYER_UNTRUSTED for found in document.findings)
    assert distrusted != believed


def test_hidden_text_in_a_form_is_somebody_elses_recognition_too() -> None:
    layer = stream(f"3 Tr {text('4119', 100, 700)}".encode(), "/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    document = pdf.read(pages(f"{OVER_ALL} /L Do", forms={"I": PICTURE, "L": layer}))
    assert any(found.code is Code.TEXT_LAYER_UNTRUSTED for found in document.findings)


# Without the extra ----------------------------------------------------------------------------------------------------


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        msg = "this needs character recognition, which is not installed: pip install 'gxstudy[ocr]'"
        raise MissingDependencyError(msg)

    monkeypatch.setattr(recogniser, "recogniser", missing)


@pytest.mark.usefixtures("nothing_installed")
def test_without_the_extra_a_scan_says_what_to_install() -> None:
    paper = Image.new("L", (1240, 1754), 255)
    for data in (png(paper), as_pdf((paper,))):
        with pytest.raises(NoTextLayerError, match=r"pip install 'gxstudy\[ocr\]'"):
            gx.read_report(data)


@pytest.mark.usefixtures("nothing_installed")
def test_without_the_extra_a_layer_not_believed_is_kept_and_doubted() -> None:
    hidden, plain = f"{OVER_ALL} 3 Tr {text('4119', 100, 700)}", text("7", 100, 700)
    document = files.document(pages(hidden, plain, "100 100 400 400 re f", forms={"I": PICTURE}))
    (first,), (second,), third = (page.words for page in document.pages)
    assert (first.text, first.certainties) == ("4119", (0.5,) * 4)
    assert (second.text, second.certainties, third) == ("7", (), ())
    assert [(found.code, found.where.page) for found in document.findings] == [
        (Code.TEXT_LAYER_UNTRUSTED, 1),
        (Code.PAGE_WITHOUT_TEXT, 3),
    ]
    assert all("pip install 'gxstudy[ocr]'" in found.message for found in document.findings)


def test_strokes_thinner_than_a_pixel_are_dark_on_a_page_set_in_type() -> None:
    data = pages("100 700 m 300 700 l 300 700.12 l 150 701 l 100 700.12 l f " + text("12", 100, 600))
    (typed,) = pdf.read_pages(data).pages
    over = replace(typed, drawings=(Box(1, 0, 0, 595, 842),))  # the text of a layer over a picture
    fine, plain = (in_pdf.picture_of(data, page) for page in (typed, over))
    assert fine.scale == plain.scale
    assert fine.grey.shape == plain.grey.shape
    ends = [picture.grey[420:430, 860:880].min() for picture in (fine, plain)]
    assert ends[0] < ends[1] - 20


def test_a_digital_report_never_asks_for_the_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> None:
        pytest.fail("the recogniser was loaded")

    monkeypatch.setattr(recogniser, "recogniser", asked)
    picture = pages("100 100 400 400 re f", forms={"I": PICTURE})
    for data in (draw(SPECIMEN), bind(draw(SPECIMEN), picture)):
        report = gx.read_report(data)
        assert report.kind == "pdf"
        assert all(entry.certainties == () for entry in report.entries)
    assert Code.PAGE_WITHOUT_TEXT in {found.code for found in report.findings}


@pytest.mark.parametrize("words, done", [((), 10), ((Word("\ufffd", 1, 1, 2, 2, (), garbled=True),), 10), (None, 12)])
def test_pages_behind_many_that_show_no_text_are_not_recognised(
    monkeypatch: pytest.MonkeyPatch, words: tuple[Word, ...] | None, done: int
) -> None:
    def page(_taken: object, number: int, why: str) -> tuple[Page, list[Finding]]:
        shown = (Word("政府信息公开", 1, 1, 2, 2),) if words is None or number == 1 else words
        return Page(number, 595.0, 842.0, shown), [finding(Code.PAGE_RECOGNISED, why, Where(page=number))]

    monkeypatch.setattr(recogniser, "recogniser", lambda: None)
    monkeypatch.setattr(scan, "page", page)
    read = in_pdf.mended(data := pages(*[OVER_ALL] * 12, forms={"I": PICTURE}), pdf.read_pages(data))
    codes = [found.code for found in read.findings]
    assert codes.count(Code.PAGE_RECOGNISED) == (done if words is None else done + 1)
    assert codes.count(Code.PAGE_CUT_OFF) == (words is not None)
    assert codes.count(Code.PAGE_WITHOUT_TEXT) == 12 - codes.count(Code.PAGE_RECOGNISED)


def test_of_a_report_without_one_of_its_tables_the_pictures_are_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def page(_taken: object, number: int, why: str) -> tuple[Page, list[Finding]]:
        asked.append(number)
        return Page(number, 595.0, 842.0, ()), [finding(Code.PAGE_RECOGNISED, why, Where(page=number))]

    monkeypatch.setattr(recogniser, "recogniser", lambda: None)
    monkeypatch.setattr(scan, "page", page)
    layout = Layout(new_page=("applications", "disputes"))
    data = draw(SPECIMEN, layout)
    number = page_of("applications", data)
    without = PdfWriter(clone_from=io.BytesIO(data))
    del without.pages[number - 1]
    out = io.BytesIO()
    without.write(out)
    picture = pages("100 100 400 400 re f", forms={"I": PICTURE})
    whole = bind(out.getvalue(), picture)
    report = gx.read_report(whole)
    assert asked == [report.pages]
    assert report.kind == "pdf"
    assert Code.PAGE_RECOGNISED in {found.code for found in report.findings}
    monkeypatch.setattr(files, "picture", lambda *_, **__: (2, 1, bytes(6)))
    gx.overlay(report, report.pages, file=whole)
    assert asked == [report.pages] * 2
    assert Code.PAGE_WITHOUT_TEXT not in {found.code for found in report.findings}


# Recognised for real --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table_three() -> tuple[bytes, dict[Place, str]]:
    """One page as a picture, scanned as usual: that with table three; and what is printed there."""
    layout = Layout(new_page=("applications", "disputes"))
    data = draw(SPECIMEN, layout)
    number = page_of("applications", data)
    boxed = {
        (e.table, e.row, e.column) for e in gx.read_report(data).entries if any(box.page == number for box in e.boxes)
    }
    truth = {place: printed for place, printed in expected(SPECIMEN, layout).items() if place in boxed}
    return png(scans(data, USUAL)[number - 1], "JPEG", quality=80), truth


@pytest.fixture(scope="module")
def report(table_three: tuple[bytes, dict[Place, str]]) -> gx.Report:
    return gx.read_report(table_three[0])


def test_a_scanned_page_gives_every_figure_as_printed_and_graded(
    report: gx.Report, table_three: tuple[bytes, dict[Place, str]]
) -> None:
    _, truth = table_three
    assert len(truth) > 170
    assert differences(report, truth) == {}
    read = [entry for entry in report.entries if entry.table == "applications" and entry.value is not None]
    assert {entry.grade for entry in read} == {"proved"}
    assert all(len(entry.certainties) == len(entry.raw) for entry in read)
    assert all(0.9 < min(entry.certainties) <= 1.0 for entry in read)
    assert report.kind == "scan"
    assert [found.where.page for found in report.findings if found.code is Code.PAGE_RECOGNISED] == [1]


def test_the_page_of_a_scanned_figure_is_shown_level_with_the_figure_in_its_box(
    report: gx.Report, table_three: tuple[bytes, dict[Place, str]]
) -> None:
    data, _ = table_three
    (box,) = report.entry("applications", "handled_total", "total").boxes
    width, height, pixels = files.picture(data, 1, scale=2.0, recognised=True)
    grey = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)[:, :, 0]
    x0, top, x1, bottom = (round(2 * edge) for edge in box[1:])
    inside, around = grey[top:bottom, x0:x1], grey[top - 3 : bottom + 3, x0 - 3 : x1 + 3]
    assert inside.min() < 100
    assert (around < 128).sum() == pytest.approx((inside < 128).sum(), rel=0.1)
    picture = gx.trace(report, "applications", "handled_total", "total", file=data)
    assert picture.png.startswith(b"\x89PNG")


def test_progress_is_shown_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(scan.with_bar(range(5), 5)) == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_ends_the_reading_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Iterator[None]:
        raise KeyboardInterrupt

    monkeypatch.setattr(scan, "page", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gx.read_report(as_tiff([Image.new("1", (600, 800), 1)] * 3))


# Whole reports, every kind of file: minutes ---------------------------------------------------------------------------

WAYS = {
    "PDF of JPEGs": (USUAL, as_pdf),
    "TIFF": (replace(USUAL, dpi=150, skew=-1.2), as_tiff),
    "PDF of CCITT": (Scan(dpi=300, skew=0.6, noise=10, mode="bilevel"), as_pdf),
    "TIFF, black and white": (Scan(dpi=200, skew=0.6, noise=10, mode="bilevel"), as_tiff),
    "on its side": (replace(USUAL, turns=3), as_pdf),
    "on its head": (replace(USUAL, turns=2), as_pdf),
    "perspective": (Scan(dpi=200, skew=1.0, perspective=0.04, light=0.3, noise=6, jpeg=70), as_pdf),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", list(WAYS))
def test_a_scan_gives_the_figures_of_the_report(way: str) -> None:
    how, bound = WAYS[way]
    data = draw(SPECIMEN)
    found = gx.read_report(bound(scans(data, how)))
    assert differences(found, expected(SPECIMEN, Layout())) == {}
    assert (found.organ, found.year, found.kind) == (SPECIMEN.organ, SPECIMEN.year, "scan")


@pytest.mark.slow
def test_a_report_without_unicode_values_is_recognised() -> None:
    from test_pdf import without_unicode

    found = gx.read_report(without_unicode(draw(SPECIMEN)))
    assert differences(found, expected(SPECIMEN, Layout())) == {}
    assert Code.UNMAPPED_GLYPHS not in {one.code for one in found.findings}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hongze-2023", "hongze-2024", "hotan-science-2024"])
def test_real_reports_scanned_give_the_figures_and_grades_of_their_text(shared: Path, name: str) -> None:
    data = (shared / "reports" / f"{name}.pdf").read_bytes()
    digital, recognised = gx.read_report(data), gx.read_report(as_pdf(scans(data, USUAL)))
    assert [e[:6] for e in recognised.entries if e.table != "disclosure"] == [
        e[:6] for e in digital.entries if e.table != "disclosure"
    ]
    renamed = {"unchecked": "recognised"}
    assert [e.grade for e in recognised.entries] == [
        renamed.get(e.grade, e.grade) if e.value is not None else e.grade for e in digital.entries
    ]
    assert (recognised.organ, recognised.year, recognised.fee.stated) == (
        digital.organ,
        digital.year,
        digital.fee.stated,
    )


@pytest.mark.slow
def test_the_same_scan_gives_the_same_document_with_any_number_of_threads_and_in_a_worker() -> None:
    data = as_pdf(scans(draw(SPECIMEN), USUAL)[:2])
    first: Document = in_pdf.mended(data, pdf.read_pages(data))
    recogniser._loaded.cache_clear()
    again = in_pdf.mended(data, pdf.read_pages(data))
    assert first == again
    read_by = []
    for threads in (1, 2, 4):
        networks = recogniser._loaded(threads)
        (picture,) = pictures.pictures(png(scans(draw(SPECIMEN), USUAL)[0]))
        assert not isinstance(picture, str)
        read = scan.page(picture, 1, "a test", networks)
        read_by.append(read)
    assert read_by[1:] == read_by[:1] * 2
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(in_pdf.mended, data, pdf.read_pages(data)).result() == first
    assert all(isinstance(word, Word) for page in first.pages for word in page.words)
