"""What the verdicts on a field set come to: totals, a table by kind, how far confidence can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.field_judge import CLASSES
from rag.evaluation.confidence_metrics import auroc, expected_calibration_error

__all__ = ["SURE", "Verdict", "calibration", "report", "totals"]

SURE: Final = 0.7
_RIGHT: Final = "RA"
_WRONG: Final = "WFS"


@dataclass(frozen=True)
class Verdict:
    """A question's answer and its class; `answer` holds the sentences of an answer that was given."""

    question_id: str
    kind: str
    letter: str
    confidence: float
    question: str
    answer: tuple[str, ...] = ()
    short: str | None = None
    sources: tuple[str, ...] = ()
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """A line of the stored results."""
        row = {"id": self.question_id, "kind": self.kind, "class": self.letter, "confidence": self.confidence}
        row |= {"question": self.question, "answer": list(self.answer), "short": self.short}
        return row | {"sources": list(self.sources)} | ({"error": self.error} if self.error else {})


def totals(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """How many of each class, and the shares that matter."""
    count = {letter: sum(v.letter == letter for v in verdicts) for letter in CLASSES}
    all_ = max(len(verdicts), 1)
    return {
        "all": len(verdicts),
        **count,
        "right": round(sum(count[letter] for letter in _RIGHT) / all_, 4),
        "wrong": round(sum(count[letter] for letter in _WRONG) / all_, 4),
        "wrongly_abstained": round(count["X"] / all_, 4),
        "wrong_sure": sum(v.letter in _WRONG and v.confidence >= SURE for v in verdicts),
    }


def calibration(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """How confidence goes with rightness over the answers that were given and are right (R) or wrong.

    Parts (P) are left out: a wall that holds the answer is neither. With `answering.abstain_below=0` every
    question with a passage is answered, and the figures tell of the confidence before any refusal.
    """
    told = [v for v in verdicts if v.letter in "R" + _WRONG]
    right = [v.letter == "R" for v in told]
    confidence = [v.confidence for v in told]
    if not told:
        return {"answers": 0, "share_right": None, "mean_confidence": None, "ece": None, "auroc": None}
    order = auroc(confidence, right)
    return {
        "answers": len(told),
        "share_right": round(sum(right) / len(told), 4),
        "mean_confidence": round(sum(confidence) / len(told), 4),
        "ece": round(expected_calibration_error(confidence, right), 4),
        "auroc": None if order is None else round(order, 4),
    }


def report(verdicts: Sequence[Verdict]) -> str:
    """Totals, table and calibration as text for a terminal."""
    whole, told = totals(verdicts), calibration(verdicts)
    wrong = sum(whole[letter] for letter in _WRONG)
    return "\n".join(
        [
            *_table(verdicts),
            "",
            f"right = (R+A)/all {whole['right']:.3f}; wrong = (W+F+S)/all {whole['wrong']:.3f}; "
            f"wrongly abstained {whole['wrongly_abstained']:.3f}",
            f"wrong with confidence >= {SURE}: {whole['wrong_sure']} of {wrong}",
            f"confidence of {told['answers']} answers that are right or wrong: "
            + ", ".join(
                f"{name} {told[name]}" for name in ("share_right", "mean_confidence", "ece", "auroc")
            ),
        ]
    )


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    shown = [letter for letter in CLASSES if letter != "E" or any(v.letter == "E" for v in verdicts)]
    lines = [f"{'kind':22}" + "".join(f"{letter:>5}" for letter in shown) + "   all   right   wrong"]
    for kind in [*sorted({v.kind for v in verdicts}), None]:
        own = totals([v for v in verdicts if kind in (None, v.kind)])
        counts = "".join(f"{own[letter] or '':>5}" for letter in shown)
        lines.append(f"{kind or 'total':22}{counts}{own['all']:>6}{own['right']:>8.3f}{own['wrong']:>8.3f}")
    return lines
