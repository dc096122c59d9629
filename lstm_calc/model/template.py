"""A model in which some sizes are open, to be filled with a number: what ``solve`` searches through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Record
from lstm_calc.model import Layer, Model, Recurrent
from lstm_calc.model.budget import Budget
from lstm_calc.model.rules import count

if TYPE_CHECKING:
    from collections.abc import Sequence

Place = tuple[int | None, str]
"""A size in a model: the layer's position, or None for the model's own input, and the field."""


class Template(Record):
    """A model's layers and input, and the places of the sizes that are open; what stands there now is of no account.

    ``budget`` is what the model's file allows it, ``input_shape``, ``framework``, ``outputs``, ``origin``, ``batch``,
    ``batch_first`` and ``listed`` are the model's. ``shares`` are, in the order of ``places``, the proportions (a, b) of which a
    number n gives n * a / b; none where every place takes the number itself.
    """

    layers: Sequence[Layer]
    input_dim: int | None = None
    places: tuple[Place, ...] = ()
    shares: tuple[tuple[int, int], ...] = ()
    budget: Budget = Budget()
    input_shape: Sequence[int | None] | None = None
    framework: str | None = None
    outputs: Sequence[str] = ()
    origin: str | None = None
    batch: int | None = None
    batch_first: bool = False
    listed: bool = False

    @property
    def unknown(self) -> str:
        """What the number is, as a field: ``units`` where it is the width of recurrent layers, else that of the first place."""
        fields = [field for _, field in self.places]
        return "units" if "units" in fields else "layers" if fields[0] == "repeat" else fields[0]

    def fill(self, number: int) -> Model:
        """Return the model in which the number stands in every open place; raise ModelError where there is none such."""
        number = count(self.unknown, number)
        layers, input_dim = list(self.layers), self.input_dim
        for (position, field), (part, whole) in zip(self.places, self.shares or ((1, 1),) * len(self.places), strict=True):
            if position is None:
                input_dim = number
            else:
                layers[position] = layers[position].replace(**{field: _sized(field, number * part, whole)})
        names = ("framework", "outputs", "origin", "batch", "batch_first", "listed")
        more = {name: getattr(self, name) for name in names}
        return Model(layers, input_dim, self.input_shape, **more)


def template_of(model: Model, places: tuple[Place, ...] = ()) -> Template:
    """Return a model as a template, with these places open."""
    return Template(
        model.flat,
        model.input_dim,
        places,
        input_shape=model.input_shape,
        framework=model.framework,
        outputs=model.flat_outputs,
        origin=model.origin,
        batch=model.batch,
        batch_first=model.batch_first,
        listed=model.listed,
    )


def _sized(field: str, part: int, whole: int) -> int:
    """Return a proportion as a whole number: rounded up, but a projection down, so that it stays the smaller of the two."""
    return max(1, part // whole) if field == "projection" else -(-part // whole)


def one_width(template: Template) -> Template:
    """Return a model with the units of all its recurrent layers open, to be of one width; raise ModelError where it has none."""
    return template.replace(places=_places(template))


def in_proportion(template: Template) -> Template:
    """Return a model with the units and projections of its recurrent layers open, in their proportions to the widest units."""
    places = _places(template, ("projection",))
    sizes = [template.layers[position or 0].asdict()[field] for position, field in places]
    widest = max(size for size, (_, field) in zip(sizes, places, strict=True) if field != "projection")
    return template.replace(places=places, shares=tuple((size, widest) for size in sizes))


def _places(template: Template, others: tuple[str, ...] = ()) -> tuple[Place, ...]:
    """Return where a model's recurrent layers have their size, and those of some other fields that they set."""
    places = tuple(
        (position, field)
        for position, layer in enumerate(template.layers)
        if isinstance(layer, Recurrent)
        for field in (layer.size, *others)
        if layer.asdict().get(field) is not None
    )
    if not places:
        raise ModelError("the model has no recurrent layer to solve for; mark a size with ?, as in '64 > dense ?'")
    return places
