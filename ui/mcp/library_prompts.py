"""Prompts that a person picks: tasks which the tools can do, told to the model step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from rag.errors import UsageError
from rag.library import Library
from rag.limits import LONGEST_TURN

__all__ = ["PROMPTS", "fill_prompt"]


@dataclass(frozen=True)
class _Task:
    title: str
    description: str
    argument: str
    meaning: str
    text: str


_CITED: Final = (
    "Quote only what `verify` found word for word, and after each quote give its document and place. "
    "What you conclude yourself, say as your own conclusion. If the documents do not say it, tell me so."
)
_TASKS: Final = {
    "answer_with_citations": _Task(
        "Answer with citations",
        "An answer from the documents in which every statement is a verified quote with its place",
        "question",
        "What you want to know",
        "Answer this question from my documents:\n\n{value}\n\n"
        "First use `ask`, and look at its verdict and confidence. If it is not sure, use `search` with other "
        f"words and read around the passages with `read_document`. {_CITED}",
    ),
    "summarise_document": _Task(
        "Summarise a document",
        "A summary of one document, each point with the quote it rests on",
        "document",
        "Its id or file name, as list_documents tells it",
        "Summarise the document {value}.\n\n"
        "Read all of it with `read_document`, part after part, until next_cursor is null. Then give its "
        f"main points in their order, each with the quote that it rests on. {_CITED}",
    ),
    "check_quotes": _Task(
        "Check the quotes of a text",
        "Which quotes of a text the documents hold word for word, and how to correct the others",
        "text",
        "The text whose quotes are to be checked",
        "Check every quote and every stated figure of this text against my documents:\n\n{value}\n\n"
        "Find the document that each comes from with `search`, and check the quote with `verify`. Give a "
        "table: the quote, whether it holds word for word, its document and place, and the corrected wording "
        "where it does not. Say which ones you could not find in any document.",
    ),
}

PROMPTS: Final = [
    Prompt(
        name=name,
        title=task.title,
        description=task.description,
        arguments=[PromptArgument(name=task.argument, description=task.meaning, required=True)],
    )
    for name, task in _TASKS.items()
]


def fill_prompt(library: Library, name: str, arguments: Mapping[str, str]) -> GetPromptResult:
    """A prompt with its argument filled in.

    Raises:
        NotFoundError: it names a document that is not there.
        UsageError: there is no such prompt, or its argument is missing or too long.
    """
    task = _TASKS.get(name)
    if task is None:
        raise UsageError(f"no prompt {name[:80]!r}: there are {', '.join(_TASKS)}")
    value = arguments.get(task.argument, "").strip()
    if not value or len(value) > LONGEST_TURN:
        raise UsageError(
            f"{name} needs {task.argument!r}, of at most {LONGEST_TURN:,} characters, not {len(value):,}"
        )
    if task.argument == "document":
        document = library.store.resolve(value)
        value = f"{document.name} (document_id {document.document_id})"
    message = PromptMessage(role="user", content=TextContent(text=task.text.format(value=value)))
    return GetPromptResult(description=task.description, messages=[message])
