"""What tests ask of every figure: it fits its sheet, letters are large enough, none lie on others, glyphs exist."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.ft2font import FT2Font

from gxstudy.figures.base import DataFigure, font


def texts(figure: DataFigure) -> list[str]:
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text() and text.get_visible()]


def points(figure: DataFigure, axes: int = 0) -> list[tuple[float, float]]:
    lines = [line for line in figure.axes[axes].lines if line.get_marker() not in {"None", "", None}]
    return [(float(x), float(y)) for line in lines for x, y in np.asarray(line.get_xydata())]


def assert_printable(figure: DataFigure, *, millimetres: float) -> None:
    wide, high = figure.get_size_inches()
    assert abs(wide * 25.4 - millimetres) < 0.01
    assert high * 25.4 < 240
    boxes = []
    for text in figure.findobj(mpl.text.Text):
        if not text.get_text().strip() or not text.get_visible():
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


def assert_glyphs(figure: DataFigure) -> None:
    known = FT2Font(str(font())).get_charmap()
    assert {letter for text in texts(figure) for letter in text if letter != "\n" and ord(letter) not in known} == set()


def assert_chinese(figure: DataFigure, *, foreign: set[str]) -> None:
    words = {word for text in texts(figure) for word in text.split() if word.isascii() and word.isalpha()}
    assert words <= foreign
