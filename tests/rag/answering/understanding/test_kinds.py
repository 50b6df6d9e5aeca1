"""The kinds of questions, told with the embedders that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.answering.tables.calculation import POOL, Formula
from rag.answering.understanding import Kind, Kinds
from rag.answering.understanding.kind_examples import (
    KindExample,
    fitted_examples,
    read_kind_examples,
    shipped_file,
)
from rag.models import Embedder, build_embedder, build_second_embedder
from rag.resources import resource
from rag.settings import load_settings
from tests.fakes import HashingEmbedder

SETTINGS = load_settings()


@pytest.fixture(scope="module")
def english() -> Embedder:
    return build_embedder(SETTINGS)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who repaired the organ?", Kind.LOOKUP),
        ("On which page is the floor plan?", Kind.PLACE),
        ("Give me a summary of the boiler report.", Kind.SUMMARY),
        ("Compare the two leases.", Kind.COMPARISON),
        ("List all tenants.", Kind.LIST),
        ("Is the cellar dry?", Kind.YES_NO),
        ("hello!", Kind.GREETING),
        ("thanks so much", Kind.THANKS),
        ("what can you do for me", Kind.HELP),
        ("which documents do you have?", Kind.LIBRARY),
    ],
)
def test_english(english: Embedder, question: str, kind: Kind) -> None:
    assert Kinds(english).kind(question).kind is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Fasse das Protokoll zusammen.", Kind.SUMMARY),
        ("Quels documents avez-vous ?", Kind.LIBRARY),
        ("比较两份租约。", Kind.COMPARISON),
        ("你好！", Kind.GREETING),
        ("Кто отремонтировал орган?", Kind.LOOKUP),
    ],
)
def test_other_languages(english: Embedder, question: str, kind: Kind) -> None:
    second = build_second_embedder(SETTINGS, english)
    assert second is not None
    assert Kinds(second).kind(question).kind is kind


@pytest.mark.parametrize(("pool", "kinds"), [("kinds", list(Kind)), (POOL, list(Formula))])
def test_what_ships_was_made_from_the_examples(english: Embedder, pool: str, kinds: list[str]) -> None:
    second = build_second_embedder(SETTINGS, english)
    examples = read_kind_examples(resource("data", "examples", f"{pool}.jsonl"))
    for embedder in (english, second):
        assert embedder is not None
        with np.load(shipped_file(embedder, pool), allow_pickle=False) as shipped:
            assert len(shipped["vectors"]) == len(examples)
            fitted = fitted_examples(embedder, examples, kinds, pool=pool)
            assert np.array_equal(fitted.weights, shipped["weights"])


def test_another_embedder_keeps_its_vectors(tmp_path: Path) -> None:
    examples = (KindExample("who is it", "lookup", "en"), KindExample("hello there", "greeting", "en"))
    embedder = HashingEmbedder()
    made = Kinds(embedder, tmp_path, examples).kind("hello there")
    kept = next(tmp_path.glob("kinds-*.npz"))
    written = kept.stat().st_mtime_ns
    assert Kinds(embedder, tmp_path, examples).kind("hello there") == made
    assert kept.stat().st_mtime_ns == written
    Kinds(embedder, tmp_path, (*examples, KindExample("thanks", "thanks", "en"))).kind("thanks")
    assert kept.stat().st_mtime_ns != written


def test_the_examples_are_enough_and_of_known_kinds() -> None:
    examples = read_kind_examples()
    assert len({example.question for example in examples}) == len(examples) >= 700
    assert {example.kind for example in examples} == set(Kind)
    assert len({example.lang for example in examples}) >= 15
