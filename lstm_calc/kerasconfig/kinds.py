"""The classes of Keras that have weights, or that this package has: each a row of a table, and how a row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.model import GRU, LSTM, RNN, ConvLSTM, Dense, Embedding, Layer, RepeatVector
from lstm_calc.record import Record

if TYPE_CHECKING:
    from lstm_calc.kerasconfig.node import Node

NEUTRAL = frozenset(
    [
        "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "sparse", "ragged", "dynamic", "input_length",
        "mask_zero", "lora_alpha", "num_constants", "activation", "recurrent_activation", "activity_regularizer",
        "unit_forget_bias", "dropout", "recurrent_dropout", "seed", "unroll", "implementation", "kernel_initializer",
        "recurrent_initializer", "bias_initializer", "embeddings_initializer", "time_major", "zero_output_for_mask",
        "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "embeddings_regularizer", "kernel_constraint",
        "recurrent_constraint", "bias_constraint", "embeddings_constraint",
    ]
)  # fmt: skip
"""The arguments, of any layer here and any release of Keras 2 and 3, that change no shape and no count."""

_ADDING = frozenset({"lora_rank", "quantization_config"})
"""The arguments that add weights where they are given."""


class Kind(Record):
    """How one class is read: the layer it is, and Keras' argument for each of that layer's fields.

    ``fixed`` is what the class says by itself, ``once`` what an argument that is absent meant before Keras had it.
    """

    layer: type[Layer]
    arguments: dict[str, str]
    ndim: int | None = None
    fixed: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    once: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed


_CELL = {"units": "units", "bias": "use_bias"}
RUN = {name: name for name in ("return_sequences", "return_state", "stateful", "go_backwards")}
_RESET = {"reset_after": "reset_after"}
_IMAGE = {name: name for name in ("filters", "kernel_size", "strides", "dilation_rate", "padding", "data_format")}
_LAST = {"return_sequences": False}
_BEFORE = {"reset_after": False}
_CUDNN = {"cudnn": True}

CELLS = {
    "LSTMCell": Kind(LSTM, _CELL),
    "GRUCell": Kind(GRU, _CELL | _RESET, once=_BEFORE),
    "SimpleRNNCell": Kind(RNN, _CELL),
}
RECURRENT = {
    "LSTM": Kind(LSTM, _CELL | RUN, 3, _LAST),
    "GRU": Kind(GRU, _CELL | RUN | _RESET, 3, _LAST, once=_BEFORE),
    "SimpleRNN": Kind(RNN, _CELL | RUN, 3, _LAST),
    "CuDNNLSTM": Kind(LSTM, {"units": "units"} | RUN, 3, _LAST | _CUDNN),
    "CuDNNGRU": Kind(GRU, {"units": "units"} | RUN, 3, _LAST | _CUDNN | {"reset_after": True}),
    **{f"ConvLSTM{dims}D": Kind(ConvLSTM, {"bias": "use_bias"} | RUN | _IMAGE, 3 + dims, _LAST) for dims in (1, 2, 3)},
}

OTHERS = {
    "Dense": Kind(Dense, _CELL),
    "Embedding": Kind(Embedding, {"vocab_size": "input_dim", "dim": "output_dim"}),
    "RepeatVector": Kind(RepeatVector, {"steps": "n"}, 2),
}


def built(node: Node, kind: Kind, **more: Any) -> Any:
    """Return the layer that a config describes, with some fields told from elsewhere."""
    config, arguments = node.config, kind.arguments
    config.only(NEUTRAL | _ADDING | set(arguments.values()), node.class_name)
    _refuse_adding(config)
    values = {field: config.values[key] for field, key in arguments.items() if key in config.values}
    for field, key in arguments.items():
        if kind.layer.fields[field] is ... and field not in values:
            raise config.error(f"missing; {node.class_name} needs it", key)
    once = {} if "module" in node.values else kind.once
    try:
        return kind.layer(**{**once, **kind.fixed, **values, "name": node.name, "trainable": config.trained, **more})
    except ModelError as error:
        field = str(error.key)
        raise config.error(error.without_key, arguments.get(field, field)) from None


def _refuse_adding(config: Node) -> None:
    """Refuse what adds weights to a layer: LoRA, and the scales of a quantized kernel."""
    dtype = config.values.get("dtype")
    policy = str(dtype.get("class_name") if isinstance(dtype, dict) else dtype)
    given = next((key for key in _ADDING if config.values.get(key) is not None), "dtype" if "uantized" in policy else None)
    if given or "_from_" in policy:
        raise config.error("adds weights that are not modelled", given or "dtype")
