"""Small operations that Keras stores as layers: slices, sums, reshapes. They have no weights.

Keras 3 has a class for each (``GetItem``), with what it was called on in its call; tf.keras has ``TFOpLambda`` with the function's
name, and every argument in the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc import model
from lstm_calc.errors import ModelError
from lstm_calc.formats.keras.calls import tensors_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.keras.calls import LayerCall
    from lstm_calc.formats.keras.node import ConfigObject
    from lstm_calc.model import Layer

_FUNCTIONS = {
    "__operators__.getitem": "GetItem",
    "__operators__.add": "Add",
    "concat": "Concatenate",
    "math.reduce_mean": "Mean",
    "math.reduce_sum": "Sum",
    "math.reduce_max": "Max",
    "math.reduce_min": "Min",
    "math.truediv": "TrueDivide",
    "linalg.matmul": "Matmul",
    "compat.v1.transpose": "Transpose",
    "compat.v1.squeeze": "Squeeze",
}
"""Functions of TensorFlow whose name is not that of Keras' operation."""

_UNARY = frozenset(
    [
        "Abs", "Cast", "Ceil", "Clip", "Cos", "Elu", "Erf", "Exp", "Flip", "Floor", "Gelu", "HardSigmoid", "Identity",
        "LeakyRelu", "Log", "LogSoftmax", "Log1p", "LogicalNot", "Negative", "Relu", "Relu6", "Round", "Rsqrt", "Selu",
        "Sigmoid", "Sign", "Silu", "Sin", "Softmax", "Softplus", "Softsign", "Sqrt", "Square", "StopGradient", "Tanh",
        "OnesLike", "ZerosLike",
    ]
)  # fmt: skip
"""Operations that change each number by itself."""
_WITH_A_NUMBER = frozenset(
    [
        "Divide", "Equal", "FloorDivide", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "Mod",
        "NotEqual", "Pow", "Power", "TrueDivide",
    ]
)  # fmt: skip
"""Operations on two tensors, of which one is often a number."""
_ON_TWO: dict[str, type[Layer]] = {
    each.__name__: each for each in (model.Add, model.Subtract, model.Multiply, model.Maximum, model.Minimum)
}


def operation_of(call: LayerCall) -> tuple[str, dict[str, Any]] | None:
    """Return the name of the operation that a layer is, and its arguments by name; None for a layer that is none."""
    node = call.node
    if node.class_name in {"TFOpLambda", "SlicingOpLambda"}:
        function = str(node.config.values.get("function"))
        word = "".join(part.capitalize() for part in function.rpartition(".")[2].split("_"))
        return _FUNCTIONS.get(function, word), call.kwargs
    if str(node.values.get("module")).startswith("keras.src.ops") or _is_bare_operation(node):
        return node.class_name, node.config.values | call.kwargs
    return None


def _is_bare_operation(node: ConfigObject) -> bool:
    """Say whether a layer of an HDF5 file of Keras 3, where nothing has a module, is an operation: none says what it trains."""
    found = node.values.get("inbound_nodes")
    if "module" in node.values or not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return False
    return node.class_name in _NAMES and not {"trainable", "dtype"} & node.config.values.keys()


def operation_layer(name: str, call: LayerCall, given: dict[str, Any]) -> Layer | None:
    """Return the layer that an operation is; None where the shape that it gives has to be looked up in the file.

    Raises ModelError for arguments that no layer has.
    """
    tensors = len(list(tensors_in([call.args, given])))
    if name in _UNARY or (tensors == 1 and (name in _WITH_A_NUMBER or name in _ON_TWO)):
        return model.Activation(function=name.lower())
    if name in _ON_TWO:
        return _ON_TWO[name]()
    make = _LAYERS.get(name)
    return None if make is None else make(call, given)


def _axis(given: dict[str, Any], usual: Any = None) -> Any:
    return given.get("axis", usual)


def _reduce(function: str) -> Callable[[LayerCall, dict[str, Any]], Layer | None]:
    def layer(_: LayerCall, given: dict[str, Any]) -> Layer | None:
        axis = _axis(given)
        kept = bool(given.get("keepdims"))
        return None if axis is None or 0 in _list(axis) else model.Reduce(function=function, axis=axis, keepdims=kept)

    return layer


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _index(call: LayerCall, given: dict[str, Any]) -> Layer:
    """Return a slice, whose key is in the arguments of the call."""
    key = given.get("slice_spec", given.get("key"))
    if key is None and len(_list(call.args)) > 1:
        key = call.args[1]
    return model.Index(key=",".join(map(_word, _list(key))))


def _word(entry: Any) -> str:
    """Return a part of a key as Python writes it."""
    if isinstance(entry, dict) and entry.get("class_name") == "__ellipsis__":
        return "..."
    if isinstance(entry, dict):
        bounds = entry.get("config", entry)
        start, stop, step = (bounds.get(name) for name in ("start", "stop", "step"))
        words = [*("" if bound is None else str(bound) for bound in (start, stop)), *([] if step in {None, 1} else [str(step)])]
        return ":".join(words)
    return str(entry)


def _reshape(_: LayerCall, given: dict[str, Any]) -> Layer | None:
    """Return a reshape, whose shape counts the batch."""
    shape = given.get("newshape", given.get("shape"))
    return model.Reshape(target_shape=shape[1:]) if isinstance(shape, list) and shape[1:] and _numbers(shape) else None


def _transpose(_: LayerCall, given: dict[str, Any]) -> Layer | None:
    """Return an order of axes, of which the first is the batch."""
    axes = given.get("axes", given.get("perm"))
    return model.Permute(dims=axes[1:]) if isinstance(axes, list) and axes[:1] == [0] and _numbers(axes) else None


def _numbers(values: list[Any]) -> bool:
    return all(type(value) is int for value in values)


def _squeeze(_: LayerCall, given: dict[str, Any]) -> Layer | None:
    """Return the index 0 of the one axis that is taken out."""
    axes = _list(_axis(given))
    axis = axes[0] if len(axes) == 1 else None
    if type(axis) is not int or not axis:
        return None
    return model.Index(key=",".join(["...", "0", *":" * (-axis - 1)]) if axis < 0 else ",".join([*":" * axis, "0"]))


def _split(_: LayerCall, given: dict[str, Any]) -> Layer | None:
    parts = given.get("indices_or_sections", given.get("num_or_size_splits"))
    return model.Split(sections=parts, axis=_axis(given, 0)) if type(parts) is int else None


_LAYERS: dict[str, Callable[[LayerCall, dict[str, Any]], Layer | None]] = {
    "GetItem": _index,
    "ExpandDims": lambda _, given: model.ExpandDims(axis=_axis(given)),
    "Concatenate": lambda _, given: model.Concat(axis=_axis(given, -1)),
    "Stack": lambda _, given: model.Stack(axis=_axis(given, 0)),
    "Matmul": lambda _, given: None if given.get("transpose_a") or given.get("transpose_b") else model.MatMul(),
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Split": _split,
    "Squeeze": _squeeze,
    "Flatten": lambda *_: model.Flatten(),
    **{name.title(): _reduce(name) for name in ("mean", "sum", "max", "min", "prod")},
}
"""How the shape follows from what an operation reads and says."""
_NAMES = _UNARY | _WITH_A_NUMBER | _ON_TWO.keys() | _LAYERS.keys() | {"Any", "All"}
"""The operations that are known."""


MERGES: dict[str, type[Layer] | None] = {
    **_ON_TWO,
    "Average": model.Average,
    "Concatenate": model.Concat,
    "Dot": model.Dot,
    "Merge": None,
}
"""Layers that make one tensor of several."""
_MODES: dict[Any, type[Layer]] = {
    "sum": model.Add,
    "ave": model.Average,
    "concat": model.Concat,
    "dot": model.Dot,
    "cos": model.Dot,
    "max": model.Maximum,
    "mul": model.Multiply,
}
"""The modes of Merge in Keras 1."""


def merge_layer(node: ConfigObject) -> Layer | None:
    """Return the layer that a merge is; None for a Merge of Keras 1 whose mode is a function."""
    values = node.config.values
    mode = values.get("mode")
    kind = MERGES[node.class_name] or (_MODES.get(mode) if isinstance(mode, str) else None)
    if kind is None:
        return None
    fields: dict[str, Any] = {"name": node.name}
    if kind is model.Concat:
        fields["axis"] = values.get("axis", -1)
    if kind is model.Dot:
        axes = values.get("axes", -1)
        fields["axis"] = tuple(_first(axis) for axis in axes) if isinstance(axes, list) else axes
        fields["normalize"] = bool(values.get("normalize"))
    try:
        return kind(**fields)
    except ModelError as error:
        raise node.config.error(error.without_key, "axes" if kind is model.Dot else "axis") from None


def _first(axis: Any) -> Any:
    """Return an axis that Keras 1 writes as a list of one."""
    return axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
