"""Whether a Chinese question can be understood alone.

Chinese puts the topic first and drops it where the turn before has named it (Li and Thompson 1976,
"Subject and topic"). So a pronoun with nothing but function words before it points out of the
question, and one with a topic before it points there. `那…呢` and a bare `…呢` are fragments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["ADVERBIAL", "ASKING", "ENDS", "Read", "read"]

ADVERBIAL: Final = (
    "什么时候|什麼時候|何时|何時|几点|幾點|为什么|為什麼|为何|為何|在?哪里|在?哪裡|在?哪儿|由谁|由誰|是谁|是誰|被谁|被誰"
    "|怎么样|怎样|怎樣|怎么|怎麼|如何|多久|多大|多长|多長|多高|多远|多重|多少钱|多少錢"
)
ASKING: Final = f"{ADVERBIAL}|什么|什麼|哪些|哪个|哪個|哪家|哪一|哪|谁|誰|多少|几|幾|是否|有没有|有沒有"
ENDS: Final = "，,、。．.？?！!：:；;\\s"
"""Marks of a Chinese keyboard and of a Latin one, as the body of a class."""

_OPENER: Final = re.compile(
    rf"^(?:那么|那麼|还有|還有|另外|然后|然後|请问|請問|那(?![里裡儿兒个個家些座本])|而|和|哦|好的?|嗯)[{ENDS}]*"
)
_ELLIPSIS: Final = re.compile(rf"^(?P<rest>[^{ENDS}]{{1,20}}?)(?:又?怎么样|怎麼樣|呢)[{ENDS}]*$")
_DROPPED: Final = re.compile(rf"^(?P<asks>(?:{ADVERBIAL})[^{ENDS}]{{0,5}}?)(?:呢|啊|一次)?[{ENDS}]*$")
_FUNCTION: Final = re.compile(
    rf"{ASKING}|当时|當時|后来|後來|是在|[在从從由被对對于於自当當是与與和及以因为為向给給把将將又还還也都就{ENDS}]"
    "|负责|負責"
)
_POINTING: Final = re.compile(
    "(?P<group>它们|它們|他们|他們|她们|她們)|(?P<person>[他她](?!国|國|人|乡|鄉))"
    "|(?P<thing>它|(?<![与與及极極尤])其(?![中他余餘实實次它])"
    "|[该該](?:公司|企业|企業|组织|組織|项目|項目|产品|產品|系统|系統|机构|機構)(?=[的是在有])"
    "|[这這](?:家|个|個|座|本|部|种|種|位|款|项|項|場|场|次)[一-鿿]{1,2}(?=的|[是在有何什哪多几幾谁誰为為？?]|$))"
    "|(?P<place>那里|那裡|那儿|那兒|当地|當地)"
)


@dataclass(frozen=True)
class Read:
    """A fragment, a question word alone, or anaphors as (start, end, what, owns)."""

    fragment: str = ""
    asks: str = ""
    anaphors: tuple[tuple[int, int, str, bool], ...] = ()


def read(question: str) -> Read:
    """What a Chinese question leaves open."""
    text = question.strip()
    rest = _OPENER.sub("", text) or text
    dropped = _DROPPED.match(rest)
    if dropped is not None:
        return Read(asks=re.sub(rf"(?<![{ENDS}])[{ENDS}]+$", "", rest).removesuffix("呢"))
    ellipsis = _ELLIPSIS.match(rest)
    if ellipsis is not None and not re.search(ASKING, ellipsis["rest"]):
        return Read(fragment=ellipsis["rest"])
    offset = question.index(text) + len(text) - len(rest)
    for match in _POINTING.finditer(rest):
        if _FUNCTION.sub("", rest[: match.start()]):
            break
        kind = next(name for name in ("group", "person", "thing", "place") if match[name])
        owns = match.group() == "其" and not rest[match.end() :].startswith("的")
        return Read(anaphors=((offset + match.start(), offset + match.end(), kind, owns),))
    return Read()
