"""Chinese follow-ups: the span of the question before that a fragment replaces, and the topic it kept.

Chinese has no spaces; a phrase ends where a function word, a question word or a mark stands.
"""

from __future__ import annotations

import re
from typing import Final

from rag.answering.understanding.chinese_dependence import ASKING, ENDS
from rag.answering.understanding.likeness import Likeness
from rag.answering.understanding.turns import Turn

__all__ = ["continued", "referent", "topic"]

_STOPS: Final = re.compile(
    rf"(?P<stop>{ASKING}|请|請|一共|总共|总|可以|能够|能|需要|应该|参加了|[的地得是在于於由从從对對把被到了着過过吗嗎呢吧啊有和与與及{ENDS}])"
)
_TOPIC_STOPS: Final = re.compile(
    rf"{ASKING}|可以|能够|需要|应该|应當|[的是在于於有由被为為会會能可了着吗嗎呢{ENDS}]|(?<!\d)\d+年"
)
_OBJECT: Final = re.compile(
    rf"(?:[了着過过]|负责|負責|创立|設計|设计|到)(?P<topic>[^{ENDS}的了]{{2,12}})[{ENDS}]*$"
)
_NUMBERED: Final = re.compile(
    r"(?<![A-Za-z])[A-Za-z]*\d[A-Za-z0-9.-]*+[年月日号號]?|[一二三四五六七八九十]+[年月日号號]"
)
_MARKS: Final = re.compile(rf"(?<![{ENDS}])[{ENDS}]+$")
_LONGEST: Final = 8
_SHORT: Final = 10


def continued(fragment: str, asks: str, before: str, likeness: Likeness) -> str:
    """The question before with the fragment in its like's place; with the asking words behind its topic."""
    if asks:
        head = topic(before)
        return f"{head}{asks}？" if head else ""
    fragment = re.sub(r"^在", "", fragment)
    belongs = fragment.endswith("的")
    fragment = fragment.removesuffix("的")
    spans = _spans(before)
    if not spans or not fragment:
        return ""
    told = [before[start:end] for start, end in spans]
    cosines, edges = likeness.cosines(fragment, told), likeness.edges(before)
    scores = [
        _fit(fragment, before, span, belongs=belongs) + 2.0 * cosine + 0.5 * sum(at in edges for at in span)
        for span, cosine in zip(spans, cosines, strict=True)
    ]
    start, end = spans[max(range(len(spans)), key=lambda k: (scores[k], -k))]
    return before[:start] + fragment + before[end:]


def topic(question: str) -> str:
    """What a question is about: its beginning up to a function word, else the object at its end."""
    text = re.sub(rf"^(?:请问|請問|请|請)[{ENDS}]*", "", question)
    stop = _TOPIC_STOPS.search(text)
    head = text[: stop.start()] if stop is not None else _MARKS.sub("", text)
    if len(head) >= 2:
        return head
    last = _OBJECT.search(question)
    return last["topic"] if last is not None else ""


def referent(person: bool, place: bool, turn: Turn) -> str:
    """Who or where was answered, where that was asked; else the question's topic."""
    answer = _MARKS.sub("", turn.answer)
    short = answer if 0 < len(answer) <= _SHORT else ""
    if person and re.search("谁|誰|哪位", turn.question) and short:
        return short
    if place and re.search("哪|什么地方|什麼地方", turn.question) and short:
        return re.sub(r"^在", "", short)
    return topic(turn.question)


def _spans(before: str) -> list[tuple[int, int]]:
    """Runs between function words, and parts of long runs."""
    spans, at = [], 0
    edges = [(m.start(), m.end()) for m in _STOPS.finditer(before)] + [(len(before), len(before))]
    for start, end in edges:
        run = (at, start)
        at = end
        for i in range(*run):
            for j in range(i + 1, min(i + _LONGEST, run[1]) + 1):
                spans.append((i, j))
        if run[1] - run[0] > _LONGEST:
            spans.append(run)
    return spans


def _fit(fragment: str, before: str, span: tuple[int, int], *, belongs: bool) -> float:
    """How well a span's form agrees: numbers for numbers, the same last or first signs, whole phrases."""
    start, end = span
    old = before[start:end]
    score = 0.0
    new_number, old_number = _NUMBERED.fullmatch(fragment), _NUMBERED.fullmatch(old)
    if new_number and old_number:
        score += 3.0 if fragment[-1].isdigit() == old[-1].isdigit() or not fragment[-1].isdigit() else 2.0
        cut = (start and before[start - 1].isdigit()) or (end < len(before) and before[end].isdigit())
        score -= 3.0 if cut else 0.0
        score -= (
            1.0 if end < len(before) and before[end] in "年月日号號" and fragment[-1] != before[end] else 0.0
        )
    elif new_number or old_number:
        score -= 1.0
    if fragment[-1] == old[-1] and not new_number:
        score += 1.0
        score += 0.5 * (fragment[-2:] == old[-2:])
    if fragment[0] == old[0] and len(old) > 1:
        score += 0.3
    if fragment == old:
        score -= 5.0
    score -= 0.2 * abs(len(fragment) - len(old))
    opens = start == 0 or _STOPS.fullmatch(before[start - 1]) is not None
    closes = end == len(before) or _STOPS.match(before, end) is not None
    score += 0.4 * opens + 0.4 * closes
    if belongs and end < len(before):
        score += 0.4 * (before[end] == "的" or not closes)
    return score
