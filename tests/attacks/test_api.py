"""The API under load, under removal, and with callers who are slow, silent or gone."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from ingest import ingest_paths
from rag.library import Library
from rag.limits import LONGEST_QUESTION, LONGEST_TURN, MOST_DOCUMENTS, MOST_TURNS
from rag.models.model_protocol import Vectors
from rag.reading.sentence_memory import SentenceVectors
from rag.settings import load_settings
from tests.fakes import HashingEmbedder
from ui.api import build_application

ROOT = Path(__file__).resolve().parents[2]
HERE = "http://127.0.0.1:8502"
QUESTION = "When does the harbour office open?"


class Watched(HashingEmbedder):
    """Tells when it is asked for the vectors of passages or of questions, and remembers the passages."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []
        self.before_passages: Callable[[], None] = lambda: None
        self.before_questions: Callable[[], None] = lambda: None

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.before_passages()
        self.embedded += texts
        return super().embed_passages(texts, progress)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        self.before_questions()
        return super().embed_questions(texts)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def open_library(tmp_path: Path, watched: Watched) -> Iterator[Callable[..., Library]]:
    """A library of some notes under settings of `serve`, whose answers are never kept."""
    with contextlib.ExitStack() as opened:

        def start(**serve: Any) -> Library:
            given = {"library": str(tmp_path / "library"), "serve": serve}
            settings = load_settings(overrides={**given, "answering": {"cache": False}}, environment={})
            library = opened.enter_context(Library.open(settings=settings))
            library._embedder = watched
            notes = tmp_path / "notes"
            notes.mkdir(exist_ok=True)
            for number in range(6):
                text = f"The harbour office of pier {number} opens at {number + 5}. Crane {number} is red.\n"
                (notes / f"{number}.txt").write_text(text, "utf-8")
            list(ingest_paths([notes], library.store, watched, settings))
            watched.embedded.clear()
            return library

        yield start


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Of an empty library: for requests that are refused before anything is read."""
    path = tmp_path_factory.mktemp("refusing") / "library"
    with Library.open(settings=load_settings(overrides={"library": str(path)}, environment={})) as library:
        yield TestClient(build_application(library), HERE)


def at_once(library: Library, questions: Sequence[str]) -> list[int]:
    client = TestClient(build_application(library), HERE)
    together = threading.Barrier(len(questions))

    def ask(question: str) -> int:
        together.wait(timeout=60)
        return client.post("/v1/ask", json={"question": question}).status_code

    with ThreadPoolExecutor(len(questions)) as threads:
        return list(threads.map(ask, questions))


def test_many_first_questions_at_once_embed_what_one_does(
    open_library: Callable[..., Library], watched: Watched
) -> None:
    library = open_library()
    assert at_once(library, [QUESTION] * 8) == [200] * 8
    assert len(watched.embedded) == len(set(watched.embedded)) > 0


def test_a_sentence_that_is_being_embedded_is_waited_for(watched: Watched) -> None:
    vectors = SentenceVectors(watched)
    texts = [f"sentence {number}" for number in range(6)]
    together = threading.Barrier(8)
    watched.before_passages = lambda: time.sleep(1.0)  # time for all the others to get there as well

    def of(number: int) -> Vectors:
        together.wait(timeout=60)
        return vectors.of(texts[number % 3 :])

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(of, range(8)))
    assert sorted(watched.embedded) == texts
    expected = HashingEmbedder().embed_passages(texts)
    assert all(np.array_equal(vector, expected[number % 3 :]) for number, vector in enumerate(found))


def test_others_embed_what_the_first_failed_to(
    open_library: Callable[..., Library], watched: Watched
) -> None:
    library = open_library()
    failures = iter([True])

    def fail_once() -> None:
        if next(failures, False):
            raise MemoryError("a first call may fail")

    watched.before_passages = fail_once
    client = TestClient(build_application(library), HERE, raise_server_exceptions=False)
    with ThreadPoolExecutor(4) as threads:
        codes = list(
            threads.map(lambda _: client.post("/v1/ask", json={"question": QUESTION}).status_code, range(4))
        )
    assert sorted(codes) == [200, 200, 200, 500]


def test_a_document_removed_while_a_question_runs_is_no_error(
    open_library: Callable[..., Library], watched: Watched
) -> None:
    """At each call of the embedder another document goes: whatever the question was reading is gone."""
    library = open_library()
    client = TestClient(build_application(library), HERE)
    left = [document.document_id for document in library.documents()]
    gone: list[str] = []

    def remove() -> None:
        if len(gone) < 2:
            gone.append(left.pop())
            library.remove(gone[-1:])

    watched.before_questions = watched.before_passages = remove
    told = client.post("/v1/ask", json={"question": QUESTION})
    assert told.status_code == 200
    assert len(gone) == 2
    assert {citation["document_id"] for citation in told.json()["citations"]} <= set(left)


def test_the_stream_begins_again_when_a_document_goes(
    open_library: Callable[..., Library], watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library()
    removed: list[str] = []
    read = library.store.text

    def read_late(document_id: str, *span: int) -> str:
        if not removed:
            removed.append(document_id)
            library.remove([document_id])
        return read(document_id, *span)

    monkeypatch.setattr(library.store, "text", read_late)
    told = TestClient(build_application(library), HERE).post(
        "/v1/ask", json={"question": QUESTION, "stream": True}
    )
    names = re.findall(r"^event: (.*)$", told.text, re.MULTILINE)
    assert removed
    assert names.count("searching") == 2
    assert names[-1] == "answer"
    assert "error" not in names


def test_a_document_that_was_asked_for_by_name_and_is_gone_is_told(
    open_library: Callable[..., Library],
) -> None:
    library = open_library()
    client = TestClient(build_application(library), HERE)
    library.remove(["3.txt"])
    assert client.post("/v1/ask", json={"question": QUESTION, "documents": ["3.txt"]}).status_code == 404


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_takes_too_long_is_ended(
    open_library: Callable[..., Library], watched: Watched, stream: bool
) -> None:
    library = open_library(request_seconds=0.5)
    release = threading.Event()
    watched.before_questions = lambda: bool(release.wait(1.0 if stream else 60.0)) and None
    told = TestClient(build_application(library), HERE).post(
        "/v1/ask", json={"question": QUESTION, "stream": stream}
    )
    release.set()
    assert told.status_code == (200 if stream else 504)
    assert "TookTooLongError" in told.text
    assert "event: answer" not in told.text


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["chat/completions", "responses", "embeddings"])
def test_what_takes_too_long_is_told_in_the_form_of_openai_and_not_tried_again(
    open_library: Callable[..., Library], watched: Watched, path: str, stream: bool
) -> None:
    library = open_library(request_seconds=0.5)
    embeds = path == "embeddings"
    release = threading.Event()
    watched.before_questions = lambda: bool(release.wait(1.0 if stream and not embeds else 60.0)) and None
    told = TestClient(build_application(library), HERE).post(
        f"/v1/{path}",
        json={
            **{"model": watched.name if embeds else "citewell", "stream": stream, "input_type": "query"},
            **(
                {"messages": [{"role": "user", "content": QUESTION}]}
                if "chat" in path
                else {"input": QUESTION}
            ),
        },
    )
    release.set()
    if stream and not embeds:
        assert told.status_code == 200
        assert "[DONE]" not in told.text
        assert "response.completed" not in told.text
        error = json.loads(told.text.rstrip().rsplit("data: ", 1)[1])
        error = error.get("error", error)
        assert error["code"] is None
    else:
        assert told.status_code == 504
        assert told.headers["x-should-retry"] == "false"
        error = told.json()["error"]
        assert error["type"] == "server_error"
    assert "serve.request_seconds" in error["message"]


_TURN = {"role": "user", "content": "What?"}


@pytest.mark.parametrize(
    ("path", "given", "told"),
    [
        ("ask", {"question": "a" * (LONGEST_QUESTION + 1)}, "question: String should have at most 10000"),
        ("search", {"question": "a" * (LONGEST_QUESTION + 1)}, "question: String should have at most 10000"),
        ("ask", {"documents": ["a"] * (MOST_DOCUMENTS + 1)}, "documents: List should have at most 10000"),
        ("search", {"documents": ["a"] * (MOST_DOCUMENTS + 1)}, "documents: List should have at most 10000"),
        ("ask", {"documents": ["a" * 5_000]}, "documents.0: String should have at most 4096"),
        ("ask", {"history": [_TURN] * (MOST_TURNS + 1)}, "history: List should have at most 100"),
        (
            "ask",
            {"history": [{"role": "user", "content": "a" * (LONGEST_TURN + 1)}]},
            "history.0.content: String should have at most 20000",
        ),
        (
            "ask",
            {"history": [{"role": "user", "content": "a" * LONGEST_TURN}] * 6},
            "all turns together may have 100,000 characters, not 120,000",
        ),
        ("search", {"top_k": 1_001}, "top_k: Input should be less than or equal to 1000"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_more_than_a_question_may_bring_is_told_by_name(
    api: TestClient, path: str, given: dict[str, Any], told: str, more: dict[str, bool]
) -> None:
    body = {"question": "What?", **given, **(more if path == "ask" else {})}
    answer = api.post(f"/v1/{path}", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]
    assert len(answer.text) < 3_000


def test_feedback_may_not_bring_more_than_an_answer(api: TestClient) -> None:
    body = {"rating": 1, "wanted_answer": "a" * 20_001}
    answer = api.post("/v1/runs/1/feedback", json=body)
    assert answer.status_code == 422
    assert "wanted_answer: String should have at most 20000" in answer.json()["error"]["message"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`citewell serve` that waits half a second for a silent caller, and takes five connections; its port."""
    library = tmp_path_factory.mktemp("served") / "library"
    limits = {"idle_seconds": "0.5", "connections": "5", "max_upload_megabytes": "1000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "serve", "--library", str(library), "--port", "0"]
        + [part for key, value in limits.items() for part in ("--set", f"serve.{key}={value}")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = re.search(r":(\d+)/v1", process.stdout.readline())
    assert port is not None
    yield int(port[1])
    process.terminate()
    assert process.communicate(timeout=60)[1] == ""


def answered(port: int, *pieces: bytes) -> bytes:
    """All that comes back until the server closes the connection; it is left open on this side."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for piece in pieces:
            connection.sendall(piece)
        got = b""
        while piece := connection.recv(65_536):
            got += piece
        return got


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", b""),
        (b"GET /hea", b""),
        (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b""),
        (
            b"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"question":',
            b"HTTP/1.1 408",
        ),
        (
            b"POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n5\r\n--x\r\n",
            b"HTTP/1.1 408",
        ),
        (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /v1/documents HTTP/1.1\r\n", b"HTTP/1.1 200"),
    ],
)
def test_a_caller_who_falls_silent_is_not_waited_for(served: int, sent: bytes, told: bytes) -> None:
    assert answered(served, sent).startswith(told)


@pytest.mark.server
@pytest.mark.enable_socket
def test_silent_callers_do_not_keep_others_out(served: int) -> None:
    """There are more of them than connections; once they are let go, others are answered."""
    with contextlib.ExitStack() as silent:
        for _ in range(8):
            opened = silent.enter_context(socket.create_connection(("127.0.0.1", served), timeout=60))
            opened.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
        assert opened.recv(1) == b""  # the last is gone, and so are those before it
        asked = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        assert answered(served, asked).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "charset", ["utf-7", "base64", "utf-16", "rot13", "punycode", "idna", "unicode_escape"]
)
def test_names_in_a_charset_that_no_browser_sends_are_refused(api: TestClient, charset: str) -> None:
    """UTF-7 writes halves of characters, which no disk takes, in plain letters."""
    form = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n+2AA-\r\n' % name
        for name in (b"password", b'file"; filename="+2AA-.txt')
    )
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    told = api.post("/v1/documents", content=form + b"--x--\r\n", headers=kind)
    assert told.status_code == 422
    assert "UTF-8" in told.json()["error"]["message"]
