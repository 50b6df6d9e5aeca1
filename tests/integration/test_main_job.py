"""From a folder of documents to answers that can be checked, with the real parts."""

import json
from pathlib import Path

import pytest

from rag.errors import NotFoundError
from rag.library import Library
from rag.schema import Support


@pytest.fixture(scope="module")
def questions(samples):
    lines = (samples / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def answers(sample_library, questions):
    return [(question, sample_library.ask(question["question"])) for question in questions]


def test_every_citation_of_every_answer_is_the_documents_own_text(sample_library, answers):
    cited = 0
    for _, answer in answers:
        for citation in answer.citations:
            text = sample_library.text(citation.document_id)
            assert text[citation.start : citation.end] == citation.quote
            page = sample_library.store.page_at(citation.document_id, citation.start)
            assert page.number == citation.page
            cited += 1
    assert cited >= len(answers) // 2


def test_every_sentence_of_a_quoted_answer_is_cited_and_numbers_resolve(answers):
    for _, answer in answers:
        numbers = [citation.number for citation in answer.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        for sentence in answer.sentences:
            assert sentence.support is Support.SUPPORTED
            assert sentence.citations
            assert set(sentence.citations) <= set(numbers)


def test_half_of_the_answerable_questions_are_answered_and_most_of_those_right(answers):
    answered = [(question, answer) for question, answer in answers if not answer.abstained]
    answerable = [question for question, _ in answers if question["answers"]]
    right = [
        any(_plain(gold) in _plain(answer.text) for gold in question["answers"])
        for question, answer in answered
    ]
    assert len(answered) / len(answerable) >= 0.5
    assert sum(right) / len(right) >= 0.7


def test_most_unanswerable_questions_get_an_abstention_with_the_nearest_passages(answers):
    unanswerable = [answer for question, answer in answers if not question["answers"]]
    assert unanswerable
    abstained = [answer for answer in unanswerable if answer.abstained]
    assert len(abstained) / len(unanswerable) >= 0.6
    for answer in abstained:
        assert answer.citations == ()
        assert answer.sentences == ()
        assert answer.text
        assert answer.reason
        assert answer.passages


def test_a_citation_of_a_pdf_has_boxes_on_its_page(sample_library, answers):
    boxes = [
        (citation, box)
        for _, answer in answers
        for citation in answer.citations
        if citation.source.endswith(".pdf")
        for box in citation.boxes
    ]
    assert boxes
    for citation, box in boxes:
        page = sample_library.store.page(citation.document_id, box.page)
        assert 0 <= box.left < box.right <= page.width
        assert 0 <= box.top < box.bottom <= page.height
    png = sample_library.page_image(boxes[0][0].document_id, boxes[0][1].page, [boxes[0][1]])
    assert png.startswith(b"\x89PNG")


def test_the_same_question_gets_the_same_answer(sample_library, questions):
    first, second = (sample_library.ask(questions[0]["question"], use_cache=False) for _ in range(2))
    assert first.text == second.text
    assert first.citations == second.citations
    assert first.confidence == second.confidence
    assert first.run_id != second.run_id


def test_an_answer_can_be_limited_to_documents(sample_library, questions):
    only = sample_library.documents()[0]
    passages = sample_library.search(questions[0]["question"], documents=[only.document_id])
    assert passages
    assert {passage.document_id for passage in passages} == {only.document_id}
    with pytest.raises(NotFoundError):
        sample_library.search("anything", documents=["no-such-document"])


def test_an_answer_leaves_a_run_record_that_tells_how_it_was_made(sample_library, questions):
    answer = sample_library.ask(questions[0]["question"])
    record = sample_library.run(answer.run_id)
    assert record.question == questions[0]["question"]
    assert record.answer["answer"] == answer.text
    assert record.settings["retrieval"]["top_k"] == sample_library.settings.retrieval.top_k
    assert record.timings
    assert "retrieve" in record.timings
    assert record.answer["passages"]
    json.dumps(record.settings)


def test_the_library_proves_its_invariants(sample_library):
    failed = [check for check in sample_library.check() if not check.ok]
    assert failed == []


def test_a_library_opened_again_answers_the_same(sample_library, questions):
    before = sample_library.ask(questions[0]["question"])
    with Library.open(settings=sample_library.settings, create=False) as again:
        after = again.ask(questions[0]["question"])
    assert (after.text, after.citations) == (before.text, before.citations)


def test_what_was_removed_is_never_cited_again(tmp_path):
    from ingest import ingest_paths
    from rag.settings import load_settings

    fact = tmp_path / "fact.txt"
    fact.write_text("The lighthouse of Brackwater was built in 1874 by Ada Holm.\n")
    other = tmp_path / "other.txt"
    other.write_text("The harbour office opens at nine and closes at five on weekdays.\n")
    settings = load_settings(overrides={"library": str(tmp_path / "library")}, environment={})
    with Library.open(settings=settings) as library:
        list(ingest_paths([fact, other], library.store, library.embedder, settings))
        question = "Who built the lighthouse of Brackwater?"
        assert "Ada Holm" in library.ask(question).text
        library.remove(["fact.txt"])
        answer = library.ask(question)
        sources = {Path(item.source).name for item in (*answer.citations, *answer.passages)}
        assert "fact.txt" not in sources
        assert "Ada Holm" not in answer.text


def test_langchain_can_use_the_library(sample_library, questions):
    retriever = sample_library.as_retriever()
    documents = retriever.invoke(questions[0]["question"])
    assert documents[0].page_content
    assert documents[0].metadata["document_id"]
    answer = sample_library.as_runnable().invoke(questions[0]["question"])
    assert answer["answer"] == sample_library.ask(questions[0]["question"]).text


def _plain(text):
    return " ".join(text.casefold().replace(",", "").split())
