"""What a reader who knows the right answer would call right."""

import pytest

from rag.evaluation.judgement import is_right
from rag.evaluation.questions import AnswerQuestion, Gold
from rag.schema import Answer, Citation

BUILT = "The mill by the weir was built in 1884."
OWNED = "Ada and Ben Holm owned it."
ELSEWHERE = "In 1884 the new mill ground its first corn."
COINCIDENCE = "The school had 1884 pupils."


def asked(*answers, gold=None, answerable=True):
    return AnswerQuestion("q", "When was the mill built?", answers, answerable, "en", gold or Gold())


def said(*quotes, text=None, source="mill.txt"):
    citations = tuple(
        Citation(number, "d", source, 1, 0, len(quote), quote) for number, quote in enumerate(quotes, 1)
    )
    return Answer("?", text or " ".join(quotes), (), citations, False, 0.8)


ONE = Gold((((BUILT),),))
TWO = Gold(((BUILT, OWNED),))


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (asked("1884", gold=ONE), said(BUILT), True),
        (asked("1884", gold=ONE), said(ELSEWHERE), True),
        (asked("1884", gold=ONE), said(COINCIDENCE), False),
        (asked("1884", gold=ONE), said("The mill is old."), False),
        (asked("Ada", gold=TWO), said(BUILT), False),
        (asked("the owners", gold=TWO), said(BUILT, OWNED), True),
        (asked("yes", gold=TWO), said(OWNED), True),
        (asked("yes", gold=TWO), said("Yes, it was."), False),
        (
            asked("It was built in the year 1884 by two brothers who had come from the coast", gold=ONE),
            said(BUILT),
            True,
        ),
        (asked("1884", gold=Gold(documents=("mill.txt",))), said(BUILT, source="other.txt"), False),
        (asked("1884", gold=Gold(documents=("mill.txt",))), said(OWNED), False),
        (asked("1884", gold=ONE, answerable=False), said(BUILT), False),
        (asked(gold=Gold()), said(BUILT), None),
    ],
)
def test_right_is_what_a_reader_would_say(question, answer, right):
    assert is_right(question, answer) is right


def test_chinese_answers_are_looked_for_by_character():
    quote = "这座磨坊建于1884年。"
    question = AnswerQuestion("q", "磨坊建于哪一年？", ("1884年",), True, "zh", Gold(((quote,),)))
    assert is_right(question, said(quote)) is True
    assert is_right(question, said("磨坊主姓王。")) is False
