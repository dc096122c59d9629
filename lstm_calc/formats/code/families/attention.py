"""How many parameters the attentions, transformers and the adaptive softmax have, as functions of their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def attention(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.MultiheadAttention: three projections in, one out, and what is added to keys and values."""
    width = values["embed_dim"]
    keys, features = values["kdim"] or width, values["vdim"] or width
    biases = 4 * width if values["bias"] else 0
    return width * (2 * width + keys + features) + biases + (2 * width if values["add_bias_kv"] else 0)


def block(attentions: int, norms: int) -> Callable[[dict[str, Any]], Any]:
    """Return the count of a block of a transformer: attentions, two linear layers, normalisations."""

    def params(values: dict[str, Any]) -> Any:
        width, inner, bias = values["d_model"], values["dim_feedforward"], int(values["bias"])
        each = 4 * width * width + 4 * width * bias
        return attentions * each + 2 * width * inner + (inner + width) * bias + norms * width * (1 + bias)

    return params


def transformer(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.Transformer: its encoder and its decoder, each with a normalisation at its end."""
    last = values["d_model"] * (1 + bool(values["bias"]))
    encoder = values["num_encoder_layers"] * block(1, 2)(values) + last
    return encoder + values["num_decoder_layers"] * block(2, 3)(values) + last


def heads_of_nnx(values: dict[str, Any]) -> Any:
    """Return the parameters of nnx.MultiHeadAttention: the projections of queries, keys and values, and that of the output."""
    width, heads, bias = values["in_features"], values["num_heads"], int(values["use_bias"])
    inner, keys = values["qkv_features"] or width, values["in_kv_features"] or width
    of_keys = inner // heads * (values["num_kv_heads"] or heads)
    given = values["out_features"] or width
    norms = 2 * (inner // heads) if values["normalize_qk"] else 0
    return (width + bias) * inner + 2 * (keys + bias) * of_keys + (inner + bias) * given + norms


def adaptive_softmax(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.AdaptiveLogSoftmaxWithLoss: a head of the first classes and clusters, two layers per cluster."""
    width, ends = values["in_features"], [*values["cutoffs"], values["n_classes"]]
    head = ends[0] + len(ends) - 1
    tails = [(int(width // values["div_value"] ** at), ends[at] - ends[at - 1]) for at in range(1, len(ends))]
    return width * head + head * bool(values["head_bias"]) + sum(inner * (width + classes) for inner, classes in tails)
