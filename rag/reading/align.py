"""Each sentence of a generated draft set against the units that could support it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Embedder
from rag.reading.conflicts import changed_names
from rag.reading.facts import dates, is_negated, missing_quantities
from rag.reading.overlap import TermWeights, near_overlap, weights_from_texts
from rag.reading.question import read_question, text_terms
from rag.reading.sentence_memory import SentenceVectors
from rag.reading.units import Unit
from rag.schema import Support
from rag.text import sentence_spans

__all__ = ["Alignment", "Attributor", "split_draft"]

_MARK: Final = re.compile(
    r"(?<!\s)\s*[\[【(（]\s{0,4}(?:passages?|sources?)?\s{0,4}\d{1,3}(?:\s{0,4}[,;、-]\s{0,4}\d{1,3})*+\s{0,4}[\]】)）]",
    re.I,
)
_BULLET: Final = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_FULL: Final = 0.72
_PARTIAL: Final = 0.45
_SAME_STATEMENT: Final = 0.62
_WORTH_CITING: Final = 0.12
_MEANING_FLOOR: Final = 0.35
_MEANING_CEILING: Final = 0.85


@dataclass(frozen=True)
class Alignment:
    """One draft sentence, the units that it is cited to, and how far they support it.

    `coverage` is how much of the sentence the units hold, 0 to 1; `reason` says why it is not supported.
    """

    text: str
    support: Support
    units: tuple[Unit, ...]
    coverage: float
    reason: str = ""


def split_draft(draft: str) -> list[str]:
    """The sentences of a draft without list bullets and without citation marks typed by a model."""
    sentences = []
    for span in sentence_spans(draft):
        text = _BULLET.sub("", _MARK.sub("", draft[span.start : span.end])).strip()
        if any(map(str.isalnum, text)):
            sentences.append(text)
    return sentences


class Attributor:
    """Aligns draft sentences to evidence by words, names and meaning; compares their facts by code.

    A sentence is supported where units hold nearly all that it says, partly supported where they hold
    some, contradicted where a unit says the same with another number, date or an opposite negation,
    and unsupported else.
    """

    def __init__(self, embedder: Embedder | SentenceVectors | None, most_citations: int = 3) -> None:
        if most_citations < 1:
            raise ValueError(f"most_citations must be at least 1, not {most_citations}")
        self._sentences = SentenceVectors(embedder) if isinstance(embedder, Embedder) else embedder
        self._most_citations = most_citations

    def attribute(
        self, sentences: Sequence[str], units: Sequence[Unit], term_weights: TermWeights | None = None
    ) -> list[Alignment]:
        """One alignment a sentence, in order; `units` are the evidence that it may rest on."""
        if not units:
            return [
                Alignment(text, Support.UNSUPPORTED, (), 0.0, "there is no evidence") for text in sentences
            ]
        weight = term_weights or weights_from_texts(unit.in_place for unit in units)
        likeness = self._likeness(sentences, units)
        return [self._aligned(text, units, likeness[i], weight) for i, text in enumerate(sentences)]

    def _aligned(
        self, text: str, units: Sequence[Unit], likeness: NDArray[np.float64], weight: TermWeights
    ) -> Alignment:
        terms = tuple(dict.fromkeys(text_terms(text)))
        held = [
            set(text_terms(f"{unit.lead} {unit.in_place}" if unit.is_row else unit.in_place))
            for unit in units
        ]
        single = np.array([near_overlap(terms, words, weight) for words in held])
        taken = self._cover(terms, held, 0.7 * single + 0.3 * likeness, weight)
        cited = [units[i] for i in taken]
        words = near_overlap(terms, set().union(*(held[i] for i in taken)), weight)
        coverage = max(words, 0.6 * words + 0.4 * max(float(likeness[i]) for i in taken))
        told = [term for term in terms if not term[0].isdigit()]
        same = near_overlap(told, set().union(*(held[i] for i in taken)), weight)
        for told_name, held_name in changed_names(text, cited[0].text):
            reason = f"the evidence says {held_name}, not {told_name}"
            return Alignment(text, Support.CONTRADICTED, tuple(cited[:1]), coverage, reason)
        conflict = _conflict(text, cited, same)
        if conflict and same >= _SAME_STATEMENT:
            return Alignment(text, Support.CONTRADICTED, tuple(cited[:1]), coverage, conflict)
        missing_names = read_question(text).names - set().union(*(held[i] for i in taken))
        if coverage >= _FULL and not conflict and not missing_names:
            return Alignment(text, Support.SUPPORTED, tuple(cited), coverage)
        if coverage >= _PARTIAL:
            names = ", ".join(sorted(missing_names))
            reason = conflict or (
                f"the evidence does not name {names}" if names else "the evidence holds a part of it"
            )
            return Alignment(text, Support.PARTIAL, tuple(cited), coverage, reason)
        return Alignment(text, Support.UNSUPPORTED, (), coverage, "no evidence holds what it says")

    def _cover(
        self, terms: Sequence[str], held: Sequence[set[str]], first: NDArray[np.float64], weight: TermWeights
    ) -> list[int]:
        """The best unit, then those that hold enough of what is still missing."""
        taken = [int(np.argmax(first))]
        covered = set(held[taken[0]])
        while len(taken) < self._most_citations:
            base = near_overlap(terms, covered, weight)
            gains = [
                near_overlap(terms, covered | words, weight) - base if i not in taken else 0.0
                for i, words in enumerate(held)
            ]
            best = int(np.argmax(gains))
            if gains[best] < _WORTH_CITING:
                break
            taken.append(best)
            covered |= held[best]
        return taken

    def _likeness(self, sentences: Sequence[str], units: Sequence[Unit]) -> NDArray[np.float64]:
        """Cosines of sentences and units on a scale from 0 (other matter) to 1 (the same said)."""
        if self._sentences is None or not sentences:
            return np.zeros((len(sentences), len(units)))
        vectors = self._sentences.of([*sentences, *(unit.in_place for unit in units)])
        cosines = vectors[: len(sentences)] @ vectors[len(sentences) :].T
        scaled = (cosines - _MEANING_FLOOR) / (_MEANING_CEILING - _MEANING_FLOOR)
        likeness: NDArray[np.float64] = np.clip(scaled, 0.0, 1.0).astype(np.float64)
        return likeness


def _conflict(text: str, units: Sequence[Unit], words: float) -> str:
    """What a sentence tells otherwise than its evidence; empty where they agree."""
    texts = [unit.in_place for unit in units] + [unit.lead for unit in units if unit.is_row]
    missing = missing_quantities(text, texts)
    if missing:
        number = f"{missing[0].value:g} {missing[0].unit}".strip()
        return f"the evidence does not hold the number {number}"
    told = {date for evidence in texts for date in dates(evidence)}
    if told:
        for date in dates(text):
            if not any(_same_date(date, other) for other in told):
                return "the evidence tells another date"
    if words >= _SAME_STATEMENT and is_negated(text) != is_negated(units[0].text):
        return "one of sentence and evidence denies what the other says"
    return ""


def _same_date(a: tuple[int | None, int, int | None], b: tuple[int | None, int, int | None]) -> bool:
    return all(x == y or x is None or y is None for x, y in zip(a, b, strict=True))
