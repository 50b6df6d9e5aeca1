"""The label of a question whose set has none, and the choices of a generator."""

import pytest

from benchmarks.examples import RememberedChoices, answer_shape


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


def test_a_choice_is_asked_for_once_and_kept(tmp_path):
    asked = []

    def choose(prompt, labels):
        asked.append(prompt)
        return len(prompt) % len(labels)

    choices = RememberedChoices(choose, tmp_path / "choices.jsonl")
    first = [choices(prompt, ["a", "b", "c"]) for prompt in ("one", "three", "one")]
    again = RememberedChoices(choose, tmp_path / "choices.jsonl")
    assert [again(prompt, ["a", "b", "c"]) for prompt in ("one", "three", "one")] == first == [0, 2, 0]
    assert asked == ["one", "three"]
    assert again("one", ["b", "a"]) == 1  # other labels, another choice
    assert asked == ["one", "three", "one"]
