"""What a question may call a document by, in bounds."""

from __future__ import annotations

from rag.retrieval.naming import asked_names


def test_of_many_abbreviations_the_first_are_looked_up() -> None:
    many = " ".join(a + b + c for a in "ABCDEFGHIJ" for b in "KLMNO" for c in "PQRST")
    found = asked_names(f"What does JNJ sell, and {many}?").abbreviations
    assert len(found) == 20
    assert "jnj" in found
