"""From a question and its conversation to what is asked.

question + history -> stand alone (substitution, or the generator) -> kind (nearest worked examples) -> parts
"""

from rag.answering.understanding.dependence import Anaphor, Dependence, Referent, dependence
from rag.answering.understanding.follow_ups import FollowUps
from rag.answering.understanding.generated import is_faithful
from rag.answering.understanding.kinds import AT_ONCE, Kind, Kinds, KindVote
from rag.answering.understanding.misspelt import did_you_mean
from rag.answering.understanding.question_parts import question_parts, separate_questions
from rag.answering.understanding.standing import standing
from rag.answering.understanding.substitution import understood
from rag.answering.understanding.turns import Turn, turns_of
from rag.answering.understanding.understand import Understanding, Understood, embedder_by_language

__all__ = [
    "AT_ONCE",
    "Anaphor",
    "Dependence",
    "FollowUps",
    "Kind",
    "KindVote",
    "Kinds",
    "Referent",
    "Turn",
    "Understanding",
    "Understood",
    "dependence",
    "did_you_mean",
    "embedder_by_language",
    "is_faithful",
    "question_parts",
    "separate_questions",
    "standing",
    "turns_of",
    "understood",
]
