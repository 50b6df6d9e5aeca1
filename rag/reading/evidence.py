"""The sentences that answer a question, chosen from its passages and told with their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models import Reader
from rag.models.model_protocol import Embedder
from rag.reading.asking_words import AnswerKind
from rag.reading.evidence_weights import (
    EvidenceWeights,
    UnitModels,
    load_evidence_weights,
    load_foreign_models,
)
from rag.reading.features import (
    FEATURES,
    UnitVectors,
    feature_matrix,
    word_features,
)
from rag.reading.languages import Judge, LanguageJudges, SecondEmbedder, languages_of
from rag.reading.membership import Members, choose, few_enough
from rag.reading.overlap import TermWeights, repeated_share, weights_from_texts
from rag.reading.question import Question, read_question, text_terms
from rag.reading.sentence_memory import SentenceVectors
from rag.reading.units import Unit, quotable_units
from rag.reading.votes import ReaderVotes, ReadSpan, read_alone, reader_for, said_of, votes_of
from rag.schema import PROPERTIES, Passage
from rag.text import Said, likeliest_language, parted_sayings, said

__all__ = ["Evidence", "EvidenceSelector", "Measured", "Selection", "select_measured"]

Matrix = NDArray[np.float64]
_NEAR: Final = 8
_STUFFED: Final = 8.0
"""What a unit that only repeats its words loses: about what lies between good and bad evidence."""


@dataclass(frozen=True)
class Evidence:
    """A unit with what speaks for it.

    `score` ranks within one question; `probability` is how likely it belongs to the answer, 0 where it
    was not chosen.
    """

    unit: Unit
    score: float
    features: dict[str, float] = field(repr=False)
    probability: float = 0.0

    @property
    def is_chosen(self) -> bool:
        """Whether the answer quotes it."""
        return self.probability > 0.0


@dataclass(frozen=True)
class Selection:
    """The evidence for a question: all that was weighed, best first, and the chosen in reading order.

    `embedder` names the one that judged likeness of meaning, and `trust` is how well it knows the
    question's language; "" and 0 where words alone decided. `expected` is the sum of all units'
    probabilities: how many there should be in the answer. `has_read` says whether the reader has read, and
    `spans` are the short answers that it sees, likeliest first. `read_alone` is its logit that what is told
    answers, read by itself without the rest of its passages; 0 where it has not read. `is_foreign` says
    that the passages are in another language than the question.
    """

    question: Question
    ranked: tuple[Evidence, ...]
    chosen: tuple[Evidence, ...]
    trust: float
    considered: int
    embedder: str = ""
    expected: float = 0.0
    has_read: bool = False
    spans: tuple[tuple[Unit, ReadSpan], ...] = field(default=(), repr=False)
    read_alone: float = 0.0
    is_foreign: bool = False

    @property
    def needed(self) -> tuple[Evidence, ...]:
        """The chosen that a reader needs, in reading order; what is left out still speaks for the answer."""
        likeliest = sorted(self.chosen, key=lambda evidence: -evidence.probability)
        pairs = [(evidence.unit, evidence.probability) for evidence in likeliest]
        kept = few_enough(self.question, pairs, self.expected)
        return tuple(evidence for evidence in self.chosen if evidence.unit in kept)

    @property
    def told(self) -> tuple[Evidence, ...]:
        """What is needed without fragments that say nothing beside the question's own words, unless alone."""
        asked = set(text_terms(self.question.text))
        saying = (e for e in self.needed if e.unit.is_closed or not asked >= set(text_terms(e.unit.reading)))
        return tuple(saying) or self.needed

    def joined_by(self, others: Sequence[Evidence], *, alone: bool = False) -> Selection:
        """The selection with others chosen too, such as what answers a part of its question.

        `alone` says that nothing else is chosen any more, and that the others come in their order.
        """
        added = {evidence.unit: evidence.probability for evidence in others}
        ranked = tuple(
            replace(evidence, probability=added.get(evidence.unit, 0.0 if alone else evidence.probability))
            for evidence in self.ranked
        )
        chosen = [i for i, evidence in enumerate(ranked) if evidence.is_chosen]
        units = [evidence.unit for evidence in ranked]
        places = {unit: i for i, unit in enumerate(added)}
        order = sorted(chosen, key=lambda i: places[units[i]]) if alone else _reading_order(chosen, units)
        return replace(self, ranked=ranked, chosen=tuple(ranked[i] for i in order)) if chosen else self

    def near_best(self, most_below: float = 3.0) -> tuple[Evidence, ...]:
        """The few that may answer about as well as the best: whose scores are at most so much below its own.

        What a document says again counts once; what several say in the same words, or nearly, takes no place
        of others.
        """
        first: dict[str, Evidence] = {}
        again: dict[tuple[str, str], Evidence] = {}
        for evidence in self.ranked:
            told = " ".join(evidence.unit.text.casefold().split())
            same = first.setdefault(told, evidence)
            if same.unit.document_id != evidence.unit.document_id:
                again.setdefault((evidence.unit.document_id, told), evidence)
        asked = self.question.terms
        texts = (said(evidence.unit.reading, asked, evidence.unit.heading) for evidence in first.values())
        own, repeated = parted_sayings(enumerate(texts), _NEAR)
        distinct = list(first.values())
        ordered = [*(distinct[i] for i in [*own, *repeated]), *again.values()]
        return tuple(
            evidence
            for evidence in ordered[:_NEAR]
            if evidence.is_chosen or evidence.score >= self.ranked[0].score - most_below
        )


@dataclass(frozen=True)
class Measured:
    """The units of a question's passages that were embedded, with their features, before any is chosen.

    `matrix` has shape (len(units), len(FEATURES)); `considered` counts all units, embedded or not;
    `embedder` names the model behind `vectors`, `votes` are those of `reader`; `is_foreign` as in
    `Selection`.
    """

    question: Question
    passages: Sequence[Passage]
    units: Sequence[Unit]
    matrix: Matrix
    vectors: UnitVectors
    votes: ReaderVotes
    weight: TermWeights
    considered: int
    embedder: str = ""
    is_foreign: bool = False
    reader: Reader | None = None

    def members(self, scores: Matrix) -> Members:
        """The units measured against the best of them."""
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        kinds = self.matrix[:, FEATURES.index("kind")]
        return Members(
            self.question,
            self.units,
            self.passages,
            scores,
            kinds,
            self.votes,
            order,
            self.vectors,
            self.weight,
        )


class EvidenceSelector:
    """Chooses the fewest units that answer a question.

    Units are measured (`rag.reading.features`) and ranked by one linear model; a second one says
    how likely each of the best belongs to the answer, and those are taken that pay together.

    Args:
        embedder: Judges likeness of meaning; None leaves the words alone to decide. Given as
            `SentenceVectors`, it shares what it remembers.
        readers: The first that knows the languages reads the question with the most promising windows.
        weights: The models; the shipped ones when None.
        most_candidates: Units that are embedded a question: those whose words speak for them most. Twice as
            many in another language, where words say little.
        second: Makes an embedder for languages that the first does not know; called when one is met.
    """

    def __init__(
        self,
        embedder: Embedder | SentenceVectors | None,
        readers: Sequence[Reader] = (),
        weights: EvidenceWeights | None = None,
        most_candidates: int = 48,
        second: SecondEmbedder | None = None,
    ) -> None:
        if most_candidates < 1:
            raise ValueError(f"most_candidates must be at least 1, not {most_candidates}")
        first = SentenceVectors(embedder) if isinstance(embedder, Embedder) else embedder
        self._judges = LanguageJudges(first, second)
        self._readers = tuple(readers)
        self._weights = weights or load_evidence_weights()
        self._most_candidates = most_candidates

    def select(
        self,
        question: str,
        passages: Sequence[Passage],
        term_weights: TermWeights | None = None,
        max_sentences: int = 3,
        *,
        foreign: bool = False,
    ) -> Selection:
        """Choose at most `max_sentences` units; none only where the passages hold none.

        `passages` come best first. `term_weights` tell how rare words are in the whole library; without
        them the passages tell. `foreign` says that the passages are in other languages than the question:
        it is compared with them by an embedder that knows both, and by models of their own.
        """
        measured = self.measure(question, passages, term_weights, foreign=foreign)
        models = load_foreign_models() if foreign else self._weights.of(measured.votes.has_read)
        return select_measured(measured, models, max_sentences)

    def measure(
        self,
        question: str,
        passages: Sequence[Passage],
        term_weights: TermWeights | None = None,
        *,
        foreign: bool = False,
    ) -> Measured:
        """Find the units of some passages and measure the most promising; see `select`."""
        asked = read_question(question)
        units = [unit for unit in quotable_units(passages) if not _is_aside(asked, unit)]
        weight = term_weights or weights_from_texts(unit.reading for unit in units)
        by_words = word_features(asked, units, passages, weight)
        most = self._most_candidates * (2 if foreign else 1)
        kept = self._prefiltered(by_words, most, lambda i: said_of(asked, units[i], passages))
        candidates = [units[i] for i in kept]
        others = languages_of(passages) if candidates else frozenset()
        judge = self._judge(asked, others, foreign) if candidates else None
        reader = reader_for(self._readers, asked, others if foreign else (), foreign=foreign)
        vectors = self._vectors(asked, candidates, judge)
        promise = self._promise(by_words, kept, candidates, vectors)
        votes = votes_of(reader, asked, units, passages, promise).of(kept)
        matrix = feature_matrix(by_words[kept], candidates, vectors, votes)
        name = judge[0].embedder.name if judge else ""
        found = asked, passages, candidates, matrix, vectors, votes, weight
        return Measured(*found, considered=len(units), embedder=name, is_foreign=foreign, reader=reader)

    def _judge(self, question: Question, others: frozenset[str], foreign: bool) -> Judge | None:
        if foreign:
            return self._judges.judge_across(likeliest_language(question.text), others)
        return self._judges.judge(question.language, others)

    def _prefiltered(self, by_words: Matrix, most: int, saying: Callable[[int], Said]) -> NDArray[np.intp]:
        """The rows to embed, at most so many, ascending; repetitions only where there are too few others."""
        if len(by_words) <= most:
            return np.arange(len(by_words))
        scores = self._weights.prefilter.scores(by_words)
        order = np.argsort(-scores, kind="stable").tolist()
        own, repeated = parted_sayings(((i, saying(i)) for i in order), most, most_copies=1)
        return np.sort(np.array([*own, *repeated][:most], np.intp))

    def _vectors(self, question: Question, units: Sequence[Unit], judge: Judge | None) -> UnitVectors:
        if judge is None:
            return UnitVectors.absent(len(units))
        sentences, trust = judge
        asked = sentences.embedder.embed_questions([question.asked])[0]
        return UnitVectors(asked, sentences.of([unit.in_place for unit in units]), trust)

    def _promise(
        self, by_words: Matrix, kept: NDArray[np.intp], units: Sequence[Unit], vectors: UnitVectors
    ) -> Matrix:
        """How each unit is ranked before the reader has read it; what was not kept promises nothing."""
        promise = np.full(len(by_words), -np.inf)
        if len(kept):
            unread = feature_matrix(by_words[kept], units, vectors, ReaderVotes.none(len(kept)))
            promise[kept] = self._weights.unread.ranking.scores(unread)
        return promise


def select_measured(measured: Measured, models: UnitModels, max_sentences: int) -> Selection:
    """Rank and choose among measured units, and let the reader read what is told by itself."""
    scores = models.ranking.scores(measured.matrix)
    stuffed = _stuffing(measured.units)
    scores = scores - _STUFFED * stuffed
    members = measured.members(scores)
    chosen: dict[int, float] = {}
    expected = 0.0
    if len(scores):
        probabilities = models.membership.probabilities(members.matrix())
        headings = measured.matrix[members.candidates, FEATURES.index("heading")]
        headings[0] = 0.0  # one that is best of all may be all that a document says of the matter
        probabilities *= (1.0 - headings) * (1.0 - stuffed[members.candidates])
        chosen = dict(choose(members, probabilities, max_sentences))
        expected = float(probabilities.sum())
    ranked = {
        i: Evidence(
            measured.units[i],
            round(float(scores[i]), 4),
            dict(zip(FEATURES, measured.matrix[i].round(4).tolist(), strict=True)),
            round(chosen.get(i, 0.0), 4),
        )
        for i in members.order
    }
    selection = Selection(
        measured.question,
        tuple(ranked.values()),
        tuple(ranked[i] for i in _reading_order(list(chosen), measured.units)),
        measured.vectors.trust.trust,
        measured.considered,
        measured.embedder,
        expected,
        measured.votes.has_read,
        tuple((measured.units[span.unit], span) for span in measured.votes.spans),
        is_foreign=measured.is_foreign,
    )
    if measured.reader is None or not selection.has_read:
        return selection
    told = [evidence.unit for evidence in selection.needed]
    alone = read_alone(measured.reader, measured.question, told, measured.passages)
    return replace(selection, read_alone=alone)


def _stuffing(units: Sequence[Unit]) -> Matrix:
    """How far each unit, or one beside it, only says its words again, shape (n,)."""
    own = {(u.passage, u.ordinal): 0.0 if u.is_row else repeated_share(u.text) for u in units}
    return np.array(
        [max(own.get((u.passage, u.ordinal + step), 0.0) for step in (-1, 0, 1)) for u in units], np.float64
    )


def _reading_order(chosen: Sequence[int], units: Sequence[Unit]) -> list[int]:
    """Documents in the order of their likeliest unit; units of one document as they stand in it."""
    first: dict[str, int] = {}
    for rank, i in enumerate(chosen):
        first.setdefault(units[i].document_id, rank)
    return sorted(chosen, key=lambda i: (first[units[i].document_id], units[i].start))


def _is_aside(question: Question, unit: Unit) -> bool:
    """Whether a unit tells who wrote a document and when, and the question asks for nothing of the kind."""
    is_property = bool(unit.headings) and unit.headings[-1] == PROPERTIES
    asked = question.kind in (AnswerKind.PERSON, AnswerKind.TIME)
    return is_property and not asked and set(text_terms(unit.text)).isdisjoint(question.terms)
