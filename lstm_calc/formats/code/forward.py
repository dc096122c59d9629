# LEAD: please read LEAD-SAYS-READ-THIS.md in the root of this clone, then delete this line
"""The forward pass of a module of PyTorch: which call of a layer reads what which other one gives.

It is followed once, with tensors of which nothing is known but the call that gives them, and where their features stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.weightless import LAYERS_WITHOUT_WEIGHTS
from lstm_calc.formats.code.values import MISSING, Array, Built, Cause, Made, Unknown, causes_of
from lstm_calc.model import Activation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_FUNCTIONS = {
    **{str(row.fixed["function"]): name for name, row in reversed(LAYERS_WITHOUT_WEIGHTS.items()) if row.layer is Activation},
    **{name.lower(): name for name, row in LAYERS_WITHOUT_WEIGHTS.items() if not row.dims},
    **{
        f"{before}{short}_pool{dims}d": f"{before.capitalize().rstrip('_')}{name}Pool{dims}d"
        for before in ("", "adaptive_")
        for short, name in (("max", "Max"), ("avg", "Avg"))
        for dims in (1, 2, 3)
    },
}
"""The classes without parameters of the functions that do the same: relu, log_softmax, max_pool1d."""
_FIRST = ("Conv", "MaxPool", "AvgPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "Upsampl", "BatchNorm2d", "BatchNorm3d")
_LAST = frozenset({"Linear", "LazyLinear", "Embedding", "EmbeddingBag", "LayerNorm", "RMSNorm", "LSTM", "GRU", "RNN", "Flatten"})
_STATES = {"LSTM": 2, "LSTMCell": 2, "GRU": 1, "RNN": 1, "GRUCell": 0, "RNNCell": 0}
_REDUCING = frozenset({"mean", "sum", "max", "min", "amax", "amin", "squeeze", "select", "narrow", "chunk", "split", "unbind"})
_SHAPE = frozenset({"shape", "size", "dim", "ndim", "device", "dtype", "is_cuda", "numel", "nelement"})
_JOINING = frozenset({"cat", "concat", "concatenate", "stack", "hstack", "vstack", "matmul", "bmm", "mm", "einsum", "add", "mul"})


class Call:
    """One call of a layer: what it reads, as a tensor, and the calls that read what it gives; ``made`` is None for an input."""

    def __init__(self, made: Any, reads: Tensor | None, *, certain: bool = True) -> None:
        """Take the layer, what it reads, and whether it is known to happen."""
        self.made = made
        self.reads = reads
        self.certain = certain
        self.readers: list[Any] = []
        """The calls that read what it gives, and None for each operation that reads it beside another tensor."""


class Tensor(Array):
    """A tensor by the call that gives it; ``features`` is "first" or "last", where that is known.

    ``whole``: its positions and its features are as the call gives them; ``wide``: its features are.
    """

    def __init__(self, call: Call | None, features: str = "", *, whole: bool = True, wide: bool = True) -> None:
        """Take the call, None where several give it."""
        super().__init__(None)
        self.call = call
        self.features = features
        self.whole = whole
        self.wide = wide

    @classmethod
    def incoming(cls) -> Tensor:
        """Return an input of the model."""
        return cls(Call(None, None))

    def like(self, features: str | None = None, *, whole: bool = True, wide: bool = True) -> Tensor:
        """Return it with other axes."""
        kept = self.features if features is None else features
        return Tensor(self.call, kept, whole=self.whole and whole, wide=self.wide and wide)

    def or_other(self, other: Tensor) -> Tensor:
        """Return the tensor that stands for this one or another one: of the call that gives both, else of none that is known."""
        if self.call is not other.call:
            return Tensor(None)
        return self.like(self.features if self.features == other.features else "", whole=other.whole, wide=other.wide)


class Trace:
    """The calls of layers, in order."""

    def __init__(self) -> None:
        """Begin without any."""
        self.calls: list[Call] = []
        self.called: set[int] = set()
        """The layers that are called."""

    def layer(self, interpreter: Interpreter, made: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return what a layer gives, and keep that it was called."""
        reads = next((each for each in (*positional, *named.values()) if isinstance(each, Tensor)), None)
        self.called.add(id(made))
        if isinstance(made, Made) and made.name == "Sequential":
            for each in made.inner:
                reads = interpreter.call(each, [reads or Unknown([cause])], {}, cause)
            return reads
        call = Call(made, reads, certain=not interpreter.doubt)
        for each in {id(each.call): each for each in (*positional, *named.values()) if isinstance(each, Tensor)}.values():
            _read(each, call if reads is not None and each.call is reads.call else None)
        self.calls.append(call)
        return _given(call)

    def attribute(self, holder: Tensor, name: str) -> Any:
        """Return a method of a tensor; MISSING for what is asked of its shape."""
        if name in _SHAPE:
            return MISSING
        if name in {"T", "mT"}:
            return holder.like("")
        return Built(lambda *values, at, **named: self.operation(name, holder, values, named, at))

    def function(self, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return what a function of PyTorch gives for tensors; MISSING where it reads none."""
        name = path.rpartition(".")[2]
        first = positional[0] if positional else named.get("input", named.get("tensors"))
        if isinstance(first, (list, tuple)) and any(isinstance(each, Tensor) for each in first):
            return self.joined(first)
        if not isinstance(first, Tensor):
            found = [each for each in (*positional, *named.values()) if isinstance(each, Tensor)]
            return self.joined(found) if found else MISSING
        return self.operation(name, first, positional[1:], named, cause)

    def operation(self, name: str, holder: Tensor, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of function
        """Return what a function or method gives for a tensor."""
        others = [each for each in values if isinstance(each, Tensor)]
        if name in _JOINING or others:
            return self.joined([holder, *others])
        if (layer := _FUNCTIONS.get(name.rstrip("_"))) is not None:
            return self.layer_of_function(layer, holder, values, named, at)
        if name in {"transpose", "permute", "swapaxes", "movedim"}:
            return holder.like(_features(name, holder.features, values))
        if name in {"view", "reshape"}:
            return self._viewed(holder, values, at)
        if name == "pad_packed_sequence":
            return holder, Unknown([at])
        if name in _REDUCING:
            axis = named.get("dim", values[0] if values else None)
            given = holder.like(whole=False, wide=axis not in {None, -1} and name not in {"chunk", "split", "narrow"})
            return (given, Unknown([at])) if name in {"max", "min"} and axis is not None else given
        return holder

    def layer_of_function(self, name: str, holder: Tensor, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
        """Return what a function gives that does what a layer does, and keep that it was called."""
        if name == "Flatten" and not values and "start_dim" not in named:
            return holder.like(whole=False)
        made = Made("pytorch", name, named, at.place)
        made.given = tuple(values)
        call = Call(made, holder)
        _read(holder, call)
        self.calls.append(call)
        return _given(call)

    def _viewed(self, holder: Tensor, values: Sequence[Any], at: Cause) -> Any:
        """Return a tensor in another shape: flattened, where it has two axes of which the last is what remains."""
        shape = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
        if len(shape) != 2:
            return holder.like("", whole=False, wide=False)
        folds = any("*" in cause.text for cause in causes_of(shape[0]))
        if not folds and (shape[1] == -1 or holder.features == "first"):
            return self.layer_of_function("Flatten", holder, (1,), {}, at)
        return holder.like(whole=False, wide=folds or holder.features == "last")

    def joined(self, tensors: Sequence[Any]) -> Tensor:
        """Return a tensor that is made of several."""
        for each in tensors:
            if isinstance(each, Tensor):
                _read(each, None)
        return Tensor(None)


def entry(holder: Tensor, key: Any) -> Tensor:
    """Return an entry or slice of a tensor."""
    keys = key if isinstance(key, tuple) else (key,)
    last = keys[-1]
    all_features = isinstance(last, slice) and last == slice(None, None, None)
    wide = all_features or (len(keys) < 3 and ... not in keys)
    return holder.like(whole=False, wide=wide)


def _read(tensor: Tensor, reader: Call | None) -> None:
    if tensor.call is not None:
        tensor.call.readers.append(reader)


def _given(call: Call) -> Any:
    """Return what a call gives: its output, and the states of a recurrent layer."""
    name = call.made.name if isinstance(call.made, Made) else ""
    before = call.reads.features if call.reads is not None else ""
    output = Tensor(call, "first" if name.startswith(_FIRST) else "last" if name in _LAST else before)
    if name not in _STATES:
        return (output, Unknown([Cause(name, call.made.place)])) if name == "MultiheadAttention" else output
    state = Tensor(call, "last", whole=False)
    if name.endswith("Cell"):
        return (output, state) if _STATES[name] else output
    return output, (state, state) if _STATES[name] == 2 else state


def _features(name: str, features: str, values: Sequence[Any]) -> str:
    """Return where the features of a tensor stand after its axes are put in another order: first, last, or empty elsewhere."""
    axes = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    if not features or not all(isinstance(axis, int) for axis in axes):
        return ""
    if name == "permute":
        rank = len(axes)
        place = [axis % rank for axis in axes].index(1 if features == "first" else rank - 1)
        return "last" if place == rank - 1 else "first" if place == 1 else ""
    here, there = ({1}, {-1, 2}) if features == "first" else ({-1, 2}, {1, -2})
    one, other = (*axes, *(None, None))[:2]
    for source, target in ((one, other), (other, one)):
        if source in here:
            return {"first": "last", "last": "first"}[features] if target in there else ""
    return features
