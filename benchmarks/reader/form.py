"""The form of the training data, and the keeping apart of what the reader is measured on.

A file is `*.jsonl` or `*.jsonl.gz` with one question a line:

    {"question": "...", "kind": "optional name of what it trains",
     "passages": [{"text": "...", "title": "context, or empty", "relevant": 1 or 0,
                   "spans": [[start, end], ...], "sentences": [[start, end], ...],
                   "evidence": [1 or 0, ...]}]}

`spans` are the characters of short answers, `sentences` those of the units that can be quoted, `evidence`
says of each unit whether it bears the answer out. An empty list of spans means that there is no short answer;
null (for `spans` and `evidence`) means that nobody knows. The file's name is the source's name.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Group", "Overlap", "Passage", "evaluation_texts", "read_groups"]

_WORD = re.compile(r"\w+")
_GRAM = 8
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, whether it answers the question, and where."""

    text: str
    title: str
    relevant: bool
    spans: tuple[tuple[int, int], ...] | None
    units: tuple[tuple[int, int], ...]
    evidence: tuple[bool, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    """A question with its passages."""

    question: str
    source: str
    kind: str
    passages: tuple[Passage, ...]


def read_groups(path: Path) -> Iterator[Group]:
    """The groups of one file.

    Raises:
        ValueError: a line is not of the form; the message names the file and the line.
    """
    source = path.name.split(".")[0]
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield _group(json.loads(line), source)
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error


def _group(row: dict[str, Any], source: str) -> Group:
    passages = tuple(_passage(passage) for passage in row["passages"])
    return Group(str(row["question"]), source, str(row.get("kind", source)), passages)


def _passage(row: dict[str, Any]) -> Passage:
    text = str(row["text"])
    units = [_stripped(text, int(start), int(end)) for start, end in row["sentences"]]
    marks = row["evidence"]
    if marks is not None and len(marks) != len(units):
        raise ValueError(f"{len(units)} sentences, but {len(marks)} marks of evidence")
    kept = [index for index, (start, end) in enumerate(units) if end > start]
    spans = row["spans"]
    return Passage(
        text=text,
        title=str(row["title"]),
        relevant=bool(row["relevant"]),
        spans=None if spans is None else tuple(_stripped(text, int(a), int(b)) for a, b in spans),
        units=tuple(units[index] for index in kept),
        evidence=None if marks is None else tuple(bool(marks[index]) for index in kept),
    )


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"span {start}-{end} lies outside a text of {len(text)} characters")
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return start, start + len(inside.strip())


class Overlap:
    """Knows the texts that the reader is measured on, by their runs of eight words."""

    def __init__(self, texts: Iterable[str], questions: Iterable[str] = ()) -> None:
        """Remember the texts' 8-grams, and the questions by their words."""
        self._grams: set[int] = set()
        for text in texts:
            self._grams.update(_grams(text))
        self._questions = {_key(question) for question in questions}

    def shares(self, text: str) -> bool:
        """Whether a fifth or more of the text's 8-grams are among those remembered."""
        grams = _grams(text)
        return bool(grams) and sum(gram in self._grams for gram in grams) >= _SHARE * len(grams)

    def touches(self, group: Group) -> bool:
        """Whether a group asks a remembered question, or has a passage that shares too much."""
        return _key(group.question) in self._questions or any(
            self.shares(passage.text) for passage in group.passages
        )


def _grams(text: str) -> list[int]:
    words = _WORD.findall(text.lower())
    return [hash(tuple(words[start : start + _GRAM])) for start in range(len(words) - _GRAM + 1)]


def _key(question: str) -> str:
    return " ".join(_WORD.findall(question.lower()))


def evaluation_texts(folder: Path) -> tuple[list[str], list[str]]:
    """Texts and questions of the evaluation sets below a folder: `corpus.jsonl`, `questions.jsonl`, text."""
    texts, questions = [], []
    for path in sorted(folder.rglob("*")):
        if path.name == "corpus.jsonl":
            texts.extend(str(json.loads(line)["text"]) for line in path.open(encoding="utf-8"))
        elif path.name == "questions.jsonl":
            rows = [json.loads(line) for line in path.open(encoding="utf-8")]
            questions.extend(str(row["question"]) for row in rows if "question" in row)
        elif path.suffix in {".csv", ".txt", ".md", ".html"}:
            texts.append(path.read_text("utf-8", errors="replace"))
    return texts, questions
