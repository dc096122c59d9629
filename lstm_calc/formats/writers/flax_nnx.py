"""A model as a module of Flax NNX: its layers with their sizes as defaults of the constructor, and a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import JAX, computed, merged
from lstm_calc.formats.writers.plan import ModuleWriter, entry_axes, heads_of, known, tied_to
from lstm_calc.formats.writers.text import CodeCall, call, statement, tuple_of, unless_ones, with_numbers, written
from lstm_calc.model import Recurrent
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lstm_calc.formats.writers.plan import Plan, Step

_CARRIES = ("h", "c", "ahead_h", "ahead_c", "back_h", "back_c")
RESERVED = ("jax", "jnp", "nnx", "rngs", "self", "super", "len", "Model", "carry", "ahead", "back", *_CARRIES)
"""Names that nothing in the program may have."""


def program(plan: Plan) -> str:
    """Return the module as a program; raise FrameworkError for what Flax NNX does not have."""
    return _NnxWriter(plan).program()


def one_line(plan: Plan) -> CodeCall:
    """Return the call that makes the only layer, with its sizes as numbers."""
    writer = _NnxWriter(plan)
    writer.add(plan.steps[0])
    if len(writer.made) != 1:
        raise plan.steps[0].refuse(_TITLE, "single layer for it")
    return with_numbers(writer.made[0], {**writer.sizes.named, "rngs": "nnx.Rngs(0)"})


class _NnxWriter(ModuleWriter):
    """The lines of the constructor and of the call."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        super().__init__(plan, RESERVED)

    def add(self, step: Step) -> None:
        """Add a step: its layer where it has one of its own, and what the call does."""
        make = _LAYERS.get(step.layer.kind)
        if make is not None and not step.shared:
            self.begin(step)
            made = make(self, step)
            if made is not None:
                self.hold(step, made)
        values = [self.plan.values[source] for source in step.sources]
        if isinstance(step.layer, Recurrent):
            self.lines += _recurrent(self, step, values)
        else:
            self._compute(step, values, has_module=make is not None)
        self.end(step)

    def hold(self, step: Step, made: CodeCall) -> None:
        """Add a layer to the constructor."""
        self.made.append(made)
        frozen = "" if step.layer.trainable or not step.layer.weighted else "not trained: leave it out of the optimizer's wrt"
        comment = "; ".join(filter(None, (step.comment, frozen)))
        self.layers.append(statement(8, f"self.{step.module}", made, comment))

    def _compute(self, step: Step, values: list[str], *, has_module: bool) -> None:
        """Add what the call does for a layer that gives one value, or several parts of it."""
        front = entry_axes(step, _TITLE)
        whole = values[0]
        if front:
            values = [f"{whole}.reshape(-1, *{whole}.shape[{front + 1}:])"]
        text = _around(self, step, values) if has_module else _functional(step, values)
        if front:
            tail = ", ".join(str(size) if size is not None else "-1" for size in step.output[front + 1 :])
            text = f"{text}.reshape(*{whole}.shape[:{front + 1}], {tail})"
        self.give(step, text)

    def text(self) -> str:
        """Return the program."""
        plan = self.plan
        start = written(CodeCall("def __init__(", ("self", *self.arguments(), "*", "rngs: nnx.Rngs"), "):"), 4)
        given = ", ".join(plan.values[source] for source in plan.outputs)
        body = "\n".join(
            [
                "class Model(nnx.Module):",
                f"    {start}",
                *(self.layers or ["        pass"]),
                "",
                f"    def __call__({self.inputs}):",
                *self.call_lines(given),
            ]
        )
        imports = ["import jax.numpy as jnp"] * ("jnp." in body) + ["from flax import nnx"]
        return "\n".join([f"# {plan.total:,} parameters in Flax NNX", *imports, "", "", f"{body}\n"])


def _around(writer: _NnxWriter, step: Step, values: list[str]) -> str:
    """Return what the module of a layer gives."""
    layer = step.options
    if step.layer.kind == "multi_head_attention":
        query, value, key = heads_of(values)
        return f"self.{step.module}({query}, {key}, {value}, decode=False)"
    if layer.get("tied"):
        text = f"self.{tied_to(writer.plan, step)}.attend({values[0]})"
        return f"{text} + self.{step.module}" if layer["bias"] else text
    return f"self.{step.module}({values[0]})"


def _functional(step: Step, values: list[str]) -> str:
    """Return what a layer without a module gives."""
    layer = step.options
    if step.layer.kind == "pool":
        return _pool(step, values[0])
    if step.layer.kind == "attention":
        query, value, key = heads_of(values)
        return f"nnx.softmax({query} @ {key}.swapaxes(-1, -2)) @ {value}"
    text = computed(step, values, JAX)
    if text is None or (layer.get("data_format") == "channels_first" and step.layer.kind == "adaptive_pool"):
        raise step.refuse(_TITLE, f"{step.layer.kind} layer")
    return text


def _pool(step: Step, x: str) -> str:
    layer = step.options
    _refuse_channels_first(step)
    padding = layer["padding"]
    if padding == "causal":
        raise step.refuse(_TITLE, "padding=causal of a pool")
    zeros = str([(each, each) for each in padding]) if isinstance(padding, tuple) and any(padding) else None
    average = layer["function"] != "max"
    return str(
        call(
            f"nnx.{'avg' if average else 'max'}_pool",
            x,
            tuple_of(layer["pool_size"]),
            strides=tuple_of(layer["strides"] or layer["pool_size"]),
            padding='"SAME"' if padding == "same" else zeros,
            count_include_pad="False" if average and padding == "same" else None,
        )
    )


def _recurrent(writer: _NnxWriter, step: Step, values: list[str]) -> Iterator[str]:
    """Yield the lines that run a recurrent layer."""
    layer: Any = step.layer
    x, *initial = values
    plan, carry = writer.plan, _carry_names(layer)
    for depth in range(layer.repeat):
        last = depth == layer.repeat - 1
        module = f"self.{step.module}[{depth}]" if layer.repeat > 1 else f"self.{step.module}"
        start = [f"initial_carry={_initial(layer, initial)}"] if initial else []
        gives = writer.names(step)
        every = not last or layer.return_sequences
        target = ", ".join(gives) if last else step.name
        target = f"({target})" if last and layer.outputs > 1 else target
        if every and not (last and step.states_used):
            yield f"{target.strip('()')} = {module}({', '.join([x, *start])})"
        else:
            yield f"{carry}, {target if every else '_'} = {module}({', '.join([x, *start, 'return_carry=True'])})"
        if not every:
            ends = ["ahead_h", "back_h"] if layer.bidirectional else ["h"]
            text = merged(layer.merge, JAX, *ends) if layer.bidirectional else ends[0]
            yield f"{', '.join(gives)} = {text}"
        x = step.name
    for number in sorted(step.used):
        if number >= layer.outputs:
            state = layer.states[number - layer.outputs]
            yield f"{plan.values[step.position, number]} = {_STATES.get(state, state)}"


_STATES = {
    f"{direction}_{state}": f"{name}_{state}" for direction, name in (("forward", "ahead"), ("backward", "back")) for state in "hc"
}


def _carry_names(layer: Any) -> str:
    """Return what a carry is unpacked into: c and h of an LSTM, h of another cell, for each direction."""
    directions = ("ahead_", "back_") if layer.bidirectional else ("",)
    each = [f"({direction}c, {direction}h)" if layer.kind == "lstm" else f"{direction}h" for direction in directions]
    return f"({', '.join(each)})" if len(each) > 1 else each[0]


def _initial(layer: Any, values: list[str]) -> str:
    """Return the carry that a layer starts from, of its states h and c."""
    count = len(values) // len(layer.directions)
    each = [values[at : at + count] for at in range(0, len(values), count)]
    directions = [f"({direction[1]}, {direction[0]})" if layer.kind == "lstm" else direction[0] for direction in each]
    return f"({', '.join(directions)})" if len(directions) > 1 else directions[0]


_TITLE = "Flax NNX"
_CELLS = {"lstm": "LSTMCell", "gru": "GRUCell", "rnn": "SimpleCell"}


def _refuse_channels_first(step: Step) -> None:
    """Raise FrameworkError for a layer that reads the features before the positions."""
    if step.layer.channels_first:
        raise step.refuse(_TITLE, f"{step.layer.kind} with the features before the positions")


def _made(function: str, *positional: object, **named: object) -> CodeCall:
    """Return a layer that needs random numbers for its weights."""
    return call(f"nnx.{function}", *positional, **named, rngs="rngs")


def _bias(step: Step) -> str | None:
    return None if step.options["bias"] else "False"


def _dense(writer: ModuleWriter, step: Step) -> CodeCall | None:
    layer = step.options
    if layer["tied"]:
        return call("nnx.Param", f"jnp.zeros({layer['units']})") if layer["bias"] else None
    reads = writer.sizes.reads(step)
    return _made("Linear", reads, writer.width(step, writer.sizes.field(step, "units")), use_bias=_bias(step))


def _embedding(writer: ModuleWriter, step: Step) -> CodeCall:
    vocabulary = writer.sizes.field(step, "vocab_size")
    return _made("Embed", vocabulary, writer.width(step, writer.sizes.field(step, "dim")))


def _padding(step: Step) -> str | None:
    padding = step.options["padding"]
    if isinstance(padding, str):
        return None if padding == "same" else f'"{padding.upper()}"'
    return str([(each, each) for each in padding])


def _window(step: Step, sizes: list[str], *, groups: int = 1) -> CodeCall:
    """Return a convolution."""
    layer = step.options
    _refuse_channels_first(step)
    if layer["padding"] == "causal" and len(step.layer.window) > 1:
        raise step.refuse(_TITLE, "padding=causal over several axes")
    return _made(
        "Conv",
        *sizes,
        tuple_of(step.layer.window),
        strides=unless_ones(step.strides),
        padding=_padding(step),
        kernel_dilation=unless_ones(step.dilations),
        feature_group_count=groups if groups != 1 else None,
        use_bias=_bias(step),
    )


def _conv(writer: ModuleWriter, step: Step) -> CodeCall:
    reads = writer.sizes.reads(step)
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    return _window(step, [reads, filters], groups=step.options["groups"])


def _depthwise(_: ModuleWriter, step: Step) -> CodeCall:
    width = step.width
    return _window(step, [str(width), str(width * step.options["depth_multiplier"])], groups=width)


def _transposed(writer: ModuleWriter, step: Step) -> CodeCall:
    layer: Any = step.layer
    _refuse_channels_first(step)
    if isinstance(layer.padding, tuple):
        reaches = [dilation * (size - 1) for size, dilation in zip(layer.window, step.dilations, strict=True)]
        extra = layer.output_padding or (0,) * len(layer.window)
        ends = zip(reaches, layer.padding, extra, strict=True)
        padding: str | None = str([(reach - zeros, reach - zeros + more) for reach, zeros, more in ends])
    elif layer.output_padding is not None:
        raise step.refuse(_TITLE, "output_padding")
    else:
        padding = _padding(step)
    reads = writer.sizes.reads(step)
    filters = writer.width(step, writer.sizes.field(step, "filters"))
    return _made(
        "ConvTranspose",
        *(reads, filters, tuple_of(layer.window)),
        strides=tuple_of(step.strides) if set(step.strides) != {1} else None,
        padding=padding,
        kernel_dilation=tuple_of(step.dilations) if set(step.dilations) != {1} else None,
        use_bias=_bias(step),
    )


def _norm(name: str, *, centred: bool = True, axis: str = "") -> Callable[[ModuleWriter, Step], CodeCall]:
    def make(writer: ModuleWriter, step: Step) -> CodeCall:
        layer: Any = step.layer
        axes = layer.axes_apart
        if len(axes) > 1:
            raise step.refuse(_TITLE, f"{layer.kind} over several axes")
        rank = len(layer.reading(step.input))
        last = axes[0] % rank == rank - 1
        if not last and not axis:
            raise step.refuse(_TITLE, f"{layer.kind} over another axis than the last")
        features = writer.sizes.reads(step) if last else str(step.width)
        groups = {"num_groups": layer.groups if layer.groups > 0 else features} if layer.kind == "group_norm" else {}
        own = {} if last else dict.fromkeys(axis.split(), axes[0])
        shift = {"use_bias": None if layer.asdict()["center"] else "False"} if centred else {}
        return _made(name, features, **groups, **own, **shift, use_scale=None if layer.scale else "False")

    return make


def _attention(writer: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    query, value, key = heads_of(step.inputs)
    axes = layer["attention_axes"]
    over = axes is None and len(query) > 3
    if over or layer["use_gate"] or (axes and [axis % len(query) for axis in axes] != [len(query) - 2]):
        raise step.refuse(_TITLE, "multi-head attention over other axes than the last before the features")
    if value[-1] != key[-1]:
        raise step.refuse(_TITLE, "multi-head attention with keys and values of two widths")
    width = known(query[-1], step)
    attention: Any = step.layer
    (given,) = attention.attended(query, value) if layer["shape"] is None or len(layer["shape"]) == 1 else (None,)
    if given is None:
        raise step.refuse(_TITLE, "multi-head attention that gives several axes")
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


def _einsum(_: ModuleWriter, step: Step) -> CodeCall:
    layer = step.options
    sizes = step.layer.sizes(step.layer.reading(step.input))
    shapes = [_axes_of(step, sizes, word) for word in ("einsum_kernel", "einsum_bias")]
    bias = tuple_of(shapes[1]) if layer["bias_axes"] else None
    return _made("Einsum", f'"{layer["equation"]}"', tuple_of(shapes[0]), *([bias] if bias else []))


def _axes_of(step: Step, sizes: dict[str, int | None], word: str) -> list[int]:
    numbered = [size for name, size in sizes.items() if name.startswith(f"{word}_")] or [sizes[word]]
    return [known(size, step) for size in numbered]


def _dropout(_: ModuleWriter, step: Step) -> CodeCall:
    rate = step.options["rate"]
    return _made("Dropout", 0.5 if rate is None else rate)


def _rnn(writer: ModuleWriter, step: Step) -> CodeCall:
    """Return the layer around a cell, both directions of it, or a list of its repeats."""
    layer: Any = step.layer
    if layer.kind not in _CELLS:
        raise step.refuse(_TITLE, f"{layer.kind} layer")
    reads, units = writer.sizes.reads(step), writer.sizes.field(step, "units")
    both = layer.bidirectional
    cell = ("Optimized" if writer.plan.framework == "flax-nnx-optimized" and layer.kind == "lstm" else "") + _CELLS[layer.kind]
    given = f"2 * {units}" if both and layer.merge == "concat" else units
    writer.width(step, given)

    def one(width: str) -> CodeCall:
        reverse = "True" if layer.go_backwards else None
        cells = [call("nnx.RNN", _made(cell, width, units), reverse=reverse) for _ in layer.directions]
        return call("nnx.Bidirectional", *cells, merge_fn=_merging(layer.merge)) if both else cells[0]

    if layer.repeat == 1:
        return one(reads)
    return CodeCall("nnx.List([", tuple(one(given if depth else reads) for depth in range(layer.repeat)), "])")


def _merging(merge: str) -> str | None:
    """Return the function that joins two directions, None for the usual one."""
    if merge == "concat":
        return None
    text = merged(merge, JAX, "ahead", "back")
    return f"lambda ahead, back: ({text})" if merge == "none" else f"lambda ahead, back: {text}"


_LAYERS: dict[str, Callable[[ModuleWriter, Step], CodeCall | None]] = {
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
    "prelu": lambda *_: call("nnx.PReLU"),
    "dropout": _dropout,
}
"""The module of each kind of layer that has one."""
