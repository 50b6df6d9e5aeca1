"""From settings to models: which class serves which name."""

from __future__ import annotations

from rag.models.protocol import Embedder
from rag.settings import Settings

__all__ = ["build_embedder"]

_UNIVERSAL = "packaged:universal-sentence-encoder-multilingual"


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its weights load when they are first needed.

    Raises:
        ModelNotFoundError: the model is not on this machine; the message says what to do.
    """
    if settings.embedder.model == _UNIVERSAL:
        from rag.models.universal import UniversalSentenceEncoder

        return UniversalSentenceEncoder(settings.embedder)
    from rag.models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.embedder, offline=settings.offline)
