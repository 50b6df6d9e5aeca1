"""What a turn was about: the subject of its question, or what its answer named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.answering.understanding import chinese
from rag.answering.understanding.dependence import Referent
from rag.answering.understanding.speech import Speech, Token, speech_of, tokens
from rag.answering.understanding.turns import Turn
from rag.text import has_cjk, sentence_spans

__all__ = ["TAKES_VERB", "referent", "subject"]

_SHORT: Final = 6
_OF: Final = frozenset(["of", "for", "de", "di", "von", "du", "del", "della"])
TAKES_VERB: Final = frozenset(["do", "does", "did", "can", "will", "must", "should", "may"])
_PARTICIPLE: Final = re.compile(r".{2,}(?:ed|en|t)$")
_JOINING: Final = frozenset(["of", "de", "der", "des", "du", "del", "di", "von", "and", "&", "the"])


def referent(what: Referent, written: str, turn: Turn) -> str:
    """What a word that points back stands for in a turn; empty where nothing fits."""
    if has_cjk(turn.question):
        return chinese.referent(what is Referent.PERSON, what is Referent.PLACE, turn)
    speech = speech_of(turn.question)
    pointed = tokens(written)
    if len(pointed) > 1:
        return _called(pointed[-1].word, turn, speech) or subject(turn.question)
    found = tokens(turn.question)
    asked = found[0].word if found else ""
    asks_who = asked in speech.persons_asked
    named = _answered(turn.answer, speech)
    if what in (Referent.PERSON, Referent.GROUP) and asks_who and named:
        return named
    if what is Referent.PERSON and asks_who:
        return _lone_name(turn, speech) or _described(found, turn.question, speech)
    place = what is Referent.PLACE and asked in {"where", "which", "what", "wo", "où", "dónde", "dove"}
    if place and named and not (asked == "what" and any(map(str.isdigit, named))):
        return named
    if what is Referent.THING and asked in {"which", "welche", "welches", "quelle", "quel", "quale"}:
        return _chosen(found, turn.answer, named, speech) or subject(turn.question)
    return subject(turn.question) or next(iter(turn.about), "")


def _lone_name(turn: Turn, speech: Speech) -> str:
    """The only name in an answer that its question does not hold; else empty."""
    asked = {token.word for token in tokens(turn.question)}
    found = tokens(turn.answer)
    names = set[str]()
    for start, end in _names(found, speech):
        run = [token for token in found[start:end] if token.is_name]
        if run and not asked & {token.word for token in run}:
            names.add(turn.answer[run[0].start : run[-1].end])
    return names.pop() if len(names) == 1 else ""


def _described(found: Sequence[Token], question: str, speech: Speech) -> str:
    """All that stands behind "who is": "the treasurer of the society"; else the question's subject."""
    copula = len(found) > 3 and found[2].word in speech.determiners and speech.is_verb(found[1].word)
    words = [token for token in found[2:] if not token.is_mark]
    if not copula or any(speech.is_verb(token.word) for token in words):
        return subject(question)
    return question[words[0].start : words[-1].end]


def subject(question: str) -> str:
    """The name in a question, else its first noun phrase behind the words that ask."""
    speech = speech_of(question)
    found = tokens(question)
    names = _names(found, speech)
    if names:
        start, end = names[0]
        return re.sub(r"['’]s?$", "", question[found[start].start : found[end - 1].end])
    words = [token for token in found if not token.is_mark]
    if len(words) == 4 and words[0].word == "which" and speech.is_verb(words[2].word):
        return f"the {words[1].written} that {question[words[2].start : words[3].end]}"
    phrase = _noun_phrase(found, speech)
    return question[phrase[0].start : phrase[-1].end] if phrase else ""


def _names(found: Sequence[Token], speech: Speech) -> list[tuple[int, int]]:
    """Runs of capitalised words and codes behind the first word, with "error" of "error E12" and "the"."""
    runs, at = [], 1
    while at < len(found):
        token = found[at]
        if token.is_mark or not token.is_name or token.word in speech.function_words or _is_time(token):
            at += 1
            continue
        start, end = at, at + 1
        while end < len(found) and not found[end].is_mark:
            joined = found[end].word in _JOINING and end + 1 < len(found) and found[end + 1].is_name
            if not (found[end].is_name or joined):
                break
            end += 1
        before, verb = found[at - 1].word, found[at - 3].word if at > 2 else ""
        if before in speech.prepositions and speech.is_verb(verb) and start == at:
            start = at - 2  # "How long does delivery to Italy take?"
        elif token.is_code or (end < len(found) and found[start - 1].word in speech.determiners):
            start, end = _widened(found, start, end, speech)
        runs.append((start, end))
        at = end
    return runs


def _widened(found: Sequence[Token], start: int, end: int, speech: Speech) -> tuple[int, int]:
    """A code with the noun before it; a name behind an article with the noun that it qualifies."""
    before = found[start - 1]
    if found[start].is_code:
        noun = start > 1 and not before.is_mark and before.word not in speech.function_words
        return (start - 1 if noun else start), end
    following = found[end]
    if not following.is_mark and following.word not in speech.function_words:
        return start - 1, end + 1
    return start - 1, end


def _is_time(token: Token) -> bool:
    return token.word.isdigit()


def _noun_phrase(found: Sequence[Token], speech: Speech) -> list[Token]:
    """The phrase behind the first article, without its verb; in "the X of the Y" the talk is of the Y."""
    verb = next((i for i, token in enumerate(found) if speech.is_verb(token.word)), -1)
    start = next((i for i in range(max(verb, 0), len(found)) if found[i].word in speech.determiners), None)
    if start is None:
        return _plain_phrase(found, verb, speech)
    end = start + 1
    while end < len(found) and not found[end].is_mark and found[end].word not in speech.function_words:
        end += 1
    of = end + 1 < len(found) and found[end].word in _OF
    if of:
        return _phrase_at(found, end + 1, speech)
    if end > start + 2 and verb >= 0 and start == verb + 1:
        auxiliary, last = found[verb].word, found[end - 1].word
        if auxiliary in TAKES_VERB or _PARTICIPLE.fullmatch(last):
            end -= 1
    return list(found[start:end])


def _phrase_at(found: Sequence[Token], start: int, speech: Speech) -> list[Token]:
    """The words up to the next function word, with the determiner that opens them."""
    end = start + 1 if found[start].word in speech.determiners else start
    while end < len(found) and not found[end].is_mark and found[end].word not in speech.function_words:
        end += 1
    return list(found[start:end])


def _plain_phrase(found: Sequence[Token], verb: int, speech: Speech) -> list[Token]:
    """Without an article: the words right behind the auxiliary, without the verb at their end."""
    words: list[Token] = []
    for token in found[verb + 1 :] if verb >= 0 else ():
        if token.is_mark or token.word in speech.function_words:
            if words:
                break
            continue
        words.append(token)
    return words[:1] if len(words) > 1 and verb >= 0 else words


def _answered(answer: str, speech: Speech) -> str:
    """The name that a short answer gives, or that opens a sentence; empty where it gives none."""
    spans = sentence_spans(answer)
    first = answer[slice(*spans[0])] if spans else ""
    found = [token for token in tokens(first) if not token.is_mark]
    while found and (found[0].word in speech.prepositions):
        found = found[1:]
    if not found or not (
        found[0].is_name or found[0].word in speech.determiners or found[0].word[0].isdigit()
    ):
        return ""
    whole = first[found[0].start : found[-1].end]
    if re.search(r"[:;–]", whole):  # a row or field: its first word is its name
        return ""
    if len(found) <= _SHORT and not any(speech.is_verb(token.word) for token in found):
        return whole[:1].lower() + whole[1:] if found[0].word in speech.determiners else whole
    end = next((i for i, token in enumerate(found) if not token.is_name), len(found))
    is_name = found[0].is_name and (end > 1 or found[0].word not in speech.function_words)
    return first[found[0].start : found[end - 1].end] if end and is_name else ""


def _chosen(found: Sequence[Token], answer: str, named: str, speech: Speech) -> str:
    """What "which" chose: "version 3.2" for "Which version ...?", "3.2"; empty where it is no subject."""
    if len(found) < 2 or not named:
        return ""
    noun, follows = found[1], found[2] if len(found) > 2 else None
    if follows is None or (speech.is_verb(follows.word) and follows.word in {"did", "do", "does", "has"}):
        return ""
    return f"{noun.written} {named}" if named[0].isdigit() else named


def _called(noun: str, turn: Turn, speech: Speech) -> str:
    """A phrase of the turn that ends with this noun: "the safety valve" for "this valve"."""
    for text in (turn.question, turn.answer):
        found = tokens(text)
        for at, token in enumerate(found):
            start = at
            while (
                start and not found[start - 1].is_mark and found[start - 1].word not in speech.function_words
            ):
                start -= 1
            if token.word == noun and start < at:
                return f"the {text[found[start].start : token.end]}"
    return ""
