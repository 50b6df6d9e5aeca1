"""Questions written by hand, as training data: `python -m benchmarks.reader.written OUT`.

`benchmarks/reader/passages` holds invented passages, one a line, each with questions as people ask them:

    {"context": "title > heading", "text": "...",
     "questions": [{"question": "...", "answer": "copied from the text", "evidence": ["copied", ...]}]}

An answer is null where the text does not hold it, and "" where a sentence answers but no short span does. OUT
gets the files in the form of `benchmarks/reader/form.py`, and `heldout.jsonl` with the questions of the
passages that training does not see.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rag.text import sentence_spans

__all__ = ["groups_of", "is_english", "is_held_out"]

FOLDER: Final = Path(__file__).resolve().parent / "passages"
_OF_ONE: Final = ("chinese", "french", "german", "italian", "romance", "southern", "spanish")
_OF_MANY: Final = ("asian", "crossing", "translated", "world_rules")
"""How the files begin whose passages or questions are not in English."""
_HELD_OUT: Final = 12
"""One passage in so many is kept out."""
_ROW: Final = re.compile(r"[^;]*: [^;]*;.*: ")
_ITEM: Final = re.compile(r"\s*[-*•]")
_HALF: Final = 0.5

Place = tuple[int, int]


def groups_of(passage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The questions of a passage, each as one group of the training form.

    Raises:
        ValueError: an answer or its evidence does not stand in the text.
    """
    text = passage["text"]
    units = list(_units(text))
    for asked in passage["questions"]:
        answer = asked["answer"]
        marks = [any(_covers(unit, place) for place in _places(text, asked)) for unit in units]
        if (answer is not None) != any(marks):
            raise ValueError(f"answer and evidence do not agree: {asked['question']!r}")
        spans: list[Place] | None = [] if answer is None else None
        if answer:
            inside = [unit for unit, mark in zip(units, marks, strict=True) if mark]
            spans = [found for unit in inside if (found := _found(text, unit, answer))] or None
        yield {
            "question": asked["question"],
            "passages": [
                {
                    "text": text,
                    "title": passage["context"],
                    "relevant": int(answer is not None),
                    "spans": spans,
                    "sentences": units,
                    "evidence": [int(mark) for mark in marks],
                }
            ],
        }


def is_english(file: Path) -> bool:
    """Whether a file's passages and questions are in English."""
    return not file.stem.startswith((*_OF_ONE, *_OF_MANY))


def is_held_out(text: str) -> bool:
    """Whether a passage is kept from training."""
    return hashlib.sha256(text.encode()).digest()[0] % _HELD_OUT == 0


def _places(text: str, asked: dict[str, Any]) -> Iterator[Place]:
    for sentence in asked["evidence"]:
        at = text.find(sentence)
        if at < 0:
            raise ValueError(f"evidence that is not in the text: {sentence!r}")
        yield at, at + len(sentence)


def _covers(unit: Place, place: Place) -> bool:
    shared = min(unit[1], place[1]) - max(unit[0], place[0])
    return shared > _HALF * min(unit[1] - unit[0], place[1] - place[0])


def _found(text: str, unit: Place, answer: str) -> Place | None:
    at = text.find(answer, unit[0], unit[1])
    return (at, at + len(answer)) if at >= 0 else None


def _units(text: str) -> Iterator[Place]:
    """The sentences of each line; a list item and a row are one each."""
    at = 0
    for line in text.split("\n"):
        if _ROW.match(line) or _ITEM.match(line):
            yield at, at + len(line)
        else:
            yield from ((at + span.start, at + span.end) for span in sentence_spans(line))
        at += len(line) + 1


def main() -> None:
    """Write the training data."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("out", type=Path, help="folder for the files")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    held_out: list[str] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        kept: list[str] = []
        for line in path.read_text("utf-8").splitlines():
            passage = json.loads(line)
            groups = ({**group, "kind": path.stem} for group in groups_of(passage))
            lines = [json.dumps(group, ensure_ascii=False) + "\n" for group in groups]
            (held_out if is_held_out(passage["text"]) else kept).extend(lines)
        (out / path.name).write_text("".join(kept), "utf-8")
        print(f"{path.stem}: {len(kept)} questions", flush=True)
    (out / "heldout.jsonl").write_text("".join(held_out), "utf-8")
    print(f"held out: {len(held_out)} questions")


if __name__ == "__main__":
    main()
