"""Whether what is made from the texts is what they make: the words of the index, the documents' sketches."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from typing import Final

from rag.store.chunks import document_chunks
from rag.store.digests import changed_parts
from rag.store.lexical import has_words, lexical_row, terms_are_current
from rag.store.sketches import has_sketch
from rag.store.texts import TextReader
from rag.text.minhash import signature

__all__ = ["unlike_their_text"]

_MOST_CHARACTERS: Final = 20_000_000
"""Of all texts that are cut again, some seconds' work; of a larger library documents drawn by chance."""


def unlike_their_text(connection: sqlite3.Connection) -> Iterator[str]:
    """The documents whose words or sketch are other ones than their text gives now."""
    names = dict(connection.execute("SELECT id, term FROM lexical_terms"))
    is_current, looked_at = terms_are_current(connection), 0
    documents = connection.execute("SELECT id, document_id, source, characters FROM documents").fetchall()
    random.SystemRandom().shuffle(documents)
    for row, document_id, source, characters in documents:
        if looked_at and looked_at + characters > _MOST_CHARACTERS:
            continue
        looked_at += characters
        found = document_chunks(connection, document_id)
        rows = [lexical_row(c.title, c.headings, c.text, c.context) for c in found]
        sketch = signature(TextReader(connection).slice(row, 0, characters))
        fits = {
            "words": not is_current or has_words(connection, row, rows, names),
            "sketch": has_sketch(connection, row, sketch),
        }
        wrong = " and ".join(what for what, is_right in fits.items() if not is_right)
        if wrong and not changed_parts(connection, row):  # else the text is what was changed
            yield f"{source!r}: its {wrong} do not fit its text; `citewell reindex` makes them again"
