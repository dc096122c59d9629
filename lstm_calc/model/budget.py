"""What a model may cost: its parameters, the bytes of its weights and of its working memory, and its multiply-accumulates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError, did_you_mean, quoted
from lstm_calc.frozen import Record, parse_count, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Budget(Record):
    """The most that a model may have of each; None where nothing is said.

    ``bytes`` are those of the weights, ``ram`` those of the working memory of inference.
    """

    params: int | None = None
    bytes: int | None = None
    macs: int | None = None
    ram: int | None = None

    def but(self, other: Budget) -> Budget:
        """Return this budget, overridden by what another says."""
        return self.replace(**other.changed())


_READERS: dict[str, Callable[[str], int]] = {"params": parse_count, "bytes": parse_size, "macs": parse_count, "ram": parse_size}


def budget_of(values: Mapping[str, Any]) -> Budget:
    """Return the budget that some values, numbers or texts such as 5M and 256KiB, describe; raise ModelError, naming the key.

    >>> budget_of({"params": "5M", "bytes": "256KiB"})
    Budget(params=5000000, bytes=262144)
    """
    for key in values:
        if key not in _READERS:
            raise ModelError(f"{key} is not part of a budget{did_you_mean(key, _READERS)}", key=key)
    return Budget(**{key: _most(key, value) for key, value in values.items()})


def _most(key: str, value: Any) -> int:
    """Return a number or a text as a whole number from 1 up."""
    try:
        number = _READERS[key](value) if isinstance(value, str) else value
    except LstmCalcError as error:
        raise ModelError(f"{key} {error}", key=key) from None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ModelError(f"{key} must be a whole number from 1 up, not {quoted(value)}", key=key)
    return number
