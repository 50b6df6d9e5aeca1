"""The prompt within one token budget: what matters most gets room first, what is cut is told."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from rag.errors import ConfigurationError, UsageError
from rag.prompting.fence import as_data, fenced, fenced_passage, fenced_text, without_marks
from rag.prompting.instructions import Language, asked, instruction_language, system_text
from rag.schema import Example, Message, Passage, source_name
from rag.settings import PromptSettings
from rag.text import sentence_spans

__all__ = [
    "Exchange",
    "Prompt",
    "PromptBuilder",
    "estimate_tokens",
    "exchange_turns",
    "exchanges_of",
    "token_counter",
    "within_window",
]

Exchange = tuple[str, str]


def exchanges_of(history: Sequence[Message]) -> list[Exchange]:
    """Questions with their answers; turns of one role that follow each other are joined.

    What comes before the first question, and a question without an answer, belongs to no exchange.
    """
    found: list[Exchange] = []
    waiting: list[str] = []
    for message in history:
        if message.role == "user":
            waiting.append(message.content)
        elif message.role == "assistant" and waiting:
            found.append(("\n\n".join(waiting), message.content))
            waiting = []
        elif message.role == "assistant" and found:
            question, answer = found.pop()
            found.append((question, f"{answer}\n\n{message.content}"))
    return found


def exchange_turns(exchange: Exchange, language: Language) -> tuple[Message, Message]:
    """An exchange as turns of the prompt, its answer without citation marks."""
    question, answer = exchange
    # the numbers of an earlier answer are those of other passages
    reply = as_data(without_marks(answer))
    return Message("user", asked(as_data(question), language)), Message("assistant", reply)


# What a chat template writes around a turn (ChatML and Llama 3 take 5), and to open the answer.
_TURN_TOKENS: Final = 6
# A line break before a piece, and what a tokenizer may merge less well at its edge.
_JOINT_TOKENS: Final = 2


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages for a chat model, and what became of the parts.

    `passages` are those that the prompt holds, cut as they are there; the first has number 1.
    `cut` tells in words what did not fit. `tokens` counts turns as well as texts.
    """

    messages: tuple[Message, ...]
    cut: tuple[str, ...]
    tokens: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """The parts chosen so far."""

    system: str
    question: str
    language: Language
    passages: tuple[Passage, ...] = ()
    examples: tuple[Example, ...] = ()
    exchanges: tuple[Exchange, ...] = ()


class PromptBuilder:
    """Lays out a prompt that never takes more than `settings.budget_tokens`.

    System text and question are always there. Then passages get room in the order of their rank,
    then examples, the most similar first, then the conversation, the latest exchange first.

    Example:
        >>> builder = PromptBuilder(PromptSettings(), count_tokens=len)
        >>> [message.role for message in builder.build("Who?", passages=[]).messages]
        ['system', 'user']
    """

    def __init__(
        self,
        settings: PromptSettings,
        count_tokens: Callable[[str], int],
        *,
        most_similar: Literal["last", "first"] = "last",
    ) -> None:
        """`most_similar` says at which end of the examples the one nearest to the question stands."""
        self._settings = settings
        self._count = count_tokens
        self._most_similar = most_similar

    def build(
        self,
        question: str,
        passages: Sequence[Passage],
        examples: Sequence[Example] = (),
        history: Sequence[Message] = (),
    ) -> Prompt:
        """Lay out the prompt; `passages` come best first, `history` oldest first.

        Raises:
            ConfigurationError: the system text alone is above the budget.
            UsageError: the question does not fit beside the system text.
        """
        language = instruction_language(question)
        told = self._settings
        system = told.system or system_text(language, refuses=told.refuses, cites=told.cites)
        draft = _Draft(system, question, language)
        room = self._settings.budget_tokens - self._tokens(self._messages(draft))
        if room < 0:
            raise self._too_long(draft, -room)
        kept, room = self._fit_passages(passages, room)
        chosen, room = self._fit_examples(examples, language, room)
        exchanges = exchanges_of(history)
        latest = self._fit_exchanges(exchanges, language, room)
        draft = replace(draft, passages=kept, examples=chosen, exchanges=latest)
        draft, messages, tokens = self._within_budget(draft)
        cut = [
            *_passages_cut(passages, draft.passages),
            *_left_out(len(examples), len(draft.examples), "worked example"),
            *_left_out(len(exchanges), len(draft.exchanges), "older exchange", " of the conversation"),
        ]
        return Prompt(messages, tuple(cut), tokens, draft.passages)

    def _fit_passages(self, passages: Sequence[Passage], room: int) -> tuple[tuple[Passage, ...], int]:
        """Whole passages while they fit; the first that does not is cut, and nothing comes after it."""
        kept: list[Passage] = []
        for passage in passages:
            number = len(kept) + 1
            cost = self._passage_cost(number, passage)
            if cost <= room:
                kept.append(passage)
                room -= cost
            elif (shorter := self._cut_to(passage, number, room)) is not None:
                kept.append(shorter)
                room -= self._passage_cost(number, shorter)
                break
        return tuple(kept), room

    def _cut_to(self, passage: Passage, number: int, room: int) -> Passage | None:
        """As many whole sentences from the start as fit; None where not even the first does."""
        ends = [span.end for span in sentence_spans(passage.text)]
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high + 1) // 2
            if self._passage_cost(number, _shortened(passage, ends[middle - 1])) <= room:
                low = middle
            else:
                high = middle - 1
        return _shortened(passage, ends[low - 1]) if low else None

    def _fit_examples(
        self, examples: Sequence[Example], language: Language, room: int
    ) -> tuple[tuple[Example, ...], int]:
        """Examples while they fit, the most similar first, in the order in which they came."""
        kept: list[Example] = []
        for example in reversed(examples) if self._most_similar == "last" else examples:
            cost = sum(self._turn_cost(message.content) for message in self._example_turns(example, language))
            if cost > room:
                break
            kept.append(example)
            room -= cost
        return tuple(kept[::-1] if self._most_similar == "last" else kept), room

    def _fit_exchanges(
        self, exchanges: Sequence[Exchange], language: Language, room: int
    ) -> tuple[Exchange, ...]:
        count = 0
        for exchange in reversed(exchanges):
            room -= sum(self._turn_cost(message.content) for message in exchange_turns(exchange, language))
            if room < 0:
                break
            count += 1
        return tuple(exchanges[len(exchanges) - count :])

    def _within_budget(self, draft: _Draft) -> tuple[_Draft, tuple[Message, ...], int]:
        """Drop what matters least until the whole prompt, counted as one, is within the budget.

        The pieces were counted one by one, and tokenizers promise nothing about sums.
        """
        while True:
            messages = self._messages(draft)
            tokens = self._tokens(messages)
            if tokens <= self._settings.budget_tokens:
                return draft, messages, tokens
            if draft.exchanges:
                draft = replace(draft, exchanges=draft.exchanges[1:])
            elif draft.examples:
                least = slice(1, None) if self._most_similar == "last" else slice(None, -1)
                draft = replace(draft, examples=draft.examples[least])
            else:
                draft = replace(draft, passages=draft.passages[:-1])

    def _messages(self, draft: _Draft) -> tuple[Message, ...]:
        # LangChain takes half a second to import, and only a prompt needs it
        from rag.prompting.template import lay_out

        return lay_out(
            draft.system,
            [turn for example in draft.examples for turn in self._example_turns(example, draft.language)],
            fenced(fenced_passage(number, passage) for number, passage in enumerate(draft.passages, 1)),
            [turn for exchange in draft.exchanges for turn in exchange_turns(exchange, draft.language)],
            asked(as_data(draft.question), draft.language),
        )

    def _example_turns(self, example: Example, language: Language) -> tuple[Message, Message]:
        passages = fenced(fenced_text(number, text) for number, text in enumerate(example.passages, 1))
        answer = example.answer if self._settings.cites else without_marks(example.answer)
        question = asked(as_data(example.question), language)
        return Message("user", f"{passages}\n\n{question}"), Message("assistant", as_data(answer))

    def _passage_cost(self, number: int, passage: Passage) -> int:
        return self._count(fenced_passage(number, passage)) + _JOINT_TOKENS

    def _turn_cost(self, content: str) -> int:
        return self._count(content) + _TURN_TOKENS + _JOINT_TOKENS

    def _tokens(self, messages: Sequence[Message]) -> int:
        return _TURN_TOKENS + sum(self._count(message.content) + _TURN_TOKENS for message in messages)

    def _too_long(self, draft: _Draft, over: int) -> Exception:
        budget = self._settings.budget_tokens
        if self._tokens(self._messages(replace(draft, question=""))) > budget:
            return ConfigurationError(
                f"setting prompt.budget_tokens: {budget} is too little for the system text alone: "
                "raise it or shorten prompt.system"
            )
        return UsageError(
            f"the question is {over} tokens too long for a prompt of {budget} tokens: "
            "shorten it or raise prompt.budget_tokens"
        )


def _shortened(passage: Passage, length: int) -> Passage:
    return replace(passage, text=passage.text[:length], end=passage.start + length)


def _passages_cut(given: Sequence[Passage], kept: Sequence[Passage]) -> list[str]:
    told = []
    left = list(kept)
    for passage in given:
        name = f"passage {source_name(passage.source)!r}, page {passage.page}"
        if not left or replace(passage, text=left[0].text, end=left[0].end) != left[0]:
            told.append(f"{name}: left out")
            continue
        length = len(left.pop(0).text)
        if length < len(passage.text):
            sentences = sentence_spans(passage.text)
            whole = sum(span.end <= length for span in sentences)
            told.append(f"{name}: cut after sentence {whole} of {len(sentences)}")
    return told


def _left_out(given: int, kept: int, thing: str, where: str = "") -> list[str]:
    if given == kept:
        return []
    return [f"{given - kept} of {given} {thing}{'s' if given != 1 else ''}{where}: left out"]


_FOLLOWED: Final = 8_000
"""Most tokens of a prompt whose budget follows the window: more would be slow, and few questions need it."""
_LEAST: Final = 128


def within_window(settings: PromptSettings, window: int | None, answer_tokens: int) -> PromptSettings:
    """The settings with a budget that leaves room for the answer in a window, where one is known.

    A budget that is not set follows the window; one that is set is only lowered to what fits.

    Raises:
        ConfigurationError: the window leaves no room for a prompt.
    """
    if window is None:
        return settings
    room = window - answer_tokens
    if room < _LEAST:
        raise ConfigurationError(
            f"setting generator.max_new_tokens: {answer_tokens} leaves no room for a prompt in the model's "
            f"window of {window} tokens: lower it, or serve the model with a larger window"
        )
    wanted = settings.budget_tokens
    if "budget_tokens" not in settings.model_fields_set:
        wanted = max(wanted, _FOLLOWED)
    return settings.model_copy(update={"budget_tokens": min(wanted, room)})


_BYTES_PER_TOKEN: Final = 3
_DIGIT: Final = re.compile(r"\d")


def token_counter(generator: Any) -> Callable[[str], int]:
    """The counter of a generator that brings `count_tokens(text)`; the estimate for any other.

    LangChain's own `get_num_tokens` is left alone: where a model does not override it, it asks a
    model hub for the tokenizer of GPT-2.
    """
    counter: Callable[[str], int] | None = getattr(generator, "count_tokens", None)
    return counter if callable(counter) else estimate_tokens


def estimate_tokens(text: str) -> int:
    """A count on the safe side: a digit is a token, of all else three bytes of UTF-8 are one.

    English takes about 4.3 bytes a token and Chinese 3 to 4.5 in today's vocabularies, of which
    many split numbers into single digits.
    """
    digits = len(_DIGIT.findall(text))
    size = len(_DIGIT.sub("", text).encode("utf-8", "surrogatepass"))
    return digits + math.ceil(size / _BYTES_PER_TOKEN)
