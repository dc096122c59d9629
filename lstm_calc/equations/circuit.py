"""One step of a cell as a circuit: what is weighed, and what is computed number by number between.

    h = z * h + (1 - z) * n  ->  products of z and h and of 1 - z and n, and their sum

A sum of weighted values is one part, with the function that is applied to it: a gate. Every other operation is a part of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.equations.parse import Apply, Name, Node, Number, Preactivation, Weighted, parse
from lstm_calc.frozen import Record
from lstm_calc.model.cells import FUNCTIONS, Equation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lstm_calc.equations.text import Writer


class CircuitPart(Record):
    """One part of a circuit: its key, what it reads in the order in which its equation does, and its text.

    ``gate`` is the gate whose weights it has, empty for weights of no gate (a projection), and None for an operation.
    """

    key: str
    reads: tuple[str, ...]
    text: str
    gate: str | None = None


class Circuit(Record):
    """The parts of a step in the order in which they are computed, and the part that gives each value, by the value's name."""

    parts: tuple[CircuitPart, ...]
    gives: dict[str, str]


def circuit(equations: Iterable[Equation], states: Iterable[str], writer: Writer) -> Circuit:
    """Return a step's parts; ``x[t]`` and the states before, such as ``h[t-1]``, are the keys of what comes in."""
    maker = _Maker({"x": "x[t]", **{state: f"{state}[t-1]" for state in states}}, writer)
    for equation in equations:
        maker.add(equation)
    return Circuit(tuple(maker.parts), {f"{state}[t]": maker.scope[state] for state in states})


class _Maker:
    def __init__(self, scope: dict[str, str], writer: Writer) -> None:
        self.scope = scope
        self.parts: list[CircuitPart] = []
        self._writer = writer

    def add(self, equation: Equation) -> None:
        """Add the parts of an equation, and give its value its name."""
        tree = parse(equation.expression)
        weighed = _weighed(tree)
        key = self._weights(tree, weighed, f"{equation.name}[t] = ") if weighed else self._value(tree)
        self._writer.formula(equation)
        self.scope[equation.name] = key

    def _value(self, node: Node) -> str:
        """Return the key of the part that gives the value of a node."""
        weighed = _weighed(node)
        match node:
            case Name(name=name):
                return self.scope[name]
            case Number(value=number):
                return self._part((), str(number))
            case Apply(function=function, arguments=arguments) if not weighed:
                return self._operation(function, arguments)
            case _:
                return self._weights(node, weighed)

    def _operation(self, function: str, arguments: tuple[Node, ...]) -> str:
        """Return the key of an operation; a number that it takes is a part of its sign, and so is what is less what."""
        sign = _SIGNS.get(function) or FUNCTIONS[function].sign or function
        if function == "+":
            arguments = tuple(_gathered(arguments))
        words = [str(each.value) if isinstance(each, Number) else "" for each in arguments]
        if function == "-" and not any(words):
            words = [each.name if isinstance(each, Name) else "…" for each in arguments]
        if any(words):
            sign = f" {sign} ".join(words).strip()
        return self._part(tuple(self._value(each) for each in arguments if not isinstance(each, Number)), sign)

    def _weights(self, node: Node, weighed: tuple[Weighted, ...], before: str = "") -> str:
        """Return the key of weighted values, their sum, and the function that is applied to it."""
        terms = [term for term in weighed if term.role != "peephole" or term.gate in self._writer.peepholes]
        reads = dict.fromkeys(self._value(term.value) for term in terms)
        return self._part(tuple(reads), before + self._writer.value(node).text, terms[0].gate or "")

    def _part(self, reads: tuple[str, ...], text: str, gate: str | None = None) -> str:
        key = f"part {len(self.parts)}"
        self.parts.append(CircuitPart(key, reads, text, gate))
        return key


_SIGNS = {"*": "×", "-": "−"}
"""Signs that are read more easily alone than those of formulas."""


def _weighed(node: Node) -> tuple[Weighted, ...]:
    """Return the terms of a node that is a sum of weighted values, or a function of one; none where it is anything else."""
    match node:
        case Weighted():
            return (node,)
        case Preactivation(terms=terms):
            return terms
        case Apply(function="+", arguments=arguments):
            found = [_weighed(argument) for argument in arguments]
            is_sum = all(found) and not any(_is_function(argument) for argument in arguments)
            return tuple(term for terms in found for term in terms) if is_sum else ()
        case Apply(arguments=(argument,)) if not _is_function(argument):
            return _weighed(argument)
        case _:
            return ()


def _is_function(node: Node) -> bool:
    return isinstance(node, Apply) and node.function != "+"


def _gathered(arguments: Iterable[Node]) -> Iterator[Node]:
    """Yield the terms of a sum, sums in it laid out."""
    for argument in arguments:
        match argument:
            case Apply(function="+", arguments=inner) if not _weighed(argument):
                yield from _gathered(inner)
            case _:
                yield argument
