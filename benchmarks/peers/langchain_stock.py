# requirements: torch>=2.4,<2.14 langchain-community langchain-huggingface langchain-text-splitters
# requirements: sentence-transformers>=5 faiss-cpu pypdf[crypto,fonts]
"""LangChain's stock pipeline: PyPDFLoader, RecursiveCharacterTextSplitter, FAISS.from_documents.

`from_documents` keeps no record of what it has read, so unchanged files are embedded again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(files: Path, model: str, out: Path) -> None:
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    started = time.perf_counter()
    pages = [page for path in sorted(files.glob("*.pdf")) for page in PyPDFLoader(str(path)).load()]
    parsed = time.perf_counter()
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(pages)
    chunked = time.perf_counter()
    index = FAISS.from_documents(chunks, HuggingFaceEmbeddings(model_name=model))
    embedded = time.perf_counter()
    index.save_local(str(out))
    written = time.perf_counter()
    stages = {
        "parse": parsed - started,
        "chunk": chunked - parsed,
        "embed": embedded - chunked,
        "write": written - embedded,
    }
    print(json.dumps({"pages": len(pages), "chunks": len(chunks), "stages": stages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
