"""Whether a Chinese question can be understood alone.

Chinese puts the topic first and drops it where the turn before has named it (Li and Thompson 1976,
"Subject and topic"). So a pronoun with nothing but function words before it points out of the
question, and one with a topic before it points there. `那…呢` and a bare `…呢` are fragments.
"""

from __future__ import annotations

import re
from typing import Final

from rag.answering.followup.dependence import STANDALONE, Anaphor, Dependence, Referent

__all__ = ["ASKING", "dependence", "topic"]

ASKING: Final = (
    "什么时候|什麼時候|什么|什麼|何时|何時|何地|何处|為什麼|为什么|为何|為何|哪里|哪裡|哪儿|哪兒|哪些|哪个|哪個|哪一|哪"
    "|谁|誰|多少|多大|多长|多長|多高|多远|多久|怎么样|怎麼樣|怎样|怎樣|怎么|怎麼|如何|几|幾|是否|有没有|有沒有"
)
_OPENER: Final = re.compile(
    r"^(?:那么|那麼|还有|還有|另外|然后|然後|请问|請問|那|而|和|哦|好的?|嗯)[,,、\s]*"
)
_ELLIPSIS: Final = re.compile(r"^(?P<rest>.{1,20}?)(?:又?怎么样|怎麼樣|呢)[??。\s]*$")
_ALONE: Final = re.compile(rf"^(?P<asks>{ASKING})(?:[个個年人]|呢|啊|的)*[??。\s]*$")
_FUNCTION: Final = re.compile(
    rf"{ASKING}|那么|那麼|当时|當時|后来|後來|是在|[在从從由被对對于於自当當是与與和及以因为為向给給把将將请問请问又还還也都就,,、\s]"
)
_POINTING: Final = re.compile(
    "(?P<group>它们|它們|他们|他們|她们|她們)|(?P<person>[他她](?!国|國|人|乡|鄉))"
    "|(?P<thing>它|(?<![与與及极極尤])其(?![中他余餘实實次它])|上述|前者|后者|後者|此(?![外次前后後时時])"
    "|[该該](?P<called>公司|企业|企業|组织|組織|国|國|市|省|校|书|書|片|剧|劇|产品|產品|系统|系統|机构|機構|项目|項目)?"
    "|[这這那](?:家|个|個|座|本|部|种|種|位|款|项|項|場|场|次)(?P<noun>[一-鿿]{0,2}?)(?=[的是在有于於何什哪多几幾谁誰为為]))"
    "|(?P<place>那里|那裡|那儿|那兒|这里|這裡|当地|當地)|(?P<time>那时|那時|那年|当年|當年|同年|该年|該年)"
)
_SPAN: Final = re.compile(
    rf"^(?P<topic>[^\d,,??]{{2,20}}?)(?=的|是|在|于|於|有|由|被|为|為|会|會|能|可以|位于|位於|{ASKING}|\d|[,,??])"
)
_OBJECT: Final = re.compile(r"[了着過过](?P<topic>[^\d,,??的了]{2,12})[??。\s]*$")


def dependence(question: str) -> Dependence:
    """What a Chinese question leaves open."""
    text = question.strip()
    rest = _OPENER.sub("", text) or text
    alone = _ALONE.match(rest)
    if alone is not None:
        return Dependence(asks=alone["asks"])
    ellipsis = _ELLIPSIS.match(rest)
    if ellipsis is not None and not re.search(ASKING, ellipsis["rest"]):
        return Dependence(fragment=re.sub(r"^[\s::,,]+|[\s::,,]+$", "", ellipsis["rest"]))
    offset = len(text) - len(rest)
    for match in _POINTING.finditer(rest):
        if _FUNCTION.sub("", rest[: match.start()]):
            break
        start = offset + match.start() + question.index(text)
        return Dependence(anaphors=(_anaphor(match, start),))
    return STANDALONE


def topic(question: str) -> str:
    """What a Chinese question is about: its beginning, else the object at its end; empty if neither."""
    first = _SPAN.match(_OPENER.sub("", question.strip()))
    if first is not None and not re.match(rf"{ASKING}|[在从從由]", first["topic"]):
        return first["topic"]
    last = _OBJECT.search(question)
    return last["topic"] if last is not None else ""


def _anaphor(match: re.Match[str], start: int) -> Anaphor:
    kind = next(name for name in ("group", "person", "thing", "place", "time") if match[name])
    following = match.string[match.end() :]
    possessive = match.group() == "其" and not following.startswith("的")
    end = start + len(match.group())
    return Anaphor(
        start, end, Referent(kind), possessive=possessive, noun=match["noun"] or match["called"] or ""
    )
