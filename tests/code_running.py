"""Code that was written for a model, run in the real framework, and held against the model's counts and shapes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any

from lstm_calc import params
from lstm_calc.frameworks import framework as table_of
from lstm_calc.frameworks import with_defaults
from lstm_calc.model import Embedding, Input
from lstm_calc.model.propagation import further_inputs, propagate

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.model.sizes import Shape

BATCH, STEPS = 3, 13


def run(code: str) -> dict[str, Any]:
    """Return the names that a program of ours defines."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "written.py"
        file.write_text(code, encoding="utf-8")
        return run_path(os.fspath(file))


def inputs_of(model: Model, table: Any) -> tuple[list[tuple[Shape, bool]], list[Shape]]:
    """Return the shapes that a model reads, each with whether it is token ids, and those that it gives."""
    model = with_defaults(model, table)
    shape = (BATCH, *(STEPS if size is None else size for size in model.input[1:]))
    uses = propagate(model, shape, further_inputs(model, BATCH, STEPS))
    last = {}
    for at, use in enumerate(uses):
        last[use.module] = (at, use)
    positions = [last[module][1] for module in model.modules]
    tokens = {
        source for position, call in enumerate(model.calls) if isinstance(call, Embedding) for source, _ in model.sources[position]
    }
    reads = [] if isinstance(model.flat[0], Input) else [(shape, -1 in tokens)]
    reads += [(positions[at].output, at in tokens) for at, layer in enumerate(model.flat) if isinstance(layer, Input)]
    gives = [_output(positions[at], number) for at, number in model.gives]
    return reads, gives


def _output(use: Any, number: int) -> Shape:
    every = (*use.outputs, *use.layer.state_shapes(use.input, use.outputs))
    return tuple(every[number])


def problem(model: Model, framework: str, code: str) -> str:
    """Return in what the framework's own count or output shapes differ from the model's; nothing where they agree."""
    table = table_of(framework)
    total = params(model, framework).total
    reads, gives = inputs_of(model, table)
    found, shapes = RUNNERS[framework](run(code), reads)
    if found != total:
        return f"{framework} has {found} parameters, and the model {total}"
    return "" if shapes == gives else f"{framework} gives {shapes}, and the model {gives}"


Answer = tuple[int, list["Shape"]]


def _shapes(given: Any) -> list[Shape]:
    values = given if isinstance(given, (list, tuple)) else [given]
    return [tuple(value.shape) for value in values]


def _on_pytorch(names: dict[str, Any], reads: list[tuple[Shape, bool]]) -> Answer:
    import torch

    module = names["Model"]()
    given = module(*(torch.zeros(shape, dtype=torch.long if tokens else torch.float) for shape, tokens in reads))
    return sum(value.numel() for value in module.parameters()), _shapes(given)


def _on_keras(names: dict[str, Any], reads: list[tuple[Shape, bool]]) -> Answer:
    import numpy as np

    model = names["model"]
    arrays = [np.zeros(shape, "int32" if tokens else "float32") for shape, tokens in reads]
    return model.count_params(), _shapes(model(arrays if len(arrays) > 1 else arrays[0]))


def _on_flax_nnx(names: dict[str, Any], reads: list[tuple[Shape, bool]]) -> Answer:
    import jax
    from flax import nnx

    module = names["Model"](rngs=nnx.Rngs(0))
    arrays = [jax.ShapeDtypeStruct(shape, "int32" if tokens else "float32") for shape, tokens in reads]
    given = nnx.eval_shape(lambda module, *values: module(*values), module, *arrays)
    state = jax.tree_util.tree_leaves(nnx.state(module, nnx.Param))
    return sum(value.size for value in state), _shapes(given)


def _on_numpy(names: dict[str, Any], reads: list[tuple[Shape, bool]]) -> Answer:
    import numpy as np

    model = names["Model"]()
    arrays = [np.zeros(shape, int if tokens else float) for shape, tokens in reads]
    return sum(value.size for block in model.weights.values() for value in block.values()), _shapes(model(*arrays))


RUNNERS = {"pytorch": _on_pytorch, "keras": _on_keras, "flax-nnx": _on_flax_nnx, "textbook": _on_numpy}
