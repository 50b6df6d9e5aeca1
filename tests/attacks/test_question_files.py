"""Files of lines from others (questions, judgements, examples): a wrong line is told, whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import CitewellError
from rag.evaluation import read_answer_set, read_judged
from rag.evaluation.datasets import read_pages, read_spans
from rag.evaluation.labelled_questions import load_labelled
from rag.evaluation.questions import read_entries
from rag.examples.pool import load_pool
from ui.cli import question_files

LINES = {
    "lists without end": "[" * 100_000,
    "objects without end": '{"question":' * 100_000,
    "lists under a key without end": '{"id":' + "[" * 100_000,
    "answers in lists": '{"question":"a","answers":' + "[" * 900 + "]" * 900 + "}",
    "a number of thousands of digits": '{"question":"a","id":' + "7" * 10_000 + "}",
    "an exponent without end": '{"question":"a","id":1e999999999}',
    "nothing": "{}",
    "null": "null",
    "text": '"text"',
    "numbers for texts": '{"question":1,"id":2,"answers":3,"text":4,"label":5}',
    "null for all": '{"question":null,"id":null,"answers":null,"text":null,"label":null}',
    "half a character": '{"question":"\\ud800","id":"\\udfff","answers":["\\ud800"]}',
    "zeros": "\0" * 1_000,
    "a line without end": "{" + "x" * 1_000_000,
}


def opened_and_closed(path: Path) -> None:
    with question_files.AnswerFile(path):
        pass


READERS: dict[str, Callable[[Path], object]] = {
    "questions": read_answer_set,
    "passages": read_entries,
    "judgements": read_judged,
    "questions to ask": question_files.read_questions,
    "answers given": opened_and_closed,
    "labelled": load_labelled,
    "spans": read_spans,
    "pages": read_pages,
    "examples": lambda path: load_pool(str(path)),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("line", LINES)
def test_a_line_of_any_kind_is_read_or_told(reader: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f"{LINES[line]}\n{LINES[line]}\n", "utf-8")
    told = ""
    try:
        READERS[reader](path)
    except CitewellError as error:
        told = str(error)
    assert not told or (str(path) in told and len(told) < 1_000)
