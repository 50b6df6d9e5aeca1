"""Our own questions: every label can be true of the documents that stand beside it."""

import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from benchmarks.field_judge import FieldQuestion, Said, judge, read_field_set
from benchmarks.field_text import within, words
from benchmarks.fit_data import EVERYDAY, OWN_SETS
from ingest.loaders import load_document
from rag.settings import IngestSettings

FOLDER = EVERYDAY
QUESTIONS = read_field_set(FOLDER)
ANSWERED = [q for q in QUESTIONS if q.answers]
HELD_OUT = EVERYDAY.with_name("held_out")
OTHERS = [
    (folder, q) for folder in (*OWN_SETS, HELD_OUT) if folder != EVERYDAY for q in read_field_set(folder)
]


@cache
def text_words(case: str, name: str, folder: Path = FOLDER) -> list[str]:
    """What Citewell reads of a document, and what its bytes hold: a set must not wait for a loader."""
    path = folder / "files" / case / name
    raw = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            parts = [n for n in package.namelist() if n.endswith((".xml", ".xhtml"))]
            raw = b" ".join(package.read(part) for part in parts)
    shown = raw.decode("utf-8", "replace")
    kept = shown if name.endswith(".html") else re.sub(r"<[^<>]*>", " ", shown)
    return [*words(load_document(path, IngestSettings()).text), "|", *words(kept)]


def stands(question: FieldQuestion, string: str) -> bool:
    return any(within(words(string), text_words(question.case, name)) for name in question.documents)


def inferred(question: FieldQuestion) -> bool:
    """Whether the answer follows from the text without standing there: a yes, a count, a state of a box."""
    shaped = question.kind in ("check_box", "yes_no_premise", "compare", "count", "exact_phrase")
    return shaped or question.abstain_ok or bool({"yes", "no"} & set(question.answers))


def test_ids_and_questions_are_unique():
    assert len({q.question_id for q in QUESTIONS}) == len(QUESTIONS)
    asked = Counter((q.case, q.question, q.history) for q in QUESTIONS)
    assert asked.most_common(1)[0][1] == 1


def test_the_set_is_as_large_and_as_mixed_as_it_says():
    assert len(QUESTIONS) >= 420
    assert len({q.case for q in QUESTIONS}) >= 45
    without = sum(q.may_abstain for q in QUESTIONS)
    assert 0.2 <= without / len(QUESTIONS) <= 0.3
    assert sum(q.lang == "zh" for q in QUESTIONS) >= 60


def test_every_document_is_there_and_every_file_is_asked():
    named = {(q.case, name) for q in QUESTIONS for name in q.documents}
    files = {(p.parent.name, p.name) for p in (FOLDER / "files").rglob("*") if p.is_file()}
    assert named == files


@pytest.mark.parametrize("question", ANSWERED, ids=lambda q: q.question_id)
def test_an_answer_stands_in_the_documents(question):
    if not inferred(question):
        assert any(stands(question, string) for string in (*question.answers, *question.partly))


@pytest.mark.parametrize("question", ANSWERED, ids=lambda q: q.question_id)
def test_labels_do_not_contradict_each_other(question):
    """A bare accepted string is right, as text and as the short answer; the value of another never is."""
    named = " ".join(group[0] for group in question.names)
    best = question.short[0] if question.short else ""
    assert judge(question, Said(f"{question.answers[0]} {named}".strip(), short_text=best)) == "R"
    for string in question.must_not:
        assert not any(
            within(words(string), words(answer)) for answer in (*question.answers, *question.short)
        )
        assert judge(question, Said(string, short_text=string)) in "WF"


@pytest.mark.parametrize("question", ANSWERED, ids=lambda q: q.question_id)
def test_values_of_others_are_values_of_the_case(question):
    if question.kind == "superscript":  # there it is the number that a flattened power makes
        return
    files = [p.name for p in (FOLDER / "files" / question.case).iterdir()]
    for string in question.must_not:
        assert any(within(words(string), text_words(question.case, name)) for name in files), string


def test_ids_of_all_sets_are_unique():
    ids = [q.question_id for q in [*QUESTIONS, *(q for _, q in OTHERS)]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("folder", "question"), OTHERS, ids=[q.question_id for _, q in OTHERS])
def test_what_another_hand_wrote_can_be_answered(folder, question):
    """The documents are there, an accepted string is right, and one stands in them where it can."""
    held = [text_words(question.case, name, folder) for name in question.documents]
    if not question.answers:
        return
    named = " ".join(group[0] for group in question.names)
    assert judge(question, Said(f"{question.answers[0]} {named}".strip())) == "R"
    follows = inferred(question) or question.answers_all or question.kind == "cross_language"
    found = any(within(words(a), text) for a in (*question.answers, *question.partly) for text in held)
    assert follows or found or not held


def test_what_only_measures_is_not_fitted_on():
    assert HELD_OUT.is_dir()
    assert HELD_OUT not in OWN_SETS
