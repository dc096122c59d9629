"""Why two frameworks count a model differently: role by role, the tensors of each and how many numbers they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record
from lstm_calc.questions.derivation import Step, of_one_way, times, with_numbers
from lstm_calc.questions.explain import Explanation, explain
from lstm_calc.questions.tensors import ROLES, tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.questions.explain import LayerExplanation
    from lstm_calc.questions.tensors import Storage, Tensor


class Side(Record):
    """What one framework stores of a role in layers that are alike: the tensors of all, how many numbers each layer has of it."""

    tensors: tuple[str, ...]
    count: Step

    @property
    def params(self) -> int:
        """How many numbers there are."""
        return self.count.result

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {"tensors": self.tensors, "symbols": self.count.symbols, "numbers": self.count.numbers, "params": self.params}


class Row(Record):
    """One role in layers that are alike; a side is None where a framework has nothing of the role."""

    layers: tuple[str, ...]
    role: str
    sides: tuple[Side | None, Side | None]

    @property
    def difference(self) -> int:
        """How many numbers the second framework has more, in all the layers."""
        one, two = (side.params if side else 0 for side in self.sides)
        return len(self.layers) * (two - one)


class Difference(Record):
    """Two explanations of a model held against each other."""

    explanations: tuple[Explanation, Explanation]
    rows: tuple[Row, ...]

    @property
    def frameworks(self) -> tuple[str, str]:
        """The two frameworks."""
        one, two = self.explanations
        return one.framework, two.framework

    @property
    def totals(self) -> tuple[int, int]:
        """The parameters in each."""
        one, two = self.explanations
        return one.total.result, two.total.result

    @property
    def difference(self) -> int:
        """How many parameters the second framework has more."""
        one, two = self.totals
        return two - one

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        rows = [
            {
                "layers": row.layers,
                "role": row.role,
                "sides": [None if side is None else side.data() for side in row.sides],
                "difference": row.difference,
            }
            for row in self.rows
        ]
        return {
            "schema": "lstm-calc/difference/1",
            "frameworks": self.frameworks,
            "totals": self.totals,
            "difference": self.difference,
            "rows": rows,
        }


def difference(model: Model, one: str, two: str) -> Difference:
    """Return what makes the totals of two frameworks differ; raise FrameworkError where one lacks what the model asks for.

    >>> from lstm_calc import difference, read
    >>> [(row.role, row.difference) for row in difference(read("32 > lstm 32"), "keras", "pytorch").rows if row.difference]
    [('recurrent_bias', 128)]
    """
    explanations = explain(model, one), explain(model, two)
    stored = tensors(model, one), tensors(model, two)
    return Difference(explanations, tuple(_rows(explanations, stored)))


def _rows(explanations: tuple[Explanation, Explanation], stored: tuple[Storage, Storage]) -> Iterator[Row]:
    owned = [_by_layer(storage) for storage in stored]
    for pair in zip(*(each.layers for each in explanations), strict=True):
        for role in ROLES:
            one, two = (_side(layer, role, tensors) for layer, tensors in zip(pair, owned, strict=True))
            if one or two:
                yield Row(pair[0].names, role, (one, two))


def _by_layer(storage: Storage) -> dict[str, list[Tensor]]:
    owned: dict[str, list[Tensor]] = {}
    for tensor in storage.tensors:
        owned.setdefault(tensor.layer, []).append(tensor)
    return owned


def _side(layer: LayerExplanation, role: str, owned: dict[str, list[Tensor]]) -> Side | None:
    """Return what a framework stores of one role in a layer and those like it, None where it has nothing of it."""
    blocks = {(each.gate, each.role): each.axes for each in layer.operands if each.role == role}
    if not blocks:
        return None
    alike = [tensor for name in layer.names for tensor in owned[name]]
    names = tuple(tensor.name for tensor in alike if any(part.role == role for part in tensor.parts))
    params = sum(part.params for tensor in owned[layer.names[0]] for part in tensor.parts if part.role == role)
    formula = times(len(layer.layer.directions), of_one_way(blocks, tuple(gate for gate, _ in blocks if gate)))
    return Side(names, Step(role, formula, with_numbers(formula, layer.sizes), params))
