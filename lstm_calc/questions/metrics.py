"""The metrics that a budget may limit and a sweep may list: one exact whole number per model each, and how it is said."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import dtype_of, weight_bytes
from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.frameworks.counting import count
from lstm_calc.frozen import Record
from lstm_calc.operations import macs_of
from lstm_calc.questions.titles import batch_words
from lstm_calc.render import size_like, worded
from lstm_calc.runs import batch_of, with_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lstm_calc.model import Model
    from lstm_calc.render.document import Kind

NAMES = ("params", "bytes", "macs", "ram", "step_ns")
"""Parameters, bytes of the weights, multiply-accumulates of a batch, bytes of the working memory, and the least time of a step.

That time is in nanoseconds, on a device.
"""

_GIGA = 10**9


class InWords(Record):
    """What people call a metric, the heading of amounts with their units, what its values are, and what follows one."""

    name: str
    heading: str
    kind: Kind
    noun: str


IN_WORDS = {
    "params": InWords("parameters", "parameters", "number", "parameter{s}"),
    "bytes": InWords("bytes", "weights", "bytes", "of weights"),
    "macs": InWords("MACs", "MACs", "number", "MAC{s}"),
    "ram": InWords("bytes of working memory", "working memory", "bytes", "of working memory"),
    "step_ns": InWords("nanoseconds per step", "time per step", "nanoseconds", "per step"),
}


def metric_words(name: str) -> str:
    """Return the name of a metric for people; any other name as it is."""
    return IN_WORDS[name].name if name in IN_WORDS else name


def value_words(name: str, amount: int) -> str:
    """Return an amount of a metric as its values are shown, with the unit of sizes and times."""
    return worded(IN_WORDS[name].kind, amount)


def amount_words(name: str, amount: int) -> str:
    """Return an amount of a metric, in words.

    >>> amount_words("params", 1), amount_words("bytes", 3072), amount_words("step_ns", 50_000)
    ('1 parameter', '3.0 KiB of weights', '50 µs per step')
    """
    return f"{value_words(name, amount)} {IN_WORDS[name].noun.format(s='s' * (amount != 1))}"


def like_limit(name: str, limit: int, amount: int) -> int:
    """Return an amount of a metric, a size to be shown in the unit of its limit."""
    return size_like(limit, amount) if IN_WORDS[name].kind == "bytes" else amount


def run_note(limited: Iterable[str], conditions: Mapping[str, Any], own_steps: Iterable[int | None] = ()) -> Iterator[str]:
    """Yield a note on the run that limited metrics are of, where any of them depends on the batch and its steps.

    ``conditions`` are the keywords of :func:`lstm_calc.cost`, of which some say what is run; without steps among them each model
    reads as many as it says itself (``own_steps``), or one.

    >>> list(run_note(["params", "macs", "ram"], {"steps": 20, "dtype": "int8"}))
    ['MACs and working memory: of batch 1, 20 steps']
    >>> list(run_note(["macs"], {}, [28])), list(run_note(["macs"], {}, [28, None]))
    (['MACs: of batch 1, 28 steps'], ['MACs: of batch 1, the steps that each model says, else 1'])
    """
    of_a_run = [IN_WORDS[name].heading for name in limited if name in {"macs", "ram"}]
    if not of_a_run:
        return
    run = {name: conditions[name] for name in ("batch", "steps", "lengths", "space") if name in conditions}
    own = set() if run.get("steps") or run.get("lengths") else {steps or 1 for steps in own_steps}
    if len(own) > 1:
        image = f" of {'x'.join(map(str, run['space']))} images" if run.get("space") else ""
        yield f"{listed(of_a_run)}: of batch {run.get('batch', 1):,}, the steps{image} that each model says, else 1"
        return
    yield f"{listed(of_a_run)}: of {batch_words(**run | {'steps': own.pop()} if own else run)}"


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
    steps = batch.get("steps")
    found = {
        "params": Metric(_of_steps(count, steps)),
        "bytes": Metric(_of_steps(partial(weight_bytes, dtype=dtype, per_channel=per_channel), steps), polynomial=whole_bytes),
        "macs": Metric(partial(macs_of, batch=ran)),
    }
    asked = {"dtype": dtype, "per_channel": per_channel, **batch}
    found["ram"] = Metric(partial(_working_memory, asked=asked), polynomial=False)
    if flops or bandwidth:
        device = {"flops": flops, "bandwidth": bandwidth}
        found["step_ns"] = Metric(partial(_step_ns, asked=asked | device), polynomial=False)
    return found


def _of_steps(metric: Callable[[Model, str], int], steps: int | None) -> Callable[[Model, str], int]:
    """Return a metric of models that read so many steps, where they leave that open."""
    return (
        metric if steps is None else lambda model, framework_name: metric(with_steps(model, framework_name, steps), framework_name)
    )


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
