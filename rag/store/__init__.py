"""The library on disk: documents, text, chunks, vectors, the indexes over them, and run records."""

from rag.store.catalog import settled
from rag.store.collections import Collection
from rag.store.embedder_choice import chosen_settings, defining_settings, open_embedder
from rag.store.protocol import Ids, LexicalIndex, VectorIndex
from rag.store.sketches import SimilarDocument
from rag.store.staging import StagedChunk, Staging, Swapped
from rag.store.store import UPLOADS, Store
from rag.store.stored_documents import Rules
from rag.store.stored_records import Conversation, Feedback

__all__ = [
    "UPLOADS",
    "Collection",
    "Conversation",
    "Feedback",
    "Ids",
    "LexicalIndex",
    "Rules",
    "SimilarDocument",
    "StagedChunk",
    "Staging",
    "Store",
    "Swapped",
    "VectorIndex",
    "chosen_settings",
    "defining_settings",
    "open_embedder",
    "settled",
]
