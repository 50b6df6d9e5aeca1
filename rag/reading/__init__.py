"""Evidence for answers: the units that answer a question, the support of drafts, exact citations."""

from rag.reading.align import Alignment, Attributor, split_draft
from rag.reading.asking_words import AnswerKind
from rag.reading.cite import CitationBook, PassageSource, TextSource
from rag.reading.conflicts import Disagreement, disagreements
from rag.reading.evidence import Evidence, EvidenceSelector, Selection
from rag.reading.languages import SecondEmbedder
from rag.reading.linear import LinearModel, read_parameters
from rag.reading.overlap import TermWeights, near_overlap, overlap, weights_from_frequencies
from rag.reading.question import Question, read_question, text_terms
from rag.reading.read_short import ShortSpan, read_short_span
from rag.reading.rows import Cell, Row
from rag.reading.sentence_memory import SentenceVectors
from rag.reading.units import Unit, quotable_units

__all__ = [
    "Alignment",
    "AnswerKind",
    "Attributor",
    "Cell",
    "CitationBook",
    "Disagreement",
    "Evidence",
    "EvidenceSelector",
    "LinearModel",
    "PassageSource",
    "Question",
    "Row",
    "SecondEmbedder",
    "Selection",
    "SentenceVectors",
    "ShortSpan",
    "TermWeights",
    "TextSource",
    "Unit",
    "disagreements",
    "near_overlap",
    "overlap",
    "quotable_units",
    "read_parameters",
    "read_question",
    "read_short_span",
    "split_draft",
    "text_terms",
    "weights_from_frequencies",
]
