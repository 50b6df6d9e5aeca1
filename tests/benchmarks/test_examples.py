"""The label of a question whose set has none: the shape of its answer."""

import pytest

from benchmarks.examples import answer_shape


@pytest.mark.parametrize(
    ("answer", "shape"),
    [
        ("1884", "year"),
        ("2016", "year"),
        ("136", "number"),
        ("$186,400", "number"),
        ("May 1884", "number"),
        ("Von Miller", "name"),
        ("golden anniversary", "phrase"),
        ("to keep the water out of the lower meadows", "clause"),
    ],
)
def test_the_shape_of_an_answer(answer, shape):
    assert answer_shape(answer) == shape
