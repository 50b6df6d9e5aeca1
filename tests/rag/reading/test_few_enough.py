"""A reader is told no more than is needed, and no less."""

from __future__ import annotations

from rag.reading import Unit, quotable_units, read_question
from rag.reading.membership import few_enough
from rag.schema import Passage

WHEN = "When was the mill built?"


def chosen(*probabilities: float, documents: str = "aaa") -> list[tuple[Unit, float]]:
    texts = ("The mill was built in 1887.", "The mill is large.", "The mill was sold.")
    passages = [
        Passage(document, document, "", 1, start, start + len(text), text, 1.0)
        for start, document, text in zip((0, 100, 200), documents, texts, strict=True)
    ]
    return list(zip(quotable_units(passages), probabilities, strict=False))


def test_one_that_is_nearly_sure_is_enough() -> None:
    found = chosen(0.95, 0.3, 0.2)
    assert few_enough(read_question(WHEN), found, 1.6) == [found[0][0]]


def test_others_stay_where_they_are_likely_too_or_nothing_is_sure() -> None:
    for probabilities in ((0.95, 0.9, 0.2), (0.6, 0.3, 0.2)):
        found = chosen(*probabilities)
        assert few_enough(read_question(WHEN), found, 2.0)[:2] == [found[0][0], found[1][0]]


def test_another_document_may_hold_the_next_step() -> None:
    found = chosen(0.95, 0.3, 0.2, documents="aba")
    assert few_enough(read_question(WHEN), found, 1.6) == [found[0][0], found[1][0]]


def test_explanations_and_questions_of_parts_are_told_whole() -> None:
    found = chosen(0.95, 0.3, 0.2)
    for question in ("Why was the mill built?", "When was the mill built, and who built it?"):
        assert len(few_enough(read_question(question), found, 1.6)) == 3


def test_nothing_chosen_is_nothing_told() -> None:
    assert few_enough(read_question(WHEN), [], 0.0) == []
