# requirements: torch>=2.4,<2.14 txtai sentence-transformers>=5 pypdf[crypto,fonts]
"""A txtai embeddings database with content, fed with pages read by pypdf and cut into paragraphs.

txtai's own Textractor needs Java or models from a hub to read a PDF; its documentation takes text from
other readers in their place. `index` knows nothing of unchanged files and embeds them again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

CHARACTERS = 1000
OVERLAP = 200


def cut(text: str) -> list[str]:
    """Pieces of a page of at most `CHARACTERS`, the tail of one repeated at the head of the next."""
    step = CHARACTERS - OVERLAP
    return [text[start : start + CHARACTERS] for start in range(0, max(1, len(text) - OVERLAP), step)]


def main(files: Path, model: str, out: Path) -> None:
    from pypdf import PdfReader
    from txtai import Embeddings

    started = time.perf_counter()
    pages = [
        page.extract_text() or "" for path in sorted(files.glob("*.pdf")) for page in PdfReader(path).pages
    ]
    parsed = time.perf_counter()
    chunks = [piece for page in pages for piece in cut(page) if piece.strip()]
    embeddings = Embeddings(path=model, content=True)
    embeddings.index(chunks)
    embedded = time.perf_counter()
    embeddings.save(str(out))
    written = time.perf_counter()
    stages = {"parse": parsed - started, "embed": embedded - parsed, "write": written - embedded}
    print(json.dumps({"pages": len(pages), "chunks": len(chunks), "stages": stages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
