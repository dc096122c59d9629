"""How many element-wise operations one step of a cell takes, and the sizes of what it computes.

Operations are counted per element of their result: + - * as one, the functions as in :data:`lstm_calc.model.cells.FUNCTIONS`, the
sum of W x and U h as one, a peephole's p * c and its addition as two. Matrix products and biases belong to a framework's rows, and
are counted there.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from lstm_calc.equations.parse import Visitor, gates_of
from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS, FUNCTIONS

MERGE_FLOPS = {"concat": 0, "none": 0, "sum": 1, "mul": 1, "average": 2}
"""Operations per element for merging the outputs of two directions."""


class OpCounts(Record):
    """What one step of a cell computes; sizes are the words of :mod:`lstm_calc.frameworks.rows`.

    ``gates`` are those that the equations read, in the cell's order. ``flops`` has the element-wise operations per element, by the
    size of the result; ``values`` the sizes of what the equations compute beside the states.
    """

    gates: tuple[str, ...]
    flops: dict[str, int]
    values: tuple[str, ...]


@cache
def op_counts(kind: str, words: frozenset[str], peepholes: frozenset[str] = frozenset()) -> OpCounts:
    """Return the operations of one step of a cell, whose equations ``words`` choose; ``peepholes`` are the gates that have one.

    >>> op_counts("lstm", frozenset()).flops
    {'units': 30}
    """
    cell = CELLS[kind]
    equations = cell.equations_for(set(words))
    sizes = {"x": "input"} | {name: state.size for name, state in cell.states.items()}
    read, counter = gates_of(equations), _Counter(sizes, peepholes)
    counter.step(equations)
    return OpCounts(
        gates=tuple(gate for gate in cell.gates if gate in read),
        flops=dict(counter.flops),
        values=tuple(size for name, size in counter.scope.items() if name not in sizes),
    )


class _Counter(Visitor[str]):
    """Counts operations; a value is the word for its size, which is empty for a number."""

    def __init__(self, sizes: dict[str, str], peepholes: frozenset[str]) -> None:
        super().__init__(sizes, peepholes)
        self.flops: Counter[str] = Counter()

    def number(self, _number: int, /) -> str:
        return ""

    def apply(self, function: str, /, *arguments: str) -> str:
        size = next(filter(None, arguments), "")
        self.flops[size] += FUNCTIONS[function].flops
        return size

    def weigh(self, role: str, _gate: str | None, _value: str, /) -> str:
        return self.apply("*", "units") if role == "peephole" else "output" if role == "projection" else "units"
