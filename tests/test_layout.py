"""The values every reader ends in, and the arithmetic of intervals and boxes on them."""

from __future__ import annotations

import dataclasses
import pickle
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy.findings import Code, finding
from gxstudy.layout import Box, Cell, Document, Grid, Page, Paragraph, Ruling, Word, overlap, union

# Whole points and halves: exact in binary, so that equality means equality.
points = st.integers(-2000, 2000).map(lambda half: half / 2)
intervals = st.tuples(points, points).map(sorted)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x0, x1 = draw(intervals)
    top, bottom = draw(intervals)
    return Box(draw(st.integers(1, 3)), x0, top, x1, bottom)


box_tuples = st.lists(boxes(), max_size=6).map(tuple)


def document() -> Document:
    cell = Cell(0, 0, 1, 2, "公开", (Box(1, 0.0, 0.0, 1.0, 1.0),))
    page = Page(
        1,
        595.0,
        842.0,
        (Word("公开", 0.0, 0.0, 1.0, 1.0),),
        (Ruling(0.0, 5.0, 9.0, 5.0, 0.5),),
        (Grid(1, "markup", 1, 2, (cell,)), Paragraph(1, "一、总体情况")),
    )
    return Document("pdf", (page,), (finding(Code.OPEN_BORDER, "closed"),))


# Intervals ------------------------------------------------------------------------------------------------------------


@given(intervals, intervals)
def test_the_overlap_is_mutual_and_no_longer_than_either(a: list[float], b: list[float]) -> None:
    shared = overlap(*a, *b)
    assert shared == overlap(*b, *a)
    assert 0.0 <= shared <= min(a[1] - a[0], b[1] - b[0])


@given(intervals, intervals)
def test_an_interval_and_what_lies_left_and_right_of_it_share_the_whole_of_another(
    a: list[float], b: list[float]
) -> None:
    left, right = min(a[0], b[0]), max(a[1], b[1])
    assert overlap(left, a[0], *b) + overlap(*a, *b) + overlap(a[1], right, *b) == b[1] - b[0]


@given(intervals, intervals, points)
def test_moving_both_intervals_changes_no_overlap(a: list[float], b: list[float], by: float) -> None:
    assert overlap(a[0] + by, a[1] + by, b[0] + by, b[1] + by) == overlap(*a, *b)


@pytest.mark.parametrize(
    "a, b, shared",
    [
        ((0.0, 10.0), (5.0, 15.0), 5.0),
        ((0.0, 10.0), (10.0, 20.0), 0.0),
        ((0.0, 10.0), (11.0, 20.0), 0.0),
        ((0.0, 10.0), (2.0, 4.0), 2.0),
        ((0.0, 10.0), (3.0, 3.0), 0.0),
    ],
)
def test_overlaps(a: tuple[float, float], b: tuple[float, float], shared: float) -> None:
    assert overlap(*a, *b) == shared


# Boxes ----------------------------------------------------------------------------------------------------------------


@given(box_tuples)
def test_a_union_is_one_box_a_page_in_page_order(parts: tuple[Box, ...]) -> None:
    assert [box.page for box in union(parts)] == sorted({part.page for part in parts})


@given(box_tuples)
def test_a_union_reaches_as_far_as_its_parts_and_no_farther(parts: tuple[Box, ...]) -> None:
    for whole in union(parts):
        own = [part for part in parts if part.page == whole.page]
        assert whole.x0 == min(part.x0 for part in own)
        assert whole.top == min(part.top for part in own)
        assert whole.x1 == max(part.x1 for part in own)
        assert whole.bottom == max(part.bottom for part in own)


@given(st.lists(boxes(), max_size=3), st.lists(boxes(), max_size=3))
def test_a_union_may_be_made_in_steps_and_in_any_order(first: list[Box], second: list[Box]) -> None:
    whole = union((*first, *second))
    assert union((*union(tuple(first)), *union(tuple(second)))) == whole
    assert union(whole) == whole
    for order in list(permutations((*first, *second)))[:6]:
        assert union(order) == whole


def test_nothing_has_no_union() -> None:
    assert union(()) == ()


# Values ---------------------------------------------------------------------------------------------------------------


def test_documents_can_be_compared_hashed_and_sent_to_another_process() -> None:
    assert document() == document()
    assert hash(document()) == hash(document())
    assert pickle.loads(pickle.dumps(document())) == document()
    assert document() != dataclasses.replace(document(), kind="scan")


@pytest.mark.parametrize(
    "value, field", [(document(), "pages"), (document().pages[0], "words"), (Paragraph(1, "x"), "text")]
)
def test_values_cannot_be_changed_and_take_no_new_names(value: object, field: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, ())
    assert not hasattr(value, "__dict__")


def test_a_drawn_page_has_no_blocks_and_an_empty_marked_up_page_has_none_in_it() -> None:
    assert Page(1, 595.0, 842.0).blocks is None
    assert Page(1, 0.0, 0.0, blocks=()).blocks == ()


def test_a_cell_is_trusted_unless_its_reader_says_otherwise() -> None:
    cell = Cell(0, 0, 1, 1, "")
    assert (cell.boxes, cell.box, cell.garbled, cell.certainties) == ((), None, False, ())
    assert Word("0", 0.0, 0.0, 1.0, 1.0)[-2:] == ((), False)
