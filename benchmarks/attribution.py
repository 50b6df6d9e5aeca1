"""How well code tells supported sentences from changed ones: evidence sentences with one fact altered.

    python -m benchmarks.attribution --data SETS_FOLDER

From the passages of public sets, sentences are drawn by a fixed seed; each is checked against its own
passage as it is and with one thing changed: a number, a unit, a name of the same passage in place of
another, or the negation. A changed sentence should not be called supported, an unchanged one should.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.reading import Attributor, quotable_units
from rag.reading.facts import is_negated
from rag.resources import resource
from rag.schema import Passage, Support

_SETS = ("xquad_en", "hotpot_small", "clapnq_dev")
_MOST = 400
_NUMBER = re.compile(r"(?<![\w.,])\d{2,}(?![\w,]|\.\d)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?\b")
_UNITS = (
    ("million", "billion"),
    ("percent", "years"),
    ("%", " miles"),
    ("kilometres", "miles"),
    ("days", "months"),
)
_VERB = re.compile(r"\b(is|was|are|were|has|had|can|could|will|would)\b")


def main() -> None:
    """Measure, and store `benchmarks/results/attribution.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    rows = measure(parser.parse_args().data)
    table = {
        "columns": ["change", "sentences", "supported", "partial", "contradicted", "unsupported"],
        "rows": rows,
        "note": f"Sentences of {', '.join(_SETS)} against their own passage; no embedder; seed 5.",
    }
    path = resource("benchmarks", "results") / "attribution.json"
    path.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(json.dumps(rows, indent=1))


def measure(data: Path) -> list[list[str | int | float]]:
    """A row a change: how many sentences, and the share that each class of support got."""
    found: dict[str, list[Support]] = {}
    attributor = Attributor(None)
    for passage, sentence in _sentences(data):
        units = quotable_units([passage])
        for name, change in _CHANGES.items():
            changed = change(sentence, passage.text)
            if changed is not None and (name == "none" or changed != sentence):
                found.setdefault(name, []).append(attributor.attribute([changed], units)[0].support)
    return [
        [name, len(given), *(round(given.count(support) / len(given), 3) for support in Support)]
        for name, given in found.items()
    ]


def _sentences(data: Path) -> Iterator[tuple[Passage, str]]:
    for name in _SETS:
        lines = (data / name / "corpus.jsonl").read_text("utf-8").splitlines()
        drawn = random.Random(5)
        for line in drawn.sample(lines, min(_MOST // len(_SETS), len(lines))):
            entry = json.loads(line)
            text = entry["text"]
            passage = Passage(entry["_id"], entry["_id"], entry["title"], 1, 0, len(text), text, 1.0)
            units = [unit for unit in quotable_units([passage]) if len(unit.text.split()) >= 8]
            if units:
                yield passage, drawn.choice(units).text


def _same(sentence: str, _: str) -> str:
    return sentence


def _number(sentence: str, passage: str) -> str | None:
    match = _NUMBER.search(sentence)
    if match is None:
        return None
    other = str(int(match.group()) + 7)
    return None if other in passage else sentence[: match.start()] + other + sentence[match.end() :]


def _unit(sentence: str, _: str) -> str | None:
    for unit, other in _UNITS:
        changed, count = re.subn(rf"(?<=\d)(\s?){re.escape(unit)}(?!\w)", rf"\g<1>{other}", sentence, count=1)
        if count:
            return changed
    return None


def _name(sentence: str, passage: str) -> str | None:
    match = _NAME.search(sentence)
    others = [name for name in _NAME.findall(passage) if name not in sentence]
    if match is None or not others:
        return None
    return sentence[: match.start()] + others[0] + sentence[match.end() :]


def _negation(sentence: str, _: str) -> str | None:
    changed = _VERB.sub(r"\1 not", sentence, count=1)
    return changed if is_negated(changed) != is_negated(sentence) else None


_CHANGES: dict[str, Callable[[str, str], str | None]] = {
    "none": _same,
    "number": _number,
    "unit": _unit,
    "name": _name,
    "negation": _negation,
}


if __name__ == "__main__":
    main()
