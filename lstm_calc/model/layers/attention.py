"""Attention: layers that read a query, a value and a key, in this order, as in Keras.

The value is the query where one input comes in (self-attention), and the key is the value where two do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, product, several, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Attending(Layer, kw_only=True):
    """A layer that attends: for each position of the query it sums the values, weighted by how well their keys match."""

    words = frozenset({"query", "value", "key", "output"})
    reads_several = True
    stepwise = False

    @property
    def reads_steps(self) -> bool:
        """Steps of the query."""
        return True

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        return "(batch, steps, features)"

    def input_shape(self, width: Size) -> Shape:
        """Return the shape of a query of which only the features are known."""
        return (None, None, width)

    def read(self, shapes: tuple[Shape, ...]) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of the query, the value and the key; raise ModelError for what does not go together."""
        query, value, key = (*map(self.reading, shapes), *(self.reading(shapes[-1]),) * 2)[:3]
        for shape in (query, value, key):
            if len(shape) < 3 or len(shape) != len(query):
                raise ModelError(f"reads queries, values and keys as {self.axes}, and {shown(shape)} comes in", key="shape")
        return query, value, key

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shape of its output for those of the query, the value and the key."""
        if not len(shapes) <= 3:
            raise ModelError(f"reads a query, a value and a key, and {len(shapes)} inputs come in", key="inputs")
        query, value, key = self.read(shapes)
        _agree("value and key differ in their steps", value[1:-1], key[1:-1])
        self.check_widths(query, key)
        front = shapes[0][: 1 + self.time_distributed]
        return ((*front, *query[1:-1], *self.attended(query, value)),)

    def check_widths(self, query: Shape, key: Shape) -> None:
        """Refuse a query and a key of different widths, which are multiplied with each other."""
        _agree("query and key differ in their features", query[-1:], key[-1:])

    def attended(self, query: Shape, value: Shape) -> Shape:  # noqa: ARG002 - multi-head attention gives the width of the query
        """Return the features that it gives."""
        return value[-1:]

    def input_sizes(self, shapes: tuple[Shape, ...]) -> dict[str, Size]:
        """Return the widths of the query, the value, the key and the output."""
        query, value, key = self.read(shapes)
        (*_, output) = self.attended(query, value)
        return {"input": query[-1], "query": query[-1], "value": value[-1], "key": key[-1], "output": output}

    def input_times(self, shapes: tuple[Shape, ...], given: tuple[Shape, ...]) -> Mapping[str, Size]:  # noqa: ARG002 - as in the base class
        """Return how often its rows are applied: once for each pair of a position of the query and one of the value."""
        query, value, _ = self.read(shapes)
        return {"": self._pairs(query, value)}

    def products(self, shapes: tuple[Shape, ...]) -> Size:
        """Return the multiply-accumulates of the scores and of the weighted sums."""
        query, value, _ = self.read(shapes)
        return product((self._pairs(query, value), self._each_pair(query, value)))

    def _each_pair(self, query: Shape, value: Shape) -> Size:
        """Return the multiply-accumulates for a pair of positions."""
        return None if query[-1] is None or value[-1] is None else query[-1] + value[-1]

    def _pairs(self, query: Shape, value: Shape) -> Size:
        """Return how many pairs of positions there are."""
        return product((*query[:-1], *value[1:-1]))


def _agree(what: str, one: Shape, other: Shape) -> None:
    if len(one) != len(other) or any(None not in pair and pair[0] != pair[1] for pair in zip(one, other, strict=False)):
        raise ModelError(f"{what}: {shown(one)} and {shown(other)}", key="inputs")


class Attention(Attending):
    """Dot-product attention (Luong), whose scores are scaled by a number that is learned where ``use_scale``.

    With ``score_mode`` concat the scores are sums of tanh, times a number that is learned.
    """

    kind = "attention"
    use_scale: bool = False
    score_mode: str = "dot"

    def _each_pair(self, query: Shape, value: Shape) -> Size:
        """Return the multiply-accumulates for a pair of positions; those of concat are no products."""
        return value[-1] if self.score_mode == "concat" else super()._each_pair(query, value)


class AdditiveAttention(Attending):
    """Additive attention (Bahdanau): the scores are sums of tanh, weighted by what is learned where ``use_scale``."""

    kind = "additive_attention"
    use_scale: bool = True

    def _each_pair(self, query: Shape, value: Shape) -> Size:  # noqa: ARG002 - the scores are no products
        """Return the multiply-accumulates for a pair of positions."""
        return value[-1]


class MultiHeadAttention(Attending):
    """Multi-head attention: ``num_heads`` attentions over projections to ``key_dim`` (and ``value_dim``, by default the same).

    ``shape`` is the width it gives, by default that of the query. ``key_heads`` are fewer heads of keys and values, each for
    several of the queries' (grouped-query attention). ``use_gate`` multiplies what is attended by a gate of the query.
    ``attention_axes`` are the axes it attends over, by default all between the batch and the features.
    """

    kind = "multi_head_attention"
    value = "num_heads"
    words = Attending.words | {"heads", "key_heads", "key_dim", "value_dim", "attended", "attention_output"}
    num_heads: int
    key_dim: int
    value_dim: int | None = None
    bias: bool = True
    shape: Sequence[Size] | None = None
    key_heads: int | None = None
    use_gate: bool = False
    attention_axes: Sequence[int] | None = None

    def check_key_heads(self) -> None:
        """Refuse heads that do not divide those of the query."""
        if self.key_heads is not None and self.num_heads % self.key_heads:
            raise ModelError(f"key_heads must divide the {self.num_heads} heads, not {self.key_heads}", key="key_heads")

    def check_widths(self, query: Shape, key: Shape) -> None:
        """Refuse nothing: each is projected from a width of its own."""

    def attended(self, query: Shape, value: Shape) -> Shape:  # noqa: ARG002 - as in the base class
        """Return the features that it gives."""
        return tuple(self.shape) if self.shape is not None else query[-1:]

    def input_sizes(self, shapes: tuple[Shape, ...]) -> dict[str, Size]:
        """Return the widths of what it reads and gives, the heads and their sizes."""
        query, value, _ = self.read(shapes)
        return {
            **super().input_sizes(shapes),
            "heads": self.num_heads,
            "key_heads": self.key_heads or self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim or self.key_dim,
            "attended": self.num_heads * (self.value_dim or self.key_dim),
            **several("attention_output", self.attended(query, value)),
        }

    def shape_words(self, shapes: tuple[Shape, ...]) -> frozenset[str]:
        """Return whether query, value and key have one width."""
        query, value, key = self.read(shapes)
        return frozenset({"one_width" if query[-1] == value[-1] == key[-1] else "own_widths"})

    def input_times(self, shapes: tuple[Shape, ...], given: tuple[Shape, ...]) -> Mapping[str, Size]:  # noqa: ARG002 - as in the base class
        """Return how often the projections are applied: those of keys and values once for each position of the value."""
        query, value, _ = (product(shape[:-1]) for shape in self.read(shapes))
        return dict.fromkeys(("", "query", "output", "gate"), query) | dict.fromkeys(("key", "value"), value)

    def _pairs(self, query: Shape, value: Shape) -> Size:
        """Return how many pairs of positions there are: along the axes that it attends over, each with each."""
        over = self.attention_axes or range(1, len(query) - 1)
        return product((*query[:-1], *(value[axis] for axis in over)))

    def _each_pair(self, query: Shape, value: Shape) -> Size:  # noqa: ARG002 - the widths of the heads are its own
        """Return the multiply-accumulates for a pair of positions, of all heads."""
        return self.num_heads * (self.key_dim + (self.value_dim or self.key_dim))
