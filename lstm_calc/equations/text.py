"""The equations of a layer as formulas: every matrix, bias and shape by name, and which operations they take.

    sigmoid(pre(input))  ->  σ(W_i x[t] + U_i h[t-1] + b_i)

A block of gate g is ``W_g`` (kernel), ``U_g`` (recurrent kernel), ``b_g`` and ``b'_g`` (biases; one alone is ``b_g``) or ``p_g``
(peephole), where g is the name of what its equation computes; a projection is ``P`` and ``b_P``. ``[t]`` is this step, ``[t-1]``
the step before; ``⊙`` multiplies number by number, ``∗`` is a convolution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.equations.parse import BIAS_OF, Apply, Node, Preactivation, Visitor, Weighted, gates_of, parse
from lstm_calc.frozen import Record
from lstm_calc.model.cells import FUNCTIONS, Equation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Axes = tuple[str, ...]
Blocks = dict[tuple[str | None, str], Axes]
"""The blocks of one direction of a layer by gate and role: the words of their axes, as (units, input, *window)."""

_LETTERS = {
    "kernel": "W",
    "recurrent_kernel": "U",
    "bias": "b",
    "recurrent_bias": "b'",
    "peephole": "p",
    "projection": "P",
    "gain": "γ",
    "shift": "β",
    "statistic": "s",
    "slope": "a",
    "table": "T",
    "other": "w",
}
"""The letter of each role; a role without one goes by its name."""
_SUM, _PRODUCT, _ATOM = range(3)
_BINDING = {"+": _SUM, "-": _SUM, "*": _PRODUCT}


class Fragment(Record):
    """A part of a formula, the words of its axes, and how tightly it binds."""

    text: str
    axes: Axes
    binding: int = _ATOM

    def inside(self, binding: int) -> str:
        """Return the text as it may stand in a sum or a product."""
        return self.text if self.binding >= binding else f"({self.text})"


class Operation(Record):
    """One operation of a step: a sign between operands, or a function before one, and the axes of the result."""

    text: str
    sign: str
    operands: tuple[Fragment, ...]
    gives: Axes


class Formula(Record):
    """One equation of a layer, written out, with its operations in order."""

    name: str
    text: str
    axes: Axes
    operations: tuple[Operation, ...]


INPUT = Fragment("x[t]", ("input",))
"""The input of one step. A layer that reads a single vector has an x without a step, one that reads tokens an x without axes."""


def symbols(equations: tuple[Equation, ...], blocks: Blocks) -> dict[tuple[str | None, str], str]:
    """Return the symbol of each block; a gate that no equation reads goes by its name."""
    letters = readers(equations)
    return {(gate, role): _symbol(_sign_of(gate, role, blocks), letters.get(gate or "", gate), blocks) for gate, role in blocks}


def _sign_of(gate: str | None, role: str, blocks: Blocks) -> str:
    """Return the role whose letter a block has: a recurrent bias that is a gate's only one is its bias."""
    return "bias" if role == "recurrent_bias" and (gate, "bias") not in blocks else role


def readers(equations: tuple[Equation, ...]) -> dict[str, str]:
    """Return, for each gate that is read, the name of what is computed from it."""
    return {gate: equation.name for equation in equations for gate in gates_of((equation,))}


def _symbol(role: str, letter: str | None, blocks: Blocks) -> str:
    if letter is None:
        return "b_P" if role == "bias" and (None, "projection") in blocks else _LETTERS.get(role, role)
    return f"{_LETTERS.get(role, role)}_{letter}"


def formulas(
    equations: tuple[Equation, ...], blocks: Blocks, states: dict[str, Axes], *, reads: Fragment = INPUT, forget_bias: int = 0
) -> tuple[Formula, ...]:
    """Return the equations of a layer written out, in order.

    ``states`` has the axes of what is carried from step to step; ``forget_bias`` is what is added to the forget gate.
    """
    writer = Writer(symbols(equations, blocks), blocks, states, reads, forget_bias)
    return tuple(writer.formula(equation) for equation in equations)


def writer_of(
    equations: tuple[Equation, ...], ranks: Mapping[tuple[str | None, str], int], states: Iterable[str], forget_bias: int
) -> Writer:
    """Return what writes equations out, of blocks that are known by how many axes they have; it names no axis."""
    blocks = {key: tuple(f"axis_{axis}" for axis in range(rank)) for key, rank in ranks.items()}
    return Writer(symbols(equations, blocks), blocks, dict.fromkeys(states, ("axis_0",)), forget_bias=forget_bias)


class Writer(Visitor[Fragment]):
    """Writes equations out; a value is a part of a formula."""

    def __init__(
        self,
        names: dict[tuple[str | None, str], str],
        blocks: Blocks,
        states: dict[str, Axes],
        reads: Fragment = INPUT,
        forget_bias: int = 0,
    ) -> None:
        """Take the symbols of the blocks, as :func:`symbols` returns them, and what :func:`formulas` takes."""
        before = {name: Fragment(f"{name}[t-1]", axes) for name, axes in states.items()}
        super().__init__({"x": reads, **before}, {gate for gate, role in blocks if role == "peephole"})
        self._blocks = {key: Fragment(names[key], axes) for key, axes in blocks.items()}
        self._forget_bias = forget_bias
        self._operations: list[Operation] = []

    def formula(self, equation: Equation) -> Formula:
        """Return one equation written out; the ones after it may read its value."""
        self._operations = []
        result = self.value(parse(equation.expression))
        name = f"{equation.name}[t]"
        self.scope[equation.name] = Fragment(name, result.axes)
        return Formula(name, f"{name} = {result.text}", result.axes, tuple(self._operations))

    def value(self, node: Node) -> Fragment:
        """Return a node written out; the terms of a sum stand in one row."""
        match node:
            case Apply(function="+", arguments=arguments):
                return self._joined("+", *(term for argument in arguments for term in self._terms(argument)))
            case Preactivation():
                return self._joined("+", *self._preactivation(node))
            case _:
                return super().value(node)

    def _terms(self, node: Node) -> list[Fragment]:
        """Return the terms of a side of a sum: products with weights and their biases are added in one go."""
        match node:
            case Weighted(role=role, gate=gate, value=value):
                return self._affine(role, gate, self.value(value))
            case _:
                return [self.value(node)]

    def _preactivation(self, node: Preactivation) -> list[Fragment]:
        """Return the terms of a gate's whole sum: matrices, biases, peephole, and what is added at run time."""
        kernel, recurrent, *peephole = map(self._terms, node.terms_with(self.peepholes))
        added = kernel[1:] + recurrent[1:]
        biases, numbers = [each for each in added if each.axes], [each for each in added if not each.axes]
        return [*kernel[:1], *recurrent[:1], *biases, *(term for terms in peephole for term in terms), *numbers]

    def number(self, number: int, /) -> Fragment:
        """Return a whole number written out."""
        return Fragment(str(number), ())

    def apply(self, function: str, /, *arguments: Fragment) -> Fragment:
        """Return a function or an operator of what is written out."""
        if function in _BINDING:
            return self._joined(function, *arguments)
        sign = FUNCTIONS[function].sign or function
        return self._noted(f"{sign}({', '.join(each.text for each in arguments)})", sign, arguments, _widest(arguments), _ATOM)

    def weigh(self, role: str, gate: str | None, value: Fragment, /) -> Fragment:
        """Return weights times a value, and the bias that is added to it."""
        return self._joined("+", *self._affine(role, gate, value))

    def _affine(self, role: str, gate: str | None, value: Fragment) -> list[Fragment]:
        """Return the terms of weights times a value: those that the layer has."""
        products = [self._product(matrix, value) for matrix in self._some(gate, role)]
        added = [self.number(self._forget_bias)] if (role, gate) == ("kernel", "forget") and self._forget_bias else []
        return [*products, *self._some(gate, BIAS_OF.get(role, "")), *added]

    def _some(self, gate: str | None, role: str) -> list[Fragment]:
        return [self._blocks[gate, role]] if (gate, role) in self._blocks else []

    def _product(self, matrix: Fragment, value: Fragment) -> Fragment:
        """Return a matrix product, the convolution where the matrix has a window, or the row of a table that a token names."""
        if len(matrix.axes) == 1:
            return self.apply("*", matrix, value)
        if not value.axes:
            return Fragment(f"{matrix.text}[{value.text}]", matrix.axes[1:])
        sign = " ∗ " if len(matrix.axes) > 2 else " "
        text = f"{matrix.text}{sign}{value.inside(_ATOM)}"
        return self._noted(text, sign if sign.strip() else " · ", (matrix, value), matrix.axes[:1], _PRODUCT)

    def _joined(self, operator: str, *operands: Fragment) -> Fragment:
        """Return operands with an operator between them, noted as an operation; one alone is itself."""
        first, *others = operands
        if not others:
            return first
        binding, sign = _BINDING[operator], f" {FUNCTIONS[operator].sign or operator} "
        after = binding + (operator == "-")  # what follows a minus needs brackets around a sum
        text = sign.join([first.inside(binding), *(other.inside(after) for other in others)])
        return self._noted(text, sign, operands, _widest(operands), binding)

    def _noted(self, text: str, sign: str, operands: tuple[Fragment, ...], gives: Axes, binding: int) -> Fragment:
        self._operations.append(Operation(text, sign, operands, gives))
        return Fragment(text, gives, binding)


def _widest(fragments: tuple[Fragment, ...]) -> Axes:
    return max((fragment.axes for fragment in fragments), key=len)
