"""How many parameters a model has, layer by layer and gate by gate."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from lstm_calc.dtypes import FLOAT32
from lstm_calc.errors import FrameworkError, ModelError, few, listed
from lstm_calc.frameworks import FRAMEWORKS, caller_notes, framework, framework_of, layout_for, option_words, uses_in
from lstm_calc.frameworks.counting import Shape, bias_vectors, count
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.answer import Answer, Data, grouped, plain
from lstm_calc.questions.tensors import ROLES, Part, Tensor, Uncounted, known_tensors
from lstm_calc.questions.titles import in_framework, steps_by_default
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.model import Layer, Model, Use
    from lstm_calc.model.sizes import Size


class GateCount(Data):
    """One gate of one direction of a layer; ``gate`` is None for what belongs to none (a projection, a dense layer).

    ``shapes`` has the stored shape of its block by role: kernel, recurrent_kernel, bias, ... ``trainable`` are the parameters of
    the total that are trained.
    """

    gate: str | None
    direction: str | None
    shapes: dict[str, Shape]
    total: int
    trainable: int = 0

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer: a shape for each role, None where the gate has none of it."""
        shapes = {role: plain(self.shapes.get(role)) for role in ROLES}
        return {"gate": self.gate, "direction": self.direction, "way": self.direction, **shapes, "total": self.total}


class LayerCount(Data):
    """One layer; widths are features per step, None where they are not known. One that is shared is counted at its first use."""

    name: str
    type: str
    input_dim: Size
    output_dim: Size
    gates: tuple[GateCount, ...]
    total: int | None
    trainable: int | None


class ParamCount(Answer):
    """A model's parameters as one framework stores them.

    ``known_total`` and ``trainable`` are those of the layers that are counted; ``uncounted`` are the others, each with the reason.
    """

    schema = "lstm-calc/params/1"
    json = ("schema", "framework", "layers", "total", "trainable", "non_trainable")

    model: Model
    framework: str
    layers: tuple[LayerCount, ...]
    known_total: int
    trainable: int
    uncounted: tuple[Uncounted, ...] = ()

    @property
    def total(self) -> int | None:
        """All parameters, None where there are layers that are not counted."""
        return None if self.uncounted else self.known_total

    @property
    def non_trainable(self) -> int:
        """The frozen parameters, of the layers that are counted."""
        return self.known_total - self.trainable

    def share(self, count: int | None) -> float | None:
        """Return which share of all parameters a number of them is, None where one of the two is not known."""
        return count / self.total if count is not None and self.total else None

    def partial(self) -> dict[str, Any]:
        """Return what JSON says beside a total that is not known: that of the layers that are counted, and the others."""
        return {"known_total": self.known_total, "uncounted": plain(self.uncounted)} if self.uncounted else {}

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; shapes are lists."""
        return super().data() | self.partial()

    def document(self, *, stored: str = "", folded: bool = False) -> Document:
        """Return the parameters by layer and gate; ``folded``: in a long table, gates of equal shapes share a row.

        ``stored`` says how many bytes they take where that is not in float32.
        """
        folded = folded and sum(max(len(layer.gates), 1) for layer in self.layers) > _LONG
        title = f"Parameters of {in_framework(self.model, self.framework)}"
        notes = _params_notes(self.model, self, stored, folded=folded)
        return Document(title, (_params_table(self, folded=folded),), tuple(notes))


def params(model: Model, framework_name: str | None = None) -> ParamCount:
    """Return the parameters of a model by layer and gate, as a framework (None: the model's own) stores them.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import LSTM, Model, params
    >>> params(Model([LSTM(32)], input_dim=32)).total, params(Model([LSTM(32)], input_dim=32), "pytorch").total
    (8320, 8448)
    """
    stored = known_tensors(model, framework_name)
    by_layer = stored.by_layer
    uncounted = {each.layer for each in stored.uncounted}
    uses = uses_in(model, framework_of(model, framework_name))
    layers = [_layer(use, by_layer.get(use.name, ()), counted=use.name not in uncounted) for use in uses]
    total, trainable = sum(layer.total or 0 for layer in layers), sum(layer.trainable or 0 for layer in layers)
    return ParamCount(model, stored.framework, tuple(layers), total, trainable, stored.uncounted)


def whole_params(model: Model, framework_name: str | None = None) -> ParamCount:
    """Return the parameters of a model, as :func:`params`; raise ModelError where a layer is not counted."""
    answer = params(model, framework_name)
    if answer.uncounted:
        raise ModelError(uncounted_words(answer), key="layers")
    return answer


def uncounted_words(answer: ParamCount) -> str:
    """Return a sentence that says why a total is not known."""
    first, *more = answer.uncounted
    others = f" (and {len(more)} more)" if more else ""
    return f"the total is not known, at least {answer.known_total:,}: {first.layer} is not counted{others}; {first.reason}"


def elsewhere(model: Model, framework_name: str) -> dict[int, list[str]]:
    """Return the other frameworks' totals for the same model, each with the names of those that have it."""
    totals: dict[int, list[str]] = {}
    for name in FRAMEWORKS:
        if name != framework_name:
            with suppress(FrameworkError, ModelError):  # one gives every step by default, and how many there are may not be known
                totals.setdefault(count(model, name), []).append(name)
    return totals


def _layer(use: Use, owned: Sequence[Tensor], *, counted: bool) -> LayerCount:
    pairs = [(part, tensor.trainable) for tensor in owned if tensor.counted for part in tensor.parts]
    parts = [part for part, _ in pairs]
    kind = use.layer.kind
    order = [*CELLS[kind].gates, None] if kind in CELLS else list(dict.fromkeys(part.gate for part in parts))
    places = [(direction or None, gate) for direction in use.layer.directions for gate in order]
    blocks = {place: [pair for pair in pairs if (pair[0].direction, pair[0].gate) == place] for place in places}
    return LayerCount(
        name=use.name,
        type=kind,
        input_dim=use.widths[0],
        output_dim=use.widths[1],
        gates=tuple(_gate(gate, direction, found) for (direction, gate), found in blocks.items() if found),
        total=sum(tensor.params for tensor in owned) if counted else None,
        trainable=sum(tensor.params for tensor in owned if tensor.trainable) if counted else None,
    )


def _gate(gate: str | None, direction: str | None, parts: Sequence[tuple[Part, bool]]) -> GateCount:
    """Return the count of a gate's parts, each with whether it is trained."""
    shapes = {part.role: part.shape for part, _ in parts}
    trainable = sum(part.params for part, trained in parts if trained)
    return GateCount(gate, direction, shapes, sum(part.params for part, _ in parts), trainable)


def trained_words(count: int | None, trainable: int | None) -> str | None:
    """Return, in words, whether so many parameters are trained; None where there are none, or it is not known."""
    if not count:
        return None
    return "yes" if trainable == count else "in part" if trainable else "frozen"


_WHERE_NARROW: dict[str, dict[str, Any]] = {
    "recurrent_kernel": {"short": "rec. kernel"},
    "bias": {"gives_way": 4},
    "recurrent_bias": {"short": "rec. bias", "gives_way": 3},
    "peephole": {"short": "peep."},
    "projection": {"short": "proj."},
    **{role: {"gives_way": 2} for role in ("gain", "shift", "statistic", "slope")},
}
"""What columns are on a narrow terminal; shapes of vectors say the least: those are as long as the layer has units or channels."""


_LONG = 24
"""The rows up to which each gate has one of its own."""


def _params_table(answer: ParamCount, *, folded: bool) -> Table:
    layers = answer.layers
    lines = [line for layer in layers for line in _layer_lines(layer, answer, folded=folded)]
    backward = any(part.direction == "backward" for layer in layers for part in layer.gates)
    columns = (
        Column("layer", "layer", grouped=True),
        Column("type", "type", grouped=True, shown=any(not layer.name.startswith(layer.type) for layer in layers), gives_way=2),
        Column("direction", "direction", short="dir.", grouped=True, shown=backward),
        Column("gate", "gate", shorter=tuple(_initials(lines, at=3))),
        Column("gates", "gates", "number", short="×", shown=folded, gives_way=6),
        *(Column(role, role.replace("_", " "), "shape", **_WHERE_NARROW.get(role, {})) for role in ROLES),
        Column("trained", "trained", shown=answer.non_trainable > 0, gives_way=5),
        Column("params", "parameters", "number", short="params"),
        Column("share", "share", "share", gives_way=1),
    )
    name = "lower bound" if answer.uncounted else "total"
    return Table(columns, (*lines, _sum_line("total", name, answer.known_total, answer)))


def _initials(lines: Sequence[Line], at: int) -> Iterator[tuple[str, str]]:
    """Yield the names of gates that share a row, with their initials, which tell the gates of every cell apart."""
    for names in dict.fromkeys(str(line.values[at]) for line in lines):
        if ", " in names:
            yield names, " ".join(name[0] for name in names.split(", "))


def _folded(gates: Sequence[GateCount]) -> list[tuple[GateCount, int]]:
    """Return gates of equal shapes as one with the parameters of all, and how many they are; both directions, where they agree."""
    alike = grouped(gates, lambda gate: (gate.direction, gate.gate is None, *gate.shapes.items()))
    joined = [_joined(each) for each in alike.values()]
    half = len(joined) // 2
    one, other = ([(gate.replace(direction=None), many) for gate, many in part] for part in (joined[:half], joined[half:]))
    if half and one == other and len({gate.direction for gate, _ in joined}) > 1:
        both = [(gate.replace(direction="both", total=2 * gate.total, trainable=2 * gate.trainable), many) for gate, many in one]
        return [(gate, 2 * many) for gate, many in both]
    return joined


def _joined(gates: Sequence[GateCount]) -> tuple[GateCount, int]:
    names = ", ".join(str(gate.gate) for gate in gates) if gates[0].gate else None
    total, trainable = sum(gate.total for gate in gates), sum(gate.trainable for gate in gates)
    return gates[0].replace(gate=names, total=total, trainable=trainable), len(gates)


def _layer_lines(layer: LayerCount, answer: ParamCount, *, folded: bool) -> Iterator[Line]:
    """Yield a line per gate, and the layer's sum where it adds up several of them in a model of several layers."""
    gates = _folded(layer.gates) if folded else [(gate, 1) for gate in layer.gates]
    for part, many in gates or ((GateCount(None, None, {}, 0), 1),):
        shapes = [part.shapes.get(role) for role in ROLES]
        count = None if layer.total is None else part.total
        named = (part.direction, part.gate or ("projection" if "projection" in part.shapes else None), many if part.gate else None)
        trained = trained_words(count, part.trainable)
        yield Line((layer.name, layer.type, *named, *shapes, trained, count, answer.share(count)))
    if len(gates) > 1 and len(answer.layers) > 1 and layer.total is not None:
        yield _sum_line("subtotal", layer.name, layer.total, answer)


def _sum_line(what: Literal["subtotal", "total"], name: str, total: int, answer: ParamCount) -> Line:
    blanks: tuple[Value, ...] = (None,) * (len(ROLES) + 2)
    gate = "subtotal" if what == "subtotal" else None
    return Line((name, None, None, gate, *blanks, total, answer.share(total)), sum=what)


def _params_notes(model: Model, answer: ParamCount, stored: str, *, folded: bool) -> Iterator[str]:
    if model.origin:
        yield model.origin
    if folded:
        yield "gates of equal shapes share a row, which has the parameters of all of them; --all gives each its own"
    size = stored or f"{size_words(FLOAT32 * answer.known_total)} in float32"
    least = f"at least {answer.known_total:,} parameters: " if answer.uncounted else ""
    yield f"{least}trainable {answer.trainable:,}, frozen {answer.non_trainable:,}; {size}"
    for each in answer.uncounted:
        yield f"{each.layer} is not counted: {each.reason}"
    yield from caller_notes(model, framework(answer.framework))
    if any(layer.kind in CELLS for layer in model.calls) and not answer.uncounted:
        yield convention_note(model, answer)
    for use in model.uses:
        if getattr(use.layer, "tied", False):
            yield f"{use.name} shares the embedding's matrix, so only its bias is counted"


def convention_note(model: Model, answer: ParamCount) -> str:
    """Return, in words, how a framework counts the biases of a model, and what the other frameworks count."""
    return f"convention: {answer.framework}, {_conventions(model, answer.framework)}; {_other_totals(model, answer)}"


def _other_totals(model: Model, answer: ParamCount) -> str:
    """Return, in words, what the other frameworks that offer the model count."""
    others = elsewhere(model, answer.framework)
    same = others.pop(answer.known_total, [])
    found = [f"{total:,} in {listed(names)} ({_conventions(model, names[0])})" for total, names in others.items()]
    if found:
        return f"elsewhere {'; '.join(found)}"
    return f"the same in {listed(same)}" if same else "no other framework here offers this model"


_NUMBERS = ("no", "one", "two", "three", "four")


def _conventions(model: Model, framework_name: str) -> str:
    """Return, in words, all on which the count of a model with recurrent layers depends in a framework."""
    table, words = framework(framework_name), [_convention(model, framework_name)]
    normal = next((layer for layer in model.calls if layer.kind == "batch_norm"), None)
    if normal is not None:
        rows = layout_for(table, normal).rows
        counted = any(row.role == "statistic" and row.counted for row in rows)
        words.append(f"moving statistics {'' if counted else 'not '}counted")
    kinds = [layer.kind for layer in model.calls]
    behind = kinds[next(at for at, kind in enumerate(kinds) if kind in CELLS) :]
    if not {"flatten", "reshape"}.isdisjoint(behind) and (steps := steps_by_default(model, table)):
        words.append(steps)
    return ", ".join(words)


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
    words = f"{_NUMBERS[fewest]} bias vector{'s' * (fewest > 1)} per gate"
    words += f", {_NUMBERS[most]} for {listed(more)}" if more else ""
    return f"{words}, {_NUMBERS[len(gates)]} gates" if getattr(layer, "coupled", False) else words
