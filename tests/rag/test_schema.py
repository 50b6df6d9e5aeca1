from __future__ import annotations

import dataclasses
import inspect

import pytest

import rag.errors
import rag.schema
from rag.schema import DocumentInfo
from tests.fakes import document


def test_the_public_words_are_all_exported() -> None:
    defined = {
        name
        for name, thing in vars(rag.schema).items()
        if inspect.isclass(thing) and thing.__module__.startswith("rag.schema.")
    }
    assert set(rag.schema.__all__) == defined | {
        "Leg",
        "METADATA",
        "PAGE_BREAK",
        "PROPERTIES",
        "TEXT_SOURCE",
        "source_name",
        "without_controls",
    }


def test_words_are_frozen_and_without_a_dict() -> None:
    for name in rag.schema.__all__:
        thing = getattr(rag.schema, name)
        if dataclasses.is_dataclass(thing):
            assert thing.__dataclass_params__.frozen, name
            assert hasattr(thing, "__slots__"), name


def test_a_document_is_named_by_its_source_and_its_bytes() -> None:
    one = document("text", "a.txt")
    assert one.document_id == document("text", "a.txt").document_id
    assert len(one.document_id) == 16
    assert one.document_id != document("text", "b.txt").document_id
    assert one.document_id != document("other", "a.txt").document_id
    assert len(document("text", "caf\udce9.txt").document_id) == 16


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/me/report.pdf", "report.pdf"),
        ("C:\\docs\\report.pdf", "report.pdf"),
        ("report.pdf", "report.pdf"),
        ("folder/", "folder"),
        ("/", "/"),
        ("archive.zip/inner/a.txt", "a.txt"),
    ],
)
def test_a_document_is_called_by_the_end_of_its_source(source: str, name: str) -> None:
    info = DocumentInfo("id", source, "sha", "text/plain", "t", "en", 1, 1, 1, "2026-01-01")
    assert info.name == name


def test_every_error_is_exported_and_in_the_tree_that_is_drawn() -> None:
    drawn = rag.errors.__doc__ or ""
    defined = [
        name
        for name, thing in vars(rag.errors).items()
        if inspect.isclass(thing) and issubclass(thing, rag.errors.CitewellError)
    ]
    assert sorted(defined) == sorted(rag.errors.__all__)
    for name in defined:
        assert name in drawn
        assert getattr(rag.errors, name).exit_code in (1, 2)
