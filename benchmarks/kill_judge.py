"""What a fresh process finds after another was killed: `python -m benchmarks.kill_judge LIBRARY`.

Prints one JSON object about the library. `broken` are invariants that do not hold, `half_in`
documents that are not wholly there.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from rag.settings import load_settings
from rag.store import Store, open_embedder

_WORD = "pump"


def judged(library: Path) -> dict[str, Any]:
    """Open the library as any command would, and look at all of it."""
    with Store.open(library) as store:
        documents = {info.source: info.sha256 for info in store.documents()}
        return {
            "broken": [f"{c.name}: {c.detail}" for c in store.check() if not c.ok] + _unsearchable(store),
            "half_in": [info.source for info in store.documents() if not _whole(store, info.document_id)],
            "documents": documents,
            "version": store.version,
            "embedder": store.embedder,
            "staged": _staged(library),
        }


def _whole(store: Store, document_id: str) -> bool:
    """Whether text, original and chunks of a (plain text) document are those of the file it names."""
    info = store.documents([document_id])[0]
    text = store.text(document_id)
    chunks = store.document_chunks(document_id)
    original = store.original(document_id)
    return (
        hashlib.sha256(text.encode()).hexdigest() == info.sha256
        and original is not None
        and hashlib.sha256(original.read_bytes()).hexdigest() == info.sha256
        and "".join(chunk.text for chunk in chunks) == text
        and len(chunks) == info.chunks
    )


def _unsearchable(store: Store) -> list[str]:
    """With the library's own embedder the dense leg must find every chunk, the lexical each with the word."""
    count = store.chunk_count()
    if not count:
        return []
    chunks = [c for info in store.documents() for c in store.document_chunks(info.document_id)]
    embedder = open_embedder(store, load_settings(environment={}))
    dense = store.dense_search(embedder.fingerprint, embedder.embed_questions([_WORD]), count + 1)[0]
    lexical = store.lexical_search(_WORD, count + 1)
    wanted = {
        "dense": (dense, {chunk.chunk_id for chunk in chunks}),
        "lexical": (lexical, {chunk.chunk_id for chunk in chunks if _WORD in chunk.text.split()}),
    }
    return [
        f"{leg}: {len(hits)} of {len(ids)} chunks are found"
        for leg, (hits, ids) in wanted.items()
        if {hit.chunk_id for hit in hits} != ids
    ]


def _staged(library: Path) -> dict[str, int]:
    """How far a reindex got, and how many vectors belong to no embedder in use."""
    connection = sqlite3.connect(library / "catalog.sqlite")
    try:
        return {
            "documents": connection.execute("SELECT count(*) FROM staged_documents").fetchone()[0],
            "vectors": connection.execute(
                "SELECT count(*) FROM vectors WHERE embedder IN (SELECT embedder FROM reindexing)"
            ).fetchone()[0],
            "old_vectors": connection.execute(
                "SELECT count(*) FROM vectors WHERE embedder NOT IN (SELECT embedder FROM reindexing)"
                " AND embedder NOT IN (SELECT embedder FROM library WHERE embedder IS NOT NULL)"
            ).fetchone()[0],
        }
    finally:
        connection.close()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(judged(Path(sys.argv[1]))) + "\n")
