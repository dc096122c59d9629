"""How many parameters a model has, layer by layer and gate by gate."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, ModelError
from lstm_calc.frameworks import FRAMEWORKS, framework_of, uses_in
from lstm_calc.frameworks.counting import Shape, count
from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.tensors import ROLES, Part, Tensor, Uncounted, known_tensors

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
    total: int | None
    trainable: int | None


class ParamCount(Record):
    """A model's parameters as one framework stores them.

    ``known_total`` and ``trainable`` are those of the layers that are counted; ``uncounted`` are the others, each with the reason.
    """

    framework: str
    layers: tuple[LayerCount, ...]
    known_total: int
    trainable: int
    uncounted: tuple[Uncounted, ...] = ()

    @property
    def total(self) -> int | None:
        """All parameters, None where there are layers that are not counted."""
        return None if self.uncounted else self.known_total

    @property
    def non_trainable(self) -> int:
        """The frozen parameters, of the layers that are counted."""
        return self.known_total - self.trainable

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; shapes are lists."""
        partial = {"known_total": self.known_total, "uncounted": [each.asdict() for each in self.uncounted]}
        return {
            "schema": "lstm-calc/params/1",
            "framework": self.framework,
            "layers": [_layer_dict(layer) for layer in self.layers],
            "total": self.total,
            "trainable": self.trainable,
            "non_trainable": self.non_trainable,
            **(partial if self.uncounted else {}),
        }


def params(model: Model, framework_name: str | None = None) -> ParamCount:
    """Return the parameters of a model by layer and gate, as a framework (None: the model's own) stores them.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import LSTM, Model, params
    >>> params(Model([LSTM(32)], input_dim=32)).total, params(Model([LSTM(32)], input_dim=32), "pytorch").total
    (8320, 8448)
    """
    stored = known_tensors(model, framework_name)
    by_layer = {name: tuple(group) for name, group in groupby(stored.tensors, lambda tensor: tensor.layer)}
    uncounted = {each.layer for each in stored.uncounted}
    uses = uses_in(model, framework_of(model, framework_name))
    layers = [_layer(use, by_layer.get(use.name, ()), counted=use.name not in uncounted) for use in uses]
    total, trainable = sum(layer.total or 0 for layer in layers), sum(layer.trainable or 0 for layer in layers)
    return ParamCount(stored.framework, tuple(layers), total, trainable, stored.uncounted)


def whole_params(model: Model, framework_name: str | None = None) -> ParamCount:
    """Return the parameters of a model, as :func:`params`; raise ModelError where a layer is not counted."""
    answer = params(model, framework_name)
    if answer.uncounted:
        raise ModelError(uncounted_words(answer), key="layers")
    return answer


def uncounted_words(answer: ParamCount) -> str:
    """Return, as a sentence, that a total is not known, and why."""
    first, *more = answer.uncounted
    others = f" (and {len(more)} more)" if more else ""
    return f"the total is not known, at least {answer.known_total:,}: {first.layer} is not counted{others}; {first.reason}"


def elsewhere(model: Model, framework_name: str) -> dict[int, list[str]]:
    """Return the totals that the other frameworks give for the same model, each with their names."""
    totals: dict[int, list[str]] = {}
    for name in FRAMEWORKS:
        if name != framework_name:
            with suppress(FrameworkError):
                totals.setdefault(count(model, name), []).append(name)
    return totals


def _layer(use: Use, owned: Sequence[Tensor], *, counted: bool) -> LayerCount:
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
        total=sum(tensor.params for tensor in owned) if counted else None,
        trainable=sum(tensor.params for tensor in owned if tensor.trainable) if counted else None,
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
