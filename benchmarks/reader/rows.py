"""Embedding tables in int8 with a scale for each row: one scale for a table costs two points of span F1."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["tables_by_row"]

_LARGE = 100_000


def tables_by_row(model: onnx.ModelProto) -> None:
    """Turn each `Gather` of rows from a large float32 table into one of int8 rows times their scales."""
    graph = model.graph
    tables = {
        table.name: table
        for table in graph.initializer
        if table.data_type == onnx.TensorProto.FLOAT and len(table.dims) == 2 and np.prod(table.dims) > _LARGE
    }
    nodes = []
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in tables:
            nodes.extend(_scaled_rows(graph, node, tables[node.input[0]]))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [table for table in graph.initializer if table.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _scaled_rows(
    graph: onnx.GraphProto, node: onnx.NodeProto, table: onnx.TensorProto
) -> list[onnx.NodeProto]:
    name, rows, out = table.name, node.input[1], node.output[0]
    if name + "_int8" not in {known.name for known in graph.initializer}:
        values = numpy_helper.to_array(table)
        scales = np.maximum(np.abs(values).max(1, keepdims=True) / 127.0, 1e-12).astype(np.float32)
        whole = np.rint(values / scales).astype(np.int8)
        graph.initializer.append(numpy_helper.from_array(whole, name + "_int8"))
        graph.initializer.append(numpy_helper.from_array(scales, name + "_scales"))
    return [
        helper.make_node("Gather", [name + "_int8", rows], [out + "_int8"], axis=0),
        helper.make_node("Cast", [out + "_int8"], [out + "_whole"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Gather", [name + "_scales", rows], [out + "_scale"], axis=0),
        helper.make_node("Mul", [out + "_whole", out + "_scale"], [out]),
    ]
