"""A summary made of quotes: the few sentences that stand for most of what the documents say.

Of all sets of k sentences one is looked for that covers the passages best: each passage counts by its
likeness to the sentence that is nearest to it, so that no matter is told twice and none that fills many
pages is left out. The sum is submodular, and taking the best next sentence each time comes near to the
best set (Lin and Bilmes 2011, "A Class of Submodular Functions for Document Summarization").
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.wording import shown
from rag.reading import CitationBook, SecondEmbedder, SentenceVectors, Unit, quotable_units, text_terms
from rag.reading.languages import LanguageJudges, languages_of
from rag.retrieval import HybridRetriever
from rag.retrieval.naming import asked_names, matched, names_of
from rag.retrieval.passage_merging import to_passages
from rag.schema import AnswerSentence, Coverage, DocumentInfo, Hit, Passage
from rag.store import Store
from rag.text import content_words, detect_language

__all__ = ["Summaries", "Summary", "tell_summary"]

_MOST_READ: Final = 600
_MOST_JUDGED: Final = 80
_A_PASSAGE: Final = 2
_SHORT_TEXT: Final = 400
_FEW: Final = 3
_USUAL: Final = 5
_MOST: Final = 12
_ON_TOPIC: Final = 12
_LEAST_WORDS: Final = 5
_MOST_WORDS: Final = 60
_LEAD: Final = 0.06
_BACK: Final = -0.08
_ROW: Final = -0.15
_LENGTH: Final = re.compile(r"\b(\d{1,2})\b|(?<!第)([一二两三四五六七八九十])(?=[个句条点點條個])")
_CHINESE: Final = {numeral: i + 1 for i, numeral in enumerate("一二三四五六七八九十")} | {"两": 2}
_ENGLISH: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """Sentences in reading order, what was read for them, and how near they come to all of it, 0 to 1."""

    units: tuple[Unit, ...]
    passages: tuple[Passage, ...]
    coverage: Coverage
    nearness: float
    names: dict[str, str]


class Summaries:
    """Finds the sentences of summaries. Safe for several threads.

    Args:
        store: the library.
        retriever: finds the passages of a topic.
        sentences: vectors of the library's embedder; None leaves words alone to decide.
        second: makes an embedder for languages that the first does not know.
    """

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        sentences: SentenceVectors | None,
        second: SecondEmbedder | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._judges = LanguageJudges(sentences, second)

    def summary(
        self, question: str, documents: Sequence[str] | None = None, usual: Collection[str] = ()
    ) -> Summary | None:
        """The summary that a question asks for; None where there is nothing to sum up.

        It is of the documents, the section or the topic that the question names, else of all.
        `usual` are words of such questions that name no topic.
        """
        infos = _named(question, self._store.documents(documents))
        topic = _topic(question, infos, usual)
        passages = self._passages(question, infos, topic)
        units = [unit for unit in quotable_units(passages) if _tells(unit)]
        units = [u for u in units if topic and topic <= content_words(u.heading)] or units
        if not units:
            return None
        wanted = _wanted(question, infos) or _usual_length(passages, len(infos))
        chosen, nearness = self._covering(question, passages, units, wanted)
        order = {info.document_id: i for i, info in enumerate(infos)}
        chosen.sort(key=lambda unit: (order[unit.document_id], unit.start))
        sections = {(p.document_id, *p.headings) for p in passages}
        return Summary(
            tuple(chosen),
            tuple(passages[i] for i in dict.fromkeys(unit.passage for unit in chosen)),
            Coverage(
                documents=len(infos),
                pages=sum(info.pages for info in infos),
                sections=len(sections),
                read=len(passages),
                of=sum(info.chunks for info in infos),
            ),
            nearness,
            {info.document_id: info.title or info.name for info in infos} if len(infos) > 1 else {},
        )

    def _passages(
        self, question: str, infos: Sequence[DocumentInfo], topic: Collection[str]
    ) -> Sequence[Passage]:
        """All passages, or those of a topic that is no section's heading."""
        whole = self._whole(infos)
        told = [heading.text for passage in whole for heading in passage.outline]
        if not topic or any(set(topic) <= content_words(heading) for heading in told):
            return whole
        if not any(set(topic) & content_words(passage.text) for passage in whole):
            return whole
        ids = [info.document_id for info in infos]
        return self._retriever.retrieve(question, top_k=_ON_TOPIC, documents=ids).passages

    def _whole(self, infos: Sequence[DocumentInfo]) -> Sequence[Passage]:
        """The passages of some documents, of long ones evenly spread."""
        total = sum(info.chunks for info in infos)
        step = max(1, math.ceil(total / _MOST_READ))
        chunks = [c.chunk_id for info in infos for c in self._store.document_chunks(info.document_id)[::step]]
        return to_passages(self._store, [Hit(chunk, 1.0) for chunk in chunks[: 2 * _MOST_READ]], {})

    def _covering(
        self, question: str, passages: Sequence[Passage], units: Sequence[Unit], wanted: int
    ) -> tuple[list[Unit], float]:
        """The units that cover the passages best, and their mean likeness to the nearest of them."""
        wholes = self._vectors(question, passages, [passage.text for passage in passages])
        typical = _spread(wholes, _MOST_JUDGED)
        judged = _most_central([unit for unit in units if unit.passage in typical], passages)
        likeness = np.maximum(
            self._vectors(question, passages, [unit.in_place for unit in judged]) @ wholes.T, 0.0
        )
        wanted_of = {unit.passage for unit in units}
        share = Counter(passages[i].document_id for i in wanted_of)
        say = np.array([i in wanted_of and 1.0 / share[p.document_id] for i, p in enumerate(passages)])
        say /= len(share)
        worth = np.array([_worth(unit) for unit in judged]) / wanted
        covered = np.zeros(len(passages))
        chosen: list[int] = []
        while len(chosen) < min(wanted, len(judged)):
            gains = (np.maximum(likeness, covered) - covered) @ say + worth
            gains[chosen] = -np.inf
            best = int(gains.argmax())
            chosen.append(best)
            covered = np.maximum(covered, likeness[best])
        return [judged[i] for i in chosen], float(np.clip(covered @ say, 0.0, 1.0))

    def _vectors(self, question: str, passages: Sequence[Passage], texts: Sequence[str]) -> Matrix:
        """Unit vectors by the embedder that knows the passages' language, else by their words."""
        judge = self._judges.judge(detect_language(question), languages_of(passages))
        if judge is not None:
            return judge[0].of(texts).astype(np.float64)
        return _word_vectors(texts, [passage.text for passage in passages])


def tell_summary(summary: Summary, book: CitationBook) -> Generator[AnswerEvent, None, Outcome]:
    """Tell the sentences, each with its citation, under its document's name where there are several."""
    sentences = []
    for unit in summary.units:
        number = book.cite(unit.document_id, unit.start, unit.end, unit.text)
        name = summary.names.get(unit.document_id, "")
        text = shown(unit.reading)
        sentence = AnswerSentence(f"{name}: {text}" if name else text, (number,))
        sentences.append(sentence)
        yield SentenceReady(sentence, (book.citations[number - 1],))
    return Outcome(tuple(sentences), book.citations)


def _named(question: str, infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents whose title or file name a question says most of; all where it says none."""
    asked = asked_names(question)
    matches = [matched(asked, names_of(info.title, info.source)) for info in infos]
    told = [match.title | match.unseen for match in matches]
    told = [words | match.numbers if words else words for words, match in zip(told, matches, strict=True)]
    holders = Counter(word for words in told for word in words)
    clarity = [sum(math.log((1 + len(infos)) / holders[word]) for word in words) for words in told]
    best = max(clarity, default=0.0)
    return [info for info, own in zip(infos, clarity, strict=True) if own >= 0.999 * best]


def _topic(question: str, infos: Sequence[DocumentInfo], usual: Collection[str]) -> set[str]:
    """What a question names beside the documents."""
    names = {word for info in infos for word in content_words(f"{info.title} {_stem(info)}")}
    return content_words(question) - set(usual) - names - set(_ENGLISH)


def _stem(info: DocumentInfo) -> str:
    return info.name.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")


def _wanted(question: str, infos: Sequence[DocumentInfo]) -> int:
    """How many sentences a question asks for; 0 where it does not say."""
    told = {number for info in infos for number in re.findall(r"\d+", f"{info.title} {info.name}")}
    for digits, numeral in _LENGTH.findall(question):
        if digits and digits not in told:
            return min(max(int(digits), 1), 2 * _MOST)
        if numeral:
            return _CHINESE[numeral]
    words = question.casefold().split()
    return next((i + 1 for i, word in enumerate(_ENGLISH) if i and word in words), 0)


def _usual_length(passages: Sequence[Passage], documents: int) -> int:
    if documents > 1:
        return min(max(documents, _USUAL), _MOST)
    return _FEW if sum(len(passage.text.split()) for passage in passages) < _SHORT_TEXT else _USUAL


def _tells(unit: Unit) -> bool:
    """Whether a unit can stand in a summary."""
    words = len(text_terms(unit.reading))
    if unit.is_heading or unit.is_question:
        return False
    return unit.is_closed and _LEAST_WORDS <= words <= _MOST_WORDS


def _worth(unit: Unit) -> float:
    """What speaks for a sentence besides what it covers: where it stands, and that it can stand alone."""
    lead = _LEAD / (1.0 + unit.ordinal) + (_LEAD if unit.passage == 0 else 0.0)
    return lead + _BACK * unit.refers_back + _ROW * unit.is_row


def _spread(vectors: Matrix, most: int) -> set[int]:
    """The rows of up to `most` vectors that lie near all others, each far from those taken before."""
    if len(vectors) <= most:
        return set(range(len(vectors)))
    likeness = np.maximum(vectors @ vectors.T, 0.0)
    covered = np.zeros(len(vectors))
    taken: set[int] = set()
    for _ in range(most):
        gains = (np.maximum(likeness, covered) - covered).sum(axis=1)
        best = int(gains.argmax())
        taken.add(best)
        covered = np.maximum(covered, likeness[best])
    return taken


def _most_central(units: Sequence[Unit], passages: Sequence[Passage]) -> list[Unit]:
    """Of each passage the few units whose words are those that the passages use most (SumBasic)."""
    frequency = Counter(term for passage in passages for term in set(text_terms(passage.text)))
    by_passage: dict[int, list[tuple[float, Unit]]] = {}
    for unit in units:
        terms = set(text_terms(unit.text))
        central = sum(math.log(1 + frequency[term]) for term in terms) / math.sqrt(1 + len(terms))
        by_passage.setdefault(unit.passage, []).append((central + _worth(unit), unit))
    most = max(_A_PASSAGE, _MOST_JUDGED // max(len(by_passage), 1))
    return [
        unit
        for found in by_passage.values()
        for _, unit in sorted(found, key=lambda pair: (-pair[0], pair[1].start))[:most]
    ]


def _word_vectors(texts: Sequence[str], corpus: Sequence[str]) -> Matrix:
    """Bags of words as unit vectors, a column for each word of the corpus."""
    terms = dict.fromkeys(term for text in corpus for term in text_terms(text))
    columns = {term: i for i, term in enumerate(terms)}
    matrix = np.zeros((len(texts), max(len(columns), 1)))
    for row, text in enumerate(texts):
        for term, count in Counter(text_terms(text)).items():
            if term in columns:
                matrix[row, columns[term]] = count
    unit_length: Matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return unit_length
