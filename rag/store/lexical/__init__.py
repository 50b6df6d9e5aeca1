"""The lexical leg: BM25 over chunks, stored by document, searched by word."""

from rag.store.lexical.cache import SegmentCache
from rag.store.lexical.index import SegmentedIndex, segment_key
from rag.store.lexical.postings import (
    LexicalRow,
    add_rows,
    delete_rows,
    faults,
    lexical_row,
    question_terms,
    refresh_terms,
    terms_are_current,
)
from rag.store.lexical.scoring import inverse_frequency

__all__ = [
    "LexicalRow",
    "SegmentCache",
    "SegmentedIndex",
    "add_rows",
    "delete_rows",
    "faults",
    "inverse_frequency",
    "lexical_row",
    "question_terms",
    "refresh_terms",
    "segment_key",
    "terms_are_current",
]
