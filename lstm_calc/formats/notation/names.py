"""The names of layers and of their options in the notation: those that are written, and the other ones that are read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lstm_calc.frozen import Record
from lstm_calc.model import KIND_NAMES, Recurrent, layer_kind

_ALIASES = {
    "embed": "embedding",
    "embeddingbag": "embedding",
    "elman": "rnn",
    "simplernn": "rnn",
    "vanillarnn": "rnn",
    "linear": "dense",
    "lazylinear": "dense",
    "fc": "dense",
    "fullyconnected": "dense",
    "convolution": "conv",
    "deconv": "conv_transpose",
    "bn": "batch_norm",
    "ln": "layer_norm",
    "batchnormalization": "batch_norm",
    "layernormalization": "layer_norm",
    "groupnormalization": "group_norm",
    "rmsnormalization": "rms_norm",
    "concatenate": "concat",
    "cat": "concat",
    "mha": "multi_head_attention",
    "repeat": "repeat_vector",
    "upsampling": "upsample",
    "cropping": "crop",
    "zeropadding": "pad",
    "spatialdropout": "dropout",
    "alphadropout": "dropout",
    "gaussiandropout": "dropout",
    "gaussiannoise": "dropout",
}
"""Other names of layers, without capitals, - and _."""
SYNONYMS = {
    **dict.fromkeys(("cnn", "convolutional"), "conv1d"),
    **dict.fromkeys(("mlp", "ffn", "feedforward", "head", "output", "out", "proj", "classifier", "logits"), "dense"),
    **dict.fromkeys(("pooling", "downsample"), "pool"),
    **dict.fromkeys(("norm", "normalization", "normalize"), "layer_norm"),
    **dict.fromkeys(("transformer", "self_attention", "selfattention", "attn"), "multi_head_attention"),
    **dict.fromkeys(("recurrent", "cell", "hidden", "encoder", "decoder"), "lstm"),
    **dict.fromkeys(("words", "tokens", "token", "vocabulary", "lookup"), "vocab"),
    **dict.fromkeys(("noise", "drop"), "dropout"),
    **dict.fromkeys(("merge", "join"), "concat"),
    **dict.fromkeys(("view", "unflatten"), "reshape"),
    **dict.fromkeys(("mean", "sum"), "reduce"),
    **dict.fromkeys(("stacked", "stackedlstm"), "lstm"),
    **dict.fromkeys(("bidirectional", "twoway"), "bilstm"),
    **dict.fromkeys(("text", "sequence", "inputs"), "vocab"),
    **dict.fromkeys(("time_distributed", "timedistributed"), "TimeDistributed(Dense(10))"),
    **{f"nn_{name.lower()}": f"nn.{name}" for name in ("LSTM", "GRU", "RNN", "Linear", "Embedding", "Dropout")},
    "sum_pool": "pool",
    "residual": "add",
    "skip": "add",
}
"""Words that are no layers, and the layer that may be meant."""
_POOLS = {"max": "max", "maximum": "max", "avg": "average", "average": "average"}
_WITH_FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "cudnnlstm": ("lstm", {"cudnn": True}),
    "cudnngru": ("gru", {"cudnn": True}),
    **{
        f"{before}{name}{after}": (kind, {"function": function})
        for before, kind in (("", "pool"), ("global", "global_pool"), ("adaptive", "adaptive_pool"))
        for name, function in _POOLS.items()
        for after in ("pool", "pooling")
    },
}
"""Names that say a field of the layer as well."""
_ALIKE = "imum|erage|pooling"
"""What marks a longer spelling of a pool's name."""
FRAMEWORKS = {"cudnnlstm": "keras", "cudnngru": "keras"}
"""Names that only one framework has."""
_FUNCTIONS = (
    "relu relu6 leaky_relu elu selu celu gelu silu swish mish softplus softsign softmax log_softmax sigmoid log_sigmoid tanh "
    "hard_sigmoid hard_swish hard_tanh hard_shrink soft_shrink tanh_shrink softmin rrelu threshold glu exponential identity"
)
FUNCTIONS = {name.replace("_", ""): name for name in _FUNCTIONS.split()}
"""Functions whose names stand for an activation layer, by their names without _."""
_GLUED = r"(.*?[^\W\d])(\d[\d_.,]*(?:[kKMGBT]|e\d+)?|\?|\d[\d_,]*x[\d?]+)"
"""A name and its size without a blank: lstm96."""
_COMPACT = {kind.replace("_", ""): kind for kind in KIND_NAMES}
_DIMENSIONS = r"(.*[a-z])([123])d(transpose)?"
_BOTH_WAYS = ("bidirectional", "bi", "b")

WORDS: dict[str, tuple[str, Any]] = {
    "nobias": ("bias", False),
    "bidirectional": ("bidirectional", True),
    "peephole": ("peephole", True),
    "coupled": ("coupled", True),
    "tied": ("tied", True),
    "cudnn": ("cudnn", True),
    "frozen": ("trainable", False),
    "reset_after": ("reset_after", True),
    "reset_before": ("reset_after", False),
    "ungated": ("reset_gate", False),
    "proj_bias": ("projection_bias", True),
    "noproj_bias": ("projection_bias", False),
    "sequences": ("return_sequences", True),
    "last": ("return_sequences", False),
    "state": ("return_state", True),
    "stateful": ("stateful", True),
    "backwards": ("go_backwards", True),
    "average": ("function", "average"),
    "keepdims": ("keepdims", True),
    "nocenter": ("center", False),
    "noscale": ("scale", False),
}
"""Options that are one word: the field each sets, and to what."""
OTHER_WORDS = {
    "return_sequences": "sequences",
    "return_state": "state",
    "go_backwards": "backwards",
    "no_bias": "nobias",
    "no-bias": "nobias",
    "bi": "bidirectional",
    "peepholes": "peephole",
    "weight_tying": "tied",
}
"""Options under other names."""
KEYS = {
    "proj": "projection",
    "merge": "merge",
    "in": "input_dim",
    "kernel": "kernel_size",
    "strides": "strides",
    "dilation": "dilation_rate",
    "padding": "padding",
    "format": "data_format",
    "distributed": "time_distributed",
    "name": "name",
    "inputs": "inputs",
}
"""Options written ``key=value``: the field each sets, whose own name will do as well."""
_SIZES = ("dim", "units", "filters")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **{key: (field,) for key, field in KEYS.items()},
    "k": ("kernel_size",),
    "stride": ("strides",),
    "projection": ("projection",),
    "proj_size": ("projection",),
    "merge_mode": ("merge",),
    "padding": ("padding", "margins"),
    "cropping": ("margins",),
    "size": ("factors", "pool_size"),
    "scale_factor": ("factors",),
    "input_dim": ("vocab_size", "input_dim"),
    **dict.fromkeys(("num_embeddings", "vocab"), ("vocab_size",)),
    **dict.fromkeys(("embedding_dim", "output_dim", "hidden_size", "hidden", "hidden_dim"), _SIZES),
    **dict.fromkeys(("num_units", "out_features", "out_channels", "features", "nb_filter"), _SIZES),
    **dict.fromkeys(("input_size", "in_features", "in_channels", "num_features", "num_channels"), ("input_dim",)),
    "normalized_shape": ("input_dim",),
    "output_shape": ("shape",),
    **dict.fromkeys(("num_layers", "n_layers", "layers"), ("repeat",)),
    "use_bias": ("bias",),
    "p": ("rate",),
    "n": ("steps",),
    "num_groups": ("groups",),
    "elementwise_affine": ("scale",),
    "activation": ("function",),
    "nonlinearity": ("function",),
    "trainable": ("trainable",),
}
"""Arguments and options under the names of Keras and PyTorch: the field each sets, the first that the layer has."""
EQUAL_WORDS = frozenset({"activation", "recurrent_activation", "nonlinearity", "dropout", "recurrent_dropout", "batch_first"})
"""Arguments that change no size, and are passed over."""


class LayerName(Record):
    """What the name of a layer says: its kind, fields that it sets, and how many dimensions its window has (0: any number)."""

    kind: str
    values: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    dims: int = 0
    framework: str | None = None


def compact(word: str) -> str:
    """Return a name without capitals, - and _, which make no difference in one."""
    return word.lower().replace("-", "").replace("_", "")


@lru_cache(maxsize=1024)
def named(word: str) -> LayerName | None:
    """Return what a word names, None where it is no layer.

    >>> named("Bi-LSTM"), named("Conv2d").dims, named("lstn")
    (LayerName(kind='lstm', values={'bidirectional': True}), 2, None)
    """
    word = compact(word)
    found = _plainly_named(word)
    if found is not None:
        return found
    for sign in _BOTH_WAYS:
        inner = _plainly_named(word.removeprefix(sign)) if word.startswith(sign) else None
        if inner is not None and issubclass(layer_kind(inner.kind), Recurrent) and not inner.values:
            return inner.replace(values={"bidirectional": True})
    match = re.fullmatch(_DIMENSIONS, word)
    inner = _plainly_named(match[1] + (match[3] or "")) if match else None
    if match and inner is not None and (inner.kind == "dropout" or _has_dimensions(inner.kind)):
        return inner.replace(dims=int(match[2]))
    return None


def _plainly_named(word: str) -> LayerName | None:
    """Return what a word names that says neither directions nor dimensions."""
    if word in _WITH_FIELDS:
        kind, values = _WITH_FIELDS[word]
        return LayerName(kind, values, framework=FRAMEWORKS.get(word))
    kind = _COMPACT.get(word) or _ALIASES.get(word, "")
    return LayerName(kind) if kind else None


_WINDOWED = frozenset({"kernel_size", "pool_size", "output_size", "factors", "margins"})
EACH = _WINDOWED | {"strides", "dilation_rate", "output_padding"}
"""The fields that have a size for each dimension of a window."""


def _has_dimensions(kind: str) -> bool:
    return not _WINDOWED.isdisjoint(layer_kind(kind).fields) or kind in {"global_pool", "batch_norm"}


def function_named(word: str) -> str | None:
    """Return the function that a word names, whose layer is an activation; None where it names none."""
    return FUNCTIONS.get(compact(word))


def glued_name(word: str) -> int:
    """Return how long the name of a layer is that stands before its size without a blank, 0 where none does.

    >>> glued_name("lstm96"), glued_name("lstm")
    (4, 0)
    """
    glued = None if named(word) else re.fullmatch(_GLUED, word)
    return len(glued[1]) if glued and _names_a_layer(glued[1]) else 0


def begins_a_layer(word: str) -> bool:
    """Say whether a layer can begin with a word: its name, a function, or a name with its size behind it."""
    return _names_a_layer(word) or function_named(word) is not None or glued_name(word) > 0


def _names_a_layer(word: str) -> bool:
    """Say whether a word is the name of a layer, or ``vocab``."""
    return word.lower() == "vocab" or named(word) is not None


def value_of(kind: str) -> str:
    """Return the field that a value right after a kind's name sets."""
    return layer_kind(kind).value or layer_kind(kind).size


def is_recurrent(kind: str) -> bool:
    """Say whether layers of a kind are recurrent."""
    return kind in KIND_NAMES and issubclass(layer_kind(kind), Recurrent)


def layer_names() -> list[str]:
    """Return all names of layers, those that are written first."""
    bidirectional = (f"bi{kind}" for kind in KIND_NAMES if is_recurrent(kind))
    return [*KIND_NAMES, *_ALIASES, *_WITH_FIELDS, *FUNCTIONS.values(), "vocab", *bidirectional]


def other_names(kind: str) -> list[str]:
    """Return the other names of a kind, of several that are alike one."""
    named_so = [name for name, meant in _ALIASES.items() if meant == kind]
    return named_so + [name for name, (meant, _) in _WITH_FIELDS.items() if meant == kind and not re.search(_ALIKE, name)]


def function_names() -> list[str]:
    """Return the functions whose names stand for an activation layer."""
    return list(FUNCTIONS.values())


def field_of(argument: str, fields: Any) -> str | None:
    """Return the field of a layer that an argument sets, None where it has none of that name.

    >>> field_of("hidden_size", {"units": ..., "bias": True})
    'units'
    """
    argument = argument.lower()
    own = (argument,) if argument in fields else ()
    return next((field for field in (*ARGUMENTS.get(argument, ()), *own) if field in fields), None)
