"""Windows that look right and hold no answer: neighbours, gaps, and questions about something else."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.reader.form import Group, Passage

__all__ = ["Neighbours", "swapped_question"]

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"[A-Z][\w'’.-]*\w(?: (?:of |the |de |von |and )?[A-Z][\w'’.-]*\w)*")
_NEAREST = 12
_CHUNK = 512


class Neighbours:
    """The passages of a source that are nearest to each question by TF-IDF, its own left out."""

    def __init__(self, groups: Sequence[Group]) -> None:
        """Index the first passage of each group."""
        self._groups = groups
        texts = [f"{group.passages[0].title} {group.passages[0].text}" for group in groups]
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", max_df=0.2, dtype=np.float32)
        passages = vectorizer.fit_transform(texts)
        asked = vectorizer.transform([group.question for group in groups])
        nearest = []
        for start in range(0, len(groups), _CHUNK):
            scores = (asked[start : start + _CHUNK] @ passages.T).toarray()
            count = min(_NEAREST, scores.shape[1])
            nearest.append(np.argpartition(-scores, count - 1, axis=1)[:, :count])
        self._nearest = np.concatenate(nearest)

    def draw(self, index: int, rng: random.Random) -> Passage | None:
        """One of the nearest that is another text and does not contain the answer of group `index`."""
        group = self._groups[index]
        own = {passage.text for passage in group.passages}
        titles = {passage.title for passage in group.passages if passage.relevant and passage.spans is None}
        answers = [
            passage.text[a:b].lower()
            for passage in group.passages
            if passage.relevant
            for a, b in passage.spans or ()
        ]
        found = [self._groups[other].passages[0] for other in self._nearest[index].tolist()]
        found = [
            passage
            for passage in found
            if passage.text not in own
            and not (passage.title and passage.title in titles)
            and not any(answer in passage.text.lower() for answer in answers)
        ]
        if not found:
            return None
        chosen = rng.choice(found)
        none = (False,) * len(chosen.units)
        return Passage(chosen.text, chosen.title, False, (), chosen.units, none)


def swapped_question(group: Group, passage: Passage, other: Group, rng: random.Random) -> str | None:
    """The question about another number, identifier or name, which the passage then does not answer.

    A number is changed to one that the passage lacks. A name that question and passage share gives way to
    one from outside the sentences of the answer, or from another group's passage. None where the question
    holds neither.
    """
    ways = [_other_number, _other_name]
    rng.shuffle(ways)
    for way in ways:
        changed = way(group.question, passage, other, rng)
        if changed is not None:
            return changed
    return None


def _other_number(question: str, passage: Passage, other: Group, rng: random.Random) -> str | None:
    present = set(_NUMBER.findall(passage.text + " " + passage.title))
    found = [match for match in _NUMBER.finditer(question) if match.group() in present]
    if not found:
        return None
    number = rng.choice(found)
    for _ in range(8):
        digits = list(number.group())
        if rng.random() < 0.5 and not number.group().startswith("0"):
            changed = str(max(1, int(number.group()) + rng.choice((-3, -2, -1, 1, 2, 3))))
        else:
            at = rng.randrange(len(digits))
            digits[at] = rng.choice("0123456789" if at else "123456789")
            changed = "".join(digits)
        if changed not in present:
            return question[: number.start()] + changed + question[number.end() :]
    return None


def _other_name(question: str, passage: Passage, other: Group, rng: random.Random) -> str | None:
    names = {match.group() for match in _NAME.finditer(passage.text + "\n" + passage.title)}
    lowered = question.lower()
    shared = [name for name in sorted(names) if len(name) > 3 and _at(lowered, name.lower()) >= 0]
    if not shared:
        return None
    name = max(shared, key=len)
    if rng.random() < 0.4:
        candidates = _names_elsewhere(passage)
    else:
        candidates = [m.group() for p in other.passages for m in _NAME.finditer(p.text)]
        candidates = [found for found in candidates if found.lower() not in passage.text.lower()]
    candidates = [
        found
        for found in candidates
        if len(found) > 3
        and found.lower() not in lowered
        and not set(found.lower().split()) & set(name.lower().split())
    ]
    if not candidates:
        return None
    at = _at(lowered, name.lower())
    chosen = rng.choice(sorted(set(candidates)))
    return question[:at] + (chosen.lower() if question.islower() else chosen) + question[at + len(name) :]


def _at(text: str, word: str) -> int:
    """Where a word or words stand in the text as whole words; -1 where they do not."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if (at == 0 or not text[at - 1].isalnum()) and (end == len(text) or not text[end].isalnum()):
            return at
        at = text.find(word, at + 1)
    return -1


def _names_elsewhere(passage: Passage) -> list[str]:
    """Names in units that are not evidence and not within those that are."""
    if passage.evidence is None:
        return []
    texts = [passage.text[start:end] for start, end in passage.units]
    borne = " ".join(text for text, marked in zip(texts, passage.evidence, strict=True) if marked)
    free = [text for text, marked in zip(texts, passage.evidence, strict=True) if not marked]
    # The first word of a sentence is often no name.
    found = [match.group() for text in free for match in _NAME.finditer(text) if match.start() > 0]
    return [name for name in found if name not in borne]
