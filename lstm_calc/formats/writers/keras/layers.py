"""The layers of Keras and the operations of keras.ops, each as the call that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import function_of
from lstm_calc.formats.writers.text import CodeCall, call, one_or_tuple, tuple_of, unless_ones
from lstm_calc.frozen import Record
from lstm_calc.model.sizes import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.writers.plan import Step


TITLE = "Keras"


class KerasCalls(Record):
    """A layer of Keras: the call that makes it, and the layers that go before it, such as zeros around what it reads."""

    layer: CodeCall
    before: tuple[CodeCall, ...] = ()


def _keras(step: Step, name: str, *positional: Any, **named: Any) -> KerasCalls:
    """Return a layer of Keras, with the arguments that all have."""
    trainable = "False" if not step.layer.trainable and step.layer.weighted else None
    return KerasCalls(call(f"keras.layers.{name}", *positional, **named, trainable=trainable))


def _flag(value: object) -> str | None:
    return "True" if value else None


def _not(value: object) -> str | None:
    return None if value else "False"


def _order(step: Step) -> str | None:
    """Return the argument for the order of axes, None where the features are last."""
    return '"channels_first"' if step.layer.channels_first else None


_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn": "SimpleRNN", "conv_lstm": "ConvLSTM{dims}D"}
_MERGES = {"sum": '"sum"', "mul": '"mul"', "average": '"ave"', "none": "None"}


def _recurrent(step: Step, depth: int) -> KerasCalls:
    layer: Any = step.layer
    if layer.variant:
        raise step.refuse("Keras 3", f"class for cuDNN, such as CuDNN{layer.kind.upper()}")
    last = depth == layer.repeat - 1
    made = _keras(
        step,
        _CELLS[layer.kind].format(dims=len(layer.window)),
        step.options[layer.size],
        *([one_or_tuple(layer.window)] if layer.window else []),
        **(_image(step) if layer.window else {}),
        use_bias=_not(layer.bias),
        reset_after=_not(step.options.get("reset_after", True)),
        return_sequences=_flag(layer.return_sequences or not last),
        return_state=_flag(step.gives_states and last),
        go_backwards=_flag(layer.go_backwards),
        stateful=_flag(layer.stateful),
    )
    if not layer.bidirectional:
        return made
    return KerasCalls(call("keras.layers.Bidirectional", made.layer, merge_mode=_MERGES.get(layer.merge)))


def _image(step: Step) -> dict[str, Any]:
    """Return the arguments of a convolution beside its sizes; raise FrameworkError for zeros at each end."""
    padding = step.options["padding"]
    if isinstance(padding, tuple) and any(padding) and step.layer.kind not in _PADDED:
        raise step.refuse(TITLE, f"zeros at each end for {step.layer.kind}")
    return {
        "strides": unless_ones(step.strides),
        "padding": f'"{padding}"' if padding in {"same", "causal"} else None,
        "data_format": _order(step),
        "dilation_rate": unless_ones(step.dilations),
    }


_PADDED = frozenset({"conv", "depthwise_conv", "separable_conv"})


def _convolution(name: str, *sizes: str, most: int = 3) -> Callable[[Step, int], KerasCalls]:
    def make(step: Step, _: int) -> KerasCalls:
        layer, dims = step.options, len(step.layer.window)
        kind = name.format(dims=dims)
        if dims > most or (layer["padding"] == "causal" and dims > 1):
            raise step.refuse(TITLE, f"{kind}{' with padding=causal' if dims <= most else ''}")
        made = _keras(
            step,
            kind,
            *(layer[size] for size in sizes),
            one_or_tuple(step.layer.window),
            **_image(step),
            depth_multiplier=layer["depth_multiplier"] if layer.get("depth_multiplier", 1) != 1 else None,
            groups=layer["groups"] if layer.get("groups", 1) != 1 else None,
            use_bias=_not(layer["bias"]),
        )
        padding = layer["padding"]
        if not isinstance(padding, tuple) or not any(padding):
            return made
        zeros = padding[0] if dims == 1 else tuple_of(padding)
        return made.replace(before=(call(f"keras.layers.ZeroPadding{dims}D", zeros, data_format=_order(step)),))

    return make


def _transposed(step: Step, depth: int) -> KerasCalls:
    layer: Any = step.layer
    reaches = [dilation * (size - 1) + 1 for size, dilation in zip(layer.window, step.dilations, strict=True)]
    falls_short = any(reach < stride for reach, stride in zip(reaches, step.strides, strict=True))
    if isinstance(layer.padding, tuple) and (any(layer.padding) or falls_short):
        raise step.refuse(TITLE, "zeros at each end for conv_transpose")
    made = _convolution("Conv{dims}DTranspose", "filters")(step, depth)
    if layer.output_padding is None:
        return made
    items = (*made.layer.items, f"output_padding={one_or_tuple(layer.output_padding)}")
    return made.replace(layer=made.layer.replace(items=items))


def _positions(name: str, field: str, *more: str) -> Callable[[Step, int], KerasCalls]:
    """Return how a layer without weights is made that has positions: with a value per dimension."""

    def make(step: Step, _: int) -> KerasCalls:
        layer = step.options
        values = layer[field]
        dims = len(values)
        function = {"average": "Average", "max": "Max"}.get(layer.get("function", ""), "")
        pairs = [f"({start}, {end})" for start, end in values] if field == "margins" else []
        text = pairs[0] if pairs and dims == 1 else tuple_of(pairs) if pairs else one_or_tuple(values)
        if step.layer.channels_first and name in _LAST and dims == 1:
            raise step.refuse(TITLE, f"{name.format(dims=1, function='')} with the features before the positions")
        options = {key: _positional(step, key, values) for key in more}
        return _keras(step, name.format(dims=dims, function=function), text, **options, data_format=_order(step))

    return make


_LAST = frozenset({"UpSampling{dims}D", "Cropping{dims}D"})


def _positional(step: Step, key: str, window: Sequence[int]) -> str | None:
    value = step.options[key]
    if key == "strides":
        return None if value is None or tuple(value) == tuple(window) else one_or_tuple(value)
    if isinstance(value, tuple) and any(value):
        raise step.refuse(TITLE, "zeros at each end of a pool")
    if value == "causal":
        raise step.refuse(TITLE, "padding=causal of a pool")
    return '"same"' if value == "same" else None


def _global_pool(step: Step, _: int) -> KerasCalls:
    layer, dims = step.options, len(step.layer.reading(step.input)) - 2
    if not 1 <= dims <= 3:
        raise step.refuse(TITLE, f"pool over {dims} axes")
    function = "Average" if layer["function"] == "average" else "Max"
    return _keras(step, f"Global{function}Pooling{dims}D", data_format=_order(step), keepdims=_flag(layer["keepdims"]))


def _norm(name: str, *flags: str) -> Callable[[Step, int], KerasCalls]:
    def make(step: Step, _: int) -> KerasCalls:
        layer: Any = step.layer
        axes = layer.axes_apart
        axis = None if tuple(axes) == (-1,) else str(axes[0]) if len(axes) == 1 else str(list(axes))
        groups = [layer.groups] if layer.kind == "group_norm" else []
        options = {flag: _not(layer.asdict()[flag]) for flag in flags}
        return _keras(step, name, *groups, axis=axis, **options, renorm=_flag(layer.asdict().get("renorm")))

    return make


def _dense(step: Step, _: int) -> KerasCalls:
    layer = step.options
    if layer["tied"]:
        raise step.refuse(TITLE, "dense layer that shares the matrix of an embedding")
    return _keras(step, "Dense", layer["units"], use_bias=_not(layer["bias"]))


def _attention(name: str) -> Callable[[Step, int], KerasCalls]:
    def make(step: Step, _: int) -> KerasCalls:
        layer = step.options
        usual = step.layer.fields["use_scale"]
        scale = None if layer["use_scale"] == usual else str(layer["use_scale"])
        mode = '"concat"' if layer.get("score_mode") == "concat" else None
        return _keras(step, name, use_scale=scale, score_mode=mode)

    return make


def _heads(step: Step, _: int) -> KerasCalls:
    layer = step.options
    gate, bias = _flag(layer["use_gate"]), _not(layer["bias"])
    if layer["key_heads"] in {None, layer["num_heads"]}:
        axes, shape = layer["attention_axes"], layer["shape"]
        return _keras(
            step,
            "MultiHeadAttention",
            layer["num_heads"],
            layer["key_dim"],
            value_dim=layer["value_dim"],
            use_bias=bias,
            output_shape=tuple_of(shape) if shape else None,
            attention_axes=tuple_of(axes) if axes else None,
            use_gate=gate,
        )
    if layer["value_dim"] not in {None, layer["key_dim"]} or layer["shape"] or layer["attention_axes"]:
        raise step.refuse(TITLE, "attention with fewer heads of keys and other sizes of values or outputs")
    return _keras(
        step, "GroupQueryAttention", layer["key_dim"], layer["num_heads"], layer["key_heads"], use_bias=bias, use_gate=gate
    )


_ACTIVATIONS = (
    "relu tanh sigmoid softmax elu selu celu gelu silu swish softplus softsign exponential linear mish leaky_relu relu6 "
    "log_softmax log_sigmoid hard_sigmoid hard_silu hard_swish hard_tanh hard_shrink soft_shrink tanh_shrink squareplus "
    "sparse_plus sparse_sigmoid sparsemax"
)
_FUNCTIONS = {function_of(name): name for name in _ACTIVATIONS.split()} | {"exp": "exponential", "identity": "linear"}


def _activation(step: Step, _: int) -> KerasCalls:
    name = step.options["function"]
    if function_of(name) == "unitnormalization":
        return _keras(step, "UnitNormalization")
    if function_of(name) not in _FUNCTIONS:
        raise step.refuse(f"the writer of {TITLE}", f"activation {name}")
    return _keras(step, "Activation", f'"{_FUNCTIONS[function_of(name)]}"')


def _prelu(step: Step, _: int) -> KerasCalls:
    layer: Any = step.layer
    axes = layer.axes_shared(len(step.input))
    return _keras(step, "PReLU", shared_axes=str(list(axes)) if axes else None)


def _einsum(step: Step, _: int) -> KerasCalls:
    layer = step.options
    biased = f'"{layer["bias_axes"]}"' if layer["bias_axes"] else None
    return _keras(step, "EinsumDense", f'"{layer["equation"]}"', tuple_of(layer["shape"]), bias_axes=biased)


def _plain(name: str, *fields: str) -> Callable[[Step, int], KerasCalls]:
    def make(step: Step, _: int) -> KerasCalls:
        values = (step.options[field] for field in fields)
        return _keras(step, name, *(tuple_of(value) if isinstance(value, tuple) else value for value in values))

    return make


def _dropout(step: Step, _: int) -> KerasCalls:
    rate = step.options["rate"]
    return _keras(step, "Dropout", 0.5 if rate is None else rate)


def _concat(step: Step, _: int) -> KerasCalls:
    axis = step.options["axis"]
    return _keras(step, "Concatenate", axis=None if axis == -1 else axis)


def _dot(step: Step, _: int) -> KerasCalls:
    layer = step.options
    axes = layer["axis"] if isinstance(layer["axis"], int) else tuple_of(layer["axis"])
    return _keras(step, "Dot", axes, normalize=_flag(layer["normalize"]))


def _crf(step: Step, _: int) -> KerasCalls:
    raise step.refuse("Keras 3", "CRF")


LAYERS: dict[str, Callable[[Step, int], KerasCalls]] = {
    **dict.fromkeys(_CELLS, _recurrent),
    "dense": _dense,
    "embedding": _plain("Embedding", "vocab_size", "dim"),
    "einsum_dense": _einsum,
    "conv": _convolution("Conv{dims}D", "filters"),
    "depthwise_conv": _convolution("DepthwiseConv{dims}D", most=2),
    "separable_conv": _convolution("SeparableConv{dims}D", "filters", most=2),
    "conv_transpose": _transposed,
    "batch_norm": _norm("BatchNormalization", "center", "scale"),
    "layer_norm": _norm("LayerNormalization", "center", "scale"),
    "group_norm": _norm("GroupNormalization", "center", "scale"),
    "rms_norm": _norm("RMSNormalization"),
    "attention": _attention("Attention"),
    "additive_attention": _attention("AdditiveAttention"),
    "multi_head_attention": _heads,
    "prelu": _prelu,
    "crf": _crf,
    "repeat_vector": _plain("RepeatVector", "steps"),
    "dropout": _dropout,
    "activation": _activation,
    "masking": _plain("Masking"),
    "flatten": _plain("Flatten"),
    "reshape": _plain("Reshape", "target_shape"),
    "permute": _plain("Permute", "dims"),
    "pool": _positions("{function}Pooling{dims}D", "pool_size", "strides", "padding"),
    "adaptive_pool": _positions("Adaptive{function}Pooling{dims}D", "output_size"),
    "global_pool": _global_pool,
    "upsample": _positions("UpSampling{dims}D", "factors"),
    "crop": _positions("Cropping{dims}D", "margins"),
    "pad": _positions("ZeroPadding{dims}D", "margins"),
    "concat": _concat,
    "add": _plain("Add"),
    "multiply": _plain("Multiply"),
    "average": _plain("Average"),
    "subtract": _plain("Subtract"),
    "maximum": _plain("Maximum"),
    "minimum": _plain("Minimum"),
    "dot": _dot,
}
"""The layer of each kind; a kind that is not here is an operation on tensors."""


def _ops(function: str, *arguments: object, **named: object) -> CodeCall:
    return call(f"keras.ops.{function}", *arguments, **named)


def _reduce(step: Step, values: Sequence[str]) -> CodeCall:
    layer = step.options
    if layer["function"] not in {"mean", "sum", "max", "min", "prod", "std", "var"}:
        raise step.refuse(TITLE, f"reduction {layer['function']}")
    axes = (layer["axis"],) if isinstance(layer["axis"], int) else tuple(layer["axis"])
    axis = axes[0] if len(axes) == 1 else tuple_of(axes)
    made = _ops(layer["function"], values[0], axis=axis, keepdims=_flag(layer["keepdims"]))
    alone = len(set(axes)) == len(step.input) - 1 and not layer["keepdims"]
    return _ops("reshape", made, "(-1, 1)") if alone else made


def _transpose(step: Step, values: Sequence[str]) -> CodeCall:
    rank = len(step.input)
    one, other = (axis % rank for axis in step.options["axis"])
    order = list(range(rank))
    order[one], order[other] = other, one
    return _ops("transpose", values[0], axes=str(order))


def _split(step: Step, values: Sequence[str]) -> CodeCall:
    layer = step.options
    sections = layer["sections"]
    ends = sections if isinstance(sections, int) else [sum(sections[: at + 1]) for at in range(len(sections) - 1)]
    return _ops("split", values[0], ends, axis=layer["axis"])


def _matmul(step: Step, values: Sequence[str]) -> CodeCall:
    one, other = (len(shape) for shape in step.inputs)
    first, second = values
    for _ in range(other - one):
        first = str(_ops("expand_dims", first, axis=1))
    for _ in range(one - other):
        second = str(_ops("expand_dims", second, axis=1))
    return _ops("matmul", first, second)


OPERATIONS: dict[str, Callable[[Step, Sequence[str]], CodeCall | str]] = {
    "expand_dims": lambda step, values: _ops("expand_dims", values[0], axis=step.options["axis"]),
    "index": lambda step, values: f"{values[0]}[{', '.join(entries(step.options['key']))}]",
    "reduce": _reduce,
    "transpose": _transpose,
    "split": _split,
    "stack": lambda step, values: _ops("stack", f"[{', '.join(values)}]", axis=step.options["axis"]),
    "matmul": _matmul,
}
"""Kinds that are operations on tensors, for which Keras has no layer."""
