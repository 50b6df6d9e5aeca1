"""The reader's tokenizer: that of its encoder, with line breaks as tokens."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer

__all__ = ["reader_tokenizer"]

_SPARE = "[unused1]"


def reader_tokenizer(encoder: Path) -> Tokenizer:
    """The encoder's tokenizer, in which a line break takes the place of a spare entry of the vocabulary.

    BERT's own drops white space, and with it where rows, items and headings begin and end. One that has a
    line break stays as it is.

    Raises:
        ValueError: the vocabulary has no spare entry.
    """
    tree = json.loads((encoder / "tokenizer.json").read_text("utf-8"))
    vocabulary = tree["model"]["vocab"]
    if any(token["content"] == "\n" for token in tree["added_tokens"]):
        return Tokenizer.from_str(json.dumps(tree))
    if _SPARE not in vocabulary:
        raise ValueError(f"the vocabulary of {encoder} has no {_SPARE} to stand for a line break")
    number = vocabulary.pop(_SPARE)
    vocabulary["\n"] = number
    added = {"id": number, "content": "\n", "single_word": False, "lstrip": False, "rstrip": False}
    tree["added_tokens"].append({**added, "normalized": False, "special": True})
    tree["added_tokens"].sort(key=lambda token: token["id"])
    tree["truncation"] = tree["padding"] = None
    return Tokenizer.from_str(json.dumps(tree))
