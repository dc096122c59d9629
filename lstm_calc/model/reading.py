"""What the layers of a model want of what they read, as far as it is the same for every shape: axes, steps and widths."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers import Embedding, Input, Layer, Merge, Other, Recurrent

if TYPE_CHECKING:
    from lstm_calc.model.model import Model
    from lstm_calc.model.sizes import Shape, Size


def first_reader(model: Model) -> Layer | None:
    """Return the first layer that reads a certain number of axes of the input, before any that changes it; None without one.

    An embedding after a layer that gives features reads an input of its own.
    """
    first = model.calls[0]
    if (first.input_shape(None) is not None or first.time_distributed) and not isinstance(first, Input):
        return first
    reached = {-1: False, 0: False} if isinstance(first, Input) else {-1: False}
    for position, call in enumerate(model.calls):
        features = [reached[source] for source, _ in model.sources[position] if source in reached]
        if not features or (features[0] and isinstance(call, Embedding)):
            continue
        if call.input_shape(None) is not None or call.time_distributed:
            return call
        if call.keeps_rank:
            reached[position] = features[0] or call.output_dim is not None
    return None


def input_axes(model: Model, *, timed: bool = False) -> tuple[str, ...]:
    """Return a word for each axis that a model reads: batch, steps, space (space_1, ... where there are several), features.

    ``timed``: there are steps also where the model reads any number of axes.

    >>> from lstm_calc import LSTM, Dense, Model
    >>> input_axes(Model([LSTM(8)], 4)), input_axes(Model([Dense(8)], 4)), input_axes(Model([Dense(8)], 4), timed=True)
    (('batch', 'steps', 'features'), ('batch', 'features'), ('batch', 'steps', 'features'))
    """
    reader, rank = first_reader(model), len(model.input)
    free = reader is None and model.input_shape is None and not isinstance(model.flat[0], Input)
    return axis_words(
        rank + (timed and free),
        steps=timed if free else reads_steps(model, 0 if isinstance(model.flat[0], Input) else -1, model.input),
        features=not isinstance(reader, Embedding),
        channels_first=reader is not None and reader.channels_first,
    )


def axis_words(rank: int, *, steps: bool, features: bool = True, channels_first: bool = False) -> tuple[str, ...]:
    """Return the words for the axes of a shape of so many axes.

    >>> axis_words(5, steps=True), axis_words(4, steps=False, channels_first=True)
    (('batch', 'steps', 'space_1', 'space_2', 'features'), ('batch', 'features', 'space_1', 'space_2'))
    """
    front, back = ("batch", "steps")[: 1 + steps], ("features",) * features
    positions = rank - len(front) - len(back)
    space = ("space",) if positions == 1 else tuple(f"space_{place + 1}" for place in range(positions))
    return (*front, *back, *space) if channels_first else (*front, *space, *back)


def shape_read(model: Model) -> Shape:
    """Return the shape that a model reads: what it says of it, else as many axes as the first layer that minds reads, else two.

    Raises ModelError where the model says nothing of it.
    """
    if isinstance(model.flat[0], Input):
        return (None, *model.flat[0].shape)
    if model.input_shape is not None:
        return (None, *model.input_shape)
    layer = first_reader(model)
    width = model.calls[0].input_dim if model.input_dim is None else model.input_dim
    if isinstance(layer, Embedding) and model.input_dim is not None:
        raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")
    if width is None and not isinstance(layer or model.calls[0], (Embedding, Other)):
        raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
    shape = (layer and layer.input_shape(width)) or (None, width)
    return (*(None,) * (layer.time_distributed if layer else 0), *shape)


def further_inputs(model: Model, batch: Size, steps: Size) -> dict[str, Shape]:
    """Return the shapes of a model's inputs beside the first, by name: of so many sequences, of so many steps where not known.

    >>> from lstm_calc.model import Input, LSTM, Model
    >>> further_inputs(Model([LSTM(8), Input((None, 3), name="more")], 4), 2, 10)
    {'more': (2, 10, 3)}
    """
    found = {}
    for position, layer in list(enumerate(model.flat))[1:]:
        if isinstance(layer, Input):
            first, *rest = layer.shape
            timed = reads_steps(model, position, (batch, *layer.shape))
            found[model.modules[position]] = (batch, steps if first is None and timed else first, *rest)
    return found


def wanted_ranks(model: Model) -> list[set[int]]:
    """Return, for each of a model's layers, how many axes those want that read its output, also through layers that keep them.

    >>> from lstm_calc import LSTM, Dense, Model, RepeatVector
    >>> wanted_ranks(Model([LSTM(8), Dense(4), LSTM(4), RepeatVector(3)], 4))
    [{3}, {3}, {2}, set()]
    """
    sets: list[set[int]] = [set() for _ in model.calls]
    wanted = [sets[owner] for owner in model.owners]
    certain = _certain_ranks(model) if any(isinstance(call, Merge) for call in model.calls) else {}
    for position in reversed(range(len(model.calls))):
        call, sources = model.calls[position], model.sources[position]
        shape = None if isinstance(call, Embedding) else call.input_shape(None)
        distributed = call.time_distributed
        if shape or distributed:
            ranks = {len(shape or (None, None)) + distributed}
        else:
            ranks = set(wanted[position]) if call.keeps_rank else set()
            ranks = ranks or ({call.least_rank} if call.least_rank > 2 else set())
        if isinstance(call, Merge) and call.alike:
            ranks |= {certain[source] for source, _ in sources if source in certain}
        for place, (source, number) in enumerate(sources):
            if source >= 0 and not is_state(model, source, number):
                wanted[source] |= {rank - 1 for rank in ranks} if call.states and place else ranks
    return wanted


def _certain_ranks(model: Model) -> dict[int, int]:
    """Return how many axes outputs have, by position, where that does not depend on a choice that is left to the framework."""
    found = {-1: len(model.input)}
    for position, (call, each) in enumerate(zip(model.calls, model.flat, strict=True)):
        sources = [source for source, number in model.sources[position] if not is_state(model, source, number)]
        with suppress(ModelError):
            if isinstance(each, Input):
                found[position] = len(each.shape) + 1
            elif isinstance(call, Recurrent):
                if call.return_sequences is not None:
                    found[position] = call.rank - (not call.return_sequences) + call.time_distributed
            elif all(source in found for source in sources):
                found[position] = len(call.give(tuple((None,) * found[source] for source in sources))[0])
    return found


def steps_wanted(model: Model) -> dict[int, bool]:
    """Return, by the position of a layer or -1, whether those that read it want axis 1 to be steps, where they mind."""
    found: dict[int, bool] = {}
    apart = _reading_other_tokens(model)
    for position in reversed(range(len(model.calls))):
        call = model.calls[position]
        if position in apart:
            continue
        minds = call.time_distributed > 0 or call.reads_steps
        minds = found.get(position) if minds is None and call.keeps_rank else minds
        if minds is not None:
            found.update({source: minds for source, number in model.sources[position] if not is_state(model, source, number)})
    return found


def _reading_other_tokens(model: Model) -> set[int]:
    """Return the positions of the embeddings that follow features: they read an input of their own, which says nothing of these."""
    found, behind = set(), False
    for position, (call, each) in enumerate(zip(model.calls, model.flat, strict=True)):
        if behind and isinstance(call, Embedding) and not each.inputs:
            found.add(position)
        behind = not isinstance(each, Input) and (behind or call.output_dim is not None)
    return found


def reads_steps(model: Model, position: int, shape: Shape) -> bool:
    """Return whether axis 1 of an input is steps: as those mind that read it, else where there are three axes."""
    said = model.steps_wanted.get(position)
    return len(shape) > 2 if said is None else said


def is_state(model: Model, position: int, number: int) -> bool:
    """Return whether an output of a layer by its number is one of its states."""
    return position >= 0 and number >= model.calls[position].outputs
