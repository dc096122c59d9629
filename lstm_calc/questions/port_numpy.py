"""A port done with NumPy: to the weights themselves, arrays by tensor name, or as the text of a function to keep and read.

In the text, neighbouring blocks that move together are one expression.
"""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import NotInstalledError, WeightsError, nearest, quoted
from lstm_calc.frozen import Record
from lstm_calc.questions.port import Filled, Move, Port, Term, port_plan, run_notes
from lstm_calc.questions.tensors import Tensor, feature_axes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lstm_calc.model import Model

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


_WIDTH = 120


def port_code(answer: Port) -> str:
    """Return the text of a module with a function ``port``: arrays by tensor name in, arrays by tensor name out.

    The function computes what :func:`lstm_calc.port` does, but checks neither names nor shapes.
    """
    stored = {tensor.name: tensor for tensor in answer.source.tensors}
    entries = [f'        "{filled.tensor.name}": {_written(_assembled(filled, stored), 8)},\n' for filled in answer.filled]
    remarks = [f"    # {line}\n" for note in run_notes(answer) for line in wrap(note, _WIDTH - 6)]
    return (
        "import numpy as np\n\n\n"
        "def port(w):\n"
        f'    """Return the {answer.target} weights of {answer.model} from the {answer.source.framework} ones, by name."""\n'
        f"{''.join(remarks)}"
        f"    ported = {{\n{''.join(entries)}    }}\n"
        "    return {name: array.copy() for name, array in ported.items()}\n"
    )


class _Call(Record):
    """A call on a list of expressions."""

    head: str
    items: tuple[_Call | str, ...]
    tail: str


def _written(node: _Call | str, indent: int) -> str:
    """Return an expression as text, with one item per line where a single line would be too long."""
    if isinstance(node, str):
        return node
    flat = f"{node.head}{', '.join(_written(item, 0) for item in node.items)}{node.tail}"
    if indent + len(flat) <= _WIDTH and "\n" not in flat:
        return flat
    items = "".join(f"{' ' * (indent + 4)}{_written(item, indent + 4)},\n" for item in node.items)
    return f"{node.head}\n{items}{' ' * indent}{node.tail}"


def _assembled(filled: Filled, stored: dict[str, Tensor]) -> _Call | str:
    """Return the expression for a whole tensor."""
    moves = list(filled.moves)
    features = feature_axes(filled.tensor.axes)
    for axis in features:
        moves = _fused(moves, axis, features.index(axis), stored)
    return _pieces(moves, [at for at in range(len(filled.tensor.shape)) if at not in features], features, _Words(filled, stored))


def _fused(moves: Sequence[Move], axis: int, feature: int, stored: dict[str, Tensor]) -> list[Move]:
    """Return the moves with those made one that follow each other along an axis, here and in the source."""
    fused: list[Move] = []
    for move in sorted(moves, key=lambda move: (move.slice[:axis], move.slice[axis + 1 :], move.slice[axis])):
        fused[-1:] = _joined(fused[-1], move, axis, feature, stored) if fused else [move]
    return fused


def _joined(one: Move, other: Move, axis: int, feature: int, stored: dict[str, Tensor]) -> list[Move]:
    """Return two moves as one where they are one, else both."""
    if any(each.is_reshaped or each.terms[0].is_reshaped for each in (one, other) if each.terms):
        return [one, other]
    slices = _run_on(one.slice, other.slice, axis)
    alike = all(getattr(one, name) == getattr(other, name) for name in ("sign", "offset", "order", "row_major"))
    if slices is None or not alike or len(one.terms) != len(other.terms):
        return [one, other]
    terms = []
    for left, right in zip(one.terms, other.terms, strict=True):
        axis_read = one.order[feature]
        at = feature_axes(stored[left.tensor].axes)[axis_read]
        run = _run_on(left.slice, right.slice, at) if left.tensor == right.tensor and left.row_major == one.row_major else None
        if run is None:
            return [one, other]
        shape = tuple(size + right.shape[axis_read] * (place == axis_read) for place, size in enumerate(left.shape))
        terms.append(left.replace(slice=run, shape=shape))
    return [one.replace(slice=slices, terms=tuple(terms))]


def _run_on(one: Slices, other: Slices, axis: int) -> Slices | None:
    """Return the slices of two blocks as those of one where the second begins, along an axis, where the first ends."""
    rest = all(one[at] == other[at] for at in range(len(one)) if at != axis)
    if not rest or one[axis][1] != other[axis][0]:
        return None
    return (*one[:axis], (one[axis][0], other[axis][1]), *one[axis + 1 :])


def _pieces(moves: list[Move], counting: Sequence[int], features: Sequence[int], words: _Words) -> _Call | str:
    """Return the expression for some blocks: the axes that count blocks are stacked, then those that hold features joined."""
    if counting:
        first, *others = counting
        groups = [list(group) for _, group in groupby(sorted(moves, key=lambda move: move.slice), lambda move: move.slice[first])]
        return _Call("np.stack([", tuple(_pieces(group, others, features, words) for group in groups), "])")
    if len(moves) == 1:
        return words.expression(moves[0], features)
    cuts = (list(_apart(moves, axis)) for axis in features)
    at, groups = next((at, groups) for at, groups in enumerate(cuts) if len(groups) > 1)  # the blocks of a tensor lie in a grid
    tail = f"], axis={at})" if at else "])"
    return _Call("np.concatenate([", tuple(_pieces(group, (), features, words) for group in groups), tail)


def _apart(moves: list[Move], axis: int) -> Iterator[list[Move]]:
    """Yield the blocks in groups that a straight cut across an axis parts."""
    group: list[Move] = []
    for move in sorted(moves, key=lambda move: move.slice[axis]):
        if group and move.slice[axis][0] >= max(each.slice[axis][1] for each in group):
            yield group
            group = []
        group.append(move)
    yield group


class _Words:
    """The expressions of the blocks of one tensor."""

    def __init__(self, filled: Filled, stored: dict[str, Tensor]) -> None:
        """Note whose dtype zeros have: that of a neighbour, or of the layer."""
        self.stored = stored
        self.like = next((term.tensor for move in filled.moves for term in move.terms), filled.like)

    def expression(self, move: Move, features: Sequence[int]) -> str:
        """Return the expression for one block."""
        shape = tuple(move.slice[at][1] - move.slice[at][0] for at in features)
        offset = f" {'+' if move.offset > 0 else '-'} {abs(move.offset)}" if move.offset else ""
        if not move.terms:
            return f'np.zeros({shape[0] if len(shape) == 1 else shape}, w["{self.like}"].dtype){offset}'
        text = " + ".join(self._term(term, move) for term in move.terms)
        turned = _turn(move.order)
        of_rows = move.row_major and not move.terms[0].row_major
        laid = f".reshape({', '.join(map(str, shape))})" if of_rows or self._is_reshaped(move, shape) else ""
        if len(move.terms) > 1 and (turned or laid or move.sign < 0):
            text = f"({text})"
        return f"{'-' * (move.sign < 0)}{text}{turned}{laid}{offset}"

    def _term(self, term: Term, move: Move) -> str:
        tensor = self.stored[term.tensor]
        features = feature_axes(tensor.axes)
        cuts = [
            ("" if (start, stop) == (0, size) else f"{start}:{stop}") or ":" if at in features else str(start)
            for at, ((start, stop), size) in enumerate(zip(term.slice, tensor.shape, strict=True))
        ]
        while cuts and cuts[-1] == ":":
            cuts.pop()
        place = f"[{', '.join(cuts)}]" if cuts else ""
        shape = tuple(term.slice[at][1] - term.slice[at][0] for at in features)
        read = (term.row_major and not move.row_major) or (not term.row_major and term.shape != shape)
        return f'w["{term.tensor}"]{place}' + (f".reshape{term.shape}" if read else "")

    @staticmethod
    def _is_reshaped(move: Move, shape: tuple[int, ...]) -> bool:
        """Return whether a block has other axes in its place than its first term has, once these are in order."""
        return not move.row_major and tuple(move.terms[0].shape[axis] for axis in move.order) != shape


def _turn(order: tuple[int, ...]) -> str:
    if order == tuple(sorted(order)):
        return ""
    return ".T" if order == (1, 0) else f".transpose{order}"
