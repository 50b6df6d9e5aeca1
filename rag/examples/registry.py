"""Selectors by name: each module `NAME_selector.py` of this package is the selector NAME."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from rag.errors import ConfigurationError
from rag.examples.pool import parse_example
from rag.examples.scoring import ScoredExample
from rag.models.model_protocol import Embedder
from rag.schema import Example
from rag.settings import ExampleSettings

if TYPE_CHECKING:
    from langchain_core.example_selectors import BaseExampleSelector

    from rag.examples.selector import ExampleSelector

__all__ = ["SelectorOptions", "build_selector", "select", "select_scored", "selector_names"]

_SUFFIX: Final = "_selector"


@dataclass(frozen=True, slots=True)
class SelectorOptions:
    """What a module's `build` gets to make its selector from."""

    pool: Sequence[Example]
    embedder: Embedder | None = None
    k: int = 2
    most_similar: Literal["last", "first"] = "last"

    @property
    def common(self) -> dict[str, Any]:
        """The keyword arguments that every selector takes."""
        return {"pool": self.pool, "k": self.k, "most_similar": self.most_similar, "same_script": True}

    def need_embedder(self, name: str) -> Embedder:
        """The embedder, for a selector that cannot do without.

        Raises:
            ConfigurationError: there is none.
        """
        if self.embedder is None:
            raise ConfigurationError(
                f"example selector {name!r} compares vectors and there is no embedder: "
                "set `embedder.model`, or choose a selector such as 'jaccard'"
            )
        return self.embedder


def selector_names() -> list[str]:
    """The names that `settings.examples.selector` may have."""
    modules = pkgutil.iter_modules(import_module(__package__ or "").__path__)
    return sorted(module.name.removesuffix(_SUFFIX) for module in modules if module.name.endswith(_SUFFIX))


def build_selector(
    settings: ExampleSettings, pool: Sequence[Example], embedder: Embedder | None = None
) -> ExampleSelector:
    """Make the selector that the settings name, over a pool.

    Raises:
        ConfigurationError: the name is unknown, or the selector needs an embedder and there is none.
    """
    names = selector_names()
    if settings.selector not in names:
        raise ConfigurationError(
            f"setting examples.selector: no selector {settings.selector!r}: choose one of {', '.join(names)}"
        )
    build: Callable[[SelectorOptions], ExampleSelector] = import_module(
        f"{__package__}.{settings.selector}{_SUFFIX}"
    ).build
    return build(SelectorOptions(pool, embedder, settings.k, settings.most_similar))


def select(selector: BaseExampleSelector | None, question: str) -> tuple[Example, ...]:
    """The examples for a question in the order of the prompt; none without a selector."""
    return tuple(scored.example for scored in select_scored(selector, question))


def select_scored(selector: BaseExampleSelector | None, question: str) -> tuple[ScoredExample, ...]:
    """The examples for a question with their similarities, which a run record keeps.

    Any LangChain selector will do whose examples have the fields of a pool; one that reports no
    `similarity` counts as 0.
    """
    if selector is None:
        return ()
    scored = []
    for found in selector.select_examples({"question": question}):
        fields = dict(found)
        similarity = float(fields.pop("similarity", 0.0))
        scored.append(ScoredExample(parse_example(fields), similarity))
    return tuple(scored)
