"""The bytes that a layer takes: its weights, states and activations, and what training adds."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.dtypes import FLOAT32, Dtype, layer_bytes, whole_bytes
from lstm_calc.model.cells import CELLS
from lstm_calc.operations import step_in, untied
from lstm_calc.questions.answer import Data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.runs import LayerRun


class Training(Data):
    """The bytes that training takes in addition to the weights; ``master_weights`` are the float32 copy of weights in 16 bits."""

    gradients: int
    optimizer: int
    master_weights: int
    saved_activations: int


class Bytes(Data):
    """The bytes of a layer or a model at inference, and those of training where it was asked for.

    ``state`` is h (and c) of every sequence. The activations are a layer's input and output and the values of one step (the gates
    of every sequence, that each step overwrites), of a single step and of the whole sequences; a model needs those of the layer
    that needs most.
    """

    json = ("weights", "state", "activations_step", "activations_sequence", "working_memory", "training")

    weights: int
    state: int
    activations_step: int
    activations_sequence: int
    training: Training | None = None

    @property
    def working_memory(self) -> int:
        """What inference takes in addition to the weights: the states, and the activations of the whole sequences."""
        return self.state + self.activations_sequence

    @property
    def for_training(self) -> int | None:
        """All that training takes, the weights included; None where it was not asked for."""
        return None if self.training is None else self.weights + sum(self.training.asdict().values())


def training_bytes(shapes: Sequence[Shape], saved: int, dtype: Dtype, states: Callable[[Shape], int]) -> Training:
    """Return what training takes for a layer of trained tensors of these shapes, and so many values saved for backward."""
    numbers = sum(map(prod, shapes))
    return Training(
        gradients=whole_bytes(numbers * dtype.matrix),
        optimizer=sum(map(states, shapes)),
        master_weights=numbers * FLOAT32 if dtype.matrix < 8 * FLOAT32 else 0,
        saved_activations=whole_bytes(saved * dtype.value),
    )


def bytes_of(run: LayerRun, dtype: Dtype, training: Training | None, *, per_channel: bool) -> Bytes:
    """Return the bytes of a layer of a run, with those of its training where there are any."""
    buffer = run.states * _values_inside(run) * dtype.gate
    return Bytes(
        weights=0 if run.use.shared else layer_bytes(run.use, run.layout, dtype, per_channel=per_channel),
        state=_state_bytes(run, dtype),
        activations_step=whole_bytes((run.numbers_in_a_step + run.numbers_out_a_step) * dtype.value + buffer),
        activations_sequence=whole_bytes((run.numbers_in + run.numbers_made) * dtype.value + buffer),
        training=training,
    )


def _values_inside(run: LayerRun) -> int:
    """Return how many numbers a step computes inside a recurrent layer, in both directions together."""
    if run.layer.kind not in CELLS:
        return 0
    sizes = run.use.sizes
    return len(run.layer.directions) * sum(sizes[word] for word in step_in(run.use, run.layout).values)


def _state_bytes(run: LayerRun, dtype: Dtype) -> int:
    """Return the bytes of the states of every sequence, of both directions."""
    layer, sizes = run.layer, run.use.sizes
    if layer.kind not in CELLS:
        return 0
    bits = sum(sizes[state.size] * getattr(dtype, state.dtype) for state in CELLS[layer.kind].states.values())
    return whole_bytes(run.states * len(layer.directions) * bits)


def bytes_moved(run: LayerRun, dtype: Dtype, *, per_channel: bool) -> int:
    """Return the bytes moved in a step of every sequence: weights (one row of a table), states twice, input and output."""
    read_and_given = whole_bytes((run.numbers_in_a_step + run.numbers_out_a_step) * dtype.value)
    if run.layer.reads_tokens:
        return read_and_given + whole_bytes(run.numbers_out_a_step * dtype.matrix)
    return read_and_given + 2 * _state_bytes(run, dtype) + layer_bytes(untied(run.use), run.layout, dtype, per_channel=per_channel)


def together(each: Sequence[Bytes]) -> Bytes:
    """Return the bytes of the model: sums over its layers, but the largest activations, whose buffers are reused layer by layer."""
    trained = [part.training.asdict() for part in each if part.training]
    return Bytes(
        weights=sum(part.weights for part in each),
        state=sum(part.state for part in each),
        activations_step=max(part.activations_step for part in each),
        activations_sequence=max(part.activations_sequence for part in each),
        training=Training(**{name: sum(part[name] for part in trained) for name in trained[0]}) if trained else None,
    )
