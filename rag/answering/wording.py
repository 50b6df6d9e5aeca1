"""What the program itself says to a reader, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.attribution import read_question
from rag.schema import AnswerSentence
from rag.text import has_cjk

__all__ = ["abstention", "disagreement", "join_sentences", "shown"]

_ABSTENTION: Final = {
    "en": "The documents do not hold the answer to this question.",
    "zh": "文档中没有这个问题的答案。",
    "ja": "文書にはこの質問の答えがありません。",
    "ko": "문서에 이 질문의 답이 없습니다.",
    "de": "Die Dokumente enthalten keine Antwort auf diese Frage.",
    "fr": "Les documents ne contiennent pas la réponse à cette question.",
    "es": "Los documentos no contienen la respuesta a esta pregunta.",
    "it": "I documenti non contengono la risposta a questa domanda.",
    "pt": "Os documentos não contêm a resposta a esta pergunta.",
    "nl": "De documenten bevatten geen antwoord op deze vraag.",
    "ru": "В документах нет ответа на этот вопрос.",
    "ar": "لا تحتوي المستندات على إجابة لهذا السؤال.",
}


def abstention(question: str) -> str:
    """That the documents do not hold the answer, in the question's language, else in English."""
    return _ABSTENTION.get(read_question(question).language, _ABSTENTION["en"])


def disagreement(question: str, values: Sequence[str]) -> str:
    """That passages tell different values for one thing, in Chinese or English."""
    if has_cjk(question):
        return f"各文档说法不一：{'；'.join(f'“{value}”' for value in values)}。"
    return f"The documents disagree: {'; '.join(f'“{value}”' for value in values)}."


def shown(quote: str) -> str:
    """A quote on one line: each run of white space as one space."""
    return " ".join(quote.split())


def join_sentences(sentences: Sequence[AnswerSentence]) -> str:
    """Sentences as running text: a space between them, none where CJK meets CJK."""
    text = ""
    for sentence in sentences:
        tight = bool(text) and has_cjk(text[-2:]) and has_cjk(sentence.text[:2])
        text += sentence.text if not text or tight else f" {sentence.text}"
    return text
