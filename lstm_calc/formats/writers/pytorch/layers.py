"""The layers of PyTorch, each as the call that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.plan import ModuleWriter, heads_of, known, same_padding
from lstm_calc.formats.writers.text import CodeCall, call, one_or_tuple, tuple_of, unless_ones
from lstm_calc.model.cells import CELLS
from lstm_calc.model.sizes import transposed_window

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.writers.plan import Step


SLIDING = frozenset({"conv", "depthwise_conv", "separable_conv", "conv_transpose", "pool", "adaptive_pool"})


TITLE = "PyTorch"
_CLASSES = {"lstm": "nn.LSTM", "gru": "nn.GRU", "rnn": "nn.RNN"}


def zeros_of(step: Step, what: str, window: Any, strides: Any, dilations: Any) -> list[tuple[int, int]]:
    """Return the zeros of padding=same, which a pool can have at both ends alike."""
    layer: Any = step.layer
    positions = layer.split(layer.reading(step.input))[1]
    found = same_padding(positions, window, strides, dilations) if layer.padding == "same" else None
    if found is None or (what == "pool" and any(before != after for before, after in found)):
        raise step.refuse(TITLE, f"padding={layer.padding} of this {what}")
    return found


def _strided(step: Step) -> dict[str, str | None]:
    """Return the arguments of a convolution beside its sizes; where PyTorch has no word for its zeros, they are added before it."""
    padding = step.options["padding"]
    zeros = one_or_tuple(padding) if isinstance(padding, tuple) and any(padding) else None
    zeros = '"same"' if padding == "same" and set(step.strides) == {1} else zeros
    return {"stride": unless_ones(step.strides), "padding": zeros, "dilation": unless_ones(step.dilations)}


def margins_before(step: Step) -> list[tuple[int, int]]:
    """Return the zeros that are added before a convolution, where its own padding has no word for them."""
    if step.layer.kind not in {"conv", "depthwise_conv", "separable_conv"}:
        return []
    if step.options["padding"] == "causal":
        return [(dilation * (size - 1), 0) for size, dilation in zip(step.layer.window, step.dilations, strict=True)]
    if step.options["padding"] == "same" and set(step.strides) != {1}:
        found = zeros_of(step, "convolution", step.layer.window, step.strides, step.dilations)
        return found if any(map(sum, found)) else []
    return []


def _bias(step: Step) -> str | None:
    return None if step.options["bias"] else "False"


def _conv(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    reads = writer.sizes.reads(step)
    sizes = (reads, writer.width(step, writer.sizes.field(step, "filters")), one_or_tuple(step.layer.window))
    groups = layer["groups"] if layer["groups"] != 1 else None
    return call(f"nn.Conv{len(step.layer.window)}d", *sizes, **_strided(step), groups=groups, bias=_bias(step))


def _depthwise(_: ModuleWriter, step: Step) -> CodeCall:
    width = step.width
    deep = width * step.options["depth_multiplier"]
    sizes = (width, deep, one_or_tuple(step.layer.window))
    return call(f"nn.Conv{len(step.layer.window)}d", *sizes, **_strided(step), groups=width, bias=_bias(step))


def _separable(writer: ModuleWriter, step: Step) -> CodeCall:
    width, dims = step.width, len(step.layer.window)
    deep = width * step.options["depth_multiplier"]
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    sizes = (width, deep, one_or_tuple(step.layer.window))
    first = call(f"nn.Conv{dims}d", *sizes, **_strided(step), groups=width, bias="False")
    parts = {"depthwise": first, "pointwise": call(f"nn.Conv{dims}d", deep, filters, 1, bias=_bias(step))}
    pairs = [CodeCall(f'("{name}", ', (part,), ")") for name, part in parts.items()]
    return CodeCall("nn.Sequential(OrderedDict([", tuple(pairs), "]))")


def _transposed(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    zeros, extra, _ = zip(*_ends(step), strict=True)
    options = {
        "stride": unless_ones(step.strides),
        "padding": one_or_tuple(zeros) if any(zeros) else None,
        "output_padding": one_or_tuple(extra) if any(extra) else None,
        "dilation": unless_ones(step.dilations),
    }
    reads = writer.sizes.reads(step)
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    sizes = (reads, filters, one_or_tuple(step.layer.window))
    groups = layer["groups"] if layer["groups"] != 1 else None
    return call(f"nn.ConvTranspose{len(step.layer.window)}d", *sizes, **options, groups=groups, bias=_bias(step))


def _ends(step: Step) -> list[tuple[int, int, int]]:
    """Return the padding and the output padding of each axis, and how many positions forward cuts off behind.

    Of the positions that are too many, ``same`` takes half away in front and the other half, rounded up, behind; PyTorch's padding
    takes as many away at both ends.
    """
    padding = step.options["padding"]
    extra = step.options["output_padding"] or (None,) * len(step.layer.window)
    if isinstance(padding, tuple):
        return [(zeros, more or 0, 0) for zeros, more in zip(padding, extra, strict=True)]
    found = []
    for window, stride, dilation, more in zip(step.layer.window, step.strides, step.dilations, extra, strict=True):
        size, reach = 1 + 2 * window * dilation, dilation * (window - 1) + 1
        wanted = transposed_window(size, window, padding=padding, stride=stride, dilation=dilation, extra=more)
        over = (size - 1) * stride + reach - known(wanted, step)
        zeros, rest = max(0, over // 2), max(0, -over)
        if rest and rest >= max(stride, dilation):
            raise step.refuse(TITLE, f"padding={padding} of this transposed convolution")
        found.append((zeros, rest, max(0, over) - 2 * zeros))
    return found


def cut_behind(step: Step) -> str:
    """Return what cuts off the positions that a transposed convolution gives and the layer does not, empty where there are none."""
    cuts = [cut for _, _, cut in _ends(step)] if step.layer.kind == "conv_transpose" else []
    return f"[..., {', '.join(f':-{cut}' if cut else ':' for cut in cuts)}]" if any(cuts) else ""


def _dense(writer: ModuleWriter, step: Step) -> CodeCall:
    reads = writer.sizes.reads(step)
    units = writer.width(step, writer.sizes.field(step, "units"))
    return call("nn.Linear", reads, units, bias=_bias(step))


def _embedding(writer: ModuleWriter, step: Step) -> CodeCall:
    vocabulary = writer.sizes.field(step, "vocab_size")
    return call("nn.Embedding", vocabulary, writer.width(step, writer.sizes.field(step, "dim")))


def _affine(step: Step) -> str | None:
    """Return whether a normalisation has a gain and a shift; it has both or none."""
    layer = step.options
    if layer["scale"] != layer["center"]:
        raise step.refuse(TITLE, f"{step.layer.kind} with a gain but no shift, or a shift but no gain")
    return None if layer["scale"] else "False"


def _batch_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    rank = len(step.input) - step.layer.time_distributed
    if rank > 5:
        raise step.refuse(TITLE, f"batch norm of {rank} axes")
    return call(f"nn.BatchNorm{max(1, rank - 2)}d", _features(writer, step), affine=_affine(step))


def _features(writer: ModuleWriter, step: Step) -> str:
    return writer.sizes.reads(step) if step.width == step.input[-1] else str(step.width)


def _group_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    groups = step.options["groups"]
    features = _features(writer, step)
    return call("nn.GroupNorm", groups if groups > 0 else features, features, affine=_affine(step))


def _normalized(writer: ModuleWriter, step: Step) -> str:
    """Return what is normalised over: the last axis or the last ones."""
    layer: Any = step.layer
    shape = layer.reading(step.input)
    axes = sorted(axis % len(shape) for axis in layer.axes_apart)
    if axes != list(range(len(shape) - len(axes), len(shape))):
        raise step.refuse(TITLE, f"{layer.kind} over other axes than the last ones")
    return writer.sizes.reads(step) if len(axes) == 1 else tuple_of(known(shape[axis], step) for axis in axes)


def _layer_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    if layer["center"] and not layer["scale"]:
        raise step.refuse(TITLE, "layer_norm with a shift but no gain")
    options = {"elementwise_affine": None if layer["scale"] else "False"}
    options["bias"] = None if layer["center"] or not layer["scale"] else "False"
    return call("nn.LayerNorm", _normalized(writer, step), **options)


def _rms_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    return call("nn.RMSNorm", _normalized(writer, step), elementwise_affine=None if step.options["scale"] else "False")


def _attention(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    query, value, key = heads_of(step.inputs)
    if len(query) != 3 or layer["use_gate"]:
        raise step.refuse(TITLE, "multi-head attention over several axes")
    width = known(query[-1], step)
    options = {name: shape[-1] if shape[-1] != width else None for name, shape in (("kdim", key), ("vdim", value))}
    return call(
        "nn.MultiheadAttention", writer.sizes.reads(step), layer["num_heads"], **options, bias=_bias(step), batch_first="True"
    )


def _prelu(_: ModuleWriter, step: Step) -> CodeCall:
    slopes = step.layer.sizes(step.layer.reading(step.input))["all_slopes"]
    return call("nn.PReLU", *([] if slopes == 1 else [known(slopes, step)]))


def _dropout(_: ModuleWriter, step: Step) -> CodeCall:
    rate = step.options["rate"]
    return call("nn.Dropout", *([] if rate is None else [rate]))


def _rnn(writer: ModuleWriter, step: Step) -> CodeCall:
    """Return the module of a recurrent layer: a list of modules where directions are merged between them."""
    if step.layer.time_distributed:
        raise step.refuse(TITLE, f"{step.layer.kind} of each entry of another axis")
    if step.layer.kind not in _CLASSES:
        raise step.refuse(TITLE, f"{step.layer.kind} layer")
    layer: Any = step.layer
    reads = writer.sizes.reads(step)
    units = writer.sizes.field(step, "units")
    projection = writer.sizes.field(step, "projection") if layer.asdict().get("projection") else None
    size = projection or units
    writer.width(step, f"2 * {size}" if layer.bidirectional and layer.merge == "concat" else size)

    def one(width: str, layers: int) -> CodeCall:
        return call(
            _CLASSES[layer.kind],
            *(width, units),
            num_layers=layers if layers > 1 else None,
            bias=_bias(step),
            batch_first="True",
            bidirectional="True" if layer.bidirectional else None,
            proj_size=projection,
        )

    if not is_apart(step):
        return one(reads, layer.repeat)
    return CodeCall("nn.ModuleList([", tuple(one(size if depth else reads, 1) for depth in range(layer.repeat)), "])")


def is_apart(step: Step) -> bool:
    """Return whether each of some repeats is a module of its own: where the directions of one are merged for the next."""
    return step.layer.repeat > 1 and step.options["merge"] != "concat"


LAYERS: dict[str, Callable[[ModuleWriter, Step], CodeCall]] = {
    **dict.fromkeys(CELLS, _rnn),
    "dense": _dense,
    "embedding": _embedding,
    "conv": _conv,
    "depthwise_conv": _depthwise,
    "separable_conv": _separable,
    "conv_transpose": _transposed,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "rms_norm": _rms_norm,
    "multi_head_attention": _attention,
    "prelu": _prelu,
    "dropout": _dropout,
}
"""The module of each kind of layer that has one."""
