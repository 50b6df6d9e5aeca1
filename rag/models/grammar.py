"""Decoding that can only write what a grammar allows: JSON of a schema, or sentences that each cite.

The grammars run in llguidance (MIT), which masks a vocabulary of 100,000 tokens in some microseconds.
"""

from __future__ import annotations

import json
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from rag.errors import UsageError
from rag.models.prefix_cache import common_prefix

__all__ = ["GrammarProcessor", "citation_gbnf", "citation_grammar", "json_grammar"]

_ONE_LINE: Final[Any] = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""Where blanks are free, a small model may write nothing else until its tokens are spent."""

_tokenizers: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def json_grammar(schema: dict[str, Any]) -> str:
    """The grammar of JSON texts, on one line, that a JSON schema (draft 2020-12) accepts.

    Raises:
        UsageError: the schema is broken or asks for what cannot be enforced.
    """
    from llguidance import LLMatcher

    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), defaults=_ONE_LINE)
    if error := LLMatcher.validate_grammar(grammar):
        raise UsageError(f"this JSON schema cannot be enforced: {error}")
    return str(grammar)


def citation_grammar(passages: int, characters: int = 300) -> str:
    """The grammar of answers in which each sentence ends with marks of passages 1 to `passages`.

    A sentence reads `Its words [2]. ` or `Its words [1][3]. ` and has at most `characters`. A full
    stop inside stands between digits (3.5) or lone capitals (U.S), so that no sentence ends without marks.
    Brackets are kept for marks.

    Raises:
        UsageError: there is no passage to cite.
    """
    from llguidance import LLMatcher

    if passages < 1:
        raise UsageError("an answer without passages has nothing to cite")
    numbers = " | ".join(f'"[{number}]"' for number in range(1, passages + 1))
    lark = (
        "start: sentence (gap sentence)*\n"
        "sentence: WORDS (mark)+ END\n"
        f"mark: {numbers}\n"
        r"WORDS: /([^\[\]\n.!?。！？]|[0-9]\.[0-9]| [A-Z]\.[A-Z])"
        f"{{0,{characters - 1}}}"
        r"[^\[\]\s.!?。！？] ?/" + "\n"
        "END: /[.!?。！？]/\n"
        r"gap: /[ \n]?/" + "\n"
    )
    return str(LLMatcher.grammar_from_lark(lark))


def citation_gbnf(passages: int, characters: int = 300) -> str:
    """The grammar of `citation_grammar` in the notation of llama.cpp.

    Raises:
        UsageError: there is no passage to cite.
    """
    if passages < 1:
        raise UsageError("an answer without passages has nothing to cite")
    numbers = " | ".join(f'"[{number}]"' for number in range(1, passages + 1))
    return (
        "root ::= sentence ([ \\n]? sentence)*\n"
        f'sentence ::= inside{{0,{characters - 1}}} last " "? mark{{1,3}} [.!?。！？]\n'
        'inside ::= [^\\[\\]\\n.!?。！？] | [0-9] "." [0-9] | " " [A-Z] "." [A-Z]\n'
        "last ::= [^\\[\\] \\n\\t.!?。！？]\n"
        f"mark ::= {numbers}\n"
    )


class GrammarProcessor:
    """A logits processor for a batch of one; it follows the text back as well as forward.

    A decoding that drafts asks for scores along tokens that are refused later, so that what was
    taken in is compared with each call and taken back where they part.
    """

    def __init__(self, tokenizer: Any, vocabulary: int, grammar: str) -> None:
        """Set the grammar's start.

        Args:
            tokenizer: a fast tokenizer of transformers.
            vocabulary: size of the model's output layer, which may exceed the tokenizer's.
            grammar: of `json_grammar` or `citation_grammar`.

        Raises:
            UsageError: the grammar is broken.
        """
        from llguidance import LLMatcher

        self._matcher = LLMatcher(_wrapped(tokenizer, vocabulary), grammar)
        if error := self._matcher.get_error():
            raise UsageError(f"the grammar cannot be used: {error}")
        self._vocabulary = vocabulary
        self._prompt: int | None = None
        self._taken: list[int] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores of shape (1, vocabulary) with -inf where the grammar forbids; ids of shape (1, length)."""
        import torch

        if self._prompt is None:
            self._prompt = int(input_ids.shape[1])
        self._follow(input_ids[0, self._prompt :].tolist())
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little", count=self._vocabulary).astype(bool)
        forbidden = torch.from_numpy(~allowed).to(scores.device)
        return scores.masked_fill(forbidden, -torch.inf)

    def _follow(self, tokens: list[int]) -> None:
        shared = common_prefix(self._taken, tokens)
        if shared < len(self._taken):
            self._matcher.rollback(len(self._taken) - shared)
        if shared < len(tokens):
            self._matcher.consume_tokens(tokens[shared:])
        self._taken = tokens


def _wrapped(tokenizer: Any, vocabulary: int) -> Any:
    """Llguidance's view of a tokenizer, made once: it takes about a second."""
    from llguidance import hf

    if tokenizer not in _tokenizers:
        _tokenizers[tokenizer] = hf.from_tokenizer(tokenizer, n_vocab=vocabulary)
    return _tokenizers[tokenizer]
