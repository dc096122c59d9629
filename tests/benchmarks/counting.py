"""Counting in process beside a framework that builds the layer without numbers: torch.nn.LSTM(device="meta") and numel.

    python tests/benchmarks/counting.py [RUNS]          exit 1 below the bar

Both make the model anew in every run. The second table shows that counting grows with the layers, and with nothing else.
"""

from __future__ import annotations

import sys
import timeit
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import torch  # noqa: TC002 - read by the statements

from lstm_calc import LSTM, Dense, Model
from lstm_calc.frameworks.counting import count
from lstm_calc.operations import macs_of
from lstm_calc.runs import batch_of

if TYPE_CHECKING:
    from collections.abc import Callable

BAR = 10
"""Every model is made and checked anew, which takes two thirds of our time: classes in plain Python take microseconds to make."""
ROUNDS = 15
OURS = "count(Model([LSTM(512, repeat=2{0})], 256), 'pytorch')"
THEIRS = "numbers(torch.nn.LSTM(256, 512, num_layers=2, device='meta'{0}))"
PAIRS = {
    "two layers": (OURS.format(""), THEIRS.format("")),
    "two layers, bidirectional": (OURS.format(", bidirectional=True"), THEIRS.format(", bidirectional=True")),
    "two layers and a head": (
        "count(Model([LSTM(512, repeat=2), Dense(10)], 256), 'pytorch')",
        f"{THEIRS.format('')} + numbers(torch.nn.Linear(512, 10, device='meta'))",
    ),
}
"""For each model: our statement, and torch's."""


def numbers(module: torch.nn.Module) -> int:
    """Return how many parameters a module has."""
    return sum(parameter.numel() for parameter in module.parameters())


def seconds(statement: str | Callable[[], object], runs: int) -> float:
    """Return the seconds of one run, of so many in a row."""
    return timeit.timeit(statement, number=runs, globals=globals()) / runs


def compared(ours: str, theirs: str, runs: int) -> tuple[float, float, float]:
    """Return the median seconds of ours and of theirs, taken in turn, and the median of their ratios."""
    assert eval(f"{ours} == {theirs}")  # noqa: S307 - two statements of this file
    pairs = [(seconds(ours, runs), seconds(theirs, runs // 20 + 1)) for _ in range(ROUNDS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(b / a for a, b in pairs)


def different(layers: int, units: int) -> Model:
    """Return a model whose layers all differ."""
    return Model([*(LSTM(units + at) for at in range(layers)), Dense(10)], 32)


def growth() -> None:
    """Print the microseconds a layer, for more and for wider layers."""
    print(f"\n{'layers':>7} {'units':>9} {'params µs':>10} {'a layer':>8} {'MACs µs':>10} {'a layer':>8}")
    for layers, units in ((1, 64), (10, 64), (100, 64), (1000, 64), (5000, 64), (100, 10**6), (100, 10**30)):
        runs, model = max(3, 2000 // layers), partial(different, layers, units)
        params = 1e6 * seconds(lambda model=model: count(model(), "pytorch"), runs)
        macs = 1e6 * seconds(lambda model=model: macs_of(model(), "pytorch", batch_of(8, 100)), runs)
        width = f"{units:,}" if units < 10**9 else f"10**{len(str(units)) - 1}"
        print(f"{layers:7,} {width:>9} {params:10,.0f} {params / layers:8.1f} {macs:10,.0f} {macs / layers:8.1f}")


if __name__ == "__main__":
    runs, ratios = int(sys.argv[1]) if len(sys.argv) > 1 else 200, []
    for name, pair in PAIRS.items():
        mine, torch_meta, ratio = compared(*pair, runs)
        times = f"ours {1e6 * mine:5.1f} µs, torch on meta {1e6 * torch_meta:4.0f} µs: {ratio:3.0f} times (bar {BAR})"
        print(f"{name:26} {times}")
        ratios.append(ratio)
    growth()
    sys.exit("below the bar" if min(ratios) < BAR else 0)
