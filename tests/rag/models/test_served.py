from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rag.errors import ConfigurationError
from rag.library import Library
from rag.models import build_generator, found_models
from rag.models.endpoint import EndpointChatModel
from rag.models.found_models import USUAL_PORTS, FoundModel
from rag.models.packaged import packaged_path
from rag.models.served import ServedModel, served_models
from rag.prompting import estimate_tokens, within_window
from rag.settings import GeneratorSettings, PromptSettings, Settings, load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.http_servers import answering, citewell_serve, dripping

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def listed(*names: str, owner: str = "me", **more: Any) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "owned_by": owner, **more} for name in names]}


def shown(body: dict[str, Any]) -> dict[str, Any]:
    info = {"general.architecture": "qwen3", "qwen3.context_length": 40_960}
    abilities = ["embedding"] if "embed" in body["model"] else ["completion", "thinking"]
    parameters = 'num_ctx                        6000\nstop "x"' if body["model"] == "set" else ""
    return {"capabilities": abilities, "model_info": info, "parameters": parameters}


OLLAMA = {
    "/v1/models": listed("loaded", "set", "plain", "embeds", owner="library"),
    "/api/tags": {"models": [{"name": name} for name in ("loaded", "set", "plain", "embeds")]},
    "/api/ps": {"models": [{"name": "loaded", "context_length": 4096}]},
    "/api/show": shown,
}
LM_STUDIO = {
    "/v1/models": listed("a", "b", "e", owner="organization_owner"),
    "/api/v0/models": {
        "data": [
            {"id": "a", "type": "llm", "max_context_length": 32_768, "loaded_context_length": 8192},
            {"id": "b", "type": "vlm", "max_context_length": 131_072},
            {"id": "e", "type": "embeddings"},
        ]
    },
}
THINKS = ("completion", "thinking")
SERVERS: list[tuple[dict[str, Any], list[tuple[str, str, int | None, int | None, tuple[str, ...]]]]] = [
    (
        OLLAMA,
        [
            ("Ollama", "loaded", 4096, 40_960, THINKS),
            ("Ollama", "set", 6000, 40_960, THINKS),
            ("Ollama", "plain", None, 40_960, THINKS),
        ],
    ),
    (LM_STUDIO, [("LM Studio", "a", 8192, 32_768, ()), ("LM Studio", "b", None, 131_072, ())]),
    ({"/v1/models": listed("m", owner="vllm", max_model_len=16_384)}, [("vLLM", "m", 16_384, None, ())]),
    ({"/v1/models": listed("m")}, [("OpenAI-style", "m", None, None, ())]),
    ({"/v1/models": listed("m", owner="llamacpp")}, [("llama.cpp", "m", None, None, ())]),
]


@contextmanager
def several(cases: Sequence[Mapping[str, Any]]) -> Iterator[tuple[list[str], list[Request]]]:
    """The addresses of servers, which are one with a path for each; and who asked."""
    told = {f"/{i}{path}": value for i, case in enumerate(cases) for path, value in case.items()}
    with answering(told) as (address, asked):
        yield [f"{address}/{i}/v1" for i in range(len(cases))], asked


def test_each_kind_of_server_tells_its_models() -> None:
    with several([told for told, _ in SERVERS]) as (addresses, asked):
        for address, (_, expected) in zip(addresses, SERVERS, strict=True):
            found = served_models(address, "a-key", seconds=20.0)
            assert found == [ServedModel(kind, address, *rest) for kind, *rest in expected]
        (one,) = served_models(addresses[0], "a-key", only="set", seconds=20.0) or ()
        assert (one.name, one.context_tokens) == ("set", 6000)
        assert [request.url.path for request in asked].count("/0/api/show") == 4 + 1
    assert {request.headers["authorization"] for request in asked} == {"Bearer a-key"}


ODD: list[Any] = [
    {"/v1/models": []},
    {"/v1/models": {"data": "x"}},
    {"/v1/models": {"data": [{"id": 3}, {"id": ""}, {"id": "n" * 400}, 7]}},
    {"/v1/models": Response("<html>")},
    {"/v1/models": Response("[" * 100_000)},
    {"/v1/models": Response(b'{"data": [{"id": "' + b"x" * (9 << 20) + b'"}]}')},
    {"/v1/models": RedirectResponse("http://models.example/v1/models")},
    {"/": "a web page"},
]


def test_what_is_no_server_of_models_is_none() -> None:
    with several(ODD) as (addresses, asked):
        for address in addresses:
            assert served_models(address, seconds=20.0) is None
    assert [request.url.path for request in asked] == [f"/{i}/v1/models" for i in range(len(ODD))]


NO_NAMES: list[Any] = [
    "\ud800",
    "a\x1b[2Jb",
    "two\nlines",
    "\u202egnp",
    [],
    {},
    ["m"],
    {"a": 1},
    3,
    None,
    True,
    "",
]


def test_what_cannot_be_a_name_is_no_model_whoever_tells_it() -> None:
    """A server may be anything: what it calls its models is printed, sent and looked up."""
    entries = [{"name": name, "id": name, "context_length": 5} for name in NO_NAMES]
    models = {"object": "list", "data": [{"id": "m", "owned_by": []}, *entries]}
    abilities = {"/api/show": {"capabilities": ["completion", *NO_NAMES]}}
    cases: list[Any] = [
        {"/v1/models": models},
        {"/v1/models": {"data": [*entries, *models["data"], {"id": "m", "max_model_len": []}][:20]}},
        {
            "/v1/models": models,
            "/api/tags": {"models": [*entries, {"name": "m"}]},
            "/api/ps": {"models": [*entries, {"name": "m", "context_length": 4096}]},
            **abilities,
        },
        {"/v1/models": models, "/api/v0/models": {"data": [*entries, {"id": "m", "type": []}]}},
    ]
    with several([{path: escaped(told) for path, told in case.items()} for case in cases]) as (addresses, _):
        for address in addresses:
            found = served_models(address, seconds=20.0) or ()
            assert {model.name for model in found} == {"m"}
            assert {ability for model in found for ability in model.abilities} <= {"completion"}
        assert [model.context_tokens for model in served_models(addresses[2], seconds=20.0) or ()] == [4096]


def escaped(told: Any) -> Any:
    """JSON that also holds halves of characters."""
    return Response(json.dumps(told), media_type="application/json")


def test_a_packed_answer_is_refused_before_it_swells() -> None:
    packed = gzip.compress(json.dumps(listed("m")).encode())
    told = {"/v1/models": Response(packed, headers={"Content-Encoding": "gzip"})}
    with answering(told) as (address, asked):
        assert served_models(f"{address}/v1", seconds=20.0) is None
    assert asked[0].headers["accept-encoding"] == "identity"


def test_a_head_that_drips_is_not_waited_for() -> None:
    with dripping() as address:
        assert served_models(f"{address}/v1", seconds=0.5) is None


def test_windows_that_cannot_be_are_not_told() -> None:
    odd: list[Any] = [0, -1, "many", True, 1.5, None, [4096]]
    with several([{"/v1/models": listed("m", max_model_len=window)} for window in odd]) as (addresses, _):
        for address in addresses:
            found = served_models(address, seconds=20.0) or ()
            assert [model.context_tokens for model in found] == [None]


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert served_models(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", seconds=0.2) is None


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The usual ports are those of servers of the test."""

    def use(*addresses: str) -> None:
        ports = {str(i): int(address.rsplit(":", 1)[1]) for i, address in enumerate(addresses)}
        monkeypatch.setattr(found_models, "USUAL_PORTS", ports)

    return use


def found(**generator: Any) -> list[FoundModel]:
    every = found_models.found_models(GeneratorSettings.model_validate(generator))
    return [model for model in every if model.kind not in ("packaged", "GGUF file")]


def test_the_usual_ports_are_asked_on_this_machine_only(usual: Callable[..., None], tmp_path: Path) -> None:
    assert USUAL_PORTS == {"Ollama": 11434, "llama.cpp": 8080, "vLLM": 8000, "LM Studio": 1234}
    with answering(OLLAMA) as (first, _), answering(LM_STUDIO) as (second, _):
        usual(first, second)
        models = found(folder=tmp_path, base_url="http://models.example/v1")
    assert [model.name for model in models] == ["loaded", "set", "plain", "a", "b"]
    assert models[0].arguments == (
        "--config",
        "server",
        "--set",
        f"generator.base_url={first}/v1",
        "--set",
        "generator.model=loaded",
    )


def test_an_address_of_the_settings_is_asked_too(usual: Callable[..., None], tmp_path: Path) -> None:
    with answering({"/v1/models": listed("m")}) as (address, asked):
        usual("http://127.0.0.1:1")
        (model,) = found(folder=tmp_path, base_url=f"{address}/v1", api_key="a-key")
    assert model.name == "m"
    assert asked[0].headers["authorization"] == "Bearer a-key"


def test_gguf_files_that_write_are_found_and_others_are_not(
    usual: Callable[..., None], tmp_path: Path
) -> None:
    usual("http://127.0.0.1:1")
    (tmp_path / "b model.gguf").symlink_to(packaged_path("SmolLM2-135M-Instruct"))
    (tmp_path / "a-cut.gguf").write_bytes(packaged_path("SmolLM2-135M-Instruct").read_bytes()[:5000])
    (tmp_path / "c.gguf.part").write_bytes(b"GGUF")
    every = found_models.found_models(GeneratorSettings.model_validate({"folder": tmp_path}))
    assert [(model.kind, model.name, model.trained_tokens) for model in every] == [
        ("packaged", "SmolLM2-135M-Instruct", 8192),
        ("GGUF file", "b model.gguf", 8192),
    ]


@pytest.fixture(scope="module")
def llama_cpp() -> Iterator[str]:
    """The real server of llama.cpp."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="the llama.cpp runtime is not installed")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(packaged_path("SmolLM2-135M-Instruct"))
    parameters.n_ctx, parameters.n_parallel, parameters.warmup, parameters.verbosity = 768, 1, False, -1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


def writer(base_url: str, model: str, **more: Any) -> EndpointChatModel:
    generator = {"provider": "openai", "model": model, "base_url": base_url, "retries": 0, **more}
    built = build_generator(Settings.model_validate({"generator": generator}))
    assert isinstance(built, EndpointChatModel)
    return built


def test_the_real_llama_cpp_tells_its_window_and_writes(llama_cpp: str) -> None:
    (model,) = served_models(llama_cpp, seconds=20.0) or ()
    assert (model.kind, model.context_tokens, model.trained_tokens) == ("llama.cpp", 768, 8192)
    written = writer(llama_cpp, model.name, max_new_tokens=4)
    assert written.context_window == 768
    assert written.invoke("Say hello.").text
    assert writer(llama_cpp, model.name, context_tokens=4000).context_window == 4000  # the setting says so
    assert writer(llama_cpp, "another").context_window is None


def test_an_endpoint_that_is_not_there_has_no_window() -> None:
    assert writer("http://127.0.0.1:1/v1", "m").context_window is None


@pytest.mark.parametrize(
    ("given", "window", "budget"),
    [
        ({}, None, 3_000),
        ({}, 2_048, 1_792),
        ({}, 4_096, 3_840),
        ({}, 131_072, 8_000),
        ({"budget_tokens": 5_000}, 131_072, 5_000),
        ({"budget_tokens": 5_000}, 4_096, 3_840),
    ],
)
def test_the_budget_follows_the_window(given: dict[str, int], window: int | None, budget: int) -> None:
    assert within_window(PromptSettings.model_validate(given), window, 256).budget_tokens == budget


@pytest.mark.parametrize(("window", "least", "most"), [(600, 200, 344), (131_072, 400, 8_000)])
def test_a_prompt_fits_the_window_that_the_server_tells(
    window: int, least: int, most: int, store: Store, embedder: HashingEmbedder
) -> None:
    for mill in range(8):
        words = f"The mill of village {mill} was built in {1800 + mill}. " + "The miller sold flour. " * 30
        add_to_store(store, document(words, f"{mill}.txt"), embedder)
    sizes: list[int] = []

    def chat(body: dict[str, Any]) -> Response:
        sizes.append(sum(estimate_tokens(message["content"]) for message in body["messages"]))
        return Response("no", 400)  # then the answer is quoted

    served = {"/v1/models": listed("m", max_model_len=window), "/v1/chat/completions": chat}
    with answering(served) as (address, _):
        generator = {"provider": "openai", "model": "m", "base_url": f"{address}/v1", "writes": True}
        overrides = {
            "generator": {**generator, "retries": 0},
            "answering": {"abstain_below": 0.0},
            "reader": {"model": "none"},
        }
        Library(store, load_settings(overrides=overrides, environment={}), embedder).ask(
            "When was the mill built?"
        )
    assert least < sizes[0] <= most


def test_a_window_without_room_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"max_new_tokens: 512 leaves no room .* 600 tokens"):
        within_window(PromptSettings.model_validate({}), 600, 512)


@pytest.mark.server
@pytest.mark.enable_socket
def test_citewells_own_server_is_not_taken_for_one_that_writes(
    usual: Callable[..., None], tmp_path: Path
) -> None:
    with citewell_serve(tmp_path / "library") as address:
        assert served_models(f"{address}/v1", seconds=60.0) == []
        usual(address)
        assert found(folder=tmp_path) == []
