"""Whether an answer is right: what a reader who knows the right answer would say."""

from __future__ import annotations

import re
from typing import Final

from rag.attribution import read_question, text_terms
from rag.evaluation.citation_metrics import CitationScores, citation_scores
from rag.evaluation.questions import AnswerQuestion, Gold
from rag.evaluation.text_metrics import answer_tokens, best_over_answers, contains, f1
from rag.schema import Answer, Citation
from rag.text import has_cjk

__all__ = ["is_right"]

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
