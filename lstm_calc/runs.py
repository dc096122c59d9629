"""How often each layer of a model runs, and on what: a batch of sequences propagated through the model as a framework runs it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.frameworks import Framework, Layout, layout_for, with_defaults
from lstm_calc.frameworks.counting import count as numbers_stored
from lstm_calc.frozen import Record
from lstm_calc.model import Input, Layer, Model, Recurrent, RepeatVector, Use
from lstm_calc.model.propagation import further_inputs, input_axes, propagate
from lstm_calc.model.rules import count
from lstm_calc.model.sizes import Shape, Size, product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Batch(Record):
    """What is run: how many sequences of each length, and the sizes of an image where that is what the model reads.

    ``lengths`` has None where the model says how many steps it reads, or reads one. ``longest`` limits the steps of a RepeatVector,
    where a run is cut into stretches of so many.
    """

    lengths: tuple[tuple[int | None, int], ...]
    space: tuple[int, ...] = ()
    longest: int | None = None

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return sum(times for _, times in self.lengths)


class LayerRun(Record):
    """One use of a layer in a run: ``uses`` has its shapes for the sequences of each length.

    ``selective``: the framework can give the last step alone; in any other, a recurrent layer makes every step, and the last is
    taken from these.
    """

    layout: Layout
    uses: tuple[Use, ...]
    selective: bool = True

    @property
    def use(self) -> Use:
        """The use in the model; its shapes are those of the sequences of the first length."""
        return self.uses[0]

    @property
    def layer(self) -> Layer:
        """The layer."""
        return self.use.layer

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return self._sum(lambda use: use.input[0])

    @property
    def steps_in(self) -> int:
        """The steps of all sequences that come in, one for each sequence where there are none."""
        return self._sum(lambda use: product(use.input[: 1 + use.reads_steps]))

    @property
    def steps_out(self) -> int:
        """The steps of all sequences that are given, one for each sequence where there are none."""
        return self._sum(lambda use: product(use.output[: 1 + use.gives_steps]))

    @property
    def numbers_in(self) -> int:
        """How many numbers come in; none where these are token ids."""
        return 0 if self.layer.reads_tokens else self._sum(lambda use: product(use.input))

    def numbers_of(self, place: int) -> int:
        """Return how many numbers come in at one of several inputs."""
        return self._sum(lambda use: product(use.inputs[place]))

    @property
    def numbers_out(self) -> int:
        """How many numbers are given."""
        return self._sum(lambda use: product(use.output))

    @property
    def numbers_made(self) -> int:
        """How many numbers the layer makes: those that are given, or those of every step where the last is taken from them."""
        if self.selective or not isinstance(self.layer, Recurrent) or self.layer.return_sequences:
            return self.numbers_out
        return self._sum(lambda use: product((*use.output, use.input[1])))

    @property
    def numbers_in_a_step(self) -> int:
        """How many numbers come in for one step of every sequence, or in all where the layer does not run step by step."""
        return 0 if self.layer.reads_tokens else self._sum(lambda use: product(_one_step(use.layer, use.input, use.reads_steps)))

    @property
    def numbers_out_a_step(self) -> int:
        """How many numbers are given for one step of every sequence, or in all where the layer does not run step by step."""
        return self._sum(lambda use: product(_one_step(use.layer, use.output, use.gives_steps)))

    @property
    def first(self) -> LayerRun:
        """The part of the sequences of the first length."""
        return self.replace(uses=self.uses[:1])

    @property
    def repeats(self) -> int:
        """How often it does the same: for each step of each sequence, or for each sequence that it does not read by steps."""
        return self.steps_in if self.layer.stepwise else self.sequences

    @property
    def products(self) -> int:
        """The multiply-accumulates in which no weight takes part."""
        return self._sum(lambda use: use.products)

    @property
    def states(self) -> int:
        """How many states there are of each kind in one direction: one for each sequence and position of an image."""
        return self.sequences * (self.first.times() // self.first.steps_in)

    def times(self, group: str = "") -> int:
        """Return how often a group of the layer's rows is applied."""
        return self._sum(lambda use: use.times[group])

    def _sum(self, size: Callable[[Use], Size]) -> int:
        found = [size(use) for use in self.uses]
        known = [each for each in found if each is not None]
        if len(known) < len(found):
            what = f"how often {self.use.name} runs depends on a size that is not known"
            raise ModelError(
                f"{what}: give the steps (--steps 20), the image (--space 32x32) or the shape of the input", key="space"
            )
        return sum(known)


def _one_step(layer: Layer, shape: Shape, steps: bool) -> Shape:
    return shape[:1] + shape[2:] if steps and layer.stepwise else shape


def batch_of(
    batch: int = 1,
    steps: int | None = None,
    *,
    lengths: Sequence[int] | None = None,
    space: Sequence[int] = (),
    longest: int | None = None,
) -> Batch:
    """Return the batch of so many sequences of so many steps, or of sequences of these lengths.

    Without steps they are those that the model says, else one. Raises ModelError for a number below one.
    """
    sizes = tuple(count("space", size) for size in space)
    cut = None if longest is None else count("truncate", longest)
    if lengths is None:
        found = {None if steps is None else min(count("steps", steps), cut or steps): count("batch", batch)}
    else:
        found = dict(Counter(min(count("lengths", length), cut or length) for length in lengths))
    return Batch(tuple(found.items()), sizes, cut)


def steps_read(model: Model) -> Size:
    """Return how many steps a model says that it reads; None where it leaves that open, and where it reads none.

    >>> from lstm_calc import read
    >>> steps_read(read("20x8 > lstm 4")), steps_read(read("8 > lstm 4"))
    (20, None)
    """
    return model.input[1] if "steps" in input_axes(model)[1:2] else None


def with_steps(model: Model, framework_name: str, steps: int | None) -> Model:
    """Return a model that reads so many steps, where it leaves open how many, and its count depends on that.

    >>> from lstm_calc import read
    >>> str(with_steps(read("8 > lstm 4 > flatten > dense 2"), "pytorch", 20)), str(with_steps(read("8 > lstm 4"), "pytorch", 20))
    ('20x8 > lstm 4 > flatten > dense 2', '8 > lstm 4')
    """
    if steps is None or steps_read(model) is not None or "steps" not in input_axes(model)[1:2] or isinstance(model.flat[0], Input):
        return model
    try:
        numbers_stored(model, framework_name)
    except ModelError as error:
        if error.key == "input_shape":
            return model.replace(input_dim=None, input_shape=(steps, *model.input[2:]))
    return model


def runs_of(model: Model, table: Framework, batch: Batch) -> list[LayerRun]:
    """Return every layer's part in a run of a model, in order.

    Raises FrameworkError where the framework lacks a layer, ModelError where a layer cannot read what comes in, and where it is not
    known what that is.
    """
    model.check_connected()
    model = with_defaults(_shortened(model, batch.longest), table)
    layouts = [layout_for(table, layer) for layer in model.calls for _ in range(layer.repeat)]
    uses = [
        propagate(model, _input(model, batch, length, times), further_inputs(model, times, length or 1), length or 1)
        for length, times in batch.lengths
    ]
    return [LayerRun(layout, alike, table.selective) for layout, alike in zip(layouts, zip(*uses, strict=True), strict=True)]


def _shortened(model: Model, longest: int | None) -> Model:
    """Return a model of which no RepeatVector has more steps."""
    if longest is None:
        return model
    layers = [layer.replace(steps=min(layer.steps, longest)) if isinstance(layer, RepeatVector) else layer for layer in model.flat]
    return model.replace(layers=layers, outputs=model.flat_outputs)


def _input(model: Model, batch: Batch, steps: int | None, sequences: int) -> Shape:
    """Return the shape of so many sequences as a model reads them; raise ModelError for an image that it does not read."""
    axes = input_axes(model, timed=steps is not None)
    known = dict(zip(axes, model.input, strict=False)) if len(axes) == len(model.input) else {"features": model.input[-1]}
    positions = [word for word in axes if word.startswith("space")]
    _check_space(positions, [known.get(word) for word in positions], batch.space)
    given = {"batch": sequences, "steps": steps or known.get("steps") or 1, **dict(zip(positions, batch.space, strict=False))}
    for word in ("steps", *positions):
        if known.get(word) is not None and given.get(word, known[word]) != known[word]:
            name = word.partition("_")[0]
            raise ModelError(f"the model reads {known[word]:,} {name}, not {given[word]:,}", key=name)
    return tuple(given.get(word, known.get(word)) for word in axes)


def _check_space(positions: Sequence[str], known: Sequence[Size], space: tuple[int, ...]) -> None:
    """Refuse an image that a model does not read, or of another number of dimensions, and one that is missing."""
    if space and not positions:
        raise ModelError("space is the image of a convolution, and the model reads none", key="space")
    if (space and len(space) != len(positions)) or (not space and None in known):
        example = "x".join(["32"] * len(positions))
        what = f"has {len(space)} size{'s' * (len(space) > 1)}" if space else "is missing"
        raise ModelError(f"space {what}: the image that the model reads, such as {example} (--space {example})", key="space")
