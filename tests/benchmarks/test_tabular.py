"""Training data, network and training of the chooser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.tabular.measure import denotation, judged
from benchmarks.tabular.network import HEADS, ChooserNet, collate
from benchmarks.tabular.questions import Asked, asked_of, read_tables
from benchmarks.tabular.train import examples_of, train, write
from rag.answering.tables.choice_layout import laid_out
from rag.answering.tables.choices import Operation
from rag.answering.tables.chooser import Chooser, logits_of
from rag.answering.tables.request import request_of
from rag.errors import ModelError, ModelNotFoundError

PAINT = {
    "title": "Paint stock",
    "columns": ["Paint", "Price (EUR)", "Stock"],
    "rows": [["Linen", "18.50", "sold out"], ["Dusk", "24", "in stock"], ["Copper", "9.90", "in stock"]],
    "questions": [
        {"q": "Which paints are sold out?", "op": "list", "where": [["Stock", "is", "sold out"]]},
        {"q": "what's the cheapest?", "op": "smallest", "by": "Price (EUR)"},
        {"q": "How many cost less than 20?", "op": "count", "where": [["Price (EUR)", "<", "20"]]},
        {
            "q": "What does Linen cost?",
            "op": "value",
            "where": [["Paint", "is", "Linen"]],
            "show": ["Price (EUR)"],
        },
        {"q": "Who invented paint?", "op": "none"},
        {"q": "Which are matt?", "op": "list", "where": [["Finish", "is", "matt"]]},
    ],
}


def asked() -> list[Asked]:
    return list(asked_of({**PAINT, "questions": PAINT["questions"][:5]}))


def test_labels_become_choices() -> None:
    marked = [
        {choice.text for choice, mark in zip(one.choices, one.marks, strict=True) if mark} for one in asked()
    ]
    assert marked == [
        {"list Paint", "Stock: sold out"},
        {"smallest Price (EUR)"},
        {"count Paint", "Price (EUR) under 20"},
        {"look up Paint", "Paint: Linen", "tell Price (EUR)"},
        set(),
    ]
    assert all(one.is_whole for one in asked())


def test_every_label_of_the_tables_is_about_their_columns() -> None:
    tables = [*read_tables(held_out=False), *read_tables(held_out=True)]
    questions = [(table, question) for table in tables for question in table["questions"]]
    assert len(tables) > 900
    assert len(questions) > 10_000
    for table, question in questions:
        named = {
            question.get("by"),
            *(w[0] for w in question.get("where") or ()),
            *(question.get("show") or ()),
        }
        assert named - {None} <= set(table["columns"]), question
        assert all(len(row) == len(table["columns"]) for row in table["rows"])


def test_what_a_label_asks_for_is_told_by_its_records() -> None:
    first, second, *_ = asked()
    requests = [
        request_of(one.choices, [9.0 if m else -9.0 for m in one.marks], one.collection)
        for one in (first, second)
    ]
    assert denotation(requests[0], first.collection) == ("list", 0)
    assert denotation(requests[1], second.collection) == ("list", 2)
    assert denotation(None, first.collection) == ()


@pytest.mark.parametrize("question", ["Which paints are sold out?", "哪些油漆卖完了？", ""])
def test_numpy_computes_what_torch_does(question: str) -> None:
    torch.manual_seed(1)
    net = ChooserNet(32).eval()
    weights = {name: part.detach().numpy() for name, part in net.state_dict().items()}
    one, other = asked()[0], asked()[2]
    laid = [laid_out(question, one.collection, one.choices), laid_out("?", other.collection, other.choices)]
    with torch.no_grad():
        expected = net(collate(laid))[0, : len(one.choices)].numpy()
    np.testing.assert_allclose(logits_of(laid[0], [weights, weights], HEADS), expected, atol=1e-4)


def test_a_small_one_learns_what_it_is_shown(tmp_path: Path) -> None:
    examples = [*examples_of(asked())] * 24
    net = train(examples, epochs=12, rate=4e-3, size=32)
    weights = {name: part.detach().numpy() for name, part in net.state_dict().items()}
    going_on = train(examples[:8], epochs=1, rate=1e-7, size=32, begin=weights).state_dict()
    for name, part in weights.items():
        np.testing.assert_allclose(going_on[name].numpy(), part, atol=1e-4)
    found = judged([weights], HEADS, [{**PAINT, "questions": PAINT["questions"][:5], "file": "paint"}])
    assert [one.is_right for one in found] == [True] * 5
    requests = [replace(one.request, sureness=0.01) for one in found if one.request is not None]
    wrong = [replace(found[0], is_right=False, request=request) for request in requests]
    write([net, net], tmp_path, [*found, *wrong, replace(found[0], is_right=False)], {"name": "small"})
    chooser = Chooser(tmp_path)
    one = found[0].asked
    logits = chooser.logits(one.question, one.collection, one.choices)
    assert [logit > 0 for logit in logits] == list(one.marks)
    for operation in Operation:
        assert 0.0 < chooser.probability(operation, 0.01) <= chooser.probability(operation, 1.0) < 1.0
    (tmp_path / "chooser.npz").write_bytes(b"other")
    with pytest.raises(ModelError, match="get it again"):
        Chooser(tmp_path).logits(one.question, one.collection, one.choices)


def test_a_folder_without_a_chooser_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no card"):
        Chooser(tmp_path)
