"""GGUF weights in llama.cpp, inside this process: a quarter of the memory, and fast on a CPU.

xllamacpp (MIT) brings llama.cpp as a prebuilt wheel that finds out at run time what the processor can
do; the better known llama-cpp-python compiles for minutes at installation.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from rag.errors import ModelError
from rag.models.llama_cpp_weights import LlamaCppWeights
from rag.models.messages import turn_of
from rag.models.structured import parsed, response_format
from rag.settings import GeneratorSettings

__all__ = ["LlamaCppChatModel"]

_END: Final = None


class LlamaCppChatModel(BaseChatModel):
    """A GGUF chat model: streaming, stoppable, one computation at a time; the last prompt's cache is kept.

    Any call takes what llama.cpp's chat completions take (`temperature`, `max_tokens`, `seed`,
    `response_format`, `grammar`, …), and `stop_event`, a `threading.Event` that ends the computation at
    the next token once it is set.
    """

    _settings: GeneratorSettings = PrivateAttr()
    _weights: LlamaCppWeights = PrivateAttr()

    def __init__(self, settings: GeneratorSettings, weights: LlamaCppWeights) -> None:
        """Take the settings and the weights, which load at the first call."""
        super().__init__()
        self._settings = settings
        self._weights = weights

    @property
    def model_name(self) -> str:
        """The model as people call it."""
        return self._weights.name

    @property
    def _llm_type(self) -> str:
        return "citewell-llama-cpp"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "temperature": self._settings.temperature}

    def get_num_tokens(self, text: str) -> int:
        """A count on the safe side, without loading the weights."""
        return len(text.encode()) // 3 + 1

    def load(self) -> None:
        """Load the weights now rather than at the first call."""
        self._weights.load()

    def unload(self) -> None:
        """Give the memory back; the next call loads again."""
        self._weights.unload()

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Values of a JSON schema or a pydantic model; llama.cpp's grammar lets nothing else be written."""
        bound = self.bind(response_format=response_format(schema), **kwargs)
        return parsed(bound, schema, include_raw=include_raw)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        stop_event = kwargs.pop("stop_event", None) or threading.Event()
        request = {**self._request(messages, stop), **kwargs, "stream": True}
        answers = self._answers(request, stop_event)
        try:
            for answer in answers:
                chunk = ChatGenerationChunk(message=self._chunk(answer))
                if run_manager is not None and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            answers.close()  # type: ignore[attr-defined]

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
            "stop": stop or [],
            "stream_options": {"include_usage": True},
        }

    def _answers(self, request: dict[str, Any], stop_event: threading.Event) -> Iterator[dict[str, Any]]:
        """llama.cpp's answers as they come. Closing the iterator ends the computation."""
        arrived: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        closed = threading.Event()

        def take(answer: dict[str, Any]) -> bool:
            arrived.put(answer)
            return closed.is_set() or stop_event.is_set()  # true ends the computation

        def compute() -> None:
            try:
                server = self._weights.load()
                with self._weights.turn:
                    if not (closed.is_set() or stop_event.is_set()):
                        server.handle_chat_completions(request, take)
            except Exception as error:
                arrived.put({"failure": error})
            finally:
                arrived.put(_END)

        worker = threading.Thread(target=compute, name="citewell-llama-cpp", daemon=True)
        worker.start()
        try:
            while (answer := arrived.get()) is not _END:
                yield _checked(answer)
        finally:
            closed.set()
            worker.join()

    def _chunk(self, answer: dict[str, Any]) -> AIMessageChunk:
        choice: dict[str, Any] = next(iter(answer.get("choices") or []), {})
        text = (choice.get("delta") or {}).get("content") or ""
        usage = answer.get("usage")
        metadata = {"model_name": self.model_name, "finish_reason": choice.get("finish_reason")}
        return AIMessageChunk(
            content=text,
            usage_metadata=_usage(usage) if usage else None,
            response_metadata=metadata if metadata["finish_reason"] else {},
        )


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    failure = answer.get("failure")
    if isinstance(failure, Exception):
        raise failure
    if "error" in answer:
        told = answer["error"].get("message") if isinstance(answer["error"], dict) else answer["error"]
        raise ModelError(
            f"the model failed: {told}; lower prompt.budget_tokens or raise generator.context_tokens if it "
            "is about the context"
        )
    return answer


def _usage(usage: dict[str, Any]) -> UsageMetadata:
    asked, written = int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))
    return UsageMetadata(input_tokens=asked, output_tokens=written, total_tokens=asked + written)
