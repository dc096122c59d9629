"""What the ``forward`` of a module of PyTorch does with its inputs: a graph of layers, as far as it can be followed.

A traced tensor stands for an output in that graph. PyTorch has the channels of images and signals behind the batch, and may have
the steps in front of it; the layers of a model have the batch first and the features last. So a traced tensor knows, for each of
its axes, which axis of the model it is: ``permute`` and ``transpose`` change that alone, and a layer that reads another order has
a Permute in front of it. What cannot be followed raises :class:`NotFollowed`; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.values import Array
from lstm_calc.model import Activation, Dropout, Index, Layer, Permute, Reshape, Shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST_CALLS = 2_000
"""How many layers a program may call, activations and dropout apart."""
INPUT = "input"
"""The name of what the model reads."""


class NotFollowed(Exception):  # noqa: N818 - no mistake of anybody's: the layers are counted, and how they are connected is not known
    """A program does something with a tensor that is not followed here."""


class CallGraph:
    """The layers that were called, in order, each with the names of what it reads."""

    def __init__(self, layers: Mapping[int, Sequence[Layer]], names: Mapping[int, str]) -> None:
        """Take the layers of the model, and the names of all that may be called, by the identity of what the program makes."""
        self.own = layers
        self._given = names
        self._open: set[str] = set()
        """The layers that put axes into one whose size is what the next layer reads."""
        self.layers: list[Layer] = []
        self._calls = 0
        self.turned = 0
        """How many layers were added that put axes in another order."""
        self._used: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._names = {str(each.name) for found in layers.values() for each in found} | {INPUT}

    def add(self, layer: Layer, *sources: str) -> str:
        """Add a layer that reads some values; return the name of what it gives."""
        self._calls += not isinstance(layer, (Activation, Dropout))
        if self._calls > _MOST_CALLS:
            raise NotFollowed
        name = layer.name or self._name(layer.kind)
        self.layers.append(layer.replace(name=name, inputs=sources))
        return name

    def add_weightless(self, made: Any, layer: Layer, *sources: str) -> str:
        """Add a layer without weights that the program has made, under its name; return the name of what it gives."""
        given = self._given.get(id(made), "")
        if given and given not in self._names:
            self._names.add(given)
            layer = layer.replace(name=given)
        return self.add(layer, *sources)

    def add_own(self, made: Any, **fields: Any) -> tuple[Layer, Any]:
        """Return the layer of the model that the program has made, and a function that adds a call of it."""
        found = self.own.get(id(made), ())
        if len(found) != 1 or found[0].name is None:
            raise NotFollowed
        layer = found[0].replace(**fields)

        def call(*sources: str) -> str:
            if id(made) in self._used:
                return self.add(Shared(self._used[id(made)], name=self._name(f"{layer.name}_again")), *sources)
            self._used[id(made)] = str(layer.name)
            return self.add(layer, *sources)

        return layer, call

    def add_merged(self, source: str) -> str:
        """Add a layer that puts all axes behind the first into one, of a size that :meth:`settle` says."""
        name = self.add(Reshape((-1, 1)), source)
        self._open.add(name)
        return name

    def settle(self, name: str, width: int) -> None:
        """Set the size of what a layer gives, where it is still open."""
        if name in self._open:
            self._open.remove(name)
            self.layers = [each.replace(target_shape=(-1, width)) if each.name == name else each for each in self.layers]

    def name_in_program(self, layer: Layer) -> str | None:
        """Return the name of a layer that the program has given it, None for one that was made up here."""
        return layer.name if layer.weighted or layer.name in self._given.values() else None

    @property
    def is_complete(self) -> bool:
        """Whether every layer of the model was called, and every size is known that has to be."""
        return not self._open and set(self._used) == {key for key, found in self.own.items() if found}

    def without_dead_ends(self, outputs: Sequence[str]) -> list[Layer]:
        """Return the layers without those that have no weights and that nothing reads."""
        wanted, kept = _owners(outputs), []
        for layer in reversed(self.layers):
            if layer.weighted or layer.name in wanted:
                kept.append(layer)
                wanted |= _owners(layer.inputs)
        return kept[::-1]

    def _name(self, stem: str) -> str:
        name = stem
        while name in self._names:
            self._numbers[stem] = self._numbers.get(stem, 0) + 1
            name = f"{stem}_{self._numbers[stem]}"
        self._names.add(name)
        return name


def _owners(names: Iterable[str]) -> set[str]:
    """Return the names of the layers that may give some values: of ``net.0.h``, net.0 with a state h, or a layer of that name."""
    return {".".join(parts[: at + 1]) for parts in (name.split(".") for name in names) for at in range(len(parts))}


class Traced(Array):
    """A tensor of a graph: ``axes`` has the axis of the model for each of its own, ``sizes`` what is known of their sizes."""

    def __init__(
        self, graph: CallGraph, name: str, axes: Sequence[int], sizes: Sequence[int | None], *, tokens: bool = False
    ) -> None:
        """Take the name of what it is, and its axes; ``tokens`` are numbers of words, without features."""
        if len(axes) < 2 or len(axes) != len(sizes):
            raise NotFollowed
        super().__init__(None, sizes[-1])
        self.graph, self.name = graph, name
        self.axes, self.sizes = tuple(axes), tuple(sizes)
        self.tokens = tokens

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.axes)

    def axis(self, given: Any) -> int:
        """Return one of its axes, counted from the front."""
        if not isinstance(given, int) or not -self.rank <= given < self.rank:
            raise NotFollowed
        return given % self.rank

    def again(self, name: str, sizes: Sequence[int | None] | None = None) -> Traced:
        """Return another tensor with the same order of axes."""
        return Traced(self.graph, name, self.axes, self.sizes if sizes is None else sizes)

    def reordered(self, order: Sequence[int]) -> Traced:
        """Return it with its axes in another order, as ``permute`` does: no layer is needed for that."""
        if sorted(order) != list(range(self.rank)):
            raise NotFollowed
        axes, sizes = [self.axes[at] for at in order], [self.sizes[at] for at in order]
        return Traced(self.graph, self.name, axes, sizes, tokens=self.tokens)

    def laid_out(self, wanted: Sequence[int]) -> Traced:
        """Return it such that the axes of the model are its own in this order, with a Permute where they are not."""
        now = [self.axes[at] for at in wanted]
        if now == list(range(self.rank)):
            return self
        if now[0] != 0 or self.tokens:
            raise NotFollowed
        self.graph.turned += 1
        name = self.graph.add(Permute(tuple(now[1:])), self.name)
        axes = [0] * self.rank
        for at, own in enumerate(wanted):
            axes[own] = at
        return Traced(self.graph, name, axes, self.sizes)

    def with_channels(self) -> Traced:
        """Return it for a layer of PyTorch that reads (batch, channels, positions)."""
        if self.rank < 2 or self.tokens:
            raise NotFollowed
        return self.laid_out([0, *range(2, self.rank), 1])

    def in_order(self) -> Traced:
        """Return it such that its axes are those of the model."""
        return self.laid_out(range(self.rank))


class TracedStates:
    """The states of a recurrent layer as PyTorch gives them: (layers x directions, batch, size)."""

    def __init__(self, graph: CallGraph, layer: Layer, name: str, state: str) -> None:
        """Take the layer, the name of its call, and which state."""
        self.graph, self.layer, self.name, self.state = graph, layer, name, state

    @property
    def is_single(self) -> bool:
        """Whether they are those of one layer in one direction."""
        layer: Any = self.layer
        return bool(layer.repeat == 1 and not layer.bidirectional)

    def entry(self, at: Any) -> Traced:
        """Return the state of one direction of the last layer."""
        layer: Any = self.layer
        directions = 2 if layer.bidirectional else 1
        every = layer.repeat * directions
        if not isinstance(at, int) or not every - directions <= at % every < every or not -every <= at < every:
            raise NotFollowed
        prefix = ("", "forward_", "backward_")[at % every - (every - directions) + (directions > 1)]
        size = layer.units if self.state == "c" else getattr(layer, "projection", None) or layer.units
        return Traced(self.graph, f"{self.name}.{prefix}{self.state}", (0, 1), (None, size))


def in_axes(tensor: Traced, wanted: Mapping[int, str]) -> Traced:
    """Return the entries of a tensor that stand at some keys, by its axes; an axis of which one entry is taken is gone."""
    key = [":"] * tensor.rank
    for axis, word in wanted.items():
        key[tensor.axes[axis]] = word
    if key[0] != ":":
        raise NotFollowed
    gone = [at for at, word in enumerate(key) if ":" not in word]
    while key[1:] and key[-1] == ":":
        key.pop()
    left = [at for at in range(tensor.rank) if tensor.axes[at] not in gone]
    axes = [tensor.axes[at] - sum(each < tensor.axes[at] for each in gone) for at in left]
    sizes = [tensor.sizes[at] if wanted.get(at, ":") == ":" else None for at in left]
    if key == [":"]:
        return tensor
    if tensor.tokens and gone:
        raise NotFollowed
    name = tensor.graph.add(Index(",".join(key)), tensor.name)
    return Traced(tensor.graph, name, axes, sizes, tokens=tensor.tokens)


def traced_in(values: Any) -> list[Traced]:
    """Return the traced tensors among values, and in the lists among these."""
    found = []
    for each in values:
        if isinstance(each, Traced):
            found.append(each)
        elif isinstance(each, (list, tuple)):
            found += [inner for inner in each if isinstance(inner, Traced)]
    return found
