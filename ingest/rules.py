"""Names for the rules by which a document is read and cut, so that a change of them is noticed.

A file that is unchanged by its bytes is read again where it would be read otherwise now, and cut
again (from the stored text) where it would be cut otherwise.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from ingest.loaders import loaders
from rag.settings import ChunkingSettings, IngestSettings, Settings
from rag.store import Rules

__all__ = ["chunked_by", "current_rules", "loaded_by"]

_LOADING: Final = 3
"""Raise it when what all loaders share gives another text or other blocks for the same file."""
_CHUNKING: Final = 1
"""Raise it when the chunker cuts the same document otherwise, or other text is embedded for a chunk."""
_NEUTRAL: Final = frozenset(
    {
        "batch_chunks",
        "file_seconds",
        "follow_links",
        "keep_originals",
        "max_file_megabytes",
        "page_seconds",
        "worker_megabytes",
        "workers",
    }
)
"""Ingest settings that do not change what a file that can be read is read as."""


def current_rules(media_type: str, settings: Settings, fingerprint: str) -> Rules:
    """The rules for a document of this kind as they are now, with an embedder by its fingerprint."""
    return Rules(loaded_by(media_type, settings.ingest), chunked_by(settings.chunking, fingerprint))


def loaded_by(media_type: str, settings: IngestSettings) -> str:
    """Names the way of reading: the loader's `version` (1 where it has none), and what it is told."""
    loader = loaders().get(media_type) or loaders().get("text/plain")
    told = {key: value for key, value in settings.model_dump(mode="json").items() if key not in _NEUTRAL}
    return _name(_LOADING, media_type, getattr(loader, "version", 1), told)


def chunked_by(settings: ChunkingSettings, fingerprint: str) -> str:
    """Names the way of cutting: its settings, and the embedder by whose tokens and limit it measures."""
    return _name(_CHUNKING, settings.model_dump(mode="json"), fingerprint)


def _name(*facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
