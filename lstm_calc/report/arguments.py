"""``arguments`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from lstm_calc.questions.arguments import Argument, ArgumentList, LayerArguments

_LEGEND = (
    "changes: the number of parameters, the shapes of what flows out, the initial values of as many parameters, or the run alone",
    "taken by: the class whose signature has it; older: none has it, and it is taken by name alone, or no more",
)


def arguments_document(answer: ArgumentList) -> Document:
    """Return the arguments of each layer, a table each."""
    tables = tuple(_arguments_table(layer, other) for layer, other in zip(answer.layers, reversed(answer.layers), strict=True))
    releases = (f"{layer.layer}: {layer.framework} {layer.release}, {layer.source}" for layer in answer.layers)
    title = f"Arguments of {' and '.join(layer.layer for layer in answer.layers)}"
    return Document(title, tables, (*_LEGEND, *releases))


def _arguments_table(layer: LayerArguments, other: LayerArguments) -> Table:
    columns = (
        Column("layer", "layer", shown=False),
        Column("argument", layer.layer),
        Column("default", "default"),
        Column("changes", "changes"),
        Column("effect", "effect"),
        Column("elsewhere", f"in {other.layer}"),
        Column("taken_by", "taken by", shown=any(each.taken_by != "LSTM" for each in layer.arguments)),
    )
    return Table(columns, tuple(_argument_line(layer, each) for each in layer.arguments))


def _argument_line(layer: LayerArguments, each: Argument) -> Line:
    elsewhere = each.counterpart or each.instead
    return Line(
        (layer.layer, each.name, each.default or "required", ", ".join(each.changes), each.effect, elsewhere, each.taken_by)
    )
