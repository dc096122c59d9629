"""The metrics that a budget may limit and a sweep may list; each is one exact whole number per model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import dtype_of, weight_bytes
from lstm_calc.errors import LstmCalcError
from lstm_calc.frameworks.counting import count
from lstm_calc.frozen import Record
from lstm_calc.operations import macs_of
from lstm_calc.runs import batch_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.model import Model

NAMES = ("params", "bytes", "macs", "ram", "step_ns")
"""Parameters, bytes of the weights, multiply-accumulates of a batch, bytes of the working memory, and the least time of a step.

That time is in nanoseconds, on a device.
"""

_GIGA = 10**9


class Metric(Record):
    """A metric of a model as a framework stores it; ``polynomial``: of at most degree two in each of the model's sizes."""

    of: Callable[[Model, str], int]
    polynomial: bool = True


def metrics(
    *, dtype: str = "float32", per_channel: bool = False, flops: int | None = None, bandwidth: int | None = None, **batch: Any
) -> dict[str, Metric]:
    """Return the metrics by name, under the conditions that :func:`lstm_calc.cost` takes; the time of a step needs a device.

    Raises LstmCalcError for a data type that is not known, ModelError for a batch that cannot be.
    """
    ran, whole_bytes = batch_of(**batch), dtype_of(dtype).matrix % 8 == 0
    found = {
        "params": Metric(count),
        "bytes": Metric(partial(weight_bytes, dtype=dtype, per_channel=per_channel), polynomial=whole_bytes),
        "macs": Metric(partial(macs_of, batch=ran)),
    }
    asked = {"dtype": dtype, "per_channel": per_channel, **batch}
    found["ram"] = Metric(partial(_working_memory, asked=asked), polynomial=False)
    if flops or bandwidth:
        device = {"flops": flops, "bandwidth": bandwidth}
        found["step_ns"] = Metric(partial(_step_ns, asked=asked | device), polynomial=False)
    return found


def chosen(known: dict[str, Metric], names: list[str]) -> dict[str, Metric]:
    """Return the metrics of some names; raise LstmCalcError where a device is needed and not given."""
    if "step_ns" in names and "step_ns" not in known:
        raise LstmCalcError("the time of a step needs a device: give --flops or --bandwidth, or both")
    return {name: known[name] for name in names}


def _working_memory(model: Model, framework_name: str, asked: dict[str, Any]) -> int:
    """Return the bytes that inference takes in addition to the weights; the layer that needs most decides: no polynomial."""
    from lstm_calc.questions.cost import cost

    return cost(model, framework_name, **asked).bytes.working_memory


def _step_ns(model: Model, framework_name: str, asked: dict[str, Any]) -> int:
    """Return the nanoseconds of a step, bounded by computing or by memory, rounded up."""
    from lstm_calc.questions.cost import cost

    step = cost(model, framework_name, **asked).traffic
    bounds = ((step.flops, asked["flops"]), (step.bytes_moved, asked["bandwidth"]))
    slower: int = max(-(-amount * _GIGA // rate) for amount, rate in bounds if rate)
    return slower
