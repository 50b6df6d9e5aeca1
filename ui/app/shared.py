"""What all sessions of this process share: the open library with its models, and the queue of uploads."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import streamlit as st

from rag.library import Library
from rag.settings import Settings, load_settings
from ui.app.ingesting import IngestQueue

__all__ = ["Shared", "shared"]

_UPLOADS: Final = "uploads"


@dataclass
class Shared:
    """One library and all that is done once for it in a process."""

    library: Library
    _models: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def queue(self) -> IngestQueue:
        """Uploads on their way into the library, one after the other."""
        return IngestQueue(self.library, self.ready)

    @property
    def uploads(self) -> Path:
        """Where uploaded files are saved."""
        return self.library.settings.library / _UPLOADS

    def ready(self) -> Library:
        """The library with its models built; many sessions that come at once build them once."""
        with self._models:
            _ = self.library.embedder
            _ = self.library.answerer
        return self.library

    def close(self) -> None:
        """Let go of the library when no session can use it any more."""
        self.library.close()


def shared() -> Shared:
    """The library that the environment names (CITEWELL_LIBRARY, CITEWELL_CONFIG), open."""
    settings = load_settings()
    return _open(str(settings.library.resolve()), settings.model_dump_json(), settings)


@st.cache_resource(show_spinner=False, on_release=Shared.close)
def _open(library_path: str, settings_key: str, _settings: Settings) -> Shared:
    """Keyed by path and settings; the key leaves the secret key of an endpoint masked."""
    return Shared(Library.open(library_path, _settings))
