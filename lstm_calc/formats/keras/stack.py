"""The layers read so far, and the shapes that the file declares for them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.formats.keras.activations import remarks
from lstm_calc.frozen import Record
from lstm_calc.model import MAX_LAYERS, Embedding, Layer, Model, Recurrent
from lstm_calc.model.sizes import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.keras.node import Node, Shape
    from lstm_calc.model import Use


class _Read(Record):
    """A layer and where it stands in the file."""

    layer: Layer
    node: Node


class Stack:
    """What has been read: layers in order, and the first shape that the file declares, which the model reads."""

    def __init__(self, spare: int | None) -> None:
        self._spare = spare
        """The width of the input, for a config that does not say it."""
        self._read: list[_Read] = []
        self._shape: Shape | None = None
        self._remarks: list[str] = []
        self._around = 0
        """How many wrappers apply what is read at each step."""

    def read(self, node: Node, *, inside: bool = False) -> None:
        """Note the shape that a layer declares, where nothing has been read; ``inside`` a wrapper it has no steps."""
        declared = node.said if self._shape is None and not self._read else None
        if declared is not None:
            self._shape = (declared[0], None, *declared[1:]) if inside else declared

    @contextmanager
    def distributed(self, node: Node) -> Iterator[None]:
        """Apply what is read at each step of what comes in."""
        self.read(node)
        self._around += 1
        yield
        self._around -= 1

    def add(self, node: Node, layer: Layer) -> None:
        """Take a layer up."""
        if len(self._read) == MAX_LAYERS:
            raise node.error(f"a model has at most {MAX_LAYERS:,} layers")
        self._read.append(_Read(layer.replace(time_distributed=self._around) if self._around else layer, node))
        if isinstance(layer, Recurrent):
            self._remarks += remarks(node)

    def model(self, root: Node) -> Model:
        """Return the model that was read; ``root`` is its config."""
        if not any(read.layer.weighted for read in self._read):
            raise root.error("no layer with weights is in it")
        try:
            model = Model(self._layers(), remarks=tuple(dict.fromkeys(self._remarks)), framework="keras", **self._input(root))
            return self._agreeing(self._filled(model))
        except ModelError as error:
            node = root if error.layer is None else self._read[error.layer].node
            raise node.error(error.without_key, f"config.{error.key}") from None

    def _layers(self) -> list[Layer]:
        """Return the layers, with no name twice."""
        taken: set[str | None] = set()
        layers = []
        for read in self._read:
            layers.append(read.layer.replace(name=None) if read.layer.name in taken else read.layer)
            taken.add(read.layer.name)
        return layers

    def _input(self, root: Node) -> dict[str, Any]:
        """Return what the model reads: the declared shape, or the width that was given beside the file."""
        first = self._read[0]
        shape, spare = self._shape, self._spare
        if shape is None:
            if spare is None and not isinstance(first.layer, Embedding):
                raise first.node.error(
                    f"the config does not say what flows into {first.node.shown}; say it beside the file, as --input 32"
                )
            return {"input_dim": spare}
        if shape[-1] is None and spare is not None:
            shape, spare = (*shape[:-1], spare), None
        if spare is not None:
            raise root.error("the config says itself what flows in; --input is for one that does not")
        return {"input_shape": shape[1:]}

    def _filled(self, model: Model) -> Model:
        """Return a model in which a layer has the width that it was built on, where none follows from the layers before."""
        layers = [
            layer.replace(input_dim=declared[-1]) if declared and layer.width(layer.reading(use.input)) is None else layer
            for layer, use, declared in zip(model.layers, _firsts(model), self._declared(), strict=True)
        ]
        return model if tuple(layers) == model.layers else model.replace(layers=layers)

    def _agreeing(self, model: Model) -> Model:
        """Return a model; raise ModelError for a layer that was built on another shape than it reads."""
        for position, (use, declared) in enumerate(zip(_firsts(model), self._declared(), strict=True)):
            pairs = zip(use.input[1:], (declared or ())[1:], strict=False)
            if any(None not in pair and len(set(pair)) > 1 for pair in pairs):
                what = f"{use.name} was built on {shown(declared or ())}, and {shown(use.input)} comes in"
                raise ModelError(what, key="build_config", layer=position)
        return model

    def _declared(self) -> list[Shape | None]:
        """Return the shape that each layer was built on, where the file says it."""
        return [read.node.built_on for read in self._read]


def _firsts(model: Model) -> list[Use]:
    """Return the first use of each layer of a model."""
    return [use for use in model.uses if use.depth == 0]
