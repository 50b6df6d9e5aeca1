"""A chat model behind an endpoint: any LangChain provider, or any server that speaks OpenAI's protocol."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from rag.errors import ConfigurationError, EndpointError
from rag.models.devices import LOOPBACK
from rag.models.endpoint_errors import broken_off, environment_key, explained, hide_key, printable_key
from rag.models.served import served_models
from rag.models.streaming_chat import StreamingChatModel, answered, from_thread
from rag.settings import GeneratorSettings

__all__ = ["EndpointChatModel"]

_SILENT = RunnableConfig(callbacks=[])
"""The inner model's events are told once, by the outer one."""

_ENDS = frozenset({"finish_reason", "status"})
"""What the last piece of a whole answer carries: chat completions the one, responses the other."""

_KEYLESS = "no-key-needed"
"""Servers on one's own machine want no key, but the client insists on one."""


class EndpointChatModel(StreamingChatModel):
    """A remote model that fails in plain words, and never shows its key.

    Any call takes what the provider takes, and `stop_event`, a `threading.Event` that ends the stream once
    it is set, also while nothing comes; the connection is closed at the next piece.
    """

    _thinks_unseen: ClassVar[bool] = True
    _inner: BaseChatModel = PrivateAttr()

    def __init__(self, settings: GeneratorSettings) -> None:
        """Prepare the client; nothing is sent yet.

        Raises:
            ConfigurationError: the provider's package is not installed, or its key is missing.
        """
        super().__init__(settings)
        self._inner = _client(settings)

    @property
    def model_name(self) -> str:
        """The model as the endpoint knows it."""
        return self._settings.model

    @cached_property
    def context_window(self) -> int | None:
        """Tokens of prompt and answer together, by the setting or as the endpoint tells; None if unknown."""
        settings = self._settings
        if "context_tokens" in settings.model_fields_set:
            return settings.context_tokens
        if settings.provider != "openai" or settings.base_url is None:
            return None
        served = served_models(settings.base_url, _key(settings) or "", self.model_name) or []
        return next((model.context_tokens for model in served if model.name == self.model_name), None)

    @property
    def _llm_type(self) -> str:
        return f"citewell-endpoint-{self._settings.provider}"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model_name": self.model_name,
            "provider": self._settings.provider,
            "base_url": self._settings.base_url,
            "temperature": self._settings.temperature,
        }

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools that it may call, in the form in which the provider takes them.

        Raises:
            NotImplementedError: the provider's models take no tools.
        """
        bound = self._inner.bind_tools(tools, tool_choice=tool_choice, **kwargs)
        assert isinstance(bound, RunnableBinding)
        return self.bind(**bound.kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if kwargs.get("stop_event") is not None:
            return super()._generate(messages, stop, run_manager, **kwargs)
        arguments = {key: value for key, value in kwargs.items() if key != "stop_event"}
        with explained(self._settings):
            message = self._inner.invoke(messages, _SILENT, stop=stop, **arguments)
        result = answered(ChatResult(generations=[ChatGeneration(message=message)]))
        if not message.content and not message.tool_calls:
            self._check_answered(False, message.response_metadata.get("finish_reason"))
        return result

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        stop_event = options.pop("stop_event", None) or threading.Event()

        def receive(put: Callable[[AIMessageChunk], None], is_stopped: Callable[[], bool]) -> None:
            for piece in self._inner.stream(messages, _SILENT, stop=stop, **options):
                put(piece)
                if is_stopped():
                    return

        ended = False
        with explained(self._settings):
            for piece in from_thread(receive, stop_event, "citewell-endpoint"):
                ended = ended or bool(_ENDS & piece.response_metadata.keys())
                yield piece
        if self._settings.provider == "openai" and not ended and not stop_event.is_set():
            raise EndpointError(broken_off(self._settings))

    def _seed(self, options: dict[str, Any]) -> int | None:
        given = options.get(
            "seed", self._settings.seed if "seed" in self._settings.model_fields_set else None
        )
        return None if given is None else int(given)


def _client(settings: GeneratorSettings) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    options = {"base_url": settings.base_url, "api_key": _key(settings), **_sampling(settings)}
    if settings.provider == "openai" and settings.base_url is not None:
        options["stream_usage"] = True  # tokens, which LangChain asks of OpenAI's own service only
    if settings.provider == "openai" and urlsplit(settings.base_url or "").hostname in LOOPBACK:
        options["openai_proxy"] = ""  # of the environment (OPENAI_PROXY), for what leaves this machine
    try:
        client: BaseChatModel = init_chat_model(
            settings.model,
            model_provider=settings.provider,
            temperature=settings.temperature,
            max_tokens=settings.max_new_tokens,
            timeout=settings.timeout_seconds,
            max_retries=settings.retries,
            **{name: value for name, value in options.items() if value is not None},
        )
    except ImportError as error:
        raise ConfigurationError(f"setting generator.provider: {error}") from None
    except ValueError as error:
        if not str(error).startswith("Unsupported provider"):
            raise _not_set_up(error, settings) from None
        known = str(error).rpartition(": ")[2]
        raise ConfigurationError(
            f"no provider {settings.provider!r} (setting generator.provider): choose local, llama_cpp, none, "
            f"or one of LangChain's: {known}"
        ) from None
    except Exception as error:  # each provider has its own for a missing key
        raise _not_set_up(error, settings) from None
    return client


def _not_set_up(error: Exception, settings: GeneratorSettings) -> ConfigurationError:
    reason = hide_key(str(error).split("\n", 1)[0], settings)
    return ConfigurationError(
        f"the {settings.provider} endpoint cannot be set up: {reason} Give a key as "
        f"CITEWELL_GENERATOR__API_KEY or {environment_key(settings.provider)}; check generator.provider"
    )


def _key(settings: GeneratorSettings) -> str | None:
    """The setting's key; else none, so that the provider looks in its environment variable.

    Raises:
        ConfigurationError: it holds what no HTTP header takes.
    """
    variable = environment_key(settings.provider)
    key = os.environ.get(variable, "")
    if settings.api_key is not None:
        key = settings.api_key.get_secret_value()
    elif key == key.strip():  # the provider finds it by itself
        return _KEYLESS if settings.base_url is not None and variable not in os.environ else None
    return printable_key(key, settings)


def _sampling(settings: GeneratorSettings) -> dict[str, Any]:
    """Only what is set: OpenAI's own service refuses what it does not know."""
    given = settings.model_fields_set
    options: dict[str, Any] = {name: getattr(settings, name) for name in ("top_p", "seed") if name in given}
    extra = {name: getattr(settings, name) for name in ("top_k", "repetition_penalty") if name in given}
    return {**options, "extra_body": extra} if extra and settings.base_url else options
