"""The tables of a port: which block goes where, and in words what is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted
from lstm_calc.frameworks import framework, layout_for, settled
from lstm_calc.questions.words import RAVELED_LEGEND, from_file, headline
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Model
    from lstm_calc.questions.port import Filled, Move, Port
    from lstm_calc.render.document import Value

    Slice = tuple[tuple[int, int], ...]


_MATRIX = 2


def port_document(answer: Port) -> Document:
    """Return which blocks of the source go where in the target, and how."""
    name = answer.source.framework
    whence = from_file(answer.asked, name).removeprefix(", ") if name == answer.asked.framework else ""
    title = f"Port of {headline(answer.asked)} from {name}{whence and f' ({whence})'} to {answer.target}"
    shapes = {tensor.name: tensor.shape for tensor in answer.source.tensors}
    tables = (_moves_table(answer, shapes), *([_unused_table(answer, shapes)] if answer.unused else []))
    return Document(title, tables, tuple(_notes(answer.asked, answer)))


def _moves_table(answer: Port, shapes: dict[str, Shape]) -> Table:
    moves = [move for filled in answer.filled for move in filled.moves]
    columns = (
        Column("tensor", f"into {answer.target}", grouped=True),
        Column("slice", "slice", "slice"),
        Column("direction", "direction", short="dir.", shown=any(move.direction == "backward" for move in moves)),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("source", f"from {answer.source.framework}"),
        Column("source_slice", "its slice", "slice"),
        Column("how", "how"),
    )
    return Table(
        columns, tuple(line for filled in answer.filled for move in filled.moves for line in _lines(filled, move, shapes)), "moves"
    )


def _lines(filled: Filled, move: Move, shapes: dict[str, Shape]) -> Iterator[Line]:
    """Yield one line per term of a move; a block of zeros has a line, too."""
    place = (filled.tensor.name, _cuts(move.slice, filled.tensor.shape), move.direction, move.gate, move.role)
    if not move.terms:
        yield Line((*place, None, None, _how(move, first=True)))
    for at, term in enumerate(move.terms):
        yield Line((*place, term.tensor, _cuts(term.slice, shapes[term.tensor]), _how(move, first=not at)))


def _cuts(slices: Slice, shape: Shape) -> Value:
    return tuple((*cut, size) for cut, size in zip(slices, shape, strict=True))


def _how(move: Move, *, first: bool) -> str:
    """Return, in words, what is done to the first block of a move, or to one that is added to it."""
    words = [] if move.terms else ["zeros"]
    laid = any(term.raveled != move.raveled for term in move.terms)
    if laid and not move.raveled:
        words.append("row-major block")
    if move.order != tuple(sorted(move.order)):
        words.append("transposed" if len(move.order) == _MATRIX else f"axes {', '.join(map(str, move.order))}")
    if laid and move.raveled:
        words.append("row-major reshape")
    if move.source_gate != move.gate and move.terms:
        words.append(f"of {move.source_gate}")
    if move.sign < 0 and move.terms:
        words.append("negated")
    if not first:
        words.append("added")
    elif move.offset:
        words.append(f"{'plus' if move.offset > 0 else 'minus'} {abs(move.offset)}")
    return ", ".join(words) or "as it is"


def _unused_table(answer: Port, shapes: dict[str, Shape]) -> Table:
    columns = (
        Column("source", "left behind", grouped=True),
        Column("source_slice", "slice", "slice"),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("why", "why"),
    )
    why = {True: "frozen at zero", False: "not read by the cell"}
    return Table(
        columns,
        tuple(
            Line((each.tensor, _cuts(each.slice, shapes[each.tensor]), each.gate, each.role, why[each.zeros]))
            for each in answer.unused
        ),
        "left behind",
    )


def _notes(model: Model, answer: Port) -> Iterator[str]:
    """Yield what the words of the tables mean for this pair of frameworks."""
    source, target = answer.source.framework, answer.target
    moves = [move for filled in answer.filled for move in filled.moves]
    yield from dict.fromkeys(
        f"{name}={quoted(value)}: as {source} has it, where the model leaves it open; give it to {target}, too"
        for name, value in _settings(model, answer)
    )
    if any(len(move.terms) > 1 for move in moves):
        yield f"added: what {source} keeps as two biases is one in {target}; they are summed in their own dtype"
    if not all(move.terms for move in moves):
        yield f"zeros: what {target} stores, and {source} has no numbers for"
    for offset in sorted({move.offset for move in moves if move.offset}):
        word, adding = ("plus", source) if offset > 0 else ("minus", target)
        yield f"{word} {abs(offset)}: what {adding} adds to the forget gate at run time, on top of its bias"
    if any(move.sign < 0 for move in moves):
        yield f"negated: the gate of {target} is one minus that of {source}, and sigmoid(-x) = 1 - sigmoid(x)"
    if any(term.raveled != move.raveled for move in moves for term in move.terms):
        yield RAVELED_LEGEND


def _settings(model: Model, answer: Port) -> Iterator[tuple[str, Any]]:
    """Yield the choices that were made as the source makes them and that the target, left alone, would make otherwise."""
    table = framework(answer.target)
    for asked, made in zip(model.flat, answer.model.flat, strict=True):
        by_default = settled(asked, layout_for(table, asked).defaults).asdict()
        yield from ((name, value) for name, value in made.asdict().items() if name != "inputs" and value != by_default[name])
