"""The recurrent layers of a file of weights, and whether our counts agree with the file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, LstmCalcError, listed, shortened
from lstm_calc.frameworks import framework, layout_for
from lstm_calc.frameworks.counting import bias_vectors, count
from lstm_calc.model import BatchNorm, Layer, Model, Recurrent
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.weights.inference.find import found_layers
from lstm_calc.weights.inference.layers import FoundLayer, display_name
from lstm_calc.weights.inference.sorting import kinds_of, sort, statistics
from lstm_calc.weights.readers import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.weights.inference.layers import Match
    from lstm_calc.weights.readers.stored import Checkpoint, Stored


class InspectedLayer(Data):
    """A recurrent layer of a file, or a stack of ``layers`` alike ones in one module.

    ``framework`` is the one that stores layers like this; ``params`` are its numbers in the file, less those that an earlier layer
    shares; ``params_by_formula`` is what the framework has for a layer of these sizes; ``reason`` says why they differ, or what
    else to know. ``candidates`` are layers, in the notation, that have the same shapes. Sizes are None where they are not known.
    """

    name: str
    cell: str | None
    framework: str
    input_dim: int | None
    units: int | None
    layers: int
    bidirectional: bool
    projection: int | None
    peephole: bool
    bias_vectors: int | None
    params: int
    params_by_formula: int | None
    reason: str | None
    candidates: tuple[str, ...]
    tensors: tuple[Stored, ...]
    layer: Layer | None
    reconciled: bool

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        values = super().data() | {"tensors": [_tensor_data(tensor) for tensor in self.tensors]}
        del values["layer"]
        return values


class InspectedFile(Data):
    """A file: its recurrent layers, and how many other numbers it has.

    ``params`` counts what the file's framework calls parameters, each number once however many names it has; ``non_trainable`` is
    the part that is never trained, the statistics of batch normalisations in Keras; ``other`` is the part outside recurrent layers,
    ``kinds`` that part by kind of layer; ``optimizer`` counts an optimizer's state, ``buffers`` what is no parameter: running
    statistics elsewhere, counters, whole-number constants. ``others`` are the tensors behind ``other``. ``shared`` counts the
    numbers that have a second name. ``bytes`` is on disk.
    ``lists_tensors``: the plain values and the document list every tensor.
    """

    json = (
        *("path", "format", "layers", "params", "non_trainable", "other", "kinds", "optimizer", "buffers", "shared", "bytes"),
        "reconciled",
    )

    path: str
    format: str
    layers: tuple[InspectedLayer, ...]
    params: int
    other: int
    kinds: dict[str, int]
    optimizer: int
    buffers: int
    non_trainable: int
    shared: int
    bytes: int
    tensors: tuple[Stored, ...]
    others: tuple[Stored, ...] = ()
    lists_tensors: bool = False

    @property
    def reconciled(self) -> bool:
        """Whether every recurrent layer has as many numbers as the formula says, or the difference has a reason."""
        return all(layer.reconciled for layer in self.layers)

    def model(self) -> Model | None:
        """Return all layers as a model, None where there is none; a layer whose sizes do not follow has its count alone."""
        from lstm_calc.questions.stored_model import model_of

        return model_of(self) if self.layers or self.others else None

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        tensors = {"tensors": [_tensor_data(tensor) for tensor in self.tensors]} if self.lists_tensors else {}
        return super().data() | tensors


class Inspection(Answer):
    """Several files."""

    schema = "lstm-calc/inspect/1"
    json = ("schema", "files")

    files: tuple[InspectedFile, ...]

    @property
    def reconciled(self) -> bool:
        """Whether every recurrent layer of every file reconciles."""
        return all(file.reconciled for file in self.files)

    def document(self) -> Document:
        """Return the recurrent layers of the files, and what else they hold."""
        files = self.files
        title = f"{shortened(files[0].path)}: {_headline(files[0])}" if len(files) == 1 else f"{len(files):,} files of weights"
        lists_tensors = any(file.lists_tensors for file in files)
        tables = (_layers_table(files), _totals_table(files), *([_tensors_table(files)] * lists_tensors))
        return Document(title, tuple(table for table in tables if table.lines), tuple(_notes(files)))


def own_name(layer: InspectedLayer) -> str:
    """Return a layer's name with the separator of the file: dots where its tensors have dots."""
    dotted = layer.name.replace("/", ".")
    return dotted if any(tensor.name.startswith(f"{dotted}.") for tensor in layer.tensors) else layer.name


def inspect(*paths: str, tensors: bool = False) -> Inspection:
    """Return the recurrent layers of files of weights, from names and shapes alone; nothing of a file is run.

    With ``tensors`` the answer's plain values and document list every tensor.

    Raises CheckpointError where a file is broken or of another format, NotInstalledError where HDF5 needs h5py.
    """
    return Inspection(tuple(inspect_file(path, tensors=tensors) for path in paths))


def inspect_file(path: str, *, tensors: bool = False) -> InspectedFile:
    """Return the recurrent layers of one file; raises as :func:`inspect` does."""
    return inspected(read(path), path, Path(path).stat().st_size).replace(lists_tensors=tensors)


def inspected(checkpoint: Checkpoint, path: str, size: int) -> InspectedFile:
    """Return the recurrent layers among some tensors; ``path`` and ``size`` are those of the file or text that has them."""
    sorted_ = sort(checkpoint.tensors)
    found = found_layers(checkpoint, sorted_.learned)
    counted: dict[Any, str] = {}
    layers = _reconciled(found, counted)
    recurrent = {tensor.name for each in found for tensor in each.tensors}
    stored_by = framework_in(layers, checkpoint.format, checkpoint.tensors)
    untrained = {tensor.name for tensor in counted_statistics(checkpoint.tensors, stored_by)}
    learned = [*sorted_.learned, *(tensor for tensor in sorted_.buffers if tensor.name in untrained)]
    others = [tensor for tensor in learned if tensor.name not in recurrent]
    rest = _counted_once(others, counted)
    kinds = kinds_of(others, rest, checkpoint.classes)
    in_layers = sum(layer.params for layer in layers)
    named = sum(tensor.params for tensor in learned)
    total = in_layers + sum(kinds.values())
    return InspectedFile(
        path=path,
        format=checkpoint.format,
        layers=layers,
        params=total,
        other=total - in_layers,
        kinds=kinds,
        optimizer=sum(tensor.params for tensor in sorted_.optimizer),
        buffers=sum(tensor.params for tensor in sorted_.buffers if tensor.name not in untrained),
        non_trainable=sum(tensor.params for tensor in rest if tensor.name in untrained),
        shared=max(0, named - total),
        bytes=size,
        tensors=checkpoint.tensors,
        others=tuple(rest),
    )


def _counted_once(tensors: Sequence[Stored], counted: dict[Any, str], owner: str = "") -> list[Stored]:
    """Return the tensors whose numbers were not counted before, and remember them."""
    new = []
    for tensor in tensors:
        place = tensor.place or tensor.name
        if place not in counted:
            counted[place] = owner
            new.append(tensor)
    return new


def _reconciled(found: Sequence[FoundLayer], counted: dict[Any, str]) -> tuple[InspectedLayer, ...]:
    names: Counter[str] = Counter()
    layers = []
    for each in found:
        base = display_name(each)
        names[base] += 1
        layers.append(_layer(each, base if names[base] == 1 else f"{base}#{names[base]}", counted))
    return tuple(layers)


def _layer(found: FoundLayer, name: str, counted: dict[Any, str]) -> InspectedLayer:
    """Return one layer beside the formula."""
    sharing = {counted[tensor.place or tensor.name] for tensor in found.tensors if (tensor.place or tensor.name) in counted}
    params = sum(tensor.params for tensor in _counted_once(found.tensors, counted, name))
    match, layer = found.matches[0], found.layer
    formula = None if layer is None else count(Model([layer], match.input_dim), _offering(match, layer))
    shares = f"shares its numbers with {listed(sorted(sharing))}, where they are counted" if sharing else ""
    reason = "; ".join(filter(None, (match.why, shares))) if match.why else _reason(match, layer, params, formula, shares)
    return InspectedLayer(
        name=name,
        cell=match.kind if layer is None else layer.kind,
        framework=match.framework,
        input_dim=match.input_dim,
        units=match.units if layer is None else layer.asdict()[layer.size],
        layers=found.depth,
        bidirectional=found.directions == 2,
        projection=getattr(layer, "projection", None),
        peephole=getattr(layer, "peephole", False),
        bias_vectors=match.variant.bias_vectors if match.variant else None,
        params=params,
        params_by_formula=formula,
        reason=reason,
        candidates=tuple(str(Model([other], width)) for other, width in match.others),
        tensors=found.tensors,
        layer=layer,
        reconciled=formula is not None and (params == formula or reason is not None),
    )


def _offering(match: Match, layer: Recurrent) -> str:
    """Return the framework that a layer is compared with: its own, or that of its storage variant where its own lacks the layer."""
    assert match.variant is not None  # noqa: S101  a layer was found as a variant
    try:
        layout_for(framework(match.framework), layer)
    except FrameworkError:
        return match.variant.framework
    return match.framework


_VECTORS = ("no bias vector", "one bias vector", "two bias vectors")


def _reason(match: Match, layer: Recurrent | None, params: int, formula: int | None, shares: str) -> str | None:
    """Return why the file's count differs from the formula, or what else to know about a layer where they agree."""
    assert layer and match.variant and formula  # noqa: PT018, S101  what was found as no variant has its reason already
    parts = []
    if shares:
        parts.append(shares)
    elif params != formula:
        parts.append(_difference(match, layer, params - formula))
    elif under := framework(match.variant.framework).under:
        plain = count(Model([layer], match.input_dim), under)
        words = f": {_VECTORS[match.variant.bias_vectors]} per gate, where {under} itself would have {plain:,}"
        parts.append(f"a {match.variant.framework} layer under {under}'s names{words * (plain != formula)}")
    if match.others:
        parts.append("the shapes alone leave a choice")
    elif match.guessed and match.input_dim == layer.output:
        parts.append("input and units are equal, so that the shapes do not say which kernel is which; the order does")
    return "; ".join(part for part in parts if part) or None


def _difference(match: Match, layer: Recurrent, more: int) -> str:
    """Return, in words, why two counts differ; empty where the biases do not explain it."""
    assert match.variant is not None  # noqa: S101  a layer was found as a variant
    name = _offering(match, layer)
    there, wanted = match.variant.bias_vectors, min(bias_vectors(layer, name).values())
    if there < wanted:
        return f"{_VECTORS[there]} per gate where {name} has {wanted}: an exporter summed them ({more:,} numbers)"
    if there > wanted:
        return f"{_VECTORS[there]} per gate where {name} has {wanted} (+{more:,} numbers)"
    return ""


def _tensor_data(tensor: Stored) -> dict[str, Any]:
    return {"name": tensor.name, "shape": tensor.shape, "dtype": tensor.dtype, "params": tensor.params}


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
        Column("bias_vectors", "biases per gate", "number"),
        Column("params", "in the file", "number"),
        Column("params_by_formula", "by formula", "number"),
        Column("reason", "reason", shown=False),
    )
    return Table(columns, tuple(_layer_line(file, layer) for file in files for layer in file.layers), "layers")


def _layer_line(file: InspectedFile, layer: InspectedLayer) -> Line:
    sizes = layer.get("cell", "framework", "input_dim", "units", "layers")
    options = (1 + layer.bidirectional, layer.projection, "yes" if layer.peephole else None)
    counts = layer.get("bias_vectors", "params", "params_by_formula", "reason")
    return Line((shortened(file.path), shortened(layer.name), *sizes, *options, *counts))


def _totals_table(files: tuple[InspectedFile, ...]) -> Table:
    columns = (
        Column("path", "file", shown=len(files) > 1),
        Column("format", "format"),
        Column("recurrent", "recurrent", "number"),
        Column("other", "other layers", "number"),
        Column("params", "parameters", "number"),
        Column("non_trainable", "not trained", "number", shown=any(file.non_trainable for file in files)),
        Column("optimizer", "optimizer state", "number"),
        Column("buffers", "buffers", "number"),
        Column("bytes", "bytes on disk", "number"),
    )
    return Table(columns, tuple(_total_line(file) for file in files), "files")


def _total_line(file: InspectedFile) -> Line:
    counts = file.get("other", "params", "non_trainable", "optimizer", "buffers", "bytes")
    return Line((shortened(file.path), file.format, file.params - file.other, *counts))


def _tensors_table(files: tuple[InspectedFile, ...]) -> Table:
    columns = (
        Column("path", "file", grouped=True, shown=len(files) > 1),
        Column("tensor", "tensor"),
        Column("shape", "shape", "shape"),
        Column("dtype", "dtype"),
        Column("part", "part of"),
        Column("tensor_params", "numbers", "number"),
    )
    return Table(columns, tuple(line for file in files for line in _tensor_lines(file)), "tensors")


def _tensor_lines(file: InspectedFile) -> Iterator[Line]:
    parts = {tensor.name: layer.name for layer in file.layers for tensor in layer.tensors}
    sorted_ = sort(file.tensors)
    parts |= {tensor.name: "optimizer" for tensor in sorted_.optimizer} | {tensor.name: "buffers" for tensor in sorted_.buffers}
    parts |= {tensor.name: "other layers" for tensor in file.others}
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


def framework_in(layers: Sequence[InspectedLayer], file_format: str, tensors: Sequence[Stored]) -> str:
    """Return whose most of the layers of a file are; without recurrent layers, whose names its tensors have."""
    found = Counter(layer.framework for layer in layers if layer.layer is not None)
    if found:
        return found.most_common(1)[0][0]
    is_keras = file_format.startswith(("keras", "hdf5")) or any("kernel" in tensor.name for tensor in tensors)
    return "keras" if is_keras else "pytorch"


def params_in(layer: Layer, name: str) -> int | None:
    """Return how many parameters a framework has for a layer, None where it has no such layer."""
    try:
        return count(Model([layer], layer.input_dim), framework(name).name)
    except LstmCalcError:
        return None


def counted_statistics(tensors: Sequence[Stored], name: str) -> tuple[Stored, ...]:
    """Return the statistics among some tensors where a framework counts them, as Keras does; none where they are buffers."""
    is_counted = params_in(BatchNorm(input_dim=1), name) == len(("gain", "shift", "mean", "variance"))
    return statistics(tensors) if is_counted else ()


class Sameness(Answer):
    """Whether two files hold the same architecture, and what only one of them has, as lines of text."""

    schema = "lstm-calc/inspect-same/1"
    json = ("schema", "paths", "only_first", "only_second", "same")

    paths: tuple[str, str]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether neither of them has anything that the other lacks."""
        return not (self.only_first or self.only_second)

    def document(self) -> Document:
        """Return whether the two files hold the same architecture, and what only one of them has."""
        title = f"{' and '.join(map(shortened, self.paths))}: {'the same' if self.same else 'not the same'} architecture"
        columns = (Column("path", "only in", grouped=True), Column("part", "part"))
        sides = zip(self.paths, (self.only_first, self.only_second), strict=True)
        lines = tuple(Line((shortened(path), shortened(part))) for path, parts in sides for part in parts)
        return Document(title, (Table(columns, lines),) if lines else (), ())


def same(first: InspectedFile, second: InspectedFile) -> Sameness:
    """Return whether two files hold the same recurrent layers, and matrices of the same sizes beside them.

    Names, dtypes, the order of axes and how many bias vectors a gate has are no difference.
    """
    one, two = _architecture(first), _architecture(second)
    return Sameness((first.path, second.path), tuple((one - two).elements()), tuple((two - one).elements()))


def _architecture(file: InspectedFile) -> Counter[str]:
    found: Counter[str] = Counter()
    for layer in file.layers:
        if layer.layer is None or layer.input_dim is None:
            found[f"{layer.name}: not known"] += 1
            continue
        plain = layer.layer.replace(bias=True, name=None, **({"reset_after": None} if layer.cell == "gru" else {}))
        model = Model([plain], layer.input_dim)
        once = [Model([plain.replace(repeat=1)], use.input_dim) for use in model.uses] if plain.repeat > 1 else [model]
        found.update(map(str, once))
    apart = {tensor.name for layer in file.layers for tensor in layer.tensors}
    apart |= {tensor.name for tensor in sort(file.tensors).optimizer}
    for tensor in file.tensors:
        sizes = sorted(size for size in tensor.shape if size != 1)
        if len(sizes) > 1 and tensor.name not in apart and not (tensor.dtype or "").startswith(("int64", "int32")):
            found["a matrix of " + " x ".join(f"{size:,}" for size in sizes)] += 1
    return found
