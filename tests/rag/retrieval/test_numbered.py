"""What begins with the number that is asked for is found among all that only hold it."""

from __future__ import annotations

from itertools import accumulate

import pytest

from rag.retrieval import HybridRetriever
from rag.retrieval.numbered import Label, asked_labels, missing_labels, opens
from rag.schema import Chunk
from rag.settings import RetrievalSettings
from tests.fakes import add_to_store, document


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("What does clause 3.2 require?", ["clause 3.2"]),
        ("Which losses does Annex 4b list, and which Rule IV?", ["annex 4b", "rule IV"]),
        ("How many members joined in 2017?", []),
        ("Who paid for 3 lamps?", []),
        ("How is pump 940-0024D wired?", []),
        ("第八条是什么内容？", ["第八条"]),
        ("What is said in 1.2?", ["1.2"]),
        ("How far is it at a speed of 3.5 knots?", []),
    ],
)
def test_labels_are_a_word_with_a_number(question: str, labels: list[str]) -> None:
    assert [label.text for label in asked_labels(question)] == labels


def test_a_heading_may_leave_the_word_out_and_a_longer_number_is_another() -> None:
    section = Label("section", "4.1")
    assert opens(section, ["4.1 Frost"], "Cover the pipes.")
    assert not opens(section, ["4.10 Heat"], "Section 4.10 speaks of heat.")
    assert not opens(section, ["4 Weather"], "as section 4.1 says")
    assert not opens(Label("lamp", "4"), ["4 Weather"], "Rain")
    assert opens(Label("table", "3"), ["Results"], "Here it is.\nTable 3: Yields of rye")


def test_a_clause_is_a_line_that_begins_with_its_number() -> None:
    assert opens(Label("clause", "2.3"), ["Lease"], "2.2. It is paid in May.\n2.3. Late payment costs more.")
    assert not opens(Label("clause", "2.3"), ["Lease"], "The rent is\n2.31 pounds")
    assert opens(Label("", "第八条"), [], "第八条出租人")


def test_a_clause_that_is_not_there_is_told_beside_its_neighbours() -> None:
    lease = ["3.1 The rent is due in May.\n3.2 It is paid at the gate."]
    assert missing_labels("What does clause 3.4 say?", lease) == ["3.4"]
    assert missing_labels("What does clause 3.2 say?", lease) == []
    assert missing_labels("What does clause 7.1 say?", lease) == []


def test_the_part_that_is_asked_for_comes_first(store, embedder) -> None:
    """Every part of the rules speaks of rule 7; one is rule 7, in other words than the question's."""
    parts = [
        f"Rule {n}. {text} See rule 7 of the boat club for the rest of it; rule 7 says more of rule {n}.\n"
        for n, text in enumerate(
            (
                "Oars are hung up wet side down.",
                "The gate is locked at dusk.",
                "Guests sign the book.",
                "Boats are washed with fresh water.",
                "Children wear vests.",
                "Fees fall due in March.",
            ),
            1,
        )
    ]
    parts.append("Rule 7. Whoever sails after sunset carries a lamp.\n")
    ends = list(accumulate(map(len, parts)))
    spans = enumerate(zip([0, *ends], ends, strict=False))
    chunks = [Chunk(ordinal, start, end, 1, 1) for ordinal, (start, end) in spans]
    add_to_store(store, document("".join(parts), source="rules.txt"), embedder, chunks)
    retriever = HybridRetriever(store, embedder, RetrievalSettings())
    found = retriever.retrieve("What does rule 7 of the boat club say?").passages
    assert found[0].text.startswith("Rule 7. Whoever")


def test_a_paragraph_is_a_line_that_begins_with_its_number_and_a_stop() -> None:
    (label,) = asked_labels("What does paragraph 10 of the judgment order?")
    assert opens(label, [], "10. The fence is mended.")
    assert opens(label, [], "The court orders:\n10) The fence is mended.")
    assert not opens(label, [], "10 metres of fence were broken.")
    assert not opens(label, [], "110. The fence is mended.")
    (bus,) = asked_labels("Where does line 10 stop?")
    assert not opens(bus, [], "10. The fence is mended.")


def test_a_heading_with_the_number_alone_is_less_sure() -> None:
    (label,) = asked_labels("What does article 7 say?")
    assert opens(label, ["7 Cleaning"], "The cloths are boiled.")
    assert not opens(label, ["7 Cleaning"], "The cloths are boiled.", surely=True)
    assert opens(label, ["Article 7 Cleaning"], "The cloths are boiled.", surely=True)
    assert opens(label, [], "7. The cloths are boiled.", surely=True)
