"""A process that adds and removes documents until it is killed; run by the crash and concurrency tests.

    python writer_process.py LIBRARY NAME STEPS SEED [FILE_SIZE_LIMIT]

Prints `+SOURCE SHA256` or `-SOURCE` after each step that is done.
"""

from __future__ import annotations

import hashlib
import random
import resource
import signal
import sys
from pathlib import Path

from rag.errors import StoreError
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


def text_of(name: str, step: int, rng: random.Random) -> str:
    words = [f"w{rng.randrange(500)}" for _ in range(rng.randrange(20, 3_000))]
    return f"{name} step {step} " + " ".join(words)


def main() -> None:
    library, name, steps, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    rng = random.Random(seed)
    embedder = HashingEmbedder()
    with Store.open(library) as store:
        if len(sys.argv) > 5:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            limit = int(sys.argv[5])
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        for step in range(steps):
            source = f"{name}-{rng.randrange(6)}"
            existing = store.document_by_source(source)
            try:
                if existing and rng.random() < 0.4:
                    store.remove_documents([existing.document_id])
                    print(f"-{source}", flush=True)
                else:
                    text = text_of(name, step, rng)
                    path = library.parent / f"{source}.txt"
                    path.write_text(text)
                    info = add_to_store(store, document(text, source), embedder, original=path)
                    assert info.sha256 == hashlib.sha256(text.encode()).hexdigest()
                    print(f"+{source} {info.sha256}", flush=True)
                if rng.random() < 0.2:
                    store.publish()
            except (StoreError, OSError) as error:
                print(f"!{type(error).__name__}: {error}", flush=True)
                return


if __name__ == "__main__":
    main()
