"""The walk over a cell's equations that all visitors share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial, reduce
from typing import TYPE_CHECKING, Generic, TypeVar

from lstm_calc.equations.parse import Apply, Name, Number, Preactivation, Weighted, parse

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from lstm_calc.cells import Equation
    from lstm_calc.equations.parse import Node

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
