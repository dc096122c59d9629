"""Random models for the laws."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from lstm_calc.errors import ModelError
from lstm_calc.frameworks import OPTIONS, framework, frameworks, refusals, with_defaults
from lstm_calc.model import (
    CRF,
    GRU,
    LSTM,
    MGU,
    RNN,
    Activation,
    AdditiveAttention,
    Attention,
    BatchNorm,
    Conv,
    ConvGRU,
    ConvLSTM,
    ConvTranspose,
    Crop,
    Dense,
    DepthwiseConv,
    Dropout,
    EinsumDense,
    Embedding,
    Flatten,
    GlobalPool,
    GroupNorm,
    Layer,
    LayerNorm,
    LocallyConnected,
    Masking,
    Model,
    MultiHeadAttention,
    Normalization,
    Other,
    Pad,
    Permute,
    Pool,
    PReLU,
    Recurrent,
    RepeatVector,
    Reshape,
    RMSNorm,
    SeparableConv,
    Shared,
    Upsample,
)
from lstm_calc.model.cells import CELLS
from lstm_calc.model.rules import DATA_FORMATS, MERGES

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,8}", fullmatch=True)


@st.composite
def recurrent(draw: DrawFn, largest: int, framework: str | None = None) -> Layer:
    """Draw one recurrent layer with sizes up to a largest; with ``framework``, of the cells and options that it offers."""
    sizes = st.integers(1, largest)
    layouts = frameworks()[framework or "textbook"].layouts
    kind = draw(st.sampled_from([cell for cell in CELLS if cell in layouts]))
    offered = set(layouts[kind].options.split()) if framework else set(OPTIONS)

    def maybe(word: str) -> bool:
        return word in offered and draw(st.booleans())

    two_ways = maybe("bidirectional")
    fields: dict[str, Any] = {
        "bias": not maybe("nobias"),
        "bidirectional": two_ways,
        "merge": draw(st.sampled_from(MERGES[:4])) if two_ways and maybe("merge") else "concat",
        "repeat": draw(st.integers(1, 2)),
        "trainable": draw(st.booleans()),
        "input_dim": draw(st.none() | sizes),
        "return_state": draw(st.booleans()),
        "stateful": draw(st.booleans()),
        "go_backwards": not two_ways and draw(st.booleans()),
    }
    units = draw(sizes)

    def on_cudnn(others: dict[str, Any]) -> bool:
        """Draw whether a layer is of the class for cuDNN, which has none of the others and which Keras 3 cannot build."""
        return framework != "keras" and fields["bias"] and not any(others.values()) and draw(st.booleans())

    if kind == "lstm":
        fields |= {"peephole": maybe("peephole"), "coupled": maybe("coupled")}
        if maybe("projection") and units > 1:
            fields["projection"] = draw(st.integers(1, units - 1))
            fields["projection_bias"] = maybe("projection_bias") or None
        options = {name: fields.get(name) for name in ("peephole", "coupled", "projection")}
        return LSTM(units, cudnn=on_cudnn(options), **fields)
    if kind == "gru":
        forms = [None, *(form == "reset_after" for form in ("reset_after", "reset_before") if form in offered)]
        form = draw(st.sampled_from(forms))
        return GRU(units, reset_after=form, cudnn=on_cudnn({"before": not form}), **fields)
    if kind == "conv_lstm":
        window = draw(st.lists(st.integers(1, min(5, largest // 2)), min_size=1, max_size=3))
        return ConvLSTM(units, window, padding=draw(st.sampled_from([None, "valid", "same"])), **fields)
    return MGU(units, reset_gate=not maybe("ungated"), **fields) if kind == "mgu" else RNN(units, **fields)


def others(largest: int) -> SearchStrategy[Layer]:
    """Draw a layer that is not recurrent."""
    sizes = st.integers(1, largest)
    return st.one_of(
        st.builds(Dense, sizes, bias=st.booleans(), trainable=st.booleans()),
        st.builds(Embedding, sizes, sizes, trainable=st.booleans()),
        st.builds(RepeatVector, sizes),
    )


@st.composite
def models(draw: DrawFn, framework: str | None = None, longest: int = 4, largest: int = 40) -> Model:
    """Draw a model of up to ``longest`` layers, one of them recurrent; with ``framework``, one that this framework offers."""
    layers = draw(st.lists(recurrent(largest, framework) | others(largest), max_size=longest - 1))
    layers.insert(draw(st.integers(0, len(layers))), draw(recurrent(largest, framework)))
    width = draw(st.integers(1, largest))
    layers = fitting(layers, width)
    if isinstance(layers[-1], Recurrent):
        layers[-1] = layers[-1].replace(return_sequences=draw(st.none() | st.booleans()))
    if draw(st.booleans()):
        layers = [layer.replace(name=name) for layer, name in zip(layers, draw(_as_many_names(len(layers))), strict=True)]
    return starting(layers, width)


def starting(layers: list[Layer], width: int) -> Model:
    """Return the model of some layers that reads so many features, or tokens where an embedding comes first."""
    return Model(layers, None if isinstance(layers[0], Embedding) else width)


def fitting(layers: list[Layer], width: int) -> list[Layer]:
    """Return those of some layers that can read what the one before gives, or one that is recurrent where none of these is."""
    found: list[Layer] = []
    for layer in layers:
        with suppress(ModelError):
            with_defaults(starting([*found, layer], width), framework("keras"))
            found.append(layer)
    cells = [layer for layer in layers if isinstance(layer, Recurrent)]
    return found if any(isinstance(layer, Recurrent) for layer in found) else cells[:1]


EXAMPLES: dict[str, Layer] = {
    "embedding": Embedding(9, 4),
    "lstm": LSTM(4, projection=3),
    "gru": GRU(4),
    "rnn": RNN(4),
    "mgu": MGU(4),
    "conv_lstm": ConvLSTM(4, (3, 3)),
    "dense": Dense(4),
    "conv": Conv(4, (3, 3)),
    "layer_norm": LayerNorm(),
    "conv_gru": ConvGRU(4, (3, 3)),
    "einsum_dense": EinsumDense("abc,cd->abd", (None, 4), bias_axes="d"),
    "depthwise_conv": DepthwiseConv((3, 3), 2),
    "separable_conv": SeparableConv(4, (3, 3)),
    "conv_transpose": ConvTranspose(4, (3, 3)),
    "locally_connected": LocallyConnected(4, (2, 2)),
    "batch_norm": BatchNorm(),
    "group_norm": GroupNorm(2),
    "rms_norm": RMSNorm(),
    "normalization": Normalization(),
    "attention": Attention(),
    "additive_attention": AdditiveAttention(),
    "multi_head_attention": MultiHeadAttention(2, 3),
    "prelu": PReLU(),
    "crf": CRF(4),
    "other": Other(7),
    "repeat_vector": RepeatVector(3),
    "dropout": Dropout(0.5),
    "activation": Activation("tanh"),
    "masking": Masking(),
    "flatten": Flatten(),
    "reshape": Reshape((-1, 2)),
    "permute": Permute((2, 1)),
    "pool": Pool((2,)),
    "global_pool": GlobalPool(),
    "upsample": Upsample((2,)),
    "crop": Crop(((1, 1),)),
    "pad": Pad(((1, 2),)),
    "shared": Shared("a"),
}
"""A layer of every kind."""


@st.composite
def windowed(draw: DrawFn) -> Layer:
    """Draw a layer with positions, in one to three dimensions."""
    dimensions = draw(st.integers(1, 3))

    def each(values: SearchStrategy[Any]) -> tuple[Any, ...]:
        return tuple(draw(st.lists(values, min_size=dimensions, max_size=dimensions)))

    few, form = st.integers(1, 3), draw(st.sampled_from([None, *DATA_FORMATS]))
    sliding: dict[str, Any] = {"strides": draw(st.none() | st.just(each(few))), "padding": draw(st.sampled_from(["valid", "same"]))}
    pairs = st.tuples(st.integers(0, 2), st.integers(0, 2))
    made = [
        Conv(draw(few), each(few), data_format=form, **sliding),
        Pool(each(few), data_format=form, **sliding),
        Upsample(each(few), data_format=form),
        Crop(each(pairs), data_format=form),
        Pad(each(pairs), data_format=form),
        GlobalPool(data_format=form, keepdims=draw(st.booleans())),
    ]
    return draw(st.sampled_from(made))


def plain_layers() -> SearchStrategy[Layer]:
    """Draw a layer that is neither recurrent nor has positions."""
    few = st.integers(1, 6)
    return st.one_of(
        st.builds(Dense, few, time_distributed=st.integers(0, 1)),
        st.builds(RepeatVector, few),
        st.builds(Reshape, st.sampled_from([(-1,), (-1, 2), (2, -1), (2, -1, 1)])),
        st.builds(Permute, st.sampled_from([(1,), (2, 1), (3, 1, 2)])),
        st.sampled_from([LayerNorm(), Dropout(0.5), Activation("tanh"), Masking(), Flatten()]),
    )


@st.composite
def graphs(draw: DrawFn, longest: int = 6) -> Model:
    """Draw a model of layers of every kind with a known input shape; some read the output of another layer than the one before."""
    shape = tuple(draw(st.lists(st.integers(1, 9), min_size=1, max_size=4)))
    kinds = st.one_of(recurrent(4, "textbook"), windowed(), plain_layers())
    found: list[Layer] = []
    for layer in draw(st.lists(kinds, min_size=1, max_size=longest)):
        one = layer.replace(name=f"l{len(found)}", input_dim=None)
        if found and draw(st.booleans()):
            one = one.replace(inputs=(draw(st.sampled_from(found)).name,))
        with suppress(ModelError):
            found = [*Model([*found, one], input_shape=shape).layers]
    return Model(found or [Dense(2)], input_shape=shape)


def _as_many_names(count: int) -> SearchStrategy[list[str]]:
    return st.lists(names, min_size=count, max_size=count, unique=True)


def supporting(model: Model) -> list[str]:
    """Return the frameworks that offer all of a model."""
    return [name for name, table in frameworks().items() if not any(any(refusals(table, layer)) for layer in model.layers)]
