"""One question being answered in a thread of its own, so that a page that is drawn again loses nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rag.answering import AnswerEvent, Finished, PassagesFound, Searching, SentenceReady, TokenWritten
from rag.errors import CitewellError
from rag.library import Library
from rag.schema import Answer, AnswerSentence, Citation, Message, Passage

__all__ = ["Asking", "Draft"]

_LOG = logging.getLogger(__name__)
_PATIENCE: Final = 10.0
"""Seconds in which a browser that lost its connection finds it again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of an answer while it is being made; `writing` is what no sentence covers yet."""

    passages: tuple[Passage, ...] = ()
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    writing: str = ""
    answer: Answer | None = None

    def after(self, event: AnswerEvent) -> Draft:
        """The draft once this has happened; where a search begins (again), nothing is known yet."""
        match event:
            case Searching():
                return Draft()
            case PassagesFound():
                return replace(self, passages=tuple(event.passages))
            case TokenWritten():
                return replace(self, writing=self.writing + event.text)
            case SentenceReady():
                return replace(
                    self,
                    sentences=(*self.sentences, event.sentence),
                    citations=(*self.citations, *event.citations),
                    writing="",
                )
            case Finished():
                return replace(self, answer=event.answer)
            case _:
                return self


@dataclass
class Asking:
    """A question on its way to an answer.

    The page that asked reads `follow`; a page that is drawn again reads it again and sees all that
    is known. Another page of the app does not stop the question: `stop` does, and `stop_soon`, for a browser
    that has gone, unless it comes back. `ready` is called before, in the thread, to have the models loaded;
    `on_end` once at the end, be it an answer, an error or a stop.
    """

    library: Library
    question: str
    documents: Sequence[str] | None = None
    history: Sequence[Message] = ()
    ready: Callable[[], Library] | None = None
    on_end: Callable[[Asking], None] | None = None
    fresh: bool = False
    draft: Draft = field(default_factory=Draft, init=False)
    error: str | None = field(default=None, init=False)
    started: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._news = threading.Event()
        self._leaving: threading.Timer | None = None

    def start(self) -> Asking:
        """Begin to answer."""
        threading.Thread(target=self._run, name="asking", daemon=True).start()
        return self

    def stop(self) -> None:
        """Ask for an end; what has been written so far stays."""
        self._stop.set()

    def stop_soon(self) -> None:
        """Ask for an end in `_PATIENCE` seconds, unless somebody comes back before."""
        self._leaving = threading.Timer(_PATIENCE, self.stop)
        self._leaving.daemon = True
        self._leaving.start()

    def go_on(self) -> None:
        """Somebody came back: there is to be no end."""
        if self._leaving is not None:
            self._leaving.cancel()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for an end."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._ended.is_set()

    @property
    def seconds(self) -> float:
        """How long ago the question was asked."""
        return time.monotonic() - self.started

    def follow(self, seconds: float = 0.25) -> Iterator[Draft]:
        """The draft now, and again at each change or after `seconds`, until nothing more will come."""
        while not self._ended.is_set():
            self._news.clear()
            yield self.draft
            self._news.wait(seconds)
        yield self.draft

    def _run(self) -> None:
        try:
            if self.ready is not None:
                self.library = self.ready()
            for event in self.library.ask_stream(
                self.question, self.documents, self.history, self._stop, use_cache=not self.fresh
            ):
                self.draft = self.draft.after(event)
                self._news.set()
        except CitewellError as error:
            self.error = str(error)
        except Exception as error:  # shown to who asked, told whole in the log
            _LOG.exception("the question failed")
            self.error = f"{type(error).__name__}: {error}"
        finally:
            if self.on_end is not None:
                self.on_end(self)
            self._ended.set()
            self._news.set()
