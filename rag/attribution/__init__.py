"""Evidence for answers: the units that answer a question, the support of drafts, exact citations."""

from rag.attribution.align import Alignment, Attributor, split_draft
from rag.attribution.asking import AnswerKind
from rag.attribution.cite import CitationBook, PassageSource, TextSource
from rag.attribution.conflicts import Disagreement, disagreements
from rag.attribution.evidence import Evidence, EvidenceSelector, Selection
from rag.attribution.languages import SecondEmbedder
from rag.attribution.linear import LinearModel, read_parameters
from rag.attribution.memory import SentenceVectors
from rag.attribution.overlap import TermWeights, near_overlap, overlap, weights_from_frequencies
from rag.attribution.question import Question, read_question, text_terms
from rag.attribution.read_short import ShortSpan, read_short_span
from rag.attribution.rows import Cell, Row
from rag.attribution.units import Unit, quotable_units

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
