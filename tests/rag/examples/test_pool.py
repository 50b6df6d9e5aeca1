import json
import re
from pathlib import Path

import pytest

from rag.errors import ConfigurationError
from rag.examples import as_fields, load_pool, parse_example
from rag.schema import Example


def write(path: Path, *lines: object) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), "utf-8")
    return str(path)


def test_reads_a_file_in_order_and_skips_blank_lines(tmp_path: Path) -> None:
    name = write(
        tmp_path / "pool.jsonl",
        {"example_id": "b", "question": "Q1", "answer": "A1", "passages": ["P"], "label": "date"},
        "",
        {"example_id": "a", "question": "Q2\u2028?", "answer": "A2"},
    )
    assert load_pool(name) == (
        Example("b", "Q1", "A1", ("P",), "date"),
        Example("a", "Q2\u2028?", "A2"),
    )


def test_an_example_without_an_id_is_named_by_its_content() -> None:
    fields = {"question": "Q", "answer": "A"}
    assert parse_example(fields).example_id == parse_example(dict(fields)).example_id != ""
    assert parse_example(fields).example_id != parse_example({**fields, "answer": "B"}).example_id


def test_fields_survive_a_round_trip() -> None:
    example = Example("a", "Q", "A", ("P1", "P2"), "table")
    assert parse_example(as_fields(example)) == example


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"question": "Q"', "line 2: not JSON at column"),
        ("[1]", "line 2: not a JSON object"),
        ('{"question": "Q"}', "line 2: 'answer' must be a text"),
        ('{"question": "  ", "answer": "A"}', "line 2: 'question' must be a text"),
        ('{"question": "Q", "answer": "A", "passages": "P"}', "line 2: 'passages' must be a list of texts"),
        ('{"question": "Q", "answer": "A", "label": 3}', "line 2: 'label' must be a text"),
        ('{"question": "Q", "answer": "A", "lable": "x"}', "line 2: unknown field 'lable'"),
        ('{"question": "Q", "answer": "A", "example_id": "a"}', "line 2: 'a' is in line 1 already"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    name = write(tmp_path / "pool.jsonl", {"example_id": "a", "question": "Q", "answer": "A"}, line)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        load_pool(name)


def test_an_unknown_pool_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no example pool 'defualt': choose one of .*default"):
        load_pool("defualt")


def test_a_missing_or_binary_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_pool(str(tmp_path / "absent.jsonl"))
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_pool(str(tmp_path / "binary.jsonl"))
