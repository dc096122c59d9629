"""A model as the textbooks' equations in NumPy: its weights by name, a step of each cell, and what follows what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.equations.parse import Apply, Node, Preactivation, Visitor, Weighted, parse
from lstm_calc.formats.writers.arrays import NUMPY, computed, merged
from lstm_calc.formats.writers.plan import StepWriter, heads_of, is_pointwise, known, same_padding, tied_to
from lstm_calc.formats.writers.text import CodeCall, tuple_of
from lstm_calc.frameworks import equation_words, framework
from lstm_calc.frameworks.counting import axes_of, rows_in, shape_of, sizes_of
from lstm_calc.model import Recurrent
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lstm_calc.formats.writers.plan import Plan, Step
    from lstm_calc.model import Use
    from lstm_calc.model.cells import Equation

_HELPERS = {
    "sigmoid": """\
def sigmoid(x):
    return 1 / (1 + np.exp(-x))""",
    "softmax": """\
def softmax(x):
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)""",
    "normalized": """\
def normalized(x, axes):
    return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)""",
    "rescaled": """\
def rescaled(x, axes):
    return x / np.sqrt((x**2).mean(axis=axes, keepdims=True) + 1e-6)""",
    "run": """\
def run(step, w, x, states, reverse=False):
    outputs = []
    for x_t in (x[:, ::-1] if reverse else x).swapaxes(0, 1):
        states = step(w, x_t, *states)
        outputs.append(states[0])
    return np.stack(outputs[::-1] if reverse else outputs, axis=1), states""",
    "convolved": """\
def convolved(x, kernel, strides=None, dilations=None):
    dims = kernel.ndim - 2
    strides, dilations = strides or (1,) * dims, dilations or (1,) * dims
    reach = [1 + dilation * (size - 1) for size, dilation in zip(kernel.shape[2:], dilations)]
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(1, dims + 1)))
    windows = windows[(slice(None), *(slice(None, None, stride) for stride in strides))]
    windows = windows[(..., *(slice(None, None, dilation) for dilation in dilations))]
    return np.tensordot(windows, kernel, axes=(range(dims + 1, 2 * dims + 2), range(1, dims + 2)))""",
    "pooled": """\
def pooled(x, window, strides, function):
    dims = len(window)
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=tuple(range(1, dims + 1)))
    windows = windows[(slice(None), *(slice(None, None, stride) for stride in strides))]
    return function(windows, axis=tuple(range(-dims, 0)))""",
    "attended": """\
def attended(w, query, value, key, heads):
    def projected(x, name):
        y = x @ w[f"W_{name}"].T + w.get(f"b_{name}", 0)
        return y.reshape(len(y), -1, heads, y.shape[-1] // heads).swapaxes(1, 2)

    q, k, v = projected(query, "query"), projected(key, "key"), projected(value, "value")
    y = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])) @ v
    y = y.swapaxes(1, 2).reshape(len(y), query.shape[1], -1)
    return y @ w["W_output"].T + w.get("b_output", 0)""",
}
"""Functions that programs have where they need them, by name, as text."""
RESERVED = ("np", "self", "w", "x", "len", "Model", "ahead", "back", "states", "back_states", "run", *_HELPERS)
"""Names that nothing in the program may have."""
_TITLE = "the textbook writer"
_ZEROS = frozenset({"bias", "recurrent_bias", "shift"})
_ONES = frozenset({"gain"})
_ROLES = {"b": "bias", "c": "recurrent_bias", "p": "peephole"}
"""The roles of the tensors of a gate by their letter, beside the matrix."""


def program(plan: Plan) -> str:
    """Return the model as a program; raise FrameworkError for layers that are not written in NumPy."""
    return _NumpyWriter(plan).program()


def one_line(plan: Plan) -> CodeCall:
    """Raise FrameworkError: equations are several lines."""
    raise plan.steps[0].refuse("the textbook", "single call for a layer; leave out --oneliner")


class _NumpyWriter(StepWriter):
    """The weights, the functions and the lines of the call."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        super().__init__(plan)
        self.weights: dict[str, dict[str, tuple[tuple[int, ...], str]]] = {}
        self.comments: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self._uses: dict[str, list[Use]] = {}
        """Each repeat of a layer, by the layer's name."""
        for use in plan.model.uses:
            self._uses.setdefault(use.module, []).append(use)

    def add(self, step: Step) -> None:
        """Add a step: its weights where it has some of its own, and what is computed."""
        if step.layer.time_distributed and not is_pointwise(step):
            raise step.refuse(_TITLE, f"{step.layer.kind} of each entry of another axis")
        if step.layer.weighted and not step.shared:
            for depth, use in enumerate(self._uses[step.title]):
                self._take_weights(step, use, depth)
        values = [self.plan.values[source] for source in step.sources]
        if isinstance(step.layer, Recurrent):
            self.lines += self._recurrent(step, values)
            return
        make = _LAYERS.get(step.layer.kind)
        text = make(self, step, values) if make else computed(step, values, NUMPY)
        if text is None or step.layer.kind == "adaptive_pool":
            raise step.refuse(_TITLE, f"{step.layer.kind} layer")
        self.give(step, text)

    def _take_weights(self, step: Step, use: Use, depth: int) -> None:
        """Note the shape of each tensor of a layer, by its name without that of the layer."""
        layout = framework("textbook").layout(step.layer)
        for row, gates, direction in rows_in(layout, use):
            shape = shape_of(axes_of(row, use.sizes), sizes_of(use, gates))
            name = row.name.format(gate=gates[0] if gates else "", letter="")
            self.weights.setdefault(_block(step, depth, direction), {})[name] = (shape, row.role.split()[0])
        if step.comment and depth == 0:
            self.comments[_block(step, 0, step.layer.directions[0])] = step.comment

    def helper(self, name: str) -> str:
        """Take up a function that the program has where it needs it."""
        self.functions.setdefault(name, _HELPERS[name])
        return name

    # Cells

    def _recurrent(self, step: Step, values: list[str]) -> Iterator[str]:
        """Yield the lines that run a recurrent layer."""
        layer: Any = step.layer
        if layer.window:
            raise step.refuse(_TITLE, f"{layer.kind} layer")
        x, *initial = values
        cell = self._cell(step)
        self.helper("run")
        states = list(CELLS[layer.kind].states)
        gives = self.names(step)
        for depth in range(layer.repeat):
            last = depth == layer.repeat - 1
            start = [self._start(step, states, initial, direction, x) for direction in range(len(layer.directions))]
            every = not last or layer.return_sequences
            target = ", ".join(gives) if last else step.name
            first = "ahead" if layer.bidirectional else target if every else "_"
            needed = not every or (last and step.states_used)
            after = ("states", "back_states") if needed else ("_", "_")
            directions = zip((first, "back"), after, start, layer.directions, strict=False)
            for at, (name, final, begin, direction) in enumerate(directions):
                reverse = ", reverse=True" if at or layer.go_backwards else ""
                weights = f'w["{_block(step, depth, direction)}"]'
                yield f"{name}, {final} = run({cell}, {weights}, {x}, {begin}{reverse})"
                if layer.go_backwards and every:
                    yield f"{name} = {name}[:, ::-1]"
            ends = ["ahead", "back"] if every else ["states[0]", "back_states[0]"]
            if layer.bidirectional or not every:
                yield f"{target} = {merged(layer.merge, NUMPY, *ends) if layer.bidirectional else ends[0]}"
            x = target
        for number in sorted(step.used):
            if number >= layer.outputs:
                direction, at = divmod(number - layer.outputs, len(states))
                yield f"{self.plan.values[step.position, number]} = {'back_states' if direction else 'states'}[{at}]"

    def _start(self, step: Step, states: Sequence[str], initial: list[str], direction: int, x: str) -> str:
        """Return the states that a direction of a layer starts from."""
        if initial:
            return tuple_of(initial[direction * len(states) : (direction + 1) * len(states)])
        sizes = step.layer.sizes(step.layer.reading(step.input))
        kinds = CELLS[step.layer.kind].states
        return tuple_of(f"np.zeros((len({x}), {sizes[kinds[state].size]}))" for state in states)

    def _cell(self, step: Step) -> str:
        """Take up the function that computes a step of a cell, and return its name."""
        layer: Any = step.layer
        layout = framework("textbook").layout(step.layer)
        equations = CELLS[layer.kind].equations_for(equation_words(layer, layout))
        tensors = (name.partition("_") for name in self.weights[_block(step, 0, layer.directions[0])])
        blocks = {(gate, _ROLES[letter]) for letter, _, gate in tensors if letter in _ROLES}
        body = _step_function(step, equations, blocks, list(CELLS[layer.kind].states))
        if "sigmoid(" in body:
            self.helper("sigmoid")
        names = (f"{layer.kind}_step" + (f"_{at}" if at else "") for at in range(len(self.functions) + 1))
        return next(name for name in names if self._is_function(name, body.replace("def step(", f"def {name}(")))

    def _is_function(self, name: str, text: str) -> bool:
        """Take up a function unless another one has its name; say whether it is there now."""
        return self.functions.setdefault(name, text) == text

    # The program

    def text(self) -> str:
        """Return the program."""
        plan = self.plan
        given = ", ".join(plan.values[source] for source in plan.outputs)
        body = [
            f"# {plan.total:,} parameters in the textbooks' equations",
            "import numpy as np",
            *(f"\n\n{text}" for text in self.functions.values()),
            "\n\nclass Model:",
            "    def __init__(self):",
            *(["        self.weights = {", *self._blocks(), "        }"] if self.weights else ["        self.weights = {}"]),
            "",
            f"    def __call__({self.inputs}):",
            *(["        w = self.weights"] if any('w["' in line for line in self.lines) else []),
            *(f"        {line}" for line in self.lines),
            f"        return {given}",
        ]
        return "\n".join(body) + "\n"

    def _blocks(self) -> Iterator[str]:
        """Yield the lines that make the weights: shifts and biases of zeros, gains of ones, small random numbers."""
        for name, tensors in self.weights.items():
            note = f"  # {self.comments[name]}" if name in self.comments else ""
            yield f'            "{name}": {{{note}'
            for tensor, (shape, role) in tensors.items():
                yield f'                "{tensor}": {_start_value(shape, role)},'
            yield "            },"


def _block(step: Step, depth: int, direction: str) -> str:
    """Return the name of the weights of one repeat and direction of a layer."""
    name = step.module if step.layer.repeat == 1 else f"{step.module}.{depth}"
    return f"{name}.{direction}" if len(step.layer.directions) > 1 else name


def _start_value(shape: tuple[int, ...], role: str) -> str:
    if role in _ZEROS:
        return f"np.zeros({tuple_of(shape)})"
    if role in _ONES:
        return f"np.ones({tuple_of(shape)})"
    return f"np.random.randn({', '.join(map(str, shape))}) * 0.1"


def _step_function(step: Step, equations: tuple[Equation, ...], blocks: set[tuple[str, str]], states: list[str]) -> str:
    """Return the function that computes one step of a cell."""
    writer = _Equations(step, blocks, states)
    lines = []
    for equation in equations:
        lines.append(f"    {equation.name} = {writer.value(parse(equation.expression))}")
        writer.scope[equation.name] = equation.name
    start = ["    size = x.shape[-1]"] if any("size" in line for line in lines) else []
    joined = ["    xh = np.concatenate([x, h], axis=-1)"] if any("xh @" in line for line in lines) else []
    return "\n".join([f"def step(w, x, {', '.join(states)}):", *start, *joined, *lines, f"    return {tuple_of(states)}"])


class _Equations(Visitor[str]):
    """Writes equations as NumPy; a value is its text."""

    def __init__(self, step: Step, blocks: set[tuple[str, str]], states: Sequence[str]) -> None:
        super().__init__({"x": "x", **{state: state for state in states}}, {gate for gate, role in blocks if role == "peephole"})
        self._step, self._blocks = step, blocks

    def value(self, node: Node) -> str:
        match node:
            case Preactivation(terms=(Weighted(gate=gate), *_)):
                rest = [self.value(term) for term in node.terms_with(self.peepholes) if term.role == "peephole"]
                bias = [f'w["b_{gate}"]'] if (gate, "bias") in self._blocks else []
                return " + ".join([f'xh @ w["W_{gate}"].T', *bias, *rest])
            case Apply(function="-" | "*" as sign, arguments=arguments):
                return f" {sign} ".join(_inside(self.value(each), each) for each in arguments)
            case _:
                return super().value(node)

    def number(self, number: int, /) -> str:
        return str(number)

    def apply(self, function: str, /, *arguments: str) -> str:
        if function == "+":
            return " + ".join(arguments)
        if function not in NUMPY.functions:
            raise self._step.refuse(_TITLE, f"function {function}")
        return NUMPY.functions[function].format(x=", ".join(arguments))

    def weigh(self, role: str, gate: str | None, value: str, /) -> str:
        if role == "peephole":
            return f'w["p_{gate}"] * {value}'
        operand = value if value.isidentifier() else f"({value})"
        if role == "projection":
            return f'{operand} @ w["W_projection"].T'
        part = ":size" if role == "kernel" else "size:"
        bias = {"kernel": ("bias", "b"), "recurrent_kernel": ("recurrent_bias", "c")}[role]
        added = f' + w["{bias[1]}_{gate}"]' if (gate, bias[0]) in self._blocks else ""
        return f'{operand} @ w["W_{gate}"][:, {part}].T{added}'


def _inside(text: str, node: Node) -> str:
    """Return a text as it may stand in a product or a difference."""
    loose = isinstance(node, Preactivation | Weighted) or (isinstance(node, Apply) and node.function in {"+", "-"})
    return f"({text})" if loose else text


# Layers that are not recurrent


def _dense(writer: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer = step.options
    matrix = f'w["{tied_to(writer.plan, step)}"]["E"]' if layer["tied"] else f'w["{step.module}"]["W"]'
    return f"{values[0]} @ {matrix}.T" + (f' + w["{step.module}"]["b"]' if layer["bias"] else "")


def _norm(writer: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer: Any = step.layer
    rank = len(step.input)
    if [axis % rank for axis in layer.axes_apart] != [rank - 1]:
        raise step.refuse(_TITLE, f"{layer.kind} over another axis than the last")
    weights = [f'w["{step.module}"]["{name}"]' for name in ("g", "b")]
    flags = layer.asdict()
    gain = f" * {weights[0]}" if flags["scale"] else ""
    shift = f" + {weights[1]}" if flags.get("center") else ""
    axes = tuple_of(range(rank - 1)) if layer.kind == "batch_norm" else "-1"
    function = writer.helper("rescaled" if layer.kind == "rms_norm" else "normalized")
    return f"{function}({values[0]}, {axes}){gain}{shift}"


def _einsum(_: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer = step.options
    bias = f' + w["{step.module}"]["b"]' if layer["bias_axes"] else ""
    return f'np.einsum("{layer["equation"]}", {values[0]}, w["{step.module}"]["W"]){bias}'


def _conv(writer: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer = step.options
    if step.layer.channels_first or layer["groups"] != 1 or step.layer.time_distributed:
        raise step.refuse(_TITLE, "conv of groups, or with the features before the positions")
    margins = _margins(step, step.layer.window, step.strides, step.dilations)
    x = f"np.pad({values[0]}, {tuple_of([(0, 0), *margins, (0, 0)])})" if any(map(any, margins)) else values[0]
    options = (("strides", step.strides), ("dilations", step.dilations))
    own = "".join(f", {name}={tuple_of(each)}" for name, each in options if set(each) != {1})
    bias = f' + w["{step.module}"]["b"]' if layer["bias"] else ""
    return f'{writer.helper("convolved")}({x}, w["{step.module}"]["W"]{own}){bias}'


def _pool(writer: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer = step.options
    window, strides = layer["pool_size"], layer["strides"] or layer["pool_size"]
    if step.layer.channels_first or layer["padding"] == "causal" or isinstance(layer["padding"], tuple):
        raise step.refuse(_TITLE, "pool of this padding, or with the features before the positions")
    largest = layer["function"] == "max"
    margins = _margins(step, window, strides, (1,) * len(window))
    padded = any(map(any, margins))
    fill = f", constant_values={'-np.inf' if largest else 'np.nan'}"
    x = f"np.pad({values[0]}, {tuple_of([(0, 0), *margins, (0, 0)])}{fill})" if padded else values[0]
    function = "np.max" if largest else "np.nanmean" if padded else "np.mean"
    return f"{writer.helper('pooled')}({x}, {tuple_of(window)}, {tuple_of(strides)}, {function})"


def _margins(step: Step, window: Sequence[int], strides: Sequence[int], dilations: Sequence[int]) -> list[tuple[int, int]]:
    """Return the zeros before and after each axis of positions."""
    layer: Any = step.layer
    reaches = [dilation * (size - 1) for size, dilation in zip(window, dilations, strict=True)]
    if isinstance(layer.padding, tuple):
        return [(each, each) for each in layer.padding]
    if layer.padding == "same":
        found = same_padding(layer.split(step.input)[1], window, strides, dilations)
        if found is None:
            raise step.refuse(_TITLE, f"padding=same of this {layer.kind}")
        return found
    return [(reach if layer.padding == "causal" else 0, 0) for reach in reaches]


def _attention(writer: _NumpyWriter, _: Step, values: list[str]) -> str:
    query, value, key = heads_of(values)
    softmax = writer.helper("softmax")
    return f"{softmax}({query} @ {key}.swapaxes(-1, -2)) @ {value}"


def _heads(writer: _NumpyWriter, step: Step, values: list[str]) -> str:
    layer = step.options
    if len(step.input) != 3 or layer["key_heads"] not in {None, layer["num_heads"]} or layer["use_gate"]:
        raise step.refuse(_TITLE, "multi-head attention over several axes or with fewer heads of keys")
    known(step.input[-1], step)
    writer.helper("softmax")
    query, value, key = heads_of(values)
    return f'{writer.helper("attended")}(w["{step.module}"], {query}, {value}, {key}, heads={layer["num_heads"]})'


def _softmax(writer: _NumpyWriter, step: Step, values: list[str]) -> str | None:
    name = step.options["function"].lower()
    if name == "sigmoid":
        writer.helper("sigmoid")
    if name != "softmax":
        return computed(step, values, NUMPY)
    return f"{writer.helper('softmax')}({values[0]})"


_LAYERS: dict[str, Callable[[_NumpyWriter, Step, list[str]], str | None]] = {
    "dense": _dense,
    "embedding": lambda _, step, values: f'w["{step.module}"]["E"][{values[0]}]',
    **dict.fromkeys(("batch_norm", "layer_norm", "rms_norm"), _norm),
    "prelu": lambda _, step, values: f'np.where({values[0]} > 0, {values[0]}, {values[0]} * w["{step.module}"]["a"])',
    "einsum_dense": _einsum,
    "conv": _conv,
    "pool": _pool,
    "attention": _attention,
    "multi_head_attention": _heads,
    "activation": _softmax,
    "dropout": lambda _, __, values: values[0],
}
"""What a layer computes, where that is more than an operation on arrays."""
