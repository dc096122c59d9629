"""Modules as people write them in PyTorch, made at random, held against the real ones on the meta device: ``pytest -m oracle``.

A ``Part`` is one description with two readings: its notation, and what makes the same out of ``torch.nn``. Nothing of lstm_calc
is used for the second. ``HYPOTHESIS_PROFILE=long`` makes 200 modules, not 40.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import cost, params, read, shapes

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.oracle

EACH = 25 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 5
"""Modules of each kind."""

ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU", "elu": "ELU", "silu": "SiLU"}


@dataclass
class Net:
    """The layers of a module as it is made."""

    torch: Any
    layers: list[Any] = field(default_factory=list)

    @property
    def nn(self) -> Any:
        return self.torch.nn

    def keep(self, layer: Any, *, frozen: bool = False) -> Any:
        self.layers.append(layer.requires_grad_(not frozen))
        return layer


@dataclass(frozen=True)
class Part:
    """A piece of a module: its notation, and a maker of the function that runs it in PyTorch."""

    text: str
    make: Callable[[Net], Callable[[Any], Any]]


def chain(*parts: Part) -> Part:
    def make(net: Net) -> Callable[[Any], Any]:
        made = [part.make(net) for part in parts]

        def run(x: Any) -> Any:
            for each in made:
                x = each(x)
            return x

        return run

    return Part(" > ".join(part.text for part in parts if part.text), make)


def branch(word: str, join: Callable[[Any, list[Any]], Any], *parts: Part) -> Part:
    def make(net: Net) -> Callable[[Any], Any]:
        made = [part.make(net) for part in parts]
        return lambda x: join(net.torch, [each(x) for each in made])

    return Part(f"({' | '.join(part.text for part in parts)}) > {word}", make)


def plain(text: str, run: Callable[[Any], Any]) -> Part:
    return Part(text, lambda _: run)


SKIP = plain("", lambda x: x)
TURN = plain("", lambda x: x.transpose(1, 2))
"""Between (batch, channels, length) of convolutions and (batch, length, features) of the rest: the notation has the second."""


def add(*parts: Part) -> Part:
    return branch("add", lambda _, xs: sum(xs[1:], xs[0]), *parts)


def concat(axis: int, *parts: Part) -> Part:
    return branch("concat", lambda torch, xs: torch.cat(xs, axis), *parts)


class Writer:
    """Writes parts, and knows the shape that they give: without the batch, channels last."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.names = 0
        self.first: tuple[int, ...] = ()
        self.shape: tuple[int, ...] = ()

    def begin(self, *shape: int) -> None:
        self.first = self.shape = shape

    def chance(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def size(self) -> int:
        return self.rng.choice((4, 6, 8, 12, 16))

    def layer(self, text: str, make: Callable[[Any], Any]) -> Part:
        frozen = self.chance(0.15)
        return Part(text + frozen * " frozen", lambda net: net.keep(make(net.nn), frozen=frozen))

    # every kind

    def activation(self) -> Part:
        name = self.rng.choice([*ACTIVATIONS])
        return Part(name, lambda net: getattr(net.nn, ACTIVATIONS[name])())

    def dropout(self) -> Part:
        return Part("dropout 0.2", lambda net: net.nn.Dropout(0.2))

    def linear(self, units: int) -> Part:
        width, bias = self.shape[-1], self.chance(0.8)
        self.shape = (*self.shape[:-1], units)
        return self.layer(f"dense {units}" + " nobias" * (not bias), lambda nn: nn.Linear(width, units, bias=bias))

    def layer_norm(self) -> Part:
        width = self.shape[-1]
        return self.layer("layer_norm", lambda nn: nn.LayerNorm(width))

    def head(self) -> Part:
        middle = [self.linear(self.size()), self.activation(), self.dropout()] if self.chance() else []
        return chain(*middle, self.linear(self.rng.randint(1, 10)))

    # what has the channels first in PyTorch: images and signals

    def conv(self, filters: int | None = None, *, same: bool = False) -> Part:
        *space, channels = self.shape
        axes = len(space)
        filters = filters or self.size()
        groups = self.rng.choice([n for n in (1, 1, 1, 2, channels) if channels % n == 0 and filters % n == 0])
        kernel = tuple(self.rng.choice((1, 3, 5) if same else (1, 2, 3)) for _ in space)
        strides = tuple(1 if same else self.rng.choice((1, 1, 2)) for _ in space)
        dilation = tuple(1 if same or max(strides) > 1 else self.rng.choice((1, 1, 2)) for _ in space)
        padding = tuple((k - 1) // 2 if same else self.rng.choice((0, 1)) for k in kernel)
        named, bias = same and self.chance(0.3), self.chance(0.7)
        text = f"conv {filters} kernel={times(kernel)}" + options(strides=strides, dilation=dilation)
        text += " padding=same" if named else options(0, padding=padding)
        text += f" groups={groups}" * (groups > 1) + " nobias" * (not bias)
        self.shape = (*slid(space, kernel, strides, dilation, padding), filters)
        wanted = {"stride": strides, "dilation": dilation, "groups": groups, "bias": bias, "padding": "same" if named else padding}
        return self.layer(text, lambda nn: getattr(nn, f"Conv{axes}d")(channels, filters, kernel, **wanted))

    def conv_transpose(self) -> Part:
        *space, channels = self.shape
        axes, filters, stride, bias = len(space), self.size(), self.rng.choice((1, 2)), self.chance(0.7)
        kernel, padding = self.rng.choice(((2, 0), (3, 1), (4, 1)))
        output_padding = self.rng.choice((0, 1)) if stride == 2 else 0
        text = f"conv_transpose {filters} kernel={times([kernel] * axes)}"
        text += options(strides=[stride] * axes) + options(0, padding=[padding] * axes, output_padding=[output_padding] * axes)
        self.shape = (*((n - 1) * stride - 2 * padding + kernel + output_padding for n in space), filters)
        kind = f"ConvTranspose{axes}d"
        return self.layer(
            text + " nobias" * (not bias),
            lambda nn: getattr(nn, kind)(channels, filters, kernel, stride, padding, output_padding, bias=bias),
        )

    def batch_norm(self) -> Part:
        axes, channels, affine = len(self.shape) - 1, self.shape[-1], self.chance(0.9)
        text = "batch_norm" + " nocenter noscale" * (not affine)
        return self.layer(text, lambda nn: getattr(nn, f"BatchNorm{max(axes, 1)}d")(channels, affine=affine))

    def group_norm(self) -> Part:
        channels = self.shape[-1]
        return self.layer("group_norm 2", lambda nn: nn.GroupNorm(2, channels))

    def pool(self, *, same: bool = False) -> Part:
        *space, channels = self.shape
        axes, average = len(space), self.chance()
        size, stride, padding = (3, 1, 1) if same else self.rng.choice(((2, 2, 0), (3, 2, 1), (2, 1, 0), (3, 3, 0)))
        each = [[n] * axes for n in (size, stride, padding)]
        text = f"pool {times(each[0])}" + " average" * average
        text += (f" strides={times(each[1])}" * (stride != size)) + options(0, padding=each[2])
        self.shape = (*slid(space, each[0], each[1], [1] * axes, each[2]), channels)
        kind = f"{'Avg' if average else 'Max'}Pool{axes}d"
        return Part(text, lambda net: getattr(net.nn, kind)(size, stride, padding))

    def block(self) -> Part:
        """Return a convolution with what people put after it."""
        parts = [self.conv(same=min(self.shape[:-1]) < 8)]
        if self.chance(0.6):
            parts.append(self.batch_norm() if self.chance(0.8) else self.group_norm())
        parts.append(self.activation())
        if min(self.shape[:-1]) >= 4 and self.chance(0.4):
            parts.append(self.pool())
        return chain(*parts, *([self.dropout()] if self.chance(0.2) else []))

    def residual(self) -> Part:
        before = self.shape
        body = chain(
            self.conv(same=True), self.batch_norm(), self.activation(), self.conv(before[-1], same=True), self.batch_norm()
        )
        if self.chance():
            return chain(add(body, SKIP), self.activation())
        self.shape = before
        filters = self.size()
        left = chain(self.conv(filters, same=True), self.batch_norm())
        self.shape = before
        return chain(add(left, self.conv(filters, same=True)), self.activation())

    def inception(self) -> Part:
        before, left = self.shape, self.conv(same=True)
        width, self.shape = self.shape[-1], before
        middle = chain(self.conv(same=True), self.activation(), self.conv(same=True))
        width, self.shape = width + self.shape[-1], before
        right = chain(self.pool(same=True), self.conv(same=True))
        self.shape = (*before[:-1], width + self.shape[-1])
        return concat(1, left, middle, right)

    def squeeze(self) -> Part:
        """Return a gate on the channels, from their averages."""
        *space, channels = self.shape
        axes, kind = len(space), f"Conv{len(space)}d"
        ones, few = times([1] * axes), max(channels // 4, 1)
        gate = chain(
            Part("global_pool average keepdims", lambda net: getattr(net.nn, f"AdaptiveAvgPool{axes}d")(1)),
            self.layer(f"conv {few} kernel={ones}", lambda nn: getattr(nn, kind)(channels, few, 1)),
            self.activation(),
            self.layer(f"conv {channels} kernel={ones}", lambda nn: getattr(nn, kind)(few, channels, 1)),
            Part("sigmoid", lambda net: net.nn.Sigmoid()),
        )
        return branch("multiply", lambda _, xs: xs[0] * xs[1], gate, SKIP)

    def flat(self) -> Part:
        """Return what leads from images or signals to vectors."""
        *space, channels = self.shape
        axes, way = len(space), self.rng.choice(("flatten", "global", "adaptive"))
        self.shape = (prod(self.shape),) if way == "flatten" else (channels if way == "global" else channels * 2**axes,)
        flatten = Part("flatten", lambda net: net.nn.Flatten())
        if way == "flatten":
            return flatten
        if way == "global":
            return plain("global_pool average", lambda x: x.mean(tuple(range(2, axes + 2))))
        return chain(
            Part(f"adaptive_pool {times([2] * axes)}", lambda net: getattr(net.nn, f"AdaptiveAvgPool{axes}d")(2)),
            flatten,
        )

    # what has the features last: sequences, batch first

    def recurrent(self) -> Part:
        steps, width = self.shape
        cell, units, layers = self.rng.choice(("lstm", "lstm", "gru", "rnn")), self.size(), self.rng.choice((1, 1, 2, 3))
        both, bias = self.chance(0.4), self.chance(0.85)
        projection = self.rng.randint(1, units - 1) if cell == "lstm" and self.chance(0.3) else 0
        text = both * "bi" + f"{cell} {units}" + f" x{layers}" * (layers > 1)
        text += f" proj={projection}" * (projection > 0) + " nobias" * (not bias)
        wanted: dict[str, Any] = {"num_layers": layers, "bidirectional": both, "bias": bias, "dropout": 0.1 * (layers > 1)}
        if projection:
            wanted["proj_size"] = projection
        self.shape = (steps, (projection or units) * (1 + both))
        made = self.layer(text, lambda nn: getattr(nn, cell.upper())(width, units, batch_first=True, **wanted))

        def make(net: Net) -> Callable[[Any], Any]:
            layer = made.make(net)
            return lambda x: layer(x)[0]

        return Part(made.text, make)

    def attention(self) -> Part:
        width, bias, weights = self.shape[-1], self.chance(0.8), self.chance()
        heads = self.rng.choice([n for n in (1, 2, 4) if width % n == 0])
        made = self.layer(
            f"multi_head_attention {heads} key_dim={width // heads}" + " nobias" * (not bias),
            lambda nn: nn.MultiheadAttention(width, heads, bias=bias, batch_first=True),
        )

        def make(net: Net) -> Callable[[Any], Any]:
            layer = made.make(net)
            return lambda x: layer(x, x, x, need_weights=weights)[0]

        return Part(made.text, make)

    def encoder_layer(self) -> Part:
        """Return a layer of a transformer, written out or ``nn.TransformerEncoderLayer``."""
        width, inner, first = self.shape[-1], self.size(), self.chance()
        if self.chance(0.4):
            norm, one = "layer_norm", f"multi_head_attention 2 key_dim={width // 2}"
            two = f"dense {inner} > relu > dense {width}"
            pair = f"{norm} > {one}" if first else one, f"{norm} > {two}" if first else two
            text = f"({pair[0]} | ) > add" + f" > {norm}" * (not first) + f" > ({pair[1]} | ) > add" + f" > {norm}" * (not first)
            return Part(
                text, lambda net: net.keep(net.nn.TransformerEncoderLayer(width, 2, inner, norm_first=first, batch_first=True))
            )
        mixed = [self.layer_norm()] * first + [self.attention(), self.dropout()]
        after = [] if first else [self.layer_norm()]
        fed = [self.layer_norm()] * first + [self.linear(inner), self.activation(), self.linear(width)]
        return chain(add(SKIP, chain(*mixed)), *after, add(SKIP, chain(*fed)), *([] if first else [self.layer_norm()]))

    def sequence_batch_norm(self) -> Part:
        return chain(TURN, self.batch_norm(), TURN)

    def twice(self) -> Part:
        """Return a linear layer that is used two times."""
        width, self.names = self.shape[-1], self.names + 1
        name = f"again_{self.names}"
        made, between = self.layer(f"dense {width} name={name}", lambda nn: nn.Linear(width, width)), self.activation()

        def make(net: Net) -> Callable[[Any], Any]:
            layer, function = made.make(net), between.make(net)
            return lambda x: layer(function(layer(x)))

        return Part(f"{made.text} > {between.text} > shared {name}", make)

    def last(self) -> Part:
        """Return what leads from sequences to vectors."""
        self.shape = self.shape[-1:]
        ways = (
            plain("index :,-1", lambda x: x[:, -1]),
            plain("reduce mean axis=1", lambda x: x.mean(1)),
            plain("reduce max axis=1", lambda x: x.max(1).values),
            chain(TURN, Part("global_pool average", lambda net: net.nn.AdaptiveAvgPool1d(1)), plain("", lambda x: x.flatten(1))),
        )
        return self.rng.choice(ways)

    def embedding(self) -> Part:
        words, width = self.rng.randint(10, 200), self.size()
        self.shape = (*self.shape, width)
        made = self.layer(f"embed {width}", lambda nn: nn.Embedding(words, width))
        return Part(f"vocab {words} > {made.text}", made.make)


def times(sizes: Any) -> str:
    return "x".join(map(str, sizes))


def options(usual: int = 1, **given: Any) -> str:
    return "".join(f" {name}={times(sizes)}" for name, sizes in given.items() if set(sizes) != {usual})


def slid(space: Any, kernel: Any, strides: Any, dilation: Any, padding: Any) -> list[int]:
    each = zip(space, kernel, strides, dilation, padding, strict=True)
    return [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in each]


def _image(w: Writer, *blocks: Callable[[], Part]) -> Part:
    parts = [w.block(), *(w.rng.choice(blocks)() for _ in range(w.rng.randint(1, 3)))]
    return chain(*parts, *([w.flat(), w.head()] if w.chance(0.8) else []))


def _conv2d(w: Writer) -> Part:
    w.begin(w.rng.randint(20, 32), w.rng.randint(20, 32), w.rng.choice((1, 3)))
    return _image(w, w.block, w.block, w.squeeze)


def _conv1d(w: Writer) -> Part:
    w.begin(w.rng.randint(20, 64), w.rng.choice((1, 4, 9)))
    return chain(TURN, _image(w, w.block, w.conv_transpose, w.residual, w.squeeze))


def _branches(w: Writer) -> Part:
    w.begin(w.rng.randint(16, 24), w.rng.randint(16, 24), 3)
    return _image(w, w.residual, w.inception, w.conv_transpose)


def _mlp(w: Writer) -> Part:
    w.begin(w.size())
    parts = []
    for _ in range(w.rng.randint(1, 4)):
        norm = w.rng.choice((w.batch_norm, w.layer_norm, w.dropout))
        parts += [w.twice() if w.chance(0.2) else w.linear(w.size()), norm(), w.activation()]
    before, width = w.shape, w.shape[0]
    if w.chance():
        parts.append(add(chain(w.linear(w.size()), w.activation(), w.linear(width)), SKIP))
    else:
        left = w.linear(w.size())
        width, w.shape = w.shape[0], before
        parts.append(concat(-1, left, chain(w.linear(w.size()), w.activation())))
        w.shape = (width + w.shape[0],)
    return chain(*parts, w.head())


def _start(w: Writer) -> list[Part]:
    w.begin(w.rng.randint(3, 20))
    if w.chance():
        return [w.embedding()]
    w.begin(*w.shape, w.size())
    return []


def _language_model(w: Writer) -> Part:
    """Return a model of the next word whose last layer has the matrix of its first."""
    w.begin(w.rng.randint(3, 20))
    words, width, layers, frozen = w.rng.randint(10, 200), w.size(), w.rng.randint(1, 3), w.chance(0.2)

    def make(net: Net) -> Callable[[Any], Any]:
        table = net.keep(net.nn.Embedding(words, width), frozen=frozen)
        lstm = net.keep(net.nn.LSTM(width, width, layers, batch_first=True))
        out = net.keep(net.nn.Linear(width, words))
        out.weight = table.weight
        return lambda x: out(lstm(table(x))[0])

    return Part(f"vocab {words} > embed {width}{frozen * ' frozen'} > lstm {width} x{layers} > dense {words} tied", make)


def _recurrent(w: Writer) -> Part:
    if w.chance(0.2):
        return _language_model(w)
    parts = _start(w)
    for _ in range(w.rng.randint(1, 2)):
        parts += [w.recurrent(), w.rng.choice((w.dropout, w.layer_norm, w.activation, w.sequence_batch_norm))()]
    return chain(*parts, *([w.last()] if w.chance(0.6) else []), w.head())


def _recurrent_branches(w: Writer) -> Part:
    parts, before = _start(w), w.shape
    left, width = w.recurrent(), w.shape[-1]
    w.shape = before
    if w.chance():
        parts.append(concat(-1, left, chain(w.recurrent(), w.dropout())))
        w.shape = (before[0], width + w.shape[-1])
    else:
        parts.append(add(left, w.linear(width)))
    w.shape = (before[0], w.shape[-1])
    if w.chance():
        width = w.shape[-1]
        parts.append(concat(-1, plain("index :,-1", lambda x: x[:, -1]), plain("reduce mean axis=1", lambda x: x.mean(1))))
        w.shape = (2 * width,)
    return chain(*parts, w.head())


def _conv_recurrent(w: Writer) -> Part:
    w.begin(w.rng.randint(30, 60), w.size())
    parts = [TURN, *(w.block() for _ in range(w.rng.randint(1, 2))), TURN, w.recurrent()]
    if w.chance(0.3):
        parts.append(w.layer_norm())
    return chain(*parts, w.last(), w.head())


def _transformer(w: Writer) -> Part:
    parts = [*_start(w), w.linear(w.rng.choice((8, 16)))]
    parts += [w.encoder_layer() for _ in range(w.rng.randint(1, 3))]
    return chain(*parts, *([w.last()] if w.chance(0.6) else []), w.head())


KINDS: dict[str, Callable[[Writer], Part]] = {
    "conv2d": _conv2d,
    "conv1d": _conv1d,
    "branches": _branches,
    "mlp": _mlp,
    "recurrent": _recurrent,
    "recurrent branches": _recurrent_branches,
    "conv and recurrent": _conv_recurrent,
    "transformer": _transformer,
}


@pytest.mark.parametrize("number", range(EACH))
@pytest.mark.parametrize("kind", KINDS)
def test_a_module_is_counted_as_pytorch_counts_it(kind: str, number: int) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    writer = Writer(f"{kind} {number}")
    part = KINDS[kind](writer)
    tokens, steps = part.text.startswith("vocab"), None
    start = times(writer.first) + "x" * tokens
    if kind in {"recurrent", "recurrent branches", "transformer"} and writer.chance():  # a length that only the question says
        start, steps = "" if tokens else str(writer.first[1]), writer.first[0]
    text = f"{start} > {part.text}" if start else part.text
    batch = writer.rng.randint(2, 5)

    with torch.device("meta"):
        net = Net(torch)
        run = part.make(net)
        x = torch.zeros((batch, *writer.first), dtype=torch.long if tokens else None)
        if kind in {"conv2d", "branches"}:
            x = x.movedim(-1, 1)
        # it counts convolutions, matrix products, attention and, on the meta device, recurrent layers, which are taken apart there
        with FlopCounterMode(display=False) as counter:
            y = run(x)
    if y.ndim == 4 or (kind == "conv1d" and y.ndim == 3):
        y = y.movedim(1, -1)  # the notation has the channels last
    weights = [*net.torch.nn.ModuleList(net.layers).parameters()]

    model = read(text)
    ours = params(model, "pytorch")
    given = [
        link.shape for link in shapes(model, "pytorch", batch=batch, steps=steps, batch_first=True).links if link.target is None
    ]
    assert {
        "parameters": ours.total,
        "trainable": ours.trainable,
        "output": given,
        "multiply-accumulates": cost(model, "pytorch", batch=batch, steps=steps).macs,
    } == {
        "parameters": sum(each.numel() for each in weights),
        "trainable": sum(each.numel() for each in weights if each.requires_grad),
        "output": [tuple(y.shape)],
        "multiply-accumulates": counter.get_total_flops() / 2,
    }, f"{text}, batch {batch}, steps {steps}: {net.layers}"
