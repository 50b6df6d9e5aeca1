"""A follow-up made to stand alone: what is new in it takes the place of its like in the question before.

"How much is a tyre change for the Volta Uno?" + "What about a service?"
-> spans of the question before: "a tyre change", "the Volta Uno", "a tyre", ...
-> the span that is most like the fragment gives way: "How much is a service for the Volta Uno?"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rag.answering.understanding import chinese
from rag.answering.understanding.dependence import Dependence, Referent, dependence
from rag.answering.understanding.likeness import Likeness
from rag.answering.understanding.speech import Speech, Token, speech_of, tokens
from rag.answering.understanding.subjects import TAKES_VERB, referent
from rag.answering.understanding.turns import Turn
from rag.text import has_cjk

__all__ = ["standalone", "substituted", "understood"]

_END: Final = re.compile(r"(?<![\s?？.。!！])[\s?？.。!！]*$")
_LONGEST: Final = 6
_NOTHING_ALIKE: Final = Likeness()
_LEAST: Final = 0.3


def understood(question: str, turns: Sequence[Turn], likeness: Likeness = _NOTHING_ALIKE) -> str:
    """What a question asks after these turns, oldest first; each is understood by those before it."""
    known: list[Turn] = []
    for turn in turns:
        known.append(replace(turn, question=standalone(turn.question, known, likeness)))
    return standalone(question, known, likeness)


def standalone(question: str, turns: Sequence[Turn], likeness: Likeness = _NOTHING_ALIKE) -> str:
    """A question made to stand alone by turns whose questions do; as it is where it leaves nothing open."""
    if not turns:
        return question
    base = next((turn for turn in reversed(turns) if dependence(turn.question).is_standalone), turns[-1])
    leaves = dependence(question, base.question)
    if leaves.is_standalone or not base.question:
        return question
    if has_cjk(question) != has_cjk(base.question):
        return question
    if leaves.anaphors:
        return _resolved(question, leaves, turns)
    if has_cjk(question):
        made = chinese.continued(leaves.fragment, leaves.asks, base.question, likeness)
        return made or question
    speech = speech_of(base.question, question)
    body = _END.sub("", base.question)
    mark = base.question[len(body) :].strip() or ("?" if leaves.asks else "")
    if leaves.asks:
        body = _asked_again(leaves.asks, body, speech)
    if leaves.fragment:
        opens = question.lstrip().startswith(leaves.fragment)
        body = substituted(leaves.fragment, body, speech, likeness, opens=opens)
    return body + (mark or "?")


def _resolved(question: str, leaves: Dependence, turns: Sequence[Turn]) -> str:
    """Each word that points back replaced by what it stands for, once; as it is where nothing fits."""
    parts, at, used = [], 0, set[str]()
    for anaphor in leaves.anaphors:
        written = question[anaphor.start : anaphor.end]
        names = (referent(anaphor.referent, written, turn) for turn in reversed(turns))
        name = next((name for name in names if name and name not in used), "")
        if not name:
            continue
        used.add(name)
        parts += [question[at : anaphor.start], _in_place(name, written, anaphor.referent, anaphor.owns)]
        at = anaphor.end
    text = "".join([*parts, question[at:]])
    return text[:1].upper() + text[1:]


def _in_place(name: str, written: str, what: Referent, owns: bool) -> str:
    if has_cjk(name):
        return f"{name}的" if owns else name
    if owns:
        return f"{name}'" if name.endswith("s") else f"{name}'s"
    return f"in {name}" if what is Referent.PLACE and written.casefold() == "there" else name


def _asked_again(asks: str, body: str, speech: Speech) -> str:
    """`When?` takes the place of the words that asked; a question that had none is asked with it."""
    found = tokens(body)
    start = next((i for i, token in enumerate(found) if not token.is_mark), 0)
    if start + 1 < len(found) and found[start].word in speech.prepositions:
        start += found[start + 1].word in speech.asking
    asked = asks[:1].upper() + asks[1:]
    if found[start].word not in speech.asking:
        return f"{asked} {body[:1].lower()}{body[1:]}"
    verb = next((i for i in range(start + 1, len(found)) if speech.is_verb(found[i].word)), start + 1)
    if not speech.is_verb(found[min(verb, len(found) - 1)].word):
        verb = start + 1
    return f"{asked} {body[found[verb].start :]}" if verb < len(found) else asked


def substituted(fragment: str, body: str, speech: Speech, likeness: Likeness, *, opens: bool = False) -> str:
    """The question with the span that is most like the fragment replaced by it; else with it at the end.

    Where the fragment `opens` what was typed, its capital may only be that of a sentence.
    """
    given = _without_owner(tokens(fragment), speech)
    found = tokens(body)
    preposition = given[0].word if given[0].word in speech.prepositions else ""
    spans = [
        (i, j)
        for i in range(len(found))
        for j in range(i + 1, min(i + _LONGEST, len(found)) + 1)
        if _may_give_way(found, i, j, preposition, speech)
    ]
    text = fragment[given[0].start : given[-1].end]
    if not spans:
        return f"{body} {text}"
    meant = _content(text, given, speech)
    cosines = _cosines(meant, [_content(body, found[i:j], speech) for i, j in spans], likeness)
    scores = [
        _fit(given, found, span, speech) + 2.0 * cosine for span, cosine in zip(spans, cosines, strict=True)
    ]
    best = max(range(len(spans)), key=lambda k: (scores[k], -k))
    i, j = spans[best]
    if scores[best] < _LEAST:
        return f"{body} {text if preposition else f'for {text}'}"
    new = _new_text(text, given, found[i:j], speech, opens=opens)
    return body[: found[i].start] + new + body[found[j - 1].end :]


def _without_owner(given: list[Token], speech: Speech) -> list[Token]:
    """A fragment without "its", which the question before names already."""
    kept = given[1:] if len(given) > 1 and given[0].word in speech.owners else given
    return kept[1:] if len(kept) > 2 and kept[0].word == "the" and kept[1].word == "one" else kept


def _may_give_way(found: Sequence[Token], i: int, j: int, preposition: str, speech: Speech) -> bool:
    """Whether a span is a phrase: of no verb, asking word or mark, and with a word that names something."""
    inside = found[i:j]
    if any(token.is_mark or token.word in speech.asking or speech.is_verb(token.word) for token in inside):
        return False
    first, last = inside[0].word, inside[-1].word
    if last in speech.function_words or (first in speech.prepositions) != bool(preposition):
        return False
    if not preposition and any(token.word in speech.prepositions for token in inside[1:]):
        return False
    if j - i > 1 and i and found[i - 1].word in TAKES_VERB and all(token.is_mark for token in found[j:]):
        return False  # "does the lift cost": its last word is the verb
    if i == 0 and first not in speech.determiners | speech.prepositions and not inside[0].is_code:
        return False
    return first not in speech.others


def _cosines(meant: str, spans: Sequence[str], likeness: Likeness) -> list[float]:
    distinct = list(dict.fromkeys(spans))
    told = dict(zip(distinct, likeness.cosines(meant, distinct), strict=True))
    return [told[span] for span in spans]


def _content(text: str, found: Sequence[Token], speech: Speech) -> str:
    """A phrase without the small words at its beginning."""
    kept = [token for token in found if token.word not in speech.function_words]
    return text[kept[0].start : kept[-1].end] if kept else ""


def _fit(given: Sequence[Token], found: Sequence[Token], span: tuple[int, int], speech: Speech) -> float:
    """How well a span's form agrees with the fragment's: preposition, kinds of words, whole phrase."""
    i, j = span
    inside = found[i:j]
    new = [token for token in given if token.word not in speech.function_words]
    old = [token for token in inside if token.word not in speech.function_words]
    if not old:
        return -9.0
    score = 0.0
    if given[0].word in speech.prepositions:
        score += 2.0 if inside[0].word == given[0].word else 0.0
    if new:
        score += _same_form(new, old)
    elif len(new) == 0:
        score -= 1.0
    score -= 0.15 * abs(len(new) - len(old))
    if given[0].word in speech.determiners:
        score += 0.5 * (inside[0].word in speech.determiners)
    before = found[i - 1].word if i else ""
    after = found[j] if j < len(found) else None
    opens = not before or before in speech.function_words or i == 0 or inside[0].word in speech.determiners
    closes = after is None or after.is_mark or after.word in speech.function_words
    closes = closes or (before in TAKES_VERB and all(token.is_mark for token in found[j + 1 :]))
    has_one = any(token.word in {"one", "ones"} for token in given)
    score += 0.6 * opens + 0.6 * (closes or has_one)
    if before in speech.determiners and given[0].word in speech.determiners:
        score -= 0.5
    return score


def _same_form(new: Sequence[Token], old: Sequence[Token]) -> float:
    """Numbers stand for numbers, codes for codes, names for names; a word that both have ties them."""
    score = 0.0
    if any(token.word.isdigit() for token in new) and any(token.word.isdigit() for token in old):
        score += 3.0
    if any(token.is_code for token in new) and any(token.is_code for token in old):
        score += 2.0 if len(old) == len(new) else 1.0
    names = all(token.is_name for token in new), all(token.is_name for token in old)
    if all(names):
        score += 0.8
    elif names[0] != names[1]:
        score -= 0.4
    if new[-1].word == old[-1].word and len(new) > 1:
        score += 2.0
    elif new[0].word == old[0].word and len(new) > 1 and len(old) > 1:
        score += 1.0
    return score


def _has_the_capital_of_a_sentence(given: Sequence[Token]) -> bool:
    """Whether only the first letter of a phrase is a capital one: as a name has it, or a sentence."""
    first = given[0].written
    return len(first) > 1 and first.istitle() and not any(token.is_name for token in given[1:])


def _new_text(text: str, given: Sequence[Token], old: Sequence[Token], speech: Speech, *, opens: bool) -> str:
    """The fragment as it stands in the question: with the article of its place, and the noun for "one"."""
    if opens and _has_the_capital_of_a_sentence(given) and not any(token.is_name for token in old):
        text = text[:1].lower() + text[1:]
        given = [replace(given[0], written=text[: len(given[0].written)]), *given[1:]]
    words = [t.written for t in given]
    if words[-1].casefold() in {"one", "ones"} and len(words) > 1:
        text = " ".join([*words[:-1], old[-1].written])
    first = old[0]
    if first.word in speech.determiners and given[0].word not in speech.determiners | speech.prepositions:
        plain = first.word not in {"a", "an"} and (given[0].is_name or not given[-1].word.endswith("s"))
        if plain and not given[0].is_name:
            text = f"{first.written} {text}"
    return text[:1].upper() + text[1:] if first.start == 0 else text
