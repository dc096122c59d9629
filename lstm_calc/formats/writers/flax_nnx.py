"""A model as a module of Flax NNX: its layers with their sizes as defaults of the constructor, and a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import JAX, computed, merged
from lstm_calc.formats.writers.flax_nnx_layers import LAYERS, TITLE, refuse_channels_first
from lstm_calc.formats.writers.module import ModuleWriter, entry_axes
from lstm_calc.formats.writers.plan import heads_of, tied_to
from lstm_calc.formats.writers.text import Call, call, statement, tuple_of, with_numbers, written
from lstm_calc.model import Recurrent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.writers.plan import Plan, Step

_CARRIES = ("h", "c", "ahead_h", "ahead_c", "back_h", "back_c")
RESERVED = ("jax", "jnp", "nnx", "rngs", "self", "super", "len", "Model", "carry", "ahead", "back", *_CARRIES)
"""Names that nothing in the program may have."""


def program(plan: Plan) -> str:
    """Return the module as a program; raise FrameworkError for what Flax NNX does not have."""
    return Writer(plan).program()


def one_line(plan: Plan) -> Call:
    """Return the call that makes the only layer, with its sizes as numbers."""
    writer = Writer(plan)
    writer.add(plan.steps[0])
    if len(writer.made) != 1:
        raise plan.steps[0].refuse(TITLE, "single layer for it")
    return with_numbers(writer.made[0], {**writer.sizes.named, "rngs": "nnx.Rngs(0)"})


class Writer(ModuleWriter):
    """The lines of the constructor and of the call."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        super().__init__(plan, RESERVED)

    def add(self, step: Step) -> None:
        """Add a step: its layer where it has one of its own, and what the call does."""
        make = LAYERS.get(step.layer.kind)
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

    def hold(self, step: Step, made: Call) -> None:
        """Add a layer to the constructor."""
        self.made.append(made)
        frozen = "" if step.layer.trainable or not step.layer.weighted else "not trained: leave it out of the optimizer's wrt"
        comment = "; ".join(filter(None, (step.comment, frozen)))
        self.layers.append(statement(8, f"self.{step.module}", made, comment))

    def _compute(self, step: Step, values: list[str], *, has_module: bool) -> None:
        """Add what the call does for a layer that gives one value, or several parts of it."""
        front = entry_axes(step, TITLE)
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
        start = written(Call("def __init__(", ("self", *self.arguments(), "*", "rngs: nnx.Rngs"), "):"), 4)
        given = ", ".join(plan.values[source] for source in plan.outputs)
        body = "\n".join(
            [
                "class Model(nnx.Module):",
                f"    {start}",
                *(self.layers or ["        pass"]),
                "",
                f"    def __call__({self.inputs()}):",
                *self.call_lines(given),
            ]
        )
        imports = ["import jax"] * ("jax." in body) + ["import jax.numpy as jnp"] * ("jnp." in body) + ["from flax import nnx"]
        return "\n".join([f"# {plan.total:,} parameters in Flax NNX", *imports, "", "", f"{body}\n"])


def _around(writer: Writer, step: Step, values: list[str]) -> str:
    """Return what the module of a layer gives."""
    layer = step.layer.asdict()
    if step.layer.kind == "multi_head_attention":
        query, value, key = heads_of(values)
        return f"self.{step.module}({query}, {key}, {value}, decode=False)"
    if layer.get("tied"):
        text = f"self.{tied_to(writer.plan, step)}.attend({values[0]})"
        return f"{text} + self.{step.module}" if layer["bias"] else text
    return f"self.{step.module}({values[0]})"


def _functional(step: Step, values: list[str]) -> str:
    """Return what a layer without a module gives."""
    layer = step.layer.asdict()
    if step.layer.kind == "pool":
        return _pool(step, values[0])
    if step.layer.kind == "attention":
        query, value, key = heads_of(values)
        return f"nnx.softmax({query} @ {key}.swapaxes(-1, -2)) @ {value}"
    text = computed(step, values, JAX)
    if text is None or (layer.get("data_format") == "channels_first" and step.layer.kind == "adaptive_pool"):
        raise step.refuse(TITLE, f"{step.layer.kind} layer")
    return text


def _pool(step: Step, x: str) -> str:
    layer = step.layer.asdict()
    refuse_channels_first(step)
    padding = layer["padding"]
    if padding == "causal":
        raise step.refuse(TITLE, "padding=causal of a pool")
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


def _recurrent(writer: Writer, step: Step, values: list[str]) -> Iterator[str]:
    """Yield the lines that run a recurrent layer."""
    layer: Any = step.layer
    x, *initial = values
    plan, carry = writer.plan, _carry_names(layer)
    for depth in range(layer.repeat):
        last = depth == layer.repeat - 1
        module = f"self.{step.module}[{depth}]" if layer.repeat > 1 else f"self.{step.module}"
        start = [f"initial_carry={_initial(layer, initial)}"] if initial else []
        gives = [plan.values[step.position, number] for number in range(layer.outputs)]
        every = not last or layer.return_sequences
        target = ", ".join(gives) if last else step.name
        target = f"({target})" if last and layer.outputs > 1 else target
        if every and not (last and step.states_used):
            yield f"        {target.strip('()')} = {module}({', '.join([x, *start])})"
        else:
            yield f"        {carry}, {target if every else '_'} = {module}({', '.join([x, *start, 'return_carry=True'])})"
        if not every:
            ends = ["ahead_h", "back_h"] if layer.bidirectional else ["h"]
            text = merged(layer.merge, JAX, *ends) if layer.bidirectional else ends[0]
            yield f"        {', '.join(gives)} = {text}"
        x = step.name
    for number in sorted(step.used):
        if number >= layer.outputs:
            state = layer.states[number - layer.outputs]
            yield f"        {plan.values[step.position, number]} = {_STATES.get(state, state)}"


_STATES = {f"{way}_{state}": f"{name}_{state}" for way, name in (("forward", "ahead"), ("backward", "back")) for state in "hc"}


def _carry_names(layer: Any) -> str:
    """Return what a carry is unpacked into: c and h of an LSTM, h of another cell, for each direction."""
    ways = ("ahead_", "back_") if layer.bidirectional else ("",)
    each = [f"({way}c, {way}h)" if layer.kind == "lstm" else f"{way}h" for way in ways]
    return f"({', '.join(each)})" if len(each) > 1 else each[0]


def _initial(layer: Any, values: list[str]) -> str:
    """Return the carry that a layer starts from, of its states h and c."""
    count = len(values) // len(layer.directions)
    each = [values[at : at + count] for at in range(0, len(values), count)]
    ways = [f"({way[1]}, {way[0]})" if layer.kind == "lstm" else way[0] for way in each]
    return f"({', '.join(ways)})" if len(ways) > 1 else ways[0]
