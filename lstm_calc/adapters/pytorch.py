"""PyTorch: modules on the meta device, where nothing is allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from lstm_calc.adapters import Array, Real
from lstm_calc.errors import FrameworkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use


def build(model: Model) -> Real:
    """Build one module for each layer, repeats inside it."""
    whole = torch.nn.Module()
    firsts = [use for use in model.uses if use.depth == 0]
    for use in firsts:
        whole.add_module(use.module, _module(use))
    prefix = f"{firsts[0].module}." if len(firsts) == 1 else ""
    tensors = [(name.removeprefix(prefix), tuple(value.shape)) for name, value in whole.named_parameters()]
    return Real(torch.__version__, tensors, lambda weights, x: _run(_module(firsts[0]), weights, x))


def _module(use: Use) -> Any:
    layer: Any = use.layer
    if layer.kind == "embedding":
        return torch.nn.Embedding(layer.vocab_size, layer.dim, device="meta")
    if layer.kind == "dense":
        return torch.nn.Linear(use.input_dim, layer.units, bias=layer.bias, device="meta")
    if layer.kind == "repeat_vector":
        return torch.nn.Identity()
    options = {"num_layers": layer.repeat, "bias": layer.bias, "bidirectional": layer.bidirectional, "device": "meta"}
    if layer.kind == "lstm" and layer.projection:
        options["proj_size"] = layer.projection
    kinds = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
    if layer.kind not in kinds:
        raise FrameworkError(f"torch.nn has no {layer.kind}; the table is of a module that people copy")
    return kinds[layer.kind](use.input_dim, layer.units, batch_first=True, **options)


def _run(module: Any, weights: Mapping[str, Array], x: Array) -> Array:
    module.to_empty(device="cpu").load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    with torch.no_grad():
        output, _ = module(torch.tensor(x))
    return output.numpy()
