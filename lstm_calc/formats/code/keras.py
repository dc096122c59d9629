"""Programs that use Keras: their layers and calls become a Keras configuration, which the reader of configurations reads."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.values import (
    MISSING,
    Array,
    Built,
    Cause,
    External,
    Function,
    Instance,
    Place,
    Unknown,
    causes_of,
    is_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_CELL = "units activation recurrent_activation use_bias"
_WINDOW = "filters kernel_size strides padding data_format dilation_rate"
_POOL = "pool_size strides padding"
CLASSES: dict[str, str] = {
    "LSTM": _CELL,
    "GRU": _CELL,
    "SimpleRNN": "units activation use_bias",
    "CuDNNLSTM": "units",
    "CuDNNGRU": "units",
    "LSTMCell": _CELL,
    "GRUCell": _CELL,
    "SimpleRNNCell": "units activation use_bias",
    "StackedRNNCells": "cells",
    "RNN": "cell return_sequences return_state go_backwards stateful",
    "Bidirectional": "layer merge_mode weights backward_layer",
    "TimeDistributed": "layer",
    "Dense": "units activation use_bias",
    "Embedding": "input_dim output_dim embeddings_initializer",
    "Dropout": "rate",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate",
    "GaussianNoise": "stddev",
    "GaussianDropout": "rate",
    "AlphaDropout": "rate",
    "Activation": "activation",
    "Masking": "mask_value",
    "Flatten": "data_format",
    "Reshape": "target_shape",
    "Permute": "dims",
    "RepeatVector": "n",
    "Lambda": "function output_shape",
    "BatchNormalization": "axis momentum epsilon center scale",
    "LayerNormalization": "axis epsilon center scale",
    "UnitNormalization": "axis",
    "GroupNormalization": "groups axis epsilon center scale",
    "RMSNormalization": "axis epsilon",
    "TimeDistributedDense": "units activation",
    **dict.fromkeys(("SpatialDropout3D", "ActivityRegularization", "Rescaling", "ThresholdedReLU", "Identity"), ""),
    "Concatenate": "axis",
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "ReLU", "ELU", "Softmax", "LeakyReLU", "PReLU"), ""
    ),
    "Dot": "axes normalize",
    "Merge": "layers mode",
    "Attention": "use_scale score_mode",
    "AdditiveAttention": "use_scale",
    "MultiHeadAttention": "num_heads key_dim value_dim dropout use_bias output_shape attention_axes",
    "GroupQueryAttention": "head_dim num_query_heads num_key_value_heads dropout use_bias",
    "CRF": "units",
    "InputLayer": "input_shape",
    "EinsumDense": "equation output_shape activation bias_axes",
    **{f"{name}{dims}D": _WINDOW for dims in (1, 2, 3) for name in ("Conv", "Convolution", "SeparableConv", "ConvLSTM")},
    **{f"Conv{dims}DTranspose": "filters kernel_size strides padding" for dims in (1, 2, 3)},
    **{f"DepthwiseConv{dims}D": "kernel_size strides padding depth_multiplier" for dims in (1, 2)},
    **{f"{name}{dims}D": _POOL for dims in (1, 2, 3) for name in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")},
    **{f"Global{name}{dims}D": "" for dims in (1, 2, 3) for name in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")},
    **{f"Adaptive{name}Pooling{dims}D": "output_size data_format" for dims in (1, 2, 3) for name in ("Max", "Average")},
    **{f"UpSampling{dims}D": "size" for dims in (1, 2, 3)},
    **{f"ZeroPadding{dims}D": "padding" for dims in (1, 2, 3)},
    **{f"Cropping{dims}D": "cropping" for dims in (1, 2, 3)},
    **dict.fromkeys(("Input", "Sequential", "Model"), ""),
}
"""The classes of Keras that are read, and their arguments that are given by position."""

FUNCTIONS = ("concatenate", "add", "multiply", "average", "maximum", "minimum", "subtract", "dot")
"""The functions of keras.layers, each of which calls the layer of its name."""

_CELLS = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})
_LOOKUPS = frozenset({"TextVectorization", "StringLookup", "IntegerLookup", "Hashing"})
"""Layers that turn words into numbers: they have no weights, and a model of numbers begins behind them."""
_RECURRENT = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "CuDNNLSTM": 2, "CuDNNGRU": 1, "ConvLSTM1D": 2, "ConvLSTM2D": 2, "ConvLSTM3D": 2}
"""How many states each has."""
_WITHOUT_SIZE = frozenset(
    [
        "activation",
        "recurrent_activation",
        "dropout",
        "recurrent_dropout",
        "rate",
        "stddev",
        "mask_value",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "embeddings_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "embeddings_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "embeddings_constraint",
        "weights",
        "epsilon",
        "momentum",
        "dtype",
        "seed",
        "mask_zero",
        "implementation",
        "unroll",
        "stateful",
        "alpha",
        "negative_slope",
        "max_value",
        "threshold",
        "noise_shape",
        "unit_forget_bias",
        "dropout_W",
        "dropout_U",
        "init",
        "inner_init",
        "W_regularizer",
        "U_regularizer",
        "b_regularizer",
        "beta_initializer",
        "gamma_initializer",
        "moving_mean_initializer",
        "moving_variance_initializer",
        "time_major",
        "inner_activation",
        "forget_bias_init",
        "consume_less",
        "theta",
    ]
)
"""Arguments that change no size and are left out."""
_SHAPES = frozenset(["input_shape", "batch_input_shape", "batch_shape", "shape", "input_dim", "input_length", "batch_size"])
_DROPPED = frozenset({"mask", "training", "attention_mask", "return_attention_scores", "use_causal_mask", "constants"})


class Layer:
    """A layer of Keras: its class and its arguments."""

    def __init__(self, name: str, config: dict[str, Any], place: Place, doubt: tuple[Cause, ...] = ()) -> None:
        """Take the class, its arguments by name, and where it is made."""
        self.name = name
        self.config = config
        self.place = place
        self.doubt = doubt
        self.params: Any = None
        """The number of parameters of a layer of the author's, where it is known."""
        self.called: Call | None = None
        """The last call of it."""
        self.around: Layer | None = None
        """The RNN around a cell."""
        self.shape: Any = None


class Network:
    """A model of Keras: layers that follow each other, or inputs and outputs."""

    def __init__(self, place: Place, layers: list[Any] | None = None, inputs: Any = None, outputs: Any = None) -> None:
        """Take the layers of a Sequential, or the tensors of a functional model."""
        self.place = place
        self.layers = layers if layers is not None else []
        self.inputs = inputs
        self.outputs = outputs
        self.name: str | None = None
        self.trainable = True
        self.built: Any = None
        self.ends: tuple[Any, Any] | None = None
        """The input and output of layers that follow each other, once they are asked for."""

    @property
    def doubt(self) -> tuple[Cause, ...]:
        """The causes of its layers."""
        return ()


class Call:
    """A call of a layer or an operation on tensors."""

    def __init__(self, layer: Any, args: Any, kwargs: dict[str, Any], outputs: int = 1) -> None:
        """Take the layer, what it is called on, and how many tensors it gives."""
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs


class Tensor:
    """A symbolic tensor: an output of a call."""

    def __init__(self, call: Call, index: int = 0) -> None:
        """Take the call, and which of its outputs it is."""
        self.call = call
        self.index = index


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in an argument."""
    if isinstance(value, Tensor):
        yield value
    for each in value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ():
        yield from tensors_in(each)


def make(interpreter: Interpreter, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of class
    """Return what a class or function of Keras or TensorFlow makes, MISSING for one that makes no part of a model."""
    name = path.rpartition(".")[2]
    if name == "Input":
        return input_tensor(positional, named, cause.place, interpreter.doubt)
    if name == "Sequential":
        given = named.get("layers", positional[0] if positional else [])
        inner = given if isinstance(given, (list, tuple)) else []
        network = Network(cause.place, [each for each in inner if getattr(each, "name", None) not in _LOOKUPS])
        network.name = _name(named.get("name"))
        return network
    if name in {"Model", "Functional"}:
        return functional(positional, named, cause.place)
    if name in CLASSES and (".layers" in path or path.startswith("keras.") or "keras" in path):
        layer = Layer(name, _arguments(name, positional, named), cause.place, interpreter.doubt)
        cell = layer.config.get("cell")
        if isinstance(cell, Layer):
            cell.around = cell.around or layer
        return layer
    if name[:1].isupper() and (".layers." in path or ".applications." in path):
        return Layer(name, {"name": named.get("name")}, cause.place, interpreter.doubt)
    if name in {"variable", "Variable"} and not list(tensors_in([list(positional), named])):
        return _variable(positional, named, cause)
    merged = name.capitalize()
    if ".layers" in path and merged in CLASSES and positional:
        return call(interpreter, Layer(merged, _arguments(merged, positional[1:], named), cause.place), positional[:1], {}, cause)
    return operation(name, positional, named)


def _variable(positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Array:
    """Return a variable with the shape of what it begins as."""
    value = positional[0] if positional else named.get("value", named.get("initial_value"))
    shape = value.shape if isinstance(value, Array) else None
    shape = (Unknown(causes_of(value) or [cause]),) if shape is None else shape
    found = Array(shape, trained=named.get("trainable") is not False)
    found.place = cause.place
    return found


def functional(positional: Sequence[Any], named: dict[str, Any], place: Place) -> Network:
    """Return the functional model of some inputs and outputs."""
    inputs = named.get("inputs", named.get("input", positional[0] if positional else None))
    outputs = named.get("outputs", named.get("output", positional[1] if len(positional) > 1 else None))
    network = Network(place, None, inputs, outputs)
    network.name = _name(named.get("name"))
    return network


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _arguments(name: str, positional: Sequence[Any], named: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a layer by name, those without a size apart; Keras' own names stay as its release had them."""
    found = dict(zip(CLASSES[name].split(), positional, strict=False)) | named
    return {key: value for key, value in found.items() if key not in _WITHOUT_SIZE}


def input_tensor(positional: Sequence[Any], named: dict[str, Any], place: Place, doubt: tuple[Cause, ...] = ()) -> Tensor:
    """Return an input of a model; its shape is without the batch, unless it says otherwise."""
    whole = named.get("batch_shape", named.get("batch_input_shape"))
    shape = named.get("shape", positional[0] if positional else None)
    if isinstance(whole, (list, tuple)):
        shape = tuple(whole)[1:]
    if isinstance(shape, int):
        shape = (shape,)
    return Tensor(Call(Layer("InputLayer", {"name": named.get("name"), "shape": shape}, place, doubt), (), {}))


def incoming(place: Place, name: str) -> Tensor:
    """Return an input of which the shape follows from the layer that reads it first."""
    return Tensor(Call(Layer("InputLayer", {"name": name, "shape": MISSING}, place), (), {}))


def call(  # noqa: PLR0911 - a case for each kind of layer
    interpreter: Interpreter, layer: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause
) -> Any:
    """Return the tensors that a layer or a model gives on what it is called on."""
    if isinstance(layer, Layer) and layer.name in _LOOKUPS and positional:
        return positional[0]
    if isinstance(layer, Layer) and layer.name in _CELLS and positional:
        return _cell_alone(interpreter, layer, positional, cause)
    if isinstance(layer, Layer) and isinstance(layer.config.get("cell"), Instance):
        return _around_own(interpreter, layer, positional, cause)
    if isinstance(layer, Layer) and layer.name == "Lambda":
        return _lambda(interpreter, layer, positional, cause)
    args = [_as_tensor(each, cause.place) for each in positional[: 1 if _is_recurrent(layer) else None]]
    kwargs = {name: value for name, value in named.items() if name not in _DROPPED and list(tensors_in(value))}
    if not list(tensors_in([args, kwargs])):
        return Unknown(causes_of(list(positional)) or [cause])
    if any(is_unknown(each) for each in args[:1]):
        return Unknown(causes_of(args))
    args = [each for each in args if list(tensors_in(each))]
    number = _outputs(layer, named)
    made = Call(layer, args[0] if len(args) == 1 else args, kwargs, number)
    if isinstance(layer, Layer):
        layer.called = made
    return Tensor(made) if number == 1 else [Tensor(made, at) for at in range(number)]


def _is_recurrent(layer: Any) -> bool:
    inner = layer.config.get("layer") if isinstance(layer, Layer) and layer.name == "Bidirectional" else layer
    return isinstance(inner, Layer) and (inner.name in _RECURRENT or inner.name == "RNN")


def _as_tensor(value: Any, place: Place) -> Any:
    """Return an array as an input of its shape; anything else as it is."""
    if isinstance(value, Array) and value.shape:
        return input_tensor([value.shape[1:]], {}, place)
    return value


def _outputs(layer: Any, named: dict[str, Any]) -> int:
    """Return how many tensors a layer gives."""
    if isinstance(layer, Network):
        return max(1, len(list(tensors_in(layer.outputs))))
    if layer.name == "Bidirectional" and isinstance(layer.config.get("layer"), Layer):
        inner = layer.config["layer"]
        outputs = 2 if layer.config.get("merge_mode", "concat") is None else 1
        return outputs + 2 * _states(inner)
    if layer.name == "MultiHeadAttention":
        return 2 if named.get("return_attention_scores") is True else 1
    return 1 + _states(layer)


def _states(layer: Layer) -> int:
    if layer.config.get("return_state") is not True:
        return 0
    cell = layer.config.get("cell")
    cells = cell if isinstance(cell, list) else [cell]
    return _RECURRENT.get(layer.name) or sum(2 if isinstance(each, Layer) and each.name == "LSTMCell" else 1 for each in cells)


def _lambda(interpreter: Interpreter, layer: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a function of the author's gives: followed, where it can be."""
    if not list(tensors_in(list(positional[:1]))):
        return Unknown(causes_of(list(positional)) or [cause])
    function = layer.config.get("function", layer.config.get("body"))
    if isinstance(function, Function):
        found = interpreter.call(function, positional[:1], {}, cause)
        if list(tensors_in(found)):
            return found
    return Tensor(Call(Layer("Lambda", {"output_shape": layer.config.get("output_shape")}, layer.place), list(positional[:1]), {}))


_UNARY = frozenset(
    [
        "relu",
        "tanh",
        "sigmoid",
        "softmax",
        "elu",
        "selu",
        "gelu",
        "swish",
        "silu",
        "softplus",
        "exp",
        "log",
        "sqrt",
        "square",
        "abs",
        "cast",
        "stop_gradient",
        "identity",
        "sign",
        "negative",
        "dropout",
        "l2_normalize",
        "bias_add",
    ]
)
_REDUCED = {f"{prefix}{name}": name.capitalize() for prefix in ("", "reduce_") for name in ("mean", "sum", "max", "min")}
_MOST_PARTS = 10_000
"""Parts that a tensor is cut into."""
_PAIRS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "divide": "TrueDivide",
}
_OPERATORS = {"Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "TrueDivide", "MatMult": "Matmul", "Pow": "Power"}


def operation(name: str, positional: Sequence[Any], named: dict[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each function
    """Return what a function on tensors gives, MISSING where no tensor flows into it."""
    if not list(tensors_in([list(positional), named])):
        return MISSING
    second = positional[1] if len(positional) > 1 else None
    axis = named.get("axis", second)
    first = positional[0] if positional else next(iter(named.values()))
    if name in _UNARY:
        return _op("Identity", [first], {})
    if name in _REDUCED and isinstance(axis, (int, list, tuple)):
        kept = named.get("keepdims", positional[2] if len(positional) > 2 else False)
        return _op(_REDUCED[name], [first], {"axis": axis, "keepdims": kept is True})
    if name in {"concat", "concatenate"}:
        return _op("Concatenate", [first], {"axis": -1 if axis is None else axis})
    if name == "stack" and axis not in {None, 0}:
        return _op("Stack", [first], {"axis": axis or 0})
    if name == "expand_dims":
        return _op("ExpandDims", [first], {"axis": -1 if axis is None else axis})
    if name == "squeeze" and isinstance(axis, int):
        return item(first, (*(slice(None),) * axis, 0) if axis >= 0 else (..., 0, *(slice(None),) * (-axis - 1)))
    if name in {"transpose", "permute_dimensions"} and axis is None:
        axis = named.get("perm", named.get("axes"))
    if name in {"transpose", "permute_dimensions"} and isinstance(axis, (list, tuple)):
        return _op("Transpose", [first], {"axes": list(axis)})
    if name == "split":
        return _split(
            first, named.get("indices_or_sections", second), named.get("axis", positional[2] if len(positional) > 2 else 0)
        )
    shape = named.get("shape", axis)
    if name == "reshape" and isinstance(shape, (list, tuple)) and shape[:1] in [(-1,), [-1]]:
        return _shaped(first, "reshape", (None, *shape[1:]))
    if name == "reshape" and isinstance(shape, (list, tuple)):
        return _op("Reshape", [first], {"shape": [-1, *shape[1:]]})
    if name in _PAIRS and len(positional) > 1:
        return operate(_PAIRS[name], first, positional[1])
    if name in {"matmul", "dot", "tensordot"} and len(positional) > 1:
        return operate("MatMult", first, positional[1])
    return Tensor(Call(Layer("Lambda", {}, Place("", 1)), [first], {}))


def _op(name: str, args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    return Tensor(Call(name, args, kwargs))


def _split(tensor: Tensor, parts: Any, axis: Any) -> Any:
    """Return the parts of a tensor: so many equal ones, or those between some places."""
    if not isinstance(axis, int) or not isinstance(parts, (int, list, tuple)):
        return Tensor(Call(Layer("Lambda", {}, Place("", 1)), [tensor], {}))
    if isinstance(parts, int):
        call = Call("Split", [tensor], {"indices_or_sections": parts, "axis": axis}, parts)
        return [Tensor(call, at) for at in range(min(parts, _MOST_PARTS))]
    before = (slice(None),) * axis if axis >= 0 else (...,)
    after = (slice(None),) * (-axis - 1) if axis < 0 else ()
    ends = [None, *parts, None]
    return [item(tensor, (*before, slice(start, end), *after)) for start, end in pairwise(ends)]


def operate(name: str, left: Any, right: Any) -> Tensor:
    """Return what an operator gives on tensors; a number beside one changes no shape."""
    operands = [each for each in (left, right) if isinstance(each, Tensor)]
    if name == "MatMult" and isinstance(right, Array) and right.shape:
        return _widened(left, right.shape[-1])
    return _op(_OPERATORS.get(name, name) if len(operands) == 2 else "Identity", operands, {})


def _widened(tensor: Tensor, width: Any) -> Tensor:
    """Return the product of a tensor and a matrix, which gives another width."""
    from lstm_calc.formats.code.configuration import shape_of

    shape = shape_of(tensor)
    return _shaped(tensor, "matmul", None if shape is None else (*shape[:-1], width))


def _shaped(tensor: Tensor, name: str, shape: tuple[Any, ...] | None) -> Tensor:
    """Return a tensor of a shape that is made of another one, without weights."""
    layer = Layer(name, {}, Place("", 1))
    layer.params = 0
    layer.shape = None if shape is None else tuple(size if isinstance(size, int) else None for size in shape)
    return Tensor(Call(layer, [tensor], {}))


def item(tensor: Tensor, key: Any) -> Tensor:
    """Return an entry or slice of a tensor."""
    keys = key if isinstance(key, tuple) else (key,)
    return _op("GetItem", [tensor], {"key": [_part(each) for each in keys]})


def _part(key: Any) -> Any:
    if isinstance(key, slice):
        bounds = {"start": key.start, "stop": key.stop, "step": key.step}
        return {
            "class_name": "slice",
            "config": {name: bound if isinstance(bound, int) else None for name, bound in bounds.items()},
        }
    if key is Ellipsis:
        return {"class_name": "__ellipsis__"}
    return key if isinstance(key, int) else {"class_name": "slice", "config": {"start": None, "stop": None, "step": None}}


def unpacked(tensor: Tensor, number: int) -> list[Any]:
    """Return the tensors that one is unpacked into."""
    return [Tensor(tensor.call, at) for at in range(number)]


def attribute(interpreter: Interpreter, holder: Any, name: str, cause: Cause) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each name
    """Return an attribute or method of a layer, a model or a tensor."""
    if isinstance(holder, Tensor):
        if name in {"shape", "_keras_shape"}:
            return _shape(holder, cause)
        if name == "get_shape":
            return Built(lambda *_, at, **__: _shape(holder, at))
        return Unknown([cause])
    if isinstance(holder, Layer):
        if name in holder.config:
            return holder.config[name]
        if name in {"output", "input"} and holder.called is not None:
            return Tensor(holder.called) if name == "output" else holder.called.args
        return {"name": _name(holder.config.get("name"))}.get(name, Unknown([cause]))
    if name == "add":
        return Built(lambda layer=None, *_, at, **__: _append(holder, layer))  # noqa: ARG005 - as every call
    if name == "pop":
        return Built(lambda *_, at, **__: holder.layers.pop() if holder.layers else None)  # noqa: ARG005 - as every call
    if name == "build":
        return Built(lambda shape=None, *_, at, **named: setattr(holder, "built", named.get("input_shape", shape)))  # noqa: ARG005
    if name in {"input", "inputs", "output", "outputs"} and holder.outputs is not None:
        return holder.inputs if name.startswith("input") else holder.outputs
    if name in {"input", "inputs", "output", "outputs"} and holder.layers:
        return _ends(interpreter, holder)[name.startswith("output")]
    if name == "layers":
        return network_layers(holder)
    if name == "get_layer":
        _ends(interpreter, holder)
        return Built(lambda label=None, index=None, *, at: _named_layer(network_layers(holder), label, index, at))
    if name in {"compile", "fit", "summary", "load_weights", "save"}:
        return Built(lambda *_, at, **__: None)  # noqa: ARG005 - as every call
    return Unknown([cause])


def _ends(interpreter: Interpreter, network: Network) -> tuple[Any, Any]:
    """Return the input and the output of layers that follow each other, as tensors; what they are called on is kept."""
    if network.outputs is not None:
        return network.inputs, network.outputs
    if network.ends is None:
        first, *rest = network.layers or [None]
        start = first if isinstance(first, Tensor) else _start(first)
        given: Any = start
        for each in rest if isinstance(first, Tensor) else network.layers:
            given = call(interpreter, each, [given], {}, Cause("", network.place))
        network.ends = (start, given)
    return network.ends


def _start(layer: Any) -> Tensor:
    """Return the input of a model whose first layer says what it reads."""
    from lstm_calc.formats.code.configuration import declared

    shape = declared(layer, dict(layer.config)) if isinstance(layer, Layer) else MISSING
    return input_tensor([shape[1:] if isinstance(shape, (list, tuple)) else MISSING], {}, layer.place)


def _append(network: Network, layer: Any) -> None:
    """Add a layer at the end of those that follow each other."""
    if getattr(layer, "name", None) not in _LOOKUPS:
        network.layers.append(layer)
        network.ends = None


def network_layers(network: Network) -> list[Any]:
    """Return the layers of a model, those of its inputs first."""
    if network.outputs is None:
        return network.layers
    from lstm_calc.formats.code.configuration import calls_of

    found = [call.layer for call in calls_of(network) if not isinstance(call.layer, str)]
    return list({id(layer): layer for layer in found}.values())


def _named_layer(layers: list[Any], label: Any, index: Any, at: Cause) -> Any:
    if isinstance(label, str):
        return next((each for each in layers if isinstance(each, Layer) and each.config.get("name") == label), Unknown([at]))
    return layers[index if isinstance(index, int) else label]


def _shape(tensor: Tensor, cause: Cause) -> Any:
    """Return the shape of a tensor, the batch first; sizes that are not known are unknown."""
    from lstm_calc.formats.code.configuration import shape_of

    shape = shape_of(tensor)
    if shape is None:
        return Unknown([cause])
    return tuple(
        Unknown([cause.replace(text=f"{cause.text}[{at}]", shown="")]) if size is None else size for at, size in enumerate(shape)
    )


def call_instance(
    interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause
) -> Any:
    """Return what a layer or model of the author's gives: its ``call`` is followed, after its ``build``."""
    args = [_as_tensor(each, cause.place) for each in positional]
    first = next(tensors_in(args), None)
    build = instance.cls.find("build") if instance.cls else MISSING
    if isinstance(build, Function) and first is not None and "__built__" not in instance.attributes:
        instance.attributes["__built__"] = True
        shape = _shape(first, cause)
        interpreter.call(build.bound(instance), [shape], {}, cause)
    _keep_variables(instance)
    follow = instance.cls.find("call") if instance.cls else MISSING
    given = interpreter.call(follow.bound(instance), args, _fitting(follow, named), cause) if isinstance(follow, Function) else None
    weights = instance.attributes["__weights__"]
    results = list(tensors_in(given))
    if follow is MISSING and "__given__" in instance.attributes:
        values, words = instance.attributes["__given__"]
        return call(interpreter, functional(values, words, cause.place), args, named, cause)
    if first is None or (results and not weights):
        return given
    return _with_weights(interpreter, instance, results[0] if results else None, first, weights, cause)


def _keep_variables(instance: Instance) -> None:
    """Count the variables that a layer of the author's keeps beside those of add_weight, each once."""
    weights = instance.attributes.setdefault("__weights__", [])
    kept = instance.attributes.setdefault("__variables__", set())
    for each in list(instance.attributes.values()):
        if isinstance(each, Array) and each.trained is not None and id(each) not in kept:
            kept.add(id(each))
            weights.append(each.shape or ())


def _cell_alone(interpreter: Interpreter, cell: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a cell gives for one step, and its states: what the RNN around it gives for a sequence of one."""
    if not isinstance(positional[0], Tensor):
        return Unknown(causes_of(list(positional)) or [cause])
    cell.around = cell.around or Layer("RNN", {"cell": cell, "return_state": True}, cell.place)
    found = call(interpreter, cell.around, [_op("ExpandDims", [positional[0]], {"axis": 1})], {}, cause)
    output, *states = found if isinstance(found, list) else [found]
    if cell.around.config.get("return_sequences") is True:
        output = item(output, (slice(None), 0))
    return output, states or [output]


def _around_own(interpreter: Interpreter, layer: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what an RNN gives around a cell of the author's: a layer with the weights that the cell makes."""
    cell, source = layer.config["cell"], next(tensors_in(list(positional[:1])), None)
    if source is None:
        return Unknown(causes_of(list(positional)) or [cause])
    build = cell.cls.find("build") if cell.cls else MISSING
    shape = _shape(source, cause)
    if isinstance(build, Function) and isinstance(shape, tuple) and "__built__" not in cell.attributes:
        cell.attributes["__built__"] = True
        interpreter.call(build.bound(cell), [(shape[0], *shape[2:])], {}, cause)
    _keep_variables(cell)
    made = Layer(cell.cls.name if cell.cls else "cell", {"name": layer.config.get("name")}, layer.place)
    own = any(isinstance(each, (Layer, Network)) for each in cell.attributes.values())
    made.params = None if own else _total(cell.attributes["__weights__"])
    size = cell.attributes.get("state_size", cell.attributes.get("units"))
    steps = shape[1:2] if isinstance(shape, tuple) and layer.config.get("return_sequences") is True else ()
    made.shape = (None, *(each if isinstance(each, int) else None for each in steps), size) if isinstance(size, int) else None
    return Tensor(Call(made, [source], {}))


def _fitting(function: Function, named: dict[str, Any]) -> dict[str, Any]:
    arguments = function.node.args
    names = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
    return {name: value for name, value in named.items() if name in names or arguments.kwarg}


def _declared_shape(interpreter: Interpreter, instance: Instance, first: Tensor, cause: Cause) -> tuple[Any, ...] | None:
    """Return the shape that a layer of the author's says that it gives, None where it says none."""
    follow = instance.cls.find("compute_output_shape") if instance.cls else MISSING
    shape = _shape(first, cause)
    given = interpreter.call(follow.bound(instance), [shape], {}, cause) if isinstance(follow, Function) else None
    if not isinstance(given, (list, tuple)):
        return None
    return tuple(size if isinstance(size, int) else None for size in given)


def _with_weights(
    interpreter: Interpreter, instance: Instance, result: Tensor | None, first: Tensor, weights: list[Any], cause: Cause
) -> Tensor:
    """Return what a layer of the author's gives, as the output of a layer with its weights."""
    from lstm_calc.formats.code.configuration import shape_of

    layer = Layer(instance.cls.name if instance.cls else "Layer", {"name": None}, cause.place)
    layer.params = _total(weights)
    source = first if result is None else result
    layer.shape = (None if result is None else shape_of(result)) or _declared_shape(interpreter, instance, first, cause)
    return Tensor(Call(layer, [source], {}))


def _total(shapes: list[Any]) -> Any:
    total = 0
    for shape in shapes:
        numbers = 1
        for size in shape if isinstance(shape, (list, tuple)) else (shape,):
            if not isinstance(size, int):
                return Unknown(causes_of(size) or ()) if is_unknown(size) else None
            numbers *= size
        total += numbers
    return total


def instance_method(interpreter: Interpreter, holder: Instance, name: str) -> Any:
    """Return what a layer or model of the author's inherits from Keras."""
    del interpreter
    if name in {"add_weight", "add_variable"}:
        return Built(lambda *values, at, **named: _add_weight(holder, values, named, at))
    if name in {"compile", "fit", "summary", "save", "load_weights", "predict", "evaluate"}:
        return Built(lambda *_, at, **__: None)  # noqa: ARG005 - as every call
    return MISSING


def _add_weight(holder: Instance, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    shape = named.get("shape", next((each for each in values if isinstance(each, (list, tuple))), ()))
    holder.attributes.setdefault("__weights__", []).append(shape)
    return Array(shape) if isinstance(shape, (list, tuple)) else Unknown([at])


def snake(name: str) -> str:
    """Return the name that Keras gives a layer of a class.

    >>> snake("SimpleRNN"), snake("TimeDistributed"), snake("Conv1D")
    ('simple_rnn', 'time_distributed', 'conv1d')
    """
    text = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()


__all__ = ["CLASSES", "Call", "External", "Layer", "Network", "Tensor"]
