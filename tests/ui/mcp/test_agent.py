"""An agent in plain code: it searches, reads on, quotes, and gives only quotes that were verified."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.ui.mcp.conftest import Caller

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]


@dataclass(frozen=True)
class Quoted:
    """A quote that the agent gives, with the document and place that it names for it."""

    quote: str
    document: str
    place: str
    was_corrected: bool


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.;])\s+", " ".join(text.split())) if part]


def report(assistant: Caller, question: str, wanted: str, written: str | None = None) -> Quoted | None:
    """Answer with a quote: search, read around the hit, quote the sentence about `wanted`, verify it.

    `written` is what the agent types instead of what it read, as a model that misremembers does. What
    does not hold is put right by what `verify` says, and checked again.
    """
    for passage in assistant.tool("search", question=question, top_k=3)["passages"]:
        read = assistant.tool(
            "read_document",
            document=passage["document_id"],
            start=max(passage["start"] - 200, 0),
            end=passage["end"] + 200,
        )
        found = next((sentence for sentence in sentences(read["text"]) if wanted in sentence), None)
        if found is None:
            continue
        check = assistant.tool("verify", document=passage["document_id"], quote=written or found)
        corrected = not check["verbatim"]
        if corrected and check["nearest"] is not None:
            quote = check["nearest"]["quote"]
            check = assistant.tool("verify", document=passage["document_id"], quote=quote)
        if check["verbatim"]:
            place = check["places"][0]
            return Quoted(place["quote"], place["source"].rsplit("/", 1)[-1], place["place"], corrected)
    return None


def test_what_it_quotes_stands_where_it_says(assistant: Caller) -> None:
    told = report(assistant, "What did the repair of the library roof cost?", "The repair cost")
    assert told == Quoted("The repair cost £186,400.", "annual-report-2025.pdf", "page 3", False)


def test_what_it_misremembers_is_put_right(assistant: Caller) -> None:
    told = report(
        assistant, "What did the repair of the roof cost?", "The repair cost", "The repair cost £168,400."
    )
    assert told == Quoted("The repair cost £186,400.", "annual-report-2025.pdf", "page 3", True)


def test_what_the_documents_do_not_say_it_does_not_quote(assistant: Caller) -> None:
    invented = "The repair of the roof was paid by the King of Norway in golden krone pieces."
    told = report(assistant, "What did the repair of the roof cost?", "The repair cost", invented)
    assert told is None or "Norway" not in told.quote
    assert report(assistant, "Who is the king of Norway?", "Norway") is None


@pytest.fixture(scope="module")
def citations(assistant: Caller) -> list[dict[str, str]]:
    found: list[dict[str, str]] = assistant.tool("ask", question="When was the gift given, and by whom?")[
        "citations"
    ]
    return found


def test_every_citation_of_an_answer_is_verified(assistant: Caller, citations: list[dict[str, str]]) -> None:
    assert citations
    for citation in citations:
        told = assistant.tool("verify", document=citation["document_id"], quote=citation["quote"])
        assert told["exact"]
        assert citation["start"] in [place["start"] for place in told["places"]]
        page = assistant("read_resource", citation["uri"]).contents[0].text
        assert citation["quote"] in page
