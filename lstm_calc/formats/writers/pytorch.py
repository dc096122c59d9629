"""A model as a module of PyTorch: its layers with their sizes as defaults of the constructor, and a forward.

PyTorch's convolutions, pools and batch norms read the features right after the batch. A value that is in that order stays in it
until a layer wants the features last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import TORCH, computed, function_of, merged
from lstm_calc.formats.writers.plan import ModuleWriter, entry_axes, heads_of, known, same_padding, tied_to
from lstm_calc.formats.writers.text import CodeCall, call, one_or_tuple, statement, tuple_of, unless_ones, with_numbers, written
from lstm_calc.model import Recurrent
from lstm_calc.model.cells import CELLS
from lstm_calc.model.sizes import transposed_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lstm_calc.formats.writers.plan import Plan, Step
    from lstm_calc.model.graph import Source

_OF_MODULES = (
    "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward "
    "get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children "
    "named_modules named_parameters parameters register_buffer register_module register_parameter requires_grad_ set_extra_state "
    "set_submodule share_memory state_dict to to_empty train training type xpu zero_grad T_destination"
)
RESERVED = (*_OF_MODULES.split(), "torch", "nn", "F", "OrderedDict", "self", "super", "len", "h_n", "c_n", "ahead", "back", "Model")
"""Names that nothing in the program may have: what modules have themselves, and what the program uses."""


def program(plan: Plan) -> str:
    """Return the module as a program; raise FrameworkError for what PyTorch does not have."""
    return _TorchWriter(plan).program()


def one_line(plan: Plan) -> CodeCall:
    """Return the call that makes the only layer, with its sizes as numbers."""
    writer = _TorchWriter(plan)
    writer.add(plan.steps[0])
    return with_numbers(writer.made[0], writer.sizes.named)


class _TorchWriter(ModuleWriter):
    """The lines of the constructor and of forward."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        super().__init__(plan, RESERVED)
        self._features_first: set[Source] = set()
        self._ranks: dict[str, int] = {}

    def add(self, step: Step) -> None:
        """Add a step: its layer where it has one of its own, and what forward does."""
        make = _LAYERS.get(step.layer.kind)
        if step.layer.kind == "batch_norm" and self._ranks.setdefault(step.module, len(step.input)) != len(step.input):
            raise step.refuse(_TITLE, "batch norm that is used on several numbers of axes")
        if make is not None and not step.shared:
            self.begin(step)
            self._layer(step, make(self, step))
        if isinstance(step.layer, Recurrent):
            self.lines += _recurrent(self, step)
        else:
            self._compute(step, has_module=make is not None)
        self.end(step)

    def _layer(self, step: Step, made: CodeCall) -> None:
        self.made.append(made)
        self.layers.append(statement(8, f"self.{step.module}", made, step.comment))
        if step.options.get("tied"):
            self.layers.append(f"        self.{step.module}.weight = self.{tied_to(self.plan, step)}.weight")
        if not step.layer.trainable and step.layer.weighted:
            self.layers.append(f"        self.{step.module}.requires_grad_(False)")

    def value(self, source: Source, *, first: bool = False, rank: int = 0) -> str:
        """Return a value with its features last, or ``first`` right after the batch."""
        name = self.plan.values[source]
        if first == (source in self._features_first):
            return name
        if rank == 3:
            return f"{name}.transpose(1, 2)"
        return f"{name}.movedim(-1, 1)" if first else f"{name}.movedim(1, -1)"

    def values(self, step: Step) -> list[str]:
        """Return all that a step reads, with the features last."""
        return [self.value(source, rank=len(shape)) for source, shape in zip(step.sources, step.inputs, strict=True)]

    def _compute(self, step: Step, *, has_module: bool) -> None:
        """Add what forward does for a layer that gives one value, or several parts of it."""
        front = entry_axes(step, _TITLE)
        first = _keeps_order(step) and step.sources[0] in self._features_first
        axis = _channel_axis(step)
        rank = len(step.input) - front
        if axis is not None:
            first = axis != 1
        values = self.values(step) if not first or front else [self.value(step.sources[0], first=True, rank=rank)]
        before = values[0]
        if front:
            values = [f"{before}.flatten(0, {front})"]
            values = [f"{values[0]}.movedim(-1, 1)"] if first else values
        text = _around(step, values) if has_module else _functional(step, values)
        if front:
            text = f"{text}.movedim(1, -1)" if first else text
            text = f"{text}.unflatten(0, {before}.shape[:{front + 1}])"
        elif first:
            self._features_first.add((step.position, 0))
        self.give(step, text)

    def text(self) -> str:
        """Return the program."""
        plan = self.plan
        start = written(CodeCall("def __init__(", ("self", *self.arguments()), "):"), 4)
        ranks = {(step.position, number): len(shape) for step in plan.steps for number, shape in enumerate(step.outputs)}
        given = ", ".join(self.value(source, rank=ranks.get(source, 0)) for source in plan.outputs)
        code = [
            "class Model(nn.Module):",
            f"    {start}",
            "        super().__init__()",
            *self.layers,
            "",
            f"    def forward({self.inputs}):",
            *self.call_lines(given),
        ]
        body = "\n".join(code) + "\n"
        imports = ["from collections import OrderedDict", ""] * ("OrderedDict(" in body)
        imports += ["import torch"] * ("torch." in body) + ["from torch import nn"]
        imports += ["from torch.nn import functional as F"] * (" F." in body or "(F." in body)
        return "\n".join([f"# {plan.total:,} parameters in PyTorch", *imports, "", "", body])


_OF_FEATURES = frozenset({"softmax", "logsoftmax", "softmin", "glu", "unitnormalization"})
"""The functions that read the features together."""


def _keeps_order(step: Step) -> bool:
    """Return whether a layer does the same wherever the features stand."""
    return step.layer.kind == "dropout" or (
        step.layer.kind == "activation" and function_of(step.options["function"]) not in _OF_FEATURES
    )


def _channel_axis(step: Step) -> int | None:
    """Return the axis that the layer's module wants right after the batch; None where it wants none there."""
    layer: Any = step.layer
    rank = len(step.input) - layer.time_distributed
    if layer.kind in _SLIDING:
        return 1 if layer.channels_first else rank - 1
    if layer.kind in {"batch_norm", "group_norm"}:
        axis = layer.asdict()["axis"]
        axis = axis if isinstance(axis, int) else axis[0]
        return _allowed(step, axis % rank, rank)
    if layer.kind == "prelu":
        shared = layer.axes_shared(rank)
        apart = [at for at in range(1, rank) if at not in shared and step.input[at] != 1]
        return None if not apart else _allowed(step, apart[0] if len(apart) == 1 else 0, rank)
    return None


def _allowed(step: Step, axis: int, rank: int) -> int:
    if axis not in {1, rank - 1}:
        raise step.refuse(_TITLE, f"{step.layer.kind} over an axis between others")
    return axis


def _around(step: Step, values: list[str]) -> str:
    """Return what the module of a layer gives."""
    module = f"self.{step.module}"
    if step.layer.kind == "multi_head_attention":
        query, value, key = heads_of(values)
        return f"{module}({query}, {key}, {value}, need_weights=False)[0]"
    margins = _margins_before(step)
    return f"{module}({TORCH.pad(values[0], [(0, 0), (0, 0), *margins]) if margins else values[0]}){_cut_behind(step)}"


def _functional(step: Step, values: list[str]) -> str:
    """Return what a layer without a module gives."""
    layer = step.options
    kind, dims = step.layer.kind, len(step.input) - 2 - step.layer.time_distributed
    if kind == "pool":
        return str(call(f"F.{'max' if layer['function'] == 'max' else 'avg'}_pool{dims}d", values[0], *_pool(step)))
    if kind == "adaptive_pool":
        name = "max" if layer["function"] == "max" else "avg"
        return f"F.adaptive_{name}_pool{dims}d({values[0]}, {one_or_tuple(layer['output_size'])})"
    if kind == "attention":
        query, value, key = heads_of(values)
        return f"F.scaled_dot_product_attention({query}, {key}, {value}, scale=1.0)"
    text = computed(step, values, TORCH)
    if text is None:
        raise step.refuse(_TITLE, f"{kind} layer")
    return text


def _pool(step: Step) -> list[str]:
    layer = step.options
    window, padding = layer["pool_size"], layer["padding"]
    strides = layer["strides"] or window
    found = [one_or_tuple(window)]
    if strides != window:
        found.append(f"stride={one_or_tuple(strides)}")
    if padding == "valid":
        pads = [0] * len(window)
    elif isinstance(padding, tuple):
        pads = list(padding)
    else:
        pads = [before for before, _ in _zeros_of(step, "pool", window, strides, (1,) * len(window))]
    if any(pads):
        found.append(f"padding={one_or_tuple(pads)}")
        found += ["count_include_pad=False"] * (layer["function"] != "max" and isinstance(padding, str))
    if any(2 * pad > size for pad, size in zip(pads, window, strict=True)):
        raise step.refuse(_TITLE, "pool with zeros of more than half its window")
    return found


def _recurrent(writer: _TorchWriter, step: Step) -> Iterator[str]:
    """Yield the lines that run a recurrent layer."""
    layer: Any = step.layer
    x, *initial = writer.values(step)
    apart = _is_apart(step)
    for depth in range(layer.repeat if apart else 1):
        last = not apart or depth == layer.repeat - 1
        module = f"self.{step.module}[{depth}]" if apart else f"self.{step.module}"
        start = _initial(layer, initial, 1 if apart else layer.repeat)
        name = writer.plan.values[step.position, 0] if last else step.name
        every = not last or layer.return_sequences
        states = last and (step.states_used or not every)
        given = ("(h_n, c_n)" if layer.kind == "lstm" else "h_n") if states else "_"
        merged = layer.merge != "concat"
        target = "y" if merged else name
        yield f"{target if every else '_'}, {given} = {module}({', '.join([x, *start])})"
        if every and merged:
            yield "ahead, back = y.chunk(2, dim=-1)"
            yield from _joined(writer, step, name, "ahead", "back", last=last)
        elif not every and layer.bidirectional:
            yield from _joined(writer, step, name, "h_n[-2]", "h_n[-1]", last=True)
        elif not every:
            yield f"{name} = h_n[-1]"
        x = name
    for number in sorted(step.used):
        if number >= layer.outputs:
            direction, state = divmod(number - layer.outputs, len(layer.states) // len(layer.directions))
            place = direction - len(layer.directions)
            yield f"{writer.plan.values[step.position, number]} = {('h_n', 'c_n')[state]}[{place}]"


def _joined(writer: _TorchWriter, step: Step, name: str, one: str, other: str, *, last: bool) -> Iterator[str]:
    """Yield the line that makes one value of two directions, or gives both names."""
    merge = step.options["merge"]
    if merge != "none":
        yield f"{name} = {merged(merge, TORCH, one, other)}"
    elif last:
        yield f"{name}, {writer.plan.values[step.position, 1]} = {one}, {other}"


def _initial(layer: Any, values: list[str], layers: int) -> list[str]:
    """Return the argument for the states that a layer starts from: of all layers and directions."""
    if not values:
        return []
    count = len(values) // len(layer.directions)
    stacks = []
    for state in range(count):
        own = values[state::count] * layers
        stacks.append(f"{own[0]}.unsqueeze(0)" if len(own) == 1 else f"torch.stack([{', '.join(own)}])")
    return [f"({', '.join(stacks)})"] if layer.kind == "lstm" else stacks


_SLIDING = frozenset({"conv", "depthwise_conv", "separable_conv", "conv_transpose", "pool", "adaptive_pool"})


_TITLE = "PyTorch"
_CLASSES = {"lstm": "nn.LSTM", "gru": "nn.GRU", "rnn": "nn.RNN"}


def _zeros_of(step: Step, what: str, window: Any, strides: Any, dilations: Any) -> list[tuple[int, int]]:
    """Return the zeros of padding=same, which a pool can have at both ends alike."""
    layer: Any = step.layer
    positions = layer.split(layer.reading(step.input))[1]
    found = same_padding(positions, window, strides, dilations) if layer.padding == "same" else None
    if found is None or (what == "pool" and any(before != after for before, after in found)):
        raise step.refuse(_TITLE, f"padding={layer.padding} of this {what}")
    return found


def _strided(step: Step) -> dict[str, str | None]:
    """Return the arguments of a convolution beside its sizes; where PyTorch has no word for its zeros, they are added before it."""
    padding = step.options["padding"]
    zeros = one_or_tuple(padding) if isinstance(padding, tuple) and any(padding) else None
    zeros = '"same"' if padding == "same" and set(step.strides) == {1} else zeros
    return {"stride": unless_ones(step.strides), "padding": zeros, "dilation": unless_ones(step.dilations)}


def _margins_before(step: Step) -> list[tuple[int, int]]:
    """Return the zeros that are added before a convolution, where its own padding has no word for them."""
    if step.layer.kind not in {"conv", "depthwise_conv", "separable_conv"}:
        return []
    if step.options["padding"] == "causal":
        return [(dilation * (size - 1), 0) for size, dilation in zip(step.layer.window, step.dilations, strict=True)]
    if step.options["padding"] == "same" and set(step.strides) != {1}:
        found = _zeros_of(step, "convolution", step.layer.window, step.strides, step.dilations)
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
            raise step.refuse(_TITLE, f"padding={padding} of this transposed convolution")
        found.append((zeros, rest, max(0, over) - 2 * zeros))
    return found


def _cut_behind(step: Step) -> str:
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
        raise step.refuse(_TITLE, f"{step.layer.kind} with a gain but no shift, or a shift but no gain")
    return None if layer["scale"] else "False"


def _batch_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    rank = len(step.input) - step.layer.time_distributed
    if rank > 5:
        raise step.refuse(_TITLE, f"batch norm of {rank} axes")
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
        raise step.refuse(_TITLE, f"{layer.kind} over other axes than the last ones")
    return writer.sizes.reads(step) if len(axes) == 1 else tuple_of(known(shape[axis], step) for axis in axes)


def _layer_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    if layer["center"] and not layer["scale"]:
        raise step.refuse(_TITLE, "layer_norm with a shift but no gain")
    options = {"elementwise_affine": None if layer["scale"] else "False"}
    options["bias"] = None if layer["center"] or not layer["scale"] else "False"
    return call("nn.LayerNorm", _normalized(writer, step), **options)


def _rms_norm(writer: ModuleWriter, step: Step) -> CodeCall:
    return call("nn.RMSNorm", _normalized(writer, step), elementwise_affine=None if step.options["scale"] else "False")


def _attention(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    query, value, key = heads_of(step.inputs)
    if len(query) != 3 or layer["use_gate"]:
        raise step.refuse(_TITLE, "multi-head attention over several axes")
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
        raise step.refuse(_TITLE, f"{step.layer.kind} of each entry of another axis")
    if step.layer.kind not in _CLASSES:
        raise step.refuse(_TITLE, f"{step.layer.kind} layer")
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

    if not _is_apart(step):
        return one(reads, layer.repeat)
    return CodeCall("nn.ModuleList([", tuple(one(size if depth else reads, 1) for depth in range(layer.repeat)), "])")


def _is_apart(step: Step) -> bool:
    """Return whether each of some repeats is a module of its own: where the directions of one are merged for the next."""
    return step.layer.repeat > 1 and step.options["merge"] != "concat"


_LAYERS: dict[str, Callable[[ModuleWriter, Step], CodeCall]] = {
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
