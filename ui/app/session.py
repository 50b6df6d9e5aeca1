"""What one browser session keeps between its runs, typed; its language and its time zone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from rag.grid import AskedColumn
from rag.schema import Box, Citation, Passage, Place
from ui.app.asking import Asking
from ui.app.conversation import Conversation
from ui.app.ingesting import IngestJob
from ui.app.session_options import AskingOptions
from ui.app.texts import LANGUAGES, Texts, language_of

__all__ = ["AskedGrid", "Opened", "Pending", "Session", "attend", "local_time", "session", "texts"]

_KEY: Final = "citewell"
LANGUAGE_KEY: Final = "lang"


@dataclass(frozen=True)
class Opened:
    """A place in a document that the person looks at: a citation, or a passage."""

    document_id: str
    source: str
    page: int
    start: int
    end: int
    boxes: tuple[Box, ...] | None = None
    number: int | None = None
    turn: int | None = None
    place: Place | None = None

    @classmethod
    def citation(cls, citation: Citation, turn: int | None = None) -> Opened:
        """The place of a citation."""
        return cls(
            citation.document_id,
            citation.source,
            citation.page,
            citation.start,
            citation.end,
            citation.boxes,
            citation.number,
            turn,
            citation.place,
        )

    @classmethod
    def passage(cls, passage: Passage) -> Opened:
        """The place of a passage; its boxes are not known yet."""
        return cls(
            passage.document_id,
            passage.source,
            passage.page,
            passage.start,
            passage.end,
            place=passage.place,
        )


@dataclass(frozen=True)
class Pending:
    """A question to be begun in this run or the next.

    `again` is the number of the turn that is asked again: in the same place of the talk, and written again.
    """

    question: str
    again: int | None = None


@dataclass(frozen=True)
class AskedGrid:
    """The columns of a grid, and the ids of its documents; None stands for all."""

    columns: tuple[AskedColumn, ...]
    documents: tuple[str, ...] | None


@dataclass
class Session:
    """The conversation, the question being answered, and what lies open."""

    conversation: Conversation = field(default_factory=Conversation)
    visitor: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    """Stands for a person whose browser keeps nothing."""
    admitted: bool = False
    asking: Asking | None = None
    pending: Pending | None = None
    options: AskingOptions = field(default_factory=AskingOptions)
    opened: Opened | None = None
    grid: AskedGrid | None = None
    grid_closed: int = 0
    """How often a cell was closed; in the table's key, so that nothing stays chosen in it."""
    run_id: str | None = None
    address_read: bool = False
    """Whether the conversation that the address named was opened; later it only tells what is shown."""
    page_passwords: dict[str, str] = field(default_factory=dict, repr=False)
    """Passwords of protected originals by their documents, for as long as the session."""
    deleted: tuple[str, str] | None = None
    """Id and title of the conversation deleted last, which can be taken back."""
    reports_read: set[IngestJob] = field(default_factory=set, repr=False)
    """The uploads whose outcome this person has seen and gone on from."""
    uploads: int = 0
    """How often files were taken over; in the uploader's key, so that Streamlit lets go of their bytes."""


def session() -> Session:
    """This session's state, made at its first run."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    kept: Session = st.session_state[_KEY]
    return kept


class _Presence:
    """A browser that is there: Streamlit lets go of it when the browser hangs up."""

    def __init__(self, kept: Session) -> None:
        self._kept = kept

    def end(self) -> None:
        """Nobody will read the answer."""
        if self._kept.asking is not None:
            self._kept.asking.stop_soon()


@st.cache_resource(show_spinner=False, scope="session", on_release=_Presence.end)
def _presence(_kept: Session) -> _Presence:
    return _Presence(_kept)


def attend() -> None:
    """A browser is here: from now on a question of its is answered as long as it stays."""
    kept = session()
    _presence(kept)
    if kept.asking is not None:
        kept.asking.go_on()


def texts() -> Texts:
    """What the app says, in the language that was chosen (which the address keeps), else the browser's."""
    chosen = st.session_state.get(LANGUAGE_KEY)
    named = st.query_params.get(LANGUAGE_KEY)  # before the switch is drawn; it writes its label there
    by_name = {language.language_name: code for code, language in LANGUAGES.items()}
    return LANGUAGES[chosen or by_name.get(named or "") or language_of(st.context.locale)]


def local_time(moment: str) -> str:
    """A stored time (UTC, ISO 8601) in the browser's time zone, to the minute; as it is if it is no time."""
    try:
        return datetime.fromisoformat(moment).astimezone(_zone()).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
