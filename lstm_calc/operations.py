"""The operations of one step of a layer: its products from a framework's rows, its element-wise part from the cell's equations."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.equations.op_counts import MERGE_FLOPS, OpCounts, op_counts
from lstm_calc.errors import ModelError
from lstm_calc.frameworks import Layout, Row, equation_words, framework_of
from lstm_calc.frameworks.counting import axes_of, rows_in, rows_of, shape_of, sizes_of
from lstm_calc.frozen import Record
from lstm_calc.model import Layer, Model, Other, Use
from lstm_calc.model.cells import CELLS
from lstm_calc.runs import Batch, LayerRun, batch_of, runs_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lstm_calc.equations.saved import SavedForBackward

MATRICES = frozenset({"kernel", "recurrent_kernel", "projection"})
"""The roles of what meets a vector in a matrix product."""

BIASES = frozenset({"bias", "recurrent_bias"})
"""The roles of what is added."""

_WITHOUT_PRODUCTS = frozenset({"PReLU", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "bias", "statistics", "weight_g"})
"""The classes, and the parts of layers, that are described by their number of parameters and that multiply no matrix."""


class Operations(Record):
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

    def shared(self, runs: int, *, joining: int = 0) -> Operations:
        """Return the operations of one of so many equal runs, and those beside them that join two directions."""
        return Operations(self.macs // runs, self.bias_flops // runs, self.elementwise_flops // runs + joining)

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

    Raises FrameworkError where the framework is unknown or lacks what the model asks for, ModelError where the image does not fit
    and where it is not known what a layer multiplies.

    >>> from lstm_calc import read
    >>> from lstm_calc.runs import batch_of
    >>> macs_of(read("32 > lstm 32"), "pytorch", batch_of(1, 10))
    81920
    """
    runs = runs_of(model, framework_of(model, framework_name), batch or batch_of())
    unknown = next((run.use.name for run in runs if not are_operations_known(run.layer)), None)
    if unknown is not None:
        raise ModelError(f"the MACs of {unknown} are not known: it is described by its number of parameters alone")
    return sum(map(macs_in, runs))


def are_operations_known(layer: Layer) -> bool:
    """Return whether it is known what a layer multiplies; of one that is described by its number of parameters alone it is not."""
    return not isinstance(layer, Other) or layer.params == 0 or layer.class_name in _WITHOUT_PRODUCTS


def macs_in(run: LayerRun) -> int:
    """Return the multiply-accumulates of a layer's part in a run: of the matrices that its equations read, and without weights."""
    return _numbers(run, _computed(run), MATRICES) + run.products


def operations_in(run: LayerRun) -> Operations:
    """Return the operations of a layer's part in a run, both directions together."""
    use, layer, computed = run.use, run.layer, list(_computed(run))
    macs, added = _numbers(run, computed, MATRICES) + run.products, _numbers(run, computed, BIASES)
    if layer.kind not in CELLS:
        return Operations(macs, added, 0)
    step, directions, sizes = step_in(use, run.layout), len(layer.directions), use.sizes
    if run.layout.forget_bias and "forget" in step.gates:
        added += directions * sizes["units"] * run.times()
    elementwise = directions * sum(sizes[word] * count for word, count in step.flops.items())
    return Operations(macs, added, elementwise * run.times())


def _numbers(run: LayerRun, computed: Iterable[tuple[str, str, int]], roles: Collection[str]) -> int:
    """Return how many numbers of some roles are read in a run, each as often as its group is applied."""
    return sum(size * run.times(group) for role, group, size in computed if role in roles)


def merge_flops(layer: Layer) -> int:
    """Return the operations for each number of a layer's output that join its two directions."""
    return MERGE_FLOPS[getattr(layer, "merge", "concat")]


def untied(use: Use) -> Use:
    """Return a layer as if the matrix that it shares were its own."""
    return use.replace(layer=use.layer.replace(tied=False)) if getattr(use.layer, "tied", False) else use


def step_in(use: Use, layout: Layout) -> OpCounts:
    """Return the operations of a recurrent layer's step as a framework runs it."""
    return op_counts(use.layer.kind, *_form(use, layout))


def saved_in(use: Use, layout: Layout, *, input_gradient: bool, initial_step: bool) -> SavedForBackward:
    """Return what a recurrent layer's step saves for the backward pass; ``input_gradient``: something before it is trained."""
    from lstm_calc.equations.saved import saved_for_backward

    layer, form = use.layer, _form(use, layout)
    gradients = {"trainable": layer.trainable, "input_gradient": input_gradient, "initial_step": initial_step}
    return saved_for_backward(layer.kind, *form, **gradients)


def _form(use: Use, layout: Layout) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that choose a layer's equations, and the gates that have a peephole."""
    rows = rows_of(layout, use.layer)
    seeing = frozenset(gate for row, gates, _ in rows if row.role == "peephole" for gate in gates)
    return frozenset(equation_words(use.layer, layout)), seeing


def idle_gates(use: Use, layout: Layout) -> tuple[str, ...]:
    """Return the gates of a recurrent layer that a framework stores and whose products no equation reads."""
    if use.layer.kind not in CELLS:
        return ()
    read = step_in(use, layout).gates
    return tuple(dict.fromkeys(gate for _, gates, _ in rows_of(layout, use.layer) for gate in gates if gate not in read))


def _computed(run: LayerRun) -> Iterator[tuple[str, str, int]]:
    """Yield the role, the group of applications and how many numbers its equations read for each of a layer's rows.

    A tied layer multiplies the matrix that it shares. A gate that is stored but follows from another is not computed, and a table
    is looked up in.
    """
    use = untied(run.use)
    read = step_in(use, run.layout).gates if use.layer.kind in CELLS else run.layout.gates.split()
    for row, gates, _ in rows_in(run.layout, use):
        left = tuple(gate for gate in gates if gate in read)
        if (left or not gates) and not is_table(row):
            for group, some in [(gate, (gate,)) for gate in left] if row.group == "gates" else [(row.group, left)]:
                sizes = sizes_of(use, some)
                yield row.role.split()[0], group, prod(shape_of(axes_of(row, sizes), sizes))


def is_table(row: Row) -> bool:
    """Say whether a row is looked up in, not multiplied."""
    return "vocab_size" in row.axes.split()
