"""How `citewell ask --why` tells what an answer rests on."""

from __future__ import annotations

from typing import Any, Final

from rag.schema import RunRecord
from ui.cli.output import print_line

__all__ = ["print_why"]

_MOST_EVIDENCE: Final = 8
_MOST_FEATURES: Final = 4


def print_why(run: RunRecord) -> None:
    """What was searched, weighed, cut and doubted on the way to an answer."""
    why = run.why
    question = why.get("question", {})
    print_line(f"why: asks for {question.get('kind', 'other')}; words {', '.join(question.get('terms', []))}")
    _print_searched(why.get("searched", {}))
    print_line(f"  weighed {why.get('units_considered', 0)} sentences and table rows, the best:")
    for evidence in why.get("evidence", [])[:_MOST_EVIDENCE]:
        mark = "+" if evidence["chosen"] else "-"
        print_line(f"  {mark} {evidence['score']:7.2f}  {' '.join(evidence['text'].split())[:100]}")
        if evidence["reason"]:
            print_line(f"             {evidence['reason']}")
    for cut in why.get("cut", []):
        print_line(f"  cut: {cut}")
    _print_confidence(why.get("confidence", {}))
    for name, told in (("abstained_because", "abstained"), ("left_open", "left open")):
        if why.get(name):
            print_line(f"  {told}: {why[name]}")


def _print_searched(searched: dict[str, Any]) -> None:
    weights, hits = searched.get("weights", {}), searched.get("hits", {})
    legs = ", ".join(f"{leg} {count} (weight {weights.get(leg, 0.0):.2f})" for leg, count in hits.items())
    if legs:
        print_line(f"  searched: {legs}")
    for passage in searched.get("passages", []):
        print_line(f"  {passage['score']:9.3f}  {passage['source']}, page {passage['page']}")


def _print_confidence(confidence: dict[str, Any]) -> None:
    if not confidence:
        return
    print_line(f"  confidence {confidence['value']:.2f}, needed {confidence['abstain_below']:.2f}")
    parts = sorted(confidence.get("contributions", {}).items(), key=lambda part: -abs(part[1]))
    told = ", ".join(f"{name} {value:+.1f}" for name, value in parts[:_MOST_FEATURES])
    if told:
        print_line(f"    mostly by {told}")
