"""What a reader is told is in the question's language, and costs no statistics where English is plain."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rag.answering.wording import abstention, join_sentences
from rag.schema import AnswerSentence


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the operating margin of the company in the year 2022?", "I could not find it"),
        ("这家公司的营业利润率是多少？", "在这些文档中没有找到"),
        (
            "Quelle est la marge opérationnelle de cette société en 2022 par rapport à 2021 ?",
            "Je ne l’ai pas trouvé",
        ),
    ],
)
def test_an_abstention_is_in_the_language_of_the_question(question: str, told: str) -> None:
    assert abstention(question).startswith(told)


def test_sentences_flow_and_items_start_lines() -> None:
    told = ("Bring:", False), ("a torch", True), ("带水。", True), ("还有饭。", False), ("No dogs.", False)
    assert join_sentences([AnswerSentence(text, starts_line=line) for text, line in told]) == (
        "Bring:\na torch\n带水。还有饭。 No dogs."
    )


def test_a_plainly_english_question_loads_no_language_model() -> None:
    code = (
        "import sys; from rag.answering.wording import abstention;"
        "abstention('What is the operating margin of the company in the year 2022?');"
        "assert 'py3langid' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
