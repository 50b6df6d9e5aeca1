from dataclasses import replace

import pytest

from rag.library import Library
from rag.schema import DocumentInfo
from ui.app.components.welcome import asked_before, sample_files, sample_questions


def _documents(names):
    return [DocumentInfo(name, name, "", "text/plain", "", "en", 1, 1, 1, "") for name in names]


def test_samples_lie_where_the_app_looks_for_them():
    assert len(sample_files()) >= 5
    assert {file.parent.name for file in sample_files()} == {"documents"}


@pytest.mark.parametrize("chinese", [False, True])
def test_questions_are_offered_when_all_samples_are_there(chinese):
    names = [file.name for file in sample_files()]
    questions = sample_questions(_documents(names), chinese=chinese)
    assert questions
    assert len(questions) <= 4
    assert all(("?" in question) != chinese for question in questions)
    assert sample_questions(_documents(names[1:]), chinese=chinese) == []


def _surely(run, **changes):
    return replace(
        run, **{**changes, "answer": {**run.answer, "confidence": 0.9, **changes.get("answer", {})}}
    )


def test_questions_that_were_answered_surely_are_offered_again_while_their_documents_are_there(
    library_path, hashed
):
    with Library.open(library_path) as library:
        library.ask("How much did the boathouse roof repair cost?")
        library.ask("How is the cabinet painted?")
        cabinet, roof = library.runs()
        documents = library.documents()
    assert asked_before([_surely(cabinet), _surely(roof)], documents) == [cabinet.question, roof.question]
    assert asked_before([_surely(roof), _surely(roof, question=roof.question.upper())], documents) == [
        roof.question
    ]
    without_report = [document for document in documents if not document.source.endswith("report.pdf")]
    assert asked_before([_surely(cabinet), _surely(roof)], without_report) == [cabinet.question]
    for unfit in ({"confidence": 0.5}, {"abstained": True}, {"understood": "the roof"}, {"citations": []}):
        assert asked_before([_surely(roof, answer=unfit)], documents) == []
