"""Whether our tables agree with the framework that is installed here."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, NotInstalledError, printable
from lstm_calc.frameworks import FRAMEWORKS, Framework, equation_words, framework_of, layout_for
from lstm_calc.model import Dense, Model, Recurrent
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.tensors import Tensor, axis_order, tensors
from lstm_calc.questions.titles import in_framework
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.adapters import Array, Real
    from lstm_calc.frameworks.counting import Shape


TOLERANCE = 1e-5
STEPS = 8
_BATCH = 2
_SPACE = 5


class TensorMismatch(Data):
    """A tensor that differs between our tables and the framework; None where it is missing."""

    name: str
    ours: Shape | None
    theirs: Shape | None


class GateCheck(Data):
    """A recurrent layer that ran on weights put in place by our slices: the largest difference from the cell's equations."""

    layer: str
    error: float


class Verification(Answer):
    """A model as the installed release of a framework builds it, compared with our tables."""

    schema = "lstm-calc/verify/1"
    json = ("schema", "framework", "release", "compared", "differences", "gates", "agrees")

    model: Model
    framework: str
    release: str
    compared: int
    differences: tuple[TensorMismatch, ...]
    gates: tuple[GateCheck, ...]

    @property
    def failures(self) -> int:
        """How many tensors differ, and how many runs."""
        return len(self.differences) + sum(check.error > TOLERANCE for check in self.gates)

    @property
    def agrees(self) -> bool:
        """Whether every tensor has the same name and shape, and every run the same output to 1e-5."""
        return self.failures == 0

    def document(self) -> Document:
        """Return whether the framework agrees with our tables, and where not."""
        title = f"{in_framework(self.model, self.framework)}, checked against the tables"
        columns = (Column("layer", "layer"), Column("error", "largest error", "error"))
        errors = Table(columns, tuple(Line((check.layer, check.error)) for check in self.gates), "gates")
        tables = (_verdict_table(self), _differences_table(self), errors)
        runs = ["largest error: of the output over 8 steps, beside the cell's equations, both on the same random gates"]
        return Document(title, tuple(table for table in tables if table.lines), tuple(runs * bool(self.gates)))


def verify(model: Model, framework_name: str | None = None, *, gates: bool = False) -> Verification:
    """Build a model in the framework that is installed here and compare its tensors with ours.

    With ``gates``, and where the tensors agree, also run each recurrent layer on random weights, put in place by our slices, and
    compare the output over 8 steps with the cell's equations. A tied head is built with a matrix of its own. Raises FrameworkError
    where the framework cannot build the model, or we cannot, NotInstalledError, with the pip line, where it is not there.
    """
    asked, table = model, framework_of(model, framework_name)
    model = model.replace(layers=[layer.replace(tied=False) if isinstance(layer, Dense) else layer for layer in model.layers])
    ours = {tensor.name: tensor.shape for tensor in tensors(model, table.name).tensors}
    model = _stack(model)
    build = adapter_of(table)
    with _its_own_errors(table):
        real = build(model)
        theirs = {name: tuple(shape) for name, shape in real.tensors}
        names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
        return Verification(
            model=asked,
            framework=table.name,
            release=real.release,
            compared=len({**ours, **theirs}),
            differences=tuple(TensorMismatch(name, ours.get(name), theirs.get(name)) for name in names),
            gates=tuple(_gate_checks(model, table, build)) if gates and not names else (),
        )


_BUILT = {*CELLS, "dense", "embedding", "repeat_vector"}


def _stack(model: Model) -> Model:
    """Return a model without the layers that store nothing, where each of the others states the width that it reads.

    Raises FrameworkError for layers with weights that no adapter builds, and for those that read another than the one before.
    """
    layers, widths = [], {use.module: use.input_dim for use in reversed(model.uses)}
    for layer, name in zip(model.flat, model.modules, strict=True):
        if layer.inputs:
            raise FrameworkError(f"verify builds layers that read the one before, and {name} reads others")
        if layer.weighted and layer.kind not in _BUILT:
            what = f"{name} is of kind {layer.kind}"
            raise FrameworkError(f"verify builds recurrent, dense, embedding and repeat_vector layers, and {what}")
        if layer.kind in _BUILT:
            layers.append(layer if layer.reads_tokens else layer.replace(input_dim=widths[name]))
    return model if len(layers) == len(model.flat) else model.replace(layers=layers, input_shape=None, outputs=())


@contextmanager
def _its_own_errors(table: Framework, passed: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn whatever a framework raises for sizes, names or settings that it does not accept into one sentence."""
    try:
        yield
    except passed:
        raise
    except Exception as error:  # noqa: BLE001  a framework raises what it likes
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise FrameworkError(f"{table.name} could not build or run this model: {printable(first)}") from None


def adapter_of(table: Framework) -> Any:
    """Return the function that builds a model in a framework."""
    module = f"lstm_calc.adapters.{table.name.replace('-', '_')}"
    try:
        with redirect_stdout(sys.stderr), _its_own_errors(table, passed=(ModuleNotFoundError,)):
            return import_module(module).build
    except ModuleNotFoundError as error:
        if error.name == module:
            known = [name for name in FRAMEWORKS if _has_adapter(name)]
            raise FrameworkError(f"{table.name} cannot be built here; give -f one of {', '.join(known)}") from None
        what = f"{table.name}, or what it runs on, is not installed here ({error.name} is missing)"
        raise NotInstalledError(f"{what}; pip install {table.package}") from None


def _has_adapter(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(f"lstm_calc.adapters.{name.replace('-', '_')}") is not None


def _gate_checks(model: Model, table: Framework, build: Any) -> Iterator[GateCheck]:
    """Yield one check per recurrent layer of a model; equal layers are checked once."""
    done = set()
    for use in model.uses:
        if not isinstance(use.layer, Recurrent):
            continue
        changes = {"repeat": 1, "name": None, "input_dim": None, "merge": "concat", "trainable": True}
        alone = Model([use.layer.replace(**changes)], use.input_dim)
        if alone not in done:
            done.add(alone)
            yield GateCheck(use.name, _error(alone, table, build(alone)))


def _error(model: Model, table: Framework, real: Real) -> float:
    """Return the largest difference between a real layer's output and that of the cell's equations on the same blocks.

    Outputs beyond one, as a relu gives, are measured against the largest of them.
    """
    import numpy as np

    from lstm_calc.equations.numpy_reference import unrolled

    use, layer = model.uses[0], model.layers[0]
    random = np.random.default_rng(0)
    stored = tensors(model, table.name).tensors
    blocks = {direction: _drawn(stored, direction, random) for direction in layer.directions}
    x = random.normal(size=(_BATCH, STEPS, *(_SPACE for _ in layer.window), use.input_dim)).astype(np.float32)
    layout = layout_for(table, layer)
    cell = CELLS[layer.kind]
    equations = cell.equations_for(equation_words(layer, layout))
    expected = []
    for direction, weights in blocks.items():
        read = x if direction == "forward" else x[:, ::-1]
        output = unrolled(equations, weights, read, cell.states, forget_bias=layout.forget_bias)
        expected.append(output if direction == "forward" else output[:, ::-1])
    given = real.run({tensor.name: _filled(tensor, blocks) for tensor in stored}, x)
    whole = np.concatenate(expected, -1)
    return float(np.abs(whole - given).max() / max(1, np.abs(whole).max()))


def _drawn(stored: Sequence[Tensor], direction: str, random: Any) -> dict[tuple[str | None, str], Array]:
    """Return random blocks for a direction, as the equations take them, (units, input, ...), smaller the more they add up."""
    blocks = {}
    for tensor in stored:
        for part in tensor.parts:
            if part.direction == direction:
                order = axis_order(tensor.axes, part)
                shape = [part.shape[order.index(axis)] for axis in range(len(order))]
                blocks[part.gate, part.role] = random.normal(size=shape) / prod(shape[1:]) ** 0.5
    return blocks


def _filled(tensor: Tensor, blocks: dict[str, dict[tuple[str | None, str], Array]]) -> Array:
    """Return a tensor with every block put in place by our slices."""
    import numpy as np

    array: Array = np.zeros(tensor.shape, np.float32)
    for part in tensor.parts:
        place = tuple(slice(start, stop) for start, stop in part.slice)
        block = blocks[part.direction or ""][part.gate, part.role]
        laid = block if part.row_major else block.transpose(axis_order(tensor.axes, part))
        array[place] = laid.reshape(array[place].shape)
    return array


def _verdict_table(answer: Verification) -> Table:
    columns = (
        Column("framework", "framework"),
        Column("release", "release"),
        Column("tensors", "tensors", "number"),
        Column("differing", "differing", "number"),
        Column("verdict", "verdict", "verdict"),
    )
    verdict = "agrees" if answer.agrees else "differs"
    return Table(columns, (Line((answer.framework, answer.release, answer.compared, len(answer.differences), verdict)),), "verdict")


def _differences_table(answer: Verification) -> Table:
    shapes = (Column("ours", "ours", "shape", shown=True), Column("theirs", "theirs", "shape", shown=True))
    lines = tuple(Line((each.name, each.ours, each.theirs)) for each in answer.differences)
    return Table((Column("name", "tensor"), *shapes), lines, "tensors")
