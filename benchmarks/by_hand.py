"""Sixty questions on real long documents, judged by reading: `python -m benchmarks.by_hand --library DIR`.

The documents are public ones and are not part of the repository; `results/by_hand/README.md` says where they
are from. A run asks the questions of `results/by_hand/questions.jsonl` over one library of all documents and
writes the answers to `results/by_hand/RUN.jsonl`, beside the right values, for a person to read. The verdicts
that the person gave lie in `results/by_hand/RUN_verdicts.jsonl`; `--count` adds them up.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from rag import Library
from rag.schema import Answer, Message

FOLDER: Final = Path(__file__).with_name("results") / "by_hand"
ROLES: Final = ("user", "assistant")
SURE: Final = 0.7


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def told(question: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """A line of a run: what a person sees of an answer, and where its citations are from."""
    pages = [f"{Path(citation.source).name} p. {citation.page}" for citation in answer.citations]
    return {
        "id": question["id"],
        "question": question["question"],
        "right": question["right"],
        "understood": answer.understood,
        "refused": answer.abstained,
        "kind": answer.kind,
        "verdict": answer.verdict.value,
        "confidence": round(answer.confidence, 3),
        "bold": str(answer.short_answer) if answer.short_answer else None,
        "text": answer.text,
        "cited": pages,
    }


def ask(library: Library, questions: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for question in questions:
            history = [
                Message(role, text) for role, text in zip(ROLES, question.get("history", ()), strict=False)
            ]
            row = told(question, library.ask(question["question"], history=history, use_cache=False))
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(f"{row['id']} {row['question']}\n   right: {row['right']}\n   bold: {row['bold']}", end="")
            print(
                f"   confidence {row['confidence']}, {row['verdict']}\n   {row['text']}\n   {row['cited']}\n"
            )


def count(run: str) -> str:
    """What a person's verdicts on a run come to."""
    verdicts = lines(FOLDER / f"{run}_verdicts.jsonl")
    confidence = {row["id"]: row["confidence"] for row in lines(FOLDER / f"{run}.jsonl")}
    sure = sum(v["verdict"] == "wrong" and confidence[v["id"]] >= SURE for v in verdicts)
    bold = Counter(v["bold"] for v in verdicts)
    parts = [f"{name} {number}" for name, number in Counter(v["verdict"] for v in verdicts).most_common()]
    return f"{run}: {', '.join(parts)}; wrong at {SURE} or more: {sure}; bold text: {dict(bold)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, help="where the documents were ingested")
    parser.add_argument("--run", default="again", help="name of the run's file")
    parser.add_argument("--only", nargs="*", help="ids of questions")
    parser.add_argument("--count", action="store_true", help="add up the verdicts of a run")
    arguments = parser.parse_args()
    if arguments.count:
        print(count(arguments.run))
        return
    questions = [
        q for q in lines(FOLDER / "questions.jsonl") if not arguments.only or q["id"] in arguments.only
    ]
    ask(Library.open(arguments.library), questions, FOLDER / f"{arguments.run}.jsonl")


if __name__ == "__main__":
    main()
