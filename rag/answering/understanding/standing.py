"""What is asked without the courtesy around it: "I'd like to know what the rent is" asks what the rent is."""

from __future__ import annotations

import re
from typing import Final

from rag.answering.understanding.speech import Speech, Token, speech_of, tokens
from rag.text import has_cjk

__all__ = ["standing"]

_CHINESE: Final = re.compile(
    r"^(?:你好|您好|请问一下|請問一下|请问|請問|麻烦你|麻烦您|麻烦|请你|请您|请|請|我想知道|我想问一下|我想问|我想了解一下|我想了解"
    r"|我很想知道|你能告诉我|您能告诉我|能告诉我|能否告诉我|可以告诉我|告诉我|告訴我|帮我查一下|帮我找一下|[，,、。！!：:\s])+"
)
_THANKS_BEHIND: Final = re.compile(
    r"(?<![\s,，])[\s,，]+(?:please|thanks|thank you|bitte|danke|s'il (?:vous|te) plaît|merci|por favor"
    r"|gracias|per favore|grazie|谢谢|多谢)(?=[\s.!?。！？]*+\Z)",
    re.I,
)


def standing(question: str) -> str:
    """A question without what only addresses the one who is asked; as it is where that would leave nothing.

    What goes is the longest beginning made of words of courtesy alone, one of them an address ("me", "you",
    "please"), if a question word follows, "whether", or a noun with its article.
    """
    text = _THANKS_BEHIND.sub("", question.strip())
    if has_cjk(text):
        return _CHINESE.sub("", text) or question
    speech = speech_of(text)
    found = tokens(text)
    size = _courtesy(found, speech)
    if not size:
        return text
    start = found[size].start if found[size].word not in speech.whether else found[size].end
    rest = text[start:].strip()
    return rest[:1].upper() + rest[1:] if rest else text


def _courtesy(found: list[Token], speech: Speech) -> int:
    """How many tokens at the beginning are courtesy; 0 where none, or where what follows is no question."""
    size = 0
    while size < len(found) and (found[size].word in speech.courtesy or found[size].word in {",", "!", "."}):
        size += 1
    while size and found[size - 1].word in speech.determiners:
        size -= 1
    if not size or size >= len(found) or not any(t.word in speech.address for t in found[:size]):
        return 0
    following = found[size].word
    if following in speech.asking | speech.whether | speech.determiners:
        return size
    if found[size].is_mark or found[size - 1].word in {",", "!", "."} | speech.address - {"you", "i", "sie"}:
        return size
    return 0
