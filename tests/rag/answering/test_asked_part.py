"""A part asked for by its number is told from its beginning, whatever shares more words with the question."""

from __future__ import annotations

import pytest

from rag.answering.asked_part import asks_only_for_a_part, of_asked_part
from rag.reading import Unit, quotable_units, read_question
from rag.schema import Heading, Passage

_PARTS = (
    ("2.1 Moorings", "A boat lies on its own buoy. The buoy bears its name."),
    (
        "2.2 Winter",
        "Masts are taken down. Covers are tied twice. Keys go to the warden. Batteries come ashore.",
    ),
)
_FAR = "The section that follows describes what this manual of the harbour says."


def _units() -> list[Unit]:
    text, outline = f"{_FAR}\n\n", []
    for heading, body in _PARTS:
        outline.append(Heading(len(text), len(text) + len(heading), 2, heading))
        text += f"{heading}\n\n{body}\n\n"
    passage = Passage("d", "harbour.md", "Harbour", 1, 0, len(text), text, 1.0, outline=tuple(outline))
    return quotable_units([passage])


def _told(question: str, *best: str) -> list[str]:
    units = _units()
    told = [unit for start in best for unit in units if unit.text.startswith(start)]
    assert len(told) == len(best)
    ranked = [*told, *(unit for unit in units if unit not in told)]
    return [unit.text for unit in of_asked_part(read_question(question), told, ranked)]


def test_a_part_is_told_from_its_beginning() -> None:
    expected = ["Masts are taken down.", "Covers are tied twice.", "Keys go to the warden."]
    assert _told("What does section 2.2 of the harbour manual describe?", "The section") == expected


def test_only_what_stands_in_the_part_stays_where_the_best_does() -> None:
    assert _told("What does section 2.2 say of keys?", "Keys", "A boat") == ["Keys go to the warden."]


def test_a_question_without_a_number_is_left_alone() -> None:
    assert _told("What is said of moorings?", "A boat") == ["A boat lies on its own buoy."]
    assert _told("What does section 7 say?", "A boat") == ["A boat lies on its own buoy."]


def test_an_item_of_a_part_is_told_by_its_letter() -> None:
    text = "§ 2 The board has two officers.\n\n(a) The chair leads.\n\n(b) The clerk writes.\n\n§ 3 Fees"
    units = quotable_units([Passage("d", "s.md", "Statutes", 1, 0, len(text), text, 1.0)])
    told = of_asked_part(read_question("What does § 2 (b) say?"), units[:1], units)
    assert [unit.text for unit in told] == ["(b) The clerk writes."]


def test_a_paragraph_that_its_number_opens_is_told_whole() -> None:
    law = "第七条 出资额由股东认缴。股东自公司成立之日起五年内缴足。\n\n第八条 股东可以用实物出资。"
    units = quotable_units([Passage("d", "law.md", "法", 1, 0, len(law), law, 1.0)])
    told = [unit.text for unit in of_asked_part(read_question("第七条规定几年之内缴齐？"), units[:1], units)]
    assert told == ["第七条 出资额由股东认缴。", "股东自公司成立之日起五年内缴足。"]


def test_what_is_merely_called_by_a_number_is_no_part() -> None:
    text = "Line 47 Harbourne to Stoke Lacey, winter.\n\nA day ticket costs 6.40 euros."
    units = quotable_units([Passage("d", "bus.md", "Bus", 1, 0, len(text), text, 1.0)])
    told = of_asked_part(read_question("line 47 day ticket"), units[1:], units)
    assert [unit.text for unit in told] == ["A day ticket costs 6.40 euros."]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does section 2.2 of the harbour manual describe?", True),
        ("what's section 2.2", True),
        ("What does section 2.3 of the harbour manual describe?", False),
        ("What does section 2.2 say of fees for strangers, dogs and bicycles?", False),
        ("Who signs section 2.2?", False),
        ("What does the harbour manual describe?", False),
    ],
)
def test_a_part_and_little_else_is_asked_for(question: str, expected: bool) -> None:
    found = asks_only_for_a_part(read_question(question), _units(), ["Harbour manual"])
    assert found is expected


def test_a_heading_is_no_part_of_what_is_told() -> None:
    assert not any(text.startswith("2.1") for text in _told("What does section 2.1 say?", "A boat", "2.1"))


def test_a_clause_is_told_with_its_parts_and_no_step_of_another_document() -> None:
    lease = (
        "3. Use of the boat\n\n3.1 It stays moored at night.\n\n3.2 No more than six sleep aboard.\n\n4. Law"
    )
    steps = "3. Heat it slowly.\n\n4. Let it cool."
    passages = [
        Passage(name, f"{name}.txt", name, 1, 0, len(text), text, 1.0)
        for name, text in (("kiln", steps), ("lease", lease))
    ]
    units = quotable_units(passages)
    question = read_question("What does clause 3 say?")
    told = of_asked_part(question, [units[0], units[2]], units)
    assert [unit.text for unit in told] == [
        "3. Use of the boat",
        "3.1 It stays moored at night.",
        "3.2 No more than six sleep aboard.",
    ]
    assert asks_only_for_a_part(question, units, [])
    assert asks_only_for_a_part(read_question("What does clause 3.2 say?"), units, [])
