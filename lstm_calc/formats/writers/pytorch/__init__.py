"""A model as a module of PyTorch: its layers with their sizes as defaults of the constructor, and a forward.

PyTorch's convolutions, pools and batch norms read the features right after the batch. A value that is in that order stays in it
until a layer wants the features last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.arrays import TORCH, computed, function_of, merged
from lstm_calc.formats.writers.plan import ModuleWriter, entry_axes, heads_of, tied_to
from lstm_calc.formats.writers.pytorch.layers import LAYERS, SLIDING, TITLE, cut_behind, is_apart, margins_before, zeros_of
from lstm_calc.formats.writers.text import CodeCall, call, one_or_tuple, statement, with_numbers, written
from lstm_calc.model import Recurrent

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        make = LAYERS.get(step.layer.kind)
        if step.layer.kind == "batch_norm" and self._ranks.setdefault(step.module, len(step.input)) != len(step.input):
            raise step.refuse(TITLE, "batch norm that is used on several numbers of axes")
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
        front = entry_axes(step, TITLE)
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
    if layer.kind in SLIDING:
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
        raise step.refuse(TITLE, f"{step.layer.kind} over an axis between others")
    return axis


def _around(step: Step, values: list[str]) -> str:
    """Return what the module of a layer gives."""
    module = f"self.{step.module}"
    if step.layer.kind == "multi_head_attention":
        query, value, key = heads_of(values)
        return f"{module}({query}, {key}, {value}, need_weights=False)[0]"
    margins = margins_before(step)
    return f"{module}({TORCH.pad(values[0], [(0, 0), (0, 0), *margins]) if margins else values[0]}){cut_behind(step)}"


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
        raise step.refuse(TITLE, f"{kind} layer")
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
        pads = [before for before, _ in zeros_of(step, "pool", window, strides, (1,) * len(window))]
    if any(pads):
        found.append(f"padding={one_or_tuple(pads)}")
        found += ["count_include_pad=False"] * (layer["function"] != "max" and isinstance(padding, str))
    if any(2 * pad > size for pad, size in zip(pads, window, strict=True)):
        raise step.refuse(TITLE, "pool with zeros of more than half its window")
    return found


def _recurrent(writer: _TorchWriter, step: Step) -> Iterator[str]:
    """Yield the lines that run a recurrent layer."""
    layer: Any = step.layer
    x, *initial = writer.values(step)
    apart = is_apart(step)
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
