"""Moving a model's weights from one framework to another: which block goes where, and what is done to it.

Blocks are matched by layer, direction, gate and role. Where the two run other equations, :mod:`lstm_calc.equations.equivalence`
says which gate stands for which, and with which sign; biases go where the equations add them.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.equations.equivalence import biases_merge, gate_map
from lstm_calc.equations.text import writer_of
from lstm_calc.errors import FrameworkError, listed, quoted
from lstm_calc.frameworks import (
    Framework,
    equation_words,
    framework,
    framework_of,
    layout_for,
    offers,
    refusals,
    with_default_options,
    with_defaults,
)
from lstm_calc.model import Recurrent
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.port.tables import moves_table, notes, unused_table
from lstm_calc.questions.tensors import Part, Storage, Tensor, axis_order, tensors
from lstm_calc.questions.titles import from_file, headline
from lstm_calc.render.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Layer, Model, Use

    Key = tuple[str | None, str | None, str]
    """Direction, gate and role of a block."""
    Slice = tuple[tuple[int, int], ...]


_BIASES = ("bias", "recurrent_bias")


class Term(Data):
    """A block of a source tensor; ``shape`` is that of its numbers, read row by row, before the move transposes them."""

    old_names = {"raveled": "row_major"}  # noqa: RUF012  a class variable

    tensor: str
    slice: tuple[tuple[int, int], ...]
    shape: Shape
    row_major: bool

    @property
    def is_reshaped(self) -> bool:
        """Whether an axis of the block is read as several, or several as one."""
        return not self.row_major and _without_ones(self.shape) != _without_ones(_lengths(self.slice))


class Move(Data):
    """What fills one block of a target tensor: ``sign`` times the sum of the terms, its axes in ``order``, plus ``offset``.

    Without terms the block is zeros. ``source_gate`` is the gate that the terms are of. ``row_major``: the numbers are laid row by
    row into a place of another shape.
    """

    old_names = {"way": "direction", "raveled": "row_major"}  # noqa: RUF012  a class variable

    gate: str | None
    role: str
    direction: str | None
    slice: tuple[tuple[int, int], ...]
    terms: tuple[Term, ...]
    source_gate: str | None
    order: tuple[int, ...]
    sign: int
    offset: int
    row_major: bool

    @property
    def is_reshaped(self) -> bool:
        """Whether the numbers have other axes in their place than the terms have, once their axes are in order."""
        shape = [self.terms[0].shape[axis] for axis in self.order] if self.terms else _lengths(self.slice)
        return not self.row_major and _without_ones(shape) != _without_ones(_lengths(self.slice))


def _lengths(slices: Slice) -> list[int]:
    return [stop - start for start, stop in slices]


def _without_ones(shape: Sequence[int]) -> list[int]:
    return [size for size in shape if size != 1]


class Filled(Data):
    """A tensor of the target, and what fills it; ``like`` is the source tensor whose dtype it has where it is zeros."""

    tensor: Tensor
    moves: tuple[Move, ...]
    like: str

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        tensor = {name: plain(getattr(self.tensor, name)) for name in ("name", "layer", "shape")}
        return tensor | {"blocks": plain(self.moves)}


class Unused(Data):
    """A block of a source tensor that is not used; ``zeros``: it is frozen at zero, else the cell does not read it."""

    tensor: str
    slice: tuple[tuple[int, int], ...]
    gate: str | None
    role: str
    zeros: bool


class Port(Answer):
    """How the tensors of a target are filled from those of a source.

    ``model`` is the one that was ``asked`` for, with every choice made that was left open.
    ``ported`` is the model in the target: with biases, of zeros, where the target has no such layer without them.
    """

    schema = "lstm-calc/port/1"

    asked: Model
    model: Model
    ported: Model
    source: Storage
    target: str
    filled: tuple[Filled, ...]
    unused: tuple[Unused, ...]

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {
            "schema": self.schema,
            "model": str(self.model),
            "from": self.source.framework,
            "to": self.target,
            "tensors": plain(self.filled),
            "unused": plain(self.unused),
        }

    def document(self) -> Document:
        """Return which blocks of the source go where in the target, and how."""
        name = self.source.framework
        whence = from_file(self.asked, name).removeprefix(", ") if name == self.asked.framework else ""
        title = f"Port of {headline(self.asked)} from {name}{whence and f' ({whence})'} to {self.target}"
        shapes = {tensor.name: tensor.shape for tensor in self.source.tensors}
        tables = (moves_table(self, shapes), *([unused_table(self, shapes)] if self.unused else []))
        return Document(title, tables, tuple(notes(self.asked, self)))


class _Side:
    """One layer in one framework."""

    def __init__(self, layer: Layer, table: Framework, stored: Sequence[Tensor]) -> None:
        layout, cell = layout_for(table, layer), CELLS.get(layer.kind)
        self.name = table.name
        self.biased = getattr(layer, "bias", True)
        self.forget_bias = layout.forget_bias
        self.states = tuple(cell.states) if cell else ()
        self.equations = cell.equations_for(equation_words(layer, layout)) if cell else ()
        self.mirrored = "mirrored" in layout.quirks
        self.parts: dict[Key, tuple[Tensor, Part]] = {
            (part.direction, part.gate, part.role): (tensor, part) for tensor in stored for part in tensor.parts
        }

    def formulas(self) -> list[str]:
        """Return the equations as people write them."""
        ranks = {(gate, role): len(part.shape) for (_, gate, role), (_, part) in self.parts.items()}
        writer = writer_of(self.equations, ranks, self.states, self.forget_bias)
        return [writer.formula(each).text for each in self.equations]

    def at_run_time(self, gate: str | None) -> int:
        """Return what is added to a gate when the layer runs."""
        return self.forget_bias if gate == "forget" else 0

    def biases(self, direction: str | None, gate: str | None) -> list[str]:
        """Return the roles of the biases that a gate has."""
        return [role for role in _BIASES if (direction, gate, role) in self.parts]


def port_plan(model: Model, source: str | None, target: str) -> Port:
    """Return, for each tensor of a model in the target framework, which blocks of the source's tensors fill it.

    A ``source`` of None is the model's own framework. A choice that the model leaves open (GRU's reset_after) is made as the source
    makes it. A layer without biases is filled with biases of zero in a target that has it only with them. Raises FrameworkError
    where a framework is unknown or lacks what the model asks for, and where no weights make the target compute what the source
    does.

    >>> from lstm_calc import read
    >>> bias = port_plan(read("8 > lstm 4"), "tensorflow1", "keras").filled[2]
    >>> [(move.gate, move.terms[0].slice, move.offset) for move in bias.moves]
    [('input', ((0, 4),), 0), ('forget', ((8, 12),), 1), ('cell', ((4, 8),), 0), ('output', ((12, 16),), 0)]
    """
    ours, theirs = framework_of(model, source), framework(target)
    asked = model
    model, ported = _with_choices_made(asked, ours, theirs)
    stored, wanted = tensors(model, ours.name), tensors(ported, theirs.name)
    from_layer, into_layer = _by_layer(stored), _by_layer(wanted)
    filled: list[Filled] = []
    unused: list[Unused] = []
    for use, there in zip(with_defaults(model, ours).uses, with_defaults(ported, theirs).uses, strict=True):
        if use.shared:
            continue
        one = _Side(use.layer, ours, from_layer.get(use.name, []))
        other = _Side(there.layer, theirs, into_layer.get(use.name, []))
        crossing = _Crossing(use, one, other)
        like = next((tensor.name for tensor, _ in one.parts.values()), "")
        filled += [Filled(tensor, tuple(crossing.moves(tensor)), like) for tensor in into_layer.get(use.name, [])]
        unused += crossing.unused()
    return Port(asked, model, ported, stored, theirs.name, tuple(filled), tuple(unused))


def _with_choices_made(model: Model, source: Framework, target: Framework) -> tuple[Model, Model]:
    """Return the model with its open choices made as the source makes them, and as the target has it.

    Raises FrameworkError where the target cannot follow.
    """
    layers, ported = [], []
    for layer in _with_steps(model, source):
        layers.append(with_default_options(layer, layout_for(source, layer).defaults))
        ported.append(_as_offered(layers[-1], target))
        made = [f"{name}={quoted(value)}" for name, value in layers[-1].changed().items() if getattr(layer, name) is None]
        for refusal in refusals(target, ported[-1]):
            raise FrameworkError(f"{source.name} runs it with {listed(made)}, and {refusal}" if made else refusal)
    more = {"outputs": model.flat_outputs}
    return model.replace(layers=layers, **more), model.replace(layers=ported, **more)


def _with_steps(model: Model, source: Framework) -> Sequence[Layer]:
    """Return the layers of a model that give the steps that they give in the source, where sizes of weights depend on that."""
    if not any(layer.kind in {"flatten", "reshape"} for layer in model.flat):
        return model.flat
    run = with_defaults(model, source).flat
    return [
        layer.replace(return_sequences=one.return_sequences) if isinstance(one, Recurrent) else layer
        for layer, one in zip(model.flat, run, strict=True)
    ]


def _as_offered(layer: Layer, table: Framework) -> Layer:
    """Return a layer with biases where a framework has it only with them."""
    return layer if getattr(layer, "bias", True) or offers(table, layer.kind, "nobias") else layer.replace(bias=True)


def _by_layer(storage: Storage) -> dict[str, list[Tensor]]:
    """Return the tensors by layer; raise FrameworkError where two have one name."""
    names: set[str] = set()
    for tensor in storage.tensors:
        if tensor.name in names:
            what = f"two tensors are called {quoted(tensor.name)} in {storage.framework}"
            raise FrameworkError(f"{what}; give the layers other names")
        names.add(tensor.name)
    return storage.by_layer


class _Crossing:
    """One layer of a port: the moves into each of its tensors, and what is left behind."""

    def __init__(self, use: Use, source: _Side, target: _Side) -> None:
        """Raise FrameworkError where no weights make the target's cell compute what the source's does."""
        layer = use.layer
        gates = gate_map(source.states, source.equations, target.equations)
        if gates is None:
            raise FrameworkError(_other_function(layer, source, target))
        if source.mirrored != target.mirrored:
            raise FrameworkError(f"the windows of {layer.kind} are mirror images in {source.name} and {target.name}")
        self.gates = gates
        self.use = use
        self.source = source
        self.target = target
        self.taken: set[Key] = set()

    def moves(self, tensor: Tensor) -> Iterator[Move]:
        """Yield what fills each block of a target tensor, in the order in which they lie."""
        for part in tensor.parts:
            gate, sign = self.gates.get(part.gate or "", (part.gate, 1))
            keys = [(part.direction, gate, role) for role in self._roles(part, gate)]
            self.taken.update(keys)
            blocks = [self.source.parts[key] for key in keys]
            if not blocks and part.role == "statistic" and part.shape:
                raise FrameworkError(f"{self.target.name} stores a {part.gate} that {self.source.name} does not have")
            orders = [_turn(self.use, *block, tensor, part) for block in blocks]
            terms = tuple(
                Term(stored.name, block.slice, shape, block.row_major)
                for (stored, block), (shape, _) in zip(blocks, orders, strict=True)
            )
            order = orders[0][1] if orders else tuple(range(len(part.shape)))
            offset, taken_from = self._offset(part, gate, sign), gate if blocks else None
            lies = (part.gate, part.role, part.direction, part.slice)
            yield Move(*lies, terms, taken_from, order, sign, offset, part.row_major)

    def _roles(self, part: Part, gate: str | None) -> list[str]:
        """Return the roles of the source's blocks that add up to a block of the target."""
        if part.role not in _BIASES:
            return [part.role] * ((part.direction, gate, part.role) in self.source.parts)
        return [
            role for role in self.source.biases(part.direction, gate) if self.source.biased and self._place(part, role) == part.role
        ]

    def _place(self, part: Part, role: str) -> str | None:
        """Return the role under which the target keeps a bias of the source, None where it has no place for it."""
        places = self.target.biases(part.direction, part.gate)
        merges = biases_merge(self.target.states, self.target.equations, part.gate)
        return role if role in places else places[0] if merges else None

    def _offset(self, part: Part, gate: str | None, sign: int) -> int:
        """Return what is to be added to a block so that, with what each framework adds at run time, both have the same sum."""
        missing = sign * self.source.at_run_time(gate) - self.target.at_run_time(part.gate)
        places = self.target.biases(part.direction, part.gate)
        if missing and not (places and self.target.biased):
            adding = self.source if self.source.at_run_time(gate) else self.target
            other = self.target if adding is self.source else self.source
            raise FrameworkError(
                f"{adding.name} adds {adding.forget_bias} to the forget gate at run time, {other.name} does not, "
                f"and without biases no weight can make up for it"
            )
        held = next((place for place in places if self._roles(part.replace(role=place), gate)), places[0] if places else None)
        return missing if part.role == held else 0

    def unused(self) -> Iterator[Unused]:
        """Yield the source's blocks that are not used; raise FrameworkError where the cell needs one of them."""
        read = {gate for gate, _ in self.gates.values()}
        for key, (tensor, part) in self.source.parts.items():
            if key in self.taken:
                continue
            frozen = part.role in _BIASES and not self.source.biased
            if not frozen and (part.gate is None or part.gate in read):
                if part.gate is None:
                    raise FrameworkError(f"{self.source.name} has {tensor.name}, and {self.target.name} has no place for it")
                raise FrameworkError(
                    f"{self.source.name} has a {part.role.replace('_', ' ')} in the {part.gate} that another gate scales; "
                    f"{self.target.name} has no place for it, and it cannot be merged with a bias that no gate scales"
                )
            yield Unused(tensor.name, part.slice, part.gate, part.role, frozen)


def _lying(tensor: Tensor, part: Part) -> tuple[Shape, list[int]]:
    """Return the shape of a block as its numbers follow each other, and which axis of (units, input, *window) each axis is."""
    order = axis_order(tensor.axes, part)
    return (part.shape[::-1], order[::-1]) if part.row_major else (part.shape, order)


def _turn(use: Use, stored: Tensor, block: Part, tensor: Tensor, part: Part) -> tuple[Shape, tuple[int, ...]]:
    """Return the shape of a source's block as it is read, and for each axis of the target's block, the axis of that shape it is.

    Where one framework has as several axes what the other has as one, the block is read as all of them.
    """
    (lies, have), (shape, want) = _lying(stored, block), _lying(tensor, part)
    if stored.axes == tensor.axes and block.row_major == part.row_major:
        return lies, tuple(range(len(part.shape)))
    order = tuple(have.index(axis) for axis in want if axis in have)
    if sorted(order) == [*range(len(lies))] and tuple(lies[axis] for axis in order) == shape:
        return lies, order
    apart, wanted = _apart(use, stored, block), _apart(use, tensor, part)
    if apart is None or wanted is None or apart.keys() != wanted.keys() or any(apart[word] != wanted[word] for word in apart):
        raise FrameworkError(f"{stored.name} and {tensor.name} differ in more than the order of their axes; port cannot fill it")
    return tuple(apart.values()), tuple([*apart].index(word) for word in wanted)


_SAME = {"query": "input", "key": "input", "value": "input", "key_heads": "heads", "key_dim": "head_dim", "value_dim": "head_dim"}
"""What the words of the axes of an attention are in each of its matrices, whichever of them that is."""


def _apart(use: Use, tensor: Tensor, part: Part) -> dict[str, int] | None:
    """Return the sizes of a block's axes by their words, those of products apart; None where the block is not made of these."""
    found: dict[str, int] = {}
    words = tensor.axes.replace("attended", "heads*value_dim").replace(" ", "*").split("*")
    for word in words:
        is_one = word.startswith(("point_", "slopes_")) and use.sizes.get(word) == 1
        if word in {"gates", "directions", "biases", "1"} or is_one:
            continue
        name = "slopes" if "slopes" in word else _SAME.get(word, word)
        if word not in use.sizes or name in found:
            return None
        found[name] = use.sizes[word]
    return None if part.row_major or prod(found.values()) != prod(part.shape) else found


def _other_function(layer: Layer, source: _Side, target: _Side) -> str:
    """Return the error for two cells that compute different functions for all weights."""
    ours, theirs = (
        listed(text for each, text in zip(one.equations, one.formulas(), strict=True) if each not in other.equations)
        for one, other in ((source, target), (target, source))
    )
    return f"{source.name}'s {layer.kind} computes {ours}, {target.name}'s {theirs}, and no weights make them the same"
