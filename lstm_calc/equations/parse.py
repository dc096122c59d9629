"""The one parser of equations, a small language in Python's syntax, and the walk over what it gives.

Anything that is not in the language is refused here. The type checker sees that :class:`Visitor` covers every kind of node, so a
new one cannot be forgotten.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from functools import cache, partial, reduce
from typing import TYPE_CHECKING, Generic, TypeVar

from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELL, FUNCTIONS, HIDDEN, Equation

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping


class Number(Record):
    """A whole number."""

    value: int


class Name(Record):
    """The input, a state, or what an equation above has computed."""

    name: str


class Apply(Record):
    """A function or operator of :data:`lstm_calc.model.cells.FUNCTIONS`, element by element."""

    function: str
    arguments: tuple[Node, ...]


class Weighted(Record):
    """Weights of a role times a value, and the bias that belongs to the role: W x + b, U v + b', P v + b or p * c."""

    role: str
    gate: str | None
    value: Node


class Preactivation(Record):
    """``pre(gate)``: the sum of W x + b, U h + b' and, where the gate has a peephole, p * c."""

    terms: tuple[Weighted, ...]

    def terms_with(self, peepholes: Container[str | None]) -> tuple[Weighted, ...]:
        """Return the terms that there are where some gates have a peephole."""
        return tuple(term for term in self.terms if term.role != "peephole" or term.gate in peepholes)


Node = Number | Name | Apply | Weighted | Preactivation

BIAS_OF = {"kernel": "bias", "recurrent_kernel": "recurrent_bias", "projection": "bias"}
"""The role of the bias that is added to each product."""
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_PRE = {"kernel": "x", "recurrent_kernel": HIDDEN.name, "peephole": CELL.name}
"""What each term of ``pre`` multiplies."""


@cache
def parse(expression: str) -> Node:
    """Return the tree of an equation's expression; raise ValueError where something in it is not in the language.

    >>> parse("i * tanh(c)")
    Apply(function='*', arguments=(Name(name='i'), Apply(function='tanh', arguments=(Name(name='c'),))))
    """
    return _node(ast.parse(expression, mode="eval").body)


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return Number(number)
        case ast.Name(id=name):
            return Name(name)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Apply(_OPERATORS[type(operator)], (_node(left), _node(right)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(tree, name, arguments)
        case _:
            raise _refusal(tree)


def _call(tree: ast.Call, name: str, arguments: list[ast.expr]) -> Node:
    match name, arguments:
        case "into", []:
            return Weighted("kernel", None, Name("x"))
        case "into", [ast.Name(id=gate)]:
            return Weighted("kernel", gate, Name("x"))
        case "back", [ast.Name(id=gate), value]:
            return Weighted("recurrent_kernel", gate, _node(value))
        case "pre", [ast.Name(id=gate)]:
            return Preactivation(tuple(Weighted(role, gate, Name(value)) for role, value in _PRE.items()))
        case "project", [value]:
            return Weighted("projection", None, _node(value))
        case _ if name in FUNCTIONS and FUNCTIONS[name].arity == len(arguments):
            return Apply(name, tuple(map(_node, arguments)))
        case _:
            raise _refusal(tree)


def _refusal(tree: ast.expr) -> ValueError:
    functions = ", ".join(("pre", "into", "back", "project", *filter(str.isidentifier, FUNCTIONS)))
    return ValueError(f"{ast.unparse(tree)}: equations have names, whole numbers, + - * and the functions {functions}")


def nodes_of(equations: Iterable[Equation], peepholes: Container[str | None] = ()) -> Iterator[Node]:
    """Yield all nodes of some equations in the order in which they are written; ``peepholes`` are the gates that have one."""
    for equation in equations:
        yield from _walk(parse(equation.expression), peepholes)


def _walk(node: Node, peepholes: Container[str | None]) -> Iterator[Node]:
    yield node
    for child in _children(node, peepholes):
        yield from _walk(child, peepholes)


def _children(node: Node, peepholes: Container[str | None]) -> tuple[Node, ...]:
    match node:
        case Apply(arguments=arguments):
            return arguments
        case Weighted(value=value):
            return (value,)
        case Preactivation():
            return node.terms_with(peepholes)
        case Number() | Name():
            return ()


def gates_of(equations: Iterable[Equation]) -> tuple[str, ...]:
    """Return the gates that some equations read, in the order in which they do."""
    gates = (node.gate for node in nodes_of(equations) if isinstance(node, Weighted))
    return tuple(dict.fromkeys(gate for gate in gates if gate is not None))


def functions_of(equations: Iterable[Equation]) -> set[str]:
    """Return the names of the functions and operators that some equations apply."""
    return {node.function for node in nodes_of(equations) if isinstance(node, Apply)}


Value = TypeVar("Value")


class Visitor(ABC, Generic[Value]):
    """Computes one step of a cell, where a subclass says what a value is: a number, its size, its text.

    ``scope`` begins with the values of the input, x, and of the states before the step, and gets the value of each equation;
    ``peepholes`` are the gates that have one.
    """

    def __init__(self, scope: Mapping[str, Value], peepholes: Container[str | None] = ()) -> None:
        self.scope = dict(scope)
        self.peepholes = peepholes

    def step(self, equations: Iterable[Equation]) -> None:
        """Compute some equations in order."""
        for equation in equations:
            self.scope[equation.name] = self.value(parse(equation.expression))

    def value(self, node: Node) -> Value:
        """Return the value of a node; raise KeyError for a name that is not in the scope."""
        match node:
            case Number(value=number):
                return self.number(number)
            case Name(name=name):
                return self.scope[name]
            case Apply(function=function, arguments=arguments):
                return self.apply(function, *map(self.value, arguments))
            case Weighted(role=role, gate=gate, value=value):
                return self.weigh(role, gate, self.value(value))
            case Preactivation():
                return reduce(partial(self.apply, "+"), map(self.value, node.terms_with(self.peepholes)))

    @abstractmethod
    def number(self, number: int, /) -> Value:
        """Return the value of a whole number."""

    @abstractmethod
    def apply(self, function: str, /, *arguments: Value) -> Value:
        """Return the value of a function or operator, element by element."""

    @abstractmethod
    def weigh(self, role: str, gate: str | None, value: Value, /) -> Value:
        """Return the value of weights times a value, and of the bias that is added to it."""
