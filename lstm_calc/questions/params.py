"""How many parameters a model has, layer by layer and gate by gate."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError
from lstm_calc.frameworks import FRAMEWORKS, framework_of, uses_in
from lstm_calc.frameworks.counting import Shape, count
from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.tensors import ROLES, Part, Tensor, tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.model import Model, Use
    from lstm_calc.model.sizes import Size


class GateCount(Record):
    """One gate of one direction of a layer; ``gate`` is None for what belongs to none (a projection, a dense layer).

    ``shapes`` has the stored shape of its block by role: kernel, recurrent_kernel, bias, ...
    """

    gate: str | None
    way: str | None
    shapes: dict[str, Shape]
    total: int


class LayerCount(Record):
    """One layer; widths are features a step, None where they are not known. One that is shared is counted at its first use."""

    name: str
    type: str
    input_dim: Size
    output_dim: Size
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
    layers = [_layer(use, by_layer.get(use.name, ())) for use in uses_in(model, framework_of(model, framework_name))]
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


def _layer(use: Use, owned: Sequence[Tensor]) -> LayerCount:
    parts = [part for tensor in owned if tensor.counted for part in tensor.parts]
    kind = use.layer.kind
    order = [*CELLS[kind].gates, None] if kind in CELLS else list(dict.fromkeys(part.gate for part in parts))
    places = [(way or None, gate) for way in use.layer.directions for gate in order]
    blocks = {place: [part for part in parts if (part.way, part.gate) == place] for place in places}
    return LayerCount(
        name=use.name,
        type=kind,
        input_dim=use.widths[0],
        output_dim=use.widths[1],
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
