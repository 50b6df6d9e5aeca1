"""What is asked without the courtesy around it."""

from __future__ import annotations

import pytest

from rag.answering.understanding import standing


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("I'd like to know what the rent is.", "What the rent is."),
        ("Could you please tell me who chairs the committee?", "Who chairs the committee?"),
        ("Do you know whether the pool is heated?", "The pool is heated?"),
        ("Please list the fees, thanks", "List the fees"),
        ("Ich wüsste gern, wie hoch die Miete ist.", "Wie hoch die Miete ist."),
        ("Pourriez-vous me dire quand finit le contrat ?", "Quand finit le contrat ?"),
        ("请问，会议在哪里举行？", "会议在哪里举行？"),
    ],
)
def test_courtesy_goes(question: str, asks: str) -> None:
    assert standing(question) == asks


@pytest.mark.parametrize(
    "question",
    ["Can you swim in the lake?", "Can I return shoes?", "May tenants keep pets?", "请问"],
)
def test_what_is_asked_of_someone_else_stays(question: str) -> None:
    assert standing(question) == question
