"""Questions, conversations and passages made to keep the reader of them busy."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.attacks import Trial, attack, tried_together
from rag.errors import UsageError
from rag.limits import LONGEST_QUESTION, MOST_DOCUMENTS, MOST_HISTORY, check_request, recent_turns
from rag.schema import Message

_UNDERSTAND: Final = """
import sys
from pathlib import Path
from rag.answering.understanding.follow_ups import FollowUps
from rag.answering.understanding.question_parts import question_parts
from rag.answering.understanding.standing import standing
from rag.reading.asking_words import asked_kind, without_asking_words, without_instructions
from rag.reading.facts import dates, is_negated, quantities
from rag.reading.question import read_question
from rag.prompting.fence import as_data
from rag.prompting.fence import without_marks
from rag.schema import Message
follow_ups = FollowUps(None, lambda _: None)
steps = (question_parts, standing, asked_kind, without_asking_words, without_instructions, read_question,
         quantities, dates, is_negated, as_data, without_marks)
for path in map(Path, sys.argv[1:]):
    text = path.read_text("utf-8")
    history = [Message("user", "How much is a tyre change?"), Message("assistant", text)]
    for before in (history, [Message("user", text), Message("assistant", "40 euros.")]):
        follow_ups.understand("What about a service?", before)
    follow_ups.understand(text, history)
    for step in steps:
        step(text)
"""
_BEGINNINGS: Final = ("", "cost ", "What is the cost ", "多少钱", "And ", "1", "(", '"')
# fmt: off
_PIECES: Final = (
    "or ", "and ", " ", "\t", ",", "，", "1", "1,", "a-", "A", "A ", "的", "the ", "it ", "its ", "'", "(1,",
    "please ", "what ", "a b ", "1 年", "。", "? ", "<", "- ", ".", "of the ", "\n", "百", "one ",
)
# fmt: on
_ENDS: Final = ("", "?", "\x00")


@attack("questions, turns and passages that repeat what the patterns for them look for", in_build=0)
def repeated_words(folder: Path, effort: int) -> Iterator[Trial]:
    generator = random.Random(3)
    paths = []
    for number in range(60 * effort or 30):
        mixed = "".join(generator.choices(_PIECES, k=1 + number % 2))
        piece = _PIECES[number] if number < len(_PIECES) else mixed
        beginning, end = generator.choice(_BEGINNINGS), generator.choice(_ENDS)
        text = beginning + piece * (LONGEST_QUESTION // len(piece)) + end
        path = folder / f"{number}.txt"
        path.write_text(text[:LONGEST_QUESTION], "utf-8")
        paths.append(path)
    yield from tried_together(_UNDERSTAND, paths)


@attack("questions, conversations and lists above their limits")
def too_much(folder: Path, effort: int) -> Iterator[Trial]:
    for factor in range(1, 1 + effort):
        for question, documents in (
            ("a" * (LONGEST_QUESTION * factor + 1), None),
            ("What?", [""] * (MOST_DOCUMENTS * factor + 1)),
        ):
            try:
                check_request(question, documents)
                told = "was taken"
            except UsageError as error:
                told = "" if f"{len(documents or question):,}" in str(error) else f"does not say it: {error}"
            yield Trial(f"{len(question):,} characters, {len(documents or []):,} documents", told)
        for turns, size in ((10_000 * factor, 10), (2, 1_000_000 * factor), (300, 10_000)):
            read = recent_turns([Message("user", "a" * size)] * turns)
            total = sum(len(message.content) for message in read)
            yield Trial(f"{turns:,} turns of {size:,}", f"{total:,} are read" if total > MOST_HISTORY else "")


_SENTENCES: Final = """
import sys
from pathlib import Path
from rag.text.sentences import sentence_spans
for path in map(Path, sys.argv[1:]):
    text = path.read_text("utf-8")
    assert sum(span.end - span.start for span in sentence_spans(text)) > 0.9 * len(text)
"""


@attack("texts without white space, cut into sentences")
def endless_words(folder: Path, effort: int) -> Iterator[Trial]:
    paths = []
    for number, piece in enumerate(("!?", "a!", '?"', ".)", "a.b!", "…", "中!", "http://a?b.")):
        path = folder / f"{number}.txt"
        path.write_text(piece * (200_000 * effort // len(piece)), "utf-8")
        paths.append(path)
    yield from tried_together(_SENTENCES, paths)
