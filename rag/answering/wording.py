"""What the program itself says to a reader, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.answering.reasons import reply_language
from rag.schema import AnswerSentence
from rag.text import has_cjk

__all__ = ["abstention", "disagreement", "join_sentences", "shown"]

_INNER: Final = str.maketrans("“”", "‘’")
_ABSTENTION: Final = {
    "en": "I could not find it in these documents.",
    "zh": "在这些文档中没有找到答案。",
    "ja": "これらの文書では見つかりませんでした。",
    "ko": "이 문서들에서 찾지 못했습니다.",
    "de": "Ich konnte es in diesen Dokumenten nicht finden.",
    "fr": "Je ne l’ai pas trouvé dans ces documents.",
    "es": "No lo he encontrado en estos documentos.",
    "it": "Non l’ho trovato in questi documenti.",
    "pt": "Não o encontrei nestes documentos.",
    "nl": "Ik kon het in deze documenten niet vinden.",
    "ru": "В этих документах я этого не нашёл.",
    "ar": "لم أجد ذلك في هذه المستندات.",
}


def abstention(question: str) -> str:
    """That nothing was found, in the question's language, else in English."""
    return _ABSTENTION.get(reply_language(question), _ABSTENTION["en"])


def disagreement(question: str, values: Sequence[str]) -> str:
    """That passages tell different values for one thing, in Chinese or English."""
    told = [f"“{value.translate(_INNER)}”" for value in values]
    if has_cjk(question):
        return f"各文档说法不一：{'；'.join(told)}。"
    return f"The documents disagree: {'; '.join(told)}."


def shown(quote: str) -> str:
    """A quote on one line: each run of white space as one space."""
    return " ".join(quote.split())


def join_sentences(sentences: Sequence[AnswerSentence]) -> str:
    """Sentences as text: a space between them, none where CJK meets CJK, and a line for what starts one."""
    text = ""
    for sentence in sentences:
        tight = has_cjk(text[-2:]) and has_cjk(sentence.text[:2])
        gap = "\n" if sentence.starts_line else "" if tight else " "
        text += gap + sentence.text if text else sentence.text
    return text
