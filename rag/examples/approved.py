"""From an approved answer to an example with its evidence, and to a question whose answer is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rag.examples.pool import parse_example
from rag.schema import Example, RunRecord
from rag.text import content_words, detect_language, has_cjk, sentence_spans, words

__all__ = [
    "ApprovedExample",
    "asked_alone",
    "example_of",
    "merged_pools",
    "question_line",
    "same_question",
]

_WHOLE: Final = 800
_MOST_PASSAGES: Final = 4
_BORNE_OUT: Final = 0.6
_END: Final = re.compile(r"([.!?。！？]?[\"'”’」』）)]{0,4})\Z")
_NONE: Final = "none"


@dataclass(frozen=True)
class ApprovedExample:
    """An example and the ids of the documents that its passages are from."""

    example: Example
    document_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Evidence:
    """A passage of a run's answer with the places in it that are cited."""

    passage: Mapping[str, Any]
    places: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """The passage, or where it is long its cited sentences with one neighbour on either side."""
        whole, start = str(self.passage["text"]), int(self.passage["start"])
        if len(whole) <= _WHOLE:
            return whole
        spans = sentence_spans(whole)
        cited = [
            number
            for number, (a, b) in enumerate(spans)
            if any(first < start + b and start + a < last for first, last in self.places)
        ] or [0]
        first, last = max(0, cited[0] - 1), min(len(spans) - 1, cited[-1] + 1)
        return whole[spans[first].start : spans[last].end]


def example_of(record: RunRecord, wanted_answer: str = "") -> ApprovedExample | None:
    """The example that a run's answer, or the answer that a person wanted instead, is for later questions.

    Passages are those that the answer cites, each sentence with marks `[n]` of its own; for a refusal the
    two that came nearest. None where no passage bears a wanted answer out: an example without evidence
    would teach to answer without.
    """
    answer = record.answer
    if wanted_answer.strip():
        evidence = _bearing_out(answer, wanted_answer)
        text = _marked(wanted_answer.strip(), range(1, len(evidence) + 1))
        label = ""
    elif answer.get("abstained"):
        evidence = [_Evidence(passage) for passage in answer.get("passages", ())[:2]]
        text, label = str(answer["answer"]), _NONE
    else:
        evidence = _cited(answer)
        text, label = _answer_text(answer, evidence), ""
    if not evidence or not text:
        return None
    fields = {
        "question": asked_alone(record),
        "answer": text,
        "passages": [item.text for item in evidence],
        "label": label,
    }
    documents = dict.fromkeys(str(item.passage["document_id"]) for item in evidence)
    return ApprovedExample(parse_example(fields), tuple(documents))


def asked_alone(record: RunRecord) -> str:
    """A run's question; one that followed up others in the words in which it can stand alone."""
    return str(record.answer.get("understood") or record.question)


def same_question(first: str, second: str) -> bool:
    """Whether two questions are the same by their words, whatever case and punctuation."""
    return words(first) == words(second)


def merged_pools(shipped: Sequence[Example], approved: Sequence[Example]) -> tuple[Example, ...]:
    """One pool; of examples with the same question the shipped one, then the one approved first, stays."""
    pool = {example.example_id: example for example in shipped}
    asked = {tuple(words(example.question)) for example in shipped}
    for example in approved:
        question = tuple(words(example.question))
        if example.example_id not in pool and question not in asked:
            asked.add(question)
            pool[example.example_id] = example
    return tuple(pool.values())


def question_line(record: RunRecord, rating: int, wanted_answer: str = "") -> dict[str, Any] | None:
    """A run with feedback as a line for `citewell evaluate answers` and `citewell calibrate`.

    An approved answer is right, and what it cites is gold; an approved refusal has no answer; a wanted
    answer is right, wherever it stands. None where all that is known is that an answer was wrong.
    """
    answer, wanted = record.answer, wanted_answer.strip()
    line: dict[str, Any] = {
        "id": record.run_id,
        "question": asked_alone(record),
        "language": detect_language(asked_alone(record)),
    }
    if wanted:
        return {**line, "answers": [wanted]}
    if rating < 0:
        return None
    if answer.get("abstained"):
        return {**line, "answers": []}
    cited = answer.get("citations", ())
    return {
        **line,
        "answers": [answer["answer"]],
        "documents": list(dict.fromkeys(citation["source"] for citation in cited)),
        "quotes": list(dict.fromkeys(citation["quote"] for citation in cited)),
    }


def _cited(answer: Mapping[str, Any]) -> list[_Evidence]:
    """The passages that hold the citations, in the order of their first use."""
    found: list[_Evidence] = []
    for passage, citation in _held(answer):
        known = next((i for i, item in enumerate(found) if item.passage is passage), None)
        place = (int(citation["start"]), int(citation["end"]))
        if known is None:
            found.append(_Evidence(passage, (place,)))
        else:
            found[known] = _Evidence(passage, (*found[known].places, place))
    return found[:_MOST_PASSAGES]


def _held(answer: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each citation with the passage that holds it."""
    pairs = []
    for citation in answer.get("citations", ()):
        for passage in answer.get("passages", ()):
            inside = passage["start"] <= citation["start"] and citation["end"] <= passage["end"]
            if inside and passage["document_id"] == citation["document_id"]:
                pairs.append((passage, citation))
                break
    return pairs


def _answer_text(answer: Mapping[str, Any], evidence: Sequence[_Evidence]) -> str:
    """The answer's sentences with the marks of the passages that they cite; "" if one lost its passage."""
    holders = {citation["number"]: passage for passage, citation in _held(answer)}
    number_of = {id(item.passage): number for number, item in enumerate(evidence, 1)}
    told = []
    for sentence in answer.get("sentences", ()):
        cited = [number_of.get(id(holders.get(number))) for number in sentence["citations"]]
        if None in cited:
            return ""
        told.append(_marked(sentence["text"], sorted({number for number in cited if number is not None})))
    joint = "" if has_cjk(answer.get("answer", "")) else " "
    return joint.join(told)


def _bearing_out(answer: Mapping[str, Any], wanted: str) -> list[_Evidence]:
    """The passage that holds most of the words of a wanted answer, cited ones first; none if too few."""
    asked = content_words(wanted)
    passages = [*(item.passage for item in _cited(answer)), *answer.get("passages", ())]
    if not asked or not passages:
        return []
    shares = [len(asked & content_words(passage["text"])) / len(asked) for passage in passages]
    best = max(range(len(passages)), key=lambda number: (shares[number], -number))
    return [_placed(passages[best], asked)] if shares[best] >= _BORNE_OUT else []


def _placed(passage: Mapping[str, Any], asked: set[str]) -> _Evidence:
    """A passage with its sentence that shares the most words with a wanted answer."""
    text, start = str(passage["text"]), int(passage["start"])
    spans = sentence_spans(text)
    if not spans:
        return _Evidence(passage)
    best = max(spans, key=lambda span: len(asked & content_words(text[span.start : span.end])))
    return _Evidence(passage, ((start + best.start, start + best.end),))


def _marked(text: str, numbers: Sequence[int]) -> str:
    """A sentence with marks before its end, as examples have them."""
    if not numbers:
        return text
    marks = "".join(f"[{number}]" for number in numbers)
    space = "" if has_cjk(text) else " "
    return _END.sub(lambda match: f"{space}{marks}{match[1]}", text.rstrip(), count=1)
