"""What our chat models share as LangChain knows chat models: whole answers, streams, values of a schema."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from rag.models.structured import Schema, parsed, response_format
from rag.settings import GeneratorSettings

__all__ = ["StreamingChatModel", "usage"]


class StreamingChatModel(BaseChatModel):
    """A chat model that is its stream: a whole answer is the stream's pieces put together.

    Each kind of model says in `_pieces` how text comes, and in `_bound_to` what holds it to a schema.
    """

    _settings: GeneratorSettings = PrivateAttr()

    def __init__(self, settings: GeneratorSettings) -> None:
        """Take the settings."""
        super().__init__()
        self._settings = settings

    @abstractmethod
    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        """The answer as it comes; closing the generator ends the computation.

        `options` are the arguments of the call, `stop_event` among them: once it is set, no more comes.
        """

    def _bound_to(self, schema: Schema) -> dict[str, Any]:
        """The arguments of a call that can write nothing but values of a schema."""
        return {"response_format": response_format(schema)}

    def get_num_tokens(self, text: str) -> int:
        """A count on the safe side, without loading anything; LangChain's own would ask a model hub."""
        return len(text.encode()) // 3 + 1

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Values of a JSON schema or a pydantic model; the model can write nothing else.

        Raises:
            UsageError: the schema cannot be enforced.
        """
        return parsed(self.bind(**self._bound_to(schema), **kwargs), schema, include_raw=include_raw)

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
        pieces = self._pieces(messages, stop, kwargs)
        told = False
        try:
            for piece in pieces:
                told = True
                chunk = ChatGenerationChunk(message=piece)
                if run_manager is not None and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            pieces.close()
        if not told:  # stopped before the first word; LangChain takes a stream without pieces for a failure
            yield ChatGenerationChunk(message=AIMessageChunk(content="", chunk_position="last"))


def usage(read: int, written: int) -> UsageMetadata:
    """Tokens of a prompt and of its answer, as LangChain counts them."""
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
