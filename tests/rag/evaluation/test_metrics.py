"""Our measures against trec_eval's, by way of ir-measures."""

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation import METRICS, evaluate, mean
from rag.evaluation.metrics import ranking
from rag.evaluation.retrieval_evaluation import decreasing, read_run, write_run

TREC = {
    "ndcg@10": "nDCG@10",
    "recall@1": "R@1",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "recall@100": "R@100",
    "mrr@10": "RR",
    "map": "AP",
}
entries = st.sampled_from([f"d{i}" for i in range(30)])
questions = st.sampled_from(["q1", "q2", "q3"])
grades = st.dictionaries(entries, st.integers(0, 3), min_size=1, max_size=15).filter(
    lambda judged: any(judged.values())
)
scores = st.dictionaries(entries, st.integers(0, 8).map(lambda n: n / 4), max_size=30)


@given(qrels=st.dictionaries(questions, grades, min_size=1), run=st.dictionaries(questions, scores))
def test_every_measure_is_trec_evals(qrels, run):
    ours = evaluate(qrels, run)
    asked = {name: ir_measures.parse_measure(TREC[name]) for name in METRICS}
    found = [
        ir_measures.ScoredDoc(question, entry, score)
        for question, docs in run.items()
        for entry, score in docs.items()
    ]
    judged = [
        ir_measures.Qrel(question, entry, grade)
        for question, docs in qrels.items()
        for entry, grade in docs.items()
    ]
    theirs = {
        (metric.query_id, str(metric.measure)): metric.value
        for metric in ir_measures.iter_calc(list(asked.values()), judged, found)
    }
    for name, measure in asked.items():
        for question in qrels:
            expected = theirs.get((question, str(measure)), 0.0)
            if name == "mrr@10" and expected < 0.1:
                expected = 0.0  # ir-measures cuts RR itself, with another rule for ties
            assert ours[name][question] == pytest.approx(expected, abs=1e-6), (name, question)


def test_a_question_that_the_run_leaves_out_counts_as_nought():
    values = evaluate({"a": {"x": 1}, "b": {"x": 1}}, {"a": {"x": 1.0}})
    assert mean(values["ndcg@10"]) == 0.5


@given(st.lists(st.tuples(entries, st.floats(0, 1, width=32)), max_size=30))
def test_a_run_file_keeps_the_order_it_was_made_from(tmp_path_factory, ranked):
    ranked = sorted(dict(ranked).items(), key=lambda pair: -pair[1])
    path = tmp_path_factory.mktemp("run") / "run.trec"
    write_run(path, {"q": decreasing(ranked)})
    again = read_run(path)
    assert ranking(again.get("q", {})) == [entry for entry, _ in ranked]


def test_a_run_file_has_trecs_six_columns(tmp_path):
    path = tmp_path / "run.trec"
    write_run(path, {"q 1": {"Demon Dice": 0.5, "b": 0.75}}, tag="ours")
    assert path.read_text() == "q_1 Q0 b 1 0.75 ours\nq_1 Q0 Demon_Dice 2 0.5 ours\n"
