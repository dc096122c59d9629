"""The equations of :mod:`lstm_calc.cells` written out for one layer: every matrix, bias and shape by name, and what meets what.

    sigmoid(pre(input))  ->  σ(W_i x[t] + U_i h[t-1] + b_i)

A block of gate g is ``W_g`` (kernel), ``U_g`` (recurrent kernel), ``b_g`` and ``b'_g`` (biases; one alone is ``b_g``) or ``p_g``
(peephole), where g is the name of what its equation computes; a projection is ``P`` and ``b_P``. ``[t]`` is this step, ``[t-1]``
the step before; ``⊙`` multiplies number by number, ``∗`` is a convolution.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lstm_calc.equations import parsed
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.cells import Equation

Axes = tuple[str, ...]
Blocks = dict[tuple[str | None, str], Axes]
"""The blocks of one direction of a layer by gate and role: the words of their axes, as (units, input, *window)."""

_LETTERS = {"kernel": "W", "recurrent_kernel": "U", "bias": "b", "recurrent_bias": "b'", "peephole": "p", "projection": "P"}
SIGNS = {"sigmoid": "σ"}
"""The functions that are written with a sign of their own."""
_SUM, _PRODUCT, _ATOM = range(3)


class Term(Record):
    """A part of an equation, the words of its axes, and how tightly it holds together."""

    text: str
    axes: Axes
    binding: int = _ATOM

    def inside(self, binding: int) -> str:
        """Return the text as it may stand in a sum or a product."""
        return self.text if self.binding >= binding else f"({self.text})"


class Operation(Record):
    """What meets what in one step: a sign between terms, or a function before one, and the axes of what it gives."""

    text: str
    sign: str
    operands: tuple[Term, ...]
    gives: Axes


class Line(Record):
    """One equation of a layer, written out, with the operations that it takes in order."""

    name: str
    text: str
    axes: Axes
    operations: tuple[Operation, ...]


def symbols(equations: tuple[Equation, ...], blocks: Blocks) -> dict[tuple[str | None, str], str]:
    """Return the symbol of each block; a gate that no equation reads goes by its name."""
    letters = readers(equations)
    return {(gate, role): _symbol(_sign_of(gate, role, blocks), letters.get(gate or "", gate), blocks) for gate, role in blocks}


def _sign_of(gate: str | None, role: str, blocks: Blocks) -> str:
    """Return the role whose letter a block has: a recurrent bias that is a gate's only one is its bias."""
    return "bias" if role == "recurrent_bias" and (gate, "bias") not in blocks else role


def readers(equations: tuple[Equation, ...]) -> dict[str, str]:
    """Return, for each gate that is read, the name of what is computed from it."""
    return {gate: equation.name for equation in equations for gate in _gates_in(equation)}


def _gates_in(equation: Equation) -> Iterator[str]:
    for node in ast.walk(parsed(equation.expression)):
        match node:
            case ast.Call(func=ast.Name(id="pre" | "into"), args=[ast.Name(id=gate), *_]):
                yield gate
            case _:
                pass


def _symbol(role: str, letter: str | None, blocks: Blocks) -> str:
    if letter is None:
        return "b_P" if role == "bias" and (None, "projection") in blocks else _LETTERS[role]
    return f"{_LETTERS[role]}_{letter}"


def functions_of(equations: tuple[Equation, ...]) -> set[str]:
    """Return the names of all functions that some equations call."""
    nodes = [node for equation in equations for node in ast.walk(parsed(equation.expression))]
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def written(equations: tuple[Equation, ...], blocks: Blocks, states: dict[str, Axes], *, forget_bias: int = 0) -> tuple[Line, ...]:
    """Return the equations of a layer written out, in order.

    ``states`` has the axes of what is carried from step to step; ``forget_bias`` is what is added to the forget gate.
    """
    writer = _Writer(symbols(equations, blocks), blocks, states, forget_bias)
    return tuple(writer.line(equation) for equation in equations)


class _Writer:
    """Writes equations out, and keeps what they have computed so far."""

    def __init__(self, names: dict[tuple[str | None, str], str], blocks: Blocks, states: dict[str, Axes], added: int) -> None:
        self._blocks = {key: Term(names[key], axes) for key, axes in blocks.items()}
        self._known = {name: Term(f"{name}[t-1]", axes) for name, axes in states.items()}
        self._x = Term("x[t]", ("input",))
        self._added = added
        self._operations: list[Operation] = []

    def line(self, equation: Equation) -> Line:
        self._operations = []
        term = self._term(parsed(equation.expression))
        name = f"{equation.name}[t]"
        self._known[equation.name] = Term(name, term.axes)
        return Line(name, f"{name} = {term.text}", term.axes, tuple(self._operations))

    def _term(self, node: ast.expr) -> Term:  # noqa: PLR0911  one case a node
        match node:
            case ast.Constant(value=value):
                return Term(str(value), ())
            case ast.Name(id="x"):
                return self._x
            case ast.Name(id=name):
                return self._known[name]
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._of(" ⊙ ", _PRODUCT, self._term(left), self._term(right))
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return self._of(" - ", _SUM, self._term(left), self._term(right))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._of(" + ", _SUM, *self._summands(left), *self._summands(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
            case _:
                raise ValueError(ast.unparse(node))

    def _of(self, sign: str, binding: int, *terms: Term) -> Term:
        """Return terms with an operator between them, noted as an operation; one alone is itself."""
        if len(terms) == 1:
            return terms[0]
        text = sign.join(term.inside(binding) for term in terms)
        return self._noted(text, sign, terms, max((term.axes for term in terms), key=len), binding)

    def _noted(self, text: str, sign: str, terms: tuple[Term, ...], gives: Axes, binding: int) -> Term:
        self._operations.append(Operation(text, sign, terms, gives))
        return Term(text, gives, binding)

    def _summands(self, node: ast.expr) -> Iterator[Term]:
        """Yield the terms of a side of a sum: those of into and back one by one, as they are added in one go."""
        match node:
            case ast.Call(func=ast.Name(id="into" | "back" as name), args=arguments):
                yield from self._affine(name, arguments)
            case _:
                yield self._term(node)

    def _call(self, name: str, arguments: list[ast.expr]) -> Term:
        if name in {"into", "back", "pre"}:
            return self._of(" + ", _SUM, *self._affine(name, arguments))
        value = self._term(arguments[0])
        match name:
            case "project":
                return self._of(" + ", _SUM, self._product(self._blocks[None, "projection"], value), *self._some(None, "bias"))
            case "row":
                table = self._blocks[None, "kernel"]
                return Term(f"{table.text}[{value.text}]", table.axes[1:])
            case "copy":
                return value.replace(text="x")
            case "shared":
                return self._product(Term("W", ("units", "input")), value)
            case _:
                sign = SIGNS.get(name, name)
                return self._noted(f"{sign}({value.text})", sign, (value,), value.axes, _ATOM)

    def _affine(self, name: str, arguments: list[ast.expr]) -> list[Term]:
        """Return the summands of into, back and pre, those that the layer has."""
        gate = _gate(arguments[0])
        if name == "into":
            return self._into(gate)
        if name == "back":
            return self._back(gate, self._term(arguments[1]))
        kernel, *added = self._into(gate)
        back = self._back(gate, self._known["h"])
        peephole = [self._of(" ⊙ ", _PRODUCT, weight, self._known["c"]) for weight in self._some(gate, "peephole")]
        return [kernel, back[0], *(term for term in added if term.axes), *back[1:], *peephole, *(t for t in added if not t.axes)]

    def _into(self, gate: str | None) -> list[Term]:
        added = [Term(str(self._added), ())] if gate == "forget" and self._added else []
        return [*(self._product(matrix, self._x) for matrix in self._some(gate, "kernel")), *self._some(gate, "bias"), *added]

    def _back(self, gate: str | None, value: Term) -> list[Term]:
        matrices = self._some(gate, "recurrent_kernel")
        return [*(self._product(matrix, value) for matrix in matrices), *self._some(gate, "recurrent_bias")]

    def _product(self, matrix: Term, value: Term) -> Term:
        """Return a matrix product, or the convolution where the matrix has a window."""
        sign = " ∗ " if len(matrix.axes) > 2 else " "
        text = f"{matrix.text}{sign}{value.inside(_ATOM)}"
        return self._noted(text, sign if sign.strip() else " · ", (matrix, value), matrix.axes[:1], _PRODUCT)

    def _some(self, gate: str | None, role: str) -> list[Term]:
        return [self._blocks[gate, role]] if (gate, role) in self._blocks else []


def _gate(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
