"""Passages as fenced data: a text can neither close its fence nor speak as a turn of the chat."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from rag.schema import Passage, source_name

__all__ = ["as_data", "fenced", "fenced_passage", "fenced_text", "without_marks"]

_FENCE: Final = r"[<＜]\s*(?:[/／]\s*)?passages?\b"
# Tokenizers turn these into the tokens that open and close a turn, wherever they stand.
_CONTROL: Final = (
    r"<[|｜]"
    r"|</?(?:s|bos|eos|pad|unk|think|tool_call|tool_response|start_of_turn|end_of_turn)>"
    r"|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
)
_BREAKING: Final = re.compile(f"{_FENCE}|{_CONTROL}", re.IGNORECASE)
_LONGEST_NAME: Final = 120


def as_data(text: str) -> str:
    """The text with its first character of every fence tag and control token written as an entity.

    All else stays as it is, so that a quote from an honest document is found in it again.
    """
    return _BREAKING.sub(lambda match: f"&#{ord(match.group()[0])};{match.group()[1:]}", text)


def fenced(blocks: Iterable[str]) -> str:
    """Fenced passages in one outer fence."""
    return "\n".join(["<passages>", *blocks, "</passages>"])


def fenced_passage(number: int, passage: Passage) -> str:
    """A passage with its number, the document's name, the page and the headings that it stands under."""
    attributes = {"document": source_name(passage.source), "page": str(passage.page)}
    if passage.headings:
        attributes["section"] = " > ".join(passage.headings)
    # a passage that begins in the middle of a table needs the names of its columns
    text = f"{passage.context}\n{passage.text.strip()}" if passage.context else passage.text
    return fenced_text(number, text, attributes)


def fenced_text(number: int, text: str, attributes: dict[str, str] | None = None) -> str:
    """A text in the fence of one passage."""
    given = "".join(f' {key}="{_attribute(value)}"' for key, value in (attributes or {}).items())
    return f'<passage number="{number}"{given}>\n{as_data(text.strip())}\n</passage>'


def _attribute(value: str) -> str:
    line = " ".join(value.split())
    if len(line) > _LONGEST_NAME:
        line = line[: _LONGEST_NAME - 1] + "…"
    return as_data(html.escape(line))


_MARK: Final = re.compile(r"(?<![ \t])[ \t]*\[\d{1,2}\](?=[\s.,;:!?)\[，。、；：！？）]|$)")


def without_marks(text: str) -> str:
    """The text without marks such as `[2]` that end a word, a clause or a sentence."""
    return _MARK.sub("", text)
