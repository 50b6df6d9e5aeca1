"""Questions in the forms that files have."""

import json

import pytest

from rag.errors import UsageError
from rag.evaluation.questions import read_answer_set, read_questions


def write(path, *rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def one(tmp_path, **fields):
    return read_questions(write(tmp_path / "q.jsonl", {"question": "When?", **fields}))[0]


def test_a_plain_line(tmp_path):
    found = one(tmp_path, id=7, answers=["1884", "in 1884"], documents=["mill.pdf"])
    assert (found.question_id, found.answers, found.answerable) == ("7", ("1884", "in 1884"), True)
    assert (found.language, found.gold.documents, found.gold.level) == ("en", ("mill.pdf",), "document")


@pytest.mark.parametrize(
    ("fields", "answerable"),
    [({"answers": []}, False), ({"answers": ["x"]}, True), ({"answers": [], "answerable": True}, True)],
)
def test_no_answers_mean_that_there_is_none_unless_said(tmp_path, fields, answerable):
    assert one(tmp_path, **fields).answerable is answerable


@pytest.mark.parametrize(
    ("fields", "level", "sentences"),
    [
        ({"gold_sentences": [["One.", "Two."], ["Two."]]}, "sentence", (("One.", "Two."), ("Two.",))),
        ({"gold_sentences": ["One."]}, "sentence", (("One.",),)),
        ({"quotes": ["One."]}, "sentence", (("One.",),)),
        ({"gold_spans": [{"content": "One.", "start_index": 3, "end_index": 7}]}, "sentence", (("One.",),)),
        ({"pages": [["a.pdf", 3]]}, "page", ()),
        ({"gold_doc_ids": ["a"]}, "document", ()),
        ({}, "", ()),
    ],
)
def test_gold_is_known_as_finely_as_the_line_tells(tmp_path, fields, level, sentences):
    gold = one(tmp_path, **fields).gold
    assert (gold.level, gold.sentences) == (level, sentences)


def test_pages_count_from_one_and_gold_pages_from_where_is_said(tmp_path):
    path = write(tmp_path / "q.jsonl", {"question": "When?", "gold_pages": [["a", 3]], "pages": [["b", 3]]})
    assert read_questions(path)[0].gold.pages == (("b", 3), ("a", 4))
    assert read_questions(path, first_page=1)[0].gold.pages == (("b", 3), ("a", 3))
    assert read_questions(path)[0].gold.documents == ("b", "a")


def test_synonyms_in_groups_are_one_list(tmp_path):
    assert one(tmp_path, answers=[["Tampa", "Tampa, Florida"], "Raymond James Stadium"]).answers == (
        "Tampa",
        "Tampa, Florida",
        "Raymond James Stadium",
    )


def test_facts_and_offsets_point_into_the_collection_beside_the_file(tmp_path):
    text = "The mill stands by the weir. It was built in 1884. It burnt down twice."
    write(tmp_path / "corpus.jsonl", {"_id": "mill", "title": "Mill", "text": text})
    write(
        tmp_path / "questions.jsonl",
        {"id": "a", "question": "When?", "answers": ["1884"], "supporting_facts": [["mill", 1], ["gone", 0]]},
        {"id": "b", "question": "?", "answers": ["1884"], "gold_doc_ids": ["mill"], "answer_start": [46]},
        {"id": "c", "question": "Why?", "answers": [], "related_doc_ids": ["mill"]},
    )
    facts, offsets, none = read_answer_set(tmp_path).questions
    assert facts.gold.sentences == offsets.gold.sentences == (("It was built in 1884.",),)
    assert (none.answerable, none.gold.documents, none.near_documents) == (False, (), ("mill",))


def test_given_passages_are_the_lines_own_or_the_gold_ones(tmp_path):
    write(tmp_path / "corpus.jsonl", {"_id": "mill", "title": "Mill", "text": "Built in 1884."})
    write(
        tmp_path / "questions.jsonl",
        {"question": "When?", "answers": ["1884"], "gold_doc_ids": ["mill"]},
        {"question": "When?", "answers": ["9"], "passages": ["At nine.", {"text": "At ten.", "title": "T"}]},
    )
    gold, own = read_answer_set(tmp_path).with_given_passages().questions
    assert [(p.source, p.text) for p in gold.passages] == [("mill", "Built in 1884.")]
    assert [(p.title, p.text) for p in own.passages] == [("", "At nine."), ("T", "At ten.")]
    assert len({p.document_id for p in own.passages}) == 2


def test_a_question_without_passages_is_named(tmp_path):
    path = write(tmp_path / "q.jsonl", {"id": "q9", "question": "When?", "answers": ["1884"]})
    with pytest.raises(UsageError, match="'q9' comes without passages"):
        read_answer_set(path).with_given_passages()


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "holds no question"),
        ("{", "line 1: not JSON"),
        ("What is the rent?", "line 1: not JSON, but 'What is the rent.*: write an object a line, such as"),
        ('["What is the rent?"]', 'such as {"id": "q1", "question"'),
        ('{"id": 1}', "line 1: must be an object with a `question`"),
        ('{"question": "a", "id": 1}\n{"question": "b", "id": 1}', "line 2: id '1' is in line 1 already"),
        ('{"question": "a", "pages": [["x"]]}', "line 1: a field is not of its form"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, lines, says):
    path = tmp_path / "q.jsonl"
    path.write_text(lines)
    with pytest.raises(UsageError, match=says):
        read_questions(path)


def test_a_sample_is_the_same_each_time_and_keeps_the_order(tmp_path):
    path = write(tmp_path / "q.jsonl", *({"id": i, "question": f"{i}?", "answers": ["x"]} for i in range(50)))
    asked = read_answer_set(path)
    ids = [int(question.question_id) for question in asked.limited(10).questions]
    assert ids == sorted(ids) == [int(q.question_id) for q in asked.limited(10).questions]
    assert len(set(ids)) == 10
    assert asked.limited(99).questions == asked.questions


def test_an_empty_question_is_passed_over_and_told(tmp_path, caplog):
    path = write(tmp_path / "q.jsonl", {"id": 1, "question": ""}, {"id": 2, "question": "When?"})
    assert [question.question_id for question in read_questions(path)] == ["2"]
    assert "line 1: passed over" in caplog.text
