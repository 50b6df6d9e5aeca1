# requirements: torch>=2.4,<2.14 haystack-ai sentence-transformers-haystack pypdf[crypto,fonts]
"""Haystack's indexing pipeline: PyPDFToDocument, cleaner, splitter, embedder, in-memory store on disk.

The writer skips documents that it holds, after they were embedded again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(files: Path, model: str, out: Path) -> None:
    from haystack import Pipeline
    from haystack.components.converters import PyPDFToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.document_stores.types import DuplicatePolicy

    try:
        from haystack.components.embedders import SentenceTransformersDocumentEmbedder
    except ImportError:  # moved out of the core with Haystack 3
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

    known = out / "store.json"
    store = InMemoryDocumentStore.load_from_disk(str(known)) if known.exists() else InMemoryDocumentStore()
    pipeline = Pipeline()
    pipeline.add_component("convert", PyPDFToDocument())
    pipeline.add_component("clean", DocumentCleaner())
    pipeline.add_component("split", DocumentSplitter(split_by="word", split_length=150, split_overlap=15))
    pipeline.add_component("embed", SentenceTransformersDocumentEmbedder(model=model, progress_bar=False))
    pipeline.add_component("write", DocumentWriter(store, policy=DuplicatePolicy.SKIP))
    for before, after in (("convert", "clean"), ("clean", "split"), ("split", "embed"), ("embed", "write")):
        pipeline.connect(before, after)
    started = time.perf_counter()
    paths = sorted(files.glob("*.pdf"))
    pipeline.run({"convert": {"sources": paths}})
    embedded = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    store.save_to_disk(str(known))
    written = time.perf_counter()
    stages = {"parse and embed": embedded - started, "write": written - embedded}
    print(json.dumps({"pages": None, "chunks": store.count_documents(), "stages": stages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
