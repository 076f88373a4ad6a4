"""The calls into RapidOCR that the reader of scans needs: where lines of text are, and what a cut-out line says.

The models come with RapidOCR's own package; nothing is fetched when it runs. Its network gives a probability for each
character at each place of a line; here they are kept, one for each character of the answer.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gxstudy.errors import MissingDependencyError

if TYPE_CHECKING:
    from rapidocr import RapidOCR

__all__ = ["FIGURE", "TWINS", "Recognised", "Recogniser", "recogniser"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FIGURE = "0123456789.,-/"
"""What a cell of figures may hold."""
TWINS = {
    "0": "０OoＯｏ〇○ΟοОо◯",
    "1": "１lI|｜丨Ⅰⅼ∣",
    **dict(zip("23456789", "２３４５６７８９", strict=True)),
    ".": "．",
    ",": "，",
    "-": "－—–−‐一―ー─",
    "/": "／∕",
}
"""Characters of the shape of another: in a cell of figures they can only be that."""
HEIGHT = 48
"""Pixels to which the network wants a line scaled."""
NARROWEST, WIDEST = 48, 3200
"""Pixels of a scaled line; a longer one is squeezed."""
LONGEST_STRIP = 4
"""A picture is at most so many times as long as it is broad when lines are looked for; else paper is added."""
THREADS = 4
"""Threads used at most; one in a worker process, for there the processes share the machine."""

_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"


class Recognised(NamedTuple):
    """A line of text and, for each of its characters, the certainty (0 to 1)."""

    text: str
    certainties: tuple[float, ...]

    @property
    def certainty(self) -> float:
        """The least certainty; 0.0 for nothing."""
        return min(self.certainties, default=0.0)


class Recogniser:
    """The two networks, loaded."""

    def __init__(self, engine: RapidOCR) -> None:
        # The engine loads its networks at the first use; a blank picture makes it do so.
        engine(np.full((64, 64, 3), 255, np.uint8), use_det=True, use_cls=False, use_rec=False)
        engine(np.full((HEIGHT, HEIGHT, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)
        networks: Any = engine
        self._detect: Callable[[Grey], Any] = networks.text_det
        self._scaled: Callable[[Grey, float], Floats] = networks.text_rec.resize_norm_img
        self._probabilities: Callable[[Floats], Floats] = networks.text_rec.session
        self._characters: tuple[str, ...] = tuple(networks.text_rec.postprocess_op.character)
        known = {character: index for index, character in enumerate(self._characters)}
        shapes = [[character, *TWINS.get(character, "")] for character in FIGURE]
        self._shapes = [np.array([0], np.intp)]  # 0 stands for no character
        self._shapes += [np.array([known[one] for one in shape if one in known], np.intp) for shape in shapes]

    def lines(self, picture: Grey) -> npt.NDArray[np.int32]:
        """Return the boxes of the lines of text of a picture: n x 4, left, top, right, bottom, in pixels."""
        height, width = picture.shape
        found = _in_memory(self._detect, _coloured(_broadened(picture))).boxes
        if found is None or not len(found):
            return np.zeros((0, 4), np.int32)
        corners = np.clip(np.asarray(found, np.float32), 0, [width, height])
        ends = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        ends = ends[(ends[:, 0] < ends[:, 2]) & (ends[:, 1] < ends[:, 3])]
        return np.asarray(np.rint(ends), np.int32)

    def read(self, line: Grey) -> Recognised:
        """Return what a picture of one line says."""
        return _decoded(self._at_each_place(line), self._characters)

    def read_figure(self, line: Grey) -> tuple[Recognised, Recognised]:
        """Return what a picture of one line says, and what it says if it can only be a figure."""
        probabilities = self._at_each_place(line)
        shapes = np.stack([probabilities[:, shape].sum(axis=1) for shape in self._shapes], axis=1)
        return _decoded(probabilities, self._characters), _decoded(shapes, ("", *FIGURE))

    def _at_each_place(self, line: Grey) -> Floats:
        height, width = line.shape
        wanted = min(max(round(HEIGHT * width / height), NARROWEST), WIDEST)
        scaled = self._scaled(_coloured(line), wanted / HEIGHT)
        return np.asarray(_in_memory(self._probabilities, scaled[None])[0], np.float32)


def _broadened(picture: Grey) -> Grey:
    """Return a strip with blank paper beside it: the network enlarges a picture until its short side is long enough."""
    height, width = picture.shape
    missing = -(-max(height, width) // LONGEST_STRIP)
    edges = ((0, max(0, missing - height)), (0, max(0, missing - width)))
    return np.pad(picture, edges, constant_values=255) if missing > min(height, width) else picture


def _in_memory(network: Callable[[Any], Any], given: Any) -> Any:
    """Return what a network answers.

    Raises
    ------
    MemoryError
        When it has too little memory, which it says in other ways.
    """
    try:
        return network(given)
    except Exception as error:
        if "bad_alloc" in str(error) or "allocate memory" in str(error):
            raise MemoryError(str(error)) from error
        raise


def _decoded(probabilities: Floats, characters: Sequence[str]) -> Recognised:
    """Return the likeliest character of each run of places of one answer; the first of ``characters`` is none."""
    best = probabilities.argmax(axis=1)
    likely = probabilities[np.arange(len(best)), best]
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    peaks = np.maximum.reduceat(likely, starts)
    kept = [
        (characters[best[start]], min(1.0, round(float(peak), 3)))
        for start, peak in zip(starts, peaks, strict=True)
        if best[start] and characters[best[start]].strip()
    ]
    return Recognised("".join(text for text, _ in kept), tuple(peak for text, peak in kept for _ in text))


def recogniser() -> Recogniser:
    """Return the networks, loaded once in a process.

    Raises
    ------
    MissingDependencyError
        When the extra ``ocr`` is not installed.
    """
    is_worker = multiprocessing.parent_process() is not None
    return _loaded(1 if is_worker else min(THREADS, os.cpu_count() or 1))


@cache
def _loaded(threads: int) -> Recogniser:
    try:
        import rapidocr
    except ImportError as error:
        msg = "this needs character recognition, which is not installed: pip install 'gxstudy[ocr]'"
        raise MissingDependencyError(msg) from error
    models = Path(rapidocr.__file__).parent / "models"
    parameters = {
        "Global.use_cls": False,
        "Global.log_level": "critical",
        "Det.model_path": str(models / _DETECTOR),  # named, so that none is ever fetched
        "Rec.model_path": str(models / _RECOGNISER),
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    return Recogniser(rapidocr.RapidOCR(params=parameters))


def _coloured(picture: Grey) -> Grey:
    return np.repeat(picture[:, :, None], 3, axis=2)
