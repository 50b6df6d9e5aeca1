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
    added, so the same pool and question always give the same choice, however the pool came to be:
    what was added and deleted leaves no trace. With `same_script`, a question without CJK characters
    gets examples without them, and one with CJK such as have them, as long as there are k: a Chinese
    example would have an English question answered in Chinese. Safe to use from several threads.

    Example:
        >>> from rag.examples.indexes import WordIndex
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
        self._pool: list[Example] = []
        self._position_of: dict[str, int] = {}
        self._cjk = bytearray()
        self._kept: Sequence[Example] | None = None
        self._add(list(pool))

    def __len__(self) -> int:
        return len(self._pool)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples that can be chosen, in the order in which they were added."""
        with self._lock:
            return tuple(self._pool)

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
        """Take examples out, by one id or several; either all of them or, when one is unknown, none.

        Raises:
            NotFoundError: there is no example of this id.
        """
        names = [example_ids] if isinstance(example_ids, str) else example_ids
        with self._lock:
            missing = [name for name in names if name not in self._position_of]
            if missing:
                raise NotFoundError(f"no example {missing[0]!r} among the {len(self)} of this selector")
            self._remove({self._position_of[name] for name in names})

    def keep_only(self, pool: Sequence[Example]) -> None:
        """Choose among these examples from now on, as if the selector had been made with them.

        Only what is new, changed or in another place than before is taken in again. To give the same
        object again costs nothing.
        """
        with self._lock:
            if pool is self._kept:
                return
            wanted = {example.example_id: example for example in pool}
            self._remove({i for i, old in enumerate(self._pool) if wanted.get(old.example_id) != old})
            order = list(wanted.values())
            same = 0
            while same < len(self._pool) and self._pool[same] == order[same]:
                same += 1
            self._remove(set(range(same, len(self._pool))))
            self._add(order[same:])
            self._kept = pool

    async def adelete(self, example_ids: Sequence[str]) -> None:
        """`delete` for asynchronous callers."""
        await run_in_executor(None, self.delete, example_ids)

    def select_examples(self, input_variables: Mapping[str, str]) -> list[dict[str, Any]]:
        """Choose examples for `input_variables["question"]`, in the order in which the prompt takes them.

        A template with a single variable may call it what it likes. Each example is a dictionary of the
        pool's fields and its `similarity`.

        Raises:
            UsageError: there is no text under `question`.
        """
        only = next(iter(input_variables.values())) if len(input_variables) == 1 else None
        question = input_variables.get("question", only)
        if not isinstance(question, str):
            raise UsageError(f"input variables must hold the text 'question', not {sorted(input_variables)}")
        return [as_fields(example) | {"similarity": score} for example, score in self.select_scored(question)]

    def select_scored(self, question: str) -> list[ScoredExample]:
        """Choose examples with their similarities, in the order in which the prompt takes them."""
        with self._lock:
            if not self.k or not self._pool:
                return []
            found = self._find(question, self._allowed(question), min(self.k, len(self)))
            scored = [ScoredExample(self._pool[position], score) for position, score in found]
        return scored[::-1] if self.most_similar == "last" else scored

    def _allowed(self, question: str) -> NDArray[np.bool_]:
        """Which examples may be shown, shape (len(self),)."""
        same: NDArray[np.bool_] = np.frombuffer(self._cjk, np.bool_) == has_cjk(question)
        if self._same_script and np.count_nonzero(same) >= self.k:
            return same
        return np.ones(len(self), np.bool_)

    def _find(self, question: str, allowed: NDArray[np.bool_], k: int) -> list[tuple[int, float]]:
        """Positions and similarities of the examples to show, the most similar first."""
        scores = self._index.similarities(question)
        scores[~allowed] = -np.inf
        return [(int(position), float(scores[position])) for position in self._choose(question, scores, k)]

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        """Positions of the examples to show, the most similar first; -inf marks those that may not be."""
        return best(scores, k)

    def _add(self, examples: list[Example]) -> None:
        with self._lock:
            new: set[str] = set()
            for example in examples:
                if example.example_id in self._position_of or example.example_id in new:
                    raise UsageError(
                        f"example {example.example_id!r} is there already; delete it first to replace it"
                    )
                new.add(example.example_id)
            self._index.extend([example.question for example in examples])
            for example in examples:
                self._position_of[example.example_id] = len(self._pool)
                self._pool.append(example)
                self._cjk.append(has_cjk(example.question))
            self._kept = None

    def _remove(self, positions: set[int]) -> None:
        if not positions:
            return
        self._index.remove(sorted(positions))
        kept = [i for i in range(len(self._pool)) if i not in positions]
        self._pool = [self._pool[i] for i in kept]
        self._cjk = bytearray(self._cjk[i] for i in kept)
        self._position_of = {example.example_id: i for i, example in enumerate(self._pool)}
        self._kept = None
