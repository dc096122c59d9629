"""Random models of every kind of layer, with branches, shared layers and states, for what writes code and reads it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lstm_calc import FrameworkError, ModelError, params
from lstm_calc.frameworks import framework as table_of
from lstm_calc.frameworks import with_defaults
from lstm_calc.model import (
    GRU,
    LSTM,
    MGU,
    RNN,
    Activation,
    AdaptivePool,
    Add,
    AdditiveAttention,
    Attention,
    Average,
    BatchNorm,
    Concat,
    Conv,
    ConvLSTM,
    ConvTranspose,
    Crop,
    Dense,
    DepthwiseConv,
    Dot,
    Dropout,
    EinsumDense,
    Embedding,
    ExpandDims,
    Flatten,
    GlobalPool,
    GroupNorm,
    Index,
    Input,
    Layer,
    LayerNorm,
    Masking,
    MatMul,
    Maximum,
    Minimum,
    Model,
    MultiHeadAttention,
    Multiply,
    Pad,
    Permute,
    Pool,
    PReLU,
    Reduce,
    RepeatVector,
    Reshape,
    RMSNorm,
    SeparableConv,
    Shared,
    Split,
    Stack,
    Subtract,
    Transpose,
    Upsample,
)

if TYPE_CHECKING:
    from random import Random

    from lstm_calc.model.sizes import Shape

ACTIVATIONS = ("relu", "tanh", "sigmoid", "softmax", "exp", "softplus")


def size(rng: Random) -> int:
    return rng.randint(1, 6)


def recurrent(rng: Random, framework: str, **options: Any) -> Layer:
    """Return a recurrent layer that a framework has."""
    offered = table_of(framework).layouts
    kind = rng.choice([each for each in (LSTM, LSTM, GRU, GRU, RNN, MGU) if each.kind in offered])
    words = offered[kind.kind].options.split()
    two = rng.random() < 0.4
    merged = two and (framework == "pytorch" or "merge" in words) and rng.random() < 0.4
    fields: dict[str, Any] = {
        "bidirectional": two,
        "merge": rng.choice(["sum", "mul", "average"]) if merged else "concat",
        "repeat": rng.choice([1, 1, 2, 3]),
        "bias": "nobias" not in words or rng.random() < 0.8,
        "return_sequences": rng.choice([None, True, False]),
        "go_backwards": framework in {"keras", "flax-nnx"} and not two and rng.random() < 0.2,
    }
    units = rng.randint(2, 6)
    if kind is LSTM and "projection" in words and rng.random() < 0.3:
        fields["projection"] = rng.randint(1, units - 1)
    if kind is LSTM and framework == "textbook":
        fields |= {"peephole": rng.random() < 0.3, "coupled": rng.random() < 0.3}
    if kind is GRU and {"reset_after", "reset_before"} <= set(words):
        fields["reset_after"] = rng.choice([None, True, False])
    return kind(units, **fields | options)


def sliding(rng: Random, dims: int) -> Layer:
    """Return a convolution, or a layer without weights that has positions."""
    each = tuple(rng.randint(1, 3) for _ in range(dims))
    strides = rng.choice([None, None, (rng.randint(1, 2),) * dims])
    padding = rng.choice([None, "valid", "same", "same", *(["causal"] if dims == 1 else [])])
    plain = "same" if padding == "causal" else padding
    own = {"strides": strides, "bias": rng.random() < 0.8}
    dilation = None if strides else rng.choice([None, (2,) * dims])
    pairs = tuple((rng.randint(0, 1), rng.randint(0, 1)) for _ in range(dims))
    function = rng.choice(["max", "average"])
    return rng.choice(
        [
            Conv(size(rng), each, padding=padding, dilation_rate=dilation, **own),
            Conv(size(rng), each, padding=padding, data_format=rng.choice([None, "channels_first"]), **own),
            DepthwiseConv(each, rng.randint(1, 2), padding=plain, **own),
            SeparableConv(size(rng), each, padding=plain, **own),
            ConvTranspose(size(rng), each, padding=plain, **own),
            Pool(each, padding=plain or "valid", strides=strides, function=function),
            AdaptivePool((2,) * dims, function=function),
            GlobalPool(function=function, keepdims=rng.random() < 0.3),
            Upsample(each),
            Crop(pairs),
            Pad(pairs),
        ]
    )


def plain(rng: Random, shape: Shape) -> Layer:
    """Return a layer of which neither positions nor steps are asked."""
    rank, width = len(shape), shape[-1]
    axis = rng.choice([-1, -1, 1])
    norm = {"center": rng.random() < 0.8, "scale": rng.random() < 0.8}
    both = rng.random() < 0.5
    groups = rng.choice([number for number in range(1, (width or 1) + 1) if (width or 1) % number == 0])
    permuted = list(range(1, rank))
    rng.shuffle(permuted)
    choices = [
        Dense(size(rng), bias=rng.random() < 0.8, trainable=rng.random() < 0.8),
        Dropout(0.25),
        Activation(rng.choice(ACTIVATIONS)),
        BatchNorm(axis=axis, **(norm if both else {})),
        LayerNorm(axis=rng.choice([-1, -1, (-2, -1) if rank > 2 else -1]), **norm),
        GroupNorm(groups),
        RMSNorm(),
        PReLU(rng.choice([tuple(range(1, rank - 1)), tuple(range(1, rank))])),
        RepeatVector(rng.randint(1, 4)),
        Flatten(),
        Reshape(rng.choice([(-1,), (-1, 1), (1, -1)])),
        Permute(tuple(permuted)),
        Masking() if rank == 3 else Dropout(0.5),
        ExpandDims(rng.choice([1, -1])),
        Reduce(rng.choice(["mean", "sum", "max"]), rng.choice([1, -1, (1, 2)]), keepdims=rng.random() < 0.3),
        Transpose((1, rank - 1)),
        Index(rng.choice([":,-1", ":,0:1", "...,0:1", ":,::1"])),
        MultiHeadAttention(rng.choice([1, 2]), rng.randint(1, 3), bias=rng.random() < 0.8),
        MultiHeadAttention(1, width or 1),
        Attention(),
        AdditiveAttention(),
        EinsumDense("abc,cd->abd", (None, 4), bias_axes=rng.choice([None, "d"])),
    ]
    return rng.choice(choices)


def merging(rng: Random) -> Layer:
    """Return a layer that makes one value of two."""
    kinds = [Concat(rng.choice([-1, -1, 1])), Add(), Add(), Multiply(), Average(), Subtract(), Maximum(), Minimum()]
    return rng.choice([*kinds, Dot(rng.choice([-1, 1, (1, 2)])), MatMul(), Stack(1)])


class Builder:
    """Adds random layers to a model as long as each can read what it is given."""

    def __init__(self, rng: Random, framework: str) -> None:
        self.rng, self.framework = rng, framework
        self.layers: list[Layer] = []
        steps = rng.choice([None, 8, 12])
        shape = rng.choice([(steps, size(rng)), (steps, size(rng)), (steps,), (6, 7, 3), (size(rng),)])
        self.layers.append(Input(shape, name="x"))
        if shape == (steps,):
            self.add(Embedding(rng.randint(4, 30), size(rng)), ("x",))

    def add(self, layer: Layer, inputs: tuple[str, ...]) -> bool:
        """Add a layer that reads some values; say whether it could be added."""
        named = layer.replace(name=f"l{len(self.layers)}", inputs=inputs)
        with suppress(ModelError, FrameworkError):
            table = table_of(self.framework)
            model = with_defaults(Model([*self.layers, named]), table)
            params(model, self.framework)
            if not all(2 <= len(shape) <= 6 for use in model.uses for shape in use.outputs):
                return False
            if isinstance(layer, Shared) and model.uses[-1].input[-1] is None:
                return False
            self.layers.append(named)
            return True
        return False

    def shape(self, name: str) -> Shape:
        model = with_defaults(Model(self.layers), table_of(self.framework))
        use = next(each for each in reversed(model.uses) if each.module == name)
        return use.output

    def _from_states(self, last: str) -> None:
        """Add a layer that reads a state of a recurrent one, or starts from its states."""
        rng = self.rng
        cells = [layer for layer in self.layers if isinstance(layer, (LSTM, GRU, RNN)) and layer.repeat == 1]
        if not cells:
            return
        cell = rng.choice(cells)
        states = [f"{cell.name}.{state}" for state in cell.states]
        if rng.random() < 0.5:
            self.add(Dense(size(rng)), (rng.choice(states),))
        else:
            self.add(cell.replace(name=None, inputs=()), (last, *states))

    def extend(self) -> None:
        """Add one layer that reads the last value or another one, or two of them."""
        rng = self.rng
        tokens = isinstance(self.layers[1], Embedding) if self.layers[1:] else False
        names = [str(layer.name) for layer in self.layers[tokens:]]
        last = rng.choice([names[-1], names[-1], names[-1], *names])
        shape = self.shape(last)
        pick = rng.random()
        if pick < 0.25:
            self.add(merging(rng), (last, rng.choice(names)))
        elif pick < 0.32 and self.layers[1:]:
            used = rng.choice([layer for layer in self.layers[1:] if not isinstance(layer, Shared)] or self.layers[:1])
            if not isinstance(used, (Input, Embedding)):
                self.add(Shared(str(used.name)), (last,))
        elif pick < 0.40:
            self._from_states(last)
        elif len(shape) == 3 and pick < 0.70:
            self.add(recurrent(rng, self.framework), (last,))
        elif len(shape) > 2 and pick < 0.82:
            self.add(sliding(rng, len(shape) - 2), (last,))
        elif pick < 0.84 and (shape[-1] or 0) > 1:
            self.add(Split(rng.choice([(1, (shape[-1] or 2) - 1), shape[-1] or 2])), (last,))
        elif pick < 0.87 and len(shape) == 4:
            self.add(ConvLSTM(size(rng), (2,), padding="same"), (last,))
        elif pick < 0.90 and len(shape) > 2:
            self.add(plain(rng, (shape[0], *shape[2:])).replace(time_distributed=1), (last,))
        else:
            self.add(plain(rng, shape), (last,))


def random_model(rng: Random, framework: str) -> Model:
    """Return a random model that a framework offers: half of them chains in which nothing is named."""
    builder = Builder(rng, framework)
    for _ in range(rng.randint(1, 9)):
        builder.extend()
    if not params(Model(builder.layers), framework).total:
        return Model([Input((None, 4), name="x"), Dense(size(rng))], framework=framework)
    return Model(builder.layers, framework=framework)
