"""What differs between two documents: changed, added, removed, moved, and how much was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.answering.comparing.changes import Changes, changes_between, tell_changes
from rag.answering.comparing.named_sides import sides_of
from rag.answering.events import SentenceReady
from rag.reading import CitationBook
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

FIRST = """# Rules 1

## Quiet
Quiet is kept from ten at night. Drilling is allowed on weekdays only.

## Bicycles
Bicycles are kept in the cellar. Bicycles in the hallway are removed after a week.

## Laundry
A wash costs 2 euros.
"""
SECOND = """# Rules 2

## Quiet
Drilling is allowed on weekdays only. Quiet is kept from nine at night.

## Bicycles
Bicycles are kept in the cellar.

## Laundry
A wash costs 3 euros.

## Roof
Nobody may enter the roof.
"""
OTHER = """# Recipe 3

Knead flour, butter and sugar. Bake it at 180 degrees until it is golden. Serve the tart with cream.
"""
QUESTION = "What changed between rules 1 and rules 2?"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("changes")
    for name, text in (("rules-1.md", FIRST), ("rules-2.md", SECOND), ("recipe-3.md", OTHER)):
        (folder / name).write_text(text, "utf-8")
    settings = load_settings(environment={})
    with Store.open(folder / "library") as store:
        assert {r.status for r in ingest_paths([folder], store, HashingEmbedder(), settings)} == {"added"}
        yield store


def changes(store: Store, question: str = QUESTION, *asked: str) -> Changes | None:
    sides = sides_of(question, store.documents())
    assert sides is not None
    return changes_between(store, sides, frozenset(asked))


def told(found: Changes | None) -> list[tuple[str, str]]:
    assert found is not None
    return [(c.before.text if c.before else "", c.after.text if c.after else "") for c in found.changes]


def test_what_was_changed_removed_and_added_is_told_and_what_was_moved_is_not(store: Store) -> None:
    assert told(changes(store)) == [
        ("Quiet is kept from ten at night.", "Quiet is kept from nine at night."),
        ("Bicycles in the hallway are removed after a week.", ""),
        ("A wash costs 2 euros.", "A wash costs 3 euros."),
        ("", "Nobody may enter the roof."),
    ]


def test_only_changes_of_what_is_asked_for_are_told(store: Store) -> None:
    assert told(changes(store, QUESTION, "wash")) == [("A wash costs 2 euros.", "A wash costs 3 euros.")]
    assert changes(store, QUESTION, "dog") is None


def test_documents_with_little_in_common_are_not_compared(store: Store) -> None:
    assert changes(store, "What changed between rules 1 and recipe 3?") is None


def test_all_that_was_read_is_counted(store: Store) -> None:
    found = changes(store)
    assert found is not None
    assert (found.coverage.documents, found.coverage.read, found.coverage.of) == (2, 10, 10)
    assert [step.action for step in found.steps] == ["read", "read"]


def test_how_many_more_changes_there_are_is_said(store: Store) -> None:
    found = changes(store)
    assert found is not None
    many = replace(found, changes=found.changes * 3)
    *_, last = tell_changes(QUESTION, many, CitationBook(store, {}))
    assert isinstance(last, SentenceReady)
    assert last.sentence.text == "and 4 more."


def test_each_change_is_told_with_both_quotes_and_their_citations(store: Store) -> None:
    found = changes(store)
    assert found is not None
    telling = tell_changes(QUESTION, found, CitationBook(store, {}))
    try:
        while True:
            next(telling)
    except StopIteration as end:
        outcome = end.value
    assert outcome.sentences[0].text == (
        "Quiet: “Quiet is kept from ten at night.” → “Quiet is kept from nine at night.”"
    )
    assert outcome.sentences[1].text == (
        "Bicycles: only in rules 1: “Bicycles in the hallway are removed after a week.”"
    )
    assert outcome.table.columns == ("", "rules 1", "rules 2")
    quotes = {citation.number: citation.quote for citation in outcome.citations}
    for row, numbers in zip(outcome.table.rows, outcome.table.citations, strict=True):
        assert [quotes.get(number, "") for number in numbers[1:]] == list(row[1:])


def test_a_changed_word_or_number_alone_on_its_line_is_told(tmp_path: Path) -> None:
    for name, fee, door in (("fees-1", "12", "B"), ("fees-2", "15", "C")):
        text = f"# Fees\n\n## A day berth\n\n{fee}\n\n## The door\n\n{door}\n\nThe office opens at six.\n"
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    with Store.open(tmp_path / "library") as held:
        list(ingest_paths([tmp_path], held, HashingEmbedder(), load_settings(environment={})))
        found = told(changes(held, "What changed between fees-1 and fees-2?"))
        assert sorted(found) == [("", "15"), ("", "C"), ("12", ""), ("B", "")]


def test_documents_in_which_too_much_differs_are_no_versions_of_one(store: Store, tmp_path: Path) -> None:
    """Pairs of sentences are bounded: a question costs no more than that, however long the documents are."""
    for name in ("left", "right"):
        lines = "\n\n".join(f"The {name} shelf {number} holds jar {number}." for number in range(150))
        (tmp_path / f"{name} shelf.txt").write_text(f"Notes.\n\n{lines}", "utf-8")
    with Store.open(tmp_path / "library") as held:
        list(ingest_paths([tmp_path], held, HashingEmbedder(), load_settings(environment={})))
        sides = sides_of("What changed between left shelf and right shelf?", held.documents())
        assert sides is not None
        assert changes_between(held, sides, frozenset()) is None


def test_lines_that_are_said_again_and_again_cost_no_more_than_others(tmp_path: Path) -> None:
    """Each is told apart by how often it was said before, so that no two of them have to be held together."""
    fee, rent = "The fee is due today.", "The rent is due today."
    (tmp_path / "lease-1.txt").write_text("\n\n".join([fee] * 1_000), "utf-8")
    (tmp_path / "lease-2.txt").write_text("\n\n".join(([fee] * 9 + [rent]) * 100), "utf-8")
    with Store.open(tmp_path / "library") as held:
        list(ingest_paths([tmp_path], held, HashingEmbedder(), load_settings(environment={})))
        found = told(changes(held, "What changed between lease-1 and lease-2?"))
        assert found == [(fee, rent)] * 100
