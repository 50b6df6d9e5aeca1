"""Texts that say the same about a question, and those that only seem to."""

from __future__ import annotations

import pytest

from rag.text import content_words, parted_sayings, said

QUESTION = "Who is the operator of the crane at the north quay?"
ASKED = frozenset(content_words(QUESTION))


def parted(texts: list[str], count: int = 99) -> tuple[list[int], list[int]]:
    return parted_sayings(((i, said(text, ASKED)) for i, text in enumerate(texts)), count)


@pytest.mark.parametrize(
    "other",
    [
        "The operator of the crane at the north quay is Adam Brook.",
        "The operator of the crane at the north quay is not Eve Marlow.",
        "The operator of the crane at the north quay is Eve Brook.",
        "The operator of the crane at the north quay is Eve Marlow until 2031.",
        "Eve Marlow, trained at the yard of Belk, runs the crane with Otto Kranz and two apprentices.",
    ],
)
def test_what_says_otherwise_or_more_keeps_its_place(other: str) -> None:
    texts = ["Eve Marlow operates the crane.", "The crane's operator is Eve Marlow.", "Operator: Eve Marlow."]
    assert parted([*texts, "The north quay crane is now run by Eve Marlow.", other])[0][-1] == 4


def test_what_says_the_same_in_other_words_comes_last() -> None:
    texts = ["Eve Marlow operates it.", "Operator: Eve Marlow.", "It is Eve Marlow.", "Now it is Eve Marlow."]
    assert parted([*texts, "It is Adam Brook."]) == ([0, 1, 2, 4], [3])
    assert parted([*texts, "It is Adam Brook."], 4) == ([0, 1, 2, 4], [3])


def test_the_same_under_another_name_that_is_asked_for_keeps_its_place() -> None:
    saying = "The operator is appointed by the board."
    texts = [(i, said(saying, ASKED, place)) for i, place in enumerate(("A", "B", "C", "D", "North quay"))]
    assert parted_sayings(texts, 99) == ([0, 1, 2, 4], [3])
    assert parted_sayings(texts, 99, most_copies=1) == ([0, 4], [1, 2, 3])


def test_what_has_no_words_of_its_own_repeats_only_its_copies() -> None:
    assert parted(["The crane.", "Quay.", "North.", "Operator.", "The north quay."])[1] == []
