"""The shape that a model reads, from what is known of it: by the meaning of its axes, as a framework orders them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import FrameworkError, ModelError
from lstm_calc.frozen import Record
from lstm_calc.model import Model, Recurrent
from lstm_calc.model.layers.windows import Positions
from lstm_calc.model.propagation import Use, first_reader, further_inputs, input_axes, propagate
from lstm_calc.model.sizes import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lstm_calc.frameworks import Framework

Size = int | None
Sizes = tuple[Size, ...]

_BATCH_FIRST, _STEPS_FIRST = "batch steps", "steps batch"


class NamedShape(Record):
    """The shape that a layer reads or gives, by the meaning of its axes: batch, steps, image and features.

    Each field has a size for each of its axes, none where there is no such axis; a size that is not known is None.
    """

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

    def shape(self, axes: Sequence[str]) -> Sizes:
        """Return the shape of some axes in words, the batch as one number."""
        sizes: dict[str, Size] = {**self.sizes(), "batch": product(self.batch)}
        return tuple(sizes.get(word) for word in axes)


def _numbered(word: str, count: int) -> list[str]:
    return [word] if count == 1 else [f"{word}_{place + 1}" for place in range(count)]


def order_of(model: Model, table: Framework, *, batch_first: bool | None) -> str:
    """Return the order of an input's first axes: the one asked for, else that of the model, else the usual one.

    Raises FrameworkError where a framework does not have the one asked for.
    """
    if batch_first is None:
        said = model.batch_first and model.framework in {None, table.name}
        window = isinstance(first_reader(model), Positions) and not any(isinstance(layer, Recurrent) for layer in model.calls)
        return _BATCH_FIRST if table.other_order and (said or window) else table.sequence
    asked = _BATCH_FIRST if batch_first else _STEPS_FIRST
    if asked != table.sequence and not table.other_order:
        raise FrameworkError(
            f"{table.name} has no input of ({_commas(asked)}, features); it reads ({_commas(table.sequence)}, features)"
        )
    return asked


def _commas(words: str) -> str:
    return ", ".join(words.split())


def read_shape(
    model: Model, table: Framework, order: str, *, shape: Sequence[Size] | None, batch: Size, steps: Size
) -> tuple[NamedShape, list[str]]:
    """Return the shape that a model reads, and warnings; ``shape`` says all of it, else ``batch`` and ``steps`` what is known.

    Raises ModelError for a shape that the model or the framework does not read.
    """
    shape, reordered = _features_last(model, table, order, shape)
    axes = input_axes(model)
    fixed = dict(zip(axes, model.input, strict=True))
    free = len(input_axes(model, timed=True)) > len(axes)
    by_steps = None if free else "steps" in axes
    space = tuple(size for word, size in fixed.items() if word.startswith("space"))
    features = (fixed["features"],) if "features" in fixed else ()
    if shape is None:
        one_step = "steps" not in order
        batches = () if one_step and batch is None else (batch,)
        each = (fixed.get("steps") if steps is None else steps,) if by_steps or (free and steps is not None) else ()
        if steps is not None and steps not in each:
            raise ModelError(f"the model reads ({', '.join(axes)}), which has no steps", key="steps")
        return _agreed(NamedShape(batches, each, space, features), fixed), []
    images = len(space)
    if batch is not None or steps is not None:
        raise ModelError("the shape says the batch and the steps already; give the one or the others", key="shape")
    tail = len(features) + images
    front, back = tuple(shape[: len(shape) - tail]), list(shape[len(shape) - tail :])
    given = tuple(back.pop(-1 if axes[-1] == "features" else 0) for _ in features)
    named = _read(front, by_steps=by_steps, order=order, table=table) if len(shape) >= tail else None
    if named is None:
        raise ModelError(
            f"the shape {_shown(shape)} does not fit: {_wanted(table, order, images, features, by_steps)}", key="shape"
        )
    found, warnings = _checked(named.replace(space=tuple(back), features=given), features, shape, _refusal(model, table))
    return _agreed(found, fixed), [*reordered, *_without_batch(model, table, order, found, shape), *warnings]


def uses_for(model: Model, named: NamedShape) -> tuple[Use, ...]:
    """Return every use of a layer when the model reads what is known of its input."""
    more = further_inputs(model, product(named.batch), next(iter(named.steps), None))
    return propagate(model, named.shape(input_axes(model, timed=bool(named.steps))), more)


def _features_last(
    model: Model, table: Framework, order: str, shape: Sequence[Size] | None
) -> tuple[Sequence[Size] | None, list[str]]:
    """Return a shape with the features last, and a warning where a framework's convolutions have them behind the batch."""
    reader = first_reader(model)
    if shape is None or not (table.channels_first and isinstance(reader, Positions) and len(shape) == reader.rank):
        return shape, []
    if reader.channels_first or reader.front > 1 or shape[1] != model.input[-1]:
        return shape, []
    batch, features, *positions = shape
    reordered = (*positions, batch) if reader.reads_steps and order == _STEPS_FIRST else (batch, *positions)
    read = (
        f"the shape {_shown(shape)} is read as {table.name} reads it, (batch, features, positions); the features stand last below"
    )
    return (*reordered, features), [read]


def _agreed(named: NamedShape, fixed: Mapping[str, Size]) -> NamedShape:
    """Return the shape; raise ModelError where its steps or its image are not those that the model has."""
    for word, size in named.sizes().items():
        known = fixed.get(word)
        if word not in {"batch", "features"} and None not in {size, known} and size != known:
            name = word.partition("_")[0]
            raise ModelError(f"the model reads {known:,} {name}, not {size:,}", key=name)
    return named


def _read(front: Sizes, *, by_steps: bool | None, order: str, table: Framework) -> NamedShape | None:
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
    return NamedShape(batch, steps, (), ()) if len(batch) <= most else None


def _refusal(model: Model, table: Framework) -> str:
    """Return what a framework says of an input of other features, as a pattern; empty where it says nothing that is known here."""
    return table.errors.get("features", "") if isinstance(first_reader(model), Recurrent) else ""


def _without_batch(model: Model, table: Framework, order: str, named: NamedShape, shape: Sequence[Size]) -> Iterator[str]:
    """Yield a warning where a shape lacks the batch: how it was read, and what the framework says of such data."""
    whole = [word for axis in (*order.split(), "space", "features") for word in named.words(order)[axis]]
    if len(shape) < len(whole) and None in named.batch:
        reader = first_reader(model)
        pattern = table.errors.get("ndim", "") if reader and reader.rank else ""
        said = f" ({pattern.format(want=len(whole), got=len(shape))!r})" if pattern else ""
        has = "1 axis" if len(shape) == 1 else f"{len(shape)} axes"
        reads = f"{table.name} reads {len(whole)}, ({', '.join(whole)}): it would refuse such data{said}"
        what = f"the shape {_shown(shape)} has {has}, and {reads}"
        yield f"{what}; read as {_shown(named.shape(whole))}, with a batch that is not known"


def _shown(shape: Sequence[Size]) -> str:
    return "x".join("None" if size is None else str(size) for size in shape)


def _wanted(table: Framework, order: str, images: int, features: Sizes, by_steps: bool | None) -> str:
    """Return, in words, the axes that a framework reads for a model."""
    front = order if by_steps or by_steps is None else "batch"
    axes = [*front.split(), *_numbered("space", images), *(["features"] if features else [])]
    return f"{table.name} reads ({', '.join(axes)}) here"


def _checked(named: NamedShape, expected: Sizes, shape: Sequence[Size], refusal: str) -> tuple[NamedShape, list[str]]:
    """Return the shape with the features that the model has; one whose steps and features were swapped, with a warning."""
    given = named.features
    if expected == (None,) or given in {expected, (None,)}:
        return named.replace(features=given if expected == (None,) else expected), []
    said = f" ({refusal.format(want=expected[0], got=given[0])!r})" if refusal else ""
    if named.steps != expected:
        what = f"the shape {_shown(shape)} has {given[0]:,} features, and the model reads {expected[0]:,}{said}"
        raise ModelError(what, key="shape")
    warning = (
        f"the shape {_shown(shape)} looks as if steps and features were swapped: the model reads {expected[0]:,} features{said}; "
        f"read as {given[0]:,} steps of {expected[0]:,}"
    )
    return named.replace(steps=given, features=expected), [warning]
