"""The layers read so far, and the shape that flows on from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, quoted
from lstm_calc.kerasconfig.activations import remarks
from lstm_calc.model import MAX_LAYERS, Embedding, Layer, Model, Recurrent
from lstm_calc.record import Record
from lstm_calc.reshaping import Between, TimeDistributed

if TYPE_CHECKING:
    from lstm_calc.kerasconfig.node import Node, Shape
    from lstm_calc.reshaping import Reshaping


class _Read(Record):
    """A layer, the width that flows into it, and where it stands in the file."""

    layer: Layer
    width: int
    node: Node


class Stack:
    """What has been read: ``shape`` is what flows on, None where nothing has said it yet.

    ``around`` counts the wrappers that do at each step what is read.
    """

    def __init__(self, spare: int | None) -> None:
        self.shape: Shape | None = None
        self._spare = spare
        """The width to begin with where the config says none; None again once it is used."""
        self._read: list[_Read] = []
        self._between: list[Between] = []
        self._remarks: list[str] = []
        self.around = 0

    def width(self, node: Node, ndim: int | None, axis: int = -1) -> int:
        """Return the features that flow into a layer which reads ``ndim`` axes (None: two or more), or say why there are none."""
        if self.shape is None and self._spare:
            self.shape = (None,) * (ndim or 2)
        if self.shape is None:
            raise node.error(f"the config does not say what flows into {node.shown}; say it beside the file, as --input 32")
        if len(self.shape) < 2 or ndim not in {None, len(self.shape)}:
            flows = ", ".join("None" if size is None else quoted(size) for size in self.shape)
            raise node.error(f"{node.shown} reads {ndim or 'two or more'} axes, batch and features too; ({flows}) flows in")
        return self._known(node, self.shape[axis], axis)

    def _known(self, node: Node, flowing: int | None, axis: int) -> int:
        """Return the width that flows or, where that is not known, the one that the layer was built on."""
        built = node.built_on
        recorded = built[axis] if built and self.shape and len(built) == len(self.shape) else None
        if flowing and recorded and flowing != recorded:
            raise node.error(
                f"{node.shown} was built on {quoted(recorded)} features, and {quoted(flowing)} flow in", "build_config"
            )
        width = flowing or recorded or self._spare
        if width is None:
            raise node.error(
                f"the config does not tell the features that flow into {node.shown}; build the model before it is saved"
            )
        if not flowing and not recorded:
            self._spare = None
        return width

    def add(self, node: Node, layer: Layer, width: int, shape: Shape) -> None:
        """Take a layer up; ``shape`` is what it gives."""
        if len(self._read) == MAX_LAYERS:
            raise node.error(f"a model has at most {MAX_LAYERS:,} layers")
        self._read.append(_Read(layer, width, node))
        self.shape = shape
        if isinstance(layer, Recurrent):
            self._remarks += remarks(node)

    def reshape(self, node: Node, rule: Reshaping) -> None:
        """Take up what changes the shape and has no weights."""
        if self.shape is not None:
            try:
                self.shape = rule.shape(self.shape)
            except ModelError as error:
                raise node.config.error(error.without_key, error.key or "") from None
        for _ in range(self.around):
            rule = TimeDistributed(rule)
        self._between.append(Between(len(self._read), node.shown, rule))

    @property
    def split(self) -> bool:
        """Whether two outputs flow, of two directions that are not merged."""
        return bool(self._read) and getattr(self._read[-1].layer, "merge", "") == "none"

    def model(self, root: Node) -> Model:
        """Return the model that was read; ``root`` is its config."""
        if not self._read:
            raise root.error("no layer with weights is in it")
        if self._spare is not None:
            raise root.error("the config says itself what flows in; --input is for one that does not")
        try:
            input_dim = None if isinstance(self._read[0].layer, Embedding) else self._read[0].width
            between = [each for each in self._between if 0 < each.position < len(self._read)]
            return Model(self._layers(), input_dim, between, tuple(dict.fromkeys(self._remarks)), "keras")
        except ModelError as error:
            node = root if error.layer is None else self._read[error.layer].node
            raise node.error(error.without_key, f"config.{error.key}") from None

    def _layers(self) -> list[Layer]:
        """Return the layers, each with its width where that is not what the one below gives, and with no name twice."""
        taken: set[str | None] = set()
        layers, flowing, turned = [], self._read[0].width, False
        for read in self._read:
            told = read.width != flowing or (turned and not read.layer.features_first)
            other = told and not isinstance(read.layer, Embedding)
            name = None if read.layer.name in taken else read.layer.name
            taken.add(name)
            layers.append(read.layer.replace(input_dim=read.width if other else None, name=name))
            flowing, turned = read.layer.output_dim(read.width), read.layer.features_first
        return layers
