"""What of a chunk the embedder and the lexical index see besides its own text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

__all__ = ["context_line", "embedding_text", "text_hash"]


def context_line(title: str, headings: Sequence[str]) -> str:
    """`Title > Heading > Subheading`: where a chunk stands, so that it makes sense alone."""
    parts = [title, *headings]
    return " > ".join(part for i, part in enumerate(parts) if part and part not in parts[:i])


def embedding_text(title: str, headings: Sequence[str], text: str, table: str = "") -> str:
    """The text that is embedded for a chunk: its context line, then its own text.

    Between them stands `table`, the chunk's `context` (see `rag.schema.Chunk`).
    """
    return "\n".join(filter(None, (context_line(title, headings), table, text.strip())))


def text_hash(text: str) -> bytes:
    """16 bytes that name a text in the vector cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
