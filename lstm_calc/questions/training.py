"""What training keeps in memory in addition to the weights: optimizer states, and values saved for backward.

The values are those that automatic differentiation saves of the cells' equations written out step by step, each once, however
many operations need it (:mod:`lstm_calc.equations.saved` says which). The output of a layer is saved where a trained matrix
multiplies it; token ids and what the loss saves are left out. Below the first trained layer nothing is saved.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.dtypes import FLOAT32
from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.frozen import Record
from lstm_calc.model import Activation, Input, Merge, Reduce
from lstm_calc.model.cells import CELLS, HIDDEN, State
from lstm_calc.operations import saved_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lstm_calc.equations.saved import SavedForBackward
    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.runs import LayerRun

_BLOCK = 256
_LEAST_IN_8_BITS = 4096


def _copies(count: int) -> Callable[[Shape], int]:
    return lambda shape: count * prod(shape) * FLOAT32


def _factored(shape: Shape) -> int:
    """Return the bytes of one mean per row and per column of the last two axes; of a vector, one per number."""
    if len(shape) < 2:
        return prod(shape) * FLOAT32
    return (prod(shape[:-1]) + prod(shape[:-2]) * shape[-1]) * FLOAT32


def _in_blocks(shape: Shape) -> int:
    """Return the bytes of two states of one byte per number, each with a float32 scale per block; small tensors stay in float32."""
    numbers = prod(shape)
    if numbers < _LEAST_IN_8_BITS:
        return 2 * numbers * FLOAT32
    return 2 * (numbers + -(-numbers // _BLOCK) * FLOAT32)


class Optimizer(Record):
    """What an optimizer keeps: the bytes of its states for a tensor of a shape, and the rule in words, with its class."""

    states: Callable[[Shape], int]
    words: str


_COUNTED = "and 4 bytes per tensor for a step counter, not counted"

OPTIMIZERS = {
    "sgd": Optimizer(_copies(0), "none"),
    "momentum": Optimizer(_copies(1), "one float32 per parameter, as torch.optim.SGD"),
    "adam": Optimizer(_copies(2), f"two float32 per parameter, as torch.optim.Adam, {_COUNTED}"),
    "adamw": Optimizer(_copies(2), f"two float32 per parameter, as torch.optim.AdamW, {_COUNTED}"),
    "adafactor": Optimizer(
        _factored,
        "one float32 per row and per column of a matrix, one per number of a vector, as torch.optim.Adafactor (Keras keeps one "
        f"more per number), {_COUNTED}",
    ),
    "adam8bit": Optimizer(
        _in_blocks,
        f"two bytes per parameter and two float32 per block of {_BLOCK}; two float32 per parameter in tensors below "
        f"{_LEAST_IN_8_BITS:,} numbers; as bitsandbytes.optim.Adam8bit, its 2 KiB of shared tables not counted",
    ),
}
"""For each optimizer, what it keeps; tests check this against the states that the libraries made."""


def optimizer_of(name: str) -> Optimizer:
    """Return an optimizer by name; raise LstmCalcError, with the nearest name, where there is none."""
    if name not in OPTIMIZERS:
        raise LstmCalcError(f"{quoted(name)} is not an optimizer{did_you_mean(name, OPTIMIZERS)}")
    return OPTIMIZERS[name]


def saved_values(runs: Iterable[LayerRun]) -> Iterator[int]:
    """Yield, for each layer, how many values it saves for its backward pass, its input included."""
    tensors = _Tensors()
    for position, run in enumerate(runs):
        layer, input_gradient = run.layer, tensors.has_gradient(position, run)
        pass_ = _BackwardPass(run, input_gradient=input_gradient) if layer.kind in CELLS else None
        gated = isinstance(layer, Activation) and layer.is_gated
        if isinstance(layer, Merge):
            reads = layer.saves_inputs and input_gradient
        elif gated:
            reads = input_gradient
        else:
            reads = pass_.later.input if pass_ else layer.trainable and layer.weighted and not layer.reads_tokens
        keys = tensors.read(position, run)
        yield tensors.save(keys) * reads + (pass_.inside if pass_ else 0)
        if reads:
            tensors.unsaved.update(dict.fromkeys(keys, 0))
        if layer.weighted or gated or isinstance(layer, (Merge, Reduce)):
            tensors.unsaved[position] = pass_.above if pass_ and len(layer.directions) == 1 else run.numbers_out
        else:
            tensors.same[position] = keys[0]
        if input_gradient or (layer.trainable and bool(run.layout.rows)):
            tensors.gradients.add(position)


class _Tensors:
    """The tensors between the layers of a run: each by the position of the layer that gives it.

    ``unsaved`` are the numbers that a layer has to save that needs a tensor, none where they are saved already; ``same`` are layers
    that hand a tensor on; ``gradients`` those with something trained before them.
    """

    def __init__(self) -> None:
        self.unsaved: dict[object, int] = {}
        self.same: dict[int, object] = {}
        self.gradients: set[int] = set()

    def has_gradient(self, position: int, run: LayerRun) -> bool:
        """Return whether something before a layer is trained.

        A layer that reads an input of its own is part of a larger model: what is left out there hands the gradient on to the layer
        before it here, unless it reads token ids.
        """
        layer, sources = run.layer, [source for source, _ in run.use.sources]
        if not sources and not isinstance(layer, Input) and not layer.reads_tokens:
            sources = [position - 1]
        return any(source in self.gradients for source in sources)

    def read(self, position: int, run: LayerRun) -> list[object]:
        """Return the tensors that a layer reads, those of the initial states of a recurrent one apart."""
        sources = [source for source, _ in run.use.sources][: 1 if run.layer.states else None]
        keys = [self.same.get(source, source) for source in sources] or [("input of", position)]
        for place, key in enumerate(keys):
            self.unsaved.setdefault(key, run.numbers_of(place) if place else run.numbers_in)
        return keys

    def save(self, keys: list[object]) -> int:
        """Return how many numbers of some tensors are not saved yet."""
        return sum(self.unsaved[key] for key in dict.fromkeys(keys))


class _BackwardPass:
    """The backward pass of a recurrent layer; ``input_gradient``: something before it is trained, so it goes on."""

    def __init__(self, run: LayerRun, *, input_gradient: bool) -> None:
        self.run = run
        self.has_gradient = input_gradient or run.layer.trainable
        self.initial = saved_in(run.use, run.layout, input_gradient=input_gradient, initial_step=True)
        self.later = saved_in(run.use, run.layout, input_gradient=input_gradient, initial_step=False)
        self.starts = run.states
        self.sizes = run.use.sizes

    @property
    def inside(self) -> int:
        """How many of its own values the layer saves, in both directions together."""
        layer = self.run.layer
        values = self.starts * self._width(self.initial) + (self.run.times() - self.starts) * self._width(self.later)
        joined = self.has_gradient and getattr(layer, "merge", "") == "mul"
        states = CELLS[layer.kind].states.values()
        return len(layer.directions) * (values + sum(self._of_state(state, used=joined) for state in states))

    @property
    def above(self) -> int:
        """How many more values are saved where a later layer needs the output, part of which the layer saves already."""
        return self._of_state(HIDDEN, used=True) - self._of_state(HIDDEN, used=False)

    def _width(self, saved: SavedForBackward) -> int:
        return sum(self.sizes[word] for word in saved.values)

    def _of_state(self, state: State, *, used: bool) -> int:
        """Return the numbers saved of one state, before the initial step, between steps, and after the last.

        ``used``: the output, h of every step or of the last, is needed elsewhere.
        """
        used = used and state is HIDDEN
        last = used or state.name in self.later.after
        every = state.name in self.later.before | self.later.after or (used and self.run.steps_out == self.run.steps_in)
        ends = self.starts * ((state.name in self.initial.before) + last)
        return self.sizes[state.size] * (ends + (self.run.times() - self.starts) * every)
