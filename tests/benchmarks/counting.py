"""Counting in process beside a framework that builds the layer without numbers: torch.nn.LSTM(device="meta") and numel.

    python tests/benchmarks/counting.py [RUNS]          exit 1 below the bar

Both make the model anew in every run. The second table shows that counting grows with the layers, and with nothing else.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from lstm_calc import LSTM, Dense, Model
from lstm_calc.flow import batch_of
from lstm_calc.measure import count
from lstm_calc.work import macs_of

if TYPE_CHECKING:
    from collections.abc import Callable

BAR = 20
ROUNDS = 5


def ours() -> int:
    """Count a model of two layers."""
    return count(Model([LSTM(512, repeat=2)], 256), "pytorch")


def theirs() -> int:
    """Build the same and count it."""
    import torch

    return sum(parameter.numel() for parameter in torch.nn.LSTM(256, 512, num_layers=2, device="meta").parameters())


def seconds(call: Callable[[], object], runs: int) -> float:
    """Return the seconds of one call: the median of several rounds of so many runs."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(runs):
            call()
        rounds.append((time.perf_counter() - start) / runs)
    return median(rounds)


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
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    assert ours() == theirs()
    mine, torch_meta = seconds(ours, runs), seconds(theirs, max(1, runs // 20))
    ratio = torch_meta / mine
    print(f"two layers: ours {1e6 * mine:.1f} µs, torch on meta {1e6 * torch_meta:.0f} µs: {ratio:.0f} times (bar {BAR})")
    growth()
    sys.exit("below the bar" if ratio < BAR else 0)
