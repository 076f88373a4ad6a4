from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pypdfium2
import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from PIL import Image

from gxstudy import cli, figures
from gxstudy.errors import CallError
from gxstudy.figures import base, every, words
from gxstudy.figures.grounds import _COLOURS
from gxstudy.panel import Panel
from gxstudy.studies import zero_applications
from gxstudy.studies.breaks import BREAKS, within
from gxstudy.studies.zero_applications import Estimate, ZeroApplications

LEVELS = ("national", "province", "prefecture", "county", "township")
SAID = "prose.applications_received"


def sample() -> Panel:
    """240 reports in two parts, with shares that differ by part, level and year."""
    rng = np.random.default_rng(5)
    size = 240
    frame = pd.DataFrame(
        {
            "report_id": [f"r{at}" for at in range(size)],
            "organ": [f"o{at}" for at in range(size)],
            "year": 2019 + np.arange(size) % 7,
            "edition": "2021",
            "part": np.where(np.arange(size) % 3 == 0, "purposive", "repeat_year"),
            "level": [LEVELS[at % 4 + 1] for at in range(size)],
        }
    )
    zero = rng.random(size) < 0.2 + 0.15 * (np.arange(size) % 4)
    frame[SAID] = np.where(zero, 0.0, 5.0)
    states = pd.DataFrame({SAID: ["read"] * size})
    return Panel(frame, states, states.replace("read", "unchecked"), ())


@pytest.fixture(scope="module")
def results() -> dict[str | None, ZeroApplications]:
    return {by: zero_applications(sample(), by=by) for by in (None, "level", "year")}


def points(figure: figures.DataFigure) -> list[tuple[float, float]]:
    """Where the marks stand on the axes."""
    lines = [line for line in figure.axes[0].lines if line.get_marker() not in {"None", "", None}]
    return [(float(x), float(y)) for line in lines for x, y in np.asarray(line.get_xydata())]


def intervals(figure: figures.DataFigure, axis: int) -> list[tuple[float, float]]:
    """The ends of the coloured lines along ``axis``."""
    colours = {mark.colour for mark in base.MARKS}
    lines = [line for line in figure.axes[0].lines if line.get_color() in colours and len(line.get_xdata()) == 2]
    return [tuple(np.asarray(line.get_xydata())[:, axis].tolist()) for line in lines]


def texts(figure: figures.DataFigure) -> list[str]:
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text() and text.get_visible()]


@pytest.mark.parametrize("by", ["level", None])
def test_rows_show_the_shares_and_intervals_of_the_result(
    results: dict[str | None, ZeroApplications], by: str | None
) -> None:
    figure = figures.zero_applications(results[by])
    drawn = [row for row in results[by].estimates if row.n and (by is None or row.definition == "stated")]
    shown = sorted((x, *ends) for (x, _), ends in zip(points(figure), intervals(figure, 0), strict=True))
    expected = sorted((100 * row.share, 100 * row.low, 100 * row.high) for row in drawn)
    assert np.array(shown) == pytest.approx(np.array(expected))
    for row in drawn:
        assert f"{row.zeros}/{row.n}" in texts(figure)


def test_years_show_the_shares_and_intervals_of_the_result(results: dict[str | None, ZeroApplications]) -> None:
    figure = figures.zero_applications(results["year"])
    drawn = [row for row in results["year"].estimates if row.definition == "stated" and row.group != "all"]
    assert [y for _, y in points(figure)] == pytest.approx([100 * row.share for row in drawn])
    assert [round(x) for x, _ in points(figure)] == [int(row.group) for row in drawn]
    assert np.array(intervals(figure, 1)) == pytest.approx(np.array([(100 * row.low, 100 * row.high) for row in drawn]))
    breaks = [float(line.get_xdata()[0]) for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert sorted(breaks) == [2018.5, 2020.5, 2023.5, 2024.5]
    assert {"2019 form", "2021 form, fees", "review first", "interpretation"} <= set(texts(figure))
    assert [one.since[:4] for one in BREAKS] == [str(one.year) for one in BREAKS]
    assert [one.year for one in within([2021, 2022, 2023])] == [2021]
    assert within([]) == ()


def test_a_group_without_reports_is_named_and_left_empty() -> None:
    panel = sample()
    panel.frame.loc[panel.frame["level"] == "township", SAID] = np.nan
    panel.states.loc[panel.frame["level"] == "township", SAID] = "unseen"
    figure = figures.zero_applications(zero_applications(panel, by="level"))
    assert len(points(figure)) == 2 * (1 + 3)
    assert texts(figure).count("–") == 2


def test_the_benchmark_is_drawn_where_the_definition_is_its_own(results: dict[str | None, ZeroApplications]) -> None:
    label = "State Council bodies, 2008–2010: 22–25%"
    assert label in texts(figures.zero_applications(results["level"]))
    assert label not in texts(figures.zero_applications(results["level"], definition="silent"))
    figure = figures.zero_applications(results[None])
    (band,) = figure.axes[0].collections
    box = band.get_paths()[0].get_extents()
    first = sorted(y for _, y in points(figure))[:2]
    assert (box.x0, box.x1) == pytest.approx((22, 25))
    assert box.y0 < min(first)
    assert max(first) < box.y1 < sorted(y for _, y in points(figure))[2]


def test_a_figure_carries_the_numbers_it_shows(results: dict[str | None, ZeroApplications]) -> None:
    data = figures.zero_applications(results["level"]).data
    assert list(data.columns) == list(Estimate._fields)
    assert set(data["definition"]) == {"stated"}
    assert len(data) == 2 * 5


@pytest.mark.parametrize("by", [None, "level", "year"])
@pytest.mark.parametrize("width", ["column", "page"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_fits_at_print_size_and_is_large_enough(
    results: dict[str | None, ZeroApplications], by: str | None, width: Any, lang: Any
) -> None:
    figure = figures.zero_applications(results[by], lang=lang, width=width)
    wide, high = figure.get_size_inches()
    assert wide * 25.4 == pytest.approx(89 if width == "column" else 183)
    assert high * 25.4 < 240
    boxes = []
    for text in figure.findobj(mpl.text.Text):
        if not text.get_text() or not text.get_visible():
            continue
        box = text.get_window_extent()
        assert text.get_fontsize() >= 6
        assert box.x0 >= 0, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.x1 <= figure.bbox.x1, text.get_text()
        assert box.y1 <= figure.bbox.y1, text.get_text()
        boxes.append((text.get_text(), box.shrunk(0.9, 0.7)))
    for at, (name, box) in enumerate(boxes):
        for other, against in boxes[at + 1 :]:
            assert not box.overlaps(against), f"{name!r} lies on {other!r}"


@pytest.mark.parametrize("by", [None, "level", "year"])
def test_chinese_labels_are_chinese_and_every_glyph_is_in_the_font(
    results: dict[str | None, ZeroApplications], by: str | None
) -> None:
    shown = texts(figures.zero_applications(results[by], lang="zh"))
    letters = {
        word for text in shown for word in text.replace("Wilson", "").split() if word.isascii() and word.isalpha()
    }
    assert letters == set()
    glyphs = FT2Font(str(base.font())).get_charmap()
    english = texts(figures.zero_applications(results[by]))
    assert {
        letter for text in shown + english for letter in text if letter != "\n" and ord(letter) not in glyphs
    } == set()


def test_both_languages_name_the_same_things() -> None:
    assert set(words.SHARED["en"]) <= set(words.SHARED["zh"])


def test_marks_differ_by_more_than_colour() -> None:
    looks = {(mark.shape, mark.face == "white") for mark in base.PART_MARKS.values()}
    assert len(looks) == len(base.PART_MARKS)
    assert len({(mark.shape, mark.face == "white") for mark in base.MARKS}) == len(base.MARKS)


def test_settings_of_the_caller_are_left_alone(results: dict[str | None, ZeroApplications]) -> None:
    before = dict(mpl.rcParams)
    figures.zero_applications(results["level"])
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_files_are_the_same_every_time(results: dict[str | None, ZeroApplications], tmp_path: Path, lang: Any) -> None:
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        files = figures.save(figures.zero_applications(results["level"], lang=lang), folder, "zero")
        assert [file.name for file in files] == ["zero.pdf", "zero.svg", "zero.png", "zero.csv"]
        made.append([file.read_bytes() for file in files])
    assert made[0] == made[1]


def test_saving_twice_gives_the_same_bytes(results: dict[str | None, ZeroApplications], tmp_path: Path) -> None:
    figure = figures.zero_applications(results["year"])
    first, second = (figures.save(figure, tmp_path / name, "zero") for name in ("one", "two"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_the_pdf_holds_text_in_an_embedded_font_at_print_size(
    results: dict[str | None, ZeroApplications], tmp_path: Path
) -> None:
    pdf, svg, png, csv = figures.save(figures.zero_applications(results["level"], lang="zh"), tmp_path, "zero")
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    assert page.get_width() / 72 * 25.4 == pytest.approx(89, abs=0.1)
    said = page.get_textpage().get_text_range()
    assert "称零申请的报告所占比例" in said
    assert "乡级" in said
    document.close()
    assert b"/Type3" not in pdf.read_bytes()
    assert "国务院机构" in svg.read_text("utf-8")
    with Image.open(png) as picture:
        assert picture.width == pytest.approx(89 / 25.4 * 600, abs=1)
    assert len(pd.read_csv(csv)) == 10


def test_a_notebook_shows_the_figure_without_pyplot(results: dict[str | None, ZeroApplications]) -> None:
    figure = figures.zero_applications(results["level"])
    with Image.open(BytesIO(figure._repr_png_())) as picture:
        assert picture.width == pytest.approx(figure.get_size_inches()[0] * figure.dpi, abs=1)
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 50


def test_the_font_comes_from_the_package(results: dict[str | None, ZeroApplications]) -> None:
    figure = figures.zero_applications(results["level"])
    families = {text.get_fontfamily()[0] for text in figure.findobj(mpl.text.Text) if text.get_text()}
    assert families == {base.family()}
    assert Path(font_manager.findfont(base.family())) == base.font()


@pytest.mark.parametrize(
    "wrong, message",
    [({"lang": "fr"}, "lang='fr'"), ({"width": "wide"}, "width='wide'"), ({"definition": "none"}, "definition='none'")],
)
def test_wrong_calls_say_what_there_is(
    results: dict[str | None, ZeroApplications], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(CallError, match=f"{message}; expected one of"):
        figures.zero_applications(results["level"], **wrong)


def test_a_journals_style_sets_the_widths_and_ends_with_its_context(
    results: dict[str | None, ZeroApplications],
) -> None:
    widths = []
    for journal in (None, "elsevier", "nature"):
        with figures.style(journal=journal):
            figure = figures.zero_applications(results["level"], width="page")
        widths.append(round(figure.get_figwidth() * 25.4))
    assert widths == [183, 190, 183]
    assert round(base.inches("column") * 25.4) == 89
    with (
        pytest.raises(CallError, match="journal='science'; expected one of nature, elsevier"),
        figures.style(journal="science"),
    ):
        pass


def test_the_command_offers_every_journal_that_the_style_knows() -> None:
    (offered,) = (option.type for option in cli.commands.commands["figures"].params if option.name == "journal")
    assert tuple(offered.choices) == tuple(base.JOURNALS)


def test_a_style_inside_another_keeps_the_journal_around(results: dict[str | None, ZeroApplications]) -> None:
    with figures.style(journal="elsevier"), figures.style():
        assert round(base.inches("column") * 25.4) == 90


def test_only_the_formats_asked_for_are_written(results: dict[str | None, ZeroApplications], tmp_path: Path) -> None:
    figure = figures.zero_applications(results["level"])
    files = figures.save(figure, tmp_path / "some", "zero", formats=("png", "pdf"))
    assert [file.name for file in files] == ["zero.png", "zero.pdf", "zero.csv"]
    assert sorted(file.name for file in (tmp_path / "some").iterdir()) == ["zero.csv", "zero.pdf", "zero.png"]
    every = figures.save(figure, tmp_path / "all", "zero")
    assert (tmp_path / "all" / "zero.pdf").read_bytes() == files[1].read_bytes()
    assert len(every) == 4
    with pytest.raises(CallError, match="formats='tiff'; expected one of pdf, svg, png"):
        figures.save(figure, tmp_path, "zero", formats=("tiff",))  # type: ignore[arg-type]


def test_neighbours_in_a_bar_differ_in_grey() -> None:
    """Their lightness, as a copier or a colour-blind reader sees it, is apart by a fifth of the scale."""
    greys = [float(np.dot(mpl.colors.to_rgb(colour), (0.299, 0.587, 0.114))) for colour in _COLOURS.values()]
    assert min(abs(left - right) for left, right in pairwise(greys)) > 0.2


def test_every_drawing_has_a_name_of_its_own_and_is_drawn_in_the_languages_asked_for(tmp_path: Path) -> None:
    names = [drawing.name for drawing in every.DRAWINGS]
    assert len(set(names)) == len(names)
    shown = sample()
    known = every.Sources(*([shown] * len(every.Sources._fields)))
    drawn = list(figures.draw_all(known, tmp_path, langs=("zh",), formats=("svg",), drawings=every.DRAWINGS[:1]))
    assert [[file.name for file in files] for files in drawn] == [
        ["zero_applications_zh.svg", "zero_applications_zh.csv"]
    ]
    with pytest.raises(CallError, match="langs='fr'"):
        list(figures.draw_all(known, tmp_path, langs=("fr",)))  # type: ignore[arg-type]
