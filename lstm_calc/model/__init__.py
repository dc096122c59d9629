"""The model: a graph of layers, of which a chain is the common case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.model import layers
from lstm_calc.model.graph import MAX_LAYERS, fresh_name
from lstm_calc.model.model import Model
from lstm_calc.model.propagation import Use

if TYPE_CHECKING:
    from lstm_calc.model.layers import *  # noqa: F403 - for type checkers: all that __getattr__ gives
    from lstm_calc.model.layers.recurrent import *  # noqa: F403 - as above

__all__ = ["MAX_LAYERS", "Model", "Use", "fresh_name"]
__all__ += layers.__all__


def __getattr__(name: str) -> Any:
    """Return what the layers have, whose modules are imported when they are first asked for."""
    if name not in layers.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(layers, name)
    return value
