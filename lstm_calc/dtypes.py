"""How many bytes numbers take: weights by data type, as a framework stores them, and the states and values of a run.

A plain type takes its width per number. int8 is as TensorFlow Lite has it in a fully quantized model, read from files that its
converter wrote: matrices and tables in int8, biases in int32, peepholes in int16, h, inputs and outputs in int8, c and the gates
of a step in int16; and a float32 scale for each matrix, table or peephole, or for each channel of a matrix or table (the units
that a matrix computes, the tokens of a table). int4 is the same with matrices and tables in int4, two to a byte, each tensor in
whole bytes. The scale of a bias is the product of two others and a zero point that of a table alone can differ from 0: neither is
counted, though a file has both, a scale always with a zero point of 8 bytes. Not this is dynamic-range quantization, which keeps
biases, and matrices of fewer than 1,024 numbers, in float32.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.frameworks import framework_of, layout_for, uses_in
from lstm_calc.frameworks.counting import axes_of, rows_in, shape_of, sizes_of
from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks import Layout, Row
    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Model, Use


FLOAT32 = 4
"""The bytes of a float32 number."""


class Dtype(Record):
    """A data type by the bits of a number of each kind; ``scale`` is 0 where there are no scales.

    ``value`` is that of inputs, outputs and h, ``gate`` what one step works out inside a recurrent layer.
    """

    name: str
    matrix: int
    bias: int
    peephole: int
    value: int
    gate: int
    cell: int
    scale: int = 0


DTYPES = {
    dtype.name: dtype
    for dtype in (
        Dtype("float32", 32, 32, 32, 32, 32, 32),
        Dtype("float16", 16, 16, 16, 16, 16, 16),
        Dtype("bfloat16", 16, 16, 16, 16, 16, 16),
        Dtype("int8", 8, 32, 16, 8, 16, 16, scale=32),
        Dtype("int4", 4, 32, 16, 8, 16, 16, scale=32),
    )
}
"""The data types by name."""

_VECTORS = {"bias", "recurrent_bias", "gain", "shift", "statistic", "slope"}
"""The roles of what is stored as a bias is: no matrix."""
_INSIDE = {
    "kernel": {"input", "group_input", "kernel", "query", "key", "value"},
    "recurrent_kernel": {"output", "kernel"},
    "projection": {"units"},
}
"""For the matrix of each role, the words of the axes over which its products sum."""


def dtype_of(name: str) -> Dtype:
    """Return a data type by name; raise LstmCalcError, with the nearest name, where there is none."""
    if name not in DTYPES:
        raise LstmCalcError(f"{quoted(name)} is not a data type{did_you_mean(name, DTYPES)}")
    return DTYPES[name]


def weight_bytes(model: Model, framework_name: str | None = None, dtype: str = "float32", *, per_channel: bool = False) -> int:
    """Return the bytes of a model's parameters as a framework stores them in a data type.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for, LstmCalcError for an unknown type.

    >>> from lstm_calc import read
    >>> weight_bytes(read("32 > lstm 32")), weight_bytes(read("32 > lstm 32"), dtype="int8")
    (33280, 8720)
    """
    table, kind = framework_of(model, framework_name), dtype_of(dtype)
    return sum(layer_bytes(use, layout_for(table, use.layer), kind, per_channel=per_channel) for use in uses_in(model, table))


def layer_bytes(use: Use, layout: Layout, dtype: Dtype, *, per_channel: bool) -> int:
    """Return the bytes of one layer's parameters."""
    return sum(bytes_by_tensor(use, layout, dtype, per_channel=per_channel))


def bytes_by_tensor(use: Use, layout: Layout, dtype: Dtype, *, per_channel: bool) -> Iterator[int]:
    """Yield the bytes of each of a layer's tensors that are counted, in the framework's order."""
    fine = per_channel and not layout.per_tensor
    for row, gates, _ in rows_in(layout, use):
        if row.counted:
            sizes = sizes_of(use, gates)
            axes = axes_of(row, sizes)
            yield _row_bytes(row, axes, shape_of(axes, sizes), dtype, per_channel=fine)


def _row_bytes(row: Row, axes: str, shape: Shape, dtype: Dtype, *, per_channel: bool) -> int:
    """Return the bytes of one tensor, its scales included."""
    roles = set(row.role.split())
    if roles <= _VECTORS:
        return whole_bytes(prod(shape) * dtype.bias)
    if roles == {"peephole"}:
        return whole_bytes(prod(shape) * dtype.peephole + dtype.scale)
    scales = _channels(row, axes, shape) if per_channel else 1
    return whole_bytes(prod(shape) * dtype.matrix) + whole_bytes(scales * dtype.scale)


def whole_bytes(bits: int) -> int:
    """Return the bytes that some bits take."""
    return -(-bits // 8)


def _channels(row: Row, axes: str, shape: Shape) -> int:
    """Return how many of a tensor's channels have a scale of their own: its units of every gate and direction, a table's tokens."""
    words = axes.split()
    if "vocab_size" in words:
        return shape[words.index("vocab_size")]
    inside = _INSIDE.get(row.role.split()[0], set())
    return prod(size for word, size in zip(words, shape, strict=True) if not inside.intersection(_stems(word)))


def _stems(axis: str) -> set[str]:
    """Return the words of an axis, those of a window all as ``kernel``."""
    return {"kernel" if axis.startswith("kernel_") else word for word in axis.replace("+", "*").split("*")}
