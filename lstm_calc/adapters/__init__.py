"""The real frameworks, one module each: a model built in the one that is installed here, its tensors, and a run of it.

A module has ``build(model) -> Real`` and is imported when it is asked for; what pip has to install stands in the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array = Any
"""A NumPy array; the frameworks bring NumPy along."""


class Real(Record):
    """A model in a real framework: the release, the tensors as (name, shape), and a run.

    ``run`` takes the tensors' values by name and a batch of (batch, steps, ..., features), and gives the output at every
    step, (batch, steps, ..., features), directions concatenated; it is there for models of one recurrent layer.
    """

    release: str
    tensors: list[tuple[str, tuple[int, ...]]]
    run: Callable[[Mapping[str, Array], Array], Array]
