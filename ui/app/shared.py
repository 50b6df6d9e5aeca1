"""What all sessions of this process share: the open library with its models, and the queue of uploads."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import streamlit as st

from rag.errors import CitewellError
from rag.library import Library
from rag.settings import Settings, load_settings
from rag.store import UPLOADS
from rag.store.durable import make_private_folder
from rag.temporary import TemporaryFolder
from ui.app.evaluating import Evaluations
from ui.app.gridding import GridFilling
from ui.app.ingesting import IngestQueue

__all__ = ["Shared", "shared"]

_OTHERS: Final = 4
"""How many ways of asking, beside the settings' own, are kept ready."""


@dataclass
class Shared:
    """One library and all that is done once for it in a process."""

    library: Library
    _models: threading.Lock = field(default_factory=threading.Lock)
    _warm: bool = False
    _warming: bool = False
    _others: OrderedDict[str, Library] = field(default_factory=OrderedDict)

    @cached_property
    def queue(self) -> IngestQueue:
        """Uploads on their way into the library, one after the other."""
        return IngestQueue(self.library, self.ready)

    @cached_property
    def evaluations(self) -> Evaluations:
        """Measurements of this library, one at a time."""
        return Evaluations(self.library.settings.library / "evaluations")

    @cached_property
    def filling(self) -> GridFilling:
        """The grid of this library that is being filled, one at a time."""
        return GridFilling()

    @cached_property
    def uploads(self) -> TemporaryFolder:
        """Where this process saves uploaded files: on the library's disk, which has room for them."""
        place = self.library.settings.library / UPLOADS
        make_private_folder(place)
        return TemporaryFolder(place)

    def ready(self) -> Library:
        """The library with its models built; many sessions that come at once build them once."""
        with self._models:
            _ = self.library.answerer
            if not self._warm:
                self.library.embedder.embed_questions(["ready"])  # loads the weights
                self._warm = True
        return self.library

    def asked_under(self, settings: Settings) -> Library:
        """The library as a session wants it asked, its models built; store and weights are shared."""
        own = self.ready()
        if settings == own.settings:
            return own
        key = settings.model_dump_json()
        with self._models:
            other = self._others.pop(key, None) or own.under(settings)
            self._others[key] = other
            while len(self._others) > _OTHERS:
                self._others.popitem(last=False)
            _ = other.answerer
        return other

    def warm_up(self) -> None:
        """Load the models in the background, so that the first question need not wait for them."""
        if not self._warming:
            self._warming = True
            threading.Thread(target=self._load_quietly, name="warm-up", daemon=True).start()

    def _load_quietly(self) -> None:
        with contextlib.suppress(CitewellError):  # told to the first who asks
            self.ready()

    def close(self) -> None:
        """Let go of the library when no session can use it any more."""
        if "uploads" in self.__dict__:
            self.uploads.remove()
        self.library.close()


def shared() -> Shared:
    """The library that the environment names (CITEWELL_LIBRARY, CITEWELL_CONFIG), open."""
    settings = load_settings()
    return _open(str(settings.library.resolve()), settings.model_dump_json(), settings)


@st.cache_resource(show_spinner=False, on_release=Shared.close)
def _open(library_path: str, settings_key: str, _settings: Settings) -> Shared:
    """Keyed by path and settings; the key leaves the secret key of an endpoint masked."""
    return Shared(Library.open(library_path, _settings))
