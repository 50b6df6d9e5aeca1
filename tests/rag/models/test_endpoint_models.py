"""Embedders and rerankers at endpoints: the real `citewell serve`, and a server with a real cross-encoder."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import ingest_paths
from rag import Library
from rag.answering.run_records import settings_json
from rag.errors import ConfigurationError, EndpointError, ModelError
from rag.models import Embedder, Reranker, build_embedder, build_reranker, build_second_embedder
from rag.models.cross_encoder import CrossEncoderReranker
from rag.models.endpoint_embedder import EndpointEmbedder
from rag.models.served import served_models
from rag.settings import EmbedderSettings, RerankerSettings, Settings, load_settings
from tests.http_servers import answering, citewell_serve, dripping, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MODEL = "all-MiniLM-L6-v2"
TEXTS = [
    "The crane lifts twelve tonnes.",
    "Die Bibliothek öffnet um neun Uhr.",
    "A lone surrogate \ud800.",
    "海港办公室九点开门。",
]
SECRET = "sk-very-secret-key"
NOWHERE = "http://127.0.0.1:1/v1"


def embedding(base_url: str | None, **values: Any) -> dict[str, Any]:
    return {"provider": "openai", "model": MODEL, "base_url": base_url, "retries": 0, **values}


def embedder(base_url: str | None, **values: Any) -> Embedder:
    return build_embedder(Settings.model_validate({"embedder": embedding(base_url, **values)}))


def reranker(base_url: str | None, **values: Any) -> Reranker:
    given = {"provider": "endpoint", "model": "tiny", "base_url": base_url, "retries": 0, **values}
    built = build_reranker(Settings.model_validate({"reranker": given}))
    assert built is not None
    return built


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `citewell serve` with a key."""
    with citewell_serve(tmp_path_factory.mktemp("served"), CITEWELL_SERVE__TOKEN=SECRET) as address:
        yield f"{address}/v1"


@pytest.mark.server
@pytest.mark.enable_socket
def test_the_vectors_of_a_real_server_are_those_of_its_model(served: str) -> None:
    remote, local = embedder(served, api_key=SECRET, batch_size=3), build_embedder(Settings())
    done: list[int] = []
    made = remote.embed_passages(TEXTS, done.append)
    assert made == pytest.approx(local.embed_passages(TEXTS), abs=1e-5)
    assert remote.embed_questions(TEXTS[:1]) == pytest.approx(local.embed_questions(TEXTS[:1]), abs=1e-5)
    assert done == [3, 4]
    assert (remote.name, remote.dimension) == (MODEL, 384)
    assert remote.embed_passages([]).shape == (0, 384)
    assert remote.embed_passages([""]).shape == (1, 384)


@pytest.mark.server
@pytest.mark.enable_socket
def test_a_library_made_at_an_endpoint_is_opened_at_another(served: str, tmp_path: Path) -> None:
    def opened(base_url: str | None, **values: Any) -> Library:
        given = {"base_url": base_url, "api_key": SECRET, "retries": 0, **values}
        return Library.open(
            tmp_path / "library", load_settings(overrides={"embedder": given}, environment={})
        )

    page = tmp_path / "harbour.txt"
    page.write_text("The crane lifts twelve tonnes.\n\nThe harbour office opens at nine.\n")
    with opened(served, provider="openai", model=MODEL) as library:
        (result,) = ingest_paths([page], library.store, library.embedder, library.settings)
        assert result.status == "added"
    # it remembers what made it, and not where
    with opened(served.replace("127.0.0.1", "localhost")) as library:
        assert isinstance(library.embedder, EndpointEmbedder)
        assert "crane" in library.search("What does the crane lift?")[0].text
    with pytest.raises(ConfigurationError, match=r"embedder\.base_url is not set"), opened(None) as library:
        _ = library.embedder


@pytest.mark.server
@pytest.mark.enable_socket
def test_what_a_real_server_refuses_is_said(served: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(
        EndpointError, match=r"refused the key \(HTTP 401\).*CITEWELL_EMBEDDER__API_KEY"
    ) as told:
        embedder(served, api_key="sk-a-wrong-key").embed_questions(["Who?"])
    assert "OPENAI" not in str(told.value)
    with pytest.raises(EndpointError, match=r"knows no model 'other'.*check embedder\.model"):
        embedder(served, api_key=SECRET, model="other").embed_questions(["Who?"])
    assert SECRET not in caplog.text


@pytest.mark.server
@pytest.mark.enable_socket
def test_texts_that_a_server_refuses_as_too_long_are_read_by_their_beginning(served: str) -> None:
    texts = ["q7 x3 k9 " * 150, *TEXTS]  # twice as many tokens as are estimated
    made = embedder(served, api_key=SECRET).embed_passages(texts)
    expected = build_embedder(Settings()).embed_passages(texts)
    assert made[1:] == pytest.approx(expected[1:], abs=1e-5)
    assert made[0] @ expected[0] > 0.95


def test_the_fingerprint_is_of_the_model_and_not_of_the_address() -> None:
    one = embedder(NOWHERE)
    assert one.fingerprint == embedder("https://models.example/v1", api_key="k").fingerprint
    others: list[dict[str, Any]] = [{"model": "m"}, {"max_tokens": 99}, {"query_prefix": "q: "}]
    assert len({one.fingerprint, *(embedder(NOWHERE, **other).fingerprint for other in others)}) == 4
    assert one.fingerprint.startswith(f"{MODEL}@")


def test_the_second_embedder_stays_on_this_machine() -> None:
    settings = Settings.model_validate({"embedder": embedding(NOWHERE)})
    assert not isinstance(build_second_embedder(settings, None), EndpointEmbedder)


def vectors(*rows: Any) -> dict[str, Any]:
    return {"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]}


WRONG: list[Any] = [
    {},
    [],
    {"data": []},
    vectors([1.0, 0.0], [1.0]),
    vectors([1.0], [1.0], [1.0]),
    vectors([0.0, 0.0], [1.0, 0.0]),
    vectors([float("inf"), 0.0], [1.0, 0.0]),
    vectors("AAAA", "AAAA"),
    vectors([], []),
    {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]},
]


def test_what_are_no_vectors_for_each_text_is_refused() -> None:
    answers = iter([vectors([1.0, 0.0]) if i % 2 == 0 else wrong for wrong in WRONG for i in range(2)])
    with answering({"/embeddings": lambda body: answer_of(next(answers))}) as (address, _):
        for _ in WRONG:
            model = embedder(address)
            assert model.dimension == 2
            with pytest.raises(EndpointError, match=r"gave (something else|vectors that are zero)"):
                model.embed_passages(["a", "b"])


def answer_of(value: Any) -> Response:
    """Also numbers that are none, as servers that write them do."""
    return Response(json.dumps(value), media_type="application/json")


def test_a_model_that_changes_its_dimension_is_noticed_and_order_is_kept() -> None:
    def made(body: dict[str, Any]) -> dict[str, Any]:
        if "wide" in body["input"]:
            return vectors(*([1.0, 0.0, 0.0] for _ in body["input"]))
        rows = [[float(text == "b"), 1.0] for text in body["input"]]
        return {"data": vectors(*rows)["data"][::-1]}

    with answering({"/embeddings": made}) as (address, asked):
        model = embedder(address)
        assert model.embed_passages(["a", "b"])[:, 0] == pytest.approx([0.0, np.sqrt(0.5)])
        model.embed_questions(["a"])
        count = len(asked)
        model.embed_questions(["a"])  # remembered
        assert len(asked) == count
        with pytest.raises(EndpointError, match="vectors of 3 numbers, and before of 2"):
            model.embed_passages(["wide"])


def test_requests_that_fail_are_sent_again_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.endpoint_client._PAUSE_SECONDS", 0.0)
    left = [2]

    def busy(body: dict[str, Any]) -> Response:
        left[0] -= 1
        return JSONResponse({"error": "busy"}, 503) if left[0] >= 0 else JSONResponse(vectors([1.0]))

    with answering({"/embeddings": busy}) as (address, asked):
        assert embedder(address, retries=2).dimension == 1
        assert len(asked) == 3
        left[0] = 9
        with pytest.raises(EndpointError, match=r"HTTP 503.*busy"):
            _ = embedder(address, retries=2).dimension
        assert len(asked) == 6


def test_no_proxy_stands_before_a_server_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", "example.com")
    models = {"data": [{"id": "m"}]}
    with answering({"/v1/embeddings": vectors([1.0]), "/v1/models": models}) as (address, _):
        assert len(served_models(f"{address}/v1", seconds=20.0) or ()) == 1
        assert embedder(f"{address}/v1").dimension == 1


@pytest.mark.parametrize("make", [embedder, reranker])
def test_servers_that_are_dead_slow_or_lead_elsewhere(make: Any) -> None:
    def use(address: str | None, **values: Any) -> None:
        model = make(address, api_key=SECRET, **values)
        model.embed_questions(["Who?"]) if make is embedder else model.score("Who?", ["Ines."])

    section = make.__name__
    with pytest.raises(ConfigurationError, match=rf"{section}\.base_url is not set"):
        use(None)
    with pytest.raises(ConfigurationError, match="no key has"):
        make(NOWHERE, api_key="clé")
    with pytest.raises(
        EndpointError, match=rf"no connection to the {section}'s endpoint {NOWHERE}.*base_url"
    ):
        use(NOWHERE)
    with pytest.raises(EndpointError, match=r"failed \(InvalidURL\)"):
        use("http://127.0.0.1:port/v1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EndpointError, match=rf"did not answer within 0\.2 s.*{section}\.timeout_seconds"):
            use(address, timeout_seconds=0.2)
    page = Response("<html>")
    with answering({"/page/rerank": page, "/page/embeddings": page}) as (address, asked):
        with pytest.raises(EndpointError, match=r"something else than (vectors|scores)"):
            use(f"{address}/page")

        async def lead(request: Request) -> Response:
            return RedirectResponse(f"{address}/page{request.url.path}")

        with serving(Starlette(routes=[Route("/{path:path}", lead, methods=["POST"])])) as first:
            count = len(asked)
            with pytest.raises(EndpointError, match=r"HTTP 307"):
                use(first)
            assert len(asked) == count


@pytest.mark.parametrize("make", [embedder, reranker])
def test_heads_that_drip_and_answers_that_are_packed_are_refused(make: Any) -> None:
    def use(address: str, **values: Any) -> None:
        model = make(address, **values)
        model.embed_questions(["Who?"]) if make is embedder else model.score("Who?", ["Ines."])

    with dripping() as address, pytest.raises(EndpointError, match=r"did not answer within 0\.5 s"):
        use(address, timeout_seconds=0.5)
    packed = Response(gzip.compress(b" " * 1_000), headers={"Content-Encoding": "gzip"})
    with answering({"/embeddings": packed, "/rerank": packed}) as (address, asked):
        with pytest.raises(EndpointError, match="packed"):
            use(address)
        assert asked[0].headers["accept-encoding"] == "identity"


def test_a_run_record_holds_no_key() -> None:
    sections = ("embedder", "reranker", "generator")
    given = {name: {"api_key": SECRET, "base_url": NOWHERE} for name in sections}
    kept = settings_json(load_settings(overrides=given, environment={}))
    assert [name for name in given if "api_key" in kept[name] or kept[name]["base_url"] != NOWHERE] == []


@pytest.mark.parametrize("section", [EmbedderSettings, RerankerSettings])
def test_an_address_holds_no_key(section: Any) -> None:
    with pytest.raises(ValidationError, match=f"CITEWELL_{section.section.upper()}__API_KEY"):
        section(base_url=f"http://user:{SECRET}@127.0.0.1/v1")


DOCUMENTS = ["the cat sat on mat .", "the museum opens at nine .", "a dog ran", "fox story", ""] * 3
ASKED = "when did the museum open ?"


@pytest.fixture(scope="module")
def reranking(tiny_cross_encoder: Path) -> Iterator[tuple[str, list[str], CrossEncoderReranker]]:
    """A server of a real cross-encoder, under `/v1` and `/tei` in each form; what it was asked; its model."""
    model = CrossEncoderReranker(RerankerSettings(model=str(tiny_cross_encoder), device="cpu"))
    asked: list[str] = []

    def ranked(body: dict[str, Any], texts: list[str], name: str) -> list[dict[str, Any]]:
        scores = model.score(body["query"], texts)
        order = sorted(range(len(texts)), key=lambda i: -scores[i])
        return [{"index": i, name: scores[i]} for i in order]

    async def documents(request: Request) -> Response:
        body = await request.json()
        asked.append("documents" if "documents" in body else "texts")
        assert body["model"] == "tiny"
        assert len(body["documents"]) <= 4
        return JSONResponse({"results": ranked(body, body["documents"], "relevance_score")})

    async def texts(request: Request) -> Response:
        body = await request.json()
        asked.append("documents" if "documents" in body else "texts")
        if "texts" not in body:  # as TEI says it
            return JSONResponse({"error": "missing field `texts`", "error_type": "validation"}, 422)
        return JSONResponse(ranked(body, body["texts"], "score"))

    routes = [
        Route("/v1/rerank", documents, methods=["POST"]),
        Route("/tei/rerank", texts, methods=["POST"]),
    ]
    with serving(Starlette(routes=routes)) as address:
        yield address, asked, model


@pytest.mark.parametrize(
    ("path", "forms"),
    [("v1", ["documents"] * 4), ("tei", ["documents", "texts", "texts", "texts", "texts"])],
)
def test_a_reranker_scores_as_its_model_does_in_both_forms(
    reranking: tuple[str, list[str], CrossEncoderReranker], path: str, forms: list[str]
) -> None:
    address, asked, model = reranking
    asked.clear()
    remote = reranker(f"{address}/{path}", batch_size=4)
    assert remote.name == "tiny"
    expected = model.score(ASKED, [text or " " for text in DOCUMENTS])
    assert remote.score(ASKED, DOCUMENTS) == pytest.approx(expected, abs=1e-4)
    assert asked == forms
    assert remote.score(ASKED, []) == []


def test_a_search_is_reranked_at_the_endpoint(
    reranking: tuple[str, list[str], CrossEncoderReranker], tmp_path: Path
) -> None:
    address, _, _ = reranking
    given = {"provider": "endpoint", "model": "tiny", "base_url": f"{address}/v1", "batch_size": 4}
    texts = ["The museum opens at nine.", "The cat sat on the mat.", "The museum story: a fox ran in."]

    def searched(**more: Any) -> list[float]:
        settings = load_settings(overrides={"reranker": {**given, **more}}, environment={})
        with Library.open(tmp_path / "library", settings) as library:
            if not library.documents():
                library.as_vector_store().add_texts(texts)
            passages = library.search("When did the museum open?")
            return [passage.scores["reranked"] for passage in passages]

    scores = searched()
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    with pytest.raises(EndpointError, match="no connection to the reranker's endpoint"):
        searched(base_url=NOWHERE, retries=0)


SCORES: list[Any] = [
    {"results": [{"index": 0, "relevance_score": 1.0}]},
    {"results": None},
    [{"index": 0, "score": 1.0}, {"index": 1, "score": "high"}],
    [{"index": 0, "score": 1.0}, {"index": 2, "score": 1.0}],
    [{"index": 0, "score": 1.0}, {"index": 1, "score": float("nan")}],
    [1.0, 2.0],
    "scores",
    {"results": [{"index": 0}, {"index": 1}]},
]


def test_what_are_no_scores_for_each_text_is_refused() -> None:
    told = iter(SCORES)
    with answering({"/rerank": lambda body: answer_of(next(told))}) as (address, _):
        for _ in SCORES:
            with pytest.raises(EndpointError, match="something else than a score for each text"):
                reranker(address).score("Who?", ["a", "b"])


def test_a_reranker_at_an_endpoint_has_a_name() -> None:
    with pytest.raises(ModelError, match=r"reranker\.model is not set"):
        reranker(NOWHERE, model=None)
