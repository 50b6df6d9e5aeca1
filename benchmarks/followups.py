"""Follow-up questions in English and Chinese: `python -m benchmarks.followups`.

200 hand-written turns (`followups.jsonl`): what was said, the follow-up, the questions that it may be taken
for, and words that must be gone. Half of them ("held") were written before the code that is measured. Exact:
the same words as one of those questions, small words aside. Terms: all content words of one of them, and none
of the words that must be gone. Left alone: turns that stand alone must stay word for word.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rag.answering.understanding import FollowUps, embedder_by_language
from rag.models import build_embedder, build_second_embedder
from rag.schema import Message
from rag.settings import load_settings
from rag.text import STOP_WORDS, content_words, words

DATA: Final = Path(__file__).with_name("followups.jsonl")
RESULT: Final = Path(__file__).with_name("results") / "followups.json"


@dataclass(frozen=True)
class Judged:
    """How a turn was understood, and how it stands."""

    turn: dict[str, Any]
    understood: str
    exact: bool
    terms: bool

    @property
    def alone(self) -> bool:
        """Whether the turn is to be left as it is."""
        return bool(self.turn["standalone"] == [self.turn["question"]])


def read_turns() -> list[dict[str, Any]]:
    return [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


def judged(turn: dict[str, Any], understand: Callable[[str, Sequence[Message]], str]) -> Judged:
    history = [
        Message(role, text)
        for question, answer in turn["history"]
        for role, text in (("user", question), ("assistant", answer))
    ]
    told = understand(turn["question"], history)
    plain = _plain(told)
    exact = any(plain == _plain(right) for right in turn["standalone"])
    gone = not any(word.casefold() in told.casefold() for word in turn["must_not"])
    held = content_words(told)
    terms = gone and any(content_words(right) <= held for right in turn["standalone"])
    result = Judged(turn, told, exact, terms or exact)
    return Judged(turn, told, told == turn["question"], told == turn["question"]) if result.alone else result


def _plain(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]


def table(results: Sequence[Judged]) -> dict[str, Any]:
    rows = []
    for lang, name in (("en", "English"), ("zh", "Chinese")):
        for half in ("held", "open"):
            own = [r for r in results if r.turn["lang"] == lang and r.turn["half"] == half]
            follow, alone = [r for r in own if not r.alone], [r for r in own if r.alone]
            rows.append(
                [
                    name,
                    half,
                    len(own),
                    f"{sum(r.exact for r in follow) / len(follow):.2f}",
                    f"{sum(r.terms for r in follow) / len(follow):.2f}",
                    f"{sum(r.exact for r in alone) / len(alone):.2f}",
                ]
            )
    note = (
        "Turns of conversations, written by hand. “Held”: written before the code that is measured. Exact: "
        "the words of the question meant; terms: all of its content words, and none that must be gone; left "
        "alone: questions that stand alone and stay as they are."
    )
    return {"columns": ["", "half", "turns", "exact", "terms", "left alone"], "rows": rows, "note": note}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=["held", "open"], help="print what was not understood of a half")
    parser.add_argument("--store", action="store_true", help="store the run for docs/benchmarks.md")
    arguments = parser.parse_args()
    settings = load_settings()
    first = build_embedder(settings)
    embedder = embedder_by_language(first, lambda: build_second_embedder(settings, first))
    follow_ups = FollowUps(None, embedder)
    results = [judged(turn, follow_ups.understand) for turn in read_turns()]
    result = table(results)
    for row in result["rows"]:
        print(*row, sep="\t")
    for r in results:
        if r.turn["half"] == arguments.show and not r.terms:
            print(r.turn["id"], r.turn["history"][-1][0], "|", r.turn["question"], "->", r.understood)
    if arguments.store:
        RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
