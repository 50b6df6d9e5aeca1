"""From a question that compares to what is told of each side, with its citation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from rag.answering import Answerer
from rag.answering.comparing import Comparison, Comparisons
from rag.answering.inquiry import Inquiry
from rag.answering.understanding import Kind
from rag.models import load_readers
from rag.prompting import PromptBuilder
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Verdict
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.rag.answering.test_answerer import ScriptedModel

UNO = """# Volta Uno

## Warranty
The pump is covered for five years from the day of purchase.

## Price
The price of the pump is 149 euros.

## Noise
The noise of the pump is 45 dB.
"""
DUE = """# Volta Due

## Warranty
The pump is covered for two years from the day of purchase.

## Price
The price of the pump is 219 euros.
"""
PLANTS = """# Plants

## Ribe
The plant in Ribe was opened on 14 May 1991. It employs 120 people.

## Tonder
The plant in Tonder was opened on 3 September 2008. It employs 95 people.
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    from ingest import ingest_paths

    folder = tmp_path_factory.mktemp("comparison")
    for name, text in (("volta-uno.md", UNO), ("volta-due.md", DUE), ("plants.md", PLANTS)):
        (folder / name).write_text(text, "utf-8")
    with Store.open(folder / "library") as store:
        results = ingest_paths([folder], store, HashingEmbedder(256, 256), Settings())
        assert {result.status for result in results} == {"added"}
        yield store


def answerer(store: Store, *replies: str) -> Answerer:
    settings = Settings.model_validate({"generator": {"writes": bool(replies)}})
    embedder = HashingEmbedder(256, 256)
    return Answerer(
        store,
        HybridRetriever(store, embedder, settings.retrieval),
        embedder,
        settings,
        ScriptedModel(messages=iter(map(AIMessage, replies))) if replies else None,
        prompt_builder=PromptBuilder(settings.prompt, lambda text: len(text.split())),
        readers=load_readers(settings),
    )


def compared(store: Store, question: str, *replies: str) -> Answer:
    answer, record = answerer(store, *replies).answer(question)
    assert answer.kind == "comparison", answer
    assert record.answer["verdict"] == answer.verdict.value
    for citation in answer.citations:
        assert store.text(citation.document_id, citation.start, citation.end) == citation.quote
    return answer


def test_each_side_is_told_from_its_own_document(store: Store) -> None:
    answer = compared(store, "Compare the price of the Volta Uno and the Volta Due.")
    assert answer.table is not None
    assert answer.table.columns == ("", "Price")
    assert answer.table.rows == (
        ("Volta Uno", "The price of the pump is 149 euros."),
        ("Volta Due", "The price of the pump is 219 euros."),
    )
    sources = {citation.number: citation.source for citation in answer.citations}
    cited = [Path(sources[row[1]]).name for row in answer.table.citations]
    assert cited == ["volta-uno.md", "volta-due.md"]
    assert answer.verdict is Verdict.PIECED
    assert [(s.action, s.arguments["side"]) for s in answer.steps] == [
        ("find", "Volta Uno"),
        ("find", "Volta Due"),
    ]


def test_a_side_of_which_nothing_is_told_gets_nothing_of_the_other(store: Store) -> None:
    answer = compared(store, "Compare the noise of the Volta Uno and the Volta Due.")
    assert answer.table is not None
    assert answer.table.rows[1] == ("Volta Due", "not found")
    assert answer.table.citations[1] == (0, 0)
    assert answer.verdict is Verdict.NEAR
    assert answer.reason == "Volta Due: not found"


def test_what_the_library_does_not_know_is_not_found(store: Store) -> None:
    answer = compared(store, "Compare the price of the Volta Uno and the Volta Tre.")
    assert answer.table is not None
    assert [row[1] for row in answer.table.rows] == ["The price of the pump is 149 euros.", "not found"]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Which is cheaper, the Volta Due or the Volta Uno?", "Cheaper: Volta Uno."),
        ("Which plant was opened earlier, Tonder or Ribe?", "Earlier: Ribe."),
        ("Which plant employs more people, Tonder or Ribe?", "More: Ribe."),
    ],
)
def test_the_one_that_is_asked_for_is_computed(store: Store, question: str, named: str) -> None:
    answer = compared(store, question)
    assert answer.sentences[-1].text == named
    assert answer.sentences[-1].own_words
    assert len(answer.sentences[-1].citations) == 2


def test_sections_of_one_document_are_sides_too(store: Store) -> None:
    answer = compared(store, "Compare the number of people employed in Ribe and Tonder.")
    assert answer.table is not None
    assert answer.table.rows == (("Ribe", "It employs 120 people."), ("Tonder", "It employs 95 people."))


def test_neither_side_found_is_a_refusal(store: Store) -> None:
    answer, _ = answerer(store).answer("Compare the colour of the Volta Tre and the Volta Quattro.")
    assert answer.abstained
    assert answer.verdict is Verdict.NOT_FOUND


def test_a_model_reads_both_sides_and_its_sentences_are_checked(store: Store) -> None:
    draft = "The price of the Volta Uno pump is 149 euros. The price of the Volta Due pump is 219 euros."
    question = "Compare the price of the Volta Uno and the Volta Due."
    answer = compared(store, question, draft)
    assert answer.text == draft
    assert {Path(citation.source).name for citation in answer.citations} == {"volta-uno.md", "volta-due.md"}
    assert answer.table is not None
    assert len(answer.table.rows) == 2


@pytest.mark.parametrize(
    "draft",
    [
        "The price of the Volta Uno pump is 219 euros. The price of the Volta Due pump is 149 euros.",
        "The price of the Volta Uno pump is 219 euros and that of the Volta Due pump is 149 euros.",
    ],
)
def test_a_model_that_takes_one_side_for_the_other_is_not_told(store: Store, draft: str) -> None:
    answer = compared(store, "Compare the price of the Volta Uno and the Volta Due.", draft)
    assert draft not in answer.text
    assert "149 euros" in answer.sentences[0].text
    assert answer.sentences[0].text.startswith("Volta Uno")


def test_quotes_stand_in_for_what_the_evidence_does_not_support(store: Store) -> None:
    answer = compared(
        store, "Compare the price of the Volta Uno and the Volta Due.", "Both are painted green."
    )
    assert "149 euros" in answer.sentences[0].text
    assert "219 euros" in answer.sentences[1].text


def inquiry(store: Store, question: str, **given: Any) -> Inquiry:
    return Inquiry(question, (), store, lambda term: 1.0, (), {"retrieve": 0.0}, None, **given)


def test_one_side_alone_answers_only_what_is_surely_a_comparison(store: Store) -> None:
    parts = answerer(store)
    comparisons: Comparisons = parts._comparisons
    question = "Compare the price of the Volta Uno and the Volta Tre."
    found = comparisons.compare(inquiry(store, question), Kind.COMPARISON)
    assert isinstance(found, Comparison)
    assert not found.is_whole
    which = "Which is cheaper, the Volta Uno or the Volta Tre?"
    assert comparisons.compare(inquiry(store, which), Kind.LOOKUP) is None
    assert comparisons.compare(inquiry(store, question), Kind.YES_NO) is None


def test_only_the_documents_that_are_asked_are_looked_at(store: Store) -> None:
    uno = [info.document_id for info in store.documents() if info.name == "volta-uno.md"]
    found = answerer(store)._comparisons.compare(
        inquiry(store, "Compare the price of the Volta Uno and the Volta Due.", documents=uno),
        Kind.COMPARISON,
    )
    assert isinstance(found, Comparison)
    assert [f.unit is not None for f in found.found] == [True, False]


@pytest.mark.parametrize(("times", "is_one"), [(0, True), (40, False)])
def test_an_endless_question_is_no_comparison(store: Store, times: int, is_one: bool) -> None:
    """Every pair of its parts would be tried."""
    question = "I should like to know it. " * times + "Compare the price of the Volta Uno and the Volta Due."
    found = answerer(store)._comparisons.compare(inquiry(store, question), Kind.COMPARISON)
    assert isinstance(found, Comparison) is is_one
