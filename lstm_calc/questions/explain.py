"""Why a model has the parameters that it has: each layer's equations, what its gates are for, and the count in three steps."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.equations.parse import functions_of
from lstm_calc.equations.text import INPUT, Axes, Blocks, Formula, Fragment, formulas, readers, symbols
from lstm_calc.errors import listed
from lstm_calc.frameworks import Layout, equation_words, framework_of, layout_for, uses_in
from lstm_calc.frameworks.counting import Shape, Sizes, sizes_of
from lstm_calc.model import Input, Layer, Model, Use
from lstm_calc.model.cells import CELLS, FUNCTIONS, MAPS, Equation
from lstm_calc.questions.answer import Answer, Data, grouped, plain
from lstm_calc.questions.explain_text import explanation_document
from lstm_calc.questions.tensors import ROLES, Part, Tensor, axis_order, tensors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model.sizes import Size
    from lstm_calc.render.document import Document


def _read(layer: Layer) -> Fragment:
    """Return what an equation calls the input of a layer: a token is a number without axes, and a single vector has no step."""
    if layer.reads_tokens:
        return Fragment("x[t]", ())
    return Fragment("x", ("input",)) if layer.rank == 2 else INPUT


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
    operands: tuple[Operand, ...]
    steps: tuple[DerivationLine, ...]
    total: int
    lines: tuple[Formula, ...] = ()
    states: dict[str, Axes] = {}  # noqa: RUF012  a record is frozen
    gates: tuple[Gate, ...] = ()
    functions: dict[str, str] = {}  # noqa: RUF012  a record is frozen
    forget_bias: int = 0

    def shape(self, axes: Axes) -> Shape:
        """Return the sizes of some axes."""
        return tuple(self.sizes[word] for word in axes)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        directions = [direction for direction in self.layer.directions if direction]
        return {
            "names": [*self.names],
            "type": self.layer.kind,
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "directions": directions,
            "ways": directions,
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
    total: DerivationLine

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return super().data() | {"numbers": self.total.numbers, "total": self.total.result}

    def document(self, *, step: bool = False) -> Document:
        """Return why the model has as many parameters as it has; with ``step``, also one time step of every layer."""
        return explanation_document(self, step=step)


def explain(model: Model, framework_name: str | None = None) -> Explanation:
    """Return the derivation of a model's parameters as a framework (None: the model's own) stores them.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import explain, read
    >>> explain(read("32 > lstm 32")).layers[0].steps[-1].text
    '4 × (units × (input + units) + units) = 4 × (32 × (32 + 32) + 32) = 8320'
    """
    table = framework_of(model, framework_name)
    owned = tensors(model, framework_name).by_layer
    uses = (use for use in uses_in(model, table) if not use.shared and not isinstance(use.layer, Input))
    alike = grouped(uses, lambda use: (_unnamed(use.layer), use.widths))
    layers = tuple(_explained(group, layout_for(table, layer), owned.get(group[0].name, ())) for (layer, _), group in alike.items())
    numbers = " + ".join(times(len(layer.names), str(layer.total)) for layer in layers if layer.total) or "0"
    total = sum(len(each.names) * each.total for each in layers)
    return Explanation(model, table.name, layers, DerivationLine("all layers", numbers, numbers, total))


def _unnamed(layer: Layer) -> Layer:
    """Return a layer without the fields that change none of its equations: its name, its inputs, and which steps it returns."""
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
    shared: Blocks = {(None, "kernel"): ("units", "input")} if getattr(layer, "tied", False) else {}  # another layer has it
    named, applied = symbols(equations, blocks), functions_of(equations)
    sizes = {words.get(word, word): size for word, size in sizes_of(use, ()).items()}
    return LayerExplanation(
        **_about(group, owned),
        sizes=sizes,
        operands=tuple(each.replace(symbol=named[each.gate, each.role]) for each in operands),
        steps=tuple(_steps(layer, blocks, sizes, owned)),
        lines=formulas(equations, shared | blocks, states, reads=_read(layer), forget_bias=layout.forget_bias),
        states=states,
        gates=tuple(_gates(layer, equations, operands)),
        functions={name: each.meaning for name, each in FUNCTIONS.items() if name in applied and name.isidentifier()},
        forget_bias=layout.forget_bias,
    )


def _about(group: Sequence[Use], owned: Sequence[Tensor]) -> dict[str, Any]:
    """Return what an explanation of layers that are alike says of them whatever kind they are of."""
    names, (reads, gives) = tuple(each.name for each in group), group[0].widths
    total = sum(tensor.params for tensor in owned)
    return {"names": names, "layer": group[0].layer, "input_dim": reads, "output_dim": gives, "total": total}


def _listed(group: Sequence[Use], owned: Sequence[Tensor]) -> LayerExplanation:
    """Return the explanation of layers that no equations are written down for: their parameters, tensor by tensor."""
    use, counted = group[0], [tensor for tensor in owned if tensor.counted]
    names = zip(_own_names([tensor.name for tensor in counted]), counted, strict=True)
    operands = [
        _listed_operand(f"{name} of the {part.gate}" if len(tensor.parts) > 1 else name, part)
        for name, tensor in names
        for part in tensor.parts
    ]
    terms = Counter(" × ".join(operand.axes) or "1" for operand in operands)
    formula = " + ".join(times(number, term) for term, number in terms.items())
    about = _about(group, owned)
    steps = (_step("whole layer", formula, use.sizes, about["total"]),) if counted else ()
    return LayerExplanation(**about, sizes=use.sizes, operands=tuple(operands), steps=steps)


def _listed_operand(name: str, part: Part) -> Operand:
    axes = tuple(axis.replace("*", " × ") for axis in part.axes.split())
    return Operand(name, None, part.role, axes, part.shape, fixed=False)


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


def _operands(use: Use, owned: Sequence[Tensor], words: dict[str, str]) -> list[Operand]:
    """Return the blocks of a layer's first direction, gate by gate."""
    found = [
        _operand(use.layer, tensor, part, words)
        for tensor in owned
        for part in tensor.parts
        if part.direction in {None, use.layer.directions[0]}
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


def _steps(layer: Layer, blocks: Blocks, sizes: Sizes, owned: Sequence[Tensor]) -> Iterator[DerivationLine]:
    """Yield the count of each gate, of a direction and of the layer; of a layer without gates the last alone."""
    gates = tuple(dict.fromkeys(gate for gate, _ in blocks if gate))
    if len(gates) > 1:
        for formula, alike in grouped(gates, lambda gate: of_one_gate(blocks, gate)).items():
            yield _step(
                f"{listed(alike)} gates, each" if alike[1:] else f"{alike[0]} gate",
                formula,
                sizes,
                _numbers(blocks, sizes, alike[:1]),
            )
    if gates and any(gate is None for gate, _ in blocks):
        yield _step("projection", of_one_gate(blocks, None), sizes, _numbers(blocks, sizes, [None]))
    one, directions = of_one_direction(blocks, gates), len(layer.directions)
    if directions > 1:
        yield _step("one direction", one, sizes, _numbers(blocks, sizes, [*gates, None]))
    if blocks:
        of = "both directions" if directions > 1 else "whole layer"
        yield _step(of, times(directions, one), sizes, sum(tensor.params for tensor in owned))


def _numbers(blocks: Blocks, sizes: Sizes, gates: Sequence[str | None]) -> int:
    """Return how many numbers some gates of one direction have."""
    return sum(prod(sizes[word] for word in axes) for (gate, _), axes in blocks.items() if gate in gates)


def _step(of: str, formula: str, sizes: Sizes, result: int) -> DerivationLine:
    return DerivationLine(of, formula, with_numbers(formula, sizes), result)


class DerivationLine(Data):
    """One line of a derivation: what is counted, in symbols, in numbers, and the result."""

    of: str
    symbols: str
    numbers: str
    result: int

    @property
    def text(self) -> str:
        """The three in one line; equal ones are written once.

        >>> DerivationLine("all", "2 × units", "2 × 32", 64).text
        '2 × units = 2 × 32 = 64'
        """
        return " = ".join(dict.fromkeys((self.symbols, self.numbers, str(self.result))))


def with_numbers(symbols: str, sizes: Sizes) -> str:
    """Return a count in symbols with the sizes in their places.

    >>> with_numbers("4 × (units + kernel_1)", {"units": 32, "kernel_1": 3})
    '4 × (32 + 3)'
    """
    return re.sub(r"[a-z]\w*", lambda word: str(sizes[word[0]]), symbols)


def product_of(factors: Iterable[str]) -> str:
    """Return factors with × between them, sums in brackets.

    >>> product_of(["2", "units × (input + units) + units"]), product_of(["2", "units × (input + units)"])
    ('2 × (units × (input + units) + units)', '2 × units × (input + units)')
    """
    return " × ".join(f"({factor})" if " + " in _unbracketed(factor) else factor for factor in factors)


def _unbracketed(text: str) -> str:
    """Return what stands outside of all brackets."""
    inner = re.sub(r"\([^()]*\)", "", text)
    return text if inner == text else _unbracketed(inner)


def sum_of(blocks: Iterable[Axes]) -> str:
    """Return how many numbers some blocks have together: what two matrices share stands before a bracket, equal vectors once.

    >>> sum_of([("units", "input"), ("units", "output"), ("units",), ("units",)])
    'units × (input + output) + 2 × units'
    """
    counted = Counter(blocks)
    return " + ".join(_term(list(group), counted) for _, group in groupby(counted, lambda axes: (len(axes), axes[0], axes[2:])))


def _term(alike: list[Axes], counted: Counter[Axes]) -> str:
    """Return the sum of matrices that differ in what they read alone, or of equal vectors."""
    first, *others = alike[0]
    if not others:
        return times(counted[alike[0]], first)
    inner = [axes[1] for axes in alike for _ in range(counted[axes])]
    return product_of([first, " + ".join(inner), *others[1:]])


def times(number: int, expression: str) -> str:
    """Return a multiple of an expression; once is the expression itself."""
    return expression if number == 1 else product_of([str(number), expression])


def of_one_gate(blocks: Blocks, gate: str | None) -> str:
    """Return how many numbers one gate has, its peephole beside its biases."""
    owned = {role: axes for (owner, role), axes in blocks.items() if owner == gate}
    peephole = [owned.pop("peephole")] if "peephole" in owned else []
    return " + ".join(filter(None, (sum_of(owned.values()), sum_of(peephole))))


def of_one_direction(blocks: Blocks, gates: Sequence[str]) -> str:
    """Return how many numbers one direction of a layer has: what all gates have in a bracket, the rest beside it."""
    by_role = grouped(blocks, lambda key: key[1] if key[0] else "")
    single = [sum_of(blocks[key] for key in by_role.pop("", []))]
    shared = [blocks[keys[0]] for keys in by_role.values() if len(keys) == len(gates)]
    partly = [times(len(keys), sum_of([blocks[keys[0]]])) for keys in by_role.values() if len(keys) < len(gates)]
    whole = [times(len(gates), sum_of(shared))] if shared else []
    return " + ".join(filter(None, [*whole, *partly, *single]))
