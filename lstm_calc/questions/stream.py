"""What flows from layer to layer: a batch, its steps, its image and its features; a size that is not known is None."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.errors import FrameworkError, ModelError
from lstm_calc.flow import convolved, gives_every_step, through, turned
from lstm_calc.model import Recurrent
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.frameworks import Framework
    from lstm_calc.model import Layer, Model, Placed
    from lstm_calc.reshaping import Between

Size = int | None
Sizes = tuple[Size, ...]

_BATCH_FIRST, _STEPS_FIRST = "batch steps", "steps batch"


class Stream(Record):
    """What flows between two layers, each field with a size for each of its axes: none where there is no such axis."""

    batch: Sizes
    steps: Sizes
    space: Sizes
    features: Sizes

    def words(self, order: str) -> dict[str, list[str]]:
        """Return the axes that there are as words; ``sequence`` has batch and steps in an order."""
        axes = {name: _numbered(name, len(sizes)) for name, sizes in self.asdict().items()}
        return axes | {"sequence": [word for part in order.split() for word in axes[part]]}

    def sizes(self) -> dict[str, int]:
        """Return the size of each axis by its word, where it is known."""
        axes = ((_numbered(name, len(sizes)), sizes) for name, sizes in self.asdict().items())
        return {word: size for words, sizes in axes for word, size in zip(words, sizes, strict=True) if size is not None}


def _numbered(word: str, count: int) -> list[str]:
    return [word] if count == 1 else [f"{word}_{place + 1}" for place in range(count)]


def order_of(table: Framework, *, batch_first: bool | None) -> str:
    """Return the order of an input's first axes; raise FrameworkError where a framework does not have the one asked for."""
    if batch_first is None:
        return table.sequence
    asked = _BATCH_FIRST if batch_first else _STEPS_FIRST
    if asked != table.sequence and not table.turned:
        raise FrameworkError(
            f"{table.name} has no input of ({_commas(asked)}, features); it reads ({_commas(table.sequence)}, features)"
        )
    return asked


def _commas(words: str) -> str:
    return ", ".join(words.split())


def start(
    model: Model, table: Framework, order: str, *, shape: Sequence[Size] | None, batch: Size, steps: Size
) -> tuple[Stream, list[str]]:
    """Return what flows into a model, and warnings; ``shape`` says all of it, else ``batch`` and ``steps`` what is known.

    Raises ModelError for a shape that the model or the framework does not read.
    """
    reader = next((layer for layer in model.layers if layer.reads != "either"), None)
    by_steps = reader.reads != "vector" if reader else None
    images = len(reader.window) if reader else 0
    features = () if model.layers[0].reads == "tokens" else (model.placed[0].input_dim,)
    if shape is None:
        one_step = "steps" not in order
        batches = () if one_step and batch is None else (batch,)
        return Stream(batches, (steps,) if by_steps or steps is not None else (), (None,) * images, features), []
    if batch is not None or steps is not None:
        raise ModelError("the shape says the batch and the steps already; give the one or the others", key="shape")
    tail = len(features) + images
    front, back = tuple(shape[: len(shape) - tail]), list(shape[len(shape) - tail :])
    given = tuple(back.pop(0 if reader and reader.features_first else -1) for _ in features)
    stream = _read(front, by_steps=by_steps, order=order, table=table) if len(shape) >= tail else None
    if stream is None:
        raise ModelError(
            f"the shape {_shown(shape)} does not fit: {_wanted(table, order, images, features, by_steps)}", key="shape"
        )
    return _checked(stream.replace(space=tuple(back), features=given), features, shape)


def _read(front: Sizes, *, by_steps: bool | None, order: str, table: Framework) -> Stream | None:
    """Return the batch and the steps of a shape's first sizes, or None where they are too few or too many.

    A single size is the batch where no layer tells, and where a framework's order has no steps.
    """
    least, most = table.batches
    if by_steps is None or (by_steps and "steps" not in order):
        by_steps = len(front) > 1
    if by_steps and not front:
        return None
    steps_at = 0 if order == _STEPS_FIRST else -1
    steps = (front[steps_at],) if by_steps else ()
    batch = front[1:] if steps and steps_at == 0 else front[: len(front) - len(steps)]
    if len(batch) < least:
        batch = (None,)
    return Stream(batch, steps, (), ()) if len(batch) <= most else None


def _shown(shape: Sequence[Size]) -> str:
    return "x".join("None" if size is None else str(size) for size in shape)


def _wanted(table: Framework, order: str, images: int, features: Sizes, by_steps: bool | None) -> str:
    """Return, in words, the axes that a framework reads for a model."""
    front = order if by_steps or by_steps is None else "batch"
    axes = [*front.split(), *_numbered("space", images), *(["features"] if features else [])]
    return f"{table.name} reads ({', '.join(axes)}) here"


def _checked(stream: Stream, expected: Sizes, shape: Sequence[Size]) -> tuple[Stream, list[str]]:
    """Return the stream with the features that the model has; one whose steps and features were swapped, with a warning."""
    given = stream.features
    if given in {expected, (None,)}:
        return stream.replace(features=expected), []
    if stream.steps != expected:
        raise ModelError(f"the shape {_shown(shape)} has {given[0]:,} features, and the model reads {expected[0]:,}", key="shape")
    warning = (
        f"the shape {_shown(shape)} looks as if steps and features were swapped: the model reads {expected[0]:,} features; "
        f"read as {given[0]:,} steps of {expected[0]:,}"
    )
    return stream.replace(steps=given, features=expected), [warning]


def after(group: Sequence[Placed], stream: Stream, table: Framework) -> Stream:
    """Return what flows out of a layer, or of the layers of a module; raise ModelError where it can't read what flows in."""
    last = group[-1]
    layer, name = last.layer, last.name
    stream = _flattened(layer, stream, name)
    features = (last.output_dim,)
    if layer.reads == "tokens" and stream.features:
        raise ModelError(f"{name} reads token ids, and what flows in has features already: an embedding comes first")
    if layer.reads == "vector":
        if stream.steps or stream.space:
            raise ModelError(
                f"{name} repeats a vector, and what flows in has {'steps' if stream.steps else 'an image'}", key="steps"
            )
        return stream.replace(steps=(layer.__dict__["steps"],), features=features)
    if not isinstance(layer, Recurrent):
        return stream.replace(features=features)
    if len(layer.window) != len(stream.space):
        raise ModelError(f"{name} reads {_kind_of(len(layer.window))} a step, and what flows in has {_kind_of(len(stream.space))}")
    steps = stream.steps if gives_every_step(last, table) else ()
    space = convolved(last, stream.space, table.padding) if layer.window else ()
    return Stream(stream.batch, steps, space, features)


def read_by(placed: Placed, below: Placed | None, stream: Stream, between: Sequence[Between]) -> Stream:
    """Return what flows as a layer reads it: changed by what stands between, and by its last axis where it is a vector's."""
    if between and below is not None:
        steps, space = through(between, below, placed, stream.steps, stream.space)
        return stream.replace(steps=steps, space=space, features=(placed.input_dim,))
    space = turned(placed.layer, below.layer if below else None, stream.space, stream.features)
    return stream if space == stream.space else stream.replace(space=space, features=stream.space[-1:])


def _flattened(layer: Layer, stream: Stream, name: str) -> Stream:
    """Return a stream whose image (or steps, where a layer reads a vector) became features: its own input_dim is their product."""
    if layer.input_dim is None or layer.window or stream.features in {(), (layer.input_dim,)}:
        return stream
    for field in ("space", "steps") if layer.reads == "either" else ("space",):
        sizes = (*stream.asdict()[field], *stream.features)
        if None in sizes:
            what = f"{name} reads {layer.input_dim:,} features, and {stream.features[0]:,} flow in"
            raise ModelError(
                f"{what}: whether the {field} became features needs its size; give the shape of the input", key="shape"
            )
        if len(sizes) > 1 and layer.input_dim == prod(size for size in sizes if size is not None):
            stream = stream.replace(**{field: (), "features": (layer.input_dim,)})
    return stream


def _kind_of(dimensions: int) -> str:
    return f"an image of {dimensions} dimension{'s' * (dimensions > 1)}" if dimensions else "a vector"
