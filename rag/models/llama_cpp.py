"""GGUF weights in llama.cpp, inside this process: a quarter of the memory, and fast on a CPU.

xllamacpp (MIT) brings llama.cpp as a prebuilt wheel that finds out at run time what the processor can
do; the better known llama-cpp-python compiles for minutes at installation.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, ClassVar, Final

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from pydantic import PrivateAttr

from rag.errors import ConfigurationError, ModelError
from rag.models.gguf import read_header
from rag.models.grammar import citation_gbnf
from rag.models.streaming_chat import WeightedChatModel, checked_sampling, from_thread, turn_of, usage
from rag.models.turn import LocalWeights
from rag.models.weights import locate, require_memory
from rag.settings import GeneratorSettings

__all__ = ["LlamaCppChatModel", "LlamaCppWeights"]

_STRIDE: Final = 64
"""Tokens of a prompt that are read between two looks at whether anybody still waits; 128 read 6 % faster."""


class LlamaCppWeights(LocalWeights[Any]):
    """A GGUF model in llama.cpp's server.

    Of the settings only those matter here that loading needs: model, window, threads, time to idle.
    """

    def _read(self) -> Any:
        try:
            import xllamacpp
        except ImportError:
            raise ConfigurationError(
                "setting generator.provider = 'llama_cpp' needs a package: pip install 'citewell[llama-cpp]'"
            ) from None
        files = locate(self._settings.model, offline=self._offline, setting="generator.model")
        weights = _gguf_file(files.path)
        header = read_header(weights)
        cache = header.cache_bytes(self._settings.context_tokens)
        require_memory(self.name, weights.stat().st_size + cache, "cpu")
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(weights)
        parameters.n_ctx = self._settings.context_tokens
        parameters.n_parallel = 1
        parameters.n_batch = _STRIDE
        parameters.warmup = False
        parameters.verbosity = -1
        parameters.api_keys = [secrets.token_urlsafe(32)]  # it listens on loopback too: for nobody
        threads = self._settings.threads or max(1, (os.cpu_count() or 2) // 2)
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        try:
            return xllamacpp.Server(parameters)
        except (RuntimeError, ValueError, OSError) as error:
            kind = header.kind or "unknown"
            raise ModelError(
                f"the model {self.name} in {weights} cannot be loaded by llama.cpp ({error}): it may be of a "
                f"kind ({kind}) that the installed xllamacpp does not know, or need more memory; update "
                "xllamacpp, lower generator.context_tokens, or name another file"
            ) from error


def _gguf_file(path: Path) -> Path:
    found = [path] if path.suffix == ".gguf" else sorted(path.glob("*.gguf"))
    if not found:
        raise ModelError(f"{path} holds no GGUF file: name one as generator.model")
    return found[0]


_NAMES: Final = {"max_new_tokens": "max_tokens", "repetition_penalty": "repeat_penalty"}
"""Our names of what llama.cpp calls otherwise."""
_SAMPLERS: Final = ["penalties", "temperature", "top_k", "top_p"]
"""Those of the settings in the order of transformers; llama.cpp has more, and has them on by itself."""


class LlamaCppChatModel(WeightedChatModel):
    """A GGUF chat model: streaming, stoppable, one computation at a time; the last prompt's cache is kept.

    Any call takes the sampling settings by their names, what else llama.cpp's chat completions take
    (`response_format`, `grammar`, …), and `stop_event`, a `threading.Event` that ends the computation at
    the next token once it is set.
    """

    _thinks_unseen: ClassVar[bool] = True
    _weights: LlamaCppWeights = PrivateAttr()

    def __init__(self, settings: GeneratorSettings, weights: LlamaCppWeights) -> None:
        """Take the settings and the weights, which load at the first call."""
        super().__init__(settings, weights)

    @property
    def _llm_type(self) -> str:
        return "citewell-llama-cpp"

    def citing(self, passages: int) -> dict[str, Any]:
        """The arguments of a call that must cite in each sentence, and only passages 1 to `passages`."""
        return {"grammar": citation_gbnf(passages)}

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        options = checked_sampling(options)
        stop_event = options.pop("stop_event", None) or threading.Event()
        given = {_NAMES.get(name, name): value for name, value in options.items()}
        # told of progress while the prompt is read, it can be stopped then too
        request = {**self._request(messages, stop), **given, "stream": True, "return_progress": True}

        def compute(put: Callable[[dict[str, Any]], None], is_stopped: Callable[[], bool]) -> None:
            def take(answer: dict[str, Any]) -> bool:
                put(answer)
                return is_stopped()  # true ends the computation

            server = self._weights.load()
            if self._weights.turn.acquire_unless(is_stopped):
                try:
                    server.handle_chat_completions(request, take)
                finally:
                    self._weights.turn.release()

        for answer in from_thread(compute, stop_event, "citewell-llama-cpp"):
            if "prompt_progress" not in _checked(answer):
                yield self._chunk(answer)

    def _request(self, messages: list[BaseMessage], stop: list[str] | None) -> dict[str, Any]:
        settings = self._settings
        return {
            "messages": [turn_of(message, "a GGUF model") for message in messages],
            "max_tokens": settings.max_new_tokens,
            "temperature": settings.temperature,
            "top_k": settings.top_k,
            "top_p": settings.top_p,
            "repeat_penalty": settings.repetition_penalty,
            "seed": settings.seed,
            "samplers": _SAMPLERS,
            "stop": stop or [],
            "stream_options": {"include_usage": True},
        }

    def _chunk(self, answer: dict[str, Any]) -> AIMessageChunk:
        choice: dict[str, Any] = next(iter(answer.get("choices") or []), {})
        text = (choice.get("delta") or {}).get("content") or ""
        told = answer.get("usage")
        metadata = {"model_name": self.model_name, "finish_reason": choice.get("finish_reason")}
        return AIMessageChunk(
            content=text,
            usage_metadata=_counted(told) if told else None,
            response_metadata=metadata if metadata["finish_reason"] else {},
        )


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        told = answer["error"].get("message") if isinstance(answer["error"], dict) else answer["error"]
        raise ModelError(
            f"the model failed: {told}; lower prompt.budget_tokens or raise generator.context_tokens if it "
            "is about the context"
        )
    return answer


def _counted(told: dict[str, Any]) -> UsageMetadata:
    return usage(int(told.get("prompt_tokens", 0)), int(told.get("completion_tokens", 0)))
