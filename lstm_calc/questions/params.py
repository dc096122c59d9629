"""How many parameters a model has, layer by layer and gate by gate."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.errors import FrameworkError
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.measure import Shape, count
from lstm_calc.questions.tensors import ROLES, Part, Tensor, tensors
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.model import Model, Placed


class GateCount(Record):
    """One gate of one direction of a layer; ``gate`` is None for what belongs to none (a projection, a dense layer).

    ``shapes`` has the stored shape of its block by role: kernel, recurrent_kernel, bias, ...
    """

    gate: str | None
    way: str | None
    shapes: dict[str, Shape]
    total: int


class LayerCount(Record):
    """One layer; widths are features a step."""

    name: str
    type: str
    input_dim: int
    output_dim: int
    gates: tuple[GateCount, ...]
    total: int
    trainable: int


class ParamCount(Record):
    """A model's parameters as one framework stores them."""

    framework: str
    layers: tuple[LayerCount, ...]
    total: int
    trainable: int

    @property
    def non_trainable(self) -> int:
        """The frozen parameters."""
        return self.total - self.trainable

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; shapes are lists."""
        return {
            "schema": "lstm-calc/params/1",
            "framework": self.framework,
            "layers": [_layer_dict(layer) for layer in self.layers],
            "total": self.total,
            "trainable": self.trainable,
            "non_trainable": self.non_trainable,
        }


def params(model: Model, framework_name: str | None = None) -> ParamCount:
    """Return the parameters of a model by layer and gate, as a framework (None: the model's own) stores them.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import LSTM, Model, params
    >>> params(Model([LSTM(32)], input_dim=32)).total, params(Model([LSTM(32)], input_dim=32), "pytorch").total
    (8320, 8448)
    """
    stored = tensors(model, framework_name)
    by_layer = {name: tuple(group) for name, group in groupby(stored.tensors, lambda tensor: tensor.layer)}
    known: dict[tuple[Any, ...], LayerCount] = {}
    layers = []
    for placed in model.placed:
        key = placed.layer.traits, placed.input_dim
        if key not in known:
            known[key] = _layer(placed, by_layer.get(placed.name, ()))
        layers.append(known[key].replace(name=placed.name))
    total, trainable = sum(layer.total for layer in layers), sum(layer.trainable for layer in layers)
    return ParamCount(stored.framework, tuple(layers), total, trainable)


def elsewhere(model: Model, framework_name: str) -> dict[int, list[str]]:
    """Return the totals that the other frameworks give for the same model, each with their names."""
    totals: dict[int, list[str]] = {}
    for name in FRAMEWORKS:
        if name != framework_name:
            with suppress(FrameworkError):
                totals.setdefault(count(model, name), []).append(name)
    return totals


def _layer(placed: Placed, owned: Sequence[Tensor]) -> LayerCount:
    parts = [part for tensor in owned for part in tensor.parts]
    kind = placed.layer.kind
    order: list[str | None] = [*CELLS[kind].gates, None] if kind in CELLS else [None]
    places = [(way or None, gate) for way in placed.layer.ways for gate in order]
    blocks = {place: [part for part in parts if (part.way, part.gate) == place] for place in places}
    return LayerCount(
        name=placed.name,
        type=kind,
        input_dim=placed.input_dim,
        output_dim=placed.output_dim,
        gates=tuple(_gate(gate, way, found) for (way, gate), found in blocks.items() if found),
        total=sum(tensor.params for tensor in owned),
        trainable=sum(tensor.params for tensor in owned if tensor.trainable),
    )


def _gate(gate: str | None, way: str | None, parts: Sequence[Part]) -> GateCount:
    return GateCount(gate, way, {part.role: part.shape for part in parts}, sum(part.params for part in parts))


def _layer_dict(layer: LayerCount) -> dict[str, Any]:
    gates = [
        {"gate": part.gate, "way": part.way}
        | {role: list(part.shapes[role]) if role in part.shapes else None for role in ROLES}
        | {"total": part.total}
        for part in layer.gates
    ]
    return layer.asdict() | {"gates": gates}
