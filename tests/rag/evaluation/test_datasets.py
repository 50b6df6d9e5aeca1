import json

import pytest

from rag.errors import UsageError
from rag.evaluation import read_beir, read_pages, read_spans


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "corpus.jsonl", [{"_id": "a", "title": "T", "text": "x"}, {"_id": "b", "text": "y"}])
    write(tmp_path / "queries.jsonl", [{"_id": "1", "text": "x?"}, {"_id": "2", "text": "never judged"}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\n")
    return tmp_path


def test_a_beir_folder_is_read_with_its_judged_questions(folder):
    found = read_beir(folder)
    assert [(entry.entry_id, entry.title, entry.text) for entry in found.corpus] == [
        ("a", "T", "x"),
        ("b", "", "y"),
    ]
    assert found.questions == {"1": "x?"}
    assert found.qrels == {"1": {"a": 2, "b": 0}}
    assert found.name == folder.name


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", "{", "line 1: not JSON"),
        ("corpus.jsonl", '{"id": "a"}', "no '_id'"),
        ("queries.jsonl", '{"_id": "1"}', "no 'text'"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\ta\n", "line 2"),
    ],
)
def test_a_bad_line_is_named(folder, name, text, message):
    (folder / name).write_text(text)
    with pytest.raises(UsageError, match=message):
        read_beir(folder)


def test_a_missing_file_says_what_a_set_is(tmp_path):
    with pytest.raises(UsageError, match=r"corpus\.jsonl, queries\.jsonl, qrels/test\.tsv"):
        read_beir(tmp_path)


def test_gold_pages_are_counted_from_one(tmp_path):
    write(tmp_path / "q.jsonl", [{"id": 1, "question": "?", "gold_pages": [["D", 0], ["D", 7]]}])
    assert read_pages(tmp_path / "q.jsonl")[0].pages == (("D", 1), ("D", 8))


def test_gold_spans_are_read(tmp_path):
    row = {
        "id": 1,
        "question": "?",
        "gold_doc_ids": ["D"],
        "gold_spans": [{"start_index": 3, "end_index": 9}],
    }
    write(tmp_path / "q.jsonl", [row])
    assert read_spans(tmp_path / "q.jsonl")[0].spans == ((3, 9),)
