# requirements: torch>=2.4,<2.14 llama-index-core llama-index-embeddings-huggingface
# requirements: llama-index-vector-stores-faiss llama-index-readers-file faiss-cpu pypdf[crypto,fonts]
"""LlamaIndex's ingestion pipeline: SimpleDirectoryReader, SentenceSplitter, FAISS, a document store.

The document store makes it know unchanged pages, which are read again and not embedded again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(files: Path, model: str, out: Path) -> None:
    import faiss
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.storage.docstore import SimpleDocumentStore
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    known = out / "docstore.json"
    store = SimpleDocumentStore.from_persist_path(str(known)) if known.exists() else SimpleDocumentStore()
    started = time.perf_counter()
    pages = SimpleDirectoryReader(str(files), required_exts=[".pdf"], filename_as_id=True).load_data()
    parsed = time.perf_counter()
    vectors = FaissVectorStore(faiss_index=faiss.IndexFlatIP(384))
    pipeline = IngestionPipeline(
        transformations=[
            SentenceSplitter(chunk_size=256, chunk_overlap=20),
            HuggingFaceEmbedding(model_name=model),
        ],
        docstore=store,
        vector_store=vectors,
        disable_cache=True,
    )
    nodes = pipeline.run(documents=pages)
    embedded = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    store.persist(str(known))
    if nodes:
        vectors.persist(str(out / "vectors.faiss"))
        (out / "nodes.json").write_text(json.dumps([node.get_content() for node in nodes]), "utf-8")
    written = time.perf_counter()
    stages = {"parse": parsed - started, "embed": embedded - parsed, "write": written - embedded}
    print(json.dumps({"pages": len(pages), "chunks": len(nodes), "stages": stages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
