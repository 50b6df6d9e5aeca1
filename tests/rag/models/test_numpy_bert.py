from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from rag.models.bert_layers import gelu_in_place
from rag.models.numpy_bert import NumpyBert
from rag.models.packaged import packaged_path
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.models.tokenizer import SpanTokenizer
from rag.settings import EmbedderSettings

TEXTS = [
    "",
    "Who wrote it?",
    "naïve café — 中文字 🙂 \ufb01ne A\u0301 x\u200dy",
    "one two three " * 300,
    "Rates rose by 0.25 % in March 1997 (see p. 14).",
]


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    model = SentenceTransformer(str(packaged_path("all-MiniLM-L6-v2")), device="cpu")
    return model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)


def test_vectors_equal_those_of_sentence_transformers(reference: np.ndarray) -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(device="cpu", dtype="float32"))
    small = embedder.embed_passages(TEXTS)
    assert np.abs(small - reference).max() < 1e-5
    long = embedder.embed_passages([*TEXTS, *["word " * 200] * 40])[: len(TEXTS)]
    assert np.abs(long - reference).max() < 1e-5


def test_the_question_prefix_is_part_of_the_text(reference: np.ndarray) -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(query_prefix="Who wrote ", device="cpu"))
    assert np.abs(embedder.embed_questions(["it?"])[0] - reference[1]).max() < 1e-5


def test_a_question_needs_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from rag.models import build_embedder; from rag.settings import Settings;"
        "build_embedder(Settings(embedder={'device': 'cpu'})).embed_questions(['Why?']);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_texts_give_no_vectors() -> None:
    assert SentenceTransformerEmbedder(EmbedderSettings(device="cpu")).embed_questions([]).shape == (0, 384)


def test_threads_and_groups_do_not_change_the_vectors() -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(device="cpu"))
    texts = [f"row {i}: " + "revenue and costs " * (i % 17) for i in range(90)]
    ids = SpanTokenizer(embedder.config.folder).ids(texts, embedder.max_tokens)
    together = NumpyBert(embedder.config, threads=3).encode(ids)
    alone = NumpyBert(embedder.config, threads=1)
    assert np.abs(together - np.concatenate([alone.encode([text]) for text in ids])).max() < 1e-5


def test_gelu_is_right_for_arrays_of_several_strips() -> None:
    x = np.linspace(-9.0, 9.0, 70_000, dtype=np.float32).reshape(-1, 7)
    right = [0.5 * v * (1.0 + math.erf(v / math.sqrt(2.0))) for v in x.ravel().tolist()]
    assert np.abs(gelu_in_place(x.copy()).ravel() - right).max() < 1e-6
    assert gelu_in_place(np.zeros((0, 4), np.float32)).shape == (0, 4)


def test_a_question_asked_again_has_its_vector_whatever_was_done_to_the_first() -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(device="cpu"))
    first = embedder.embed_questions(["Who wrote it?"])
    kept = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(embedder.embed_questions(["Who wrote it?"]), kept)
    assert np.abs(embedder.embed_questions(["Who wrote it?", "Why?"])[0] - kept[0]).max() < 1e-5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_has_threads_of_its_own() -> None:
    code = (
        "import os; from rag.models import build_embedder; from rag.settings import Settings;"
        "embedder = build_embedder(Settings(embedder={'device': 'cpu', 'threads': 2}));"
        "texts = ['the costs of the year ' * 9] * 40;"
        "embedder.embed_passages(texts); child = os.fork();"
        "embedder.embed_passages(texts);"
        "os._exit(0) if not child else None;"
        "assert os.waitpid(child, 0)[1] == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
