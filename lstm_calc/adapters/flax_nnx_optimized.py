"""Flax NNX with the LSTM cell that keeps its gates in one kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flax import nnx

from lstm_calc.adapters import flax_nnx

if TYPE_CHECKING:
    from lstm_calc.adapters import Real
    from lstm_calc.model import Model


def build(model: Model) -> Real:
    """Build as Flax NNX does, with OptimizedLSTMCell."""
    return flax_nnx.build(model, nnx.OptimizedLSTMCell)
