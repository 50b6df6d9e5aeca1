"""Tools, resources and prompts over both transports: real processes, the SDK's client, the samples."""

from __future__ import annotations

import base64
import re

import jsonschema
import pytest
from mcp.shared.exceptions import MCPError

from rag.library import Library
from tests.ui.mcp.conftest import Caller
from ui.mcp.library_tools import tools

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

REPORT = "annual-report-2025.pdf"


def document_id(assistant: Caller, name: str) -> str:
    listed = assistant.tool("list_documents")["documents"]
    return str(next(item["document_id"] for item in listed if item["source"].endswith(name)))


def test_what_a_model_is_told_of_each_tool(assistant: Caller) -> None:
    listed = assistant("list_tools").tools
    assert [tool.name for tool in listed] == [
        *("search", "ask", "list_documents", "read_document", "verify", "show_page", "tables", "sql")
    ]
    for tool in listed:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.input_schema["additionalProperties"] is False
        assert "$ref" not in str(tool.input_schema)
        assert all(field["description"] for field in tool.input_schema["properties"].values())
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert len(tool.description) > 100
    assert "data" in assistant.client.instructions


def test_a_list_comes_in_parts(assistant: Caller) -> None:
    sources: list[str] = []
    cursor = None
    while True:
        part = assistant.tool("list_documents", limit=3, cursor=cursor)
        assert part["total"] == 8
        sources += [item["source"] for item in part["documents"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert sources == sorted(sources)
    assert len(set(sources)) == 8


def test_passages_are_what_the_document_says_there(assistant: Caller) -> None:
    found = assistant.tool("search", question="What did the repair of the roof cost?", top_k=3)
    assert len(found["passages"]) == 3
    for passage in found["passages"]:
        read = assistant.tool(
            "read_document", document=passage["document_id"], start=passage["start"], end=passage["end"]
        )
        assert read["text"] == passage["text"]
        assert passage["uri"] == f"citewell://document/{passage['document_id']}/page/{passage['page']}"
    assert "£186,400" in found["passages"][0]["text"]
    only = assistant.tool("search", question="roof", documents=["visit.html"])
    assert {passage["source"].rsplit("/", 1)[-1] for passage in only["passages"]} == {"visit.html"}


def test_an_answer_is_the_one_of_everywhere_else(assistant: Caller, samples) -> None:
    question = "What did the repair of the library roof cost?"
    told = assistant.tool("ask", question=question)
    with Library.open(samples, create=False) as library:
        answer = library.ask(question)
        texts = {citation.document_id: library.text(citation.document_id) for citation in answer.citations}
    assert (told["answer"], told["verdict"]) == (answer.text, answer.verdict)
    assert told["confidence"] == pytest.approx(answer.confidence, abs=1e-4)
    assert told["run_id"] == answer.run_id
    assert [citation["quote"] for citation in told["citations"]] == [c.quote for c in answer.citations]
    for citation in told["citations"]:
        assert texts[citation["document_id"]][citation["start"] : citation["end"]] == citation["quote"]
        assert citation["place"] == "page 3"


def test_what_is_not_found_is_told_with_what_is_near(assistant: Caller) -> None:
    told = assistant.tool("ask", question="Who is the king of Norway?")
    assert told["abstained"]
    assert told["verdict"] == "not found"
    assert told["confidence"] is None
    assert told["citations"] == []


def test_a_document_is_read_by_pages_and_by_parts(assistant: Caller) -> None:
    page = assistant.tool("read_document", document=REPORT, first_page=3)
    assert (page["first_page"], page["last_page"], page["next_cursor"]) == (3, 3, None)
    assert "The repair cost £186,400." in page["text"]
    two = assistant.tool("read_document", document=REPORT, first_page=2, last_page=3)
    assert two["text"].endswith(page["text"])
    whole = assistant.tool("read_document", document=REPORT)
    assert whole["text"][two["start"] : two["end"]] == two["text"]
    assert whole["end"] == whole["characters"]


@pytest.mark.parametrize(
    ("quote", "exact"),
    [("The repair cost £186,400.", True), ("“The  repair\ncost £186,400.”", False)],
)
def test_a_true_quote_is_verified_with_its_place(assistant: Caller, quote: str, exact: bool) -> None:
    told = assistant.tool("verify", document=REPORT, quote=quote)
    assert told["verbatim"]
    assert told["exact"] is exact
    (place,) = told["places"]
    assert (place["page"], place["place"], place["quote"]) == (3, "page 3", "The repair cost £186,400.")
    assert (told["nearest"], told["differences"]) == (None, [])


def test_a_false_quote_is_told_with_the_nearest_text_and_the_difference(assistant: Caller) -> None:
    told = assistant.tool("verify", document=REPORT, quote="The repair cost £168,400.")
    assert not told["verbatim"]
    assert told["places"] == []
    assert told["nearest"]["quote"] == "The repair cost £186,400."
    assert told["differences"] == [{"quote": "168,400", "document": "186,400"}]
    invented = assistant.tool("verify", document=REPORT, quote="Penguins waddle through Antarctic blizzards.")
    assert (invented["verbatim"], invented["nearest"]) == (False, None)


def test_a_page_is_shown_as_a_picture_with_the_quote_marked(assistant: Caller) -> None:
    place = assistant.tool("verify", document=REPORT, quote="The repair cost £186,400.")["places"][0]
    plain = assistant.result("show_page", document=REPORT, page=3)
    marked = assistant.result("show_page", document=REPORT, page=3, start=place["start"], end=place["end"])
    assert marked.structured_content["marked"] == "The repair cost £186,400."
    pictures = [base64.b64decode(result.content[1].data) for result in (plain, marked)]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert pictures[0] != pictures[1]
    assert marked.content[1].mime_type == "image/png"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {}, "question: Field required. search takes question, top_k, documents"),
        ("search", {"question": "a", **{f"{i}": 0 for i in range(60_000)}}, "may hold 50,000 values"),
        ("search", {"question": "a", **{f"{i}": 0 for i in range(60)}}, "and 40 more"),
        ("search", {"question": "a", "documents": "[" * 100_000}, "4096 characters"),
        ("read_document", {"document": "a", "first_page": 10**30}, "first_page: Input should be less than"),
        ("show_page", {"document": "a", "page": 10**30}, "page: Input should be less than"),
        ("search", {"question": "   "}, "question: String should have at least 1 character"),
        ("search", {"question": "a" * 10_001}, "at most 10000 characters"),
        ("ask", {"question": "a", "history": []}, "history: Extra inputs are not permitted"),
        (
            "ask",
            {"question": "roof", "documents": ["anual-report.pdf"]},
            "mean 'annual-report-2025.pdf'",
        ),
        ("read_document", {"document": "nothing.at.all"}, "`list_documents` shows what there is"),
        ("read_document", {"document": REPORT, "first_page": 9}, "its pages are 1 to 5"),
        ("read_document", {"document": REPORT, "start": 10**9}, "has 5666 characters and 5 pages"),
        ("read_document", {"document": REPORT, "first_page": 1, "start": 3}, "one of them"),
        ("read_document", {"document": REPORT, "cursor": "x"}, "not 'x'"),
        ("verify", {"document": REPORT, "quote": "…"}, "no words"),
        ("verify", {"document": REPORT, "quote": "a" * 2_001}, "at most 2000 characters"),
        ("show_page", {"document": "visit.html", "page": 1}, "only PDF and picture files"),
        ("show_page", {"document": REPORT, "page": 6}, "there is no page 6"),
    ],
)
def test_an_error_says_what_to_do(
    assistant: Caller, tool: str, arguments: dict[str, object], said: str
) -> None:
    told = assistant.refusal(tool, **arguments)
    assert said in told
    assert "citewell list" not in told


def test_names_of_documents_come_as_models_write_them(assistant: Caller) -> None:
    for documents in (["visit.html"], '["visit.html"]', "visit.html"):
        found = assistant.tool("search", question="opening hours", documents=documents)
        assert {passage["source"].rsplit("/", 1)[-1] for passage in found["passages"]} == {"visit.html"}


def test_an_unknown_tool_is_an_error_of_the_protocol(assistant: Caller) -> None:
    with pytest.raises(MCPError, match="no tool 'add_document': there are search, ask"):
        assistant.result("add_document", path="x")


def test_resources_are_documents_pages_and_pictures(assistant: Caller) -> None:
    listed = assistant("list_resources").resources
    assert len(listed) == 8
    report = next(item for item in listed if item.name == REPORT)
    whole = assistant("read_resource", report.uri).contents[0]
    assert whole.mime_type == "text/plain"
    page = assistant("read_resource", f"{report.uri}/page/3").contents[0]
    assert page.text in whole.text
    assert "£186,400" in page.text
    picture = assistant("read_resource", f"{report.uri}/page/3.png").contents[0]
    assert picture.mime_type == "image/png"
    assert base64.b64decode(picture.blob).startswith(b"\x89PNG")
    templates = assistant("list_resource_templates").resource_templates
    assert [template.uri_template.removeprefix("citewell://document") for template in templates] == [
        *("/{id}", "/{id}/page/{n}", "/{id}/page/{n}.png")
    ]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("citewell://document/0123456789abcdef", "no document"),
        ("citewell://document/../../etc/passwd", "addresses are"),
        ("file:///etc/passwd", "addresses are"),
        ("citewell://document/{report}/page/99", "its pages are 1 to 5"),
        ("citewell://document/{report}/page/99.png", "there is no page 99"),
        ("citewell://document/{report}/page/0", "addresses are"),
    ],
)
def test_what_is_no_resource_is_told(assistant: Caller, uri: str, said: str) -> None:
    uri = uri.replace("{report}", document_id(assistant, REPORT))
    with pytest.raises(MCPError, match=re.escape(said)):
        assistant("read_resource", uri)


def test_prompts_name_tools_that_there_are(assistant: Caller) -> None:
    arguments = {"question": "Who paid {for} the roof?", "document": "visit.html", "text": "“It was £5.”"}
    names = set()
    for prompt in assistant("list_prompts").prompts:
        (argument,) = prompt.arguments
        assert argument.required
        filled = assistant("get_prompt", prompt.name, {argument.name: arguments[argument.name]})
        text = filled.messages[0].content.text
        assert (arguments[argument.name] in text) or "document_id" in text
        assert set(re.findall(r"`(\w+)`", text)) <= set(tools(None))
        names.add(prompt.name)
    assert names == {"answer_with_citations", "summarise_document", "check_quotes"}
    for name, given in (("nothing", {}), ("check_quotes", {}), ("summarise_document", {"document": "none"})):
        with pytest.raises(MCPError):
            assistant("get_prompt", name, given)


def test_a_statement_over_the_tables_cites_their_cells(assistant: Caller) -> None:
    tables = assistant.tool("tables")
    table = next(table for table in tables["tables"] if table["rows"] > 2)
    found = assistant.tool("sql", statement=f"SELECT * FROM {table['name']}")
    assert len(found["rows"]) == table["rows"]
    cited = [citation for row in found["rows"] for citation in row["citations"]]
    for citation in cited[:5]:
        document = citation["document_id"]
        span = {"start": citation["start"], "end": citation["end"]}
        assert assistant.tool("read_document", document=document, **span)["text"] == citation["quote"]
    assert cited
