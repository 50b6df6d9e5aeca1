from __future__ import annotations

import json

import pytest

from rag.errors import EmptyDocumentError


def test_each_value_stands_with_the_keys_that_lead_to_it(load, blocks) -> None:
    value = {
        "title": "Orders",
        "meta": {"made": {"by": "Ada", "tags": ["a", "b"]}, "none": None, "ok": True},
        "steps": [{"name": "dig", "tools": {"first": "spade"}}, 7],
    }
    document = load(json.dumps(value), "orders.json")
    assert document.title == "Orders"
    assert blocks(document) == [
        ("paragraph", "title: Orders"),
        ("heading2", "meta"),
        ("paragraph", "meta > made > by: Ada"),
        ("paragraph", "meta > made > tags: a, b"),
        ("paragraph", "meta > ok: true"),
        ("heading2", "steps"),
        ("paragraph", "steps > dig > name: dig"),
        ("paragraph", "steps > dig > tools > first: spade"),
        ("paragraph", "steps > 2: 7"),
    ]


def test_records_with_the_same_keys_are_a_table(load) -> None:
    value = [{"id": 1, "city": "Hull"}, {"id": 2, "city": "York"}]
    document = load(json.dumps(value), "a.json")
    assert document.text == "id\tcity\n1\tHull\n2\tYork"
    assert document.blocks[2].header.columns == ("id", "city")


def test_lines_are_entries_and_broken_ones_are_told(load, blocks) -> None:
    lines = [json.dumps({"name": f"n{i}", "at": {"city": "Hull"}}) for i in range(3)]
    document = load("\n".join([*lines, "{broken"]), "a.jsonl")
    assert document.media_type == "application/jsonl"
    assert ("paragraph", "n1 > at > city: Hull") in blocks(document)
    assert document.warnings == ("no valid JSON, left out: line 4",)


def test_a_long_list_has_pages(load) -> None:
    document = load(json.dumps([{"word": f"w{i}"} for i in range(2_500)]), "a.json")
    assert [page.label for page in document.pages][::2] == ["entries 1 to 1,000", "entries 2,001 to 2,500"]


def test_a_long_text_is_paragraphs_under_its_path(load, blocks) -> None:
    document = load(json.dumps({"a": {"b": "First.\n\nSecond."}}), "a.json")
    assert blocks(document)[1:] == [
        ("paragraph", "a > b:"),
        ("paragraph", "First."),
        ("paragraph", "Second."),
    ]


def test_what_is_no_json_is_read_as_text(load) -> None:
    document = load("{ // a comment\n  key: 1,\n}", "settings.json")
    assert "// a comment" in document.text
    assert "no valid JSON" in document.warnings[0]


def test_deep_nesting_is_no_danger(load) -> None:
    deep = "[" * 500 + '"pearl"' + "]" * 500
    assert "pearl" in load(deep, "a.json").text


def test_json_is_known_without_its_suffix(load) -> None:
    assert load('{"a": {"b": 1}}', "answer").media_type == "application/json"
    assert load('{"a": 1}\n{"a": 2}\n', "log").media_type == "application/jsonl"


@pytest.mark.parametrize("text", ["{}", "[]", "null"])
def test_json_without_a_value_is_refused(load, text: str) -> None:
    with pytest.raises(EmptyDocumentError):
        load(text, "a.json")
