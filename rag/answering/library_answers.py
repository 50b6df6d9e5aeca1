"""Answers that need no passage: about the library itself, about the program, to a greeting or to thanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rag.answering.understanding import AT_ONCE, Kind, Understood
from rag.schema import DocumentInfo
from rag.store import Store
from rag.text import has_cjk, how_many

__all__ = ["answer_at_once"]

_MOST_NAMES: Final = 20
_HELP: Final = {
    "en": (
        "I answer questions from your documents and show the exact place that each answer comes from. Ask "
        "for a fact, a date or a figure, whether something is so, for a list, a comparison or a summary, "
        "or ask where something stands. Name the document, the year or the place that you mean. Follow-up "
        "questions such as “And in 2023?” work too."
    ),
    "zh": (
        "我根据您的文档回答问题，并指出每个答案的确切出处。您可以询问事实、日期或数字，询问某事是否属实，"
        "要求列表、比较或摘要，或询问某内容在哪里。请说明您指的文档、年份或地点。也可以追问，例如“那2023年呢？”。"
    ),
}
_GREETING: Final = {"en": "Hello! Ask me something about your documents.", "zh": "您好！请就您的文档提问。"}
_THANKS: Final = {"en": "You are welcome.", "zh": "不客气。"}
_SAID: Final = {Kind.HELP: _HELP, Kind.GREETING: _GREETING, Kind.THANKS: _THANKS}


def answer_at_once(understood: Understood, store: Store, document_ids: Sequence[str] | None = None) -> str:
    """The answer to a question that is not about what the documents say; "" where it is.

    In Chinese or English. With `document_ids` the library is these documents.
    """
    chinese = has_cjk(understood.question)
    if understood.kind in AT_ONCE:
        said = _SAID[understood.kind]["zh" if chinese else "en"]
        if understood.kind is Kind.THANKS:
            return said
        holds = _holdings(store.documents(document_ids), chinese)
        return f"{said}{holds}" if chinese else f"{said} {holds}"
    if understood.kind is not Kind.LIBRARY:
        return ""
    infos = store.documents(document_ids)
    named = [info for info in infos if _is_named(info, understood.question)]
    if named:
        told = [_document(info, chinese) for info in named]
        return "".join(told) if chinese else " ".join(told)
    return _catalog(infos, chinese)


def _is_named(info: DocumentInfo, question: str) -> bool:
    names = (info.name, info.name.rsplit(".", 1)[0], info.title)
    return any(len(name) > 2 and name.casefold() in question.casefold() for name in names)


def _holdings(infos: Sequence[DocumentInfo], chinese: bool) -> str:
    pages = sum(info.pages for info in infos)
    if chinese:
        return f"资料库有{len(infos)}个文档，共{pages}页。" if infos else "资料库中还没有文档。"
    if not infos:
        return "The library holds no document yet."
    return f"The library holds {how_many(len(infos), 'document')} with {how_many(pages, 'page')}."


def _catalog(infos: Sequence[DocumentInfo], chinese: bool) -> str:
    """How many there are, their names and languages, and the newest."""
    if not infos:
        return _holdings(infos, chinese)
    shown = "、".join if chinese else ", ".join
    names = shown(_listed(info, chinese) for info in infos[:_MOST_NAMES])
    more = len(infos) - _MOST_NAMES
    newest = max(infos, key=lambda info: info.added_at)
    spoken = Counter(info.language for info in infos if info.language not in ("", "und"))
    languages = shown(language for language, _ in spoken.most_common())
    if chinese:
        rest = f"，另有{more}个" if more > 0 else ""
        told = f"语言：{languages}。" if languages else ""
        last = f"最新的是{newest.name}（{newest.added_at[:10]}）。"
        return f"{_holdings(infos, True)}它们是：{names}{rest}。{told}{last}"
    rest = f", and {more} more" if more > 0 else ""
    told = f" Languages: {languages}." if languages else ""
    return (
        f"{_holdings(infos, False)} {names}{rest}.{told} Added last: {newest.name} ({newest.added_at[:10]})."
    )


def _listed(info: DocumentInfo, chinese: bool) -> str:
    title = info.title if info.title and info.title.casefold() not in info.name.casefold() else ""
    pages = f"{info.pages}页" if chinese else how_many(info.pages, "page")
    inside = f"《{title}》，{pages}" if title and chinese else f"“{title}”, {pages}" if title else pages
    return f"{info.name}（{inside}）" if chinese else f"{info.name} ({inside})"


def _document(info: DocumentInfo, chinese: bool) -> str:
    author = info.metadata.get("author", "")
    if chinese:
        written = f"作者：{author}。" if author else ""
        return f"{info.name}有{info.pages}页，语言：{info.language}，添加于{info.added_at[:10]}。{written}"
    language = f", its language is {info.language}" if info.language not in ("", "und") else ""
    written = f" It was written by {author}." if author else ""
    added = f"it was added on {info.added_at[:10]}."
    return f"{info.name} has {how_many(info.pages, 'page')}{language}; {added}{written}"
