"""How often each layer of a model runs: a batch of sequences followed through the stack.

A layer runs once for each step of each sequence that flows in; above a recurrent layer that gives only its last step, once for
each sequence; above a RepeatVector for each of its steps. A ConvLSTM's image runs through at every position. Where a layer's own
input_dim is the product of the features and the image's positions, these have become features; where it reads no steps, so may
the steps have. What stands between two layers without parameters changes what flows by its own rule.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

from lstm_calc.cells import CELLS
from lstm_calc.errors import ModelError, few, listed
from lstm_calc.fields import count
from lstm_calc.frameworks import layout_for
from lstm_calc.model import ConvLSTM, RepeatVector
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Framework, Layout
    from lstm_calc.model import Layer, Model, Placed
    from lstm_calc.reshaping import Between, Shape

_Size = TypeVar("_Size")

_MADE_FOR = "say the steps and the image that the model was made for (--steps 20, --space 32x32)"


class Batch(Record):
    """What is run: how many ``sequences``, their ``steps`` together, and the sizes of an image where steps are images.

    ``lengths`` are those of the sequences, a single one where all are alike.
    ``longest`` limits the steps of a RepeatVector, where a run is cut into stretches of so many.
    """

    sequences: int
    steps: int
    lengths: tuple[int, ...]
    space: tuple[int, ...] = ()
    longest: int | None = None


class Run(Record):
    """One layer's part in a run of the model.

    ``steps_in`` and ``steps_out`` count the steps of all sequences, one for each sequence where a single vector flows;
    ``space_in`` and ``space`` the positions of the image that flows in and out, 1 where there is none.
    """

    placed: Placed
    layout: Layout
    sequences: int
    steps_in: int
    steps_out: int
    space_in: int
    space: int

    @property
    def runs(self) -> int:
        """How often the layer computes a step."""
        return self.steps_in * self.space


def batch_of(
    batch: int = 1,
    steps: int = 1,
    *,
    lengths: Sequence[int] | None = None,
    space: Sequence[int] = (),
    longest: int | None = None,
) -> Batch:
    """Return the batch of so many sequences of so many steps, or of sequences of these lengths; ModelError for less than one."""
    each = (count("steps", steps),) if lengths is None else tuple(count("lengths", length) for length in lengths)
    cut = None if longest is None else count("truncate", longest)
    times = count("batch", batch) if lengths is None else 1
    total = sum(min(length, cut or length) for length in each)
    return Batch(times * len(each), times * total, each, tuple(count("space", size) for size in space), cut)


def follow(model: Model, table: Framework, batch: Batch) -> Iterator[Run]:
    """Yield every layer's run; raise FrameworkError where a framework lacks a layer, ModelError where the image does not fit."""
    _check_space(model, batch.space)
    timed = not _reads_a_vector(model)
    space, steps = batch.space, batch.steps if timed else batch.sequences
    below: Placed | None = None
    for placed, between in reshaped(model):
        layout = layout_for(table, placed.layer)
        if between and below is not None:
            counted, space = _counted(between, below, placed, batch, steps if timed else None, space)
            timed, steps = counted is not None, counted or batch.sequences
        elif below is not None and placed.depth == 0:
            space, steps = _flattened(placed.layer, batch, space, steps, below.output_dim)
            space = turned(placed.layer, below.layer, space, (below.output_dim,))
        space_in, steps_in = space, steps
        if isinstance(placed.layer, ConvLSTM):
            space = tuple(size for size in convolved(placed, space, table.padding) if size is not None)
        steps = _steps_out(placed, table, batch, steps)
        timed = placed.layer.reads == "vector" or (timed and (placed.layer.kind not in CELLS or gives_every_step(placed, table)))
        below = placed
        yield Run(placed, layout, batch.sequences, steps_in, steps, prod(space_in), prod(space))


def reshaped(model: Model) -> Iterator[tuple[Placed, list[Between]]]:
    """Yield every layer in its place, with what stands below it without parameters."""
    below: dict[int, list[Between]] = {}
    for each in model.between:
        below.setdefault(each.position, []).append(each)
    position = -1
    for placed in model.placed:
        position += placed.depth == 0
        yield placed, below.get(position, []) if placed.depth == 0 else []


def reshaping_note(model: Model) -> Iterator[str]:
    """Yield a sentence that names what stands between the layers without parameters, where something does."""
    found = [f"{listed([each.name for each in between])} below {placed.name}" for placed, between in reshaped(model) if between]
    if found:
        yield f"changes what flows, and has no parameters: {few(found)}"


def through(between: Sequence[Between], below: Placed, placed: Placed, steps: Shape, space: Shape) -> tuple[Shape, Shape]:
    """Return the steps and the image that a layer reads, given those that the layer below gives.

    Raises ModelError where what comes out is not what the layer reads.
    """
    width, layer, last = below.output_dim, placed.layer, between[-1].name
    shape: Shape = (None, *steps, *((width, *space) if below.layer.features_first else (*space, width)))
    try:
        for each in between:
            shape = each.shape(shape)
    except ModelError as error:
        raise ModelError(f"{error}; {_MADE_FOR}", key="shape") from None
    axes = list(shape[1:])
    timed = layer.reads == "steps" or (layer.reads == "either" and len(axes) > 1 and bool(steps or not space))
    if len(axes) <= timed or (layer.reads != "either" and len(axes) != 1 + timed + len(layer.window)):
        raise ModelError(f"{last} gives {len(shape)} axes, with the batch, which {placed.name} does not read", key="shape")
    features = axes.pop(int(timed) if layer.features_first else -1)
    if features not in {None, placed.input_dim}:
        what = f"{last} gives {features:,} features here, and {placed.name} reads {placed.input_dim:,}"
        raise ModelError(f"{what}; {_MADE_FOR}", key="shape")
    return tuple(axes[:timed]), tuple(axes[timed:])


def _counted(
    between: Sequence[Between], below: Placed, placed: Placed, batch: Batch, steps: int | None, space: tuple[int, ...]
) -> tuple[int | None, tuple[int, ...]]:
    """Return the steps of all sequences (None where there are none) and the image that a layer reads."""
    if steps is not None and len(set(batch.lengths)) > 1:
        name = between[0].name
        raise ModelError(f"{name} changes what flows, which is not followed for sequences of different lengths", key="lengths")
    each = () if steps is None else (steps // batch.sequences,)
    flowing, image = (_known(sizes, between[-1].name) for sizes in through(between, below, placed, each, space))
    return (batch.sequences * flowing[0] if flowing else None), image


def _known(sizes: Shape, name: str) -> tuple[int, ...]:
    if None in sizes:
        raise ModelError(f"the config does not say what {name} makes of the steps or the image", key="shape")
    return tuple(size for size in sizes if size is not None)


def flattens(layer: Layer, space: Sequence[int]) -> bool:
    """Say whether an image or steps may become the features of a layer, by the size that it gives them."""
    return layer.input_dim is not None and not layer.window and (bool(space) or layer.reads == "either")


def _flattened(layer: Layer, batch: Batch, space: tuple[int, ...], steps: int, width: int) -> tuple[tuple[int, ...], int]:
    """Return the image and the steps that are left of what flows into a layer."""
    if layer.input_dim is None or not flattens(layer, space):
        return space, steps
    if space and layer.input_dim == prod(space) * width:
        return (), steps
    alike = len(set(batch.lengths)) == 1 and layer.reads == "either"
    return space, batch.sequences if alike and layer.input_dim * batch.sequences == steps * width else steps


def turned(layer: Layer, below: Layer | None, space: tuple[_Size, ...], features: tuple[_Size, ...]) -> tuple[_Size, ...]:
    """Return the image as a layer reads it: one with its features first is read by its last axis, and they are a size of it."""
    by_last = below is not None and below.features_first and not layer.features_first and space[-1:] == (layer.input_dim,)
    return (*features, *space[:-1]) if by_last else space


def _reads_a_vector(model: Model) -> bool:
    """Say whether the model's input has no steps: the first layer that cares reads a single vector."""
    return next((layer.reads for layer in model.layers if layer.reads != "either"), "steps") == "vector"


def _steps_out(placed: Placed, table: Framework, batch: Batch, steps: int) -> int:
    if isinstance(placed.layer, RepeatVector):
        return batch.sequences * min(placed.layer.steps, batch.longest or placed.layer.steps)
    return steps if placed.layer.kind not in CELLS or gives_every_step(placed, table) else batch.sequences


def gives_every_step(placed: Placed, table: Framework) -> bool:
    """Say whether a recurrent layer gives every step, or the last alone."""
    return not table.selective if placed.sequences is None else placed.sequences


def _check_space(model: Model, space: tuple[int, ...]) -> None:
    windows = {layer.window for layer in model.layers if layer.window}
    if space and not windows:
        raise ModelError("space is the image of a conv_lstm, and the model has none", key="space")
    for window in windows:
        if len(window) != len(space):
            example = "x".join(["32"] * len(window))
            what = "is missing" if not space else f"has {len(space)} size{'s' * (len(space) > 1)}"
            raise ModelError(
                f"space {what}: the image that the conv_lstm reads, such as {example} (--space {example})", key="space"
            )


def convolved(placed: Placed, space: Sequence[int | None], padding: str) -> tuple[int | None, ...]:
    """Return the image that a convolution makes of one, None where a size is not known; ModelError where the window does not fit.

    ``padding`` is the framework's own, for a layer that does not say.
    """
    layer: Any = placed.layer
    ones = (1,) * len(space)
    found: list[int | None] = []
    for size, window, stride, dilation in zip(space, layer.window, layer.strides or ones, layer.dilation_rate or ones, strict=True):
        reach = dilation * (window - 1)
        room = size if size is None or (layer.padding or padding) == "same" else size - reach
        if room is not None and room < 1:
            raise ModelError(f"{placed.name}: a window of {reach + 1} does not fit into {size}; use padding=same", key="space")
        found.append(None if room is None else -(-room // stride))
    return tuple(found)
