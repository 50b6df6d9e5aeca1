from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import context_line, embedding_text, text_hash


@pytest.mark.parametrize(
    ("title", "headings", "expected"),
    [
        ("Report", ("Part I", "Item 1"), "Report > Part I > Item 1"),
        ("Report", (), "Report"),
        ("", ("Part I",), "Part I"),
        ("Report", ("Report", "Item 1", ""), "Report > Item 1"),
        ("", (), ""),
    ],
)
def test_the_context_line_names_each_level_once(title: str, headings: tuple[str, ...], expected: str) -> None:
    assert context_line(title, headings) == expected


def test_the_embedded_text_has_its_context_in_front() -> None:
    assert embedding_text("Report", ("Item 1",), "  text\n") == "Report > Item 1\ntext"
    assert embedding_text("", (), " text ") == "text"


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_hashes_name_texts(one: str, other: str) -> None:
    assert len(text_hash(one)) == 16
    assert (text_hash(one) == text_hash(other)) == (one == other)
