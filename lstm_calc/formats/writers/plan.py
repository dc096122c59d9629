"""A model as the steps of a program: which call reads what, under which names, and how wide it is in words.

This is the same for all frameworks. What a framework does not offer is refused here, by name, before anything is written. The
writers of programs share what adds a step at a time, and for a module its constructor and its call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from lstm_calc.errors import FrameworkError, ModelError
from lstm_calc.formats.writers.text import Names
from lstm_calc.frameworks import check_run, uses_in, with_defaults
from lstm_calc.frozen import Record
from lstm_calc.model import Concat, Dense, Dropout, Embedding, Input, Layer, Merge, Model, Other
from lstm_calc.model.propagation import FirstShapes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lstm_calc.formats.writers.text import CodeCall
    from lstm_calc.frameworks import Framework
    from lstm_calc.model.graph import Source
    from lstm_calc.model.sizes import Shape

Value = TypeVar("Value")


class Step(FirstShapes, Record):
    """One layer in its place.

    ``module`` is the name of the layer whose weights it uses, ``name`` that of its values. ``sources`` are what it reads, by the
    positions of steps; a negative one is an input of the program, -1 the first. ``used`` are the outputs and states that something
    reads, and ``gives_states`` says whether something reads a state that its layer gives here or elsewhere. ``params`` is None for
    what is counted elsewhere.
    """

    layer: Layer
    position: int
    name: str
    module: str
    title: str
    shared: bool
    sources: tuple[Source, ...]
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    used: frozenset[int]
    gives_states: bool
    params: int | None

    @cached_property
    def options(self) -> dict[str, Any]:
        """The fields of its layer by name."""
        return self.layer.asdict()

    @property
    def strides(self) -> tuple[int, ...]:
        """The strides of its window, 1 along each axis where it says none."""
        return self.options["strides"] or (1,) * len(self.layer.window)

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilations of its window, 1 along each axis where it says none."""
        return self.options["dilation_rate"] or (1,) * len(self.layer.window)

    @property
    def width(self) -> int:
        """The features that it reads; raises ModelError where they are not known."""
        return known(self.layer.width(self.layer.reading(self.input)), self)

    @property
    def states_used(self) -> bool:
        """Whether something reads one of its states."""
        return any(number >= self.layer.outputs for number in self.used)

    @property
    def comment(self) -> str:
        """How many parameters it has, in words, or what the model does not say; empty where there is neither."""
        if isinstance(self.layer, Dropout) and self.layer.rate is None:
            return "the model does not say the rate"
        return "" if not self.params else "1 parameter" if self.params == 1 else f"{self.params:,} parameters"

    def refuse(self, framework: str, what: str) -> FrameworkError:
        """Return the error for what a framework does not have."""
        return FrameworkError(f"{framework} has no {what}, which {self.title} needs")


def known(size: int | None, step: Step) -> int:
    """Return a size; raise ModelError where it is not known."""
    if size is None:
        what = f"the features at {step.title} depend on a size that is not known"
        raise ModelError(f"{what}: give the shape of the model's input, as 20x40 for 20 steps of 40", key="input_shape")
    return size


class Plan(Record):
    """The steps of a program.

    ``arguments`` are its inputs: the name and the shape of each, the batch included. ``outputs`` are the values that it gives,
    ``values`` the name of each value, ``total`` how many parameters it has and ``framework`` whose they are.
    """

    framework: str
    steps: tuple[Step, ...]
    arguments: tuple[tuple[str, Shape], ...]
    outputs: tuple[Source, ...]
    values: dict[Source, str]
    total: int
    model: Model

    @property
    def is_chain(self) -> bool:
        """Whether each step reads what the one before gives, and the last one gives the only output."""
        sources = [((position - 1, 0),) for position in range(len(self.steps))]
        last = ((len(self.steps) - 1, 0),)
        alone = all(step.layer.outputs == 1 and not step.gives_states and not step.shared for step in self.steps)
        return alone and len(self.arguments) == 1 and self.outputs == last and [step.sources for step in self.steps] == sources


def plan_of(model: Model, table: Framework, total: int, counts: Mapping[str, int | None], reserved: Sequence[str]) -> Plan:
    """Return the steps of a model; ``counts`` are the parameters of each use of a layer by name.

    Raises FrameworkError for what the framework does not have, ModelError for a layer of which no more than a count is known.
    """
    uses_in(model, table)
    model = with_defaults(model, table)
    for layer in model.calls:
        if isinstance(layer, Other):
            what = f"{layer.class_name or layer.name or 'a layer'} is known by its count alone"
            raise ModelError(f"{what}, and cannot be written as code")
        # writers settle themselves where the features stand
        check_run(table, layer.replace(data_format=None) if layer.channels_first else layer)
    return _Planner(model, table, reserved).plan(total, counts)


class _Planner:
    """Names what a model's layers are and give."""

    def __init__(self, model: Model, table: Framework, reserved: Sequence[str]) -> None:
        self.model, self.table = model, table
        self.attributes, self.locals = Names(reserved), Names([*reserved, "x"])
        self.uses: dict[int, list[int]] = {}
        at = 0
        for position, layer in enumerate(model.calls):
            self.uses[position] = list(range(at, at + layer.repeat))
            at += layer.repeat
        self.arguments: list[tuple[str, Shape]] = []
        self.places: dict[int, int] = {}
        """For the position of a layer, or -1: the position of its step, or of an input of the program, counted from -1 down."""
        self.giving: set[int] = set()
        """The layers of which something reads a state."""
        self.own: dict[int, int] = {}
        """The inputs of the layers that read something which is not described."""

    def plan(self, total: int, counts: Mapping[str, int | None]) -> Plan:
        model = self.model
        self._take_inputs()
        sources = {position: self._sources(position) for position in self._calls()}
        outputs = tuple(self._place(*source) for source in model.gives) if model.outputs or not self.own else self._unread(sources)
        used: dict[int, set[int]] = {}
        for place, number in (*outputs, *(source for found in sources.values() for source in found)):
            used.setdefault(place, set()).add(number)
        for position in sources:
            numbers = used.get(self.places[position], ())
            self.giving |= {model.owners[position]} if any(at >= model.calls[position].outputs for at in numbers) else set()
        modules: dict[int, str] = {}
        steps = []
        for position, reads in sources.items():
            owner = model.owners[position]
            modules.setdefault(owner, self.attributes.fresh(model.modules[owner]))
            steps.append(self._step(position, reads, modules[owner], used, counts))
        values = self._values(steps, outputs)
        names = tuple((values[-1 - at, 0], shape) for at, (_, shape) in enumerate(self.arguments))
        return Plan(self.table.name, tuple(steps), names, outputs, values, total, model)

    def _unread(self, sources: Mapping[int, tuple[Source, ...]]) -> tuple[Source, ...]:
        """Return what nothing reads, where some layers read an input of their own and not what the one before gives."""
        read = {place for found in sources.values() for place, _ in found}
        places = {self.places[position]: self.model.calls[position] for position in sources}
        return tuple((place, number) for place, layer in places.items() if place not in read for number in range(layer.outputs))

    def _calls(self) -> list[int]:
        return [position for position, layer in enumerate(self.model.flat) if not isinstance(layer, Input)]

    def _take_inputs(self) -> None:
        """Note the inputs: that of the model, its layers of kind input, and what layers read that is not described."""
        model, uses = self.model, self.model.uses
        read = {
            source for position in self._calls() for source, _ in model.sources[position] if uses[self.uses[position][0]].sources
        }
        if -1 in read:
            self.places[-1] = self._argument("x", model.input)
        for position, layer in enumerate(model.flat):
            use = uses[self.uses[position][0]]
            if isinstance(layer, Input):
                self.places[position] = self._argument(model.modules[position], use.output)
            elif not use.sources:
                self.own[position] = self._argument(f"{model.modules[position]}_input", use.input)
        for at, position in enumerate(self._calls()):
            self.places[position] = at

    def _argument(self, name: str, shape: Shape) -> int:
        """Add an input of the program and return its place; the first one is called x."""
        self.arguments.append((name if self.arguments else "x", shape))
        return -len(self.arguments)

    def _place(self, position: int, number: int) -> Source:
        return self.places[position], number

    def _sources(self, position: int) -> tuple[Source, ...]:
        if position in self.own:
            return ((self.own[position], 0),)
        return tuple(self._place(*source) for source in self.model.sources[position])

    def _step(
        self, position: int, sources: tuple[Source, ...], module: str, used: dict[int, set[int]], counts: Mapping[str, int | None]
    ) -> Step:
        model, found = self.model, [self.model.uses[at] for at in self.uses[position]]
        place, layer = self.places[position], model.calls[position]
        title = model.modules[position]
        shared = model.owners[position] != position
        numbers = [counts.get(use.name) for use in found]
        params = None if shared or None in numbers else sum(number or 0 for number in numbers)
        return Step(
            layer,
            place,
            self.locals.fresh(title),
            module,
            title,
            shared,
            sources,
            found[0].inputs,
            found[-1].outputs,
            frozenset(used.get(place, ())),
            model.owners[position] in self.giving,
            params,
        )

    def _values(self, steps: Sequence[Step], outputs: tuple[Source, ...]) -> dict[Source, str]:
        """Return the name of every value: x for what the next step alone reads, and that reads nothing else."""
        readers: dict[Source, list[int]] = {}
        for step in steps:
            for source in dict.fromkeys(step.sources):
                readers.setdefault(source, []).append(step.position)
        for source in outputs:
            readers.setdefault(source, []).append(len(steps))
        ends = [len(set(step.sources)) for step in steps] + [len(outputs)]

        def passing(source: Source, place: int) -> bool:
            return readers.get(source) == [place + 1] and ends[place + 1] == 1

        values = {}
        for at, (name, _) in enumerate(self.arguments):
            first = at == 0 and len(self.arguments) == 1
            plain = passing((-1, 0), -1) if first else False
            values[-1 - at, 0] = "x" if plain else self.locals.fresh("inputs" if name == "x" else name)
        for step in steps:
            layer = step.layer
            several = layer.outputs > 1
            for number in range(layer.outputs + len(layer.states)):
                state = layer.states[number - layer.outputs] if number >= layer.outputs else str(number)
                named = self.locals.fresh(f"{step.name}_{state}") if several or number else step.name
                plain = layer.outputs == 1 and passing((step.position, number), step.position)
                values[step.position, number] = "x" if plain else named
        return values


_KEEPING = frozenset(
    [
        *("dropout", "activation", "masking", "batch_norm", "layer_norm", "group_norm", "rms_norm", "prelu", "repeat_vector"),
        *("pool", "adaptive_pool", "global_pool", "upsample", "crop", "pad"),
        *("add", "subtract", "multiply", "average", "maximum", "minimum"),
    ]
)
"""The kinds that give the features that they read."""


class Sizes:
    """The widths of values in words: those that a program names, such as ``lstm_units``, and sums and multiples of them."""

    def __init__(self, plan: Plan, reserved: Sequence[str]) -> None:
        """Take the plan, and names that no size may have."""
        self.named: dict[str, int] = {}
        self._names = Names(reserved)
        self._widths: dict[Source, tuple[str, int]] = {}
        self._plan = plan

    def name(self, text: str, value: int) -> str:
        """Return the name of a size, which gets this value."""
        name = self._names.fresh(text)
        self.named[name] = value
        return name

    def field(self, step: Step, field: str) -> str:
        """Return the name of a size of a layer."""
        return self.name(field if field == "vocab_size" else f"{step.module}_{field}", step.options[field])

    def reads(self, step: Step) -> str:
        """Return the width that a step reads in words."""
        source = step.sources[0]
        if source not in self._widths and source[0] < 0 and step.input[-1] is not None:
            (_, shape), name = self._plan.arguments[-1 - source[0]], self._plan.values[source]
            self._widths[source] = (self.name("input_size" if source[0] == -1 else f"{name}_size", step.input[-1]), shape[-1] or 0)
        words, value = self._widths.get(source, ("", 0))
        return words if value == step.width and step.width == step.input[-1] else str(step.width)

    def gives(self, step: Step, words: str | None) -> None:
        """Note the width of what a step gives, in words; None for a step that gives what it reads, or whose sizes have no name."""
        size, layer = step.output[-1], step.layer
        if words is None and isinstance(layer, Concat):
            found = [self._widths.get(source, ("", 0)) for source in step.sources]
            words = " + ".join(word for word, _ in found) if all(word for word, _ in found) else None
            value = sum(number for _, number in found)
        elif words is None:
            keeps = layer.kind in _KEEPING and not layer.channels_first
            words, value = self._widths.get(step.sources[0], ("", 0)) if keeps else ("", 0)
        else:
            value = 0 if layer.channels_first else layer.output_dim or 0
        if words and size is not None and value == size:
            for number in range(layer.outputs):
                self._widths[step.position, number] = (words, size)


def heads_of(values: Sequence[Value]) -> tuple[Value, Value, Value]:
    """Return what attention reads as the query, the value and the key, of one, two or three inputs.

    >>> heads_of(["x"]), heads_of(["q", "v"])
    (('x', 'x', 'x'), ('q', 'v', 'v'))
    """
    query, value, key = (*values, values[-1], values[-1])[:3]
    return query, value, key


def is_pointwise(step: Step) -> bool:
    """Return whether a layer that is distributed over axes does the same to all entries of its input anyway."""
    return isinstance(step.layer, Dense) or (
        step.layer.keeps_rank and not step.layer.mixes_axes and not isinstance(step.layer, Merge)
    )


def same_padding(
    positions: Sequence[int | None], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> list[tuple[int, int]] | None:
    """Return the zeros before and after each axis with which a window gives 1/stride of the positions; None where that is unknown.

    >>> same_padding([10, None], [3, 4], [2, 1], [1, 1])
    [(0, 1), (1, 2)]
    """
    found = []
    for size, each, stride, dilation in zip(positions, window, strides, dilations, strict=True):
        reach = dilation * (each - 1)
        if stride == 1:
            total = reach
        elif size is None:
            return None
        else:
            total = max(0, (-(-size // stride) - 1) * stride + reach + 1 - size)
        found.append((total // 2, total - total // 2))
    return found


def tied_to(plan: Plan, step: Step) -> str:
    """Return the name of the embedding whose matrix a layer shares: the last one before it of that shape."""
    shape = (step.options["units"], step.width)
    tables = [each for each in plan.steps[: step.position] if isinstance(each.layer, Embedding)]
    return next(
        each.module for each in reversed(tables) if (each.layer.asdict()["vocab_size"], each.layer.asdict()["dim"]) == shape
    )


class StepWriter(ABC):
    """A program that grows by a step at a time: ``lines`` are those of its call."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        self.plan = plan
        self.lines: list[str] = []

    @abstractmethod
    def add(self, step: Step) -> None:
        """Add a step; raise FrameworkError for what the framework does not have."""

    @abstractmethod
    def text(self) -> str:
        """Return the program of the steps so far."""

    def names(self, step: Step) -> list[str]:
        """Return the names of the outputs of a step."""
        return [self.plan.values[step.position, number] for number in range(step.layer.outputs)]

    def give(self, step: Step, text: str) -> None:
        """Add the line that computes the outputs of a step; none where they are what it reads."""
        names = ", ".join(self.names(step))
        if text != names:
            self.lines.append(f"{names} = {text}")

    @property
    def inputs(self) -> str:
        """The arguments of the call."""
        return ", ".join(["self", *(name for name, _ in self.plan.arguments)])

    def program(self) -> str:
        """Return the program of all steps."""
        for step in self.plan.steps:
            self.add(step)
        return self.text()


class ModuleWriter(StepWriter):
    """A module: ``layers`` are the lines of its constructor, and ``made`` the calls that make its layers."""

    def __init__(self, plan: Plan, reserved: tuple[str, ...]) -> None:
        """Take the plan, and the names that nothing in the program may have."""
        super().__init__(plan)
        self.sizes = Sizes(plan, reserved)
        self.made: list[CodeCall] = []
        self.layers: list[str] = []
        self._widths: dict[str, str | None] = {}

    def width(self, step: Step, words: str) -> str:
        """Note the width that a layer gives in words, and return it."""
        self._widths[step.module] = words
        return words

    def begin(self, step: Step) -> None:
        """Forget the width of a layer that is about to be made."""
        self._widths[step.module] = None

    def end(self, step: Step) -> None:
        """Note what a step gives, for the sizes of those that read it."""
        self.sizes.gives(step, self._widths.get(step.module))

    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of the constructor: the sizes, with their values as defaults."""
        return tuple(f"{name}={value}" for name, value in self.sizes.named.items())

    def call_lines(self, given: str) -> list[str]:
        """Return the lines of the call, which gives an expression; a name that is computed last is not kept first."""
        *lines, last = [*self.lines, f"return {given}"]
        if lines and lines[-1].startswith(f"{given} = "):
            last = f"return {lines.pop().partition(' = ')[2]}"
        return [f"        {line}" for line in (*lines, last)]


def entry_axes(step: Step, framework: str) -> int:
    """Return how many axes a step is applied along entry by entry; raise FrameworkError where a module does not do that."""
    front = step.layer.time_distributed if not is_pointwise(step) else 0
    if front and (step.layer.reads_several or step.layer.outputs > 1):
        raise step.refuse(framework, f"{step.layer.kind} of each entry of another axis")
    return front
