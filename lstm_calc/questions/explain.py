"""Why a model has the parameters that it has: each layer's equations, what its gates are for, and the count in three steps."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.equations.parse import functions_of
from lstm_calc.equations.text import INPUT, Formula, Fragment, formulas, readers, symbols
from lstm_calc.errors import few, listed
from lstm_calc.frameworks import equation_words, framework_of, layout_for, uses_in
from lstm_calc.frameworks.counting import Shape, sizes_of
from lstm_calc.model import Input, Recurrent
from lstm_calc.model.cells import CELLS, FUNCTIONS, MAPS
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.derivation import Step, of_one_gate, of_one_way, times, with_numbers
from lstm_calc.questions.tensors import ROLES, axis_order, tensors
from lstm_calc.questions.words import from_file, headline
from lstm_calc.render.document import Block, Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from lstm_calc.equations.text import Axes, Blocks, Operation
    from lstm_calc.frameworks import Layout
    from lstm_calc.frameworks.counting import Sizes
    from lstm_calc.model import Layer, Model, Use
    from lstm_calc.model.cells import Equation
    from lstm_calc.model.sizes import Size
    from lstm_calc.questions.tensors import Part, Tensor


def _read(layer: Layer) -> Fragment:
    """Return what an equation calls the input of a layer: a token has no axes, and a single vector no step."""
    if layer.reads_tokens:
        return Fragment("x[t]", ())
    return Fragment("x", ("input",)) if layer.rank == 2 else INPUT


"""The input of a step, by what a layer reads; a token is a number without axes, a vector is the same at every step."""


class Operand(Data):
    """One matrix or vector of a layer by the symbol of its equations; ``shape`` is (units, input), however it is stored.

    ``fixed``: it stays at its initial zeros in a layer that is trained otherwise.
    """

    symbol: str
    gate: str | None
    role: str
    axes: Axes
    shape: Shape
    fixed: bool


class Gate(Data):
    """One gate: the symbol of what it gives, None where no equation reads it, and what it is for.

    ``stored``: it has weights of its own; one that is coupled to another has none.
    """

    gate: str
    symbol: str | None
    purpose: str
    stored: bool


class LayerExplanation(Data):
    """One layer, or several that are alike in everything but their names.

    ``operands`` are those of one direction; ``sizes`` has the words of all shapes; ``steps`` end with the count of one layer.
    """

    names: tuple[str, ...]
    layer: Layer
    input_dim: Size
    output_dim: Size
    sizes: Sizes
    lines: tuple[Formula, ...]
    states: dict[str, Axes]
    operands: tuple[Operand, ...]
    gates: tuple[Gate, ...]
    functions: dict[str, str]
    steps: tuple[Step, ...]
    total: int
    forget_bias: int

    def shape(self, axes: Axes) -> Shape:
        """Return the sizes of some axes."""
        return tuple(self.sizes[word] for word in axes)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {
            "names": [*self.names],
            "type": self.layer.kind,
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "ways": [way for way in self.layer.directions if way],
            "equations": [line.text for line in self.lines],
            **{name: plain(getattr(self, name)) for name in ("operands", "gates", "functions", "forget_bias")},
            "operations": [operation for line in self.lines for operation in self._operations(line)],
            "steps": plain(self.steps),
            "total": self.total,
        }

    def _operations(self, line: Formula) -> list[dict[str, Any]]:
        return [
            {
                "for": line.name,
                "operation": operation.text,
                "shapes": [plain(self.shape(term.axes)) for term in operation.operands],
                "gives": plain(self.shape(operation.gives)),
            }
            for operation in line.operations
        ]


class Explanation(Answer):
    """A model's layers, each explained once, and their sum."""

    schema = "lstm-calc/explain/1"
    json = ("schema", "framework", "layers")

    model: Model
    framework: str
    layers: tuple[LayerExplanation, ...]
    total: Step

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return super().data() | {"numbers": self.total.numbers, "total": self.total.result}

    def document(self, *, step: bool = False) -> Document:
        """Return why the model has as many parameters as it has; with ``step``, also one time step of every layer."""
        said: set[Block] = set()
        body = [block for layer in self.layers for block in _layer_blocks(self, layer, said, step=step)]
        tables = (_steps_table(self), _operations_table(self)) if step else (_steps_table(self),)
        title = f"{headline(self.model)}, explained as {self.framework} counts it{from_file(self.model, self.framework)}"
        return Document(title, tables, (), body=(*body, *_sum_blocks(self)))


def explain(model: Model, framework_name: str | None = None) -> Explanation:
    """Return the derivation of a model's parameters as a framework (None: the model's own) stores them.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import explain, read
    >>> explain(read("32 > lstm 32")).layers[0].steps[-1].text
    '4 × (units × (input + units) + units) = 4 × (32 × (32 + 32) + 32) = 8320'
    """
    table = framework_of(model, framework_name)
    owned = {name: tuple(group) for name, group in groupby(tensors(model, framework_name).tensors, lambda tensor: tensor.layer)}
    alike: dict[tuple[Layer, tuple[Size, Size]], list[Use]] = {}
    for use in uses_in(model, table):
        if not use.shared and not isinstance(use.layer, Input):
            alike.setdefault((_unnamed(use.layer), use.widths), []).append(use)
    layers = tuple(_explained(group, layout_for(table, layer), owned.get(group[0].name, ())) for (layer, _), group in alike.items())
    numbers = " + ".join(times(len(layer.names), str(layer.total)) for layer in layers if layer.total) or "0"
    total = sum(len(each.names) * each.total for each in layers)
    return Explanation(model, table.name, layers, Step("all layers", numbers, numbers, total))


def _unnamed(layer: Layer) -> Layer:
    """Return a layer without what changes no step of it: its name, what it reads, and which of its steps it gives."""
    apart = {"name", "inputs", "return_sequences", "return_state", "stateful"}
    return type(layer)(**{field: value for field, value in layer.changed().items() if field not in apart})


def _explained(group: Sequence[Use], layout: Layout, owned: Sequence[Tensor]) -> LayerExplanation:
    """Return the explanation of layers that are alike."""
    use = group[0]
    layer, words = use.layer, _words(use.layer)
    if layer.kind not in CELLS.keys() | MAPS.keys():
        return _listed(group, owned)
    operands = tuple(_operands(use, owned, words))
    blocks = {(each.gate, each.role): each.axes for each in operands}
    equations = _equations(layer, layout)
    carried = CELLS[layer.kind].states if layer.kind in CELLS else {}
    states: dict[str, Axes] = {name: (words[state.size],) for name, state in carried.items()}
    named, applied = symbols(equations, blocks), functions_of(equations)
    sizes = {words.get(word, word): size for word, size in sizes_of(use, ()).items()}
    return LayerExplanation(
        names=tuple(each.name for each in group),
        layer=layer,
        input_dim=use.widths[0],
        output_dim=use.widths[1],
        sizes=sizes,
        lines=formulas(equations, _shared(layer) | blocks, states, reads=_read(layer), forget_bias=layout.forget_bias),
        states=states,
        operands=tuple(each.replace(symbol=named[each.gate, each.role]) for each in operands),
        gates=tuple(_gates(layer, equations, operands)),
        functions={name: each.meaning for name, each in FUNCTIONS.items() if name in applied and name.isidentifier()},
        steps=tuple(_steps(layer, blocks, sizes, owned)),
        total=sum(tensor.params for tensor in owned),
        forget_bias=layout.forget_bias,
    )


def _listed(group: Sequence[Use], owned: Sequence[Tensor]) -> LayerExplanation:
    """Return the explanation of layers that no equations are written down for: their parameters, tensor by tensor."""
    use, counted = group[0], [tensor for tensor in owned if tensor.counted]
    names = zip(_own_names([tensor.name for tensor in counted]), counted, strict=True)
    operands = [
        Operand(
            f"{name} of the {part.gate}" if len(tensor.parts) > 1 else name,
            None,
            part.role,
            tuple(axis.replace("*", " × ") for axis in part.axes.split()),
            part.shape,
            fixed=False,
        )
        for name, tensor in names
        for part in tensor.parts
    ]
    terms = Counter(" × ".join(operand.axes) or "1" for operand in operands)
    formula = " + ".join(times(number, term) for term, number in terms.items())
    total = sum(tensor.params for tensor in owned)
    return LayerExplanation(
        names=tuple(each.name for each in group),
        layer=use.layer,
        input_dim=use.widths[0],
        output_dim=use.widths[1],
        sizes=use.sizes,
        lines=(),
        states={},
        operands=tuple(operands),
        gates=(),
        functions={},
        steps=(_step("whole layer", formula, use.sizes, total),) if counted else (),
        total=total,
        forget_bias=0,
    )


def _own_names(names: Sequence[str]) -> list[str]:
    """Return the names without the path that all have.

    >>> _own_names(["a.b.query/kernel", "a.b.bias"]), _own_names(["a/b"])
    (['query/kernel', 'bias'], ['b'])
    """
    paths = [re.findall(r"[^/.]+[/.]?", name) for name in names]
    shared = 0
    while paths and all(len(path) > shared + 1 for path in paths) and len({path[shared] for path in paths}) == 1:
        shared += 1
    return ["".join(path[shared:]) for path in paths]


def _words(layer: Layer) -> dict[str, str]:
    """Return the words of a row's axes that a derivation says otherwise: units are filters, h is as wide as a projection."""
    units = layer.size or "input"
    return {
        "units": units,
        "output": "projection" if vars(layer).get("projection") else units,
        "vocab_size": "vocabulary",
    }


def _equations(layer: Layer, layout: Layout) -> tuple[Equation, ...]:
    cell = CELLS.get(layer.kind)
    return cell.equations_for(equation_words(layer, layout)) if cell else MAPS.get(layer.kind, ())


def _shared(layer: Layer) -> Blocks:
    """Return the matrix that a layer uses and another layer has."""
    return {(None, "kernel"): ("units", "input")} if getattr(layer, "tied", False) else {}


def _operands(use: Use, owned: Sequence[Tensor], words: dict[str, str]) -> list[Operand]:
    """Return the blocks of a layer's first direction, gate by gate."""
    found = [
        _operand(use.layer, tensor, part, words)
        for tensor in owned
        for part in tensor.parts
        if part.way in {None, use.layer.directions[0]}
    ]
    gates = CELLS[use.layer.kind].gates if use.layer.kind in CELLS else ()
    order = {gate: position for position, gate in enumerate((*gates, None))}
    return sorted(found, key=lambda operand: (order[operand.gate], ROLES.index(operand.role)))


def _operand(layer: Layer, tensor: Tensor, part: Part, words: dict[str, str]) -> Operand:
    named = [words.get(word, word) for word in part.axes.split()]
    order = axis_order(tensor.axes, part) if "vocab_size" not in part.axes.split() else range(len(named))
    lying = sorted(zip(order, named, part.shape, strict=True))
    fixed = layer.trainable and not tensor.trainable
    return Operand("", part.gate, part.role, tuple(word for _, word, _ in lying), tuple(size for *_, size in lying), fixed)


def _gates(layer: Layer, equations: tuple[Equation, ...], operands: tuple[Operand, ...]) -> Iterator[Gate]:
    """Yield what each gate is for, of those that are stored and those that are computed from others."""
    if layer.kind not in CELLS:
        return
    cell = CELLS[layer.kind]
    letters, read = readers(cell.equations), readers(equations)
    stored = {operand.gate for operand in operands}
    for gate, purpose in cell.purposes.items():
        yield Gate(gate, read.get(gate) if gate in stored else letters[gate], purpose, stored=gate in stored)


def _steps(layer: Layer, blocks: Blocks, sizes: Sizes, owned: Sequence[Tensor]) -> Iterator[Step]:
    """Yield the count of each gate, of a direction and of the layer; of a layer without gates the last alone."""
    gates = tuple(dict.fromkeys(gate for gate, _ in blocks if gate))
    if len(gates) > 1:
        by_formula: dict[str, list[str]] = {}
        for gate in gates:
            by_formula.setdefault(of_one_gate(blocks, gate), []).append(gate)
        for formula, alike in by_formula.items():
            yield _step(_gate_words(alike), formula, sizes, _numbers(blocks, sizes, alike[:1]))
    if gates and any(gate is None for gate, _ in blocks):
        yield _step("projection", of_one_gate(blocks, None), sizes, _numbers(blocks, sizes, [None]))
    one, ways = of_one_way(blocks, gates), len(layer.directions)
    if ways > 1:
        yield _step("one direction", one, sizes, _numbers(blocks, sizes, [*gates, None]))
    if blocks:
        yield _step(
            "both directions" if ways > 1 else "whole layer", times(ways, one), sizes, sum(tensor.params for tensor in owned)
        )


def _gate_words(gates: Sequence[str]) -> str:
    return f"{listed(gates)} gates, each" if len(gates) > 1 else f"{gates[0]} gate"


def _numbers(blocks: Blocks, sizes: Sizes, gates: Sequence[str | None]) -> int:
    """Return how many numbers some gates of one direction have."""
    return sum(prod(sizes[word] for word in axes) for (gate, _), axes in blocks.items() if gate in gates)


def _step(of: str, formula: str, sizes: Sizes, result: int) -> Step:
    return Step(of, formula, with_numbers(formula, sizes), result)


_TITLES = {
    **{kind: cell.title for kind, cell in CELLS.items()},
    "conv": "convolution",
    "layer_norm": "layer normalisation",
}
"""What a kind is called where that is not its name and "layer"."""
_OPENINGS = {
    "dense": "Every number that it gives is a sum of all numbers that come in, each with a weight of its own.",
    "embedding": "It is a table with a row of numbers for each token of the vocabulary; what comes in names the row.",
    "repeat_vector": "It hands one vector on at every step.",
    "conv": "At each position that it gives, it weighs all numbers in a window of what comes in.",
    "layer_norm": "It brings the features of each step to mean 0 and variance 1.",
    "input": "It is one of the model's inputs.",
    "concat": "It gives its inputs beside each other.",
    "add": "It gives the sum of its inputs, number by number.",
    "multiply": "It gives the product of its inputs, number by number.",
    "average": "It gives the mean of its inputs, number by number.",
    "subtract": "It gives its first input less the second, number by number.",
    "maximum": "It gives the larger of its inputs, number by number.",
    "minimum": "It gives the smaller of its inputs, number by number.",
    "dot": "It gives the products of its two inputs, summed over an axis of each.",
    "matmul": "It gives the matrix product of its two inputs.",
    "stack": "It gives its inputs along a new axis.",
}
_MEANINGS = {
    "kernel": "weights of what comes in",
    "recurrent_kernel": "weights of the output of the step before",
    "bias": "added, the same at every step",
    "recurrent_bias": "added too, a second bias",
    "peephole": "weights with which a gate sees the cell, number by number",
    "projection": "weights that make the output h out of the cell",
    "gain": "multiplies each feature",
    "shift": "added to each feature",
    "statistic": "kept while training, not trained",
    "slope": "multiplied with negative numbers",
    "table": "scores, looked up",
    "other": "of which no more is known",
}
_MERGES = {
    "concat": "the two outputs are put side by side, which gives",
    "sum": "the two outputs are added, which gives",
    "mul": "the two outputs are multiplied, number by number, which gives",
    "average": "the mean of the two outputs is taken, which gives",
    "none": "the two outputs stay apart, each of",
}


def _layer_blocks(answer: Explanation, layer: LayerExplanation, said: set[Block], *, step: bool) -> Iterator[Block]:
    """Yield what is said of one layer, or of several that are alike; what gates and signs mean, where not said above."""
    comes_in = "token" if layer.layer.kind == "embedding" else "number"
    kind = _TITLES.get(layer.layer.kind) or f"{layer.layer.kind.replace('_', ' ')} layer"
    title = f"{few(layer.names)}: {kind}"
    known = layer.input_dim is not None and layer.output_dim is not None
    flow = f", {_count_words(layer.input_dim, comes_in)} in, {layer.output_dim:,} out" if known else ""
    yield Block(title + flow, "heading")
    yield from (Block(sentence) for sentence in _opening(layer))
    yield from (Block(line.text, "formula") for line in layer.lines)
    yield from _operand_blocks(layer)
    yield from _unsaid(_sign_blocks(layer), said)
    gates = _unsaid(_gate_blocks(answer, layer), said)
    if gates:
        yield Block("What each gate is for:" if len(layer.gates) > 1 else "What it is for:")
    yield from gates
    if step:
        yield from _operation_blocks(layer)
    yield from _count_blocks(layer)
    yield from (Block(note) for note in _notes(answer, layer))


def _unsaid(blocks: Iterable[Block], said: set[Block]) -> list[Block]:
    """Return the blocks that were not said before, which then are."""
    new = [block for block in blocks if block not in said]
    said.update(new)
    return new


def _opening(layer: LayerExplanation) -> Iterator[str]:
    """Yield, in words, what flows through a layer in one step."""
    if layer.layer.kind not in CELLS:
        yield from filter(None, [_OPENINGS.get(layer.layer.kind)])
        return
    states = CELLS[layer.layer.kind].states
    kept = [f"`{name}[t-1]`, {states[name].meaning} ({_count_words(layer.shape(axes)[0])})" for name, axes in layer.states.items()]
    yield (
        f"At step `t` it reads `x[t]`, what comes in ({_count_words(layer.input_dim)}), and what it kept from the step before "
        f"(zeros at the first step): {', and '.join(kept)}. From them it computes, in this order:"
    )


def _count_words(number: int | None, what: str = "number") -> str:
    """Return a count in words; that of a size that is not known is so many."""
    if number is None:
        return f"so many {what}s"
    return f"{number:,} {what}{'s' * (number > 1)}"


def _operand_blocks(layer: LayerExplanation) -> Iterator[Block]:
    """Yield what each matrix and vector is, those of one role and shape together."""
    for role in ROLES:
        owned = [operand for operand in layer.operands if operand.role == role]
        for axes in dict.fromkeys(operand.axes for operand in owned):
            alike = [operand for operand in owned if operand.axes == axes]
            yield Block(
                f"{listed(f'`{operand.symbol}`' for operand in alike)}: {_shape(alike[0])}; {_meaning(layer, alike[0])}", "item"
            )


def _shape(operand: Operand) -> str:
    words, sizes = " × ".join(operand.axes), " × ".join(map(str, operand.shape))
    return f"`{words} = {sizes}`"


def _meaning(layer: LayerExplanation, operand: Operand) -> str:
    if operand.role == "kernel" and layer.layer.kind == "embedding":
        return "a row for each token"
    alone = operand.role == "recurrent_bias" and (operand.gate, "bias") not in {(each.gate, each.role) for each in layer.operands}
    return _MEANINGS.get("bias" if alone else operand.role, operand.role.replace("_", " "))


def _sign_blocks(layer: LayerExplanation) -> Iterator[Block]:
    """Yield what the signs and functions of the equations mean."""
    text = " ".join(line.text for line in layer.lines)
    if "⊙" in text:
        yield Block("`⊙` multiplies number by number.", "item")
    if "∗" in text:
        window = " × ".join(map(str, layer.layer.window))
        yield Block(f"`∗` is a convolution with a window of `{window}`; the sizes here are those at one position.", "item")
    for name, told in layer.functions.items():
        sign = f"`{FUNCTIONS[name].sign}`, the {name}," if FUNCTIONS[name].sign else f"`{name}`"
        yield Block(f"{sign} {told}.", "item")


def _gate_blocks(answer: Explanation, layer: LayerExplanation) -> Iterator[Block]:
    """Yield what each gate is for; what a cell of one sum makes goes by its symbol alone."""
    for gate in layer.gates:
        if gate.symbol is None:
            told = unread(gate, answer.framework)
        else:
            name = f", the {gate.gate} gate," * (len(layer.gates) > 1)
            weightless = "" if gate.stored else "; it has no weights of its own"
            told = f"`{gate.symbol}[t]`{name} {gate.purpose}{weightless}."
        yield Block(told, "item")


def unread(gate: Gate, framework: str) -> str:
    """Return, in words, that a gate is stored for nothing."""
    return f"The {gate.gate} gate is stored and counted by {framework}, though no equation here reads it."


def _operation_blocks(layer: LayerExplanation) -> Iterator[Block]:
    """Yield one step, operation by operation: which shapes meet, and what they give."""
    if any(line.operations for line in layer.lines):
        yield Block("One step, operation by operation, with the shapes that meet:")
    for line in layer.lines:
        for operation in line.operations:
            name = f"{line.name} = {operation.text}" if operation is line.operations[-1] else operation.text
            yield Block(f"{name}:  {_meets(layer, operation)} → {_shape_words(layer, operation.gives)}", "formula")


def _meets(layer: LayerExplanation, operation: Operation) -> str:
    """Return the shapes of what meets in an operation, with its sign; a number that is the same everywhere is itself."""
    shapes = [_shape_words(layer, term.axes) if term.axes else term.text for term in operation.operands]
    return operation.sign.join(shapes) if len(shapes) > 1 else f"{operation.sign} {shapes[0]}"


def _shape_words(layer: LayerExplanation, axes: Axes) -> str:
    return f"({', '.join(map(str, layer.shape(axes)))})"


_EACH = {
    "kernel": "a weight for each number that comes in",
    "recurrent_kernel": "one for each number of `h[t-1]`",
    "bias": "a bias",
    "recurrent_bias": "a second bias",
    "peephole": "a weight for its own number of the cell",
    "gain": "a gain",
    "shift": "a shift",
}
"""What a unit has of a role."""


def _reason(layer: LayerExplanation) -> str:
    """Return, in words, what each unit has, and what one of some gates has beside it; empty where there are no units."""
    held: dict[str, list[str | None]] = {}
    for operand in layer.operands:
        if operand.gate is not None or not layer.gates:
            held.setdefault(operand.role, []).append(operand.gate)
    gates = max(sum(gate.stored for gate in layer.gates), 1)
    if layer.layer.kind == "embedding" or not layer.lines:
        return ""
    all_have = [_unit_words(layer, role, held) for role, owners in held.items() if len(owners) == gates]
    if not all_have:
        return ""
    unit = layer.layer.size.removesuffix("s") or "feature"
    some_have = [
        f"; a {unit} of the {listed(map(str, owners), 'or')} gate also has {_unit_words(layer, role, held)}"
        for role, owners in held.items()
        if len(owners) < gates
    ]
    return f"Each {unit}{' of every gate' * (gates > 1)} has {listed(all_have)}{''.join(some_have)}. "


def _unit_words(layer: LayerExplanation, role: str, held: Container[str]) -> str:
    """Return, in words, what a unit has of a role; a recurrent bias alone is no second one."""
    where = " at every position of the window" * (bool(layer.layer.window) and role.endswith("kernel"))
    return _EACH.get("bias" if role == "recurrent_bias" and "bias" not in held else role, f"a {role.replace('_', ' ')}") + where


def _count_blocks(layer: LayerExplanation) -> Iterator[Block]:
    count = f"How many parameters? {_reason(layer)}In symbols, in numbers, and counted:"
    yield Block(count if layer.steps else "It has no parameters of its own.")
    for step in layer.steps:
        if len(layer.steps) > 1:
            yield Block(step.of, "item")
        yield Block(step.text, "formula")


def _notes(answer: Explanation, layer: LayerExplanation) -> Iterator[str]:
    """Yield what is not to be seen from the equations."""
    shape = layer.layer
    if isinstance(shape, Recurrent):
        yield from _way_notes(shape, layer.output_dim)
    yield from bias_notes(answer, layer)
    if getattr(shape, "tied", False):
        yield "`W` is the embedding's matrix, shared and counted there; so only what else there is counts here."
    if not shape.trainable:
        yield "The layer is frozen: its parameters are counted, and not trained."


def _way_notes(shape: Recurrent, output_dim: int | None) -> Iterator[str]:
    """Yield in which order the steps are read."""
    if shape.bidirectional:
        yield (
            "It reads the steps twice, first to last and last to first, each with numbers of its own and by the equations above; "
            f"{_MERGES[shape.merge]} {_count_words(output_dim)}."
        )
    if shape.go_backwards:
        yield "go_backwards: what is called the first step here is the last of the sequence."


def bias_notes(answer: Explanation, layer: LayerExplanation) -> Iterator[str]:
    """Yield what is peculiar about the biases: a second one, one that stays zero, one added at run time."""
    name, sums = answer.framework, [{term.text for term in each.operands} for line in layer.lines for each in line.operations]
    read = [pair for pair in _bias_pairs(layer) if any(pair[1] in summed for summed in sums)]
    merged = [pair for pair in read if any(summed.issuperset(pair) for summed in sums)]
    if merged:
        told = "; ".join(f"`{one} + {two}`" for one, two in merged)
        yield f"{name} keeps two biases where one would do, as they are only ever added to each other: {told}."
    for one, two in read:
        if (one, two) not in merged:
            yield f"The second bias `{two}` stands inside a bracket that a gate multiplies, so it can't be added into `{one}`."
    fixed = [f"`{operand.symbol}`" for operand in layer.operands if operand.fixed]
    if fixed:
        yield f"The layer has no bias to train; {name} stores {listed(fixed)} all the same, as zeros that stay, and counts them."
    if layer.forget_bias and "forget" in {operand.gate for operand in layer.operands}:
        yield f"{name} adds {layer.forget_bias} to the forget gate whenever the layer runs; that is no parameter."


def _bias_pairs(layer: LayerExplanation) -> list[tuple[str, str]]:
    """Return the symbols of the two biases of each gate that has two which are trained."""
    symbols = {(each.gate, each.role): each.symbol for each in layer.operands if not each.fixed}
    pairs = [(symbols.get((gate.gate, "bias")), symbols.get((gate.gate, "recurrent_bias"))) for gate in layer.gates]
    return [(one, two) for one, two in pairs if one and two]


def _sum_blocks(answer: Explanation) -> Iterator[Block]:
    counted = [layer for layer in answer.layers if layer.total]
    if sum(len(layer.names) for layer in counted) > 1:
        yield Block("All layers together", "heading")
        words = [f"{len(layer.names):,} × " * (len(layer.names) > 1) + layer.names[0] for layer in counted]
        yield Block(f"{few(words)}:")
        yield Block(answer.total.text, "formula")


def _steps_table(answer: Explanation) -> Table:
    columns = tuple(Column(key, key, shown=False) for key in ("layers", "of", "symbols", "numbers"))
    lines = [
        Line((" ".join(layer.names), step.of, step.symbols, step.numbers, step.result))
        for layer in answer.layers
        for step in layer.steps
    ]
    return Table((*columns, Column("params", "parameters", "number", shown=False)), tuple(lines))


def _operations_table(answer: Explanation) -> Table:
    columns = tuple(Column(key, key, shown=False) for key in ("layers", "for", "operation", "shapes", "gives"))
    lines = [
        Line((" ".join(layer.names), line.name, operation.text, _meets(layer, operation), _shape_words(layer, operation.gives)))
        for layer in answer.layers
        for line in layer.lines
        for operation in line.operations
    ]
    return Table(columns, tuple(lines))
