"""Sets whose questions are in another language than their documents, made of one set in two languages.

XQuAD has the same questions, passages and answers in many languages (Artetxe, Ruder and Yogatama 2020, "On
the cross-lingual transferability of monolingual representations"): the questions of one language are asked
of the passages of another.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

__all__ = ["CROSSINGS", "crossed_set"]

CROSSINGS: Final = {"xquad_en_zh": ("xquad_en", "xquad_zh"), "xquad_zh_en": ("xquad_zh", "xquad_en")}
"""Each made set with the set of its questions and the set of its documents."""


def crossed_set(folder: Path, name: str, work: Path) -> Path:
    """A folder under `work` with the questions of one set and corpus and answers of the other."""
    asked_in, told_in = (folder / part for part in CROSSINGS[name])
    made = work / name
    if (made / "questions.jsonl").is_file():
        return made
    made.mkdir(parents=True, exist_ok=True)
    asked = {line["id"]: line for line in _lines(asked_in / "questions.jsonl")}
    told = [line for line in _lines(told_in / "questions.jsonl") if line["id"] in asked]
    lines = [{**line, **{key: asked[line["id"]][key] for key in ("question", "lang")}} for line in told]
    (made / "corpus.jsonl").write_bytes((told_in / "corpus.jsonl").read_bytes())
    written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (made / "questions.jsonl").write_text(written, "utf-8")
    return made


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
