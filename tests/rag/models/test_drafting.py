from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.models.lookup_decoding import PromptLookup

QUOTED = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]


def lookup(tokens: list[int], longest: int = 15) -> PromptLookup:
    made = PromptLookup(longest)
    made.extend(tokens)
    return made


def test_what_followed_the_same_words_is_proposed() -> None:
    assert lookup([*QUOTED, 1, 2, 5, 6, 7]).propose(50) == [8, 9, 10, 11, 12, 13]


def test_a_longer_match_is_worth_a_longer_proposal() -> None:
    short, long = lookup([*QUOTED, 1, 5, 6]), lookup([*QUOTED, 1, 5, 6, 7, 8])
    assert len(short.propose(50)) < len(long.propose(50))


def test_the_longest_match_wins_over_the_latest() -> None:
    assert lookup([1, 2, 3, 4, 50, 9, 3, 4, 60, 1, 2, 3, 4]).propose(1) == [50]


def test_a_single_word_is_no_match() -> None:
    assert lookup([5, 6, 7, 8, 1, 7]).propose(10) == []


def test_what_is_refused_time_and_again_is_not_proposed_until_later() -> None:
    made = lookup([*QUOTED, 1, 5, 6])
    refusals = 0
    while made.propose(10):
        made.judged(0)
        refusals += 1
    assert 1 < refusals < 10
    waited = 0
    while not made.propose(10):
        waited += 1
    assert waited < 20


def test_a_long_match_is_proposed_also_after_refusals() -> None:
    made = lookup([*QUOTED, 1, 5, 6])
    for _ in range(10):
        made.judged(0)
    made.extend(QUOTED[2:12])
    assert made.propose(3) == QUOTED[12:15]


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 6), st.integers(-2, 8))
def test_a_proposal_is_a_piece_of_the_text_after_its_last_words(
    tokens: list[int], longest: int, room: int
) -> None:
    proposed = lookup(tokens, longest).propose(room)
    assert len(proposed) <= max(0, min(longest, room))
    if proposed:
        wanted = [*tokens[-2:], *proposed]
        assert any(tokens[start : start + len(wanted)] == wanted for start in range(len(tokens)))
