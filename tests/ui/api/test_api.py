"""The HTTP API: the contract's JSON, who is let in, and errors that say what to do."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.library import Library
from rag.settings import load_settings
from ui.api import build_application, grid_routes

NOTES = {
    "harbour.txt": b"The harbour office opens at nine. The crane lifts twelve tonnes.\n",
    "minutes.md": b"# Minutes\n\nThe council met on 3 March 2024. Ines Okafor took the minutes.\n",
}
HERE = "http://127.0.0.1:8502"


@pytest.fixture(scope="module")
def open_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., TestClient]]:
    """A client of the API of a new library under some settings."""
    opened: list[Library] = []

    def start(**serve: Any) -> TestClient:
        folder = tmp_path_factory.mktemp("api") / "library"
        settings = load_settings(overrides={"library": str(folder), "serve": serve})
        opened.append(Library.open(settings=settings))
        return TestClient(build_application(opened[-1]), HERE, raise_server_exceptions=False)

    yield start
    for library in opened:
        library.close()


@pytest.fixture(scope="module")
def filled(open_api: Callable[..., TestClient]) -> TestClient:
    return open_api()


@pytest.fixture
def api(filled: TestClient) -> TestClient:
    """The API of a library that holds the notes and nothing else."""
    held = {document["source"]: document["document_id"] for document in listed(filled)}
    for source in held.keys() - NOTES.keys():
        filled.delete(f"/v1/documents/{held[source]}")
    missing = [("file", (name, NOTES[name])) for name in NOTES.keys() - held.keys()]
    if missing:
        assert filled.post("/v1/documents", files=missing).status_code == 200
    return filled


def listed(api: TestClient) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = api.get("/v1/documents").json()["documents"]
    return documents


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    pairs = [block.split("\n", 1) for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def document_id(api: TestClient, source: str) -> str:
    return next(item["document_id"] for item in listed(api) if item["source"] == source)


def test_an_answer_cites_what_the_text_says(api: TestClient) -> None:
    answer = api.post("/v1/ask", json={"question": "When does the harbour office open?"}).json()
    assert "nine" in answer["answer"]
    citation = answer["citations"][0]
    shown = api.get(
        f"/v1/documents/{citation['document_id']}",
        params={"start": citation["start"], "end": citation["end"]},
    ).json()
    assert shown["text"] == citation["quote"]
    assert api.get(f"/v1/runs/{answer['run_id']}").json()["question"] == answer["question"]
    assert [run["run_id"] for run in api.get("/v1/runs", params={"limit": 1}).json()["runs"]] == [
        answer["id"]
    ]


def test_a_stream_ends_with_the_same_answer(api: TestClient) -> None:
    asked = {"question": "Who took the minutes?", "use_cache": False}
    whole = api.post("/v1/ask", json=asked).json()
    streamed = api.post("/v1/ask", json={**asked, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    told = events(streamed.text)
    assert [name for name, _ in told] == ["searching", "passages", "sentence", "answer"]
    assert told[-1][1]["answer"] == whole["answer"]
    assert "Okafor" in told[2][1]["text"]


def test_a_follow_up_is_understood(api: TestClient) -> None:
    history = [
        {"role": "user", "content": "When does the harbour office open?"},
        {"role": "assistant", "content": "The harbour office opens at nine."},
    ]
    answer = api.post(
        "/v1/ask", json={"question": "And what does its crane lift?", "history": history}
    ).json()
    assert "harbour" in answer["understood"]


def test_search_is_limited_to_documents(api: TestClient) -> None:
    wanted = document_id(api, "minutes.md")
    found = api.post(
        "/v1/search", json={"question": "harbour crane", "documents": [wanted], "top_k": 2}
    ).json()
    assert {passage["document_id"] for passage in found["passages"]} <= {wanted}


def test_a_removed_document_is_gone(api: TestClient) -> None:
    removed = api.delete(f"/v1/documents/{document_id(api, 'harbour.txt')}").json()["removed"]
    assert [document["source"] for document in removed] == ["harbour.txt"]
    assert [item["source"] for item in listed(api)] == ["minutes.md"]
    answer = api.post("/v1/ask", json={"question": "When does the harbour office open?"}).json()
    assert all(citation["source"] != "harbour.txt" for citation in answer["citations"])
    assert api.get("/v1/check").json()["ok"]


def test_a_bad_file_leaves_the_others(api: TestClient) -> None:
    files = [("file", ("empty.txt", b"")), ("file", ("../../tides.txt", b"High tide is at noon.\n"))]
    told = lines(api.post("/v1/documents", files=files).text)
    assert [(line["source"], line["status"]) for line in told] == [
        ("empty.txt", "failed"),
        ("tides.txt", "added"),
    ]
    assert "empty" in told[0]["error"]
    again = lines(api.post("/v1/documents", files=files[1:]).text)
    assert again[0]["status"] == "unchanged"


def test_protected_files_come_with_their_password_and_are_drawn_with_it(api: TestClient) -> None:
    from pypdf import PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    plain, sealed = io.BytesIO(), io.BytesIO()
    canvas = Canvas(plain)
    canvas.drawString(72, 700, "The vault closes at nine.")
    canvas.save()
    writer = PdfWriter(clone_from=plain)
    writer.encrypt("apricot", "owner", algorithm="AES-256")
    writer.write(sealed)
    files = [("file", ("vault.pdf", sealed.getvalue()))]
    assert lines(api.post("/v1/documents", files=files).text)[0]["locked"]
    told = lines(api.post("/v1/documents", files=files, data={"password": ["quince", "apricot"]}).text)
    assert told[0]["status"] == "added"
    page = f"/v1/documents/{document_id(api, 'vault.pdf')}/pages/1.png"
    assert "password" in api.get(page).json()["error"]["message"]
    assert api.get(page, headers={"Document-Password": "apricot"}).headers["content-type"] == "image/png"


def test_originals_are_saved_not_run(api: TestClient) -> None:
    page = b"<html><body><p>The gate is open.</p><script>alert(1)</script></body></html>"
    api.post("/v1/documents", files=[("file", ("gate.html", page))])
    original = api.get(f"/v1/documents/{document_id(api, 'gate.html')}/original")
    assert original.content == page
    assert original.headers["content-type"] == "application/octet-stream"
    assert original.headers["content-disposition"].startswith("attachment")


def test_a_grid_asks_each_document_each_question(api: TestClient) -> None:
    columns = [
        "When does the office open?",
        {"question": "When did the council meet?", "column": "met", "type": "date"},
    ]
    answered = api.post("/v1/grid", json={"columns": columns})
    assert answered.headers["content-type"].startswith("application/x-ndjson")
    rows = {row["source"]: row["cells"] for row in lines(answered.text)}
    assert rows.keys() == NOTES.keys()
    met = rows["minutes.md"]["met"]
    assert met["value"] == "2024-03-03"
    (citation,) = met["citations"]
    assert "3 March 2024" in citation["quote"]
    assert rows["harbour.txt"]["met"]["verdict"] == "not found"
    harbour = {"columns": columns, "documents": ["harbour.txt"]}
    (again,) = lines(api.post("/v1/grid", json=harbour).text)
    assert again["cells"] == rows["harbour.txt"]  # kept, with the same run
    (anew,) = lines(api.post("/v1/grid", json={**harbour, "use_cache": False}).text)
    opens = "When does the office open?"
    assert anew["cells"][opens]["run_id"] != again["cells"][opens]["run_id"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"columns": []}, 422, "columns"),
        ({"columns": ["Who?"] * 201}, 422, "200"),
        ({"columns": ["Who?", "Who?"]}, 422, "twice"),
        ({"columns": ["Who?", {"column": "x"}]}, 422, "question"),
        ({"columns": [{"question": {"a": 1}}]}, 422, "question"),
        ({"columns": [{"question": "Who?", "zzz": 1}]}, 422, "zzz"),
        ({"columns": [{"question": "Who?", "column": "x" * 5_000}]}, 422, "column"),
        ({"columns": [" "]}, 422, "line 1: there is no `question`"),
        ({"columns": [{"question": "Who?", "type": "colour"}]}, 422, "no type 'colour'"),
        ({"columns": ["Who?"], "documents": ["none.txt"]}, 404, "none.txt"),
    ],
)
def test_a_wrong_grid_is_told(api: TestClient, body: dict[str, Any], status: int, said: str) -> None:
    answered = api.post("/v1/grid", json=body)
    assert answered.status_code == status
    assert said in answered.json()["error"]["message"]


def test_a_question_of_a_grid_may_look_like_the_head_of_a_table(api: TestClient) -> None:
    question = "Is this the fee, question, or price?"
    (row,) = lines(api.post("/v1/grid", json={"columns": [question], "documents": ["harbour.txt"]}).text)
    assert list(row["cells"]) == [question]


def test_a_grid_that_the_server_breaks_off_says_so(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.asynccontextmanager
    async def stopped(_: object) -> AsyncIterator[threading.Event]:
        stop = threading.Event()
        stop.set()
        yield stop

    monkeypatch.setattr(grid_routes, "stop_when_gone", stopped)
    (told,) = lines(api.post("/v1/grid", json={"columns": ["Who took the minutes of March?"]}).text)
    assert "what is filled is kept" in told["error"]["message"]


def test_feedback_is_kept(api: TestClient) -> None:
    answer = api.post("/v1/ask", json={"question": "When does the harbour office open?"}).json()
    told = api.post(f"/v1/runs/{answer['run_id']}/feedback", json={"rating": 1}).json()
    assert told["example"]["question"] == answer["question"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "question"),
        ({"question": "  "}, "question"),
        ({"question": "a", "top-k": 3}, "top-k"),
        ({"question": "a", "documents": []}, "documents"),
        ({"question": "a", "history": [{"role": "system", "content": "b"}]}, "history.0.role"),
    ],
)
def test_a_wrong_body_is_told(api: TestClient, body: dict[str, Any], said: str) -> None:
    response = api.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert said in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/documents/none", 404),
        ("/v1/runs/none", 404),
        ("/v1/nothing", 404),
        ("/v1/runs?limit=many", 422),
        ("/v1/documents/harbour.txt/pages/1.png", 404),
        ("/v1/documents/harbour.txt?start=-1", 422),
        ("/v1/documents/harbour.txt/pages/1.png?highlight=1,2", 422),
    ],
)
def test_what_is_not_there_is_told(api: TestClient, path: str, status: int) -> None:
    response = api.get(path)
    assert response.status_code == status
    assert response.json()["error"]["message"]


def test_a_page_that_cannot_be_drawn_is_told_by_the_documents_name(api: TestClient) -> None:
    told = api.get("/v1/documents/harbour.txt/pages/1.png").json()["error"]["message"]
    assert "harbour.txt" in told


def test_text_sent_as_a_form_is_refused(api: TestClient) -> None:
    response = api.post("/v1/ask", content='{"question": "a"}', headers={"content-type": "text/plain"})
    assert response.status_code == 422
    assert api.post("/v1/documents", data={"file": "no file"}).status_code == 422


def test_a_token_is_asked_for(open_api: Callable[..., TestClient]) -> None:
    client = open_api(token="a secret")
    assert client.get("/health").json()["ok"]
    refused = client.get("/v1/documents")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "a secret" not in refused.text
    assert client.get("/v1/documents", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/v1/documents", headers={"authorization": "Bearer a secret"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.example"}, {"origin": "null"}, {"host": "elsewhere.example:8502"}],
)
def test_pages_of_other_sites_are_refused(api: TestClient, headers: dict[str, str]) -> None:
    response = api.post("/v1/search", json={"question": "crane"}, headers=headers)
    assert response.status_code == 403
    assert api.post("/v1/search", json={"question": "crane"}, headers={"origin": HERE}).status_code == 200


def test_a_flood_is_stopped_also_without_a_length(open_api: Callable[..., TestClient]) -> None:
    client = open_api(max_upload_megabytes=1)
    large = b"a" * 1_100_000
    told = client.post("/v1/documents", files=[("file", ("large.txt", large))])
    assert told.status_code == 413
    assert "max_upload_megabytes" in told.json()["error"]["message"]

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.txt"\r\n\r\n'
        yield from [large[:100_000]] * 11
        yield b"\r\n--x--\r\n"

    told = client.post(
        "/v1/documents", content=pieces(), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert told.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "kind", "told"),
    [
        ("GET", "/v1/documents/none", "NotFoundError", "`GET /v1/documents` shows what there is"),
        ("GET", "/v1/runs/none", "NotFoundError", "`GET /v1/runs` shows what there is"),
        ("GET", "/v1/nothing", "NotFoundError", "there is nothing at `GET /v1/nothing`"),
        ("PUT", "/v1/documents", "MethodNotAllowedError", "`PUT /v1/documents` is not possible"),
        ("GET", "/v1/documents/minutes.md/pages/1.png", "NotFoundError", "only PDF and picture files"),
    ],
)
def test_an_error_speaks_to_who_calls_the_api(
    api: TestClient, method: str, path: str, kind: str, told: str
) -> None:
    error = api.request(method, path).json()["error"]
    assert error["type"] == kind
    assert told in error["message"]
    assert "citewell" not in error["message"]
