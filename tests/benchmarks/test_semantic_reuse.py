"""The measurement of reuse counts what it says, on a few questions whose reuse is known."""

from __future__ import annotations

from benchmarks.semantic_reuse import Kept, Tally, measure


def kept(question: str, *answers: str) -> Kept:
    return Kept(question, frozenset(answers))


def measured(*group: Kept) -> tuple[Tally, list[str]]:
    shown: list[str] = []
    return measure(group, shown), shown


def test_a_wrong_reuse_is_counted_and_shown() -> None:
    tally, shown = measured(
        kept("Which boat did Ada sell before the storm of May?", "the Tern"),
        kept("Which boat did Ada sell before storm of May?", "the Gull"),
    )
    assert (tally.asked, tally.wrong, tally.right) == (2, 2, 0)
    assert (
        "Which boat did Ada sell before storm of May? <> Which boat did Ada sell before the storm of May?"
        in shown
    )


def test_equal_answers_and_own_copies_are_of_use() -> None:
    tally, shown = measured(
        kept("Which boat did Ada sell before the storm of May?", "the tern", "tern"),
        kept("Which boat did Ada sell before storm of the May?", "tern"),
        kept("Who mends the nets?", "Bo"),
    )
    assert (tally.asked, tally.wrong, tally.right) == (3, 0, 2)
    assert tally.copies_right > 0
    assert tally.copies_wrong == 0
    assert shown == []


def test_silence_is_not_given_again_but_an_answer_in_its_place_is_wrong() -> None:
    tally, _ = measured(
        kept("Which boat did Ada sell before the storm of May?", "the Tern"),
        kept("Which boat did Ada sell before storm of May?"),
    )
    assert (tally.wrong, tally.right) == (1, 0)
