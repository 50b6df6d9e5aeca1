"""Text as spans: sentences, words, languages. Knows nothing of documents, stores or models."""

from rag.text.context import context_line, embedding_text, text_hash
from rag.text.counting import how_many, is_or_are
from rag.text.invisible import escaped, for_terminal, is_revealed, revealed, without_invisible
from rag.text.language import are_apart, cjk_share, detect_language, has_cjk, is_foreign, likeliest_language
from rag.text.repeats import Said, parted_sayings, said
from rag.text.sentences import as_sentence, line_spans, sentence_spans
from rag.text.tokens import STOP_WORDS, content_words, kept_terms, numbers, search_terms, stem, words

__all__ = [
    "STOP_WORDS",
    "Said",
    "are_apart",
    "as_sentence",
    "cjk_share",
    "content_words",
    "context_line",
    "detect_language",
    "embedding_text",
    "escaped",
    "for_terminal",
    "has_cjk",
    "how_many",
    "is_foreign",
    "is_or_are",
    "is_revealed",
    "kept_terms",
    "likeliest_language",
    "line_spans",
    "numbers",
    "parted_sayings",
    "revealed",
    "said",
    "search_terms",
    "sentence_spans",
    "stem",
    "text_hash",
    "without_invisible",
    "words",
]
