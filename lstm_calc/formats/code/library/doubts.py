"""Layers of which it is not known whether a model has them: each keeps the causes, and these are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.library.modules import owners
from lstm_calc.formats.code.plain import clone
from lstm_calc.formats.code.values import Array, Instance, Made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.formats.code.values import Cause


def doubt(value: Any, causes: Iterable[Cause]) -> None:
    """Keep that it is not known whether the layers inside a value are there."""
    causes = tuple(causes)
    for _, part in owners(value) if causes else ():
        if isinstance(part, (Made, Array)):
            part.doubt = tuple(dict.fromkeys((*part.doubt, *causes)))


def copy_in_doubt(value: Any, causes: Iterable[Cause]) -> Any:
    """Return a copy of a layer that is in doubt: a layer that may be it, where it is not known which one is."""
    copied = clone(value)
    doubt(copied, causes)
    return copied


def is_in_doubt(value: Any, causes: Iterable[Cause]) -> bool:
    """Return whether a layer was made where it was not known whether it is."""
    kept = value.doubt if isinstance(value, Made) else value.made[2] if isinstance(value, Instance) and value.made else ()
    return set(causes) <= set(kept)


def layer_among(values: Iterable[Any]) -> Any:
    """Return the first layer among values, None where there is none."""
    return next((each for each in values if isinstance(each, (Made, Instance)) and owners(each)), None)
