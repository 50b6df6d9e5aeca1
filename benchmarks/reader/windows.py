"""From passages to windows as the reader sees them at run time, with what it shall say about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.reader.form import Passage

__all__ = ["Example", "cut", "joined", "only", "without"]

_WORDS = 170
"""Most words of a window; with its context and question it fits 256 tokens nearly always."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window with a question: what the heads shall say. None where nobody knows."""

    question: str
    text: str
    units: tuple[tuple[int, int], ...]
    answerable: bool
    spans: tuple[tuple[int, int], ...] | None
    evidence: tuple[bool, ...] | None


def cut(question: str, passage: Passage, context: bool = True) -> list[Example]:
    """Windows of at most some 170 words, cut between units, in their order.

    Of a relevant passage that needs more than one window, those are answerable that hold a span or a unit of
    evidence; where neither is known there are none.
    """
    parts = _parts(passage)
    if len(parts) > 1 and passage.relevant and not passage.spans and not any(passage.evidence or ()):
        return []
    return [_example(question, passage, first, last, context) for first, last in parts]


def _parts(passage: Passage) -> list[tuple[int, int]]:
    """First and one-past-last unit of each window."""
    parts: list[tuple[int, int]] = []
    begin = words = 0
    for index, (start, end) in enumerate(passage.units):
        count = len(passage.text[start:end].split())
        if words and words + count > _WORDS:
            parts.append((begin, index))
            begin, words = index, 0
        words += count
    if begin < len(passage.units):
        parts.append((begin, len(passage.units)))
    return parts


def _example(question: str, passage: Passage, first: int, last: int, context: bool) -> Example:
    # The first window takes what stands before its first unit, such as a heading; so does every other.
    start = 0 if first == 0 else passage.units[first - 1][1]
    end = len(passage.text) if last == len(passage.units) else passage.units[last - 1][1]
    body = passage.text[start:end]
    start += len(body) - len(body.lstrip())
    head = (passage.title if context else "") + "\n"
    shift = len(head) - start
    units = tuple((a + shift, b + shift) for a, b in passage.units[first:last])
    evidence = None if passage.evidence is None else passage.evidence[first:last]
    spans = passage.spans
    if spans is not None:
        spans = tuple((a + shift, b + shift) for a, b in spans if start <= a and b <= end and b > a)
    whole = last - first == len(passage.units)
    answerable = passage.relevant and (whole or bool(spans) or any(evidence or ()))
    if not answerable:
        spans, evidence = (), (False,) * len(units)
    elif passage.relevant and not spans:
        spans = None
    text = head + passage.text[start:end].rstrip()
    return Example(question, text, units, answerable, spans, evidence)


def without(passage: Passage) -> Passage | None:
    """The passage without its units of evidence and those that hold an answer; None where nothing remains."""
    if passage.evidence is None or not any(passage.evidence) or not passage.relevant:
        return None
    answers = {passage.text[a:b].lower() for a, b in passage.spans or ()}
    kept = []
    for index, ((start, end), marked) in enumerate(zip(passage.units, passage.evidence, strict=True)):
        unit = passage.text[start:end].lower()
        if not marked and not any(answer in unit for answer in answers):
            kept.append(index)
    return only(passage, kept) if kept else None


def only(passage: Passage, kept: Sequence[int]) -> Passage:
    """Some units of a passage, by their indices, without what stands around them.

    It answers where all units of evidence are kept; where none is, it does not.

    Raises:
        ValueError: some of the evidence is kept, but not all, or nobody knows the evidence.
    """
    if passage.evidence is None:
        raise ValueError("the passage's evidence is not known")
    held = [passage.evidence[index] for index in kept]
    if any(held) and sum(held) != sum(passage.evidence):
        raise ValueError("evidence is kept as a whole or not at all")
    text = ""
    units: list[tuple[int, int]] = []
    spans: list[tuple[int, int]] = []
    for index in kept:
        start, end = passage.units[index]
        before = passage.text[passage.units[index - 1][1] : start] if index else ""
        text += "" if not text else "\n" if "\n" in before else " "
        shift = len(text) - start
        text += passage.text[start:end]
        units.append((start + shift, end + shift))
        spans.extend((a + shift, b + shift) for a, b in passage.spans or () if start <= a and b <= end)
    relevant = passage.relevant and any(held)
    known = None if relevant and passage.spans is None else tuple(spans) if relevant else ()
    return Passage(text, passage.title, relevant, known, tuple(units), tuple(held))


def joined(passages: Sequence[Passage], gap: str) -> Passage:
    """Short passages as one; each that is relevant bears the answer out."""
    text, spans, units, evidence = "", [], [], []
    for passage in passages:
        text += gap if text else ""
        shift = len(text)
        text += passage.text
        spans.extend((a + shift, b + shift) for a, b in passage.spans or ())
        units.extend((a + shift, b + shift) for a, b in passage.units)
        marks = passage.evidence if passage.relevant and passage.evidence is not None else None
        evidence.extend(marks or [passage.relevant] * len(passage.units))
    relevant = any(passage.relevant for passage in passages)
    known = all(passage.spans is not None for passage in passages if passage.relevant)
    first = passages[0]
    return replace(
        first,
        text=text,
        relevant=relevant,
        spans=tuple(spans) if known else None,
        units=tuple(units),
        evidence=tuple(evidence),
    )
