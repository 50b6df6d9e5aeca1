"""A BERT encoder as a graph of OpenVINO's operations, made from the model's own safetensors file.

Nothing is converted beforehand and nothing kept: the file is mapped, and the graph is there in 10 ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder_config import EmbedderConfig
from rag.models.weights import read_json

if TYPE_CHECKING:
    from openvino import Model

__all__ = ["encoder_graph", "has_graph"]

_FILE = "model.safetensors"
_WORDS = "embeddings.word_embeddings.weight"
_GELU = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
_ROBERTA = {"roberta", "xlm-roberta", "camembert"}
"""These count positions from the one after their padding token."""
_MASKED = np.float32(-1e9)

Array = NDArray[np.float32]


def has_graph(config: EmbedderConfig) -> bool:
    """Whether the model is one of those that `encoder_graph` can make: BERT or RoBERTa in float32."""
    shape = read_json(config.folder / "config.json")
    return (
        shape.get("model_type") in {"bert", *_ROBERTA}
        and shape.get("hidden_act") in _GELU
        and shape.get("position_embedding_type", "absolute") == "absolute"
        and config.pooling in {"mean", "cls"}
        and set(config.modules) <= {"Transformer", "Pooling", "Normalize"}
        and not read_json(config.folder / "sentence_bert_config.json").get("do_lower_case")
        and (config.folder / _FILE).is_file()
        and _header(config.folder / _FILE)[1].keys() >= {_prefix(config.folder / _FILE) + _WORDS}
    )


def encoder_graph(config: EmbedderConfig) -> Model:
    """Token ids (texts, tokens; int32) and their mask (ones, zeros for padding; float32) to pooled states.

    The network of Devlin et al. 2019 (section 3; Vaswani et al. 2017) with mean or CLS pooling; the
    vectors, shape (texts, dimension), are not normalised. The weights stay in the mapped file.
    """
    import openvino
    from openvino import opset13 as op

    layers = _Layers(config)
    ids = op.parameter([-1, -1], np.int32, name="ids")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    states = layers.embedded(ids)
    hidden = op.multiply(op.subtract(np.float32(1.0), op.unsqueeze(mask, _axes(1, 2))), _MASKED)
    for number in range(layers.count):
        states = layers.encoded(states, hidden, f"encoder.layer.{number}.")
    return openvino.Model([op.result(_pooled(states, mask, config.pooling))], [ids, mask], "encoder")


def _pooled(states: Any, mask: Any, pooling: str) -> Any:
    from openvino import opset13 as op

    if pooling == "cls":
        return op.gather(states, np.int64(0), np.int64(1))
    counted = op.unsqueeze(mask, _axes(2))
    return op.divide(op.reduce_sum(op.multiply(states, counted), _axes(1)), op.reduce_sum(counted, _axes(1)))


class _Layers:
    """The parts of one model's graph."""

    def __init__(self, config: EmbedderConfig) -> None:
        shape = read_json(config.folder / "config.json")
        self._tensors = _tensors(config.folder / _FILE)
        self._heads, self._width = int(shape["num_attention_heads"]), int(shape["hidden_size"])
        self._epsilon = float(shape["layer_norm_eps"])
        self._gelu = _GELU[shape["hidden_act"]]
        self._first_place = shape["pad_token_id"] + 1 if shape["model_type"] in _ROBERTA else 0
        self.count = int(shape["num_hidden_layers"])

    def embedded(self, ids: Any) -> Any:
        """The embeddings of tokens, positions and the first type of token, summed and normalised."""
        from openvino import opset13 as op

        places = (
            self._tensors["embeddings.position_embeddings.weight"][self._first_place :]
            + self._tensors["embeddings.token_type_embeddings.weight"][0]
        )
        tokens = op.gather(op.shape_of(ids), np.int64(1), np.int64(0))
        order = op.range(np.int64(0), tokens, np.int64(1), "i64")
        words = op.gather(self._weight(_WORDS), ids, np.int64(0))
        summed = op.add(words, op.gather(op.constant(places), order, np.int64(0)))
        return self._normalised(summed, "embeddings.LayerNorm")

    def encoded(self, states: Any, hidden: Any, name: str) -> Any:
        """One layer; `hidden` is added to the scores of what is attended to."""
        from openvino import opset13 as op

        attention = name + "attention.self."
        query, key, value = (
            self._by_head(self._linear(states, attention + part)) for part in ("query", "key", "value")
        )
        mixed = op.transpose(op.scaled_dot_product_attention(query, key, value, hidden), _axes(0, 2, 1, 3))
        mixed = op.reshape(mixed, _axes(0, 0, self._width), True)
        attended = op.add(self._linear(mixed, name + "attention.output.dense"), states)
        states = self._normalised(attended, name + "attention.output.LayerNorm")
        inner = op.gelu(self._linear(states, name + "intermediate.dense"), self._gelu)
        return self._normalised(
            op.add(self._linear(inner, name + "output.dense"), states), name + "output.LayerNorm"
        )

    def _weight(self, name: str) -> Any:
        from openvino.op import Constant

        return Constant(self._tensors[name], shared_memory=True)

    def _linear(self, states: Any, name: str) -> Any:
        from openvino import opset13 as op

        product = op.matmul(states, self._weight(name + ".weight"), False, True)
        return op.add(product, self._weight(name + ".bias"))

    def _normalised(self, states: Any, name: str) -> Any:
        """Layer normalisation (Ba et al. 2016)."""
        from openvino import opset13 as op

        alike = op.mvn(states, _axes(2), True, self._epsilon, "INSIDE_SQRT")
        return op.add(op.multiply(alike, self._weight(name + ".weight")), self._weight(name + ".bias"))

    def _by_head(self, states: Any) -> Any:
        from openvino import opset13 as op

        parted = op.reshape(states, _axes(0, 0, self._heads, self._width // self._heads), True)
        return op.transpose(parted, _axes(0, 2, 1, 3))


def _axes(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


def _header(path: Path) -> tuple[int, Mapping[str, Any]]:
    """Where the numbers of a safetensors file begin, and its float32 tensors.

    Such a file is the length of its header in eight bytes, the header (JSON: for each tensor its type,
    shape and place) and the numbers.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(size))
    return 8 + size, {name: entry for name, entry in header.items() if entry.get("dtype") == "F32"}


def _prefix(path: Path) -> str:
    """What stands before a tensor's name within BERT: some files put `bert.` there."""
    return next((n for n in _header(path)[1] if n.endswith(_WORDS)), "").removesuffix(_WORDS)


def _tensors(path: Path) -> dict[str, Array]:
    """All float32 tensors by their name within BERT; mapped, of the words only those met are read.

    A page of the map that somebody wrote to would be this process's own copy: OpenVINO takes no others.
    """
    start, places = _header(path)
    prefix = _prefix(path)
    mapped = np.memmap(path, np.uint8, "c", offset=start)
    return {
        name.removeprefix(prefix): mapped[slice(*entry["data_offsets"])]
        .view(np.float32)
        .reshape(entry["shape"])
        .view(np.ndarray)
        for name, entry in places.items()
        if name.startswith(prefix)
    }
