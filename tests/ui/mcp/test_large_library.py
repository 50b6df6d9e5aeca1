"""Much comes in parts: many documents, and a long one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.mcp.conftest import Caller, ingest, over_stdio

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

DOCUMENTS = 104
FIRST, LAST = (
    "".join(f"Line {number} of the register names berth {number * 7}.\n" for number in numbers)
    for numbers in (range(60), range(5_950, 6_000))
)
QUIET = "The berth is quiet and nobody asks for it. " * 22
"""Long, and the same again and again: equal passages are embedded once."""
LONG = f"{FIRST}\n" + f"{QUIET}\n\n" * 220 + LAST


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("large")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "register.txt").write_text(LONG)
    for number in range(DOCUMENTS - 1):
        (notes / f"note {number} .txt").write_text(f"Berth {number} is leased to the boat Marlin {number}.\n")
    ingest(folder / "library", notes)
    with over_stdio("--library", str(folder / "library")) as caller:
        yield caller


def test_resources_are_listed_a_hundred_at_a_time(assistant: Caller) -> None:
    first = assistant("list_resources")
    rest = assistant("list_resources", cursor=first.next_cursor)
    assert (len(first.resources), len(rest.resources), rest.next_cursor) == (100, DOCUMENTS - 100, None)
    assert len({resource.uri for resource in (*first.resources, *rest.resources)}) == DOCUMENTS


def test_a_long_document_is_read_to_its_end(assistant: Caller) -> None:
    part = assistant.tool("read_document", document="register.txt", start=10, end=len(LONG) - 5)
    text = part["text"]
    while part["next_cursor"] is not None:
        part = assistant.tool("read_document", document="register.txt", cursor=part["next_cursor"])
        assert 0 < len(part["text"]) <= 20_000
        text += part["text"]
    assert text == LONG[10:-5]


def test_a_resource_says_where_to_read_on(assistant: Caller) -> None:
    name = assistant.tool("read_document", document="register.txt")["document_id"]
    begun, more = assistant("read_resource", f"citewell://document/{name}").contents
    assert begun.text == LONG[:200_000]
    assert f"read_document from start={len(begun.text)}" in more.text


def test_a_quote_is_checked_deep_in_a_long_document(assistant: Caller) -> None:
    quote = "Line 5990 of the register names berth 41931."
    told = assistant.tool("verify", document="register.txt", quote=quote)
    assert told["nearest"]["quote"] == "Line 5990 of the register names berth 41930."
    assert told["differences"] == [{"quote": "41931", "document": "41930"}]
