"""What all selectors share: the examples they choose from, LangChain's interface, order, deletion."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from langchain_core.example_selectors import BaseExampleSelector
from langchain_core.runnables import run_in_executor
from numpy.typing import NDArray

from rag.errors import NotFoundError, UsageError
from rag.examples.pool import as_fields, parse_example
from rag.examples.scoring import ScoredExample, Scores, SimilarityIndex, best
from rag.schema import Example
from rag.text import has_cjk

__all__ = ["ExampleSelector"]


class ExampleSelector(BaseExampleSelector):
    """Chooses the k examples whose questions are most similar to the question asked.

    Other selectors override `_choose`. Equal similarities go by the order in which examples were
    added, so the same pool and question always give the same choice. With `same_script`, a
    question without CJK characters gets examples without them, and one with CJK such as have them,
    as long as there are k: a Chinese example would have an English question answered in Chinese.
    Safe to use from several threads. Slots of deleted examples stay empty; a new selector over the
    pool has none.

    Example:
        >>> from rag.examples.word_index import WordIndex
        >>> pool = [Example("a", "When was the mill built?", "1884"), Example("b", "Who runs it?", "Ana")]
        >>> selector = ExampleSelector(WordIndex(), pool, k=1)
        >>> [found["example_id"] for found in selector.select_examples({"question": "Is the mill old?"})]
        ['a']
    """

    def __init__(
        self,
        index: SimilarityIndex,
        pool: Iterable[Example] = (),
        *,
        k: int = 2,
        most_similar: Literal["last", "first"] = "last",
        same_script: bool = False,
    ) -> None:
        """Take an empty index and fill it with the pool.

        Raises:
            UsageError: `k` is negative, or two examples have one id.
        """
        if k < 0:
            raise UsageError(f"k must be 0 or more examples, not {k}")
        self.k = k
        self.most_similar = most_similar
        self._same_script = same_script
        self._index = index
        self._lock = threading.RLock()
        self._slots: list[Example | None] = []
        self._slot_of: dict[str, int] = {}
        self._empty: list[int] = []
        self._cjk = bytearray()
        self._add(list(pool))

    def __len__(self) -> int:
        return len(self._slot_of)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples that can be chosen, in the order in which they were added."""
        with self._lock:
            return tuple(example for example in self._slots if example is not None)

    def add_example(self, example: Mapping[str, Any]) -> str:
        """Add an example given as the fields of a pool line; its id is returned.

        Raises:
            ConfigurationError: a field is missing or of the wrong type.
            UsageError: an example of this id is there already.
        """
        parsed = parse_example(example)
        self._add([parsed])
        return parsed.example_id

    def delete(self, example_ids: Sequence[str]) -> None:
        """Take examples out; either all of them or, when one is unknown, none.

        Raises:
            NotFoundError: there is no example of this id.
        """
        with self._lock:
            missing = [name for name in example_ids if name not in self._slot_of]
            if missing:
                raise NotFoundError(f"no example {missing[0]!r} among the {len(self)} of this selector")
            for name in set(example_ids):
                slot = self._slot_of.pop(name)
                self._slots[slot] = None
                self._empty.append(slot)

    def keep_only(self, pool: Sequence[Example]) -> None:
        """Choose among these examples from now on: what is new is added, what is missing is deleted."""
        with self._lock:
            wanted = {example.example_id: example for example in pool}
            gone = [name for name in self._slot_of if name not in wanted]
            if gone:
                self.delete(gone)
            new = [example for name, example in wanted.items() if name not in self._slot_of]
            if new:
                self._add(new)

    async def adelete(self, example_ids: Sequence[str]) -> None:
        """`delete` for asynchronous callers."""
        await run_in_executor(None, self.delete, example_ids)

    def select_examples(self, input_variables: Mapping[str, str]) -> list[dict[str, Any]]:
        """Choose examples for `input_variables["question"]`, in the order in which the prompt takes them.

        Each is a dictionary of the pool's fields and its `similarity`.

        Raises:
            UsageError: there is no text under `question`.
        """
        question = input_variables.get("question")
        if not isinstance(question, str):
            raise UsageError(f"input variables must hold the text 'question', not {sorted(input_variables)}")
        return [as_fields(example) | {"similarity": score} for example, score in self.select_scored(question)]

    def select_scored(self, question: str) -> list[ScoredExample]:
        """Choose examples with their similarities, in the order in which the prompt takes them."""
        with self._lock:
            if not self.k or not self._slot_of:
                return []
            scores = self._index.similarities(question)
            scores[self._empty] = -np.inf
            if self._same_script:
                self._rule_out_other_scripts(scores, has_cjk(question))
            chosen = self._choose(question, scores, min(self.k, len(self)))
            scored = [ScoredExample(self._example(slot), float(scores[slot])) for slot in chosen]
        return scored[::-1] if self.most_similar == "last" else scored

    def _rule_out_other_scripts(self, scores: Scores, cjk: bool) -> None:
        other = np.frombuffer(self._cjk, np.bool_) != cjk
        if np.count_nonzero(scores[~other] > -np.inf) >= self.k:
            scores[other] = -np.inf

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        """Slots of the examples to show, the most similar first; `scores` is -inf for empty slots."""
        return best(scores, k)

    def _example(self, slot: int) -> Example:
        """The example in a slot that is not empty."""
        example = self._slots[slot]
        if example is None:
            raise IndexError(f"slot {slot} is empty")
        return example

    def _add(self, examples: list[Example]) -> None:
        with self._lock:
            taken = set(self._slot_of)
            for example in examples:
                if example.example_id in taken:
                    raise UsageError(
                        f"example {example.example_id!r} is there already; delete it first to replace it"
                    )
                taken.add(example.example_id)
            self._index.extend([example.question for example in examples])
            for example in examples:
                self._slot_of[example.example_id] = len(self._slots)
                self._slots.append(example)
                self._cjk.append(has_cjk(example.question))
