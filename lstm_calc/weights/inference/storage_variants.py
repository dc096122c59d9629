"""The storage variants of recurrent layers: every way in which a framework stores one direction, and the sizes that shapes give it.

A variant is a layout of :mod:`lstm_calc.frameworks` with its options chosen: the tensors it has, by name, with their axes in words.
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


class TensorSpec(Record):
    """What one tensor of a variant is: its axes in words, how many gates it holds, and its role."""

    axes: str
    gates: int
    role: str

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.axes.split())


class SizeEquation(Record):
    """The size of one axis of a tensor: a sum of products of words, each with the number of blocks that stand there."""

    tensor: str
    axis: int
    terms: tuple[tuple[int, tuple[str, ...]], ...]


class Variant(Record):
    """One way to store one direction of a layer; ``layer`` has the options, with sizes still to be found."""

    framework: str
    kind: str
    layer: Layer
    specs: dict[str, TensorSpec]

    @cached_property
    def equations(self) -> tuple[SizeEquation, ...]:
        """What the sizes of every axis are."""
        return tuple(_equations(self))

    @property
    def recurrent(self) -> str:
        """The name of the tensor that holds the recurrent kernel, or its first gate."""
        return next(name for name, spec in self.specs.items() if "recurrent_kernel" in spec.role)

    @property
    def bias_vectors(self) -> int:
        """How many bias vectors every gate has; one that the candidate alone has more is left out."""
        roles: set[str] = set()
        for spec in self.specs.values():
            held = spec.role.split()
            roles.update(held[:-1] if "candidate_gate" in spec.axes else held)
        return len(roles & {"bias", "recurrent_bias"})

    @property
    def joined(self) -> bool:
        """Whether one matrix holds both kernels, or each gate has matrices of its own, as dense layers may have, too."""
        kernels = [spec for spec in self.specs.values() if "kernel" in spec.role]
        return any("+" in spec.axes for spec in kernels) or len(kernels) > 2


def _equations(variant: Variant) -> Iterator[SizeEquation]:
    """Yield the equation of every axis, in which the output is the projection or the units."""
    output = "projection" if getattr(variant.layer, "projection", None) else "units"
    for name, spec in variant.specs.items():
        for at, axis in enumerate(spec.axes.replace("output", output).split()):
            terms = [(_blocks(spec, term), tuple(word for word in term if not _is_block(word))) for term in terms_of(axis)]
            yield SizeEquation(name, at, tuple(terms))


def _is_block(word: str) -> bool:
    return word in {"gates", "biases"} or word.endswith("_gate")


def _blocks(spec: TensorSpec, term: tuple[str, ...]) -> int:
    return prod({"gates": spec.gates, "biases": 2}.get(word, 1) for word in term if _is_block(word))


@cache
def variants() -> tuple[Variant, ...]:
    """Return every variant of every framework, in the order of the frameworks."""
    return tuple(variant for name, kind in stores() for variant in variants_of(name, kind))


def stores() -> Iterator[tuple[str, str]]:
    """Yield every framework with every cell that it stores."""
    return ((table.name, kind) for table in frameworks().values() for kind in table.layouts if kind in CELLS)


@cache
def variants_of(name: str, kind: str) -> tuple[Variant, ...]:
    """Return the variants of a cell in a framework."""
    return tuple(_variants_of(name, kind))


def tensor_names(name: str, kind: str) -> set[tuple[str, bool]]:
    """Return the names of the tensors of all variants of a cell in a framework, and whether each holds the recurrent kernel.

    This makes none of the variants.
    """
    layout = framework(name).layouts[kind]
    letters = _letters(layout)
    return {
        (_tensor_name(row, gate, letters), "recurrent_kernel" in row.role)
        for row in layout.rows
        for gate in (row.gates or layout.gates).split()
    }


def _letters(layout: Layout) -> dict[str, str]:
    """Return the framework's names for the gates."""
    return dict(zip(layout.gates.split(), layout.letters.split(), strict=True))


def _tensor_name(row: Row, gate: str, letters: dict[str, str]) -> str:
    """Return the name of a tensor, the one of a gate where each has its own, with slashes between its parts."""
    return row.name.format(gate=gate, letter=letters.get(gate), direction="", layer=0).replace(".", "/")


def _variants_of(name: str, kind: str) -> Iterator[Variant]:
    """Yield the variants of a cell in a framework, those that store the same once."""
    layout = framework(name).layouts[kind]
    seen: list[dict[str, TensorSpec]] = []
    choices = [_CHOICES[word] for word in layout.options.split() if word in _CHOICES]
    windows: tuple[Any, ...] = (
        tuple({"kernel_size": window} for window in _WINDOWS) if "kernel_size" in KINDS[kind].fields else ({},)
    )
    for fields, window in product(product(*choices), windows):
        layer = _layer(kind, {key: value for chosen in fields for key, value in chosen.items()} | window)
        specs = _specs(name, layer) if layer is not None else {}
        if layer is not None and specs not in seen:
            seen.append(specs)
            yield Variant(name, kind, layer, specs)


def _layer(kind: str, fields: dict[str, Any]) -> Layer | None:
    """Return a layer of the smallest sizes, None where its options do not go together."""
    if "projection_bias" in fields and "projection" not in fields:
        return None
    return KINDS[kind](**{KINDS[kind].size: 2, **fields})


def _specs(name: str, layer: Layer) -> dict[str, TensorSpec]:
    """Return the tensors of a variant by their names."""
    layout = layout_for(framework(name), layer)
    letters = _letters(layout)
    return {
        _tensor_name(row, next(iter(gates), ""), letters): TensorSpec(general_axes(row, layer), len(gates), row.role)
        for row, gates, _ in rows_of(layout, layer)
    }


def solved(variant: Variant, shapes: Mapping[str, Shape]) -> tuple[Layer, int] | None:
    """Return the layer and its input width that give the tensors of a variant these shapes, None where no sizes do.

    >>> keras = next(variant for variant in variants() if variant.framework == "keras")
    >>> solved(keras, {"kernel": (59, 200), "recurrent_kernel": (50, 200), "bias": (200,)})
    (LSTM(units=50), 59)
    """
    sizes: Sizes = {}
    left: Sequence[SizeEquation] = variant.equations
    while left:
        open_ = [equation for equation in left if not _holds(equation, shapes[equation.tensor][equation.axis], sizes)]
        if len(open_) == len(left) or 0 in sizes.values():
            return None
        left = open_
    fields: dict[str, Any] = {KINDS[variant.kind].size: sizes["units"], "bidirectional": sizes.get("directions") == 2}
    fields |= {"projection": sizes["projection"]} if "projection" in sizes else {}
    window = tuple(sizes[word] for word in sorted(sizes) if word.startswith("kernel_"))
    fields |= {"kernel_size": window} if window else {}
    return variant.layer.replace(**fields), sizes["input"]


def partly_solved(variant: Variant, tensor: str, shape: Shape) -> dict[str, int] | None:
    """Return the sizes, by their words, that follow from one tensor of a variant; None where it cannot have the shape.

    >>> keras = next(variant for variant in variants() if variant.framework == "keras")
    >>> partly_solved(keras, "kernel", (59, 200))
    {'input': 59, 'units': 50}
    """
    sizes: Sizes = {}
    if variant.specs[tensor].rank != len(shape):
        return None
    equations = [equation for equation in variant.equations if equation.tensor == tensor]
    for equation in [*equations, *equations]:
        _holds(equation, shape[equation.axis], sizes)
    is_found = all(_holds(equation, shape[equation.axis], sizes) for equation in equations)
    return sizes if is_found and 0 not in sizes.values() else None


def _holds(equation: SizeEquation, size: int, sizes: Sizes) -> bool:
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
