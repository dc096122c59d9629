"""A port as tables, and what else the two models must have alike."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted
from lstm_calc.frameworks import (
    Framework,
    framework,
    layout_for,
    with_default_options,
    with_defaults,
)
from lstm_calc.model.layers.windows import Positions
from lstm_calc.questions.titles import ROW_MAJOR_LEGEND
from lstm_calc.render.document import Column, Line, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Model, Use
    from lstm_calc.model.sizes import Size
    from lstm_calc.questions.port import Filled, Move, Port

    Key = tuple[str | None, str | None, str]
    """Direction, gate and role of a block."""
    Slice = tuple[tuple[int, int], ...]


_MATRIX = 2


def moves_table(answer: Port, shapes: dict[str, Shape]) -> Table:
    """Return a line for each block of the target, with what fills it; ``shapes`` are those of all tensors by name."""
    moves = [(filled, move) for filled in answer.filled for move in filled.moves]
    slices = [(move.slice, filled.tensor.shape) for filled, move in moves]
    slices += [(term.slice, shapes[term.tensor]) for _, move in moves for term in move.terms]
    # where every tensor moves as a whole, its name says all that its slice and its role do
    whole = int(all([stop - start for start, stop in cuts] == list(shape) for cuts, shape in slices))
    columns = (
        Column("tensor", f"into {answer.target}", grouped=True),
        Column("slice", "slice", "slice", gives_way=whole),
        Column("direction", "direction", short="dir.", shown=any(move.direction == "backward" for _, move in moves)),
        Column("gate", "gate"),
        Column("role", "role", gives_way=whole),
        Column("source", f"from {answer.source.framework}"),
        Column("source_slice", "its slice", "slice", gives_way=whole),
        Column("how", "how"),
    )
    return Table(columns, tuple(line for filled, move in moves for line in _lines(filled, move, shapes)), "moves")


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
    if move.terms and move.terms[0].is_reshaped:
        words.append(f"as {'x'.join(map(str, move.terms[0].shape))}")
    laid = any(term.row_major != move.row_major for term in move.terms)
    if laid and not move.row_major:
        words.append("row-major block")
    if move.order != tuple(sorted(move.order)):
        words.append("transposed" if len(move.order) == _MATRIX else f"axes {', '.join(map(str, move.order))}")
    if laid and move.row_major:
        words.append("row-major reshape")
    if move.terms and move.is_reshaped:
        words.append("reshaped")
    if move.source_gate != move.gate and move.terms:
        words.append(f"of {move.source_gate}")
    if move.sign < 0 and move.terms:
        words.append("negated")
    if not first:
        words.append("added")
    elif move.offset:
        words.append(f"{'plus' if move.offset > 0 else 'minus'} {abs(move.offset)}")
    return ", ".join(words) or "as it is"


def unused_table(answer: Port, shapes: dict[str, Shape]) -> Table:
    """Return a line for each block of the source that fills nothing, with the reason."""
    columns = (
        Column("source", "left behind", grouped=True),
        Column("source_slice", "slice", "slice"),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("why", "why"),
    )
    why = {True: "frozen at zero", False: "not read by the cell"}
    reasons = [f"{answer.target} has none" if each.role == "statistic" else why[each.zeros] for each in answer.unused]
    return Table(
        columns,
        tuple(
            Line((each.tensor, _cuts(each.slice, shapes[each.tensor]), each.gate, each.role, reason))
            for each, reason in zip(answer.unused, reasons, strict=True)
        ),
        "left behind",
    )


def notes(model: Model, answer: Port) -> Iterator[str]:
    """Yield what the words of the tables mean for this pair of frameworks."""
    source, target = answer.source.framework, answer.target
    moves = [move for filled in answer.filled for move in filled.moves]
    yield from dict.fromkeys(_setting_words(name, value, source, target) for name, value in _settings(model, answer))
    if any(len(move.terms) > 1 for move in moves):
        yield f"added: what {source} keeps as two biases is one in {target}; they are summed in their own dtype"
    if not all(move.terms for move in moves):
        yield f"zeros: what {target} stores, and {source} has no numbers for"
    for offset in sorted({move.offset for move in moves if move.offset}):
        word, adding = ("plus", source) if offset > 0 else ("minus", target)
        yield f"{word} {abs(offset)}: what {adding} adds to the forget gate at run time, on top of its bias"
    if any(move.sign < 0 for move in moves):
        yield f"negated: the gate of {target} is one minus that of {source}, and sigmoid(-x) = 1 - sigmoid(x)"
    if any(term.row_major != move.row_major for move in moves for term in move.terms):
        yield ROW_MAJOR_LEGEND
    yield from run_notes(answer)


def _setting_words(name: str, value: Any, source: str, target: str) -> str:
    if name == "return_sequences":
        steps = "every step" if value else "the last step alone"
        return f"recurrent layers give {steps}, as in {source}, where the model leaves it open; set the same in {target}"
    return f"{name}={quoted(value)}: as {source} has it, where the model leaves it open; set the same in {target}"


def run_notes(answer: Port) -> Iterator[str]:
    """Yield what else the two models must have alike to give the same outputs."""
    ours, theirs = framework(answer.source.framework), framework(answer.target)
    for kind in dict.fromkeys(layer.kind for layer in answer.model.calls if layer.kind in ours.epsilons):
        one, other = ours.epsilons[kind], theirs.epsilons.get(kind, ours.epsilons[kind])
        if one != other:
            yield f"epsilon of {kind} is {one:g} in {ours.name} and {other:g} in {theirs.name} by default: set the same in both"
    if ours.channels_first == theirs.channels_first:
        return
    uses = with_defaults(answer.model, ours).uses
    for use in uses:
        if use.layer.kind == "flatten" and prod(size or 2 for size in use.input[1:-1]) > 1 and _is_of_windows(uses, use):
            yield _order_note(use.name, use.input[-1], ours, theirs)


def _is_of_windows(uses: Sequence[Use], use: Use) -> bool:
    """Return whether what a layer reads comes from a convolution or a pool, through layers that leave its axes as they are."""
    source = use
    while source.sources and source.sources[0][0] >= 0:
        source = uses[source.sources[0][0]]
        if isinstance(source.layer, Positions):
            return not source.layer.channels_first
        if source.layer.weighted and source.layer.kind not in {"batch_norm", "group_norm", "prelu"}:
            return False
    return False


def _order_note(name: str, features: Size, ours: Framework, theirs: Framework) -> str:
    """Return, in words, in which order the columns of the weights are that read what is flattened."""
    width = "features" if features is None else str(features)
    one, shape = (ours.name, f"{width}, -1") if ours.channels_first else (theirs.name, f"-1, {width}")
    when = "before they are ported" if ours.channels_first else "once they are ported"
    return (
        f"{name}: the weights behind it are taken to read (positions, features) on both sides; {one} has the features first "
        f"behind a convolution or a pool, and if it flattens them so, put the columns in order {when}: "
        f"w.reshape(len(w), {shape}).swapaxes(1, 2).reshape(len(w), -1)"
    )


def _settings(model: Model, answer: Port) -> Iterator[tuple[str, Any]]:
    """Yield the choices that were made as the source makes them and that the target, left alone, would make otherwise."""
    table = framework(answer.target)
    for asked, made in zip(model.flat, answer.model.flat, strict=True):
        by_default = with_default_options(asked, layout_for(table, asked).defaults).asdict()
        yield from ((name, value) for name, value in made.asdict().items() if name != "inputs" and value != by_default[name])
