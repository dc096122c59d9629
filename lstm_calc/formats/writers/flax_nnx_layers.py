"""The layers of a module of Flax NNX: for each kind, the call that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import JAX, merged
from lstm_calc.formats.writers.plan import heads_of, known
from lstm_calc.formats.writers.text import Call, call, one_or_tuple, tuple_of
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.writers.module import ModuleWriter
    from lstm_calc.formats.writers.plan import Step

TITLE = "Flax NNX"
_CELLS = {"lstm": "LSTMCell", "gru": "GRUCell", "rnn": "SimpleCell"}


def refuse_channels_first(step: Step) -> None:
    """Raise FrameworkError for a layer that reads the features before the positions."""
    if step.layer.channels_first:
        raise step.refuse(TITLE, f"{step.layer.kind} with the features before the positions")


def _made(function: str, *positional: object, **named: object) -> Call:
    """Return a layer that needs random numbers for its weights."""
    return call(f"nnx.{function}", *positional, **named, rngs="rngs")


def _bias(step: Step) -> str | None:
    return None if step.layer.asdict()["bias"] else "False"


def _dense(writer: ModuleWriter, step: Step) -> Call | None:
    layer = step.layer.asdict()
    if layer["tied"]:
        return call("nnx.Param", f"jnp.zeros({layer['units']})") if layer["bias"] else None
    reads = writer.sizes.reads(step)
    return _made("Linear", reads, writer.width(step, writer.sizes.field(step, "units")), use_bias=_bias(step))


def _embedding(writer: ModuleWriter, step: Step) -> Call:
    vocabulary = writer.sizes.field(step, "vocab_size")
    return _made("Embed", vocabulary, writer.width(step, writer.sizes.field(step, "dim")))


def _padding(step: Step) -> str | None:
    padding = step.layer.asdict()["padding"]
    if isinstance(padding, str):
        return None if padding == "same" else f'"{padding.upper()}"'
    return str([(each, each) for each in padding])


def _window(step: Step, sizes: list[str], *, groups: int = 1) -> Call:
    """Return a convolution."""
    layer = step.layer.asdict()
    refuse_channels_first(step)
    ones = (1,) * len(step.layer.window)
    strides, dilations = layer["strides"] or ones, layer["dilation_rate"] or ones
    if layer["padding"] == "causal" and len(ones) > 1:
        raise step.refuse(TITLE, "padding=causal over several axes")
    return _made(
        "Conv",
        *sizes,
        tuple_of(step.layer.window),
        strides=one_or_tuple(strides) if set(strides) != {1} else None,
        padding=_padding(step),
        kernel_dilation=one_or_tuple(dilations) if set(dilations) != {1} else None,
        feature_group_count=groups if groups != 1 else None,
        use_bias=_bias(step),
    )


def _conv(writer: ModuleWriter, step: Step) -> Call:
    reads = writer.sizes.reads(step)
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    return _window(step, [reads, filters], groups=step.layer.asdict()["groups"])


def _depthwise(_: ModuleWriter, step: Step) -> Call:
    width = step.width
    return _window(step, [str(width), str(width * step.layer.asdict()["depth_multiplier"])], groups=width)


def _transposed(writer: ModuleWriter, step: Step) -> Call:
    layer: Any = step.layer
    refuse_channels_first(step)
    ones = (1,) * len(layer.window)
    strides, dilations = layer.strides or ones, layer.dilation_rate or ones
    padding = None if layer.padding == "same" else f'"{layer.padding.upper()}"' if isinstance(layer.padding, str) else None
    if isinstance(layer.padding, tuple):
        reaches = [dilation * (size - 1) for size, dilation in zip(layer.window, dilations, strict=True)]
        extra = layer.output_padding or (0,) * len(ones)
        ends = zip(reaches, layer.padding, extra, strict=True)
        padding = str([(reach - zeros, reach - zeros + more) for reach, zeros, more in ends])
    elif layer.output_padding is not None:
        raise step.refuse(TITLE, "output_padding")
    reads = writer.sizes.reads(step)
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    return _made(
        "ConvTranspose",
        *(reads, filters, tuple_of(layer.window)),
        strides=tuple_of(strides) if set(strides) != {1} else None,
        padding=padding,
        kernel_dilation=tuple_of(dilations) if set(dilations) != {1} else None,
        use_bias=_bias(step),
    )


def _norm(name: str, *, centred: bool = True, axis: str = "") -> Callable[[ModuleWriter, Step], Call]:
    def make(writer: ModuleWriter, step: Step) -> Call:
        layer: Any = step.layer
        axes = layer.axes_apart
        if len(axes) > 1:
            raise step.refuse(TITLE, f"{layer.kind} over several axes")
        rank = len(layer.reading(step.input))
        last = axes[0] % rank == rank - 1
        if not last and not axis:
            raise step.refuse(TITLE, f"{layer.kind} over another axis than the last")
        features = writer.sizes.reads(step) if last else str(step.width)
        groups = {"num_groups": layer.groups if layer.groups > 0 else features} if layer.kind == "group_norm" else {}
        own = {} if last else dict.fromkeys(axis.split(), axes[0])
        shift = {"use_bias": None if layer.asdict()["center"] else "False"} if centred else {}
        return _made(name, features, **groups, **own, **shift, use_scale=None if layer.scale else "False")

    return make


def _attention(writer: ModuleWriter, step: Step) -> Call:
    layer = step.layer.asdict()
    query, value, key = heads_of(step.inputs)
    axes = layer["attention_axes"]
    over = axes is None and len(query) > 3
    if over or layer["use_gate"] or (axes and [axis % len(query) for axis in axes] != [len(query) - 2]):
        raise step.refuse(TITLE, "multi-head attention over other axes than the last before the features")
    if value[-1] != key[-1]:
        raise step.refuse(TITLE, "multi-head attention with keys and values of two widths")
    width = known(query[-1], step)
    attention: Any = step.layer
    (given,) = attention.attended(query, value) if layer["shape"] is None or len(layer["shape"]) == 1 else (None,)
    if given is None:
        raise step.refuse(TITLE, "multi-head attention that gives several axes")
    inner = layer["num_heads"] * layer["key_dim"]
    return _made(
        "MultiHeadAttention",
        layer["num_heads"],
        writer.sizes.reads(step),
        qkv_features=inner if inner != width else None,
        out_features=given if given != width else None,
        in_kv_features=key[-1] if key[-1] != width else None,
        use_bias=_bias(step),
    )


def _einsum(_: ModuleWriter, step: Step) -> Call:
    layer = step.layer.asdict()
    sizes = step.layer.sizes(step.layer.reading(step.input))
    shapes = [_axes_of(step, sizes, word) for word in ("einsum_kernel", "einsum_bias")]
    bias = tuple_of(shapes[1]) if layer["bias_axes"] else None
    return _made("Einsum", f'"{layer["equation"]}"', tuple_of(shapes[0]), *([bias] if bias else []))


def _axes_of(step: Step, sizes: dict[str, int | None], word: str) -> list[int]:
    numbered = [size for name, size in sizes.items() if name.startswith(f"{word}_")] or [sizes[word]]
    return [known(size, step) for size in numbered]


def _prelu(_: ModuleWriter, step: Step) -> Call:
    del step
    return call("nnx.PReLU")


def _dropout(_: ModuleWriter, step: Step) -> Call:
    rate = step.layer.asdict()["rate"]
    return _made("Dropout", 0.5 if rate is None else rate)


def _rnn(writer: ModuleWriter, step: Step) -> Call:
    """Return the layer around a cell, both directions of it, or a list of its repeats."""
    layer: Any = step.layer
    if layer.kind not in _CELLS:
        raise step.refuse(TITLE, f"{layer.kind} layer")
    reads, units = writer.sizes.reads(step), writer.sizes.field(step, "units")
    both = layer.bidirectional
    cell = ("Optimized" if writer.plan.framework == "flax-nnx-optimized" and layer.kind == "lstm" else "") + _CELLS[layer.kind]
    given = f"2 * {units}" if both and layer.merge == "concat" else units
    writer.width(step, given)

    def one(width: str) -> Call:
        reverse = "True" if layer.go_backwards else None
        cells = [call("nnx.RNN", _made(cell, width, units), reverse=reverse) for _ in layer.directions]
        return call("nnx.Bidirectional", *cells, merge_fn=_merging(layer.merge)) if both else cells[0]

    if layer.repeat == 1:
        return one(reads)
    return Call("nnx.List([", tuple(one(given if depth else reads) for depth in range(layer.repeat)), "])")


def _merging(merge: str) -> str | None:
    """Return the function that joins two directions, None for the usual one."""
    if merge == "concat":
        return None
    text = merged(merge, JAX, "ahead", "back")
    return f"lambda ahead, back: ({text})" if merge == "none" else f"lambda ahead, back: {text}"


LAYERS: dict[str, Callable[[ModuleWriter, Step], Call | None]] = {
    **dict.fromkeys(CELLS, _rnn),
    "dense": _dense,
    "embedding": _embedding,
    "einsum_dense": _einsum,
    "conv": _conv,
    "depthwise_conv": _depthwise,
    "conv_transpose": _transposed,
    "batch_norm": _norm("BatchNorm", axis="axis"),
    "layer_norm": _norm("LayerNorm", axis="feature_axes reduction_axes"),
    "group_norm": _norm("GroupNorm"),
    "rms_norm": _norm("RMSNorm", centred=False, axis="feature_axes reduction_axes"),
    "multi_head_attention": _attention,
    "prelu": _prelu,
    "dropout": _dropout,
}
"""The module of each kind of layer that has one."""
