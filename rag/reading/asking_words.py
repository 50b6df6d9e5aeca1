"""The words by which questions in English and Chinese ask, by the kind of answer that they want."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from rag.text import has_cjk, sentence_spans

__all__ = ["AnswerKind", "asked_kind", "without_asking_words", "without_instructions"]


class AnswerKind(StrEnum):
    """What would answer a question."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    QUANTITY = "quantity"
    REASON = "reason"
    MANNER = "manner"
    MEANING = "meaning"
    CHOICE = "choice"
    OTHER = "other"


_MEASURES: Final = "many|much|long|far|old|tall|high|large|big|deep|fast|often|wide|heavy"
_AMOUNTS: Final = (
    "number|amount|percentage|percent|population|total|price|cost|rate|size|ratio|height|length|weight"
    "|margin|revenues?|income|profit|sales|salary|budget|value|speed|distance|temperature|age|area|depth"
    "|duration|capacity|score|expenses?|assets|debt|earnings|dividend|proportion|fraction"
)
_TIMES: Final = "year|date|day|hour|week|month|decade|century|time|season|era|period"
_PLACES: Final = (
    "country|countries|city|cities|state|states|place|town|county|region|continent|location|river|island"
    "|province|district|area|nation|village|building|stadium"
)
_WHO: Final = (
    "person|people|man|woman|actor|actress|singer|author|president|king|queen|player|director|scientist"
    "|writer|artist|band|team|character|company|organization|group"
)
_SENSE: Final = "mean(?:ing)?|purpose|function|role|significance|difference|definition"
_FORMS: Final[tuple[tuple[AnswerKind, tuple[str, ...]], ...]] = (
    (
        AnswerKind.REASON,
        (
            r"\bwhy\b",
            r"\bwhat (?:\w+ )?(?:cause[sd]?|reasons?)\b",
            r"\bfor what reason",
            "为什么|為什麼|为何|為何|原因|怎么会",
        ),
    ),
    (
        AnswerKind.QUANTITY,
        (
            rf"\bhow (?:{_MEASURES})\b",
            r"\bwhat (?:do|does|did) (?:[\w'’-]+ ){1,8}(?:cost|weigh|earn|pay|spend)\b",
            rf"\bwhat (?:is|was|are|were) (?:[\w'’-]+ ){{0,4}}(?:{_AMOUNTS})\b",
            r"\bwhat (?:number|amount|percentage|percent|proportion|fraction|score|size)\b",
            "多少|几[个個位次名年人种種家所座部本天届岁]|幾|多[大长長高远遠深宽寬久重快]",
            "百分之|比例是|[人总數数]口?数量",
        ),
    ),
    (
        AnswerKind.TIME,
        (
            r"\bwhen\b",
            rf"\b(?:what|which) (?:{_TIMES})s?\b",
            r"\bhow (?:recently|soon)\b",
            "什么时[候间]|什麼時[候間]|何时|何時|哪一?[年天月日]|几[月号点]|何年|哪[个個][时時年]|时间是|時間是|年份",
        ),
    ),
    (
        AnswerKind.PLACE,
        (
            r"\bwhere\b",
            rf"\b(?:what|which) (?:\w+ )?(?:{_PLACES})\b",
            r"\blocation\b",
            "哪[里裡儿兒]|何处|何處|何地|什么地方|什麼地方|地点|地點",
            "哪[个個座一]+(?:国|國|城|地|省|市|州|县|縣|岛|島|洲|区|區)",
        ),
    ),
    (
        AnswerKind.PERSON,
        (
            r"\bwho(?:m|se)?\b",
            rf"\b(?:what|which) (?:\w+ )?(?:{_WHO})\b",
            r"\bname of the (?:person|man|woman)\b",
            "谁|誰|何人|哪位|哪一位|哪[个個名些]人|名字",
        ),
    ),
    (AnswerKind.MANNER, (r"\bhow\b", "如何|怎么|怎麼|怎样|怎樣|步骤|过程")),
    (
        AnswerKind.MEANING,
        (
            rf"\bwhat (?:is|are|was|were|does|do|did) (?:an? |the |it )?(?:[\w'-]+ ){{0,6}}(?:{_SENSE})",
            r"\b(?:define|describe|explain)\b",
            r"\bwhat (?:is|are) (?:an? )?[\w'-]+(?: [\w'-]+)?\s*\??$",
            "什么是|什麼是|是什么意思|含义|定义|定義|意味",
        ),
    ),
    (
        AnswerKind.CHOICE,
        (
            r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
            "吗[？?]?$|嗎[？?]?$|是否|还是|還是",
        ),
    ),
)
_KINDS: Final = tuple((kind, re.compile("|".join(forms), re.IGNORECASE)) for kind, forms in _FORMS)
_STANDS_FOR_ANSWER: Final = re.compile(
    rf"\b(?:why|how (?:many|much|often)|where|when|(?:what|which) (?:{_TIMES}|{_PLACES})s?)\b"
    r"|\bwhat (?:is|was|are|were) the (?:number|amount|percentage|percent|total number)\b|\bwhat percentage\b"
    "|原因|百分之|哪一?[年天月日]|年份|时间是|時間是|地点|地點|哪[个個座一]+(?:国家?|國家?|城市?|地|省|市|州|县|縣|岛|島)",
    re.IGNORECASE,
)
_FUNCTION_CJK: Final = re.compile(
    "为什么|為什麼|什么时候|什麼時候|什么地方|什麼地方|什么|什麼|甚麼|多少|哪[里裡儿兒些个個位一]*|谁|誰"
    "|如何|怎么样?|怎麼樣?|怎样|怎樣|何[时時处處地人年]|为何|為何|几|幾|是否"
    "|[吗嗎呢吧的了地得着著是在有和与與及或被把将將对對于於由从從所以其之这這那该該此而且並并也就又向]"
)


_INSTRUCTION: Final = re.compile(
    r"\s*(?:(?:if|when|where)\b.*\b(?:state|say|explain|answer|write|return|respond|give|tell|reply)\b"
    r"|(?:please|answer|give|respond|reply|return|write|round|express|report|note|assume|use|define|calculate"
    r"|compute|base|provide|state|show|explain|limit|be|keep|do not|don['’]t)\b"
    r"|(?:如果|若|假如).*(?:说明|說明|回答|请|請)|(?:请|請|回答|用|保留|假设|假設))",
    re.IGNORECASE,
)


def without_instructions(question: str) -> str:
    """A question without the sentences that only say how to answer ("Answer in USD millions.").

    They are left where nothing else asks.
    """
    sentences = [question[span.start : span.end] for span in sentence_spans(question)]
    asks = [sentence for sentence in sentences if sentence.rstrip().endswith(("?", "？"))]
    if not asks or len(sentences) == 1:
        return question
    return " ".join(s for s in sentences if s in asks or not _INSTRUCTION.match(s))


def asked_kind(question: str) -> tuple[AnswerKind, re.Match[str] | None]:
    """The kind of answer wanted and the words that ask for it; `other` where none is recognised."""
    for kind, form in _KINDS:
        match = form.search(question)
        if match:
            return kind, match
    return AnswerKind.OTHER, None


def without_asking_words(question: str) -> str:
    """The question without the words that stand for the answer ("what year", "how many", 什么时候).

    Evidence does not repeat them. Chinese function characters go too: bigrams over them mean nothing.
    """
    question = _STANDS_FOR_ANSWER.sub(" ", question)
    return _FUNCTION_CJK.sub(" ", question) if has_cjk(question) else question
