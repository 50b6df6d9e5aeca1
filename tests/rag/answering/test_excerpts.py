from __future__ import annotations

from rag.answering.excerpts import excerpts
from rag.reading import EvidenceSelector
from rag.reading.overlap import weights_from_texts
from rag.schema import Passage
from tests.fakes import HashingEmbedder

LONG = (
    "The mill stands by the river. It was built by the abbey. Its wheel is of oak. "
    "The wheel of the mill weighs nine tons. It was lifted by a crane. The miller slept. "
    "Geese grazed all summer. Rain fell in May. The fair was cheerful. Bread was cheap."
)
OTHER = "Boats were hired at the bridge. Nobody swam there. The toll was two pence."


def passage(text: str, document: str, start: int = 0) -> Passage:
    return Passage(document, f"{document}.txt", document, 1, start, start + len(text), text, 1.0)


def shown(question: str, *passages: Passage, beside: int = 1) -> tuple[Passage, ...]:
    weight = weights_from_texts(passage.text for passage in passages)
    selection = EvidenceSelector(HashingEmbedder(256, 256)).select(question, passages, weight, 1)
    return excerpts(selection, passages, beside)


def test_the_evidence_is_shown_with_its_neighbours_at_its_place() -> None:
    found = shown("How much does the wheel of the mill weigh?", passage(LONG, "mill", 100))
    assert any("weighs nine tons" in cut.text for cut in found)
    assert sum(len(cut.text) for cut in found) < len(LONG)
    for cut in found:
        assert cut.text == LONG[cut.start - 100 : cut.end - 100]
    (weighs,) = (cut for cut in found if "nine tons" in cut.text)
    assert "Its wheel is of oak." in weighs.text
    assert "It was lifted by a crane." in weighs.text


def test_without_neighbours_less_is_shown() -> None:
    question = "How much does the wheel of the mill weigh?"
    alone, beside = (shown(question, passage(LONG * 3, "mill"), beside=count) for count in (0, 1))
    assert any("weighs nine tons." in cut.text for cut in alone)
    assert sum(len(cut.text) for cut in alone) < sum(len(cut.text) for cut in beside)


def test_the_passage_of_the_best_evidence_comes_first_and_no_place_twice() -> None:
    found = shown("What was the toll at the bridge?", passage(LONG, "mill"), passage(OTHER, "bridge"))
    assert found[0].document_id == "bridge"
    places = [(cut.document_id, offset) for cut in found for offset in range(cut.start, cut.end)]
    assert len(places) == len(set(places))
