"""Write the vectors and weights of the worked questions again, after `data/examples/kinds.jsonl` was changed.

python -m benchmarks.fit_kinds
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rag.answering.understanding import Kind
from rag.answering.understanding.kind_examples import fitted_examples, read_kind_examples, shipped_file
from rag.models import build_embedder, build_second_embedder
from rag.settings import load_settings


def main() -> None:
    """Fit for each packaged embedder, and put the files where they ship."""
    settings = load_settings()
    first = build_embedder(settings)
    for embedder in filter(None, (first, build_second_embedder(settings, first))):
        shipped = shipped_file(embedder)
        with tempfile.TemporaryDirectory() as work:
            shipped.unlink(missing_ok=True)
            fitted_examples(embedder, read_kind_examples(), list(Kind), Path(work))
            shipped.write_bytes((Path(work) / shipped.name).read_bytes())
        print(shipped.name, shipped.stat().st_size)


if __name__ == "__main__":
    main()
