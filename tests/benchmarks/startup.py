"""Start-up beside the least that Typer (and Rich) take: run in turn, pairs in one go, medians, and the median ratio.

    python tests/benchmarks/startup.py [RUNS]

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
    "params": ("floor_table.py", ("params", *SIZES)),
    "params -q": ("floor_number.py", ("params", *SIZES, "-q")),
    "params --format json": ("floor_number.py", ("params", *SIZES, "--format", "json")),
}
"""For each case: the floor program, and the arguments of ours."""


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
    print(f"{'case':24} {'ours ms':>8} {'floor ms':>9} {'ratio':>6}   (medians of {runs} pairs)")
    for name, (floor, arguments) in CASES.items():
        print("{:24} {:8.1f} {:9.1f} {:6.3f}".format(name, *measure(floor, arguments, runs)))
