import numpy as np
import pytest

from rag.errors import UsageError
from rag.evaluation import bootstrap_mean, paired_bootstrap


def test_the_interval_is_near_the_normal_one_for_many_values():
    values = np.random.default_rng(0).normal(0.5, 0.2, 400)
    found = bootstrap_mean(values.tolist())
    half = 1.96 * values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.005)
    assert found.high == pytest.approx(values.mean() + half, abs=0.005)
    assert found.p == 0.0


def test_the_same_values_give_the_same_interval():
    assert bootstrap_mean([0.1, 0.5, 0.9]) == bootstrap_mean([0.1, 0.5, 0.9])


def test_two_runs_that_are_equal_do_not_differ():
    values = {"a": 0.2, "b": 0.7}
    difference = paired_bootstrap(values, values)
    assert (difference.mean, difference.low, difference.high, difference.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_difference_on_every_question_is_sure():
    ours = {str(i): 0.5 + i / 100 for i in range(20)}
    theirs = {question: value - 0.1 for question, value in ours.items()}
    difference = paired_bootstrap(ours, theirs)
    assert difference.mean == pytest.approx(0.1)
    assert difference.low > 0.09
    assert difference.p == 0.0


def test_runs_over_different_questions_cannot_be_compared():
    with pytest.raises(UsageError, match="'a'"):
        paired_bootstrap({"a": 1.0, "b": 1.0}, {"b": 1.0})


def test_no_questions_no_mean():
    assert bootstrap_mean([]).mean == 0.0
