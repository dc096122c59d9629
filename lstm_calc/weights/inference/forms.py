"""Every way in which a framework stores a recurrent layer of one direction, and the sizes that stored shapes give it.

A form is a layout of :mod:`lstm_calc.frameworks` with its options chosen: the tensors it has, by name, with their axes in words.
The words, which forwards give shapes from sizes, give sizes from shapes here.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.frameworks import framework, frameworks, layout_for
from lstm_calc.frameworks.counting import Shape, Sizes, general_axes, rows_of, terms_of
from lstm_calc.frozen import Record
from lstm_calc.model import KINDS, Layer
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lstm_calc.frameworks import Layout, Row

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


class Equation(Record):
    """What the size of one axis of a slot is: a sum of products of words, each with the number of blocks that stand there."""

    slot: str
    axis: int
    terms: tuple[tuple[int, tuple[str, ...]], ...]


class Form(Record):
    """One way to store one direction of a layer; ``layer`` has the options, with sizes still to be found."""

    framework: str
    kind: str
    layer: Layer
    slots: dict[str, Slot]

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """What the sizes of every axis are."""
        return tuple(_equations(self))

    @property
    def recurrent(self) -> str:
        """The name of the tensor that holds the recurrent kernel, or its first gate."""
        return next(name for name, slot in self.slots.items() if "recurrent_kernel" in slot.role)

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


def _equations(form: Form) -> Iterator[Equation]:
    """Yield the equation of every axis, in which the output is the projection or the units."""
    output = "projection" if getattr(form.layer, "projection", None) else "units"
    for name, slot in form.slots.items():
        for at, axis in enumerate(slot.axes.replace("output", output).split()):
            terms = [(_blocks(slot, term), tuple(word for word in term if not _is_block(word))) for term in terms_of(axis)]
            yield Equation(name, at, tuple(terms))


def _is_block(word: str) -> bool:
    return word in {"gates", "biases"} or word.endswith("_gate")


def _blocks(slot: Slot, term: tuple[str, ...]) -> int:
    return prod({"gates": slot.gates, "biases": 2}.get(word, 1) for word in term if _is_block(word))


@cache
def forms() -> tuple[Form, ...]:
    """Return every form of every framework, in the order of the frameworks."""
    return tuple(form for name, kind in stores() for form in forms_of(name, kind))


def stores() -> Iterator[tuple[str, str]]:
    """Yield every framework with every cell that it stores."""
    return ((table.name, kind) for table in frameworks().values() for kind in table.layouts if kind in CELLS)


@cache
def forms_of(name: str, kind: str) -> tuple[Form, ...]:
    """Return the forms of a cell in a framework."""
    return tuple(_forms_of(name, kind))


def slot_names(name: str, kind: str) -> set[tuple[str, bool]]:
    """Return the names of the tensors of all forms of a cell in a framework, and whether each holds the recurrent kernel.

    This makes none of the forms.
    """
    layout = framework(name).layouts[kind]
    letters = _letters(layout)
    return {
        (_slot_name(row, gate, letters), "recurrent_kernel" in row.role)
        for row in layout.rows
        for gate in (row.gates or layout.gates).split()
    }


def _letters(layout: Layout) -> dict[str, str]:
    """Return the framework's names for the gates."""
    return dict(zip(layout.gates.split(), layout.letters.split(), strict=True))


def _slot_name(row: Row, gate: str, letters: dict[str, str]) -> str:
    """Return the name of a tensor, the one of a gate where each has its own, with slashes between its parts."""
    return row.name.format(gate=gate, letter=letters.get(gate), way="", layer=0).replace(".", "/")


def _forms_of(name: str, kind: str) -> Iterator[Form]:
    """Yield the forms of a cell in a framework, those that store the same once."""
    layout = framework(name).layouts[kind]
    seen: list[dict[str, Slot]] = []
    choices = [_CHOICES[word] for word in layout.options.split() if word in _CHOICES]
    windows: tuple[Any, ...] = (
        tuple({"kernel_size": window} for window in _WINDOWS) if "kernel_size" in KINDS[kind].fields else ({},)
    )
    for fields, window in product(product(*choices), windows):
        layer = _layer(kind, {key: value for chosen in fields for key, value in chosen.items()} | window)
        slots = _slots(name, layer) if layer is not None else {}
        if layer is not None and slots not in seen:
            seen.append(slots)
            yield Form(name, kind, layer, slots)


def _layer(kind: str, fields: dict[str, Any]) -> Layer | None:
    """Return a layer of the smallest sizes, None where its options do not go together."""
    if "projection_bias" in fields and "projection" not in fields:
        return None
    return KINDS[kind](**{KINDS[kind].size: 2, **fields})


def _slots(name: str, layer: Layer) -> dict[str, Slot]:
    """Return the tensors of a form by their names."""
    layout = layout_for(framework(name), layer)
    letters = _letters(layout)
    return {
        _slot_name(row, next(iter(gates), ""), letters): Slot(general_axes(row, layer), len(gates), row.role)
        for row, gates, _ in rows_of(layout, layer)
    }


def solved(form: Form, shapes: Mapping[str, Shape]) -> tuple[Layer, int] | None:
    """Return the layer and its input width that give a form these shapes by slot, None where no sizes do.

    >>> keras = next(form for form in forms() if form.framework == "keras")
    >>> solved(keras, {"kernel": (59, 200), "recurrent_kernel": (50, 200), "bias": (200,)})
    (LSTM(units=50), 59)
    """
    sizes: Sizes = {}
    left: Sequence[Equation] = form.equations
    while left:
        open_ = [equation for equation in left if not _holds(equation, shapes[equation.slot][equation.axis], sizes)]
        if len(open_) == len(left) or 0 in sizes.values():
            return None
        left = open_
    fields: dict[str, Any] = {KINDS[form.kind].size: sizes["units"], "bidirectional": sizes.get("ways") == 2}
    fields |= {"projection": sizes["projection"]} if "projection" in sizes else {}
    window = tuple(sizes[word] for word in sorted(sizes) if word.startswith("kernel_"))
    fields |= {"kernel_size": window} if window else {}
    return form.layer.replace(**fields), sizes["input"]


def partly_solved(form: Form, slot: str, shape: Shape) -> dict[str, int] | None:
    """Return the sizes, by their words, that follow from one tensor of a form; None where it cannot have the shape.

    >>> keras = next(form for form in forms() if form.framework == "keras")
    >>> partly_solved(keras, "kernel", (59, 200))
    {'input': 59, 'units': 50}
    """
    sizes: Sizes = {}
    if form.slots[slot].rank != len(shape):
        return None
    equations = [equation for equation in form.equations if equation.slot == slot]
    for equation in [*equations, *equations]:
        _holds(equation, shape[equation.axis], sizes)
    is_found = all(_holds(equation, shape[equation.axis], sizes) for equation in equations)
    return sizes if is_found and 0 not in sizes.values() else None


def _holds(equation: Equation, size: int, sizes: Sizes) -> bool:
    """Say whether an equation holds, once it has given its one unknown word a size; one that can't hold gives it the size 0."""
    rest, unknown = size, []
    for factor, words in equation.terms:
        missing = [word for word in words if word not in sizes]
        value = factor * prod(sizes[word] for word in words if word in sizes)
        if missing:
            unknown.append((value, missing))
        else:
            rest -= value
    if not unknown:
        sizes.update({"input": 0} if rest else {})
        return True
    if len(unknown) > 1 or len(unknown[0][1]) > 1:
        return False
    value, (word,) = unknown[0]
    sizes[word] = rest // value if rest > 0 and rest % value == 0 else 0
    return True
