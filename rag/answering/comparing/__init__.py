"""Questions that set two things side by side.

question -> two sides (grammar, and what the library holds) -> a search for each -> aligned units -> table
"""

from rag.answering.comparing.changes import Changes, tell_changes
from rag.answering.comparing.comparing_words import comparing_of
from rag.answering.comparing.comparison import Comparison, Comparisons
from rag.answering.comparing.comparison_telling import comparison_table, tell_comparison

__all__ = [
    "Changes",
    "Comparison",
    "Comparisons",
    "comparing_of",
    "comparison_table",
    "tell_changes",
    "tell_comparison",
]
