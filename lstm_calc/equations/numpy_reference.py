"""The cells' equations computed with NumPy: a plain reference that a real layer is checked against.

Matrices are (units, input) or (units, output), kernels of a convolution (units, input, *window), values (batch, ..., features).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_calc.equations.parse import BIAS_OF, Visitor
from lstm_calc.model.cells import FUNCTIONS, HIDDEN, Equation, State

if TYPE_CHECKING:
    from collections.abc import Mapping


Array = Any
Weights = dict[tuple[str | None, str], Array]
"""The blocks of one direction of a layer by gate and role; a gate of None for what belongs to none."""


def unrolled(
    equations: tuple[Equation, ...], weights: Weights, x: Array, states: Mapping[str, State], *, forget_bias: float
) -> Array:
    """Return h at every step of a batch (batch, steps, ..., input), from states of zero."""
    units = next(value.shape[0] for (gate, role), value in weights.items() if gate and role == "kernel")
    projection = weights.get((None, "projection"))
    sizes = {"units": units, "output": units if projection is None else projection.shape[0]}
    around = (x.shape[0], *x.shape[2:-1])
    carried = {name: np.zeros((*around, sizes[state.size])) for name, state in states.items()}
    outputs = []
    for step in range(x.shape[1]):
        cell = _Arrays(weights, x[:, step], carried, forget_bias)
        cell.step(equations)
        carried = {name: cell.scope[name] for name in states}
        outputs.append(carried[HIDDEN.name])
    return np.stack(outputs, 1)


class _Arrays(Visitor[Array]):
    """Computes one step; a value is an array."""

    def __init__(self, weights: Weights, x: Array, states: dict[str, Array], forget_bias: float) -> None:
        super().__init__({"x": x, **states}, {gate for gate, role in weights if role == "peephole"})
        self._weights = weights
        self._forget_bias = forget_bias

    def number(self, number: int, /) -> Array:
        return number

    def apply(self, function: str, /, *arguments: Array) -> Array:
        return FUNCTIONS[function].compute(np, *arguments)

    def weigh(self, role: str, gate: str | None, value: Array, /) -> Array:
        weights = self._weights[gate, role]
        if role == "peephole":
            return weights * value
        added = self._forget_bias if (role, gate) == ("kernel", "forget") else 0
        return _product(weights, value) + self._weights.get((gate, BIAS_OF[role]), 0) + added


def _product(matrix: Array, value: Array) -> Array:
    """Return the matrix product, or the convolution that keeps the size ('same'), over the last axis of a value."""
    window = matrix.shape[2:]
    around = [(0, 0), *(((size - 1) // 2, size // 2) for size in window), (0, 0)]
    padded = np.pad(value, around) if window else value
    total = 0
    for offset in np.ndindex(*window):
        places = tuple(slice(at, at + size) for at, size in zip(offset, value.shape[1:-1], strict=False)) if window else ()
        shifted = padded[(slice(None), *places)] if window else padded
        total = total + shifted @ matrix[(slice(None), slice(None), *offset)].T
    return total
