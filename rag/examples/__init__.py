"""Worked examples for the prompt: the pool, and the selectors that choose from it for a question.

A selector lives in a module `NAME_selector.py` of this package with a function `build(options)`:
adding such a file adds the selector `NAME`. Selectors are LangChain `BaseExampleSelector`s, so
LangChain is imported when the first one is built, not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.examples.approved import (
    ApprovedExample,
    asked_alone,
    example_of,
    merged_pools,
    question_line,
    same_question,
)
from rag.examples.pool import PoolFile, as_fields, load_pool, parse_example
from rag.examples.registry import SelectorOptions, build_selector, select, select_scored, selector_names
from rag.examples.scoring import ScoredExample

if TYPE_CHECKING:
    from rag.examples.selector import ExampleSelector

__all__ = [
    "ApprovedExample",
    "ExampleSelector",
    "PoolFile",
    "ScoredExample",
    "SelectorOptions",
    "as_fields",
    "asked_alone",
    "build_selector",
    "example_of",
    "load_pool",
    "merged_pools",
    "parse_example",
    "question_line",
    "same_question",
    "select",
    "select_scored",
    "selector_names",
]


def __getattr__(name: str) -> Any:
    if name == "ExampleSelector":
        return import_module("rag.examples.selector").ExampleSelector
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
