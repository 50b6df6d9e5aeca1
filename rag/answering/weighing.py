"""The evidence for an answer: the passages that bear it best, and how sure they make."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from rag.answering.asked_part import asks_only_for_a_part
from rag.answering.calibration import Calibrator, load_calibrator, load_foreign_calibrator
from rag.answering.confidence import confidence_features
from rag.answering.doubts import unknown_identifiers
from rag.answering.inquiry import Inquiry
from rag.answering.run_records import Grounds
from rag.answering.understanding import separate_questions
from rag.reading import EvidenceSelector, SecondEmbedder, Selection, text_terms
from rag.reading.features import TELLS
from rag.retrieval import ForeignRetriever, HybridRetriever, Retrieval, merge_neighbours
from rag.schema import Passage
from rag.settings import Settings
from rag.store import Store

__all__ = ["Weigher"]

_UNREAD_MORE: Final = 0.02
"""How much more precision is wanted of what no reader has read: at the same confidence less of it is right
(.68 of our own questions, .80 of those that were read)."""
_ABROAD_MORE: Final = 0.03
"""The same of passages in other languages than the question, which more often only resemble an answer."""
_NUMBERED: Final = 0.85
"""The least confidence in a part that is asked for by its number, and is there."""
_MOST_PARTS: Final = 4
_SURE: Final = 0.6
"""Evidence in the question's own language under this is compared with that in others, where there is any."""


class Weigher:
    """Finds the evidence of an answer in its passages, or abroad: in passages of other languages."""

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        evidence: EvidenceSelector,
        settings: Settings,
        *,
        calibrator: Calibrator | None = None,
        second_embedder: SecondEmbedder | None = None,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._settings = settings
        self._calibrator = calibrator or load_calibrator(settings.answering.calibration)
        self._foreign_calibrator = load_foreign_calibrator()
        self._foreign = ForeignRetriever(
            store, retriever, second_embedder or _no_embedder, settings.retrieval
        )

    def merge(self, retrieval: Retrieval) -> tuple[Passage, ...]:
        """The passages of a search, neighbours in one document merged where the settings say so."""
        if not self._settings.retrieval.merge_neighbours:
            return retrieval.passages
        return tuple(merge_neighbours(retrieval.passages, self._store))

    def weigh(self, inquiry: Inquiry) -> tuple[Inquiry, Grounds]:
        """The passages that answer best, and their evidence: those found, or those in other languages.

        What is in the question's own language has the first say. Others are asked where it does not bear
        an answer, or where the best that was found is in none but those.
        """
        own, apart = None, inquiry.is_all_foreign
        if not apart:
            own = self.grounds(inquiry)
            ranked = own.selection.ranked
            apart = bool(ranked) and inquiry.is_foreign_to(inquiry.passages[ranked[0].unit.passage])
            if inquiry.stopped or (own.bears and own.confidence >= _SURE and not apart):
                return inquiry, own
        other = self._abroad(inquiry)
        if other is None:
            return inquiry, own or self.grounds(inquiry)
        found = self.grounds(other)
        # numbers are written alike in all languages: what lacks those asked for does not answer
        surer = own is not None and found.bears and not found.features.get("numbers_far", 0.0)
        surer = surer and not (own and own.bears and own.confidence >= found.confidence)
        # where neither bears an answer, what is lacking is told of the question's own language
        told_of_own = own is not None and not (own.bears or found.bears)
        if own is None or surer or (apart and not told_of_own):
            return other, found
        return inquiry, own

    def _abroad(self, inquiry: Inquiry) -> Inquiry | None:
        """The question with passages in other languages; None where there are none."""
        if inquiry.retrieval is None:
            given = tuple(passage for passage in inquiry.passages if inquiry.is_foreign_to(passage))
            return replace(inquiry, passages=given, foreign=True) if given else None
        found = self._foreign.retrieve(inquiry.question, inquiry.documents)
        if found is None:
            return None
        inquiry.timings["retrieve"] += sum(found.timings.values())
        return replace(inquiry, passages=self.merge(found), retrieval=found, foreign=True)

    def grounds(self, inquiry: Inquiry) -> Grounds:
        """The evidence in the passages of a question, and how sure it makes."""
        started = time.perf_counter()
        most, foreign = self._settings.answering.max_sentences, inquiry.foreign
        calibrator = self._foreign_calibrator if foreign else self._calibrator
        selection = self._evidence.select(
            inquiry.question, inquiry.passages, inquiry.weight, most, foreign=foreign
        )
        features = confidence_features(selection, inquiry.passages, inquiry.weight)
        ranked = [evidence.unit for evidence in selection.ranked]
        named = {passage.naming for passage in inquiry.passages}
        of_part = asks_only_for_a_part(selection.question, ranked, named)
        confidence = calibrator.confidence(features)
        selection, confidence = self._of_parts(selection, confidence, inquiry, calibrator)
        inquiry.timings["evidence"] = time.perf_counter() - started
        return Grounds(
            selection=selection,
            confidence=max(confidence, _NUMBERED) if of_part else confidence,
            threshold=self._threshold(calibrator, foreign, was_read=bool(features.get("read"))),
            features=features,
            retrieval=inquiry.retrieval,
            contributions=calibrator.contributions(features),
            unknown=tuple(unknown_identifiers(selection.question, inquiry.passages)),
            echoes=_echoes(selection) and not of_part,
            of_part=of_part,
        )

    def _of_parts(
        self, selection: Selection, confidence: float, inquiry: Inquiry, calibrator: Calibrator
    ) -> tuple[Selection, float]:
        """The evidence for each part of a question that asks for several things, and how sure it makes.

        What answers one part is worth little for the whole, and would be left out. Where each part has an
        answer, only those are told.
        """
        parts = separate_questions(selection.question.asked)[:_MOST_PARTS]
        if not parts or inquiry.foreign:
            return selection, confidence
        found: list[Selection] = []
        confidences = []
        for part in parts:
            own = self._evidence.select(part, inquiry.passages, inquiry.weight, max_sentences=1)
            sure = calibrator.confidence(confidence_features(own, inquiry.passages, inquiry.weight))
            if sure >= self._threshold(calibrator, foreign=False, was_read=own.has_read):
                found.append(own)
                confidences.append(sure)
        told = [evidence for own in found for evidence in own.chosen]
        joined = selection.joined_by(told, alone=len(found) == len(parts))
        return joined, max(confidence, sum(confidences) / len(parts))

    def _threshold(self, calibrator: Calibrator, foreign: bool, *, was_read: bool) -> float:
        set_by_hand = self._settings.answering.abstain_below
        if set_by_hand is not None:
            return set_by_hand
        wanted = self._settings.answering.wanted_precision
        more = (0.0 if was_read else _UNREAD_MORE) + (_ABROAD_MORE if foreign else 0.0)
        return calibrator.threshold(min(wanted + more, 1.0))


def _echoes(selection: Selection) -> bool:
    """Whether all that would be told are labels in the question's own words."""
    asked = set(selection.question.terms)
    return bool(selection.told) and all(
        not (unit.is_row or unit.is_closed or TELLS.search(unit.text))
        and asked.issuperset(text_terms(unit.text))
        for unit in (evidence.unit for evidence in selection.told)
    )


def _no_embedder() -> None:
    """In place of a second embedder where there is none."""
