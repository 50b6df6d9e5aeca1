"""The one facade: a library of documents that is searched and asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.answering import Answerer, AnswerEvent, Finished, PassagesFound, Searching
from rag.answering.cache import AnswerCache
from rag.errors import CitewellError, NotFoundError
from rag.models import Embedder, build_evidence_scorer, build_generator, build_reranker
from rag.page_image import page_image
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Box, Check, DocumentInfo, Example, Message, Passage, RunRecord
from rag.settings import AnsweringSettings, Settings, load_settings
from rag.store import Store, open_embedder

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

    from rag.examples import ExampleSelector
    from rag.store.records import Rating

__all__ = ["Library"]


class Library:
    """A folder of documents with everything derived from them.

    Models load at first use: opening a library, listing and checking it need none.

    Example:
        >>> library = Library.open("my-library")              # doctest: +SKIP
        >>> answer = library.ask("Who wrote the minutes?")    # doctest: +SKIP
        >>> answer.citations[0].quote                         # doctest: +SKIP
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self._embedder: Embedder | None = None

    @classmethod
    def open(
        cls, path: Path | str | None = None, settings: Settings | None = None, *, create: bool = True
    ) -> Self:
        """Open the library at `path`, or where the settings say.

        Raises:
            LibraryNotFoundError: `create` is false and there is none.
            SchemaVersionError: a newer version of Citewell wrote it.
        """
        settings = settings or load_settings()
        if path is not None:
            settings = settings.model_copy(update={"library": Path(path)})
        return cls(Store.open(settings.library, create=create), settings)

    def close(self) -> None:
        """Close the store; models are left to the garbage collector."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def embedder(self) -> Embedder:
        """The library's own embedder, or in one without vectors that of the settings.

        A reindex, also one of another process, is noticed: the models that stand on it are made anew.

        Raises:
            ConfigurationError: the settings name another embedder than the library's.
        """
        known, active = self._embedder, self.store.embedder
        if known is None or active not in (None, known.fingerprint):
            for name in ("_retriever", "_answerer", "_selector"):
                self.__dict__.pop(name, None)
            known = self._embedder = open_embedder(self.store, self.settings)
        return known

    @property
    def retriever(self) -> HybridRetriever:
        """Question to passages."""
        _ = self.embedder
        return self._retriever

    @property
    def answerer(self) -> Answerer:
        """Question to answer."""
        _ = self.embedder
        answerer = self._answerer
        if self._selector is not None:  # examples come and go while the library is open
            self._selector.keep_only(self.example_pool())
        return answerer

    @cached_property
    def _retriever(self) -> HybridRetriever:
        return HybridRetriever(
            self.store,
            self.embedder,
            self.settings.retrieval,
            reranker=build_reranker(self.settings),
            rerank_candidates=self.settings.reranker.candidates,
        )

    @cached_property
    def _answerer(self) -> Answerer:
        from rag.prompting import PromptBuilder, token_counter

        settings = self.settings
        generator = build_generator(settings) if settings.generator.writes else None
        return Answerer(
            store=self.store,
            retriever=self.retriever,
            embedder=self.embedder,
            settings=settings,
            generator=generator,
            scorer=build_evidence_scorer(settings),
            selector=self._selector,
            prompt_builder=PromptBuilder(
                settings.prompt, token_counter(generator), most_similar=settings.examples.most_similar
            ),
        )

    @cached_property
    def _cache(self) -> AnswerCache:
        return AnswerCache(self.store, self.settings)

    @cached_property
    def _selector(self) -> ExampleSelector | None:
        if not self.settings.generator.writes:
            return None
        from rag.examples import build_selector

        return build_selector(self.settings.examples, self.example_pool(), self.embedder)

    def answering(self, settings: AnsweringSettings) -> Self:
        """The same library under other settings of answering; store, embedder and retriever are shared."""
        return self.under(self.settings.model_copy(update={"answering": settings}))

    def under(self, settings: Settings) -> Self:
        """The same library, asked under other settings; the store and all models that stay are shared.

        Folder and embedder are the library's own, whatever `settings` say.
        """
        own = {"library": self.settings.library, "embedder": self.settings.embedder}
        other = type(self)(self.store, settings.model_copy(update=own))
        other._embedder = self.embedder
        search = (self.settings.retrieval, self.settings.reranker)
        if (settings.retrieval, settings.reranker) == search:
            other._retriever = self.retriever
        return other

    def search(
        self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None
    ) -> list[Passage]:
        """The best passages for a question, best first; only from `documents` (ids, names) if given."""
        found = self.retriever.retrieve(question, top_k, self.document_ids(documents))
        return list(found.passages)

    def ask(
        self,
        question: str,
        documents: Sequence[str] | None = None,
        history: Sequence[Message] = (),
        *,
        use_cache: bool = True,
    ) -> Answer:
        """Answer a question from the documents, and keep the run record.

        The same question on the same library is answered from what was kept (setting `answering.cache`),
        unless `use_cache` is false.
        """
        *_, finished = self.ask_stream(question, documents, history, use_cache=use_cache)
        assert isinstance(finished, Finished)
        return finished.answer

    def ask_many(
        self, questions: Sequence[str], documents: Sequence[str] | None = None, *, use_cache: bool = True
    ) -> Iterator[Answer | CitewellError]:
        """Answers in the order of the questions; in the place of one that failed, its error.

        Where a model writes, `generator.batch_size` questions are under way at a time, and the model
        writes for all that wait at once.
        """
        at_once = self.settings.generator.batch_size if self.settings.generator.writes else 1

        def answer(question: str) -> Answer | CitewellError:
            try:
                return self.ask(question, documents, use_cache=use_cache)
            except CitewellError as error:
                return error

        _ = self.answerer
        with ThreadPoolExecutor(at_once, "citewell-asking") as threads:
            yield from threads.map(answer, questions)

    def ask_stream(
        self,
        question: str,
        documents: Sequence[str] | None = None,
        history: Sequence[Message] = (),
        stop: threading.Event | None = None,
        *,
        use_cache: bool = True,
    ) -> Iterator[AnswerEvent]:
        """What happens on the way to an answer, as it happens; the last event holds the answer."""
        scope = self.document_ids(documents)
        answerer, cache, version = self.answerer, self._cache, self.store.version
        key = cache.key(question, scope, history)
        kept = cache.find(key) if use_cache and self.settings.answering.cache else None
        if kept is not None:
            yield from (Searching(kept.understood or question), PassagesFound(kept.passages))
            yield Finished(kept, self.store.run(kept.run_id))
            return
        for event in answerer.stream(question, scope, history, stop):
            if isinstance(event, Finished):
                self.store.save_run(event.record)
                stopped = stop is not None and stop.is_set()
                if (
                    self.settings.answering.cache
                    and not stopped
                    and "generator_failed" not in event.record.why
                ):
                    cache.keep(key, event.answer, version)
            yield event

    def document_ids(self, names: Sequence[str] | None) -> list[str] | None:
        """The ids of documents given by id, source or unique file name; None stands for all."""
        return None if names is None else [self.store.resolve(name).document_id for name in names]

    def documents(self) -> list[DocumentInfo]:
        """All documents, by source."""
        return self.store.documents()

    def remove(self, names: Sequence[str]) -> list[DocumentInfo]:
        """Remove documents in one transaction; nothing later can cite them.

        Raises:
            NotFoundError: a name is not in the library; then nothing is removed.
        """
        removed = self.store.remove_documents(self.document_ids(names) or [])
        self.store.collections.drop_gone()
        self.store.publish()
        return removed

    def text(self, document_id: str) -> str:
        """A document's whole text."""
        return self.store.text(document_id)

    def page_image(
        self, document_id: str, number: int, highlights: Sequence[Box] = (), scale: float = 1.5
    ) -> bytes:
        """A PDF's page as PNG bytes with boxes highlighted.

        Raises:
            NotFoundError: the original is no PDF, was not kept, or has no such page.
        """
        path = self.store.original(document_id)
        if path is None:
            name = self.store.resolve(document_id).name
            raise NotFoundError(
                f"the original of {name} is not kept in the library (setting ingest.keep_originals)"
            )
        return page_image(path, number, highlights, scale)

    def check(self) -> list[Check]:
        """Every invariant of the store and whether it holds."""
        return self.store.check()

    def example_pool(self) -> tuple[Example, ...]:
        """The worked examples that prompts choose from: those of the settings' pool and the approved ones."""
        from rag.examples import load_pool, merged_pools

        return merged_pools(load_pool(self.settings.examples.pool), self.store.examples.all())

    def rate(self, run_id: str, rating: Rating, wanted_answer: str = "") -> Example | None:
        """Keep what a person thinks of an answer; one that they approve becomes an example.

        Approved (1) is the answer, or the wanted one that comes with it; rejected (-1), it never is one,
        and what it had become is removed. A question that the pool has already, and an answer without
        evidence in the library, are kept as feedback only.

        Returns:
            The example that it became, None if it became none.

        Raises:
            NotFoundError: there is no such run.
        """
        from rag.examples import example_of, same_question

        record = self.store.run(run_id)
        self.store.save_feedback(run_id, rating, wanted_answer)
        self.store.examples.remove(run_id)
        found = example_of(record, wanted_answer) if rating > 0 else None
        if found is None:
            return None
        if any(same_question(record.question, known.question) for known in self.example_pool()):
            return None
        try:
            self.store.examples.add(run_id, found.example, found.document_ids)
        except NotFoundError:  # a document left since the answer was given
            return None
        return found.example

    def feedback_questions(self) -> list[dict[str, Any]]:
        """All feedback that tells a right answer, as questions for `citewell evaluate answers`."""
        from rag.examples import question_line

        lines = (
            question_line(self.store.run(kept.run_id), kept.rating, kept.wanted_answer)
            for kept in self.store.feedback()
        )
        return [line for line in lines if line is not None]

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest run records, newest first."""
        return self.store.runs(limit)

    def run(self, run_id: str) -> RunRecord:
        """One run record.

        Raises:
            NotFoundError: there is none of this id.
        """
        return self.store.run(run_id)

    def as_retriever(self) -> BaseRetriever:
        """This library as a LangChain retriever."""
        from rag.retrieval import as_langchain_retriever

        return as_langchain_retriever(self.retriever)

    def as_runnable(self) -> Runnable[str, dict[str, Any]]:
        """This library as a LangChain runnable: a question in, an answer as plain JSON values out."""
        from langchain_core.runnables import RunnableLambda

        from rag.wire import answer_json

        return RunnableLambda(lambda question: answer_json(self.ask(question)), name="citewell")
