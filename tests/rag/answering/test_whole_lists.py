"""A list or a procedure that is asked for is told from its first item to its last."""

from __future__ import annotations

import pytest

from rag.answering.events import SentenceReady
from rag.answering.quoting import quote
from rag.answering.understanding import Kind
from rag.answering.whole_lists import with_whole_lists
from rag.reading import CitationBook, PassageSource, Selection, quotable_units, read_question
from rag.reading.evidence import Evidence
from rag.schema import Heading, Passage

_STEPS = (
    "1. Close the tap.",
    "2. Turn the lid left. It sticks at first.",
    "3. Lift the sieve.",
    "4. Rinse it.",
)


def _passage(*blocks: str, heading: str = "") -> Passage:
    text = "\n\n".join([*filter(None, [heading]), *blocks])
    outline = (Heading(0, len(heading), 1, heading),) if heading else ()
    return Passage("d", "pump.md", "Pump", 1, 0, len(text), text, 1.0, outline=outline)


def _told(kind: str, passage: Passage, *starts: str) -> list[str]:
    units = quotable_units([passage])
    told = [unit for start in starts for unit in units if unit.text.startswith(start)]
    assert len(told) == len(starts)
    return [unit.text for line in with_whole_lists(kind, told, [passage]) for unit in line]


@pytest.mark.parametrize("kind", [Kind.HOW_TO, Kind.LIST])
@pytest.mark.parametrize("found", ["1. Close", "It sticks", "4. Rinse"])
def test_all_steps_are_told_in_order(kind: Kind, found: str) -> None:
    told = _told(kind.value, _passage("The sieve clogs.", *_STEPS, "Call us if it does not help."), found)
    assert " ".join(told) == " ".join(_STEPS)


@pytest.mark.parametrize("mark", ["- ", "• ", "(a) ", "A. ", "1 ", "1) "])
def test_marks_of_all_kinds_make_a_list(mark: str) -> None:
    marks = [
        mark.replace("1", str(i)).replace("a", "abc"[i - 1]).replace("A", "ABC"[i - 1]) for i in (1, 2, 3)
    ]
    items = [f"{own}{item}" for own, item in zip(marks, ("a torch", "a rope", "a map"), strict=True)]
    assert _told(Kind.LIST.value, _passage("Bring these:", *items, "The boat leaves at six."), items[1]) == [
        "Bring these:",
        *items,
    ]


def test_what_is_no_item_of_the_list_stays_outside() -> None:
    passage = _passage(*_STEPS, "1. Oil the hinge.", "2. Shut it.")
    assert _told(Kind.HOW_TO.value, passage, "2. Shut") == ["1. Oil the hinge.", "2. Shut it."]
    assert _told(Kind.HOW_TO.value, _passage("Turn it off.", "Wait.", *_STEPS), "Wait.") == ["Wait."]


def test_the_way_beside_a_sentence_is_told_where_its_heading_has_no_other() -> None:
    before = _passage("The sieve clogs.", *_STEPS, "Call us if it leaks.", heading="Cleaning")
    assert " ".join(_told(Kind.HOW_TO.value, before, "The sieve")) == " ".join(("The sieve clogs.", *_STEPS))
    assert " ".join(_told(Kind.HOW_TO.value, before, "Call us")) == " ".join(
        (*_STEPS, "Call us if it leaks.")
    )
    assert _told(Kind.LIST.value, before, "The sieve") == ["The sieve clogs."]
    two = _passage("The sieve clogs.", *_STEPS, "Then:", "1. Oil it.", "2. Shut it.", heading="Cleaning")
    assert _told(Kind.HOW_TO.value, two, "The sieve") == ["The sieve clogs."]


def test_each_item_starts_a_line() -> None:
    passage = _passage("The sieve clogs.", "Mind the lid.", *_STEPS, "Call us.", "Or write.")
    by_text = {unit.text: unit for unit in quotable_units([passage])}
    told = [by_text[text] for text in ("The sieve clogs.", "Mind the lid.", "3. Lift the sieve.", "Call us.")]
    lines = with_whole_lists(Kind.HOW_TO.value, [*told, by_text["Or write."]], [passage])
    assert [" ".join(unit.text for unit in line) for line in lines] == [
        "The sieve clogs. Mind the lid.",
        *_STEPS,
        "Call us. Or write.",
    ]
    assert with_whole_lists(Kind.HOW_TO.value, [], [passage]) == []


def test_another_question_gets_the_item_alone() -> None:
    assert _told(Kind.LOOKUP.value, _passage(*_STEPS), "3. Lift") == ["3. Lift the sieve."]


def test_pieces_of_a_sentence_are_told_together() -> None:
    pieces = ("Ring the harbour if", "the mast leans,", "water comes in,", "you smell gas.")
    passage = _passage(*pieces, "In all other cases send a letter.", heading="Emergencies")
    assert _told(Kind.LOOKUP.value, passage, "Ring", "water") == list(pieces)
    assert _told(Kind.LOOKUP.value, passage, "water") == ["water comes in,"]
    things = ("On board there must be", "a torch,", "a rope of ten metres,", "an anchor.")
    assert _told(Kind.LOOKUP.value, _passage(*things), "On board", "an anchor") == list(things)


def test_long_lists_and_numbered_paragraphs_are_left() -> None:
    many = [f"{i}. Item number {i}." for i in range(1, 18)]
    assert _told(Kind.LIST.value, _passage(*many), "5. Item") == ["5. Item number 5."]
    law = [f"{i}. " + "The parties agree on this at length, as they always have. " * 6 for i in (1, 2, 3)]
    assert _told(Kind.LIST.value, _passage(*law), "2. The") == [
        "2. The parties agree on this at length, as they always have."
    ]


def test_a_heading_is_told_once() -> None:
    passage = _passage(*_STEPS, heading="Cleaning the sieve")
    units = quotable_units([passage])
    ranked = tuple(Evidence(unit, 1.0, {}, 0.9 if "Lift" in unit.text else 0.0) for unit in units)
    chosen = tuple(evidence for evidence in ranked if evidence.is_chosen)
    question = read_question("How do I clean the sieve?")
    selection = Selection(question, ranked, chosen, 1.0, len(units))
    book = CitationBook(PassageSource([passage]), {"d": "pump.md"})
    told = [
        e.sentence.text for e in quote(selection, book, "how_to", [passage]) if isinstance(e, SentenceReady)
    ]
    assert told[0] == "Cleaning the sieve: 1. Close the tap."
    assert not any("Cleaning" in text for text in told[1:])
    assert len(book.citations) == len(told) == 5
