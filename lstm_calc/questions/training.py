"""What training keeps in memory beside the weights: optimizer states by tensor, and values for the backward pass.

The values are those that automatic differentiation keeps of the cells' equations written out step by step, each once, however
many operations need it (:mod:`lstm_calc.arithmetic` says which). What flows from layer to layer is kept where a trained matrix
meets it; token ids and what the loss keeps are left out. Below the first trained layer nothing is kept.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.arithmetic import SIZE_OF_STATE
from lstm_calc.model.cells import CELLS
from lstm_calc.dtypes import FLOAT32
from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.record import Record
from lstm_calc.work import kept_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lstm_calc.arithmetic import Kept
    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.runs import LayerRun

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


class Optimizer(Record):
    """What an optimizer keeps: the bytes of its states for a tensor of a shape, and the rule in words, with its class."""

    states: Callable[[Shape], int]
    words: str


_COUNTED = "a step counter of 4 bytes a tensor apart"

OPTIMIZERS = {
    "sgd": Optimizer(_copies(0), "none"),
    "momentum": Optimizer(_copies(1), "a float32 a number, as torch.optim.SGD"),
    "adam": Optimizer(_copies(2), f"two float32 a number, as torch.optim.Adam, {_COUNTED}"),
    "adamw": Optimizer(_copies(2), f"two float32 a number, as torch.optim.AdamW, {_COUNTED}"),
    "adafactor": Optimizer(
        _factored,
        "a float32 a row and one a column of a matrix, one a number of a vector, as torch.optim.Adafactor (Keras keeps one a "
        f"number beside), {_COUNTED}",
    ),
    "adam8bit": Optimizer(
        _in_blocks,
        f"two bytes a number and two float32 a block of {_BLOCK}, of tensors below {_LEAST_IN_8_BITS:,} numbers two float32 a "
        "number, as bitsandbytes.optim.Adam8bit, its 2 KiB of shared tables apart",
    ),
}
"""For each optimizer, what it keeps; held against the states that the libraries made."""


def optimizer_of(name: str) -> Optimizer:
    """Return an optimizer by name; raise LstmCalcError, with the nearest name, where there is none."""
    if name not in OPTIMIZERS:
        raise LstmCalcError(f"{quoted(name)} is not an optimizer{did_you_mean(name, OPTIMIZERS)}")
    return OPTIMIZERS[name]


def kept_values(runs: Iterable[LayerRun]) -> Iterator[int]:
    """Yield, for each layer, how many values its backward pass keeps, what flows into it included."""
    below, flowing, fed = None, 0, False
    for run in runs:
        layer = run.layer
        if below is None or below.use.outputs[:1] != run.use.inputs:
            flowing = run.numbers_in
        pass_ = _Pass(run, fed=fed) if layer.kind in CELLS else None
        reads = pass_.later.input if pass_ else layer.trainable and layer.weighted and not layer.reads_tokens
        yield reads * flowing + (pass_.inside if pass_ else 0)
        if layer.weighted:
            flowing = pass_.above if pass_ and len(layer.directions) == 1 else run.numbers_out
        below, fed = run, fed or (layer.trainable and bool(run.layout.rows))


class _Pass:
    """The way back through a recurrent layer; ``fed``: something below it is trained, so the way goes on."""

    def __init__(self, run: LayerRun, *, fed: bool) -> None:
        self.run = run
        self.derived = fed or run.layer.trainable
        self.first = kept_in(run.use, run.layout, fed=fed, first=True)
        self.later = kept_in(run.use, run.layout, fed=fed, first=False)
        self.starts = run.states
        self.sizes = run.use.sizes

    @property
    def inside(self) -> int:
        """The numbers that the layer keeps of itself, both directions together."""
        layer = self.run.layer
        values = self.starts * self._wide(self.first) + (self.run.times() - self.starts) * self._wide(self.later)
        joined = self.derived and getattr(layer, "merge", "") == "mul"
        return len(layer.directions) * (values + sum(self._of_state(state, used=joined) for state in CELLS[layer.kind].states))

    @property
    def above(self) -> int:
        """The numbers more that are kept where something above needs h, some of which the layer keeps already."""
        return self._of_state("h", used=True) - self._of_state("h", used=False)

    def _wide(self, kept: Kept) -> int:
        return sum(self.sizes[word] for word in kept.values)

    def _of_state(self, state: str, *, used: bool) -> int:
        """Return the numbers kept of one state, before the first step, between steps, and after the last.

        ``used``: what flows out, h of every step or of the last, is needed elsewhere.
        """
        used = used and state == "h"
        last = used or state in self.later.after
        every = state in self.later.before | self.later.after or (used and self.run.steps_out == self.run.steps_in)
        ends = self.starts * ((state in self.first.before) + last)
        return self.sizes[SIZE_OF_STATE[state]] * (ends + (self.run.times() - self.starts) * every)
