"""A BERT or (XLM-)RoBERTa encoder out of its files, as an OpenVINO graph, in float or int8.

The graph starts behind the embedding tables: these are most of a multilingual
model's size, and only the rows of the words at hand are ever read, so they stay in
the file. Each layer has four matrix products, called here by what they make: `qkv`,
`attended`, `up`, `down`; `taps` names their inputs, `Quantisation` makes them int8.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.arrays import FloatArray

if TYPE_CHECKING:
    import openvino

Node: TypeAlias = Any  # OpenVINO's Python operators carry no types
Tensors: TypeAlias = Mapping[str, FloatArray]

# Whether positions are counted from behind the padding token's id.
_KINDS = {"bert": False, "roberta": True, "xlm-roberta": True, "camembert": True}
_MASKED = -1e4  # added to the attention scores of padding
_LEVELS = 256


class UnsupportedError(Exception):
    """The model is not of a form that is understood here; the message says which."""


@dataclass(frozen=True)
class Quantisation:
    """How the input of one matrix product becomes 8 bits wide.

    Attributes:
        low, high: The range of the smoothed input, which 256 levels cover.
        smoothing: By what each column is divided, and its weights multiplied: outliers of
            few columns would else take the levels of all the others (SmoothQuant,
            Xiao et al. 2023). Shape (columns,).
    """

    low: float
    high: float
    smoothing: FloatArray


def load_openvino() -> Any:
    """The module `openvino`, without its model converter, which reports each import by network.

    Raises:
        UnsupportedError: It is not installed.
    """
    converter = "openvino.tools.ovc"
    if "openvino" not in sys.modules and converter not in sys.modules:
        sys.modules[converter] = None  # type: ignore[assignment]  # its import fails, as foreseen
    try:
        import openvino
    except ImportError as error:
        raise UnsupportedError(f"OpenVINO cannot be imported ({error})") from error
    return openvino


@dataclass(frozen=True)
class Encoder:
    """An encoder's shape and weights; the weights are views of the file.

    Attributes:
        tensors: By BERT's names, from `embeddings.` and `encoder.` on.
        first_position: Row of the first token in the table of positions.
    """

    tensors: Tensors
    layers: int
    heads: int
    epsilon: float
    first_position: int

    @classmethod
    def read(cls, folder: Path) -> Encoder:
        """The encoder in a folder as `transformers` saves it.

        Raises:
            UnsupportedError: It is another kind of model, or saved in another way.
        """
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            kind = config["model_type"]
            _check(config)
            encoder = cls(
                _views(folder / "model.safetensors"),
                config["num_hidden_layers"],
                config["num_attention_heads"],
                config.get("layer_norm_eps", 1e-12),
                config.get("pad_token_id", 1) + 1 if _KINDS[kind] else 0,
            )
            encoder.look_up(np.zeros((1, 1), np.int64))
            for _ in encoder.matrices():
                pass
        except (OSError, KeyError, ValueError, IndexError) as error:
            raise UnsupportedError(f"its files are not as expected: {error!r}") from error
        return encoder

    def adapted(self, update: Tensors) -> Encoder:
        """This encoder with low-rank updates added to some of its weights.

        Args:
            update: For a weight `NAME.weight` of shape (outputs, inputs): `NAME.up`, shape
                (outputs, rank), and `NAME.down`, shape (rank, inputs).
        """
        changed = {name: self.tensors[name] + change for name, change in changes(update)}
        return replace(self, tensors={**self.tensors, **changed})

    @property
    def width(self) -> int:
        """Width of a token's vector."""
        return int(self.tensors["embeddings.LayerNorm.weight"].size)

    def look_up(self, ids: npt.NDArray[np.int64]) -> FloatArray:
        """What the graph takes in for token ids of shape (texts, tokens): one row a token."""
        tables = {name: self.tensors[f"embeddings.{name}.weight"] for name in _TABLES}
        words, positions, types = (tables[name] for name in _TABLES)
        last = self.first_position + ids.shape[1]
        rows: FloatArray = words[ids] + (positions[self.first_position : last] + types[0])
        return rows.astype(np.float32, copy=False)

    def matrices(self) -> Iterator[tuple[str, FloatArray, FloatArray]]:
        """Name, weights (outputs, inputs) and bias of every matrix product, in order."""
        for layer in range(self.layers):
            prefix = f"encoder.layer.{layer}."
            for name, parts in _PRODUCTS.items():
                weights = [self.tensors[f"{prefix}{part}.weight"] for part in parts]
                biases = [self.tensors[f"{prefix}{part}.bias"] for part in parts]
                yield f"{layer}.{name}", np.concatenate(weights), np.concatenate(biases)

    def graph(
        self,
        quantisation: Mapping[str, Quantisation] | None = None,
        *,
        shape: tuple[int, int] | None = None,
        in_8_bits: bool = False,
        taps: bool = False,
    ) -> openvino.Model:
        """From rows (texts, tokens, width) and a mask (texts, tokens) to the last hidden state.

        Args:
            quantisation: By the names of `matrices`; None computes in float.
            shape: Texts and tokens; None takes any.
            in_8_bits: Weights that are not quantised are kept in 8 bits all the same, for what
                multiplies by such weights; OpenVINO brings the inputs to 8 bits by itself, on
                a scale for every 32 values.
            taps: Also give out the smallest and the largest value of each column that goes
                into each matrix product, in the order of `matrices`.
        """
        builder = _Builder(self, quantisation or {}, in_8_bits=in_8_bits)
        return builder.build(shape or (-1, -1), taps=taps)


def changes(update: Tensors) -> Iterator[tuple[str, FloatArray]]:
    """The weights that a low-rank update changes, by name, and what it adds to each."""
    for name in (key.removesuffix(".up") for key in update if key.endswith(".up")):
        up, down = (update[f"{name}.{end}"].astype(np.float32) for end in ("up", "down"))
        yield f"{name}.weight", up @ down


def padded(
    tokens: Sequence[Sequence[int]], step: int = 1
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Token ids of shape (texts, tokens), and 1 where there is one, else 0.

    Args:
        step: The number of tokens is a multiple of it.
    """
    longest = max(map(len, tokens))
    ids = np.zeros((len(tokens), longest + -longest % step), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for row, some in enumerate(tokens):
        ids[row, : len(some)], mask[row, : len(some)] = some, 1
    return ids, mask


_TABLES = ("word_embeddings", "position_embeddings", "token_type_embeddings")
_PRODUCTS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attended": ("attention.output.dense",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
}


class _Builder:
    """Puts the graph together, operator by operator."""

    def __init__(
        self, encoder: Encoder, quantisation: Mapping[str, Quantisation], *, in_8_bits: bool
    ) -> None:
        self._openvino = load_openvino()
        from openvino import opset13

        self._op = opset13
        self._encoder = encoder
        self._tensors = encoder.tensors
        self._matrices = {name: (w, b) for name, w, b in encoder.matrices()}
        self._quantisation = quantisation
        self._is_in_8_bits = in_8_bits
        self._inputs: list[Node] = []

    def build(self, shape: tuple[int, int], *, taps: bool) -> openvino.Model:
        op = self._op
        rows = op.parameter([*shape, self._encoder.width], np.float32, "rows")
        mask = op.parameter([*shape], np.float32, "mask")
        bias = op.multiply(op.subtract(mask, np.float32(1)), np.float32(-_MASKED))
        bias = op.unsqueeze(bias, self._integers(1, 2))
        hidden = self._normalised(rows, "embeddings.LayerNorm")
        for layer in range(self._encoder.layers):
            hidden = self._layer(hidden, bias, layer)
        outputs = [hidden]
        if taps:
            axes = self._integers(0, 1)
            for node in self._inputs:
                outputs += [op.reduce_min(node, axes), op.reduce_max(node, axes)]
        model: openvino.Model = self._openvino.Model(outputs, [rows, mask], "encoder")
        return model

    def _layer(self, hidden: Node, bias: Node, layer: int) -> Node:
        op, prefix = self._op, f"encoder.layer.{layer}."
        attended = self._attention(self._product(hidden, f"{layer}.qkv"), bias)
        attended = self._product(attended, f"{layer}.attended")
        hidden = self._normalised(op.add(attended, hidden), f"{prefix}attention.output.LayerNorm")
        up = op.gelu(self._product(hidden, f"{layer}.up"), "erf")
        down = self._product(up, f"{layer}.down")
        return self._normalised(op.add(down, hidden), f"{prefix}output.LayerNorm")

    def _attention(self, qkv: Node, bias: Node) -> Node:
        op, heads = self._op, self._encoder.heads
        size = self._encoder.width // heads
        split = op.reshape(qkv, self._integers(0, 0, 3, heads, size), True)
        split = op.transpose(split, self._integers(2, 0, 3, 1, 4))
        q, k, v = (op.gather(split, self._integer(i), self._integer(0)) for i in range(3))
        # In steps, which OpenVINO fuses: faster than its one operator for all of them.
        scores = op.multiply(op.matmul(q, k, False, True), np.float32(size**-0.5))
        shares = op.softmax(op.add(scores, bias), -1)
        attended = op.transpose(op.matmul(shares, v, False, False), self._integers(0, 2, 1, 3))
        return op.reshape(attended, self._integers(0, 0, self._encoder.width), True)

    def _product(self, node: Node, name: str) -> Node:
        op, (weights, bias) = self._op, self._matrices[name]
        self._inputs.append(node)
        if how := self._quantisation.get(name):
            node, matrix = self._quantised(node, weights, how)
        elif self._is_in_8_bits:
            matrix = self._in_8_bits(weights.astype(np.float32, copy=False))
        else:
            matrix = op.constant(weights.astype(np.float32, copy=False))
        product = op.matmul(node, matrix, False, True)
        return op.add(product, bias.astype(np.float32, copy=False))

    def _quantised(self, node: Node, weights: FloatArray, how: Quantisation) -> tuple[Node, Node]:
        """Input and weights of a product that OpenVINO then computes in 8 bits."""
        op = self._op
        low, high = np.float32(how.low), np.float32(how.high)
        node = op.multiply(node, (1 / how.smoothing).astype(np.float32))
        node = op.fake_quantize(node, low, high, low, high, _LEVELS)
        return node, self._in_8_bits(weights.astype(np.float32) * how.smoothing)

    def _in_8_bits(self, weights: FloatArray) -> Node:
        """Weights of shape (outputs, inputs), on a scale for each output."""
        op = self._op
        scale = np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-9) / 127
        levels = np.rint(weights / scale).astype(np.int8)
        return op.multiply(op.convert(op.constant(levels), "f32"), scale.astype(np.float32))

    def _normalised(self, node: Node, name: str) -> Node:
        op, tensors = self._op, self._tensors
        node = op.mvn(node, self._integers(-1), True, self._encoder.epsilon, "inside_sqrt")
        node = op.multiply(node, tensors[f"{name}.weight"].astype(np.float32, copy=False))
        return op.add(node, tensors[f"{name}.bias"].astype(np.float32, copy=False))

    def _integers(self, *values: int) -> Node:
        return self._op.constant(np.array(values, np.int64))

    def _integer(self, value: int) -> Node:
        return self._op.constant(np.int64(value))


def _check(config: Mapping[str, Any]) -> None:
    if config["model_type"] not in _KINDS:
        raise UnsupportedError(f"its encoder is of the type {config['model_type']!r}")
    for key, supported in (("hidden_act", "gelu"), ("position_embedding_type", "absolute")):
        if config.get(key, supported) != supported:
            raise UnsupportedError(f"its {key} is {config[key]!r}")


def _views(file: Path) -> dict[str, FloatArray]:
    """The tensors of a safetensors file, mapped: what is not looked at is not read.

    The format: length of the header in 8 bytes, the header in JSON, the data.
    """
    data = np.memmap(file, np.uint8, "r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:start].tobytes())
    header.pop("__metadata__", None)
    prefix = next((n for n in header if n.endswith(_WORDS)), _WORDS).removesuffix(_WORDS)
    tensors = {}
    for name, entry in header.items():
        if not name.startswith((f"{prefix}embeddings.", f"{prefix}encoder.")):
            continue
        if (dtype := _DTYPES.get(entry["dtype"])) is None:
            if name.endswith("position_ids"):
                continue
            raise UnsupportedError(f"its weights are of the type {entry['dtype']}")
        first, last = entry["data_offsets"]
        tensor = data[start + first : start + last].view(dtype).reshape(entry["shape"])
        tensors[name.removeprefix(prefix)] = tensor
    return tensors


_WORDS = "embeddings.word_embeddings.weight"
_DTYPES = {"F32": np.float32, "F16": np.float16}
