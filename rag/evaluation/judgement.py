"""One question's answer, judged by its words and citations: what a line of an evaluation's file holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from rag.evaluation.citation_metrics import CitationScores, citation_scores
from rag.evaluation.questions import AnswerQuestion, Gold
from rag.evaluation.text_metrics import answer_tokens, best_over_answers, contains, exact_match, f1, rouge_l
from rag.reading import read_question, text_terms
from rag.schema import Answer, Citation
from rag.text import has_cjk
from rag.wire import citation_json

__all__ = ["JUDGEMENT", "Judged", "Sliced", "is_right", "judge"]

_MOSTLY: Final = 0.5
_MOST_WORDS: Final = 12
_MOST_CHARACTERS: Final = 24
_CHOICE: Final = re.compile(
    r"\W*(?:yes|no|true|false|both|neither|是的?|否|不是|对|對|有|没有|沒有)\W*", re.IGNORECASE
)


def is_right(question: AnswerQuestion, answer: Answer) -> bool | None:
    """Whether an answer is right; None where the file does not say what would be.

    Silence, and any answer to a question without one, is not. Else:

    - A short right answer (a name, a number, a phrase) must be held by what is said. It must be cited
      from a gold place where one is known; where that is a sentence, another sentence will do that
      speaks of something that the question names, as a document may tell a fact twice. Instead of
      holding the short answer, an answer may cite all the gold sentences of an annotator.
    - An answer that no text can be looked through for (a long one, yes or no), or that is not known, or
      one on a known page, is right where a gold sentence, page or document is cited.
    - A long answer without such places is right where it shares half of its words with a right one.
    """
    if not question.answerable or answer.abstained:
        return False
    gold, level = question.gold, question.gold.level
    cites = _cites(answer, gold)
    short = tuple(text for text in question.answers if _is_short(text))
    if level == "page" or not question.answers:
        return cites
    if level == "sentence":
        if not short:
            return cites
        if _cites_all(answer, gold):
            return True
        return _holds(answer.text, short) and (bool(cites) or _tells_elsewhere(question, answer, short))
    return _holds(answer.text, question.answers) and cites is not False


def _cites(answer: Answer, gold: Gold) -> bool | None:
    places = citation_scores(answer.citations, gold)
    return None if places is None else places.f1 > 0.0


def _cites_all(answer: Answer, gold: Gold) -> bool:
    groups = [citation_scores(answer.citations, Gold((group,))) for group in gold.sentences]
    return any(isinstance(found, CitationScores) and found.recall == 1.0 for found in groups)


def _tells_elsewhere(question: AnswerQuestion, answer: Answer, short: tuple[str, ...]) -> bool:
    """Whether a quote holds the answer beside a content word of the question."""
    asked = set(read_question(question.question).terms)
    return any(
        best_over_answers(contains, citation.quote, short) > 0.0 and _speaks_of(citation, asked, short)
        for citation in answer.citations
    )


def _speaks_of(citation: Citation, asked: set[str], short: tuple[str, ...]) -> bool:
    own = {term for text in short for term in text_terms(text)}
    return bool((asked - own) & set(text_terms(citation.quote)))


def _holds(text: str, answers: tuple[str, ...]) -> bool:
    """Whether a text holds one of the answers, or is one by half of its words."""
    held = best_over_answers(contains, text, answers) > 0.0
    return held or best_over_answers(f1, text, answers) >= _MOSTLY


def _is_short(answer: str) -> bool:
    most = _MOST_CHARACTERS if has_cjk(answer) else _MOST_WORDS
    return len(answer_tokens(answer)) <= most and _CHOICE.fullmatch(answer) is None


JUDGEMENT: Final = 2
"""Of how answers are judged; another number has every earlier judgement made again."""

Sliced = Callable[[str, int, int], str]
"""The characters of a document: (document id, start, end) -> text. How a quote is verified."""


@dataclass(frozen=True)
class Judged:
    """An answer with its scores; what cannot be judged for a question is missing from `scores`.

    `right` is of the best answer that there was, given or not, as `confidence` is; None where nothing
    tells. `answer` is what was given, `conflicts` how many contradictions of passages it tells, `quotes`
    how many places it cites (a short answer's own is one) and `verified` how many of them hold to the
    letter what it says. `key` names all that it hangs on: question, settings, library.
    """

    question_id: str
    question: str
    language: str
    answerable: bool
    answer: str
    short_answer: str
    abstained: bool
    confidence: float
    right: bool | None
    scores: Mapping[str, float]
    citations: tuple[Mapping[str, Any], ...]
    conflicts: int
    quotes: int
    verified: int
    seconds: float
    features: Mapping[str, float]
    key: str = ""

    def to_json(self) -> str:
        """One line."""
        fields = asdict(self)
        return json.dumps({"id": fields.pop("question_id"), **fields}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Judged:
        """Read one line.

        Raises:
            ValueError: it is not such a line.
        """
        try:
            fields = json.loads(line)
            return cls(
                question_id=str(fields.pop("id")),
                **{**fields, "citations": tuple(fields["citations"])},
            )
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"no line of an evaluation: {error}") from None


def judge(
    question: AnswerQuestion,
    given: Answer,
    best: Answer,
    sliced: Sliced,
    *,
    seconds: float,
    features: Mapping[str, float],
    key: str = "",
) -> Judged:
    """Score an answer; `best` is what would have been said had it not abstained, else the answer itself."""
    quotes = _quotes(given)
    short = "" if given.short_answer is None else given.short_answer.text
    return Judged(
        question_id=question.question_id,
        question=question.question,
        language=question.language,
        answerable=question.answerable,
        answer="" if given.abstained else given.text,
        short_answer="" if given.abstained else short,
        abstained=given.abstained,
        confidence=best.confidence,
        right=is_right(question, best),
        scores=_scores(question, given, short or given.text),
        citations=tuple(_without_boxes(citation) for citation in given.citations),
        conflicts=len(given.conflicts),
        quotes=len(quotes),
        verified=sum(sliced(document, start, end) == text != "" for document, start, end, text in quotes),
        seconds=seconds,
        features=features,
        key=key,
    )


def _scores(question: AnswerQuestion, given: Answer, short: str) -> dict[str, float]:
    """SQuAD 2.0's way for exact match and F1: silence is right where there is no answer, else wrong.

    The shortest form of the answer counts for these two; ROUGE-L and containment take the whole text.
    """
    if not question.answerable:
        silent = float(given.abstained)
        return {"exact_match": silent, "f1": silent}
    scores: dict[str, float] = {}
    if question.answers:
        for name, measure, text in (
            ("exact_match", exact_match, short),
            ("f1", f1, short),
            ("rouge_l", rouge_l, given.text),
            ("contained", contains, given.text),
        ):
            said = "" if given.abstained else text
            scores[name] = best_over_answers(measure, said, question.answers) if said else 0.0
    places = citation_scores(() if given.abstained else given.citations, question.gold)
    return scores | _citation_scores(places, given)


def _citation_scores(places: CitationScores | None, given: Answer) -> dict[str, float]:
    """Precision is of answers that were given; recall and F1 count silence as 0."""
    if places is None:
        return {}
    found = {"citation_recall": places.recall, "citation_f1": places.f1}
    return found if given.abstained else {"citation_precision": places.precision, **found}


def _quotes(given: Answer) -> list[tuple[str, int, int, str]]:
    """All that an answer says to stand in a document: (document, start, end, text)."""
    quotes = [(c.document_id, c.start, c.end, c.quote) for c in given.citations]
    short = given.short_answer
    return quotes if short is None else [*quotes, (short.document_id, short.start, short.end, short.text)]


def _without_boxes(citation: Citation) -> dict[str, Any]:
    return {name: value for name, value in citation_json(citation).items() if name != "boxes"}
