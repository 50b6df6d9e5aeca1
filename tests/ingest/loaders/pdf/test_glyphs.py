from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.loaders.pdf.fallback import is_right_to_left, plain_page
from ingest.loaders.pdf.glyphs import normalised, unreadable_share
from ingest.loaders.pdf.page_writing import drops_hyphen, vocabulary


def codes(text: str) -> np.ndarray:
    return np.array([ord(character) for character in text], np.uint32)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("e\ufb03cient", "efficient"),
        ("cafe\u0301", "café"),
        ("\U0001d465 + \U0001d7cf", "x + 1"),
        ("a\u00a0b\u2003c", "a b c"),
        ("soft\u00ad\u200bware", "software"),
        ("\uf0b7 item", "• item"),
        ("\u2f00\u2f42", "一文"),
        ("\ufefb", "لا"),
        ("数据，（一）", "数据，（一）"),
        ("m² ½ ™", "m² ½ ™"),
        ("one\r\ntwo", "one\ntwo"),
        ("a\ue123\x05b", "a\ufffd\ufffdb"),
    ],
)
def test_what_is_written_for_a_glyph(written: str, read: str) -> None:
    assert normalised(codes(written))[0] == read


@given(st.lists(st.integers(0, 0x110010), max_size=60))
def test_each_character_knows_its_source(values: list[int]) -> None:
    text, sources = normalised(np.array(values, np.uint32))
    assert len(text) == len(sources)
    assert (np.diff(sources) >= 0).all()
    assert sources.size == 0 or (sources[0] >= 0 and sources[-1] < len(values))
    text.encode("utf-8")
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)


def test_unreadable_share() -> None:
    assert unreadable_share("a \ufffd\n") == 0.5
    assert unreadable_share(" ") == 0.0


def test_right_to_left() -> None:
    assert is_right_to_left("مرحبا بكم hello")
    assert is_right_to_left("שלום")
    assert not is_right_to_left("hello world, and only once مر")
    assert not is_right_to_left("")


@pytest.mark.parametrize(
    ("before", "after", "known", "drops"),
    [
        ("an infor", "mation desk", "", True),
        ("an infor", "mation", "the information is", True),
        ("the well", "being of", "for well-being and wellness", False),
        ("long", "term plans", "long and term", False),
        ("Anglo", "Saxon", "", False),
        ("ANNOUNCE", "MENT", "", True),
        ("10", "year", "", False),
        ("see p. ", "next", "", False),
        ("co", "operate", "co operate", True),
    ],
)
def test_hyphens(before: str, after: str, known: str, drops: bool) -> None:
    assert drops_hyphen(before, after, vocabulary([known])) is drops


def test_halves_of_words_are_no_words() -> None:
    assert vocabulary(["the infor\ufffemation and infor-\nmation desk"]) == {"the", "mation", "and", "desk"}


def test_pages_without_geometry_are_paragraphs() -> None:
    first = "This line is long enough to be one that was wrapped in a para-"
    second = "graph of several lines, as anyone can see who reads on."
    page = plain_page(f"{first}\n{second}\n\nNext.", frozenset())
    assert page.text == f"{first[:-1]}{second}\n\nNext."
    assert np.isnan(page.boxes).all()
    assert len(page.boxes) == len(page.text)
