"""``params`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lstm_calc.dtypes import FLOAT32
from lstm_calc.errors import few, listed
from lstm_calc.frameworks import caller_notes, framework, layout_for, option_words
from lstm_calc.frameworks.counting import bias_vectors
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.params import GateCount, elsewhere
from lstm_calc.questions.tensors import ROLES
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import from_file, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Layer, Model
    from lstm_calc.questions.params import LayerCount, ParamCount
    from lstm_calc.render.document import Value


def params_document(model: Model, answer: ParamCount) -> Document:
    """Return the parameters of a model by layer and gate."""
    title = f"Parameters of {headline(model)} in {answer.framework}{from_file(model, answer.framework)}"
    return Document(title, (_params_table(answer),), tuple(_params_notes(model, answer)))


_GIVING_WAY = {"recurrent_bias": 3, "bias": 4}
"""The roles whose shapes say the least: a bias is as long as the layer has units."""


def _params_table(answer: ParamCount) -> Table:
    layers = answer.layers
    columns = (
        Column("layer", "layer", grouped=True),
        Column("type", "type", grouped=True, shown=any(not layer.name.startswith(layer.type) for layer in layers), gives_way=2),
        Column("way", "direction", grouped=True, shown=any(part.way == "backward" for layer in layers for part in layer.gates)),
        Column("gate", "gate"),
        *(Column(role, role.replace("_", " "), "shape", gives_way=_GIVING_WAY.get(role, 0)) for role in ROLES),
        Column("trained", "trained", shown=answer.non_trainable > 0),
        Column("params", "parameters", "number"),
        Column("share", "share", "share", gives_way=1),
    )
    lines = [line for layer in layers for line in _layer_lines(layer, answer)]
    name = "at least" if answer.uncounted else "total"
    return Table(columns, (*lines, _sum_line("total", name, answer.known_total, answer)))


def _layer_lines(layer: LayerCount, answer: ParamCount) -> Iterator[Line]:
    """Yield a line a gate, and the layer's sum where it adds up several of them in a model of several layers."""
    trained = None if not layer.total else "yes" if layer.trainable else "frozen"
    for part in layer.gates or (GateCount(None, None, {}, 0),):
        shapes = [part.shapes.get(role) for role in ROLES]
        count = None if layer.total is None else part.total
        yield Line((layer.name, layer.type, part.way, _gate_words(part), *shapes, trained, count, _share(count, answer)))
    if len(layer.gates) > 1 and len(answer.layers) > 1 and layer.total is not None:
        yield _sum_line("subtotal", layer.name, layer.total, answer)


def _gate_words(part: GateCount) -> str | None:
    return part.gate or ("projection" if "projection" in part.shapes else None)


def _sum_line(what: Literal["subtotal", "total"], name: str, total: int, answer: ParamCount) -> Line:
    blanks: tuple[Value, ...] = (None,) * (len(ROLES) + 1)
    gate = "subtotal" if what == "subtotal" else None
    return Line((name, None, None, gate, *blanks, total, _share(total, answer)), sum=what)


def _share(count: int | None, answer: ParamCount) -> float | None:
    return count / answer.total if count is not None and answer.total else None


def _params_notes(model: Model, answer: ParamCount) -> Iterator[str]:
    if model.origin:
        yield model.origin
    size = size_words(FLOAT32 * answer.known_total)
    least = f"at least {answer.known_total:,} parameters: " if answer.uncounted else ""
    yield f"{least}trainable {answer.trainable:,}, frozen {answer.non_trainable:,}; {size} in float32"
    for each in answer.uncounted:
        yield f"{each.layer} is not counted: {each.reason}"
    yield from caller_notes(model, framework(answer.framework))
    if any(layer.kind in CELLS for layer in model.calls) and not answer.uncounted:
        yield convention_note(model, answer)
    for use in model.uses:
        if getattr(use.layer, "tied", False):
            yield f"{use.name} shares the embedding's matrix, so only its bias is counted"


def convention_note(model: Model, answer: ParamCount) -> str:
    """Return, in words, how a framework counts the biases of a model, and what the others make of it."""
    return f"convention: {answer.framework}, {_convention(model, answer.framework)}; {_other_totals(model, answer)}"


def _other_totals(model: Model, answer: ParamCount) -> str:
    """Return, in words, what the other frameworks that offer the model make of it."""
    others = elsewhere(model, answer.framework)
    same = others.pop(answer.known_total, [])
    told = [f"{total:,} in {listed(names)} ({_convention(model, names[0])})" for total, names in others.items()]
    if told:
        return f"elsewhere {'; '.join(told)}"
    return f"the same in {listed(same)}" if same else "no other framework here offers this model"


_NUMBERS = ("no", "one", "two", "three", "four")


def _convention(model: Model, framework_name: str) -> str:
    """Return, in words, how many bias vectors a gate has in each recurrent layer of a model."""
    table = framework(framework_name)
    recurrent = [use for use in model.uses if use.layer.kind in CELLS and use.depth == 0]
    words: dict[tuple[str, frozenset[str]], str] = {}
    kinds: dict[str, dict[str, None]] = {}
    names: dict[str, list[str]] = {}
    for use in recurrent:
        layer = use.layer
        options = layer.kind, frozenset(option_words(layer, layout_for(table, layer).defaults))
        if options not in words:
            words[options] = _vector_words(layer, framework_name)
        kinds.setdefault(words[options], {})[layer.kind] = None
        names.setdefault(words[options], []).append(use.name)
    if len(names) == 1:
        return next(iter(names))
    by_kind = sum(map(len, kinds.values())) == len({use.layer.kind for use in recurrent})
    return "; ".join(f"{phrase} in {few(list(kinds[phrase]) if by_kind else names[phrase])}" for phrase in names)


def _vector_words(layer: Layer, framework_name: str) -> str:
    """Return, in words, how many bias vectors each gate of a layer has, and how many gates are left of coupled ones."""
    gates = bias_vectors(layer, framework_name)
    fewest, most = min(gates.values()), max(gates.values())
    more = [gate for gate, vectors in gates.items() if vectors > fewest]
    words = f"{_NUMBERS[fewest]} bias vector{'s' * (fewest > 1)} a gate"
    words += f", {_NUMBERS[most]} for {listed(more)}" if more else ""
    return f"{words}, {_NUMBERS[len(gates)]} gates" if getattr(layer, "coupled", False) else words
