"""The encoder's graph, written anew for int8 arithmetic with fixed scales.

The published file keeps int8 weights but unfolds them to floats when it is loaded. Here the matrix products themselves
are int8. Their scales are measured once, on some messages, and not on whatever goes through: so a text's vector hangs
on nothing but the text, and no time goes into looking for the largest number. As in SmoothQuant (Xiao et al. 2022),
part of what makes a few channels large is moved from what goes in to the weights, which keeps a cosine of 0.998 to the
original.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from nlu.encoder import MAX_TOKENS, load_session

Array = npt.NDArray[np.float32]
Ranges = list[tuple[Array, Array]]
"""The least and the greatest number of each channel, for what goes into each product in turn."""

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
SMOOTHING = 0.75
"""How much of a channel's range is moved to its weights (docs/decisions/0013-fixed-scales.md)."""
PREFIX = "inner."
CONTRIB = "com.microsoft"


def quantized(source: Path, tokens: Sequence[Sequence[int]]) -> bytes:
    """The published model as an int8 one that takes `input_ids` and gives each token's vector.

    The scales are measured on the tokens of some texts.
    """
    weights = _Weights(source)
    return _Graph(weights, _ranges(_Graph(weights).model(), tokens)).model()


def _ranges(model: bytes, tokens: Sequence[Sequence[int]]) -> Ranges:
    session = load_session(model)
    runs = [session.run(None, {"input_ids": np.array([ids])})[1:] for ids in tokens]
    each = [[values.reshape(-1, values.shape[-1]) for values in product] for product in zip(*runs)]
    least = [np.min([values.min(axis=0) for values in product], axis=0) for product in each]
    greatest = [np.max([values.max(axis=0) for values in product], axis=0) for product in each]
    return [(np.minimum(low, 0), np.maximum(high, 0)) for low, high in zip(least, greatest)]


class _Weights:
    """The published file's numbers, by their names in PyTorch."""

    def __init__(self, source: Path) -> None:
        graph = onnx.load_from_string(_folded(source)).graph
        known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self._named = {name.removeprefix(PREFIX): values for name, values in known.items()}
        products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
        sums = [node.input for node in graph.node if node.op_type == "Add" and node.input[0] in products]
        self._weights = {bias.removeprefix(PREFIX): known[products[made]] for made, bias in sums if bias in known}

    def __getitem__(self, name: str) -> Array:
        return self._named[name]

    def layer(self, *names: str) -> tuple[Array, Array]:
        """The weights and the biases of linear layers, side by side."""
        biases = [f"{name}.bias" for name in names]
        return (
            np.concatenate([self._weights[bias] for bias in biases], axis=1),
            np.concatenate([self._named[bias] for bias in biases]),
        )


def _folded(source: Path) -> bytes:
    """The file with its weights unfolded to floats."""
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "folded.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(target)
        onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
        return target.read_bytes()


class _Graph:
    """Writes the graph down: in floats, giving what goes into each product too, or in int8 where ranges are given."""

    def __init__(self, weights: _Weights, ranges: Ranges | None = None) -> None:
        self._weights = weights
        self._ranges = ranges
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._measured: list[str] = []

    def model(self) -> bytes:
        """The model's file."""
        states = self._embedded()
        for place in range(LAYERS):
            states = self._transformed(states, f"encoder.layer.{place}")
        outputs = [states] if self._ranges else [states, *self._measured]
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self._constants,
        )
        operators = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=operators, ir_version=8)
        return bytes(model.SerializeToString())

    def _embedded(self) -> str:
        """What stands for each word and place. Token types tell two texts apart, and there is only ever one."""
        places = self._weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        places = places + self._weights["embeddings.token_type_embeddings.weight"][0]
        zero, length = self._constant(np.array([0])), self._node("Shape", "input_ids", start=1, end=2)
        place = self._node("Slice", self._constant(places), zero, length, zero)
        return self._normal("embeddings", self._words(), place)

    def _words(self) -> str:
        words = self._weights["embeddings.word_embeddings.weight"]
        scales = np.maximum(np.abs(words).max(axis=1, keepdims=True), EPSILON) / 127
        small = self._node("Gather", self._constant(np.rint(words / scales).astype(np.int8)), "input_ids")
        scale = self._node("Gather", self._constant(scales), "input_ids")
        return self._node("Mul", self._node("Cast", small, to=TensorProto.FLOAT), scale)

    def _transformed(self, states: str, name: str) -> str:
        """A layer of the transformer."""
        weights = self._weights
        asked = self._product(
            states, *weights.layer(*(f"{name}.attention.self.{k}" for k in ("query", "key", "value")))
        )
        parts = self._nodes_of("Split", 3, asked, axis=2)
        heard = self._node("MultiHeadAttention", *parts, domain=CONTRIB, num_heads=HEADS)
        told = self._product(heard, *weights.layer(f"{name}.attention.output.dense"))
        states = self._normal(f"{name}.attention.output", told, states)
        wide = self._node("Gelu", self._product(states, *weights.layer(f"{name}.intermediate.dense")), domain=CONTRIB)
        narrow = self._product(wide, *weights.layer(f"{name}.output.dense"))
        return self._normal(f"{name}.output", narrow, states)

    def _product(self, states: str, weights: Array, bias: Array) -> str:
        self._measured.append(states)
        if self._ranges is None:
            return self._node("Add", self._node("MatMul", states, self._constant(weights)), self._constant(bias))
        return self._int8_product(states, weights, bias, *self._ranges[len(self._measured) - 1])

    def _int8_product(self, states: str, weights: Array, bias: Array, low: Array, high: Array) -> str:
        """The product in int8. The numbers of a channel are taken times the same as its weights are divided by."""
        widest = np.abs(weights).max(axis=1)
        smooth = np.maximum(widest, 1e-5) ** (1 - SMOOTHING) / np.maximum(high - low, 1e-5) ** SMOOTHING
        least, greatest = (low * smooth).min(), (high * smooth).max()
        scale = self._constant(np.float32((greatest - least) / 255))
        zero = self._constant(np.uint8(np.rint(-least / (greatest - least) * 255)))
        smoothed = self._node("Mul", states, self._constant(smooth.astype(np.float32)))
        small = self._node("QuantizeLinear", smoothed, scale, zero)
        weights = weights / smooth[:, None]
        scales = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
        held = self._constant(np.rint(weights / scales).astype(np.int8))
        inputs = (small, held, scale, self._constant(scales), zero, "", self._constant(bias))
        return self._node("MatMulIntegerToFloat", *inputs, domain=CONTRIB)

    def _normal(self, name: str, states: str, added: str) -> str:
        """The layer norm of a sum."""
        scale, bias = (self._constant(self._weights[f"{name}.LayerNorm.{part}"]) for part in ("weight", "bias"))
        inputs = (states, added, scale, bias)
        return self._node("SkipLayerNormalization", *inputs, domain=CONTRIB, epsilon=EPSILON)

    def _constant(self, values: Any) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def _node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self._nodes_of(operator, 1, *inputs, **attributes)[0]

    def _nodes_of(self, operator: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node, and tell the names of what it gives."""
        outputs = [f"{operator}_{len(self._nodes)}_{place}" for place in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, outputs, **attributes))
        return outputs
