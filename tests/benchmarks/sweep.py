"""A sweep of a million rows to csv beside a bare loop of the closed form and csv.writer, and how its time grows with rows.

    python tests/benchmarks/sweep.py [ROUNDS]          exit 1 above a bar

Both are programs of their own, run in turn; times are medians with start-up included, memory is the largest resident set.
"""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BARE = """
import csv, sys
with open(sys.argv[1], "w", newline="") as stream:
    writer = csv.writer(stream, lineterminator="\\n")
    writer.writerow(["framework", "units", "params"])
    for framework, biases in (("keras", 1), ("pytorch", 2)):
        for units in range(1, int(sys.argv[2]) // 2 + 1):
            writer.writerow([framework, units, 4 * (units * (64 + units) + biases * units)])
"""
MOST_TIMES, MOST_MIB = 4.0, 60.0


def ours(path: str, rows: int, *more: str) -> list[str]:
    """Return the command of the sweep."""
    vary = ("--vary", "framework=keras,pytorch", "--vary", f"units=1:{rows // 2}")
    answer = ("--columns", "params", "--format", "csv", "--output-file", path)
    return [sys.executable, "-m", "lstm_calc", "sweep", "64 > lstm 1", *vary, *answer, *more]


def bare(path: str, rows: int) -> list[str]:
    """Return the command of the bare loop."""
    return [sys.executable, "-c", BARE, path, str(rows)]


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds and the MiB that a command takes."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed: {command}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main(rounds: int) -> int:
    """Print both tables; return 1 where a bar is not met."""
    with tempfile.TemporaryDirectory() as folder:
        one, other = str(Path(folder) / "ours.csv"), str(Path(folder) / "bare.csv")
        pairs = [(run(ours(one, 10**6)), run(bare(other, 10**6))) for _ in range(rounds)]
        same = filecmp.cmp(one, other, shallow=False)
        seconds, least = median(a for (a, _), _ in pairs), median(b for _, (b, _) in pairs)
        ratio, memory = median(a / b for (a, _), (b, _) in pairs), max(mib for (_, mib), _ in pairs)
        print(f"a million rows: ours {seconds:.2f} s, bare loop {least:.2f} s, ratio {ratio:.2f} (bar {MOST_TIMES})")
        print(f"largest resident set {memory:.1f} MiB (bar {MOST_MIB}); the two files are {'the same' if same else 'DIFFERENT'}\n")
        print(f"{'rows':>9} {'seconds':>8} {'us a row':>9} {'MiB':>6}")
        for rows in (10**4, 10**5, 10**6):
            each, mib = run(ours(one, rows))
            print(f"{rows:9,} {each:8.2f} {1e6 * each / rows:9.2f} {mib:6.1f}")
        for more in (("--where", "params < 1M and framework == keras"), ("--sort", "-params", "--top", "10")):
            each, mib = run(ours(one, 10**6, *more))
            print(f"{10**6:9,} {each:8.2f} {each:9.2f} {mib:6.1f}  {' '.join(more)}")
    return int(ratio > MOST_TIMES or memory > MOST_MIB or not same)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
