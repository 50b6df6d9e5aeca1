"""Run records: all that made an answer, without secrets."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from rag.answering.outcome import Outcome
from rag.reading import Evidence, Selection
from rag.reading.evidence_weights import load_evidence_weights, load_foreign_models
from rag.retrieval import Retrieval
from rag.schema import Answer, RunRecord
from rag.settings import Settings
from rag.wire import answer_json

__all__ = ["Grounds", "new_run_id", "run_record", "settings_json"]

_SURE: Final = 0.6
"""The least confidence of an answer that is called stated or pieced together, not only near."""
_EVIDENCE_TOLD: Final = 12
_TOLD: Final = {
    "cosine": "near in meaning",
    "window_cosine": "stands among sentences near in meaning",
    "near_overlap": "holds the question's words",
    "untrusted_near_overlap": "holds the question's words",
    "context_overlap": "stands where the question's words are",
    "pairs": "holds its phrases",
    "names": "names what it names",
    "numbers": "holds its numbers",
    "kind": "holds the kind of answer wanted",
    "rank": "stands in the best passage",
    "row": "is a table row",
    "reader_evidence": "answers it, as the reader says",
}
_LEAST_TOLD: Final = 0.3


@dataclass(frozen=True)
class Grounds:
    """What an answer rests on: what was searched and weighed, and how sure it makes.

    `features` are those that the confidence was computed from, `contributions` what each added to its
    log odds. `unknown` are the identifiers of the question that stand in none of its passages; `echoes`
    says that the evidence only repeats words of the question, as a heading or an empty field of a form does.
    `of_part` says that a part of a document is asked for by its number and was found.
    """

    selection: Selection
    confidence: float
    threshold: float
    features: Mapping[str, float] = field(default_factory=dict)
    retrieval: Retrieval | None = None
    contributions: Mapping[str, float] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    echoes: bool = False
    of_part: bool = False

    @property
    def bears(self) -> bool:
        """Whether the evidence is good enough to be quoted as the answer."""
        return self.confidence >= self.threshold and not self.unknown and not self.echoes

    def stands(self, support: float = 1.0) -> bool:
        """Whether an answer is surer than only near; `support` is how far its text is borne by its quotes."""
        return self.confidence * support >= max(_SURE, self.threshold)

    def to_json(self) -> dict[str, Any]:
        """The `why` of a run record."""
        question = self.selection.question
        return {
            "question": {
                "kind": question.kind.value,
                "language": question.language,
                "terms": list(question.terms),
                "names": sorted(question.names),
                "numbers": sorted(question.numbers),
            },
            "searched": _searched(self.retrieval),
            "embedder": self.selection.embedder,
            "embedder_trust": round(self.selection.trust, 3),
            "units_considered": self.selection.considered,
            "evidence": [
                _evidence_json(e, self.selection, is_told=e in self.selection.told)
                for e in self.selection.ranked[:_EVIDENCE_TOLD]
            ],
            "confidence": {
                "value": round(self.confidence, 4),
                "abstain_below": self.threshold,
                "features": {name: round(value, 4) for name, value in self.features.items()},
                "contributions": {name: round(v, 3) for name, v in self.contributions.items() if v},
            },
        }


def new_run_id() -> str:
    """12 hexadecimal digits."""
    return uuid.uuid4().hex[:12]


def run_record(
    answer: Answer,
    outcome: Outcome,
    grounds: Grounds,
    settings: Settings,
    library_version: int,
    tokens: tuple[int, int] | None,
) -> RunRecord:
    """The record of one answer; `tokens` are what a model read and wrote, None where it does not tell."""
    why = {**grounds.to_json(), **outcome.notes}
    why["cut"] = list(answer.cut)
    if answer.abstained:
        why["abstained_because"] = answer.reason
    elif answer.reason:
        why["left_open"] = answer.reason
    return RunRecord(
        run_id=answer.run_id,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        question=answer.question,
        library_version=library_version,
        settings=settings_json(settings),
        model=answer.model,
        prompt=outcome.prompt,
        answer=answer_json(answer),
        timings=dict(answer.timings),
        why=why,
        tokens={} if tokens is None else {"input": tokens[0], "output": tokens[1]},
    )


_KEYS: Final = {name: {"api_key"} for name in ("embedder", "reranker", "generator")}


def settings_json(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON values, without the endpoint's key."""
    return settings.model_dump(mode="json", exclude=_KEYS)


def _searched(retrieval: Retrieval | None) -> dict[str, Any]:
    if retrieval is None:
        return {"given": True}
    return {
        "weights": {name: round(weight, 4) for name, weight in retrieval.weights.items()},
        "hits": {name: len(hits) for name, hits in retrieval.legs.items()},
        "passages": [
            {"source": p.source, "page": p.page, "score": round(p.score, 4), "scores": dict(p.scores)}
            for p in retrieval.passages
        ],
    }


def _evidence_json(evidence: Evidence, selection: Selection, *, is_told: bool) -> dict[str, Any]:
    unit = evidence.unit
    reason = _reason(evidence, selection)
    if evidence.is_chosen and not is_told:
        reason += "; not told, since the best sentence is nearly sure to be enough"
    return {
        "document_id": unit.document_id,
        "start": unit.start,
        "end": unit.end,
        "text": unit.text,
        "score": evidence.score,
        "chosen": is_told,
        "reason": reason,
        "features": {name: value for name, value in evidence.features.items() if value},
    }


def _reason(evidence: Evidence, selection: Selection) -> str:
    """Why a unit was chosen, in words, what weighed most first; empty where it was not."""
    if not evidence.is_chosen:
        return ""
    own = load_evidence_weights().of(selection.has_read)
    ranking = (load_foreign_models() if selection.is_foreign else own).ranking
    weights = dict(zip(ranking.features, ranking.weights, strict=True))
    parts = {name: weights[name] * evidence.features.get(name, 0.0) for name in _TOLD}
    strongest = sorted(parts, key=lambda name: -parts[name])[:3]
    held = dict.fromkeys(_TOLD[name] for name in strongest if parts[name] > _LEAST_TOLD)
    told = f"belongs to the answer with probability {evidence.probability:.2f}"
    return f"{told}: {', '.join(held)}" if held else told
