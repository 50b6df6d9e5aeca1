"""The table of the retrieval benchmark, from figures to rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.retrieval import main, summary
from rag.evaluation import Entry, RetrievalEvaluation, RetrievalSet


@pytest.fixture
def evaluation() -> tuple[RetrievalSet, RetrievalEvaluation]:
    dataset = RetrievalSet(
        "tiny", (Entry("a", "", "text"),), {"1": "?", "2": "?"}, {"1": {"a": 1}, "2": {"a": 1}}
    )
    values = {"lexical": (0.4, 0.6), "dense": (0.2, 0.2), "reciprocal_rank": (0.3, 0.5), "fused": (0.5, 0.9)}
    questions = {
        leg: {name: {"1": first, "2": second} for name in ("ndcg@10", "recall@10")}
        for leg, (first, second) in values.items()
    }
    metrics = {
        leg: {name: sum(by.values()) / 2 for name, by in measures.items()}
        for leg, measures in questions.items()
    }
    return dataset, RetrievalEvaluation("tiny", metrics, questions, {})


def test_a_set_is_compared_with_its_better_leg(
    evaluation: tuple[RetrievalSet, RetrievalEvaluation],
) -> None:
    found = summary(*evaluation)
    assert found["better_leg"] == "lexical"
    assert found["against_better_leg"]["mean"] == pytest.approx(0.2)
    assert found["against_plain_fusion"]["mean"] == pytest.approx(0.3)
    assert found["against_better_leg"]["low"] <= 0.2 <= found["against_better_leg"]["high"]


@pytest.mark.slow
def test_a_folder_of_sets_becomes_a_table(tmp_path: Path) -> None:
    for name in ("first", "second"):
        folder = tmp_path / name
        (folder / "qrels").mkdir(parents=True)
        passages = ["The lighthouse was built in 1821.", "The bakery bakes rye bread."]
        rows = [{"_id": str(n), "title": "", "text": text} for n, text in enumerate(passages)]
        (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
        (folder / "queries.jsonl").write_text(
            '{"_id": "q", "text": "When was the lighthouse built?"}', "utf-8"
        )
        (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\t0\t1\n", "utf-8")
        out = tmp_path / "out.json"
        main(["--data", str(tmp_path), "--sets", name, "--add", "--out", str(out)])
    stored = json.loads(out.read_text("utf-8"))
    assert [row[0] for row in stored["rows"]] == ["first", "second", "**mean**"]
    assert all(len(row) == len(stored["columns"]) for row in stored["rows"])
    assert stored["sets"][0]["metrics"]["fused"]["ndcg@10"] == 1.0
