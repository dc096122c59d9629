"""The page of an explanation, in sentences that somebody can follow who has just learnt what an LSTM is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import few, listed
from lstm_calc.model import Recurrent
from lstm_calc.model.cells import CELLS, FUNCTIONS
from lstm_calc.questions.tensors import ROLES
from lstm_calc.questions.titles import counted, from_file, headline
from lstm_calc.render.document import Block, Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from lstm_calc.equations.text import Axes, Operation
    from lstm_calc.questions.explain import Explanation, Gate, LayerExplanation, Operand


_TITLES = {
    **{kind: cell.title for kind, cell in CELLS.items()},
    "conv": "convolution",
    "layer_norm": "layer normalisation",
}
"""What a kind is called where that is not its name and "layer"."""
_OPENINGS = {
    "dense": "Each output is a sum of all inputs, each with a weight of its own.",
    "embedding": "It is a table with one row of numbers per token of the vocabulary; the input says which row.",
    "repeat_vector": "It repeats one vector at every step.",
    "conv": "Each output is a weighted sum over a window of the input.",
    "layer_norm": "It normalises the features of each step to mean 0 and variance 1.",
    "input": "It is one of the model's inputs.",
    "concat": "It concatenates its inputs.",
    "add": "It adds its inputs, element by element.",
    "multiply": "It multiplies its inputs, element by element.",
    "average": "It averages its inputs, element by element.",
    "subtract": "It subtracts its second input from the first, element by element.",
    "maximum": "It takes the maximum of its inputs, element by element.",
    "minimum": "It takes the minimum of its inputs, element by element.",
    "dot": "It multiplies its two inputs and sums the products over one axis of each.",
    "matmul": "It multiplies its two inputs as matrices.",
    "stack": "It stacks its inputs along a new axis.",
}
_MEANINGS = {
    "kernel": "weights of the input",
    "recurrent_kernel": "weights of the output of the step before",
    "bias": "added, the same at every step",
    "recurrent_bias": "added too, a second bias",
    "peephole": "weights of the cell state in a gate, element by element",
    "projection": "weights that project the cell's output to h",
    "gain": "multiplies each feature",
    "shift": "added to each feature",
    "statistic": "updated in training, but not trained",
    "slope": "factors of negative numbers",
    "table": "scores, looked up",
    "other": "of which no more is known",
}
_MERGES = {
    "concat": "the two outputs are put side by side, which gives",
    "sum": "the two outputs are added, which gives",
    "mul": "the two outputs are multiplied, element by element, which gives",
    "average": "the mean of the two outputs is taken, which gives",
    "none": "the two outputs stay apart, each of",
}


def explanation_document(answer: Explanation, *, step: bool) -> Document:
    """Return why a model has as many parameters as it has; with ``step``, also one time step of every layer."""
    said: set[Block] = set()
    body = [block for layer in answer.layers for block in _layer_blocks(answer, layer, said, step=step)]
    tables = (_steps_table(answer), _operations_table(answer)) if step else (_steps_table(answer),)
    title = f"{headline(answer.model)}, explained as {answer.framework} counts it{from_file(answer.model, answer.framework)}"
    return Document(title, tables, (), body=(*body, *_sum_blocks(answer)))


def _layer_blocks(answer: Explanation, layer: LayerExplanation, said: set[Block], *, step: bool) -> Iterator[Block]:
    """Yield the blocks on one layer, or on several that are alike; gates and signs are explained where they first occur."""
    comes_in = "token" if layer.layer.kind == "embedding" else "number"
    kind = _TITLES.get(layer.layer.kind) or f"{layer.layer.kind.replace('_', ' ')} layer"
    title = f"{few(layer.names)}: {kind}"
    known = layer.input_dim is not None and layer.output_dim is not None
    widths = f", {_count_words(layer.input_dim, comes_in)} in, {layer.output_dim:,} out" if known else ""
    yield Block(title + widths, "heading")
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
    """Return the blocks that did not occur before, and add them to those that did."""
    new = [block for block in blocks if block not in said]
    said.update(new)
    return new


def _opening(layer: LayerExplanation) -> Iterator[str]:
    """Yield, in words, what a layer reads in one step."""
    if layer.layer.kind not in CELLS:
        yield from filter(None, [_OPENINGS.get(layer.layer.kind)])
        return
    states = CELLS[layer.layer.kind].states
    meanings = {name: f"{states[name].meaning} ({_count_words(layer.shape(axes)[0])})" for name, axes in layer.states.items()}
    states_read = [f"`{name}[t-1]`, {meaning}" for name, meaning in meanings.items()]
    yield (
        f"At step `t` it reads the input `x[t]` ({_count_words(layer.input_dim)}) and its state from the step before (zeros at the "
        f"first step): {', and '.join(states_read)}. From them it computes, in this order:"
    )


def _count_words(number: int | None, what: str = "number") -> str:
    """Return a count and its noun; ``so many`` for a size that is not known."""
    return f"so many {what}s" if number is None else counted(number, what)


def _operand_blocks(layer: LayerExplanation) -> Iterator[Block]:
    """Yield what each matrix and vector is; those of one role and shape share a line."""
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
        yield Block("`⊙` multiplies element by element.", "item")
    if "∗" in text:
        window = " × ".join(map(str, layer.layer.window))
        yield Block(f"`∗` is a convolution with a window of `{window}`; the sizes here are those at one position.", "item")
    for name, meaning in layer.functions.items():
        sign = f"`{FUNCTIONS[name].sign}`, the {name}," if FUNCTIONS[name].sign else f"`{name}`"
        yield Block(f"{sign} {meaning}.", "item")


def _gate_blocks(answer: Explanation, layer: LayerExplanation) -> Iterator[Block]:
    """Yield what each gate is for; a cell of a single sum is named by its symbol alone."""
    for gate in layer.gates:
        if gate.symbol is None:
            words = unread(gate, answer.framework)
        else:
            name = f", the {gate.gate} gate," * (len(layer.gates) > 1)
            weightless = "" if gate.stored else "; it has no weights of its own"
            words = f"`{gate.symbol}[t]`{name} {gate.purpose}{weightless}."
        yield Block(words, "item")


def unread(gate: Gate, framework: str) -> str:
    """Return a sentence for a gate that is stored but not read."""
    return f"The {gate.gate} gate is stored and counted by {framework}, though no equation here reads it."


def _operation_blocks(layer: LayerExplanation) -> Iterator[Block]:
    """Yield one step, operation by operation: the shapes of its operands, and the shape of its result."""
    if any(line.operations for line in layer.lines):
        yield Block("One step, operation by operation, with the shapes of the operands:")
    for line in layer.lines:
        for operation in line.operations:
            name = f"{line.name} = {operation.text}" if operation is line.operations[-1] else operation.text
            yield Block(f"{name}:  {_meets(layer, operation)} → {_shape_words(layer, operation.gives)}", "formula")


def _meets(layer: LayerExplanation, operation: Operation) -> str:
    """Return the shapes of an operation's operands, with its sign between them; a scalar stands for itself."""
    shapes = [_shape_words(layer, term.axes) if term.axes else term.text for term in operation.operands]
    return operation.sign.join(shapes) if len(shapes) > 1 else f"{operation.sign} {shapes[0]}"


def _shape_words(layer: LayerExplanation, axes: Axes) -> str:
    return f"({', '.join(map(str, layer.shape(axes)))})"


_EACH = {
    "kernel": "one weight per input",
    "recurrent_kernel": "one per element of `h[t-1]`",
    "bias": "a bias",
    "recurrent_bias": "a second bias",
    "peephole": "a weight for its own cell state",
    "gain": "a gain",
    "shift": "a shift",
}
"""What a unit has of a role."""


def _reason(layer: LayerExplanation) -> str:
    """Return, in words, the parameters of each unit, and what only units of some gates have; empty where there are no units."""
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
    """Return, in words, the parameters of one role in a unit; a recurrent bias that stands alone is not called the second."""
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
    """Yield what the equations do not show."""
    shape = layer.layer
    if isinstance(shape, Recurrent):
        yield from _direction_notes(shape, layer.output_dim)
    yield from bias_notes(answer, layer)
    if getattr(shape, "tied", False):
        yield "`W` is the embedding's matrix, shared and counted there; so only what else there is counts here."
    if not shape.trainable:
        yield "The layer is frozen: its parameters are counted, and not trained."


def _direction_notes(shape: Recurrent, output_dim: int | None) -> Iterator[str]:
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
        sums_of_two = "; ".join(f"`{one} + {two}`" for one, two in merged)
        yield f"{name} keeps two biases where one would do, as they are only ever added to each other: {sums_of_two}."
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
    return Table((*columns, Column("params", "parameters", "number", shown=False)), tuple(lines), "counts")


def _operations_table(answer: Explanation) -> Table:
    columns = tuple(Column(key, key, shown=False) for key in ("layers", "for", "operation", "shapes", "gives"))
    lines = [
        Line((" ".join(layer.names), line.name, operation.text, _meets(layer, operation), _shape_words(layer, operation.gives)))
        for layer in answer.layers
        for line in layer.lines
        for operation in line.operations
    ]
    return Table(columns, tuple(lines), "steps")
