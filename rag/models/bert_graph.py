"""A BERT encoder as a graph of OpenVINO's operations, made from the model's own weights.

Nothing is converted beforehand and nothing kept: a safetensors file is mapped, and its graph is there in
10 ms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder_config import EmbedderConfig
from rag.models.weights import read_json

if TYPE_CHECKING:
    from openvino import Model

__all__ = ["Rows", "encoder_graph", "has_graph", "pair_graph"]

_FILE = "model.safetensors"
_WORDS = "embeddings.word_embeddings.weight"
_GELU = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
_ROBERTA = {"roberta", "xlm-roberta", "camembert"}
"""These count positions from the one after their padding token."""
_MASKED = np.float32(-1e9)

Array = NDArray[np.float32]


class Rows(NamedTuple):
    """A matrix in int8, shape (rows, columns), with the scale of each row, shape (rows, 1)."""

    levels: NDArray[np.int8]
    scale: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self.levels.shape

    def whole(self) -> Array:
        """The matrix in float32."""
        return self.levels.astype(np.float32) * self.scale


Table = Array | Rows


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

    layers = _Layers(read_json(config.folder / "config.json"), _tensors(config.folder / _FILE))
    ids = op.parameter([-1, -1], np.int32, name="ids")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    states = layers.embedded(ids)
    hidden = op.multiply(op.subtract(np.float32(1.0), op.unsqueeze(mask, _axes(1, 2))), _MASKED)
    for number in range(layers.count):
        states = layers.encoded(states, hidden, f"encoder.layer.{number}.")
    return openvino.Model([op.result(_pooled(states, mask, config.pooling))], [ids, mask], "encoder")


def pair_graph(
    shape: Mapping[str, Any], tables: Mapping[str, Table], states_of: Callable[[Any, Any], Any] | None = None
) -> Model:
    """Token ids and kinds (0 question, 1 text) of one pair, both (1, tokens) in int32, to its states.

    `shape` is what `config.json` says of the encoder; the states are (1, tokens, width) in float32. What is
    given in int8 stays so, which OpenVINO multiplies fast where a processor has no bfloat16.

    With `states_of`, another model knows the tokens: the graph also takes what that one has of each, shape
    (1, tokens, numbers) in float32, and `states_of` makes their states of it and of a mask, shape
    (1, tokens, 1); a linear map (`input`) takes them in. The ids are then those of the reader's own
    tokens, counted from 1, and 0 for all others.
    """
    import openvino
    from openvino import opset13 as op

    layers = _Layers(shape, tables)
    ids = op.parameter([1, -1], np.int32, name="ids")
    kinds = op.parameter([1, -1], np.int32, name="kinds")
    if states_of is None:
        parameters, states = [ids, kinds], layers.embedded(ids, kinds)
    else:
        tokens = op.parameter([1, -1, -1], np.float32, name="tokens")
        mask = op.unsqueeze(op.convert(op.equal(ids, np.int32(0)), np.float32), _axes(2))
        parameters = [ids, kinds, tokens]
        states = layers.embedded_states(states_of(tokens, mask), mask, ids, kinds)
    for number in range(layers.count):
        states = layers.encoded(states, None, f"encoder.layer.{number}.")
    return openvino.Model([op.result(states)], parameters, "reader")


def _pooled(states: Any, mask: Any, pooling: str) -> Any:
    from openvino import opset13 as op

    if pooling == "cls":
        return op.gather(states, np.int64(0), np.int64(1))
    counted = op.unsqueeze(mask, _axes(2))
    return op.divide(op.reduce_sum(op.multiply(states, counted), _axes(1)), op.reduce_sum(counted, _axes(1)))


class _Layers:
    """The parts of one model's graph."""

    def __init__(self, shape: Mapping[str, Any], tensors: Mapping[str, Table]) -> None:
        self._tensors = tensors
        self._heads, self._width = int(shape["num_attention_heads"]), int(shape["hidden_size"])
        self._epsilon = float(shape["layer_norm_eps"])
        self._gelu = _GELU[shape["hidden_act"]]
        self._first_place = shape["pad_token_id"] + 1 if shape["model_type"] in _ROBERTA else 0
        self.count = int(shape["num_hidden_layers"])

    def embedded(self, ids: Any, kinds: Any = None) -> Any:
        """The embeddings of tokens, places and kinds of token (all the first by default), normalised."""
        return self._placed(self._rows(_WORDS, ids), ids, kinds)

    def embedded_states(self, states: Any, mask: Any, ids: Any, kinds: Any) -> Any:
        """The same of tokens that another model knows, and of the reader's own where the mask is 0."""
        from openvino import opset13 as op

        own = op.maximum(op.subtract(ids, np.int32(1)), np.int32(0))
        others = op.multiply(self._rows(_WORDS, own), op.subtract(np.float32(1.0), mask))
        words = op.add(op.multiply(self._linear(states, "input"), mask), others)
        return self._placed(words, ids, kinds)

    def _placed(self, words: Any, ids: Any, kinds: Any) -> Any:
        from openvino import opset13 as op

        tokens = op.gather(op.shape_of(ids), np.int64(1), np.int64(0))
        order = op.range(
            np.int64(self._first_place), op.add(tokens, np.int64(self._first_place)), np.int64(1), "i64"
        )
        summed = op.add(words, self._rows("embeddings.position_embeddings.weight", order))
        first = op.constant(np.zeros((1, 1), np.int32))
        kind = self._rows("embeddings.token_type_embeddings.weight", first if kinds is None else kinds)
        return self._normalised(op.add(summed, kind), "embeddings.LayerNorm")

    def encoded(self, states: Any, hidden: Any | None, name: str) -> Any:
        """One layer; `hidden` is added to the scores of what is attended to, if there is any."""
        from openvino import opset13 as op

        attention = name + "attention.self."
        query, key, value = (
            self._by_head(self._linear(states, attention + part)) for part in ("query", "key", "value")
        )
        masks = () if hidden is None else (hidden,)
        mixed = op.transpose(op.scaled_dot_product_attention(query, key, value, *masks), _axes(0, 2, 1, 3))
        mixed = op.reshape(mixed, _axes(0, 0, self._width), True)
        attended = op.add(self._linear(mixed, name + "attention.output.dense"), states)
        states = self._normalised(attended, name + "attention.output.LayerNorm")
        inner = op.gelu(self._linear(states, name + "intermediate.dense"), self._gelu)
        return self._normalised(
            op.add(self._linear(inner, name + "output.dense"), states), name + "output.LayerNorm"
        )

    def _weight(self, name: str) -> Any:
        from openvino import opset13 as op
        from openvino.op import Constant

        table = self._tensors[name]
        if isinstance(table, Rows):
            levels = op.convert(Constant(table.levels, shared_memory=True), np.float32)
            return op.multiply(levels, op.constant(table.scale))
        return Constant(table, shared_memory=True)

    def _rows(self, name: str, numbers: Any) -> Any:
        """Some rows of a table."""
        from openvino import opset13 as op
        from openvino.op import Constant

        table = self._tensors[name]
        if not isinstance(table, Rows):
            return op.gather(Constant(table, shared_memory=True), numbers, np.int64(0))
        levels = op.gather(Constant(table.levels, shared_memory=True), numbers, np.int64(0))
        return op.multiply(
            op.convert(levels, np.float32), op.gather(op.constant(table.scale), numbers, np.int64(0))
        )

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
