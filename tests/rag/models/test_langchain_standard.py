"""LangChain's standard tests of chat models and embedders, on ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableBinding
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from rag.models import build_embedder
from rag.models.causal import CausalModel
from rag.models.endpoint import EndpointChatModel
from rag.models.langchain_embeddings import EmbedderEmbeddings
from rag.models.llama_cpp import LlamaCppChatModel, LlamaCppWeights
from rag.models.local_chat import LocalChatModel
from rag.settings import GeneratorSettings, Settings
from tests.fakes import HashingEmbedder

_NAMES = {"max_tokens": "max_new_tokens", "timeout": "timeout_seconds", "max_retries": "retries"}
_OF_CALLS = {"stop", "streaming"}


def settings_of(provider: str, given: dict[str, Any]) -> GeneratorSettings:
    """The arguments that LangChain's models are made with, by the names of the settings."""
    values = {_NAMES.get(name, name): value for name, value in given.items() if name not in _OF_CALLS}
    return GeneratorSettings.model_validate({"provider": provider, **values})


class Endpoint(EndpointChatModel):
    def __init__(self, **given: Any) -> None:
        super().__init__(settings_of("openai", {"base_url": "http://127.0.0.1:9/v1", **given}))


class Local(LocalChatModel):
    def __init__(self, **given: Any) -> None:
        settings = settings_of("local", given)
        super().__init__(settings, CausalModel(settings, offline=True))


class Gguf(LlamaCppChatModel):
    def __init__(self, **given: Any) -> None:
        settings = settings_of("llama_cpp", given)
        super().__init__(settings, LlamaCppWeights(settings, offline=True))


@pytest.fixture
def benchmark() -> Callable[[Callable[[], None]], None]:
    """Does once what is to be timed: that making a model loads nothing is tested elsewhere."""
    return lambda timed: timed()


class TestEndpoint(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return Endpoint

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "some-model"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return {"OPENAI_API_KEY": "sk-test"}, {"model": "some-model"}, {"model_name": "some-model"}


class TestLocal(ChatModelUnitTests):
    """Without tools: models of this size call none that can be relied on."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return Local

    @property
    def has_tool_calling(self) -> bool:
        return False


class TestGguf(TestLocal):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return Gguf


class TestEmbedder(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return EmbedderEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embedder": HashingEmbedder()}


@pytest.mark.anyio
class TestPackagedEmbedder(EmbeddingsIntegrationTests):
    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return EmbedderEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embedder": build_embedder(Settings())}


def test_what_langchain_is_told_of_a_model_is_what_it_runs_with() -> None:
    told = Local(temperature=0.5, max_tokens=7)._get_ls_params()
    assert (told["ls_provider"], told["ls_temperature"], told["ls_max_tokens"]) == ("local", 0.5, 7)


def test_an_endpoint_takes_tools_in_the_form_of_its_provider() -> None:
    def weather(place: str) -> str:
        """Tell the weather of a place."""
        return place

    bound = Endpoint(model="m").bind_tools([weather], tool_choice="weather")
    assert isinstance(bound, RunnableBinding)
    assert isinstance(bound.bound, Endpoint)
    assert bound.kwargs["tools"][0]["function"]["name"] == "weather"
    assert bound.kwargs["tool_choice"]["function"]["name"] == "weather"
