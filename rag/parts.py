"""What a question goes through, built from the settings at first use: retriever, selector, answerer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from rag.answering import Answerer
from rag.models import (
    Embedder,
    build_generator,
    build_reranker,
    build_second_embedder,
    load_readers,
)
from rag.retrieval import HybridRetriever
from rag.schema import Example
from rag.settings import Settings
from rag.store import Store

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.examples import ExampleSelector

__all__ = ["Parts", "written_by"]


def written_by(generator: BaseChatModel, settings: Settings) -> Settings:
    """The settings under which a generator of the user's own writes; records then call it by its name."""
    names = (getattr(generator, key, None) for key in ("model_name", "model", "name"))
    name = next((name for name in names if isinstance(name, str) and name), type(generator).__name__)
    writes = {"writes": True, "model": name}
    changed = {
        "generator": settings.generator.model_copy(update=writes),
        "answering": settings.answering.model_copy(update={"cache": False}),
    }
    return settings.model_copy(update=changed)


class Parts:
    """The parts of one library that stand on one embedder; each is made, and its models load, when asked for.

    Args:
        store: where all of them read.
        embedder: the library's.
        settings: which models, and how many of what.
        example_pool: the examples as they are at the moment; they come and go while a library is open.
        retriever: one to share, in place of one of its own.
        generator: one to write with, in place of the one that the settings name.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: Settings,
        example_pool: Callable[[], tuple[Example, ...]],
        retriever: HybridRetriever | None = None,
        generator: BaseChatModel | None = None,
    ) -> None:
        self.embedder = embedder
        self._generator = generator
        self._store = store
        self._settings = settings
        self._example_pool = example_pool
        if retriever is not None:
            self.retriever = retriever

    @cached_property
    def retriever(self) -> HybridRetriever:
        """Question to passages."""
        return HybridRetriever(
            self._store,
            self.embedder,
            self._settings.retrieval,
            reranker=build_reranker(self._settings),
            rerank_candidates=self._settings.reranker.candidates,
            second_embedder=self._second_embedder,
        )

    @cached_property
    def selector(self) -> ExampleSelector | None:
        """Question to worked examples; None where no model writes after them."""
        if not self._settings.generator.writes:
            return None
        from rag.examples import build_selector

        return build_selector(self._settings.examples, self._example_pool(), self.embedder)

    @property
    def answerer(self) -> Answerer:
        """Question to answer, with the examples that there are now."""
        answerer = self._answerer
        if self.selector is not None:
            self.selector.keep_only(self._example_pool())
        return answerer

    @cached_property
    def _answerer(self) -> Answerer:
        from rag.answering.tables import load_chooser
        from rag.prompting import PromptBuilder, token_counter, within_window

        settings = self._settings
        generator = self._generator
        if generator is None and settings.generator.writes:
            generator = build_generator(settings)
        window = getattr(generator, "context_window", None)
        known = window if isinstance(window, int) else None
        prompt = within_window(settings.prompt, known, settings.generator.max_new_tokens)
        return Answerer(
            store=self._store,
            retriever=self.retriever,
            embedder=self.embedder,
            settings=settings,
            generator=generator,
            readers=load_readers(settings),
            selector=self.selector,
            prompt_builder=PromptBuilder(
                prompt, token_counter(generator), most_similar=settings.examples.most_similar
            ),
            second_embedder=self._second_embedder,
            chooser=load_chooser(),
        )

    def _second_embedder(self) -> Embedder | None:
        return build_second_embedder(self._settings, self.embedder)
