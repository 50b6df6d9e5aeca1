"""What must hold of every record, whatever made it."""

from __future__ import annotations

from typing import Any

__all__ = ["check"]

_CONTROL = "\x00\x01\x02\x03"


def check(record: dict[str, Any]) -> None:
    """Raises AssertionError, naming the question, where a record contradicts itself."""
    asked = record["question"]
    assert asked.strip(), "an empty question"
    assert not any(c in asked or "{" in asked for c in _CONTROL), f"unfilled: {asked}"
    assert 1 <= len(record["passages"]) <= 4, f"{len(record['passages'])} passages: {asked}"
    for passage in record["passages"]:
        _check_passage(passage, asked)


def _check_passage(passage: dict[str, Any], asked: str) -> None:
    text, units, evidence = passage["text"], passage["sentences"], passage["evidence"]
    assert text, f"an empty window: {asked}"
    assert not any(c in text for c in _CONTROL), f"marks left in the text for: {asked}"
    assert len(units) == len(evidence), f"units without evidence: {asked}"
    ends = [0, *(end for _, end in units)]
    assert all(ends[i] <= start < end for i, (start, end) in enumerate(units)), f"units overlap: {asked}"
    assert all(text[s:e].strip() == text[s:e] for s, e in units), f"units with blanks around them: {asked}"
    assert passage["relevant"] == int(any(evidence)), f"relevance and evidence differ: {asked}"
    proofs = [unit for unit, is_proof in zip(units, evidence, strict=True) if is_proof]
    for start, end in passage["spans"] or []:
        assert start < end, f"an empty span: {asked}"
        assert any(s <= start and end <= e for s, e in proofs), f"a span outside the evidence: {asked}"
        assert text[start:end].strip() == text[start:end], f"a span with blanks around it: {asked}"
    if not passage["relevant"]:
        assert passage["spans"] == [], f"spans without an answer: {asked}"
