"""Write the vectors and weights of the worked questions again, after a file of them was changed.

Those are `data/examples/kinds.jsonl` and `data/examples/calculations.jsonl`.

python -m benchmarks.fit_kinds
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rag.answering.tables.calculation import POOL, Formula
from rag.answering.understanding import Kind
from rag.answering.understanding.kind_examples import fitted_examples, read_kind_examples, shipped_file
from rag.models import build_embedder, build_second_embedder
from rag.resources import resource
from rag.settings import load_settings

_POOLS: Final[dict[str, Sequence[str]]] = {"kinds": list(Kind), POOL: list(Formula)}


def main() -> None:
    """Fit for each packaged embedder, and put the files where they ship."""
    settings = load_settings()
    first = build_embedder(settings)
    for embedder in filter(None, (first, build_second_embedder(settings, first))):
        for pool, kinds in _POOLS.items():
            shipped = shipped_file(embedder, pool)
            examples = read_kind_examples(resource("data", "examples", f"{pool}.jsonl"))
            with tempfile.TemporaryDirectory() as work:
                shipped.unlink(missing_ok=True)
                fitted_examples(embedder, examples, kinds, Path(work), pool)
                shipped.write_bytes((Path(work) / shipped.name).read_bytes())
            print(shipped.name, shipped.stat().st_size)


if __name__ == "__main__":
    main()
