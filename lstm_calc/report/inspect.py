"""``inspect`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import shortened
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.weights.inference.sorting import sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.questions.inspect import InspectedFile, InspectedLayer, Inspection
    from lstm_calc.questions.sameness import Sameness


def inspect_document(answer: Inspection, *, tensors: bool) -> Document:
    """Return the recurrent layers of files and what is beside them; with ``tensors`` also every tensor."""
    files = answer.files
    title = f"{shortened(files[0].path)}: {_headline(files[0])}" if len(files) == 1 else f"{len(files):,} files of weights"
    tables = [_layers_table(files), _totals_table(files), *([_tensors_table(files)] * tensors)]
    return Document(title, tuple(table for table in tables if table.lines), tuple(_notes(files)))


def _headline(file: InspectedFile) -> str:
    count = sum(layer.layers for layer in file.layers)
    return f"{file.format}, {f'{count:,}' if count else 'no'} recurrent layer{'s' * (count > 1)}"


def _layers_table(files: tuple[InspectedFile, ...]) -> Table:
    columns = (
        Column("path", "file", grouped=True, shown=len(files) > 1),
        Column("name", "layer"),
        Column("cell", "cell"),
        Column("framework", "stored as"),
        Column("input_dim", "input", "number"),
        Column("units", "units", "number"),
        Column("layers", "layers", "number", shown=any(layer.layers > 1 for file in files for layer in file.layers)),
        Column("directions", "directions", "number", shown=any(layer.bidirectional for file in files for layer in file.layers)),
        Column("projection", "projection", "number"),
        Column("peephole", "peephole"),
        Column("bias_vectors", "biases a gate", "number"),
        Column("params", "in the file", "number"),
        Column("params_by_formula", "by formula", "number"),
        Column("reason", "reason", shown=False),
    )
    return Table(columns, tuple(Line(_layer_values(file, layer)) for file in files for layer in file.layers))


def _layer_values(file: InspectedFile, layer: InspectedLayer) -> tuple[str | int | None, ...]:
    return (
        shortened(file.path),
        shortened(layer.name),
        layer.cell,
        layer.framework,
        layer.input_dim,
        layer.units,
        layer.layers,
        1 + layer.bidirectional,
        layer.projection,
        "yes" if layer.peephole else None,
        layer.bias_vectors,
        layer.params,
        layer.params_by_formula,
        layer.reason,
    )


def _totals_table(files: tuple[InspectedFile, ...]) -> Table:
    columns = (
        Column("path", "file", shown=len(files) > 1),
        Column("format", "format"),
        Column("recurrent", "recurrent", "number"),
        Column("other", "other layers", "number"),
        Column("params", "parameters", "number"),
        Column("optimizer", "optimizer state", "number"),
        Column("buffers", "buffers", "number"),
        Column("bytes", "bytes on disk", "number"),
    )
    return Table(columns, tuple(Line(_total_values(file)) for file in files))


def _total_values(file: InspectedFile) -> tuple[str | int, ...]:
    counts = (file.params - file.other, file.other, file.params, file.optimizer, file.buffers, file.bytes)
    return (shortened(file.path), file.format, *counts)


def _tensors_table(files: tuple[InspectedFile, ...]) -> Table:
    columns = (
        Column("path", "file", grouped=True, shown=len(files) > 1),
        Column("tensor", "tensor"),
        Column("shape", "shape", "shape"),
        Column("dtype", "dtype"),
        Column("part", "part of"),
        Column("tensor_params", "numbers", "number"),
    )
    return Table(columns, tuple(line for file in files for line in _tensor_lines(file)))


def _tensor_lines(file: InspectedFile) -> Iterator[Line]:
    parts = {tensor.name: layer.name for layer in file.layers for tensor in layer.tensors}
    sorted_ = sort(file.tensors)
    parts |= {tensor.name: "optimizer" for tensor in sorted_.optimizer} | {tensor.name: "buffers" for tensor in sorted_.buffers}
    for tensor in file.tensors:
        part = shortened(parts.get(tensor.name, "other layers"))
        yield Line((shortened(file.path), shortened(tensor.name), tensor.shape, tensor.dtype, part, tensor.params))


def _notes(files: tuple[InspectedFile, ...]) -> Iterator[str]:
    for file in files:
        where = f"{shortened(file.path)}: " if len(files) > 1 else ""
        if not file.layers:
            yield f"{where}no recurrent layer"
        for layer in file.layers:
            if layer.reason or layer.params != layer.params_by_formula:
                why = layer.reason or "not the formula's number, and nothing here says why"
                yield f"{where}{shortened(layer.name)}: {why}"
            if layer.candidates:
                yield f"{where}{shortened(layer.name)}: could as well be {' or '.join(layer.candidates)}"
        if file.kinds:
            yield f"{where}other layers: {', '.join(f'{kind} {count:,}' for kind, count in file.kinds.items())}"
        if file.shared:
            yield f"{where}{file.shared:,} numbers have a second name, and are counted once"
        yield f"{where}{size_words(file.bytes)} on disk"


def same_document(answer: Sameness) -> Document:
    """Return whether two files hold the same architecture, and what only one of them has."""
    title = f"{' and '.join(map(shortened, answer.paths))}: {'the same' if answer.same else 'not the same'} architecture"
    columns = (Column("path", "only in", grouped=True), Column("part", "part"))
    sides = zip(answer.paths, (answer.only_first, answer.only_second), strict=True)
    lines = tuple(Line((shortened(path), shortened(part))) for path, parts in sides for part in parts)
    return Document(title, (Table(columns, lines),) if lines else (), ())
