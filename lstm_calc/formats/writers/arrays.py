"""What is computed on arrays without weights, in the words of each library of arrays: a table of spellings, and a row per kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.writers.text import tuple_of
from lstm_calc.frozen import Record
from lstm_calc.model.sizes import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.writers.plan import Step


class Spelling(Record):
    """How a library writes what is done to arrays.

    Each field is a template: ``x`` is an array, ``xs`` several with commas between them, ``axis`` an axis or several, ``n`` a
    number or several. ``functions`` are those of each number by the name of the activation, ``{x}`` in it.
    """

    title: str
    join: str
    stack: str
    expand: str
    swap: str
    permute: str
    repeat: str
    reduce: str
    reduced: dict[str, str]
    larger: str
    smaller: str
    einsum: str
    unit: str
    flatten: str
    functions: dict[str, str]
    split: Callable[[str, Sequence[int], int], str]
    pad: Callable[[str, Sequence[tuple[int, int]]], str]


def _cuts(library: str) -> Callable[[str, Sequence[int], int], str]:
    def split(x: str, sizes: Sequence[int], axis: int) -> str:
        if len(set(sizes)) == 1:
            return f"{library}.split({x}, {len(sizes)}, axis={axis})"
        ends = [sum(sizes[: at + 1]) for at in range(len(sizes) - 1)]
        return f"{library}.split({x}, {ends}, axis={axis})"

    return split


def _margins(library: str) -> Callable[[str, Sequence[tuple[int, int]]], str]:
    return lambda x, margins: f"{library}.pad({x}, {tuple_of(margins)})"


def _like_numpy(title: str, library: str, functions: dict[str, str]) -> Spelling:
    """Return the spelling of a library whose functions are NumPy's."""
    return Spelling(
        title=title,
        join=f"{library}.concatenate([{{xs}}], axis={{axis}})",
        stack=f"{library}.stack([{{xs}}], axis={{axis}})",
        expand=f"{library}.expand_dims({{x}}, {{axis}})",
        swap="{x}.swapaxes({axis})",
        permute="{x}.transpose({axis})",
        repeat=f"{library}.repeat({{x}}, {{n}}, axis={{axis}})",
        reduce="{x}.{function}(axis={axis}{kept})",
        reduced={name: name for name in ("mean", "sum", "max", "min", "prod", "std", "var")},
        larger=f"{library}.maximum({{xs}})",
        smaller=f"{library}.minimum({{xs}})",
        einsum=f'{library}.einsum("{{n}}", {{xs}})',
        unit=f"({{x}} / {library}.sqrt(({{x}} ** 2).sum({{axis}}, keepdims=True)))",
        flatten="{x}.reshape(len({x}), -1)",
        functions=functions,
        split=_cuts(library),
        pad=_margins(library),
    )


def _torch_split(x: str, sizes: Sequence[int], axis: int) -> str:
    if len(set(sizes)) == 1:
        return f"{x}.chunk({len(sizes)}, dim={axis})"
    return f"{x}.split({list(sizes)}, dim={axis})"


def _torch_pad(x: str, margins: Sequence[tuple[int, int]]) -> str:
    flat = [str(size) for pair in reversed(margins) for size in pair]
    while flat[-2:] == ["0", "0"]:
        flat = flat[:-2]
    return f"F.pad({x}, ({', '.join(flat)}))" if flat else x


_OF_TORCH = {
    **{name: f"torch.{name}({{x}})" for name in ("relu", "tanh", "sigmoid", "exp", "abs", "sqrt", "square", "sign", "log")},
    **{name: f"F.{name}({{x}})" for name in ("gelu", "elu", "selu", "silu", "softplus", "softsign", "relu6", "mish")},
    "exponential": "torch.exp({x})",
    "hardsilu": "F.hardswish({x})",
    "swish": "F.silu({x})",
    "softmax": "F.softmax({x}, dim=-1)",
    "logsoftmax": "F.log_softmax({x}, dim=-1)",
    "leakyrelu": "F.leaky_relu({x})",
    "logsigmoid": "F.logsigmoid({x})",
    "hardsigmoid": "F.hardsigmoid({x})",
    **{name: f"F.{name}({{x}})" for name in ("celu", "hardtanh", "hardswish", "hardshrink", "softshrink", "tanhshrink", "rrelu")},
    "softmin": "F.softmin({x}, dim=-1)",
    "glu": "F.glu({x}, dim=-1)",
    "negative": "-{x}",
    "linear": "{x}",
    "identity": "{x}",
}
TORCH = Spelling(
    title="PyTorch",
    join="torch.cat([{xs}], dim={axis})",
    stack="torch.stack([{xs}], dim={axis})",
    expand="{x}.unsqueeze({axis})",
    swap="{x}.transpose({axis})",
    permute="{x}.permute({axis})",
    repeat="{x}.repeat_interleave({n}, dim={axis})",
    reduce="{x}.{function}(dim={axis}{kept})",
    reduced={"mean": "mean", "sum": "sum", "max": "amax", "min": "amin", "std": "std", "var": "var"},
    larger="torch.maximum({xs})",
    smaller="torch.minimum({xs})",
    einsum='torch.einsum("{n}", {xs})',
    unit="F.normalize({x}, dim={axis})",
    flatten="{x}.flatten(1)",
    functions=_OF_TORCH,
    split=_torch_split,
    pad=_torch_pad,
)
_OF_NNX = {
    **{
        name: f"nnx.{name}({{x}})"
        for name in ("relu", "tanh", "sigmoid", "gelu", "elu", "selu", "celu", "silu", "swish", "softplus")
    },
    **{name: f"jnp.{name}({{x}})" for name in ("exp", "abs", "sqrt", "square", "sign", "log", "negative")},
    "softmax": "nnx.softmax({x})",
    "logsoftmax": "nnx.log_softmax({x})",
    "leakyrelu": "nnx.leaky_relu({x})",
    "logsigmoid": "nnx.log_sigmoid({x})",
    "hardsigmoid": "nnx.hard_sigmoid({x})",
    "hardtanh": "nnx.hard_tanh({x})",
    "hardswish": "nnx.hard_swish({x})",
    "hardsilu": "nnx.hard_silu({x})",
    "mish": "{x} * jnp.tanh(nnx.softplus({x}))",
    "exponential": "jnp.exp({x})",
    "glu": "nnx.glu({x}, axis=-1)",
    "softsign": "nnx.soft_sign({x})",
    "relu6": "nnx.relu6({x})",
    "linear": "{x}",
    "identity": "{x}",
}
JAX = _like_numpy("Flax NNX", "jnp", _OF_NNX)
_OF_NUMPY = {
    **{name: f"np.{name}({{x}})" for name in ("tanh", "exp", "abs", "sqrt", "square", "sign", "log", "negative")},
    "exponential": "np.exp({x})",
    "relu": "np.maximum({x}, 0)",
    "relu6": "np.clip({x}, 0, 6)",
    "sigmoid": "sigmoid({x})",
    "softplus": "np.logaddexp({x}, 0)",
    "linear": "{x}",
    "identity": "{x}",
}
NUMPY = _like_numpy("NumPy", "np", _OF_NUMPY)


_MODES = {"sum": "{0} + {1}", "mul": "{0} * {1}", "average": "({0} + {1}) / 2", "none": "{0}, {1}"}


def merged(merge: str, words: Spelling, one: str, other: str) -> str:
    """Return how two directions are joined; with ``none`` both, with a comma between them."""
    return words.join.format(xs=f"{one}, {other}", axis=-1) if merge == "concat" else _MODES[merge].format(one, other)


def computed(step: Step, values: Sequence[str], words: Spelling) -> str | None:
    """Return what a layer without weights computes of some arrays, as text; None for a kind that is not computed like this.

    Raises FrameworkError for a function that the library does not have.
    """
    make = _KINDS.get(step.layer.kind)
    return None if make is None else make(step, [_operand(value) for value in values], words)


def _operand(value: str) -> str:
    return value if value.replace("_", "a").replace(".", "a").replace("(", "").isalnum() or value.endswith(")") else f"({value})"


def function_of(name: str) -> str:
    """Return the name of an activation as the tables have it: small letters alone.

    >>> function_of("LeakyReLU"), function_of("log_softmax")
    ('leakyrelu', 'logsoftmax')
    """
    return name.lower().replace("_", "")


def _axes(axes: Sequence[int]) -> str:
    return ", ".join(map(str, axes))


def _activation(step: Step, values: Sequence[str], words: Spelling) -> str:
    name = step.options["function"]
    if function_of(name) == "unitnormalization":
        return words.unit.format(x=values[0], axis=-1)
    if function_of(name) not in words.functions:
        raise step.refuse(f"the writer of {words.title}", f"activation {name}")
    return words.functions[function_of(name)].format(x=values[0])


def _reshape(step: Step, values: Sequence[str], _: Spelling) -> str:
    target = step.options["target_shape"]
    front = f"len({values[0]})" if -1 in target else "-1"
    return f"{values[0]}.reshape({', '.join([front, *map(str, target)])})"


def _repeat_vector(step: Step, values: Sequence[str], words: Spelling) -> str:
    return words.repeat.format(x=words.expand.format(x=values[0], axis=1), n=step.options["steps"], axis=1)


def _upsample(step: Step, values: Sequence[str], words: Spelling) -> str:
    layer, text = step.options, values[0]
    for at, factor in enumerate(layer["factors"]):
        if factor != 1:
            text = words.repeat.format(x=text, n=factor, axis=at + 1 + step.layer.channels_first)
    return text


def _margins_of(step: Step) -> list[tuple[int, int]]:
    """Return the margins of every axis, the batch and the features included."""
    own = [tuple(pair) for pair in step.options["margins"]]
    return [(0, 0), (0, 0), *own] if step.layer.channels_first else [(0, 0), *own, (0, 0)]


def _crop(step: Step, values: Sequence[str], _: Spelling) -> str:
    cuts = [f"{start or ''}:{-end if end else ''}" for start, end in _margins_of(step)]
    while len(cuts) > 1 and cuts[-1] == ":":
        cuts.pop()
    return f"{values[0]}[{', '.join(cuts)}]" if len(cuts) > 1 else values[0]


def _reduced(step: Step, x: str, words: Spelling, function: str, axes: Sequence[int], *, kept: bool) -> str:
    if function not in words.reduced:
        raise step.refuse(words.title, f"reduction {function}")
    axis = axes[0] if len(axes) == 1 else tuple_of(axes)
    keeps = ", keepdim=True" if words is TORCH else ", keepdims=True"
    return words.reduce.format(x=x, function=words.reduced[function], axis=axis, kept=keeps if kept else "")


def _global_pool(step: Step, values: Sequence[str], words: Spelling) -> str:
    layer, rank = step.options, len(step.layer.reading(step.input))
    axes = range(2, rank) if step.layer.channels_first else range(1, rank - 1)
    function = {"average": "mean"}.get(layer["function"], "max")
    return _reduced(step, values[0], words, function, tuple(axes), kept=layer["keepdims"])


def _reduce(step: Step, values: Sequence[str], words: Spelling) -> str:
    layer = step.options
    axes = (layer["axis"],) if isinstance(layer["axis"], int) else tuple(layer["axis"])
    text = _reduced(step, values[0], words, layer["function"], axes, kept=layer["keepdims"])
    left = len(step.layer.reading(step.input)) - len(set(axes))
    return words.expand.format(x=text, axis=1) if left == 1 and not layer["keepdims"] else text


def _level(step: Step, values: Sequence[str], words: Spelling) -> list[str]:
    """Return arrays with as many axes as the one that has most: the missing ones are put in after the batch."""
    most = max(map(len, step.inputs))
    found = list(values)
    for at, shape in enumerate(step.inputs):
        for _ in range(most - len(shape)):
            found[at] = words.expand.format(x=found[at], axis=1)
    return found


def _between(sign: str) -> Callable[[Step, Sequence[str], Spelling], str]:
    return lambda step, values, words: f" {sign} ".join(_level(step, values, words))


def _extreme(which: str) -> Callable[[Step, Sequence[str], Spelling], str]:
    def extreme(step: Step, values: Sequence[str], words: Spelling) -> str:
        first, *others = _level(step, values, words)
        for other in others:
            first = getattr(words, which).format(xs=f"{first}, {other}")
        return first

    return extreme


def _dot(step: Step, values: Sequence[str], words: Spelling) -> str:
    layer: Any = step.layer
    one, other = layer.summed(step.inputs[:2])
    letters = iter("acdefghijklmnopqrstuvw")
    first = ["b", *(next(letters) for _ in step.inputs[0][1:])]
    second = ["b", *(next(letters) for _ in step.inputs[1][1:])]
    first[one] = second[other] = "z"
    left = [letter for letter in (*first[1:], *second[1:]) if letter != "z"]
    if layer.normalize:
        values = [words.unit.format(x=value, axis=axis) for value, axis in zip(values, (one, other), strict=True)]
    text = words.einsum.format(n=f"{''.join(first)},{''.join(second)}->b{''.join(left)}", xs=", ".join(values))
    return text if left else words.expand.format(x=text, axis=1)


def _index(step: Step, values: Sequence[str], words: Spelling) -> str:
    found = entries(step.options["key"])
    if words is TORCH and any(word.count(":") == 2 and word.rpartition(":")[2].startswith("-") for word in found):
        raise step.refuse(words.title, "slice with a negative step")
    return f"{values[0]}[{', '.join(found)}]"


def _split(step: Step, values: Sequence[str], words: Spelling) -> str:
    layer: Any = step.layer
    axis = layer.axis
    sizes = [shape[axis] or 0 for shape in step.outputs] if isinstance(layer.sections, int) else list(layer.sections)
    return words.split(values[0], sizes, axis)


_KINDS: dict[str, Callable[[Step, Sequence[str], Spelling], str]] = {
    "activation": _activation,
    "flatten": lambda _, values, words: words.flatten.format(x=values[0]),
    "reshape": _reshape,
    "permute": lambda step, values, words: words.permute.format(x=values[0], axis=_axes((0, *step.options["dims"]))),
    "transpose": lambda step, values, words: words.swap.format(x=values[0], axis=_axes(step.options["axis"])),
    "expand_dims": lambda step, values, words: words.expand.format(x=values[0], axis=step.options["axis"]),
    "repeat_vector": _repeat_vector,
    "upsample": _upsample,
    "crop": _crop,
    "pad": lambda step, values, words: words.pad(values[0], _margins_of(step)),
    "global_pool": _global_pool,
    "reduce": _reduce,
    "concat": lambda step, values, words: words.join.format(xs=", ".join(values), axis=step.options["axis"]),
    "stack": lambda step, values, words: words.stack.format(xs=", ".join(values), axis=step.options["axis"]),
    "add": _between("+"),
    "subtract": _between("-"),
    "multiply": _between("*"),
    "matmul": _between("@"),
    "average": lambda step, values, words: f"({' + '.join(_level(step, values, words))}) / {len(values)}",
    "maximum": _extreme("larger"),
    "minimum": _extreme("smaller"),
    "dot": _dot,
    "index": _index,
    "split": _split,
}
"""What each kind computes."""
