"""The recurrent layers: one class per kind, so that a GRU with a peephole cannot be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, listed
from lstm_calc.model.cells import CELLS
from lstm_calc.model.layers.base import UNITS, Layer
from lstm_calc.model.sizes import Shape, Size, product, shown

if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ["GRU", "LSTM", "MGU", "RNN", "Recurrent"]


class Recurrent(Layer, kw_only=True):
    """What every recurrent layer has beside its units.

    ``return_sequences`` gives every step, or the last one alone (None: as the layers after it need, or as the framework does);
    ``return_state``, ``stateful`` and ``go_backwards`` are Keras' and change no parameter. Two directions become one output as
    ``merge`` says; with ``none`` the layer has two outputs.
    """

    words = UNITS
    keeps_rank = False
    bias: bool = True
    bidirectional: bool = False
    merge: str = "concat"
    repeat: int = 1
    return_sequences: bool | None = None
    return_state: bool = False
    stateful: bool = False
    go_backwards: bool = False

    def check_merge(self) -> None:
        """Refuse a merge where there is nothing to merge."""
        if self.merge != "concat" and not self.bidirectional:
            raise ModelError(f"merge={self.merge} needs bidirectional", key="merge")

    def check_go_backwards(self) -> None:
        """Refuse a reversed layer that reads in both directions already."""
        if self.go_backwards and self.bidirectional:
            raise ModelError("go_backwards does not go with bidirectional, which reads both ways", key="go_backwards")

    @property
    def output(self) -> int:
        """The size of h."""
        size: int = getattr(self, self.size)
        return size

    @property
    def rank(self) -> int:
        """The batch, the steps and the features."""
        return 3

    @property
    def reads_steps(self) -> bool:
        """A sequence, whatever its axis was before."""
        return True

    def gives_steps(self, reads_steps: bool) -> bool:  # noqa: ARG002 - as in the base class
        """Return whether it gives every step."""
        return self.return_sequences is not False

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        return f"(batch, steps, {'space, ' * len(self.window)}features)"

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions it reads in."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    @property
    def output_dim(self) -> int:
        """The features of one output: the size of h, twice that where two directions are concatenated."""
        return 2 * self.output if self.bidirectional and self.merge == "concat" else self.output

    @property
    def outputs(self) -> int:
        """Two where the directions are not merged."""
        return 2 if self.merge == "none" else 1

    @property
    def states(self) -> tuple[str, ...]:
        """The states after the last step by name: h, c; of two directions forward_h, forward_c, backward_h, backward_c."""
        own = CELLS[self.kind].states
        return tuple(f"{way}_{state}" for way in self.directions for state in own) if self.bidirectional else tuple(own)

    def state_shapes(self, shape: Shape, given: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of the states: one of each for every sequence, at every position of an image."""
        sizes = self.sizes(self.reading(shape))
        front = given[0][:1]
        return tuple((*front, sizes[state.size]) for _ in self.directions for state in CELLS[self.kind].states.values())

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of its outputs; what it reads beside its input are the states that it starts from.

        Raises ModelError for an input, or for states, that it cannot read.
        """
        if len(shapes) < 2:
            return super().give(shapes)
        given = super().give(shapes[:1])
        self._check_initial(shapes[1:], self.state_shapes(shapes[0], given))
        return given

    def _check_initial(self, found: tuple[Shape, ...], wanted: tuple[Shape, ...]) -> None:
        """Refuse initial states that are not as many, or not of the shapes, as the layer has."""
        if len(found) != len(wanted):
            what = f"reads its input and the initial states {listed(self.states)}, and {len(found)} of these"
            raise ModelError(f"{what} {'comes' if len(found) == 1 else 'come'} in", key="inputs")
        for name, shape, own in zip(self.states, found, wanted, strict=True):
            pairs = zip(shape, own, strict=False)
            if len(shape) != len(own) or any(None not in pair and len(set(pair)) > 1 for pair in pairs):
                raise ModelError(f"starts from a state {name} of {shown(own)}, and {shown(shape)} comes in", key="inputs")

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch, the steps where it gives every one, and the features."""
        steps = shape[:1] if self.return_sequences is False else shape[:2]
        return (*steps, self.output_dim)

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - a step is computed whether it is given or not
        """Return how often a step is computed: once for each step of each sequence."""
        return {"": product(shape[:2])}


class OnCuDNN(Recurrent, kw_only=True):
    """What a layer has that Keras 2 offers in a class of its own for cuDNN.

    ``cudnn``: it is of that class, and stored as such by a framework that has one; elsewhere it is a layer like any other.
    """

    cudnn: bool = False

    @property
    def variant(self) -> str:
        """The other way of storing it that the layer asks a framework for; empty for the usual one."""
        return "cudnn" if self.cudnn else ""

    def check_cudnn(self) -> None:
        """Refuse what the classes for cuDNN do not have."""
        for field, value in self.changed().items():
            if field in {"bias", "projection", "peephole", "coupled"} or (field, value) == ("reset_after", False):
                raise ModelError(f"cudnn does not go with {field}={str(value).lower()}", key="cudnn")


class LSTM(OnCuDNN):
    """Long short-term memory: four gates over the input and h, and a cell state of ``units``.

    ``projection`` makes h smaller (or larger) than the cell, with a bias of its own where ``projection_bias`` (None: as the
    framework does); ``peephole`` lets the input, forget and output gate see the cell; ``coupled`` ties the input and the forget
    gate to a sum of one.
    """

    kind = "lstm"
    words = UNITS | {"projection"}
    size = "units"
    units: int
    projection: int | None = None
    projection_bias: bool | None = None
    peephole: bool = False
    coupled: bool = False

    @property
    def output(self) -> int:
        """The size of h: the projection where there is one."""
        return self.projection or self.units

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, the units, the projection where there is one, and the size of h."""
        units, projection = self.units, self.projection or 0
        return {"input": shape[-1], "units": units, "projection": projection, "output": projection or units}

    def check_projection_bias(self) -> None:
        """Refuse the bias of a projection that is not there."""
        if self.projection is None:
            raise ModelError("projection_bias needs a projection", key="projection_bias")


class GRU(OnCuDNN):
    """Gated recurrent unit.

    ``reset_after`` says whether the reset gate is applied to h after its matrix (None: as the framework does).
    """

    kind = "gru"
    size = "units"
    units: int
    reset_after: bool | None = None

    def check_cudnn(self) -> None:
        """Refuse what the class for cuDNN does not have, and make the choice that it does not leave open: it resets after."""
        super().check_cudnn()
        self.__dict__["reset_after"] = True


class RNN(Recurrent):
    """The simple recurrent layer: h' = tanh(W x + U h + b)."""

    kind = "rnn"
    size = "units"
    units: int


class MGU(Recurrent):
    """Minimal gated unit: one gate, forget, and the candidate. Without ``reset_gate`` the gate does not damp the candidate's h."""

    kind = "mgu"
    size = "units"
    units: int
    reset_gate: bool = True
