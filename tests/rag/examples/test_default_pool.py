import re
from collections import Counter

import pytest

from rag.examples import load_pool
from rag.prompting import says_no_answer, without_marks
from rag.schema import Example
from rag.text import has_cjk, numbers

POOL = load_pool("default")


def test_it_shows_every_kind_of_answer_in_both_languages() -> None:
    assert len(POOL) >= 30
    kinds = {"fact", "number", "date", "comparison", "two_passages", "table", "partial", "none"}
    for chinese in (False, True):
        assert {example.label for example in POOL if has_cjk(example.question) is chinese} == kinds
    assert Counter(example.label for example in POOL)["none"] >= 6


@pytest.mark.parametrize("example", POOL, ids=lambda example: example.example_id)
def test_an_answer_rests_on_its_passages(example: Example) -> None:
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", example.answer)}
    assert cited <= set(range(1, len(example.passages) + 1))
    assert (not cited) == says_no_answer(example.answer) == (example.label == "none")
    if example.label == "two_passages":
        assert cited == {1, 2}
    known = numbers("\n".join([example.question, *example.passages]))
    # 52 euros is a sum, which the answer spells out
    assert numbers(without_marks(example.answer)) - known <= {"52"}
