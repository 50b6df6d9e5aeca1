"""Question and choices as numbers: what the chooser takes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from rag.answering.tables.choices import Choice, Operation, Relation, Said
from rag.answering.tables.columns import Column, Holds, spoken
from rag.answering.tables.table_records import Collection
from rag.models.bert_graph import Array
from rag.models.universal_tokens import token_weights, universal_tokenizer
from rag.text import words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["KINDS", "NUMBERS", "WIDTH", "Laid", "laid_out"]

WIDTH: Final = 512
"""Numbers of a token's state."""
_MOST_TOKENS: Final = 64
_BEFORE: Final = 28
_BEHIND: Final = 14
"""Characters of a question around a number or day that tell how it bounds."""
_OPERATIONS: Final = {operation: i for i, operation in enumerate(Operation)}
_OF_TIME: Final = {Operation.LARGEST: len(_OPERATIONS), Operation.SMALLEST: len(_OPERATIONS) + 1}
_TELL: Final = len(_OPERATIONS) + len(_OF_TIME)
_RELATIONS: Final = {relation: _TELL + 1 + i for i, relation in enumerate(Relation)}
_YES_NO: Final = _TELL + 1 + len(_RELATIONS)
KINDS: Final = _YES_NO + 1
"""How many kinds of choices there are."""
_HOLDS: Final = list(Holds)
NUMBERS: Final = 23 + len(_HOLDS)
"""How many numbers tell of a choice beside its words."""


@dataclass(frozen=True)
class Laid:
    """A question with its choices.

    `question` (tokens, 512) are the states of its tokens, `title` (512,) the mean state of what the table is
    called. Of each choice there are the mean states of its column's name, of its value, and of the question
    around its number: (choices, 512) each, zero where it has none; `kinds` (choices,) and `numbers`
    (choices, NUMBERS).
    """

    question: Array
    title: Array
    names: Array
    values: Array
    around: Array
    kinds: np.ndarray
    numbers: Array


def laid_out(question: str, collection: Collection, choices: Sequence[Choice]) -> Laid:
    """The numbers of a question and what it may want of a table."""
    states = _states(question)
    nothing = np.zeros(WIDTH, np.float32)
    names = [_mean(spoken(choice.column)) if choice.column else nothing for choice in choices]
    values = [_mean(choice.value) if choice.value else nothing for choice in choices]
    around = [
        _mean(_around(question, choice)) if _around(question, choice) else nothing for choice in choices
    ]
    columns = collection.columns
    kinds = np.array([_kind(choice, columns) for choice in choices])
    title = _mean(collection.named) if collection.named else nothing
    numbers = _numbers(question, states, title, collection, choices, np.array(names), np.array(values))
    return Laid(states, title, np.array(names), np.array(values), np.array(around), kinds, numbers)


@cache
def _tokenizer() -> Tokenizer:
    return universal_tokenizer()


@lru_cache(maxsize=256)
def _states(text: str) -> Array:
    ids = _tokenizer().encode(text, add_special_tokens=False).ids[:_MOST_TOKENS]
    return token_weights().sentence_states(np.array(ids or [0]))


@lru_cache(maxsize=16_384)
def _mean(text: str) -> Array:
    return np.asarray(_states(text).mean(0), np.float32)


def _around(question: str, choice: Choice) -> str:
    """The question around what bounds a column."""
    if choice.literal is None:
        return ""
    at = question.find(choice.literal.text)
    return "" if at < 0 else question[max(0, at - _BEFORE) : at + len(choice.literal.text) + _BEHIND]


def _kind(choice: Choice, columns: Mapping[str, Column]) -> int:
    column = columns.get(choice.column)
    if choice.operation is not None:
        of_time = column is not None and column.is_time
        return _OF_TIME.get(choice.operation, 0) if of_time else _OPERATIONS[choice.operation]
    if choice.relation is None:
        return _TELL
    if choice.relation is Relation.IS and column is not None and column.holds is Holds.YES_NO:
        return _YES_NO
    return _RELATIONS[choice.relation]


def _numbers(
    question: str,
    states: Array,
    title: Array,
    collection: Collection,
    choices: Sequence[Choice],
    names: Array,
    values: Array,
) -> Array:
    """How much of a choice the question says, in letters and in meaning, and what kind of column it is of."""
    asked = question.casefold()
    own, words_said = words(asked), Said(asked)
    said = {name: words_said.share(spoken(name).casefold()) for name in collection.columns}
    ordered = sum(column.is_ordered for column in collection.columns.values())
    literals = list(dict.fromkeys(c.literal.text for c in choices if c.literal is not None))
    near = np.stack([_nearness(states, names), _nearness(states, values)], 1)
    shares = [min(words_said.share(c.value.casefold()), 1.0) if c.value else 0.0 for c in choices]
    found = np.zeros((len(choices), NUMBERS), np.float32)
    rivalling: dict[tuple[str, Relation | None], list[int]] = {}
    for i, choice in enumerate(choices):
        if choice.value:
            rivalling.setdefault((choice.column, choice.relation), []).append(i)
    titled = _nearness(states, title[None])[0]
    for i, choice in enumerate(choices):
        same = rivalling.get((choice.column, choice.relation), ()) if choice.value else ()
        rivals = [j for j in same if choices[j].value != choice.value]
        best_share = max((shares[j] for j in rivals), default=0.0)
        best_near = max((near[j, 1, 1] for j in rivals), default=0.0)
        literal = choice.literal
        row = [
            min(said.get(choice.column, 0.0), 1.0),
            shares[i],
            float(shares[i] == 1.0),
            min(len(rivals), 8) / 8,
            float(choice.column == collection.label_name),
            float(literal is not None and literal.text == "0"),
            float(literal is not None and literal.number is not None),
            float(literal is not None and literal.day is not None),
            float(literal is not None and literal.minutes is not None),
            *near[i, 0],
            *near[i, 1],
            shares[i] - best_share if choice.value else 0.0,
            near[i, 1, 1] - best_near if choice.value else 0.0,
            len(collection.columns) / 8,
            ordered / 5,
            len(own) / 12,
            literals.index(literal.text) / 4 if literal is not None else 0.0,
            *titled,
            near[:, 0, 1].max(),
            near[:, 1, 1].max(),
        ]
        found[i, : len(row)] = row
        if choice.column in collection.columns:
            found[i, len(row) + _HOLDS.index(collection.columns[choice.column].holds)] = 1.0
    return found


def _nearness(states: Array, texts: Array) -> Array:
    """Cosine of each text with the question as a whole and with its nearest token, shape (texts, 2)."""
    whole = states.mean(0)
    size = np.linalg.norm(texts, axis=1) + 1e-6
    with_whole = texts @ whole / (size * (np.linalg.norm(whole) + 1e-6))
    with_tokens = texts @ states.T / (size[:, None] * (np.linalg.norm(states, axis=1) + 1e-6))
    return np.stack([with_whole, with_tokens.max(1)], 1)
