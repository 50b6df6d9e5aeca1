"""The API in OpenAI's form, beside what the clients themselves are tried on: guards, tokens, remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from starlette.testclient import TestClient

from ingest import ingest_paths
from rag.library import Library
from rag.schema import Answer, AnswerSentence, Citation, Support, Verdict
from rag.settings import load_settings
from ui.api import build_application
from ui.api.openai_telling import _marked

HERE = "http://127.0.0.1:8502"
QUESTION = "When does the harbour office open?"
ASKED: dict[str, Any] = {"model": "citewell", "messages": [{"role": "user", "content": QUESTION}]}
ADDRESSES = (
    ("GET", "models"),
    ("GET", "models/citewell"),
    ("POST", "chat/completions"),
    ("POST", "responses"),
    ("POST", "embeddings"),
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A client of the API of a library of one note."""
    libraries: list[Library] = []

    def start(generator: FakeListChatModel | None = None, **serve: Any) -> TestClient:
        settings = load_settings(
            overrides={"library": str(tmp_path / "library"), "serve": serve}, environment={}
        )
        libraries.append(Library.open(settings=settings, generator=generator))
        note = tmp_path / "harbour.txt"
        note.write_text("The harbour office opens at nine. The crane lifts twelve tonnes.\n", "utf-8")
        list(ingest_paths([note], libraries[-1].store, libraries[-1].embedder, settings))
        return TestClient(build_application(libraries[-1]), HERE, raise_server_exceptions=False)

    yield start
    for library in libraries:
        library.close()


def test_who_may_not_come_in_is_told_in_the_form_of_the_address(opened: Callable[..., TestClient]) -> None:
    client = opened(token="a secret")
    for method, path in ADDRESSES:
        refused = client.request(method, f"/v1/{path}", json=ASKED)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["error"] == {
            **{"message": "send the token as `Authorization: Bearer TOKEN`", "param": None},
            **{"type": "invalid_request_error", "code": "invalid_api_key"},
        }
        wrong = client.request(method, f"/v1/{path}", json=ASKED, headers={"authorization": "Bearer other"})
        assert wrong.json()["error"]["message"].startswith("this is not the server's token: ")
        elsewhere = client.request(method, f"/v1/{path}", json=ASKED, headers={"host": "elsewhere.example"})
        assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (403, None)
    assert client.get("/v1/documents").json()["error"].keys() == {"type", "message"}
    assert client.get("/v1/models", headers={"authorization": "Bearer a secret"}).status_code == 200


def test_another_method_and_too_much_are_told_in_it_too(opened: Callable[..., TestClient]) -> None:
    client = opened(max_upload_megabytes=1)
    wrong = client.put("/v1/chat/completions", json=ASKED)
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (405, "invalid_request_error")
    large = client.post("/v1/embeddings", json={"model": "x", "input": "a" * 1_100_000})
    assert (large.status_code, large.json()["error"]["type"]) == (413, "invalid_request_error")
    form = client.post("/v1/responses", content="model=citewell", headers={"content-type": "text/plain"})
    assert (form.status_code, form.json()["error"]["type"]) == (400, "invalid_request_error")


def test_tokens_are_those_of_the_prompt_where_a_model_wrote(opened: Callable[..., TestClient]) -> None:
    client = opened(FakeListChatModel(responses=["The harbour office opens at nine."]))
    completion = client.post("/v1/chat/completions", json=ASKED).json()
    run = client.get(f"/v1/runs/{completion['citewell']['run_id']}").json()
    library: Library = client.app.state.library  # type: ignore[attr-defined]
    count = library.embedder.token_spans
    assert run["prompt"]
    assert completion["usage"]["prompt_tokens"] == sum(len(count(turn["content"])) for turn in run["prompt"])
    assert completion["choices"][0]["message"]["content"] == "The harbour office opens at nine. [1]"


def test_a_refused_text_keeps_its_limits(opened: Callable[..., TestClient]) -> None:
    client = opened()
    name = client.get("/v1/models").json()["data"][-1]["id"]
    for given, said in (
        ({"input": []}, "at least 1 item"),
        ({"input": ""}, "at least 1 character"),
        ({"input": ["a"] * 2_049}, "at most 2048 items"),
        ({"input": "a" * 20_001}, "at most 20000 characters"),
        ({"input": "a", "dimensions": 7}, "384 numbers, not 7"),
        ({"input": "a", "encoding_format": "hex"}, "'float' or 'base64'"),
    ):
        refused = client.post("/v1/embeddings", json={"model": name, **given})
        assert refused.status_code == 400
        assert said in refused.json()["error"]["message"]
    kinds = [
        client.post("/v1/embeddings", json={"model": name, "input": "a", "input_type": kind}).json()
        for kind in ("passage", "query")
    ]
    assert all(len(made["data"][0]["embedding"]) == 384 for made in kinds)


def answered(question: str, *sentences: AnswerSentence, **told: Any) -> Answer:
    citations = tuple(
        Citation(number, "d", "a.txt", 1, 0, 1, "q")
        for number in dict.fromkeys(number for sentence in sentences for number in sentence.citations)
    )
    defaults = {"abstained": False, "confidence": 0.7, "verdict": Verdict.STATED}
    text = " ".join(sentence.text for sentence in sentences)
    return Answer(question, text, sentences, citations, **{**defaults, **told})


def test_marks_are_where_they_are_said_to_be_also_beside_such_in_the_text() -> None:
    answer = answered(
        "What?", AnswerSentence("As in [1] of 😀 it.", (1, 2)), AnswerSentence("More.", (1,), Support.PARTIAL)
    )
    pieces, marks = _marked(answer)
    text = "".join(pieces)
    assert text == "As in (1) of 😀 it. [1][2] More. [1] (partly supported)"
    assert [(number, text[start:end]) for number, start, end in marks] == [(1, "[1]"), (2, "[2]"), (1, "[1]")]
    assert [start for _, start, _ in marks] == [19, 22, 32]


def test_items_stand_on_lines_of_markdown() -> None:
    steps = (AnswerSentence("1. Rinse.", (1,)), AnswerSentence("2. Dry.", (2,), starts_line=True))
    pieces, marks = _marked(answered("How?", *steps))
    text = "".join(pieces)
    assert text == "1. Rinse. [1]  \n2. Dry. [2]"
    assert [text[start:end] for _, start, end in marks] == ["[1]", "[2]"]


def test_a_doubtful_answer_says_so_in_the_language_of_its_question() -> None:
    for question, sentence, told in (
        (
            "Who came?",
            "Ines came.",
            "Ines came. [1] This is near to the question, but perhaps no answer to it.",
        ),
        ("谁来了？", "伊内斯来了。", "伊内斯来了。 [1] 这与问题相近，但可能不是答案。"),
    ):
        answer = answered(question, AnswerSentence(sentence, (1,)), verdict=Verdict.NEAR)
        assert "".join(_marked(answer)[0]) == told
