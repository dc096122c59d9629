"""A port done to the weights themselves: NumPy arrays by the names of their tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import NotInstalledError, WeightsError, nearest, quoted
from lstm_calc.questions.port import Filled, Move, Port, Term, port_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lstm_calc.model import Model
    from lstm_calc.questions.tensors import Tensor

    Slices = tuple[tuple[int, int], ...]


Array = Any
"""A NumPy array."""


def port(weights: Mapping[str, Any], model: Model, *, source: str, target: str, prefix: str = "") -> dict[str, Array]:
    """Return a model's weights as the target framework stores them, given those of the source by tensor name.

    With a ``prefix``, such as ``"model.lstm."``, those whose names begin so are taken, without it, and the others left.

    Tensors come in the target's order, each an array of its own with the dtype of what fills it (the wider, where two differ);
    biases that become one are summed in that dtype. Names are those of ``lstm-calc tensors``, values whatever NumPy takes for an
    array. Raises WeightsError for a tensor that is missing, not of the model, or of another shape, for a bias that the framework
    keeps at zero and that is not, and for whole numbers that would have to be added or negated; FrameworkError as ``port_plan``;
    NotInstalledError, with the pip line, without NumPy.

    >>> import numpy as np
    >>> from lstm_calc import read
    >>> ported = port({"W": np.ones((3, 2)), "b": np.zeros(3)}, read("2 > dense 3"), source="textbook", target="keras")
    >>> {name: array.shape for name, array in ported.items()}
    {'dense/kernel': (2, 3), 'dense/bias': (3,)}
    """
    return move(weights, port_plan(model, source, target), prefix)


def move(weights: Mapping[str, Any], plan: Port, prefix: str = "") -> dict[str, Array]:
    """Return the target's weights as a plan fills them; raise WeightsError as :func:`port` does."""
    expected = {tensor.name: tensor for tensor in plan.source.tensors}
    owned = _under(prefix, weights, expected)
    for name in owned:
        if name not in expected:
            cure = _prefixed(weights, expected) or _near(name, expected)
            raise WeightsError(f"{plan.source.framework} has no tensor {quoted(name)} for this model{cure}")
    arrays = {name: _array(owned, tensor, plan.source.framework) for name, tensor in expected.items()}
    for unused in plan.unused:
        if unused.zeros and arrays[unused.tensor][_cut(unused.slice)].any():
            raise WeightsError(f"{quoted(unused.tensor)} is not zero, and the model has no biases")
    return {filled.tensor.name: _filled(filled, arrays) for filled in plan.filled}


def _numpy() -> Any:
    """Return NumPy, which is needed only when weights are ported: ``port`` can be imported without it."""
    try:
        import numpy as np
    except ModuleNotFoundError:
        raise NotInstalledError("moving weights needs NumPy; pip install numpy") from None
    return np


def _under(prefix: str, weights: Mapping[str, Any], expected: Iterable[str]) -> Mapping[str, Any]:
    """Return the weights whose names begin with a prefix, by the rest of them; raise WeightsError where there are none."""
    below = {name.removeprefix(prefix): weights[name] for name in weights if name.startswith(prefix)}
    if prefix and not below:
        raise WeightsError(f"no tensor begins with {quoted(prefix)}{_prefixed(weights, expected)}")
    return below


def _prefixed(weights: Mapping[str, Any], expected: Iterable[str]) -> str:
    """Return a clause naming what stands before the names of all tensors of the model, empty where nothing does."""
    names = list(expected)
    found = [name.removesuffix(first) for first in names[:1] for name in weights if name.endswith(first)]
    whole = [prefix for prefix in found if prefix and all(prefix + name in weights for name in names)]
    return f"; those of the model begin with {quoted(whole[0])} here: give that as the prefix" if whole else ""


def _near(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean {quoted(near)}?" if near else ""


def _array(weights: Mapping[str, Any], tensor: Tensor, framework: str) -> Array:
    if tensor.name not in weights:
        raise WeightsError(f"the tensor {quoted(tensor.name)} of {framework} is missing{_near(tensor.name, weights)}")
    value = weights[tensor.name]
    if (shape := _numpy().shape(value)) != tensor.shape:
        raise WeightsError(f"{quoted(tensor.name)} has the shape {shape}, and the model wants {tensor.shape}")
    return _numpy().asarray(value)


def _filled(filled: Filled, arrays: Mapping[str, Array]) -> Array:
    """Return a target tensor with every block in its place."""
    names = {term.tensor for move in filled.moves for term in move.terms} or {filled.like}
    np = _numpy()
    result = np.zeros(filled.tensor.shape, np.result_type(*(arrays[name] for name in names)))
    for each in filled.moves:
        place = result[(*_cut(each.slice), ...)]  # a view of a scalar, too
        place[...] = _value(each, arrays, place)
    return result


def _value(move: Move, arrays: Mapping[str, Array], place: Array) -> Array:
    """Return the numbers of a block in the shape of its place."""
    if not move.terms:
        return place + move.offset
    first, *others = (_block(term, arrays) for term in move.terms)
    if (others or move.offset or move.sign < 0) and first.dtype.kind in "biu":
        raise WeightsError(
            f"{quoted(move.terms[0].tensor)} holds {first.dtype}, and sums and negations need floating-point numbers"
        )
    for other in others:
        first = first + other
    turned = first.transpose(move.order)
    signed = -turned if move.sign < 0 else turned
    return (signed + move.offset if move.offset else signed).reshape(place.shape)


def _block(term: Term, arrays: Mapping[str, Array]) -> Array:
    return arrays[term.tensor][_cut(term.slice)].reshape(term.shape)


def _cut(slices: tuple[tuple[int, int], ...]) -> tuple[slice, ...]:
    return tuple(slice(start, stop) for start, stop in slices)
