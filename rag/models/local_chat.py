"""A chat model on this machine, as LangChain knows chat models."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig
from pydantic import PrivateAttr

from rag.errors import ModelError, UsageError
from rag.models.causal import CausalModel, Loaded
from rag.models.decoding import Decoding, until
from rag.models.decoding_options import DecodingOptions
from rag.models.grammar import citation_grammar, json_grammar
from rag.models.shared_decoding import decode_batch
from rag.models.streaming_chat import WeightedChatModel, checked_sampling, seeds_apart, turn_of, usage
from rag.models.structured import Schema, json_schema
from rag.models.thoughts import without_thoughts
from rag.settings import GeneratorSettings

__all__ = ["LocalChatModel", "chat_prompt"]


class LocalChatModel(WeightedChatModel):
    """A transformers chat model: greedy by default, streaming, stoppable, one computation at a time.

    Any call takes `temperature`, `top_k`, `top_p`, `repetition_penalty`, `max_new_tokens` (or LangChain's
    `max_tokens`), `seed`, `prompt_lookup`, `reuse_prefix`, `grammar` (of `rag.models.grammar`), and
    `stop_event`, a `threading.Event` that ends the computation at the next token once it is set.
    Closing a stream early ends the computation as well.

    Example:
        >>> model = build_generator(Settings())
        >>> model.invoke("What is the capital of France?").text
        'The capital of France is Paris.'
    """

    _weights: CausalModel = PrivateAttr()

    def __init__(self, settings: GeneratorSettings, weights: CausalModel) -> None:
        """Take the settings and the weights, which load at the first call."""
        super().__init__(settings, weights)

    @property
    def _llm_type(self) -> str:
        return "citewell-local"

    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens a text is; needs no weights."""
        return self._weights.count_tokens(text)

    def get_num_tokens(self, text: str) -> int:
        """How many of the model's tokens a text is; LangChain's own would ask a model hub for GPT-2's."""
        return self.count_tokens(text)

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Answer many prompts, `generator.batch_size` at once; in their order.

        Each has the text that it would have alone, but equal prompts are drawn apart: their seeds count
        up from the call's. Callbacks want each call by itself, and texts that end at `stop` are watched
        one by one: with either, prompts are answered as they come to share a batch.
        """
        if len(inputs) < 2 or config or return_exceptions or kwargs.get("stop"):
            return super().batch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        asked = [self._convert_input(one).to_messages() for one in inputs]
        wanted = [self._decoding(messages, kwargs) for messages in asked]
        seeds = seeds_apart([tuple(one.prompt["input_ids"][0].tolist()) for one in wanted], 0)
        for one, apart in zip(wanted, seeds, strict=True):
            one.options = replace(one.options, seed=one.options.seed + apart)
        decode_batch(wanted, self._weights.turn, self._settings.batch_size)
        return [self._message(one) for one in wanted]

    def citing(self, passages: int) -> dict[str, Any]:
        """The arguments of a call that must cite in each sentence, and only passages 1 to `passages`."""
        return {"grammar": citation_grammar(passages)}

    def _bound_to(self, schema: Schema) -> dict[str, Any]:
        return {"grammar": json_grammar(json_schema(schema))}

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        decoding = self._decoding(messages, options)
        for piece in _text(decoding, stop):
            yield AIMessageChunk(content=piece)
        yield AIMessageChunk(
            content="",
            usage_metadata=usage(decoding.prompt_tokens, len(decoding.tokens)),
            response_metadata=self._metadata(decoding.finish_reason),
            chunk_position="last",
        )

    def _decoding(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> Decoding:
        """One call's prompt and options, its length cut to what the window leaves."""
        options, stop_event = self._options(kwargs)
        loaded = self._weights.load()
        prompt = self._prompt(loaded, messages)
        room = self._room(loaded, int(prompt["input_ids"].shape[1]))
        options = replace(options, max_new_tokens=min(options.max_new_tokens, room))
        together = self._settings.batch_size
        return Decoding(self._weights, loaded, prompt, options, stop_event, together)

    def _prompt(self, loaded: Loaded, messages: Sequence[BaseMessage]) -> Any:
        turns = [turn_of(message, "a local model") for message in messages]
        return chat_prompt(loaded, turns, self.model_name)

    def _room(self, loaded: Loaded, prompt_tokens: int) -> int:
        """Tokens that the window leaves for an answer; at least 1."""
        room = min(self._settings.context_tokens, loaded.window) - prompt_tokens
        if room < 1:
            raise ModelError(
                f"the prompt has {prompt_tokens} tokens, and the window of {self.model_name} is "
                f"{room + prompt_tokens}: lower prompt.budget_tokens or retrieval.top_k, or raise "
                f"generator.context_tokens (the model takes {loaded.window})"
            )
        return room

    def _message(self, written: Decoding) -> AIMessage:
        return AIMessage(
            without_thoughts(written.text),
            usage_metadata=usage(written.prompt_tokens, len(written.tokens)),
            response_metadata=self._metadata(written.finish_reason),
        )

    def _options(self, kwargs: dict[str, Any]) -> tuple[DecodingOptions, threading.Event]:
        """The settings, overridden by the arguments of one call."""
        given = checked_sampling({key: value for key, value in kwargs.items() if key != "stream"})
        stop_event = given.pop("stop_event", None) or threading.Event()
        names = DecodingOptions.__dataclass_fields__
        if unknown := sorted(set(given) - set(names)):
            raise UsageError(
                f"{self.model_name} takes no argument {unknown[0]!r}: give one of {', '.join(names)}"
            )
        settings = {name: value for name, value in self._settings.model_dump().items() if name in names}
        return DecodingOptions(**{**settings, **given}), stop_event

    def _metadata(self, finish_reason: str) -> dict[str, Any]:
        return {"model_name": self.model_name, "finish_reason": finish_reason}


def _text(decoding: Decoding, stop: list[str] | None) -> Iterator[str]:
    pieces = decoding.pieces()
    try:
        yield from until(pieces, stop or [])
    finally:
        pieces.close()  # type: ignore[attr-defined]


def chat_prompt(loaded: Loaded, turns: list[dict[str, str]], name: str) -> Any:
    """Token ids and attention mask, each of shape (1, length), by the model's chat template.

    Raises:
        ModelError: the model has no template, or it refuses the messages; `name` is the model's.
    """
    from jinja2 import TemplateError

    if not loaded.tokenizer.chat_template:
        raise ModelError(f"{name} has no chat template: choose an instruct model (setting generator.model)")
    for attempt in (turns, _without_system(turns)):
        try:
            prompt = loaded.tokenizer.apply_chat_template(
                attempt,
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
                enable_thinking=False,  # Qwen3's switch; other templates pass over it
            )
            return prompt.to(loaded.model.device)
        except TemplateError as error:
            reason = error
    raise ModelError(f"the chat template of {name} refuses these messages: {reason}")


def _without_system(turns: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """For templates without a system role (Gemma): its text goes before the first user turn."""
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    others = [turn for turn in turns if turn["role"] != "system"]
    if not system or not others:
        return others
    first = {**others[0], "content": f"{system}\n\n{others[0]['content']}"}
    return [first, *others[1:]]
