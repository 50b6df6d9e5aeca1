"""What our chat models share as LangChain knows chat models: whole answers, streams, values of a schema.

A stream that is made in a thread can be left while its next piece is awaited.
"""

from __future__ import annotations

import queue
import threading
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ChatMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ContextThreadPoolExecutor, get_config_list
from pydantic import PrivateAttr, ValidationError

from rag.errors import ModelError, UsageError
from rag.models.structured import Schema, parsed, response_format
from rag.models.thoughts import ThoughtFilter, without_thoughts
from rag.models.turn import LocalWeights
from rag.settings import GeneratorSettings

__all__ = [
    "StreamingChatModel",
    "answered",
    "checked_sampling",
    "from_thread",
    "seeds_apart",
    "turn_of",
    "usage",
]


class StreamingChatModel(BaseChatModel):
    """A chat model that is its stream: a whole answer is the stream's pieces put together.

    Each kind of model says in `_pieces` how text comes, and in `_bound_to` what holds it to a schema.
    """

    _thinks_unseen: ClassVar[bool] = False
    """Whether a server may keep thoughts to itself, so that an answer is empty while tokens are spent."""
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

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Answer many prompts, in their order; equal ones are drawn apart, by seeds that count up."""
        seed = self._seed(kwargs)
        asked = [self._convert_input(one).to_string() for one in inputs]
        seeds = seeds_apart(asked, seed or 0)
        if seed is None or max(seeds, default=seed) == seed:
            return super().batch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        apart = [self.bind(**{**kwargs, "seed": one}) for one in seeds]
        configs = get_config_list(config, len(inputs))
        with ContextThreadPoolExecutor(min(len(inputs), self._settings.batch_size)) as threads:
            calls = [
                threads.submit(_called, model, one, each, return_exceptions)
                for model, one, each in zip(apart, inputs, configs, strict=True)
            ]
            return [call.result() for call in calls]

    def _seed(self, options: dict[str, Any]) -> int | None:
        """The seed of a call with these arguments; None where nobody told one."""
        return int(options.get("seed", self._settings.seed))

    def citing(self, passages: int) -> dict[str, Any]:
        """The arguments of a call that must cite in each sentence, and only passages 1 to `passages`."""
        return {}

    def get_num_tokens(self, text: str) -> int:
        """A count on the safe side, without loading anything; LangChain's own would ask a model hub."""
        return len(text.encode()) // 3 + 1

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        """What LangChain's tracers and callbacks are told of a call."""
        told = super()._get_ls_params(stop, **kwargs)
        told["ls_provider"] = self._settings.provider
        told.setdefault("ls_temperature", self._settings.temperature)
        told.setdefault("ls_max_tokens", self._settings.max_new_tokens)
        return told

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: str | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Values of a JSON schema or a pydantic model; the model can write nothing else.

        That is so whatever `method` and `strict` say, which LangChain's other models need to be told.

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
        result = generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))
        return answered(result)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        stop_event = kwargs.get("stop_event")
        pieces = self._pieces(messages, stop, kwargs)
        told = False
        try:
            for piece in self._answering(pieces, stop_event):
                told = True
                chunk = ChatGenerationChunk(message=piece)
                if run_manager is not None and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            pieces.close()
        if not told:  # stopped before the first word; LangChain takes a stream without pieces for a failure
            yield ChatGenerationChunk(message=AIMessageChunk(content="", chunk_position="last"))

    def _answering(
        self, pieces: Generator[AIMessageChunk], stop_event: threading.Event | None
    ) -> Iterator[AIMessageChunk]:
        """The pieces without thoughts.

        Raises:
            ModelError: the model came to its limit while it thought, and answered nothing.
        """
        thoughts, answers, reason = ThoughtFilter(), False, None
        for piece in pieces:
            reason = piece.response_metadata.get("finish_reason") or reason
            if isinstance(piece.content, str):
                piece.content = thoughts.feed(piece.content) + (thoughts.end() if reason else "")
            answers = answers or bool(piece.content or piece.tool_call_chunks)
            yield piece
        if held := thoughts.end():
            yield AIMessageChunk(content=held)
        stopped = stop_event is not None and stop_event.is_set()
        if not (answers or held or stopped):
            self._check_answered(thoughts.thinking, reason)

    def _check_answered(self, thinking: bool, reason: str | None) -> None:
        """Of an empty answer: a model that thinks unseen, and ended at its limit, was thinking.

        Raises:
            ModelError: it was.
        """
        if thinking or (self._thinks_unseen and reason == "length"):
            raise ModelError(
                f"the model {self._settings.model!r} came to its limit of {self._settings.max_new_tokens} "
                "tokens before it answered: raise generator.max_new_tokens, or have it think less"
            )


def answered(result: ChatResult) -> ChatResult:
    """The result with whole answers that hold no thoughts."""
    for generation in result.generations:
        if isinstance(generation.message.content, str):
            generation.message.content = without_thoughts(generation.message.content)
            generation.text = generation.message.content
    return result


class WeightedChatModel(StreamingChatModel):
    """A chat model whose weights are on this machine."""

    _weights: LocalWeights[Any] = PrivateAttr()

    def __init__(self, settings: GeneratorSettings, weights: LocalWeights[Any]) -> None:
        """Take the settings and the weights, which load at the first call."""
        super().__init__(settings)
        self._weights = weights

    @property
    def model_name(self) -> str:
        """The model as people call it."""
        return self._weights.name

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "temperature": self._settings.temperature}

    def load(self) -> None:
        """Load the weights now rather than at the first call."""
        self._weights.load()

    def unload(self) -> None:
        """Give the memory back; the next call loads again."""
        self._weights.unload()


def _called(model: Runnable[Any, Any], asked: Any, config: RunnableConfig, keep_failure: bool) -> Any:
    try:
        return model.invoke(asked, config)
    except Exception as error:
        if keep_failure:
            return error
        raise


def usage(read: int, written: int) -> UsageMetadata:
    """Tokens of a prompt and of its answer, as LangChain counts them."""
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


_ROLES: Final = {"system": "system", "human": "user", "ai": "assistant"}


def turn_of(message: BaseMessage, who: str) -> dict[str, str]:
    """A message as `role` and `content`; `who` takes it, for the error.

    Raises:
        UsageError: it is neither of the system, the user nor the assistant.
    """
    role = message.role if isinstance(message, ChatMessage) else _ROLES.get(message.type.lower())
    if role is None:
        raise UsageError(f"{who} takes system, user and assistant messages, not {message.type!r}")
    return {"role": role, "content": str(message.text)}


_CHECKED: Final = (*("max_new_tokens", "temperature", "top_k", "top_p", "repetition_penalty", "seed"),)


def checked_sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with LangChain's `max_tokens` under our name, and numbers as numbers.

    Raises:
        UsageError: a value is out of its range; the message names it.
    """
    arguments = dict(given)
    if "max_tokens" in arguments:
        arguments["max_new_tokens"] = arguments.pop("max_tokens")
    named = {name: arguments[name] for name in _CHECKED if arguments.get(name) is not None}
    try:
        checked = GeneratorSettings.model_validate(named)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][0]} = {first['input']!r} is not accepted: {first['msg']}") from None
    kept = {name: value for name, value in arguments.items() if name not in _CHECKED}
    return {**kept, **{name: getattr(checked, name) for name in named}}


def seeds_apart(prompts: Sequence[Hashable], seed: int) -> list[int]:
    """A seed for each prompt: who asks the same several times at once wants several drafts."""
    seen: Counter[Hashable] = Counter()
    seeds = []
    for prompt in prompts:
        seeds.append(seed + seen[prompt])
        seen[prompt] += 1
    return seeds


_T = TypeVar("_T")
_LOOK_SECONDS: Final = 0.05
"""Time between two looks at whether to stop."""
_GRACE_SECONDS: Final = 0.5
"""Time that the thread has for its last pieces once it is told to stop."""


class _Failure(Generic[_T]):
    def __init__(self, error: BaseException) -> None:
        self.error = error


def from_thread(
    make: Callable[[Callable[[_T], None], Callable[[], bool]], None],
    stop_event: threading.Event,
    name: str,
) -> Generator[_T]:
    """What `make(put, is_stopped)` puts, as it comes; whatever it raises is raised here.

    Setting `stop_event` ends the stream within half a second, and so does closing it, also while nothing
    comes: the thread is then left to end by itself, at the latest when its next piece comes.
    """
    arrived: queue.SimpleQueue[_T | _Failure[_T] | None] = queue.SimpleQueue()
    closed = threading.Event()

    def is_stopped() -> bool:
        return closed.is_set() or stop_event.is_set()

    def run() -> None:
        try:
            make(arrived.put, is_stopped)
        except BaseException as error:
            arrived.put(_Failure(error))
        finally:
            arrived.put(None)

    worker = threading.Thread(target=run, name=name, daemon=True)
    worker.start()
    try:
        while (piece := _next(arrived, stop_event)) is not None:
            if isinstance(piece, _Failure):
                raise piece.error
            yield piece
    finally:
        closed.set()
        worker.join(_GRACE_SECONDS)


def _next(
    arrived: queue.SimpleQueue[_T | _Failure[_T] | None], stop_event: threading.Event
) -> _T | _Failure[_T] | None:
    """The next piece; None at the end, and where none comes for a while after the stop."""
    patience = time.monotonic() + _GRACE_SECONDS
    while True:
        try:
            return arrived.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            if not stop_event.is_set():
                patience = time.monotonic() + _GRACE_SECONDS
            elif time.monotonic() > patience:
                return None
