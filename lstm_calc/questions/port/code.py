"""A port as the text of a function to keep and read. Neighbouring blocks that move together are one expression."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record
from lstm_calc.questions.port.tables import run_notes
from lstm_calc.questions.tensors import Tensor, feature_axes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.questions.port import Filled, Move, Port, Term

    Slices = tuple[tuple[int, int], ...]


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
