"""Keras' classes, each a row of a table: the layer that it is, and Keras' argument for each of the layer's fields."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, quoted
from lstm_calc.frozen import Record
from lstm_calc.model import layer_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.keras.node import ConfigObject
    from lstm_calc.model import Layer

NEUTRAL = frozenset(
    [
        "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "sparse", "ragged", "dynamic", "input_length",
        "mask_zero", "lora_alpha", "num_constants", "activation", "recurrent_activation", "activity_regularizer",
        "unit_forget_bias", "dropout", "recurrent_dropout", "seed", "unroll", "implementation", "kernel_initializer",
        "recurrent_initializer", "bias_initializer", "embeddings_initializer", "time_major", "zero_output_for_mask",
        "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "embeddings_regularizer", "kernel_constraint",
        "recurrent_constraint", "bias_constraint", "embeddings_constraint", "epsilon", "beta_initializer",
        "gamma_initializer", "beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint", "momentum",
        "moving_mean_initializer", "moving_variance_initializer", "fused", "renorm_clipping", "renorm_momentum",
        "virtual_batch_size", "adjustment", "synchronized", "depthwise_initializer", "depthwise_regularizer",
        "depthwise_constraint", "pointwise_initializer", "pointwise_regularizer", "pointwise_constraint", "alpha_initializer",
        "alpha_regularizer", "alpha_constraint", "flash_attention", "sliding_window", "autocast", "input_shape",
        "supports_masking", "query_shape", "key_shape", "value_shape", "softmax_robust_masking", "causal", "init",
        "inner_init", "forget_bias_init", "consume_less", "input_dtype", "input_dim", "weights", "dropout_W", "dropout_U",
        "W_regularizer", "U_regularizer", "b_regularizer", "W_constraint", "U_constraint", "b_constraint", "mode",
        "beta_init", "gamma_init", "learn_mode", "test_mode", "sparse_target", "chain_initializer", "chain_regularizer",
        "chain_constraint", "boundary_initializer", "boundary_regularizer", "boundary_constraint",
    ]
)  # fmt: skip
"""The arguments, of any layer here and any release of Keras, that change no shape and no count."""

_ADDING = frozenset({"lora_rank", "quantization_config"})
"""The arguments that add weights where they are given."""


class LayerClass(Record):
    """How one class is read: the kind of layer it is, and Keras' argument for each of that layer's fields.

    ``dims`` is how many values an argument stands for that has one per dimension. ``fixed`` is what the class says by itself,
    ``once`` what an argument that is absent meant before Keras had it. ``always`` are those that Keras always writes: people had
    a class of that name before Keras did, and theirs is known by these, and by arguments that Keras' class does not have. ``only``
    are arguments with the one value that is read.
    """

    kind: str
    arguments: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    dims: int = 0
    fixed: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    once: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    always: tuple[str, ...] = ()
    only: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed

    @cached_property
    def layer(self) -> type[Layer]:
        """The class of the layer."""
        return layer_kind(self.kind)


class Unreadable(Exception):  # noqa: N818 - it is caught where a layer is read, and is no error
    """A layer has a name that Keras knows, and is, or is a wrapper of, one that is not known: its class."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_CELL = {"units": "units", "bias": "use_bias"}
RUN = _same("return_sequences", "return_state", "stateful", "go_backwards")
_RESET = _same("reset_after")
_IMAGE = _same("filters", "kernel_size", "strides", "dilation_rate", "padding", "data_format")
_LAST = {"return_sequences": False}
_BEFORE = {"reset_after": False}
_WINDOW = _same("pool_size", "strides", "padding", "data_format")
_GLOBAL = _same("data_format", "keepdims")
_NORM = _same("center", "scale", "axis")
_CONV = _IMAGE | {"bias": "use_bias"}
_DEPTH = {name: name for name in (*_CONV.values(), "depth_multiplier") if name not in {"filters", "use_bias"}} | {
    "bias": "use_bias"
}
_LOCAL = {name: key for name, key in _CONV.items() if name != "dilation_rate"}
_ONE_WAY = {"implementation": 1, "padding": "valid"}
_CUDNN = {"cudnn": True}

CELLS = {
    "LSTMCell": LayerClass("lstm", _CELL),
    "GRUCell": LayerClass("gru", _CELL | _RESET, once=_BEFORE),
    "SimpleRNNCell": LayerClass("rnn", _CELL),
}
RECURRENT = {
    "LSTM": LayerClass("lstm", _CELL | RUN, fixed=_LAST),
    "GRU": LayerClass("gru", _CELL | RUN | _RESET, fixed=_LAST, once=_BEFORE),
    "SimpleRNN": LayerClass("rnn", _CELL | RUN, fixed=_LAST),
    "CuDNNLSTM": LayerClass("lstm", {"units": "units"} | RUN, fixed=_LAST | _CUDNN),
    "CuDNNGRU": LayerClass("gru", {"units": "units"} | RUN, fixed=_LAST | _CUDNN),
    **{f"ConvLSTM{dims}D": LayerClass("conv_lstm", {"bias": "use_bias"} | RUN | _IMAGE, dims, _LAST) for dims in (1, 2, 3)},
}

MERGE_MODES = {"concat": "concat", "sum": "sum", "mul": "mul", "ave": "average", None: "none"}
"""How Keras merges two directions, and how we do."""
_UNCHANGED = (
    "ActivityRegularization AlphaDropout AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Dropout "
    "Equalization GaussianDropout GaussianNoise MixUp RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter "
    "RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert "
    "RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation "
    "RandomZoom Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D"
)
_FUNCTIONS = "ELU Identity LeakyReLU ReLU Rescaling Softmax ThresholdedReLU UnitNormalization"


def _by_dimensions() -> Iterator[tuple[str, LayerClass]]:
    """Yield the classes that there are for one, two and three dimensions."""
    for dims in (1, 2, 3):
        for name, function in (("Average", "average"), ("Avg", "average"), ("Max", "max")):
            usual = {"function": function, "pool_size": (2,) * dims}
            for ending in ("Pool", "Pooling"):
                yield f"Global{name}{ending}{dims}D", LayerClass("global_pool", _GLOBAL, fixed={"function": function})
                yield f"{name}{ending}{dims}D", LayerClass("pool", _WINDOW, dims, usual)
        for name in ("Average", "Max"):
            options = _same("output_size", "data_format")
            yield f"Adaptive{name}Pooling{dims}D", LayerClass("adaptive_pool", options, dims, {"function": name.lower()})
        yield f"Conv{dims}D", LayerClass("conv", _CONV | _same("groups"), dims)
        yield f"Conv{dims}DTranspose", LayerClass("conv_transpose", _CONV | _same("groups", "output_padding"), dims)
        yield f"DepthwiseConv{dims}D", LayerClass("depthwise_conv", _DEPTH, dims)
        yield f"SeparableConv{dims}D", LayerClass("separable_conv", _CONV | _same("depth_multiplier"), dims)
        yield f"LocallyConnected{dims}D", LayerClass("locally_connected", _LOCAL, dims, only=_ONE_WAY)
        one = {"margins": ((1, 1),) * dims}
        cropped = {"margins": ((0, 0),) * dims} if dims == 2 else one
        factors = {"factors": (2,) * dims}
        yield f"UpSampling{dims}D", LayerClass("upsample", {"factors": "size", "data_format": "data_format"}, dims, factors)
        yield f"Cropping{dims}D", LayerClass("crop", {"margins": "cropping", "data_format": "data_format"}, dims, cropped)
        yield f"ZeroPadding{dims}D", LayerClass("pad", {"margins": "padding", "data_format": "data_format"}, dims, one)


PLAIN = {
    "Dense": LayerClass("dense", _CELL),
    "Embedding": LayerClass("embedding", {"vocab_size": "input_dim", "dim": "output_dim"}),
    "RepeatVector": LayerClass("repeat_vector", {"steps": "n"}),
    "EinsumDense": LayerClass("einsum_dense", _same("equation", "bias_axes") | {"shape": "output_shape"}),
    "BatchNormalization": LayerClass("batch_norm", _NORM | _same("renorm")),
    "LayerNormalization": LayerClass("layer_norm", _NORM, always=("axis",)),
    "GroupNormalization": LayerClass("group_norm", _NORM | _same("groups"), always=("groups", "axis")),
    "RMSNormalization": LayerClass("rms_norm", _same("axis"), always=("axis",)),
    "Normalization": LayerClass("normalization", _same("axis")),
    "Attention": LayerClass("attention", _same("use_scale", "score_mode"), always=("use_scale",)),
    "AdditiveAttention": LayerClass("additive_attention", _same("use_scale"), always=("use_scale",)),
    "MultiHeadAttention": LayerClass(
        "multi_head_attention",
        _same("num_heads", "key_dim", "value_dim", "use_gate", "attention_axes") | {"bias": "use_bias", "shape": "output_shape"},
        always=("num_heads", "key_dim", "use_bias"),
    ),
    "GroupQueryAttention": LayerClass(
        "multi_head_attention",
        {"num_heads": "num_query_heads", "key_heads": "num_key_value_heads", "key_dim": "head_dim", "bias": "use_bias"}
        | _same("use_gate"),
    ),
    "PReLU": LayerClass("prelu", _same("shared_axes")),
    "CRF": LayerClass("crf", {"units": "units", "use_boundary": "use_boundary", "bias": "use_bias"}, always=("learn_mode",)),
    "Flatten": LayerClass("flatten"),
    "Reshape": LayerClass("reshape", _same("target_shape")),
    "Permute": LayerClass("permute", _same("dims")),
    "Activation": LayerClass("activation"),
    "Masking": LayerClass("masking"),
    **dict.fromkeys(_UNCHANGED.split(), LayerClass("dropout")),
    **{name: LayerClass("activation", fixed={"function": name}) for name in _FUNCTIONS.split()},
    **dict(_by_dimensions()),
}
"""Every class that is read by its arguments alone."""


def built(node: ConfigObject, kind: LayerClass, **more: Any) -> Any:
    """Return the layer that a config describes; ``more`` are fields that its arguments do not set."""
    config, arguments = node.config, kind.arguments
    others = any(config.values.get(key, usual) != usual for key, usual in kind.only.items())
    if others or (kind.always and not _is_of_keras(config, kind)):
        raise Unreadable(node.class_name)
    if kind.layer.weighted:
        config.only(NEUTRAL | _ADDING | set(arguments.values()) | set(_REFUSED), node.class_name)
        _refuse_adding(config, arguments)
    values = {
        field: _value(config, field, key, kind.dims) for field, key in arguments.items() if config.values.get(key) is not None
    }
    for field, key in arguments.items():
        if kind.layer.fields[field] is ... and field not in {**values, **kind.fixed}:
            raise config.error(f"missing; {node.class_name} needs it", key)
    once = {} if "module" in node.values else kind.once
    try:
        return kind.layer(**{**once, **kind.fixed, **values, "name": node.name, "trainable": config.trained, **more})
    except ModelError as error:
        field = str(error.key)
        raise config.error(error.without_key, arguments.get(field, field)) from None


def _is_of_keras(config: ConfigObject, kind: LayerClass) -> bool:
    """Say whether a config has all that Keras always writes for a class, and nothing that its class does not have."""
    known = NEUTRAL | _ADDING | set(kind.arguments.values()) | set(_REFUSED)
    return config.values.keys() >= set(kind.always) and config.values.keys() <= known


_REFUSED = {"groups": 1, "rms_scaling": False}
"""Arguments that change the count, with the one value that is read."""

_EACH = frozenset({"kernel_size", "strides", "dilation_rate", "pool_size", "factors", "output_padding", "output_size"})
"""The fields that have a value for each dimension."""


def _value(config: ConfigObject, field: str, key: str, dims: int) -> Any:
    """Return an argument as a layer's field takes it: one number stands for as many as there are dimensions."""
    value = config.values[key]
    if field == "margins":
        margins = _margins(value, dims)
        if len(margins) != dims:
            raise config.error(f"must have both ends of {dims} axes, not {quoted(value)}", key)
        return margins
    if field in _EACH:
        values = value if isinstance(value, list) else [value] * dims
        if len(values) != dims:
            raise config.error(f"must have a size for each of {dims} axes, not {quoted(value)}", key)
        return values
    if field in {"shape", "axis"} and not isinstance(value, list):
        return [value]
    return value


def _margins(value: Any, dims: int) -> Any:
    """Return the margins of cropping and padding as (before, after) for each dimension."""
    values = value if isinstance(value, list) else [value] * dims
    values = [values] if dims == 1 and len(values) == 2 and not isinstance(values[0], list) else values
    return [each if isinstance(each, list) else [each, each] for each in values]


def _refuse_adding(config: ConfigObject, arguments: dict[str, str]) -> None:
    """Refuse what adds weights to a layer, or takes some away, beside its ``arguments``: LoRA, the scales of a quantized kernel."""
    dtype = config.values.get("dtype")
    policy = str(dtype.get("class_name") if isinstance(dtype, dict) else dtype)
    given = next((key for key in _ADDING if config.values.get(key) is not None), "dtype" if "uantized" in policy else None)
    others = {key: usual for key, usual in _REFUSED.items() if key not in arguments.values()}
    given = next((key for key, usual in others.items() if config.values.get(key, usual) not in (usual, None)), given)
    if given or "_from_" in policy:
        raise config.error("changes the weights in a way that is not modelled", given or "dtype")
