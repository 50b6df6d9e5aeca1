"""A quote holds word for word or not at all; what is nearest is told with what differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.quote_check import LONGEST_QUOTE, check_quote

TEXT = (
    "The roof\n\nThe repair cost £186,400.\nThe Roof Appeal, which the friends of\nthe library opened in "
    "2023, brought £171,000; the rest came from “the reserve” – all of it.\n\n"
    "图书馆每天\n开放到九点。\n\nPump P-17 is red."
)
APPEAL = "the library opened in 2023, brought £171,000; the rest came from “the reserve” – all of it."
WORDS = ("a", "b1", "1,200", "P-17", "图", "书", "x.", "“y”")


@pytest.mark.parametrize(
    ("quote", "held", "exact"),
    [
        ("The repair cost £186,400.", "The repair cost £186,400.", True),
        ("“The repair cost £186,400.”", "The repair cost £186,400.", True),
        ("the friends of the library opened", "the friends of\nthe library opened", False),
        ('from "the reserve" - all', "from “the reserve” – all", False),
        ("图书馆每天开放到九点", "图书馆每天\n开放到九点", False),
        ("每天", "每天", True),
        ("P-17 is red", "P-17 is red", True),
    ],
)
def test_a_quote_is_found_at_its_place(quote: str, held: str, exact: bool) -> None:
    found = check_quote(quote, TEXT)
    assert [TEXT[place.start : place.end] for place in found.places] == [held]
    assert found.exact is exact
    assert (found.nearest, found.differences) == (None, ())


@pytest.mark.parametrize(
    ("quote", "differences"),
    [
        ("The repair cost £168,400.", [("168,400", "186,400")]),
        ("The repair of the roof did cost £186,400.", [("of the roof did", "")]),
        ("brought £171,000; the remainder came from", [("remainder", "rest")]),
        ("图书馆每天开放到十点", [("十", "九")]),
        ("The repair cost £186", [("186", "186,400.")]),
        ("17 is red", [("17", "Pump P-17")]),
        ("the repair cost £186,400.", [("the", "The")]),
    ],
)
def test_of_another_wording_the_difference_is_told(quote: str, differences: list[tuple[str, str]]) -> None:
    found = check_quote(quote, TEXT)
    assert found.places == ()
    assert found.nearest is not None
    assert [tuple(difference) for difference in found.differences] == differences


def test_the_nearest_text_is_whole_sentences() -> None:
    found = check_quote("brought £172,000; the rest", TEXT)
    assert found.nearest is not None
    told = TEXT[found.nearest.start : found.nearest.end]
    assert (
        told == "the library opened in 2023, brought £171,000; the rest came from “the reserve” – all of it."
    )


def test_of_many_lines_alike_the_one_with_the_rare_word_is_nearest() -> None:
    lines = [f"Line {number} of the register names berth {number * 7}." for number in range(300)]
    found = check_quote("Line 150 of the register names berth 1051.", "\n".join(lines))
    assert found.nearest is not None
    assert "\n".join(lines)[slice(*found.nearest)] == lines[150]
    assert found.differences == (("1051", "1050"),)


def test_what_is_not_there_at_all_has_nothing_near() -> None:
    assert check_quote("Quantum chromodynamics describes gluons", TEXT).nearest is None
    assert check_quote("anything", "").nearest is None


def test_every_place_is_told_up_to_twenty() -> None:
    assert len(check_quote("tide", "tide tides " * 30).places) == 20
    assert [place.start for place in check_quote("tide", "tide, tides, tide").places] == [0, 13]


@pytest.mark.parametrize("quote", ["", "…", "a" * (LONGEST_QUOTE + 1)])
def test_what_is_no_quote_is_refused(quote: str) -> None:
    with pytest.raises(ValueError, match="a quote has words"):
        check_quote(quote, TEXT)


@given(st.lists(st.sampled_from(WORDS), min_size=1), st.data())
def test_whole_words_are_found_however_they_are_spaced(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    text = "\n ".join(words)
    found = check_quote(" ".join(words[start:end]), text)
    assert found.places
    for place in found.places:
        assert "".join(text[place.start : place.end].split()) == "".join(words[start:end])


@given(st.text(max_size=200), st.text(min_size=1, max_size=60))
def test_any_text_and_any_quote_get_an_answer(text: str, quote: str) -> None:
    if not any(map(str.isalnum, quote)):
        return
    found = check_quote(quote, text)
    assert not (found.places and found.nearest)
    for place in (*found.places, *([found.nearest] if found.nearest else [])):
        assert 0 <= place.start < place.end <= len(text)
