"""What the kinds of typical models are made of: random sizes, recurrent layers, heads, and chains in all the ways to write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Kind = Callable[[Any, random.Random], Any]

KINDS: dict[str, Kind] = {}


def kind(build: Kind) -> Kind:
    """Put a function that builds a model into the table of kinds."""
    KINDS[build.__name__] = build
    return build


def some(r: random.Random, *ways: Any) -> Any:
    """Return one of the values."""
    return r.choice(ways)


def coin(r: random.Random) -> bool:
    return r.random() < 0.5


def width(r: random.Random) -> int:
    return r.choice([4, 5, 8, 10, 12, 16, 20, 32])


def steps(r: random.Random, shortest: int = 5) -> int:
    return r.randint(shortest, shortest + 12)


def recurrent(k: Any, r: random.Random, units: int | None = None, **options: Any) -> Any:
    """Return an LSTM, GRU or SimpleRNN layer, as people set its options."""
    which = some(r, "LSTM", "LSTM", "GRU", "SimpleRNN")
    if r.random() < 0.2:
        options["use_bias"] = False
    if r.random() < 0.3:
        options |= {"dropout": 0.2, "recurrent_dropout": some(r, 0.0, 0.1)}
    if which == "GRU" and r.random() < 0.3:
        options["reset_after"] = False
    if r.random() < 0.15:
        options["kernel_regularizer"] = k.regularizers.l2(1e-4)
    return getattr(k.layers, which)(units or width(r), **options)


def both(k: Any, r: random.Random, *, every: bool, merge: str = "concat") -> Any:
    """Return a bidirectional layer."""
    return k.layers.Bidirectional(recurrent(k, r, return_sequences=every), merge_mode=merge)


def head(k: Any, r: random.Random) -> list[Any]:
    """Return what people put behind the last recurrent layer."""
    hidden = [k.layers.Dense(width(r), activation=some(r, "relu", "tanh", "gelu"))] if r.random() < 0.5 else []
    drop = [k.layers.Dropout(0.5)] if r.random() < 0.4 else []
    return [*hidden, *drop, k.layers.Dense(r.randint(1, 9), activation=some(r, "softmax", "sigmoid", None))]


def chain(x: Any, *layers: Any) -> Any:
    """Return what the layers, one behind the other, give for a tensor."""
    for layer in layers:
        x = layer(x)
    return x


def sequential(k: Any, r: random.Random, shape: tuple[int | None, ...], layers: list[Any], **options: Any) -> Any:
    """Return a chain in one of the ways in which people write it: a list, ``add``, functional, with or without names."""
    way = some(r, "list", "add", "functional", "built")
    name = {"name": some(r, "classifier", "my_model", "net")} if r.random() < 0.3 else {}
    if way == "functional":
        x = k.Input(shape, **options)
        return k.Model(x, chain(x, *layers), **name)
    if way == "list":
        return k.Sequential([k.Input(shape, **options), *layers], **name)
    model = k.Sequential(**name)
    if way == "add":
        model.add(k.layers.InputLayer(shape=shape, **options))
    for layer in layers:
        model.add(layer)
    if way == "built":
        model.build((None, *shape))
    return model
