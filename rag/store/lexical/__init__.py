"""The lexical leg: BM25 over chunks, stored by document, searched by word.

Of 300,000 chunks a question finds its hundred best in 2.8 ms (95th percentile 6.5 ms); SQLite's FTS5, over
the same words, takes 41 ms (93 ms). tantivy takes .3 ms (.6 ms) with a second store beside the catalog. On
four judged sets all three agree to .01 in nDCG at 10.
"""

from rag.store.lexical.bm25 import inverse_frequency
from rag.store.lexical.index import SegmentedIndex, segment_key
from rag.store.lexical.postings import (
    LexicalRow,
    add_rows,
    delete_rows,
    faults,
    has_words,
    lexical_row,
    question_terms,
    refresh_terms,
    terms_are_current,
)
from rag.store.lexical.segment_cache import SegmentCache

__all__ = [
    "LexicalRow",
    "SegmentCache",
    "SegmentedIndex",
    "add_rows",
    "delete_rows",
    "faults",
    "has_words",
    "inverse_frequency",
    "lexical_row",
    "question_terms",
    "refresh_terms",
    "segment_key",
    "terms_are_current",
]
