from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from rag.geometry import PageGeometry
from rag.schema import Box


def boxes(*rows: tuple[float, float, float, float] | None) -> NDArray[np.float32]:
    return np.array([row or (np.nan,) * 4 for row in rows], np.float32).reshape(-1, 4)


@st.composite
def pages(draw: st.DrawFn, largest: float) -> NDArray[np.float32]:
    count = draw(st.integers(0, 60))
    values = draw(hnp.arrays(np.float32, (count, 4), elements=st.floats(-largest, largest, width=32)))
    inkless = draw(hnp.arrays(np.bool_, (count,)))
    values[inkless] = np.nan
    return values


@given(pages(largest=3_200.0))
def test_a_page_comes_back_to_a_twentieth_of_a_point(given_boxes: NDArray[np.float32]) -> None:
    back = PageGeometry.from_bytes(PageGeometry(given_boxes).to_bytes()).boxes
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, given_boxes, rtol=0, atol=0.0502, equal_nan=True)


@given(pages(largest=1e6))
def test_a_page_of_any_size_comes_back_in_proportion(given_boxes: NDArray[np.float32]) -> None:
    back = PageGeometry.from_bytes(PageGeometry(given_boxes).to_bytes()).boxes
    finite = given_boxes[np.isfinite(given_boxes)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    np.testing.assert_allclose(back, given_boxes, rtol=0, atol=max(0.0502, largest / 50_000), equal_nan=True)


def test_a_row_with_a_value_missing_counts_as_without_ink() -> None:
    rows = boxes((1, 2, 3, 4), (1, np.nan, 3, 4))
    back = PageGeometry.from_bytes(PageGeometry(rows).to_bytes()).boxes
    assert np.isnan(back[1]).all()
    assert PageGeometry(rows).span_boxes(1, 0, 2) == (Box(1, 1, 2, 3, 4),)


def test_storage_is_compact() -> None:
    lefts = np.arange(3_000) % 80 * 5.5 + 70
    tops = np.arange(3_000) // 80 * 12.0 + 70
    page = np.stack([lefts, tops, lefts + 5, tops + 10], axis=1).astype(np.float32)
    assert len(PageGeometry(page).to_bytes()) < 3_000 * 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"G1",
        b"no geometry at all",
        b"G1" + b"\0" * 8,
        b"G1" + b"\0" * 8 + b"not compressed",
        b"G1" + b"\xff\xff\0\0" + b"\0\0\x20\x41" + zlib.compress(b"short"),
        PageGeometry(boxes((1, 2, 3, 4), None)).to_bytes()[:-3],
        b"G1" + b"\x01\0\0\0" + b"\0\0\x20\x41" + zlib.compress(b"\x80" + b"\0" * 7),
    ],
)
def test_other_bytes_are_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="page geometry"):
        PageGeometry.from_bytes(data)


def test_a_span_has_one_box_a_line() -> None:
    page = PageGeometry(
        boxes(
            (10, 10, 15, 20),
            (15, 11, 20, 20),
            None,
            (22, 10, 27, 22),
            None,
            (10, 30, 15, 40),
            (15, 30, 20, 40),
        )
    )
    assert page.span_boxes(3, 0, 7) == (Box(3, 10, 10, 27, 22), Box(3, 10, 30, 20, 40))
    assert page.span_boxes(3, 1, 2) == (Box(3, 15, 11, 20, 20),)


def test_a_small_sign_above_stays_on_its_line() -> None:
    page = PageGeometry(boxes((10, 10, 20, 22), (20, 8, 24, 14)))
    assert page.span_boxes(1, 0, 2) == (Box(1, 10, 8, 24, 22),)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (5, 9), (-3, 0), (0, -1), (1, 2)])
def test_a_span_without_ink_has_no_boxes(start: int, end: int) -> None:
    assert PageGeometry(boxes((1, 2, 3, 4), None)).span_boxes(1, start, end) == ()


@given(pages(largest=1_000.0), st.integers(-5, 70), st.integers(-5, 70))
def test_boxes_cover_all_ink_of_the_span_and_no_other(
    given_boxes: NDArray[np.float32], start: int, end: int
) -> None:
    rows = given_boxes[max(start, 0) : max(end, 0)]
    rows = rows[np.isfinite(rows).all(axis=1)]
    found = PageGeometry(given_boxes).span_boxes(7, start, end)
    assert all(box.page == 7 for box in found)
    for left, top, right, bottom in rows.tolist():
        assert any(
            box.left <= left + 0.01
            and box.top <= top + 0.01
            and box.right >= right - 0.01
            and box.bottom >= bottom - 0.01
            for box in found
        )
    if found:
        assert min(box.left for box in found) == pytest.approx(rows[:, 0].min(), abs=0.01)
        assert max(box.bottom for box in found) == pytest.approx(rows[:, 3].max(), abs=0.01)
    else:
        assert not len(rows)
