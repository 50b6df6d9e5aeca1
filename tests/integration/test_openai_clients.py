"""OpenAI's client and LangChain on a running server, and every example that docs/api.md gives for them."""

import asyncio
import base64
import json
import re
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path

import openai
import pytest
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8502/v1"
ROOF = "What did the repair of the library roof cost?"
EMBEDDER = "all-MiniLM-L6-v2"

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def address(sample_library):
    """Where `citewell serve` answers for the sample documents, of which one is a collection."""
    sample_library.store.collections.put(
        "Reports 2025/26", sample_library.document_ids(["staff-handbook.md"])
    )
    folder = sample_library.settings.library
    server = subprocess.Popen(
        [sys.executable, "-m", "ui", "serve", "--library", str(folder), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield re.search(r"http://127\.0\.0\.1:\d+/v1", server.stdout.readline())[0]
    server.terminate()
    assert server.communicate(timeout=60)[1] == ""


@pytest.fixture
def client(address):
    with openai.OpenAI(base_url=address, api_key="none", max_retries=0) as client:
        yield client


def asked(question, *before):
    return [*before, {"role": "user", "content": question}]


def fetched(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.headers["content-type"], response.read()


def test_models_are_the_library_its_collections_and_its_embedder(client):
    listed = {model.id: model for model in client.models.list()}
    assert list(listed) == ["citewell", "citewell/Reports 2025/26", EMBEDDER]
    assert listed["citewell"].created > 1_700_000_000
    for name, model in listed.items():
        assert client.models.retrieve(name) == model


def test_a_completion_cites_what_the_documents_say(client, sample_library):
    completion = client.chat.completions.create(model="citewell", messages=asked(ROOF))
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    text, annotations = choice.message.content, choice.message.annotations
    assert "£186,400" in text
    assert [text[a.url_citation.start_index : a.url_citation.end_index] for a in annotations] == [
        "[1]",
        "[2]",
    ]
    for citation, annotation in zip(completion.citations, annotations, strict=True):
        document = sample_library.text(citation["document_id"])
        assert document[citation["start"] : citation["end"]] == citation["quote"]
        assert annotation.url_citation.url == citation["link"]
        assert annotation.url_citation.title == "annual-report-2025.pdf, page 3"
        kind, picture = fetched(citation["link"])
        assert kind == "image/png"
        assert picture.startswith(b"\x89PNG")
    assert completion.citewell["verdict"] == "pieced together"
    assert 0.5 < completion.citewell["confidence"] < 1
    spans = sample_library.embedder.token_spans
    assert completion.usage.prompt_tokens == len(spans(ROOF))
    assert completion.usage.completion_tokens == pytest.approx(len(spans(text)), abs=2)
    assert (
        completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    )


def test_a_streamed_completion_is_the_same(client):
    whole = client.chat.completions.create(model="citewell", messages=asked(ROOF))
    chunks = list(
        client.chat.completions.create(
            model="citewell", messages=asked(ROOF), stream=True, stream_options={"include_usage": True}
        )
    )
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    *parts, last = chunks
    assert last.choices == []
    assert last.usage == whole.usage
    deltas = [chunk.choices[0].delta for chunk in parts]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in parts] == [None] * (len(parts) - 1) + ["stop"]
    told = next(chunk for chunk in parts if getattr(chunk.choices[0].delta, "annotations", None))
    annotations = [annotation.model_dump() for annotation in whole.choices[0].message.annotations]
    assert told.choices[0].delta.annotations == annotations
    assert told.citations == whole.citations
    assert told.citewell["verdict"] == whole.citewell["verdict"]
    with client.chat.completions.stream(model="citewell", messages=asked(ROOF)) as stream:
        assert stream.get_final_completion().choices[0].message.content == whole.choices[0].message.content


def test_an_answer_in_chinese_opens_the_quoted_text(client):
    completion = client.chat.completions.create(model="citewell", messages=asked("成人借书证每年多少钱？"))
    citation = next(c for c in completion.citations if c["document"] == "reader-guide-zh.md")
    assert re.search("[\u4e00-\u9fff]", completion.choices[0].message.content)
    kind, shown = fetched(citation["link"])
    assert kind == "application/json"
    assert json.loads(shown)["text"] == citation["quote"]


def test_empty_lists_limit_nothing(client):
    limited = {"citewell": {"documents": [], "collections": []}}
    completion = client.chat.completions.create(model="citewell", messages=asked(ROOF), extra_body=limited)
    assert completion.citewell["verdict"] != "not found"


def test_nothing_found_is_an_answer(client):
    completion = client.chat.completions.create(
        model="citewell", messages=asked("What is the capital of Mars?")
    )
    message = completion.choices[0].message
    assert message.content == "I could not find it in these documents. No passage that was found names Mars."
    assert (message.annotations, completion.citations) == ([], [])
    assert completion.choices[0].finish_reason == "stop"
    assert completion.citewell["verdict"] == "not found"
    assert completion.citewell["confidence"] is None


def test_earlier_turns_make_a_follow_up_clear(client):
    before = client.chat.completions.create(model="citewell", messages=asked(ROOF)).choices[0].message
    system = {"role": "system", "content": "Answer as a pirate."}
    turns = asked(
        "And who paid for it?", system, *asked(ROOF), before.model_dump(include={"role", "content"})
    )
    followed = client.chat.completions.create(model="citewell", messages=turns)
    assert "roof" in followed.citewell["understood"]
    assert "£171,000" in followed.choices[0].message.content


def test_a_question_is_limited_by_the_field_or_by_the_model(client):
    def sources(model, **field):
        completion = client.chat.completions.create(
            model=model, messages=asked("When does the library close?"), extra_body={"citewell": field}
        )
        return {citation["document"] for citation in completion.citations}

    handbook = {"staff-handbook.md"}
    assert sources("citewell") - handbook
    assert sources("citewell/Reports 2025/26") <= handbook
    assert sources("citewell", collections=["Reports 2025/26"]) <= handbook
    assert sources("citewell", documents=["visit.html"]) == {"visit.html"}


def test_responses_whole_and_streamed(client):
    whole = client.responses.create(model="citewell", input=ROOF)
    assert "£186,400" in whole.output_text
    annotations = whole.output[0].content[0].annotations
    assert [whole.output_text[a.start_index : a.end_index] for a in annotations] == ["[1]", "[2]"]
    assert whole.usage.total_tokens == whole.usage.input_tokens + whole.usage.output_tokens
    parts = [{"role": "user", "content": [{"type": "input_text", "text": ROOF}]}]
    with client.responses.stream(model="citewell", input=parts) as stream:
        numbers = [event.sequence_number for event in stream if hasattr(event, "sequence_number")]
        final = stream.get_final_response()
    assert numbers == sorted(set(numbers))
    assert final.output_text == whole.output_text
    assert final.output[0].content[0].annotations == annotations
    assert final.citations == whole.citations


def test_embeddings_are_those_of_the_library(client, sample_library):
    texts = ["opening hours", "开放时间", "the roof"]
    made = client.embeddings.create(model=EMBEDDER, input=texts)  # the client asks for base64
    expected = sample_library.embedder.embed_passages(texts)
    assert [item.embedding for item in made.data] == [
        pytest.approx(row, abs=0.02) for row in expected.tolist()
    ]
    assert made.usage.prompt_tokens == sum(len(sample_library.embedder.token_spans(text)) for text in texts)
    raw = {
        form: client.embeddings.create(model=EMBEDDER, input=texts[0], encoding_format=form)
        for form in ("float", "base64")
    }
    packed = base64.b64decode(raw["base64"].data[0].embedding)
    assert list(struct.unpack("<384f", packed)) == raw["float"].data[0].embedding
    with pytest.raises(openai.BadRequestError, match=r"input\.1: .* reads 254 tokens") as refused:
        client.embeddings.create(model=EMBEDDER, input=["short", "word " * 400])
    assert refused.value.code == "context_length_exceeded"
    cut = client.embeddings.create(model=EMBEDDER, input="word " * 400, extra_body={"truncate": True})
    assert cut.usage.prompt_tokens == 254
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length"):
        client.embeddings.create(model=EMBEDDER, input=[[1, 2], [3]])


@pytest.mark.parametrize(
    ("given", "kind", "param", "code"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "model", "model_not_found"),
        ({"model": EMBEDDER}, openai.NotFoundError, "model", "model_not_found"),
        ({"messages": asked("a" * 10_001)}, openai.BadRequestError, "messages", None),
        ({"messages": asked("Why?", *asked("a") * 101)}, openai.BadRequestError, "messages", None),
        ({"messages": [{"role": "assistant", "content": "a"}]}, openai.BadRequestError, "messages", None),
        ({"messages": asked([{"type": "image_url"}])}, openai.BadRequestError, "messages", None),
        ({"n": 2}, openai.BadRequestError, "n", None),
        ({"extra_body": {"citewell": {"document": []}}}, openai.BadRequestError, "citewell", None),
        ({"extra_body": {"citewell": {"documents": ["none"]}}}, openai.NotFoundError, None, None),
        ({"extra_body": {"citewell": {"collections": ["none"]}}}, openai.NotFoundError, None, None),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_have_the_form_that_the_client_reads(client, given, kind, param, code, stream):
    call = {"model": "citewell", "messages": asked("What?"), "stream": stream, **given}
    with pytest.raises(kind) as raised:
        client.chat.completions.create(**call)
    error = raised.value
    assert (error.param, error.code, error.type) == (param, code, "invalid_request_error")
    assert error.body["message"] in error.message
    assert len(error.message) < 3_000


def test_langchain_asks_streams_and_embeds(address):
    chat = ChatOpenAI(model="citewell", base_url=address, api_key="none")
    whole = chat.invoke(ROOF)
    assert "£186,400" in whole.text
    assert "".join(chunk.text for chunk in chat.stream(ROOF)) == whole.text
    streamed = chat.model_copy(update={"stream_usage": True}).stream(ROOF)
    assert [c.usage_metadata["total_tokens"] for c in streamed if c.usage_metadata] == [
        whole.usage_metadata["total_tokens"]
    ]
    assert asyncio.run(chat.ainvoke(ROOF)).text == whole.text
    responding = ChatOpenAI(model="citewell", base_url=address, api_key="none", use_responses_api=True)
    (block,) = responding.invoke(ROOF).content_blocks
    assert [citation["type"] for citation in block["annotations"]] == ["citation", "citation"]
    embeddings = OpenAIEmbeddings(
        model=EMBEDDER, base_url=address, api_key="none", check_embedding_ctx_length=False
    )
    assert len(embeddings.embed_documents(["a", "b"])[0]) == 384


def blocks(language):
    section = PAGE.split("## OpenAI's form")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.S)


def test_the_python_examples_run(address, capsys):
    assert len(blocks("python")) == 2
    for block in blocks("python"):
        exec(compile(block.replace(ADDRESS, address), "api.md", "exec"), {})
        printed = capsys.readouterr().out
        assert "£186,400" in printed
        assert "annual-report-2025.pdf, page 3" in printed
        assert "384" in printed


def test_the_curl_example_runs(address):
    command = next(block for block in blocks("sh") if block.startswith("curl"))
    done = subprocess.run(
        ["bash", "-c", command.replace(ADDRESS, address)], capture_output=True, text=True, check=True
    )
    assert "186,400" in done.stdout
    assert done.stdout.rstrip().endswith("data: [DONE]")


def test_what_open_webui_sends_is_answered_as_it_reads_it(address):
    """As its 0.12 does: the models of the base URL, then a stream of lines, of which it reads `data:` only.

    Each annotation becomes a source; a mark `[n]` opens the nth.
    """
    block = next(block for block in blocks("sh") if "open-webui" in block)
    base = re.search("OPENAI_API_BASE_URL=(.*)", block)[1].replace(ADDRESS, address)
    model = json.loads(fetched(f"{base}/models")[1])["data"][0]
    body = {
        "model": model["id"],
        "messages": asked(ROOF, {"role": "system", "content": "Today is Monday."}),
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.8,
        "max_tokens": 128,
    }
    request = urllib.request.Request(
        f"{base}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        lines = [line.decode().strip() for line in response]
    data = [line[5:].strip() for line in lines if line.startswith("data:")]
    assert data.pop() == "[DONE]"
    deltas = [choice["delta"] for item in data for choice in json.loads(item)["choices"]]
    text = "".join(delta.get("content") or "" for delta in deltas)
    sources = [a["url_citation"]["url"] for delta in deltas for a in delta.get("annotations", [])]
    assert len(dict.fromkeys(sources)) == max(map(int, re.findall(r"\[(\d+)\]", text)))
