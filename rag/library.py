"""The one facade: a library of documents that is searched and asked."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.answering import Answerer, AnswerEvent, Finished, PassagesFound, Searching
from rag.answering.answer_cache import AnswerCache
from rag.errors import CitewellError, NotFoundError, UsageError
from rag.feedback import Ratings
from rag.langchain import LangChainViews
from rag.limits import check_request, recent_turns
from rag.models import Embedder
from rag.models.devices import prepare_environment
from rag.page_image import page_image
from rag.parts import Parts, written_by
from rag.places import placed_answer, placed_passages
from rag.queries.querying import list_tables, run_query
from rag.retrieval import HybridRetriever
from rag.schema import (
    Answer,
    Box,
    Check,
    DocumentInfo,
    Example,
    Message,
    Passage,
    QueryResult,
    QueryTable,
    RunRecord,
)
from rag.settings import AnsweringSettings, Settings, load_settings
from rag.store import Store, open_embedder, settled
from rag.tracing import traced_question, traced_search
from rag.wire import answer_json

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.store.stored_records import Rating

__all__ = ["Library"]

_LOG = logging.getLogger(__name__)


class Library(LangChainViews):
    """A folder of documents with everything derived from them.

    Models load at first use: opening a library, listing and checking it need none.

    Example:
        >>> library = Library.open("my-library")              # doctest: +SKIP
        >>> answer = library.ask("Who wrote the minutes?")    # doctest: +SKIP
        >>> answer.citations[0].quote                         # doctest: +SKIP
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        embedder: Embedder | None = None,
        generator: BaseChatModel | None = None,
    ) -> None:
        """Use `Library.open`; an embedder or a generator given here stands in for that of the settings."""
        prepare_environment(settings.offline)
        self.store = store
        self.settings = settings if generator is None else written_by(generator, settings)
        self._embedder = embedder
        self._generator = generator
        self._parts: Parts | None = None
        self._making = threading.RLock()
        self._ratings = Ratings(store, settings.examples)

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        settings: Settings | None = None,
        *,
        create: bool = True,
        generator: BaseChatModel | None = None,
    ) -> Self:
        """Open the library at `path`, or where the settings say.

        Any LangChain chat model can be the `generator`: it then writes the answers, whatever the settings
        say, and as nobody can tell whether it stays the same, its answers are not given again from a cache.

        Raises:
            LibraryNotFoundError: `create` is false and there is none.
            SchemaVersionError: a newer version of Citewell wrote it.
        """
        settings = settings or load_settings()
        if path is not None:
            settings = settings.model_copy(update={"library": Path(path)})
        return cls(Store.open(settings.library, create=create), settings, generator=generator)

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

        A reindex, also one of another process, is noticed: the parts that stand on it are rebuilt.

        Raises:
            ConfigurationError: the settings name another embedder than the library's.
        """
        with self._making:
            known, active = self._embedder, self.store.embedder
            if known is None or active not in (None, known.fingerprint):
                known = self._embedder = open_embedder(self.store, self.settings)
            return known

    @property
    def parts(self) -> Parts:
        """What a question goes through; rebuilt when the library has another embedder."""
        with self._making:
            embedder, parts = self.embedder, self._parts
            if parts is None or parts.embedder is not embedder:
                parts = self._parts = Parts(
                    self.store, embedder, self.settings, self.example_pool, generator=self._generator
                )
            return parts

    @property
    def retriever(self) -> HybridRetriever:
        """Question to passages; many that ask at once build it once."""
        with self._making:
            return self.parts.retriever

    @property
    def answerer(self) -> Answerer:
        """Question to answer; many that ask at once build it once."""
        with self._making:
            return self.parts.answerer

    @cached_property
    def _cache(self) -> AnswerCache:
        return AnswerCache(self.store, self.settings)

    def answering(self, settings: AnsweringSettings) -> Self:
        """The same library under other settings of answering; store, embedder and retriever are shared."""
        return self.under(self.settings.model_copy(update={"answering": settings}))

    def under(self, settings: Settings) -> Self:
        """The same library, asked under other settings; the store and all models that stay are shared.

        Folder and embedder are the library's own, whatever `settings` say.
        """
        own = {"library": self.settings.library, "embedder": self.settings.embedder}
        other = type(self)(self.store, settings.model_copy(update=own), self.embedder, self._generator)
        search = (self.settings.retrieval, self.settings.reranker)
        if (settings.retrieval, settings.reranker) == search:
            other._parts = Parts(
                self.store,
                self.embedder,
                other.settings,
                other.example_pool,
                self.retriever,
                self._generator,
            )
        return other

    def search(
        self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None
    ) -> list[Passage]:
        """The best passages for a question, best first; only from `documents` (ids, names) if given.

        Raises:
            NotFoundError: one of `documents` is not in the library.
            UsageError: the question is too long, or too many documents are named.
        """
        check_request(question, documents)

        def found() -> list[Passage]:
            *_, last = settled(
                self.store, lambda: [self.retriever.retrieve(question, top_k, self.document_ids(documents))]
            )
            return placed_passages(last.passages, self.store)

        return traced_search(self.settings, question, found)

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

        Two questions a core are under way at a time; where a model writes, `generator.batch_size`, and the
        model writes for all that wait at once. The same question is asked once, unless `use_cache` is
        false. Leaving the iterator stops those that are under way.
        """
        generator = self.settings.generator
        at_once = generator.batch_size if generator.writes else 2 * (os.cpu_count() or 1)
        stop = threading.Event()

        def answer(question: str) -> Answer | CitewellError:
            try:
                *_, finished = self.ask_stream(question, documents, stop=stop, use_cache=use_cache)
            except CitewellError as error:
                return error
            assert isinstance(finished, Finished)
            return finished.answer

        _ = self.answerer
        under_way: dict[str, Future[Answer | CitewellError]] = {}
        asked = []
        with ThreadPoolExecutor(at_once, "citewell-asking") as threads:
            for question in questions:
                if question not in under_way or not use_cache:
                    under_way[question] = threads.submit(answer, question)
                asked.append(under_way[question])
            try:
                yield from (task.result() for task in asked)
            finally:
                stop.set()
                threads.shutdown(cancel_futures=True)

    def ask_stream(
        self,
        question: str,
        documents: Sequence[str] | None = None,
        history: Sequence[Message] = (),
        stop: threading.Event | None = None,
        *,
        use_cache: bool = True,
    ) -> Iterator[AnswerEvent]:
        """What happens on the way to an answer, as it happens; the last event holds the answer.

        Where a document that was being read leaves the library meanwhile, the question is asked again from
        the start: another `Searching` tells that what was said before does not hold. Of a long conversation
        its end is read (`rag.limits`). The run record is kept, unless the library can only be read here.

        Raises:
            NotFoundError: one of `documents` is not in the library.
            UsageError: the question is empty or too long, or too many documents are named.
        """
        check_request(question, documents)
        turns = recent_turns(history)
        events = settled(self.store, lambda: self._ask_once(question, documents, turns, stop, use_cache))
        return traced_question(self.settings, question, events, _end)

    def _ask_once(
        self,
        question: str,
        documents: Sequence[str] | None,
        history: Sequence[Message],
        stop: threading.Event | None,
        use_cache: bool,
    ) -> Iterator[AnswerEvent]:
        scope = self.document_ids(documents)
        answerer, cache, version = self.answerer, self._cache, self.store.version
        key = cache.key(question, scope, history)
        answering = self.settings.answering
        similar = answering.cache and answering.reuse_similar and not history
        kept = cache.find(key) if use_cache and answering.cache else None
        if kept is not None:
            yield from (Searching(kept.understood or question), PassagesFound(kept.passages))
            yield Finished(placed_answer(kept, self.store), self.store.run(kept.run_id))
            return
        if use_cache and similar and (found := cache.find_similar(question, scope)) is not None:
            again = self._placed(Finished(*found))
            if self._save(again.record):
                cache.keep(key, again.answer, version)
            yield from (Searching(again.answer.understood), PassagesFound(again.answer.passages), again)
            return
        for event in answerer.stream(question, scope, history, stop):
            if isinstance(event, Finished):
                event = self._placed(event)
                stopped = stop is not None and stop.is_set()
                can_keep = self._save(event.record) and not stopped
                if can_keep and answering.cache and "generator_failed" not in event.record.why:
                    cache.keep(key, event.answer, version)
                    if similar:
                        cache.keep_similar(scope, event.answer, version)
            yield event

    def _save(self, record: RunRecord) -> bool:
        """Whether the record could be kept."""
        if self.store.read_only:
            _LOG.warning("the library can only be read here: the record of this answer is not kept")
            return False
        self.store.save_run(record)
        return True

    def _placed(self, event: Finished) -> Finished:
        """The answer, and its record, with what people call the places of its citations."""
        answer = placed_answer(event.answer, self.store)
        told = answer_json(answer)
        kept: dict[str, Any] = {
            key: told[key] for key in ("citations", "passages") if key in event.record.answer
        }
        return Finished(answer, replace(event.record, answer={**event.record.answer, **kept}))

    def document_ids(self, names: Sequence[str] | None) -> list[str] | None:
        """The ids of documents given by id, source or unique file name; None stands for all."""
        return None if names is None else [self.store.resolve(name).document_id for name in names]

    def documents(self) -> list[DocumentInfo]:
        """All documents, by source."""
        return self.store.documents()

    def tables(self, documents: Sequence[str] | None = None) -> list[QueryTable]:
        """The tables and lists of all documents, or of some (ids, names), as `sql` names them.

        Raises:
            NotFoundError: one of `documents` is not in the library.
        """
        return list_tables(self.store, self.document_ids(documents))

    def sql(self, statement: str) -> QueryResult:
        """The rows that one SELECT finds in the tables, each with the cells that it comes from.

        Raises:
            QueryError: it is wrong, does something else than read, or takes too long or too much.
        """
        return run_query(self.store, statement)

    def remove(self, names: Sequence[str]) -> list[DocumentInfo]:
        """Remove documents in one transaction; nothing later can cite them.

        Raises:
            NotFoundError: a name is not in the library; then nothing is removed.
            UsageError: `names` is one name and no list.
        """
        if isinstance(names, str):
            raise UsageError(f"the names are a list: write [{names[:40]!r}]")
        removed = self.store.remove_documents(self.document_ids(names) or [])
        self.store.collections.drop_gone()
        self.store.publish()
        return removed

    def text(self, document_id: str) -> str:
        """A document's whole text."""
        return self.store.text(document_id)

    def page_image(
        self,
        document_id: str,
        number: int,
        highlights: Sequence[Box] = (),
        scale: float = 1.5,
        *,
        password: str = "",
    ) -> bytes:
        """A PDF's page as PNG bytes with boxes highlighted; `password` opens a protected original.

        The library keeps what is protected as it came, and no password.

        Raises:
            EncryptedDocumentError: the original opens with another password only.
            NotFoundError: the original is no PDF, was not kept, or has no such page.
        """
        document = self.store.resolve(document_id)
        name, media_type = document.name, document.media_type
        if media_type != "application/pdf" and not media_type.startswith("image/"):
            raise NotFoundError(f"no picture of {name}: only PDF and picture files can be drawn")
        path = self.store.original(document_id)
        if path is None:
            raise NotFoundError(
                f"the original of {name} is not kept in the library (setting ingest.keep_originals)"
            )
        return page_image(path, number, highlights, scale, name, password=password)

    def check(self) -> list[Check]:
        """Every invariant of the store and whether it holds."""
        return self.store.check()

    def example_pool(self) -> tuple[Example, ...]:
        """The worked examples that prompts choose from: those of the settings' pool and the approved ones."""
        return self._ratings.example_pool()

    def rate(self, run_id: str, rating: Rating, wanted_answer: str = "") -> Example | None:
        """Keep what a person thinks of an answer; one that they approve becomes an example, and is returned.

        Raises:
            NotFoundError: there is no such run.
        """
        return self._ratings.rate(run_id, rating, wanted_answer)

    def why_no_example(self, run_id: str) -> str:
        """Why a rated answer is not the example for its question; "" where it is."""
        return self._ratings.why_no_example(run_id)

    def feedback_questions(self) -> list[dict[str, Any]]:
        """All feedback that tells a right answer, as questions for `citewell evaluate answers`."""
        return self._ratings.questions()

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest run records, newest first."""
        return self.store.runs(limit)

    def run(self, run_id: str) -> RunRecord:
        """One run record.

        Raises:
            NotFoundError: there is none of this id.
        """
        return self.store.run(run_id)


def _end(event: AnswerEvent) -> tuple[Answer, RunRecord] | None:
    return (event.answer, event.record) if isinstance(event, Finished) else None
