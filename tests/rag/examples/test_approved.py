import dataclasses
from typing import Any

import pytest

from rag.examples import example_of, merged_pools, parse_example, question_line, same_question
from rag.schema import Example, RunRecord

MILL = "The mill by the weir was built in 1884. It burnt down twice. The miller sold flour to the town."
BRIDGE = "The bridge was opened in 1912 by the mayor of Harrow."


def passage(text: str, document_id: str = "m", start: int = 0) -> dict[str, Any]:
    return {"document_id": document_id, "start": start, "end": start + len(text), "text": text}


def citation(number: int, held_by: dict[str, Any], quote: str) -> dict[str, Any]:
    start = held_by["start"] + held_by["text"].index(quote)
    place = {"start": start, "end": start + len(quote), "quote": quote}
    return {"number": number, "document_id": held_by["document_id"], "source": "f.txt", **place}


def record(
    sentences: list[tuple[str, list[int]]], citations: list[Any], passages: list[Any], **more: Any
) -> RunRecord:
    answer = {
        "answer": " ".join(text for text, _ in sentences),
        "abstained": False,
        "sentences": [{"text": text, "citations": numbers} for text, numbers in sentences],
        "citations": citations,
        "passages": passages,
        **more,
    }
    return RunRecord("r1", "", "When was the mill built?", 1, {}, "quotes", (), answer, {})


def test_an_approved_answer_shows_its_evidence_and_marks() -> None:
    mill, other, bridge = passage(MILL, start=40), passage("Tulips.", "t"), passage(BRIDGE, "b")
    citations = [citation(1, bridge, "opened in 1912"), citation(2, mill, "built in 1884")]
    sentences = [("The bridge is of 1912.", [1]), ("The mill is older: 1884!", [2, 1])]
    found = example_of(record(sentences, citations, [mill, other, bridge]))
    assert found is not None
    assert found.document_ids == ("b", "m")
    assert found.example.passages == (BRIDGE, MILL)
    assert found.example.answer == "The bridge is of 1912 [1]. The mill is older: 1884 [1][2]!"
    assert parse_example({**dataclasses.asdict(found.example)}) == found.example


def test_of_a_long_passage_the_cited_sentence_and_its_neighbours_stay() -> None:
    long = passage(" ".join(f"Sentence number {i} tells of the mill and its weir." for i in range(60)))
    quote = "Sentence number 30 tells of the mill and its weir."
    found = example_of(record([(quote, [1])], [citation(1, long, quote)], [long]))
    assert found is not None
    (shown,) = found.example.passages
    assert shown.startswith("Sentence number 29 tells")
    assert shown.endswith("Sentence number 31 tells of the mill and its weir.")


def test_an_approved_refusal_teaches_refusing() -> None:
    refused = record(
        [], [], [passage(MILL), passage(BRIDGE), passage("x")], abstained=True, answer="Not said."
    )
    found = example_of(refused)
    assert found is not None
    assert (found.example.answer, found.example.label) == ("Not said.", "none")
    assert found.example.passages == (MILL, BRIDGE)


@pytest.mark.parametrize(
    ("wanted", "passages", "answer"),
    [
        ("It was built in 1884.", [BRIDGE, MILL], "It was built in 1884 [1]."),
        ("磨坊建于1884年。", ["这座磨坊建于1884年，后来烧毁。"], "磨坊建于1884年[1]。"),
        ("By two brothers from Ghent.", [BRIDGE, MILL], None),
        ("It was built in 1884.", [], None),
    ],
)
def test_a_wanted_answer_needs_a_passage_that_bears_it_out(
    wanted: str, passages: list[str], answer: str | None
) -> None:
    found = example_of(record([("Wrong.", [])], [], [passage(text) for text in passages]), wanted)
    assert (found.example.answer if found else None) == answer
    if found:
        assert "1884" in found.example.passages[0]


def test_an_answer_whose_evidence_is_not_among_its_passages_is_none() -> None:
    gone = citation(1, passage(BRIDGE, "b"), "opened in 1912")
    assert example_of(record([("Opened in 1912.", [1])], [gone], [passage(MILL)])) is None


def test_the_same_question_stands_once_in_a_pool() -> None:
    shipped = [Example("a", "Who runs the mill?", "Ana."), Example("b", "Who runs the mill?", "Bo.")]
    own = [
        Example("c", "who runs the  MILL", "Cy."),
        Example("d", "When?", "1884"),
        Example("e", "When", "1885"),
    ]
    assert [example.example_id for example in merged_pools(shipped, own)] == ["a", "b", "d"]
    assert same_question("Who runs it?", "who runs it")
    assert not same_question("Who ran it?", "Who runs it?")


def test_feedback_becomes_questions_where_it_tells_a_right_answer() -> None:
    mill = passage(MILL)
    answered = record([("Built in 1884.", [1])], [citation(1, mill, "was built in 1884")], [mill])
    approved = question_line(answered, 1)
    assert approved is not None
    assert (approved["answers"], approved["quotes"]) == (["Built in 1884."], ["was built in 1884"])
    assert (approved["id"], approved["documents"], approved["language"]) == ("r1", ["f.txt"], "en")
    assert question_line(answered, -1) is None
    corrected = question_line(answered, -1, "In 1885.")
    assert corrected is not None
    assert corrected["answers"] == ["In 1885."]
    assert "quotes" not in corrected
    refused = question_line(dataclasses.replace(answered, answer={**answered.answer, "abstained": True}), 1)
    assert refused is not None
    assert refused["answers"] == []
