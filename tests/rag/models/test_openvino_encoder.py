from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

from rag.errors import ConfigurationError
from rag.models.embedder_config import EmbedderConfig
from rag.models.openvino_encoder import OpenVinoEncoder
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
    embedder = SentenceTransformerEmbedder(
        EmbedderSettings(query_prefix="Who wrote ", device="cpu", dtype="float32")
    )
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


def ids_of(texts: list[str]) -> tuple[EmbedderConfig, list[list[int]]]:
    config = SentenceTransformerEmbedder(EmbedderSettings(device="cpu")).config
    return config, SpanTokenizer(config.folder).ids(texts, config.max_tokens)


def test_threads_and_groups_do_not_change_the_vectors() -> None:
    config, ids = ids_of([f"row {i}: " + "revenue and costs " * (i % 17) for i in range(90)])
    told: list[int] = []
    together = OpenVinoEncoder(config, "float32", threads=3).encode(ids, told.append)
    alone = OpenVinoEncoder(config, "float32", threads=1)
    assert np.abs(together - np.concatenate([alone.encode([text]) for text in ids])).max() < 1e-5
    assert told == sorted(told)
    assert told[-1] == 90


def test_vectors_of_any_number_format_mix() -> None:
    config, ids = ids_of([text + str(i) for i in range(8) for text in TEXTS])
    exact, own = (OpenVinoEncoder(config, dtype).encode(ids) for dtype in ("float32", "auto"))
    cosines = (exact * own).sum(axis=1)
    assert cosines.mean() > 0.9999
    assert cosines.min() > 0.9995


def test_calls_from_several_threads_do_not_mix_their_texts() -> None:
    config, ids = ids_of([f"the {i}th report " * (1 + i % 5) for i in range(40)])
    encoder = OpenVinoEncoder(config, "float32", threads=2)
    alone = [encoder.encode([text]) for text in ids]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda text: encoder.encode([text, ids[0]])[:1], ids))
    assert np.abs(np.concatenate(alone) - np.concatenate(beside)).max() < 1e-5


def test_a_call_that_is_broken_off_leaves_the_encoder_whole() -> None:
    config, ids = ids_of(["revenue and costs " * 40] * 40)
    encoder = OpenVinoEncoder(config, threads=2)

    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        encoder.encode(ids, stop)
    assert np.ptp(encoder.encode(ids), axis=0).max() < 1e-2


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_roberta_counts_positions_as_its_own_library_does(
    tiny_roberta: Path, tmp_path: Path, pooling: str
) -> None:
    modules = [Transformer(str(tiny_roberta)), Pooling(32, pooling_mode=pooling)]
    SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path))
    on_torch, on_openvino = (
        SentenceTransformerEmbedder(
            EmbedderSettings(model=str(tmp_path), device="cpu", dtype="float32", runtime=runtime)
        )
        for runtime in ("torch", "openvino")
    )
    texts = ["the cat sat on a mat", "who ?", "a dog " * 30]
    assert np.abs(on_torch.embed_passages(texts) - on_openvino.embed_passages(texts)).max() < 1e-4


def test_a_model_that_openvino_cannot_run_is_refused_where_it_was_asked_for() -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(runtime="openvino", dtype="float16"))
    with pytest.raises(ConfigurationError, match=r"embedder\.runtime: OpenVINO cannot run all-MiniLM"):
        embedder.embed_questions(["Who?"])


def test_a_number_format_that_is_asked_for_is_used(reference: np.ndarray) -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(device="cpu", dtype="bfloat16"))
    assert (embedder.embed_passages(TEXTS) * reference).sum(axis=1).min() > 0.999


def test_a_question_asked_again_has_its_vector_whatever_was_done_to_the_first() -> None:
    embedder = SentenceTransformerEmbedder(EmbedderSettings(device="cpu", dtype="float32"))
    first = embedder.embed_questions(["Who wrote it?"])
    kept = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(embedder.embed_questions(["Who wrote it?"]), kept)
    assert np.abs(embedder.embed_questions(["Who wrote it?", "Why?"])[0] - kept[0]).max() < 1e-5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_computes_without_the_threads_of_its_parent() -> None:
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
