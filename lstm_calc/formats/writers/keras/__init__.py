"""A model as code of Keras: a Sequential of its layers, or a functional model for a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.formats.writers.keras.layers import LAYERS, OPERATIONS, TITLE, KerasCalls
from lstm_calc.formats.writers.text import CodeCall, Names, call, statement, tuple_of
from lstm_calc.model import Recurrent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.writers.plan import Plan, Step


RESERVED = ("keras", "model", "len")
"""Names that nothing in the program may have."""


def program(plan: Plan) -> str:
    """Return the model as a program; raise FrameworkError for what Keras does not have."""
    chained = plan.is_chain and all(step.layer.kind in LAYERS and not step.layer.reads_several for step in plan.steps)
    lines = _sequential(plan) if chained else _Functional(plan).run()
    return "\n".join([f"# {plan.total:,} parameters in Keras", "import keras", "", *lines, ""])


def one_line(plan: Plan) -> CodeCall:
    """Return the call that makes the only layer; raise FrameworkError where it is several."""
    step = plan.steps[0]
    made = _made(step)
    if step.layer.repeat > 1 or made[0].before:
        raise step.refuse(TITLE, "single layer for it, but several")
    return made[0].layer


def _made(step: Step) -> list[KerasCalls]:
    """Return the layers that a step is: one for each repeat."""
    make = LAYERS.get(step.layer.kind)
    if make is None:
        raise step.refuse(TITLE, f"{step.layer.kind} layer")
    return [_distributed(step, make(step, depth)) for depth in range(step.layer.repeat)]


def _distributed(step: Step, made: KerasCalls) -> KerasCalls:
    """Return a layer that is applied along axes as Keras writes it."""
    if step.layer.time_distributed and (step.layer.reads_several or len(step.input) < 3):
        raise step.refuse(TITLE, f"TimeDistributed around {step.layer.kind}")
    for _ in range(step.layer.time_distributed):
        wrapped = [call("keras.layers.TimeDistributed", each) for each in (made.layer, *made.before)]
        made = KerasCalls(wrapped[0], tuple(wrapped[1:]))
    return made


def _input(plan: Plan, at: int) -> CodeCall:
    _, shape = plan.arguments[at]
    stateful = any(step.options.get("stateful") for step in plan.steps)
    return call("keras.Input", tuple_of(shape[1:]), batch_size="1" if stateful else None)


def _sequential(plan: Plan) -> list[str]:
    lines = ["model = keras.Sequential([", f"    {_input(plan, 0)},"]
    for step in plan.steps:
        made = _made(step)
        layers = [call_ for each in made for call_ in (*each.before, each.layer)]
        for layer in layers:
            note = f"  # {step.comment}" if layer is layers[-1] and step.comment else ""
            lines.append(f"{statement(4, '', layer)},{note}")
    return [*lines, "])"]


def _check_reached(plan: Plan) -> None:
    """Refuse a layer that leads to no output: a functional model has only those that its outputs need."""
    needed = {place for place, _ in plan.outputs}
    for step in reversed(plan.steps):
        needed |= {place for place, _ in step.sources} if step.position in needed else set()
    used = {step.module for step in plan.steps if step.position in needed}
    for step in plan.steps:
        if step.params and step.module not in used:
            raise step.refuse(TITLE, "layer that leads to no output")


class _Functional:
    """The lines of a functional model."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.shared = {step.module for step in plan.steps if step.shared}
        self.layers: dict[str, list[str]] = {}
        self.names = Names([*RESERVED, "x", *plan.values.values()])
        self.first = self.names.fresh("inputs")
        self.lines: list[str] = []

    def run(self) -> list[str]:
        plan = self.plan
        _check_reached(plan)
        for at in range(len(plan.arguments)):
            self.lines.append(statement(0, self._name(-1 - at, 0), _input(plan, at)))
        for step in plan.steps:
            self._step(step)
        inputs = [self._name(-1 - at, 0) for at in range(len(plan.arguments))]
        outputs = [self._name(*source) for source in plan.outputs]
        ends = [f"[{', '.join(each)}]" if len(each) > 1 else each[0] for each in (inputs, outputs)]
        return [*self.lines, statement(0, "model", call("keras.Model", *ends))]

    def _name(self, position: int, number: int) -> str:
        """Return the name of a value; inputs keep theirs, which the model is made of."""
        name = self.plan.values[position, number]
        return self.first if position == -1 and name == "x" else name

    def _step(self, step: Step) -> None:
        values = [self._name(*source) for source in step.sources]
        operation = OPERATIONS.get(step.layer.kind)
        if operation is not None:
            if step.layer.time_distributed:
                raise step.refuse(TITLE, f"{step.layer.kind} of each entry of another axis")
            given = ", ".join(self._name(step.position, number) for number in range(step.layer.outputs))
            self.lines.append(statement(0, given, operation(step, values)))
            return
        if step.shared:
            for layer in self.layers[step.module]:
                values = self._call(step, layer, values, "", last=layer == self.layers[step.module][-1])
            return
        made = _made(step)
        names: list[str] = []
        for depth, each in enumerate(made):
            last = depth == len(made) - 1
            for before in each.before:
                values = [*self._call(step, self._held(step, before, names), values[:1], "", last=False), *values[1:]]
            held = self._held(step, each.layer, names)
            initial = values[1:] if isinstance(step.layer, Recurrent) else []
            values = [*self._call(step, held, values, step.comment if last else "", last=last), *initial]
        self.layers[step.module] = names

    def _held(self, step: Step, layer: CodeCall, names: list[str]) -> CodeCall | str:
        """Return a layer, by a name of its own where it is used again."""
        if step.module not in self.shared:
            return layer
        name = self.names.fresh(f"{step.module}_layer")
        self.lines.append(statement(0, name, layer))
        names.append(name)
        return name

    def _call(self, step: Step, layer: CodeCall | str, values: list[str], comment: str, *, last: bool) -> list[str]:
        """Add the call of a layer, and return the name of what it gives."""
        name = self._name(step.position, 0) if last else "x"
        target = ", ".join([name, *self._more(step)]) if last else "x"
        arguments = ", ".join(_arguments(step, values))
        made = layer.replace(tail=f"{layer.tail}({arguments})") if isinstance(layer, CodeCall) else f"{layer}({arguments})"
        self.lines.append(statement(0, target, made, comment))
        return [name]

    def _more(self, step: Step) -> list[str]:
        """Return the names of the outputs beside the first, and of the states."""
        layer = step.layer
        number = layer.outputs + (len(layer.states) if step.gives_states else 0)
        return [self._name(step.position, at) for at in range(1, number)]


def _arguments(step: Step, values: Sequence[str]) -> list[str]:
    layer = step.layer
    if layer.kind == "multi_head_attention":
        return list(values) if len(values) > 1 else list(values) * 2
    if layer.kind in {"attention", "additive_attention"}:
        return [f"[{', '.join(values if len(values) > 1 else list(values) * 2)}]"]
    if isinstance(layer, Recurrent):
        initial = values[1:]
        states = f"initial_state=[{', '.join(initial)}]" if len(initial) > 1 else f"initial_state={initial[0]}" if initial else ""
        return [values[0], *([states] if states else [])]
    return [f"[{', '.join(values)}]"] if layer.reads_several else list(values)
