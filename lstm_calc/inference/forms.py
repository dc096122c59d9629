"""Every way in which a framework stores a recurrent layer of one direction, and the sizes that stored shapes give it.

A form is a layout of :mod:`lstm_calc.frameworks` with its options chosen: the tensors it has, by name, with their axes in words.
The words, which forwards give shapes from sizes, give sizes from shapes here.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.errors import FrameworkError
from lstm_calc.frameworks import FRAMEWORKS, layout_for
from lstm_calc.measure import Shape, Sizes, axes_of, rows_of, shape_of, terms_of
from lstm_calc.model import KINDS, Layer
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CHOICES: dict[str, tuple[dict[str, Any], ...]] = {
    "nobias": ({}, {"bias": False}),
    "projection": ({}, {"projection": 1}),
    "projection_bias": ({}, {"projection_bias": False}),
    "peephole": ({}, {"peephole": True}),
    "coupled": ({}, {"coupled": True}),
    "reset_after": ({}, {"reset_after": True}),
    "reset_before": ({}, {"reset_after": False}),
    "ungated": ({}, {"reset_gate": False}),
}
"""For each option word on offer, the fields of a layer without and with it."""
_WINDOWS: tuple[tuple[int, ...], ...] = ((1,), (1, 1), (1, 1, 1))


class Slot(Record):
    """One tensor of a form: its axes in words, how many gates it holds, and what for."""

    axes: str
    gates: int
    role: str

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.axes.split())


class Form(Record):
    """One way to store one direction of a layer; ``layer`` has the options, with sizes still to be found."""

    framework: str
    kind: str
    layer: Layer
    slots: dict[str, Slot]

    @property
    def bias_vectors(self) -> int:
        """How many bias vectors every gate has; one that the candidate alone has more is left out."""
        roles: set[str] = set()
        for slot in self.slots.values():
            held = slot.role.split()
            roles.update(held[:-1] if "candidate_gate" in slot.axes else held)
        return len(roles & {"bias", "recurrent_bias"})

    @property
    def joined(self) -> bool:
        """Whether one matrix holds both kernels, or each gate has matrices of its own: forms that other layers are like."""
        kernels = [slot for slot in self.slots.values() if "kernel" in slot.role]
        return any("+" in slot.axes for slot in kernels) or len(kernels) > 2


@cache
def forms() -> tuple[Form, ...]:
    """Return every form of every framework, in the order of the frameworks."""
    return tuple(
        form for table in FRAMEWORKS.values() for kind in table.layouts if kind in CELLS for form in _forms_of(table.name, kind)
    )


def _forms_of(name: str, kind: str) -> Iterator[Form]:
    """Yield the forms of a cell in a framework, those that store the same once."""
    table = FRAMEWORKS[name]
    layout = table.layouts[kind]
    seen: list[dict[str, Slot]] = []
    choices = [_CHOICES[word] for word in layout.options.split() if word in _CHOICES]
    windows: tuple[Any, ...] = tuple({"kernel_size": window} for window in _WINDOWS) if kind == "conv_lstm" else ({},)
    for fields, window in product(product(*choices), windows):
        layer = _layer(kind, {key: value for chosen in fields for key, value in chosen.items()} | window)
        slots = _slots(name, layer) if layer is not None else {}
        if layer is not None and slots and slots not in seen:
            seen.append(slots)
            yield Form(name, kind, layer, slots)


def _layer(kind: str, fields: dict[str, Any]) -> Layer | None:
    """Return a layer of the smallest sizes, None where its options do not go together."""
    if "projection_bias" in fields and "projection" not in fields:
        return None
    return KINDS[kind](**{KINDS[kind].size: 2, **fields})


def _slots(name: str, layer: Layer) -> dict[str, Slot]:
    """Return the tensors of a form by their names, which are parted by slashes here."""
    try:
        layout = layout_for(FRAMEWORKS[name], layer)
    except FrameworkError:
        return {}
    letters = dict(zip(layout.gates.split(), layout.letters.split(), strict=True))
    slots = {}
    for row, gates, _ in rows_of(layout, layer):
        one = gates[0] if gates else ""
        own = row.name.format(gate=one, letter=letters.get(one), way="", layer=0)
        slots[own.replace(".", "/")] = Slot(axes_of(row, layer), len(gates), row.role)
    return slots


def solved(form: Form, shapes: Mapping[str, Shape]) -> tuple[Layer, int] | None:
    """Return the layer and its input width that give a form these shapes by slot, None where no sizes do.

    >>> keras = next(form for form in forms() if form.framework == "keras")
    >>> solved(keras, {"kernel": (59, 200), "recurrent_kernel": (50, 200), "bias": (200,)})
    (LSTM(units=50), 59)
    """
    sizes = _sizes(form, shapes)
    if not {"units", "input"} <= sizes.keys() or min(sizes.values()) < 1:
        return None
    for name, slot in form.slots.items():
        if shape_of(slot.axes, sizes | _blocks(slot)) != shapes[name]:
            return None
    fields: dict[str, Any] = {KINDS[form.kind].size: sizes["units"], "bidirectional": sizes.get("ways") == 2}
    fields |= {"projection": sizes["projection"]} if "projection" in sizes else {}
    window = tuple(sizes[word] for word in sorted(sizes) if word.startswith("kernel_"))
    fields |= {"kernel_size": window} if window else {}
    return form.layer.replace(**fields), sizes["input"]


def _blocks(slot: Slot) -> Sizes:
    words = {word for axis in slot.axes.split() for term in terms_of(axis) for word in term}
    return {"gates": slot.gates, "biases": 2} | {word: 1 for word in words if word.endswith("_gate")}


def _sizes(form: Form, shapes: Mapping[str, Shape]) -> Sizes:
    """Return the sizes that axes with one unknown give, again and again until none is left."""
    output = "projection" if getattr(form.layer, "projection", None) else "units"
    sizes: Sizes = {}
    left = [
        (axis.replace("output", output), size, _blocks(slot))
        for name, slot in form.slots.items()
        for axis, size in zip(slot.axes.split(), shapes[name], strict=True)
    ]
    while True:
        found = [(word, value) for axis, size, blocks in left for word, value in _unknown(axis, size, sizes | blocks)]
        if not found:
            return sizes | ({"output": sizes[output]} if output in sizes else {})
        sizes |= dict(found)


def _unknown(axis: str, size: int, known: Sizes) -> Iterator[tuple[str, int]]:
    """Yield the one word of an axis that is not known, with the size that the axis gives it."""
    rest, open_terms = size, []
    for term in terms_of(axis):
        missing = [word for word in term if word not in known]
        factor = prod(known[word] for word in term if word in known)
        if missing:
            open_terms.append((missing, factor))
        else:
            rest -= factor
    if len(open_terms) == 1 and len(open_terms[0][0]) == 1:
        (word,), factor = open_terms[0]
        if rest > 0 and rest % factor == 0:
            yield word, rest // factor
