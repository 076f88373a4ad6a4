from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import handmade
import pytest
from PIL import Image

import gxstudy as gx
from gxstudy.errors import CallError
from gxstudy.findings import Code, Place, finding
from gxstudy.layout import Box
from gxstudy.report import Report
from gxstudy.trace import Picture, crop, overlay, trace
from gxstudy.trace.pages import (
    _LABEL,
    _MARGIN,
    _PAGE_SCALE,
    _SIDE,
    _SMALLEST_LABEL,
    _fitting,
    _font,
    _text,
)

RAW = Path(__file__).resolve().parents[1] / "data" / "raw" / "reports"
MARK = (213, 94, 0)
BOX = Box(1, 100.0, 60.0, 112.0, 72.0)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of 300 by 200 points with a black square exactly at BOX."""
    content = b"0 0 0 rg 100 128 12 12 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"xref\n0 5\n0000000000 65535 f \n%strailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(data),
    )
    path = tmp_path_factory.mktemp("trace") / "page.pdf"
    path.write_bytes(data)
    return path


def reported(path: Path, **changes: object) -> Report:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return handmade.report(
        handmade.HONGZE_DISPUTES,
        **{"variant": True, "source": str(path), "sha256": digest, "box": BOX, **changes},  # type: ignore[arg-type]
    )


def near(pixel: object, colour: tuple[int, int, int], reach: int = 40) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= reach for one, other in zip(pixel, colour, strict=True))


def pixels(picture: Picture) -> Image.Image:
    image = Image.open(BytesIO(picture.png))
    assert image.size == (picture.width, picture.height)
    return image.convert("RGB")


def test_the_figure_is_framed_where_it_stands_and_enlarged_beside_the_page(page: Path) -> None:
    picture = trace(reported(page), "disputes", "review", "total")
    image = pixels(picture)
    scale, margin = _PAGE_SCALE, _MARGIN
    left, middle = margin + round(BOX.x0 * scale), margin + round((BOX.top + BOX.bottom) / 2 * scale)
    assert near(image.getpixel((left - 2, middle)), MARK)
    assert not near(image.getpixel((left - 8, middle)), MARK)
    centre = (margin + round((BOX.x0 + BOX.x1) / 2 * scale), middle)
    assert max(image.getpixel(centre)) < 90  # type: ignore[arg-type,type-var]
    beside = image.crop((margin * 2 + round(300 * scale), 0, image.width, image.height))
    dark = beside.convert("L").point(lambda value: 255 if value < 60 else 0).getbbox()
    assert dark is not None
    assert dark[2] - dark[0] >= 12 * 3


def test_the_caption_says_what_is_printed_and_which_sum_fails(page: Path) -> None:
    caption = trace(reported(page), "disputes", "review", "upheld").caption
    assert caption.splitlines() == [
        "行政复议 / 结果维持",
        "Administrative reconsideration / Upheld",
        'printed "10", read, contradicted',
        "× 行政复议: 10+1+0+0 = 11, printed 0",
    ]


def test_the_picture_is_the_same_bytes_every_time_and_can_be_saved(page: Path, tmp_path: Path) -> None:
    first = trace(reported(page), "disputes", "review", "total")
    second = trace(reported(page), "disputes", "review", "total", file=page.read_bytes())
    assert first.png == second.png
    saved = first.save(tmp_path / "trace.png")
    assert saved.read_bytes() == first._repr_png_() == first.png
    assert repr(first) == f"<Picture {first.width}x{first.height}: 行政复议 / 总计>"


def test_a_finding_is_shown_at_its_place_its_figures_or_its_page(page: Path) -> None:
    report = reported(page)
    placed = finding(
        Code.LABEL_DIFFERS, "odd label", Place("disputes", page=1, x0=10.0, top=10.0, x1=50.0, bottom=20.0)
    )
    by_keys = finding(Code.VARIANT_ROW, "one row", Place("applications", row="other"))
    whole = finding(Code.UNMAPPED_GLYPHS, "glyphs", Place(page=1))
    scale, margin = _PAGE_SCALE, _MARGIN
    images = [pixels(trace(report, one)) for one in (placed, by_keys, whole)]
    at_place = (margin + round(10 * scale) - 2, margin + round(15 * scale))
    at_figure = (margin + round(BOX.x0 * scale) - 2, margin + round(66 * scale))
    assert [near(image.getpixel(at_place), MARK) for image in images] == [True, False, False]
    assert [near(image.getpixel(at_figure), MARK) for image in images] == [False, True, False]
    assert trace(report, placed).caption == "info: label_differs\n提示：标签与表式用语不同\nodd label"
    with pytest.raises(CallError, match="no place on a page: nobody"):
        trace(report, finding(Code.ORGAN_UNKNOWN, "nobody"))


def test_a_figure_that_runs_over_a_page_is_shown_on_both(page: Path) -> None:
    report = reported(page)
    sheets = tuple(
        replace(sheet, entries=tuple(entry._replace(boxes=(BOX, BOX._replace(page=2))) for entry in sheet.entries))
        for sheet in report.sheets
    )
    one = trace(report, "disputes", "review", "total")
    both = trace(replace(report, sheets=sheets), "disputes", "review", "total")
    assert (both.width, both.height) == (one.width, 2 * one.height)


@pytest.mark.parametrize("kind", ["html", "docx", "text"])
def test_no_strip_is_cut_out_of_a_file_without_pages(page: Path, kind: str) -> None:
    with pytest.raises(CallError, match=f"kind '{kind}', which has no pages to draw"):
        crop(reported(page, kind=kind), "disputes", "review", "total")


def test_nothing_printed_unknown_keys_and_missing_keys_say_so(page: Path) -> None:
    gone = frozenset({("disputes", "review", "total")})
    with pytest.raises(CallError, match="prints nothing at 行政复议 / 总计: the status of the figure is 'absent'"):
        trace(reported(page, absent=gone), "disputes", "review", "total")
    with pytest.raises(CallError, match="no figure at"):
        trace(reported(page), "disputes", "review", "bogus")
    with pytest.raises(CallError, match="table, row and column, or with one finding"):
        trace(reported(page), "disputes")  # type: ignore[call-overload]
    with pytest.raises(CallError, match="pages 1 to 1, not 2"):
        overlay(reported(page), 2)


def test_a_file_that_moved_or_changed_or_was_bytes_says_so(page: Path, tmp_path: Path) -> None:
    place = ("disputes", "review", "total")
    moved = tmp_path / "gone.pdf"
    with pytest.raises(CallError, match=r"was read from .*gone\.pdf.*file=path or bytes"):
        trace(reported(page, source=str(moved)), *place)
    with pytest.raises(CallError, match="was not read from a path"):
        trace(reported(page, source="bytes:0123456789ab"), *place)
    with pytest.raises(CallError, match=r"there is no file .*gone\.pdf"):
        trace(reported(page), *place, file=moved)
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(page.read_bytes() + b"\n")
    with pytest.raises(CallError, match=r"changed\.pdf is not the file .* sha256 begins with"):
        trace(reported(page), *place, file=changed)
    with pytest.raises(CallError, match="the given bytes is not the file"):
        trace(reported(page), *place, file=b"%PDF-")
    assert trace(reported(page, source="bytes:0"), *place, file=page).png


def test_every_figure_and_placed_finding_of_a_report_in_the_project_can_be_traced() -> None:
    report = gx.read_report(RAW / "hongze-2023.pdf")
    for entry in report.entries[::37]:
        assert trace(report, entry.table, entry.row, entry.column).width > 1000
    failed = [one for one in report.findings if one.code == Code.IDENTITY_FAILED]
    assert [one.where.row for one in failed] == ["review", "suit_after_review"]
    assert all(trace(report, one).caption.startswith("error: identity_failed") for one in failed)
    (page,) = {box.page for box in report.entry("disputes", "review", "total").boxes}
    figures = sum(any(box.page == page for box in entry.boxes) for entry in report.entries)
    assert overlay(report, page).caption.endswith(f", {figures} figures")


def test_overlay_of_a_real_page_marks_every_figure_on_it(shared: Path) -> None:
    report = gx.read_report(shared / "reports" / "hongze-2023.pdf")
    picture = overlay(report, 4)
    assert picture.caption == "hongze-2023, page 4: 42 rulings, 2 grids, 78 figures"
    image = pixels(picture)
    (box,) = report.entry("disputes", "review", "upheld").boxes
    assert near(image.getpixel((round(box.x0 * 2) - 3, round(box.top + box.bottom))), MARK, 70)


def test_a_real_figure_is_traced(shared: Path) -> None:
    report = gx.read_report(shared / "reports" / "hongze-2023.pdf")
    picture = trace(report, "disputes", "review", "total")
    assert "10+1+0+0 = 11, printed 0" in picture.caption
    assert len(picture.png) < 200_000
    failed = [one for one in report.findings if one.code == Code.IDENTITY_FAILED]
    assert failed
    assert all(trace(report, one).png for one in failed)


def test_a_caption_is_broken_between_words_and_nothing_of_it_is_cut_off() -> None:
    from PIL import Image, ImageDraw

    drawn: list[str] = []

    class Pen(ImageDraw.ImageDraw):
        def text(self, *where: object, fill: object, font: object) -> None:  # type: ignore[override]  # noqa: ARG002
            drawn.append(str(where[1]))

    long = "x" * 200
    _text(Pen(Image.new("RGB", (10, 10))), (0, 0), f"10 + 1 = 11 on one side, 0 {'on the other ' * 9}{long}", 3)
    assert all(_font(17).getlength(line) <= _SIDE for line in drawn)
    words = " ".join(drawn[:-1])
    assert "on the other on" in words
    assert "".join(words.split()).count("x") == 200
    assert {word for line in drawn for word in line.split() if not word.startswith("x")} == {
        *("10", "+", "1", "=", "11", "on", "one", "side,", "0", "the", "other", "p.", "3")
    }


def test_a_long_key_fits_into_the_margin() -> None:
    assert _fitting("new", 200).size == _LABEL
    key = "denied.security_stability"
    room = _font(_LABEL).getlength(key) * 0.8
    assert _fitting(key, room).getlength(key) <= room
    assert _fitting(key, 1).size == _SMALLEST_LABEL
