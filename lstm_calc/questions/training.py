"""What training keeps in memory beside the weights: optimizer states by tensor, and values for the backward pass.

The values are those that automatic differentiation keeps of the cells' equations written out step by step, each once, however
many operations need it (:mod:`lstm_calc.arithmetic` says which). What flows from layer to layer is kept where a trained matrix
meets it; token ids and what the loss keeps are left out. Below the first trained layer nothing is kept.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.arithmetic import SIZE_OF_STATE
from lstm_calc.cells import CELLS
from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.work import step_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lstm_calc.arithmetic import Step
    from lstm_calc.flow import Run
    from lstm_calc.measure import Shape

FLOAT32 = 4
_BLOCK = 256
_LEAST_IN_8_BITS = 4096


def _copies(count: int) -> Callable[[Shape], int]:
    return lambda shape: count * prod(shape) * FLOAT32


def _factored(shape: Shape) -> int:
    """Return the bytes of one mean a row and one a column of the last two axes; of a vector, one a number."""
    if len(shape) < 2:
        return prod(shape) * FLOAT32
    return (prod(shape[:-1]) + prod(shape[:-2]) * shape[-1]) * FLOAT32


def _in_blocks(shape: Shape) -> int:
    """Return the bytes of two states of a byte a number, each with a float32 scale a block; small tensors stay in float32."""
    numbers = prod(shape)
    if numbers < _LEAST_IN_8_BITS:
        return 2 * numbers * FLOAT32
    return 2 * (numbers + -(-numbers // _BLOCK) * FLOAT32)


OPTIMIZERS: dict[str, Callable[[Shape], int]] = {
    "sgd": _copies(0),
    "momentum": _copies(1),
    "adam": _copies(2),
    "adamw": _copies(2),
    "adafactor": _factored,
    "adam8bit": _in_blocks,
}
"""For each optimizer, the bytes of its states for a tensor of a shape; step counters are left out.

Read from torch.optim (SGD with momentum, Adam, AdamW, Adafactor) and bitsandbytes (Adam8bit: blocks of 256, tensors of fewer than
4,096 numbers in 32 bits).
"""


def optimizer_of(name: str) -> Callable[[Shape], int]:
    """Return what an optimizer keeps of a tensor; raise LstmCalcError, with the nearest name, where there is none."""
    if name not in OPTIMIZERS:
        raise LstmCalcError(f"{quoted(name)} is not an optimizer{did_you_mean(name, OPTIMIZERS)}")
    return OPTIMIZERS[name]


def kept_values(runs: Iterable[Run]) -> Iterator[int]:
    """Yield, for each layer, how many values its backward pass keeps, what flows into it included."""
    below, flowing, alive = None, 0, False
    for run in runs:
        layer = run.placed.layer
        if below is None or below.output_dim != run.placed.input_dim:
            flowing = run.steps_in * run.space_in * run.placed.input_dim
        alive = alive or layer.trainable
        step = step_in(run.placed, run.layout, trained=layer.trainable) if layer.kind in CELLS else None
        reads = step.input if step else layer.trainable and _multiplies(run)
        yield alive * (reads * flowing + (_inside(run, step) if step else 0))
        flowing, below = _flowing(run, step, flowing), run.placed


def _multiplies(run: Run) -> bool:
    """Say whether a layer that is not recurrent meets what flows in with a matrix; tables are looked up, repeats copy nothing."""
    return run.placed.layer.reads == "either"


def _inside(run: Run, step: Step) -> int:
    """Return the numbers that a recurrent layer keeps of itself, both directions together."""
    layer = run.placed.layer
    every_step = sum(layer.sizes[word] for word in step.kept) * run.runs
    joined = getattr(layer, "merge", "") == "mul"
    return len(layer.ways) * (every_step + sum(_of_state(run, step, state, joined=joined) for state in CELLS[layer.kind].states))


def _of_state(run: Run, step: Step, state: str, *, joined: bool) -> int:
    """Return the numbers kept of one state: before each step, after it, or both, which is one more a sequence.

    ``joined``: what flows out, of every step or of the last, meets h in a product or matrix, too.
    """
    size = run.placed.layer.sizes[SIZE_OF_STATE[state]]
    after = run.runs if state in step.after else run.steps_out * run.space if joined and state == "h" else 0
    ends = run.sequences * run.space if after else 0
    return size * (run.runs + ends if state in step.before else after)


def _flowing(run: Run, step: Step | None, below: int) -> int:
    """Return how many more numbers are kept where what flows out of a layer is: none that the layer keeps already."""
    layer = run.placed.layer
    if step is not None and len(layer.ways) == 1:
        return _of_state(run, step, "h", joined=True) - _of_state(run, step, "h", joined=False)
    return below if layer.reads == "vector" else run.steps_out * run.space * run.placed.output_dim
