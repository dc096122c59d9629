"""Layers of PyTorch without weights, in the places among those with weights where the forward pass has them.

A layer has a place where one call gives what it reads, and nothing else reads that. Without a place it is left out, as it has no
parameters; where it changes the shape of what it reads, that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, few
from lstm_calc.formats.code.families import WEIGHTLESS
from lstm_calc.formats.code.families.weightless import KEEP_SHAPES, LAYERS_WITHOUT_WEIGHTS, OVER_FEATURES
from lstm_calc.formats.code.forward import Tensor, Trace
from lstm_calc.formats.code.interpreter.control import Raised
from lstm_calc.formats.code.parts import converted, name_at
from lstm_calc.formats.code.values import MISSING, Cause, Function, Instance, Made, causes_of
from lstm_calc.frozen import Record
from lstm_calc.model import Activation, Dropout, Embedding, Flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.formats.code.forward import Call
    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.parts import Parts
    from lstm_calc.model import Layer

_DEEPEST = 20
_DEFAULTS = (None, 0)
"""Arguments of windows that say what our layers have by themselves: no strides of their own, no zeros at the ends."""


def calls_of(interpreter: Interpreter, value: Any) -> list[Call]:
    """Return the calls of layers when a module reads something, as far as its forward can be followed.

    Of what is not called there, each ``nn.Sequential`` is followed by itself.
    """
    library = interpreter.library
    trace = library.trace = Trace()
    try:
        with interpreter.aside():
            _follow(interpreter, value, Tensor.incoming())
            for each in _sequentials(value, set(), 0):
                if id(each) not in trace.called:
                    _follow(interpreter, each, Tensor(None))
    finally:
        library.trace = None
    return trace.calls


def _follow(interpreter: Interpreter, value: Any, read: Tensor) -> None:
    function, named = value, {}
    if isinstance(value, Instance):
        function = value.cls.find("forward") if value.cls else MISSING
        if not isinstance(function, Function):
            return
        names = [each.arg for each in function.node.args.args][1:]
        named = {name: Tensor.incoming() for name in names if name not in function.defaults}
        function = function.bound(value)
    elif not isinstance(value, Made):
        return
    try:
        interpreter.call(function, [] if named else [read], named, Cause("forward", value.place))
    except (ModelError, Raised, RecursionError):
        return


def _sequentials(value: Any, seen: set[int], depth: int) -> Iterator[Made]:
    """Yield each ``nn.Sequential`` inside a module, an outer one before those inside it."""
    if id(value) in seen or depth > _DEEPEST:
        return
    seen.add(id(value))
    if isinstance(value, Made) and value.name == "Sequential":
        yield value
    inner: Iterable[Any] = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ()
    if isinstance(value, Made):
        inner = value.inner
    elif isinstance(value, Instance):
        inner = value.attributes.values()
    for each in inner:
        yield from _sequentials(each, seen, depth + 1)


class _Spot(Record):
    """A place among the layers: behind the one of which it has the identity (0: in front of all), before the one ``at`` a position.

    ``width`` are the features that are there, None where that is not known.
    """

    behind: int
    at: int
    width: int | None


class Between:
    """The layers of a model, among which those without weights are put into their places."""

    def __init__(self, parts: Parts, paths: dict[int, str]) -> None:
        """Take the layers with weights, and the path of each layer of the program by its identity."""
        self.missed: dict[str, None] = {}
        """The layers that change a shape and have no place here, each with its line."""
        self._weighted = parts.layers
        self._last = parts.last
        self._paths = paths
        self._names = {layer.name for layer in parts.layers}
        self._positions = {id(layer): at for at, layer in enumerate(parts.layers)}
        self._often: dict[int, int] = {}
        self._placed: dict[int, _Spot] = {}
        """Where what each call of a layer without weights gives is read."""
        self._following_layers: dict[int, Layer] = {}
        """The layer without weights behind each other one, by its identity."""

    @property
    def layers(self) -> list[Layer]:
        """All layers, in order."""
        found: list[Layer] = []
        for first in (None, *self._weighted):
            layer = self._following_layers.get(0) if first is None else first
            while layer is not None:
                found.append(layer)
                layer = self._following_layers.get(id(layer))
        return found

    def add(self, calls: Sequence[Call], *, reshaping: bool = True) -> None:
        """Put each layer without weights behind what it reads; those that change a shape only where that is asked for."""
        for call in calls:
            self._often[id(call.made)] = self._often.get(id(call.made), 0) + 1
        for call in calls:
            made = call.made
            if not isinstance(made, Made) or made.name not in WEIGHTLESS:
                continue
            spot = self._spot(call)
            if made.name in KEEP_SHAPES:
                if spot is not None and (made.name not in OVER_FEATURES or _reads_features(call)):
                    self._put(call, layer_of(made), spot)
            elif spot is None or not (reshaping and self._reshape(call, spot)):
                is_layer = id(made) in self._paths or made.name == "GLU"
                self.missed |= {f"{made.name} ({made.place})": None} if is_layer else {}

    def _spot(self, call: Call) -> _Spot | None:
        """Return where what a call reads is given; None where that is not known, or something else reads it as well."""
        source = None if call.reads is None else call.reads.call
        if source is None or not (call.certain and source.certain) or source.readers != [call]:
            return None
        if source.made is None:
            first = self._layer(_following(call))
            return _Spot(0, 0, first.input_dim) if first is self._weighted[0] and not isinstance(first, Embedding) else None
        if id(source) in self._placed:
            return self._placed[id(source)]
        layer = self._layer(source)
        if layer is None or self._often[id(source.made)] > 1:
            return None
        return _Spot(id(layer), self._positions[id(layer)] + 1, layer.output_dim or layer.input_dim)

    def _layer(self, call: Call | None) -> Layer | None:
        """Return the last layer with weights that a layer of the program is."""
        return None if call is None else self._last.get(id(call.made))

    def _put(self, call: Call, layer: Layer | None, spot: _Spot) -> None:
        """Put a layer into a place; without one, what it gives is what comes in."""
        if layer is not None:
            name = name_at(self._paths.get(id(call.made), ""))
            layer = layer.replace(name=name if name and name not in self._names else None)
            self._names.add(layer.name)
            self._following_layers[spot.behind] = layer
            spot = spot.replace(behind=id(layer))
        self._placed[id(call)] = spot

    def _reshape(self, call: Call, spot: _Spot) -> bool:
        """Put a layer that changes a shape into its place; return whether it has one, and what it gives is what is read next."""
        layer, following, width = layer_of(call.made), self._layer(_following(call)), spot.width
        if layer is None or call.reads is None or (following is None) != (spot.at == len(self._weighted)):
            return False
        if following is not None and following is not self._weighted[spot.at]:
            return False
        wanted = None if following is None else following.input_dim
        if isinstance(layer, Flatten):
            if wanted is not None and wanted == width:
                self._put(call, None, spot)  # there is nothing to flatten
                return True
            given, fits = wanted, call.reads.whole and not (wanted and width and wanted % width)
        elif isinstance(layer, Activation):
            given = None if width is None or width % 2 else width // 2
            fits = given is not None and (_halves_features(call) if wanted is None else wanted == given)
        else:
            given, fits = width, call.reads.whole and call.reads.features != "last"
        if fits:
            self._put(call, layer, spot.replace(width=given))
        return fits


def _following(call: Call) -> Call | None:
    """Return the next call of a layer with weights, where each call on the way there is read by one other alone."""
    while len(call.readers) == 1 and call.readers[0] is not None:
        call = call.readers[0]
        if not (isinstance(call.made, Made) and call.made.name in WEIGHTLESS):
            return call
    return None


def _axis(made: Made) -> Any:
    """Return the axis over which a softmax or a GLU is; None where it is not said."""
    return made.arguments.get("dim", made.given[0] if made.given else None)


def _reads_features(call: Call) -> bool:
    """Return whether a softmax is over the features; as the last of all, where images and steps are gone, they are axis 1."""
    axis, first = _axis(call.made), call.reads is not None and call.reads.features == "first"
    return axis is None or (axis == 1 if first else axis in {-1, 2} or (axis == 1 and not call.readers))


def _halves_features(call: Call) -> bool:
    """Return whether a GLU reads the axis of the features."""
    reads, axis = call.reads, _axis(call.made)
    return reads is not None and reads.wide and axis in ({1} if reads.features == "first" else {None, -1})


def layer_of(made: Made) -> Layer | None:
    """Return the layer of ours that one without parameters is; None where there is none, or its sizes are not known."""
    row = LAYERS_WITHOUT_WEIGHTS.get(made.name)
    if row is None or row.layer is None:
        return None
    given = {**row.arguments, **dict(zip(row.arguments, made.given, strict=False)), **made.arguments}
    if any(given[name] != value for name, value in row.only.items()):
        return None
    said = {field: argument for field, argument in row.names.items() if given[argument] not in _DEFAULTS}
    values = {field: converted(field, argument, given[argument], row.dims) for field, argument in said.items()}
    if row.layer is Dropout and causes_of(list(values.values())):
        values = {}
    try:
        return row.layer(**row.fixed, **values)
    except (ModelError, TypeError):
        return None


def missed_words(missed: Iterable[str]) -> str:
    """Return the sentence on layers that change a shape and are not among those of the model; empty without any."""
    found = list(missed)
    if not found:
        return ""
    one = len(found) == 1
    return (
        f"{few(found)}, which change{'s' if one else ''} the shape of what {'it reads' if one else 'they read'}, "
        f"{'is' if one else 'are'} left out: the code does not show between which layers {'it stands' if one else 'they stand'}"
    )
