import pytest

from rag.schema import DocumentInfo
from ui.app.components.welcome import sample_files, sample_questions


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
