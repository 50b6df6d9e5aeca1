"""What tells whether an answer is right, measured of its evidence for the confidence to weigh."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import Final

from rag.reading import Evidence, Question, Selection, TermWeights, Unit, text_terms
from rag.reading.features import naming
from rag.reading.initials import Initials
from rag.reading.notation import held_tokens, identifiers, numbered_names, spelled_out
from rag.reading.overlap import near_credits, near_overlap
from rag.schema import Passage
from rag.text import numbers as numbers_of

__all__ = ["CONFIDENCE_FEATURES", "confidence_features"]

_OF_BEST: Final = (
    *("cosine", "window_cosine", "passage_cosine", "near_overlap", "context_overlap", "passage_overlap"),
    *("untrusted_overlap", "pairs", "kind", "rank", "heading", "asks", "row"),
)
"""Taken over from the features of the best unit."""
_OF_EVIDENCE: Final = (
    *("score", "margin", "passage_margin", "membership", "members"),
    *("untrusted", "untrusted_context", "untrusted_coverage"),
    *("given", "alone", "units"),
)
_OF_QUESTION: Final = (
    *("answer_coverage", "rarest_missing", "relation_missing", "relation_far"),
    *("names_missing", "names_far", "names_near", "numbers_missing", "numbers_far", "other_years"),
    *("identifiers_far", "numbered_otherwise"),
    *("words_missing", "kind_missing", "new", "terms", "explanation", "computed"),
)
_OF_READER: Final = (
    *("read", "read_evidence", "read_answerable", "read_span", "read_margin", "read_best"),
    *("read_anywhere", "read_alone"),
)
CONFIDENCE_FEATURES: Final = _OF_BEST + _OF_EVIDENCE + _OF_QUESTION + _OF_READER
"""The names of what `confidence_features` measures."""

_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d\d")
_COMPUTED: Final = re.compile(
    r"\b(?:change|increase|decrease|difference|growth|average|mean of|ratio|sum of"
    r"|how (?:much|many) (?:more|less|fewer|longer|higher|lower|larger|smaller))\b"
    r"|(?:变化|變化|增长|增長|差额|差額|相差|平均|比率|之和|总和|總和)(?:了|是|为|為)?多少|多了?多少|平均值",
    re.IGNORECASE,
)
"""Asks for a figure that has to be computed: no document may tell it in words."""
_SAME: Final = 0.7
_FAR_BEHIND: Final = 5.0
_HALF: Final = 0.5


def confidence_features(
    selection: Selection, passages: Sequence[Passage], weight: TermWeights
) -> dict[str, float]:
    """Measures of the evidence by `CONFIDENCE_FEATURES`; empty without evidence.

    Missing are shares of the question's names, numbers and other words (its relation: what is said of
    the names) that the chosen units lack, and far where even the best unit's whole passage lacks them.
    `given` and `alone` tell where ranks and rivals say nothing: passages that no search ranked, and how
    few they are.
    """
    if not selection.ranked:
        return {}
    best = selection.ranked[0]
    own = best.features
    return {
        **{name: own[name] for name in _OF_BEST},
        **_evidence(selection, passages),
        **_question(selection, passages, weight),
        **_read(selection),
    }


def _evidence(selection: Selection, passages: Sequence[Passage]) -> dict[str, float]:
    ranked, best = selection.ranked, selection.ranked[0]
    others = [e.score for e in ranked if e.unit.passage != best.unit.passage]
    ranks = {passage.score for passage in passages}
    return {
        "score": best.score,
        "margin": best.score - _runner_up(ranked),
        "passage_margin": min(best.score - max(others), _FAR_BEHIND) if others else 0.0,
        "membership": max((e.probability for e in selection.chosen), default=0.0),
        "members": float(len(selection.chosen)),
        "given": float(len(ranks) == 1),
        "alone": 1.0 / len(passages),
        "units": math.log(max(selection.considered, 1)),
    }


def _question(selection: Selection, passages: Sequence[Passage], weight: TermWeights) -> dict[str, float]:
    question, unit = selection.question, selection.ranked[0].unit
    own, passage = selection.ranked[0].features, passages[unit.passage]
    around = f"{naming(passage)} {unit.heading}"
    told = " ".join(evidence.unit.in_place for evidence in selection.chosen)
    initials = Initials(question.asked)
    said = set(text_terms(told)) | initials.terms_in(told)
    context = said | set(text_terms(around)) | initials.terms_in(around)
    whole = set(text_terms(f"{around}\n{passage.text}")) | initials.terms_in(f"{around}\n{passage.text}")
    held = numbers_of(spelled_out(f"{around}\n{passage.text}")) if question.numbers else set()
    relation = [t for t in question.terms if t not in question.names and t not in question.numbers]
    coverage = near_overlap(question.terms, context, weight)
    distrust = 1.0 - selection.trust
    names, numbers = question.names, question.numbers
    return {
        "answer_coverage": coverage,
        "untrusted": distrust,
        "untrusted_context": distrust * own["context_overlap"],
        "untrusted_coverage": distrust * coverage,
        "rarest_missing": max(
            (_missing((t,), context, weight) * weight(t) for t in question.terms), default=0.0
        ),
        "relation_missing": _missing(relation, said, weight),
        "relation_far": _missing(relation, whole, weight),
        "names_missing": 1.0 - own["names_in_context"] if names else 0.0,
        "names_far": len(names - whole) / len(names) if names else 0.0,
        "names_near": _nearly_named(names, context),
        "numbers_missing": 1.0 - own["numbers_in_context"] if numbers else 0.0,
        "numbers_far": len(numbers - held) / len(numbers) if numbers else 0.0,
        "identifiers_far": float(not identifiers(question.asked) <= held_tokens(f"{around}\n{passage.text}")),
        "other_years": float(_speaks_of_other_years(question, unit)),
        "numbered_otherwise": float(_is_numbered_otherwise(question, f"{around}\n{told}")),
        "words_missing": float(sum(_missing((term,), context, weight) > _HALF for term in question.terms)),
        "kind_missing": float(own["kind"] < 0.0),
        "new": _new(question, unit),
        "terms": math.log1p(len(question.terms)) * (1.0 - 0.4 * question.cjk),
        "explanation": own["long_answer"],
        "computed": float(_COMPUTED.search(question.asked) is not None),
    }


def _missing(terms: Sequence[str], held: Collection[str], weight: TermWeights) -> float:
    return 1.0 - near_overlap(terms, held, weight) if terms else 0.0


def _nearly_named(names: Collection[str], held: Collection[str]) -> float:
    """The share of names that are not held while a word that begins alike is: Martina where Martin stands."""
    missing = [name for name in names if name not in held]
    return sum(credit > _HALF for credit in near_credits(missing, held)) / len(names) if missing else 0.0


def _is_numbered_otherwise(question: Question, held: str) -> bool:
    """Whether what the question calls by a word and a number stands there with other numbers alone."""
    known = numbered_names(held)
    words = {word for word, _ in known}
    return any(word in words and (word, n) not in known for word, n in numbered_names(question.asked))


def _new(question: Question, unit: Unit) -> float:
    """The share of a unit's content words that the question does not hold: an echo of it tells nothing."""
    told = set(text_terms(unit.text))
    return len(told - set(question.terms)) / (1.0 + len(told))


def _speaks_of_other_years(question: Question, unit: Unit) -> bool:
    asked = {number for number in question.numbers if _YEAR.fullmatch(number)}
    told = set(_YEAR.findall(unit.reading))
    return bool(asked and told) and not asked & told


def _read(selection: Selection) -> dict[str, float]:
    """What the reader says of the best unit, of all and of what is told; 0 each where it has not read."""
    found = dict.fromkeys(_OF_READER, 0.0)
    if not selection.has_read:
        return found
    own = selection.ranked[0].features
    others = [e.features["reader_evidence"] for e in selection.ranked[1:]]
    evidence = own["reader_evidence"]
    return {
        "read": 1.0,
        "read_evidence": evidence,
        "read_answerable": own["reader_answerable"],
        "read_span": own["reader_span"],
        "read_margin": min(evidence - max(others), _FAR_BEHIND) if others else _FAR_BEHIND,
        "read_best": max([evidence, *others]),
        "read_anywhere": max(e.features["reader_answerable"] for e in selection.ranked),
        "read_alone": selection.read_alone,
    }


def _runner_up(ranked: Sequence[Evidence]) -> float:
    """The best score among units of other content than the best: a repeated fact is no rival."""
    best = set(text_terms(ranked[0].unit.text))
    for evidence in ranked[1:]:
        other = set(text_terms(evidence.unit.text))
        if len(best & other) < _SAME * len(best | other):
            return evidence.score
    return ranked[0].score - _FAR_BEHIND
