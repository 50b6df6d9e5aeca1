"""The why of an answer tells which sentences were told, and why a chosen one was not."""

from __future__ import annotations

from rag.answering.run_records import _evidence_json
from rag.reading import Evidence, Selection, Unit, read_question

SELECTION = Selection(read_question("When is lunch?"), (), (), 0.0, 0, has_read=True)


def evidence(probability: float) -> Evidence:
    return Evidence(Unit(0, 0, "a", 0, 5, "Noon.", ""), 1.0, {}, probability)


def test_a_chosen_sentence_that_is_not_told_says_why() -> None:
    told, spare = (_evidence_json(evidence(0.9), SELECTION, is_told=is_told) for is_told in (True, False))
    assert told["chosen"]
    assert "not told" not in told["reason"]
    assert not spare["chosen"]
    assert "not told" in spare["reason"]


def test_what_was_never_chosen_needs_no_reason() -> None:
    assert _evidence_json(evidence(0.0), SELECTION, is_told=False)["reason"] == ""
