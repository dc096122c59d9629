"""The recorded cases of the real frameworks, as models in our words."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
MERGES = {"ave": "average", "avg": "average", None: "none"}
PLAIN_FIELDS = ("bias", "bidirectional", "projection", "peephole", "coupled")


@cache
def cases(framework: str) -> list[dict[str, Any]]:
    """Return the recorded cases of a framework."""
    found: list[dict[str, Any]] = json.loads((DATA / "recorded" / f"{framework}.json").read_text())["cases"]
    return found


@cache
def published() -> list[dict[str, Any]]:
    """Return the published counts."""
    found: list[dict[str, Any]] = json.loads((DATA / "published.json").read_text())
    return found


def model_of(framework: str, case: dict[str, Any]) -> dict[str, Any] | None:
    """Return the model file of a recorded case, or None where it is not a model of ours."""
    config = case["config"]
    if why_not(framework, case):
        return None
    options = _options(case)
    kind = "conv_lstm" if case["cell"] == "convlstm" else case["cell"]
    size = "filters" if kind == "conv_lstm" else "units"
    layers = [{"type": kind, size: units, **options} for units in config["units"]]
    if config.get("structure") == "num_layers" and len(set(config["units"])) == 1:
        layers = [{**layers[0], "repeat": len(layers)}]
    if config.get("structure") == "bidirectional_dynamic_rnn":  # each direction goes up the stack by itself
        for below, layer in pairwise(layers):
            layer["input_dim"] = below.get("projection") or below["units"]
    for layer in layers:
        layer["trainable"] = config.get("trainable", True)
    model: dict[str, Any] = {"input_dim": config["input_dim"], "layers": layers}
    if embedding := config.get("embedding"):
        del model["input_dim"]
        table = {"type": "embedding", "vocab_size": embedding["vocab"], "dim": embedding["dim"]}
        layers.insert(0, table | {"trainable": embedding.get("trainable", True)})
    layers += [{"type": "dense", "units": head["output_dim"], "bias": head.get("bias", True)} for head in config["head"] or []]
    return model


def why_not(framework: str, case: dict[str, Any]) -> str:
    """Return why a recorded case is not a model of ours; nothing where it is."""
    config, cell = case["config"], case["cell"]
    single = config.get("structure") in {"cell", "stacked_cells"} and cell not in {"convlstm", "mgu"}
    converted = "exported" in case["class"] or config.get("source", "flatbuffer") != "flatbuffer"
    reasons = {
        "a cell called alone, outside a layer": single,
        "skip connections": cell in {"lstm_skip", "gru_skip"},
        "the second bias left out": framework == "haiku" and cell == "rnn" and config.get("double_bias") is False,
        "what a converter wrote": converted,
        "one of the two biases left out": config.get("bias_only"),
        "states listed among the weights": config.get("initial_states"),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _options(case: dict[str, Any]) -> dict[str, Any]:
    """Return the options of the recurrent layers, under their names in a model file."""
    config = case["config"]
    options = {field: config[field] for field in PLAIN_FIELDS if config.get(field) is not None and _has(case, field)}
    if config.get("bidirectional") and "merge_mode" in config:
        options["merge"] = MERGES.get(config["merge_mode"], config["merge_mode"])
    if case["cell"] == "gru" and "reset_after" in config:
        options["reset_after"] = config["reset_after"]
    if "linear_before_reset" in config:
        options["reset_after"] = bool(config["linear_before_reset"])
    if config.get("projection"):
        options["projection_bias"] = config.get("projection_bias")
    if case["cell"] == "mgu":
        options["reset_gate"] = config.get("reset_gate", True)
    if case["cell"] == "convlstm":
        options["kernel_size"] = config["kernel_size"]
    return {field: value for field, value in options.items() if value is not None}


def _has(case: dict[str, Any], field: str) -> bool:
    return case["cell"] == "lstm" or field in {"bias", "bidirectional"}
