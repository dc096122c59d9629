"""Why two frameworks count a model differently: role by role, the tensors of each and how many numbers they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import few
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.explain import (
    DerivationLine,
    Explanation,
    LayerExplanation,
    explain,
    of_one_direction,
    times,
    with_numbers,
)
from lstm_calc.questions.explain_text import bias_notes, unread
from lstm_calc.questions.tensors import ROLES, Storage, Tensor, tensors
from lstm_calc.questions.titles import headline
from lstm_calc.render.document import Block, Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model


class TermsOfSide(Data):
    """What one framework stores of a role in layers that are alike: the tensors of all layers, and the numbers per layer."""

    tensors: tuple[str, ...]
    count: DerivationLine

    @property
    def params(self) -> int:
        """How many numbers there are."""
        return self.count.result

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {"tensors": plain(self.tensors), "symbols": self.count.symbols, "numbers": self.count.numbers, "params": self.params}


class DifferenceRow(Data):
    """One role in layers that are alike; a side is None where a framework has nothing of the role."""

    json = ("layers", "role", "sides", "difference")

    layers: tuple[str, ...]
    role: str
    sides: tuple[TermsOfSide | None, TermsOfSide | None]

    @property
    def difference(self) -> int:
        """How many more numbers the second framework has, in all the layers."""
        one, two = (side.params if side else 0 for side in self.sides)
        return len(self.layers) * (two - one)


class Difference(Answer):
    """Two explanations of a model, compared with each other."""

    schema = "lstm-calc/difference/1"
    json = ("schema", "frameworks", "totals", "difference", "rows")

    explanations: tuple[Explanation, Explanation]
    rows: tuple[DifferenceRow, ...]

    @property
    def frameworks(self) -> tuple[str, str]:
        """The two frameworks."""
        one, two = self.explanations
        return one.framework, two.framework

    @property
    def totals(self) -> tuple[int, int]:
        """The parameters in each."""
        one, two = self.explanations
        return one.total.result, two.total.result

    @property
    def difference(self) -> int:
        """How many more parameters the second framework has."""
        one, two = self.totals
        return two - one

    def document(self) -> Document:
        """Return why the totals differ: what differs in words, and all tensors in a table."""
        one, two = (f"{total:,} parameters in {name}" for total, name in zip(self.totals, self.frameworks, strict=True))
        title = f"{headline(self.explanations[0].model)}: {one}, {two}"
        return Document(title, (_table(self),), (), body=tuple(_blocks(self)))


def difference(model: Model, one: str, two: str) -> Difference:
    """Return what makes the totals of two frameworks differ; raise FrameworkError where one lacks what the model asks for.

    >>> from lstm_calc import difference, read
    >>> [(row.role, row.difference) for row in difference(read("32 > lstm 32"), "keras", "pytorch").rows if row.difference]
    [('recurrent_bias', 128)]
    """
    explanations = explain(model, one), explain(model, two)
    stored = tensors(model, one), tensors(model, two)
    return Difference(explanations, tuple(_rows(explanations, stored)))


def _rows(explanations: tuple[Explanation, Explanation], stored: tuple[Storage, Storage]) -> Iterator[DifferenceRow]:
    owned = [storage.by_layer for storage in stored]
    for pair in zip(*(each.layers for each in explanations), strict=True):
        for role in ROLES:
            one, two = (_side(layer, role, tensors) for layer, tensors in zip(pair, owned, strict=True))
            if one or two:
                yield DifferenceRow(pair[0].names, role, (one, two))


def _side(layer: LayerExplanation, role: str, owned: dict[str, list[Tensor]]) -> TermsOfSide | None:
    """Return what a framework stores of one role in a layer and those like it, None where it has nothing of it."""
    blocks = {(each.gate, each.role): each.axes for each in layer.operands if each.role == role}
    if not blocks:
        return None
    alike = [tensor for name in layer.names for tensor in owned[name]]
    names = tuple(tensor.name for tensor in alike if any(part.role == role for part in tensor.parts))
    params = sum(part.params for tensor in owned[layer.names[0]] for part in tensor.parts if part.role == role)
    formula = times(len(layer.layer.directions), of_one_direction(blocks, tuple(gate for gate, _ in blocks if gate)))
    return TermsOfSide(names, DerivationLine(role, formula, with_numbers(formula, layer.sizes), params))


def _blocks(answer: Difference) -> Iterator[Block]:
    differing = [row for row in answer.rows if row.difference]
    if not differing:
        yield Block("They do not differ: every matrix and vector has as many numbers in the one as in the other.")
        return
    yield from _total_blocks(answer)
    for row in differing:
        yield from _row_blocks(row, answer)
    for note in dict.fromkeys(_notes(answer)):
        yield Block(note)


def _total_blocks(answer: Difference) -> Iterator[Block]:
    least, most = sorted(answer.totals)
    if least == most:
        yield Block("The totals do not differ, though what is counted does:")
    else:
        yield Block("What makes the difference:")
        yield Block(f"{most} - {least} = {most - least}", "formula")


def _row_blocks(row: DifferenceRow, answer: Difference) -> Iterator[Block]:
    """Yield the count of one role in each framework, in symbols and numbers."""
    each = f", for each of the {len(row.layers):,} layers" * (len(row.layers) > 1)
    for name, side in zip(answer.frameworks, row.sides, strict=True):
        held = f"in {few(side.tensors)}" if side else "none"
        yield Block(f"{few(row.layers)}, {row.role.replace('_', ' ')} of {name}: {held}{each * (side is not None)}", "item")
        if side:
            yield Block(side.count.text, "formula")


def _notes(answer: Difference) -> Iterator[str]:
    """Yield what is peculiar about the biases of the layers that differ."""
    differing = {row.layers for row in answer.rows if row.difference}
    for explanation in answer.explanations:
        for layer in explanation.layers:
            if layer.names in differing:
                yield from (unread(gate, explanation.framework) for gate in layer.gates if gate.symbol is None)
                yield from bias_notes(explanation, layer)


def _table(answer: Difference) -> Table:
    columns = [Column("layers", "layer", grouped=True), Column("role", "holds")]
    for name in answer.frameworks:
        columns += [
            Column(f"{name}_tensors", f"tensors of {name}", gives_way=2),
            Column(f"{name}_params", f"parameters in {name}", "number"),
        ]
    lines = [_line(row) for row in answer.rows]
    one, two = answer.totals
    total = Line(("total", None, None, one, None, two, answer.difference), sum="total")
    return Table((*columns, Column("difference", "difference", "delta")), (*lines, total))


def _line(row: DifferenceRow) -> Line:
    values = [(few(side.tensors, 1), len(row.layers) * side.params) if side else (None, None) for side in row.sides]
    return Line((few(row.layers), row.role, *values[0], *values[1], row.difference))
