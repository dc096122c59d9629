"""Start-up beside the least that Typer (and Rich) take: run in turn, pairs in one go, medians, and the median ratio.

    python tests/benchmarks/startup.py [RUNS]          exit 1 above a bar

Run it with the Python of an environment in which lstm-calc is installed, not in editable mode: an installed package is compiled.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).parent / "lstm-calc")
SIZES = ("--input", "32", "--units", "32")
CASES = {
    "params": ("floor_table.py", ("params", *SIZES), 1.15),
    "params -q": ("floor_number.py", ("params", *SIZES, "-q"), 1.10),
    "params --format json": ("floor_number.py", ("params", *SIZES, "--format", "json"), 1.15),
}
"""For each case: the floor program, the arguments of ours, and the ratio that is the bar."""


def measure(floor: str, arguments: tuple[str, ...], runs: int) -> tuple[float, float, float]:
    """Return the median milliseconds of ours and of the floor, and the median ratio of the pairs."""
    ours, theirs = [PROGRAM, *arguments], [sys.executable, str(HERE / floor), *SIZES]
    pairs = [(wall(ours), wall(theirs)) for _ in range(runs + 1)][1:]
    return 1e3 * median(a for a, _ in pairs), 1e3 * median(b for _, b in pairs), median(a / b for a, b in pairs)


def wall(command: list[str]) -> float:
    """Return the seconds that one run takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    print(f"{'case':24} {'ours ms':>8} {'floor ms':>9} {'ratio':>6} {'bar':>5}   (medians of {runs} pairs)")
    above = []
    for name, (floor, arguments, bar) in CASES.items():
        ours, theirs, ratio = measure(floor, arguments, runs)
        print(f"{name:24} {ours:8.1f} {theirs:9.1f} {ratio:6.3f} {bar:5.2f}")
        above += [name] * (ratio > bar)
    sys.exit(f"above the bar: {', '.join(above)}" if above else 0)
