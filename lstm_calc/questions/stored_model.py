"""The model that a file of weights stores: every layer that its names and shapes tell, the others by their count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.frameworks.counting import count
from lstm_calc.model import BatchNorm, Conv, Dense, Embedding, Layer, LayerNorm, Model, Other, Recurrent, fresh_name
from lstm_calc.questions.inspect import (
    InspectedFile,
    InspectedLayer,
    counted_statistics,
    framework_in,
    inspect_file,
    inspected,
    own_name,
    params_in,
)
from lstm_calc.weights.inference.sorting import kind_of, slashed, statistics
from lstm_calc.weights.readers.listed import read_listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.weights.readers.stored import Stored

_UNNAMED = r"[^A-Za-z0-9_./-]"
_LONGEST_NAME = 190
_NO_AXES = 0
"""How many axes a layer gives that is known by its count alone: not those that any layer reads."""
_INPUT_LAST = ("weight", "weight_v", "w")
"""What a matrix is called that has its outputs first, as in PyTorch; in Keras and Flax, a kernel has them last."""


def load_stored(path: str) -> Model:
    """Return the model in a file of weights; raise ModelFileError where there is none, CheckpointError where it cannot be read."""
    return model_of(inspect_file(path))


def read_stored(text: str, file: str = "<text>") -> Model:
    r"""Return the model of a list of names of tensors with their shapes; raise ModelFileError for a line that is none.

    >>> read_stored("rnn.weight_ih_l0 torch.Size([80, 10])\nrnn.weight_hh_l0 torch.Size([80, 20])").layers[0].units
    20
    """
    checkpoint = read_listed(text, file)
    return model_of(inspected(checkpoint, file, 0))


def model_of(file: InspectedFile) -> Model:
    """Return the model of what was found in a file; raise ModelFileError where it holds no layer."""
    places = {tensor.name: at for at, tensor in enumerate(file.tensors)}
    name = framework_in(file.layers, file.format, file.tensors)
    parts = [(places[each.tensors[0].name], own_name(each), _recurrent(each, name)) for each in file.layers if each.params]
    untrained = {tensor.name for tensor in counted_statistics(file.others, name)}
    kept = _families(statistics(file.tensors))
    learned = _families([tensor for tensor in file.others if tensor.name not in untrained])
    for path in {**learned, **(kept if untrained else {})}:
        members = learned.get(path, [])
        at = (members or kept[path])[0]
        found = _plain(path, members, name, kept.get(path, []), are_counted=bool(untrained))
        parts.extend((places[at.name], _called(at, path), layer) for layer in found)
    taken: dict[str, int] = {}
    layers = _following([_named(layer, called, taken) for _, called, layer in sorted(parts, key=lambda part: part[0])])
    first = getattr(layers[0], "input_dim", None) if layers else None
    if first is not None:
        layers[0] = layers[0].replace(input_dim=None)
    if not layers:
        raise ModelFileError("holds no layer with weights", file.path)
    remarks = tuple(_remarks(file))
    try:
        source = f"{name}, from the names and shapes of {len(file.tensors):,} tensors ({file.format})"
        origin = "; ".join([source, *remarks])
        model = Model(layers, first, framework=name, origin=origin, remarks=remarks, listed=True)
    except ModelError as error:
        raise ModelFileError(str(error), file.path) from None
    if count(model) != file.params:
        raise ModelFileError(f"its layers have {count(model):,} parameters, and it stores {file.params:,}", file.path)
    return model


def _following(layers: list[Layer]) -> list[Layer]:
    """Return layers of which those that can read what the one before gives do not state their input.

    A file does not say what stands between them: where a layer reads another number of axes, it has an input of its own.
    """
    found: list[Layer] = []
    width: int | None = None
    axes: int | None = None
    for layer in layers:
        reads = getattr(layer, "input_dim", None)
        follows = reads is not None and reads == width and (layer.rank is None or axes in {None, layer.rank})
        found.append(layer.replace(input_dim=None) if follows else layer)
        width = _gives(layer)
        axes = _NO_AXES if isinstance(layer, Other) else 3 if isinstance(layer, Embedding) else layer.rank or axes
    return found


def _gives(layer: Layer) -> int | None:
    """Return how many features a layer gives, None where that is not known."""
    if isinstance(layer, Recurrent):
        return layer.output_dim
    if isinstance(layer, (Dense, Embedding)):
        return layer.output
    return layer.input_dim if isinstance(layer, (BatchNorm, LayerNorm)) else None


def _recurrent(found: InspectedLayer, name: str) -> Layer:
    """Return a recurrent layer; where the framework has other numbers for it than the file, its count."""
    if found.layer is not None and found.input_dim is not None:
        layer = found.layer.replace(input_dim=found.input_dim)
        if params_in(layer, name) == found.params:
            return layer
    return Other(params=found.params, class_name=found.cell or "recurrent")


def _families(tensors: Sequence[Stored]) -> dict[str, list[Stored]]:
    """Return the tensors that stand together, by what their names have in common."""
    found: dict[str, list[Stored]] = {}
    for tensor in tensors:
        parent, _, own = slashed(tensor.name).rpartition("/")
        found.setdefault(parent or own.rpartition("_")[0] or own, []).append(tensor)
    return found


_ARCHIVED = re.compile(r"(?:layers/)?(.+)/vars")
"""Where an archive of Keras keeps the variables of a layer, which is called by its class there."""


def _called(tensor: Stored, path: str) -> str:
    if archived := _ARCHIVED.fullmatch(path):
        return archived[1]
    dotted = path.replace("/", ".")
    return dotted if tensor.name.startswith(f"{dotted}.") else path


def _plain(path: str, members: Sequence[Stored], name: str, kept: Sequence[Stored], *, are_counted: bool) -> Iterator[Layer]:
    """Yield a layer that is not recurrent; one whose sizes do not follow has its count, its statistics as a layer of their own."""
    params, untrained = (sum(tensor.params for tensor in tensors) for tensors in (members, kept if are_counted else ()))
    kind = kind_of(path, members or kept)
    for layer in _candidates(kind, members, kept):
        if params_in(layer, name) == params + untrained:
            yield layer
            return
    if params:
        yield Other(params=params, class_name=kind)
    if untrained:
        yield Other(params=untrained, class_name="statistics", trainable=False)


def _candidates(kind: str, members: Sequence[Stored], kept: Sequence[Stored]) -> Iterator[Layer]:
    matrices = [tensor for tensor in members if len(tensor.shape) > 1]
    vectors = [tensor for tensor in members if len(tensor.shape) == 1]
    if kind == "embedding" and len(members) == 1:
        yield Embedding(*members[0].shape)
    elif kind in {"dense", "convolution"} and len(matrices) == 1 and len(members) - 1 == len(vectors) <= 1:
        yield from _with_kernel(matrices[0], has_bias=bool(vectors))
    elif kind == "normalization" and len(members) == len(vectors) == 2:
        yield (BatchNorm if kept else LayerNorm)(input_dim=vectors[0].shape[0])
    elif kind == "normalization" and kept and len(kept[0].shape) == 1:
        yield from _without_a_gain_or_shift([slashed(each.name).rpartition("/")[2] for each in members], kept[0].shape[0])


def _without_a_gain_or_shift(own: Sequence[str], width: int) -> Iterator[Layer]:
    """Yield a batch normalisation without one or both, where the names of what it has say which."""
    has_scale, has_center = (any(word in own for word in words) for words in (("gamma", "weight"), ("beta", "bias")))
    if has_scale + has_center == len(own):
        yield BatchNorm(input_dim=width, scale=has_scale, center=has_center)


def _with_kernel(kernel: Stored, *, has_bias: bool) -> Iterator[Layer]:
    """Yield what a kernel may belong to, with its outputs first or last, as its name says."""
    shape = kernel.shape
    if slashed(kernel.name).rpartition("/")[2].lower() not in _INPUT_LAST:
        shape = (shape[-1], shape[-2], *shape[:-2])
    output, width, *window = shape
    if not window:
        yield Dense(output, bias=has_bias, input_dim=width)
    elif len(window) <= 3:
        yield Conv(output, tuple(window), bias=has_bias, input_dim=width)


def _named(layer: Layer, called: str, taken: dict[str, int]) -> Layer:
    name = re.sub(_UNNAMED, "_", called)[:_LONGEST_NAME].lstrip("./-")
    return layer.replace(name=fresh_name(name or layer.kind, taken))


def _remarks(file: InspectedFile) -> Iterator[str]:
    """Yield how what was in doubt is read."""
    for layer in file.layers:
        if layer.candidates and layer.layer is not None:
            others = " or ".join(layer.candidates)
            yield f"{layer.name} is read as {layer.layer.kind} of {layer.units} units; its shapes could as well be {others}"
        elif layer.params != layer.params_by_formula:
            yield f"{layer.name} is counted as it is stored: {layer.reason or 'no formula has its number'}"
