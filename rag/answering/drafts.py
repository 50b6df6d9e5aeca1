"""What a generator wrote, and what the evidence says to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rag.reading import Alignment, Unit, split_draft
from rag.schema import Support

__all__ = ["SUPPORT_WORTH", "Draft", "distinct_sentences", "goes_round"]

SUPPORT_WORTH: Final = {Support.SUPPORTED: 1.0, Support.PARTIAL: 0.5}
_SHORTEST_ROUND: Final = 8
_LONGEST_ROUND: Final = 400
_ROUNDS: Final = 3


@dataclass(frozen=True)
class Draft:
    """A text of a generator with one alignment per sentence; `silent` where it says there is no answer."""

    text: str
    silent: bool
    alignments: tuple[Alignment, ...]

    @property
    def worth(self) -> tuple[float, float]:
        """How far it is supported, then how closely; a refusal is worth less than anything supported."""
        if not self.alignments:
            return (0.0, 0.0)
        count = len(self.alignments)
        support = sum(SUPPORT_WORTH.get(a.support, 0.0) for a in self.alignments) / count
        return (support, sum(a.coverage for a in self.alignments) / count)

    @property
    def borne_out(self) -> tuple[Alignment, ...]:
        """The sentences that the evidence supports, at least in part."""
        return tuple(a for a in self.alignments if a.support in SUPPORT_WORTH)

    def rests_on(self, evidence: Iterable[Unit]) -> bool:
        """Whether a sentence that is supported is so by some of this evidence."""
        places = {(unit.document_id, unit.start) for unit in evidence}
        return any((unit.document_id, unit.start) in places for a in self.borne_out for unit in a.units)

    def rated(self) -> dict[str, Any]:
        """The draft and its worth, for the run record."""
        support, coverage = self.worth
        return {"draft": self.text, "support": round(support, 3), "coverage": round(coverage, 3)}


def distinct_sentences(text: str) -> Sequence[str]:
    """The sentences of a draft, each once."""
    first: dict[str, str] = {}
    for sentence in split_draft(text):
        first.setdefault(sentence.casefold(), sentence)
    return list(first.values())


def goes_round(text: str) -> bool:
    """Whether a text ends in the same piece three times over: a small model that cannot stop by itself."""
    longest = min(_LONGEST_ROUND, len(text) // _ROUNDS)
    return any(
        text.endswith(text[-size:] * _ROUNDS) and any(map(str.isalpha, text[-size:]))
        for size in range(_SHORTEST_ROUND, longest + 1)
    )
