"""The work of one step of a layer: its products from a framework's rows, its element-wise part from the cell's equations."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.equations.op_counts import MERGE_FLOPS, op_counts
from lstm_calc.flow import Batch, batch_of, follow
from lstm_calc.frameworks import equation_words, framework_of
from lstm_calc.measure import axes_of, rows_of, shape_of, sizes_of
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.equations.op_counts import OpCounts
    from lstm_calc.equations.saved import SavedForBackward
    from lstm_calc.flow import Run
    from lstm_calc.frameworks import Layout, Row
    from lstm_calc.model import Model, Placed

MATRICES = frozenset({"kernel", "recurrent_kernel", "projection"})
"""The roles of what meets a vector in a matrix product."""

BIASES = frozenset({"bias", "recurrent_bias"})
"""The roles of what is added."""


class Work(Record):
    """What is computed: multiply-accumulates of matrix products, additions of biases, and element-wise operations."""

    macs: int
    bias_flops: int
    elementwise_flops: int

    @property
    def matmul_flops(self) -> int:
        """The matrix products in floating-point operations: a multiplication and an addition each."""
        return 2 * self.macs

    @property
    def flops(self) -> int:
        """All floating-point operations."""
        return self.matmul_flops + self.bias_flops + self.elementwise_flops

    def times(self, runs: int, *, joining: int = 0) -> Work:
        """Return the work of so many runs, and the operations beside it that join two directions."""
        return Work(self.macs * runs, self.bias_flops * runs, self.elementwise_flops * runs + joining)

    def data(self) -> dict[str, int]:
        """Return the plain values of the JSON answer."""
        return {
            "macs": self.macs,
            "matmul_flops": self.matmul_flops,
            "bias_flops": self.bias_flops,
            "elementwise_flops": self.elementwise_flops,
            "flops": self.flops,
        }


def macs_of(model: Model, framework_name: str | None = None, batch: Batch | None = None) -> int:
    """Return the multiply-accumulates of a model's matrix products over a batch (None: one step of one sequence).

    Raises FrameworkError where the framework is unknown or lacks what the model asks for, ModelError where the image does not fit.

    >>> from lstm_calc import read
    >>> from lstm_calc.flow import batch_of
    >>> macs_of(read("32 > lstm 32"), "pytorch", batch_of(1, 10))
    81920
    """
    known: dict[tuple[Any, ...], int] = {}
    total = 0
    for run in follow(model, framework_of(model, framework_name), batch or batch_of()):
        key = run.placed.layer.traits, run.placed.input_dim
        if key not in known:
            known[key] = macs_a_step(run.placed, run.layout)
        total += known[key] * run.steps_in * run.space
    return total


def macs_a_step(placed: Placed, layout: Layout) -> int:
    """Return the multiply-accumulates of one step: one for each number of each matrix that the equations read."""
    return sum(size for row, size in _computed(placed, layout) if is_matrix(row))


def work_a_step(run: Run) -> Work:
    """Return the work of one step of one sequence at one position of an image; both directions together."""
    layer = run.placed.layer
    added = sum(size for row, size in _computed(run.placed, run.layout) if BIASES.issuperset(row.role.split()))
    if layer.kind not in CELLS:
        return Work(macs_a_step(run.placed, run.layout), added, 0)
    step, ways = step_in(run.placed, run.layout), len(layer.ways)
    if run.layout.forget_bias and "forget" in step.gates:
        added += ways * layer.sizes["units"]
    elementwise = ways * sum(layer.sizes[word] * count for word, count in step.flops.items())
    return Work(macs_a_step(run.placed, run.layout), added, elementwise)


def merge_flops(placed: Placed) -> int:
    """Return the operations that join the two directions of a step of a layer's output."""
    return MERGE_FLOPS[getattr(placed.layer, "merge", "concat")] * placed.output_dim


def untied(placed: Placed) -> Placed:
    """Return a layer as if the matrix that it shares were its own."""
    return placed.replace(layer=placed.layer.replace(tied=False)) if getattr(placed.layer, "tied", False) else placed


def step_in(placed: Placed, layout: Layout) -> OpCounts:
    """Return the operations of a recurrent layer's step as a framework runs it."""
    return op_counts(placed.layer.kind, *_form(placed, layout))


def saved_in(placed: Placed, layout: Layout, *, input_gradient: bool, initial_step: bool) -> SavedForBackward:
    """Return what a recurrent layer's step saves for the backward pass; ``input_gradient``: something below it is trained."""
    from lstm_calc.equations.saved import saved_for_backward

    layer, form = placed.layer, _form(placed, layout)
    gradients = {"trainable": layer.trainable, "input_gradient": input_gradient, "initial_step": initial_step}
    return saved_for_backward(layer.kind, *form, **gradients)


def _form(placed: Placed, layout: Layout) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that choose a layer's equations, and the gates that have a peephole."""
    rows = rows_of(layout, placed.layer)
    seeing = frozenset(gate for row, gates, _ in rows if row.role == "peephole" for gate in gates)
    return frozenset(equation_words(placed.layer, layout)), seeing


def idle_gates(placed: Placed, layout: Layout) -> tuple[str, ...]:
    """Return the gates of a recurrent layer that a framework stores and whose products no equation reads."""
    stored = {gate: None for _, gates, _ in rows_of(layout, placed.layer) for gate in gates}
    return tuple(gate for gate in stored if placed.layer.kind in CELLS and gate not in step_in(placed, layout).gates)


def _computed(placed: Placed, layout: Layout) -> Iterator[tuple[Row, int]]:
    """Yield the rows of a layer and how many numbers of each its equations read.

    A tied layer multiplies the matrix that it shares. A gate that is stored but follows from another is not computed.
    """
    placed = untied(placed)
    layer = placed.layer
    read = step_in(placed, layout).gates if layer.kind in CELLS else ()
    for row, gates, _ in rows_of(layout, layer):
        left = tuple(gate for gate in gates if gate in read)
        if left or not gates:
            yield row, prod(shape_of(axes_of(row, layer), sizes_of(placed, left)))


def is_table(row: Row) -> bool:
    """Say whether a row is looked up in, not multiplied."""
    return "vocab_size" in row.axes.split()


def is_matrix(row: Row) -> bool:
    """Say whether a row meets a vector in a matrix product."""
    return MATRICES.issuperset(row.role.split()) and not is_table(row)
